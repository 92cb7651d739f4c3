"""The workflow as a whole, on a small data folder: what a run makes, and what it refuses."""

import shutil
import zipfile
from pathlib import Path

import pytest
from tests.data_folder import RESULTS, TRIALS, set_cells
from tests.made_up_review import add_review_file
from tests.workflow_runs import files, rules_run, snakemake

from metarepro.catalogue import RESULT_TABLES, STAGES


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


def test_every_table_of_the_catalogue_has_its_rule(finished: Path) -> None:
    """What the rules make are the tables that the catalogue declares, at their paths."""
    made = {name for name in files(finished / "results") if name.endswith(".csv")}
    made = {name for name in made if name.split("/")[0] not in ("report", "tables", "manuscript")}
    parts = ("review_files", "reproduced_files", "risk_of_bias", "certainty")
    left_out = {table for part in parts for table in STAGES[part]}
    declared = {table.path for table in RESULT_TABLES.values() if table not in left_out}
    assert made == declared | {"manifest.csv"}


def test_a_second_run_does_nothing(project: Path) -> None:
    run = snakemake(project)
    assert "Nothing to be done" in run.stdout + run.stderr


def test_snakemake_packs_its_own_report(project: Path) -> None:
    run = snakemake(project, "--report", "packed.zip")
    assert run.returncode == 0, run.stderr
    with zipfile.ZipFile(project / "packed.zip") as packed:
        page = packed.read("packed/report.html").decode()
        names = {Path(name).name for name in packed.namelist()}
    assert {"pooled.csv", "effects.csv", "index.html", "relationship.svg"} <= names
    for said in ("Figures", "Tables between the stages", "One row per synthesis"):
        assert said in page


@pytest.mark.parametrize(
    ("module", "rules"),
    [
        ("figures/forest_page.py", {"draw_forests"}),
        # Pages and manuscript take words from the rules; no table but those of the claims is made.
        ("claims/rules.py", {"assess_claims"}),
    ],
)
def test_an_edited_library_module_runs_what_imports_it(
    module: str, rules: set[str], project: Path
) -> None:
    with (project / "src/metarepro" / module).open("a") as edited:
        edited.write("# edited\n")
    last = {"write_manuscript", "write_report", "write_manifest"}
    assert rules_run(snakemake(project, "--dry-run")) == rules | last


@pytest.mark.parametrize("report", [True, False])
def test_parts_that_a_study_lacks_have_no_rules(report: bool, project: Path) -> None:
    if not report:
        shutil.rmtree(project / "data/report")
    of_review_files = {"reproduce_review_files", "check_review_files"}
    of_claims = {"assess_claims"}
    listed = set(snakemake(project, "--list-rules").stdout.split())
    assert listed & of_review_files == set()
    assert listed & of_claims == (of_claims if report else set())


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


def test_an_unmapped_review_file_stops_with_a_template(project: Path) -> None:
    add_review_file(project / "data")
    run = snakemake(project, "logs/check_review_files.done")
    assert run.returncode != 0
    said = run.stdout + run.stderr
    assert "no row for 1.2 Therapy versus care: Depression" in said
    template = project / "results/templates/review2020/outcome_map.csv"
    assert "results/templates/review2020/outcome_map.csv" in said
    assert template.read_text().startswith("comparison_number,outcome_number,outcome_label")


def test_a_wrong_plan_is_refused(project: Path) -> None:
    config = project / "config/config.yaml"
    config.write_text(config.read_text().replace("figures:\n  - post\n", "figures:\n  - postt\n"))
    run = snakemake(project)
    assert run.returncode != 0
    assert "found 'postt'; allowed: a set: post" in run.stdout + run.stderr


def test_the_workflow_has_no_lints(finished: Path) -> None:
    assert snakemake(finished, "--lint").returncode == 0
