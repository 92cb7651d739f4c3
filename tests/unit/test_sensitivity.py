"""The sensitivity set against metafor and robumeta, and what each variant selects."""

import math
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.reference_numbers import reference_of

from metarepro.plan import EffectSet
from metarepro.sensitivity.variants import Variant, variants
from metarepro.synthesis.pools import Settings

REFERENCE = reference_of("sensitivity")
SETTINGS = Settings("REML", "knapp_hartung_conservative", 0.8)
CHOSEN = EffectSet(label="", timepoints=("post",), tiers=("direct", "derived"))

#: Measured over all fits of sensitivity.json: 9.6e-13 at worst (p of robust variance without the
#: outlier; tau2 3.5e-14).
RELATIVE = 1e-11
#: Where R's number is 0 or the rounding of 0.
ABSOLUTE = 1e-14
#: metafor's search for two variances at once ends short of the maximum (see test_three_level).
RELATIVE_THREE_LEVEL, ABSOLUTE_THREE_LEVEL = 1e-5, 1e-8

NAMES = [
    *("primary", "all_tiers", "without_approximate", "direct_only", "all_designs"),
    "without_secondary_sources",
    *("adjusted_only", "unadjusted_only", "randomised_only"),
    *("lowest_per_trial", "highest_per_trial", "average_per_trial"),
    *("without_outliers", "without_influential"),
    *("aggregated_rho_0.4", "aggregated_rho_0.6", "aggregated_rho_0.8"),
    *("rve_rho_0.4", "rve_rho_0.6", "rve_rho_0.8"),
    *("two_level", "three_level", "three_level_cr2"),
    *("tau2_dl", "tau2_pm", "tau2_ml", "tau2_reml"),
    *("ci_z", "ci_knapp_hartung", "ci_knapp_hartung_conservative"),
]


def effects(trials: list[str], yi: list[float], vi: list[float], **columns: Any) -> pd.DataFrame:
    """Effects that every selection lets in, unless `columns` says otherwise."""
    own = {
        "trial_id": trials,
        "label": trials,
        "year": 2000.0,
        "n_total": 100.0,
        "tier": "direct",
        "source_kind": "table",
        "adjusted": "yes",
        "design": "rct",
        "yi": yi,
        "vi": vi,
    }
    return pd.DataFrame(own | columns)


def four(**columns: Any) -> pd.DataFrame:
    """Five results of four trials; "b" has two."""
    return effects(
        ["a", "b", "b", "c", "d"],
        [0.2, 0.1, 0.5, 0.4, 0.3],
        [0.04, 0.05, 0.03, 0.02, 0.06],
        **columns,
    )


def by_name(table: pd.DataFrame, settings: Settings = SETTINGS) -> dict[str, Variant]:
    return {row.variant: row for row in variants(table, settings, CHOSEN)}


@cache
def of_case(name: str) -> dict[str, Variant]:
    data = dict(REFERENCE["cases"][name]["effects"])
    return by_name(effects(data.pop("trial"), data.pop("yi"), data.pop("vi"), **data))


def fits() -> list[Any]:
    return [
        pytest.param(case, name, id=f"{case}-{name}")
        for case, reference in REFERENCE["cases"].items()
        for name in reference["fits"]
    ]


@pytest.mark.parametrize(("case", "name"), fits())
def test_numbers_are_rs(case: str, name: str) -> None:
    row = of_case(case)[name]
    expected = REFERENCE["cases"][case]["fits"][name]
    three = name == "three_level"
    np.testing.assert_allclose(
        [getattr(row, column) for column in expected],
        np.array(list(expected.values()), dtype=float),
        rtol=RELATIVE_THREE_LEVEL if three else RELATIVE,
        atol=ABSOLUTE_THREE_LEVEL if three else ABSOLUTE,
        err_msg=str(list(expected)),
    )


@pytest.mark.parametrize(
    "name", ["video_feedback_relationship", "early_stimulation_child_development"]
)
def test_a_variant_that_r_has_not_pooled_says_why(name: str) -> None:
    pooled = {row.variant for row in of_case(name).values() if not row.reason}
    # The robust variant of three levels has its reference in test_three_level.
    assert pooled - {"three_level_cr2"} == set(REFERENCE["cases"][name]["fits"])


@pytest.mark.parametrize("case", REFERENCE["cases"])
def test_influential_trials_are_metafors(case: str) -> None:
    removed = of_case(case)["without_influential"].removed
    assert removed.split() == REFERENCE["cases"][case]["influential"]


@pytest.mark.parametrize("case", REFERENCE["cases"])
def test_as_many_outliers_go_as_in_r(case: str) -> None:
    rows = of_case(case)
    gone = rows["primary"].k - rows["without_outliers"].k
    assert gone == REFERENCE["cases"][case]["outlying"]


@pytest.mark.parametrize("table", [four(), four()[:1], four()[:0]], ids=["four", "one", "none"])
def test_variants_are_always_the_same_in_the_same_order(table: pd.DataFrame) -> None:
    assert [row.variant for row in variants(table, SETTINGS, CHOSEN)] == NAMES


def test_nothing_depends_on_the_order_or_index_of_the_rows() -> None:
    turned = four()[::-1].set_index(pd.Index([7] * 5))
    for one, other in zip(
        variants(four(), SETTINGS, CHOSEN), variants(turned, SETTINGS, CHOSEN), strict=True
    ):
        assert repr(one) == repr(other)


