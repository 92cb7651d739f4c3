"""From a reported result to an effect: one route for each measure and statistic.

`convert` takes one reported result to an `Effect` (positive favours the intervention) or raises
`NoRouteError` with an exclusion code. The formulas of the SMD are in `effect_sizes`, those of all
other measures in `measures`, the choice of the standard error in `reported`; the data guide lists
the routes in words.
"""

import math
from collections.abc import Callable, Mapping

from metarepro.conversion import effect_sizes as es
from metarepro.conversion.measures import MEASURE_ROUTES
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


def _means(w: Working) -> Found:
    r = w.reported
    need("no_variance", "means need both means and both SDs", r.mean_t, r.mean_c, r.sd_t, r.sd_c)
    n_t, n_c = w.arms()
    g, v = es.smd_from_means(r.mean_t, r.sd_t, n_t, r.mean_c, r.sd_c, n_c)
    return w.turn_scale() * g, w.allow_for_clusters(v), "sds"


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
    j = 1.0
    if r.source_kind in w.choices.corrected_sources:
        w.assume("printed value is Hedges' g")
    elif known(w.n):
        j = es.hedges_j(w.n - 2)
    else:
        w.assume("no small-sample correction: n not reported")
    g = j * r.value
    if found := w.printed_se(r.value):
        se, source = found
        return w.turn() * g, (j * se) ** 2, source
    if known(w.n):
        n_t, n_c = w.arms()
        w.assume("", "derived")
        return w.turn() * g, w.allow_for_clusters(es.se_from_ns(g, n_t, n_c) ** 2), "ns"
    return w.turn() * g, (j * w.se_at_bound(r.value)) ** 2, "p bound"


def _mean_difference(w: Working) -> Found:
    r = w.reported
    need("no_variance", "no printed difference", r.value)
    own_sds = known(r.sd_t, r.sd_c)
    if not own_sds and not known(r.reference_sd):
        return _mean_difference_without_sd(w)
    sd = _own_sd(w) if own_sds else _reference_sd(w)
    sample_n = w.n if own_sds else math.nan
    j = es.hedges_j(sample_n - 2) if known(sample_n) else 1.0
    g = j * r.value / sd
    if found := w.printed_se(r.value):
        se, source = found
        # The SD of the sample is itself an estimate: the second term of the variance of g.
        estimated_sd = g**2 / (2 * sample_n) if known(sample_n) else 0.0
        return w.turn() * g, (j * se / sd) ** 2 + estimated_sd, source
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


def _mean_difference_without_sd(w: Working) -> Found:
    """The SD recovered from the standard error: t = difference / SE, d = t sqrt(1/n_t + 1/n_c)."""
    r = w.reported
    _refuse_clusters(w)
    if r.value == 0:
        raise NoRouteError(
            "no_variance", "a difference of 0 without an SD has no standardised variance"
        )
    need("no_variance", "no arm sizes to recover the SD with", w.n)
    se, source = w.se_of(r.value)
    n_t, n_c = w.arms()
    w.assume("SD recovered from the standard error", "derived")
    if r.adjusted == "yes":
        w.assume("adjusted: the SD is that of the residuals, g may be too large", "approximate")
    g, v = es.smd_from_t(r.value / se, n_t, n_c)
    return w.turn() * g, v, source


def _refuse_clusters(w: Working) -> None:
    """A test that allows for clusters, divided by arm sizes that do not, understates g."""
    if w.reported.design == "cluster_rct":
        raise NoRouteError(
            "cluster_no_sd",
            "cluster trial without an SD: its test allows for the clusters, the arm sizes do not",
        )


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
        raise NoRouteError("no_variance", "a risk ratio of 1 has no z to take over")
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
        raise NoRouteError("no_variance", "a risk difference of 0 has no z to take over")
    se, source = w.se_of(r.value)
    yi, vi = _through_baseline_risk(
        w, r.value, se, lambda rd: es.odds_ratio_from_risk_difference(rd, risk)
    )
    return yi, vi, source


