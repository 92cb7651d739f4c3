"""Pools in sentences: true for every model, and silent where there is no number."""

import re
from typing import Any

import pandas as pd
import pytest

from metarepro.models.intervals import INTERVALS
from metarepro.models.pooled import Pooled
from metarepro.models.pooling import MODELS, pool
from metarepro.models.robust_variance import pool_correlated
from metarepro.models.tau2 import ESTIMATORS
from metarepro.models.three_level import pool_three_level
from metarepro.synthesis.explain import explain
from metarepro.synthesis.pools import Settings, pool_trials
from metarepro.wording.scales import MEASURES, Scale

YI, VI = [0.1, 0.3, 0.65, 0.25, 0.9], [0.04, 0.02, 0.05, 0.03, 0.04]
TRIALS = list("aabcd")


def of_plan(trials: list[str], **plan: Any) -> Pooled:
    table = pd.DataFrame({"trial_id": trials, "yi": YI, "vi": VI})
    return pool_trials(table, Settings("REML", "z", 0.8, **plan))[0]


EVERY = {
    **{
        f"{model}-{tau2}-{ci}": pool(YI, VI, model=model, tau2_method=tau2, ci_method=ci)
        for model in MODELS
        for tau2 in ESTIMATORS
        for ci in INTERVALS
    },
    "correlated": pool_correlated(YI, VI, TRIALS),
    "three levels": pool_three_level(YI, VI, TRIALS),
    "common of means": of_plan(TRIALS, model="common"),
    "one trial": of_plan(["a"] * 5),
    "equal effects": pool([0.2] * 3, [0.1] * 3, ci_method="knapp_hartung"),
}


@pytest.mark.parametrize("pooled", EVERY.values(), ids=EVERY)
@pytest.mark.parametrize("measure", MEASURES)
def test_every_pool_has_its_sentences(pooled: Pooled, measure: str) -> None:
    lines = explain(pooled, Scale(measure)).split("\n")
    assert all(re.fullmatch(r"[A-Z0-9].*\.", line) for line in lines)
    assert not re.search(r"significan|nan|not reported|_", "\n".join(lines))


def test_an_estimator_has_its_full_name() -> None:
    said = explain(pool(YI, VI, tau2_method="PM"))
    assert "The variance between trials was estimated by Paule-Mandel (PM)." in said


@pytest.mark.parametrize("name", ["correlated", "common of means"])
def test_results_are_told_from_trials(name: str) -> None:
    assert explain(EVERY[name]).startswith("5 results of 4 trials were pooled under")


def test_the_level_is_that_of_the_pool() -> None:
    said = explain(pool(YI, VI, level=0.9), Scale(level=0.95))
    assert ("90% confidence interval" in said, "95%" in said) == (True, False)


def test_a_ratio_is_printed_as_one_and_turned_back() -> None:
    pooled = pool([0.6, 0.8], [0.01, 0.01], model="common", ci_method="z")
    said = explain(pooled, Scale("RR", turn=-1))
    # exp(-0.7) and exp(-0.7 -+ 1.96 sqrt(0.005))
    assert "The pooled risk ratio is 0.50, with a 95% confidence interval from 0.43 to 0.57" in said
    assert "No effect (1) lies outside that interval." in said


def test_a_proportion_has_no_effect_to_compare_with() -> None:
    assert "No effect" not in explain(pool(YI, VI), Scale("proportion"))


def test_the_common_effect_model_has_no_variance_between_trials() -> None:
    said = explain(pool(YI, VI, model="common"))
    assert not re.search("variance between|τ²|prediction", said)


def test_two_trials_predict_nothing() -> None:
    assert "another trial" not in explain(pool([0.1, 0.4], [0.02, 0.03]))


def test_flags_are_told() -> None:
    said = explain(EVERY["equal effects"])
    assert "Note: all effects are equal: no test and no interval are possible." in said
    assert "there is no confidence interval" in said
