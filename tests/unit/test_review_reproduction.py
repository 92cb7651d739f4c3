"""Verdicts on the pools of a review file, and the corpus where it is present."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.made_up_corpus import write_corpus
from tests.made_up_review import PUBLISHED, made_up_review
from tests.review_files import rm5_bytes
from tests.review_tables import reproduced, with_tables

from metarepro.readers.folders import find_reviews
from metarepro.readers.review_file import read_review
from metarepro.readers.review_tables import (
    PUBLISHED_VALUES,
    SUBGROUP_TEST,
    Extraction,
)
from metarepro.reviews.tables import QUANTITIES, REVIEW_REPRODUCTION
from metarepro.tabular.tables import write_table

CORPUS = Path(__file__).parents[3] / "shared/corpus"


def extraction(tmp_path: Path, **changes: Any) -> Extraction:
    path = tmp_path / "review.rm5"
    path.write_bytes(rm5_bytes(made_up_review(**changes)))
    return read_review(path)


def first(review: Extraction, known: dict[tuple[str, ...], str] | None = None) -> dict[Any, Any]:
    return reproduced(review, known).to_dict("records")[0]


def with_analysis(review: Extraction, **cells: Any) -> Extraction:
    """The review with cells of its first pool changed."""
    analyses = review.analyses.copy()
    for column, value in cells.items():
        analyses.loc[0, column] = value
    return with_tables(review, analyses=analyses)


def test_numbers_of_r_are_exact(tmp_path: Path) -> None:
    table = reproduced(extraction(tmp_path))
    assert list(table.columns) == list(REVIEW_REPRODUCTION.columns)
    assert list(table["verdict"]) == ["exact", "exact"]
    assert (table["max_abs_difference"] < 1e-12).all()
    smd, odds_ratio = table.to_dict("records")
    assert smd["reproduced_estimate"] == pytest.approx(PUBLISHED["smd"]["EFFECT_SIZE"])
    # Ratios stand on the ratio scale.
    assert odds_ratio["published_estimate"] == pytest.approx(PUBLISHED["or"]["EFFECT_SIZE"])
    assert odds_ratio["reproduced_ci_low"] == pytest.approx(PUBLISHED["or"]["CI_START"])
    assert (smd["k"], smd["n_participants"]) == (2, 104)
    write_table(table, tmp_path / "reproduction.csv", REVIEW_REPRODUCTION)


@pytest.mark.parametrize(
    ("attribute", "quantity"),
    [
        ("EFFECT_SIZE", "estimate"),
        ("CI_START", "ci_low"),
        ("CI_END", "ci_high"),
        ("TAU2", "tau2"),
        ("CHI2", "q"),
        ("I2", "i2"),
        ("Z", "z"),
        ("P_Z", "p"),
    ],
)
@pytest.mark.parametrize(("shift", "verdict"), [(0.9e-6, "exact"), (1.1e-6, "different")])
def test_every_quantity_is_held_to_1e_6(
    tmp_path: Path, attribute: str, quantity: str, shift: float, verdict: str
) -> None:
    assert quantity in QUANTITIES
    row = first(extraction(tmp_path, **{attribute: PUBLISHED["smd"][attribute] + shift}))
    assert row["verdict"] == verdict
    assert row["max_abs_difference"] == pytest.approx(shift, abs=1e-9)
    if verdict == "different":
        assert quantity in row["reason"]
        assert "not explained" in row["reason"]


def test_fewer_printed_digits_are_held_to_those(tmp_path: Path) -> None:
    rounded = {name: f"{x:.2f}" for name, x in PUBLISHED["smd"].items()}
    review = extraction(tmp_path, **rounded)
    # A file with a value of 6 decimals writes all of them so: the odds ratio must go.
    two_digits = "; ".join(f"published_{name}: 2" for name in (*QUANTITIES, "q_p"))
    assert first(with_analysis(review, published_precision=two_digits))["verdict"] == "exact"
    assert first(review)["verdict"] == "different"


def test_known_deviations_give_their_reason(tmp_path: Path) -> None:
    review = extraction(tmp_path, TAU2="0.5")
    known: dict[tuple[str, ...], str] = {
        (review.review.review_id, "1", "1", "", "tau2"): "a misprint"
    }
    row = first(review, known)
    assert row["verdict"] == "explained"
    assert "a misprint" in row["reason"]
    # The reason is for this number only.
    assert first(extraction(tmp_path, TAU2="0.5", Z="9"), known)["verdict"] == "different"


def test_rounding_noise_of_a_single_study_is_explained(tmp_path: Path) -> None:
    review = extraction(tmp_path, CHI2="1.9e-30", I2="100", P_CHI2="0")
    one = review.studies["study"] == "Ann 2001"
    alone = with_tables(review, studies=review.studies[one])
    row = first(alone)
    assert "one study has no heterogeneity" in row["reason"]
    # Its estimate is not that of two studies.
    assert row["verdict"] == "different"


def test_the_p_of_wald_beside_an_hksj_interval_is_explained(tmp_path: Path) -> None:
    review = extraction(tmp_path)
    web = replace(review, review=replace(review.review, format="revman_web"))
    ours = first(with_analysis(web, ci_method="hksj", published_estimate=0.1))
    hksj = {
        "ci_method": "hksj",
        "published_ci_low": ours["reproduced_ci_low"],
        "published_ci_high": ours["reproduced_ci_high"],
        "published_z": math.nan,
    }
    assert first(with_analysis(web, **hksj, published_p=ours["reproduced_p"]))["verdict"] == "exact"
    row = first(with_analysis(web, **hksj))
    assert row["verdict"] == "explained"
    assert "p of Wald's test" in row["reason"]


NOTHING = dict.fromkeys([*PUBLISHED_VALUES, *SUBGROUP_TEST], math.nan)


def test_what_is_not_published_is_still_recomputed(tmp_path: Path) -> None:
    row = first(with_analysis(extraction(tmp_path), **NOTHING))
    assert row["verdict"] == "not_published"
    assert row["reproduced_estimate"] == pytest.approx(PUBLISHED["smd"]["EFFECT_SIZE"])


def test_nothing_estimable(tmp_path: Path) -> None:
    review = extraction(tmp_path)
    empty = with_tables(review, studies=review.studies.assign(estimable="no"))
    assert first(with_analysis(empty, **NOTHING))["verdict"] == "not_estimable"


def test_a_pool_that_the_file_calls_not_estimable_and_we_do_not(tmp_path: Path) -> None:
    row = first(with_analysis(extraction(tmp_path), **NOTHING, estimable="no"))
    assert row["verdict"] == "different"
    assert "2 of its studies have an effect" in row["reason"]


@pytest.mark.parametrize(("q", "verdict"), [(0.0, "exact"), (77.7, "different")])
def test_the_test_between_subgroups_is_compared_without_a_total(
    tmp_path: Path, q: float, verdict: str
) -> None:
    review = extraction(tmp_path)
    grouped = with_tables(review, studies=review.studies.assign(subgroup_number="1"))
    # One subgroup is tested against nothing: Q 0, df 0, p 1.
    row = first(with_analysis(grouped, **NOTHING | {"totals": "SUB", "subgroup_q": q}))
    assert row["verdict"] == verdict


@pytest.mark.parametrize(
    ("published", "precision", "verdict"),
    [
        (2.37061255889989, "", "exact"),
        (2.3706, "published_estimate: 4", "exact"),
        (2.3705, "published_estimate: 4", "different"),
        # 0.9 of a unit of the fourth decimal off: beyond the half unit that rounding explains.
        (2.3707, "published_estimate: 4", "different"),
        (2.37061455889989, "published_estimate: 14", "exact"),  # 8e-7 on the log scale
        (2.37061955889989, "published_estimate: 14", "different"),  # 3e-6
        (0.0, "published_estimate: 2", "different"),
        (-5.0, "published_estimate: 2", "different"),
    ],
)
def test_ratios_on_the_ratio_scale(
    tmp_path: Path, published: float, precision: str, verdict: str
) -> None:
    review = extraction(tmp_path)
    analyses = review.analyses.iloc[[1]].assign(**NOTHING).reset_index(drop=True)
    analyses = analyses.assign(
        published_scale="ratio", published_estimate=published, published_precision=precision
    )
    row = first(with_tables(review, analyses=analyses))
    assert row["verdict"] == verdict
    assert row["published_estimate"] == published


@pytest.mark.parametrize(("i2", "verdict"), [("100", "explained"), ("55", "different")])
def test_only_the_extremes_are_rounding_noise(tmp_path: Path, i2: str, verdict: str) -> None:
    review = extraction(tmp_path)
    alone = with_tables(review, studies=review.studies[review.studies["study"] == "Ann 2001"])
    cells = {"published_q": 0.0, "published_i2": float(i2)}
    assert first(with_analysis(alone, **NOTHING | cells))["verdict"] == verdict


def test_what_there_is_no_formula_for(tmp_path: Path) -> None:
    row = first(with_analysis(extraction(tmp_path), tau2_method="REML"))
    assert row["verdict"] == "not_computable"
    assert "REML" in row["reason"]


@pytest.mark.parametrize("name", ["revman5/published_by_r.rm5", "revman_web/package"])
def test_each_format_gives_the_numbers_of_r(tmp_path: Path, name: str) -> None:
    write_corpus(tmp_path / "collection")
    (path,) = find_reviews(tmp_path / "collection" / name)
    assert reproduced(read_review(path))["verdict"].tolist() == ["exact", "exact"]


# In each third-party file the pools that are published and estimable, and those of them that differ
# for a reason that is known: comparison, outcome and subgroup. All others are exact.
THIRD_PARTY: dict[str, tuple[int, list[list[str]]]] = {
    "revman5/Benzodiazepines_versus_pregabalin_for_GAD.rm5": (15, []),
    "revman5/CD000023StatsDataOnly.rm5": (41, []),
    "revman5/CD003188StatsDataOnly.rm5": (71, [["1", "5", "2"]]),
    "revman5/CD008521StatsDataOnly.rm5": (6, []),
    "revman5/CD009865StatsDataOnly.rm5": (66, []),
    "revman5/Fleiss1993.rm5": (2, []),
    "revman_web/CD004366": (64, [["4", "1", "1"]]),
    "revman_web/Fleiss1993.zip": (1, []),
}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of review files is not here")
@pytest.mark.parametrize("file", THIRD_PARTY)
def test_a_third_party_review_is_exact_but_for_known_deviations(file: str) -> None:
    (path,) = find_reviews(CORPUS / file)
    table = reproduced(read_review(path))
    published = table[~table["verdict"].isin(["not_published", "not_estimable"])]
    different = published[published["verdict"] != "exact"]
    where = different[["comparison_number", "outcome_number", "subgroup_number"]]
    count, known = THIRD_PARTY[file]
    assert (len(published), where.to_numpy().tolist()) == (count, known)
    assert set(different["verdict"]) <= {"explained"}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of review files is not here")
def test_no_pool_of_any_third_party_review_differs_for_no_reason() -> None:
    """Also files that the table above does not know."""
    for path in find_reviews(CORPUS):
        verdicts = reproduced(read_review(path))["verdict"]
        assert set(verdicts) <= {"exact", "explained", "not_published", "not_estimable"}, path
        assert "exact" in set(verdicts), path
