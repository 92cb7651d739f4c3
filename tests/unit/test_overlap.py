"""Trials that stand in several reviews, and results that two sources report."""

import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.data_folder import write_data_folder
from tests.plans import small_plan

from metarepro.conversion.effects import compute_effects
from metarepro.overlap.effects import lift_duplicates, shared_effects
from metarepro.overlap.trials import (
    corrected_covered_area,
    join_included,
    overlap_overall,
    overlap_pairs,
)
from metarepro.study.validation import load

NAN = math.nan
PLAN = small_plan()


def included(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["review_id", "trial_id", "basis"])


def reviews(**n_studies: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "review_id": list(n_studies),
            "label": [name.upper() for name in n_studies],
            "n_studies": list(n_studies.values()),
        }
    )


@pytest.mark.parametrize(
    ("n_inclusions", "n_trials", "n_reviews", "percent"),
    [
        # By hand: 10 trials in 3 reviews, 14 ticks: (14 - 10) / (30 - 10).
        (14, 10, 3, 20.0),
        (10, 10, 3, 0.0),
        (30, 10, 3, 100.0),
        # Pieper and others 2014 define it; 55 ticks of 40 trials in 4 reviews: 15 / 120.
        (55, 40, 4, 12.5),
    ],
)
def test_corrected_covered_area(
    n_inclusions: int, n_trials: int, n_reviews: int, percent: float
) -> None:
    assert corrected_covered_area(n_inclusions, n_trials, n_reviews) == pytest.approx(percent)


def test_one_review_or_no_trial_has_no_covered_area() -> None:
    assert math.isnan(corrected_covered_area(4, 4, 1))
    assert math.isnan(corrected_covered_area(0, 0, 2))


# Review a: t1 t2 t3 (t3 plausible); b: t2 t3 t4, and t1 as a candidate; c has no list.
LISTS = included(
    ("a", "t1", "listed"),
    ("a", "t2", "listed"),
    ("a", "t3", "plausible"),
    ("b", "t1", "candidate"),
    ("b", "t2", "listed"),
    ("b", "t3", "listed"),
    ("b", "t4", "listed"),
    ("b", "t5", "no"),
)


def pair(basis: str, a: str, b: str) -> dict[Any, Any]:
    table = overlap_pairs(reviews(a=3, b=NAN, c=7), LISTS)
    row = table[(table["basis"] == basis) & (table["review_a"] == a) & (table["review_b"] == b)]
    return row.iloc[0].to_dict()


def test_pairs_count_only_trials_of_their_basis() -> None:
    listed = pair("listed", "a", "b")
    # Trials t1 t2 t3 t4, five inclusions, two reviews: (5 - 4) / (8 - 4).
    assert (listed["n_a"], listed["n_b"], listed["n_shared"], listed["cca"]) == (2, 3, 1, 25.0)
    wider = pair("listed+plausible", "a", "b")
    # Six inclusions of four trials: (6 - 4) / (8 - 4).
    assert (wider["n_a"], wider["n_b"], wider["n_shared"], wider["cca"]) == (3, 3, 2, 50.0)
    assert wider["trial_ids"] == "t2 t3"


def test_a_pair_says_how_much_of_a_review_is_known() -> None:
    assert pair("listed", "a", "b")["reason"] == (
        "A: 2 trials counted; the review has 3; B: 3 trials counted; the number in the review is "
        "not known"
    )
    assert pair("listed+plausible", "a", "b")["reason"].startswith("B: ")
    none = pair("listed", "a", "c")
    assert math.isnan(none["cca"])
    assert math.isnan(none["n_shared"])
    assert none["reason"] == "C: no list of its trials"


def test_a_list_without_confirmed_trials_is_no_overlap_of_zero() -> None:
    lists = included(("a", "t1", "listed"), ("b", "t1", "plausible"))
    row = overlap_pairs(reviews(a=1, b=1), lists).iloc[0]
    assert row["basis"] == "listed"
    assert math.isnan(row["cca"])
    assert row["reason"] == (
        "B: none of its trials could be confirmed, because its list of trials was not seen"
    )


def test_overall() -> None:
    listed, wider = overlap_overall(reviews(a=3, b=NAN, c=7), LISTS).to_dict("records")
    assert (listed["n_reviews"], listed["n_trials"], listed["n_inclusions"]) == (2, 4, 5)
    assert (listed["cca"], wider["cca"]) == (25.0, 50.0)
    assert listed["reason"] == "for 1 of 3 reviews no trial could be counted"


def test_without_reviews_there_is_no_overlap_to_tell_of() -> None:
    assert overlap_overall(reviews(), included()).empty


def test_a_review_file_replaces_the_list_of_its_review() -> None:
    both = join_included(LISTS, included(("a", "t9", "listed")))
    assert set(both.loc[both["review_id"] == "a", "trial_id"]) == {"t9"}
    assert (both["review_id"] == "b").sum() == 5


# Shared effects --------------------------------------------------------------------------------

