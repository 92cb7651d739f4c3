"""A short report on the pool of a table of studies, as Markdown and as a workbook."""

import io
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import MappingProxyType

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from metarepro.conversion.arm_data import ARM_MEASURES
from metarepro.models.robust_variance import RHO
from metarepro.questions.answer_table import AnswerTable
from metarepro.synthesis.study_pool import StudyPool
from metarepro.synthesis.study_pool_words import (
    DECIMALS,
    headline,
    heterogeneity,
    interval,
    model_words,
    number,
    prediction_by,
    remarks,
)
from metarepro.wording.markdown import code, plain, table
from metarepro.wording.phrases import DASH, decimal, i2, whole

#: A workbook holds the day on which it was made; the same input is to give the same bytes.
_NO_DAY = datetime(2000, 1, 1)
_WIDEST = 60

Cell = str | float


@dataclass(frozen=True)
class Provenance:
    """Where the numbers of a report are from.

    Attributes
    ----------
    file, sha256 : the table, by its name and its content
    version : of metarepro
    command : what makes the report again
    unused : columns of the table that were not looked at
    others : the other inputs with their sha256
    """

    file: str
    sha256: str
    version: str
    command: str
    unused: tuple[str, ...] = ()
    others: tuple[tuple[str, str], ...] = ()

    def items(self) -> list[tuple[str, str]]:
        """What it says, by its name."""
        facts = [("File", self.file), ("SHA-256", self.sha256)]
        facts += [(f"SHA-256 of {name}", digest) for name, digest in self.others]
        facts += [("Program", f"metarepro {self.version}"), ("Command", self.command)]
        if self.unused:
            facts.append(("Columns not used", ", ".join(self.unused)))
        return facts


def markdown_report(
    result: StudyPool,
    provenance: Provenance,
    figure: str,
    notes: Sequence[str] = (),
    answers: Sequence[AnswerTable] = (),
) -> str:
    """Write the report as Markdown.

    Parameters
    ----------
    result : StudyPool
    provenance : Provenance
    figure : str
        Name of the file of the forest plot, beside the report.
    notes : sequence of str
        On the choice of the rows, in sentences; texts of the table may stand in them.
    answers : sequence of AnswerTable
        What else was asked.

    Returns
    -------
    str
        Texts of the table are shown as they are and never obeyed.
    """
    columns = study_columns(result)
    studies = zip(*([plain(text) for text in column.words] for column in columns), strict=True)
    said = [f"- {remark}" for remark in [*map(plain, notes), *remarks(result)]]
    lines = [
        f"# {result.scale.title}: {whole(result.pooled.k)} results pooled",
        "",
        f"**{headline(result)}.**",
        "",
        *([*said, ""] if said else []),
        f"![Forest plot]({figure})",
        "",
        "## Methods",
        "",
        *[f"- {sentence}" for sentence in methods(result)],
        "",
        "## Pooled result",
        "",
        *table(["Quantity", "Value"], pooled_words(result)),
        *(line for answer in answers for line in _answer(answer)),
        "## Studies",
        "",
        *table([column.name for column in columns], list(studies), fold_from=math.inf),
        "## What this does not show",
        "",
        *[f"- {sentence}" for sentence in LIMITS],
        "",
        "## Provenance",
        "",
        *[f"- {name}: {code(words)}" for name, words in provenance.items()],
    ]
    return "\n".join(lines) + "\n"


def _answer(answer: AnswerTable) -> list[str]:
    """An answer under its heading."""
    rows = [[plain(cell) for cell in row] for row in answer.words]
    return [
        f"## {plain(answer.title)}",
        "",
        *table([plain(name) for name in answer.header], rows, fold_from=math.inf),
        *(f"- {plain(note)}" for note in answer.notes),
        *([""] if answer.notes else []),
    ]


LIMITS = (
    "How the studies were found, and whether they are all there, is not known here.",
    "Risk of bias in the studies and selective reporting were not assessed here. A pool of biased "
    "results is biased, however narrow its interval.",
    "Whether the studies are alike enough to be pooled is a judgement about their participants, "
    "interventions and outcomes that no statistic makes.",
)


