"""The three-level model against metafor's rma.mv, and where it cannot be fitted."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metarepro.models.three_level import ThreeLevel, pool_three_level

ROOT = Path(__file__).parents[2]
REFERENCE = json.loads((ROOT / "tests/reference/three_level.json").read_text(encoding="utf-8"))
CASES = [pytest.param(case, id=name) for name, case in REFERENCE["cases"].items()]

#: metafor's search on the log scale ends short of the maximum: 4.4e-7 at worst in the numbers,
#: 8.7e-7 in the variances. It cannot reach a variance of 0 at all.
RELATIVE, RELATIVE_VARIANCE, ABSOLUTE_VARIANCE = 1e-6, 1e-5, 1e-8

YI = [0.2, 0.1, 0.5, 0.4, 0.3, 0.9]
VI = [0.04, 0.05, 0.03, 0.02, 0.06, 0.03]
TRIALS = ["a", "b", "b", "c", "d", "d"]


def fit(case: dict[str, Any]) -> ThreeLevel:
    return pool_three_level(case["data"]["yi"], case["data"]["vi"], case["data"]["trial"])


def restricted_log_likelihood(case: dict[str, Any], between: float, within: float) -> float:
    """Written with whole matrices, as a textbook has it."""
    y, v = np.array(case["data"]["yi"]), np.array(case["data"]["vi"])
    trial = np.array(case["data"]["trial"])
    covariance = np.diag(v + within) + between * (trial[:, None] == trial)
    inverse, ones = np.linalg.inv(covariance), np.ones(len(y))
    information = ones @ inverse @ ones
    r = y - ones @ inverse @ y / information
    log_det = np.linalg.slogdet(covariance)[1]
    return -0.5 * float(log_det + math.log(information) + r @ inverse @ r)


@pytest.mark.parametrize("case", CASES)
def test_numbers_are_metafors(case: dict[str, Any]) -> None:
    found = fit(case)
    got = [getattr(found, column) for column in case["numbers"]]
    np.testing.assert_allclose(got, list(case["numbers"].values()), rtol=RELATIVE)


@pytest.mark.parametrize("case", CASES)
def test_variances_are_metafors(case: dict[str, Any]) -> None:
    found = fit(case)
    got = [found.sigma2_trial, found.sigma2_result]
    expected = list(case["variances"].values())
    np.testing.assert_allclose(got, expected, rtol=RELATIVE_VARIANCE, atol=ABSOLUTE_VARIANCE)
    assert found.tau2 == sum(got)


@pytest.mark.parametrize("case", CASES)
def test_weights_are_metafors(case: dict[str, Any]) -> None:
    np.testing.assert_allclose(fit(case).weights, case["weights"], atol=1e-5)


@pytest.mark.parametrize("case", CASES)
def test_no_neighbour_and_not_metafors_end_is_more_likely(case: dict[str, Any]) -> None:
    found = fit(case)
    here = restricted_log_likelihood(case, found.sigma2_trial, found.sigma2_result)
    step = 1e-3 * float(np.median(case["data"]["vi"]))
    others = [
        (max(0.0, found.sigma2_trial + step * a), max(0.0, found.sigma2_result + step * b))
        for a in (-1, 0, 1)
        for b in (-1, 0, 1)
    ]
    others.append(tuple(case["variances"].values()))
    assert here >= max(restricted_log_likelihood(case, *other) for other in others) - 1e-10


def test_a_component_at_zero_is_zero() -> None:
    cases = REFERENCE["cases"]
    assert fit(cases["two_trials"]).sigma2_trial == 0
    assert fit(cases["no_heterogeneity"]).tau2 == 0


def test_order_of_the_rows_moves_no_digit() -> None:
    one = pool_three_level(YI, VI, TRIALS)
    other = pool_three_level(YI[::-1], VI[::-1], TRIALS[::-1])
    assert (one.estimate, one.se, one.tau2) == (other.estimate, other.se, other.tau2)
    np.testing.assert_array_equal(one.weights, other.weights[::-1])


def test_a_turned_scale_turns_the_estimate() -> None:
    one, other = pool_three_level(YI, VI, TRIALS), pool_three_level([-y for y in YI], VI, TRIALS)
    np.testing.assert_allclose(other.estimate, -one.estimate, rtol=1e-12)
    np.testing.assert_allclose([other.ci_low, other.pi_high], [-one.ci_high, -one.pi_low])


@pytest.mark.parametrize(
    ("trials", "message"),
    [
        (list("abcdef"), "every trial has one result: its levels cannot be told apart"),
        (["a"] * 6, "three levels need at least 2 trials, got 1"),
    ],
)
def test_levels_that_are_not_there(trials: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        pool_three_level(YI, VI, trials)


def test_few_results_are_flagged() -> None:
    assert pool_three_level(YI[:4], VI[:4], TRIALS[:4]).flags == ("df_below_4",)
    assert pool_three_level(YI, VI, TRIALS).flags == ()
