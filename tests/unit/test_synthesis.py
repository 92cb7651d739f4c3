"""Syntheses: what is pooled together, and under which model."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.plans import small_plan
from tests.reference_numbers import reference_of

from metarepro.models.pooling import pool
from metarepro.models.robust_variance import pool_correlated
from metarepro.plan import Plan
from metarepro.synthesis.planned import synthesise
from metarepro.synthesis.pools import (
    Settings,
    count_participants,
    pool_trials,
)
from metarepro.synthesis.subgroups import compare_subgroups, group_test
from metarepro.synthesis.tables import POOLED

REFERENCE = reference_of("meta_regression")
SETTINGS = Settings("REML", "knapp_hartung_conservative", 0.8)


def plan_of(**syntheses: dict[str, Any]) -> Plan:
    """A plan with one set, `post`, and these syntheses."""
    return small_plan(syntheses=syntheses)


PLAN = plan_of(
    domain={
        "by": ["domain"],
        "subgroups": "intervention",
        "subgroup_synthesis": "intervention_domain",
    },
    intervention_domain={"by": ["intervention", "domain"]},
)


def effects(*rows: tuple[str, float], **changes: Any) -> pd.DataFrame:
    """Effects of trials, numbered in order."""
    table = [
        {
            "result_id": f"{trial}-{i:02d}",
            "trial_id": trial,
            "yi": yi,
            "vi": 0.04,
            "n_total": 100.0,
            "intervention": "video_feedback",
            "family": "video_feedback",
            "domain": "relationship",
            "outcome": "parental_sensitivity",
            "timepoint": "post",
            "tier": "direct",
            "effect_measure": "SMD",
            "better": "higher",
            "exclude": "",
        }
        for i, (trial, yi) in enumerate(rows)
    ]
    return pd.DataFrame(table).assign(**changes)


def test_one_result_a_trial_is_pooled_by_random_effects() -> None:
    table = effects(("a", 0.1), ("b", 0.5), ("c", 0.4))
    pooled, reason = pool_trials(table, SETTINGS)
    reference = pool(table["yi"], table["vi"], ci_method="knapp_hartung_conservative")
    assert (pooled.estimate, pooled.ci_low, reason) == (reference.estimate, reference.ci_low, "")


def test_several_results_of_a_trial_are_pooled_by_robust_variance() -> None:
    table = effects(("a", 0.1), ("a", 0.2), ("b", 0.5), ("c", 0.4))
    pooled, _ = pool_trials(table, SETTINGS)
    reference = pool_correlated(table["yi"], table["vi"], table["trial_id"].tolist(), rho=0.8)
    assert (pooled.model, pooled.ci_high) == ("correlated_effects", reference.ci_high)


def test_one_trial_is_not_pooled_but_shown() -> None:
    pooled, reason = pool_trials(effects(("a", 0.3)), SETTINGS)
    assert pooled.model == "single_trial"
    assert pooled.estimate == 0.3
    assert pooled.ci_high == pytest.approx(0.3 + 1.959963985 * 0.2)
    assert math.isnan(pooled.tau2)
    assert reason == "a single trial: nothing is pooled, its own effect is shown"


def test_results_of_one_trial_are_averaged_with_their_correlation() -> None:
    # Borenstein and others 2009, equation 24.2: two results of variance v give v (1 + rho) / 2.
    pooled, reason = pool_trials(effects(("a", 0.2), ("a", 0.4)), SETTINGS)
    assert pooled.estimate == pytest.approx(0.3)
    assert pooled.se**2 == pytest.approx(0.04 * 1.8 / 2)
    assert "mean of its 2 results" in reason


@pytest.mark.parametrize(("n_trials", "predicted"), [(2, False), (4, False), (5, True)])
def test_prediction_intervals_need_five_trials(n_trials: int, predicted: bool) -> None:
    rows = zip("abcde"[:n_trials], (0.1, 0.9, -0.2, 0.5, 0.3), strict=False)
    pooled, _ = pool_trials(effects(*rows), SETTINGS)
    assert math.isfinite(pooled.pi_low) == predicted


def test_participants_are_counted_once_a_trial() -> None:
    table = effects(("a", 0.1), ("a", 0.2), ("b", 0.5))
    table["n_total"] = [80.0, 100.0, math.nan]
    assert count_participants(table) == {"n_participants": 100, "n_unknown": 1}
    none = count_participants(table.assign(n_total=math.nan))
    assert math.isnan(none["n_participants"])


def two_arms() -> pd.DataFrame:
    """Trial a compares two interventions of one family with its control group."""
    table = effects(("a", 0.1), ("a", 0.3), ("b", 0.5), ("c", 0.4), family="psychodynamic")
    arms = ["parent_infant_psychotherapy", "reflective_parenting"]
    return table.assign(intervention=[*arms, arms[0], arms[1]])


@pytest.mark.parametrize("by", ["family", "domain"])
def test_two_arms_of_a_trial_are_one_trial_in_a_pool_of_both(by: str) -> None:
    table = two_arms()
    pooled, _ = synthesise(table, plan_of(**{by: {"by": [by]}}))
    (row,) = pooled.to_dict("records")
    assert (row["n_trials"], row["k"], row["trial_ids"]) == (3, 4, "a b c")
    # Dependent results of one trial: robust variance.
    robust = pool_correlated(table["yi"], table["vi"], table["trial_id"].tolist(), rho=0.8)
    assert (row["model"], row["estimate"], row["se"]) == (robust.model, robust.estimate, robust.se)


def test_each_arm_is_in_the_pool_of_its_intervention() -> None:
    plan = plan_of(intervention={"by": ["intervention"]})
    pooled, weights = synthesise(two_arms(), plan)
    assert list(pooled["trial_ids"]) == ["a b", "a c"]
    assert list(weights["result_id"]) == ["a-00", "b-02", "a-01", "c-03"]


def test_only_usable_results_of_the_set_are_pooled() -> None:
    table = pd.concat(
        [
            effects(("a", 0.1), ("b", 0.5)),
            effects(("c", 9.0), tier="approximate"),
            effects(("d", 9.0), exclude="duplicate"),
            effects(("e", 9.0), timepoint="follow_up"),
        ]
    )
    pooled, weights = synthesise(table, PLAN)
    assert list(pooled["synthesis"]) == [
        "post.domain.relationship",
        "post.intervention_domain.video_feedback.relationship",
    ]
    assert set(pooled["trial_ids"]) == {"a b"}
    assert list(pooled.columns) == list(POOLED.columns)
    assert weights.groupby("synthesis")["weight"].sum().to_numpy() == pytest.approx([100, 100])


def test_unknown_numbers_of_participants_are_counted() -> None:
    table = effects(("a", 0.1), ("b", 0.5))
    table.loc[1, "n_total"] = math.nan
    pooled, _ = synthesise(table, PLAN)
    assert set(pooled["n_unknown"]) == {1}
    assert all("two_or_three_trials" in flags for flags in pooled["flags"])


def two_interventions(difference: float) -> pd.DataFrame:
    first = effects(*((f"a{i}", 0.1 * i) for i in range(6)))
    second = effects(*((f"b{i}", 0.1 * i + difference) for i in range(6)))
    return pd.concat([first, second.assign(intervention="home_visiting", family="parenting")])


def subgroup_test(table: pd.DataFrame, plan: Plan = PLAN) -> dict[Any, Any]:
    (test,) = compare_subgroups(*synthesise(table, plan), table, plan).to_dict("records")
    return test


@pytest.mark.parametrize("case", ["independent", "homogeneous"])
def test_subgroups_are_compared_as_metafor_compares_them(case: str) -> None:
    data = REFERENCE[case]["data"]
    answers = [
        answer
        for answer in REFERENCE[case]["mixed"]
        if (answer["coding"], answer["method"], answer["test"]) == ("levels", "REML", "adhoc")
    ]
    table = effects(*zip(map(str, data["trial"]), data["yi"], strict=True)).assign(
        vi=data["vi"], intervention=data["group"], family="video_feedback"
    )
    test = subgroup_test(table)
    assert test["statistic"] == pytest.approx(answers[0]["f"], rel=1e-6)
    assert test["p_value"] == pytest.approx(answers[0]["p"], rel=1e-6)


@pytest.mark.parametrize("case", ["dependent", "four_levels"])
def test_subgroups_of_dependent_results_are_compared_by_htz(case: str) -> None:
    data = REFERENCE[case]["data"]
    answer = next(
        a for a in REFERENCE[case]["robust"] if (a["coding"], a["rho"]) == ("levels", 0.8)
    )
    table = effects(*zip(map(str, data["trial"]), data["yi"], strict=True)).assign(
        vi=data["vi"], intervention=data["group"], family="video_feedback"
    )
    test = subgroup_test(table)
    assert test["statistic"] == pytest.approx(answer["f"], rel=1e-6)
    assert test["df2"] == pytest.approx(answer["df2"], rel=1e-6)
    assert test["p_value"] == pytest.approx(answer["p"], rel=1e-6)


def test_six_subgroups_that_do_not_differ_are_rarely_told_apart() -> None:
    # By simulation; Cochran's Q of the pooled effects found a difference in 13 of 100.
    rng = np.random.default_rng(20231127)
    found = 0
    for _ in range(200):
        vi = rng.uniform(0.02, 0.08, 30)
        rows = [(f"t{i:02d}", y) for i, y in enumerate(rng.normal(0.3, np.sqrt(vi + 0.05)))]
        table = effects(*rows).assign(vi=vi, intervention=np.repeat(list("abcdef"), 5))
        found += group_test(table, table["intervention"], SETTINGS)["p_value"] < 0.05
    assert found <= 17


@pytest.mark.parametrize(("n_second", "flagged"), [(2, True), (6, False)])
def test_a_robust_test_needs_four_degrees_of_freedom(n_second: int, flagged: bool) -> None:
    rows = two_interventions(0.3)
    table = pd.concat([rows.iloc[:n_second], rows.iloc[6 : 6 + n_second]])
    again = table.iloc[:1].assign(result_id="again")
    test = subgroup_test(pd.concat([table, again]))
    assert (test["df2"] < 4) == flagged
    assert (test["flags"] == "df_below_4") == flagged


def test_a_knapp_hartung_test_is_right_with_any_degrees_of_freedom() -> None:
    rows = two_interventions(0.3)
    test = subgroup_test(pd.concat([rows.iloc[:3], rows.iloc[6:8]]))
    assert (test["df2"], test["flags"]) == (3, "")


def test_subgroups_that_share_trials_are_not_compared() -> None:
    plan = plan_of(
        domain={"by": ["domain"], "subgroups": "outcome", "subgroup_synthesis": "outcome"},
        outcome={"by": ["domain", "outcome"]},
    )
    table = pd.concat(
        [
            effects(*((f"a{i}", 0.1 * i) for i in range(6))),
            effects(*((f"a{i}", 0.2 * i) for i in range(6)), outcome="parenting_practices"),
        ]
    )
    test = subgroup_test(table, plan)
    assert test["reason"] == "subgroups by outcome share trials"
    assert math.isnan(test["statistic"])


def test_subgroups_of_one_trial_are_not_compared() -> None:
    test = subgroup_test(two_interventions(1.0).iloc[4:7])
    assert test["reason"] == "fewer than two subgroups of two trials"


def test_too_few_trials_are_not_compared() -> None:
    pair = pd.concat([two_interventions(1.0).iloc[:2], two_interventions(1.0).iloc[6:7]])
    assert subgroup_test(pair)["reason"] == "fewer than two subgroups of two trials"


def test_a_synthesis_is_pooled_as_the_plan_says_for_it() -> None:
    table = effects(("a", 0.1), ("b", 0.5), ("c", 0.9))
    plan = plan_of(
        domain={"by": ["domain"]},
        outcome={"by": ["outcome"], "pooling": {"model": "common", "ci_method": "z"}},
        family={"by": ["family"], "pooling": {"tau2_method": "DL"}},
    )
    rows = {
        row["synthesis"].split(".")[1]: row for row in synthesise(table, plan)[0].to_dict("records")
    }
    expected = {
        "domain": pool(table["yi"], table["vi"]),
        "outcome": pool(table["yi"], table["vi"], model="common", ci_method="z"),
        "family": pool(table["yi"], table["vi"], tau2_method="DL"),
    }
    for name, own in expected.items():
        row = rows[name]
        assert (row["model"], row["tau2_method"]) == (own.model, own.tau2_method)
        assert (row["ci_low"], row["ci_high"]) == (own.ci_low, own.ci_high)


@pytest.mark.parametrize(
    ("pooling", "model"), [({}, "correlated_effects"), ({"model": "common"}, "common_of_means")]
)
def test_a_pool_carries_the_correlation_that_it_assumes(
    pooling: dict[str, str], model: str
) -> None:
    table = effects(("a", 0.1), ("a", 0.5), ("b", 0.9))
    plan = plan_of(domain={"by": ["domain"], "pooling": {"rho": 0.4, **pooling}})
    (row,) = synthesise(table, plan)[0].to_dict("records")
    assert (row["model"], row["rho"]) == (model, 0.4)


def test_a_pool_of_one_result_each_assumes_no_correlation() -> None:
    (row, _) = synthesise(effects(("a", 0.1), ("b", 0.5)), PLAN)[0].to_dict("records")
    assert math.isnan(row["rho"])


def test_outcomes_that_run_both_ways_are_pooled_apart_where_it_shows() -> None:
    # A risk ratio of deaths is not the inverse of one of survivals.
    rows = effects(("a", 0.2), ("b", 0.3), ("c", 0.6), ("d", 0.7), effect_measure="RR")
    table = rows.assign(better=["higher", "higher", "lower", "lower"])
    plan = small_plan(measure="RR", syntheses={"domain": {"by": ["domain"]}})
    pooled, _ = synthesise(table, plan)
    assert list(pooled["synthesis"]) == [
        "post.domain.relationship",
        "post.domain.relationship.lower",
    ]
    assert list(pooled["better"]) == ["higher", "lower"]
    assert list(pooled["trial_ids"]) == ["a b", "c d"]


def test_effects_on_two_measures_are_pooled_apart() -> None:
    table = effects(("a", 0.2), ("b", 0.3)).assign(effect_measure=["SMD", "MD"])
    plan = small_plan(syntheses={"domain": {"by": ["domain"]}})
    assert set(synthesise(table, plan)[0]["synthesis"]) == {
        "post.domain.relationship",
        "post.domain.relationship.MD",
    }
