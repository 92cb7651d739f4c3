"""One analysis of a review file, as a forest plot in RevMan's layout needs it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from metarepro.readers.review_tables import Row, is_log
from metarepro.reviews.pooling import AnalysisResult, ReviewPool
from metarepro.reviews.revman_wording import measure_name, ratio_of

# The columns of an arm by type of data. Those of given effects are shown if there is anything in
# them, as RevMan does.
_ARMS = {
    "dichotomous": (("events", "Events"), ("n", "Total")),
    "continuous": (("mean", "Mean"), ("sd", "SD"), ("n", "Total")),
    "iv": (("n", "Total"),),
    "oe": (("events", "Events"), ("n", "Total")),
}
_LIMITS = ("estimate", "ci_low", "ci_high")


@dataclass(frozen=True)
class Analysis:
    """What the lines of a plot are made from.

    Attributes
    ----------
    head : the row of the table of analyses that holds the settings
    studies : the study rows
    rows : the rows of the table of analyses by number of the subgroup, the overall one under ""
    result : the pools
    is_ratio : whether the analysis is of logs of ratios
    arms : names (without the ending for the arm) and headers of the columns of each arm
    given : names and headers of the columns of given effects
    """

    head: Mapping[str, Any]
    studies: Sequence[Mapping[str, Any]]
    rows: Mapping[str, Mapping[str, Any]]
    result: AnalysisResult
    is_ratio: bool
    arms: Sequence[tuple[str, str]]
    given: Sequence[tuple[str, str]]

    @classmethod
    def of(
        cls, studies: Sequence[Row], analysis_rows: Sequence[Row], result: AnalysisResult
    ) -> Analysis:
        """Put the tables of one analysis together."""
        # Overall by its level: a file may leave the number of a subgroup empty.
        rows = {"" if r["level"] == "overall" else r["subgroup_number"]: r for r in analysis_rows}
        head = rows.get("", analysis_rows[0])
        data_type = head["data_type"]
        arms = [
            (name, header)
            for name, header in _ARMS[data_type]
            if data_type in ("dichotomous", "continuous")
            or any(math.isfinite(row[f"{name}_{side}"]) for row in studies for side in "tc")
        ]
        is_ratio = is_log(head["measure"], data_type, head["log_data"] == "yes")
        measure = measure_name(head)
        given = {
            "iv": [("estimate", f"log[{measure}]" if is_ratio else measure), ("se", "SE")],
            "oe": [("o_e", "O-E"), ("variance", "Variance")],
        }
        columns = given.get(data_type, [])
        return cls(head, studies, rows, result, is_ratio, arms, columns)

    @property
    def groups(self) -> list[str]:
        """Numbers of the subgroups as they are drawn; "" for rows without one, which come first."""
        of_rows = [number for number in self.rows if number]
        of_studies = [str(row["subgroup_number"]) for row in self.studies]
        return sorted(dict.fromkeys([*of_rows, *of_studies]), key=bool)

    @property
    def totals(self) -> str:
        """YES, SUB (subgroups only) or NO."""
        return str(self.head["totals"])

    def pool_of(self, i: int) -> ReviewPool | None:
        """The pool whose weights study `i` shows: the total where there is one."""
        if self.totals == "NO":
            return None
        if self.totals == "YES":
            return self.result.overall
        return self.result.subgroups.get(str(self.studies[i]["subgroup_number"]))

    def counts(self, number: str) -> dict[str, float]:
        """Participants and events of a pool: the file's, or the sums over its rows; NaN for none.

        RevMan counts rows that are not estimable as well.
        """
        other = "subgroup" if number == "" else "overall"
        members = [
            row
            for row in self.studies
            if number in ("", str(row["subgroup_number"])) and row["applies_to"] != other
        ]
        sums = {}
        for name in ("n_t", "n_c", "events_t", "events_c"):
            published = float(self.rows.get(number, {}).get(name, math.nan))
            numbers = [row[name] for row in members if math.isfinite(row[name])]
            summed = math.fsum(numbers) if numbers else math.nan
            sums[name] = published if math.isfinite(published) else summed
        return sums

    def pool(self, number: str) -> ReviewPool:
        """Our pool; that of a subgroup without a study row has no studies."""
        if number == "":
            return self.result.overall
        empty = ReviewPool(k=0, weights=np.full(len(self.studies), np.nan))
        return self.result.subgroups.get(number, empty)

    def name(self, number: str) -> str:
        """Name of a subgroup, "" if it has none."""
        names = [self.rows.get(number, {}).get("subgroup", "")]
        names += [row["subgroup"] for row in self.studies if row["subgroup_number"] == number]
        return next((str(name) for name in names if name), "")

    def published(self, number: str) -> tuple[float, float, float] | None:
        """The published estimate and its limits on the scale of the analysis."""
        row = self.rows.get(number, {})
        numbers = [float(row.get(f"published_{name}", math.nan)) for name in _LIMITS]
        if row.get("published_scale") == "ratio":
            numbers = [math.log(number) if number > 0 else math.nan for number in numbers]
        estimate, low, high = numbers
        return (estimate, low, high) if math.isfinite(estimate) else None

    def differs(self, number: str, tolerance: float) -> bool:
        """Whether a published pool is farther from ours than `tolerance` and its own rounding."""
        row, pool = self.rows[number], self.pool(number)
        for name, theirs in zip(_LIMITS, self.published(number) or (), strict=False):
            our = getattr(pool, name)
            if math.isnan(theirs) or abs(theirs - our) <= tolerance:
                continue
            if row["published_scale"] == "ratio":
                theirs, our = ratio_of(theirs), ratio_of(our)
            printed = rf"(?:^|; )published_{name}: (-?[0-9]+)"
            digits = re.search(printed, row["published_precision"])
            if not digits or not abs(theirs - our) <= 0.5 * 10.0 ** -int(digits[1]) + 1e-9:
                return True
        return False
