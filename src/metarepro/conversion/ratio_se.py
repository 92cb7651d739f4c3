"""The standard error printed with a ratio: of the ratio itself, or of its logarithm.

Software prints both. Whichever fits the printed confidence interval or p is taken; the two
readings differ by the factor of the ratio.
"""

import math
from typing import NamedTuple

from metarepro.conversion.effect_sizes import p_of_z

#: A reading fits the interval or an exact p if its standard error is within this factor of theirs.
FIT_FACTOR = 1.25
#: A ratio this near to 1 has the same standard error on both scales.
SAME_WITHIN = 1.05

ON_LOG_SCALE = "standard error of the ratio read on the log scale"
UNDECIDED = "nothing shows whether the ratio's standard error is on the log scale: taken not to be"
CONTRADICTED = "standard error of the ratio fits its interval or p on neither scale"
#: What the audit lists.
NOTICED = (ON_LOG_SCALE, UNDECIDED, CONTRADICTED)


class Reading(NamedTuple):
    """A standard error on the log scale; `note` if it was not simply that of the ratio."""

    se: float
    note: str = ""


def read_ratio_se(
    ratio: float, se: float, evidence: float, p: float = math.nan, relation: str = ""
) -> Reading:
    """Take the standard error printed with a ratio to the log scale.

    Parameters
    ----------
    ratio, se : float
        As printed.
    evidence : float
        Standard error of the log ratio that the interval or an exact p implies; NaN if neither
        is printed.
    p, relation : float, str
        A p printed as "<" or ">" decides where only one reading is compatible with it.

    Returns
    -------
    Reading

    Examples
    --------
    >>> read_ratio_se(2.0, 0.35, evidence=0.3506)
    Reading(se=0.35, note='standard error of the ratio read on the log scale')
    >>> read_ratio_se(2.0, 0.70, evidence=0.3506).se
    0.35
    """
    of_ratio, of_log = Reading(se / ratio), Reading(se, ON_LOG_SCALE)
    if abs(math.log(ratio)) < math.log(SAME_WITHIN):
        return of_ratio
    if math.isfinite(evidence):
        nearest = min(of_ratio, of_log, key=lambda one: abs(math.log(one.se / evidence)))
        if abs(math.log(nearest.se / evidence)) <= math.log(FIT_FACTOR):
            return nearest
        return Reading(nearest.se, CONTRADICTED)
    if relation in ("<", ">"):
        z = abs(math.log(ratio))
        fitting = [
            one for one in (of_ratio, of_log) if (p_of_z(z / one.se) < p) == (relation == "<")
        ]
        if len(fitting) == 1:
            return fitting[0]
        if not fitting:
            return Reading(of_ratio.se, CONTRADICTED)
    return Reading(of_ratio.se, UNDECIDED)
