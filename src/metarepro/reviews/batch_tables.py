"""The tables that a batch of review files gives, and those of several batches as one.

The files of a batch stand in the order given, and a row tells of one file only: the tables of
several batches, one below the other, are the tables of all their files.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from metarepro.audit.tables import AUDIT
from metarepro.readers.review_tables import SOURCE_FORMAT
from metarepro.reviews.chunks import Chunk
from metarepro.reviews.tables import (
    REVIEW_ACCURACY,
    REVIEW_FILES,
    REVIEW_REPRODUCTION,
    VERDICTS,
)
from metarepro.tabular.atomic import new_file
from metarepro.tabular.problems import DataError, Problem
from metarepro.tabular.spreadsheet_cells import for_spreadsheets
from metarepro.tabular.tables import as_csv, empty_table, read_table, write_table
from metarepro.wording.phrases import counted

#: Names of the files that a batch writes -> their tables.
BATCH_TABLES = {
    "reproduction": REVIEW_REPRODUCTION,
    "accuracy": REVIEW_ACCURACY,
    "audit": AUDIT,
    "files": REVIEW_FILES,
}
#: Pools and notes that are written out; the tables have all.
_SHOWN = 10


def gather(chunks: Sequence[Chunk], parts: Sequence[Path], folder: Path) -> None:
    """Write the tables of all chunks as those of one batch for people, a chunk at a time.

    However many chunks there are, the tables of one are held in memory.

    Parameters
    ----------
    chunks : sequence of Chunk
    parts : sequence of Path
        For each chunk the folder of the tables of its batch.
    folder : Path
        Where the tables go.

    Raises
    ------
    DataError
        If a part does not have the files of its chunk, each once and in order; then nothing is
        written.
    """
    problems = []
    for chunk, part in zip(chunks, parts, strict=True):
        expected = [file.name for file in chunk.files]
        found = list(read_table(part / "files.csv", BATCH_TABLES["files"])["file"])
        if found != expected:
            text = f"{len(found)} files, from {found[:1]}"
            allowed = f"the {len(expected)} files of the chunk, from {expected[:1]}"
            problems.append(Problem("files.csv", None, "file", text, allowed))
    if problems:
        raise DataError(problems)
    for name, table in BATCH_TABLES.items():
        with new_file(folder / f"{name}.csv") as stream:
            stream.write(as_csv(empty_table(table), table, name))
            for part in parts:
                frame = for_spreadsheets(read_table(part / f"{name}.csv", table))
                stream.write(as_csv(frame, table, name, header=False))


def write_batch(
    tables: Mapping[str, pd.DataFrame], folder: Path, *, for_people: bool = False
) -> None:
    """Write the tables of a batch; those for people hold no text that would be a formula."""
    for name, table in BATCH_TABLES.items():
        frame = for_spreadsheets(tables[name]) if for_people else tables[name]
        write_table(frame, folder / f"{name}.csv", table)


def summary(files: pd.DataFrame, verdicts: Iterable[str], findings: int, elsewhere: int) -> str:
    """Say what a batch found, a line each.

    Parameters
    ----------
    files : DataFrame
        The table of files.
    verdicts : iterable of str
        Of all pools.
    findings : int
        Number of findings of the audit.
    elsewhere : int
        Failures that are no row of the table of files.
    """
    status, verdict = Counter(files["status"]), Counter(verdicts)
    read, failed = status["read"], status["unreadable"] + elsewhere
    counts = ", ".join(f"{verdict[v]} {v}" for v in VERDICTS if verdict[v])
    lines = [
        f"{counted(read + failed, 'file')}: {read} read, {failed} unreadable",
        f"{counted(verdict.total(), 'pool')}: {counts or 'nothing to recompute'}",
        f"{counted(findings, 'finding')} of the audit",
    ]
    if skipped := int(files["skipped"].sum()):
        what = "not recomputed, since the settings are not known: files.csv names them"
        lines.append(f"{skipped} {'analysis' if skipped == 1 else 'analyses'} {what}")
    return "\n".join(lines)


def summary_of(tables: Mapping[str, pd.DataFrame], elsewhere: int) -> str:
    """The `summary` of a batch in memory."""
    verdicts = tables["reproduction"]["verdict"]
    return summary(tables["files"], verdicts, len(tables["audit"]), elsewhere)


def findings_of(tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """A line for each pool with a reason, and for what was noted of data files and articles.

    A review file says itself how its pools were made; of other files a person asks first which
    model gives the result, and which rows look wrong.
    """
    pools, files = tables["reproduction"], tables["files"]
    several = len(files) > 1
    lines = [
        f"{f'{pool.file}, ' * several}{_name(pool)}: {pool.verdict}. {pool.reason}"
        for pool in pools[pools["reason"] != ""].itertuples()
    ]
    yield from lines[:_SHOWN]
    if len(lines) > _SHOWN:
        yield f"and {len(lines) - _SHOWN} more with a reason: see reproduction.csv"
    noted = files[(files["format"] == SOURCE_FORMAT) & (files["notes"] != "")]
    for file in noted.head(_SHOWN).itertuples():
        yield f"Check in {file.file}: {file.notes}"


def _name(pool: Any) -> str:
    """What a pool is of."""
    return f"{pool.outcome}, {pool.subgroup}" if pool.subgroup else str(pool.outcome)


def skipped_analyses(tables: Mapping[str, pd.DataFrame]) -> int:
    """How many analyses have numbers and could not be used."""
    return int(tables["files"]["skipped"].sum())
