"""The page of a forest plot: columns of text at fixed places on both sides of the axis.

A plot is a list of lines (a result, a heading, a pooled result, a remark), one under the other at a
fixed pitch, so that any number of them is legible. All measures are in inches and all widths are
measured beforehand, so that no two texts meet. The text columns of the package forestplot are not
used: they are padded with spaces to fit a monospaced font, take labels of any length and start at a
multiple of the axis maximum.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from matplotlib.figure import Figure

from metarepro.figures import style as fg
from metarepro.figures.forest_axis import Axis, Mark, effect_axis
from metarepro.figures.forest_marks import draw_marks
from metarepro.figures.lights import draw_light
from metarepro.figures.page_parts import CAPITAL, Align, add_axes, draw_rules, draw_ticks, write
from metarepro.wording.scales import Scale
from metarepro.wording.traffic_lights import Light

PITCH = 0.2
MARGIN = 0.15
GAP = 0.16
PLOT_WIDTH, NARROWEST_PLOT = 3.0, 2.2
TITLE_PITCH = 0.22
HEADER_HEIGHT = 0.28
AXIS_HEIGHT = 0.62
NOTE_PITCH = 0.165
NARROWEST_LEFT = 4.4  # room for the line with Q, I2 and tau2
_HEADER_RISE = 0.09  # of the baseline of a header above the first line
CONTINUED = " (continued)"


@dataclass(frozen=True)
class Line:
    """One line: texts by column, a text `across` the left columns, a mark.

    The cells named in `wide` take the room of their whole group of columns, those in `centred` the
    middle of it; `lights` stand in cells that are judgements.
    """

    cells: Mapping[str, str] = field(default_factory=dict)
    wide: frozenset[str] = frozenset()
    centred: frozenset[str] = frozenset()
    across: str = ""
    mark: Mark | None = None
    bold: bool = False
    small: bool = False
    lights: Mapping[str, Light] = field(default_factory=dict)

    @property
    def is_heading(self) -> bool:
        """Whether it is the heading of a subgroup."""
        return bool(self.across) and self.bold and not self.cells and self.mark is None

    @property
    def is_result(self) -> bool:
        """Whether it is the first line of a result that was pooled or shown."""
        return self.mark is not None and self.mark.shape == "square"

    @property
    def size(self) -> float:
        """Size of the type in points."""
        return fg.SMALL_SIZE if self.small else fg.TEXT_SIZE

    def width(self, key: str) -> float:
        """Width of a cell in inches."""
        return fg.text_width(self.cells[key], self.size, self.bold)


@dataclass(frozen=True)
class Column:
    """A column of text.

    Its header stands over `header_span` columns, its wide cells take the room of `span` columns;
    both counts end with this column. `gap` is the room to the column before.
    """

    key: str
    header: str = ""
    align: Align = "right"
    widest: float = math.inf
    gap: float = GAP
    span: int = 1
    header_span: int = 1


@dataclass(frozen=True)
class Plot:
    """A whole plot: lines from top to bottom, columns on both sides, texts around them.

    `legend` holds texts with their colours, drawn in a row under the axis, `notes` the footnotes.
    `headings` are lines above the headers; their wide cells are centred over their group of
    columns. `over_axis` are texts above the axis, the last one level with the headers. Without an
    `axis` the marks set one. `captions` stand under the axis, on both sides of zero. `level` is
    that of the intervals, `least_left` the room for texts across the left columns.
    """

    lines: Sequence[Line]
    left: Sequence[Column]
    right: Sequence[Column]
    title: str
    axis_label: str
    notes: Sequence[str] = ()
    legend: Sequence[tuple[str, str]] = ()
    headings: Sequence[Line] = ()
    over_axis: Sequence[str] = ()
    axis: Axis | None = None
    captions: tuple[str, str] = ("← favours control", "favours intervention →")
    level: str = "95%"
    least_left: float = NARROWEST_LEFT

    @property
    def marks(self) -> list[Mark]:
        """What is drawn on the axis."""
        return [line.mark for line in self.lines if line.mark]


def effect_columns(header: str) -> list[Column]:
    """Columns for an estimate and its interval, each aligned on the decimals."""
    last = Column("high", header, gap=0.05, span=3, header_span=3)
    return [Column("estimate"), Column("low", gap=0.07), last]


def width_across(
    lines: Sequence[Line], columns: Sequence[Column], least: float = NARROWEST_LEFT
) -> float:
    """Room for a text across the columns of one side, in inches; they have at least so much."""
    return sum(_column_widths(lines, columns, least)) + sum(column.gap for column in columns[1:])


def least_width(plot: Plot) -> float:
    """Width of a page of the plot with the shortest axis, in inches."""
    return _Layout(plot, titled=False, widest=0).text_right + MARGIN


def draw_page(plot: Plot) -> Figure:
    """Draw a plot on one page; its size follows from the lines and texts."""
    return _draw(plot, _Layout(plot), plot.lines, plot.title)


def draw_pages(plot: Plot, tallest: float, widest: float = math.inf) -> list[Figure]:
    """Draw a plot on as many pages as it needs, without its title, which stands in a caption.

    None of them is higher than `tallest` inches, nor wider than `widest` where a shorter axis can
    spare the room. All have the same columns, axis and notes. A subgroup that goes on has its
    heading again. The title is their label, with the number of the part.
    """
    layout = _Layout(plot, titled=False, widest=widest)
    if layout.height(len(plot.lines)) <= tallest:
        return [_draw(plot, layout, plot.lines, plot.title)]
    room = max(10, math.floor((tallest - layout.height(0)) / PITCH))
    parts = broken(plot.lines, room)
    return [
        _draw(plot, layout, part, f"{plot.title} (part {number} of {len(parts)})")
        for number, part in enumerate(parts, start=1)
    ]


def broken(lines: Sequence[Line], room: int) -> list[list[Line]]:
    """Lines in parts of at most `room`, broken between subgroups if that wastes little.

    Otherwise a part ends before a result, so that a pooled result and what stands under it stay
    with the last result of their subgroup, on which they rest.
    """
    parts: list[list[Line]] = []
    rest = list(lines)
    while len(rest) > room:
        # Before the heading of a subgroup, not before the overall result.
        between = [
            i
            for i in range(2 * room // 3, min(room + 1, len(rest) - 1))
            if rest[i] == Line() and rest[i + 1].is_heading
        ]
        results = [i for i in range(room // 2, room + 1) if rest[i].is_result]
        end = (between or results or [room])[-1]
        parts.append(rest[:end])
        before, rest = rest[:end], rest[end + bool(between) :]
        headings = [line for line in before if line.is_heading]
        if headings and not between:
            again = headings[-1].across.removesuffix(CONTINUED)
            rest.insert(0, Line(across=again + CONTINUED, bold=True))
    return [*parts, rest]


class _Layout:
    """Where the columns of a plot stand, and how high its texts are."""

    def __init__(self, plot: Plot, *, titled: bool = True, widest: float = math.inf) -> None:
        measured = [*plot.headings, *plot.lines]
        self.axis = plot.axis or effect_axis(plot.marks, Scale())
        self.left_widths = _column_widths(measured, plot.left, plot.least_left)
        self.left_edges, end = _edges(plot.left, self.left_widths, MARGIN)
        self.plot_left = end + GAP
        self.right_widths = _column_widths(measured, plot.right, plot.least_left)
        _, beside = _edges(plot.right, self.right_widths, self.plot_left + GAP)
        self.plot_width = max(NARROWEST_PLOT, min(PLOT_WIDTH, widest - MARGIN - beside))
        right_start = self.plot_left + self.plot_width + GAP
        self.right_edges, self.text_right = _edges(plot.right, self.right_widths, right_start)
        self.notes = _wrapped_notes(plot, self.axis, self.text_right - MARGIN)
        self.titles = self._lines_of(plot.title) if titled else []
        self.below = MARGIN + NOTE_PITCH * (len(self.notes) + bool(plot.legend)) + AXIS_HEIGHT
        head = max(len(plot.headings), len(plot.over_axis) - 1)
        self.above = HEADER_HEIGHT + PITCH * head

    def _lines_of(self, title: str) -> list[str]:
        return fg.wrap(fg.plain_text(title), self.text_right - MARGIN, fg.TITLE_SIZE, bold=True)

    def height(self, n_lines: int) -> float:
        """Height of a page of so many lines."""
        return self.below + PITCH * n_lines + self.above + TITLE_PITCH * len(self.titles) + MARGIN


def _draw(plot: Plot, layout: _Layout, lines: Sequence[Line], title: str) -> Figure:
    """Draw some lines of a plot on a page."""
    below, text_right = layout.below, layout.text_right
    plot_left, plot_width, axis = layout.plot_left, layout.plot_width, layout.axis
    body = PITCH * len(lines)
    width, height = text_right + MARGIN, layout.height(len(lines))
    largest = max((m.weight for m in plot.marks if not math.isnan(m.weight)), default=math.nan)

    with fg.drawing_style():
        fig = Figure(figsize=(width, height), label=fg.plain_text(title))
        ax = add_axes(fig, plot_left, below, plot_width, body)
        draw_marks(ax, [line.mark for line in lines], axis, largest)
        draw_ticks(fig, ax, axis.ticks)
        page = _Page(fig, below + body)
        for columns, edges, widths in (
            (plot.left, layout.left_edges, layout.left_widths),
            (plot.right, layout.right_edges, layout.right_widths),
        ):
            page.columns(lines, columns, edges, widths)
            page.headings(plot.headings, columns, edges, widths)
        page.over_axis(plot.over_axis, plot_left + plot_width / 2, plot_width)
        for i, line in enumerate(lines):
            page.in_line(i, MARGIN, line.across, "left", line)
        for i, text in enumerate(layout.titles):
            y = height - MARGIN - TITLE_PITCH * (i + 0.6)
            write(fig, MARGIN, y, text, fg.TITLE_SIZE, bold=True)
        across = [(MARGIN, text_right, below + body + rise) for rise in (0, layout.above)]
        across.append((plot_left, plot_left + plot_width, below))
        draw_rules(fig, [[(start, y), (end, y)] for start, end, y in across])
        zero = plot_left + plot_width * (0 - axis.low) / (axis.high - axis.low)
        page.captions(plot.captions, zero, text_right, below, 1 if plot.axis_label else 2)
        write(fig, plot_left + plot_width / 2, below - 0.54, plot.axis_label, align="center")
        page.foot(plot.legend, layout.notes, below - AXIS_HEIGHT)
    return fig


def _column_widths(lines: Sequence[Line], columns: Sequence[Column], least: float) -> list[float]:
    """Width of each column: its widest cell, or more if a header or a wide cell needs it.

    Those on the left, which have texts, have at least the room of a text across.
    """
    widths: list[float] = []
    for i, column in enumerate(columns):
        filled = [line for line in lines if column.key in line.cells]
        own = [line.width(column.key) for line in filled if column.key not in line.wide]
        widths.append(min(max(own, default=0.0), column.widest))
        shared = [line.width(column.key) for line in filled if column.key in line.wide]
        header = fg.text_width(column.header, bold=True)
        for span, needed in ((column.header_span, header), (column.span, max(shared, default=0.0))):
            first = i - span + 1
            has = sum(widths[first:]) + sum(member.gap for member in columns[first + 1 : i + 1])
            widths[first] += max(0.0, needed - has)
    texts = [i for i, column in enumerate(columns) if column.align == "left"]
    if texts:
        room = sum(widths) + sum(column.gap for column in columns[1:])
        widths[texts[-1]] += max(0.0, least - room)
    return widths


def _edges(
    columns: Sequence[Column], widths: Sequence[float], start: float
) -> tuple[list[float], float]:
    """Left edge of each column, and where the last one ends."""
    if not columns:
        return [], start
    edges = [start]
    for column, width in zip(columns[1:], widths[:-1], strict=True):
        edges.append(edges[-1] + width + column.gap)
    return edges, edges[-1] + widths[-1]


def _wrapped_notes(plot: Plot, axis: Axis, width: float) -> list[str]:
    marks = plot.marks
    key = []
    if any(mark.shape == "diamond" and not mark.is_open for mark in marks):
        key.append(f"Diamond: pooled effect with {plot.level} confidence interval.")
    if any(mark.is_open for mark in marks):
        key.append("Open diamond: pooled effect without a confidence interval.")
    if any(not math.isnan(mark.pi_low) for mark in marks):
        key.append(f"Dotted line: {plot.level} prediction interval (PI).")
    if any(mark.least < axis.low or mark.greatest > axis.high for mark in marks):
        key.append("Arrow head: the interval continues beyond the axis.")
    notes = [" ".join(key), *plot.notes]
    return [line for note in notes for line in fg.wrap(note, width, fg.SMALL_SIZE)]


class _Page:
    """Writes at places given in inches from the lower left corner of the figure."""

    def __init__(self, fig: Figure, top: float) -> None:
        self._fig = fig
        self._top = top  # of the first line

    def in_line(self, i: int, x: float, text: str, align: Align, line: Line) -> None:
        """Write in line `i`, counted from the top, in its own type."""
        y = self._top - PITCH * (i + 0.5) - CAPITAL / 2 * line.size / 72
        colour = fg.MUTED_COLOUR if line.small else fg.TEXT_COLOUR
        write(self._fig, x, y, text, line.size, bold=line.bold, align=align, colour=colour)

    def columns(
        self,
        lines: Sequence[Line],
        columns: Sequence[Column],
        edges: Sequence[float],
        widths: Sequence[float],
    ) -> None:
        """Write the headers and all cells of the columns on one side."""
        for place, (column, edge, width) in enumerate(zip(columns, edges, widths, strict=True)):
            x = edge + {"left": 0, "center": width / 2, "right": width}[column.align]
            self._header(x, 0, column.header, column.align)
            for i, line in enumerate(lines):
                text = line.cells.get(column.key, "")
                if column.key in line.centred:
                    self.in_line(i, (edges[place - column.span + 1] + x) / 2, text, "center", line)
                    continue
                if column.key not in line.wide:
                    text = fg.shorten(text, width, line.size, line.bold)
                if light := line.lights.get(column.key):
                    draw_light(self._fig, x, self._top - PITCH * (i + 0.5), light)
                else:
                    self.in_line(i, x, text, column.align, line)

    def headings(
        self,
        headings: Sequence[Line],
        columns: Sequence[Column],
        edges: Sequence[float],
        widths: Sequence[float],
    ) -> None:
        """Write lines above the headers, each wide cell in the middle of its columns."""
        for i, (column, edge, width) in enumerate(zip(columns, edges, widths, strict=True)):
            for rise, line in enumerate(reversed(headings), start=1):
                y = self._top + _HEADER_RISE + PITCH * rise
                text = line.cells.get(column.key, "")
                if column.key in line.wide:
                    middle = (edges[i - column.span + 1] + edge + width) / 2
                    write(self._fig, middle, y, text, line.size, bold=line.bold, align="center")
                else:
                    x = edge if column.align == "left" else edge + width
                    text = fg.shorten(text, width, line.size, line.bold)
                    write(self._fig, x, y, text, line.size, bold=line.bold, align=column.align)

    def over_axis(self, texts: Sequence[str], middle: float, room: float) -> None:
        """Write texts above the axis, the last one level with the headers."""
        for rise, text in enumerate(reversed(texts)):
            self._header(middle, rise, fg.shorten(text, room, bold=True), "center")

    def _header(self, x: float, rise: int, text: str, align: Align) -> None:
        y = self._top + _HEADER_RISE + PITCH * rise
        write(self._fig, x, y, text, fg.TEXT_SIZE, bold=True, align=align)

    def captions(
        self, captions: tuple[str, str], zero: float, right: float, below: float, max_lines: int
    ) -> None:
        """Write what lies on each side of zero, under the axis."""
        sides: list[tuple[float, Align, float]]
        sides = [(-0.08, "right", zero - MARGIN), (0.08, "left", right - zero)]
        for caption, (shift, align, room) in zip(captions, sides, strict=True):
            lines = fg.wrap(caption, room - 0.08, fg.SMALL_SIZE, max_lines=max_lines)
            for i, line in enumerate(lines):
                write(self._fig, zero + shift, below - 0.36 - 0.16 * i, line, align=align)

    def foot(self, legend: Sequence[tuple[str, str]], notes: Sequence[str], top: float) -> None:
        """Write the legend in one row, and the notes below it."""
        x, y = MARGIN, top - 0.75 * NOTE_PITCH
        for text, colour in legend:
            write(self._fig, x, y, text, colour=colour)
            x += fg.text_width(text, fg.SMALL_SIZE) + GAP
        for i, note in enumerate(notes, start=int(bool(legend))):
            write(self._fig, MARGIN, y - NOTE_PITCH * i, note, colour=fg.MUTED_COLOUR)
