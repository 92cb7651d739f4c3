"""Names in the data that the analysis plan must have."""

import json
from pathlib import Path

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


def problems(folder: Path, **claim: str) -> list[tuple[str, str, str]]:
    """Column, what was found and what is allowed, of a claim with these cells."""
    data = write_data_folder(folder / "data")
    set_cells(data, CLAIMS, 2, claim)
    found = not_in_plan(load(data), small_plan(moderators=LEVELLED))
    return [(problem.column, problem.found, problem.allowed) for problem in found]


def test_a_family_is_one_of_the_plan(tmp_path: Path) -> None:
    data = write_data_folder(tmp_path)
    set_cells(data, "codebook/interventions.csv", 2, {"family": "sports"})
    (problem,) = not_in_plan(load(data), small_plan())
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
    assert problems(tmp_path, **claim) == []


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
    ((found_column, found, said),) = problems(tmp_path, **GREATER | cells)
    assert (found_column, found) == (column, (GREATER | cells)[column])
    assert allowed in said


def test_the_level_is_that_of_the_study() -> None:
    """Tables show several syntheses together, so that one cannot have a level of its own."""
    syntheses = SMALL["syntheses"] | {"outcome": {"by": ["outcome"], "pooling": {"level": 0.9}}}
    with pytest.raises(DataError) as caught:
        parse_plan(json.dumps(SMALL | {"syntheses": syntheses}).encode(), "config.yaml")
    (problem,) = caught.value.problems
    assert problem.column == "syntheses.outcome.pooling.level"
    assert problem.allowed == "one of: model, tau2_method, ci_method, rho"
