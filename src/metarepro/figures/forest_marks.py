"""What is drawn on the axis of a forest plot.

The package forestplot draws points, intervals and the line at zero; diamonds, prediction intervals
and arrow heads are added on its Axes. The columns of text that it measures and sets beside them,
which took half of the time, are left out: `forest_page` has its own.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.markers import CARETLEFTBASE, CARETRIGHTBASE
from matplotlib.patches import PathPatch, Polygon
from matplotlib.path import Path

from metarepro.figures import style as fg
from metarepro.figures.forest_axis import Axis, Mark

with warnings.catch_warnings(), np.errstate(), mpl.rc_context():
    # On import forestplot silences all warnings and numpy's errors, and changes rcParams.
    warnings.simplefilter("ignore")
    from forestplot.graph_utils import draw_ci, draw_est_markers, draw_ref_xline

LARGEST_SQUARE = 9.0  # side in points, for the largest weight of a plot
UNWEIGHTED_SQUARE = 5.0
STROKE = 0.31  # lines
DIAMOND_HEIGHT = 0.33  # half of it, in lines
SMALL_DIAMOND = 0.02  # half of the width of one without its interval, as a share of the axis
ARROW_SIZE = 5.5  # points


def draw_marks(ax: Axes, marks: Sequence[Mark | None], axis: Axis, largest: float) -> None:
    """Draw the marks, one per line from the top, with a line at zero.

    Parameters
    ----------
    ax
        Empty Axes; its y axis afterwards counts the lines from the bottom, the last one at 0.
    marks
        One for each line; None where a line has text only.
    axis
        Its limits, beyond which marks are clipped.
    largest
        The weight of the largest square, which may be on another page.
    """
    low, high = axis.low, axis.high
    # From the bottom: the position in this list is the height on the axis.
    from_below = list(reversed(marks))
    _draw_points(ax, from_below, axis, largest)
    for y, mark in enumerate(from_below):
        if mark and mark.shape == "diamond":
            _draw_pooled(ax, mark, y, low, high)
    _draw_arrows(ax, from_below, low, high)
    if not math.isnan(axis.important):
        line = ax.axvline(axis.important, color=fg.MUTED_COLOUR, linewidth=0.9, dashes=(4, 2))
        line.set(zorder=0.5, gid="important")
    ax.set(xlim=(low, high), ylim=(-0.5, len(marks) - 0.5))


def _draw_points(ax: Axes, marks: Sequence[Mark | None], axis: Axis, largest: float) -> None:
    """Let forestplot draw squares, intervals and the line at zero; then size the squares."""
    low, high = axis.low, axis.high
    squares = [
        mark if mark and mark.shape == "square" and not math.isnan(mark.estimate) else None
        for mark in marks
    ]
    # A line without a square is, for forestplot, a point at zero; it is taken out below.
    estimate = np.array([mark.estimate if mark else 0.0 for mark in squares])
    lower = np.array([mark.low if mark else 0.0 for mark in squares])
    upper = np.array([mark.high if mark else 0.0 for mark in squares])
    table = pd.DataFrame(
        {
            "line": np.arange(len(marks)),
            "estimate": np.clip(estimate, low, high),
            # Without a limit, or with one on the wrong side, the whisker ends at the estimate.
            "low": np.clip(np.fmin(lower, estimate), low, high),
            "high": np.clip(np.fmax(upper, estimate), low, high),
        }
    )
    place = {"dataframe": table, "estimate": "estimate", "yticklabel": "line", "ax": ax}
    draw_ci(**place, ll="low", hl="high", logscale=False, lw=0.9, linecolor=fg.TEXT_COLOUR)
    draw_est_markers(**place, markeralpha=1)
    draw_ref_xline(ax, table, None, None, xlinecolor=fg.RULE_COLOUR, xlinewidth=0.8)
    whiskers, points, zero_line = ax.collections
    zero_line.set(zorder=0.5, gid="zero", visible=axis.has_null)
    whiskers.set(zorder=1, gid="intervals")
    assert isinstance(whiskers, LineCollection)
    segments = zip(whiskers.get_segments(), squares, strict=True)
    whiskers.set_segments([segment for segment, mark in segments if mark])

    shown = [(y, mark) for y, mark in enumerate(squares) if mark and low <= mark.estimate <= high]
    places = np.array([(mark.estimate, y) for y, mark in shown]).reshape(-1, 2)
    points.set_offsets(places)
    fills = ["white" if mark.hollow else mark.colour for _, mark in shown]
    edges = [mark.colour for _, mark in shown]
    points.set(zorder=3, gid="squares", edgecolors=edges, facecolors=fills, linewidths=0.9)
    points.set(sizes=[_area(mark, largest) for _, mark in shown])
    # A short stroke under the square marks the estimate where the square is too small to be seen.
    ends = np.stack([places - (0, STROKE / 2), places + (0, STROKE / 2)], axis=1)
    strokes = Path(ends.reshape(-1, 2), [Path.MOVETO, Path.LINETO] * len(places))
    ax.add_artist(PathPatch(strokes, fill=False, edgecolor=fg.TEXT_COLOUR, linewidth=0.9, zorder=2))


def _area(mark: Mark, largest: float) -> float:
    """Area of a square in points squared, in proportion to the weight."""
    if math.isnan(mark.weight) or largest <= 0:
        return UNWEIGHTED_SQUARE**2
    return LARGEST_SQUARE**2 * max(mark.weight, 0.0) / largest


def _draw_pooled(ax: Axes, mark: Mark, y: float, low: float, high: float) -> None:
    """Draw a pooled result: a diamond from end to end of its interval if the axis holds that.

    Otherwise the interval is a line, which may end in arrow heads, through a diamond of fixed size:
    cut off on one side, a diamond would look as if it ended there. Without an interval that
    diamond is open.
    """
    if not math.isnan(mark.pi_low) and not math.isnan(mark.pi_high):
        ax.plot(
            np.clip([mark.pi_low, mark.pi_high], low, high),
            [y, y],
            color=mark.colour,
            linewidth=1.4,
            linestyle=(0, (1, 1.4)),
            zorder=2,
            gid=f"prediction-interval-{y}",
        )
    middle = mark.estimate
    left, right = (middle if math.isnan(end) else end for end in (mark.low, mark.high))
    if mark.is_open or left < low or right > high:
        half = SMALL_DIAMOND * (high - low)
        if not mark.is_open:
            line = ax.plot(np.clip([left, right], low, high), [y, y], color=mark.colour)
            line[0].set(linewidth=1.4, zorder=2.5, gid=f"pooled-interval-{y}")
        if not low <= middle <= high:
            return
        left, right = middle - half, middle + half
    ax.add_patch(
        Polygon(
            [(left, y), (middle, y + DIAMOND_HEIGHT), (right, y), (middle, y - DIAMOND_HEIGHT)],
            facecolor="white" if mark.is_open else mark.colour,
            edgecolor=mark.colour,
            linewidth=0.9 if mark.is_open else 0.6,
            zorder=3,
            gid=f"diamond-{y}",
        )
    )


def _draw_arrows(ax: Axes, marks: Sequence[Mark | None], low: float, high: float) -> None:
    """Draw an arrow head just outside the border wherever a mark goes on beyond it."""
    left = [y for y, mark in enumerate(marks) if mark and mark.least < low]
    right = [y for y, mark in enumerate(marks) if mark and mark.greatest > high]
    for name, x, head, heights in (
        ("clipped-left", low, CARETLEFTBASE, left),
        ("clipped-right", high, CARETRIGHTBASE, right),
    ):
        if heights:
            ax.plot(
                [x] * len(heights),
                heights,
                linestyle="none",
                marker=head,
                markersize=ARROW_SIZE,
                markeredgewidth=0,
                color=fg.TEXT_COLOUR,
                zorder=4,
                clip_on=False,
                gid=name,
            )
