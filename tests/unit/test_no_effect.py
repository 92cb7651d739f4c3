"""Results of unreported direction or size at no effect, against metafor and robumeta."""

import math
from statistics import NormalDist
from typing import Any

import pandas as pd
import pytest
from tests.plans import small_plan
from tests.reference_numbers import reference_of

from metarepro.conversion.effects import compute_effects, supersede
from metarepro.conversion.no_effect import at_no_effect
from metarepro.conversion.reported import Choices, NoRouteError, Reported
from metarepro.conversion.routes import convert
from metarepro.conversion.tables import EFFECTS
from metarepro.plan import Plan
from metarepro.sensitivity.no_effect import NONE_ENTERS, no_effect_pools
from metarepro.sensitivity.tables import NO_EFFECT
from metarepro.study.tables import EXTRACTED_RESULTS, EXTRACTED_TRIALS
from metarepro.synthesis.membership import at_zero, in_set
from metarepro.synthesis.planned import synthesise
from metarepro.tabular.input_tables import REVIEW_FILE
from metarepro.tabular.tables import Table, from_rows

REFERENCE = reference_of("no_effect")
VARIANCE = REFERENCE["variance"]
CHOICES = Choices(icc=0.05, cluster_size=20)
OF_SIZES = {"n_t": 28.0, "n_c": 26.0}


def unsigned(**cells: Any) -> Reported:
    """A p without a direction."""
    given: dict[str, Any] = {"statistic": "p_only", "sign": "unsigned", "higher_is_better": ""}
    return Reported(**(given | {"p_value": 0.3, "p_relation": "="} | cells))


# From here: variance and tier of one result.


def test_the_variance_is_metafors_at_equal_means() -> None:
    assert at_no_effect(unsigned(**OF_SIZES), CHOICES).vi == pytest.approx(VARIANCE["arms"])


def test_a_total_is_halved() -> None:
    effect = at_no_effect(unsigned(n_total=80), CHOICES)
    assert effect.vi == pytest.approx(VARIANCE["halves"])
    assert "equal arms" in effect.assumptions


def test_a_printed_size_without_direction_does_not_enter_the_variance() -> None:
    effect = at_no_effect(unsigned(statistic="smd", value=0.9, **OF_SIZES), CHOICES)
    assert effect.vi == pytest.approx(VARIANCE["arms"])


@pytest.mark.parametrize(("cluster_size", "tier"), [(20.0, "derived"), (math.nan, "approximate")])
def test_a_cluster_trial_has_the_design_effect(cluster_size: float, tier: str) -> None:
    row = unsigned(design="cluster_rct", cluster_size=cluster_size, n_total=80)
    effect = at_no_effect(row, CHOICES)
    assert effect.vi == pytest.approx(VARIANCE["clusters"])
    assert effect.tier == tier


def test_the_sizes_of_an_f_are_those_of_its_degrees_of_freedom() -> None:
    effect = at_no_effect(unsigned(statistic="f_test", value=2, df1=1, df2=78), CHOICES)
    assert effect.vi == pytest.approx(VARIANCE["halves"])


@pytest.mark.parametrize(
    "cells",
    [
        {},
        {"design": "cluster_rct", "statistic": "f_test", "df1": 1, "df2": 78},
        {"statistic": "f_test", "df1": 2, "df2": 77, "n_total": 80},
        {"statistic": "t_test", "df2": 24, "n_total": 25},
        {"statistic": "p_only", "df1": 2, "n_total": 80},
        {"statistic": "paired_means", "n_total": 30},
        {"n_t": 1, "n_c": 9},
    ],
    ids=[
        "nothing",
        "clusters",
        "three groups",
        "p of three groups",
        "paired test",
        "pairs",
        "one person",
    ],
)
def test_without_the_sizes_of_two_groups_there_is_no_variance(cells: dict[str, Any]) -> None:
    assert math.isnan(at_no_effect(unsigned(**cells), CHOICES).vi)


def test_events_have_the_variance_of_what_is_printed() -> None:
    # ln 0.49 / z with p 0.29, times sqrt(3) / pi; the 140 participants would give 4 / 140.
    row = unsigned(statistic="odds_ratio", value=0.49, p_value=0.29, n_total=140)
    effect = at_no_effect(row, CHOICES)
    se = math.log(0.49) / NormalDist().inv_cdf(0.29 / 2)
    assert effect.vi == pytest.approx(3 / math.pi**2 * se**2, rel=1e-9)
    assert effect.vi == pytest.approx(0.138, abs=5e-4)
    assert effect.tier == "derived"


