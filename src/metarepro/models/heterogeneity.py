"""Confidence intervals of tau2 and of I2 and H2, which follow from it."""

import math
from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special
from scipy.optimize import brentq

from metarepro.models.pooling import pool, q_profile, typical_variance
from metarepro.models.rows import arrange
from metarepro.models.tau2 import ESTIMATORS, profile_log_likelihood
from metarepro.models.weighted import Subsets


class Bounds(NamedTuple):
    """An estimate and its interval; limits are NaN where the interval is empty."""

    estimate: float
    low: float
    high: float


class Heterogeneity(NamedTuple):
    """How far the true effects lie apart.

    Attributes
    ----------
    method : "profile" or "q_profile"
    tau2 : variance of the true effects, in squared units of the effects
    i2 : tau2 / (tau2 + typical sampling variance), percent
    h2 : (tau2 + typical sampling variance) / typical sampling variance
    """

    method: str
    tau2: Bounds
    i2: Bounds
    h2: Bounds


def heterogeneity(
    yi: npt.ArrayLike,
    vi: npt.ArrayLike,
    *,
    method: Literal["profile", "q_profile"] = "q_profile",
    tau2_method: str = "REML",
    level: float = 0.95,
) -> Heterogeneity:
    """Estimate the heterogeneity of independent effects, with confidence intervals.

    Parameters
    ----------
    yi, vi : array-like of shape (k,)
        Effects and their sampling variances, one row per trial; k >= 2.
    method : "profile" or "q_profile"
        "q_profile" (Viechtbauer 2007) goes with every estimator; "profile" holds the values of
        tau2 at which the likelihood, maximised over the mean, is no more than half the quantile of
        chi-squared below its maximum (Hardy and Thompson 1996), and needs ML or REML.
    tau2_method : str
        A name in `tau2.ESTIMATORS`.
    level : float
        Coverage of the intervals.

    Returns
    -------
    Heterogeneity
        metafor's `confint(rma(...), type = "PL")` or `type = "QP"`. I2 and H2 are monotone in tau2,
        so their limits are those of tau2 (Higgins and Thompson 2002, eq. 9).

    Raises
    ------
    ValueError
        As `pooling.pool`, and for a profile of an estimator that maximises no likelihood.

    Examples
    --------
    >>> found = heterogeneity([0.10, 0.30, 0.65, 0.25, 0.90], [0.04, 0.02, 0.05, 0.03, 0.04])
    >>> f"I2 {found.i2.estimate:.0f}%, from {found.i2.low:.0f}% to {found.i2.high:.0f}%"
    'I2 65%, from 0% to 96%'
    """
    pooled = pool(yi, vi, tau2_method=tau2_method, level=level)
    rows = arrange(yi, vi)
    y, v = rows.y[:, None], rows.v[:, None]
    data = Subsets(y, v, np.ones_like(v), ((y - y.mean()) ** 2).sum(axis=0), v.min(axis=0))
    if method == "q_profile":
        low, high = (float(limit[0]) for limit in q_profile(data, level))
    elif ESTIMATORS[tau2_method].likelihood:
        restricted = tau2_method == "REML"
        low, high = _profile(data, pooled.tau2 / rows.unit**2, restricted, level)
    else:
        raise ValueError(f"a profile likelihood needs ML or REML; got {tau2_method!r}")
    tau2 = Bounds(pooled.tau2, low * rows.unit**2, high * rows.unit**2)
    sampling = typical_variance(np.asarray(vi, dtype=np.float64))
    return Heterogeneity(
        method,
        tau2,
        Bounds(*(100 * value / (value + sampling) for value in tau2)),
        Bounds(*(1 + value / sampling for value in tau2)),
    )


def _profile(data: Subsets, tau2: float, restricted: bool, level: float) -> tuple[float, float]:
    """Where the profile log-likelihood is half a quantile below its maximum, on both sides."""
    drop = float(special.chdtri(1, 1 - level)) / 2
    top = profile_log_likelihood(data, np.array([tau2]), restricted)[0]

    def above(value: float) -> float:
        """Height over the level of the limits; with several maxima the outermost limits count."""
        return float(profile_log_likelihood(data, np.array([value]), restricted)[0] - top + drop)

    low = 0.0 if tau2 == 0 or above(0.0) >= 0 else _root(above, 0.0, tau2)
    far = max(2 * tau2, float(data.least[0]))
    while above(far) > 0:
        far *= 2
    return low, _root(above, tau2, far)


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    return float(brentq(function, low, high, xtol=1e-300, rtol=4 * math.ulp(1.0)))
