"""Small-study effects and selection: tests, adjusted estimates and counts of p-values.

None of this mends a bias. A test tells that small trials differ from large ones, whatever the
cause; an adjusted estimate tells what the pool would be if one model of the cause were right.

PyMetaAnalysis gives Begg's test, the random-effects regression and trim-and-fill, statsmodels the
weighted regressions; `selection` fits the selection model.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from meta_analyze import MetaAnalysisError, MetaAnalysisResult, meta_analysis, meta_regression
from scipy.stats import norm
from statsmodels.regression.linear_model import WLS

from metarepro.conversion.trial_means import average_by_trial
from metarepro.models.pooling import pool
from metarepro.models.selection import selection_model
from metarepro.models.thresholds import MIN_TRIALS_FOR_ASYMMETRY
from metarepro.synthesis.pools import Settings

Array = npt.NDArray[np.float64]

#: What each method tests; the order of the rows.
METHODS = {
    "egger": "asymmetry",
    "egger_random": "asymmetry",
    "begg": "asymmetry",
    "trim_and_fill": "effect",
    "pet": "effect",
    "peese": "effect",
    "pet_peese": "effect",
    "selection": "selection",
}
#: PEESE stands in for PET where PET's estimate is above 0 at this one-sided level. Conventions
#: differ. Stanley (2016, working paper "Limitations of PET-PEESE") tests at the 10% level, as the
#: code of Carter and others (2019) quotes him (github.com/nicebread/meta-showdown, 3-PET-PEESE.R;
#: the paper itself was not seen). That code compares the two-sided p of a positive estimate with
#: 10%, so 5% one-sided, which is taken here, or with 5%. Read as one-sided, 10% would choose PEESE
#: more often.
PET_LEVEL = 0.05

#: Variances that differ by less, relatively, leave a regression nothing but rounding.
_SAME = 1e-6
#: PyMetaAnalysis solves for tau2 to this, absolute and relative (its default is 1e-10).
_TAU2_TOLERANCE = 1e-14


@dataclass(frozen=True)
class BiasResult:
    """One method applied to one pool.

    A number that the method does not give is nan.

    Attributes
    ----------
    method : one of `METHODS`
    k : number of trials
    tests : what `statistic` and `p_value` test: "asymmetry", "selection" or "effect" (that the
        adjusted effect is 0)
    statistic : t (egger, pet, peese), z (egger_random), Kendall's tau-b (begg), estimate / se
        (trim_and_fill), chi-squared (selection)
    df : degrees of freedom of the statistic; nan where it has none
    p_value : two-sided
    estimate, se, ci_low, ci_high : the adjusted effect with its interval
    tau2 : variance of the true effects in the adjusted model
    n_filled : trials added by trim-and-fill
    weight, weight_se : chance that a result with p above the cut is published, relative to one
        below it (selection)
    detail : side on which trials were added (trim_and_fill), the regression taken (pet_peese)
    reason : why there is no result; "" if there is
    """

    method: str
    k: int
    tests: str
    statistic: float = math.nan
    df: float = math.nan
    p_value: float = math.nan
    estimate: float = math.nan
    se: float = math.nan
    ci_low: float = math.nan
    ci_high: float = math.nan
    tau2: float = math.nan
    n_filled: float = math.nan
    weight: float = math.nan
    weight_se: float = math.nan
    detail: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Caliper:
    """Numbers of results by two-sided p; an interval holds its upper end.

    Attributes
    ----------
    n_results : all results
    n_significant : p up to 0.05
    n_040_050, n_045_050 : just below 0.05
    n_050_055, n_050_060 : just above it
    """

    n_results: int
    n_significant: int
    n_040_050: int
    n_045_050: int
    n_050_055: int
    n_050_060: int


def assess(effects: pd.DataFrame, settings: Settings) -> tuple[BiasResult, ...]:
    """Apply every method to a pool, several results of a trial being averaged first.

    Parameters
    ----------
    effects : DataFrame
        Columns trial_id, label, year, yi, vi; positive favours the intervention.
    settings : Settings
        `rho` for the averages, `ci_method` for trim-and-fill, `level` for all intervals.

    Returns
    -------
    tuple of BiasResult
        One a method of `METHODS`, in that order; with fewer than 10 trials, or data that the
        method cannot take, only the reason.
    """
    trials = average_by_trial(effects, settings.rho)
    yi, vi = trials["yi"].to_numpy(float), trials["vi"].to_numpy(float)
    few = f"{len(trials)} trials; at least {MIN_TRIALS_FOR_ASYMMETRY} are needed"
    reason = few if len(trials) < MIN_TRIALS_FOR_ASYMMETRY else _no_spread(yi, vi)
    level = settings.level
    apply: dict[str, Callable[[Array, Array], dict[str, Any]]] = {
        "egger": egger,
        "egger_random": partial(egger_random, level=level),
        "begg": begg,
        "trim_and_fill": partial(trim_and_fill, ci_method=settings.ci_method, level=level),
        "pet": partial(pet, level=level),
        "peese": partial(peese, level=level),
        "pet_peese": partial(pet_peese, level=level),
        "selection": partial(selection_model, level=level),
    }
    results = []
    for method, tests in METHODS.items():
        try:
            found = {"reason": reason} if reason else apply[method](yi, vi)
        except MetaAnalysisError as error:
            found = {"reason": str(error)}
        results.append(BiasResult(method=method, k=len(trials), tests=tests, **found))
    return tuple(results)


def caliper(effects: pd.DataFrame) -> Caliper:
    """Count results by their two-sided p, from z = yi / sqrt(vi) (Gerber & Malhotra 2008).

    Parameters
    ----------
    effects : DataFrame
        Columns yi, vi; every result counts, also several of one trial.

    Returns
    -------
    Caliper
    """
    p = 2 * norm.sf(np.abs(effects["yi"].to_numpy(float)) / np.sqrt(effects["vi"].to_numpy(float)))

    def count(above: float, up_to: float) -> int:
        return int(np.sum((p > above) & (p <= up_to)))

    return Caliper(
        n_results=len(p),
        n_significant=int(np.sum(p <= 0.05)),
        n_040_050=count(0.04, 0.05),
        n_045_050=count(0.045, 0.05),
        n_050_055=count(0.05, 0.055),
        n_050_060=count(0.05, 0.06),
    )


def egger(yi: Array, vi: Array) -> dict[str, Any]:
    """Egger's test (1997): effects on standard errors, weights 1 / vi, multiplicative dispersion.

    Returns
    -------
    dict
        Columns of `BiasResult`; metafor's `regtest(model="lm")`.
    """
    fit = _weighted_regression(yi, np.sqrt(vi), vi)
    return {"statistic": fit.tvalues[1], "df": fit.df_resid, "p_value": fit.pvalues[1]}


def egger_random(yi: Array, vi: Array, level: float = 0.95) -> dict[str, Any]:
    """Egger's test in a random-effects regression (REML, normal reference).

    Returns
    -------
    dict
        Columns of `BiasResult`; metafor's `regtest(model="rma")`, its default. The estimate is
        that of a trial without sampling error.
    """
    fit = meta_regression(
        effect=yi,
        variance=vi,
        moderators={"sei": np.sqrt(vi)},
        tau2_method="REML",
        confidence_level=level,
        atol=_TAU2_TOLERANCE,
    )
    limit, slope = fit.coefficients.to_dict("records")
    return {
        "statistic": slope["statistic"],
        "p_value": slope["pvalue"],
        "estimate": limit["estimate"],
        "se": limit["standard_error"],
        "ci_low": limit["ci_low"],
        "ci_high": limit["ci_high"],
        "tau2": fit.tau2,
    }


def begg(yi: Array, vi: Array) -> dict[str, Any]:
    """Rank correlation of effects and variances (Begg & Mazumdar 1994).

    Returns
    -------
    dict
        Columns of `BiasResult`; metafor's `ranktest`: exact p without ties, normal with them.
    """
    # A tied effect needs a tied variance: each is divided by its own standard error.
    ties = len(np.unique(vi)) < len(vi)
    test = _pooled(yi, vi).begg_test(exact=not ties)
    return {"statistic": test.tau, "p_value": test.pvalue}


def trim_and_fill(yi: Array, vi: Array, ci_method: str, level: float = 0.95) -> dict[str, Any]:
    """Trim and fill (Duval & Tweedie 2000), estimator L0, REML.

    Trials are added on the side that metafor's `trimfill` takes: left if effects grow with their
    standard error (slope of `egger_random`).

    Returns
    -------
    dict
        Columns of `BiasResult`; the interval is that of `pooling.pool` with `ci_method`.
    """
    filled = _pooled(yi, vi).trim_and_fill()
    trials = filled.augmented_studies
    pooled = pool(
        trials["effect"],
        trials["variance"],
        tau2_method="REML",
        ci_method=ci_method,
        level=level,
    )
    columns = ("statistic", "df", "p_value", "estimate", "se", "ci_low", "ci_high", "tau2")
    found = {column: getattr(pooled, column) for column in columns}
    return found | {"n_filled": float(filled.k0), "detail": filled.side}


def pet(yi: Array, vi: Array, level: float = 0.95) -> dict[str, Any]:
    """Precision-effect test: the intercept of Egger's regression (Stanley 2008)."""
    return _intercept(_weighted_regression(yi, np.sqrt(vi), vi), level)


