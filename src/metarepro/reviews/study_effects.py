"""From the rows of a review file to effects and variances, as RevMan computes them.

Effects stand on the scale of the analysis: natural log for ratios. All formulas are those of
Deeks & Higgins (2010), "Statistical algorithms in Review Manager 5".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from metarepro.models.conventions import Convention
from metarepro.models.mantel_haenszel import Array, Tables, peto_o_e

if TYPE_CHECKING:
    import pandas as pd

Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]
#: Columns of study rows by name.
Studies: TypeAlias = "Mapping[Any, Any] | pd.DataFrame"
#: The same as arrays of shape (n,).
Arrays = Mapping[str, npt.NDArray[Any]]
#: Type of data, measure, and whether events are swapped.
EffectSettings = tuple[str, str, bool]

#: The measures of each type of data that are computed here; "iv" and "oe" take any name.
MEASURES = {"dichotomous": ("OR", "RR", "RD", "PETO_OR"), "continuous": ("MD", "SMD")}

#: The columns that effects are computed from.
NUMBERS = (
    *("n_t", "mean_t", "sd_t", "events_t", "n_c", "mean_c", "sd_c", "events_c"),
    *("o_e", "variance", "estimate", "se"),
)

# Why a row has no effect.
MISSING = "a number that the effect needs is missing"
NO_PARTICIPANTS = "an arm has no participants"
IMPOSSIBLE_COUNT = "events below 0 or above the participants of the arm"
NO_EVENTS = "no events in either arm"
ONLY_EVENTS = "all participants of both arms had the event"
NO_SPREAD = "a standard deviation is not above 0"
TOO_FEW = "too few participants for a pooled standard deviation"
NO_SE = "the standard error is not above 0"
NO_VARIANCE = "the variance of O - E is not above 0"
OUT_OF_RANGE = "the effect or its variance is out of range"
FILE_SAYS_NO = "the file marks the row as not estimable"

# Weights are cubed by REML, and squares of effects are multiplied by weights: what is beyond these
# would leave the range of numbers there, and is no effect of a real study.
_LARGEST_EFFECT = 1e75
_SMALLEST_VARIANCE, _LARGEST_VARIANCE = 1e-70, 1e150


@dataclass(frozen=True, eq=False)
class StudyEffects:
    """Effects of study rows, in the order given.

    Attributes
    ----------
    yi, vi : arrays of shape (n,)
        Effect and sampling variance; NaN where there is none.
    reason : array of shape (n,)
        Why a row has no effect, "" where it has one.
    tables, corrected : Tables or None
        The 2x2 tables as analysed (events swapped if the analysis asks for it), and with 0.5 in
        the cells of those with an empty one; None without counts.
    """

    yi: Array
    vi: Array
    reason: npt.NDArray[np.object_]
    tables: Tables | None = None
    corrected: Tables | None = None

    @property
    def estimable(self) -> Flags:
        """Which rows have an effect."""
        return np.asarray(self.reason == "", dtype=np.bool_)

    def take(self, rows: Flags | Indices) -> "StudyEffects":
        """These rows only."""
        return StudyEffects(
            self.yi[rows],
            self.vi[rows],
            self.reason[rows],
            None if self.tables is None else self.tables.take(rows),
            None if self.corrected is None else self.corrected.take(rows),
        )


def columns_of(rows: Sequence[Mapping[str, Any]]) -> Arrays:
    """The columns of study rows that pools are computed from."""
    columns: dict[str, npt.NDArray[Any]] = {
        name: np.array([row[name] for row in rows], dtype=np.float64) for name in NUMBERS
    }
    texts = ("estimable", "subgroup_number", "applies_to")
    return columns | {name: np.array([row[name] for row in rows], dtype=object) for name in texts}


def study_effects(
    studies: Studies,
    *,
    data_type: str,
    measure: str,
    convention: Convention,
    swap_events: bool = False,
) -> StudyEffects:
    """Compute the effect of each row of an analysis, or of several with the same settings.

    Parameters
    ----------
    studies : mapping
        Columns by name, those that the type of data needs: `events_t`, `n_t`, `events_c`, `n_c`;
        `mean_t`, `sd_t`, `n_t` and the same of control; `estimate`, `se`; or `o_e`, `variance`.
        A column `estimable`, if there, excludes the rows with "no".
    data_type : "dichotomous", "continuous", "iv" or "oe"
    measure : str
        One of `MEASURES`; not looked at for "iv" and "oe".
    convention : Convention
    swap_events : bool
        Whether the analysis is of those without the event.

    Raises
    ------
    ValueError
        For a type of data or a measure that is not known.
    """
    if data_type in MEASURES and measure not in MEASURES[data_type]:
        raise ValueError(f"measure '{measure}' is not one of {data_type} data")
    if data_type == "dichotomous":
        effects = _dichotomous(studies, measure, convention, swap_events)
    elif data_type == "continuous":
        effects = _continuous(studies, measure, convention)
    elif data_type == "iv":
        estimate, se = _columns(studies, "estimate", "se")
        effects = _checked(estimate, se**2, {NO_SE: se <= 0, MISSING: ~np.isfinite(estimate + se)})
    elif data_type == "oe":
        o_e, variance = _columns(studies, "o_e", "variance")
        effects = _from_o_e(o_e, variance, {MISSING: ~np.isfinite(o_e + variance)})
    else:
        raise ValueError(f"type of data '{data_type}' is not known")
    if "estimable" in studies:
        said_no = (np.asarray(studies["estimable"], dtype=object) == "no") & effects.estimable
        effects.reason[said_no] = FILE_SAYS_NO
    return effects


def effects_by_settings(
    studies: Arrays, groups: Mapping[EffectSettings, Sequence[int]], convention: Convention
) -> tuple[StudyEffects, dict[EffectSettings, str]]:
    """Compute the effects of the rows of many analyses, those with the same settings together.

    Parameters
    ----------
    studies : mapping
        Columns by name; see `study_effects`.
    groups : mapping
        For type of data, measure and whether events are swapped the numbers of the rows.
    convention : Convention

    Returns
    -------
    effects : StudyEffects
        Of all n rows; NaN for those of no group.
    refused : dict of str
        Settings for which there is no formula, and why.
    """
    n = len(next(iter(studies.values())))
    yi, vi, *cells = np.full((10, n), np.nan)
    reason, refused = np.full(n, MISSING, dtype=object), {}
    for settings, rows in groups.items():
        data_type, measure, swapped = settings
        own = {name: studies[name][rows] for name in (*NUMBERS, "estimable") if name in studies}
        try:
            found = study_effects(
                own,
                data_type=data_type,
                measure=measure,
                convention=convention,
                swap_events=swapped,
            )
        except ValueError as error:
            refused[settings] = str(error)
            continue
        yi[rows], vi[rows], reason[rows] = found.yi, found.vi, found.reason
        for place, cell in zip(
            cells, (*(found.tables or ()), *(found.corrected or ())), strict=False
        ):
            place[rows] = cell
    return StudyEffects(yi, vi, reason, Tables(*cells[:4]), Tables(*cells[4:])), refused


def _columns(studies: Studies, *names: str) -> list[Array]:
    return [np.asarray(studies[name], dtype=np.float64) for name in names]


def _checked(
    yi: Array,
    vi: Array,
    faults: Mapping[str, Flags],
    tables: Tables | None = None,
    corrected: Tables | None = None,
) -> StudyEffects:
    """Blank the rows with a fault; of several the last one named is the reason."""
    reason = np.full(yi.shape, "", dtype=object)
    in_range = (abs(yi) <= _LARGEST_EFFECT) & (vi >= _SMALLEST_VARIANCE) & (vi <= _LARGEST_VARIANCE)
    reason[~in_range] = OUT_OF_RANGE
    for text, rows in faults.items():
        reason[rows] = text
    bad = reason != ""
    # + 0.0: no "-0".
    return StudyEffects(
        np.where(bad, np.nan, yi) + 0.0, np.where(bad, np.nan, vi), reason, tables, corrected
    )


def _from_o_e(
    o_e: Array,
    variance: Array,
    faults: Mapping[str, Flags],
    tables: Tables | None = None,
) -> StudyEffects:
    """Peto's effect (O - E) / V with variance 1 / V."""
    none = ~(variance > 0)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        yi, vi = o_e / variance, 1 / variance
    return _checked(yi, vi, {NO_VARIANCE: none, **faults}, tables)


