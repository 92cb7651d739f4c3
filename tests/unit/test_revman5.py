"""The reader of RevMan 5 files, on made-up files for every branch and on the corpus."""

import gc
import math
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from tests.made_up_corpus import write_corpus
from tests.review_files import (
    CONT,
    CONT_ROW,
    DICH,
    DICH_ROW,
    IPD,
    IPD_ROW,
    IV,
    IV_ROW,
    PLAIN,
    POOL,
    ROOT,
    Attributes,
    element,
    outcome,
    review,
    rm5_bytes,
    row,
    subgroup,
)

from metarepro.catalogue import RESULT_TABLES
from metarepro.readers.review_file import read_review
from metarepro.readers.review_numbers import precision_notes
from metarepro.readers.review_tables import Extraction
from metarepro.readers.xml_tree import Element
from metarepro.tabular.problems import DataError
from metarepro.tabular.tables import check_values

CORPUS = Path(__file__).parents[2].parent / "shared/corpus/revman5"
Reader = Callable[..., Extraction]


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    """Read a review from its text."""

    def of_text(text: str | bytes, name: str = "review.rm5") -> Extraction:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else rm5_bytes(text))
        return read_review(path)

    return of_text


def problems_of(read: Reader, text: str) -> list[str]:
    with pytest.raises(DataError) as error:
        read(text)
    return [str(problem) for problem in error.value.problems]


def one(frame: pd.DataFrame) -> pd.Series:
    assert len(frame) == 1
    return frame.iloc[0]


def test_continuous_study_row(read: Reader) -> None:
    study = one(read(review(outcome("CONT", CONT, row("CONT", CONT_ROW, "Abel-2001")))).studies)
    columns = ["n_t", "mean_t", "sd_t", "n_c", "mean_c", "sd_c"]
    assert study[columns].tolist() == [20, 3.5, 1.25, 25, 5, 2]
    assert study[["study_id", "study", "year"]].tolist() == ["STD-Abel-2001", "Abel 2001", "2001"]
    published = ["published_estimate", "published_ci_low", "published_ci_high", "published_weight"]
    assert study[published].tolist() == [-1.5, -3, 0.5, 40]
    assert study[["events_t", "events_c", "o_e", "variance", "estimate", "se"]].isna().all()


def test_difference_is_published_as_it_stands(read: Reader) -> None:
    pool = one(read(PLAIN).analyses)
    assert pool["published_scale"] == "difference"
    assert pool[["published_estimate", "published_ci_low", "published_ci_high"]].tolist() == [
        -1.25,
        -2.5,
        -0.0625,
    ]
    assert pool[["published_tau2", "published_q", "published_q_df"]].tolist() == [
        0.125,
        1.5000001,
        1,
    ]
    assert pool[["published_i2", "published_z", "published_p"]].tolist() == [33.333, 2.0625, 0.0392]


def test_settings_and_labels(read: Reader) -> None:
    pool = one(read(PLAIN).analyses)
    assert pool[["data_type", "measure", "method", "model", "tau2_method"]].tolist() == [
        "continuous",
        "MD",
        "IV",
        "random",
        "DL",
    ]
    labels = ["label_t", "label_c", "favours_left", "favours_right"]
    assert pool[labels].tolist() == ["Therapy", "Usual care", "Favours therapy", "Favours care"]
    assert pool[["comparison", "outcome"]].tolist() == ["Therapy versus care", "Depression"]


def test_dichotomous_study_row(read: Reader) -> None:
    study = one(read(review(outcome("DICH", DICH, row("DICH", DICH_ROW, "Abel-2001")))).studies)
    assert study[["events_t", "n_t", "events_c", "n_c"]].tolist() == [4, 20, 7, 25]
    # RevMan writes O_E and VAR into every row; they were not typed in.
    assert study[["o_e", "variance"]].isna().all()


def test_ratio_is_published_as_natural_log(read: Reader) -> None:
    pool = one(read(review(outcome("DICH", DICH, row("DICH", DICH_ROW, "Abel-2001")))).analyses)
    assert pool["published_scale"] == "log"
    assert pool["published_estimate"] == pytest.approx(math.log(0.1), abs=1e-15)
    assert pool["published_ci_low"] == pytest.approx(math.log(0.01), abs=1e-15)
    assert pool["published_ci_high"] == 0
    assert pool["log_data"] == "yes"


