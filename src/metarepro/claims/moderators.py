"""Claims that an effect is greater at one level of a moderator: difference and ratio."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from metarepro.claims.judgement import Judgement
from metarepro.claims.rules import ENOUGH_COVERED, MOSTLY_ABSTRACTS
from metarepro.models.inference import critical_t
from metarepro.models.thresholds import TRUSTED_DF, has_reliable_interval
from metarepro.plan import Moderator
from metarepro.sensitivity.moderator_names import level_label
from metarepro.sensitivity.moderators import values
from metarepro.synthesis.subgroups import MIN_TRIALS_OF_LEVEL
from metarepro.wording.phrases import (
    NO_RELIABLE_INTERVAL,
    capitalised,
    counted,
    degrees,
    interval,
)
from metarepro.wording.scales import Scale


@dataclass(frozen=True)
class Side:
    """The trials of one level: its name for readers, and their mean effect; NaN: not fitted."""

    name: str
    n_trials: int
    mean: float = math.nan
    se: float = math.nan

    @property
    def trials(self) -> str:
        """Its trials in words."""
        return f"{counted(self.n_trials, 'trial')} ({self.name})"


@dataclass(frozen=True)
class Comparison:
    """Pooled effects at two levels of a moderator, of one model; NaN: not fitted.

    `about` is the name of the moderator, `level` the side where the effect is said to be greater,
    `reference` the other. `difference` is level minus reference, `df` its degrees of freedom;
    `flags` are those of the level; `abstract_share` and `covered` as in `effects.Pool`; `reason` is
    why there is no model. All numbers are on the scale of pooling, positive in favour; `scale`
    prints them.
    """

    about: str
    level: Side
    reference: Side
    difference: float = math.nan
    difference_se: float = math.nan
    df: float = math.nan
    ci_low: float = math.nan
    ci_high: float = math.nan
    flags: str = ""
    abstract_share: float = math.nan
    covered: float = math.nan
    reason: str = ""
    scale: Scale = field(default_factory=Scale)

    @property
    def trials(self) -> str:
        """The trials of both sides, in words."""
        return f"{self.level.trials} and {self.reference.trials}"

    @property
    def fitted(self) -> bool:
        """Whether there is a difference between enough trials."""
        fewest = min(self.level.n_trials, self.reference.n_trials)
        return fewest >= MIN_TRIALS_OF_LEVEL and math.isfinite(self.difference)

    @property
    def decides(self) -> bool:
        """Whether the interval of the difference can be leaned on."""
        # A level is flagged also where its mean alone has few degrees of freedom.
        reliable = has_reliable_interval(self.flags) or self.df >= TRUSTED_DF
        return self.fitted and reliable

    @property
    def enough(self) -> bool:
        """Whether the comparison is a fair part of the review's evidence."""
        return self.covered >= ENOUGH_COVERED and self.abstract_share <= MOSTLY_ABSTRACTS


def unfitted(
    claim: Mapping[Any, Any],
    effects: pd.DataFrame,
    moderator: Moderator,
    names: Mapping[str, str],
) -> Comparison:
    """The two sides of a claim with their trials, before any model.

    Parameters
    ----------
    claim : mapping
        With moderator_level.
    effects : DataFrame
        Effects of the synthesis.
    moderator : Moderator
        Of the plan; the effect at the claim's level is compared with that at its reference.
    names : mapping
        Label of each intervention.
    """
    level_of = values(effects, moderator)
    level, reference = (
        Side(level_label(name, moderator, names), effects[level_of == name]["trial_id"].nunique())
        for name in (claim["moderator_level"], moderator.reference)
    )
    return Comparison(moderator.label, level, reference)


def read_comparison(
    sides: Comparison,
    claim: Mapping[Any, Any],
    reference: str,
    moderators: pd.DataFrame,
    levels: pd.DataFrame,
) -> Comparison:
    """The comparison of a claim from the tables of the moderator analysis.

    Parameters
    ----------
    sides : Comparison
        Of `unfitted`.
    claim : mapping
        With moderator and moderator_level.
    reference : str
        The level that it is compared with.
    moderators, levels : DataFrame
        Rows of one synthesis in the tables of the sensitivity stage; a comparison that is not in
        them was not fitted.
    """
    own = levels[levels["moderator"] == claim["moderator"]]
    rows: dict[Any, dict[Any, Any]] = {row["level"]: row for row in own.to_dict("records")}
    if not {claim["moderator_level"], reference} <= set(rows):
        reasons = moderators[moderators["moderator"] == claim["moderator"]]["reason"]
        return replace(sides, reason="; ".join(filter(None, reasons)))
    row = rows[claim["moderator_level"]]
    return replace(
        sides,
        level=_fitted(sides.level, row),
        reference=_fitted(sides.reference, rows[reference]),
        difference=row["difference"],
        difference_se=row["difference_se"],
        df=row["difference_df"],
        ci_low=row["difference_ci_low"],
        ci_high=row["difference_ci_high"],
        flags=row["flags"],
    )


