"""Every subset, every specification: against metafor, `pool` and counts by hand."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reference_numbers import reference_of

from metarepro.models.pooling import pool, unpack
from metarepro.models.robust_variance import pool_correlated
from metarepro.models.thresholds import has_reliable_interval
from metarepro.plan import EffectSet
from metarepro.sensitivity import gosh as gosh_module
from metarepro.sensitivity import multiverse
from metarepro.sensitivity.choice_names import DIMENSIONS
from metarepro.sensitivity.choices import CHOICES, choices_of, made_in
from metarepro.sensitivity.gosh import gosh
from metarepro.sensitivity.multiverse import agreement, specifications, taken
from metarepro.synthesis.pools import Results, Settings, trial_means
from metarepro.wording.scales import Scale

REFERENCE = reference_of("gosh")
CASE = REFERENCE["cases"]["moderate"]


def effects(**columns: Any) -> pd.DataFrame:
    """Five trials, two of them with several results, of all kinds that choices tell apart."""
    table = pd.DataFrame(
        {
            "result_id": ["a-1", "a-2", "b-1", "c-1", "d-1", "e-1", "e-2", "e-3"],
            "trial_id": ["a", "a", "b", "c", "d", "e", "e", "e"],
            "yi": [0.1, 0.5, 0.3, -0.2, 0.7, 0.4, 0.2, 0.9],
            "vi": [0.04, 0.05, 0.02, 0.06, 0.03, 0.05, 0.05, 0.07],
            "tier": ["direct", "derived", "direct", "direct", "approximate", *["derived"] * 3],
            "source_kind": ["abstract"] * 3 + ["secondary_review"] * 2 + ["table"] * 3,
            "adjusted": ["yes", "no", "unknown", "yes", "no", "yes", "no", "yes"],
            "design": ["rct"] * 4 + ["unclear"] + ["cluster_rct"] * 3,
            "design_effect": [math.nan] * 5 + [1.5, 1.5, math.nan],
            "equal_arms": ["no", "yes", "no", "no", "yes", "no", "no", "no"],
        }
    )
    return table.assign(**columns)


def one_per_trial(table: pd.DataFrame, how: str, rho: float) -> Results:
    """What is pooled where trials have one result each."""
    results = Results.of(table)
    return trial_means(results, rho) if how == "average" else results.at(taken(results, how))


def choose(**options: Any) -> dict[str, Any]:
    """One option in each dimension that lets everything in, except as told."""
    plain = {
        "tiers": ["direct+derived+approximate"],
        "design": ["all"],
        "clusters": ["with"],
        "equal_arms": ["with"],
        "secondary": ["with"],
        "adjusted": ["all"],
        "per_trial": ["average"],
        "tau2_method": ["REML"],
        "ci_method": ["knapp_hartung_conservative"],
        "rho": [0.8],
    }
    return {name: options.get(name, plain[name]) for name in plain}


def test_gosh_is_metafors() -> None:
    # metafor's own gosh(), which has the single effects too.
    got = gosh(CASE["yi"], CASE["vi"], seed=1)
    theirs = pd.DataFrame(REFERENCE["gosh"]).query("k > 1").sort_values("subset")
    assert got.subsets[:, 0].tolist() == theirs["subset"].tolist()
    assert got.k.tolist() == theirs["k"].tolist()
    np.testing.assert_allclose(got.estimate, theirs["estimate"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(got.tau2, theirs["tau2"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(got.i2, theirs["I2"], rtol=0, atol=1e-9)


@pytest.mark.parametrize("k", [2, 3, 8, 9])
def test_all_subsets_are_pooled_up_to_the_limit(k: int) -> None:
    yi = np.linspace(-1, 1, k) ** 3
    got = gosh(yi, np.full(k, 0.1), limit=2**k - k - 1, seed=1)
    members = unpack(got.subsets, k)
    assert len(members) == got.n_possible == 2**k - k - 1
    numbers = members @ 2 ** np.arange(k)
    assert (np.diff(numbers) > 0).all()
    assert members.sum(axis=1).min() == 2


# 2^8 - 9 = 247 possible: chosen from the list of all, and drawn from many.
@pytest.mark.parametrize("limit", [246, 100, 61, 20])
def test_a_sample_has_the_fits_of_the_whole_without_repeats(limit: int) -> None:
    whole = gosh(CASE["yi"], CASE["vi"], seed=1)
    sample = gosh(CASE["yi"], CASE["vi"], limit=limit, seed=1)
    at = np.searchsorted(whole.subsets[:, 0], sample.subsets[:, 0])
    assert len(set(at.tolist())) == len(at) == limit
    np.testing.assert_array_equal(sample.subsets, whole.subsets[at])
    np.testing.assert_array_equal(sample.estimate, whole.estimate[at])
    assert sample.n_possible == 247


@pytest.mark.parametrize("limit", [100, 20])
def test_the_seed_decides_the_sample(limit: int) -> None:
    def drawn(seed: int) -> bytes:
        return gosh(CASE["yi"], CASE["vi"], limit=limit, seed=seed).subsets.tobytes()

    assert drawn(5) == drawn(5)
    assert drawn(5) != drawn(6)


@pytest.mark.parametrize("n", [7, 3])
def test_every_subset_has_the_same_chance(n: int) -> None:
    # k = 5: 26 subsets. Counts over 2,000 samples: binomial, 5 standard deviations allowed.
    samples = 2000
    counts = np.zeros(32)
    for seed in range(samples):
        np.add.at(counts, gosh_module._drawn_subsets(5, n, seed)[:, 0], 1)
    possible = np.flatnonzero(np.bitwise_count(np.arange(32, dtype=np.uint8)) > 1)
    assert counts.sum() == counts[possible].sum()
    expected = samples * n / 26
    assert np.abs(counts[possible] - expected).max() < 5 * math.sqrt(expected)


def test_many_effects_are_sampled() -> None:
    rng = np.random.default_rng(1)
    got = gosh(rng.normal(size=70), np.full(70, 0.1), limit=50, seed=1)
    assert got.subsets.shape == (50, 9)
    assert got.n_possible == 2**70 - 71
    assert 20 < got.k.mean() < 50


@pytest.mark.parametrize(("yi", "limit"), [([0.1], 5), ([0.1, 0.2], 0)])
def test_gosh_refuses_what_has_no_subset(yi: list[float], limit: int) -> None:
    with pytest.raises(ValueError, match="at least 2 effects|limit"):
        gosh(yi, [0.1] * len(yi), limit=limit, seed=1)


#: Results e-1 and e-2 as three intracluster correlations give them; the second is the plan's.
BY_ICC = pd.DataFrame(
    {
        "result_id": ["e-1", "e-2"] * 3,
        "icc": [0.01, 0.01, 0.05, 0.05, 0.1, 0.1],
        "yi": [0.38, 0.19, 0.4, 0.2, 0.44, 0.23],
        "vi": [0.04, 0.04, 0.05, 0.05, 0.07, 0.07],
    }
)


def test_one_row_for_each_combination() -> None:
    table = specifications(effects(), by_icc=BY_ICC)
    # lowest and highest: 4 estimators x 3 intervals; average: the same for 3 rho; all: 3 rho.
    # 3 intracluster correlations, and one pool without the results that they are for.
    assert len(table) == 2 * 2 * (3 + 1) * 2 * 2 * 3 * (12 + 12 + 36 + 3)
    assert table["specification"].tolist() == list(range(1, len(table) + 1))
    assert not table[list(DIMENSIONS)].duplicated().any()


def test_each_result_is_that_of_pool() -> None:
    table = specifications(effects(), by_icc=BY_ICC)
    compared = 0
    for row in table[table["reason"] == ""].sample(300, random_state=1).to_dict("records"):
        data = effects()
        if row["clusters"] == "without":
            assert math.isnan(row["icc"])
            data = data[data["result_id"].isin(["a-1", "a-2", "b-1", "c-1", "d-1", "e-3"])]
        else:
            at = BY_ICC[BY_ICC["icc"] == row["icc"]]
            data.loc[[5, 6], ["yi", "vi"]] = at[["yi", "vi"]].to_numpy()
        if row["equal_arms"] == "without":
            data = data[~data["result_id"].isin(["a-2", "d-1"])]
        chosen = data[data["tier"].isin(row["tiers"].split("+"))]
        if row["secondary"] == "without":
            chosen = chosen[chosen["source_kind"] != "secondary_review"]
        if row["adjusted"] != "all":
            wanted = {"adjusted": "yes", "unadjusted": "no"}[row["adjusted"]]
            chosen = chosen[chosen["adjusted"] == wanted]
        if row["design"] == "randomised":
            chosen = chosen[chosen["design"].isin(["rct", "cluster_rct"])]
        assert row["k"] == len(chosen)
        assert row["n_trials"] == chosen["trial_id"].nunique()
        if row["per_trial"] == "all":
            trials = chosen["trial_id"].tolist()
            expected = pool_correlated(chosen["yi"], chosen["vi"], trials, rho=row["rho"])
        else:
            single = one_per_trial(chosen, row["per_trial"], row["rho"])
            expected = pool(
                single.yi,
                single.vi,
                tau2_method=row["tau2_method"],
                ci_method=row["ci_method"],
            )
        for column in multiverse.NUMBERS:
            assert row[column] == pytest.approx(
                getattr(expected, column), rel=1e-9, abs=1e-12, nan_ok=True
            )
        compared += 1
    assert compared > 100


def test_with_one_result_each_neither_rho_nor_the_choice_of_a_result_is_a_choice() -> None:
    one_each = effects().drop_duplicates("trial_id")
    table = specifications(
        one_each, choose(per_trial=["average", "all", "lowest", "highest"], rho=[0.4, 0.8])
    )
    assert table["per_trial"].tolist() == ["average", "all"]
    assert table["same_as"].tolist() == [0, 0]
    assert made_in(table) == ["per_trial"]


def test_rho_is_a_choice_where_trials_have_several_results() -> None:
    table = specifications(effects(), choose(per_trial=["average", "all"], rho=[0.4, 0.8]))
    assert table["same_as"].tolist() == [0, 0, 0, 0]


def test_selections_of_the_same_rows_are_marked() -> None:
    # Without unclear designs and without approximate results trial d goes: the same rows.
    table = specifications(effects(), choose(design=["all", "randomised"], tiers=CHOICES["tiers"]))
    assert table["same_as"].tolist() == [0, 0, 2, 2]
    assert table["estimate"].nunique() == 2


def test_estimators_that_agree_are_no_choice() -> None:
    # Two equal effects in each pool: tau2 is 0 by every estimator.
    data = effects().iloc[2:4].assign(yi=[0.3, 0.31], vi=[0.02, 0.06])
    table = specifications(data, choose(tau2_method=["REML", "DL"], ci_method=["z"]))
    assert table["tau2_method"].tolist() == ["REML"]


def test_an_option_that_lets_in_the_same_results_is_left_out() -> None:
    table = specifications(effects(equal_arms="no"), choose(equal_arms=["with", "without"]))
    assert table["equal_arms"].tolist() == ["with"]


def test_an_option_that_leaves_one_trial_is_left_out() -> None:
    # Where every design is unclear there is no pool of randomised trials.
    data = effects(design="unclear")
    table = specifications(data, choose(design=["all", "randomised"]))
    assert table["design"].tolist() == ["all"]


def test_a_study_without_cluster_trials_has_no_choice_of_them() -> None:
    table = specifications(effects(design_effect=math.nan), by_icc=BY_ICC.iloc[:0])
    assert not {"clusters", "icc"} & set(made_in(table))
    assert table["icc"].isna().all()
    assert set(table["clusters"]) == {"with"}


def test_one_intracluster_correlation_is_no_choice() -> None:
    table = specifications(effects(), by_icc=BY_ICC[BY_ICC["icc"] == 0.05])
    assert "icc" not in made_in(table)
    assert "clusters" in made_in(table)


def test_combinations_with_the_same_numbers_count_once() -> None:
    # Every row of cluster trials is approximate: strict or without them is the same pool.
    data = effects().assign(tier=["direct"] * 5 + ["approximate", "approximate", "direct"])
    table = specifications(
        data, choose(tiers=CHOICES["tiers"], clusters=CHOICES["clusters"]), BY_ICC
    )
    # With all tiers: three correlations and none; strict: once without, three times in vain.
    assert len(table) == 8
    assert agreement(table, 0.3, 0.1, 0.5)["n_different"] == 4


RVE = Settings("REML", "knapp_hartung_conservative", 0.8)
ALL_TIERS = EffectSet(label="", timepoints=("post",), tiers=("direct", "derived", "approximate"))


def test_rho_that_moves_no_printed_digit_is_no_choice() -> None:
    # All of trial e alike: its weight moves, the printed estimate does not.
    data = effects(yi=[0.3, 0.3, 0.3, 0.301, 0.3, 0.3, 0.3, 0.3])
    assert choices_of(data, RVE, ALL_TIERS, Scale())["rho"] == (0.8,)


def test_rho_that_moves_a_printed_digit_is_a_choice() -> None:
    data = effects(
        yi=[1.0, 0.3, 0.1, 0.3, 0.6, -0.5, 0.1, 0.1],
        vi=[0.2, 0.1, 0.04, 0.2, 0.2, 0.01, 0.2, 0.01],
    )
    trials = data["trial_id"].tolist()
    printed = [
        f"{pool_correlated(data['yi'], data['vi'], trials, rho=rho).estimate:.2f}"
        for rho in (0.4, 0.6, 0.8)
    ]
    assert printed == ["0.21", "0.21", "0.22"]
    assert choices_of(data, RVE, ALL_TIERS, Scale())["rho"] == (0.4, 0.6, 0.8)


def test_rho_is_no_choice_where_each_trial_has_one_result() -> None:
    one_each = effects().drop_duplicates("trial_id")
    assert choices_of(one_each, RVE, ALL_TIERS, Scale())["rho"] == (0.8,)


def test_the_tiers_of_the_plan_are_a_choice() -> None:
    direct = ALL_TIERS.model_copy(update={"tiers": ("direct",)})
    chosen = choices_of(effects(), RVE, direct, Scale())["tiers"]
    assert chosen == ("direct+derived+approximate", "direct+derived", "direct")


def test_the_pool_of_the_plan_is_one_of_the_specifications() -> None:
    data = effects()
    plan = pool_correlated(data["yi"], data["vi"], data["trial_id"].tolist(), rho=0.8)
    table = specifications(data, choices_of(data, RVE, ALL_TIERS, Scale()), BY_ICC)
    same = np.isclose(table["estimate"], plan.estimate) & np.isclose(table["ci_low"], plan.ci_low)
    assert same.any()


@pytest.mark.parametrize(
    ("data", "options", "reason"),
    [
        (effects(tier="approximate"), {"tiers": ["direct"]}, "no result fits"),
        (effects(trial_id="a"), {}, "a single trial: nothing is pooled"),
        (effects(trial_id="a"), {"per_trial": ["all"]}, "a single trial: nothing is pooled"),
        (
            effects(yi=0.5),
            {"per_trial": ["lowest"], "ci_method": ["knapp_hartung"]},
            "all effects are equal: no standard error",
        ),
        (
            effects(yi=0.5),
            {"per_trial": ["all"]},
            "all trials' means are equal: no standard error",
        ),
    ],
)
def test_a_failure_is_a_row_with_its_reason(
    data: pd.DataFrame, options: dict[str, Any], reason: str
) -> None:
    table = specifications(data, choose(**options))
    assert table["reason"].tolist() == [reason]
    assert table[["ci_low", "ci_high"]].isna().all(axis=None)


def test_a_pool_that_robust_variance_refuses_has_the_reason() -> None:
    data = effects(vi=[1e-12, 1e-12, 1, 1, 1, 1, 1, 1], yi=[0.1] * 8)
    table = specifications(data, choose(per_trial=["all"]))
    assert table["reason"][0].startswith("vi differ by a factor of 1e+12")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"per_trial": ["median"]}, "per_trial must be of"),
        ({"secondary": []}, "lack \\['secondary'\\]"),
        ({"rho": [1.2]}, "rho must lie"),
    ],
)
def test_unknown_choices_are_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        specifications(effects(), choose() | wrong)


def test_a_dimension_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown \\['weather'\\]"):
        specifications(effects(), choose() | {"weather": ["fine"]})


def test_one_result_of_each_trial() -> None:
    got = {how: one_per_trial(effects(), how, 0.5) for how in ("lowest", "highest", "average")}
    assert got["lowest"].yi.tolist() == [0.1, 0.3, -0.2, 0.7, 0.2]
    assert got["highest"].yi.tolist() == [0.5, 0.3, -0.2, 0.7, 0.9]
    # Trial a by hand: (0.04 + 0.05 + 2 * 0.5 * sqrt(0.04 * 0.05)) / 4.
    assert got["average"].yi[0] == pytest.approx(0.3)
    assert got["average"].vi[0] == pytest.approx((0.09 + math.sqrt(0.002)) / 4)


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.8])
def test_the_variance_of_a_mean_is_the_sum_of_the_covariances(rho: float) -> None:
    got = one_per_trial(effects(), "average", rho)
    for place, (_, own) in enumerate(effects().groupby("trial_id")):
        vi = own["vi"].to_numpy()
        # Borenstein and others 2009, chapter 24.
        covariance = rho * np.sqrt(np.outer(vi, vi)) + (1 - rho) * np.diag(vi)
        expected = own["yi"].mean(), covariance.mean()
        assert (got.yi[place], got.vi[place]) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("how", ["lowest", "highest"])
def test_of_equal_results_the_most_precise_is_taken(how: str) -> None:
    data = pd.DataFrame({"trial_id": ["a", "a"], "yi": [0.5, 0.5], "vi": [0.2, 0.1]})
    assert one_per_trial(data, how, math.nan).vi.tolist() == [0.1]


@given(order=st.permutations(range(8)))
def test_order_of_the_rows_moves_no_byte(order: list[int]) -> None:
    choices = choose(per_trial=CHOICES["per_trial"], tiers=CHOICES["tiers"])
    plain = specifications(effects(), choices)
    pd.testing.assert_frame_equal(
        specifications(effects().iloc[order], choices), plain, check_exact=True
    )


def test_agreement_by_hand() -> None:
    table = pd.DataFrame(
        {
            "estimate": [0.3, 0.2, -0.1, -0.4, 0.3, math.nan],
            "ci_low": [0.1, -0.1, -0.3, -0.6, 0.1, math.nan],
            "ci_high": [0.5, 0.5, 0.1, -0.2, 0.5, math.nan],
            "reliable": [True, True, True, True, True, False],
            "same_as": [0, 0, 0, 0, 1, 0],
            "reason": ["", "", "", "", "", "no result fits"],
            "specification": [1, 2, 3, 4, 5, 6],
            **dict.fromkeys(DIMENSIONS, "one"),
            "tiers": ["all", "all", "strict", "strict", "all", "strict"],
        }
    )
    assert agreement(table, 0.25, 0.05, 0.45) == {
        "choices": "tiers",
        "n_specifications": 6,
        "n_failed": 1,
        "n_duplicates": 1,
        "n_different": 4,
        "n_without_interval": 0,
        "share_same_sign": 0.5,
        "share_same_conclusion": 0.25,
        "share_above_zero": 0.25,
        "share_below_zero": 0.25,
        "lowest": -0.4,
        "median": pytest.approx(0.05),
        "highest": 0.3,
    }
    assert agreement(table, 0.25, -0.05, 0.55)["share_same_conclusion"] == 0.5
    assert agreement(table, -0.25, -0.55, -0.05)["share_same_conclusion"] == 0.25


def made(**columns: Any) -> pd.DataFrame:
    """Four different analyses, two of them above zero."""
    table = pd.DataFrame(
        {
            "estimate": [0.3, 0.3, 0.2, -0.4],
            "ci_low": [0.1, 0.2, -0.1, -0.6],
            "ci_high": [0.5, 0.4, 0.5, -0.2],
            "reliable": True,
            "same_as": 0,
            "reason": "",
            "specification": [1, 2, 3, 4],
            **dict.fromkeys(DIMENSIONS, "one"),
        }
    )
    return table.assign(**columns)


def test_without_an_interval_the_plan_has_no_conclusion_to_share() -> None:
    got = agreement(made(), 0.25, math.nan, math.nan)
    assert math.isnan(got["share_same_conclusion"])
    assert got["share_same_sign"] == 0.75


def test_an_analysis_without_a_reliable_interval_shares_no_conclusion() -> None:
    table = made(reliable=[False, True, False, True])
    got = agreement(table, 0.25, 0.05, 0.45)
    assert got["n_without_interval"] == 2
    assert (got["share_same_conclusion"], got["share_above_zero"]) == (0.25, 0.25)
    # Nor does it "include no effect".
    assert agreement(table, 0.25, -0.05, 0.55)["share_same_conclusion"] == 0


@pytest.mark.parametrize("ci_method", ["z", "knapp_hartung_conservative"])
@pytest.mark.parametrize(("trials", "reliable"), [("abc", False), ("abcd", True)])
def test_an_interval_of_three_trials_is_not_reliable(
    ci_method: str, trials: str, reliable: bool
) -> None:
    own = effects()[effects()["trial_id"].isin(list(trials))]
    table = specifications(own, choose(ci_method=[ci_method]))
    assert table["reliable"].tolist() == [reliable]


@pytest.mark.parametrize("trials", ["abc", "abcde"])
def test_a_robust_interval_is_as_reliable_as_its_pool(trials: str) -> None:
    own = effects()[effects()["trial_id"].isin(list(trials))]
    pooled = pool_correlated(own["yi"], own["vi"], own["trial_id"].tolist(), rho=0.8)
    table = specifications(own, choose(per_trial=["all"]))
    assert table["reliable"].tolist() == [has_reliable_interval(pooled.flags)]


def test_agreement_of_nothing_is_not_defined() -> None:
    table = specifications(effects(trial_id="a"), choose())
    got = agreement(table, 0.1, 0.0, 0.2)
    assert (got["n_failed"], got["n_different"]) == (1, 0)
    assert math.isnan(got["share_same_sign"])
