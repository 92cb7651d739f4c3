"""Mantel-Haenszel and Peto: pooled ratios and differences of 2x2 tables.

Cells are named as in Deeks & Higgins (2010): a, b with and without the event under treatment,
c, d under control. Ratios are natural logs throughout.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
#: From one number a study to the sum of each pool, shape (n,).
Sums = Callable[[Array], Array]


class Tables(NamedTuple):
    """2x2 tables, one per study: events and the others under treatment, then under control."""

    a: Array
    b: Array
    c: Array
    d: Array

    @property
    def n_t(self) -> Array:
        """Participants under treatment."""
        return self.a + self.b

    @property
    def n_c(self) -> Array:
        """Participants under control."""
        return self.c + self.d

    @property
    def total(self) -> Array:
        """Participants."""
        return self.a + self.b + self.c + self.d

    @property
    def everyone(self) -> npt.NDArray[np.bool_]:
        """Studies in which all participants had the event."""
        everyone: npt.NDArray[np.bool_] = (self.b == 0) & (self.d == 0)
        return everyone

    @property
    def has_empty(self) -> npt.NDArray[np.bool_]:
        """Studies with an empty cell."""
        return np.asarray((self.a == 0) | (self.b == 0) | (self.c == 0) | (self.d == 0))

    def take(self, rows: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> "Tables":
        """The tables of these studies."""
        return Tables(*(cell[rows] for cell in self))

    def plus(self, amount: float) -> "Tables":
        """The tables with `amount` in every cell of those that have an empty cell."""
        return Tables(*(cell + amount * self.has_empty for cell in self))


class Fixed(NamedTuple):
    """Fixed-effect estimates of n pools, their variances, and the studies' weights (any scale)."""

    estimate: Array
    variance: Array
    weights: Array


def mh_odds_ratio(_: Tables, corrected: Tables, add_up: Sums) -> Fixed:
    """Log odds ratio of Mantel & Haenszel (1959).

    The variance is that of Robins, Breslow & Greenland (1986).

    Parameters
    ----------
    corrected : Tables
        Of shape (rows,), with something in the empty cells; as counted they are not looked at.
    add_up : callable
        Adds up the studies of each pool; in none may all of ad, or all of bc, be 0.
    """
    a, b, c, d = corrected
    n = corrected.total
    r, s = a * d / n, b * c / n
    p, q = (a + d) / n, (b + c) / n
    r_sum, s_sum = add_up(r), add_up(s)
    variance = (
        add_up(p * r) / (2 * r_sum**2)
        + add_up(p * s + q * r) / (2 * r_sum * s_sum)
        + add_up(q * s) / (2 * s_sum**2)
    )
    return Fixed(np.log(r_sum / s_sum), variance, s)


def mh_risk_ratio(tables: Tables, corrected: Tables, add_up: Sums) -> Fixed:
    """Log risk ratio of Mantel & Haenszel with the variance of Greenland & Robins (1985).

    Parameters
    ----------
    tables, corrected : Tables
        Of shape (rows,): as counted, and with something in the empty cells. All comes from the
        second, but that a study in which everyone had the event has a ratio of 1, as RevMan prints
        it, where the corrected cells of unequal arms would not give 1.
    add_up : callable
        Adds up the studies of each pool.
    """
    a, _, c, _ = corrected
    n_t, n_c, n = corrected.n_t, corrected.n_c, corrected.total
    r, s = a * n_c / n, c * n_t / n
    p = (n_t * n_c * (a + c) - a * c * n) / n**2
    ratio_1, s_sum = np.where(tables.everyone, s, r), add_up(s)
    return Fixed(np.log(add_up(ratio_1) / s_sum), add_up(p) / (add_up(r) * s_sum), s)


def mh_risk_difference(tables: Tables, corrected: Tables, add_up: Sums) -> Fixed:
    """Risk difference of Mantel & Haenszel with the variance of Greenland & Robins (1985).

    Parameters
    ----------
    tables, corrected : Tables
        Of shape (rows,): as counted, and with something in the empty cells. RevMan takes the
        estimate and the weights from the first, the variance from the second, which is never 0.
    add_up : callable
        Adds up the studies of each pool.
    """
    weights = tables.n_t * tables.n_c / tables.total
    total = add_up(weights)
    estimate = add_up(weights * (tables.a / tables.n_t - tables.c / tables.n_c)) / total
    a, b, c, d = corrected
    n_t, n_c = corrected.n_t, corrected.n_c
    j = (a * b * n_c**3 + c * d * n_t**3) / (n_t * n_c * corrected.total**2)
    return Fixed(estimate, add_up(j) / total**2, weights)


def mh_risk_difference_sato(tables: Tables, _: Tables, add_up: Sums) -> Fixed:
    """Risk difference of Mantel & Haenszel with the variance of Sato, Greenland & Robins (1989).

    As metafor's `rma.mh` has it; nothing is added to empty cells.

    Parameters
    ----------
    tables : Tables
        Of shape (rows,), as counted.
    add_up : callable
        Adds up the studies of each pool.
    """
    n_t, n_c, n = tables.n_t, tables.n_c, tables.total
    weights = n_t * n_c / n
    total = add_up(weights)
    estimate = add_up(weights * (tables.a / n_t - tables.c / n_c)) / total
    p = tables.c * (n_t / n) ** 2 - tables.a * (n_c / n) ** 2 + weights / n * (n_c - n_t) / 2
    q = (tables.a * tables.d + tables.c * tables.b) / n / 2
    variance = (estimate * add_up(p) + add_up(q)) / total**2
    return Fixed(estimate, variance, weights)


def peto_o_e(tables: Tables) -> tuple[Array, Array]:
    """Observed minus expected events under treatment, and the hypergeometric variance.

    Yusuf, Peto, Lewis, Collins & Sleight (1985). The variance V is 0 where no one, or everyone,
    had the event. Peto's pooled log odds ratio sum(O - E) / sum(V), with variance 1 / sum(V), is
    the inverse-variance pool of the studies' (O - E) / V with variances 1 / V.
    """
    a, b, c, d = tables
    n = tables.total
    with np.errstate(divide="ignore", invalid="ignore"):
        o_e = a - tables.n_t * (a + c) / n
        variance = tables.n_t * tables.n_c * (a + c) * (b + d) / (n**2 * (n - 1))
    return o_e, variance
