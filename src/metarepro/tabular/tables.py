"""Tables: declared once, read, checked and written.

The rooms of the library declare their tables (`Table`); `metarepro.catalogue` lists them all. In
memory a table is a DataFrame with exactly the columns of its declaration, in order: numbers as
float64 with nan for an empty cell, everything else as str with "" for an empty cell.
"""

import numbers
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from metarepro.tabular.atomic import write_file
from metarepro.tabular.cells import HEADER_ROW, parse_cells, read_bytes
from metarepro.tabular.columns import Columns
from metarepro.tabular.problems import DataError, Problem

FLOAT_FORMAT = "%.10g"

# No nan, inf, decimal comma or thousands separator; float() would take some of those.
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
# Double precision tells no two numbers apart that differ behind them (IEEE 754).
_MOST_DIGITS = 17


@dataclass(frozen=True, eq=False)
class Table:
    """The declaration of a table.

    Parameters
    ----------
    name : str
        What it is called where all tables stand together; no two results share one.
    path : str
        Where it is below the folder of its kind, data/ or results/.
    columns : dict of str to pandera.Column
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

    @cached_property
    def schema(self) -> pa.DataFrameSchema:
        """The columns as pandera checks them."""
        return pa.DataFrameSchema(self.columns, strict=True, ordered=True, name=self.name)

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
    path = Path(path)
    columns = list(table.columns)
    if list(frame.columns) != columns:
        found, allowed = ", ".join(map(str, frame.columns)), "the columns " + ", ".join(columns)
        raise DataError([Problem(path.as_posix(), HEADER_ROW, "", found, allowed)])
    checked, problems = check_values(frame, table, path.as_posix())
    if problems:
        raise DataError(problems)
    content = checked.to_csv(index=False, float_format=FLOAT_FORMAT, na_rep="", lineterminator="\n")
    write_file(path, content.encode("utf-8"))


def in_order(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """The columns of a table, in order, without the others that `frame` has."""
    return frame[list(table.columns)]


def from_rows(rows: list[dict[str, Any]], table: Table) -> pd.DataFrame:
    """A table from its rows, of which there may be none; cells that a row lacks are missing."""
    return in_order(pd.DataFrame(rows), table) if rows else empty_table(table)


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
    return _check(cells, table, file, _number_of_cell, str)


def check_values(
    frame: pd.DataFrame, table: Table, file: str
) -> tuple[pd.DataFrame, list[Problem]]:
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
    frame : DataFrame
        Numbers as float64 and texts as str.
    problems : list of Problem
    """
    rows = frame.set_axis(pd.RangeIndex(HEADER_ROW + 1, HEADER_ROW + 1 + len(frame)), axis=0)
    return _check(rows, table, file, _number_of_value, _text_of_value)


class _NotAllowedError(Exception):
    """A value of a wrong kind; the message says what is allowed."""


def _number_of_cell(cell: str) -> float:
    if cell == "":
        return np.nan
    if not _NUMBER.fullmatch(cell):
        raise _NotAllowedError("in digits with a decimal point, no spaces")
    number = float(cell)
    digits = re.split("[eE]", cell)[0].strip("+-").replace(".", "").strip("0")
    if len(digits) > _MOST_DIGITS or np.isinf(number) or (digits and number == 0):
        raise _NotAllowedError(f"within double precision: at most {_MOST_DIGITS} digits")
    return number


def _number_of_value(value: Any) -> float:
    if value is None or value is pd.NA:
        return np.nan
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise _NotAllowedError("as a number")
    # Adding 0 turns -0.0 into 0.0.
    return float(value) + 0.0


def _text_of_value(value: Any) -> str:
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
    frame: pd.DataFrame,
    table: Table,
    file: str,
    to_number: Callable[[Any], float],
    to_text: Callable[[Any], str],
) -> tuple[pd.DataFrame, list[Problem]]:
    """Convert every cell, then let the schema look at all of them."""
    schema = table.schema
    problems = []
    converted: dict[str, list[Any]] = {}
    broken = set()
    for name, column in schema.columns.items():
        numeric = _is_numeric(column)
        convert: Callable[[Any], Any] = to_number if numeric else to_text
        converted[name] = []
        for row, value in zip(frame.index, frame[name], strict=True):
            try:
                converted[name].append(convert(value))
            except _NotAllowedError as error:
                converted[name].append(np.nan if numeric else "")
                broken.add((row, name))
                allowed = f"{column.description}; {error}"
                problems.append(Problem(file, row, name, str(value), allowed))
    typed = _frame(converted, table, frame.index)
    if frame.empty:
        return typed, problems
    try:
        schema.validate(typed, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
        for row, name, check in zip(cases["index"], cases["column"], cases["check"], strict=True):
            if (row, name) in broken:
                continue
            allowed = schema.columns[name].description or ""
            if check == "field_uniqueness":
                allowed = "a value that no other row has"
            problems.append(Problem(file, int(row), name, _shown(frame.loc[row, name]), allowed))
    return typed, problems


def _shown(value: Any) -> str:
    """A value as the file shows it."""
    if isinstance(value, str):
        return value
    if value is None or pd.isna(value):
        return ""
    return FLOAT_FORMAT % value if isinstance(value, numbers.Real) else str(value)


def _is_numeric(column: pa.Column) -> bool:
    return str(column.dtype) == "float64"


def _frame(values: dict[str, list[Any]], table: Table, index: pd.Index) -> pd.DataFrame:
    columns = {
        name: pd.Series(
            values[name], index=index, dtype="float64" if _is_numeric(column) else "str"
        )
        for name, column in table.columns.items()
    }
    return pd.DataFrame(columns, index=index)
