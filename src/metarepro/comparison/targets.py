"""Published pooled results as targets: on the scale of the plan's measure, positive in favour."""

import math
from dataclasses import dataclass, field

from metarepro.conversion.constants import LOGISTIC_SD
from metarepro.tabular.printed_numbers import printed_decimals
from metarepro.wording.published import PRINTED, Printed
from metarepro.wording.scales import BETTER, MEASURES, Scale

#: Subgroup labels that mean the whole review; a plan may have more.
WHOLE_REVIEW = ("", "overall")


@dataclass(frozen=True)
class Target:
    """A published pool on the scale of pooling, positive in favour; NaN and a `reason` if none.

    `factor` takes a number of the printed measure, on the scale of pooling, to the target;
    `printed` is how the review prints it; `decimals` are those of the printed estimate and limits;
    `scale` is how the numbers are said.
    """

    estimate: float
    ci_low: float
    ci_high: float
    reason: str
    factor: float = math.nan
    printed: Printed = PRINTED["SMD"]
    decimals: int = 0
    scale: Scale = field(default_factory=Scale)

    def as_printed(self, effect: float) -> float:
        """An effect on the scale of the target as the review would print it."""
        return self.printed.from_pooling(effect / self.factor)


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
    better: str = "",
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
    better : str
        Which of its printed effects favour the intervention: one of `wording.scales.BETTER`, or ""
        where it holds none on the outcome.
    """
    reason = _no_route(measure, estimate, beneficial_sign, effect_measure)
    if reason := reason or _opposite_event(beneficial_sign, effect_measure, better):
        return no_target(reason)
    printed = PRINTED[measure]
    sign = -1 if beneficial_sign == "-" else 1
    factor = sign / (LOGISTIC_SD if printed.name != effect_measure else 1)
    limits = [ci_low, ci_high] if math.isfinite(ci_low + ci_high) else [math.nan, math.nan]
    try:
        found, *ends = (printed.to_pooling(x) * factor for x in (estimate, *limits))
    except ValueError:
        return no_target(f"{estimate:g} [{ci_low:g}, {ci_high:g}] is no {measure}")
    if factor < 0:
        ends.reverse()
    turn = sign if MEASURES[effect_measure].natural else 1
    decimals = printed_decimals(estimate, *limits)
    scale = Scale(effect_measure, turn)
    return Target(found, ends[0], ends[1], "", factor, printed, decimals, scale)


def _no_route(measure: str, estimate: float, beneficial_sign: str, effect_measure: str) -> str:
    """Why a published number cannot be a target; "" if it can."""
    if math.isnan(estimate):
        return "no estimate is published"
    own_measure = PRINTED[measure].name if measure in PRINTED else ""
    if own_measure != effect_measure:
        if effect_measure != "SMD":
            return f"no route from the measure '{measure}' to the {MEASURES[effect_measure].label}"
        if own_measure == "RR":
            return "a risk ratio cannot become an SMD without the baseline risk"
        if own_measure != "OR":
            return f"no route from the measure '{measure}' to an SMD"
    if beneficial_sign not in ("+", "-"):
        return "the source does not show which direction is beneficial"
    return ""


def _opposite_event(beneficial_sign: str, effect_measure: str, better: str) -> str:
    """Whether a ratio is of the opposite event, of which ours is not the inverse; "" if not.

    The risk ratio of survival is not 1 / that of death (Deeks 2002).
    """
    measure = MEASURES[effect_measure]
    if measure.turns or better in ("", BETTER[beneficial_sign == "-"]):
        return ""
    return (
        f"the published {measure.label} is of the opposite event: ours cannot be worked out from it"
    )