def test_ratio_without_log_attributes(read: Reader) -> None:
    attributes = DICH | {f"LOG_{name}": None for name in ("EFFECT_SIZE", "CI_START", "CI_END")}
    pool = one(read(review(outcome("DICH", attributes))).analyses)
    assert pool[["published_scale", "published_estimate"]].tolist() == ["ratio", 0.1]


def test_risk_difference_has_no_log(read: Reader) -> None:
    attributes = DICH | {"EFFECT_MEASURE": "RD"}
    pool = one(read(review(outcome("DICH", attributes))).analyses)
    assert pool[["log_data", "published_scale", "published_estimate"]].tolist() == [
        "no",
        "difference",
        0.1,
    ]


def test_fixed_effect_has_no_tau2(read: Reader) -> None:
    pool = one(read(review(outcome("CONT", CONT | {"RANDOM": "NO"}))).analyses)
    assert pool[["model", "tau2_method"]].tolist() == ["fixed", ""]
    assert math.isnan(pool["published_tau2"])


@pytest.mark.parametrize(("method", "measure"), [("MH", "RR"), ("IV", "OR"), ("PETO", "PETO_OR")])
def test_methods(read: Reader, method: str, measure: str) -> None:
    attributes = DICH | {"METHOD": method, "EFFECT_MEASURE": measure}
    pool = one(read(review(outcome("DICH", attributes))).analyses)
    assert pool[["method", "measure"]].tolist() == [method, measure]


@pytest.mark.parametrize(
    ("label", "measure"),
    [
        ("Hazard Ratio", "HR"),
        ("log hazard ratio", "HR"),
        ("Rate Ratio", "IRR"),
        ("Ratio of means", "ROM"),
        ("Odds Ratio", "OR"),
        ("Peto Odds Ratio", "PETO_OR"),
        ("Risk Ratio", "RR"),
        ("Mean Difference", "MD"),
        ("Std. Mean Difference", "SMD"),
        ("Slope", "OTHER"),
    ],
)
def test_measure_of_given_estimates(read: Reader, label: str, measure: str) -> None:
    named = f"<EFFECT_MEASURE>{label}</EFFECT_MEASURE>"
    pool = one(read(review(outcome("IV", IV, named))).analyses)
    assert pool[["measure", "measure_label"]].tolist() == [measure, label]


@pytest.mark.parametrize(
    ("log_data", "log", "scale"), [("YES", "yes", "log"), ("NO", "no", "difference")]
)
def test_given_estimates_on_log_scale_or_not(
    read: Reader, log_data: str, log: str, scale: str
) -> None:
    text = review(outcome("IV", IV | {"LOG_DATA": log_data}, row("IV", IV_ROW, "Abel-2001")))
    extraction = read(text)
    pool, study = one(extraction.analyses), one(extraction.studies)
    assert pool[["log_data", "published_scale", "method"]].tolist() == [log, scale, "IV"]
    assert study[["estimate", "se", "n_t", "n_c"]].tolist() == [-0.5, 0.25, 20, 25]


def test_participants_that_were_not_typed_in(read: Reader) -> None:
    study = row("IV", IV_ROW | {"TOTAL_1": "0", "TOTAL_2": "0"}, "Abel-2001")
    text = review(outcome("IV", IV | {"TOTAL_1": "0", "TOTAL_2": "0"}, study))
    extraction = read(text)
    assert one(extraction.studies)[["n_t", "n_c"]].isna().all()
    assert one(extraction.analyses)[["n_t", "n_c"]].isna().all()


@pytest.mark.parametrize("method", [None, "PETO", "EXP_O_E_VAR"])
def test_o_minus_e_and_variance(read: Reader, method: str | None) -> None:
    named = "<EFFECT_MEASURE>Hazard Ratio</EFFECT_MEASURE>"
    text = review(outcome("IPD", IPD | {"METHOD": method}, named, row("IPD", IPD_ROW, "Abel-2001")))
    extraction = read(text)
    pool, study = one(extraction.analyses), one(extraction.studies)
    assert pool[["data_type", "method", "measure", "log_data"]].tolist() == [
        "oe",
        "PETO",
        "HR",
        "yes",
    ]
    assert study[["o_e", "variance", "events_t", "events_c"]].tolist() == [-2.5, 6.25, 4, 7]


