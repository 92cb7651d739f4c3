"""A ledger of corrections: cells of a table that are wrong in the source, each with its reason."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from metarepro.questions.study_columns import name_key, refuse_repeated
from metarepro.readers.csv_rows import read_csv_rows
from metarepro.readers.effect_table import EffectTable
from metarepro.tabular.plain_text import clean_text
from metarepro.tabular.problems import DataError, Problem, refused

#: The columns of a ledger; a line has a row, as a spreadsheet counts, or a study.
COLUMNS = ("row", "study", "column", "found", "right", "reason", "source")
_NEEDED = ("column", "found", "right", "reason", "source")


@dataclass(frozen=True)
class Correction:
    """One line of a ledger.

    Attributes
    ----------
    line : of the ledger, as a spreadsheet counts
    row : of the table
    study : the name of that row
    column : as the table calls it
    found, right : the cell as it stands and as it shall be
    reason, source : why, and where the right value was read
    """

    line: int
    row: int
    study: str
    column: str
    found: str
    right: str
    reason: str
    source: str


def read_ledger(ledger: Path | pd.DataFrame, table: EffectTable) -> list[Correction]:
    """Read a ledger of corrections to a table.

    Parameters
    ----------
    ledger : Path or DataFrame
        With the columns of `COLUMNS`; `row` or `study` may be missing.
    table : EffectTable
        Before its correction.

    Raises
    ------
    DataError
        With all problems: no such row or column, a study that has several rows, a cell that does
        not hold what was `found` (so that nothing is corrected twice), a line without a right
        value, a reason or a source, and a cell that is corrected twice.
    """
    file, rows = read_csv_rows(ledger, "the ledger")
    missing = [name for name in _NEEDED if name not in rows]
    strange = [name for name in rows if name not in COLUMNS]
    if missing or strange or not {"row", "study"} & set(rows):
        found = ", ".join(map(str, rows.columns))
        raise refused(file, found, f"the columns {', '.join(COLUMNS)}", 1)
    refuse_repeated(table)
    problems: list[Problem] = []
    corrections: dict[tuple[int, str], Correction] = {}
    rows = rows.reindex(columns=list(COLUMNS), fill_value="")
    for line, cells in zip(rows.index.tolist(), rows.to_dict("records"), strict=True):
        one, faults = _correction(line, cells, table)
        if (one.row, one.column) in corrections:
            faults.append(("column", "one line per cell"))
        corrections.setdefault((one.row, one.column), one)
        problems += [Problem(file, line, name, cells[name], allowed) for name, allowed in faults]
    if problems:
        raise DataError(problems)
    return list(corrections.values())


def _correction(
    line: int, cells: Mapping[Hashable, str], table: EffectTable
) -> tuple[Correction, list[tuple[str, str]]]:
    """A line as it stands, and what is wrong with it: the column of the ledger, what is allowed."""
    faults = [(name, f"the {name}") for name in ("right", "reason", "source") if not cells[name]]
    row = _row(cells["row"], cells["study"], table)
    held = _cells_of(table, cells["column"])
    if isinstance(row, str):
        faults.append(("row" if cells["row"] else "study", row))
    if held is None:
        faults.append(("column", _known(table)))
    number, study, column = -line, cells["study"], cells["column"]
    if not isinstance(row, str) and held is not None:
        there = clean_text(held[row])
        if not _equal(there, cells["found"]):
            faults.append(("found", f"what is there: {there!r}"))
        elif _equal(there, cells["right"]):
            faults.append(("right", "another value than found"))
        number, study = row, table.studies[list(table.cells.index).index(row)]
        column = str(held.name)
    said = {name: cells[name] for name in ("found", "right", "reason", "source")}
    return Correction(line, number, study, column, **said), faults


def corrected(table: EffectTable, corrections: Sequence[Correction]) -> EffectTable:
    """A table with its cells corrected; the one given stays as it is."""
    cells, others = table.cells.copy(), table.others.copy()
    for one in corrections:
        ours = _our_name(table, one.column)
        frame = cells if ours in cells else others
        frame.loc[one.row, ours] = one.right
    return replace(table, cells=cells, others=others)


def blamed(error: DataError, corrections: Sequence[Correction]) -> DataError:
    """Problems of a corrected table that say which of its rows were corrected."""
    lines = {one.row: f"{one.column} was corrected by line {one.line}" for one in corrections}
    return DataError(
        replace(problem, allowed=f"{problem.allowed} ({line} of the ledger)")
        if (line := lines.get(problem.row or 0))
        else problem
        for problem in error.problems
    )


def _row(row: str, study: str, table: EffectTable) -> int | str:
    """The row that a line is about, or what it may be."""
    named = [
        int(number)
        for number, name in zip(table.cells.index, table.studies, strict=True)
        if study and name_key(name) == name_key(study)
    ]
    if row:
        if not row.isascii() or not row.isdigit() or int(row) not in table.cells.index:
            first, last = table.cells.index[0], table.cells.index[-1]
            return f"a row of {table.file}, from {first} to {last}"
        if study and int(row) not in named:
            return f"a row of {study}"
        return int(row)
    if len(named) == 1:
        return named[0]
    if named:
        return f"the row too, as the study has several: {', '.join(map(str, named))}"
    return f"a study of {table.file}"


def _our_name(table: EffectTable, column: str) -> str:
    """The name of a column in the frames of the table; "" if there is none."""
    ours = {given.lower(): name for name, given in table.given_names.items()}
    name = ours.get(column.lower(), column)
    names = [*table.cells.columns, *table.others.columns]
    return next((str(own) for own in names if str(own).lower() == name.lower()), "")


def _cells_of(table: EffectTable, column: str) -> "pd.Series[str] | None":
    """A column under the name that the table gives it."""
    name = _our_name(table, column)
    if not name:
        return None
    frame = table.cells if name in table.cells else table.others
    return frame[name].rename(table.given_names.get(name, name))


def _known(table: EffectTable) -> str:
    names = [table.given_names.get(str(name), str(name)) for name in table.cells]
    return f"one of {', '.join([*names, *map(str, table.others)])}"


def _equal(one: str, other: str) -> bool:
    """Whether two cells say the same: 12 is 12.0."""
    try:
        return float(one) == float(other)
    except ValueError:
        return one == other
