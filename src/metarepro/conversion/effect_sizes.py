"""Formulas: from reported statistics to standardised mean differences and their variances.

Plain functions on numbers. Which formula a reported result takes is decided in `routes`.
Differences are treatment minus control; `direction` turns them so that positive favours the
intervention. A standardised mean difference is Hedges' g with the exact small-sample
correction, its variance the large-sample form that metafor calls ``vtype="LS"``.
"""

import math
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from scipy import special

from metarepro.conversion.constants import LOGISTIC_SD

Size = TypeVar("Size", float, npt.NDArray[np.float64])

#: Below this p the quantile of t is taken through the beta distribution.
_SMALL_P = 1e-20


class EffectSize(NamedTuple):
    """An effect size and its sampling variance."""

    yi: float
    vi: float


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)


def _check_number(name: str, number: float) -> None:
    _require(math.isfinite(number), f"{name} must be a number, found {number:g}")


def _check_arms(n_t: float, n_c: float) -> None:
    _require(
        n_t >= 2 and n_c >= 2 and math.isfinite(n_t + n_c),
        f"both arms need at least 2 participants, found {n_t:g} and {n_c:g}",
    )


def _check_correlation(r: float) -> None:
    _require(-1 < r < 1, f"a correlation lies between -1 and 1, found {r:g}")


def hedges_j(df: float) -> float:
    """Exact small-sample correction of a standardised mean difference.

    J = gamma(df/2) / (sqrt(df/2) gamma((df-1)/2)) (Hedges 1981, equation 6e).

    Raises
    ------
    ValueError
        If `df` is not above 1: the expectation of d does not exist.
    """
    _require(df > 1, f"the small-sample correction needs more than 1 degree of freedom, not {df:g}")
    # The ratio of gammas as a Pochhammer symbol: a difference of log gammas loses half the
    # digits above df = 1e6.
    return float(special.poch(df / 2 - 0.5, 0.5) / math.sqrt(df / 2))


def variance_at_zero(n_t: Size, n_c: Size, design_effect: Size) -> Size:
    """Variance of g = 0 of two arms, numbers or arrays: DE (1/n_t + 1/n_c) (Hedges 1982).

    Clusters divide the sizes of both arms by the design effect (Cochrane Handbook 23.1.4).

    Examples
    --------
    >>> variance_at_zero(200, 200, 4) == variance_at_zero(50, 50, 1)
    True
    """
    return design_effect * (1 / n_t + 1 / n_c)


def se_from_ns(g: float, n_t: float, n_c: float) -> float:
    """Large-sample standard error of g (Hedges 1982): sqrt(1/n_t + 1/n_c + g^2 / 2N)."""
    _check_arms(n_t, n_c)
    return math.sqrt(variance_at_zero(n_t, n_c, 1.0) + g**2 / (2 * (n_t + n_c)))


def smd_from_d(d: float, n_t: float, n_c: float) -> EffectSize:
    """Hedges' g and its variance from Cohen's d of independent arms (Hedges 1981, 1982)."""
    _check_arms(n_t, n_c)
    _check_number("d", d)
    g = hedges_j(n_t + n_c - 2) * d
    return EffectSize(g, se_from_ns(g, n_t, n_c) ** 2)


def pooled_sd(sd_t: float, n_t: float, sd_c: float, n_c: float) -> float:
    """Within-group standard deviation of two arms, weighted by their degrees of freedom."""
    _check_arms(n_t, n_c)
    _require(
        0 < sd_t < math.inf and 0 < sd_c < math.inf,
        f"SDs must be above 0, found {sd_t:g} and {sd_c:g}",
    )
    return math.sqrt(((n_t - 1) * sd_t**2 + (n_c - 1) * sd_c**2) / (n_t + n_c - 2))


def smd_from_means(
    mean_t: float, sd_t: float, n_t: float, mean_c: float, sd_c: float, n_c: float
) -> EffectSize:
    """Hedges' g (treatment minus control) from group means, SDs and sizes."""
    return smd_from_d((mean_t - mean_c) / pooled_sd(sd_t, n_t, sd_c, n_c), n_t, n_c)