def grouped(totals: str, **attributes: str) -> str:
    test = {"SUBGROUPS": "YES", "Q": "1.75", "P_Q": "0.186", "I2_Q": "42.9"}
    return review(
        outcome(
            "CONT",
            CONT | {"TOTALS": totals} | test | attributes,
            subgroup("CONT", "1", "Mothers", POOL, row("CONT", CONT_ROW, "Abel-2001")),
            subgroup("CONT", "2", "Fathers", POOL, row("CONT", CONT_ROW, "Cole-2003")),
        )
    )


def test_subgroups_have_their_rows_and_results(read: Reader) -> None:
    extraction = read(grouped("YES"))
    assert extraction.analyses["level"].tolist() == ["overall", "subgroup", "subgroup"]
    assert extraction.analyses["subgroup"].tolist() == ["", "Mothers", "Fathers"]
    assert extraction.studies["subgroup_number"].tolist() == ["1", "2"]
    assert extraction.studies["position"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("totals", "published"),
    [("YES", [True, True, True]), ("SUB", [False, True, True]), ("NO", [False, False, False])],
)
def test_totals_say_what_is_published(read: Reader, totals: str, published: list[bool]) -> None:
    analyses = read(grouped(totals)).analyses
    assert analyses["published_estimate"].notna().tolist() == published


@pytest.mark.parametrize(
    ("totals", "attributes", "q"),
    [
        ("YES", {}, 1.75),
        ("SUB", {}, 1.75),
        ("NO", {}, None),
        ("YES", {"SUBGROUP_TEST": "NO"}, None),
        ("YES", {"Q": "0.0", "P_Q": "0.0"}, None),
        ("YES", {"Q": "0.0", "P_Q": "1.0"}, 0),
    ],
)
def test_test_between_subgroups(
    read: Reader, totals: str, attributes: Attributes, q: float | None
) -> None:
    overall = read(grouped(totals, **attributes)).analyses.iloc[0]
    assert (None if math.isnan(overall["subgroup_q"]) else overall["subgroup_q"]) == q


def test_swapped_events(read: Reader) -> None:
    pool = one(read(review(outcome("DICH", DICH | {"SWAP_EVENTS": "YES"}))).analyses)
    assert pool["swap_events"] == "yes"


def test_study_that_is_not_estimable(read: Reader) -> None:
    zero = {"ESTIMABLE": "NO", "EVENTS_1": "0", "EVENTS_2": "0", "EFFECT_SIZE": "0.0"}
    study = one(
        read(review(outcome("DICH", DICH, row("DICH", DICH_ROW | zero, "Abel-2001")))).studies
    )
    assert study[["estimable", "events_t", "n_t"]].tolist() == ["no", 0, 20]
    assert math.isnan(study["published_estimate"])


def test_pool_that_is_not_estimable(read: Reader) -> None:
    nothing = {"ESTIMABLE": "NO", "TAU2": "NaN", "LOG_EFFECT_SIZE": "-Infinity"}
    pool = one(read(review(outcome("DICH", DICH | nothing))).analyses)
    assert pool["estimable"] == "no"
    assert pool[["published_estimate", "published_tau2", "published_z"]].isna().all()


def test_result_that_was_never_calculated(read: Reader) -> None:
    blank = dict.fromkeys(("EFFECT_SIZE", "CI_START", "CI_END", "CHI2", "TAU2"), "")
    extraction = read(review(outcome("CONT", CONT | blank)))
    assert math.isnan(one(extraction.analyses)["published_estimate"])
    assert "no published result" in extraction.notes[0]


def test_footnotes_are_kept(read: Reader) -> None:
    note = row("CONT", CONT_ROW, "Abel-2001", "<FOOTNOTE>(1) from a\n figure</FOOTNOTE>")
    assert one(read(review(outcome("CONT", CONT, note))).studies)["footnote"] == "(1) from a figure"


