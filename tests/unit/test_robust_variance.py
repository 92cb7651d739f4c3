"""`pool_correlated` against robumeta and clubSandwich, and its properties."""

import re
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reference_numbers import reference_of

from metarepro.models.meta_regression import fit_correlated
from metarepro.models.pooled import Pooled
from metarepro.models.pooling import pool
from metarepro.models.robust_variance import pool_correlated, pool_correlated_sets
from metarepro.models.rows import arrange

with warnings.catch_warnings():
    warnings.simplefilter("ignore", ResourceWarning)  # PyMARE leaves a file open on import
    from pymare.estimators import DerSimonianLaird

REFERENCE = reference_of("rve")

#: Measured over all fits of rve.json: 5e-13 at worst (q_df, which the R script has to recover from
#: a difference); every other column below 6e-14.
RELATIVE = 1e-11
#: robumeta takes p as 1 - pt(), which has no digits left below 1e-16.
P_ABSOLUTE = 1e-15
ROUNDING = 1e-9

ROBUMETA = (
    "estimate",
    "se",
    "df",
    "statistic",
    "p_value",
    "ci_low",
    "ci_high",
    "tau2",
    "i2_q",
    "q",
    "q_df",
    "weights",
)

FITS = [
    pytest.param(case, fit, id=f"{name}-rho={fit['rho']}")
    for name, case in REFERENCE["cases"].items()
    for fit in case["fits"]
]


def ours(case: dict[str, Any], fit: dict[str, Any]) -> Pooled:
    return pool_correlated(case["yi"], case["vi"], case["trial"], rho=fit["rho"])


@pytest.mark.parametrize(("case", "fit"), FITS)
def test_every_column_is_robumetas(case: dict[str, Any], fit: dict[str, Any]) -> None:
    got = ours(case, fit)
    for column in ROBUMETA:
        np.testing.assert_allclose(
            getattr(got, column),
            fit[column],
            rtol=RELATIVE,
            atol=P_ABSOLUTE,
            err_msg=column,
        )


@pytest.mark.parametrize(("case", "fit"), FITS)
def test_clubsandwich_agrees_on_the_same_weights(case: dict[str, Any], fit: dict[str, Any]) -> None:
    got = ours(case, fit)
    expected = (fit["club_estimate"], fit["club_se"], fit["club_df"])
    np.testing.assert_allclose((got.estimate, got.se, got.df), expected, rtol=RELATIVE)


def draw(seed: int) -> tuple[Any, Any, Any]:
    """Forty results of twelve trials or fewer."""
    rng = np.random.default_rng(seed)
    trial = rng.integers(0, 12, 40)
    vi = np.exp(rng.uniform(np.log(0.01), np.log(0.3), 40))
    spread = 0.1 * (seed % 3)
    yi = rng.normal(0.3, np.sqrt(vi)) + rng.normal(0, spread, 12)[trial]
    return yi, vi, np.unique(trial, return_inverse=True)[1]


def pymares(yi: Any, vi: Any, x: Any, trial: Any, rho: float) -> dict[str, Any]:
    """Estimate, standard errors, tau2 and degrees of freedom by PyMARE."""
    model = DerSimonianLaird(weight_scheme="rescale", rho=rho, small_sample_correction="wald")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # few trials
        found = model.fit(yi[:, None], vi[:, None], x, trial).params_
    return {
        "estimate": found["fe_params"][:, 0],
        "se": np.sqrt(np.diag(found["inv_cov"][:, :, 0])),
        "tau2": found["tau2"].ravel(),
        "df": np.ravel(found["dof"]),
    }


@pytest.mark.parametrize("rho", [0.0, 0.8, 1.0])
@pytest.mark.parametrize("seed", range(10))
def test_pymare_pools_alike(seed: int, rho: float) -> None:
    yi, vi, trial = draw(seed)
    got = pool_correlated(yi, vi, trial, rho=rho)
    for name, expected in pymares(yi, vi, np.ones((40, 1)), trial, rho).items():
        assert getattr(got, name) == pytest.approx(expected[0], rel=1e-10, abs=1e-12), name


@pytest.mark.parametrize("rho", [0.0, 0.8, 1.0])
@pytest.mark.parametrize("seed", range(10))
def test_pymare_regresses_alike(seed: int, rho: float) -> None:
    yi, vi, trial = draw(seed)
    x = np.column_stack([np.ones(40), np.random.default_rng(seed).normal(size=40)])
    got = fit_correlated(yi, vi, x, trial, rho=rho)
    found = [got.combination(row) for row in np.eye(2)]
    expected = pymares(yi, vi, x, trial, rho)
    assert got.tau2 == pytest.approx(expected.pop("tau2")[0], rel=1e-10, abs=1e-12)
    for name, numbers in expected.items():
        assert [getattr(own, name) for own in found] == pytest.approx(numbers, rel=1e-10), name


