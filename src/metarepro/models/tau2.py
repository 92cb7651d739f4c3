"""Estimators of tau2, the variance of the true effects between trials: one registry.

A further estimator is one more entry of `ESTIMATORS`. Whatever lists, checks or names estimators
takes them from there. Where definitions differ, metafor's is taken: a negative estimate is 0,
Sidik and Jonkman start from the variance of the effects with divisor k, and the empirical Bayes
estimator is Paule and Mandel's equation.

ML and REML may have several maxima: the slope of the likelihood is scanned, all its roots are
solved and the highest maximum is taken.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from metarepro.models.weighted import Array, Data, Flags, Indices, Segments, Weighted, add_up

#: The scan for maxima: points a decade, and its start in smallest sampling variances, below which
#: the weights no longer change. Against 200 a decade, over 93,000 fits of which 15 in 100 have
#: several maxima: the same tau2 in all with 2 or more, the same `several_modes` in all but 8
#: with 12.
_POINTS_A_DECADE = 12
_FLAT_BELOW = 1e-4
#: Fits that are looked at together in the scan.
_TOGETHER = 2048
#: Newton's step doubles the digits: after one below this, in tau2 + the smallest variance, none is
#: left to gain.
_LAST_STEP = 1e-11
_MAX_STEPS = 200


class Tau2(NamedTuple):
    """Estimates of n fits, and whether the likelihood of each had several maxima."""

    value: Array
    several_modes: Flags


@dataclass(frozen=True)
class Tau2Estimator:
    """One estimator of tau2.

    Attributes
    ----------
    name : what the plan, the tables and metafor call it
    label : its full name, for readers
    citation : author and year of the source
    estimate : gives tau2 of every fit, from effects and variances in units in which the smallest
        variance is near 1
    compared : whether sensitivity analyses try it beside the one of the plan
    likelihood : whether it is the maximum of a likelihood
    """

    name: str
    label: str
    citation: str
    estimate: Callable[[Data], Tau2]
    compared: bool = False
    likelihood: bool = False


def dersimonian_laird(data: Data) -> Tau2:
    """(Q - (k - p)) / tr P with the weights of the common-effect model (DerSimonian 1986)."""
    fit = data.common
    return _not_negative((fit.q - (data.k - data.p)) / fit.trace)


def hedges(data: Data | Segments) -> Tau2:
    """Unweighted: (y'Py - tr PV) / (k - p) (Hedges & Olkin 1985; Raudenbush 2009)."""
    fit = data.weighted(np.ones_like(data.v))
    sampling = data.member * data.v
    total = fit.add_up(sampling)
    return _not_negative((fit.q - total + fit.leverage(sampling)) / (data.k - data.p))


def hunter_schmidt(data: Data) -> Tau2:
    """(Q - k) / sum w with the weights of the common-effect model (Hunter & Schmidt 2004)."""
    fit = data.common
    return _not_negative((fit.q - data.k) / fit.sum_w)


def sidik_jonkman(data: Data) -> Tau2:
    """tau0 y'Py / (k - p), with weights at tau0 = sum (y - mean)^2 / k (Sidik & Jonkman 2005)."""
    mean = add_up(data.member * data.y) / data.k
    start = add_up(data.member * (data.y - mean) ** 2) / data.k
    return _not_negative(start * data.at(start).q / (data.k - data.p))


def paule_mandel(data: Data) -> Tau2:
    """The root of y'Py = k - p (Paule & Mandel 1982; Morris 1983)."""
    return _not_negative(q_root(data, data.k - data.p))


def maximum_likelihood(data: Data) -> Tau2:
    """The highest root of y'PPy = sum w, where the likelihood rises no more (Viechtbauer 2005)."""
    return _highest_maximum(
        data,
        _Equation(
            value=lambda fit: fit.q2 - fit.sum_w,
            slope=lambda fit: fit.add_up(fit.w2) - 2 * fit.q3,
        ),
        restricted=False,
    )


def restricted_maximum_likelihood(data: Data) -> Tau2:
    """The highest root of y'PPy = tr P (Viechtbauer 2005; Raudenbush 2009)."""
    return _highest_maximum(
        data,
        _Equation(
            value=lambda fit: fit.q2 - fit.trace,
            slope=lambda fit: fit.trace_of_square - 2 * fit.q3,
        ),
        restricted=True,
    )


ESTIMATORS: Mapping[str, Tau2Estimator] = MappingProxyType(
    {
        entry.name: entry
        for entry in (
            Tau2Estimator(
                "DL",
                "DerSimonian-Laird",
                "DerSimonian & Laird 1986",
                dersimonian_laird,
                compared=True,
            ),
            Tau2Estimator("HE", "Hedges", "Hedges & Olkin 1985", hedges),
            Tau2Estimator("HS", "Hunter-Schmidt", "Hunter & Schmidt 2004", hunter_schmidt),
            Tau2Estimator("SJ", "Sidik-Jonkman", "Sidik & Jonkman 2005", sidik_jonkman),
            Tau2Estimator("PM", "Paule-Mandel", "Paule & Mandel 1982", paule_mandel, compared=True),
            Tau2Estimator("EB", "empirical Bayes", "Morris 1983", paule_mandel),
            Tau2Estimator(
                "ML",
                "maximum likelihood",
                "Viechtbauer 2005",
                maximum_likelihood,
                compared=True,
                likelihood=True,
            ),
            Tau2Estimator(
                "REML",
                "restricted maximum likelihood",
                "Viechtbauer 2005",
                restricted_maximum_likelihood,
                compared=True,
                likelihood=True,
            ),
        )
    }
)


def q_root(data: Data, target: Array) -> Array:
    """The tau2 at which y'Py, which falls with it, has come down to a target; 0 if it starts there.

    Parameters
    ----------
    data : Subsets or Regression
    target : array of shape (n,)
        Above 0. With k - p it gives Paule and Mandel's estimate, with quantiles of chi-squared the
        bounds of tau2's interval (Viechtbauer 2007, eq. 7, "Q-profile").
    """
    root = np.zeros(data.n)
    above = np.flatnonzero(data.common.q > target)
    wanted = target[above]
    # y'Py <= spread / tau2: the weights are below 1 / tau2.
    spread = np.broadcast_to(data.spread, data.n)[above]
    high = 1.01 * np.maximum(spread / wanted, data.smallest[above])
    aim = _Equation(value=lambda fit: fit.q, slope=lambda fit: -fit.q2)
    root[above] = _solve(data, aim, above, np.zeros(above.size), high, wanted)
    return root


@dataclass(frozen=True)
class _Equation:
    """What falls through a target at the estimate, and its derivative in tau2."""

    value: Callable[[Weighted], Array]
    slope: Callable[[Weighted], Array]


def _not_negative(values: Array) -> Tau2:
    return Tau2(np.maximum(values, 0.0), np.zeros(values.size, dtype=bool))


def _highest_maximum(data: Data, equation: _Equation, restricted: bool) -> Tau2:
    """Solve for every maximum of the likelihood of each fit and keep the highest."""
    grid = _grid(data)
    above = _rising(data, equation, grid)
    cell, column = np.nonzero(above[:-1] & ~above[1:])
    every = np.broadcast_to(grid, above.shape)
    low, high = every[cell, column], every[cell + 1, column]
    solved = _solve(data, equation, column, low, high, np.zeros(column.size))
    at_zero = np.flatnonzero(~above[0])
    column, root = np.append(at_zero, column), np.append(np.zeros(at_zero.size), solved)
    several = np.bincount(column, minlength=data.n) > 1
    height = np.zeros(column.size)
    contested = np.flatnonzero(several[column])
    if contested.size:
        some = data.take(column[contested])
        height[contested] = profile_log_likelihood(some, root[contested], restricted)
    best = np.lexsort((-height, column))
    first = best[np.unique(column[best], return_index=True)[1]]
    if first.size < data.n:
        raise ArithmeticError("the equation for tau2 has no root where it must have one")
    return Tau2(root[first], several)


def _grid(data: Data) -> Array:
    """Values of tau2 (rows) between which the slope of the likelihood is looked at.

    All maxima lie below the last. With K an orthonormal basis of the contrasts, m_i the
    eigenvalues of K'VK plus tau2 and z the contrasts of y in the basis of its eigenvectors, the
    slope is 0 where sum z_i^2 / m_i^2 = tr P = sum 1 / m_i (REML), or = sum w >= tr P (ML): some
    z_i^2 is at least m_i, so that tau2 is at most the sum of the z_i^2, the least-squares residual
    sum of squares.
    """
    bottom, top = _FLAT_BELOW * data.least, 1.01 * np.maximum(data.spread, data.least)
    last = 1 + (_POINTS_A_DECADE * np.log10(top / bottom)).astype(int)
    # Fits of fewer points repeat their last.
    step = np.minimum(np.arange(last.max() + 1)[:, None], last) / last
    return np.vstack([np.zeros_like(bottom), bottom * (top / bottom) ** step])


def _rising(data: Data, equation: _Equation, grid: Array) -> Flags:
    """Whether the equation is above 0 at each point of the grid (rows) for each fit (columns)."""
    n, step = data.n, max(1, _TOGETHER // data.n)
    parts = []
    for points in (grid[i : i + step] for i in range(0, len(grid), step)):
        if len(points) > 1:
            at = np.broadcast_to(points, (len(points), n)).ravel()
            fit = data.take(np.tile(np.arange(n), len(points))).at(at)
        else:
            fit = data.at(points[0])  # many fits: weights of shared variances only once
        parts.append(equation.value(fit).reshape(len(points), n) > 0)
    return np.concatenate(parts)


def _solve(
    data: Data, equation: _Equation, columns: Indices, low: Array, high: Array, target: Array
) -> Array:
    """Where the equation of each of the columns meets its target: Newton, else halving."""
    tau2 = 0.5 * (low + high)
    low, high = low.copy(), high.copy()
    smallest = data.smallest[columns]
    left = np.arange(columns.size)
    for _ in range(_MAX_STEPS):
        if not left.size:
            return tau2
        at = tau2[left]
        fit = data.take(columns[left]).at(at)
        f, slope = equation.value(fit) - target[left], equation.slope(fit)
        low[left] = np.where(f > 0, at, low[left])
        high[left] = np.where(f > 0, high[left], at)
        step = np.divide(f, slope, out=np.full_like(f, np.inf), where=slope < 0)
        newton = at - step
        # Not onto an end: where rounding hides the root, Newton would go from one to the other.
        inside = ((newton > low[left]) & (newton < high[left])) | (newton == at)
        tau2[left] = np.where(inside, newton, 0.5 * (low[left] + high[left]))
        left = left[np.abs(tau2[left] - at) > _LAST_STEP * (at + smallest[left])]
    raise ArithmeticError("the search for tau2 did not end")


def profile_log_likelihood(data: Data, tau2: Array, restricted: bool) -> Array:
    """Profile log-likelihood up to a constant of the column (Viechtbauer 2005).

    Parameters
    ----------
    data : Subsets or Regression
    tau2 : array of shape (n,)
    restricted : bool
        The restricted likelihood of REML, or that of ML.
    """
    fit = data.at(tau2)
    log_w = np.log(fit.w, out=np.zeros_like(fit.w), where=fit.w > 0)
    restriction = fit.log_information() if restricted else 0.0
    return 0.5 * (fit.add_up(log_w - fit.w * fit.r * fit.r) - restriction)
