"""Forest plots in PDFs whose rows are text, as RevMan and Stata draw them.

The columns left of the plot hold the data, and one beside it the estimate with its interval: "Study
or Subgroup | Mean SD Total | Mean SD Total | Weight | IV, Random, 95% CI". What stands over and
under the plot itself is left out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from metarepro.readers.pdf_columns import header_rows
from metarepro.readers.pdf_grid import PdfGrid, grid_of
from metarepro.readers.pdf_page import Line, Page, lines_of
from metarepro.readers.pdf_regions import CELL_GAP, Region
from metarepro.readers.spanned_tables import Cell

_FIRST = re.compile(r"(?:Study|Trial|Author)s?(?: or Subgroup|, ?year| name| ID)?\b", re.I)
_ESTIMATE = re.compile(r"(?:95|90|99)\s?%?[- ]?(?:CI|CrI)|\[95%|\(95%", re.I)
#: The last lines of a plot.
_LAST = re.compile(r"(?:Test for (?:overall|subgroup)|Favou?rs|NOTE\b)", re.I)
_HETEROGENEITY = re.compile(r"(?:Heterogeneity|Test for|Total events|Overall\b.*I-squared)", re.I)
#: Lines above the row of headers: "Experimental", "Control", "Odds Ratio".
_MOST_ABOVE = 3
_LEAST_ROWS = 3


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


def forest_plots(page: Page) -> list[ForestPlot]:
    """The forest plots of a page, from top to bottom."""
    lines = lines_of(page.words)
    heads = [n for n, line in enumerate(lines) if _is_head(line)]
    found = []
    for place, head in enumerate(heads):
        stop = heads[place + 1] if place + 1 < len(heads) else len(lines)
        plot = _plot(page, lines, head, stop)
        if plot is not None:
            found.append(plot)
    return found


def _is_head(line: Line) -> bool:
    return bool(_FIRST.match(line.text) and _ESTIMATE.search(line.text) and "eight" in line.text)


def _plot(page: Page, lines: Sequence[Line], head: int, stop: int) -> ForestPlot | None:
    """The plot below a line of headers."""
    rows: list[Line] = []
    for line in lines[head + 1 : stop]:
        if rows and line.top - rows[-1].top > 5 * line.size:
            break
        if _FIGURE.match(line.text):
            break
        rows.append(line)
        if _LAST.match(line.text):
            break
    rows = [line for line in rows if not _LAST.match(line.text)]
    while rows and not re.search(r"\d", rows[-1].text):
        rows.pop()
    if sum(len(line.chunks(CELL_GAP)) > 2 for line in rows) < _LEAST_ROWS:
        return None
    x0, x1 = lines[head].x0 - 2, _end_of_data(lines[head], rows)
    top = _top(lines, head, x0, x1)
    region = Region("", "", False, x0, x1, top, rows[-1].bottom + 1, (), lines[head].bottom + 0.5)
    kept = [
        word
        for line in [*lines[max(0, head - _MOST_ABOVE) : head + 1], *rows]
        for word in line.words
        if not _HETEROGENEITY.match(line.text) or line is lines[head]
    ]
    part = Page(page.number, page.width, page.height, tuple(kept), ())
    grid = grid_of(part, region)
    above = [line for line in lines[max(0, head - _MOST_ABOVE) : head] if line.top > top]
    header = _header(grid, above, lines[head])
    notes = [line.text for line in rows if _HETEROGENEITY.match(line.text)]
    label, caption = _caption(lines, rows[-1].bottom)
    caption = " ".join([caption, *notes]).strip()
    return ForestPlot(label, caption, header, grid.body, grid.width)


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
    return [cells, list(names)]


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


_FIGURE = re.compile(
    r"(?P<label>(?:Fig\.?|Figure|FIGURE|FIG\.?)\s*\d+[A-Za-z]?)[.:|]?\s*(?P<rest>.*)"
)


def _end_of_data(head: Line, rows: Sequence[Line]) -> float:
    """Where the text of the rows ends; the headers over the plot are further right."""
    ends = [line.x1 for line in rows if len(line.chunks(CELL_GAP)) > 2]
    return max(ends, default=head.x1) + 1


def _top(lines: Sequence[Line], head: int, x0: float, x1: float) -> float:
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
