"""Results whose direction or size is not printed, at no effect: with which variance.

F, eta squared, an absolute value and a two-sided p have no sign. Such a result becomes an effect
only where words say which arm did better, and sources spend more words on what is favourable. A
result that is just "not significant" never becomes one. Leaving both out selects on the result; at
no effect they show how much that can matter. They may also favour the control group: what they
give is a bound under no effect and not a worst case.
"""

import math
from dataclasses import replace

from metarepro.conversion import effect_sizes as es
from metarepro.conversion.group_tests import Compared, compared_by
from metarepro.conversion.paired import PAIRED_ROUTES
from metarepro.conversion.reported import Choices, Effect, NoRouteError, Reported, Working
from metarepro.conversion.routes import convert

#: Statistics whose first degrees of freedom count groups.
_OF_SEVERAL_GROUPS = ("f_test", "eta_squared", "p_only")


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
        effect in cluster trials. On other measures the sizes alone give no variance: it is that of
        the printed numbers, whichever arm did better. NaN if neither gives one. The tier is
        "derived" at best.

    Examples
    --------
    >>> unsigned = Reported("p_only", "unsigned", higher_is_better="", n_total=80, p_value=0.3)
    >>> round(at_no_effect(unsigned, Choices(icc=0.05, cluster_size=20)).vi, 4)
    0.05
    """
    w = Working(reported, choices)
    w.assume("", "derived")
    try:
        vi = _of_sizes(w) if measure == "SMD" else _of_printed(w, measure)
    except (NoRouteError, ValueError):
        vi = math.nan
    return Effect(0.0, vi, reported.statistic, "no effect", w.tier, tuple(w.assumptions))


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
    return factor * es.se_from_ns(0.0, *w.arms(df + 2)) ** 2


def _of_printed(w: Working, measure: str) -> float:
    """Variance of the printed effect, which does not depend on its direction."""
    any_side = replace(
        w.reported, sign="benefit", higher_is_better="yes", beneficial_direction="increase"
    )
    effect = convert(any_side, w.choices, measure)
    for assumption in effect.assumptions:
        w.assume(assumption, effect.tier)
    return effect.vi
