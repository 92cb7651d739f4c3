"""`pool` against metafor, and the properties that any pool must have."""

import re
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from tests.reference_numbers import reference_of

from metarepro.models.intervals import INTERVALS
from metarepro.models.pooled import Pooled
from metarepro.models.pooling import pack, pool, pool_sets, pool_subsets
from metarepro.models.rows import arrange
from metarepro.models.tau2 import ESTIMATORS

ROOT = Path(__file__).parents[2]
REFERENCE = reference_of("pooling")

#: Measured over all fits of pooling.json: 1.5e-12 at worst (upper bound of tau2 in `two_close`,
#: where Q-profile is solved to an absolute 2e-12; then Q in `one_dominates`, 1.1e-12).
RELATIVE = 1e-11
#: Where metafor's tau2 is 0 or stops just above it; in units of the smallest sampling variance.
TAU2_ABSOLUTE = 1e-11
#: For properties that hold up to rounding.
ROUNDING = 1e-9

CI_METHODS = {"z": "z", "knha": "knapp_hartung", "adhoc": "knapp_hartung_conservative"}
COLUMNS = (
    "estimate",
    "se",
    "df",
    "statistic",
    "p_value",
    "ci_low",
    "ci_high",
    "tau2",
    "tau2_ci_low",
    "tau2_ci_high",
    "i2_q",
    "i2_tau2",
    "q",
    "q_p",
    "pi_low",
    "pi_high",
    "weights",
)


def fits(*skip: str) -> list[Any]:
    """Every fit of the reference, except by Knapp-Hartung in the cases named."""
    return [
        pytest.param(case, fit, id=f"{name}-{fit['method']}-{fit['test']}-{fit.get('level', 0.95)}")
        for part in ("cases", "levels")
        for name, case in REFERENCE[part].items()
        for fit in case["fits"]
        if name not in skip or fit["test"] != "knha"
    ]


def ours(case: dict[str, Any], fit: dict[str, Any]) -> Pooled:
    """Pool a case of the reference in the way of one of its fits."""
    common = fit["method"] == "EE"
    return pool(
        case["yi"],
        case["vi"],
        model="common" if common else "random",
        tau2_method="DL" if common else fit["method"],
        ci_method=CI_METHODS[fit["test"]],
        level=fit.get("level", 0.95),
    )


@pytest.mark.parametrize(("case", "fit"), fits("ties_in_effects"))
def test_every_column_is_metafors(case: dict[str, Any], fit: dict[str, Any]) -> None:
    got = ours(case, fit)
    for column in (name for name in COLUMNS if "weights" in fit or name != "weights"):
        expected = np.array(fit.get(column), dtype=float)  # null and absent: not defined, NaN
        if column.startswith("tau2_ci") and "tau2_interval_empty" in got.flags:
            assert expected == 0  # metafor's set is empty and printed as 0 to 0
            continue
        np.testing.assert_allclose(
            getattr(got, column),
            expected,
            rtol=RELATIVE,
            atol=TAU2_ABSOLUTE * min(case["vi"]) if column.startswith("tau2") else 0,
            equal_nan=True,
            err_msg=column,
        )


def test_reference_covers_two_to_sixty_trials() -> None:
    sizes = {len(case["yi"]) for case in REFERENCE["cases"].values()}
    assert {2, 60} <= sizes


def test_reference_has_every_estimator_interval_and_three_levels() -> None:
    fits_ = [fit for case in REFERENCE["levels"].values() for fit in case["fits"]]
    found = {(fit["method"], CI_METHODS[fit["test"]], fit.get("level", 0.95)) for fit in fits_}
    assert found == set(product(["EE", *ESTIMATORS], INTERVALS, [0.9, 0.95, 0.99]))


def test_tau2_is_solved_more_closely_than_pymares_search() -> None:
    # six_orders: PyMARE's own REML tau2 is 2e-6 off (relative).
    case = REFERENCE["cases"]["six_orders"]
    fit = next(f for f in case["fits"] if f["method"] == "REML")
    assert pool(case["yi"], case["vi"]).tau2 == pytest.approx(fit["tau2"], rel=1e-10)


def test_equal_effects_leave_knapp_hartung_without_a_standard_error() -> None:
    # metafor reports p = 0 and an interval of no width here; that is no result to print.
    got = pool([0.25] * 4, [0.01, 0.02, 0.05, 0.2], ci_method="knapp_hartung")
    assert got.se == 0
    assert got.flags == ("zero_standard_error", "tau2_zero", "tau2_interval_empty")
    undefined = (got.statistic, got.p_value, got.ci_low, got.ci_high, got.pi_low, got.pi_high)
    assert np.isnan(undefined).all()


