"""Tables: declared once, read, checked and written.

The rooms of the library declare their tables (`Table`); `metarepro.catalogue` lists them all. In
memory a table is a DataFrame with exactly the columns of its declaration, in order: numbers as
float64 with nan for an empty cell, everything else as str with "" for an empty cell. Texts are
plain objects: out of its own type of text pandas takes rows ten times as slowly.
"""

import csv
import io
import numbers
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from metarepro.tabular.atomic import write_file
from metarepro.tabular.cells import HEADER_ROW, parse_cells, read_bytes
from metarepro.tabular.columns import Column, Columns
from metarepro.tabular.problems import DataError, Problem, refused

FLOAT_FORMAT = "%.10g"

# No nan, inf, decimal comma or thousands separator; float() would take some of those.
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
# Double precision tells no two numbers apart that differ behind them (IEEE 754).
_MOST_DIGITS = 17
_EXPONENT = re.compile("[eE]")


@dataclass(frozen=True, eq=False)
class Table:
    """The declaration of a table.

    Parameters
    ----------
    name : str
        What it is called where all tables stand together; no two results share one.
    path : str
        Where it is below the folder of its kind, data/ or results/.
    columns : dict of str to Column
        In order.
    about : str
        What a row of it is, for people who download it; "" if it is not offered.
    optional : bool
        Whether a study can do without the file; then it is as good as one without rows.

    Examples
    --------
    >>> from metarepro.tabular.columns import identifier, number
    >>> ages = Table("ages", "people/ages.csv", {"person": identifier(), "age": number()})
    >>> ages.at(Path("results")).as_posix()
    'results/people/ages.csv'
    """

    name: str
    path: str
    columns: Columns
    about: str = ""
    optional: bool = False

    def at(self, folder: Path) -> Path:
        """Its file in a folder data/ or results/."""
        return folder / self.path


def read_table(path: Path | str, table: Table, *, by_hand: bool = False) -> pd.DataFrame:
    """Read a CSV file and check it against its declaration.

    Parameters
    ----------
    path : Path or str
        UTF-8, with a header.
    table : Table
    by_hand : bool
        Whether people wrote the file. What the workflow writes ends with the end of a line: without
        it something was cut off.

    Returns
    -------
    DataFrame
        Numbers float64 (nan: empty cell), the rest str ("": empty cell), index from 0.

    Raises
    ------
    DataError
        With all problems of the file.
    """
    file = Path(path).as_posix()
    content, problems = read_bytes(Path(path), file)
    if not problems and not by_hand and not content.endswith(b"\n"):
        whole = "a whole table, whose last row ends its line; delete the file and start again"
        problems = [Problem(file, None, "", "a table that was cut off", whole)]
    cells: pd.DataFrame | None = None
    if not problems:
        cells, problems = parse_cells(content, list(table.columns), file)
    if cells is not None:
        frame, in_cells = check_cells(cells, table, file)
        problems += in_cells
    if problems:
        raise DataError(problems)
    return frame.reset_index(drop=True)


def read_result(results: Path, table: Table) -> pd.DataFrame:
    """Read a table of a results folder.

    Parameters
    ----------
    results : Path
        The folder results/.
    table : Table
        One that is optional has no rows where there is no file.

    Raises
    ------
    DataError
        As `read_table`.
    """
    path = table.at(results)
    return empty_table(table) if table.optional and not path.exists() else read_table(path, table)


def read_results(results: Path, *tables: Table) -> pd.DataFrame:
    """Read tables of a results folder, one below the other."""
    return pd.concat([read_result(results, table) for table in tables], ignore_index=True)


def write_table(frame: pd.DataFrame, path: Path | str, table: Table) -> None:
    r"""Check a table against its declaration and write it as CSV, all of it or nothing.

    The same table always gives the same bytes: UTF-8, "\n", numbers with 10 significant digits,
    empty cells for missing values.

    Parameters
    ----------
    frame : DataFrame
        The columns of the table in order; None, nan and NA count as an empty cell.
    path : Path or str
        Its folder is made if it is not there.
    table : Table

    Raises
    ------
    DataError
        With all problems; then nothing is written.
    """
    write_file(Path(path), as_csv(frame, table, Path(path).as_posix()))


def as_csv(frame: pd.DataFrame, table: Table, file: str, *, header: bool = True) -> bytes:
    """Check a table as `write_table` does; what it writes."""
    columns = list(table.columns)
    if list(frame.columns) != columns:
        found, allowed = ", ".join(map(str, frame.columns)), "the columns " + ", ".join(columns)
        raise refused(file, found, allowed, HEADER_ROW)
    checked, problems = check_values(frame, table, file)
    if problems:
        raise DataError(problems)
    # pandas takes three times as long, and writes the same.
    texts = [
        ["" if x != x else FLOAT_FORMAT % x for x in checked[name]]
        if column.numeric
        else checked[name]
        for name, column in table.columns.items()
    ]
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerows([columns] if header else [])
    writer.writerows(zip(*texts, strict=True))
    return stream.getvalue().encode("utf-8")


