"""The sensitivity tables: whose rows they show, and how numbers are put."""

import math
from typing import Any

from metarepro.catalogue import RESULT_TABLES
from metarepro.sensitivity import summaries as pages
from metarepro.wording.scales import Scale

NAN = math.nan
SMD = Scale()
KEY = "post.intervention_domain.play.mind"
POOL = {"title": "Play: Mind", "estimate": 0.3, "ci_low": 0.1, "ci_high": 0.5}
POOL |= {"effect_measure": "SMD", "better": "higher"}
POOLS: pages.Pools = {KEY: {"synthesis": KEY} | POOL}


def table(name: str, *rows: dict[str, Any]) -> list[pages.Row]:
    """Rows of a table of the stage; cells that a row lacks are empty."""
    empty = {c: column.empty for c, column in RESULT_TABLES[name].columns.items()}
    return [empty | {"synthesis": KEY} | row for row in rows]


def only(rows: list[pages.Words]) -> pages.Words:
    (row,) = rows
    return row


def test_rows_of_other_syntheses_are_not_shown() -> None:
    rows = table("multiverse", {}, {"synthesis": "post.outcome.mood"})
    assert only(pages.multiverse(rows, POOLS, SMD))["Synthesis"] == "Play: Mind"


def test_shares_are_called_shares_of_analyses_and_the_choices_are_named() -> None:
    shares = {"share_same_sign": 0.97, "share_above_zero": 0.5, "choices": "tiers icc"}
    found = only(pages.multiverse(table("multiverse", shares), POOLS, SMD))
    assert found["Analyses with the same sign"] == "97%"
    assert found["Interval excludes no effect, for the intervention"] == "50%"
    assert found["Choices that matter"] == "Approximate results; Intracluster correlation"


def test_analyses_without_a_reliable_interval_are_counted() -> None:
    row = {"n_without_interval": 12.0, "share_same_conclusion": NAN}
    found = only(pages.multiverse(table("multiverse", row), POOLS, SMD))
    assert found["Without a reliable interval"] == "12"
    assert found["Analyses with the same conclusion"] == "–"


def test_a_fail_safe_number_is_no_adjusted_effect() -> None:
    row = {"method": "fail_safe_rosenthal", "k": 12.0, "tests": "effect", "fail_safe_n": 29.0}
    found = only(pages.small_study(table("small_study", row), POOLS, SMD))
    assert found["Tested"] == "sensitivity to unpublished null studies"
    assert found["Remarks"] == "29 null studies would make the pool non-significant"


def test_a_variant_stands_beside_the_plan() -> None:
    numbers = {"estimate": 0.18, "ci_low": -0.1, "ci_high": 0.46, "p_value": 0.0004, "k": 4.0}
    row = {"description": "two levels", "n_trials": 2.0, "removed": "a2001 b", "flags": ""}
    found = only(
        pages.variants(
            table("variants", row | numbers),
            POOLS,
            SMD,
            {"a2001": "A 2001", "b": "B (no year)"},
        )
    )
    assert found["Variant"] == "Two levels"
    assert found["g [95% CI]"] == "0.18 [−0.10, 0.46]"
    assert found[pages.PLAN] == "0.30 [0.10, 0.50]"
    assert (found["Difference"], found["p"]) == ("−0.12", "< 0.001")
    assert found["Trials removed"] == "A 2001, B (no year)"


def test_a_variant_without_a_pool_has_dashes_and_its_reason() -> None:
    row = {"description": "direct only", "n_trials": 0.0, "k": 0.0, "reason": "no result fits"}
    found = only(pages.variants(table("variants", row), POOLS, SMD, {}))
    assert {found[c] for c in ("g [95% CI]", "Difference", "p", "I²", "τ²")} == {"–"}
    assert found["Remarks"] == "no result fits"


def test_a_variant_that_tells_nothing_new_says_so() -> None:
    row = {"description": "x", "same_as": "primary"}
    found = only(pages.variants(table("variants", row), POOLS, SMD, {}))
    assert found["Remarks"].startswith("the same numbers as the analysis plan")


