"""The study rows of a review file as the audit looks at them: plain dicts, read once, grouped once.

A check of `audit_studies` or `audit_duplicates` takes all rows of a review and yields each finding
with the row that it belongs to. A file may have tens of thousands of rows in one pool: no check may
walk through a pool in Python once a row. `medians_of_others` is for those that set a row against
the rest of its pool.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from statistics import median
from typing import Any

import numpy as np

from metarepro.audit.checks import Finding
from metarepro.models.conventions import CONVENTIONS, Convention
from metarepro.readers.review_tables import Extraction, Row, analysis_of
from metarepro.reviews.study_effects import EffectSettings, columns_of, effects_by_settings

COUNTS = ("n_t", "n_c", "events_t", "events_c")
ARM = {side: [f"{name}_{side}" for name in ("n", "mean", "sd", "events")] for side in "tc"}
DATA = [*ARM["t"], *ARM["c"], "o_e", "variance", "estimate", "se"]
_NUMBERS = frozenset(DATA)
#: Two numbers of participants within this factor are taken to be the same people.
SAME_PEOPLE = 1.1
#: Where a check sets each row of a study or a pool against all others in turn, more rows than
#: this (no review comes near) are left out with a note: the time grows with their square.
MAX_ROWS = 2000
#: Fewer other studies do not tell what the SD of a scale is.
MIN_OTHERS = 2
#: Means of one study within this factor are taken to be of the same scale.
SAME_SCALE = 1.5

_SETTINGS = (
    "data_type",
    "measure",
    "swap_events",
    "log_data",
    "totals",
    "study_interval_level",
)

StudyRow = dict[Any, Any]
Found = Iterator[tuple[StudyRow, Finding]]
Check = Callable[[list[StudyRow]], Found]


def study_rows(extraction: Extraction) -> list[StudyRow]:
    """List the study rows of a review with all that the checks need.

    Parameters
    ----------
    extraction : Extraction
        As `readers.review_file.read_review` gives it.

    Returns
    -------
    list of dict, in the order of the file
        The columns of `STUDY_COLUMNS`, the settings of the row's analysis, and `place` (number of
        the row), `record_id`, `outcome_key`, `pool` (the pool that the row enters, "" for none),
        `yi` and `vi` (NaN where there is no effect), `data` (the numbers of `DATA`, None for a
        missing one, so that rows alike are equal). Rows without an analysis are left out.
    """
    overall: dict[tuple[str, str], Row] = {}
    for pool in extraction.analysis_rows:
        if pool["level"] == "overall" and (key := analysis_of(pool)) not in overall:
            settings = {name: pool[name] for name in _SETTINGS}
            overall[key] = settings | {"outcome_key": ".".join(key)}
    rows = [
        study | own
        for study in extraction.study_rows
        if (own := overall.get(analysis_of(study))) is not None
    ]
    effects = _effects(rows, CONVENTIONS[extraction.review.format])
    for place, (row, yi, vi) in enumerate(zip(rows, *effects, strict=True)):
        outcome, subgroup = row["outcome_key"], row["subgroup_number"]
        part = f"{outcome}.{subgroup}"
        whole = row["totals"] == "YES" and row["applies_to"] != "subgroup"
        name = f"{part if subgroup else outcome} {row['study']} #{row['position']:.0f}"
        row |= {
            "place": place,
            "record_id": f"{row['review_id']} {name}",
            "pool": "" if row["totals"] == "NO" else outcome if whole else part,
            "yi": yi,
            "vi": vi,
            "data": tuple([None if x != x else x for x in map(row.__getitem__, DATA)]),
        }
    return rows


def _effects(rows: Sequence[StudyRow], convention: Convention) -> list[list[float]]:
    """Effects and variances of the rows; NaN for a measure that is not computed here."""
    groups: dict[EffectSettings, list[int]] = {}
    for number, row in enumerate(rows):
        settings = (row["data_type"], row["measure"], row["swap_events"] == "yes")
        groups.setdefault(settings, []).append(number)
    effects, _ = effects_by_settings(columns_of(rows), groups, convention)
    return [effects.yi.tolist(), effects.vi.tolist()]


def grouped(rows: Iterable[StudyRow], *columns: str) -> dict[tuple[Any, ...], list[StudyRow]]:
    """Rows by what they have in these columns, in order; missing numbers are alike."""
    groups: dict[tuple[Any, ...], list[StudyRow]] = {}
    numeric = not _NUMBERS.isdisjoint(columns)
    key_of = itemgetter(*columns)
    for row in rows:
        key = key_of(row) if len(columns) > 1 else (key_of(row),)
        if numeric:
            # A list is made in half the time of a generator, and there are many rows.
            key = tuple([None if value != value else value for value in key])
        groups.setdefault(key, []).append(row)
    return groups


def pooled(rows: Iterable[StudyRow]) -> list[StudyRow]:
    """Rows that enter a pool with an effect."""
    return [row for row in rows if row["pool"] != "" and row["vi"] > 0]


def not_compared(rows: list[StudyRow], what: str) -> tuple[StudyRow, Finding]:
    """The note that these rows are more than `MAX_ROWS`."""
    message = f"{what} are not set against each other: {len(rows)} rows, at most {MAX_ROWS}"
    return rows[0], Finding("rows_not_compared", str(len(rows)), f"<= {MAX_ROWS}", message)


def median_of(values: Iterable[float]) -> float:
    """Median of the numbers that are there; NaN if there are none."""
    there = [value for value in values if not math.isnan(value)]
    return median(there) if there else math.nan


def medians_of_others(values: Iterable[tuple[Any, float]]) -> dict[Any, float]:
    """For the owner of numbers the `median_of` all numbers of the other owners; sorts once."""
    listed = list(values)
    there = sorted((pair for pair in listed if not math.isnan(pair[1])), key=lambda pair: pair[1])
    places: dict[Any, list[int]] = {owner: [] for owner, _ in listed}
    for place, (owner, _) in enumerate(there):
        places[owner].append(place)
    medians = dict.fromkeys(places, math.nan)
    for owner, own in places.items():
        if left := len(there) - len(own):
            low, high = (there[_skipping(own, i)][1] for i in ((left - 1) // 2, left // 2))
            medians[owner] = low if left % 2 else (low + high) / 2
    return medians


def _skipping(taken: list[int], place: int) -> int:
    """Where the number at this place stands when the ascending taken places are counted too."""
    for other in taken:
        if other > place:
            break
        place += 1
    return place


def scale_sds(group: list[StudyRow]) -> dict[str, float]:
    """By study, the median SD of the others in an analysis of mean differences, if they are enough.

    Of several rows of a study their median counts.
    """
    studies = grouped(group, "study_id")
    if group[0]["measure"] != "MD" or len(studies) - 1 < MIN_OTHERS:
        return {}
    own = ((study, median_of(row["sd"] for row in rows)) for (study,), rows in studies.items())
    return medians_of_others(own)


def mean_of(row: StudyRow) -> float:
    """Size of the two means, half-way between them."""
    return float(abs(row["mean_t"] + row["mean_c"]) / 2)


def spreads_of(group: list[StudyRow]) -> dict[str, float]:
    """By study, the median SD / |mean| of the others."""
    return medians_of_others(
        (row["study_id"], row["sd"] / mean_of(row) if mean_of(row) > 0 else math.nan)
        for row in group
    )


def own_sds(own: list[StudyRow]) -> dict[int, float]:
    """By place, the median SD of a study's other analyses with means of the row's scale."""
    outcomes = {row["outcome_key"]: number for number, row in enumerate(own)}
    if len(outcomes) == 1:
        return {}
    own = sorted(own, key=lambda row: row["sd"])
    sds = np.array([row["sd"] for row in own])
    sums = np.array([row["mean_t"] + row["mean_c"] for row in own])
    numbers = np.array([outcomes[row["outcome_key"]] for row in own])
    with np.errstate(all="ignore"):
        scale = sums / np.where(sums == 0, np.nan, sums)[:, None]
    there = (scale >= 1 / SAME_SCALE) & (scale <= SAME_SCALE) & (numbers != numbers[:, None])
    rank = there.cumsum(axis=1)
    last = rank[:, -1:]
    # The SDs ascend: of those that are there the middle one, or the middle two.
    low, high = ((rank == middle).argmax(axis=1) for middle in ((last + 1) // 2, last // 2 + 1))
    usual = ((sds[low] + sds[high]) / 2).tolist()
    return {
        row["place"]: sd for row, sd, n in zip(own, usual, last[:, 0].tolist(), strict=True) if n
    }


def random_effects(yi: np.ndarray, vi: np.ndarray) -> tuple[float, float, float]:
    """Estimate, standard error and tau2 of DerSimonian & Laird (1986).

    What `pooling.pool` gives, without the rest of it: the audit asks once a row.
    """
    with np.errstate(all="ignore"):
        w = 1 / vi
        q = w @ (yi - (w @ yi) / w.sum()) ** 2
        tau2 = max(0.0, float((q - (yi.size - 1)) / (w.sum() - (w @ w) / w.sum())))
        w = 1 / (vi + tau2)
        return float(w @ yi / w.sum()), float(1 / np.sqrt(w.sum())), tau2
