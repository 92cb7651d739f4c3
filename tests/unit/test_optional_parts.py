"""Studies that lack what only some studies have, and those with nothing but headers."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from tests.data_folder import CLUSTERS, INCLUDED, RESULTS, TRIALS, headers_only, write_data_folder
from tests.stages import draw_figures, make_tables, write_pages

from metarepro.catalogue import RESULT_TABLES, STAGES
from metarepro.study.validation import load, read_and_check
from metarepro.tabular.problems import DataError
from metarepro.tabular.tables import read_result

#: Files and folders of data/ that a study can do without.
OPTIONAL = (
    "codebook/countries.csv",
    CLUSTERS,
    INCLUDED,
    "report",
    "report/claims.csv",
    "report/local_evaluations.csv",
    "report/economic_evidence.csv",
    "report/guidance.csv",
    "report/programme_names.csv",
    "reviews",
    "corrections.yaml",
)


def without(project: Path, *parts: str) -> Path:
    """The small data folder in a project, without some of its files and folders."""
    folder = write_data_folder(project / "data")
    for part in parts:
        path = folder / part
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return folder


@pytest.mark.parametrize("part", OPTIONAL)
def test_a_data_folder_without_an_optional_part_is_read(part: str, tmp_path: Path) -> None:
    also = ("report/claims.csv",) if part == "reviews" else ()  # they name a review
    data, problems = read_and_check(without(tmp_path, part, *also))
    assert problems == []
    assert data.incomplete == frozenset()
    assert not [file for file in data.inputs["file"] if file.startswith(f"data/{part}")]


@pytest.mark.parametrize("part", [TRIALS, RESULTS, "codebook/outcomes.csv"])
def test_what_every_study_has_must_be_there(part: str, tmp_path: Path) -> None:
    _, problems = read_and_check(without(tmp_path, part))
    assert (f"data/{part}", "no such file") in {(p.file, p.found) for p in problems}


def test_a_link_to_nothing_is_no_file_that_is_left_out(tmp_path: Path) -> None:
    folder = without(tmp_path, CLUSTERS)
    (folder / CLUSTERS).symlink_to(tmp_path / "nowhere.csv")
    with pytest.raises(DataError) as refused:
        read_and_check(folder)
    found = [(problem.file, problem.found) for problem in refused.value.problems]
    assert found == [(f"data/{CLUSTERS}", "a link to nothing")]


def test_a_correction_of_a_table_that_is_left_out_is_refused(tmp_path: Path) -> None:
    folder = without(tmp_path, CLUSTERS)
    (folder / "corrections.yaml").write_text(
        f"- {{file: {CLUSTERS}, row: bob2002, column: n_clusters, from: '12', to: '13', "
        "reason: r, source: s}\n"
    )
    _, problems = read_and_check(folder)
    assert [(p.file, p.column, p.found) for p in problems] == [
        ("data/corrections.yaml", "file", CLUSTERS)
    ]


@pytest.mark.parametrize("content", ["", "# none yet\n"])
def test_an_empty_list_of_corrections_is_written_as_one(content: str, tmp_path: Path) -> None:
    folder = write_data_folder(tmp_path / "data")
    (folder / "corrections.yaml").write_text(content)
    _, problems = read_and_check(folder)
    assert [(p.file, p.found, p.allowed) for p in problems] == [
        (
            "data/corrections.yaml",
            "an empty file",
            "a list of corrections; write [] if there are none",
        )
    ]


def test_without_the_table_of_countries_no_income_is_known(tmp_path: Path) -> None:
    without(tmp_path, "codebook/countries.csv")
    make_tables(tmp_path)
    assert set(read_result(tmp_path / "results", RESULT_TABLES["effects"])["income"]) == {""}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], pd.DataFrame]:
    """Tables of the small data folder with all its parts, by name."""
    project = tmp_path_factory.mktemp("whole")
    write_data_folder(project / "data")
    make_tables(project)
    return lambda name: read_result(project / "results", RESULT_TABLES[name])


def test_claims_are_no_part_of_the_pools(
    whole: Callable[[str], pd.DataFrame], tmp_path: Path
) -> None:
    """A study that checks no report has no table of claims, and the same pools."""
    without(tmp_path, "report")
    make_tables(tmp_path, report=False)
    results = tmp_path / "results"
    left_out = [*STAGES["report"], *STAGES["claims"], *STAGES["review_files"]]
    assert [table.name for table in left_out if table.at(results).exists()] == []
    for name in ("effects", "pooled", "reproduction", "overlap_pairs"):
        pd.testing.assert_frame_equal(read_result(results, RESULT_TABLES[name]), whole(name))


def test_claims_without_the_other_things_that_a_report_says(tmp_path: Path) -> None:
    others = ("local_evaluations", "economic_evidence", "guidance", "programmes")
    without(tmp_path, *(f"report/{name}.csv" for name in (*others, "programme_names")))
    make_tables(tmp_path)
    rows = {t.name: len(read_result(tmp_path / "results", t)) for t in STAGES["claims"]}
    assert rows == {"claims": 1, "evaluations": 0, "economics": 0, "programmes": 0}


def test_a_study_of_nothing_but_trials_comes_to_its_report(tmp_path: Path) -> None:
    without(tmp_path, "report", "reviews", "codebook/countries.csv", CLUSTERS, "corrections.yaml")
    make_tables(tmp_path, report=False)
    draw_figures(tmp_path)
    write_pages(tmp_path)
    assert not read_result(tmp_path / "results", RESULT_TABLES["pooled"]).empty
    assert (tmp_path / "results/report/trials/ann2001.html").exists()
    assert not (tmp_path / "results/report/data/guidance.csv").exists()


def test_a_study_before_its_first_trial_comes_to_its_report(tmp_path: Path) -> None:
    headers_only(tmp_path / "data")
    make_tables(tmp_path, report=False)
    draw_figures(tmp_path)
    write_pages(tmp_path)
    results = tmp_path / "results"
    rows = {name: len(read_result(results, table)) for name, table in RESULT_TABLES.items()}
    # inputs.csv lists the files; the overlap of no reviews is said once on each basis.
    assert {name for name, n in rows.items() if n} <= {"inputs", "overlap_overall"}
    assert (results / "report/index.html").exists()


def test_headers_are_data(tmp_path: Path) -> None:
    assert load(headers_only(tmp_path / "data")).trials.empty
