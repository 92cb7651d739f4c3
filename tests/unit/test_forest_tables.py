"""What goes into the forest plots."""

import math
from typing import Any

import pandas as pd
import pytest
from tests.plans import small_plan, syntheses
from tests.study_tables import STUDIES

from metarepro.conversion.tables import EFFECTS as EFFECTS_TABLE
from metarepro.figures.arms import ARM_COLUMNS, TURNED
from metarepro.figures.domain_forest import DOMAIN_COLUMNS
from metarepro.figures.forest import ROW_COLUMNS, SUMMARY_COLUMNS, forest_plot
from metarepro.figures.forest_axis import Mark
from metarepro.figures.forest_tables import (
    domain_pools,
    domain_rows,
    published_summary,
    review_rows,
    subgroup_test_text,
    summaries,
    summary,
    synthesis_rows,
    with_arms,
)
from metarepro.figures.study_forests import shared_axes
from metarepro.reviews.tables import REVIEW_RESULTS
from metarepro.study.tables import EXTRACTED_OUTCOMES, EXTRACTED_RESULTS
from metarepro.tabular.tables import read_result
from metarepro.wording.scales import Scale

NAN = math.nan
NAMES = {"play": "Play", "talk": "Talk", "mind": "Mind", "mood": "Mood"}
PLAN = syntheses(
    domain={"by": ["domain"], "subgroups": "intervention", "subgroup_synthesis": "cell"},
    cell={"by": ["intervention", "domain"]},
)


def effect(result_id: str, **changes: Any) -> dict[str, Any]:
    return {
        **{"result_id": result_id, "trial_id": result_id[0], "label": result_id[0].upper()},
        **{"year": 2001.0, "arm": "", "intervention": "play", "family": "parenting"},
        **{"outcome": "mood", "domain": "mind", "measure": "CES-D", "timepoint": "post"},
        **{"timepoint_detail": "end", "n_t": 20.0, "n_c": 21.0, "n_total": 41.0, "yi": 0.3},
        **{"ci_low": 0.1, "ci_high": 0.5, "tier": "direct", "exclude": ""},
        **{"effect_measure": "SMD", "better": "higher"},
    } | changes


def pooled(synthesis: str, **changes: Any) -> dict[str, Any]:
    return {
        **{"synthesis": synthesis, "set_name": "post", "timepoint": "post", "domain": "mind"},
        **{"intervention": "", "family": "", "outcome": "", "model": "random"},
        **{"tau2_method": "REML", "ci_method": "z", "df": NAN, "n_trials": 2.0, "k": 2.0},
        **{"n_participants": 82.0, "estimate": 0.3, "ci_low": 0.1, "ci_high": 0.5, "tau2": 0.01},
        **{"pi_low": NAN, "pi_high": NAN, "q": 1.0, "q_df": 1.0, "q_p": 0.3, "i2_q": 5.0},
        **{"i2_tau2": 4.0, "rho": NAN, "n_unknown": 0.0, "flags": "", "trial_ids": "a b"},
        **{"effect_measure": "SMD", "better": "higher"},
    } | changes


OVERALL = pooled("post.domain.mind", flags="df_below_4; few_trials", n_unknown=1.0)
EFFECTS = pd.DataFrame(
    [
        effect("b-01", year=2005.0),
        effect("a-01"),
        effect("a-02", tier="approximate"),
        effect("c-01", intervention="talk", year=NAN),
        effect("d-01", exclude="duplicate"),
        effect("e-01", timepoint="follow_up"),
        effect("f-01", domain="body"),
    ]
)
WEIGHTS = pd.DataFrame({"result_id": ["a-01", "b-01", "c-01"], "weight": [50.0, 30.0, 20.0]})


def in_time() -> pd.DataFrame:
    return EFFECTS[(EFFECTS["exclude"] == "") & (EFFECTS["timepoint"] == "post")]


def rows() -> pd.DataFrame:
    return synthesis_rows(OVERALL, in_time(), WEIGHTS, "intervention", NAMES)


def test_rows_of_a_synthesis_are_those_that_belong_to_it() -> None:
    assert list(rows()["result_id"]) == ["a-01", "a-02", "b-01", "c-01"]
    assert list(rows()["subgroup"]) == ["Play", "Play", "Play", "Talk"]
    assert set(ROW_COLUMNS) <= set(rows().columns)


