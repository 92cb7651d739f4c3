"""Local evaluations: counts behind percentages, intervals, exact tests, and each rule."""

import math
from typing import Any

import pandas as pd
import pytest
from tests.reference_numbers import reference_of

from metarepro.claims.local_evaluations import (
    cited,
    counts_of,
    evaluate,
    evaluation_words,
    exact_p,
    footnotes,
    judge_evaluations,
    judge_proportion,
    named_places,
    proportion_words,
    wilson,
)

REFERENCE = reference_of("claims")


@pytest.mark.parametrize("case", REFERENCE["proportions"])
def test_intervals_and_tests_agree_with_r(case: dict[str, float]) -> None:
    limits = wilson(case["x"], case["n"])
    assert limits == pytest.approx((case["ci_low"], case["ci_high"]), abs=1e-12)
    if "p_exact" in case:
        p = exact_p(case["x"], case["n"], case["reference"])
        assert p == pytest.approx(case["p_exact"], rel=1e-9)


@pytest.mark.parametrize(
    ("value", "n", "counts", "cut_off"),
    [
        ("0.83", 48, [40], False),  # 40/48 = 83.3%, 39/48 = 81.3%
        ("0.854", 55, [47], True),  # 47/55 = 85.45%, which rounds to 85.5%
        ("0.855", 55, [47], False),
        ("0.94", 125, [117, 118], False),  # 93.6% and 94.4%
        ("0.5", 4, [2], False),
        ("0.5", 3, [], False),  # 33% or 67%
        ("0.125", 8, [1], False),
        ("0.12", 8, [1], False),  # 12.5% is a tie: rounds to 12 or 13
        ("0.13", 8, [1], False),
        ("1", 7, [7], False),
        ("0", 7, [0], False),
    ],
)
def test_counts_that_print_as_a_percentage(
    value: str, n: int, counts: list[int], cut_off: bool
) -> None:
    assert counts_of(value, n) == (counts, cut_off)


def evaluation(**cells: Any) -> dict[str, Any]:
    """A published proportion, 83% of 48."""
    row: dict[str, Any] = {
        "evaluation_id": "e1",
        "service": "Service",
        "place": "Essex",
        "localities": "Essex",
        "year": 2020.0,
        "design": "post_only",
        "domain": "relationship",
        "outcome": "stayed",
        "measure": "record",
        "n": 48.0,
        "statistic": "proportion",
        "value": "0.83",
        "comparator": "",
        "reference": math.nan,
        "reported_direction": "improved",
        "published": "yes",
        "footnote": "61",
    }
    return row | cells


def evaluated(*rows: dict[str, Any]) -> pd.DataFrame:
    return evaluate(pd.DataFrame(rows))


NO_FIGURE = {"statistic": "significant_change", "value": "", "design": "pre_post"}


def test_a_proportion_is_computed_and_a_statement_is_not() -> None:
    table = evaluated(
        evaluation(reference=0.5),
        evaluation(**NO_FIGURE),
        evaluation(value="0.5", n=3.0),
        evaluation(statistic="one_in_before_after", value="4;10", n=math.nan),
        evaluation(statistic="relative_reduction_more_than", value="0.5"),
        evaluation(n=math.nan),
        evaluation(comparator="0.50 (national estimate)"),
    )
    assert table["successes"].fillna(-1).tolist() == [40, -1, -1, -1, -1, -1, 40]
    assert table["reference"].fillna(-1).tolist() == [0.5, -1, -1, -1, -1, -1, -1]
    assert table["p_exact"].notna().tolist() == [True] + [False] * 6
    assert table["remark"].iloc[2] == "no count out of 3 gives 50%"
    assert table["remark"].iloc[3].startswith("25% before and 10% after")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", set()), ("62", {62}), ("44-46", {44, 45, 46}), ("20-21, 24", {20, 21, 24})],
)
def test_footnotes_are_read(text: str, expected: set[int]) -> None:
    assert footnotes(text) == expected


def test_a_claim_cites_rows_of_its_footnotes_and_domain() -> None:
    rows = pd.DataFrame(
        [
            evaluation(),
            evaluation(footnote="58-61"),
            evaluation(domain="child_development"),
            evaluation(footnote="62"),
            evaluation(footnote=""),
        ]
    )
    assert list(cited(rows, {"footnote": "61", "domain": "relationship"}).index) == [0, 1]
    assert list(cited(rows, {"footnote": "61", "domain": ""}).index) == [0, 1, 2]
    assert cited(rows, {"footnote": "", "domain": ""}).empty


@pytest.mark.parametrize(
    ("rows", "rule", "verdict"),
    [
        ([], "evaluations_unchecked", "untestable_by_design"),
        ([NO_FIGURE], "evaluations_unchecked", "untestable_by_design"),
        ([{}], "evaluations_counted", "arithmetic_only"),
        ([{}, NO_FIGURE], "evaluations_counted", "arithmetic_only"),
        # 83% is of no count out of 3.
        ([{"n": 3.0}], "evaluations_unchecked", "untestable_by_design"),
        ([{"reported_direction": "worsened"}], "evaluations_against", "not_supported"),
        # The one with a count says otherwise; the one that agrees has none.
        (
            [{"reported_direction": "no_difference"}, NO_FIGURE],
            "evaluations_unchecked",
            "untestable_by_design",
        ),
    ],
)
def test_each_rule_of_evaluations(rows: list[dict[str, Any]], rule: str, verdict: str) -> None:
    table = evaluated(*[evaluation(**row) for row in rows or [{}]])
    finding = judge_evaluations(table if rows else table.iloc[:0], "improved")
    assert (finding.rule, finding.verdict) == (rule, verdict)
    assert bool(finding.needed) == (verdict != "not_supported")