def test_risk_of_bias(read: Reader) -> None:
    def item(name: str, entries: str, groups: str = "") -> str:
        data = element("QUALITY_ITEM_DATA", {}, entries)
        text = f"<NAME>{name}</NAME>", "<DESCRIPTION><P>How</P></DESCRIPTION>", data, groups
        return element("QUALITY_ITEM", {"ID": "QIT-01"}, *text)

    def entry(result: str, **attributes: str) -> str:
        given = {"STUDY_ID": "STD-Abel-2001", "RESULT": result} | attributes
        return element("QUALITY_ITEM_DATA_ENTRY", given, "<DESCRIPTION><P>Why</P></DESCRIPTION>")

    group = element("QUALITY_ITEM_DATA_ENTRY_GROUP", {"ID": "G"}, "<NAME>Mortality</NAME>")
    items = item("Sequence; generation", entry("YES")) + item(
        "Blinding", entry("NO", GROUP_ID="G") + entry("UNKNOWN"), group
    )
    quality = element("QUALITY_ITEMS", {}, items)
    study = one(
        read(
            review(outcome("CONT", CONT, row("CONT", CONT_ROW, "Abel-2001")), quality=quality)
        ).studies
    )
    expected = "Sequence, generation: low; Blinding (Mortality): high; Blinding: unclear"
    assert study["risk_of_bias"] == expected


def test_free_text_outcomes_are_skipped_with_a_note(read: Reader) -> None:
    other = outcome("OTHER", {}, "<OTHER_DATA><TR><TD>x</TD></TR></OTHER_DATA>", number="2")
    extraction = read(review(outcome("CONT", CONT), other))
    assert len(extraction.analyses) == 1
    assert extraction.notes == ("1.2 'Depression': OTHER_OUTCOME has no numbers, skipped",)


def test_levels_of_intervals(read: Reader) -> None:
    pool = one(read(review(outcome("CONT", CONT | {"CI_TOTAL": "90", "CI_STUDY": "99"}))).analyses)
    assert pool[["interval_level", "study_interval_level"]].tolist() == [0.9, 0.99]
    pool = one(
        read(review(outcome("CONT", CONT | {"CI_TOTAL": "0.95", "CI_STUDY": "50"}))).analyses
    )
    assert pool[["interval_level", "study_interval_level"]].tolist() == [0.95, 0.5]


def test_text_is_made_plain(read: Reader) -> None:
    text = PLAIN.replace(
        "Depression", "EPDS\u00a0score, <INS>6\u2010</INS><DEL>8-</DEL>week\n mean"
    )
    assert one(read(text).analyses)["outcome"] == "EPDS score, 6-week mean"


def test_study_without_reference(read: Reader) -> None:
    study = one(read(review(outcome("CONT", CONT, row("CONT", CONT_ROW, "Dove-2004")))).studies)
    assert study[["study", "year"]].tolist() == ["STD-Dove-2004", ""]


def test_subgroup_may_be_called_none(read: Reader) -> None:
    group = subgroup("CONT", "1", "None", POOL, row("CONT", CONT_ROW, "Abel-2001"))
    analyses = read(review(outcome("CONT", CONT, group))).analyses
    assert analyses["subgroup"].tolist() == ["", "None"]
    check(analyses, "review_analyses")


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1", "UTF-16", "windows-1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_encodings_and_line_ends(read: Reader, encoding: str, newline: str) -> None:
    text = PLAIN.replace("Depression", "D\u00e9pression \u00b1").replace("\n", newline)
    extraction = read(rm5_bytes(text, encoding))
    assert one(extraction.analyses)["outcome"] == "D\u00e9pression \u00b1"
    assert extraction.studies["study"].tolist() == ["Abel 2001", "Cole 2003"]


def test_byte_order_mark(read: Reader) -> None:
    assert len(read(b"\xef\xbb\xbf" + rm5_bytes(PLAIN)).studies) == 2


def test_file_of_revman_itself(read: Reader) -> None:
    root = ROOT | {
        "DOI": "10.1002/14651858.CD123456.pub5",
        "REVMAN_SUB_VERSION": "5.4.1",
        "MODIFIED": "2022-04-25 22:08:50 +0100",
    }
    found = read(review(outcome("CONT", CONT), root=root)).review
    assert (found.review_id, found.schema) == ("CD123456", "5.4.1")
    assert (found.title, found.format) == ("A made-up review", "revman5")


def test_file_of_the_publisher_is_known_by_its_name(read: Reader) -> None:
    found = read(rm5_bytes(PLAIN), "CD654321StatsDataOnly.rm5").review
    assert (found.review_id, found.schema) == ("CD654321", "publisher")


@pytest.mark.parametrize(("own", "expected"), [("144413", "144413"), ("0000", "review")])
def test_other_files_are_known_by_id_or_name(read: Reader, own: str, expected: str) -> None:
    text = review(outcome("CONT", CONT), root=ROOT | {"ID": own})
    assert read(text).review.review_id == expected


