"""How many studies may be missing, and whether too many results are significant.

Users of metafor ask for these numbers. Neither is evidence of bias: the fail-safe N takes the
missing studies to be null on average, and an excess of significant results may be heterogeneity.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from metarepro.models.pooling import pool

Array = npt.NDArray[np.float64]

#: The level at which results count as significant.
ALPHA = 0.05
#: metafor rounds to a whole number what is one up to this.
_WHOLE = float(np.finfo(np.float64).eps) ** 0.5


def fail_safe_rosenthal(yi: Array, vi: Array) -> dict[str, Any]:
    """Null studies that would bring Stouffer's one-sided p to 5% (Rosenthal 1979).

    Parameters
    ----------
    yi, vi : array of shape (k,)
        Effects and their sampling variances.

    Returns
    -------
    dict
        `fail_safe_n`; metafor's `fsn(type = "Rosenthal")`.

    Examples
    --------
    >>> fail_safe_rosenthal(np.array([0.5, 0.6, 0.7]), np.array([0.04, 0.05, 0.03]))
    {'fail_safe_n': 29.0}
    """
    z = float(np.sum(yi / np.sqrt(vi)))
    return {"fail_safe_n": _whole((z / special.ndtri(ALPHA)) ** 2 - len(yi))}


def fail_safe_rosenberg(yi: Array, vi: Array) -> dict[str, Any]:
    """Null studies of average weight that would bring the common-effect p to 5% (Rosenberg 2005).

    Parameters
    ----------
    yi, vi : array of shape (k,)
        Effects and their sampling variances.

    Returns
    -------
    dict
        `fail_safe_n`; metafor's `fsn(type = "Rosenberg")`.

    Examples
    --------
    >>> fail_safe_rosenberg(np.array([0.5, 0.6, 0.7]), np.array([0.04, 0.05, 0.03]))
    {'fail_safe_n': 20.0}
    """
    w = 1 / vi
    added = float(np.sum(w * yi) / special.ndtri(ALPHA / 2)) ** 2 - float(w.sum())
    return {"fail_safe_n": _whole(len(yi) * added / float(w.sum()))}


def excess_significance(yi: Array, vi: Array) -> dict[str, Any]:
    """Test whether more results are significant than the pool predicts.

    Parameters
    ----------
    yi, vi : array of shape (k,)
        Effects and their sampling variances.

    Returns
    -------
    dict
        `observed` results with two-sided p up to 5%; `expected`, the sum of their power at the
        pooled effect and tau2 (REML); `statistic`, chi-squared with `df` 1 (Ioannidis and
        Trikalinos 2007), and the exact one-sided `p_value` that at least so many are. metafor's
        `tes()` of a random-effects model, of which the exact test goes through all combinations of
        studies and stops at about 16.

    Notes
    -----
    Given the true mean and tau2 a result is normal with variance vi + tau2, so that its power needs
    no integral. The number of significant results is a sum of independent events with unequal
    chances: its distribution is their convolution.

    Examples
    --------
    >>> found = excess_significance(np.array([0.5, 0.1, 0.7]), np.array([0.04, 0.05, 0.03]))
    >>> print(found["observed"], round(found["expected"], 2))
    2.0 1.77
    """
    pooled = pool(yi, vi, tau2_method="REML", ci_method="z")
    crit = -special.ndtri(ALPHA / 2) * np.sqrt(vi)
    spread = np.sqrt(vi + pooled.tau2)
    mean = pooled.estimate
    power = special.ndtr((mean - crit) / spread) + special.ndtr((-crit - mean) / spread)
    observed, expected = int(np.sum(np.abs(yi) >= crit)), float(power.sum())
    k = len(yi)
    share = expected / k
    statistic = (observed - expected) ** 2 / (k * share * (1 - share))
    chances = np.ones(1)
    for p in power:
        chances = np.convolve(chances, [1 - p, p])
    return {
        "observed": float(observed),
        "expected": expected,
        "statistic": statistic,
        "df": 1.0,
        "p_value": min(1.0, float(chances[observed:].sum())),
    }


def _whole(number: float) -> float:
    """A number of studies: not below 0, and rounded up."""
    number = max(0.0, number)
    near = round(number)
    return float(near) if abs(number - near) < _WHOLE else float(math.ceil(number))
