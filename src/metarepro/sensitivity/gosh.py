"""How much a synthesis depends on which trials are in it: every subset of them pooled.

Graphical display of study heterogeneity (Olkin, Dahabreh & Trikalinos 2012).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metarepro.models.pooled import Array
from metarepro.models.pooling import Bits, pool_subsets


@dataclass(frozen=True, eq=False)
class Gosh:
    """Pools of many subsets; arrays over subsets.

    Attributes
    ----------
    subsets : packed membership, shape (n, ceil(k / 8)); see `pooling.unpack`
    k : number of effects in each
    estimate, tau2, i2 : pooled effect, variance of the true effects, I2 (percent; from tau2, or
        from Q under a common effect)
    n_possible : number of subsets of two or more
    """

    subsets: Bits
    k: npt.NDArray[np.int64]
    estimate: Array
    tau2: Array
    i2: Array
    n_possible: int


def gosh(
    yi: npt.ArrayLike,
    vi: npt.ArrayLike,
    *,
    limit: int = 2**15,
    seed: int,
    tau2_method: str = "REML",
    model: str = "random",
) -> Gosh:
    """Pool every subset of two or more effects, or a sample if there are too many.

    Parameters
    ----------
    yi, vi : array-like of shape (k,)
        Effects and sampling variances, one per trial.
    limit : int
        Largest number of subsets to pool. If there are more, so many are drawn without
        replacement, each with the same chance.
    seed : int
        Of the draw; not used if all subsets are pooled.
    tau2_method, model : str
        See `pooling.pool_subsets`.

    Returns
    -------
    Gosh
        In the order of the subsets read as numbers, the first effect the least bit.

    Raises
    ------
    ValueError
        For a limit below 1 or input that cannot be pooled.
    """
    if limit < 1:
        raise ValueError(f"limit must be 1 or more, got {limit}")
    k = np.size(yi)
    if k < 2:
        raise ValueError(f"pooling needs at least 2 effects, got {k}")
    n_possible = 2**k - k - 1
    if n_possible <= limit:
        subsets = _all_subsets(k)
    elif n_possible <= 4 * limit:
        chosen = np.random.default_rng(seed).choice(n_possible, limit, replace=False)
        subsets = _all_subsets(k)[np.sort(chosen)]
    else:
        subsets = _drawn_subsets(k, limit, seed)
    pools = pool_subsets(yi, vi, subsets, model=model, tau2_method=tau2_method, ci_method="z")
    i2 = pools.i2_q if model == "common" else pools.i2_tau2
    return Gosh(subsets, pools.k, pools.estimate, pools.tau2, i2, n_possible)


def _all_subsets(k: int) -> Bits:
    """Every subset of two or more of `k` effects, packed, in the order of their numbers."""
    number = np.arange(1, 2**k, dtype="<u8")
    number = number[number & (number - np.uint64(1)) > 0]  # not one bit only
    return number.view(np.uint8).reshape(-1, 8)[:, : -(-k // 8)].copy()


def _drawn_subsets(k: int, n: int, seed: int) -> Bits:
    """`n` different subsets of two or more, drawn from many more, packed and sorted."""
    rng = np.random.default_rng(seed)
    width = -(-k // 8)
    drawn = np.empty((0, width), dtype=np.uint8)
    while len(drawn) < n:
        more = rng.integers(0, 256, size=(n, width), dtype=np.uint8)
        more[:, -1] >>= 8 * width - k
        more = more[np.bitwise_count(more).sum(axis=1) > 1]
        drawn = np.concatenate([drawn, more])
        first = np.unique(drawn, axis=0, return_index=True)[1]
        drawn = drawn[np.sort(first)]  # those that came first stay: no subset is favoured
    drawn = drawn[:n]
    return drawn[np.lexsort(drawn.T)]
