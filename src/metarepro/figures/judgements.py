"""Judgements on risk of bias beside a forest plot: a sign and a colour for each domain."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from string import ascii_uppercase

import pandas as pd

from metarepro.figures import style as fg
from metarepro.figures.forest_page import GAP, Column, Line
from metarepro.readers.review_effects import BIAS

#: Judgement -> its sign and colour. The signs are those of Cochrane reviews; the colours are dark
#: enough to be read on white.
SIGNS: Mapping[str, tuple[str, str]] = {
    "low": ("+", "#1b7032"),
    "moderate": ("?", "#8a5a00"),
    "some concerns": ("?", "#8a5a00"),
    "unclear": ("?", "#8a5a00"),
    "serious": ("\u2212", "#b3261e"),
    "high": ("\u2212", "#b3261e"),
    "critical": ("!", "#7a0c0c"),
    "not applicable": ("n/a", fg.MUTED_COLOUR),
}


def judgement_columns(count: int) -> list[Column]:
    """A column for each domain, headed A, B, C ..., as in Cochrane reviews."""
    return [
        Column(_key(place), _letter(place), gap=2 * GAP if place == 0 else GAP)
        for place in range(count)
    ]


def with_judgements(line: Line, judgements: Sequence[str]) -> Line:
    """The line of a result with its judgements; an empty one has no sign."""
    signs = {_key(i): SIGNS[judged] for i, judged in enumerate(judgements) if judged}
    cells = {key: sign for key, (sign, _) in signs.items()}
    colours = {key: colour for key, (_, colour) in signs.items()}
    return replace(line, cells={**line.cells, **cells}, colours=colours)


def judgement_notes(columns: Sequence[str], rows: pd.DataFrame) -> list[str]:
    """What the letters and signs stand for."""
    if not columns:
        return []
    names = [fg.plain_text(column).removeprefix(BIAS) for column in columns]
    domains = "; ".join(f"{_letter(place)}, {name}" for place, name in enumerate(names))
    used = {judged for column in columns for judged in rows[column]}
    words: dict[str, list[str]] = {}
    for judged, (sign, _) in SIGNS.items():
        if judged in used:
            words.setdefault(sign, []).append(judged)
    signs = "; ".join(f"{sign} {' or '.join(judged)}" for sign, judged in words.items())
    return [f"{BIAS}{domains}. {signs}."]


def _key(place: int) -> str:
    return f"judgement {place}"


def _letter(place: int) -> str:
    return ascii_uppercase[place] if place < len(ascii_uppercase) else str(place + 1)
