"""The first screen: each sentence on both sides of its threshold."""

import math
import re
from typing import Any

import pytest
from tests.report_records import KEY, PLAN, PLAY, POOL, WARMTH, make_records, render
from tests.unit.test_plain_language import pool

from metarepro.plan.sections import Synthesis
from metarepro.report import index
from metarepro.report.answers import (
    finding,
    in_plain_terms,
    not_answered,
    trust,
    would_change,
)
from metarepro.report.blocks import plain
from metarepro.wording.scales import Scale

NAN = math.nan
SING = PLAY | {"intervention": "sing", "label": "Singing"}
SMD = Scale()
RR = Scale("RR", turn=-1)
WITHHELD: dict[str, Any] = {"flags": "df_below_4"}


def test_an_interval_without_zero_tells_who_does_better() -> None:
    assert finding(pool(), SMD) == (
        "Outcomes are better with the intervention on average over 15 trials with 3,000 "
        "participants: g 0.50, 95% CI 0.30 to 0.70 (a moderate effect)."
    )


def test_harm_is_told_as_harm() -> None:
    said = finding(pool(estimate=-0.5, ci_low=-0.7, ci_high=-0.3), SMD)
    assert said.startswith("Outcomes are better with the control group ")


@pytest.mark.parametrize(
    ("low", "clear"), [(0.01, True), (0.004, True), (0.0, False), (-0.004, False)]
)
def test_an_interval_with_zero_tells_of_no_clear_difference(low: float, clear: bool) -> None:
    said = finding(pool(ci_low=low), SMD)
    assert said.startswith("Outcomes are better") == clear
    assert ("not evidence of no effect" in said) == (not clear)


def test_a_withheld_interval_is_not_shown_in_any_sentence() -> None:
    few = pool(**WITHHELD)
    assert "too few trials for a reliable interval" in finding(few, SMD)
    assert "0.30" not in finding(few, SMD)
    assert "better" not in finding(few, SMD)
    assert in_plain_terms(few, SMD) == ""


def test_one_trial_is_no_average() -> None:
    said = finding(pool(n_trials=1.0), SMD)
    assert " in 1 trial with " in said
    assert "average" not in said


@pytest.mark.parametrize(
    ("effect", "low", "high", "at", "first", "last"),
    [
        # R: round(100 * pnorm(c(.36, .20, .52)))
        (0.36, 0.20, 0.52, "64%", "58%", "70%"),
        # R: round(100 * pnorm(c(-1.2, -1.8, -0.6))): 12 4 27
        (-1.2, -1.8, -0.6, "12%", "4%", "27%"),
        # 3.1 SDs away is not all of the control group
        (2.4, 0.03, 3.1, "99%", "51%", "99%"),
    ],
)
def test_a_standardised_difference_is_a_share_of_the_control_group(
    effect: float, low: float, high: float, at: str, first: str, last: str
) -> None:
    said = in_plain_terms(pool(estimate=effect, ci_low=low, ci_high=high), SMD)
    assert f"do better than about {at} of the control group (95% CI {first} to {last})" in said


def ratio(estimate: float, low: float, high: float, scale: Scale = RR) -> str:
    """Printed ratios in plain terms."""
    ends = sorted(scale.turn * math.log(x) for x in (low, high))
    numbers = pool(
        estimate=scale.turn * math.log(estimate), ci_low=ends[0], ci_high=ends[1]
    )  # fmt: skip
    return in_plain_terms(numbers, scale)


def test_a_ratio_is_a_share_of_the_risk() -> None:
    """The BCG trials: 0.49 [0.34, 0.70], fewer is better."""
    assert ratio(0.49, 0.34, 0.70) == (
        "The risk with the intervention is 51% lower (95% CI 66% lower to 30% lower), compared "
        "with the control group."
    )
    assert "33% lower to 22% higher" in ratio(0.9, 0.67, 1.22)
    assert "17% lower to the same" in ratio(0.91, 0.83, 1.0)


def test_of_a_good_event_it_is_a_chance() -> None:
    assert ratio(1.3, 1.1, 1.6, Scale("RR")).startswith("The chance with the intervention is 30%")


