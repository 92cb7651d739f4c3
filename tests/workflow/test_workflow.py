"""The workflow as a whole, on a small data folder."""

import runpy
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from tests.data_folder import RESULTS, TRIALS, headers_only, set_cells, write_data_folder
from tests.made_up_judgements import CERTAINTY, RISK_OF_BIAS, write_certainty, write_risk_of_bias
from tests.made_up_review import OUTCOME_MAP, made_up_review
from tests.review_files import rm5_bytes
from tests.workflow_runs import (
    ROOT,
    assert_same_bytes,
    copy_code,
    files,
    rules_run,
    snakemake,
)

from metarepro.catalogue import RESULT_TABLES, STAGES

UNFINISHED = ".snakemake/unfinished_run"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the small data folder, run once."""
    folder = copy_code(tmp_path_factory.mktemp("small"))
    write_data_folder(folder / "data")
    run = snakemake(folder)
    assert run.returncode == 0, run.stderr
    return folder


@pytest.fixture
def project(finished: Path, tmp_path: Path) -> Path:
    """A copy of the finished project, with its records, to change."""
    folder = tmp_path / "project"
    shutil.copytree(finished, folder)
    return folder


@pytest.fixture(scope="module")
def changed(
    finished: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """Another copy, run again after a change of a trial's result."""
    folder = tmp_path_factory.mktemp("changed") / "project"
    shutil.copytree(finished, folder)
    set_cells(folder / "data", RESULTS, 3, {"value": "0.4", "ci_low": "0.16", "ci_high": "0.64"})
    return folder, snakemake(folder)


def test_a_run_makes_every_stage(finished: Path) -> None:
    made = set(files(finished / "results"))
    assert {
        "extracted/inputs.csv",
        "effects/effects.csv",
        "effects/audit.csv",
        "pooled/pooled.csv",
        "reproduction/reproduction.csv",
        "claims/claims.csv",
        "claims/programmes.csv",
        "figures/domains/relationship.svg",
        "figures/syntheses/post.intervention_domain.play.relationship.svg",
        "overlap/pairs.csv",
        "overlap/shared_effects.csv",
        "manifest.csv",
        "manuscript/summary_of_findings.docx",
        "manuscript/forest_plots.pdf",
        "manuscript/references.bib",
        "report/index.html",
        "report/trials/ann2001.html",
    } <= made
    assert (finished / "results/manifest.local.csv").exists()


def test_a_second_run_does_nothing(project: Path) -> None:
    run = snakemake(project)
    assert "Nothing to be done" in run.stdout + run.stderr


@pytest.mark.parametrize(
    "options",
    [
        ["results/effects/effects.csv"],
        ["--until", "pool_effects"],
        ["--batch", "all=1/2"],
        ["--allowed-rules", "pool_effects"],
        ["--touch"],
    ],
)
def test_a_run_of_a_part_leaves_its_mark(options: list[str], project: Path) -> None:
    assert not (project / UNFINISHED).exists()
    (project / "results/effects/effects.csv").unlink()
    assert snakemake(project, *options).returncode == 0
    assert (project / UNFINISHED).exists()


def test_the_mark_goes_when_all_is_made(project: Path) -> None:
    (project / UNFINISHED).touch()
    shutil.rmtree(project / "results/report")
    assert snakemake(project, "all").returncode == 0
    assert not (project / UNFINISHED).exists()


def test_snakemake_packs_its_own_report(project: Path) -> None:
    run = snakemake(project, "--report", "packed.zip")
    assert run.returncode == 0, run.stderr
    with zipfile.ZipFile(project / "packed.zip") as packed:
        page = packed.read("packed/report.html").decode()
        names = {Path(name).name for name in packed.namelist()}
    assert {"pooled.csv", "effects.csv", "index.html", "relationship.svg"} <= names
    for said in ("Figures", "Tables between the stages", "One row per synthesis"):
        assert said in page


