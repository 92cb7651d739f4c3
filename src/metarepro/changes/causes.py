"""What changed in data/, and which of it a result is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from metarepro.changes.result_tables import (
    AUDIT,
    CLAIMS,
    EFFECTS,
    MULTIVERSE,
    POOLED,
    REPRODUCTION,
    REVIEW_FILES,
    ResultTable,
)
from metarepro.changes.tables import RowChange, TableChange, compare_tables

State = Mapping[str, bytes]

#: Columns that identify a record of data/, where it is not the first one.
DATA_KEYS = {
    "published.csv": ("outcome", "outcome_label", "subgroup", "intervention"),
    "outcome_map.csv": ("comparison_number", "outcome_number"),
}
#: Input table to the column of an effect that leads to its record.
_OF_AN_EFFECT = {
    "results": "result_id",
    "trials": "trial_id",
    "clusters": "trial_id",
    "outcomes": "outcome",
    "interventions": "intervention",
}
#: Names of trials in a cause before the rest is counted.
_NAMED = 3


@dataclass(frozen=True)
class Inputs:
    """What changed in data/.

    Parameters
    ----------
    files : mapping
        Path to the change of the table, None for a file that is no table.
    records : mapping
        Name of a table to the ids of its changed records.
    reviews : set of str
        Reviews of which a file changed.
    """

    files: Mapping[str, TableChange | None]
    records: Mapping[str, set[str]]
    reviews: frozenset[str]


def changed_inputs(before: State, after: State, paths: Sequence[str]) -> Inputs:
    """Compare the files of data/ that differ, tables record by record."""
    files: dict[str, TableChange | None] = {}
    records: dict[str, set[str]] = {}
    for path in paths:
        name = path.rpartition("/")[2]
        files[path] = None
        if name.endswith(".csv"):
            change = compare_tables(before.get(path), after.get(path), DATA_KEYS.get(name, ()))
            files[path] = change
            # Where no record can be told apart, any may have changed.
            keys = [row.key for row in change.rows] or [*change.old, *change.new]
            records.setdefault(name.removesuffix(".csv"), set()).update(key[0] for key in keys)
    reviews = {path.split("/")[2] for path in paths if path.startswith("data/reviews/")}
    return Inputs(files, records, frozenset(reviews))


def cause_of(
    table: ResultTable, row: RowChange, inputs: Inputs, moved: Mapping[str, Sequence[RowChange]]
) -> str:
    """Name the changed inputs that a result is made of; "" if there are none.

    Parameters
    ----------
    table : ResultTable
        The table that the result is in.
    row : RowChange
        The result.
    inputs : Inputs
        What changed in data/.
    moved : mapping
        Path of each earlier table of results to what moved in it.
    """
    causes: list[str] = []
    if table is EFFECTS:
        causes = _of_effect(row, inputs)
    elif table in (POOLED, REPRODUCTION):
        trials = {trial for m in moved[EFFECTS.path] for trial in _cells(m, "trial_id")}
        own = {trial for cell in _cells(row, "trial_ids") for trial in cell.split(" ")}
        causes = [_effects_of(sorted(trials & own))] if trials & own else []
        causes += [
            f"data/reviews/{name}" for name in sorted(_cells(row, "review_id") & inputs.reviews)
        ]
    elif table is REVIEW_FILES:
        # The table has the file's name, which files of several reviews may share.
        causes = ["a review's data file"] if inputs.reviews else []
    else:
        pools = {m.key[0] for m in moved.get(POOLED.path, ())}
        if _cells(row, "synthesis") & pools:
            causes = ["its pool"]
        elif table is MULTIVERSE and moved[EFFECTS.path]:
            causes = ["effects"]
        elif table is AUDIT and row.key[1] in inputs.records.get("results", ()):
            causes = ["results.csv"]
        elif table is CLAIMS and row.key[0] in inputs.records.get("claims", ()):
            causes = ["claims.csv"]
    if not causes and table in (CLAIMS, AUDIT) and inputs.files:
        # They draw on many tables: counts of trials, other reviews, evaluations.
        causes = ["other inputs"]
    return "; ".join(causes)


def _of_effect(row: RowChange, inputs: Inputs) -> list[str]:
    causes = [
        f"{table}.csv"
        for table, column in _OF_AN_EFFECT.items()
        if _cells(row, column) & inputs.records.get(table, set())
    ]
    if "data/corrections.yaml" in inputs.files:
        causes.append("corrections.yaml")
    of_review = _cells(row, "source_kind") | _cells(row, "exclude")
    if inputs.reviews and of_review & {"review_file", "superseded"}:
        causes.append("a review's data file")
    return causes


def _cells(row: RowChange, column: str) -> set[str]:
    """What stands in a column, before and after."""
    return {cells[column] for cells in (row.before, row.after) if cells.get(column)}


def _effects_of(trials: Sequence[str]) -> str:
    more = f" and {len(trials) - _NAMED} others" if len(trials) > _NAMED else ""
    return f"effects of {', '.join(trials[:_NAMED])}{more}"
