"""All tables of a PDF, those that go on over several pages put together."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from metarepro.readers.pdf_columns import Columns
from metarepro.readers.pdf_doubts import with_doubts
from metarepro.readers.pdf_forest import forest_plots
from metarepro.readers.pdf_going_on import goes_on
from metarepro.readers.pdf_grid import PdfGrid, grid_of, rows_of
from metarepro.readers.pdf_limits import PdfRefusedError, pages_of
from metarepro.readers.pdf_page import Page, page_of
from metarepro.readers.pdf_regions import Region, regions
from metarepro.readers.source_files import LimitError, check_size
from metarepro.readers.source_table import SourceTable
from metarepro.readers.spanned_tables import Cell, spanned_table
from metarepro.tabular.problems import Problem, refused

_OTHER_COLUMNS = "continues with another number of columns"


@dataclass
class _Table:
    """A table as it is put together, page by page."""

    label: str
    caption: str
    header: list[list[Cell]]
    width: int
    rows: list[list[Cell]] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, rows: Sequence[list[Cell]], page: int, notes: Sequence[str]) -> None:
        """Rows of a page."""
        self.rows += rows
        self.pages += [page] * len(rows)
        self.notes += notes


@dataclass(frozen=True)
class _Open:
    """The last table of a page, which it ends: it may go on with the next one.

    Attributes
    ----------
    table, region : what was read of it
    header : its first line
    columns : those of the page
    """

    table: _Table
    region: Region
    header: str
    columns: Columns


class PdfTables:
    """Reads the tables of a PDF; what goes wrong on one page does not cost the others.

    Parameters
    ----------
    content : bytes
    file : str
        Its name in messages.

    Attributes
    ----------
    problems : what could not be read
    """

    def __init__(self, content: bytes, file: str) -> None:
        self.content = content
        self.file = file
        self.problems: list[Problem] = []
        self._found: list[_Table] = []
        self._words = 0
        self._open: _Open | None = None

    def read(self) -> tuple[SourceTable, ...]:
        """All tables, in the order of the file.

        Raises
        ------
        DataError
            For a PDF that cannot be opened, or that has no text.
        """
        try:
            with pages_of(self.content) as pages:
                for page in self._drawn(pages):
                    self._read_page(page)
                    check_size(self.file, ((len(t.rows), t.width) for t in self._found))
        except PdfRefusedError as error:
            raise refused(self.file, error.found, error.allowed) from None
        if not self._words and not self.problems:
            allowed = "a PDF with text; of a scan, one that text recognition was run on"
            raise refused(self.file, "pages without any text (a scan?)", allowed)
        return tuple(self._tables())

    def _drawn(self, pages: Iterator[Callable[[], Any]]) -> Iterator[Page]:
        """Pages that can be drawn; the others are noted."""
        number = 0
        while True:
            number += 1
            try:
                page = page_of(number, next(pages)())
            except StopIteration:
                return
            except PdfRefusedError:
                raise
            except LimitError as error:
                self._problem(number, error.found, error.allowed)
            except Exception as error:
                # The library raises whatever its own code runs into in a damaged page.
                found = f"{type(error).__name__}: {error}"
                self._problem(number, f"a damaged page ({found})", "a whole page")
            else:
                yield page

    def _problem(self, page: int, found: str, allowed: str) -> None:
        self.problems.append(Problem(self.file, None, f"page {page}", found, allowed))

    def _read_page(self, page: Page) -> None:
        self._words += len(page.words)
        before, self._open = self._open, None
        found = regions(page, before.region, before.header) if before else regions(page)
        if before and not any(region.continued for region in found):
            rest = goes_on(page, before.region, before.columns, found)
            if rest is not None:
                doubt = f"the page does not say that {rest.label} goes on"
                rows = [_doubted(row, doubt) for row in rows_of(page, rest, before.columns)]
                before.table.add(rows, page.number, ())
                self._open = replace(before, region=rest) if rest.ends(page) else None
        for region in found:
            grid = grid_of(page, region)
            table = self._put(region, grid, page.number)
            header = region.first_line(page)
            self._open = _Open(table, region, header, grid.columns) if region.ends(page) else None
        for plot in forest_plots(page, found):
            table = _Table(plot.label, plot.caption, plot.header, plot.width)
            table.add(plot.body, page.number, ())
            self._found.append(table)

    def _put(self, region: Region, grid: PdfGrid, page: int) -> _Table:
        """Add a grid to the table that it goes on with, or as a table of its own."""
        before = next((t for t in reversed(self._found) if t.label == region.label), None)
        continues = before is not None and (
            region.continued or _texts(before.header) == _texts(grid.header) != []
        )
        if before is not None and continues and before.width == grid.width:
            before.add(_without_header(before, grid), page, region.notes)
            return before
        label, rows = region.label, grid.body
        if before is not None and continues:
            label = f"{region.label} (page {page})"
            rows = [_doubted(row, f"{region.label} {_OTHER_COLUMNS}") for row in rows]
        elif before is not None:
            label = f"{region.label} (page {page})"
        table = _Table(label, region.caption, grid.header, grid.width)
        table.add(rows, page, region.notes)
        self._found.append(table)
        return table

    def _tables(self) -> Iterator[SourceTable]:
        for table in self._found:
            first = table.pages[0] if table.pages else 0
            pages = [first] * len(table.header) + table.pages
            rows = [*table.header, *table.rows]
            header = len(table.header) or None
            try:
                read = spanned_table(table.label, table.caption, rows, header, table.notes, pages)
            except LimitError as error:
                self._problem(first, f"{table.label}: {error.found}", error.allowed)
            else:
                if read is not None and read.rows:
                    yield with_doubts(read)


def _texts(rows: Sequence[Sequence[Cell]]) -> list[list[str]]:
    return [[cell.text for cell in row] for row in rows]


def _without_header(table: _Table, grid: PdfGrid) -> list[list[Cell]]:
    """The rows of a further page without those that repeat the header."""
    above = _texts([*table.header, *table.rows[:4]])
    rows = grid.body
    while rows and _texts(rows[:1])[0] in above and not grid.header:
        rows = rows[1:]
    return rows


def _doubted(row: Sequence[Cell], doubt: str) -> list[Cell]:
    first, *others = row
    return [Cell(first.text, first.marks, indent=first.indent, doubt=doubt), *others]