def test_after_a_change_the_results_are_those_of_a_run_from_clean_on_one_core(
    changed: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    shutil.copytree(changed[0], folder)
    assert snakemake(folder, "--cores", "1", "--forceall").returncode == 0
    assert_same_bytes(changed[0] / "results", folder / "results", pictures=True)


def test_a_changed_trial_row_runs_only_what_reads_it(
    changed: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    _, run = changed
    assert run.returncode == 0, run.stderr
    assert rules_run(run) == {
        "extract_data",
        "pool_effects",
        "compare_sources",
        "assess_sensitivity",
        "draw_sensitivity",
        "assess_claims",
        "draw_forests",
        "write_manuscript",
        "write_report",
        "write_manifest",
    }


def test_an_edited_library_module_runs_what_imports_it(project: Path) -> None:
    with (project / "src/metarepro/figures/forest_page.py").open("a") as module:
        module.write("# edited\n")
    run = snakemake(project)
    assert rules_run(run) == {
        "draw_forests",
        "write_manuscript",
        "write_report",
        "write_manifest",
    }


def test_an_edited_rule_for_claims_runs_what_reads_the_claims(project: Path) -> None:
    with (project / "src/metarepro/claims/rules.py").open("a") as module:
        module.write("# edited\n")
    # Pages and manuscript take words from the rules; no table but those of the claims is made.
    assert rules_run(snakemake(project, "--dry-run")) == {
        "assess_claims",
        "write_manuscript",
        "write_report",
        "write_manifest",
    }


@pytest.mark.parametrize("report", [True, False])
def test_parts_that_a_study_lacks_have_no_rules(report: bool, project: Path) -> None:
    if not report:
        shutil.rmtree(project / "data/report")
    of_review_files = {"reproduce_review_files", "check_review_files"}
    of_claims = {"assess_claims"}
    listed = set(snakemake(project, "--list-rules").stdout.split())
    assert listed & of_review_files == set()
    assert listed & of_claims == (of_claims if report else set())


def test_a_part_that_is_taken_away_leaves_nothing(project: Path) -> None:
    """No stage reads claims that the data no longer hold."""
    shutil.rmtree(project / "data/report")
    run = snakemake(project)
    assert run.returncode == 0, run.stderr
    assert not list((project / "results/claims").glob("*.csv"))
    assert not list((project / "results/extracted").glob("report_*"))
    assert not (project / "results/report/data/claims.csv").exists()


def test_a_study_before_its_first_trial_comes_to_its_report(tmp_path: Path) -> None:
    folder = copy_code(tmp_path / "new")
    headers_only(folder / "data")
    run = snakemake(folder)
    assert run.returncode == 0, run.stderr
    assert (folder / "results/report/index.html").exists()


def test_every_table_of_the_catalogue_has_its_rule(finished: Path) -> None:
    """What the rules make are the tables that the catalogue declares, at their paths."""
    made = {name for name in files(finished / "results") if name.endswith(".csv")}
    made = {name for name in made if name.split("/")[0] not in ("report", "tables", "manuscript")}
    parts = ("review_files", "reproduced_files", "risk_of_bias", "certainty")
    left_out = {table for part in parts for table in STAGES[part]}
    declared = {table.path for table in RESULT_TABLES.values() if table not in left_out}
    assert made == declared | {"manifest.csv"}


def test_judgements_come_into_the_results_and_leave_nothing_behind(
    finished: Path, project: Path
) -> None:
    write_risk_of_bias(project / "data")
    write_certainty(project / "data")
    run = snakemake(project)
    assert run.returncode == 0, run.stderr
    summary = project / "results/manuscript/summary_of_findings.csv"
    assert "Low (a, b)" in summary.read_text()
    for name in (RISK_OF_BIAS, CERTAINTY):
        (project / "data" / name).unlink()
    run = snakemake(project)
    assert run.returncode == 0, run.stderr
    before, after = files(finished / "results"), files(project / "results")
    assert before.keys() == after.keys()
    assert [name for name in before if before[name].read_bytes() != after[name].read_bytes()] == []


def test_bad_data_stop_the_run_with_all_problems(project: Path) -> None:
    before = (project / "results/effects/effects.csv").read_bytes()
    set_cells(project / "data", RESULTS, 3, {"value": "0,4"})
    set_cells(project / "data", TRIALS, 2, {"design": "random"})
    run = snakemake(project)
    assert run.returncode != 0
    said = run.stdout + run.stderr
    assert "data/trials/results.csv, row 3, value: found '0,4'" in said
    assert "data/trials/trials.csv, row 2, design: found 'random'" in said
    assert (project / "results/effects/effects.csv").read_bytes() == before


def add_review_file(project: Path) -> Path:
    """Put the made-up review file into the folder of the review."""
    folder = project / "data/reviews/review2020"
    (folder / "made_up.rm5").write_bytes(rm5_bytes(made_up_review()))
    return folder


def test_a_review_file_takes_the_place_of_transcribed_results(project: Path) -> None:
    folder = add_review_file(project)
    (folder / "outcome_map.csv").write_text(OUTCOME_MAP)
    run = snakemake(project)
    assert run.returncode == 0, run.stderr
    effects = pd.read_csv(project / "results/effects/effects.csv", keep_default_na=False)
    effects = effects.set_index("result_id")
    of_file = effects[effects["source_kind"] == "review_file"]
    assert list(of_file["trial_id"]) == ["ann2001", "review2020-dee2005"]
    assert (of_file["exclude"] == "").all()
    # Ann's transcribed results of the same outcome and time stay visible.
    assert list(effects.loc[["ann2001-01", "ann2001-02"], "exclude"]) == ["superseded"] * 2
    pooled = pd.read_csv(project / "results/pooled/pooled.csv").set_index("synthesis")
    # The file does not say whether the trial is randomised: it is in the sensitivity analysis.
    key = "post_all_designs.intervention_domain.play.relationship"
    assert "review2020-dee2005" in str(pooled.loc[key, "trial_ids"])
    reproduced = pd.read_csv(project / "results/reproduction/review_files/reproduction.csv")
    assert list(reproduced["verdict"]) == ["exact", "exact"]
    compared = pd.read_csv(project / "results/reproduction/reproduction.csv")
    assert compared["n_trials"].iloc[0] == 2
    assert (project / "results/reproduction/review_files/forest/made_up.rm5/1.1.svg").exists()


def test_an_unmapped_review_file_stops_with_a_template(project: Path) -> None:
    add_review_file(project)
    run = snakemake(project)
    assert run.returncode != 0
    said = run.stdout + run.stderr
    assert "no row for 1.2 Therapy versus care: Depression" in said
    template = project / "results/templates/review2020/outcome_map.csv"
    assert "results/templates/review2020/outcome_map.csv" in said
    assert template.read_text().startswith("comparison_number,outcome_number,outcome_label")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  rho: 0.8", "  rho: 0.8\n  rhoo: 1", "pooling.rhoo: found 'an unknown key'"),
        ("  rho: 0.8", "  rho: 1.8", "1.8"),
        ("tau2_method: REML", "tau2_method: RMEL", "allowed: one of: DL, HE"),
        ("figures:\n  - post\n", "figures:\n  - postt\n", "found 'postt'; allowed: a set: post"),
        ("  set: post", "  set: primary", "found 'primary'; allowed: a set: post"),
        (
            "    subgroups: outcome\n    subgroup_synthesis: intervention_outcome",
            "    subgroups: outcome\n    subgroup_synthesis: nosuch",
            "found 'nosuch'; allowed: a synthesis by intervention and outcome",
        ),
    ],
)
def test_a_wrong_config_is_refused(project: Path, old: str, new: str, message: str) -> None:
    config = project / "config/config.yaml"
    config.write_text(config.read_text().replace(old, new))
    run = snakemake(project)
    assert run.returncode != 0
    assert message in run.stdout + run.stderr


def test_options_that_the_scripts_would_not_see_are_refused(project: Path) -> None:
    run = snakemake(project, "--config", "figures=[]")
    assert run.returncode != 0
    assert "edit it instead of using --config" in run.stdout + run.stderr


def test_the_workflow_has_no_lints(finished: Path) -> None:
    assert snakemake(finished, "--lint").returncode == 0


@pytest.mark.parametrize("script", sorted((ROOT / "scripts").glob("*.py")), ids=lambda s: s.stem)
def test_a_script_explains_itself(
    script: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [str(script), "--help"])
    with pytest.raises(SystemExit, match="^0$"):
        runpy.run_path(str(script), run_name="__main__")
    assert "usage:" in capsys.readouterr().out
