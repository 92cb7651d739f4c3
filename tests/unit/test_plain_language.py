"""Sentences never say more than the numbers do."""

import math
from typing import Any

import pytest

from metarepro.report.plain_language import (
    average,
    certainty,
    effect_words,
    interval_sentence,
    prediction,
    sentences,
    size_word,
)

NAN = math.nan


def pool(**changes: Any) -> dict[str, Any]:
    """Fifteen trials with an effect that is clear in every respect."""
    numbers = {
        **{"n_trials": 15.0, "k": 20.0, "n_participants": 3000.0, "estimate": 0.5},
        **{"ci_low": 0.3, "ci_high": 0.7, "pi_low": 0.1, "pi_high": 0.9, "tau2": 0.02},
        "flags": "",
    }
    return numbers | changes


ONE_TRIAL = pool(n_trials=1.0, k=1.0, pi_low=NAN, pi_high=NAN, tau2=NAN)


@pytest.mark.parametrize(
    ("g", "word"),
    [
        (0.0, "very small"),
        (0.19, "very small"),
        (0.2, "small"),
        (-0.49, "small"),
        (0.5, "moderate"),
        (0.79, "moderate"),
        (-0.8, "large"),
        (0.195, "small"),  # is printed as 0.20 (0.195 in binary is a little above)
        (0.194, "very small"),
    ],
)
def test_sizes(g: float, word: str) -> None:
    assert size_word(g) == word


def test_direction_follows_the_sign() -> None:
    assert effect_words(0.3) == "a small effect in favour of the intervention"
    assert effect_words(-0.3) == "a small effect in favour of the control group"
    assert effect_words(-0.004) == "no difference"


def test_one_trial_is_not_called_an_average() -> None:
    said = " ".join(sentences(ONE_TRIAL, 0))
    assert said.startswith("1 trial with 1 result and 3,000 participants.")
    assert "average" not in said
    assert "One trial cannot say what another would find." in said
    assert "Certainty of these numbers: very low." in said


def test_few_degrees_of_freedom_silence_the_interval() -> None:
    few = pool(n_trials=3.0, flags="df_below_4; few_trials")
    assert "cannot be trusted" in interval_sentence(few)
    assert "excludes zero" not in " ".join(sentences(few, 0))
    assert "cannot be trusted either" in prediction(few)
    assert certainty(few, 0) == "very low"


def test_an_interval_with_zero_shows_nothing() -> None:
    unclear = pool(ci_low=-0.1, ci_high=0.6)
    said = interval_sentence(unclear)
    assert said == (
        "The interval includes zero: it reaches from a very small effect in favour of the control "
        "group to a moderate effect in favour of the intervention. This shows neither an effect "
        "nor that there is none."
    )
    assert certainty(unclear, 0) == "low"


@pytest.mark.parametrize("low", [0.0, 0.004, -0.004])
def test_a_limit_that_is_printed_as_zero_does_not_exclude_it(low: float) -> None:
    assert interval_sentence(pool(ci_low=low)).startswith("The interval includes zero")
    said = prediction(pool(pi_low=low))
    # Printed as 0.00: the other side is not reached.
    assert said.endswith("from 0.00 to 0.90: it may be none.")


def test_a_clear_interval_names_both_ends() -> None:
    assert interval_sentence(pool(ci_low=0.1, ci_high=0.7)) == (
        "The interval excludes zero: a very small to a moderate effect in favour of the "
        "intervention."
    )
    assert interval_sentence(pool(ci_low=-0.7, ci_high=-0.1)) == (
        "The interval excludes zero: a very small to a moderate effect in favour of the control "
        "group."
    )
    assert "zero: a moderate effect in" in interval_sentence(pool(ci_low=0.51, ci_high=0.6))


def test_a_wide_interval_says_so() -> None:
    assert "too wide" in interval_sentence(pool(ci_low=0.1, ci_high=1.2))
    assert "too wide" in interval_sentence(pool(ci_low=-0.5, ci_high=1.2))
    assert certainty(pool(ci_low=0.1, ci_high=1.2), 0) == "very low"


def test_prediction_with_zero_allows_for_harm() -> None:
    assert prediction(pool(pi_low=-0.2)).endswith(
        "from −0.20 to 0.90: it may be none, or in favour of the control group."
    )
    assert certainty(pool(pi_low=-0.2), 0) == "low"


def test_prediction_without_zero() -> None:
    assert prediction(pool()).endswith("0.90, in favour of the intervention throughout.")
    assert "does not show that there is none" in prediction(pool(tau2=0.0))


def test_no_prediction_from_two_trials() -> None:
    two = pool(n_trials=2.0, pi_low=NAN, pi_high=NAN)
    assert prediction(two) == "There are too few trials to say what another would find."


def test_no_interval_is_not_a_clear_one() -> None:
    without = pool(ci_low=NAN, ci_high=NAN, pi_low=NAN, pi_high=NAN, flags="zero_standard_error")
    assert "nan" not in " ".join(sentences(without, 0))
    assert average(without) == (
        "The average of the trials is a moderate effect in favour of the intervention (g 0.50)."
    )
    assert certainty(without, 0) == "very low"


@pytest.mark.parametrize(
    ("changes", "n_abstracts", "word"),
    [
        ({}, 0, "moderate"),
        ({}, 10, "moderate"),
        ({}, 11, "low"),
        ({"n_trials": 9.0}, 0, "low"),
        ({"pi_low": NAN, "pi_high": NAN}, 0, "low"),
        ({"n_trials": 1.0}, 0, "very low"),
    ],
)
def test_certainty(changes: dict[str, Any], n_abstracts: int, word: str) -> None:
    assert certainty(pool(**changes), n_abstracts) == word


def test_abstracts_are_mentioned_when_most_results_are_from_them() -> None:
    assert "abstract" not in " ".join(sentences(pool(), 10))
    assert "11 of 20 pooled results were read in abstracts" in sentences(pool(), 11)[-1]
    assert sentences(ONE_TRIAL, 1)[-1].startswith("The pooled result was read in an abstract")


def test_unknown_participants() -> None:
    unknown = pool(n_participants=NAN, flags="n_unknown_in_15_trials")
    assert "an unknown number of participants" in sentences(unknown, 0)[0]
    some = pool(flags="n_unknown_in_2_trials")
    assert "at least 3,000 participants" in sentences(some, 0)[0]
