"""What a pool is: one result under one model, and the same for many at once."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class PoolNumbers:
    """The numbers of one synthesis under one model, and which model that is.

    A number that is not defined for the model is NaN. All are in the units of `yi`, except
    `i2_q` and `i2_tau2`, which are percent.

    Attributes
    ----------
    model : "common", "random", "correlated_effects" ...
    tau2_method : "" (common), an estimator of `tau2.ESTIMATORS`, or "MM" (Hedges, Tipton & Johnson
        2010)
    ci_method : an interval of `intervals.INTERVALS`, or "satterthwaite"
    k, n_trials : number of rows and of trials
    estimate, se : the pooled effect and its standard error
    df : degrees of freedom of the t reference; NaN where it is normal
    statistic, p_value : estimate / se, two-sided
    ci_low, ci_high, pi_low, pi_high : confidence and prediction interval
    tau2, tau2_ci_low, tau2_ci_high : variance of the true effects, Q-profile interval
    q, q_df, q_p : Cochran's Q, what it is expected to be without heterogeneity, its p
    i2_q : max(0, (Q - df) / Q)
    i2_tau2 : tau2 / (tau2 + typical sampling variance)
    rho : assumed correlation of the results of one trial, where the model uses one
    """

    model: str
    tau2_method: str
    ci_method: str
    k: int
    n_trials: int
    estimate: float
    se: float
    df: float
    statistic: float
    p_value: float
    ci_low: float
    ci_high: float
    tau2: float
    tau2_ci_low: float
    tau2_ci_high: float
    i2_q: float
    i2_tau2: float
    q: float
    q_df: float
    q_p: float
    pi_low: float
    pi_high: float
    rho: float = math.nan


@dataclass(frozen=True, kw_only=True, eq=False)
class Pooled(PoolNumbers):
    """One synthesis under one model.

    Attributes
    ----------
    level : coverage of all intervals
    flags : what a reader must know before using the row
    weights : array of shape (k,), one per row in the order given, percent, summing to 100
    (the others as in `PoolNumbers`)
    """

    level: float
    flags: tuple[str, ...]
    weights: Array

    def columns(self) -> dict[str, Any]:
        """Its numbers and flags as tables have them."""
        numbers = {name: getattr(self, name) for name in _NUMBERS}
        return numbers | {"flags": "; ".join(self.flags)}


_NUMBERS = tuple(field.name for field in fields(PoolNumbers))
#: The same columns where nothing is pooled.
NO_POOL: Mapping[str, Any] = dict.fromkeys(_NUMBERS, math.nan) | dict.fromkeys(
    ("model", "tau2_method", "ci_method", "flags"), ""
)


@dataclass(frozen=True, eq=False)
class Pools:
    """Many syntheses under one model; arrays of shape (n,), the names and units of `Pooled`.

    Attributes
    ----------
    k : number of effects
    estimate, se : the pooled effect and its standard error
    df : degrees of freedom of the t reference; NaN where it is normal
    ci_low, ci_high : confidence interval; NaN where the standard error is 0
    tau2 : variance of the true effects; NaN under the common-effect model
    q : Cochran's Q
    i2_q, i2_tau2 : I2 in percent, from Q and from tau2
    several_modes : whether the likelihood has more than one maximum
    """

    k: npt.NDArray[np.int64]
    estimate: Array
    se: Array
    df: Array
    ci_low: Array
    ci_high: Array
    tau2: Array
    q: Array
    i2_q: Array
    i2_tau2: Array
    several_modes: npt.NDArray[np.bool_]
