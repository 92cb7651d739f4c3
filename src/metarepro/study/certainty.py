"""What data/certainty.yaml says: how certain people judged the evidence of syntheses to be (GRADE).

Nothing is computed from it. That a certainty follows from its own reasons is checked, and that its
synthesis is one of the plan.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from typing import Any

import pandas as pd

from metarepro.plan import CONFIG, MEASURES, Plan
from metarepro.study.tables import SINGLE_FILES
from metarepro.tabular.columns import PLAIN, is_line
from metarepro.tabular.judgements import (
    CERTAINTY,
    DOWNGRADES,
    STARTS,
    UPGRADES,
    certainty_after,
)
from metarepro.tabular.problems import DataError, Problem, problem_of_row
from metarepro.tabular.yaml_text import Document, Place, key_of, parse_yaml
from metarepro.wording.scales import BETTER

CERTAINTY_FILE = SINGLE_FILES["certainty"]
#: What an entry must have, and what it may have: its reasons, down and up.
_KEYS = ("synthesis", "trials", "starts_at", "certainty", "assessor", "date")
_REASONS: Mapping[str, tuple[int, Mapping[str, int]]] = {
    "downgraded": (-1, DOWNGRADES),
    "upgraded": (1, UPGRADES),
}
_OF_REASON = ("domain", "levels", "reason")

Row = dict[str, Any]


def read_certainty(content: bytes, file: str) -> tuple[list[Row], list[Problem]]:
    """Read the judgements.

    Parameters
    ----------
    content : bytes
        Of the YAML file.
    file : str
        Its name in problems.

    Returns
    -------
    rows : list of dict
        The columns of `tables.CERTAINTY_JUDGED`, but for the sha256: one row per reason, one for a
        judgement without any.
    problems : list of Problem
    """
    document, problems = parse_yaml(content, file)
    if document is None:
        return [], problems
    entries = document.value
    if not isinstance(entries, list):
        found = "an empty file" if entries is None else "no list"
        allowed = "a list of judgements; write [] if there are none"
        return [], [*problems, Problem(file, document.line(()), "", found, allowed)]
    # Of a value that is no plain YAML nothing more is said.
    told = {problem.row for problem in problems}
    rows: list[Row] = []
    lines: dict[str, int] = {}
    for number, entry in enumerate(entries):
        reader = _Entry(document, file, number, entry)
        if wrong := list(reader.problems()):
            problems += [problem for problem in wrong if problem.row not in told]
            continue
        own = list(reader.rows())
        if own[0]["synthesis"] in lines:
            allowed = (
                f"one judgement per synthesis; it is also in line {lines[own[0]['synthesis']]}"
            )
            problems.append(reader.problem("synthesis", own[0]["synthesis"], allowed))
            continue
        lines[own[0]["synthesis"]] = own[0]["row"]
        rows += own
    return rows, problems


class _Entry:
    """One judgement in the file."""

    def __init__(self, document: Document, file: str, number: int, value: Any) -> None:
        self._document, self._file, self._place, self._value = document, file, (number,), value

    def problem(self, key: str, found: object, allowed: str, inside: Place = ()) -> Problem:
        """A problem of one of its keys, or of what stands inside."""
        place = (*self._place, *([key] if key else []), *inside)
        return Problem(self._file, self._document.line(place), key_of(place), str(found), allowed)

    def problems(self) -> Iterator[Problem]:
        """All that is wrong in it."""
        keys = f"the keys {', '.join(_KEYS)}, and where they apply {', '.join(_REASONS)}"
        if not isinstance(self._value, dict):
            yield self.problem("", self._value, keys)
            return
        for key in self._value:
            if key not in (*_KEYS, *_REASONS):
                yield self.problem(key, "an unknown key", keys)
        wrong = [
            self.problem(key, *told)
            for key in _KEYS
            if (told := _wrong_value(key, self._value.get(key), key in self._value))
        ]
        wrong += [problem for key in _REASONS for problem in self._wrong_reasons(key)]
        yield from wrong or self._not_adding_up()

    def _wrong_reasons(self, key: str) -> Iterator[Problem]:
        items = self._value.get(key, [])
        _, domains = _REASONS[key]
        if not isinstance(items, list):
            yield self.problem(key, items, "a list of reasons, or no such key")
            return
        seen: set[str] = set()
        for place, item in enumerate(items):
            if not isinstance(item, dict) or set(item) != set(_OF_REASON):
                yield self.problem(key, item, f"the keys {', '.join(_OF_REASON)}", (place,))
                continue
            domain, levels, reason = (item[name] for name in _OF_REASON)
            if str(domain) not in domains or domain in seen:
                allowed = f"one of: {', '.join(domains)}; each once"
                yield self.problem(key, domain, allowed, (place, "domain"))
            elif type(levels) is not int or not 1 <= levels <= domains[domain]:
                allowed = f"levels from 1 to {domains[domain]} for {domain}"
                yield self.problem(key, levels, allowed, (place, "levels"))
            if not is_line(reason):
                yield self.problem(key, reason, f"a reason: {PLAIN}", (place, "reason"))
            seen.add(str(domain))

    def _not_adding_up(self) -> Iterator[Problem]:
        moved = sum(sign * item["levels"] for sign, item in self._reasons())
        start, told = self._value["starts_at"], self._value["certainty"]
        if told != (follows := certainty_after(start, moved)):
            way = f"{'down' if moved < 0 else 'up'} by {abs(moved)}" if moved else "as it starts"
            allowed = f"{follows}, since it starts at {start} and is rated {way}"
            yield self.problem("certainty", told, allowed)

    def _reasons(self) -> Iterator[tuple[int, Row]]:
        """Its reasons, each with the sign of its levels."""
        for key, (sign, _) in _REASONS.items():
            for item in self._value.get(key, []):
                yield sign, item

    def rows(self) -> Iterator[Row]:
        """Its rows, if nothing is wrong in it."""
        about = {key: self._value[key] for key in _KEYS if key != "trials"}
        about |= {"n_trials": self._value["trials"], "file": self._file, "corrections": ""}
        about["row"] = self._document.line(self._place)
        reasons = [
            {"domain": item["domain"], "levels": sign * item["levels"], "reason": item["reason"]}
            for sign, item in self._reasons()
        ]
        yield from (about | reason for reason in reasons or [{}])


def _wrong_value(key: str, value: Any, there: bool) -> tuple[str, str] | None:
    """What was found and what is allowed, if the value of a key may not be."""
    if key == "trials":
        fits, allowed = type(value) is int and value > 0, "the number of trials that were judged"
    elif key in ("certainty", "starts_at"):
        levels: Sequence[str] = STARTS if key == "starts_at" else CERTAINTY
        fits, allowed = value in levels, f"one of: {', '.join(levels)}"
    elif key == "date":
        fits, allowed = _is_date(value), "a day in quotes, such as '2026-05-31'"
    else:
        fits, allowed = is_line(value), f"{PLAIN}, not empty"
    return None if fits else (str(value) if there else "no such key", allowed)


def _is_date(value: object) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def not_in_plan(
    certainty: pd.DataFrame, codebook: Mapping[str, Collection[str]], plan: Plan
) -> Iterator[Problem]:
    """Judgements of syntheses that the plan does not make.

    Parameters
    ----------
    certainty : DataFrame
        `tables.CERTAINTY_JUDGED`.
    codebook : mapping
        The ids of the codebook by column: intervention, family, domain, outcome.
    plan : Plan
        The analysis plan.
    """
    for _, row in certainty.drop_duplicates("synthesis").iterrows():
        if allowed := _unplanned(row["synthesis"], codebook, plan):
            yield problem_of_row(row, "synthesis", allowed)


def _unplanned(key: str, codebook: Mapping[str, Collection[str]], plan: Plan) -> str:
    """What is allowed in place of a key, if the plan has no such synthesis."""
    set_name, _, of = key.partition(".")
    name, *values = of.split(".")
    if set_name not in plan.sets:
        return f"a key that begins with a set of {CONFIG}: {', '.join(plan.sets)}"
    if name not in plan.syntheses:
        return f"a synthesis of {CONFIG} after {set_name}: {', '.join(plan.syntheses)}"
    by = plan.syntheses[name].by
    of_codebook = all(value in codebook[column] for column, value in zip(by, values, strict=False))
    # What tells apart pools of one group (`synthesis.pools.synthesise`).
    apart = all(part in (*MEASURES, BETTER[1]) for part in values[len(by) :])
    if len(values) < len(by) or not of_codebook or not apart:
        ids = f"the codebook's ids of {' and '.join(by)}"
        return f"{set_name}.{name}. and then {ids}, with dots between them"
    return ""


def refuse_unpooled(certainty: pd.DataFrame, pooled: Collection[str]) -> None:
    """Refuse judgements of syntheses that were not made.

    Parameters
    ----------
    certainty : DataFrame
        `tables.CERTAINTY_JUDGED`.
    pooled : collection of str
        The keys of the syntheses that were made.

    Raises
    ------
    DataError
        With each judgement of another.
    """
    first = certainty.drop_duplicates("synthesis")
    strangers = first[~first["synthesis"].isin(list(pooled))]
    problems = []
    for _, row in strangers.iterrows():
        near = get_close_matches(row["synthesis"], sorted(pooled), 1, 0)
        meant = f", such as {near[0]}" if near else "; nothing could be pooled"
        allowed = f"a synthesis of results/pooled/pooled.csv{meant}"
        problems.append(problem_of_row(row, "synthesis", allowed))
    if problems:
        raise DataError(problems)
