"""The confidence level and the model of the plan reach every interval."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, t

from metarepro.conversion.trial_means import average_by_trial
from metarepro.models.pooling import pool
from metarepro.models.robust_variance import pool_correlated
from metarepro.models.three_level import pool_three_level
from metarepro.plan import EffectSet, Moderator
from metarepro.sensitivity.bias import assess
from metarepro.sensitivity.influence import cumulative, influence, leave_one_out
from metarepro.sensitivity.moderators import moderators
from metarepro.sensitivity.multiverse import specifications
from metarepro.sensitivity.source_kinds import pools_by_source_kind
from metarepro.sensitivity.variants import variants
from metarepro.synthesis.pools import Settings, pool_trials

CHOSEN = EffectSet(label="", timepoints=("post",), tiers=("direct", "derived"))
LEVELS = [0.8, 0.9, 0.99]


def settings(level: float = 0.95, model: str = "random") -> Settings:
    return Settings("REML", "knapp_hartung_conservative", 0.8, model=model, level=level)


def effects(n_trials: int = 12, extra: int = 3) -> pd.DataFrame:
    """Trials with one result each, and the first of them with a second one."""
    rng = np.random.default_rng(7)
    trials = [*range(n_trials), *range(extra)]
    size = len(trials)
    return pd.DataFrame(
        {
            "result_id": [f"result{i:02d}" for i in range(size)],
            "trial_id": [f"trial{i:02d}" for i in trials],
            "label": [f"Trial {i}" for i in trials],
            "year": [1990.0 + 2 * i for i in trials],
            "yi": rng.normal(0.4, 0.3, size),
            "vi": rng.uniform(0.02, 0.2, size),
            "n_total": 100.0,
            "tier": np.where(np.arange(size) % 3 == 0, "derived", "direct"),
            "source_kind": np.where(np.arange(size) % 2 == 0, "abstract", "table"),
            "adjusted": np.where(np.arange(size) % 2 == 0, "yes", "no"),
            "design": "rct",
            "design_effect": math.nan,
            "trial_design_effect": 1.0,
            "equal_arms": "no",
            "effect_measure": "SMD",
            "intervention": "a",
            "family": "a",
        }
    )


def intervals(rows: Iterable[Any]) -> list[tuple[float, ...]]:
    """Limits, estimate, standard error and degrees of freedom of the rows with an interval."""
    columns = ("ci_low", "ci_high", "estimate", "se", "df")
    dicts = [row if isinstance(row, dict) else vars(row) for row in rows]
    return [tuple(row[c] for c in columns) for row in dicts if not math.isnan(row["ci_low"])]


def check(rows: Iterable[Any], level: float, at_least: int = 1) -> None:
    """Every interval is estimate -+ quantile * se, with the quantile of the level."""
    found = intervals(rows)
    assert len(found) >= at_least
    for low, high, estimate, se, df in found:
        tail = (1 + level) / 2
        crit = norm.ppf(tail) if math.isnan(df) else t.ppf(tail, df)
        assert (low, high) == pytest.approx((estimate - crit * se, estimate + crit * se), rel=1e-9)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("model", ["random", "common"])
@pytest.mark.parametrize("extra", [0, 3])
def test_pools_of_the_plan(level: float, model: str, extra: int) -> None:
    check([pool_trials(effects(extra=extra), settings(level, model))[0]], level)


@pytest.mark.parametrize("level", LEVELS)
def test_a_single_trial(level: float) -> None:
    check([pool_trials(effects(1, 1), settings(level))[0]], level)


@pytest.mark.parametrize("level", LEVELS)
def test_three_levels(level: float) -> None:
    table = effects()
    check(
        [pool_three_level(table["yi"], table["vi"], table["trial_id"].tolist(), level=level)], level
    )


@pytest.mark.parametrize("level", LEVELS)
def test_robust_variance_predicts_at_its_level(level: float) -> None:
    table = effects()
    got = pool_correlated(table["yi"], table["vi"], table["trial_id"].tolist(), level=level)
    half = t.ppf((1 + level) / 2, got.df) * math.sqrt(got.tau2 + got.se**2)
    expected = (got.estimate - half, got.estimate + half)
    assert (got.pi_low, got.pi_high) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("model", ["random", "common"])
def test_variants(level: float, model: str) -> None:
    rows = variants(effects(), settings(level, model), CHOSEN)
    check([row for row in rows if row.ci_method != "t"], level, at_least=20)


@pytest.mark.parametrize("level", LEVELS)
def test_leaving_out_and_growing(level: float) -> None:
    check(leave_one_out(effects(), settings(level)), level, at_least=12)
    check(cumulative(effects(), settings(level)), level, at_least=12)


@pytest.mark.parametrize("level", LEVELS)
def test_kinds_of_source(level: float) -> None:
    rows = pools_by_source_kind(effects(), settings(level))
    check(rows, level, at_least=2)


@pytest.mark.parametrize("level", LEVELS)
def test_small_studies(level: float) -> None:
    table = effects()
    sizes = (2 / table["vi"]).round()
    rows = assess(table.assign(n_t=sizes, n_c=sizes), settings(level))
    with_interval = {row.method for row in rows if not math.isnan(row.ci_low)}
    assert with_interval >= {"egger_random", "trim_and_fill", "pet", "peese", "pet_peese"}
    check([row for row in rows if row.method != "selection"], level, at_least=5)
    # The chi-squared statistic of the selection model has its own degrees of freedom.
    check([vars(row) | {"df": math.nan} for row in rows if row.method == "selection"], level)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("extra", [0, 3])
@pytest.mark.parametrize("model", ["random", "common"])
def test_levels_of_moderators(level: float, extra: int, model: str) -> None:
    plan = {"adjusted": Moderator(label="Adjusted", column="source_kind")}
    _, rows = moderators(effects(extra=extra), CHOSEN, settings(level, model), plan)
    check(rows, level, at_least=2)
    differences = [
        {name: vars(row)[f"difference_{name}"] for name in ("se", "df", "ci_low", "ci_high")}
        | {"estimate": row.difference}
        for row in rows
    ]
    check(differences, level)


@pytest.mark.parametrize("level", LEVELS)
def test_specifications(level: float) -> None:
    table = specifications(effects(), level=level)
    check(table.to_dict("records"), level, at_least=50)


def test_outliers_are_told_by_the_interval_of_the_level() -> None:
    # Its own interval at 95% (0.84 to 1.36) lies above that of the pool, at 99.9% it does not.
    table = effects(8, 0).assign(yi=[0.3] * 7 + [1.1], vi=[0.02] * 7 + [0.0176])
    gone = {
        level: {row.variant: row for row in variants(table, settings(level), CHOSEN)}[
            "without_outliers"
        ].removed
        for level in (0.8, 0.999)
    }
    assert gone == {0.8: "trial07", 0.999: ""}


def test_a_variant_says_its_level() -> None:
    words = [row.description for row in variants(effects(), settings(0.9), CHOSEN)]
    assert "without results whose own 90% interval lies outside that of the primary pool" in words


# --- the common effect ------------------------------------------------------------------------


def test_one_result_each_has_a_common_effect() -> None:
    table = effects(extra=0)
    got, _ = pool_trials(table, settings(model="common"))
    expected = pool(table["yi"], table["vi"], model="common")
    assert (got.model, got.estimate, got.ci_low) == ("common", expected.estimate, expected.ci_low)


def test_several_results_are_averaged_before_a_common_effect_is_pooled() -> None:
    table = effects()
    got, _ = pool_trials(table, settings(model="common"))
    means = average_by_trial(table, 0.8)
    expected = pool(means["yi"], means["vi"], model="common")
    assert got.model == "common_of_means"
    assert (got.estimate, got.se) == pytest.approx((expected.estimate, expected.se), rel=1e-12)


def test_results_share_the_weight_of_their_trial() -> None:
    table = effects()
    got, _ = pool_trials(table, settings(model="common"))
    assert (got.k, got.n_trials, got.weights.size) == (15, 12, 15)
    assert got.weights.sum() == pytest.approx(100)
    assert got.weights[0] == got.weights[12]  # both of the first trial
    means = average_by_trial(table, 0.8)
    of_means = pool(means["yi"], means["vi"], model="common").weights
    assert got.weights[[0, 12]].sum() == pytest.approx(of_means[0])


def test_diagnostics_are_those_of_the_common_effect() -> None:
    table = effects(extra=0)
    rows = influence(table, settings(model="common"))
    full = pool(table["yi"], table["vi"], model="common")
    assert [row.weight for row in rows] == pytest.approx(full.weights.tolist())


def test_estimators_are_still_compared_under_a_common_effect() -> None:
    rows = {row.variant: row for row in variants(effects(), settings(model="common"), CHOSEN)}
    assert rows["primary"].model == "common_of_means"
    assert (rows["tau2_pm"].model, rows["tau2_pm"].tau2_method) == ("random", "PM")
