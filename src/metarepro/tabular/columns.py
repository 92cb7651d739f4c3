"""Kinds of columns from which the table schemas are put together.

Numbers are float64 with nan for an empty cell, everything else is str with "" for an empty cell.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from metarepro.tabular.limits import ANY_NUMBER, Limits
from metarepro.tabular.plain_text import clean_text, is_visible


@dataclass(frozen=True, eq=False)
class Column:
    """What the cells of a column may hold.

    Attributes
    ----------
    allowed : in the words of the error message
    fits : whether a value may stand in a cell; of numbers, nan is an empty cell
    numeric : whether it holds numbers
    unique : whether no value may come twice
    """

    allowed: str
    fits: Callable[[Any], bool]
    numeric: bool = False
    unique: bool = False

    @property
    def empty(self) -> float | str:
        """What stands for an empty cell."""
        return math.nan if self.numeric else ""

    @property
    def may_be_empty(self) -> bool:
        """Whether a cell may be empty."""
        return self.fits(self.empty)


Columns = dict[str, Column]

#: Nothing that people report is larger or smaller; a standard deviation beyond is a slip, and its
#: square, cube and sum with others would leave double precision.
LEAST, LARGEST = 1e-15, 1e15
#: The quantile of t of a smaller p is not within them either.
LEAST_P = 1e-50
#: More participants no trial and no review has; one row with more would decide every pool.
MOST = 10_000_000

# Words that software writes for "nothing"; in a text cell they are a lost value.
_LOST_VALUES = {"nan", "NaN", "None", "null", "inf", "-inf", "<NA>", "NaT"}
# What spreadsheets write for an error or a column that is too narrow, and the character that stands
# for one that was lost.
_LOST = re.compile(r"#(REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|#+)|.*\ufffd.*")
# What stands behind 10.NNNN/ in the DOIs that are registered; quotes, braces, backslashes, carets,
# percent signs and spaces would be read as commands, or stand for another character. A point or
# comma at the end is that of a sentence.
_DOI = (
    r"10\.[0-9]{4,9}(\.[0-9]+)*/"
    r"[A-Za-z0-9._;()/:<>\[\]#+,=&!*'@$?~\-]*[A-Za-z0-9)>\]#+=&*@$\-/_]"
)
# RFC 3986; no name or password before the host, which may pretend to be it.
_ADDRESS = re.compile(
    r"https?://[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)+(:[0-9]{1,5})?"
    r"([/?#]([A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*)?( .*)?"
)
# What stands before a colon where a source is named and no address: github:owner/repository.
_NAMED = ("doi", "github", "isbn", "pmid")
_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.\-]*):(?=\S)")
#: Ids become names of files.
LONGEST_ID = 60
#: What is allowed, in words, where it is checked without a column as well.
PLAIN = "text on one line, plain spaces and none at its ends, no invisible characters"
SOURCE = "an http:// or https:// address without spaces, ^, braces and the like in it, or words"
DOI = "text like 10.1016/j.jpeds.2019.01.024: a DOI without https://doi.org/, quotes or spaces"


def is_plain(text: str) -> bool:
    """Whether a text is one line, without spaces at its ends or characters that nobody sees."""
    return text == text.strip() and is_visible(text)


def is_line(value: object) -> bool:
    """Whether a value of YAML is such a text, and not empty."""
    return isinstance(value, str) and value != "" and is_plain(value)


def is_source(text: str) -> bool:
    """Whether a text is an address of the web (and perhaps a remark), or words.

    Examples
    --------
    >>> is_source("https://example.org/a (table 2)"), is_source("thesis, p. 12")
    (True, True)
    >>> is_source("javascript:alert(1)"), is_source("https://example.org/^^5c")
    (False, False)
    """
    scheme = _SCHEME.match(text)
    if scheme and scheme[1].lower() in ("http", "https"):
        return bool(_ADDRESS.fullmatch(text))
    return scheme is None or scheme[1].lower() in _NAMED


def is_doi(text: str) -> bool:
    """Whether a text is a DOI, without the address of a resolver.

    Examples
    --------
    >>> is_doi("10.1016/S2215-0366(14)00091-1"), is_doi("https://doi.org/10.1016/x")
    (True, False)
    """
    return bool(re.fullmatch(_DOI, text))


def _is_lost(cell: str) -> bool:
    """Whether software wrote a cell in place of what was there."""
    return cell in _LOST_VALUES or bool(_LOST.fullmatch(cell))


def text(*, required: bool = False, unique: bool = False) -> Column:
    """Free text on one line, without spaces at its ends."""

    def fits(cell: str) -> bool:
        return is_plain(cell) and not _is_lost(cell) and (cell != "" or not required)

    allowed = f"{PLAIN}, not 'nan', '#REF!' or the like"
    allowed += ", not empty" if required else ""
    return Column(allowed, fits, unique=unique)


def source(*, required: bool = False) -> Column:
    """Where something was read: an address of the web, or words."""

    def fits(cell: str) -> bool:
        clean = is_plain(cell) and not _is_lost(cell)
        return clean and is_source(cell) and (cell != "" or not required)

    return Column(f"{PLAIN}; {SOURCE}" + (", not empty" if required else ""), fits)


def doi() -> Column:
    """DOI, or empty."""
    return Column(f"{DOI}, or empty", lambda cell: cell == "" or is_doi(cell))


def pubmed_id() -> Column:
    """Number of a record in PubMed, or empty."""
    return _pattern(r"([1-9][0-9]{0,8})?", "text of digits only, as PubMed numbers it, or empty")


def foreign_text(*, required: bool = False) -> Column:
    """Text of other people: also 'None' or 'nan', which may be the name of a subgroup."""

    def fits(cell: str) -> bool:
        return cell == clean_text(cell) and (cell != "" or not required)

    allowed = "text on one line, single spaces" + (", not empty" if required else "")
    return Column(allowed, fits)


def identifier(*, unique: bool = False, required: bool = True) -> Column:
    """Id of lower-case letters, digits, _ and -."""
    allowed = f"small letters, digits, _ and -, at most {LONGEST_ID}"
    least = 1 if required else 0
    allowed += "" if required else ", or empty"
    return _pattern(rf"[a-z0-9_\-]{{{least},{LONGEST_ID}}}", allowed, unique=unique)


def identifiers() -> Column:
    """One or several ids with a space between them."""
    one = rf"[a-z0-9_\-]{{1,{LONGEST_ID}}}"
    allowed = "one or several ids of small letters, digits, _ and -, with one space between them"
    return _pattern(rf"{one}( {one})*", allowed)


def digest() -> Column:
    """SHA-256 of a file in hexadecimal."""
    return _pattern(r"[0-9a-f]{64}", "64 hexadecimal digits")


def level(*levels: str) -> Column:
    """Exactly one of the levels; "" among them means that the cell may be empty."""
    names = ", ".join(name for name in levels if name)
    allowed = f"one of: {names}" + (" (or empty)" if "" in levels else "")
    return Column(allowed, lambda cell: cell in levels)


def number(
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    above: float | None = None,
    required: bool = False,
    whole: bool = False,
) -> Column:
    """Finite number within limits."""
    limits = [
        f"above {above:.10g}" if above is not None else "",
        f"{at_least:.10g} or more" if at_least is not None else "",
        f"{at_most:.10g} or less" if at_most is not None else "",
    ]
    allowed = "a whole number" if whole else "a number"
    if any(limits):
        allowed += ", " + " and ".join(filter(None, limits))

    def fits(value: float) -> bool:
        if value != value:
            return not required
        return (
            math.isfinite(value)
            and (above is None or value > above)
            and (at_least is None or value >= at_least)
            and (at_most is None or value <= at_most)
            and (not whole or value == math.floor(value))
        )

    return Column(allowed + ("" if required else ", or empty"), fits, numeric=True)


def whole(*, at_least: float, required: bool = False, at_most: float | None = None) -> Column:
    """Whole number within limits."""
    return number(at_least=at_least, at_most=at_most, required=required, whole=True)


def count(*, at_least: float, required: bool = False) -> Column:
    """Number of people, events or the like in a trial or review."""
    return whole(at_least=at_least, at_most=MOST, required=required)


def printed(limits: Limits = ANY_NUMBER) -> Column:
    """Number that a source prints, of a magnitude with which can be calculated."""

    def fits(value: float) -> bool:
        of_size = value == 0 or LEAST <= abs(value) <= LARGEST
        return value != value or (limits.hold_one(value) and of_size)

    within = f", {limits}" if str(limits) else ""
    zero = "0 or " if limits.hold_one(0) else ""
    allowed = f"a number{within}, {zero}of a size from {LEAST:g} to {LARGEST:g}, or empty"
    return Column(allowed, fits, numeric=True)


def share_of_100(*, required: bool = False) -> Column:
    """Percentage from 0 to 100."""
    return number(at_least=0, at_most=100, required=required)


def printed_percentage() -> Column:
    """Percentage as people print it: between 0 and 1 it is a share that was not multiplied."""

    def fits(value: float) -> bool:
        return value != value or value == 0 or 1 <= value <= 100

    allowed = "a percentage from 1 to 100 (72, not 0.72), or 0 if it is below 1, or empty"
    return Column(allowed, fits, numeric=True)


def probability() -> Column:
    """P value: above 0, since a printed .000 is a bound and no value."""

    def fits(value: float) -> bool:
        return value != value or LEAST_P <= value <= 1

    allowed = f"a number above 0 ({LEAST_P:g} at least) and 1 or less, or empty"
    return Column(allowed, fits, numeric=True)


#: Years of publications; 20199 is a slip.
YEARS = range(1900, 2100)


def year() -> Column:
    """Year of a publication."""
    return whole(at_least=YEARS[0], at_most=YEARS[-1])


def _pattern(pattern: str, allowed: str, *, unique: bool = False) -> Column:
    compiled = re.compile(pattern)
    return Column(allowed, lambda cell: bool(compiled.fullmatch(cell)), unique=unique)
