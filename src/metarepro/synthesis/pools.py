"""Pools of trials: under which model results are pooled, and what is said of them."""

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from metarepro.conversion.trial_means import trial_effect
from metarepro.models.inference import inference
from metarepro.models.pooled import Pooled
from metarepro.models.pooling import pool_sets
from metarepro.models.robust_variance import pool_correlated_sets
from metarepro.models.rows import arrange
from metarepro.models.thresholds import MIN_TRIALS_FOR_PREDICTION
from metarepro.plan import Plan

Array = npt.NDArray[np.float64]
AnyPool = TypeVar("AnyPool", bound=Pooled)

#: What a single trial cannot tell.
_UNKNOWN: dict[str, float] = dict.fromkeys(
    ("tau2_ci_low", "tau2_ci_high", "i2_q", "i2_tau2", "q", "q_df", "q_p"), math.nan
)
#: Of a pool not in the table: a row for each result, and what is the same for all pools.
_UNTOLD = ("weights", "level")


@dataclass(frozen=True)
class Settings:
    """How effects are pooled (section `pooling` of the config).

    Parameters
    ----------
    tau2_method, ci_method : str
        For pools in which every trial gives one result (see `pooling.pool`).
    rho : float
        Assumed correlation of the results of one trial.
    model : "random" or "common"
        Under "common" several results of a trial are averaged first: robust variance is a
        random-effects method.
    level : float
        Coverage of all intervals, 0 to 1.
    """

    tau2_method: str
    ci_method: str
    rho: float
    model: str = "random"
    level: float = 0.95

    @property
    def independent(self) -> dict[str, Any]:
        """What `pooling.pool` is given for effects that are independent, one for each trial."""
        return {
            name: getattr(self, name) for name in ("model", "tau2_method", "ci_method", "level")
        }

    @classmethod
    def from_plan(cls, plan: Plan, key: str = "") -> "Settings":
        """Read how the plan pools: the pool with this key, or what is in no synthesis."""
        pooling = plan.pooling_of(key.split(".")[1]) if key else plan.pooling
        return cls(**pooling.model_dump())


def count_participants(effects: pd.DataFrame) -> dict[str, float]:
    """Participants of all trials together, and how many trials do not report theirs.

    Returns
    -------
    dict
        `n_participants`: sum over trials of the largest number of participants of its results; nan
        if none is known. `n_unknown`: trials of which none is known.
    """
    totals = effects["n_total"].to_numpy(float, na_value=math.nan)
    return participants(effects["trial_id"].tolist(), totals.tolist())


def participants(trials: Iterable[Hashable], totals: Iterable[float]) -> dict[str, float]:
    """`count_participants` of results of these trials with so many participants each."""
    largest: dict[Hashable, float] = {}
    for trial, total in zip(trials, totals, strict=True):
        largest[trial] = max(largest.get(trial, -1.0), total if total >= 0 else -1.0)
    known = [total for total in largest.values() if total >= 0]
    return {
        "n_participants": float(sum(known)) if known else math.nan,
        "n_unknown": float(len(largest) - len(known)),
    }


class Results(NamedTuple):
    """Results to pool, shape (k,): number of the trial, in the order of their ids, yi and vi."""

    trial: npt.NDArray[np.intp]
    yi: Array
    vi: Array

    @classmethod
    def of(cls, effects: pd.DataFrame) -> "Results":
        """Those of a table with the columns trial_id, yi and vi."""
        code = np.unique(effects["trial_id"].to_numpy(object), return_inverse=True)[1]
        return cls(code, effects["yi"].to_numpy(float), effects["vi"].to_numpy(float))

    @property
    def n_trials(self) -> int:
        """Number of trials."""
        return len(set(self.trial.tolist()))

    @property
    def content(self) -> bytes:
        """The same for the same results."""
        return b"".join(column.tobytes() for column in self)

    def at(self, which: npt.NDArray[Any]) -> "Results":
        """Those at the places, or where the mask holds."""
        return Results(self.trial[which], self.yi[which], self.vi[which])


