"""A run of the workflow that has not come to its end is told by make changes.

tests/workflow and tests/faults show which runs leave the mark.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

import report_changes

ROOT = Path(__file__).parents[2]
WARNING = "**The last run of the workflow did not make everything**"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with an environment whose snakemake does as the variable RUN says."""
    monkeypatch.chdir(tmp_path)
    for name in ("Makefile", "requirements.txt"):
        shutil.copy2(ROOT / name, tmp_path / name)
    os.utime("requirements.txt", (0, 0))
    snakemake = tmp_path / ".venv/bin/snakemake"
    snakemake.parent.mkdir(parents=True)
    snakemake.write_text('#!/bin/sh\neval "$RUN"\n')
    snakemake.chmod(0o755)
    Path(".venv/.ready").touch()
    Path(".gitignore").write_text(".*\n")
    author = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "."], [*author, "commit", "-qm", "first"]):
        subprocess.run(["git", *command], check=True)
    return tmp_path


def make(run: str) -> int:
    """Run make with this command for the workflow."""
    command, environment = ["make", "VENV=.venv"], os.environ | {"RUN": run}
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode


def is_told(capfd: pytest.CaptureFixture[str]) -> bool:
    report_changes.main(["HEAD"])
    return WARNING in capfd.readouterr().out


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("run", ["exit 1", "kill -9 $$", "kill -9 $PPID", "kill -2 $$"])
def test_a_run_is_told_until_make_comes_to_its_end(
    run: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Also one that fails before the workflow begins, and makes the mark."""
    whole = Path(".snakemake/whole_run")
    assert not is_told(capfd)
    assert make(run) != 0
    assert is_told(capfd)
    assert not whole.exists()
    assert make("exit 0") == 0
    assert not is_told(capfd)
    assert whole.exists()
