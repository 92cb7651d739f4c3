"""Claims that an intervention works: each rule, with inputs whose verdict follows from its text."""

import math
from typing import Any

import pandas as pd
import pytest

from metarepro.claim_effects import (
    Pool,
    coverage,
    judge_effect,
    published_signal,
    published_words,
    relevant_results,
)
from metarepro.claim_rules import CLAIM_VERDICTS, RULES, VERDICT_OF

NAN = math.nan


def pool(low: float, high: float, **changes: Any) -> Pool:
    """Six trials with 5 df, fully covered, no abstracts, unless changed."""
    values: dict[str, Any] = {
        "estimate": (low + high) / 2,
        "ci_low": low,
        "ci_high": high,
        "n_trials": 6,
        "df": 5.0,
        "abstract_share": 0.0,
        "covered": 1.0,
    }
    return Pool(**values | changes)


FAVOURS, INCLUDES_NONE, HARMS = pool(0.1, 0.5), pool(-0.1, 0.5), pool(-0.5, -0.1)


@pytest.mark.parametrize(
    ("ours", "published", "rule", "verdict"),
    [
        (None, [], "effect_no_evidence", "not_testable"),
        # A result whose direction is not shown is no evidence.
        (None, [""], "effect_no_evidence", "not_testable"),
        (None, ["points"], "effect_direction_only", "not_testable"),
        (None, ["against"], "effect_direction_only", "not_testable"),
        (None, ["points", "against"], "effect_direction_only", "not_testable"),
        (None, ["harm"], "effect_contradicted", "not_supported"),
        (HARMS, [], "effect_contradicted", "not_supported"),
        (HARMS, ["points"], "effect_contradicted", "not_supported"),
        (None, ["null"], "effect_not_shown", "not_supported"),
        (INCLUDES_NONE, ["null"], "effect_not_shown", "not_supported"),
        (pool(-0.5, 0.4), [], "effect_not_shown", "not_supported"),
        (pool(-0.5, 0.4), ["points"], "effect_not_shown", "not_supported"),
        # No effect at all is no benefit.
        (pool(-0.4, 0.4), [], "effect_not_shown", "not_supported"),
        # A benefit that is excluded speaks also where the interval cannot be trusted.
        (pool(-0.5, -0.1, n_trials=2, df=1), [], "effect_not_shown", "not_supported"),
        (pool(-0.5, -0.1, n_trials=1, df=NAN), ["points"], "effect_not_shown", "not_supported"),
        (pool(-0.5, 0.4, n_trials=1, df=NAN), [], "effect_inconclusive", "not_testable"),
        (pool(-0.5, 0.4, df=3.9), ["points"], "effect_inconclusive", "not_testable"),
        (FAVOURS, ["null"], "effect_conflicting", "partly_supported"),
        (FAVOURS, ["harm"], "effect_conflicting", "partly_supported"),
        (HARMS, ["shows"], "effect_conflicting", "partly_supported"),
        (None, ["limited", "against"], "effect_conflicting", "partly_supported"),
        (pool(-0.5, 0.4), ["shows"], "effect_conflicting", "partly_supported"),
        (FAVOURS, [], "effect_shown", "supported"),
        (FAVOURS, ["points"], "effect_shown", "supported"),
        (pool(0.1, 0.5, covered=0.5, abstract_share=0.5), [], "effect_shown", "supported"),
        (None, ["shows"], "effect_shown_as_published", "supported"),
        (INCLUDES_NONE, ["shows"], "effect_shown_as_published", "supported"),
        (pool(0.1, 0.5, covered=0.05), ["shows"], "effect_shown_as_published", "supported"),
        (None, ["limited"], "effect_limited", "partly_supported"),
        (INCLUDES_NONE, ["limited"], "effect_limited", "partly_supported"),
        (pool(0.1, 0.5, n_trials=1, df=NAN), [], "effect_limited", "partly_supported"),
        (pool(0.1, 0.5, df=3.9), ["points"], "effect_limited", "partly_supported"),
        (pool(0.1, 0.5, covered=0.49), [], "effect_limited", "partly_supported"),
        (pool(0.1, 0.5, covered=NAN), [], "effect_limited", "partly_supported"),
        (pool(0.1, 0.5, abstract_share=0.51), [], "effect_limited", "partly_supported"),
        (INCLUDES_NONE, ["points"], "effect_points", "partly_supported"),
        # A limit of exactly no effect does not exclude it.
        (pool(0.0, 0.9), ["points"], "effect_points", "partly_supported"),
        (INCLUDES_NONE, [], "effect_inconclusive", "not_testable"),
        (INCLUDES_NONE, ["against"], "effect_inconclusive", "not_testable"),
        (INCLUDES_NONE, ["points", "against"], "effect_inconclusive", "not_testable"),
    ],
)
def test_each_rule_of_an_effect(
    ours: Pool | None, published: list[str], rule: str, verdict: str
) -> None:
    finding = judge_effect(ours, published, "Ann 2020")
    assert (finding.rule, finding.verdict) == (rule, verdict)
    assert finding.reason.endswith((".", ". "))
    assert finding.needed or verdict in ("supported", "not_supported")


