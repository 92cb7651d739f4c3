"""REML as RevMan Web iterates it, so that its published digits come out.

RevMan Web's tau2 is that of Fisher scoring (Viechtbauer 2005, eq. 12, as in metafor) from Hedges'
estimate, ended by the first step of at most 1e-8. The end is up to 2e-9 from the maximum of the
likelihood: nothing for an estimate, but I2, a percentage of small variances, moves in its sixth
digit. Six published values of tau2, one of them 1.6e-9 in place of 0, come out to 1e-16.
"""

from metarepro.models.mantel_haenszel import Array

#: RevMan Web ends with the first step in tau2 that is no longer than this.
LAST_STEP = 1e-8
_MAX_STEPS = 1000


def revman_reml(yi: Array, vi: Array) -> float:
    """tau2 by restricted maximum likelihood where RevMan Web stops.

    Parameters
    ----------
    yi, vi : arrays of shape (k,), k >= 2
        Effects and sampling variances.

    Returns
    -------
    float
        At least 0. A step below 0 is halved until it stays above, as metafor does.

    Examples
    --------
    The maximum of the likelihood is at 0:

    >>> import numpy as np
    >>> y = np.array([0.274858, 0.121525, 0.246614])
    >>> f"{revman_reml(y, np.array([0.082955, 0.080029, 0.050525]) ** 2):.6g}"
    '1.58736e-09'
    """
    tau2 = max(0.0, float(yi.var(ddof=1) - vi.mean()))
    for _ in range(_MAX_STEPS):
        step = _scoring_step(yi, vi, tau2)
        while tau2 + step < 0:
            step /= 2
        tau2 += step
        if abs(step) <= LAST_STEP:
            break
    return tau2


def _scoring_step(yi: Array, vi: Array, tau2: float) -> float:
    """(y'PPy - tr P) / tr PP, where Py = w (y - mean) and P = W - ww' / sum w."""
    w = 1 / (vi + tau2)
    total, squares, cubes = w.sum(), (w**2).sum(), (w**3).sum()
    residuals = w * (yi - (w * yi).sum() / total)
    trace = total - squares / total
    trace_of_square = squares - 2 * cubes / total + (squares / total) ** 2
    return float(((residuals**2).sum() - trace) / trace_of_square)


def typical_variance(vi: Array) -> float:
    """The sampling variance that I2 sets tau2 against (Higgins & Thompson 2002, eq. 9)."""
    w = 1 / vi
    return float((vi.size - 1) * w.sum() / (w.sum() ** 2 - (w**2).sum()))
