"""A study on several measures, with outcomes that run both ways: what its pages print."""

import math
import re
from typing import Any

import pytest
from tests.plans import small_plan
from tests.report_records import EFFECT, KEY, POOL, make_pages, make_records

from metarepro.report.matrix import matrix

#: Key of a pool -> what it is: RR of survival and of death, and a proportion, in one domain.
POOLS: dict[str, dict[str, Any]] = {
    KEY: {"effect_measure": "RR", "better": "higher", "estimate": math.log(1.25)},
    f"{KEY}.lower": {
        "effect_measure": "RR",
        "better": "lower",
        "estimate": math.log(2),
        "n_trials": 2.0,
    },
    f"{KEY}.proportion": {"effect_measure": "proportion", "better": "lower", "estimate": 1.0},
}
PLAN = small_plan(
    measure="RR",
    outcome_measures={"dropout": "proportion"},
    evidence={"synthesis": "intervention_domain", "set": "post", "beside": "post"},
    syntheses={"intervention_domain": {"by": ["intervention", "domain"]}},
)


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    interval = {"ci_low": math.nan, "ci_high": math.nan}
    pooled = [POOL | interval | own | {"synthesis": key} for key, own in POOLS.items()]
    weights = [
        {"synthesis": key, "result_id": "ann2001-01", "trial_id": "ann2001", "weight": 100.0}
        for key in POOLS
    ]
    effect = EFFECT | interval | POOLS[f"{KEY}.lower"] | {"yi": math.log(2)}
    made = make_pages(make_records(plan=PLAN, pooled=pooled, weights=weights, effects=[effect]))
    return {path: re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)) for path, page in made.items()}


def test_a_cell_shows_every_pool_as_its_outcomes_run(pages: dict[str, str]) -> None:
    first = pages["index.html"]
    assert "RR 1.25 (more is better)" in first
    assert "RR 0.50 (less is better)" in first
    # expit(-1): the share with the event, not of those without.
    assert "proportion 0.27" in first


def test_a_cell_of_several_pools_has_the_trials_of_each(pages: dict[str, str]) -> None:
    first = pages["index.html"]
    assert "RR, more is better: a single trial, 80" in first
    assert "RR, less is better: 2 trials, 80" in first
    assert "proportion: a single trial, 80" in first


def test_each_pool_has_a_page_that_says_which_it_is(pages: dict[str, str]) -> None:
    assert "Play: Closeness: less is better" in pages[f"syntheses/{KEY}.lower.html"]
    assert "Play: Closeness: proportion" in pages[f"syntheses/{KEY}.proportion.html"]


def test_nothing_favours_a_proportion(pages: dict[str, str]) -> None:
    words = pages[f"syntheses/{KEY}.proportion.html"].partition("Numbers")[0]
    assert "favour" not in words


def test_an_interval_that_is_not_printed_is_not_drawn() -> None:
    records = make_records(pooled=[POOL | {"n_trials": 3.0, "flags": "df_below_4"}])
    (row,) = matrix(records).rows
    drawn = row.cells[0].drawing
    assert drawn is not None
    assert drawn.estimate is not None
    assert (drawn.interval, drawn.prediction) == (None, None)
