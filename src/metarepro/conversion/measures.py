"""From a reported result to an effect on the measure that the plan chooses, but for the SMD.

Formulas on numbers first, as metafor's `escalc` has them (Viechtbauer 2010), then one route for
each measure and statistic. Ratios are natural logs, correlations Fisher's z, proportions logits.
The routes to a standardised mean difference are in `routes`.
"""

import math
from collections.abc import Callable, Mapping

from metarepro.conversion import effect_sizes as es
from metarepro.conversion.effect_sizes import EffectSize
from metarepro.conversion.reported import Found, NoRouteError, Working, need

Table = tuple[float, float, float, float]


def two_by_two(events_t: float, n_t: float, events_c: float, n_c: float) -> Table:
    """Events and non-events of both arms; 0.5 is added to all four where one is 0.

    Raises
    ------
    ValueError
        If counts do not fit their arms.
    """
    if not (0 <= events_t <= n_t and 0 <= events_c <= n_c and n_t > 0 and n_c > 0):
        raise ValueError(
            f"events {events_t:g} of {n_t:g} and {events_c:g} of {n_c:g} are impossible"
        )
    cells = (events_t, n_t - events_t, events_c, n_c - events_c)
    a, b, c, d = (cell + 0.5 for cell in cells) if 0 in cells else cells
    return a, b, c, d


def log_risk_ratio(events_t: float, n_t: float, events_c: float, n_c: float) -> EffectSize:
    """Log risk ratio of a 2x2 table (Rothman, Greenland and Lash 2008).

    Examples
    --------
    >>> effect = log_risk_ratio(4, 123, 11, 139)
    >>> round(effect.yi, 4), round(effect.vi, 4)
    (-0.8893, 0.3256)
    """
    if not 0 < events_t + events_c < n_t + n_c:
        raise ValueError("with no events, or events only, the table says nothing about a ratio")
    a, b, c, d = two_by_two(events_t, n_t, events_c, n_c)
    first, second = a + b, c + d
    return EffectSize(
        math.log(a / first) - math.log(c / second), 1 / a - 1 / first + 1 / c - 1 / second
    )


def risk_difference(events_t: float, n_t: float, events_c: float, n_c: float) -> EffectSize:
    """Risk difference of a 2x2 table.

    Examples
    --------
    >>> effect = risk_difference(4, 123, 11, 139)
    >>> round(effect.yi, 4), round(effect.vi, 6)
    (-0.0466, 0.00078)
    """
    a, b, c, d = two_by_two(events_t, n_t, events_c, n_c)
    first, second = a + b, c + d
    return EffectSize(a / first - c / second, a * b / first**3 + c * d / second**3)


def log_rate_ratio(events_t: float, time_t: float, events_c: float, time_c: float) -> EffectSize:
    """Log ratio of two incidence rates; 0.5 is added to both counts where one is 0.

    Variance 1/events_t + 1/events_c (Rothman, Greenland and Lash 2008).

    Parameters
    ----------
    events_t, events_c : float
        Events of each arm.
    time_t, time_c : float
        Person-time of each arm, in one unit.

    Raises
    ------
    ValueError
        If counts or times are impossible, or neither arm had an event.

    Examples
    --------
    >>> effect = log_rate_ratio(12, 400.0, 24, 380.0)
    >>> round(effect.yi, 4), effect.vi
    (-0.7444, 0.125)
    """
    if not (events_t >= 0 and events_c >= 0 and 0 < time_t < math.inf and 0 < time_c < math.inf):
        raise ValueError(
            f"{events_t:g} events in {time_t:g} and {events_c:g} in {time_c:g} are impossible"
        )
    if events_t + events_c == 0:
        raise ValueError("without events the rates say nothing about their ratio")
    if 0 in (events_t, events_c):
        events_t, events_c = events_t + 0.5, events_c + 0.5
    return EffectSize(
        math.log(events_t / time_t) - math.log(events_c / time_c), 1 / events_t + 1 / events_c
    )


def mean_difference(
    mean_t: float, sd_t: float, n_t: float, mean_c: float, sd_c: float, n_c: float
) -> EffectSize:
    """Difference of two means; each arm keeps its own variance."""
    return EffectSize(mean_t - mean_c, sd_t**2 / n_t + sd_c**2 / n_c)


def fisher_z(r: float, n: float) -> EffectSize:
    """Correlation through Fisher's z (Fisher 1921).

    Examples
    --------
    >>> effect = fisher_z(0.5, 28)
    >>> round(effect.yi, 4), effect.vi
    (0.5493, 0.04)
    """
    if not -1 < r < 1:
        raise ValueError(f"a correlation lies between -1 and 1, found {r:g}")
    if n <= 3:
        raise ValueError(f"Fisher's z needs more than 3 participants, found {n:g}")
    return EffectSize(math.atanh(r), 1 / (n - 3))


def logit(events: float, n: float) -> EffectSize:
    """Logit of a proportion; 0.5 is added to events and non-events where one is 0.

    Examples
    --------
    >>> effect = logit(10, 40)
    >>> round(effect.yi, 4), round(effect.vi, 4)
    (-1.0986, 0.1333)
    """
    if not (0 <= events <= n and n > 0):
        raise ValueError(f"events {events:g} of {n:g} are impossible")
    yes, no = events, n - events
    if 0 in (yes, no):
        yes, no = yes + 0.5, no + 0.5
    return EffectSize(math.log(yes / no), 1 / yes + 1 / no)


_OfTable = Callable[[float, float, float, float], EffectSize]


