"""Whether the printed digits lie within what the rounding of the rows allows.

Rows that are printed to two decimals can move a pool by more than its last digit. The question is
whether there are unrounded rows, each of which rounds to what is printed, whose pool rounds to the
printed pool. It is answered by example: a linear programme finds the smallest share of the rounding
that would do, to first order, and the rows it names are pooled to see that they do.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metarepro.explanation.fits import Versions, fitted
from metarepro.explanation.matching import candidates, gives_all, misses
from metarepro.explanation.pool_models import PoolModel
from metarepro.explanation.published import PublishedResult

Array = npt.NDArray[np.float64]

EXACT, WITHIN, OUTSIDE = "exact", "within the rounding of the inputs", "outside"
#: Rows of a table whose rounding can be looked at in seconds.
MAX_ROUNDED = 150
#: Times that the pool is linearised anew; each brings it nearer to its curve.
_STEPS = 4
#: A target is aimed at a little inside its own rounding.
_INSIDE = 0.98
#: A step of the derivative, in half units of the last digit of a cell.
_STEP = 0.1
#: Statistics that no rounding of the rows moves.
_FIXED = ("k", "q_df")


@dataclass(frozen=True)
class Rounding:
    """Whether the printed pool can come from the rows before they were rounded.

    Attributes
    ----------
    verdict : `EXACT`, `WITHIN` or `OUTSIDE`
    share : of the rounding that is needed: 0 for exact, up to 1 within, above 1 outside (to first
        order), inf where no rounding would do
    """

    verdict: str
    share: float


#: Of a table of more than `MAX_ROUNDED` rows.
NOT_LOOKED_AT = Rounding("", np.nan)


def judge_rounding(
    model: PoolModel, version: Versions, half: Array, published: PublishedResult
) -> Rounding:
    """Look for unrounded rows that give the printed pool under a model.

    Parameters
    ----------
    model : PoolModel
    version : Versions
        Of one table.
    half : array of shape (k, c)
        Half a unit of the last digit of each cell, 0 for whole numbers.
    published : PublishedResult

    Returns
    -------
    Rounding
    """
    off = _misses(model, version, published)
    if gives_all(off)[0]:
        return Rounding(EXACT, 0.0)
    rounded = np.argwhere((half > 0) & version.member[0][:, None])
    if not len(rounded) or any(off[name][0] > 1 for name in _FIXED if name in off):
        return Rounding(OUTSIDE, np.inf)
    shift = np.zeros(len(rounded))
    share = np.inf
    for _ in range(_STEPS):
        values, slopes = _linearised(model, version, half, rounded, shift, published)
        solved = _smallest_shift(values - slopes @ shift, slopes, published)
        if solved is None:
            return Rounding(OUTSIDE, np.inf)
        shift, share = solved
        if share > 1:
            return Rounding(OUTSIDE, share)
        if gives_all(_misses(model, _shifted(version, half, rounded, shift), published))[0]:
            return Rounding(WITHIN, share)
    return Rounding(OUTSIDE, max(share, 1.0))


def reach(
    model: PoolModel, version: Versions, half: Array, published: PublishedResult
) -> dict[str, float]:
    """How far the rounding of the rows can move each printed number at most, in half units of it.

    To first order: the sum over the cells of the slope times half a unit of the cell.
    """
    rounded = np.argwhere((half > 0) & version.member[0][:, None])
    names = _moved(published)
    if not len(rounded):
        return dict.fromkeys(names, 0.0)
    slopes = _linearised(model, version, half, rounded, np.zeros(len(rounded)), published)[1]
    total = np.abs(np.nan_to_num(slopes)).sum(axis=1)
    return {
        name: float(t / published.numbers[name].half) for name, t in zip(names, total, strict=True)
    }


def _moved(published: PublishedResult) -> list[str]:
    return [name for name in published.numbers if name not in _FIXED]


def _misses(model: PoolModel, version: Versions, published: PublishedResult) -> dict[str, Array]:
    _, outcomes = next(fitted([model], version, published.level))
    return misses(published, outcomes, model.form)


def _shifted(
    version: Versions, half: Array, rounded: npt.NDArray[np.intp], shifts: Array
) -> Versions:
    """The table with its rounded cells moved, once for every row of `shifts` (n, m)."""
    shifts = np.atleast_2d(shifts)
    cells = np.repeat(version.cells, len(shifts), axis=0)
    at = rounded[:, 0], rounded[:, 1]
    cells[:, at[0], at[1]] += shifts * half[at]
    return Versions(cells, np.repeat(version.member, len(shifts), axis=0), version.trials)


def _linearised(
    model: PoolModel,
    version: Versions,
    half: Array,
    rounded: npt.NDArray[np.intp],
    shift: Array,
    published: PublishedResult,
) -> tuple[Array, Array]:
    """The printed statistics at a shift, shape (s,), and their slopes in half units, (s, m)."""
    m = len(rounded)
    steps = np.vstack([shift, shift + _STEP * np.eye(m), shift - _STEP * np.eye(m)])
    shifted = _shifted(version, half, rounded, steps)
    _, outcomes = next(fitted([model], shifted, published.level))
    ours = candidates(outcomes, model.form, published)
    values, slopes = [], []
    for name in _moved(published):
        options = [x for x in ours[name] if np.isfinite(x[0])]
        target = published.numbers[name].value
        best = min(options, key=lambda x: abs(x[0] - target), default=np.full(2 * m + 1, np.nan))
        values.append(best[0])
        slopes.append((best[1 : m + 1] - best[m + 1 :]) / (2 * _STEP))
    return np.array(values), np.array(slopes)


def _smallest_shift(
    constant: Array, slopes: Array, published: PublishedResult
) -> tuple[Array, float] | None:
    """The least share of the rounding with which every statistic has its printed digits."""
    from scipy.optimize import linprog  # loads for a fifth of a second, and is rarely needed

    if not (np.isfinite(constant).all() and np.isfinite(slopes).all()):
        return None
    m = slopes.shape[1]
    rows, limits = [], []
    for name, value, slope in zip(_moved(published), constant, slopes, strict=True):
        number = published.numbers[name]
        target = abs(number.value) if name == "z" else number.value
        room = 0.0 if number.bound else _INSIDE * number.half
        if number.bound != ">":
            rows.append([*slope, 0.0])
            limits.append(target + room - value)
        if number.bound != "<":
            rows.append([*(-slope), 0.0])
            limits.append(value - target + room)
    scale = np.maximum(np.abs(np.array(rows)).max(axis=1), 1e-12)
    one = np.eye(m)
    within = np.hstack([np.vstack([one, -one]), -np.ones((2 * m, 1))])
    solved = linprog(
        np.append(np.zeros(m), 1.0),
        A_ub=np.vstack([np.array(rows) / scale[:, None], within]),
        b_ub=np.append(np.array(limits) / scale, np.zeros(2 * m)),
        bounds=[(None, None)] * m + [(0, None)],
        method="highs",
    )
    if not solved.success:
        return None
    found = np.asarray(solved.x, dtype=np.float64)
    return found[:m], float(found[m])