def test_approximate_results_are_shown_without_weight() -> None:
    weights = rows().set_index("result_id")["weight"]
    assert math.isnan(weights["a-02"])
    assert weights.drop("a-02").tolist() == [50, 30, 20]


def test_results_of_one_measure_are_told_apart_by_arm_or_time() -> None:
    table = pd.DataFrame([effect("a-01", arm="home"), effect("a-02", arm="clinic"), effect("b-01")])
    weights = pd.DataFrame({"result_id": list(table["result_id"]), "weight": [1.0, 2.0, 3.0]})
    assert list(review_rows(table, weights)["measure"]) == [
        "CES-D (home)",
        "CES-D (clinic)",
        "CES-D",
    ]


def arms(statistic: str, higher: str = "yes", better: str = "higher", **cells: Any) -> pd.Series:
    """The one row of a table of effects with what its arms report."""
    numbers = dict.fromkeys(ARM_COLUMNS, NAN) | {"mean_t": 9.5, "events_t": 3.0} | cells
    result = {"result_id": "a-01", "higher_is_better": higher, **numbers}
    of_effect = effect("a-01", statistic=statistic, better=better)
    excluded = effect("x-01", statistic=statistic, exclude="duplicate")
    outcomes = pd.DataFrame({"outcome": ["mood"], "beneficial_direction": ["decrease"]})
    tables = {
        "effects": pd.DataFrame([excluded, of_effect]),
        "results": pd.DataFrame([result]),
        "review_results": pd.DataFrame(columns=list(result)),
        "outcomes": outcomes,
    }
    (row,) = with_arms(tables).to_dict("records")
    return pd.Series(row)


@pytest.mark.parametrize(
    ("statistic", "shown"),
    [("means", {"mean_t": 9.5}), ("counts", {"events_t": 3.0}), ("mean_difference", {})],
)
def test_arms_have_the_numbers_that_the_effect_is_from(
    statistic: str, shown: dict[str, float]
) -> None:
    assert arms(statistic)[list(ARM_COLUMNS)].dropna().to_dict() == shown


@pytest.mark.parametrize(
    ("higher", "better", "turned"),
    [
        ("yes", "higher", ""),
        ("no", "higher", "yes"),
        ("no", "lower", ""),
        # The number of recoveries, on a ratio of which less is better.
        ("yes", "lower", "yes"),
        # What the instrument does not say the codebook does: less of the outcome is better.
        ("", "higher", "yes"),
    ],
)
def test_an_effect_is_turned_where_it_runs_against_its_arms(
    higher: str, better: str, turned: str
) -> None:
    assert arms("means", higher, better)[TURNED] == turned


def test_an_effect_without_numbers_of_its_arms_is_not_said_to_be_turned() -> None:
    assert arms("smd", "no")[TURNED] == ""


@pytest.mark.parametrize("study", STUDIES)
def test_turned_effects_have_the_opposite_sign_of_the_difference_of_their_means(study: str) -> None:
    folder = STUDIES[study] / "results"
    named = (EFFECTS_TABLE, EXTRACTED_RESULTS, REVIEW_RESULTS, EXTRACTED_OUTCOMES)
    rows = with_arms({table.name: read_result(folder, table) for table in named})
    rows = rows[(rows["effect_measure"] == "SMD") & rows["mean_t"].notna()]
    ours = (rows["mean_t"] - rows["mean_c"]) * rows["yi"]
    assert ((ours <= 0) | (rows[TURNED] == "")).all()
    assert ((ours >= 0) | (rows[TURNED] == "yes")).all()
    assert len(rows) > 50 or study == "bcg"


def test_summaries_have_the_overall_pool_and_its_subgroups() -> None:
    pools = pd.DataFrame([OVERALL, pooled("post.cell.play.mind", intervention="play")])
    table = summaries(OVERALL, pools, PLAN, NAMES)
    assert list(table["name"]) == ["Overall", "Pooled"]
    assert list(table["subgroup"]) == ["", "Play"]
    assert set(SUMMARY_COLUMNS) <= set(table.columns)
    overall = table.iloc[0]
    assert overall["participants"] == "at least 82"
    assert overall["flags"] == ("too few trials for a reliable interval")
    assert overall["i2"] == 4.0
    assert overall["model"] == "Random effects, REML, normal interval"


def mark(low: float, high: float) -> Mark:
    return Mark("square", (low + high) / 2, low, high, "")


