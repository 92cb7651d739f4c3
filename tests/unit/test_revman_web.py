"""The reader of RevMan Web packages, on made-up packages for every branch and on the corpus."""

import csv
import math
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from tests.made_up_corpus import STUDIES, write_corpus
from tests.review_files import (
    ANALYSIS,
    BINARY,
    BINARY_DATA,
    DATA,
    DATA_ROWS,
    GROUP,
    HEADERS,
    PLAIN,
    PREFIX,
    SETTINGS,
    SUBGROUPS,
    Attributes,
    csv_table,
    package,
    rm5_bytes,
    zipped,
)

from metarepro.catalogue import RESULT_TABLES
from metarepro.readers.folders import find_reviews
from metarepro.readers.review_file import read_review
from metarepro.readers.review_tables import MAX_PROBLEMS, Extraction
from metarepro.tabular.problems import DataError
from metarepro.tabular.tables import check_values

CORPUS = Path(__file__).parents[2].parent / "shared/corpus/revman_web"
Reader = Callable[[dict[str, bytes]], Extraction]
SECOND: Attributes = DATA | {"Study": "Baker 2002"}
MOTHERS: Attributes = {"Subgroup": "Mothers", "Subgroup number": 1}
FATHERS: Attributes = {"Subgroup": "Fathers", "Subgroup number": 2}


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    """Read a package from its files."""

    def of_files(files: dict[str, bytes]) -> Extraction:
        path = tmp_path / "package.zip"
        path.write_bytes(zipped(files))
        return read_review(path)

    return of_files


def problems_of(read: Reader, files: dict[str, bytes]) -> list[str]:
    with pytest.raises(DataError) as error:
        read(files)
    return [str(problem) for problem in error.value.problems]


def one(frame: pd.DataFrame) -> pd.Series:
    assert len(frame) == 1
    return frame.iloc[0]


def check(frame: pd.DataFrame, name: str) -> None:
    table = RESULT_TABLES[name]
    assert list(frame.columns) == list(table.columns)
    assert check_values(frame, table, name)[1] == []


