"""A data file with its columns.yaml as a review: its study rows and its published pools.

So the rows of a spreadsheet or an article are used as those of a RevMan file are.
"""

import contextlib
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from metarepro.errors import InputError
from metarepro.explanation.published import PublishedResult
from metarepro.explanation.published_text import parse_published
from metarepro.extraction.arm_rows import read_tables
from metarepro.extraction.closing_analysis import check_words, close_analysis
from metarepro.extraction.closing_printed import close_printed
from metarepro.extraction.columns_file import read_columns
from metarepro.extraction.extracted import Extracted, extract
from metarepro.extraction.mapping import Analysis
from metarepro.extraction.source_extraction import PrintedPool, SourceExtraction
from metarepro.models.thresholds import Z95
from metarepro.readers.effect_table import EffectTable
from metarepro.readers.review_tables import (
    ANALYSIS_COLUMNS,
    RATIOS,
    SOURCE_FORMAT,
    STUDY_COLUMNS,
    ReviewFile,
    Row,
    complete,
)
from metarepro.tabular.problems import DataError, Problem
from metarepro.tabular.yaml_text import FILL_IN
from metarepro.wording.scales import MEASURES

#: Kind of data in `effect_table.KINDS` -> type of data of a review's analysis.
_DATA_TYPES = {
    "effects": "iv",
    "intervals": "iv",
    "means": "continuous",
    "counts": "dichotomous",
}
#: Measures that an analysis of a review can have, by the name that columns.yaml gives them.
_OF_GIVEN = {name: name for name in ("SMD", "MD", "OR", "RR", "RD", "HR", "IRR")} | {
    "ratio": "OTHER",
    "effect": "OTHER",
    "": "OTHER",
}
_OF_ARMS = {"continuous": ("SMD", "MD"), "dichotomous": ("OR", "RR", "RD")}
_ABOVE_0 = "a ratio and limits above 0; of a limit printed as 0.00, its standard error (sei)"


def read_review_source(path: Path) -> SourceExtraction:
    """Read the file that a columns.yaml is of, as a review.

    Parameters
    ----------
    path : Path
        The columns.yaml; the file stands beside it.

    Returns
    -------
    SourceExtraction
        One comparison with an analysis for each of columns.yaml, in their order. Effects of ratios
        stand as logarithms. What is published of a pool stands in its `published_...` columns.

    Raises
    ------
    DataError
        With all problems of both files.
    """
    file, analyses = read_columns(path)
    path = path.resolve()
    if (path.parent / file).resolve().parent != path.parent:
        problem = Problem(path.name, None, "file", file, "a file beside it, no link to elsewhere")
        raise DataError([problem])
    source = read_tables(path.parent / file)
    problems: list[Problem] = []
    study_rows: list[Row] = []
    analysis_rows: list[Row] = []
    printed: dict[str, PrintedPool] = {}
    notes = [f"not read: {what}" for what in source.skipped]
    for number, analysis in enumerate(analyses, start=1):
        if analysis.questions:
            problems += [
                Problem(path.name, None, analysis.name, FILL_IN, f"an answer: {question}")
                for question in analysis.questions
            ]
            continue
        try:
            analysis = _with_measure(analysis)
            extracted = extract(source, analysis)
            keys = _keys(path.parent.name, number, analysis)
            settings, published = _settings(analysis, extracted.table, path.name)
            study_rows += [keys | row for row in _study_rows(extracted, settings)]
            analysis_rows.append(keys | settings | _published(published, settings))
            pools = close_printed(source, analysis, analyses)
            if published is not None:
                printed[str(number)] = PrintedPool(extracted.table, published, analysis.measure)
        except DataError as error:
            problems += error.problems
        except InputError as error:
            problems.append(Problem(path.name, None, analysis.name, str(error), "rows to pool"))
        else:
            notes += _left_out(extracted)
            notes += [
                f"{analysis.name}: {check_words(one)}"
                for one in close_analysis(source, analysis, analyses).open
            ]
            notes += [f"{analysis.name}: {line}" for one in pools for line in one.open_words()]
    if problems:
        raise DataError(problems)
    return SourceExtraction(
        ReviewFile(path.parent.name, "", SOURCE_FORMAT, ""),
        complete(study_rows, STUDY_COLUMNS),
        complete(analysis_rows, ANALYSIS_COLUMNS),
        tuple(notes),
        printed=printed,
    )


def _keys(review_id: str, number: int, analysis: Analysis) -> Row:
    return {
        "review_id": review_id,
        "comparison_number": "1",
        "comparison": "",
        "outcome_number": str(number),
        "outcome": analysis.name,
    }


