"""Claims that an effect is greater somewhere: each rule, and Fieller's interval against R."""

import math
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from scipy import optimize, stats
from tests.reference_numbers import reference_of

from metarepro.claims.moderators import (
    Comparison,
    Side,
    factor_words,
    fieller,
    judge_factor,
    judge_moderator,
    moderator_words,
    ratio_interval,
    read_comparison,
    unfitted,
)
from metarepro.plan import Moderator
from metarepro.wording.scales import Scale

REFERENCE = reference_of("claims")
KEY = "post.outcome.warmth"


@pytest.mark.parametrize("case", REFERENCE["ratios"])
def test_fieller_agrees_with_a_search_in_r(case: dict[str, float]) -> None:
    means, ses = (case["a"], case["b"]), (case["se_a"], case["se_b"])
    low, high = fieller(means, ses, case["covariance"], case["df"])
    assert (low, high) == pytest.approx((case["ci_low"], case["ci_high"]), abs=1e-9)


def test_fieller_has_no_interval_where_the_denominator_may_be_zero() -> None:
    assert all(math.isnan(limit) for limit in fieller((0.8, 0.1), (0.1, 0.06), 0.0, 8))


def sides(n_level: int, n_reference: int, reason: str = "") -> Comparison:
    """Two sides that were not fitted."""
    return Comparison("Light", Side("Bright", n_level), Side("Dim", n_reference), reason=reason)


def comparison(low: float, high: float, **changes: Any) -> Comparison:
    """Six trials on each side, means 0.6 + ... apart; independent; fully covered."""
    difference = (low + high) / 2
    values: dict[str, Any] = {
        "about": "Light",
        "level": Side("Bright", changes.pop("trials", 6), 0.2 + difference, 0.04),
        "reference": Side("Dim", 6, 0.2, changes.pop("se_reference", 0.03)),
        "difference": difference,
        "difference_se": 0.05,
        "df": 10.0,
        "ci_low": low,
        "ci_high": high,
        "abstract_share": 0.0,
        "covered": 1.0,
    }
    return Comparison(**values | changes)


def few_df(df: float) -> dict[str, Any]:
    """A difference by robust variance whose row is flagged."""
    return {"df": df, "flags": "df_below_4"}


@pytest.mark.parametrize(
    ("compared", "rule", "verdict"),
    [
        (sides(1, 4), "moderator_not_fitted", "not_yet_testable"),
        (sides(0, 11, reason="one level"), "moderator_not_fitted", "not_yet_testable"),
        (comparison(0.1, 0.5, trials=1), "moderator_not_fitted", "not_yet_testable"),
        (sides(4, 7, reason="no df"), "moderator_not_fitted", "not_yet_testable"),
        (comparison(-0.5, -0.1), "moderator_not_greater", "not_supported"),
        # The side of the estimate decides nothing: a firm interval that includes zero decides.
        (comparison(-0.5, 0.1), "moderator_not_greater", "not_supported"),
        (comparison(-0.1, 0.5), "moderator_not_greater", "not_supported"),
        # What is too little to support is too little to refute.
        (comparison(-0.5, -0.1, **few_df(3.5)), "moderator_not_reliable", "not_yet_testable"),
        (comparison(-0.5, -0.1, covered=0.4), "moderator_inconclusive", "not_yet_testable"),
        (comparison(-0.1, 0.5, abstract_share=0.6), "moderator_inconclusive", "not_yet_testable"),
        (comparison(0.1, 0.5), "moderator_shown", "supported"),
        (comparison(0.1, 0.5, df=4.0), "moderator_shown", "supported"),
        # A Knapp-Hartung difference has no flag, however few its degrees of freedom.
        (comparison(0.1, 0.5, df=3.0), "moderator_shown", "supported"),
        # Flagged for the mean of its level alone.
        (comparison(0.1, 0.5, **few_df(4.2)), "moderator_shown", "supported"),
        (comparison(0.1, 0.5, **few_df(3.9)), "moderator_not_reliable", "not_yet_testable"),
        (comparison(0.1, 0.5, covered=math.nan), "moderator_limited", "partly_supported"),
        (comparison(0.1, 0.5, abstract_share=0.6), "moderator_limited", "partly_supported"),
    ],
)
def test_each_rule_of_a_moderator(compared: Comparison, rule: str, verdict: str) -> None:
    finding = judge_moderator(compared)
    assert (finding.rule, finding.verdict) == (rule, verdict)
    assert finding.needed or verdict in ("supported", "not_supported")


