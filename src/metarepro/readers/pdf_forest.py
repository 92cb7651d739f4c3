"""Forest plots in PDFs whose rows are text, as RevMan and Stata draw them.

The columns left of the plot hold the data, and one beside it the estimate with its interval: "Study
or Subgroup | Mean SD Total | Mean SD Total | Weight | IV, Random, 95% CI". What stands over and
under the plot itself is left out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from metarepro.readers.pdf_grid import PdfGrid, grid_of
from metarepro.readers.pdf_header import header_rows
from metarepro.readers.pdf_page import CELL_GAP, Line, Page, lines_of
from metarepro.readers.pdf_regions import Region
from metarepro.readers.spanned_tables import Cell

_FIRST = re.compile(r"(?:Study|Studies|Trial|Trials|Authors?|Source)\b", re.I)
_ESTIMATE = re.compile(r"(?:95|90|99)\s?%?[- ]?(?:CI|CrI)|[\[(]95%", re.I)
#: An estimate with its interval.
_INTERVAL = re.compile(r"[\[(]\s*[-\u2212\u2013]?\d*\.?\d+\s*(?:,|;|to\b|-|\u2013|\u2212)", re.I)
#: Lines of a plot that are no rows of data.
_ASIDE = re.compile(r"(?:Heterogeneity|Test for|NOTE\b|Favou?rs)", re.I)
#: Of these, what is said of the pools.
_OF_POOLS = re.compile(r"Heterogeneity|Test for subgroup", re.I)
_FIGURE = re.compile(
    r"(?P<label>(?:Fig\.?|Figure|FIGURE|FIG\.?)\s*\d+[A-Za-z]?)[.:|]?\s*(?P<rest>.*)"
)
#: Lines above the row of headers: "Experimental", "Control", "Odds Ratio".
_MOST_ABOVE = 3
_LEAST_ROWS = 3
#: White space inside a plot, in sizes of its letters.
_HOLE = 3.5


@dataclass(frozen=True)
class ForestPlot:
    """The rows of a forest plot.

    Attributes
    ----------
    label, caption : of the figure
    header, body : rows of cells
    width : columns
    """

    label: str
    caption: str
    header: list[list[Cell]]
    body: list[list[Cell]]
    width: int


def forest_plots(page: Page, tables: Sequence[Region]) -> list[ForestPlot]:
    """The forest plots of a page that are in none of its tables, from top to bottom."""
    lines = lines_of(page.words)
    heads = [
        n
        for n, line in enumerate(lines)
        if _is_head(line) and not any(t.top - 2 < line.top < t.bottom for t in tables)
    ]
    found = []
    for place, head in enumerate(heads):
        stop = heads[place + 1] - 1 if place + 1 < len(heads) else len(lines)
        plot = _plot(page, lines, head, stop)
        if plot is not None:
            found.append(plot)
    return found


def _is_head(line: Line) -> bool:
    headers = len(line.chunks(CELL_GAP)) > 1
    return headers and bool(_FIRST.match(line.text) and _ESTIMATE.search(line.text))


def _plot(page: Page, lines: Sequence[Line], head: int, stop: int) -> ForestPlot | None:
    """The plot below a line of headers."""
    drawn: list[Line] = []
    for line in lines[head + 1 : stop]:
        above = drawn[-1] if drawn else lines[head]
        if line.top - above.top > _HOLE * line.size or _FIGURE.match(line.text):
            break
        drawn.append(line)
    ends = [
        chunk[-1].x1
        for line in drawn
        for chunk in line.chunks(CELL_GAP)
        if _INTERVAL.search(" ".join(word.text for word in chunk)) and not _ASIDE.match(line.text)
    ]
    if len(ends) < _LEAST_ROWS:
        return None
    # What stands further right belongs to the plot: its headers and the numbers on its axis.
    x0, x1 = lines[head].x0 - 2, max(_after_interval(drawn, median(ends)), median(ends)) + 1
    rows = [
        Line(words)
        for line in drawn
        if _is_row(line, x0) and (words := tuple(w for w in line.words if w.x0 < x1))
    ]
    top = _top(lines, head, x0)
    region = Region("", "", False, x0, x1, top, rows[-1].bottom + 1, (), lines[head].bottom + 0.5)
    over = [line for line in lines[max(0, head - _MOST_ABOVE) : head] if line.top > top]
    words = tuple(word for line in [*over, lines[head], *rows] for word in line.words)
    grid = grid_of(Page(page.number, page.width, page.height, words), region)
    header = _header(grid, over, lines[head])
    notes = [line.text for line in drawn if _OF_POOLS.match(line.text)]
    label, caption = _caption(lines, rows[-1].bottom)
    caption = " ".join([caption, *notes]).strip()
    return ForestPlot(label, caption, header, grid.body, grid.width)


def _is_row(line: Line, left: float) -> bool:
    """Whether a line of a plot has a name or an interval; the numbers on an axis have neither."""
    name = " ".join(word.text for word in line.chunks(CELL_GAP)[0])
    named = line.x0 < left + 3 * line.size and bool(re.search(r"[^\W\d_]", name))
    return (named or bool(_INTERVAL.search(line.text))) and not _ASIDE.match(line.text)


def _after_interval(drawn: Sequence[Line], end: float) -> float:
    """The end of a column right of the interval that most rows have, as Stata puts the weights."""
    beside = [
        chunk[-1].x1
        for line in drawn
        for chunk in line.chunks(CELL_GAP)
        if 0 < chunk[0].x0 - end < 12 * line.size and re.fullmatch(r"[\d.]+%?", chunk[0].text)
    ]
    return median(beside) if len(beside) > 0.6 * len(drawn) else end


def _header(grid: PdfGrid, above: Sequence[Line], head: Line) -> list[list[Cell]]:
    """The names of the columns, and over those that repeat the names of the arms."""
    right = grid.columns.right
    chunks = [chunk for chunk in head.chunks(CELL_GAP) if chunk[0].x0 < right]
    within = Line(tuple(word for chunk in chunks for word in chunk))
    (names,) = header_rows(grid.columns, [within], [])[:1]
    texts = [cell.text for cell in names]
    upper: list[list[str]] = [[] for _ in texts]
    spans = _arms(texts)
    for line in above:
        for chunk in line.chunks(CELL_GAP):
            middle = (chunk[0].x0 + chunk[-1].x1) / 2
            if middle > right:
                continue
            place = next((s for s in spans if _over(grid, s, middle)), None)
            first = place[0] if place else grid.columns.at(middle)
            upper[first].append(" ".join(word.text for word in chunk))
    cells, at = [], 0
    while at < len(texts):
        count = next((last - first + 1 for first, last in spans if first == at), 1)
        cells.append(Cell(" ".join(upper[at]), columns=count if upper[at] else 1))
        at += count if upper[at] else 1
    return [cells, list(names)] if any(cell.text for cell in cells) else [list(names)]


def _arms(names: Sequence[str]) -> list[tuple[int, int]]:
    """First and last column of each arm: names that come twice, one run after the other."""
    for size in (4, 3, 2):
        for start in range(1, len(names) - 2 * size + 1):
            if [*names[start : start + size]] == [*names[start + size : start + 2 * size]]:
                middle = start + size
                return [(start, middle - 1), (middle, middle + size - 1)]
    return []


def _over(grid: PdfGrid, arm: tuple[int, int], middle: float) -> bool:
    ends = grid.columns.ends
    return ends[arm[0]][0] - 3 <= middle <= ends[arm[1]][1] + 3


def _top(lines: Sequence[Line], head: int, x0: float) -> float:
    """Above the lines of headers over the arms."""
    top = lines[head].top - 1
    for line in reversed(lines[max(0, head - _MOST_ABOVE) : head]):
        near = top - line.bottom < 0.8 * line.size
        short = all(len(" ".join(w.text for w in chunk)) < 60 for chunk in line.chunks(CELL_GAP))
        if not near or not short or line.x0 < x0 - 2 or _FIGURE.match(line.text):
            break
        top = line.top - 1
    return top


def _caption(lines: Sequence[Line], bottom: float) -> tuple[str, str]:
    """Label and text of the first caption of a figure below the plot."""
    for line in lines:
        match = _FIGURE.match(line.text)
        if match and line.top > bottom - 1:
            return match["label"], match["rest"]
    return "Forest plot", ""
