"""What a slip does to whole rows: arms exchanged, an SE for an SD, a ratio that was not logged."""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
from scipy import special

from metarepro.explanation.rows import StudyRows
from metarepro.models.thresholds import Z95

Array = npt.NDArray[np.float64]
_Z90 = float(special.ndtri(0.95))

Change = Callable[[StudyRows, Array], Array]


def turned(rows: StudyRows, cells: Array) -> Array:
    """The arms exchanged, the sign of given effects, or those with the event and those without."""
    if rows.kind in ("effects", "correlations"):
        return np.column_stack([-cells[:, 0], cells[:, 1]])
    if rows.kind == "proportions":
        return np.column_stack([cells[:, 1] - cells[:, 0], cells[:, 1]])
    if rows.kind == "intervals":
        return np.negative(cells[:, [0, 2, 1]])
    half = cells.shape[1] // 2
    return np.hstack([cells[:, half:], cells[:, :half]])


def _inverse(rows: StudyRows, cells: Array) -> Array:
    """Printed ratios of the exchanged arms; nothing where some are no ratios."""
    return 1 / cells[:, [0, 2, 1]] if (rows.cells > 0).all() else cells


def _on_log_scale(change: Change) -> Change:
    """A change of printed ratios that is made to their logarithms."""

    def changed(rows: StudyRows, cells: Array) -> Array:
        if not (rows.cells > 0).all():
            return cells
        return np.asarray(np.exp(change(rows, np.log(cells))))

    return changed


def _scaled_se(factor: float) -> Change:
    """The standard error of given effects multiplied, the width of intervals about their middle."""

    def change(rows: StudyRows, cells: Array) -> Array:
        cells = cells.copy()
        if rows.kind == "effects":
            cells[:, 1] *= factor**2 if rows.columns[1] == "vi" else factor
        else:
            middle, half = cells[:, 1:].mean(axis=1), np.diff(cells[:, 1:])[:, 0] / 2
            cells[:, 1], cells[:, 2] = middle - factor * half, middle + factor * half
        return cells

    return change


def _se_power(power: float) -> Change:
    """A variance that stands for a standard error, or the reverse."""

    def change(rows: StudyRows, cells: Array) -> Array:
        cells = cells.copy()
        cells[:, 1] = np.abs(cells[:, 1]) ** power
        return cells

    return change


def _on_log(rows: StudyRows, cells: Array) -> Array:
    """A ratio that stands for its logarithm."""
    cells = cells.copy()
    count = 3 if rows.kind == "intervals" else 1
    with np.errstate(invalid="ignore", divide="ignore"):
        cells[:, :count] = np.log(cells[:, :count])
    return cells


def _from_log(rows: StudyRows, cells: Array) -> Array:
    """A logarithm that stands for its ratio."""
    cells = cells.copy()
    count = 3 if rows.kind == "intervals" else 1
    cells[:, :count] = np.exp(np.minimum(cells[:, :count], 100))
    return cells


def _sds(power: float, arms: str) -> Change:
    """A standard error in the place of an SD (power 0.5 of n), or the reverse (-0.5)."""

    def change(rows: StudyRows, cells: Array) -> Array:
        cells = cells.copy()
        for sd, n in ((1, 2),) * ("t" in arms) + ((4, 5),) * ("c" in arms):
            cells[:, sd] *= cells[:, n] ** power
        return cells

    return change


def _exchanged_limits(rows: StudyRows, cells: Array) -> Array:
    return cells[:, [0, 2, 1]]


def _non_events(rows: StudyRows, cells: Array) -> Array:
    cells = cells.copy()
    cells[:, 0], cells[:, 2] = cells[:, 1] - cells[:, 0], cells[:, 3] - cells[:, 2]
    return cells


def _from_z(_: StudyRows, cells: Array) -> Array:
    """Fisher's z in the place of the correlation."""
    return np.column_stack([np.tanh(cells[:, 0]), cells[:, 1]])


