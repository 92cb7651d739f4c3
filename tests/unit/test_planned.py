"""Names in the data that the analysis plan must have."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from tests.data_folder import CLAIMS, set_cells, write_data_folder
from tests.plans import MODERATORS, SMALL, small_plan

from metarepro.plan import parse_plan
from metarepro.study.planned import not_in_plan
from metarepro.study.validation import load
from metarepro.tabular.problems import DataError

GREATER = {
    "claim_kind": "moderator_direction",
    "claimed_direction": "greater",
    "moderator": "content",
    "moderator_level": "with",
}
LEVELLED = MODERATORS | {
    "design": MODERATORS["design"] | {"level_labels": {"rct": "Randomised", "quasi": "Not so"}}
}


SYNTHESES = SMALL["syntheses"] | {
    "outcome": {"by": ["outcome"]},
    "exact": {"by": ["intervention", "outcome"]},
}


def problems(
    folder: Path, claim: dict[str, str], plan: dict[str, Any] | None = None
) -> list[tuple[str, str, str]]:
    """Column, what was found and what is allowed, of a claim with these cells."""
    data = write_data_folder(folder / "data")
    set_cells(data, CLAIMS, 2, claim)
    sections = {"moderators": LEVELLED, "syntheses": SYNTHESES} | (plan or {})
    found = not_in_plan(load(data), small_plan(**sections))
    return [(problem.column, problem.found, problem.allowed) for problem in found]


def test_a_family_is_one_of_the_plan(tmp_path: Path) -> None:
    data = write_data_folder(tmp_path)
    set_cells(data, "codebook/interventions.csv", 2, {"family": "sports"})
    (problem,) = not_in_plan(load(data), small_plan(syntheses=SYNTHESES))
    assert problem.found == "sports"
    assert problem.allowed == "a family of config/config.yaml: parenting"


@pytest.mark.parametrize(
    "claim",
    [{}, GREATER, GREATER | {"moderator": "design", "moderator_level": "quasi"}]
    + [GREATER | {"moderator": "income", "moderator_level": "low_or_middle"}],
)
def test_a_claim_may_be_on_any_moderator_with_a_reference(
    tmp_path: Path, claim: dict[str, str]
) -> None:
    assert problems(tmp_path, claim) == []


@pytest.mark.parametrize(
    ("cells", "column", "allowed"),
    [
        ({"moderator": "depth"}, "moderator", "a moderator of config/config.yaml that has a ref"),
        # A number has no levels, and without a reference it is not known what is compared.
        ({"moderator": "year"}, "moderator", "a moderator of config/config.yaml that has a ref"),
        ({"moderator_level": "without"}, "moderator_level", "other than its reference: with"),
        ({"moderator_level": "some"}, "moderator_level", "other than its reference: with"),
        (
            {"moderator": "design", "moderator_level": "rct"},
            "moderator_level",
            "other than its reference: quasi",
        ),
        (
            {"moderator": "income", "moderator_level": "high"},
            "moderator_level",
            "a level of income other than its reference",
        ),
    ],
)
def test_what_a_claim_names_must_be_in_the_plan(
    tmp_path: Path, cells: dict[str, str], column: str, allowed: str
) -> None:
    ((found_column, found, said),) = problems(tmp_path, GREATER | cells)
    assert (found_column, found) == (column, (GREATER | cells)[column])
    assert allowed in said


TIMES = GREATER | {"claim_kind": "moderator_ratio_about", "claimed_value": "2"}


@pytest.mark.parametrize("claim", [{}, GREATER, TIMES])
@pytest.mark.parametrize("measure", ["correlation", "proportion"])
def test_no_claim_of_a_benefit_is_on_what_compares_no_groups(
    tmp_path: Path, measure: str, claim: dict[str, str]
) -> None:
    ((column, found, allowed),) = problems(
        tmp_path, claim, {"outcome_measures": {"warmth": measure}}
    )
    assert (column, found) == ("outcome", "warmth")
    assert allowed == f"an outcome on a measure that compares groups, which a {measure} does not"


@pytest.mark.parametrize("measure", ["OR", "RR", "HR", "ratio"])
def test_no_claim_is_on_a_multiple_of_a_ratio(tmp_path: Path, measure: str) -> None:
    ((column, found, allowed),) = problems(tmp_path, TIMES, {"measure": measure})
    assert (column, found) == ("claim_kind", "moderator_ratio_about")
    assert allowed.startswith("moderator_direction, since the outcome is on the ")


@pytest.mark.parametrize("measure", ["SMD", "MD", "RD"])
def test_a_claim_may_be_on_a_multiple_of_a_difference(tmp_path: Path, measure: str) -> None:
    assert problems(tmp_path, TIMES, {"measure": measure}) == []


@pytest.mark.parametrize(
    ("claim", "left_out", "by"),
    [({}, "exact", "intervention and outcome"), (GREATER, "outcome", "outcome")],
)
def test_a_claim_needs_the_synthesis_that_it_is_set_against(
    tmp_path: Path, claim: dict[str, str], left_out: str, by: str
) -> None:
    syntheses = {name: one for name, one in SYNTHESES.items() if name != left_out}
    ((column, _, allowed),) = problems(tmp_path, claim, {"syntheses": syntheses})
    assert column == "claim_kind"
    assert allowed == f"another kind, or a synthesis by {by} in config/config.yaml"


def test_a_reference_is_a_value_of_the_characteristic(tmp_path: Path) -> None:
    moderators = LEVELLED | {
        "lead": {"label": "Lead", "column": "intervention", "reference": "plya"}
    }
    ((column, found, allowed),) = problems(tmp_path, {}, {"moderators": moderators})
    assert (column, found) == ("moderators.lead.reference", "plya")
    assert allowed == "a level: play"


def test_the_level_is_that_of_the_study() -> None:
    """Tables show several syntheses together, so that one cannot have a level of its own."""
    syntheses = SMALL["syntheses"] | {"outcome": {"by": ["outcome"], "pooling": {"level": 0.9}}}
    with pytest.raises(DataError) as caught:
        parse_plan(json.dumps(SMALL | {"syntheses": syntheses}).encode(), "config.yaml")
    (problem,) = caught.value.problems
    assert problem.column == "syntheses.outcome.pooling.level"
    assert problem.allowed == "one of: model, tau2_method, ci_method, rho"


def refused(**sections: Any) -> list[tuple[int | None, str, str, str]]:
    """Line, key, what was found and what is allowed, of a plan with these sections."""
    text = json.dumps(SMALL | sections, indent=1).replace("Infinity", ".inf").replace("NaN", ".nan")
    with pytest.raises(DataError) as caught:
        parse_plan(text.encode(), "config.yaml")
    return [(p.row, p.column, p.found, p.allowed) for p in caught.value.problems]


def moderator(**cells: Any) -> dict[str, Any]:
    return {"moderators": {"depth": {"label": "Depth"} | cells}}


NUMBER = {"number": {"per": "m"}}
LEVELS = {"characteristic": "depth", "levels": {"deep": ["d", "e"], "flat": ["f"]}}


@pytest.mark.parametrize(
    ("cells", "key", "found", "allowed"),
    [
        (
            NUMBER | LEVELS,
            "levels",
            "a value",
            "nothing, since a number has no levels",
        ),
        (
            NUMBER | {"characteristic": "depth", "reference": "3"},
            "reference",
            "a value",
            "nothing, since a number has no levels",
        ),
        (
            NUMBER | {"column": "design"},
            "column",
            "design",
            "year or a characteristic, since it is a number",
        ),
        (
            {"column": "year"},
            "column",
            "year",
            "year with the key number, which says how it is counted",
        ),
        (
            LEVELS | {"levels": {"deep": ["d"], "flat": ["d"]}},
            "levels.flat.0",
            "d",
            "a value in one level; it is in deep already",
        ),
        (
            LEVELS | {"levels": {"deep": ["d"], "flat": []}},
            "levels.flat",
            "nothing",
            "at least one value",
        ),
        (
            {"characteristic": "depth", "others": "flat"},
            "others",
            "flat",
            "nothing without levels",
        ),
        (
            LEVELS | {"others": "unknown", "reference": "dep"},
            "reference",
            "dep",
            "a level: deep, flat, unknown",
        ),
        (
            {"column": "tier", "reference": "best"},
            "reference",
            "best",
            "a level: direct, derived, approximate",
        ),
        (
            {"column": "family", "level_labels": {"sports": "Sports"}},
            "level_labels.sports",
            "sports",
            "a level: parenting",
        ),
        (
            {"characteristic": "depth", "number": {"per": "m", "unit": math.inf}},
            "number.unit",
            ".inf",
            "a finite number, or the word in quotes",
        ),
        (
            {"characteristic": "depth", "number": {"per": "m", "origin": math.nan}},
            "number.origin",
            ".nan",
            "a finite number, or the word in quotes",
        ),
    ],
)
def test_a_moderator_that_contradicts_itself_is_refused(
    cells: dict[str, Any], key: str, found: str, allowed: str
) -> None:
    ((line, column, *said),) = refused(**moderator(**cells))
    assert (column, *said) == (f"moderators.depth.{key}", found, allowed)
    assert line


@pytest.mark.parametrize("reference", ["deep", "unknown"])
def test_a_reference_may_be_a_level_or_the_others(reference: str) -> None:
    plan = SMALL | moderator(**LEVELS, others="unknown", reference=reference)
    assert parse_plan(json.dumps(plan).encode(), "config.yaml").moderators["depth"].reference


def test_a_synthesis_has_each_column_once() -> None:
    syntheses = SMALL["syntheses"] | {"twice": {"by": ["outcome", "outcome"]}}
    ((_, column, found, allowed),) = refused(syntheses=syntheses)
    assert (column, found) == ("syntheses.twice.by", "outcome, outcome")
    assert allowed == "each column once"


def test_no_two_syntheses_have_the_same_columns() -> None:
    syntheses = SMALL["syntheses"] | {"again": {"by": ["domain", "intervention"]}}
    ((_, column, found, allowed),) = refused(syntheses=syntheses)
    assert (column, found) == ("syntheses.again.by", "domain, intervention")
    assert allowed == "columns that differ from those of cell"
