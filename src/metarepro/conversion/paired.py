"""Paired designs: participants measured twice, matched pairs, and changes of two groups.

The standardised difference is that of the raw scores, so that it can be pooled with differences
of independent groups. Each formula needs the correlation of the two measurements: r. metafor calls
the effect of pairs ``SMCR``, the raw one ``MC``.
"""

import math
from collections.abc import Callable

from metarepro.conversion.effect_sizes import EffectSize, hedges_j, pooled_sd
from metarepro.conversion.measures import mean_difference, of_means
from metarepro.conversion.reported import Found, Working, known, need


def _check_pairs(n: float, r: float) -> None:
    if not n >= 3:
        raise ValueError(f"a paired comparison needs at least 3 pairs, found {n:g}")
    if not -1 < r < 1:
        raise ValueError(f"a correlation lies between -1 and 1, found {r:g}")


def _smd_of_pairs(d: float, n: float, r: float) -> EffectSize:
    g = hedges_j(n - 1) * d
    return EffectSize(g, 2 * (1 - r) / n + g**2 / (2 * n))


def smd_from_paired_means(
    mean_t: float, mean_c: float, sd_c: float, n: float, r: float
) -> EffectSize:
    """Standardised mean change with raw score standardisation (Becker 1988).

    Standardised by the SD of the control condition or of the first measurement; variance
    2(1 - r)/n + g^2/2n.

    Examples
    --------
    >>> effect = smd_from_paired_means(12.0, 10.0, 4.0, 25, r=0.7)
    >>> round(effect.yi, 4), round(effect.vi, 5)
    (0.4842, 0.02869)
    """
    _check_pairs(n, r)
    if not 0 < sd_c < math.inf:
        raise ValueError(f"an SD must be above 0, found {sd_c:g}")
    return _smd_of_pairs((mean_t - mean_c) / sd_c, n, r)


def smd_from_paired_t(t: float, n: float, r: float) -> EffectSize:
    """Standardised mean change from a paired t: d = t sqrt(2(1 - r)/n) (Dunlap and others 1996).

    Examples
    --------
    >>> round(smd_from_paired_t(3.0, 25, r=0.7).yi, 4)
    0.4501
    """
    _check_pairs(n, r)
    return _smd_of_pairs(t * math.sqrt(2 * (1 - r) / n), n, r)


def smd_from_changes(
    mean_t: float,
    sd_t: float,
    n_t: float,
    mean_c: float,
    sd_c: float,
    n_c: float,
    r: float,
) -> EffectSize:
    """Difference of the mean changes of two groups, in units of the SD of the raw scores.

    The SD of the changes is sqrt(2(1 - r)) that of the scores (Morris and DeShon 2002, equation
    15); variance 2(1 - r)(1/n_t + 1/n_c) + g^2/2N.

    Examples
    --------
    >>> effect = smd_from_changes(3.0, 4.0, 30, 1.0, 4.0, 30, r=0.5)
    >>> round(effect.yi, 4), round(effect.vi, 4)  # at r = 0.5 both SDs are the same
    (0.4935, 0.0687)
    """
    _check_pairs(n_t, r)
    factor = 2 * (1 - r)
    raw_sd = pooled_sd(sd_t, n_t, sd_c, n_c) / math.sqrt(factor)
    g = hedges_j(n_t + n_c - 2) * (mean_t - mean_c) / raw_sd
    return EffectSize(g, factor * (1 / n_t + 1 / n_c) + g**2 / (2 * (n_t + n_c)))


def paired_mean_difference(
    mean_t: float, sd_t: float, mean_c: float, sd_c: float, n: float, r: float
) -> EffectSize:
    """Mean change and its variance, (sd_t^2 + sd_c^2 - 2 r sd_t sd_c)/n.

    Examples
    --------
    >>> effect = paired_mean_difference(12.0, 5.0, 10.0, 4.0, 25, r=0.7)
    >>> effect.yi, round(effect.vi, 4)
    (2.0, 0.52)
    """
    _check_pairs(n, r)
    return EffectSize(mean_t - mean_c, (sd_t**2 + sd_c**2 - 2 * r * sd_t * sd_c) / n)


def _pairs(w: Working) -> float:
    """Pairs: both conditions have the same participants."""
    r = w.reported
    n = r.n_total if known(r.n_total) else r.n_t
    need("no_variance", "no number of pairs", n)
    return n


def _paired_means(w: Working) -> Found:
    r = w.reported
    need("no_variance", "means need both means and both SDs", r.mean_t, r.mean_c, r.sd_t, r.sd_c)
    g, v = smd_from_paired_means(r.mean_t, r.mean_c, r.sd_c, _pairs(w), w.correlation())
    return w.turn_scale() * g, w.allow_for_clusters(v), "correlation"


def _raw_paired_means(w: Working) -> Found:
    r = w.reported
    need("no_variance", "means need both means and both SDs", r.mean_t, r.mean_c, r.sd_t, r.sd_c)
    numbers = (r.mean_t, r.sd_t, r.mean_c, r.sd_c)
    yi, vi = paired_mean_difference(*numbers, _pairs(w), w.correlation())
    return w.turn_scale() * yi, w.allow_for_clusters(vi), "correlation"


def _change_means(w: Working) -> Found:
    r = w.reported
    need("no_variance", "changes need means and SDs", r.mean_t, r.mean_c, r.sd_t, r.sd_c)
    n_t, n_c = w.arms()
    numbers = (r.mean_t, r.sd_t, n_t, r.mean_c, r.sd_c, n_c)
    g, v = smd_from_changes(*numbers, w.correlation())
    return w.turn_scale() * g, w.allow_for_clusters(v), "correlation"


#: Measure to statistic to its route.
PAIRED_ROUTES: dict[str, dict[str, Callable[[Working], Found]]] = {
    "SMD": {"paired_means": _paired_means, "change_means": _change_means},
    "MD": {
        "paired_means": _raw_paired_means,
        "change_means": of_means(mean_difference, "changes need means and SDs"),
    },
}
