"""Pooled numbers in plain sentences, by written rules.

A sentence never says more than the numbers do: no word for a size without its number, no "shows"
where the interval includes zero or cannot be trusted, nothing about other trials where no
prediction interval exists. `SIZES` and `CERTAINTY` are printed on the page of methods.
"""

import math
from collections.abc import Mapping
from typing import Any

from metarepro.claims.rules import MOSTLY_ABSTRACTS
from metarepro.models.thresholds import FEW_TRIALS
from metarepro.wording.phrases import counted, decimal, participants

#: Lower limit of |g| and the word for it (Cohen 1988), after rounding to the printed decimals.
SIZES = ((0.8, "large"), (0.5, "moderate"), (0.2, "small"), (0.0, "very small"))
#: An interval wider than this holds effects of every size, from none to large.
WIDE = 1.0
#: Word, and when it is used; the first that applies. Not a GRADE rating: risk of bias of the
#: trials was not assessed.
CERTAINTY = {
    "very low": (
        "one trial, fewer than 4 degrees of freedom, no confidence interval, or one wider than "
        f"{WIDE:.1f}"
    ),
    "low": (
        "the confidence interval or the prediction interval includes zero, there is no prediction "
        f"interval, there are fewer than {FEW_TRIALS} trials, or more than half of the results "
        "were read in abstracts"
    ),
    "moderate": "none of these",
}
SELECTED = "abstracts print what was significant, so that the number is likely to be too favourable"

Pool = Mapping[Any, Any]


def size_word(g: float) -> str:
    """Word for the size of an effect, whatever its sign."""
    printed = round(abs(g), 2)
    return next(word for least, word in SIZES if printed >= least)


def effect_words(g: float) -> str:
    """Size and direction: "a small effect in favour of the intervention"."""
    if round(g, 2) == 0:
        return "no difference"
    side = "intervention" if g > 0 else "control group"
    return f"a {size_word(g)} effect in favour of the {side}"


def includes_zero(low: float, high: float) -> bool:
    """Whether an interval, as it is printed, holds zero; its limits count as inside."""
    return round(low, 2) <= 0 <= round(high, 2)


def untrusted(pool: Pool) -> bool:
    """Whether the interval leans on fewer than 4 degrees of freedom."""
    return "df_below_4" in pool["flags"].split("; ")


def mostly_abstracts(n_abstracts: int, k: float) -> bool:
    """Whether more than `MOSTLY_ABSTRACTS` of `k` pooled results were read in abstracts."""
    return n_abstracts > MOSTLY_ABSTRACTS * k


def certainty(pool: Pool, n_abstracts: int) -> str:
    """How far the numbers can be leaned on: a key of `CERTAINTY`."""
    if _grave_doubts(pool):
        return "very low"
    return "low" if _doubts(pool, n_abstracts) else "moderate"


def certainty_with_reasons(pool: Pool, n_abstracts: int) -> str:
    """The certainty, and which of its rules apply to a pool."""
    doubts = _grave_doubts(pool) or _doubts(pool, n_abstracts)
    return ": ".join(filter(None, [certainty(pool, n_abstracts), "; ".join(doubts)]))


def _grave_doubts(pool: Pool) -> list[str]:
    """What makes a certainty very low; a trial alone says all."""
    if pool["n_trials"] < 2:
        return ["one trial"]
    width = pool["ci_high"] - pool["ci_low"]
    doubts = {
        "fewer than 4 degrees of freedom": untrusted(pool),
        "no confidence interval": math.isnan(width),
        f"the confidence interval is wider than {WIDE:.1f}": width > WIDE,
    }
    return [doubt for doubt, holds in doubts.items() if holds]


def _doubts(pool: Pool, n_abstracts: int) -> list[str]:
    """What makes a certainty low."""
    doubts = {
        "the confidence interval includes zero": includes_zero(pool["ci_low"], pool["ci_high"]),
        "no prediction interval": math.isnan(pool["pi_low"]),
        "the prediction interval includes zero": includes_zero(pool["pi_low"], pool["pi_high"]),
        f"fewer than {FEW_TRIALS} trials": pool["n_trials"] < FEW_TRIALS,
        "most results were read in abstracts": mostly_abstracts(n_abstracts, pool["k"]),
    }
    return [doubt for doubt, holds in doubts.items() if holds]


