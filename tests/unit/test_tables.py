"""Reading and writing tables: what is refused, with which words, and what is kept."""

import errno
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from metarepro.catalogue import RESULT_TABLES
from metarepro.study.tables import INPUTS
from metarepro.synthesis.tables import WEIGHTS
from metarepro.tabular import input_tables
from metarepro.tabular.cells import parse_cells
from metarepro.tabular.columns import text as words
from metarepro.tabular.plain_text import is_visible
from metarepro.tabular.problems import DataError, Problem
from metarepro.tabular.spreadsheet_cells import for_spreadsheets
from metarepro.tabular.tables import (
    Table,
    check_cells,
    empty_table,
    read_result,
    read_table,
    write_table,
)

CLUSTERS = "trial_id,n_clusters,source,locator,note\n"
GOOD = CLUSTERS + "ann2001,12,https://example.org,table 1,\n"
OPEN_QUOTE = 'a " at the beginning of a cell without its counterpart'


def problems_of(
    content: bytes | str, tmp_path: Path, table: Table = input_tables.CLUSTERS
) -> list[Problem]:
    path = tmp_path / "t.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(DataError) as caught:
        read_table(path, table, by_hand=True)
    return caught.value.problems


def test_numbers_are_floats_and_text_is_text(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(GOOD)
    table = read_table(tmp_path / "t.csv", input_tables.CLUSTERS)
    assert table.to_dict("list") == {
        "trial_id": ["ann2001"],
        "n_clusters": [12.0],
        "source": ["https://example.org"],
        "locator": ["table 1"],
        "note": [""],
    }
    assert table["n_clusters"].dtype == np.float64
    assert table["note"].dtype == object


def test_byte_order_mark_and_windows_line_ends_are_tolerated(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert read_table(tmp_path / "t.csv", input_tables.CLUSTERS)["trial_id"].tolist() == ["ann2001"]


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("1.5", "1.5"),
        ("1", "1"),
        ("nan", "nan"),
        ("inf", "inf"),
        ("1e999", "1e999"),
        ('"1,5"', "1,5"),
        (" 12", " 12"),
        ("12 ", "12 "),
        ("1_000", "1_000"),
        ("１２", "１２"),
        ("0x10", "0x10"),
        ("", ""),
        ("\0", "\0"),
    ],
)
def test_what_is_no_whole_number_of_two_or_more_is_refused(
    cell: str, found: str, tmp_path: Path
) -> None:
    (problem,) = problems_of(CLUSTERS + f"ann2001,{cell},s,l,\n", tmp_path)
    assert (problem.row, problem.column, problem.found) == (2, "n_clusters", found)
    assert problem.allowed.startswith("a whole number, 2 or more")


@pytest.mark.parametrize("cell", [" s", "s ", "nan", "None", "s\0", "s\tt", '"s\nt"', "", "\x7f"])
def test_what_is_no_clean_text_is_refused(cell: str, tmp_path: Path) -> None:
    (problem,) = problems_of(CLUSTERS + f"ann2001,12,{cell},l,\n", tmp_path)
    assert (problem.row, problem.column, problem.found) == (2, "source", cell.strip('"'))
    assert (
        problem.allowed
        == "text on one line, plain spaces and none at its ends, no invisible characters; "
        "an http:// or https:// address without spaces, ^, braces and the like in it, or words, "
        "not empty"
    )


@pytest.mark.parametrize(
    ("content", "row", "column", "found", "allowed"),
    [
        ("", None, "", "no header", "a header: trial_id,"),
        (GOOD + "bob2002,12,s,l\n", 3, "", "4 cells", "5 cells"),
        (GOOD + "bob2002,12,s,l,,\n", 3, "", "6 cells", "5 cells"),
        (GOOD + "\n", 3, "", "an empty line", "5 cells"),
        (GOOD + 'bob2002,12,"s"x,l,\n', 3, "", OPEN_QUOTE, 'a " at both ends'),
        (GOOD + 'bob2002,12,"s,l,\n', 3, "", OPEN_QUOTE, 'a " at both ends'),
        (GOOD.encode() + b"bob2002,12,\xff,l,\n", 3, "", "b'\\xff'", "text in UTF-8"),
        (GOOD.replace("note", "remark"), 1, "note", "no such column", "the columns trial_id,"),
        (GOOD.replace("note", "source"), 1, "source", "the column again", "each column once"),
        (GOOD.replace("source,locator", "locator,source"), 1, "locator", "locator", "'source' in"),
        (
            GOOD.replace(",", ";"),
            1,
            "",
            "cells separated by semicolons",
            "cells separated by commas",
        ),
        (GOOD + "ann2001,9,s,l,\n", 3, "trial_id", "ann2001", "a value that no other row has"),
        (GOOD + "Bob 2002,9,s,l,\n", 3, "trial_id", "Bob 2002", "small letters, digits, _ and -"),
    ],
)
def test_each_kind_of_damage_has_its_message(
    content: str | bytes, row: int | None, column: str, found: str, allowed: str, tmp_path: Path
) -> None:
    problems = problems_of(content, tmp_path)
    hits = [p for p in problems if (p.row, p.column, p.found) == (row, column, found)]
    assert [p.allowed.startswith(allowed) for p in hits] == [True], problems


