"""A table of cells that may span several rows and columns: headers joined, groups told apart."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from metarepro.readers.grids import numbered
from metarepro.readers.source_files import MAX_COLUMNS, LimitError
from metarepro.readers.source_table import SourceRow, SourceTable

#: Between the levels of headers and of groups.
LEVELS = " > "
MAX_ROWS = 5000
MAX_PLACES = 100_000
_MAX_HEADER = 4
_NUMERIC = re.compile(r"[<>≤≥~(\[+−–-]{0,3}\s*[.·]?\d(?!\d%\s*(?:CI|conf))[^A-Za-z]*\D{0,3}$", re.I)
#: A row of the whole table, whatever group stands above it.
_OVERALL = re.compile(r"(?:overall|total|all|combined|pooled|summary)\b", re.I)


@dataclass(frozen=True)
class Cell:
    """A cell as it stands in a source.

    Attributes
    ----------
    text, marks : without and with only its footnote marks
    columns, rows : how many it spans
    indent : how far its text is set in, in any unit
    doubt : why it may be misread, "" if nothing speaks for that
    """

    text: str
    marks: str = ""
    columns: int = 1
    rows: int = 1
    indent: float = 0
    doubt: str = ""


@dataclass(frozen=True)
class _Slot:
    """What stands at one place of the grid: a cell, or the part of one that spans."""

    cell: Cell
    is_first_row: bool
    is_first_column: bool


_EMPTY = _Slot(Cell(""), is_first_row=True, is_first_column=True)


def span(text: str | None) -> int:
    """How many columns or rows a cell spans by an attribute; 1 if that is no number.

    Of more than `MAX_COLUMNS` one more than that, which `spanned_table` refuses.

    Examples
    --------
    >>> span("3"), span(None), span("x")
    (3, 1, 1)
    """
    digits = (text or "").strip()
    if not digits.isdecimal():
        return 1
    return max(1, int(digits)) if len(digits) <= 6 else MAX_COLUMNS + 1


def within_groups(rows: Sequence[Sequence[Cell]], starts: Iterable[int]) -> list[list[Cell]]:
    """Rows whose cells span no row of the next group, as browsers show them.

    Parameters
    ----------
    rows : sequence of sequence of Cell
    starts : iterable of int
        Where groups begin.

    Examples
    --------
    >>> [row[0].rows for row in within_groups([[Cell("A", rows=5)], [Cell("B", rows=5)]], [0, 1])]
    [1, 1]
    """
    bounds = sorted({*starts, len(rows)})
    found = []
    for place, row in enumerate(rows):
        left = bounds[bisect_right(bounds, place)] - place
        found.append([replace(cell, rows=min(cell.rows, left)) for cell in row])
    return found


def spanned_table(
    label: str,
    caption: str,
    rows: Sequence[Sequence[Cell]],
    header: int | None = None,
    notes: Iterable[str] = (),
    pages: Sequence[int] = (),
) -> SourceTable | None:
    """The table of some rows of cells; None if there is nothing in it.

    Parameters
    ----------
    label, caption : str
    rows : sequence of sequence of Cell
        Those of the header first.
    header : int, optional
        How many rows the header has; without it, the first ones until numbers follow.
    notes : iterable of str
    pages : sequence of int
        Of a PDF, the page of each row.

    Raises
    ------
    LimitError
        For more columns or rows than a table of an article has.

    Examples
    --------
    >>> rows = [[Cell("Study"), Cell("Cases", columns=2)], [Cell(""), Cell("GG"), Cell("GA")],
    ...         [Cell("Qu 2016"), Cell("20"), Cell("316")]]
    >>> spanned_table("Table 1", "", rows).columns
    ('Study', 'Cases > GG', 'Cases > GA')
    """
    every = _grid(rows)
    filled = [any(slot.cell.text for slot in row) for row in every]
    pages = [page for page, kept in zip(pages, filled, strict=False) if kept]
    grid = _without_empty_columns([row for row, kept in zip(every, filled, strict=True) if kept])
    if not grid or not grid[0]:
        return None
    count = _header_rows(grid) if header is None else sum(filled[:header])
    titles, top = _titles(grid[:count])
    caption = " ".join(filter(None, [caption, *titles]))
    columns, column_marks = _headers(top, len(grid[0]))
    body = _Body(grid[count:], pages[count:], columns)
    names = numbered(columns)
    return SourceTable(label, caption, names, body.rows(), tuple(notes), column_marks)


def _grid(rows: Sequence[Sequence[Cell]]) -> list[list[_Slot]]:
    """Every place of the table, those that a cell spans as well."""
    if len(rows) > MAX_ROWS:
        raise LimitError(f"a table of {len(rows)} rows", f"at most {MAX_ROWS}")
    grid: list[list[_Slot]] = []
    hanging: dict[int, tuple[_Slot, int]] = {}
    places = 0
    for cells in rows:
        row: dict[int, _Slot] = {}
        still: dict[int, tuple[_Slot, int]] = {}
        for column, (slot, left) in hanging.items():
            row[column] = slot
            if left > 1:
                still[column] = (slot, left - 1)
        at = 0
        for cell in cells:
            while at in row:
                at += 1
            if at + cell.columns > MAX_COLUMNS:
                raise LimitError(f"a table of more than {MAX_COLUMNS} columns", "fewer")
            for column in range(at, at + cell.columns):
                row[column] = _Slot(cell, is_first_row=True, is_first_column=column == at)
                if cell.rows > 1:
                    below = _Slot(cell, is_first_row=False, is_first_column=column == at)
                    still[column] = (below, cell.rows - 1)
            at += cell.columns
        hanging = still
        places += len(row)
        if places > MAX_PLACES:
            raise LimitError(f"a table of more than {MAX_PLACES} cells", "fewer")
        grid.append([row.get(column, _EMPTY) for column in range(max(row, default=-1) + 1)])
    width = max(map(len, grid), default=0)
    return [row + [_EMPTY] * (width - len(row)) for row in grid]


def _without_empty_columns(grid: list[list[_Slot]]) -> list[list[_Slot]]:
    """Columns that only part others left out."""
    width = len(grid[0]) if grid else 0
    filled = [
        column
        for column in range(width)
        if any(row[column].cell.text and row[column].is_first_column for row in grid)
    ]
    return [[row[column] for column in filled] for row in grid]


def is_numeric(text: str) -> bool:
    """Whether a cell holds numbers rather than words.

    Examples
    --------
    >>> is_numeric("1.15(1.04-1.29)"), is_numeric("95%CI"), is_numeric("NR"), is_numeric("≥30")
    (True, False, False, True)
    """
    return bool(_NUMERIC.match(text))


def _is_heading(row: Sequence[_Slot]) -> bool:
    """Whether a row has one text only, at its start."""
    first = row[0].cell
    if not first.text or is_numeric(first.text) and first.columns == 1:
        return False
    return len(row) > 1 and all(slot.cell is first or not slot.cell.text for slot in row)


def _header_rows(grid: Sequence[Sequence[_Slot]]) -> int:
    """How many rows stand above the first with numbers.

    A row with all its cells below one with all its cells is no header, even if it has no numbers.
    """
    count = 1
    for above, row in pairwise(grid[: _MAX_HEADER + 2]):
        texts = [slot.cell.text for slot in row]
        if any(map(is_numeric, texts[1:])) or _is_heading(row):
            return count
        if all(texts) and all(slot.cell.text and slot.cell.columns == 1 for slot in above):
            return count
        count += 1
    return 1


def _titles(header: list[list[_Slot]]) -> tuple[list[str], list[list[_Slot]]]:
    """Texts over all columns, which belong to the caption, and the other rows of the header."""
    titles = []
    while len(header) > 1 and header[0][0].cell.text:
        first = header[0][0].cell
        if any(slot.cell is not first for slot in header[0]):
            break
        titles.append(first.text)
        header = header[1:]
    return titles, header


def _headers(
    header: Sequence[Sequence[_Slot]], width: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """One header per column, and its footnote marks.

    A text over several columns is their outer level; one over a single column is the first line of
    a header that goes on below, unless what stands below it stands below others as well.
    """
    levels = [_carried(row, header[place + 1 :]) for place, row in enumerate(header)]
    columns, marks = [], []
    for column in range(width):
        name, last = "", None
        found: list[str] = []
        for depth, level in enumerate(levels):
            cell, wide = level[column]
            if not cell.text or cell is last:
                continue
            above = bool(depth) and levels[depth - 1][column][1]
            repeated = depth > 0 and _repeats(levels, depth, column)
            name += (LEVELS if above or repeated else " ") * bool(name) + cell.text
            found += [cell.marks] * bool(cell.marks)
            last = cell
            if wide and depth + 1 < len(levels) and not levels[depth + 1][column][0].text:
                levels[depth + 1][column] = (cell, wide)
        columns.append(name)
        marks.append(",".join(found))
    return tuple(columns), tuple(marks)


def _repeats(levels: list[list[tuple[Cell, bool]]], depth: int, column: int) -> bool:
    """Whether a header stands below several others, as "n" below "Cases" and "Controls".

    Words in small letters rather go on: "Detection" and "Fixed", both over "method".
    """
    text = levels[depth][column][0].text
    if text[0].islower() and len(text) > 2:
        return False
    parents = {
        levels[depth - 1][place][0].text
        for place in range(len(levels[depth]))
        if levels[depth][place][0].text == text
    }
    return len(parents) > 1


def _carried(row: Sequence[_Slot], below: Sequence[Sequence[_Slot]]) -> list[tuple[Cell, bool]]:
    """The cell over each column, and whether it stands over several.

    Where a table only leaves the places to the right empty, the text stands over those of them that
    have a text below.
    """
    cells = [slot.cell for slot in row]
    if below:
        for column in range(1, len(cells)):
            left, here = cells[column - 1], cells[column]
            under = below[0][column]
            if not here.text and left.text and left.columns == 1 and left.rows == 1:
                parted = under.cell.text and below[0][column - 1].cell.text
                cells[column] = left if parted else here
    wide = [sum(1 for other in cells if other is cell) > 1 for cell in cells]
    return list(zip(cells, wide, strict=True))


class _Body:
    """The rows below the header, with the headings that they stand under."""

    def __init__(
        self, grid: Sequence[Sequence[_Slot]], pages: Sequence[int], columns: Sequence[str]
    ) -> None:
        self.grid = grid
        self.pages = pages
        self.columns = columns
        self.headings: list[tuple[float, str, bool]] = []
        #: How often each name of a row occurs: a total that each group has ends none.
        self.names = Counter(row[0].cell.text for row in grid)

    def rows(self) -> tuple[SourceRow, ...]:
        """All rows; a heading with no row below it is a row itself."""
        found: list[SourceRow] = []
        for number, row in enumerate(self.grid, 1):
            if _is_heading(row) and not self._ends_here(number):
                self._head(row[0].cell)
            else:
                found.append(self._row(number, row))
        return tuple(found)

    def _ends_here(self, number: int) -> bool:
        return number == len(self.grid)

    def _head(self, cell: Cell) -> None:
        """A heading takes the place of those that are set in as far; one right below it is inner.

        The flag tells whether a row stands below a heading already.
        """
        while self.headings and (
            self.headings[-1][0] > cell.indent
            or (self.headings[-1][0] == cell.indent and self.headings[-1][2])
        ):
            self.headings.pop()
        self.headings.append((cell.indent, cell.text, False))

    def _row(self, number: int, row: Sequence[_Slot]) -> SourceRow:
        first = row[0].cell
        if self._is_overall(first.text):
            self.headings = []
        deeper = [heading for heading in self.headings if heading[0] < first.indent]
        if deeper and deeper != self.headings:
            self.headings = deeper
        elif self.headings and not deeper and self._set_in:
            self.headings = []
        self.headings = [(indent, text, True) for indent, text, _ in self.headings]
        self._set_in = bool(deeper)
        cells, marks, doubts = [], [], []
        for place, slot in enumerate(row):
            shown = self._shown(slot)
            cells.append(slot.cell.text if shown else "")
            marks.append(slot.cell.marks if shown else "")
            if shown and slot.cell.doubt:
                doubts.append(f"{self.columns[place] or place + 1}: {slot.cell.doubt}")
        return SourceRow(
            number,
            tuple(cells),
            LEVELS.join(text for _, text, _ in self.headings),
            self.pages[number - 1] if self.pages else None,
            "; ".join(dict.fromkeys(doubts)),
            tuple(marks) if any(marks) else (),
        )

    #: Whether the row above was set in below its heading.
    _set_in = False

    def _is_overall(self, text: str) -> bool:
        return self.names[text] == 1 and bool(_OVERALL.match(text))

    @staticmethod
    def _shown(slot: _Slot) -> bool:
        """A number over several rows or columns stands in the first, a text in all its rows."""
        if not slot.is_first_column:
            return False
        return slot.is_first_row or not is_numeric(slot.cell.text)
