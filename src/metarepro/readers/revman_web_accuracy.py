"""Reads RevMan Web packages of diagnostic test accuracy: the 2x2 tables of the studies.

Pooled accuracy is that of a bivariate or HSROC model fitted elsewhere; the parameters that the
package repeats are not taken in.
"""

from collections.abc import Sequence
from pathlib import Path

from metarepro.readers.archives import Document
from metarepro.readers.review_tables import (
    ACCURACY_COLUMNS,
    ANALYSIS_COLUMNS,
    CD_NUMBER,
    STUDY_COLUMNS,
    Extraction,
    ReviewFile,
    complete,
)
from metarepro.readers.revman_web_tables import Cells, find_sheets, kind_of
from metarepro.readers.revman_web_words import (
    ACCURACY_COUNTS,
    ACCURACY_PARAMETERS,
    ACCURACY_RESULTS,
    ACCURACY_ROWS,
    DATA_ROWS,
)
from metarepro.tabular.plain_text import clean_text
from metarepro.tabular.problems import DataError, Problem

WORDS = "a RevMan Web package of diagnostic test accuracy"
IN_TABLES = True
NOTE = (
    "a review of diagnostic test accuracy: the studies' sensitivity and specificity are computed "
    "again, pooled results are not"
)


def sniff(head: bytes) -> bool:
    """Whether a table that starts like this is of a review of test accuracy."""
    return kind_of(head) in (ACCURACY_ROWS, ACCURACY_PARAMETERS)


def read(documents: Sequence[Document], file: str) -> Extraction:
    """Read the tables of a package of test accuracy.

    Parameters
    ----------
    documents : sequence of Document
        At most one of each kind.
    file : str
        The package in messages.

    Raises
    ------
    DataError
        With all problems of the package.
    """
    sheets, notes, problems = find_sheets(documents)
    if ACCURACY_ROWS not in sheets and not problems:
        found = "parameters of test accuracy without data rows"
        problems.append(Problem(file, None, "", found, "a RevMan Web package"))
    if problems:
        raise DataError(problems)
    sheet, cells = sheets[ACCURACY_ROWS], Cells()
    prefix = sheet.base.rpartition("-" + DATA_ROWS)[0]
    number = CD_NUMBER.search(prefix) or CD_NUMBER.search(Path(file).stem)
    review_id = clean_text(number[0] if number else prefix or Path(file).stem) or "review"
    rows = []
    for row in sheet.rows:
        if not row.text("Study"):
            cells.wrong(sheet, row, "Study", "nothing", "the name of a study")
        study: dict[str, object] = {
            "review_id": review_id,
            "test_number": row.text("Analysis number"),
            "test": row.text("Test name") or row.text("Analysis name"),
            "subgroup": row.text("Subgroup"),
            "study": row.text("Study"),
            "locator": f"{sheet.base}, line {row.line}",
        }
        for column, source in ACCURACY_COUNTS.items():
            study |= {column: cells.number(sheet, row, source, typed_in=True)}
        for column, source in ACCURACY_RESULTS.items():
            study |= {column: cells.number(sheet, row, source)}
        rows.append(study)
    if cells.problems:
        raise DataError(cells.problems)
    return accuracy_review(
        ReviewFile(review_id, "", "revman_web_accuracy", ""), rows, (NOTE, *notes)
    )


def accuracy_review(
    review: ReviewFile, rows: Sequence[dict[str, object]], notes: Sequence[str]
) -> Extraction:
    """A review that has rows of test accuracy only."""
    return Extraction(
        review,
        complete((), STUDY_COLUMNS),
        complete((), ANALYSIS_COLUMNS),
        tuple(notes),
        complete(rows, ACCURACY_COLUMNS),
    )
