"""Sentences never say more than the numbers do."""

import math
from typing import Any

import pytest

from metarepro.report.plain_language import (
    average,
    in_words,
    interval_sentence,
    prediction,
    robustness,
    robustness_rules,
    robustness_with_reasons,
    sentences,
    size_word,
    without_comparison,
)
from metarepro.tabular.input_tables import CERTAINTIES
from metarepro.wording.scales import Scale

NAN = math.nan
SMD = Scale()


def pool(**changes: Any) -> dict[str, Any]:
    """Fifteen trials with an effect that is clear in every respect."""
    numbers = {
        **{"n_trials": 15.0, "k": 20.0, "n_participants": 3000.0, "estimate": 0.5},
        **{"ci_low": 0.3, "ci_high": 0.7, "pi_low": 0.1, "pi_high": 0.9, "tau2": 0.02},
        **{"flags": "", "n_unknown": 0.0, "model": "random"},
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
    assert size_word(g, SMD) == word


def test_direction_follows_the_sign() -> None:
    assert in_words(0.3, SMD) == "a small effect in favour of the intervention"
    assert in_words(-0.3, SMD) == "a small effect in favour of the control group"
    assert in_words(-0.004, SMD) == "no difference"


def test_one_trial_is_not_called_an_average() -> None:
    said = " ".join(sentences(ONE_TRIAL, 0, SMD))
    assert said.startswith("1 trial with 1 result and 3,000 participants.")
    assert "average" not in said
    assert "A single trial cannot show what another would find." in said
    assert "Robustness of these numbers: weak (a single trial)." in said


def test_few_degrees_of_freedom_silence_the_interval() -> None:
    few = pool(n_trials=3.0, flags="df_below_4; few_trials")
    assert "too few trials for a reliable interval" in interval_sentence(few, SMD)
    assert "0.30" not in average(few, SMD)
    assert "excludes zero" not in " ".join(sentences(few, 0, SMD))
    assert prediction(few, SMD) == "There are too few trials to say what another trial would find."
    assert robustness(few, 0, SMD) == "weak"


def test_many_trials_with_too_narrow_an_interval_are_not_called_few() -> None:
    doubtful = pool(n_trials=9.0, flags="narrower_than_model; few_trials")
    said = " ".join(sentences(doubtful, 0, SMD))
    assert "too few trials" not in said
    assert "There is no reliable interval: the results of the individual trials" in said
    assert "Without a reliable interval, what another trial would find is not known." in said
    assert "weak (no reliable interval" in said


def test_an_interval_with_zero_shows_nothing() -> None:
    unclear = pool(ci_low=-0.1, ci_high=0.6)
    said = interval_sentence(unclear, SMD)
    assert said == (
        "The interval includes zero: it extends from a very small effect in favour of the control "
        "group to a moderate effect in favour of the intervention. Whether there is an effect "
        "remains unclear."
    )
    assert robustness(unclear, 0, SMD) == "limited"


@pytest.mark.parametrize("low", [0.0, 4e-7, -4e-7])
def test_a_limit_that_is_printed_as_zero_does_not_exclude_it(low: float) -> None:
    assert interval_sentence(pool(ci_low=low), SMD).startswith("The interval includes zero")
    said = prediction(pool(pi_low=low), SMD)
    # Printed as 0.00: the other side is not reached.
    assert said.endswith("from 0.00 to 0.90: it may be none.")


def test_a_limit_just_above_zero_excludes_it_and_is_printed_so() -> None:
    just = pool(ci_low=0.004, pi_low=0.004)
    assert interval_sentence(just, SMD).startswith("The interval excludes zero")
    assert "CI 0.004 to" in average(just, SMD)
    assert prediction(just, SMD).endswith(
        "from 0.004 to 0.90, in favour of the intervention throughout."
    )


def test_a_limit_just_below_zero_reaches_the_other_side() -> None:
    just = pool(ci_low=-0.004, pi_low=-0.004)
    assert interval_sentence(just, SMD).startswith("The interval includes zero")
    assert "CI \u22120.004 to" in average(just, SMD)
    assert prediction(just, SMD).endswith(
        "from \u22120.004 to 0.90: it may be none, or in favour of the control group."
    )


def test_a_clear_interval_names_both_ends() -> None:
    assert interval_sentence(pool(ci_low=0.1, ci_high=0.7), SMD) == (
        "The interval excludes zero and extends from a very small to a moderate effect."
    )
    assert interval_sentence(pool(ci_low=-0.7, ci_high=-0.1), SMD) == (
        "The interval excludes zero and extends from a very small to a moderate effect."
    )
    assert interval_sentence(pool(ci_low=0.51, ci_high=0.6), SMD) == "The interval excludes zero."


def test_a_wide_interval_says_so() -> None:
    assert "too wide" in interval_sentence(pool(ci_low=0.1, ci_high=1.2), SMD)
    assert "too wide" in interval_sentence(pool(ci_low=-0.5, ci_high=1.2), SMD)
    assert robustness(pool(ci_low=0.1, ci_high=1.2), 0, SMD) == "weak"


def test_prediction_with_zero_allows_for_harm() -> None:
    assert prediction(pool(pi_low=-0.2), SMD).endswith(
        "from −0.20 to 0.90: it may be none, or in favour of the control group."
    )
    assert robustness(pool(pi_low=-0.2), 0, SMD) == "limited"


def test_prediction_without_zero() -> None:
    assert prediction(pool(), SMD).endswith("0.90, in favour of the intervention throughout.")
    zero = pool(tau2=0.0, flags="tau2_zero")
    assert "does not show that there is none" in prediction(zero, SMD)
    assert "0.90" not in prediction(zero, SMD)


def test_no_prediction_from_two_trials() -> None:
    two = pool(n_trials=2.0, pi_low=NAN, pi_high=NAN)
    assert prediction(two, SMD) == "There are too few trials to say what another trial would find."


def test_no_interval_is_not_a_clear_one() -> None:
    without = pool(ci_low=NAN, ci_high=NAN, pi_low=NAN, pi_high=NAN, flags="zero_standard_error")
    assert "nan" not in " ".join(sentences(without, 0, SMD))
    assert average(without, SMD) == (
        "On average, the trials show a moderate effect in favour of the intervention (g 0.50)."
    )
    assert robustness(without, 0, SMD) == "weak"


@pytest.mark.parametrize(
    ("changes", "n_abstracts", "word"),
    [
        ({}, 0, "fair"),
        ({}, 10, "fair"),
        ({}, 11, "limited"),
        ({"n_trials": 9.0}, 0, "limited"),
        ({"pi_low": NAN, "pi_high": NAN}, 0, "limited"),
        ({"n_trials": 1.0}, 0, "weak"),
    ],
)
def test_robustness(changes: dict[str, Any], n_abstracts: int, word: str) -> None:
    assert robustness(pool(**changes), n_abstracts, SMD) == word


def test_abstracts_are_mentioned_when_most_results_are_from_them() -> None:
    assert "abstract" not in " ".join(sentences(pool(), 10, SMD))
    assert "11 of 20 results were read in abstracts" in sentences(pool(), 11, SMD)[-1]
    assert " ".join(sentences(pool(), 11, SMD)).count("in abstracts") == 1
    weak = pool(flags="df_below_4")
    assert " ".join(sentences(weak, 11, SMD)).count("in abstracts") == 1
    assert "favourable" not in " ".join(sentences(pool(), 11, Scale("proportion")))
    assert sentences(ONE_TRIAL, 1, SMD)[-1].startswith("The result was read in an abstract")


def test_unknown_participants() -> None:
    unknown = pool(n_participants=NAN, n_unknown=15.0)
    assert "an unknown number of participants" in sentences(unknown, 0, SMD)[0]
    some = pool(n_unknown=2.0)
    assert "at least 3,000 participants" in sentences(some, 0, SMD)[0]


# Other measures


RATIO = Scale("RR", level=0.9)


def test_a_ratio_is_shown_as_a_ratio_and_compared_with_1() -> None:
    ratio = pool(estimate=math.log(1.5), ci_low=math.log(1.2), ci_high=math.log(1.9))
    assert average(ratio, RATIO) == (
        "On average, the trials show an effect in favour of the intervention (RR 1.50, 90% CI 1.20 "
        "to 1.90)."
    )
    assert interval_sentence(ratio, RATIO) == "The interval excludes 1."
    unclear = ratio | {"ci_low": math.log(0.9)}
    assert interval_sentence(unclear, RATIO).startswith("The interval includes 1: it extends from")


def test_only_standardised_effects_have_words_for_their_size() -> None:
    assert size_word(0.9, SMD) == "large"
    assert size_word(0.9, RATIO) == ""


def test_no_level_of_robustness_is_a_word_of_grade() -> None:
    assert not set(robustness_rules(SMD, abstracts=True)) & set(CERTAINTIES)


def test_robustness_is_said_with_its_reasons() -> None:
    few = pool(n_trials=9.0, pi_low=-0.2)
    assert robustness_with_reasons(few, 0, SMD) == (
        "limited (the prediction interval includes zero; fewer than 10 trials)"
    )
    assert robustness_with_reasons(pool(), 0, SMD) == "fair"


def test_rules_name_abstracts_only_where_there_are_any() -> None:
    assert "abstracts" in robustness_rules(SMD, abstracts=True)["limited"]
    assert not any("abstract" in rule for rule in robustness_rules(SMD, abstracts=False).values())


def test_only_measures_with_a_known_width_call_an_interval_wide() -> None:
    assert "wider than 1.0" in robustness_rules(SMD, abstracts=False)["weak"]
    assert "wider" not in robustness_rules(RATIO, abstracts=False)["weak"]


def test_a_ratio_of_harm_is_turned_back_and_below_1_is_good() -> None:
    harm = Scale("RR", turn=-1)
    ratio = pool(estimate=math.log(2), ci_low=math.log(1.25), ci_high=math.log(4))
    assert average(ratio, harm).endswith("(RR 0.50, 95% CI 0.25 to 0.80).")
    assert harm.direction == "below 1 in favour of the intervention"
    assert "in favour of the intervention" in average(ratio, harm)


def test_a_withheld_interval_is_not_shown_without_a_comparison_either() -> None:
    said = without_comparison(pool(n_trials=3.0, flags="two_or_three_trials"), Scale("proportion"))
    assert said.startswith("The average of the trials: proportion 0.62. There are too few trials")
