"""The commands that take any data file: columns, pool and explain."""

from pathlib import Path

import pandas as pd
import pytest
from benchmarks import psychology
from tests.command import command
from tests.made_sources import r_list, r_numbers, rds, xlsx

from metarepro.extraction.reading import read_rows

#: Twelve standardised mean differences with their intervals, and another outcome.
ROWS: list[list[str | float | None]] = [
    ["ID", "g_eot", "g_eot_LL", "g_eot_UL", "g_fu", "g_fu_LL", "g_fu_UL"],
    ["A", 0.10, -0.29, 0.49, 0.5, 0.1, 0.9],
    ["B", 0.30, 0.02, 0.58, None, None, None],
    ["C", 0.45, 0.01, 0.89, 0.2, -0.2, 0.6],
    ["D", 0.25, -0.09, 0.59, 0.1, -0.5, 0.7],
]
TWO_SHEETS = {"One": [row[:4] for row in ROWS], "Two": [row[:1] + row[4:] for row in ROWS]}
MEANS = "study,mean1,sd1,n1,mean2,sd2,n2\nA,5,2,20,6,2,22\nB,7,2,31,8,2,30\nC,4,1,15,5,2,14\n"
CORPUS = Path(__file__).parents[3] / "shared/corpus/psychology"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "book.xlsx").write_bytes(xlsx({"Hoja1": ROWS}))
    (tmp_path / "sheets.xlsx").write_bytes(xlsx(TWO_SHEETS))
    (tmp_path / "means.csv").write_text(MEANS)
    return tmp_path


def test_a_workbook_of_one_analysis_is_pooled_as_it_is(folder: Path) -> None:
    """metafor 3.8-1: rma(yi, sei = (ci_high - ci_low) / (2 qnorm(0.975))): 0.2707."""
    Path("one.xlsx").write_bytes(xlsx({"S": TWO_SHEETS["One"]}))
    done = command("pool", "one.xlsx", "--ci", "z")
    assert done.stdout.startswith("Standardised mean difference 0.271 (95% CI 0.097 to 0.444)")
    assert "Analysis eot of one.xlsx, S: study from ID, yi from g_eot" in done.stderr


def test_several_analyses_are_listed(folder: Path) -> None:
    done = command("pool", "book.xlsx")
    assert done.exit_code == 1
    assert (
        "several analyses; choose one with --analysis: 'eot' in Hoja1, 'fu' in Hoja1" in done.stderr
    )


@pytest.mark.parametrize(
    ("file", "options", "studies"),
    [
        ("book.xlsx", ("--analysis", "fu"), "3 studies"),
        ("sheets.xlsx", ("--sheet", "Two"), "3 studies"),
        ("sheets.xlsx", ("--sheet", "One"), "4 studies"),
    ],
)
def test_an_analysis_is_chosen(
    file: str, options: tuple[str, ...], studies: str, folder: Path
) -> None:
    assert studies in command("pool", file, *options).stdout.splitlines()[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--sheet", "Three"), "no table 'Three'; it has 'One', 'Two'"),
        (("--analysis", "x"), "no analysis 'x'; it has 'eot' in One, 'fu' in Two"),
        (("--columns", "none.yaml"), "none.yaml: found 'no such file'"),
    ],
)
def test_what_is_not_there_is_told(options: tuple[str, ...], message: str, folder: Path) -> None:
    done = command("pool", "sheets.xlsx", *options)
    assert done.exit_code == 1
    assert message in done.stderr


def test_rows_that_are_left_out_are_named(folder: Path) -> None:
    assert (
        "Row 3 (B) left out: no numbers" in command("pool", "book.xlsx", "--analysis", "fu").stderr
    )


def test_explain_reads_a_workbook(folder: Path) -> None:
    done = command("explain", "book.xlsx", "--analysis", "eot", "--published", "0.27 [0.10, 0.44]")
    assert done.exit_code == 0
    assert "Verdict: exact" in done.stdout


