"""A model of selective publication, as no library that is used here has it."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import chdtrc, ndtr, ndtri

from metarepro.models.inference import critical_value
from metarepro.models.pooling import pool

Array = npt.NDArray[np.float64]

#: One-sided p below which the selection model takes a result to be published for sure.
SELECTION_CUT = 0.025

#: Where the weight of the selection model is looked for; the upper end is metafor's.
_WEIGHT_RANGE = (1e-4, 100.0)
#: Weights from which the search starts: the likelihood may have several maxima.
_WEIGHT_STARTS = (0.1, 1.0, 10.0)
_LOG_WEIGHTS = (math.log(_WEIGHT_RANGE[0]), math.log(_WEIGHT_RANGE[1]))
#: Slope below which a search has ended on a maximum, and the distance between two of them, in units
#: of the median standard error and of the logarithm of the weight.
_LEVEL, _APART = 1e-6, 1e-2
#: At most so many Newton steps after the search: each doubles the correct digits.
_NEWTON_STEPS = 6


def selection_model(yi: Array, vi: Array, level: float = 0.95) -> dict[str, Any]:
    """Three-parameter selection model (Vevea & Hedges 1995), maximum likelihood.

    A result with one-sided p up to `SELECTION_CUT` in favour of the intervention is published for
    sure, any other with a chance of `weight` relative to that; effects are normal with mean
    `estimate` and variance `tau2`.

    Parameters
    ----------
    yi, vi : array of shape (k,)
        Effects, positive in favour of the intervention, and their sampling variances.
    level : float
        Coverage of the interval.

    Returns
    -------
    dict
        Columns of `BiasResult`; metafor's `selmodel(type="stepfun", steps=0.025)`, with Wald
        intervals and the likelihood-ratio test of weight = 1. At tau2 = 0 the standard errors take
        tau2 as known, as metafor's. Flag "several_modes" where the likelihood has several maxima
        within the range of weights; the highest is taken. A reason where all results lie on
        one side of the cut or the likelihood has no maximum within the range of weights.
    """
    unit = math.sqrt(float(np.median(vi)))
    model = _StepModel(yi / unit, vi / unit**2)
    if not 0 < model.n_above < len(yi):
        side = "above" if model.n_above else "below"
        return {"reason": f"all results have p {side} {SELECTION_CUT}: no weight to estimate"}
    plain = pool(model.y, model.v, tau2_method="ML", ci_method="z")
    start = np.array([plain.estimate, plain.tau2, 0.0])
    ends = [model.climb(start + [0, 0, math.log(weight)]) for weight in _WEIGHT_STARTS]
    best = max(ends, key=model.log_likelihood)
    several = any(model.is_top(end) and np.abs(end - best).max() > _APART for end in ends)
    mean, tau2, log_weight = best
    if not _LOG_WEIGHTS[0] < log_weight < _LOG_WEIGHTS[1]:
        low, high = _WEIGHT_RANGE
        return {"reason": f"the likelihood has no maximum with a weight from {low} to {high:g}"}
    ratio = max(0.0, 2 * float(model.log_likelihood(best) - model.log_likelihood(start)))
    se, weight_se = model.standard_errors(best)
    half = critical_value(level, math.nan) * se
    return {
        "statistic": ratio,
        "df": 1.0,
        "p_value": float(chdtrc(1, ratio)),
        "estimate": unit * mean,
        "se": unit * se,
        "ci_low": unit * (mean - half),
        "ci_high": unit * (mean + half),
        "tau2": unit**2 * tau2,
        "weight": math.exp(log_weight),
        "weight_se": weight_se,
        "flags": "several_modes" if several else "",
    }


class _StepModel:
    """Likelihood of the selection model; theta is (mean, tau2, log weight)."""

    def __init__(self, y: Array, v: Array) -> None:
        self.y, self.v = y, v
        self.cut = -ndtri(SELECTION_CUT) * np.sqrt(v)
        self.n_above = int(np.sum(y < self.cut))  # results with p above the cut

    def log_likelihood(self, theta: Array) -> float:
        """Log-likelihood up to a constant (Vevea & Hedges 1995)."""
        mean, tau2, log_weight = theta
        s2 = self.v + tau2
        u = (self.cut - mean) / np.sqrt(s2)
        seen = ndtr(-u) + np.exp(log_weight) * ndtr(u)
        normal = -0.5 * (np.log(s2) + (self.y - mean) ** 2 / s2)
        return float(np.sum(normal - np.log(seen)) + self.n_above * log_weight)

    def gradient(self, theta: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Slope of the log-likelihood; also at complex theta, for `hessian`."""
        mean, tau2, log_weight = theta
        weight, s2 = np.exp(log_weight), self.v + tau2
        s, r = np.sqrt(s2), self.y - mean
        u = (self.cut - mean) / s
        seen = ndtr(-u) + weight * ndtr(u)
        density = np.exp(-0.5 * u**2) / math.sqrt(2 * math.pi)
        lost = (1 - weight) * density / (s * seen)  # slope of log(seen) in the mean
        return np.array(
            [
                np.sum(r / s2 - lost),
                np.sum((r**2 / s2 - 1) / s2 - lost * u / s) / 2,
                self.n_above - np.sum(weight * ndtr(u) / seen),
            ]
        )

    def hessian(self, theta: Array) -> Array:
        """Curvature of the log-likelihood, by a complex step: exact to rounding."""
        step = 1e-30
        columns = [self.gradient(theta + 1j * step * unit).imag / step for unit in np.eye(3)]
        return np.column_stack(columns)

    def climb(self, start: Array) -> Array:
        """Return the maximum that is reached from `start`."""

        def depth(theta: Array) -> float:
            return -self.log_likelihood(theta)

        def downhill(theta: Array) -> Array:
            return -self.gradient(theta)

        bounds = [(None, None), (0.0, None), _LOG_WEIGHTS]
        found: Array = minimize(depth, start, jac=downhill, method="L-BFGS-B", bounds=bounds).x
        for _ in range(_NEWTON_STEPS):
            free, slope = _free(found), self.gradient(found)
            closer = found.copy()
            closer[free] -= np.linalg.solve(self.hessian(found)[np.ix_(free, free)], slope[free])
            if closer[1] < 0 or not _LOG_WEIGHTS[0] < closer[2] < _LOG_WEIGHTS[1]:
                break
            if np.abs(self.gradient(closer)[free]).max() >= np.abs(slope[free]).max():
                break
            found = closer
        return found

    def is_top(self, theta: Array) -> bool:
        """Whether `theta` is a maximum inside the range of weights, not an end of a search."""
        slope = self.gradient(theta)
        inside = _LOG_WEIGHTS[0] < theta[2] < _LOG_WEIGHTS[1]
        return bool(inside and np.abs(slope[_free(theta)]).max() < _LEVEL)

    def standard_errors(self, theta: Array) -> tuple[float, float]:
        """Wald standard errors of the mean and of the weight; a tau2 of 0 is taken as known."""
        free = _free(theta)
        variances = np.diag(np.linalg.inv(-self.hessian(theta)[np.ix_(free, free)]))
        return math.sqrt(variances[0]), math.sqrt(variances[-1]) * math.exp(theta[2])


def _free(theta: Array) -> npt.NDArray[np.bool_]:
    """Which parameters do not lie at the end of their range."""
    return np.array([True, theta[1] > 0, True])
