"""Proposes correlations with their sizes, and events with the size of one group."""

from collections.abc import Iterator, Sequence

import numpy as np

from metarepro.extraction.arm_columns import MOST, fit, is_fraction
from metarepro.extraction.arm_rows import arms_in_rows
from metarepro.extraction.headers import (
    CORRELATION,
    EVENTS,
    MEAN,
    MEAN_SD,
    SD,
    SE,
    SIZE,
    VARIANCE,
    parse_header,
)
from metarepro.extraction.mapping import Analysis, Cell
from metarepro.extraction.profiles import Column


def group_analyses(columns: Sequence[Column], mark: str) -> Iterator[Analysis]:
    """The one set of correlations and sizes, or of events and sizes, of a table without arms.

    Where several columns could be one of them, none is taken: only a person knows which. Nor are
    events of one group beside those of an arm, or those of arms in rows of their own: they are
    half of a comparison.
    """
    sizes = _without_arm(columns, SIZE)
    correlations = [c for c in _without_arm(columns, CORRELATION) if _fits_correlation(c)]
    if len(correlations) == len(sizes) == 1:
        yield _analysis({"r": correlations[0].cell, "n_total": sizes[0].cell}, "correlation", mark)
        return
    beside = any(c.header.arm for c in columns if c.header.statistic in (EVENTS, SIZE))
    if beside or arms_in_rows(columns):
        return
    fractions = [c for c in columns if is_fraction(c)]
    if len(fractions) == 1:
        name, reason = fractions[0].header.text, "events and size in one cell"
        cells = {"events": Cell(name, 1, reason), "n_total": Cell(name, 2, reason)}
        yield _analysis(cells, "proportion", mark)
        return
    events = _without_arm(columns, EVENTS)
    if len(events) == len(sizes) == 1 and _fit(events[0], sizes[0]):
        yield _analysis({"events": events[0].cell, "n_total": sizes[0].cell}, "proportion", mark)


def misfits(columns: Sequence[Column]) -> Iterator[str]:
    """Why columns of one group were not taken: arms in rows, or numbers that cannot be right."""
    if arms := arms_in_rows(columns):
        yield str(arms)
    if words := _lacks_sds(columns):
        yield words
    for column in _without_arm(columns, CORRELATION):
        wrong = [t for t, r in zip(column.texts, column.values(), strict=True) if abs(r) >= 1]
        if wrong:
            yield f"{column.header.text} has {wrong[0].strip()}, which is no correlation"
    events, sizes = _without_arm(columns, EVENTS), _without_arm(columns, SIZE)
    pairs = [(c.header.text, c.values(1), c.values(2)) for c in columns if c.width in (2, 3)]
    if len(events) == len(sizes) == 1:
        pairs.append((events[0].header.text, events[0].values(), sizes[0].values()))
    for name, some, of in pairs:
        wrong = [f"{x:g} of {n:g}" for x, n in zip(some, of, strict=True) if x > n]
        if wrong and parse_header(name).statistic in (EVENTS, SIZE):
            yield f"{name} has {wrong[0]}"


def _lacks_sds(columns: Sequence[Column]) -> str:
    """What stands beside the means of groups where SDs are wanted; "" if that is not it."""
    said = {column.header.statistic for column in columns}
    spreads = [c.header.text for c in columns if c.header.statistic in (SE, VARIANCE)]
    if not spreads or not {MEAN, SIZE} <= said or said & {SD, MEAN_SD}:
        return ""
    return (
        f"The means have {', '.join(spreads)} and no SDs: add columns with these (a standard error "
        "times the root of the size, the root of a variance)"
    )


def _without_arm(columns: Sequence[Column], statistic: str) -> list[Column]:
    return [
        c for c in columns if c.header.statistic == statistic and not c.header.arm and c.width == 1
    ]


def _fits_correlation(column: Column) -> bool:
    """Whether most numbers lie between -1 and 1, and some are no whole ones."""
    known = column.values()[column.filled]
    return bool(np.mean(np.abs(known) < 1) > MOST and (known % 1 != 0).any())


def _fit(events: Column, sizes: Column) -> bool:
    """Whether events are whole numbers within the sizes of their rows."""
    x, n = events.values(), sizes.values()
    known = np.isfinite(x) & np.isfinite(n)
    return bool(known.any()) and fit(x[known], n[known])


def _analysis(cells: dict[str, Cell], measure: str, mark: str) -> Analysis:
    return Analysis(measure, "", cells, measure, decimal=mark)
