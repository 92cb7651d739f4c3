"""How far the rounding of printed numbers may move an effect and its variance."""

import math
from collections.abc import Iterator
from dataclasses import replace

from metarepro.conversion.reported import Choices, Effect, NoRouteError, Reported
from metarepro.conversion.routes import convert
from metarepro.tabular.input_tables import REVIEW_FILE
from metarepro.tabular.printed_numbers import half_unit

#: Numbers that a source prints with the same number of decimals: a table of numbers keeps no zeros
#: at the end, so the longest of them tells.
_TOGETHER = (
    ("mean_t", "mean_c", "sd_t", "sd_c"),
    ("value", "ci_low", "ci_high", "se"),
    ("reference_sd",),
    ("correlation",),
)


def effect_rounding(
    reported: Reported, choices: Choices, measure: str, effect: Effect
) -> tuple[float, float]:
    """Largest shifts of yi and vi, to first order: the sum over the cells of half a unit of each.

    Counts and sizes are not rounded, and what a review's data file holds is what was pooled. An
    exact p is left out: it is printed with as many decimals as its size asks for.

    Parameters
    ----------
    reported, choices, measure
        As `routes.convert` takes them.
    effect : Effect
        What it gave.

    Returns
    -------
    yi_rounding, vi_rounding : float
        On the scale of pooling; 0 where nothing is rounded.

    Examples
    --------
    >>> arms = {"mean_t": 9.5, "sd_t": 2.0, "n_t": 40, "mean_c": 8.5, "sd_c": 2.0, "n_c": 39}
    >>> means = Reported("means", "scale", higher_is_better="yes", **arms)
    >>> choices = Choices(icc=0.05, cluster_size=20)
    >>> [round(x, 3) for x in effect_rounding(means, choices, "SMD", convert(means, choices))]
    [0.062, 0.0]
    """
    if reported.source_kind == REVIEW_FILE:
        return 0.0, 0.0
    yi = vi = 0.0
    for name, half in _rounded(reported):
        shifts = [(abs(other.yi - effect.yi), abs(other.vi - effect.vi))
                  for other in _beside(reported, name, half, choices, measure)]  # fmt: skip
        yi += max((shift for shift, _ in shifts), default=0.0)
        vi += max((shift for _, shift in shifts), default=0.0)
    return yi, vi


def _rounded(reported: Reported) -> Iterator[tuple[str, float]]:
    """The printed numbers of a result, each with half a unit of its last digit."""
    for names in _TOGETHER:
        numbers = [getattr(reported, name) for name in names]
        half = half_unit(*numbers)
        yield from ((n, half) for n, x in zip(names, numbers, strict=True) if math.isfinite(x))


def _beside(
    reported: Reported, name: str, half: float, choices: Choices, measure: str
) -> Iterator[Effect]:
    """The effects of the result with one number at either end of its rounding."""
    for shift in (-half, half):
        shifted = replace(reported, **{name: getattr(reported, name) + shift})
        try:
            yield convert(shifted, choices, measure)
        except NoRouteError:
            continue
