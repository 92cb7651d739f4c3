"""Reads a review, whatever its file is."""

from dataclasses import replace
from pathlib import Path

from metarepro.readers.review_file import read_review
from metarepro.readers.review_tables import Extraction
from metarepro.tabular.file_names import COLUMNS_FILE
from metarepro.tabular.problems import DataError


def read_any_review(path: Path) -> Extraction:
    """Read a review file, or the data file that a columns.yaml is of.

    Raises
    ------
    DataError
        With all problems.
    """
    if path.name != COLUMNS_FILE:
        return read_review(path)
    # Review files do without what reads data files.
    from metarepro.extraction.review_source import read_review_source

    try:
        return read_review_source(path)
    except DataError as error:
        # Readers of data files call them by their names; many reviews have a file of this name.
        raise DataError(
            problem
            if "/" in problem.file
            else replace(problem, file=(path.parent / problem.file).as_posix())
            for problem in error.problems
        ) from None
