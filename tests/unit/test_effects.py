"""The table of effects: a few rows with numbers worked out by hand."""

import math
from typing import Any

import pandas as pd
import pytest
from tests.plans import small_plan

from metarepro.conversion.effects import compute_effects, effects_by_icc
from metarepro.conversion.tables import EFFECTS, EFFECTS_BY_ICC
from metarepro.models.pooling import pool
from metarepro.plan import Plan
from metarepro.sensitivity.multiverse import specifications
from metarepro.study.tables import EXTRACTED_RESULTS, EXTRACTED_TRIALS
from metarepro.tabular.tables import Table, from_rows

PLAN = small_plan()
CODEBOOK = {
    "outcomes": pd.DataFrame(
        {"outcome": ["mood"], "domain": ["mind"], "beneficial_direction": ["decrease"]}
    ),
    "interventions": pd.DataFrame({"intervention": ["play"], "family": ["parenting"]}),
    "countries": pd.DataFrame(
        {
            "country": ["Chile", "India", "Zambia"],
            "income_group": ["high", "lower_middle", "low"],
        }
    ),
}


def table(rows: list[dict[str, Any]], of: Table) -> pd.DataFrame:
    """Rows with the cells that matter; all others are empty."""
    empty = {n: c.empty for n, c in of.columns.items()}
    return from_rows([empty | row for row in rows], of)


def effects(
    *rows: dict[str, Any],
    design: str = "rct",
    n_clusters: float = math.nan,
    country: str = "",
    plan: Plan = PLAN,
) -> Any:
    trial = {"trial_id": "a", "label": "A 2001", "intervention": "play", "design": design}
    trial["country"] = country
    numbered = [
        {"result_id": f"a-0{i}", "trial_id": "a", "outcome": "mood", "sign": "scale"} | row
        for i, row in enumerate(rows)
    ]
    clusters = pd.DataFrame({"trial_id": ["a"], "n_clusters": [n_clusters]})
    computed = compute_effects(
        table(numbered, EXTRACTED_RESULTS),
        table([trial | {"n_randomised": 100}], EXTRACTED_TRIALS),
        clusters.dropna(),
        CODEBOOK["outcomes"],
        CODEBOOK["interventions"],
        CODEBOOK["countries"],
        plan,
    )
    assert list(computed.columns) == list(EFFECTS.columns)
    return computed


# Depression: fewer points under treatment. J(98) = 0.99233, d = -2/4.
MEANS = {
    **{"statistic": "means", "higher_is_better": "no", "n_t": 50.0, "n_c": 50.0},
    **{"mean_t": 8.0, "sd_t": 4.0, "mean_c": 10.0, "sd_c": 4.0},
}


@pytest.mark.parametrize(
    ("country", "expected"),
    [
        ("Chile", "high"),
        ("India", "low_or_middle"),
        ("India; Zambia", "low_or_middle"),
        ("Chile; Zambia", ""),
        ("", ""),
    ],
)
def test_income_of_the_countries_of_a_trial(country: str, expected: str) -> None:
    (row,) = effects(MEANS, country=country).to_dict("records")
    assert row["income"] == expected


def test_a_lower_score_on_a_bad_scale_favours_the_intervention() -> None:
    (row,) = effects(MEANS).to_dict("records")
    assert row["yi"] == pytest.approx(0.4961625, abs=1e-6)
    assert row["vi"] == pytest.approx(0.04 + 0.4961625**2 / 200, abs=1e-8)
    assert row["ci_high"] - row["yi"] == pytest.approx(1.959964 * math.sqrt(row["vi"]), abs=1e-6)
    assert (row["n_total"], row["domain"], row["family"]) == (100, "mind", "parenting")
    assert (row["tier"], row["exclude"]) == ("direct", "")


def test_a_higher_score_on_a_good_scale_favours_the_intervention() -> None:
    (row,) = effects(MEANS | {"higher_is_better": "yes"}).to_dict("records")
    assert row["yi"] == pytest.approx(-0.4961625, abs=1e-6)


def test_cluster_size_is_participants_by_clusters() -> None:
    # 100 randomised in 10 clusters: design effect 1 + 9 x 0.05 = 1.45.
    (alone,) = effects(MEANS).to_dict("records")
    (row,) = effects(MEANS, design="cluster_rct", n_clusters=10).to_dict("records")
    assert row["vi"] == pytest.approx(1.45 * alone["vi"])
    assert "design effect 1.45" in row["assumptions"]


