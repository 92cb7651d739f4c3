"""Checks of the audit on an estimate, its confidence interval, p and standard error.

A check takes one row (a mapping with every column, NaN for a missing number) and returns a
`Finding` or None. `audit` runs them and says how severe each is; `audit_summaries` holds the
checks that start from means, SDs and counts.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from statistics import NormalDist
from typing import Any, NamedTuple

from scipy import special

from metarepro.conversion.constants import SE_RATIO_LIMIT
from metarepro.conversion.direction import direction
from metarepro.conversion.effect_sizes import se_from_ci, se_from_ns
from metarepro.conversion.reported import df_of_interval
from metarepro.conversion.routes import ADJUSTED_BELOW_INDIVIDUALS, OF_INDIVIDUALS
from metarepro.tabular.printed_numbers import half_unit
from metarepro.tabular.reported_statistics import RATIOS
from metarepro.wording.published import PRINTED, Printed

#: An estimate this share of the CI's width off the middle is listed.
OFF_CENTRE_SHARE = 0.10
#: A trial's p and CI may come from slightly different models: factor left to either side.
P_FACTOR = 1.35
#: SE implied by the CI below this share of what n allows. Wider than SE_RATIO_LIMIT: that one
#: moves a row to another tier, this one only asks for a look.
CI_SE_SHARE = 0.75
#: A larger g is listed.
LARGE_G = 2.0

DIFFERENCES = ("smd", "means", "mean_difference", "risk_difference", "cox_index")

Row = Mapping[Any, Any]
_NORMAL = NormalDist()


class Finding(NamedTuple):
    """One thing that does not add up."""

    check: str
    printed: str
    implied: str
    message: str


class Interval(NamedTuple):
    """A printed estimate with its 95 % CI and p, how it is printed, and the df of t."""

    estimate: float
    low: float
    high: float
    scale: Printed
    p: float
    relation: str
    df: float = math.inf


def has(row: Row, *columns: str) -> bool:
    """Tell whether all these numbers were reported."""
    # Asked of every row by most checks: a loop ends at the first that is missing.
    for column in columns:  # noqa: SIM110
        if not math.isfinite(row[column]):
            return False
    return True


def arms_of(row: Row) -> tuple[float, float] | None:
    """Arm sizes; equal arms when only the total is printed."""
    if has(row, "n_t", "n_c"):
        sizes = (row["n_t"], row["n_c"])
    else:
        sizes = (row["n_total"] / 2, row["n_total"] / 2)
    return sizes if min(sizes) >= 2 else None


def participants_of(arms: tuple[float, float]) -> str:
    """Arm sizes in words; the total where its halves are no whole numbers."""
    whole = arms[0] % 1 == 0 and arms[1] % 1 == 0
    said = f"{arms[0]:g} + {arms[1]:g}" if whole else f"{sum(arms):g}"
    return f"{said} participants"


def turn_of(row: Row) -> int:
    """Return +1 or -1: from treatment minus control to the direction of the row's `value`."""
    scale = direction("scale", row["higher_is_better"])
    return direction(row["sign"], row["higher_is_better"]) * scale


@lru_cache
def z_of(p: float) -> float:
    """Absolute z of a two-sided p."""
    return -_NORMAL.inv_cdf(p / 2)


def p_of(z: float, df: float = math.inf) -> float:
    """Two-sided p of a z, or of a t with `df` degrees of freedom."""
    return 2 * (_NORMAL.cdf(-abs(z)) if df == math.inf else float(special.stdtr(df, -abs(z))))


def _df(row: Row) -> float:
    """Degrees of freedom with which the conversion reads the interval of a result."""
    n = row["n_t"] + row["n_c"] if has(row, "n_t", "n_c") else row["n_total"]
    return df_of_interval(row["statistic"], row["adjusted"], row["effect_design"], n, row["df2"])


def _roundings(interval: Interval) -> list[tuple[float, float, float]]:
    """Estimate and limits on the scale of pooling, for every way in which they may be rounded."""
    numbers = interval[:3]
    half = half_unit(*numbers)
    shifts = itertools.product((-half, 0.0, half), (-half, half), (-half, half))
    shifted = [tuple(x + shift for x, shift in zip(numbers, row, strict=True)) for row in shifts]
    pooled = [row for one in shifted if (row := _on_scale_of_pooling(one, interval.scale))]
    return [(e, low, high) for e, low, high in pooled if high > low]


