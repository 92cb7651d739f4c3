"""Each check of study rows with a case that it must find and a near miss that it must not."""

import math
import time
from collections import Counter
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.made_up_corpus import SE_FOR_SD, review_of_every_kind
from tests.review_files import rm5_bytes
from tests.review_tables import audited

from metarepro.audit.tables import AUDIT
from metarepro.models.pooling import pool
from metarepro.readers.review_file import read_review
from metarepro.readers.review_tables import (
    ANALYSIS_COLUMNS,
    STUDY_COLUMNS,
    Extraction,
    ReviewFile,
    complete,
)
from metarepro.reviews import audit_sds
from metarepro.reviews.audit_studies import CHECKS, SEVERITY
from metarepro.reviews.audit_study_rows import (
    MAX_ROWS,
    median_of,
    medians_of_others,
    random_effects,
)
from metarepro.tabular.tables import read_table, write_table

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"

Cells = dict[str, Any]
ROW: Cells = {
    **{"review_id": "CD999999", "comparison_number": "1", "outcome_number": "1"},
    **{"applies_to": "both", "estimable": "yes", "locator": "made up"},
}
ANALYSIS: Cells = ROW | {
    **{"level": "overall", "log_data": "no", "swap_events": "no", "totals": "YES"},
    **{"study_interval_level": 0.95, "method": "IV", "model": "random"},
}
MD: Cells = {"data_type": "continuous", "measure": "MD"}
SMD: Cells = {"data_type": "continuous", "measure": "SMD"}
OR: Cells = {"data_type": "dichotomous", "measure": "OR"}
HR: Cells = {"data_type": "iv", "measure": "HR", "log_data": "yes"}


def means(study: str, t: tuple[float, ...], c: tuple[float, ...], **cells: Any) -> Cells:
    """A row from n, mean and SD of the arms."""
    numbers = dict(zip(("n_t", "mean_t", "sd_t", "n_c", "mean_c", "sd_c"), (*t, *c), strict=True))
    return ROW | {"study_id": study, "study": study} | numbers | cells


def counts(study: str, t: tuple[float, float], c: tuple[float, float], **cells: Any) -> Cells:
    """A row from events and participants of the arms."""
    numbers = dict(zip(("events_t", "n_t", "events_c", "n_c"), (*t, *c), strict=True))
    return ROW | {"study_id": study, "study": study} | numbers | cells


def given(study: str, estimate: float, se: float, n: float = 50) -> Cells:
    """A row with a given estimate."""
    numbers = {"estimate": estimate, "se": se, "n_t": n, "n_c": n}
    return ROW | {"study_id": study, "study": study} | numbers


def audit(settings: Cells, *rows: Cells, **changes: Any) -> pd.DataFrame:
    placed = [{"position": place} | row for place, row in enumerate(rows, start=1)]
    outcomes = dict.fromkeys(row["outcome_number"] for row in rows)
    analyses = [ANALYSIS | settings | {"outcome_number": n} | changes for n in outcomes]
    review = ReviewFile("CD999999", "", "revman5", "5.4")
    return audited(
        Extraction(review, complete(placed, STUDY_COLUMNS), complete(analyses, ANALYSIS_COLUMNS))
    )


def found(settings: Cells, *rows: Cells, **changes: Any) -> list[str]:
    """Names of the checks that these rows fail."""
    return list(audit(settings, *rows, **changes)["check"])


# An SE typed in for an SD

OTHERS = (
    means("Baker", (40, 10, 5.0), (40, 11, 5.5)),
    means("Cole", (40, 10, 4.5), (40, 11, 5.0)),
)


@pytest.mark.parametrize(
    ("sds", "expected"), [((0.8, 0.8), ["se_typed_for_sd"]), ((3.0, 3.0), []), ((0.8, 5.0), None)]
)
def test_sds_against_those_of_other_studies(
    sds: tuple[float, float], expected: list[str] | None
) -> None:
    checks = found(MD, means("Abel", (40, 10, sds[0]), (40, 10.2, sds[1])), *OTHERS)
    # One arm only: the other arm tells.
    assert checks == (["se_typed_for_sd"] if expected is None else expected)