def test_plots_on_one_scale_share_an_axis_that_holds_the_trials_of_all() -> None:
    smd, ratio = Scale(), Scale("RR")
    axes = shared_axes([(smd, [mark(-0.4, 0.2)]), (ratio, [mark(0, 3)]), (smd, [mark(0, 0.9)])])
    assert set(axes) == {smd, ratio}
    assert axes[smd].low < -0.4
    assert 0.9 < axes[smd].high < 3


def test_the_effect_is_tested_under_the_pool() -> None:
    tested = pooled("post.domain.mind", statistic=-2.5, p_value=0.0124)
    assert summary(tested, "Overall", "")["test"] == "Test of overall effect: z = 2.50, p = 0.012"


@pytest.mark.parametrize("changes", [{"flags": "df_below_4"}, {"effect_measure": "proportion"}])
def test_no_test_stands_without_a_reliable_interval_or_a_null(changes: dict[str, Any]) -> None:
    tested = pooled("post.domain.mind", statistic=2.5, p_value=0.0124, **changes)
    assert summary(tested, "Overall", "")["test"] == ""


def reproduction(**changes: Any) -> dict[str, Any]:
    return {
        **{"measure": "SMD", "published_estimate": -0.4, "published_ci_low": -0.6},
        **{"published_ci_high": -0.2, "published_k": 8.0, "published_n": 500.0},
        **{"target_estimate": 0.4, "target_ci_low": 0.2, "target_ci_high": 0.6, "reason": "why"},
    } | changes


def texts(summary: dict[str, Any]) -> list[str]:
    plot_rows = pd.DataFrame([effect("a-01", weight=100.0, subgroup="")])
    figure = forest_plot(plot_rows, pd.DataFrame([summary]), title="T")
    return [text.get_text() for text in figure.findobj() if hasattr(text, "get_text")]


def test_a_published_target_is_drawn_with_its_sign_turned() -> None:
    summary = published_summary(reproduction())
    assert (summary["estimate"], summary["ci_low"], summary["ci_high"]) == (0.4, 0.2, 0.6)
    shown = texts(summary)
    assert "Published: 8 trials, 500 participants" in shown
    assert "As printed: SMD −0.40 [−0.60, −0.20]" in shown


def test_a_published_result_that_is_no_target_is_shown_with_the_reason() -> None:
    row = reproduction(target_estimate=NAN, target_ci_low=NAN, target_ci_high=NAN, reason="suspect")
    shown = texts(published_summary(row))
    assert "Published: 8 trials, 500 participants" in shown
    assert "As printed: SMD −0.40 [−0.60, −0.20]. suspect" in shown
    assert not any("No pooled estimate" in text for text in shown)


def test_interventions_without_a_result_have_a_line() -> None:
    interventions = pd.DataFrame(
        {
            "intervention": ["play", "talk"],
            "label": ["Play", "Talk"],
            "family": ["parenting", "parenting"],
        }
    )
    pools = pd.DataFrame([pooled("post.cell.play.mind", intervention="play")])
    table = domain_rows(interventions, domain_pools("mind", pools, small_plan()))
    assert set(DOMAIN_COLUMNS) <= set(table.columns)
    assert table["n_trials"].tolist() == [2, 0]
    assert table["estimate"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("test", "text"),
    [
        (
            {"reason": "", "n_subgroups": 4, "n_tested": 3}
            | {"statistic": 2.5, "df1": 2.0, "df2": 11.46, "p_value": 0.126},
            "Subgroup differences (3 subgroups; 1 of one trial left out): F(2, 11.5) = 2.50, "
            "p = 0.126",
        ),
        ({"reason": "why not"}, "Subgroup differences: not tested (why not)"),
    ],
)
def test_subgroup_test_in_words(test: dict[str, Any], text: str) -> None:
    assert subgroup_test_text(test) == text


def test_each_diamond_names_the_model_of_its_own_pool() -> None:
    overall = pooled("post.domain.mind", model="common")
    robust = {"model": "correlated_effects", "rho": 0.4, "df": 5.0}
    pools = pd.DataFrame([overall, pooled("post.cell.play.mind", intervention="play", **robust)])
    assert summaries(overall, pools, PLAN, NAMES)["model"].tolist() == [
        "Common effect, normal interval",
        "Correlated effects (rho 0.4), robust variance, df 5.0",
    ]
