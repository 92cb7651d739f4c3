"""Regressions, rank correlation and trim-and-fill: whether small trials find larger effects.

statsmodels gives the weighted regressions, scipy the rank correlation, PyMetaAnalysis
trim-and-fill. The results are columns of `bias.BiasResult`.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from meta_analyze import meta_analysis
from scipy.stats import kendalltau
from statsmodels.regression.linear_model import WLS

from metarepro.models.meta_regression import fit
from metarepro.models.pooling import pool
from metarepro.models.rows import unit_of

Array = npt.NDArray[np.float64]

#: PEESE stands in for PET where PET's estimate is above 0 at this one-sided level. Conventions
#: differ. Stanley (2016, working paper "Limitations of PET-PEESE") tests at the 10% level, as the
#: code of Carter and others (2019) quotes him (github.com/nicebread/meta-showdown, 3-PET-PEESE.R;
#: the paper itself was not seen). That code compares the two-sided p of a positive estimate with
#: 10%, so 5% one-sided, which is taken here, or with 5%. Read as one-sided, 10% would choose PEESE
#: more often.
PET_LEVEL = 0.05

#: Variances that differ by less, relatively, leave a regression nothing but rounding.
SAME_SIZE = 1e-6
#: PyMetaAnalysis solves for tau2 to this, absolute and relative (its default is 1e-10), in units
#: in which the smallest variance is near 1.
_TAU2_TOLERANCE = 1e-14


def egger(yi: Array, vi: Array, predictor: Array | None = None) -> dict[str, Any]:
    """Egger's test (1997): weights 1 / vi, multiplicative dispersion.

    Parameters
    ----------
    yi, vi : array of shape (k,)
        Effects and their sampling variances.
    predictor : array of shape (k,), optional
        What effects are regressed on; by default their standard errors. For standardised mean
        differences sqrt(1 / n_t + 1 / n_c) (Pustejovsky & Rodgers 2019).

    Returns
    -------
    dict
        Columns of `BiasResult`; metafor's `regtest(model="lm")`.

    Raises
    ------
    ValueError
        If the predictor is the same for all trials.
    """
    fitted = _weighted_regression(yi, _predictor(vi, predictor), vi)
    return {"statistic": fitted.tvalues[1], "df": fitted.df_resid, "p_value": fitted.pvalues[1]}


def egger_random(
    yi: Array, vi: Array, predictor: Array | None = None, level: float = 0.95
) -> dict[str, Any]:
    """Egger's test in a random-effects regression (REML, normal reference).

    Returns
    -------
    dict
        Columns of `BiasResult`; metafor's `regtest(model="rma")`, its default. The estimate is
        that of a trial without sampling error.
    """
    x = np.column_stack([np.ones_like(yi), _predictor(vi, predictor)])
    fitted = fit(yi, vi, x, tau2_method="REML", ci_method="z")
    limit, slope = (fitted.combination(row, level) for row in np.eye(2))
    return {
        "statistic": slope.estimate / slope.se,
        "p_value": slope.p_value,
        "estimate": limit.estimate,
        "se": limit.se,
        "ci_low": limit.ci_low,
        "ci_high": limit.ci_high,
        "tau2": fitted.tau2,
        "flags": "several_modes" if fitted.several_modes else "",
    }


def peters(yi: Array, vi: Array, n: Array) -> dict[str, Any]:
    """Peters' test (2006): effects on 1 / participants, of which neither has an effect in it.

    Parameters
    ----------
    yi, vi, n : array of shape (k,)
        Effects, their sampling variances and participants.

    Returns
    -------
    dict
        Columns of `BiasResult`; metafor's `regtest(model="lm", predictor="ninv")`, whose weights
        are 1 / vi. Peters and others weight log odds ratios by their pooled numbers of events.
    """
    fitted = _weighted_regression(yi, _predictor(vi, 1 / n), vi)
    return {"statistic": fitted.tvalues[1], "df": fitted.df_resid, "p_value": fitted.pvalues[1]}


def begg(yi: Array, vi: Array) -> dict[str, Any]:
    """Rank correlation of effects and variances (Begg & Mazumdar 1994).

    Returns
    -------
    dict
        Columns of `BiasResult`; metafor's `ranktest`: exact p without ties, normal with them.
    """
    w = 1 / vi
    # Rounded, since equal effects may differ in the last digit once they are centred.
    centred = np.round((yi - np.sum(w * yi) / w.sum()) / np.sqrt(vi - 1 / w.sum()), 12)
    ties = len(np.unique(vi)) < len(vi) or len(np.unique(centred)) < len(centred)
    test = kendalltau(centred, vi, method="asymptotic" if ties else "exact")
    return {"statistic": float(test.statistic), "p_value": float(test.pvalue)}


def trim_and_fill(yi: Array, vi: Array, ci_method: str, level: float = 0.95) -> dict[str, Any]:
    """Trim and fill (Duval & Tweedie 2000), estimator L0, REML.

    Trials are added on the side that metafor's `trimfill` takes: left if effects grow with their
    standard error (slope of `egger_random`).

    Returns
    -------
    dict
        Columns of `BiasResult`; the interval is that of `pooling.pool` with `ci_method`.
    """
    unit = unit_of(vi)  # PyMetaAnalysis compares tau2 with absolute numbers
    filled = meta_analysis(
        effect=yi / unit, variance=vi / unit**2, tau2_method="REML", atol=_TAU2_TOLERANCE
    ).trim_and_fill()
    trials = filled.augmented_studies
    pooled = pool(
        unit * trials["effect"],
        unit**2 * trials["variance"],
        tau2_method="REML",
        ci_method=ci_method,
        level=level,
    )
    columns = ("statistic", "df", "p_value", "estimate", "se", "ci_low", "ci_high", "tau2")
    found = {column: getattr(pooled, column) for column in columns}
    return found | {"n_filled": float(filled.k0), "detail": filled.side}


def pet(
    yi: Array, vi: Array, predictor: Array | None = None, level: float = 0.95
) -> dict[str, Any]:
    """Precision-effect test: the intercept of Egger's regression (Stanley 2008)."""
    return _intercept(_weighted_regression(yi, _predictor(vi, predictor), vi), level)


