"""The columns of a table of a PDF.

A column is what lies between two strips of white that run through all lines of the table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from metarepro.readers.pdf_page import CELL_GAP, Line, Word
from metarepro.readers.pdf_regions import Region
from metarepro.readers.superscripts import CellText

#: Of the size of the text: narrower strips are spaces between words that stand below each other;
#: wide ones part columns whatever the header says.
_NARROWEST_STRIP = 0.45
_WIDE_STRIP = 1.2
#: The widest space between words of one header.
SPACE = 0.45
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
    every = [chunk for line in header for chunk in line.chunks(SPACE)]
    for chunk in lowest:
        others = [other for other in lowest if other is not chunk]
        above = [chunk, *(other for other in every if _below([_extent(chunk)], other))]
        ends = _with_header_only(ends, chunk, above, others)
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
        for chunk in line.chunks(SPACE):
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
        return on_both and after - before < SPACE * line.size
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
    here = [end for end in ends if end == _below(ends, left) == _below(ends, right)]
    if not here:
        return ends
    words = [word for line in lines for word in line.words]
    width = min(_middle(right), here[0][1]) - _middle(left)
    places = [_middle(left) + _BIN * n for n in range(int(width / _BIN))]
    crossing = [sum(word.x0 < x < word.x1 for word in words) for x in places]
    if not places or min(crossing) > _MAY_RUN_ON * len(lines):
        return ends
    runs: list[list[float]] = [[]]
    for x, count in zip(places, crossing, strict=True):
        if count == min(crossing):
            runs[-1].append(x)
        elif runs[-1]:
            runs.append([])
    # Narrower ones are spaces between words.
    best = max(reversed(runs), key=len)
    x = best[len(best) // 2]
    (start, stop) = here[0]
    return sorted([end for end in ends if end != here[0]] + [(start, x - 0.1), (x + 0.1, stop)])


def _below(
    ends: Sequence[tuple[float, float]], chunk: Sequence[Word]
) -> tuple[float, float] | None:
    """The column that most of a header stands over, None if none."""
    overlaps = [(min(chunk[-1].x1, end[1]) - max(chunk[0].x0, end[0]), end) for end in ends]
    widest, end = max(overlaps, default=(0.0, None))
    return end if widest > 0 else None


def _middle(chunk: Sequence[Word]) -> float:
    return (chunk[0].x0 + chunk[-1].x1) / 2


def _with_header_only(
    ends: list[tuple[float, float]],
    chunk: tuple[Word, ...],
    above: Sequence[tuple[Word, ...]],
    others: Sequence[tuple[Word, ...]],
) -> list[tuple[float, float]]:
    """A header that no column stands under has an empty one.

    Unless it is the short last line of a header over a column that no other stands over.
    """
    if _below(ends, chunk):
        return ends
    left = min(_extent(line)[0] for line in above)
    right = max(_extent(line)[1] for line in above)
    under = [end for end in ends if end[0] < right and end[1] > left]
    if len(under) == 1 and not any(_below(under, other) for other in others):
        return ends
    return sorted([*ends, _extent(chunk)])


def _extent(chunk: Sequence[Word]) -> tuple[float, float]:
    return chunk[0].x0, max(word.x1 for word in chunk)


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
