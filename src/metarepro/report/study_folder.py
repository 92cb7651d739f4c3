"""The files on a pooled table and on what else was asked of it."""

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from metarepro.figures.study_forest import study_forest
from metarepro.figures.style import png_bytes, svg_bytes
from metarepro.questions.answer_table import AnswerTable
from metarepro.questions.asking import Answers
from metarepro.questions.words import answer_tables, selection_notes
from metarepro.report.study_page import study_page
from metarepro.report.study_report import Provenance, markdown_report, workbook
from metarepro.tabular.spreadsheet_cells import for_spreadsheets

FIGURE = "forest.svg"


def study_files(
    answers: Answers, provenance: Provenance, notes: Sequence[str] = ()
) -> dict[str, bytes]:
    """Make all files.

    Parameters
    ----------
    answers : Answers
        What `questions.asking.ask` gives.
    provenance : Provenance
    notes : sequence of str
        On the source, in sentences.

    Returns
    -------
    dict of str to bytes
        By the name of the file: the forest plot, the report as Markdown, as a page and as a
        workbook, a table of the rows, and one for each answer. Texts that a spreadsheet would take
        for a formula have an apostrophe in front.
    """
    result = answers.pool
    tables = _numbered(answer_tables(answers))
    said = [*notes, *selection_notes(answers)]
    plot = study_forest(answers)
    report = markdown_report(result, provenance, FIGURE, said, [table for _, table in tables])
    page = study_page(result, provenance, FIGURE, said, tables)
    files = {
        FIGURE: svg_bytes(plot),
        "forest.png": png_bytes(plot),
        "report.md": report.encode(),
        "report.html": page.encode(),
        "report.xlsx": workbook(result, provenance, said, dict(tables)),
        "rows.csv": _csv(rows_table(answers)),
    }
    return files | {f"{name}.csv": _csv(answer.table) for name, answer in tables}


def rows_table(answers: Answers) -> pd.DataFrame:
    """The rows with their effects as they are printed, and every column that could be asked about.

    Examples
    --------
    >>> from metarepro.questions.asking import ask
    >>> rows = pd.DataFrame({"study": ["A", "B"], "yi": [0.1, 0.3], "vi": 0.04, "dose": ["1", "2"]})
    >>> list(rows_table(ask(rows)).columns)
    ['row', 'study', 'trial', 'effect', 'ci_low', 'ci_high', 'weight', 'yi', 'vi', 'dose']
    """
    result, cells = answers.pool, answers.columns.cells
    studies = result.studies
    effects = {"effect": "yi", "ci_low": "ci_low", "ci_high": "ci_high"}
    shown = {name: studies[of].map(result.scale.shown) for name, of in effects.items()}
    rows = studies[["study", "trial"]].assign(
        **shown, weight=studies["weight"], yi=studies["yi"], vi=studies["vi"]
    )
    rows.insert(0, "row", rows.index)
    more = [column for column in cells if column not in rows]
    return pd.concat([rows, cells[more]], axis=1)


def _numbered(tables: Sequence[AnswerTable]) -> list[tuple[str, AnswerTable]]:
    """Each answer with a name of its own: subgroups, subgroups_2."""
    seen: Counter[str] = Counter()
    named = []
    for table in tables:
        seen[table.name] += 1
        count = seen[table.name]
        named.append((table.name if count == 1 else f"{table.name}_{count}", table))
    return named


def _csv(table: pd.DataFrame) -> bytes:
    return for_spreadsheets(table).to_csv(index=False, lineterminator="\n").encode()
