"""Forest plots in RevMan's layout: columns, lines, axis, totals, published pools, hostile texts."""

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from tests.made_up_corpus import write_corpus
from tests.made_up_forests import (
    HOSTILE,
    assert_legible,
    box,
    named,
    one,
    squares,
    texts,
    tick_labels,
    whiskers,
    words,
)
from tests.review_tables import records

from metarepro.figures import style as fg
from metarepro.figures.arm_columns import as_entered
from metarepro.figures.forest_axis import Mark, symmetric_axis
from metarepro.models.conventions import CONVENTIONS, REVMAN_WEB
from metarepro.readers.review_file import read_review
from metarepro.readers.review_tables import ANALYSIS_COLUMNS, STUDY_COLUMNS, Extraction, complete
from metarepro.reviews.analysis_settings import AnalysisSettings
from metarepro.reviews.pooling import AnalysisResult, pool_analysis
from metarepro.reviews.revman_forest import revman_forest
from metarepro.reviews.revman_wording import p_value

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
NAN = math.nan
KEYS = {
    "review_id": "CD000000",
    "comparison_number": "1",
    "comparison": "Massage versus none",
    "outcome_number": "2",
    "outcome": "Sleep",
}
SETTINGS = {
    "dichotomous": {"measure": "RR", "method": "MH", "log_data": "yes"},
    "continuous": {"measure": "MD", "method": "IV", "log_data": "no"},
    "iv": {"measure": "HR", "method": "IV", "log_data": "yes", "measure_label": "Hazard Ratio"},
    "oe": {"measure": "HR", "method": "PETO", "log_data": "yes", "model": "fixed"},
}


