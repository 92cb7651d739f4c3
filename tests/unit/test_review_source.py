"""A data file with its columns.yaml takes the place of a review file: rows, pools, verdicts."""

import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from tests.command import command
from tests.data_folder import set_review, write_data_folder
from tests.review_tables import reproduced

from metarepro.extraction.any_review import read_any_review
from metarepro.readers.folders import find_reviews, survey
from metarepro.reviews.data_files import read_reviews
from metarepro.study.validation import load
from metarepro.tabular.problems import DataError

#: metafor: rma(yi, sei = se, method = "DL") on these rows, and exp() of the same for the ratios.
ROWS = """Study;Hedges' g;SE
Ann 2001;0,10;0,100
Bo 2002;0,30;0,071
Cy 2003;0,45;0,110
Di 2004;0,25;0,055
"""
POOL = "0.27 [0.16, 0.38]; I2 49%"
COLUMNS = f"""file: rows.csv
analyses:
- name: warmth
  measure: SMD
  decimal: comma
  published: "{POOL}"
  columns: {{study: Study, yi: "Hedges' g", sei: SE}}
"""
MAP = (
    "comparison_number,outcome_number,outcome_label,outcome,timepoint,higher_is_better,"
    "intervention\n1,1,warmth,warmth,post,yes,play\n"
)


def write(folder: Path, rows: str = ROWS, columns: str = COLUMNS) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rows.csv").write_text(rows)
    (folder / "columns.yaml").write_text(columns)
    return folder / "columns.yaml"


def test_its_pool_has_the_model_that_gives_it(tmp_path: Path) -> None:
    (row,) = reproduced(read_any_review(write(tmp_path))).to_dict("records")
    assert (row["verdict"], row["k"]) == ("exact", 4)
    assert "DerSimonian-Laird" in row["reason"]
    assert row["published_estimate"] == 0.27
    assert row["reproduced_estimate"] == pytest.approx(0.27, abs=0.005)


def test_the_rounding_of_the_rows_counts(tmp_path: Path) -> None:
    rows = ROWS.replace("0,45", "0,4").replace("0,30", "0,3").replace("0,10;", "0,1;")
    (row,) = reproduced(read_any_review(write(tmp_path, rows))).to_dict("records")
    assert row["verdict"] == "explained"
    assert "within the rounding" in row["reason"]


def test_what_is_not_published_gets_no_verdict(tmp_path: Path) -> None:
    columns = COLUMNS.replace(f'  published: "{POOL}"\n', "")
    (row,) = reproduced(read_any_review(write(tmp_path, columns=columns))).to_dict("records")
    assert row["verdict"] == "not_published"


def test_a_turned_sign_is_offered_as_a_hypothesis(tmp_path: Path) -> None:
    rows = ROWS.replace("Cy 2003;0,45", "Cy 2003;-0,45")
    (row,) = reproduced(read_any_review(write(tmp_path, rows))).to_dict("records")
    assert row["verdict"] == "different"
    assert "Cy 2003" in row["reason"]
    assert "hypothesis" in row["reason"]


def test_counts_need_a_measure(tmp_path: Path) -> None:
    rows = "Study,e1,n1,e2,n2\nAnn 2001,5,20,8,21\nBo 2002,7,30,11,29\n"
    columns = (
        "file: rows.csv\nanalyses:\n- name: colds\n"
        "  columns: {study: Study, events_t: e1, n_t: n1, events_c: e2, n_c: n2}\n"
    )
    with pytest.raises(DataError, match="OR, RR, RD"):
        read_any_review(write(tmp_path, rows, columns))
    write(tmp_path, rows, columns.replace("- name: colds\n", "- name: colds\n  measure: RR\n"))
    review = read_any_review(tmp_path / "columns.yaml")
    assert [row["events_c"] for row in review.study_rows] == [8, 11]
    assert review.analysis_rows[0]["measure"] == "RR"


def test_an_open_question_names_the_file_in_its_folder(tmp_path: Path) -> None:
    header = "Study;Mean 1;SD 1;n 1;Mean 2;SD 2;n 2\nAnn 2001;5,1;2,0;30;4,2;2,1;31\n"
    roles = "mean_1: Mean 1, sd_1: SD 1, n_1: n 1, mean_2: Mean 2, sd_2: SD 2, n_2: n 2"
    columns = (
        "file: rows.csv\nanalyses:\n- name: mood\n  measure: SMD\n  decimal: comma\n"
        f"  first_arm: FILL_IN\n  columns: {{study: Study, {roles}}}\n"
    )
    path = write(tmp_path, header, columns)
    with pytest.raises(DataError) as caught:
        read_any_review(path)
    (problem,) = caught.value.problems
    assert (problem.file, problem.found) == (path.as_posix(), "FILL_IN")
    assert problem.allowed == (
        "an answer: which arm is the one of Mean 1? first_arm: treatment or control"
    )


