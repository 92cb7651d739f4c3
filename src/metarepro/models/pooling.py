"""Pool effect sizes by inverse variance: one set of effects, or many subsets at once.

One engine: a single pool is a batch of one. The fits of a chunk are the columns of arrays, and
everything is done for all of them in step; what is left out of a fit has weight 0. Sums run over
the effects in their order, never by a method that depends on the number of columns: the size of a
chunk cannot move a digit.

Every number is checked against R's metafor, and against PyMARE where it has the estimator. PyMARE
itself is not used here, for measured reasons: it knows no subsets (an effect that is left out by
a variance of 1e9 moves the pooled effect by 0.2), its search for tau2 stops at about six digits
and, where variances differ by six orders, may take the lower of two maxima, and it stops for all
columns together, so that 95 of 100 fits change by up to 2e-7 with their neighbours.
"""

import math
from collections.abc import Sequence
from dataclasses import fields
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from metarepro.models.inference import check_level, chi2_p, critical_value, inference
from metarepro.models.intervals import INTERVALS
from metarepro.models.pooled import Array, Pooled, Pools
from metarepro.models.rows import Rows, arrange, check_ratio
from metarepro.models.tau2 import ESTIMATORS, Tau2, q_root
from metarepro.models.thresholds import MIN_TRIALS_FOR_INTERVAL
from metarepro.models.weighted import Subsets, add_up

Bits = npt.NDArray[np.uint8]

MODELS = ("random", "common")

#: tau2 counts as outside its interval beyond this, relatively, on the scale of the rows.
_ROUNDING = 1e-9

#: Fits in one chunk: at k = 15 the working arrays stay within a processor's second-level cache.
CHUNK = 2048


def pool(
    yi: npt.ArrayLike,
    vi: npt.ArrayLike,
    *,
    model: str = "random",
    tau2_method: str = "REML",
    ci_method: str = "knapp_hartung_conservative",
    level: float = 0.95,
) -> Pooled:
    """Pool independent effects by inverse variance.

    Parameters
    ----------
    yi, vi : array-like of shape (k,)
        Effects and their sampling variances, one row per trial; k >= 2.
    model : "random" or "common"
        "common" has no tau2 and no prediction interval, and does not look at `tau2_method`.
    tau2_method : str
        A name in `tau2.ESTIMATORS`: "DL", "HE", "HS", "SJ", "PM", "EB", "ML" or "REML".
    ci_method : str
        A name in `intervals.INTERVALS`. "z": normal. "knapp_hartung": Knapp & Hartung 2003, t with
        k - 1 df. "knapp_hartung_conservative" floors their factor at 1, so that its standard error
        is never below that of "z"; metafor's `test="adhoc"`.
    level : float
        Coverage of all intervals.

    Returns
    -------
    Pooled
        The prediction interval is estimate +- crit sqrt(tau2 + se^2) with the reference of the
        confidence interval, t(k - 1) or normal, as metafor's `predict`. The interval of tau2 is
        by Q-profile (Viechtbauer 2007); NaN where it is empty. Flags: "two_or_three_trials" (a
        Knapp-Hartung interval that is too wide to tell anything), "normal_few_trials" (a normal
        interval of 2 or 3 trials, which takes an unknown tau2 as known), "zero_standard_error" (all
        effects equal under "knapp_hartung": no test and no interval), "several_modes" (the
        likelihood has more than one maximum; the highest is taken), "tau2_zero",
        "tau2_interval_empty", "tau2_outside_interval".

    Raises
    ------
    ValueError
        For input that cannot be pooled or an unknown method; the message says what and where.

    Examples
    --------
    >>> pooled = pool([0.10, 0.30, 0.45, 0.25], [0.04, 0.02, 0.05, 0.03], ci_method="z")
    >>> f"{pooled.estimate:.3f} [{pooled.ci_low:.3f}, {pooled.ci_high:.3f}]"
    '0.271 [0.098, 0.444]'
    """
    check_choices(model, tau2_method, ci_method, level)
    return pool_sets(
        [arrange(yi, vi)],
        model=model,
        tau2_method=tau2_method,
        ci_method=[ci_method],
        level=level,
    )[0]


def pool_sets(
    sets: Sequence[Rows], *, model: str, tau2_method: str, ci_method: Sequence[str], level: float
) -> list[Pooled]:
    """`pool` of many sets of effects, which moves no digit of any of them.

    Parameters
    ----------
    sets : sequence of Rows
        From `rows.arrange`.
    model, tau2_method, level
        See `pool`.
    ci_method : sequence of str
        One for each set.

    Returns
    -------
    list of Pooled
    """
    if not sets:
        return []
    method = tau2_method if model == "random" else ""
    data = _side_by_side(sets)
    pools = _pool(data, method, ci_method, level)
    undefined = np.full(data.n, np.nan)
    low, high = q_profile(data, level) if method else (undefined, undefined)
    named = [getattr(pools, name) for name in _Fit._fields[:-2]]
    fits = map(_Fit._make, zip(*(column.tolist() for column in (*named, low, high)), strict=True))
    return [
        _pooled(_How(model, method, interval, level), rows, fit)
        for rows, interval, fit in zip(sets, ci_method, fits, strict=True)
    ]


