"""Estimators of tau2 beside metafor's numbers (test_pooling, test_meta_regression): against PyMARE,
by what defines them, and as a registry."""

import subprocess
import sys
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from metarepro.models.meta_regression import fit
from metarepro.models.pooling import pool
from metarepro.models.tau2 import ESTIMATORS
from metarepro.models.weighted import Regression

with warnings.catch_warnings():
    warnings.simplefilter("ignore", ResourceWarning)  # PyMARE leaves a file open on import
    from pymare.estimators import DerSimonianLaird, Hedges, VarianceBasedLikelihoodEstimator
    from pymare.stats import q_profile

#: PyMARE's search for a maximum stops at about six digits.
SIX_DIGITS = 1e-6


def draw(seed: int, k: int = 9) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    vi = np.exp(rng.uniform(np.log(0.01), np.log(0.3), k))
    return rng.normal(0.3, np.sqrt(0.08 + vi)), vi


def pymares(method: str) -> Any:
    if method == "DL":
        return DerSimonianLaird(small_sample_correction="wald")
    if method == "HE":
        return Hedges(small_sample_correction="wald")
    return VarianceBasedLikelihoodEstimator(method=method, small_sample_correction="wald")


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("method", "digits"), [("DL", 1e-10), ("HE", 1e-10), ("ML", 0), ("REML", 0)]
)
def test_pymare_agrees(method: str, digits: float, seed: int) -> None:
    yi, vi = draw(seed)
    theirs = pymares(method).fit(yi[:, None], vi[:, None], np.ones((yi.size, 1))).params_
    got = pool(yi, vi, tau2_method=method, ci_method="z")
    within = digits or SIX_DIGITS
    assert got.tau2 == pytest.approx(np.squeeze(theirs["tau2"]), abs=within)
    assert got.estimate == pytest.approx(np.squeeze(theirs["fe_params"]), abs=within)


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
@pytest.mark.parametrize("seed", range(5))
def test_pymares_q_profile_agrees(seed: int, level: float) -> None:
    yi, vi = draw(seed)
    theirs = q_profile(yi, vi, np.ones((yi.size, 1)), alpha=1 - level)
    got = pool(yi, vi, level=level)
    expected = (theirs["ci_l"], theirs["ci_u"])
    assert (got.tau2_ci_low, got.tau2_ci_high) == pytest.approx(expected, rel=1e-8, abs=1e-8)


def q(yi: Any, vi: Any, tau2: float) -> float:
    w = 1 / (vi + tau2)
    return float((w * (yi - np.average(yi, weights=w)) ** 2).sum())


seeds = st.integers(0, 2**32 - 1)


@given(seed=seeds, k=st.integers(2, 15), level=st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_bounds_of_tau2_set_q_to_its_quantiles(seed: int, k: int, level: float) -> None:
    yi, vi = draw(seed, k)
    got = pool(yi, vi, level=level)
    for bound, tail in ((got.tau2_ci_low, (1 + level) / 2), (got.tau2_ci_high, (1 - level) / 2)):
        quantile = chi2.ppf(tail, k - 1)
        if bound > 0:
            assert q(yi, vi, bound) == pytest.approx(quantile, rel=1e-8)
        else:
            assert q(yi, vi, 0.0) <= quantile


@given(seed=seeds, k=st.integers(2, 15))
def test_paule_mandel_sets_q_to_its_expectation(seed: int, k: int) -> None:
    yi, vi = draw(seed, k)
    tau2 = pool(yi, vi, tau2_method="PM").tau2
    assert q(yi, vi, tau2) == pytest.approx(k - 1, rel=1e-9) if tau2 > 0 else q(yi, vi, 0) <= k - 1


@pytest.mark.parametrize("method", ESTIMATORS)
def test_equal_effects_have_no_variance_between_trials(method: str) -> None:
    assert pool([0.3] * 4, [0.1, 0.2, 0.3, 0.1], tau2_method=method).tau2 == 0


@pytest.mark.parametrize("method", ESTIMATORS)
@pytest.mark.parametrize("seed", range(5))
def test_a_regression_on_a_constant_is_the_pool(method: str, seed: int) -> None:
    yi, vi = draw(seed)
    fitted = fit(yi, vi, np.ones((yi.size, 1)), tau2_method=method).combination([1.0], level=0.9)
    pooled = pool(yi, vi, tau2_method=method, level=0.9)
    got = (fitted.estimate, fitted.se, fitted.ci_low, fitted.ci_high)
    expected = (pooled.estimate, pooled.se, pooled.ci_low, pooled.ci_high)
    assert got == pytest.approx(expected, rel=1e-9)


def test_a_maximum_lies_below_the_sum_of_squared_residuals() -> None:
    # The end of the scan (see `tau2._grid`), with effects as far apart as they can be.
    yi, vi = np.array([-3.0, 3.0, -3.0, 3.0, 3.0]), np.array([1e-6, 1e-6, 10.0, 10.0, 1e-6])
    data = Regression(yi[:, None], vi[:, None], np.ones((5, 1)))
    for method in ("ML", "REML", "PM"):
        assert 0 < ESTIMATORS[method].estimate(data).value[0] < data.spread


def test_names_are_keys_and_every_entry_has_words() -> None:
    for name, entry in ESTIMATORS.items():
        assert name == entry.name
        assert entry.label
        assert entry.citation


def test_plain_pooling_leaves_pymare_alone() -> None:
    modules = "metarepro.models.pooling, metarepro.models.robust_variance"
    program = f"import sys, {modules}; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert not {"pymare", "sympy"} & set(run.stdout.split())
