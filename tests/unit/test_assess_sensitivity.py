"""The sensitivity tables of the project's own syntheses."""

from pathlib import Path

import pandas as pd
import pytest

from metarepro.tables import read_table

SENSITIVITY = Path("results/sensitivity")
POOLED = read_table("results/pooled/pooled.csv", "pooled")
PRIMARY = POOLED[(POOLED["set_name"] == "post") & (POOLED["n_trials"] >= 2)]


@pytest.mark.parametrize(
    "name", ["variants", "leave_one_out", "small_study", "caliper", "source_kinds", "multiverse"]
)
def test_every_synthesis_of_the_primary_set_is_assessed(name: str) -> None:
    table = read_table(SENSITIVITY / f"{name}.csv", name)
    assert set(table["synthesis"]) == set(PRIMARY["synthesis"])


def test_every_trial_is_left_out_once() -> None:
    table = read_table(SENSITIVITY / "leave_one_out.csv", "leave_one_out")
    left_out = table.groupby("synthesis")["trial_id"].agg(lambda ids: " ".join(sorted(ids)))
    expected = PRIMARY.set_index("synthesis")["trial_ids"]
    pd.testing.assert_series_equal(left_out.sort_index(), expected.sort_index(), check_names=False)


def test_the_last_cumulative_pool_is_the_pool() -> None:
    table = read_table(SENSITIVITY / "cumulative.csv", "cumulative")
    last = table.groupby("synthesis").last()["estimate"]
    expected = PRIMARY.set_index("synthesis")["estimate"]
    assert (last - expected).abs().max() < 1e-9


def test_small_study_tests_need_ten_trials() -> None:
    table = read_table(SENSITIVITY / "small_study.csv", "small_study")
    few = table["k"] < 10
    assert (table.loc[few, "reason"] != "").all()
    assert table.loc[few, "p_value"].isna().all()
    assert table.loc[~few, "p_value"].notna().any()


def test_source_kinds_share_out_the_results_of_the_pool() -> None:
    table = read_table(SENSITIVITY / "source_kinds.csv", "source_kinds")
    found = table.groupby("synthesis")["k"].sum()
    expected = PRIMARY.set_index("synthesis")["k"]
    pd.testing.assert_series_equal(found.sort_index(), expected.sort_index(), check_names=False)
