"""Values as text that is the same for equal values, and for no others."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import partial
from types import FunctionType
from typing import Any

import numpy as np
import pandas as pd

_PLAIN = (type(None), bool, int, float, str)
#: What scripts are called when they run, whichever script it is.
_SCRIPTS = ("__main__", "__mp_main__")


def fingerprint(value: Any) -> str:
    """A value as text that shows every digit and letter of it.

    Parameters
    ----------
    value : object
        None, numbers, text, lists, tuples, mappings, arrays, tables, dataclasses, functions of
        modules and `partial` of these. A function is told by its name, not by its code.

    Raises
    ------
    TypeError
        For anything else, and for functions of scripts, whose names are not unique.
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
        case np.generic():
            return ["scalar", str(value.dtype), _tagged(value.item())]
        case partial():
            return ["partial", *map(_tagged, (value.func, value.args, value.keywords))]
        case FunctionType() if "<" not in value.__qualname__ and value.__module__ not in _SCRIPTS:
            return ["function", value.__module__, value.__qualname__]
    if is_dataclass(value) and not isinstance(value, type):
        members = [[field.name, _tagged(getattr(value, field.name))] for field in fields(value)]
        return ["dataclass", type(value).__module__, type(value).__qualname__, *members]
    raise TypeError(f"cannot tell all that makes up a {type(value).__name__}: {value!r:.100}")


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
