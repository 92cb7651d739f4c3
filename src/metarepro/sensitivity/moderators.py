"""Do the effects of a synthesis differ by what its trials are? One moderator at a time.

Every moderator is a meta-regression of its own (see `meta_regression`): robust where trials give
several results, else with the estimators of the analysis plan. Such comparisons are mostly between
trials, not within them: trials with different content also differ in much else.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from metarepro.models.meta_regression import Array, MetaRegression
from metarepro.models.thresholds import FEW_TRIALS
from metarepro.plan import EffectSet, Moderator, Number
from metarepro.sensitivity.moderator_names import SLOPE
from metarepro.synthesis.membership import of_kind
from metarepro.synthesis.pools import Settings
from metarepro.synthesis.subgroups import (
    MIN_RESIDUAL_DF,
    MIN_TRIALS_OF_LEVEL,
    differences,
    regress,
)

#: Put before the name of a characteristic of trials in the columns of effects.
CHARACTERISTIC = "characteristic."


def with_characteristics(effects: pd.DataFrame, characteristics: pd.DataFrame) -> pd.DataFrame:
    """Effects with a column for each characteristic of their trials.

    Parameters
    ----------
    effects : DataFrame
        `tables.EFFECTS`.
    characteristics : DataFrame
        trial_id, characteristic, value: one row per trial and characteristic.
    """
    columns = {
        f"{CHARACTERISTIC}{name}": effects["trial_id"]
        .map(rows.set_index("trial_id")["value"])
        .fillna("")
        for name, rows in characteristics.groupby("characteristic")
    }
    return effects.assign(**columns)


def values(effects: pd.DataFrame, moderator: Moderator) -> pd.Series:
    """Level of every effect, "" where it has none; of a number its value, nan where unknown."""
    if moderator.column:
        own = effects[moderator.column]
    else:
        column = f"{CHARACTERISTIC}{moderator.characteristic}"
        own = effects.get(column, pd.Series("", index=effects.index)).fillna("")
    if moderator.number:
        return pd.to_numeric(own, errors="coerce")
    if moderator.levels:
        level_of = {value: name for name, held in moderator.levels.items() for value in held}
        own = own.map(level_of).fillna(moderator.others)
    if moderator.families:
        own = own.where(effects["family"].isin(moderator.families), "")
    return own


@dataclass(frozen=True)
class ModeratorTest:
    """Whether effects differ by one moderator. A number that there is not is nan.

    Attributes
    ----------
    n_trials, k : trials and results in the regression
    n_levels : levels compared; 1 for a number
    n_without_value : trials left out, since they have no level or are the only one of theirs
    statistic, df1, df2, p_value : F test that the levels do not differ (see `WaldTest`)
    p_holm : p adjusted for all moderators of the synthesis (Holm 1979)
    tau2 : variance between trials that the moderator leaves
    r2 : percent of tau2 that it takes away (Raudenbush 2009), nan where there was none
    flags : "df_below_4" (robust variance only), "fewer_than_10_trials", "several_modes"
    reason : why there is no test; "" if there is one
    """

    moderator: str
    model: str
    n_trials: int
    k: int
    n_levels: int
    n_without_value: int
    statistic: float = math.nan
    df1: float = math.nan
    df2: float = math.nan
    p_value: float = math.nan
    p_holm: float = math.nan
    tau2: float = math.nan
    r2: float = math.nan
    flags: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Level:
    """One level of a moderator: its mean effect, and its difference from the reference level.

    For a number there is one row, `slope`, of which the difference is the slope. `flags`:
    "df_below_4" where the mean or the difference has fewer degrees of freedom by robust variance.
    """

    moderator: str
    level: str
    n_trials: int
    k: int
    estimate: float = math.nan
    se: float = math.nan
    df: float = math.nan
    ci_low: float = math.nan
    ci_high: float = math.nan
    difference: float = math.nan
    difference_se: float = math.nan
    difference_df: float = math.nan
    difference_ci_low: float = math.nan
    difference_ci_high: float = math.nan
    difference_p: float = math.nan
    flags: str = ""


def moderators(
    all_effects: pd.DataFrame,
    chosen: EffectSet,
    settings: Settings,
    plan: Mapping[str, Moderator],
) -> tuple[list[ModeratorTest], list[Level]]:
    """Test all moderators of one synthesis.

    Parameters
    ----------
    all_effects : DataFrame
        Usable effects of the synthesis, of all tiers and designs (`tables.EFFECTS`).
    chosen : EffectSet
        What the plan pools of them.
    settings : Settings
        Model, estimators, assumed correlation and level.
    plan : mapping
        The moderators of the analysis plan by name.

    Returns
    -------
    tests : list of ModeratorTest
        One for each moderator, in the order of the plan.
    levels : list of Level
        Those of the moderators that could be fitted.
    """
    tests, levels = [], []
    for name, moderator in plan.items():
        effects = looked_at(all_effects, moderator, chosen)
        test, found = assess_moderator(effects, name, moderator, settings)
        tests.append(test)
        levels += found
    return _adjust(tests), levels


def moderator_rows(
    all_effects: pd.DataFrame,
    chosen: EffectSet,
    settings: Settings,
    plan: Mapping[str, Moderator],
) -> dict[str, list[dict[str, Any]]]:
    """Rows of both tables for one synthesis; parameters as of `moderators`."""
    tests, levels = moderators(all_effects, chosen, settings, plan)
    return {
        "moderators": [asdict(test) for test in tests],
        "moderator_levels": [asdict(level) for level in levels],
    }


def assess_moderator(
    effects: pd.DataFrame, name: str, moderator: Moderator, settings: Settings
) -> tuple[ModeratorTest, list[Level]]:
    """Test one moderator on the given effects (see `moderators`)."""
    n_all = effects["trial_id"].nunique()
    if moderator.no_data:
        return _untested(name, moderator, effects.iloc[:0], n_all, moderator.no_data), []
    effects = with_level(effects, moderator)
    n_trials = effects["trial_id"].nunique()
    without = n_all - n_trials
    levels = effects["level"].unique()
    p = 2 if moderator.number else len(levels)
    if len(levels) < 2:
        reason = "there are no two levels with two trials each"
        return _untested(name, moderator, effects, without, reason), []
    if n_trials < p + MIN_RESIDUAL_DF:
        what = "a slope" if moderator.number else f"{len(levels)} levels"
        reason = f"{n_trials} trials are too few for {what}"
        return _untested(name, moderator, effects, without, reason), []
    x, names = design(effects, moderator)
    try:
        fitted = regress(effects, x, settings)
    except ValueError as error:
        return _untested(name, moderator, effects, without, str(error)), []
    contrasts = np.array([[0.0, 1.0]]) if moderator.number else differences(p)
    wald = fitted.test(contrasts)
    tau2_alone = regress(effects, np.ones((len(effects), 1)), settings).tau2
    flags = {
        "df_below_4": fitted.has_few_df(wald.df2),
        "fewer_than_10_trials": n_trials < FEW_TRIALS,
        "several_modes": fitted.several_modes,
    }
    test = ModeratorTest(
        moderator=name,
        model=fitted.model,
        n_trials=n_trials,
        k=fitted.k,
        n_levels=1 if moderator.number else p,
        n_without_value=without,
        statistic=wald.statistic,
        df1=wald.df1,
        df2=_finite(wald.df2),
        p_value=wald.p_value,
        tau2=fitted.tau2,
        r2=100 * max(0.0, 1 - fitted.tau2 / tau2_alone) if tau2_alone > 0 else math.nan,
        flags="; ".join(flag for flag, raised in flags.items() if raised),
    )
    if moderator.number:
        slope = Level(name, SLOPE, n_trials, fitted.k)
        return test, [_difference(slope, fitted, contrasts[0], settings.level)]
    return test, _levels(effects, name, names, fitted, settings.level)


def looked_at(effects: pd.DataFrame, moderator: Moderator, chosen: EffectSet) -> pd.DataFrame:
    """Effects that a moderator looks at: those that the plan pools, or all."""
    return effects if moderator.all_tiers else of_kind(effects, chosen)


def with_level(effects: pd.DataFrame, moderator: Moderator) -> pd.DataFrame:
    """Effects with their `level`; without those that have none or are of a level of one trial."""
    effects = effects.assign(level=values(effects, moderator))
    if moderator.number:
        return effects[effects["level"].notna()]
    effects = effects[effects["level"] != ""]
    trials = effects.groupby("level")["trial_id"].transform("nunique")
    return effects[trials >= MIN_TRIALS_OF_LEVEL]


def design(effects: pd.DataFrame, moderator: Moderator) -> tuple[Array, list[str]]:
    """Design matrix of effects with a level, and the levels in the order of its columns.

    One column of 0 and 1 for each level, the reference first, the others by their name; for the
    year a constant and the decades since 2000, and no levels.
    """
    if moderator.number:
        return np.column_stack(
            [np.ones(len(effects)), units(effects["level"], moderator.number)]
        ), []
    trials = effects.groupby("level")["trial_id"].nunique()
    most = trials.idxmax()
    reference = moderator.reference if moderator.reference in trials.index else most
    names = [reference, *(name for name in trials.index if name != reference)]
    levels = effects["level"].to_numpy()
    return np.column_stack([(levels == name).astype(float) for name in names]), names


def units(numbers: npt.ArrayLike, number: Number) -> Array:
    """Numbers as units from the origin, in which the slope is given."""
    return (np.asarray(numbers, dtype=float) - number.origin) / number.unit


def _levels(
    effects: pd.DataFrame, moderator: str, names: list[str], fitted: MetaRegression, coverage: float
) -> list[Level]:
    found = []
    unit = np.eye(len(names))
    for i, name in enumerate(names):
        own = effects[effects["level"] == name]
        mean = fitted.combination(unit[i], coverage)
        level = Level(
            moderator=moderator,
            level=name,
            n_trials=own["trial_id"].nunique(),
            k=len(own),
            estimate=mean.estimate,
            se=mean.se,
            df=_finite(mean.df),
            ci_low=mean.ci_low,
            ci_high=mean.ci_high,
            flags="df_below_4" if fitted.has_few_df(mean.df) else "",
        )
        found.append(_difference(level, fitted, unit[i] - unit[0], coverage) if i else level)
    return found


def _difference(level: Level, fitted: MetaRegression, contrast: Array, coverage: float) -> Level:
    found = fitted.combination(contrast, coverage)
    return replace(
        level,
        difference=found.estimate,
        difference_se=found.se,
        difference_df=_finite(found.df),
        difference_ci_low=found.ci_low,
        difference_ci_high=found.ci_high,
        difference_p=found.p_value,
        flags="df_below_4" if fitted.has_few_df(found.df) else level.flags,
    )


def _finite(df: float) -> float:
    """Degrees of freedom as tables have them: nan for the normal distribution."""
    return df if math.isfinite(df) else math.nan


def _untested(
    name: str, moderator: Moderator, effects: pd.DataFrame, without: int, reason: str
) -> ModeratorTest:
    n_levels = 0 if moderator.number else effects.get("level", pd.Series(dtype=str)).nunique()
    return ModeratorTest(
        moderator=name,
        model="",
        n_trials=effects["trial_id"].nunique(),
        k=len(effects),
        n_levels=n_levels,
        n_without_value=without,
        reason=reason,
    )


def _adjust(tests: list[ModeratorTest]) -> list[ModeratorTest]:
    """Add Holm's p to the tests that have a p."""
    known = [i for i, test in enumerate(tests) if math.isfinite(test.p_value)]
    adjusted = _holm([tests[i].p_value for i in known])
    for i, p in zip(known, adjusted, strict=True):
        tests[i] = replace(tests[i], p_holm=p)
    return tests


def _holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p values: the smallest of m times m, the next times m - 1 ... (Holm 1979)."""
    adjusted, greatest = [0.0] * len(p_values), 0.0
    for rank, i in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        greatest = max(greatest, (len(p_values) - rank) * p_values[i])
        adjusted[i] = min(greatest, 1.0)
    return adjusted
