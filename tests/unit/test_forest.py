"""Forest plots: geometry, wording, missing values, hostile labels, and sameness of the bytes."""

from __future__ import annotations

import errno
import io
import json
import math
import os
import re
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from PIL import Image

from metarepro.figures import style as fg
from metarepro.figures.arms import ARM_COLUMNS
from metarepro.figures.domain_forest import summary_forest
from metarepro.figures.forest import fitted_layout, forest_layout, forest_plot
from metarepro.figures.forest_axis import Axis, Mark, axis_limits, effect_axis
from metarepro.figures.forest_page import Line, Plot, broken, draw_pages, least_width
from metarepro.plan import read_plan
from metarepro.wording import phrases as wording
from metarepro.wording.scales import Scale

SCRIPTS = Path(__file__).parents[2] / "scripts"
FAMILIES = read_plan("config/config.yaml").families
NAN = float("nan")
MEASURES = ("CARE-Index, parental sensitivity", "HOME", "observed interaction, fathers (withdrawn)")


def make_rows(n: int, subgroups: tuple[str, ...] = ("",), **changes: Any) -> pd.DataFrame:
    """Rows of a plot without chance: effects from -0.4 to 0.8, arms of 20 to 200."""
    rng = np.random.default_rng(n)
    arm = rng.integers(20, 200, n).astype(float)
    yi = rng.uniform(-0.4, 0.8, n)
    half = 1.96 * np.sqrt(2 / arm)
    rows = pd.DataFrame(
        {
            "label": [f"Author {2000 + i // 2}" for i in range(n)],
            "measure": [MEASURES[i % 3] for i in range(n)],
            "n_t": arm,
            "n_c": arm + 1,
            "n_total": 2 * arm + 1,
            "yi": yi,
            "ci_low": yi - half,
            "ci_high": yi + half,
            "weight": 100 * arm / arm.sum(),
            "tier": "direct",
            "subgroup": [subgroups[i * len(subgroups) // n] for i in range(n)],
        }
    )
    return rows.assign(**changes)


def make_summary(subgroup: str = "", **changes: Any) -> pd.DataFrame:
    summary = {
        "subgroup": subgroup,
        "name": "Pooled" if subgroup else "Overall",
        "estimate": 0.31,
        "ci_low": 0.11,
        "ci_high": 0.51,
        "pi_low": -0.25,
        "pi_high": 0.87,
        "tau2": 0.0472,
        "i2": 52.31,
        "q": 31.4,
        "q_df": 11.0,
        "q_p": 0.0123,
        "k": 14.0,
        "n_trials": 12.0,
        "participants": "3,141",
        "model": "Random effects (REML), Knapp-Hartung",
        "test": "",
        "flags": "",
    }
    return pd.DataFrame([summary | changes])


def make_domain(**changes: Any) -> pd.DataFrame:
    """Three interventions: pooled, a single trial, nothing."""
    domain = pd.DataFrame(
        {
            "label": ["Video feedback", "Parent-infant psychotherapy", "Circle of Security"],
            "family": ["video_feedback", "psychodynamic", "circle_of_security"],
            "n_trials": [7, 1, 1],
            "k": [18, 1, 2],
            "participants": ["403", "70", "not reported"],
            "estimate": [0.4, 0.2, NAN],
            "ci_low": [0.1, -0.3, NAN],
            "ci_high": [0.7, 0.7, NAN],
            "pi_low": [-0.2, NAN, NAN],
            "pi_high": [1.0, NAN, NAN],
            "flags": ["few degrees of freedom; abstracts only", "abstracts only", ""],
        }
    )
    return domain.assign(**changes)


def plot(rows: pd.DataFrame, summaries: pd.DataFrame | None = None, **options: Any) -> Figure:
    chosen = make_summary() if summaries is None else summaries
    return forest_plot(rows, chosen, **{"title": "Parental sensitivity", **options})


def texts(fig: Figure) -> list[Text]:
    if not isinstance(fig.canvas, FigureCanvasAgg):
        with fg.drawing_style():
            FigureCanvasAgg(fig)
            fig.draw_without_rendering()  # fills in the tick labels
    found: list[Text] = [t for t in fig.findobj(Text) if isinstance(t, Text)]
    return [t for t in found if t.get_visible() and t.get_text().strip()]


def box(text: Text) -> Bbox:
    """Where a text stands, in pixels."""
    figure = text.get_figure(root=True)
    assert isinstance(figure, Figure)
    (found,) = boxes(figure, [text])
    return found


def boxes(fig: Figure, drawn: list[Text]) -> list[Bbox]:
    """Where the texts of a figure stand, in pixels."""
    assert isinstance(fig.canvas, FigureCanvasAgg)
    renderer = fig.canvas.get_renderer()
    with fg.drawing_style():
        return [text.get_window_extent(renderer) for text in drawn]


def words(fig: Figure) -> list[str]:
    return [text.get_text() for text in texts(fig)]


def named(fig: Figure, start: str) -> list[Artist]:
    return fig.findobj(lambda artist: (artist.get_gid() or "").startswith(start))


def one(fig: Figure, start: str) -> Any:
    (artist,) = named(fig, start)
    return artist


def assert_legible(fig: Figure) -> None:
    """No two texts meet and none leaves the page (in pixels, half a pixel allowed)."""
    drawn = texts(fig)
    left, bottom, right, top = np.array([found.extents for found in boxes(fig, drawn)]).T
    width, height = fig.bbox.size
    assert left.min() >= 0
    assert bottom.min() >= 0
    assert right.max() <= width
    assert top.max() <= height
    across = np.minimum(right[:, None], right) - np.maximum(left[:, None], left)
    along = np.minimum(top[:, None], top) - np.maximum(bottom[:, None], bottom)
    meet = np.triu((across > 0.5) & (along > 0.5), 1)
    assert [(drawn[i].get_text(), drawn[j].get_text()) for i, j in np.argwhere(meet)] == []


# --- legibility ----------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [2, 10, 60, 150])
def test_no_texts_meet_whatever_the_number_of_rows(n: int) -> None:
    assert_legible(plot(make_rows(n)))


def test_no_texts_meet_with_subgroups_and_missing_numbers() -> None:
    rows = make_rows(9, ("Psychotherapy", "Video feedback", "Circle of Security"))
    rows.loc[0, ["n_t", "n_c"]] = NAN
    rows.loc[1, ["n_t", "n_c", "n_total"]] = NAN
    rows.loc[2, ["ci_low", "ci_high"]] = NAN
    rows.loc[3, ["yi", "ci_low", "ci_high", "weight"]] = NAN
    summaries = pd.concat([make_summary("Psychotherapy"), make_summary("Video feedback")])
    summaries = pd.concat([summaries, make_summary(flags="few degrees of freedom " * 20)])
    assert_legible(plot(rows, summaries, subgroup_test="Test between subgroups: Q = 3.2 " * 9))


def test_no_texts_meet_where_all_effects_favour_the_control() -> None:
    rows = make_rows(3, label="A", measure="B", yi=-4.0, ci_low=-4.5, ci_high=-3.5)
    assert_legible(plot(rows))


def test_no_texts_meet_with_huge_numbers() -> None:
    rows = make_rows(3)
    rows.loc[0, ["yi", "ci_low", "ci_high", "n_t", "n_c"]] = [-12345.6, -1e9, 1e9, 1e7, 1e7]
    assert_legible(plot(rows, make_summary(q=1e9, n_participants=1e9, ci_low=-1e6)))


def test_no_texts_meet_in_a_summary_forest() -> None:
    assert_legible(
        summary_forest(make_domain(), FAMILIES, scale=Scale(), title="Child development " * 30)
    )


HOSTILE = (
    "x" * 10_000,
    "\u202eevil\u202c $\\frac{a}{b}$ a_b^c",
    'line\nbreak\ttab\r\n<b>html</b> & "q"',
    "\u05e9\u05dc\u05d5\u05dd 2015 \u0639\u0631\u0628\u064a",
    "\U0001f600 \U0001d518nicode \x00\x07 \u4e2d e" + "\u0301" * 60,
    "$$$ _^{}\\ " * 900,
)


def test_hostile_texts_stay_in_their_place() -> None:
    rows = make_rows(6, tier="approximate", label=list(HOSTILE), measure=list(HOSTILE[::-1]))
    rows["subgroup"] = [HOSTILE[0]] * 3 + [HOSTILE[1]] * 3
    summaries = pd.concat([make_summary(text, model=text, flags=text) for text in HOSTILE[:2]])
    fig = plot(rows, summaries, title=HOSTILE[5], subgroup_test=HOSTILE[0])
    assert_legible(fig)


def test_hostile_texts_stay_in_their_place_in_a_summary_forest() -> None:
    domain = make_domain(label=list(HOSTILE[:3]), family=list(HOSTILE[:3]), flags=list(HOSTILE[3:]))
    assert_legible(summary_forest(domain, FAMILIES, scale=Scale(), title=HOSTILE[1]))


def test_no_text_is_read_as_mathematics() -> None:
    assert not any(text.get_parse_math() for text in texts(plot(make_rows(2, label="$x_1$"))))


def test_direction_marks_are_dropped() -> None:
    assert "ab 2015" in words(plot(make_rows(2, label="a\u202eb 2015\u2066")))


def test_a_long_label_goes_on_in_the_next_line() -> None:
    label = "Grantham-McGregor and many colleagues 2020, second phase"
    shown = words(plot(make_rows(1, label=label, tier="approximate")))
    start = next(i for i, word in enumerate(shown) if word.startswith("Grantham"))
    assert " ".join(shown[start : start + 2]) == f"{label} †"


def test_a_word_wider_than_its_room_is_broken_and_not_cut() -> None:
    lines = fg.wrap("x" * 100, 1.0)
    assert "".join(lines) == "x" * 100
    assert max(map(fg.text_width, lines)) <= 1.0


def test_a_long_note_is_printed_whole() -> None:
    note = "Each of these words stands in the figure. " * 12
    assert "…" not in " ".join(words(plot(make_rows(3), make_summary(flags=note))))


def test_rows_have_the_same_height_however_many_there_are() -> None:
    heights = {n: plot(make_rows(n, measure="")).get_size_inches()[1] for n in (10, 60, 150)}
    assert heights[60] - heights[10] == pytest.approx(50 * 0.2)
    assert heights[150] - heights[60] == pytest.approx(90 * 0.2)


def test_type_has_the_same_size_however_many_rows_there_are() -> None:
    sizes = [{text.get_fontsize() for text in texts(plot(make_rows(n)))} for n in (2, 60)]
    assert min(fg.TEXT_SIZE, fg.SMALL_SIZE, fg.TITLE_SIZE) >= 8
    assert sizes[0] == sizes[1] == {fg.TEXT_SIZE, fg.SMALL_SIZE, fg.TITLE_SIZE}


# --- marks ---------------------------------------------------------------------------------------


def squares(fig: Figure) -> pd.DataFrame:
    """Squares from top to bottom: place, area, and whether they are hollow."""
    points = one(fig, "squares")
    table = pd.DataFrame(np.ma.filled(points.get_offsets(), NAN), columns=["x", "y"])
    table["area"] = points.get_sizes()
    table["fill"] = [to_hex(colour) for colour in points.get_facecolors()]
    return table[table["area"] > 0].sort_values("y", ascending=False).reset_index(drop=True)


def whiskers(fig: Figure) -> np.ndarray:
    """Intervals from top to bottom as low, high, height."""
    ends = [(a[0], b[0], a[1]) for a, b in one(fig, "intervals").get_segments() if a[0] < b[0]]
    return np.array(sorted(ends, key=lambda end: -end[2]))


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


# --- clipping ------------------------------------------------------------------------------------


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


# --- words and numbers ---------------------------------------------------------------------------


def test_what_is_missing_is_said_and_never_nan() -> None:
    rows = make_rows(4, label=[None, "A", "nan", "B"], measure=[NAN, "A", pd.NA, "B"])
    rows.loc[0, "n_t":"weight"] = NAN
    rows = rows.assign(tier="direct", subgroup=NAN)
    rows.loc[1, ["ci_low", "ci_high", "weight"]] = NAN
    empty: dict[str, Any] = dict.fromkeys(("tau2", "i2", "q", "q_df", "q_p"), NAN)
    shown = words(
        plot(
            rows,
            make_summary(**empty, participants="not reported", model=NAN, flags=NAN),
            title="Title",
        )
    )
    assert not [word for word in shown if re.search(r"\b(nan|none|<na>)\b", word, re.IGNORECASE)]
    assert shown.count("not reported") == 5
    assert "Q not estimated; I² not estimated; τ² not estimated" in shown
    assert "Overall: 12 trials, 14 results, participants not reported" in shown


def test_a_plot_without_any_estimate_can_be_drawn() -> None:
    fig = plot(make_rows(2, yi=NAN), make_summary(estimate=NAN, n_trials=0.0))
    assert words(fig).count("not reported") == 2
    assert "No pooled estimate: no usable result" in words(fig)


def test_a_summary_forest_without_single_trials_can_be_drawn() -> None:
    fig = summary_forest(make_domain().iloc[:1], FAMILIES, scale=Scale(), title="Relationship")
    assert_legible(fig)
    assert len(squares(fig)) == 0


def test_arms_are_shown_where_known_else_the_total_else_a_dash() -> None:
    rows = make_rows(3, n_t=[24.0, NAN, NAN], n_c=[26.0, NAN, NAN], n_total=[50.0, 1234.0, NAN])
    shown = words(plot(rows))
    assert {"24", "26", "1,234 in total"} <= set(shown)
    assert shown.count("–") == 2
    assert any(word.startswith("– Not reported") for word in shown)


def test_a_total_stands_in_the_middle_of_both_arms() -> None:
    fig = plot(make_rows(2, n_t=[24.0, NAN], n_c=[26.0, NAN], n_total=[50.0, 1234.0]))
    found = {text.get_text(): box(text) for text in texts(fig)}
    total, left, right = found["1,234 in total"], found["n interv."], found["n control"]
    assert (total.x0 + total.x1) / 2 == pytest.approx((left.x0 + right.x1) / 2, abs=1)


MEANS: dict[str, Any] = {"mean_t": 10.25, "sd_t": 2.0, "mean_c": -1.0, "sd_c": 3.5}


@pytest.mark.parametrize(
    ("reported", "headers"),
    [
        ({"events_t": 3.0, "events_c": 5.0}, ["Events", "Total"]),
        (MEANS, ["Mean", "SD", "Total"]),
    ],
)
def test_events_or_means_stand_in_the_columns_of_their_arms(
    reported: dict[str, Any], headers: list[str]
) -> None:
    fig = plot(make_rows(3, **reported))
    shown = words(fig)
    found = [word for word in shown if word in ("Events", "Mean", "SD", "Total", "n")]
    assert found == 2 * headers
    assert {f"{value:g}".replace("-", "\u2212") for value in reported.values()} <= set(shown)
    assert {"Intervention", "Control"} <= set(shown)
    assert_legible(fig)


@pytest.mark.parametrize(("n", "is_shown"), [(4, True), (5, False)])
def test_means_are_shown_where_half_of_the_rows_have_them(n: int, is_shown: bool) -> None:
    means: dict[str, Any] = {name: [value] * 2 + [NAN] * (n - 2) for name, value in MEANS.items()}
    shown = words(plot(make_rows(n, turned=["yes"] * 2 + [""] * (n - 2), **means)))
    assert ("Mean" in shown, "10.25" in shown) == (is_shown, is_shown)
    assert any("\u2021" in word for word in shown) == is_shown


def test_a_row_reported_in_another_form_has_its_sizes_alone() -> None:
    means: dict[str, Any] = {name: [value, NAN] for name, value in MEANS.items()}
    layout = forest_layout(make_rows(2, **means), make_summary(), title="Two")
    filled = [set(line.cells) & {*MEANS, "n_t", "n_c"} for line in layout.lines if line.is_result]
    assert filled == [{*MEANS, "n_t", "n_c"}, {"n_t", "n_c"}]


def test_a_total_stands_in_the_middle_of_both_arms_with_means() -> None:
    means: dict[str, Any] = {name: [value, value, NAN] for name, value in MEANS.items()}
    sizes: dict[str, Any] = {
        "n_t": [24.0, 25.0, NAN],
        "n_c": [26.0, 25.0, NAN],
        "n_total": [50.0, 50.0, 1234.0],
    }
    fig = plot(make_rows(3, **means, **sizes))
    found = {text.get_text(): box(text) for text in texts(fig)}
    total, left, right = found["1,234 in total"], found["10.25"], found["26"]
    assert left.x0 < total.x0 < total.x1 < right.x1
    assert_legible(fig)


def test_a_result_whose_effect_is_turned_is_marked() -> None:
    rows = make_rows(2, label=["Ann 2001", "Bob 2002"], turned=["yes", ""], **MEANS)
    shown = words(plot(rows))
    assert {"Ann 2001 \u2021", "Bob 2002"} <= set(shown)
    (note,) = [word for word in shown if word.startswith("\u2021")]
    assert note.endswith("the effect is turned (positive in favour of the intervention).")


def test_a_result_without_numbers_of_its_arms_has_no_mark() -> None:
    means: dict[str, Any] = {name: [value, None] for name, value in MEANS.items()}
    rows = make_rows(2, label=["Ann 2001", "Bob 2002"], turned=["yes", "yes"], **means)
    assert {"Ann 2001 \u2021", "Bob 2002"} <= set(words(plot(rows)))


def test_a_trial_that_is_not_pooled_has_no_weight() -> None:
    shown = words(plot(make_rows(1), make_summary(n_trials=1, k=1)))
    assert "Weight" not in shown
    assert not any(word.endswith("%") for word in shown)


def test_the_pool_of_a_lone_subgroup_is_not_repeated() -> None:
    pools = pd.concat([make_summary("Play", name="Pooled"), make_summary()])
    fig = plot(make_rows(3, ("Play",)), pools, subgroup_test="Subgroup differences: not tested")
    shown = words(fig)
    assert "Play" in shown
    assert len(named(fig, "diamond")) == 1
    assert not any(word.startswith(("Pooled", "Subgroup")) for word in shown)


def test_the_test_of_the_effect_stands_under_heterogeneity() -> None:
    test = "Test of overall effect: t = 3.21, df = 11.5, p = 0.008"
    shown = words(plot(make_rows(3), make_summary(test=test)))
    assert shown[shown.index(test) - 1].startswith("Q = ")


def test_plots_of_a_family_have_the_axis_that_they_are_given() -> None:
    axis = Axis(-2.0, 4.0, [(0.0, "0")])
    assert plot(make_rows(2), axis=axis).axes[0].get_xlim() == (-2.0, 4.0)


# --- pages ---------------------------------------------------------------------------------------


def pages(n: int, subgroups: tuple[str, ...] = ("",)) -> list[Figure]:
    rows = make_rows(n, subgroups)
    return draw_pages(forest_layout(rows, make_summary(), title="Long plot"), 6.0)


def test_a_short_plot_is_one_page_as_without_pages_but_for_its_title() -> None:
    (fig,) = pages(5)
    titled = words(forest_plot(make_rows(5), make_summary(), title="Long plot"))
    titled.remove("Long plot")
    assert words(fig) == titled


def test_pages_are_named_with_the_title_and_their_number() -> None:
    labels = [fig.get_label() for fig in pages(30)]
    assert labels == ["Long plot (part 1 of 2)", "Long plot (part 2 of 2)"]


def test_a_page_too_wide_has_a_shorter_axis_and_stays_legible() -> None:
    layout = forest_layout(make_rows(5), make_summary(), title="Long plot")
    (full,) = draw_pages(layout, 6.0)
    width = full.get_size_inches()[0]
    (narrow,) = draw_pages(layout, 6.0, width - 0.4)
    assert narrow.get_size_inches()[0] == pytest.approx(width - 0.4)
    assert words(narrow) == words(full)
    assert_legible(narrow)


def fitted(widest: float, rows: pd.DataFrame) -> Plot:
    return fitted_layout(rows, make_summary(), title="Wide plot", widest=widest)


def test_a_plot_that_fits_its_sheet_keeps_its_columns() -> None:
    rows = make_rows(3, **MEANS)
    assert fitted(math.inf, rows) == forest_layout(rows, make_summary(), title="Wide plot")


def test_a_plot_too_wide_for_its_sheet_has_narrower_texts() -> None:
    rows = make_rows(3, **MEANS)
    widest = least_width(fitted(math.inf, rows)) - 0.3
    layout = fitted(widest, rows)
    assert least_width(layout) <= widest
    assert "mean_t" in [column.key for column in layout.left]
    (fig,) = draw_pages(layout, 10.0, widest)
    assert fig.get_size_inches()[0] <= widest + 1e-9
    assert_legible(fig)


def test_means_give_way_where_narrower_texts_are_not_enough() -> None:
    rows = make_rows(3, **MEANS)
    with_means = [
        least_width(forest_layout(rows, make_summary(), title="", text_share=share))
        for share in (1.0, 0.4)
    ]
    layout = fitted(min(with_means) - 0.1, rows)
    assert "mean_t" not in [column.key for column in layout.left]


def test_no_word_of_a_narrow_column_is_broken() -> None:
    rows = make_rows(2, measure="Developmental quotient", label="Fergusson 2005")
    layout = forest_layout(rows, make_summary(), title="", text_share=0.4)
    cells = [line.cells.get("measure") for line in layout.lines if line.cells.get("measure")]
    assert cells == 2 * ["Developmental", "quotient"]


def test_a_long_plot_breaks_over_pages_with_every_result_once() -> None:
    drawn = pages(60)
    assert len(drawn) > 2
    assert sum(len(squares(fig)) for fig in drawn) == 60


def test_pages_keep_their_height_columns_and_axis() -> None:
    drawn = pages(60)
    assert max(fig.get_size_inches()[1] for fig in drawn) <= 6.0
    assert len({fig.get_size_inches()[0] for fig in drawn}) == 1
    assert len({fig.axes[0].get_xlim() for fig in drawn}) == 1


def test_squares_of_one_weight_are_equally_large_on_every_page() -> None:
    rows = make_rows(60, weight=[50.0, *[1.0] * 59])
    drawn = draw_pages(forest_layout(rows, make_summary(), title="Long plot"), 6.0)
    assert len({round(area, 9) for fig in drawn for area in squares(fig)["area"]}) == 2


def test_a_subgroup_that_goes_on_has_its_heading_again() -> None:
    headings = [line for line in words(pages(60, ("Play", "Talk"))[1]) if "(continued)" in line]
    assert headings == ["Play (continued)"]


def test_every_page_is_legible() -> None:
    for fig in pages(60, ("Play", "Talk")):
        assert_legible(fig)


def test_heterogeneity_model_and_flags_stand_under_the_diamond() -> None:
    shown = words(plot(make_rows(3), make_summary(flags="few degrees of freedom")))
    assert "Q = 31.40, df = 11, p = 0.012; I² = 52.3%; τ² = 0.047" in shown
    assert "Random effects (REML), Knapp-Hartung" in shown
    assert "Note: few degrees of freedom" in shown


def test_the_subgroup_test_is_printed() -> None:
    fig = plot(make_rows(3), subgroup_test="Test between subgroups: p = 0.2")
    assert "Test between subgroups: p = 0.2" in words(fig)


def test_negative_numbers_have_a_true_minus_sign() -> None:
    rows = make_rows(3, yi=-0.4, ci_low=-0.9, ci_high=0.1)
    shown = words(plot(rows, make_summary(ci_low=-0.2)))
    assert "\u22120.40" in shown
    assert not [word for word in shown if re.search(r"-\d", word)]


def test_limits_are_aligned_on_their_decimals() -> None:
    fig = plot(make_rows(4, ci_low=[-10.5, 0.1, -0.2, 0.05], ci_high=[0.9, 11.0, 0.2, 0.8]))
    lows = [t for t in texts(fig) if re.fullmatch(r"\[.?[\d.]+,", t.get_text())]
    at_rows = [text for text in lows if text.get_fontsize() == fg.TEXT_SIZE]
    assert len({round(box(text).x1) for text in at_rows}) == 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.125, "0.12"),
        (-0.5, "\u22120.50"),
        (-0.001, "0.00"),
        (999.0, "999.00"),
        (-123456.0, "\u22121.23e5"),
        (NAN, "not reported"),
    ],
)
def test_decimals(value: float, text: str) -> None:
    assert wording.decimal(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.0004, "p < 0.001"), (0.034, "p = 0.034"), (NAN, "p not reported")]
)
def test_p_values(value: float, text: str) -> None:
    assert wording.p_value(value) == text