def test_a_saved_fit_is_reproduced(folder: Path) -> None:
    """metafor 3.8-1: rma(yi, vi), REML; ten digits as it saved them."""
    pytest.importorskip("rdata")
    parts = {"yi": r_numbers(0.1, 0.3, 0.45, 0.25), "vi": r_numbers(0.04, 0.02, 0.05, 0.03)}
    Path("fit.rds").write_bytes(rds(r_list(parts, "rma.uni", "rma")))
    printed = "0.2714285714 [0.0984157241, 0.4444414188]; tau2 0; Q 1.428571429"
    done = command("explain", "fit.rds", "--published", printed)
    assert done.exit_code == 0
    assert "Verdict: exact" in done.stdout


def test_the_place_of_every_number_is_written(folder: Path) -> None:
    command("pool", "book.xlsx", "--analysis", "fu", "--provenance", "places.csv")
    places = pd.read_csv("places.csv", keep_default_na=False)
    assert len(places) == 12
    last = places.iloc[-1]
    assert (last["role"], last["row"], last["column"], last["printed"]) == (
        "ci_high", 5, "g_fu_UL", "0.7"
    )  # fmt: skip


def test_columns_shows_the_question_and_writes_the_file(folder: Path) -> None:
    done = command("columns", "means.csv", "--write")
    assert "Question: which arm is the one of mean1? first_arm: treatment or control" in done.stdout
    assert "first_arm: FILL_IN" in Path("columns.yaml").read_text()


def test_a_question_stops_pooling_until_it_is_answered(folder: Path) -> None:
    command("columns", "means.csv", "--write")
    asked = command("pool", "means.csv", "--measure", "MD")
    assert asked.exit_code == 1
    assert "first_arm: treatment or control" in asked.stderr
    path = Path("columns.yaml")
    path.write_text(path.read_text().replace("FILL_IN\n", "control\n"))
    assert command("pool", "means.csv", "--measure", "MD").stdout.startswith(
        "Mean difference 1.000"
    )


def test_of_a_file_without_tables_no_columns_are_asked(folder: Path) -> None:
    Path("page.html").write_text("<html><body><p>No table here.</p></body></html>")
    done = command("columns", "page.html")
    assert done.exit_code == 1
    assert "page.html: a web page (HTML), in which no table was found" in done.stderr
    assert "columns.yaml" not in done.stderr


def test_columns_yaml_is_not_overwritten(folder: Path) -> None:
    Path("columns.yaml").write_text("file: other.csv\nanalyses: []\n")
    done = command("columns", "means.csv", "--write")
    assert done.exit_code == 1
    assert "columns.yaml already exists" in done.stderr


def test_columns_yaml_of_another_file_is_not_applied(folder: Path) -> None:
    command("columns", "book.xlsx", "--write")
    assert read_rows("sheets.xlsx", sheet="Two").measure == "SMD"
    refused = command("pool", "sheets.xlsx", "--columns", "columns.yaml")
    assert "it is for book.xlsx, not for sheets.xlsx" in refused.stderr


def test_an_edited_columns_yaml_is_shown_and_used(folder: Path) -> None:
    command("columns", "book.xlsx", "--write")
    path = Path("columns.yaml")
    path.write_text(path.read_text().replace("name: fu", "name: later"))
    assert command("columns", "book.xlsx").stdout.startswith("As columns.yaml says:\neot (Hoja1)")
    assert command("pool", "book.xlsx", "--analysis", "later").exit_code == 0


def test_a_csv_file_in_our_names_is_read_as_before(folder: Path) -> None:
    Path("t.csv").write_text("study,yi,vi\nA,0.1,0.04\nB,0.3,0.02\nC,0.2,0.02,1\n")
    done = command("pool", "t.csv")
    assert "t.csv, row 4: found '4 cells'; allowed: 3 cells, as in the header" in done.stderr


def test_a_csv_file_in_other_names_is_pooled(folder: Path) -> None:
    Path("t.csv").write_text("Author;Cohen's d;SE\nA;0,10;0,20\nB;0,30;0,15\nC;0,25;0,10\n")
    assert "3 studies" in command("pool", "t.csv").stdout


def test_printed_ratios_are_pooled_as_logarithms(folder: Path) -> None:
    """metafor 3.8-1: rma(log(yi), sei = log(upper / lower) / 3.92, method = "DL"): 1.1594."""
    Path("t.csv").write_text("Study,OR,lower,upper\nA,1.20,1.01,1.43\nB,0.85,0.60,1.20\nC,2,1,4\n")
    done = command("pool", "t.csv", "--tau2", "DL", "--ci", "z")
    assert done.stdout.startswith("Odds ratio 1.159 (95% CI 0.822 to 1.635)")