def test_common_effect_model_has_no_heterogeneity_parameter() -> None:
    got = pool([0.1, 0.9], [0.02, 0.05], model="common", ci_method="z")
    assert (got.model, got.tau2_method) == ("common", "")
    absent = (got.tau2, got.tau2_ci_low, got.tau2_ci_high, got.i2_tau2, got.pi_low, got.pi_high)
    assert np.isnan(absent).all()


def test_normal_reference_has_no_df() -> None:
    assert np.isnan(pool([0.1, 0.9], [0.02, 0.05], ci_method="z").df)


def test_counts_rows_as_trials() -> None:
    got = pool([0.1, 0.9, 0.4], [0.02, 0.05, 0.05])
    assert (got.k, got.n_trials, got.q_df) == (3, 3, 2)


def test_level_sets_the_width() -> None:
    got = pool([0.1, 0.9], [0.02, 0.05], ci_method="z", level=0.8)
    assert got.ci_high - got.estimate == pytest.approx(norm.ppf(0.9) * got.se)


def test_weights_keep_the_order_of_the_rows() -> None:
    got = pool([0.1, 0.2, 0.3], [0.4, 0.1, 0.2], model="common")
    np.testing.assert_allclose(got.weights, np.array([1, 4, 2]) / 0.07, rtol=1e-12)


# --- more than one mode -----------------------------------------------------------------------

TWO_MODES = ([-15.3, -11.4, 5.2], [226.1, 1.4, 46.8])


def ml_by_grid(yi: list[float], vi: list[float], tau2: np.ndarray) -> np.ndarray:
    """Log-likelihood straight from the normal density, at each tau2."""
    y, v = np.array(yi), np.array(vi)
    heights = []
    for value in tau2:
        mean = np.average(y, weights=1 / (v + value))
        heights.append(norm.logpdf(y, mean, np.sqrt(v + value)).sum())
    return np.array(heights)


def test_likelihood_with_two_maxima_is_flagged() -> None:
    assert "several_modes" in pool(*TWO_MODES, tau2_method="ML").flags


def test_the_highest_maximum_is_taken() -> None:
    grid = np.linspace(0, 300, 3001)
    best = grid[np.argmax(ml_by_grid(*TWO_MODES, grid))]
    assert pool(*TWO_MODES, tau2_method="ML").tau2 == pytest.approx(best, abs=0.1)


def test_the_flag_is_for_several_maxima_only() -> None:
    assert "several_modes" not in pool(*TWO_MODES, tau2_method="DL").flags


# --- properties -------------------------------------------------------------------------------

effects = st.floats(-5, 5).map(lambda x: round(x, 3))
variances = st.floats(1e-3, 10).map(lambda x: round(x, 4))
rows = st.lists(st.tuples(effects, variances), min_size=2, max_size=12).map(
    lambda pairs: np.array(pairs).T
)
tau2_methods = st.sampled_from(tuple(ESTIMATORS))
ci_methods = st.sampled_from(tuple(INTERVALS))


def numbers(pooled: Pooled) -> dict[str, float]:
    """All numeric columns but the weights."""
    return {key: value for key, value in vars(pooled).items() if isinstance(value, float)}


@given(rows, tau2_methods, ci_methods, st.randoms(use_true_random=False))
def test_order_of_rows_changes_no_digit(data: Any, tau2: str, ci: str, random: Any) -> None:
    order = list(range(data.shape[1]))
    random.shuffle(order)
    one = pool(*data, tau2_method=tau2, ci_method=ci)
    other = pool(*data[:, order], tau2_method=tau2, ci_method=ci)
    np.testing.assert_equal(numbers(other), numbers(one))
    np.testing.assert_array_equal(other.weights, one.weights[order])


@given(rows, tau2_methods, ci_methods)
def test_sign_flip_mirrors_the_result_exactly(data: Any, tau2: str, ci: str) -> None:
    one = pool(*data, tau2_method=tau2, ci_method=ci)
    flipped = pool(-data[0], data[1], tau2_method=tau2, ci_method=ci)
    mirrored = numbers(one) | {
        "estimate": 0.0 - one.estimate,
        "statistic": 0.0 - one.statistic,
        "ci_low": 0.0 - one.ci_high,
        "ci_high": 0.0 - one.ci_low,
        "pi_low": 0.0 - one.pi_high,
        "pi_high": 0.0 - one.pi_low,
    }
    np.testing.assert_equal(numbers(flipped), mirrored)
    np.testing.assert_array_equal(flipped.weights, one.weights)


def test_rows_that_are_their_own_mirror_image_pool_to_zero() -> None:
    # Left alone the sum is -7e-18, and flipping the signs would not change it.
    half = np.array([0.63, 0.51, 0.27, 0.31])
    got = pool(np.hstack([half, -half]), [0.05] * 8, model="common")
    assert str(got.estimate) == "0.0"


