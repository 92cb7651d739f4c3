"""Finished studies, each run once for all tests, and copies of them to change."""

from pathlib import Path

import pytest
from tests import three_rules
from tests.data_folder import write_data_folder
from tests.once import once
from tests.workflow_runs import copy_code, copy_study, snakemake


@pytest.fixture(scope="session")
def finished(shared: Path) -> Path:
    """The whole workflow on the small data folder."""

    def make(folder: Path) -> None:
        copy_code(folder)
        write_data_folder(folder / "data")
        run = snakemake(folder)
        assert run.returncode == 0, run.stderr

    return once(shared / "small", make)


@pytest.fixture
def project(finished: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return copy_study(finished, tmp_path / "project")


@pytest.fixture(scope="session")
def finished_study(shared: Path) -> Path:
    """The study of three rules."""
    return once(shared / "three_rules", three_rules.make_study)


@pytest.fixture
def study(finished_study: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return copy_study(finished_study, tmp_path / "study")
