"""Reads workbooks, XLSX and ODS: every sheet a table.

Values are those that the program saved. Nothing is evaluated: neither formulas nor macros nor
links to other workbooks.
"""

import io
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from metarepro.readers.archives import ZIP_MAGIC, Document
from metarepro.readers.grids import Grid, tables_of_grid
from metarepro.readers.source_files import LONGEST_CELL, MAX_CELLS, content_of
from metarepro.readers.source_table import Source, SourceTable
from metarepro.readers.spanned_tables import is_numeric
from metarepro.readers.workbook_scan import Range, Scan, scan_workbook
from metarepro.tabular.problems import refused

WORDS = "a workbook (XLSX, ODS)"
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"


def sniff(head: bytes) -> bool:
    """Whether a file that starts like this is a workbook."""
    return head.startswith(ZIP_MAGIC) and (b"xl/" in head or _ODS in head[:200])


def read(document: Document) -> Source:
    """Read every sheet."""
    content, digest = content_of(document)
    scan = scan_workbook(io.BytesIO(content), document.place)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = [
            _tables(book, number, scan, document.place) for number in range(len(book.sheet_names))
        ]
    except CalamineError as error:
        raise refused(document.place, f"a damaged workbook ({error})", WORDS) from None
    skipped = scan.skipped + [
        f"the sheet {sheet.name}: it has no table"
        for sheet, tables in zip(book.sheets_metadata, sheets, strict=True)
        if not tables
    ]
    return Source(document.place, digest, WORDS, tuple(chain(*sheets)), tuple(skipped))


def _tables(book: CalamineWorkbook, number: int, scan: Scan, file: str) -> list[SourceTable]:
    data = book.sheets_metadata[number]
    if data.typ != SheetTypeEnum.WorkSheet:
        return []
    sheet = book.get_sheet_by_index(number)
    rows = [[_text(cell) for cell in row] for row in sheet.to_python()]
    top, left = sheet.start or (0, 0)
    merged = sheet.merged_cell_ranges or []
    if len(scan.merged) == len(book.sheet_names):
        merged = scan.merged[number]
    _take_merged(rows, [((r - top, c - left), (last - top, right - left))
                        for (r, c), (last, right) in merged], file)  # fmt: skip
    grid: Grid = []
    for place, cells in enumerate(rows):
        if any(len(cell) > LONGEST_CELL for cell in cells):
            allowed = f"at most {LONGEST_CELL} characters"
            raise refused(file, "a longer cell", allowed, top + place + 1)
        if any(cells):
            grid.append((top + place + 1, tuple(cells)))
    tables = tables_of_grid(data.name, grid)
    if data.visible == SheetVisibleEnum.Visible:
        return tables
    return [replace(table, notes=(*table.notes, "a hidden sheet")) for table in tables]


def _take_merged(rows: list[list[str]], merged: Iterable[Range], file: str) -> None:
    """Take of a merged range what is shown of it: its first cell.

    A text stands in each of its rows. A number stays in the first one: it would count once for
    each row. What a program left behind the first cell is not shown to anybody.
    """
    cells = 0
    for (row, column), (last, right) in merged:
        if not (0 <= row < len(rows) and 0 <= column < len(rows[0])):
            continue
        text = rows[row][column]
        below = "" if is_numeric(text.replace(" to ", " - ")) else text
        hidden = [""] * (min(right + 1, len(rows[0])) - column - 1)
        cells += (min(last + 1, len(rows)) - row) * (1 + len(hidden))
        if cells > MAX_CELLS:
            found = f"merged ranges of more than {MAX_CELLS} cells"
            raise refused(file, found, "ranges that do not overlap")
        for at in range(row, min(last + 1, len(rows))):
            rows[at][column : column + 1 + len(hidden)] = [below if at > row else text, *hidden]


def _text(cell: Any) -> str:
    """A value as it is shown without a format of its own."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, timedelta) else str(cell).strip()
