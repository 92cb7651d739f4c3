"""Confidence intervals of tau2, I2 and H2 against metafor (reference/heterogeneity.R)."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.reference_numbers import reference_of

import metarepro
from metarepro.models.heterogeneity import heterogeneity

REFERENCE = reference_of("heterogeneity")
METHODS = {"PL": "profile", "QP": "q_profile"}
FITS = [
    pytest.param(case, fit, id=f"{name}-{fit['method']}-{fit['type']}-{fit['level']}")
    for name, case in REFERENCE["cases"].items()
    for fit in case["fits"]
]


@pytest.mark.parametrize(("case", "fit"), FITS)
def test_intervals_are_metafors(case: dict[str, Any], fit: dict[str, Any]) -> None:
    got = heterogeneity(
        case["yi"],
        case["vi"],
        method=METHODS[fit["type"]],  # type: ignore[arg-type]
        tau2_method=fit["method"],
        level=fit["level"],
    )
    for name in ("tau2", "i2", "h2"):
        # Measured: 3e-13.
        np.testing.assert_allclose(getattr(got, name), fit[name], rtol=1e-11, atol=1e-11)


def test_reference_has_both_intervals_of_both_likelihoods() -> None:
    found = {
        (fit["type"], fit["method"]) for case in REFERENCE["cases"].values() for fit in case["fits"]
    }
    assert found == {(kind, method) for kind in METHODS for method in ("ML", "REML")}


def test_a_profile_needs_a_likelihood() -> None:
    with pytest.raises(ValueError, match="a profile likelihood needs ML or REML; got 'DL'"):
        heterogeneity([0.1, 0.5], [0.1, 0.1], method="profile", tau2_method="DL")


def test_the_pool_of_a_table_gives_them() -> None:
    case = REFERENCE["cases"]["moderate"]
    studies = pd.DataFrame({"yi": case["yi"], "vi": case["vi"]})
    got = metarepro.pool(studies).heterogeneity("profile")
    assert got == heterogeneity(case["yi"], case["vi"], method="profile")


def test_several_results_of_a_trial_have_none() -> None:
    studies = pd.DataFrame({"yi": [0.1, 0.2, 0.5], "vi": [0.1, 0.1, 0.1], "trial": ["a", "a", "b"]})
    with pytest.raises(metarepro.InputError, match="one result per trial"):
        metarepro.pool(studies).heterogeneity()
