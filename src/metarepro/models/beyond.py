"""The share of true effects beyond a limit, such as a minimal important difference."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
from scipy import special

from metarepro.models.inference import critical_value
from metarepro.models.pooled import Array, Pooled
from metarepro.models.thresholds import FEW_TRIALS, has_reliable_interval

#: The delta method holds for shares between these (Mathur and VanderWeele 2019).
_CERTAIN = (0.15, 0.85)


@dataclass(frozen=True)
class ShareBeyond:
    """A share of the true effects, from 0 to 1; NaN where it, or its interval, is not given.

    Attributes
    ----------
    share, ci_low, ci_high : of normally distributed true effects
    flags : "share_of_few" (fewer than 10 trials), "share_near_end" (outside 15% to 85%, where the
        interval is too narrow)
    reason : why there is no share, or no interval; "" if there are both
    """

    share: float
    ci_low: float
    ci_high: float
    flags: tuple[str, ...] = ()
    reason: str = ""


def share_beyond(
    pooled: Pooled, yi: npt.ArrayLike, vi: npt.ArrayLike, limit: float, *, above: bool
) -> ShareBeyond:
    """Estimate the share of true effects beyond a limit.

    Parameters
    ----------
    pooled : Pooled
        Of the effects.
    yi, vi : array-like of shape (k,)
        The effects that were pooled, and their variances.
    limit : float
        On the scale of pooling.
    above : bool
        Whether effects beyond the limit are greater than it.

    Returns
    -------
    ShareBeyond
        No share without heterogeneity: where tau2 is 0 or the model has none, it would be all or
        nothing. No interval where that of the pool is withheld, and none for models of several
        results per trial, whose tau2 has no published standard error.

    Notes
    -----
    With mu, tau2 the pool, 1 - Phi((limit - mu) / tau); its standard error by the delta method is
    phi((limit - mu) / tau) sqrt(se(mu)^2 / tau2 + se(tau2)^2 (limit - mu)^2 / (4 tau2^3)) (Mathur
    and VanderWeele 2019); limits beyond 0 and 1 are cut off.

    Examples
    --------
    >>> from metarepro.models.pooling import pool
    >>> yi, vi = [0.1, 0.3, 0.65, 0.25, 0.9, 0.4], [0.04, 0.02, 0.05, 0.03, 0.04, 0.05]
    >>> found = share_beyond(pool(yi, vi), yi, vi, 0.2, above=True)
    >>> f"{found.share:.2f}, {found.flags}"
    "0.85, ('share_of_few', 'share_near_end')"
    """
    none = ShareBeyond(math.nan, math.nan, math.nan)
    if math.isnan(pooled.tau2):
        return _because(none, "the common-effect model has one true effect")
    if pooled.tau2 == 0:
        return _because(none, "the variance between trials was estimated as 0: all or none")
    z = (limit - pooled.estimate) / math.sqrt(pooled.tau2)
    share = float(special.ndtr(-z if above else z))
    flags = {
        "share_of_few": pooled.n_trials < FEW_TRIALS,
        "share_near_end": not _CERTAIN[0] <= share <= _CERTAIN[1],
    }
    raised = tuple(flag for flag, up in flags.items() if up)
    point = ShareBeyond(share, math.nan, math.nan, raised)
    if pooled.model != "random":
        return _because(point, "the variance between trials has no standard error in this model")
    if not has_reliable_interval(pooled.flags):
        return _because(point, "too few trials for a reliable interval")
    of_tau2 = tau2_standard_error(yi, vi, pooled.tau2, pooled.tau2_method)
    moved = pooled.se**2 / pooled.tau2 + (of_tau2 * z / (2 * pooled.tau2)) ** 2
    half = critical_value(pooled.level, math.nan) * NormalDist().pdf(float(z)) * math.sqrt(moved)
    return ShareBeyond(share, max(0.0, share - half), min(1.0, share + half), raised)


def _because(found: ShareBeyond, reason: str) -> ShareBeyond:
    return ShareBeyond(found.share, math.nan, math.nan, found.flags, reason)


def tau2_standard_error(yi: npt.ArrayLike, vi: npt.ArrayLike, tau2: float, method: str) -> float:
    """Asymptotic standard error of tau2, as metafor's `rma` gives it (`se.tau2`).

    Parameters
    ----------
    yi, vi : array-like of shape (k,)
    tau2 : float
        Its estimate.
    method : str
        A name in `tau2.ESTIMATORS`.

    Examples
    --------
    >>> round(tau2_standard_error([0.1, 0.3, 0.9], [0.04, 0.02, 0.05], 0.1153, "REML"), 3)
    0.151
    """
    y, v = np.asarray(yi, dtype=np.float64), np.asarray(vi, dtype=np.float64)
    return math.sqrt(_VARIANCES[method](y, v, tau2))


def _projection(w: Array) -> Array:
    """P = W - W 1 1'W / sum w."""
    projection: Array = np.diag(w) - np.outer(w, w) / w.sum()
    return projection


def _of_quadratic_form(p: Array, v: Array, tau2: float, scale: float) -> float:
    """Variance of y'Py / scale, y being normal with variances v + tau2."""
    covariance = p * (v + tau2)
    return float(2 * (covariance * covariance.T).sum() / scale**2)


def _common_weights(scale: Callable[[Array, Array], float]) -> Callable[..., float]:
    """A moment estimator with the weights of the common-effect model."""

    def variance(_: Array, v: Array, tau2: float) -> float:
        p = _projection(1 / v)
        return _of_quadratic_form(p, v, tau2, scale(p, 1 / v))

    return variance


def _hedges(_: Array, v: Array, tau2: float) -> float:
    return _of_quadratic_form(_projection(np.ones_like(v)), v, tau2, len(v) - 1)


def _sidik_jonkman(y: Array, v: Array, tau2: float) -> float:
    start = float(((y - y.mean()) ** 2).mean())
    p = _projection(1 / (v + start))
    return _of_quadratic_form(p, v, tau2, (len(v) - 1) / start)


def _paule_mandel(_: Array, v: Array, tau2: float) -> float:
    k = len(v)
    return float(2 * k**2 / (k - 1) / (1 / (v + tau2)).sum() ** 2)


def _ml(_: Array, v: Array, tau2: float) -> float:
    return float(2 / ((v + tau2) ** -2).sum())


def _reml(_: Array, v: Array, tau2: float) -> float:
    p = _projection(1 / (v + tau2))
    return float(2 / (p * p).sum())


_VARIANCES: Mapping[str, Callable[[Array, Array, float], float]] = {
    "DL": _common_weights(lambda p, _: float(np.trace(p))),
    "HS": _common_weights(lambda _, w: float(w.sum())),
    "HE": _hedges,
    "SJ": _sidik_jonkman,
    "PM": _paule_mandel,
    "EB": _paule_mandel,
    "ML": _ml,
    "REML": _reml,
}
