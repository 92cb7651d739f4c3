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
from scipy.stats import norm, t

from metarepro.models.batch_pooling import TAU2_METHODS, pack, pool_subsets
from metarepro.models.pooling import CI_METHODS, Pooled, pool, pool_correlated
from metarepro.models.three_level import pool_three_level
from metarepro.sensitivity.bias import average_by_trial
from metarepro.sensitivity.influence import influence
from metarepro.sensitivity.multiverse import (
    ADJUSTED,
    DESIGNS,
    EQUAL_PLACES,
    SECONDARY_SOURCES,
    one_per_trial,
)
from metarepro.synthesis.pools import (
    Settings,
    all_flags,
    count_participants,
    pool_trials,
)
from metarepro.wording.phrases import CI_METHODS as IN_WORDS
from metarepro.wording.thresholds import MIN_TRIALS_FOR_PREDICTION

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
    n_participants : sum over trials of the largest number of participants of the results selected
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
    n_trials: int
    k: int
    n_participants: float
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


def variants(all_effects: pd.DataFrame, settings: Settings, tiers: Sequence[str]) -> list[Variant]:
    """Pool one synthesis in every way of the sensitivity set.

    Parameters
    ----------
    all_effects : DataFrame
        Usable effects of the synthesis, of all tiers: columns trial_id, label, year, yi, vi,
        n_total, tier, source_kind, adjusted, design.
    settings : Settings
        Estimators and assumed correlation of the analysis plan.
    tiers : sequence of str
        Tiers that the plan pools.

    Returns
    -------
    list of Variant
        Always the same variants in the same order, the plan's own ("primary") first.

    Notes
    -----
    An outlier is a result with a 95% interval (normal) that shares no point with the interval of
    the primary pool; of a trial with several results the others stay. An influential trial (see
    `influence.influence`, several results of a trial averaged) leaves with all its results.
    """
    every = all_effects.reset_index(drop=True)
    primary = every[every["tier"].isin(tiers)]
    choices = [*_selections(every, primary, settings), *_methods(primary, settings)]
    return _mark_equal([_variant(choice, primary) for choice in choices])


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
    pool: Callable[[pd.DataFrame], tuple[Pooled, str]]


def _selections(every: pd.DataFrame, primary: pd.DataFrame, settings: Settings) -> list[_Choice]:
    """Variants that pool other effects than the plan, with the plan's estimators."""

    def of(column: str, allowed: Sequence[str] | None) -> Callable[[], pd.DataFrame]:
        return lambda: primary if allowed is None else primary[primary[column].isin(allowed)]

    def extreme(per_trial: str) -> Callable[[], pd.DataFrame]:
        # `one_per_trial` keeps the index of the rows that it takes.
        return lambda: primary.loc[one_per_trial(primary, per_trial, settings.rho).index]

    left_out = SECONDARY_SOURCES["without"]
    selections: list[tuple[str, str, Callable[[], pd.DataFrame]]] = [
        ("primary", "as in the analysis plan", lambda: primary),
        ("all_tiers", "results of all tiers", lambda: every),
        ("direct_only", "results of tier direct only", lambda: every[every["tier"] == "direct"]),
        (
            "without_secondary_sources",
            "without results that are known from other reviews only",
            lambda: primary[~primary["source_kind"].isin(left_out)],
        ),
        ("adjusted_only", "adjusted results only", of("adjusted", ADJUSTED["adjusted"])),
        ("unadjusted_only", "unadjusted results only", of("adjusted", ADJUSTED["unadjusted"])),
        ("randomised_only", "randomised trials only", of("design", DESIGNS["randomised"])),
        ("lowest_per_trial", "the lowest result of each trial", extreme("lowest")),
        ("highest_per_trial", "the highest result of each trial", extreme("highest")),
        ("average_per_trial", "the mean of the results of each trial", lambda: primary),
        (
            "without_outliers",
            "without results whose own 95% interval lies outside that of the primary pool",
            lambda: _without_outliers(primary, settings),
        ),
        (
            "without_influential",
            "without trials that deletion diagnostics call influential",
            lambda: _without_influential(primary, settings),
        ),
    ]
    other = {"average_per_trial": _of_means(settings)}
    by_plan = partial(pool_trials, settings=settings)
    return [
        _Choice(name, description, select, other.get(name, by_plan))
        for name, description, select in selections
    ]


def _methods(primary: pd.DataFrame, settings: Settings) -> list[_Choice]:
    """Variants that pool the effects of the plan in another way."""
    rho, averaged = settings.rho, f"means of each trial (rho {settings.rho:g})"
    aggregated = f"{AGGREGATED_TAU2}, {IN_WORDS[AGGREGATED_CI]}"
    methods = [
        *(
            (
                f"aggregated_rho_{value:g}",
                f"means of each trial (rho {value:g}), {aggregated}",
                _of_means(Settings(AGGREGATED_TAU2, AGGREGATED_CI, value)),
            )
            for value in RHOS
        ),
        *(
            (f"rve_rho_{value:g}", f"robust variance (rho {value:g})", _robust(value))
            for value in RHOS
        ),
        ("two_level", "two levels: results as if independent", _as_if_independent(settings)),
        ("three_level", "three levels: results within trials, REML, t (k - 1 df)", _nested),
        *(
            (
                f"tau2_{method.lower()}",
                f"{averaged}, tau2 by {method}",
                _of_means(Settings(method, settings.ci_method, rho)),
            )
            for method in TAU2_METHODS
        ),
        *(
            (
                f"ci_{method}",
                f"{averaged}, {IN_WORDS[method]}",
                _of_means(Settings(settings.tau2_method, method, rho)),
            )
            for method in CI_METHODS
        ),
    ]
    return [_Choice(name, description, lambda: primary, how) for name, description, how in methods]


