"""A reported result on its way to an effect size: what was printed, and what was assumed.

A standard error is taken from the first of: the printed SE, the printed confidence interval, an
exact p, the arm sizes. A p printed as "<" is only a bound and is used when nothing else is there.
The interval of a difference of two means is one of t with n - 2 degrees of freedom.
In cluster-randomised trials a variance worked out from SDs, counts or arm sizes is multiplied by
the design effect. So is a printed SE, CI or p that is no larger than independent participants
would give, unless the source says that it is adjusted: it cannot allow for the clusters. A larger
one is the authors' and is taken to do so.
"""

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from metarepro.conversion import effect_sizes as es
from metarepro.conversion.direction import direction
from metarepro.conversion.ratio_se import CONTRADICTED, UNDECIDED, read_ratio_se
from metarepro.tabular.input_tables import TIERS
from metarepro.tabular.reported_statistics import RATIOS

if TYPE_CHECKING:
    from metarepro.plan import Plan

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
    paired_correlation : float
        Correlation of two measurements of one participant where a source does not print it; NaN
        if the plan assumes none. A row that needs it is approximate.
    """

    icc: float
    cluster_size: float
    paired_correlation: float = math.nan

    @classmethod
    def from_plan(cls, plan: "Plan") -> "Choices":
        """The section `effects` of the analysis plan."""
        assumed = plan.effects.paired_correlation
        correlation = math.nan if assumed is None else assumed
        return cls(plan.effects.icc, plan.effects.cluster_size, correlation)


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
    time_t: float = math.nan
    time_c: float = math.nan
    value: float = math.nan
    ci_low: float = math.nan
    ci_high: float = math.nan
    se: float = math.nan
    se_basis: str = ""
    p_value: float = math.nan
    p_relation: str = ""
    df1: float = math.nan
    df2: float = math.nan
    reference_sd: float = math.nan
    correlation: float = math.nan
    corrected: str = ""
    adjusted: str = ""
    source_kind: str = ""
    design: str = ""
    cluster_size: float = math.nan
    shared_control: str = ""
    n_basis: str = ""


@dataclass(frozen=True)
class Effect:
    """An effect (positive favours the intervention), its variance and how it came about.

    `design_effect` is the factor for clusters that the conversion applied, NaN if it applied none;
    `equal_arms` is True where arm sizes are halves of a total.
    """

    yi: float
    vi: float
    route: str
    se_source: str
    tier: str
    assumptions: tuple[str, ...] = ()
    design_effect: float = math.nan
    equal_arms: bool = False


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
    applied_design_effect: float = math.nan
    equal_arms: bool = False

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
        self.equal_arms = True
        self.assume("equal arms", "derived")
        return total / 2, total / 2

    @property
    def printed_df(self) -> float:
        """Degrees of freedom of a printed test, nan if not printed."""
        r = self.reported
        return r.df1 if r.statistic == "t_test" and not known(r.df2) else r.df2

    @property
    def test_df(self) -> float:
        """Degrees of freedom of the test of two groups: as printed, or n - 2."""
        return self.printed_df if known(self.printed_df) else self.n - 2

    def printed_se(self, estimate: float) -> tuple[float, str] | None:
        """Standard error of `value` that the source itself gives, and from which cell."""
        r = self.reported
        if r.statistic in RATIOS:
            return self._printed_se_of_ratio(estimate)
        if known(r.se):
            self._note_basis()
            return r.se, "se"
        if known(r.ci_low, r.ci_high):
            df = df_of_interval(r.statistic, r.adjusted, r.design, self.n, r.df2)
            return es.se_from_ci(r.ci_low, r.ci_high, df=df), "ci"
        if self._exact_p and estimate != 0:
            self.assume("", "derived")
            return self._se_from_p(estimate), "p"
        return None

    def _printed_se_of_ratio(self, log_ratio: float) -> tuple[float, str] | None:
        r = self.reported
        implied, source = math.nan, ""
        if known(r.ci_low, r.ci_high):
            implied, source = es.se_from_ci(math.log(r.ci_low), math.log(r.ci_high)), "ci"
        elif self._exact_p and log_ratio != 0:
            implied, source = es.se_from_z_p(log_ratio, r.p_value), "p"
        if known(r.se):
            self._note_basis()
            se, note = read_ratio_se(r.value, r.se, implied, r.p_value, r.p_relation)
            self.assume(note, "approximate" if note in (UNDECIDED, CONTRADICTED) else "direct")
            return se, "se"
        if source == "p":
            self.assume("", "derived")
        return (implied, source) if source else None

    @property
    def _exact_p(self) -> bool:
        return self.reported.p_relation == "=" and 0 < self.reported.p_value < 1

    def _se_from_p(self, estimate: float) -> float:
        if known(self.test_df) and self.reported.statistic not in RATIOS:
            return es.se_from_t_p(estimate, self.reported.p_value, self.test_df)
        return es.se_from_z_p(estimate, self.reported.p_value)

    def _note_basis(self) -> None:
        if self.reported.se_basis == "worked_out":
            self.assume("standard error worked out from other printed numbers", "derived")

    def se_at_bound(self, estimate: float) -> float:
        """Largest standard error that a p printed as "<" allows."""
        r = self.reported
        if r.p_relation != "<" or not 0 < r.p_value < 1 or estimate == 0:
            reason = "no standard error, CI, p below a bound or arm sizes"
            without_size = r.p_relation == ">" or estimate == 0
            raise NoRouteError("not_significant" if without_size else "no_variance", reason)
        self.assume(f"p taken at its bound {r.p_value:g}", "approximate")
        return self._se_from_p(estimate)

    def se_of(self, estimate: float) -> tuple[float, str]:
        """Standard error that the source gives, or that its bound of p allows; from where."""
        return self.printed_se(estimate) or (self.se_at_bound(estimate), "p bound")

    def design_effect(self) -> float:
        """Apply `design_effect_of`: note the factor, and what it rests on."""
        r = self.reported
        factor = design_effect_of(r, self.choices)
        if r.design != "cluster_rct":
            return factor
        if r.n_basis == "effective":
            self.assume("participants are already reduced for the clusters", "derived")
            self.allowed_for_clusters = True
            return factor
        size = cluster_size_of(r, self.choices)
        tier = "direct" if known(r.cluster_size) else "approximate"
        doubt = "" if tier == "direct" else ", number of clusters not reported"
        self.assume(
            f"design effect {factor:.3g} (ICC {self.choices.icc:g}, clusters of {size:.3g}{doubt})",
            tier,
        )
        self.applied_design_effect = factor
        return factor

    def allow_for_clusters(self, vi: float) -> float:
        """Multiply a variance of independent participants by the design effect."""
        return vi * self.design_effect()

    def correlation(self) -> float:
        """Correlation of two measurements: as the source prints it, or as the plan assumes."""
        stated, assumed = self.reported.correlation, self.choices.paired_correlation
        if known(stated):
            self.assume(f"correlation of the measurements {stated:g}", "derived")
            return stated
        if not known(assumed):
            raise NoRouteError(
                "no_correlation",
                "paired measurements, and no correlation is stated or assumed",
            )
        self.assume(f"correlation of the measurements taken to be {assumed:g}", "approximate")
        return assumed

    def allow_if_not_adjusted(self, vi: float) -> float:
        """The same for a printed variance of a cluster trial that does not allow for clusters."""
        return self.allow_for_clusters(vi) if self.reported.adjusted == "no" else vi

    def turn(self, sign: str = "") -> int:
        """+1 or -1: what takes `value` (or a number that runs as `sign` says) to benefit."""
        r = self.reported
        try:
            return direction(sign or r.sign, r.higher_is_better, r.beneficial_direction)
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


def cluster_size_of(reported: Reported, choices: Choices) -> float:
    """Participants per cluster, at least 1; those of the plan where the clusters are not known."""
    return max(1.0, reported.cluster_size) if known(reported.cluster_size) else choices.cluster_size


def design_effect_of(reported: Reported, choices: Choices) -> float:
    """Factor on the variance of the reported participants as if they were independent.

    It is 1 but in cluster trials, and there where the participants are already reduced for the
    clusters.

    Examples
    --------
    >>> of_clusters = Reported("smd", "benefit", "", design="cluster_rct", cluster_size=61)
    >>> design_effect_of(of_clusters, Choices(icc=0.05, cluster_size=20))
    4.0
    """
    if reported.design != "cluster_rct" or reported.n_basis == "effective":
        return 1.0
    return es.design_effect(cluster_size_of(reported, choices), choices.icc)


def df_of_interval(
    statistic: str, adjusted: str, design: str, n: float, printed_df: float = math.nan
) -> float:
    """Degrees of freedom of a printed confidence interval; infinite for a normal one.

    Printed degrees of freedom are taken for any difference. The unadjusted difference of the means
    of two independent groups has n - 2 (Cochrane Handbook 6.5.2.3). Printed standardised
    differences and ratios have normal intervals.

    Examples
    --------
    >>> df_of_interval("mean_difference", "no", "rct", n=10)
    8
    >>> df_of_interval("smd", "no", "rct", n=10)
    inf
    """
    if known(printed_df) and statistic not in RATIOS:
        return printed_df
    of_means = statistic == "mean_difference" and adjusted != "yes" and design != "cluster_rct"
    return n - 2 if of_means and known(n) else math.inf


def known(*numbers: float) -> bool:
    """Tell whether all numbers were reported."""
    return all(math.isfinite(number) for number in numbers)


def need(code: str, reason: str, *numbers: float) -> None:
    """Refuse the route unless all numbers were reported."""
    if not known(*numbers):
        raise NoRouteError(code, reason)