def make_studies(
    n: int, data_type: str = "dichotomous", subgroups: tuple[str, ...] = ("",), **changes: Any
) -> pd.DataFrame:
    """Rows without chance, in as many subgroups as are named (numbered from 1)."""
    rng = np.random.default_rng(n)
    size = rng.integers(40, 200, n).astype(float)
    numbers_of: dict[str, dict[str, Any]] = {
        "dichotomous": {
            **{"n_t": size, "n_c": size + 2},
            **{"events_t": np.floor(size / 5) + 1, "events_c": np.floor(size / 3) - 2},
        },
        "continuous": {
            **{"n_t": size, "n_c": size + 2, "sd_t": 4.25, "sd_c": 5.0},
            **{"mean_t": 10 + rng.uniform(-2, 2, n).round(1), "mean_c": 12.5},
        },
        "iv": {"estimate": rng.uniform(-0.8, 0.3, n).round(2), "se": 4 / size},
        "oe": {"o_e": rng.uniform(-6, 3, n).round(1), "variance": size / 9},
    }
    numbers = numbers_of[data_type]
    group = [i * len(subgroups) // n for i in range(n)]
    frame = pd.DataFrame({"position": np.arange(1.0, n + 1), **numbers})
    frame = frame.assign(
        **KEYS,
        study_id=[f"STD-{i}" for i in range(n)],
        study=[f"Author {1990 + i}" for i in range(n)],
        subgroup=[subgroups[i] for i in group],
        subgroup_number=["" if subgroups == ("",) else str(i + 1) for i in group],
        applies_to="both",
        estimable="yes",
        locator="made by hand",
    )
    return pd.DataFrame(complete(records(frame.assign(**changes)), STUDY_COLUMNS))


def make_analysis(
    data_type: str = "dichotomous", subgroups: tuple[str, ...] = (), **changes: Any
) -> pd.DataFrame:
    """An overall row and one for each subgroup, without published values."""
    settings: dict[str, Any] = {
        **KEYS,
        **{"data_type": data_type, "model": "random", "level": "overall", "totals": "YES"},
        **{"interval_level": 0.95, "study_interval_level": 0.95, "ci_method": "wald"},
        **{"swap_events": "no", "prediction_interval": "no", "estimable": "yes"},
        **{"label_t": "Massage", "label_c": "No massage", "locator": "made by hand"},
        **{"favours_left": "Favours massage", "favours_right": "Favours none"},
        **{"published_scale": "difference" if data_type == "continuous" else "log"},
        **SETTINGS[data_type],
        **changes,
    }
    rows = [settings]
    for i, name in enumerate(subgroups, start=1):
        rows.append({**settings, "level": "subgroup", "subgroup_number": str(i), "subgroup": name})
    return pd.DataFrame(complete(rows, ANALYSIS_COLUMNS))


def pooled(studies: pd.DataFrame, analysis: pd.DataFrame) -> AnalysisResult:
    settings = AnalysisSettings.from_row({str(k): v for k, v in analysis.iloc[0].items()})
    return pool_analysis(studies, settings, REVMAN_WEB)


def draw(studies: pd.DataFrame, analysis: pd.DataFrame, **options: Any) -> Figure:
    return revman_forest(records(studies), records(analysis), pooled(studies, analysis), **options)


def plot(n: int = 4, data_type: str = "dichotomous", **changes: Any) -> Figure:
    return draw(make_studies(n, data_type), make_analysis(data_type, **changes))


def in_line_with(fig: Figure, label: str) -> list[str]:
    """All texts on the line of the first text that says `label`, from left to right."""
    drawn = texts(fig)
    y = next(text.get_position()[1] for text in drawn if text.get_text() == label)
    same = [text for text in drawn if text.get_position()[1] == y]
    return [text.get_text() for text in sorted(same, key=lambda text: box(text).x0)]


TWO = ("Babies", "Toddlers")


def two_subgroups(**changes: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    analysis = make_analysis(subgroups=TWO, **{"subgroup_q": 1.0, **changes})
    return make_studies(6, subgroups=TWO), analysis


# --- legibility ----------------------------------------------------------------------------------


@pytest.mark.parametrize("data_type", SETTINGS)
@pytest.mark.parametrize("n", [1, 2, 12])
def test_no_texts_meet_for_any_type_of_data(data_type: str, n: int) -> None:
    assert_legible(plot(n, data_type))


@pytest.mark.parametrize("totals", ["YES", "SUB", "NO"])
def test_no_texts_meet_among_150_rows_in_subgroups(totals: str) -> None:
    names = tuple(f"Subgroup {i} " * 12 for i in range(9))
    studies = make_studies(150, subgroups=names, footnote=[f"Note {i}. " * 9 for i in range(150)])
    assert_legible(draw(studies, make_analysis(subgroups=names, totals=totals)))


def test_rows_have_the_same_height_however_many_there_are() -> None:
    heights = [plot(n).get_size_inches()[1] for n in (10, 150)]
    assert heights[1] - heights[0] == pytest.approx(140 * 0.2)


@pytest.mark.parametrize("data_type", SETTINGS)
def test_hostile_texts_stay_in_their_place(data_type: str) -> None:
    names = (HOSTILE[0], HOSTILE[3])
    hostile: dict[str, Any] = {"study": list(HOSTILE), "footnote": list(HOSTILE[::-1])}
    studies = make_studies(6, data_type, names, **hostile)
    described = {"label_t": HOSTILE[0], "label_c": HOSTILE[4], "measure_label": HOSTILE[5]}
    captions = {"favours_left": HOSTILE[5], "favours_right": HOSTILE[0]}
    titles = {"comparison": HOSTILE[1], "outcome": HOSTILE[0]}
    assert_legible(
        draw(studies, make_analysis(data_type, names, **described, **captions, **titles))
    )


def test_huge_and_tiny_numbers_stay_in_their_place() -> None:
    studies = make_studies(4, "continuous")
    studies.loc[0, ["mean_t", "sd_t", "n_t"]] = [-123456789.5, 1e9, 1e12]
    studies.loc[1, ["mean_t", "sd_t"]] = [1e-9, 1e-7]
    fig = draw(studies, make_analysis("continuous"))
    assert_legible(fig)
    assert {"\u2212123456789.5", "1.0e\u221209"} <= set(words(fig))


# --- columns -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data_type", "headers"),
    [
        ("dichotomous", ["Events", "Total", "Events", "Total"]),
        ("continuous", ["Mean", "SD", "Total", "Mean", "SD", "Total"]),
        ("iv", ["log[Hazard Ratio]", "SE"]),
        ("oe", ["O-E", "Variance"]),
    ],
)
def test_each_type_of_data_has_its_columns(data_type: str, headers: list[str]) -> None:
    shown = in_line_with(plot(data_type=data_type), "Study or Subgroup")
    assert shown[:-2] == ["Study or Subgroup", *headers, "Weight"]


def test_arms_stand_over_the_middle_of_their_columns() -> None:
    fig = plot()
    boxes = {text.get_text(): box(text) for text in texts(fig)}
    events = sorted(box(text).x0 for text in texts(fig) if text.get_text() == "Events")
    totals = sorted(box(text).x1 for text in texts(fig) if text.get_text() == "Total")
    for arm, left, right in zip(("Massage", "No massage"), events, totals, strict=True):
        assert (boxes[arm].x0 + boxes[arm].x1) / 2 == pytest.approx((left + right) / 2, abs=2)


def test_participants_and_events_are_shown_beside_given_effects_if_known() -> None:
    studies = make_studies(3, "oe", n_t=20.0, n_c=[21.0, NAN, 23.0], events_t=3.0, events_c=4.0)
    fig = draw(studies, make_analysis("oe"))
    headers = in_line_with(fig, "Study or Subgroup")[1:7]
    assert headers == ["O-E", "Variance", "Events", "Total", "Events", "Total"]
    assert in_line_with(fig, "Total (95% CI)")[1:3] == ["60", "44"]
    assert in_line_with(fig, "Total events") == ["Total events", "9", "12"]


def test_a_given_estimate_is_shown_as_a_log_and_its_effect_as_a_ratio() -> None:
    studies = make_studies(2, "iv", estimate=[0.4608, -0.1], se=0.198)
    shown = in_line_with(draw(studies, make_analysis("iv")), "Author 1990")
    # exp(0.4608 +- 1.96 * 0.198)
    assert shown[1:] == ["0.4608", "0.198", "50.0%", "1.59", "[1.08,", "2.34]"]


def test_a_given_difference_is_not_called_a_log() -> None:
    changes: dict[str, Any] = {"measure": "MD", "measure_label": "Change", "log_data": "no"}
    fig = draw(make_studies(2, "iv"), make_analysis("iv", **changes))
    assert "Change" in in_line_with(fig, "Study or Subgroup")
    assert not [word for word in words(fig) if word.startswith("log")]


@pytest.mark.parametrize(
    ("data_type", "changes", "method"),
    [
        ("dichotomous", {}, ("Risk Ratio", "M-H, Random, 95% CI")),
        ("continuous", {"model": "fixed"}, ("Mean Difference", "IV, Fixed, 95% CI")),
        ("oe", {"measure_label": "Own name"}, ("Own name", "Exp[(O-E) / V], Fixed, 95% CI")),
        (
            "dichotomous",
            {"measure": "PETO_OR", "method": "PETO", "model": "fixed", "interval_level": 0.99},
            ("Peto Odds Ratio", "Peto, Fixed, 99% CI"),
        ),
    ],
)
def test_measure_and_method_stand_over_effects_and_axis(
    data_type: str, changes: dict[str, Any], method: tuple[str, str]
) -> None:
    shown = words(plot(data_type=data_type, **changes))
    assert [shown.count(text) for text in method] == [2, 2]


def test_the_level_of_the_intervals_is_named_everywhere() -> None:
    shown = words(plot(interval_level=0.9))
    assert "Total (90% CI)" in shown
    assert not [word for word in shown if "95%" in word]


def test_intervals_of_studies_have_their_own_level() -> None:
    studies = make_studies(3, "iv")
    drawn = whiskers(draw(studies, make_analysis("iv", study_interval_level=0.99)))
    half = 2.5758293 * studies["se"]
    np.testing.assert_allclose(drawn[:, 0], studies["estimate"] - half, rtol=1e-6)


# --- studies -------------------------------------------------------------------------------------


def test_squares_stand_at_the_effects_with_areas_by_weight() -> None:
    studies, analysis = make_studies(7), make_analysis()
    result = pooled(studies, analysis)
    drawn = squares(revman_forest(records(studies), records(analysis), result))
    np.testing.assert_allclose(drawn["x"], result.effects.yi)
    np.testing.assert_allclose(
        drawn["area"] / drawn["area"].sum(), result.overall.weights / 100, rtol=1e-9
    )


def test_a_row_that_is_not_estimable_says_so_and_has_no_weight() -> None:
    studies = make_studies(3)
    studies.loc[1, ["events_t", "events_c"]] = 0.0
    fig = draw(studies, make_analysis())
    assert in_line_with(fig, "Author 1991")[-1] == "Not estimable"
    assert not [word for word in in_line_with(fig, "Author 1991") if "%" in word]
    assert len(squares(fig)) == 2


def test_rows_of_a_subgroup_stand_together_whatever_their_order() -> None:
    studies, analysis = two_subgroups()
    fig = draw(studies.iloc[[3, 0, 4, 1, 5, 2]].reset_index(drop=True), analysis)
    order = [word for word in words(fig) if re.match("Author|1.2.", word)]
    shown = sorted(order, key=lambda w: -next(box(t).y0 for t in texts(fig) if t.get_text() == w))
    years = ["Author 1990", "Author 1991", "Author 1992"]
    later = ["Author 1993", "Author 1994", "Author 1995"]
    assert shown == ["1.2.1 Babies", *years, "1.2.2 Toddlers", *later]


def test_footnotes_are_numbered_and_equal_ones_share_a_number() -> None:
    shown = words(draw(make_studies(4, footnote=["", "ITT", "Clusters", "ITT"]), make_analysis()))
    assert {"Author 1990", "Author 1991 (1)", "Author 1992 (2)", "Author 1993 (1)"} <= set(shown)
    assert {"(1) ITT", "(2) Clusters"} <= set(shown)


def test_a_long_label_goes_on_and_ends_in_the_number_of_its_footnote() -> None:
    study = "Grantham-McGregor and many colleagues 2020, second phase"
    shown = words(draw(make_studies(1, study=study, footnote="ITT"), make_analysis()))
    start = next(i for i, word in enumerate(shown) if word.startswith("Grantham"))
    assert " ".join(shown[start : start + 2]) == f"{study} (1)"


def test_risk_of_bias_is_not_drawn() -> None:
    fig = draw(make_studies(2, risk_of_bias="Blinding: high risk;"), make_analysis())
    assert not [word for word in words(fig) if "Blinding" in word]


def test_a_row_outside_the_total_is_hollow_and_says_so() -> None:
    studies, analysis = two_subgroups()
    studies.loc[1, "applies_to"] = "subgroup"
    fig = draw(studies, analysis)
    assert squares(fig)["fill"].tolist().index("#ffffff") == 1
    assert {"Author 1991 (1)", "(1) In the subtotal only."} <= set(words(fig))


# --- pools ---------------------------------------------------------------------------------------


def test_the_total_has_participants_weight_effect_and_events() -> None:
    studies, analysis = make_studies(5), make_analysis()
    fig, pool = draw(studies, analysis), pooled(studies, analysis).overall
    sums = studies[["n_t", "n_c", "events_t", "events_c"]].sum().map("{:.0f}".format)
    limits = [f"{math.exp(x):.2f}" for x in (pool.estimate, pool.ci_low, pool.ci_high)]
    assert in_line_with(fig, "Total (95% CI)") == [
        *("Total (95% CI)", sums["n_t"], sums["n_c"], "100.0%"),
        *(limits[0], f"[{limits[1]},", f"{limits[2]}]"),
    ]
    assert in_line_with(fig, "Total events")[1:] == [sums["events_t"], sums["events_c"]]


def test_participants_of_rows_that_are_not_estimable_are_counted() -> None:
    studies = make_studies(2, n_t=50.0, events_t=[0.0, 4.0], events_c=[0.0, 5.0])
    assert in_line_with(draw(studies, make_analysis()), "Total (95% CI)")[1] == "100"


def test_totals_of_the_file_go_before_sums() -> None:
    assert in_line_with(plot(n_t=777.0), "Total (95% CI)")[1] == "777"


def test_the_diamond_has_its_corners_at_estimate_and_interval() -> None:
    studies, analysis = make_studies(5), make_analysis()
    pool = pooled(studies, analysis).overall
    corners = one(draw(studies, analysis), "diamond").get_xy()[:, 0]
    assert (corners.min(), corners.max()) == pytest.approx((pool.ci_low, pool.ci_high))
    assert pool.estimate in corners


def test_subgroups_and_total_have_diamonds_and_weights_that_add_up() -> None:
    fig = draw(*two_subgroups())
    assert len(named(fig, "diamond")) == 3
    bold = fg.font(bold=True).get_file()
    cells = [t.get_text() for t in texts(fig) if t.get_fontproperties().get_file() == bold]
    percents = [float(cell[:-1]) for cell in cells if re.fullmatch(r"[\d.]+%", cell)]
    assert len(percents) == 3
    assert sorted(percents)[-1] == 100.0
    assert sum(percents) == pytest.approx(200.0, abs=0.11)


def test_totals_of_subgroups_only_have_no_overall_diamond() -> None:
    fig = draw(*two_subgroups(totals="SUB"))
    assert len(named(fig, "diamond")) == 2
    assert "Total (95% CI)" not in words(fig)
    assert words(fig).count("100.0%") == 2
    assert squares(fig)["area"].count() == 6


def test_without_totals_there_are_neither_diamonds_nor_weights() -> None:
    fig = draw(*two_subgroups(totals="NO", subgroup_q=NAN))
    shown = words(fig)
    assert named(fig, "diamond") == []
    assert not [w for w in shown if w.endswith("%") or w == "Weight" or "Heterogeneity" in w]
    assert len(squares(fig)) == 6
    assert {"1.2.1 Babies", "1.2.2 Toddlers"} <= set(shown)


def test_a_subgroup_without_rows_is_not_estimable() -> None:
    studies = make_studies(3, subgroups=("Babies",))
    fig = draw(studies, make_analysis(subgroups=TWO))
    assert "1.2.2 Toddlers" in words(fig)
    assert words(fig).count("Not estimable") == 1


def test_nothing_estimable_at_all_can_be_drawn() -> None:
    fig = draw(make_studies(2, events_t=0.0, events_c=0.0), make_analysis())
    shown = words(fig)
    assert shown.count("Not estimable") == 3
    assert {"Heterogeneity: Not applicable", "Test for overall effect: Not applicable"} <= set(
        shown
    )
    assert {"0.01", "100"} <= set(shown)
    assert_legible(fig)


def test_lines_of_tests_are_worded_as_revman_words_them() -> None:
    # metafor 3.8.1: rma.uni(c(-.5, .1, -.2), sei = c(.2, .25, .1), method = "DL")
    studies = make_studies(3, "iv", estimate=[-0.5, 0.1, -0.2], se=[0.2, 0.25, 0.1])
    shown = words(draw(studies, make_analysis("iv")))
    assert "Heterogeneity: Tau² = 0.03; Chi² = 3.64, df = 2 (P = 0.16); I² = 45%" in shown
    assert "Test for overall effect: Z = 1.64 (P = 0.10)" in shown


def test_fixed_effects_have_no_tau2() -> None:
    (line,) = [w for w in words(plot(model="fixed")) if w.startswith("Heterogeneity")]
    assert line.startswith("Heterogeneity: Chi² = ")


def test_reml_and_the_hksj_interval_are_named() -> None:
    shown = words(plot(6, tau2_method="REML", ci_method="hksj"))
    assert [w for w in shown if w.startswith("Heterogeneity: Tau² (REML) = ")]
    assert [w for w in shown if re.match(r"Test for overall effect: T = [\d.]+, df = 5 \(P", w)]
    assert [w for w in shown if "Hartung-Knapp-Sidik-Jonkman" in w]


def test_the_test_between_subgroups_is_printed_where_the_file_has_one() -> None:
    assert [w for w in words(draw(*two_subgroups())) if w.startswith("Test for subgroup")]
    without = words(draw(*two_subgroups(subgroup_q=NAN)))
    assert not [w for w in without if w.startswith("Test for subgroup")]


def test_a_single_subgroup_is_tested_against_nothing() -> None:
    studies = make_studies(3, subgroups=("Babies",))
    fig = draw(studies, make_analysis(subgroups=("Babies",), subgroup_q=0.0))
    assert "Test for subgroup differences: Not applicable" in words(fig)


def test_a_prediction_interval_is_drawn_where_it_is_asked_for() -> None:
    studies, analysis = make_studies(6), make_analysis(prediction_interval="yes")
    fig, pool = draw(studies, analysis), pooled(studies, analysis).overall
    assert list(one(fig, "prediction-interval").get_xdata()) == [pool.pi_low, pool.pi_high]
    shown = in_line_with(fig, "95% prediction interval")
    assert shown[1] == f"[{math.exp(pool.pi_low):.2f},"
    assert named(plot(6), "prediction-interval") == []


def test_swapped_events_are_noted() -> None:
    assert [w for w in words(plot(swap_events="yes")) if "without the event" in w]
    assert not [w for w in words(plot()) if "without the event" in w]


# --- published pools -----------------------------------------------------------------------------


def published(scale: str = "log", shift: float = 0.0, places: int = 15, **changes: Any) -> Figure:
    """A plot whose file has our own pool, moved and rounded."""
    studies, analysis = make_studies(5), make_analysis(published_scale=scale, **changes)
    pool = pooled(studies, analysis).overall
    for name in ("estimate", "ci_low", "ci_high"):
        value = getattr(pool, name) + shift
        analysis[f"published_{name}"] = round(
            math.exp(value) if scale == "ratio" else value, places
        )
    return draw(studies, analysis)


@pytest.mark.parametrize("scale", ["log", "ratio"])
def test_an_equal_published_pool_is_not_drawn(scale: str) -> None:
    assert "Published" not in words(published(scale))


@pytest.mark.parametrize("scale", ["log", "ratio"])
def test_a_published_pool_that_differs_is_a_grey_diamond_under_ours(scale: str) -> None:
    fig = published(scale, shift=0.3)
    diamonds: list[Any] = list(named(fig, "diamond"))
    ours, theirs = sorted(
        (diamond.get_xy() for diamond in diamonds),
        key=lambda corners: -corners[:, 1].mean(),
    )
    np.testing.assert_allclose(np.unique(theirs[:, 0]), np.unique(ours[:, 0]) + 0.3, atol=1e-9)
    assert theirs[:, 1].mean() < ours[:, 1].mean()
    assert {"Published"} <= set(words(fig))
    assert [w for w in words(fig) if w.startswith("Grey diamond")]
    assert_legible(fig)


def test_rounding_of_the_file_is_no_difference() -> None:
    names = ("published_estimate", "published_ci_low", "published_ci_high")
    precision = "; ".join(f"{name}: 2" for name in names)
    assert "Published" not in words(published("ratio", 0, 2, published_precision=precision))
    assert "Published" in words(published("ratio", 0, 2))


def test_a_published_pool_without_limits_says_so() -> None:
    analysis = make_analysis(published_estimate=0.5)
    assert "1.65 [not reported]" in in_line_with(draw(make_studies(3), analysis), "Published")


def test_a_published_pool_is_shown_where_we_have_none() -> None:
    analysis = make_analysis(published_estimate=0.5, published_ci_low=0.1, published_ci_high=0.9)
    fig = draw(make_studies(2, events_t=0.0, events_c=0.0), analysis)
    assert len(named(fig, "diamond")) == 1


# --- axis and captions ---------------------------------------------------------------------------


def mark(estimate: float, half: float) -> Mark:
    return Mark("square", estimate, estimate - half, estimate + half, "k")


@pytest.mark.parametrize(
    ("farthest", "labels"),
    [
        (1.9, ["0.5", "0.7", "1", "1.5", "2"]),
        (4.9, ["0.2", "0.5", "1", "2", "5"]),
        (99, ["0.01", "0.1", "1", "10", "100"]),
        (1e9, ["0.001", "0.1", "1", "10", "1000"]),
    ],
)
def test_ratio_axes_have_the_ticks_of_revman(farthest: float, labels: list[str]) -> None:
    axis = symmetric_axis([mark(0.0, math.log(farthest))], ratio=True)
    assert [label for _, label in axis.ticks] == labels
    places = [place for place, _ in axis.ticks]
    np.testing.assert_allclose(np.exp(places), [float(label) for label in labels])
    assert axis.low == -axis.high < places[0]


@pytest.mark.parametrize(
    ("farthest", "end"), [(0.019, 0.02), (0.9, 1), (1.9, 2), (3.0, 4), (41, 60), (1e6, 1e6)]
)
def test_difference_axes_are_symmetric_with_five_ticks(farthest: float, end: float) -> None:
    axis = symmetric_axis([mark(-farthest, 0.0)], ratio=False)
    assert [place for place, _ in axis.ticks] == pytest.approx([-end, -end / 2, 0, end / 2, end])


def test_ratios_are_drawn_as_logs_and_labelled_as_ratios() -> None:
    ticks = tick_labels(plot(4))
    assert [float(label) for label in ticks] == pytest.approx(list(np.exp([*ticks.values()])))


def test_captions_are_those_of_the_file_on_their_sides_of_no_effect() -> None:
    fig = plot(favours_left="Favours none", favours_right="Favours massage")
    zero = fig.axes[0].transData.transform((0, 0))[0]
    boxes = {text.get_text(): box(text) for text in texts(fig)}
    assert boxes["Favours none"].x1 < zero < boxes["Favours massage"].x0


def test_without_captions_no_side_is_said_to_be_favoured() -> None:
    shown = words(plot(favours_left="", favours_right=""))
    assert {"Lower with Massage", "Higher with Massage"} <= set(shown)
    assert not [word for word in shown if "avours" in word]


def test_without_captions_and_arms_there_is_nothing_under_the_axis() -> None:
    shown = words(plot(favours_left="", favours_right="", label_t="", label_c=""))
    assert not [word for word in shown if "avours" in word or "ower with" in word]


# --- numbers, titles, refusals, files ------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (318.0, "318"),
        (26.5, "26.5"),
        (20.8348, "20.8348"),
        (1 / 3, "0.3333"),
        (-0.0, "0"),
        (-99.2, "\u221299.2"),
        (1234.5678, "1234.57"),
        (0.00001, "1.0e\u221205"),
        (NAN, ""),
    ],
)
def test_numbers_of_the_data_table_keep_their_digits(value: float, text: str) -> None:
    assert as_entered(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "P = 1.00"),
        (0.0549, "P = 0.05"),
        (0.01, "P = 0.01"),
        (0.0042, "P = 0.004"),
        (0.00042, "P = 0.0004"),
        (0.00009, "P < 0.0001"),
        (0.000001, "P < 0.00001"),
        (0.0, "P < 0.00001"),
        (NAN, "P not reported"),
    ],
)
def test_p_values_are_printed_as_revman_prints_them(value: float, text: str) -> None:
    assert p_value(value) == text