def smd_from_t(t: float, n_t: float, n_c: float) -> EffectSize:
    """Hedges' g from an independent-groups t: d = t sqrt(1/n_t + 1/n_c) (Rosenthal 1994)."""
    _check_arms(n_t, n_c)
    return smd_from_d(t * math.sqrt(1 / n_t + 1 / n_c), n_t, n_c)


def smd_from_adjusted_t(t: float, n_t: float, n_c: float, r: float, df: float) -> EffectSize:
    """Hedges' g from the t of an analysis of covariance.

    d = t sqrt(1/n_t + 1/n_c) sqrt(1 - r^2), where r is the (multiple) correlation of the outcome
    with the covariates within the groups; variance (1/n_t + 1/n_c)(1 - r^2) + g^2 / 2N
    (Borenstein 2009, table 12.3).

    Examples
    --------
    >>> effect = smd_from_adjusted_t(3.0, 30, 30, r=0.7, df=57)
    >>> round(effect.yi, 3), round(effect.vi, 4)
    (0.546, 0.0365)
    """
    _check_arms(n_t, n_c)
    _check_number("t", t)
    _check_correlation(r)
    residual = (1 / n_t + 1 / n_c) * (1 - r**2)
    g = hedges_j(df) * t * math.sqrt(residual)
    return EffectSize(g, residual + g**2 / (2 * (n_t + n_c)))


def smd_from_correlation(r: float, n: float) -> EffectSize:
    """Hedges' g from the correlation of an outcome with belonging to one of two groups.

    d = 2r / sqrt(1 - r^2) with variance 4 / ((n - 1)(1 - r^2)) (Borenstein and others 2009,
    equations 7.5 and 7.6; the variance of r is (1 - r^2)^2 / (n - 1)), both corrected by J.

    Examples
    --------
    >>> effect = smd_from_correlation(0.5, 100)
    >>> round(effect.yi, 4), round(effect.vi, 4)
    (1.1458, 0.053)
    """
    _check_correlation(r)
    _require(n > 3, f"a correlation needs more than 3 participants, found {n:g}")
    j = hedges_j(n - 2)
    return EffectSize(j * 2 * r / math.sqrt(1 - r**2), j**2 * 4 / ((n - 1) * (1 - r**2)))


def t_from_p(p: float, df: float) -> float:
    """Absolute t with a given two-sided p."""
    _require(0 < p <= 1, f"p must be above 0 and at most 1, found {p:g}")
    _require(df > 0, f"degrees of freedom must be above 0, found {df:g}")
    if p > _SMALL_P:
        return -float(special.stdtrit(df, p / 2))
    # scipy's quantile of t is -inf for tiny p and few df; the beta form is exact there.
    x = special.betaincinv(df / 2, 0.5, p)
    return math.sqrt(df * (1 - x) / x)


def t_from_f(f: float) -> float:
    """Absolute t behind an F with one numerator degree of freedom: sqrt(F)."""
    _require(0 <= f < math.inf, f"F must be 0 or more, found {f:g}")
    return math.sqrt(f)


def t_from_eta_squared(eta2: float, df_error: float) -> float:
    """Absolute t behind (partial) eta squared of a two-group comparison.

    eta2 = t^2 / (t^2 + df_error) (Cohen 1965), solved for t.
    """
    _require(0 <= eta2 < 1, f"eta squared must be at least 0 and below 1, found {eta2:g}")
    _require(df_error > 0, f"degrees of freedom must be above 0, found {df_error:g}")
    return math.sqrt(eta2 * df_error / (1 - eta2))


