"""Whole reviews beside abstracts: the pools, their difference, and a section of the first page."""

import re
from typing import Any

import pandas as pd
import pytest
from tests.report_records import EFFECT, make_pages, make_records

from metarepro.models.pooling import pool
from metarepro.sensitivity.whole_reviews import beside_abstracts
from metarepro.synthesis.pools import Settings

SETTINGS = Settings("REML", "knapp_hartung_conservative", 0.8)
REVIEW = [0.1, -0.1, 0.3, 0.0, 0.2]


def effect(trial: str, kind: str, yi: float, **changes: Any) -> dict[str, Any]:
    name = f"{trial}-{kind}"
    own = {"result_id": name, "trial_id": trial, "label": trial, "source_kind": kind, "yi": yi}
    return EFFECT | {"exclude": ""} | own | changes


def rows(*more: dict[str, Any]) -> pd.DataFrame:
    """A whole review of trials a to e; the abstracts of a and b print a result."""
    whole = [effect(t, "review_file", yi) for t, yi in zip("abcde", REVIEW, strict=True)]
    told = [effect(t, "abstract", 0.5, exclude="superseded") for t in "ab"]
    return pd.DataFrame([*whole, *told, *more])


def compared(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    return {row["source"]: row for row in beside_abstracts(table, SETTINGS)}


def test_a_result_that_gave_way_counts_for_the_abstracts() -> None:
    found = compared(rows())
    whole, told = (found[name]["estimate"] for name in ("whole_reviews", "abstracts"))
    assert whole == pytest.approx(pool(REVIEW, [0.04] * 5).estimate)
    assert told == pytest.approx(0.5)


def test_the_difference_is_to_the_trials_without_a_result_in_their_abstract() -> None:
    difference = compared(rows())["difference"]
    # Equal variances: 0.5 less the mean of 0.3, 0.0 and 0.2; k - 2 degrees of freedom.
    assert difference["estimate"] == pytest.approx(0.5 - 0.5 / 3)
    assert (difference["n_trials"], difference["df"]) == (5, 3)
    assert difference["flags"] == "df_below_4"


def test_a_trial_with_two_results_counts_once_in_the_difference() -> None:
    again = effect("c", "review_file", 0.5, result_id="c-2")
    difference = compared(rows(again))["difference"]
    assert difference["n_trials"] == 5


@pytest.mark.parametrize(
    "changes",
    [{"timepoint": "follow_up"}, {"outcome": "calm"}, {"intervention": "talk"}],
    ids=["time", "outcome", "intervention"],
)
def test_only_the_same_is_compared(changes: dict[str, str]) -> None:
    table = rows()
    table.loc[table["source_kind"] == "abstract", list(changes)] = list(changes.values())
    assert compared(table) == {}


@pytest.mark.parametrize("exclude", ["duplicate", "direction_unknown"])
def test_what_is_excluded_for_another_reason_does_not_count(exclude: str) -> None:
    table = rows()
    table.loc[table["exclude"] != "", "exclude"] = exclude
    assert compared(table) == {}


def test_the_first_page_shows_both_pools_and_the_difference() -> None:
    table = rows()
    records = make_records(
        effects=[{str(name): row[name] for name in row} for row in table.to_dict("records")],
        pooled=[],
        weights=[],
        whole_reviews=beside_abstracts(table, SETTINGS),
    )
    page = re.sub(r"</?a\b[^>]*>", "", make_pages(records)["index.html"])
    assert "3 of 5 results from the data files of whole reviews" in page
    assert "Whole reviews and abstracts" in page
    assert "0.50" in page


def test_without_a_review_file_there_is_no_section() -> None:
    assert "Whole reviews and abstracts" not in make_pages(make_records())["index.html"]


def test_the_audit_page_shows_what_review_files_repeat_otherwise() -> None:
    finding = {
        **{"review_id": "rev2020", "source_table": "review_studies", "severity": "warning"},
        **{"record_id": "rev2020 5.1 Abel #1", "check": "changed_numbers"},
        **{"printed": "98 (SD 14, n 60)", "implied": "98 (SD 14, n 61)", "message": "twice"},
    }
    page = make_pages(make_records(review_audit=[finding]))["audit.html"]
    assert "98 (SD 14, n 61)" in page
    assert "Rev 2020" in page
