"""Where on the page of a PDF a table stands: from its caption to its end.

A table ends at the last of the rules that are as long as its first, or, without rules, at white
space, running text, notes or the next caption. A table in one column of a page stays in it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from metarepro.readers.pdf_page import Line, Page, Rule, Word, lines_of

#: Of the size of the text: white space that parts cells, and that parts words of running text.
CELL_GAP = 0.8
_BESIDE = 1.2
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
#: Running heads above a table that goes on, and foot lines below one.
MOST_LINES_ABOVE = 6
_KIND = re.compile(r"(?:Table|TABLE|Tab\.|Tabla|Tableau|Tabelle)$")
_NUMBER = re.compile(r"(?:[A-Z]{0,2}\d{1,3}[a-z]?|[IVXL]{1,6})[.:|]?$")
_BOTH = re.compile(r"(?P<kind>Table|TABLE)(?P<number>[A-Z]?\d{1,3})[.:|]?$")
_FIGURE = re.compile(r"(?:Fig\.?|Figure|FIGURE|FIG\.?|Figura)(?:\d+[.:]?)?$")
_CONTINUED = re.compile(r"\b(?:cont\b|cont\.|cont'd|contd|continued|continuation)", re.I)
#: Words before "Table" that belong to the label.
_BEFORE = ("supplementary", "supplemental", "additional", "online", "appendix", "supporting")
_NOTE = re.compile(r"(?:notes?|abbreviations?|sources?|footnotes?|key|legend)\s*[.:]", re.I)


@dataclass(frozen=True)
class Caption:
    """The start of a caption.

    Attributes
    ----------
    label : "Table 2"
    line : the words from "Table" on, on their line
    continued : whether it says that a table goes on
    """

    label: str
    line: Line
    continued: bool


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
    """All tables of a page that have a caption, from top to bottom.

    Parameters
    ----------
    page : Page
    before : Region, optional
        The last table of the page before, if it ends that page.
    header : str
        The first line of its header: where a page begins with it, the table goes on.
    """
    lines = lines_of(page.words)
    captions = list(_captions(lines))
    if before is not None and header:
        again = [
            caption
            for caption in _repeated(lines, before, header)
            if not any(0 < caption.line.top - c.line.top < _CAPTION_HEIGHT for c in captions)
        ]
        captions = [*again, *captions]
    stops = captions_of_figures(lines)
    found = []
    for caption in captions:
        others = [other.line for other in captions if other is not caption]
        ends = [line for line in [*others, *stops] if line.top > caption.line.bottom]
        region = _ruled(page, caption, ends) or _unruled(page, caption, ends)
        if region is not None:
            found.append(region)
    return found


def _captions(lines: Iterable[Line]) -> Iterable[Caption]:
    for line in lines:
        for chunk in line.chunks(_BESIDE):
            caption = _caption(chunk)
            if caption is not None:
                yield caption


def _repeated(lines: Sequence[Line], before: Region, header: str) -> Iterable[Caption]:
    """The place above a header that is repeated at the top of a page, without a caption."""
    for line in lines[:MOST_LINES_ABOVE]:
        if line.text == header:
            size = line.size
            word = Word(before.label, line.x0, line.x0 + size, line.top - size, line.top - 3, size)
            yield Caption(before.label, Line((word,)), continued=True)
            return


def _caption(words: Sequence[Word]) -> Caption | None:
    """The caption that some words start; None for running text that only mentions a table."""
    texts = [word.text for word in words]
    start = 1 if texts[0].lower() in _BEFORE and len(texts) > 1 else 0
    both = _BOTH.match(texts[start])
    if both:
        label, rest = f"{both['kind']} {both['number']}", texts[start + 1 :]
    elif len(texts) > start + 1 and _KIND.match(texts[start]) and _NUMBER.match(texts[start + 1]):
        label, rest = f"{texts[start]} {texts[start + 1].rstrip('.:|')}", texts[start + 2 :]
    else:
        return None
    continued = bool(_CONTINUED.search(" ".join(rest)[:200]))
    if rest and (rest[0][0].islower() or rest[0][0] in ",;)") and not continued:
        return None
    return Caption(" ".join([*texts[:start], label]), Line(tuple(words)), continued)


def captions_of_figures(lines: Iterable[Line]) -> list[Line]:
    """Lines that begin like the caption of a figure."""
    return [
        Line(chunk)
        for line in lines
        for chunk in line.chunks(_BESIDE)
        if _FIGURE.match(chunk[0].text)
    ]


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
    if full[last].is_edge or (last < 2 and len(closing) <= _MOST_HEADER_LINES):
        # A shaded row, a rule below the header only, or none: white space ends the table.
        bottom = max(bottom, end_of_lines(page, first.x0, first.x1, bottom, limit))
    inside = tuple(
        rule
        for rule in page.rules
        if first.y < rule.y < bottom - 1 and rule.x1 > first.x0 + 2 and rule.x0 < first.x1 - 2
    )
    if len(lines_of(page.within(first.x0, first.x1, first.y, bottom))) < 2:
        return None
    header_bottom = full[1].y if len(full) > 1 and full[1].y < bottom - 1 else None
    return Region(
        caption.label,
        _caption_text(page, caption, first.y, first.x0, first.x1),
        caption.continued,
        first.x0,
        first.x1,
        first.y,
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
    full = [line for line in lines if _ink(line) > 0.7 * width]
    return len(full) > len(lines) / 2


def _ink(line: Line) -> float:
    return sum(word.x1 - word.x0 for word in line.words) + 0.25 * line.size * len(line.words)


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
    x0, x1 = _column(page, caption)
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


def _column(page: Page, caption: Caption) -> tuple[float, float]:
    """The column of the page that a caption stands in; the whole width where it has one column."""
    x0 = min((word.x0 for word in page.words), default=0.0) - 2
    x1 = max((word.x1 for word in page.words), default=page.width) + 2
    middle = (x0 + x1) / 2
    whole = halves = 0
    for line in lines_of(page.words):
        if any(word.x0 < middle - 2 and word.x1 > middle + 2 for word in line.words):
            whole += _ink(line) > 0.75 * (x1 - x0)
            continue
        for side in (
            (word.x1 <= middle + 2 for word in line.words),
            (word.x0 >= middle - 2 for word in line.words),
        ):
            words = tuple(word for word, here in zip(line.words, side, strict=True) if here)
            halves += bool(words) and _ink(Line(words)) > 0.75 * (middle - x0)
    if halves <= whole or caption.line.x0 < middle - 2 and caption.line.x1 > middle + 2:
        return x0, x1
    return (x0, middle) if caption.line.x0 < middle - 2 else (middle - 2, x1)


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
        full = not _is_tabular(line) and _ink(line) > 0.75 * (x1 - x0)
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
        for chunk in line.chunks(_BESIDE)
        if chunk[0].x0 < x1 and chunk[-1].x1 > x0
    ]
    for line in runs[:_MOST_NOTES]:
        if line.top - above > 1.6 * line.size or (size and line.size > size + 0.4):
            return
        yield line.text
        above = line.bottom
