"""Routes from a test of two groups: t, F, eta squared, p, and a difference with its standard error.

What a test tests is read off its degrees of freedom (`compared_by`). Two independent groups of
n participants have n - 2. Fewer belong to a test adjusted for covariates or to fewer participants,
n - 1 of one group to a paired test, any other number to clusters or repeated measurements.
"""

from enum import Enum

from metarepro.conversion import effect_sizes as es
from metarepro.conversion.paired import smd_from_paired_t
from metarepro.conversion.reported import Found, NoRouteError, Working, known, need

#: Degrees of freedom this share off n - 2 may be those of covariates or of a few participants
#: more or fewer; further off, the test is not one of two independent groups.
NEAR_SHARE = 0.25
ADJUSTED = "adjusted: the SD is that of the residuals, g may be too large"


class Compared(Enum):
    """What a test compares, by its degrees of freedom."""

    TWO_GROUPS = "two independent groups"
    NEARLY = "two groups, adjusted or of other sizes"
    PAIRED = "pairs or repeated measurements"
    OTHER = "neither two independent groups nor pairs of these sizes"


def compared_by(df: float, n_t: float, n_c: float, n_total: float) -> Compared:
    """Tell what a test with these degrees of freedom compares.

    Parameters
    ----------
    df : float
        Of the t, or of the denominator of the F; NaN if not printed.
    n_t, n_c, n_total : float
        Arm sizes, or the total where only that is known; NaN if not.

    Returns
    -------
    Compared
        Two groups where nothing speaks against it.

    Examples
    --------
    >>> nan = float("nan")
    >>> [compared_by(df, 25, 25, nan).name for df in (48, 46, 24, 90)]
    ['TWO_GROUPS', 'NEARLY', 'PAIRED', 'OTHER']
    """
    arms = known(n_t, n_c)
    n = n_t + n_c if arms else n_total
    if not known(df, n) or df == n - 2:
        return Compared.TWO_GROUPS
    of_pairs = (n_t - 1, n_c - 1) if arms else (n - 1, n / 2 - 1)
    nearly = abs(df - (n - 2)) <= NEAR_SHARE * (n - 2)
    # Of very unequal arms n - 1 of the larger one is near n - 2 of both: covariates, not pairs.
    if df in of_pairs and not (arms and nearly):
        return Compared.PAIRED
    return Compared.NEARLY if nearly else Compared.OTHER


def _from_t(w: Working, t: float, source: str) -> Found:
    """Effect behind the t of two groups; arm sizes from the row, or halves of df + 2."""
    r = w.reported
    if r.design == "cluster_rct":
        return _of_clusters(w, t, source)
    df = w.printed_df
    design = compared_by(df, r.n_t, r.n_c, r.n_total)
    if design is Compared.PAIRED:
        w.assume(f"paired test: {df:g} degrees of freedom", "derived")
        return *smd_from_paired_t(t, df + 1, w.correlation()), "correlation"
    if design is Compared.OTHER:
        raise NoRouteError(
            "not_two_groups",
            f"{df:g} degrees of freedom are those of {design.value} (two groups of {w.n:g} "
            f"participants have {w.n - 2:g})",
        )
    n_t, n_c = w.arms(df + 2)
    w.assume("", "derived")
    if r.adjusted == "yes" and known(r.correlation):
        w.assume(f"correlation with the covariates {r.correlation:g}")
        residual_df = df if known(df) else n_t + n_c - 3
        return *es.smd_from_adjusted_t(t, n_t, n_c, r.correlation, residual_df), "correlation"
    if design is Compared.NEARLY:
        doubt = f"{df:g} degrees of freedom, not {w.n - 2:g}: adjusted, or other participants"
        w.assume(doubt, "approximate")
    if r.adjusted == "yes":
        w.assume(ADJUSTED, "approximate")
    g, v = es.smd_from_t(t, n_t, n_c)
    return g, v, source


def _of_clusters(w: Working, t: float, source: str) -> Found:
    """Effect behind a test that allows for clusters: d = t sqrt(DE (1/n_t + 1/n_c))."""
    r = w.reported
    need("no_variance", "a test of clusters, and no number of participants", w.n)
    w.assume("test taken to allow for the clusters", "approximate")
    if r.adjusted == "yes":
        w.assume(ADJUSTED)
    n_t, n_c = w.arms()
    factor = w.design_effect()
    g, v = es.smd_from_t(t * factor**0.5, n_t, n_c)
    return g, factor * v, source


def _benefit_only(w: Working) -> None:
    """F, eta squared and p carry no sign: only words can say which arm did better."""
    if w.reported.sign != "benefit":
        raise NoRouteError(
            "direction_unknown", "a test without a sign, and no words on the better arm"
        )


def _two_groups_only(w: Working) -> None:
    """More than one degree of freedom between groups is more than one effect."""
    if w.reported.df1 > 1:
        raise NoRouteError(
            "not_convertible",
            f"{w.reported.df1:g} degrees of freedom between groups are those of several "
            "comparisons",
        )


def difference_without_sd(w: Working) -> Found:
    """The SD recovered from the standard error: t = difference / SE (Handbook 6.5.2.3)."""
    r = w.reported
    if r.value == 0:
        raise NoRouteError(
            "not_significant", "a difference of 0 without an SD has no standardised variance"
        )
    need("no_variance", "no arm sizes to recover the SD with", w.n)
    se, source = w.se_of(r.value)
    w.assume("SD recovered from the standard error", "derived")
    g, v, source = _from_t(w, r.value / se, source)
    return w.turn() * g, v, source


def t_test(w: Working) -> Found:
    """Printed t."""
    need("no_variance", "no printed t", w.reported.value)
    g, v, source = _from_t(w, w.reported.value, "t")
    return w.turn() * g, v, source


def f_test(w: Working) -> Found:
    """Printed F with one numerator degree of freedom."""
    r = w.reported
    need("no_variance", "no printed F", r.value)
    if r.df1 != 1:
        raise NoRouteError("not_convertible", "an F of more than two groups is not one effect")
    _benefit_only(w)
    return _from_t(w, es.t_from_f(r.value), "f")


def eta_squared(w: Working) -> Found:
    """Printed (partial) eta squared."""
    r = w.reported
    _two_groups_only(w)
    _benefit_only(w)
    need("no_variance", "no printed eta squared, or no n", r.value, w.n)
    w.assume("eta squared of a two-group comparison", "approximate")
    return _from_t(w, es.t_from_eta_squared(r.value, w.test_df), "eta squared")


def p_only(w: Working) -> Found:
    """Printed p and nothing else."""
    r = w.reported
    _two_groups_only(w)
    _benefit_only(w)
    if r.p_relation == ">":
        raise NoRouteError("not_significant", f"p > {r.p_value:g} tells no effect size")
    need("no_variance", "no p, or no n", r.p_value, w.n)
    if r.p_value == 0:
        raise NoRouteError("no_variance", "p 0 tells no effect size")
    if r.p_relation == "<":
        w.assume(f"p taken at its bound {r.p_value:g}", "approximate")
    source = "p" if r.p_relation == "=" else "p bound"
    return _from_t(w, es.t_from_p(r.p_value, w.test_df), source)
