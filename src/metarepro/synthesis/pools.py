"""Pools of trials: under which model results are pooled, and what is said of them."""

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from metarepro.conversion.trial_means import means_by_trial
from metarepro.models.inference import inference
from metarepro.models.pooled import NO_POOL, Pooled
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


class Task(NamedTuple):
    """Results to pool, and how; without a pooler see `pool_each`."""

    results: Results
    settings: Settings
    pooler: "Pooler | None" = None


#: Pools results by one model, estimator and level; assumed correlations and intervals may differ.
Pooler = Callable[[Sequence[Task]], Sequence[Outcome]]


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
    keys = []
    batches: dict[Hashable, dict[Hashable, Task]] = defaultdict(dict)
    for results, settings, pooler in map(_with_pooler, tasks):
        keys.append((pooler, settings, results.content))
        batch = batches[pooler, settings.model, settings.tau2_method, settings.level]
        batch[keys[-1]] = Task(results, settings, pooler)
    outcomes: dict[Hashable, Outcome] = {}
    for batch in batches.values():
        outcomes |= zip(batch, _attempt(list(batch.values())), strict=True)
    return [outcomes[key] for key in keys]


def _with_pooler(task: Task) -> Task:
    """The task with its pooler, and without settings that this does not look at."""
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
        settings = replace(settings, rho=0.0)
    if pooler is robust:
        settings = replace(settings, tau2_method="", ci_method="", model="")
    return Task(results, settings, pooler)


def _attempt(tasks: Sequence[Task]) -> list[Outcome]:
    """Pool together; if one of them cannot be pooled, each by itself."""
    pooler = tasks[0].pooler
    assert pooler is not None
    try:
        found = pooler(tasks)
    except (ValueError, ArithmeticError) as error:
        if len(tasks) == 1:
            return [(None, str(error))]
        return [own for task in tasks for own in _attempt([task])]
    return [(pooled and without_prediction_of_few(pooled), reason) for pooled, reason in found]


def independent(tasks: Sequence[Task]) -> list[Outcome]:
    """Pool results as if each was of a trial of its own."""
    if any(results.n_trials < 2 for results, *_ in tasks):
        raise ValueError("a single trial: nothing is pooled")
    settings = tasks[0].settings
    pools = pool_sets(
        [arrange(results.yi, results.vi) for results, *_ in tasks],
        model=settings.model,
        tau2_method=settings.tau2_method,
        ci_method=[settings.ci_method for _, settings, _ in tasks],
        level=settings.level,
    )
    return [
        (replace(pooled, n_trials=task.results.n_trials), "")
        for task, pooled in zip(tasks, pools, strict=True)
    ]


def robust(tasks: Sequence[Task]) -> list[Outcome]:
    """Pool results of which several may come from one trial, by robust variance."""
    rows = [arrange(results.yi, results.vi, results.trial) for results, *_ in tasks]
    rho = [settings.rho for _, settings, _ in tasks]
    pools = pool_correlated_sets(rows, rho, level=tasks[0].settings.level)
    return [(pooled, "") for pooled in pools]


def _common_of_means(tasks: Sequence[Task]) -> list[Outcome]:
    """Common effect of the means of the trials, whose results correlate by rho."""
    means = [Task(trial_means(results, how.rho), how) for results, how, _ in tasks]
    found: list[Outcome] = []
    for (results, how, _), (pooled, reason) in zip(tasks, independent(means), strict=True):
        assert pooled is not None
        code, sizes = np.unique(results.trial, return_inverse=True, return_counts=True)[1:]
        of_means = replace(pooled, weights=(pooled.weights / sizes)[code], rho=how.rho)
        found.append((replace(of_means, model="common_of_means", k=results.yi.size), reason))
    return found


def trial_means(results: Results, rho: float) -> Results:
    """The mean of each trial; its results correlate by rho."""
    return Results(*means_by_trial(*results, rho))


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
    return outcome_columns(*pool_each([Task(Results.of(effects), settings)])[0], effects)


def outcome_columns(pooled: Pooled | None, reason: str, effects: pd.DataFrame) -> dict[str, Any]:
    """The same columns for what `pool_each` gave for the effects."""
    if pooled is None:
        return without_pool(effects, reason)
    return pooled_columns(pooled, effects) | {"reason": reason}


def without_pool(effects: pd.DataFrame, reason: str) -> dict[str, Any]:
    """The same columns for effects that are not pooled."""
    trials = sorted(set(effects["trial_id"]))
    return {
        **NO_POOL,
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


def _single_trials(tasks: Sequence[Task]) -> list[Outcome]:
    return [_single_trial(results, settings) for results, settings, _ in tasks]


def _single_trial(results: Results, settings: Settings) -> Outcome:
    k = results.yi.size
    if not k:
        raise ValueError("no result fits")
    _, (estimate,), (variance,) = trial_means(results, settings.rho)
    se = math.sqrt(variance)
    pooled = Pooled(
        model="single_trial",
        tau2_method="",
        ci_method="z",
        level=settings.level,
        k=k,
        n_trials=1,
        **inference(float(estimate), se, math.nan, math.nan, settings.level),
        **_UNKNOWN,
        flags=(),
        weights=np.full(k, 100 / k),
        rho=settings.rho if k > 1 else math.nan,
    )
    of = f"the mean of its {k} results" if k > 1 else "its own effect"
    return pooled, f"a single trial: nothing is pooled, {of} is shown"


def pooled_columns(pooled: Pooled, effects: pd.DataFrame) -> dict[str, Any]:
    """A pooled result and its members as columns of `tables.POOLED`."""
    return pooled.columns() | {
        **count_participants(effects),
        "trial_ids": " ".join(sorted(set(effects["trial_id"]))),
    }
