"""The committed pools of the parent-infant study against PyMARE, which shares no code with them."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore", ResourceWarning)  # PyMARE leaves a file open on import
    from pymare.estimators import DerSimonianLaird, VarianceBasedLikelihoodEstimator

RESULTS = Path(__file__).parents[2] / "results"
#: Tables have ten digits; PyMARE's search for the maximum of a likelihood stops at about six.
TEN_DIGITS, SIX_DIGITS = 1e-8, 1e-5


def pools(model: str) -> pd.DataFrame:
    table = pd.read_csv(RESULTS / "pooled/pooled.csv", keep_default_na=False, na_values=[""])
    return table[table["model"] == model].set_index("synthesis")


def members() -> pd.DataFrame:
    effects = pd.read_csv(RESULTS / "effects/effects.csv").set_index("result_id")
    weights = pd.read_csv(RESULTS / "pooled/weights.csv")
    return weights.join(effects[["yi", "vi"]], on="result_id")


def fitted(model: Any, rows: pd.DataFrame, *trials: Any) -> dict[str, Any]:
    columns = (rows[name].to_numpy()[:, None] for name in ("yi", "vi"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # few trials
        found: dict[str, Any] = model.fit(*columns, np.ones((len(rows), 1)), *trials).params_
    return found


def test_trials_with_several_results() -> None:
    wanted, rows = pools("correlated_effects"), members()
    assert len(wanted) > 100
    for synthesis, own in rows[rows["synthesis"].isin(wanted.index)].groupby("synthesis"):
        pool = wanted.loc[synthesis]
        model = DerSimonianLaird(
            weight_scheme="rescale", rho=pool["rho"], small_sample_correction="wald"
        )
        found = fitted(model, own, pd.factorize(own["trial_id"])[0])
        theirs = {
            "estimate": found["fe_params"].item(),
            "se": np.sqrt(found["inv_cov"].item()),
            "tau2": np.ravel(found["tau2"]).item(),
            "df": np.ravel(found["dof"]).item(),
        }
        assert {name: pool[name] for name in theirs} == pytest.approx(theirs, rel=TEN_DIGITS)


def test_trials_with_one_result_each() -> None:
    wanted, rows = pools("random"), members()
    assert len(wanted) > 50
    for synthesis, own in rows[rows["synthesis"].isin(wanted.index)].groupby("synthesis"):
        pool = wanted.loc[synthesis]
        model = VarianceBasedLikelihoodEstimator(method="REML", small_sample_correction="wald")
        found = fitted(model, own)
        theirs = {"estimate": found["fe_params"].item(), "tau2": np.ravel(found["tau2"]).item()}
        ours = {name: pool[name] for name in theirs}
        assert ours == pytest.approx(theirs, abs=SIX_DIGITS), synthesis
