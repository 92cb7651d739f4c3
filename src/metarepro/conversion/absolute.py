"""Absolute effects: risks at a stated baseline risk, and numbers needed to treat."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from metarepro.errors import InputError

#: Per how many people risks are given.
PER = 1000


def _of_odds(effect: float, baseline: float) -> float:
    odds = math.exp(effect) * baseline
    return odds / (1 - baseline + odds)


#: Measure -> the risk with the intervention, from the effect on the scale of pooling and the
#: baseline risk. Cochrane Handbook (version 6) 15.4.4; for HR, which raises the survival to a
#: power, 14.1.5.
_RISKS: Mapping[str, Callable[[float, float], float]] = {
    "RR": lambda effect, baseline: math.exp(effect) * baseline,
    "OR": _of_odds,
    "RD": lambda effect, baseline: baseline + effect,
    "HR": lambda effect, baseline: -math.expm1(math.exp(effect) * math.log1p(-baseline)),
}
MEASURES = tuple(_RISKS)


@dataclass(frozen=True)
class AbsoluteEffect:
    """What a relative effect means at a baseline risk; NaN for limits that are not known.

    Attributes
    ----------
    baseline : risk without the intervention, from 0 to 1
    risk, risk_low, risk_high : risk with it
    beyond : whether a risk came out above 1 or below 0, where it was then set
    """

    baseline: float
    risk: float
    risk_low: float
    risk_high: float
    beyond: bool

    @property
    def difference(self) -> float:
        """Risk with the intervention minus that without it."""
        return self.risk - self.baseline

    @property
    def difference_limits(self) -> tuple[float, float]:
        """Limits of the difference."""
        return self.risk_low - self.baseline, self.risk_high - self.baseline


def absolute_effect(
    measure: str, estimate: float, low: float, high: float, baseline: float
) -> AbsoluteEffect:
    """Apply a relative effect to a baseline risk.

    Parameters
    ----------
    measure : str
        One of `MEASURES`.
    estimate, low, high : float
        The effect and the limits of its interval on the scale of pooling: logarithms of ratios.
    baseline : float
        Between 0 and 1; taken as known.

    Returns
    -------
    AbsoluteEffect
        The limits of the effect are transformed as the effect is (Cochrane Handbook 15.4.4; Altman
        1998).

    Raises
    ------
    InputError
        For another measure, or no risk.

    Examples
    --------
    >>> effect = absolute_effect("RR", math.log(0.5), math.log(0.4), math.log(0.8), 0.2)
    >>> print(*(f"{risk:.2f}" for risk in (effect.risk, effect.risk_low, effect.risk_high)))
    0.10 0.08 0.16
    """
    if measure not in _RISKS:
        allowed = ", ".join(MEASURES)
        raise InputError(f"absolute effects need one of the measures {allowed}; found {measure}")
    if not 0 < baseline < 1:
        raise InputError(
            f"baseline risk: found {baseline:g}; allowed: a risk between 0 and 1, e.g. 0.2"
        )
    raw = [_RISKS[measure](effect, baseline) for effect in (estimate, low, high)]
    risk, first, last = (r if math.isnan(r) else min(1.0, max(0.0, r)) for r in raw)
    return AbsoluteEffect(baseline, risk, first, last, any(r > 1 or r < 0 for r in raw))


@dataclass(frozen=True)
class NumberNeeded:
    """How many people must be treated for one event fewer, or one more.

    Attributes
    ----------
    number : above 0; infinite for no difference
    fewer : whether it is for one event fewer
    low, high : the same for the limits of the interval of the difference, with the sign of the
        difference: below 0 for fewer events. NaN where the limits are not known
    passes_infinity : whether the interval holds no difference; it then goes from `low` over
        infinity to `high` (Altman 1998)
    """

    number: float
    fewer: bool
    low: float
    high: float

    @property
    def passes_infinity(self) -> bool:
        """Whether the interval holds no difference."""
        return self.low < 0 < self.high


def number_needed(effect: AbsoluteEffect) -> NumberNeeded:
    """The reciprocal of a risk difference (Cochrane Handbook 15.4.4; Altman 1998).

    Examples
    --------
    >>> needed = number_needed(absolute_effect("RD", -0.1, -0.25, 0.05, 0.4))
    >>> f"{needed.number:.0f}: {needed.low:.0f} over infinity to {needed.high:.0f}"
    '10: -4 over infinity to 20'
    """
    low, high = (_reciprocal(limit) for limit in effect.difference_limits)
    return NumberNeeded(abs(_reciprocal(effect.difference)), effect.difference < 0, low, high)


def _reciprocal(difference: float) -> float:
    return 1 / difference if difference else math.inf
