"""Maximum likelihood and REML of tau2, to the last digits and with every mode.

PyMARE's search returns one maximum, to about six digits. A published number has to be matched
more closely than that, and a likelihood with two maxima has to be seen: the score equation is
therefore scanned and its roots are solved here.
"""

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

Array = npt.NDArray[np.float64]

#: Points at which the slope of the likelihood is looked at: 33 a decade over a range of 1e12.
_SCAN_POINTS = 400
#: The scan starts here, in smallest sampling variances: below, the weights no longer change.
_FLAT_BELOW = 1e-4


def likelihood_maxima(y: Array, v: Array, method: str) -> Array:
    """Find every local maximum of the profile likelihood over tau2 >= 0.

    Parameters
    ----------
    y, v : array of shape (k,)
        Effects and sampling variances; k >= 2, v > 0 and not far from 1 at its smallest.
    method : "ML" or "REML"

    Returns
    -------
    array
        The maxima, increasing; at least one.

    Notes
    -----
    With R the range of y, the score is negative beyond R^2 / 2, because sum w^2 r^2 <=
    max(w) sum w r^2 <= R^2 tr(P) / (2 tau2) and tr(P) <= sum w. So all roots lie below.
    """
    top = max(float(np.ptp(y)) ** 2 / 2, float(v.min()))
    grid = np.append(0.0, np.geomspace(_FLAT_BELOW * v.min(), 1.01 * top, _SCAN_POINTS))
    rising = _score(grid, y, v, method) > 0
    maxima = [] if rising[0] else [0.0]
    for i in np.flatnonzero(rising[:-1] & ~rising[1:]):
        root = brentq(
            lambda tau2: _score(np.array([tau2]), y, v, method)[0],
            grid[i],
            grid[i + 1],
            xtol=1e-15,
            rtol=4 * np.finfo(float).eps,
        )
        maxima.append(float(root))
    return np.array(maxima)


def _weighted_fit(tau2: Array, y: Array, v: Array) -> tuple[Array, Array, Array]:
    """Return weights, their sum and residuals; weights and residuals of shape (grid, k)."""
    w = 1.0 / (v + tau2[:, None])
    total = w.sum(axis=1)
    return w, total, y - ((w * y).sum(axis=1) / total)[:, None]


def _score(tau2: Array, y: Array, v: Array, method: str) -> Array:
    """Twice the slope of the profile log-likelihood (Viechtbauer 2005)."""
    w, total, r = _weighted_fit(tau2, y, v)
    lost = w**2 / total[:, None] if method == "REML" else 0.0
    return (w**2 * r**2 - w + lost).sum(axis=1)


def log_likelihood(tau2: Array, y: Array, v: Array, method: str) -> Array:
    """Profile log-likelihood up to a constant (Viechtbauer 2005).

    Parameters
    ----------
    tau2 : array of shape (n,)
        Where to evaluate it.
    y, v : array of shape (k,)
        Effects and sampling variances.
    method : "ML" or "REML"
        REML restricts the likelihood.

    Returns
    -------
    array of shape (n,)
    """
    w, total, r = _weighted_fit(tau2, y, v)
    restriction = np.log(total) if method == "REML" else 0.0
    return 0.5 * ((np.log(w) - w * r**2).sum(axis=1) - restriction)
