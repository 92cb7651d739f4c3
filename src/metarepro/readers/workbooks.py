"""Reads workbooks, XLSX and ODS: every sheet a table.

Values are those that the program saved. Nothing is evaluated: neither formulas nor macros nor
links to other workbooks.
"""

import io
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from metarepro.readers.archives import ZIP_MAGIC, Document
from metarepro.readers.grids import Grid, table_of_grid
from metarepro.readers.source_files import LONGEST_CELL, content_of, refused
from metarepro.readers.source_table import Source, SourceTable
from metarepro.readers.spanned_tables import is_numeric
from metarepro.readers.workbook_scan import scan_workbook

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
        tables = [_table(book, number, document.place) for number in range(len(book.sheet_names))]
    except CalamineError as error:
        raise refused(document.place, f"a damaged workbook ({error})", WORDS) from None
    skipped = scan.skipped + [
        f"the sheet {sheet.name}: it has no table"
        for sheet, table in zip(book.sheets_metadata, tables, strict=True)
        if table is None
    ]
    return Source(document.place, digest, WORDS, tuple(filter(None, tables)), tuple(skipped))


def _table(book: CalamineWorkbook, number: int, file: str) -> SourceTable | None:
    data = book.sheets_metadata[number]
    if data.typ != SheetTypeEnum.WorkSheet:
        return None
    sheet = book.get_sheet_by_index(number)
    rows = [[_text(cell) for cell in row] for row in sheet.to_python()]
    _fill_down(rows, sheet)
    top = sheet.start[0] if sheet.start else 0
    grid: Grid = []
    for place, cells in enumerate(rows):
        if any(len(cell) > LONGEST_CELL for cell in cells):
            allowed = f"at most {LONGEST_CELL} characters"
            raise refused(file, "a longer cell", allowed, top + place + 1)
        if any(cells):
            grid.append((top + place + 1, tuple(cells)))
    table = table_of_grid(data.name, grid)
    if table is None or data.visible == SheetVisibleEnum.Visible:
        return table
    return SourceTable(
        table.label, table.caption, table.columns, table.rows, (*table.notes, "a hidden sheet")
    )


def _fill_down(rows: list[list[str]], sheet: CalamineSheet) -> None:
    """Give each row the text of a cell that is merged over several rows.

    A number stays in the first one: it would count once for each row.
    """
    if not rows or not sheet.start:
        return
    top, left = sheet.start
    for (first, column), (last, _) in sheet.merged_cell_ranges or ():
        row, place = first - top, column - left
        if 0 <= row < len(rows) and 0 <= place < len(rows[row]):
            text = rows[row][place]
            # What a program left behind the merged cell is not shown to anybody.
            shown = "" if is_numeric(text.replace(" to ", " - ")) else text
            for below in range(row + 1, min(last - top + 1, len(rows))):
                rows[below][place] = shown


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
