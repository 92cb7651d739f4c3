"""Runs of the workflow in a folder of their own, and comparing what they made."""

import filecmp
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = ("rules", "config", "profiles", "scripts", "src")
FILES = ("Snakefile", "environment.yml", "requirements.txt")


#: What depends on the machine or is none of the workflow's; git ignores it as well.
NOT_COMPARED = {".snakemake_timestamp", "forest_plots.docx", "changes.md", "manifest.local.csv"}
#: Folders of results that are not committed.
NOT_COMMITTED = ("report/", "manuscript/")


def copy_code(folder: Path) -> Path:
    """Copy what a run needs apart from data/."""
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name)
    for name in FILES:
        shutil.copy2(ROOT / name, folder / name)
    return folder


def copy_study(folder: Path, to: Path) -> Path:
    """Copy a study with its records and dates."""
    shutil.copytree(folder, to, symlinks=True)
    return to


def environment(folder: Path, **changes: str) -> dict[str, str]:
    """Environment of a run: this Python first on the path, and the library in the folder."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return os.environ | {"PATH": path, "PYTHONPATH": str(folder / "src")} | changes


def command(*options: str) -> list[str]:
    """Command of a run, with the scheduler of `metarepro run`."""
    return [sys.executable, "-m", "snakemake", "--cores", "2", "--scheduler", "greedy", *options]


def snakemake(folder: Path, *options: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run the workflow in a folder; `changes` are variables of its environment."""
    return subprocess.run(
        command(*options),
        cwd=folder,
        env=environment(folder, **changes),
        capture_output=True,
        text=True,
        check=False,
    )


def rules_run(run: subprocess.CompletedProcess[str]) -> set[str]:
    return set(re.findall(r"^(?:local)?rule (\w+):", run.stdout + run.stderr, re.M)) - {"all"}


def files(folder: Path, pictures: bool = False) -> dict[str, Path]:
    """Files of a folder; `pictures`: with Word documents that hold some."""
    passed_over = NOT_COMPARED - ({"forest_plots.docx"} if pictures else set())
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in passed_over
    }


def committed(folder: Path) -> dict[str, Path]:
    """Files of a results folder that git keeps."""
    return {
        name: path for name, path in files(folder).items() if not name.startswith(NOT_COMMITTED)
    }


def assert_same_bytes(one: Path, other: Path, pictures: bool = False) -> None:
    """Of pictures only where both were drawn on one machine."""
    assert_same_files(files(one, pictures), files(other, pictures))


def assert_same_files(first: dict[str, Path], second: dict[str, Path]) -> None:
    """Same names, same bytes."""
    assert list(first) == list(second)
    different = [name for name in first if not filecmp.cmp(first[name], second[name], False)]
    assert different == []
