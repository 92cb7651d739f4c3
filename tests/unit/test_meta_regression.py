"""Meta-regression against metafor, robumeta and clubSandwich (reference/meta_regression.R)."""

from typing import Any

import numpy as np
import pytest
from tests.reference_numbers import reference_of

from metarepro.models.meta_regression import MetaRegression, fit, fit_correlated
from metarepro.models.robust_variance import pool_correlated
from metarepro.models.tau2 import ESTIMATORS

REFERENCE = reference_of("meta_regression")
CI_METHODS = {"z": "z", "knha": "knapp_hartung", "adhoc": "knapp_hartung_conservative"}


def design(data: dict[str, Any], coding: str) -> np.ndarray:
    if coding == "year":
        years = np.array(data["year"])
        return np.column_stack([np.ones(years.size), (years - 2000) / 10])
    groups = np.array(data["group"])
    return np.column_stack([(groups == level) * 1.0 for level in np.unique(groups)])


def contrast(x: np.ndarray, coding: str) -> np.ndarray:
    p = x.shape[1]
    return (
        np.array([[0, 1]]) if coding == "year" else np.hstack([-np.ones((p - 1, 1)), np.eye(p - 1)])
    )


def check_coefficients(got: MetaRegression, answer: dict[str, Any]) -> None:
    if got.model != "common":
        assert got.tau2 == pytest.approx(answer["tau2"], rel=1e-7, abs=1e-11)
    for i, row in enumerate(np.eye(len(got.coefficients))):
        combination = got.combination(row)
        assert combination.estimate == pytest.approx(answer["b"][i], rel=1e-7)
        assert combination.se == pytest.approx(answer["se"][i], rel=1e-7)
        assert combination.p_value == pytest.approx(answer["pval"][i], rel=1e-6)
        assert combination.ci_low == pytest.approx(answer["low"][i], rel=1e-6)
        assert combination.ci_high == pytest.approx(answer["high"][i], rel=1e-6)
        if "df" in answer:
            assert combination.df == pytest.approx(answer["df"][i], rel=1e-6)


MIXED = [(name, answer) for name, case in REFERENCE.items() for answer in case["mixed"]]
ROBUST = [(name, answer) for name, case in REFERENCE.items() for answer in case["robust"]]


@pytest.mark.parametrize(
    ("name", "answer"),
    MIXED,
    ids=[f"{n}-{a['coding']}-{a['method']}-{a['test']}" for n, a in MIXED],
)
def test_independent_effects(name: str, answer: dict[str, Any]) -> None:
    data = REFERENCE[name]["data"]
    x = design(data, answer["coding"])
    got = fit(
        data["yi"],
        data["vi"],
        x,
        model="common" if answer["method"] == "EE" else "random",
        tau2_method="REML" if answer["method"] == "EE" else answer["method"],
        ci_method=CI_METHODS[answer["test"]],
    )
    check_coefficients(got, answer)
    wald = got.test(contrast(x, answer["coding"]))
    assert wald.statistic == pytest.approx(answer["f"], rel=1e-6)
    assert wald.p_value == pytest.approx(answer["p"], rel=1e-6)


@pytest.mark.parametrize(
    ("name", "answer"), ROBUST, ids=[f"{n}-{a['coding']}-{a['rho']}" for n, a in ROBUST]
)
def test_correlated_effects(name: str, answer: dict[str, Any]) -> None:
    data = REFERENCE[name]["data"]
    x = design(data, answer["coding"])
    got = fit_correlated(data["yi"], data["vi"], x, data["trial"], rho=answer["rho"])
    check_coefficients(got, answer)
    wald = got.test(contrast(x, answer["coding"]))
    assert wald.statistic == pytest.approx(answer["f"], rel=1e-6)
    assert wald.df2 == pytest.approx(answer["df2"], rel=1e-6)
    assert wald.p_value == pytest.approx(answer["p"], rel=1e-6)


def test_the_reference_covers_every_model() -> None:
    assert {answer["method"] for _, answer in MIXED} == {"EE", *ESTIMATORS}
    assert len(ROBUST) == 8 * 5


def test_an_intercept_alone_is_the_pool() -> None:
    data = REFERENCE["dependent"]["data"]
    ones = np.ones((len(data["yi"]), 1))
    got = fit_correlated(data["yi"], data["vi"], ones, data["trial"]).combination([1.0])
    pooled = pool_correlated(data["yi"], data["vi"], data["trial"])
    assert (got.estimate, got.se, got.df) == pytest.approx((pooled.estimate, pooled.se, pooled.df))


def test_a_coefficient_that_hangs_on_one_trial_is_refused() -> None:
    x = [[1, 0], [1, 0], [1, 0], [1, 1], [1, 1]]
    with pytest.raises(ValueError, match="one trial alone"):
        fit_correlated([0.1, 0.2, 0.3, 0.4, 0.5], [0.1] * 5, x, ["a", "a", "b", "c", "c"])


@pytest.mark.parametrize(
    ("yi", "vi", "x", "message"),
    [
        ([0.1, 0.2, 0.3], [0.1] * 3, [[1, 1], [1, 1], [1, 1]], "cannot tell 2 coefficients apart"),
        ([0.1, 0.2], [0.1] * 2, [[1, 0], [0, 1]], "cannot tell 2 coefficients apart"),
        ([0.1, float("nan"), 0.3], [0.1] * 3, [[1], [1], [1]], "must be finite"),
        ([0.1, 0.2, 0.3], [0.1, 0.0, 0.1], [[1], [1], [1]], "vi above 0"),
        ([0.1, 0.2, 0.3], [0.1] * 3, [[1], [1]], "one row"),
    ],
)
def test_bad_input(yi: list[float], vi: list[float], x: list[list[float]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fit(yi, vi, x)


#: The likelihood of these three effects has two maxima (`test_pooling.TWO_MODES`).
TWO_MODES = [-15.3, -11.4, 5.2], [226.1, 1.4, 46.8]


def test_a_likelihood_with_two_maxima_is_flagged() -> None:
    assert fit(*TWO_MODES, np.ones((3, 1)), tau2_method="ML").several_modes


def test_the_flag_is_for_several_maxima_only() -> None:
    assert not fit(*TWO_MODES, np.ones((3, 1)), tau2_method="DL").several_modes