def test_a_published_interval_with_no_effect_never_supports() -> None:
    for ours in (None, FAVOURS, INCLUDES_NONE, HARMS):
        assert judge_effect(ours, ["null"], "Ann 2020").verdict != "supported"


def test_every_rule_is_named_once_and_has_a_verdict_with_a_meaning() -> None:
    assert len(VERDICT_OF) == len(RULES)
    assert {rule.verdict for rule in RULES} == set(CLAIM_VERDICTS)


def published(**cells: Any) -> dict[str, Any]:
    """A published SMD of six trials, larger is better."""
    row: dict[str, Any] = {
        "review_id": "review2020",
        "outcome": "warmth",
        "outcome_label": "warmth",
        "subgroup": "",
        "intervention": "play",
        "measure": "SMD",
        "estimate": 0.3,
        "ci_low": 0.1,
        "ci_high": 0.5,
        "k": 6.0,
        "n": 400.0,
        "p_value": NAN,
        "p_relation": "",
        "certainty": "",
        "beneficial_sign": "+",
        "status": "verified",
        "narrative_direction": "",
    }
    return row | cells


SMALLER_IS_BETTER = {"estimate": -0.3, "ci_low": -0.5, "ci_high": -0.1, "beneficial_sign": "-"}
NO_CI = {"ci_low": NAN, "ci_high": NAN}
RATIO = {"measure": "OR", "estimate": 3.0, "ci_low": 1.4, "ci_high": 6.7}


@pytest.mark.parametrize(
    ("cells", "signal"),
    [
        ({}, "shows"),
        (SMALLER_IS_BETTER, "shows"),
        ({"beneficial_sign": "-"}, "harm"),
        (SMALLER_IS_BETTER | {"beneficial_sign": "+"}, "harm"),
        ({"beneficial_sign": ""}, ""),
        ({"ci_low": -0.1}, "null"),
        ({"ci_low": 0.0}, "null"),
        # An interval with no effect says so even where the direction is not shown.
        ({"ci_low": -0.1, "beneficial_sign": ""}, "null"),
        (RATIO, "shows"),
        (RATIO | {"beneficial_sign": "-"}, "harm"),
        (RATIO | {"ci_low": 0.9}, "null"),
        ({"measure": "RR", "estimate": 0.5, "ci_low": 0.3, "ci_high": 0.8}, "harm"),
        (
            {"measure": "RR", "estimate": 0.5, "ci_low": 0.3, "ci_high": 0.8}
            | {"beneficial_sign": "-"},
            "shows",
        ),
        ({"k": 5.0}, "shows"),
        ({"k": 4.0}, "limited"),
        ({"k": NAN}, "limited"),
        ({"certainty": "moderate"}, "shows"),
        ({"certainty": "low"}, "limited"),
        ({"certainty": "very low"}, "limited"),
        ({"intervention": ""}, "points"),
        ({"intervention": "", "ci_low": -0.1}, "against"),
        ({"intervention": "", "beneficial_sign": "-"}, "against"),
        (NO_CI, "points"),
        (NO_CI | {"beneficial_sign": "-"}, "against"),
        (NO_CI | {"p_value": 0.01, "p_relation": "="}, "shows"),
        (NO_CI | {"p_value": 0.05, "p_relation": "="}, "points"),
        (NO_CI | {"p_value": 0.05, "p_relation": "<"}, "shows"),
        (NO_CI | {"p_value": 0.01, "p_relation": ">"}, "points"),
        (
            NO_CI
            | {"status": "narrative", "estimate": NAN, "measure": ""}
            | {"narrative_direction": "favours_intervention"},
            "points",
        ),
        (
            NO_CI
            | {"status": "narrative", "estimate": NAN, "measure": ""}
            | {"narrative_direction": "no_difference"},
            "against",
        ),
    ],
)
def test_what_a_published_row_says(cells: dict[str, Any], signal: str) -> None:
    assert published_signal(published(**cells)) == signal


def test_suspect_other_and_later_results_are_not_relevant() -> None:
    rows = pd.DataFrame(
        [
            published(),
            published(intervention=""),
            published(status="suspect"),
            published(outcome="speech"),
            published(intervention="music"),
            published(subgroup="boys"),
            published(outcome_label="warmth at follow-up"),
        ]
    )
    claim = {"outcome": "warmth", "intervention": "play"}
    assert list(relevant_results(rows, claim).index) == [0, 1]
    assert relevant_results(rows.iloc[:0], claim).empty


def test_published_results_in_words() -> None:
    rows = pd.DataFrame([published(**SMALLER_IS_BETTER, status="secondary", certainty="low")])
    assert published_words(rows) == (
        "warmth: SMD −0.30 [−0.50, −0.10], smaller is better, 6 trials, 400 participants, "
        "certainty low, as another source quotes it"
    )


def test_coverage_counts_confirmed_trials_only() -> None:
    included = pd.DataFrame(
        {"trial_id": ["ann", "bob", "cat", "dee"], "basis": ["listed", "plausible", "no", "listed"]}
    )
    share, words = coverage(["ann", "bob", "cat"], included, 4.0, "Ann 2020")
    assert share == 0.25
    assert words == "3 trials in our pool; 1 confirmed and 1 plausible of 4 that Ann 2020 pooled"
    assert math.isnan(coverage(["ann"], included, NAN, "Ann 2020")[0])
