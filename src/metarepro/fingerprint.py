"""Values as text that is the same for equal values, and for no others."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import partial
from types import FunctionType
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel

_PLAIN = (type(None), bool, int, float, str)


def fingerprint(value: Any) -> str:
    """A value as text that shows every digit and letter of it.

    Parameters
    ----------
    value : object
        None, numbers, text, lists, tuples, mappings, arrays, tables, dataclasses, sections of the
        analysis plan, functions of the library and `partial` of these. A function is told by its
        name, not by its code.

    Raises
    ------
    TypeError
        For anything else, also functions of scripts and those that hold values of their own.
    """
    return repr(_tagged(value))


def _tagged(value: Any) -> Any:
    """Numbers and text as they are, all else as a list that begins with its kind."""
    if type(value) in _PLAIN:
        return value
    match value:
        case list() | tuple():
            return [type(value).__name__, *map(_tagged, value)]
        case Mapping():
            return ["mapping", *([_tagged(key), _tagged(item)] for key, item in value.items())]
        case pd.DataFrame():
            return ["table", value.shape, _index(value.index), *map(_column, _columns(value))]
        case np.ndarray():
            return ["array", str(value.dtype), value.shape, _tagged(value.tolist())]
        case np.generic() if type(value.item()) in _PLAIN:
            return ["scalar", str(value.dtype), value.item()]
        case BaseModel():
            members = [[name, _tagged(getattr(value, name))] for name in type(value).model_fields]
            return ["section", type(value).__qualname__, *members]
        case partial():
            return ["partial", *map(_tagged, (value.func, value.args, value.keywords))]
        case FunctionType() if _is_of_library(value):
            return ["function", value.__module__, value.__qualname__]
    if is_dataclass(value) and not isinstance(value, type):
        members = [[field.name, _tagged(getattr(value, field.name))] for field in fields(value)]
        return ["dataclass", type(value).__module__, type(value).__qualname__, *members]
    raise TypeError(f"cannot tell all that makes up a {type(value).__name__}: {value!r:.100}")


def _is_of_library(function: FunctionType) -> bool:
    """Whether module and name say all: it is no closure and no lambda."""
    named = "<" not in function.__qualname__ and function.__closure__ is None
    return named and function.__module__.startswith("metarepro.")


def _columns(table: pd.DataFrame) -> list[pd.Series]:
    return [table.iloc[:, place] for place in range(table.shape[1])]


def _column(column: pd.Series) -> list[Any]:
    return [_tagged(column.name), *_values(column)]


def _index(index: pd.Index) -> list[Any]:
    return [_tagged(list(index.names)), *_values(index)]


def _values(of: pd.Series | pd.Index) -> list[Any]:
    if not isinstance(of.dtype, np.dtype | pd.StringDtype):
        raise TypeError(f"cannot tell all that makes up values of the type {of.dtype}")
    return [str(of.dtype), _tagged(of.tolist())]
