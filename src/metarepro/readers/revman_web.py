"""Reads the data packages of RevMan Web: a folder or a zip file of CSV tables.

The schema has grown: 2023 has no estimators and writes 0 for whatever an analysis does not use or
did not calculate, 2025 writes empty cells and six decimals, 2026 all decimals and the labels of
the graph.
"""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from metarepro.readers.archives import Document
from metarepro.readers.review_numbers import precision_notes
from metarepro.readers.review_tables import (
    ANALYSIS_COLUMNS,
    CD_NUMBER,
    FULL_DECIMALS,
    STUDY_COLUMNS,
    Extraction,
    ReviewFile,
    complete,
    is_log,
    measure_of,
)
from metarepro.readers.revman_web_analysis import (
    Analysis,
    Pool,
    all_zero,
    entered,
    mark_estimable,
    yes_no,
)
from metarepro.readers.revman_web_rows import settings_of_rows
from metarepro.readers.revman_web_tables import (
    Cells,
    Row,
    Sheet,
    UnknownSettingError,
    find_sheets,
    flag,
    kind_of,
    risk_of_bias,
    setting,
)
from metarepro.readers.revman_web_words import (
    APPLIES_TO,
    CI_METHOD_WORDS,
    DATA_ROWS,
    DATA_TYPES,
    EFFECT,
    INPUTS,
    METHODS,
    MODELS,
    OTHER_DATA,
    PUBLISHED,
    RISK_OF_BIAS,
    SETTINGS,
    SHOWN,
    STUDY_INFORMATION,
    STUDY_RESULTS,
    SUBGROUPS,
    TAU2_METHOD_WORDS,
    TEST,
    TOTALS,
    setting_words,
)
from metarepro.tabular.plain_text import clean_text
from metarepro.tabular.printed_numbers import decimals
from metarepro.tabular.problems import DataError, Problem

WORDS = "a RevMan Web package"
IN_TABLES = True
_OWN_KINDS = (SETTINGS, DATA_ROWS, SUBGROUPS, RISK_OF_BIAS, STUDY_RESULTS, STUDY_INFORMATION)
# What a study row has from its analysis, and its numbers.
_SHARED = ("review_id", "comparison_number", "comparison", "outcome_number", "outcome")
_NUMBERS = tuple(column for columns in INPUTS.values() for column in columns)

_Key = tuple[str, str]


def sniff(head: bytes) -> bool:
    """Whether a table that starts like this is of a review of interventions."""
    return kind_of(head) in _OWN_KINDS


def read(documents: Sequence[Document], file: str) -> Extraction:
    """Read the tables of a RevMan Web package.

    Parameters
    ----------
    documents : sequence of Document
        At most one of each kind (`packages.find_packages`). Without the settings they are inferred
        from the data rows later (`reviews.inferred_settings`).
    file : str
        The package in messages.

    Returns
    -------
    Extraction

    Raises
    ------
    DataError
        With all problems of the package.
    """
    sheets, notes, problems = find_sheets(documents)
    if DATA_ROWS not in sheets and not problems:
        problems.append(Problem(file, None, "", f"no table of {DATA_ROWS}", "a RevMan Web package"))
    for kind in {SETTINGS, DATA_ROWS} & sheets.keys() if not problems else ():
        if not sheets[kind].rows:
            place = sheets[kind].file
            problems.append(Problem(place, None, "", "a table without rows", "one or more rows"))
    if problems:
        raise DataError(problems)
    return _Reading(file, sheets, notes).extraction()


