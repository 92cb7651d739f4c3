"""Reviews of diagnostic test accuracy: study rows, sensitivity and specificity."""

import math
from pathlib import Path

import pytest
from tests.command import command
from tests.review_files import csv_table, element, rm5_bytes

from metarepro.readers.review_file import read_review
from metarepro.reviews.accuracy import proportion, recompute_accuracy
from metarepro.tabular.problems import DataError

HEADER = (
    "Analysis number,Analysis name,Test number,Test name,Subgroup by,Subgroup item,Subgroup,Study,"
    "TP,FP,FN,TN,Sensitivity,Sens CI start,Sens CI end,Specificity,Spec CI start,Spec CI end"
)
PARAMETERS = (
    "Analysis number,Analysis name,Test number,Test name,Model,Lambda,Theta,beta,E(logitSe),"
    "E(logitSp),Var(logitSe),Var(logitSp)\n1,T,1,T,Bivariate,,,,1.1,0.9,0.2,0.3\n"
)
# 9 of 10: R, binom.test(9, 10)$conf.int; 20 of 20: 1 and 0.025^(1/20).
ROW = {"Analysis number": 1, "Analysis name": "T", "Test name": "Strip", "Study": "Ann 2001"} | {
    "TP": 9,
    "FP": 0,
    "FN": 1,
    "TN": 20,
    "Sensitivity": "0.9",
    "Sens CI start": "0.554984",
    "Sens CI end": "0.997471",
    "Specificity": "1.0",
    "Spec CI start": "0.831567",
    "Spec CI end": "1.0",
}


def package(folder: Path, **cells: object) -> Path:
    (folder / "CD000000-data-rows.csv").write_bytes(csv_table(HEADER, [ROW | cells]))
    (folder / "CD000000-parameters.csv").write_text(PARAMETERS)
    return folder


@pytest.mark.parametrize(
    ("events", "n", "expected"),
    [
        (9, 10, (0.9, 0.5549839, 0.9974714)),  # R: binom.test(9, 10)$conf.int
        (0, 10, (0, 0, 0.3084971)),  # R: binom.test(0, 10)$conf.int
        (65, 65, (1, 0.025 ** (1 / 65), 1)),
        (71, 76, (0.934211, 0.853109, 0.978295)),  # a published row of a Cochrane review
    ],
)
def test_proportions(events: int, n: int, expected: tuple[float, ...]) -> None:
    assert proportion(events, n) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("events", "n"), [(0, 0), (3, 2), (-1, 5), (math.nan, 5), (1, math.nan)])
def test_no_proportion(events: float, n: float) -> None:
    assert all(map(math.isnan, proportion(events, n)))


@pytest.mark.parametrize(
    ("cells", "verdict"),
    [
        ({}, "exact"),
        ({"Sensitivity": "0.91"}, "different"),
        ({"Spec CI start": "7.23E-4"}, "different"),
        ({name: "" for name in ROW if name.startswith("S") and name != "Study"}, "not_published"),
    ],
)
def test_a_package(tmp_path: Path, cells: dict[str, str], verdict: str) -> None:
    extraction = read_review(package(tmp_path, **cells))
    assert extraction.review.format == "revman_web_accuracy"
    assert "diagnostic test accuracy" in extraction.notes[0]
    (row,) = recompute_accuracy(extraction, "f")
    assert (row["study"], row["test"], row["verdict"]) == ("Ann 2001", "Strip", verdict)
    assert row["reproduced_sensitivity"] == 0.9


def test_a_bad_count_is_a_problem_of_its_row(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="row 2, TP: found 'nine'"):
        read_review(package(tmp_path, TP="nine"))


def diagnostic(*tests: str) -> bytes:
    return rm5_bytes(
        element(
            "COCHRANE_REVIEW",
            {"TYPE": "DIAGNOSTIC", "DOI": "10.1002/14651858.CD000001.pub2"},
            "<COVER_SHEET><TITLE>Strips</TITLE></COVER_SHEET>",
            element("ANALYSES_AND_DATA", None, element("TESTS", None, *tests)),
        )
    )


def study(**cells: object) -> str:
    numbers = {"TP": 10, "FP": 2, "FN": 3, "TN": 20}
    return element("TEST_DATA", {"STUDY_ID": "STD-Ann-2001"} | numbers | cells)


def test_a_revman_5_file(tmp_path: Path) -> None:
    tests = [
        element("TEST", {"NO": n}, f"<NAME>Strip {n}</NAME>", study(TP=n), study()) for n in (1, 2)
    ]
    (tmp_path / "a.rm5").write_bytes(diagnostic(*tests))
    extraction = read_review(tmp_path / "a.rm5")
    assert (extraction.review.review_id, extraction.review.title) == ("CD000001", "Strips")
    rows = recompute_accuracy(extraction, "f")
    assert [row["test"] for row in rows] == ["Strip 1", "Strip 1", "Strip 2", "Strip 2"]
    assert [row["tp"] for row in rows] == [1, 10, 2, 10]
    assert [row["reproduced_specificity"] for row in rows] == pytest.approx([20 / 22] * 4)
    assert {row["verdict"] for row in rows} == {"not_published"}


def test_a_revman_5_file_without_studies(tmp_path: Path) -> None:
    (tmp_path / "a.rm5").write_bytes(diagnostic("<TEST/>"))
    with pytest.raises(DataError, match="test accuracy without study data"):
        read_review(tmp_path / "a.rm5")


def test_the_command_writes_them(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    package(tmp_path / "web")
    (tmp_path / "a.rm5").write_bytes(diagnostic(element("TEST", {"NO": 1}, study())))
    done = command("reproduce", tmp_path, "--output-dir", tmp_path / "out")
    assert done.exit_code == 0
    text = (tmp_path / "out/accuracy.csv").read_text()
    assert text.count("\n") == 3
    page = (tmp_path / "out/summary.html").read_text()
    assert "Diagnostic test accuracy" in page
    assert "0.900 [0.555, 0.997]" in page
