"""A new study: what is written, that it is sound as it comes, and how it is run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from tests.command import command

from metarepro.plan import read_plan

ROOT = Path(__file__).parents[2]


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / 'my-"own"_review'
    assert command("new", folder).exit_code == 0
    monkeypatch.chdir(folder)
    return folder


def test_the_data_have_no_problem(study: Path) -> None:
    checked = command("check")
    assert (checked.exit_code, " 0 trials, 0 results " in checked.output) == (0, True)


def test_the_plan_is_read(study: Path) -> None:
    assert read_plan("config/config.yaml").study.title == "My own review"


def test_the_snakefile_has_at_most_15_lines(study: Path) -> None:
    assert len(Path("Snakefile").read_text().splitlines()) <= 15


@pytest.mark.parametrize("table", ["interventions", "domains", "outcomes", "trials", "results"])
def test_every_table_has_its_header_and_an_example(table: str, study: Path) -> None:
    (path,) = Path("data").rglob(f"{table}.csv")
    header, example = path.read_text().splitlines()
    assert header == (ROOT / path).read_text().splitlines()[0]
    assert example.startswith("# ")


def test_the_examples_are_a_study(study: Path) -> None:
    """Without the mark of a comment they are read, and hold together."""
    for path in Path("data").rglob("*.csv"):
        path.write_text(path.read_text().replace("\n# ", "\n"))
    checked = command("check")
    assert (checked.stderr, " 1 trial, 1 result (1 not excluded)" in checked.stdout) == ("", True)


def test_forms_explain_their_fields(study: Path) -> None:
    Path("data/codebook/outcomes.csv").write_text(
        Path("data/codebook/outcomes.csv").read_text().replace("\n# ", "\n")
    )
    Path("data/codebook/domains.csv").write_text(
        Path("data/codebook/domains.csv").read_text().replace("\n# ", "\n")
    )
    assert command("new-trial", "smith2024", "--statistic", "means").exit_code == 0
    form = Path("drafts/smith2024.yaml").read_text()
    before, _, _ = form.partition("higher_is_better:")
    assert before.splitlines()[-1].lstrip().startswith("#")


def test_a_form_says_where_ids_are_missing(study: Path) -> None:
    command("new-trial", "smith2024", "--statistic", "means")
    form = Path("drafts/smith2024.yaml").read_text()
    for table in ("interventions", "outcomes"):
        assert f"# No id yet: add rows to codebook/{table}.csv first." in form


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("results/pooled/pooled.csv", True),
        ("results/figures/syntheses/a.svg", True),
        ("results/figures/syntheses/.snakemake_timestamp", False),
        ("results/report/index.html", False),
        ("results/manuscript/references.bib", False),
        ("drafts/smith2024.yaml", False),
    ],
)
def test_git_keeps_tables_and_figures_only(path: str, kept: bool, study: Path) -> None:
    subprocess.run(["git", "init", "-q"], check=True)
    ignored = subprocess.run(["git", "check-ignore", "-q", path], check=False)
    assert (ignored.returncode == 1) == kept


def test_the_workflow_of_ci_is_yaml(study: Path) -> None:
    steps = yaml.safe_load(Path(".github/workflows/study.yml").read_text())["jobs"]["study"]
    assert any("metarepro run" in step.get("run", "") for step in steps["steps"])


def test_a_folder_with_something_in_it_is_refused(study: Path) -> None:
    before = sorted(study.rglob("*"))
    refused = command("new", study)
    assert (refused.exit_code, "not empty" in refused.stderr) == (1, True)
    assert sorted(study.rglob("*")) == before


def test_run_outside_a_study_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    refused = command("run")
    assert (refused.exit_code, "metarepro new DIR" in refused.stderr) == (1, True)


@pytest.fixture
def arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Snakemake that writes down its arguments; if there is a file `fail`, it logs and fails."""
    fake = tmp_path / "fake/snakemake"
    fake.mkdir(parents=True)
    (fake / "__init__.py").touch()
    (fake / "__main__.py").write_text(
        "import os, sys\nopen('arguments', 'w').write(' '.join(sys.argv[1:]))\n"
        "open('path', 'w').write(os.environ['PATH'])\nfailed = os.path.exists('fail')\n"
        "if failed: os.makedirs('logs', exist_ok=True); open('logs/a.log', 'w').write('A cell.')\n"
        "os.makedirs('results', exist_ok=True)\n"
        "open('results/manifest.csv', 'w').write('file,sha256,folder\\n')\n"
        "sys.exit(failed)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(fake.parent))
    return Path("arguments")


def test_the_first_run_makes_everything(study: Path, arguments: Path) -> None:
    for forced in (True, False):
        assert command("run", "--cores", "2").exit_code == 0
        assert arguments.read_text().startswith("--cores 2 ")
        assert ("--forceall" in arguments.read_text()) == forced


def test_further_arguments_go_to_snakemake(study: Path, arguments: Path) -> None:
    assert command("run", "--", "--dry-run", "results/a b").exit_code == 0
    assert arguments.read_text().endswith(" --dry-run results/a b")
    assert not Path(".snakemake/unfinished_run").exists()


def test_a_profile_of_the_environment_is_not_used(study: Path, arguments: Path) -> None:
    """It may hold code, or `touch`: then what nobody made would be vouched for."""
    command("run")
    assert " --profile none --workflow-profile none " in arguments.read_text()


@pytest.mark.parametrize("cores", ["0", "-1", "2;id", "", "1.5", "99999"])
def test_a_run_needs_a_core(study: Path, arguments: Path, cores: str) -> None:
    assert "--cores: found" in command("run", f"--cores={cores}").stderr
    assert not arguments.exists()


def test_a_failed_run_is_told_by_its_status_and_leaves_its_mark(
    study: Path, arguments: Path
) -> None:
    Path("fail").touch()
    failed = command("run")
    assert (failed.exit_code, failed.stdout) == (1, "")
    assert Path(".snakemake/unfinished_run").exists()
    assert not Path(".snakemake/whole_run").exists()


def test_a_failed_run_says_what_its_jobs_said(study: Path, arguments: Path) -> None:
    Path("logs").mkdir()
    Path("logs/old.log").write_text("Of an earlier run.")
    os.utime("logs/old.log", (0, 0))
    Path("fail").touch()
    assert "logs/a.log:\nA cell." in (said := command("run").stderr)
    assert "earlier" not in said


def test_a_run_says_where_to_start(study: Path, arguments: Path) -> None:
    assert command("run").stdout == "Done; start with results/report/index.html\n"


def test_rules_find_this_python_first(study: Path, arguments: Path) -> None:
    command("run")
    assert Path("path").read_text().split(os.pathsep)[0] == str(Path(sys.executable).parent)
