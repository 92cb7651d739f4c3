"""What the page of methods says of question, sources, flow of records and citation."""

from typing import Any

import pytest
from tests.report_records import EFFECT, PLAN, TRIAL, make_records

from metarepro.report.blocks import Facts, Section, plain
from metarepro.report.records import Records
from metarepro.report.review_methods import NOT_STATED, flow, sections

#: A second result of the trial, which the tables of `make_records` do not pool.
OTHER = EFFECT | {"result_id": "ann2001-02"}


def facts(records: Records) -> dict[str, str]:
    found: list[Section] = list(sections(records))
    blocks = [block for section in found for block in section.blocks if isinstance(block, Facts)]
    return {term: plain(meaning) for block in blocks for term, meaning in block.items}


def steps(**tables: Any) -> list[str]:
    steps = flow(make_records(**tables)).steps
    return [plain(said) for step in steps for said in step if said]


def stated(**study: Any) -> Records:
    return make_records(plan=PLAN.model_copy(update={"study": PLAN.study.model_copy(update=study)}))


def test_the_flow_follows_a_result_into_the_main_analyses() -> None:
    assert steps() == [
        "Known: 1 trial.",
        "With a result that was read: 1 trial with 1 result.",
        "With an effect size: 1 trial with 1 result.",
        "In the main analyses: 1 trial with 1 result.",
    ]


def test_a_trial_without_a_number_is_counted() -> None:
    both = [TRIAL, TRIAL | {"trial_id": "bob2002", "label": "Bob 2002"}]
    said = steps(trials=both)
    assert said[:2] == ["Known: 2 trials.", "Without a number that could be read: 1 trial."]


def test_what_cannot_be_used_has_its_reason() -> None:
    excluded = OTHER | {"exclude": "range_only", "tier": ""}
    assert "Not usable: 1 result: a range, or one figure for several results (1)." in steps(
        effects=[EFFECT, excluded]
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"timepoint": "follow_up"}, "measured at another time (1)"),
        # The first reason that applies is the one that counts.
        ({"timepoint": "follow_up", "tier": "approximate"}, "measured at another time (1)"),
        ({"tier": "approximate"}, "of another tier (1)"),
        ({}, "for another reason (1)"),
    ],
)
def test_what_is_left_out_has_its_reason(changes: dict[str, str], reason: str) -> None:
    said = steps(effects=[EFFECT, OTHER | changes])
    assert f"Not in the main analyses: 1 result: {reason}." in said


@pytest.mark.parametrize("term", ["Question", "Eligibility", "Authors", "Licence"])
def test_what_the_plan_does_not_state_is_said_to_be_missing(term: str) -> None:
    assert facts(make_records())[term] == NOT_STATED


def test_a_missing_registration_is_said_to_be_missing() -> None:
    assert facts(make_records())["Registration"].startswith("No registration")


def test_a_registration_is_named() -> None:
    assert facts(stated(registration="PROSPERO 1"))["Registration"] == "PROSPERO 1"


def test_the_citation_starts_with_the_authors() -> None:
    said = facts(stated(authors=("A. Smith", "B. Jones"), title="Does it help?"))["How to cite"]
    assert said.startswith("A. Smith, B. Jones. Does it help? Report made with metarepro ")


def test_risk_of_bias_is_said_not_to_be_assessed() -> None:
    assert facts(make_records())["Risk of bias"].startswith("Not assessed.")
