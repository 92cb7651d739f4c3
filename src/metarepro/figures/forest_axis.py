"""The axis of a forest plot: where it ends, and what is drawn on it.

The package forestplot draws points, intervals and the line at zero; diamonds, prediction intervals
and arrow heads are added on its Axes. The columns of text that it measures and sets beside them,
which took half of the time, are left out: `forest_page` has its own.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.markers import CARETLEFTBASE, CARETRIGHTBASE
from matplotlib.patches import Polygon

from metarepro.figures import style as fg
from metarepro.figures.ticks import effect_ticks
from metarepro.wording.scales import Scale

with warnings.catch_warnings(), np.errstate(), mpl.rc_context():
    # On import forestplot silences all warnings and numpy's errors, and changes rcParams.
    warnings.simplefilter("ignore")
    from forestplot.graph_utils import draw_ci, draw_est_markers, draw_ref_xline

LARGEST_SQUARE = 9.0  # side in points, for the largest weight of a plot
UNWEIGHTED_SQUARE = 5.0
DIAMOND_HEIGHT = 0.33  # half of it, in lines
ARROW_SIZE = 5.5  # points

# What the axis shows whole, as multiples of the reach from zero of a typical interval.
INTERVAL_REACH, ESTIMATE_REACH, CLIPPED_REACH = 3.0, 5.0, 1.5
_NARROWEST = 0.01  # half of the shortest axis
_MARGIN = 0.05  # left free on each side, as a share of the axis
_FAR = 1e12  # stands in for infinity

# Ticks of a ratio axis that is symmetric about 1, as RevMan sets them; the ends are the first and
# the last. Beyond 1000 an arrow says enough.
_RATIO_TICKS = (
    *((0.98, 0.99, 1, 1.01, 1.02), (0.95, 0.97, 1, 1.03, 1.05), (0.85, 0.9, 1, 1.1, 1.2)),
    *((0.7, 0.85, 1, 1.2, 1.5), (0.5, 0.7, 1, 1.5, 2), (0.2, 0.5, 1, 2, 5)),
    *((0.1, 0.2, 0.5, 1, 2, 5, 10), (0.05, 0.2, 1, 5, 20), (0.02, 0.1, 1, 10, 50)),
    *((0.01, 0.1, 1, 10, 100), (0.005, 0.1, 1, 10, 200), (0.002, 0.1, 1, 10, 500)),
    (0.001, 0.1, 1, 10, 1000),
)
_DIFFERENCE_ENDS = (1, 2, 4, 6, 10)


@dataclass(frozen=True)
class Axis:
    """Limits of an axis and its ticks: places in the unit of the effects, and what they say."""

    low: float
    high: float
    ticks: Sequence[tuple[float, str]]
    #: Whether 0 is no effect, and has a line.
    has_null: bool = True
    #: A minimal important difference, which has a line too; NaN without one.
    important: float = math.nan


@dataclass(frozen=True)
class Mark:
    """What one line shows on the axis; NaN for what is missing.

    `shape` is "square" (a result, its area by `weight`) or "diamond" (a pooled result).
    """

    shape: str
    estimate: float
    low: float
    high: float
    colour: str
    pi_low: float = math.nan
    pi_high: float = math.nan
    weight: float = math.nan
    hollow: bool = False

    @property
    def least(self) -> float:
        """How far to the left the mark goes."""
        return float(np.fmin.reduce([self.estimate, self.low, self.pi_low]))

    @property
    def greatest(self) -> float:
        """How far to the right the mark goes."""
        return float(np.fmax.reduce([self.estimate, self.high, self.pi_high]))


def axis_limits(marks: Sequence[Mark]) -> tuple[float, float]:
    """Choose an axis that holds zero and the bulk of the intervals.

    A typical interval (the lower median) sets the scale. An interval that goes
    beyond three times its reach, or an estimate beyond five times, is left to be clipped, so that
    one monstrous interval does not squash the others.

    Parameters
    ----------
    marks
        What is to be drawn.

    Returns
    -------
    Lower and upper limit, in the unit of the effects.
    """
    ends_of = [np.abs([mark.estimate, mark.low, mark.high]) for mark in marks]
    reaches = sorted(reach for ends in ends_of if 0 < (reach := np.fmax.reduce(ends)) < _FAR)
    typical = reaches[(len(reaches) - 1) // 2] if reaches else 1.0

    shown = [-_NARROWEST, _NARROWEST]
    for mark in marks:
        ends = (mark.low, mark.high, mark.pi_low, mark.pi_high)
        reach_of = [(mark.estimate, ESTIMATE_REACH), *((end, INTERVAL_REACH) for end in ends)]
        for value, reach in reach_of:
            if abs(value) <= reach * typical:
                shown.append(value)
            elif not math.isnan(value):
                shown.append(math.copysign(CLIPPED_REACH * typical, value))
    low, high = min(shown), max(shown)
    margin = _MARGIN * (high - low)
    return low - margin, high + margin


def effect_axis(marks: Sequence[Mark], scale: Scale, important: float = math.nan) -> Axis:
    """An axis with the limits of `axis_limits` and ticks at round printed numbers.

    A minimal important difference is shown wherever it lies.
    """
    low, high = axis_limits(marks)
    if not math.isnan(important):
        margin = _MARGIN * (high - low)
        low, high = min(low, important - margin), max(high, important + margin)
    ticks = effect_ticks(low, high, scale)
    return Axis(low, high, ticks, has_null=not math.isnan(scale.null), important=important)


def symmetric_axis(marks: Sequence[Mark], *, ratio: bool) -> Axis:
    """An axis as RevMan's: as long to the left of no effect as to the right, few ticks.

    Parameters
    ----------
    marks
        What is to be drawn; it sets the length as in `axis_limits`. Without any, the axis goes to
        100 or 1.
    ratio
        Whether the effects are natural logs of ratios; the ticks then say the ratio.
    """
    if not marks:
        marks = [Mark("square", math.log(100) if ratio else 1.0, math.nan, math.nan, "")]
    low, high = axis_limits(marks)
    margin = _MARGIN / (1 + 2 * _MARGIN) * (high - low)
    reach = (max(-low, high) - margin) * (1 - 1e-9)  # a reach of just 10 is not beyond 10
    if ratio:
        reached = (ticks for ticks in _RATIO_TICKS if math.log(ticks[-1]) >= reach)
        ratios = next(reached, _RATIO_TICKS[-1])
        end = math.log(ratios[-1])
        ticks = [(math.log(tick), f"{tick:g}") for tick in ratios]
    else:
        unit = 10.0 ** math.floor(math.log10(reach))
        end = float(f"{next(s for s in _DIFFERENCE_ENDS if s * unit >= reach) * unit:.3g}")
        places = [-end, -end / 2, 0.0, end / 2, end]
        ticks = [(place, f"{place:g}".replace("-", "\u2212")) for place in places]
    return Axis(-1.04 * end, 1.04 * end, ticks)


def draw_marks(ax: Axes, marks: Sequence[Mark | None], axis: Axis) -> None:
    """Draw the marks, one per line from the top, with a line at zero.

    Parameters
    ----------
    ax
        Empty Axes; its y axis afterwards counts the lines from the bottom, the last one at 0.
    marks
        One for each line; None where a line has text only.
    axis
        Its limits, beyond which marks are clipped, and its ticks.
    """
    low, high = axis.low, axis.high
    # From the bottom: the position in this list is the height on the axis.
    from_below = list(reversed(marks))
    _draw_points(ax, from_below, axis)
    for y, mark in enumerate(from_below):
        if mark and mark.shape == "diamond":
            _draw_pooled(ax, mark, y, low, high)
    _draw_arrows(ax, from_below, low, high)
    if not math.isnan(axis.important):
        line = ax.axvline(axis.important, color=fg.MUTED_COLOUR, linewidth=0.9, dashes=(4, 2))
        line.set(zorder=0.5, gid="important")
    _draw_ticks(ax, axis)
    ax.set(xlim=(low, high), ylim=(-0.5, len(marks) - 0.5))


def _draw_points(ax: Axes, marks: Sequence[Mark | None], axis: Axis) -> None:
    """Let forestplot draw squares, intervals and the line at zero; then size the squares."""
    low, high = axis.low, axis.high
    squares = [
        mark if mark and mark.shape == "square" and not math.isnan(mark.estimate) else None
        for mark in marks
    ]
    # A line without a square is, for forestplot, a point at zero; it is given no size below.
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

    shown = [mark if mark and low <= mark.estimate <= high else None for mark in squares]
    largest = np.nanmax([mark.weight if mark else math.nan for mark in shown] + [0.0])
    colours = [mark.colour if mark else "none" for mark in shown]
    fills = ["white" if mark and mark.hollow else c for mark, c in zip(shown, colours, strict=True)]
    points.set(zorder=3, gid="squares", edgecolors=colours, facecolors=fills, linewidths=0.9)
    points.set(sizes=[_area(mark, largest) if mark else 0.0 for mark in shown])
    # A short stroke under the square marks the estimate where the square is too small to be seen.
    strokes = [(mark.estimate, y) for y, mark in enumerate(shown) if mark]
    ax.plot(
        [x for x, _ in strokes],
        [y for _, y in strokes],
        linestyle="none",
        marker="|",
        markersize=4.5,
        markeredgewidth=0.9,
        color=fg.TEXT_COLOUR,
        zorder=2,
    )


def _area(mark: Mark, largest: float) -> float:
    """Area of a square in points squared, in proportion to the weight."""
    if math.isnan(mark.weight) or largest <= 0:
        return UNWEIGHTED_SQUARE**2
    return LARGEST_SQUARE**2 * max(mark.weight, 0.0) / largest


def _draw_pooled(ax: Axes, mark: Mark, y: float, low: float, high: float) -> None:
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
    left, middle, right = (
        min(max(mark.estimate if math.isnan(value) else value, -_FAR), _FAR)
        for value in (mark.low, mark.estimate, mark.high)
    )
    # Corners; where the axis ends the diamond is cut off at the height that it has there.
    x = sorted({min(max(value, low), high) for value in (left, middle, right)})
    half = [DIAMOND_HEIGHT * _share_of_height(value, left, middle, right) for value in x]
    above = [(value, y + h) for value, h in zip(x, half, strict=True)]
    under = [(value, y - h) for value, h in zip(x, half, strict=True) if h > 0]
    ax.add_patch(
        Polygon(
            [*above, *reversed(under)],
            facecolor=mark.colour,
            edgecolor=mark.colour,
            linewidth=0.6,
            zorder=3,
            gid=f"diamond-{y}",
        )
    )


def _share_of_height(x: float, left: float, middle: float, right: float) -> float:
    if x == middle:
        return 1.0
    end = left if x < middle else right
    return max(0.0, (x - end) / (middle - end)) if end != middle else 0.0


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


def _draw_ticks(ax: Axes, axis: Axis) -> None:
    small = fg.font(fg.SMALL_SIZE)
    places = [place for place, _ in axis.ticks]
    labels = [label for _, label in axis.ticks]
    ax.set_xticks(places, labels, fontproperties=small, color=fg.TEXT_COLOUR)
    ax.tick_params(axis="x", length=3, width=0.7, color=fg.RULE_COLOUR, pad=2)
    ax.spines["bottom"].set(color=fg.RULE_COLOUR, linewidth=0.7)
    ax.spines[["left", "right", "top"]].set_visible(False)
    ax.set_yticks([])
