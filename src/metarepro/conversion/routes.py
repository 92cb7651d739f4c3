"""From a reported result to an effect: one route for each measure and statistic.

`convert` takes one reported result to an `Effect` (positive favours the intervention) or raises
`NoRouteError` with an exclusion code. The formulas of the SMD are in `effect_sizes`, those of all
other measures in `measures`, the choice of the standard error in `reported`; the data guide lists
the routes in words.
"""

import math
from collections.abc import Callable, Mapping

from metarepro.conversion import effect_sizes as es
from metarepro.conversion import group_tests
from metarepro.conversion.constants import COX_DIVISOR, SE_RATIO_LIMIT
from metarepro.conversion.measures import MEASURE_ROUTES, of_means
from metarepro.conversion.paired import PAIRED_ROUTES
from metarepro.conversion.reported import (
    Choices,
    Effect,
    Found,
    NoRouteError,
    Reported,
    Working,
    known,
    need,
)


def _odds_ratio_of_counts(w: Working, events_t: float, events_c: float) -> Found:
    r = w.reported
    try:
        lnor, v = es.log_odds_ratio(events_t, r.n_t, events_c, r.n_c)
    except ValueError as error:
        raise NoRouteError("no_events", str(error)) from None
    if 0 in (events_t, r.n_t - events_t, events_c, r.n_c - events_c):
        w.assume("0.5 added to all cells")
    g, v = es.smd_from_log_odds(lnor, v)
    return w.turn_scale() * g, w.allow_for_clusters(v), "counts"


def _counts(w: Working) -> Found:
    r = w.reported
    need("no_variance", "counts need events and arm sizes", r.events_t, r.events_c, r.n_t, r.n_c)
    return _odds_ratio_of_counts(w, r.events_t, r.events_c)


def _percentages(w: Working) -> Found:
    r = w.reported
    need("percentages_without_n", "percentages need arm sizes", r.mean_t, r.mean_c, r.n_t, r.n_c)
    w.assume("events worked out from percentages", "approximate")
    return _odds_ratio_of_counts(w, r.mean_t * r.n_t / 100, r.mean_c * r.n_c / 100)


def _smd(w: Working) -> Found:
    r = w.reported
    need("no_variance", "no printed effect", r.value)
    j = es.hedges_j(w.n - 2) if known(w.n) else 1.0
    corrected = r.corrected == "yes"
    if corrected:
        w.assume("printed value is Hedges' g")
    elif not known(w.n):
        w.assume("no small-sample correction: n not reported")
    g = r.value if corrected else j * r.value
    if found := w.printed_se(r.value):
        se, source = found
        if source == "p" and known(w.n):
            # The p is that of t, in which the error of the SD is not: it gives d / t only.
            return w.turn() * g, (se / j if corrected else se) ** 2 + g**2 / (2 * w.n), source
        return w.turn() * g, (se if corrected else j * se) ** 2, source
    if known(w.n):
        n_t, n_c = w.arms()
        w.assume("", "derived")
        return w.turn() * g, w.allow_for_clusters(es.se_from_ns(g, n_t, n_c) ** 2), "ns"
    return w.turn() * g, w.se_at_bound(r.value) ** 2, "p bound"


def _mean_difference(w: Working) -> Found:
    r = w.reported
    need("no_variance", "no printed difference", r.value)
    own_sds = known(r.sd_t, r.sd_c)
    if not own_sds and not known(r.reference_sd):
        return group_tests.difference_without_sd(w)
    sd = _own_sd(w) if own_sds else _reference_sd(w)
    sample_n = w.n if own_sds else math.nan
    j = es.hedges_j(sample_n - 2) if known(sample_n) else 1.0
    g = j * r.value / sd
    if found := w.printed_se(r.value):
        se, source = found
        # The SD of the sample is itself an estimate: the second term of the variance of g.
        estimated_sd = g**2 / (2 * sample_n) if known(sample_n) else 0.0
        return w.turn() * g, (se / sd) ** 2 + estimated_sd, source
    if known(w.n):
        n_t, n_c = w.arms()
        w.assume("", "derived")
        return w.turn() * g, w.allow_for_clusters(es.se_from_ns(g, n_t, n_c) ** 2), "ns"
    return w.turn() * g, (j * w.se_at_bound(r.value) / sd) ** 2, "p bound"


