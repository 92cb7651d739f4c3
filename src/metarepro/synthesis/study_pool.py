"""Pools the studies of one table, from their raw data or their effects."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from metarepro.conversion.arm_data import ARM_MEASURES, effects_of_arms
from metarepro.errors import InputError
from metarepro.models.pooled import Pooled
from metarepro.models.pooling import pool
from metarepro.models.robust_variance import pool_correlated
from metarepro.readers.effect_table import EffectTable, table_of_frame
from metarepro.wording.scales import MEASURES, Scale

DEFAULT_MODEL = "random"
DEFAULT_TAU2 = "REML"
DEFAULT_CI = "knapp_hartung_conservative"
#: Assumed correlation of the results of one trial.
RHO = 0.8
#: The measure of given effects of which nothing is said.
GENERIC = "effect"


@dataclass(frozen=True, eq=False)
class StudyPool:
    """The studies of a table and their pool.

    Attributes
    ----------
    measure : what is pooled, a key of `scales.MEASURES`
    given : whether the effects and variances stood in the table
    level : of all intervals, 0.95 for 95%
    studies : DataFrame with study, trial, n_t, n_c, yi, vi, ci_low, ci_high and weight (percent),
        one row per result in the order of the table; effects on the scale of pooling, which is the
        natural logarithm for ratios; NaN where the numbers say nothing about a ratio (nobody, or
        everybody, had the event): such a row is not pooled
    pooled : the pool, on the scale of pooling
    corrected : number of pooled studies with a cell of 0, to which 0.5 was added
    higher_is_better : "yes", "no", or "" if the table does not say it
    """

    measure: str
    given: bool
    level: float
    studies: pd.DataFrame
    pooled: Pooled
    corrected: int
    higher_is_better: str

    @property
    def not_pooled(self) -> int:
        """Number of rows without an effect."""
        return int(self.studies["yi"].isna().sum())

    @property
    def scale(self) -> Scale:
        """How the effects are printed: ratios as ratios, and nothing is turned."""
        return Scale(self.measure, level=self.level)


def pool_studies(
    table: EffectTable | pd.DataFrame,
    *,
    measure: str | None = None,
    model: str | None = None,
    tau2: str | None = None,
    ci: str | None = None,
    level: float = 0.95,
) -> StudyPool:
    """Pool the rows of a table.

    Where a trial has several rows they are pooled by the correlated-effects model with robust
    variance (`models.pooling.pool_correlated`), else by inverse variance (`models.pooling.pool`).

    Parameters
    ----------
    table : EffectTable or DataFrame
        One row per result, with the columns that `readers.effect_table.KINDS` lists, also in
        metafor's names; a label in `study`; the trial in `trial` where one has several rows.
    measure : str, optional
        From means "SMD" or "MD", from counts "OR", "RR" or "RD". For given effects a key of
        `wording.scales.MEASURES`, or nothing; they are on the scale of pooling: natural logarithms
        of ratios, Fisher's z, logits.
    model, tau2, ci : str, optional
        As in `models.pooling.pool`; by default random effects, REML, Knapp-Hartung in the variant
        that is never narrower than the normal interval.
    level : float
        Of all intervals, from 0.5 to below 1.

    Returns
    -------
    StudyPool

    Raises
    ------
    DataError
        With all problems of the rows.
    InputError
        If the measure does not fit the columns, is not named where it must be, or the rows cannot
        be pooled.

    Examples
    --------
    >>> import metarepro
    >>> studies = pd.DataFrame({"yi": [0.10, 0.30, 0.45, 0.25], "vi": [0.04, 0.02, 0.05, 0.03]})
    >>> pooled = metarepro.pool(studies, ci="z").pooled
    >>> f"{pooled.estimate:.3f} [{pooled.ci_low:.3f}, {pooled.ci_high:.3f}]"
    '0.271 [0.098, 0.444]'
    """
    if isinstance(table, pd.DataFrame):
        table = table_of_frame(table)
    if not 0.5 <= level < 1:
        raise InputError(f"level {level:g}: allowed is a share from 0.5 to below 1, e.g. 0.95")
    chosen, kind = _measure(table, measure)
    numbers = table.numbers(kind)
    higher = table.higher_is_better()
    if kind == "effects":
        yi, vi = numbers["yi"].to_numpy(), numbers["vi"].to_numpy()
    else:
        yi, vi = effects_of_arms(chosen, numbers.to_numpy().tolist())
    known = np.isfinite(yi)
    trials = np.array(table.trials) if table.trials else None
    pooled = _pool(
        yi[known], vi[known], None if trials is None else trials[known], model, tau2, ci, level
    )
    weights = np.full(len(yi), np.nan)
    weights[known] = pooled.weights
    half = stats.norm.isf((1 - level) / 2) * np.sqrt(vi)
    arms = {f"n_{arm}": numbers.get(f"n_{arm}", np.nan) for arm in ("t", "c")}
    studies = pd.DataFrame(
        {"study": table.studies, "trial": table.trials or table.studies, **arms}
        | {"yi": yi, "vi": vi, "ci_low": yi - half, "ci_high": yi + half}
        | {"weight": weights},
        index=numbers.index,
    )
    return StudyPool(
        measure=chosen,
        given=kind == "effects",
        level=level,
        studies=studies,
        pooled=pooled,
        corrected=int(_has_zero_cell(numbers)[known].sum()) if kind == "counts" else 0,
        higher_is_better=higher,
    )


def _has_zero_cell(counts: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell which studies have an arm in which nobody, or everybody, had the event."""
    arms = [(counts[f"events_{arm}"], counts[f"n_{arm}"]) for arm in ("t", "c")]
    has: npt.NDArray[np.bool_] = np.any([(x == 0) | (x == n) for x, n in arms], axis=0)
    return has


def _measure(table: EffectTable, name: str | None) -> tuple[str, str]:
    """The measure and the kind of data that it is taken from."""
    kinds = table.kinds
    fitting = ", ".join(raw for raw, measure in ARM_MEASURES.items() if measure.data in kinds)
    if name is None:
        if kinds == ["effects"]:
            return GENERIC, "effects"
        raise InputError(
            f"{table.file}: which effect measure? Its columns allow --measure {fitting}"
        )
    if name not in MEASURES:
        raise InputError(f"measure {name!r} is not known; allowed: {', '.join(MEASURES)}")
    if name in ARM_MEASURES and ARM_MEASURES[name].data in kinds:
        return name, ARM_MEASURES[name].data
    if "effects" in kinds:
        return name, "effects"
    needed = ARM_MEASURES[name].data if name in ARM_MEASURES else "effects (yi and vi or sei)"
    raise InputError(f"{table.file}: {name} needs {needed}; its columns allow {fitting}")


def _pool(
    yi: np.ndarray,
    vi: np.ndarray,
    trials: npt.NDArray[np.str_] | None,
    model: str | None,
    tau2: str | None,
    ci: str | None,
    level: float,
) -> Pooled:
    several = trials is not None and len(set(trials)) < len(trials)
    if several and (model or tau2 or ci):
        raise InputError(
            "several rows of one trial are pooled by the correlated-effects model with robust "
            "variance: leave out the options for model, tau2 and interval, or give each trial one "
            "row"
        )
    try:
        if several:
            assert trials is not None
            return pool_correlated(yi, vi, trials.tolist(), rho=RHO, level=level)
        return pool(
            yi,
            vi,
            model=model or DEFAULT_MODEL,
            tau2_method=tau2 or DEFAULT_TAU2,
            ci_method=ci or DEFAULT_CI,
            level=level,
        )
    except ValueError as error:
        raise InputError(str(error)) from None
