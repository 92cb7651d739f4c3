"""When an interval stands in a headline, and what stands there without it."""

import pandas as pd
import pytest

import metarepro
from metarepro.claims.effects import Pool
from metarepro.figures.forest_tables import shown_intervals, warnings
from metarepro.models.thresholds import has_reliable_interval, predicts
from metarepro.synthesis.explain import explain
from metarepro.synthesis.study_pool_words import headline
from metarepro.wording.phrases import FLAGS, NO_RELIABLE_INTERVAL, model_text, no_interval
from metarepro.wording.scales import Scale

ROW = {
    "effect_measure": "SMD",
    "better": "higher",
    **{"estimate": 0.17, "ci_low": 0.11, "ci_high": 0.22, "pi_low": 0.1, "pi_high": 0.3},
}


@pytest.mark.parametrize("flag", ["df_below_4", "two_or_three_trials", "narrower_than_model"])
def test_an_interval_that_cannot_be_leaned_on_is_not_printed(flag: str) -> None:
    pool = ROW | {"flags": flag}
    assert not has_reliable_interval(flag)
    assert Scale().of_pool(pool) == f"0.17 ({no_interval(flag)})"
    assert Scale().prediction_of(pool) == "\u2013"
    assert pd.isna(list(shown_intervals(pool).values())).all()


def test_a_plot_says_why_an_interval_is_withheld() -> None:
    # Too few trials say it all; of a narrow interval the reason follows.
    assert warnings("df_below_4; few_trials") == NO_RELIABLE_INTERVAL
    assert warnings("narrower_than_model") == (
        f"no reliable interval: {FLAGS['narrower_than_model']}"
    )


@pytest.mark.parametrize("flag", ["", "few_trials", "normal_few_trials", "several_modes"])
def test_any_other_flag_leaves_the_interval(flag: str) -> None:
    assert Scale().of_pool(ROW | {"flags": flag}) == "0.17 [0.11, 0.22]"
    assert no_interval(flag) == ""


def test_a_prediction_interval_at_tau2_0_claims_nothing() -> None:
    flags = "few_trials; tau2_zero"
    pool = ROW | {"flags": flags}
    assert not predicts(flags)
    assert Scale().prediction_of(pool) == "\u2013"
    shown = shown_intervals(pool)
    assert (shown["ci_low"], shown["ci_high"]) == (0.11, 0.22)
    assert pd.isna([shown["pi_low"], shown["pi_high"]]).all()


def test_two_studies_have_no_interval_in_words() -> None:
    result = metarepro.pool(pd.DataFrame({"yi": [0.1, 0.3], "vi": [0.04, 0.02]}))
    assert NO_RELIABLE_INTERVAL in headline(result)
    assert "there are too few trials for a reliable interval" in explain(result.pooled)
    assert "lies" not in explain(result.pooled)


@pytest.mark.parametrize(("k", "predicted"), [(4, False), (5, True)])
def test_prediction_intervals_need_five_trials(k: int, predicted: bool) -> None:
    studies = pd.DataFrame({"yi": [0.1, 0.9, -0.2, 0.6, 0.3][:k], "vi": [0.02] * k})
    assert pd.notna(metarepro.pool(studies).pooled.pi_low) == predicted


@pytest.mark.parametrize("flags", ["", "tau2_zero", "two_or_three_trials", "df_below_4"])
def test_a_claim_withholds_what_every_page_withholds(flags: str) -> None:
    pool = Pool(0.3, 0.1, 0.5, n_trials=5, df=3.0, flags=flags, abstract_share=0, covered=1)
    assert pool.withheld == no_interval(flags)


def test_many_trials_are_not_called_too_few() -> None:
    assert no_interval("df_below_4; narrower_than_model") == NO_RELIABLE_INTERVAL
    assert no_interval("narrower_than_model") == "no reliable interval"


@pytest.mark.parametrize(
    ("df", "printed"),
    [(3.963, "3.96"), (3.9999, "3.99"), (3.94, "3.9"), (4.0 - 1e-12, "4.0"), (4.04, "4.0")],
)
def test_fewer_than_four_degrees_of_freedom_are_not_printed_as_four(
    df: float, printed: str
) -> None:
    pool = {"model": "correlated_effects", "tau2_method": "MM", "ci_method": "satterthwaite"}
    assert model_text(pool | {"rho": 0.8, "df": df}).endswith(f"robust variance, df {printed}")