def se_from_ci(low: float, high: float, level: float = 0.95, df: float = math.inf) -> float:
    """Standard error behind a confidence interval (on the log scale for ratios).

    The interval is one of the normal distribution, or of t with `df` degrees of freedom:
    that of a difference of two means has n - 2 (Cochrane Handbook 6.5.2.3).

    Examples
    --------
    >>> round(se_from_ci(-0.4584, 2.4584, df=8), 4)  # 5 + 5 participants, SD 1
    0.6324
    """
    _require(-math.inf < low < high < math.inf, f"CI from {low:g} to {high:g} has no width")
    _require(0 < level < 1, f"a level lies between 0 and 1, found {level:g}")
    _require(df > 0, f"degrees of freedom must be above 0, found {df:g}")
    tail = (1 - level) / 2
    quantile = special.ndtri(tail) if df == math.inf else special.stdtrit(df, tail)
    return (high - low) / (-2 * float(quantile))


def p_of_z(z: float) -> float:
    """Two-sided p of a z."""
    return 2 * float(special.ndtr(-abs(z)))


def se_from_z_p(estimate: float, p: float) -> float:
    """Standard error with which a normal test of `estimate` gives this two-sided p."""
    _require(0 < p < 1, f"p must lie between 0 and 1, found {p:g}")
    _check_number("the estimate", estimate)
    _require(estimate != 0, "an estimate of 0 has no standard error that p could tell")
    return abs(estimate) / -float(special.ndtri(p / 2))


def se_from_t_p(estimate: float, p: float, df: float) -> float:
    """Standard error with which a t test of `estimate` gives this two-sided p."""
    _require(0 < p < 1, f"p must lie between 0 and 1, found {p:g}")
    _check_number("the estimate", estimate)
    _require(estimate != 0, "an estimate of 0 has no standard error that p could tell")
    return abs(estimate) / t_from_p(p, df)


def log_odds_ratio(events_t: float, n_t: float, events_c: float, n_c: float) -> EffectSize:
    """Log odds ratio of a 2x2 table; 0.5 is added to all cells when one is 0 (Woolf, Haldane).

    Raises
    ------
    ValueError
        If counts do not fit their arms, or if no or every participant had the event.
    """
    _require(
        0 <= events_t <= n_t and 0 <= events_c <= n_c and n_t > 0 and n_c > 0,
        f"events {events_t:g} of {n_t:g} and {events_c:g} of {n_c:g} are impossible",
    )
    _require(
        0 < events_t + events_c < n_t + n_c,
        "with no events, or events only, the table says nothing about the odds ratio",
    )
    cells = [events_t, n_t - events_t, events_c, n_c - events_c]
    if 0 in cells:
        cells = [cell + 0.5 for cell in cells]
    a, b, c, d = cells
    return EffectSize(math.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d)


def smd_from_log_odds(lnor: float, v: float) -> EffectSize:
    """SMD from a log odds ratio, divided by the SD of the logistic distribution (Chinn 2000)."""
    _check_number("the log odds ratio", lnor)
    _require(0 < v < math.inf, f"variance must be above 0, found {v:g}")
    return EffectSize(lnor / LOGISTIC_SD, v / LOGISTIC_SD**2)


def _odds(risk: float) -> float:
    _require(0 < risk < 1, f"a risk must lie between 0 and 1, found {risk:g}")
    return risk / (1 - risk)


def odds_ratio_from_risk_ratio(rr: float, control_risk: float) -> float:
    """Odds ratio that a risk ratio means at this risk of the control group."""
    _require(rr > 0, f"a risk ratio must be above 0, found {rr:g}")
    return _odds(rr * control_risk) / _odds(control_risk)


def odds_ratio_from_risk_difference(rd: float, control_risk: float) -> float:
    """Odds ratio that a risk difference means at this risk of the control group."""
    return _odds(control_risk + rd) / _odds(control_risk)


def design_effect(cluster_size: float, icc: float) -> float:
    """Factor on the variance of a cluster-randomised comparison: 1 + (m - 1) ICC (Kish 1965)."""
    _require(cluster_size >= 1, f"a cluster has at least 1 member, found {cluster_size:g}")
    _require(0 <= icc <= 1, f"the ICC lies between 0 and 1, found {icc:g}")
    return 1 + (cluster_size - 1) * icc
