"""Annotations: the syntax that GitHub reads, and nothing that the data could add to it."""

import csv
import io
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.command import command
from tests.data_folder import RESULTS, TRIALS, set_cells, set_review, write_data_folder

from metarepro.entry.annotations import annotation
from metarepro.tabular.problems import Problem

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


def test_the_command_annotates_every_problem(tmp_path: Path) -> None:
    folder = write_data_folder(tmp_path / "data")
    set_cells(folder, RESULTS, 3, {"value": "0,34"})
    set_cells(folder, TRIALS, 2, {"design": "RCT"})
    set_review(folder, {"role": "quoted"})
    refused = command("check", "--data-dir", folder, "--format", "github")
    assert refused.exit_code == 1
    lines = refused.stdout.splitlines()
    results, trials = ((folder / name).read_text().splitlines() for name in (RESULTS, TRIALS))
    assert [line.partition("::data/")[0] for line in lines] == [
        "::error file=data/reviews/review2020/review.yaml,line=8",
        f"::error file=data/trials/results.csv,line=3,col={results[2].index('0,34')}",
        f"::error file=data/trials/trials.csv,line=2,col={trials[1].index('RCT') + 1}",
    ]


@pytest.mark.parametrize(
    ("text", "row", "column", "place"),
    [
        # A quotation mark inside a cell is a letter.
        ('a,b,c\n1,5" tall,3\n4,5,6\n', 2, "c", "line=2,col=11"),
        ('a,b,c\n1,5" tall,3\n4,5,6\n', 3, "b", "line=3,col=3"),
        ('a,b,c\n1,"say ""x"", y",3\n4,5,6\n', 2, "c", "line=2,col=18"),
        # A cell that does not end as it should: its row is the last that is known.
        ('a,b,c\n1,2,3\n4,"5,6\n7,8,9\n', 3, "", "line=3"),
        ('a,b,c\n"x\ny",2,3\n4,"5"x,6\n7,8,9\n', 3, "", "line=4"),
        ('a,b,c\n1,2,3\n4,"5"x,6\n7,8,9\n', 3, "c", "line=3"),
        ('a,"b,c\n1,2,3\n', 1, "c", "line=1"),
        # One that ends in a later row takes the lines between with it.
        ('a,b,c\n1,"2,3\n4",5\n7,8,9\n', 3, "b", "line=4,col=3"),
        # Other ends of lines, and the second of two columns called alike.
        ("a,b,c\r\n1,2,3\r\n\r\n4,5,6", 4, "c", "line=4,col=5"),
        ("a,b,c,b\n1,2,3,4\n", 1, "b", "line=1,col=7"),
        ("", 1, "a", "line=1"),
    ],
)
def test_stray_quotation_marks_do_not_move_the_place(
    text: str, row: int, column: str, place: str
) -> None:
    problem = Problem("data/t.csv", row, column, "x", "y")
    assert annotation(problem, text).startswith(f"::error file=data/t.csv,{place}::")


@pytest.mark.parametrize(("old", "new"), [("Scale B", '"Scale B'), ("Scale B", '"Scale" B')])
def test_a_stray_quotation_mark_in_the_data(old: str, new: str, tmp_path: Path) -> None:
    """The row is named where csv stops, and places above it are still right."""
    folder = write_data_folder(tmp_path / "data")
    set_cells(folder, RESULTS, 2, {"value": "0,34"})
    path = folder / RESULTS
    path.write_text(path.read_text().replace(old, new))
    refused = command("check", "--data-dir", folder, "--format", "github")
    assert refused.exit_code == 1
    lines = refused.stdout.splitlines()
    places = [line.split("::")[1] for line in lines if f"{RESULTS}," in line]
    column = path.read_text().splitlines()[1].index('"0,34"') + 1
    assert places == [
        f"error file=data/{RESULTS},line=2,col={column}",
        f"error file=data/{RESULTS},line=3",
    ]


@given(text=st.text(st.sampled_from('ab,"\r\n '), max_size=30))
def test_rows_are_those_of_csv(text: str) -> None:
    """Every row that csv reads begins in the line that is annotated."""
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, strict=True)
    read = 0
    with suppress(csv.Error):
        for row, _ in enumerate(reader, start=1):
            found = annotation(Problem("data/t.csv", row, "", "x", "y"), text)
            line = text[:read].count("\n") + 1
            assert found.startswith(f"::error file=data/t.csv,line={line}::")
            read = sum(map(len, text.splitlines(keepends=True)[: reader.line_num]))