def test_a_difference_with_few_degrees_of_freedom_shows_no_interval() -> None:
    reason = judge_moderator(comparison(0.1, 0.5, **few_df(1.5))).reason
    assert "too few trials for a reliable interval (1.5 degrees of freedom)" in reason
    assert "[" not in reason


@pytest.mark.parametrize(
    ("compared", "claimed", "rule", "verdict"),
    [
        (sides(1, 4), 4, "factor_not_fitted", "not_yet_testable"),
        (comparison(0.5, 0.7, **few_df(3.9)), 4, "factor_not_reliable", "not_yet_testable"),
        (comparison(0.5, 0.7, df=4.0), 4, "factor_held", "partly_supported"),
        # 0.8 / 0.2: the ratio is 4, and 2 is far below it.
        (comparison(0.5, 0.7), 4, "factor_held", "partly_supported"),
        (comparison(0.5, 0.7), 2, "factor_excluded", "not_supported"),
        # 0.2 / 0.2 with wide means holds 1 and 1.5.
        (comparison(-0.1, 0.1), 1.5, "factor_inconclusive", "not_yet_testable"),
        (
            comparison(0.5, 0.7, se_reference=0.2, difference_se=0.25),
            4,
            "factor_inconclusive",
            "not_yet_testable",
        ),
    ],
)
def test_each_rule_of_a_factor(
    compared: Comparison, claimed: float, rule: str, verdict: str
) -> None:
    finding = judge_factor(compared, claimed)
    assert (finding.rule, finding.verdict) == (rule, verdict)


def test_the_ratio_takes_the_covariance_from_the_standard_error_of_the_difference() -> None:
    compared = comparison(0.5, 0.7, difference_se=0.03)
    covariance = (0.04**2 + 0.03**2 - 0.03**2) / 2
    quantile = stats.t.ppf(0.975, 10)

    def excess(ratio: float) -> float:
        variance = 0.04**2 - 2 * ratio * covariance + ratio**2 * 0.03**2
        return float(abs(0.8 - ratio * 0.2) / math.sqrt(variance) - quantile)

    expected = (optimize.brentq(excess, 0, 4), optimize.brentq(excess, 4, 40))
    assert ratio_interval(compared) == pytest.approx(expected, abs=1e-9)


def test_a_ratio_has_the_level_of_the_plan() -> None:
    compared = comparison(0.5, 0.7)
    low, high = ratio_interval(compared, 0.8)
    assert factor_words(compared, 0.8) == f"ratio 4.00 [{low:.2f}, {high:.2f}]"
    assert judge_factor(compared, high - 0.001, 0.8).rule == "factor_held"
    assert judge_factor(compared, high + 0.001, 0.8).rule == "factor_excluded"


def test_both_sides_are_told_by_their_names() -> None:
    words = moderator_words(comparison(0.5, 0.7))
    assert words == "g 0.80 in 6 trials (Bright) and 0.20 in 6 trials (Dim)"
    assert judge_moderator(sides(1, 4)).reason.startswith(
        "Light: we have results of 1 trial (Bright) and 4 trials (Dim);"
    )
    assert judge_moderator(sides(1, 4)).needed.endswith("(at the very least 1 more: Bright)")


#: Hazard ratios of an outcome of which less is better: inside, log 0.5 in favour is +0.69.
FEWER = Scale("HR", turn=-1)


def test_means_are_printed_as_readers_know_them() -> None:
    compared = replace(comparison(0.5, 0.7), scale=FEWER)
    # exp(-0.8) and exp(-0.2)
    assert moderator_words(compared) == "HR 0.45 in 6 trials (Bright) and 0.82 in 6 trials (Dim)"


