"""The workflow on the project's own data: the results are those that are committed."""

import shutil
from pathlib import Path

from tests.workflow_runs import ROOT, assert_same_files, committed, copy_code, snakemake


def test_committed_results_are_what_the_workflow_makes(tmp_path: Path) -> None:
    folder = copy_code(tmp_path / "whole")
    shutil.copytree(ROOT / "data", folder / "data")
    run = snakemake(folder)
    assert run.returncode == 0, run.stderr
    assert_same_files(committed(ROOT / "results"), committed(folder / "results"))