def _own_sd(w: Working) -> float:
    r = w.reported
    if known(r.n_t, r.n_c):
        return es.pooled_sd(r.sd_t, r.n_t, r.sd_c, r.n_c)
    w.assume("SDs of the arms averaged: arm sizes not reported", "derived")
    return math.sqrt((r.sd_t**2 + r.sd_c**2) / 2)


def _reference_sd(w: Working) -> float:
    sd = w.reported.reference_sd
    w.assume(f"reference SD {sd:g}", "derived")
    return sd


def _odds_ratio(w: Working) -> Found:
    r = w.reported
    need("no_variance", "no printed odds ratio", r.value)
    lnor = math.log(r.value)
    se, source = w.se_of(lnor)
    g, v = es.smd_from_log_odds(lnor, se**2)
    return w.turn() * g, v, source


def _control_risk(w: Working) -> float:
    """Share of the control group with the event, as counted or as a printed percentage."""
    r = w.reported
    if known(r.events_c, r.n_c):
        return r.events_c / r.n_c
    if known(r.mean_c):
        return r.mean_c / 100
    raise NoRouteError(
        "no_baseline_risk", "without the risk of the control group it has no odds ratio"
    )


def _through_baseline_risk(
    w: Working, effect: float, se: float, odds_ratio: Callable[[float], float]
) -> tuple[float, float]:
    """SMD of a risk ratio or difference: the odds ratio at the control risk, same z."""
    w.assume("odds ratio at the control group's risk, with the printed z", "approximate")
    # A source that has turned its sign counts the event the other way round.
    lnor = math.log(odds_ratio(w.turn() * w.turn_scale() * effect))
    g, _ = es.smd_from_log_odds(lnor, 1.0)
    return w.turn_scale() * g, (g * se / effect) ** 2


def _risk_ratio(w: Working) -> Found:
    r = w.reported
    need("no_variance", "no printed risk ratio", r.value)
    risk = _control_risk(w)
    lnrr = math.log(r.value)
    if lnrr == 0:
        raise NoRouteError("not_significant", "a risk ratio of 1 has no z to take over")
    se, source = w.se_of(lnrr)
    yi, vi = _through_baseline_risk(
        w, lnrr, se, lambda ln: es.odds_ratio_from_risk_ratio(math.exp(ln), risk)
    )
    return yi, vi, source


def _risk_difference(w: Working) -> Found:
    r = w.reported
    need("no_variance", "no printed risk difference", r.value)
    risk = _control_risk(w)
    if r.value == 0:
        raise NoRouteError("not_significant", "a risk difference of 0 has no z to take over")
    se, source = w.se_of(r.value)
    yi, vi = _through_baseline_risk(
        w, r.value, se, lambda rd: es.odds_ratio_from_risk_difference(rd, risk)
    )
    return yi, vi, source


def _cox_index(w: Working) -> Found:
    """A log odds ratio divided by 1.65, brought to the factor of all other odds ratios."""
    r = w.reported
    need("no_variance", "no printed effect", r.value)
    se, source = w.se_of(r.value)
    w.assume("Cox index: log odds ratio / 1.65", "derived")
    g, v = es.smd_from_log_odds(COX_DIVISOR * r.value, (COX_DIVISOR * se) ** 2)
    return w.turn() * g, v, source


def _correlation(w: Working) -> Found:
    r = w.reported
    need("no_variance", "a correlation needs its value and n", r.value, w.n)
    w.assume("correlation with belonging to one of two equal groups", "approximate")
    g, v = es.smd_from_correlation(r.value, w.n)
    return w.turn() * g, w.allow_for_clusters(v), "ns"


