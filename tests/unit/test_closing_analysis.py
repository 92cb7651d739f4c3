"""The rows of a data file are checked with all columns that stand beside those that are pooled."""

from pathlib import Path

import pytest
from tests.command import command

from metarepro.extraction.any_review import read_any_review
from metarepro.extraction.closing_analysis import close_analysis, closing_words
from metarepro.extraction.closing_table import ClosedTable
from metarepro.extraction.proposals import propose
from metarepro.readers.sources import read_source

ROWS = """Study,g,LL,UL,p,Weight (%)
Ann 2001,0.10,-0.10,0.30,0.33,13.8
Bo 2002,0.30,0.16,0.44,<.001,28.1
Cy 2003,0.45,0.24,0.66,<.001,12.5
Di 2004,0.25,0.14,0.36,<.001,45.6
"""


def closed(folder: Path, text: str) -> ClosedTable:
    path = folder / "rows.csv"
    path.write_text(text)
    source = read_source(path)
    analyses = propose(source)
    return close_analysis(source, analyses[0], analyses)


def test_intervals_p_values_and_weights_are_checked(tmp_path: Path) -> None:
    found = closed(tmp_path, ROWS)
    assert found.open == []
    whats = {one.what for one in found.checks}
    assert whats == {
        "estimate against the middle of its interval",
        "p value against the interval",
        "sum of the weights",
        "weight against the other columns",
    }


@pytest.mark.parametrize(
    ("right", "wrong", "what"),
    [
        ("0.33,", "0.03,", "p value against the interval"),
        ("0.44", "4.4", "estimate against the middle of its interval"),
        ("45.6", "54.6", "sum of the weights"),
    ],
)
def test_a_misread_number_is_named_with_what_the_others_give(
    tmp_path: Path, right: str, wrong: str, what: str
) -> None:
    found = closed(tmp_path, ROWS.replace(right, wrong, 1))
    assert what in [one.what for one in found.open]
    assert any(what in line for line in closing_words(found))


def test_groups_beside_an_effect_are_checked_with_it(tmp_path: Path) -> None:
    text = (
        "Study,md,LL,UL,mean_t,sd_t,n_t,mean_c,sd_c,n_c\n"
        "Ann 2001,1.00,0.02,1.98,5.0,2.0,32,4.0,2.0,32\n"
        "Bo 2002,2.00,1.02,2.98,5.0,2.0,32,4.0,2.0,32\n"
        "Cy 2003,1.50,0.52,2.48,5.5,2.0,32,4.0,2.0,32\n"
    )
    found = closed(tmp_path, text)
    assert found.effects_by.startswith("mean difference")
    assert {one.label for one in found.open} == {"Bo 2002"}


def test_metarepro_columns_says_which_rows_do_not_close(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(ROWS.replace("0.44", "4.4"))
    done = command("columns", path)
    assert "numbers close with the others of their row" in done.output
    assert "Row 3 (Bo 2002): estimate against the middle of its interval" in done.output


def test_a_review_in_a_data_file_carries_what_does_not_close(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text(ROWS.replace("0.44", "4.4"))
    (tmp_path / "columns.yaml").write_text(
        "file: rows.csv\nanalyses:\n- name: warmth\n  measure: SMD\n"
        "  columns: {study: Study, yi: g, ci_low: LL, ci_high: UL}\n"
    )
    notes = read_any_review(tmp_path / "columns.yaml").notes
    assert any("Row 3 (Bo 2002)" in note for note in notes)
