"""Reads the CSV file that RevMan 5 exports of "data and analyses".

One table holds all: a row for each comparison, outcome and subgroup with its pooled result, and
below it the rows of its studies. The export leaves the level of intervals out, and of generic
inverse variance whether effects are logs: that shows in their intervals.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from metarepro.models.thresholds import Z95
from metarepro.readers.archives import Document
from metarepro.readers.review_numbers import precision_notes
from metarepro.readers.review_tables import (
    ANALYSIS_COLUMNS,
    CD_NUMBER,
    METHODS,
    STUDY_COLUMNS,
    Extraction,
    ReviewFile,
    complete,
    is_log,
    measure_of,
)
from metarepro.readers.revman_web_tables import Cells, Row, Sheet, find_sheets, kind_of
from metarepro.readers.revman_web_words import EXPORT
from metarepro.tabular.plain_text import clean_text
from metarepro.tabular.problems import DataError, Problem

WORDS = 'an export of "data and analyses" from RevMan 5'
IN_TABLES = False
_EFFECT = {
    "published_estimate": "Effect Estimate",
    "published_ci_low": "CI Start",
    "published_ci_high": "CI End",
}
_PUBLISHED = {
    "published_tau2": "Tau²",
    "published_q": "Q",
    "published_q_df": "df",
    "published_q_p": "P(Q)",
    "published_i2": "I²(Q)",
    "published_z": "Z",
    "published_p": "P(Z)",
}
_TEST = {"subgroup_q": "Qint", "subgroup_q_p": "P(Qint)", "subgroup_i2": "I²(Qint)"}
_INPUTS = {
    "dichotomous": {"events_t": "Events 1", "events_c": "Events 2"},
    "continuous": {
        "mean_t": "Mean 1",
        "sd_t": "SD 1",
        "mean_c": "Mean 2",
        "sd_c": "SD 2",
    },
    "oe": {"o_e": "O-E", "variance": "Var"},
    "iv": {},
}
_TOTALS = {"n_t": "Total 1", "n_c": "Total 2"}
_DATA_TYPES = {
    "D": "dichotomous",
    "C": "continuous",
    "P": "oe",
    "O-E": "oe",
    "OEV": "oe",
    "EXP": "oe",
    "IPD": "oe",
    "I": "iv",
    "G": "iv",
}
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
_LEVEL = 0.95
NOTE = "the export has no levels of confidence intervals: 95% assumed"


def sniff(head: bytes) -> bool:
    """Whether a table that starts like this is such an export."""
    return kind_of(head) == EXPORT


def read(documents: Sequence[Document], file: str) -> Extraction:
    """Read an export.

    Parameters
    ----------
    documents : sequence of Document
        The one file.
    file : str
        Its name in messages.

    Raises
    ------
    DataError
        With all problems of the file.
    """
    sheets, notes, problems = find_sheets(documents)
    if problems:
        raise DataError(problems)
    return _Reading(file, sheets[EXPORT]).extraction(notes)


@dataclass
class _Outcome:
    """An outcome: its pools and study rows, and the texts of what is published."""

    settings: dict[str, Any]
    pools: list[dict[str, Any]] = field(default_factory=list)
    studies: list[dict[str, Any]] = field(default_factory=list)
    texts: list[dict[str, str]] = field(default_factory=list)


class _Reading:
    """An export on its way into the tables."""

    def __init__(self, file: str, sheet: Sheet):
        self.file = file
        self.sheet = sheet
        self.cells = Cells()
        self.notes: list[str] = []
        self.skipped: list[str] = []
        self.outcomes: list[_Outcome] = []

    def extraction(self, notes: Sequence[str]) -> Extraction:
        """The tables, if nothing is wrong."""
        stem = Path(self.file.rpartition("!")[2]).stem
        number = CD_NUMBER.search(stem)
        review_id = clean_text(number[0] if number else stem) or "review"
        self._rows(review_id)
        for outcome in self.outcomes:
            _settle(outcome)
        if not self.outcomes and not self.cells.problems:
            found = "no outcome with numbers"
            raise DataError([Problem(self.file, None, "Data Type", found, "one or more")])
        if self.cells.problems:
            raise DataError(self.cells.problems)
        pools = [pool for outcome in self.outcomes for pool in outcome.pools]
        texts = [text for outcome in self.outcomes for text in outcome.texts]
        for pool, precision in zip(pools, precision_notes(texts), strict=True):
            pool["published_precision"] = precision
        return Extraction(
            ReviewFile(review_id, "", "revman5_csv", ""),
            complete([row for outcome in self.outcomes for row in outcome.studies], STUDY_COLUMNS),
            complete(pools, ANALYSIS_COLUMNS),
            (NOTE, *notes, *self.notes),
            skipped=tuple(self.skipped),
        )

    def _rows(self, review_id: str) -> None:
        """Go through the rows: whatever follows a pool's row with its numbers is a study of it."""
        keys: dict[str, Any] = {}
        outcome: _Outcome | None = None
        seen: set[tuple[str, str, str]] = set()
        for row in self.sheet.rows:
            numbers = [row.text(f"{name} Number") for name in ("Comparison", "Outcome", "Subgroup")]
            comparison, number, subgroup = ("" if text == "0" else text for text in numbers)
            if not comparison:
                found = "nothing"
                self.cells.wrong(self.sheet, row, "Comparison Number", found, "a number")
                continue
            if not number:
                keys = {"review_id": review_id, "comparison_number": comparison}
                keys["comparison"] = row.text("Name")
                continue
            place = (comparison, number, subgroup)
            if place not in seen and not subgroup:
                base = {"review_id": review_id, "comparison": "", **keys}
                base |= {"comparison_number": comparison, "outcome_number": number}
                outcome = self._outcome(row, base)
            elif outcome is not None and place not in seen:
                group = {"subgroup_number": subgroup, "subgroup": row.text("Name")}
                self._pool(row, outcome, group | {"level": "subgroup"})
            elif outcome is not None:
                self._study(row, outcome, subgroup)
            seen.add(place)

    def _outcome(self, row: Row, keys: dict[str, Any]) -> _Outcome | None:
        """An outcome with its settings; None, with a note, if it has no numbers."""
        code = row.text("Data Type").upper()
        given = row.text("Statistical Method").upper()
        named = (_DATA_TYPES.get(code[:length], "") for length in (3, 1))
        data_type = "" if code.startswith("OTH") else next(filter(None, named), "")
        name = f"{keys['comparison_number']}.{keys['outcome_number']} {row.text('Name')!r}"
        if not data_type:
            self.notes.append(f"{name}: data of type {code or 'nothing'}, skipped")
            return None
        method = "PETO" if given in ("PETO", "EXP_O_E_VAR") else given or "IV"
        measure = measure_of(row.text("Effect Measure"), data_type)
        if method not in METHODS or (
            not measure or (measure == "OTHER" and data_type in ("dichotomous", "continuous"))
        ):
            self.skipped.append(f"{keys['comparison_number']}.{keys['outcome_number']}")
            self.notes.append(f"{name}: {row.text('Effect Measure')} by {given}, skipped")
            return None
        random = row.text("Analysis Model").upper().startswith("RANDOM")
        swapped = row.text("Swap event and non-event").upper() == "YES"
        settings = keys | {
            "outcome": row.text("Name"),
            "data_type": data_type,
            "measure": measure,
            "measure_label": row.text("Effect Measure"),
            "method": method,
            "model": "random" if random else "fixed",
            "tau2_method": "DL" if random else "",
            "ci_method": "wald",
            "interval_level": _LEVEL,
            "study_interval_level": _LEVEL,
            "log_data": "yes" if is_log(measure, data_type, False) else "no",
            "swap_events": "yes" if swapped else "no",
            "prediction_interval": "no",
            "label_t": row.text("Group Label 1"),
            "label_c": row.text("Group Label 2"),
            "favours_left": row.text("Left Graph Label"),
            "favours_right": row.text("Right Graph Label"),
        }
        outcome = _Outcome(settings)
        self.outcomes.append(outcome)
        self._pool(row, outcome, {"level": "overall"})
        return outcome

    def _pool(self, row: Row, outcome: _Outcome, keys: dict[str, Any]) -> None:
        """The row of an overall result or of a subgroup; zeros stand where there is none."""
        pool = outcome.settings | keys | {"locator": self._locator(row)}
        texts: dict[str, str] = {}
        effect = {column: self._number(row, source) for column, source in _EFFECT.items()}
        if any(value != 0 and not math.isnan(value) for value in effect.values()):
            for column, source in (_EFFECT | _PUBLISHED).items():
                pool[column] = self._number(row, source, texts, column)
            if outcome.settings["model"] == "fixed":
                pool["published_tau2"] = math.nan
                texts.pop("published_tau2", None)
        for column, source in _TEST.items() if keys["level"] == "overall" else ():
            pool[column] = self._number(row, source, texts, column)
        outcome.pools.append(pool)
        outcome.texts.append(texts)

    def _study(self, row: Row, outcome: _Outcome, subgroup: str) -> None:
        settings, name = outcome.settings, row.text("Name")
        if not name:
            self.cells.wrong(self.sheet, row, "Name", "nothing", "the name of a study")
        names = {pool.get("subgroup_number"): pool.get("subgroup") for pool in outcome.pools}
        study = {key: settings[key] for key in settings if key in STUDY_COLUMNS} | {
            "subgroup_number": subgroup,
            "subgroup": names.get(subgroup, "") if subgroup else "",
            "study_id": name,
            "study": name,
            "year": row.text("Year of study"),
            "position": len(outcome.studies) + 1,
            "applies_to": "both",
            "locator": self._locator(row),
            "published_weight": self._number(row, "Weight"),
        }
        for column, source in (_INPUTS[settings["data_type"]] | _TOTALS).items():
            study[column] = self._number(row, source, typed_in=True)
        effect = {column: self._number(row, source) for column, source in _EFFECT.items()}
        se = self._number(row, "SE")
        study |= {"estimable": "yes" if se > 0 else "no", "se": se}
        outcome.studies.append(study | (effect if se > 0 else {}))

    def _number(
        self,
        row: Row,
        source: str,
        texts: dict[str, str] | None = None,
        column: str = "",
        *,
        typed_in: bool = False,
    ) -> float:
        """A number, its thousands perhaps separated by commas."""
        text = row.text(source)
        if _THOUSANDS.fullmatch(text):
            text = text.replace(",", "")
        value = self.cells.parsed(self.sheet, row, source, text, typed_in=typed_in)
        if texts is not None and not math.isnan(value):
            texts[column] = text
        return value

    def _locator(self, row: Row) -> str:
        return f"{self.sheet.base}, line {row.line}"


