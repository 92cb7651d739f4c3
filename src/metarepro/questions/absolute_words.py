"""Absolute effects in words: risks per 1,000 and numbers needed to treat."""

import math
from collections.abc import Sequence

import pandas as pd

from metarepro.conversion.absolute import PER, AbsoluteEffect, NumberNeeded, number_needed
from metarepro.questions.answer_table import AnswerTable
from metarepro.synthesis.study_pool import StudyPool
from metarepro.wording.phrases import capitalised, no_interval, whole

_NO_LIMITS = "no interval"


def absolute_table(result: StudyPool, effects: Sequence[AbsoluteEffect]) -> AnswerTable:
    """Give risks per 1,000 at each baseline risk, with the number needed to treat."""
    ci = result.scale.ci
    header = ["Baseline risk", "Risk with intervention", "Difference", "Number needed to treat"]
    words = [
        [
            f"{_per(effect.baseline)} per {whole(PER)}",
            f"{_per(effect.risk)} [{_span(effect.risk_low, effect.risk_high)}]",
            f"{_difference(effect.difference)} [{_differences(*effect.difference_limits)}]",
            needed_words(number_needed(effect), result.higher_is_better),
        ]
        for effect in effects
    ]
    notes = [
        f"Per {whole(PER)} people, with the {ci}; the baseline risk is taken as known (Cochrane "
        "Handbook 15.4.4). Numbers needed to treat are rounded up."
    ]
    if result.higher_is_better:
        notes.append(
            "NNTB: for one more to benefit; NNTH: for one more to be harmed (Altman 1998)."
        )
    if why := no_interval(result.pooled.flags):
        notes.append(f"{capitalised(why)}.")
    if any(effect.beyond for effect in effects):
        notes.append("Where a risk came out above 1 or below 0, it was set to that.")
    return AnswerTable("absolute", "Absolute effects", header, words, _numbers(effects), notes)


def needed_words(needed: NumberNeeded, higher_is_better: str) -> str:
    """A number needed to treat with its interval, as Altman (1998) writes it.

    Parameters
    ----------
    needed : NumberNeeded
    higher_is_better : str
        Whether the event is good: "yes", "no", or "" if that is not known.

    Examples
    --------
    >>> needed_words(NumberNeeded(10.0, True, -4.0, 20.0), "no")
    'NNTB 10 [NNTB 4 to ∞ to NNTH 20]'
    >>> needed_words(NumberNeeded(10.0, True, -5.0, -25.0), "")
    '10 for one event fewer [5 to 25]'
    """
    benefit = {"no": True, "yes": False}.get(higher_is_better)

    def named(number: float, fewer: bool) -> str:
        if benefit is None:
            return f"{_up(number)} {'fewer' if fewer else 'more'}"
        return f"{'NNTB' if fewer == benefit else 'NNTH'} {_up(number)}"

    if benefit is None:
        point = f"{_up(needed.number)} for one event {'fewer' if needed.fewer else 'more'}"
    else:
        point = named(needed.number, needed.fewer)
    if math.isinf(needed.number):
        point = "∞"
    low, high = needed.low, needed.high
    if math.isnan(low) or math.isnan(high):
        return f"{point} [{_NO_LIMITS}]"
    if needed.passes_infinity:
        ends = [named(abs(low), True), named(high, False)]
        if benefit is False:
            ends.reverse()
        return f"{point} [{ends[0]} to ∞ to {ends[1]}]"
    near, far = sorted((abs(low), abs(high)))
    if benefit is None:
        return f"{point} [{_up(near)} to {_up(far)}]"
    return f"{point} [{named(near, needed.fewer)} to {named(far, needed.fewer)}]"


def _up(number: float) -> str:
    """Rounded up to a whole number (Cochrane Handbook 15.4.4.1)."""
    return "∞" if math.isinf(number) else whole(math.ceil(round(number, 9)))


def _per(risk: float) -> str:
    return f"{PER * risk:.0f}" if PER * risk >= 10 else f"{PER * risk:.1f}"


def _span(low: float, high: float) -> str:
    return _NO_LIMITS if math.isnan(low) or math.isnan(high) else f"{_per(low)} to {_per(high)}"


def _difference(difference: float) -> str:
    return f"{_per(abs(difference))} {'fewer' if difference < 0 else 'more'}"


def _differences(low: float, high: float) -> str:
    if math.isnan(low) or math.isnan(high):
        return _NO_LIMITS
    return f"{_difference(low)} to {_difference(high)}"


def _numbers(effects: Sequence[AbsoluteEffect]) -> pd.DataFrame:
    rows = []
    for effect in effects:
        needed = number_needed(effect)
        low, high = effect.difference_limits
        rows.append(
            {"baseline": effect.baseline, "risk": effect.risk}
            | {"risk_low": effect.risk_low, "risk_high": effect.risk_high}
            | {"difference": effect.difference, "difference_low": low, "difference_high": high}
            | {"number_needed": needed.number, "number_needed_low": needed.low}
            | {"number_needed_high": needed.high}
        )
    return pd.DataFrame(rows).assign(
        event=["fewer" if effect.difference < 0 else "more" for effect in effects]
    )
