"""A synthesis pooled again, one choice changed at a time: what its result depends on.

Every variant starts from the effects of the analysis plan and differs from it in one thing: which
results are in, how the results of one trial become one, the estimator or the interval. A variant
that cannot be pooled is a row that says why.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from metarepro.conversion.trial_means import average_by_trial
from metarepro.models.cluster_robust import with_robust_variance
from metarepro.models.inference import critical_value
from metarepro.models.intervals import INTERVALS
from metarepro.models.pooled import Pooled
from metarepro.models.pooling import pool
from metarepro.models.robust_variance import pool_correlated
from metarepro.models.tau2 import ESTIMATORS
from metarepro.models.three_level import pool_three_level
from metarepro.plan import EffectSet
from metarepro.sensitivity.choices import ADJUSTED_LET_IN, DESIGNS_LET_IN, SECONDARY_SOURCES
from metarepro.sensitivity.influence import Influence, influence
from metarepro.sensitivity.multiverse import EQUAL_PLACES, one_per_trial
from metarepro.synthesis.membership import of_kind
from metarepro.synthesis.pools import (
    Settings,
    count_participants,
    pool_trials,
    without_prediction_of_few,
)
from metarepro.tabular.input_tables import TIERS
from metarepro.wording.phrases import confidence

#: Assumed correlations of the results of one trial that are compared.
RHOS = (0.4, 0.6, 0.8)
#: How trial-level aggregation is pooled, whatever the analysis plan says: beside robust variance.
AGGREGATED_TAU2, AGGREGATED_CI = "REML", "knapp_hartung_conservative"


@dataclass(frozen=True)
class Variant:
    """One variant of a synthesis.

    A number that is not defined for the variant is nan.

    Attributes
    ----------
    variant, description : its name, and what it is in words
    n_trials, k : trials and results (or trials' means) that it pools; 0 if none could be selected
    n_participants, n_unknown : see `pools.count_participants`
    i2_q, i2_tau2 : percent
    flags : as in the pooled table, joined by "; "
    reason : why there was no pooling; "" if there was
    removed : ids of the trials of the analysis plan that are no longer in, blank-separated
    trial_ids : ids of the trials that are in, blank-separated
    same_as : the first variant with the same trials, results and numbers; "" if there is none
    sigma2_trial, sigma2_result : variances between trials and between the results of a trial, of
        which tau2 is the sum; nan except for the three-level model
    (the others as in `Pooled`)
    """

    variant: str
    description: str
    model: str
    tau2_method: str
    ci_method: str
    rho: float
    n_trials: int
    k: int
    n_participants: float
    n_unknown: float
    estimate: float
    se: float
    df: float
    statistic: float
    p_value: float
    ci_low: float
    ci_high: float
    tau2: float
    tau2_ci_low: float
    tau2_ci_high: float
    i2_q: float
    i2_tau2: float
    q: float
    q_df: float
    q_p: float
    pi_low: float
    pi_high: float
    flags: str
    reason: str
    removed: str
    sigma2_trial: float
    sigma2_result: float
    trial_ids: str
    same_as: str = ""


_FROM_POOLED = tuple(
    f.name for f in fields(Variant) if f.name in {p.name for p in fields(Pooled)} - {"flags"}
)
#: What only `three_level.ThreeLevel` has.
_LEVELS = ("sigma2_trial", "sigma2_result")
_FAILED: dict[str, Any] = dict.fromkeys((*_FROM_POOLED, *_LEVELS), math.nan) | dict.fromkeys(
    ("model", "tau2_method", "ci_method", "flags"), ""
)


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
    every = all_effects.reset_index(drop=True)
    primary = of_kind(every, chosen)
    selections = _selections(every, primary, settings, chosen, diagnosed)
    choices = [*selections, *_methods(primary, settings)]
    outcomes = _Outcomes(primary)
    return _mark_equal([_variant(choice, primary, outcomes) for choice in choices])


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


@dataclass(frozen=True)
class _Choice:
    variant: str
    description: str
    #: Gives the effects of the variant, or says in a ValueError why it cannot.
    select: Callable[[], pd.DataFrame]
    #: Pools at least one effect; the text is the reason if there was no pooling.
    pool: "partial[tuple[Pooled, str]]"


class _Outcomes:
    """What pooling gave so far: most variants of a small synthesis pool the same rows alike."""

    def __init__(self, primary: pd.DataFrame) -> None:
        self._planned = set(primary["trial_id"])
        self._known: dict[Any, dict[str, Any]] = {}

    def of(self, how: "partial[tuple[Pooled, str]]", effects: pd.DataFrame) -> dict[str, Any]:
        """Columns of a variant; all rows are of one table, so that their index tells them."""
        key = (how.func, *how.keywords.values(), effects.index.to_numpy().tobytes())
        if key not in self._known:
            self._known[key] = _outcome(how, effects, self._planned)
        return self._known[key]


def _outcome(
    how: "partial[tuple[Pooled, str]]", effects: pd.DataFrame, planned: set[str]
) -> dict[str, Any]:
    """Columns of a variant, whether or not there is anything to pool."""
    trials = sorted(set(effects["trial_id"]))
    about = {
        "n_trials": len(trials),
        "k": len(effects),
        "removed": " ".join(sorted(planned.difference(trials))),
        "trial_ids": " ".join(trials),
        **count_participants(effects),
    }
    try:
        if not trials:
            raise ValueError("no result fits")
        pooled, reason = how(effects)
    except (ValueError, ArithmeticError) as error:
        return _FAILED | about | {"reason": str(error)}
    pooled = without_prediction_of_few(pooled)
    numbers = {column: getattr(pooled, column) for column in _FROM_POOLED}
    levels = {column: getattr(pooled, column, math.nan) for column in _LEVELS}
    return about | numbers | levels | {"flags": "; ".join(pooled.flags), "reason": reason}


def _selections(
    every: pd.DataFrame,
    primary: pd.DataFrame,
    settings: Settings,
    chosen: EffectSet,
    diagnosed: Sequence[Influence],
) -> list[_Choice]:
    """Variants that pool other effects than the plan, with the plan's estimators."""

    def with_other(**kinds: tuple[str, ...]) -> Callable[[], pd.DataFrame]:
        return lambda: of_kind(every, chosen.model_copy(update=kinds))

    def of(column: str, allowed: Sequence[str] | None) -> Callable[[], pd.DataFrame]:
        return lambda: primary if allowed is None else primary[primary[column].isin(allowed)]

    def extreme(per_trial: str) -> Callable[[], pd.DataFrame]:
        # `one_per_trial` keeps the index of the rows that it takes.
        return lambda: primary.loc[one_per_trial(primary, per_trial, settings.rho).index]

    left_out = SECONDARY_SOURCES["without"]
    selections: list[tuple[str, str, Callable[[], pd.DataFrame]]] = [
        ("primary", "as in the analysis plan", lambda: primary),
        ("all_tiers", "results of all tiers", with_other(tiers=TIERS)),
        ("without_approximate", "without approximate results", with_other(tiers=TIERS[:-1])),
        ("direct_only", "results of tier direct only", with_other(tiers=TIERS[:1])),
        ("all_designs", "trials of every design", with_other(designs=())),
        (
            "without_secondary_sources",
            "without results that are known from other reviews only",
            lambda: primary[~primary["source_kind"].isin(left_out)],
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
        ("average_per_trial", "the mean of the results of each trial", lambda: primary),
        (
            "without_outliers",
            f"without results whose own {confidence(settings.level)} interval lies outside that of "
            "the primary pool",
            lambda: _without_outliers(primary, settings),
        ),
        (
            "without_influential",
            "without trials that deletion diagnostics call influential",
            lambda: _without_influential(primary, settings, diagnosed),
        ),
    ]
    other = {"average_per_trial": partial(_pool_means, settings=settings)}
    by_plan = partial(pool_trials, settings=settings)
    return [
        _Choice(name, description, select, other.get(name, by_plan))
        for name, description, select in selections
    ]


def _methods(primary: pd.DataFrame, settings: Settings) -> list[_Choice]:
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
                partial(_pool_means, settings=replace(aggregated, rho=rho)),
            )
            for rho in RHOS
        ),
        *(
            (
                f"rve_rho_{rho:g}",
                f"robust variance (rho {rho:g})",
                partial(_pool_robustly, rho=rho, level=settings.level),
            )
            for rho in RHOS
        ),
        (
            "two_level",
            "two levels: results as if independent",
            partial(_as_if_independent, settings=settings),
        ),
        (
            "three_level",
            "three levels: results within trials, REML, t (trials - 1 df)",
            partial(_pool_nested, level=settings.level, robust=False),
        ),
        (
            "three_level_cr2",
            "three levels, REML, with robust variance (CR2, Satterthwaite)",
            partial(_pool_nested, level=settings.level, robust=True),
        ),
        *(
            (
                f"tau2_{name.lower()}",
                f"{averaged}, tau2 by {name}",
                partial(_pool_means, settings=replace(settings, model="random", tau2_method=name)),
            )
            for name, estimator in ESTIMATORS.items()
            if estimator.compared
        ),
        *(
            (
                f"ci_{name}",
                f"{averaged}, {interval.label}",
                partial(_pool_means, settings=replace(settings, ci_method=name)),
            )
            for name, interval in INTERVALS.items()
        ),
    ]
    return [_Choice(name, description, lambda: primary, how) for name, description, how in methods]


