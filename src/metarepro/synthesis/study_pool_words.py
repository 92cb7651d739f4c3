"""The pool of a table of studies in words."""

import math

from metarepro.models.pooled import Pooled
from metarepro.models.thresholds import has_reliable_interval, predicts
from metarepro.synthesis.study_pool import StudyPool
from metarepro.wording.phrases import (
    FLAGS,
    counted,
    decimal,
    i2,
    model_text,
    no_interval,
    p_value,
    whole,
)

#: Of effects, as they are printed.
DECIMALS = 3


def model_words(pooled: Pooled) -> str:
    """The model in words."""
    return model_text(vars(pooled))


def number(result: StudyPool, value: float) -> str:
    """An effect on the scale on which it is shown."""
    return decimal(result.scale.shown(value), DECIMALS)


def interval(result: StudyPool, low: float, high: float) -> str:
    """Limits on the scale on which they are shown."""
    return f"{number(result, low)} to {number(result, high)}"


def headline(result: StudyPool) -> str:
    """The pooled effect with its interval and the number of studies."""
    pooled = result.pooled
    limits = no_interval(pooled.flags) or "no confidence interval"
    if not math.isnan(pooled.ci_low) and has_reliable_interval(pooled.flags):
        limits = f"{result.scale.ci} {interval(result, pooled.ci_low, pooled.ci_high)}"
    size = _studies(pooled.k)
    if pooled.k != pooled.n_trials:
        size = f"{counted(pooled.k, 'result')} of {counted(pooled.n_trials, 'trial')}"
    return f"{result.scale.title} {number(result, pooled.estimate)} ({limits}), {size}"


def _studies(count: int) -> str:
    return "1 study" if count == 1 else f"{whole(count)} studies"


def heterogeneity(result: StudyPool) -> str:
    """Q, I2 and tau2, on the scale of the analysis."""
    pooled = result.pooled
    p = "" if math.isnan(pooled.q_p) else f", {p_value(pooled.q_p)}"
    i2_words = f"I² = {decimal(i2(vars(pooled)), 1)}%"
    parts = [f"Q = {decimal(pooled.q)}, df = {pooled.q_df:.4g}{p}", i2_words]
    if pooled.model != "common":
        parts.append(f"τ² = {decimal(pooled.tau2, 4)}")
    return "; ".join(parts)


def remarks(result: StudyPool) -> list[str]:
    """What a reader must know before using the numbers."""
    said = [f"{FLAGS[flag][:1].upper()}{FLAGS[flag][1:]}." for flag in result.pooled.flags]
    if result.corrected:
        cells = "events and non-events" if result.measure == "proportion" else "all four cells"
        said.append(f"0.5 was added to {cells} of {_studies(result.corrected)} with a cell of 0.")
    if result.not_pooled:
        said.append(
            f"{_studies(result.not_pooled)} in which nobody, or everybody, had the event: not "
            "pooled, as that says nothing about a ratio."
        )
    if result.outside:
        said.append(
            f"The estimate does not lie between its limits: {', '.join(result.outside)}. It was "
            "pooled as printed, with the standard error from the width of the interval: check it "
            "in the source."
        )
    trials = result.studies["trial"]
    if result.pooled.k == result.pooled.n_trials and trials.duplicated().any():
        twice = ", ".join(sorted(set(trials[trials.duplicated()])))
        said.append(
            f"Rows of one name were pooled as independent studies: {twice}. If they are results of "
            "one trial, say so in a column `trial`."
        )
    return said


def prediction_by(pooled: Pooled) -> str:
    """The distribution of the prediction interval: that of the confidence interval.

    Software differs: normal, or t with k - 1 or k - 2 degrees of freedom.
    """
    if math.isnan(pooled.df):
        return "normal"
    return f"t with {pooled.df:.3g} degrees of freedom"


def summary_lines(result: StudyPool) -> list[str]:
    """The pool in a few lines, for the terminal."""
    pooled = result.pooled
    lines = [headline(result), f"Model: {model_words(pooled)}"]
    shown = has_reliable_interval(pooled.flags) and predicts(pooled.flags)
    if shown and not math.isnan(pooled.pi_low):
        pi = interval(result, pooled.pi_low, pooled.pi_high)
        what = f"{result.scale.percent}, {prediction_by(pooled)}"
        lines.append(f"Prediction interval ({what}): {pi}")
    scale = " (logarithms)" if result.scale.is_ratio else ""
    return [*lines, f"Heterogeneity{scale}: {heterogeneity(result)}", *remarks(result)]
