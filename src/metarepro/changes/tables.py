"""Two versions of a CSV file compared record by record."""

import csv
import io
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Row = Mapping[str, str]
Key = tuple[str, ...]


@dataclass(frozen=True)
class RowChange:
    """A record that differs; `before` or `after` is empty where there is none.

    Parameters
    ----------
    key : tuple of str
        What identifies the record.
    before, after : mapping of str to str
        Its cells by column.
    columns : tuple of str
        Columns that both versions of the table have and whose cells differ.
    """

    key: Key
    before: Row
    after: Row
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableChange:
    """How a table differs from its former version.

    Parameters
    ----------
    rows : tuple of RowChange
        Changed and new records in the order of the new table, then vanished ones.
    note : str
        Why the table could not be compared; "" if it could.
    n_before : int
        Rows of the former version.
    """

    rows: tuple[RowChange, ...] = ()
    added_columns: tuple[str, ...] = ()
    removed_columns: tuple[str, ...] = ()
    note: str = ""
    n_before: int = 0
    old: Mapping[Key, Row] = field(default_factory=dict, repr=False)
    new: Mapping[Key, Row] = field(default_factory=dict, repr=False)

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.rows or self.added_columns or self.removed_columns or self.note)


def number(row: Row, column: str) -> float:
    """A cell as a number; nan if it is none."""
    try:
        return float(row.get(column, ""))
    except ValueError:
        return math.nan


def compare_tables(
    before: bytes | None, after: bytes | None, key: Sequence[str] = ()
) -> TableChange:
    """Compare two versions of a CSV file.

    Parameters
    ----------
    before, after : bytes or None
        The files; None where there is no such file.
    key : sequence of str
        Columns that identify a record; the first column if none are given. Of records with the
        same key the first is compared with the first, the second with the second.
    """
    if before is None and after is None:
        return TableChange(note="not there on either side")
    try:
        old_columns, old = _records(before, key) if before is not None else ([], {})
        new_columns, new = _records(after, key) if after is not None else ([], {})
    except (csv.Error, UnicodeDecodeError, KeyError) as error:
        return TableChange(note=f"cannot be compared: {_reason(error)}")
    shared = [name for name in new_columns if name in old_columns]
    changed = []
    for name, row in new.items():
        if name not in old:
            changed.append(RowChange(name, {}, row))
        elif differing := tuple(c for c in shared if old[name][c] != row[c]):
            changed.append(RowChange(name, old[name], row, differing))
    changed += [RowChange(name, row, {}) for name, row in old.items() if name not in new]
    note = "only in the new version" if before is None else ""
    note = "only in the old version" if after is None else note
    both = not note
    return TableChange(
        rows=tuple(changed),
        added_columns=tuple(c for c in new_columns if both and c not in old_columns),
        removed_columns=tuple(c for c in old_columns if both and c not in new_columns),
        note=note,
        n_before=len(old),
        old=old,
        new=new,
    )


def _records(content: bytes, key: Sequence[str]) -> tuple[list[str], dict[Key, Row]]:
    text = io.StringIO(content.decode("utf-8-sig"), newline="")
    reader = csv.DictReader(text, strict=True, restval="", restkey="")
    columns = list(reader.fieldnames or [])
    records: dict[Key, Row] = {}
    seen: Counter[Key] = Counter()
    for cells in reader:
        row = {column: cells[column] for column in columns}
        name = tuple(row[column] for column in key or columns[:1])
        seen[name] += 1
        again = (f"no. {seen[name]}",) if seen[name] > 1 else ()
        records[(*name, *again)] = row
    return columns, records


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"it has no column {error}"
    return "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
