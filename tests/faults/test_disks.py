"""Disks that are full, or not to be written to, and places for temporary files that are."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.data_folder import RESULTS, set_cells
from tests.workflow_runs import assert_same_bytes, copy_code, environment, snakemake

Finished = tuple[Path, float]
Mount = Callable[..., None]
PLAN = ("--config", "config/config.yaml")


def left_over(folder: Path) -> list[Path]:
    return list(folder.rglob("*.partial*"))


def test_a_full_disk_is_told_and_the_run_goes_on_when_there_is_room(
    finished: Finished, tmp_path: Path, mounted: Mount
) -> None:
    folder = copy_code(tmp_path / "project")
    mounted(folder / "results", "-t", "tmpfs", "-o", "size=100k", "tmpfs")
    subprocess.run(["cp", "-r", finished[0] / "data", folder / "data"], check=True)
    run = snakemake(folder)
    assert run.returncode == 1
    assert "No space left on device; free some space on that disk and start again" in run.stderr
    assert "Traceback" not in run.stderr
    assert left_over(folder / "results") == []
    mounted(folder / "results", "-o", "remount,size=100m")
    run = snakemake(folder)
    assert run.returncode == 0, run.stderr
    assert_same_bytes(finished[0] / "results", folder / "results")


def test_no_room_for_temporary_files_does_no_harm(
    finished: Finished, project: Path, tmp_path: Path, mounted: Mount
) -> None:
    """Nothing is written there; what is half-written lies beside its final name."""
    full = tmp_path / "full"
    mounted(full, "-t", "tmpfs", "-o", "size=4k", "tmpfs")
    (full / "file").write_bytes(b"x" * 4096)
    run = snakemake(project, "--force", "results/figures/domains", TMPDIR=str(full))
    assert run.returncode == 0, run.stderr
    assert_same_bytes(finished[0] / "results", project / "results")


def test_results_that_may_not_be_written_are_named(project: Path, mounted: Mount) -> None:
    pooled = project / "results/pooled"
    mounted(pooled, "--bind", str(pooled))
    mounted(pooled, "-o", "remount,bind,ro")
    run = script(project, "pool_effects.py", *PLAN)
    assert run.returncode == 1
    assert run.stderr == (
        "results/pooled/pooled.csv: Read-only file system; "
        "check who may read and write there and start again\n"
    )


def test_inputs_need_not_be_writable(project: Path, mounted: Mount) -> None:
    set_cells(project / "data", RESULTS, 3, {"note": "new"})
    data = project / "data"
    mounted(data, "--bind", str(data))
    mounted(data, "-o", "remount,bind,ro")
    run = snakemake(project, "results/effects/effects.csv")
    assert run.returncode == 0, run.stderr


def script(project: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a project."""
    return subprocess.run(
        [sys.executable, f"scripts/{command[0]}", *command[1:]],
        cwd=project,
        env=environment(project),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of file sizes")
def test_files_that_may_not_grow_keep_what_was_there(project: Path) -> None:
    """A quota as it looks to a program; needs no rights."""
    import resource

    path = project / "results/extracted/inputs.csv"
    before = path.read_bytes()
    run = subprocess.run(
        [sys.executable, "scripts/extract_data.py", "trials", *PLAN],
        cwd=project,
        env=environment(project, PYTHONDONTWRITEBYTECODE="1"),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500)),
    )
    assert run.returncode == 1
    assert run.stderr.startswith("results/extracted/inputs.csv: File too large; raise the limit")
    assert run.stderr.count("\n") == 1
    assert path.read_bytes() == before
    assert left_over(project / "results") == []


def test_an_input_that_cannot_be_read_is_named(project: Path) -> None:
    path = project / "data" / RESULTS
    path.unlink()
    path.symlink_to(path.name)
    run = script(project, "extract_data.py", "trials", *PLAN)
    assert run.returncode == 1
    assert "data/trials/results.csv: found 'a link to nothing'" in run.stderr
    assert "Traceback" not in run.stderr
