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

WORDS = "a text file with blanks between its cells, as R's write.table writes it"
_FEWEST_CELLS = 3
_QUOTED = re.compile(r'"[^"\n]*"')
#: What parts cells in other files.
_OTHERS = re.compile(r"[,;|\t\0]")


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
    if not _fits(grid) or any(len(cell) > LONGEST_CELL for _, row in grid for cell in row):
        raise refused(document.place, "rows of other lengths", "as many cells as in the others")
    number, header = grid[0]
    grid[0] = number, ("",) * (len(grid[1][1]) - len(header)) + header
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
