"""Data from clumsy and from hostile hands: each is refused, and the message names the place.

Each row of the tables is one attack on the small data folder: where, what is put there, and what
the message must say. In `results.csv` row 2 has means (20 + 21 of 80 randomised), 3 a standardised
difference with a CI, 5 counts (40 + 38 of 80), 6 an odds ratio.
"""

import csv
import io
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.data_folder import (
    CLUSTERS,
    INCLUDED,
    PUBLISHED,
    RESULTS,
    REVIEW,
    TRIALS,
    set_cells,
    set_review,
    write_data_folder,
)

from metarepro.study.validation import read_and_check
from metarepro.tabular.problems import Problem

COUNTRIES = "codebook/countries.csv"
OUTCOMES = "codebook/outcomes.csv"
INTERVENTIONS = "codebook/interventions.csv"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_data_folder(tmp_path / "data")


def problems_of(folder: Path) -> list[Problem]:
    return sorted(read_and_check(folder)[1], key=Problem.place)


def estimate(statistic: str, value: str, **cells: str) -> dict[str, str]:
    """Cells of row 6 for another statistic; no interval, but a standard error."""
    empty = {"ci_low": "", "ci_high": "", "se": "0.1"}
    return {"statistic": statistic, "value": value, **empty, **cells}


def interval(statistic: str, low: str, value: str, high: str) -> dict[str, str]:
    return {"statistic": statistic, "value": value, "ci_low": low, "ci_high": high}


ARMS = {"n_t": "20", "n_c": "20", "se": ""}
F = {"df1": "1", "df2": "30", "se": ""}
SIZE = "of a size from 1e-15 to 1e+15"
PEOPLE = "10000000 or less"
DIGITS = "in digits with a decimal point"
PRECISION = "within double precision"
P = "a number above 0 (1e-50 at least) and 1 or less"
MOST = "at most 80, the n_randomised of the trial"

# File, row, cells, the column of the message, what it allows.
Attack = tuple[str, int, Mapping[str, str], str, str]

