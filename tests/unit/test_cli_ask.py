"""The command that pools, asked for more: what it prints, writes and passes on."""

import csv
import io
import re
import shlex
import zipfile
from pathlib import Path

import pytest
from tests.command import command
from tests.review_files import (
    CONT,
    CONT_ROW,
    DICH,
    DICH_ROW,
    IV,
    IV_ROW,
    element,
    outcome,
    review,
    rm5_bytes,
    row,
)

from metarepro.readers.review_effects import read_review_analysis

ROOT = Path(__file__).parents[2]
TABLE = """study,yi,vi,higher_is_better,dose
Ann 2001,0.1,0.04,yes,1
Bo 2002,0.3,0.02,yes,2
Cy 2003,0.9,0.05,yes,3
Dee 2004,0.2,0.03,yes,1
Eli 2005,0.7,0.03,yes,2
Fay 2006,0.5,0.04,yes,3
"""
STUDIES = "study,kind,rob overall\nann 2001,x,low\nBo 2002,x,high\nCy 2003,y,low\nDee 2004,x,low\n"
STUDIES += "Eli 2005,y,unclear\nFay 2006,y,low\n"
LEDGER = """study,column,found,right,reason,source
Cy 2003,yi,0.9,0.4,misread,p. 3
Bo 2002,yi,0.3,0.2,misread,p. 4
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text(TABLE)
    Path("studies.csv").write_text(STUDIES)
    Path("ledger.csv").write_text(LEDGER)
    return tmp_path


def written(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(Path("pooled", name).read_text())))


ASKED = shlex.split(
    "--studies studies.csv --by kind --on dose --leave-out study --important 0.2 "
    "--corrections ledger.csv --measure SMD"
)


def test_every_answer_is_printed_and_written() -> None:
    done = command("pool", "t.csv", *ASKED)
    assert done.exit_code == 0, done.output
    titles = (
        "Subgroups by kind",
        "Meta-regression on dose",
        "Each group of study left out in turn",
        "True effects beyond the minimal important difference, 0.20",
        "Corrections",
    )
    report, page = Path("pooled/report.md").read_text(), Path("pooled/report.html").read_text()
    for title in titles:
        assert f"\n{title}\n" in done.stdout
        assert f"## {title}" in report.replace("\\", "")
        assert f">{title}</h2>" in page
    files = ("subgroups", "regression", "left_out", "important", "corrections", "rows")
    assert all(Path(f"pooled/{name}.csv").is_file() for name in files)


def test_the_workbook_has_a_sheet_for_each_answer() -> None:
    command("pool", "t.csv", *ASKED)
    with zipfile.ZipFile("pooled/report.xlsx") as book:
        names = book.read("xl/workbook.xml").decode()
    assert all(f'name="{n}"' in names for n in ("subgroups", "regression", "corrections"))


def test_the_tables_have_the_numbers_of_the_answers() -> None:
    command("pool", "t.csv", *ASKED)
    before, alone, _, after = written("corrections.csv")
    assert (before["pool"], alone["study"], alone["found"]) == ("before", "Cy 2003", "0.9")
    assert float(after["estimate"]) < float(before["estimate"])
    assert [line["group"] for line in written("subgroups.csv")] == ["x", "y"]


def test_the_rows_have_the_joined_columns() -> None:
    command("pool", "t.csv", "--studies", "studies.csv")
    assert [line["kind"] for line in written("rows.csv")] == list("xxyxyy")


def test_two_columns_give_two_tables() -> None:
    command("pool", "t.csv", "--studies", "studies.csv", "--by", "kind", "--by", "dose")
    assert [line["group"] for line in written("subgroups_2.csv")] == ["1", "2", "3"]


def test_the_plot_has_groups_the_line_and_the_judgements() -> None:
    command("pool", "t.csv", *ASKED)
    plot = Path("pooled/forest.svg").read_text()
    assert plot.count("Subtotal: 3 trials") == 2
    assert "stroke-width:0.9;stroke-dasharray:3.6,1.8" in plot
    assert "Dashed line: minimal important difference, 0.20." in plot
    assert "Risk of bias: A, rob overall. + low; ? unclear; − high." in plot


def test_a_plot_without_questions_has_none_of_these() -> None:
    command("pool", "t.csv")
    plot = Path("pooled/forest.svg").read_text()
    assert "important" not in plot
    assert "Subtotal" not in plot


def test_texts_of_the_table_are_never_obeyed() -> None:
    text = STUDIES.replace(",x,", ",=HYPERLINK(1),").replace(",y,", ",<script>alert(1)</script>,")
    Path("studies.csv").write_text(text)
    done = command("pool", "t.csv", "--studies", "studies.csv", "--by", "kind")
    assert done.exit_code == 0, done.output
    assert "<script>" not in Path("pooled/report.html").read_text()
    assert "<script>" not in Path("pooled/report.md").read_text()
    assert "\n'=HYPERLINK(1)," in Path("pooled/subgroups.csv").read_text()


def test_a_bundle_verifies_and_a_changed_one_does_not() -> None:
    done = command("pool", "t.csv", *ASKED, "--bundle", "b")
    assert done.exit_code == 0, done.output
    assert not Path("pooled").exists()
    assert command("verify", "b").exit_code == 0
    Path("b/data/studies.csv").write_text(STUDIES.replace("low", "high"))
    changed = command("verify", "b")
    assert changed.exit_code == 1
    assert "data/studies.csv: changed" in changed.stdout
    assert "see its README.md" in changed.stdout


def test_a_bundle_says_how_to_make_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    command("pool", "t.csv", *ASKED, "--where", "rob=low|unclear", "--bundle", "b")
    said = Path("b/README.md").read_text()
    line = next(line for line in said.splitlines() if line.startswith("metarepro pool"))
    monkeypatch.chdir("b/data")
    again = command(*shlex.split(line)[1:])
    assert again.exit_code == 0, again.output
    manifests = [Path(f"../{place}results/manifest.csv").read_bytes() for place in ("", "again/")]
    assert manifests[0] == manifests[1]


def test_a_folder_with_other_things_does_not_become_a_bundle() -> None:
    Path("mine").mkdir()
    Path("mine/notes.txt").write_text("keep")
    refused = command("pool", "t.csv", "--bundle", "mine")
    assert refused.exit_code == 1
    assert Path("mine/notes.txt").read_text() == "keep"


def test_a_bundle_takes_the_place_of_an_earlier_one() -> None:
    command("pool", "t.csv", *ASKED, "--bundle", "b")
    command("pool", "t.csv", "--bundle", "b")
    assert not Path("b/results/subgroups.csv").exists()
    assert command("verify", "b").exit_code == 0


def test_a_table_with_other_names_is_asked_too() -> None:
    Path("u.csv").write_text(TABLE.replace("study,yi,vi", "First author,Cohen's d,Variance"))
    done = command("pool", "u.csv", "--on", "dose", "--studies", "studies.csv", "--by", "kind")
    assert done.exit_code == 0, done.output
    assert "Meta-regression on dose" in done.stdout
    assert [line["dose"] for line in written("rows.csv")] == list("123123")


def test_a_bundle_has_the_columns_that_were_said(folder: Path) -> None:
    Path("u.csv").write_text(TABLE.replace("study,yi,vi", "First author,Cohen's d,Variance"))
    assert command("columns", "u.csv", "--write").exit_code == 0
    assert command("pool", "u.csv", "--bundle", "b").exit_code == 0
    assert Path("b/data/columns.yaml").is_file()
    assert command("verify", "b").exit_code == 0


def test_a_review_file_has_its_own_columns(revman: Path) -> None:
    refused = command("pool", revman, "--analysis", "1.1", "--sheet", "x")
    assert "only the analysis is chosen" in refused.stderr


def quality(**results: str) -> str:
    judged = [
        element("QUALITY_ITEM_DATA_ENTRY", {"STUDY_ID": f"STD-{study}", "RESULT": result})
        for study, result in results.items()
    ]
    item = element(
        "QUALITY_ITEM",
        {"ID": "QIT-1"},
        "<NAME>Allocation concealment</NAME>",
        element("QUALITY_ITEM_DATA", {}, *judged),
    )
    return element("QUALITY_ITEMS", {}, item)


def arms(events_t: int, n_t: int, events_c: int, n_c: int) -> dict[str, str]:
    numbers = {"EVENTS_1": events_t, "TOTAL_1": n_t, "EVENTS_2": events_c, "TOTAL_2": n_c}
    return DICH_ROW | {name: str(number) for name, number in numbers.items()}


NAMES = ("Abel-2001", "Baker-2002a", "Cole-2003")


@pytest.fixture
def revman() -> Path:
    rows = [
        row("DICH", arms(*numbers), name)
        for name, numbers in zip(
            NAMES, [(4, 40, 9, 41), (6, 50, 11, 52), (0, 10, 0, 12)], strict=True
        )
    ]
    judged = quality(**{"Abel-2001": "YES", "Baker-2002a": "NO", "Cole-2003": "YES"})
    text = review(
        outcome("DICH", DICH, *rows),
        outcome("CONT", CONT, *(row("CONT", CONT_ROW, name) for name in NAMES), number="2"),
        outcome("IV", IV, *(row("IV", IV_ROW, name) for name in NAMES), number="3"),
        quality=judged,
    )
    Path("r.rm5").write_bytes(rm5_bytes(text))
    return Path("r.rm5")


def test_an_analysis_of_a_review_file_is_pooled(revman: Path) -> None:
    done = command("pool", revman, "--analysis", "1.1")
    assert done.exit_code == 0, done.output
    assert "2 studies" in done.stdout
    assert "Analysis 1.1 Therapy versus care: Depression." in done.stderr
    assert "The review pools this analysis by" in Path("pooled/report.md").read_text()


def test_a_study_without_events_has_a_risk_difference(revman: Path) -> None:
    assert "3 studies" in command("pool", revman, "--analysis", "1.1", "--measure", "RD").stdout


def test_without_an_analysis_those_of_the_review_are_listed(revman: Path) -> None:
    refused = command("pool", revman)
    assert refused.exit_code == 1
    assert "1.2 Therapy versus care: Depression" in refused.stderr


def test_risk_of_bias_of_a_review_file_is_a_filter_and_beside_the_plot(revman: Path) -> None:
    done = command("pool", revman, "--analysis", "1.1", "--measure", "RD", "--where", "conceal=low")
    assert "Subset: Risk of bias: Allocation concealment = low; 2 of 3 rows." in done.stdout
    assert (
        "Risk of bias: A, Allocation concealment. + low." in Path("pooled/forest.svg").read_text()
    )


def test_a_bundle_of_a_review_file_verifies(revman: Path) -> None:
    assert command("pool", revman, "--analysis", "1.2", "--bundle", "b").exit_code == 0
    assert Path("b/data/r.rm5").is_file()
    assert command("verify", "b").exit_code == 0


def test_means_and_given_effects_of_a_review_file(revman: Path) -> None:
    means = read_review_analysis(revman, "1.2")
    assert means.table.kinds == ["means"]
    assert means.table.numbers("means")["mean_t"].tolist() == [3.5, 3.5, 3.5]
    given = read_review_analysis(revman, "1.3")
    assert given.table.numbers("effects")["vi"].tolist() == [0.0625] * 3


def test_events_are_swapped_where_the_review_does(folder: Path) -> None:
    rows = [row("DICH", arms(4, 40, 9, 41), name) for name in NAMES[:2]]
    text = review(outcome("DICH", DICH | {"SWAP_EVENTS": "YES"}, *rows))
    Path("r.rm5").write_bytes(rm5_bytes(text))
    counts = read_review_analysis(Path("r.rm5"), "1.1").table.numbers("counts")
    assert counts["events_t"].tolist() == [36, 36]


def test_studies_that_are_not_estimable_are_named(folder: Path) -> None:
    rows = [row("DICH", arms(4, 40, 9, 41), name) for name in NAMES[:2]]
    rows.append(row("DICH", arms(0, 0, 1, 12) | {"ESTIMABLE": "NO"}, NAMES[2]))
    Path("r.rm5").write_bytes(rm5_bytes(review(outcome("DICH", DICH, *rows))))
    found = read_review_analysis(Path("r.rm5"), "1.1")
    assert "Not estimable, and not among the rows: Cole 2003." in found.notes


GUIDE = (ROOT / "docs/asking-more.md").read_text(encoding="utf-8")
WORKED = re.findall(r"```\n(metarepro pool examples/[^\n]*)\n```\n\n```text\n(.*?)```", GUIDE, re.S)


@pytest.mark.parametrize(("call", "printed"), WORKED)
def test_the_worked_example_is_what_is_printed(
    call: str, printed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    done = command(*shlex.split(call)[1:], "--output-dir", tmp_path / "out")
    for part in printed.split("...\n"):
        assert part in done.stdout


def test_the_worked_examples_are_found() -> None:
    assert len(WORKED) == 5


def test_a_wrong_number_of_a_study_is_named_where_it_was_written(folder: Path) -> None:
    Path("studies.csv").write_text("study,weeks\nBo 2002,12\nAnn 2001,twelve\nCy 2003,6\n")
    done = command("pool", "t.csv", "--studies", "studies.csv", "--on", "weeks")
    assert done.exit_code == 1
    assert done.output.count("twelve") == 1
    assert "studies.csv, row 3, weeks: found 'twelve'" in done.output


@pytest.mark.parametrize("risk", ["0.2", "20%"])
def test_a_risk_is_a_share_or_per_cent(folder: Path, risk: str) -> None:
    done = command("pool", "t.csv", "--measure", "RR", "--baseline-risk", risk)
    assert "200 per 1,000" in done.stdout


def test_what_is_no_risk_is_named(folder: Path) -> None:
    done = command("pool", "t.csv", "--measure", "RR", "--baseline-risk", "2x")
    assert "found '2x'; allowed: a risk" in done.output
