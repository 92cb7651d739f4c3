"""The page that the plots of sensitivity and moderators share: title, legend, axes, notes.

Places are in inches from the left and from the bottom of the page.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.collections import CircleCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from metarepro.figures import style as fg
from metarepro.figures.page_parts import add_axes, draw_rules, draw_ticks, write
from metarepro.figures.ticks import effect_ticks
from metarepro.wording.scales import Scale

WIDTH = 7.2
MARGIN = 0.15
POOLED_COLOUR = "#000000"  # shows on grey, blue and orange


def start_page(title: str, about: str, legend: Sequence[tuple[str, str]], body: float) -> Figure:
    """Start a page: its title, which is also its label, and from `body` downwards its legend."""
    plain = fg.plain_text(title)
    lines = fg.wrap(plain, WIDTH - 2 * MARGIN, fg.TITLE_SIZE, True, max_lines=2)
    fig = Figure(figsize=(WIDTH, body + 0.35 + 0.19 * len(lines)), label=plain)
    for i, line in enumerate(reversed(lines)):
        write(fig, MARGIN, body + 0.32 + 0.19 * i, line, fg.TITLE_SIZE, bold=True)
    write(fig, MARGIN, body + 0.1, about, fg.TEXT_SIZE)
    x = MARGIN
    for colour, name in legend:
        box = Rectangle((x, body - 0.13), 0.16, 0.1, fc=colour, ec=fg.RULE_COLOUR, lw=0.6)
        box.set_transform(fig.dpi_scale_trans)
        fig.add_artist(box)
        write(fig, x + 0.21, body - 0.12, name)
        x += 0.43 + fg.text_width(name, fg.SMALL_SIZE)
    return fig


def framed_axes(
    fig: Figure, left: float, bottom: float, tall: float, right: float = MARGIN, y_title: str = ""
) -> Axes:
    """Add framed axes `tall` inches high, so many inches from three sides of the page."""
    end, top = WIDTH - right, bottom + tall
    ax = add_axes(fig, left, bottom, end - left, tall)
    corners = [(left, bottom), (end, bottom), (end, top), (left, top), (left, bottom)]
    draw_rules(fig, [corners])
    write(fig, left - 0.5, bottom + tall / 2, y_title, align="center", upwards=True, middle=True)
    return ax


def draw_circles(
    ax: Axes,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    areas: npt.ArrayLike,
    colour: str,
    **style: Any,
) -> None:
    """Draw circles with white edges, their areas in points squared."""
    places = np.column_stack([x, y])
    circles = CircleCollection(areas, offsets=places, offset_transform=ax.transData)
    circles.set(facecolor=colour, edgecolor="white", **style)
    ax.add_collection(circles, autolim=False)


def draw_lines(axline: Callable[..., Any], pooled: float, scale: Scale) -> None:
    """Draw the lines at no effect, if the measure has one, and at the pooled estimate."""
    if not math.isnan(scale.null):
        axline(0, color=fg.MUTED_COLOUR, linewidth=0.8, gid="zero")
    if not math.isnan(pooled):
        axline(pooled, color=POOLED_COLOUR, linewidth=1.1, dashes=(4, 2), gid="pooled")


def limits(values: Sequence[float]) -> tuple[float, float]:
    """Limits that hold all values, with 4% left free on each side; never a point."""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    margin = 0.04 * (high - low) or 0.1
    return low - margin, high + margin


def effect_axis(
    fig: Figure,
    ax: Axes,
    limits: tuple[float, float],
    shown: tuple[float, float],
    scale: Scale,
    below: float = 0.75,
) -> None:
    """Draw the ticks of an axis of effects; under it, at `below`, name the sides of no effect.

    A side is named only if what is `shown` reaches to it.
    """
    ax.set_xlim(*limits)
    draw_ticks(fig, ax, effect_ticks(*limits, scale))
    left, right = (WIDTH * x for x in ax.get_position().intervalx)
    y = below - 0.33
    write(fig, (left + right) / 2, y, scale.title, align="center")
    first, last = scale.sides
    if shown[0] < 0 and first:
        write(fig, left, y, f"← {first}")
    if shown[1] > 0 and last:
        write(fig, right, y, f"{last} →", align="right")
