"""Projects to break: a finished run of the small data folder, and copies of it."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.data_folder import write_data_folder
from tests.workflow_runs import copy_code, snakemake


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """A project that was run once, undisturbed, and how many seconds that took."""
    folder = copy_code(tmp_path_factory.mktemp("undisturbed"))
    write_data_folder(folder / "data")
    start = time.monotonic()
    run = snakemake(folder)
    assert run.returncode == 0, run.stderr
    return folder, time.monotonic() - start


@pytest.fixture
def project(finished: tuple[Path, float], tmp_path: Path) -> Path:
    """A copy of it, with its records."""
    folder = tmp_path / "project"
    shutil.copytree(finished[0], folder)
    return folder


@pytest.fixture
def mounted() -> Iterator[Callable[..., None]]:
    """Mount something on a folder until the test is over; skips where that is not allowed."""
    folders: list[Path] = []

    def mount(folder: Path, *options: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        command = ["mount", *options, str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
        if folder not in folders:
            folders.append(folder)

    if os.name != "posix" or shutil.which("mount") is None or os.geteuid() != 0:
        pytest.skip("nothing can be mounted here: needs root")
    yield mount
    for folder in reversed(folders):
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
