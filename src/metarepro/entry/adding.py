"""Adds the trial and results of a filled-in form to data/trials.

The rows are checked together with all of the data first; with any problem nothing is written, and
the problem names the line of the form. Then the whole new files take the place of the old ones.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from metarepro.entry.described import describe_results
from metarepro.entry.draft_rows import Record, appended, duplicates, place_in_draft, read_draft
from metarepro.plan import Plan
from metarepro.study.transcription import Dataset
from metarepro.study.validation import load
from metarepro.tabular.input_tables import INPUT_TABLES
from metarepro.tabular.problems import DataError, refused


def add_draft(trial_id: str, data_dir: Path, drafts: Path, plan: Plan) -> list[str]:
    """Check the form of a trial and add its rows to the data.

    Parameters
    ----------
    trial_id : str
        The form is `drafts`/`trial_id`.yaml.
    data_dir, drafts : Path
        The data folder, and the folder of the form.
    plan : Plan
        How results become effect sizes, for the words on what was added.

    Returns
    -------
    list of str
        The files that have grown, and one line for each result.

    Raises
    ------
    DataError
        With all problems, at the lines of the form; nothing has been written then.
    """
    path = drafts / f"{trial_id}.yaml"
    draft = path.as_posix()
    if not path.is_file():
        allowed = f"a form: metarepro new-trial {trial_id} --statistic means"
        raise refused(draft, "no such file", allowed)
    with _locked(data_dir):
        records, problems = read_draft(path.read_bytes(), trial_id, draft)
        if not problems:
            present = load(data_dir).tables()
            tables = ("trials", "clusters", "results")
            ids = {name: list(present[name].iloc[:, 0]) for name in tables}
            problems = duplicates(records, ids, draft)
        if problems:
            raise DataError(problems)
        contents, places = _grown_files(data_dir, records)
        try:
            data = _checked(data_dir, contents)
        except DataError as error:
            raise DataError(place_in_draft(error.problems, places, draft)) from None
        added = {record.cells.get("result_id") for record in records}
        lines = describe_results(data, added, plan)
        _replace_files(data_dir, contents)
    files = ", ".join((data_dir / relative).as_posix() for relative in contents)
    return [f"Added to {files}:", *lines]


def _grown_files(
    data_dir: Path, records: Sequence[Record]
) -> tuple[dict[Path, bytes], dict[tuple[str, int | None], Record]]:
    """New content of each file that gets rows, and the file and row that each record gets."""
    contents: dict[Path, bytes] = {}
    places: dict[tuple[str, int | None], Record] = {}
    for table in dict.fromkeys(record.table for record in records):
        mine = [record for record in records if record.table == table]
        relative = Path("trials", f"{table}.csv")
        path = data_dir / relative
        header = ",".join(INPUT_TABLES[table].columns) + "\n"
        present = path.read_bytes() if path.exists() else header.encode()
        contents[relative], rows = appended(present, mine)
        file = f"{data_dir.resolve().name}/{relative.as_posix()}"
        places |= {(file, row): record for row, record in zip(rows, mine, strict=True)}
    return contents, places


def _checked(data_dir: Path, contents: Mapping[Path, bytes]) -> Dataset:
    """The data as they would be, read from a copy."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(data_dir, Path(folder, data_dir.resolve().name)))
        for relative, content in contents.items():
            (copy / relative).write_bytes(content)
        return load(copy)


def _replace_files(data_dir: Path, contents: Mapping[Path, bytes]) -> None:
    """Write all files under another name, then rename them: the trial before its results."""
    partial = {data_dir / r: data_dir / r.with_name(f".{r.name}.partial") for r in contents}
    try:
        for relative, content in contents.items():
            partial[data_dir / relative].write_bytes(content)
        for path, written in partial.items():
            written.replace(path)
    finally:
        for written in partial.values():
            written.unlink(missing_ok=True)


@contextmanager
def _locked(data_dir: Path) -> Iterator[None]:
    """Let one add at a time read and write the tables: two at once would lose a trial."""
    folder = os.open(data_dir / "trials", os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
