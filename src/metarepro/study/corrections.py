"""Changes to the tables in data/ that data/corrections.yaml lists, each with reason and source.

The tables stay as they were transcribed. A correction names the cell and what stands there now;
if that is no longer so, the correction is refused, so that none is applied twice or to a row that
has since been fixed. What is wrong with the new value is wrong in the list, not in the table.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from metarepro.tabular.columns import SOURCE, is_source
from metarepro.tabular.plain_text import is_visible
from metarepro.tabular.problems import Problem
from metarepro.tabular.tables import Table
from metarepro.tabular.yaml_text import parse_yaml

KEYS = ("file", "row", "column", "from", "to", "reason", "source")
#: File (as problems name it), row as a spreadsheet counts, and column.
Cell = tuple[str, int, str]


@dataclass(frozen=True)
class Correction:
    """One changed cell.

    Parameters
    ----------
    file : str
        Path in the data folder, e.g. ``trials/results.csv``.
    row : str
        Id of the record; in tables without a unique id the row as a spreadsheet counts.
    column : str
        Name of the column.
    before, after : str
        The cell as it is and as it shall be, letter for letter.
    reason, source : str
        Why, and where the right value was read.
    lines : mapping of str to int
        Line of each key in the file of corrections.
    """

    file: str
    row: str
    column: str
    before: str
    after: str
    reason: str
    source: str
    lines: Mapping[str, int]


def read_corrections(
    content: bytes, file: str, data_files: Collection[str]
) -> tuple[list[Correction], list[Problem]]:
    """Read the list of corrections.

    Parameters
    ----------
    content : bytes
        Of the YAML file.
    file : str
        Its name in problems.
    data_files : collection of str
        Paths of the tables in the data folder.

    Returns
    -------
    corrections : list of Correction
        The well-formed ones.
    problems : list of Problem
    """
    document, problems = parse_yaml(content, file)
    if document is None:
        return [], problems
    if not isinstance(document.value, list):
        found = "an empty file" if document.value is None else "no list"
        allowed = "a list of corrections; write [] if there are none"
        return [], [*problems, Problem(file, document.line(()), "", found, allowed)]
    # Of a value that is no plain YAML nothing more is said.
    told = {(problem.row, problem.column) for problem in problems}
    corrections: dict[tuple[str, str, str], Correction] = {}
    for number, entry in enumerate(document.value):
        given = entry if isinstance(entry, dict) else ()
        lines = {key: document.line((number, key)) or 1 for key in (*KEYS, *given)}
        wrong = _entry_problems(entry, lines, file, data_files)
        problems += [problem for problem in wrong if (problem.row, problem.column) not in told]
        if wrong:
            continue
        names = {"from": "before", "to": "after"}
        fields = {names.get(key, key): value for key, value in entry.items()}
        correction = Correction(**fields, lines=lines)
        cell = (correction.file, correction.row, correction.column)
        if cell in corrections:
            found = f"{correction.row}, {correction.column} again"
            problems.append(Problem(file, lines["row"], "row", found, "one correction per cell"))
        corrections.setdefault(cell, correction)
    return list(corrections.values()), problems


def _entry_problems(
    entry: Any, lines: Mapping[str, int], file: str, data_files: Collection[str]
) -> list[Problem]:
    keys = "the keys " + ", ".join(KEYS)
    if not isinstance(entry, dict):
        return [Problem(file, min(lines.values()), "", str(entry), keys)]
    problems = [
        Problem(file, lines[key], key, "an unknown key", keys) for key in entry if key not in KEYS
    ]
    for key in KEYS:
        line = lines[key]
        if key not in entry:
            problems.append(Problem(file, line, key, "no such key", keys))
        elif not isinstance(entry[key], str):
            quoted = "text in quotes, as it stands in the cell ('0.10'; '' for an empty cell)"
            problems.append(Problem(file, line, key, str(entry[key]), quoted))
        elif key in ("reason", "source") and (not entry[key].strip() or not is_visible(entry[key])):
            allowed = "one line of text, not empty, no invisible characters"
            problems.append(Problem(file, line, key, entry[key], allowed))
        elif key == "source" and not is_source(entry[key]):
            problems.append(Problem(file, line, key, entry[key], SOURCE))
    if problems:
        return problems
    if entry["file"] not in data_files:
        known = "one of: " + ", ".join(sorted(data_files))
        problems.append(Problem(file, lines["file"], "file", entry["file"], known))
    if entry["from"] == entry["to"]:
        allowed = "something other than in from"
        problems.append(Problem(file, lines["to"], "to", entry["to"], allowed))
    return problems


def place_corrections(
    cells: pd.DataFrame, table: Table, corrections: Sequence[Correction], file: str
) -> tuple[dict[tuple[int, str], Correction], list[Problem]]:
    """Find the cells of one table that corrections are for.

    Parameters
    ----------
    cells : DataFrame of str
        As `cells.parse_cells` gives them: the index is the row in the file.
    table : Table
    corrections : sequence of Correction
        Those for this table.
    file : str
        Name of the file of corrections in problems.

    Returns
    -------
    placed : dict of (row, column) to Correction
    problems : list of Problem
        Corrections of an id, and those whose row or column is not there or whose `from` does not
        match.
    """
    placed = {}
    problems = []
    key = _id_column(table)
    ids = pd.Series([str(row) for row in cells.index], index=cells.index, dtype="str")
    kind = "a row number as a spreadsheet counts, header 1"
    if key:
        ids, kind = cells[key], f"a {key} that the table has once"
    for correction in corrections:
        rows = ids.index[ids == correction.row]
        column = correction.column
        wrong = None
        if column not in cells.columns:
            wrong = "column", column, "one of: " + ", ".join(cells.columns)
        elif column == key or column.endswith("_id"):
            allowed = (
                "a column other than an id, by which rows are found; correct the id in the table"
            )
            wrong = "column", column, allowed
        elif len(rows) != 1:
            wrong = "row", correction.row, kind
        elif (there := cells.loc[rows[0], column]) != correction.before:
            wrong = "from", correction.before, f"what is in {correction.row}, {column}: {there!r}"
        if wrong:
            problems.append(Problem(file, correction.lines[wrong[0]], *wrong))
        else:
            placed[int(rows[0]), column] = correction
    return placed, problems


def apply_corrections(
    cells: pd.DataFrame, placed: Mapping[tuple[int, str], Correction]
) -> tuple[pd.DataFrame, pd.Series]:
    """Change the cells of one table.

    Returns
    -------
    corrected : DataFrame of str
    notes : Series of str
        For each row "column: old -> new (reason)", joined by "; "; "" if nothing was changed.
    """
    corrected = cells.copy()
    notes = pd.Series("", index=cells.index, dtype="str")
    for (row, column), correction in placed.items():
        corrected.loc[row, column] = correction.after
        note = f"{column}: {correction.before} -> {correction.after} ({correction.reason})"
        # The cell may have held a line break; the note is one line of a table.
        note = "".join(char if char.isprintable() else " " for char in note)
        notes[row] = f"{notes[row]}; {note}" if notes[row] else note
    return corrected, notes


def blame_corrections(
    problems: Iterable[Problem], corrected: Mapping[Cell, Correction], file: str
) -> list[Problem]:
    """Problems of corrected cells as problems of the list of corrections.

    Parameters
    ----------
    problems : iterable of Problem
        Of the tables with their corrections.
    corrected : mapping of Cell to Correction
    file : str
        Name of the file of corrections in problems.

    Returns
    -------
    list of Problem
        Those of other cells in a corrected row say that it was corrected.
    """
    in_row: dict[tuple[str, int | None], Correction] = {}
    for (table, row, _), correction in corrected.items():
        in_row.setdefault((table, row), correction)
    blamed = []
    for problem in problems:
        own = corrected.get((problem.file, problem.row or 0, problem.column))
        near = in_row.get((problem.file, problem.row))
        if own:
            allowed = f"{problem.allowed} (in {own.row}, {own.column} of {own.file})"
            blamed.append(Problem(file, own.lines["to"], "to", problem.found, allowed))
        elif near:
            by = f"{file}, line {near.lines['to']}, changes {near.column} of this row"
            blamed.append(replace(problem, allowed=f"{problem.allowed} ({by})"))
        else:
            blamed.append(problem)
    return blamed


def _id_column(table: Table) -> str | None:
    """First column if its values are unique."""
    name, column = next(iter(table.columns.items()))
    return name if column.unique else None
