"""The table of effects: a few rows with numbers worked out by hand."""

import math
from typing import Any

import pandas as pd
import pytest
from tests.plans import small_plan

from metarepro.conversion.effects import compute_effects
from metarepro.conversion.tables import EFFECTS
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
    empty = {n: math.nan if str(c.dtype) == "float64" else "" for n, c in of.columns.items()}
    return from_rows([empty | row for row in rows], of)


def effects(
    *rows: dict[str, Any], design: str = "rct", n_clusters: float = math.nan, country: str = ""
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
        PLAN,
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