def _from_t(w: Working, t: float, df: float, source: str) -> Found:
    """Two-group t; arm sizes from the row, or halves of df + 2."""
    _refuse_clusters(w)
    n_t, n_c = w.arms(df + 2)
    w.assume("", "derived")
    g, v = es.smd_from_t(t, n_t, n_c)
    return g, v, source


def _benefit_only(w: Working) -> None:
    """F, eta squared and p carry no sign: only words can say which arm did better."""
    if w.reported.sign != "benefit":
        raise NoRouteError(
            "direction_unknown", "a test without a sign, and no words on the better arm"
        )


def _t_test(w: Working) -> Found:
    r = w.reported
    need("no_variance", "no printed t", r.value)
    df = r.df2 if known(r.df2) else r.df1
    g, v, source = _from_t(w, r.value, df, "t")
    return w.turn() * g, v, source


def _f_test(w: Working) -> Found:
    r = w.reported
    need("no_variance", "no printed F", r.value)
    if r.df1 != 1:
        raise NoRouteError("not_convertible", "an F of more than two groups is not one effect")
    _benefit_only(w)
    return _from_t(w, es.t_from_f(r.value), r.df2, "f")


def _eta_squared(w: Working) -> Found:
    r = w.reported
    need("no_variance", "no printed eta squared, or no n", r.value, w.n)
    _benefit_only(w)
    w.assume("eta squared of a two-group comparison", "approximate")
    return _from_t(w, es.t_from_eta_squared(r.value, w.n - 2), w.n - 2, "eta squared")


def _p_only(w: Working) -> Found:
    r = w.reported
    need("no_variance", "no p, or no n", r.p_value, w.n)
    _benefit_only(w)
    if r.p_relation == ">" or r.p_value == 0:
        raise NoRouteError("no_variance", f"p {r.p_relation} {r.p_value:g} tells no effect size")
    if r.p_relation == "<":
        w.assume(f"p taken at its bound {r.p_value:g}", "approximate")
    source = "p" if r.p_relation == "=" else "p bound"
    return _from_t(w, es.t_from_p(r.p_value, w.n - 2), w.n - 2, source)


_SMD_ROUTES: Mapping[str, Callable[[Working], Found]] = {
    "means": _means,
    "counts": _counts,
    "percentages": _percentages,
    "smd": _smd,
    "mean_difference": _mean_difference,
    "odds_ratio": _odds_ratio,
    "risk_ratio": _risk_ratio,
    "risk_difference": _risk_difference,
    "t_test": _t_test,
    "f_test": _f_test,
    "eta_squared": _eta_squared,
    "p_only": _p_only,
}
#: Measure to statistic to its route.
ROUTES = {"SMD": _SMD_ROUTES, **MEASURE_ROUTES}


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
    return Effect(yi, vi, reported.statistic, se_source, w.tier, tuple(w.assumptions))


#: Up to this share of what the arm sizes allow, a standard error is one of individuals.
INDIVIDUALS_SHARE = 1.05
OF_INDIVIDUALS = "printed standard error is that of independent participants"


def _against_arm_sizes(w: Working, yi: float, vi: float, se_source: str) -> float:
    """Doubt a standard error that the arm sizes do not allow, in a cluster trial even more."""
    r = w.reported
    n_t, n_c = (r.n_t, r.n_c) if known(r.n_t, r.n_c) else (w.n / 2, w.n / 2)
    if not known(n_t, n_c) or min(n_t, n_c) < 2:
        return vi
    share = math.sqrt(vi) / es.se_from_ns(yi, n_t, n_c)
    if share < es.SE_RATIO_LIMIT:
        w.assume(f"standard error only {share:.2f} of what the arm sizes allow", "approximate")
        return vi
    printed = se_source in ("se", "ci", "p") and r.adjusted != "yes"
    if r.design == "cluster_rct" and printed and share < INDIVIDUALS_SHARE:
        w.assume(OF_INDIVIDUALS)
        return w.allow_for_clusters(vi)
    return vi
