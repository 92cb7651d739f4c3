"""The three-level model: results within trials, with a random effect for each of both."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize, root

from metarepro.models.inference import inference
from metarepro.models.pooled import Pooled
from metarepro.models.pooling import pool, typical_variance
from metarepro.models.rows import Labels, coded, unit_of
from metarepro.models.thresholds import FEW_TRIALS, TRUSTED_DF

Array = npt.NDArray[np.float64]

#: Where the search starts: all variance between trials, all within, half and half.
_STARTS = ((1.0, 0.0), (0.0, 1.0), (0.5, 0.5))
#: The slope at which a search has ended, in units in which the smallest variance is near 1.
_FLAT = 1e-6
#: Two maxima lie further apart than this, in units of the starts; climbs to one end within it.
_APART = 1e-2
#: A variance below this, in the same units, is the rounding of 0.
_ZERO = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class ThreeLevel(Pooled):
    """A pool under the three-level model; model "three_level", ci_method "t".

    Attributes
    ----------
    sigma2_trial : variance of the true effects between trials
    sigma2_result : variance of the true effects between the results of a trial
    tau2 : their sum, the variance of the effect of a new result in a new trial
    i2_tau2 : tau2 / (tau2 + typical sampling variance), percent (Cheung 2014, both levels)
    (the others as in `Pooled`; Q is that of independent results, tau2 has no interval)
    """

    sigma2_trial: float
    sigma2_result: float


def pool_three_level(
    yi: npt.ArrayLike, vi: npt.ArrayLike, trial: Labels, *, level: float = 0.95
) -> ThreeLevel:
    """Pool results that are nested in trials, by REML (Konstantopoulos 2011).

    A result is the pooled effect, a random effect of its trial, a random effect of its own and a
    sampling error, all independent; so are the sampling errors of one trial.

    Parameters
    ----------
    yi, vi : array-like of shape (k,)
        Effects and their sampling variances.
    trial : sequence of length k
        The trial of each row, compared as text: two different ones or more, one of them with
        several rows.
    level : float
        Coverage of all intervals.

    Returns
    -------
    ThreeLevel
        metafor's `rma.mv(yi, vi, random = ~ 1 | trial/result, test = "t", dfs = "contain")`: t with
        one degree of freedom less than there are trials, since with k - 1, metafor's default, an
        interval of few trials with many results each is far too narrow (coverage 76% with 2 trials
        of 10 results, by simulation); prediction interval estimate +-
        t sqrt(tau2 + se^2). Flags: "df_below_4", "fewer_than_10_trials", "several_modes",
        "tau2_zero".

    Raises
    ------
    ValueError
        As `pooling.pool`; for one trial; or if every trial has one result, since then only the
        sum of the two variances can be known.
    ArithmeticError
        If the search for the variances ends where the likelihood is not level.
    """
    y, v = np.asarray(yi, dtype=np.float64), np.asarray(vi, dtype=np.float64)
    code = coded(trial)
    n_trials, k = int(code.max()) + 1, y.size
    if n_trials < 2:
        raise ValueError("three levels need at least 2 trials, got 1")
    if n_trials == k:
        raise ValueError("every trial has one result: its levels cannot be told apart")
    alike = pool(yi, vi, tau2_method="REML", ci_method="z", level=level)
    # One order of the rows, so that theirs cannot move a digit.
    order = np.lexsort((y, v, code))
    unit = unit_of(v)
    model = _Nested(y[order] / unit, v[order] / unit**2, code[order])
    theta, several = model.highest(alike.tau2 / unit**2)
    total = model.information(theta)
    between, within = (unit**2 * float(variance) for variance in theta)
    tau2 = between + within
    df = n_trials - 1.0
    found = inference(unit * model.mean(theta), unit / math.sqrt(total), df, tau2, level)
    flags = {
        "df_below_4": df < TRUSTED_DF,
        "fewer_than_10_trials": n_trials < FEW_TRIALS,
        "several_modes": several,
        "tau2_zero": tau2 == 0,
    }
    weights = np.empty(k)
    weights[order] = 100 * model.weights(theta) / total
    return ThreeLevel(
        model="three_level",
        tau2_method="REML",
        ci_method="t",
        level=level,
        k=k,
        n_trials=n_trials,
        **found,
        tau2_ci_low=math.nan,
        tau2_ci_high=math.nan,
        i2_q=alike.i2_q,
        i2_tau2=100 * tau2 / (tau2 + typical_variance(v)),
        q=alike.q,
        q_df=alike.q_df,
        q_p=alike.q_p,
        flags=tuple(flag for flag, raised in flags.items() if raised),
        weights=weights,
        sigma2_trial=between,
        sigma2_result=within,
    )


class _Nested:
    """Restricted likelihood; theta is (sigma2_trial, sigma2_result), rows are sorted by trial.

    The covariance of a trial's rows is diag(v + sigma2_result) + sigma2_trial 11'. With w = 1 /
    (v + sigma2_result) and W their sum, its inverse is diag(w) - c ww', c = sigma2_trial /
    (1 + sigma2_trial W), and its determinant (1 + sigma2_trial W) / prod(w) (Sherman & Morrison).
    """

    def __init__(self, y: Array, v: Array, code: npt.NDArray[np.intp]) -> None:
        self.y, self.v, self.code = y, v, code
        self.first = np.flatnonzero(np.diff(code, prepend=-1))

    def _by_trial(self, rows: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.add.reduceat(rows, self.first)

    def weights(self, theta: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Column sums of the inverse of the covariance."""
        w = 1 / (self.v + theta[1])
        weights: npt.NDArray[Any] = w / (1 + theta[0] * self._by_trial(w))[self.code]
        return weights

    def information(self, theta: npt.NDArray[Any]) -> Any:
        """Sum of the weights: 1 / the variance of the mean."""
        return self.weights(theta).sum()

    def mean(self, theta: npt.NDArray[Any]) -> Any:
        """Generalised least squares estimate of the mean."""
        weights = self.weights(theta)
        return (weights * self.y).sum() / weights.sum()

    def log_likelihood(self, theta: npt.NDArray[Any]) -> Any:
        """Restricted log-likelihood up to a constant; also at complex theta, for `gradient`."""
        w = 1 / (self.v + theta[1])
        inflation = 1 + theta[0] * self._by_trial(w)
        r = self.y - self.mean(theta)
        rest = (w * r**2).sum() - (theta[0] / inflation * self._by_trial(w * r) ** 2).sum()
        log_det = np.log(inflation).sum() - np.log(w).sum()
        return -0.5 * (log_det + np.log(self.information(theta)) + rest)

    def gradient(self, theta: Array) -> Array:
        """Slope of the log-likelihood, by a complex step: exact to rounding."""
        step = 1e-30
        return np.array(
            [self.log_likelihood(theta + 1j * step * unit).imag / step for unit in np.eye(2)]
        )

    def highest(self, scale: float) -> tuple[Array, bool]:
        """Return the highest maximum that is found from `_STARTS`, and whether there are several.

        `scale` is the unit of the starts.
        """
        size = max(scale, float(self.v.min()))
        ends = [self._climb(start) for start in size * np.array(_STARTS)]
        best = self._polish(max(ends, key=self.log_likelihood))
        if not self._is_top(best):
            raise ArithmeticError("three levels: the search for the variances found no maximum")
        others = [self._polish(end) for end in ends if np.abs(end - best).max() > _APART * size]
        several = any(
            self._is_top(other) and np.abs(other - best).max() > _APART * size for other in others
        )
        return best, several

    def _is_top(self, theta: Array) -> bool:
        """Whether the likelihood is level at `theta`, or falls where a variance is 0."""
        uphill = self.gradient(theta)
        slopes = np.abs(uphill[theta > 0]).max(initial=0), uphill[theta == 0].max(initial=0)
        return bool(max(slopes) <= _FLAT)

    def _climb(self, start: Array) -> Array:
        """Return the maximum that is reached from `start`, to some digits."""

        def depth(theta: Array) -> float:
            return -float(self.log_likelihood(theta))

        def downhill(theta: Array) -> Array:
            return -self.gradient(theta)

        bounds = [(0.0, None), (0.0, None)]
        found: Array = minimize(depth, start, jac=downhill, method="L-BFGS-B", bounds=bounds).x
        return np.where(found > _ZERO, found, 0.0)

    def _polish(self, theta: Array) -> Array:
        """Solve the score equation near `theta`; a variance of 0 stays."""
        free = theta > 0
        if not free.any():
            return theta

        def put(inside: Array) -> Array:
            full = theta.copy()
            full[free] = inside
            return full

        def slope(inside: Array) -> Array:
            return self.gradient(put(inside))[free]

        inside: Array = root(slope, theta[free], tol=1e-13).x
        return put(inside) if (inside > 0).all() else theta
