"""A run of the workflow that has not come to its end is told by the command changes.

tests/workflow and tests/faults show which runs leave the mark.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.command import command

ROOT = Path(__file__).parents[2]
#: Does as the variable RUN says, in the shell's words.
SNAKEMAKE = """
import os, sys
os.execvp("sh", ["sh", "-c", os.environ["RUN"]])
"""
WARNING = "**The last run of the workflow did not make everything**"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with an environment whose snakemake does as the variable RUN says."""
    monkeypatch.chdir(tmp_path)
    for name in ("Makefile", "requirements.txt", "Snakefile"):
        shutil.copy2(ROOT / name, tmp_path / name)
    os.utime("requirements.txt", (0, 0))
    snakemake = tmp_path / ".fake/snakemake"
    snakemake.mkdir(parents=True)
    (snakemake / "__init__.py").touch()
    (snakemake / "__main__.py").write_text(SNAKEMAKE)
    program = tmp_path / ".venv/bin/metarepro"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m metarepro "$@"\n')
    program.chmod(0o755)
    Path(".venv/.ready").touch()
    Path(".gitignore").write_text(".*\n")
    author = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for arguments in (["init", "-q"], ["add", "."], [*author, "commit", "-qm", "first"]):
        subprocess.run(["git", *arguments], check=True)
    return tmp_path


def make(run: str) -> int:
    """Run make with this command for the workflow."""
    program = ["make", "VENV=.venv"]
    paths = os.pathsep.join([str(Path(".fake").resolve()), str(ROOT / "src")])
    environment = os.environ | {"RUN": run, "PYTHONPATH": paths}
    return subprocess.run(program, env=environment, capture_output=True, check=False).returncode


def is_told() -> bool:
    return WARNING in command("changes").output


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("run", ["exit 1", "kill -9 $$", "kill -9 $PPID", "kill -2 $$"])
def test_a_run_is_told_until_make_comes_to_its_end(run: str) -> None:
    """Also one that fails before the workflow begins, and makes the mark."""
    whole = Path(".snakemake/whole_run")
    assert not is_told()
    assert make(run) != 0
    assert is_told()
    assert not whole.exists()
    assert make("exit 0") == 0
    assert not is_told()
    assert whole.exists()
