"""The sensitivity tables of the project's own syntheses."""

import math
from pathlib import Path

import pandas as pd
import pytest

from metarepro.catalogue import RESULT_TABLES
from metarepro.conversion.tables import EFFECTS_BY_ICC
from metarepro.plan import EffectSet, read_plan
from metarepro.sensitivity.assessment import assess_synthesis
from metarepro.synthesis.pools import Settings
from metarepro.synthesis.tables import POOLED
from metarepro.tabular.tables import empty_table, read_result
from metarepro.wording.scales import Scale

RESULTS = Path("results")
POOLS = read_result(RESULTS, POOLED)
FIGURES = read_plan(Path("config/config.yaml")).figures
ASSESSED = POOLS[POOLS["set_name"].isin(FIGURES) & (POOLS["n_trials"] >= 2)]

CHOSEN = EffectSet(label="", timepoints=("post",), tiers=("direct", "derived"))


@pytest.mark.parametrize(
    "name",
    [
        "variants",
        "leave_one_out",
        "cumulative",
        "small_study",
        "caliper",
        "multiverse",
        "moderators",
    ],
)
def test_every_synthesis_of_several_trials_is_assessed(name: str) -> None:
    table = read_result(RESULTS, RESULT_TABLES[name])
    assert set(table["synthesis"]) == set(ASSESSED["synthesis"])


def test_every_trial_is_left_out_once() -> None:
    table = read_result(RESULTS, RESULT_TABLES["leave_one_out"])
    left_out = table.groupby("synthesis")["trial_id"].agg(lambda ids: " ".join(sorted(ids)))
    expected = ASSESSED.set_index("synthesis")["trial_ids"]
    assert left_out.to_dict() == expected.to_dict()


def test_the_last_cumulative_pool_is_the_pool() -> None:
    table = read_result(RESULTS, RESULT_TABLES["cumulative"])
    last = table.groupby("synthesis").last()["estimate"]
    expected = ASSESSED.set_index("synthesis")["estimate"]
    assert (last - expected).abs().max() < 1e-9


def test_small_study_tests_need_ten_trials() -> None:
    table = read_result(RESULTS, RESULT_TABLES["small_study"])
    few = table["k"] < 10
    assert (table.loc[few, "reason"] != "").all()
    assert table.loc[few, "p_value"].isna().all()
    assert table.loc[~few, "p_value"].notna().any()


def test_source_kinds_share_out_the_results_of_all_tiers() -> None:
    table = read_result(RESULTS, RESULT_TABLES["source_kinds"])
    found = table.groupby("synthesis")["k"].sum()
    variants = read_result(RESULTS, RESULT_TABLES["variants"])
    expected = variants[variants["variant"] == "all_tiers"].set_index("synthesis")["k"]
    assert found.to_dict() == expected.to_dict()


def test_one_synthesis_has_its_rows_in_every_table() -> None:
    rows = [
        {
            **{"result_id": trial, "design_effect": math.nan, "equal_arms": "no"},
            **{"trial_id": trial, "label": trial, "year": 2000.0 + i, "yi": yi, "vi": 0.04},
            **{"n_total": 100.0, "tier": tier, "source_kind": kind, "adjusted": "no"},
            **{"design": "rct", "effect_measure": "SMD", "n_t": 50.0, "n_c": 50.0},
            "trial_design_effect": 1.0,
        }
        for i, (trial, yi, tier, kind) in enumerate(
            [
                ("a", 0.1, "direct", "abstract"),
                ("b", 0.5, "direct", "abstract"),
                ("c", 0.3, "derived", "table"),
                ("d", -0.4, "approximate", "database"),
            ]
        )
    ]
    settings = Settings("REML", "knapp_hartung_conservative", 0.8)
    by_icc = empty_table(EFFECTS_BY_ICC)
    reference = (0.3, -0.2, 0.8)
    tables = assess_synthesis(pd.DataFrame(rows), by_icc, reference, settings, CHOSEN, Scale())
    by_variant = {row["variant"]: row for row in tables["variants"]}
    assert by_variant["primary"]["estimate"] == pytest.approx(0.3)
    assert by_variant["all_tiers"]["estimate"] == pytest.approx(0.125)
    assert by_variant["average_per_trial"]["same_as"] == "primary"
    assert [row["trial_id"] for row in tables["leave_one_out"]] == ["a", "b", "c"]
    kinds = {row["source_kind"]: row for row in tables["source_kinds"]}
    assert set(kinds) == {"abstract", "table", "database"}
    assert (kinds["database"]["estimate"], kinds["database"]["share_favourable"]) == (-0.4, 0.0)
    assert tables["multiverse"][0]["share_same_sign"] == 1
    assert tables["multiverse"][0]["choices"] == "tiers per_trial tau2_method ci_method"
