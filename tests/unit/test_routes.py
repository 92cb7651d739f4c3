"""Routes from a reported row to an effect, against metafor (tests/reference/routes.R)."""

import math
from dataclasses import replace
from typing import Any

import pytest
from tests.reference_numbers import reference_of

from metarepro.conversion.reported import Choices, NoRouteError, Reported, df_of_interval
from metarepro.conversion.routes import ROUTES, convert
from metarepro.tabular.reported_statistics import STATISTICS

CHOICES = Choices(icc=0.05, cluster_size=20)
ARMS = {"n_t": 9, "n_c": 9}
CASES = reference_of("routes")


def reported(**cells: Any) -> Reported:
    defaults: dict[str, Any] = {"statistic": "smd", "sign": "scale", "higher_is_better": "yes"}
    return Reported(**(defaults | cells))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_route_gives_what_metafor_gives(case: dict[str, Any]) -> None:
    effect = convert(reported(**case["row"]), CHOICES)
    assert effect.yi == pytest.approx(case["yi"], rel=1e-10)
    assert effect.vi == pytest.approx(case["vi"], rel=1e-10)


def test_every_statistic_has_a_reference_case() -> None:
    assert {case["row"]["statistic"] for case in CASES} == set(ROUTES["SMD"])


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_turning_the_instrument_turns_the_effect(case: dict[str, Any]) -> None:
    row = reported(**case["row"])
    turned = replace(row, higher_is_better="no" if row.higher_is_better == "yes" else "yes")
    effect, other = convert(row, CHOICES), convert(turned, CHOICES)
    # A value that the source has turned itself keeps its direction; means and counts are always
    # on the scale of the instrument.
    if row.sign != "benefit" or STATISTICS[row.statistic].of_arms:
        assert other.yi == -effect.yi
    else:
        assert math.copysign(1, other.yi) == math.copysign(1, effect.yi)


@pytest.mark.parametrize(
    ("cells", "source", "tier"),
    [
        ({"se": 0.2, "ci_low": 0, "ci_high": 1}, "se", "direct"),
        ({"ci_low": 0, "ci_high": 1, "p_value": 0.1, "p_relation": "="}, "ci", "direct"),
        ({"p_value": 0.3, "p_relation": "=", "n_t": 9, "n_c": 9}, "p", "derived"),
        ({"n_t": 9, "n_c": 9}, "ns", "derived"),
        ({"n_total": 18}, "ns", "derived"),
        ({"p_value": 0.1, "p_relation": "<", "n_t": 9, "n_c": 9}, "ns", "derived"),
        ({"p_value": 0.1, "p_relation": "<"}, "p bound", "approximate"),
    ],
)
def test_standard_error_is_taken_from_the_best_source(
    cells: dict[str, Any], source: str, tier: str
) -> None:
    effect = convert(reported(value=0.5, **cells), CHOICES)
    assert (effect.se_source, effect.tier) == (source, tier)


