"""Changes to the tables in data/ that data/corrections.yaml lists, each with reason and source.

The tables stay as they were transcribed. A correction names the cell and what stands there now;
if that is no longer so, the correction is refused, so that none is applied twice or to a row that
has since been mended.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pandas as pd

from metarepro.tabular.problems import Problem
from metarepro.tabular.tables import Table
from metarepro.tabular.yaml_text import parse_yaml

KEYS = ("file", "row", "column", "from", "to", "reason", "source")


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
    line : int
        Line in the file of corrections.
    """

    file: str
    row: str
    column: str
    before: str
    after: str
    reason: str
    source: str
    line: int


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
    if problems:
        return [], problems
    entries = document.value
    if not isinstance(entries, list):
        found = "an empty file" if entries is None else type(entries).__name__
        return [], [Problem(file, None, "", found, "a list of corrections, or []")]
    corrections: list[Correction] = []
    cells = set()
    for line, entry in zip(document.lines, entries, strict=True):
        wrong = _entry_problems(entry, line, file, data_files)
        problems += wrong
        if wrong:
            continue
        names = {"from": "before", "to": "after"}
        fields = {names.get(key, key): value for key, value in entry.items()}
        correction = Correction(**fields, line=line)
        cell = (correction.file, correction.row, correction.column)
        if cell in cells:
            found = f"{correction.row}, {correction.column} again"
            problems.append(Problem(file, line, "row", found, "one correction a cell"))
        else:
            cells.add(cell)
            corrections.append(correction)
    return corrections, problems


def _entry_problems(
    entry: object, line: int, file: str, data_files: Collection[str]
) -> list[Problem]:
    keys = "the keys " + ", ".join(KEYS)
    if not isinstance(entry, dict):
        return [Problem(file, line, "", str(entry), keys)]
    problems = [
        Problem(file, line, str(key), "an unknown key", keys) for key in entry if key not in KEYS
    ]
    for key in KEYS:
        if key not in entry:
            problems.append(Problem(file, line, key, "no such key", keys))
        elif not isinstance(entry[key], str):
            quoted = "text in quotes, as it stands in the cell ('0.10'; '' for an empty cell)"
            problems.append(Problem(file, line, key, str(entry[key]), quoted))
        elif key in ("reason", "source") and (
            not entry[key].strip() or len(entry[key].splitlines()) > 1
        ):
            problems.append(Problem(file, line, key, entry[key], "one line of text, not empty"))
    if problems:
        return problems
    if entry["file"] not in data_files:
        known = "one of: " + ", ".join(sorted(data_files))
        problems.append(Problem(file, line, "file", entry["file"], known))
    if entry["from"] == entry["to"]:
        problems.append(Problem(file, line, "to", entry["to"], "something other than in from"))
    return problems


def apply_corrections(
    cells: pd.DataFrame, table: Table, corrections: Sequence[Correction], file: str
) -> tuple[pd.DataFrame, pd.Series, list[Problem]]:
    """Change the cells of one table.

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
    corrected : DataFrame of str
    notes : Series of str
        For each row "column: old -> new (reason)", joined by "; "; "" if nothing was changed.
    problems : list of Problem
        Corrections whose row or column is not there or whose `from` does not match.
    """
    corrected = cells.copy()
    notes = pd.Series("", index=cells.index, dtype="str")
    problems = []
    key = _id_column(table)
    ids = pd.Series([str(row) for row in cells.index], index=cells.index, dtype="str")
    kind = "a row number as a spreadsheet counts, header 1"
    if key:
        ids, kind = cells[key], f"a {key} that the table has once"
    for correction in corrections:
        rows = ids.index[ids == correction.row]
        if correction.column not in cells.columns:
            columns = "one of: " + ", ".join(cells.columns)
            problems.append(Problem(file, correction.line, "column", correction.column, columns))
        elif len(rows) != 1:
            problems.append(Problem(file, correction.line, "row", correction.row, kind))
        elif (there := cells.loc[rows[0], correction.column]) != correction.before:
            allowed = f"what is in {correction.row}, {correction.column}: {there!r}"
            problems.append(Problem(file, correction.line, "from", correction.before, allowed))
        else:
            row = rows[0]
            corrected.loc[row, correction.column] = correction.after
            note = (
                f"{correction.column}: {correction.before} -> {correction.after}"
                f" ({correction.reason})"
            )
            # The cell may have held a line break; the note is one line of a table.
            note = "".join(char if char.isprintable() else " " for char in note)
            notes[row] = f"{notes[row]}; {note}" if notes[row] else note
    return corrected, notes, problems


def _id_column(table: Table) -> str | None:
    """First column if its values are unique."""
    name, column = next(iter(table.columns.items()))
    return name if column.unique else None