IMPOSSIBLE: list[Attack] = [
    # What a statistic cannot be.
    (RESULTS, 6, estimate("risk_difference", "17"), "value", "-1 to 1, since the statistic is"),
    (RESULTS, 6, estimate("risk_difference", "-17"), "value", "-1 to 1, since the statistic is"),
    (RESULTS, 6, estimate("risk_difference", "1.0001"), "value", "-1 to 1, since the statistic is"),
    (RESULTS, 6, estimate("risk_difference", "-1.01"), "value", "-1 to 1, since the statistic is"),
    (RESULTS, 6, estimate("correlation", "1", **ARMS), "value", "above -1 to below 1"),
    (RESULTS, 6, estimate("correlation", "-1", **ARMS), "value", "above -1 to below 1"),
    (RESULTS, 6, estimate("correlation", "40", **ARMS), "value", "above -1 to below 1"),
    (RESULTS, 6, estimate("f_test", "-4.2", **F), "value", "0 or more, since the statistic is"),
    (RESULTS, 6, estimate("f_test", "-0.001", **F), "value", "0 or more, since the statistic is"),
    (RESULTS, 6, estimate("eta_squared", "1", **ARMS), "value", "0 to below 1"),
    (RESULTS, 6, estimate("eta_squared", "1.2", **ARMS), "value", "0 to below 1"),
    (RESULTS, 6, estimate("eta_squared", "-0.1", **ARMS), "value", "0 to below 1"),
    (
        *(RESULTS, 6, interval("eta_squared", "0.1", "0.2", "1") | ARMS),
        *("ci_high", "0 to below 1"),
    ),
    (
        *(RESULTS, 6, interval("eta_squared", "-0.1", "0.2", "0.3") | ARMS),
        *("ci_low", "0 to below 1"),
    ),
    (
        RESULTS,
        6,
        estimate("odds_ratio", "0"),
        "value",
        "above 0, since the statistic is odds_ratio",
    ),
    (RESULTS, 6, estimate("risk_ratio", "-2"), "value", "above 0, since the statistic is"),
    (RESULTS, 6, estimate("hazard_ratio", "0"), "value", "above 0, since the statistic is"),
    (RESULTS, 6, estimate("rate_ratio", "-0.5"), "value", "above 0, since the statistic is"),
    (RESULTS, 6, estimate("ratio", "0"), "value", "above 0, since the statistic is"),
    (RESULTS, 6, {"ci_low": "0"}, "ci_low", "above 0, since the statistic is odds_ratio"),
    (RESULTS, 6, {"ci_low": "-1.1"}, "ci_low", "above 0, since the statistic is odds_ratio"),
    (RESULTS, 2, {"correlation": "1"}, "correlation", "above -1 to below 1"),
    (RESULTS, 2, {"correlation": "-1"}, "correlation", "above -1 to below 1"),
    (RESULTS, 2, {"correlation": "45"}, "correlation", "above -1 to below 1"),
    (RESULTS, 3, {"p_value": "0"}, "p_value", P),
    (RESULTS, 3, {"p_value": "1.01"}, "p_value", P),
    (RESULTS, 3, {"p_value": "-0.2"}, "p_value", P),
    (RESULTS, 3, {"p_value": "1e-60"}, "p_value", P),
    # Counts.
    (RESULTS, 2, {"n_t": "1000000000000000"}, "n_t", PEOPLE),
    (RESULTS, 2, {"n_t": "10000001"}, "n_t", PEOPLE),
    (RESULTS, 2, {"n_c": "1e308"}, "n_c", PEOPLE),
    (RESULTS, 2, {"n_t": "1"}, "n_t", "2 or more"),
    (RESULTS, 2, {"n_t": "-20"}, "n_t", "2 or more"),
    (RESULTS, 2, {"n_t": "19.5"}, "n_t", "a whole number"),
    (RESULTS, 3, {"n_total": "3"}, "n_total", "4 or more"),
    (RESULTS, 3, {"n_total": "2000000000"}, "n_total", PEOPLE),
    (RESULTS, 5, {"events_t": "41"}, "events_t", "at most n_t"),
    (RESULTS, 5, {"events_c": "39"}, "events_c", "at most n_c"),
    (RESULTS, 5, {"events_t": "-1"}, "events_t", "0 or more"),
    (RESULTS, 5, {"events_t": "4.5"}, "events_t", "a whole number"),
    (RESULTS, 5, {"events_t": "1e12"}, "events_t", PEOPLE),
    (RESULTS, 3, {"df2": "0"}, "df2", "1 or more"),
    (RESULTS, 3, {"df1": "1e9"}, "df1", PEOPLE),
    (RESULTS, 3, {"df2": "38.5"}, "df2", "a whole number"),
    (TRIALS, 2, {"n_randomised": "1e15"}, "n_randomised", PEOPLE),
    (TRIALS, 2, {"n_randomised": "0"}, "n_randomised", "1 or more"),
    (CLUSTERS, 2, {"n_clusters": "1"}, "n_clusters", "2 or more"),
    (CLUSTERS, 2, {"n_clusters": "1e9"}, "n_clusters", PEOPLE),
    (PUBLISHED, 2, {"k": "0"}, "k", "1 or more"),
    (PUBLISHED, 2, {"k": "1e9"}, "k", PEOPLE),
    (PUBLISHED, 2, {"k": "2.5"}, "k", "a whole number"),
    # Sizes.
    (RESULTS, 2, {"sd_t": "1e155"}, "sd_t", SIZE),
    (RESULTS, 2, {"sd_c": "1e-155"}, "sd_c", SIZE),
    (RESULTS, 2, {"sd_t": "1e16"}, "sd_t", SIZE),
    (RESULTS, 2, {"sd_t": "0"}, "sd_t", "above 0"),
    (RESULTS, 2, {"sd_t": "-2"}, "sd_t", "above 0"),
    (RESULTS, 2, {"mean_t": "1e160"}, "mean_t", SIZE),
    (RESULTS, 2, {"mean_c": "-1e16"}, "mean_c", SIZE),
    (RESULTS, 2, {"mean_c": "1e-16"}, "mean_c", SIZE),
    (RESULTS, 2, {"reference_sd": "1e20"}, "reference_sd", SIZE),
    (RESULTS, 2, {"reference_sd": "0"}, "reference_sd", "above 0"),
    (RESULTS, 2, {"time_t": "1e30", "time_c": "5"}, "time_t", SIZE),
    (RESULTS, 6, estimate("mean_difference", "1e160"), "value", SIZE),
    (RESULTS, 6, estimate("mean_difference", "-1e160"), "value", SIZE),
    (RESULTS, 6, estimate("smd", "0.3", se="1e159"), "se", SIZE),
    (RESULTS, 6, estimate("smd", "0.3", se="1e-20"), "se", SIZE),
    (RESULTS, 6, estimate("smd", "0.3", se="0"), "se", "above 0"),
    (RESULTS, 2, {"months_after": "1e9"}, "months_after", "1200 or less"),
    (PUBLISHED, 2, {"estimate": "1e160", "ci_low": "", "ci_high": ""}, "estimate", SIZE),
    (PUBLISHED, 2, {"tau2": "1e20"}, "tau2", SIZE),
    # Beyond double precision, and what is no number to us.
    (RESULTS, 2, {"mean_t": "1e400"}, "mean_t", PRECISION),
    (RESULTS, 2, {"mean_t": "-1e400"}, "mean_t", PRECISION),
    (RESULTS, 2, {"mean_t": "1e-400"}, "mean_t", PRECISION),
    (RESULTS, 2, {"mean_t": "5.1000000000000000001"}, "mean_t", PRECISION),
    (RESULTS, 3, {"p_value": "1e-400"}, "p_value", PRECISION),
    (RESULTS, 2, {"mean_t": "1,5"}, "mean_t", DIGITS),
    (RESULTS, 2, {"mean_t": "0x22"}, "mean_t", DIGITS),
    (RESULTS, 2, {"mean_t": "NaN"}, "mean_t", DIGITS),
    (RESULTS, 2, {"mean_t": "-inf"}, "mean_t", DIGITS),
    (RESULTS, 2, {"mean_t": "1_000"}, "mean_t", DIGITS),
    (RESULTS, 2, {"mean_t": " 5"}, "mean_t", DIGITS),
    (RESULTS, 2, {"mean_t": "\uff15"}, "mean_t", DIGITS),
    (RESULTS, 2, {"mean_t": "\u0665"}, "mean_t", DIGITS),
    (RESULTS, 2, {"mean_t": "\u22125"}, "mean_t", DIGITS),
    # What reviews publish.
    (PUBLISHED, 2, {"i2": "0.72"}, "i2", "72, not 0.72"),
    (PUBLISHED, 2, {"i2": "0.5"}, "i2", "72, not 0.72"),
    (PUBLISHED, 2, {"i2": "0.999"}, "i2", "72, not 0.72"),
    (PUBLISHED, 2, {"i2": "101"}, "i2", "1 to 100"),
    (PUBLISHED, 2, {"i2": "-1"}, "i2", "1 to 100"),
    (PUBLISHED, 2, {"tau2": "-0.1"}, "tau2", "0 or more"),
    (PUBLISHED, 2, {"p_value": "0"}, "p_value", P),
    (PUBLISHED, 2, {"k": "20", "n": "19"}, "n", "at least as many as k"),
    (
        *(PUBLISHED, 2, {"measure": "RD", "estimate": "17", "ci_low": "5", "ci_high": "29"}),
        *("estimate", "-1 to 1, since the measure is RD"),
    ),
    (
        *(PUBLISHED, 2, {"measure": "r", "estimate": "0.9", "ci_low": "0.8", "ci_high": "1.2"}),
        *("ci_high", "above -1 to below 1"),
    ),
    (PUBLISHED, 2, {"measure": "OR", "ci_low": "0"}, "ci_low", "above 0, since the measure is OR"),
    (PUBLISHED, 2, {"measure": "HR", "ci_low": "-1"}, "ci_low", "above 0, since the measure is HR"),
    (
        *(PUBLISHED, 2, {"measure": "IRR", "estimate": "0", "ci_low": "", "ci_high": ""}),
        *("estimate", "above 0, since the measure is IRR"),
    ),
    (
        *(PUBLISHED, 2, {"measure": "proportion", "estimate": "45", "ci_low": "", "ci_high": ""}),
        *("estimate", "0 to 1, since the measure is proportion"),
    ),
]