def test_both_variances_of_three_levels_are_said() -> None:
    row = {"description": "x", "tau2": 0.05, "sigma2_trial": 0.04, "sigma2_result": 0.01}
    found = only(pages.variants(table("variants", row | {"flags": "df_below_4"}), POOLS, SMD, {}))
    assert found["Remarks"].startswith(
        "variance 0.040 between trials, 0.010 between results of a trial; fewer than 4"
    )


def test_the_same_reason_for_all_methods_is_said_once() -> None:
    few = [
        {"method": method, "k": 9.0, "tests": "effect", "reason": "9 trials; 10 are needed"}
        for method in (*pages.METHODS, "selection")
    ]
    found = only(pages.small_study(table("small_study", *few), POOLS, SMD))
    assert (found["Method"], found["Trials"]) == ("All methods", "9")
    assert found["Remarks"] == "9 trials; 10 are needed"


def test_methods_with_results_have_a_row_each() -> None:
    rows = table(
        "small_study",
        {"method": "egger", "k": 12.0, "tests": "asymmetry", "statistic": 2.0, "p_value": 0.03},
        {"method": "pet_peese", "k": 12.0, "tests": "effect", "detail": "peese"},
        {"method": "begg", "k": 12.0, "tests": "asymmetry", "reason": "all effects are equal"},
    )
    found = pages.small_study(rows, POOLS, SMD)
    assert [row["Method"] for row in found] == [
        "Egger's test",
        "PET-PEESE",
        "Begg's rank correlation",
    ]
    assert [row["Remarks"] for row in found] == ["", "PEESE taken", "all effects are equal"]
    assert [row["p"] for row in found] == ["0.030", "–", "–"]


def test_selection_shows_shares_and_the_model() -> None:
    counts = {"n_results": 20.0, "n_significant": 12.0, "n_040_050": 3.0}
    zero = dict.fromkeys(("n_045_050", "n_050_055", "n_050_060"), 0.0)
    model = {"method": "selection", "estimate": 0.1, "ci_low": -0.2, "ci_high": 0.4, "weight": 0.25}
    found = only(
        pages.selection(table("caliper", counts | zero), table("small_study", model), POOLS, SMD)
    )
    assert (found["p up to 0.05"], found["p 0.04 to 0.05"]) == ("12 (60%)", "3 (15%)")
    assert found["Selection model: g [95% CI]"] == "0.10 [−0.20, 0.40]"
    assert (found["Relative chance of publication"], found["Remarks"]) == ("0.25", "")


def test_source_kinds_show_shares_and_model() -> None:
    row = {"source_kind": "secondary_review", "model": "single_trial", "n_trials": 1.0, "k": 3.0}
    shares = {"share_favourable": 2 / 3, "share_significant": 0.0}
    found = only(pages.source_kinds(table("source_kinds", row | shares), POOLS, SMD))
    assert (found["Source"], found["Model"]) == ("Table of another review", "Single trial")
    assert (found["Favour the intervention"], found["p up to 0.05"]) == ("67%", "0%")


def test_results_at_no_effect_stand_beside_the_plan_with_how_many_there_are() -> None:
    counts = {"n_at_zero": 2.0, "n_trials_at_zero": 1.0, "n_not_entered": 1.0, "k": 6.0}
    numbers = {"estimate": 0.18, "ci_low": -0.1, "ci_high": 0.46, "n_trials": 5.0, "flags": ""}
    found = only(pages.no_effect(table("no_effect", counts | numbers), POOLS, SMD))
    assert found[pages.PLAN] == "0.30 [0.10, 0.50]"
    assert found["g [95% CI] with them"] == "0.18 [−0.10, 0.46]"
    assert found["Difference"] == "−0.12"
    assert [found[c] for c in list(found) if "no effect" in c] == ["2", "1"]
    assert found["Results that could not be included"] == "1"
