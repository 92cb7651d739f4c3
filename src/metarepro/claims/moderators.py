"""Claims that programmes do better with responsive caregiving content: difference and ratio.

The data know what a programme's description names: "without" may have it all the same.
"""

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd
from scipy import stats

from metarepro.claims.rules import ENOUGH_COVERED, MOSTLY_ABSTRACTS, Judgement
from metarepro.models.thresholds import TRUSTED_DF
from metarepro.wording.phrases import counted, decimal, interval

MODERATOR = "responsive_caregiving"
MIN_TRIALS = 2


@dataclass(frozen=True)
class Comparison:
    """Pooled effects with and without responsive caregiving, of one model; NaN: not fitted.

    `difference` is with minus without, `df` its degrees of freedom; `abstract_share` and `covered`
    as in `effects.Pool`; `reason` is why there is no model.
    """

    trials_with: int
    trials_without: int
    mean_with: float = math.nan
    mean_without: float = math.nan
    se_with: float = math.nan
    se_without: float = math.nan
    difference: float = math.nan
    difference_se: float = math.nan
    df: float = math.nan
    ci_low: float = math.nan
    ci_high: float = math.nan
    abstract_share: float = math.nan
    covered: float = math.nan
    reason: str = ""

    @property
    def trials(self) -> str:
        """The trials on both sides, in words."""
        return (
            f"{counted(self.trials_with, 'trial')} with and {self.trials_without} without "
            "responsive caregiving in the programme's description"
        )

    @property
    def fitted(self) -> bool:
        """Whether there is a difference between enough trials."""
        return min(self.trials_with, self.trials_without) >= MIN_TRIALS and math.isfinite(
            self.difference
        )

    @property
    def enough(self) -> bool:
        """Whether the comparison can be trusted and is a fair part of the review's evidence."""
        return (
            self.df >= TRUSTED_DF
            and self.covered >= ENOUGH_COVERED
            and self.abstract_share <= MOSTLY_ABSTRACTS
        )


def read_comparison(
    synthesis: str,
    moderators: pd.DataFrame,
    levels: pd.DataFrame,
    trial_counts: tuple[int, int],
    abstract_share: float,
    covered: float,
) -> Comparison:
    """The comparison of one synthesis from the tables of the moderator analysis.

    Parameters
    ----------
    synthesis : str
        Key of the synthesis.
    moderators, levels : DataFrame
        Tables of the sensitivity stage; a synthesis that is not in them was not fitted.
    trial_counts : tuple of int
        Trials with and without responsive caregiving, where no level says.
    abstract_share, covered : float
        Of the effects of the synthesis.
    """
    of = (moderators["synthesis"] == synthesis) & (moderators["moderator"] == MODERATOR)
    rows = levels[(levels["synthesis"] == synthesis) & (levels["moderator"] == MODERATOR)]
    by_level: dict[Any, dict[Any, Any]] = {row["level"]: row for row in rows.to_dict("records")}
    if not {"with", "without"} <= set(by_level):
        reasons = "; ".join(filter(None, moderators[of]["reason"]))
        return Comparison(*trial_counts, reason=reasons)
    this, other = by_level["with"], by_level["without"]
    return Comparison(
        trials_with=int(this["n_trials"]),
        trials_without=int(other["n_trials"]),
        mean_with=this["estimate"],
        mean_without=other["estimate"],
        se_with=this["se"],
        se_without=other["se"],
        difference=this["difference"],
        difference_se=this["difference_se"],
        df=this["difference_df"],
        ci_low=this["difference_ci_low"],
        ci_high=this["difference_ci_high"],
        abstract_share=abstract_share,
        covered=covered,
    )


def judge_moderator(comparison: Comparison) -> Judgement:
    """Verdict on the claim that the effect is greater with responsive caregiving."""
    c = comparison
    if not c.fitted:
        return Judgement("moderator_not_fitted", _not_fitted(c), _needed(c))
    shown = interval(c.difference, c.ci_low, c.ci_high)
    between = f"The difference between {c.trials} is {shown}"
    if not c.ci_low > 0:
        what = "includes zero" if c.ci_high > 0 else "is below zero"
        if c.enough:
            return Judgement("moderator_not_greater", f"{between}, which {what}.")
        return Judgement("moderator_inconclusive", f"{between}, which {what}.", _needed(c))
    if c.enough:
        return Judgement("moderator_shown", f"{between}.")
    return Judgement("moderator_limited", f"{between}, df {decimal(c.df, 1)}.", _needed(c))


