"""RevMan's arithmetic of pools and of tests between subgroups, for many of them at once.

Deeks & Higgins (2010), "Statistical algorithms in Review Manager 5", on the engine of
`models.weighted`: the pools are segments. What RevMan does otherwise than a textbook: the Q of a
Mantel-Haenszel analysis is around Mantel-Haenszel's estimate, with it the DerSimonian-Laird tau2,
and the I2 of a REML analysis comes from tau2 (Cochrane Methods Group 2024).
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from scipy import special

from metarepro.models.mantel_haenszel import (
    Array,
    Fixed,
    Sums,
    Tables,
    mh_odds_ratio,
    mh_risk_difference,
    mh_risk_ratio,
)
from metarepro.models.rows import check_ratio
from metarepro.models.weighted import Segments
from metarepro.reviews.analysis_settings import AnalysisSettings
from metarepro.reviews.revman_reml import revman_reml
from metarepro.reviews.study_effects import Flags, Indices, StudyEffects

_MANTEL_HAENSZEL: Mapping[str, Callable[[Tables, Tables, Sums], Fixed]] = {
    "OR": mh_odds_ratio,
    "RR": mh_risk_ratio,
    "RD": mh_risk_difference,
}


def revman_pools(
    rows: StudyEffects, sizes: Indices, settings: Sequence[AnalysisSettings]
) -> tuple[dict[str, Array], Array]:
    """Compute pools of at least one study.

    Parameters
    ----------
    rows : StudyEffects
        Rows that have an effect, those of one pool behind those of the other.
    sizes : array of shape (n,)
        Number of rows of each pool.
    settings : sequence of AnalysisSettings
        Of each pool, settled.

    Returns
    -------
    numbers : dict of arrays of shape (n,)
        By the names of `pooling.ReviewPool`.
    weights : array of shape (rows,)
        Percent.
    """
    data, several = Segments(rows.yi, rows.vi, sizes), sizes > 1
    random = several & np.array([chosen.model == "random" for chosen in settings])
    reml = random & np.array([chosen.tau2_method == "REML" for chosen in settings])
    hksj = several & np.array([chosen.ci_method == "hksj" for chosen in settings])
    # RevMan prints a single study's own interval, also where Mantel-Haenszel's sums give another:
    # a risk difference without events.
    mantel_haenszel = several & np.array([chosen.method == "MH" for chosen in settings])
    fixed = _mantel_haenszel(rows, data, settings, mantel_haenszel)
    common, q_df = data.common, data.k - 1
    center = np.where(mantel_haenszel, fixed.estimate, common.estimate)
    q = data.add_up(common.w * (data.y - data.spread(center)) ** 2)
    q = np.where(several, q, 0.0)
    i2 = _i2(q, q_df)
    tau2 = np.where(random & (q > q_df), (q - q_df) / common.trace, 0.0)
    if reml.any():
        tau2[reml] = revman_reml(data.take(reml))
        typical = q_df / common.trace  # Higgins & Thompson 2002, eq. 9
        i2 = np.where(reml, 100 * tau2 / (tau2 + typical), i2)
    fit, alone = data.at(tau2), mantel_haenszel & ~random
    estimate = np.where(alone, fixed.estimate, fit.estimate)
    variance = np.where(alone, fixed.variance, 1 / fit.sum_w)
    weights = np.where(data.spread(alone), fixed.weights, fit.w)
    # Hartung & Knapp 2001, Sidik & Jonkman 2002.
    factor = np.where(hksj, fit.q / q_df, 1.0)
    level = np.array([chosen.level for chosen in settings])
    numbers = {
        "k": data.k,
        "estimate": estimate,
        "se": np.sqrt(factor * variance),
        "wald_se": np.sqrt(variance),
        "tau2": tau2,
        "q": q,
        "q_df": q_df,
        "q_p": _chi2_p(q, q_df),
        "i2": i2,
    }
    intervals = _intervals(numbers, np.where(hksj, q_df, np.nan), random, level)
    return numbers | intervals, 100 * weights / data.spread(data.add_up(weights))


def too_far_apart(
    rows: StudyEffects, sizes: Indices, settings: Sequence[AnalysisSettings]
) -> list[str]:
    """For each pool by inverse variance, why it has no digits; "" if it has some."""
    data = Segments(rows.yi, rows.vi, sizes)
    said = []
    for start, size, chosen in zip(data.starts, sizes, settings, strict=True):
        said.append("")
        if chosen.method != "MH" and chosen.tau2_method != "REML":
            try:
                check_ratio(rows.vi[start : start + size])
            except ValueError as error:
                said[-1] = str(error)
    return said


def subgroup_tests(estimate: Array, se: Array, sizes: Indices) -> dict[str, Array]:
    """Test whether subgroups differ: Q of their estimates by inverse variance.

    RevMan treats the pooled subgroups as studies under a fixed-effect model, whatever the model
    and the method within them (Deeks & Higgins 2010; Borenstein et al. 2009, ch. 19). A single
    one is tested against nothing, and RevMan prints Q 0, df 0, p 1.

    Parameters
    ----------
    estimate, se : array of shape (subgroups,)
        Those of one analysis behind those of the other; standard errors above 0.
    sizes : array of shape (n,)
        Number of subgroups of each analysis.

    Returns
    -------
    dict of arrays of shape (n,)
        By the names of `pooling.SubgroupTest`.
    """
    data = Segments(estimate, se**2, sizes)
    q, q_df = np.where(sizes > 1, data.common.q, 0.0), data.k - 1
    return {"q": q, "q_df": q_df, "q_p": _chi2_p(q, q_df), "i2": _i2(q, q_df)}


def _mantel_haenszel(
    rows: StudyEffects, data: Segments, settings: Sequence[AnalysisSettings], pools: Flags
) -> Fixed:
    """Mantel-Haenszel's fixed-effect estimates of some of the pools; NaN for the others."""
    all_pools = Fixed(*(np.full(n, np.nan) for n in (pools.size, pools.size, data.y.size)))
    for measure, estimate in _MANTEL_HAENSZEL.items():
        own = pools & np.array([chosen.measure == measure for chosen in settings])
        if own.any() and rows.tables is not None and rows.corrected is not None:
            of_own = data.spread(own)
            found = estimate(
                rows.tables.take(of_own), rows.corrected.take(of_own), data.take(own).add_up
            )
            all_pools.estimate[own], all_pools.variance[own] = found.estimate, found.variance
            all_pools.weights[of_own] = found.weights
    return all_pools


