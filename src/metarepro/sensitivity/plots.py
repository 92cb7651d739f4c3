"""Plots of what a synthesis depends on: funnel, specification curve and GOSH plot.

The three share one page: a title, a line that says what was counted, the axes, and a note. Dense
marks (choices, counts of subsets) are small images, so that no SVG grows with their number.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, LogNorm, to_rgb
from matplotlib.figure import Figure
from scipy.special import ndtri

from metarepro.figures import style as fg
from metarepro.figures.page_parts import draw_ticks, write
from metarepro.figures.plot_page import (
    MARGIN,
    POOLED_COLOUR,
    WIDTH,
    draw_circles,
    draw_lines,
    effect_axis,
    framed_axes,
    limits,
    start_page,
)
from metarepro.figures.ticks import effect_ticks, plain_ticks
from metarepro.models.intervals import INTERVALS
from metarepro.sensitivity.choice_names import DIMENSIONS
from metarepro.sensitivity.choices import made_in
from metarepro.sensitivity.gosh import Gosh
from metarepro.sensitivity.multiverse import sides
from metarepro.wording.phrases import counted, counted_analyses, percent, whole
from metarepro.wording.scales import Scale

Array = npt.NDArray[np.float64]
SMD = Scale()

_ROW = 0.15
_FOOT = 0.64  # under the matrix of choices
_LEFT = 2.6  # of the matrix of choices

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
#: More specifications than these share columns of the matrix of choices.
MOST_COLUMNS = 400
#: The axis shows this share of the ends of the intervals, and every estimate.
_SHOWN = 0.75

_OPTIONS = {
    "direct+derived": "without approximate",
    "direct+derived+approximate": "with approximate",
    **{interval.name: interval.short for interval in INTERVALS.values()},
    "satterthwaite": "Satterthwaite",
    "MM": "moments",
}
_OF_A_TRIAL = {
    "average": "mean",
    "all": "all, robust variance",
    "lowest": "least favourable",
    "highest": "most favourable",
}
# Not smoothed: each cell is a pixel of the image in the SVG.
_IMAGE: dict[str, Any] = {"aspect": "auto", "interpolation": "none"}
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
    pooled = _numbers(scale, pooled_estimate, *pooled_interval)
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


def specification_curve(
    table: pd.DataFrame,
    estimate: float,
    ci_low: float,
    ci_high: float,
    *,
    title: str,
    scale: Scale = SMD,
) -> Figure:
    """Draw all different specifications by estimate, and below the choices that made them.

    Choices that change nothing in the synthesis are left out (`choices.made_in`).

    Parameters
    ----------
    table : DataFrame
        From `multiverse.specifications`. Those without a result are left out; those that pool the
        same numbers in the same way are one, with the choices of all of them. Of one whose
        interval cannot be leaned on the estimate alone is drawn.
    estimate, ci_low, ci_high : float
        The reference, as a rule the pool of the analysis plan; drawn as a line. NaN for an
        interval that cannot be leaned on.
    title : str
        What the synthesis is of.
    scale : Scale
        How effects are printed; a specification favours the intervention on one side of no effect.

    Returns
    -------
    Figure
        With more than `MOST_COLUMNS` specifications neighbours share a column of the choices; it
        is the darker the more of them made a choice.

    Raises
    ------
    ValueError
        If no specification has a result.
    """
    chosen, choices, labels = _choices_of(_placed(table, scale))
    side, n = sides(chosen), len(chosen)
    shown = chosen.assign(side=side, place=np.arange(n))
    middle, tall = scale.turn * estimate, _ROW * len(labels)
    bottom, top = _range(shown, (middle, *scale.placed(ci_low, ci_high)))
    plan = _numbers(scale, estimate, ci_low, ci_high)
    about = f"{counted_analyses(n)}; plan {plan}. In brackets: share of analyses."
    with fg.drawing_style():
        fig = start_page(title, about, _legend(side, scale), 3 + _FOOT + tall)
        favoured = scale.sides[1]
        y_title = f"Pooled {scale.symbol}" + (f" ({favoured} →)" if favoured else "")
        curve = framed_axes(fig, _LEFT, _FOOT + tall + 0.15, 2.55, y_title=y_title)
        _draw_intervals(curve, shown, bottom, top, scale)
        draw_lines(curve.axhline, middle, scale)
        (line,) = curve.plot(
            shown["place"], shown["estimate"], color=POOLED_COLOUR, linewidth=1.4, gid="estimates"
        )
        line.set(marker="o" if n < 60 else "", markersize=2.5)  # one has no line
        curve.set(xlim=(-0.5, n - 0.5), ylim=(bottom, top))
        draw_ticks(fig, curve, effect_ticks(bottom, top, scale), "left")
        if labels:
            _draw_choices(fig, framed_axes(fig, _LEFT, _FOOT, tall), choices, labels)
        for i, note in enumerate(_notes_of_curve(shown, bottom, top)):
            write(fig, MARGIN, 0.42 - 0.14 * i, note)
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
            **_IMAGE,
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


def _numbers(scale: Scale, estimate: float, ci_low: float, ci_high: float) -> str:
    """Estimate and interval; without one that can be leaned on it says so."""
    said = scale.interval(estimate, ci_low, ci_high)
    return f"{said}, no reliable interval" if math.isnan(ci_low) else said


def _range(shown: pd.DataFrame, plan: Sequence[float]) -> tuple[float, float]:
    """Limits of the axis: every estimate, the plan, and `_SHOWN` of the ends of the intervals."""
    drawn = shown[shown["side"].notna()]
    low, high = drawn["ci_low"].quantile(1 - _SHOWN), drawn["ci_high"].quantile(_SHOWN)
    return limits([0.0, *shown["estimate"], float(low), float(high), *plan])


def _sides(scale: Scale) -> dict[int, tuple[str, str]]:
    """Colours and names of `SIDES`; what favours the intervention is blue on every scale."""
    turn = 1 if scale.turn > 0 else -1
    return {s: (SIDES[s * turn][0], SIDES[s][1].replace("zero", scale.no_effect)) for s in SIDES}


def _legend(side: Array, scale: Scale) -> list[tuple[str, str]]:
    shares = {s: f"{whole(np.sum(side == s))} ({percent(100 * np.mean(side == s))})" for s in SIDES}
    return [
        (colour, f"interval {name}: {shares[s]}") for s, (colour, name) in _sides(scale).items()
    ]


def _draw_intervals(
    curve: Axes, shown: pd.DataFrame, bottom: float, top: float, scale: Scale
) -> None:
    """Draw the intervals that can be leaned on, cut at the border."""
    for s, (colour, name) in _sides(scale).items():
        here = shown[shown["side"] == s]
        # One line with gaps is a tenth of the size of a line for each.
        ends = here[["ci_low", "ci_high"]].assign(gap=math.nan).to_numpy(float).clip(bottom, top)
        (bars,) = curve.plot(np.repeat(here["place"], 3), ends.ravel(), color=colour, alpha=0.65)
        bars.set(linewidth=min(2.0, 54 * (WIDTH - _LEFT) / len(shown)), gid=f"intervals {name}")
        bars.set_solid_capstyle("butt")


def _notes_of_curve(shown: pd.DataFrame, bottom: float, top: float) -> list[str]:
    drawn = shown[shown["side"].notna()]
    beyond = int(((drawn["ci_low"] < bottom) | (drawn["ci_high"] > top)).sum())
    without = len(shown) - len(drawn)
    how = [
        "Black: estimates; dashed: the plan.",
        f"{counted(beyond, 'interval')} cut at the border." if beyond else "",
        f"No reliable interval, so none drawn: {whole(without)} "
        f"({percent(100 * without / len(shown))})."
        if without
        else "",
    ]
    several = [
        "Several marks in a column for one choice: they give the same result.",
        "Grey: analyses share a column." if len(shown) > MOST_COLUMNS else "",
    ]
    lines = [" ".join(filter(None, parts)) for parts in (how, several)]
    return [*lines, "Analyses are not independent and not equally reasonable."]


def _placed(table: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """The specifications with their numbers as places on the axis."""
    if scale.turn > 0:
        return table
    turned = {"estimate": "estimate", "ci_low": "ci_high", "ci_high": "ci_low"}
    return table.assign(**{name: -table[other] for name, other in turned.items()})


def _choices_of(table: pd.DataFrame) -> tuple[pd.DataFrame, Array, list[tuple[str, str]]]:
    """Different specifications by estimate; who made which choice (options x them); its names."""
    pooled = table[table["reason"] == ""]
    first = pooled["specification"].where(pooled["same_as"] == 0, pooled["same_as"])
    chosen = pooled[pooled["same_as"] == 0].sort_values(["estimate", "ci_low", "specification"])
    if chosen.empty:
        raise ValueError("no specification has a result")
    column = first.map(pd.Series(np.arange(len(chosen)), index=chosen["specification"])).to_numpy()
    rows, labels = [], []
    for dimension in made_in(table):
        made = [_option(dimension, value) for value in pooled[dimension]]
        for option in dict.fromkeys(_option(dimension, value) for value in table[dimension]):
            row = np.zeros(len(chosen))
            row[column[[name == option for name in made]]] = 1
            rows.append(row)
            labels.append((dimension, option))
    return chosen, np.array(rows), labels


def _option(dimension: str, value: Any) -> str:
    if isinstance(value, float):
        return "not used" if math.isnan(value) else f"{value:g}"
    if dimension == "per_trial":
        return _OF_A_TRIAL[value]
    return _OPTIONS.get(value, str(value))


def _draw_choices(fig: Figure, ax: Axes, choices: Array, labels: Sequence[tuple[str, str]]) -> None:
    """Draw one row per option, with its name; dimensions stand on alternating grounds."""
    k, n = choices.shape
    bins = np.array_split(np.arange(n), min(n, MOST_COLUMNS))
    # Each option is four lines high, of which three are filled: the fourth parts it from the next.
    shares = np.column_stack([choices[:, which].mean(axis=1) for which in bins])
    pixels = np.zeros((4 * k, len(bins), 4))
    pixels[..., :3] = to_rgb(fg.TEXT_COLOUR)
    pixels[..., 3] = np.repeat(shares, 4, axis=0)
    pixels[3::4, :, 3] = 0
    place = (-0.5, n - 0.5, k - 0.375, -0.375)
    ax.imshow(pixels, extent=place, zorder=1, gid="choices", **_IMAGE)
    ax.set(xlim=(-0.5, n - 0.5), ylim=(k - 0.5, -0.5))
    dimensions = list(dict.fromkeys(dimension for dimension, _ in labels))
    before = ""
    for row, (dimension, option) in enumerate(labels):
        y = _FOOT + (k - row - 0.5) * _ROW
        if dimension != before:
            write(fig, MARGIN, y, DIMENSIONS[dimension], bold=True, middle=True)
        write(fig, _LEFT - 0.08, y, option, align="right", middle=True)
        if dimensions.index(dimension) % 2 == 0:
            ax.axhspan(row - 0.5, row + 0.5, color="#EDEDED", linewidth=0, zorder=0)
        before = dimension


def _draw_scale(fig: Figure, most: float) -> None:
    """Draw the scale of colours, with ticks at powers of ten and at the largest number."""
    ax = framed_axes(fig, WIDTH - 0.65, 0.75, 3.1, 0.5)
    top = math.log10(most)
    shades = np.linspace(0, 1, 256)[:, None]
    ax.imshow(shades, origin="lower", extent=(0, 1, 0, top), cmap=_COUNTS, **_IMAGE)
    ticks = [10**i for i in range(int(top) + 1)]
    # Next to a power of ten the largest number would meet it.
    ticks = [tick for tick in ticks if 1.5 * tick < most or tick == 1] + [int(most)]
    draw_ticks(fig, ax, [(math.log10(tick), whole(tick)) for tick in ticks], "right")
