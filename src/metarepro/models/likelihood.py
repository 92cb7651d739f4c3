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


def likelihood_maxima(y: Array, v: Array, x: Array, method: str) -> Array:
    """Find every local maximum of the profile likelihood over tau2 >= 0.

    Parameters
    ----------
    y, v : array of shape (k,)
        Effects and sampling variances; v > 0 and not far from 1 at its smallest.
    x : array of shape (k, p)
        Design matrix of full rank; k > p.
    method : "ML" or "REML"

    Returns
    -------
    array
        The maxima, increasing; at least one.

    Notes
    -----
    All roots of the score lie below the root of tau2^2 = s2 (tau2 + max v), with s2 the mean
    square of the least-squares residuals on k - p degrees of freedom: the squared residuals under
    weights w are at most max(w) times theirs, so sum w^2 r^2 <= (k - p) s2 / tau2^2, while
    tr(P) and sum w are at least (k - p) / (tau2 + max v).
    """
    residuals = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    s2 = float(residuals @ residuals) / (y.size - x.shape[1])
    top = max(0.5 * (s2 + np.sqrt(s2**2 + 4 * s2 * v.max())), float(v.min()))
    grid = np.append(0.0, np.geomspace(_FLAT_BELOW * v.min(), 1.01 * top, _SCAN_POINTS))
    rising = _score(grid, y, v, x, method) > 0
    maxima = [] if rising[0] else [0.0]
    for i in np.flatnonzero(rising[:-1] & ~rising[1:]):
        root = brentq(
            lambda tau2: _score(np.array([tau2]), y, v, x, method)[0],
            grid[i],
            grid[i + 1],
            xtol=1e-15,
            rtol=4 * np.finfo(float).eps,
        )
        maxima.append(float(root))
    return np.array(maxima)


def _weighted_fit(tau2: Array, y: Array, v: Array, x: Array) -> tuple[Array, Array, Array]:
    """Return weights (grid, k), the information X'WX (grid, p, p) and residuals (grid, k)."""
    w = 1.0 / (v + tau2[:, None])
    information = np.einsum("gk,kp,kq->gpq", w, x, x)
    slopes = np.linalg.solve(information, np.einsum("gk,kp,k->gp", w, x, y)[..., None])[..., 0]
    return w, information, y - slopes @ x.T


def _score(tau2: Array, y: Array, v: Array, x: Array, method: str) -> Array:
    """Twice the slope of the profile log-likelihood (Viechtbauer 2005; Raudenbush 2009)."""
    w, information, r = _weighted_fit(tau2, y, v, x)
    lost: Array | float = 0.0
    if method == "REML":
        squared = np.einsum("gk,kp,kq->gpq", w**2, x, x)
        lost = np.trace(np.linalg.solve(information, squared), axis1=1, axis2=2)
    return (w**2 * r**2 - w).sum(axis=1) + lost


def log_likelihood(tau2: Array, y: Array, v: Array, x: Array, method: str) -> Array:
    """Profile log-likelihood up to a constant (Viechtbauer 2005; Raudenbush 2009).

    Parameters
    ----------
    tau2 : array of shape (n,)
        Where to evaluate it.
    y, v : array of shape (k,)
        Effects and sampling variances.
    x : array of shape (k, p)
        Design matrix.
    method : "ML" or "REML"
        REML restricts the likelihood.

    Returns
    -------
    array of shape (n,)
    """
    w, information, r = _weighted_fit(tau2, y, v, x)
    restriction = np.linalg.slogdet(information)[1] if method == "REML" else 0.0
    return 0.5 * ((np.log(w) - w * r**2).sum(axis=1) - restriction)
