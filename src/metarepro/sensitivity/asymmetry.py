"""Regressions, rank correlation and trim-and-fill: whether small trials find larger effects.

The results are columns of `bias.BiasResult`; the weighted regressions are meta-regressions without
tau2, with the Knapp-Hartung factor as dispersion.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from metarepro.models.meta_regression import Combination, fit
from metarepro.models.pooling import pool

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
#: Rounds after which trim-and-fill is given up.
_MOST_ROUNDS = 100


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
    return _test(_weighted_regression(yi, _predictor(vi, predictor), vi)[1])


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
    fitted = fit(yi, vi, _design(_predictor(vi, predictor)), tau2_method="REML", ci_method="z")
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
    return _test(_weighted_regression(yi, _predictor(vi, 1 / n), vi)[1])


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
    tau, p = kendall(centred, vi)
    return {"statistic": tau, "p_value": p}


def kendall(x: Array, y: Array) -> tuple[float, float]:
    """Kendall's tau-b (1970) and its two-sided p: exact without ties, normal with them.

    Parameters
    ----------
    x, y : array of shape (k,)
        k from 3 on; neither the same throughout.

    Examples
    --------
    >>> tau, p = kendall(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 3.0, 2.0, 4.0]))
    >>> f"{tau:.3f}, p = {p:.3f}"
    '0.667, p = 0.333'
    """
    k = len(x)
    pairs = np.triu_indices(k, 1)
    one, other = (np.sign(values[:, None] - values)[pairs] for values in (x, y))
    score = float(one @ other)
    tau = score / math.sqrt(float(one @ one) * float(other @ other))
    ties = [np.unique(values, return_counts=True)[1].astype(float) for values in (x, y)]
    if max(t.max() for t in ties) == 1:
        # The number of discordant pairs is a sum of independent uniform numbers from 0 to i - 1.
        chances = np.ones(1)
        for i in range(2, k + 1):
            chances = np.convolve(chances, np.full(i, 1 / i))
        fewer = round((len(one) - abs(score)) / 2)
        return tau, min(1.0, 2 * float(chances[: fewer + 1].sum()))
    m = k * (k - 1.0)
    spread = sum(float((t * (t - 1) * (2 * t + 5)).sum()) for t in ties)
    two, three = (
        [float(term.sum()) for term in terms]
        for terms in ([t * (t - 1) for t in ties], [t * (t - 1) * (t - 2) for t in ties])
    )
    variance = (m * (2 * k + 5) - spread) / 18
    variance += two[0] * two[1] / (2 * m) + three[0] * three[1] / (9 * m * (k - 2))
    return tau, 2 * float(special.ndtr(-abs(score) / math.sqrt(variance)))


def trim_and_fill(yi: Array, vi: Array, ci_method: str, level: float = 0.95) -> dict[str, Any]:
    """Trim and fill (Duval & Tweedie 2000), estimator L0, REML.

    Trials are added on the side that metafor's `trimfill` takes: left if effects grow with their
    standard error (slope of `egger_random`).

    Returns
    -------
    dict
        Columns of `BiasResult`; the interval is that of `pooling.pool` with `ci_method`.
    """
    slope = fit(yi, vi, _design(np.sqrt(vi)), ci_method="z").coefficients[1]
    turn = -1.0 if slope < 0 else 1.0
    order = np.argsort(turn * yi, kind="stable")
    y, v = turn * yi[order], vi[order]
    middle, kept = _trimmed(y, v)
    pooled = pool(
        turn * np.append(y, 2 * middle - y[kept:]),
        np.append(v, v[kept:]),
        tau2_method="REML",
        ci_method=ci_method,
        level=level,
    )
    columns = ("statistic", "df", "p_value", "estimate", "se", "ci_low", "ci_high", "tau2")
    found = {column: getattr(pooled, column) for column in columns}
    return found | {"n_filled": float(len(y) - kept), "detail": "right" if slope < 0 else "left"}


def _trimmed(y: Array, v: Array) -> tuple[float, int]:
    """The pooled effect without the largest ones that have no counterpart, and how many stay."""
    k, missing = len(y), 0
    for _ in range(_MOST_ROUNDS):
        middle = pool(y[: k - missing], v[: k - missing], ci_method="z").estimate
        rank = np.argsort(np.argsort(np.abs(y - middle), kind="stable")) + 1.0
        l0 = (4 * rank[y > middle].sum() - k * (k + 1)) / (2 * k - 1)
        before, missing = missing, min(k - 1, max(0, round(l0)))
        if missing == before:
            return middle, k - missing
    raise ArithmeticError(f"trim and fill has not settled after {_MOST_ROUNDS} rounds")


def pet(
    yi: Array, vi: Array, predictor: Array | None = None, level: float = 0.95
) -> dict[str, Any]:
    """Precision-effect test: the intercept of Egger's regression (Stanley 2008)."""
    return _adjusted(_weighted_regression(yi, _predictor(vi, predictor), vi, level)[0])


def peese(
    yi: Array, vi: Array, predictor: Array | None = None, level: float = 0.95
) -> dict[str, Any]:
    """Precision-effect estimate with standard error (Stanley & Doucouliagos 2014).

    The intercept of a regression on the square of PET's predictor.
    """
    return _adjusted(_weighted_regression(yi, _predictor(vi, predictor) ** 2, vi, level)[0])


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


def _design(predictor: Array) -> Array:
    return np.column_stack([np.ones_like(predictor), predictor])


def _weighted_regression(
    yi: Array, predictor: Array, vi: Array, level: float = 0.95
) -> tuple[Combination, Combination]:
    """Intercept and slope with weights 1 / vi, the scale of the variances being estimated."""
    fitted = fit(yi, vi, _design(predictor), model="common", ci_method="knapp_hartung")
    return fitted.combination([1, 0], level), fitted.combination([0, 1], level)


def _test(found: Combination) -> dict[str, Any]:
    return {"statistic": found.estimate / found.se, "df": found.df, "p_value": found.p_value}


def _adjusted(found: Combination) -> dict[str, Any]:
    columns = ("estimate", "se", "ci_low", "ci_high")
    return _test(found) | {column: getattr(found, column) for column in columns}
