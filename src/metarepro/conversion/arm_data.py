"""The effect measures that can be computed from the data of two arms, or of one group."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metarepro.conversion.effect_sizes import EffectSize, log_odds_ratio, smd_from_means
from metarepro.conversion.measures import (
    fisher_z,
    log_risk_ratio,
    logit,
    mean_difference,
    risk_difference,
)

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ArmMeasure:
    """An effect measure of two arms, or of one group.

    Attributes
    ----------
    data : what it is computed from, a kind of data in `readers.effect_table.KINDS`
    effect_of : from the numbers of a study to its effect and variance
    formula : how, in words, with the source
    """

    data: str
    effect_of: Callable[..., EffectSize]
    formula: str


_COUNTS = (
    "where one of the four cells of a study is 0, 0.5 is added to all four; variance by the delta "
    "method (Fleiss & Berlin 2009)"
)
ARM_MEASURES: Mapping[str, ArmMeasure] = {
    "SMD": ArmMeasure(
        "means",
        smd_from_means,
        "difference of the means divided by the pooled SD, with the exact small-sample correction "
        "(Hedges 1981); large-sample variance (Hedges 1982)",
    ),
    "MD": ArmMeasure(
        "means", mean_difference, "difference of the means; variance from the SD of each arm"
    ),
    "OR": ArmMeasure("counts", log_odds_ratio, f"logarithm of the odds ratio; {_COUNTS}"),
    "RR": ArmMeasure("counts", log_risk_ratio, f"logarithm of the risk ratio; {_COUNTS}"),
    "RD": ArmMeasure("counts", risk_difference, f"difference of the risks; {_COUNTS}"),
    "correlation": ArmMeasure(
        "correlations",
        fisher_z,
        "Fisher's z of the correlation, variance 1 / (n - 3) (Fisher 1921)",
    ),
    "proportion": ArmMeasure(
        "proportions",
        logit,
        "logit of the proportion, variance 1 / events + 1 / (n - events); where one of the two is "
        "0, 0.5 is added to both",
    ),
}


def effects_of_arms(measure: str, numbers: Sequence[Sequence[float]]) -> tuple[Array, Array]:
    """Effects of many studies, treatment against control as they stand: nothing is turned.

    Parameters
    ----------
    measure : str
        A key of `ARM_MEASURES`.
    numbers : sequence of shape (k, 6), (k, 4) or (k, 2)
        For each study mean, SD and size, or events and size, of the treatment arm and then of the
        control arm; or the correlation and n, or events and n, of one group. They fit together.

    Returns
    -------
    yi, vi : array of shape (k,)
        NaN where the numbers say nothing about the measure: a ratio if nobody, or everybody, had
        the event.

    Examples
    --------
    >>> yi, vi = effects_of_arms("RR", [(4, 123, 11, 139), (0, 10, 0, 12)])
    >>> yi.round(4).tolist(), vi.round(4).tolist()
    ([-0.8893, nan], [0.3256, nan])
    """
    effects = [_effect(measure, study) for study in numbers]
    return np.array([e.yi for e in effects]), np.array([e.vi for e in effects])


def _effect(measure: str, study: Sequence[float]) -> EffectSize:
    try:
        return ARM_MEASURES[measure].effect_of(*study)
    except ValueError:
        return EffectSize(math.nan, math.nan)