CONTRADICTING: list[Attack] = [
    # Participants.
    (RESULTS, 2, {"n_t": "60"}, "n_t", MOST),
    (RESULTS, 2, {"n_c": "6000"}, "n_t", MOST),
    (RESULTS, 3, {"n_total": "81"}, "n_total", MOST),
    (RESULTS, 5, {"n_t": "43"}, "n_t", MOST),
    (RESULTS, 6, {"n_t": "7300", "n_c": "20"}, "n_t", MOST),
    (TRIALS, 2, {"n_randomised": "40"}, "n_t", "at most 40, the n_randomised"),
    (CLUSTERS, 2, {"n_clusters": "81"}, "n_clusters", "at most the participants of the trial, 80"),
    (CLUSTERS, 2, {"n_clusters": "5260"}, "n_clusters", "at most the participants of the trial"),
    (TRIALS, 3, {"n_randomised": "11"}, "n_clusters", "at most the participants of the trial, 11"),
    # Years.
    (TRIALS, 2, {"year": "2080"}, "year", "the year of the label, 2001"),
    (TRIALS, 2, {"year": "2012"}, "year", "the year of the label, 2001"),
    (TRIALS, 2, {"label": "Ann 2008"}, "year", "the year of the label, 2008"),
    (TRIALS, 2, {"label": "Ann 2008b (trial 2)"}, "year", "the year of the label, 2008"),
    (TRIALS, 2, {"label": "Ann", "year": "2090"}, "year", "at most 20"),
    (TRIALS, 2, {"label": "Ann", "year": "1899"}, "year", "1900 or more"),
    (TRIALS, 2, {"label": "Ann", "year": "20199"}, "year", "2099 or less"),
    (TRIALS, 2, {"label": "Ann", "year": "2001.5"}, "year", "a whole number"),
    # Publications.
    (TRIALS, 3, {"doi": "10.1000/a"}, "doi", "a doi that no other trial has (ann2001 has it)"),
    (TRIALS, 3, {"doi": "10.1000/A"}, "doi", "a doi that no other trial has (ann2001 has it)"),
    # Two spellings.
    (RESULTS, 3, {"measure": "scale a"}, "measure", "spelled as in another row: Scale A"),
    (RESULTS, 3, {"measure": "ScaleA"}, "measure", "spelled as in another row: Scale A"),
    (RESULTS, 3, {"measure": "Scale  A"}, "measure", "spelled as in another row: Scale A"),
    (RESULTS, 5, {"measure": "\uff33cale A"}, "measure", "spelled as in another row: Scale A"),
]

