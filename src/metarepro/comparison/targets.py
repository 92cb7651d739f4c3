"""Published pooled results as targets: on the scale of the plan's measure, positive in favour."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from metarepro.audit.checks import printed_decimals
from metarepro.conversion.effect_sizes import LOGISTIC_SD
from metarepro.wording.scales import MEASURES, Scale

#: Subgroup labels that mean the whole review; a plan may have more.
WHOLE_REVIEW = ("", "overall")


Function = Callable[[float], float]


def _same(x: float) -> float:
    return x


def _logit(x: float) -> float:
    return math.log(x / (1 - x))


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x))


#: How reviews print a pooled result -> the measure that it is of, and the functions that take it
#: to the scale of pooling and back.
PRINTED: Mapping[str, tuple[str, Function, Function]] = {
    "SMD": ("SMD", _same, _same),
    "g": ("SMD", _same, _same),
    "d": ("SMD", _same, _same),
    "MD": ("MD", _same, _same),
    "OR": ("OR", math.log, math.exp),
    "RR": ("RR", math.log, math.exp),
    "HR": ("HR", math.log, math.exp),
    "IRR": ("IRR", math.log, math.exp),
    "ratio": ("ratio", math.log, math.exp),
    "log OR": ("OR", _same, _same),
    "log RR": ("RR", _same, _same),
    "log HR": ("HR", _same, _same),
    "log IRR": ("IRR", _same, _same),
    "log ratio": ("ratio", _same, _same),
    "RD": ("RD", _same, _same),
    "r": ("correlation", math.atanh, math.tanh),
    "Fisher z": ("correlation", _same, _same),
    "proportion": ("proportion", _logit, _expit),
    "logit": ("proportion", _same, _same),
}


@dataclass(frozen=True)
class Target:
    """A published pool on the scale of pooling, positive in favour; NaN and a `reason` if none.

    `factor` takes a number of the printed measure, on the scale of pooling, to the target;
    `printed` takes that back to what is printed; `decimals` are those of the printed estimate and
    limits; `scale` is how the numbers are said.
    """

    estimate: float
    ci_low: float
    ci_high: float
    reason: str
    factor: float = math.nan
    printed: Function = _same
    decimals: int = 0
    scale: Scale = field(default_factory=Scale)

    def as_printed(self, effect: float) -> float:
        """An effect on the scale of the target as the review would print it."""
        return self.printed(effect / self.factor)


def no_target(reason: str) -> Target:
    """A published row that cannot be compared, and why."""
    return Target(math.nan, math.nan, math.nan, reason)


def published_target(
    measure: str,
    estimate: float,
    ci_low: float,
    ci_high: float,
    beneficial_sign: str,
    effect_measure: str = "SMD",
) -> Target:
    """Published estimate and CI on the scale of pooling, positive in favour of the intervention.

    An odds ratio becomes a standardised difference by the SD of the logistic distribution (Chinn
    2000). A CI with a limit missing counts as none.

    Parameters
    ----------
    measure : str
        A key of `PRINTED`, or "".
    estimate, ci_low, ci_high : float
        As printed (ratios not logged); NaN where not printed.
    beneficial_sign : {"+", "-", ""}
        Whether larger is better on the printed scale; empty if not shown.
    effect_measure : str
        What the study's effects are on: a key of `wording.scales.MEASURES`.
    """
    if reason := _no_route(measure, estimate, beneficial_sign, effect_measure):
        return no_target(reason)
    own_measure, to_pooling, back = PRINTED[measure]
    sign = -1 if beneficial_sign == "-" else 1
    factor = sign / (LOGISTIC_SD if own_measure != effect_measure else 1)
    limits = [ci_low, ci_high] if math.isfinite(ci_low + ci_high) else [math.nan, math.nan]
    try:
        found, *ends = (to_pooling(x) * factor for x in (estimate, *limits))
    except ValueError:
        return no_target(f"{estimate:g} [{ci_low:g}, {ci_high:g}] is no {measure}")
    if factor < 0:
        ends.reverse()
    turn = sign if MEASURES[effect_measure].natural else 1
    decimals = printed_decimals(estimate, *limits)
    scale = Scale(effect_measure, turn)
    return Target(found, ends[0], ends[1], "", factor, back, decimals, scale)


def _no_route(measure: str, estimate: float, beneficial_sign: str, effect_measure: str) -> str:
    """Why a published number cannot be a target; "" if it can."""
    if math.isnan(estimate):
        return "no estimate is published"
    own_measure = PRINTED[measure][0] if measure in PRINTED else ""
    if own_measure != effect_measure:
        if effect_measure != "SMD":
            return f"no route from the measure '{measure}' to a {MEASURES[effect_measure].label}"
        if own_measure == "RR":
            return "a risk ratio cannot become an SMD without the baseline risk"
        if own_measure != "OR":
            return f"no route from the measure '{measure}' to an SMD"
    if beneficial_sign not in ("+", "-"):
        return "the source does not show which direction is beneficial"
    return ""
