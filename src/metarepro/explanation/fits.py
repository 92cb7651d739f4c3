"""Fits every model to many versions of a table at once.

The arithmetic is the engine's (`models`): here effects are turned into its columns, and its fits
into the numbers that are printed of a pool.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import special

from metarepro.explanation.effect_form import EffectForm
from metarepro.explanation.effect_forms import count_tables, says_nothing
from metarepro.explanation.pool_models import INTERVAL_KINDS, MEANS, TAU2_RANKS, PoolModel
from metarepro.models.cluster_robust import with_robust_variance
from metarepro.models.inference import critical_value, inference
from metarepro.models.intervals import INTERVALS
from metarepro.models.mantel_haenszel import (
    Fixed,
    Tables,
    mh_odds_ratio,
    mh_risk_difference,
    mh_risk_difference_sato,
    mh_risk_ratio,
)
from metarepro.models.pooled import Pooled
from metarepro.models.robust_variance import RHO, pool_correlated_sets
from metarepro.models.rows import MAX_RATIO, arrange
from metarepro.models.tau2 import ESTIMATORS
from metarepro.models.weighted import Subsets

if TYPE_CHECKING:
    from metarepro.models.three_level import ThreeLevel

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_TINY = 1e-300
#: Rank up to which the effects of a form are averaged by trial; the slower models of several rows
#: a trial take those of rank 0 only.
_USUAL = 1.0


@dataclass(frozen=True, eq=False)
class Versions:
    """Versions of a table.

    Attributes
    ----------
    cells : array of shape (n, k, c)
    member : array of shape (n, k), which rows are in
    trials : array of shape (k,)
    """

    cells: Array
    member: Flags
    trials: npt.NDArray[np.intp]

    def take(self, which: npt.NDArray[np.intp] | slice) -> "Versions":
        """Some of them."""
        return Versions(self.cells[which], self.member[which], self.trials)


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What is printed of n pools, on the scale of pooling; NaN where there is none.

    Attributes
    ----------
    estimate, ci_low, ci_high, z, p, tau2, q, q_df, q_p, i2_q, i2_tau2, k : array of shape (n,)
    se : array of shape (n,)
        Of the interval.
    usual_se : array of shape (n,)
        By the weights alone, which the factor of Knapp and Hartung is not in. Under robust variance
        and three levels there is neither, and so no prediction interval.
    """

    estimate: Array
    ci_low: Array
    ci_high: Array
    z: Array
    p: Array
    tau2: Array
    q: Array
    q_df: Array
    q_p: Array
    i2_q: Array
    i2_tau2: Array
    k: Array
    se: Array
    usual_se: Array

    @property
    def standard_error(self) -> Array:
        """Of the estimate, also under robust variance and three levels."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.abs(self.estimate / self.z))


@dataclass(frozen=True, eq=False)
class _Data:
    """Effects as the engine takes them, and which of the n versions it can pool."""

    subsets: Subsets
    fit: Flags
    k: Array
    q: Array


def table_version(cells: Array, trials: npt.NDArray[np.intp]) -> Versions:
    """A table as its only version."""
    return Versions(cells[None], np.ones((1, len(cells)), dtype=bool), trials)


def models_of(form: EffectForm, *, repeats: bool, counts: bool) -> Iterator[PoolModel]:
    """All models with a form, the simplest first within each method."""
    for rows in ("", *MEANS) if repeats and form.rank <= _USUAL else ("",):
        for tau2 in ("", *TAU2_RANKS):
            for ci in INTERVAL_KINDS if tau2 else ("z", "knapp_hartung", "t"):
                yield PoolModel(form, "IV", tau2, ci, rows)
    if counts and form.name in ("or", "rr", "rd", "or_half", "rr_half", "rd_half"):
        for method in ("MH", "MH_SATO", "MH_RM", "MH_DL"):
            if _differs(method, form):
                yield PoolModel(form, method)
    if repeats and form.rank <= 0:
        for method, ci in (("RVE", ""), ("3L", "z"), ("3L", "t"), ("3L_CR2", "")):
            yield PoolModel(form, method, ci=ci)


def _differs(method: str, form: EffectForm) -> bool:
    """Whether a method is another one for a form: without empty cells there is nothing to add."""
    if method == "MH_SATO":
        return form.measure == "RD"
    return method != "MH_RM" or bool(form.zero_cells)


def fitted(
    models: Sequence[PoolModel], versions: Versions, level: float
) -> Iterator[tuple[PoolModel, Outcomes]]:
    """Fit models to all versions; what they share is computed once.

    Parameters
    ----------
    models : sequence of PoolModel
        Those of a form, and of a form those of an estimator, stand together.
    versions : Versions
    level : float
        Of the intervals.

    Yields
    ------
    PoolModel, Outcomes
    """
    form: EffectForm | None = None
    data: dict[str, _Data] = {}
    nested: dict[int, ThreeLevel] = {}
    key: tuple[str, str, str] | None = None
    tau2, parts = np.empty(0), (np.empty(0),) * 3
    effects = np.empty((0, 0)), np.empty((0, 0))
    for model in models:
        if model.form is not form:
            form, data, nested = model.form, {}, {}
            effects = form.effects(versions.cells)
        if model.method == "RVE":
            yield model, _robust(effects, versions, level)
            continue
        if model.method in ("3L", "3L_CR2"):
            yield model, _three_level(model, effects, versions, level, nested)
            continue
        if model.rows not in data:
            data[model.rows] = _data(*effects, versions, model.rows)
        own = data[model.rows]
        if model.method != "IV":
            yield model, _mantel_haenszel(model, own, versions, level)
            continue
        if key != (form.name, model.rows, model.tau2):
            key = (form.name, model.rows, model.tau2)
            tau2 = _tau2(own, model.tau2)
            parts = _parts(own, tau2)
        yield model, _outcomes(own, tau2, *parts, model.ci, level, random=bool(model.tau2))


def _data(y: Array, v: Array, versions: Versions, rows: str) -> _Data:
    member = versions.member
    if rows:
        y, v, member = _means(y, v, member, versions.trials, MEANS[rows])
    with np.errstate(invalid="ignore"):
        member = member & np.isfinite(y) & np.isfinite(v) & (v > 0)
    least = np.where(member, v, np.inf).min(axis=1)
    most = np.where(member, v, 0.0).max(axis=1)
    k = member.sum(axis=1)
    fit = (k >= 2) & (most < MAX_RATIO * least) & (most < 1e100) & (least > 1e-100)
    y = np.where(member & fit[:, None], y, 0.0)
    v = np.where(member & fit[:, None], v, 1.0)
    used = np.where(fit[:, None], member, True)
    squares = np.where(used, y * y, 0.0).sum(axis=1)
    least = np.where(fit, least, 1.0)
    subsets = Subsets(y.T.copy(), v.T.copy(), used.T.astype(np.float64), squares, least)
    return _Data(subsets, fit, k.astype(np.float64), subsets.common.q)


def _means(
    y: Array, v: Array, member: Flags, trials: npt.NDArray[np.intp], rho: float
) -> tuple[Array, Array, Flags]:
    """The mean of each trial and its variance (Borenstein and others 2009, chapter 24)."""
    n = int(trials.max()) + 1
    inside = (trials[None] == np.arange(n)[:, None]).astype(np.float64)
    known = member & np.isfinite(y) & np.isfinite(v)
    y0, v0 = np.where(known, y, 0.0), np.where(known, v, 0.0)
    size = known @ inside.T
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = y0 @ inside.T / size
        covered = (1 - rho) * (v0 @ inside.T) + rho * (np.sqrt(np.abs(v0)) @ inside.T) ** 2
        return mean, covered / size**2, size > 0


def _tau2(data: _Data, method: str) -> Array:
    if not method:
        return np.zeros(data.subsets.n)
    try:
        return ESTIMATORS[method].estimate(data.subsets).value
    except ArithmeticError:
        return np.full(data.subsets.n, np.nan)


def _parts(data: _Data, tau2: Array) -> tuple[Array, Array, Array]:
    """Estimate, model-based standard error and dispersion y'Py / (k - 1)."""
    fit = data.subsets.at(tau2)
    return fit.estimate, np.sqrt(1 / fit.sum_w), fit.q / (data.subsets.k - 1)


