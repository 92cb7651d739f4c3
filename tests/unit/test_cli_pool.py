"""The command that pools a table: what it reads, prints and writes, and what it refuses."""

import io
import re
import zipfile
from pathlib import Path

import pytest
from tests.command import command
from tests.reference_numbers import reference_of

from metarepro.readers.effect_table import read_effect_table
from metarepro.synthesis.study_pool import StudyPool, pool_studies

REFERENCE = reference_of("study_pool")["bcg"]
#: Colditz et al. 1994, as in metadat's dat.bcg.
BCG = """author,year,tpos,tneg,cpos,cneg,ablat
Aronson,1948,4,119,11,128,44
Ferguson & Simes,1949,6,300,29,274,55
Rosenthal et al,1960,3,228,11,209,42
Hart & Sutherland,1977,62,13536,248,12619,52
Frimodt-Moller et al,1973,33,5036,47,5761,13
Stein & Aronson,1953,180,1361,372,1079,44
Vandiviere et al,1973,8,2537,10,619,19
TPT Madras,1980,505,87886,499,87892,13
Coetzee & Berjak,1968,29,7470,45,7232,27
Rosenthal et al,1961,17,1699,65,1600,42
Comstock et al,1974,186,50448,141,27197,18
Comstock & Webster,1969,5,2493,3,2338,33
Comstock et al,1976,27,16886,29,17825,33
"""
MEANS = "study,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,5,2,40,4,2,41\nB,6,2.5,30,5.5,2,28\n"
HOSTILE = (
    'study,yi,vi\n=HYPERLINK("http://example.org"),0.1,0.04\n<script>alert(1)</script>|x,0.3,0.02\n'
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bcg.csv").write_text(BCG)
    return tmp_path


def refusal(text: str, *options: str) -> str:
    Path("t.csv").write_text(text)
    refused = command("pool", "t.csv", *options)
    assert refused.exit_code == 1
    assert not Path("pooled").exists()
    return refused.stderr


def test_the_bcg_trials_give_the_published_digits(folder: Path) -> None:
    """Viechtbauer 2010: -0.7145 (-1.0669 to -0.3622), tau2 0.3132, I2 92.22%, Q 152.2330."""
    pooled = pool_studies(read_effect_table(folder / "bcg.csv"), measure="RR", ci="z").pooled
    found = (pooled.estimate, pooled.ci_low, pooled.ci_high, pooled.tau2, pooled.i2_tau2, pooled.q)
    printed = ("-0.7145", "-1.0669", "-0.3622", "0.3132", "92.2214", "152.2330")
    assert tuple(f"{number:.4f}" for number in found) == printed


def test_the_bcg_trials_agree_with_metafor(folder: Path) -> None:
    result = pool_studies(read_effect_table(folder / "bcg.csv"), measure="RR", ci="z")
    found = vars(result.pooled) | {"i2": result.pooled.i2_tau2}
    for name in ("estimate", "ci_low", "ci_high", "tau2", "q", "i2", "pi_low", "pi_high"):
        assert found[name] == pytest.approx(REFERENCE[name], rel=1e-5), name
    assert result.studies["weight"].tolist() == pytest.approx(REFERENCE["weights"], rel=1e-5)


def test_ratios_are_printed_as_ratios(folder: Path) -> None:
    printed = command("pool", "bcg.csv", "--measure", "RR", "--ci", "z").stdout
    assert printed.startswith("Risk ratio 0.489 (95% CI 0.344 to 0.696), 13 studies\n")


def test_same_input_same_bytes(folder: Path) -> None:
    for name in ("one", "two"):
        command("pool", "bcg.csv", "--measure", "OR", "--output-dir", name)
    files = sorted(path.name for path in Path("one").iterdir())
    reports = ["report.html", "report.md", "report.xlsx"]
    assert files == ["forest.png", "forest.svg", *reports, "rows.csv"]
    for name in files:
        assert Path("one", name).read_bytes() == Path("two", name).read_bytes()


def test_the_report_has_its_provenance_and_no_verdict(folder: Path) -> None:
    command("pool", "bcg.csv", "--measure", "RR")
    report = Path("pooled/report.md").read_text()
    assert "`metarepro pool bcg.csv --measure RR --level 0.95`" in report
    assert read_effect_table("bcg.csv").sha256 in report
    assert "Columns not used: `ablat`" in report
    assert "significan" not in report


def test_texts_of_a_table_are_shown_and_not_obeyed(folder: Path) -> None:
    Path("t.csv").write_text(HOSTILE)
    assert command("pool", "t.csv").exit_code == 0
    report = Path("pooled/report.md").read_text()
    assert "<script>" not in report
    book = zipfile.ZipFile(io.BytesIO(Path("pooled/report.xlsx").read_bytes()))
    sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not any(b"<f>" in book.read(name) for name in sheets)
    assert not any("rels" in name and "worksheets" in name for name in book.namelist())


def test_several_rows_of_a_trial_are_pooled_with_robust_variance(folder: Path) -> None:
    Path("t.csv").write_text("trial\tyi\tsei\na\t0.1\t0.2\na\t0.2\t0.2\nb\t0.3\t0.1\nc\t0.2\t0.2\n")
    assert "4 results of 3 trials" in command("pool", "t.csv").stdout
    refused = command("pool", "t.csv", "--tau2", "DL")
    assert "leave out the options for tau2 and interval" in refused.stderr


def test_rows_of_one_name_that_are_pooled_as_independent_are_said(folder: Path) -> None:
    Path("t.csv").write_text("study,yi,vi\nRay,0.1,0.04\nRay,0.2,0.04\nB,0.3,0.01\nC,0,0.04\n")
    said = command("pool", "t.csv").stdout
    assert "Rows of one name were pooled as independent studies: Ray." in said


def test_rows_of_one_name_with_trials_of_their_own_are_not_remarked(folder: Path) -> None:
    rows = "study,trial,yi,vi\nRay,a,0.1,0.04\nRay,b,0.2,0.04\nB,c,0.3,0.01\nC,d,0,0.04\n"
    Path("t.csv").write_text(rows)
    assert "one name" not in command("pool", "t.csv").stdout


@pytest.mark.parametrize(
    ("columns", "measure"),
    [
        ("events_t,n_t,events_c,n_c", "OR"),
        ("ai,n1i,ci,n2i", "RR"),
        ("ai,bi,ci,di", "RD"),
        ("tpos,tneg,cpos,cneg", "OR"),
    ],
)
def test_counts_in_every_form(columns: str, measure: str, folder: Path) -> None:
    Path("t.csv").write_text(f"{columns}\n4,20,5,20\n3,30,0,31\n")
    done = command("pool", "t.csv", "--measure", measure)
    assert "0.5 was added to all four cells of 1 study" in done.stdout


def test_a_study_without_events_is_shown_and_not_pooled_as_a_ratio(folder: Path) -> None:
    Path("t.csv").write_text("ai,n1i,ci,n2i\n4,24,5,25\n0,9,0,8\n3,33,2,31\n")
    done = command("pool", "t.csv", "--measure", "OR")
    assert "2 studies\n" in done.stdout
    assert "1 study in which nobody, or everybody, had the event" in done.stdout
    assert "| Row 3 | 9 | 8 | – | – | – | – |" in Path("pooled/report.md").read_text()
    assert "3 studies\n" in command("pool", "t.csv", "--measure", "RD").stdout


def test_the_forms_of_counts_agree(folder: Path) -> None:
    Path("a.csv").write_text("ai,n1i,ci,n2i\n4,24,5,25\n3,33,2,31\n")
    Path("b.csv").write_text("ai,bi,ci,di\n4,20,5,20\n3,30,2,29\n")
    one, two = (pool_studies(read_effect_table(f"{n}.csv"), measure="OR").pooled for n in "ab")
    assert (one.estimate, one.se) == (two.estimate, two.se)


@pytest.mark.parametrize("measure", ["SMD", "MD"])
def test_means(measure: str, folder: Path) -> None:
    Path("t.csv").write_text(MEANS)
    assert "2 studies" in command("pool", "t.csv", "--measure", measure).stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BCG, "which effect measure? Its columns allow --measure OR, RR, RD"),
        (MEANS, "which effect measure? Its columns allow --measure SMD, MD"),
        ("yi,vi\n0.1,0.2\n", "pooling needs at least 2 effects, got 1"),
        ("yi,vi\n", "t.csv: found 'no rows'"),
        ("yi,vi\n0.1\n0.1,1\n", "t.csv, row 2: found '1 cells'; allowed: 2 cells"),
        ("yi,yi,vi\n1,1,1\n2,2,2\n", "row 1, yi: found 'the column again'"),
        ("yi,vi,sei\n1,1,1\n2,1,1\n", "found 'vi and sei'; allowed: either vi or sei"),
        ("study,g\nA,1\n", "It has the columns study, g. Say what they are in columns.yaml"),
        ("yi,sei\n1e300,0.1\n2,1\n", "row 2, yi: found '1e300'; allowed: a number in digits"),
        ("yi,sei\n1,1e-300\n2,1\n", "row 2, sei: found '1e-300'; allowed: a number above 0, of a"),
        ('yi,vi\n"1,5",1\n2.5,1\n', "row 2, yi: found '1,5'; allowed: a number in digits"),
        ("yi,vi\n1e999,1\n2,1\n", "row 2, yi: found '1e999'"),
        ("yi,vi,trial\n1,1,a\n2,1,\n", "row 3, trial: found ''"),
        ("yi,vi,higher_is_better\n1,1,yes\n2,1,no\n", "row 3, higher_is_better: found 'no'"),
    ],
)
def test_what_is_refused(text: str, said: str, folder: Path) -> None:
    assert said in refusal(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "ai,n1i,ci,n2i\n5,4,1,9\n1,9,1,9\n",
            "row 2, events_t: found '5'; allowed: at most n_t, 4",
        ),
        ("ai,n1i,ci,n2i\n1.5,4,1,9\n1,9,1,9\n", "row 2, events_t: found '1.5'; allowed: a whole"),
        ("ai,bi,ci,di\n0,0,1,9\n1,9,1,9\n", "row 2, events_t: found '0'; allowed: an arm with"),
        (MEANS, "OR needs counts; its columns allow SMD, MD"),
    ],
)
def test_what_is_refused_for_odds_ratios(text: str, said: str, folder: Path) -> None:
    assert said in refusal(text, "--measure", "OR")


