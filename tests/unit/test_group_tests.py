"""Tests of two groups: what they compare, and trials simulated in R whose true effect is known."""

import math
from statistics import mean
from typing import Any

import pytest
from tests.reference_numbers import reference_of

from metarepro.conversion.group_tests import ADJUSTED, Compared, compared_by
from metarepro.conversion.reported import Choices, Effect, Reported
from metarepro.conversion.routes import convert

CHOICES = Choices(icc=0.05, cluster_size=20)
SIMULATED = reference_of("simulated_tests")
#: Four standard errors of the mean of 400 values of g.
NEAR = 0.04
NAN = math.nan
ARMS_OF_30: dict[str, Any] = {"n_t": 30, "n_c": 30}


def effect(choices: Choices = CHOICES, **cells: Any) -> Effect:
    return convert(Reported(**({"sign": "benefit", "higher_is_better": "yes"} | cells)), choices)


def of_t(value: float, **cells: Any) -> Effect:
    return effect(statistic="t_test", value=value, **cells)


@pytest.mark.parametrize(
    ("df", "arms", "compared"),
    [
        (48, (25, 25, NAN), Compared.TWO_GROUPS),
        (48, (NAN, NAN, 50), Compared.TWO_GROUPS),
        (NAN, (25, 25, NAN), Compared.TWO_GROUPS),
        (48, (NAN, NAN, NAN), Compared.TWO_GROUPS),
        (24, (25, 25, NAN), Compared.PAIRED),
        (25, (25, 26, NAN), Compared.PAIRED),
        (24, (NAN, NAN, 50), Compared.PAIRED),
        (49, (NAN, NAN, 50), Compared.PAIRED),
        (56, (30, 30, NAN), Compared.NEARLY),
        (60, (30, 30, NAN), Compared.NEARLY),
        (44, (30, 30, NAN), Compared.NEARLY),
        (43, (30, 30, NAN), Compared.OTHER),
        (118, (30, 30, NAN), Compared.OTHER),
        (8, (90, 110, NAN), Compared.OTHER),
        # 29 is 30 - 1, but also that of 30 + 5 with four covariates.
        (29, (30, 5, NAN), Compared.NEARLY),
    ],
)
def test_degrees_of_freedom_tell_what_is_compared(
    df: float, arms: tuple[float, float, float], compared: Compared
) -> None:
    assert compared_by(df, *arms) is compared


def test_adjusted_t_with_its_correlation_meets_the_true_effect() -> None:
    cells = ARMS_OF_30 | {"df2": 57, "adjusted": "yes", "correlation": SIMULATED["r"]}
    assert mean(of_t(t, **cells).yi for t in SIMULATED["ancova"]) == pytest.approx(0.5, abs=NEAR)


def test_adjusted_t_without_degrees_of_freedom_has_those_of_one_covariate() -> None:
    cells = ARMS_OF_30 | {"adjusted": "yes", "correlation": 0.7}
    assert of_t(3.0, **cells) == of_t(3.0, **cells, df2=57)


def test_adjusted_t_without_it_is_too_large_and_says_so() -> None:
    cells = ARMS_OF_30 | {"df2": 57, "adjusted": "yes"}
    found = [of_t(t, **cells) for t in SIMULATED["ancova"]]
    # d / sqrt(1 - r^2)
    assert mean(one.yi for one in found) == pytest.approx(0.5 / math.sqrt(1 - 0.49), abs=NEAR)
    assert {one.tier for one in found} == {"approximate"}
    assert all(ADJUSTED in one.assumptions for one in found)


def test_paired_t_with_its_correlation_meets_the_true_effect() -> None:
    cells = {"n_t": 25, "n_c": 25, "df2": 24, "correlation": SIMULATED["r"]}
    assert mean(of_t(t, **cells).yi for t in SIMULATED["paired"]) == pytest.approx(0.5, abs=NEAR)


def test_cluster_t_with_its_icc_meets_the_true_effect() -> None:
    size = float(SIMULATED["cluster_size"])
    cells = {"n_t": 200, "n_c": 200, "df2": 38, "design": "cluster_rct", "cluster_size": size}
    found = [of_t(t, **cells) for t in SIMULATED["cluster"]]
    assert mean(one.yi for one in found) == pytest.approx(0.5, abs=NEAR)
    assert {one.tier for one in found} == {"approximate"}


@pytest.mark.parametrize(
    "cells",
    [
        {"statistic": "t_test", "value": 3.0},
        {"statistic": "f_test", "value": 9.0, "df1": 1},
        {"statistic": "eta_squared", "value": 0.13},
        {"statistic": "p_only", "p_value": 0.004, "p_relation": "="},
        {"statistic": "mean_difference", "value": 3.0, "se": 1.0},
    ],
)
def test_every_adjusted_test_is_approximate(cells: dict[str, Any]) -> None:
    found = effect(**ARMS_OF_30, **cells, adjusted="yes")
    assert found.tier == "approximate"
    assert ADJUSTED in found.assumptions


def test_fewer_degrees_of_freedom_are_approximate() -> None:
    assert of_t(3.0, df2=58, **ARMS_OF_30).tier == "derived"
    assert of_t(3.0, df2=56, **ARMS_OF_30).tier == "approximate"


def test_an_assumed_correlation_is_approximate_a_stated_one_derived() -> None:
    assumed = Choices(icc=0.05, cluster_size=20, paired_correlation=0.7)
    pairs: dict[str, Any] = {"statistic": "t_test", "value": 3.0, "df2": 24, "n_total": 25}
    stated = effect(**pairs, correlation=0.7)
    taken = effect(assumed, **pairs)
    assert (stated.tier, taken.tier) == ("derived", "approximate")
    assert (stated.yi, stated.vi) == (taken.yi, taken.vi)


def test_a_paired_error_is_not_held_against_independent_arms() -> None:
    found = of_t(3.0, n_t=25, n_c=25, df2=24, correlation=0.9)
    assert found.tier == "derived"
    assert math.sqrt(found.vi) < 0.7 * math.sqrt(2 / 25)


def test_the_design_effect_of_a_cluster_test_enters_once() -> None:
    # Clusters of 2: a design effect of 1.05, whose standard error is near that of individuals.
    cells: dict[str, Any] = {"n_t": 90, "n_c": 110, "design": "cluster_rct", "cluster_size": 2.0}
    found = effect(statistic="mean_difference", value=0.01, se=1.0, **cells)
    assert found.vi == pytest.approx(1.05 * (1 / 90 + 1 / 110), rel=1e-4)