def test_locators_are_xpaths(read: Reader) -> None:
    text = grouped("YES")
    tree = ElementTree.fromstring(text)
    studies = read(text).studies
    for locator, study in zip(studies["locator"], studies["study_id"], strict=True):
        found = tree.find(locator.replace("/COCHRANE_REVIEW/", "./"))
        assert found is not None
        assert found.get("STUDY_ID") == study


def test_printed_digits(read: Reader) -> None:
    names = ("CHI2", "DF", "P_CHI2", "I2", "TAU2", "Z", "P_Z")
    few = CONT | dict.fromkeys(names, "1.25") | {"EFFECT_SIZE": "-1.5", "CI_START": "-2"}
    pool = one(read(review(outcome("CONT", few | {"CI_END": "0.062"}))).analyses)
    assert pool["published_precision"].startswith(
        "published_estimate: 3; published_ci_low: 3; published_ci_high: 3; published_q: 2; "
    )
    full = CONT | {"EFFECT_SIZE": "-1.2512345678901234"}
    pool = one(read(review(outcome("CONT", full))).analyses)
    assert "published_estimate: 16; " in pool["published_precision"]


def precisions(*pools: str) -> list[dict[str, int]]:
    """The notes of pools written like "estimate 1.25, p 0.04"."""
    rows = [dict(value.split() for value in pool.split(", ")) for pool in pools]
    named = [{f"published_{name}": text for name, text in row.items()} for row in rows]
    notes = [note.split("; ") for note in precision_notes(named)]
    pairs = [[value.split(": ") for value in note] for note in notes]
    return [{name.removeprefix("published_"): int(n) for name, n in pair} for pair in pairs]


def test_a_column_of_full_precision_leaves_the_others_as_they_are() -> None:
    (note,) = precisions("estimate 0.25, q 1.25, z 2.12, p 0.0123456789")
    assert note == {"estimate": 2, "q": 2, "z": 2, "p": 10}


def test_exponents_say_nothing_of_a_column() -> None:
    notes = precisions("estimate 0.25, p 1.2E-6", "estimate 0.5, p 0.04")
    assert notes == [{"estimate": 2, "p": 2}] * 2
    # Nor if there is nothing else in the column, ...
    assert precisions("estimate 0.25, p 1.2E-6") == [{"estimate": 2, "p": 2}]
    # ... but of a file with nothing else they are all that is known.
    assert precisions("p 1.2E-6") == [{"p": 7}]


def test_round_numbers_are_no_less_precise_than_the_file() -> None:
    (note,) = precisions("estimate 1, ci_low 0.0, ci_high 2.125, q 1.251, q_df 3, i2 0.0, p 0.04")
    assert note == dict.fromkeys(("estimate", "ci_low", "ci_high", "q", "q_df", "i2", "p"), 3)


def test_integers_alone_are_integers() -> None:
    assert precisions("estimate 1, q 2") == [{"estimate": 0, "q": 0}]
    assert precision_notes([{}]) == [""]
    assert precision_notes([]) == []


def test_whole_numbers_may_have_any_length() -> None:
    """More digits than decimal arithmetic keeps; found by fuzzing."""
    assert precisions(f"estimate {'1' * 50}, q 2.5") == [{"estimate": 1, "q": 1}]


@pytest.mark.parametrize("digits", [1, 2, 6])
def test_precision_of_logs_covers_the_change_of_base(read: Reader, digits: int) -> None:
    log, ratio = f"-0.{'1' * digits}", 10 ** -float(f"0.{'1' * digits}")
    logs = {"LOG_EFFECT_SIZE": log, "LOG_CI_START": log, "LOG_CI_END": log}
    printed = dict.fromkeys(("EFFECT_SIZE", "CI_START", "CI_END"), f"{ratio:.12f}")
    pool = one(read(review(outcome("DICH", DICH | logs | printed))).analyses)
    assert pool["published_scale"] == "log"
    noted = int(pool["published_precision"].split(";")[0].removeprefix("published_estimate: "))
    assert 0.5 * 10**-noted >= math.log(10) * 0.5 * 10**-digits
    assert noted == digits - 1


