"""Syntheses: which effects are pooled together, under which model, and what is said of them."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from metarepro.conversion.trial_means import trial_effect
from metarepro.models.inference import inference
from metarepro.models.pooled import Pooled
from metarepro.models.pooling import pool
from metarepro.models.robust_variance import pool_correlated
from metarepro.models.thresholds import MIN_TRIALS_FOR_PREDICTION, TRUSTED_DF
from metarepro.plan import Plan, Synthesis
from metarepro.synthesis.membership import KEYS, in_set, subgroup_pools
from metarepro.synthesis.tables import POOLED, SUBGROUP_TESTS, WEIGHTS
from metarepro.tabular.tables import empty_table, from_rows, in_order
from metarepro.wording.scales import shared_side

Array = npt.NDArray[np.float64]

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
    largest = effects.groupby("trial_id")["n_total"].max()
    return {
        "n_participants": float(largest.sum(min_count=1)),
        "n_unknown": float(largest.isna().sum()),
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
    if n_trials < MIN_TRIALS_FOR_PREDICTION:
        pooled = replace(pooled, pi_low=math.nan, pi_high=math.nan)
    return pooled, ""


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
    return pooled, f"one trial: no pooling, {of} is shown"


def split(
    effects: pd.DataFrame, by: Sequence[str]
) -> Iterator[tuple[dict[str, str], pd.DataFrame]]:
    """Yield each group of effects that share the columns `by`, with what it is a group of.

    An outcome belongs to one domain and an intervention to one family: they are filled in. A
    group holds one measure.
    """
    implied = {"outcome": "domain", "intervention": "family"}
    filled_in = (implied[c] for c in by if c in implied and implied[c] not in by)
    columns = [*by, *filled_in, "effect_measure"]
    for values, group in effects.groupby(columns, sort=True):
        yield dict(zip(columns, map(str, values), strict=True)), group


def synthesise(effects: pd.DataFrame, plan: Plan) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pool every synthesis of the plan.

    Effects of one group that are on several measures are pooled apart: the pools on another
    measure than the study's have its name at the end of their key.

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
            for group_keys, group in split(rows_of_set, by):
                own = group_keys["effect_measure"]
                values = [group_keys[c] for c in by] + [own] * (own != plan.measure)
                synthesis = ".".join([set_name, name, *values])
                about = {
                    "synthesis": synthesis,
                    "set_name": set_name,
                    **dict.fromkeys(KEYS, ""),
                    **group_keys,
                    "timepoint": "+".join(chosen.timepoints),
                    "tiers": "+".join(chosen.tiers),
                    "better": shared_side(group),
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


def compare_subgroups(pooled: pd.DataFrame, plan: Mapping[str, Synthesis]) -> pd.DataFrame:
    """Test whether the subgroups of each synthesis differ, where their trials are different ones.

    Q of the subgroups' pooled effects around their common mean (Borenstein and others 2009,
    chapter 19). Subgroups with fewer than 4 degrees of freedom have no standard error that a test
    could lean on and are left out; a test needs two others. Subgroups by outcome share trials and
    have no such test.

    Returns
    -------
    DataFrame
        `tables.SUBGROUP_TESTS`, one row for each synthesis with subgroups.
    """
    rows = []
    for synthesis in pooled.to_dict("records"):
        subgroups = subgroup_pools(synthesis, plan, pooled)
        if len(subgroups) < 2:
            continue
        column = plan[synthesis["synthesis"].split(".")[1]].subgroups
        trusted = subgroups[(subgroups["n_trials"] >= 2) & (subgroups["df"] >= TRUSTED_DF)]
        row = {
            "synthesis": synthesis["synthesis"],
            "subgroups": column,
            "n_subgroups": len(subgroups),
            "n_tested": 0,
            **dict.fromkeys(("q", "q_df", "q_p"), math.nan),
            "reason": "",
        }
        trials = " ".join(subgroups["trial_ids"]).split(" ")
        if len(set(trials)) < len(trials):
            row["reason"] = f"subgroups by {column} share trials"
        elif len(trusted) < 2:
            row["reason"] = "fewer than two subgroups with 4 degrees of freedom"
        else:
            test = pool(trusted["estimate"], trusted["se"] ** 2, model="common", ci_method="z")
            row |= {"n_tested": len(trusted), "q": test.q, "q_df": test.q_df, "q_p": test.q_p}
        rows.append(row)
    return from_rows(rows, SUBGROUP_TESTS)


def pooled_columns(pooled: Pooled, effects: pd.DataFrame) -> dict[str, Any]:
    """A pooled result and its members as columns of `tables.POOLED`."""
    untold = ("weights", "level")  # a row for each result; the same for all pools
    columns = {f.name: getattr(pooled, f.name) for f in fields(Pooled) if f.name not in untold}
    return columns | {
        "flags": "; ".join(pooled.flags),
        **count_participants(effects),
        "trial_ids": " ".join(sorted(set(effects["trial_id"]))),
    }
