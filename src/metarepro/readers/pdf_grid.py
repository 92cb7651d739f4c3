"""The rows of a table of a PDF: lines put together that are one row, and doubts about them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median, pstdev

from metarepro.readers.pdf_columns import Columns, cell_of, columns_of
from metarepro.readers.pdf_header import end_of_header, header_rows, second_header
from metarepro.readers.pdf_page import CELL_GAP, Line, Page, Rule, Word, bands_of, lines_of
from metarepro.readers.pdf_regions import Region
from metarepro.readers.spanned_tables import Cell, is_numeric
from metarepro.readers.superscripts import CellText

_CROSSED = "a word stands between two columns"
_JOINED = "lines that may be two rows"
_PARTED = "lines that may be one row"
#: Of the size of the text: what is set in less is not.
_INDENT = 0.4


@dataclass
class _Row:
    """Lines of one row.

    Attributes
    ----------
    cells : the words of each column
    top, bottom : of all of them
    doubts : by column
    is_heading : whether one text runs over the columns
    """

    cells: list[list[Word]]
    top: float
    bottom: float
    doubts: dict[int, str] = field(default_factory=dict)
    is_heading: bool = False

    def filled(self) -> set[int]:
        """Columns with a text."""
        return {place for place, words in enumerate(self.cells) if words}

    def add(self, other: "_Row") -> None:
        """Take the lines of a row below."""
        for mine, its in zip(self.cells, other.cells, strict=True):
            mine += its
        self.bottom = max(self.bottom, other.bottom)
        self.doubts = {**other.doubts, **self.doubts}

    def text(self, column: int) -> CellText:
        """The text of a cell."""
        return cell_of(lines_of(self.cells[column]))


@dataclass(frozen=True)
class PdfGrid:
    """A table of one page.

    Attributes
    ----------
    header, body : rows of cells
    columns : where its columns stand
    """

    header: list[list[Cell]]
    body: list[list[Cell]]
    columns: Columns

    @property
    def width(self) -> int:
        """How many columns it has."""
        return len(self.columns.ends)


def rows_of(page: Page, region: Region, columns: Columns) -> list[list[Cell]]:
    """Read the rows of a region that has no header, in columns that are known."""
    lines = lines_of(page.within(region.x0 - 2, region.x1 + 2, region.top - 0.5, region.bottom))
    return _body(columns, region, lines, region.top)


def grid_of(page: Page, region: Region) -> PdfGrid:
    """Read the header and the rows of a table."""
    lines = lines_of(page.within(region.x0 - 2, region.x1 + 2, region.top - 0.5, region.bottom))
    end = region.header_bottom
    if end is None:
        end = end_of_header(bands_of(lines))
    elif all(len(line.chunks(CELL_GAP)) == 1 for line in lines if line.bottom < end + 2):
        # A title over all columns, with a rule between it and the header proper.
        below = [rule.y for rule in region.rules if region.is_full(rule) and rule.y > end + 2]
        end = below[0] if below else end
    if region.header_bottom is not None:
        end = second_header(region, lines, end)
    header = [line for line in lines if (line.top + line.bottom) / 2 < end]
    body = [line for line in lines if (line.top + line.bottom) / 2 >= end]
    if not body:
        header, body = [], lines
    uprights = [
        x
        for x, top, bottom in page.uprights
        if region.x0 + 3 < x < region.x1 - 3
        and min(bottom, region.bottom) - max(top, region.top) > 0.5 * (region.bottom - region.top)
    ]
    columns = columns_of(region, header, body, uprights)
    inner = [rule for rule in region.rules if rule.y < end - 1]
    top = header_rows(columns, header, [rule for rule in inner if not region.is_full(rule)])
    return PdfGrid(top, _body(columns, region, body, end), columns)


def _body(columns: Columns, region: Region, lines: Sequence[Line], top: float) -> list[list[Cell]]:
    """The rows below the header."""
    bounds = [rule.y for rule in region.rules if rule.y >= top - 1 and _parts_rows(region, rule)]
    return [_cells(columns, row, lines) for row in _rows(columns, lines, bounds)]


def _parts_rows(region: Region, rule: Rule) -> bool:
    """Whether a rule parts rows: one from the left end, at most some cells shorter."""
    return rule.x0 <= region.x0 + 3 and rule.x1 - rule.x0 > 0.5 * (region.x1 - region.x0)


def _rows(columns: Columns, lines: Sequence[Line], bounds: Sequence[float]) -> list[_Row]:
    """Rows between rules that run over the whole width; between these, lines put together."""
    bands: list[list[Line]] = [[]]
    edges = list(bounds)
    for line in lines:
        middle = (line.top + line.bottom) / 2
        while edges and middle > edges[0]:
            edges.pop(0)
            bands.append([])
        bands[-1].append(line)
    bands = [band for band in bands if band]
    grouped = [_overlapping([_row(columns, line) for line in band]) for band in bands]
    numbered = sum(_rows_with_numbers(parts) == 1 for parts in grouped)
    ruled = len(bands) > 2 and (len(bands) >= 0.4 * len(lines) or numbered > 0.8 * len(bands))
    rows: list[_Row] = []
    widths = _widths(columns, lines)
    for parts in grouped:
        one = ruled and _rows_with_numbers(parts) < 2
        rows += [_joined(parts)] if one else _put_together(parts, widths)
    return rows


def _row(columns: Columns, line: Line) -> _Row:
    """A line by columns; a heading runs over them."""
    chunks = line.chunks(CELL_GAP)
    cells = columns.spread(line.words)
    crossed = columns.crossed(line.words)
    heading = len(chunks) == 1 and (
        (columns.at(line.x0) == 0 and line.x1 > columns.ends[0][1] + 2)
        or _is_centred(columns, line)
    )
    if heading:
        cells = [list(line.words), *([] for _ in columns.ends[1:])]
        crossed = []
    row = _Row(cells, line.top, line.bottom)
    row.is_heading = heading
    for place in crossed:
        row.doubts[place] = row.doubts[place + 1] = _CROSSED
    return row


def _is_centred(columns: Columns, line: Line) -> bool:
    """Whether a text stands in the middle of the table rather than of a column."""
    middle = (line.x0 + line.x1) / 2
    off = abs(middle - (columns.left + columns.right) / 2)
    own = columns.ends[columns.at(middle)]
    nearer = off + 1 < abs(sum(own) / 2 - middle)
    return off < line.size and nearer and len(columns.ends) > 2 and not is_numeric(line.text)


def _overlapping(rows: Sequence[_Row]) -> list[_Row]:
    """Lines that overlap in height are of one row, whose cells are set to its middle.

    Not if both have numbers in one column: then a cell over several rows stands between them.
    """
    found: list[_Row] = []
    for row in rows:
        overlap = found and row.top < found[-1].bottom - 0.25 * (row.bottom - row.top)
        if overlap and not _numbers_of(found[-1]) & _numbers_of(row):
            found[-1].add(row)
        else:
            found.append(row)
    return found


def _numbers_of(row: _Row) -> set[int]:
    """Columns but the first with a number."""
    return {place for place in row.filled() - {0} if is_numeric(row.text(place).text)}


def _rows_with_numbers(rows: Sequence[_Row]) -> int:
    """How many lines have about as many numbers as the fullest: each of them is a row."""
    counts = [len(_numbers_of(row)) for row in rows]
    return sum(count > 1 and count > 0.6 * max(counts) for count in counts)


def _joined(rows: Sequence[_Row]) -> _Row:
    first = rows[0]
    for row in rows[1:]:
        first.add(row)
    return first


def _widths(columns: Columns, lines: Sequence[Line]) -> list[float]:
    """The widest line of each column."""
    widths = [0.0] * len(columns.ends)
    for line in lines:
        row = _row(columns, line)
        if not row.is_heading:
            for place, words in enumerate(row.cells):
                if words:
                    widths[place] = max(widths[place], words[-1].x1 - words[0].x0)
    return widths


def _put_together(rows: Sequence[_Row], widths: Sequence[float]) -> list[_Row]:
    """Lines that go on with the cells above them are added to these."""
    usual = _usually_filled(rows)
    space = _space_between(rows, usual)
    found: list[_Row] = []
    for row in rows:
        if found and found[-1].filled() == {0} and usual & row.filled() and _ends_a_name(row):
            found[-1].add(row)
            found[-1].is_heading = False
            continue
        verdict = _goes_on(found[-1], row, widths, usual, space) if found else "no"
        if verdict == "no":
            if found and not row.is_heading:
                _doubt_apart(found[-1], row, usual)
            found.append(row)
            continue
        if verdict == "perhaps":
            for place in row.filled():
                row.doubts.setdefault(place, _JOINED)
        found[-1].add(row)
    return found


def _doubt_apart(above: _Row, row: _Row, usual: set[int]) -> None:
    """Doubts about a row that may be part of the one above it.

    It has several cells without any of the numbers that all others have, or no name of its own and
    nothing where the one above has nothing.
    """
    filled = row.filled()
    if filled == {0} or (0 in filled and (filled & usual or len(_numbers_of(row)) > 1)):
        return
    if len(filled & usual) > 0.6 * len(usual):
        return
    if usual and len(filled) > 1:
        row.doubts.update(dict.fromkeys(filled, _PARTED))
    if 0 not in filled and filled <= above.filled():
        row.doubts.update(dict.fromkeys(filled, _PARTED))
        above.doubts.update(dict.fromkeys(filled, _PARTED))


def _space_between(rows: Sequence[_Row], usual: set[int]) -> float:
    """White space above lines that surely begin a row; 0 if there are too few of these."""
    spaces = [
        below.top - above.bottom
        for above, below in pairwise(rows)
        if len(usual & below.filled()) > 0.6 * len(usual)
    ]
    return median(spaces) if usual and len(spaces) > 2 else 0.0


def _usually_filled(rows: Sequence[_Row]) -> set[int]:
    """Columns where nearly every full line has a number: a row without any goes on with another."""
    full = [row for row in rows if len(row.filled()) > 0.5 * len(row.cells)]
    found = set()
    for place in range(1, len(rows[0].cells) if rows else 0):
        numeric = sum(is_numeric(row.text(place).text) for row in full)
        if full and numeric > 0.7 * len(full):
            found.add(place)
    return found


def _goes_on(above: _Row, row: _Row, widths: Sequence[float], usual: set[int], space: float) -> str:
    """Whether a line goes on with the row above it: "yes", "no" or "perhaps".

    It does if it is nearer to that than rows are to each other; where they are all as near, if its
    words would not have fitted into the line above.
    """
    filled = row.filled()
    if row.is_heading or above.is_heading or not filled <= above.filled():
        return "no"
    named = 0 in filled and len(usual & filled) > 0.6 * len(usual)
    if not named and any(_is_open(above.text(place).text) for place in filled):
        return "yes"
    if usual and len(usual & filled) > 0.3 * len(usual):
        return "no"
    gap, height = row.top - above.bottom, row.bottom - row.top
    if gap > 0.9 * height:
        return "no"
    if space and gap < space - 0.1 * height:
        return "yes"
    wrapped = all(
        _would_not_fit(lines_of(above.cells[place])[-1], row.cells[place][0], widths[place])
        for place in filled
    )
    if 0 not in filled:
        numeric = any(is_numeric(row.text(place).text) for place in filled)
        return "yes" if wrapped else ("no" if numeric and len(filled) > 1 else "perhaps")
    if filled == {0} and not _continues(above, row):
        return "no"
    return "yes" if wrapped else "no"


def _ends_a_name(row: _Row) -> bool:
    """Whether a row begins with the rest of a name: its numbers stand at the foot of the cell."""
    return bool(re.match(r"(?:\(|et al|al\.|and\b|&)", row.text(0).text))


def _is_open(text: str) -> bool:
    """Whether a text ends in the middle of a number or of brackets."""
    return text.count("(") > text.count(")") or bool(
        re.search(r"\d\s*[\u00b1\u2013\u2212+-]$", text)
    )


def _continues(above: _Row, row: _Row) -> bool:
    """Whether a line of the first column alone reads like the rest of the one above it."""
    last, first = lines_of(above.cells[0])[-1], row.cells[0][0]
    if first.x0 < last.x0 - _INDENT * first.size:
        return False
    return not first.text[0].isupper() or last.words[-1].text.endswith(
        ("-", ",", "/", "&", "and", "of")
    )


def _would_not_fit(line: Line, first: Word, width: float) -> bool:
    """Whether the first word of a line would have been too long for the line above it."""
    # A hyphenated word could have been parted elsewhere.
    if line.words[-1].text.endswith(("-", "\u2013", "/", "\u2010")):
        return True
    return line.x1 - line.x0 + 0.2 * first.size + first.x1 - first.x0 > width - 0.1 * first.size


def _cells(columns: Columns, row: _Row, body: Sequence[Line]) -> list[Cell]:
    """The cells of a row; a heading is one over all columns."""
    size = median(line.size for line in body)
    left = _left(columns, body)
    found = []
    for place, words in enumerate(row.cells):
        text = row.text(place)
        indent = 0
        if not place and words and left is not None:
            indent = int((min(word.x0 for word in words) - left + 0.1 * size) / (_INDENT * size))
        doubt = row.doubts.get(place, "")
        found.append(Cell(text.text, text.marks, indent=indent, doubt=doubt))
    return found


def _left(columns: Columns, body: Sequence[Line]) -> float | None:
    """Where the first column begins; None where its texts are centred."""
    runs = [words for line in body if (words := columns.spread(line.words)[0])]
    if not runs:
        return None
    lefts = [words[0].x0 for words in runs]
    middles = [(words[0].x0 + words[-1].x1) / 2 for words in runs]
    if len(runs) > 3 and pstdev(middles) < 0.5 * pstdev(lefts):
        return None
    return min(lefts)
