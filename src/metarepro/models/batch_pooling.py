"""Pool many subsets of the same effects at once, as `pooling.pool` would pool each of them.

A subset is a row of bits, packed into bytes: bit i (of least weight first) says whether effect i
is in. The fits of a chunk are the columns of arrays, and everything is done for all of them in
step; what is left out has weight 0.

PyMARE fits columns in step too, and is not used here, for measured reasons. It knows no subsets:
an effect that is left out by a variance of 1e9 moves the pooled effect by 0.2, one of 1e6 by 1e-6,
so that subsets must be sorted by size first. Then a REML fit of up to 15 effects takes 10
microseconds, here 5.5; tau2 has six digits, and where variances differ by six orders the lower of
two maxima may be taken. Its search stops for all columns together, so that 95 of 100 fits change
by up to 2e-7 with their neighbours. The tests compare the two.

As in `likelihood`, the equation for tau2 is scanned and its roots are solved, so that of several
maxima of the likelihood the highest is found. Sums run over the effects in their order, never by
a method that depends on the number of columns: the size of a chunk cannot move a digit.
"""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
from scipy.stats import norm, t

from metarepro.models.pooling import CI_METHODS, MODELS

Array = npt.NDArray[np.float64]
Bits = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

TAU2_METHODS = ("DL", "PM", "ML", "REML")

#: Fits in one chunk: at k = 15 the working arrays stay within a processor's second-level cache.
CHUNK = 2048

#: The scan for tau2: points a decade, and its start in smallest sampling variances. Against 200 a
#: decade, over 93,000 fits of which 15 in 100 have several maxima: the same tau2 in all with 2 or
#: more, the same `several_modes` in all but 8 with 12.
_POINTS_A_DECADE = 12
_FLAT_BELOW = 1e-4
#: Newton's step doubles the digits: after one below this, in tau2 + the smallest variance, none is
#: left to gain.
_LAST_STEP = 1e-11
_MAX_STEPS = 200
#: A variance below this, in variances of the model, is the rounding of 0 (see `pooling`).
_NO_DISPERSION = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class Batch:
    """Many syntheses under one model; arrays of shape (n,), the names and units of `Pooled`.

    Attributes
    ----------
    k : number of effects
    estimate, se : the pooled effect and its standard error
    df : degrees of freedom of the t reference; NaN where it is normal
    ci_low, ci_high : confidence interval; NaN where the standard error is 0
    tau2 : variance of the true effects; NaN under the common-effect model
    q : Cochran's Q
    i2_q, i2_tau2 : I2 in percent, from Q and from tau2
    several_modes : whether the likelihood has more than one maximum
    """

    k: npt.NDArray[np.int64]
    estimate: Array
    se: Array
    df: Array
    ci_low: Array
    ci_high: Array
    tau2: Array
    q: Array
    i2_q: Array
    i2_tau2: Array
    several_modes: Flags


def pack(members: npt.ArrayLike) -> Bits:
    """Pack a table of membership, shape (n, k), into bytes, shape (n, ceil(k / 8))."""
    return np.packbits(np.asarray(members, dtype=bool), axis=1, bitorder="little")


def unpack(subsets: Bits, k: int) -> Flags:
    """Reverse `pack`: the membership of `k` effects, shape (n, k)."""
    return np.unpackbits(subsets, axis=1, count=k, bitorder="little").astype(bool)