def _without_outliers(effects: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    pooled, _ = pool_trials(effects, settings)
    if math.isnan(pooled.ci_low):
        raise ValueError("the primary pool has no interval to compare with")
    half_width = float(norm.isf(0.025)) * np.sqrt(effects["vi"])
    below = effects["yi"] + half_width < pooled.ci_low
    above = effects["yi"] - half_width > pooled.ci_high
    return effects[~(below | above)]


def _without_influential(effects: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    rows = influence(average_by_trial(effects, settings.rho), settings)
    influential = [row.trial_id for row in rows if row.influential == "yes"]
    return effects[~effects["trial_id"].isin(influential)]


def _of_means(settings: Settings) -> Callable[[pd.DataFrame], tuple[Pooled, str]]:
    """One mean a trial, then the random-effects model."""

    def pool_means(effects: pd.DataFrame) -> tuple[Pooled, str]:
        means = one_per_trial(effects, "average", settings.rho)
        if settings.tau2_method == "PM" and len(means) > 1:
            return _paule_mandel(means, settings.ci_method), ""
        return pool_trials(means, settings)

    return pool_means


def _robust(rho: float) -> Callable[[pd.DataFrame], tuple[Pooled, str]]:
    def pool_robustly(effects: pd.DataFrame) -> tuple[Pooled, str]:
        trials = effects["trial_id"].tolist()
        return pool_correlated(effects["yi"], effects["vi"], trials, rho=rho), ""

    return pool_robustly


def _as_if_independent(settings: Settings) -> Callable[[pd.DataFrame], tuple[Pooled, str]]:
    def pool_rows(effects: pd.DataFrame) -> tuple[Pooled, str]:
        n_trials = effects["trial_id"].nunique()
        if n_trials < 2:
            raise ValueError("one trial: no pooling")
        pooled = pool(
            effects["yi"],
            effects["vi"],
            tau2_method=settings.tau2_method,
            ci_method=settings.ci_method,
        )
        return replace(pooled, n_trials=n_trials), ""

    return pool_rows


def _nested(effects: pd.DataFrame) -> tuple[Pooled, str]:
    return pool_three_level(effects["yi"], effects["vi"], effects["trial_id"].tolist()), ""


def _paule_mandel(means: pd.DataFrame, ci_method: str) -> Pooled:
    """What `pooling.pool` would give, with tau2 by Paule & Mandel (1982).

    Whatever does not depend on tau2 (Q, the flags, the interval of tau2) is taken from the
    DerSimonian-Laird pool.
    """
    yi, vi = means["yi"].to_numpy(float), means["vi"].to_numpy(float)
    one = pack(np.ones((1, len(yi))))
    batch = pool_subsets(yi, vi, one, tau2_method="PM", ci_method=ci_method)
    names = ("estimate", "se", "df", "ci_low", "ci_high", "tau2", "i2_tau2")
    found: dict[str, Any] = {name: float(getattr(batch, name)[0]) for name in names}
    se, df = found["se"], found["df"]
    known = se > 0
    statistic = found["estimate"] / se if known else math.nan
    tail = norm.sf(abs(statistic)) if math.isnan(df) else t.sf(abs(statistic), df)
    # The interval's own critical value: the prediction interval takes the same reference.
    critical = float(norm.isf(0.025) if math.isnan(df) else t.isf(0.025, df))
    half_width = critical * math.sqrt(found["tau2"] + se**2) if known else math.nan
    weights = 1 / (vi + found["tau2"])
    alike = pool(yi, vi, tau2_method="DL", ci_method=ci_method)
    return replace(
        alike,
        **found,
        tau2_method="PM",
        statistic=statistic,
        p_value=2 * float(tail),
        pi_low=found["estimate"] - half_width,
        pi_high=found["estimate"] + half_width,
        weights=100 * weights / weights.sum(),
    )


def _variant(choice: _Choice, primary: pd.DataFrame) -> Variant:
    """One row, whether or not there is anything to pool."""
    selected, outcome = primary.iloc[:0], dict(_FAILED)
    counts = {"n_trials": 0, "k": 0}
    removed = ""
    try:
        selected = choice.select()
        trials = set(selected["trial_id"])
        removed = " ".join(sorted(set(primary["trial_id"]) - trials))
        counts = {"n_trials": len(trials), "k": len(selected)}
        if not trials:
            raise ValueError("no result fits")
        pooled, reason = choice.pool(selected)
    except (ValueError, ArithmeticError) as error:
        outcome |= {"reason": str(error)}
    else:
        if pooled.n_trials < MIN_TRIALS_FOR_PREDICTION:
            pooled = replace(pooled, pi_low=math.nan, pi_high=math.nan)
        outcome = {column: getattr(pooled, column) for column in _FROM_POOLED}
        outcome |= {"flags": all_flags(pooled, selected), "reason": reason}
        outcome |= {column: getattr(pooled, column, math.nan) for column in _LEVELS}
        counts = {}
    return Variant(
        variant=choice.variant,
        description=choice.description,
        n_participants=count_participants(selected),
        removed=removed,
        trial_ids=" ".join(sorted(set(selected["trial_id"]))),
        **(outcome | counts),
    )
