"""Moderators as readers see them: the table and the bubble plots."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from tests.plans import MODERATORS, small_plan
from tests.reference_numbers import reference_of
from tests.report_records import PLAN as REPORT_PLAN
from tests.report_records import make_records

from metarepro.plan import EffectSet
from metarepro.report.blocks import plain
from metarepro.report.moderators import caveats
from metarepro.sensitivity.moderator_plots import Panel, moderator_plot, panels
from metarepro.sensitivity.moderator_summaries import moderators as summary
from metarepro.sensitivity.moderators import moderators
from metarepro.synthesis.pools import Settings
from metarepro.wording.scales import Scale

SMD = Scale()
CHOSEN = EffectSet(label="", timepoints=("post",), tiers=("direct",))
SETTINGS = Settings("REML", "knapp_hartung_conservative", 0.8)
PLAN = small_plan(moderators=MODERATORS).moderators
NAMES = {"home_visiting": "Home visiting", "video_feedback": "Video feedback"}
REFERENCE = reference_of("meta_regression")


def effects() -> pd.DataFrame:
    """Twelve trials with several results, as robumeta and clubSandwich have seen them."""
    data = REFERENCE["dependent"]["data"]
    interventions = {"a": "home_visiting", "b": "video_feedback", "c": "home_visiting"}
    return pd.DataFrame(
        {
            "trial_id": [f"t{i}" for i in data["trial"]],
            "yi": data["yi"],
            "vi": data["vi"],
            "year": np.array(data["year"], dtype=float),
            "intervention": [interventions[group] for group in data["group"]],
            "family": "video_feedback",
            "income": "",
            "design": "rct",
            "tier": "direct",
            "source_kind": "abstract",
        }
    )


def panels_of_twelve_trials() -> list[Panel]:
    rows = effects()
    found = moderators(rows, CHOSEN, SETTINGS, PLAN)
    return panels(rows, CHOSEN, SETTINGS, PLAN, *found)


def marks(ax: Any, gid: str) -> Any:
    (found,) = (artist for artist in ax.collections if artist.get_gid() == gid)
    return found


def words(fig: Figure) -> list[str]:
    return [text.get_text() for text in fig.findobj(Text) if isinstance(text, Text)]


def test_the_area_of_a_bubble_is_the_weight_of_its_result() -> None:
    own = panels_of_twelve_trials()
    fig = moderator_plot(own, NAMES, 0.3, title="x", colour="#0072B2")
    (year,) = (panel for panel in own if panel.is_number)
    drawn = marks(fig.axes[-1], "results")
    sizes = drawn.get_sizes()
    table = effects()
    mean_v = table.groupby("trial_id")["vi"].transform("mean")
    n = table.groupby("trial_id")["vi"].transform("size")
    # Hedges, Tipton and Johnson 2010: all results of a trial share its weight.
    weights = (1 / (n * (mean_v + year.test.tau2))).to_numpy()
    assert sizes / sizes.max() == pytest.approx(weights / weights.max())
    assert list(drawn.get_offsets()[:, 1]) == pytest.approx(list(table["yi"]))


def test_levels_are_drawn_where_they_are_named_and_doubtful_ones_are_broken() -> None:
    own = panels_of_twelve_trials()
    fig = moderator_plot(own, NAMES, 0.3, title="x", colour="#0072B2")
    (panel,) = (panel for panel in own if panel.test.moderator == "intervention")
    ax = fig.axes[0]
    (diamonds,) = (line for line in ax.lines if line.get_gid() == "means")
    assert np.asarray(diamonds.get_xydata()).tolist() == [
        [level.estimate, row] for row, level in enumerate(panel.levels)
    ]
    bars = marks(ax, "intervals")
    assert np.array(bars.get_segments()).tolist() == [
        [[level.ci_low, row], [level.ci_high, row]] for row, level in enumerate(panel.levels)
    ]
    dashed = [dashes is not None for _, dashes in bars.get_linestyle()]
    assert dashed == [level.df < 4 for level in panel.levels]
    names = [text for text in words(fig) if text.startswith(("Home", "Video"))]
    assert names == [f"{NAMES[level.level]} ({level.n_trials})" for level in panel.levels]


def test_the_head_of_a_panel_gives_the_test() -> None:
    own = panels_of_twelve_trials()
    said = words(moderator_plot(own, NAMES, 0.3, title="x", colour="#0072B2"))
    (year,) = (panel.test for panel in own if panel.is_number)
    head = f"F(1, {year.df2:.1f}) = {year.statistic:.2f}, p = {year.p_value:.3f}"
    assert any(text.startswith(head) and "Holm" in text for text in said)


def test_nothing_to_draw_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a tested moderator"):
        moderator_plot([], NAMES, 0.3, title="x", colour="#0072B2")


def test_rows_of_the_table_give_level_difference_and_doubt() -> None:
    key = {"synthesis": "post.domain.mind", "moderator": "intervention"}
    test = {"df1": 1.0, "df2": 3.2, "statistic": 2.5, "p_value": 0.2, "p_holm": 0.4, "tau2": 0.01}
    tests: list[dict[str, Any]] = [
        key | test | {"r2": np.nan, "n_without_value": 1.0, "flags": "df_below_4"},
        key | {"moderator": "year"} | test | {"r2": 12.0, "n_without_value": 0.0, "flags": ""},
    ]
    level = {"n_trials": 3.0, "k": 4.0, "estimate": 0.5, "ci_low": 0.1, "ci_high": 0.9}
    none = dict.fromkeys(("difference", "difference_ci_low", "difference_ci_high"), np.nan)
    slope = {"difference": -0.2, "difference_ci_low": -0.5, "difference_ci_high": 0.1}
    levels: list[dict[str, Any]] = [
        key | level | none | {"level": "video_feedback", "flags": "df_below_4"},
        key
        | {"moderator": "year", "level": "slope", "n_trials": 7.0, "k": 9.0, "flags": ""}
        | dict.fromkeys(("estimate", "ci_low", "ci_high"), np.nan)
        | slope,
    ]
    pool = {"title": "Mind", "effect_measure": "SMD", "better": "higher"}
    # The test without a doubt stands first.
    year, video = summary(tests, levels, {"post.domain.mind": pool}, NAMES, PLAN, SMD)
    assert (year["Moderator"], video["Moderator"]) == ("Year of the trial", "Intervention")
    assert year["Difference [95% CI]"] == "−0.20 [−0.50, 0.10]"
    assert year["Mean g [95% CI]"] == "–"
    assert video["Level"] == "Video feedback"
    assert video["Mean g [95% CI]"] == "0.50 [0.10, 0.90]"
    assert video["Remarks"] == "fewer than 4 degrees of freedom: the interval cannot be trusted"
    assert (video["p"], video["p (Holm)"], video["Of τ² explained"]) == ("0.200", "0.400", "–")


def said_of(*tests: tuple[str, str, float], **moderators: Any) -> str:
    """The caveats of tests, each of a synthesis and a moderator with its p."""
    plan = small_plan(moderators=MODERATORS | moderators)
    own = REPORT_PLAN.model_copy(update={"moderators": plan.moderators})
    names = ("synthesis", "moderator", "p_value")
    rows = [dict(zip(names, test, strict=True)) for test in tests]
    return plain(caveats(make_records(plan=own, moderators=rows)).text)


def test_the_number_of_all_tests_is_said_and_what_chance_would_give() -> None:
    said = said_of(
        *[(f"s{i}", "year", 0.04 if i < 3 else 0.5) for i in range(20)],
        *[(f"s{i}", "design", 0.05) for i in range(10)],
        *[(f"s{i}", "income", np.nan) for i in range(20)],  # not tested
    )
    assert (
        "Altogether 30 tests were made, of 2 moderators in 20 syntheses. 3 have p below 0.05"
        in said
    )
    assert "by chance alone about 1.5 would" in said


def test_no_test_is_not_counted() -> None:
    assert "tests" not in said_of(("s1", "income", np.nan))


@pytest.mark.parametrize(
    ("moderators", "words"),
    [
        (("intervention", "content"), "Intervention and Content group the same values, one nested"),
        (("intervention", "design"), ""),
        # The grouping of the same column was planned, and not tested.
        (("intervention",), ""),
        # A slope and a grouping of years: dependent, not nested.
        (("year", "era"), "Year of the trial and Era group the same values, so"),
    ],
)
def test_moderators_on_the_same_column_are_not_called_independent(
    moderators: tuple[str, ...], words: str
) -> None:
    era = {"label": "Era", "column": "year", "levels": {"old": ["1999"]}, "others": "new"}
    said = said_of(*[("s1", name, 0.5) for name in moderators], era=era)
    assert ("group the same values" in said) == bool(words)
    assert words in said
