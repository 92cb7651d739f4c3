"""The page on an explained pool."""

import re
from pathlib import Path

import pandas as pd
import pytest
from tests.command import command

from metarepro.explanation.explanation import explain_published
from metarepro.explanation.finder import try_models
from metarepro.explanation.published_text import parse_published
from metarepro.explanation.r_code import r_lines
from metarepro.explanation.rows import study_rows
from metarepro.readers.effect_table import table_of_frame
from metarepro.report.explanation_page import explanation_page

ROWS = pd.DataFrame(
    {
        "study": ["Ruiz <b>2001</b>", "Chen 2004", "Okafor 2007", "Lind 2009", "Adams 2011"],
        "yi": ["0.10", "0.30", "0.45", "0.25", "-0.15"],
        "ci_low": ["-0.10", "0.16", "0.24", "0.14", "-0.45"],
        "ci_high": ["0.30", "0.44", "0.66", "0.36", "0.15"],
    }
)


def page(published: str) -> str:
    return explanation_page(explain_published(ROWS, published))


def test_a_model_that_gives_all_digits_leads_and_is_checked_in_r() -> None:
    # metafor: rma(yi, vi, method = "DL") on these rows
    html = page("0.22 [0.08, 0.36]")
    assert "Verdict: exact." in html
    assert "DerSimonian-Laird" in html
    assert "library(metafor)" in html
    assert "Single changes" not in html


def test_a_study_left_out_is_a_hypothesis() -> None:
    html = page("0.27 [0.16, 0.38]; I2 49%")
    assert "Row 6 (Adams 2011) is left out" in html
    assert "Each is a hypothesis, to be checked in the source." in html
    assert "A random result of the same precision is hit by" in html


def test_what_nothing_gives_is_said() -> None:
    assert "No single change of a row was found" in page("7.77 [7.70, 7.84]")


def test_texts_of_the_file_are_escaped() -> None:
    html = page("7.77 [7.70, 7.84]")
    assert "<b>" not in html
    assert not re.search(r"(src|href)=", html)


def test_the_command_writes_it(tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    ROWS.to_csv(rows, index=False)
    target = tmp_path / "explained.html"
    done = command("explain", rows, "--published", "0.22 [0.08, 0.36]", "--page", target)
    assert done.exit_code == 0, done.output
    assert target.read_text().startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("published", ["0.22 [0.08, 0.36]", "0.27 [0.16, 0.38]", "7.7 [7.6, 7.8]"])
def test_the_same_rows_give_the_same_page(published: str) -> None:
    assert page(published) == page(published)


def test_rows_that_r_cannot_read_from_the_file_are_written_out() -> None:
    table = pd.DataFrame({"yi": [0.1, 0.3, 0.45], "vi": [0.01, 0.02, 0.03]})
    rows = study_rows(table_of_frame(table, "rows.xlsx"))
    (model, *_) = [one.model for one in try_models(rows, parse_published("0.2 [0.1, 0.3]"))]
    assert r_lines(rows, model)[1:4] == [
        "d <- data.frame(",
        "  yi = c(0.1, 0.3, 0.45),",
        "  vi = c(0.01, 0.02, 0.03))",
    ]