def test_what_keeps_a_file_from_being_read_is_no_internal_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, columns=COLUMNS.replace("rows.csv", "rows.pdf"))
    (tmp_path / "rows.csv").rename(tmp_path / "rows.pdf").write_bytes(b"%PDF-1.7\n")
    monkeypatch.setitem(sys.modules, "pdfplumber", None)
    refused = command("reproduce", str(tmp_path))
    assert "pip install pdfplumber" in refused.stderr
    assert "internal error" not in refused.stderr


def test_all_problems_of_all_analyses_are_said_at_once(tmp_path: Path) -> None:
    columns = COLUMNS.replace(POOL, "about a third")
    columns += '- name: calm\n  columns: {study: Study, yi: "no such", sei: SE}\n'
    with pytest.raises(DataError) as error:
        read_any_review(write(tmp_path, columns=columns))
    said = str(error.value)
    assert "about a third" in said
    assert "no such" in said


def test_a_folder_with_a_columns_yaml_is_a_review_and_its_file_is_not_passed_over(
    tmp_path: Path,
) -> None:
    path = write(tmp_path)
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    assert find_reviews(tmp_path) == [path]
    assert [file.name for file, _ in survey(tmp_path).others] == ["other.csv"]


def test_metarepro_reproduce_takes_it(tmp_path: Path) -> None:
    write(tmp_path / "in")
    done = command("reproduce", tmp_path / "in", "--output-dir", tmp_path / "out")
    assert done.exit_code == 0, done.output
    table = pd.read_csv(tmp_path / "out/reproduction.csv")
    assert list(table["verdict"]) == ["exact"]
    assert "Hedges" not in done.output
    assert "warmth: exact. Every published number comes out under this model" in done.stdout


def test_the_file_itself_stands_for_its_columns_yaml(tmp_path: Path) -> None:
    columns = write(tmp_path)
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    assert find_reviews(tmp_path / "rows.csv") == [columns]
    assert find_reviews(tmp_path / "other.csv") == [tmp_path / "other.csv"]
    assert find_reviews(tmp_path / "none.csv") == [tmp_path / "none.csv"]


