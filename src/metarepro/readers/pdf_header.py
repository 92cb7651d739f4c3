"""The header of a table of a PDF: its levels, and which columns each text stands over."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from metarepro.readers.pdf_columns import SPACE, Columns, cell_of
from metarepro.readers.pdf_page import CELL_GAP, Line, Rule, Word, bands_of
from metarepro.readers.pdf_regions import Region
from metarepro.readers.spanned_tables import Cell, is_numeric

_MAX_HEADER_LINES = 8


def second_header(region: Region, lines: Sequence[Line], end: float) -> float:
    """Where a header ends whose rows are parted by rules as long as those between all rows.

    Its second row has more texts than the first, and no numbers, which the row below it has.
    """
    edges = [rule.y for rule in region.rules if region.is_full(rule) and rule.y > end + 2][:2]
    if len(edges) < 2:
        return end
    bands = [
        bands_of(line for line in lines if above < (line.top + line.bottom) / 2 < below)
        for above, below in pairwise([region.top, end, *edges])
    ]
    if any(len(band) != 1 for band in bands):
        return end
    first, second, third = (len(band[0].chunks(CELL_GAP)) for band in bands)
    headers = not _any_numbers(bands[1][0]) and _any_numbers(bands[2][0])
    return edges[0] if first < second <= third + 1 and headers else end


def end_of_header(lines: Sequence[Line]) -> float:
    """Below the lines that come before the first one with numbers."""
    for place, line in enumerate(lines[:_MAX_HEADER_LINES]):
        chunks = line.chunks(CELL_GAP)
        texts = [" ".join(word.text for word in chunk if not word.raised) for chunk in chunks]
        heading = (
            place > 0
            and len(chunks) == 1 < len(lines[place - 1].chunks(CELL_GAP))
            and line.x0 < lines[0].x0 + line.size
        )
        below = lines[place + 1 : place + 2]
        if heading and not any(_any_numbers(line) for line in below):
            continue
        if place and (heading or any(map(is_numeric, texts[1:]))):
            return (lines[place - 1].bottom + line.top) / 2
    return lines[0].bottom if lines else 0.0


def _any_numbers(line: Line) -> bool:
    chunks = line.chunks(CELL_GAP)
    return any(is_numeric(" ".join(word.text for word in chunk)) for chunk in chunks[1:])


def header_rows(
    columns: Columns, header: Sequence[Line], rules: Sequence[Rule]
) -> list[list[Cell]]:
    """The rows of the header: levels parted by rules that are shorter than the table.

    Over such a rule stand the headers of several columns; which, is told by their middles.
    """
    if not header:
        return []
    inner = sorted({rule.y for rule in rules})
    levels: list[list[Line]] = [[] for _ in range(len(inner) + 1)]
    for line in header:
        levels[sum((line.top + line.bottom) / 2 > y for y in inner)].append(line)
    rows = []
    for place, level in enumerate(levels):
        if not level:
            continue
        below = [rule for rule in rules if place < len(inner) and rule.y == inner[place]]
        parts = [level] if below else _by_spanning(columns, level)
        rows += [_level(columns, part, below) for part in parts]
    return _over_repetitions(rows)


def _over_repetitions(rows: list[list[Cell]]) -> list[list[Cell]]:
    """Headers over others that repeat, as "n, Mean, SD, n, Mean, SD": each over one repetition.

    Where no rule says what they stand over, their middles may be nearer to one column than to all.
    """
    if len(rows) < 2:
        return rows
    start, length, times = _repetition([cell.text for cell in rows[-1] if cell.columns == 1])
    if any(cell.columns > 1 for cell in rows[-1]) or times < 2:
        return rows
    end = start + length * times
    found = [rows[-1]]
    for row in reversed(rows[:-1]):
        over: list[tuple[float, Cell]] = []
        others = [Cell("")] * len(rows[-1])
        at = 0
        for cell in row:
            middle = at + cell.columns / 2
            if cell.text and start < middle < end:
                over.append((middle, cell))
            elif cell.text:
                others[at : at + cell.columns] = [cell] + [Cell("")] * (cell.columns - 1)
            at += cell.columns
        each = [int((middle - start) / length) for middle, _ in over]
        wide = length if each == list(range(times)) else length * times
        # One over all of them is a level above those over each.
        known = wide == length or (len(over) == 1 and len(found) > 1)
        if known and not any(cell.columns > 1 for cell in others):
            spread = [replace(cell, columns=wide) for _, cell in over]
            row = [*others[:start], *spread, *others[end:]]
        found.insert(0, row)
    return found


def _repetition(texts: Sequence[str]) -> tuple[int, int, int]:
    """Where texts begin that repeat, how many they are, and how many times; the longest."""
    best = (0, 0, 0)
    for length in range(2, len(texts) // 2 + 1):
        for start in range(len(texts) - 2 * length + 1):
            unit = list(texts[start : start + length])
            times = 1
            while texts[start + times * length : start + (times + 1) * length] == unit:
                times += 1
            distinct = len(set(unit)) == length and all(unit)
            if times > 1 and distinct and length * times > best[1] * best[2]:
                best = (start, length, times)
    return best


def _by_spanning(columns: Columns, lines: Sequence[Line]) -> list[list[Line]]:
    """Lines of a level, those with a header over several columns apart from what is below."""
    parts: list[list[Line]] = [[]]
    for line in lines:
        parts[-1].append(line)
        if any(_spans(columns, chunk) for chunk in line.chunks(SPACE)):
            parts.append([])
    found = [part for part in parts if part]
    lowest = [" ".join(word.text for word in chunk) for chunk in lines[-1].chunks(SPACE)]
    if len(lines) > len(found) == 1 and _repetition(lowest)[2] > 1:
        return [list(lines[:-1]), [lines[-1]]]
    return found


def _spans(columns: Columns, chunk: Sequence[Word]) -> bool:
    """Whether a run of words stands over several columns as one header.

    One that is wider than its own column stands over the middle of that.
    """
    touched = _touched(columns, chunk)
    if len(touched) < 2 or _parts(columns, chunk):
        return False
    middle = (chunk[0].x0 + chunk[-1].x1) / 2
    group = (columns.ends[touched[0]][0] + columns.ends[touched[-1]][1]) / 2
    own = min(abs(sum(columns.ends[n]) / 2 - middle) for n in touched)
    return abs(group - middle) <= own + (2 if len(touched) > 2 else -2)


def _level(columns: Columns, lines: Sequence[Line], below: Sequence[Rule]) -> list[Cell]:
    over: dict[int, tuple[int, list[list[Word]]]] = {}
    single: list[list[list[Word]]] = [[] for _ in columns.ends]
    left: list[Line] = []
    for line in lines:
        rest: list[Word] = []
        for chunk in line.chunks(SPACE):
            middle = (chunk[0].x0 + chunk[-1].x1) / 2
            if not any(rule.x0 - 2 <= middle <= rule.x1 + 2 for rule in below):
                rest += chunk
        left += [Line(tuple(rest))] if rest else []
    for rule in below:
        places = [
            n
            for n, end in enumerate(columns.ends)
            if rule.x0 - 3 <= (end[0] + end[1]) / 2 <= rule.x1 + 3
        ]
        runs = _runs_over(lines, rule)
        for run, (first, last) in zip(runs, _shares(columns, places, runs), strict=False):
            over[first] = (last - first + 1, run)
    for line in left:
        for chunk in line.chunks(SPACE):
            touched = _touched(columns, chunk)
            if touched[:1] == [0] and len(touched) > 1 and lines == [Line(chunk)]:
                # Alone from the left end on: a title, over all columns.
                over[0] = (len(columns.ends), [list(chunk)])
            elif _spans(columns, chunk) and touched[0] not in over:
                over[touched[0]] = (len(touched), [list(chunk)])
            elif len(touched) > 1 and _parts(columns, chunk):
                for word in chunk:
                    single[columns.nearest(word)].append([word])
            else:
                middle = (chunk[0].x0 + chunk[-1].x1) / 2
                near = touched or [columns.nearest(chunk[0])]
                place = min(near, key=lambda n: abs(sum(columns.ends[n]) / 2 - middle))
                single[place].append(list(chunk))
    cells, at = [], 0
    while at < len(columns.ends):
        count, words = over.get(at, (1, single[at]))
        text = cell_of([Line(tuple(run)) for run in words])
        cells.append(Cell(text.text, text.marks, count))
        at += count
    return cells


def _touched(columns: Columns, chunk: Sequence[Word]) -> list[int]:
    """Columns that stand under a run of words."""
    left, right = chunk[0].x0, chunk[-1].x1
    return [n for n, end in enumerate(columns.ends) if left < end[1] - 1 and right > end[0] + 1]


def _parts(columns: Columns, chunk: Sequence[Word]) -> bool:
    """Whether a run of words is several headers: each column below has a word of its own."""
    touched = _touched(columns, chunk)
    return {columns.nearest(word) for word in chunk} == set(touched) and all(
        len(_touched(columns, [word])) < 2 for word in chunk
    )


def _runs_over(lines: Sequence[Line], rule: Rule) -> list[list[list[Word]]]:
    """Runs of words over a rule, those below each other together."""
    runs: list[list[list[Word]]] = []
    for line in lines:
        for chunk in line.chunks(SPACE):
            left, right = chunk[0].x0, chunk[-1].x1
            if not rule.x0 - 2 <= (left + right) / 2 <= rule.x1 + 2:
                continue
            same = next(
                (run for run in runs if run[0][0].x0 < right and run[0][-1].x1 > left), None
            )
            if same is None:
                runs.append([list(chunk)])
            else:
                same.append(list(chunk))
    return sorted(runs, key=lambda run: run[0][0].x0)


def _shares(
    columns: Columns, places: Sequence[int], runs: Sequence[list[list[Word]]]
) -> list[tuple[int, int]]:
    """Which of the columns stand under which run: those whose common middle is nearest."""
    if not places or not runs or len(runs) > len(places):
        return [(n, n) for n in places[: len(runs)]]
    middles = [(run[0][0].x0 + run[0][-1].x1) / 2 for run in runs]

    def off(first: int, last: int, middle: float) -> float:
        left, right = columns.ends[places[first]][0], columns.ends[places[last]][1]
        return ((left + right) / 2 - middle) ** 2

    best: dict[int, tuple[float, list[tuple[int, int]]]] = {0: (0.0, [])}
    for number, middle in enumerate(middles):
        following: dict[int, tuple[float, list[tuple[int, int]]]] = {}
        left = len(middles) - number - 1
        for start, (cost, shares) in best.items():
            for stop in range(start + 1, len(places) - left + 1):
                total = cost + off(start, stop - 1, middle)
                if stop not in following or total < following[stop][0]:
                    share = (places[start], places[stop - 1])
                    following[stop] = (total, [*shares, share])
        best = following
    return best[len(places)][1]
