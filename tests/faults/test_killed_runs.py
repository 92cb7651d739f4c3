"""Runs that are killed, that meet another run, and what they leave behind."""

import os
import random
import signal
import subprocess
import time
from pathlib import Path

from tests.data_folder import RESULTS, set_cells
from tests.workflow_runs import assert_same_bytes, command, environment, snakemake

SEED = 20231
KILLS = 10
ROW = {"value": "0.34", "ci_low": "0.1", "ci_high": "0.58"}
EDITED = {"value": "0.4", "ci_low": "0.16", "ci_high": "0.64"}


def start(folder: Path, *options: str) -> subprocess.Popen[bytes]:
    """Start a run in a process group of its own."""
    return subprocess.Popen(
        command(*options),
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def kill_after(folder: Path, seconds: float) -> bool:
    """Start a run and kill it with all its jobs; whether it was still going on."""
    run = start(folder)
    try:
        run.wait(seconds)
        return False
    except subprocess.TimeoutExpired:
        kill(run)
        return True


def kill(run: subprocess.Popen[bytes]) -> None:
    """Kill a run with all its jobs."""
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()


def test_killed_ten_times_a_run_ends_in_the_same_bytes(
    finished: tuple[Path, float], project: Path
) -> None:
    """Half of the kills hit runs on other data, none of which may be left in the end."""
    undisturbed, seconds = finished
    draw = random.Random(SEED)
    hits = 0
    for number in range(KILLS):
        if number in (0, KILLS // 2):
            set_cells(project / "data", RESULTS, 3, EDITED if number == 0 else ROW)
        hits += kill_after(project, draw.uniform(0.05, 0.4) * seconds)
        assert snakemake(project, "--unlock").returncode == 0
    assert hits >= KILLS // 2
    assert (project / ".snakemake/unfinished_run").exists()
    run = snakemake(project)
    assert run.returncode == 0, run.stderr
    assert_same_bytes(undisturbed / "results", project / "results")
    assert not (project / ".snakemake/unfinished_run").exists()
    assert "Nothing to be done" in snakemake(project).stderr


def test_a_second_run_at_the_same_time_is_refused_and_told_why(project: Path) -> None:
    first = start(project, "--forceall")
    while not any((project / ".snakemake/locks").glob("*")):
        assert first.poll() is None
        time.sleep(0.05)
    second = snakemake(project)
    assert second.returncode == 1
    assert "make sure that no other Snakemake process" in second.stderr
    assert "--unlock" in second.stderr
    assert "Traceback" not in second.stderr
    assert first.poll() is None
    kill(first)