@pytest.mark.parametrize("width", [0.2, 0.5, 1.0, 3.0])
def test_shortened_text_fits(width: float) -> None:
    assert fg.text_width(fg.shorten("observed interaction, mothers " * 5, width), 8.5) <= width


def test_wrapped_text_keeps_all_its_words() -> None:
    text = "correlated-effects robust variance with Satterthwaite degrees of freedom"
    assert " ".join(fg.wrap(text, 2.0)) == text


# --- summary forest ------------------------------------------------------------------------------


def test_pooled_interventions_have_a_diamond_and_single_trials_a_hollow_square() -> None:
    fig = summary_forest(make_domain(), FAMILIES, scale=Scale(), title="Relationship")
    assert len(named(fig, "diamond")) == 1
    single = squares(fig)
    assert (single["x"].tolist(), single["fill"].tolist()) == ([0.2], ["#ffffff"])
    assert "single trial" in words(fig)


def test_an_intervention_without_an_estimate_says_why() -> None:
    fig = summary_forest(
        make_domain(n_trials=[7, 1, 0]), FAMILIES, scale=Scale(), title="Relationship"
    )
    assert "No pooled estimate: no usable result" in words(fig)
    fig = summary_forest(make_domain(), FAMILIES, scale=Scale(), title="Relationship")
    assert "No pooled estimate: 1 trial" in words(fig)


