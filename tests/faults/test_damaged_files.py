"""Files that are missing, cut off, broken or not the ones that the run was made with."""

import re
import shutil
from pathlib import Path

import pytest
from tests.data_folder import RESULTS
from tests.made_up_review import OUTCOME_MAP, made_up_review
from tests.review_files import rm5_bytes
from tests.workflow_runs import assert_same_bytes, rules_run, snakemake

Finished = tuple[Path, float]


def test_a_truncated_table_is_refused_and_made_again_when_it_is_deleted(
    finished: Finished, project: Path
) -> None:
    """Cut inside a row; the unit tests cut at every byte."""
    path = project / "results/effects/effects.csv"
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b"\nbob2002-01") + 5])
    run = snakemake(project)
    assert run.returncode == 1
    assert "results/effects/effects.csv: found 'a table that was cut off'" in run.stderr
    assert "delete the file and start again" in run.stderr
    assert "Traceback" not in run.stderr
    path.unlink()
    assert snakemake(project).returncode == 0
    assert_same_bytes(finished[0] / "results", project / "results")


def test_a_missing_input_is_named(project: Path) -> None:
    (project / "data" / RESULTS).unlink()
    before = (project / "results/effects/effects.csv").read_bytes()
    run = snakemake(project)
    assert run.returncode == 1
    assert "data/trials/results.csv: found 'no such file'" in run.stderr
    assert (project / "results/effects/effects.csv").read_bytes() == before


def test_half_a_folder_of_a_killed_run_is_removed(finished: Finished, project: Path) -> None:
    figures = project / "results/figures"
    (figures / "domains").rename(figures / ".domains.99999.partial")
    (figures / ".domains.99999.partial/relationship.svg").write_text("<svg")
    run = snakemake(project)
    assert run.returncode == 0, run.stderr
    assert_same_bytes(finished[0] / "results", project / "results")


def test_other_locked_packages_run_everything_again(project: Path) -> None:
    with (project / "requirements.txt").open("a") as file:
        file.write("# another lock\n")
    run = snakemake(project, "--dry-run")
    rules = "".join(path.read_text() for path in (project / "rules").glob("*.smk"))
    # The small data folder has no review file.
    of_review_files = (project / "rules/review_files.smk").read_text()
    everything = set(re.findall(r"^rule (\w+):", rules.replace(of_review_files, ""), re.M))
    assert rules_run(run) == everything


def test_other_installed_packages_are_refused(project: Path) -> None:
    path = project / "requirements.txt"
    locked = re.sub(r"^numpy==\S+", "numpy==1.0.1", path.read_text(), flags=re.M)
    path.write_text(locked + "nosuchpackage==1.0 \\\n")
    run = snakemake(project)
    assert run.returncode == 1
    assert re.search(r"numpy==1\.0\.1 \(installed: \d", run.stderr)
    assert "nosuchpackage==1.0 (installed: none)" in run.stderr
    assert "make clean, then make" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.fixture
def two_reviews(project: Path) -> Path:
    """Review files of two reviews, called alike, the second one cut off."""
    content = rm5_bytes(made_up_review())
    good = project / "data/reviews/review2020"
    (good / "made_up.rm5").write_bytes(content)
    (good / "outcome_map.csv").write_text(OUTCOME_MAP)
    broken = project / "data/reviews/broken2021"
    shutil.copytree(good, broken)
    (broken / "made_up.rm5").write_bytes(content[:-300])
    return project


def test_one_broken_review_leaves_the_others_and_is_named(two_reviews: Path) -> None:
    run = snakemake(two_reviews, "--keep-going")
    assert run.returncode == 1
    said = "data/reviews/broken2021/made_up.rm5"
    assert said in run.stderr
    assert "the end of the file inside" in run.stderr
    results = two_reviews / "results"
    # The good review is in the effects and reproduced, the broken one is named.
    assert "review2020-dee2005" in (results / "effects/effects.csv").read_text()
    assert "exact" in (results / "reproduction/review_files/reproduction.csv").read_text()
    files = (results / "reproduction/review_files/files.csv").read_text()
    assert "\nbroken2021/made_up.rm5,unreadable" in files
    assert "\nreview2020/made_up.rm5,read" in files
    assert f"broken2021: {said}" in (results / "report/index.html").read_text()
    # Taken away, it is no problem any more.
    shutil.rmtree(two_reviews / "data/reviews/broken2021")
    run = snakemake(two_reviews, "logs/check_review_files.done")
    assert run.returncode == 0, run.stderr