def test_a_source_without_a_columns_yaml_is_told_of_it(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as file:
        file.writestr("xl/workbook.xml", "")
    with pytest.raises(DataError, match="a columns.yaml beside it with what is published"):
        read_any_review(tmp_path / "a.xlsx")


def test_rows_that_do_not_close_are_named_where_it_is_reproduced(tmp_path: Path) -> None:
    rows = "Study;g;low;high\nAnn;0,10;-0,10;0,30\nBo;0,30;0,16;0,44\nCy;0,95;0,23;0,67\n"
    columns = COLUMNS.replace('"Hedges\' g", sei: SE', "g, ci_low: low, ci_high: high")
    write(tmp_path / "in", rows, columns)
    done = command("reproduce", tmp_path / "in", "--output-dir", tmp_path / "out")
    assert "Check in columns.yaml: warmth: Row 4 (Cy): estimate against the middle" in done.stdout


def study(folder: Path) -> Path:
    """A data folder with a review whose rows are in a spreadsheet."""
    write_data_folder(folder)
    set_review(folder, {})
    own = next(path for path in sorted(folder.glob("reviews/*")) if path.is_dir())
    write(own)
    (own / "outcome_map.csv").write_text(MAP)
    return own


def test_its_rows_are_results_of_a_study(tmp_path: Path) -> None:
    own = study(tmp_path / "data")
    (review,) = read_reviews(tmp_path / "data", load(tmp_path / "data")).values()
    assert not review.problems
    results = review.tables["review_results"]
    assert list(results["value"]) == [0.10, 0.30, 0.45, 0.25]
    assert list(results["higher_is_better"].unique()) == ["yes"]
    assert list(results["file"].unique()) == [f"data/reviews/{own.name}/columns.yaml"]
    assert results["locator"].iloc[0] == "rows.csv, warmth, row 2"
    assert len(review.tables["review_included"]) == 4


def test_a_change_of_the_file_changes_its_digest(tmp_path: Path) -> None:
    own = study(tmp_path / "data")
    before = read_reviews(tmp_path / "data", load(tmp_path / "data"))[own.name]
    (own / "rows.csv").write_text(ROWS.replace("0,10;", "0,11;"))
    after = read_reviews(tmp_path / "data", load(tmp_path / "data"))[own.name]
    digests = [one.tables["review_results"]["sha256"].iloc[0] for one in (before, after)]
    assert digests[0] != digests[1]


def test_a_file_in_its_folder_that_nothing_reads_is_named(tmp_path: Path) -> None:
    own = study(tmp_path / "data")
    (own / "supplement.xlsx").write_bytes(b"PK\x03\x04 xl/")
    review = read_reviews(tmp_path / "data", load(tmp_path / "data"))[own.name]
    (problem,) = review.problems
    assert problem.file == f"data/reviews/{own.name}/supplement.xlsx"
    assert "Excel workbook" in problem.found
    assert "columns.yaml" in problem.allowed


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("article.xml", b"<?xml version='1.0'?><article><front/></article>", "an article in XML"),
        ("page.html", b"<!DOCTYPE html><html></html>", "a web page"),
        ("rows.csv", b"Study;g\nA;0,1\n", "a text file with commas, semicolons or tabs"),
    ],
)
def test_a_source_without_a_columns_yaml_is_passed_over_with_its_kind(
    name: str, content: bytes, words: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    done = command("reproduce", tmp_path, "--output-dir", tmp_path.parent / "out")
    assert f"{name} ({words}" in done.output


COUNTS = """Study,e1,n1,e2,n2
Ann 2001,12,60,20,60
Bo 2002,15,75,24,75
Cy 2003,9,50,16,52
"""


def counts(folder: Path, measure: str, published: str) -> dict[str, object]:
    """The only row of what comes out of the counts."""
    own = f"  measure: {measure}\n" if measure else ""
    columns = (
        f"file: rows.csv\nanalyses:\n- name: colds\n{own}"
        f'  published: "{published}"\n'
        "  columns: {study: Study, events_t: e1, n_t: n1, events_c: e2, n_c: n2}\n"
    )
    (row,) = reproduced(read_any_review(write(folder, COUNTS, columns))).to_dict("records")
    return {str(name): cell for name, cell in row.items()}


def test_every_printed_number_counts_bounds_and_k_as_well(tmp_path: Path) -> None:
    """metafor: rma.mh(measure = "RR"): 0.61 [0.42, 0.87], p 0.0064"""
    assert counts(tmp_path, "RR", "0.61 [0.42, 0.87]")["verdict"] == "exact"
    assert counts(tmp_path, "RR", "0.61 [0.42, 0.87]; p < 0.01; k = 3")["verdict"] == "exact"
    assert counts(tmp_path, "RR", "0.61 [0.42, 0.87]; p < 0.0001")["verdict"] == "different"
    assert counts(tmp_path, "RR", "0.61 [0.42, 0.87]; k = 9")["verdict"] == "different"


def test_the_published_pool_may_name_the_measure(tmp_path: Path) -> None:
    assert counts(tmp_path, "", "RR 0.61 [0.42, 0.87]")["verdict"] == "exact"
    with pytest.raises(DataError, match="measure: found 'nothing'"):
        counts(tmp_path, "", "0.61 [0.42, 0.87]")


def test_another_measure_is_named_and_not_called_exact(tmp_path: Path) -> None:
    """metafor: rma.mh(measure = "OR"): 0.51 [0.32, 0.82]"""
    row = counts(tmp_path, "RR", "0.51 [0.32, 0.82]")
    assert row["verdict"] == "different"
    assert "another measure: odds ratio" in str(row["reason"])


def test_a_limit_without_a_logarithm_is_refused(tmp_path: Path) -> None:
    rows = "Study,rr,LL,UL\nAnn 2001,0.60,0.40,0.90\nBo 2002,0.09,0.00,1.65\n"
    columns = (
        "file: rows.csv\nanalyses:\n- name: colds\n  measure: RR\n  scale: ratio\n"
        "  columns: {study: Study, yi: rr, ci_low: LL, ci_high: UL}\n"
    )
    with pytest.raises(DataError, match=r"row 3.*limits above 0"):
        read_any_review(write(tmp_path, rows, columns))


def test_rows_of_one_trial_stay_together(tmp_path: Path) -> None:
    rows = "Study,Trial,g,se\nAnn a,1,0.10,0.10\nAnn b,1,0.20,0.10\nBo,2,0.40,0.10\n"
    columns = (
        "file: rows.csv\nanalyses:\n- name: warmth\n  measure: SMD\n"
        '  published: "0.28 [0.14, 0.41]"\n'
        "  columns: {study: Study, trial: Trial, yi: g, sei: se}\n"
    )
    (row,) = reproduced(read_any_review(write(tmp_path, rows, columns))).to_dict("records")
    # (0.15 + 0.40) / 2: the mean of each trial, not of each row
    assert row["verdict"] == "exact"
    assert "mean" in row["reason"]


@pytest.mark.parametrize("file", ["../rows.csv", "/etc/passwd", "a/rows.csv", "..\\rows.csv"])
def test_its_file_stands_beside_it(tmp_path: Path, file: str) -> None:
    columns = COLUMNS.replace("file: rows.csv", f"file: '{file}'")
    with pytest.raises(DataError, match="without folders"):
        read_any_review(write(tmp_path / "in", columns=columns))


def test_a_link_to_elsewhere_is_not_followed(tmp_path: Path) -> None:
    path = write(tmp_path / "in")
    (tmp_path / "secret.csv").write_text(ROWS)
    (tmp_path / "in/rows.csv").unlink()
    (tmp_path / "in/rows.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(DataError, match="no link to elsewhere"):
        read_any_review(path)
