"""Tables from the data frames of statistics packages."""

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

from metarepro.readers.source_table import SourceRow, SourceTable


def value_text(value: Any) -> str:
    """A value as the shortest text that stands for it, "" for a missing one.

    A number kept in four bytes is written with the digits that were typed.

    Examples
    --------
    >>> import numpy as np
    >>> value_text(np.float32(0.41)), value_text(12.0), value_text(float("nan"))
    ('0.41', '12', '')
    """
    if value is None or value != value:  # noqa: PLR0124  # NaN, NaT
        return ""
    if hasattr(value, "item") and not isinstance(value, float):  # of NumPy
        text = str(value)
        return text.removesuffix(".0") if isinstance(value.item(), float) else text
    if isinstance(value, float):
        if math.isinf(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(float(value))
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").strip()
    return "" if str(value) in ("<NA>", "NaT") else str(value).strip()


def table_of_columns(
    label: str,
    columns: Iterable[tuple[Hashable, Iterable[Any]]],
    labels: Mapping[str, str] | None = None,
    notes: Sequence[str] = (),
) -> SourceTable:
    """A table from names and values of columns, all of one length; labels become notes as well."""
    pairs = list(columns)
    names = tuple(str(name) for name, _ in pairs)
    texts = [[value_text(value) for value in values] for _, values in pairs]
    rows = tuple(
        SourceRow(number, cells) for number, cells in enumerate(zip(*texts, strict=True), 1)
    )
    known = {name: text for name, text in (labels or {}).items() if text not in ("", name)}
    said = (f"{name}: {text}" for name, text in known.items())
    return SourceTable(label, "", names, rows, (*said, *notes), column_labels=known)