def _dichotomous(
    studies: Studies, measure: str, convention: Convention, swap_events: bool
) -> StudyEffects:
    events_t, n_t, events_c, n_c = _columns(studies, "events_t", "n_t", "events_c", "n_c")
    tables = Tables(events_t, n_t - events_t, events_c, n_c - events_c)
    if swap_events:
        tables = Tables(tables.b, tables.a, tables.d, tables.c)
    a, b, c, d = tables
    # Deeks & Higgins: a ratio of odds is not defined without events, nor with events only; a
    # ratio of risks is only without events. A difference always is.
    faults = {
        NO_EVENTS: (a == 0) & (c == 0) & (measure != "RD"),
        ONLY_EVENTS: tables.everyone & (measure in ("OR", "PETO_OR")),
        IMPOSSIBLE_COUNT: (a < 0) | (b < 0) | (c < 0) | (d < 0),
        NO_PARTICIPANTS: (n_t <= 0) | (n_c <= 0),
        MISSING: ~np.isfinite(n_t + n_c + events_t + events_c),
    }
    if measure == "PETO_OR":
        return _from_o_e(*peto_o_e(tables), faults, tables)
    corrected = tables.plus(convention.zero_cell)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        yi, vi = _EFFECTS[measure](tables, corrected)
    return _checked(yi, vi, faults, tables, corrected)