def peese(
    yi: Array, vi: Array, predictor: Array | None = None, level: float = 0.95
) -> dict[str, Any]:
    """Precision-effect estimate with standard error (Stanley & Doucouliagos 2014).

    The intercept of a regression on the square of PET's predictor.
    """
    return _intercept(_weighted_regression(yi, _predictor(vi, predictor) ** 2, vi), level)


def pet_peese(
    yi: Array, vi: Array, predictor: Array | None = None, level: float = 0.95
) -> dict[str, Any]:
    """PEESE if PET finds an effect above 0 (one-sided p < `PET_LEVEL`), otherwise PET.

    The conditional estimator of Stanley & Doucouliagos (2014); other authors set other levels.
    """
    first = pet(yi, vi, predictor, level)
    if first["estimate"] > 0 and first["p_value"] / 2 < PET_LEVEL:
        return peese(yi, vi, predictor, level) | {"detail": "peese"}
    return first | {"detail": "pet"}


def _predictor(vi: Array, predictor: Array | None) -> Array:
    """What effects are regressed on: standard errors, or something that differs."""
    if predictor is None:
        return np.sqrt(vi)
    if np.ptp(predictor) <= SAME_SIZE * predictor.max():
        raise ValueError("all trials are of one size")
    return predictor


def _weighted_regression(yi: Array, predictor: Array, vi: Array) -> Any:
    """Regression with weights 1 / vi, the scale of the variances being estimated."""
    return WLS(yi, np.column_stack([np.ones_like(yi), predictor]), weights=1 / vi).fit()


def _intercept(fitted: Any, level: float) -> dict[str, Any]:
    low, high = fitted.conf_int(alpha=1 - level)[0]
    return {
        "statistic": fitted.tvalues[0],
        "df": fitted.df_resid,
        "p_value": fitted.pvalues[0],
        "estimate": fitted.params[0],
        "se": fitted.bse[0],
        "ci_low": low,
        "ci_high": high,
    }