class _How(NamedTuple):
    model: str
    tau2_method: str
    ci_method: str
    level: float


class _Fit(NamedTuple):
    """One pool in the units of its rows, with the interval of tau2."""

    estimate: float
    se: float
    df: float
    tau2: float
    q: float
    i2_q: float
    i2_tau2: float
    several_modes: bool
    low: float
    high: float


def _pooled(how: _How, rows: Rows, fit: _Fit) -> Pooled:
    found = inference(
        estimate=rows.unit * (rows.sign * fit.estimate + 0.0),  # no "-0"
        se=rows.unit * fit.se,
        df=fit.df,
        tau2=rows.unit**2 * fit.tau2,
        level=how.level,
    )
    k, random, normal = rows.y.size, bool(how.tau2_method), INTERVALS[how.ci_method].normal
    few = k < MIN_TRIALS_FOR_INTERVAL
    flags = {
        "two_or_three_trials": few and not normal,
        "normal_few_trials": few and normal and random,
        "zero_standard_error": fit.se == 0,
        "several_modes": fit.several_modes,
        "tau2_zero": fit.tau2 == 0,
        "tau2_interval_empty": random and math.isnan(fit.low),
        "tau2_outside_interval": _outside(fit.tau2, fit.low, fit.high),
    }
    return Pooled(
        **how._asdict(),
        k=k,
        n_trials=k,
        **found,
        tau2_ci_low=rows.unit**2 * fit.low,
        tau2_ci_high=rows.unit**2 * fit.high,
        i2_q=fit.i2_q,
        i2_tau2=fit.i2_tau2,
        q=fit.q,
        q_df=k - 1.0,
        q_p=chi2_p(fit.q, k - 1.0),
        flags=tuple(flag for flag, raised in flags.items() if raised),
        weights=rows.percent(1 / (rows.v + (fit.tau2 if random else 0.0))),
    )


def _side_by_side(sets: Sequence[Rows]) -> Subsets:
    """Sets as columns; the shorter ones are filled up with what is not a member."""
    sizes = np.array([rows.y.size for rows in sets])
    member = np.arange(sizes.max())[:, None] < sizes
    y, v = np.zeros(member.shape), np.ones(member.shape)
    for column, rows in enumerate(sets):
        y[: rows.y.size, column], v[: rows.y.size, column] = rows.y, rows.v
    own = member.astype(np.float64)
    squares = own * (y - add_up(own * y) / sizes) ** 2
    return Subsets(y, v, own, add_up(squares), np.where(member, v, np.inf).min(axis=0))


def pack(members: npt.ArrayLike) -> Bits:
    """Pack a table of membership, shape (n, k), into bytes, shape (n, ceil(k / 8)).

    Bit i, of least weight first, says whether effect i is in.
    """
    return np.packbits(np.asarray(members, dtype=bool), axis=1, bitorder="little")


def unpack(subsets: Bits, k: int) -> npt.NDArray[np.bool_]:
    """Reverse `pack`: the membership of `k` effects, shape (n, k)."""
    return np.unpackbits(subsets, axis=1, count=k, bitorder="little").astype(bool)