def pool_subsets(
    yi: npt.ArrayLike,
    vi: npt.ArrayLike,
    subsets: Bits,
    *,
    model: str = "random",
    tau2_method: str = "REML",
    ci_method: str = "knapp_hartung_conservative",
    level: float = 0.95,
    chunk: int = CHUNK,
) -> Batch:
    """Pool each subset of independent effects by inverse variance.

    Parameters
    ----------
    yi, vi : array-like of shape (k,) or (n, k)
        Effects and their sampling variances; the same for all subsets, or a row for each. What a
        subset leaves out must be a valid number too.
    subsets : array of uint8, shape (n, ceil(k / 8))
        From `pack`; each of two effects or more.
    model, ci_method, level
        See `pooling.pool`.
    tau2_method : "DL", "PM", "ML" or "REML"
        DerSimonian & Laird 1986; Paule & Mandel 1982; Viechtbauer 2005.
    chunk : int
        Number of subsets fitted together. Moves time and memory, no digit.

    Returns
    -------
    Batch

    Raises
    ------
    ValueError
        For input that cannot be pooled or an unknown method.
    ArithmeticError
        If the search for tau2 does not end.
    """
    for name, value, allowed in (
        ("model", model, MODELS),
        ("tau2_method", tau2_method, TAU2_METHODS),
        ("ci_method", ci_method, tuple(CI_METHODS)),
    ):
        if value not in allowed:
            raise ValueError(f"{name} must be one of {', '.join(allowed)}; got {value!r}")
    if not 0 < level < 1 or chunk < 1:
        raise ValueError(f"level must lie between 0 and 1, chunk above 0; got {level}, {chunk}")
    y, v = _check_effects(yi, vi, subsets)
    method = tau2_method if model == "random" else ""
    grid = _grid(y, v)
    parts = []
    for start in range(0, len(subsets), chunk):
        data = _columns(y, v, subsets, slice(start, start + chunk))
        tau2, several = _estimate_tau2(data, grid, method)
        part = _summary(data, tau2, several, method, ci_method, level)
        size = min(chunk, len(subsets) - start)
        parts.append([getattr(part, f.name)[:size] for f in fields(Batch)])
    return Batch(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _check_effects(yi: npt.ArrayLike, vi: npt.ArrayLike, subsets: Bits) -> tuple[Array, Array]:
    """Return effects and variances as arrays of shape (k, 1) or (k, n)."""
    y, v = np.atleast_2d(np.asarray(yi, float)).T, np.atleast_2d(np.asarray(vi, float)).T
    n = len(subsets)
    if n == 0:
        raise ValueError("there is no subset to pool")
    if y.shape != v.shape or y.shape[1] not in (1, n):
        raise ValueError(
            f"yi and vi must both have shape (k,) or ({n}, k); got {np.shape(yi)}, {np.shape(vi)}"
        )
    if not np.isfinite(y).all():
        raise ValueError("yi must be finite")
    if not (np.isfinite(v) & (v > 0)).all():
        raise ValueError("vi must be finite and above 0")
    k = y.shape[0]
    if subsets.dtype != np.uint8 or subsets.shape != (n, -(-k // 8)):
        raise ValueError(f"subsets must be bytes of shape ({n}, {-(-k // 8)}), see `pack`")
    sizes = np.bitwise_count(subsets).sum(axis=1)
    unused = 8 * subsets.shape[1] - k
    if unused and (subsets[:, -1] >> (8 - unused)).any():
        raise ValueError(f"a subset has bits beyond the {k} effects")
    if (sizes < 2).any():
        raise ValueError(f"pooling needs at least 2 effects, subset {sizes.argmin() + 1} has fewer")
    return y, v


def _grid(y: Array, v: Array) -> Array:
    """Values of tau2 between which its equation is looked at; all roots lie below the last.

    For ML and REML see `likelihood.likelihood_maxima`. Paule-Mandel: with R the range of y,
    Q(tau2) <= sum (y - mean)^2 / tau2 <= k R^2 / (4 tau2), below k - 1 beyond R^2 / 2.
    """
    bottom = _FLAT_BELOW * v.min()
    top = 1.01 * max(float(np.ptp(y)) ** 2 / 2, float(v.min()))
    points = 2 + int(_POINTS_A_DECADE * np.log10(top / bottom))
    return np.append(0.0, np.geomspace(bottom, top, points))


@dataclass(frozen=True)
class _Columns:
    """One fit a column: shape (k, n), y and v (k, 1) where they are the same in all."""

    y: Array
    v: Array
    member: Array  # 1 or 0

    def take(self, columns: npt.NDArray[np.intp]) -> "_Columns":
        """Some of the fits."""
        shared = self.y.shape[1] == 1
        y, v = (self.y, self.v) if shared else (self.y[:, columns], self.v[:, columns])
        return _Columns(y, v, self.member[:, columns])

    def fit(self, tau2: Array | float) -> tuple[Array, Array, Array]:
        """Weights, their sum and residuals at tau2, which is one number or one a column."""
        w = self.member * (1.0 / (self.v + tau2))
        total = w.sum(axis=0)
        return w, total, self.y - (w * self.y).sum(axis=0) / total


def _columns(y: Array, v: Array, subsets: Bits, rows: slice) -> _Columns:
    """Unpack one chunk.

    Numpy adds up a single column by another method than one of several: it gets a double.
    """
    chosen = np.arange(len(subsets))[rows]
    if chosen.size == 1:
        chosen = chosen.repeat(2)
    member = np.ascontiguousarray(unpack(subsets[chosen], y.shape[0]).T, dtype=np.float64)
    if y.shape[1] > 1:
        y, v = np.ascontiguousarray(y[:, chosen]), np.ascontiguousarray(v[:, chosen])
    return _Columns(y, v, member)


def _estimate_tau2(data: _Columns, grid: Array, method: str) -> tuple[Array, Flags]:
    """Return tau2 of each column and whether there were several maxima to choose from."""
    n = data.member.shape[1]
    if method == "":
        return np.zeros(n), np.zeros(n, dtype=bool)
    if method == "DL":
        w, total, r = data.fit(0.0)
        excess = (w * r * r).sum(axis=0) - (data.member.sum(axis=0) - 1)
        slope = total - (w * w).sum(axis=0) / total
        return np.maximum(excess / slope, 0.0), np.zeros(n, dtype=bool)
    above = np.array([_equation(data, point, method) > 0 for point in grid])
    cell, column = np.nonzero(above[:-1] & ~above[1:])
    at_zero = np.flatnonzero(~above[0])
    column = np.append(at_zero, column)
    root = np.zeros(column.size)
    solved = _solve(data, grid[cell], grid[cell + 1], column[at_zero.size :], method)
    root[at_zero.size :] = solved
    several = np.bincount(column, minlength=n) > 1
    height = np.zeros(column.size)
    contested = np.flatnonzero(several[column])
    if contested.size:
        # A double for the same reason as in `_columns`.
        twice = np.append(contested, contested)
        heights = _log_likelihood(data.take(column[twice]), root[twice], method)
        height[contested] = heights[: contested.size]
    best = np.lexsort((-height, column))
    first = best[np.unique(column[best], return_index=True)[1]]
    if first.size < n:
        raise ArithmeticError(f"{method}: the equation for tau2 has no root where it must have one")
    return root[first], several


def _equation(data: _Columns, tau2: Array | float, method: str) -> Array:
    """What is 0 at the estimate: falls through it at a maximum.

    REML and ML: twice the slope of the profile log-likelihood (Viechtbauer 2005). PM: generalised
    Q less its expectation (Paule & Mandel 1982).
    """
    w, total, r = data.fit(tau2)
    if method == "PM":
        return (w * r * r).sum(axis=0) - (data.member.sum(axis=0) - 1)
    wr = w * r
    score = (wr * wr).sum(axis=0) - total
    return score + (w * w).sum(axis=0) / total if method == "REML" else score


def _slope(data: _Columns, tau2: Array, method: str) -> Array:
    """Derivative of `_equation`: that of a weight is -w^2, of the mean -sum(w^2 r) / sum w."""
    w, total, r = data.fit(tau2)
    w2 = w * w
    if method == "PM":
        return -(w2 * r * r).sum(axis=0)
    sum_w2 = w2.sum(axis=0)
    w3 = w2 * w
    slope = 2 * ((w2 * r).sum(axis=0) ** 2 / total - (w3 * r * r).sum(axis=0)) + sum_w2
    if method == "ML":
        return slope
    return slope + (sum_w2 / total) ** 2 - 2 * w3.sum(axis=0) / total


def _solve(
    data: _Columns, low: Array, high: Array, columns: npt.NDArray[np.intp], method: str
) -> Array:
    """Root of the equation of each of the columns between two values: Newton, else halving."""
    tau2 = 0.5 * (low + high)
    if not columns.size:
        return tau2
    low, high = low.copy(), high.copy()
    smallest = np.where(data.member > 0, data.v, np.inf).min(axis=0)[columns]
    left = np.arange(columns.size)
    for _ in range(_MAX_STEPS):
        shown = left if left.size > 1 else left.repeat(2)  # see `_columns`
        some, at = data.take(columns[shown]), tau2[shown]
        f = _equation(some, at, method)
        slope = _slope(some, at, method)
        below = f > 0
        low[shown] = np.where(below, at, low[shown])
        high[shown] = np.where(below, high[shown], at)
        step = np.divide(f, slope, out=np.full_like(f, np.inf), where=slope < 0)
        newton = at - step
        # Not onto an end: where rounding hides the root, Newton would go from one to the other.
        inside = ((newton > low[shown]) & (newton < high[shown])) | (newton == at)
        tau2[shown] = np.where(inside, newton, 0.5 * (low[shown] + high[shown]))
        moving = np.abs(tau2[shown] - at) > _LAST_STEP * (at + smallest[shown])
        left = shown[: left.size][moving[: left.size]]
        if not left.size:
            return tau2
    raise ArithmeticError(f"{method}: the search for tau2 did not end")


def _log_likelihood(data: _Columns, tau2: Array, method: str) -> Array:
    """Profile log-likelihood up to a constant of the column (Viechtbauer 2005)."""
    w, total, r = data.fit(tau2)
    log_w = np.log(w, out=np.zeros_like(w), where=data.member > 0)
    restriction = np.log(total) if method == "REML" else 0.0
    return 0.5 * ((log_w - w * r * r).sum(axis=0) - restriction)


def _summary(
    data: _Columns, tau2: Array, several: Flags, method: str, ci_method: str, level: float
) -> Batch:
    """Everything else, given tau2 (0 for the common-effect model, whose `method` is "")."""
    k = data.member.sum(axis=0)
    w, total, r = data.fit(tau2)
    estimate = (w * data.y).sum(axis=0) / total
    se = np.sqrt(1.0 / total)
    df = np.full(k.size, np.nan)
    crit = np.full(k.size, float(norm.isf((1 - level) / 2)))
    if ci_method != "z":
        df = k - 1
        sizes, of = np.unique(df, return_inverse=True)
        crit = np.asarray(t.isf((1 - level) / 2, sizes))[of]
        factor = (w * r * r).sum(axis=0) / df
        factor[factor <= _NO_DISPERSION] = 0.0
        if ci_method == "knapp_hartung_conservative":
            factor = np.maximum(factor, 1.0)
        se = np.sqrt(factor) * se
    half = np.where(se > 0, crit * se, np.nan)
    w, total, r = data.fit(0.0)
    q = (w * r * r).sum(axis=0)
    i2_q = np.divide(100 * (q - (k - 1)), q, out=np.zeros_like(q), where=q > k - 1)
    # Typical sampling variance: Higgins & Thompson 2002, eq. 9.
    typical = (k - 1) / (total - (w * w).sum(axis=0) / total)
    return Batch(
        k=k.astype(np.int64),
        estimate=estimate,
        se=se,
        df=df,
        ci_low=estimate - half,
        ci_high=estimate + half,
        tau2=tau2 if method else np.full_like(tau2, np.nan),
        q=q,
        i2_q=i2_q,
        i2_tau2=100 * tau2 / (tau2 + typical) if method else np.full_like(tau2, np.nan),
        several_modes=several,
    )