LOST = [
    *("#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "########"),
    *("Sch\ufffdn", "\ufffd"),
]
#: Of software, in place of what stood there.
REPLACED: list[Attack] = [
    *((RESULTS, 2, {"measure": text}, "measure", "not 'nan', '#REF!'") for text in LOST),
    (RESULTS, 2, {"source": "#N/A"}, "source", "an http:// or https:// address"),
    (TRIALS, 2, {"title": "#NAME?"}, "title", "not 'nan', '#REF!'"),
]

ALIKE: list[Attack] = [
    # Cyrillic and Greek letters.
    *(
        (RESULTS, 3, {"measure": text}, "measure", "spelled as in another row: Scale A")
        for text in ("Sc\u0430le A", "Scal\u0435 A", "\u0405cale A", "Scale \u0391", "Scale \u0410")
    ),
    (TRIALS, 3, {"label": "Ann 2001"}, "label", "a label that no other trial has (ann2001 has it)"),
    (TRIALS, 3, {"label": "ann  2001"}, "label", "a label that no other trial has"),
    (TRIALS, 3, {"label": "\u0410nn 2001"}, "label", "a label that no other trial has"),
    # Of what is not there.
    (PUBLISHED, 3, {"ci_low": "0.1", "ci_high": "0.2"}, "ci_low", "empty in a narrative row"),
    (PUBLISHED, 3, {"ci_low": "0.1", "ci_high": "0.2"}, "ci_high", "empty in a narrative row"),
    (
        *(PUBLISHED, 2, {"narrative_direction": "no_difference"}),
        *("narrative_direction", "empty unless the row is narrative"),
    ),
    (PUBLISHED, 2, {"k": "1", "i2": "90"}, "i2", "0 or empty, since k is 1"),
    (PUBLISHED, 2, {"k": "1", "tau2": "0.1"}, "tau2", "0 or empty, since k is 1"),
]

NO_DOI = "a DOI without https://doi.org/"
IDS: list[Attack] = [
    *(
        (TRIALS, 2, {"doi": doi}, "doi", NO_DOI)
        for doi in (
            *("10.1000/a^^5cinput", "https://doi.org/10.1000/a", "http://dx.doi.org/10.1000/a"),
            *(
                "doi:10.1000/a",
                "DOI 10.1000/a",
                "10.1/a",
                "10.1000/",
                "10.1000/a b",
                "10.1000/a{b}",
            ),
            *("10.1000/a\\input", "10.1000/a%5C", '10.1000/a"b', "10.1000/a.", "10.1000/a,"),
            *("10.1000/\u00e4", "10.1000/a`b", "10.1000/a|b", "10.1000/a\u200b", "11.1000/a"),
        )
    ),
    *(
        (TRIALS, 2, {"pmid": pmid}, "pmid", "text of digits only")
        for pmid in ("PMC123", "0123", "12 34", "12.5", "1234567890", "pmid:123", "\u0661\u0662")
    ),
    *(
        (file, 2, {"source": source}, "source", "an http:// or https:// address")
        for file, source in (
            *((RESULTS, "javascript:alert(1)"), (TRIALS, "JavaScript:alert(1)")),
            *((CLUSTERS, "data:text/html,x"), (COUNTRIES, "file:///etc/passwd")),
            *((PUBLISHED, "ftp://example.org/x"), (RESULTS, "vbscript:x")),
            *((RESULTS, "https://exam ple.org"), (RESULTS, "https://user:pw@example.org/")),
            *((RESULTS, "https://example.org/^^5c"), (RESULTS, "https://example.org/{a}")),
            *((RESULTS, "https://example.org/a\\b"), (RESULTS, "https://example.org/%zz")),
            *(
                (RESULTS, "https:///x"),
                (RESULTS, "http:example.org"),
                (RESULTS, "https://localhost/"),
            ),
            *((RESULTS, "https://example.org:99999999/"), (RESULTS, "https://ex\u00e4mple.org/")),
            *((RESULTS, "https://example.org/a<b>"), (RESULTS, 'https://example.org/"x')),
            *((RESULTS, "https://example.org/`id`"), (TRIALS, "https://example.org/a|b")),
        )
    ),
]

UNSEEN = [
    *"\u200b\u200c\u200d\u2060\ufeff\u00ad\u202e\u202d\u2066\u2069\u061c\u200e\u00a0\u2009\u3000",
    *"\u180e\u034f\u2800\u3164\ufe0f\u0007\u0085\u2028\u2029\ue000\U000e0041",
]
INVISIBLE: list[Attack] = [
    *(
        (RESULTS, 2, {"measure": f"Scale{c}A"}, "measure", "no invisible characters")
        for c in UNSEEN
    ),
    (TRIALS, 2, {"label": "Ann\u200b 2001"}, "label", "no invisible characters"),
    (TRIALS, 2, {"title": "A \u202etrial"}, "title", "no invisible characters"),
    (OUTCOMES, 2, {"label": "Warm\u00adth"}, "label", "no invisible characters"),
    (INTERVENTIONS, 2, {"description": "a\u00a0b"}, "description", "no invisible characters"),
    (PUBLISHED, 2, {"outcome_label": "warm\u2060th"}, "outcome_label", "no invisible characters"),
    (RESULTS, 2, {"note": "see\u2066"}, "note", "no invisible characters"),
    (RESULTS, 2, {"locator": "table\u30002"}, "locator", "no invisible characters"),
    (RESULTS, 2, {"result_id": "ann2001\u200b-01"}, "result_id", "small letters, digits"),
    (RESULTS, 2, {"adjusted": "no\u200b"}, "adjusted", "one of: yes, no"),
]


@pytest.mark.parametrize(
    "attack",
    [*IMPOSSIBLE, *CONTRADICTING, *IDS, *INVISIBLE, *REPLACED, *ALIKE],
    ids=repr,
)
def test_a_cell_is_refused(folder: Path, attack: Attack) -> None:
    file, row, cells, column, allowed = attack
    set_cells(folder, file, row, cells)
    said = [problem for problem in problems_of(folder) if problem.column == column]
    assert any(allowed in problem.allowed for problem in said)


def test_the_number_of_attacks_is_above_150() -> None:
    assert len([*IMPOSSIBLE, *CONTRADICTING, *IDS, *INVISIBLE]) > 150


def test_clusters_are_compared_with_the_results_of_a_trial_without_a_number(folder: Path) -> None:
    set_cells(folder, TRIALS, 3, {"n_randomised": ""})
    set_cells(folder, CLUSTERS, 2, {"n_clusters": "79"})
    assert "at most the participants of the trial, 78" in problems_of(folder)[0].allowed


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/a?b=%20c#d_e~f&g",
        "http://192.0.2.1:8080/a (mirror)",
        "github:owner/repository:data.csv",
        "thesis, p. 12",
        "page: found through a search",
    ],
)
def test_sources_that_are_allowed(folder: Path, text: str) -> None:
    set_cells(folder, RESULTS, 2, {"source": text})
    assert problems_of(folder) == []


