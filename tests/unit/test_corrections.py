"""Corrections: applied to the cell that they name, refused when anything does not match."""

from pathlib import Path

import pytest
import yaml
from tests.data_folder import PUBLISHED, RESULTS, set_cells, write_data_folder

from metarepro.study.transcription import read
from metarepro.study.validation import load, read_and_check
from metarepro.tabular.problems import Problem

CORRECTION = {
    "file": RESULTS,
    "row": "ann2001-02",
    "column": "value",
    "from": "0.34",
    "to": "0.30",
    "reason": "misread",
    "source": "table 2",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_data_folder(tmp_path / "data")


def correct(folder: Path, *corrections: object) -> None:
    text = yaml.safe_dump(list(corrections), sort_keys=False)
    (folder / "corrections.yaml").write_text(text, encoding="utf-8")


def problems_of(folder: Path) -> list[Problem]:
    return list(read(folder).problems)


def test_a_correction_changes_its_cell_and_is_noted_in_its_row(folder: Path) -> None:
    correct(folder, CORRECTION)
    results = load(folder).results
    assert results["value"].dropna().tolist() == [0.30, 2.1]
    assert results["corrections"].tolist() == ["", "value: 0.34 -> 0.30 (misread)", "", "", ""]


def test_two_corrections_of_a_row_are_noted_in_order(folder: Path) -> None:
    correct(folder, CORRECTION, CORRECTION | {"column": "note", "from": "", "to": "new"})
    noted = load(folder).results["corrections"][1]
    assert noted == "value: 0.34 -> 0.30 (misread); note:  -> new (misread)"


def test_the_file_itself_stays_as_it_is(folder: Path) -> None:
    before = (folder / RESULTS).read_bytes()
    correct(folder, CORRECTION)
    load(folder)
    assert (folder / RESULTS).read_bytes() == before


def test_a_correction_can_mend_a_cell_that_is_not_allowed(folder: Path) -> None:
    set_cells(folder, RESULTS, 3, {"value": "0,34"})
    correct(folder, CORRECTION | {"from": "0,34"})
    assert load(folder).results["value"][1] == 0.30


def test_a_value_that_is_not_allowed_is_a_problem_of_the_correction(folder: Path) -> None:
    correct(folder, CORRECTION | {"to": "0,30"})
    (problem,) = read_and_check(folder)[1]
    assert (problem.file, problem.row, problem.column) == ("data/corrections.yaml", 5, "to")
    assert problem.found == "0,30"
    assert problem.allowed.endswith("(in ann2001-02, value of trials/results.csv)")


def test_a_value_that_does_not_fit_its_row_is_a_problem_of_the_correction(folder: Path) -> None:
    correct(folder, CORRECTION | {"to": "0.6"})
    (problem,) = read_and_check(folder)[1]
    assert (problem.file, problem.row, problem.column) == ("data/corrections.yaml", 5, "to")
    assert problem.allowed == "within its CI (in ann2001-02, value of trials/results.csv)"


def test_a_problem_beside_a_corrected_cell_names_the_correction(folder: Path) -> None:
    correct(folder, CORRECTION | {"column": "ci_low", "from": "0.1", "to": "0.4"})
    (problem,) = read_and_check(folder)[1]
    assert (problem.file, problem.row, problem.column) == (f"data/{RESULTS}", 3, "value")
    allowed = "within its CI (data/corrections.yaml, line 5, changes ci_low of this row)"
    assert problem.allowed == allowed


def test_a_table_without_ids_goes_by_the_row_number(folder: Path) -> None:
    in_row_2 = {"file": PUBLISHED, "row": "2", "column": "estimate", "from": "0.3", "to": "0.31"}
    correct(folder, CORRECTION | in_row_2)
    assert load(folder).published["estimate"][0] == 0.31


@pytest.mark.parametrize(
    ("change", "column", "found", "allowed"),
    [
        ({"from": "0.340"}, "from", "0.340", "what is in ann2001-02, value: '0.34'"),
        ({"row": "ann2001-09"}, "row", "ann2001-09", "a result_id that the table has once"),
        ({"row": "3"}, "row", "3", "a result_id that the table has once"),
        ({"file": PUBLISHED, "column": "k", "row": "9"}, "row", "9", "a row number as a spread"),
        ({"column": "valu"}, "column", "valu", "one of: result_id, trial_id"),
        ({"file": "trials/result.csv"}, "file", "trials/result.csv", "one of: codebook/countries"),
        ({"to": "0.34"}, "to", "0.34", "something other than in from"),
        ({"from": 0.34}, "from", "0.34", "text in quotes"),
        ({"from": None}, "from", "None", "text in quotes"),
        ({"reason": " "}, "reason", " ", "one line of text, not empty"),
        ({"source": ""}, "source", "", "one line of text, not empty"),
        ({"source": "file:///etc/x"}, "source", "file:///etc/x", "an http:// or https:// address"),
        ({"status": "done"}, "status", "an unknown key", "the keys file, row, column"),
        (
            {"column": "result_id", "from": "ann2001-02"},
            "column",
            "result_id",
            "a column other than an id",
        ),
        (
            {"column": "trial_id", "from": "ann2001"},
            "column",
            "trial_id",
            "a column other than an id",
        ),
    ],
)
def test_each_kind_of_mistake_has_its_message(
    change: dict[str, object], column: str, found: str, allowed: str, folder: Path
) -> None:
    correct(folder, CORRECTION | change)
    (problem,) = problems_of(folder)
    assert problem.file == "data/corrections.yaml"
    line = [*CORRECTION, *change].index(column) + 1
    assert (problem.row, problem.column, problem.found) == (line, column, found)
    assert problem.allowed.startswith(allowed)


@pytest.mark.parametrize("key", list(CORRECTION))
def test_no_key_may_be_left_out(key: str, folder: Path) -> None:
    correct(folder, {name: value for name, value in CORRECTION.items() if name != key})
    (problem,) = problems_of(folder)
    assert (problem.column, problem.found) == (key, "no such key")


def test_a_cell_can_be_corrected_only_once(folder: Path) -> None:
    correct(folder, CORRECTION, CORRECTION | {"from": "0.30", "to": "0.31"})
    (problem,) = problems_of(folder)
    assert (problem.row, problem.found) == (9, "ann2001-02, value again")


def test_a_correction_of_an_id_that_is_there_twice_is_refused(folder: Path) -> None:
    set_cells(folder, RESULTS, 4, {"result_id": "ann2001-02"})
    correct(folder, CORRECTION)
    refused = [p for p in problems_of(folder) if p.file == "data/corrections.yaml"]
    assert [p.allowed for p in refused] == ["a result_id that the table has once"]


@pytest.mark.parametrize(
    ("text", "row", "found", "allowed"),
    [
        ("", None, "an empty file", "a list of corrections; write [] if there are none"),
        ("# none\n", None, "an empty file", "a list of corrections; write [] if there are none"),
        ("file: a\n", 1, "no list", "a list of corrections; write [] if there are none"),
        ("- a\n", 1, "a", "the keys file"),
        ("- {row: '1', row: '2'}\n", 1, "the key again", "each key once"),
        ("- {\n", 2, "expected the node content", "well-formed YAML"),
        ("- 2020-13-45\n", 1, "2020-13-45", "a date in quotes"),
        ("- !!python/object/apply:os.getcwd []\n", 1, "a tag, an anchor or an", "plain YAML"),
        ("[" * 5000, 1, "lists or keys inside each other", "at most 20 levels"),
        ("- \udcff\n", 1, "b'\\xff'", "text in UTF-8"),
    ],
)
def test_a_file_that_is_no_list_of_corrections_is_refused(
    text: str, row: int | None, found: str, allowed: str, folder: Path
) -> None:
    (folder / "corrections.yaml").write_bytes(text.encode("utf-8", "surrogateescape"))
    problems = problems_of(folder)
    hits = [p for p in problems if p.row == row and p.found.startswith(found)]
    assert [p.allowed.startswith(allowed) for p in hits] == [True], problems


def test_a_list_without_corrections_changes_nothing(folder: Path) -> None:
    (folder / "corrections.yaml").write_text("[]\n")
    assert set(load(folder).results["corrections"]) == {""}


def test_without_a_list_nothing_is_changed(folder: Path) -> None:
    (folder / "corrections.yaml").unlink()
    assert set(load(folder).results["corrections"]) == {""}
