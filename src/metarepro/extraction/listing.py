"""The tables of a source, listed for people, and the rows of one as CSV with where they stand."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence

from metarepro.errors import InputError
from metarepro.extraction.split_columns import split_columns
from metarepro.readers.source_table import Source, SourceRow, SourceTable

#: Before the columns of a table: where a row stands.
PLACE = ("file", "sha256", "table", "page", "row", "group")
#: After them.
ASIDE = ("marks", "doubtful")
_MOST_NAMED = 20
_LONGEST = 100


def no_tables(source: Source) -> InputError:
    """The error for a source in which nothing is a table: what it is, and what was not read."""
    skipped = "".join(f"\nNot read: {what}" for what in source.skipped)
    return InputError(f"{source.file}: {source.words}, in which no table was found{skipped}")


def listed_tables(source: Source) -> str:
    """All tables with number, caption and size, and what could not be read.

    Examples
    --------
    >>> table = SourceTable("Table 1", "Trials", ("Study", "n"), (SourceRow(1, ("A", "12")),))
    >>> print(listed_tables(Source("a.xml", "0" * 64, "an article", (table,))), end="")
    a.xml: an article, 1 table
      1  Table 1: Trials (1 row, 2 columns)
    """
    many = _many(len(source.tables), "table")
    lines = [f"{source.file}: {source.words}, {many}"]
    for number, table in enumerate(source.tables, 1):
        size = f"{_many(len(table.rows), 'row')}, {_many(len(table.columns), 'column')}"
        doubtful = sum(bool(row.doubtful) for row in table.rows)
        if doubtful:
            size += f"; {doubtful} doubtful"
        lines.append(f"  {number}  {_title(table)} ({size})")
    lines += [f"Not read: {what}" for what in source.skipped]
    return "\n".join(lines) + "\n"


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _title(table: SourceTable) -> str:
    title = ": ".join(filter(None, [table.label, table.caption])) or "a table without a name"
    return title if len(title) <= _LONGEST else title[:_LONGEST] + "..."


def chosen_table(source: Source, choice: str) -> SourceTable:
    """The table that a person asked for.

    Parameters
    ----------
    source : Source
    choice : str
        Its number in the list, or what the source calls it ("Table 2").

    Raises
    ------
    InputError
        If there is none, or several are called so.
    """
    if choice.isdecimal() and 1 <= int(choice) <= len(source.tables):
        return source.tables[int(choice) - 1]
    found = [table for table in source.tables if table.label.lower() == choice.strip().lower()]
    if len(found) == 1:
        return found[0]
    if found:
        raise InputError(f"{source.file}: {len(found)} tables are called {choice!r}; give a number")
    allowed = f"a number from 1 to {len(source.tables)}, or a label as listed"
    raise InputError(f"{source.file}: found no table {choice!r}; allowed: {allowed}")


def table_csv(source: Source, table: SourceTable, *, split: bool = False) -> str:
    """The rows of a table as CSV: texts as printed, and where each row stands.

    Parameters
    ----------
    source : Source
    table : SourceTable
        One of its tables.
    split : bool
        Whether the numbers of cells with several are written in columns of their own as well.

    Returns
    -------
    str
        The columns `PLACE`, those of the table, and `ASIDE`. Headers that occur twice are numbered.

    Examples
    --------
    >>> table = SourceTable("Table 1", "", ("Study", "n"), (SourceRow(1, ("A", "12"), "RCTs"),))
    >>> print(table_csv(Source("a.xml", "f00", "an article", (table,)), table), end="")
    file,sha256,table,page,row,group,Study,n,marks,doubtful
    a.xml,f00,Table 1,,1,RCTs,A,12,,
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = unique_headers(table.columns)
    numbers = split_columns(table, columns) if split else {}
    writer.writerow([*PLACE, *columns, *numbers, *ASIDE])
    label = table.label or str(source.tables.index(table) + 1)
    for at, row in enumerate(table.rows):
        page = "" if row.page is None else row.page
        place = [source.file, source.sha256, label, page, row.number, row.group]
        apart = [texts[at] for texts in numbers.values()]
        writer.writerow([*place, *row.cells, *apart, _marks(columns, row), row.doubtful])
    return text.getvalue()


def unique_headers(columns: Sequence[str]) -> list[str]:
    """Headers that no other column has, and no column of `PLACE` and `ASIDE`.

    Examples
    --------
    >>> unique_headers(["Study", "n", "n", "", "page"])
    ['Study', 'n', 'n (2)', 'column 4', 'page (2)']
    """
    seen = Counter([*PLACE, *ASIDE])
    found = []
    for number, column in enumerate(columns, 1):
        name = column or f"column {number}"
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def _marks(columns: Sequence[str], row: SourceRow) -> str:
    pairs = zip(columns, row.marks, strict=False)
    return "; ".join(f"{column}: {mark}" for column, mark in pairs if mark)


def doubtful_rows(table: SourceTable) -> Iterator[str]:
    """One line for each row that may be misread, at most some."""
    doubtful = [row for row in table.rows if row.doubtful]
    for row in doubtful[:_MOST_NAMED]:
        page = "" if row.page is None else f", page {row.page}"
        name = next((cell for cell in row.cells if cell), "")
        yield f"Check row {row.number}{page} ({name}): {row.doubtful}"
    if len(doubtful) > _MOST_NAMED:
        yield f"Check {len(doubtful) - _MOST_NAMED} more rows: see the column doubtful"