@pytest.mark.parametrize(
    "doi",
    [
        "10.1016/S2215-0366(14)00091-1",
        "10.1002/(SICI)1097-0355(199924)20:4<429::AID-IMHJ5>3.0.CO;2-Q",
        "10.1000.10/a_b#c",
        "10.1016/1054-139x(92)90370-q",
    ],
)
def test_dois_that_are_allowed(folder: Path, doi: str) -> None:
    set_cells(folder, TRIALS, 2, {"doi": doi})
    assert problems_of(folder) == []


def test_letters_of_other_scripts_are_allowed(folder: Path) -> None:
    set_cells(folder, RESULTS, 2, {"measure": "\u05e9\u05dc\u05d5\u05dd \u4e2d\u6587 \u00e9\u03b1"})
    set_cells(folder, RESULTS, 4, {"measure": "\u05e9\u05dc\u05d5\u05dd \u4e2d\u6587 \u00e9\u03b1"})
    assert problems_of(folder) == []


@pytest.mark.parametrize(
    ("keys", "column", "allowed"),
    [
        ({"doi": "https://doi.org/10.1000/r"}, "doi", "a DOI without https://doi.org/"),
        ({"doi": "10.1000/r^^5c"}, "doi", "a DOI without https://doi.org/"),
        ({"doi": "10.1000/A"}, "doi", "(ann2001 has it)"),
        ({"sources": ["javascript:alert(1)"]}, "sources", "an http:// or https:// address"),
        ({"sources": ["https://example.org/^^5c"]}, "sources", "an http:// or https:// address"),
        ({"title": "A\u200b review"}, "title", "no invisible characters"),
        ({"authors": ["Ann\u202e"]}, "authors", "a list of texts"),
        ({"year": 2090, "search_date": None}, "year", "at most 20"),
        ({"year": 1990, "search_date": None}, "year", "the year of the first trial"),
        ({"n_participants": 2}, "n_participants", "from 3 (n_studies)"),
        ({"n_participants": 10**15}, "n_participants", "to 10000000"),
        ({"n_studies": 10**9}, "n_studies", "to 10000000"),
        ({"title": ""}, "title", "text on one line"),
        ({"authors": ["Ann", ""]}, "authors", "a list of texts"),
        ({"search_date": "2019-13"}, "search_date", "a date such as 2020-11-15"),
        ({"search_date": "2019-02-30"}, "search_date", "a date such as 2020-11-15"),
        ({"search_date": "3019-11"}, "search_date", "at most 20"),
        ({"year": 2018}, "year", "at least the year of the search_date, 2019"),
    ],
)
def test_a_review_is_refused(
    folder: Path, keys: dict[str, object], column: str, allowed: str
) -> None:
    set_review(folder, keys)
    problem = next(problem for problem in problems_of(folder) if problem.column == column)
    assert problem.file == f"data/{REVIEW}"
    assert allowed in problem.allowed


