"""Pools the studies of one table, from their raw data or their effects."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from metarepro.conversion.arm_data import ARM_MEASURES, effects_of_arms
from metarepro.errors import InputError
from metarepro.models.cluster_robust import with_robust_variance
from metarepro.models.heterogeneity import Heterogeneity, heterogeneity
from metarepro.models.pooled import Pooled
from metarepro.models.pooling import pool
from metarepro.models.robust_variance import RHO, pool_correlated
from metarepro.models.three_level import pool_three_level
from metarepro.readers.effect_table import EVENTS_OF, EffectTable, table_of_frame
from metarepro.synthesis.pools import without_prediction_of_few
from metarepro.tabular.problems import DataError, Problem
from metarepro.wording.scales import MEASURES, Scale

DEFAULT_MODEL = "random"
DEFAULT_TAU2 = "REML"
DEFAULT_CI = "knapp_hartung_conservative"
#: Models of several rows per trial, beside correlated effects: the model-based variance of three
#: levels, and the robust one.
NESTED = ("three_level", "three_level_cr2")
#: The measure of given effects of which nothing is said.
GENERIC = "effect"


@dataclass(frozen=True, eq=False)
class StudyPool:
    """The studies of a table and their pool.

    Attributes
    ----------
    measure : what is pooled, a key of `scales.MEASURES`
    given : whether the effects stood in the table
    from_intervals : whether their variances come from 95% intervals that stood there
    outside : the studies, with their rows, whose estimate is not between its limits as printed
    level : of all intervals, 0.95 for 95%
    studies : DataFrame with study, trial, n_t, n_c, yi, vi, ci_low, ci_high, weight (percent) and
        what else the table says of the arms, one row per result in the order of the table; effects
        on the scale of pooling, which is the natural logarithm for ratios; NaN where the numbers
        say nothing about a ratio (nobody, or everybody, had the event): such a row is not pooled
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
    from_intervals: bool = False
    outside: tuple[str, ...] = ()

    def heterogeneity(self, method: Literal["profile", "q_profile"] = "q_profile") -> Heterogeneity:
        """Confidence intervals of tau2, I2 and H2 (`models.heterogeneity.heterogeneity`).

        Raises
        ------
        InputError
            For a pool of several results a trial or a common effect, and for a profile likelihood
            of an estimator that maximises none.

        Examples
        --------
        >>> import metarepro
        >>> studies = pd.DataFrame({"yi": [0.1, 0.3, 0.9, 0.2], "vi": [0.04, 0.02, 0.05, 0.03]})
        >>> bounds = metarepro.pool(studies).heterogeneity("profile").tau2
        >>> f"{bounds.estimate:.3f}, from {bounds.low:.3f} to {bounds.high:.3f}"
        '0.070, from 0.000 to 0.975'
        """
        if self.pooled.model != "random":
            raise InputError(
                "intervals of heterogeneity need one result per trial and random effects"
            )
        known = self.studies.dropna(subset="yi")
        try:
            return heterogeneity(
                known["yi"],
                known["vi"],
                method=method,
                tau2_method=self.pooled.tau2_method,
                level=self.level,
            )
        except ValueError as error:
            raise InputError(str(error)) from None

    @property
    def not_pooled(self) -> int:
        """Number of rows without an effect."""
        return int(self.studies["yi"].isna().sum())

    @property
    def scale(self) -> Scale:
        """How the effects are printed: ratios as ratios, and nothing is turned."""
        return Scale(self.measure, level=self.level, given=self.given)


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
    variance (`models.robust_variance.pool_correlated`), else by inverse variance
    (`models.pooling.pool`).

    Parameters
    ----------
    table : EffectTable or DataFrame
        One row per result, with the columns that `readers.effect_table.KINDS` lists, also in
        metafor's names; a label in `study`; the trial in `trial` where one has several rows.
        Estimates with limits are taken as they are printed, with 95% intervals: ratios, if the
        measure is one.
    measure : str, optional
        From means "SMD" or "MD", from counts "OR", "RR" or "RD"; not needed for correlations and
        proportions. For given effects a key of `wording.scales.MEASURES`, or nothing; they are on
        the scale of pooling: natural logarithms of ratios, Fisher's z, logits.
    model, tau2, ci : str, optional
        As in `models.pooling.pool`; by default random effects, REML, Knapp-Hartung in the variant
        that is never narrower than the normal interval. Where trials have several rows `model` may
        be "three_level" (REML), or "three_level_cr2" for its robust variance
        (`models.cluster_robust.with_robust_variance`).
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
        raise InputError(f"level: found {level:g}; allowed: a share from 0.5 to below 1, e.g. 0.95")
    chosen, kind = _measure(table, measure)
    numbers = table.numbers(kind)
    higher = table.higher_is_better()
    if kind == "effects":
        yi, vi = numbers["yi"].to_numpy(), numbers["vi"].to_numpy()
    elif kind == "intervals":
        yi, vi = _of_intervals(numbers, chosen, table.file)
    else:
        yi, vi = effects_of_arms(chosen, numbers.to_numpy().tolist())
    known = np.isfinite(yi)
    between = (
        numbers["yi"].between(numbers["ci_low"], numbers["ci_high"]).tolist()
        if kind == "intervals"
        else [True] * len(yi)
    )
    trials = np.array(table.trials) if table.trials else None
    pooled = _pool(
        yi[known], vi[known], None if trials is None else trials[known], model, tau2, ci, level
    )
    weights = np.full(len(yi), np.nan)
    weights[known] = pooled.weights
    half = -special.ndtri((1 - level) / 2) * np.sqrt(vi)
    arms = {f"n_{arm}": numbers.get(f"n_{arm}", np.nan) for arm in ("t", "c")}
    others = numbers.columns.difference([*arms, "yi", "vi", "ci_low", "ci_high"])
    studies = pd.DataFrame(
        {"study": table.studies, "trial": table.trials or table.studies, **arms}
        | {"yi": yi, "vi": vi, "ci_low": yi - half, "ci_high": yi + half}
        | {"weight": weights, **{name: numbers[name] for name in others}},
        index=numbers.index,
    )
    return StudyPool(
        measure=chosen,
        given=kind in ("effects", "intervals"),
        level=level,
        studies=studies,
        pooled=pooled,
        corrected=int(_has_zero_cell(numbers)[known].sum()),
        higher_is_better=higher,
        from_intervals=kind == "intervals",
        outside=tuple(
            f"{study} (row {row})"
            for study, row, is_between in zip(table.studies, numbers.index, between, strict=True)
            if not is_between
        ),
    )


