"""Published pooled results as targets: on the scale of g, positive in favour."""

import math
import re
from dataclasses import dataclass

from metarepro.audit.checks import printed_decimals
from metarepro.conversion.effect_sizes import LOGISTIC_SD

STANDARDISED = ("SMD", "g", "d")

#: Subgroup labels that hold for every comparison of two arms.
WHOLE_REVIEW = ("", "overall", "all designs", "controlled studies")

#: Subgroup labels by which trials can be selected: the column of effects and its value.
SUBGROUPS = {
    "low- and middle-income countries": ("income", "low_or_middle"),
    "high-income countries": ("income", "high"),
}

_FOLLOW_UP = re.compile(r"follow[- ]?up|long[- ]?term", re.IGNORECASE)


@dataclass(frozen=True)
class Target:
    """A published pool as g, positive in favour; NaN and a `reason` where there is none.

    `factor` takes a number on the printed scale (log for ratios) to g; `decimals` are those of
    the printed estimate and limits.
    """

    g: float
    ci_low: float
    ci_high: float
    reason: str
    factor: float = math.nan
    is_ratio: bool = False
    decimals: int = 0


def target_on_g_scale(
    measure: str, estimate: float, ci_low: float, ci_high: float, beneficial_sign: str
) -> Target:
    """Published estimate and CI as g, positive in favour of the intervention.

    Standardised differences stay as printed; log odds ratios are divided by the SD of the
    logistic distribution (Chinn 2000). A CI with a limit missing counts as none.

    Parameters
    ----------
    measure : {"SMD", "g", "d", "OR", "RR", ""}
        Printed measure. A risk ratio is no target: its SMD depends on the baseline risk.
    estimate, ci_low, ci_high : float
        As printed (ratios not logged); NaN where not printed.
    beneficial_sign : {"+", "-", ""}
        Whether larger is better on the printed scale; empty if not shown.
    """
    reason = _no_target(measure, estimate, beneficial_sign)
    if reason:
        return Target(math.nan, math.nan, math.nan, reason)
    is_ratio = measure == "OR"
    factor = (-1 if beneficial_sign == "-" else 1) / (LOGISTIC_SD if is_ratio else 1)
    limits = [ci_low, ci_high] if math.isfinite(ci_low + ci_high) else [math.nan, math.nan]
    g, *g_limits = ((math.log(x) if is_ratio else x) * factor for x in (estimate, *limits))
    if factor < 0:
        g_limits.reverse()
    decimals = printed_decimals(estimate, *limits)
    return Target(g, g_limits[0], g_limits[1], "", factor, is_ratio, decimals)


def _no_target(measure: str, estimate: float, beneficial_sign: str) -> str:
    """Why a published number cannot be a target; "" if it can."""
    if math.isnan(estimate):
        return "no estimate is published"
    if measure == "RR":
        return "a risk ratio cannot become an SMD without the baseline risk"
    if measure not in (*STANDARDISED, "OR"):
        return f"no route from the measure '{measure}' to an SMD"
    if beneficial_sign not in ("+", "-"):
        return "the source does not show which direction is beneficial"
    return ""


def published_timepoint(outcome_label: str, subgroup: str) -> str:
    """Return "follow_up" if the words of a published row say so, else "post"."""
    return "follow_up" if _FOLLOW_UP.search(f"{outcome_label} {subgroup}") else "post"