def appended(folder: Path, file: str, row: int, cells: Mapping[str, str]) -> None:
    """Add a copy of a row with other cells."""
    path = folder / file
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    rows.append(list(rows[row - 1]))
    for column, cell in cells.items():
        rows[-1][rows[0].index(column)] = cell
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)


@pytest.mark.parametrize("words", ["2019", "2019-11", "2019-11-05", "November 2019"])
def test_dates_of_searches_that_are_allowed(folder: Path, words: str) -> None:
    set_review(folder, {"search_date": words})
    assert problems_of(folder) == []


@pytest.mark.parametrize("title", ["A trial of play", "A Trial of  Play"])
def test_a_trial_under_two_ids_is_refused_by_its_title(folder: Path, title: str) -> None:
    set_cells(folder, TRIALS, 2, {"title": "A trial of play"})
    set_cells(folder, TRIALS, 3, {"title": title})
    assert [problem.column for problem in problems_of(folder)] == ["title"]


def test_a_review_under_two_ids_is_refused(folder: Path) -> None:
    shutil.copytree(folder / "reviews/review2020", folder / "reviews/review2021")
    (problem,) = problems_of(folder)
    assert (problem.file, problem.column) == ("data/reviews/review2021/review.yaml", "title")


@pytest.mark.parametrize(("months", "refused"), [("3", True), ("12", True), ("12.5", False)])
def test_a_follow_up_is_after_the_result_at_the_end(
    folder: Path, months: str, refused: bool
) -> None:
    set_cells(folder, RESULTS, 2, {"months_after": "12"})
    later = {"result_id": "ann2001-04", "timepoint": "follow_up", "timepoint_detail": "later"}
    appended(folder, RESULTS, 2, {**later, "months_after": months})
    found = [(problem.column, problem.found) for problem in problems_of(folder)]
    assert found == ([("months_after", months)] if refused else [])


def test_a_measure_is_scored_one_way_in_a_trial(folder: Path) -> None:
    later = {"result_id": "ann2001-04", "timepoint": "follow_up", "timepoint_detail": "later"}
    appended(folder, RESULTS, 2, {**later, "higher_is_better": "no"})
    (problem,) = problems_of(folder)
    assert problem.allowed == "yes, as in ann2001-01, or another measure"


UNREAD = [
    *("trials/cluster.csv", "trials/results2.csv", "trials/results.csv.bak", "codebook/notes.txt"),
    *("corrections.yml", "correction.yaml", "trials.csv", "reviews/published.csv"),
    *("reviews/review2020/review.yml", "reviews/review2020/corrections.yaml"),
]


