"""One effect per trial, of the several that it may report."""

import numpy as np
import numpy.typing as npt
import pandas as pd


def trial_effect(
    yi: npt.NDArray[np.float64], vi: npt.NDArray[np.float64], rho: float
) -> tuple[float, float]:
    """Mean of correlated results of one trial, and its variance.

    Borenstein and others (2009), chapter 24: the variance of a mean of results that correlate
    by `rho`, with the results' own variances.
    """
    se = np.sqrt(vi)
    covariance = rho * np.outer(se, se)
    np.fill_diagonal(covariance, vi)
    return float(yi.mean()), float(covariance.sum()) / len(yi) ** 2


def average_by_trial(effects: pd.DataFrame, rho: float) -> pd.DataFrame:
    """One row per trial: the mean of its results, which correlate by `rho`.

    Parameters
    ----------
    effects : DataFrame
        Columns trial_id, label, year, yi, vi.
    rho : float
        Assumed correlation of the results of one trial.

    Returns
    -------
    DataFrame
        The same columns, sorted by trial_id; a trial with one result keeps it.
    """
    rows = []
    for trial_id, group in effects.groupby("trial_id"):
        yi, vi = trial_effect(group["yi"].to_numpy(float), group["vi"].to_numpy(float), rho)
        own = {"trial_id": trial_id, "label": group["label"].iloc[0], "year": group["year"].iloc[0]}
        rows.append(own | {"yi": yi, "vi": vi})
    return pd.DataFrame(rows, columns=["trial_id", "label", "year", "yi", "vi"])
