"""Proposes estimates with their standard errors, variances or intervals."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from metarepro.extraction.arm_columns import is_fraction
from metarepro.extraction.arm_words import CONTROL, FIRST, SECOND, TREATMENT
from metarepro.extraction.headers import (
    CORRELATION,
    ESTIMATE,
    HIGH,
    INTERVAL,
    LOW,
    MEAN,
    SE,
    SIZE,
    VARIANCE,
    parse_header,
)
from metarepro.extraction.mapping import EFFECTS, Analysis, Cell
from metarepro.extraction.matching import alike, best_pairs, goes_with, likeness
from metarepro.extraction.profiles import Column
from metarepro.tabular.yaml_text import FILL_IN
from metarepro.wording.scales import MEASURES

#: Share of the rows whose estimate must lie within its interval, and that where the header says
#: that a column has estimates.
_INSIDE, _INSIDE_NAMED = 0.8, 0.4
#: How far from the middle of its interval an estimate may lie that is centred, in half widths.
_CENTRED = 0.05
#: The same where the header says nothing of an interval, and numbers are rounded.
_NEAR_CENTRE = 0.15
#: Words that headers of estimates and of what belongs to them have in common, at least.
_WORDS = 0.34
Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Spread:
    """What says how precise an estimate is."""

    column: Column
    cells: dict[str, Cell]
    low: Array | None = None
    high: Array | None = None


def effect_analyses(columns: Sequence[Column], mark: str) -> Iterator[Analysis]:
    """Every estimate whose standard error, variance or interval is found.

    Where there are several, the variance goes before the standard error, and that before the
    interval.
    """
    columns = _without_means_of_groups(columns)
    found: dict[int, list[tuple[Column, _Spread]]] = {}
    for spreads in (_single(columns, VARIANCE), _single(columns, SE), _intervals(columns)):
        for estimate, spread in best_pairs(_estimates(columns), spreads, _score):
            found.setdefault(estimate.place, []).append((estimate, spread))
    for column in columns:
        if _is_in_one_cell(column):
            found.setdefault(column.place, []).append((column, _in_one_cell(column)))
        elif column.width == 2 and column.header.statistic == SE and column.header.measure:
            found.setdefault(column.place, []).append((column, _with_se(column)))
    for estimate, spread in _with_sizes(columns):
        if estimate.place not in found:
            found[estimate.place] = [(estimate, spread)]
    alone = [
        c for c in _estimates(columns) if c.header.statistic == ESTIMATE and c.place not in found
    ]
    for place in sorted(found):
        estimate, spread = found[place][0]
        one = _analysis(estimate, spread, [other for _, other in found[place][1:]], mark)
        yield replace(one, notes=(*one.notes, *_of_another(estimate, spread, alone)))


def _of_another(estimate: Column, spread: _Spread, alone: Sequence[Column]) -> Iterator[str]:
    """A note on effects of another measure that a standard error may be that of as well."""
    if not {"sei", "vi"} & spread.cells.keys() or spread.column.header.measure:
        return
    for other in alone:
        same = other.header.topic == estimate.header.topic
        if same and other.header.measure not in ("", "effect", estimate.header.measure):
            yield (
                f"{other.header.text}: not used; {spread.column.header.text} is taken for that of "
                f"{estimate.header.text}, which stands next to it"
            )


def _without_means_of_groups(columns: Sequence[Column]) -> list[Column]:
    """The columns without means that are no effects though their headers name no arm.

    Beside the mean of one arm alone ("Control mean") another mean is that of the other arm, and
    beside a size that is theirs alone ("mean.drug", "n.drug") means are those of a group.
    """
    one_arm = len({c.header.arm for c in columns if c.header.arm and _is_mean(c)}) == 1
    groups = {c.header.topic for c in columns if c.header.statistic == SIZE} - {()}
    return [
        c
        for c in columns
        if c.header.arm or not _is_mean(c) or not (one_arm or c.header.topic in groups)
    ]


def _is_mean(column: Column) -> bool:
    """Whether the header says that the numbers are means, and of no effect."""
    header = column.header
    of_interval = header.statistic == INTERVAL and "mean" in header.topic
    return not header.measure and (header.statistic == MEAN or of_interval)


def _with_sizes(columns: Sequence[Column]) -> Iterator[tuple[Column, _Spread]]:
    """Standardised mean differences beside the sizes of both arms, and nothing else."""
    sizes = [c for c in columns if c.header.statistic == SIZE and c.width == 1]
    for estimate in columns:
        if estimate.header.measure != "SMD" or estimate.header.statistic != ESTIMATE:
            continue
        if estimate.width == 1 and not (estimate.values()[estimate.filled] % 1).any():
            continue  # whole numbers: d counts the deaths, or is the last cell of a, b, c, d
        for arms in ((TREATMENT, CONTROL), (FIRST, SECOND)):
            pair = [
                max(
                    (c for c in sizes if c.header.arm == arm and _may_go(estimate, c)),
                    key=lambda c: goes_with(estimate, c),
                    default=None,
                )
                for arm in arms
            ]
            first, second = pair
            if first is not None and second is not None:
                cells = {f"n_{c.header.arm}": c.cell for c in (first, second)}
                yield estimate, _Spread(first, cells)
                break


def _may_go(estimate: Column, size: Column) -> bool:
    """Whether the size of an arm may be that of an estimate: of the same topic, or of all."""
    own, other = estimate.header.topic, size.header.topic
    both = alike(estimate.filled, size.filled) > 0
    return both and (not other or likeness(own, other) >= _WORDS)


def _estimates(columns: Sequence[Column]) -> list[Column]:
    """Columns that may hold estimates: those whose headers say so or say nothing else."""
    may_be = (ESTIMATE, MEAN, CORRELATION, "")
    return [
        c for c in columns if c.width == 1 and c.header.statistic in may_be and not c.header.arm
    ]


def _single(columns: Sequence[Column], statistic: str) -> list[_Spread]:
    role = {VARIANCE: "vi", SE: "sei"}[statistic]
    return [
        _Spread(c, {role: c.cell})
        for c in columns
        if c.header.statistic == statistic and c.width == 1 and not (c.values() < 0).any()
    ]


def _intervals(columns: Sequence[Column]) -> list[_Spread]:
    """Lower and upper limits in two columns, or in one."""
    columns = _with_limits(columns)
    lows = [c for c in columns if c.header.statistic == LOW and c.width == 1]
    highs = [c for c in columns if c.header.statistic == HIGH and c.width == 1]
    found = [
        _Spread(low, {"ci_low": low.cell, "ci_high": high.cell}, low.values(), high.values())
        for low, high in best_pairs(lows, highs, goes_with)
    ]
    for c in columns:
        ordered = (
            c.width == 2 and not c.header.arm and np.nanmean(c.values(1) <= c.values(2)) > _INSIDE
        )
        if ordered and c.header.statistic in (INTERVAL, "") and not is_fraction(c):
            reason = "two numbers in a cell, the lower one first"
            cells = {role: Cell(c.header.text, n, reason)
                     for role, n in (("ci_low", 1), ("ci_high", 2))}  # fmt: skip
            found.append(_Spread(c, cells, c.values(1), c.values(2)))
    return found


def _with_limits(columns: Sequence[Column]) -> list[Column]:
    """The columns; two side by side under one header of an interval are its limits."""
    found = list(columns)
    for at, (one, other) in enumerate(pairwise(columns)):
        same = one.header.text.removesuffix(" (1)")
        are_two = other.header.text == f"{same} (2)" and one.width == other.width == 1
        if are_two and one.header.statistic == INTERVAL:
            for place, statistic in ((at, LOW), (at + 1, HIGH)):
                plain = parse_header(same)
                header = replace(plain, text=found[place].header.text, statistic=statistic)
                found[place] = replace(found[place], header=header)
    return found


def _is_in_one_cell(column: Column) -> bool:
    """Whether cells have an estimate with its interval, by the header or the middle."""
    if column.width != 3 or column.header.arm:
        return False
    values, low, high = (column.values(number) for number in (1, 2, 3))
    if not _inside(values, low, high):
        return False
    above = (values > 0) & (low > 0)
    off = _off_centre(values, low, high)
    logged = _off_centre(*(np.log(one[above]) for one in (values, low, high)))
    says = column.header.statistic == INTERVAL or bool(column.header.measure)
    return says or min(off, logged) <= _NEAR_CENTRE


def _in_one_cell(column: Column) -> _Spread:
    """An estimate with its interval: "0.32 [0.23, 0.40]"."""
    reason = "three numbers in a cell, the first between the others"
    cells = {
        role: Cell(column.header.text, number, reason)
        for number, role in enumerate(("yi", "ci_low", "ci_high"), 1)
    }
    return _Spread(column, cells, column.values(2), column.values(3))


def _with_se(column: Column) -> _Spread:
    """An estimate with its standard error in one cell, as the header says: "d (SE)"."""
    cells = {
        role: Cell(column.header.text, number, column.said)
        for number, role in enumerate(("yi", "sei"), 1)
    }
    return _Spread(column, cells)


def _score(estimate: Column, spread: _Spread) -> float:
    """How well an estimate goes with what may say its precision; 0 if it cannot."""
    if estimate.place == spread.column.place:
        return 0.0
    says = estimate.header.statistic == ESTIMATE
    words = likeness(estimate.header.topic, spread.column.header.topic)
    if spread.low is None or spread.high is None:
        fits = says or bool(estimate.header.topic) and words >= _WORDS
        inside = 0.0
    else:
        inside = _share_inside(estimate.values(), spread.low, spread.high)
        fits = inside >= (_INSIDE_NAMED if says else _INSIDE)
    return goes_with(estimate, spread.column) + 2 * inside + says if fits else 0.0


def _share_inside(values: Array, low: Array, high: Array) -> float:
    known = np.isfinite(values) & np.isfinite(low) & np.isfinite(high)
    if not known.any():
        return 0.0
    return float(((low <= values) & (values <= high))[known].mean())


def _inside(values: Array, low: Array, high: Array) -> bool:
    return _share_inside(values, low, high) >= _INSIDE


def _analysis(estimate: Column, spread: _Spread, others: Sequence[_Spread], mark: str) -> Analysis:
    header, own = estimate.header, spread.column.header
    measure = header.measure if header.measure not in ("", "effect") else own.measure
    measure = "" if measure == "effect" else measure
    if own.log and not measure:
        measure = "ratio"
    # "OR" beside "SE(log OR)" may be a ratio or its logarithm; its limits tell.
    limits = [one for one in ([spread, *others] if measure else [spread]) if one.low is not None]
    scale, notes = _scale(estimate, next(iter(limits), spread), measure, header.log)
    if scale and not measure:
        measure = "ratio"
    if not scale and measure not in ("correlation", "proportion"):
        notes += _uneven(estimate.values(), spread)
    cells = dict(spread.cells)
    cells.setdefault("yi", Cell(header.text, 0, _why(estimate, spread)))
    for other in others:
        left = ", ".join(dict.fromkeys(cell.column for cell in other.cells.values()))
        notes = (*notes, f"{left}: not used, since another column gives the precision")
    name = header.name or own.name or header.text
    ordered = {role: cells.pop(role) for role in EFFECTS if role in cells} | cells
    if any(role.startswith("n_") for role in ordered):
        notes = (*notes, "nothing gives the precision: variances follow from the sizes of the arms")
    return Analysis(name, "", ordered, measure, scale, mark, notes=notes)


def _why(estimate: Column, spread: _Spread) -> str:
    reasons = [estimate.said] if estimate.header.statistic == ESTIMATE else []
    if spread.low is not None and spread.high is not None:
        known = np.isfinite(estimate.values()) & np.isfinite(spread.low)
        inside = (spread.low <= estimate.values()) & (estimate.values() <= spread.high) & known
        reasons.append(f"{inside.sum()} of {known.sum()} lie within their intervals")
    elif not reasons:
        reasons.append(f'it shares its words with "{spread.column.header.text}"')
    return "; ".join(reasons)


def _scale(
    estimate: Column, spread: _Spread, measure: str, says_log: bool
) -> tuple[str, tuple[str, ...]]:
    """Whether ratios stand as ratios or as logarithms; "" for what is no ratio."""
    if measure and not MEASURES[measure].is_ratio:
        return "", ()
    if says_log:
        return "log", ("logarithms: the header says so",) if measure else ()
    values = estimate.values()
    odd = ("some are not above 0, which ratios are",) if bool((values <= 0).any()) else ()
    if spread.low is None or spread.high is None:
        # The logarithm of 0.8 is negative: what it is decides the sign.
        return (FILL_IN, odd) if measure else ("", ())
    return _scale_of_limits(values, spread.low, spread.high, measure)


def _scale_of_limits(
    values: Array, low: Array, high: Array, measure: str
) -> tuple[str, tuple[str, ...]]:
    """What the middles of the intervals tell, of the rows that may be ratios."""
    known = np.isfinite(values) & np.isfinite(low) & np.isfinite(high)
    above = known & (values > 0) & (low > 0) & (high > 0)
    plain = _off_centre(values[above], low[above], high[above])
    logged = _off_centre(*(np.log(one[above]) for one in (values, low, high)))
    whole = _off_centre(values[known], low[known], high[known])
    as_ratios = logged < plain
    # A lower limit of 0.00 is that of a ratio, rounded, where the header says that it is one.
    rounded = bool(measure) and bool((values[known] > 0).all()) and bool((low[known] >= 0).all())
    if bool(above[known].all()) or as_ratios and rounded:
        if as_ratios:
            return "ratio", ("ratios: their intervals are centred on the logarithms",)
        centred = ("logarithms: their intervals are centred as they stand",)
        return ("log", centred) if measure else ("", ())
    if as_ratios and (measure or plain > _CENTRED):
        # A stray sign, a lower limit printed as 0.00, or no ratios at all.
        return FILL_IN, (
            f"{above.sum()} of {known.sum()} rows look like ratios, whose intervals are centred on "
            "the logarithms; the others have numbers that are not above 0, which ratios are"
            + ("" if measure else "; if they are not ratios, delete measure and scale"),
        )
    if measure and whole > _CENTRED:
        return FILL_IN, ("some are not above 0, which ratios are",)
    return ("log", ("logarithms: some are not above 0, which ratios are",)) if measure else ("", ())


def _uneven(values: Array, spread: _Spread) -> tuple[str, ...]:
    """What to say where intervals are centred neither on the estimates nor on their logarithms."""
    if spread.low is None or spread.high is None:
        return ()
    if _off_centre(values, spread.low, spread.high) <= _NEAR_CENTRE:
        return ()
    return (
        "most estimates are not in the middle of their intervals: the numbers may come from "
        "another scale (an efficacy is 1 minus a ratio; pool the ratio)",
    )


def _off_centre(values: Array, low: Array, high: Array) -> float:
    """How far estimates are from the middle of their intervals, in half widths: the median."""
    half = (high - low) / 2
    off = np.abs(values - (high + low) / 2) / np.where(half > 0, half, np.nan)
    return float(np.nanmedian(off)) if np.isfinite(off).any() else np.inf