_SMD_ROUTES: Mapping[str, Callable[[Working], Found]] = {
    "means": of_means(es.smd_from_means),
    "counts": _counts,
    "percentages": _percentages,
    "smd": _smd,
    "mean_difference": _mean_difference,
    "odds_ratio": _odds_ratio,
    "risk_ratio": _risk_ratio,
    "risk_difference": _risk_difference,
    "cox_index": _cox_index,
    "t_test": group_tests.t_test,
    "f_test": group_tests.f_test,
    "eta_squared": group_tests.eta_squared,
    "p_only": group_tests.p_only,
    "correlation": _correlation,
}
#: Measure to statistic to its route.
ROUTES: Mapping[str, Mapping[str, Callable[[Working], Found]]] = {
    measure: {**routes, **PAIRED_ROUTES.get(measure, {})}
    for measure, routes in {"SMD": _SMD_ROUTES, **MEASURE_ROUTES}.items()
}


def convert(reported: Reported, choices: Choices, measure: str = "SMD") -> Effect:
    """Turn one reported result into an effect, positive = favours the intervention.

    Parameters
    ----------
    reported : Reported
        What was printed.
    choices : Choices
        What the report leaves open.
    measure : str
        A key of `ROUTES`; ratios come out as natural logs, correlations as Fisher's z,
        proportions as logits.

    Raises
    ------
    NoRouteError
        With the exclusion code, if no formula applies or the numbers are impossible.

    Examples
    --------
    >>> arms = {"mean_t": 9.5, "sd_t": 2.0, "n_t": 40, "mean_c": 8.5, "sd_c": 2.0, "n_c": 39}
    >>> means = Reported("means", "scale", higher_is_better="yes", **arms)
    >>> effect = convert(means, Choices(icc=0.05, cluster_size=20))
    >>> f"{effect.yi:.2f} {effect.vi:.3f} {effect.tier}"
    '0.50 0.052 direct'
    """
    w = Working(reported, choices)
    route = ROUTES[measure].get(reported.statistic)
    if route is None:
        to = "" if measure == "SMD" else f" to the measure {measure}"
        raise NoRouteError("not_convertible", f"no route from statistic '{reported.statistic}'{to}")
    try:
        yi, vi, se_source = route(w)
    except (ValueError, OverflowError) as error:
        raise NoRouteError("impossible_input", str(error)) from None
    if not (math.isfinite(yi) and math.isfinite(vi) and vi > 0):
        raise NoRouteError("impossible_input", f"effect {yi:g} with variance {vi:g}")
    if reported.shared_control == "yes":
        w.assume("shares its control group with another arm: dependence left to robust variance")
    if measure != "SMD" and w.counts_the_opposite:
        w.assume("turned: the instrument or event runs against the outcome")
    if measure == "SMD":
        vi = _against_arm_sizes(w, yi, vi, se_source)
    return Effect(
        yi,
        vi,
        reported.statistic,
        se_source,
        w.tier,
        tuple(w.assumptions),
        w.applied_design_effect,
        w.equal_arms,
    )


#: Up to this share of what the arm sizes allow, a standard error is one of individuals.
INDIVIDUALS_SHARE = 1.05
OF_INDIVIDUALS = "printed standard error is that of independent participants"
ADJUSTED_BELOW_INDIVIDUALS = (
    "adjusted standard error of a cluster trial is below that of independent participants"
)


def _against_arm_sizes(w: Working, yi: float, vi: float, se_source: str) -> float:
    """Doubt a standard error that the arm sizes do not allow, in a cluster trial even more."""
    r = w.reported
    n_t, n_c = (r.n_t, r.n_c) if known(r.n_t, r.n_c) else (w.n / 2, w.n / 2)
    # One that was worked out with a correlation may be smaller than that of independent groups.
    if se_source == "correlation" or not known(n_t, n_c) or min(n_t, n_c) < 2:
        return vi
    share = math.sqrt(vi) / es.se_from_ns(yi, n_t, n_c)
    if share < SE_RATIO_LIMIT:
        w.assume(f"standard error only {share:.2f} of what the arm sizes allow", "approximate")
        return vi
    printed = se_source in ("se", "ci", "p") and not known(w.applied_design_effect)
    if r.design != "cluster_rct" or not printed:
        return vi
    if r.adjusted == "yes":
        # Covariates may make up for the clusters; nothing shows that they do.
        if share < 1:
            w.assume(ADJUSTED_BELOW_INDIVIDUALS, "approximate")
        return vi
    if share < INDIVIDUALS_SHARE:
        w.assume(OF_INDIVIDUALS)
        return w.allow_for_clusters(vi)
    return vi
