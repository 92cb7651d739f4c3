"""Leave-one-out, influence and cumulative pools against metafor."""

import math
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.reference_numbers import reference_of

from metarepro.models.robust_variance import pool_correlated
from metarepro.sensitivity.influence import (
    Influence,
    _is_influential,
    cumulative,
    influence,
    leave_one_out,
)
from metarepro.synthesis.pools import Settings, pool_trials

REFERENCE = reference_of("influence")

#: Measured over all fits of influence.json: 6.7e-12 at worst (Cook's distance in
#: `four_one_dominates`; leave-one-out 4.5e-12, p there; cumulative 4.4e-13).
RELATIVE = 1e-10
#: Where metafor's number is 0 or the rounding of 0; measured 2.1e-13 (I2 in `four_one_dominates`).
ABSOLUTE = 1e-12

CI_METHODS = {"z": "z", "knha": "knapp_hartung", "adhoc": "knapp_hartung_conservative"}
SETTINGS = Settings("REML", "knapp_hartung_conservative", 0.8)


def fits() -> list[Any]:
    return [
        pytest.param(case, fit, id=f"{name}-{fit['method']}-{fit['test']}")
        for name, case in REFERENCE["cases"].items()
        for fit in case["fits"]
    ]


def table(yi: list[float], vi: list[float], **columns: list[Any]) -> pd.DataFrame:
    """Effects with one row per trial, in the order of the years."""
    names = [f"t{i:02d}" for i in range(len(yi))]
    years = [2000.0 + i for i in range(len(yi))]
    own = {"trial_id": names, "label": names, "year": years}
    return pd.DataFrame(own | columns | {"yi": yi, "vi": vi})


def tau2_of(row: Any) -> float:
    return float(row.tau2_del if isinstance(row, Influence) else row.tau2)


def settings_of(fit: dict[str, Any]) -> Settings:
    model = "common" if fit["method"] == "EE" else "random"
    return Settings("REML", CI_METHODS[fit["test"]], 0.8, model=model)


def assert_columns(rows: tuple[Any, ...], expected: dict[str, list[Any]]) -> None:
    # Under a common effect metafor gives 0, or no number, for what the model does not have.
    undefined = {"tau2", "tau2_del", "i2_tau2"} if math.isnan(tau2_of(rows[0])) else set()
    for column, numbers in expected.items():
        if column in undefined:
            continue
        np.testing.assert_allclose(
            [asdict(row)[column] for row in rows],
            np.array(numbers, dtype=float),
            rtol=RELATIVE,
            atol=ABSOLUTE,
            err_msg=column,
        )


@pytest.mark.parametrize(("case", "fit"), fits())
def test_leave_one_out_is_metafors(case: dict[str, Any], fit: dict[str, Any]) -> None:
    rows = leave_one_out(table(case["yi"], case["vi"]), settings_of(fit))
    assert_columns(rows, fit["leave_one_out"])


@pytest.mark.parametrize(("case", "fit"), fits())
def test_influence_is_metafors(case: dict[str, Any], fit: dict[str, Any]) -> None:
    rows = influence(table(case["yi"], case["vi"]), settings_of(fit))
    expected = dict(fit["influence"])
    flags = expected.pop("influential")
    assert_columns(rows, expected)
    assert [row.influential == "yes" for row in rows] == flags


@pytest.mark.parametrize(("case", "fit"), fits())
def test_cumulative_is_metafors(case: dict[str, Any], fit: dict[str, Any]) -> None:
    backwards = table(case["yi"], case["vi"]).assign(year=lambda t: -t["year"])
    rows = cumulative(backwards, settings_of(fit))[1:]
    # Equal effects under Knapp-Hartung: metafor gives p = 0, here there is no test (test_pooling).
    tested = [i for i, row in enumerate(rows) if row.se > 0]
    expected = fit["cumulative_from_the_last"]
    assert_columns(
        tuple(rows[i] for i in tested),
        {c: [numbers[i] for i in tested] for c, numbers in expected.items() if numbers},
    )


def test_reference_covers_three_to_forty_trials_with_and_without_heterogeneity() -> None:
    sizes = {len(case["yi"]) for case in REFERENCE["cases"].values()}
    flagged = [
        any(case["fits"][0]["influence"]["influential"]) for case in REFERENCE["cases"].values()
    ]
    assert {3, 40} <= sizes
    assert {True, False} <= set(flagged)


def influence_of_first(yi: list[float], vi: list[float], settings: Settings) -> Influence:
    return influence(table(yi, vi), settings)[0]


def test_outlier_is_flagged() -> None:
    case = REFERENCE["cases"]["outlier"]
    rows = influence(table(case["yi"], case["vi"]), SETTINGS)
    assert [row.trial_id for row in rows if row.influential == "yes"] == ["t03"]