@pytest.mark.parametrize("ratio", ["999", "0.1001", "0.0", "-0.1"])
def test_ratio_that_is_not_that_of_its_log(read: Reader, ratio: str) -> None:
    exact = {"LOG_CI_START": "-1.9999999", "CI_START": "0.0100000023"}
    extraction = read(review(outcome("DICH", DICH | exact | {"EFFECT_SIZE": ratio})))
    pool = one(extraction.analyses)
    columns = ["published_scale", "published_estimate", "published_ci_high"]
    assert pool[columns].tolist() == ["ratio", float(ratio), 1]
    (note,) = extraction.notes
    assert note.startswith("1.1 'Depression': EFFECT_SIZE " + ratio)
    assert "does not agree with LOG_EFFECT_SIZE -1.0" in note
    assert "published_estimate: 10" in pool["published_precision"]


@pytest.mark.parametrize("ratio", ["0.1", "0.100009", "0.099991", "", "NaN", "1.0E-1"])
def test_ratio_that_is_that_of_its_log(read: Reader, ratio: str) -> None:
    exact = {"LOG_CI_START": "-1.9999999", "CI_START": "0.0100000023"}
    extraction = read(review(outcome("DICH", DICH | exact | {"EFFECT_SIZE": ratio})))
    assert one(extraction.analyses)["published_scale"] == "log"
    assert extraction.notes == ()


@pytest.mark.parametrize(("ratio", "scale"), [("0.33", "log"), ("0.34", "log"), ("0.36", "ratio")])
def test_ratio_of_few_digits_agrees_within_these(read: Reader, ratio: str, scale: str) -> None:
    """The log is that of 0.335; the file prints ratios to two decimals."""
    values = {"LOG_EFFECT_SIZE": "-0.474955193", "EFFECT_SIZE": ratio}
    pool = one(read(review(outcome("DICH", DICH | values))).analyses)
    assert pool["published_scale"] == scale


def test_logs_of_any_size_are_compared(read: Reader) -> None:
    wide = {"LOG_CI_END": "400.0", "CI_END": "1.0E14", "LOG_CI_START": "-400.0", "CI_START": "0.0"}
    extraction = read(review(outcome("DICH", DICH | wide)))
    assert "CI_END 1.0E14 does not agree with LOG_CI_END 400.0" in extraction.notes[0]
    assert "CI_START" not in extraction.notes[0]


def check(frame: pd.DataFrame, name: str) -> None:
    table = RESULT_TABLES[name]
    assert list(frame.columns) == list(table.columns)
    assert check_values(frame, table, name)[1] == []


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        grouped("SUB"),
        review(outcome("DICH", DICH, row("DICH", DICH_ROW, "Abel-2001"))),
        review(outcome("IV", IV, row("IV", IV_ROW, "Abel-2001"))),
        review(outcome("IPD", IPD, row("IPD", IPD_ROW, "Abel-2001"))),
    ],
    ids=["continuous", "subgroups", "dichotomous", "iv", "oe"],
)
def test_tables_fit_their_schemas(read: Reader, text: str) -> None:
    extraction = read(text)
    check(extraction.studies, "review_studies")
    check(extraction.analyses, "review_analyses")


@pytest.mark.parametrize(
    ("attribute", "value", "allowed"),
    [
        ("MEAN_1", "3,5", "decimal point"),
        ("MEAN_1", "NaN", "finite"),
        ("SD_2", "Infinity", "finite"),
        ("SD_1", "1e999", "between"),
        ("TOTAL_1", "1" * 5000, "finite number in digits"),
        ("WEIGHT", "40,0", "decimal point"),
        ("MEAN_2", None, "a number, or empty"),
        ("ESTIMABLE", "MAYBE", "one of: YES, NO"),
    ],
)
def test_bad_value_of_a_study(
    read: Reader, attribute: str, value: str | None, allowed: str
) -> None:
    bad = CONT_ROW | {attribute: value}
    (problem,) = problems_of(read, review(outcome("CONT", CONT, row("CONT", bad, "Abel-2001"))))
    assert f"CONT_DATA {attribute}" in problem
    assert allowed in problem
    assert re.search(r"line \d+", problem)


