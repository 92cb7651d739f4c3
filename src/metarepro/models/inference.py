"""Test and intervals of an estimate, against a normal or a t distribution."""

import math
from typing import TypedDict

from scipy import special


class Inference(TypedDict):
    """Columns of `pooled.Pooled` that follow from the estimate, its standard error and tau2."""

    estimate: float
    se: float
    df: float
    statistic: float
    p_value: float
    ci_low: float
    ci_high: float
    tau2: float
    pi_low: float
    pi_high: float


def inference(estimate: float, se: float, df: float, tau2: float, level: float) -> Inference:
    """Test an estimate against 0 and give it a confidence and a prediction interval.

    Parameters
    ----------
    estimate, se : float
    df : float
        Degrees of freedom of the t reference; NaN for a normal one.
    tau2 : float
        Variance of the true effects; without one (NaN) there is no prediction interval.
    level : float
        Coverage of both intervals.

    Returns
    -------
    Inference
        The prediction interval is estimate +- crit sqrt(tau2 + se^2) (Higgins, Thompson &
        Spiegelhalter 2009) with the reference of the confidence interval, as metafor's `predict`.
        A standard error of 0 leaves no test and no interval.

    Examples
    --------
    >>> found = inference(0.5, 0.25, df=math.nan, tau2=0.04, level=0.95)
    >>> print(*(round(found[name], 2) for name in ("ci_low", "ci_high", "pi_low", "pi_high")))
    0.01 0.99 -0.13 1.13
    """
    known = se > 0
    crit = critical_value(level, df) if known else math.nan
    statistic = estimate / se if known else math.nan
    ci_half, pi_half = crit * se, crit * math.sqrt(tau2 + se**2)
    return Inference(
        estimate=estimate,
        se=se,
        df=df,
        statistic=statistic,
        p_value=two_sided_p(statistic, df),
        ci_low=estimate - ci_half,
        ci_high=estimate + ci_half,
        tau2=tau2,
        pi_low=estimate - pi_half,
        pi_high=estimate + pi_half,
    )


def check_level(level: float) -> None:
    """Refuse a confidence level outside 0 to 1."""
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}")


def critical_value(level: float, df: float) -> float:
    """Half-width of a two-sided interval in standard errors; normal where `df` is NaN.

    Examples
    --------
    >>> round(critical_value(0.95, float("nan")), 4)
    1.96
    >>> round(critical_value(0.95, 3), 4)
    3.1824
    """
    upper = (1 - level) / 2
    return -float(special.ndtri(upper) if math.isnan(df) else special.stdtrit(df, upper))


def critical_t(level: float, df: float) -> float:
    """`critical_value` of degrees of freedom that are infinite for the normal distribution.

    NaN where they are NaN.
    """
    if math.isnan(df):
        return math.nan
    return critical_value(level, math.nan if math.isinf(df) else df)


def two_sided_p(statistic: float, df: float) -> float:
    """Two-sided p of a z or, with degrees of freedom, t statistic; NaN for NaN."""
    tail = -abs(statistic)
    return 2 * float(special.ndtr(tail) if math.isnan(df) else special.stdtr(df, tail))


def chi2_p(q: float, df: float) -> float:
    """Chance that chi-squared exceeds q."""
    return float(special.chdtrc(df, q))