def _outcomes(
    data: _Data,
    tau2: Array,
    estimate: Array,
    se: Array,
    dispersion: Array,
    ci: str,
    level: float,
    *,
    random: bool,
) -> Outcomes:
    df = data.subsets.k - 1
    z_half = critical_value(level, np.nan) * se
    t_crit = _t(level, df)
    if ci == "wider":
        hartung = np.sqrt(INTERVALS["knapp_hartung"].factor(dispersion)) * se
        by_t = t_crit * hartung > z_half
        half = np.where(by_t, t_crit * hartung, z_half)
        used = np.where(by_t, hartung, se)
        dfs = np.where(by_t, df, np.nan)
    elif ci == "t":
        half, used, dfs = t_crit * se, se, df
    else:
        used = np.sqrt(INTERVALS[ci].factor(dispersion)) * se
        normal = INTERVALS[ci].normal
        half = critical_value(level, np.nan) * used if normal else t_crit * used
        dfs = np.full_like(df, np.nan) if normal else df
    used = np.where(used > _TINY, used, np.nan)
    q = data.q
    i2_q = np.where(q > df, 100 * (q - df) / np.maximum(q, _TINY), 0.0)
    typical = df / data.subsets.common.trace
    i2_tau2 = 100 * tau2 / (tau2 + typical) if random else i2_q
    z = estimate / used
    return _where(
        data.fit,
        Outcomes(
            estimate, estimate - half, estimate + half, z, _p(z, dfs),
            tau2 if random else np.full_like(q, np.nan), q, df,
            np.asarray(special.chdtrc(df, q)), i2_q, i2_tau2, data.k, used, se,
        ),
    )  # fmt: skip


def _t(level: float, df: Array) -> Array:
    return np.asarray(-special.stdtrit(df, (1 - level) / 2))