def _with_measure(analysis: Analysis) -> Analysis:
    """An analysis of arms that names no measure has that of its published pool."""
    if analysis.measure or "yi" in analysis.columns or not analysis.published:
        return analysis
    with contextlib.suppress(InputError):  # which is named where the pool is read
        return replace(analysis, measure=parse_published(analysis.published).measure)
    return analysis


def _settings(
    analysis: Analysis, table: EffectTable, file: str
) -> tuple[Row, PublishedResult | None]:
    """What is pooled how, before a model is looked for, and what is published.

    Raises
    ------
    DataError
        For a measure that the data cannot have, and a published result that cannot be read.
    """
    kind = table.kinds[0]
    if kind not in _DATA_TYPES:
        wanted = "two arms, or effects with their precision; metarepro explain checks these"
        raise DataError([Problem(file, None, f"{analysis.name}, columns", kind, wanted)])
    data_type = _DATA_TYPES[kind]
    allowed = _OF_ARMS.get(data_type, tuple(filter(None, _OF_GIVEN)))
    if analysis.measure not in allowed and not (data_type == "iv" and not analysis.measure):
        found = analysis.measure or "nothing"
        place = f"{analysis.name}, measure"
        raise DataError([Problem(file, None, place, found, ", ".join(allowed))])
    published = None
    if analysis.published:
        try:
            published = parse_published(analysis.published)
        except InputError as error:
            place = f"{analysis.name}, published"
            raise DataError([Problem(file, None, place, str(error), "a printed result")]) from None
    ratio = bool(analysis.measure) and MEASURES[analysis.measure].is_ratio
    measure = _OF_GIVEN[analysis.measure] if data_type == "iv" else analysis.measure
    level = published.level if published else 0.95
    return {
        "level": "overall",
        "data_type": data_type,
        "measure": measure,
        "measure_label": analysis.measure,
        "method": "IV",
        "model": "random",
        "tau2_method": "DL",
        "ci_method": "wald",
        "interval_level": level,
        "study_interval_level": 0.95,
        "log_data": "yes" if data_type == "iv" and ratio else "no",
        "swap_events": "no",
        "prediction_interval": "no",
        "totals": "YES",
        "estimable": "yes",
        "published_scale": "ratio" if ratio or measure in RATIOS else "difference",
        "locator": f"{table.file}, {analysis.table or analysis.name}",
    }, published


def _published(published: PublishedResult | None, settings: Row) -> Row:
    """The columns of a published pool, with the decimals as printed."""
    if published is None:
        return {}
    numbers = {name: n for name, n in published.numbers.items() if not n.bound}
    columns = {name: n for name, n in numbers.items() if f"published_{name}" in ANALYSIS_COLUMNS}
    precision = "; ".join(f"published_{name}: {n.decimals}" for name, n in columns.items())
    values = {f"published_{name}": n.value for name, n in columns.items()}
    return {**values, "published_precision": precision}


def _study_rows(extracted: Extracted, settings: Row) -> Iterator[Row]:
    """The rows of an analysis in the columns of a review."""
    table = extracted.table
    kind = table.kinds[0]
    numbers = table.numbers(kind)
    trials = table.trials or [f"row {row}" for row in table.cells.index]
    rows = zip(table.cells.index, table.studies, trials, strict=True)
    for place, (row, study, trial) in enumerate(rows):
        cells = {str(name): float(x) for name, x in numbers.iloc[place].items()}
        yield {
            "study_id": trial,
            "study": study,
            "position": float(place + 1),
            "applies_to": "both",
            "estimable": "yes",
            "locator": f"{settings['locator']}, row {row}",
            **(
                _effect(cells, settings, Problem(table.file, int(row), "", "", _ABOVE_0))
                if settings["data_type"] == "iv"
                else cells
            ),
        }


def _effect(cells: Row, settings: Row, problem: Problem) -> Row:
    """Estimate and standard error on the scale of pooling.

    Raises
    ------
    DataError
        For a ratio, or a limit of one, that has no logarithm.
    """
    if "vi" in cells:
        return {"estimate": cells["yi"], "se": math.sqrt(cells["vi"])}
    y, low, high = cells["yi"], cells["ci_low"], cells["ci_high"]
    if settings["log_data"] == "yes":
        if min(y, low, high) <= 0:
            found = f"{y:g} [{low:g}, {high:g}]"
            raise DataError([replace(problem, found=found)])
        y, low, high = (math.log(x) for x in (y, low, high))
    return {"estimate": y, "se": (high - low) / (2 * Z95)}


def _left_out(extracted: Extracted) -> Iterator[str]:
    for row, study, why in extracted.left_out:
        named = f" ({study})" if study else ""
        yield f"{extracted.analysis.name}: row {row}{named} left out: {why}"
