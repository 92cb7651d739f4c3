"""Effects of every measure but the SMD, against metafor's escalc, and their signs."""

import math
from itertools import product
from typing import Any

import pytest
from tests.reference_numbers import reference_of

from metarepro.conversion import effect_sizes as es
from metarepro.conversion.measures import (
    fisher_z,
    log_rate_ratio,
    log_risk_ratio,
    logit,
    mean_difference,
    risk_difference,
)
from metarepro.conversion.paired import paired_mean_difference, smd_from_paired_means
from metarepro.conversion.reported import Choices, Effect, NoRouteError, Reported
from metarepro.conversion.routes import ROUTES, convert
from metarepro.plan import MEASURES as PLAN_MEASURES
from metarepro.wording.scales import MEASURES, Scale, better_of

REFERENCE = reference_of("measures")
CHOICES = Choices(icc=0.05, cluster_size=20)
OF_TABLE = {"RR": log_risk_ratio, "OR": es.log_odds_ratio, "RD": risk_difference}


@pytest.mark.parametrize("found", REFERENCE["tables"]["effects"], ids=lambda one: one["measure"])
def test_tables_give_the_effects_of_escalc(found: dict[str, Any]) -> None:
    for row, yi, vi in zip(REFERENCE["tables"]["data"], found["yi"], found["vi"], strict=True):
        # Without events in either arm a ratio says nothing; escalc makes one of the 0.5 alone.
        if found["measure"] != "RD" and row["events_t"] + row["events_c"] == 0:
            with pytest.raises(ValueError, match="nothing about"):
                OF_TABLE[found["measure"]](**row)
            continue
        effect = OF_TABLE[found["measure"]](**row)
        assert (effect.yi, effect.vi) == pytest.approx((yi, vi), rel=1e-12)


@pytest.mark.parametrize(
    ("kind", "function"),
    [
        ("means", mean_difference),
        ("correlations", fisher_z),
        ("proportions", logit),
        ("rates", log_rate_ratio),
        ("paired", paired_mean_difference),
    ],
)
def test_other_data_give_the_effects_of_escalc(kind: str, function: Any) -> None:
    reference = REFERENCE[kind]
    for row, yi, vi in zip(reference["data"], reference["yi"], reference["vi"], strict=True):
        effect = function(**row)
        assert (effect.yi, effect.vi) == pytest.approx((yi, vi), rel=1e-12, abs=1e-15)


def test_standardised_mean_change_is_that_of_escalc() -> None:
    found = REFERENCE["standardised"]
    for row, yi, vi in zip(found["data"], found["yi"], found["vi"], strict=True):
        numbers = (row["mean_t"], row["mean_c"], row["sd_c"], row["n"], row["r"])
        effect = smd_from_paired_means(*numbers)
        assert (effect.yi, effect.vi) == pytest.approx((yi, vi), rel=1e-10)


