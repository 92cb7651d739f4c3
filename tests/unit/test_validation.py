"""The rules of the data folder: each mistake has its message, and all come together."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import pytest
from tests.command import command
from tests.data_folder import (
    CLAIMS,
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

import extract_data
from metarepro.study.tables import (
    EXTRACTED_INCLUDED,
    EXTRACTED_PUBLISHED,
    EXTRACTED_RESULTS,
    INPUTS,
)
from metarepro.study.transcription import list_reviews, read
from metarepro.study.validation import check_data, load
from metarepro.tabular.problems import DataError, Problem
from metarepro.tabular.report_tables import LOCAL_EVALUATIONS
from metarepro.tabular.reported_statistics import STATISTICS
from metarepro.tabular.tables import read_table

REAL_DATA = Path(__file__).parents[2] / "data"
OUTCOMES = "codebook/outcomes.csv"
PROGRAMME_NAMES = "report/programme_names.csv"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_data_folder(tmp_path / "data")


def problems_of(folder: Path) -> list[Problem]:
    with pytest.raises(DataError) as caught:
        load(folder)
    return caught.value.problems


def assert_problem(
    folder: Path, file: str, row: int, column: str, found: str, allowed: str
) -> None:
    """The one problem of a cell says what was found and begins with what is allowed."""
    at_cell = [
        problem
        for problem in problems_of(folder)
        if (problem.file, problem.row, problem.column) == (f"data/{file}", row, column)
    ]
    assert [problem.found for problem in at_cell] == [found]
    assert at_cell[0].allowed.startswith(allowed)


def test_the_real_data_have_no_problem() -> None:
    data = read(REAL_DATA)
    assert [str(problem) for problem in [*data.problems, *check_data(data)]] == []


def test_the_small_folder_has_no_problem(folder: Path) -> None:
    assert len(load(folder).results) == 5


# In `results.csv` row 2 has means, 3 a standardised difference with CI, 4 is excluded as a
# duplicate of row 2, 5 counts, 6 an odds ratio.
@pytest.mark.parametrize(
    ("file", "row", "column", "found", "allowed"),
    [
        (RESULTS, 2, "trial_id", "eve2003", "an id in trials"),
        (RESULTS, 3, "result_id", "ann2001-2", "trial_id-NN"),
        (RESULTS, 3, "result_id", "ann2001-01", "a value that no"),
        (RESULTS, 3, "outcome", "wealth", "an id in outcomes"),
        (RESULTS, 3, "timepoint", "later", "one of: post, follow_up"),
        (RESULTS, 3, "statistic", "beta", "one of: means, counts"),
        (RESULTS, 3, "p_relation", "≤", "one of: =, <, > (or empty)"),
        (RESULTS, 3, "sign", "", "one of: scale, benefit"),
        (RESULTS, 3, "adjusted", "No", "one of: yes, no, unknown"),
        (RESULTS, 3, "n_basis", "all", "one of: analysed"),
        (RESULTS, 3, "source_kind", "book", "one of: abstract"),
        (RESULTS, 4, "exclude", "odd", "one of: no_variance"),
        (RESULTS, 3, "higher_is_better", "?", "one of: yes, no"),
        (RESULTS, 3, "higher_is_better", "", "yes or no in a row"),
        (RESULTS, 3, "measure", "", "text on one line"),
        (RESULTS, 3, "source", "", "text on one line"),
        (RESULTS, 3, "locator", "", "text on one line"),
        (RESULTS, 3, "timepoint_detail", "", "text on one line"),
        (RESULTS, 3, "value", "0.3x", "a number"),
        (RESULTS, 2, "n_t", "1", "a whole number, 2 or more"),
        (RESULTS, 2, "n_t", "20.5", "a whole number, 2 or more"),
        (RESULTS, 2, "n_c", "0", "a whole number, 2 or more"),
        (RESULTS, 2, "sd_t", "0", "a number, above 0"),
        (RESULTS, 2, "sd_c", "-1", "a number, above 0"),
        (RESULTS, 3, "se", "0", "a number, above 0"),
        (RESULTS, 3, "reference_sd", "-15", "a number, above 0"),
        (RESULTS, 5, "events_t", "-1", "a whole number, 0 or more"),
        (RESULTS, 5, "events_t", "41", "at most n_t"),
        (RESULTS, 5, "events_c", "39", "at most n_c"),
        (RESULTS, 2, "n_total", "41", "empty when n_t and n_c are filled"),
        (RESULTS, 3, "n_total", "3", "a whole number, 4 or more"),
        (RESULTS, 3, "p_value", "1.2", "a number above 0 (1e-50 at least) and 1 or less"),
        (RESULTS, 3, "p_value", "0", "a number above 0 (1e-50 at least) and 1 or less"),
        (RESULTS, 3, "p_value", "", "a number, since p_relation is filled"),
        (RESULTS, 3, "p_relation", "", "=, < or >, since p_value is filled"),
        (RESULTS, 3, "se_basis", "worked_out", "empty, since se is"),
        (RESULTS, 3, "se_basis", "guess", "one of: printed, worked_out"),
        (RESULTS, 2, "corrected", "yes", "empty unless the statistic is smd"),
        (RESULTS, 3, "corrected", "g", "one of: yes, no"),
        (RESULTS, 3, "correlation", "1", "a number, above -1 to below 1"),
        (RESULTS, 3, "correlation", "1.5", "a number, above -1 to below"),
        (RESULTS, 3, "time_c", "0", "a number, above 0"),
        (RESULTS, 3, "df1", "0", "a whole number, 1 or more"),
        (RESULTS, 3, "ci_low", "", "a number, since ci_high is filled"),
        (RESULTS, 3, "ci_high", "", "a number, since ci_low is filled"),
        (RESULTS, 3, "value", "0.6", "within its CI"),
        (RESULTS, 3, "value", "0.05", "within its CI"),
        (RESULTS, 6, "ci_low", "0", "above 0, since the statistic"),
        (RESULTS, 3, "sign", "unsigned", "unsigned only in excluded rows"),
        (RESULTS, 3, "exclude_reason", "x", "empty when exclude is"),
        (RESULTS, 4, "duplicate_of", "", "the result_id of the kept row"),
        (RESULTS, 4, "duplicate_of", "ann2001-09", "a result_id"),
        (
            RESULTS,
            4,
            "duplicate_of",
            "ann2001-03",
            "a row that is not itself excluded (ann2001-03 is)",
        ),
        (RESULTS, 4, "duplicate_of", "bob2002-01", "a row of the same trial"),
        (RESULTS, 3, "duplicate_of", "ann2001-01", "empty unless exclude is duplicate"),
        (RESULTS, 3, "second_copy", "yes", "empty unless exclude is dup"),
        (RESULTS, 4, "second_copy", "no", "one of: yes (or empty)"),
        (RESULTS, 3, "shared_control", "?", "one of: yes, no (or empty)"),
        (
            RESULTS,
            3,
            "intervention",
            "talk",
            "empty, or the only one of the trial in trials/trials.csv: play",
        ),
        (TRIALS, 2, "intervention", "work", "an id in interventions"),
        (TRIALS, 2, "intervention", "", "one or several ids"),
        (TRIALS, 2, "intervention", "play; a", "one or several ids"),
        (TRIALS, 2, "intervention", "play  a", "one or several ids"),
        (TRIALS, 2, "intervention", "play play", "each interv"),
        (TRIALS, 2, "intervention_doubtful", "?", "one of: yes, no (or empty)"),
        (TRIALS, 2, "country", "UK; Atlantis", "countries of codebook"),
        (TRIALS, 2, "country", "UK;UK", "countries of codebook"),
        (TRIALS, 2, "design", "RCT", "one of: rct, cluster_rct"),
        (TRIALS, 2, "year_verified", "", "one of: yes, no"),
        (TRIALS, 2, "year", "20001", "a whole number, 1900 or more"),
        (TRIALS, 2, "n_randomised", "0", "a whole number, 1 or more"),
        (TRIALS, 2, "label", "", "text on one line"),
        (TRIALS, 3, "doi", "10.1000/a", "a doi that no other trial has (ann2001"),
        (CLUSTERS, 2, "trial_id", "eve2003", "an id in trials"),
        (CLUSTERS, 2, "trial_id", "ann2001", "a cluster_rct; its design is rct"),
        (CLUSTERS, 2, "n_clusters", "1", "a whole number, 2 or more"),
        (CLUSTERS, 2, "n_clusters", "", "a whole number, 2 or more"),
        (CLUSTERS, 2, "n_clusters", "12.5", "a whole number, 2 or more"),
        (OUTCOMES, 2, "domain", "wealth", "an id in domains"),
        (OUTCOMES, 2, "beneficial_direction", "up", "one of: increase"),
        ("codebook/domains.csv", 2, "order", "first", "a number"),
        ("codebook/interventions.csv", 2, "family", "F!", "small letters"),
        (PUBLISHED, 2, "outcome", "wealth", "an id in outcomes"),
        (PUBLISHED, 2, "intervention", "work", "an id in interventions"),
        (PUBLISHED, 2, "status", "good", "one of: verified"),
        (PUBLISHED, 2, "measure", "XY", "one of: SMD"),
        (PUBLISHED, 2, "measure", "", "filled unless the row is narrative"),
        (PUBLISHED, 2, "beneficial_sign", "0", "one of: +, -"),
        (PUBLISHED, 3, "narrative_direction", "up", "one of: favours"),
        (PUBLISHED, 3, "narrative_direction", "", "a direction in a"),
        (PUBLISHED, 3, "estimate", "0.2", "empty in a narrative row"),
        (PUBLISHED, 2, "estimate", "0.6", "within its CI"),
        (PUBLISHED, 2, "ci_high", "", "a number, since ci_low is filled"),
        (PUBLISHED, 2, "p_value", "2", "a number above 0 (1e-50 at least) and 1 or less"),
        (PUBLISHED, 2, "p_relation", "~", "one of: =, <, >"),
        (PUBLISHED, 2, "i2", "120", "a percentage from 1 to 100"),
        (PUBLISHED, 2, "timepoint", "change", "one of: post, follow_up"),
        (PUBLISHED, 2, "certainty_note", "?", "empty without a certain"),
        (PUBLISHED, 2, "k", "0", "a whole number, 1 or more"),
        (INCLUDED, 2, "trial_id", "eve2003", "an id in trials"),
        (INCLUDED, 2, "basis", "sure", "one of: listed"),
        (CLAIMS, 2, "intervention", "work", "an id in interventions"),
        (CLAIMS, 2, "outcome", "", "filled, since the claim_kind is effect_dir"),
        (CLAIMS, 2, "intervention", "", "filled, since the claim_kind is eff"),
        (CLAIMS, 2, "outcome", "wealth", "an id in outcomes"),
        (CLAIMS, 2, "domain", "", "the domain that the codebook gives"),
        (CLAIMS, 2, "source_review", "r1999", "an id in reviews"),
        (CLAIMS, 2, "claim_kind", "hope", "one of: effect_direction"),
        (CLAIMS, 2, "claimed_direction", "", "favours_intervention, si"),
        (CLAIMS, 2, "claimed_relation", "over", "empty without a"),
        (CLAIMS, 2, "claimed_relation", "about", "one of: over"),
        (CLAIMS, 2, "counted", "families", "empty unless the claim_kind"),
        (CLAIMS, 2, "moderator", "age", "filled when the claimed_direction"),
        (CLAIMS, 2, "moderator_level", "old", "filled when the claimed"),
        (CLAIMS, 2, "footnote", "p. 4", "numbers or ranges"),
        ("report/programmes.csv", 2, "intervention", "w", "an id in interv"),
        (PROGRAMME_NAMES, 2, "programme", "w", "an id in programmes"),
        (PROGRAMME_NAMES, 2, "name_in_trials", "Play", "a programme as"),
        (PROGRAMME_NAMES, 2, "match", "like", "one of: same, related"),
    ],
)
def test_each_kind_of_mistake_has_its_message(
    file: str, row: int, column: str, found: str, allowed: str, folder: Path
) -> None:
    set_cells(folder, file, row, {column: found})
    assert_problem(folder, file, row, column, found, allowed)


@pytest.mark.parametrize(
    ("file", "row", "cells", "column", "found", "allowed"),
    [
        (RESULTS, 2, {"trial_id": "bob2002"}, "result_id", "ann2001-01", "trial_id-NN"),
        (RESULTS, 3, {"n_t": "20"}, "n_c", "", "a number, since n_t is filled"),
        (RESULTS, 3, {"n_c": "20"}, "n_t", "", "a number, since n_c is filled"),
        (RESULTS, 3, {"time_t": "12"}, "time_c", "", "a number, since time_t is filled"),
        (RESULTS, 3, {"ci_low": "0.34", "ci_high": "0.34"}, "ci_low", "0.34", "below ci_high"),
        (RESULTS, 2, {"ci_low": "1", "ci_high": "2"}, "value", "", "a number, since ci_low"),
        (RESULTS, 2, {"se": "1"}, "value", "", "a number, since se is filled"),
        (
            RESULTS,
            6,
            {"value": "-1", "ci_low": "", "ci_high": "", "se": "1"},
            "value",
            "-1",
            "above 0",
        ),
        (
            RESULTS,
            4,
            {"statistic": "eta_squared", "value": "1.5"},
            "value",
            "1.5",
            "0 to below 1, since",
        ),
        (RESULTS, 4, {"statistic": "percentages", "mean_t": "120"}, "mean_t", "120", "0 to 100"),
        (
            RESULTS,
            4,
            {"exclude": "range_only", "exclude_reason": ""},
            "exclude_reason",
            "",
            "the reason",
        ),
        (RESULTS, 3, {"measure": "Scale A"}, "result_id", "ann2001-02", "one usable row per trial"),
        (TRIALS, 2, {"intervention": "play work"}, "intervention", "work", "an id in interv"),
        (
            PUBLISHED,
            2,
            {"estimate": "", "ci_low": "", "ci_high": ""},
            "estimate",
            "",
            "a number unless",
        ),
        (PUBLISHED, 2, {"ci_low": "0.3", "ci_high": "0.3"}, "ci_low", "0.3", "below ci_high"),
        (
            PUBLISHED,
            2,
            {"measure": "OR", "ci_low": "0"},
            "ci_low",
            "0",
            "above 0, since the measure",
        ),
        (
            CLAIMS,
            2,
            {"domain": "w", "outcome": "", "claim_kind": "count_studies"},
            "domain",
            "w",
            "an id in domains",
        ),
        (
            CLAIMS,
            2,
            {"claim_kind": "moderator_direction", "outcome": ""},
            "outcome",
            "",
            "filled, since the claim_kind is moderator_direction",
        ),
        (CLAIMS, 2, {"claim_kind": "ratio"}, "claimed_value", "", "a number, since the claim_kind"),
        (
            CLAIMS,
            2,
            {"claim_kind": "moderator_direction", "claimed_direction": "greater"},
            "moderator",
            "",
            "filled when the claimed_direction is greater",
        ),
        (
            CLAIMS,
            2,
            {"claim_kind": "moderator_ratio_about", "claimed_value": "4"},
            "claimed_direction",
            "favours_intervention",
            "greater, since the claim_kind is moderator_ratio_about",
        ),
    ],
)
def test_a_mistake_is_said_of_the_cell_that_does_not_fit_the_others(
    file: str,
    row: int,
    cells: Mapping[str, str],
    column: str,
    found: str,
    allowed: str,
    folder: Path,
) -> None:
    set_cells(folder, file, row, cells)
    assert_problem(folder, file, row, column, found, allowed)


def two_arms(folder: Path, *named: str) -> None:
    """Ann 2001 with two interventions, and what its three results name."""
    path = folder / "codebook/interventions.csv"
    path.write_text(path.read_text() + "talk,Talk,,,parenting\n")
    set_cells(folder, TRIALS, 2, {"intervention": "play talk"})
    for row, name in enumerate(named, start=2):
        set_cells(folder, RESULTS, row, {"intervention": name})


def test_results_of_a_trial_with_several_interventions_name_one(folder: Path) -> None:
    two_arms(folder, "play", "talk", "play")
    assert list(load(folder).results["intervention"])[:3] == ["play", "talk", "play"]


def test_a_result_that_names_none_or_another_is_a_problem_where_there_are_several(
    folder: Path,
) -> None:
    two_arms(folder, "", "walk", "play")
    allowed = "one of the several of the trial in trials/trials.csv: play, talk"
    assert [(p.row, p.column, p.found, p.allowed) for p in problems_of(folder)] == [
        (2, "intervention", "", allowed),
        (3, "intervention", "walk", allowed),
    ]


def test_one_result_of_each_arm_is_not_kept_twice(folder: Path) -> None:
    two_arms(folder, "play", "talk", "play")
    set_cells(folder, RESULTS, 3, {"measure": "Scale A"})
    assert len(load(folder).results) == 5


def test_the_only_intervention_is_the_same_named_or_not(folder: Path) -> None:
    set_cells(folder, RESULTS, 3, {"measure": "Scale A", "intervention": "play"})
    (problem,) = problems_of(folder)
    assert problem.allowed.startswith("one usable row")


def test_a_duplicate_needs_no_further_reason(folder: Path) -> None:
    set_cells(folder, RESULTS, 4, {"exclude_reason": ""})
    assert load(folder).results["duplicate_of"].iloc[2] == "ann2001-01"


def test_words_in_notes_decide_nothing(folder: Path) -> None:
    set_cells(folder, RESULTS, 2, {"note": "shared_control; kept: ann2001-02"})
    set_cells(folder, TRIALS, 2, {"note": "doubtful class"})
    data = load(folder)
    assert (data.results["shared_control"] == "").all()
    assert list(data.results["duplicate_of"] != "") == [False, False, True, False, False]
    assert (data.trials["intervention_doubtful"] == "").all()


# What a row of each statistic holds, and which of it may not be missing.
MEANS = {"mean_t": "1", "sd_t": "1", "mean_c": "2", "sd_c": "1"}
ROUTES: list[tuple[str, Mapping[str, str], bool]] = [
    ("means", {"n_total": "40", "mean_t": "1", "sd_t": "1", "mean_c": "2", "sd_c": "1"}, True),
    ("means", {"n_total": "40", "mean_t": "1", "sd_t": "1", "mean_c": "2"}, False),
    ("means", {"mean_t": "1", "sd_t": "1", "mean_c": "2", "sd_c": "1"}, False),
    ("counts", {"n_t": "9", "n_c": "9", "events_t": "1", "events_c": "2"}, True),
    ("counts", {"n_total": "18", "events_t": "1", "events_c": "2"}, False),
    ("smd", {"value": "1", "n_total": "18"}, True),
    ("smd", {"value": "1", "se": "0.1"}, True),
    ("smd", {"value": "1", "p_value": "0.05", "p_relation": "<"}, True),
    ("smd", {"value": "1", "p_value": "0.05", "p_relation": ">"}, False),
    ("smd", {"n_total": "18"}, False),
    ("mean_difference", {"value": "1", "reference_sd": "15", "n_total": "18"}, True),
    ("mean_difference", {"value": "1", "reference_sd": "15", "se": "0.1"}, True),
    ("mean_difference", {"value": "1", "se": "0.1", "n_total": "18"}, True),
    ("mean_difference", {"value": "1", "n_total": "18"}, False),
    ("mean_difference", {"value": "1", "se": "0.1"}, True),
    ("cox_index", {"value": "0.4", "p_value": "0.05", "p_relation": "="}, True),
    ("cox_index", {"value": "0.4", "n_total": "18"}, False),
    ("paired_means", {"n_total": "18", **MEANS}, True),
    ("paired_means", MEANS, False),
    ("change_means", {"n_t": "9", "n_c": "9", **MEANS}, True),
    ("change_means", {"n_t": "9", "n_c": "9", "mean_t": "1", "mean_c": "2"}, False),
    ("rates", {"events_t": "9", "events_c": "4", "time_t": "80.5", "time_c": "70"}, True),
    ("rates", {"events_t": "9", "events_c": "4"}, False),
    ("rate_ratio", {"value": "0.8", "se": "0.1"}, True),
    ("hazard_ratio", {"value": "0.8", "ci_low": "0.5", "ci_high": "1.2"}, True),
    ("hazard_ratio", {"value": "0.8", "n_total": "18"}, False),
    ("ratio", {"value": "0.8", "se": "0.1"}, True),
    ("correlation", {"value": "0.3", "n_total": "18"}, True),
    ("correlation", {"value": "0.3"}, False),
    ("proportion", {"n_t": "18", "events_t": "3"}, True),
    ("proportion", {"events_t": "3"}, False),
    ("odds_ratio", {"value": "1", "ci_low": "0.5", "ci_high": "2"}, True),
    ("odds_ratio", {"value": "1", "n_total": "18"}, False),
    ("risk_ratio", {"value": "1", "se": "0.1"}, True),
    ("risk_ratio", {"value": "1"}, False),
    ("risk_difference", {"value": "0.1", "p_value": "0.05", "p_relation": "="}, True),
    ("risk_difference", {"value": "0.1", "n_total": "18"}, False),
    ("eta_squared", {"value": "0.1", "n_total": "18"}, True),
    ("eta_squared", {"value": "0.1", "se": "0.1"}, False),
    ("eta_squared", {"value": "0.1", "df1": "2", "n_total": "18"}, False),
    ("f_test", {"value": "4", "df1": "1", "df2": "16"}, True),
    ("f_test", {"value": "4", "df1": "2", "df2": "16"}, False),
    ("t_test", {"value": "2", "df1": "16"}, True),
    ("t_test", {"value": "2"}, False),
    ("p_only", {"p_value": "0.05", "p_relation": "<", "n_total": "18"}, True),
    ("p_only", {"p_value": "0.05", "p_relation": ">", "n_total": "18"}, False),
    ("p_only", {"p_value": "0.05", "p_relation": "=", "df1": "2", "n_total": "18"}, False),
    ("percentages", {"mean_t": "10", "mean_c": "20", "n_t": "9", "n_c": "9"}, True),
    ("percentages", {"mean_t": "10", "mean_c": "20", "n_total": "18"}, False),
]
EMPTY = dict.fromkeys(("value", "ci_low", "ci_high", "p_value", "p_relation"), "")


def test_every_statistic_has_a_row_with_a_route_and_one_without() -> None:
    # Without arm sizes or df a t, and so on: what each needs is in `reported_statistics`.
    tried = {(statistic, usable) for statistic, _, usable in ROUTES}
    assert {name for name in STATISTICS if (name, True) not in tried} == set()


def test_in_rates_one_person_may_have_several_events(folder: Path) -> None:
    cells = {"statistic": "rates", "events_t": "90", "time_t": "80", "time_c": "75"}
    set_cells(folder, RESULTS, 5, cells)
    assert check_data(read(folder)) == []


@pytest.mark.parametrize(("statistic", "cells", "usable"), ROUTES)
def test_a_usable_row_has_a_route_to_a_standard_error(
    statistic: str, cells: Mapping[str, str], usable: bool, folder: Path
) -> None:
    set_cells(folder, RESULTS, 3, EMPTY | {"statistic": statistic} | dict(cells))
    found = [(problem.column, problem.found) for problem in check_data(read(folder))]
    assert found == ([] if usable else [("statistic", statistic)])


def test_a_suspect_row_may_lack_a_limit(folder: Path) -> None:
    set_cells(folder, PUBLISHED, 2, {"ci_high": "", "status": "suspect"})
    assert len(load(folder).published) == 2


@pytest.mark.parametrize(
    ("key", "value", "found", "allowed"),
    [
        ("role", "quoted", "quoted", "one of: cited, context"),
        ("role", ["cited"], "['cited']", "one of: cited, context"),
        ("families", ["Work!"], "['Work!']", "families as in codebook"),
        ("families", "parenting", "parenting", "a list of texts, or null"),
        ("year", "2020", "2020", "a year from 1900 to 2099, or null"),
        ("year", 20199, "20199", "a year from 1900 to 2099, or null"),
        ("year", 1899, "1899", "a year from 1900 to 2099, or null"),
        ("n_studies", 3.5, "3.5", "a whole number above 0, or null"),
        ("n_participants", True, "True", "a whole number above 0, or null"),
        ("authors", [1], "[1]", "a list of texts, or null"),
        ("title", 1984, "1984", "text on one line"),
        ("licence", "free", "an unknown key", "the keys title, authors"),
    ],
)
def test_each_mistake_in_a_review_has_its_message(
    key: str, value: object, found: str, allowed: str, folder: Path
) -> None:
    set_review(folder, {key: value})
    (problem,) = [p for p in problems_of(folder) if p.file == f"data/{REVIEW}"]
    line = (folder / REVIEW).read_text().partition(f"{key}:")[0].count("\n") + 1
    assert (problem.row, problem.column, problem.found) == (line, key, found)
    assert problem.allowed.startswith(allowed)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("title: A\n", "no such key"),
        ("", "no keys"),
        ("- a\n", "no keys"),
        ("title: a: b\n", "mapping values are not allowed here"),
        ("title: A\ntitle: B\n", "the key again"),
    ],
)
def test_a_broken_review_file_is_a_problem(text: str, found: str, folder: Path) -> None:
    (folder / REVIEW).write_text(text)
    assert found in {p.found for p in problems_of(folder) if p.file == f"data/{REVIEW}"}


def test_keys_of_a_review_in_another_order_are_a_problem(folder: Path) -> None:
    lines = (folder / REVIEW).read_text().splitlines(keepends=True)
    (folder / REVIEW).write_text("".join([*lines[1:], lines[0]]))
    (problem,) = problems_of(folder)
    assert problem.allowed.endswith("in this order")


@pytest.mark.parametrize("file", [RESULTS, PUBLISHED, REVIEW, OUTCOMES])
def test_a_missing_file_is_one_problem(file: str, folder: Path) -> None:
    (folder / file).unlink()
    assert [(p.file, p.found) for p in problems_of(folder)] == [(f"data/{file}", "no such file")]


def test_a_review_needs_no_list_of_trials(folder: Path) -> None:
    (folder / INCLUDED).unlink()
    assert len(load(folder).included) == 0


def test_a_badly_named_review_folder_is_a_problem(folder: Path) -> None:
    (folder / "reviews" / "review2020").rename(folder / "reviews" / "Review 2020")
    assert "Review 2020" in {problem.found for problem in problems_of(folder)}


def test_mistakes_in_several_files_come_together(folder: Path) -> None:
    set_cells(folder, RESULTS, 3, {"value": "0,34"})
    set_cells(folder, RESULTS, 6, {"trial_id": "eve2003"})
    set_cells(folder, TRIALS, 2, {"design": "RCT"})
    set_cells(folder, CLAIMS, 2, {"outcome": "wealth"})
    set_review(folder, {"role": "quoted"})
    (folder / "corrections.yaml").write_text("{}\n")
    assert [(p.file.partition("/")[2], p.row, p.column) for p in problems_of(folder)] == [
        ("corrections.yaml", 1, ""),
        (CLAIMS, 2, "outcome"),
        (REVIEW, 8, "role"),
        (RESULTS, 3, "value"),
        (RESULTS, 6, "trial_id"),
        (TRIALS, 2, "design"),
    ]


def test_a_row_that_cannot_be_read_makes_no_reference_to_it_a_problem(folder: Path) -> None:
    lines = (folder / TRIALS).read_text().splitlines(keepends=True)
    (folder / TRIALS).write_text("".join([*lines[:2], "bob2002,too short\n"]))
    assert [(p.row, p.found) for p in problems_of(folder)] == [(3, "2 cells")]


def test_rows_carry_their_file_its_checksum_and_their_row(folder: Path) -> None:
    included = load(folder).included
    digest = sha256((folder / INCLUDED).read_bytes()).hexdigest()
    assert included[["file", "sha256", "row"]].values.tolist() == [
        [f"data/{INCLUDED}", digest, 2.0]
    ]


def test_tables_have_the_columns_of_the_extracted_tables(folder: Path) -> None:
    data = load(folder)
    assert list(data.results) == list(EXTRACTED_RESULTS.columns)
    assert list(data.published) == list(EXTRACTED_PUBLISHED.columns)
    assert list(data.included) == list(EXTRACTED_INCLUDED.columns)


def test_the_command_says_what_was_checked(folder: Path) -> None:
    done = command("check", "--data-dir", folder)
    assert (done.exit_code, done.output[:42]) == (0, "17 files, 2 trials, 5 results (4 not exclu")


def options(data: Path, results: Path) -> list[str]:
    """Options of the script that checks a data folder and copies its tables."""
    folders = ["--data-dir", str(data), "--results-dir", str(results)]
    return ["--config", "config/config.yaml", *folders]


def test_the_script_writes_the_input_files(folder: Path, tmp_path: Path) -> None:
    extract_data.main(["trials", *options(folder, tmp_path)])
    inputs = read_table(INPUTS.at(tmp_path), INPUTS).set_index("file")
    assert inputs["rows"].dropna().astype(int).to_dict() == {
        "data/codebook/countries.csv": 1,
        "data/codebook/domains.csv": 1,
        "data/codebook/interventions.csv": 1,
        "data/codebook/outcomes.csv": 1,
        "data/corrections.yaml": 0,
        "data/report/claims.csv": 1,
        "data/report/economic_evidence.csv": 0,
        "data/report/guidance.csv": 0,
        "data/report/local_evaluations.csv": 0,
        "data/report/programme_names.csv": 1,
        "data/report/programmes.csv": 1,
        "data/reviews/review2020/included.csv": 1,
        "data/reviews/review2020/published.csv": 2,
        "data/trials/clusters.csv": 1,
        "data/trials/results.csv": 5,
        "data/trials/trials.csv": 2,
    }


def test_the_command_prints_the_problems(folder: Path) -> None:
    set_cells(folder, RESULTS, 3, {"value": "0,34"})
    refused = command("check", "--data-dir", folder)
    assert refused.exit_code == 1
    assert "data/trials/results.csv, row 3, value: found '0,34'" in refused.stderr


def test_the_script_writes_nothing_if_there_are_problems(folder: Path, tmp_path: Path) -> None:
    set_cells(folder, RESULTS, 3, {"value": "0,34"})
    with pytest.raises(DataError):
        extract_data.main(["trials", *options(folder, tmp_path / "results")])
    assert not (tmp_path / "results").exists()


def test_a_name_of_a_programme_stands_for_one_programme(folder: Path) -> None:
    with (folder / PROGRAMME_NAMES).open("a", encoding="utf-8") as file:
        file.write("play_day,Play day,related\n")
    (problem,) = problems_of(folder)
    assert (problem.row, problem.allowed) == (3, "a name that no other row has")


def test_reviews_are_listed_with_their_file(folder: Path) -> None:
    (row,) = list_reviews(load(folder)).to_dict("records")
    about = row["review_id"], row["label"], row["authors"]
    assert about == (
        "review2020",
        "Ann 2020",
        "Ann; Bob",
    )
    assert (row["n_studies"], row["file"]) == (3, f"data/{REVIEW}")
    assert row["n_participants"] != row["n_participants"]
    assert row["sha256"] == sha256((folder / REVIEW).read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("statistic", "value", "allowed"),
    [
        ("proportion", "83%", "a share from 0 to 1"),
        ("proportion", "1.2", "a share from 0 to 1"),
        ("relative_reduction_more_than", "", "a share from 0 to 1"),
        ("one_in_before_after", "4", "two whole numbers"),
        ("one_in_before_after", "4;0", "two whole numbers"),
    ],
)
def test_a_value_of_an_evaluation_fits_its_statistic(
    statistic: str, value: str, allowed: str, folder: Path
) -> None:
    cells = {"evaluation_id": "e1", "service": "S", "year": "2020", "design": "pre_post"}
    cells |= {"domain": "relationship", "outcome": "warmth", "statistic": statistic}
    cells |= {"value": value, "reported_direction": "improved", "published": "yes"}
    columns = list(LOCAL_EVALUATIONS.columns)
    with (folder / "report/local_evaluations.csv").open("a", encoding="utf-8") as file:
        file.write(",".join(cells.get(column, "") for column in columns) + "\n")
    (problem,) = problems_of(folder)
    assert (problem.column, problem.found) == ("value", value)
    assert problem.allowed.startswith(allowed)


@pytest.mark.parametrize(
    "name", ["b $(touch x).rm5", "br {x}.rm5", "a<b>.rm5", "-o.csv", "\u00fc.rm5"]
)
def test_names_that_snakemake_or_a_shell_would_read_are_refused(name: str, folder: Path) -> None:
    (folder / "reviews/review2020" / name).write_bytes(b"")
    (problem,) = problems_of(folder)
    assert problem.found == f"reviews/review2020/{name}"
    assert problem.file == f"data/reviews/review2020/{name}"
    assert "rename it" in problem.allowed
