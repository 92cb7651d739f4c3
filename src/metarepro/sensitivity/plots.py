"""Plots of what a synthesis depends on: funnel and GOSH plot.

With `specification_plot` they share one page: a title, a line that says what was counted, the axes,
and a note. Dense marks (choices, counts of subsets) are small images, so that no SVG grows with
their number.
"""

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap, LogNorm
from matplotlib.figure import Figure
from scipy.special import ndtri

from metarepro.figures import style as fg
from metarepro.figures.page_parts import draw_ticks, write
from metarepro.figures.plot_page import (
    MARGIN,
    WIDTH,
    draw_circles,
    draw_lines,
    effect_axis,
    framed_axes,
    limits,
    start_page,
)
from metarepro.figures.ticks import SMD, plain_ticks
from metarepro.sensitivity.gosh import Gosh
from metarepro.wording.phrases import counted, whole
from metarepro.wording.scales import Scale

#: Regions of a funnel by two-sided p: the level at which one ends (0: none), colour and name.
CONTOURS = (
    (0.0, "#F2F2F2", "p < 0.01"),
    (0.01, "#DADADA", "0.01 to 0.05"),
    (0.05, "#BDBDBD", "0.05 to 0.1"),
    (0.1, "#FFFFFF", "p > 0.1"),
)
#: Where an interval lies (Okabe & Ito 2008): side of zero -> colour and name.
SIDES = {
    1: ("#0072B2", "above zero"),
    0: ("#8C8C8C", "includes zero"),
    -1: ("#D55E00", "below zero"),
}
# Not smoothed: each cell is a pixel of the image in the SVG.
IMAGE: dict[str, Any] = {"aspect": "auto", "interpolation": "none"}
_GOSH_BINS = (90, 50)
_COUNTS = LinearSegmentedColormap.from_list("counts", ["#7FB5DE", "#0072B2", "#00243D"])


def funnel_plot(
    effects: pd.DataFrame,
    pooled_estimate: float,
    *,
    title: str,
    pooled_interval: tuple[float, float] = (math.nan, math.nan),
    scale: Scale = SMD,
) -> Figure:
    """Draw a contour-enhanced funnel plot (Peters and others 2008).

    Parameters
    ----------
    effects : DataFrame
        One row per trial: columns yi, vi (from `trial_means.average_by_trial`). Positive favours
        the intervention.
    pooled_estimate : float
        Drawn as a line.
    title : str
        What the synthesis is of.
    pooled_interval : tuple of float
        Its limits, for the text; NaN for one that cannot be leaned on.
    scale : Scale
        How effects are printed.

    Returns
    -------
    Figure
        The regions are those of the two-sided p of a trial on its own, from yi / sqrt(vi).

    Raises
    ------
    ValueError
        Without a trial.
    """
    if effects.empty:
        raise ValueError("a funnel plot needs at least one trial")
    yi, se = scale.turn * effects["yi"].to_numpy(float), np.sqrt(effects["vi"].to_numpy(float))
    bottom = 1.06 * se.max()
    # Every region is seen to end at the bottom, on both sides.
    reach = -ndtri(0.01 / 2) * bottom
    middle = scale.turn * pooled_estimate
    low, high = limits([*yi, -reach, reach, middle])
    pooled = numbers(scale, pooled_estimate, *pooled_interval)
    with fg.drawing_style():
        about = f"{counted(len(yi), 'trial')}; pooled {scale.symbol} {pooled}"
        fig = start_page(title, about, [(colour, name) for _, colour, name in CONTOURS], 4.65)
        ax = framed_axes(fig, 0.7, 0.75, 3.65, y_title="Standard error")
        ax.axhspan(0, bottom, color=CONTOURS[0][1], linewidth=0)
        for level, colour, name in CONTOURS[1:]:
            end = -ndtri(level / 2) * bottom
            (region,) = ax.fill([0, -end, end], [0, bottom, bottom], color=colour, linewidth=0)
            region.set_gid(f"region {name}")
        draw_lines(ax.axvline, middle, scale)
        draw_circles(ax, yi, se, [25], SIDES[1][0], linewidth=0.7, gid="trials", zorder=3)
        ax.set_ylim(bottom, 0)
        draw_ticks(fig, ax, plain_ticks(0, bottom), "left")
        effect_axis(fig, ax, (low, high), (-reach, reach), scale)
        note = "Dashed: pooled estimate. Points: trials (results averaged). Shades: two-sided p."
        write(fig, MARGIN, 0.14, note)
    return fig