EXCLUDED: list[tuple[str, dict[str, Any]]] = [
    ("no_variance", {"value": 0.5}),
    ("not_significant", {"value": 0.5, "p_value": 0.3, "p_relation": ">"}),
    ("no_variance", ARMS),
    ("direction_unknown", {"value": 0.5, "se": 0.1, "sign": "unsigned"}),
    ("direction_unknown", {"value": 0.5, "se": 0.1, "higher_is_better": ""}),
    ("impossible_input", {"value": 0.5, "n_t": 1, "n_c": 9}),
    ("no_variance", {"statistic": "means", "mean_t": 1, "mean_c": 2, **ARMS}),
    ("no_variance", {"statistic": "means", "mean_t": 1, "mean_c": 2, "sd_t": 1, "sd_c": 1}),
    ("no_events", {"statistic": "counts", "events_t": 0, "events_c": 0, **ARMS}),
    ("percentages_without_n", {"statistic": "percentages", "mean_t": 10, "mean_c": 20}),
    ("no_baseline_risk", {"statistic": "risk_ratio", "value": 0.7, "se": 0.1}),
    ("no_baseline_risk", {"statistic": "risk_difference", "value": -0.1, "se": 0.04}),
    # No effect has no z that could be taken over.
    ("not_significant", {"statistic": "risk_ratio", "value": 1.0, "se": 0.1, "mean_c": 20}),
    ("not_significant", {"statistic": "risk_difference", "value": 0.0, "se": 0.1, "mean_c": 20}),
    ("not_significant", {"statistic": "mean_difference", "value": 0, "se": 1, **ARMS}),
    ("no_variance", {"statistic": "t_test", "value": 2, "df2": 9, "design": "cluster_rct"}),
    ("not_two_groups", {"statistic": "t_test", "value": 2, "df2": 40, **ARMS}),
    ("not_two_groups", {"statistic": "mean_difference", "value": 2, "se": 1, "df2": 40, **ARMS}),
    ("no_correlation", {"statistic": "t_test", "value": 2, "df2": 8, **ARMS}),
    ("no_correlation", {"statistic": "t_test", "value": 2, "df2": 24, "n_total": 25}),
    (
        "no_correlation",
        {"statistic": "f_test", "value": 4, "df1": 1, "df2": 8, "sign": "benefit", **ARMS},
    ),
    (
        "no_correlation",
        {
            "statistic": "paired_means",
            "n_total": 20,
            "mean_t": 1,
            "sd_t": 1,
            "mean_c": 2,
            "sd_c": 1,
        },
    ),
    ("no_variance", {"statistic": "cox_index", "value": 0.4, **ARMS}),
    ("impossible_input", {"statistic": "correlation", "value": 1.0, "n_total": 20}),
    ("direction_unknown", {"statistic": "f_test", "value": 9, "df1": 1, **ARMS}),
    ("not_convertible", {"statistic": "f_test", "value": 9, "df1": 2, "sign": "benefit", **ARMS}),
    ("not_convertible", {"statistic": "eta_squared", "value": 0.1, "df1": 2, **ARMS}),
    ("not_convertible", {"statistic": "p_only", "p_value": 0.01, "df1": 2, **ARMS}),
    (
        "not_significant",
        {"statistic": "p_only", "p_value": 0.05, "p_relation": ">", "sign": "benefit", **ARMS},
    ),
    (
        "no_variance",
        {"statistic": "p_only", "p_value": 0.0, "p_relation": "=", "sign": "benefit", **ARMS},
    ),
    ("impossible_input", {"statistic": "eta_squared", "value": 1, "sign": "benefit", **ARMS}),
]


@pytest.mark.parametrize(("code", "cells"), EXCLUDED)
def test_what_has_no_route_is_excluded_with_a_code(code: str, cells: dict[str, Any]) -> None:
    with pytest.raises(NoRouteError) as raised:
        convert(reported(**cells), CHOICES)
    assert raised.value.code == code
    assert str(raised.value)


# 500 and 500 independent participants give a g of 0.5 an SE of 0.0642.
@pytest.mark.parametrize(
    ("se", "adjusted", "factor", "tier"),
    [
        (0.1, "unknown", 1.0, "direct"),  # larger: it allows for the clusters
        (0.0642, "unknown", 1.95, "direct"),  # that of individuals
        (0.05, "no", 1.95, "direct"),
        (0.0646, "yes", 1.0, "direct"),  # the source says that it is adjusted
        (0.04, "unknown", 1.0, "approximate"),  # not to be believed anyway
    ],
)
def test_printed_standard_error_of_a_cluster_trial(
    se: float, adjusted: str, factor: float, tier: str
) -> None:
    arms = {"n_t": 500, "n_c": 500, "design": "cluster_rct", "cluster_size": 20}
    row = reported(value=0.5, se=se, adjusted=adjusted, **arms)
    effect = convert(row, CHOICES)
    assert effect.vi == pytest.approx(factor * convert(replace(row, design="rct"), CHOICES).vi)
    assert effect.tier == tier


def test_adjusted_difference_without_sd_is_approximate() -> None:
    row = reported(statistic="mean_difference", value=2, se=1, **ARMS)
    assert convert(row, CHOICES).tier == "derived"
    assert convert(replace(row, adjusted="yes"), CHOICES).tier == "approximate"


def test_cluster_trial_with_reference_sd_has_a_route() -> None:
    row = reported(
        statistic="mean_difference", value=3, se=1, reference_sd=15, design="cluster_rct", **ARMS
    )
    assert convert(row, CHOICES).yi == 0.2


