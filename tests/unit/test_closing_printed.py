"""Printed pools among the rows of a table, in a table without one study each, in columns.yaml.

The numbers are metafor's for the BCG trials (tests/reference/closing.R), printed to two decimals.
"""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.command import command
from tests.reference_numbers import reference_of

from metarepro.extraction.any_review import read_any_review
from metarepro.extraction.closing_printed import ClosedPrint, close_printed
from metarepro.extraction.columns_file import columns_text, read_columns
from metarepro.extraction.extracted import extract
from metarepro.extraction.pool_labels import is_no_study, leaves_one_out, omitted_study
from metarepro.extraction.proposals import propose
from metarepro.extraction.table_pools import group_test_p, table_pools
from metarepro.readers.source_table import SourceRow, SourceTable
from metarepro.readers.sources import read_source

REFERENCE = reference_of("closing")
BCG = REFERENCE["bcg"]
HEADER = ["Study", "RR", "LL", "UL"]
COUNTS = ["Events treated", "Total treated", "Events control", "Total control"]
TEST = "Test for subgroup differences: Chi2 = 1.54, df = 2 (P = 0.46), I2 = 0%"


def study(i: int, *, counts: bool = False) -> list[str]:
    names = ("events_t", "n_t", "events_c", "n_c") if counts else ()
    effect = [BCG["study"][i], BCG["yi"][i], BCG["ci_low"][i], BCG["ci_high"][i]]
    return [str(cell) for cell in [*effect, *(BCG[name][i] for name in names)]]


def forest(*, headings: bool = True, counts: bool = False) -> list[list[str]]:
    """Rows in the groups of the trials, each with its subtotal; the total last."""
    table = []
    for group in REFERENCE["groups"]:
        table += [[f"By {group['name']} order"]] * headings
        table += [study(i, counts=counts) for i in range(13) if BCG["alloc"][i] == group["name"]]
        table.append(["Subtotal (95% CI)", *group["pool"]])
    return [*table, ["Total (95% CI)", *REFERENCE["total"]]]


