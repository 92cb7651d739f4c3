"""Results whose direction or size is not printed, at no effect: with which variance.

F, eta squared, an absolute value and a two-sided p have no sign. Such a result becomes an effect
only where words say which arm did better, and sources spend more words on what is favourable. A
result that is just "not significant" never becomes one. Leaving both out selects on the result; at
no effect they show how much that can matter. This is a scenario and not a limit, since they may
also favour the control group.
"""

import math
from contextlib import suppress
from dataclasses import replace

from metarepro.conversion import effect_sizes as es
from metarepro.conversion.group_tests import Compared, compared_by
from metarepro.conversion.paired import PAIRED_ROUTES
from metarepro.conversion.reported import Choices, Effect, NoRouteError, Reported, Working
from metarepro.conversion.routes import convert

#: Statistics whose first degrees of freedom count groups.
_OF_SEVERAL_GROUPS = ("f_test", "eta_squared", "p_only")
#: Statistics of events. Their variance depends on how many there were; sizes give less than it.
_OF_EVENTS = frozenset(
    {"counts", "percentages", "odds_ratio", "risk_ratio", "risk_difference", "cox_index"}
)
OF_SIZES = "variance of the sample sizes, which for events is too small"


def at_no_effect(reported: Reported, choices: Choices, measure: str = "SMD") -> Effect:
    """Put a result at no effect: 0 on the scale of pooling, which is a ratio of 1.

    Parameters
    ----------
    reported : Reported
        What was printed.
    choices : Choices
        What the report leaves open.
    measure : str
        A key of `routes.ROUTES`.

    Returns
    -------
    Effect
        `vi` of a standardised mean difference is that of the arm sizes at g = 0, 1/n_t + 1/n_c
        (Hedges 1982), with the halves of a total where only that is known, and with the design
        effect in cluster trials. Events on this scale, and results on other measures, have the
        variance of the printed numbers, whichever arm did better. Where these give none, that of
        events is taken from the sizes, as approximate; sizes alone give none on other measures.
        NaN if nothing gives one. The tier is "derived" at best.

    Examples
    --------
    >>> unsigned = Reported("p_only", "unsigned", higher_is_better="", n_total=80, p_value=0.3)
    >>> round(at_no_effect(unsigned, Choices(icc=0.05, cluster_size=20)).vi, 4)
    0.05
    """
    w = Working(reported, choices)
    w.assume("", "derived")
    vi = _variance(w, measure)
    return Effect(0.0, vi, reported.statistic, "no effect", w.tier, tuple(w.assumptions))


def _variance(w: Working, measure: str) -> float:
    """Variance at no effect; NaN if nothing gives one."""
    of_events = w.reported.statistic in _OF_EVENTS
    if measure != "SMD" or of_events:
        with suppress(NoRouteError, ValueError):
            return _of_printed(w, measure)
    if measure == "SMD":
        with suppress(NoRouteError, ValueError):
            vi = _of_sizes(w)
            if of_events:
                w.assume(OF_SIZES, "approximate")
            return vi
    return math.nan


def _of_sizes(w: Working) -> float:
    """Variance of g = 0 of two independent groups."""
    r = w.reported
    # Before the sizes: the tier also decides to which pools a result belongs that cannot enter.
    factor = w.design_effect()
    # The degrees of freedom of a cluster trial are not those of its participants.
    df = math.nan if r.design == "cluster_rct" else w.printed_df
    compared = compared_by(df, r.n_t, r.n_c, r.n_total)
    if (
        r.statistic in PAIRED_ROUTES["SMD"]
        or compared in (Compared.PAIRED, Compared.OTHER)
        or (r.statistic in _OF_SEVERAL_GROUPS and r.df1 > 1)
    ):
        raise NoRouteError("not_two_groups", "the sizes are not those of two independent groups")
    n_t, n_c = w.arms(df + 2)
    if min(n_t, n_c) < 2:
        raise NoRouteError("no_variance", "an arm of one participant has no variance")
    return es.variance_at_zero(n_t, n_c, factor)


def _of_printed(w: Working, measure: str) -> float:
    """Variance of the printed effect, which does not depend on its direction."""
    any_side = replace(
        w.reported, sign="benefit", higher_is_better="yes", beneficial_direction="increase"
    )
    effect = convert(any_side, w.choices, measure)
    w.assume("", effect.tier)
    for assumption in effect.assumptions:
        w.assume(assumption)
    return effect.vi