def test_flags_become_numbered_notes() -> None:
    shown = words(summary_forest(make_domain(), FAMILIES, scale=Scale(), title="Relationship"))
    assert "Video feedback [1, 2]" in shown
    assert "Parent-infant psychotherapy [2]" in shown
    assert {"[1] few degrees of freedom", "[2] abstracts only"} <= set(shown)


# --- scales ---------------------------------------------------------------------------------------


def tick_labels(fig: Figure) -> dict[str, float]:
    """What the ticks say, with their places on the axis."""
    to_axis = fig.axes[0].transData.inverted().transform
    labels: list[Any] = named(fig, "tick")
    places = [label.get_transform().transform(label.get_position()) for label in labels]
    return {label.get_text(): to_axis(at)[0] for label, at in zip(labels, places, strict=True)}


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


# --- colours -------------------------------------------------------------------------------------

COLOURS = [family.colour for family in FAMILIES.values()] + [fg.MIXED_COLOUR]
# Viénot, Brettel and Mollon (1999): linear RGB as seen without the long or the medium cones.
PROTANOPIA = [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]]
DEUTERANOPIA = [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]]


def linear(colour: str) -> np.ndarray:
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE 1976 L*a*b* (D65) of linear sRGB."""
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    x, y, z = np.cbrt(np.clip(to_xyz @ rgb, 0.009, None) / [0.9505, 1.0, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("colour", COLOURS)
def test_colours_stand_out_on_white_by_three_to_one(colour: str) -> None:
    luminance = linear(colour) @ [0.2126, 0.7152, 0.0722]
    assert 1.05 / (luminance + 0.05) >= 3


@pytest.mark.parametrize("sight", [np.eye(3), PROTANOPIA, DEUTERANOPIA])
def test_family_colours_differ_for_every_kind_of_sight(sight: list[Any]) -> None:
    seen = [lab(np.array(sight) @ linear(colour)) for colour in COLOURS]
    assert min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2)) > 15


# --- saving and side effects ---------------------------------------------------------------------


def test_two_drawings_give_the_same_bytes(tmp_path: Path) -> None:
    saved = [fg.save_figure(plot(make_rows(5)), tmp_path / name) for name in ("a", "b")]
    assert saved[0].read_bytes() == saved[1].read_bytes()


def test_the_settings_of_the_user_change_nothing(tmp_path: Path) -> None:
    plain = fg.save_figure(plot(make_rows(3)), tmp_path / "plain")
    settings: dict[Any, Any] = {
        "font.size": 30,
        "lines.linewidth": 9,
        "axes.linewidth": 5,
        "figure.dpi": 300,
    }
    with mpl.rc_context({**settings, "svg.fonttype": "path", "savefig.bbox": "tight"}):
        other = fg.save_figure(plot(make_rows(3)), tmp_path / "other")
    assert plain.read_bytes() == other.read_bytes()


FRESH = """
import json, sys, warnings
import numpy as np, matplotlib as mpl
before = (list(warnings.filters), np.geterr(), list(mpl.rcParams["font.monospace"]))
sys.path[:0] = {paths}
import metarepro.figures.forest
after = (list(warnings.filters), np.geterr(), list(mpl.rcParams["font.monospace"]))
import test_forest as tests
svg = tests.fg.save_figure(tests.plot(tests.make_rows(5)), tests.Path(sys.argv[1]))
print(json.dumps({{"unchanged": [a == b for a, b in zip(before, after)]}}))
"""


def test_a_fresh_process_draws_the_same_and_importing_has_no_side_effects(tmp_path: Path) -> None:
    here = fg.save_figure(plot(make_rows(5)), tmp_path / "here")
    program = FRESH.format(paths=[str(SCRIPTS), str(Path(__file__).parent)])
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, str(tmp_path / "there")],
        env={**os.environ, "PYTHONHASHSEED": "4711"},
        capture_output=True,
        text=True,
        check=True,
    )
    # warnings.filters, numpy's error state, matplotlib's monospaced fonts
    assert json.loads(done.stdout) == {"unchanged": [True, True, True]}
    assert (tmp_path / "there.svg").read_bytes() == here.read_bytes()


def test_files_carry_no_date_and_no_version(tmp_path: Path) -> None:
    figure = plot(make_rows(2, label="Author"))
    svg = fg.svg_bytes(figure).decode()
    assert not re.search(r"metadata|Matplotlib|\d\.\d+\.\d+", svg)
    assert b"Software" not in fg.png_bytes(figure)


def test_the_title_can_be_read_out(tmp_path: Path) -> None:
    svg = fg.save_figure(plot(make_rows(2), title="A < B & C"), tmp_path / "figure")
    assert "<title>A &lt; B &amp; C</title>" in svg.read_text(encoding="utf-8")


def test_dots_in_a_name_are_kept(tmp_path: Path) -> None:
    svg = fg.save_figure(plot(make_rows(2)), tmp_path / "new" / "v1.2")
    assert svg.name == "v1.2.svg"


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fig = plot(make_rows(2))
    (tmp_path / "figure.svg").write_text("old")

    def refuse(self: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, "disk full")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="disk full"):
        fg.save_figure(fig, tmp_path / "figure")
    assert [path.name for path in tmp_path.iterdir()] == ["figure.svg"]
    assert (tmp_path / "figure.svg").read_text() == "old"


@pytest.mark.parametrize("arms", [{}, dict.fromkeys(ARM_COLUMNS[2:], 12.34)])
def test_a_figure_of_ninety_rows_stays_small(arms: dict[str, Any]) -> None:
    assert len(fg.svg_bytes(plot(make_rows(90, **arms)))) < 80_000


def test_white_stays_white_in_a_picture() -> None:
    with Image.open(io.BytesIO(fg.png_bytes(plot(make_rows(2))))) as picture:
        assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_pyplot_keeps_no_figure() -> None:
    plot(make_rows(2))
    assert plt.get_fignums() == []


# --- refusals ------------------------------------------------------------------------------------


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ValueError, match=r"rows lack the columns \['weight'\]"):
        plot(make_rows(2).drop(columns="weight"))


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(ValueError, match="rows are empty"):
        plot(make_rows(2).iloc[:0])
    with pytest.raises(ValueError, match="rows are empty"):
        summary_forest(make_domain().iloc[:0], FAMILIES, scale=Scale(), title="")


def test_a_summary_of_an_unknown_subgroup_is_refused() -> None:
    with pytest.raises(ValueError, match=r"subgroups that rows do not have: \['C'\]"):
        plot(make_rows(2, ("A", "B")), make_summary("C"))


def line(text: str = "", shape: str = "", *, bold: bool = False) -> Line:
    mark = Mark(shape, 0.1, 0.0, 0.2, "black") if shape else None
    return Line(across=text, mark=mark, bold=bold)


def parts(lines: list[Line], room: int) -> list[list[str]]:
    return [[one.across for one in part] for part in broken(lines, room)]


def test_a_pooled_result_is_not_parted_from_the_last_of_its_results() -> None:
    results = [line(f"r{i}", "square") for i in range(8)]
    pooled = [line("pooled", "diamond", bold=True), line("Q")]
    assert parts([line("Play", bold=True), *results, *pooled], 10)[1] == [
        "Play (continued)", "r7", "pooled", "Q",
    ]  # fmt: skip


def test_the_overall_result_is_not_alone_on_a_page() -> None:
    group = [line("Play", bold=True), *(line(f"r{i}", "square") for i in range(3)), line("pooled")]
    last = [line("Talk", bold=True), line("r9", "square")]
    lines = [*group, line(), *last, line(), line("overall", "diamond", bold=True)]
    assert parts(lines, 8)[1] == ["Talk", "r9", "", "overall"]


def test_no_heading_is_repeated_over_an_empty_line() -> None:
    first = [line("Play", bold=True), *(line(f"r{i}", "square") for i in range(5))]
    second = [line("Talk", bold=True), *(line(f"s{i}", "square") for i in range(5))]
    assert parts([*first, line(), *second], 6)[1][0] == "Talk"
