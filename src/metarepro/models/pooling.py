"""Pool effect sizes: one call, one result, every number of it checked against R.

The only module that imports PyMARE. PyMARE 0.0.13 gives the estimators of tau2, the estimate, its
standard error and reference distribution, Q and the Q-profile bounds. What it lacks (weights,
prediction interval, I2 from tau2) is computed here, and its silences are closed here:

* it takes NaN, v <= 0 and a single row without a word: refused;
* its tau2 comes as float, (1,) or (1, 1), and its "z" is not estimate / se: not passed on;
* its ML and REML search stops at about six digits: `likelihood` solves the score equation;
* its Q-profile root stops at an absolute 2e-12: the data are first put on a scale on which the
  smallest variance is near 1 (by a power of two, which costs no rounding);
* its I2 and p of Q under the correlated-effects model are not robumeta's: `pool_correlated`.

Rows are sorted and, if need be, turned in sign before anything is computed, so that neither the
order of the rows nor the direction of the scale can move a digit of the result.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import norm, t

from metarepro.models.likelihood import likelihood_maxima, log_likelihood
from metarepro.wording.thresholds import FEW_TRIALS, TRUSTED_DF

with warnings.catch_warnings():
    warnings.simplefilter("ignore", ResourceWarning)  # PyMARE leaves a file open on import
    from pymare.estimators import (
        DerSimonianLaird,
        VarianceBasedLikelihoodEstimator,
        WeightedLeastSquares,
    )
    from pymare.stats import correlated_effects_weights, log_chi2_sf, q_gen, q_profile

Array = npt.NDArray[np.float64]

MODELS = ("common", "random")
TAU2_METHODS = ("DL", "ML", "REML")
#: Our name of each interval -> PyMARE's `small_sample_correction`.
CI_METHODS = {
    "z": "wald",
    "knapp_hartung": "knapp-hartung",
    "knapp_hartung_conservative": "knapp-hartung-conservative",
}

#: By how much PyMARE's log-likelihood may exceed ours: rounding, no more.
_LOG_LIKELIHOOD_SLACK = 1e-8
#: A trial with all but this share of the weight leaves no residual to learn from (CR2 undefined).
_MIN_SHARE_OF_OTHERS = 1e-10
#: A variance below this, in variances of the model, is the rounding of 0: PyMARE and metafor zero
#: the Knapp-Hartung factor there; the robust variance, left alone, would give p = 1e-30.
_NO_DISPERSION = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class Pooled:
    """One synthesis under one model.

    A number that is not defined for the model is NaN. All are in the units of `yi`, except
    `i2_q`, `i2_tau2` and `weights`, which are percent.

    Attributes
    ----------
    model : "common", "random" or "correlated_effects"
    tau2_method : "" (common), "DL", "ML", "REML" or "MM" (Hedges, Tipton & Johnson 2010)
    ci_method : "z", "knapp_hartung", "knapp_hartung_conservative" or "satterthwaite"
    k, n_trials : number of rows and of trials
    estimate, se : the pooled effect and its standard error
    df : degrees of freedom of the t reference; NaN where it is normal
    statistic, p_value : estimate / se, two-sided
    ci_low, ci_high, pi_low, pi_high : confidence and prediction interval
    tau2, tau2_ci_low, tau2_ci_high : variance of the true effects, Q-profile interval
    q, q_df, q_p : Cochran's Q, what it is expected to be without heterogeneity, its p
    i2_q : max(0, (Q - df) / Q)
    i2_tau2 : tau2 / (tau2 + typical sampling variance)
    flags : what a reader must know before using the row
    weights : array of shape (k,), one a row in the order given, summing to 100
    """

    model: str
    tau2_method: str
    ci_method: str
    k: int
    n_trials: int
    estimate: float
    se: float
    df: float
    statistic: float
    p_value: float
    ci_low: float
    ci_high: float
    tau2: float
    tau2_ci_low: float
    tau2_ci_high: float
    i2_q: float
    i2_tau2: float
    q: float
    q_df: float
    q_p: float
    pi_low: float
    pi_high: float
    flags: tuple[str, ...]
    weights: Array


def pool(
    yi: npt.ArrayLike,
    vi: npt.ArrayLike,
    *,
    model: str = "random",
    tau2_method: str = "REML",
    ci_method: str = "knapp_hartung_conservative",
    level: float = 0.95,
) -> Pooled:
    """Pool independent effects by inverse variance.

    Parameters
    ----------
    yi, vi : array-like of shape (k,)
        Effects and their sampling variances, one row a trial; k >= 2.
    model : "common" or "random"
        "common" has no tau2 and no prediction interval, and does not look at `tau2_method`.
    tau2_method : "DL", "ML" or "REML"
        DerSimonian & Laird 1986; Viechtbauer 2005.
    ci_method : "z", "knapp_hartung" or "knapp_hartung_conservative"
        Knapp & Hartung 2003, t with k - 1 df. The conservative variant floors their factor at 1,
        so that its standard error is never below that of "z"; metafor's `test="adhoc"`.
    level : float
        Coverage of all intervals.

    Returns
    -------
    Pooled
        The prediction interval is estimate +- crit sqrt(tau2 + se^2) with the reference of the
        confidence interval, t(k - 1) or normal, as metafor's `predict`. The interval of tau2 is
        by Q-profile (Viechtbauer 2007). Flags: "df_below_4", "several_modes" (the likelihood has
        more than one maximum; the highest is taken), "zero_standard_error" (all effects equal
        under "knapp_hartung": no test and no interval).

    Raises
    ------
    ValueError
        For input that cannot be pooled or an unknown method; the message says what and where.
    ArithmeticError
        If PyMARE knows a better tau2 than the one found here.
    """
    _check_choice("model", model, MODELS)
    _check_choice("tau2_method", tau2_method, TAU2_METHODS)
    _check_choice("ci_method", ci_method, tuple(CI_METHODS))
    rows = _arrange(yi, vi, None, level)
    y, v = rows.y[:, None], rows.v[:, None]
    random = model == "random"
    tau2, modes = _estimate_tau2(rows, tau2_method) if random else (0.0, 1)
    fit = WeightedLeastSquares(tau2=tau2, small_sample_correction=CI_METHODS[ci_method])
    fit.fit(y, rows.ones, v)
    q, q_df = float(q_gen(y, v, rows.ones, 0.0)[0]), rows.y.size - 1
    bounds = q_profile(rows.y, rows.v, rows.ones, alpha=1 - level) if random else {}
    result = _read_fit(rows, fit, tau2 if random else np.nan, 1.0 / (rows.v + tau2), level)
    flags = {
        "df_below_4": result["df"] < TRUSTED_DF,
        "several_modes": modes > 1,
        "zero_standard_error": result["se"] == 0,
    }
    return Pooled(
        model=model,
        tau2_method=tau2_method if random else "",
        ci_method=ci_method,
        tau2_ci_low=bounds.get("ci_l", np.nan) * rows.unit**2,
        tau2_ci_high=bounds.get("ci_u", np.nan) * rows.unit**2,
        q=q,
        q_df=float(q_df),
        q_p=float(np.exp(log_chi2_sf(q, q_df))),
        i2_q=_i2(q, q_df),
        i2_tau2=100 * tau2 / (tau2 + typical_variance(rows.v)) if random else np.nan,
        flags=tuple(flag for flag, raised in flags.items() if raised),
        **result,
    )


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
        df for reference. Flags: "df_below_4", "few_trials" (10 or fewer), "zero_standard_error"
        (the means of the trials are all equal: no test and no interval).

    Raises
    ------
    ValueError
        As `pool`; also for fewer than two trials, a missing label, rho outside 0 to 1, or one
        trial with all the weight.
    """
    if not 0 <= rho <= 1:
        raise ValueError(f"rho must lie between 0 and 1, got {rho}")
    rows = _arrange(yi, vi, trial, level)
    n_trials = int(rows.trial.max()) + 1
    if n_trials < 2:
        raise ValueError("robust variance needs at least 2 trials, got 1")
    y, v = rows.y[:, None], rows.v[:, None]
    fit = DerSimonianLaird(weight_scheme="rescale", rho=rho, small_sample_correction="wald")
    with warnings.catch_warnings():
        # Few trials and low df become flags; full leverage is refused below.
        warnings.simplefilter("ignore", UserWarning)
        fit.fit(y, v, rows.ones, rows.trial)
    tau2 = float(np.squeeze(fit.params_["tau2"]))
    weights = correlated_effects_weights(v, rows.trial, tau2)[:, 0]
    share = np.bincount(rows.trial, weights) / weights.sum()
    if 1 - share.max() < _MIN_SHARE_OF_OTHERS:
        raise ValueError("one trial carries all the weight; robust variance is undefined")
    # E(Q) without heterogeneity: m - a - rho (1 - a), a the within-trial trace term.
    weights_0 = correlated_effects_weights(v, rows.trial)[:, 0]
    within = float(np.sum(weights_0 / np.bincount(rows.trial)[rows.trial]) / weights_0.sum())
    q = float(q_gen(y, v, rows.ones, 0.0, rows.trial)[0])
    q_df = n_trials - within - rho * (1 - within)
    result = _read_fit(rows, fit, tau2, weights, level)
    flags = {
        "df_below_4": result["df"] < TRUSTED_DF,
        "few_trials": n_trials <= FEW_TRIALS,
        "zero_standard_error": result["se"] == 0,
    }
    return Pooled(
        model="correlated_effects",
        tau2_method="MM",
        ci_method="satterthwaite",
        tau2_ci_low=np.nan,
        tau2_ci_high=np.nan,
        q=q,
        q_df=q_df,
        q_p=np.nan,
        i2_q=_i2(q, q_df),
        i2_tau2=np.nan,
        flags=tuple(flag for flag, raised in flags.items() if raised),
        **result,
    )