def test_all_problems_are_told_at_once(folder: Path) -> None:
    said = refusal("yi,vi\n1,x\n2,0\n,3\n")
    assert said.startswith("Error: 3 problems in the data\n")


def test_a_file_of_no_known_kind_is_refused_in_words(folder: Path) -> None:
    Path("t.xlsx").write_bytes(b"PK\x03\x04rest")
    refused = command("pool", "t.xlsx").stderr
    assert "found 'a file of a kind that is not known'; allowed: an article in XML" in refused


def test_a_level_of_95_is_refused(folder: Path) -> None:
    refused = command("pool", "bcg.csv", "--measure", "RR", "--level", "95")
    assert "e.g. 0.95" in refused.stderr


def texts_of(result: StudyPool) -> set[str]:
    """What stands in the forest plot of a pool."""
    from matplotlib.text import Text

    from metarepro.figures.study_forest import study_forest

    drawn = study_forest(result).findobj(Text)
    return {text.get_text() for text in drawn if isinstance(text, Text)}


@pytest.mark.parametrize(
    ("higher", "left"), [("yes", "favours control"), ("no", "favours intervention")]
)
def test_the_sides_are_named_if_the_table_says_what_is_better(
    higher: str, left: str, folder: Path
) -> None:
    Path("t.csv").write_text(f"yi,vi,higher_is_better\n1,1,{higher}\n2,1,{higher}\n")
    result = pool_studies(read_effect_table("t.csv"))
    assert result.higher_is_better == higher
    assert f"← {left}" in texts_of(result)