def _table_route(w: Working, of_table: _OfTable, events_t: float, events_c: float) -> Found:
    r = w.reported
    if w.counts_the_opposite:
        events_t, events_c = r.n_t - events_t, r.n_c - events_c
    try:
        yi, vi = of_table(events_t, r.n_t, events_c, r.n_c)
    except ValueError as error:
        raise NoRouteError("no_events", str(error)) from None
    if 0 in (events_t, r.n_t - events_t, events_c, r.n_c - events_c):
        w.assume("0.5 added to all cells")
    turn = -w.turn_scale() if w.counts_the_opposite else w.turn_scale()
    return turn * yi, w.allow_for_clusters(vi), "counts"


def _counts(of_table: _OfTable) -> Callable[[Working], Found]:
    def route(w: Working) -> Found:
        r = w.reported
        numbers = (r.events_t, r.events_c, r.n_t, r.n_c)
        need("no_variance", "counts need events and arm sizes", *numbers)
        return _table_route(w, of_table, r.events_t, r.events_c)

    return route


def _percentages(of_table: _OfTable) -> Callable[[Working], Found]:
    def route(w: Working) -> Found:
        r = w.reported
        numbers = (r.mean_t, r.mean_c, r.n_t, r.n_c)
        need("percentages_without_n", "percentages need arm sizes", *numbers)
        w.assume("events worked out from percentages", "approximate")
        return _table_route(w, of_table, r.mean_t * r.n_t / 100, r.mean_c * r.n_c / 100)

    return route


#: Ratios whose inverse is not the ratio of those without the event.
_OF_ONE_EVENT = ("risk_ratio", "hazard_ratio", "rate_ratio")


def _printed(w: Working) -> Found:
    """The printed estimate with its standard error, interval or p."""
    r = w.reported
    need("no_variance", "no printed estimate", r.value)
    se, source = w.se_of(r.value)
    return w.turn() * r.value, w.allow_if_not_adjusted(se**2), source


def _printed_ratio(w: Working) -> Found:
    """The same on the log scale; a ratio of risks or hazards is that of its own event only."""
    r = w.reported
    need("no_variance", "no printed ratio", r.value)
    if r.statistic in _OF_ONE_EVENT and w.counts_the_opposite:
        raise NoRouteError(
            "not_convertible", "the ratio is of the opposite event; only counts can be turned"
        )
    log_ratio = math.log(r.value)
    se, source = w.se_of(log_ratio)
    return w.turn() * log_ratio, w.allow_if_not_adjusted(se**2), source


def _rates(w: Working) -> Found:
    """Events by person-time; events of another kind cannot be had from them."""
    r = w.reported
    numbers = (r.events_t, r.time_t, r.events_c, r.time_c)
    need("no_variance", "rates need the events and the person-time of both arms", *numbers)
    if w.counts_the_opposite:
        raise NoRouteError("not_convertible", "the rates are of the opposite event")
    try:
        yi, vi = log_rate_ratio(*numbers)
    except ValueError as error:
        raise NoRouteError("no_events", str(error)) from None
    if 0 in (r.events_t, r.events_c):
        w.assume("0.5 added to the events of both arms")
    return w.turn_scale() * yi, w.allow_for_clusters(vi), "counts"


def of_means(
    formula: Callable[..., EffectSize], said: str = "means need both means and both SDs"
) -> Callable[[Working], Found]:
    """The route of the means and SDs of two arms, by a formula on these and the sizes."""

    def route(w: Working) -> Found:
        r = w.reported
        need("no_variance", said, r.mean_t, r.mean_c, r.sd_t, r.sd_c)
        n_t, n_c = w.arms()
        yi, vi = formula(r.mean_t, r.sd_t, n_t, r.mean_c, r.sd_c, n_c)
        return w.turn_scale() * yi, w.allow_for_clusters(vi), "sds"

    return route


def _correlation(w: Working) -> Found:
    need("no_variance", "a correlation needs its value and n", w.reported.value, w.n)
    yi, vi = fisher_z(w.reported.value, w.n)
    return w.turn() * yi, w.allow_if_not_adjusted(vi), "ns"


def _proportion(w: Working) -> Found:
    """Share of one group with the event."""
    r = w.reported
    need("no_variance", "a proportion needs events and n", r.events_t, r.n_t)
    if 0 in (r.events_t, r.n_t - r.events_t):
        w.assume("0.5 added to events and non-events")
    yi, vi = logit(r.events_t, r.n_t)
    return w.turn_scale() * yi, w.allow_for_clusters(vi), "counts"


_RATIOS: Mapping[str, Callable[[Working], Found]] = {
    "ratio": _printed_ratio,
    "hazard_ratio": _printed_ratio,
    "odds_ratio": _printed_ratio,
    "risk_ratio": _printed_ratio,
    "rate_ratio": _printed_ratio,
}
#: Measure to statistic to its route; `routes` has those of the SMD.
MEASURE_ROUTES: Mapping[str, Mapping[str, Callable[[Working], Found]]] = {
    "MD": {"means": of_means(mean_difference), "mean_difference": _printed},
    "OR": {
        "counts": _counts(es.log_odds_ratio),
        "percentages": _percentages(es.log_odds_ratio),
        "odds_ratio": _printed_ratio,
    },
    "RR": {
        "counts": _counts(log_risk_ratio),
        "percentages": _percentages(log_risk_ratio),
        "risk_ratio": _printed_ratio,
    },
    "RD": {
        "counts": _counts(risk_difference),
        "percentages": _percentages(risk_difference),
        "risk_difference": _printed,
    },
    "HR": {"hazard_ratio": _printed_ratio},
    "IRR": {"rates": _rates, "rate_ratio": _printed_ratio},
    "ratio": _RATIOS,
    "correlation": {"correlation": _correlation},
    "proportion": {"proportion": _proportion},
}
