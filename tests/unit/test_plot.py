"""What the script of the forest plot to try is given."""

import json
import re
from typing import Any

import pytest
from tests.report_records import EFFECT, KEY, RESULT, ROWS, TRIAL, make_pages, make_records

from metarepro.report.blocks import Page, Plot, Section
from metarepro.report.plot import plot, scale_for_page
from metarepro.report.syntheses import page
from metarepro.wording.scales import MEASURES, Scale

PAGE = f"syntheses/{KEY}.html"
MULTIVERSE: dict[str, Any] = {
    **{"synthesis": KEY, "n_different": 20.0, "n_without_interval": 2.0, "lowest": 0.1},
    **{"share_above_zero": 0.5, "share_below_zero": 0.0, "median": 0.2, "highest": 0.5},
}


def effect(n: int, **changed: Any) -> dict[str, Any]:
    """A result of a trial of its own."""
    own = {"result_id": f"t{n}-01", "trial_id": f"t{n}", "label": f"Trial {n}"}
    return EFFECT | own | {"source_kind": "table"} | changed


def data(*effects: dict[str, Any], **tables: Any) -> dict[str, Any]:
    """What is given for a synthesis with these results."""
    ids = {effect["trial_id"]: effect["label"] for effect in effects}
    trials = [TRIAL | {"trial_id": trial, "label": label} for trial, label in ids.items()]
    records = make_records(effects=effects, trials=trials, **tables)
    (made,) = plot(records, KEY)
    return dict(made.data)


def rows_of(given: dict[str, Any]) -> dict[str, list[int]]:
    return {name: rows for name, _, rows in given["choices"]["set"]}


def test_one_trial_leaves_nothing_to_choose() -> None:
    assert plot(make_records(effects=[effect(1), effect(1, result_id="t1-02")]), KEY) == []
    assert "data-plot" not in make_pages(make_records())[PAGE]


def test_sets_are_parts_of_what_the_plan_pools_and_all_results() -> None:
    # The plan of the tests pools direct and derived results of every design.
    given = data(
        effect(1),
        effect(2, tier="approximate"),
        effect(3, source_kind="abstract"),
        effect(4, design="quasi", tier="derived"),
    )
    assert rows_of(given) == {
        "plan": [0, 2, 3],
        "all": [0, 1, 2, 3],
        "without_approximate": [0, 2, 3],
        "without_abstracts": [0, 3],
        "randomised": [0, 2],
    }


@pytest.mark.parametrize(
    "other", [{"exclude": "duplicate"}, {"timepoint": "follow_up"}, {"domain": "sleep"}]
)
def test_results_that_no_choice_can_pool_are_not_given(other: dict[str, Any]) -> None:
    given = data(effect(1), effect(2), effect(3, **other))
    assert [row["trial"] for row in given["rows"]] == ["t1", "t2"]


def test_trials_are_listed_by_name() -> None:
    given = data(effect(1, label="Zoe 2001"), effect(2, label="Ann 2001"))
    assert given["trials"] == [("t2", "Ann 2001"), ("t1", "Zoe 2001")]


def test_the_analyses_of_the_synthesis_are_given() -> None:
    given = data(effect(1), effect(2), multiverse=[MULTIVERSE])
    assert given["analyses"]["n_different"] == 20


@pytest.mark.parametrize("rows", [[], [MULTIVERSE | {"n_different": 0.0}]])
def test_without_analyses_there_is_nothing_to_compare_with(rows: list[dict[str, Any]]) -> None:
    assert data(effect(1), effect(2), multiverse=rows)["analyses"] is None


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_is_given_in_numbers_that_json_knows(measure: str) -> None:
    given = scale_for_page(Scale(measure))
    assert json.loads(json.dumps(given, allow_nan=False))["symbol"] == Scale(measure).symbol
    assert given["transformation"] in ("same", "exp", "tanh", "expit")


HOSTILE = "</script><script>alert(1)</script><!--'\"&\u2028"


def test_a_hostile_name_stays_data() -> None:
    names = {"t1": HOSTILE, "t2": "Ann 2001"}
    own = [{"trial_id": trial, "label": label} for trial, label in names.items()]
    results = [{"result_id": f"{trial}-01", "trial_id": trial} for trial in names]
    records = make_records(
        effects=[EFFECT | one | result for one, result in zip(own, results, strict=True)],
        trials=[TRIAL | one for one in own],
        results=[RESULT | result for result in results],
        weights=[{"synthesis": KEY, "weight": 50.0} | result for result in results],
        pooled=[pool | {"trial_ids": " ".join(names)} for pool in ROWS["pooled"]],
        included=[],
    )
    html = make_pages(records)[PAGE]
    content = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', html, re.DOTALL)
    assert content
    assert "<" not in content[1]
    assert dict(json.loads(content[1])["trials"]) == names


def test_a_page_has_the_scripts_that_it_needs_in_their_order() -> None:
    records = make_records()
    section = Section("results", "Results", [Plot({})])
    with_plot = Page("a.html", "A", sections=[section])
    assert with_plot.scripts[0] == "distributions.js"
    assert with_plot.scripts[-1] == "plot.js"
    assert page(records, KEY).scripts == ()
