"""Annotations: the syntax that GitHub reads, and nothing that the data could add to it."""

from pathlib import Path

import pytest
from tests.data_folder import RESULTS, TRIALS, set_cells, set_review, write_data_folder

import check_data
from metarepro.entry.annotations import annotation
from metarepro.problems import Problem

TEXT = 'a,b,c\n1,"two, with\na break",3\n4,5,6\n'


@pytest.mark.parametrize(
    ("row", "column", "place"),
    [
        (1, "b", "line=1,col=3"),
        (2, "a", "line=2,col=1"),
        (2, "b", "line=2,col=3"),
        (2, "c", "line=3,col=10"),
        (3, "b", "line=4,col=3"),
        (3, "", "line=4"),
        (3, "nosuch", "line=4"),
        (9, "b", "line=9"),
    ],
)
def test_the_place_is_that_in_the_file(row: int, column: str, place: str) -> None:
    problem = Problem("data/t.csv", row, column, "x", "y")
    assert annotation(problem, TEXT).startswith(f"::error file=data/t.csv,{place}::")


def test_a_file_without_rows_has_no_line() -> None:
    problem = Problem("data/x.csv", None, "", "no such file", "a file")
    assert annotation(problem, None).startswith("::error file=data/x.csv::data/x.csv: found")


def test_what_stands_in_the_data_cannot_end_the_command() -> None:
    hostile = "50%\r\n::set-env name=X::1,:"
    line = annotation(Problem("data/a,b:c.csv", 2, hostile, hostile, "y\nz"), None)
    assert "\n" not in line
    assert "\r" not in line
    assert line.startswith("::error file=data/a%2Cb%3Ac.csv,line=2::")
    assert "50%25%0D%0A::set-env" in line


def test_the_command_annotates_every_problem(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_data_folder(tmp_path / "data")
    set_cells(folder, RESULTS, 3, {"value": "0,34"})
    set_cells(folder, TRIALS, 2, {"design": "RCT"})
    set_review(folder, {"role": "quoted"})
    assert check_data.main(["--data-dir", str(folder), "--format", "github"]) == 1
    lines = capsys.readouterr().out.splitlines()
    results, trials = ((folder / name).read_text().splitlines() for name in (RESULTS, TRIALS))
    assert [line.partition("::data/")[0] for line in lines] == [
        "::error file=data/reviews/review2020/review.yaml",
        f"::error file=data/trials/results.csv,line=3,col={results[2].index('0,34')}",
        f"::error file=data/trials/trials.csv,line=2,col={trials[1].index('RCT') + 1}",
    ]
