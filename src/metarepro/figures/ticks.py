"""Ticks of axes of effects: round numbers as they are printed, ratios at round ratios."""

import math

from matplotlib.ticker import MaxNLocator

from metarepro.wording.phrases import decimal
from metarepro.wording.scales import Scale

Ticks = list[tuple[float, str]]
SMD = Scale()
#: Round shares, those to be said first at the start.
_SHARES = (0.5, 0.1, 0.9, 0.01, 0.99, 0.2, 0.8, 0.05, 0.95, 0.3, 0.7, 0.02, 0.98, 0.001, 0.999)
#: Ticks stand at least this share of an axis apart; an axis has at least so many.
_APART, _LEAST = 0.09, 3


def effect_ticks(low: float, high: float, scale: Scale) -> Ticks:
    """Places between two limits, and what their ticks say on a scale."""
    if scale.is_ratio:
        return ratio_ticks(low, high)
    shares = _share_ticks(low, high, scale) if scale.measure == "proportion" else []
    return shares if len(shares) >= _LEAST else plain_ticks(low, high, scale)


def plain_ticks(low: float, high: float, scale: Scale = SMD) -> Ticks:
    """Round printed numbers between two places."""
    ends = scale.kind.printed(low), scale.kind.printed(high)
    candidates = MaxNLocator(nbins=8, steps=[1, 2, 2.5, 5, 10]).tick_values(*ends)
    ticks = [float(f"{tick:.6g}") for tick in candidates if ends[0] <= tick <= ends[1]]
    places = max(len(f"{tick:g}".partition(".")[2]) for tick in ticks)
    return [
        (scale.kind.to_pooling(tick), decimal(tick, places))
        for tick in ticks
        if _inside(tick, scale)
    ]


def _share_ticks(low: float, high: float, scale: Scale) -> Ticks:
    """Round shares between two logits, as many as stand apart: near 0 and 1 they crowd."""
    found: Ticks = []
    for share in _SHARES:
        place = scale.kind.to_pooling(share)
        apart = all(abs(place - other) >= _APART * (high - low) for other, _ in found)
        if low <= place <= high and apart:
            found.append((place, f"{share:g}"))
    return sorted(found)


def _inside(printed: float, scale: Scale) -> bool:
    """Whether a printed number has a place: a proportion of 0 or 1 has none."""
    try:
        return math.isfinite(scale.kind.to_pooling(printed))
    except (ValueError, ZeroDivisionError):
        return False


def ratio_ticks(low: float, high: float) -> Ticks:
    """Natural logs of round ratios between two limits, and the ratios."""
    for steps in ((1,), (1, 2, 5), (1, 1.5, 2, 3, 5, 7), tuple(x / 10 for x in range(10, 100))):
        powers = range(math.floor(low / math.log(10)) - 1, math.ceil(high / math.log(10)) + 1)
        ratios = [float(f"{step * 10.0**power:.6g}") for power in powers for step in steps]
        ticks = [ratio for ratio in ratios if low <= math.log(ratio) <= high]
        if len(ticks) >= 4:
            break
    # Around 1 the last steps may still be too wide: 1 and the ends of the axis are said.
    ticks = ticks if len(ticks) >= 2 else [1.0]
    every = math.ceil(len(ticks) / 8)
    start = ticks.index(1.0) % every if 1.0 in ticks else 0
    return [(math.log(ratio), f"{ratio:g}") for ratio in ticks[start::every]]
