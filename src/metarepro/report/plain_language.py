"""Pooled numbers in plain sentences, by written rules.

A sentence never says more than the numbers do: no word for a size without its number, no "shows"
where the interval includes no effect or cannot be trusted, nothing about other trials where no
prediction interval exists. The page of methods prints the rules.
"""

import math
from collections.abc import Mapping
from typing import Any

from metarepro.claims.rules import MOSTLY_ABSTRACTS
from metarepro.models.thresholds import FEW_TRIALS, has_reliable_interval, predicts
from metarepro.wording.phrases import (
    NO_RELIABLE_INTERVAL,
    counted,
    no_interval,
    participants,
)
from metarepro.wording.scales import Scale

Pool = Mapping[Any, Any]


#: Levels of robustness, the lowest first. None is a word of GRADE, so that nobody takes one for a
#: rating of the evidence.
WEAK, LIMITED, FAIR = "weak", "limited", "fair"


def robustness_rules(scale: Scale, *, abstracts: bool) -> dict[str, str]:
    """Every level of robustness, what it means and when it is used; the first that applies.

    Parameters
    ----------
    scale : Scale
        How effects are printed.
    abstracts : bool
        Whether any result was read in an abstract.
    """
    wide = f", or one wider than {scale.kind.wide:.1f}" if math.isfinite(scale.kind.wide) else ""
    includes = f"the confidence interval or the prediction interval includes {scale.no_effect}"
    doubts = [
        *([includes] if scale.compares else []),
        "there is no prediction interval",
        f"there are fewer than {FEW_TRIALS} trials",
        *(["more than half of the results were read in abstracts"] if abstracts else []),
    ]
    return {
        WEAK: "the interval cannot be trusted, or says too little: a single trial, "
        f"no reliable interval, no confidence interval{wide}",
        LIMITED: "there is an interval that can be trusted, but another trial or a fuller set of "
        f"results could change what the numbers say: {', '.join(doubts[:-1])}, or {doubts[-1]}",
        FAIR: "none of these: the numbers hold for the trials that were pooled, if these are sound",
    }


def size_word(effect: float, scale: Scale) -> str:
    """Word for the size of an effect, whatever its sign; "" for measures that have none.

    Examples
    --------
    >>> from metarepro.wording.scales import Scale
    >>> size_word(-0.5, Scale("SMD"))
    'moderate'
    """
    printed = round(abs(effect), 2)
    return next((word for least, word in scale.kind.sizes if printed >= least), "")


def in_words(effect: float, scale: Scale) -> str:
    """Size and direction: "a small effect in favour of the intervention"."""
    if scale.is_null(effect):
        return "no difference"
    side = "intervention" if effect > 0 else "control group"
    return f"{_an_effect(size_word(effect, scale))} in favour of the {side}"


def _an_effect(size: str) -> str:
    return f"a {size} effect" if size else "an effect"


def untrusted(pool: Pool) -> bool:
    """Whether the interval cannot be trusted: too few trials for it."""
    return not has_reliable_interval(pool["flags"])


def mostly_abstracts(n_abstracts: int, k: float) -> bool:
    """Whether more than `MOSTLY_ABSTRACTS` of `k` pooled results were read in abstracts."""
    return n_abstracts > MOSTLY_ABSTRACTS * k


def robustness(pool: Pool, n_abstracts: int, scale: Scale) -> str:
    """How robust the numbers are: a key of `robustness_rules`."""
    if _grave_doubts(pool, scale):
        return WEAK
    return LIMITED if _doubts(pool, n_abstracts, scale) else FAIR


def robustness_reasons(pool: Pool, n_abstracts: int, scale: Scale) -> list[str]:
    """Which of the rules of its robustness apply to a pool."""
    return _grave_doubts(pool, scale) or _doubts(pool, n_abstracts, scale)


def robustness_with_reasons(pool: Pool, n_abstracts: int, scale: Scale) -> str:
    """The robustness, and why."""
    doubts = robustness_reasons(pool, n_abstracts, scale)
    reasons = f" ({'; '.join(doubts)})" if doubts else ""
    return robustness(pool, n_abstracts, scale) + reasons


def _grave_doubts(pool: Pool, scale: Scale) -> list[str]:
    """What makes numbers weak; a trial alone says all."""
    if pool["n_trials"] < 2:
        return ["a single trial"]
    width = pool["ci_high"] - pool["ci_low"]
    doubts = {
        no_interval(pool["flags"]): untrusted(pool),
        "no confidence interval": math.isnan(width),
        f"the confidence interval is wider than {scale.kind.wide:.1f}": width > scale.kind.wide,
    }
    return [doubt for doubt, holds in doubts.items() if holds]


def _doubts(pool: Pool, n_abstracts: int, scale: Scale) -> list[str]:
    """What limits the robustness of numbers."""
    null = scale.no_effect
    read = "most results were read in abstracts"
    if scale.compares:
        read = abstracts(n_abstracts, pool["k"]).rstrip(".")
    doubts = {
        f"the confidence interval includes {null}": scale.includes_null(
            pool["ci_low"], pool["ci_high"]
        ),
        "no prediction interval": math.isnan(pool["pi_low"]) or not predicts(pool["flags"]),
        f"the prediction interval includes {null}": scale.includes_null(
            pool["pi_low"], pool["pi_high"]
        ),
        f"fewer than {FEW_TRIALS} trials": pool["n_trials"] < FEW_TRIALS,
        read: mostly_abstracts(n_abstracts, pool["k"]),
    }
    return [doubt for doubt, holds in doubts.items() if holds]