@pytest.mark.parametrize(
    ("variant", "columns", "removed"),
    [
        ("direct_only", {"tier": ["direct", "derived", "derived", "direct", "direct"]}, "b"),
        ("without_secondary_sources", {"source_kind": ["secondary_review", *["table"] * 4]}, "a"),
        ("adjusted_only", {"adjusted": ["no", "yes", "yes", "unknown", "yes"]}, "a c"),
        ("unadjusted_only", {"adjusted": ["no", "no", "no", "unknown", "yes"]}, "c d"),
        ("randomised_only", {"design": ["quasi", "rct", "rct", "cluster_rct", "rct"]}, "a"),
    ],
)
def test_selection_removes(variant: str, columns: dict[str, Any], removed: str) -> None:
    assert by_name(four(**columns))[variant].removed == removed


def test_a_trial_with_a_result_left_is_not_removed() -> None:
    row = by_name(four(adjusted=["yes", "no", "yes", "yes", "yes"]))["adjusted_only"]
    assert (row.removed, row.k) == ("", 4)


def test_all_tiers_adds_what_the_plan_leaves_out() -> None:
    rows = by_name(four(tier=["approximate", *["direct"] * 4]))
    assert (rows["primary"].n_trials, rows["all_tiers"].n_trials) == (3, 4)


def test_all_designs_adds_what_the_plan_leaves_out() -> None:
    randomised = CHOSEN.model_copy(update={"designs": ("rct", "cluster_rct")})
    table = four(design=["quasi", *["rct"] * 4])
    rows = {row.variant: row for row in variants(table, SETTINGS, randomised)}
    assert (rows["primary"].n_trials, rows["all_designs"].n_trials) == (3, 4)


def test_participants_are_those_of_the_results_selected() -> None:
    rows = by_name(four(n_total=[10.0, 20.0, 30.0, 40.0, 50.0]))
    assert (rows["lowest_per_trial"].n_participants, rows["primary"].n_participants) == (120, 130)


def test_unknown_participants_are_flagged() -> None:
    row = by_name(four(n_total=[math.nan, *[100.0] * 4]))["primary"]
    assert row.n_unknown == 1


def test_an_empty_selection_is_a_row_with_its_reason() -> None:
    row = by_name(four())["unadjusted_only"]
    assert (row.reason, row.n_trials, row.k) == ("no result fits", 0, 0)


@pytest.mark.parametrize("column", ["estimate", "se", "ci_low", "p_value", "tau2", "pi_high"])
def test_numbers_of_an_empty_selection_are_nan(column: str) -> None:
    assert math.isnan(getattr(by_name(four())["unadjusted_only"], column))


def test_two_trials_are_too_few_to_call_one_influential() -> None:
    row = by_name(four()[:3])["without_influential"]
    assert row.reason == "influence needs at least 3 trials, got 2"


def test_one_trial_has_no_robust_variance() -> None:
    row = by_name(four()[1:3])["rve_rho_0.8"]
    assert row.reason == "robust variance needs at least 2 trials, got 1"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("two_level", "a single trial: nothing is pooled"),
        ("three_level", "three levels need at least 2 trials, got 1"),
    ],
)
def test_one_trial_has_no_levels(name: str, reason: str) -> None:
    assert by_name(four()[1:3])[name].reason == reason


def test_trials_with_one_result_have_no_third_level() -> None:
    row = by_name(four()[2:])["three_level"]
    assert row.reason == "every trial has one result: its levels cannot be told apart"


def test_only_three_levels_have_two_variances() -> None:
    rows = by_name(four()).values()
    found = [row.variant for row in rows if not math.isnan(row.sigma2_trial)]
    assert found == ["three_level", "three_level_cr2"]


@pytest.mark.parametrize("name", ["primary", "tau2_pm", "ci_z"])
def test_one_trial_is_shown_and_not_pooled(name: str) -> None:
    row = by_name(four()[:1])[name]
    assert (row.model, row.estimate) == ("single_trial", 0.2)
    assert row.reason.startswith("a single trial: nothing is pooled")


def test_two_trials_have_no_prediction_interval() -> None:
    assert {
        name for name, row in by_name(four()[:3]).items() if not math.isnan(row.pi_low)
    } == set()


def test_equal_effects_have_no_interval_by_knapp_hartung() -> None:
    table = effects(list("abc"), [0.25] * 3, [0.02, 0.03, 0.04])
    row = by_name(table, Settings("REML", "knapp_hartung", 0.8))["tau2_pm"]
    assert "zero_standard_error" in row.flags
    assert math.isnan(row.ci_low)
    assert math.isnan(row.p_value)


def test_no_interval_no_outliers() -> None:
    table = effects(list("abc"), [0.25] * 3, [0.02, 0.03, 0.04])
    row = by_name(table, Settings("REML", "knapp_hartung", 0.8))["without_outliers"]
    assert row.reason == "the primary pool has no interval to compare with"


def test_paule_mandel_with_a_normal_interval_has_a_normal_p() -> None:
    table = effects(list("abcd"), [0.1, 0.5, 0.4, 0.3], [0.04, 0.03, 0.02, 0.06])
    row = by_name(table, Settings("REML", "z", 0.8))["tau2_pm"]
    assert row.p_value == pytest.approx(math.erfc(abs(row.statistic) / math.sqrt(2)))
