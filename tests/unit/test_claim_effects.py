"""Claims that an intervention works: each rule, with inputs whose verdict follows from its text."""

import math
from typing import Any

import pandas as pd
import pytest
from tests.plans import small_plan

from metarepro.claims.effects import (
    Pool,
    coverage,
    judge_effect,
    published_signal,
    published_words,
    relevant_results,
)
from metarepro.claims.rules import CLAIM_VERDICTS, RULES, VERDICT_OF
from metarepro.wording.phrases import NO_RELIABLE_INTERVAL

NAN = math.nan


def pool(low: float, high: float, **changes: Any) -> Pool:
    """Six trials with 5 df, fully covered, no abstracts, unless changed."""
    values: dict[str, Any] = {
        "estimate": (low + high) / 2,
        "ci_low": low,
        "ci_high": high,
        "n_trials": 6,
        "df": 5.0,
        "flags": "",
        "abstract_share": 0.0,
        "covered": 1.0,
    }
    return Pool(**values | changes)


FEW_DF: dict[str, Any] = {"df": 3.963, "flags": "df_below_4; few_trials"}
TWO_TRIALS: dict[str, Any] = {"n_trials": 2, "df": 1.0, "flags": "two_or_three_trials"}
NORMAL: dict[str, Any] = {"n_trials": 3, "df": NAN, "flags": "normal_few_trials"}
NARROW: dict[str, Any] = {"flags": "narrower_than_model"}
FAVOURS, INCLUDES_NONE, HARMS = pool(0.1, 0.5), pool(-0.1, 0.5), pool(-0.5, -0.1)


@pytest.mark.parametrize(
    ("ours", "published", "rule", "verdict"),
    [
        (None, [], "effect_no_evidence", "not_yet_testable"),
        # A result whose direction is not shown is no evidence.
        (None, [""], "effect_no_evidence", "not_yet_testable"),
        (None, ["points"], "effect_direction_only", "not_yet_testable"),
        (None, ["against"], "effect_direction_only", "not_yet_testable"),
        (None, ["points", "against"], "effect_direction_only", "not_yet_testable"),
        (None, ["harm"], "effect_contradicted", "not_supported"),
        (HARMS, [], "effect_contradicted", "not_supported"),
        (HARMS, ["points"], "effect_contradicted", "not_supported"),
        (None, ["null"], "effect_not_shown", "not_supported"),
        (INCLUDES_NONE, ["null"], "effect_not_shown", "not_supported"),
        (INCLUDES_NONE, [], "effect_not_shown", "not_supported"),
        (pool(-0.1, 0.5, covered=0.5, abstract_share=0.5), [], "effect_not_shown", "not_supported"),
        (FAVOURS, ["null"], "effect_conflicting", "partly_supported"),
        (FAVOURS, ["harm"], "effect_conflicting", "partly_supported"),
        (FAVOURS, ["limited_harm"], "effect_conflicting", "partly_supported"),
        (HARMS, ["shows"], "effect_conflicting", "partly_supported"),
        (HARMS, ["limited"], "effect_conflicting", "partly_supported"),
        (INCLUDES_NONE, ["shows"], "effect_conflicting", "partly_supported"),
        (FAVOURS, [], "effect_shown", "supported"),
        # A direction decides nothing, whichever way it points.
        (FAVOURS, ["points"], "effect_shown", "supported"),
        (FAVOURS, ["against"], "effect_shown", "supported"),
        (pool(0.1, 0.5, covered=0.5, abstract_share=0.5), [], "effect_shown", "supported"),
        # Knapp-Hartung intervals are judged by the number of trials, as on every page.
        (pool(0.1, 0.5, n_trials=4, df=3.0, flags="tau2_zero"), [], "effect_shown", "supported"),
        (pool(0.1, 0.5, **TWO_TRIALS), [], "effect_inconclusive", "not_yet_testable"),
        # A normal interval of few trials is printed, but too narrow to be firm.
        (pool(0.1, 0.5, **NORMAL), [], "effect_limited", "partly_supported"),
        (pool(0.1, 0.5, **NARROW), [], "effect_inconclusive", "not_yet_testable"),
        (None, ["shows"], "effect_shown_as_published", "supported"),
        (pool(-0.5, 0.4, **FEW_DF), ["shows"], "effect_shown_as_published", "supported"),
        (pool(0.1, 0.5, covered=0.05), ["shows"], "effect_shown_as_published", "supported"),
        (None, ["limited"], "effect_limited", "partly_supported"),
        (None, ["limited", "against"], "effect_limited", "partly_supported"),
        (None, ["limited", "open"], "effect_limited", "partly_supported"),
        (pool(0.1, 0.5, n_trials=1, df=NAN), [], "effect_limited", "partly_supported"),
        (pool(0.1, 0.5, **FEW_DF), ["points"], "effect_inconclusive", "not_yet_testable"),
        (pool(-0.5, -0.1, **FEW_DF), ["limited"], "effect_limited", "partly_supported"),
        (pool(0.1, 0.5, covered=0.49), [], "effect_limited", "partly_supported"),
        (pool(0.1, 0.5, covered=NAN), [], "effect_limited", "partly_supported"),
        (pool(0.1, 0.5, abstract_share=0.51), [], "effect_limited", "partly_supported"),
        (None, ["open"], "effect_inconclusive", "not_yet_testable"),
        (None, ["limited_harm"], "effect_inconclusive", "not_yet_testable"),
        # One trial with an interval over all that is possible says nothing for the claim.
        (
            pool(-3.0, 3.02, n_trials=1, df=NAN),
            ["points"],
            "effect_inconclusive",
            "not_yet_testable",
        ),
        (pool(-0.5, 0.4, n_trials=1, df=NAN), [], "effect_inconclusive", "not_yet_testable"),
        # What is too little to support is too little to refute.
        (pool(-0.5, -0.1, n_trials=1, df=NAN), [], "effect_inconclusive", "not_yet_testable"),
        (pool(-0.5, -0.1, **FEW_DF), ["against"], "effect_inconclusive", "not_yet_testable"),
        (pool(-0.5, -0.1, covered=0.49), [], "effect_inconclusive", "not_yet_testable"),
        (pool(-0.1, 0.5, abstract_share=0.51), [], "effect_inconclusive", "not_yet_testable"),
    ],
)
def test_each_rule_of_an_effect(
    ours: Pool | None, published: list[str], rule: str, verdict: str
) -> None:
    finding = judge_effect(ours, published, "Ann 2020")
    assert (finding.rule, finding.verdict) == (rule, verdict)
    assert finding.reason.endswith((".", ". "))
    assert finding.needed or verdict in ("supported", "not_supported")