def _of_intervals(
    numbers: pd.DataFrame, measure: str, file: str
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Effects and variances of printed estimates with 95% intervals; of ratios the logarithms.

    Cochrane Handbook 6.3.1 and 6.3.2.
    """
    if MEASURES[measure].is_ratio:
        wrong = numbers.index[(numbers <= 0).any(axis=1)]
        if len(wrong):
            allowed = "ratios and limits above 0; of logarithms give sei in place of the limits"
            raise DataError(
                Problem(file, int(row), "", "a ratio or limit of 0 or less", allowed)
                for row in wrong
            )
        numbers = numbers.apply(np.log)
    half = (numbers["ci_high"] - numbers["ci_low"]).to_numpy() / 2
    return numbers["yi"].to_numpy(), (half / -special.ndtri(0.025)) ** 2


def _has_zero_cell(counts: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell which studies have a group in which nobody, or everybody, had the event."""
    has = np.zeros(len(counts), dtype=bool)
    for name, size in EVENTS_OF.items():
        if name in counts:
            has |= ((counts[name] == 0) | (counts[name] == counts[size])).to_numpy()
    return has


def _measure(table: EffectTable, name: str | None) -> tuple[str, str]:
    """The measure and the kind of data that it is taken from."""
    kinds = table.kinds
    allowed = [raw for raw, measure in ARM_MEASURES.items() if measure.data in kinds]
    fitting = ", ".join(allowed)
    given = next((kind for kind in ("effects", "intervals") if kind in kinds), "")
    if name is None:
        if given and not fitting:
            return GENERIC, given
        if len(allowed) == 1 and not given:
            return allowed[0], ARM_MEASURES[allowed[0]].data
        raise InputError(
            f"{table.file}: which effect measure? Its columns allow --measure {fitting}"
        )
    if name not in MEASURES:
        raise InputError(f"measure {name!r} is not known; allowed: {', '.join(MEASURES)}")
    if name in ARM_MEASURES and ARM_MEASURES[name].data in kinds:
        return name, ARM_MEASURES[name].data
    if given:
        return name, given
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
    if several and (model not in (None, *NESTED) or tau2 or ci):
        raise InputError(
            "several rows of one trial are pooled by the correlated-effects model with robust "
            f"variance, or by the model {' or '.join(NESTED)}: leave out the options for tau2 and "
            "interval, or give each trial one row"
        )
    try:
        if several:
            assert trials is not None
            rows = yi, vi, trials.tolist()
            if model is None:
                pooled = pool_correlated(*rows, rho=RHO, level=level)
            else:
                pooled = pool_three_level(*rows, level=level)
            if model == NESTED[1]:
                pooled = with_robust_variance(pooled, *rows)
            return without_prediction_of_few(pooled)
        pooled = pool(
            yi,
            vi,
            model=model or DEFAULT_MODEL,
            tau2_method=tau2 or DEFAULT_TAU2,
            ci_method=ci or DEFAULT_CI,
            level=level,
        )
    except (ValueError, ArithmeticError) as error:
        raise InputError(str(error)) from None
    return without_prediction_of_few(pooled)
