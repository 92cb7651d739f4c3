"""Small-study effects and selection: tests, adjusted estimates and counts of p-values.

None of this mends a bias. A test tells that small trials differ from large ones, whatever the
cause; an adjusted estimate tells what the pool would be if one model of the cause were right.

`asymmetry` relates effects to sizes, `selection` fits the selection model, `missing_studies`
counts.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from metarepro.conversion.effect_sizes import variance_at_zero
from metarepro.conversion.trial_means import average_by_trial
from metarepro.models.selection import selection_model
from metarepro.models.thresholds import MIN_TRIALS_FOR_ASYMMETRY
from metarepro.sensitivity.asymmetry import (
    SAME_SIZE,
    begg,
    egger,
    egger_random,
    peese,
    pet,
    pet_peese,
    peters,
    trim_and_fill,
)
from metarepro.sensitivity.missing_studies import (
    excess_significance,
    fail_safe_rosenberg,
    fail_safe_rosenthal,
)
from metarepro.synthesis.pools import Settings

Array = npt.NDArray[np.float64]

#: What each method tests; the order of the rows.
METHODS = {
    "egger": "asymmetry",
    "egger_random": "asymmetry",
    "peters": "asymmetry",
    "begg": "asymmetry",
    "trim_and_fill": "effect",
    "pet": "effect",
    "peese": "effect",
    "pet_peese": "effect",
    "selection": "selection",
    "excess_significance": "selection",
    "fail_safe_rosenthal": "effect",
    "fail_safe_rosenberg": "effect",
}
#: Measures whose standard error has the effect in it, so that the two correlate without any bias.
_EFFECT_IN_SE = ("SMD",)


@dataclass(frozen=True)
class BiasResult:
    """One method applied to one pool.

    A number that the method does not give is nan.

    Attributes
    ----------
    method : one of `METHODS`
    k : number of trials; for a method that needs their sizes, of those that report them
    tests : what `statistic` and `p_value` test: "asymmetry", "selection" or "effect" (that the
        adjusted effect is 0)
    statistic : t (egger, pet, peese), z (egger_random), Kendall's tau-b (begg), estimate / se
        (trim_and_fill), chi-squared (selection, excess_significance)
    df : degrees of freedom of the statistic; nan where it has none
    p_value : two-sided
    estimate, se, ci_low, ci_high : the adjusted effect with its interval
    tau2 : variance of the true effects in the adjusted model
    n_filled : trials added by trim-and-fill
    observed, expected : significant results, and how many the pool predicts (excess_significance)
    fail_safe_n : null studies that would take the pool its significance
    weight, weight_se : chance that a result with p above the cut is published, relative to one
        below it (selection)
    detail : side on which trials were added (trim_and_fill), the regression taken (pet_peese)
    flags : "several_modes" (selection)
    reason : why there is no result; "" if there is
    """

    method: str
    k: int
    tests: str
    statistic: float = math.nan
    df: float = math.nan
    p_value: float = math.nan
    estimate: float = math.nan
    se: float = math.nan
    ci_low: float = math.nan
    ci_high: float = math.nan
    tau2: float = math.nan
    n_filled: float = math.nan
    weight: float = math.nan
    weight_se: float = math.nan
    observed: float = math.nan
    expected: float = math.nan
    fail_safe_n: float = math.nan
    detail: str = ""
    flags: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Caliper:
    """Numbers of results by two-sided p; an interval holds its upper end.

    Attributes
    ----------
    n_results : all results
    n_significant : p up to 0.05
    n_040_050, n_045_050 : just below 0.05
    n_050_055, n_050_060 : just above it
    """

    n_results: int
    n_significant: int
    n_040_050: int
    n_045_050: int
    n_050_055: int
    n_050_060: int


def assess(effects: pd.DataFrame, settings: Settings) -> tuple[BiasResult, ...]:
    """Apply every method to a pool, several results of a trial being averaged first.

    Parameters
    ----------
    effects : DataFrame
        Columns trial_id, label, year, yi, vi, effect_measure, n_t, n_c, n_total,
        trial_design_effect; positive favours the intervention.
    settings : Settings
        `rho` for the averages, `ci_method` for trim-and-fill, `level` for all intervals.

    Returns
    -------
    tuple of BiasResult
        One a method of `METHODS`, in that order; with fewer than 10 trials, or data that the
        method cannot take, only the reason.

    Notes
    -----
    The standard error of a standardised mean difference has the difference in it, so that large
    effects come with large standard errors in any collection of trials. Egger's test, PET and PEESE
    of such effects take sqrt(1 / n_t + 1 / n_c) for predictor (Pustejovsky and Rodgers 2019), with
    halves of the total where arm sizes are not reported. Trials that report neither are left out of
    them, as of Peters' test. A cluster trial is placed by the independent participants that it is
    worth, since its weight has the clusters in it: its sizes are divided by its design effect.
    """
    trials = average_by_trial(effects, settings.rho)
    yi, vi = trials["yi"].to_numpy(float), trials["vi"].to_numpy(float)
    level = settings.level
    modified = set(effects["effect_measure"]) <= set(_EFFECT_IN_SE)
    size, total = (
        effects.assign(value=values).groupby("trial_id")["value"]
        for values in (variances_at_zero(effects), effective_sizes(effects))
    )
    predictor = np.sqrt(size.mean().to_numpy(float)) if modified else np.sqrt(vi)
    regressions: dict[str, Callable[..., dict[str, Any]]] = {
        "egger": egger,
        "egger_random": partial(egger_random, level=level),
        "pet": partial(pet, level=level),
        "peese": partial(peese, level=level),
        "pet_peese": partial(pet_peese, level=level),
    }
    on_sizes = {name: (method, predictor) for name, method in regressions.items()}
    on_sizes["peters"] = (peters, total.max().to_numpy(float))
    on_effects: dict[str, Callable[..., dict[str, Any]]] = {
        "begg": begg,
        "trim_and_fill": partial(trim_and_fill, ci_method=settings.ci_method, level=level),
        "selection": partial(selection_model, level=level),
        "excess_significance": excess_significance,
        "fail_safe_rosenthal": fail_safe_rosenthal,
        "fail_safe_rosenberg": fail_safe_rosenberg,
    }
    results = []
    for method, tests in METHODS.items():
        known = np.ones(len(trials), dtype=bool)
        columns: tuple[Array, ...] = (yi, vi)
        if method in on_sizes:
            apply, sizes = on_sizes[method]
            known = ~np.isnan(sizes)
            columns = yi[known], vi[known], sizes[known]
        else:
            apply = on_effects[method]
        try:
            reason = _too_few(known) or _no_spread(yi[known], vi[known])
            found = {"reason": reason} if reason else apply(*columns)
        except (ValueError, ArithmeticError) as error:
            found = {"reason": str(error)}
        results.append(BiasResult(method=method, k=int(known.sum()), tests=tests, **found))
    return tuple(results)


def variances_at_zero(effects: pd.DataFrame) -> Array:
    """Variance of every result at no effect; halves of the total where arms are not reported."""
    n_t, n_c, total, factor = _floats(effects, "n_t", "n_c", "n_total", "trial_design_effect")
    unknown = np.isnan(n_t + n_c)
    n_t, n_c = (np.where(unknown, total / 2, n) for n in (n_t, n_c))
    return variance_at_zero(n_t, n_c, factor)


def effective_sizes(effects: pd.DataFrame) -> Array:
    """Independent participants that every result is worth; NaN where they are not reported."""
    n_t, n_c, total, factor = _floats(effects, "n_t", "n_c", "n_total", "trial_design_effect")
    return np.where(np.isnan(n_t + n_c), total, n_t + n_c) / factor


def _floats(effects: pd.DataFrame, *names: str) -> tuple[Array, ...]:
    return tuple(effects[name].to_numpy(float) for name in names)


def caliper(effects: pd.DataFrame) -> Caliper:
    """Count results by their two-sided p, from z = yi / sqrt(vi) (Gerber & Malhotra 2008).

    Parameters
    ----------
    effects : DataFrame
        Columns yi, vi; every result counts, also several of one trial.

    Returns
    -------
    Caliper
    """
    yi, vi = _floats(effects, "yi", "vi")
    p = 2 * special.ndtr(-np.abs(yi) / np.sqrt(vi))

    def count(above: float, up_to: float) -> int:
        return int(np.sum((p > above) & (p <= up_to)))

    return Caliper(
        n_results=len(p),
        n_significant=int(np.sum(p <= 0.05)),
        n_040_050=count(0.04, 0.05),
        n_045_050=count(0.045, 0.05),
        n_050_055=count(0.05, 0.055),
        n_050_060=count(0.05, 0.06),
    )


def _too_few(known: npt.NDArray[np.bool_]) -> str:
    """Why there are too few trials for a method; "" if there are not."""
    k, of = int(known.sum()), len(known)
    if k >= MIN_TRIALS_FOR_ASYMMETRY:
        return ""
    if of < MIN_TRIALS_FOR_ASYMMETRY:
        return f"{of} trials; at least {MIN_TRIALS_FOR_ASYMMETRY} are needed"
    return (
        f"{k} of {of} trials report how many took part; at least {MIN_TRIALS_FOR_ASYMMETRY} are "
        "needed"
    )


def _no_spread(yi: Array, vi: Array) -> str:
    """Why there is nothing to correlate; "" if there is."""
    if np.ptp(yi) == 0:
        return "all effects are equal"
    return "all variances are equal" if np.ptp(vi) <= SAME_SIZE * vi.max() else ""