def _p(z: Array, df: Array) -> Array:
    tail = -np.abs(z)
    by_t = special.stdtr(np.where(np.isnan(df), 1.0, df), tail)
    return np.asarray(2 * np.where(np.isnan(df), special.ndtr(tail), by_t))


def _where(fit: Flags, outcomes: Outcomes) -> Outcomes:
    if fit.all():
        return outcomes
    return Outcomes(*(np.where(fit, x, np.nan) for x in vars(outcomes).values()))


def _mantel_haenszel(model: PoolModel, data: _Data, versions: Versions, level: float) -> Outcomes:
    """Mantel-Haenszel, or RevMan's random effects with its Q."""
    subsets, n, k = data.subsets, data.subsets.n, data.k
    with np.errstate(all="ignore"):
        fixed = _fixed(model, count_tables(versions.cells), versions.member)
        estimate, se = fixed.estimate, np.sqrt(fixed.variance)
    fit = data.fit & np.isfinite(estimate) & np.isfinite(se) & (se > 0)
    w = subsets.member / subsets.v
    q = (w * (subsets.y - np.where(fit, estimate, 0.0)) ** 2).sum(axis=0)
    own = _Data(subsets, fit, k, q)
    zero = np.zeros(n)
    if model.method != "MH_DL":
        return _outcomes(own, zero, estimate, se, zero, "z", level, random=False)
    tau2 = np.maximum(0.0, (q - (subsets.k - 1)) / subsets.common.trace)
    pooled, se, _ = _parts(own, tau2)
    return _outcomes(own, tau2, pooled, se, zero, "z", level, random=True)


def _fixed(model: PoolModel, tables: Tables, member: Flags) -> Fixed:
    """The pools of n versions, each of the studies that are in and say something of the measure."""
    measure = model.form.measure
    used = member if measure == "RD" else member & ~says_nothing(tables)

    def add_up(numbers: Array) -> Array:
        return np.asarray(np.where(used, numbers, 0.0).sum(axis=-1))

    corrected = tables.plus(0.5) if model.method in ("MH_RM", "MH_DL") else tables
    if model.method == "MH_SATO":
        return mh_risk_difference_sato(tables, corrected, add_up)
    by = {"OR": mh_odds_ratio, "RR": mh_risk_ratio, "RD": mh_risk_difference}[measure]
    return by(tables, corrected, add_up)


def _robust(effects: tuple[Array, Array], versions: Versions, level: float) -> Outcomes:
    """Robust variance, all versions in step."""
    sets = {}
    for i in range(len(versions.member)):
        try:
            rows = arrange(*_known(effects, versions, i))
        except ValueError:
            continue
        if rows.n_trials > 1:
            sets[i] = rows
    pools = pool_correlated_sets([*sets.values()], [RHO] * len(sets), level=level)
    return _outcomes_of(dict(zip(sets, pools, strict=True)), len(versions.member))


def _three_level(
    model: PoolModel,
    effects: tuple[Array, Array],
    versions: Versions,
    level: float,
    fits: "dict[int, ThreeLevel]",
) -> Outcomes:
    """Three levels, version by version, each fitted once."""
    # Its optimiser loads for a fifth of a second, and is rarely needed.
    from metarepro.models.three_level import pool_three_level

    pools: dict[int, Pooled] = {}
    for i in range(len(versions.member)):
        rows = _known(effects, versions, i)
        try:
            if i not in fits:
                fits[i] = pool_three_level(*rows, level=level)
            pools[i] = fits[i]
            if model.method == "3L_CR2":
                pools[i] = with_robust_variance(fits[i], *rows)
            elif model.ci == "z":
                pools[i] = _with_normal_interval(fits[i])
        except (ValueError, ArithmeticError):
            pools.pop(i, None)
    return _outcomes_of(pools, len(versions.member))


def _known(
    effects: tuple[Array, Array], versions: Versions, i: int
) -> tuple[Array, Array, npt.NDArray[np.intp]]:
    """The effects, variances and trials of version `i` that can be pooled."""
    y, v = effects[0][i], effects[1][i]
    with np.errstate(invalid="ignore"):
        known = versions.member[i] & np.isfinite(y) & (v > 0)
    return y[known], v[known], versions.trials[known]


def _outcomes_of(pools: Mapping[int, Pooled], n: int) -> Outcomes:
    """The numbers of n versions, NaN for those without a pool."""
    found = [_numbers(pools[i]) if i in pools else _NOTHING for i in range(n)]
    return Outcomes(*np.array(found, dtype=np.float64).T)


_NOTHING = (np.nan,) * 14


def _numbers(p: Pooled) -> tuple[float, ...]:
    return (
        p.estimate, p.ci_low, p.ci_high, p.statistic, p.p_value, p.tau2, p.q, p.q_df, p.q_p,
        p.i2_q, p.i2_tau2, p.k, np.nan, np.nan,
    )  # fmt: skip


def _with_normal_interval(pooled: Pooled) -> Pooled:
    """As metafor's rma.mv has it by default."""
    return replace(
        pooled, **inference(pooled.estimate, pooled.se, np.nan, pooled.tau2, pooled.level)
    )