def test_ratios_cannot_be_below_0(folder: Path) -> None:
    Path("t.csv").write_text("study,yi,ci_low,ci_high\nA,1.2,1.0,1.4\nB,-0.2,-0.4,0.1\n")
    done = command("pool", "t.csv", "--measure", "OR")
    assert "row 3: found 'a ratio or limit of 0 or less'" in done.stderr


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no spreadsheets beside the checkout")
def test_published_pools_are_explained_from_their_spreadsheets() -> None:
    """Two in three pools of the collection come out; no columns are missed."""
    found = psychology.answers(CORPUS, whole=False)
    verdicts = [one.verdict for one in found]
    assert psychology.NO_COLUMNS not in verdicts
    good = (psychology.SPECIFIED, psychology.OTHER_MODEL, psychology.WITHIN)
    assert sum(verdict in good for verdict in verdicts) >= 2 / 3 * len(found)


#: Seven trials of steroids before preterm birth (Crowley 1990; rmeta: cochrane).
STEROIDS = (
    "Auckland,36,532,60,538\nBlock,1,69,5,61\nDoran,4,81,11,63\nGamsu,14,131,20,137\n"
    "Morrison,3,67,7,59\nPapageorgiou,1,71,7,75\nTauesch,8,56,10,71\n"
)


@pytest.mark.parametrize("header", ["name,ev.trt,n.trt,ev.ctrl,n.ctrl", "study,ai,n1i,ci,n2i"])
@pytest.mark.parametrize("name", ["", "All seven", "Sum", "Totals", "Grand total"])
def test_a_row_of_totals_is_no_study(header: str, name: str, folder: Path) -> None:
    """metafor 3.8-1: rma(measure = "OR", test = "adhoc") of the seven trials: 0.549."""
    Path("steroids.csv").write_text(f"{header}\n{STEROIDS}{name},67,1007,120,1004\n")
    done = command("pool", "steroids.csv", "--measure", "or")
    assert done.stdout.startswith("Odds ratio 0.549 (95% CI 0.359 to 0.839), 7 studies")
    assert "Row 9" in done.stderr


@pytest.mark.parametrize(
    ("header", "rows", "words"),
    [
        (
            "study,measure,yi,sei",
            ("A,SMD", "B,MD"),
            "measure has SMD, MD: the pool is of different",
        ),
        ("study,treat1,treat2,yi,sei", ("A,x,y", "B,z,y"), "treat1 and treat2 differ from row to"),
    ],
)
def test_a_file_in_our_names_has_notes_too(
    header: str, rows: tuple[str, str], words: str, folder: Path
) -> None:
    first, second = rows
    Path("t.csv").write_text(f"{header}\n{first},0.85,0.2\n{second},2.72,0.5\n")
    assert f"Note: {words}" in command("pool", "t.csv", "--measure", "effect").stderr


def test_subtotals_are_known_by_their_counts(folder: Path) -> None:
    first, second = "\n".join(STEROIDS.split("\n")[:3]), "\n".join(STEROIDS.split("\n")[3:])
    Path("t.csv").write_text(
        f"name,ev.trt,n.trt,ev.ctrl,n.ctrl\n{first}\nEarly,41,682,76,662\n{second}"
        "Late,26,325,44,342\nBoth,67,1007,120,1004\n"
    )
    done = command("pool", "t.csv", "--measure", "or")
    assert done.stdout.startswith("Odds ratio 0.549 (95% CI 0.359 to 0.839), 7 studies")


@pytest.mark.parametrize(
    ("name", "se", "words"),
    [
        ("", "0.06", "Row 5 left out: no name, and more"),
        ("", "0.3", "Row 5 may be misread: it has no name"),
        ("NA", "0.06", "Row 5 (NA) left out: no name, and more"),
    ],
)
def test_a_last_row_without_a_name_is_no_study_in_silence(
    name: str, se: str, words: str, folder: Path
) -> None:
    Path("t.csv").write_text(f"study,yi,sei\nA,0.1,0.2\nB,0.2,0.1\nC,0.3,0.1\n{name},0.2,{se}\n")
    assert words in command("pool", "t.csv", "--measure", "smd").stderr
