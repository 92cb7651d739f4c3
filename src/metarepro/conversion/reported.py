"""A reported result on its way to an effect size: what was printed, and what was assumed.

A standard error is taken from the first of: the printed SE, the printed confidence interval, an
exact p, the arm sizes. A p printed as "<" is only a bound and is used when nothing else is there.
In cluster-randomised trials a variance worked out from SDs, counts or arm sizes is multiplied by
the design effect. So is a printed SE, CI or p that is no larger than independent participants
would give, unless the source says that it is adjusted: it cannot allow for the clusters. A larger
one is the authors' and is taken to do so.
"""

import math
from dataclasses import dataclass, field

from metarepro.conversion import effect_sizes as es
from metarepro.plan import Plan
from metarepro.tabular.input_tables import TIERS
from metarepro.tabular.reported_statistics import RATIOS

#: What a route returns: yi, turned so that positive favours the intervention; vi; SE from where.
Found = tuple[float, float, str]


@dataclass(frozen=True)
class Choices:
    """What the reports leave open, decided in the config.

    Parameters
    ----------
    icc : float
        Intracluster correlation for the design effect.
    cluster_size : float
        Average cluster size where the number of clusters of a trial is not known; a row that
        needs it is approximate.
    corrected_sources : tuple of str
        Source kinds that print Hedges' g, so that no second small-sample correction is due.
    """

    icc: float
    cluster_size: float
    corrected_sources: tuple[str, ...] = ()

    @classmethod
    def from_plan(cls, plan: Plan) -> "Choices":
        """The section `effects` of the analysis plan."""
        return cls(plan.effects.icc, plan.effects.cluster_size, plan.effects.corrected_sources)


@dataclass(frozen=True)
class Reported:
    """One reported result, with the facts on its trial that a conversion needs.

    Numbers that were not reported are nan; fields are described in the data guide.
    """

    statistic: str
    sign: str
    higher_is_better: str
    beneficial_direction: str = ""
    n_t: float = math.nan
    n_c: float = math.nan
    n_total: float = math.nan
    mean_t: float = math.nan
    sd_t: float = math.nan
    mean_c: float = math.nan
    sd_c: float = math.nan
    events_t: float = math.nan
    events_c: float = math.nan
    value: float = math.nan
    ci_low: float = math.nan
    ci_high: float = math.nan
    se: float = math.nan
    p_value: float = math.nan
    p_relation: str = ""
    df1: float = math.nan
    df2: float = math.nan
    reference_sd: float = math.nan
    adjusted: str = ""
    source_kind: str = ""
    design: str = ""
    cluster_size: float = math.nan
    shared_control: str = ""


@dataclass(frozen=True)
class Effect:
    """An effect (positive favours the intervention), its variance and how it came about."""

    yi: float
    vi: float
    route: str
    se_source: str
    tier: str
    assumptions: tuple[str, ...] = ()


class NoRouteError(Exception):
    """A reported result that cannot become an effect size; `code` goes into `exclude`."""

    def __init__(self, code: str, reason: str):
        super().__init__(reason)
        self.code = code


@dataclass
class Working:
    """A reported result on its way: what was decided so far."""

    reported: Reported
    choices: Choices
    tier: str = "direct"
    assumptions: list[str] = field(default_factory=list)

    def assume(self, text: str, tier: str = "direct") -> None:
        """Record an assumption; the row falls to `tier` if it is not there already."""
        if text and text not in self.assumptions:
            self.assumptions.append(text)
        self.tier = max(self.tier, tier, key=TIERS.index)

    @property
    def n(self) -> float:
        """Participants of both arms, nan if not known."""
        r = self.reported
        return r.n_t + r.n_c if known(r.n_t, r.n_c) else r.n_total

    def arms(self, n: float = math.nan) -> tuple[float, float]:
        """Arm sizes; halves of the total (or of `n`) where only that is known."""
        r = self.reported
        if known(r.n_t, r.n_c):
            return r.n_t, r.n_c
        total = self.n if known(self.n) else n
        if not known(total):
            raise NoRouteError("no_variance", "no standard error, CI, exact p or arm sizes")
        self.assume("equal arms", "derived")
        return total / 2, total / 2

    def printed_se(self, estimate: float) -> tuple[float, str] | None:
        """Standard error of `value` that the source itself gives, and from which cell."""
        r = self.reported
        log = r.statistic in RATIOS
        if known(r.se):
            return (r.se / r.value if log else r.se), "se"
        if known(r.ci_low, r.ci_high):
            low, high = (math.log(r.ci_low), math.log(r.ci_high)) if log else (r.ci_low, r.ci_high)
            return es.se_from_ci(low, high), "ci"
        if r.p_relation == "=" and 0 < r.p_value < 1 and estimate != 0:
            self.assume("", "derived")
            if known(self.n) and not log:
                return es.se_from_t_p(estimate, r.p_value, self.n - 2), "p"
            return es.se_from_z_p(estimate, r.p_value), "p"
        return None

    def se_at_bound(self, estimate: float) -> float:
        """Largest standard error that a p printed as "<" allows."""
        r = self.reported
        if r.p_relation != "<" or not 0 < r.p_value < 1 or estimate == 0:
            reason = "no standard error, CI, p below a bound or arm sizes"
            raise NoRouteError("no_variance", reason)
        self.assume(f"p taken at its bound {r.p_value:g}", "approximate")
        if known(self.n):
            return es.se_from_t_p(estimate, r.p_value, self.n - 2)
        return es.se_from_z_p(estimate, r.p_value)

    def se_of(self, estimate: float) -> tuple[float, str]:
        """Standard error that the source gives, or that its bound of p allows; from where."""
        return self.printed_se(estimate) or (self.se_at_bound(estimate), "p bound")

    def allow_for_clusters(self, vi: float) -> float:
        """Multiply a variance of independent participants by the design effect."""
        r = self.reported
        if r.design != "cluster_rct":
            return vi
        if known(r.cluster_size):
            size, tier = max(1.0, r.cluster_size), "direct"
        else:
            size, tier = self.choices.cluster_size, "approximate"
        factor = es.design_effect(size, self.choices.icc)
        doubt = "" if tier == "direct" else ", number of clusters not reported"
        self.assume(
            f"design effect {factor:.3g} (ICC {self.choices.icc:g}, clusters of {size:.3g}{doubt})",
            tier,
        )
        return vi * factor

    def turn(self, sign: str = "") -> int:
        """+1 or -1: what takes `value` (or a number that runs as `sign` says) to benefit."""
        r = self.reported
        try:
            return es.direction(sign or r.sign, r.higher_is_better, r.beneficial_direction)
        except ValueError as error:
            raise NoRouteError("direction_unknown", str(error)) from None

    @property
    def counts_the_opposite(self) -> bool:
        """Whether the counted event is the opposite of the outcome: recovery for depression."""
        r = self.reported
        good = {"yes": "increase", "no": "decrease"}.get(r.higher_is_better, "")
        return bool(good and r.beneficial_direction) and good != r.beneficial_direction

    def turn_scale(self) -> int:
        """The same for treatment minus control on the instrument or the counted event."""
        return self.turn("scale")


def known(*numbers: float) -> bool:
    """Tell whether all numbers were reported."""
    return all(math.isfinite(number) for number in numbers)


def need(code: str, reason: str, *numbers: float) -> None:
    """Refuse the route unless all numbers were reported."""
    if not known(*numbers):
        raise NoRouteError(code, reason)
