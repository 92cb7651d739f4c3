"""Numbers of review files: typed in by authors, or calculated by a program."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from statistics import median_low

from metarepro.tabular.printed_numbers import decimals

# What is typed in is squared and summed; beyond this it would leave the range of numbers.
LARGEST_INPUT = 1e75
LONGEST_NUMBER = 60
# What RevMan writes for a result that it did not calculate.
NOT_COMPUTED = frozenset({"", "NaN", "Infinity", "-Infinity", "INF", "-INF"})
LEVELS = "a percentage of at least 50 and below 100, e.g. 95"
_LOWEST_LEVEL = 0.5
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")


class NotANumberError(ValueError):
    """A cell that should hold a number; the message says what is allowed."""


def parse_number(text: str, largest: float = LARGEST_INPUT) -> float:
    """A number in the digits of a review file.

    Raises
    ------
    NotANumberError
        For nan, infinities, decimal commas, and numbers above `largest`.
    """
    value = _in_digits(text.strip())
    if abs(value) > largest:
        raise NotANumberError(f"a number between {-largest:g} and {largest:g}")
    return value


def parse_published(text: str) -> float:
    """A number that a program calculated: of any size; nan where it could not.

    The limit of a ratio may be 1e157; beyond all numbers it is as good as none.

    Raises
    ------
    NotANumberError
        For what is no number.
    """
    stripped = text.strip()
    if stripped in NOT_COMPUTED:
        return math.nan
    value = _in_digits(stripped)
    return value if math.isfinite(value) else math.nan


def _in_digits(stripped: str) -> float:
    """A number of any size, infinite ones included; 0 has no sign."""
    if len(stripped) > LONGEST_NUMBER or not _NUMBER.fullmatch(stripped):
        raise NotANumberError("a finite number in digits with a decimal point")
    return float(stripped) + 0.0


def level_of(number: float) -> float:
    """Level of intervals as a fraction, of a percentage or a fraction; nan if it is neither."""
    level = number if _LOWEST_LEVEL <= number < 1 else number / 100
    return level if _LOWEST_LEVEL <= level < 1 else math.nan


def precision_notes(
    rows: Sequence[Mapping[str, str]], log10: Sequence[bool] | None = None
) -> list[str]:
    """The `published_precision` of every row: the decimals of each of its values.

    Files drop zeros at the end, so that a value does not show its precision: it is that of the
    most precise one of its column, estimates and limits being one column. A column may just hold
    round numbers: none counts as less precise than the median column.

    Parameters
    ----------
    rows : sequence of dict of str
        The published values of an analysis as they are written, by column.
    log10 : sequence of bool, optional
        Rows with effects as logs to base 10. As natural logs they are known to a decimal less.
    """
    effect = ("published_estimate", "published_ci_low", "published_ci_high")
    written: dict[str, set[str]] = {}
    for row in rows:
        for column, text in row.items():
            written.setdefault(column, set()).add(text)
    finest = {column: _finest(texts) for column, texts in written.items()}
    finest |= dict.fromkeys(effect, max(finest.get(column, 0) for column in effect))
    shown = [n for column, n in finest.items() if n and column not in effect[1:]]
    exponents = (decimals(text) for texts in written.values() for text in texts)
    general = median_low(shown) if shown else max(exponents, default=0)
    places = {c: n if n and c in effect else max(n, general) for c, n in finest.items()}
    natural, of_log10 = (
        {c: f"{c}: {n - (c in effect and log)}" for c, n in places.items()} for log in (False, True)
    )
    return [
        "; ".join([(of_log10 if is_log10 else natural)[column] for column in row])
        for row, is_log10 in zip(rows, log10 or [False] * len(rows), strict=True)
    ]


def _finest(texts: Iterable[str]) -> int:
    """Decimals of the most precise number; 1.2E-6, 3 and 0.0 say nothing of the others."""
    fractions = (text.strip().partition(".")[2] for text in texts if "e" not in text.lower())
    return max((len(fraction) for fraction in fractions if fraction.strip("0")), default=0)
