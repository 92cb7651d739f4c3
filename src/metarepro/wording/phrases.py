"""How numbers are put into words, in figures and tables alike."""

import math
import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from metarepro.models.intervals import INTERVALS
from metarepro.models.thresholds import TRUSTED_DF, has_reliable_interval

if TYPE_CHECKING:
    from metarepro.plan import Pooling

NOT_REPORTED = "not reported"
DASH = "\u2013"
#: The name of a pooled result that is not ours.
PUBLISHED = "Published"

#: In place of an interval that `thresholds.has_reliable_interval` withholds.
NO_RELIABLE_INTERVAL = "too few trials for a reliable interval"

#: What the flags of `pooling` mean.
FLAGS = {
    "df_below_4": "fewer than 4 degrees of freedom: the interval cannot be trusted",
    "two_or_three_trials": "2 or 3 trials: too few for an informative interval",
    "normal_few_trials": "2 or 3 trials: a normal interval is far too narrow, because it treats "
    "the variance between trials as known",
    "narrower_than_model": "the robust interval is narrower than the normal one of its model and "
    "cannot be trusted",
    "fewer_than_10_trials": "fewer than 10 trials",
    "few_trials": "10 trials or fewer: the interval depends on the correlation assumed within "
    "trials",
    "several_modes": "the likelihood has several maxima",
    "zero_standard_error": "all effects are equal: no test and no interval are possible",
    "tau2_zero": "the variance between trials was estimated as 0, so the prediction interval adds "
    "nothing",
    "tau2_interval_empty": "the confidence interval of τ² is empty: the results differ by less "
    "than sampling error alone would produce",
    "tau2_outside_interval": "the estimate of τ² lies outside its confidence interval",
}


#: A hyphen that stands for a minus sign: before a number, and not inside a word or a range.
_MINUS = re.compile(r"(?<![\w.)\]-])-(?=\.?\d)")


def no_interval(flags: Collection[str] | str) -> str:
    """Why a headline shows no confidence interval of a pool; "" if it shows one.

    Parameters
    ----------
    flags : collection of str, or str
        `Pooled.flags`, or the column `flags` of a table.

    Examples
    --------
    >>> no_interval("df_below_4; few_trials")
    'too few trials for a reliable interval'
    >>> no_interval("few_trials")
    ''
    """
    if has_reliable_interval(flags):
        return ""
    few = "df_below_4" in flags or "two_or_three_trials" in flags
    return NO_RELIABLE_INTERVAL if few else "no reliable interval"


def decimal(value: float, places: int = 2) -> str:
    """Print a number with a true minus sign and no minus before zero.

    Values from 1,000 on have three significant digits; a missing value is "not reported".
    """
    if math.isnan(value):
        return NOT_REPORTED
    if math.isinf(value):
        text = "∞" if value > 0 else "-∞"
    elif abs(value) >= 1000:
        text = f"{value:.3g}".replace("e+0", "e").replace("e+", "e")
    else:
        text = f"{value:.{places}f}"
        if float(text) == 0:
            text = text.lstrip("-")
    return text.replace("-", "\u2212")


def distinct(value: float) -> str:
    """Print a number with as many decimals as it takes not to look like zero, from 2 to 6.

    Examples
    --------
    >>> distinct(0.0041), distinct(-0.312), distinct(0.0)
    ('0.004', '−0.31', '0.00')
    """
    if math.isnan(value):
        return NOT_REPORTED
    enough = (places for places in range(2, 7) if round(value, places) != 0)
    return decimal(value, next(enough, 2))


def signed(text: str) -> str:
    """A text with true minus signs before its negative numbers; hyphens stay.

    Examples
    --------
    >>> signed("-0.5 [-1, 0] by ann-2001, 3-4")
    '−0.5 [−1, 0] by ann-2001, 3-4'
    """
    return _MINUS.sub("−", text)


def interval(estimate: float, low: float, high: float) -> str:
    """Print "0.34 [0.20, 0.49]"; without limits the estimate alone, without both a dash."""
    limits = "" if math.isnan(low) or math.isnan(high) else f"[{decimal(low)}, {decimal(high)}]"
    point = "" if math.isnan(estimate) else decimal(estimate)
    return " ".join(filter(None, [point, limits])) or DASH


def percent(value: float) -> str:
    """Print a percentage without decimals; a dash if it is missing.

    What is not quite all, or not quite nothing, does not look like it.

    Examples
    --------
    >>> percent(100.0), percent(99.6), percent(99.4)
    ('100%', '>99%', '99%')
    >>> percent(0.0), percent(0.4), percent(0.6)
    ('0%', '<1%', '1%')
    """
    if math.isnan(value):
        return DASH
    exact = round(value, 6)  # without what binary arithmetic leaves behind
    if 99.5 <= exact < 100:
        return ">99%"
    if 0 < exact <= 0.5:
        return "<1%"
    return f"{decimal(value, 0)}%"


def confidence(level: float) -> str:
    """Print a confidence level.

    Examples
    --------
    >>> confidence(0.95), confidence(0.995)
    ('95%', '99.5%')
    """
    return f"{100 * level:.10g}%"


def whole(value: float) -> str:
    """Print a count with commas between the thousands; a dash if it is missing."""
    return f"{value:,.0f}" if math.isfinite(value) else DASH