@pytest.mark.parametrize("year", ["2023", "2025", "2026"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [False, True])
def test_schemas_and_line_ends(read: Reader, year: str, newline: str, bom: bool) -> None:
    extraction = read(package(year=year, newline=newline, bom=bom))
    assert extraction.review.schema == year
    assert extraction.notes == ()
    assert one(extraction.analyses)["published_ci_low"] == -2.500001
    check(extraction.studies, "review_studies")
    check(extraction.analyses, "review_analyses")


def test_schema_2026_by_its_digits(read: Reader) -> None:
    assert read(package([ANALYSIS | {"Mean": "-1.2500000000000013"}])).review.schema == "2026"


def test_six_decimals_in_exponents_are_schema_2025(read: Reader) -> None:
    assert read(package([ANALYSIS | {"Effect P": "1.0E-6"}])).review.schema == "2025"


def test_settings_of_2023_have_defaults(read: Reader) -> None:
    pool = one(read(package(year="2023")).analyses)
    names = ["tau2_method", "ci_method", "prediction_interval"]
    assert pool[names].tolist() == ["DL", "wald", "no"]
    assert pool[["interval_level", "study_interval_level"]].tolist() == [0.9, 0.95]


def test_settings_of_2025(read: Reader) -> None:
    given = ANALYSIS | {"CI method": "HKSJ", "Prediction interval": "true", "CI/PI level": "99%"}
    values = {"PI start": "-4.125", "PI end": "1.5", "Effect T": "2.25", "Effect Z": ""}
    pool = one(read(package([given | values])).analyses)
    names = ["tau2_method", "ci_method", "prediction_interval"]
    assert pool[names].tolist() == ["REML", "hksj", "yes"]
    numbers = ["published_pi_low", "published_pi_high", "published_t", "interval_level"]
    assert pool[numbers].tolist() == [-4.125, 1.5, 2.25, 0.99]
    assert math.isnan(pool["published_z"])


def test_settings_of_2026(read: Reader) -> None:
    labels = {"Graph label (left)": "Favours therapy", "Graph label (right)": "Favours care"}
    pool = one(read(package([ANALYSIS | labels], year="2026")).analyses)
    assert pool[["favours_left", "favours_right"]].tolist() == ["Favours therapy", "Favours care"]


def test_continuous(read: Reader) -> None:
    extraction = read(package())
    pool, study = one(extraction.analyses), one(extraction.studies)
    assert pool[["data_type", "measure", "method", "model"]].tolist() == [
        "continuous",
        "MD",
        "IV",
        "random",
    ]
    assert pool[["log_data", "published_scale", "published_estimate"]].tolist() == [
        "no",
        "difference",
        -1.25,
    ]
    columns = ["n_t", "mean_t", "sd_t", "n_c", "mean_c", "sd_c"]
    assert study[columns].tolist() == [20, 3.5, 1.25, 25, 5, 2]
    assert study["locator"] == f"{PREFIX}-data-rows.csv, line 2"


@pytest.mark.parametrize("label", ["Std. Mean Difference", "Standardized Mean Difference"])
def test_names_of_the_standardised_mean_difference(read: Reader, label: str) -> None:
    pool = one(read(package([ANALYSIS | {"Effect measure": label}])).analyses)
    assert pool[["measure", "measure_label"]].tolist() == ["SMD", label]


def test_dichotomous_is_published_as_ratio(read: Reader) -> None:
    extraction = read(package([BINARY], [BINARY_DATA]))
    pool, study = one(extraction.analyses), one(extraction.studies)
    assert pool[["measure", "method", "log_data", "published_scale"]].tolist() == [
        "RR",
        "MH",
        "yes",
        "ratio",
    ]
    assert pool["published_estimate"] == 0.75
    assert study[["events_t", "n_t", "events_c", "n_c"]].tolist() == [4, 20, 7, 25]


@pytest.mark.parametrize(("log_data", "scale"), [("true", "ratio"), ("false", "difference")])
def test_given_estimates(read: Reader, log_data: str, scale: str) -> None:
    given = {"Data type": "Contrast level", "Effect measure": "Hazard Ratio"}
    analysis = ANALYSIS | given | {"Log-scale data": log_data}
    study = DATA | {"GIV Mean": "-0.5", "GIV SE": "0.25"}
    extraction = read(package([analysis], [study]))
    pool, row = one(extraction.analyses), one(extraction.studies)
    assert pool[["data_type", "measure", "published_scale"]].tolist() == ["iv", "HR", scale]
    assert row[["estimate", "se", "n_t", "n_c"]].tolist() == [-0.5, 0.25, 20, 25]
    assert math.isnan(row["mean_t"])


def test_o_minus_e_and_variance(read: Reader) -> None:
    analysis = ANALYSIS | {
        "Data type": "O-E and variance",
        "Statistical method": "EXP_O_E_VAR",
        "Effect measure": "Hazard Ratio",
        "Analysis model": "Fixed effect",
        "Heterogeneity estimator": "#N/A",
    }
    study = DATA | {"O-E": "-2.5", "Variance": "6.25", "Experimental cases": 4}
    extraction = read(package([analysis], [study]))
    pool, row = one(extraction.analyses), one(extraction.studies)
    assert pool[["data_type", "method", "log_data", "tau2_method"]].tolist() == [
        "oe",
        "PETO",
        "yes",
        "",
    ]
    assert math.isnan(pool["published_tau2"])
    assert row[["o_e", "variance", "events_t"]].tolist() == [-2.5, 6.25, 4]


def test_zeros_of_2023_that_stand_for_nothing(read: Reader) -> None:
    unused = {"GIV Mean": "0.0", "GIV SE": "0.0", "O-E": "0.0", "Variance": "0.0"}
    means = {"Experimental mean": "0.0", "Experimental SD": "0.0"}
    study = one(read(package([BINARY], [BINARY_DATA | unused | means], year="2023")).studies)
    assert study[["estimate", "se", "o_e", "variance", "mean_t", "sd_t"]].isna().all()


def test_result_of_zeros_was_not_calculated(read: Reader) -> None:
    zeros = {"Mean": "0", "CI start": "0", "CI end": "0"}
    files = package([ANALYSIS | zeros], [DATA | zeros | {"Weight": "0"}], year="2023")
    extraction = read(files)
    assert one(extraction.analyses)[["published_estimate", "published_q"]].isna().all()
    study = one(extraction.studies)
    assert study["estimable"] == "yes"
    assert study[["published_estimate", "published_weight"]].isna().all()
    assert "no published result" in extraction.notes[0]


@pytest.mark.parametrize(
    ("overall", "subgroups", "totals", "published"),
    [
        ("true", "true", "YES", [True, True]),
        ("true", "false", "YES", [True, False]),
        ("false", "true", "SUB", [False, True]),
        ("false", "false", "NO", [False, False]),
    ],
)
def test_totals(
    read: Reader, overall: str, subgroups: str, totals: str, published: list[bool]
) -> None:
    analysis = ANALYSIS | {"Overall estimates": overall, "Subgroup estimates": subgroups}
    analyses = read(package([analysis], [DATA | MOTHERS], [GROUP])).analyses
    assert set(analyses["totals"]) == {totals}
    assert analyses["published_estimate"].notna().tolist() == published


def test_subgroup_test_stands_on_the_overall_row(read: Reader) -> None:
    test = {"Subgroup Chi²": "1.75", "Subgroup df": 1, "Subgroup P": "0.186", "Subgroup I²": "42.9"}
    analyses = read(package([ANALYSIS | test], [DATA | MOTHERS], [GROUP])).analyses
    names = ["subgroup_q", "subgroup_q_df", "subgroup_q_p", "subgroup_i2"]
    assert analyses.iloc[0][names].tolist() == [1.75, 1, 0.186, 42.9]
    assert analyses.iloc[1][names].isna().all()


def test_overall_row_comes_before_its_subgroups(read: Reader) -> None:
    second = {"Analysis number": 2}
    files = package(
        [ANALYSIS, ANALYSIS | second],
        [DATA | MOTHERS, DATA | second],
        [GROUP, GROUP | FATHERS],
    )
    analyses = read(files).analyses
    assert analyses["outcome_number"].tolist() == ["1", "1", "1", "2"]
    assert analyses["level"].tolist() == ["overall", "subgroup", "subgroup", "overall"]


def test_names_written_differently_are_the_same(read: Reader) -> None:
    rows = DATA | {"Subgroup": "Mothers&nbsp;aged 16\u201018"}
    groups = GROUP | {"Subgroup": "Mothers aged\u00a016-18"}
    study = one(read(package(data=[rows], groups=[groups], year="2023")).studies)
    assert study[["subgroup_number", "subgroup"]].tolist() == ["1", "Mothers aged 16-18"]


def test_ampersand_that_is_no_entity(read: Reader) -> None:
    files = package(data=[DATA | {"Study": "R&regards, A&B 1999"}])
    assert one(read(files).studies)["study"] == "R&regards, A&B 1999"


def test_subgroups_without_estimates_are_numbered(read: Reader) -> None:
    analysis = ANALYSIS | {"Subgroup estimates": "false"}
    rows = [DATA | {"Subgroup": name} for name in ("Mothers", "Fathers", "Mothers")]
    extraction = read(package([analysis], rows, year="2023"))
    assert extraction.studies["subgroup_number"].tolist() == ["1", "2", "1"]
    assert extraction.analyses["subgroup"].tolist() == ["", "Mothers", "Fathers"]


def test_swapped_events(read: Reader) -> None:
    files = package([BINARY | {"Swap event and non-event": "true"}], [BINARY_DATA])
    assert one(read(files).analyses)["swap_events"] == "yes"


def test_study_without_effect_is_not_estimable(read: Reader) -> None:
    blank = dict.fromkeys(("Mean", "CI start", "CI end", "Weight"), "")
    none = BINARY_DATA | blank | {"Experimental cases": 0, "Control cases": 0}
    studies = read(package([BINARY], [BINARY_DATA, none])).studies
    assert studies["estimable"].tolist() == ["yes", "no"]
    assert studies["events_t"].tolist() == [4, 0]


@pytest.mark.parametrize(
    ("events", "measure", "estimable"),
    [
        ((0, 0), "Risk Ratio", "no"),
        ((0, 0), "Odds Ratio", "no"),
        ((0, 0), "Risk Difference", "yes"),
        ((1, 0), "Odds Ratio", "yes"),
        ((20, 25), "Odds Ratio", "no"),
        ((20, 25), "Risk Ratio", "yes"),
    ],
)
def test_estimable_where_no_effect_is_printed(
    read: Reader, events: tuple[int, int], measure: str, estimable: str
) -> None:
    blank = dict.fromkeys(("Mean", "CI start", "CI end", "Weight"), "")
    counts = {"Experimental cases": events[0], "Control cases": events[1]}
    analysis = BINARY | {"Effect measure": measure, "Overall estimates": "false"}
    files = package([analysis], [BINARY_DATA | blank | counts])
    assert one(read(files).studies)["estimable"] == estimable


def test_pool_without_result_is_not_estimable(read: Reader) -> None:
    blank = dict.fromkeys(("Mean", "CI start", "CI end"), "")
    pool = one(read(package([ANALYSIS | blank])).analyses)
    assert pool["estimable"] == "no"
    assert math.isnan(pool["published_q"])


@pytest.mark.parametrize(
    ("word", "applies_to"),
    [
        ("SUBGROUP_AND_OVERALL", "both"),
        ("Subgroup and overall", "both"),
        ("OVERALL", "overall"),
        ("Overall only", "overall"),
        ("SUBGROUP", "subgroup"),
        ("Subgroup only", "subgroup"),
    ],
)
def test_applicability(read: Reader, word: str, applies_to: str) -> None:
    files = package(data=[DATA | {"Applicability": word}])
    assert one(read(files).studies)["applies_to"] == applies_to


def test_footnotes_are_kept(read: Reader) -> None:
    files = package(data=[DATA | {"Footnotes": "from a\nfigure, p. 3"}, SECOND])
    studies = read(files).studies
    assert studies["footnote"].tolist() == ["from a figure, p. 3", ""]
    # The first row fills two lines of the file.
    assert studies["locator"].tolist()[1].endswith("line 4")


def test_risk_of_bias(read: Reader) -> None:
    table = (
        "Study,Domain (judgement): Blinding; patients,Domain (support): Blinding; patients,"
        "Domain (judgement): Attrition\nAbel 2001,High risk of bias,because,Low risk of bias\n"
    )
    study = one(read(package(risk_of_bias=table)).studies)
    expected = "Blinding, patients: High risk of bias; Attrition: Low risk of bias"
    assert study["risk_of_bias"] == expected


def test_printed_digits(read: Reader) -> None:
    few = {"CI start": "-2.5", "Effect P": "0.04", "Heterogeneity P": "0.22"}
    few |= {"Heterogeneity I²": "33", "Effect Z": "2.1"}
    pool = one(read(package([ANALYSIS | few])).analyses)
    assert (
        "published_estimate: 4; published_ci_low: 4; published_ci_high: 4"
        in (pool["published_precision"])
    )
    assert "published_estimate: 6" in one(read(package()).analyses)["published_precision"]
    tiny = ANALYSIS | few | {"Effect P": "1.2E-6"}
    assert "published_p: 2" in one(read(package([tiny])).analyses)["published_precision"]


def test_unknown_columns_are_noted(read: Reader) -> None:
    files = package()
    name = next(name for name in files if DATA_ROWS in name)
    files[name] = csv_table(HEADERS["2025"][DATA_ROWS] + ",Colour", [DATA | {"Colour": "red"}])
    notes = read(files).notes
    assert notes == (f"{PREFIX}-data-rows.csv: ignored unknown columns Colour",)


def test_review_id_is_the_name_of_the_files(read: Reader) -> None:
    assert read(package()).review.review_id == PREFIX


def test_zip_in_zip(read: Reader) -> None:
    inner = zipped(package())
    outer = {"Review/article.pdf": b"%PDF-1.4 \0", f"Review/files/{PREFIX}-data.zip": inner}
    assert len(read(outer).studies) == 1


def test_rm5_in_a_zip(tmp_path: Path) -> None:
    path = tmp_path / "review.zip"
    path.write_bytes(zipped({"CD123456.rm5": rm5_bytes(PLAIN)}))
    assert read_review(path).review.review_id == "CD123456"


def unpacked(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_folder_with_tables(tmp_path: Path) -> None:
    files = {name.rpartition("/")[2]: content for name, content in package().items()}
    assert len(read_review(unpacked(tmp_path, files)).studies) == 1


def test_unpacked_package_keeps_risk_of_bias(tmp_path: Path) -> None:
    table = "Study,Domain (judgement): Attrition\nAbel 2001,Low\n"
    folder = unpacked(tmp_path, package(risk_of_bias=table))
    assert one(read_review(folder).studies)["risk_of_bias"] == "Attrition: Low"


@pytest.mark.parametrize("name", ["review.rm5", "review.zip", "review.csv", "review"])
def test_format_is_recognised_from_the_content(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(rm5_bytes(PLAIN))
    assert read_review(path).review.format == "revman5"
    path.write_bytes(zipped(package()))
    assert read_review(path).review.format == "revman_web"


def test_reviews_in_folders_are_found(tmp_path: Path) -> None:
    unpacked(
        tmp_path,
        {
            "a/CD1.rm5": rm5_bytes(PLAIN),
            "a/no_suffix": rm5_bytes(PLAIN, "UTF-16"),
            "a/notes.txt": b"text",
            "a/published.csv": b"outcome,estimate\nx,1\n",
            "b/broken.rm5": b"",
            ".hidden/CD2.rm5": rm5_bytes(PLAIN),
        },
    )
    unpacked(tmp_path / "web", package())
    found = [path.relative_to(tmp_path).as_posix() for path in find_reviews(tmp_path)]
    assert found == ["a/CD1.rm5", "a/no_suffix", "b/broken.rm5", f"web/{PREFIX}-analysis-data"]


@pytest.mark.parametrize("name", ["review.rm5", "review.zip"])
def test_links_to_no_file_are_listed(tmp_path: Path, name: str) -> None:
    (tmp_path / name).symlink_to(tmp_path / "gone")
    (tmp_path / "notes.txt").symlink_to(tmp_path / "gone")
    assert find_reviews(tmp_path) == [tmp_path / name]
    with pytest.raises(DataError, match="a link to no file"):
        read_review(tmp_path / name)


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    unpacked(tmp_path, {"a/review.rm5": rm5_bytes(PLAIN)})
    (tmp_path / "a/again").symlink_to(tmp_path)
    (tmp_path / "b.zip").symlink_to(tmp_path / "a")
    assert find_reviews(tmp_path) == [tmp_path / "a/review.rm5"]
    # What is asked for may be a link.
    assert len(read_review(tmp_path / "b.zip").studies) == 2


def test_folder_with_one_review_file(tmp_path: Path) -> None:
    unpacked(tmp_path, {"review.rm5": rm5_bytes(PLAIN), "review.yaml": b"year: 2019"})
    assert len(read_review(tmp_path).studies) == 2


def test_folder_with_two_reviews(tmp_path: Path) -> None:
    unpacked(tmp_path, {"a.rm5": rm5_bytes(PLAIN), "b.rm5": rm5_bytes(PLAIN)})
    with pytest.raises(DataError, match="2 reviews: a.rm5, b.rm5"):
        read_review(tmp_path)


@pytest.mark.parametrize(
    ("row", "column", "allowed"),
    [
        ({"Experimental mean": "3,5"}, "Experimental mean", "decimal point"),
        ({"Experimental SD": "NaN"}, "Experimental SD", "finite"),
        ({"Control N": "Infinity"}, "Control N", "finite"),
        ({"Control mean": "1E300"}, "Control mean", "between"),
        ({"Study": ""}, "Study", "the name of a study"),
        ({"Analysis number": 9}, "Analysis number", "an analysis of"),
        ({"Subgroup": "Uncles"}, "Subgroup", "a subgroup of the analysis: 1 Mothers"),
        ({"Subgroup": "Mothers", "Subgroup number": 2}, "Subgroup", "1 Mothers"),
        ({"Applicability": "SOMETIMES"}, "Applicability", "one of: "),
    ],
)
def test_bad_study_row(read: Reader, row: Attributes, column: str, allowed: str) -> None:
    (problem,) = problems_of(read, package(data=[DATA | row], groups=[GROUP]))
    assert f"{PREFIX}-data-rows.csv, row 2, {column}:" in problem
    assert allowed in problem


@pytest.mark.parametrize(
    ("row", "column", "allowed"),
    [
        ({"CI/PI level": ""}, "CI/PI level", "a percentage"),
        ({"CI/PI level": "0.95%"}, "CI/PI level", "a percentage of at least 50"),
        ({"CI/PI level": "0.3"}, "CI/PI level", "a percentage of at least 50"),
        ({"CI/PI level": "49%"}, "CI/PI level", "a percentage of at least 50"),
        ({"CI/PI level": "100%"}, "CI/PI level", "below 100"),
        ({"Heterogeneity Chi²": "1,5"}, "Heterogeneity Chi²", "decimal point"),
    ],
)
def test_bad_settings(read: Reader, row: Attributes, column: str, allowed: str) -> None:
    (problem,) = problems_of(read, package([ANALYSIS | row]))
    assert f"row 2, {column}:" in problem
    assert allowed in problem


@pytest.mark.parametrize(("level", "expected"), [("0.95", 0.95), ("0.5", 0.5), ("50%", 0.5)])
def test_levels_of_intervals(read: Reader, level: str, expected: float) -> None:
    pool = one(read(package([ANALYSIS | {"CI/PI level": level}])).analyses)
    assert pool["interval_level"] == expected


UNKNOWN = [
    ("Data type", "Ordinal"),
    ("Effect measure", "Odds Ratio"),
    ("Effect measure", "Slope"),
    ("Statistical method", "Bayes"),
    ("Analysis model", ""),
    ("Analysis model", "Randomised"),
    ("Heterogeneity estimator", "PM"),
    ("CI method", "Kenward"),
    ("CI method", "(see text)"),
    ("Overall estimates", "perhaps"),
]


@pytest.mark.parametrize(("column", "words"), UNKNOWN)
def test_analysis_with_an_unknown_setting_is_skipped(read: Reader, column: str, words: str) -> None:
    second = {"Analysis number": 2}
    files = package(
        [ANALYSIS, ANALYSIS | second | {column: words}], [DATA, DATA | second], [GROUP | second]
    )
    extraction = read(files)
    assert (len(extraction.analyses), len(extraction.studies)) == (1, 1)
    (note,) = extraction.notes
    assert note.startswith(f"analysis 1.2 skipped: {column} {words!r} is not known")


@pytest.mark.parametrize(
    ("column", "words", "setting", "code"),
    [
        ("Data type", "CONTINUOUS", "data_type", "continuous"),
        ("Data type", "Contrast-level data", "data_type", "iv"),
        ("Data type", "Contrast\u2011level", "data_type", "iv"),
        ("Data type", "O\u2013E and variance", "data_type", "oe"),
        ("Statistical method", "M-H", "method", "MH"),
        ("Statistical method", "Mantel\u2013Haenszel", "method", "MH"),
        ("Statistical method", "MANTEL_HAENSZEL", "method", "MH"),
        ("Statistical method", "Inverse variance (IV)", "method", "IV"),
        ("Statistical method", "Exp[(O-E)/Var]", "method", "PETO"),
        ("Statistical method", "Exp[(O \u2013 E) / Var]", "method", "PETO"),
        ("Analysis model", "Fixed", "model", "fixed"),
        ("Analysis model", "FIXED_EFFECTS", "model", "fixed"),
        ("Analysis model", "Random", "model", "random"),
        ("Analysis model", "Random\u00a0effects", "model", "random"),
        ("Heterogeneity estimator", "DerSimonian & Laird", "tau2_method", "DL"),
        ("Heterogeneity estimator", "Restricted maximum-likelihood (REML)", "tau2_method", "REML"),
        ("Heterogeneity estimator", "None", "tau2_method", "DL"),
        ("Heterogeneity estimator", "N/A", "tau2_method", "DL"),
        ("CI method", "HKSJ (Hartung-Knapp-Sidik-Jonkman)", "ci_method", "hksj"),
        ("CI method", "Wald\u2010type", "ci_method", "wald"),
        ("CI method", "N/A", "ci_method", "wald"),
    ],
)
def test_settings_in_other_words(
    read: Reader, column: str, words: str, setting: str, code: str
) -> None:
    given = {"Effect measure": "Hazard Ratio"} if code == "oe" else {}
    extraction = read(package([ANALYSIS | given | {column: words}]))
    assert one(extraction.analyses)[setting] == code
    assert extraction.notes == ()


@pytest.mark.parametrize(
    ("kind", "column"),
    [(SETTINGS, "Analysis model"), (DATA_ROWS, "Experimental SD"), (SUBGROUPS, "Subgroup number")],
)
def test_missing_column(read: Reader, kind: str, column: str) -> None:
    files = package()
    name = next(name for name in files if kind in name)
    columns = [item for item in HEADERS["2025"][kind].split(",") if item != column]
    files[name] = csv_table(",".join(columns), [])
    problems = problems_of(read, files)
    assert any(f"{column}: found 'no such column'" in problem for problem in problems)


@pytest.mark.parametrize("words", ["Other", "Narrative", "Other data"])
def test_free_text_analyses_are_skipped_with_a_note(read: Reader, words: str) -> None:
    other = {"Analysis number": 2, "Data type": words}
    extraction = read(package([ANALYSIS, ANALYSIS | other], [DATA, DATA | other]))
    assert (len(extraction.analyses), len(extraction.studies)) == (1, 1)
    assert extraction.notes == ("1.2 'Depression': no numbers, skipped",)


@pytest.mark.parametrize("first", [{}, {"CI method": "Kenward"}])
def test_analysis_twice(read: Reader, first: Attributes) -> None:
    (problem,) = problems_of(read, package([ANALYSIS | first, ANALYSIS]))
    assert "1.1 again" in problem


def test_subgroup_twice(read: Reader) -> None:
    (problem,) = problems_of(read, package(groups=[GROUP, GROUP]))
    assert "1.1.1 again" in problem


@pytest.mark.parametrize(("settings", "data"), [([], [DATA]), ([ANALYSIS], [])])
def test_empty_table(read: Reader, settings: list[Attributes], data: list[Attributes]) -> None:
    (problem,) = problems_of(read, package(settings, data))
    assert "a table without rows" in problem


def test_all_problems_at_once(read: Reader) -> None:
    rows = [DATA | {"Experimental mean": "3,5", "Control N": "x"}, SECOND | {"Weight": "40%"}]
    files = package([ANALYSIS | {"CI/PI level": "9"}], rows)
    assert len(problems_of(read, files)) == 4


def test_very_many_problems_are_not_all_listed(read: Reader) -> None:
    problems = problems_of(read, package(data=[DATA | {"Control mean": "x"}] * 300))
    assert len(problems) == MAX_PROBLEMS + 1
    assert any("more than 200 problems" in problem for problem in problems)


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("collection") / "made_up"
    write_corpus(folder)
    return folder / "revman_web"


# Where third-party packages lie beside this checkout, they are read as well.
FOLDERS = [f"package/{PREFIX}-analysis-data", *map(str, CORPUS.glob("CD*"))]


@pytest.mark.parametrize("name", FOLDERS, ids=lambda name: Path(name).stem)
def test_a_folder_is_read_whole(collection: Path, name: str) -> None:
    folder = collection / name
    extraction = read_review(folder)
    lengths = {}
    for table in (SETTINGS, DATA_ROWS, SUBGROUPS):
        (path,) = folder.glob(f"*-{table}.csv")
        with path.open(encoding="utf-8", newline="") as file:
            lengths[table] = len(list(csv.DictReader(file)))
    assert len(extraction.studies) == lengths[DATA_ROWS]
    assert len(extraction.analyses) == lengths[SETTINGS] + lengths[SUBGROUPS]
    check(extraction.studies, "review_studies")
    check(extraction.analyses, "review_analyses")


def test_a_package_in_a_zip_in_a_zip(collection: Path) -> None:
    extraction = read_review(collection / "zip_in_zip.zip")
    assert extraction.review.schema == "2023"
    assert len(extraction.studies) == len(STUDIES)
    assert extraction.analyses["published_estimate"].notna().tolist() == [True, True, True]
    assert extraction.studies["risk_of_bias"].str.startswith("Allocation: ").all()