def _odds_ratio(_: Tables, corrected: Tables) -> tuple[Array, Array]:
    a, b, c, d = corrected
    return np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d


def _risk_ratio(tables: Tables, corrected: Tables) -> tuple[Array, Array]:
    """The ratio is 1 if everyone had the event; only its variance would be 0."""
    a, _b, c, _d = corrected
    n_t, n_c = corrected.n_t, corrected.n_c
    yi = np.where(tables.everyone, 0.0, np.log(a * n_c / (c * n_t)))
    return yi, 1 / a + 1 / c - 1 / n_t - 1 / n_c


def _risk_difference(tables: Tables, corrected: Tables) -> tuple[Array, Array]:
    """The difference as counted; only its variance would be 0 with empty cells."""
    a, b, c, d = corrected
    vi = a * b / corrected.n_t**3 + c * d / corrected.n_c**3
    return tables.a / tables.n_t - tables.c / tables.n_c, vi


_EFFECTS = {"OR": _odds_ratio, "RR": _risk_ratio, "RD": _risk_difference}


def _continuous(studies: Studies, measure: str, convention: Convention) -> StudyEffects:
    mean_t, sd_t, n_t = _columns(studies, "mean_t", "sd_t", "n_t")
    mean_c, sd_c, n_c = _columns(studies, "mean_c", "sd_c", "n_c")
    n = n_t + n_c
    difference = mean_t - mean_c
    faults = {
        TOO_FEW: (n <= 2) & (measure == "SMD"),
        NO_SPREAD: (sd_t <= 0) | (sd_c <= 0),
        NO_PARTICIPANTS: (n_t <= 0) | (n_c <= 0),
        MISSING: ~np.isfinite(difference + sd_t + sd_c + n),
    }
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if measure == "MD":
            return _checked(difference, sd_t**2 / n_t + sd_c**2 / n_c, faults)
        pooled_sd = np.sqrt(((n_t - 1) * sd_t**2 + (n_c - 1) * sd_c**2) / (n - 2))
        g = difference / pooled_sd * (1 - 3 / (4 * n - 9))
        vi = n / (n_t * n_c) + g**2 / (2 * (n - convention.smd_variance_offset))
    return _checked(g, vi, {TOO_FEW: ~(vi > 0), **faults})