SMD = {
    **{"arm": "", "outcome": "warmth", "measure": "Scale", "timepoint": "post"},
    **{"timepoint_detail": "end", "statistic": "smd", "sign": "scale", "higher_is_better": "yes"},
    **{"adjusted": "no", "source_kind": "abstract", "source": "https://example.org/a"},
    **{"value": 0.5, "ci_low": 0.1, "ci_high": 0.9, "n_t": 50.0, "n_c": 50.0},
    **{"locator": "table", "exclude": "", "exclude_reason": "", "note": "", "p_relation": ""},
    **{"intervention": "play", "shared_control": "", "duplicate_of": "", "second_copy": ""},
    **{"file": "f", "sha256": "0" * 64, "row": 2.0, "n_basis": "analysed"},
    **{"se_basis": "", "corrected": ""},
}
NUMBERS = (
    *("mean_t", "sd_t", "events_t", "mean_c", "sd_c", "events_c", "n_total", "se", "p_value"),
    *("df1", "df2", "reference_sd", "time_t", "time_c", "correlation", "months_after"),
)


def compared(kept: dict[str, Any], other: dict[str, Any]) -> pd.DataFrame:
    """The shared effects of two results; the second is excluded as a duplicate by default."""
    rows = []
    for number, changes in enumerate((kept, other), start=1):
        ids = {"result_id": f"ann-{number:02d}", "trial_id": "ann"}
        rows.append(SMD | dict.fromkeys(NUMBERS, NAN) | ids | changes)
    results = pd.DataFrame(rows)
    about: dict[str, Any] = {"trial_id": ["ann"], "label": ["Ann"], "year": [2001.0]}
    trials = pd.DataFrame(about | {"intervention": ["play talk"], "design": ["rct"]})
    trials = trials.assign(n_randomised=100.0, country="UK")
    clusters = pd.DataFrame(
        {"trial_id": pd.Series(dtype=str), "n_clusters": pd.Series(dtype=float)}
    )
    outcomes = pd.DataFrame(
        {"outcome": ["warmth"], "domain": ["relationship"], "beneficial_direction": ["increase"]}
    )
    interventions = pd.DataFrame({"intervention": ["play", "talk"], "family": "parenting"})
    countries = pd.DataFrame({"country": ["UK"], "income_group": ["high"]})
    codebook = (trials, clusters, outcomes, interventions, countries, PLAN)
    effects = compute_effects(results, *codebook)
    converted = compute_effects(lift_duplicates(results), *codebook)
    return shared_effects(results, effects, converted)


DUPLICATE = {
    **{"exclude": "duplicate", "duplicate_of": "ann-01", "exclude_reason": "abstract of the same"},
}


def test_a_duplicate_turned_the_other_way_is_the_same_effect() -> None:
    other = {"value": -0.5, "ci_low": -0.9, "ci_high": -0.1, "sign": "control_minus_treatment"}
    row = compared({}, DUPLICATE | other | {"source_kind": "table", "source": "b"}).iloc[0]
    # J of 98 degrees of freedom is 0.99233 (Hedges 1981).
    assert row["value_a"] == pytest.approx(0.5 * 0.99233, abs=1e-5)
    assert row["value_b"] == pytest.approx(row["value_a"])
    assert (row["agreement"], row["same_source"], row["scale"]) == ("equal", "no", "effect")
    assert row["remark"] == "abstract of the same"


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, "yes"),
        ({"source": "https://example.org/b"}, "no"),
        # A database that is read at two of its addresses is one source, a host alone is not.
        ({"source": "https://example.org/b", "source_kind": "database"}, "no"),
        ({"source": "https://example.com/b", "second_copy": "yes"}, "yes"),
        # Words decide nothing.
        ({"source": "https://example.com/b", "exclude_reason": "second copy of the same"}, "no"),
    ],
)
def test_two_copies_of_a_source_are_one_source(changes: dict[str, Any], same: str) -> None:
    assert compared({}, DUPLICATE | changes).iloc[0]["same_source"] == same


def test_a_database_read_twice_is_one_source() -> None:
    database = {"source_kind": "database"}
    other = {"source": "https://example.org/b"}
    assert compared(database, DUPLICATE | database | other).iloc[0]["same_source"] == "yes"


def test_a_wrong_sign_between_two_sources_shows() -> None:
    row = compared({}, DUPLICATE | {"sign": "control_minus_treatment"}).iloc[0]
    assert row["difference"] == pytest.approx(-2 * row["value_a"])
    assert row["agreement"] == "different"


