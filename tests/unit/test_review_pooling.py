"""Pools of a review against metafor and plain R (tests/reference/revman.R)."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.reference_numbers import reference_of

from metarepro.models.conventions import REVMAN5, REVMAN_WEB, Convention
from metarepro.reviews.analysis_settings import AnalysisSettings
from metarepro.reviews.pooling import ReviewPool, pool_analysis

REFERENCE = reference_of("revman")
#: metafor's test -> our interval and what the convention makes of it.
INTERVALS = {"wald": "wald", "knha": "hksj"}


def rows(data: dict[str, Any]) -> pd.DataFrame:
    frame = pd.DataFrame({name: np.atleast_1d(numbers) for name, numbers in data.items()})
    return frame.assign(subgroup_number="")


def counts(name: str) -> pd.DataFrame:
    return rows(REFERENCE["effects"][name]["data"])


def generic(name: str) -> pd.DataFrame:
    return rows(REFERENCE["generic"][name])


def overall(studies: pd.DataFrame, convention: Convention = REVMAN_WEB, **plan: Any) -> ReviewPool:
    return pool_analysis(studies, AnalysisSettings(**plan), convention).overall


def assert_same(pool: ReviewPool, expected: dict[str, Any]) -> None:
    numbers = pool.numbers()
    assert set(numbers) == set(expected)
    reference = {name: np.nan if x is None else x for name, x in expected.items()}
    assert numbers == pytest.approx(reference, rel=1e-8, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize(
    "case",
    REFERENCE["mh"],
    ids=lambda case: f"{case['data']}-{case['measure']}-{case['model']}-{case['level']}",
)
def test_mantel_haenszel(case: dict[str, Any]) -> None:
    plan: dict[str, Any] = {name: case[name] for name in ("measure", "model", "level")}
    pool = overall(counts(case["data"]), REVMAN5, data_type="dichotomous", method="MH", **plan)
    assert_same(pool, case["expected"])


@pytest.mark.parametrize("case", REFERENCE["peto"], ids=lambda case: case["data"])
def test_peto(case: dict[str, Any]) -> None:
    plan: dict[str, Any] = {"data_type": "dichotomous", "method": "PETO", "model": "fixed"}
    for measure in ("PETO_OR", "OR"):
        assert_same(
            overall(counts(case["data"]), REVMAN5, measure=measure, **plan), case["expected"]
        )


@pytest.mark.parametrize(
    "case",
    [case for case in REFERENCE["iv"] if case["ci"] in INTERVALS],
    ids=lambda c: "-".join(str(c[n]) for n in ("data", "model", "tau2_method", "ci", "level")),
)
def test_inverse_variance(case: dict[str, Any]) -> None:
    plan: dict[str, Any] = {name: case[name] for name in ("model", "tau2_method", "level")}
    pool = overall(
        generic(case["data"]),
        REVMAN_WEB,
        data_type="iv",
        measure="HR",
        ci_method=INTERVALS[case["ci"]],
        **plan,
    )
    assert_same(pool, case["expected"])


def test_peto_of_given_o_e_is_the_sum_over_the_sum() -> None:
    studies = rows({"o_e": [-3.0, 1.5, -6.0], "variance": [4.0, 6.0, 11.0]})
    pool = overall(studies, data_type="oe", measure="HR", method="PETO", model="fixed")
    assert pool.estimate == pytest.approx(-7.5 / 21, rel=1e-14)
    assert pool.se == pytest.approx(21**-0.5, rel=1e-14)
    assert pool.weights == pytest.approx([100 * v / 21 for v in (4, 6, 11)], rel=1e-13)


@pytest.mark.parametrize("case", REFERENCE["subgroups"], ids=lambda case: case["model"])
def test_between_subgroups(case: dict[str, Any]) -> None:
    studies = counts("plain").assign(subgroup_number=["1", "1", "2", "2"])
    settings = AnalysisSettings("dichotomous", case["measure"], "MH", case["model"])
    result = pool_analysis(studies, settings, REVMAN5)
    assert result.test is not None
    assert result.test._asdict() == pytest.approx(case["expected"], rel=1e-10)


def test_subgroups_are_pooled_apart_and_overall_over_all_rows() -> None:
    studies = counts("plain").assign(subgroup_number=["1", "1", "2", "2"])
    settings = AnalysisSettings("dichotomous", "OR", "MH", "fixed")
    result = pool_analysis(studies, settings, REVMAN5)
    alone = pool_analysis(studies.iloc[2:].assign(subgroup_number=""), settings, REVMAN5)
    assert result.subgroups["2"].numbers() == pytest.approx(alone.overall.numbers(), nan_ok=True)
    assert list(result.subgroups) == ["1", "2"]
    assert result.overall.k == 4


def test_the_weights_of_a_subgroup_stand_beside_its_rows() -> None:
    studies = counts("plain").assign(subgroup_number=["1", "2", "1", "2"])
    result = pool_analysis(studies, AnalysisSettings("dichotomous", "OR", "MH", "fixed"), REVMAN5)
    weights = result.subgroups["2"].weights
    assert np.isnan(weights).tolist() == [True, False, True, False]
    # bc/n: 25 x 9 / 58 and 18 x 16 / 51
    assert weights[1] == pytest.approx(100 * (225 / 58) / (225 / 58 + 288 / 51), rel=1e-13)


def test_rows_can_apply_to_the_overall_pool_or_the_subgroup_only() -> None:
    studies = counts("plain").assign(
        subgroup_number=["1", "1", "1", ""], applies_to=["both", "subgroup", "overall", "overall"]
    )
    result = pool_analysis(studies, AnalysisSettings("dichotomous", "OR", "MH", "fixed"), REVMAN5)
    assert np.isfinite(result.overall.weights).tolist() == [True, False, True, True]
    assert np.isfinite(result.subgroups["1"].weights).tolist() == [True, True, False, False]


def test_a_subgroup_without_an_estimate_does_not_take_part_in_the_test() -> None:
    studies = counts("special").assign(subgroup_number=["1", "2", "2", "3"])
    result = pool_analysis(studies, AnalysisSettings("dichotomous", "RR", "MH"), REVMAN5)
    assert result.subgroups["1"].k == 0
    assert np.isnan(result.subgroups["1"].estimate)
    assert result.test is not None
    assert result.test.q_df == 1


def test_a_single_subgroup_is_tested_against_nothing() -> None:
    studies = counts("plain").assign(subgroup_number="1")
    result = pool_analysis(studies, AnalysisSettings("dichotomous", "RR", "MH"), REVMAN5)
    assert result.test == (0.0, 0, 1.0, 0.0)


def test_without_subgroups_there_is_no_test() -> None:
    assert (
        pool_analysis(counts("plain"), AnalysisSettings("dichotomous", "RR", "MH"), REVMAN5).test
        is None
    )


@pytest.mark.parametrize("method", ["IV", "MH"])
@pytest.mark.parametrize("model", ["fixed", "random"])
def test_nothing_estimable_gives_nothing(method: str, model: str) -> None:
    studies = rows({"events_t": [0.0], "n_t": [9.0], "events_c": [0.0], "n_c": [8.0]})
    plan: dict[str, Any] = {
        "data_type": "dichotomous",
        "measure": "RR",
        "method": method,
        "model": model,
    }
    pool = overall(studies, REVMAN5, **plan)
    numbers = pool.numbers()
    assert numbers.pop("k") == 0
    assert np.isnan(list(numbers.values())).all()
    assert np.isnan(pool.weights).all()


def test_the_weights_of_a_row_without_an_effect_are_not_given() -> None:
    pool = overall(counts("special"), REVMAN5, data_type="dichotomous", measure="RR", method="MH")
    assert np.isnan(pool.weights).tolist() == [True, False, False, False]
    assert np.nansum(pool.weights) == pytest.approx(100, rel=1e-14)


def test_a_single_study_keeps_its_normal_interval_under_hksj() -> None:
    plan: dict[str, Any] = {
        "data_type": "iv",
        "measure": "HR",
        "ci_method": "hksj",
        "tau2_method": "REML",
    }
    pool = overall(generic("one"), REVMAN_WEB, **plan)
    # -0.4 and 0.2
    assert pool.z == pytest.approx(2, rel=1e-14)
    assert np.isnan([pool.t, pool.pi_low]).all()
    assert (pool.tau2, pool.q, pool.q_p) == (0, 0, 1)


def test_hksj_of_equal_effects_has_no_interval() -> None:
    studies = rows({"estimate": [0.5, 0.5], "se": [0.1, 0.2]})
    pool = overall(studies, data_type="iv", measure="HR", ci_method="hksj")
    assert pool.estimate == 0.5
    assert np.isnan([pool.ci_low, pool.ci_high, pool.t, pool.p_value, pool.pi_low]).all()


def test_reml_with_mantel_haenszel_keeps_q_around_mantel_haenszel() -> None:
    plan: dict[str, Any] = {"data_type": "dichotomous", "measure": "RR"}
    reml = overall(counts("plain"), method="MH", tau2_method="REML", **plan)
    by_iv = overall(counts("plain"), method="IV", tau2_method="REML", **plan)
    by_dl = overall(counts("plain"), method="MH", tau2_method="DL", **plan)
    assert (reml.estimate, reml.tau2) == (by_iv.estimate, by_iv.tau2)
    assert reml.q == by_dl.q != by_iv.q


def test_hksj_with_mantel_haenszel_takes_tau2_from_q_around_mantel_haenszel() -> None:
    plan: dict[str, Any] = {"data_type": "dichotomous", "measure": "RR", "method": "MH"}
    hksj = overall(counts("plain"), ci_method="hksj", **plan)
    wald = overall(counts("plain"), **plan)
    assert (hksj.estimate, hksj.tau2) == (wald.estimate, wald.tau2)
    assert hksj.t != pytest.approx(wald.z, rel=1e-3)


def test_fixed_effects_do_not_look_at_tau2_or_interval() -> None:
    plan: dict[str, Any] = {"data_type": "iv", "measure": "HR", "model": "fixed"}
    pool = overall(generic("plain"), REVMAN5, tau2_method="REML", ci_method="hksj", **plan)
    assert pool.numbers() == pytest.approx(
        overall(generic("plain"), REVMAN5, **plan).numbers(), nan_ok=True
    )


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        ({"tau2_method": "REML"}, "revman5 has no estimator 'REML'"),
        ({"ci_method": "hksj"}, "revman5 has no CI 'hksj'"),
        ({"model": "mixed"}, "model 'mixed'"),
        ({"method": "GLMM"}, "method 'GLMM'"),
        ({"method": "MH", "measure": "PETO_OR"}, "no Mantel-Haenszel method .* 'PETO_OR'"),
        ({"method": "PETO", "measure": "RR"}, "no Peto method .* 'RR'"),
        ({"method": "MH", "data_type": "iv", "measure": "OR"}, "no Mantel-Haenszel method for iv"),
    ],
)
def test_what_the_convention_does_not_have_is_refused(plan: dict[str, Any], message: str) -> None:
    settings = AnalysisSettings(**({"data_type": "dichotomous", "measure": "RR"} | plan))
    with pytest.raises(ValueError, match=message):
        pool_analysis(counts("plain"), settings, REVMAN5)


def test_settings_come_from_a_row_of_the_analyses() -> None:
    row = {
        "data_type": "dichotomous",
        "measure": "RR",
        "method": "MH",
        "model": "random",
        "tau2_method": "REML",
        "ci_method": "hksj",
        "interval_level": 0.9,
        "swap_events": "yes",
    }
    assert AnalysisSettings.from_row(row) == AnalysisSettings(
        "dichotomous", "RR", "MH", "random", "REML", "hksj", 0.9, True
    )