@given(rows, tau2_methods, st.sampled_from([-20, -3, 1, 15]))
def test_power_of_two_scale_changes_no_digit(data: Any, tau2: str, power: int) -> None:
    c = 2.0**power
    one = pool(*data, tau2_method=tau2)
    scaled = pool(c * data[0], c**2 * data[1], tau2_method=tau2)
    in_units = ("estimate", "se", "ci_low", "ci_high", "pi_low", "pi_high")
    squared = ("tau2", "tau2_ci_low", "tau2_ci_high")
    expected = {
        key: value * (c if key in in_units else c**2 if key in squared else 1)
        for key, value in numbers(one).items()
    }
    np.testing.assert_equal(numbers(scaled), expected)


@given(rows, st.floats(0.1, 30))
def test_scale(data: Any, c: float) -> None:
    one = pool(*data, tau2_method="DL")
    scaled = pool(c * data[0], c**2 * data[1], tau2_method="DL")
    assert scaled.estimate == pytest.approx(c * one.estimate, abs=c * ROUNDING)
    assert scaled.se == pytest.approx(c * one.se, rel=1e-6)
    assert scaled.tau2 == pytest.approx(c**2 * one.tau2, abs=c**2 * ROUNDING)


@given(rows, st.floats(-10, 10))
def test_shift(data: Any, c: float) -> None:
    one = pool(*data, tau2_method="DL")
    shifted = pool(data[0] + c, data[1], tau2_method="DL")
    assert shifted.estimate == pytest.approx(one.estimate + c, abs=ROUNDING)
    assert shifted.tau2 == pytest.approx(one.tau2, abs=ROUNDING)
    assert shifted.q == pytest.approx(one.q, rel=1e-6, abs=ROUNDING)


@given(rows)
def test_halved_variances_under_the_common_model(data: Any) -> None:
    one = pool(*data, model="common", ci_method="z")
    halved = pool(data[0], data[1] / 2, model="common", ci_method="z")
    assert halved.estimate == pytest.approx(one.estimate, abs=ROUNDING)
    assert halved.se == pytest.approx(one.se / np.sqrt(2), rel=ROUNDING)
    np.testing.assert_allclose(halved.weights, one.weights, rtol=ROUNDING)


@given(rows)
def test_every_row_twice_is_half_the_variance_under_the_common_model(data: Any) -> None:
    twice = pool(*np.hstack([data, data]), model="common", ci_method="z")
    halved = pool(data[0], data[1] / 2, model="common", ci_method="z")
    assert twice.estimate == pytest.approx(halved.estimate, abs=ROUNDING)
    assert twice.se == pytest.approx(halved.se, rel=ROUNDING)
    np.testing.assert_allclose(twice.weights[: data.shape[1]], halved.weights / 2, rtol=ROUNDING)


@given(rows, tau2_methods)
def test_conservative_knapp_hartung_is_the_wider_of_both(data: Any, tau2: str) -> None:
    z, plain, conservative = (
        pool(*data, tau2_method=tau2, ci_method=ci).se for ci in CI_METHODS.values()
    )
    assert conservative == pytest.approx(max(z, plain), rel=1e-12)


@given(rows, tau2_methods)
def test_conservative_interval_is_never_narrower_than_z(data: Any, tau2: str) -> None:
    z = pool(*data, tau2_method=tau2, ci_method="z")
    conservative = pool(*data, tau2_method=tau2)
    assert conservative.ci_low < z.ci_low
    assert conservative.ci_high > z.ci_high


@given(rows, tau2_methods)
def test_intervals_are_nested(data: Any, tau2: str) -> None:
    p = pool(*data, tau2_method=tau2)
    assert p.pi_low <= p.ci_low < p.estimate < p.ci_high <= p.pi_high


@given(rows, tau2_methods)
def test_estimate_lies_among_the_effects_and_weights_sum_to_100(data: Any, tau2: str) -> None:
    p = pool(*data, tau2_method=tau2)
    assert data[0].min() - ROUNDING <= p.estimate <= data[0].max() + ROUNDING
    assert p.weights.sum() == pytest.approx(100)


@given(rows)
def test_tau2_dl_is_zero_exactly_when_q_is_below_its_df(data: Any) -> None:
    p = pool(*data, tau2_method="DL")
    assert (p.tau2 > 0) == (p.q > p.q_df)