def capitalised(words: str) -> str:
    """Words at the start of a sentence."""
    return words[:1].upper() + words[1:]


def counted(value: float, noun: str) -> str:
    """Print "1 trial", "12 trials", "12 studies" or "trials not reported"."""
    several = f"{noun[:-1]}ies" if noun.endswith("dy") else f"{noun}s"
    if not math.isfinite(value):
        return f"{several} {NOT_REPORTED}"
    return f"{whole(value)} {noun if value == 1 else several}"


def trials_of_pool(pool: Mapping[Any, Any]) -> str:
    """Trials of a pool, and why its interval is not shown.

    Examples
    --------
    >>> trials_of_pool({"n_trials": 3, "flags": "two_or_three_trials"})
    '3 trials, too few for a reliable interval'
    >>> trials_of_pool({"n_trials": 1, "flags": ""})
    'a single trial'
    """
    if pool["n_trials"] == 1:
        return "a single trial"
    why = no_interval(pool["flags"]).replace("too few trials", "too few")
    return ", ".join(filter(None, [counted(pool["n_trials"], "trial"), why]))


def counted_analyses(value: float) -> str:
    """Print "1 different analysis" or "40 different analyses", of a multiverse."""
    return f"{whole(value)} different {'analysis' if value == 1 else 'analyses'}"


def p_value(value: float) -> str:
    """Print "p = 0.034" or "p < 0.001"."""
    if math.isnan(value):
        return f"p {NOT_REPORTED}"
    return "p < 0.001" if value < 0.001 else f"p = {decimal(value, 3)}"


def degrees(df: float) -> str:
    """Print degrees of freedom so that what is below 4 does not look like 4.

    Examples
    --------
    >>> degrees(11.46), degrees(4.0), degrees(3.9996)
    ('11.5', '4.0', '3.99')
    """
    if df < TRUSTED_DF and decimal(df, 1) == "4.0":
        return decimal(math.floor(100 * df) / 100)
    return decimal(df, 1)


def f_test(statistic: float, df1: float, df2: float, p: float) -> str:
    """Print an F test; without a second number of degrees of freedom the chi-squared that it is.

    Examples
    --------
    >>> f_test(3.2104, 2, 11.46, 0.0786)
    'F(2, 11.5) = 3.21, p = 0.079'
    >>> f_test(3.2104, 2, math.nan, 0.0403)
    'χ² = 6.42, df = 2, p = 0.040'
    """
    return f"{f_statistic(statistic, df1, df2)}, {p_value(p)}"


def f_statistic(statistic: float, df1: float, df2: float) -> str:
    """The same without its p value."""
    if math.isnan(df2):
        return f"χ² = {decimal(statistic * df1)}, df = {whole(df1)}"
    of = whole(df2) if float(df2).is_integer() else degrees(df2)
    return f"F({whole(df1)}, {of}) = {decimal(statistic)}"


def participants(number: float, n_unknown: float = 0) -> str:
    """Number of participants; "at least" where some trials do not report theirs."""
    if math.isnan(number):
        return NOT_REPORTED
    return ("at least " if n_unknown > 0 else "") + whole(number)


_MODELS = {
    "common": "Common effect, {ci_method}",
    "common_of_means": "Common effect of the trials' means (rho {rho:g}), {ci_method}",
    "random": "Random effects, {tau2_method}, {ci_method}",
    "correlated_effects": "Correlated effects (rho {rho:g}), robust variance, df {df}",
    "three_level": "Three levels ({tau2_method}), {ci_method}",
    "single_trial": "Single trial",
}
#: Intervals in words: those that a plan may choose, and that of the three-level model.
INTERVAL_LABELS = {entry.name: entry.label for entry in INTERVALS.values()} | {"t": "t interval"}


def model_text(pool: Mapping[Any, Any]) -> str:
    """The model of a pool in words, from its columns model, tau2_method, ci_method, rho and df."""
    return _MODELS[pool["model"]].format(
        tau2_method=pool["tau2_method"],
        ci_method=INTERVAL_LABELS.get(pool["ci_method"], ""),
        rho=pool["rho"],
        df=degrees(pool["df"]),
    )


def models(pooling: "Pooling") -> tuple[str, str]:
    """How the plan pools trials with one result each, and trials with several.

    Examples
    --------
    >>> from metarepro.plan import Pooling
    >>> one, several = models(Pooling(model="common", ci_method="z"))
    >>> one
    'common effect, with a normal interval'
    >>> several
    "common effect of the trials' means (assumed correlation within a trial 0.8)"
    """
    interval = f"with {INTERVALS[pooling.ci_method].phrase}"
    assumed = f"assumed correlation within a trial {pooling.rho:g}"
    if pooling.model == "common":
        return f"common effect, {interval}", f"common effect of the trials' means ({assumed})"
    return (
        f"random effects, τ² by {pooling.tau2_method}, {interval}",
        "correlated effects with robust variance (CR2, Satterthwaite degrees of freedom; "
        f"{assumed})",
    )


def i2(pool: Mapping[Any, Any]) -> float:
    """I2 from tau2, as metafor prints it; from Q where the model has no such one (robumeta)."""
    return float(pool["i2_q"] if math.isnan(pool["i2_tau2"]) else pool["i2_tau2"])