def test_excluded_rows_stay_with_code_and_reason() -> None:
    given = MEANS | {"exclude": "duplicate", "duplicate_of": "a-03", "exclude_reason": "same"}
    without_sd = MEANS | {"sd_t": math.nan}
    computed = effects(given, without_sd, MEANS)
    assert list(computed["exclude"]) == ["duplicate", "no_variance", ""]
    assert computed[["duplicate_of", "exclude_reason"]].iloc[0].tolist() == ["a-03", "same"]
    assert computed["yi"].notna().tolist() == [False, False, True]


def test_rows_keep_their_order() -> None:
    computed = effects(MEANS | {"measure": "b"}, MEANS | {"measure": "a"})
    assert list(computed["measure"]) == ["b", "a"]


def of_two_arms(*named: str) -> list[str]:
    """Intervention and family of results of a trial of play and talk, which name these."""
    results = [
        MEANS | {"result_id": f"a-0{i}", "trial_id": "a", "outcome": "mood", "intervention": name}
        for i, name in enumerate(named)
    ]
    trial = {"trial_id": "a", "intervention": "play talk"}
    interventions = pd.DataFrame({"intervention": ["play", "talk"], "family": ["f", "g"]})
    computed = compute_effects(
        table(results, EXTRACTED_RESULTS),
        table([trial], EXTRACTED_TRIALS),
        pd.DataFrame({"trial_id": [], "n_clusters": []}),
        CODEBOOK["outcomes"],
        interventions,
        CODEBOOK["countries"],
        PLAN,
    )
    return [f"{row.intervention} {row.family}" for row in computed.itertuples()]


def test_a_result_is_of_the_intervention_that_it_names() -> None:
    assert of_two_arms("talk", "play") == ["talk g", "play f"]


def test_an_intervention_of_several_is_not_guessed() -> None:
    with pytest.raises(KeyError):
        of_two_arms("talk", "")


# --- other intracluster correlations --------------------------------------------------------------

_ARMS = {"n_t": 50.0, "n_c": 50.0, "higher_is_better": "no"}
#: A cluster trial of 10 clusters: every kind of row to which a design effect is applied.
OF_CLUSTERS: dict[str, dict[str, Any]] = {
    "means": MEANS,
    "counts": _ARMS | {"statistic": "counts", "events_t": 10.0, "events_c": 20.0},
    "t": _ARMS | {"statistic": "t_test", "value": -2.0},
    "t, halves": {"statistic": "t_test", "value": -2.0, "n_total": 100.0, "higher_is_better": "no"},
    "difference": _ARMS | {"statistic": "mean_difference", "value": -2.0, "se": 0.9},
    "p": _ARMS | {"statistic": "p_only", "sign": "benefit", "p_value": 0.03, "p_relation": "="},
    "sizes": _ARMS | {"statistic": "smd", "value": -0.3},
    "individuals' SE": _ARMS | {"statistic": "smd", "value": -0.3, "se": 0.2, "adjusted": "no"},
}
#: The authors' own standard error allows for the clusters; no row has it for a correlation of ours.
THEIRS = _ARMS | {"statistic": "smd", "value": -0.3, "se": 0.35}


def plan_with(**of_effects: Any) -> Plan:
    return small_plan(effects={"cluster_size": 20.0} | of_effects)


def cluster_effects(plan: Plan) -> pd.DataFrame:
    rows = [{"adjusted": "unknown"} | row for row in (*OF_CLUSTERS.values(), THEIRS)]
    computed: pd.DataFrame = effects(*rows, design="cluster_rct", n_clusters=10, plan=plan)
    return computed


def by_icc(plan: Plan) -> pd.DataFrame:
    return effects_by_icc(cluster_effects(plan), cluster_effects, plan)


@pytest.mark.parametrize("icc", [0.025, 0.05, 0.1])
def test_each_icc_gives_what_a_conversion_with_it_gives(icc: float) -> None:
    found = by_icc(plan_with(icc=0.05))
    own = found[found["icc"] == icc].set_index("result_id")
    converted = cluster_effects(plan_with(icc=icc)).iloc[: len(OF_CLUSTERS)].set_index("result_id")
    assert own[["yi", "vi"]].to_dict() == converted[["yi", "vi"]].to_dict()


