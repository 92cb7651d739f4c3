"""Claims that are a number: each rule."""

import math

import pandas as pd
import pytest

from metarepro.claims.counts import (
    compare_costs,
    covers_only,
    judge_count,
    judge_guidance,
    judge_places,
    judge_ratio,
    more_plausible,
    part_of_review,
)


@pytest.mark.parametrize(
    ("kind", "claimed", "known", "whole_review", "rule", "verdict"),
    [
        ("count_studies", 22, math.nan, True, "count_unknown", "not_yet_testable"),
        ("count_studies", 22, 22, True, "count_agrees", "supported"),
        ("count_studies", 22, 23, True, "count_differs", "not_supported"),
        ("count_studies", 16, 77, False, "count_of_a_part", "not_yet_testable"),
        # The whole having the claimed number does not show that the part has it.
        ("count_studies", 77, 77, False, "count_of_a_part", "not_yet_testable"),
        ("count_studies", 78, 77, False, "count_impossible", "not_supported"),
        ("count_participants_at_least", 1500, 1500, True, "count_agrees", "supported"),
        ("count_participants_at_least", 1500, 1499, True, "count_differs", "not_supported"),
        ("count_participants_almost", 500, 450, True, "count_agrees", "supported"),
        ("count_participants_almost", 500, 449, True, "count_differs", "not_supported"),
        ("count_participants_almost", 500, 501, True, "count_differs", "not_supported"),
    ],
)
def test_each_rule_of_a_count(
    kind: str, claimed: float, known: float, whole_review: bool, rule: str, verdict: str
) -> None:
    finding = judge_count(kind, claimed, known, whole_review=whole_review)
    assert (finding.rule, finding.verdict) == (rule, verdict)
    assert bool(finding.needed) == (verdict == "not_yet_testable")


@pytest.mark.parametrize(
    ("kind", "claimed", "part", "rule"),
    [
        ("count_studies", 16, 16, "count_agrees"),
        ("count_studies", 16, 15, "count_differs"),
        ("count_participants_at_least", 1500, 1500, "count_agrees"),
        ("count_participants_at_least", 1500, 1499, "count_differs"),
        # More than the whole, whatever the part.
        ("count_studies", 78, 16, "count_impossible"),
    ],
)
def test_the_part_of_a_review_is_counted_where_its_list_is_known(
    kind: str, claimed: float, part: float, rule: str
) -> None:
    known = 5660 if "participants" in kind else 77
    finding = judge_count(kind, claimed, known, whole_review=False, part=part)
    assert finding.rule == rule


def included(*bases: str) -> pd.DataFrame:
    return pd.DataFrame({"trial_id": [f"t{i}" for i in range(len(bases))], "basis": bases})


THERAPY = pd.DataFrame({"trial_id": ["t0", "t1", "t9"], "n_randomised": [40.0, 60.0, 80.0]})


@pytest.mark.parametrize(
    ("bases", "n_studies", "n_trials"),
    [
        (("listed", "listed", "listed"), 3, 2),
        # What is plausible is not in the list, so that the list is not complete.
        (("listed", "listed", "plausible"), 3, math.nan),
        (("listed", "listed", "listed"), math.nan, math.nan),
    ],
)
def test_only_a_complete_list_gives_the_part_of_a_review(
    bases: tuple[str, ...], n_studies: float, n_trials: float
) -> None:
    found = part_of_review("count_studies", included(*bases), n_studies, THERAPY)
    assert found == pytest.approx(n_trials, nan_ok=True)


def test_participants_of_a_part_need_those_of_every_trial() -> None:
    known = part_of_review("count_participants", included("listed", "listed"), 2, THERAPY)
    assert known == 100
    one_unknown = THERAPY.assign(n_randomised=[40.0, math.nan, 80.0])
    found = part_of_review("count_participants", included("listed", "listed"), 2, one_unknown)
    assert math.isnan(found)


def test_more_plausible_trials_than_claimed_are_said() -> None:
    assert more_plausible(16, 0, 16, "Ann 2020") == ""
    assert "1 confirmed and 16 plausible against 16" in more_plausible(16, 1, 16, "Ann 2020")


def test_a_review_of_one_intervention_is_told_from_one_of_several() -> None:
    interventions = pd.DataFrame(
        {"intervention": ["video", "therapy", "group"], "family": ["v", "p", "p"]}
    )
    assert covers_only("v", "video", interventions)
    assert not covers_only("p", "therapy", interventions)
    assert not covers_only("v p", "video", interventions)
    assert not covers_only("v", "therapy", interventions)
    assert not covers_only("", "video", interventions)


def test_fewer_places_than_claimed_are_no_refutation() -> None:
    finding = judge_places(3, ["Essex", "Norfolk"], ["five teams"])
    assert (finding.rule, finding.verdict) == ("places_not_all_listed", "not_yet_testable")
    assert "Essex; Norfolk" in finding.reason
    assert "five teams" in finding.reason
    assert finding.needed
    assert judge_places(2, ["Essex", "Norfolk"], []).rule == "places_listed"
    assert judge_places(2, ["Essex", "Norfolk"], [], over=True).rule == "places_not_all_listed"


def test_listed_guidance_does_not_show_that_services_match_it() -> None:
    assert judge_guidance(9, 9).verdict == "untestable_by_design"
    assert judge_guidance(9, 10).rule == "guidance_counted"
    assert judge_guidance(9, 8).rule == "guidance_fewer"
    assert judge_guidance(9, 8).verdict == "not_supported"


def costs(*pairs: tuple[float, float]) -> pd.DataFrame:
    rows = [
        {
            "economic_id": f"e{place}",
            "topic": "costs",
            "place": "UK",
            "year": 2021.0,
            "quantity": "mean cost",
            "unit": "GBP",
            "value": value,
            "comparator_value": comparator,
            "footnote": "70",
        }
        for place, (value, comparator) in enumerate(pairs)
    ]
    return compare_costs(pd.DataFrame(rows))


def test_the_ratio_is_that_of_the_larger_to_the_smaller() -> None:
    table = costs((200.0, 50.0), (50.0, 200.0), (5.0, math.nan), (5.0, 0.0), (-4.0, 2.0))
    assert table["ratio"].fillna(-1).tolist() == [4.0, 4.0, -1, -1, -1]


@pytest.mark.parametrize(
    ("pairs", "rule", "verdict"),
    [
        ([(134.4, 10.0)], "ratio_follows", "arithmetic_only"),
        ([(125.0, 10.0)], "ratio_follows", "arithmetic_only"),
        # 13.9 is 13 only when cut off.
        ([(139.0, 10.0)], "ratio_follows", "arithmetic_only"),
        ([(140.0, 10.0)], "ratio_differs", "not_supported"),
        ([(124.0, 10.0)], "ratio_differs", "not_supported"),
        ([(134.4, math.nan)], "ratio_no_source", "not_yet_testable"),
        ([(134.4, 10.0), (1.0, 2.0)], "ratio_no_source", "not_yet_testable"),
    ],
)
def test_each_rule_of_a_ratio(pairs: list[tuple[float, float]], rule: str, verdict: str) -> None:
    finding = judge_ratio(13, costs(*pairs))
    assert (finding.rule, finding.verdict) == (rule, verdict)
