"""Whether the numbers of a printed row fit together, each within the rounding of the others.

A row closes when every number that can be worked out from the others comes out as printed. A digit
that was misread or mistyped shows here.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from metarepro.models.thresholds import Z95
from metarepro.tabular.printed_numbers import printed_number

Array = npt.NDArray[np.float64]
#: A printed number: its value and half a unit of its last digit.
Printed = tuple[float, float]

#: Absorbs binary rounding, in units of the last digit.
_TOLERANCE = 1e-6
_ARMS = ("t", "c")
_ARM = {"t": "treatment", "c": "control"}


@dataclass(frozen=True)
class Check:
    """One number set against what the others give.

    Attributes
    ----------
    what : which number, in words
    row : its row as the source counts it, 0 for the table as a whole
    label : the study or group of the row
    printed : the number as printed
    low, high : the range that the others allow, given their rounding
    off : how far the printed number, with its own rounding, lies outside of that range, in units of
        its last digit; 0 where it closes
    """

    what: str
    row: int
    label: str
    printed: str
    low: float
    high: float
    off: float

    @property
    def closes(self) -> bool:
        """Whether the number fits the others."""
        return self.off <= _TOLERANCE


def reach(formula: Callable[..., Array], *numbers: Printed) -> tuple[float, float]:
    """The range of a formula over the rounding of its numbers: of what it gives at all corners.

    Parameters
    ----------
    formula : callable
        Takes one array per number, all of one length, and is monotone in each; NaN where it does
        not exist.
    *numbers : (value, half a unit)

    Examples
    --------
    >>> reach(lambda low, high: (low + high) / 2, (0.1, 0.05), (0.5, 0.05))
    (0.25, 0.35)
    """
    corners = np.array(
        list(itertools.product(*[(value - half, value + half) for value, half in numbers]))
    ).T
    with np.errstate(all="ignore"):
        values = np.asarray(formula(*corners), dtype=np.float64)
    values = values[np.isfinite(values)]
    if not len(values):
        return np.nan, np.nan
    return float(f"{values.min():.12g}"), float(f"{values.max():.12g}")


def check(
    what: str, row: int, label: str, text: str, allowed: Sequence[tuple[float, float]]
) -> Check | None:
    """Set a printed number against ranges, any of which will do; None where nothing is known."""
    number = printed_number(text)
    known = [(low, high) for low, high in allowed if not np.isnan(low)]
    if number is None or not known:
        return None
    value, half = number
    offs = [max(low - (value + half), (value - half) - high, 0.0) / (2 * half)
            for low, high in known]  # fmt: skip
    nearest = int(np.argmin(offs))
    off = float(f"{offs[nearest]:.6g}")
    return Check(what, row, label, text.strip(), *known[nearest], off if off > _TOLERANCE else 0.0)


def close_rows(
    cells: pd.DataFrame, labels: Sequence[str] | None = None, on_log: bool | None = None
) -> list[Check]:
    """Check every number of every row that the others of its row give.

    Parameters
    ----------
    cells : DataFrame of str
        One row per result, under the names of `readers.effect_table` and also p, z and weight; the
        index is the row as the source counts it. Cells that are no plain number are left out.
    labels : sequence of str, optional
        Of the rows; else the column study.
    on_log : bool, optional
        Whether the effects are ratios, whose errors stand on the log scale.

    Returns
    -------
    list of Check
        In the order of the rows. The scale on which intervals have their middle, and on which
        standard errors stand, is that of most rows.
    """
    names = list(labels) if labels is not None else row_labels(cells)
    on_log = is_ratio(cells) if on_log is None else on_log
    found: list[Check | None] = []
    for (row, texts), label in zip(_rows(cells), names, strict=True):
        numbers = {
            name: number
            for name, text in texts.items()
            if (number := printed_number(text)) and not (on_log and _without_log(name, number))
        }
        found += [
            check(what, row, label, texts[column], allowed)
            for what, column, allowed in _expected(numbers, on_log)
            if column in numbers
        ]
        found += _counts(row, label, texts, numbers)
    return [one for one in found if one is not None]


def row_labels(cells: pd.DataFrame) -> list[str]:
    """The study of each row, else its number."""
    if "study" in cells:
        return [str(cell).strip() for cell in cells["study"]]
    return [f"Row {row}" for row in cells.index]


def _rows(cells: pd.DataFrame) -> list[tuple[int, dict[str, str]]]:
    return [
        (int(str(row)), {str(name): str(cell) for name, cell in texts.items()})
        for row, texts in zip(cells.index, cells.to_dict("records"), strict=True)
    ]


def is_ratio(cells: pd.DataFrame) -> bool:
    """Whether the intervals of most rows have their middle on the log scale."""
    if not {"yi", "ci_low", "ci_high"} <= set(cells.columns):
        return False
    linear = logarithmic = 0.0
    for _, texts in _rows(cells[["yi", "ci_low", "ci_high"]]):
        numbers = [printed_number(text) for text in texts.values()]
        if any(number is None for number in numbers):
            continue
        y, low, high = (number[0] for number in numbers if number is not None)
        if min(y, low, high) < 0 or y == 0:
            return False
        if low == 0:  # a ratio that is printed as 0.00 tells nothing
            continue
        linear += abs(y - (low + high) / 2) / (high - low or np.inf)
        logarithmic += abs(y - np.sqrt(low * high)) / (high - low or np.inf)
    return logarithmic < linear


def _expected(
    numbers: Mapping[str, Printed], on_log: bool
) -> list[tuple[str, str, list[tuple[float, float]]]]:
    """What can be worked out of a row: the number in words, its column, the ranges that fit."""
    to, back = (np.log, np.exp) if on_log else (_same, _same)
    found = []
    has = numbers.keys()
    multiples = _multiples(numbers)
    if {"ci_low", "ci_high"} <= has:
        low, high = numbers["ci_low"], numbers["ci_high"]
        middle = reach(lambda a, b: back((to(a) + to(b)) / 2), low, high)
        found.append(("estimate against the middle of its interval", "yi", [middle]))
        of_width = [
            reach(lambda a, b, m=m: (to(b) - to(a)) / (2 * m), low, high) for m in multiples
        ]
        found.append(("standard error against the interval", "sei", of_width))
        of_width = [
            reach(lambda a, b, m=m: ((to(b) - to(a)) / (2 * m)) ** 2, low, high) for m in multiples
        ]
        found.append(("variance against the interval", "vi", of_width))
    if {"yi", "ci_low", "ci_high"} <= has:
        interval = (numbers["yi"], numbers["ci_low"], numbers["ci_high"])
        found.append(
            ("p value against the interval", "p",
             [reach(lambda y, a, b, m=m, df=df: _p(to(y) * 2 * m / (to(b) - to(a)), df), *interval)
              for m, df in zip(multiples, _dfs(numbers), strict=True)])
        )  # fmt: skip
        found.append(
            ("z against the interval", "z",
             [reach(lambda y, a, b: np.abs(to(y) * 2 * Z95 / (to(b) - to(a))), *interval)])
        )  # fmt: skip
    elif {"yi", "sei"} <= has:
        found.append(
            ("p value against the standard error", "p",
             [reach(lambda y, se, df=df: _p(to(y) / se, df), numbers["yi"], numbers["sei"])
              for df in _dfs(numbers)])
        )  # fmt: skip
    if "sei" in has:
        found.append(
            ("variance against the standard error", "vi", [reach(np.square, numbers["sei"])])
        )
    none = _holds_none(numbers, on_log)
    return [(what, column, _ranges(column, ranges, none)) for what, column, ranges in found]


def _holds_none(numbers: Mapping[str, Printed], on_log: bool) -> bool:
    """Whether the estimate, before it was rounded, may have been no effect."""
    value, half = numbers.get("yi", (np.inf, 0.0))
    return abs(value - float(on_log)) <= half


def _ranges(
    column: str, ranges: list[tuple[float, float]], holds_none: bool
) -> list[tuple[float, float]]:
    """With z both signs fit, as tables print it with and without.

    Where the estimate may be none, z is 0 and p is 1 between the corners.
    """
    if column == "p" and holds_none:
        return [(low, 1.0) for low, _ in ranges]
    if column == "z":
        return [(-high, high) if holds_none else (low, high) for low, high in ranges] + [
            (-high, -low) for low, high in ranges
        ]
    return ranges


def _same(x: Array) -> Array:
    return x


def _p(z: Array, df: float) -> Array:
    """Two-sided; df inf for the normal distribution."""
    return np.asarray(
        2 * (special.stdtr(df, -np.abs(z)) if np.isfinite(df) else special.ndtr(-abs(z)))
    )


def _dfs(numbers: Mapping[str, Printed]) -> list[float]:
    """Degrees of freedom that an interval may have: none, or those of its arms."""
    if {"n_t", "n_c"} <= numbers.keys():
        df = numbers["n_t"][0] + numbers["n_c"][0] - 2
        if df >= 1:
            return [np.inf, df]
    return [np.inf]


def _multiples(numbers: Mapping[str, Printed]) -> list[float]:
    """Half the width of a 95% interval in standard errors."""
    return [Z95 if np.isinf(df) else float(special.stdtrit(df, 0.975)) for df in _dfs(numbers)]


def _without_log(column: str, number: Printed) -> bool:
    """Whether a printed ratio, or a limit of one, may be 0."""
    return column in ("yi", "ci_low", "ci_high") and number[0] <= number[1]


def _counts(
    row: int, label: str, texts: Mapping[str, str], numbers: Mapping[str, Printed]
) -> list[Check | None]:
    """Events against the size of their arm."""
    return [
        check(
            f"events of the {_ARM[arm]} group against its size", row, label,
            texts[f"events_{arm}"], [(0.0, numbers[f"n_{arm}"][0])],
        )
        for arm in _ARMS
        if {f"events_{arm}", f"n_{arm}"} <= numbers.keys()
    ]  # fmt: skip
