"""REML as RevMan Web iterates it, so that its published digits come out.

RevMan Web's tau2 is that of Fisher scoring (Viechtbauer 2005, eq. 12, as in metafor) from Hedges'
estimate, ended by the first step of at most 1e-8. The end is up to 2e-9 from the maximum of the
likelihood: nothing for an estimate, but I2, a percentage of small variances, moves in its sixth
digit. Six published values of tau2, one of them 1.6e-9 in place of 0, come out to 1e-16.
"""

import numpy as np

from metarepro.models.tau2 import hedges
from metarepro.models.weighted import Array, Segments

#: RevMan Web ends with the first step in tau2 that is no longer than this.
LAST_STEP = 1e-8
_MAX_STEPS = 1000


def revman_reml(data: Segments) -> Array:
    """tau2 by restricted maximum likelihood where RevMan Web stops.

    Parameters
    ----------
    data : Segments
        Effects and sampling variances of n pools of at least two studies.

    Returns
    -------
    array of shape (n,)
        At least 0. A step below 0 is halved until it stays above, as metafor does.

    Examples
    --------
    The maximum of the likelihood is at 0:

    >>> y, se = np.array([0.274858, 0.121525, 0.246614]), np.array([0.082955, 0.080029, 0.050525])
    >>> tau2 = revman_reml(Segments(y, se**2, np.array([3])))
    >>> f"{tau2[0]:.6g}"
    '1.58736e-09'
    """
    tau2 = hedges(data).value
    going = np.ones(tau2.size, dtype=bool)
    for _ in range(_MAX_STEPS):
        fit = data.at(tau2)
        step = np.where(going, (fit.q2 - fit.trace) / fit.trace_of_square, 0.0)
        while (below := tau2 + step < 0).any():
            step[below] /= 2
        tau2 = tau2 + step
        going = abs(step) > LAST_STEP
        if not going.any():
            break
    return tau2
