"""Where on the page of a PDF a table stands: from its caption to its end.

A table ends at the last of the rules that are as long as its first, or, without rules, at white
space, running text, notes or the next caption. A table in one column of a page stays in it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from metarepro.readers.pdf_captions import (
    BESIDE,
    Caption,
    captions_in,
    captions_of_figures,
    repeated_header,
)
from metarepro.readers.pdf_page import CELL_GAP, Line, Page, Rule, bands_of, lines_of
from metarepro.readers.pdf_text_columns import column_of

#: Points between a caption and the first rule of its table, and between ends of rules as long.
_CAPTION_HEIGHT = 90.0
_AS_LONG = 3.0
_NARROWEST = 80.0
#: White space inside a table, in points; and in pitches of its lines, where it has no rules.
_HOLE = 70.0
_PITCHES = 2.3
_MOST_NOTES = 20
_LEAST_LINES = 3
_MOST_HEADER_LINES = 4
_NOTE = re.compile(r"(?:notes?|abbreviations?|sources?|footnotes?|key|legend)\s*[.:]", re.I)


@dataclass(frozen=True)
class Region:
    """A table on a page.

    Attributes
    ----------
    label, caption : as printed
    continued : whether it goes on from a page before
    x0, x1, top, bottom : the box of header and body
    rules : those inside the box, without those at its top and bottom
    header_bottom : where a rule parts header and body; None without one
    notes : lines below it
    """

    label: str
    caption: str
    continued: bool
    x0: float
    x1: float
    top: float
    bottom: float
    rules: tuple[Rule, ...] = ()
    header_bottom: float | None = None
    notes: tuple[str, ...] = ()

    def ends(self, page: Page) -> bool:
        """Whether nothing but a foot line of the page stands below the table."""
        below = [line for line in lines_of(page.words) if line.top > self.bottom]
        return len(below) <= 1

    def first_line(self, page: Page) -> str:
        """The first line of the table."""
        words = page.within(self.x0 - 2, self.x1 + 2, self.top - 0.5, self.bottom)
        return next((line.text for line in lines_of(words)), "")

    def is_full(self, rule: Rule) -> bool:
        """Whether a rule is as long as the table is wide."""
        return rule.x0 <= self.x0 + _AS_LONG and rule.x1 >= self.x1 - _AS_LONG


def regions(page: Page, before: "Region | None" = None, header: str = "") -> list[Region]:
    """All tables of a page that have a caption, over them or at their foot, from top to bottom.

    Parameters
    ----------
    page : Page
    before : Region, optional
        The last table of the page before, if it ends that page.
    header : str
        The first line of its header: where a page begins with it, the table goes on.
    """
    lines = lines_of(page.words)
    captions = list(captions_in(lines))
    if before is not None and header:
        again = [
            caption
            for caption in repeated_header(lines, before.label, header, before.x0)
            if not any(0 < caption.line.top - c.line.top < _CAPTION_HEIGHT for c in captions)
        ]
        captions = [*again, *captions]
    stops = captions_of_figures(lines)
    below, above = [], []
    for caption in captions:
        others = [other.line for other in captions if other is not caption]
        ends = [line for line in [*others, *stops] if line.top > caption.line.bottom]
        below.append(_ruled(page, caption, ends) or _unruled(page, caption, ends))
        before_it = [line for line in [*others, *stops] if line.bottom < caption.line.top]
        above.append(None if caption.continued else _above(page, caption, before_it))
    return [region for region in _chosen(below, above) if region is not None]


def _chosen(
    below: Sequence[Region | None], above: Sequence[Region | None]
) -> Sequence[Region | None]:
    """The tables below their captions, or above them where a caption has none below it.

    A table that another caption stands over is that of the other one: the caption at the foot of
    the page is that of a table on the next page.
    """
    headed = [one for one, other in zip(below, above, strict=True) if one and not other]
    at_foot = [
        other if other and not any(_meet(other, one) for one in headed) else None for other in above
    ]
    if not any(other and not one for one, other in zip(below, at_foot, strict=True)):
        return below
    return [
        other or (one if one and not any(o and _meet(one, o) for o in at_foot) else None)
        for one, other in zip(below, at_foot, strict=True)
    ]


def _meet(one: Region, other: Region) -> bool:
    """Whether two regions have some place in common."""
    return (
        one.top < other.bottom
        and other.top < one.bottom
        and one.x0 < other.x1
        and other.x0 < one.x1
    )


def _above(page: Page, caption: Caption, others: Sequence[Line]) -> Region | None:
    """The table between rules of one length above a caption, which stands right below the last."""
    line = caption.line
    last = next(
        (
            rule
            for rule in reversed(page.rules)
            if -2 * line.size < rule.y - line.top < 2
            and abs(rule.x0 - line.x0) < 4 * line.size
            and rule.x1 - rule.x0 > _NARROWEST
        ),
        None,
    )
    if last is None:
        return None
    full = [
        rule
        for rule in page.rules
        if rule.y <= last.y
        and abs(rule.x0 - last.x0) < _AS_LONG
        and abs(rule.x1 - last.x1) < _AS_LONG
    ]
    first, size = len(full) - 1, 0.0
    while first:
        top, bottom = full[first - 1].y, full[first].y
        band = lines_of(page.within(last.x0 - 2, last.x1 + 2, top, bottom))
        if not _is_table(band, top, bottom, size, others, last):
            break
        size = size or (median(one.size for one in band) if band else 0.0)
        first -= 1
    top = full[first].y
    body = lines_of(page.within(last.x0 - 2, last.x1 + 2, top, last.y))
    if sum(map(_is_tabular, body)) < _LEAST_LINES:
        return None
    inside = tuple(
        rule
        for rule in page.rules
        if top < rule.y < last.y - 1 and rule.x1 > last.x0 + 2 and rule.x0 < last.x1 - 2
    )
    header_bottom = full[first + 1].y if first + 1 < len(full) - 1 else None
    end = _end_of_caption(page, caption, last)
    text = _caption_text(page, caption, end, last.x0, last.x1)
    return Region(caption.label, text, False, last.x0, last.x1, top, last.y, inside, header_bottom)


def _end_of_caption(page: Page, caption: Caption, rule: Rule) -> float:
    """Where the lines of a caption end that stands at the foot of its table."""
    words = page.within(rule.x0 - 2, rule.x1 + 2, caption.line.top - 1, page.height)
    bottom = caption.line.bottom
    for line in lines_of(words):
        if line.top - bottom > 0.6 * line.size or abs(line.size - caption.line.size) > 0.4:
            break
        bottom = max(bottom, line.bottom)
    return bottom + 1


def _ruled(page: Page, caption: Caption, ends: Sequence[Line]) -> Region | None:
    """The table between rules of one length below a caption."""
    first = _first_rule(page, caption)
    if first is None:
        return None
    full = [
        rule
        for rule in page.rules
        if rule.y >= first.y
        and abs(rule.x0 - first.x0) < _AS_LONG
        and abs(rule.x1 - first.x1) < _AS_LONG
    ]
    last = 0
    size = 0.0
    for place, (above, below) in enumerate(zip(full, full[1:], strict=False)):
        band = lines_of(page.within(first.x0 - 2, first.x1 + 2, above.y, below.y))
        if not _is_table(band, above.y, below.y, size, ends, first):
            break
        size = size or median(line.size for line in band) if band else size
        last = place + 1
    bottom = full[last].y
    limit = min([end.top for end in ends if _overlaps(end, first)], default=page.height)
    closing = lines_of(page.within(first.x0, first.x1, full[max(0, last - 1)].y, bottom))
    if last > 2 and _is_zebra(page, full[: last + 1]):
        bottom = _last_row(page, full[: last + 1], limit)
    elif full[last].is_edge or (last < 2 and len(closing) <= _MOST_HEADER_LINES):
        # A shaded row, a rule below the header only, or none: white space ends the table.
        bottom = max(bottom, end_of_lines(page, first.x0, first.x1, bottom, limit))
    header = _header_above(page, caption, first)
    top = header[0].top - 1 if header else first.y
    inside = tuple(
        rule
        for rule in page.rules
        if top < rule.y < bottom - 1 and rule.x1 > first.x0 + 2 and rule.x0 < first.x1 - 2
    )
    if len(lines_of(page.within(first.x0, first.x1, top, bottom))) < 2:
        return None
    header_bottom = full[1].y if len(full) > 1 and full[1].y < bottom - 1 else None
    header_bottom = first.y if header else header_bottom
    return Region(
        caption.label,
        _caption_text(page, caption, top, first.x0, first.x1),
        caption.continued,
        first.x0,
        first.x1,
        top,
        bottom,
        inside,
        header_bottom,
        tuple(_notes(page, first.x0, first.x1, bottom, limit, size)),
    )


def _first_rule(page: Page, caption: Caption) -> Rule | None:
    """The first rule below a caption that begins where that does, or runs over all of it."""
    line = caption.line
    for rule in page.rules:
        if not line.bottom - 2 < rule.y < line.bottom + _CAPTION_HEIGHT:
            continue
        begins = rule.x0 < line.x0 + 4 * line.size and rule.x1 > line.x0
        long = begins and rule.x1 - rule.x0 > _NARROWEST
        if long or (rule.x0 <= line.x0 and rule.x1 >= line.x1):
            return rule
    return None


def _is_zebra(page: Page, rules: Sequence[Rule]) -> bool:
    """Whether each row below the first rules stands between two of them."""
    rows = (
        bands_of(lines_of(page.within(above.x0, above.x1, above.y, below.y)))
        for above, below in pairwise(rules[1:])
    )
    return all(len(bands) < 2 for bands in rows)


def _last_row(page: Page, rules: Sequence[Rule], limit: float) -> float:
    """Where a table ends whose rules stand over its rows: below its last row, which has none."""
    end = rules[-1]
    pitch = median(below.y - above.y for above, below in pairwise(rules[1:]))
    words = page.within(end.x0 - 2, end.x1 + 2, end.y, min(limit, end.y + pitch))
    rows = bands_of(lines_of(words))
    if len(rows) != 1 or len(rows[0].chunks(CELL_GAP)) < 3:
        return end.y
    return rows[0].bottom + 1


def _header_above(page: Page, caption: Caption, first: Rule) -> list[Line]:
    """The lines of a header that no rule stands over: the first one is below it."""
    words = page.within(first.x0 - 2, first.x1 + 2, caption.line.bottom, first.y)
    found: list[Line] = []
    for line in reversed(bands_of(lines_of(words))):
        if not _is_tabular(line):
            break
        found.insert(0, line)
    # A gap in a caption is no header.
    return found if found and len(found[-1].chunks(CELL_GAP)) > 2 else []


def _is_table(
    band: Sequence[Line], top: float, bottom: float, size: float, ends: Sequence[Line], rule: Rule
) -> bool:
    """Whether what stands between two rules belongs to the table above it."""
    if any(top < end.top < bottom and _overlaps(end, rule) for end in ends):
        return False
    if not band:
        return bottom - top < _HOLE / 2
    heights = [top, *(line.top for line in band), bottom]
    if any(below - above > _HOLE for above, below in zip(heights, heights[1:], strict=False)):
        return False
    other_size = bool(size) and abs(median(line.size for line in band) - size) > 0.6
    return not (len(band) > 2 and other_size and _is_prose(band, rule.x1 - rule.x0))


def _is_prose(lines: Sequence[Line], width: float) -> bool:
    """Whether most lines are full of words."""
    full = [line for line in lines if line.ink > 0.7 * width]
    return len(full) > len(lines) / 2


def _overlaps(line: Line, rule: Rule) -> bool:
    return line.x0 < rule.x1 and line.x1 > rule.x0


def _caption_text(page: Page, caption: Caption, bottom: float, x0: float, x1: float) -> str:
    """The caption without its label."""
    left, right = min(x0, caption.line.x0) - 2, max(x1, caption.line.x1) + 2
    words = page.within(left, right, caption.line.top - 2, bottom)
    text = " ".join(line.text for line in lines_of(words) if line.bottom > caption.line.top)
    found = re.search(rf"{re.escape(caption.label.split()[-1])}[.:|]?\s*", text)
    return text[found.end() :].strip() if found else text


def _unruled(page: Page, caption: Caption, ends: Sequence[Line]) -> Region | None:
    """The table below a caption that has no rules."""
    x0, x1 = column_of(page, caption)
    limit = min([end.top for end in ends if end.x0 < x1 and end.x1 > x0], default=page.height)
    lines = lines_of(page.within(x0, x1, caption.line.bottom, limit))
    start = next((n for n, line in enumerate(lines[:8]) if _is_tabular(line)), None)
    if start is None:
        return None
    top = lines[start].top - 1
    bottom = end_of_lines(page, x0, x1, top, limit)
    body = [line for line in lines if top <= line.top < bottom]
    if sum(map(_is_tabular, body)) < _LEAST_LINES:
        return None
    size = median(line.size for line in body)
    left, right = min(line.x0 for line in body) - 1, max(line.x1 for line in body) + 1
    return Region(
        caption.label,
        _caption_text(page, caption, top, x0, x1),
        caption.continued,
        left,
        right,
        top,
        bottom,
        tuple(
            rule for rule in page.rules if top < rule.y < bottom and x0 < rule.x1 and rule.x0 < x1
        ),
        None,
        tuple(_notes(page, x0, x1, bottom, limit, size)),
    )


def _is_tabular(line: Line) -> bool:
    return len(line.chunks(CELL_GAP)) > 1


def end_of_lines(page: Page, x0: float, x1: float, top: float, limit: float) -> float:
    """Where the lines of a table end that no rule closes."""
    lines = lines_of(page.within(x0, x1, top, limit))
    kept: list[Line] = []
    for line in lines:
        if kept:
            pitches = [b.top - a.top for a, b in zip(kept, kept[1:], strict=False)]
            usual = median(pitches) if len(pitches) > 2 else 2 * line.size
            if line.top - kept[-1].top > max(_PITCHES * usual, 2.2 * line.size):
                break
        chunks = line.chunks(CELL_GAP)
        # Running text in one column or in two.
        two = len(chunks) == 2 and chunks[0][-1].x1 < (x0 + x1) / 2 < chunks[1][0].x0
        full = (len(chunks) == 1 or two) and line.ink > 0.75 * (x1 - x0)
        if full or (kept and _NOTE.match(line.text)):
            break
        kept.append(line)
    while kept and not _is_tabular(kept[-1]):
        kept.pop()
    return kept[-1].bottom + 1 if kept else top


def _notes(
    page: Page, x0: float, x1: float, top: float, limit: float, size: float
) -> Iterable[str]:
    """Lines right below a table in letters no larger than its own."""
    above = top
    lines = lines_of(word for word in page.words if top <= word.middle < limit)
    runs = [
        Line(chunk)
        for line in lines
        for chunk in line.chunks(BESIDE)
        if chunk[0].x0 < x1 and chunk[-1].x1 > x0
    ]
    for line in runs[:_MOST_NOTES]:
        if line.top - above > 1.6 * line.size or (size and line.size > size + 0.4):
            return
        yield line.text
        above = line.bottom