def gosh_plot(
    gosh: Gosh,
    *,
    n_trials: int,
    title: str,
    pooled_estimate: float = math.nan,
    scale: Scale = SMD,
) -> Figure:
    """Draw pooled estimate against I2 of all subsets of trials (Olkin and others 2012).

    Parameters
    ----------
    gosh : Gosh
        From `gosh.gosh`.
    n_trials : int
        Number of trials that the subsets are of.
    title : str
        What the synthesis is of.
    pooled_estimate : float
        Drawn as a line; NaN for none.
    scale : Scale
        How effects are printed.

    Returns
    -------
    Figure
        Numbers of subsets in cells, and above them a histogram of the estimates. Two clouds are a
        sign of two kinds of trials.
    """
    n = len(gosh.estimate)
    places, middle = scale.turn * gosh.estimate, scale.turn * pooled_estimate
    low, high = limits([0.0, *places, middle])
    cells, across, _ = np.histogram2d(
        places, gosh.i2, bins=_GOSH_BINS, range=((low, high), (0, 100))
    )
    drawn = "all" if n == gosh.n_possible else f"of {whole(gosh.n_possible)}"
    about = f"{counted(n, 'subset')} ({drawn}) of {counted(n_trials, 'trial')}"
    with fg.drawing_style():
        fig = start_page(title, about, [], 4.95)
        main = framed_axes(fig, 0.7, 0.75, 3.1, 0.75, y_title="I² (%)")
        above = framed_axes(fig, 0.7, 3.95, 0.95, 0.75, y_title="Subsets")
        main.imshow(
            np.ma.masked_equal(cells.T, 0),
            origin="lower",
            extent=(low, high, 0, 100),
            **IMAGE,
            cmap=_COUNTS,
            norm=LogNorm(1, max(2, cells.max())),
            gid="subsets",
        )
        numbers = cells.sum(axis=1)
        above.stairs(numbers, across, fill=True, color=SIDES[1][0], gid="histogram")
        for ax in (main, above):
            draw_lines(ax.axvline, middle, scale)
            ax.set_xlim(low, high)
        main.set_ylim(-2, 102)
        above.set_ylim(0, 1.05 * numbers.max())
        draw_ticks(fig, main, plain_ticks(0, 100), "left")
        effect_axis(fig, main, (low, high), (places.min(), places.max()), scale)
        _draw_scale(fig, max(2, cells.max()))
        write(fig, MARGIN, 0.14, "Dashed: pooled estimate of the plan. Darker: more subsets.")
    return fig


def numbers(scale: Scale, estimate: float, ci_low: float, ci_high: float) -> str:
    """Estimate and interval; without one that can be leaned on it says so."""
    said = scale.interval(estimate, ci_low, ci_high)
    return f"{said}, no reliable interval" if math.isnan(ci_low) else said


def _draw_scale(fig: Figure, most: float) -> None:
    """Draw the scale of colours, with ticks at powers of ten and at the largest number."""
    ax = framed_axes(fig, WIDTH - 0.65, 0.75, 3.1, 0.5)
    top = math.log10(most)
    shades = np.linspace(0, 1, 256)[:, None]
    ax.imshow(shades, origin="lower", extent=(0, 1, 0, top), cmap=_COUNTS, **IMAGE)
    ticks = [10**i for i in range(int(top) + 1)]
    # Next to a power of ten the largest number would meet it.
    ticks = [tick for tick in ticks if 1.5 * tick < most or tick == 1] + [int(most)]
    draw_ticks(fig, ax, [(math.log10(tick), whole(tick)) for tick in ticks], "right")
