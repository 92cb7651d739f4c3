"""Tables of PDFs that go on at the top of a page that has neither a caption nor their header."""

from bisect import bisect
from collections.abc import Sequence

from metarepro.readers.pdf_captions import MOST_LINES_ABOVE, captions_of_figures
from metarepro.readers.pdf_columns import Columns
from metarepro.readers.pdf_page import Line, Page, bands_of, lines_of
from metarepro.readers.pdf_regions import Region, end_of_lines

#: Lines that stand in the columns of the table, of which it takes this many to call it the same.
_LEAST_LINES = 3
#: Share of the columns that each of them fills.
_FILLED = 0.5
#: Points by which a text may stick out of its column.
_OUT = 3.0
#: Points that the last lines of a name may take above the rule that closes a table.
_LAST_LINES = 35.0


def goes_on(page: Page, before: Region, columns: Columns, found: Sequence[Region]) -> Region | None:
    """The rows of a table of the page before, if they are the first thing on a page.

    Parameters
    ----------
    page : Page
    before : Region
        The last table of the page before, which ends that page.
    columns : Columns
        Its columns: the first lines of the page, but for running heads, have to stand in these.
    found : sequence of Region
        The tables of the page that have a caption.

    Returns
    -------
    Region or None
    """
    lines = _between_rules(page, before)
    first = next(
        (at for at in range(MOST_LINES_ABOVE) if _fits(lines[at : at + _LEAST_LINES], columns)),
        None,
    )
    if first is None:
        return None
    top = _with_headings(lines, first, before).top - 1
    stops = [region.top for region in found] + [line.top for line in captions_of_figures(lines)]
    if any(stop < top for stop in stops):
        return None
    bottom = end_of_lines(page, before.x0 - 2, before.x1 + 2, top, min(stops, default=page.height))
    closing = (rule.y for rule in page.rules if before.is_full(rule) and rule.y > bottom - 1)
    closed = next(closing, bottom)
    bottom = closed if closed - bottom < _LAST_LINES else bottom
    rules = tuple(
        rule
        for rule in page.rules
        if top < rule.y < bottom and rule.x1 > before.x0 + 2 and rule.x0 < before.x1 - 2
    )
    return Region(
        before.label, "", True, before.x0, before.x1, top, bottom, rules, header_bottom=None
    )


def _between_rules(page: Page, before: Region) -> list[Line]:
    """The lines of a page, those of one row together: overlapping ones, or those between rules."""
    edges = [rule.y for rule in page.rules if before.is_full(rule)]
    found: list[Line] = []
    last = 0
    for line in bands_of(lines_of(page.words)):
        band = bisect(edges, (line.top + line.bottom) / 2)
        if found and band == last and 0 < band < len(edges):
            words = sorted([*found.pop().words, *line.words], key=lambda word: word.x0)
            line = Line(tuple(words))
        found.append(line)
        last = band
    return found


def _with_headings(lines: Sequence[Line], first: int, before: Region) -> Line:
    """The first line of the table: its first row, or a heading right above it."""
    while first:
        above, line = lines[first - 1], lines[first]
        inside = before.x0 - _OUT <= above.x0 and above.x1 <= before.x1 + _OUT
        if not inside or line.top - above.bottom > line.size:
            break
        first -= 1
    return lines[first]


def _fits(lines: Sequence[Line], columns: Columns) -> bool:
    """Whether each line fills most columns, and no word of it stands between two."""
    if len(lines) < _LEAST_LINES:
        return False
    for line in lines:
        filled = sum(map(bool, columns.spread(line.words)))
        # A text may be longer than those above, but not over the next column.
        touched = (
            sum(word.x0 < right and word.x1 > left for left, right in columns.ends)
            for word in line.words
        )
        if max(touched) > 1 or filled < max(2, _FILLED * len(columns.ends)):
            return False
        if line.x0 < columns.ends[0][0] - _OUT or line.x1 > columns.ends[-1][1] + 2 * line.size:
            return False
    return True