@pytest.mark.parametrize(
    ("share", "factor", "tier"),
    [(0.99, 1.95, "direct"), (1.04, 1.95, "direct"), (1.06, 1.0, "direct")],
)
def test_an_error_up_to_a_twentieth_larger_is_that_of_individuals(
    share: float, factor: float, tier: str
) -> None:
    arms = {"n_t": 500, "n_c": 500, "design": "cluster_rct", "cluster_size": 20}
    # Of a g near 0 the error of 500 + 500 participants is sqrt(2/500).
    row = reported(value=1e-6, se=share * math.sqrt(2 / 500), **arms)
    effect = convert(row, CHOICES)
    assert effect.vi == pytest.approx(factor * share**2 * 2 / 500, rel=0.01)
    assert effect.tier == tier


@pytest.mark.parametrize(("share", "tier"), [(0.98, "approximate"), (1.01, "direct")])
def test_adjusted_error_of_a_cluster_trial_below_individuals_is_approximate(
    share: float, tier: str
) -> None:
    arms = {"n_t": 500, "n_c": 500, "design": "cluster_rct", "cluster_size": 20}
    row = reported(value=1e-6, se=share * math.sqrt(2 / 500), adjusted="yes", **arms)
    effect = convert(row, CHOICES)
    assert effect.tier == tier
    assert effect.vi == pytest.approx(share**2 * 2 / 500, rel=0.01)


@pytest.mark.parametrize(("share", "factor"), [(0.99, 1.95), (1.06, 1.0)])
def test_half_of_the_participants_stand_for_an_arm(share: float, factor: float) -> None:
    arms = {"n_total": 1000, "design": "cluster_rct", "cluster_size": 20}
    effect = convert(reported(value=1e-6, se=share * math.sqrt(2 / 500), **arms), CHOICES)
    assert effect.vi == pytest.approx(factor * share**2 * 2 / 500, rel=0.01)


@pytest.mark.parametrize(
    ("cells", "df"),
    [
        ({}, 8),
        ({"adjusted": "yes"}, math.inf),
        ({"design": "cluster_rct"}, math.inf),
        ({"n": math.nan}, math.inf),
        ({"statistic": "smd"}, math.inf),
        # As printed, but a ratio has no t.
        ({"printed_df": 6, "adjusted": "yes"}, 6),
        ({"printed_df": 6, "statistic": "smd"}, 6),
        ({"printed_df": 6, "statistic": "odds_ratio"}, math.inf),
    ],
)
def test_an_interval_has_the_degrees_of_freedom_of_its_test(
    cells: dict[str, Any], df: float
) -> None:
    row: dict[str, Any] = {"statistic": "mean_difference", "adjusted": "no", "design": "rct"}
    row |= {"n": 10.0}
    assert df_of_interval(**(row | cells)) == df


def test_interval_of_a_cluster_trial_is_normal() -> None:
    # Its degrees of freedom are those of the clusters, which are not known.
    cells = {"value": 1.0, "ci_low": 1 - 1.959964, "ci_high": 1 + 1.959964, "n_t": 5, "n_c": 5}
    row = reported(statistic="mean_difference", design="cluster_rct", **cells)
    effect = convert(row, CHOICES, "MD")
    assert effect.vi == pytest.approx(1.0, rel=1e-6)


def test_no_cluster_is_smaller_than_one_participant() -> None:
    # Fewer randomised than clusters, as a misprint has it: no design effect below 1.
    row = reported(value=0.5, n_t=50, n_c=50, design="cluster_rct", cluster_size=0.5)
    assert convert(row, CHOICES).vi == convert(replace(row, design="rct"), CHOICES).vi


def test_standard_error_that_was_worked_out_is_derived() -> None:
    row = reported(value=0.5, se=0.2)
    assert convert(row, CHOICES).tier == "direct"
    worked_out = convert(replace(row, se_basis="worked_out"), CHOICES)
    assert worked_out.tier == "derived"
    assert (worked_out.yi, worked_out.vi) == (0.5, 0.2**2)


@pytest.mark.parametrize("source_kind", ["database", "abstract"])
# J of 16 df is 0.9523 (Hedges 1981, table 1).
@pytest.mark.parametrize(("corrected", "j"), [("yes", 1.0), ("no", 0.9523), ("", 0.9523)])
def test_the_row_says_whether_its_smd_is_corrected(
    corrected: str, j: float, source_kind: str
) -> None:
    row = reported(value=0.5, se=0.4, corrected=corrected, source_kind=source_kind, **ARMS)
    assert convert(row, CHOICES).yi == pytest.approx(0.5 * j, abs=1e-4)