def pool_subsets(
    yi: npt.ArrayLike,
    vi: npt.ArrayLike,
    subsets: Bits,
    *,
    model: str = "random",
    tau2_method: str = "REML",
    ci_method: str | Sequence[str] = "knapp_hartung_conservative",
    level: float = 0.95,
    chunk: int = CHUNK,
) -> Pools:
    """Pool each subset of independent effects by inverse variance.

    Parameters
    ----------
    yi, vi : array-like of shape (k,) or (n, k)
        Effects and their sampling variances; the same for all subsets, or a row for each. What a
        subset leaves out must be a valid number too.
    subsets : array of uint8, shape (n, ceil(k / 8))
        From `pack`; each of two effects or more.
    model, tau2_method, ci_method, level
        See `pool`; `ci_method` may have one for each subset.
    chunk : int
        Number of subsets fitted together. Moves time and memory, no digit.

    Returns
    -------
    Pools

    Raises
    ------
    ValueError
        For input that cannot be pooled or an unknown method.

    Examples
    --------
    >>> pools = pool_subsets([0.1, 0.3, 0.5], [0.02, 0.02, 0.02], pack([[1, 1, 0], [0, 1, 1]]))
    >>> pools.estimate.round(3).tolist()
    [0.2, 0.4]
    """
    intervals = np.broadcast_to(np.asarray(ci_method), len(subsets))
    for name in set(intervals.tolist()):
        check_choices(model, tau2_method, name, level)
    if chunk < 1:
        raise ValueError(f"chunk must be above 0, got {chunk}")
    y, v = _check_effects(yi, vi, subsets)
    method = tau2_method if model == "random" else ""
    squares = ((y - y.mean(axis=0)) ** 2).sum(axis=0)
    whole = Subsets(y, v, np.empty((len(y), 0)), squares, v.min(axis=0))
    parts = []
    for start in range(0, len(subsets), chunk):
        rows = slice(start, start + chunk)
        part = _pool(_columns(whole, subsets, rows), method, intervals[rows], level)
        parts.append([getattr(part, f.name) for f in fields(Pools)])
    return Pools(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def typical_variance(v: Array) -> float:
    """Typical sampling variance of the rows (Higgins & Thompson 2002, eq. 9)."""
    w = 1.0 / v
    return float((v.size - 1) * w.sum() / (w.sum() ** 2 - (w**2).sum()))


def check_choices(model: str, tau2_method: str, ci_method: str, level: float = 0.95) -> None:
    """Refuse, in a ValueError that names what is allowed, what `pool` cannot do."""
    for name, value, allowed in (
        ("model", model, MODELS),
        ("tau2_method", tau2_method, tuple(ESTIMATORS)),
        ("ci_method", ci_method, tuple(INTERVALS)),
    ):
        if value not in allowed:
            raise ValueError(f"{name} must be one of {', '.join(allowed)}; got {value!r}")
    check_level(level)


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
    check_ratio(v)
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


def _columns(whole: Subsets, subsets: Bits, rows: slice) -> Subsets:
    """Unpack one chunk."""
    y, v, spread, least, k = whole.y, whole.v, whole.spread, whole.least, len(whole.y)
    member = np.ascontiguousarray(unpack(subsets[rows], k).T, dtype=np.float64)
    if y.shape[1] > 1:
        y, v = np.ascontiguousarray(y[:, rows]), np.ascontiguousarray(v[:, rows])
        spread, least = spread[rows], least[rows]
    return Subsets(y, v, member, spread, least)


def _pool(data: Subsets, method: str, ci_method: npt.ArrayLike, level: float) -> Pools:
    """Pool every column, each with its interval; without a method under the common-effect model."""
    if method:
        tau2, several = ESTIMATORS[method].estimate(data)
    else:
        tau2, several = Tau2(np.zeros(data.n), np.zeros(data.n, dtype=bool))
    fit, q_df = data.at(tau2), data.k - 1
    estimate = fit.estimate
    names, of = np.unique(ci_method, return_inverse=True)
    intervals, column = [INTERVALS[name] for name in names], np.arange(data.n)
    factor = np.array([interval.factor(fit.q / q_df) for interval in intervals])[of, column]
    se = np.sqrt(factor) * np.sqrt(1.0 / fit.sum_w)
    df = np.where(np.array([interval.normal for interval in intervals])[of], np.nan, q_df)
    half = np.where(se > 0, _critical_values(level, df) * se, np.nan)
    q = data.common.q
    i2_tau2 = 100 * tau2 / (tau2 + q_df / data.common.trace)  # Higgins & Thompson 2002, eq. 9
    return Pools(
        k=data.k.astype(np.int64),
        estimate=estimate,
        se=se,
        df=df,
        ci_low=estimate - half,
        ci_high=estimate + half,
        tau2=tau2 if method else np.full(data.n, np.nan),
        q=q,
        i2_q=np.divide(100 * (q - q_df), q, out=np.zeros_like(q), where=q > q_df),
        i2_tau2=i2_tau2 if method else np.full(data.n, np.nan),
        several_modes=several,
    )


def _critical_values(level: float, df: Array) -> Array:
    """`inference.critical_value` of each column, each number of degrees of freedom once."""
    sizes, of = np.unique(df, return_inverse=True)
    return np.array([critical_value(level, size) for size in sizes])[of]


def q_profile(data: Subsets, level: float) -> tuple[Array, Array]:
    """Interval of tau2 of each fit (Viechtbauer 2007): where Q has the two quantiles.

    It is empty, NaN, where Q is below both of them at tau2 = 0 already: the effects differ less
    than sampling error alone lets them.
    """
    tails = (1 + level) / 2, (1 - level) / 2
    low_q, high_q = (np.asarray(special.chdtri(data.k - 1, tail), np.float64) for tail in tails)
    empty = data.common.q < low_q
    low, high = (np.where(empty, np.nan, q_root(data, target)) for target in (high_q, low_q))
    return low, high


def _outside(tau2: float, low: float, high: float) -> bool:
    """Whether an estimate lies outside its interval, by more than rounding."""
    slack = _ROUNDING * (1 + tau2)
    return tau2 < low - slack or tau2 > high + slack