def _from_square(_: StudyRows, cells: Array) -> Array:
    """The share of the variance (r squared) in the place of the correlation."""
    return np.column_stack([np.sign(cells[:, 0]) * np.sqrt(np.abs(cells[:, 0])), cells[:, 1]])


_TURNED = ("sign_of_row", "the arms, or the sign, are exchanged", 1.0, turned)
#: By the kind of the rows: kind and words of each slip, how far-fetched it is, and what it does.
CHANGES: Mapping[str, tuple[tuple[str, str, float, Change], ...]] = {
    "effects": (
        _TURNED,
        ("level_90", "the interval was of 90%, read as 95%", 2.0, _scaled_se(Z95 / _Z90)),
        ("level_95", "the interval was of 95%, read as 90%", 2.0, _scaled_se(_Z90 / Z95)),
        ("interval_for_se", "half the interval stands for the standard error", 2.0,
         _scaled_se(1 / Z95)),
        ("se_for_interval", "the standard error was divided by 1.96 once too often", 2.0,
         _scaled_se(Z95)),
        ("width_for_se", "the width of the interval stands for the standard error", 2.5,
         _scaled_se(1 / (2 * Z95))),
        ("variance_for_se", "a variance stands for the standard error, or an SE for the variance",
         1.5, _se_power(0.5)),
        ("se_for_variance", "the square of the SE or variance is meant", 1.5, _se_power(2.0)),
        ("not_logged", "the ratio was not logged", 1.5, _on_log),
        ("logged", "the logarithm stands for the ratio", 2.5, _from_log),
    ),
    "intervals": (
        _TURNED,
        ("sign_of_row", "the ratio is that of the exchanged arms", 1.0, _inverse),
        ("level_90", "the interval is of 90%", 2.0, _on_log_scale(_scaled_se(Z95 / _Z90))),
        ("limits", "the limits are exchanged", 1.5, _exchanged_limits),
        ("level_90", "the interval is of 90%", 2.0, _scaled_se(Z95 / _Z90)),
        ("level_95", "the interval is wider than 95% by 1.96 / 1.645", 2.5,
         _scaled_se(_Z90 / Z95)),
        ("se_for_interval", "the limits are estimate and standard error apart", 2.0,
         _scaled_se(Z95)),
        ("interval_for_se", "the interval was made 1.96 times too wide", 2.0,
         _scaled_se(1 / Z95)),
        ("not_logged", "the ratio was not logged", 1.5, _on_log),
        ("logged", "the logarithm stands for the ratio", 2.5, _from_log),
    ),
    "means": (
        _TURNED,
        ("se_for_sd", "standard errors stand for the SDs", 1.0, _sds(0.5, "tc")),
        ("sd_for_se", "SDs were taken for standard errors", 1.0, _sds(-0.5, "tc")),
        ("se_for_sd_t", "a standard error stands for the SD of the first arm", 1.5,
         _sds(0.5, "t")),
        ("se_for_sd_c", "a standard error stands for the SD of the second arm", 1.5,
         _sds(0.5, "c")),
        ("sd_for_se_t", "the SD of the first arm was taken for a standard error", 1.5,
         _sds(-0.5, "t")),
        ("sd_for_se_c", "the SD of the second arm was taken for a standard error", 1.5,
         _sds(-0.5, "c")),
    ),
    "counts": (
        _TURNED,
        ("non_events", "those without the event are counted for those with it", 1.5, _non_events),
    ),
    "correlations": (
        ("sign_of_row", "the sign is exchanged", 1.0, turned),
        ("z_for_r", "Fisher's z stands for the correlation", 1.5, _from_z),
        ("squared", "the square of the correlation stands for it", 2.0, _from_square),
    ),
    "proportions": (
        ("non_events", "those without the event are counted for those with it", 1.5, turned),
    ),
}  # fmt: skip
