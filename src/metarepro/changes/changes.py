"""What changed between two states of the project: inputs, results, and what moved because of what.

A state is a mapping of paths to contents. The tables of results are compared record by record;
a movement is put down to the inputs that its record is made of. One that has none of them, while
code and configuration are the same, cannot be: then the results are older than the data.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from metarepro.changes.alarms import alarms_of, own_scale
from metarepro.changes.causes import Inputs, State, cause_of, changed_inputs
from metarepro.changes.freshness import altered_results, outdated_inputs, reviews_left_out
from metarepro.changes.result_tables import POOLED, RESULT_TABLES, ResultTable
from metarepro.changes.tables import Row, RowChange, TableChange, compare_tables, number
from metarepro.manifest.files import is_evidence, is_input
from metarepro.manifest.listing import LOCAL, MANIFEST
from metarepro.study.tables import PLACE
from metarepro.wording.scales import Scale

CODE_FOLDERS = ("config/", "rules/", "scripts/")
CODE_FILES = ("Snakefile", "environment.yml", "requirements.txt")
#: A movement below this share of the old interval's width (without one, of the value) is rounding.
ROUNDING = 1e-6


@dataclass(frozen=True)
class Movement:
    """A record of the results that is new, gone or not what it was.

    Parameters
    ----------
    row : RowChange
        With its cells before and after.
    scales : tuple of Scale
        How its effects are printed before and after.
    words : tuple of str
        Columns of `ResultTable.words` that changed.
    difference : float
        Estimate after minus before, on the scale of pooling; nan without the two, or if they are
        not on the same scale.
    relative : float
        Largest shift of the estimate or of a limit over the width of the old interval, without
        sign: a change of precision alone counts too. nan without intervals before and after on
        the same scale.
    alarms : tuple of str
        Changed sign, relation to no effect or verdict, in words.
    cause : str
        Inputs that changed and that the record is made of; "" if there are none.
    """

    row: RowChange
    scales: tuple[Scale, Scale]
    words: tuple[str, ...] = ()
    difference: float = math.nan
    relative: float = math.nan
    alarms: tuple[str, ...] = ()
    cause: str = ""


@dataclass(frozen=True)
class Moved:
    """What moved in one table of results; `rounding` and `elsewhere` count what is not listed."""

    table: ResultTable
    change: TableChange
    movements: tuple[Movement, ...] = ()
    rounding: int = 0
    elsewhere: int = 0


@dataclass(frozen=True)
class Changes:
    """Everything that differs between two states.

    Parameters
    ----------
    inputs : Inputs
        Of data/; the tables among its files record by record.
    code : tuple of str
        Files of code and configuration.
    moved : tuple of Moved
        One for each of `RESULT_TABLES`.
    figures, others : dict of str to str
        Files of results/ to "new", "changed" or "vanished"; figures without their ending.
    outdated : dict of str to list of str
        "before" and "after": inputs that the results of that state were not made from.
    altered : dict of str to list of str
        "before" and "after": results of that state that are not what its manifest lists.
    without_effect : tuple of str
        If no file of results/ differs: changed code. Whether the results were made after these
        edits, they cannot tell.
    left_out : dict of str to list of str
        "before" and "after": reviews that the results of that state lack, with what is wrong.
    """

    inputs: Inputs
    code: tuple[str, ...]
    moved: tuple[Moved, ...]
    figures: Mapping[str, str]
    others: Mapping[str, str]
    outdated: Mapping[str, list[str]]
    altered: Mapping[str, list[str]]
    without_effect: tuple[str, ...]
    left_out: Mapping[str, list[str]]

    def unexplained(self) -> list[tuple[ResultTable, Movement]]:
        """Movements without a changed input, while code and configuration are the same."""
        if self.code:
            return []
        return [(m.table, one) for m in self.moved for one in m.movements if not one.cause]


def compare_states(before: State, after: State) -> Changes:
    """Compare two states of the project.

    Parameters
    ----------
    before, after : mapping of str to bytes
        Paths from the project's folder, with /, to contents: at least data/, results/ and the
        code.

    Returns
    -------
    Changes
    """
    paths = sorted({*before, *after})
    differing = [path for path in paths if before.get(path) != after.get(path)]
    inputs = changed_inputs(before, after, [path for path in differing if is_evidence(path)])
    pools = compare_tables(before.get(POOLED.path), after.get(POOLED.path), POOLED.key)
    moved: dict[str, Moved] = {}
    for table in RESULT_TABLES:
        moved[table.path] = _moved(table, before, after, inputs, moved, pools)
    told = {table.path for table in RESULT_TABLES} | {MANIFEST, LOCAL}
    results = [path for path in differing if path.startswith("results/") and path not in told]
    figures = {
        path.rpartition(".")[0]: fate(path, before, after) for path in results if is_figure(path)
    }
    code = tuple(p for p in differing if p.startswith(CODE_FOLDERS) or p in CODE_FILES)
    anything_moved = any(p.startswith("results/") and p != MANIFEST for p in differing)
    unlisted = tuple(path for path in code if not is_input(path))
    return Changes(
        inputs=inputs,
        code=code,
        moved=tuple(moved.values()),
        figures=figures,
        others={p: fate(p, before, after) for p in results if not is_figure(p)},
        outdated={"before": outdated_inputs(before), "after": outdated_inputs(after)},
        altered={"before": altered_results(before), "after": altered_results(after)},
        without_effect=() if anything_moved else unlisted,
        left_out={"before": reviews_left_out(before), "after": reviews_left_out(after)},
    )


def is_figure(path: str) -> bool:
    """Whether a result is a figure (the report has copies of them, which are not counted again)."""
    return path.endswith(".svg") and not path.startswith("results/report/")


def fate(path: str, before: State, after: State) -> str:
    """What happened to a file: "new", "vanished" or "changed"."""
    return "new" if path not in before else "vanished" if path not in after else "changed"


def _moved(
    table: ResultTable,
    before: State,
    after: State,
    inputs: Inputs,
    earlier: Mapping[str, Moved],
    pools: TableChange,
) -> Moved:
    """What moved in one table; `earlier` are the tables before it, by path."""
    pools_before, pools_after = (
        {key[0]: row for key, row in rows.items()} for rows in (pools.old, pools.new)
    )
    upstream = {path: [m.row for m in moved.movements] for path, moved in earlier.items()}
    change = compare_tables(before.get(table.path), after.get(table.path), table.key)
    if change.note:
        return Moved(table, change)
    movements, rounding, elsewhere = [], 0, 0
    for row in change.rows:
        numbers = [c for c in table.numbers if c in row.columns]
        real = [c for c in numbers if not _is_rounding(row, c, table)]
        words = tuple(c for c in table.words if c in row.columns and not _is_rounding(row, c))
        if real or words or not row.before or not row.after:
            cause = cause_of(table, row, inputs, upstream)
            scales = (own_scale(row.before, pools_before), own_scale(row.after, pools_after))
            same = scales[0] == scales[1]
            difference, relative = _shift(row, table) if same else (math.nan, math.nan)
            alarms = alarms_of(row, table, scales)
            movements.append(Movement(row, scales, words, difference, relative, alarms, cause))
        elif numbers:
            rounding += 1
        elif not set(row.columns) <= set(PLACE):
            elsewhere += 1
    ordered = sorted(movements, key=_first_the_largest)
    return Moved(table, change, tuple(ordered), rounding, elsewhere)


def _first_the_largest(movement: Movement) -> tuple[bool, float, tuple[str, ...]]:
    size = movement.relative if math.isfinite(movement.relative) else movement.difference
    return not movement.alarms, -abs(size) if math.isfinite(size) else 0.0, movement.row.key


def _width(row: Row, table: ResultTable) -> float:
    _, low, high = table.numbers or ("", "", "")
    return number(row, high) - number(row, low)


def _is_rounding(row: RowChange, column: str, table: ResultTable | None = None) -> bool:
    old, new = number(row.before, column), number(row.after, column)
    width = _width(row.before, table) if table else math.nan
    scale = width if width > 0 else abs(old)
    return abs(new - old) <= ROUNDING * scale


def _shift(row: RowChange, table: ResultTable) -> tuple[float, float]:
    """Shift of the estimate; largest shift of estimate or limit over the old width."""
    if not table.numbers:
        return math.nan, math.nan
    shifts = [number(row.after, column) - number(row.before, column) for column in table.numbers]
    width = _width(row.before, table)
    if not width > 0 or not all(map(math.isfinite, shifts)):
        return shifts[0], math.nan
    return shifts[0], max(map(abs, shifts)) / width
