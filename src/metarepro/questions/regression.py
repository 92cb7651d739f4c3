"""Meta-regression of the effects of a table on a column of numbers."""

import math
from dataclasses import dataclass

import numpy as np

from metarepro.errors import InputError
from metarepro.models.meta_regression import Combination
from metarepro.models.thresholds import FEW_TRIALS
from metarepro.questions.pooling import PoolSettings, effects_of
from metarepro.questions.study_columns import StudyColumns
from metarepro.synthesis.study_pool import StudyPool
from metarepro.synthesis.subgroups import MIN_RESIDUAL_DF, regress


@dataclass(frozen=True)
class RegressionOn:
    """A meta-regression on one column; numbers on the scale of pooling.

    Attributes
    ----------
    column : the column
    model : "random", "common" or "correlated_effects"
    k, n_trials : rows and trials in it
    intercept, slope : at 0 of the column, and for 1 more of it
    tau2 : variance between trials that the column leaves
    r2 : percent of tau2 that it takes away (Raudenbush 2009); NaN where there was none
    flags : "df_below_4" (robust variance only), "fewer_than_10_trials", "several_modes"
    unknown : studies without a number, which are not in it
    """

    column: str
    model: str
    k: int
    n_trials: int
    intercept: Combination
    slope: Combination
    tau2: float
    r2: float
    flags: tuple[str, ...]
    unknown: tuple[str, ...]


def regression_on(
    columns: StudyColumns, name: str, result: StudyPool, settings: PoolSettings
) -> RegressionOn:
    """Regress effects on a column.

    Parameters
    ----------
    columns : StudyColumns
        Of the rows that were pooled.
    name : str
        The column.
    result : StudyPool
        The pool of all rows; robust variance is used where a trial has several.
    settings : PoolSettings

    Raises
    ------
    DataError
        For cells that are no numbers.
    InputError
        If there is no such column, or there are too few trials or values.
    """
    column = columns.named(name)
    x = columns.numbers(name)
    effects = effects_of(result)
    known = x[effects.index].notna()
    effects, x_of = effects[known], x[effects.index][known].to_numpy()
    n_trials = effects["trial_id"].nunique()
    if n_trials < 2 + MIN_RESIDUAL_DF:
        raise InputError(f"{columns.file}, {column}: {n_trials} trials are too few for a slope")
    design = np.column_stack([np.ones(len(x_of)), x_of])
    try:
        fitted = regress(effects, design, settings.regression)
        alone = regress(effects, design[:, :1], settings.regression).tau2
    except (ValueError, ArithmeticError) as error:
        raise InputError(f"{columns.file}, {column}: {error}") from None
    slope = fitted.combination([0, 1], settings.level)
    flags = {
        "df_below_4": fitted.has_few_df(slope.df),
        "fewer_than_10_trials": n_trials < FEW_TRIALS,
        "several_modes": fitted.several_modes,
    }
    return RegressionOn(
        column=column,
        model=fitted.model,
        k=fitted.k,
        n_trials=n_trials,
        intercept=fitted.combination([1, 0], settings.level),
        slope=slope,
        tau2=fitted.tau2,
        r2=100 * max(0.0, 1 - fitted.tau2 / alone) if alone > 0 else math.nan,
        flags=tuple(flag for flag, raised in flags.items() if raised),
        unknown=tuple(dict.fromkeys(columns.cells["study"][x.isna()])),
    )