@dataclass(frozen=True)
class _Rows:
    """The data in one order, sign and scale, and what leads back to the caller's."""

    y: Array
    v: Array
    trial: npt.NDArray[np.intp]  # 0 .. n_trials - 1
    order: npt.NDArray[np.intp]  # the caller's row of each row here
    sign: float  # +1 or -1; 0 where the rows are their own mirror image, which pool to 0
    unit: float

    @property
    def ones(self) -> Array:
        """Design matrix of a model with an intercept only."""
        return np.ones((self.y.size, 1))


def _arrange(
    yi: npt.ArrayLike, vi: npt.ArrayLike, trial: Sequence[object] | None, level: float
) -> _Rows:
    """Check the input and bring it into the order, sign and scale that it is computed in."""
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}")
    y, v = np.asarray(yi, dtype=np.float64), np.asarray(vi, dtype=np.float64)
    if y.ndim != 1 or v.ndim != 1:
        raise ValueError("yi and vi must be one-dimensional")
    labels = range(y.size) if trial is None else list(trial)
    if not y.size == v.size == len(labels):
        what = "yi and vi" if trial is None else "yi, vi and trial"
        raise ValueError(f"{what} differ in length: {y.size}, {v.size}, {len(labels)}")
    if y.size < 2:
        raise ValueError(f"pooling needs at least 2 effects, got {y.size}")
    _check_rows("yi must be finite", y, np.isfinite(y))
    _check_rows("vi must be finite and above 0", v, np.isfinite(v) & (v > 0))
    text = np.array(["" if label is None or label != label else str(label) for label in labels])
    _check_rows("trial must not be empty", text, text != "")
    code = np.unique(text, return_inverse=True)[1]

    unit = float(np.ldexp(1.0, np.frexp(v.min())[1] // 2))
    y, v = y / unit + 0.0, v / unit**2  # + 0.0 turns -0.0 into 0.0
    key = code if trial is not None else np.zeros_like(code)
    plain, mirrored = np.lexsort((y, v, key)), np.lexsort((-y, v, key))
    differ = np.flatnonzero(y[plain] != -y[mirrored])
    if differ.size and y[plain][differ[0]] < -y[mirrored][differ[0]]:
        return _Rows(-y[mirrored], v[mirrored], code[mirrored], mirrored, -1.0, unit)
    return _Rows(y[plain], v[plain], code[plain], plain, float(differ.size > 0), unit)


def _check_choice(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}; got {value!r}")


def _check_rows(rule: str, values: npt.NDArray[Any], holds: npt.NDArray[np.bool_]) -> None:
    if not holds.all():
        found = ", ".join(f"{values[i].item()!r} in row {i + 1}" for i in np.flatnonzero(~holds))
        raise ValueError(f"{rule}: found {found}")


def _estimate_tau2(rows: _Rows, method: str) -> tuple[float, int]:
    """Return tau2 in the units of `rows`, and how many maxima the likelihood has."""
    y, v = rows.y[:, None], rows.v[:, None]
    if method == "DL":
        fit = DerSimonianLaird(small_sample_correction="wald").fit(y, v, rows.ones)
        return float(np.squeeze(fit.params_["tau2"])), 1
    fit = VarianceBasedLikelihoodEstimator(method=method, small_sample_correction="wald")
    theirs = float(np.squeeze(fit.fit(y, v, rows.ones).params_["tau2"]))
    maxima = likelihood_maxima(rows.y, rows.v, rows.ones, method)
    height = log_likelihood(maxima, rows.y, rows.v, rows.ones, method)
    their_height = log_likelihood(np.array([theirs]), rows.y, rows.v, rows.ones, method)
    if their_height > height.max() + _LOG_LIKELIHOOD_SLACK:
        raise ArithmeticError(f"{method}: the search for tau2 missed the maximum of the likelihood")
    return float(maxima[np.argmax(height)]), maxima.size


def typical_variance(v: Array) -> float:
    """Typical sampling variance of the rows (Higgins & Thompson 2002, eq. 9)."""
    w = 1.0 / v
    return float((v.size - 1) * w.sum() / (w.sum() ** 2 - (w**2).sum()))


def _i2(q: float, q_df: float) -> float:
    """I2 in percent from Q and its expectation (Higgins & Thompson 2002)."""
    return 100 * (q - q_df) / q if q > q_df else 0.0


def _read_fit(rows: _Rows, fit: Any, tau2: float, weights: Array, level: float) -> dict[str, Any]:
    """Read a fitted PyMARE estimator into the columns of `Pooled`, back in the caller's units.

    `tau2` is NaN for a model without one, and then there is no prediction interval.
    """
    stats = fit.summary().get_fe_stats(1 - level)
    estimate = rows.sign * rows.unit * float(np.squeeze(stats["est"])) + 0.0  # no "-0"
    se = rows.unit * float(np.squeeze(stats["se"]))
    if (se / rows.unit) ** 2 * weights.sum() <= _NO_DISPERSION:
        se = 0.0
    dof = fit.params_["dof"]
    df = np.nan if dof is None else float(np.squeeze(dof))
    crit = float(norm.isf((1 - level) / 2) if dof is None else t.isf((1 - level) / 2, df))
    tau2 *= rows.unit**2
    ci_half = crit * se if se > 0 else np.nan
    pi_half = crit * np.sqrt(tau2 + se**2) if se > 0 else np.nan
    percent = np.empty_like(weights)
    percent[rows.order] = 100 * weights / weights.sum()
    return {
        "k": rows.y.size,
        "n_trials": int(rows.trial.max()) + 1,
        "estimate": estimate,
        "se": se,
        "df": df,
        "statistic": estimate / se if se > 0 else np.nan,
        "p_value": float(np.squeeze(stats["p"])) if se > 0 else np.nan,
        "ci_low": estimate - ci_half,
        "ci_high": estimate + ci_half,
        "tau2": tau2,
        "pi_low": float(estimate - pi_half),
        "pi_high": float(estimate + pi_half),
        "weights": percent,
    }