@pytest.mark.parametrize(
    ("statistic", "cells"),
    [
        ("counts", {"events_t": 15, "n_t": 60, "events_c": 9, "n_c": 58}),
        ("percentages", {"mean_t": 25, "n_t": 60, "mean_c": 100 * 9 / 58, "n_c": 58}),
    ],
)
def test_counts_have_metafors_variance(statistic: str, cells: dict[str, Any]) -> None:
    effect = at_no_effect(unsigned(statistic=statistic, **cells), CHOICES)
    expected = 3 / math.pi**2 * REFERENCE["odds_ratio"]["unknown_vi"]
    assert effect.vi == pytest.approx(expected)


@pytest.mark.parametrize("value", [0.4, -0.4])
def test_a_cox_index_has_that_of_its_standard_error(value: float) -> None:
    row = unsigned(statistic="cox_index", value=value, se=0.2, n_total=140)
    expected = 3 / math.pi**2 * (1.65 * 0.2) ** 2
    assert at_no_effect(row, CHOICES).vi == pytest.approx(expected)


def test_a_risk_ratio_with_the_risk_of_the_controls_is_converted() -> None:
    # An odds ratio of 3 with the z of the risk ratio 2 at a risk of 1 in 4.
    row = unsigned(statistic="risk_ratio", value=2.0, se=0.3, mean_c=25, n_total=140)
    se = math.log(3) / (math.log(2) / 0.3)
    assert at_no_effect(row, CHOICES).vi == pytest.approx(3 / math.pi**2 * se**2)


@pytest.mark.parametrize(
    "cells",
    [
        {"statistic": "risk_ratio", "value": 1.05, "ci_low": 0.85, "ci_high": 1.37},
        {"statistic": "odds_ratio", "value": 0.8, "p_value": 0.05, "p_relation": ">"},
    ],
    ids=["no risk of the controls", "no exact p"],
)
def test_events_without_a_printed_variance_have_that_of_sizes(cells: dict[str, Any]) -> None:
    effect = at_no_effect(unsigned(n_total=80, **cells), CHOICES)
    assert effect.vi == pytest.approx(VARIANCE["halves"])
    assert effect.tier == "approximate"


def test_counts_in_clusters_have_the_design_effect_once() -> None:
    counts = {"events_t": 15, "n_t": 60, "events_c": 9, "n_c": 58}
    of_clusters = {"design": "cluster_rct", "cluster_size": 20.0}
    effect = at_no_effect(unsigned(statistic="counts", **counts, **of_clusters), CHOICES)
    expected = 1.95 * 3 / math.pi**2 * REFERENCE["odds_ratio"]["unknown_vi"]
    assert effect.vi == pytest.approx(expected)


def test_a_ratio_keeps_the_variance_of_its_counts() -> None:
    counts = {"events_t": 15, "n_t": 60, "events_c": 9, "n_c": 58}
    effect = at_no_effect(unsigned(statistic="counts", **counts), CHOICES, "OR")
    assert effect.yi == 0
    assert effect.vi == pytest.approx(REFERENCE["odds_ratio"]["unknown_vi"])


def test_sizes_alone_give_no_variance_of_a_ratio() -> None:
    assert math.isnan(at_no_effect(unsigned(**OF_SIZES), CHOICES, "OR").vi)


@pytest.mark.parametrize(
    "cells",
    [
        {"statistic": "p_only", "p_value": 0.05, "p_relation": ">", "sign": "benefit"},
        {"statistic": "mean_difference", "value": 2, "p_value": 0.05, "p_relation": ">"},
        {"statistic": "mean_difference", "value": 0, "p_value": 0.9, "p_relation": "="},
        {"statistic": "odds_ratio", "value": 1, "p_value": 0.99, "p_relation": "="},
    ],
)
def test_what_has_no_size_because_it_is_not_significant_is_coded_so(cells: dict[str, Any]) -> None:
    row = Reported(**({"sign": "scale", "higher_is_better": "yes"} | OF_SIZES | cells))
    with pytest.raises(NoRouteError) as raised:
        convert(row, CHOICES)
    assert raised.value.code == "not_significant"


# From here: whole tables, from what was reported to the pool.


def smd(trial: str, yi: float, vi: float, **cells: Any) -> dict[str, Any]:
    """A printed g with its standard error."""
    printed = {"statistic": "smd", "value": yi, "se": math.sqrt(vi), "corrected": "yes"}
    return {"trial_id": trial, "sign": "benefit"} | printed | cells


def without_direction(trial: str, **cells: Any) -> dict[str, Any]:
    """A p without a direction."""
    printed = {"statistic": "p_only", "p_value": 0.3, "p_relation": "=", "sign": "unsigned"}
    return {"trial_id": trial} | printed | cells


