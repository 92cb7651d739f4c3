"""The workflow over many review files: against one call over all of them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.made_up_review import made_up_review
from tests.review_files import rm5_bytes

ROOT = Path(__file__).parents[2]
TABLES = ("reproduction.csv", "audit.csv", "files.csv")
ODD = ["a.rm5", "b c.rm5", "new\nline.rm5", 'it\'s "q" $(touch x) `y`; z.rm5', "-o.rm5", "{w}.rm5"]
#: Ends itself as if killed, the first time that it is to recompute the second chunk.
DYING_PYTHON = """#!/bin/sh
case "$*" in
*chunks/0002.json*)
    if [ ! -e "{mark}" ]; then touch "{mark}"; kill -9 $$; fi ;;
esac
exec "{python}" "$@"
"""


def run(folder: Path, *command: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    found = [str(path)] if path else []
    places = [*found, str(Path(sys.executable).parent), os.environ["PATH"]]
    environment = os.environ | {"PATH": os.pathsep.join(places), "PYTHONPATH": ""}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def split(folder: Path, size: int = 3) -> None:
    script = str(ROOT / "scripts/split_reviews.py")
    options = ("--chunk-size", str(size), "--output-dir", "out/chunks")
    done = run(folder, sys.executable, script, "reviews", *options)
    assert done.returncode == 0, done.stderr


def workflow(folder: Path, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    snakefile = str(ROOT / "workflows/reproduce_many.smk")
    command = [sys.executable, "-m", "snakemake", "--snakefile", snakefile, "--directory", "out"]
    return run(folder, *command, "--cores", "2", "--retries", "2", "--keep-going", path=path)


def chunks_done(done: subprocess.CompletedProcess[str]) -> list[str]:
    return sorted(re.findall(r"wildcards: chunk=(\d+)", done.stdout + done.stderr))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reviews with odd names, one of them broken, and the tables of one call over all."""
    folder = tmp_path_factory.mktemp("many")
    (folder / "reviews/inner folder").mkdir(parents=True)
    for name in ODD:
        (folder / "reviews" / name).write_bytes(rm5_bytes(made_up_review()))
    shutil.copy(folder / "reviews/a.rm5", folder / "reviews/inner folder/two..dots.rm5")
    (folder / "reviews/broken.rm5").write_text("<COCHRANE_REVIEW><ANALYSES")
    program = [sys.executable, "-m", "metarepro", "reproduce"]
    done = run(folder, *program, "reviews", "--output-dir", "local")
    assert "8 files: 7 read, 1 unreadable" in done.stdout
    return folder


def test_chunks_give_the_bytes_of_one_call(folder: Path, tmp_path: Path) -> None:
    shim = tmp_path / "python"
    shim.write_text(DYING_PYTHON.format(mark=tmp_path / "died", python=sys.executable))
    shim.chmod(0o755)
    split(folder)
    done = workflow(folder, path=tmp_path)
    said = done.stdout + done.stderr
    # The chunk whose job was killed is done again, none of the others is.
    assert (tmp_path / "died").exists()
    assert chunks_done(done) == ["0001", "0002", "0002", "0003"], said
    for table in TABLES:
        assert (folder / "out" / table).read_bytes() == (folder / "local" / table).read_bytes()
    # The broken file is named, all others are done, and the run has failed.
    assert done.returncode == 1
    assert "8 files: 7 read, 1 unreadable" in said
    assert re.search(r"^broken\.rm5: .*end of the file", said, re.M)
    assert not list(folder.rglob("x"))


def test_a_second_run_does_what_has_changed(folder: Path) -> None:
    (folder / "reviews/broken.rm5").write_bytes(rm5_bytes(made_up_review()))
    split(folder)
    done = workflow(folder)
    assert done.returncode == 0, done.stderr
    # In order of names -o, a, b c | broken, inner folder, it's | new line, {w}.
    assert chunks_done(done) == ["0002"]
    assert "8 files: 8 read, 0 unreadable" in done.stdout + done.stderr


def test_no_review_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "reviews").mkdir()
    split(tmp_path)
    done = workflow(tmp_path)
    assert done.returncode == 1
    assert "1 file: 0 read, 1 unreadable" in done.stdout + done.stderr
    assert (tmp_path / "out/files.csv").read_text().startswith("file,status")


def test_the_workflow_has_no_lints(folder: Path) -> None:
    split(folder)
    snakefile = str(ROOT / "workflows/reproduce_many.smk")
    command = [sys.executable, "-m", "snakemake", "--snakefile", snakefile, "--directory", "out"]
    done = run(folder, *command, "--lint")
    assert done.returncode == 0, done.stderr
