"""Whether the pools that a source prints come from its rows.

Printed pools stand among the rows of a table (subtotals, a total), in a table that leaves one study
out at a time, or in columns.yaml.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from metarepro.conversion.arm_data import ARM_MEASURES
from metarepro.explanation.effect_form import EffectForm
from metarepro.explanation.matching import printed_scale
from metarepro.explanation.published import PublishedResult
from metarepro.explanation.rounding import OUTSIDE
from metarepro.explanation.rows import MAX_ROWS, StudyRows, study_rows
from metarepro.extraction.closing import Check, Printed, check, close_rows, reach
from metarepro.extraction.closing_analysis import (
    by_headers,
    check_words,
    number_in,
    of_the_same_studies,
)
from metarepro.extraction.closing_pools import (
    ClosedPool,
    ClosedPools,
    close_pools,
    close_subgroup_test,
)
from metarepro.extraction.extracted import asked_rows, extract, row_label, table_of
from metarepro.extraction.headers import HIGH, LOW
from metarepro.extraction.mapping import Analysis, Cell
from metarepro.extraction.pool_labels import is_no_study, leaves_one_out
from metarepro.extraction.profiles import profile
from metarepro.extraction.table_pools import (
    TablePool,
    group_test_p,
    named_pools,
    pools_without_one,
    table_pools,
)
from metarepro.models.thresholds import Z95
from metarepro.readers.effect_table import EffectTable
from metarepro.readers.source_table import Source, SourceRow, SourceTable
from metarepro.tabular.file_names import COLUMNS_FILE
from metarepro.tabular.printed_numbers import printed_number

_LIMITS = ("ci_low", "ci_high")


@dataclass(frozen=True, eq=False)
class ClosedPrint:
    """The pools that are printed in one place, closed.

    Attributes
    ----------
    where : the place, in words; "" for the table of the rows
    closed : ClosedPools
    pools : as they are printed, in the order of `closed.pools`
    group_test : the p value of the test between subgroups against their pools, where it is printed
    """

    where: str
    closed: ClosedPools
    pools: tuple[TablePool, ...]
    group_test: Check | None

    def words(self) -> Iterator[str]:
        """How many pools come out, under which model, and those that do not."""
        noun = "pool comes" if len(self.pools) == 1 else "pools come"
        yield (
            f"{self.closed.n_closed} of {len(self.pools)} printed {noun} out of the rows"
            f"{self.where}: {self.closed.model.label}"
        )
        yield from (f"  {line}" for line in self.open_words())

    def open_words(self) -> Iterator[str]:
        """What does not close, a line each."""
        for printed, pool in zip(self.pools, self.closed.pools, strict=True):
            if pool.verdict == OUTSIDE:
                yield _pool_words(printed, pool, self.closed.model.form)
        if self.group_test is not None and not self.group_test.closes:
            yield check_words(self.group_test)


def _pool_words(printed: TablePool, pool: ClosedPool, form: EffectForm) -> str:
    numbers = printed_scale(form)(np.array([pool.estimate, pool.ci_low, pool.ci_high]))
    estimate, low, high = (f"{x:.4g}" for x in numbers)
    place = f"Row {printed.row} ({pool.label})" if printed.row else pool.label
    rows = "1 row gives" if pool.k == 1 else f"{pool.k} rows give"
    alone = f"; alone, it comes from: {pool.alone[0]}" if pool.alone else ""
    return (
        f"{place}: printed {printed.published.text}; its {rows} {estimate} [{low}, {high}]; "
        f"off: {pool.off}{alone}"
    )


def close_printed(
    source: Source, analysis: Analysis, beside: Sequence[Analysis]
) -> list[ClosedPrint]:
    """Set the printed pools of a source beside what the rows of an analysis give.

    Parameters
    ----------
    source : Source
    analysis : Analysis
        Without open questions, as `extracted.extract` takes it.
    beside : sequence of Analysis
        All analyses of the source: of counts or means, the effects of the same table say what is
        printed.

    Returns
    -------
    list of ClosedPrint
        One for each place with printed pools.
    """
    rows = extract(source, analysis).table
    if not 2 <= len(rows.cells) <= MAX_ROWS:
        return []
    table = table_of(source, analysis)
    found = [_in_table(rows, table, analysis, beside)]
    found += [close_left_out(source, one, analysis) for one in source.tables if leaves_one_out(one)]
    if analysis.published_of:
        own = study_rows(rows, analysis.measure)
        pools = named_pools(analysis, table, own)
        found.append(_closed(own, f", of {COLUMNS_FILE}", pools, analysis.measure))
    return [one for one in found if one is not None]


def _closed(
    rows: StudyRows, where: str, pools: Sequence[TablePool], measure: str, test: Check | None = None
) -> ClosedPrint | None:
    if not pools:
        return None
    asked = [(pool.label, pool.member, pool.published) for pool in pools]
    return ClosedPrint(where, close_pools(rows, asked, measure), tuple(pools), test)


def _in_table(
    rows: EffectTable, table: SourceTable, analysis: Analysis, beside: Sequence[Analysis]
) -> ClosedPrint | None:
    """The totals among the rows."""
    same = of_the_same_studies(analysis, table, beside)
    effects = next((one for one in [analysis, *same] if "yi" in one.columns), None)
    measure = _measure(analysis, effects, rows.kinds)
    if effects is None or measure is None:
        return None
    printing = _Printing(table, effects, analysis.columns.get("study"))
    own = study_rows(rows, measure)
    asked = replace(table, rows=tuple(asked_rows(table, analysis)))
    pools = table_pools(asked, own.rows, printing.label, printing.numbers)
    if measure == "proportion" and any(p.published.numbers["estimate"].value > 1 for p in pools):
        return None  # percentages, which are not on the scale of the rows
    return _closed(own, "", pools, measure, _group_test(asked, pools, effects))


def close_left_out(source: Source, table: SourceTable, analysis: Analysis) -> ClosedPrint | None:
    """Set the pools of a table that leaves one study out at a time beside the rows of an analysis.

    None where the table names other studies.
    """
    effects = next((one for one in by_headers(table) if "yi" in one.columns), None)
    rows = extract(source, analysis).table
    measure = _measure(analysis, effects, rows.kinds)
    if effects is None or measure is None:
        return None
    printing = _Printing(table, effects, Cell(table.columns[0]))
    own = study_rows(rows, measure)
    pools = pools_without_one(table, own.studies, printing.label, printing.numbers)
    where = f", of {table.label or 'a table'} with one study left out each"
    return _closed(own, where, pools, measure)


def close_alone(table: SourceTable) -> list[Check]:
    """Check a table that leaves one study out at a time without the rows of these.

    Each pool is held against the middle of its interval, and the total against the others.
    """
    effects = next((one for one in by_headers(table) if "yi" in one.columns), None)
    if effects is None:
        return []
    printing = _Printing(table, effects, Cell(table.columns[0]))
    cells = pd.DataFrame(
        {row.number: printing.numbers(row) for row in table.rows},
        index=["yi", *_LIMITS],
        dtype="str",
    ).T
    checks = close_rows(cells, [printing.label(row) for row in table.rows], effects.on_log)
    total = _amid(table, printing)
    return [*checks, total] if total else checks


def _amid(table: SourceTable, printing: "_Printing") -> Check | None:
    """The total against the least and the largest of the pools without one study.

    A pool by weights is a mean of those that leave one of its studies out, each weighted by what it
    keeps of the weights, so it lies between the least and the largest of them. Weights of a
    random-effects model, which change with the study, leave it there but for the rarest cases.
    """
    without, totals = [], []
    for row in table.rows:
        text = printing.numbers(row)[0]
        number = printed_number(text)
        if number and is_no_study(printing.label(row)):
            totals.append((row, text))
        elif number:
            without.append(number)
    if len(without) < 2 or len(totals) != 1:
        return None
    ((row, text),) = totals
    ends = min(x - half for x, half in without), max(x + half for x, half in without)
    what = "pool against those with one study left out"
    return check(what, row.number, printing.label(row), text, [ends])


def _measure(analysis: Analysis, effects: Analysis | None, kinds: Sequence[str]) -> str | None:
    """The measure of the rows that is printed as some effects are: "" for any, None for none."""
    if effects is None or effects.questions:
        return None
    on_log = effects.scale == "log"
    if "yi" in analysis.columns:
        return "" if on_log else analysis.measure
    named = analysis.measure or effects.measure.removeprefix("ratio")
    of_kind = named in ARM_MEASURES and ARM_MEASURES[named].data in kinds
    # A hazard ratio beside counts, say, does not come from them.
    return None if on_log or named and not of_kind else named


class _Printing:
    """What a table prints of its pools: the columns of its effects, and of the labels."""

    def __init__(self, table: SourceTable, effects: Analysis, label: Cell | None) -> None:
        place = table.columns.index
        cells = _limits_of(table) | dict(effects.columns)
        self._decimal = effects.decimal
        self._cells = [(place(cells[role].column), cells[role]) if role in cells else None
                       for role in ("yi", *_LIMITS)]  # fmt: skip
        self._label = place(label.column) if label else None

    def label(self, row: SourceRow) -> str:
        """The name of a row."""
        return row_label(row, self._label)

    def numbers(self, row: SourceRow) -> list[str]:
        """Estimate and limits of a row in plain digits, "" for what is not printed."""
        return [number_in(row.cells[cell[0]], cell[1], self._decimal) if cell else ""
                for cell in self._cells]  # fmt: skip


def _limits_of(table: SourceTable) -> dict[str, Cell]:
    """The columns of the limits, where a table has only one of each."""
    columns, _ = profile(table)
    found = {}
    for role, statistic in zip(_LIMITS, (LOW, HIGH), strict=True):
        texts = [c.header.text for c in columns if c.header.statistic == statistic and c.width == 1]
        if len(texts) == 1 and table.columns.count(texts[0]) == 1:
            found[role] = Cell(texts[0])
    return found if len(found) == len(_LIMITS) else {}


def _group_test(table: SourceTable, pools: Sequence[TablePool], effects: Analysis) -> Check | None:
    """The printed p value of the test between subgroups against their printed pools."""
    p = group_test_p(table)
    groups = [pool for pool in pools if pool.group]
    whole = all(f"ci_{end}" in pool.published.numbers for pool in groups for end in ("low", "high"))
    # Of two pools for each group, by two models, the test may be of either.
    once = len({pool.group for pool in groups}) == len(groups) > 1
    if not p or not whole or not once:
        return None
    ratio = effects.scale == "ratio"
    estimates, errors = zip(*(_on_scale(pool.published, ratio) for pool in groups), strict=True)
    if not all(value > half for value, half in errors):  # limits too coarse to tell the error
        return None
    return close_subgroup_test(estimates, errors, p)


def _on_scale(published: PublishedResult, ratio: bool) -> tuple[Printed, Printed]:
    """Estimate and standard error of a printed pool where it is pooled, with their rounding."""
    to = np.log if ratio else np.asarray
    estimate, low, high = (
        (n.value, n.half) for n in (published.numbers[name] for name in ("estimate", *_LIMITS))
    )
    return (
        _middle(*reach(to, estimate)),
        _middle(*reach(lambda a, b: (to(b) - to(a)) / (2 * Z95), low, high)),
    )


def _middle(low: float, high: float) -> Printed:
    return (low + high) / 2, (high - low) / 2