def filled(rows: list[dict[str, Any]], of: Table) -> pd.DataFrame:
    empty = {n: c.empty for n, c in of.columns.items()}
    return from_rows([empty | row for row in rows], of)


def effects(
    *rows: dict[str, Any], plan: Plan, designs: dict[str, str] | None = None
) -> pd.DataFrame:
    """The table of effects; every trial is of play and randomised, every outcome is warmth."""
    about = {"outcome": "warmth", "timepoint": "post", "higher_is_better": "yes"}
    numbered = [about | {"result_id": f"r{i}"} | row for i, row in enumerate(rows)]
    names = sorted({row["trial_id"] for row in rows})
    trial = {"intervention": "play", "design": "rct", "n_randomised": 100.0}
    changed = designs or {}
    trials = [
        trial | {"trial_id": name, "label": name, "design": changed.get(name, "rct")}
        for name in names
    ]
    outcomes = pd.DataFrame(
        {
            "outcome": ["warmth", "mood"],
            "domain": ["closeness", "mind"],
            "beneficial_direction": ["increase", "increase"],
        }
    )
    return compute_effects(
        filled(numbered, EXTRACTED_RESULTS),
        filled(trials, EXTRACTED_TRIALS),
        pd.DataFrame({"trial_id": ["e"], "n_clusters": [5.0]}),
        outcomes,
        pd.DataFrame({"intervention": ["play"], "family": ["parenting"]}),
        pd.DataFrame({"country": [], "income_group": []}),
        plan,
    )


def plan_of(**changes: Any) -> Plan:
    """One pool for each domain, of all tiers."""
    tiers = ["direct", "derived", "approximate"]
    post = {"label": "", "timepoints": ["post"], "tiers": tiers}
    given = {"sets": {"post": post}, "syntheses": {"domain": {"by": ["domain"]}}}
    return small_plan(**(given | changes))


def with_them(*rows: dict[str, Any], plan: Plan | None = None, **designs: str) -> dict[str, Any]:
    """The pools of some results, those of unreported direction at no effect, by synthesis."""
    own = plan or plan_of()
    table = effects(*rows, plan=own, designs=designs)
    pooled, _ = synthesise(table, own)
    made = from_rows(list(no_effect_pools(pooled, table, own)), NO_EFFECT)
    return {row["synthesis"]: row for row in made.to_dict("records")}


FOUR = [smd("a", 1.1, 0.09), smd("b", -0.2, 0.04), smd("c", 0.7, 0.06), smd("d", 0.3, 0.02)]
POOL = "post.domain.closeness"


def test_independent_results_are_pooled_as_by_metafor() -> None:
    row = with_them(*FOUR, without_direction("e", **OF_SIZES))[POOL]
    for name, expected in REFERENCE["independent"].items():
        assert row[name] == pytest.approx(expected, rel=1e-7), name
    assert (row["n_at_zero"], row["n_trials_at_zero"], row["at_zero"]) == (1, 1, "r4")


def test_several_results_of_a_trial_are_pooled_as_by_robumeta() -> None:
    row = with_them(
        smd("a", 1.1, 0.09),
        smd("a", 0.4, 0.08),
        smd("b", -0.2, 0.04),
        smd("c", 0.9, 0.06),
        smd("d", 0.3, 0.02),
        without_direction("a", **OF_SIZES),
        without_direction("e", n_total=80.0),
    )[POOL]
    for name, expected in REFERENCE["several"].items():
        assert row[name] == pytest.approx(expected, rel=1e-7), name
    assert (row["model"], row["n_at_zero"], row["n_trials_at_zero"]) == ("correlated_effects", 2, 2)


def test_no_effect_is_a_ratio_of_one() -> None:
    case = REFERENCE["odds_ratio"]
    ratios = [
        smd(trial, math.exp(yi), vi, statistic="odds_ratio", corrected="", se=math.nan)
        | {
            "ci_low": math.exp(yi - 1.959963984540054 * math.sqrt(vi)),
            "ci_high": math.exp(yi + 1.959963984540054 * math.sqrt(vi)),
        }
        for trial, yi, vi in zip("abc", case["yi"], case["vi"], strict=True)
    ]
    counts = {"statistic": "counts", "events_t": 15.0, "n_t": 60.0, "events_c": 9.0, "n_c": 58.0}
    unknown = without_direction("e", exclude="direction_unknown", **counts)
    (row,) = with_them(*ratios, unknown, plan=plan_of(measure="OR")).values()
    assert row["n_at_zero"] == 1
    for name in ("estimate", "ci_low", "ci_high"):
        assert row[name] == pytest.approx(case[name], rel=1e-7), name


