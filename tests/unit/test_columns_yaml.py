"""Rows that are left out, columns.yaml, and the preview."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from tests.column_tables import INTERVALS, MEANS, one, read, source, taken

from metarepro.extraction.columns_file import columns_text, read_columns
from metarepro.extraction.extracted import extract
from metarepro.extraction.layouts import table_words
from metarepro.extraction.preview import preview
from metarepro.extraction.proposals import propose
from metarepro.synthesis.study_pool import pool_studies
from metarepro.tabular.problems import DataError
from metarepro.tabular.yaml_text import FILL_IN


def test_rows_without_a_number_and_totals_are_left_out_and_named() -> None:
    header = "ID | g | g_LL | g_UL"
    rows = ("A | 0.2 | 0.1 | 0.3", "B | | | ", "C | 0.2 | NR | 0.3", "Total | 0.2 | 0.1 | 0.3")
    found = read(header, *rows)
    assert found.table.studies == ["A"]
    assert found.left_out == (
        (3, "B", "no numbers"), (4, "C", "nothing in g_LL"), (5, "Total", "no study by its name")
    )  # fmt: skip


@pytest.mark.parametrize(
    "label",
    ["RE Model", "RE Model for All Studies", "FE model", "All", "All studies", "D+L pooled ES"]
    + ["I-V pooled ES", "DL", "Random", "Fixed", "Average", "Weighted mean", "Mean effect size"]
    + ["RE", "k = 12", "12 studies", "Estimate"],
)
def test_a_pool_by_its_label_is_no_study(label: str) -> None:
    header, rows = "ID | g | SE", ("A | 0.2 | 0.1", f"{label} | 0.2 | 0.1")
    found = read(header, *rows)
    assert found.left_out == ((3, label, "no study by its name"),)


@pytest.mark.parametrize("label", ["Allen 2001", "Random 2003", "Meaney", "Fixed-dose trial", "IV"])
def test_a_study_is_no_pool_by_the_beginning_of_its_name(label: str) -> None:
    header, row = "ID | g | SE", f"{label} | 0.2 | 0.1"
    assert read(header, row).table.studies == [label]


def test_every_number_has_its_place() -> None:
    header, row = "ID | SMD (95% CI)", "A | 0.32 [−0.23, 0.40]"
    found = read(header, row)
    place = found.provenance.set_index("role").loc["ci_low"]
    assert place.to_dict() == {
        "analysis": "SMD (95% CI)", "study": "A", "value": "-0.23",
        "printed": "0.32 [−0.23, 0.40]", "file": "a.xlsx", "sha256": "f" * 64, "table": "S",
        "page": "", "row": 2, "column": "SMD (95% CI)", "number": 2,
    }  # fmt: skip


def test_a_cell_that_is_no_number_is_a_problem() -> None:
    header = "ID | g | SE"
    good = tuple(f"{n} | 0.1 | 0.2" for n in "ABCDEF")
    with pytest.raises(DataError, match=r"a\.xlsx, row 8, g: found '0\.3 a'; allowed: a number"):
        extract(source(header, *good, "G | 0.3 a | 0.1"), one(header, *good))


def test_a_cell_with_another_number_of_numbers_is_a_problem() -> None:
    """Such as an interval that a spreadsheet took for a date."""
    header = "ID | g | 95% CI"
    good = tuple(f"{n} | 0.2 | 0.1-0.3" for n in "ABCDEF")
    with pytest.raises(DataError, match="found '2024-02-01'; allowed: 2 numbers, as in most"):
        extract(source(header, *good, "G | 0.3 | 2024-02-01"), one(header, *good))


def test_the_layout_of_metapsy_is_known_and_asks_which_arm_is_which() -> None:
    header = (
        "study | condition_arm1 | condition_arm2 | .g | .g_se | mean_arm1 | mean_arm2 | sd_arm1 "
        "| sd_arm2 | n_arm1 | n_arm2"
    )
    rows = ("A | cbt | wl | 0.2 | 0.1 | 1 | 2 | 1 | 1 | 10 | 10",)
    effects, means = propose(source(header, *rows))
    assert taken(effects) == {"study": "study", "yi": ".g", "sei": ".g_se"}
    assert (means.name, means.first_arm) == ("means", FILL_IN)


def test_the_layout_of_metalab_is_known() -> None:
    header = "study_ID | short_cite | expt_num | d_calc | d_var_calc | g_calc | g_var_calc"
    found = propose(source(header, "a | A 2001 | x | 0.2 | 0.1 | 0.19 | 0.09"))
    assert [(a.name, taken(a)["vi"]) for a in found] == [("g", "g_var_calc"), ("d", "d_var_calc")]


@pytest.mark.parametrize(
    ("judgement", "words"), [("Some concerns", "risk of bias (RoB 2, in the layout of robvis)"),
                             ("0.3", "")],
)  # fmt: skip
def test_a_table_of_robvis_is_known(judgement: str, words: str) -> None:
    made = source("Study | D1 | D2 | D3 | D4 | D5 | Overall", "A" + f" | {judgement}" * 6)
    assert table_words(made.tables[0]) == words
    assert propose(made) == []


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    header, rows = 'Study: "x" | Mean (1) | SD (1) | N (1) | Mean (2) | SD (2) | N (2)', MEANS
    proposed = propose(source(header, *rows))
    path = tmp_path / "columns.yaml"
    path.write_text(columns_text("a: b.xlsx", proposed), encoding="utf-8")
    file, analyses = read_columns(path)
    assert file == "a: b.xlsx"
    assert [(a.name, a.table, taken(a), a.first_arm) for a in analyses] == [
        (a.name, a.table, taken(a), a.first_arm) for a in proposed
    ]


GOOD = (
    "file: a.csv\nanalyses:\n- name: x\n  measure: OR\n  scale: log\n"
    "  columns:\n    yi: g\n    sei: SE\n"
)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("file: a.csv\n", "", "file: found 'nothing'; allowed: a text"),
        ("  measure: OR", "  measure: odds", "analyses.0.measure: found 'odds'; allowed: SMD"),
        ("    sei: SE", "    se: SE", "columns.se: found 'an unknown key'; allowed: one of"),
        ("    sei: SE\n", "", "columns: found 'yi'; allowed: yi vi; or"),
        ("    sei: SE", "    sei: {column: SE, number: 0}", "number: found '0'; allowed: which"),
        ("  measure: OR", "  measure: SMD", "scale: found 'log'; allowed: no such"),
        ("  measure: OR", "  first_arm: control", "first_arm: found 'control'; allowed: no such"),
        ("    sei: SE", "    n_t: a\n    n_c: b", "measure: found 'OR'; allowed: SMD, or vi"),
        ("  scale: log\n", "", "scale: found 'nothing'; allowed: ratio or log"),
        ("- name: x", "- nam: x", "nam: found 'an unknown key'"),
        (GOOD, "- 1\n", "found"),
    ],
)
def test_what_columns_yaml_may_not_say(old: str, new: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "columns.yaml"
    path.write_text(GOOD)
    read_columns(path)
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(DataError) as caught:
        read_columns(path)
    assert message in str(caught.value)


def test_all_problems_of_columns_yaml_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "columns.yaml"
    path.write_text(GOOD.replace("OR", "odds").replace("sei", "se"))
    with pytest.raises(DataError) as caught:
        read_columns(path)
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [({"table": "T"}, "found \"no table 'T'\""), ({"where": {"Outcome": "x"}}, "no such column")],
)
def test_columns_that_a_file_does_not_have(change: Mapping[str, object], message: str) -> None:
    header, rows = "ID | g | SE", ("A | 0.1 | 0.2",)
    with pytest.raises(DataError, match=message):
        read(header, *rows, **change)


def test_a_condition_picks_rows() -> None:
    header, rows = "ID | Time | g | SE", ("A | post | 0.1 | 0.2", "A | later | 0.3 | 0.2")
    assert list(read(header, *rows, where={"Time": "later"}).table.cells["yi"]) == ["0.3"]


@pytest.mark.parametrize(("group", "studies"), [("Open", ["A", "B"]), ("Open > Old", ["B"])])
def test_a_heading_picks_rows(group: str, studies: list[str]) -> None:
    made = source("ID | g | SE", "A | 0.1 | 0.2", "B | 0.3 | 0.2", "C | 0.3 | 0.2")
    groups = ("Open", "Open > Old", "Opening")
    rows = (replace(row, group=name) for row, name in zip(made.tables[0].rows, groups, strict=True))
    made = replace(made, tables=(replace(made.tables[0], rows=tuple(rows)),))
    found = extract(made, replace(propose(made)[0], group=group))
    assert found.table.studies == studies


def test_a_row_that_may_be_misread_is_named() -> None:
    made = source("ID | g | SE", "A | 0.1 | 0.2")
    row = replace(made.tables[0].rows[0], doubtful="columns do not agree")
    made = replace(made, tables=(replace(made.tables[0], rows=(row,)),))
    assert extract(made, propose(made)[0]).lines() == [
        "Row 2 (A) may be misread: columns do not agree"
    ]


def test_the_preview_pools_and_gives_the_reasons() -> None:
    header = "ID | g | g_LL | g_UL"
    text = "\n".join(preview(source(header, *INTERVALS), one(header, *INTERVALS)))
    assert 'the header says "g"; 3 of 3 lie within their intervals' in text
    table = pd.DataFrame(
        {"yi": [0.2, 0.5, -0.1], "ci_low": [0.1, 0.21, -0.6], "ci_high": [0.3, 0.79, 0.4]}
    )
    assert f"{pool_studies(table).pooled.estimate:.3f}" in text


def test_the_preview_shows_the_notes_of_the_file() -> None:
    """Such as the pool that a saved fit gave."""
    made = source("ID | g | SE", "A | 0.1 | 0.2", "B | 0.2 | 0.2")
    made = replace(made, tables=(replace(made.tables[0], notes=("0.15 [-0.13, 0.43]",)),))
    assert preview(made, propose(made)[0])[-1] == "  In the file: 0.15 [-0.13, 0.43]"


def test_the_preview_says_what_it_assumes() -> None:
    header = "study | mean1 | sd1 | n1 | mean2 | sd2 | n2"
    text = "\n".join(preview(source(header, *MEANS), one(header, *MEANS)))
    assert "Question: which arm is the one of mean1? first_arm: treatment or control" in text
    assert "If it is the treatment: Hedges' g" in text
