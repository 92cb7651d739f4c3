"""Names and numbers of an analysis in the words and digits of RevMan."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from metarepro.figures import style as fg
from metarepro.reviews.pooling import ReviewPool, SubgroupTest
from metarepro.wording import phrases as wording

_MEASURE_NAMES = {
    "OR": "Odds Ratio",
    "RR": "Risk Ratio",
    "RD": "Risk Difference",
    "PETO_OR": "Peto Odds Ratio",
    "MD": "Mean Difference",
    "SMD": "Std. Mean Difference",
    "ROM": "Ratio of Means",
    "HR": "Hazard Ratio",
    "IRR": "Rate Ratio",
    "OTHER": "Effect",
}
_METHOD_NAMES = {"IV": "IV", "MH": "M-H", "PETO": "Peto"}


def measure_name(head: Mapping[str, Any]) -> str:
    """Name of the measure: the authors' own where the effects are given."""
    given = head["data_type"] in ("iv", "oe") and head["measure_label"]
    return fg.plain_text(head["measure_label"] if given else _MEASURE_NAMES[head["measure"]])


def method(head: Mapping[str, Any]) -> str:
    """Print "M-H, Random, 95% CI"; RevMan names Peto's method for given O-E by its formula."""
    of_o_e = head["data_type"] == "oe" and head["method"] == "PETO"
    name = "Exp[(O-E) / V]" if of_o_e else _METHOD_NAMES[head["method"]]
    return f"{name}, {head['model'].capitalize()}, {level(head)} CI"


def level(head: Mapping[str, Any]) -> str:
    """Print the level of the pooled intervals, "95%"."""
    return f"{100 * float(head['interval_level']):.4g}%"


def title(head: Mapping[str, Any]) -> str:
    """Numbers and names of the comparison and the outcome."""
    names = (head["comparison"], head["outcome"])
    number = f"{head['comparison_number']}.{head['outcome_number']}"
    return f"Analysis {number} {': '.join(name for name in names if name)}".strip()


def captions(head: Mapping[str, Any]) -> tuple[str, str]:
    """The file's captions; without them the side is named by what it means for the first arm.

    Whether lower or higher is better is known to the authors only.
    """
    left, right = head["favours_left"], head["favours_right"]
    if not left and not right and head["label_t"]:
        left, right = f"Lower with {head['label_t']}", f"Higher with {head['label_t']}"
    return fg.plain_text(left) if left else "", fg.plain_text(right) if right else ""


def heterogeneity(pool: ReviewPool, head: Mapping[str, Any]) -> str:
    """The line on heterogeneity of a pool."""
    words = "Not applicable"
    if pool.k > 1:
        words = f"{_chi2(pool.q, pool.q_df, pool.q_p)}; I² = {wording.decimal(pool.i2, 0)}%"
        if head["model"] == "random":
            estimator = " (REML)" if head["tau2_method"] == "REML" else ""
            words = f"Tau²{estimator} = {_two(pool.tau2)}; {words}"
    return f"Heterogeneity: {words}"


def overall_effect(pool: ReviewPool) -> str:
    """The line on the test of a pooled effect."""
    words = "Not applicable"
    if pool.k and math.isfinite(pool.t):
        words = f"T = {_two(pool.t)}, df = {pool.q_df:g} ({p_value(pool.p_value)})"
    elif pool.k:
        words = f"Z = {_two(pool.z)} ({p_value(pool.p_value)})"
    return f"Test for overall effect: {words}"


def subgroup_differences(test: SubgroupTest) -> str:
    """The line on the test between subgroups."""
    words = "Not applicable"
    if test.q_df > 0:
        i2 = f"I² = {wording.decimal(test.i2, 1)}%"
        words = f"{_chi2(test.q, test.q_df, test.q_p)}, {i2}"
    return f"Test for subgroup differences: {words}"


def p_value(value: float) -> str:
    """Print "P = 0.03", with one digit below 0.01, "P < 0.0001" or "P < 0.00001", as RevMan."""
    if math.isnan(value):
        return f"P {wording.NOT_REPORTED}"
    for bound in ("0.00001", "0.0001"):
        if value < float(bound):
            return f"P < {bound}"
    places = 2 if value >= 0.01 else -math.floor(math.log10(value))
    return f"P = {value:.{places}f}"


def effect_cells(
    estimate: float, low: float, high: float, *, is_ratio: bool
) -> tuple[dict[str, str], frozenset[str]]:
    """Cells of an effect on its printed scale, and which need the whole group of columns."""
    point = _two(ratio_of(estimate) if is_ratio else estimate)
    if math.isnan(low) and math.isnan(high):
        return {"high": f"{point} [{wording.NOT_REPORTED}]"}, frozenset({"high"})
    return {"estimate": point, **limit_cells(low, high, is_ratio=is_ratio)}, frozenset()


def limit_cells(low: float, high: float, *, is_ratio: bool) -> dict[str, str]:
    """Cells of an interval on its printed scale."""
    if is_ratio:
        low, high = ratio_of(low), ratio_of(high)
    return {"low": f"[{_two(low)},", "high": f"{_two(high)}]"}


def ratio_of(log: float) -> float:
    """The ratio, infinite where a float has no room for it."""
    return math.exp(log) if not log > 700 else math.inf


def _chi2(q: float, q_df: float, q_p: float) -> str:
    return f"Chi² = {_two(q)}, df = {q_df:g} ({p_value(q_p)})"


def _two(value: float) -> str:
    """Print two decimals also of thousands."""
    if 1000 <= abs(value) < 100_000:
        return f"{value:.2f}".replace("-", "\u2212")
    return wording.decimal(value)