def methods(result: StudyPool) -> list[str]:
    """What was computed, in sentences."""
    pooled, scale = result.pooled, result.scale
    formula = "as given in the table, with its variance"
    if result.from_intervals:
        formula = "as given in the table, with the variance from its 95% interval"
    if not result.given:
        formula = ARM_MEASURES[result.measure].formula
    said = [f"Effect measure: {scale.label}, {formula}."]
    if scale.is_ratio:
        said.append(
            "Ratios are pooled as natural logarithms and shown as ratios."
            if not result.given or result.from_intervals
            else "The effects in the table were taken for natural logarithms; ratios are shown."
        )
    said.append(f"Model: {model_words(pooled)}. The intervals have a level of {scale.percent}.")
    if pooled.model == "correlated_effects":
        said.append(
            f"Results of one trial are taken to be correlated by {RHO:g} (Hedges, Tipton & Johnson "
            "2010), with the small-sample correction of Tipton 2015."
        )
    if not math.isnan(pooled.pi_low):
        said.append(
            "The prediction interval is that of the true effect in a new study like these "
            "(Higgins, Thompson & Spiegelhalter 2009)."
        )
    said.append("The intervals of single studies are normal. No sign was changed.")
    return said


def pooled_words(result: StudyPool) -> list[tuple[str, str]]:
    """The pooled numbers as they are printed."""
    pooled, level = result.pooled, result.scale.percent
    rows = [("Studies" if pooled.k == pooled.n_trials else "Trials", whole(pooled.n_trials))]
    if pooled.k != pooled.n_trials:
        rows.append(("Results", whole(pooled.k)))
    rows.append((result.scale.title, number(result, pooled.estimate)))
    if not math.isnan(pooled.ci_low):
        rows.append(
            (f"{level} confidence interval", interval(result, pooled.ci_low, pooled.ci_high))
        )
    if not math.isnan(pooled.pi_low):
        rows.append(
            (
                f"{level} prediction interval ({prediction_by(pooled)})",
                interval(result, pooled.pi_low, pooled.pi_high),
            )
        )
    rows.append(("Heterogeneity", heterogeneity(result)))
    if not math.isnan(pooled.tau2_ci_low):
        limits = f"{decimal(pooled.tau2_ci_low, 4)} to {decimal(pooled.tau2_ci_high, 4)}"
        rows.append((f"{level} interval of τ² (Q-profile)", limits))
    return rows


@dataclass(frozen=True)
class StudyColumn:
    """A column of the studies: its values, and how they are printed."""

    name: str
    cells: Sequence[Cell]
    words: Sequence[str]
    is_numeric: bool = True


def study_columns(result: StudyPool) -> list[StudyColumn]:
    """The studies with their numbers on the scale on which they are shown."""
    studies = result.studies
    columns = [_texts("Study", studies["study"].tolist())]
    if result.pooled.k != result.pooled.n_trials:
        columns.append(_texts("Trial", studies["trial"].tolist()))
    if studies["n_t"].notna().any():
        columns.append(_numbers("n treatment", studies["n_t"].tolist(), whole))
        columns.append(_numbers("n control", studies["n_c"].tolist(), whole))
    for title, name in (("Effect", "yi"), ("CI low", "ci_low"), ("CI high", "ci_high")):
        shown = [result.scale.shown(value) for value in studies[name]]
        columns.append(_numbers(title, shown, partial(decimal, places=DECIMALS)))
    weights = studies["weight"].tolist()
    return [*columns, _numbers("Weight (%)", weights, partial(decimal, places=1))]


def _texts(name: str, texts: Sequence[str]) -> StudyColumn:
    return StudyColumn(name, texts, texts, is_numeric=False)


def _numbers(name: str, values: Sequence[float], words: Callable[[float], str]) -> StudyColumn:
    return StudyColumn(
        name, values, [DASH if math.isnan(value) else words(value) for value in values]
    )