def test_equal_effects_have_no_diagnostics_under_knapp_hartung() -> None:
    got = influence_of_first(
        [0.25] * 4, [0.01, 0.02, 0.05, 0.2], Settings("REML", "knapp_hartung", 0.8)
    )
    assert np.isnan([got.rstudent, got.dffits, got.cook_d, got.cov_r, got.dfbetas]).all()
    assert got.tau2_del == 0


def test_hat_alone_flags() -> None:
    # One row of four with more than three quarters of the weight; all effects equal.
    got = influence_of_first([0.25] * 4, [0.001, 0.1, 0.1, 0.1], SETTINGS)
    assert (got.cook_d, got.influential) == (0, "yes")


@pytest.mark.parametrize(
    ("number", "within", "beyond"),
    [
        ("dffits", -0.99, -1.01),  # 3 sqrt(1 / (10 - 1)) = 1
        ("cook_d", 0.454, 0.456),  # median of chi-squared with 1 df: 0.4549
        ("hat", 0.29, 0.31),  # 3 / 10
        ("dfbetas", -0.99, -1.01),
    ],
)
def test_each_cut_off_is_enough(number: str, within: float, beyond: float) -> None:
    quiet = {"dffits": 0.0, "cook_d": 0.0, "hat": 0.1, "dfbetas": float("nan")}
    assert not _is_influential(quiet | {number: within}, 10)
    assert _is_influential(quiet | {number: beyond}, 10)


def several_rows() -> pd.DataFrame:
    """Three trials; t01 has two results."""
    return pd.DataFrame(
        {
            "trial_id": ["t00", "t01", "t01", "t02"],
            "label": ["a", "b", "b", "c"],
            "year": [2003.0, 2001.0, 2001.0, 2002.0],
            "yi": [0.1, 0.4, 0.6, 0.3],
            "vi": [0.02, 0.03, 0.05, 0.04],
        }
    )


def test_trial_drops_with_all_its_results() -> None:
    rows = {row.trial_id: row for row in leave_one_out(several_rows(), SETTINGS)}
    assert (rows["t01"].k, rows["t01"].n_trials, rows["t01"].model) == (2, 2, "random")
    left = pool_correlated([0.4, 0.6, 0.3], [0.03, 0.05, 0.04], ["b", "b", "c"], rho=0.8)
    assert rows["t00"].estimate == left.estimate
    assert rows["t00"].model == "correlated_effects"


def test_assumed_correlation_is_that_of_the_settings() -> None:
    low = leave_one_out(several_rows(), Settings("REML", "z", 0.0))
    high = leave_one_out(several_rows(), Settings("REML", "z", 1.0))
    assert low[-1].q_df != high[-1].q_df


def test_leave_one_out_of_two_trials_says_that_nothing_is_pooled() -> None:
    rows = leave_one_out(table([0.1, 0.9], [0.02, 0.05]), SETTINGS)
    assert [row.estimate for row in rows] == [0.9, 0.1]
    assert {row.reason for row in rows} == {
        "a single trial: nothing is pooled, its own effect is shown"
    }


def test_leave_one_out_refuses_a_single_trial() -> None:
    with pytest.raises(ValueError, match="at least 2 trials, got 1"):
        leave_one_out(table([0.1], [0.02]), SETTINGS)


def test_cumulative_goes_by_year() -> None:
    rows = cumulative(several_rows(), SETTINGS)
    assert [(row.trial_id, row.year, row.k) for row in rows] == [
        ("t01", 2001, 2),
        ("t02", 2002, 3),
        ("t00", 2003, 4),
    ]


def test_cumulative_ends_with_the_synthesis() -> None:
    pooled, _ = pool_trials(several_rows(), SETTINGS)
    last = cumulative(several_rows(), SETTINGS)[-1]
    assert (last.estimate, last.ci_low, last.tau2) == (pooled.estimate, pooled.ci_low, pooled.tau2)


def test_trials_of_one_year_go_by_label_and_unknown_years_last() -> None:
    effects = table(
        [0.1, 0.2, 0.3],
        [0.02, 0.03, 0.04],
        label=["c", "b", "a"],
        year=[2001.0, 2001.0, np.nan],
    )
    assert [row.label for row in cumulative(effects, SETTINGS)] == ["b", "c", "a"]


def test_order_of_rows_does_not_matter() -> None:
    effects = several_rows()
    assert leave_one_out(effects, SETTINGS) == leave_one_out(effects.iloc[::-1], SETTINGS)


def test_influence_refuses_several_rows_a_trial() -> None:
    with pytest.raises(ValueError, match="one row per trial"):
        influence(several_rows(), SETTINGS)


def test_influence_refuses_two_trials() -> None:
    with pytest.raises(ValueError, match="at least 3 trials, got 2"):
        influence(table([0.1, 0.9], [0.02, 0.05]), SETTINGS)
