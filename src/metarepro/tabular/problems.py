"""What is wrong in a table or a file, told to the person who edits the data."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from metarepro.errors import InputError

LONGEST_FOUND = 100
_WITH_LINES = (".yaml", ".rm5")


@dataclass(frozen=True)
class Problem:
    """One mistake and the place where it can be fixed.

    Parameters
    ----------
    file : str
        Path as the reader of the message knows it, e.g. ``data/trials/results.csv``.
    row : int or None
        Row as a spreadsheet counts (the header is row 1); None when the whole file is meant.
        In YAML and RevMan 5 files the line.
    column : str
        Column (in YAML files the key), or "" when no single one is meant.
    found : str
        What is there.
    allowed : str
        What may be there.
    """

    file: str
    row: int | None
    column: str
    found: str
    allowed: str

    def __str__(self) -> str:
        """Give the problem on one line."""
        place = self.file
        if self.row is not None:
            place += f", {'line' if self.file.endswith(_WITH_LINES) else 'row'} {self.row}"
        if self.column:
            place += f", {self.column}"
        found = self.found
        if len(found) > LONGEST_FOUND:
            found = found[:LONGEST_FOUND] + "..."
        return f"{place}: found {found!r}; allowed: {self.allowed}"

    def place(self) -> tuple[str, int, str]:
        """File, row and column, for sorting."""
        return self.file, self.row or 0, self.column


def problem_of_row(row: pd.Series, column: str, allowed: str) -> Problem:
    """Problem of a cell of a table that carries the file and row of its records."""
    value = row[column]
    if isinstance(value, float):
        value = "" if pd.isna(value) else f"{value:.10g}"
    return Problem(row["file"], int(row["row"]), column, value, allowed)


class DataError(InputError):
    """All problems of all tables that were looked at.

    Parameters
    ----------
    problems : iterable of Problem
        At least one; equal ones are kept once.
    """

    def __init__(self, problems: Iterable[Problem]):
        self.problems = sorted(dict.fromkeys(problems), key=Problem.place)
        super().__init__(self.problems)

    def __str__(self) -> str:
        """List all problems, one per line, sorted by place, with their number."""
        count = len(self.problems)
        lines = [f"{count} problem{'' if count == 1 else 's'} in the data"]
        return "\n".join(lines + [f"  {problem}" for problem in self.problems])


def refused(file: str, found: str, allowed: str, row: int | None = None) -> DataError:
    """The error for a file of which nothing can be read."""
    return DataError([Problem(file, row, "", found, allowed)])