@pytest.mark.parametrize("file", UNREAD)
def test_a_file_that_nothing_reads_is_refused(folder: Path, file: str) -> None:
    (folder / file).write_text("x\n")
    assert [problem.file for problem in problems_of(folder)] == [f"data/{file}"]


def test_a_table_of_a_review_under_another_name_is_refused(folder: Path) -> None:
    (folder / INCLUDED).rename(folder / "reviews/review2020/inclusions.csv")
    (problem,) = problems_of(folder)
    assert problem.allowed == "included.csv: rename or remove it"


@pytest.mark.parametrize(
    "file", ["README.md", "trials/notes.md", "trials/.hidden", "reviews/review2020/table.csv"]
)
def test_notes_hidden_files_and_files_of_reviews_may_lie_there(folder: Path, file: str) -> None:
    (folder / file).write_text("x\n")
    assert problems_of(folder) == []


@pytest.mark.parametrize("name", ["CON.csv", "aux", "nul.tar.gz", "com1.csv", "LPT9", "x.", "..."])
def test_names_that_windows_cannot_hold_are_refused(folder: Path, name: str) -> None:
    (folder / "reviews/review2020" / name).write_text("x\n")
    assert [problem.found for problem in problems_of(folder)] == [f"reviews/review2020/{name}"]


def test_names_that_differ_in_case_alone_are_refused(folder: Path) -> None:
    for name in ("table.csv", "Table.csv", "con-1.csv"):
        (folder / "reviews/review2020" / name).write_text("x\n")
    names = [problem.found.rpartition("/")[2] for problem in problems_of(folder)]
    assert names == ["Table.csv", "table.csv"]


@pytest.mark.parametrize(
    "cells",
    [
        {},
        {"measure": "scale a"},
        {"measure": "Scale  A"},
        {"measure": "ScaleA"},
        {"measure": "Scale\u200bA"},
        {"measure": "Scale\u00a0A"},
        {"measure": "\uff33cale A"},
        {"timepoint_detail": "After the programme"},
        {"timepoint_detail": "after  the programme"},
    ],
)
def test_a_result_kept_twice_is_found_in_another_spelling(
    folder: Path, cells: dict[str, str]
) -> None:
    appended(folder, RESULTS, 2, {"result_id": "ann2001-04", **cells})
    said = [problem for problem in problems_of(folder) if problem.column == "result_id"]
    assert [problem.found for problem in said] == ["ann2001-04"]
    assert "(ann2001-01 is one)" in said[0].allowed


def test_a_published_result_in_two_rows_is_refused(folder: Path) -> None:
    appended(folder, PUBLISHED, 2, {"outcome_label": "Warmth"})
    assert [problem.row for problem in problems_of(folder)] == [4]


@pytest.mark.parametrize(
    ("file", "cells", "column"),
    [
        (COUNTRIES, {"country": "uk"}, "country"),
        (TRIALS, {"trial_id": "cid2003", "label": "Cid", "doi": "", "programme": "x"}, ""),
    ],
)
def test_two_spellings_of_a_country(
    folder: Path, file: str, cells: dict[str, str], column: str
) -> None:
    appended(folder, file, 2, cells)
    assert [problem.column for problem in problems_of(folder)] == ([column] if column else [])


def test_arms_of_a_trial_in_two_spellings(folder: Path) -> None:
    set_cells(folder, RESULTS, 2, {"arm": "6 sessions"})
    set_cells(folder, RESULTS, 3, {"arm": "6 Sessions"})
    assert "6 sessions" in problems_of(folder)[0].allowed


def test_a_pubmed_id_of_two_trials(folder: Path) -> None:
    for row in (2, 3):
        set_cells(folder, TRIALS, row, {"pmid": "123"})
    assert [problem.column for problem in problems_of(folder)] == ["pmid"]


def separated_by(separator: str) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        rows = csv.reader(io.StringIO(content.decode()))
        stream = io.StringIO()
        csv.writer(stream, delimiter=separator, lineterminator="\n").writerows(rows)
        return stream.getvalue().encode()

    return change


def with_open_quote(row: int) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        lines = content.split(b"\n")
        lines[row - 1] = lines[row - 1].replace(b",", b',"', 1)
        return b"\n".join(lines)

    return change