@pytest.mark.parametrize("cells", [{}, NO_FIGURE])
def test_whether_an_evaluation_is_published_changes_no_verdict(cells: dict[str, Any]) -> None:
    rules = {
        judge_evaluations(evaluated(evaluation(**cells, published=published)), "improved").rule
        for published in ("yes", "no")
    }
    assert len(rules) == 1


def test_uncontrolled_evaluations_never_support_a_claim() -> None:
    table = evaluated(*[evaluation(evaluation_id=f"e{i}", value="1") for i in range(9)])
    assert judge_evaluations(table, "improved").verdict == "arithmetic_only"


REFERENCED = {"reference": 0.5, "n": 55.0, "value": "0.854"}


@pytest.mark.parametrize(
    ("rows", "claimed", "against", "rule", "verdict"),
    [
        ([{}], 0.83, False, "proportion_fits", "arithmetic_only"),
        ([{}], 0.84, False, "proportion_no_source", "not_yet_testable"),
        ([{}, {}], 0.83, False, "proportion_no_source", "not_yet_testable"),
        ([{"n": math.nan}], 0.83, False, "proportion_no_source", "not_yet_testable"),
        ([{"n": 3.0}], 0.83, False, "proportion_misfit", "not_supported"),
        ([REFERENCED], 0.854, True, "proportion_beyond", "partly_supported"),
        ([{}], 0.83, True, "proportion_no_source", "not_yet_testable"),
        # 30 of 55 against one half: p = 0.59.
        ([REFERENCED | {"value": "0.545"}], 0.545, True, "proportion_not_beyond", "not_supported"),
        # Clearly different, but below.
        ([REFERENCED | {"value": "0.145"}], 0.145, True, "proportion_not_beyond", "not_supported"),
    ],
)
def test_each_rule_of_a_proportion(
    rows: list[dict[str, Any]], claimed: float, against: bool, rule: str, verdict: str
) -> None:
    table = evaluated(*[evaluation(**row) for row in rows])
    finding = judge_proportion(table, claimed, against_reference=against)
    assert (finding.rule, finding.verdict) == (rule, verdict)


def test_each_place_that_is_named_counts_once() -> None:
    rows = pd.DataFrame(
        [evaluation(localities=cell) for cell in ("Essex", "", "Oxford; Essex; York, North")]
    )
    assert named_places(rows) == ["Essex", "Oxford", "York, North"]


def test_intervals_have_the_level_of_the_plan() -> None:
    row = evaluate(pd.DataFrame([evaluation()]), level=0.8).iloc[0]
    assert (row["ci_low"], row["ci_high"]) == wilson(40, 48, 0.8) != wilson(40, 48)


@pytest.mark.parametrize(
    ("cells", "remark"),
    [
        ({}, "40 of 48 is 83.33%"),
        (
            {"value": "0.854", "n": 55.0},
            "47 of 55 is 85.45%: printed as 85.4%, cut off instead of rounded",
        ),
        (
            {"value": "0.94", "n": 125.0},
            "any count from 117 to 118 of 125 prints as 94%; the lowest is taken",
        ),
        (
            {"statistic": "relative_reduction_more_than", "value": "0.5"},
            "a reduction by more than 50%; "
            "without the counts before and after there is no interval",
        ),
        (
            {"statistic": "one_in_before_after", "value": "4;10", "n": math.nan},
            "25% before and 10% after; without the number of participants there is no interval",
        ),
    ],
)
def test_the_remark_says_what_stands_behind_a_figure(cells: dict[str, Any], remark: str) -> None:
    assert evaluated(evaluation(**cells))["remark"].item() == remark


def test_a_share_is_said_with_its_interval() -> None:
    # R: prop.test(40, 48, correct = FALSE)
    expected = "40 of 48: 83.33% (Wilson, 70.42% to 91.30%)"
    assert proportion_words(evaluated(evaluation()), 0.83) == expected


@pytest.mark.parametrize("cells", [{"value": "0.84"}, {"n": 3.0}])
def test_another_share_and_one_of_no_count_are_not_said(cells: dict[str, Any]) -> None:
    assert proportion_words(evaluated(evaluation(**cells)), 0.83) == ""


def test_evaluations_are_counted_with_design_size_and_publication() -> None:
    table = evaluated(
        evaluation(),
        evaluation(n=20.0, design="pre_post", published="no"),
        evaluation(n=math.nan, reported_direction="no_difference", published="no"),
    )
    assert evaluation_words(table, "improved") == (
        "2 of 3 evaluations cited say so (2 post-only, 1 pre-post; n 48, 20; 1 published)"
    )
    assert evaluation_words(table.iloc[2:], "no_difference") == (
        "1 of 1 evaluation cited says so (1 post-only; n not given; none published)"
    )


def test_an_exact_test_is_said_with_its_reference() -> None:
    table = evaluated(evaluation(**REFERENCED | {"value": "0.545"}))
    # R: binom.test(30, 55)$p.value
    reason = "30 of 55 is 54.55%. Exact test against 50%: p = 0.590."
    assert judge_proportion(table, 0.545, against_reference=True).reason == reason
