"""Confidence intervals of a pooled effect: one registry.

Whatever lists, checks or names intervals takes them from `INTERVALS`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

#: A factor below this is the rounding of 0: metafor and PyMARE set it to 0 as well.
NO_DISPERSION = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class IntervalMethod:
    """One confidence interval of a pooled effect.

    Attributes
    ----------
    name : what the plan and the tables call it
    label : the words for it in a table
    short : the words for it in a figure
    phrase : the words for it in a sentence, with an article
    citation : author and year of the source
    factor : what the variance 1 / sum w is multiplied by, from y'Py / (k - p)
    normal : whether the reference is normal; otherwise t with k - p degrees of freedom
    """

    name: str
    label: str
    short: str
    phrase: str
    citation: str
    factor: Callable[[Array], Array]
    normal: bool = False


def _dispersion(factor: Array) -> Array:
    return np.where(factor <= NO_DISPERSION, 0.0, factor)


INTERVALS: Mapping[str, IntervalMethod] = MappingProxyType(
    {
        entry.name: entry
        for entry in (
            IntervalMethod(
                "z",
                "normal interval",
                "normal",
                "a normal interval",
                "DerSimonian & Laird 1986",
                np.ones_like,
                normal=True,
            ),
            IntervalMethod(
                "knapp_hartung",
                "Knapp-Hartung",
                "Knapp-Hartung",
                "the Knapp-Hartung interval",
                "Knapp & Hartung 2003",
                _dispersion,
            ),
            IntervalMethod(
                "knapp_hartung_conservative",
                "Knapp-Hartung, never narrower than normal",
                "Knapp-Hartung, ≥ normal",
                "the Knapp-Hartung interval that is never narrower than the normal one",
                "Knapp & Hartung 2003; Roever, Knapp & Friede 2015",
                lambda factor: np.maximum(factor, 1.0),
            ),
        )
    }
)
