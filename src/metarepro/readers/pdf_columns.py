"""The columns of a table of a PDF, and its header over them.

A column is what lies between two strips of white that run through all lines of the table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from metarepro.readers.pdf_page import Line, Rule, Word
from metarepro.readers.pdf_regions import CELL_GAP, Region
from metarepro.readers.spanned_tables import Cell
from metarepro.readers.superscripts import CellText

#: Of the size of the text: narrower strips are spaces between words that stand below each other;
#: wide ones part columns whatever the header says.
_NARROWEST_STRIP = 0.45
_WIDE_STRIP = 1.2
#: The widest space between words of one header.
_SPACE = 0.45
#: Of the lines, how many may cross a strip: headings and long texts.
_MAY_CROSS = 0.04
_MAY_RUN_ON = 0.2
_BIN = 0.5
_MARK_SIGNS = "*\u2020\u2021\u00a7\u00b6#"
_DASHES = "-\u2010\u2011\u2012\u2013\u2014/"


@dataclass(frozen=True)
class Columns:
    """Columns, each from one end of its text to the other.

    Attributes
    ----------
    ends : left and right end of the text of each
    left, right : ends of the table
    """

    ends: tuple[tuple[float, float], ...]
    left: float
    right: float

    @property
    def borders(self) -> tuple[float, ...]:
        """Half way between each column and the next."""
        return tuple((left[1] + right[0]) / 2 for left, right in pairwise(self.ends))

    def at(self, x: float) -> int:
        """The column that a place lies in."""
        return sum(x > border for border in self.borders)

    def nearest(self, word: Word) -> int:
        """The column whose text is nearest to a word."""
        middle = (word.x0 + word.x1) / 2
        return min(
            range(len(self.ends)),
            key=lambda n: max(self.ends[n][0] - middle, middle - self.ends[n][1], 0.0),
        )

    def spread(self, words: Sequence[Word]) -> list[list[Word]]:
        """The words of a line by column."""
        cells: list[list[Word]] = [[] for _ in self.ends]
        for word in words:
            place = self.at((word.x0 + word.x1) / 2)
            if word.raised and place and cells[place - 1] and not cells[place]:
                # A mark stands with the word that it hangs on.
                place -= word.x0 - cells[place - 1][-1].x1 < 0.3 * word.size
            cells[place].append(word)
        return cells

    def crossed(self, words: Sequence[Word]) -> list[int]:
        """Borders that a word lies on."""
        return [
            place
            for place, border in enumerate(self.borders)
            if any(
                word.x0 < border - 0.1 * word.size < border + 0.1 * word.size < word.x1
                for word in words
            )
        ]


def columns_of(
    region: Region, header: Sequence[Line], body: Sequence[Line], uprights: Sequence[float]
) -> Columns:
    """The columns of a table.

    Parameters
    ----------
    region : Region
    header, body : sequence of Line
        What stands above and below the end of the header.
    uprights : sequence of float
        Where vertical rules run through the table.
    """
    size = max((line.size for line in body), default=8.0)
    sure = [line for line in body if len(line.chunks(CELL_GAP)) > 1]
    strips = _strips(region, sure or body, _NARROWEST_STRIP * size)
    kept = [
        strip
        for strip in strips
        if strip[1] - strip[0] > _WIDE_STRIP * size or not _is_in_header_text(strip, header, strips)
    ]
    edges = [region.x0, *(x for strip in kept for x in strip), region.x1]
    ends = [(left, right) for left, right in zip(edges[::2], edges[1::2], strict=True)]
    ends = [end for end in ends if end[1] - end[0] > _BIN]
    for x in uprights:
        ends = _cut(ends, x, body)
    lowest = _lowest(header)
    for left, right in pairwise(sorted(lowest, key=lambda chunk: chunk[0].x0)):
        ends = _cut_between(ends, left, right, sure or body)
    for chunk in lowest:
        ends = _with_header_only(ends, chunk)
    return Columns(tuple(_shrunk(ends, body)), region.x0, region.x1)


def _shrunk(ends: Sequence[tuple[float, float]], body: Sequence[Line]) -> list[tuple[float, float]]:
    """Columns from the first to the last of their own text."""
    found = []
    for left, right in ends:
        words = [
            word for line in body for word in line.words if left <= (word.x0 + word.x1) / 2 <= right
        ]
        inside = [(max(left, w.x0), min(right, w.x1)) for w in words] or [(left, right)]
        found.append((min(x0 for x0, _ in inside), max(x1 for _, x1 in inside)))
    return found


def _strips(region: Region, lines: Sequence[Line], narrowest: float) -> list[tuple[float, float]]:
    """Strips of white from the top of the body to its end, from left to right."""
    count = int((region.x1 - region.x0) / _BIN) + 2
    ink = [0] * count
    for line in lines:
        touched: set[int] = set()
        for word in line.words:
            first = max(0, int((word.x0 - region.x0) / _BIN))
            last = min(count - 1, int((word.x1 - region.x0) / _BIN))
            touched.update(range(first, last + 1))
        for place in touched:
            ink[place] += 1
    allowed = int(_MAY_CROSS * len(lines))
    found, start = [], None
    for place in range(count):
        white = ink[place] <= allowed
        if white and start is None:
            start = place
        if start is not None and (not white or place == count - 1):
            found.append((region.x0 + start * _BIN, region.x0 + place * _BIN))
            start = None
    return [
        (left, right)
        for left, right in found
        if right - left >= narrowest and left > region.x0 + _BIN and right < region.x1 - _BIN
    ]


def _lowest(header: Sequence[Line]) -> list[tuple[Word, ...]]:
    """Runs of words of a header with no other right below them."""
    found: list[tuple[Word, ...]] = []
    for line in reversed(header):
        for chunk in line.chunks(_SPACE):
            left, right = chunk[0].x0, max(word.x1 for word in chunk)
            if not any(c[0].x0 < right and max(w.x1 for w in c) > left for c in found):
                found.append(chunk)
    return found


def _is_in_header_text(
    strip: tuple[float, float], header: Sequence[Line], strips: Sequence[tuple[float, float]]
) -> bool:
    """Whether one header stands over both sides of a strip, and nothing else does below it."""
    left = max((other[1] for other in strips if other[1] <= strip[0]), default=-1e9)
    right = min((other[0] for other in strips if other[0] >= strip[1]), default=1e9)
    for line in reversed(header):
        over = [word for word in line.words if word.x0 < right and word.x1 > left]
        if not over:
            continue
        if over[0].x0 < left - 1 or over[-1].x1 > right + 1:
            return False
        middle = (strip[0] + strip[1]) / 2
        before = max((word.x1 for word in over if word.x0 + word.x1 < 2 * middle), default=middle)
        after = min((word.x0 for word in over if word.x0 + word.x1 >= 2 * middle), default=middle)
        on_both = over[0].x0 < middle < over[-1].x1
        return on_both and after - before < _SPACE * line.size
    return False


def _cut(
    ends: list[tuple[float, float]], x: float, body: Sequence[Line]
) -> list[tuple[float, float]]:
    """A column with a vertical rule through it is two."""
    found: list[tuple[float, float]] = []
    for left, right in ends:
        if left + 2 < x < right - 2 and not any(
            word.x0 < x - 1 and word.x1 > x + 1 for line in body for word in line.words
        ):
            found += [(left, x - 0.5), (x + 0.5, right)]
        else:
            found.append((left, right))
    return found


def _cut_between(
    ends: list[tuple[float, float]],
    left: Sequence[Word],
    right: Sequence[Word],
    lines: Sequence[Line],
) -> list[tuple[float, float]]:
    """A column with two headers over it is two, even where some words run into each other."""
    here = [
        end
        for end in ends
        if end[0] - 1 <= _middle(left) <= end[1] + 1 and end[0] - 1 <= _middle(right) <= end[1] + 1
    ]
    if not here:
        return ends
    words = [word for line in lines for word in line.words]
    places = [_middle(left) + _BIN * n for n in range(int((_middle(right) - _middle(left)) / _BIN))]
    crossing = [sum(word.x0 < x < word.x1 for word in words) for x in places]
    if not places or min(crossing) > _MAY_RUN_ON * len(lines):
        return ends
    best = [x for x, count in zip(places, crossing, strict=True) if count == min(crossing)]
    x = best[len(best) // 2]
    (start, stop) = here[0]
    return sorted([end for end in ends if end != here[0]] + [(start, x - 0.1), (x + 0.1, stop)])


def _middle(chunk: Sequence[Word]) -> float:
    return (chunk[0].x0 + chunk[-1].x1) / 2


def _with_header_only(
    ends: list[tuple[float, float]], chunk: tuple[Word, ...]
) -> list[tuple[float, float]]:
    """A header that no column stands under has an empty one."""
    left, right = chunk[0].x0, max(word.x1 for word in chunk)
    if any(end[0] < right and end[1] > left for end in ends):
        return ends
    return sorted([*ends, (left, right)])


def cell_of(lines: Sequence[Line]) -> CellText:
    """The text of a cell from its words, line by line."""
    cell = CellText()
    before: Word | None = None
    for line in lines:
        for place, word in enumerate(line.words):
            if before is not None:
                # Capitals of two sizes are one word.
                other = word.size != before.size
                close = place > 0 and other and word.x0 - before.x1 < 0.1 * word.size
                broken = place == 0 and before.text.endswith(tuple(_DASHES))
                cell.add("" if close or broken or word.raised else " ")
            mark = before is not None and not word.text.strip(_MARK_SIGNS)
            cell.add(word.text, raised=word.raised or mark)
            before = word
    return cell


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
    return rows


def _by_spanning(columns: Columns, lines: Sequence[Line]) -> list[list[Line]]:
    """Lines of a level, those with a header over several columns apart from what is below."""
    parts: list[list[Line]] = [[]]
    for line in lines:
        parts[-1].append(line)
        if any(_spans(columns, chunk) for chunk in line.chunks(_SPACE)):
            parts.append([])
    return [part for part in parts if part]


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
        rest = []
        for chunk in line.chunks(_SPACE):
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
        for chunk in line.chunks(_SPACE):
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
        for chunk in line.chunks(_SPACE):
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
