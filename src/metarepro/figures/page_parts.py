"""What pages are made of: lines of text, rules, axes and their ticks, placed in inches.

Nothing is laid out by matplotlib: a page has hundreds of texts, and matplotlib's own axes, with
their titles and ticks, take half of the time of a plot.
"""

from collections.abc import Sequence
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.text import Text

from metarepro.figures import style as fg

#: Height of a capital as a share of the size of the type.
CAPITAL = 0.73

_TICK, _PAD = 3 / 72, 5 / 72  # inches
Align = Literal["left", "center", "right"]

_BEFORE: dict[str, float] = {"left": 0.0, "center": 0.5, "right": 1.0}


class PlainText(Text):
    """One line on its baseline, at a place in inches, in a font of `style.font`.

    matplotlib measures each text for its box, and again for each format. Here the only measure is
    `style.text_width`, by which the page was laid out, and only of texts that do not start at
    their place.
    """

    def draw(self, renderer: RendererBase) -> None:
        """Draw at the place; what `Text.draw` does besides has no use here."""
        inch = float(renderer.points_to_pixels(72))  # type: ignore[arg-type]
        x, y = (inch * place for place in self.get_position())
        font, text, angle = self.get_fontproperties(), self.get_text(), self.get_rotation()
        before = _BEFORE[self.get_horizontalalignment()]
        if before:
            bold = font.get_weight() == "bold"
            shift = before * inch * fg.text_width(text, font.get_size_in_points(), bold)
            x, y = (x, y - shift) if angle else (x - shift, y)
        if renderer.flipy():
            y = renderer.get_canvas_width_height()[1] - y
        context = renderer.new_gc()
        context.set_foreground(self.get_color())
        renderer.draw_text(context, x, y, text, font, angle, ismath=False, mtext=self)
        context.restore()


def write(
    fig: Figure,
    x: float,
    y: float,
    text: str,
    size: float = fg.SMALL_SIZE,
    *,
    bold: bool = False,
    align: Align = "left",
    colour: str = fg.TEXT_COLOUR,
    upwards: bool = False,
    middle: bool = False,
    name: str = "",
) -> None:
    """Write one line, its baseline so many inches from the left and from the bottom of the page.

    With `middle` the place is that of the middle of its capitals instead. Read `upwards`, its
    baseline is upright, and `align` says which part of it is at `y`. Its `name` is its gid.
    """
    if not text:
        return
    if middle:
        half = CAPITAL / 2 * size / 72
        x, y = (x + half, y) if upwards else (x, y - half)
    label = PlainText(
        *(x, y, text),
        color=colour,
        fontproperties=fg.font(size, bold),
        horizontalalignment=align,
        rotation=90 if upwards else 0,
        rotation_mode="anchor",
    )
    label.set_transform(fig.dpi_scale_trans)
    label.set_gid(name)
    fig.add_artist(label)


def draw_rules(fig: Figure, rules: Sequence[Sequence[tuple[float, float]]]) -> None:
    """Draw thin lines through places in inches from the lower left corner of the page."""
    places = [place for rule in rules for place in rule]
    codes = [Path.LINETO if i else Path.MOVETO for rule in rules for i in range(len(rule))]
    drawn = PathPatch(Path(places, codes), fill=False, edgecolor=fg.RULE_COLOUR, linewidth=0.7)
    drawn.set_transform(fig.dpi_scale_trans)
    fig.add_artist(drawn)


def add_axes(fig: Figure, left: float, bottom: float, across: float, tall: float) -> Axes:
    """Add axes without a frame and ticks, their place and size in inches."""
    width, height = fig.get_size_inches()
    ax = fig.add_axes((left / width, bottom / height, across / width, tall / height))
    ax.set_axis_off()
    return ax


def draw_ticks(
    fig: Figure, ax: Axes, ticks: Sequence[tuple[float, str]], side: str = "bottom"
) -> None:
    """Draw ticks outwards from one side of axes that have their limits, and what they say.

    Parameters
    ----------
    fig : Figure
        The page.
    ax : Axes
        On it, with limits of a linear scale.
    ticks : sequence of (float, str)
        Places between the limits, and what they say.
    side : str
        "bottom", "left" or "right".
    """
    low, high = ax.get_xlim() if side == "bottom" else ax.get_ylim()
    (left, bottom), (right, top) = ax.get_position().get_points() * fig.get_size_inches()
    rules = []
    for place, text in ticks:
        share = (place - low) / (high - low)
        if side == "bottom":
            x, y = left + share * (right - left), bottom
            write(
                fig, x, y - _PAD - CAPITAL * fg.SMALL_SIZE / 72, text, align="center", name="tick"
            )
            rules.append([(x, y - _TICK), (x, y)])
        else:
            x, out = (left, -1) if side == "left" else (right, 1)
            y = bottom + share * (top - bottom)
            align: Align = "right" if side == "left" else "left"
            write(fig, x + out * _PAD, y, text, align=align, middle=True, name="tick")
            rules.append([(x + out * _TICK, y), (x, y)])
    draw_rules(fig, rules)
