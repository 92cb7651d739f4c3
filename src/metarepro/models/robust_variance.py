"""Effects of which several may come from one trial: correlated effects with robust variance.

A mean needs no matrices: all rows of a trial have the same weight, so that a pool depends on the
means of the trials, on their numbers of rows and, through tau2, on how far these lie apart. Many
pools are computed in step, the trials of one behind those of the other.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from metarepro.models.inference import check_level, critical_value, inference
from metarepro.models.intervals import NO_DISPERSION
from metarepro.models.pooled import Array, Pooled
from metarepro.models.rows import Rows, arrange
from metarepro.models.thresholds import ROBUST_VARIANCE_LEANS, TRUSTED_DF
from metarepro.models.weighted import Segments

#: Assumed correlation of the effects of one trial, as in robumeta.
RHO = 0.8


def pool_correlated(
    yi: npt.ArrayLike,
    vi: npt.ArrayLike,
    trial: Sequence[object],
    *,
    rho: float = RHO,
    level: float = 0.95,
) -> Pooled:
    """Pool effects of which several may come from one trial, by robust variance estimation.

    The correlated-effects model of Hedges, Tipton & Johnson (2010) with the small-sample
    correction of Tipton (2015), as `robumeta::robu(modelweights="CORR", small=TRUE)`: the weight
    of a trial's rows is 1 / (n_j (mean v_j + tau2)), the variance CR2, the df Satterthwaite's.

    Parameters
    ----------
    yi, vi : array-like of shape (k,)
        Effects and their sampling variances.
    trial : sequence of length k
        The trial of each row; at least two different ones. Labels are compared as text.
    rho : float
        Assumed correlation of the effects of one trial, 0 to 1; enters through tau2 only.
    level : float
        Coverage of all intervals.

    Returns
    -------
    Pooled
        `q`, `q_df` and `i2_q` are robumeta's (Fisher & Tipton 2015, eq. 8-9 and its I2): Q under
        the weights at tau2 = 0, and its expectation given rho. Q has no chi-squared distribution
        here, and neither a Q-profile interval nor a tau2-based I2 is published for this model:
        `q_p`, `tau2_ci_*` and `i2_tau2` are NaN. The prediction interval takes the Satterthwaite
        df for reference. Flags: "df_below_4"; "narrower_than_model" (of 10 trials or fewer, whose
        interval is narrower than the normal interval with the weights' own variance 1 / sum w;
        with more trials either of the two may be the narrower one); "zero_standard_error" (the
        means of the trials are all equal: no test and no interval); "few_trials" (10 or fewer);
        "tau2_zero".

    Raises
    ------
    ValueError
        As `pooling.pool`; also for fewer than two trials, a missing label or rho outside 0 to 1.

    Examples
    --------
    >>> effects, variances = [0.1, 0.3, 0.2, 0.5], [0.04, 0.04, 0.03, 0.05]
    >>> pooled = pool_correlated(effects, variances, ["a", "a", "b", "c"])
    >>> f"{pooled.estimate:.3f}, {pooled.df:.1f} degrees of freedom"
    '0.277, 1.9 degrees of freedom'
    """
    return pool_correlated_sets([arrange(yi, vi, trial)], [rho], level=level)[0]


def pool_correlated_sets(
    sets: Sequence[Rows], rho: Sequence[float], *, level: float = 0.95
) -> list[Pooled]:
    """`pool_correlated` of many sets of effects.

    Parameters
    ----------
    sets : sequence of Rows
        From `rows.arrange`.
    rho : sequence of float
        One for each set.
    level : float

    Returns
    -------
    list of Pooled

    Raises
    ------
    ValueError
        For a set of one trial, or rho outside 0 to 1.
    """
    for assumed in rho:
        if not 0 <= assumed <= 1:
            raise ValueError(f"rho must lie between 0 and 1, got {assumed}")
    check_level(level)
    if not all(rows.n_trials > 1 for rows in sets):
        raise ValueError("robust variance needs at least 2 trials, got 1")
    if not sets:
        return []
    fits, weights = _fit(sets, np.asarray(rho, dtype=np.float64))
    return [_pooled(*each, level=level) for each in zip(sets, rho, fits, weights, strict=True)]


class _Fit(NamedTuple):
    """One pool in the units of its rows; `sum_w` is the sum of the weights."""

    estimate: float
    se: float
    df: float
    tau2: float
    q: float
    q_df: float
    sum_w: float


def _fit(sets: Sequence[Rows], rho: Array) -> tuple[list[_Fit], list[Array]]:
    """Fit all sets, and give the weights of their rows.

    With h_j the share of trial j in the weights, CR2 (Bell and McCaffrey 2002) divides the squared
    residual of its mean by 1 - h_j, since the ones are an eigenvector of its hat matrix. With b_j =
    h_j^2 / (1 - h_j), Satterthwaite's degrees of freedom (Pustejovsky and Tipton 2018, eq. 11) are
    1 / (sum h_j^2 + sum over i != j of b_i b_j). tau2 is by moments (Hedges, Tipton and Johnson
    2010), with Q and its expectation of Fisher and Tipton (2015, eq. 8 and 9).
    """
    n_trials = np.array([rows.n_trials for rows in sets])
    first = np.cumsum(n_trials) - n_trials
    code = np.concatenate([rows.trial + start for rows, start in zip(sets, first, strict=True)])
    y, v = (np.concatenate([getattr(rows, name) for rows in sets]) for name in ("y", "v"))
    sizes = np.bincount(code)
    means = np.bincount(code, y) / sizes
    data = Segments(means, np.bincount(code, v) / sizes, n_trials)
    common = data.common
    within = data.add_up(common.w / sizes) / common.sum_w
    q = common.q + data.add_up(common.w / sizes * np.bincount(code, (y - means[code]) ** 2))
    q_df = n_trials - within - rho * (1 - within)
    tau2 = np.maximum((q - q_df) / common.trace, 0.0)
    fit = data.at(tau2)
    total = data.spread(fit.sum_w)
    share, others = fit.w / total, (total - fit.w) / total
    b = share**2 / others
    variance = data.add_up(b * fit.r**2)
    # A variance of nothing but rounding would give p = 1e-30.
    se = np.sqrt(np.where(variance * fit.sum_w <= NO_DISPERSION, 0.0, variance))
    df = 1 / data.add_up(share**2 + b * (data.spread(data.add_up(b)) - b))
    columns = (fit.estimate, se, df, tau2, q, q_df, fit.sum_w)
    fits = [_Fit(*each) for each in zip(*(column.tolist() for column in columns), strict=True)]
    ends = np.cumsum([rows.y.size for rows in sets])
    return fits, np.split((fit.w / sizes)[code], ends[:-1])


def _pooled(rows: Rows, rho: float, fit: _Fit, weights: Array, level: float) -> Pooled:
    found = inference(
        estimate=rows.unit * (rows.sign * fit.estimate + 0.0),  # no "-0"
        se=rows.unit * fit.se,
        df=fit.df,
        tau2=rows.unit**2 * fit.tau2,
        level=level,
    )
    model_width = critical_value(level, np.nan) / np.sqrt(fit.sum_w)
    few = rows.n_trials <= ROBUST_VARIANCE_LEANS
    width = fit.se * critical_value(level, fit.df)
    flags = {
        "df_below_4": fit.df < TRUSTED_DF,
        "narrower_than_model": few and 0 < width < model_width,
        "zero_standard_error": fit.se == 0,
        "few_trials": few,
        "tau2_zero": fit.tau2 == 0,
    }
    return Pooled(
        model="correlated_effects",
        tau2_method="MM",
        ci_method="satterthwaite",
        level=level,
        k=rows.y.size,
        n_trials=rows.n_trials,
        **found,
        tau2_ci_low=np.nan,
        tau2_ci_high=np.nan,
        i2_q=100 * (fit.q - fit.q_df) / fit.q if fit.q > fit.q_df else 0.0,
        i2_tau2=np.nan,
        q=fit.q,
        q_df=fit.q_df,
        q_p=np.nan,
        flags=tuple(flag for flag, raised in flags.items() if raised),
        weights=rows.percent(weights),
        rho=rho,
    )