def test_the_effect_of_a_test_moves_with_the_icc() -> None:
    # d = 2 sqrt(DE (1/50 + 1/50)); DE = 1 + 9 ICC; J(98) by Hedges (1981), equation 6e.
    j = math.exp(math.lgamma(49) - math.lgamma(48.5)) / 7
    found = by_icc(plan_with(icc=0.05)).set_index(["result_id", "icc"])
    at = list(OF_CLUSTERS).index("t")
    for icc in (0.025, 0.05, 0.1):
        factor = 1 + 9 * icc
        g = j * 2 * math.sqrt(factor * 0.04)
        yi, vi = found.loc[(f"a-0{at}", icc), ["yi", "vi"]]
        assert yi == pytest.approx(g, rel=1e-9)
        assert vi == pytest.approx(factor * (0.04 + g**2 / 200), rel=1e-9)


def test_only_the_variance_of_means_moves_with_the_icc() -> None:
    found = by_icc(plan_with(icc=0.05)).set_index(["result_id", "icc"]).loc["a-00"]
    assert len(set(found["yi"])) == 1
    assert found["vi"][0.1] / found["vi"][0.05] == pytest.approx(1.9 / 1.45)


def test_a_standard_error_of_the_authors_has_no_row() -> None:
    assert set(by_icc(plan_with(icc=0.05))["result_id"]) == {f"a-0{i}" for i in range(8)}


def test_the_plan_may_name_other_iccs() -> None:
    found = by_icc(plan_with(icc=0.05, other_iccs=[0.2, 0.01]))
    assert found["icc"].unique().tolist() == [0.01, 0.05, 0.2]


@pytest.mark.parametrize(
    ("icc", "expected"), [(0.05, (0.025, 0.05, 0.1)), (0.8, (0.4, 0.8, 1.0)), (0.0, (0.0,))]
)
def test_without_a_word_of_the_plan_half_and_double_are_taken(
    icc: float, expected: tuple[float, ...]
) -> None:
    assert plan_with(icc=icc).effects.iccs == expected


def test_a_study_without_cluster_trials_has_no_other_iccs() -> None:
    found = effects_by_icc(effects(MEANS), lambda plan: effects(MEANS, plan=plan), PLAN)
    assert found.empty
    assert list(found.columns) == list(EFFECTS_BY_ICC.columns)


def test_rows_say_their_design_effect_and_equal_arms() -> None:
    computed = cluster_effects(plan_with(icc=0.05)).set_index(
        pd.Index([*OF_CLUSTERS, "theirs"], name="kind")
    )
    assert computed["design_effect"].dropna().tolist() == pytest.approx([1.45] * 8)
    assert computed.index[computed["equal_arms"] == "yes"].tolist() == ["t, halves"]


def test_every_result_of_a_cluster_trial_has_the_design_effect_of_its_trial() -> None:
    # Also the last one, whose source allowed for the clusters.
    computed = cluster_effects(plan_with(icc=0.05))
    assert math.isnan(computed["design_effect"].iloc[-1])
    assert computed["trial_design_effect"].tolist() == pytest.approx([1.45] * len(computed))


def test_participants_that_are_already_reduced_are_not_divided_again() -> None:
    reduced = effects(MEANS | {"n_basis": "effective"}, design="cluster_rct", n_clusters=10)
    assert reduced["trial_design_effect"].tolist() == [1.0]


def test_other_trials_have_a_design_effect_of_one() -> None:
    assert effects(MEANS)["trial_design_effect"].tolist() == [1.0]


def test_a_specification_pools_what_a_conversion_with_its_icc_gives() -> None:
    def table_at(icc: float) -> pd.DataFrame:
        # One row each, as if of trials of their own.
        computed = cluster_effects(plan_with(icc=icc))
        return computed.assign(trial_id=computed["result_id"])

    found = specifications(table_at(0.05), by_icc=by_icc(plan_with(icc=0.05)))
    # The estimate of tau2 is 0 by every estimator: one of them is left.
    one_way = found[(found["tau2_method"] == "DL") & (found["ci_method"] == "z")]
    for icc in (0.025, 0.05, 0.1):
        every = one_way[(one_way["icc"] == icc) & (one_way["k"] == 9)].iloc[0]
        expected = pool(table_at(icc)["yi"], table_at(icc)["vi"], tau2_method="DL", ci_method="z")
        assert every["estimate"] == pytest.approx(expected.estimate, rel=1e-9)
        assert every["ci_low"] == pytest.approx(expected.ci_low, rel=1e-9)