def text_of(table: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> str:
    text = io.StringIO()
    width = len(header)
    csv.writer(text).writerows([header, *([*row, *[""] * (width - len(row))] for row in table)])
    return text.getvalue()


def closed(folder: Path, text: str, which: int = 0) -> list[ClosedPrint]:
    path = folder / "rows.csv"
    path.write_text(text)
    source = read_source(path)
    analyses = propose(source)
    return close_printed(source, analyses[which], analyses)


# Totals among the rows ---------------------------------------------------------------------------


@pytest.mark.parametrize("headings", [True, False])
def test_subtotals_and_total_of_a_forest_plot_close(tmp_path: Path, headings: bool) -> None:
    (one,) = closed(tmp_path, text_of(forest(headings=headings)))
    assert [pool.k for pool in one.closed.pools] == [2, 7, 4, 13]
    assert list(one.open_words()) == []
    assert (one.closed.model.tau2, one.closed.model.ci) == ("DL", "z")


def test_printed_pools_are_no_studies(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(text_of([*forest(), ["Omitting Aronson 1948", "0.49", "0.34", "0.71"]]))
    source = read_source(path)
    found = extract(source, propose(source)[0])
    assert len(found.table.cells) == 13
    assert [row for row, _, _ in found.left_out] == [5, 14, 20, 21, 22]


def test_counts_close_with_the_effects_beside_them(tmp_path: Path) -> None:
    header = [*HEADER, *COUNTS]
    text = text_of(forest(counts=True), header)
    for which in (0, 1):
        (one,) = closed(tmp_path, text, which)
        assert one.closed.n_closed == 4


def test_counts_are_not_held_against_effects_of_another_kind(tmp_path: Path) -> None:
    header = ["Study", "HR", "LL", "UL", *COUNTS]
    text = text_of(forest(counts=True), header)
    assert [one.closed.n_closed for one in closed(tmp_path, text, 0)] == [4]
    assert closed(tmp_path, text, 1) == []


def test_percentages_are_not_held_against_shares(tmp_path: Path) -> None:
    rows = [["Ann", "12", "120", "10.0", "5.3", "16.8"], ["Bo", "30", "250", "12.0", "8.2", "16.7"],
            ["Overall", "42", "370", "11.3", "8.3", "15.0"]]  # fmt: skip
    path = tmp_path / "rows.csv"
    path.write_text(text_of(rows, ["Study", "Cases", "Size", "Prevalence", "LL", "UL"]))
    (tmp_path / "columns.yaml").write_text(
        "file: rows.csv\nanalyses:\n- name: cases\n  measure: proportion\n"
        "  columns: {study: Study, events: Cases, n_total: Size}\n"
    )
    done = command("columns", path)
    assert "2 studies" in done.output
    assert "printed pool" not in done.output


def test_a_subtotal_that_does_not_close_is_named_with_what_its_rows_give(tmp_path: Path) -> None:
    (one,) = closed(tmp_path, text_of(forest()).replace("0.58,0.34,1.01", "0.85,0.34,1.01"))
    (line,) = one.open_words()
    assert line.startswith(
        "Row 5 (Subtotal (95% CI), By alternate order): printed 0.85 [0.34, 1.01]; its 2 rows give "
        "0.58"
    )
    assert "off: estimate" in line


def test_the_test_between_subgroups_is_held_against_their_pools(tmp_path: Path) -> None:
    (right,) = closed(tmp_path, text_of([*forest(), [TEST]]))
    (wrong,) = closed(tmp_path, text_of([*forest(), [TEST.replace("0.46", "0.046")]]))
    assert right.group_test is not None
    assert right.group_test.closes
    assert "test between subgroups" in [*wrong.open_words()][-1]


def test_heterogeneity_below_a_pool_counts(tmp_path: Path) -> None:
    said = "Heterogeneity: Tau2 = 0.31; Chi2 = 152.23, df = 12 (P < 0.00001); I2 = 29%"
    (one,) = closed(tmp_path, text_of([*forest(), [said]]))
    assert "heterogeneity" in one.closed.pools[-1].off
    assert one.pools[-1].published.text == "0.49 [0.34, 0.70]; I2 29%; tau2 0.31; Q 152.23"


@pytest.mark.parametrize(
    ("labels", "members"),
    [
        # Each group and the table have a pool by either model.
        (["Common effect model", "Random effects model"], ["AB", "AB", "CD", "CD", "ABCD", "ABCD"]),
        (["Overall (I-squared = 12.0%, p = 0.3)"], ["AB", "CD", "ABCD"]),
    ],
)
def test_pools_that_are_called_alike_are_of_their_group_first(
    labels: list[str], members: list[str]
) -> None:
    names = [*"AB", *labels, *"CD", *labels, *labels]
    groups = ["one"] * (2 + len(labels)) + ["two"] * (2 + 2 * len(labels))
    rows = [SourceRow(n, (name, "1"), group)
            for n, (name, group) in enumerate(zip(names, groups, strict=True))]  # fmt: skip
    kept = [row.number for row in rows if len(row.cells[0]) == 1]
    pools = table_pools(
        SourceTable("", "", ("Study", "g"), tuple(rows)), kept,
        lambda row: row.cells[0], lambda row: row.cells[1:],
    )  # fmt: skip
    found = ["".join("ABCD"[at] for at in range(4) if pool.member[at]) for pool in pools]
    assert found == members


def test_a_total_above_the_studies_of_several_groups_is_not_guessed() -> None:
    cells = [("Overall", ""), ("A", "one"), ("B", "one"), ("C", "two")]
    rows = tuple(SourceRow(n, (name, "1"), group) for n, (name, group) in enumerate(cells))
    table = SourceTable("", "", ("Study", "g"), rows)
    assert table_pools(table, [1, 2, 3], lambda r: r.cells[0], lambda r: r.cells[1:]) == []


@pytest.mark.parametrize(
    ("text", "p"),
    [
        (TEST, "0.46"),
        ("Test of group differences: Q_b(1) = 4.10, p = 0.043", "0.043"),
        ("Heterogeneity between groups: p = 0.012", "0.012"),
        ("Test for overall effect: Z = 2.1 (P = 0.03)", ""),
        ("Test for subgroup differences: Chi2 = 99, df = 2 (P < 0.00001)", ""),
    ],
)
def test_the_p_value_between_subgroups_is_found(text: str, p: str) -> None:
    assert group_test_p(SourceTable("", text, ("Study",), ())) == p


def test_a_csv_file_in_our_names_may_have_a_total(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("study,yi,vi\nA,0.1,0.01\nB,0.3,0.02\nTotal,0.17,0.0067\n")
    done = command("pool", path)
    assert "2 studies" in done.output
    assert "Row 4 (Total) left out: no study by its name" in done.output


def test_a_total_is_known_where_no_column_names_studies(tmp_path: Path) -> None:
    rows = "1,0.1,0.0,0.2\n2,0.3,0.2,0.4\n3,0.4,0.3,0.5\nTotal,0.27,0.2,0.3\n"
    (one,) = closed(tmp_path, f"No.,g,LL,UL\n{rows}")
    assert [pool.k for pool in one.closed.pools] == [3]


def test_a_last_row_without_a_name_is_doubtful(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("Study,g,LL,UL\nA,0.1,0.0,0.2\nB,0.3,0.2,0.4\n,0.2,0.1,0.3\n")
    source = read_source(path)
    found = extract(source, propose(source)[0])
    assert found.doubtful == ((4, "", "it has no name; is it a total?"),)


@pytest.mark.parametrize("names", [("1", "2", "3"), ("A 1", "A 2", "A 3")])
def test_studies_may_have_numbers_for_names(tmp_path: Path, names: tuple[str, ...]) -> None:
    path = tmp_path / "rows.csv"
    rows = "".join(f"{name},0.{n},0.0,0.{2 * n}\n" for n, name in enumerate(names, 1))
    path.write_text(f"Study,g,LL,UL\n{rows}Total,0.1,0.0,0.3\n")
    source = read_source(path)
    assert tuple(extract(source, propose(source)[0]).table.studies) == names


# One study left out ------------------------------------------------------------------------------


def without_each(last: Sequence[str] = ()) -> list[list[str]]:
    names = zip(BCG["study"], REFERENCE["left_out"], strict=True)
    return [*([name, *pool] for name, pool in names), *([list(last)] if last else [])]


@pytest.mark.parametrize(
    ("label", "omitted"),
    [("Omitting Ann 2001", "Ann 2001"), ("Excluding: Ann 2001", "Ann 2001"),
     ("without Ann 2001", "Ann 2001"), ("Without Borders 2003", ""), ("Ann 2001", "")],
)  # fmt: skip
def test_the_study_that_a_pool_leaves_out_is_read(label: str, omitted: str) -> None:
    assert omitted_study(label, {"ann 2001"}) == omitted


def test_pools_without_one_study_each_close_with_the_rows(tmp_path: Path) -> None:
    table = [*map(study, range(13)), *([f"Omitting {n}", *p] for n, *p in without_each())]
    (one,) = closed(tmp_path, text_of(table))
    assert one.closed.n_closed == 13
    assert [pool.k for pool in one.closed.pools] == [12] * 13


def article(folder: Path, right: str = "0.494") -> Path:
    """An article whose table 2 leaves out one study of table 1 at a time."""

    def html(label: str, header: Sequence[str], table: Sequence[Sequence[str]]) -> str:
        rows = [f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in table]
        head = "".join(f"<th>{name}</th>" for name in header)
        return f"<table><caption>{label}. Made up</caption><tr>{head}</tr>{''.join(rows)}</table>"

    second = [["Study omitted", *HEADER[1:]], *without_each(["Combined", *REFERENCE["total"]])]
    path = folder / "article.html"
    text = html("Table 1", HEADER, [*map(study, range(13))])
    path.write_text(
        f"<html><body>{text}{html('Table 2', second[0], second[1:])}</body></html>".replace(
            "<td>0.494</td>", f"<td>{right}</td>"
        ).replace("&", "&amp;")
    )
    return path


def test_a_table_without_one_study_each_is_not_pooled(tmp_path: Path) -> None:
    done = command("columns", article(tmp_path))
    assert "Table 2: pools that leave one study out each; not pooled" in done.output
    assert "14 of 14 printed pools come out of the rows, of Table 2" in done.output


def test_extract_says_which_of_its_pools_do_not_close(tmp_path: Path) -> None:
    done = command("extract", article(tmp_path, "0.594"), "--table", "2")
    assert "13 of 14 printed pools come out of the rows, of Table 2" in done.output
    assert "Row 1 (without Aronson 1948): printed 0.594 [0.344, 0.709]" in done.output


@pytest.mark.parametrize(("total", "is_named"), [("0.49", False), ("0.94", True)])
def test_a_table_alone_holds_its_total_between_its_pools(
    tmp_path: Path, total: str, is_named: bool
) -> None:
    path = tmp_path / "rows.csv"
    last = ["Combined", total, "0.34", "1.70"]
    path.write_text(text_of(without_each(last), ["Study omitted", *HEADER[1:]]))
    done = command("extract", path, "--table", "1")
    assert ("pool against those with one study left out" in done.output) == is_named


@pytest.mark.parametrize(("printed", "said"), [("0.494", ""), ("0.594", "Check row 2 (Aronson")])
def test_a_table_alone_holds_its_pools_in_the_middle_of_their_intervals(
    tmp_path: Path, printed: str, said: str
) -> None:
    path = tmp_path / "rows.csv"
    table = without_each(["Combined", *REFERENCE["total"]])
    table[0][1] = printed
    path.write_text(text_of(table, ["Study omitted", *HEADER[1:]]))
    done = command("extract", path, "--table", "1")
    assert f"{14 if said else 15} of 15 numbers close with the others" in done.output
    assert said in done.output
    assert done.output.count("Check row") == bool(said)


def test_a_table_is_known_by_its_header_or_its_name() -> None:
    assert leaves_one_out(SourceTable("", "Leave-one-out analysis", ("Study", "g"), ()))
    assert not leaves_one_out(SourceTable("", "Excluded studies", ("Study", "g"), ()))
    assert not is_no_study("Omitting Ann 2001")


# columns.yaml ------------------------------------------------------------------------------------

COLUMNS = """file: rows.csv
analyses:
- name: trials
  measure: RR
  scale: ratio
  published:
    all: "0.49 [0.34, 0.70]"
    Order = random: "0.37 [0.18, 0.74]"
    without Aronson 1948: "0.494 [0.344, 0.709]"
  columns:
    study: Study
    yi: RR
    ci_low: LL
    ci_high: UL
"""


def written(folder: Path, columns: str = COLUMNS) -> Path:
    rows = [[*study(i), BCG["alloc"][i]] for i in range(13)]
    (folder / "rows.csv").write_text(text_of(rows, [*HEADER, "Order"]))
    path = folder / "columns.yaml"
    path.write_text(columns)
    return path


def test_pools_that_columns_yaml_names_close(tmp_path: Path) -> None:
    written(tmp_path)
    done = command("columns", tmp_path / "rows.csv")
    assert "3 of 3 printed pools come out of the rows, of columns.yaml" in done.output


def test_those_that_do_not_close_are_notes_of_the_review(tmp_path: Path) -> None:
    notes = read_any_review(written(tmp_path, COLUMNS.replace("0.37", "0.73"))).notes
    assert any("Order = random: printed 0.73 [0.18, 0.74]; its 7 rows give" in n for n in notes)


def test_a_name_that_no_row_has_is_refused(tmp_path: Path) -> None:
    written(tmp_path, COLUMNS.replace("Order = random", "Order = none"))
    done = command("columns", tmp_path / "rows.csv")
    assert "published: no row of 'Order = none'" in done.output


def test_several_published_pools_are_written_as_they_are_read(tmp_path: Path) -> None:
    file, analyses = read_columns(written(tmp_path))
    path = tmp_path / "again.yaml"
    path.write_text(columns_text(file, analyses))
    assert read_columns(path) == (file, analyses)
    assert analyses[0].published == "0.49 [0.34, 0.70]"
