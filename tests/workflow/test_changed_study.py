"""A study whose data change: what a run makes again is what one from clean makes."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from tests.data_folder import RESULTS, headers_only, set_cells
from tests.made_up_judgements import write_certainty, write_risk_of_bias
from tests.made_up_review import OUTCOME_MAP, add_review_file
from tests.stages import run
from tests.workflow_runs import assert_same_bytes, copy_code, copy_study, rules_run, snakemake

EDITED = {"value": "0.4", "ci_low": "0.16", "ci_high": "0.64"}
#: What a trial's result goes into.
READERS = {
    *("extract_data", "pool_effects", "compare_sources", "assess_sensitivity"),
    *("draw_forests", "draw_sensitivity", "write_manuscript", "write_report", "write_manifest"),
}
OF_REVIEW_FILES = {"reproduce_review_files", "check_review_files"}


@pytest.fixture(scope="module")
def changed(
    finished: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The small study, run again with a changed result, judgements, a review file and no report."""
    folder = copy_study(finished, tmp_path_factory.mktemp("changed") / "project")
    data = folder / "data"
    set_cells(data, RESULTS, 3, EDITED)
    write_risk_of_bias(data)
    write_certainty(data)
    (add_review_file(data) / "outcome_map.csv").write_text(OUTCOME_MAP)
    shutil.rmtree(data / "report")
    again = snakemake(folder)
    assert again.returncode == 0, again.stderr
    return folder, again


@pytest.fixture(scope="module")
def results(changed: tuple[Path, object]) -> Path:
    """What that run made."""
    return changed[0] / "results"


def test_changed_data_run_all_that_reads_them(
    changed: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    assert rules_run(changed[1]) == READERS | OF_REVIEW_FILES


def test_a_changed_trial_row_runs_only_what_reads_it(results: Path, tmp_path: Path) -> None:
    project = copy_study(results.parent, tmp_path / "project")
    set_cells(project / "data", RESULTS, 3, {"value": "0.41"})
    assert rules_run(snakemake(project, "--dry-run")) == READERS | {"check_review_files"}


def test_changed_back_on_one_core_the_results_are_those_of_the_run_from_clean(
    finished: Path, results: Path, tmp_path: Path
) -> None:
    """What was added leaves nothing behind, what was taken away comes back."""
    project = copy_study(results.parent, tmp_path / "project")
    shutil.rmtree(project / "data")
    shutil.copytree(finished / "data", project / "data")
    back = snakemake(project, "--cores", "1")
    assert back.returncode == 0, back.stderr
    assert rules_run(back) == READERS | {"assess_claims"}
    assert_same_bytes(finished / "results", project / "results", pictures=True)


def test_a_part_that_is_taken_away_leaves_nothing(results: Path) -> None:
    """No stage reads claims that the data no longer hold."""
    assert not list((results / "claims").glob("*.csv"))
    assert not list((results / "extracted").glob("report_*"))
    assert not (results / "report/data/claims.csv").exists()


def test_judgements_come_into_the_results(results: Path) -> None:
    assert "Low (a, b)" in (results / "manuscript/summary_of_findings.csv").read_text()


def test_a_review_file_takes_the_place_of_transcribed_results(results: Path) -> None:
    effects = pd.read_csv(results / "effects/effects.csv", keep_default_na=False)
    effects = effects.set_index("result_id")
    of_file = effects[effects["source_kind"] == "review_file"]
    assert list(of_file["trial_id"]) == ["ann2001", "review2020-dee2005"]
    assert (of_file["exclude"] == "").all()
    # Ann's transcribed results of the same outcome and time stay visible.
    assert list(effects.loc[["ann2001-01", "ann2001-02"], "exclude"]) == ["superseded"] * 2
    pooled = pd.read_csv(results / "pooled/pooled.csv").set_index("synthesis")
    # The file does not say whether the trial is randomised: it is in the sensitivity analysis.
    key = "post_all_designs.intervention_domain.play.relationship"
    assert "review2020-dee2005" in str(pooled.loc[key, "trial_ids"])
    compared = pd.read_csv(results / "reproduction/reproduction.csv")
    assert compared["n_trials"].iloc[0] == 2


def test_a_review_file_is_reproduced(results: Path) -> None:
    folder = results / "reproduction/review_files"
    reproduced = pd.read_csv(folder / "reproduction.csv")
    assert list(reproduced["verdict"]) == ["exact", "exact"]
    assert (folder / "forest/made_up.rm5/1.1.svg").exists()


def test_a_study_before_its_first_trial_comes_to_its_report(tmp_path: Path) -> None:
    """By the commands of its rules, run in this process."""
    folder = copy_code(tmp_path / "new")
    headers_only(folder / "data")
    asked = snakemake(folder, "--dry-run", "--printshellcmds")
    assert rules_run(asked) == READERS
    commands = re.findall(
        r"python -m metarepro\.workflow (\w+) (.*) 2>", asked.stdout + asked.stderr
    )
    assert len(commands) == len(READERS)
    for script, options in commands:
        run(folder, script, *shlex.split(options))
    assert (folder / "results/report/index.html").exists()
