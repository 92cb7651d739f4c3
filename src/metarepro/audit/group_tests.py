"""Checks of the audit on a printed test: its degrees of freedom, its p, and a ratio's error."""

import math

from scipy import special

from metarepro.audit.checks import P_FACTOR, Finding, Row, has
from metarepro.conversion.group_tests import Compared, compared_by
from metarepro.conversion.ratio_se import NOTICED, UNDECIDED
from metarepro.tabular.printed_numbers import half_unit

#: Statistics whose degrees of freedom are those of one test of two groups.
TESTS = ("t_test", "f_test", "eta_squared", "p_only", "mean_difference", "smd")

#: A test statistic is printed with a decimal at least; its trailing zeros are lost in a table.
LEAST_PRECISE = 0.05


def _df(row: Row) -> float:
    """Printed degrees of freedom of the denominator; a t may have them in the first cell."""
    in_first = row["statistic"] == "t_test" and not has(row, "df2")
    return float(row["df1"] if in_first else row["df2"])


def _participants(row: Row) -> float:
    arms = row["n_t"] + row["n_c"]
    return float(arms if math.isfinite(arms) else row["n_total"])


def df_against_arms(row: Row) -> Finding | None:
    """Degrees of freedom that two independent groups of these sizes do not have."""
    several = row["statistic"] == "f_test" and row["df1"] != 1
    if row["statistic"] not in TESTS or several:
        return None
    df, n = _df(row), _participants(row)
    compared = compared_by(df, row["n_t"], row["n_c"], row["n_total"])
    if compared is Compared.TWO_GROUPS:
        return None
    return Finding(
        "df_near_arms" if compared is Compared.NEARLY else "df_against_arms",
        f"df {df:g}",
        f"df {n - 2:g}",
        f"{df:g} degrees of freedom are those of {compared.value}; "
        f"two independent groups of {n:g} have {n - 2:g}",
    )


def _p_of_test(row: Row, value: float) -> float:
    """Two-sided p of a t, F or eta squared."""
    df = _df(row) if math.isfinite(_df(row)) else _participants(row) - 2
    if row["statistic"] == "t_test":
        return 2 * float(special.stdtr(df, -abs(value)))
    groups = row["df1"] if has(row, "df1") else 1.0
    if row["statistic"] == "eta_squared":
        value = value / (1 - value) * df / groups if value < 1 else math.inf
    return float(special.fdtrc(groups, df, max(value, 0.0)))


def p_against_test(row: Row) -> Finding | None:
    """Printed p that the printed t, F or eta squared does not have, rounding allowed for."""
    tests = ("t_test", "f_test", "eta_squared")
    if row["statistic"] not in tests or not has(row, "value", "p_value"):
        return None
    value, half = abs(row["value"]), min(half_unit(row["value"]), LEAST_PRECISE)
    p, relation, own = row["p_value"], row["p_relation"], _p_of_test(row, value)
    if not math.isfinite(own):
        return None
    least = _p_of_test(row, value + half) / P_FACTOR
    most = _p_of_test(row, max(0.0, value - half)) * P_FACTOR
    fits = {"=": least - half_unit(p) <= p <= most + half_unit(p), "<": least <= p, ">": most >= p}
    if fits[relation]:
        return None
    name = row["statistic"].removesuffix("_test").replace("_", " ")
    return Finding(
        "p_against_test",
        f"p {relation} {p:g}",
        f"p {own:.2g}",
        f"{name} of {row['value']:g} has p {own:.2g}, printed p {relation} {p:g}",
    )


def ratio_se_scale(row: Row) -> Finding | None:
    """Standard error of a ratio that is not shown to be on the scale of the ratio."""
    notes = [note for note in NOTICED if note in str(row["effect_assumptions"])]
    if not notes:
        return None
    on_log = f"SE of the log {row['se'] / row['value']:.3g} or {row['se']:.3g}"
    check = "ratio_se_undecided" if notes[0] == UNDECIDED else "ratio_se_scale"
    return Finding(check, f"{row['value']:g}, SE {row['se']:g}", on_log, notes[0])