@pytest.mark.parametrize(
    ("numbers", "why"),
    [
        ((0, 10.0, 0, 10.0), "without events"),
        ((-1, 10.0, 2, 10.0), "impossible"),
        ((1, 0.0, 2, 10.0), "impossible"),
        ((1, 10.0, 2, math.nan), "impossible"),
    ],
)
def test_impossible_rates_are_refused(numbers: tuple[float, ...], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        log_rate_ratio(*numbers)


def test_rates_of_the_opposite_event_have_no_route() -> None:
    cells = RESULTS["IRR", "rates"]
    with pytest.raises(NoRouteError, match="opposite event") as error:
        convert(Reported("rates", "scale", "yes", "decrease", **cells), CHOICES, "IRR")
    assert error.value.code == "not_convertible"


def test_every_measure_of_a_plan_has_routes() -> None:
    assert tuple(ROUTES) == PLAN_MEASURES
    assert set(PLAN_MEASURES) <= set(MEASURES)


PAIRS = {"n_total": 20, "mean_t": 5, "sd_t": 2, "mean_c": 4, "sd_c": 2, "correlation": 0.6}
#: One result of every route, worse in the treatment arm: more events, a higher score.
RESULTS: dict[tuple[str, str], dict[str, Any]] = {
    ("MD", "means"): {"n_t": 20, "mean_t": 5, "sd_t": 2, "n_c": 21, "mean_c": 4, "sd_c": 2},
    ("MD", "mean_difference"): {"value": 1.5, "se": 0.5},
    ("OR", "counts"): {"events_t": 10, "n_t": 40, "events_c": 5, "n_c": 40},
    ("OR", "percentages"): {"mean_t": 25, "n_t": 40, "mean_c": 12.5, "n_c": 40},
    ("OR", "odds_ratio"): {"value": 2.0, "ci_low": 1.1, "ci_high": 3.7},
    ("RR", "counts"): {"events_t": 10, "n_t": 40, "events_c": 5, "n_c": 40},
    ("RR", "percentages"): {"mean_t": 25, "n_t": 40, "mean_c": 12.5, "n_c": 40},
    ("RR", "risk_ratio"): {"value": 2.0, "ci_low": 1.1, "ci_high": 3.7},
    ("RD", "counts"): {"events_t": 10, "n_t": 40, "events_c": 5, "n_c": 40},
    ("RD", "percentages"): {"mean_t": 25, "n_t": 40, "mean_c": 12.5, "n_c": 40},
    ("RD", "risk_difference"): {"value": 0.1, "se": 0.04},
    ("HR", "hazard_ratio"): {"value": 2.0, "ci_low": 1.1, "ci_high": 3.7},
    ("IRR", "rates"): {"events_t": 24, "time_t": 400, "events_c": 12, "time_c": 380},
    ("IRR", "rate_ratio"): {"value": 2.0, "ci_low": 1.1, "ci_high": 3.7},
    ("ratio", "rate_ratio"): {"value": 2.0, "ci_low": 1.1, "ci_high": 3.7},
    ("MD", "paired_means"): PAIRS,
    ("MD", "change_means"): PAIRS | {"n_total": 40},
    ("ratio", "ratio"): {"value": 2.0, "ci_low": 1.1, "ci_high": 3.7},
    ("ratio", "hazard_ratio"): {"value": 2.0, "ci_low": 1.1, "ci_high": 3.7},
    ("ratio", "odds_ratio"): {"value": 2.0, "ci_low": 1.1, "ci_high": 3.7},
    ("ratio", "risk_ratio"): {"value": 2.0, "ci_low": 1.1, "ci_high": 3.7},
    ("correlation", "correlation"): {"value": 0.4, "n_total": 50},
}


def test_the_results_here_are_those_of_every_route_with_a_side() -> None:
    routes = {(m, s) for m, of in ROUTES.items() for s in of if m not in ("SMD", "proportion")}
    assert set(RESULTS) == routes


@pytest.mark.parametrize(("case", "better"), list(product(RESULTS, ["yes", "no"])), ids=str)
def test_positive_favours_the_intervention(case: tuple[str, str], better: str) -> None:
    measure, statistic = case
    reported = Reported(statistic, "scale", better, **RESULTS[case])
    effect = convert(reported, CHOICES, measure)
    assert (effect.yi > 0) == (better == "yes")


def test_a_printed_ratio_has_the_standard_error_of_its_interval() -> None:
    reported = Reported("risk_ratio", "scale", "no", value=0.5, ci_low=0.25, ci_high=1.0)
    effect = convert(reported, CHOICES, "RR")
    assert effect.yi == pytest.approx(math.log(2))
    assert math.sqrt(effect.vi) == pytest.approx(math.log(4) / (2 * 1.959963984540054))


def test_a_statistic_of_another_measure_is_refused_by_name() -> None:
    reported = Reported("means", "scale", "yes", **RESULTS["MD", "means"])
    with pytest.raises(NoRouteError, match="'means' to the measure RR") as error:
        convert(reported, CHOICES, "RR")
    assert error.value.code == "not_convertible"


@pytest.mark.parametrize("value", [1.0, -1.0, 1.2])
def test_an_impossible_correlation_is_refused(value: float) -> None:
    with pytest.raises(NoRouteError, match="between -1 and 1"):
        convert(
            Reported("correlation", "scale", "yes", value=value, n_total=40), CHOICES, "correlation"
        )


def test_counts_of_a_cluster_trial_have_the_design_effect() -> None:
    alone = Reported("counts", "scale", "no", **RESULTS["RR", "counts"])
    clusters = Reported(
        "counts", "scale", "no", design="cluster_rct", cluster_size=21, **RESULTS["RR", "counts"]
    )
    ratio = convert(clusters, CHOICES, "RR").vi / convert(alone, CHOICES, "RR").vi
    assert ratio == pytest.approx(1 + 20 * 0.05)


#: Ten of forty against five of forty recovered: thirty against thirty-five are still ill.
RECOVERED = RESULTS["RR", "counts"]


def test_the_opposite_event_is_turned_by_its_counts() -> None:
    reported = Reported("counts", "scale", "yes", beneficial_direction="decrease", **RECOVERED)
    effect = convert(reported, CHOICES, "RR")
    ill = log_risk_ratio(30, 40, 35, 40)
    # Fewer are ill with the intervention: positive in favour.
    assert (effect.yi, effect.vi) == pytest.approx((-ill.yi, ill.vi))


def test_the_event_of_the_outcome_itself_is_not_turned() -> None:
    reported = Reported("counts", "scale", "yes", beneficial_direction="increase", **RECOVERED)
    assert convert(reported, CHOICES, "RR").yi == pytest.approx(math.log(2))


@pytest.mark.parametrize("measure", ["OR", "RD"])
def test_odds_and_risk_differences_are_the_same_from_either_event(measure: str) -> None:
    one, other = (
        convert(Reported("counts", "scale", "yes", direction, **RECOVERED), CHOICES, measure)
        for direction in ("decrease", "increase")
    )
    assert (one.yi, one.vi) == pytest.approx((other.yi, other.vi))


def test_a_printed_risk_ratio_of_the_opposite_event_is_refused() -> None:
    reported = Reported("risk_ratio", "scale", "yes", "decrease", value=2.0, se=0.3)
    with pytest.raises(NoRouteError, match="opposite event"):
        convert(reported, CHOICES, "RR")


def test_a_proportion_is_that_of_the_outcome() -> None:
    # 30 of 40 recovered; the outcome is illness, of which less is better: inside positive is good.
    reported = Reported("proportion", "scale", "yes", "decrease", events_t=30, n_t=40)
    yi = convert(reported, CHOICES, "proportion").yi
    assert Scale("proportion", turn=-1).number(yi) == "0.25"


@pytest.mark.parametrize("case", RESULTS, ids=str)
@pytest.mark.parametrize("outcome", ["increase", "decrease"])
def test_more_of_the_outcome_is_printed_above_no_effect(
    case: tuple[str, str], outcome: str
) -> None:
    # Every result here has more of what is counted in the treatment arm.
    measure, statistic = case
    better = {"increase": "yes", "decrease": "no"}[outcome]
    reported = Reported(statistic, "scale", better, outcome, **RESULTS[case])
    effect = convert(reported, CHOICES, measure)
    side = {"effect_measure": measure, "better": better_of(measure, outcome)}
    assert Scale(measure).at(side).shown(effect.yi) > Scale(measure).null


def of(measure: str, statistic: str, **cells: Any) -> Effect:
    """Effect of a result of which more is better."""
    return convert(Reported(statistic, "scale", "yes", **cells), CHOICES, measure)


@pytest.mark.parametrize("measure", ["OR", "RR", "RD"])
def test_percentages_are_the_counts_behind_them_approximately(measure: str) -> None:
    # 25% of 40 and 12.5% of 40 are ten and five.
    counted = of(measure, "counts", **RESULTS[measure, "counts"])
    worked_out = of(measure, "percentages", **RESULTS[measure, "percentages"])
    assert (worked_out.yi, worked_out.vi) == pytest.approx((counted.yi, counted.vi))
    assert (counted.tier, worked_out.tier) == ("direct", "approximate")


@pytest.mark.parametrize("measure", ["SMD", "OR", "RR", "RD"])
@pytest.mark.parametrize("cells", [(0, 5), (40, 5), (5, 0), (5, 40)])
def test_an_empty_cell_of_either_arm_is_noted(measure: str, cells: tuple[int, int]) -> None:
    found = of(measure, "counts", events_t=cells[0], n_t=40, events_c=cells[1], n_c=40)
    assert found.assumptions == ("0.5 added to all cells",)


@pytest.mark.parametrize("measure", ["SMD", "OR", "RR", "RD"])
def test_one_event_of_each_kind_is_no_empty_cell(measure: str) -> None:
    assert of(measure, "counts", events_t=1, n_t=2, events_c=1, n_c=2).assumptions == ()


@pytest.mark.parametrize(
    ("events", "noted"), [((0, 3), True), ((3, 0), True), ((1, 3), False), ((3, 1), False)]
)
def test_an_arm_without_events_is_noted_with_rates(events: tuple[int, int], noted: bool) -> None:
    found = of("IRR", "rates", events_t=events[0], time_t=100, events_c=events[1], time_c=90)
    assert ("0.5 added to the events of both arms" in found.assumptions) == noted


@pytest.mark.parametrize(("events", "noted"), [(0, True), (40, True), (1, False), (39, False)])
def test_a_proportion_of_none_or_all_is_noted(events: int, noted: bool) -> None:
    found = of("proportion", "proportion", events_t=events, n_t=40)
    assert ("0.5 added to events and non-events" in found.assumptions) == noted


@pytest.mark.parametrize(
    ("measure", "statistic", "yi", "vi"),
    [
        # As printed; the logarithm of 2 with the error of its interval, ln(3.7 / 1.1) / 3.92.
        ("MD", "mean_difference", 1.5, 0.25),
        ("RD", "risk_difference", 0.1, 0.0016),
        ("HR", "hazard_ratio", 0.693147, 0.095760),
        # atanh(0.4) with 1 / 47.
        ("correlation", "correlation", 0.423649, 1 / 47),
        # Four in 20 pairs with r = 0.6: 2 SD^2 (1 - r) / n.
        ("MD", "paired_means", 1.0, 0.16),
        ("MD", "change_means", 1.0, 0.4),
    ],
)
def test_routes_give_value_and_variance(measure: str, statistic: str, yi: float, vi: float) -> None:
    found = of(measure, statistic, **RESULTS[measure, statistic])
    assert (found.yi, found.vi) == pytest.approx((yi, vi), rel=1e-4)


@pytest.mark.parametrize("case", [case for case in RESULTS if "value" in RESULTS[case]], ids=str)
@pytest.mark.parametrize(("adjusted", "factor"), [("no", 1.95), ("yes", 1.0), ("unknown", 1.0)])
def test_a_printed_variance_of_a_cluster_trial_is_multiplied_if_not_adjusted(
    case: tuple[str, str], adjusted: str, factor: float
) -> None:
    clusters: dict[str, Any] = {"design": "cluster_rct", "cluster_size": 20, "adjusted": adjusted}
    measure, statistic = case
    alone = of(measure, statistic, **RESULTS[case])
    found = of(measure, statistic, **RESULTS[case], **clusters)
    assert found.vi == pytest.approx(factor * alone.vi)


def test_pairs_are_counted_by_their_total_or_else_the_treatment_arm() -> None:
    both = RESULTS["MD", "paired_means"]
    of_arm = {name: value for name, value in both.items() if name != "n_total"}
    assert of("MD", "paired_means", **of_arm, n_t=20) == of("MD", "paired_means", **both)


@pytest.mark.parametrize(
    ("function", "fits", "broken"),
    [
        (fisher_z, (0.5, 4), (0.5, 3)),
        (logit, (4, 4), (5, 4)),
        (logit, (0, 4), (-1, 4)),
        (logit, (0, 1), (0, 0)),
        (risk_difference, (4, 4, 0, 4), (5, 4, 0, 4)),
        (risk_difference, (0, 4, 4, 4), (0, 4, 5, 4)),
        (risk_difference, (0, 4, 0, 4), (-1, 4, 0, 4)),
        (risk_difference, (0, 4, 0, 4), (0, 4, -1, 4)),
        (risk_difference, (0, 1, 0, 1), (0, 0, 0, 1)),
        (risk_difference, (0, 1, 0, 1), (0, 1, 0, 0)),
        (log_risk_ratio, (1, 4, 0, 4), (0, 4, 0, 4)),
        (log_risk_ratio, (3, 4, 4, 4), (4, 4, 4, 4)),
        (log_rate_ratio, (1, 0.5, 0, 0.5), (0, 0.5, 0, 0.5)),
        (paired_mean_difference, (1, 1, 0, 1, 3, 0.5), (1, 1, 0, 1, 2, 0.5)),
        (paired_mean_difference, (1, 1, 0, 1, 9, 0.99), (1, 1, 0, 1, 9, 1.0)),
        (paired_mean_difference, (1, 1, 0, 1, 9, -0.99), (1, 1, 0, 1, 9, -1.0)),
        (smd_from_paired_means, (1, 0, 0.1, 9, 0.5), (1, 0, 0.0, 9, 0.5)),
    ],
)
def test_the_first_impossible_number_is_refused(
    function: Any, fits: tuple[float, ...], broken: tuple[float, ...]
) -> None:
    assert math.isfinite(function(*fits).vi)
    with pytest.raises(ValueError, match=r"\w"):
        function(*broken)
