"""The page that the plots of sensitivity and moderators share: title, legend, axes, notes.

Places are in inches from the left and from the bottom of the page.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from metarepro.figures import style as fg
from metarepro.figures.ticks import effect_ticks, plain_ticks
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
    x, height = MARGIN, fig.get_figheight()
    for colour, name in legend:
        corner, size = (x / WIDTH, (body - 0.13) / height), (0.16 / WIDTH, 0.1 / height)
        fig.add_artist(Rectangle(corner, *size, fc=colour, ec=fg.RULE_COLOUR, lw=0.6))
        write(fig, x + 0.21, body - 0.12, name)
        x += 0.43 + fg.text_width(name, fg.SMALL_SIZE)
    return fig


def write(
    fig: Figure,
    x: float,
    y: float,
    words: str,
    size: float = fg.SMALL_SIZE,
    bold: bool = False,
    **placing: Any,
) -> None:
    """Write one line, so many inches from the left and from the bottom of the page."""
    place = (x / WIDTH, y / fig.get_figheight())
    fig.text(*place, words, fontproperties=fg.font(size, bold), color=fg.TEXT_COLOUR, **placing)


def add_axes(
    fig: Figure, left: float, bottom: float, tall: float, right: float = MARGIN, y_title: str = ""
) -> Axes:
    """Add axes `tall` inches high, so many inches from three sides of the page."""
    height = fig.get_figheight()
    across, up = (WIDTH - left - right) / WIDTH, tall / height
    ax = fig.add_axes((left / WIDTH, bottom / height, across, up))
    for spine in ax.spines.values():
        spine.set(color=fg.RULE_COLOUR, linewidth=0.7)
    ax.tick_params(length=3, width=0.7, color=fg.RULE_COLOUR, pad=2)
    middle = bottom + tall / 2
    write(fig, left - 0.5, middle, y_title, rotation=90, ha="center", va="center")
    return ax


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


def set_ticks(ax: Axes, which: str, low: float, high: float) -> None:
    """Set round ticks between two values."""
    _put_ticks(ax, which, plain_ticks(low, high))


def set_effect_ticks(ax: Axes, which: str, low: float, high: float, scale: Scale) -> None:
    """Set ticks of effects between two places, as their scale prints them."""
    ticks = effect_ticks(low, high, scale)
    _put_ticks(ax, which, ticks)


def _put_ticks(ax: Axes, which: str, ticks: Sequence[tuple[float, str]]) -> None:
    put = ax.set_xticks if which == "x" else ax.set_yticks
    places, words = [place for place, _ in ticks], [said for _, said in ticks]
    put(places, words, fontproperties=fg.font(fg.SMALL_SIZE), color=fg.TEXT_COLOUR)


def effect_axis(
    fig: Figure,
    ax: Axes,
    limits: tuple[float, float],
    shown: tuple[float, float],
    scale: Scale,
    below: float = 0.75,
) -> None:
    """Set the ticks of an axis of effects; under it, at `below`, name the sides of no effect.

    A side is named only if what is `shown` reaches to it.
    """
    ax.set_xlim(*limits)
    set_effect_ticks(ax, "x", *limits, scale)
    left, right = (WIDTH * x for x in ax.get_position().intervalx)
    y = below - 0.33
    write(fig, (left + right) / 2, y, scale.title, ha="center")
    first, last = scale.sides
    if shown[0] < 0 and first:
        write(fig, left, y, f"← {first}")
    if shown[1] > 0 and last:
        write(fig, right, y, f"{last} →", ha="right")