class _Reading:
    """A RevMan Web package on its way into the tables."""

    def __init__(self, file: str, sheets: Mapping[str, Sheet], notes: Sequence[str]):
        self.file = file
        self.sheets = sheets
        self.notes = list(notes)
        self.cells = Cells()
        self.analyses: dict[_Key, Analysis] = {}
        self.studies: list[dict[str, Any]] = []
        self.skipped: set[_Key] = set()
        self.unknown: list[str] = []

    def extraction(self) -> Extraction:
        """The tables, if nothing is wrong."""
        review_id = self._review_id()
        if SETTINGS in self.sheets:
            for row in self.sheets[SETTINGS].rows:
                self._analysis(row, review_id)
        else:
            self._analyses_of_rows(review_id)
        if SUBGROUPS in self.sheets:
            for row in self.sheets[SUBGROUPS].rows:
                self._subgroup(row)
        bias = risk_of_bias(self.sheets.get(RISK_OF_BIAS))
        for row in self.sheets[DATA_ROWS].rows:
            self._study(row, bias)
        if self.cells.problems:
            raise DataError(self.cells.problems)
        if SUBGROUPS not in self.sheets and any(
            analysis.show_subgroups and analysis.subgroups for analysis in self.analyses.values()
        ):
            said = f"no table of {SUBGROUPS}: the published results of subgroups are missing"
            self.notes.append(said)
        pools = [pool for analysis in self.analyses.values() for pool in analysis.pools]
        texts = [pool.texts for pool in pools]
        for pool, precision in zip(pools, precision_notes(texts), strict=True):
            pool.row["published_precision"] = precision
        for analysis in self.analyses.values():
            mark_estimable(analysis)
        return Extraction(
            ReviewFile(review_id, "", "revman_web", self._schema(texts)),
            complete(self.studies, STUDY_COLUMNS),
            complete([pool.row for pool in pools], ANALYSIS_COLUMNS),
            tuple(self.notes),
            skipped=tuple(self.unknown),
        )

    def _review_id(self) -> str:
        """The package says nothing of itself; its files are named after the review."""
        kind = SETTINGS if SETTINGS in self.sheets else DATA_ROWS
        prefix = self.sheets[kind].base.rpartition("-" + kind)[0]
        stem = Path(self.file).stem
        number = CD_NUMBER.search(prefix) or CD_NUMBER.search(stem)
        return clean_text(number[0] if number else prefix or stem) or "review"

    def _schema(self, texts: Sequence[Mapping[str, str]]) -> str:
        if SETTINGS not in self.sheets:
            return "data rows only"
        columns = self.sheets[SETTINGS].columns
        if "CI/PI level" not in columns:
            return "2023"
        finest = max((decimals(text) for row in texts for text in row.values()), default=0)
        newest = "Graph label (left)" in columns or finest > FULL_DECIMALS
        return "2026" if newest else "2025"

    def _analysis(self, row: Row, review_id: str) -> None:
        """An overall result with its settings."""
        sheet = self.sheets[SETTINGS]
        key = _key(row)
        again = key in self.analyses or key in self.skipped
        if "" in key or again:
            found = ".".join(key) + (" again" if again else "")
            self.cells.wrong(
                sheet, row, "Analysis number", found, "every analysis with its number, once"
            )
            return
        try:
            settings = self._settings(row, key, review_id)
        except UnknownSettingError as error:
            self.skipped.add(key)
            self.unknown.append(".".join(key))
            self.notes.append(f"analysis {'.'.join(key)} skipped: {error}")
            return
        if not settings:
            self.skipped.add(key)
            self.notes.append(f"{'.'.join(key)} {row.text('Analysis name')!r}: no numbers, skipped")
            return
        overall, subgroups = (flag(row, f"{level} estimates") for level in ("Overall", "Subgroup"))
        analysis = self.analyses[key] = Analysis(settings, subgroups)
        pool = self._pool(sheet, row, settings | {"level": "overall"}, overall)
        pool.texts |= self.cells.take(sheet, row, TEST, pool.row)
        analysis.pools.append(pool)

    def _analyses_of_rows(self, review_id: str) -> None:
        """The analyses that only the data rows know of, with what these say of their settings."""
        sheet = self.sheets[DATA_ROWS]
        rows: dict[_Key, list[Row]] = {}
        for row in sheet.rows:
            rows.setdefault(_key(row), []).append(row)
        for key, own in rows.items():
            name = own[0].text("Analysis name")
            settings = settings_of_rows(own, self.cells, sheet)
            if not settings:
                self.skipped.add(key)
                self.notes.append(f"{'.'.join(key)} {name!r}: no numbers, skipped")
                continue
            settings |= {"review_id": review_id, "comparison_number": key[0]}
            settings |= {"outcome_number": key[1], "outcome": name}
            locator = f"{sheet.base}, line {own[0].line}"
            pool = settings | {"level": "overall", "estimable": "yes", "locator": locator}
            self.analyses[key] = Analysis(settings, False, [Pool(pool, {})])

    def _settings(self, row: Row, key: _Key, review_id: str) -> dict[str, Any]:
        """What holds for all pools of an analysis; nothing if it has no numbers."""
        sheet = self.sheets[SETTINGS]
        if any(words in OTHER_DATA for words in setting_words(row.text("Data type"))):
            return {}
        data_type = setting(row, "Data type", DATA_TYPES)
        label = row.text("Effect measure")
        measure = measure_of(label, data_type)
        if data_type in ("continuous", "dichotomous") and measure in ("", "OTHER"):
            raise UnknownSettingError(
                f"Effect measure {label!r} is not known as a measure of {data_type} data"
            )
        log = is_log(measure, data_type, flag(row, "Log-scale data"))
        model = setting(row, "Analysis model", MODELS)
        random = model == "random"
        overall = flag(row, "Overall estimates")
        subgroups = flag(row, "Subgroup estimates")
        swapped = flag(row, "Swap event and non-event")
        interval = "CI/PI level" if "CI/PI level" in sheet.columns else "Estimate CI"
        studies = "Study CI" if "Study CI" in sheet.columns else interval
        return {
            "review_id": review_id,
            "comparison_number": key[0],
            "comparison": row.text("Analysis group name"),
            "outcome_number": key[1],
            "outcome": row.text("Analysis name"),
            "data_type": data_type,
            "measure": measure,
            "measure_label": label,
            "method": setting(row, "Statistical method", METHODS),
            "model": model,
            "tau2_method": setting(row, "Heterogeneity estimator", TAU2_METHOD_WORDS)
            if random
            else "",
            "ci_method": setting(row, "CI method", CI_METHOD_WORDS),
            "interval_level": self.cells.level(sheet, row, interval),
            "study_interval_level": self.cells.level(sheet, row, studies),
            "log_data": yes_no(log),
            "swap_events": yes_no(swapped),
            "prediction_interval": yes_no(flag(row, "Prediction interval")),
            "totals": "YES" if overall else "SUB" if subgroups else "NO",
            "label_t": row.text("Experimental group label"),
            "label_c": row.text("Control group label"),
            "favours_left": row.text("Graph label (left)"),
            "favours_right": row.text("Graph label (right)"),
            "published_scale": "ratio" if log else "difference",
        }

    def _subgroup(self, row: Row) -> None:
        sheet = self.sheets[SUBGROUPS]
        analysis = self._analysis_of(sheet, row)
        if analysis is None:
            return
        number, name = row.text("Subgroup number"), row.text("Subgroup")
        if not number or number in analysis.subgroups:
            found = f"{'.'.join((*_key(row), number))} again" if number else "nothing"
            self.cells.wrong(
                sheet, row, "Subgroup number", found, "every subgroup with its number, once"
            )
            return
        analysis.subgroups[number] = name
        subgroup = {"level": "subgroup", "subgroup_number": number, "subgroup": name}
        shown = analysis.show_subgroups
        analysis.pools.append(self._pool(sheet, row, analysis.settings | subgroup, shown))

    def _analysis_of(self, sheet: Sheet, row: Row) -> Analysis | None:
        """The analysis that a row belongs to; None, with a problem, if there is none."""
        key = _key(row)
        if key not in self.analyses and key not in self.skipped:
            allowed = "an analysis of " + SETTINGS
            self.cells.wrong(sheet, row, "Analysis number", ".".join(key), allowed)
        return self.analyses.get(key)

    def _pool(self, sheet: Sheet, row: Row, keys: dict[str, Any], expected: bool) -> Pool:
        """The row of a pool; `expected` says whether a result was to be calculated."""
        pool = Pool(keys, {})
        data_type = keys["data_type"]
        columns = SHOWN.get(data_type) or tuple(INPUTS.get(data_type, ()))
        totals = {
            name: self.cells.number(sheet, row, TOTALS[name]) for name in TOTALS if name in columns
        }
        if data_type not in SHOWN or entered(totals):
            pool.row |= totals
        pool.row |= {"estimable": "yes", "locator": f"{sheet.base}, line {row.line}"}
        if not expected:
            return pool
        pool.texts = self.cells.take(sheet, row, EFFECT, pool.row)
        if not pool.texts:
            pool.row["estimable"] = "no"
        elif all_zero(pool.row):
            pool.row |= dict.fromkeys(EFFECT, math.nan)
            pool.texts = {}
            self.notes.append(f"{pool.row['locator']}: no published result (0, 0 to 0)")
        else:
            pool.texts |= self.cells.take(sheet, row, PUBLISHED, pool.row)
            if keys["model"] == "fixed":
                pool.row["published_tau2"] = math.nan
                pool.texts.pop("published_tau2", None)
        return pool

    def _study(self, row: Row, bias: Mapping[str, str]) -> None:
        sheet = self.sheets[DATA_ROWS]
        analysis = self._analysis_of(sheet, row)
        if analysis is None:
            return
        settings = analysis.settings
        name = row.text("Study")
        if not name:
            self.cells.wrong(sheet, row, "Study", "nothing", "the name of a study")
        study = {column: settings[column] for column in _SHARED} | {
            "subgroup": row.text("Subgroup"),
            "subgroup_number": self._subgroup_number(sheet, row, analysis),
            "study_id": name,
            "study": name,
            "year": row.text("Study year"),
            "position": len(analysis.studies) + 1,
            "applies_to": self.cells.coded(sheet, row, "Applicability", APPLIES_TO),
            "footnote": row.text("Footnotes"),
            "risk_of_bias": bias.get(name, ""),
            "locator": f"{sheet.base}, line {row.line}",
        }
        data_type = settings["data_type"]
        study |= dict.fromkeys(_NUMBERS, math.nan)
        for column, source in INPUTS.get(data_type, {}).items():
            study[column] = self.cells.number(sheet, row, source, typed_in=True)
        shown = {
            column: self.cells.number(sheet, row, TOTALS[column], typed_in=True)
            for column in SHOWN.get(data_type, ())
        }
        if entered(shown):
            study |= shown
        self.cells.take(sheet, row, EFFECT | {"published_weight": "Weight"}, study)
        if all_zero(study):
            study |= dict.fromkeys((*EFFECT, "published_weight"), math.nan)
        analysis.studies.append(study)
        self.studies.append(study)

    def _subgroup_number(self, sheet: Sheet, row: Row, analysis: Analysis) -> str:
        """Number of the subgroup that a study row names; 2023 has only the name."""
        name, number = row.text("Subgroup"), row.text("Subgroup number")
        if not name and not number:
            return ""
        named = [n for n, known in analysis.subgroups.items() if known == name]
        if number in named or (not number and len(named) == 1):
            return number or named[0]
        listed = analysis.show_subgroups and SUBGROUPS in self.sheets
        if not listed and not named and number not in analysis.subgroups:
            # Without estimates, or their table, the subgroups are nowhere else.
            number = number or str(len(analysis.subgroups) + 1)
            analysis.subgroups[number] = name
            keys = {"level": "subgroup", "subgroup_number": number, "subgroup": name}
            locator = f"{sheet.base}, line {row.line}"
            pool = analysis.settings | keys | {"estimable": "yes", "locator": locator}
            analysis.pools.append(Pool(pool, {}))
            return number
        known = ", ".join(f"{n} {text}" for n, text in analysis.subgroups.items()) or "none"
        found = f"{number} {name}".strip()
        self.cells.wrong(sheet, row, "Subgroup", found, f"a subgroup of the analysis: {known}")
        return ""


def _key(row: Row) -> _Key:
    return row.text("Analysis group"), row.text("Analysis number")
