"""Rows that the tables of a data folder had at the last run and have no more.

A file that was cut off at the end of a row looks whole. Rows may also be deleted on purpose, so
this is said and nothing is refused.
"""

from pathlib import Path

import pandas as pd

from metarepro.study.tables import INPUTS
from metarepro.tabular.problems import DataError
from metarepro.tabular.tables import read_table
from metarepro.wording.phrases import counted


def lost_rows(inputs: pd.DataFrame, results: Path) -> list[str]:
    """Say which tables have fewer rows than at the last run.

    Parameters
    ----------
    inputs : DataFrame
        Of the data folder as it is (`transcription.Dataset.inputs`).
    results : Path
        The folder of the results; without a run nothing is said.
    """
    try:
        before = read_table(INPUTS.at(results), INPUTS)
    except DataError:
        return []
    now = dict(zip(inputs["file"], inputs["rows"], strict=True))
    return [
        f"{file} has {counted(now[file], 'row')}, {rows - now[file]:g} fewer than at the last run. "
        "If nobody deleted them, the file was cut off: restore it"
        for file, rows in zip(before["file"], before["rows"], strict=True)
        if file in now and now[file] < rows
    ]
