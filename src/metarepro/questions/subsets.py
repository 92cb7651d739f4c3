"""Subsets of a table: conditions on its columns, such as "allocation=random" or "year>=2000"."""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from metarepro.errors import InputError
from metarepro.questions.study_columns import JUDGEMENTS, StudyColumns
from metarepro.tabular.plain_text import spelling

_ORDERS: Mapping[str, Callable[[Any, Any], Any]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_CONDITION = re.compile(r"(?P<column>.+?)\s*(?P<sign>!=|<=|>=|=|<|>)\s*(?P<value>.+)")
_ALLOWED = "COLUMN=VALUE, COLUMN=ONE|OTHER, COLUMN!=VALUE, or COLUMN and <, <=, > or >= a number"


@dataclass(frozen=True)
class Condition:
    """A condition on a column.

    Attributes
    ----------
    column : as the table calls it
    sign : "=", "!=", "<", "<=", ">" or ">="
    wanted : one value or, for "=" and "!=", several
    """

    column: str
    sign: str
    wanted: tuple[str, ...]

    def __str__(self) -> str:
        """Write the condition as it may be given."""
        return f"{self.column} {self.sign} {' | '.join(self.wanted)}"


@dataclass(frozen=True, eq=False)
class Subset:
    """Which rows of a table meet all conditions.

    Attributes
    ----------
    conditions : tuple of Condition
    rows : Series of bool
    unknown : names of studies left out because a cell is empty: whether they meet the condition is
        not known
    """

    conditions: tuple[Condition, ...]
    rows: "pd.Series[bool]"
    unknown: tuple[str, ...]


def subset(columns: StudyColumns, wanted: Sequence[str]) -> Subset:
    """Find the rows that meet conditions.

    Parameters
    ----------
    columns : StudyColumns
    wanted : sequence of str
        All must hold. Words are compared without regard to case and spaces. A row with an empty
        cell meets none.

    Raises
    ------
    InputError
        For what is no condition, a column that is not there, a value that no row has (and that is
        no judgement on risk of bias), and a subset without a row.
    DataError
        If a column to be compared with a number holds other things.

    Examples
    --------
    >>> cells = pd.DataFrame({"study": ["A", "B", "C"], "year": ["1999", "2004", ""]})
    >>> found = subset(StudyColumns(cells, "t.csv"), ["year>2000"])
    >>> found.rows.tolist(), found.unknown
    ([False, True, False], ('C',))
    """
    conditions = tuple(_condition(columns, text) for text in wanted)
    rows = pd.Series(True, index=columns.cells.index)
    empty = pd.Series(False, index=columns.cells.index)
    for condition in conditions:
        rows &= _meets(columns, condition)
        empty |= columns.cells[condition.column].str.strip() == ""
    if not rows.any():
        raise InputError(f"{columns.file}: no row meets {' and '.join(map(str, conditions))}")
    return Subset(conditions, rows, tuple(dict.fromkeys(columns.cells["study"][empty])))


def _condition(columns: StudyColumns, text: str) -> Condition:
    parts = _CONDITION.fullmatch(text.strip())
    if parts is None:
        raise InputError(f"condition {text!r}; allowed: {_ALLOWED}")
    sign = parts["sign"]
    wanted = tuple(value.strip() for value in parts["value"].split("|"))
    if sign in _ORDERS and (len(wanted) > 1 or _number(wanted[0]) is None):
        raise InputError(f"condition {text!r}; allowed after {sign}: one number")
    return Condition(columns.named(parts["column"]), sign, wanted)


def _meets(columns: StudyColumns, condition: Condition) -> "pd.Series[bool]":
    if condition.sign in _ORDERS:
        limit = _number(condition.wanted[0])
        meets: pd.Series[bool] = _ORDERS[condition.sign](columns.numbers(condition.column), limit)
        return meets
    cells = columns.cells[condition.column].str.strip()
    held = cells.map(_same)
    wanted = {_same(value): value for value in condition.wanted}
    known = {*held, *(map(_same, JUDGEMENTS) if condition.column in columns.bias else ())}
    missing = [value for key, value in wanted.items() if key not in known]
    if missing:
        there = ", ".join(sorted(set(cells) - {""}))
        raise InputError(
            f"{columns.file}, {condition.column}: no row has {', '.join(map(repr, missing))}; "
            f"there are {there}"
        )
    within = held.isin(list(wanted))
    return (within if condition.sign == "=" else ~within) & (cells != "")


def _same(text: str) -> str | float:
    """What equal values share: 2 and 2.0, or the spelling of a word."""
    number = _number(text)
    return spelling(text) if number is None else number


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None