def test_a_pool_that_no_such_result_belongs_to_has_no_row() -> None:
    of_mood = [row | {"outcome": "mood"} for row in FOUR]
    found = with_them(*FOUR, *of_mood, without_direction("e", **OF_SIZES))
    assert set(found) == {POOL}


def test_a_pool_that_nothing_else_belongs_to_has_no_row() -> None:
    assert with_them(*FOUR, without_direction("e", outcome="mood", **OF_SIZES)) == {}


@pytest.mark.parametrize("code", ["duplicate", "no_variance", "range_only"])
def test_results_that_are_excluded_for_another_reason_do_not_touch_a_pool(code: str) -> None:
    assert with_them(*FOUR, without_direction("e", exclude=code, **OF_SIZES)) == {}


def test_what_is_not_significant_is_at_no_effect_too() -> None:
    null = without_direction("e", p_relation=">", sign="benefit", **OF_SIZES)
    row = with_them(*FOUR, null)[POOL]
    assert row["estimate"] == pytest.approx(REFERENCE["independent"]["estimate"], rel=1e-7)


def test_a_result_without_sizes_is_counted_and_named() -> None:
    rows = [*FOUR, without_direction("e", **OF_SIZES), without_direction("f")]
    row = with_them(*rows)[POOL]
    assert row["estimate"] == pytest.approx(REFERENCE["independent"]["estimate"], rel=1e-7)
    assert (row["n_at_zero"], row["n_not_entered"], row["not_entered"]) == (1, 1, "r5")


def test_where_none_of_them_has_sizes_there_is_no_number() -> None:
    row = with_them(*FOUR, without_direction("f"))[POOL]
    assert (row["n_at_zero"], row["n_not_entered"], row["reason"]) == (0, 1, NONE_ENTERS)
    assert math.isnan(row["estimate"])


def test_a_cluster_trial_enters_with_its_design_effect() -> None:
    # 100 randomised in 5 clusters: clusters of 20, design effect 1.95.
    plan = plan_of()
    table = effects(without_direction("e", n_total=80.0), plan=plan, designs={"e": "cluster_rct"})
    (row,) = at_zero(table).to_dict("records")
    assert row["vi"] == pytest.approx(VARIANCE["clusters"])
    assert "design effect 1.95" in row["assumptions"]


def test_a_set_takes_its_own_designs_and_tiers() -> None:
    strict = {"label": "", "timepoints": ["post"], "tiers": ["direct", "derived"]}
    randomised = strict | {"designs": ["rct"]}
    plan = plan_of(sets={"post": strict, "randomised": randomised})
    # Trial f: a cluster trial of unknown size, so that its variance is approximate.
    found = with_them(
        *FOUR,
        without_direction("e", **OF_SIZES),
        without_direction("f", **OF_SIZES),
        plan=plan,
        e="quasi",
        f="cluster_rct",
    )
    assert {key: row["at_zero"] for key, row in found.items()} == {POOL: "r4"}


def test_without_the_results_at_no_effect_the_pool_is_that_of_the_plan() -> None:
    plan = plan_of()
    table = effects(*FOUR, without_direction("e", **OF_SIZES), plan=plan)
    every = in_set(at_zero(table), plan.sets["post"])
    own = in_set(table, plan.sets["post"])
    kept = every.loc[~every["at_zero"], own.columns]
    pd.testing.assert_frame_equal(kept, own)


def test_a_result_that_a_review_file_also_has_is_not_counted_twice() -> None:
    plan = plan_of()
    of_file = smd("e", 0.2, 0.05, source_kind=REVIEW_FILE, file="review.rm5")
    table = effects(without_direction("e", **OF_SIZES, file="results.csv"), of_file, plan=plan)
    assert list(supersede(table)["exclude"]) == ["superseded", ""]


def test_other_rows_have_nothing_at_no_effect() -> None:
    table = effects(*FOUR, without_direction("e", exclude="duplicate", **OF_SIZES), plan=plan_of())
    assert table["vi_at_zero"].isna().all()
    assert (table["tier_at_zero"] == "").all()


def test_a_proportion_has_no_effect_to_be_set_to() -> None:
    share = without_direction("e", statistic="proportion", exclude="direction_unknown")
    table = effects(share, plan=plan_of(measure="proportion"))
    assert list(table["tier_at_zero"]) == [""]


def test_effects_keep_their_columns() -> None:
    table = effects(*FOUR, without_direction("e"), plan=plan_of())
    assert list(table.columns) == list(EFFECTS.columns)
