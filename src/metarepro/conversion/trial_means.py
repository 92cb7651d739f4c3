"""One effect per trial, of the several that it may report."""

import numpy as np
import numpy.typing as npt
import pandas as pd

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]


def trial_effect(yi: Array, vi: Array, rho: float) -> tuple[float, float]:
    """Mean of correlated results of one trial, and its variance.

    Borenstein and others (2009), chapter 24: the variance of a mean of results that correlate
    by `rho`, with the results' own variances.
    """
    se = np.sqrt(vi)
    covariance = rho * np.outer(se, se)
    np.fill_diagonal(covariance, vi)
    return float(yi.mean()), float(covariance.sum()) / len(yi) ** 2


def means_by_trial(trial: Codes, yi: Array, vi: Array, rho: float) -> tuple[Codes, Array, Array]:
    """`trial_effect` of every trial.

    Parameters
    ----------
    trial : array of int, shape (k,)
        The number of the trial of each result.
    yi, vi : array of shape (k,)
    rho : float

    Returns
    -------
    tuple of array
        The numbers of the trials in their order, the means and their variances. The order of the
        results moves no digit.
    """
    order = np.lexsort((vi, yi, trial))
    trials, code = np.unique(trial[order], return_inverse=True)
    m, sum_vi = np.bincount(code), np.bincount(code, vi[order])
    between = np.bincount(code, np.sqrt(vi[order])) ** 2 - sum_vi
    variance = np.where(m == 1, sum_vi, sum_vi + rho * between) / m**2
    return trials, np.bincount(code, yi[order]) / m, variance


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
    ids = effects["trial_id"].to_numpy(object)
    trials, first, code = np.unique(ids, return_index=True, return_inverse=True)
    yi, vi = effects["yi"].to_numpy(float), effects["vi"].to_numpy(float)
    _, yi, vi = means_by_trial(code, yi, vi, rho)
    told = effects[["label", "year"]].iloc[first].reset_index(drop=True)
    told.insert(0, "trial_id", trials)
    return told.assign(yi=yi, vi=vi)
