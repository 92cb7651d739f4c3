"""Checks of the audit for results that a review enters several times; see `audit_study_rows`.

A review that shows an outcome again (by subgroup, in a sensitivity analysis) types the numbers of
its studies again. `changed_numbers` sets the versions side by side. `changed_arms` does so with an
analysis and its scenario twin, where participants without a result are added as if they had the
event: it may add to an arm as many events as participants, and no other number.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from operator import itemgetter

import numpy as np

from metarepro.audit.checks import Finding
from metarepro.models.mantel_haenszel import Array
from metarepro.reviews.audit_study_rows import (
    ARM,
    COUNTS,
    DATA,
    MAX_ROWS,
    MIN_OTHERS,
    Found,
    StudyRow,
    StudyRows,
    grouped,
    not_compared,
    record_id,
)
from metarepro.reviews.study_effects import Flags
from metarepro.tabular.printed_numbers import printed_decimals

_ARM_NAMES = {"t": "first", "c": "second"}
_NOTHING = (None,) * len(DATA)
#: Names of outcomes by type of data and the words of the file; "" for none.
Names = dict[tuple[str, str], str]
_outcome = itemgetter("data_type", "outcome")
_counts = itemgetter(*COUNTS)


def changed_numbers(rows: StudyRows) -> Found:
    """A study that has other numbers for the same outcome in an earlier analysis.

    An outcome is known by its type of data and its name, or the beginning of it. Comparisons of
    different treatments may share names too: two are set against each other only if most of the
    studies that they share have the same numbers in both. A row with fewer participants in both
    arms is taken to be of a part of them, and a study with several rows in an analysis is left
    out: its arms are split there.
    """
    names = _names(rows.rows)
    named = [row for row in rows.rows if names[_outcome(row)]]
    alone = [
        row
        for (row, *others) in grouped(named, "outcome_key", "study_id").values()
        if not others and row["data"] != _NOTHING
    ]
    alike: dict[tuple[str, ...], list[StudyRow]] = {}
    for row in alone:
        key = (row["study_id"], row["data_type"], names[_outcome(row)])
        alike.setdefault(key, []).append(row)
    agreeing: Counter[tuple[str, str]] = Counter()
    differing: list[tuple[tuple[str, str], StudyRow, StudyRow]] = []
    for first, *later in alike.values():
        for row in later:
            pair = (first["comparison_number"], row["comparison_number"])
            if _alike(row["data"], first["data"]):
                agreeing[pair] += 1
            elif not _part(row, first) and not _part(first, row):
                differing.append((pair, row, first))
    number = Counter(pair for pair, *_ in differing)
    doubtful = [
        (row, first)
        for pair, row, first in differing
        if agreeing[pair] >= max(MIN_OTHERS, number[pair])
    ]
    arms = _arms(alone) if doubtful else {}
    for row, first in doubtful:
        printed, implied = _numbers(row), _numbers(first)
        message = f"{printed}; the same outcome in {record_id(first)} has {implied}"
        message += _whose(row, first, arms, names)
        yield row, Finding("changed_numbers", printed, implied, message)


def _names(rows: list[StudyRow]) -> Names:
    """The plain name of each outcome.

    A longer name ("Pain", "Pain (0 to 10)") is the shorter one if no other begins so and no
    comparison has both.
    """
    names: Names = {}
    places: dict[tuple[str, str], set[str]] = {}
    for data_type, outcome, comparison in {
        (*_outcome(row), row["comparison_number"]) for row in rows
    }:
        names[data_type, outcome] = name = " ".join(outcome.lower().split())
        if name:
            places.setdefault((data_type, name), set()).add(comparison)
    short = {}
    for data_type, name in places:
        longer = [b for a, b in places if a == data_type and b != name and b.startswith(name)]
        apart = [b for b in longer if places[data_type, name].isdisjoint(places[data_type, b])]
        if len(longer) == len(apart) == 1:
            short[data_type, longer[0]] = name
    return {outcome: short.get((outcome[0], name), name) for outcome, name in names.items()}


def _alike(numbers: Sequence[float | None], others: Sequence[float | None]) -> bool:
    """Whether the `data` of two rows are the same but for rounding."""
    apart = ((a, b) for a, b in zip(numbers, others, strict=True) if a != b)
    return all(a is not None and b is not None and _same(a, b) for a, b in apart)


def _same(a: float, b: float) -> bool:
    """Whether two numbers are equal, or one is the other rounded to some decimals."""
    if a == b:
        return True
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    if abs(a - b) > 0.1:  # more than any decimal hides
        return False
    places = min(printed_decimals(a), printed_decimals(b))
    return places > 0 and abs(a - b) <= 0.5 * 10.0**-places * (1 + 1e-9)


def _part(row: StudyRow, whole: StudyRow) -> bool:
    """Whether both arms are smaller: NaN is not."""
    return bool(row["n_t"] < whole["n_t"] and row["n_c"] < whole["n_c"])


def _numbers(row: StudyRow) -> str:
    """The numbers of a row in words."""
    if row["data_type"] == "oe":
        return f"O-E {row['o_e']:g} (variance {row['variance']:g})"
    if row["data_type"] == "iv":
        return f"{row['estimate']:g} (SE {row['se']:g})"
    return " against ".join(_arm_in_words(row, side) for side in ARM)


def _arm_in_words(row: StudyRow, side: str) -> str:
    n, mean, sd, events = (row[column] for column in ARM[side])
    if row["data_type"] == "dichotomous":
        return f"{events:g} of {n:g}"
    return f"{mean:g} (SD {sd:g}, n {n:g})"


_Arm = tuple[float, ...]


def _arms(rows: Iterable[StudyRow]) -> dict[_Arm, list[StudyRow]]:
    """Rows by the numbers of each arm with a mean and an SD, which no two arms share by chance."""
    found: dict[_Arm, list[StudyRow]] = {}
    for row in rows:
        for side in ARM:
            numbers = _arm(row, side)
            if row["data_type"] == "continuous" and all(map(math.isfinite, numbers)):
                found.setdefault(numbers, []).append(row)
    return found


def _arm(row: StudyRow, side: str) -> _Arm:
    return tuple(row[column] for column in ARM[side][:3])


def _whose(row: StudyRow, first: StudyRow, arms: dict[_Arm, list[StudyRow]], names: Names) -> str:
    """Whose numbers the arms carry that differ: another study's, or another outcome's."""
    said = ""
    for side, arm in _ARM_NAMES.items():
        if all(_same(a, b) for a, b in zip(_arm(row, side), _arm(first, side), strict=True)):
            continue
        others = arms.get(_arm(row, side), [])
        study = next((o for o in others if o["study_id"] != row["study_id"]), None)
        name = names[_outcome(row)]
        outcome = next((o for o in others if names[_outcome(o)] != name), None)
        if other := study or outcome:
            said += f"; the {arm} arm is that of {record_id(other)}"
    return said


def changed_arms(rows: StudyRows) -> Found:
    """Arms of a scenario that differ from the analysis by more than its missing participants.

    Participants without a result count as events there, so that an arm has as many events more as
    it has participants more. Two analyses of counts are taken for such twins if they have the same
    studies, no arm is smaller in the second, and in each column of arms most of those that differ
    obey. A scenario in which one group's missing participants do well is not looked for.
    """
    there = rows.at(rows.there(*COUNTS))
    counted = [row for row in there if row["data_type"] == "dichotomous"]
    analyses: dict[str, dict[str, StudyRow]] = {}
    for (outcome,), group in grouped(counted, "outcome_key").items():
        own = {row["study_id"]: row for row in group}
        if len(own) == len(group) >= MIN_OTHERS:
            analyses[outcome] = own
    alike: dict[frozenset[str], list[dict[str, StudyRow]]] = {}
    for own in analyses.values():
        alike.setdefault(frozenset(own), []).append(own)
    for studies, group in alike.items():
        if len(group) * len(studies) > MAX_ROWS:
            yield not_compared([row for own in group for row in own.values()], "these analyses")
            continue
        ascending = sorted(group, key=lambda own: sum(map(_participants, own.values())))
        counts = np.array([[_counts(own[name]) for name in studies] for own in ascending])
        for place, base in enumerate(ascending):
            for twin in np.flatnonzero(_are_twins(counts[place + 1 :] - counts[place])):
                yield from _against_twin(base, ascending[place + 1 + twin])


def _are_twins(added: Array) -> Flags:
    """Which analyses are scenarios of another.

    Parameters
    ----------
    added : array of shape (m, n, 4)
        What each of them adds to the `COUNTS` of each study.
    """
    participants, events = added[..., :2], added[..., 2:]
    obeying = ((participants == events) & (participants != 0)).sum(axis=1)
    differing = ((participants != 0) | (events != 0)).sum(axis=1)
    enough = (obeying > 0) & (2 * obeying >= differing) & (participants >= 0).all(axis=1)
    return np.asarray(enough.all(axis=1))


def _against_twin(base: dict[str, StudyRow], scenario: dict[str, StudyRow]) -> Found:
    """Findings in a scenario of an analysis."""
    for side in ARM:
        size, count = f"n_{side}", f"events_{side}"
        for study, row in scenario.items():
            before = base[study]
            participants, events = row[size] - before[size], row[count] - before[count]
            if participants == events:
                continue
            printed, was = _arm_in_words(row, side), _arm_in_words(before, side)
            implied = f"{before[count] + participants:g} of {row[size]:g}"
            message = (
                f"{_ARM_NAMES[side]} arm: {printed}, in {record_id(before)} {was}: "
                f"participants without a result add {participants:g} to the arm and "
                f"{events:g} to its events; in most other arms both are equal"
            )
            yield row, Finding("changed_arms", printed, implied, message)


def _participants(row: StudyRow) -> float:
    return float(row["n_t"] + row["n_c"])