def test_the_title_says_which_analysis_it_is_unless_one_is_given() -> None:
    assert plot().get_label() == "Analysis 1.2 Massage versus none: Sleep"
    assert draw(make_studies(2), make_analysis(), title="Mine").get_label() == "Mine"


def test_tables_without_rows_are_refused() -> None:
    studies, analysis = make_studies(2), make_analysis()
    result = pooled(studies, analysis)
    with pytest.raises(ValueError, match="nothing to draw"):
        revman_forest(records(studies.iloc[:0]), records(analysis), result)
    with pytest.raises(ValueError, match="nothing to draw"):
        revman_forest(records(studies), records(analysis.iloc[:0]), result)


def test_the_result_of_another_analysis_is_refused() -> None:
    analysis = make_analysis()
    with pytest.raises(ValueError, match="result has 3 rows, studies 2"):
        revman_forest(
            records(make_studies(2)), records(analysis), pooled(make_studies(3), analysis)
        )


def test_two_drawings_give_the_same_bytes(tmp_path: Path) -> None:
    saved = [fg.save_figure(plot(), tmp_path / name) for name in ("a", "b")]
    assert saved[0].read_bytes() == saved[1].read_bytes()


def assert_analyses_are_legible(extraction: Extraction) -> None:
    convention = CONVENTIONS[extraction.review.format]
    keys = ["comparison_number", "outcome_number"]
    studies_of = dict(list(extraction.studies.groupby(keys)))
    for key, rows in extraction.analyses.groupby(keys, sort=False):
        head = {str(k): v for k, v in rows.iloc[0].items()}
        result = pool_analysis(studies_of[key], AnalysisSettings.from_row(head), convention)
        assert_legible(revman_forest(records(studies_of[key]), records(rows), result))


@pytest.mark.parametrize("name", ["revman5/every_kind.rm5", "revman_web/zip_in_zip.zip"])
def test_analyses_of_a_review_file_are_legible(tmp_path: Path, name: str) -> None:
    write_corpus(tmp_path / "collection")
    assert_analyses_are_legible(read_review(tmp_path / "collection" / name))


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of review files is not there")
@pytest.mark.parametrize(
    "name",
    [
        "revman5/CD000023StatsDataOnly.rm5",
        "revman5/CD003188StatsDataOnly.rm5",
        "revman5/CD008521StatsDataOnly.rm5",
        "revman_web/CD004366",
    ],
)
def test_analyses_of_third_party_reviews_are_legible(name: str) -> None:
    assert_analyses_are_legible(read_review(CORPUS / name))
