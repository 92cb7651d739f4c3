"""Words and numbers in forest plots, and what is refused."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest
from tests.made_up_forests import (
    FAMILIES,
    MEANS,
    NAN,
    assert_legible,
    box,
    make_domain,
    make_rows,
    make_summary,
    named,
    plot,
    squares,
    texts,
    words,
)

from metarepro.figures import style as fg
from metarepro.figures.domain_forest import summary_forest
from metarepro.figures.forest import forest_layout
from metarepro.figures.forest_axis import Axis
from metarepro.wording import phrases as wording
from metarepro.wording.scales import Scale


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
