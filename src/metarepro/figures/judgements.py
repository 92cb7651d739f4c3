"""Judgements on risk of bias beside a forest plot: a light with a sign for each domain."""

from collections.abc import Sequence
from dataclasses import replace
from string import ascii_uppercase

import pandas as pd

from metarepro.figures import style as fg
from metarepro.figures.forest_page import GAP, Column, Line
from metarepro.tabular.judgements import BIAS, ROB2_COLUMNS, ROB2_DOMAINS
from metarepro.wording.traffic_lights import LIGHTS

_BETWEEN = 0.06  # lights of one row, in inches


def judgement_columns(names: Sequence[str]) -> list[Column]:
    """A column for each domain: headed D1 to D5 and Overall (RoB 2), else A, B, C ... as in RevMan.

    Parameters
    ----------
    names : sequence of str
        `tabular.judgements.ROB2_COLUMNS`, or the domains of another tool.
    """
    return [
        Column(_key(place), header, "center", gap=_BETWEEN if place else 2 * GAP)
        for place, header in enumerate(_headers(names))
    ]


def with_judgements(line: Line, judgements: Sequence[str]) -> Line:
    """The line of a result with its judgements; an empty one has no sign."""
    lights = {_key(i): LIGHTS[judged] for i, judged in enumerate(judgements) if judged}
    cells = {key: light.sign for key, light in lights.items()}
    return replace(line, cells={**line.cells, **cells}, lights=lights)


def judgement_notes(columns: Sequence[str], rows: pd.DataFrame) -> list[str]:
    """What the headers and signs stand for."""
    if not columns:
        return []
    names = [ROB2_DOMAINS.get(name, fg.plain_text(name).removeprefix(BIAS)) for name in columns]
    pairs = zip(_headers(columns), names, strict=True)
    domains = "; ".join(f"{header}, {name}" for header, name in pairs if name.title() != header)
    used = {judged for column in columns for judged in rows[column]}
    words: dict[str, list[str]] = {}
    for judged, light in LIGHTS.items():
        if judged in used:
            words.setdefault(light.sign, []).append(judged)
    signs = "; ".join(f"{sign} {' or '.join(judged)}" for sign, judged in words.items())
    tool = "Risk of bias (RoB 2): " if _is_rob2(columns) else BIAS
    return [f"{tool}{domains}. {signs}{'; no light: not assessed' if '' in used else ''}."]


def _is_rob2(names: Sequence[str]) -> bool:
    return tuple(names) == ROB2_COLUMNS


def _headers(names: Sequence[str]) -> list[str]:
    if _is_rob2(names):
        return [name.capitalize() for name in names]
    return [_letter(place) for place in range(len(names))]


def _key(place: int) -> str:
    return f"judgement {place}"


def _letter(place: int) -> str:
    return ascii_uppercase[place] if place < len(ascii_uppercase) else str(place + 1)
