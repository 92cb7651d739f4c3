"""The study rows of a review file as the audit looks at them: plain dicts, and arrays of numbers.

A check of `audit_studies` or `audit_duplicates` takes all rows of a review and yields each finding
with the row that it belongs to. Nearly all rows of nearly all files are in order: a check picks
those to look at by the arrays, and only they are looked at one by one. A file may have tens of
thousands of rows in one pool: no check may walk through a pool in Python once a row.
`medians_of_others` is for those that set a row against the rest of its pool.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from statistics import median
from typing import Any

import numpy as np

from metarepro.audit.checks import Finding
from metarepro.models.conventions import CONVENTIONS, Convention
from metarepro.models.mantel_haenszel import Array
from metarepro.readers.review_tables import Extraction, Row, analysis_of, is_log
from metarepro.reviews.study_effects import (
    Arrays,
    EffectSettings,
    Flags,
    columns_of,
    effects_by_settings,
)

COUNTS = ("n_t", "n_c", "events_t", "events_c")
ARM = {side: [f"{name}_{side}" for name in ("n", "mean", "sd", "events")] for side in "tc"}
DATA = [*ARM["t"], *ARM["c"], "o_e", "variance", "estimate", "se"]
#: What the file prints of a row: effect and limits, and the level of these.
PUBLISHED = ("published_estimate", "published_ci_low", "published_ci_high", "study_interval_level")
_NUMBERS = frozenset(DATA)
#: Two numbers of participants within this factor are taken to be the same people.
SAME_PEOPLE = 1.1
#: Where a check sets each row of a study or a pool against all others in turn, more rows than
#: this (no review comes near) are left out with a note: the time grows with their square.
MAX_ROWS = 2000
#: Fewer other studies do not tell what the SD of a scale is.
MIN_OTHERS = 2

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


@dataclass(frozen=True, eq=False)
class StudyRows:
    """The study rows of a review.

    Attributes
    ----------
    rows : list of dict
        In the order of the file, each with all that the checks need; see `study_rows`.
    numbers : mapping of str to array of shape (n,)
        Their numbers by column: `DATA`, `PUBLISHED`, `yi` and `vi`.
    """

    rows: list[StudyRow]
    numbers: Arrays

    def at(self, chosen: Flags) -> list[StudyRow]:
        """Some of the rows."""
        return [self.rows[place] for place in np.flatnonzero(chosen)]

    def there(self, *columns: str) -> Flags:
        """Which rows have all these numbers."""
        numbers = np.array([self.numbers[name] for name in columns])
        return np.asarray(np.isfinite(numbers).all(axis=0))

    @cached_property
    def pooled(self) -> list[StudyRow]:
        """Rows that enter a pool with an effect."""
        return [row for row in self.at(self.numbers["vi"] > 0) if row["pool"] != ""]

    @cached_property
    def again(self) -> list[list[StudyRow]]:
        """Rows of one study in one pool, of each study that has several."""
        groups = grouped(self.pooled, "pool", "study_id").values()
        return [group for group in groups if len(group) > 1]


Check = Callable[[StudyRows], Found]


def study_rows(extraction: Extraction) -> StudyRows:
    """List the study rows of a review with all that the checks need.

    Parameters
    ----------
    extraction : Extraction
        As `readers.review_file.read_review` gives it.

    Returns
    -------
    StudyRows
        Each row with the columns of `STUDY_COLUMNS`, the settings of its analysis, and `place`
        (number of the row), `outcome_key`, `log` (whether the analysis is of logs),
        `pool` (the pool that the row enters, "" for none), `yi` and `vi` (NaN where there is no
        effect), `sd` (geometric mean of the two SDs, NaN without), `data` (the numbers of `DATA`,
        None for a missing one, so that rows alike are equal). Rows without an analysis are left
        out.
    """
    overall: dict[tuple[str, str], Row] = {}
    for pool in extraction.analysis_rows:
        if pool["level"] == "overall" and (key := analysis_of(pool)) not in overall:
            log = is_log(pool["measure"], pool["data_type"], pool["log_data"] == "yes")
            settings = {name: pool[name] for name in _SETTINGS}
            overall[key] = settings | {"outcome_key": ".".join(key), "log": log}
    rows = [
        study | own
        for study in extraction.study_rows
        if (own := overall.get(analysis_of(study))) is not None
    ]
    columns = columns_of(rows)
    effects = _effects(rows, columns, CONVENTIONS[extraction.review.format])
    data = np.array([columns[name] for name in DATA]).T.astype(object)
    data[data != data] = None
    with np.errstate(invalid="ignore"):
        sds = np.sqrt(columns["sd_t"] * columns["sd_c"]).tolist()
    lists = (effects["yi"].tolist(), effects["vi"].tolist(), sds, map(tuple, data.tolist()))
    for place, (row, yi, vi, sd, numbers) in enumerate(zip(rows, *lists, strict=True)):
        outcome = row["outcome_key"]
        whole = row["totals"] == "YES" and row["applies_to"] != "subgroup"
        part = outcome if whole else f"{outcome}.{row['subgroup_number']}"
        row |= {
            "place": place,
            "pool": "" if row["totals"] == "NO" else part,
            "yi": yi,
            "vi": vi,
            "sd": sd,
            "data": numbers,
        }
    published = {name: np.array([row[name] for row in rows], dtype=float) for name in PUBLISHED}
    return StudyRows(rows, {**columns, **published, **effects})


def record_id(row: StudyRow) -> str:
    """Name of a row: "review_id comparison.outcome[.subgroup] study #position"."""
    part = f".{row['subgroup_number']}" if row["subgroup_number"] else ""
    place = f"{row['outcome_key']}{part} {row['study']} #{row['position']:.0f}"
    return f"{row['review_id']} {place}"


def _effects(rows: Sequence[StudyRow], columns: Arrays, convention: Convention) -> dict[str, Array]:
    """Effects and variances of the rows; NaN for a measure that is not computed here."""
    groups: dict[EffectSettings, list[int]] = {}
    for number, row in enumerate(rows):
        settings = (row["data_type"], row["measure"], row["swap_events"] == "yes")
        groups.setdefault(settings, []).append(number)
    effects, _ = effects_by_settings(columns, groups, convention)
    return {"yi": effects.yi, "vi": effects.vi}


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
