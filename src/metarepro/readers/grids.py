"""The table in a grid of cells: its title, its header, its rows and its notes.

People put a title above a table, spread headers over merged cells, part groups of rows by a line of
text, and write notes below.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from metarepro.readers.source_table import SourceRow, SourceTable
from metarepro.tabular.numbers import is_number
from metarepro.tabular.plain_text import clean_text

#: Rows with their numbers in the source, without empty ones.
Grid = list[tuple[int, tuple[str, ...]]]
#: A header has at most this many rows.
_MAX_HEADER = 3
#: A line of text with this is a study without numbers, and no heading or note.
_OF_A_STUDY = re.compile(r"(19|20)[0-9]{2}|\bet al\b")
#: A line of text that names a further table.
_TITLE = re.compile(r"(?:\w+\s)?table\s*[A-Z]?\d+\w*", re.I)
_INTERVAL = re.compile(r"\bC\.?I\b|confidence", re.I)
#: A line of text with this speaks of the pool above it.
_OF_A_POOL = re.compile(r"(heterogeneity|test (for|of))\b", re.I)


def tables_of_grid(label: str, grid: Grid) -> list[SourceTable]:
    """The tables of a grid, those below each other and side by side apart.

    A table begins at a line such as "Table 2" with a header below it. One begins behind an empty
    column if its first header is that of the first table, and the names of its rows are other ones.

    Examples
    --------
    >>> grid = [(1, ("Study", "g", "", "Study", "OR")), (2, ("A", "0.2", "", "B", "1.5"))]
    >>> [(table.label, table.rows[0].cells) for table in tables_of_grid("Data", grid)]
    [('Data', ('A', '0.2')), ('Data (2)', ('B', '1.5'))]
    """
    found: list[SourceTable] = []
    for part in (part for below in _below_each_other(grid) for part in _side_by_side(below)):
        name = f"{label} ({len(found) + 1})".strip() if found else label
        table = table_of_grid(name, part)
        found += [table] if table else []
    return found


def _below_each_other(grid: Grid) -> Iterator[Grid]:
    start = 0
    has_numbers = False
    titles: set[str] = set()
    for place, (_, cells) in enumerate(grid):
        title = _TITLE.match("".join(cells).strip()) if _filled(cells) == 1 else None
        name = title[0].casefold() if title else ""
        below = [cell for cell in grid[place + 1][1] if cell] if place + 1 < len(grid) else []
        # "Table 2 (continued)" goes on with one.
        begins = title and has_numbers and name not in titles
        if begins and len(below) > 1 and not any(map(is_number, below)):
            yield grid[start:place]
            start, has_numbers = place, False
        titles.add(name)
        has_numbers = has_numbers or any(map(is_number, cells))
    yield grid[start:]


def _side_by_side(grid: Grid) -> Iterator[Grid]:
    width = max((len(cells) for _, cells in grid), default=0)
    columns = [
        ["".join(cells[place : place + 1]).strip() for _, cells in grid] for place in range(width)
    ]
    top = _header_at(grid) if grid else 0
    header = [
        place
        for place, (_, cells) in enumerate(grid[: top + _MAX_HEADER])
        if place >= top and not any(map(is_number, cells))
    ]
    first = next(filter(any, columns), [])
    starts = [0]
    for before, (place, names) in pairwise(enumerate(columns)):
        same = [at for at in header if first[at] and names[at] == first[at]]
        if same and not any(before[1]) and _are_others(first[same[0] + 1 :], names[same[0] + 1 :]):
            starts.append(place)
    for start, end in zip(starts, [*starts[1:], width], strict=True):
        yield [(number, cells[start:end]) for number, cells in grid if any(cells[start:end])]


def _are_others(first: Sequence[str], names: Sequence[str]) -> bool:
    """Whether names are not those of the same rows in the first column, nor results."""
    differ = any(name and name != own for name, own in zip(names, first, strict=True))
    return differ and not any(is_number(name) and not name.isdigit() for name in names)


def table_of_grid(label: str, grid: Grid) -> SourceTable | None:
    """Take a grid apart; None if it has no table.

    Parameters
    ----------
    label : str
        The name of the sheet.
    grid : list of (int, tuple of str)
        The texts of each row that is not empty; rows may be of different length.

    Examples
    --------
    >>> table = table_of_grid("", [(1, ("Table 1",)), (3, ("Study", "g")), (4, ("A", "0.2"))])
    >>> table.caption, table.columns, table.rows[0].cells
    ('Table 1', ('Study', 'g'), ('A', '0.2'))
    """
    rows = [(number, _trimmed(cells)) for number, cells in grid]
    rows = [(number, cells) for number, cells in rows if cells]
    if not rows:
        return None
    first = _header_at(rows)
    width = max(len(cells) for _, cells in rows[first:])
    rows = [(number, cells + ("",) * (width - len(cells))) for number, cells in rows]
    body = first + _header_rows([cells for _, cells in rows[first:]])
    filled = [any(is_number(cells[place]) for _, cells in rows[body:]) for place in range(width)]
    header = [cells for _, cells in rows[first:body]]
    columns = _headers(header, filled)
    end = len(rows)
    while end > body and _is_line(rows[end - 1][1]):
        end -= 1
    kept: list[SourceRow] = []
    group = ""
    for number, cells in rows[body:end]:
        if _is_line(cells):
            group = clean_text(cells[0])
        elif cells not in header:  # which is repeated above each block of rows
            kept.append(SourceRow(number, cells, group))
    captions = [_line(cells) for _, cells in rows[:first]]
    notes = tuple(_line(cells) for _, cells in rows[end:])
    return SourceTable(label, " ".join(captions), columns, tuple(kept), notes)


def _trimmed(cells: Sequence[str]) -> tuple[str, ...]:
    """A row without the empty cells at its end."""
    width = len(cells)
    while width and not cells[width - 1].strip():
        width -= 1
    return tuple(cell.strip() for cell in cells[:width])


def _filled(cells: Sequence[str]) -> int:
    return sum(1 for cell in cells if cell)


def _is_line(cells: Sequence[str]) -> bool:
    """Whether a row is a line of text: a heading of the rows below it, or a note."""
    if len(cells) < 3 or _filled(cells) != 1 or not cells[0] or is_number(cells[0]):
        return False
    return not (_OF_A_STUDY.search(cells[0]) or _OF_A_POOL.match(cells[0]))


def _line(cells: Sequence[str]) -> str:
    return clean_text(" ".join(cell for cell in cells if cell))


def _header_at(rows: Grid) -> int:
    """The first row that names most of the columns: those above it are a title."""
    usual = Counter(len(cells) for _, cells in rows[:200]).most_common(1)[0][0]
    for place, (_, cells) in enumerate(rows):
        texts = sum(1 for cell in cells if cell and not is_number(cell))
        if _filled(cells) > 1 and 2 * len(cells) >= usual and texts > 0:
            return place
    return 0


def _header_rows(rows: Sequence[Sequence[str]]) -> int:
    """How many rows the header has: further ones hold no number, and fill gaps of the first."""
    if len(rows) < 3 or all(rows[0]):
        return 1
    count = 1
    for cells in rows[1 : min(_MAX_HEADER, len(rows) - 1)]:
        if any(is_number(cell) for cell in cells) or _filled(cells) < 2:
            break
        if all(above for above, cell in zip(rows[count - 1], cells, strict=True) if cell):
            # Nothing below a gap: a merged header would have something there.
            break
        count += 1
    return count


def _headers(rows: Sequence[Sequence[str]], filled: Sequence[bool]) -> tuple[str, ...]:
    """One header per column: levels joined, a merged one carried over the columns that it spans.

    The header of an interval also stands over the next column if that has numbers and no header.
    """
    width = len(filled)
    levels: list[list[str]] = []
    for depth, cells in enumerate(rows):
        carried = ""
        level: list[str] = []
        for place in range(width):
            cell = clean_text(cells[place])
            if cell:
                carried = cell
            elif depth + 1 == len(rows):
                limits = (
                    filled[place] and filled[place - 1] and level[place - 1 : place] == [carried]
                )
                carried = carried if limits and _INTERVAL.search(carried) else ""
            elif not rows[depth + 1][place]:
                carried = ""
            level.append(cell or carried)
        levels.append(level)
    return numbered(
        " > ".join(dict.fromkeys(level[place] for level in levels if level[place]))
        for place in range(width)
    )


def numbered(names: Iterable[str]) -> tuple[str, ...]:
    """Headers, those that stand there several times with their number.

    Examples
    --------
    >>> numbered(("Study", "Mean", "SD", "Mean", "SD"))
    ('Study', 'Mean (1)', 'SD (1)', 'Mean (2)', 'SD (2)')
    """
    names = list(names)
    return tuple(
        f"{name} ({names[: place + 1].count(name)})" if name and names.count(name) > 1 else name
        for place, name in enumerate(names)
    )