def workbook(
    result: StudyPool,
    provenance: Provenance,
    notes: Sequence[str] = (),
    answers: Mapping[str, AnswerTable] = MappingProxyType({}),
) -> bytes:
    """Write the report as a workbook (XLSX): result, answers, studies, methods and provenance.

    Numbers have all their digits; no text becomes a formula or a link. Parameters as of
    `markdown_report`; answers by the name of their sheet.
    """
    pooled = result.pooled
    quantities: list[tuple[str, Cell]] = [
        ("Measure", result.scale.title),
        ("Estimate", result.scale.shown(pooled.estimate)),
        ("CI low", result.scale.shown(pooled.ci_low)),
        ("CI high", result.scale.shown(pooled.ci_high)),
        ("PI low", result.scale.shown(pooled.pi_low)),
        ("PI high", result.scale.shown(pooled.pi_high)),
        ("Level of the intervals", result.level),
        ("Model", model_words(pooled)),
        ("Trials", pooled.n_trials),
        ("Results", pooled.k),
        ("Standard error (scale of pooling)", pooled.se),
        ("Degrees of freedom", pooled.df),
        ("p", pooled.p_value),
        ("tau2", pooled.tau2),
        ("tau2 low", pooled.tau2_ci_low),
        ("tau2 high", pooled.tau2_ci_high),
        ("I2 (%)", i2(vars(pooled))),
        ("Q", pooled.q),
        ("df of Q", pooled.q_df),
        ("p of Q", pooled.q_p),
    ]
    columns = study_columns(result)
    for name, column in (("yi (scale of pooling)", "yi"), ("vi", "vi")):
        columns.append(_numbers(name, result.studies[column].tolist(), str))
    said = [("Choice of rows", sentence) for sentence in notes]
    said += [("Method", sentence) for sentence in methods(result)]
    said += [("Remark", sentence) for sentence in remarks(result)]
    said += [("Limit", sentence) for sentence in LIMITS]
    sheets: dict[str, tuple[Sequence[str], Sequence[Sequence[Cell]]]] = {
        "Result": (("Quantity", "Value"), quantities),
        **{name: _sheet(answer) for name, answer in answers.items()},
        "Studies": (
            [column.name for column in columns],
            list(zip(*(column.cells for column in columns), strict=True)),
        ),
        "Methods": (("Kind", "Text"), [*said, *provenance.items()]),
    }
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"created": _NO_DAY, "title": headline(result)})
    bold = book.add_format({"bold": True})
    for name, (header, rows) in sheets.items():
        _write_sheet(book.add_worksheet(name), header, rows, bold)
    book.close()
    return buffer.getvalue()


def _sheet(answer: AnswerTable) -> tuple[Sequence[str], list[list[Cell]]]:
    """The numbers of an answer, and below them its notes."""
    frame = answer.table
    rows: list[list[Cell]] = [
        [
            cell if isinstance(cell, str) else math.nan if pd.isna(cell) else float(cell)
            for cell in row
        ]
        for row in frame.astype(object).to_numpy().tolist()
    ]
    blank = [""] * (frame.shape[1] - 1)
    return list(map(str, frame.columns)), rows + [[note, *blank] for note in answer.notes]


def _write_sheet(
    sheet: Worksheet, header: Sequence[str], rows: Sequence[Sequence[Cell]], bold: Format
) -> None:
    """Write a header and rows; a number that is not defined is a dash."""
    sheet.freeze_panes(1, 0)
    for place, title in enumerate(header):
        sheet.write_string(0, place, title, bold)
        longest = max(len(text) for text in (title, *(str(row[place]) for row in rows)))
        sheet.set_column(place, place, min(_WIDEST, longest + 1))
    for number_of_row, row in enumerate(rows, start=1):
        for place, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(number_of_row, place, cell)
            elif math.isfinite(cell):
                sheet.write_number(number_of_row, place, cell)
            else:
                sheet.write_string(number_of_row, place, DASH)
