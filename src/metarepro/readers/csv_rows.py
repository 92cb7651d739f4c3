"""Reads a small table of texts: CSV, or with tabs or semicolons between its cells."""

from pathlib import Path

import pandas as pd

from metarepro.readers.effect_table import parse_rows
from metarepro.tabular.cells import HEADER_ROW, decode, read_bytes
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
        texts = {
            str(name): ["" if pd.isna(cell) else str(cell) for cell in column.tolist()]
            for name, column in source.items()
        }
        index = pd.RangeIndex(HEADER_ROW + 1, HEADER_ROW + 1 + len(source))
        frame, file = pd.DataFrame(texts, index=index, dtype="str"), called
    else:
        path = Path(source)
        file = path.name
        content, problems = read_bytes(path, file)
        text, undecoded = decode(content, file) if not problems else ("", [])
        problems += undecoded
        rows, wrong = parse_rows(text, file) if not problems else ([], [])
        problems += wrong
        if problems:
            raise DataError(problems)
        frame = pd.DataFrame(
            [row for _, row in rows[1:]],
            index=pd.Index([number for number, _ in rows[1:]], dtype="int64"),
            columns=[clean_text(name) for name in rows[0][1]],
            dtype="str",
        )
    repeated = frame.columns[frame.columns.duplicated() | (frame.columns == "")]
    if len(repeated):
        raise DataError(
            Problem(
                file, HEADER_ROW, str(name), "the column again", "each column once, with a name"
            )
            for name in repeated
        )
    return file, frame.map(clean_text)
