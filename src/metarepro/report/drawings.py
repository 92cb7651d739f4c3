"""Small drawings of estimates with their intervals, of the matrix and of narrow screens."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from metarepro.models.thresholds import has_reliable_interval
from metarepro.report.blocks import Drawing, Lines
from metarepro.wording.phrases import signed
from metarepro.wording.scales import Scale

Row = Mapping[Any, Any]
#: Size of the small drawings, in units of the SVG, and their margin on both sides.
WIDTH, HEIGHT, MARGIN = 200, 30, 6
#: Ticks of standardised differences and of ratios, as they are shown.
STANDARDISED = (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5)
RATIOS = (0.2, 0.5, 1.0, 2.0, 5.0)
#: Intervals between the ticks of other measures, and steps that are round numbers.
N_STEPS = 5
ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Axis:
    """The common axis of the small drawings: ticks as they are shown, and on the drawing's scale.

    Ratios are drawn on a log scale, as they are analysed.
    """

    ticks: tuple[float, ...]
    places: tuple[float, ...]

    @property
    def limits(self) -> tuple[float, float]:
        """What lies beyond is cut."""
        return self.places[0], self.places[-1]

    def x(self, place: float) -> float:
        """Where a number lies, in units of the SVG."""
        low, high = self.limits
        share = (place - low) / (high - low)
        return round(MARGIN + share * (WIDTH - 2 * MARGIN), 1)

    def stretch(self, low: float, high: float) -> tuple[float, float] | None:
        """The visible part of an interval; None if there is none."""
        least, most = self.limits
        if low != low or high < least or low > most:
            return None
        return self.x(max(low, least)), self.x(min(high, most))


def axis_of(scale: Scale, pools: Sequence[Row]) -> Axis:
    """An axis for pools on one scale; that of ratios and standardised differences is always one."""
    if scale.is_ratio:
        return Axis(RATIOS, tuple(math.log(tick) for tick in RATIOS))
    if scale.kind.sizes:
        return Axis(STANDARDISED, STANDARDISED)
    ends = [abs(pool[limit]) for pool in pools for limit in ("ci_low", "ci_high")]
    ticks = round_ticks(max((end for end in ends if math.isfinite(end)), default=1.0))
    return Axis(ticks, ticks)


def round_ticks(largest: float) -> tuple[float, ...]:
    """Round numbers around zero that reach as far as the largest number.

    Examples
    --------
    >>> round_ticks(7.3)
    (-10.0, -5.0, 0.0, 5.0, 10.0)
    """
    least = largest / (N_STEPS // 2) or 1.0
    power = 10.0 ** math.floor(math.log10(least))
    step = power * next(number for number in ROUND if number * power >= least)
    return tuple(step * number for number in range(-(N_STEPS // 2), N_STEPS // 2 + 1))


def drawing(pool: Row, common: Axis, scale: Scale) -> Drawing:
    """Where the numbers of a pool lie on the axis."""
    least, most = common.limits
    ends = [scale.placed(pool[f"{kind}_low"], pool[f"{kind}_high"]) for kind in ("ci", "pi")]
    if not has_reliable_interval(pool["flags"]):
        ends = [(math.nan, math.nan)] * 2  # what is not printed is not drawn
    estimate, _ = scale.placed(pool["estimate"], pool["estimate"])
    known = [pair for pair in ends if pair[0] == pair[0]]
    return Drawing(
        zero=common.x(0.0),
        ticks=[common.x(place) for place in common.places],
        estimate=common.x(estimate) if least <= estimate <= most else None,
        interval=common.stretch(*ends[0]),
        prediction=common.stretch(*ends[1]),
        cut_low=any(low < least for low, _ in known),
        cut_high=any(high > most for _, high in known),
    )


def single(row: Row, estimate: float) -> Row:
    """A row with an interval as a pool with this estimate, and with nothing more."""
    return {**row, "estimate": estimate, "pi_low": math.nan, "pi_high": math.nan, "flags": ""}


def lines(
    rows: Sequence[tuple[str, Row]], scale: Scale, common: Axis, sides: tuple[str, str]
) -> Lines | None:
    """What a narrow screen shows of pools and single results in place of their forest plot.

    Parameters
    ----------
    rows : sequence of (str, mapping)
        Names, and pools or what `single` makes; those without an estimate are left out.
    scale, common : Scale, Axis
        How they are printed and placed.
    sides : (str, str)
        What lies on both sides of no effect, "" where nothing is favoured.

    Returns
    -------
    Lines or None
        None without a row, and on a scale without a null, which the drawings have.
    """
    shown = [(name, row) for name, row in rows if not math.isnan(row["estimate"])]
    if not shown or not scale.compares:
        return None
    first, last = (signed(f"{tick:g}") for tick in (common.ticks[0], common.ticks[-1]))
    return Lines(
        [(name, scale.of_flagged(row), drawing(row, common, scale)) for name, row in shown],
        f"{scale.symbol} from {first} to {last}",
        sides,
    )