def test_company_moves_no_digit() -> None:
    drawn = [draw(seed) for seed in range(8)]
    rho = [0.1 * seed for seed in range(8)]
    together = pool_correlated_sets([arrange(*rows) for rows in drawn], rho)
    for rows, assumed, got in zip(drawn, rho, together, strict=True):
        np.testing.assert_equal(vars(got), vars(pool_correlated(*rows, rho=assumed)))


def test_reference_holds_pools_with_and_without_heterogeneity() -> None:
    tau2 = [fit["tau2"] for case in REFERENCE["cases"].values() for fit in case["fits"]]
    assert min(tau2) == 0 < max(tau2)


def test_prediction_interval_has_the_satterthwaite_df() -> None:
    case = REFERENCE["cases"]["unequal_sizes"]
    got = pool_correlated(case["yi"], case["vi"], case["trial"])
    crit = (got.ci_high - got.estimate) / got.se
    assert got.pi_high == pytest.approx(got.estimate + crit * np.sqrt(got.tau2 + got.se**2))


def test_columns_without_a_definition_are_empty() -> None:
    got = pool_correlated([0.1, 0.4, 0.2], [0.1, 0.1, 0.2], ["a", "a", "b"])
    assert (got.model, got.tau2_method, got.ci_method) == (
        "correlated_effects",
        "MM",
        "satterthwaite",
    )
    assert np.isnan((got.q_p, got.i2_tau2, got.tau2_ci_low, got.tau2_ci_high)).all()


def test_counts_rows_and_trials() -> None:
    got = pool_correlated([0.1, 0.4, 0.2], [0.1, 0.1, 0.2], ["a", "a", "b"])
    assert (got.k, got.n_trials) == (3, 2)


@pytest.mark.parametrize(
    ("trials", "flags"),
    [
        (3, ("df_below_4", "few_trials")),
        (4, ("df_below_4", "narrower_than_model", "few_trials")),
        (10, ("narrower_than_model", "few_trials")),
        (11, ("tau2_zero",)),
    ],
)
def test_flags(trials: int, flags: tuple[str, ...]) -> None:
    # Equal weights: df = trials - 1.
    yi = np.linspace(0, 1, 2 * trials)
    got = pool_correlated(yi, np.full_like(yi, 0.1), list(np.arange(2 * trials) % trials))
    assert got.df == pytest.approx(trials - 1)
    assert got.flags == flags


@pytest.mark.parametrize("second", [0.2, 0.3, 0.5, 0.6])
def test_rounding_of_4_degrees_of_freedom_is_not_below_4(second: float) -> None:
    # Five equal weights: df = 4, of which binary arithmetic leaves 3.9999999999999996 or 4.
    got = pool_correlated([0.1, second, 0.4, 0.8, 0.9], [0.04] * 5, list("abcde"))
    assert got.df == pytest.approx(4, abs=1e-12)
    assert "df_below_4" not in got.flags


@pytest.mark.parametrize("yi", [[0.1, 0.1, 0.1], [0.1, 0.7, 0.4]])
def test_equal_trial_means_leave_no_standard_error(yi: list[float]) -> None:
    # The scores are 0 up to rounding; left alone they give p = 1e-16.
    got = pool_correlated(yi, [0.3, 0.3, 0.1], ["a", "a", "b"])
    assert "zero_standard_error" in got.flags
    assert np.isnan((got.statistic, got.p_value, got.ci_low, got.ci_high)).all()


def test_one_row_a_trial_gives_the_dersimonian_laird_estimate() -> None:
    yi, vi = [0.1, 0.9, 0.4, -0.3], [0.02, 0.05, 0.1, 0.08]
    robust, plain = pool_correlated(yi, vi, list("abcd")), pool(yi, vi, tau2_method="DL")
    np.testing.assert_allclose(
        (robust.estimate, robust.tau2, robust.q, robust.q_df, robust.i2_q),
        (plain.estimate, plain.tau2, plain.q, plain.q_df, plain.i2_q),
        rtol=1e-12,
    )


def test_weight_of_a_trial_does_not_grow_with_its_rows() -> None:
    got = pool_correlated([0.1, 0.1, 0.1, 0.1], [0.2] * 4, ["a", "a", "a", "b"])
    np.testing.assert_allclose(got.weights, [50 / 3, 50 / 3, 50 / 3, 50])


# --- properties -------------------------------------------------------------------------------