def _on_scale_of_pooling(numbers: Sequence[float], scale: Printed) -> tuple[float, ...]:
    """Printed numbers on the scale of pooling; () if one of them is none of the measure."""
    try:
        return tuple(scale.to_pooling(number) for number in numbers)
    except ValueError:
        return ()


# Checks of an interval: trials' results and published pools alike.


def off_centre_ci(interval: Interval) -> Finding | None:
    """Estimate off the middle of its CI by more than rounding can explain."""
    estimate, low, high = map(interval.scale.to_pooling, interval[:3])
    off = abs(estimate - (low + high) / 2) / (high - low)
    gaps = [e - (a + b) / 2 for e, a, b in _roundings(interval)]
    if off <= OFF_CENTRE_SHARE or min(gaps, default=0) <= 0 <= max(gaps, default=0):
        return None
    middle = interval.scale.from_pooling((low + high) / 2)
    named = "" if interval.scale.is_pooled else interval.scale.measure.pooled_on
    return Finding(
        "off_centre_ci",
        f"{interval.estimate:g} [{interval.low:g}, {interval.high:g}]",
        f"{middle:.3g}",
        f"the estimate lies {off:.0%} of the width off the middle of its CI{named}",
    )


def p_against_ci(interval: Interval, factor: float) -> Finding | None:
    """Printed p outside of what the CI allows, given rounding and a factor either way."""
    p, relation = interval.p, interval.relation
    df = interval.df
    ps = [p_of(e / se_from_ci(low, high, df=df), df) for e, low, high in _roundings(interval)]
    if not ps or not math.isfinite(p):
        return None
    least, most, half = min(ps) / factor, max(ps) * factor, half_unit(p)
    fits = {"=": least - half <= p <= most + half, "<": least <= p, ">": most >= p}
    if fits[relation]:
        return None
    return Finding(
        "p_against_ci",
        f"p {relation} {p:g}",
        f"p {min(ps):.2g} to {max(ps):.2g}",
        f"printed p {relation} {p:g}, the CI implies {min(ps):.2g} to {max(ps):.2g}",
    )


def _result_interval(row: Row) -> Interval | None:
    statistic = row["statistic"]
    log = statistic in (*RATIOS, "counts")
    if not (log or statistic in DIFFERENCES) or not has(row, "value", "ci_low", "ci_high"):
        return None
    if row["ci_high"] <= row["ci_low"] or (log and row["ci_low"] <= 0):
        return None
    # The p of a table of counts is that of a test on the counts, not of the printed ratio.
    p = math.nan if statistic == "counts" else row["p_value"]
    scale = PRINTED["ratio" if log else "SMD"]
    numbers = (row["value"], row["ci_low"], row["ci_high"])
    return Interval(*numbers, scale, p, row["p_relation"], _df(row))


def _published_interval(row: Row) -> Interval | None:
    """The interval of a published pool; None where it has none that could be checked.

    A proportion has none: it is pooled on one of several scales, and no value of it is no effect.
    """
    scale = PRINTED.get(row["measure"])
    if scale is None or scale.name == "proportion":
        return None
    numbers = (row["estimate"], row["ci_low"], row["ci_high"])
    if not has(row, "estimate", "ci_low", "ci_high") or row["ci_high"] <= row["ci_low"]:
        return None
    if not _on_scale_of_pooling(numbers, scale):
        return None
    return Interval(*numbers, scale, row["p_value"], row["p_relation"])


def published_off_centre_ci(row: Row) -> Finding | None:
    """Apply `off_centre_ci` to a published pool."""
    interval = _published_interval(row)
    return off_centre_ci(interval) if interval else None


def published_p_against_ci(row: Row) -> Finding | None:
    """Apply `p_against_ci` to a published pool; rounding is the only leeway."""
    interval = _published_interval(row)
    return p_against_ci(interval, 1.0) if interval else None


# Checks of a trial's result.


