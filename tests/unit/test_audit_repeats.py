"""Results that a review enters several times: what must be found, and the near miss beside it."""

from typing import Any

import pandas as pd
import pytest
from tests.review_tables import audited

from metarepro.readers.review_tables import (
    ANALYSIS_COLUMNS,
    STUDY_COLUMNS,
    Extraction,
    ReviewFile,
    complete,
)

Row = dict[str, Any]
NEW = ["changed_numbers", "changed_arms", "sds_apart"]


def row(
    place: str, outcome: str, study: str, arm_t: tuple[float, ...], arm_c: tuple[float, ...]
) -> Row:
    """A study row of analysis "comparison.outcome": mean, SD, n of each arm, or events, n."""
    names = ("mean", "sd", "n") if len(arm_t) == 3 else ("events", "n")
    comparison, number = place.split(".")
    return {
        **{"review_id": "CD999999", "comparison_number": comparison, "outcome_number": number},
        **{"outcome": outcome, "study_id": study, "study": study, "position": 1},
        **{"applies_to": "both", "estimable": "yes", "locator": "made up"},
        **{f"{name}_t": value for name, value in zip(names, arm_t, strict=True)},
        **{f"{name}_c": value for name, value in zip(names, arm_c, strict=True)},
    }


def findings(*rows: Row) -> pd.DataFrame:
    """Findings of the new checks in these rows."""
    analyses = {}
    for cells in rows:
        kind = "continuous" if "mean_t" in cells else "dichotomous"
        measure = "SMD" if kind == "continuous" else "RR"
        analyses[cells["comparison_number"], cells["outcome_number"]] = {
            **{name: cells[name] for name in ("comparison_number", "outcome_number", "review_id")},
            **{"level": "overall", "data_type": kind, "measure": measure, "method": "IV"},
            **{"model": "fixed", "log_data": "no", "swap_events": "no", "totals": "YES"},
            **{"study_interval_level": 0.95, "locator": "made up"},
        }
    review = ReviewFile("CD999999", "", "revman_web", "2025")
    tables = complete(rows, STUDY_COLUMNS), complete(analyses.values(), ANALYSIS_COLUMNS)
    audit = audited(Extraction(review, *tables))
    return audit[audit["check"].isin(NEW)].reset_index(drop=True)


# The same outcome again

WALKING = [
    row("1.1", "Walking", "Abel", (98, 14, 60), (95, 15, 55)),
    row("1.1", "Walking", "Baker", (101, 12, 30), (99, 13, 31)),
    row("1.1", "Walking", "Cole", (90, 11, 40), (88, 12, 42)),
]


def again(**changed: Row) -> list[Row]:
    """Comparison 2 with the rows of comparison 1, but for some studies."""
    copied = [cells | {"comparison_number": "2"} for cells in WALKING]
    return [changed.get(cells["study"], cells) for cells in copied]


def test_rows_that_are_entered_again_as_they_were() -> None:
    assert findings(*WALKING, *again()).empty


def test_both_versions_of_a_changed_row_are_named() -> None:
    slip = row("2.1", "Walking", "Abel", (98, 14, 60), (71.7, 14.4, 3))
    (found,) = findings(*WALKING, *again(Abel=slip)).to_dict("records")
    assert found["record_id"] == "CD999999 2.1 Abel #1"
    assert found["printed"] == "98 (SD 14, n 60) against 71.7 (SD 14.4, n 3)"
    assert found["implied"] == "98 (SD 14, n 60) against 95 (SD 15, n 55)"
    assert "CD999999 1.1 Abel #1" in found["message"]


def test_arms_of_another_study_are_named() -> None:
    slip = row("2.1", "Walking", "Abel", (98, 14, 60), (99, 13, 31))
    (found,) = findings(*WALKING, *again(Abel=slip)).to_dict("records")
    assert found["message"].endswith("; the second arm is that of CD999999 1.1 Baker #1")


def test_arms_of_another_outcome_are_named() -> None:
    climbing = row("1.2", "Climbing", "Abel", (50, 5, 60), (40, 6, 55))
    slip = row("2.1", "Walking", "Abel", (50, 5, 60), (40, 6, 55))
    (found,) = findings(*WALKING, climbing, *again(Abel=slip)).to_dict("records")
    named = "arm is that of CD999999 1.2 Abel #1"
    assert found["message"].endswith(f"; the first {named}; the second {named}")


@pytest.mark.parametrize(
    ("mean", "changed"),
    [(98.04, 0), (98.5, 1)],
    ids=["rounded to a decimal", "whole numbers are not taken for rounded"],
)
def test_rounding(mean: float, changed: int) -> None:
    first = [row("1.1", "Walking", "Abel", (98.0 if changed else 98.1, 14, 60), (95, 15, 55))]
    other = row("2.1", "Walking", "Abel", (mean if changed else 98.06, 14, 60), (95, 15, 55))
    assert len(findings(*first, *WALKING[1:], *again(Abel=other))) == changed