def test_an_unknown_level_names_the_levels(tmp_path: Path) -> None:
    content = "trial_id,basis,note\nann2001,sure,\n"
    (problem,) = problems_of(content, tmp_path, input_tables.INCLUDED)
    assert problem.allowed == "one of: listed, plausible, candidate, no"


def test_all_problems_are_in_one_message_in_the_order_of_the_rows(tmp_path: Path) -> None:
    content = GOOD + "bob2002,1,,l,\n" + "c,2\n" + "Cat,x,s,l,\n"
    found = [(p.row, p.column) for p in problems_of(content, tmp_path)]
    assert found == [
        (3, "n_clusters"),
        (3, "source"),
        (4, ""),
        (5, "n_clusters"),
        (5, "trial_id"),
    ]


def test_the_message_counts_the_problems_and_gives_each_a_line() -> None:
    problems = [Problem("b.csv", 3, "n", "x\ny", "a number"), Problem("a.csv", None, "", "no", "a")]
    assert str(DataError([*problems, problems[0]])) == (
        "2 problems in the data\n"
        "  a.csv: found 'no'; allowed: a\n"
        "  b.csv, row 3, n: found 'x\\ny'; allowed: a number"
    )


def test_a_missing_file_and_a_folder_are_problems(tmp_path: Path) -> None:
    for path, found in ((tmp_path / "no.csv", "no such file"), (tmp_path, "a folder")):
        with pytest.raises(DataError) as caught:
            read_table(path, input_tables.CLUSTERS)
        assert [p.found for p in caught.value.problems] == [found]


def test_an_empty_table_keeps_its_types(tmp_path: Path) -> None:
    write_table(empty_table(WEIGHTS), tmp_path / "t.csv", WEIGHTS)
    table = read_table(tmp_path / "t.csv", WEIGHTS)
    assert table.dtypes.astype(str).to_dict() == {
        "synthesis": "object",
        "result_id": "object",
        "trial_id": "object",
        "weight": "float64",
    }


def weights(**changes: object) -> pd.DataFrame:
    row = {"synthesis": "s", "result_id": "a-01", "trial_id": "a", "weight": 100.0}
    return pd.DataFrame([row | changes], dtype=object)


@pytest.mark.parametrize(
    ("weight", "written"),
    [
        (100 / 3, "33.33333333"),
        (1e-7, "1e-07"),
        (-0.0, "0"),
        (5, "5"),
        (np.int64(7), "7"),
        (np.float64(2.5), "2.5"),
    ],
)
def test_numbers_are_written_with_ten_digits(weight: object, written: str, tmp_path: Path) -> None:
    write_table(weights(weight=weight), tmp_path / "t.csv", WEIGHTS)
    expected = f"synthesis,result_id,trial_id,weight\ns,a-01,a,{written}\n"
    assert (tmp_path / "t.csv").read_bytes() == expected.encode()


@pytest.mark.parametrize("text", ["a, b", 'a "b"', '"', "a;b", "'a'", "\u00e9", "", "#a"])
def test_texts_are_quoted_as_pandas_quotes_them(text: str, tmp_path: Path) -> None:
    frame = pd.DataFrame({"source_table": [text], "record_id": ["a"]})
    table = Table("t", "t.csv", {str(name): words() for name in frame})
    write_table(frame, tmp_path / "t.csv", table)
    assert (tmp_path / "t.csv").read_text() == frame.to_csv(index=False, lineterminator="\n")


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
def test_missing_values_are_written_as_empty_cells(missing: object, tmp_path: Path) -> None:
    frame = pd.DataFrame({"file": ["f"], "rows": [missing], "sha256": ["0" * 64]}, dtype=object)
    write_table(frame, tmp_path / "t.csv", INPUTS)
    assert (tmp_path / "t.csv").read_text().splitlines()[1] == "f,," + "0" * 64


