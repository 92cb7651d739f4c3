"""Study rows of a review file as reported results."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.made_up_review import made_up_review
from tests.review_files import rm5_bytes
from tests.review_tables import with_tables

from metarepro.conversion.effects import supersede
from metarepro.conversion.reported import Choices, Reported
from metarepro.conversion.routes import convert
from metarepro.readers.review_file import read_review
from metarepro.readers.review_tables import Extraction
from metarepro.reviews.results import (
    outcome_map_template,
    review_results,
)
from metarepro.reviews.study_trials import one_row_per_trial, review_included, same_studies, slug
from metarepro.reviews.tables import REVIEW_RESULTS, REVIEW_TRIALS
from metarepro.tabular.input_tables import OUTCOME_MAP, STUDY_MAP
from metarepro.tabular.problems import DataError
from metarepro.tabular.tables import empty_table, write_table

TRIALS = pd.DataFrame(
    {
        "trial_id": ["ann2001", "bob2002"],
        "label": ["Ann 2001", "Bob 2002"],
        "intervention": ["play", "play"],
    }
)
CODEBOOK = {"outcome": {"warmth"}, "intervention": {"play", "talk"}}
NO_STUDY_MAP = empty_table(STUDY_MAP)
PLACE = {"file": "data/reviews/made/x.rm5", "sha256": "0" * 64}


@pytest.fixture
def extraction(tmp_path: Path) -> Extraction:
    path = tmp_path / "review.rm5"
    path.write_bytes(rm5_bytes(made_up_review()))
    return read_review(path)


def outcome_map(extraction: Extraction, **second: str) -> pd.DataFrame:
    """A map of the first outcome; `second` fills in the row of the other."""
    table = outcome_map_template(extraction, empty_table(OUTCOME_MAP))
    filled = {"outcome": "warmth", "timepoint": "post", "higher_is_better": "yes"}
    for column, value in (filled | {"intervention": "play"}).items():
        table.loc[0, column] = value
    for column, value in second.items():
        table.loc[1, column] = value
    return table


def study_rows(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["study", "trial_id", "intervention"])


def results(extraction: Extraction, table: pd.DataFrame, study_map: Any = NO_STUDY_MAP) -> Any:
    return review_results(extraction, "made", table, study_map, TRIALS, CODEBOOK, PLACE)


def test_mapped_rows_become_results_of_known_and_new_trials(
    extraction: Extraction, tmp_path: Path
) -> None:
    table, new = results(extraction, outcome_map(extraction))
    assert list(table["trial_id"]) == ["ann2001", "made-dee2005"]
    assert list(table["statistic"]) == ["means", "means"]
    assert list(table["mean_t"]) == [5.1, 6.4]
    assert list(new["trial_id"]) == ["made-dee2005"]
    assert new["year"].tolist() == [2005]
    included = review_included(extraction, "made", NO_STUDY_MAP, TRIALS, PLACE)
    assert list(included["trial_id"]) == ["ann2001", "made-dee2005"]
    assert "matched by author and year" in included["note"].iloc[0]
    write_table(table, tmp_path / "results.csv", REVIEW_RESULTS)
    write_table(new, tmp_path / "trials.csv", REVIEW_TRIALS)


def test_a_comparison_without_a_name_leaves_the_time_to_the_name_of_the_outcome(
    extraction: Extraction,
) -> None:
    # Data rows of RevMan Web without their settings do not name comparisons.
    nameless = with_tables(extraction, studies=extraction.studies.assign(comparison=""))
    table, _ = results(nameless, outcome_map(extraction))
    assert list(table["timepoint_detail"]) == list(table["measure"])


def test_counts_and_their_direction(extraction: Extraction) -> None:
    table, _ = results(
        extraction,
        outcome_map(
            extraction, outcome="warmth", timepoint="follow_up", higher_is_better="no"
        ).assign(intervention="play"),
    )
    row = table[table["statistic"] == "counts"].iloc[0]
    names = Reported.__dataclass_fields__
    reported = Reported(**{name: row[name] for name in names if name in row.index})
    # 12 of 20 with the event under treatment, 9 of 21 under control, and the event is bad.
    log_odds = math.log(12 / 8 / (9 / 12))
    effect = convert(reported, Choices(0.05, 20))
    assert effect.yi == pytest.approx(-log_odds * math.sqrt(3) / math.pi)


def test_every_outcome_must_be_in_the_map(extraction: Extraction) -> None:
    with pytest.raises(DataError) as raised:
        results(extraction, empty_table(OUTCOME_MAP))
    found = [problem.found for problem in raised.value.problems]
    assert len(found) == 2
    assert any("1.1 Therapy versus care: Depression" in text for text in found)


@pytest.mark.parametrize(
    ("column", "cell", "wrong"),
    [
        ("outcome", "nosuch", "outcome"),
        ("timepoint", "", "timepoint"),
        ("higher_is_better", "", "higher_is_better"),
        ("intervention", "", "intervention"),
        ("intervention", "nosuch", "intervention"),
        ("outcome_number", "9", "outcome_number"),
    ],
)
def test_incomplete_rows_of_the_map(
    extraction: Extraction, column: str, cell: str, wrong: str
) -> None:
    table = outcome_map(extraction)
    table.loc[0, column] = cell
    with pytest.raises(DataError) as raised:
        results(extraction, table)
    assert wrong in [problem.column for problem in raised.value.problems]


def test_filled_rows_stay_in_the_template(extraction: Extraction) -> None:
    filled = outcome_map(extraction).iloc[:1]
    template = outcome_map_template(extraction, filled)
    assert list(template["outcome"]) == ["warmth", ""]
    assert list(template.columns) == list(OUTCOME_MAP.columns)


def test_a_study_can_be_named_otherwise(extraction: Extraction) -> None:
    study_map = study_rows(("Dee 2005", "bob2002", ""))
    table, new = results(extraction, outcome_map(extraction), study_map)
    assert list(table["trial_id"]) == ["ann2001", "bob2002"]
    assert new.empty


def test_a_study_that_could_be_two_trials_is_a_problem(extraction: Extraction) -> None:
    twice = TRIALS.assign(trial_id=["ann2001", "ann2001b"], label="Ann 2001")
    with pytest.raises(DataError, match="which trial it is: ann2001, ann2001b"):
        review_results(
            extraction, "made", outcome_map(extraction), NO_STUDY_MAP, twice, CODEBOOK, PLACE
        )


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"n_t": 19.5}, "impossible_input"),
        ({"n_c": 1.0}, "impossible_input"),
        ({"sd_t": 0.0}, "impossible_input"),
        ({"se": 0.0}, "impossible_input"),
        ({"variance": 0.0}, "impossible_input"),
        ({"estimable": "no"}, "no_variance"),
    ],
)
def test_impossible_rows_stay_with_a_code(
    extraction: Extraction, cells: dict[str, Any], code: str
) -> None:
    studies = extraction.studies.copy()
    for column, value in cells.items():
        studies.loc[0, column] = value
    table, _ = results(with_tables(extraction, studies=studies), outcome_map(extraction))
    assert list(table["exclude"]) == [code, ""]
    assert table["exclude_reason"].iloc[0]


@pytest.mark.parametrize(
    ("measure", "statistic", "value"),
    [("SMD", "smd", 0.5), ("OR", "odds_ratio", math.exp(0.5)), ("HR", "p_only", math.nan)],
)
def test_given_estimates(
    extraction: Extraction, measure: str, statistic: str, value: float
) -> None:
    log = "yes" if measure in ("OR", "HR") else "no"
    analyses = extraction.analyses.assign(data_type="iv", measure=measure, log_data=log)
    studies = extraction.studies.assign(estimate=0.5, se=0.2)
    table, _ = results(
        with_tables(extraction, analyses=analyses, studies=studies), outcome_map(extraction)
    )
    row = table.iloc[0]
    assert row["statistic"] == statistic
    np.testing.assert_allclose(row["value"], value)
    assert row["exclude"] == ("not_convertible" if measure == "HR" else "")


@pytest.mark.parametrize(("measure", "log"), [("OR", "no"), ("MD", "yes"), ("SMD", "yes")])
def test_estimates_on_another_scale_have_no_route(
    extraction: Extraction, measure: str, log: str
) -> None:
    analyses = extraction.analyses.assign(data_type="iv", measure=measure, log_data=log)
    studies = extraction.studies.assign(estimate=0.5, se=0.2)
    table, _ = results(
        with_tables(extraction, analyses=analyses, studies=studies), outcome_map(extraction)
    )
    assert set(table["exclude"]) == {"not_convertible"}


@pytest.mark.parametrize(("totals", "kept"), [("YES", "overall"), ("SUB", "subgroup")])
def test_people_that_stand_twice_count_once(extraction: Extraction, totals: str, kept: str) -> None:
    studies = extraction.studies[extraction.studies["outcome_number"] == "1"]
    twice = pd.concat([studies.assign(applies_to=where) for where in ("overall", "subgroup")])
    review = with_tables(
        extraction,
        studies=twice.reset_index(drop=True),
        analyses=extraction.analyses.assign(totals=totals),
    )
    table, _ = results(review, outcome_map(extraction))
    assert list(table["row"]) == ([2, 3] if kept == "overall" else [4, 5])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("Zoe 1999", "bob2002", "")], "a study of the review file"),
        ([("Dee 2005", "bob2002", ""), ("Dee 2005", "ann2001", "")], "one row per study"),
        ([("Dee 2005", "", "")], "a trial_id, an intervention, or both"),
        ([("Dee 2005", "", "nosuch")], "one of the codebook"),
        ([("Ann 2001", "", "talk")], "one of the trial: play"),
    ],
)
def test_mistakes_in_the_study_map(
    extraction: Extraction, rows: list[tuple[str, str, str]], message: str
) -> None:
    with pytest.raises(DataError, match=f"study_map.csv, row {len(rows) + 1}, .*{message}"):
        results(extraction, outcome_map(extraction), study_rows(*rows))


def test_a_study_of_two_reviews_must_be_named() -> None:
    trials = pd.DataFrame(
        {
            "trial_id": ["one-dee2005", "two-dee2005", "two-eve2006"],
            "label": ["Dee 2005", "Dee 2005", "Eve 2006"],
            "file": ["one.rm5", "two.rm5", "two.rm5"],
        }
    )
    assert [problem.found for problem in same_studies(trials)] == ["Dee 2005", "Dee 2005"]
    assert same_studies(trials.assign(trial_id=["dee", "dee", "eve"])) == []


@pytest.mark.parametrize(
    ("one", "other"), [("Høivik 2015", "Hoivik 2015"), ("O'Hara 2019", "OHARA 2019")]
)
def test_names_agree_without_accents(one: str, other: str) -> None:
    assert slug(one) == slug(other)


def effect(result_id: str, source_kind: str, **changes: Any) -> dict[str, Any]:
    return {
        **{"result_id": result_id, "trial_id": "ann2001", "outcome": "warmth"},
        **{"timepoint": "post", "source_kind": source_kind, "exclude": "", "exclude_reason": ""},
        **{"intervention": "play", "duplicate_of": ""},
        **{"tier": "direct", "file": "results.csv" if source_kind == "abstract" else "x.rm5"},
    } | changes


def test_a_transcribed_result_gives_way_to_the_reviews_own() -> None:
    table = supersede(
        pd.DataFrame(
            [
                effect("a-01", "abstract"),
                effect("a-02", "abstract", timepoint="follow_up"),
                effect("a-03", "abstract", outcome="calm"),
                effect("made-1", "review_file"),
                effect("made-2", "review_file"),
                effect("other-1", "review_file", file="y.rm5"),
            ]
        )
    ).set_index("result_id")
    excluded = table.index[table["exclude"] == "superseded"]
    assert list(excluded) == ["a-01", "other-1"]
    assert table.loc["a-01", "exclude_reason"] == "the review's own data file has it"
    assert table.loc[excluded, "duplicate_of"].tolist() == ["made-1", "made-1"]


def test_a_result_of_another_intervention_of_the_trial_stays() -> None:
    rows = [effect("a-01", "abstract", intervention="talk"), effect("made-1", "review_file")]
    assert supersede(pd.DataFrame(rows))["exclude"].tolist() == ["", ""]


def test_an_approximate_effect_of_a_review_takes_nothing_away() -> None:
    rows = [effect("a-01", "abstract"), effect("made-1", "review_file", tier="approximate")]
    assert supersede(pd.DataFrame(rows))["exclude"].tolist() == ["", ""]


def test_an_approximate_effect_of_a_review_replaces_an_approximate_one() -> None:
    rows = [
        effect("a-01", "abstract", tier="approximate"),
        effect("made-1", "review_file", tier="approximate"),
        effect("other-1", "review_file", file="y.rm5"),
    ]
    table = supersede(pd.DataFrame(rows))
    assert table["duplicate_of"].tolist() == ["other-1", "other-1", ""]


def test_a_review_row_without_an_effect_takes_nothing_away() -> None:
    rows = [effect("a-01", "abstract"), effect("made-1", "review_file", exclude="no_events")]
    assert supersede(pd.DataFrame(rows))["exclude"].tolist() == ["", "no_events"]


def interventions(
    extraction: Extraction,
    outcomes: pd.DataFrame,
    *rows: tuple[str, str, str],
    trials: pd.DataFrame = TRIALS,
) -> dict[str, str]:
    """Intervention of each trial's result of the first outcome."""
    study_map = study_rows(*rows) if rows else NO_STUDY_MAP
    table, _ = review_results(extraction, "made", outcomes, study_map, trials, CODEBOOK, PLACE)
    return dict(zip(table["trial_id"], table["intervention"], strict=True))