@pytest.mark.parametrize(
    ("scale", "limits", "said"),
    [
        # exp(-0.6), exp(-0.7), exp(-0.5): the hazard ratio is smaller where it is bright.
        (
            FEWER,
            (0.5, 0.7),
            "the ratio between 6 trials (Bright) and 6 trials (Dim) is 0.55 [",
        ),
        (FEWER, (-0.1, 0.5), "is 0.82 [0.61, 1.11], which includes 1."),
        (FEWER, (-0.7, -0.5), "is 1.82 [1.65, 2.01], which is above 1."),
        (Scale("RR"), (-0.7, -0.5), "is 0.55 [0.50, 0.61], which is below 1."),
        (Scale("MD", turn=-1), (-0.7, -0.5), "is 0.60 [0.50, 0.70], which is above zero."),
        (Scale(), (-0.7, -0.5), "is −0.60 [−0.70, −0.50], which is below zero."),
        # A limit of exactly no effect does not exclude it.
        (Scale(), (-0.5, 0.0), "which includes zero."),
        (Scale(), (0.0, 0.5), "which includes zero."),
    ],
)
def test_a_difference_is_printed_on_the_scale_of_differences(
    scale: Scale, limits: tuple[float, float], said: str
) -> None:
    assert said in judge_moderator(replace(comparison(*limits), scale=scale)).reason


CLAIM = {"moderator": "light", "moderator_level": "bright"}
LEVEL: dict[str, Any] = {
    "moderator": "light",
    **{"n_trials": 4.0, "k": 5.0, "estimate": 0.3, "se": 0.1, "df": 3.0},
    **{"ci_low": 0.0, "ci_high": 0.6, "difference": math.nan, "difference_se": math.nan},
    **{"difference_df": math.nan, "difference_ci_low": math.nan},
    **{"difference_ci_high": math.nan, "difference_p": math.nan},
}
BRIGHT = LEVEL | {
    **{"level": "bright", "n_trials": 3.0, "estimate": 0.5, "difference": 0.2},
    **{"difference_se": 0.15, "difference_df": 5.0},
    **{"difference_ci_low": -0.1, "difference_ci_high": 0.5, "difference_p": 0.2},
    "flags": "df_below_4",
}
MODERATORS = pd.DataFrame([{"moderator": "light", "reason": "fewer than two trials"}])


def test_a_comparison_is_read_from_the_levels() -> None:
    other = [row | {"moderator": "year"} for row in (BRIGHT, LEVEL | {"level": "dim"})]
    levels = pd.DataFrame([LEVEL | {"level": "dim"}, BRIGHT, *other])
    found = read_comparison(sides(9, 9), CLAIM, "dim", MODERATORS, levels)
    assert (found.level, found.reference) == (Side("Bright", 3, 0.5, 0.1), Side("Dim", 4, 0.3, 0.1))
    assert (found.difference, found.difference_se, found.df) == (0.2, 0.15, 5)
    assert (found.ci_low, found.ci_high, found.reason) == (-0.1, 0.5, "")
    assert found.flags == "df_below_4"


def test_a_comparison_that_was_not_fitted_has_a_reason() -> None:
    levels = pd.DataFrame([LEVEL | {"level": "dim"}])
    found = read_comparison(sides(0, 4), CLAIM, "dim", MODERATORS, levels)
    assert found == sides(0, 4, reason="fewer than two trials")
    assert not found.fitted


def test_trials_are_counted_on_both_sides() -> None:
    effects = pd.DataFrame(
        {
            "trial_id": ["ann", "ann", "bob", "eve", "joe"],
            "intervention": ["lamp", "lamp", "candle", "candle", "drug"],
            "family": ["light", "light", "light", "light", "drugs"],
        }
    )
    moderator = Moderator(
        label="Light",
        column="intervention",
        families=("light",),
        levels={"bright": ("lamp",)},
        others="dim",
        reference="dim",
        level_labels={"bright": "Bright", "dim": "Dim"},
    )
    assert unfitted(CLAIM, effects, moderator, {}) == sides(1, 2)