row = st.tuples(
    st.floats(-5, 5).map(lambda x: round(x, 3)),
    st.floats(1e-3, 10).map(lambda x: round(x, 4)),
    st.sampled_from("abcdef"),
)
tables = st.lists(row, min_size=2, max_size=15).filter(lambda t: len({r[2] for r in t}) > 1)


def numbers(pooled: Pooled) -> dict[str, float]:
    return {key: value for key, value in vars(pooled).items() if isinstance(value, float)}


def pool_table(table: Any, **settings_: float) -> Pooled:
    return pool_correlated(*map(list, zip(*table, strict=True)), **settings_)  # type: ignore[arg-type]


@given(tables, st.randoms(use_true_random=False))
def test_order_of_rows_changes_no_digit(table: Any, random: Any) -> None:
    order = list(range(len(table)))
    random.shuffle(order)
    one, other = pool_table(table), pool_table([table[i] for i in order])
    np.testing.assert_equal(numbers(other), numbers(one))
    np.testing.assert_array_equal(other.weights, one.weights[order])


@given(tables)
def test_sign_flip_mirrors_the_result_exactly(table: Any) -> None:
    one, flipped = pool_table(table), pool_table([(-y, v, trial) for y, v, trial in table])
    mirrored = numbers(one) | {
        "estimate": 0.0 - one.estimate,
        "statistic": 0.0 - one.statistic,
        "ci_low": 0.0 - one.ci_high,
        "ci_high": 0.0 - one.ci_low,
        "pi_low": 0.0 - one.pi_high,
        "pi_high": 0.0 - one.pi_low,
    }
    np.testing.assert_equal(numbers(flipped), mirrored)


@given(tables, st.permutations("uvwxyz"))
def test_names_of_the_trials_do_not_matter(table: Any, names: list[str]) -> None:
    rename = dict(zip("abcdef", names, strict=True))
    one, other = pool_table(table), pool_table([(y, v, rename[name]) for y, v, name in table])
    assert other.estimate == pytest.approx(one.estimate, abs=ROUNDING)
    assert other.se == pytest.approx(one.se, rel=1e-6, abs=ROUNDING)


@given(tables, st.floats(-10, 10))
def test_shift(table: Any, c: float) -> None:
    one, shifted = pool_table(table), pool_table([(y + c, v, trial) for y, v, trial in table])
    assert shifted.estimate == pytest.approx(one.estimate + c, abs=ROUNDING)
    assert shifted.tau2 == pytest.approx(one.tau2, abs=ROUNDING)
    assert shifted.df == pytest.approx(one.df, rel=1e-6)


@given(tables)
def test_df_lie_between_1_and_trials_minus_1(table: Any) -> None:
    got = pool_table(table)
    # Few digits are left of the df where one trial has 3000 times the weight of another.
    assert 1 - 1e-6 <= got.df <= got.n_trials - 1 + 1e-6


@given(tables)
def test_rho_of_1_gives_q_its_usual_df(table: Any) -> None:
    got = pool_table(table, rho=1)
    assert got.q_df == pytest.approx(got.n_trials - 1)


# --- refusals ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"trial": ["a", "a", "a"]}, "at least 2 trials, got 1"),
        ({"trial": ["a", None, "b"]}, "trial must not be empty: found '' in row 2"),
        ({"trial": ["a", "b", ""]}, "trial must not be empty: found '' in row 3"),
        ({"trial": ["a", np.nan, "b"]}, "trial must not be empty: found '' in row 2"),
        ({"trial": ["a", "b"]}, "yi, vi and trial differ in length: 3, 3, 2"),
        ({"yi": [0.1, np.nan, 0.2]}, "yi must be finite: found nan in row 2"),
        ({"vi": [0.1, 0.1, 0.0]}, "vi must be finite and above 0: found 0.0 in row 3"),
        ({"vi": [1e-14, 1.0, 1.0], "yi": [0.1, 0.1, 0.1]}, "vi differ by a factor of 1e+14"),
        ({"rho": 1.2}, "rho must lie between 0 and 1, got 1.2"),
        ({"rho": np.nan}, "rho must lie between 0 and 1, got nan"),
        ({"level": 0.0}, "level must lie between 0 and 1, got 0.0"),
    ],
)
def test_input_that_cannot_be_pooled(change: dict[str, Any], message: str) -> None:
    good: dict[str, Any] = {
        "yi": [0.1, 0.4, 0.2],
        "vi": [0.1, 0.1, 0.2],
        "trial": ["a", "b", "b"],
    }
    with pytest.raises(ValueError, match=re.escape(message)):
        pool_correlated(**good | change)