def result_off_centre_ci(row: Row) -> Finding | None:
    """Apply `off_centre_ci` to a trial's result."""
    interval = _result_interval(row)
    return off_centre_ci(interval) if interval else None


def result_p_against_ci(row: Row) -> Finding | None:
    """Apply `p_against_ci` to a trial's result."""
    interval = _result_interval(row)
    return p_against_ci(interval, P_FACTOR) if interval else None


def p_against_se(row: Row) -> Finding | None:
    """Printed p outside of what the printed estimate and standard error give."""
    if row["statistic"] not in ("smd", "mean_difference", "risk_difference", "cox_index"):
        return None
    if not has(row, "value", "se", "p_value"):
        return None
    value, se, p, relation = abs(row["value"]), row["se"], row["p_value"], row["p_relation"]
    half_value, half_se = half_unit(value), min(half_unit(se), 0.9 * se)
    df = _df(row)
    least = p_of((value + half_value) / (se - half_se), df) / P_FACTOR
    most = p_of(max(0.0, value - half_value) / (se + half_se), df) * P_FACTOR
    fits = {"=": least - half_unit(p) <= p <= most + half_unit(p), "<": least <= p, ">": most >= p}
    if fits[relation]:
        return None
    return Finding(
        "p_against_se",
        f"p {relation} {p:g}",
        f"p {p_of(value / se, df):.2g}",
        f"{row['value']:g} with SE {se:g} has p {p_of(value / se, df):.2g}, "
        f"printed p {relation} {p:g}",
    )


def ci_narrower_than_n(row: Row) -> Finding | None:
    """CI of a standardised difference narrower than that of independent participants."""
    interval, arms = _result_interval(row), arms_of(row)
    if row["statistic"] != "smd" or interval is None or arms is None:
        return None
    se_ci, se_n = se_from_ci(interval.low, interval.high), se_from_ns(interval.estimate, *arms)
    if se_ci >= CI_SE_SHARE * se_n:
        return None
    return Finding(
        "ci_narrower_than_n",
        f"SE {se_ci:.3f}",
        f"SE {se_n:.3f}",
        f"the CI implies an SE of {se_ci:.3f}, the arm sizes one of {se_n:.3f}",
    )


def large_g(row: Row) -> Finding | None:
    """|g| above 2, whatever the route to it; other measures have no such limit."""
    if row["effect_effect_measure"] != "SMD":
        return None
    if not has(row, "effect_yi") or abs(row["effect_yi"]) <= LARGE_G:
        return None
    g = f"{row['effect_yi']:.2f}"
    message = f"a g of {g} is more than a programme can be expected to reach"
    return Finding("large_g", f"g {g}", "", message)


def cluster_se_of_individuals(row: Row) -> Finding | None:
    """Cluster trial whose printed standard error cannot allow for the clusters."""
    assumptions = str(row["effect_assumptions"])
    if OF_INDIVIDUALS in assumptions:
        check, done = "cluster_se_of_individuals", "the design effect was applied"
    elif ADJUSTED_BELOW_INDIVIDUALS in assumptions:
        check, done = "cluster_se_adjusted", "the covariates would have to make up for the clusters"
    else:
        return None
    return Finding(
        check,
        f"{row['statistic']} {row['value']:g}",
        "",
        "cluster trial, but the printed standard error is no larger than independent "
        f"participants would give; {done}",
    )


def se_below_arms(row: Row) -> Finding | None:
    """Standard error of a g below SE_RATIO_LIMIT of what the arm sizes allow."""
    if row["effect_effect_measure"] != "SMD":
        return None
    arms = arms_of({name: row[f"effect_{name}"] for name in ("n_t", "n_c", "n_total")})
    if arms is None or not has(row, "effect_yi", "effect_sei"):
        return None
    if row["effect_se_source"] == "correlation":  # such an effect may have a smaller one
        return None
    se, allowed = row["effect_sei"], se_from_ns(row["effect_yi"], *arms)
    if se >= SE_RATIO_LIMIT * allowed:
        return None
    return Finding(
        "se_below_arms",
        f"SE {se:.3f}",
        f"SE {allowed:.3f}",
        f"an SE of {se:.3f} is {se / allowed:.2f} of what {participants_of(arms)} "
        f"allow ({allowed:.3f})",
    )