@pytest.mark.parametrize(
    ("changes", "agreement", "reason"),
    [
        ({"value": 0.51}, "within_rounding", ""),
        ({"value": 0.53}, "different", ""),
        ({"value": 0.53, "adjusted": "yes"}, "different", "adjusted: no against yes"),
        ({"value": 0.53, "measure": "Scale, cut"}, "different", "measure named"),
        ({"value": 0.53, "timepoint_detail": "mid"}, "different", "time described"),
        ({"timepoint": "change"}, "not_comparable", "timepoint: post against change"),
        ({"n_t": 40.0, "value": 0.501}, "within_rounding", "participants: 100 against 90"),
    ],
)
def test_agreement(changes: dict[str, Any], agreement: str, reason: str) -> None:
    row = compared({}, DUPLICATE | changes).iloc[0]
    assert row["agreement"] == agreement
    assert row["reason"].startswith(reason) if reason else row["reason"] == ""


# Without arm sizes nothing is corrected, so that values are effects. In binary 1.01 - 1 is a
# little more than the 0.01 that two roundings may be apart.
@pytest.mark.parametrize(
    ("value", "agreement"), [(1.01, "within_rounding"), (1.011, "different"), (1.0, "equal")]
)
def test_two_roundings_of_one_number_may_be_a_hundredth_apart(value: float, agreement: str) -> None:
    alone = {"n_t": NAN, "n_c": NAN, "ci_low": 0.2, "ci_high": 1.8}
    row = compared(alone | {"value": 1.0}, DUPLICATE | alone | {"value": value}).iloc[0]
    assert row["agreement"] == agreement


@pytest.mark.parametrize("value", [0.5, 0.53])
def test_a_different_description_shows_whether_or_not_numbers_agree(value: float) -> None:
    alike = compared({}, DUPLICATE | {"value": value}).iloc[0]
    differently = compared({}, DUPLICATE | {"value": value, "measure": "Scale, cut"}).iloc[0]
    assert (alike["described"], differently["described"]) == ("alike", "differently")
    assert alike["agreement"] == differently["agreement"]


def test_without_a_route_printed_numbers_are_compared() -> None:
    ratio = {"statistic": "odds_ratio", "ci_low": NAN, "ci_high": NAN, "value": 2.0}
    row = compared(ratio, DUPLICATE | ratio | {"value": 2.4}).iloc[0]
    assert (row["scale"], row["agreement"]) == ("odds_ratio", "different")
    assert row["difference"] == pytest.approx(0.4)
    turned = compared(ratio, DUPLICATE | ratio | {"sign": "benefit"}).iloc[0]
    assert turned["agreement"] == "not_comparable"
    assert "sign: scale against benefit" in turned["reason"]
    other = compared({}, DUPLICATE | ratio).iloc[0]
    assert (other["scale"], other["agreement"]) == ("", "not_comparable")
    assert math.isnan(other["value_a"])


def test_two_used_results_of_different_sources_are_a_pair() -> None:
    table = compared({}, {"source_kind": "registry", "value": 0.7})
    assert list(table["pairing"]) == ["both_used"]
    assert table["agreement"].iloc[0] == "different"
    assert compared({}, {"source_kind": "registry", "arm": "b"}).empty
    assert compared({}, {"measure": "another"}).empty


def test_a_duplicate_is_told_by_its_column_and_not_by_words() -> None:
    with pytest.raises(KeyError):
        compared({}, DUPLICATE | {"duplicate_of": "ann-09"})
    words = {"exclude": "duplicate", "exclude_reason": "kept: ann-01"}
    assert compared({}, words).empty


def test_results_of_two_arms_are_no_pair() -> None:
    arms = ({"intervention": "play"}, {"intervention": "talk", "source_kind": "registry"})
    assert compared(*arms).empty
    assert len(compared(arms[0], arms[1] | {"intervention": "play"})) == 1


def test_a_superseded_row_is_compared_with_that_of_the_review_file() -> None:
    effects = {"exclude": "superseded", "duplicate_of": "ann-01"}
    row = _superseded(effects)
    assert (row["pairing"], row["agreement"]) == ("superseded", "equal")


def _superseded(changes: dict[str, Any]) -> dict[Any, Any]:
    rows = [
        SMD | dict.fromkeys(NUMBERS, NAN) | {"result_id": f"ann-0{n}", "trial_id": "ann"}
        for n in (1, 2)
    ]
    results = pd.DataFrame(rows)
    converted = results.assign(label="Ann", yi=0.4, n_total=100.0)
    effects = converted.copy()
    for column, value in changes.items():
        effects.loc[1, column] = value
    return shared_effects(results, effects, converted).iloc[0].to_dict()


def test_every_duplicate_of_the_data_is_compared(tmp_path: Path) -> None:
    write_data_folder(tmp_path / "data")
    data = load(tmp_path / "data")
    codebook = (
        data.trials,
        data.clusters,
        data.outcomes,
        data.interventions,
        data.countries,
        PLAN,
    )
    effects = compute_effects(data.results, *codebook)
    converted = compute_effects(lift_duplicates(data.results), *codebook)
    table = shared_effects(data.results, effects, converted)
    assert list(table["result_id_b"]) == ["ann2001-03"]
    assert (table["agreement"].iloc[0], table["remark"].iloc[0]) == ("equal", "same table")
