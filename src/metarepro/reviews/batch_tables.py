"""The tables that a batch of review files gives, and those of several batches as one.

The files of a batch stand in the order given, and a row tells of one file only: the tables of
several batches, one below the other, are the tables of all their files.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from metarepro.audit.tables import AUDIT
from metarepro.reviews.chunks import Chunk
from metarepro.reviews.tables import (
    REVIEW_ACCURACY,
    REVIEW_FILES,
    REVIEW_REPRODUCTION,
    VERDICTS,
)
from metarepro.tabular.problems import DataError, Problem
from metarepro.tabular.spreadsheet_cells import for_spreadsheets
from metarepro.tabular.tables import empty_table, read_table, write_table
from metarepro.wording.phrases import counted

#: Names of the files that a batch writes -> their tables.
BATCH_TABLES = {
    "reproduction": REVIEW_REPRODUCTION,
    "accuracy": REVIEW_ACCURACY,
    "audit": AUDIT,
    "files": REVIEW_FILES,
}


def below_each_other(name: str, tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Tables of one name in `BATCH_TABLES` as one."""
    return pd.concat([empty_table(BATCH_TABLES[name]), *tables], ignore_index=True)


def together(
    chunks: Sequence[Chunk], parts: Sequence[Mapping[str, pd.DataFrame]]
) -> dict[str, pd.DataFrame]:
    """The tables of all chunks as those of one batch.

    Parameters
    ----------
    chunks : sequence of Chunk
    parts : sequence of mapping
        For each chunk the tables of its batch.

    Raises
    ------
    DataError
        If a part does not have the files of its chunk, each once and in order.
    """
    problems = []
    for chunk, part in zip(chunks, parts, strict=True):
        expected = [file.name for file in chunk.files]
        found = list(part["files"]["file"])
        if found != expected:
            text = f"{len(found)} files, from {found[:1]}"
            allowed = f"the {len(expected)} files of the chunk, from {expected[:1]}"
            problems.append(Problem("files.csv", None, "file", text, allowed))
    if problems:
        raise DataError(problems)
    return {name: below_each_other(name, [part[name] for part in parts]) for name in BATCH_TABLES}


def write_batch(
    tables: Mapping[str, pd.DataFrame], folder: Path, *, for_people: bool = False
) -> None:
    """Write the tables of a batch; those for people hold no text that would be a formula."""
    for name, table in BATCH_TABLES.items():
        frame = for_spreadsheets(tables[name]) if for_people else tables[name]
        write_table(frame, folder / f"{name}.csv", table)


def read_batch(folder: Path) -> dict[str, pd.DataFrame]:
    """Read the tables that `write_batch` wrote."""
    return {name: read_table(folder / f"{name}.csv", table) for name, table in BATCH_TABLES.items()}


def summary(tables: Mapping[str, pd.DataFrame], elsewhere: int) -> str:
    """Say what a batch found, a line each; `elsewhere` are failures that are no row of it."""
    status = tables["files"]["status"]
    read, verdicts = int((status == "read").sum()), Counter(tables["reproduction"]["verdict"])
    failed = len(status) - read + elsewhere
    counts = ", ".join(f"{verdicts[v]} {v}" for v in VERDICTS if verdicts[v])
    lines = [
        f"{counted(read + failed, 'file')}: {read} read, {failed} unreadable",
        f"{counted(len(tables['reproduction']), 'pool')}: {counts or 'nothing to recompute'}",
        f"{counted(len(tables['audit']), 'finding')} of the audit",
    ]
    if skipped := skipped_analyses(tables):
        what = "not recomputed, since the settings are not known: files.csv names them"
        lines.append(f"{skipped} {'analysis' if skipped == 1 else 'analyses'} {what}")
    return "\n".join(lines)


def skipped_analyses(tables: Mapping[str, pd.DataFrame]) -> int:
    """How many analyses have numbers and could not be used."""
    return int(tables["files"]["skipped"].sum())
