"""Files as people bring them, and what they are told when something is missing."""

from pathlib import Path

import pytest
from tests.command import command
from tests.made_articles import PdfPage, jats, pdf, rows, wrap
from tests.made_up_review import made_up_review
from tests.review_files import package, rm5_bytes, zipped

GERMAN = """Autor;Jahr;d;95%-KI
Ahlers;2001;0,31;0,10 bis 0,52
Bauer;2004;0,12;-0,14 bis 0,38
Cordes;2008;0,55;0,21 bis 0,89
Gesamt;;0,30;0,15 bis 0,45
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def columns_of(name: str, content: bytes) -> str:
    Path(name).write_bytes(content)
    return command("columns", name).output


def test_a_german_table_is_read() -> None:
    shown = columns_of("daten.csv", GERMAN.encode())
    assert 'study        Autor: the header says "Autor"' in shown
    assert "ci_high      95%-KI, number 2" in shown
    assert "3 of 3 numbers close" in shown


def test_a_german_total_is_no_study() -> None:
    assert "Row 5 (Gesamt) left out: no study by its name" in columns_of("d.csv", GERMAN.encode())


def spanned(first: str, second: str) -> bytes:
    """A table of counts of two arms, whose names stand over their columns."""
    head = rows(
        ("<th>Trial</th>", f'<th colspan="2">{first}</th>', f'<th colspan="2">{second}</th>'),
        ("", "Events", "Total", "Events", "Total"),
        tag="th",
    )
    body = rows(("Kim", "4", "120", "11", "118"), ("Lee", "6", "200", "9", "205"))
    return jats(wrap(f"<thead>{head}</thead><tbody>{body}</tbody>"))


def test_the_other_header_over_the_columns_is_the_other_arm() -> None:
    shown = columns_of("a.xml", spanned("Vaccine", "Placebo"))
    assert "events_t     Vaccine > Events" in shown
    assert "n_c          Placebo > Total" in shown


def test_arms_stay_where_the_first_is_the_control() -> None:
    shown = columns_of("a.xml", spanned("Placebo", "Vaccine"))
    assert "events_c     Placebo > Events" in shown
    assert "events_t     Vaccine > Events" in shown


def test_two_headers_of_which_none_is_an_arm_by_its_name_are_asked_for() -> None:
    shown = columns_of("a.xml", spanned("Massage", "Music"))
    assert "events_1     Massage > Events" in shown
    assert "Question: which arm is the one of Massage > Events?" in shown


def test_columns_that_are_not_understood_are_named_beside_what_to_write() -> None:
    Path("n.csv").write_text("x,y\n1,2\n3,4\n")
    for name in ("columns", "pool"):
        refused = command(name, "n.csv")
        assert refused.exit_code == 1
        assert "It has the columns x, y. Say what they are in columns.yaml" in refused.stderr
        assert "  file: n.csv\n  analyses:\n  - name: main\n" in refused.stderr


@pytest.mark.parametrize("name", ["extract", "columns"])
@pytest.mark.parametrize(
    ("file", "content"),
    [("a.rm5", rm5_bytes(made_up_review())), ("a.zip", zipped(package()))],
)
def test_review_files_are_sent_to_their_own_commands(name: str, file: str, content: bytes) -> None:
    Path(file).write_bytes(content)
    refused = command(name, file)
    assert refused.exit_code == 1
    assert f"metarepro reproduce {file} recomputes it" in refused.stderr


def test_extract_says_which_numbers_do_not_close() -> None:
    page = PdfPage()
    page.text(60, 90, "Table 1. Trials")
    table = [("Trial", "n", "g (95% CI)"), ("Ann", "40", "0.21 (-0.08, 0.50)")]
    table += [("Bo", "88", "0.82 (0.21, 0.63)"), ("Cy", "45", "0.10 (-0.19, 0.39)")]
    table += [(name, "50", "0.35 (0.02, 0.68)") for name in ("Di", "Ed", "Flo")]
    for number, line in enumerate(table):
        page.row(104 + 12 * number, dict(zip((60, 160, 220), line, strict=True)))
    Path("a.pdf").write_bytes(pdf(page))
    done = command("extract", "a.pdf", "--table", "1")
    assert done.exit_code == 0
    assert "Check row 2 (Bo): estimate against the middle of its interval" in done.stderr
    assert "row 1" not in done.stderr


def test_extract_says_nothing_where_no_columns_are_understood() -> None:
    Path("n.csv").write_text("x,y\n1,2\n3,4\n")
    assert command("extract", "n.csv", "--table", "1").stderr == ""


def test_the_first_commands_are_those_that_a_newcomer_needs() -> None:
    listed = command("--help").output.partition("Commands:\n")[2].splitlines()
    first = [line.split()[0] for line in listed[:5]]
    assert first == ["extract", "columns", "explain", "pool", "reproduce"]


@pytest.mark.parametrize("name", ["extract", "columns", "pool", "explain"])
def test_help_names_the_formats(name: str) -> None:
    shown = " ".join(command(name, "--help").output.split())
    assert all(word in shown for word in ("XLSX", "Stata", "HTML", "DOCX", "PDF"))


def test_what_is_written_asks_for_the_published_result(folder: Path) -> None:
    Path("d.csv").write_text(GERMAN)
    command("columns", "d.csv", "--write")
    assert '# published: "0.32 [0.23, 0.40]; I2 79%"' in (folder / "columns.yaml").read_text()


def test_that_line_filled_in_gives_a_verdict(folder: Path) -> None:
    """metafor: rma(yi, sei = (high - low) / (2 qnorm(0.975)), method = "DL") of the three rows."""
    Path("d.csv").write_text(GERMAN)
    command("columns", "d.csv", "--write")
    written = folder / "columns.yaml"
    line = '# published: "0.32 [0.23, 0.40]; I2 79%"'
    written.write_text(written.read_text().replace(line, 'published: "0.31 [0.09, 0.52]"'))
    assert "1 pool: 1 exact" in command("reproduce", folder).stdout


def test_a_folder_of_data_files_alone_says_what_makes_a_review_of_them(folder: Path) -> None:
    Path("d.csv").write_text(GERMAN)
    refused = command("reproduce", folder)
    assert refused.exit_code == 1
    assert "metarepro columns FILE --write" in refused.stderr


def test_its_own_results_are_not_listed_as_passed_over(folder: Path) -> None:
    Path("a.rm5").write_bytes(rm5_bytes(made_up_review()))
    command("reproduce", ".")
    Path("notes.txt").write_text("To do")
    assert command("reproduce", ".").stderr == ".: skipped 1 file: notes.txt.\n"


def test_extract_says_nothing_of_intervals_that_are_of_another_column() -> None:
    """Table 3 of PMC6224252 has t beside the interval of the intercept."""
    table = "Test;t;95% CI\nA;1.38;0.89 to 3.82\nB;1.32;0.36 to 1.40\nC;1.47;0.64 to 3.16\n"
    Path("t.csv").write_text(table)
    assert "0 of 3 numbers close" in command("columns", "t.csv").output
    assert command("extract", "t.csv", "--table", "1").stderr == ""


def test_a_ratio_without_a_scale_is_asked_of_on_the_command_line_too(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("Study,effect estimate,se\nAnn,0.80,0.10\nBo,0.70,0.12\nCy,0.90,0.11\n")
    done = command("pool", path, "--measure", "RR", "--output-dir", tmp_path / "out")
    assert done.exit_code == 1
    assert "scale: ratio or log" in done.output
    assert command("pool", path, "--output-dir", tmp_path / "out").exit_code == 0
