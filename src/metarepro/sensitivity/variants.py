"""A synthesis pooled again, one choice changed at a time: what its result depends on.

Every variant starts from the effects of the analysis plan and differs from it in one thing: which
results are in, how the results of one trial become one, the estimator or the interval. A variant
that cannot be pooled is a row that says why.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from metarepro.conversion.trial_means import average_by_trial
from metarepro.models.cluster_robust import with_robust_variance
from metarepro.models.inference import critical_value
from metarepro.models.intervals import INTERVALS
from metarepro.models.pooled import NO_POOL, Pooled, PoolNumbers
from metarepro.models.tau2 import ESTIMATORS
from metarepro.models.three_level import pool_three_level
from metarepro.plan import EffectSet
from metarepro.sensitivity.choice_names import DESIGNS_LET_IN
from metarepro.sensitivity.choices import ADJUSTED_LET_IN, SECONDARY_SOURCES, Mask
from metarepro.sensitivity.influence import Influence, influence
from metarepro.sensitivity.multiverse import EQUAL_PLACES, taken
from metarepro.synthesis.membership import is_of_kind
from metarepro.synthesis.pools import (
    Outcome,
    Results,
    Settings,
    Task,
    independent,
    participants,
    pool_each,
    robust,
    trial_means,
)
from metarepro.tabular.input_tables import TIERS
from metarepro.wording.phrases import confidence

#: Assumed correlations of the results of one trial that are compared.
RHOS = (0.4, 0.6, 0.8)
#: How trial-level aggregation is pooled, whatever the analysis plan says: beside robust variance.
AGGREGATED_TAU2, AGGREGATED_CI = "REML", "knapp_hartung_conservative"
#: The interval of a three-level model with robust variance.
ROBUST = "satterthwaite"


@dataclass(frozen=True, kw_only=True)
class Variant(PoolNumbers):
    """One variant of a synthesis.

    A number that is not defined for the variant is nan.

    Attributes
    ----------
    variant, description : its name, and what it is in words
    n_trials, k : trials and results (or trials' means) that it pools; 0 if none could be selected
    n_participants, n_unknown : see `pools.count_participants`
    flags : as in the pooled table, joined by "; "
    reason : why there was no pooling; "" if there was
    removed : ids of the trials of the analysis plan that are no longer in, blank-separated
    trial_ids : ids of the trials that are in, blank-separated
    same_as : the first variant with the same trials, results and numbers; "" if there is none
    sigma2_trial, sigma2_result : variances between trials and between the results of a trial, of
        which tau2 is the sum; nan except for the three-level model
    (the others as in `PoolNumbers`)
    """

    variant: str
    description: str
    n_participants: float
    n_unknown: float
    flags: str
    reason: str
    removed: str
    sigma2_trial: float
    sigma2_result: float
    trial_ids: str
    same_as: str = ""


#: What only `three_level.ThreeLevel` has.
_LEVELS = ("sigma2_trial", "sigma2_result")


def variants(
    all_effects: pd.DataFrame,
    settings: Settings,
    chosen: EffectSet,
    diagnosed: Sequence[Influence] = (),
) -> list[Variant]:
    """Pool one synthesis in every way of the sensitivity set.

    Parameters
    ----------
    all_effects : DataFrame
        Usable effects of the synthesis, of all tiers and designs: columns trial_id, label, year,
        yi, vi, n_total, tier, source_kind, adjusted, design.
    settings : Settings
        Model, estimators, assumed correlation and level of the analysis plan.
    chosen : EffectSet
        What the plan pools of them.
    diagnosed : sequence of Influence, optional
        Of what the plan pools, if it is known already.

    Returns
    -------
    list of Variant
        Always the same variants in the same order, the plan's own ("primary") first.

    Notes
    -----
    An outlier is a result with an interval (normal) that shares no point with the interval of
    the primary pool; of a trial with several results the others stay. An influential trial (see
    `influence.influence`, several results of a trial averaged) leaves with all its results.
    """
    planned = is_of_kind(all_effects, chosen)
    results = Results.of(all_effects)
    choices = [
        *_selections(all_effects, planned, results, settings, chosen, diagnosed),
        *_methods(planned, settings),
    ]
    tasks = [choice.task(results.at(choice.rows)) for choice in choices]
    about = _About(all_effects, planned)
    rows = []
    for choice, (pooled, reason) in zip(choices, pool_each(tasks), strict=True):
        columns = about.of(choice) | _numbers(pooled) | {"reason": choice.reason or reason}
        rows.append(Variant(variant=choice.variant, description=choice.description, **columns))
    return _mark_equal(rows)


def _mark_equal(rows: list[Variant]) -> list[Variant]:
    """Say of which earlier variant a variant has the numbers: it tells nothing new."""
    seen: dict[tuple[Any, ...], str] = {}
    marked = []
    for row in rows:
        if math.isnan(row.estimate):
            marked.append(row)
            continue
        numbers = [round(x, EQUAL_PLACES) for x in (row.estimate, row.ci_low, row.ci_high)]
        first = seen.setdefault((row.trial_ids, row.k, *numbers), row.variant)
        marked.append(row if first == row.variant else replace(row, same_as=first))
    return marked


class _Choice(NamedTuple):
    variant: str
    description: str
    #: Which results are in; "reason" says why that is not known.
    rows: Mask
    reason: str
    task: Callable[[Results], Task]


class _About:
    """What a variant is of; most variants of a small synthesis pool the same results."""

    def __init__(self, effects: pd.DataFrame, planned: Mask) -> None:
        self._trials = effects["trial_id"].to_numpy(object)
        self._totals = effects["n_total"].to_numpy(float)
        self._planned = set(self._trials[planned])
        self._known: dict[bytes, dict[str, Any]] = {}

    def of(self, choice: _Choice) -> dict[str, Any]:
        """Columns that do not depend on the pooling."""
        key = choice.rows.tobytes()
        if key not in self._known:
            own = self._trials[choice.rows].tolist()
            trials = sorted(set(own))
            self._known[key] = {
                "n_trials": len(trials),
                "k": len(own),
                "removed": " ".join(sorted(self._planned.difference(trials))),
                "trial_ids": " ".join(trials),
                **participants(own, self._totals[choice.rows].tolist()),
            }
        return self._known[key] | ({"removed": ""} if choice.reason else {})


def _numbers(pooled: Pooled | None) -> dict[str, Any]:
    """Columns that depend on the pooling; none is known where there is no pool."""
    levels = {column: getattr(pooled, column, math.nan) for column in _LEVELS}
    if pooled is None:
        # How many would have been pooled is known.
        return levels | {name: x for name, x in NO_POOL.items() if name not in ("k", "n_trials")}
    return levels | pooled.columns()


def _selections(
    effects: pd.DataFrame,
    planned: Mask,
    results: Results,
    settings: Settings,
    chosen: EffectSet,
    diagnosed: Sequence[Influence],
) -> list[_Choice]:
    """Variants that pool other effects than the plan, with the plan's estimators."""

    def with_other(**kinds: tuple[str, ...]) -> Mask:
        return is_of_kind(effects, chosen.model_copy(update=kinds))

    def of(column: str, allowed: Sequence[str] | None) -> Mask:
        return planned if allowed is None else planned & effects[column].isin(allowed).to_numpy()

    def extreme(per_trial: str) -> Mask:
        rows = np.zeros_like(planned)
        rows[np.flatnonzero(planned)[taken(results.at(planned), per_trial)]] = True
        return rows

    secondary = effects["source_kind"].isin(SECONDARY_SOURCES["without"]).to_numpy()
    selections: list[tuple[str, str, Mask]] = [
        ("primary", "as in the analysis plan", planned),
        ("all_tiers", "results of all tiers", with_other(tiers=TIERS)),
        ("without_approximate", "without approximate results", with_other(tiers=TIERS[:-1])),
        ("direct_only", "results as reported only", with_other(tiers=TIERS[:1])),
        ("all_designs", "trials of every design", with_other(designs=())),
        (
            "without_secondary_sources",
            "without results that are known from other reviews only",
            planned & ~secondary,
        ),
        ("adjusted_only", "adjusted results only", of("adjusted", ADJUSTED_LET_IN["adjusted"])),
        (
            "unadjusted_only",
            "unadjusted results only",
            of("adjusted", ADJUSTED_LET_IN["unadjusted"]),
        ),
        ("randomised_only", "randomised trials only", of("design", DESIGNS_LET_IN["randomised"])),
        ("lowest_per_trial", "the least favourable result of each trial", extreme("lowest")),
        ("highest_per_trial", "the most favourable result of each trial", extreme("highest")),
        ("average_per_trial", "the mean of the results of each trial", planned),
    ]
    by_plan = partial(Task, settings=settings)
    other = {"average_per_trial": partial(_of_means, settings=settings)}
    return [
        *(
            _Choice(name, words, rows, "", other.get(name, by_plan))
            for name, words, rows in selections
        ),
        _Choice(
            "without_outliers",
            f"without results whose own {confidence(settings.level)} interval lies outside that of "
            "the primary pool",
            *_without_outliers(results, planned, settings),
            by_plan,
        ),
        _Choice(
            "without_influential",
            "without trials that deletion diagnostics call influential",
            *_without_influential(effects, planned, settings, diagnosed),
            by_plan,
        ),
    ]


def _methods(planned: Mask, settings: Settings) -> list[_Choice]:
    """Variants that pool the effects of the plan in another way."""
    averaged = f"means of each trial (rho {settings.rho:g})"
    aggregated = replace(
        settings, model="random", tau2_method=AGGREGATED_TAU2, ci_method=AGGREGATED_CI
    )
    methods = [
        *(
            (
                f"aggregated_rho_{rho:g}",
                f"means of each trial (rho {rho:g}), {AGGREGATED_TAU2}, "
                f"{INTERVALS[AGGREGATED_CI].label}",
                partial(_of_means, settings=replace(aggregated, rho=rho)),
            )
            for rho in RHOS
        ),
        *(
            (
                f"rve_rho_{rho:g}",
                f"robust variance (rho {rho:g})",
                partial(Task, settings=replace(settings, rho=rho), pooler=robust),
            )
            for rho in RHOS
        ),
        (
            "two_level",
            "two levels: results as if independent",
            partial(Task, settings=settings, pooler=independent),
        ),
        (
            "three_level",
            "three levels: results within trials, REML, t (trials - 1 df)",
            partial(Task, settings=settings, pooler=_nested),
        ),
        (
            "three_level_cr2",
            "three levels, REML, with robust variance (CR2, Satterthwaite)",
            partial(Task, settings=replace(settings, ci_method=ROBUST), pooler=_nested),
        ),
        *(
            (
                f"tau2_{name.lower()}",
                f"{averaged}, tau2 by {name}",
                partial(_of_means, settings=replace(settings, model="random", tau2_method=name)),
            )
            for name, estimator in ESTIMATORS.items()
            if estimator.compared
        ),
        *(
            (
                f"ci_{name}",
                f"{averaged}, {interval.label}",
                partial(_of_means, settings=replace(settings, ci_method=name)),
            )
            for name, interval in INTERVALS.items()
        ),
    ]
    return [_Choice(name, description, planned, "", task) for name, description, task in methods]


def _without_outliers(results: Results, planned: Mask, settings: Settings) -> tuple[Mask, str]:
    """The results that stay, or why there are none."""
    ((pooled, reason),) = pool_each([Task(results.at(planned), settings)])
    if pooled is None or math.isnan(pooled.ci_low):
        return np.zeros_like(planned), reason or "the primary pool has no interval to compare with"
    half_width = critical_value(settings.level, math.nan) * np.sqrt(results.vi)
    below = results.yi + half_width < pooled.ci_low
    above = results.yi - half_width > pooled.ci_high
    return planned & ~(below | above), ""


def _without_influential(
    effects: pd.DataFrame, planned: Mask, settings: Settings, diagnosed: Sequence[Influence]
) -> tuple[Mask, str]:
    """The results that stay, or why there are none."""
    try:
        found = diagnosed or influence(average_by_trial(effects[planned], settings.rho), settings)
    except (ValueError, ArithmeticError) as error:
        return np.zeros_like(planned), str(error)
    influential = [row.trial_id for row in found if row.influential == "yes"]
    return planned & ~effects["trial_id"].isin(influential).to_numpy(), ""


def _of_means(results: Results, settings: Settings) -> Task:
    """One mean per trial, then the model for independent effects."""
    return Task(trial_means(results, settings.rho), settings)


def _nested(tasks: Sequence[Task]) -> list[Outcome]:
    """Three levels, by the interval of the settings with robust variance; fitted once for both."""
    fitted: dict[bytes, Pooled] = {}
    outcomes: list[Outcome] = []
    for results, settings, _ in tasks:
        rows = results.yi, results.vi, results.trial
        if results.content not in fitted:
            fitted[results.content] = pool_three_level(*rows, level=settings.level)
        pooled = fitted[results.content]
        robustly = settings.ci_method == ROBUST
        outcomes.append((with_robust_variance(pooled, *rows) if robustly else pooled, ""))
    return outcomes
