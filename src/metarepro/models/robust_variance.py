"""Effects of which several may come from one trial: correlated effects with robust variance.

The only module that uses PyMARE, and only when something is fitted: it takes a second to import.
What PyMARE 0.0.13 accepts in silence (NaN, variances of 0, a single row) is refused before, and
its I2 and p of Q, which are not robumeta's, are not passed on.
"""

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from metarepro.models.inference import check_level, critical_value, inference
from metarepro.models.intervals import NO_DISPERSION
from metarepro.models.pooled import Array, Pooled
from metarepro.models.rows import arrange
from metarepro.models.thresholds import ROBUST_VARIANCE_LEANS, TRUSTED_DF


class RobustFit(NamedTuple):
    """A regression with the CR2 covariance of its p coefficients; `df` are Satterthwaite's."""

    tau2: float
    coefficients: Array
    covariance: Array
    df: Array
    weights: Array


def pool_correlated(
    yi: npt.ArrayLike,
    vi: npt.ArrayLike,
    trial: Sequence[object],
    *,
    rho: float = 0.8,
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
    if not 0 <= rho <= 1:
        raise ValueError(f"rho must lie between 0 and 1, got {rho}")
    check_level(level)
    rows = arrange(yi, vi, trial)
    n_trials = rows.n_trials
    if n_trials < 2:
        raise ValueError("robust variance needs at least 2 trials, got 1")
    fit = fit_robust(rows.y, rows.v, np.ones((rows.y.size, 1)), rows.trial, rho)
    se = float(np.sqrt(fit.covariance[0, 0]))
    if se**2 * fit.weights.sum() <= NO_DISPERSION:
        se = 0.0  # left alone it would give p = 1e-30
    found = inference(
        estimate=rows.unit * (rows.sign * float(fit.coefficients[0]) + 0.0),  # no "-0"
        se=rows.unit * se,
        df=float(fit.df[0]),
        tau2=rows.unit**2 * fit.tau2,
        level=level,
    )
    q, q_df = _heterogeneity(rows.y, rows.v, rows.trial, rho)
    model_width = critical_value(level, np.nan) / np.sqrt(fit.weights.sum())
    few = n_trials <= ROBUST_VARIANCE_LEANS
    width = se * critical_value(level, float(fit.df[0]))
    flags = {
        "df_below_4": found["df"] < TRUSTED_DF,
        "narrower_than_model": few and 0 < width < model_width,
        "zero_standard_error": se == 0,
        "few_trials": few,
        "tau2_zero": fit.tau2 == 0,
    }
    return Pooled(
        model="correlated_effects",
        tau2_method="MM",
        ci_method="satterthwaite",
        level=level,
        k=rows.y.size,
        n_trials=n_trials,
        **found,
        tau2_ci_low=np.nan,
        tau2_ci_high=np.nan,
        i2_q=100 * (q - q_df) / q if q > q_df else 0.0,
        i2_tau2=np.nan,
        q=q,
        q_df=q_df,
        q_p=np.nan,
        flags=tuple(flag for flag, raised in flags.items() if raised),
        weights=rows.percent(fit.weights),
        rho=rho,
    )


def fit_robust(y: Array, v: Array, x: Array, trial: npt.NDArray[np.intp], rho: float) -> RobustFit:
    """Fit the correlated-effects regression of effects on a design.

    Parameters
    ----------
    y, v : array of shape (k,)
        In units in which the smallest variance is near 1.
    x : array of shape (k, p)
    trial : array of shape (k,)
        Numbers from 0 on.
    rho : float
    """
    estimators = _pymare().estimators
    model = estimators.DerSimonianLaird(
        weight_scheme="rescale", rho=rho, small_sample_correction="wald"
    )
    with np.errstate(all="ignore"), warnings.catch_warnings():
        # Few trials and low df become flags; full leverage is refused by the caller.
        warnings.simplefilter("ignore", UserWarning)
        params = model.fit(y[:, None], v[:, None], x, trial).params_
    tau2 = float(np.squeeze(params["tau2"]))
    return RobustFit(
        tau2=tau2,
        coefficients=params["fe_params"][:, 0],
        covariance=params["inv_cov"][:, :, 0],
        df=np.atleast_1d(np.squeeze(params["dof"])),
        weights=_weights(v, trial, tau2),
    )


def _heterogeneity(
    y: Array, v: Array, trial: npt.NDArray[np.intp], rho: float
) -> tuple[float, float]:
    """Q under the weights at tau2 = 0, and its expectation without heterogeneity.

    The latter is m - a - rho (1 - a), with a the within-trial trace term.
    """
    w = _weights(v, trial, 0.0)
    sizes = np.bincount(trial)
    within = float(np.sum(w / sizes[trial]) / w.sum())
    mean = float((w * y).sum() / w.sum())
    return float((w * (y - mean) ** 2).sum()), sizes.size - within - rho * (1 - within)


def _weights(v: Array, trial: npt.NDArray[np.intp], tau2: float) -> Array:
    """1 / (n_j (mean v_j + tau2)) for every row of trial j (Hedges, Tipton & Johnson 2010)."""
    sizes = np.bincount(trial)
    means = np.bincount(trial, v) / sizes
    return np.asarray(1 / (sizes * (means + tau2)))[trial]


def _pymare() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # PyMARE leaves a file open on import
        import pymare.estimators
    return pymare