def judge_factor(comparison: Comparison, claimed: float) -> Judgement:
    """Verdict on the claim that the effect is `claimed` times as large."""
    c = comparison
    if not c.fitted or not c.df >= TRUSTED_DF:
        few = "" if not c.fitted else f" The difference has {decimal(c.df, 1)} degrees of freedom."
        return Judgement("factor_not_fitted", _not_fitted(c) + few, _needed(c))
    low, high = ratio_interval(c)
    if math.isnan(low):
        reason = f"{c.trials}: the mean without it cannot be told from zero."
        return Judgement("factor_inconclusive", reason[0].upper() + reason[1:], _needed(c))
    shown = f"The ratio is {interval(c.mean_with / c.mean_without, low, high)} ({c.trials})"
    if not low <= claimed <= high:
        return Judgement("factor_excluded", f"{shown}.")
    if low <= 1:
        return Judgement("factor_inconclusive", f"{shown}, which holds 1 as well.", _needed(c))
    return Judgement("factor_held", f"{shown}.", _needed(c))


def ratio_interval(comparison: Comparison, level: float = 0.95) -> tuple[float, float]:
    """Fieller's interval of the ratio of the two means, from the covariance that they have.

    The covariance follows from the standard error of the difference: var(a - b) = var(a) + var(b)
    - 2 cov(a, b).
    """
    c = comparison
    covariance = (c.se_with**2 + c.se_without**2 - c.difference_se**2) / 2
    return fieller(
        (c.mean_with, c.mean_without), (c.se_with, c.se_without), covariance, c.df, level
    )


def fieller(
    means: tuple[float, float],
    ses: tuple[float, float],
    covariance: float,
    df: float,
    level: float = 0.95,
) -> tuple[float, float]:
    """Interval of a ratio of two normal means (Fieller 1954).

    All ratios r with (a - r b)² <= t² (va - 2 r cov + r² vb), where a and b are the means.

    Parameters
    ----------
    means, ses : tuple of float
        Numerator and denominator.
    covariance : float
        Of the two means.
    df : float
        Degrees of freedom of t.
    level : float
        Of the interval.

    Returns
    -------
    tuple of float
        NaN twice where the denominator cannot be told from zero: the set is then unbounded.
    """
    (a, b), (se_a, se_b) = means, ses
    t2 = float(stats.t.isf((1 - level) / 2, df)) ** 2
    quadratic = b * b - t2 * se_b**2
    if quadratic <= 0:
        return math.nan, math.nan
    linear = a * b - t2 * covariance
    root = math.sqrt(max(linear**2 - quadratic * (a * a - t2 * se_a**2), 0))
    return (linear - root) / quadratic, (linear + root) / quadratic


def moderator_words(comparison: Comparison) -> str:
    """The means on both sides in words; "" if there is no model."""
    c = comparison
    if not math.isfinite(c.mean_with + c.mean_without):
        return ""
    return (
        f"g {decimal(c.mean_with)} with ({counted(c.trials_with, 'trial')}) and "
        f"{decimal(c.mean_without)} without ({counted(c.trials_without, 'trial')})"
    )


def factor_words(comparison: Comparison) -> str:
    """The ratio with its interval in words; "" if it has none."""
    c = comparison
    if not c.fitted:
        return ""
    ratio = c.mean_with / c.mean_without if c.mean_without else math.nan
    return f"ratio {interval(ratio, *ratio_interval(c))}"


def _not_fitted(c: Comparison) -> str:
    few = f"We hold results of {c.trials}; the cited review's own comparison could not be read."
    return f"{few} {c.reason[0].upper()}{c.reason[1:]}." if c.reason else few


def _needed(c: Comparison) -> str:
    missing = [
        f"{MIN_TRIALS - n} more {name} it"
        for name, n in (("with", c.trials_with), ("without", c.trials_without))
        if n < MIN_TRIALS
    ]
    trials = f" (at the very least {' and '.join(missing)})" if missing else ""
    return (
        "The cited review's results of its trials with and without responsive caregiving, or "
        f"usable results of more trials on both sides{trials}"
    )


def count_sides(effects: pd.DataFrame) -> tuple[int, int]:
    """Trials with and without responsive caregiving among effects of parenting programmes alone."""
    side = effects["intervention"] == MODERATOR
    return effects[side]["trial_id"].nunique(), effects[~side]["trial_id"].nunique()