def amount(pool: Pool) -> str:
    """How much there is: "5 trials with 7 results and 368 participants"."""
    trials, results = counted(pool["n_trials"], "trial"), counted(pool["k"], "result")
    return f"{trials} with {results} and {_people(pool)}"


def amount_of_trials(pool: Pool) -> str:
    """The same without its results: "5 trials with 368 participants"."""
    return f"{counted(pool['n_trials'], 'trial')} with {_people(pool)}"


def _people(pool: Pool) -> str:
    people = participants(pool["n_participants"], pool["n_unknown"])
    noun = "participant" if people == "1" else "participants"
    return f"{people} {noun}" if people[-1].isdigit() else f"an unknown number of {noun}"


def average(pool: Pool, scale: Scale) -> str:
    """The estimate with its size and interval."""
    estimate = pool["estimate"]
    subject = "The trial shows" if pool["n_trials"] < 2 else "On average, the trials show"
    known = not math.isnan(pool["ci_low"] + pool["ci_high"])
    limits = f", {scale.ci} {scale.span(pool['ci_low'], pool['ci_high'])}" if known else ""
    if untrusted(pool):
        limits = ""  # the next sentence says why
    number = f"{scale.symbol} {scale.number(estimate)}"
    return f"{subject} {in_words(estimate, scale)} ({number}{limits})."


def interval_sentence(pool: Pool, scale: Scale) -> str:
    """What the confidence interval allows to say."""
    low, high = pool["ci_low"], pool["ci_high"]
    if math.isnan(low + high):
        return "There is no confidence interval, so how precise the effect is remains unknown."
    if untrusted(pool):
        return (
            f"{_withheld(pool)}: the results of the individual trials say more than their average."
        )
    if scale.includes_null(low, high):
        return _unclear(low, high, scale)
    near, far = (size_word(end, scale) for end in sorted((low, high), key=abs))
    sizes = "" if near == far else f" and extends from a {near} to a {far} effect"
    return f"The interval excludes {scale.no_effect}{sizes}.{_too_wide(low, high, scale)}"


def _withheld(pool: Pool) -> str:
    """Why an interval is not shown, at the start of a sentence."""
    why = no_interval(pool["flags"])
    return f"There {'are' if why == NO_RELIABLE_INTERVAL else 'is'} {why}"


def _unclear(low: float, high: float, scale: Scale) -> str:
    """What an interval that includes no effect says."""
    return (
        f"The interval includes {scale.no_effect}: it extends from {in_words(low, scale)} to "
        f"{in_words(high, scale)}. Whether there is an effect remains unclear."
        f"{_too_wide(low, high, scale)}"
    )


def _too_wide(low: float, high: float, scale: Scale) -> str:
    wide = high - low > scale.kind.wide
    return " It is too wide to say how large the effect is." if wide else ""


def prediction(pool: Pool, scale: Scale) -> str:
    """What another trial of the same kind might find."""
    low, high = pool["pi_low"], pool["pi_high"]
    if pool["n_trials"] < 2:
        return "A single trial cannot show what another would find."
    if pool["model"].startswith("common"):
        return (
            "The model assumes the same effect in all trials; it does not show what another "
            "would find."
        )
    if no_interval(pool["flags"]) not in ("", NO_RELIABLE_INTERVAL):
        return "Without a reliable interval, what another trial would find is not known."
    if math.isnan(low + high) or untrusted(pool):
        return "There are too few trials to say what another trial would find."
    if not predicts(pool["flags"]):
        return (
            "The variance between trials was estimated as 0, which does not show that there is "
            "none: what another trial would find is not known."
        )
    limits = scale.span(low, high)
    between = f"The true effect in another similar trial is expected to range from {limits}"
    if scale.includes_null(low, high):
        harm = ", or in favour of the control group" if _harmful(low, scale) else ""
        return f"{between}: it may be none{harm}."
    side = "intervention" if low > 0 else "control group"
    return f"{between}, in favour of the {side} throughout."


def _harmful(low: float, scale: Scale) -> bool:
    return low < 0 and not scale.includes_null(low, low)


def abstracts(n_abstracts: int, k: float) -> str:
    """What it means that results were read in abstracts; "" where most were not."""
    if not mostly_abstracts(n_abstracts, k):
        return ""
    which = (
        "The result was read in an abstract"
        if k == 1
        else f"{n_abstracts} of {k:.0f} results were read in abstracts"
    )
    return f"{which} and {'is' if k == 1 else 'are'} likely to be too favourable."


def without_comparison(pool: Pool, scale: Scale) -> str:
    """The numbers of a pool that compares nothing: a proportion, a correlation."""
    noun = "The trial" if pool["n_trials"] < 2 else "The average of the trials"
    said = [f"{noun}: {scale.label} {scale.of_shown(pool)}."]
    if not math.isnan(pool["pi_low"]) and not untrusted(pool) and predicts(pool["flags"]):
        between = scale.span(pool["pi_low"], pool["pi_high"])
        said.append(f"In another similar trial it is expected to range from {between}.")
    if untrusted(pool):
        said.append(f"{_withheld(pool)}.")
    return " ".join(said)


def sentences(pool: Pool, n_abstracts: int, scale: Scale) -> list[str]:
    """All that the numbers of a pool allow to say."""
    compared = [average(pool, scale), interval_sentence(pool, scale), prediction(pool, scale)]
    said = [
        f"{amount(pool)}.",
        *(compared if scale.compares else [without_comparison(pool, scale)]),
        f"Robustness of these numbers: {robustness_with_reasons(pool, n_abstracts, scale)}.",
    ]
    # Else it is among the reasons.
    if scale.compares and robustness(pool, n_abstracts, scale) == WEAK:
        said.append(abstracts(n_abstracts, pool["k"]))
    return [sentence for sentence in said if sentence]
