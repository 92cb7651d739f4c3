"""Judgements on risk of bias (RoB 2): what the table may say, and where it counts."""

from pathlib import Path

import pandas as pd
import pytest
from tests.data_folder import TRIALS, set_cells, write_data_folder
from tests.made_up_judgements import ROWS, write_risk_of_bias
from tests.stages import CONFIG, make_tables, run

from metarepro.catalogue import STAGES
from metarepro.study.risk_of_bias import judged
from metarepro.study.validation import load, read_and_check

FILE = "data/trials/risk_of_bias.csv"


def problems(folder: Path, *rows: str) -> list[tuple[str, int | None, str, str, str]]:
    """What is found in a table with these rows."""
    data = write_data_folder(folder / "data")
    write_risk_of_bias(data, *rows)
    found = read_and_check(data)[1]
    return [(p.file, p.row, p.column, p.found, p.allowed) for p in found]


def row(trial: str = "ann2001", outcome: str = "", judged: str = "low,low,low,low,low,low") -> str:
    return f"{trial},{outcome},{judged},A. Madeup,,own assessment,"


def test_a_table_of_judgements_is_read(tmp_path: Path) -> None:
    assert problems(tmp_path, *ROWS) == []
    data = load(tmp_path / "data")
    assert data.risk_of_bias[["trial_id", "outcome", "overall", "row"]].to_numpy().tolist() == [
        ["ann2001", "", "low", 2.0],
        ["bob2002", "warmth", "high", 3.0],
    ]


def test_a_judgement_is_one_of_rob_2(tmp_path: Path) -> None:
    bad = row(judged="low,low,unclear,low,low,fine")
    allowed = "one of: low, some concerns, high, no information"
    assert problems(tmp_path, bad) == [
        (FILE, 2, "d3", "unclear", f"{allowed} (or empty)"),
        (FILE, 2, "overall", "fine", allowed),
    ]


def test_a_judgement_names_its_assessor_and_source(tmp_path: Path) -> None:
    found = problems(tmp_path, "ann2001,,low,low,low,low,low,low,,,,")
    assert [(place[1], place[2]) for place in found] == [(2, "assessor"), (2, "source")]


def test_unknown_trials_and_outcomes_are_named(tmp_path: Path) -> None:
    found = problems(tmp_path, row("ann2002"), row("bob2002", "warmt"))
    assert [place[:4] for place in found] == [
        (FILE, 2, "trial_id", "ann2002"),
        (FILE, 3, "outcome", "warmt"),
    ]


def test_a_trial_is_judged_once_for_an_outcome(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, row(), row(outcome="warmth"), row())
    assert found == (FILE, 4, "outcome", "", "one row per trial and outcome")


@pytest.mark.parametrize(("design", "n_problems"), [("unclear", 0), ("quasi", 1), ("rct", 0)])
def test_rob_2_is_for_randomised_trials(design: str, n_problems: int, tmp_path: Path) -> None:
    data = write_data_folder(tmp_path / "data")
    set_cells(data, TRIALS, 2, {"design": design})
    write_risk_of_bias(data, row())
    found = read_and_check(data)[1]
    assert [problem.column for problem in found] == ["trial_id"] * n_problems


@pytest.mark.parametrize(
    ("judged", "allowed"),
    [
        # Cochrane Handbook, table 8.2.b: low overall is low in all domains, one high is high.
        ("low,low,low,low,low,low", ""),
        ("low,some concerns,low,low,low,low", "some concerns or high, since d2 is some concerns"),
        ("low,some concerns,high,low,low,some concerns", "high, since d3 is high"),
        ("low,low,low,low,low,high", ""),  # the sum of several concerns
        ("low,low,no information,,low,low", ""),  # what is not judged cannot be ranked
        ("high,low,low,low,low,no information", ""),
    ],
)
def test_overall_is_never_milder_than_a_domain(judged: str, allowed: str, tmp_path: Path) -> None:
    found = problems(tmp_path, row(judged=judged))
    assert [place[2:] for place in found] == (
        [("overall", judged.split(",")[-1], allowed)] if allowed else []
    )


def test_the_judgement_for_an_outcome_goes_before_that_of_the_trial() -> None:
    effects = pd.DataFrame(
        {"trial_id": ["a", "a", "b"], "outcome": ["pain", "mood", "pain"]}, index=[7, 8, 9]
    )
    rows = [("a", "", "low"), ("a", "pain", "high")]
    bias = pd.DataFrame(rows, columns=["trial_id", "outcome", "overall"])
    found = judged(effects, bias.assign(d1="", d2="", d3="", d4="", d5=""))["overall"]
    assert found.to_dict() == {7: "high", 8: "low", 9: ""}


def test_no_pool_depends_on_judgements(tmp_path: Path) -> None:
    for name, rows in (("without", None), ("with", ROWS)):
        data = write_data_folder(tmp_path / name / "data")
        if rows:
            write_risk_of_bias(data, *rows)
        make_tables(tmp_path / name)
    tables = [
        table.path for stage in ("effects", "pooled", "sensitivity") for table in STAGES[stage]
    ]
    for path in tables:
        before, after = (tmp_path / name / "results" / path for name in ("without", "with"))
        assert before.read_bytes() == after.read_bytes(), path


def test_what_was_extracted_of_a_file_that_is_gone_is_removed(tmp_path: Path) -> None:
    data = write_data_folder(tmp_path / "data")
    write_risk_of_bias(data)
    run(tmp_path, "extract_data", CONFIG, "risk_of_bias")
    (data / "trials/risk_of_bias.csv").unlink()
    run(tmp_path, "extract_data", CONFIG, "trials")
    assert not (tmp_path / "results/extracted/risk_of_bias.csv").exists()
    assert (tmp_path / "results/extracted/trials.csv").exists()


def test_a_copy_is_extracted_with_the_place_of_each_row(tmp_path: Path) -> None:
    write_risk_of_bias(write_data_folder(tmp_path / "data"))
    run(tmp_path, "extract_data", CONFIG, "risk_of_bias")
    copy = pd.read_csv(tmp_path / "results/extracted/risk_of_bias.csv", keep_default_na=False)
    assert copy[["trial_id", "overall", "file", "row"]].to_numpy().tolist() == [
        ["ann2001", "low", FILE, 2],
        ["bob2002", "high", FILE, 3],
    ]