def test_a_known_trial_keeps_its_only_intervention(extraction: Extraction) -> None:
    outcomes = outcome_map(extraction).assign(intervention="talk")
    assert interventions(extraction, outcomes) == {"ann2001": "play", "made-dee2005": "talk"}


def test_the_study_map_wins_over_the_outcome_map(extraction: Extraction) -> None:
    found = interventions(extraction, outcome_map(extraction), ("Dee 2005", "", "talk"))
    assert found == {"ann2001": "play", "made-dee2005": "talk"}


def test_the_study_map_alone_is_enough(extraction: Extraction) -> None:
    outcomes = outcome_map(extraction).assign(intervention="")
    assert interventions(extraction, outcomes, ("Dee 2005", "", "talk"))["made-dee2005"] == "talk"


def test_of_a_trial_with_several_the_outcome_map_chooses(extraction: Extraction) -> None:
    outcomes = outcome_map(extraction).assign(intervention="talk")
    trials = TRIALS.assign(intervention=["play talk", "play"])
    assert interventions(extraction, outcomes, trials=trials)["ann2001"] == "talk"


@pytest.mark.parametrize(
    ("of_outcome", "of_trial", "message"),
    [
        (
            "",
            "play",
            "row 2, intervention: found 'none for Dee 2005'; allowed: one of the codebook",
        ),
        ("", "play talk", r"found 'none for Ann 2001'; allowed: one of its trial's \(play, talk\)"),
        ("hum", "play talk", r"'hum for Ann 2001'; allowed: one of its trial's \(play, talk\)"),
    ],
)
def test_an_intervention_that_no_map_names_or_the_trial_has_not(
    extraction: Extraction, of_outcome: str, of_trial: str, message: str
) -> None:
    outcomes = outcome_map(extraction)
    outcomes.loc[0, "intervention"] = of_outcome
    trials = TRIALS.assign(intervention=[of_trial, "play"])
    codebook = CODEBOOK | {"intervention": {"play", "talk", "hum"}}
    with pytest.raises(DataError, match=f"outcome_map.csv, .*{message}"):
        review_results(extraction, "made", outcomes, NO_STUDY_MAP, trials, codebook, PLACE)


