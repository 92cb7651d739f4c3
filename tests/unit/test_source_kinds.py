"""Pools by source kind against metafor and robumeta, and what their rows say."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.reference_numbers import reference_of

from metarepro.sensitivity.source_kinds import pools_by_source_kind
from metarepro.synthesis.pools import Settings

REFERENCE = reference_of("sensitivity")
SETTINGS = Settings("REML", "knapp_hartung_conservative", 0.8)
SYNTHESES = ["video_feedback_relationship", "early_stimulation_child_development"]


def effects(**columns: Any) -> pd.DataFrame:
    """Three results of two trials; "a" is from an abstract, "b" from a database."""
    own: dict[str, Any] = {
        "trial_id": ["b", "a", "a"],
        "source_kind": ["database", "abstract", "abstract"],
        "yi": [-0.2, 0.1, 0.5],
        "vi": [0.04, 0.05, 0.03],
        "n_total": [50.0, 40.0, 30.0],
    }
    return pd.DataFrame(own | columns)


@pytest.mark.parametrize("name", SYNTHESES)
def test_pools_are_rs(name: str) -> None:
    case = REFERENCE["cases"][name]
    table = pd.DataFrame(case["effects"]).rename(columns={"trial": "trial_id"})
    primary = table[table["tier"] != "approximate"].assign(n_total=100.0)
    rows = pools_by_source_kind(primary, SETTINGS)
    assert [row["source_kind"] for row in rows] == sorted(case["source_kinds"])
    for row in rows:
        expected = case["source_kinds"][row["source_kind"]]
        for share in ("share_favourable", "share_significant"):
            assert row[share] == pytest.approx(expected[share])
        assert (row["reason"] == "") == bool(expected["pool"])
        numbers = np.array(list(expected["pool"].values()), dtype=float)
        got = [row[column] for column in expected["pool"]]
        np.testing.assert_allclose(got, numbers, rtol=1e-11, atol=1e-14)


def test_a_kind_with_one_trial_shows_its_result_and_says_so() -> None:
    abstract, database = pools_by_source_kind(effects(), SETTINGS)
    assert (abstract["source_kind"], abstract["n_trials"], abstract["k"]) == ("abstract", 1, 2)
    assert (
        abstract["reason"]
        == "a single trial: nothing is pooled, the mean of its 2 results is shown"
    )
    assert (database["estimate"], database["model"]) == (-0.2, "single_trial")


def test_every_result_counts_in_the_shares() -> None:
    table = effects(source_kind="table", yi=[-0.2, 0.1, 0.5], vi=[0.04, 0.05, 0.03])
    (row,) = pools_by_source_kind(table, SETTINGS)
    # |z| is 1.00, 0.45 and 2.89: one of three beyond 1.96, two of three above 0.
    assert (row["share_favourable"], row["share_significant"]) == (2 / 3, 1 / 3)


def test_what_cannot_be_pooled_is_a_row_with_its_reason() -> None:
    table = effects(source_kind="table", yi=0.1, vi=[1e-14, 0.05, 0.03])
    (row,) = pools_by_source_kind(table, SETTINGS)
    assert row["reason"].startswith("vi differ by a factor of 5e+12")
    assert (row["n_trials"], row["k"], row["n_participants"]) == (2, 3, 90)
    assert math.isnan(row["estimate"])
