"""examples/bcg: another measure, another direction; the published result to every printed digit."""

from pathlib import Path

import pandas as pd
import pytest

from metarepro.comparison.reproduction import compare
from metarepro.conversion.effects import compute_effects
from metarepro.entry.data_guide import GUIDE
from metarepro.plan import Plan, read_plan
from metarepro.sensitivity.moderators import moderators, with_characteristics
from metarepro.study.planned import not_in_plan
from metarepro.study.transcription import Dataset
from metarepro.study.validation import load
from metarepro.synthesis.planned import synthesise
from metarepro.synthesis.pools import Settings
from metarepro.wording.scales import scale_of

Tables = dict[str, pd.DataFrame]
STUDY = Path(__file__).parents[2] / "examples/bcg"


@pytest.fixture(scope="module")
def data() -> Dataset:
    return load(STUDY / "data")


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan(STUDY / "config/config.yaml")


@pytest.fixture(scope="module")
def tables(data: Dataset, plan: Plan) -> Tables:
    effects = compute_effects(
        data.results,
        data.trials,
        data.clusters,
        data.outcomes,
        data.interventions,
        data.countries,
        plan,
    )
    pooled, _ = synthesise(effects, plan)
    return {"effects": effects, "pooled": pooled}


def test_its_data_guide_is_the_one_that_a_new_study_gets() -> None:
    assert (STUDY / "data/README.md").read_text(encoding="utf-8") == GUIDE.read_text("utf-8")


def test_plan_and_data_fit(data: Dataset, plan: Plan) -> None:
    assert not_in_plan(data, plan) == []


def test_the_pool_has_the_published_digits(tables: Tables) -> None:
    pool = tables["pooled"].set_index("set_name").loc["post"]
    # Viechtbauer 2010, rma.uni of the BCG trials: REML, normal interval; positive = fewer cases.
    printed = {"estimate": 0.7145, "ci_low": 0.3622, "ci_high": 1.0669, "tau2": 0.3132}
    assert {name: round(pool[name], 4) for name in printed} == printed
    assert (round(pool["i2_tau2"], 2), round(pool["q"], 4), pool["q_df"]) == (92.22, 152.2330, 12)


def test_the_published_row_is_reproduced_exactly(data: Dataset, plan: Plan, tables: Tables) -> None:
    (row,) = compare(data.published, data.included, tables["effects"], plan)[0].to_dict("records")
    assert (row["verdict"], row["n_trials"], row["better"]) == ("exact", 13, "lower")
    # exp(-0.7145), exp(-1.0669), exp(-0.3622): fewer cases are printed below 1.
    assert scale_of(plan).of_pool(row) == "0.49 [0.34, 0.70]"


def test_a_trial_with_more_cases_is_printed_above_1(plan: Plan, tables: Tables) -> None:
    (worse,) = tables["effects"].query("trial_id == 'comstock1969'").to_dict("records")
    # 5 of 2,498 against 3 of 2,341.
    assert worse["yi"] < 0
    assert scale_of(plan).at(worse).number(worse["yi"]) == f"{5 / 2498 / (3 / 2341):.2f}"


def test_moderators_are_those_of_metafor(data: Dataset, plan: Plan, tables: Tables) -> None:
    # R: metafor 3.8-1, rma(yi, vi, mods = ~ ablat): slope -0.02910166 (se 0.007195555), tau2
    # 0.07635469; turned, and per 10 degrees. mods = ~ allocation: 0.4478182 and 0.5368564.
    own = with_characteristics(tables["effects"], data.characteristics)
    tests, levels = moderators(own, plan.sets["post"], Settings.from_plan(plan), plan.moderators)
    latitude = next(level for level in levels if level.moderator == "latitude")
    test = next(test for test in tests if test.moderator == "latitude")
    assert (latitude.difference, latitude.difference_se, test.tau2) == pytest.approx(
        (0.2910166, 0.07195555, 0.07635469), abs=1e-5
    )
    allocation = [level for level in levels if level.moderator == "allocation"]
    assert [(level.level, level.n_trials) for level in allocation] == [
        ("random", 7),
        ("alternate", 2),
        ("systematic", 4),
    ]
    assert [level.difference for level in allocation[1:]] == pytest.approx(
        [-0.4478182, -0.5368564], abs=1e-5
    )
