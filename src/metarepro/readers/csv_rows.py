"""Reads a small table of texts: CSV, or with tabs or semicolons between its cells."""

from pathlib import Path

import pandas as pd

from metarepro.readers.effect_table import cells_of, cells_of_frame
from metarepro.tabular.cells import HEADER_ROW, read_bytes
from metarepro.tabular.plain_text import clean_text
from metarepro.tabular.problems import DataError, Problem


def read_csv_rows(source: Path | str | pd.DataFrame, called: str) -> tuple[str, pd.DataFrame]:
    """Read a table of texts.

    Parameters
    ----------
    source : Path, str or DataFrame
    called : str
        How messages call a DataFrame.

    Returns
    -------
    file : str
        How messages call it.
    rows : DataFrame of str
        The index is the row as a spreadsheet counts; the cells are plain text on one line.

    Raises
    ------
    DataError
        With all problems of the file.
    """
    if isinstance(source, pd.DataFrame):
        frame, file = cells_of_frame(source), called
    else:
        file = Path(source).name
        content, problems = read_bytes(Path(source), file)
        if problems:
            raise DataError(problems)
        frame = cells_of(content, file)
        frame.columns = frame.columns.map(clean_text)
    repeated = frame.columns[frame.columns.duplicated() | (frame.columns == "")]
    if len(repeated):
        raise DataError(
            Problem(
                file, HEADER_ROW, str(name), "the column again", "each column once, with a name"
            )
            for name in repeated
        )
    return file, frame.map(clean_text)
