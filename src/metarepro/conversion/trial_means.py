"""One effect per trial, of the several that it may report."""

import numpy as np
import numpy.typing as npt
import pandas as pd

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]


def means_by_trial(trial: Codes, yi: Array, vi: Array, rho: float) -> tuple[Codes, Array, Array]:
    """Mean of the correlated results of each trial, and its variance.

    Borenstein and others (2009), chapter 24: the variance of a mean of results that correlate
    by `rho`, with the results' own variances.

    Parameters
    ----------
    trial : array of int, shape (k,)
        The number of the trial of each result.
    yi, vi : array of shape (k,)
    rho : float

    Returns
    -------
    trial, yi, vi : array of shape (n,)
        In the order of the numbers of the trials. The order of the results moves no digit.

    Examples
    --------
    >>> _, yi, vi = means_by_trial(np.array([0, 0]), np.array([0.2, 0.4]), np.full(2, 0.04), 0.5)
    >>> yi.round(3).tolist(), vi.round(3).tolist()
    ([0.3], [0.03])
    """
    order = np.lexsort((vi, yi, trial))
    yi, vi = yi[order], vi[order]
    trials, code, m = np.unique(trial[order], return_inverse=True, return_counts=True)
    sum_vi = np.bincount(code, vi)
    between = np.where(m == 1, 0.0, np.bincount(code, np.sqrt(vi)) ** 2 - sum_vi)
    return trials, np.bincount(code, yi) / m, (sum_vi + rho * between) / m**2


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
