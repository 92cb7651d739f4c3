"""Kinds of columns from which the table schemas are put together.

Each kind returns a pandera column with at most one check; its `description` says what is allowed,
in the words of the error message. Numbers are float64 with nan for an empty cell, everything else
is str with "" for an empty cell.
"""

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pandera.pandas as pa

from metarepro.tabular.plain_text import clean_text

Columns = dict[str, pa.Column]

# Words that software writes for "nothing"; in a text cell they are a lost value.
_LOST_VALUES = {"nan", "NaN", "None", "null", "inf", "-inf", "<NA>", "NaT"}
# Control characters, ends of lines, and marks that turn the direction of what is around them.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
#: Ids become names of files.
LONGEST_ID = 60


def is_plain(text: str) -> bool:
    """Whether a text is one line, without spaces at its ends or marks that cannot be seen."""
    return text == text.strip() and not _CONTROL.search(text)


def text(*, required: bool = False, unique: bool = False) -> pa.Column:
    """Free text on one line, without spaces at its ends."""

    def fits(cell: str) -> bool:
        return is_plain(cell) and cell not in _LOST_VALUES and (cell != "" or not required)

    allowed = "text on one line, no spaces at its ends, not 'nan' or the like"
    allowed += ", not empty" if required else ""
    return _text_column(fits, allowed, unique=unique)


def foreign_text(*, required: bool = False) -> pa.Column:
    """Text of other people: also 'None' or 'nan', which may be the name of a subgroup."""

    def fits(cell: str) -> bool:
        return cell == clean_text(cell) and (cell != "" or not required)

    allowed = "text on one line, single spaces" + (", not empty" if required else "")
    return _text_column(fits, allowed)


def identifier(*, unique: bool = False, required: bool = True) -> pa.Column:
    """Id of lower-case letters, digits, _ and -."""
    allowed = f"small letters, digits, _ and -, at most {LONGEST_ID}"
    least = 1 if required else 0
    allowed += "" if required else ", or empty"
    return _pattern(rf"[a-z0-9_\-]{{{least},{LONGEST_ID}}}", allowed, unique=unique)


def identifiers() -> pa.Column:
    """One or several ids with a space between them."""
    one = rf"[a-z0-9_\-]{{1,{LONGEST_ID}}}"
    allowed = "one or several ids of small letters, digits, _ and -, with one space between them"
    return _pattern(rf"{one}( {one})*", allowed)


def digest() -> pa.Column:
    """SHA-256 of a file in hexadecimal."""
    return _pattern(r"[0-9a-f]{64}", "64 hexadecimal digits")


def level(*levels: str) -> pa.Column:
    """Exactly one of the levels; "" among them means that the cell may be empty."""
    names = ", ".join(name for name in levels if name)
    allowed = f"one of: {names}" + (" (or empty)" if "" in levels else "")
    return _text_column(lambda cell: cell in levels, allowed)


def number(
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    above: float | None = None,
    required: bool = False,
    whole: bool = False,
) -> pa.Column:
    """Finite number within limits."""
    limits = [
        f"above {above:g}" if above is not None else "",
        f"{at_least:g} or more" if at_least is not None else "",
        f"{at_most:g} or less" if at_most is not None else "",
    ]
    allowed = "a whole number" if whole else "a number"
    if any(limits):
        allowed += ", " + " and ".join(filter(None, limits))

    def fits(numbers: pd.Series) -> pd.Series:
        good = pd.Series(np.isfinite(numbers), index=numbers.index)
        if above is not None:
            good &= numbers > above
        if at_least is not None:
            good &= numbers >= at_least
        if at_most is not None:
            good &= numbers <= at_most
        if whole:
            good &= numbers == np.floor(numbers)
        return good

    description = allowed + ("" if required else ", or empty")
    return pa.Column(float, pa.Check(fits), nullable=not required, description=description)


def whole(*, at_least: float, required: bool = False, at_most: float | None = None) -> pa.Column:
    """Whole number within limits."""
    return number(at_least=at_least, at_most=at_most, required=required, whole=True)


def share_of_100(*, required: bool = False) -> pa.Column:
    """Percentage from 0 to 100."""
    return number(at_least=0, at_most=100, required=required)


def probability() -> pa.Column:
    """P value: above 0, since a printed .000 is a bound and no value."""
    return number(above=0, at_most=1)


def _pattern(pattern: str, allowed: str, *, unique: bool = False) -> pa.Column:
    compiled = re.compile(pattern)
    return _text_column(lambda cell: bool(compiled.fullmatch(cell)), allowed, unique=unique)


def _text_column(fits: Callable[[str], bool], allowed: str, *, unique: bool = False) -> pa.Column:
    def check(cells: pd.Series) -> pd.Series:
        return pd.Series([fits(cell) for cell in cells], index=cells.index, dtype=bool)

    return pa.Column(str, pa.Check(check), unique=unique, description=allowed)