def in_order(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """The columns of a table, in order, without the others that `frame` has."""
    return frame[list(table.columns)]


def from_rows(rows: list[dict[str, Any]], table: Table) -> pd.DataFrame:
    """A table from its rows, of which there may be none; cells that a row lacks are missing."""
    if not rows:
        return empty_table(table)
    cells = {n: [row.get(n, cell.empty) for row in rows] for n, cell in table.columns.items()}
    return pd.DataFrame(
        {
            name: cells[name] if column.numeric else pd.Series(cells[name], dtype=object)
            for name, column in table.columns.items()
        }
    )


def empty_table(table: Table) -> pd.DataFrame:
    """A table without rows."""
    return _frame({name: [] for name in table.columns}, table, pd.Index([], dtype="int64"))


def check_cells(cells: pd.DataFrame, table: Table, file: str) -> tuple[pd.DataFrame, list[Problem]]:
    """Turn text cells into numbers and text and check them.

    Parameters
    ----------
    cells : DataFrame of str
        The columns of the table; the index is the row in the file, as `cells.parse_cells` gives.
    table : Table
    file : str
        Name of the file in problems.

    Returns
    -------
    frame : DataFrame
        With the index of `cells`; nan where a cell is no number.
    problems : list of Problem
    """
    converted, problems = _check(cells, cells.index, table, file, _number_of_cell, str)
    return _frame(converted, table, cells.index), problems


def check_values(
    frame: pd.DataFrame, table: Table, file: str
) -> tuple[dict[str, list[Any]], list[Problem]]:
    """Check a table as `write_table` does.

    Parameters
    ----------
    frame : DataFrame
        The columns of the table.
    table : Table
    file : str
        Name of the file in problems; the first row of `frame` is its row 2.

    Returns
    -------
    columns : dict of list
        Numbers as float and texts as str.
    problems : list of Problem
    """
    places = range(HEADER_ROW + 1, HEADER_ROW + 1 + len(frame))
    return _check(frame, places, table, file, _number_of_value, _text_of_value)


def check_rows(
    rows: Sequence[Mapping[str, Any]], table: Table, file: str
) -> tuple[dict[str, list[Any]], list[Problem]]:
    """What `check_values` gives for a table of these rows; cells that a row lacks are empty."""
    cells = {name: [row.get(name) for row in rows] for name in table.columns}
    places = range(HEADER_ROW + 1, HEADER_ROW + 1 + len(rows))
    return _check(cells, places, table, file, _number_of_value, _text_of_value)


def from_columns(columns: Mapping[str, list[Any]], table: Table) -> pd.DataFrame:
    """A table from its columns, as `check_rows` gives them."""
    return _frame(columns, table, pd.RangeIndex(len(next(iter(columns.values())))))


class _NotAllowedError(Exception):
    """A value of a wrong kind; the message says what is allowed."""


def _number_of_cell(cell: str) -> float:
    if cell == "":
        return np.nan
    if not _NUMBER.fullmatch(cell):
        raise _NotAllowedError("in digits with a decimal point, no spaces")
    number = float(cell)
    if len(cell) <= _MOST_DIGITS and not _EXPONENT.search(cell):
        return number
    digits = _EXPONENT.split(cell)[0].strip("+-").replace(".", "").strip("0")
    if len(digits) > _MOST_DIGITS or np.isinf(number) or (digits and number == 0):
        raise _NotAllowedError(f"within double precision: at most {_MOST_DIGITS} digits")
    return number


def _number_of_value(value: Any) -> float:
    if type(value) is float:  # asked first: nearly all are, and the next questions take long
        return value + 0.0
    if value is None or value is pd.NA:
        return np.nan
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise _NotAllowedError("as a number")
    # Adding 0 turns -0.0 into 0.0.
    return float(value) + 0.0


def _text_of_value(value: Any) -> str:
    if type(value) is str and value.isascii():  # asked first: nearly all are
        return value
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    if not isinstance(value, str):
        raise _NotAllowedError("as text")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise _NotAllowedError("as text in Unicode") from None
    return value


def _check(
    cells: Mapping[str, Sequence[Any]] | pd.DataFrame,
    places: Sequence[int] | pd.Index,
    table: Table,
    file: str,
    to_number: Callable[[Any], float],
    to_text: Callable[[Any], str],
) -> tuple[dict[str, list[Any]], list[Problem]]:
    """Convert the cells of every column and look at all of them."""
    converted: dict[str, list[Any]] = {}
    problems: list[Problem] = []
    for name, column in table.columns.items():
        convert: Callable[[Any], Any] = to_number if column.numeric else to_text
        given = list(cells[name])
        try:
            values = list(map(convert, given))
        except _NotAllowedError:  # all that are not are named
            values = []
            for place, cell in zip(places, given, strict=True):
                try:
                    values.append(convert(cell))
                except _NotAllowedError as error:
                    said = f"{column.allowed}; {error}"
                    values.append(None)
                    problems.append(Problem(file, place, name, str(cell), said))
        for row, allowed in _wrong(values, column):
            problems.append(Problem(file, places[row], name, _shown(given[row]), allowed))
        if None in values:
            values = [column.empty if value is None else value for value in values]
        converted[name] = values
    return converted, problems


def _wrong(values: Sequence[Any], column: Column) -> Iterator[tuple[int, str]]:
    """Positions of values that may not be there, with what is allowed; None is passed over."""
    counts = Counter(values) if column.unique else dict.fromkeys(values, 1)
    wrong = {value for value in counts if value is not None and not column.fits(value)}
    twice = {value for value, count in counts.items() if value is not None and count > 1}
    for row, value in enumerate(values) if wrong or twice else ():
        if value in wrong:
            yield row, column.allowed
        if value in twice:
            yield row, "a value that no other row has"


def _shown(value: Any) -> str:
    """A value as the file shows it."""
    if isinstance(value, str):
        return value
    if value is None or pd.isna(value):
        return ""
    return FLOAT_FORMAT % value if isinstance(value, numbers.Real) else str(value)


def _frame(values: Mapping[str, list[Any]], table: Table, index: pd.Index) -> pd.DataFrame:
    columns = {
        name: pd.Series(values[name], index=index, dtype="float64" if column.numeric else object)
        for name, column in table.columns.items()
    }
    return pd.DataFrame(columns, index=index)