@pytest.mark.parametrize(
    ("estimate", "said"),
    [
        (1.99, "odds with the intervention are 99% higher"),
        (2.0, "are 2.0 times as high"),
        (270.0, "are 270 times as high"),
        (0.0037, "are more than 99% lower"),
        (0.01, "are 99% lower"),
    ],
)
def test_odds_of_any_size(estimate: float, said: str) -> None:
    assert said in ratio(estimate, estimate / 2, estimate * 2, Scale("OR"))


@pytest.mark.parametrize("measure", ["MD", "RD", "correlation"])
def test_other_measures_have_no_plain_terms(measure: str) -> None:
    assert in_plain_terms(pool(), Scale(measure)) == ""


def test_no_interval_no_plain_terms() -> None:
    assert in_plain_terms(pool(ci_low=NAN, ci_high=NAN), SMD) == ""


def test_trust_names_the_reasons() -> None:
    assert trust(pool(n_trials=9.0), 0, SMD).startswith("Robustness limited: fewer than 10 trials.")
    assert trust(pool(), 0, SMD).startswith("Robustness fair, if the trials themselves are sound.")
    assert "not a rating of the trials' risk of bias" in trust(pool(), 0, SMD)


@pytest.mark.parametrize(
    ("changes", "abstracts", "said"),
    [
        ({}, 10, ""),
        ({}, 11, "The full reports of the 11 results read in abstracts."),
        ({"k": 1.0}, 1, "The full report of the result read in an abstract."),
        ({"n_trials": 10.0}, 0, ""),
        ({"n_trials": 9.0}, 0, "More trials with full results."),
        (WITHHELD, 0, "More trials with full results."),
        ({"ci_low": 0.0}, 0, "Larger trials."),
        (
            {"pi_low": 0.0},
            0,
            "An explanation of why the trials differ: another trial may find no effect.",
        ),
        ({"pi_low": 0.0, "flags": "tau2_zero"}, 0, ""),
        (
            {"n_trials": 9.0, "pi_low": 0.0},
            11,
            "The full reports of the 11 results read in abstracts; more trials with full results; "
            "and an explanation of why the trials differ: another trial may find no effect.",
        ),
    ],
)
def test_what_would_change_it(changes: dict[str, Any], abstracts: int, said: str) -> None:
    assert would_change(pool(**changes), abstracts, SMD) == said


def test_a_cell_with_one_trial_answers_nothing() -> None:
    said = [plain(item) for item in not_answered(make_records())]
    assert said == ["Play: only one trial on closeness."]


def test_a_cell_that_answers_is_not_listed() -> None:
    answered = make_records(pooled=[POOL | {"n_trials": 12.0, "flags": ""}])
    assert list(not_answered(answered)) == []


def test_the_answers_stand_before_the_matrix() -> None:
    html = render(make_records(), index.page(make_records()))
    assert -1 < html.index("What the trials show") < html.index("The evidence, cell by cell")
    assert f'id="answer-{KEY}"' in html


@pytest.mark.parametrize(("others", "heading"), [([], "Closeness"), ([SING], "Play: Closeness")])
def test_an_answer_names_its_intervention_where_the_study_has_several(
    others: list[dict[str, Any]], heading: str
) -> None:
    records = make_records(interventions=[PLAY, *others])
    html = render(records, index.page(records))
    assert re.search(rf'id="answer-{KEY}".*?>{heading}<', html, re.S)


def test_without_a_pool_there_is_no_answer() -> None:
    records = make_records(pooled=[], weights=[])
    html = render(records, index.page(records))
    assert "What the trials show" not in html
    assert "nothing to pool on closeness" in html


@pytest.mark.parametrize(("outcomes", "said"), [(1, False), (2, True)])
def test_an_answer_leads_to_the_outcomes_where_there_are_several(outcomes: int, said: bool) -> None:
    names = ["warmth", "talk"][:outcomes]
    pools = [POOL | {"synthesis": f"post.outcome.{name}", "outcome": name} for name in names]
    syntheses = PLAN.syntheses | {"outcome": Synthesis(by=("outcome",))}
    records = make_records(
        plan=PLAN.model_copy(update={"syntheses": syntheses}),
        outcomes=[WARMTH | {"outcome": name} for name in names],
        pooled=[POOL, *pools],
    )
    assert ("each outcome" in render(records, index.page(records))) == said
