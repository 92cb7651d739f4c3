"""Squares, whiskers and diamonds of a forest plot, its axis, and what lies beyond it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from tests.made_up_forests import (
    NAN,
    box,
    make_rows,
    make_summary,
    named,
    one,
    plot,
    squares,
    texts,
    tick_labels,
    whiskers,
    words,
)

from metarepro.figures.forest_axis import Mark, axis_limits, effect_axis
from metarepro.wording.scales import Scale


def test_squares_stand_at_the_estimates_one_line_under_the_other() -> None:
    rows = make_rows(10, measure="HOME")
    drawn = squares(plot(rows))
    np.testing.assert_allclose(drawn["x"], rows["yi"])
    np.testing.assert_allclose(np.diff(drawn["y"]), -1)


def test_results_with_equal_labels_do_not_share_a_line() -> None:
    rows = make_rows(5, label="Lowell 2011", measure="ITSEA", yi=0.3, ci_low=0.1, ci_high=0.5)
    assert squares(plot(rows))["y"].nunique() == 5


def test_each_label_stands_beside_its_own_square() -> None:
    rows = make_rows(6, ("A", "B"), label=[f"Study {i}" for i in range(6)])
    fig = plot(rows)
    to_pixels = fig.axes[0].transData.transform
    for label, square in zip(rows["label"], squares(fig)[["x", "y"]].to_numpy(), strict=True):
        (text,) = (text for text in texts(fig) if text.get_text() == label)
        place = box(text)
        middle = to_pixels(square)[1]
        assert (place.y0 + place.y1) / 2 == pytest.approx(middle, abs=3), label


def test_whiskers_end_at_the_limits_of_the_intervals() -> None:
    rows = make_rows(10)
    drawn = whiskers(plot(rows))
    np.testing.assert_allclose(drawn[:, 0], rows["ci_low"])
    np.testing.assert_allclose(drawn[:, 1], rows["ci_high"])


def test_areas_of_squares_are_in_proportion_to_the_weights() -> None:
    rows = make_rows(10)
    areas = squares(plot(rows))["area"]
    np.testing.assert_allclose(areas / areas.sum(), rows["weight"] / rows["weight"].sum())


def test_squares_without_weights_have_one_size() -> None:
    areas = squares(plot(make_rows(4, weight=NAN)))["area"].tolist()
    assert areas[0] > 0
    assert areas == [areas[0]] * 4


def test_approximate_rows_are_hollow_and_others_are_not() -> None:
    rows = make_rows(3, tier=["direct", "approximate", "derived"])
    fills = squares(plot(rows, colour="#A6437E"))["fill"].tolist()
    colour = "#a6437e"
    assert fills == [colour, "#ffffff", colour]


def test_approximate_rows_have_a_dagger_that_is_explained() -> None:
    shown = words(plot(make_rows(3, label="Abc", tier=["direct", "approximate", "derived"])))
    assert shown.count("Abc †") == 1
    assert [word for word in shown if word.startswith("† Hollow square")]


def test_the_diamond_has_its_corners_at_estimate_and_interval() -> None:
    corners = one(plot(make_rows(5)), "diamond").get_xy()
    middle = corners[:, 1].mean()
    assert corners[:, 0].min() == 0.11
    assert corners[:, 0].max() == 0.51
    assert set(corners[np.abs(corners[:, 1] - middle) > 0.3, 0]) == {0.31}


def test_the_diamond_is_symmetric_about_its_line() -> None:
    corners = one(plot(make_rows(5)), "diamond").get_xy()
    heights = corners[corners[:, 0] == 0.31, 1]
    assert heights.mean() == round(heights.mean())


def test_the_prediction_interval_is_dotted_from_end_to_end() -> None:
    line = one(plot(make_rows(5)), "prediction-interval")
    assert list(line.get_xdata()) == [-0.25, 0.87]
    assert line.is_dashed()


def test_no_prediction_interval_is_drawn_or_explained_where_there_is_none() -> None:
    fig = plot(make_rows(5), make_summary(pi_low=NAN, pi_high=NAN))
    assert named(fig, "prediction-interval") == []
    assert not any("prediction" in word for word in words(fig))


def test_each_subgroup_has_a_heading_and_a_diamond() -> None:
    summaries = pd.concat([make_summary(name) for name in ("A", "B", "")])
    fig = plot(make_rows(6, ("A", "B")), summaries)
    assert {"A", "B"} <= set(words(fig))
    assert len(named(fig, "diamond")) == 3


def test_a_subgroup_of_one_trial_has_no_diamond() -> None:
    single = make_summary("B", n_trials=1.0, k=2.0)
    fig = plot(make_rows(6, ("A", "B")), pd.concat([make_summary("A"), single, make_summary()]))
    assert len(named(fig, "diamond")) == 2
    assert "No pooled estimate: 1 trial" in words(fig)


def test_the_zero_line_stands_at_zero() -> None:
    ((start, end),) = one(
        plot(make_rows(3, yi=3.0, ci_low=2.0, ci_high=4.0)), "zero"
    ).get_segments()
    assert start[0] == end[0] == 0


def test_the_captions_stand_on_their_sides_of_zero() -> None:
    fig = plot(make_rows(5))
    zero = fig.axes[0].transData.transform((0, 0))[0]
    boxes = {text.get_text(): box(text) for text in texts(fig)}
    assert boxes["← favours control"].x1 < zero < boxes["favours intervention →"].x0


def one_monster() -> pd.DataFrame:
    rows = make_rows(5)
    rows.loc[2, ["yi", "ci_low", "ci_high"]] = [0.4, -14.0, 14.8]
    return rows


def test_a_monstrous_interval_does_not_squash_the_others() -> None:
    low, high = plot(one_monster()).axes[0].get_xlim()
    assert -3 < low < high < 3


def test_a_clipped_interval_has_an_arrow_on_each_side() -> None:
    fig = plot(one_monster())
    y = squares(fig)["y"][2]
    for name, limit in zip(("clipped-left", "clipped-right"), fig.axes[0].get_xlim(), strict=True):
        assert (one(fig, name).get_xdata(), one(fig, name).get_ydata()) == ([limit], [y])


def test_a_clipped_interval_ends_at_the_border() -> None:
    fig = plot(one_monster())
    np.testing.assert_allclose(whiskers(fig)[2, :2], fig.axes[0].get_xlim())


def test_a_clipped_interval_is_printed_in_full() -> None:
    assert {"[\u221214.00,", "14.80]"} <= set(words(plot(one_monster())))


def test_an_estimate_outside_its_own_interval_can_be_drawn() -> None:
    ((low, high, _),) = whiskers(plot(make_rows(1, yi=0.9, ci_low=0.1, ci_high=0.5)))
    assert (low, high) == pytest.approx((0.1, 0.9))


def test_no_arrow_is_drawn_where_nothing_is_clipped() -> None:
    fig = plot(make_rows(5))
    assert named(fig, "clipped") == []
    assert not any("Arrow" in word for word in words(fig))


def test_an_estimate_beyond_the_axis_is_an_arrow_without_a_square() -> None:
    rows = make_rows(5)
    rows.loc[2, ["yi", "ci_low", "ci_high"]] = [120.0, 100.0, 140.0]
    fig = plot(rows)
    (y,) = one(fig, "clipped-right").get_ydata()
    assert len(squares(fig)) == 4
    assert y == squares(fig)["y"][1] - 1


def test_a_pooled_interval_beyond_the_axis_is_a_line_with_arrows_on_both_sides_alike() -> None:
    fig = plot(make_rows(5), make_summary(ci_low=-20.0, ci_high=21.0))
    limits = fig.axes[0].get_xlim()
    assert tuple(one(fig, "pooled-interval").get_xdata()) == limits
    for name in ("clipped-left", "clipped-right"):
        assert one(fig, name).get_ydata() == [one(fig, "pooled-interval").get_ydata()[0]]


def test_the_diamond_of_an_interval_beyond_the_axis_on_one_side_is_symmetric() -> None:
    fig = plot(make_rows(5), make_summary(ci_high=20.0))
    x = one(fig, "diamond").get_xy()[:, 0]
    assert x.max() - 0.31 == pytest.approx(0.31 - x.min())


def test_a_pooled_interval_does_not_set_the_axis() -> None:
    wide = plot(make_rows(5), make_summary(ci_low=-1.4, ci_high=2.0, pi_low=NAN, pi_high=NAN))
    narrow = plot(make_rows(5), make_summary(pi_low=NAN, pi_high=NAN))
    assert wide.axes[0].get_xlim() == narrow.axes[0].get_xlim()


def test_a_pooled_estimate_without_an_interval_is_an_open_diamond() -> None:
    gone: dict[str, Any] = dict.fromkeys(("ci_low", "ci_high", "pi_low", "pi_high"), NAN)
    fig = plot(make_rows(3), make_summary(flags="too few trials", **gone))
    assert to_hex(one(fig, "diamond").get_facecolor()) == "#ffffff"
    assert any("Open diamond" in word for word in words(fig))


def test_the_only_trial_is_drawn_whole() -> None:
    fig = plot(make_rows(1, yi=4.0, ci_low=-2.0, ci_high=10.0), make_summary(n_trials=1, k=1))
    assert named(fig, "clipped") == []


def test_no_effect_stands_in_the_middle_third() -> None:
    low, high = plot(make_rows(2, yi=0.9, ci_low=0.1, ci_high=1.7)).axes[0].get_xlim()
    assert -low / (high - low) == pytest.approx(1 / 3)


def test_infinite_limits_are_clipped_and_named() -> None:
    rows = make_rows(3)
    rows.loc[0, ["ci_low", "ci_high"]] = [-np.inf, np.inf]
    fig = plot(rows)
    assert {"[\u2212∞,", "∞]"} <= set(words(fig))
    assert len(named(fig, "clipped")) == 2


@pytest.mark.parametrize(
    "marks",
    [
        [],
        [Mark("square", 0.0, 0.0, 0.0, "k")],
        [Mark("square", NAN, NAN, NAN, "k")],
        [Mark("square", 1e300, -1e300, np.inf, "k")],
    ],
)
def test_the_axis_always_has_room_on_both_sides_of_zero(marks: list[Mark]) -> None:
    low, high = axis_limits(marks)
    assert low < 0 < high


def test_ratios_are_printed_as_ratios_with_ticks_at_round_ratios() -> None:
    rows = make_rows(1, yi=math.log(2), ci_low=math.log(0.5), ci_high=math.log(8))
    fig = plot(rows, scale=Scale("OR"))
    assert {"2.00", "[0.50,", "8.00]", "Odds ratio [95% CI]"} <= set(words(fig))
    ticks = tick_labels(fig)
    assert [float(text) for text in ticks] == pytest.approx(list(np.exp([*ticks.values()])))
    assert "1" in ticks


def test_where_fewer_is_better_the_intervention_is_favoured_on_the_left() -> None:
    rows = make_rows(1, yi=math.log(2), ci_low=math.log(1.25), ci_high=math.log(4))
    fig = plot(rows, scale=Scale("RR", turn=-1))
    shown = words(fig)
    assert {"0.50", "[0.25,", "0.80]"} <= set(shown)
    assert "← favours intervention" in shown
    assert "favours control →" in shown
    assert squares(fig)["x"].tolist() == pytest.approx([math.log(0.5)])


@pytest.mark.parametrize("reach", [0.0004, 0.02, 0.3, 2.0, 9.0, 60.0])
def test_a_ratio_axis_has_a_few_ticks_whatever_its_length(reach: float) -> None:
    axis = effect_axis([Mark("square", 0.0, -reach, reach, "black")], Scale("RR"))
    assert 1 <= len(axis.ticks) <= 9
    assert all(axis.low <= place <= axis.high for place, _ in axis.ticks)
    assert len({text for _, text in axis.ticks}) == len(axis.ticks)


def test_the_level_of_the_intervals_is_named() -> None:
    shown = " ".join(words(plot(make_rows(2), scale=Scale(level=0.9))))
    assert "[90% CI]" in shown
    assert "95%" not in shown
