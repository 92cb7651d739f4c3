"""Judgements on certainty (GRADE): what data/certainty.yaml may say, and what it may not."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from tests.data_folder import write_data_folder
from tests.made_up_judgements import CELL, JUDGED, write_certainty
from tests.plans import small_plan

from metarepro.study.certainty import not_in_plan, read_certainty, refuse_unpooled
from metarepro.study.validation import read_and_check
from metarepro.tabular.judgements import certainty_after
from metarepro.tabular.problems import DataError

FILE = "data/certainty.yaml"
CODEBOOK = {
    **{"intervention": {"play"}, "family": {"parenting"}},
    **{"domain": {"relationship"}, "outcome": {"warmth"}},
}


def found(text: str) -> list[tuple[int | None, str, str, str]]:
    """Line, key, what was found and what is allowed."""
    problems = read_certainty(text.encode(), FILE)[1]
    return [(p.row, p.column, p.found, p.allowed) for p in problems]


def test_a_judgement_is_a_row_for_each_reason() -> None:
    rows, problems = read_certainty(JUDGED.encode(), FILE)
    assert problems == []
    assert [(r["domain"], r["levels"], r["row"]) for r in rows] == [
        ("risk of bias", -1, 1),
        ("imprecision", -1, 1),
    ]
    assert {(r["synthesis"], r["certainty"], r["n_trials"]) for r in rows} == {(CELL, "low", 2)}


def test_a_judgement_without_reasons_is_one_row() -> None:
    text = JUDGED.partition("  downgraded:")[0].replace("certainty: low", "certainty: high")
    rows, problems = read_certainty(
        (text + '  assessor: A. Madeup\n  date: "2026-05-01"\n').encode(), FILE
    )
    assert (problems, [row.get("domain", "") for row in rows]) == ([], [""])


@pytest.mark.parametrize(
    ("start", "levels", "certainty"),
    [
        *[("high", 0, "high"), ("high", -1, "moderate"), ("high", -2, "low")],
        # Guyatt and others 2011: there is nothing below very low and above high.
        *[("high", -3, "very low"), ("high", -4, "very low")],
        *[("low", 0, "low"), ("low", -1, "very low"), ("low", 2, "high"), ("low", 3, "high")],
    ],
)
def test_certainty_is_where_it_starts_and_what_moves_it(
    start: str, levels: int, certainty: str
) -> None:
    assert certainty_after(start, levels) == certainty


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        (
            "certainty: low",
            "certainty: moderate",
            (4, "certainty", "moderate", "low, since it starts at high and is rated down by 2"),
        ),
        (
            "certainty: low",
            "certainty: fair",
            (4, "certainty", "fair", "one of: very low, low, moderate, high"),
        ),
        (
            "starts_at: high",
            "starts_at: moderate",
            (3, "starts_at", "moderate", "one of: high, low"),
        ),
        ("trials: 2", "trials: 0", (2, "trials", "0", "the number of trials that were judged")),
        (
            "levels: 1, reason: The",
            "levels: 4, reason: The",
            (7, "downgraded.1.levels", "4", "levels from 1 to 3 for imprecision"),
        ),
        (
            "domain: imprecision",
            "domain: [imprecision]",
            (
                *(7, "downgraded.1.domain", "['imprecision']"),
                "one of: risk of bias, inconsistency, indirectness, imprecision, publication bias; "
                "each once",
            ),
        ),
        (
            "domain: imprecision",
            "domain: risk of bias",
            (
                *(7, "downgraded.1.domain", "risk of bias"),
                "one of: risk of bias, inconsistency, indirectness, imprecision, publication bias; "
                "each once",
            ),
        ),
        (
            'date: "2026-05-01"',
            'date: "2026-02-30"',
            (9, "date", "2026-02-30", "a day in quotes, such as '2026-05-31'"),
        ),
        ("  assessor: A. Madeup\n", "", (8, "date", "", "")),
    ],
)
def test_a_mistake_has_its_line_and_what_is_allowed(
    before: str, after: str, problem: tuple[int, str, str, str]
) -> None:
    assert before in JUDGED
    told = found(JUDGED.replace(before, after))
    if not after:  # a key that is missing stands at the start of its entry
        assert [place[:3] for place in told] == [(1, "assessor", "no such key")]
    else:
        assert told == [problem]


def test_a_date_without_quotes_is_told_once() -> None:
    (problem,) = found(JUDGED.replace('"2026-05-01"', "2026-05-01"))
    assert problem == (9, "date", "2026-05-01", "a date in quotes")


def test_all_problems_of_all_entries_come_at_once() -> None:
    text = JUDGED.replace("trials: 2", "trials: two") + JUDGED.replace("high", "highest")
    assert [(place[0], place[1]) for place in found(text)] == [(2, "trials"), (12, "starts_at")]


def test_a_synthesis_is_judged_once() -> None:
    (problem,) = found(JUDGED + JUDGED)
    assert problem[:3] == (10, "synthesis", CELL)
    assert problem[3] == "one judgement per synthesis; it is also in line 1"


@pytest.mark.parametrize(
    ("text", "what"),
    [("", "an empty file"), ("a: 1\n", "no list"), ("- a\n", "a"), ("- {a: 1}\n", "no such key")],
)
def test_other_files_are_refused(text: str, what: str) -> None:
    assert what in {place[2] for place in found(text)}


def test_an_empty_list_is_no_judgement() -> None:
    assert read_certainty(b"[]\n", FILE) == ([], [])


def test_the_problems_come_with_those_of_the_tables(tmp_path: Path) -> None:
    data = write_data_folder(tmp_path / "data")
    write_certainty(data, JUDGED.replace("trials: 2", "trials: two"))
    assert [(p.file, p.row, p.column) for p in read_and_check(data)[1]] == [(FILE, 2, "trials")]


def judgements(*keys: str) -> pd.DataFrame:
    return pd.DataFrame([{"synthesis": key, "file": FILE, "row": 1.0} for key in keys])


@pytest.mark.parametrize(
    ("key", "allowed"),
    [
        ("post.cell.play.relationship", ""),
        ("post.cell.play.relationship.RR", ""),
        ("post.cell.play.relationship.RR.lower", ""),
        ("post.domain.relationship", ""),
        ("pre.cell.play.relationship", "a key that begins with a set of config/config.yaml: post"),
        ("post", "a synthesis of config/config.yaml after post: cell, domain"),
        ("post.row.play", "a synthesis of config/config.yaml after post: cell, domain"),
        *(
            (
                f"post.cell.{rest}",
                "post.cell. and then the codebook's ids of intervention and domain, with dots "
                "between them",
            )
            for rest in ("play", "relationship.play", "play.relationship.lot")
        ),
    ],
)
def test_a_synthesis_is_one_of_the_plan(key: str, allowed: str) -> None:
    problems = list(not_in_plan(judgements(key), CODEBOOK, small_plan()))
    assert [(p.found, p.allowed) for p in problems] == ([(key, allowed)] if allowed else [])


def refused(keys: Sequence[str], pooled: Sequence[str]) -> list[str]:
    with pytest.raises(DataError) as error:
        refuse_unpooled(judgements(*keys), pooled)
    return [problem.allowed for problem in error.value.problems]


def test_a_synthesis_that_was_not_made_is_refused() -> None:
    here = "a synthesis of results/pooled/pooled.csv"
    pooled = ["post.cell.play.sleep", "post.domain.sleep"]
    assert refused(["post.cell.play.slip", pooled[1]], pooled) == [f"{here}, such as {pooled[0]}"]
    assert refused([pooled[0]], []) == [f"{here}; nothing could be pooled"]
    refuse_unpooled(judgements(*pooled), pooled)
