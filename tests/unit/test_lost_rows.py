"""A table with fewer rows than at the last run: said, and nothing is refused."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.command import command
from tests.data_folder import RESULTS, write_data_folder

from metarepro.manifest.listing import list_files, write_manifest
from metarepro.study.lost_rows import lost_rows
from metarepro.study.tables import INPUTS
from metarepro.study.transcription import read
from metarepro.tabular.tables import write_table


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder and the inputs of a run beside it."""
    data = write_data_folder(tmp_path / "data")
    write_table(read(data).inputs, INPUTS.at(tmp_path / "results"), INPUTS)
    return data


def cut(folder: Path) -> None:
    """Cut the results off at the end of their first row."""
    path = folder / RESULTS
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:2]))


def test_nothing_is_said_of_a_folder_as_it_was(folder: Path) -> None:
    assert lost_rows(read(folder).inputs, folder.parent / "results") == []


def test_nothing_is_said_before_the_first_run(folder: Path) -> None:
    cut(folder)
    assert lost_rows(read(folder).inputs, folder.parent / "elsewhere") == []


def test_a_file_cut_off_at_the_end_of_a_row(folder: Path) -> None:
    cut(folder)
    (said,) = lost_rows(read(folder).inputs, folder.parent / "results")
    assert said.startswith("data/trials/results.csv has 1 row, 4 fewer than at the last run.")


def test_check_says_it_and_does_not_fail(folder: Path) -> None:
    cut(folder)
    done = command("check", "--data-dir", folder)
    assert done.exit_code == 0
    assert "4 fewer than at the last run" in done.stderr


def test_pandas_is_left_alone_where_the_data_are_those_of_the_last_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes as long to start as all else of a run that has nothing to do."""
    monkeypatch.chdir(folder.parent)
    write_manifest(Path(), list_files(Path(), []))
    program = "import sys; from metarepro.commands.run import data_changed; print(data_changed()); "
    command = [sys.executable, "-c", program + "print('pandas' in sys.modules)"]
    assert subprocess.check_output(command, text=True).split() == ["False", "False"]
    cut(folder)
    assert subprocess.check_output(command, text=True).split() == ["True", "False"]
