"""Prediction intervals by every convention that published software has."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from metarepro.explanation.fits import Outcomes
from metarepro.models.inference import critical_value

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Convention:
    """A prediction interval: estimate -+ a quantile times sqrt(tau2 + se^2).

    Attributes
    ----------
    words : the reference distribution, and the standard error where it is not that of the interval
    lost : degrees of freedom that t has less than there are studies; 0 for the normal distribution
    se : name in `Outcomes`
    """

    words: str
    lost: int
    se: str


#: Higgins, Thompson & Spiegelhalter 2009 take t(k - 2); Partlett & Riley 2017 that with the
#: standard error of Knapp and Hartung; metafor's `predict` the reference of the interval itself.
CONVENTIONS = (
    Convention("t(k - 2)", 2, "usual_se"),
    Convention("t(k - 1)", 1, "se"),
    Convention("normal", 0, "se"),
    Convention("t(k - 2), with the standard error of the interval", 2, "se"),
    Convention("t(k - 1), with the usual standard error", 1, "usual_se"),
    Convention("normal, with the usual standard error", 0, "usual_se"),
)


def prediction_intervals(
    outcomes: Outcomes, level: float
) -> Mapping[Convention, tuple[Array, Array]]:
    """Both limits by each convention, on the scale of pooling; NaN where there is no tau2."""
    found = {}
    for convention in CONVENTIONS:
        half = _quantile(convention, outcomes.k, level) * np.sqrt(
            outcomes.tau2 + getattr(outcomes, convention.se) ** 2
        )
        found[convention] = outcomes.estimate - half, outcomes.estimate + half
    return found


def _quantile(convention: Convention, k: Array, level: float) -> Array:
    if not convention.lost:
        return np.full_like(k, critical_value(level, np.nan))
    df = k - convention.lost
    with np.errstate(invalid="ignore"):
        return np.where(df > 0, -special.stdtrit(np.maximum(df, 1), (1 - level) / 2), np.nan)
