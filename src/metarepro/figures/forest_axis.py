"""The axis of a forest plot: where it ends, and its ticks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from metarepro.figures.ticks import effect_ticks
from metarepro.wording.scales import Scale

# What the axis shows whole, as multiples of the reach from zero of a typical interval.
INTERVAL_REACH, ESTIMATE_REACH, CLIPPED_REACH = 3.0, 5.0, 1.5
_NARROWEST = 0.01  # half of the shortest axis
_MARGIN = 0.05  # left free on each side, as a share of the axis
_SMALLER_SIDE = 0.5  # the shorter side of no effect, at least, as a share of the longer one
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
    def is_open(self) -> bool:
        """Whether it is a pooled estimate without an interval."""
        return self.shape == "diamond" and math.isnan(self.low) and math.isnan(self.high)

    @property
    def least(self) -> float:
        """How far to the left the mark goes."""
        return float(np.fmin.reduce([self.estimate, self.low, self.pi_low]))

    @property
    def greatest(self) -> float:
        """How far to the right the mark goes."""
        return float(np.fmax.reduce([self.estimate, self.high, self.pi_high]))


def axis_limits(marks: Sequence[Mark]) -> tuple[float, float]:
    """Choose an axis that holds zero, all estimates and the bulk of the trials' intervals.

    A typical interval (the lower median) sets the scale. An interval that goes beyond three times
    its reach, or an estimate beyond five times, is left to be clipped, so that one monstrous
    interval does not squash the others. Confidence intervals of pools count only where no trial is
    drawn: that of two trials can be ten times as wide as theirs.

    Parameters
    ----------
    marks
        What is to be drawn.

    Returns
    -------
    Lower and upper limit, in the unit of the effects.
    """
    setting = [mark for mark in marks if mark.shape == "square"] or list(marks)
    ends_of = [np.abs([mark.estimate, mark.low, mark.high]) for mark in setting]
    reaches = sorted(reach for ends in ends_of if 0 < (reach := np.fmax.reduce(ends)) < _FAR)
    typical = reaches[(len(reaches) - 1) // 2] if reaches else 1.0

    wanted = [(mark.estimate, ESTIMATE_REACH) for mark in marks]
    wanted += [(end, INTERVAL_REACH) for mark in marks for end in (mark.pi_low, mark.pi_high)]
    wanted += [(end, INTERVAL_REACH) for mark in setting for end in (mark.low, mark.high)]
    shown = [-_NARROWEST, _NARROWEST]
    for value, reach in wanted:
        if abs(value) <= reach * typical:
            shown.append(value)
        elif not math.isnan(value):
            shown.append(math.copysign(CLIPPED_REACH * typical, value))
    low, high = min(shown), max(shown)
    margin = _MARGIN * (high - low)
    return low - margin, high + margin


def effect_axis(marks: Sequence[Mark], scale: Scale, important: float = math.nan) -> Axis:
    """An axis with the limits of `axis_limits` and ticks at round printed numbers.

    No effect, if the measure has one, stands in the middle third, so that what is written on both
    sides of it has room there. A minimal important difference is shown wherever it lies.
    """
    low, high = axis_limits(marks)
    has_null = not math.isnan(scale.null)
    if has_null:
        low, high = min(low, -_SMALLER_SIDE * high), max(high, -_SMALLER_SIDE * low)
    if not math.isnan(important):
        margin = _MARGIN * (high - low)
        low, high = min(low, important - margin), max(high, important + margin)
    return Axis(low, high, effect_ticks(low, high, scale), has_null, important)


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
