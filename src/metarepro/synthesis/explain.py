"""What a pool did and found, in short plain sentences.

A sentence is there only if its numbers are. None calls a result significant: the intervals are
given instead, and whether they hold no effect.
"""

import math
from dataclasses import replace

from metarepro.models.intervals import INTERVALS
from metarepro.models.pooled import Pooled
from metarepro.models.tau2 import ESTIMATORS
from metarepro.models.thresholds import (
    MIN_TRIALS_FOR_PREDICTION,
    has_reliable_interval,
    predicts,
)
from metarepro.wording.phrases import (
    FLAGS,
    NO_RELIABLE_INTERVAL,
    counted,
    decimal,
    i2,
    no_interval,
    p_value,
    percent,
)
from metarepro.wording.scales import Scale

_MODELS = {
    "random": "{size} were pooled under a random-effects model.",
    "common": "{size} were pooled under a common-effect model.",
    "common_of_means": "{size} were pooled under a common-effect model, after the results of each "
    "trial were averaged.",
    "correlated_effects": "{size} were pooled under a model of correlated effects with robust "
    "variance.",
    "three_level": "{size} were pooled under a three-level model, results within trials.",
    "single_trial": "There is only a single trial, so nothing was pooled.",
}
_INTERVALS = {entry.name: entry.phrase for entry in INTERVALS.values()} | {
    "t": "a t interval",
    "satterthwaite": "a t interval with Satterthwaite's degrees of freedom",
}
_ESTIMATORS = {entry.name: entry.label for entry in ESTIMATORS.values()} | {
    "MM": "the method of moments"
}


def explain(pooled: Pooled, scale: Scale | None = None) -> str:
    """Say in plain sentences what was done and found.

    Parameters
    ----------
    pooled : Pooled
        From any of the models: `pooling.pool`, `robust_variance.pool_correlated`,
        `three_level.pool_three_level` or `pools.pool_trials`.
    scale : Scale, optional
        How effects are printed; without one as Hedges' g. The level is that of the pool.

    Returns
    -------
    str
        One sentence per line.

    Examples
    --------
    >>> from metarepro.models.pooling import pool
    >>> effects, variances = [0.10, 0.30, 0.65, 0.25, 0.90], [0.04, 0.02, 0.05, 0.03, 0.04]
    >>> print(explain(pool(effects, variances)))  # doctest: +NORMALIZE_WHITESPACE
    5 trials were pooled under a random-effects model.
    The variance between trials was estimated by restricted maximum likelihood (REML).
    The pooled Hedges' g is 0.43, with a 95% confidence interval from 0.03 to 0.82 (the
      Knapp-Hartung interval that is never narrower than the normal one).
    No effect (0) lies outside that interval.
    Heterogeneity: I² 65%; τ² 0.064, 95% confidence interval from 0.000 to 0.842; Cochran's Q 11.00
      on 4 degrees of freedom, p = 0.027.
    The effect in another trial of this kind is expected between −0.38 and 1.23 (95% prediction
      interval).
    """
    scale = replace(scale or Scale(), level=pooled.level)
    sentences = [
        _MODELS[pooled.model].format(size=_size(pooled)),
        _estimator(pooled),
        _effect(pooled, scale),
        _against_no_effect(pooled, scale),
        _heterogeneity(pooled, scale),
        _prediction(pooled, scale),
        *(f"Note: {FLAGS[flag]}." for flag in pooled.flags),
    ]
    return "\n".join(filter(None, sentences))


def _size(pooled: Pooled) -> str:
    trials = counted(pooled.n_trials, "trial")
    if pooled.k == pooled.n_trials:
        return trials
    return f"{counted(pooled.k, 'result')} of {trials}"


def _estimator(pooled: Pooled) -> str:
    if not pooled.tau2_method:
        return ""
    name, label = pooled.tau2_method, _ESTIMATORS[pooled.tau2_method]
    short = f" ({name})" if name in ESTIMATORS else ""
    return f"The variance between trials was estimated by {label}{short}."


def _effect(pooled: Pooled, scale: Scale) -> str:
    which = "effect of that trial" if pooled.model == "single_trial" else f"pooled {scale.label}"
    said = f"The {which} is {scale.number(pooled.estimate)}"
    if math.isnan(pooled.ci_low):
        return f"{said}; there is no confidence interval."
    if not has_reliable_interval(pooled.flags):
        why = no_interval(pooled.flags)
        return f"{said}; there {'are' if why == NO_RELIABLE_INTERVAL else 'is'} {why}."
    limits = _limits(scale, pooled.ci_low, pooled.ci_high)
    how = _INTERVALS[pooled.ci_method]
    return f"{said}, with a {scale.percent} confidence interval from {limits} ({how})."


def _against_no_effect(pooled: Pooled, scale: Scale) -> str:
    """Say whether the interval holds no effect, where a measure has one."""
    unknown = math.isnan(pooled.ci_low) or not has_reliable_interval(pooled.flags)
    if unknown or math.isnan(scale.null):
        return ""
    where = "inside" if pooled.ci_low <= 0 <= pooled.ci_high else "outside"
    return f"No effect ({scale.null:g}) lies {where} that interval."


def _heterogeneity(pooled: Pooled, scale: Scale) -> str:
    if math.isnan(pooled.q):
        return ""
    share = i2({"i2_q": pooled.i2_q, "i2_tau2": pooled.i2_tau2})
    parts = [f"I² {percent(share)}"]
    if not math.isnan(pooled.tau2):
        tau2 = f"τ² {decimal(pooled.tau2, 3)}{scale.pooled_on}"
        if not math.isnan(pooled.tau2_ci_low):
            low, high = decimal(pooled.tau2_ci_low, 3), decimal(pooled.tau2_ci_high, 3)
            tau2 += f", {scale.percent} confidence interval from {low} to {high}"
        parts.append(tau2)
    q = f"Cochran's Q {decimal(pooled.q)}"
    if not math.isnan(pooled.q_p):
        q += f" on {counted(pooled.q_df, 'degree')} of freedom, {p_value(pooled.q_p)}"
    return f"Heterogeneity: {'; '.join([*parts, q])}."


def _prediction(pooled: Pooled, scale: Scale) -> str:
    unknown = math.isnan(pooled.pi_low) or pooled.n_trials < MIN_TRIALS_FOR_PREDICTION
    if unknown or not (has_reliable_interval(pooled.flags) and predicts(pooled.flags)):
        return ""
    limits = _limits(scale, pooled.pi_low, pooled.pi_high).replace(" to ", " and ")
    return (
        f"The effect in another trial of this kind is expected between {limits} "
        f"({scale.percent} prediction interval)."
    )


def _limits(scale: Scale, low: float, high: float) -> str:
    first, last = scale.limits(low, high)
    return f"{decimal(first)} to {decimal(last)}"