def test_sds_of_another_scale_are_not_compared_in_standardised_differences() -> None:
    assert found(SMD, means("Abel", (40, 10, 0.8), (40, 10.2, 0.8)), *OTHERS) == []


@pytest.mark.parametrize(("sd", "expected"), [(0.81, ["se_typed_for_sd"]), (2.5, [])])
def test_one_arm_against_the_other(sd: float, expected: list[str]) -> None:
    assert found(MD, means("Abel", (81, 10, 7.3), (81, 10.5, sd))) == expected


def test_arm_that_fits_the_scale_beside_one_that_does_not_is_not_named() -> None:
    checks = found(MD, means("Abel", (40, 10, 31.0), (40, 11, 5.0)), *OTHERS)
    assert checks == []


@pytest.mark.parametrize(
    ("mean", "expected"), [(9.0, ["se_typed_for_sd"]), (90.0, [])], ids=["same", "other scale"]
)
def test_sds_against_the_studys_other_analyses(mean: float, expected: list[str]) -> None:
    later = means("Abel", (30, 10, 0.9), (30, 10.2, 0.9))
    first = means("Abel", (30, mean, 6), (30, mean, 6), outcome_number="2")
    assert found(SMD, later, first) == expected


def test_difference_beyond_belief_that_is_ordinary_when_the_sds_are_ses() -> None:
    assert found(SMD, means("Abel", (36, 10, 0.8), (36, 12, 0.8))) == ["se_typed_for_sd"]


def test_sds_that_would_be_too_wide_for_the_means_are_only_large() -> None:
    others = (means("Baker", (36, 10, 5), (36, 12, 5)), means("Cole", (36, 9, 4), (36, 12, 4)))
    assert found(SMD, means("Abel", (30, 8, 4.1), (30, 20, 4.1)), *others) == ["large_g"]


def test_large_difference_of_small_arms_is_no_surprise() -> None:
    assert found(SMD, means("Abel", (9, 5, 5), (9, 19, 5))) == []


@pytest.mark.parametrize(("se", "expected"), [(1.0, ["sd_typed_for_se"]), (0.2, [])])
def test_sd_for_the_se_of_a_given_standardised_difference(se: float, expected: list[str]) -> None:
    assert found({"data_type": "iv", "measure": "SMD"}, given("Abel", 0.3, se)) == expected


@pytest.mark.parametrize(("se", "expected"), [(10.0, ["sd_typed_for_se"]), (4.0, [])])
def test_sd_for_the_se_of_a_given_difference(se: float, expected: list[str]) -> None:
    # The others' SEs of 2 with 50 + 50 are SDs of 10.
    rows = (given("Abel", 1, se), given("Baker", 1.5, 2.0), given("Cole", 0.5, 2.0))
    assert found({"data_type": "iv", "measure": "MD"}, *rows) == expected


@pytest.mark.parametrize(("se", "expected"), [(0.03, ["se_below_arms"]), (0.21, [])])
def test_se_of_a_log_hazard_ratio_below_what_participants_allow(
    se: float, expected: list[str]
) -> None:
    assert found(HR, given("Abel", 0.1, se)) == expected


# Files with very many rows