@pytest.mark.parametrize(
    ("column", "value", "found"),
    [
        ("weight", np.inf, "inf"),
        ("weight", np.nan, ""),
        ("weight", 101, "101"),
        ("weight", "50", "50"),
        ("weight", True, "True"),
        ("trial_id", 5, "5"),
        ("trial_id", None, ""),
        ("synthesis", "nan", "nan"),
        ("synthesis", "\ud800", "\ud800"),
        ("synthesis", "a\rb", "a\rb"),
    ],
)
def test_a_bad_value_is_not_written(column: str, value: object, found: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        write_table(weights(**{column: value}), tmp_path / "t.csv", WEIGHTS)
    assert [(p.row, p.column, p.found) for p in caught.value.problems] == [(2, column, found)]


def test_wrong_columns_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the columns synthesis, result_id"):
        write_table(weights().iloc[:, ::-1], tmp_path / "t.csv", WEIGHTS)


def test_a_refused_table_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    write_table(weights(), path, WEIGHTS)
    before = path.read_bytes()
    with pytest.raises(DataError):
        write_table(weights(weight=101), path, WEIGHTS)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.csv"
    write_table(weights(), path, WEIGHTS)
    before = path.read_bytes()

    def full_disk(self: Path, mode: str) -> None:
        with open(self, mode) as file:  # noqa: PTH123 - Path.open is what is replaced
            file.write(before[:5])
        raise OSError(errno.ENOSPC, "no space left")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", full_disk)
        with pytest.raises(OSError, match="no space left"):
            write_table(weights(weight=50.0), path, WEIGHTS)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_every_column_says_what_is_allowed() -> None:
    silent = [
        (table.name, name)
        for table in (*input_tables.INPUT_TABLES.values(), *RESULT_TABLES.values())
        for name, column in table.columns.items()
        if not column.allowed
    ]
    assert silent == []


@given(
    rows=st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1).filter(
                lambda cell: (
                    is_visible(cell)
                    and cell.lower() not in ("nan", "none", "null", "inf", "-inf", "<na>", "nat")
                )
            ),
            st.floats(0, 100).map(lambda x: float(f"{x:.10g}") + 0.0),
        ),
        max_size=5,
    )
)
def test_what_is_written_is_read_back(
    rows: list[tuple[str, float]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("round") / "t.csv"
    frame = pd.DataFrame(
        [(text, "a-01", "a", weight) for text, weight in rows], columns=list(empty_table(WEIGHTS))
    )
    write_table(frame, path, WEIGHTS)
    table = read_table(path, WEIGHTS)
    assert list(zip(table["synthesis"], table["weight"], strict=True)) == rows


@given(st.binary(max_size=200), st.booleans())
@example(b"\0", True)
@example(b'"', True)
@example(b"\xff\xfe", False)
@example(b"a" * 200_000, True)
def test_random_bytes_raise_nothing_but_data_error(content: bytes, header: bool) -> None:
    content = CLUSTERS.encode() + content if header else content
    cells, problems = parse_cells(content, list(input_tables.CLUSTERS.columns), "t.csv")
    if cells is None:
        assert problems
        return
    checked, found = check_cells(cells, input_tables.CLUSTERS, "t.csv")
    assert len(checked) == len(cells)
    assert all(str(problem) for problem in problems + found)


CELL = st.sampled_from(["ann", "12", "s", ""]) | st.text(st.characters(codec="utf-8"), max_size=8)


@given(cells=st.lists(CELL, min_size=5, max_size=5))
@example(cells=["ann", "1e400", "s", "l", "n"])
@example(cells=["ann", "12", "\u2028", "l\x85", "=1+1"])
def test_random_cells_are_either_refused_or_survive_a_round_trip(
    cells: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    frame = pd.DataFrame(
        [cells], columns=list(input_tables.CLUSTERS.columns), index=[2], dtype="str"
    )
    checked, problems = check_cells(frame, input_tables.CLUSTERS, "t.csv")
    if problems:
        assert {problem.row for problem in problems} == {2}
        return
    path = tmp_path_factory.mktemp("cells") / "t.csv"
    write_table(checked, path, input_tables.CLUSTERS)
    assert read_table(path, input_tables.CLUSTERS).equals(checked.reset_index(drop=True))


def test_a_table_that_is_cut_inside_a_row_is_refused(tmp_path: Path) -> None:
    """One that ends where a row ends is a table: who made it with how many rows is not in it."""
    path = tmp_path / "t.csv"
    write_table(pd.concat([weights(), weights(result_id="a-02")]), path, WEIGHTS)
    content = path.read_bytes()
    assert len(read_table(path, WEIGHTS)) == 2
    for length in range(len(content)):
        if content[:length].endswith(b"\n"):
            continue
        path.write_bytes(content[:length])
        with pytest.raises(DataError, match="a table that was cut off"):
            read_table(path, WEIGHTS)


def test_what_is_written_is_plain_csv(tmp_path: Path) -> None:
    """Any other program reads what was written: no mark before a formula, no line at the end."""
    path = tmp_path / "t.csv"
    write_table(weights(synthesis="=1+1"), path, WEIGHTS)
    assert path.read_text() == "synthesis,result_id,trial_id,weight\n=1+1,a-01,a,100\n"


def test_a_table_for_people_may_lack_the_last_end_of_a_line(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(GOOD.rstrip("\n"))
    assert len(read_table(path, input_tables.CLUSTERS, by_hand=True)) == 1


def test_a_downloaded_table_has_no_formulas() -> None:
    frame = pd.DataFrame({"text": ["=1+1", "=", "plain"], "number": [-1.0, 2.0, 3.0]})
    assert for_spreadsheets(frame).to_dict("list") == {
        "text": ["'=1+1", "=", "plain"],
        "number": [-1.0, 2.0, 3.0],
    }


def test_an_optional_table_without_a_file_has_no_rows(tmp_path: Path) -> None:
    assert read_result(tmp_path, RESULT_TABLES["claims"]).empty


def test_a_table_that_every_study_has_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_result(tmp_path, WEIGHTS)
