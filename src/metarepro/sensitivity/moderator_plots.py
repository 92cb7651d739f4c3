"""Bubble plots: the effects of a synthesis by each of its moderators.

One page per synthesis, one panel per moderator that could be tested. A bubble is a result, its
area is its weight. Kinds of trials are rows, each with its mean and interval; the year has a line
with its band.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

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
from metarepro.figures.ticks import SMD, effect_ticks
from metarepro.models.meta_regression import MetaRegression
from metarepro.plan import EffectSet, Moderator
from metarepro.sensitivity.moderator_names import level_label
from metarepro.sensitivity.moderators import (
    Level,
    ModeratorTest,
    design,
    looked_at,
    units,
    with_level,
)
from metarepro.synthesis.pools import Settings
from metarepro.synthesis.subgroups import regress
from metarepro.wording.phrases import counted, f_test, p_value
from metarepro.wording.scales import Scale

_ROW, _NUMBERS = 0.34, 1.75  # height of a level, and of the panel of a number
_HEAD, _GAP = 0.24, 0.14  # above a panel, and below it
_FOOT = 0.85
_LEFT = 2.65
_BUBBLES = 102.0  # area of the largest, points squared
_FAINT: dict[str, Any] = {"alpha": 0.4, "linewidth": 0.4}
_GOLDEN = (math.sqrt(5) - 1) / 2


@dataclass(frozen=True)
class Panel:
    """A tested moderator: its effects (columns yi, vi, level), and what was found."""

    moderator: Moderator
    effects: pd.DataFrame
    test: ModeratorTest
    levels: Sequence[Level]
    fitted: MetaRegression
    scale: Scale = SMD

    @property
    def is_number(self) -> bool:
        """Whether the moderator is a number and no kind."""
        return self.moderator.number is not None

    @property
    def height(self) -> float:
        """Inches that its axes take."""
        return _NUMBERS if self.is_number else _ROW * len(self.levels)


def draw_moderators(
    effects: pd.DataFrame,
    chosen: EffectSet,
    settings: Settings,
    plan: Mapping[str, Moderator],
    tests: Sequence[ModeratorTest],
    levels: Sequence[Level],
    names: Mapping[str, str],
    pooled_estimate: float,
    heading: str,
    colour: str,
    scale: Scale,
) -> Figure:
    """Draw the moderators of one synthesis, from its usable effects of all kinds."""
    own = panels(effects, chosen, settings, plan, tests, levels, scale)
    return moderator_plot(own, names, pooled_estimate, title=heading, colour=colour)


def panels(
    effects: pd.DataFrame,
    chosen: EffectSet,
    settings: Settings,
    plan: Mapping[str, Moderator],
    tests: Sequence[ModeratorTest],
    levels: Sequence[Level],
    scale: Scale = SMD,
) -> list[Panel]:
    """Panels of one synthesis, from its usable effects of all tiers and designs.

    `tests` and `levels` are what `moderators.moderators` found in them.
    """
    found = []
    for test in (test for test in tests if not test.reason):
        moderator = plan[test.moderator]
        own = with_level(looked_at(effects, moderator, chosen), moderator)
        fitted = regress(own, design(own, moderator)[0], settings)
        mine = [level for level in levels if level.moderator == test.moderator]
        found.append(Panel(moderator, own, test, mine, fitted, scale))
    return found


def moderator_plot(
    panels: Sequence[Panel],
    names: Mapping[str, str],
    pooled_estimate: float,
    *,
    title: str,
    colour: str,
) -> Figure:
    """Draw the tested moderators of one synthesis.

    Parameters
    ----------
    panels : sequence of Panel
        At least one; numbers are drawn last.
    names : mapping
        Id of an intervention to its label.
    pooled_estimate : float
        Of the whole synthesis, drawn as a line.
    title : str
        What the synthesis is of.
    colour : str
        Of the bubbles.

    Raises
    ------
    ValueError
        Without a panel.
    """
    if not panels:
        raise ValueError("a moderator plot needs a tested moderator")
    panels = sorted(panels, key=lambda panel: panel.is_number)
    kinds = [panel for panel in panels if not panel.is_number]
    ends = [
        end
        for panel in kinds
        for level in panel.levels
        for end in panel.scale.placed(level.ci_low, level.ci_high)
    ]
    scale = panels[0].scale
    values = [scale.turn * y for panel in panels for y in panel.effects["yi"]]
    # A level of two trials has an interval that would push all else together: it is cut.
    low, high = limits([0.0, *values, *np.clip(ends, min(values) - 0.5, max(values) + 0.5)])
    tall = sum(panel.height + _HEAD + _GAP for panel in panels) + (0.42 if kinds else 0)
    most = max((panel.test for panel in panels), key=lambda test: test.n_trials)
    about = (
        f"Up to {counted(most.n_trials, 'trial')}, {counted(most.k, 'result')}; trials in brackets"
    )
    with fg.drawing_style():
        fig = start_page(title, about, [], _FOOT - 0.2 + tall)
        top = _FOOT - 0.2 + tall - 0.05
        for panel in panels:
            bottom = top - _HEAD - panel.height
            _write_head(fig, panel, bottom + panel.height + 0.07)
            ax = framed_axes(fig, _LEFT, bottom, panel.height)
            if panel.is_number:
                _draw_numbers(fig, ax, panel, (low, high), pooled_estimate, colour, bottom)
            else:
                _draw_levels(fig, ax, panel, names, colour, bottom)
                draw_lines(ax.axvline, scale.turn * pooled_estimate, scale)
                ax.set_xlim(low, high)
                if panel is kinds[-1]:
                    effect_axis(fig, ax, (low, high), (low, high), scale, below=bottom)
                    bottom -= 0.42
            top = bottom - _GAP
        note = (
            f"Bubbles: results, area by weight. Black: mean and {scale.percent} interval, cut at "
            "the border; broken with fewer than 4 degrees of freedom. Dashed: pool of the plan. "
            "Trials that differ in one of these differ in other ways too."
        )
        for i, line in enumerate(reversed(fg.wrap(note, WIDTH - 2 * MARGIN, fg.SMALL_SIZE))):
            write(fig, MARGIN, 0.14 + 0.14 * i, line)
    return fig


def number_ticks(first: float, last: float) -> list[float]:
    """Places of ticks between two numbers; whole ones if these are far apart, as years are.

    Examples
    --------
    >>> number_ticks(2003, 2021), number_ticks(0.1, 0.35)
    ([2005.0, 2010.0, 2015.0, 2020.0], [0.1, 0.15, 0.2, 0.25, 0.3, 0.35])
    """
    locator = MaxNLocator(nbins=8, steps=[1, 2, 5, 10], integer=last - first >= 4)
    return [
        round(float(tick), 9) for tick in locator.tick_values(first, last) if first <= tick <= last
    ]


def _write_head(fig: Figure, panel: Panel, y: float) -> None:
    test = panel.test
    words = f_test(test.statistic, test.df1, test.df2, test.p_value)
    words += f" (Holm: {p_value(test.p_holm)})"
    if "df_below_4" in test.flags:
        words += ": too few trials to trust"
    write(fig, MARGIN, y, panel.moderator.label, bold=True)
    write(fig, WIDTH - MARGIN, y, words, align="right")


def _bubbles(panel: Panel) -> npt.NDArray[np.float64]:
    return np.asarray(_BUBBLES * panel.fitted.weights / panel.fitted.weights.max())


def _draw_levels(
    fig: Figure, ax: Axes, panel: Panel, names: Mapping[str, str], colour: str, bottom: float
) -> None:
    ax.set_ylim(len(panel.levels) - 0.5, -0.5)
    rows = np.arange(len(panel.levels))
    row_of = dict(zip([level.level for level in panel.levels], rows, strict=True))
    results = panel.effects[["level"]].assign(
        x=panel.scale.turn * panel.effects["yi"], area=_bubbles(panel)
    )
    results = results[results["level"].isin(row_of)].sort_values("x", kind="stable")
    # The fractions of multiples of the golden ratio are spread evenly, whatever their number.
    spread = 0.5 * ((results.groupby("level").cumcount() * _GOLDEN) % 1 - 0.5)
    heights = results["level"].map(row_of) + spread
    draw_circles(ax, results["x"], heights, results["area"], colour, **_FAINT, gid="results")
    ends = [panel.scale.placed(level.ci_low, level.ci_high) for level in panel.levels]
    bars = LineCollection(
        [[(low, row), (high, row)] for row, (low, high) in enumerate(ends)],
        colors=POOLED_COLOUR,
        linewidths=1.6,
        linestyles=[(0, (2, 1.2)) if level.flags else "-" for level in panel.levels],
        gid="intervals",
    )
    ax.add_collection(bars, autolim=False)
    middles = [panel.scale.turn * level.estimate for level in panel.levels]
    ax.plot(middles, rows, "D", markersize=4, color=POOLED_COLOUR, gid="means")
    for row, level in enumerate(panel.levels):
        y = bottom + panel.height * (1 - (row + 0.5) / len(panel.levels))
        name = level_label(level.level, panel.moderator, names)
        shown = fg.wrap(f"{name} ({level.n_trials})", _LEFT - 0.25, fg.SMALL_SIZE, max_lines=2)
        for i, line in enumerate(shown):
            at = y + 0.065 * (len(shown) - 1) - 0.13 * i
            write(fig, _LEFT - 0.08, at, line, align="right", middle=True)


def _draw_numbers(
    fig: Figure,
    ax: Axes,
    panel: Panel,
    shown: tuple[float, float],
    pooled_estimate: float,
    colour: str,
    bottom: float,
) -> None:
    number = panel.moderator.number
    assert number is not None  # only such panels come here
    numbers = panel.effects["level"].to_numpy(float)
    first, last = numbers.min(), numbers.max()
    grid = np.linspace(first, last, 60)
    scale = panel.scale
    line = [panel.fitted.combination([1.0, x], scale.level) for x in units(grid, number)]
    band = [scale.placed(p.ci_low, p.ci_high) for p in line]
    ax.fill_between(
        grid,
        np.clip([low for low, _ in band], *shown),
        np.clip([high for _, high in band], *shown),
        color="#D9D9D9",
        linewidth=0,
        gid="band",
    )
    middle_of = [scale.turn * p.estimate for p in line]
    ax.plot(grid, middle_of, color=POOLED_COLOUR, linewidth=1.6, gid="line")
    effects = scale.turn * panel.effects["yi"]
    draw_circles(ax, numbers, effects, _bubbles(panel), colour, **_FAINT, zorder=3, gid="results")
    draw_lines(ax.axhline, scale.turn * pooled_estimate, scale)
    margin = 0.03 * (last - first)
    ax.set(xlim=(first - margin, last + margin), ylim=shown)
    draw_ticks(fig, ax, effect_ticks(*shown, scale), "left")
    draw_ticks(fig, ax, [(tick, f"{tick:g}") for tick in number_ticks(first, last)])
    slope = panel.levels[0]
    change = scale.differences.interval(
        slope.difference, slope.difference_ci_low, slope.difference_ci_high
    )
    estimate, _, limits_ = change.partition(" ")
    times = "× " if scale.differences.is_ratio else ""
    middle = bottom + panel.height / 2
    for offset, words in (
        (0.08, f"{scale.differences.symbol} {times}{estimate} per {number.per}"),
        (-0.08, limits_),
    ):
        write(fig, _LEFT - 0.45, middle + offset, words, align="right", middle=True)
