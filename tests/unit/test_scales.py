"""Scales: how effects are printed."""

import math

import pandas as pd
import pytest

from metarepro.wording.scales import MEASURES, Scale, better_of

NAN = float("nan")


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("turn", [1, -1])
def test_limits_are_in_order_and_around_the_estimate(measure: str, turn: int) -> None:
    scale = Scale(measure, turn)
    low, high = scale.limits(-0.3, 0.9)
    assert low < scale.shown(0.2) < high


@pytest.mark.parametrize(
    ("measure", "effect", "printed"),
    [
        ("SMD", 0.5, 0.5),
        ("OR", math.log(3), 3.0),
        ("RR", math.log(0.5), 0.5),
        ("correlation", math.atanh(0.4), 0.4),
        ("proportion", math.log(0.2 / 0.8), 0.2),
        ("RD", -0.1, -0.1),
    ],
)
def test_numbers_are_taken_back_to_the_printed_scale(
    measure: str, effect: float, printed: float
) -> None:
    assert Scale(measure).shown(effect) == pytest.approx(printed)


@pytest.mark.parametrize("measure", ["OR", "RR", "HR", "MD", "SMD", "correlation", "RD"])
def test_no_effect_is_printed_as_null(measure: str) -> None:
    assert Scale(measure).shown(0.0) == Scale(measure).null


def test_a_turned_ratio_is_the_inverse() -> None:
    assert Scale("RR", turn=-1).interval(math.log(2), math.log(1.25), math.log(4)) == (
        "0.50 [0.25, 0.80]"
    )


def test_missing_numbers_are_left_out() -> None:
    assert Scale("OR").interval(0.0, NAN, NAN) == "1.00"
    assert Scale("OR").interval(NAN, NAN, NAN) == "–"


def test_a_huge_log_ratio_does_not_overflow() -> None:
    assert Scale("OR").interval(0.0, -900.0, 900.0) == "1.00 [0.00, ∞]"


def test_the_level_is_in_the_heading() -> None:
    assert Scale("OR", level=0.99).heading == "OR [99% CI]"


def test_the_sides_follow_the_turn() -> None:
    assert Scale("RR").sides == ("favours control", "favours intervention")
    assert Scale("RR", turn=-1).sides == ("favours intervention", "favours control")


FEWER = {"effect_measure": "RR", "better": "lower"}


def test_a_pool_is_printed_on_its_own_scale() -> None:
    pool = FEWER | {"estimate": math.log(2), "ci_low": math.log(1.25), "ci_high": math.log(4)}
    assert Scale("RR").of_pool(pool) == "0.50 [0.25, 0.80]"
    # In a study of several measures the pool's own is said.
    assert Scale("several").of_pool(pool) == "RR 0.50 [0.25, 0.80]"


@pytest.mark.parametrize(
    ("measure", "direction", "better"),
    [
        ("RR", "decrease", "lower"),
        ("RR", "increase", "higher"),
        ("MD", "decrease", "lower"),
        ("SMD", "decrease", "higher"),
        ("SMD", "increase", "higher"),
    ],
)
def test_only_natural_measures_run_as_the_outcome(
    measure: str, direction: str, better: str
) -> None:
    assert better_of(measure, direction) == better


def test_outcomes_that_run_both_ways_are_printed_positive_in_favour() -> None:
    rows = pd.DataFrame([FEWER, FEWER | {"better": "higher"}])
    assert Scale("RR").over(rows).direction == "above 1 in favour of the intervention"
    assert Scale("RR").over(rows[:1]).direction == "below 1 in favour of the intervention"
    assert Scale("RR").direction_over(rows).startswith("as each outcome runs")


@pytest.mark.parametrize(
    ("measure", "turn", "difference", "heading", "printed"),
    [
        ("SMD", 1, 0.2, "Difference", "0.20"),
        ("RR", -1, math.log(2), "Ratio", "0.50"),
        ("proportion", 1, math.log(2), "Ratio", "2.00"),  # of odds
        ("correlation", 1, 0.2, "Difference on the scale of Fisher's z", "0.20"),
    ],
)
def test_differences_of_effects(
    measure: str, turn: int, difference: float, heading: str, printed: str
) -> None:
    scale = Scale(measure, turn)
    assert (scale.difference, scale.differences.number(difference)) == (heading, printed)


@pytest.mark.parametrize("measure", ["proportion", "correlation"])
def test_what_compares_nothing_favours_nobody(measure: str) -> None:
    assert Scale(measure).sides == ("", "")
    assert "favour" not in Scale(measure).direction