def _settle(outcome: _Outcome) -> None:
    """What shows only when all rows of an outcome are there: scale, totals, what is estimable."""
    settings = outcome.settings
    data_type = settings["data_type"]
    log = settings["log_data"] == "yes" or (data_type == "iv" and _logs(outcome.studies))
    for study in outcome.studies:
        if data_type in ("iv", "oe"):
            _give_estimate(study, data_type, log)
        if data_type != "iv":
            study["se"] = math.nan
    shown = {pool["level"] for pool in outcome.pools if "published_estimate" in pool}
    grouped = any(pool["level"] == "subgroup" for pool in outcome.pools)
    totals = "YES" if "overall" in shown else "SUB" if "subgroup" in shown else "NO"
    for pool, texts in zip(outcome.pools, outcome.texts, strict=True):
        pool |= {"totals": totals, "log_data": "yes" if log else "no"}
        pool["published_scale"] = "ratio" if log else "difference"
        has_effect = "published_estimate" in pool
        expected = totals == "YES" or (totals == "SUB" and pool["level"] == "subgroup")
        pool["estimable"] = "no" if expected and not has_effect else "yes"
        blank = pool.get("subgroup_q") == 0 and pool.get("subgroup_q_p") == 0
        for column in _TEST if not grouped or blank else ():
            pool.pop(column, None)
            texts.pop(column, None)
    if not any(study["estimable"] == "yes" for study in outcome.studies) and not shown:
        for pool in outcome.pools:
            pool |= {"totals": "YES", "estimable": "no"}


def _logs(studies: Sequence[dict[str, Any]]) -> bool:
    """Whether effects with given standard errors are printed as ratios: by their intervals."""
    votes = 0
    for study in studies:
        low, x, high = (
            study.get(f"published_{name}", math.nan) for name in ("ci_low", "estimate", "ci_high")
        )
        if not low < x < high or not study["se"] > 0:
            continue
        apart = abs((high - low) / (2 * Z95 * study["se"]) - 1)
        on_logs = abs(math.log(high / low) / (2 * Z95 * study["se"]) - 1) if low > 0 else math.inf
        votes += 1 if on_logs < apart else -1
    return votes > 0


def _give_estimate(study: dict[str, Any], data_type: str, log: bool) -> None:
    """The effect as it was typed in, from the printed one: the export has no other."""
    effect = study.get("published_estimate", math.nan)
    if log:
        effect = math.log(effect) if effect > 0 else math.nan
    if data_type == "iv":
        study["estimate"] = effect
    elif not study["variance"] > 0 and study["se"] > 0:
        study["variance"] = study["se"] ** -2
        study["o_e"] = effect * study["variance"]