ONE_TRIAL = {"n_trials": 1, "df": NAN}


@pytest.mark.parametrize(
    ("ours", "published", "said"),
    [
        # What limits a pool.
        (
            pool(0.1, 0.5, **ONE_TRIAL),
            [],
            "The interval of our pool lies wholly in favour of the intervention, but the evidence "
            "is limited: a single trial.",
        ),
        (pool(0.1, 0.5, covered=0.49), [], "less than half of the cited review's trials confirmed"),
        (pool(0.1, 0.5, covered=NAN), [], "how many trials the cited review pooled is not known."),
        (pool(0.1, 0.5, abstract_share=0.51), [], "the evidence is limited: mostly abstracts."),
        (pool(0.1, 0.5, **FEW_DF), [], f"has {NO_RELIABLE_INTERVAL}: 3.96 degrees of freedom."),
        (pool(0.1, 0.5, **TWO_TRIALS), [], f"has {NO_RELIABLE_INTERVAL}: 2 trials."),
        (pool(0.1, 0.5, **NORMAL), [], "but the evidence is limited: 3 trials."),
        (
            pool(0.1, 0.5, **NARROW),
            [],
            "has no reliable interval: it is narrower than that of its own model.",
        ),
        (
            None,
            ["limited"],
            "A result of Ann 2020 lies wholly in favour of the intervention, but the evidence is "
            "limited: few trials or low certainty.",
        ),
        # What our pool says beside a review that shows the effect.
        (None, ["shows"], "; we have no pool beside it."),
        (pool(0.1, 0.5, covered=0.05), ["shows"], "; our own interval agrees."),
        (
            pool(-0.4, 0.5, **ONE_TRIAL),
            ["shows"],
            "; our own estimate is on the same side, its interval includes no effect (a single "
            "trial).",
        ),
        (
            pool(-0.5, 0.4, **TWO_TRIALS),
            ["shows"],
            f"our own estimate is not on the same side, with {NO_RELIABLE_INTERVAL} (2 trials).",
        ),
        # Why intervals do not decide.
        (
            pool(-0.5, -0.1, **ONE_TRIAL),
            [],
            "Our interval excludes a benefit and is not firm: a single trial. "
            "Nothing could be read of Ann 2020.",
        ),
        (
            pool(-0.5, 0.1, **ONE_TRIAL),
            ["open"],
            "Our interval includes no effect and is not firm: a single trial. An interval of Ann "
            "2020 includes no effect, from few trials or with low certainty.",
        ),
        (None, ["limited_harm", "open"], "An interval of Ann 2020 excludes a benefit, from few"),
        (
            pool(-0.5, 0.1, **ONE_TRIAL),
            ["points"],
            "a single trial. Ann 2020 reports an improvement;",
        ),
        # Directions.
        (None, ["points"], "Ann 2020 reports an improvement; no number"),
        (None, ["against"], "Ann 2020 reports no improvement; no number"),
        (None, ["points", "against"], "Ann 2020 says different things of it; no number"),
        # Whose intervals they are.
        (
            FAVOURS,
            ["null"],
            "pool lies wholly in favour of the intervention, unlike a result of Ann 2020.",
        ),
        (
            HARMS,
            ["harm"],
            "A benefit is excluded by the interval of our pool and a result of Ann 2020.",
        ),
        (INCLUDES_NONE, [], "Includes no effect: the interval of our pool."),
    ],
)
def test_the_reason_says_what_decides(ours: Pool | None, published: list[str], said: str) -> None:
    assert said in judge_effect(ours, published, "Ann 2020").reason


