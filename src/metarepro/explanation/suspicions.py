"""Cells that look wrong by themselves, before anything is pooled."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from metarepro.explanation.effect_forms import effect_forms
from metarepro.explanation.rows import StudyRows

Array = npt.NDArray[np.float64]

#: An estimate may be this many times as far from the middle of its interval as rounding explains.
_OFF_CENTRE = 2.0
#: Chance below which two SDs of a row are not called alike (F test).
_SD_RATIO = 1e-5
#: Distance from the median of the effects, in robust SDs, beyond which an effect stands out.
_OUTLYING = 5.0


@dataclass(frozen=True)
class Suspicion:
    """Why a row looks wrong, and the columns that may be to blame."""

    reason: str
    columns: frozenset[str]


def suspicions(rows: StudyRows) -> Mapping[int, Suspicion]:
    """Rows that look wrong, by their place (from 0).

    An interval off its centre, with its limits exchanged or its estimate outside; two SDs further
    apart than chance; an effect far from all others.
    """
    found: dict[int, Suspicion] = {}
    if rows.kind == "intervals":
        for i, reason in enumerate(off_centre(rows.cells, rows.half)):
            if reason:
                found[i] = Suspicion(reason, frozenset(rows.columns))
    elif rows.kind == "means":
        for i, (_, sd_t, n_t, _, sd_c, n_c) in enumerate(rows.cells.tolist()):
            if _sd_p(sd_t, n_t, sd_c, n_c) < _SD_RATIO:
                reason = "the SDs of the two arms are further apart than chance allows"
                found[i] = Suspicion(reason, frozenset(("sd_t", "sd_c")))
    for i in _outlying(rows):
        found.setdefault(
            i, Suspicion("the effect is far from those of the others", frozenset(rows.columns))
        )
    return found


def off_centre(cells: Array, half: Array) -> list[str]:
    """Why the interval of each row does not fit its estimate; "" where it does.

    Parameters
    ----------
    cells, half : array of shape (k, 3)
        Estimate and limits, and half a unit of their last digits. Ratios have their middle on the
        log scale: where that suits most rows it is taken for all.
    """
    y, low, high = cells.T
    allowed = _OFF_CENTRE * (half[:, 0] + half[:, 1:].mean(axis=1)) + 1e-9
    off = np.abs((low + high) / 2 - y) > allowed
    if (cells > 0).all():
        middle = np.sqrt(low * high)
        slack = _OFF_CENTRE * (
            half[:, 0] + middle * (half[:, 1] / low + half[:, 2] / high) / 2
        )  # fmt: skip
        off_log = np.abs(middle - y) > slack + 1e-9
        off = off_log if off_log.sum() < off.sum() else off
    reasons = []
    for is_off, estimate, lower, upper in zip(off, y, low, high, strict=True):
        if lower > upper:
            reasons.append("the lower limit is above the upper one")
        elif not lower <= estimate <= upper:
            reasons.append("the estimate lies outside its interval")
        else:
            reasons.append("the estimate is not in the middle of its interval" if is_off else "")
    return reasons


def _sd_p(sd_t: float, n_t: float, sd_c: float, n_c: float) -> float:
    """Two-sided F test of two variances."""
    f = (sd_t / sd_c) ** 2
    p = 2 * min(special.fdtrc(n_t - 1, n_c - 1, f), special.fdtr(n_t - 1, n_c - 1, f))
    return float(p)


def _outlying(rows: StudyRows) -> list[int]:
    y, v = (x[0] for x in effect_forms(rows)[0].effects(rows.cells[None]))
    known = np.isfinite(y) & np.isfinite(v)
    if known.sum() < 5:
        return []
    centre = np.median(y[known])
    spread = 1.4826 * np.median(np.abs(y[known] - centre))
    with np.errstate(invalid="ignore"):
        out = np.abs(y - centre) > _OUTLYING * np.sqrt(spread**2 + v)
    return [int(i) for i in np.flatnonzero(out & known)]
