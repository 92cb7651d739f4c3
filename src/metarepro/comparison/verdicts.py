"""Verdicts on our pools beside the published ones, and their reasons.

Everything is compared on the scale of pooling, positive in favour of the intervention. The rules,
first match wins:

================ =============================================================================
not_testable     the published row is no target (suspect, narrative, no estimate, direction not
                 shown, another measure), its trials cannot be selected (no list of included trials,
                 subgroup), or none of them has a usable result for the outcome
partial          the pool is not the published one: fewer or more trials than published, an
                 unknown number of published trials, or trials that are only plausibly included.
                 An agreement would be luck, a difference no contradiction; whether sign or
                 decision differ is in a column of its own
decision_differs the sign differs, or one CI excludes no effect and the other does not; measures
                 that compare no groups (correlation, proportion) decide nothing, nor does a CI of
                 ours that cannot be leaned on
exact            estimate and CI limits are equal at the published rounding
reproduced       estimate and CI width each within 5 % of the published, or within 0.01
approximate      estimate and CI width each within 10 %, or within 0.05
different        anything else
================ =============================================================================

Absolute distances count where the scale of pooling is free of units: for standardised differences,
logarithms, z and logits. Mean and risk differences are compared by the shares alone.

Without a published CI only the estimate is compared, and only the sign can differ; the reason
says so. A limit printed as exactly no effect counts as not excluding it.
"""

import math
from dataclasses import dataclass

from metarepro.comparison.targets import Target
from metarepro.wording.phrases import distinct, percent
from metarepro.wording.scales import Scale

REPRODUCED_RELATIVE, REPRODUCED_ABSOLUTE = 0.05, 0.01
APPROXIMATE_RELATIVE, APPROXIMATE_ABSOLUTE = 0.10, 0.05
#: Absorbs binary rounding where a difference lies exactly on a threshold.
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Coverage:
    """How many trials our pool has, how many of them are confirmed, and how many were published.

    `published` is NaN where the review does not say.
    """

    trials: int
    listed: int
    published: float

    @property
    def text(self) -> str:
        """Our trials of the published ones, as in "4 of 20" ("4/20" would turn into a date)."""
        return f"{self.trials} of {self._published}"

    @property
    def doubt(self) -> str:
        """Why our trials are not known to be the published ones; "" if they are."""
        if self.trials == self.published and self.listed == self.trials:
            return ""
        trials = "1 trial" if self.trials == 1 else f"{self.trials} trials"
        confirmed = f", {self.listed or 'none'} of them confirmed as included"
        return (
            f"we have {trials} against {self._published} published"
            f"{confirmed if self.listed < self.trials else ''}"
        )

    @property
    def _published(self) -> str:
        return f"{self.published:.0f}" if math.isfinite(self.published) else "an unknown number"


@dataclass(frozen=True)
class Verdict:
    """How far our pool and the published one agree."""

    verdict: str
    reason: str
    absolute_difference: float = math.nan
    relative_difference: float = math.nan
    published_ci_holds_estimate: str = ""
    decision_differs: str = ""


#: Whether the published interval holds our estimate, in words.
_HELD = {
    "yes": "our estimate lies within the published CI",
    "no": "our estimate lies outside the published CI",
    "": "no CI was published",
}