@pytest.mark.parametrize("settings", [MD, SMD], ids=["MD", "SMD"])
def test_rows_passed_over_have_no_finding_about_their_sds(
    settings: Cells, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(15)
    rows: list[Cells] = []
    for outcome, study in product(range(1, 9), range(8)):
        n, n_c = rng.integers(10, 90, 2).astype(float)
        sd, sd_c = rng.choice([1.0, 1.5, 9.0], 2) / rng.choice([1.0, math.sqrt(n)], p=[0.8, 0.2])
        arms = ((n, rng.normal(5, 1), sd), (n_c, rng.normal(5, 1), sd_c))
        rows.append(means(f"Study {study}", *arms, outcome_number=str(outcome)))
    chosen = audit(settings, *rows)
    monkeypatch.setattr(audit_sds, "_is_suspect", lambda rows, fits, usable: fits)
    assert {"se_typed_for_sd"} < set(chosen["check"])
    pd.testing.assert_frame_equal(chosen, audit(settings, *rows))


def test_medians_of_others_are_those_of_a_walk_through_the_others() -> None:
    rng = np.random.default_rng(5)
    for size in (0, 1, 2, 9, 60):
        numbers = [math.nan if x == 7 else float(x) for x in rng.integers(0, 9, size)]
        pairs = list(zip(rng.integers(0, 1 + size // 3, size).tolist(), numbers, strict=True))
        walked = {a: median_of(x for b, x in pairs if b != a) for a, _ in pairs}
        np.testing.assert_equal(medians_of_others(pairs), walked)


@pytest.mark.parametrize("spread", [0.1, 3.0], ids=["no heterogeneity", "heterogeneity"])
def test_random_effects_are_those_of_pool(spread: float) -> None:
    rng = np.random.default_rng(6)
    yi, vi = rng.normal(1, spread, 12), rng.uniform(0.5, 2, 12)
    fit = pool(yi, vi, tau2_method="DL", ci_method="z")
    expected = (fit.estimate, fit.se, fit.tau2)
    assert random_effects(yi, vi) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_time_grows_with_the_rows_and_what_is_left_out_is_said() -> None:
    rng = np.random.default_rng(7)
    rows = [
        means(f"S{i}", (50, mean, 5), (50, 10, sd))
        for i, (mean, sd) in enumerate(rng.uniform((9, 4), (11, 6), (10_000, 2)).tolist())
    ]
    start = time.process_time()
    result = audit(MD, *rows)
    assert time.process_time() - start < 30  # 1 s; two minutes when each row walked its pool
    assert list(result["check"]) == ["rows_not_compared"]
    assert list(result["severity"]) == ["note"]


def test_study_with_very_many_rows() -> None:
    numbers = range(MAX_ROWS + 1)
    rows = [means("Abel", (50, 10, 5), (50, 10, 5), outcome_number=str(i)) for i in numbers]
    assert found(MD, *rows) == ["rows_not_compared"]
    assert found(MD, *rows[1:]) == []


# Arms that changed places


@pytest.mark.parametrize(
    ("mean", "expected"), [(15.0, ["effect_on_other_side"]), (10.5, []), (4.9, [])]
)
def test_effect_on_the_other_side(mean: float, expected: list[str]) -> None:
    others = [means(f"Other {i}", (50, 5 + i / 10, 5), (50, 10, 5)) for i in range(5)]
    assert found(MD, means("Abel", (50, mean, 5), (50, 10, 5)), *others) == expected


def test_effect_on_the_other_side_of_a_mixed_pool() -> None:
    others = [means(f"Other {i}", (50, 10 + 4 * (-1) ** i, 5 + i), (50, 10, 5)) for i in range(6)]
    assert found(MD, means("Abel", (50, 15, 5), (50, 10, 5)), *others) == []


@pytest.mark.parametrize(("sizes", "expected"), [((47, 35), ["arms_swapped"]), ((36, 46), [])])
def test_arm_sizes_of_the_other_arm(sizes: tuple[int, int], expected: list[str]) -> None:
    rows = [
        counts("Abel", (3, n_t), (9, n_c), outcome_number=str(number))
        for number, (n_t, n_c) in enumerate([(35, 47), (35, 47), sizes])
    ]
    result = audit(OR, *rows)
    assert list(result["check"]) == expected
    assert list(result["record_id"]) == ["CD999999 1.2 Abel #3"] * len(expected)


def test_arms_may_change_sides_between_comparisons() -> None:
    rows = counts("Abel", (3, 35), (9, 47)), counts("Abel", (9, 47), (3, 35), comparison_number="2")
    assert found(OR, *rows) == []


# The same people twice


def test_row_typed_twice() -> None:
    row = counts("Abel", (3, 35), (9, 47))
    assert found(OR, row, row) == ["row_twice"]


def test_row_repeated_in_a_subgroup_of_an_outcome_without_a_total() -> None:
    rows = [counts("Abel", (3, 35), (9, 47), subgroup_number=number) for number in "12"]
    assert found(OR, *rows) == ["row_twice"]
    assert found(OR, *rows, totals="SUB") == []
    assert found(OR, rows[0], rows[1] | {"applies_to": "subgroup"}) == []


@pytest.mark.parametrize(
    ("events", "expected"),
    [((3, 168, 1, 81), ["row_of_another_study"]), ((1, 15, 1, 15), []), ((0, 168, 1, 81), [])],
)
def test_row_of_another_study(events: tuple[int, int, int, int], expected: list[str]) -> None:
    a, n_t, c, n_c = events
    rows = [counts(study, (a, n_t), (c, n_c)) for study in ("Abel", "Baker")]
    assert found(OR, *rows) == expected


def doses(n: float, control: float) -> list[Cells]:
    """Two doses against the same control."""
    return [means("Abel", (n, mean, 5), (control, 10, 5.5)) for mean in (8, 9)]


@pytest.mark.parametrize(
    ("control", "expected"),
    [(60, ["shared_arm"]), (30, ["shared_arm_or_split"]), (30.5, ["count_not_whole"] * 2)],
)
def test_control_in_two_rows(control: float, expected: list[str]) -> None:
    checks = found(MD, *doses(60, control))
    assert checks == expected


def test_control_that_is_split_as_another_analysis_shows() -> None:
    whole = means("Abel", (120, 8.5, 5), (62, 10, 5.5), outcome_number="2")
    assert found(MD, *doses(60, 31), whole) == []


def test_treatment_arm_in_two_rows() -> None:
    rows = [means("Abel", (62, 8, 5), (n, mean, 5.5)) for n, mean in ((61, 9), (68, 10))]
    assert found(MD, *rows) == ["shared_arm"]


def test_strata_of_a_study_are_not_a_shared_arm() -> None:
    rows = counts("Abel", (3, 35), (9, 47)), counts("Abel", (6, 52), (8, 50))
    assert found(OR, *rows) == []


def test_two_times_of_the_same_people() -> None:
    rows = means("Abel", (35, 8, 5), (40, 10, 5.5)), means("Abel", (35, 7, 5.2), (40, 9, 5))
    assert found(MD, *rows) == ["same_people_again"]
    assert found(MD, rows[0] | {"subgroup_number": "1"}, rows[1] | {"subgroup_number": "2"}) == []


# Counts and SDs


@pytest.mark.parametrize(
    ("t", "expected"),
    [
        ((36, 35), ["impossible_count"]),
        ((35, 35), []),
        ((-1, 35), ["impossible_count"]),
        ((0, 35), []),
        ((3.5, 35), ["count_not_whole"]),
    ],
)
def test_impossible_counts(t: tuple[float, float], expected: list[str]) -> None:
    assert found(OR, counts("Abel", t, (9, 47))) == expected


@pytest.mark.parametrize(("mean", "sd", "expected"), [(8, 0, ["sd_zero"]), (0, 0, []), (8, 5, [])])
def test_sd_of_zero(mean: float, sd: float, expected: list[str]) -> None:
    assert found(MD, means("Abel", (35, mean, sd), (40, 10, 5.5))) == expected


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [((50, 101), ["arm_size_differs"]), ((90, 101), []), ((50, 51), [])],
    ids=["half an arm", "some lost", "half of both lost"],
)
def test_arm_size_of_other_analyses(sizes: tuple[int, int], expected: list[str]) -> None:
    rows = [
        counts("Abel", (3, n_t), (9, n_c), outcome_number=str(number))
        for number, (n_t, n_c) in enumerate([(100, 102), (101, 100), sizes])
    ]
    assert found(OR, *rows) == expected


# The row's own result


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        # -2 +- 1.959964 x sqrt(25/35 + 25/40) = -4.268218, 0.268218
        ((-2.0, -4.268218, 0.268218), []),
        ((-2.0, -4.27, 0.27), []),
        ((-2.1, -4.27, 0.27), ["row_effect"]),
        ((-2.0, -4.2, 0.27), ["row_ci"]),
        ((math.nan, math.nan, math.nan), []),
    ],
)
def test_printed_difference(printed: tuple[float, ...], expected: list[str]) -> None:
    names = ("published_estimate", "published_ci_low", "published_ci_high")
    row = means("Abel", (35, 8, 5), (40, 10, 5), **dict(zip(names, printed, strict=True)))
    assert found(MD, row) == expected


@pytest.mark.parametrize(("printed", "expected"), [(0.40, []), (0.39, ["row_effect"])])
def test_printed_ratio(printed: float, expected: list[str]) -> None:
    # 4 x 38 / (31 x 9) = 0.545 for 4/35 and 9/47; 3 x 38 / (32 x 9) = 0.396 for 3/35
    row = counts("Abel", (3, 35), (9, 47), published_estimate=printed)
    assert found(OR, row) == expected


@pytest.mark.parametrize(
    ("settings", "printed"),
    [
        (OR, 0.396),
        (OR | {"swap_events": "yes"}, 2.526),  # 1 / 0.396
        (OR | {"measure": "RR"}, 0.448),  # 3/35 / (9/47)
        (OR | {"measure": "ROM"}, 9.0),  # not computed here: nothing to say
    ],
)
def test_each_analysis_is_computed_by_its_own_settings(settings: Cells, printed: float) -> None:
    row = counts("Abel", (3, 35), (9, 47), position=1)
    rows = [row | {"published_estimate": 0.396}]
    rows.append(row | {"outcome_number": "2", "published_estimate": printed})
    analyses = [ANALYSIS | OR, ANALYSIS | settings | {"outcome_number": "2"}]
    review = ReviewFile("CD999999", "", "revman5", "5.4")
    tables = complete(rows, STUDY_COLUMNS), complete(analyses, ANALYSIS_COLUMNS)
    assert audited(Extraction(review, *tables)).empty


def test_every_check_has_a_severity_and_the_table_fits_its_schema(tmp_path: Path) -> None:
    result = audit(OR, counts("Abel", (36, 35), (9, 47)))
    write_table(result, tmp_path / "audit.csv", AUDIT)
    pd.testing.assert_frame_equal(read_table(tmp_path / "audit.csv", AUDIT), result)
    assert list(result["severity"]) == [SEVERITY["impossible_count"]]


def test_no_rows() -> None:
    review = ReviewFile("CD999999", "", "revman_web", "2025")
    empty = Extraction(review, complete([], STUDY_COLUMNS), complete([], ANALYSIS_COLUMNS))
    assert audited(empty).empty
    assert len(CHECKS) == len(set(CHECKS))


# Review files


def test_findings_in_a_review_file_name_the_row(tmp_path: Path) -> None:
    path = tmp_path / "review.rm5"
    path.write_bytes(rm5_bytes(review_of_every_kind()))
    result = audited(read_review(path))
    named = result.loc[result["check"] == "se_typed_for_sd", "record_id"]
    assert named.tolist() == [f"review 1.1.1 {SE_FOR_SD} #3"]


# What is found in each third-party file, looked through by hand.
FOUND: dict[str, dict[str, int]] = {
    "revman5/Benzodiazepines_versus_pregabalin_for_GAD.rm5": {
        "se_typed_for_sd": 3,
        "shared_arm": 4,
        "shared_arm_or_split": 1,
    },
    "revman5/CD000023StatsDataOnly.rm5": {"arms_swapped": 1, "arm_size_differs": 2},
    "revman5/CD003188StatsDataOnly.rm5": {"se_below_arms": 1, "sds_apart": 1},
    "revman5/CD008521StatsDataOnly.rm5": {},
    "revman5/CD009865StatsDataOnly.rm5": {"row_of_another_study": 2, "arm_size_differs": 14},
    "revman5/Fleiss1993.rm5": {},
    "revman_web/Fleiss1993.zip": {},
    "revman_web/CD004366": {"se_typed_for_sd": 2, "large_g": 2, "effect_on_other_side": 7},
}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
@pytest.mark.parametrize("file", FOUND)
def test_findings_in_third_party_reviews(file: str) -> None:
    assert Counter(audited(read_review(CORPUS / file))["check"]) == FOUND[file]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
def test_documented_standard_error_in_a_third_party_review() -> None:
    result = audited(read_review(CORPUS / "revman5/Benzodiazepines_versus_pregabalin_for_GAD.rm5"))
    named = result.loc[result["check"] == "se_typed_for_sd", "record_id"]
    assert [name.split(" ", 1)[1] for name in named] == [
        f"1.6 Rickels 2005 #{position}" for position in (5, 6, 7)
    ]