#: A pool, or None, and the reason if there was no pooling.
Outcome = tuple[Pooled | None, str]
#: Pools sets of results by the same settings.
Pooler = Callable[[Sequence[Results], Settings], Sequence[Outcome]]


class Task(NamedTuple):
    """Results to pool, and how; without a pooler see `pool_each`."""

    results: Results
    settings: Settings
    pooler: Pooler | None = None


def pool_each(tasks: Sequence[Task]) -> list[Outcome]:
    """Pool many sets of results, alike ones once and all of one model together.

    Where a task says no model it follows from the settings and the data. Every trial one result:
    the model of the plan. Some trials several: correlated effects with robust variance; where the
    plan has a common effect, the common effect of the means of the trials ("common_of_means"),
    since robust variance is a random-effects method. One trial: no pooling, its own effect.

    Returns
    -------
    list of tuple
        For each task the pool and "", of a single trial its effect and the reason, and of what
        cannot be pooled None and the reason. `k` and `weights` are of the results; those of a trial
        whose mean was pooled share its weight.
    """
    keys = [(*_pooler_of(task), task.results.content) for task in tasks]
    batches: dict[tuple[Pooler, Settings], dict[bytes, Results]] = defaultdict(dict)
    for task, (pooler, settings, content) in zip(tasks, keys, strict=True):
        batches[pooler, settings][content] = task.results
    outcomes: dict[Any, Outcome] = {}
    for (pooler, settings), sets in batches.items():
        found = _attempt(pooler, list(sets.values()), settings)
        outcomes |= {(pooler, settings, c): own for c, own in zip(sets, found, strict=True)}
    return [outcomes[key] for key in keys]


def _pooler_of(task: Task) -> tuple[Pooler, Settings]:
    """The pooler, and the settings without those that it does not look at."""
    results, settings, pooler = task
    n_trials = results.n_trials
    if not pooler or n_trials == 0:
        if n_trials < 2:
            pooler = _single_trials
        elif n_trials == results.yi.size:
            pooler = independent
        else:
            pooler = _common_of_means if settings.model == "common" else robust
    if pooler is independent:
        return pooler, replace(settings, rho=0.0)
    if pooler is robust:
        return pooler, replace(settings, tau2_method="", ci_method="", model="")
    return pooler, settings


def _attempt(pooler: Pooler, sets: Sequence[Results], settings: Settings) -> list[Outcome]:
    """Pool sets together; if one of them cannot be pooled, each by itself."""
    try:
        found = pooler(sets, settings)
    except (ValueError, ArithmeticError) as error:
        if len(sets) == 1:
            return [(None, str(error))]
        return [own for one in sets for own in _attempt(pooler, [one], settings)]
    return [(pooled and without_prediction_of_few(pooled), reason) for pooled, reason in found]


def independent(sets: Sequence[Results], settings: Settings) -> list[Outcome]:
    """Pool results as if each was of a trial of its own."""
    if any(own.n_trials < 2 for own in sets):
        raise ValueError("a single trial: nothing is pooled")
    pools = pool_sets([arrange(own.yi, own.vi) for own in sets], **settings.independent)
    return [
        (replace(pooled, n_trials=own.n_trials), "")
        for own, pooled in zip(sets, pools, strict=True)
    ]


def robust(sets: Sequence[Results], settings: Settings) -> list[Outcome]:
    """Pool results of which several may come from one trial, by robust variance."""
    rows = [arrange(own.yi, own.vi, own.trial) for own in sets]
    rho = [settings.rho] * len(rows)
    return [(pooled, "") for pooled in pool_correlated_sets(rows, rho, level=settings.level)]


def _common_of_means(sets: Sequence[Results], settings: Settings) -> list[Outcome]:
    """Common effect of the means of the trials, whose results correlate by rho."""
    means = [trial_means(own, settings.rho) for own in sets]
    found: list[Outcome] = []
    for own, (pooled, reason) in zip(sets, independent(means, settings), strict=True):
        assert pooled is not None
        code, sizes = np.unique(own.trial, return_inverse=True, return_counts=True)[1:]
        of_means = replace(pooled, weights=(pooled.weights / sizes)[code], rho=settings.rho)
        found.append((replace(of_means, model="common_of_means", k=own.yi.size), reason))
    return found