# --- refusals ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("yi", "vi", "message"),
    [
        ([0.1, np.nan], [0.1, 0.1], "yi must be finite: found nan in row 2"),
        ([np.inf, 0.2], [0.1, 0.1], "yi must be finite: found inf in row 1"),
        ([0.1, 0.2], [0.1, np.nan], "vi must be finite and above 0: found nan in row 2"),
        ([0.1, 0.2], [0.1, np.inf], "vi must be finite and above 0: found inf in row 2"),
        ([0.1, 0.2], [0.0, -1.0], "found 0.0 in row 1, -1.0 in row 2"),
        ([0.1, 0.2], [0.1], "yi and vi differ in length: 2, 1"),
        ([0.1], [0.1], "at least 2 effects, got 1"),
        ([], [], "at least 2 effects, got 0"),
        ([[0.1, 0.2]], [[0.1, 0.2]], "one-dimensional"),
    ],
)
def test_input_that_cannot_be_pooled(yi: Any, vi: Any, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        pool(yi, vi)


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"model": "fixed"}, "model must be one of random, common; got 'fixed'"),
        (
            {"tau2_method": "XX"},
            "tau2_method must be one of DL, HE, HS, SJ, PM, EB, ML, REML; got 'XX'",
        ),
        ({"ci_method": "t"}, "ci_method must be one of z, knapp_hartung"),
        ({"level": 95}, "level must lie between 0 and 1, got 95"),
    ],
)
def test_unknown_method(choice: Any, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        pool([0.1, 0.2], [0.1, 0.1], **choice)


@pytest.mark.parametrize("method", sorted(ESTIMATORS))
def test_company_moves_no_digit(method: str) -> None:
    rng = np.random.default_rng(1)
    sizes = [2, 9, 5, 40, 3]
    drawn = [(rng.normal(0.3, 0.4, k), rng.uniform(1e-3, 0.3, k)) for k in sizes]
    intervals = [list(INTERVALS)[i % len(INTERVALS)] for i in range(len(sizes))]
    together = pool_sets(
        [arrange(*rows) for rows in drawn],
        model="random",
        tau2_method=method,
        ci_method=intervals,
        level=0.9,
    )
    for rows, interval, got in zip(drawn, intervals, together, strict=True):
        alone = pool(*rows, tau2_method=method, ci_method=interval, level=0.9)
        np.testing.assert_equal(vars(got), vars(alone))


def test_pymare_is_a_reference_and_nothing_imports_it() -> None:
    importing = [
        path.name
        for path in sorted((ROOT / "src").rglob("*.py"))
        if re.search(r"^\s*(import|from) pymare\b", path.read_text(encoding="utf-8"), re.M)
    ]
    assert importing == []


@pytest.mark.parametrize(("k", "flagged"), [(2, True), (3, True), (4, False)])
def test_two_or_three_trials_are_flagged(k: int, flagged: bool) -> None:
    rows = (np.linspace(0, 1, k), np.full(k, 0.01))
    assert ("two_or_three_trials" in pool(*rows, ci_method="knapp_hartung").flags) == flagged
    # metafor issue 36: two studies give p 0.0455 by z and 0.295 by Knapp-Hartung.
    assert ("normal_few_trials" in pool(*rows, ci_method="z").flags) == flagged


def test_a_normal_interval_of_one_common_effect_is_right_for_two_trials() -> None:
    assert pool([1, 3], [0.5, 0.5], model="common", ci_method="z").flags == ()


def test_an_empty_q_profile_is_said_to_be_empty() -> None:
    # metafor 3.8-1: "The CIs are therefore equal to the null/empty set".
    got = pool([0, 0, 0], [1, 2, 1], ci_method="z")
    assert np.isnan((got.tau2_ci_low, got.tau2_ci_high)).all()
    assert {"tau2_interval_empty", "tau2_zero"} <= set(got.flags)


def test_an_interval_of_tau2_that_leaves_out_the_estimate_is_flagged() -> None:
    # Two large studies that agree and small ones that do not: DerSimonian-Laird lies below.
    yi, vi = [0.0, 0.1, 5.0, -5.0], [1e-4, 1e-4, 1.0, 1.0]
    got = pool(yi, vi, tau2_method="DL")
    assert got.tau2 < got.tau2_ci_low
    assert "tau2_outside_interval" in got.flags
    assert "tau2_outside_interval" not in pool(yi, vi).flags


@pytest.mark.parametrize("ratio", [1.01e10, 1e12, 1e14, 1e16, 1e18, 1e20])
def test_variances_that_leave_no_digits_are_refused(ratio: float) -> None:
    said = re.escape(f"vi differ by a factor of {ratio:.3g}")
    with pytest.raises(ValueError, match=said):
        pool([0, 3e4], [1 / ratio, 1], tau2_method="DL")
    with pytest.raises(ValueError, match=said):
        pool_subsets([0, 3e4], [1 / ratio, 1], pack([[1, 1]]))


def test_variances_ten_orders_apart_keep_six_digits() -> None:
    # k = 2: tau2 = d^2 / 2 - (v1 + v2) / 2 exactly.
    got = pool([0, 3e4], [1e-5, 1e5], tau2_method="DL")
    assert got.tau2 == pytest.approx(4.5e8 - 5e4, rel=1e-5)