# A kind of broken file, and what the one problem must say of it.
BROKEN_FILES: list[tuple[str, Callable[[bytes], bytes], str]] = [
    ("semicolons", separated_by(";"), "cells separated by semicolons"),
    ("tabs", separated_by("\t"), "cells separated by tabs"),
    ("bars", separated_by("|"), "cells separated by vertical bars"),
    ("utf-16", lambda content: content.decode().encode("utf-16"), "text in UTF-16"),
    ("utf-16-be", lambda content: content.decode().encode("utf-16-be"), "text in UTF-16"),
    ("utf-16-le", lambda content: content.decode().encode("utf-16-le"), "text in UTF-16"),
    ("xlsx", lambda content: b"PK\x03\x04\x14\0\x06\0" + bytes(range(256)), "a spreadsheet or zip"),
    (
        "xls",
        lambda content: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
        "a spreadsheet (XLS)",
    ),
    ("pdf", lambda content: b"%PDF-1.7\n" + content, "a PDF"),
    ("gzip", lambda content: b"\x1f\x8b\x08\0" + bytes(range(256)), "a compressed file"),
    ("html", lambda content: b"<!DOCTYPE html>\n<html>404</html>\n", "a page of the web"),
    ("lfs", lambda content: b"version https://git-lfs.github.com/spec/v1\noid x\n", "Git LFS"),
    ("conflict", lambda c: c.replace(b"\n", b"\n<<<<<<< HEAD\n", 1), "<<<<<<<"),
    ("open quote", with_open_quote(2), 'a " at the beginning of a cell'),
    ("sep=", lambda content: b"sep=,\n" + content, "sep=,"),
    ("empty line first", lambda content: b"\n" + content, "an empty line"),
    ("header again", lambda content: content + content.split(b"\n")[0] + b"\n", "header again"),
    ("commas alone", lambda c: c + b"," * c.split(b"\n")[0].count(b",") + b"\n", "an empty line"),
    ("rows in a comment", lambda c: c + b'"#\n' + c + b'"\n', "a comment of several lines"),
    ("empty", lambda content: b"", "no header"),
    ("only a header", lambda content: content.split(b"\n")[0] + b"\n", "no rows"),
]


@pytest.mark.parametrize("file", [RESULTS, TRIALS, OUTCOMES, INTERVENTIONS])
@pytest.mark.parametrize(("kind", "change", "found"), BROKEN_FILES, ids=lambda case: str(case)[:20])
def test_a_broken_file_is_one_problem(
    folder: Path, file: str, kind: str, change: Callable[[bytes], bytes], found: str
) -> None:
    correction = (
        "- {file: trials/results.csv, row: ann2001-01, column: note, from: '', to: x,"
        " reason: r, source: s}\n"
    )
    (folder / "corrections.yaml").write_text(correction)
    path = folder / file
    path.write_bytes(change(path.read_bytes()))
    problems = problems_of(folder)
    assert [problem.file for problem in problems] == [f"data/{file}"]
    assert found in problems[0].found


@pytest.mark.parametrize(
    ("file", "before", "after", "cells"),
    [
        (TRIALS, b"\nann2001,", b"\nanna2001,", 4),
        (OUTCOMES, b"\nwarmth,", b"\nwarmths,", 8),
        (INTERVENTIONS, b"\nplay,", b"\nplays,", 5),
    ],
)
def test_a_renamed_id_is_one_problem_with_its_count(
    folder: Path, file: str, before: bytes, after: bytes, cells: int
) -> None:
    path = folder / file
    path.write_bytes(path.read_bytes().replace(before, after))
    (problem,) = problems_of(folder)
    name = after.strip(b"\n,").decode()
    assert f"({name} is one)" in problem.allowed
    counts = problem.allowed.rpartition("further cells with it: ")[2].split(", ")
    assert sum(int(count.split(" ")[0]) for count in counts) == cells - 1


def test_a_correction_of_a_renamed_trial_is_no_further_problem(folder: Path) -> None:
    correction = (
        "- {file: trials/trials.csv, row: ann2001, column: title, from: '', to: x,"
        " reason: r, source: s}\n"
    )
    (folder / "corrections.yaml").write_text(correction)
    path = folder / TRIALS
    path.write_bytes(path.read_bytes().replace(b"\nann2001,", b"\nanna2001,"))
    assert [problem.file for problem in problems_of(folder)] == [f"data/{RESULTS}"]


def test_a_trial_misspelled_in_a_result_is_one_problem(folder: Path) -> None:
    set_cells(folder, RESULTS, 2, {"trial_id": "ann2010"})
    set_cells(folder, RESULTS, 4, {"trial_id": "ann2010"})
    (problem,) = problems_of(folder)
    assert problem.found == "ann2010"
    assert INCLUDED not in problem.allowed
