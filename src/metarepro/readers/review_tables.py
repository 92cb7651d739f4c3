"""The two tables that every review file is read into, whatever its format.

`STUDY_COLUMNS` has a row for each study in each analysis, `ANALYSIS_COLUMNS` one for each pool,
overall or subgroup. Numbers are float64 with nan for "not there", everything else is str with ""
for "not there". Published values stand on the printed scale or, where `published_scale` says
"log", on the natural-log scale.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from metarepro.models.conventions import choices
from metarepro.tabular.columns import Columns, foreign_text, level, number, whole
from metarepro.tabular.plain_text import clean_text
from metarepro.tabular.problems import Problem

#: A row of a table by column.
Row = dict[str, Any]
#: What tells the analyses of a review apart.
ANALYSIS = ("comparison_number", "outcome_number")

#: Any data file with a columns.yaml beside it.
SOURCE_FORMAT = "source"
FORMATS = (
    *("revman5", "revman5_csv", "revman5_accuracy", "revman_web", "revman_web_accuracy"),
    SOURCE_FORMAT,
)
DATA_TYPES = ("continuous", "dichotomous", "iv", "oe")
# ROM ratio of means, IRR rate ratio, OTHER whatever the authors of an analysis of given estimates
# called it (`measure_label` has their words).
MEASURES = ("OR", "RR", "RD", "PETO_OR", "MD", "SMD", "ROM", "HR", "IRR", "OTHER")
MEASURES_OF = {
    "continuous": ("MD", "SMD", "ROM"),
    "dichotomous": ("OR", "RR", "RD", "PETO_OR"),
    "iv": MEASURES,
    "oe": MEASURES,
}
RATIOS = ("OR", "RR", "PETO_OR", "ROM", "HR", "IRR")
METHODS = ("IV", "MH", "PETO")
MODELS = ("fixed", "random")
TOTALS = ("YES", "SUB", "NO")
LEVELS = ("overall", "subgroup")
APPLIES_TO = ("both", "overall", "subgroup")
# log: natural log of a ratio; ratio: the ratio itself; difference: as it stands, no log is taken.
SCALES = ("log", "ratio", "difference")
YES_NO = ("yes", "no")

# Values with as many decimals are exact to the 1e-6 that a reproduction is held to.
FULL_DECIMALS = 6
# A file with more is not what it seems.
MAX_PROBLEMS = 200
# Number of a review in the Cochrane Library.
CD_NUMBER = re.compile(r"(CD|MR)[0-9]{6}")


ANALYSIS_KEYS: Columns = {
    "review_id": foreign_text(required=True),
    "comparison_number": foreign_text(required=True),
    "comparison": foreign_text(),
    "outcome_number": foreign_text(required=True),
    "outcome": foreign_text(),
    "subgroup_number": foreign_text(),
    "subgroup": foreign_text(),
}
STUDY_COLUMNS: Columns = ANALYSIS_KEYS | {
    "study_id": foreign_text(required=True),
    "study": foreign_text(required=True),
    "year": foreign_text(),
    "position": whole(at_least=1, required=True),
    # Which pools the row enters; RevMan Web lets authors choose, in RevMan 5 it is always both.
    "applies_to": level(*APPLIES_TO),
    "n_t": number(),
    "mean_t": number(),
    "sd_t": number(),
    "events_t": number(),
    "n_c": number(),
    "mean_c": number(),
    "sd_c": number(),
    "events_c": number(),
    "o_e": number(),
    "variance": number(),
    "estimate": number(),
    "se": number(),
    "published_weight": number(),
    "published_estimate": number(),
    "published_ci_low": number(),
    "published_ci_high": number(),
    "estimable": level(*YES_NO),
    "footnote": foreign_text(),
    "risk_of_bias": foreign_text(),
    "locator": foreign_text(required=True),
}
PUBLISHED_VALUES = (
    "published_estimate",
    "published_ci_low",
    "published_ci_high",
    "published_tau2",
    "published_q",
    "published_q_df",
    "published_q_p",
    "published_i2",
    "published_z",
    "published_t",
    "published_p",
    "published_pi_low",
    "published_pi_high",
)
SUBGROUP_TEST = ("subgroup_q", "subgroup_q_df", "subgroup_q_p", "subgroup_i2")
ANALYSIS_COLUMNS: Columns = (
    ANALYSIS_KEYS
    | {
        "level": level(*LEVELS),
        "data_type": level(*DATA_TYPES),
        "measure": level(*MEASURES),
        "measure_label": foreign_text(),
        "method": level(*METHODS),
        "model": level(*MODELS),
        "tau2_method": level("", *choices("tau2_methods")),
        "ci_method": level(*choices("ci_methods")),
        "interval_level": number(above=0, at_most=1, required=True),
        "study_interval_level": number(above=0, at_most=1, required=True),
        "log_data": level(*YES_NO),
        "swap_events": level(*YES_NO),
        "prediction_interval": level(*YES_NO),
        "totals": level(*TOTALS),
        "estimable": level(*YES_NO),
        "n_t": number(),
        "n_c": number(),
        "events_t": number(),
        "events_c": number(),
        # What the file does not say and was inferred, in words.
        "inferred": foreign_text(),
        "label_t": foreign_text(),
        "label_c": foreign_text(),
        "favours_left": foreign_text(),
        "favours_right": foreign_text(),
        "published_scale": level(*SCALES),
    }
    | {name: number() for name in (*PUBLISHED_VALUES, *SUBGROUP_TEST)}
    | {"published_precision": foreign_text(), "locator": foreign_text(required=True)}
)

ACCURACY_COUNTS = ("tp", "fp", "fn", "tn")
ACCURACY_RESULTS = tuple(
    f"{name}{end}" for name in ("sensitivity", "specificity") for end in ("", "_low", "_high")
)
ACCURACY_COLUMNS: Columns = {
    "review_id": foreign_text(required=True),
    "test_number": foreign_text(),
    "test": foreign_text(),
    "subgroup": foreign_text(),
    "study": foreign_text(required=True),
    **{name: number() for name in ACCURACY_COUNTS},
    **{f"published_{name}": number() for name in ACCURACY_RESULTS},
    "locator": foreign_text(required=True),
}

# First match wins; the words are looked for in lower case.
_MEASURE_WORDS = (
    (r"peto", "PETO_OR"),
    (r"hazard", "HR"),
    (r"rate ratio|\birr\b", "IRR"),
    (r"ratio of (the )?(geometric |arithmetic )?means|mean ratio|\brom\b", "ROM"),
    (r"odds ratio|^or$", "OR"),
    (r"risk ratio|relative risk|^rr$", "RR"),
    (r"risk difference|^rd$", "RD"),
    (r"(std\.?|standardi[sz]ed) mean diff|^smd$", "SMD"),
    (r"mean diff|^md$", "MD"),
)


@dataclass(frozen=True)
class ReviewFile:
    """What a file says of itself.

    Parameters
    ----------
    review_id : str
        The review's number in the Cochrane Library where there is one, else the id or the name of
        the file.
    title : str
        "" where the format has none.
    format : str
        One of `FORMATS`.
    schema : str
        RevMan Web: year of the schema (2023, 2025, 2026). RevMan 5: the version that wrote the
        file, "publisher" for the publisher's export.
    """

    review_id: str
    title: str
    format: str
    schema: str


@dataclass(frozen=True)
class Extraction:
    """A review file as two tables.

    Parameters
    ----------
    review : ReviewFile
    study_rows, analysis_rows : list of dict
        Every row with all columns of `STUDY_COLUMNS` and `ANALYSIS_COLUMNS`.
    notes : tuple of str
        What was skipped or ignored, for the reader of the summary.
    accuracy_rows : list of dict
        With the columns of `ACCURACY_COLUMNS`: the study rows of a review of diagnostic test
        accuracy, which has no others.
    skipped : tuple of str
        Numbers of the analyses that have numbers and could not be used; the notes say why.
    """

    review: ReviewFile
    study_rows: list[Row]
    analysis_rows: list[Row]
    notes: tuple[str, ...] = ()
    accuracy_rows: list[Row] = field(default_factory=list)
    skipped: tuple[str, ...] = ()

    @cached_property
    def studies(self) -> pd.DataFrame:
        """The study rows as a table."""
        return _table(self.study_rows, STUDY_COLUMNS)

    @cached_property
    def analyses(self) -> pd.DataFrame:
        """The pools as a table."""
        return _table(self.analysis_rows, ANALYSIS_COLUMNS)

    @cached_property
    def accuracy(self) -> pd.DataFrame:
        """The study rows of test accuracy as a table."""
        return _table(self.accuracy_rows, ACCURACY_COLUMNS)

    @property
    def has_open_settings(self) -> bool:
        """Whether the file does not say how some of its analyses were pooled."""
        return any(row["method"] == "" for row in self.analysis_rows)

    def with_notes(self, notes: Iterable[str]) -> "Extraction":
        """The same with further notes."""
        return replace(self, notes=(*self.notes, *notes))


def add_problem(problems: list[Problem], problem: Problem) -> None:
    """Add a problem, and instead of the one after `MAX_PROBLEMS` say that there are more."""
    if len(problems) < MAX_PROBLEMS:
        problems.append(problem)
    elif len(problems) == MAX_PROBLEMS:
        found = f"more than {MAX_PROBLEMS} problems"
        problems.append(Problem(problem.file, None, "", found, "the file as RevMan writes it"))


def measure_of(label: str, data_type: str) -> str:
    """Code of a measure from its name or abbreviation; "" if the data type does not allow it."""
    code = label.strip()
    if code not in MEASURES:
        words = clean_text(label).lower()
        codes = (code for pattern, code in _MEASURE_WORDS if re.search(pattern, words))
        code = next(codes, "OTHER")
    return code if code in MEASURES_OF[data_type] else ""


def is_log(measure: str, data_type: str, log_data: bool) -> bool:
    """Whether the analysis is of logs: O-E always, given estimates as the file says."""
    if data_type == "iv":
        return log_data
    return data_type == "oe" or measure in RATIOS


def computable(row: Mapping[str, float], data_type: str, measure: str) -> bool:
    """Whether the numbers of a study row give an effect, for files that do not say so."""
    n_t, n_c = row["n_t"], row["n_c"]
    if data_type == "iv":
        return bool(np.isfinite(row["estimate"]) and row["se"] > 0)
    if data_type == "oe":
        return bool(np.isfinite(row["o_e"]) and row["variance"] > 0)
    if not (n_t > 0 and n_c > 0):
        return False
    if data_type == "continuous":
        return bool(row["sd_t"] > 0 and row["sd_c"] > 0)
    events = row["events_t"] + row["events_c"]
    if measure == "RD":
        return bool(np.isfinite(events))
    return bool(0 < events < n_t + n_c) or (measure == "RR" and events == n_t + n_c)


def analysis_of(row: Mapping[str, Any]) -> tuple[str, str]:
    """The numbers of the analysis that a row belongs to."""
    return row["comparison_number"], row["outcome_number"]


def complete(rows: Iterable[Mapping[str, Any]], columns: Columns) -> list[Row]:
    """The rows with all columns; what a row does not have is missing."""
    empty = empty_row(columns)
    return [{**empty, **row} for row in rows]


def empty_row(columns: Columns) -> Row:
    """A row with nothing in it."""
    return {name: column.empty for name, column in columns.items()}


def _table(rows: Sequence[Row], columns: Columns) -> pd.DataFrame:
    return pd.DataFrame(
        {
            name: pd.Series(
                [row[name] for row in rows], dtype="float64" if column.numeric else "str"
            )
            for name, column in columns.items()
        }
    )