def _without_outliers(effects: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    pooled, _ = pool_trials(effects, settings)
    if math.isnan(pooled.ci_low):
        raise ValueError("the primary pool has no interval to compare with")
    half_width = critical_value(settings.level, math.nan) * np.sqrt(effects["vi"])
    below = effects["yi"] + half_width < pooled.ci_low
    above = effects["yi"] - half_width > pooled.ci_high
    inside: pd.DataFrame = effects[~(below | above)]
    return inside


def _without_influential(
    effects: pd.DataFrame, settings: Settings, diagnosed: Sequence[Influence]
) -> pd.DataFrame:
    rows = diagnosed or influence(average_by_trial(effects, settings.rho), settings)
    influential = [row.trial_id for row in rows if row.influential == "yes"]
    return effects[~effects["trial_id"].isin(influential)]


def _pool_means(effects: pd.DataFrame, settings: Settings) -> tuple[Pooled, str]:
    """One mean per trial, then the model for independent effects."""
    return pool_trials(one_per_trial(effects, "average", settings.rho), settings)


def _pool_robustly(effects: pd.DataFrame, rho: float, level: float) -> tuple[Pooled, str]:
    trials = effects["trial_id"].tolist()
    return pool_correlated(effects["yi"], effects["vi"], trials, rho=rho, level=level), ""


def _as_if_independent(effects: pd.DataFrame, settings: Settings) -> tuple[Pooled, str]:
    n_trials = effects["trial_id"].nunique()
    if n_trials < 2:
        raise ValueError("a single trial: nothing is pooled")
    pooled = pool(effects["yi"], effects["vi"], **settings.independent)
    return replace(pooled, n_trials=n_trials), ""


def _pool_nested(effects: pd.DataFrame, level: float, robust: bool) -> tuple[Pooled, str]:
    rows = effects["yi"], effects["vi"], effects["trial_id"].tolist()
    pooled = pool_three_level(*rows, level=level)
    return with_robust_variance(pooled, *rows) if robust else pooled, ""


def _variant(choice: _Choice, primary: pd.DataFrame, outcomes: _Outcomes) -> Variant:
    try:
        outcome = outcomes.of(choice.pool, choice.select())
    except (ValueError, ArithmeticError) as error:
        outcome = _outcome(choice.pool, primary.iloc[:0], set()) | {"reason": str(error)}
    return Variant(variant=choice.variant, description=choice.description, **outcome)