def page_of(table: str, *options: str) -> str:
    assert command("pool", table, *options).exit_code == 0
    return Path("pooled/report.html").read_text(encoding="utf-8")


def test_a_narrow_screen_has_the_pool_and_the_studies_in_lines(folder: Path) -> None:
    lines = re.findall(r"<li>([^<]+) <b>(.*?)</b>", page_of("bcg.csv", "--measure", "RR"))
    assert len(lines) == 14
    assert [name for name, _ in lines[:2]] == ["Pooled", "Aronson 1948"]
    assert lines[1][1] == "0.41 [0.13, 1.26]"
    assert "favours" not in page_of("bcg.csv", "--measure", "RR")


@pytest.mark.parametrize(("higher", "left"), [("yes", "control"), ("no", "intervention")])
def test_the_lines_name_the_sides_if_the_table_does(higher: str, left: str, folder: Path) -> None:
    Path("t.csv").write_text(f"yi,vi,higher_is_better\n1,1,{higher}\n2,1,{higher}\n")
    assert f"<span>\u2190 favours {left}</span>" in page_of("t.csv")


def test_proportions_have_the_figure_on_a_narrow_screen_too(folder: Path) -> None:
    Path("t.csv").write_text("events,n\n3,20\n5,30\n")
    assert '<div class="lines">' not in page_of("t.csv", "--measure", "proportion")


def test_without_a_direction_no_side_is_named(folder: Path) -> None:
    shown = texts_of(pool_studies(read_effect_table("bcg.csv"), measure="RR"))
    assert "Risk ratio" in shown
    assert not any("favours" in text for text in shown)


@pytest.mark.parametrize(("limits", "is_named"), [("0.1,0.5", False), ("0.5,0.1", True)])
def test_an_estimate_that_is_not_between_its_limits_is_named(
    limits: str, is_named: bool, folder: Path
) -> None:
    Path("t.csv").write_text(f"study,yi,ci_low,ci_high\nA,0.2,0.1,0.3\nB,0.3,{limits}\n")
    printed = command("pool", "t.csv").stdout
    assert ("does not lie between its limits: B (row 3)" in printed) == is_named