def peese(yi: Array, vi: Array, level: float = 0.95) -> dict[str, Any]:
    """Precision-effect estimate with standard error: on variances (Stanley & Doucouliagos 2014)."""
    return _intercept(_weighted_regression(yi, vi, vi), level)


def pet_peese(yi: Array, vi: Array, level: float = 0.95) -> dict[str, Any]:
    """PEESE if PET finds an effect above 0 (one-sided p < `PET_LEVEL`), otherwise PET.

    The conditional estimator of Stanley & Doucouliagos (2014); other authors set other levels.
    """
    first = pet(yi, vi, level)
    if first["estimate"] > 0 and first["p_value"] / 2 < PET_LEVEL:
        return peese(yi, vi, level) | {"detail": "peese"}
    return first | {"detail": "pet"}


def _no_spread(yi: Array, vi: Array) -> str:
    """Why there is nothing to correlate; "" if there is."""
    if np.ptp(yi) == 0:
        return "all effects are equal"
    return "all variances are equal" if np.ptp(vi) <= _SAME * vi.max() else ""


def _weighted_regression(yi: Array, predictor: Array, vi: Array) -> Any:
    """Regression with weights 1 / vi, the scale of the variances being estimated."""
    return WLS(yi, np.column_stack([np.ones_like(yi), predictor]), weights=1 / vi).fit()


def _intercept(fit: Any, level: float) -> dict[str, Any]:
    low, high = fit.conf_int(alpha=1 - level)[0]
    return {
        "statistic": fit.tvalues[0],
        "df": fit.df_resid,
        "p_value": fit.pvalues[0],
        "estimate": fit.params[0],
        "se": fit.bse[0],
        "ci_low": low,
        "ci_high": high,
    }


def _pooled(yi: Array, vi: Array) -> MetaAnalysisResult:
    """PyMetaAnalysis's pool, from which its tests start."""
    return meta_analysis(effect=yi, variance=vi, tau2_method="REML", atol=_TAU2_TOLERANCE)