def test_a_review_of_few_trials_needs_more_of_them() -> None:
    assert judge_effect(None, ["limited"], "Ann 2020").needed == "Usable results of more trials"
    assert "Ann 2020's result" in judge_effect(pool(0.1, 0.5, covered=0.4), [], "Ann 2020").needed


@pytest.mark.parametrize("ours", [None, pool(-1.0, 3.0, covered=NAN, **TWO_TRIALS)])
def test_a_claim_that_cites_no_review_is_not_said_to_cite_one(ours: Pool | None) -> None:
    judged = judge_effect(ours, [], "")
    assert "could be read" not in judged.reason
    assert "the cited review" not in judged.reason
    assert "no cited review" in judged.reason or "cites no review" in judged.reason
    assert judged.needed.startswith("A review that the claim cites")


@pytest.mark.parametrize("published", [[], ["points"], ["against"], ["open"]])
def test_the_side_of_an_estimate_decides_nothing(published: list[str]) -> None:
    for changes in ({}, FEW_DF):
        above, below = pool(-0.4, 0.402, **changes), pool(-0.402, 0.4, **changes)
        rules = {judge_effect(ours, published, "Ann 2020").rule for ours in (above, below)}
        assert len(rules) == 1


# A limit of exactly no effect does not exclude it.
@pytest.mark.parametrize("ours", [pool(0.0, 0.9), pool(-0.9, 0.0)])
def test_an_interval_that_ends_at_no_effect_includes_it(ours: Pool) -> None:
    assert judge_effect(ours, [], "Ann 2020").rule == "effect_not_shown"


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
        "timepoint": "post",
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
        # The same thresholds for none and for harm as for a benefit.
        ({"ci_low": -0.1, "k": 1.0}, "open"),
        ({"ci_low": -0.1, "certainty": "very low"}, "open"),
        ({"beneficial_sign": "-", "k": 4.0}, "limited_harm"),
        ({"beneficial_sign": "-", "certainty": "low"}, "limited_harm"),
        (RATIO, "shows"),
        (RATIO | {"beneficial_sign": "-"}, "harm"),
        (RATIO | {"ci_low": 0.9}, "null"),
        ({"measure": "RR", "estimate": 0.5, "ci_low": 0.3, "ci_high": 0.8}, "harm"),
        (
            {"measure": "RR", "estimate": 0.5, "ci_low": 0.3, "ci_high": 0.8}
            | {"beneficial_sign": "-"},
            "shows",
        ),
        # What compares no groups shows no benefit, wherever its interval lies.
        ({"measure": "r"}, ""),
        ({"measure": "proportion", "estimate": 0.6, "ci_low": 0.55, "ci_high": 0.65}, ""),
        # A logarithm has no effect at 0, a ratio at 1.
        ({"measure": "log OR", "estimate": 0.4, "ci_low": 0.2, "ci_high": 0.6}, "shows"),
        ({"measure": "OR", "estimate": 0.4, "ci_low": 0.2, "ci_high": 0.6}, "harm"),
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
        (NO_CI | {"p_value": 0.05, "p_relation": "="}, "null"),
        (NO_CI | {"p_value": 0.05, "p_relation": ">"}, "null"),
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
            published(timepoint="follow_up"),
        ]
    )
    claim = {"outcome": "warmth", "intervention": "play"}
    assert list(relevant_results(rows, claim, small_plan()).index) == [0, 1]
    assert relevant_results(rows.iloc[:0], claim, small_plan()).empty


def test_published_results_in_words() -> None:
    rows = pd.DataFrame([published(**SMALLER_IS_BETTER, status="secondary", certainty="low")])
    assert published_words(rows) == (
        "warmth: SMD −0.30 [−0.50, −0.10], smaller is better, 6 trials, 400 participants, "
        "certainty low, as another source quotes it"
    )


def test_a_published_p_is_printed_where_there_is_no_interval() -> None:
    rows = pd.DataFrame([published(**NO_CI, p_value=0.001, p_relation="<", k=3.0, n=NAN)])
    assert published_words(rows) == (
        "warmth: SMD 0.30 without interval, p < 0.001, larger is better, 3 trials"
    )


def test_coverage_counts_confirmed_trials_only() -> None:
    included = pd.DataFrame(
        {"trial_id": ["ann", "bob", "cat", "dee"], "basis": ["listed", "plausible", "no", "listed"]}
    )
    share, words = coverage(["ann", "bob", "cat"], included, 4.0, "Ann 2020")
    assert share == 0.25
    assert words == "3 trials in our pool; 1 confirmed and 1 plausible of 4 that Ann 2020 pooled"
    assert math.isnan(coverage(["ann"], included, NAN, "Ann 2020")[0])
    assert coverage(["ann"], included, NAN, "")[1] == "1 trial in our pool; no review is cited"
