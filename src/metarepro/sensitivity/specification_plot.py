"""The specification curve: every analysis of a synthesis, and the choices that made it."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from metarepro.figures import style as fg
from metarepro.figures.page_parts import draw_ticks, write
from metarepro.figures.plot_page import (
    MARGIN,
    POOLED_COLOUR,
    WIDTH,
    draw_lines,
    framed_axes,
    limits,
    start_page,
)
from metarepro.figures.ticks import SMD, effect_ticks
from metarepro.models.intervals import INTERVALS
from metarepro.sensitivity.choice_names import DIMENSIONS
from metarepro.sensitivity.choices import made_in
from metarepro.sensitivity.multiverse import sides
from metarepro.sensitivity.plots import IMAGE, SIDES, numbers
from metarepro.wording.phrases import counted, counted_analyses, percent, whole
from metarepro.wording.scales import Scale

Array = npt.NDArray[np.float64]

_ROW = 0.15
_FOOT = 0.64  # under the matrix of choices
_LEFT = 2.6  # of the matrix of choices

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
    plan = numbers(scale, estimate, ci_low, ci_high)
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
    ax.imshow(pixels, extent=place, zorder=1, gid="choices", **IMAGE)
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
