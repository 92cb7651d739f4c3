"""Reads RevMan 5 files (.rm5, XML), written by RevMan or by the publisher of the Cochrane Library.

Only the analyses, the list of studies, the risk-of-bias judgements and the title are taken in.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
    empty_row,
    is_log,
    measure_of,
)
from metarepro.readers.revman5_attributes import Attributes, Logs, ratios_instead_of_logs
from metarepro.readers.revman5_bias import risk_of_bias
from metarepro.readers.xml_tree import Element, is_xml, read_root
from metarepro.tabular.plain_text import clean_text
from metarepro.tabular.problems import DataError, Problem

WORDS = "a RevMan 5 file"
IN_TABLES = False
ROOT = "COCHRANE_REVIEW"
# Children worth keeping; of elements not listed, all are.
_CHILDREN: dict[str, frozenset[str]] = {
    ROOT: frozenset(
        {"COVER_SHEET", "STUDIES_AND_REFERENCES", "QUALITY_ITEMS", "ANALYSES_AND_DATA"}
    ),
    "COVER_SHEET": frozenset({"TITLE"}),
    "STUDIES_AND_REFERENCES": frozenset({"STUDIES"}),
    "STUDY": frozenset(),
    "QUALITY_ITEM": frozenset({"NAME", "QUALITY_ITEM_DATA", "QUALITY_ITEM_DATA_ENTRY_GROUP"}),
    "QUALITY_ITEM_DATA_ENTRY": frozenset(),
    "OTHER_OUTCOME": frozenset({"NAME"}),
}
_NO_STUDY = empty_row(STUDY_COLUMNS) | {"applies_to": "both"}
_KINDS = {"CONT": "continuous", "DICH": "dichotomous", "IV": "iv", "IPD": "oe"}
# Study values: column, attribute; an estimable row must have them.
_INPUTS = {
    "continuous": {
        "n_t": "TOTAL_1",
        "mean_t": "MEAN_1",
        "sd_t": "SD_1",
        "n_c": "TOTAL_2",
        "mean_c": "MEAN_2",
        "sd_c": "SD_2",
    },
    "dichotomous": {
        "n_t": "TOTAL_1",
        "events_t": "EVENTS_1",
        "n_c": "TOTAL_2",
        "events_c": "EVENTS_2",
    },
    "iv": {"estimate": "ESTIMATE", "se": "SE"},
    "oe": {"o_e": "O_E", "variance": "VAR"},
}
# Only shown by RevMan; a pair of zeros stands for "not entered".
_SHOWN = {
    "iv": {"n_t": "TOTAL_1", "n_c": "TOTAL_2"},
    "oe": {"n_t": "TOTAL_1", "events_t": "EVENTS_1", "n_c": "TOTAL_2", "events_c": "EVENTS_2"},
}
_TOTAL_COLUMNS = _SHOWN["oe"]
_EFFECT = ("EFFECT_SIZE", "CI_START", "CI_END")
_EFFECT_COLUMNS = ("published_estimate", "published_ci_low", "published_ci_high")
_EFFECT_SOURCES = dict(zip(_EFFECT_COLUMNS, _EFFECT, strict=True))
_ROW_SOURCES = _EFFECT_SOURCES | {"published_weight": "WEIGHT"}
_PUBLISHED = {
    "published_q": "CHI2",
    "published_q_df": "DF",
    "published_q_p": "P_CHI2",
    "published_i2": "I2",
    "published_z": "Z",
    "published_p": "P_Z",
}
_TEST = {"subgroup_q": "Q", "subgroup_q_p": "P_Q", "subgroup_i2": "I2_Q"}
LN10 = math.log(10)


def sniff(head: bytes) -> bool:
    """Whether a file that starts like this is a RevMan 5 file, in any encoding."""
    return is_xml(head) and f"<{ROOT}".encode() in head.replace(b"\0", b"")


def read(documents: Sequence[Document], file: str) -> Extraction:
    """Read a RevMan 5 file.

    Parameters
    ----------
    documents : sequence of Document
        The one file.
    file : str
        Its name in messages.

    Returns
    -------
    Extraction

    Raises
    ------
    DataError
        With all problems of the file, or with the first that keeps it from being read.
    """
    root, note = read_root(documents[0], file, ROOT, _CHILDREN)
    reading = _Reading(file, root)
    reading.read()
    if not reading.attributes.problems and not reading.analyses:
        found = "no analysis with numbers"
        allowed = "COMPARISON elements with dichotomous, continuous, IV or O-E outcomes"
        reading.attributes.problems.append(Problem(file, None, "ANALYSES_AND_DATA", found, allowed))
    if reading.attributes.problems:
        raise DataError(reading.attributes.problems)
    return Extraction(
        reading.review(),
        reading.studies,
        complete(reading.analyses, ANALYSIS_COLUMNS),
        tuple([note] if note else []) + tuple(reading.notes),
    )


def _entered(numbers: dict[str, float]) -> bool:
    return any(value > 0 for value in numbers.values())


@dataclass
class _Settings:
    """What holds for an outcome and its subgroups."""

    row: dict[str, Any]
    data_type: str
    totals: str
    random: bool
    log: bool


class _Reading:
    """A RevMan 5 file on its way into the tables."""

    def __init__(self, file: str, root: Element):
        self.file = file
        self.root = root
        self.attributes = Attributes(file)
        self.notes: list[str] = []
        self.studies: list[dict[str, Any]] = []
        self.analyses: list[dict[str, Any]] = []
        self.texts: list[dict[str, str]] = []
        self.logs: list[Logs] = []
        self.names: dict[str, tuple[str, str]] = {}
        self.bias: dict[str, str] = {}
        self.seen: dict[tuple[str, ...], int] = {}

    def review(self) -> ReviewFile:
        """What the file says of itself."""
        attributes = self.root.attributes
        title = next((c.text_of("TITLE") for c in self.root.children("COVER_SHEET")), "")
        stem = Path(self.file.rpartition("!")[2]).stem
        cochrane = CD_NUMBER.search(attributes.get("DOI", "")) or CD_NUMBER.search(stem)
        own = clean_text(attributes.get("ID", "")).strip("0")
        review_id = cochrane[0] if cochrane else attributes["ID"] if own else stem
        version = clean_text(attributes.get("REVMAN_SUB_VERSION", "")) or "publisher"
        return ReviewFile(clean_text(review_id) or "review", title, "revman5", version)

    def read(self) -> None:
        """Fill the tables."""
        for listed in self.root.children("STUDIES_AND_REFERENCES"):
            for studies in listed.children("STUDIES"):
                self._names_of(studies)
        for items in self.root.children("QUALITY_ITEMS"):
            self.bias |= risk_of_bias(items)
        review_id = self.review().review_id
        for data in self.root.children("ANALYSES_AND_DATA"):
            for comparison in data.children("COMPARISON"):
                keys = {
                    "review_id": review_id,
                    "comparison_number": self._number_of(comparison, ()),
                    "comparison": comparison.text_of("NAME"),
                }
                for outcome in comparison.children():
                    self._outcome(outcome, keys)
        self.notes += ratios_instead_of_logs(self.logs, _EFFECT_SOURCES)
        log10 = [row["published_scale"] == "log" for row in self.analyses]
        notes = precision_notes(self.texts, log10)
        for row, precision in zip(self.analyses, notes, strict=True):
            row["published_precision"] = precision

    def _names_of(self, studies: Element) -> None:
        for group in studies.children():
            for study in group.children("STUDY"):
                attributes = study.attributes
                name, year = (clean_text(attributes.get(key, "")) for key in ("NAME", "YEAR"))
                self.names[attributes.get("ID", "")] = (name, year)

    def _outcome(self, outcome: Element, keys: dict[str, Any]) -> None:
        kind, _, rest = outcome.tag.rpartition("_")
        if rest != "OUTCOME":
            return
        number = self._number_of(outcome, (keys["comparison_number"],))
        keys = keys | {"outcome_number": number, "outcome": outcome.text_of("NAME")}
        if kind not in _KINDS:
            name = f"{keys['comparison_number']}.{number}"
            self.notes.append(f"{name} {keys['outcome']!r}: {outcome.tag} has no numbers, skipped")
            return
        settings = self._settings(outcome, kind)
        self._pool(outcome, settings, keys | {"level": "overall"})
        position = self._rows(outcome, kind, settings, keys, 0)
        for subgroup in outcome.children(f"{kind}_SUBGROUP"):
            place = (keys["comparison_number"], number)
            group = keys | {
                "subgroup_number": self._number_of(subgroup, place),
                "subgroup": subgroup.text_of("NAME"),
            }
            self._pool(subgroup, settings, group | {"level": "subgroup"})
            position = self._rows(subgroup, kind, settings, group, position)

    def _number_of(self, element: Element, inside: tuple[str, ...]) -> str:
        """The number of a comparison, outcome or subgroup, which no other has."""
        number = clean_text(element.attributes.get("NO", ""))
        if not number:
            self.attributes.wrong(element, "NO", "nothing", "the number of the " + element.tag)
        elif (*inside, number) in self.seen:
            first = self.seen[*inside, number]
            found = f"{'.'.join((*inside, number))} again (first in line {first})"
            self.attributes.wrong(element, "NO", found, "every number once")
        else:
            self.seen[*inside, number] = element.line
        return number

    def _settings(self, outcome: Element, kind: str) -> _Settings:
        data_type = _KINDS[kind]
        attributes = outcome.attributes
        label = clean_text(attributes.get("EFFECT_MEASURE", "")) or outcome.text_of(
            "EFFECT_MEASURE"
        )
        measure = measure_of(label, data_type)
        if not measure or (measure == "OTHER" and data_type not in ("iv", "oe")):
            self.attributes.wrong(
                outcome, "EFFECT_MEASURE", label, f"a measure of {data_type} data"
            )
            measure = "OTHER"
        method = clean_text(attributes.get("METHOD", "")) or ("PETO" if kind == "IPD" else "IV")
        method = "PETO" if method == "EXP_O_E_VAR" else method
        if method not in METHODS or (kind == "DICH" and "METHOD" not in attributes):
            found = attributes.get("METHOD", "nothing")
            self.attributes.wrong(outcome, "METHOD", found, "one of: " + ", ".join(METHODS))
        random = self.attributes.choice(outcome, "RANDOM", "") == "YES"
        log_data = kind == "IV" and self.attributes.choice(outcome, "LOG_DATA", "") == "YES"
        totals = self.attributes.choice(outcome, "TOTALS", "YES", ("YES", "SUB", "NO"))
        log = is_log(measure, data_type, log_data)
        swapped = kind == "DICH" and self.attributes.choice(outcome, "SWAP_EVENTS", "NO") == "YES"
        row = {
            "data_type": data_type,
            "measure": measure,
            "measure_label": label,
            "method": method,
            "model": "random" if random else "fixed",
            "tau2_method": "DL" if random else "",
            "ci_method": "wald",
            "interval_level": self.attributes.level(outcome, "CI_TOTAL"),
            "study_interval_level": self.attributes.level(outcome, "CI_STUDY"),
            "log_data": "yes" if log else "no",
            "swap_events": "yes" if swapped else "no",
            "prediction_interval": "no",
            "totals": totals,
            "label_t": outcome.text_of("GROUP_LABEL_1"),
            "label_c": outcome.text_of("GROUP_LABEL_2"),
            "favours_left": outcome.text_of("GRAPH_LABEL_1"),
            "favours_right": outcome.text_of("GRAPH_LABEL_2"),
        }
        return _Settings(row, data_type, totals, random, log)

    def _pool(self, element: Element, settings: _Settings, keys: dict[str, Any]) -> None:
        """The row of an overall result or of a subgroup."""
        row = keys | settings.row
        overall = row["level"] == "overall"
        totals = self.attributes.results(element, _TOTAL_COLUMNS)
        if settings.data_type in _SHOWN and not _entered(totals):
            totals = dict.fromkeys(totals, math.nan)
        row |= totals
        estimable = self.attributes.choice(element, "ESTIMABLE", "YES") == "YES"
        has_log = settings.log and element.attributes.get("LOG_EFFECT_SIZE", "")
        row["published_scale"] = "log" if has_log else "ratio" if settings.log else "difference"
        texts: dict[str, str] = {}
        if estimable and (settings.totals == "YES" or (settings.totals == "SUB" and not overall)):
            texts = self._effect(element, settings, row)
            sources = _PUBLISHED | ({"published_tau2": "TAU2"} if settings.random else {})
            texts |= self.attributes.take(element, sources, row)
            if not texts.keys() & set(_EFFECT_COLUMNS):
                self.notes.append(f"{element.path}: no published result")
        if overall and self._has_test(element, settings):
            texts |= self.attributes.take(element, _TEST, row)
        row["estimable"] = "yes" if estimable else "no"
        row["locator"] = element.path
        self.analyses.append(row)
        self.texts.append(texts)

    def _effect(self, element: Element, settings: _Settings, row: dict[str, Any]) -> dict[str, str]:
        """Estimate and limits; of ratios their logs, which the file has to base 10."""
        prefix = "LOG_" if row["published_scale"] == "log" else ""
        sources = {column: prefix + name for column, name in _EFFECT_SOURCES.items()}
        texts = self.attributes.take(element, sources, row)
        if prefix:
            for column in texts:
                row[column] *= LN10
            ratios: dict[str, float] = {}
            printed = self.attributes.take(element, _EFFECT_SOURCES, ratios)
            self.logs.append(Logs(row, texts, ratios, printed))
        return texts

    def _has_test(self, outcome: Element, settings: _Settings) -> bool:
        """Whether a test for subgroup differences is published; Q = 0 with p = 0 is a blank."""
        attributes = outcome.attributes
        if settings.totals == "NO" or "NO" in (
            attributes.get("SUBGROUPS", "YES"),
            attributes.get("SUBGROUP_TEST", "YES"),
        ):
            return False
        return not (
            self.attributes.published(outcome, "Q") == 0
            and self.attributes.published(outcome, "P_Q") == 0
        )

    def _rows(
        self,
        parent: Element,
        kind: str,
        settings: _Settings,
        keys: dict[str, Any],
        position: int,
    ) -> int:
        """The study rows of an outcome or subgroup; the position of the last one."""
        data_type, attributes = settings.data_type, self.attributes
        blank = _NO_STUDY | keys
        for data in parent.children(f"{kind}_DATA"):
            position += 1
            given = data.attributes.get("STUDY_ID", "")
            if not (study_id := clean_text(given)):
                attributes.wrong(data, "STUDY_ID", "nothing", "the id of a study")
            study, year = self.names.get(given, ("", ""))
            estimable = attributes.choice(data, "ESTIMABLE", "YES") == "YES"
            row = blank | {
                "study_id": study_id,
                "study": study or study_id,
                "year": year,
                "position": position,
                "estimable": "yes" if estimable else "no",
                "footnote": data.text_of("FOOTNOTE"),
                "risk_of_bias": self.bias.get(given, ""),
                "locator": data.path,
            }
            row |= attributes.inputs(data, _INPUTS[data_type], needed=estimable)
            if data_type in _SHOWN:
                shown = attributes.inputs(data, _SHOWN[data_type], needed=False)
                row |= shown if _entered(shown) else {}
            if estimable:
                row |= attributes.results(data, _ROW_SOURCES)
            self.studies.append(row)
        return position
