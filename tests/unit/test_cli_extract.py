"""The command that lists the tables of a source and writes one."""

import csv
import hashlib
from pathlib import Path

import pytest
from tests.command import command
from tests.made_articles import PdfPage, jats, pdf, rows, table_on, wrap

GROUPED = rows(
    ("Subgroup", "k", "k", "RR (95% CI)"),
    ("Age", "", "", ""),
    ("Young<sup>a</sup>", "2", "3", "1.65 (0.82, 2.77)"),
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    article = jats(wrap(GROUPED), wrap(rows(("Study", "n"), ("A", "12")), "Table 2", "Trials"))
    (tmp_path / "article.xml").write_bytes(article)
    return tmp_path


def test_tables_are_listed_with_number_caption_and_size(folder: Path) -> None:
    assert command("extract", "article.xml").stdout == (
        "article.xml: an article in XML (JATS, as PubMed Central has it), 2 tables\n"
        "  1  Table 1: Made up (1 row, 4 columns)\n"
        "  2  Table 2: Trials (1 row, 2 columns)\n"
    )


def test_rows_are_written_as_printed_with_where_they_stand(folder: Path) -> None:
    digest = hashlib.sha256((folder / "article.xml").read_bytes()).hexdigest()
    written = list(
        csv.reader(command("extract", "article.xml", "--table", "1").stdout.splitlines())
    )
    place = ["file", "sha256", "table", "page", "row", "group"]
    assert written == [
        [*place, "Subgroup", "k (1)", "k (2)", "RR (95% CI)", "marks", "doubtful"],
        ["article.xml", digest, "Table 1", "", "2", "Age"]
        + ["Young", "2", "3", "1.65 (0.82, 2.77)", "Subgroup: a", ""],
    ]


def test_a_table_is_chosen_by_its_label_as_well(folder: Path) -> None:
    by_label = command("extract", "article.xml", "--table", "table 2").stdout
    assert by_label == command("extract", "article.xml", "--table", "2").stdout
    assert by_label.splitlines()[1].endswith(",A,12,,")


def test_a_file_is_written(folder: Path) -> None:
    done = command("extract", "article.xml", "--table", "2", "--output", "t.csv")
    assert (done.exit_code, done.stdout) == (0, "")
    assert Path("t.csv").read_text() == command("extract", "article.xml", "--table", "2").stdout


def test_doubtful_rows_are_named_on_standard_error(folder: Path) -> None:
    page = PdfPage()
    table_on(page, 100, [("Young", "4", "1.10 (0.90, 1.34", "0.350", "12")] * 2)
    Path("article.pdf").write_bytes(pdf(page))
    done = command("extract", "article.pdf", "--table", "1")
    assert "Check row 1, page 1 (Young): OR (95% CI): half a pair of brackets" in done.stderr
    assert (
        "Table 1: Pools by subgroup (2 rows, 5 columns; 2 doubtful)"
        in command("extract", "article.pdf").stdout
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--table", "3"], "found no table '3'; allowed: a number from 1 to 2, or a label"),
        (["--table", "Table 9"], "found no table 'Table 9'"),
    ],
)
def test_a_table_that_is_not_there(options: list[str], message: str, folder: Path) -> None:
    refused = command("extract", "article.xml", *options)
    assert (refused.exit_code, message in refused.stderr) == (1, True)


def test_output_needs_a_table(folder: Path) -> None:
    assert command("extract", "article.xml", "--output", "t.csv").exit_code == 2


def test_a_source_without_tables_is_refused(folder: Path) -> None:
    Path("none.xml").write_bytes(jats("<p>Words</p>"))
    refused = command("extract", "none.xml")
    assert (refused.exit_code, "no table was found" in refused.stderr) == (1, True)


def test_what_was_not_read_is_listed(folder: Path) -> None:
    picture = "<table-wrap><label>Table 9</label><graphic/></table-wrap>"
    Path("picture.xml").write_bytes(jats(wrap(GROUPED), picture))
    assert (
        "Not read: picture.xml, Table 9: found 'no table of cells"
        in command("extract", "picture.xml").stdout
    )


def test_same_input_same_bytes(folder: Path) -> None:
    one, two = (command("extract", "article.xml", "--table", "1").stdout for _ in range(2))
    assert one == two


def test_numbers_are_written_in_columns_of_their_own_as_well(folder: Path) -> None:
    written = command("extract", "article.xml", "--table", "1", "--split").stdout.splitlines()
    header, row = csv.reader(written)
    found = dict(zip(header, row, strict=True))
    assert found["RR (95% CI)"] == "1.65 (0.82, 2.77)"
    numbers = [found[f"RR (95% CI) [{part}]"] for part in ("value", "low", "high")]
    assert numbers == ["1.65", "0.82", "2.77"]
    assert "k [value]" not in found


def test_numbers_with_a_decimal_comma_are_written_with_a_point(folder: Path) -> None:
    table = rows(("Studie", "RR (95%-KI)"), ("A", "1,65 (0,82; 2,77)"))
    Path("comma.xml").write_bytes(jats(wrap(table)))
    written = command("extract", "comma.xml", "--table", "1", "--split").stdout
    assert ",1.65,0.82,2.77," in written.splitlines()[1]