def test_part_of_the_participants_has_other_numbers() -> None:
    part = row("2.1", "Walking", "Abel", (104, 13, 20), (90, 12, 25))
    assert findings(*WALKING, *again(Abel=part)).empty


def test_comparisons_of_other_treatments_are_not_the_same_outcome_again() -> None:
    others = {
        "Abel": row("2.1", "Walking", "Abel", (80, 14, 61), (95, 15, 55)),
        "Baker": row("2.1", "Walking", "Baker", (81, 12, 33), (99, 13, 31)),
    }
    assert findings(*WALKING, *again(**others)).empty


@pytest.mark.parametrize(("name", "number"), [("Walking (metres)", 1), ("Pain", 0)])
def test_longer_name_of_an_outcome(name: str, number: int) -> None:
    slip = row("2.1", "Walking", "Abel", (98, 14, 60), (71.7, 14.4, 3))
    renamed = [cells | {"outcome": name} for cells in again(Abel=slip)]
    assert len(findings(*WALKING, *renamed)) == number


def test_names_that_one_comparison_has_both_are_two_outcomes() -> None:
    slip = row("2.1", "Walking", "Abel", (98, 14, 60), (71.7, 14.4, 3))
    renamed = [cells | {"outcome": "Walking (metres)"} for cells in again(Abel=slip)]
    both = row("1.2", "Walking (metres)", "Dean", (1, 1, 9), (1, 1, 9))
    assert findings(*WALKING, both, *renamed).empty


# Scenarios of missing participants

CASES = [
    row("1.1", "Illness", "Abel", (26, 497), (12, 476)),
    row("1.1", "Illness", "Baker", (24, 496), (2, 470)),
]


def scenario(*arms: tuple[tuple[float, float], tuple[float, float]]) -> list[Row]:
    studies = ("Abel", "Baker")
    return [row("2.1", "Scenario", study, *pair) for study, pair in zip(studies, arms, strict=True)]


def test_scenario_that_adds_its_missing_participants() -> None:
    assert findings(*CASES, *scenario(((32, 503), (17, 481)), ((29, 501), (6, 474)))).empty


def test_arm_with_other_events_than_its_missing_participants() -> None:
    twin = scenario(((28, 503), (17, 481)), ((29, 501), (6, 474)))
    (found,) = findings(*CASES, *twin).to_dict("records")
    assert found["record_id"] == "CD999999 2.1 Abel #1"
    assert (found["printed"], found["implied"]) == ("28 of 503", "32 of 503")


def test_scenario_may_stand_before_its_analysis() -> None:
    twin = scenario(((28, 503), (17, 481)), ((29, 501), (6, 474)))
    (found,) = findings(*twin, *CASES).to_dict("records")
    assert found["record_id"] == "CD999999 2.1 Abel #1"


@pytest.mark.parametrize(
    "arms",
    [
        (((32, 503), (12, 481)), ((29, 501), (2, 474))),  # worst case: one group's only
        (((40, 497), (20, 476)), ((31, 496), (9, 470))),  # another time, the same participants
        (((32, 503), (17, 481)), ((29, 495), (6, 474))),  # an arm is smaller
    ],
    ids=["worst case", "other time", "smaller arm"],
)
def test_analyses_that_are_no_twins(
    arms: tuple[tuple[tuple[float, float], tuple[float, float]], ...],
) -> None:
    assert findings(*CASES, *scenario(*arms)).empty


# SDs of two large arms


def test_sds_of_large_arms_far_apart() -> None:
    (found,) = findings(
        row("1.1", "Score", "Abel", (4.555, 11.61, 295), (5.14, 6.93, 333)),
        row("1.1", "Score", "Baker", (3.76, 6.55, 299), (5.16, 6.788, 288)),
    ).to_dict("records")
    # R: 2 * pf(11.61^2 / 6.93^2, 294, 332, lower.tail = FALSE) is 2e-19
    assert "(p 2e-19)" in found["message"]


@pytest.mark.parametrize(
    ("arm_t", "arm_c"),
    [
        ((4.6, 9.0, 295), (5.1, 6.93, 333)),  # a ratio of 1.3
        ((4.6, 11.61, 29), (5.1, 6.93, 33)),  # small arms
        ((50.0, 11.61, 295), (25.0, 6.0, 333)),  # in proportion to the means
    ],
    ids=["near", "small arms", "spread as the means"],
)
def test_sds_that_chance_or_the_means_explain(
    arm_t: tuple[float, ...], arm_c: tuple[float, ...]
) -> None:
    assert findings(row("1.1", "Score", "Abel", arm_t, arm_c)).empty


def test_an_se_typed_for_an_sd_is_left_to_its_own_check() -> None:
    assert findings(row("1.1", "Score", "Abel", (4.6, 10, 300), (5.1, 0.6, 300))).empty