def judge(
    target: Target,
    estimate: float,
    ci_low: float,
    ci_high: float,
    coverage: Coverage,
    no_interval: str = "",
) -> Verdict:
    """Verdict on our pool against a published one; rules in the module's head.

    Parameters
    ----------
    target : Target
        The published pool. Without a target the verdict is not_testable for its reason.
    estimate, ci_low, ci_high : float
        Our pool on the scale of the target.
    coverage : Coverage
        Whether our trials are the published ones.
    no_interval : str
        Why our interval cannot be leaned on (`wording.phrases.no_interval`). It decides nothing. It
        is still compared with that of the same trials, which shows whether the published method
        was applied; beside a pool of other trials it is neither shown nor used.

    Returns
    -------
    Verdict
        The absolute difference is on the scale of pooling, the relative one a share of the
        published estimate (NaN if that is 0); `published_ci_holds_estimate` is "yes", "no" or,
        without a CI, "", and `decision_differs` "" where the measure compares no groups or our
        interval is withheld and the signs agree.
    """
    if target.reason:
        return Verdict("not_testable", target.reason)
    withheld = no_interval if coverage.doubt else ""
    ours = (estimate, math.nan, math.nan) if withheld else (estimate, ci_low, ci_high)
    difference = abs(estimate - target.estimate)
    relative = difference / abs(target.estimate) if target.estimate else math.nan
    decisive = (math.nan, math.nan) if no_interval else ours[1:]
    held, conflict = _holds(target, estimate), _conflict(target, estimate, *decisive)
    verdict = "partial" if coverage.doubt else _agreement(target, ours, conflict)
    share = f", {percent(100 * relative)}" if math.isfinite(relative) else ""
    sentences = [
        coverage.doubt,
        f"{target.scale.symbol} {target.scale.interval(*ours)}"
        f"{f' ({no_interval})' if no_interval else ''} against "
        f"{target.scale.interval(target.estimate, target.ci_low, target.ci_high)} "
        f"published (difference {distinct(difference)}{target.scale.pooled_on}{share})",
        _HELD[held],
        conflict,
    ]
    undecided = not target.scale.compares or (no_interval and not conflict)
    differs = "" if undecided else "yes" if conflict else "no"
    reason = "; ".join(filter(None, sentences))
    return Verdict(verdict, reason, difference, relative, held, differs)


def _agreement(target: Target, ours: tuple[float, float, float], conflict: str) -> str:
    """How near our pool of the published trials comes."""
    if conflict:
        return "decision_differs"
    if _equal_as_printed(target, *ours):
        return "exact"
    if _within(target, *ours, REPRODUCED_RELATIVE, REPRODUCED_ABSOLUTE):
        return "reproduced"
    if _within(target, *ours, APPROXIMATE_RELATIVE, APPROXIMATE_ABSOLUTE):
        return "approximate"
    return "different"


def _is_free_of_units(scale: Scale) -> bool:
    """Whether a distance on the scale of pooling means the same in every study."""
    return scale.measure == "SMD" or bool(scale.pooled_on)


def _holds(target: Target, estimate: float) -> str:
    """Tell whether the published CI holds our estimate."""
    if math.isnan(target.ci_low):
        return ""
    return "yes" if target.ci_low <= estimate <= target.ci_high else "no"


def _conflict(target: Target, estimate: float, low: float, high: float) -> str:
    """How the conclusions differ: by sign, or by the CIs' relation to no effect; "" if not."""
    if not target.scale.compares:
        return ""
    if target.estimate * estimate < 0:
        return "the sign differs"
    if math.isnan(target.ci_low + low):
        return ""
    published_excludes = target.ci_low > TOLERANCE or target.ci_high < -TOLERANCE
    if published_excludes == (low > TOLERANCE or high < -TOLERANCE):
        return ""
    with_effect, without = (
        ("the published", "ours") if published_excludes else ("our", "the published one")
    )
    return f"{with_effect} CI excludes {target.scale.no_effect}; {without} does not"


def _equal_as_printed(target: Target, *ours: float) -> bool:
    """Tell whether our numbers, on the printed scale and rounded like them, are the same."""
    half_unit = 0.5 * 10.0**-target.decimals + TOLERANCE
    pairs = zip((target.estimate, target.ci_low, target.ci_high), ours, strict=True)
    return all(
        abs(target.as_printed(published) - target.as_printed(our)) <= half_unit
        for published, our in pairs
        if not math.isnan(published)
    )


def _within(
    target: Target, estimate: float, low: float, high: float, share: float, distance: float
) -> bool:
    """Tell whether estimate and CI width are near the published ones (width only if it has one)."""
    if not _is_free_of_units(target.scale):
        distance = 0.0
    pairs = [(target.estimate, estimate), (target.ci_high - target.ci_low, high - low)]
    return all(
        abs(ours - published) <= max(share * abs(published), distance) + TOLERANCE
        for published, ours in pairs
        if not math.isnan(published)
    )
