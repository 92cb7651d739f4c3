"""Reads text with commas, semicolons, tabs or bars between its cells (CSV, TSV)."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from metarepro.readers.archives import Document
from metarepro.readers.grids import Grid, tables_of_grid
from metarepro.readers.source_files import LONGEST_CELL, check_size, content_of
from metarepro.readers.source_table import Source
from metarepro.tabular.problems import DataError, Problem, refused

WORDS = "a text file with commas, semicolons or tabs between its cells (CSV, TSV)"
DELIMITERS = "\t;,|"
#: Lines that are looked at to tell which delimiter a file has.
_LOOKED_AT = 200
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
#: What text with a grammar of its own starts with: markup, JSON, rich text, PostScript, Git LFS.
_OTHER_TEXT = ("<", "{", "%!", "%PDF", "version https://git-lfs", "$FL2")


def sniff(head: bytes) -> bool:
    """Whether a file that starts like this is text in rows."""
    try:
        text, _ = _decode(head[: len(head) // 2 * 2], final=False)
    except UnicodeDecodeError:
        return False
    if text.lstrip().startswith(_OTHER_TEXT) or _has_controls(text):
        return False
    return any(delimiter in text for delimiter in DELIMITERS)


def read(document: Document) -> Source:
    """Read the file as one table."""
    content, digest = content_of(document)
    try:
        text, note = _decode(content, final=True)
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        found = repr(content[error.start : error.end])
        raise refused(document.place, found, "text in UTF-8, UTF-16 or windows-1252", row) from None
    if "\n" not in text:  # lines of the old Macintosh
        text = text.replace("\r", "\n")
    first, _, rest = text.partition("\n")
    skipped = [note] if note else []
    start = 1
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:  # Excel's own mark
        delimiter, text, start = first.strip()[4], rest, 2
    else:
        delimiter = _delimiter(text)
    grid: Grid = list(_rows(text, delimiter, start, document.place))
    if not any(len(cells) > 1 for _, cells in grid):
        raise refused(document.place, "a single column", "a header and rows of several cells")
    usual = Counter(len(cells) for _, cells in grid if len(cells) > 1).most_common(1)[0][0]
    # A comment may hold delimiters of its own.
    grid = [
        (number, (delimiter.join(cells),) if _is_comment(cells, usual) else cells)
        for number, cells in grid
    ]
    _check_widths(grid, usual, document.place)
    tables = tables_of_grid("", grid)
    return Source(document.place, digest, WORDS, tuple(tables), tuple(skipped))


def _decode(content: bytes, *, final: bool) -> tuple[str, str]:
    """Text, and a note if it is not in UTF; of a head the last character may be cut."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "strict" if final else "ignore"), ""
    if content[1:64:2].count(0) > 16:
        return content.decode("utf-16-le", "strict" if final else "ignore"), ""
    try:
        return content.decode("utf-8"), ""
    except UnicodeDecodeError as error:
        if not final and error.start >= len(content) - 3:
            return content[: error.start].decode("utf-8"), ""
    return content.decode("windows-1252"), "not UTF-8: read as windows-1252"


def _has_controls(text: str) -> bool:
    return any(character < " " and character not in "\t\r\n\x0b\x0c" for character in text)


def _delimiter(text: str) -> str:
    """The delimiter that gives the most rows of one width; of several the one with most cells."""

    def fit(delimiter: str) -> tuple[int, int]:
        head = text.split("\n", _LOOKED_AT)[:_LOOKED_AT]
        try:
            widths = Counter(len(row) for row in csv.reader(head, delimiter=delimiter) if any(row))
        except csv.Error:
            return 0, 0
        width, count = max(widths.items(), key=lambda item: (item[0] > 1, item[1]), default=(0, 0))
        return (count, width) if width > 1 else (0, 0)

    return max(DELIMITERS, key=fit)


def _is_comment(cells: Sequence[str], usual: int) -> bool:
    return len(cells) != usual and cells[0].lstrip().startswith("#")


def _check_widths(grid: Grid, usual: int, file: str) -> None:
    """Refuse rows with other than the usual number of cells, except lines of text."""
    problems = [
        Problem(file, number, "", f"{len(cells)} cells", f"{usual} cells, as in the other rows")
        for number, cells in grid
        if len(cells) != usual and sum(1 for cell in cells if cell.strip()) > 1
    ]
    if problems:
        raise DataError(problems)


def _rows(
    text: str, delimiter: str, start: int, file: str
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Rows with their numbers, without empty ones."""
    number, cells = start - 1, 0
    # Line by line: a list of all lines would take many times the memory of the text.
    lines = (match[0] for match in re.finditer(r"[^\n]*\n|[^\n]+", text))
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        for number, row in enumerate(reader, start):
            cells += len(row)
            check_size(file, [(1, len(row)), (cells, 1)])
            if any(len(cell) > LONGEST_CELL for cell in row):
                allowed = f"at most {LONGEST_CELL} characters"
                raise refused(file, "a longer cell", allowed, number)
            if any(cell.strip() for cell in row):
                yield number, tuple(row)
    except csv.Error as error:
        raise refused(file, str(error), "a well-formed CSV row", number + 1) from None
