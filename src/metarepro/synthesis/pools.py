"""Syntheses: which effects are pooled together, under which model, and what is said of them."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from metarepro.conversion.trial_means import trial_effect
from metarepro.models.inference import inference
from metarepro.models.pooled import Pooled
from metarepro.models.pooling import pool
from metarepro.models.robust_variance import pool_correlated
from metarepro.models.thresholds import MIN_TRIALS_FOR_PREDICTION
from metarepro.plan import Plan
from metarepro.synthesis.membership import KEYS, SHARED, in_set
from metarepro.synthesis.tables import POOLED, WEIGHTS
from metarepro.tabular.tables import empty_table, from_rows, in_order
from metarepro.wording.scales import BETTER

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
    code, trials = pd.factorize(effects["trial_id"])
    largest = np.full(len(trials), math.nan)
    np.fmax.at(largest, code, effects["n_total"].to_numpy(float, na_value=math.nan))
    known = largest[~np.isnan(largest)]
    return {
        "n_participants": float(known.sum()) if len(known) else math.nan,
        "n_unknown": float(len(largest) - len(known)),
    }


def pool_trials(effects: pd.DataFrame, settings: Settings) -> tuple[Pooled, str]:
    """Pool effects of at least one trial; the model follows from the plan and the data.

    Every trial one result: the model of the plan. Some trials several: correlated effects with
    robust variance; where the plan has a common effect, the common effect of the means of the
    trials ("common_of_means"), since robust variance is a random-effects method. One trial: no
    pooling, its own effect.

    Parameters
    ----------
    effects : DataFrame
        Columns trial_id, yi, vi; at least one row.
    settings : Settings
        Model, estimators, assumed correlation and level.

    Returns
    -------
    Pooled, str
        The result, and the reason if there was no pooling. `k` and `weights` are of the results;
        those of a trial whose mean was pooled share its weight.
    """
    yi = effects["yi"].to_numpy(dtype=float)
    vi = effects["vi"].to_numpy(dtype=float)
    trials = effects["trial_id"].tolist()
    n_trials = len(set(trials))
    if n_trials == 1:
        return _single_trial(yi, vi, settings)
    if n_trials == len(yi):
        pooled = pool(yi, vi, **settings.independent)
    elif settings.model == "common":
        pooled = _common_of_means(yi, vi, trials, settings)
    else:
        pooled = pool_correlated(yi, vi, trials, rho=settings.rho, level=settings.level)
    return without_prediction_of_few(pooled), ""


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


def _common_of_means(yi: Array, vi: Array, trials: Sequence[object], settings: Settings) -> Pooled:
    """Common effect of the means of the trials, whose results correlate by rho."""
    labels = np.array([str(trial) for trial in trials])
    names, code, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    means = [trial_effect(yi[labels == name], vi[labels == name], settings.rho) for name in names]
    pooled = pool(*np.array(means).T, **settings.independent)
    weights = (pooled.weights / sizes)[code]
    return replace(pooled, model="common_of_means", k=len(yi), weights=weights, rho=settings.rho)


def _single_trial(yi: Array, vi: Array, settings: Settings) -> tuple[Pooled, str]:
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


def split(
    effects: pd.DataFrame, by: Sequence[str]
) -> Iterator[tuple[dict[str, str], pd.DataFrame]]:
    """Yield each group of effects that share the columns `by`, with what it is a group of.

    An outcome belongs to one domain and an intervention to one family: they are filled in. The
    effects of a group share their measure and which side of it is better.
    """
    implied = {"outcome": "domain", "intervention": "family"}
    filled_in = (implied[c] for c in by if c in implied and implied[c] not in by)
    columns = [*by, *filled_in, *SHARED]
    for values, group in effects.groupby(columns, sort=True):
        yield dict(zip(columns, map(str, values), strict=True)), group


def synthesise(effects: pd.DataFrame, plan: Plan) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pool every synthesis of the plan.

    Effects of one group that are on several measures are pooled apart, and so are outcomes of
    which more is better and those of which less is, where that shows in the measure. The key of a
    pool on another measure than the study's ends with it; where both sides are pooled, the key of
    the pool of which less is better ends with "lower".

    Parameters
    ----------
    effects : DataFrame
        `tables.EFFECTS`.
    plan : Plan
        Its sets say which timepoints and tiers of effects are pooled, its syntheses by which
        columns and how.

    Returns
    -------
    pooled, weights : DataFrame
        `tables.POOLED` and `tables.WEIGHTS`.
    """
    rows, weights = [], []
    for set_name, chosen in plan.sets.items():
        rows_of_set = in_set(effects, chosen)
        for name, by in ((name, synthesis.by) for name, synthesis in plan.syntheses.items()):
            groups = list(split(rows_of_set, by))
            keys = [_key(group_keys, by, plan.measure) for group_keys, _ in groups]
            for key, (group_keys, group) in zip(keys, groups, strict=True):
                turned = group_keys["better"] == BETTER[1] and keys.count(key) > 1
                side = [BETTER[1]] if turned else []
                synthesis = ".".join([set_name, name, *key, *side])
                about = {
                    "synthesis": synthesis,
                    "set_name": set_name,
                    **dict.fromkeys(KEYS, ""),
                    **group_keys,
                    "timepoint": "+".join(chosen.timepoints),
                    "tiers": "+".join(chosen.tiers),
                }
                pooled, reason = pool_trials(group, Settings.from_plan(plan, synthesis))
                rows.append(about | pooled_columns(pooled, group) | {"reason": reason})
                weights.append(
                    group[["result_id", "trial_id"]].assign(
                        synthesis=synthesis, weight=pooled.weights
                    )
                )
    all_weights = pd.concat([empty_table(WEIGHTS), *weights], ignore_index=True)
    return from_rows(rows, POOLED), in_order(all_weights, WEIGHTS)


def _key(group_keys: Mapping[str, str], by: Sequence[str], measure: str) -> tuple[str, ...]:
    """What a pool is of, as parts of its key."""
    own = group_keys["effect_measure"]
    return (*(group_keys[column] for column in by), *([] if own == measure else [own]))


def pooled_columns(pooled: Pooled, effects: pd.DataFrame) -> dict[str, Any]:
    """A pooled result and its members as columns of `tables.POOLED`."""
    columns = {f.name: getattr(pooled, f.name) for f in fields(Pooled) if f.name not in _UNTOLD}
    return columns | {
        "flags": "; ".join(pooled.flags),
        **count_participants(effects),
        "trial_ids": " ".join(sorted(set(effects["trial_id"]))),
    }
