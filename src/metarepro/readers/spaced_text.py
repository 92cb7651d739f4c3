"""Reads text with blanks between its cells, as write.table of R writes it."""

import csv
import re
from collections.abc import Iterator

from metarepro.readers.archives import Document
from metarepro.readers.grids import Grid, table_of_grid
from metarepro.readers.source_files import LONGEST_CELL, check_size, content_of
from metarepro.readers.source_table import Source
from metarepro.tabular.numbers import is_number
from metarepro.tabular.problems import refused

WORDS = "a text file with blanks between its cells and names in quotes, as R's write.table writes"
_FEWEST_CELLS = 3
_QUOTED = re.compile(r'"[^"\n]*"')
#: What parts cells in other files.
_OTHERS = re.compile(r"[,;|\t\0]")
_YEAR = re.compile(r"\(?(?:19|20)[0-9]{2}[a-z]?\)?")
#: Headers above years, and above names.
_OF_YEARS = re.compile(r"y(?:ea)?r|date|jahr|año|ann[oé]", re.I)
_OF_NAMES = re.compile(r"author|name|label", re.I)


def sniff(head: bytes) -> bool:
    """Whether a file that starts like this has rows of as many cells, with numbers below a header.

    Of the last row, which the head may cut, nothing is asked.
    """
    text = head.decode("utf-8-sig", "ignore")
    if _OTHERS.search(_QUOTED.sub("", text)):
        return False
    try:
        grid = list(_grid(text))[:-1]
    except csv.Error:
        return False
    return len(grid) > 1 and _fits(grid)


def read(document: Document) -> Source:
    """Read the file as one table; names of rows, which have no header, get an empty one."""
    content, digest = content_of(document)
    try:
        grid = list(_grid(content.decode("utf-8-sig")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise refused(document.place, str(error), "text in UTF-8 with blanks between") from None
    check_size(document.place, [(len(grid), len(grid[-1][1]))])
    for number, row in grid[1:]:
        if not _fits([*grid[:2], (number, row)]) or max(map(len, row)) > LONGEST_CELL:
            allowed = "as many cells as in the others, some with numbers; names in quotes"
            raise refused(document.place, " ".join(row)[:LONGEST_CELL], allowed, number)
    number, header = grid[0]
    grid[0] = number, ("",) * (len(grid[1][1]) - len(header)) + header
    if words := _parted(grid):
        raise refused(document.place, words, "names with blanks in quotes, or commas between cells")
    table = table_of_grid("", grid)
    return Source(document.place, digest, WORDS, (table,) if table else (), ())


def _grid(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Rows that are not empty, with their numbers."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            yield (
                number,
                tuple(next(csv.reader([line.strip()], delimiter=" ", skipinitialspace=True))),
            )


def _fits(grid: Grid) -> bool:
    """Whether rows have as many cells and numbers, below a header with as many or one less."""
    (_, header), *rows = grid
    width = len(rows[0][1])
    return (
        width >= _FEWEST_CELLS
        and len(header) in (width, width - 1)
        and not any(map(is_number, header))
        and all(len(row) == width and any(map(is_number, row)) for _, row in rows)
    )


def _parted(grid: Grid) -> str:
    """Numbers beside a text that may be the rest of a name, as in Ann 2001; "" if there are none.

    The cells after them would stand under the headers of others.
    """
    (_, header), *rows = grid
    name, cells = header[1], [row[1] for _, row in rows]
    if any(is_number(row[0]) for _, row in rows):
        return ""
    years = [bool(_YEAR.fullmatch(cell)) for cell in cells]
    parted = all(years) or any(years) and any("." in cell for cell in cells)
    named = _OF_NAMES.search(name) and all(map(is_number, cells))
    if not named and not (parted and not _OF_YEARS.search(name)):
        return ""
    place = years.index(True) if any(years) else 0
    return f"{cells[place]} in {name}, beside {rows[place][1][0]}"
