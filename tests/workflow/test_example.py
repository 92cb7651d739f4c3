"""examples/bcg, run as its README says: the results are those that are committed."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.workflow_runs import ROOT, assert_same_files, committed, environment

STUDY = ROOT / "examples/bcg"


def test_a_run_makes_the_committed_results(tmp_path: Path) -> None:
    folder = tmp_path / "bcg"
    shutil.copytree(STUDY, folder, ignore=shutil.ignore_patterns("results", ".*", "logs"))
    run = subprocess.run(
        [sys.executable, "-m", "metarepro", "run"],
        cwd=folder,
        env=environment(ROOT),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert_same_files(committed(folder / "results"), committed(STUDY / "results"))
    assert "0.49 [0.34, 0.70]" in (folder / "results/report/index.html").read_text("utf-8")
