"""Effects brought into one order, sign and scale before anything is computed.

So neither the order of the rows nor the direction of the scale can move a digit of a result, and
the smallest variance is near 1 (by a power of two, which costs no rounding).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Labels = Sequence[Any] | npt.NDArray[Any]

#: The moment estimators take differences of sums of weights, which lose as many digits as this has
#: zeros: six are left. A ratio of standard errors of 1e5 is a mistake in the data.
MAX_RATIO = 1e10


@dataclass(frozen=True, eq=False)
class Rows:
    """The data as they are computed with, and what leads back to the caller's.

    Attributes
    ----------
    y, v : array of shape (k,)
    trial : array of shape (k,), the trial of each row, 0 to n_trials - 1
    order : array of shape (k,), the caller's row of each row here
    sign : +1 or -1; 0 where the rows are their own mirror image, which pool to 0
    unit : what `y` is to be multiplied by
    """

    y: Array
    v: Array
    trial: npt.NDArray[np.intp]
    order: npt.NDArray[np.intp]
    sign: float
    unit: float

    @property
    def n_trials(self) -> int:
        """Number of trials."""
        return int(self.trial.max()) + 1

    def percent(self, weights: Array) -> Array:
        """Weights of the rows in the caller's order, summing to 100."""
        percent = np.empty_like(weights)
        percent[self.order] = 100 * weights / weights.sum()
        return percent


def check_ratio(v: Array) -> None:
    """Refuse variances so far apart that the sums of their weights have no digits left.

    Raises
    ------
    ValueError
        If the largest variance is more than `MAX_RATIO` times the smallest.

    Examples
    --------
    >>> check_ratio(np.array([1e-8, 1e8]))
    Traceback (most recent call last):
    ValueError: vi differ by a factor of 1e+16 (from 1e-08 to 1e+08): allowed are factors up to \
1e+10, beyond which a pool has no digits left; are all standard errors in the same unit?
    """
    low, high = float(v.min()), float(v.max())
    if high / MAX_RATIO > low:
        raise ValueError(
            f"vi differ by a factor of {high / low:.3g} (from {low:.3g} to {high:.3g}): allowed "
            f"are factors up to {MAX_RATIO:.3g}, beyond which a pool has no digits left; are all "
            "standard errors in the same unit?"
        )


def unit_of(v: Array) -> float:
    """The power of two in which the smallest variance is near 1."""
    return float(np.ldexp(1.0, np.frexp(v.min())[1] // 2))


def arrange(yi: npt.ArrayLike, vi: npt.ArrayLike, trial: Labels | None = None) -> Rows:
    """Check effects and variances and bring them into order; without `trial` each row is one.

    Trials are numbers in an array, or labels, which are compared as text.

    Raises
    ------
    ValueError
        For fewer than two effects, numbers that are missing or not finite, variances that are not
        above 0, or an empty label of a trial; the message says what and in which row.
    """
    y, v = np.asarray(yi, dtype=np.float64), np.asarray(vi, dtype=np.float64)
    if y.ndim != 1 or v.ndim != 1:
        raise ValueError("yi and vi must be one-dimensional")
    sizes = [y.size, v.size] if trial is None else [y.size, v.size, len(trial)]
    if len(set(sizes)) > 1:
        what = "yi and vi" if trial is None else "yi, vi and trial"
        raise ValueError(f"{what} differ in length: {', '.join(map(str, sizes))}")
    if y.size < 2:
        raise ValueError(f"pooling needs at least 2 effects, got {y.size}")
    _check_rows("yi must be finite", y, np.isfinite(y))
    _check_rows("vi must be finite and above 0", v, np.isfinite(v) & (v > 0))
    check_ratio(v)
    code = np.arange(y.size) if trial is None else coded(trial)

    unit = unit_of(v)
    y, v = y / unit + 0.0, v / unit**2  # + 0.0 turns -0.0 into 0.0
    key = np.zeros_like(code) if trial is None else code
    plain, mirrored = np.lexsort((y, v, key)), np.lexsort((-y, v, key))
    differ = np.flatnonzero(y[plain] != -y[mirrored])
    if differ.size and y[plain][differ[0]] < -y[mirrored][differ[0]]:
        return Rows(-y[mirrored], v[mirrored], code[mirrored], mirrored, -1.0, unit)
    return Rows(y[plain], v[plain], code[plain], plain, float(differ.size > 0), unit)


def coded(labels: Labels) -> npt.NDArray[np.intp]:
    """Number the trials from 0 on."""
    if isinstance(labels, np.ndarray) and labels.dtype.kind == "i":
        return np.unique(labels, return_inverse=True)[1]
    text = np.array(["" if label is None or label != label else str(label) for label in labels])
    _check_rows("trial must not be empty", text, text != "")
    return np.unique(text, return_inverse=True)[1]


def _check_rows(rule: str, values: npt.NDArray[Any], holds: npt.NDArray[np.bool_]) -> None:
    if not holds.all():
        found = ", ".join(f"{values[i].item()!r} in row {i + 1}" for i in np.flatnonzero(~holds))
        raise ValueError(f"{rule}: found {found}")