@pytest.mark.parametrize(
    ("kind", "attributes", "allowed"),
    [
        ("CONT", CONT | {"RANDOM": None}, "one of: YES, NO"),
        ("CONT", CONT | {"EFFECT_MEASURE": "OR"}, "a measure of continuous data"),
        ("CONT", CONT | {"EFFECT_MEASURE": "Slope"}, "a measure of continuous data"),
        ("CONT", CONT | {"CI_TOTAL": "950"}, "a percentage"),
        ("CONT", CONT | {"CI_TOTAL": "49.9"}, "a percentage of at least 50"),
        ("CONT", CONT | {"CI_TOTAL": "0.49"}, "a percentage of at least 50"),
        ("CONT", CONT | {"CI_TOTAL": "1"}, "a percentage of at least 50"),
        ("CONT", CONT | {"CI_STUDY": "-95"}, "a percentage of at least 50"),
        ("CONT", CONT | {"NO": None}, "the number of the CONT_OUTCOME"),
        ("CONT", CONT | {"TOTALS": "ALL"}, "one of: YES, SUB, NO"),
        ("DICH", DICH | {"METHOD": None}, "one of: IV, MH, PETO"),
        ("DICH", DICH | {"METHOD": "BAYES"}, "one of: IV, MH, PETO"),
        ("IV", IV | {"LOG_DATA": None}, "one of: YES, NO"),
    ],
)
def test_bad_settings(read: Reader, kind: str, attributes: Attributes, allowed: str) -> None:
    (problem,) = problems_of(read, review(outcome(kind, attributes)))
    assert allowed in problem


def test_all_problems_at_once(read: Reader) -> None:
    first = row("CONT", CONT_ROW | {"MEAN_1": "3,5", "SD_1": "x"}, "Abel-2001")
    second = row("CONT", CONT_ROW | {"TOTAL_2": "many"}, "Cole-2003")
    assert len(problems_of(read, review(outcome("CONT", CONT, first, second)))) == 3


def test_analysis_twice(read: Reader) -> None:
    (problem,) = problems_of(read, review(outcome("CONT", CONT), outcome("DICH", DICH)))
    assert "1.1 again" in problem


def test_subgroup_twice(read: Reader) -> None:
    groups = [subgroup("CONT", "1", name, POOL) for name in ("Mothers", "Fathers")]
    (problem,) = problems_of(read, review(outcome("CONT", CONT, *groups)))
    assert "1.1.1 again" in problem


def test_no_analyses(read: Reader) -> None:
    (problem,) = problems_of(read, review())
    assert "no analysis with numbers" in problem


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("collection") / "made_up"
    write_corpus(folder)
    return folder / "revman5"


# Where third-party files lie beside this checkout, they are read as well.
FILES = ["every_kind.rm5", "published_by_r.rm5", *map(str, sorted(CORPUS.glob("*.rm5")))]
each_file = pytest.mark.parametrize("name", FILES, ids=lambda name: Path(name).stem)


@each_file
def test_file_is_read_whole(collection: Path, name: str) -> None:
    path = collection / name
    extraction = read_review(path)
    root = ElementTree.parse(path).getroot()
    tags = [item.tag for item in root.iter()]
    assert len(extraction.studies) == sum(
        tag in ("DICH_DATA", "CONT_DATA", "IV_DATA", "IPD_DATA") for tag in tags
    )
    assert len(extraction.analyses) == sum(tag.endswith(("_OUTCOME", "_SUBGROUP")) for tag in tags)
    check(extraction.studies, "review_studies")
    check(extraction.analyses, "review_analyses")


@each_file
def test_logs_are_those_of_the_ratios(collection: Path, name: str) -> None:
    """The natural logs, against EFFECT_SIZE that the reader does not use for ratios."""
    path = collection / name
    root = ElementTree.parse(path).getroot()
    analyses = read_review(path).analyses
    logs = analyses[(analyses["published_scale"] == "log") & (analyses["estimable"] == "yes")]
    for locator, estimate in zip(logs["locator"], logs["published_estimate"], strict=True):
        found = root.find(locator.replace("/COCHRANE_REVIEW/", "./"))
        assert found is not None
        assert math.exp(estimate) == pytest.approx(float(found.attrib["EFFECT_SIZE"]), rel=1e-9)


def test_the_tree_of_a_file_is_gone_without_a_search_for_circles(read: Reader) -> None:
    """Else the trees of a hundred files stay until Python looks for them."""
    gc.collect()
    gc.disable()
    try:
        read(review(outcome("CONT", CONT)))
        assert not any(isinstance(one, Element) for one in gc.get_objects())
    finally:
        gc.enable()
