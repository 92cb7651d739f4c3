"""Problems in the data as annotations of a pull request on GitHub.

The syntax is that of GitHub's workflow commands: one line, `::error key=value,...::message`, in
which % and line ends are written as %25, %0D and %0A, and : and , of the values as %3A and %2C.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from metarepro.tabular.cells import read_bytes
from metarepro.tabular.input_tables import INPUT_TABLES
from metarepro.tabular.problems import Problem

_IN_MESSAGE = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_VALUE = _IN_MESSAGE | {":": "%3A", ",": "%2C"}
#: A cell, in quotation marks or not, and what ends it.
_CELL = re.compile(r'(?:"((?:[^"]|"")*+)"|(?!")([^,\r\n]*+))(,|\r\n|\r|\n|\Z)')


def annotations(problems: Sequence[Problem], folder: Path) -> list[str]:
    """One workflow command per problem, with the line and column of its cell.

    Parameters
    ----------
    problems : sequence of Problem
        Their files as seen from `folder`.
    folder : Path
        The project's folder.
    """
    texts = {problem.file: _table_text(folder / problem.file) for problem in problems}
    return [annotation(problem, texts[problem.file]) for problem in problems]


def _table_text(path: Path) -> str | None:
    """Text of a file if it is one of the tables, whose problems have a row.

    In review files, also in the CSV files of RevMan Web, a row is a line.
    """
    if path.suffix != ".csv" or path.stem not in INPUT_TABLES or not path.is_file():
        return None
    # The place in a file that is not UTF-8 is found all the same.
    return read_bytes(path, "")[0].decode("utf-8-sig", "replace")


def annotation(problem: Problem, content: str | None) -> str:
    """Give one problem as a workflow command.

    Parameters
    ----------
    problem : Problem
        Its file as seen from the project's folder. One inside a zip file ("a.zip!b.csv") is
        annotated at the zip file, which has no lines.
    content : str or None
        Text of a CSV file whose rows are counted as a spreadsheet counts, from which the place of
        the cell is found; None where the row is a line, or the file cannot be read.

    Returns
    -------
    str
        On one line, whatever the data hold.
    """
    file, _, member = problem.file.partition("!")
    place = {"file": file}
    if problem.row is not None and not member:
        line, column = problem.row, None
        if content is not None:
            line, column = _cell_place(content, problem)
        place["line"] = str(line)
        if column is not None:
            place["col"] = str(column)
    values = ",".join(f"{name}={_escaped(value, _IN_VALUE)}" for name, value in place.items())
    return f"::error {values}::{_escaped(str(problem), _IN_MESSAGE)}"


def _escaped(text: str, codes: dict[str, str]) -> str:
    return "".join(codes.get(character, character) for character in text)


def _cell_place(content: str, problem: Problem) -> tuple[int, int | None]:
    """Line and column (from 1) at which a cell begins; the row's line if it has no such cell.

    Row and line differ below a cell that holds a line break.
    """
    rows = _rows(content)
    if problem.row is None or not 0 < problem.row <= len(rows):
        return problem.row or 1, None
    row = rows[problem.row - 1]
    starts = {name: start for (_, name), (start, _) in zip(rows[0], row, strict=False)}
    start = starts.get(problem.column) if problem.column else None
    line = content.count("\n", 0, row[0][0] if start is None else start) + 1
    return line, None if start is None else start - content.rfind("\n", 0, start)


@lru_cache(maxsize=32)
def _rows(content: str) -> list[list[tuple[int, str]]]:
    """The cells of every row of a CSV file: where each begins, and its text.

    Rows are what `csv` takes for rows: a quotation mark inside a cell is a letter, one at its
    beginning opens it. Where such a cell does not end as it should the rows end, as they do there.
    """
    rows: list[list[tuple[int, str]]] = []
    at, next_row = 0, True
    while at < len(content) or not next_row:
        if next_row:
            rows.append([])
        cell = _CELL.match(content, at)
        rows[-1].append((at, (cell and (cell[1] or cell[2])) or ""))
        if not cell:
            break
        next_row = cell[3] != ","
        at = cell.end()
    return rows
