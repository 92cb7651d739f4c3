"""The command that explains a printed pool: its words, its table and how it ends."""

from pathlib import Path

import pandas as pd
import pytest
from tests.command import command

import metarepro
from metarepro.explanation.report import COLUMNS

ROWS = "study,yi,ci_low,ci_high\nA,0.31,-0.04,0.66\nB,0.62,0.21,1.03\nC,0.18,-0.10,0.46\nD,0.55,0.18,0.92\n"  # noqa: E501
#: DerSimonian-Laird, normal interval.
PRINTED = "0.38 [0.18, 0.59]"
COUNTS = "study,events_t,n_t,events_c,n_c\nA,4,50,9,52\nB,0,41,5,40\nC,12,80,20,83\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.csv").write_text(ROWS)
    (tmp_path / "counts.csv").write_text(COUNTS)
    return tmp_path


def test_a_model_that_gives_the_pool_is_named_with_its_r() -> None:
    found = command("explain", "rows.csv", "--published", PRINTED)
    assert found.exit_code == 0
    assert "Verdict: exact" in found.output
    assert "random effects, DerSimonian-Laird; normal interval" in found.output
    assert 'rma(yi, vi, data = d, method = "DL")' in found.output


def test_the_lines_of_r_take_the_columns_as_the_file_calls_them(folder: Path) -> None:
    cases = "tpos,tneg,cpos,cneg\n4,46,9,43\n2,39,5,35\n12,68,20,63\n"
    (folder / "bcg.csv").write_text(cases)
    lines = command("explain", "bcg.csv", "--published", "OR 0.5 [0.2, 0.9]").output
    assert "d$events_t <- d$tpos" in lines
    assert "d$n_t <- d$events_t + d$tneg" in lines


def test_the_lines_of_r_hold_the_numbers_where_r_cannot_read_the_file(folder: Path) -> None:
    (folder / "semi.csv").write_text("Study;Hedges' g;SE\nA;0,31;0,18\nB;0,62;0,21\n")
    lines = command("explain", "semi.csv", "--published", "0.44 [0.14, 0.74]").output
    assert "  yi = c(0.31, 0.62),\n       sei = c(0.18, 0.21))\n" in lines
    assert "read.csv" not in lines


def test_models_that_pool_the_same_are_named_in_words() -> None:
    found = command("explain", "rows.csv", "--published", PRINTED).output
    assert "knapp_hartung" not in found
    assert "given IV" not in found


def test_a_misread_digit_of_an_interval_that_does_not_fit_is_found(folder: Path) -> None:
    (folder / "rows.csv").write_text(ROWS.replace("0.62,", "0.92,"))
    found = command("explain", "rows.csv", "--published", PRINTED)
    assert "1. In row 3 (B) yi is 0.62, not 0.92." in found.output


def test_a_pool_that_nothing_gives_ends_with_3() -> None:
    found = command("explain", "rows.csv", "--published", "0.80 [0.75, 0.85]")
    assert found.exit_code == 3
    assert "Verdict: outside" in found.output
    assert "Nearest models" in found.output


def test_slips_are_called_hypotheses_beside_what_chance_gives(folder: Path) -> None:
    (folder / "rows.csv").write_text(ROWS.replace("0.92", "9.2"))
    found = command("explain", "rows.csv", "--published", PRINTED)
    assert found.exit_code == 3
    assert "Check row 5 (D): the estimate is not in the middle of its interval." in found.output
    assert "1. In row 5 (D) ci_high is 0.92, not 9.2." in found.output
    assert "Each is a hypothesis, to be checked in the source." in found.output
    assert "A random result of the same precision is hit by" in found.output


def test_the_table_has_every_model(folder: Path) -> None:
    command("explain", "rows.csv", "--published", PRINTED, "--table", "t.csv")
    table = pd.read_csv(folder / "t.csv")
    assert tuple(table.columns) == COLUMNS
    assert table.loc[0, "verdict"] == "exact"
    # Also the logarithms, as all numbers but one could be ratios: not here, where some are below 0.
    assert len(table) == 38


def test_the_table_is_the_same_each_time(folder: Path) -> None:
    for name in ("a.csv", "b.csv"):
        command("explain", "rows.csv", "--published", "0.5 [0.3, 0.7]", "--table", name)
    assert (folder / "a.csv").read_bytes() == (folder / "b.csv").read_bytes()


def test_ratios_are_shown_as_ratios() -> None:
    found = command("explain", "counts.csv", "--published", "RR 0.53 [0.32, 0.88]")
    assert "risk ratio" in found.output
    assert "odds ratio" not in found.output


def test_a_measure_that_the_rows_do_not_have_is_refused() -> None:
    found = command("explain", "counts.csv", "--published", "0.5 [0.3, 0.9]", "--measure", "SMD")
    assert found.exit_code == 1
    assert "SMD cannot come from its columns; allowed: OR, RR, RD" in found.stderr


def test_a_printed_pool_that_cannot_be_read_is_refused() -> None:
    found = command("explain", "rows.csv", "--published", "about a half")
    assert found.exit_code == 1
    assert "needs an estimate" in found.stderr


def test_a_wrong_cell_is_refused_with_its_place(folder: Path) -> None:
    (folder / "rows.csv").write_text(ROWS.replace("0.92", "NR"))
    found = command("explain", "rows.csv", "--published", PRINTED)
    assert found.exit_code == 1
    assert "row 5" in found.stderr
    assert "NR" in found.stderr


def test_rows_with_intervals_only_are_not_pooled_in_silence() -> None:
    assert command("pool", "rows.csv").exit_code == 0
    assert "with the variance from its 95% interval" in Path("pooled/report.md").read_text()


def test_intervals_beside_variances_leave_a_pool_as_it_is() -> None:
    frame = pd.DataFrame(
        {"yi": [0.1, 0.3], "vi": [0.04, 0.02], "ci_low": [0, 0], "ci_high": [1, 1]}
    )
    assert metarepro.pool(frame).pooled.k == 2


def test_a_table_with_texts_of_others_prints_them_without_controls(folder: Path) -> None:
    (folder / "rows.csv").write_text(ROWS.replace("A,", "A\x1b[31m,"))
    found = command("explain", "rows.csv", "--published", "0.80 [0.75, 0.85]")
    assert "\x1b" not in found.output