def test_unknown_number_of_clusters_is_an_approximation() -> None:
    row = reported(value=0.5, n_t=500, n_c=500, design="cluster_rct")
    effect = convert(row, CHOICES)
    assert effect.tier == "approximate"
    assert effect.vi == pytest.approx(1.95 * convert(replace(row, design="rct"), CHOICES).vi)
    assert "number of clusters not reported" in effect.assumptions[0]


def test_arms_that_are_reduced_for_clusters_are_not_reduced_again() -> None:
    cells = {"n_t": 98, "n_c": 88, "mean_t": 7.37, "sd_t": 4.36, "mean_c": 7.51, "sd_c": 4.9}
    cluster = reported(
        statistic="means", design="cluster_rct", cluster_size=6.4, n_basis="effective", **cells
    )
    effect = convert(cluster, CHOICES)
    alone = convert(replace(cluster, design="rct"), CHOICES)
    assert effect.vi == alone.vi
    assert effect.tier == "derived"


def test_standard_error_below_what_the_arms_allow_is_approximate() -> None:
    # 50 and 50 independent participants give an SE of 0.2, of which 0.7 is 0.14.
    believed = convert(reported(value=0.001, se=0.1425, n_t=50, n_c=50), CHOICES)
    doubted = convert(reported(value=0.001, se=0.1395, n_t=50, n_c=50), CHOICES)
    assert (believed.tier, doubted.tier) == ("direct", "approximate")


@pytest.mark.parametrize(
    ("n_t", "tier"),
    [
        (2, "approximate"),  # 2 and 9 participants give an SE of 0.78
        (1, "direct"),  # no formula holds for one participant
    ],
)
def test_arms_of_two_participants_are_the_smallest_looked_at(n_t: int, tier: str) -> None:
    row = reported(value=0.001, se=0.5, corrected="yes", n_t=n_t, n_c=9)
    assert convert(row, CHOICES).tier == tier


def test_sds_of_arms_of_unknown_size_are_averaged_as_variances() -> None:
    cells = {"value": 2.0, "se": 0.5, "sd_t": 3.0, "sd_c": 4.0}
    effect = convert(reported(statistic="mean_difference", **cells), CHOICES)
    # The mean of 9 and 16 is 12.5; without sizes there is no small-sample correction.
    assert (effect.yi, effect.vi) == pytest.approx((2 / math.sqrt(12.5), 0.25 / 12.5))
    assert effect.tier == "derived"


def test_a_difference_without_an_error_has_that_of_its_arm_sizes() -> None:
    cells = {"value": 2.0, "sd_t": 4.0, "sd_c": 4.0, "n_t": 30, "n_c": 30}
    effect = convert(reported(statistic="mean_difference", **cells), CHOICES)
    # J of 58 df is 0.98700 (Hedges 1981, equation 6e).
    g = 0.5 * 0.98700
    assert (effect.yi, effect.vi) == pytest.approx((g, 2 / 30 + g**2 / 120), rel=1e-5)
    assert (effect.se_source, effect.tier) == ("ns", "derived")


def test_a_difference_may_have_the_error_of_its_bound_of_p() -> None:
    cells = {"value": 3.0, "reference_sd": 15.0, "p_value": 0.05, "p_relation": "<"}
    effect = convert(reported(statistic="mean_difference", **cells), CHOICES)
    assert (effect.yi, effect.vi) == pytest.approx((0.2, (0.2 / 1.959964) ** 2), rel=1e-6)
    assert (effect.se_source, effect.tier) == ("p bound", "approximate")


def test_shared_control_group_is_recorded() -> None:
    effect = convert(reported(value=0.5, se=0.2, shared_control="yes"), CHOICES)
    assert any("shares its control group" in text for text in effect.assumptions)


@pytest.mark.parametrize("shared_control", ["no", ""])
def test_a_control_group_of_its_own_is_no_assumption(shared_control: str) -> None:
    effect = convert(reported(value=0.5, se=0.2, shared_control=shared_control), CHOICES)
    assert not any("control group" in text for text in effect.assumptions)


def test_codebook_stands_in_for_an_unknown_instrument() -> None:
    row = reported(value=0.5, se=0.2, higher_is_better="", beneficial_direction="decrease")
    assert convert(row, CHOICES).yi == -0.5