def amount(pool: Pool) -> str:
    """How much there is: "5 trials with 7 results and 368 participants"."""
    people = participants(pool["n_participants"], pool["flags"])
    noun = "participant" if people == "1" else "participants"
    many = f"{people} {noun}" if people[-1].isdigit() else f"an unknown number of {noun}"
    return f"{counted(pool['n_trials'], 'trial')} with {counted(pool['k'], 'result')} and {many}"


def average(pool: Pool) -> str:
    """The estimate with its size and interval."""
    g = pool["estimate"]
    subject = "The trial has" if pool["n_trials"] < 2 else "The average of the trials is"
    limits = (
        "" if math.isnan(pool["ci_low"] + pool["ci_high"]) else f", 95% CI {_limits(pool, 'ci')}"
    )
    return f"{subject} {effect_words(g)} (g {decimal(g)}{limits})."


def interval_sentence(pool: Pool) -> str:
    """What the confidence interval allows to say."""
    low, high = pool["ci_low"], pool["ci_high"]
    if math.isnan(low + high):
        return "There is no confidence interval, so nothing can be said about how sure this is."
    if untrusted(pool):
        return (
            "There are fewer than 4 degrees of freedom: the interval cannot be trusted, whether it "
            "includes zero or not."
        )
    if includes_zero(low, high):
        wide = " It is too wide to say how large the effect is." if high - low > WIDE else ""
        return (
            f"The interval includes zero: it reaches from {effect_words(low)} to "
            f"{effect_words(high)}. This shows neither an effect nor that there is none.{wide}"
        )
    side = "intervention" if low > 0 else "control group"
    near, far = sorted((low, high), key=abs)
    same = size_word(near) == size_word(far)
    sizes = f"a {size_word(near)}" if same else f"a {size_word(near)} to a {size_word(far)}"
    wide = ", too wide to say how large it is" if high - low > WIDE else ""
    return f"The interval excludes zero: {sizes} effect in favour of the {side}{wide}."


def prediction(pool: Pool) -> str:
    """What another trial of the same kind might find."""
    low, high = pool["pi_low"], pool["pi_high"]
    if pool["n_trials"] < 2:
        return "One trial cannot say what another would find."
    if math.isnan(low + high):
        return "There are too few trials to say what another would find."
    between = f"The true effect in another trial like these is expected from {_limits(pool, 'pi')}"
    if untrusted(pool):
        return f"{between}, but this range cannot be trusted either."
    if includes_zero(low, high):
        harm = ", or in favour of the control group" if round(low, 2) < 0 else ""
        return f"{between}: it may be none{harm}."
    side = "intervention" if low > 0 else "control group"
    more = (
        " No difference between the trials was found, which does not show that there is none."
        if pool["tau2"] == 0
        else ""
    )
    return f"{between}, in favour of the {side} throughout.{more}"


def abstracts(n_abstracts: int, k: float) -> str:
    """What it means that results were read in abstracts; "" where most were not."""
    if not mostly_abstracts(n_abstracts, k):
        return ""
    which = (
        "The pooled result was read in an abstract"
        if k == 1
        else f"{n_abstracts} of {k:.0f} pooled results were read in abstracts"
    )
    return f"{which}: likely to be too favourable."


def sentences(pool: Pool, n_abstracts: int) -> list[str]:
    """All that the numbers of a pool allow to say."""
    said = [
        f"{amount(pool)}.",
        average(pool),
        interval_sentence(pool),
        prediction(pool),
        f"Certainty of these numbers: {certainty(pool, n_abstracts)}.",
        abstracts(n_abstracts, pool["k"]),
    ]
    return [sentence for sentence in said if sentence]


def _limits(pool: Pool, interval: str) -> str:
    return f"{decimal(pool[f'{interval}_low'])} to {decimal(pool[f'{interval}_high'])}"
