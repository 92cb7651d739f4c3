"""Moderators: which levels are compared with which, and what R says of the same regression."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.plans import MODERATORS, small_plan
from tests.reference_numbers import reference_of

from metarepro.plan import EffectSet
from metarepro.sensitivity.moderators import (
    Level,
    ModeratorTest,
    assess_moderator,
    moderators,
    with_characteristics,
)
from metarepro.synthesis.pools import Settings

SETTINGS = Settings("REML", "knapp_hartung_conservative", 0.8)
CHOSEN = EffectSet(label="", timepoints=("post",), tiers=("direct", "derived"))
REFERENCE = reference_of("meta_regression")
PLAN = small_plan(moderators=MODERATORS).moderators


def assess(table: pd.DataFrame, name: str) -> tuple[ModeratorTest, list[Level]]:
    return assess_moderator(table, name, PLAN[name], SETTINGS)


def effects(yi: list[float], **columns: Any) -> pd.DataFrame:
    """Effects of as many trials, all alike but for the columns given."""
    alike = {
        "trial_id": [f"t{i}" for i in range(len(yi))],
        "vi": 0.04,
        "year": 2000.0,
        "income": "",
        "intervention": "home_visiting",
        "family": "parenting",
        "design": "rct",
        "tier": "direct",
        "source_kind": "abstract",
    }
    return pd.DataFrame({"yi": yi} | alike | columns)


def of_reference(case: str, **columns: Any) -> pd.DataFrame:
    data = REFERENCE[case]["data"]
    found = effects(data["yi"], vi=data["vi"], trial_id=[f"t{i}" for i in data["trial"]])
    return found.assign(year=np.array(data["year"], dtype=float), group=data["group"], **columns)


def answer(case: str, coding: str) -> Any:
    (found,) = (a for a in REFERENCE[case]["robust"] if (a["coding"], a["rho"]) == (coding, 0.8))
    return found


def test_levels_are_those_of_robumeta_and_clubsandwich() -> None:
    table = of_reference("four_levels")
    table["intervention"] = table["group"]
    test, levels = assess(table, "intervention")
    r = answer("four_levels", "levels")
    assert (test.statistic, test.df2, test.p_value) == pytest.approx((r["f"], r["df2"], r["p"]))
    assert test.tau2 == pytest.approx(r["tau2"])
    by_name = {level.level: level for level in levels}
    for i, name in enumerate("abcd"):
        got = by_name[name]
        assert (got.estimate, got.se, got.df) == pytest.approx((r["b"][i], r["se"][i], r["df"][i]))
        assert got.ci_low == pytest.approx(r["low"][i])
    most = table.groupby("intervention")["trial_id"].nunique().idxmax()
    assert levels[0].level == most
    assert math.isnan(levels[0].difference)
    for level in levels[1:]:
        assert level.difference == pytest.approx(level.estimate - levels[0].estimate)


@pytest.mark.parametrize("several", [False, True])
def test_few_degrees_of_freedom_are_flagged_for_robust_variance_only(several: bool) -> None:
    table = effects([0.1, 0.3, 0.2, 0.6, 0.5], intervention=[*"aabbb"])
    if several:
        table.loc[5] = table.loc[0]
    test, levels = assess(table, "intervention")
    assert test.df2 < 4
    assert ("df_below_4" in test.flags) == several
    assert ("df_below_4" in levels[1].flags) == several


def test_the_slope_is_per_decade() -> None:
    test, (slope,) = assess(of_reference("dependent"), "year")
    r = answer("dependent", "year")
    assert slope.level == "slope"
    assert (slope.difference, slope.difference_se) == pytest.approx((r["b"][1], r["se"][1]))
    assert slope.difference_p == pytest.approx(r["pval"][1])
    assert test.statistic == pytest.approx(r["f"])
    assert math.isnan(slope.estimate)


def test_later_trials_with_larger_effects_give_a_positive_slope() -> None:
    years = [1990.0, 1995.0, 2000.0, 2005.0, 2010.0]
    table = effects([0.0, 0.12, 0.2, 0.33, 0.4], year=years)
    _, (slope,) = assess(table, "year")
    assert slope.difference == pytest.approx(0.2, abs=0.01)


def test_levels_of_a_family_leave_out_the_others() -> None:
    table = effects(
        [0.6, 0.7, 0.65, 0.1, 0.2, 0.15, 5.0, 5.0],
        intervention=["play"] * 3 + ["home_visiting"] * 3 + ["video_feedback"] * 2,
        family=["parenting"] * 6 + ["video_feedback"] * 2,
    )
    test, levels = assess(table, "content")
    assert (test.n_trials, test.n_without_value) == (6, 2)
    assert [level.level for level in levels] == ["without", "with"]
    assert levels[1].difference == pytest.approx(0.5)
    assert levels[1].estimate == pytest.approx(0.65)


def test_a_level_of_one_trial_is_left_out_and_counted() -> None:
    table = effects(
        [0.1, 0.2, 0.3, 0.5, 0.6, 9.0], design=["rct"] * 3 + ["cluster_rct"] * 2 + ["quasi"]
    )
    test, levels = assess(table, "design")
    assert (test.n_trials, test.n_levels, test.n_without_value) == (5, 2, 1)
    assert [level.level for level in levels] == ["rct", "cluster_rct"]
    assert "fewer_than_10_trials" in test.flags


@pytest.mark.parametrize(
    ("table", "name", "reason"),
    [
        (effects([0.1, 0.2, 0.3]), "design", "no two levels with two trials each"),
        (effects([0.1, 0.2, 0.3]), "income", "no two levels with two trials each"),
        (effects([0.1, 0.2, 0.3], year=[1990.0, 2000.0, 2010.0]), "year", "too few"),
        (effects([0.1, 0.2]), "control", "do not record the control group"),
    ],
)
def test_what_cannot_be_tested_says_why(table: pd.DataFrame, name: str, reason: str) -> None:
    test, levels = assess(table, name)
    assert reason in test.reason
    assert math.isnan(test.p_value)
    assert levels == []


def test_every_moderator_has_a_row_and_p_is_adjusted_for_those_that_were_tested() -> None:
    rng = np.random.default_rng(4)
    table = effects(
        list(rng.normal(0.3, 0.2, 14)),
        design=["rct", "cluster_rct"] * 7,
        income=["high"] * 7 + ["low_or_middle"] * 7,
        year=np.linspace(1990, 2020, 14),
    )
    tests, _ = moderators(table, CHOSEN, SETTINGS, PLAN)
    assert [test.moderator for test in tests] == list(PLAN)
    p = {test.moderator: test.p_value for test in tests if not test.reason}
    assert set(p) == {"design", "income", "year"}
    # Holm by hand: the smallest times 3, the next times 2, the largest as it is; never falling.
    first, second, third = sorted(p.values())
    expected = {first: min(1, 3 * first)}
    expected[second] = max(expected[first], min(1, 2 * second))
    expected[third] = max(expected[second], third)
    for test in tests:
        if not test.reason:
            assert test.p_holm == pytest.approx(expected[test.p_value])


def test_tiers_are_compared_over_all_results_and_the_others_over_those_of_the_plan() -> None:
    table = effects([0.1, 0.2, 0.3, 0.0, 0.1, 0.2], tier=["direct"] * 3 + ["approximate"] * 3)
    tests = {test.moderator: test for test in moderators(table, CHOSEN, SETTINGS, PLAN)[0]}
    assert tests["tier"].n_trials == 6
    assert tests["design"].n_trials == 3
    assert not tests["tier"].reason


def test_a_characteristic_of_the_trials_that_is_a_number_has_a_slope() -> None:
    table = effects([0.0, 0.1, 0.2, 0.3, 0.4, 0.9])
    degrees = pd.DataFrame(
        {
            "trial_id": [f"t{i}" for i in range(5)],
            "characteristic": "latitude",
            "value": ["10", "20", "30", "40", "50"],
        }
    )
    test, (slope,) = assess(with_characteristics(table, degrees), "latitude")
    assert slope.difference == pytest.approx(0.01)
    assert (test.n_trials, test.n_without_value) == (5, 1)


def test_a_characteristic_of_the_trials_that_is_a_kind_has_levels() -> None:
    table = effects([0.0, 0.1, 0.5, 0.6])
    kinds = pd.DataFrame(
        {
            "trial_id": [f"t{i}" for i in range(4)],
            "characteristic": "allocation",
            "value": ["random", "random", "alternate", "alternate"],
        }
    )
    _, levels = assess(with_characteristics(table, kinds), "allocation")
    assert {level.level: round(level.estimate, 2) for level in levels} == {
        "random": 0.05,
        "alternate": 0.55,
    }


def test_a_characteristic_that_no_trial_has_is_not_tested() -> None:
    test, levels = assess(effects([0.0, 0.1, 0.5, 0.6]), "latitude")
    assert (test.reason, levels) == ("there are no two levels with two trials each", [])