def _fitted(side: Side, row: Mapping[Any, Any]) -> Side:
    return Side(side.name, int(row["n_trials"]), row["estimate"], row["se"])


def judge_moderator(comparison: Comparison) -> Judgement:
    """Verdict on the claim that the effect is greater at one level."""
    c = comparison
    if not c.decides:
        rule = "moderator_not_reliable" if c.fitted else "moderator_not_fitted"
        return Judgement(rule, _undecided(c), _needed(c))
    printed = c.scale.differences
    shown = printed.interval(c.difference, c.ci_low, c.ci_high)
    kind = "ratio" if printed.is_ratio else "difference"
    between = f"{c.about}: the {kind} between {c.trials} is {shown}"
    if not c.ci_low > 0:
        beyond = "below" if printed.turn > 0 else "above"
        what = f"{'includes' if c.ci_high >= 0 else f'is {beyond}'} {printed.no_effect}"
        if c.enough:
            return Judgement("moderator_not_greater", f"{between}, which {what}.")
        return Judgement("moderator_inconclusive", f"{between}, which {what}.", _needed(c))
    if c.enough:
        return Judgement("moderator_shown", f"{between}.")
    return Judgement("moderator_limited", f"{between}.", _needed(c))


def judge_factor(comparison: Comparison, claimed: float, level: float = 0.95) -> Judgement:
    """Verdict on the claim that the effect is `claimed` times as large; `level` of its interval."""
    c = comparison
    if not c.decides:
        rule = "factor_not_reliable" if c.fitted else "factor_not_fitted"
        return Judgement(rule, _undecided(c), _needed(c))
    low, high = ratio_interval(c, level)
    if math.isnan(low):
        unclear = f"the mean of {c.reference.trials} cannot be told from zero"
        return Judgement("factor_inconclusive", f"{c.about}: {unclear}.", _needed(c))
    ratio = interval(c.level.mean / c.reference.mean, low, high)
    shown = f"{c.about}: the ratio of the means of {c.trials} is {ratio}"
    if not low <= claimed <= high:
        return Judgement("factor_excluded", f"{shown}.")
    if low <= 1:
        return Judgement("factor_inconclusive", f"{shown}, which includes 1 as well.", _needed(c))
    return Judgement("factor_held", f"{shown}.", _needed(c))


def ratio_interval(comparison: Comparison, level: float = 0.95) -> tuple[float, float]:
    """Fieller's interval of the ratio of the two means, from the covariance that they have.

    The covariance follows from the standard error of the difference: var(a - b) = var(a) + var(b)
    - 2 cov(a, b).
    """
    a, b = comparison.level, comparison.reference
    covariance = (a.se**2 + b.se**2 - comparison.difference_se**2) / 2
    return fieller((a.mean, b.mean), (a.se, b.se), covariance, comparison.df, level)


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
    t2 = critical_t(level, df) ** 2
    quadratic = b * b - t2 * se_b**2
    if quadratic <= 0:
        return math.nan, math.nan
    linear = a * b - t2 * covariance
    root = math.sqrt(max(linear**2 - quadratic * (a * a - t2 * se_a**2), 0))
    return (linear - root) / quadratic, (linear + root) / quadratic


def moderator_words(comparison: Comparison) -> str:
    """The means of both sides in words; "" if there is no model."""
    a, b, scale = comparison.level, comparison.reference, comparison.scale
    if not math.isfinite(a.mean + b.mean):
        return ""
    means = f"{scale.number(a.mean)} in {a.trials} and {scale.number(b.mean)} in {b.trials}"
    return f"{scale.symbol} {means}"


def factor_words(comparison: Comparison, level: float = 0.95) -> str:
    """The ratio with its interval in words; "" if it has none."""
    c = comparison
    if not c.decides:
        return ""
    ratio = c.level.mean / c.reference.mean if c.reference.mean else math.nan
    return f"ratio {interval(ratio, *ratio_interval(c, level))}"


def _undecided(c: Comparison) -> str:
    """Why there is no difference whose interval can be leaned on."""
    held = (
        f"{c.about}: we have results of {c.trials}; the cited review's own comparison could not be "
        "read."
    )
    if c.reason:
        return f"{held} {capitalised(c.reason)}."
    if not c.fitted:
        return held
    few = f"{NO_RELIABLE_INTERVAL} ({degrees(c.df)} degrees of freedom)"
    return f"{held} Their difference rests on {few}."


def _needed(c: Comparison) -> str:
    missing = [
        f"{MIN_TRIALS_OF_LEVEL - side.n_trials} more: {side.name}"
        for side in (c.level, c.reference)
        if side.n_trials < MIN_TRIALS_OF_LEVEL
    ]
    trials = f" (at the very least {'; '.join(missing)})" if missing else ""
    return (
        "The list of the trials that the cited review pooled, with their results on both sides"
        f"{trials}"
    )
