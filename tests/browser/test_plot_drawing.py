"""The axis of the forest plot to try, and what is drawn on it."""

import math

import pytest
from playwright.sync_api import Page

TICKS = """([reach, transformation]) =>
  plotDrawing.ticks(reach, { transformation, ...plotWords.transformations[transformation] })"""
log = math.log


@pytest.mark.parametrize(
    ("low", "high", "transformation", "expected"),
    [
        (-0.37, 1.23, "same", [0, 0.5, 1]),
        (-3.0, 9.0, "same", [0, 5]),
        (log(0.13), log(2.9), "exp", [0.2, 0.5, 1, 2]),
        (log(0.75), log(1.6), "exp", [0.8, 1, 1.2, 1.4, 1.6]),
        (log(0.02), log(15), "exp", [0.03, 0.1, 0.3, 1, 3, 10]),
        (log(1e-5), log(1e5), "exp", [1e-4, 0.01, 1, 100, 1e4]),
        (math.atanh(-0.25), math.atanh(0.7), "tanh", [-0.2, 0, 0.2, 0.4, 0.6]),
        (-20.0, 40.0, "expit", [0.2, 0.4, 0.6, 0.8]),
    ],
)
def test_ticks_are_round_and_within_the_axis(
    scripts: Page, low: float, high: float, transformation: str, expected: list[float]
) -> None:
    slack = 1e-9 * (high - low)
    reach = [low - slack, high + slack]
    assert scripts.evaluate(TICKS, [reach, transformation]) == expected


@pytest.mark.parametrize("transformation", ["same", "exp", "tanh", "expit"])
@pytest.mark.parametrize("reach", [[-1e6, 1e6], [-800, 800], [-1e-9, 1e-9], [50, 51]])
def test_an_absurd_axis_has_few_ticks(
    scripts: Page, reach: list[float], transformation: str
) -> None:
    found = scripts.evaluate(TICKS, [reach, transformation])
    assert len(found) <= 8
    assert all(math.isfinite(tick) for tick in found)


def test_no_interval_of_one_trial_sets_the_axis(scripts: Page) -> None:
    trials = [{"yi": 0.2, "half": 0.3}, {"yi": 0.4, "half": 0.2}, {"yi": 0.3, "half": 9}]
    reach = scripts.evaluate("trials => plotDrawing.reach(trials, 0)", trials)
    assert reach == pytest.approx([-0.36, 0.76])


#: A trial that lies within the axis, and a pool whose interval leaves it on both sides.
DRAW = """pool => {
  const plot = {
    lines: [
      { name: "Ann", several: 0, yi: 0, low: -0.5, high: 0.5, numbers: "0", weight: 9, share: "" },
    ],
    pools: [pool],
    reach: [-1, 1],
    zero: 0,
    scale: { transformation: "same", sides: ["", ""], ...plotWords.transformations.same },
    heading: "g",
    title: "A plot",
  };
  const marks = plotDrawing.forest(plot, 800).querySelectorAll(".chosen:not(text)");
  return Array.from(marks, (mark) => mark.tagName + " " + mark.getAttribute("class"));
}"""


def drawn(page: Page, **changed: object) -> list[str]:
    pool = {"name": "Pool", "kind": "chosen", "yi": 0.1, "low": -0.2, "high": 0.4}
    found: list[str] = page.evaluate(DRAW, {**pool, "predicted": None, "numbers": "0", **changed})
    return found


def test_a_diamond_within_the_axis_has_no_arrows(scripts: Page) -> None:
    assert drawn(scripts) == ["polygon diamond chosen"]


def test_a_diamond_that_leaves_the_axis_has_arrows_on_both_ends_alike(scripts: Page) -> None:
    assert drawn(scripts, low=-3, high=3) == ["polygon diamond chosen"] * 3


def test_a_prediction_interval_that_leaves_the_axis_has_arrows(scripts: Page) -> None:
    assert drawn(scripts, predicted=[-5, 5]) == [
        *("line prediction chosen", "polygon prediction chosen arrow"),
        *("polygon prediction chosen arrow", "polygon diamond chosen"),
    ]


def test_a_pool_without_a_reliable_interval_is_a_point(scripts: Page) -> None:
    assert drawn(scripts, low=math.nan, high=math.nan) == ["polygon diamond chosen point"]


def test_a_pool_off_the_axis_is_an_arrow_at_its_end(scripts: Page) -> None:
    assert drawn(scripts, yi=4, low=0.5, high=7) == [
        "line interval chosen",
        "polygon interval chosen arrow",
    ]