def test_two_arms_of_one_new_trial(extraction: Extraction) -> None:
    """Two names of the file are one trial, with an intervention each."""
    table, new = results(
        extraction,
        outcome_map(extraction),
        study_rows(("Ann 2001", "eve2003", "play"), ("Dee 2005", "eve2003", "talk")),
    )
    assert list(table["trial_id"]) == ["eve2003", "eve2003"]
    assert list(table["intervention"]) == ["play", "talk"]
    assert new[["trial_id", "label", "intervention"]].to_numpy().tolist() == [
        ["eve2003", "Ann 2001", "play talk"]
    ]


def test_two_names_of_one_trial_are_one_included_trial(extraction: Extraction) -> None:
    study_map = study_rows(("Ann 2001", "eve2003", "play"), ("Dee 2005", "eve2003", "talk"))
    (row,) = review_included(extraction, "made", study_map, TRIALS, PLACE).to_dict("records")
    assert (row["trial_id"], row["row"]) == ("eve2003", 2)
    assert row["note"].startswith("Ann 2001 and Dee 2005 in the review's own data file, matched in")


def test_a_new_trial_of_two_reviews_has_the_interventions_of_both() -> None:
    twice = pd.DataFrame({"trial_id": ["a", "b", "a"], "label": ["A", "B", "A again"]})
    once = one_row_per_trial(twice.assign(intervention=["play", "hum", "talk play"]))
    assert once.to_numpy().tolist() == [["a", "A", "play talk"], ["b", "B", "hum"]]