def _intervals(
    numbers: Mapping[str, Array], df: Array, random: Flags, level: Array
) -> dict[str, Array]:
    """Tests, confidence and prediction intervals; `df` of the t reference is NaN for a normal."""
    estimate, normal, upper = numbers["estimate"], np.isnan(df), (1 + level) / 2
    se = np.where(numbers["se"] > 0, numbers["se"], np.nan)
    statistic = abs(estimate) / se
    tail = np.where(normal, special.ndtr(-statistic), special.stdtr(df, -statistic))
    critical = np.where(normal, special.ndtri(upper), special.stdtrit(df, upper))
    half = critical * se
    pi_half = np.where(random, critical * np.sqrt(numbers["tau2"] + se**2), np.nan)
    return {
        "ci_low": estimate - half,
        "ci_high": estimate + half,
        "z": np.where(normal, statistic, np.nan),
        "t": np.where(normal, np.nan, statistic),
        "p_value": 2 * tail,
        "pi_low": estimate - pi_half,
        "pi_high": estimate + pi_half,
    }


def _chi2_p(q: Array, q_df: Array) -> Array:
    return np.where(q_df > 0, special.chdtrc(q_df, q), 1.0)


def _i2(q: Array, q_df: Array) -> Array:
    """I2 in percent (Higgins & Thompson 2002)."""
    return np.where(q > q_df, 100 * (q - q_df) / q, 0.0)