def _single_trials(sets: Sequence[Results], settings: Settings) -> list[Outcome]:
    return [_single_trial(own.yi, own.vi, settings) for own in sets]


def trial_means(results: Results, rho: float) -> Results:
    """The mean of each trial, as `conversion.trial_means.trial_effect`."""
    _, yi, vi = ordered = results.at(np.lexsort((results.vi, results.yi, results.trial)))
    trials, code = np.unique(ordered.trial, return_inverse=True)
    m, sum_vi = np.bincount(code), np.bincount(code, vi)
    between = np.bincount(code, np.sqrt(vi)) ** 2 - sum_vi
    variance = np.where(m == 1, sum_vi, sum_vi + rho * between) / m**2
    return Results(trials, np.bincount(code, yi) / m, variance)


def pool_trials(effects: pd.DataFrame, settings: Settings) -> tuple[Pooled, str]:
    """Pool effects of at least one trial; the model follows from the plan and the data.

    Parameters
    ----------
    effects : DataFrame
        Columns trial_id, yi, vi; at least one row.
    settings : Settings
        Model, estimators, assumed correlation and level.

    Returns
    -------
    Pooled, str
        As `pool_each`.

    Raises
    ------
    ValueError
        For effects that cannot be pooled.
    """
    ((pooled, reason),) = pool_each([Task(Results.of(effects), settings)])
    if pooled is None:
        raise ValueError(reason)
    return pooled, reason


def pool_or_reason(effects: pd.DataFrame, settings: Settings) -> dict[str, Any]:
    """Columns of `tables.POOLED` for effects of at least one trial, pooled by `pool_trials`.

    Where they cannot be pooled the statistics are missing, and `reason` says why.
    """
    try:
        pooled, reason = pool_trials(effects, settings)
    except (ValueError, ArithmeticError) as error:
        return without_pool(effects, str(error))
    return pooled_columns(pooled, effects) | {"reason": reason}


def without_pool(effects: pd.DataFrame, reason: str) -> dict[str, Any]:
    """The same columns for effects that are not pooled."""
    trials = sorted(set(effects["trial_id"]))
    return {
        **dict.fromkeys((f.name for f in fields(Pooled) if f.name not in _UNTOLD), math.nan),
        **dict.fromkeys(("model", "tau2_method", "ci_method", "flags"), ""),
        "n_trials": len(trials),
        "k": len(effects),
        **count_participants(effects),
        "trial_ids": " ".join(trials),
        "reason": reason,
    }


def without_prediction_of_few(pooled: AnyPool) -> AnyPool:
    """Drop the prediction interval of a pool of fewer trials than one needs."""
    if pooled.n_trials < MIN_TRIALS_FOR_PREDICTION:
        return replace(pooled, pi_low=math.nan, pi_high=math.nan)
    return pooled


def _single_trial(yi: Array, vi: Array, settings: Settings) -> tuple[Pooled, str]:
    if not yi.size:
        raise ValueError("no result fits")
    estimate, variance = trial_effect(yi, vi, settings.rho)
    pooled = Pooled(
        model="single_trial",
        tau2_method="",
        ci_method="z",
        level=settings.level,
        k=len(yi),
        n_trials=1,
        **inference(estimate, math.sqrt(variance), math.nan, math.nan, settings.level),
        **_UNKNOWN,
        flags=(),
        weights=np.full(len(yi), 100 / len(yi)),
        rho=settings.rho if len(yi) > 1 else math.nan,
    )
    of = f"the mean of its {len(yi)} results" if len(yi) > 1 else "its own effect"
    return pooled, f"a single trial: nothing is pooled, {of} is shown"


def pooled_columns(pooled: Pooled, effects: pd.DataFrame) -> dict[str, Any]:
    """A pooled result and its members as columns of `tables.POOLED`."""
    columns = {f.name: getattr(pooled, f.name) for f in fields(Pooled) if f.name not in _UNTOLD}
    return columns | {
        "flags": "; ".join(pooled.flags),
        **count_participants(effects),
        "trial_ids": " ".join(sorted(set(effects["trial_id"]))),
    }
