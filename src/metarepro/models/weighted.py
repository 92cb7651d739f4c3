"""Weighted least squares of many fits at once: the sums that every estimator of tau2 is made of.

With W the diagonal matrix of the weights and X the design, P = W - W X (X'WX)^-1 X'W, and P y are
the weighted residuals. Everything is done for all fits in step. They are the columns of arrays,
where numbers that are not in a fit have weight 0 (`Subsets`), or stand one behind the other, each
with rows of its own (`Segments`).
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]
_Kind = TypeVar("_Kind", bound=np.generic)


def add_up(rows: Array) -> Array:
    """Sum of each column, its rows added one after the other.

    Numpy adds up a single column by another method than one of several: with a running sum a fit
    has the same digits in any company.
    """
    total: Array = rows.sum(axis=0) if rows.shape[1] > 1 else rows.cumsum(axis=0)[-1]
    return total


class Weighted(ABC):
    """Fits of n columns under given weights.

    Attributes
    ----------
    w, r : array of shape (k, n), of segments (rows,)
        Weights, and residuals from the weighted mean or regression.
    """

    w: Array
    r: Array

    def add_up(self, rows: Array) -> Array:
        """Sum of each fit."""
        return add_up(rows)

    @abstractmethod
    def leverage(self, diagonal: Array) -> Array:
        """Trace of (X'WX)^-1 X'DX, for a diagonal matrix D given as columns."""

    @abstractmethod
    def squared_leverage(self, diagonal: Array) -> Array:
        """Trace of the square of (X'WX)^-1 X'DX."""

    @abstractmethod
    def explained(self, vector: Array) -> Array:
        """The form u'X (X'WX)^-1 X'u."""

    @abstractmethod
    def log_information(self) -> Array:
        """Logarithm of the determinant of X'WX."""

    @cached_property
    def sum_w(self) -> Array:
        """Sum of the weights."""
        return self.add_up(self.w)

    @cached_property
    def w2(self) -> Array:
        """Squared weights, shape (k, n)."""
        return self.w * self.w

    @cached_property
    def q(self) -> Array:
        """The form y'Py, the weighted sum of squared residuals."""
        return self.add_up(self.w * self.r * self.r)

    @property
    def q2(self) -> Array:
        """The form y'PPy."""
        return self.add_up((self.w * self.r) ** 2)

    @property
    def q3(self) -> Array:
        """The form y'PPPy."""
        return self.add_up(self.w2 * self.w * self.r * self.r) - self.explained(self.w2 * self.r)

    @cached_property
    def trace(self) -> Array:
        """Trace of P."""
        return self.sum_w - self.leverage(self.w2)

    @property
    def trace_of_square(self) -> Array:
        """Trace of PP."""
        third = self.leverage(self.w2 * self.w)
        return self.add_up(self.w2) - 2 * third + self.squared_leverage(self.w2)


class _Means(Weighted):
    """Weighted means: the design is a column of ones."""

    def __init__(self, y: Array, w: Array) -> None:
        self.w = w
        self.estimate = self.add_up(w * y) / self.sum_w
        self.r = y - self.spread(self.estimate)

    def spread(self, values: Array) -> Array:
        """The value of each fit, in shape to go with its rows."""
        return values

    def leverage(self, diagonal: Array) -> Array:
        return self.add_up(diagonal) / self.sum_w

    def squared_leverage(self, diagonal: Array) -> Array:
        return self.leverage(diagonal) ** 2

    def explained(self, vector: Array) -> Array:
        return self.add_up(vector) ** 2 / self.sum_w

    def log_information(self) -> Array:
        return np.log(self.sum_w)


class _SegmentMeans(_Means):
    """Weighted means of segments."""

    def __init__(self, data: "Segments", w: Array) -> None:
        self._data = data
        super().__init__(data.y, w)

    def add_up(self, rows: Array) -> Array:
        return self._data.add_up(rows)

    def spread(self, values: Array) -> Array:
        return self._data.spread(values)


class _Regressions(Weighted):
    """Weighted regressions on one design, shape (k, p)."""

    def __init__(self, y: Array, x: Array, w: Array) -> None:
        self.w, self.x = w, x
        self.information = self._crossed(w)
        self.coefficients = self._solved(x.T @ (w * y))
        self.r = y - x @ self.coefficients

    def _crossed(self, diagonal: Array) -> Array:
        """X'DX, shape (n, p, p)."""
        crossed: Array = np.einsum("kn,kp,kq->npq", diagonal, self.x, self.x)
        return crossed

    def _solved(self, right: Array) -> Array:
        """(X'WX)^-1 times columns, shape (p, n)."""
        solved = np.linalg.solve(self.information, right.T[..., None])
        return np.asarray(solved[..., 0].T, dtype=np.float64)

    def leverage(self, diagonal: Array) -> Array:
        hat = np.linalg.solve(self.information, self._crossed(diagonal))
        return np.asarray(np.trace(hat, axis1=1, axis2=2))

    def squared_leverage(self, diagonal: Array) -> Array:
        hat = np.linalg.solve(self.information, self._crossed(diagonal))
        return np.asarray(np.trace(hat @ hat, axis1=1, axis2=2))

    def explained(self, vector: Array) -> Array:
        right = self.x.T @ vector
        return np.asarray((right * self._solved(right)).sum(axis=0))

    def log_information(self) -> Array:
        return np.asarray(np.linalg.slogdet(self.information)[1])


@dataclass(frozen=True, eq=False)
class Subsets:
    """Effects of which every column is a mean of some.

    Attributes
    ----------
    y, v : array of shape (k, 1) or (k, n)
        Effects and sampling variances; one column where they are the same in all fits.
    member : array of shape (k, n)
        1 for an effect that is in the fit, 0 for one that is not.
    spread, least : array of shape (1,) or (n,)
        A sum of squares that a fit's effects around their mean do not exceed, and a variance that
        is no larger than that of any of them; one where they are the same in all fits.
    """

    y: Array
    v: Array
    member: Array
    spread: Array
    least: Array
    p = 1

    @property
    def n(self) -> int:
        """Number of fits."""
        return int(self.member.shape[1])

    @cached_property
    def k(self) -> Array:
        """Number of effects in each fit."""
        return add_up(self.member)

    @cached_property
    def smallest(self) -> Array:
        """Smallest sampling variance in each fit."""
        smallest: Array = np.where(self.member > 0, self.v, np.inf).min(axis=0)
        return smallest

    def take(self, columns: Indices) -> "Subsets":
        """Some of the fits."""
        # Not by [:, columns], whose sums run over the rows by another method.
        member = self.member.take(columns, axis=1)
        if self.y.shape[1] == 1:
            return replace(self, member=member)
        return Subsets(
            self.y.take(columns, axis=1),
            self.v.take(columns, axis=1),
            member,
            self.spread[columns],
            self.least[columns],
        )

    def weighted(self, w: Array) -> _Means:
        """Fit with weights of any shape that goes with (k, n)."""
        return _Means(self.y, self.member * w)

    def at(self, tau2: Array | float) -> _Means:
        """Fit with inverse-variance weights at tau2, one number or one for each column."""
        return self.weighted(1.0 / (self.v + tau2))

    @cached_property
    def common(self) -> _Means:
        """The fit without variance between trials."""
        return self.at(0.0)


@dataclass(frozen=True, eq=False)
class Segments:
    """Effects of many fits, one fit behind the other; every one is a mean of its own effects.

    A fit has the same digits in any company. What needs more than one effect is NaN or infinite for
    a single one.

    Attributes
    ----------
    y, v : array of shape (rows,)
        Effects and sampling variances.
    sizes : array of shape (n,)
        Number of effects of each fit, at least 1.

    Examples
    --------
    >>> data = Segments(np.array([1.0, 3.0, 5.0]), np.ones(3), np.array([2, 1]))
    >>> data.common.estimate.tolist(), data.common.q.tolist()
    ([2.0, 5.0], [2.0, 0.0])
    """

    y: Array
    v: Array
    sizes: Indices
    p = 1

    @property
    def k(self) -> Array:
        """Number of effects in each fit."""
        return self.sizes.astype(np.float64)

    @cached_property
    def starts(self) -> Indices:
        """Where the rows of each fit begin."""
        starts: Indices = np.cumsum(self.sizes) - self.sizes
        return starts

    @property
    def member(self) -> Array:
        """1 for every effect: none is left out."""
        return np.ones_like(self.y)

    def add_up(self, rows: Array) -> Array:
        """Sum of each fit."""
        sums: Array = np.add.reduceat(rows, self.starts) if self.sizes.size else np.empty(0)
        return sums

    def spread(self, values: npt.NDArray[_Kind]) -> npt.NDArray[_Kind]:
        """The value of each fit, for each of its rows."""
        return np.repeat(values, self.sizes)

    def take(self, fits: Flags) -> "Segments":
        """Some of the fits."""
        rows = self.spread(fits)
        return Segments(self.y[rows], self.v[rows], self.sizes[fits])

    def weighted(self, w: Array) -> _SegmentMeans:
        """Fit with weights of shape (rows,)."""
        return _SegmentMeans(self, w)

    def at(self, tau2: Array) -> _SegmentMeans:
        """Fit with inverse-variance weights at tau2, one number for each fit."""
        return self.weighted(1.0 / (self.v + self.spread(tau2)))

    @cached_property
    def common(self) -> _SegmentMeans:
        """The fit without variance between trials."""
        return self.weighted(1.0 / self.v)


@dataclass(frozen=True, eq=False)
class Regression:
    """Effects of which one regression is fitted, at as many values of tau2 as are asked for.

    Attributes
    ----------
    y, v : array of shape (k, 1)
        Effects and sampling variances.
    x : array of shape (k, p)
        Design matrix of full rank.
    """

    y: Array
    v: Array
    x: Array
    n = 1

    @property
    def p(self) -> int:
        """Number of coefficients."""
        return int(self.x.shape[1])

    @property
    def k(self) -> Array:
        """Number of effects, shape (1,)."""
        return np.array([float(len(self.y))])

    @property
    def member(self) -> Array:
        """1 for every effect, shape (k, 1)."""
        return np.ones_like(self.y)

    @property
    def least(self) -> Array:
        """Smallest sampling variance, shape (1,)."""
        return np.array([self.v.min()])

    @property
    def smallest(self) -> Array:
        """Smallest sampling variance, shape (1,)."""
        return self.least

    @cached_property
    def spread(self) -> Array:
        """Sum of squares of the residuals of least squares, shape (1,)."""
        r = self.weighted(np.ones_like(self.y)).r
        return np.array([(r * r).sum()])

    def take(self, columns: Indices) -> "Regression":
        """The same regression: there is only one."""
        return self

    def weighted(self, w: Array) -> _Regressions:
        """Fit with weights of shape (k, n)."""
        return _Regressions(self.y, self.x, w)

    def at(self, tau2: Array | float) -> _Regressions:
        """Fit with inverse-variance weights at one or several values of tau2."""
        return self.weighted(1.0 / (self.v + tau2))

    @cached_property
    def common(self) -> _Regressions:
        """The fit without variance between trials."""
        return self.at(0.0)


#: What tau2 is estimated from.
Data = Subsets | Regression
