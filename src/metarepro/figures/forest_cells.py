"""Cells and marks of the lines of a forest plot."""

from __future__ import annotations

import math
from typing import Any

from metarepro.figures import style as fg
from metarepro.figures.forest_axis import Mark
from metarepro.figures.forest_page import Line
from metarepro.wording import phrases as wording
from metarepro.wording.scales import Scale


def mark_of(
    shape: str,
    row: dict[Any, Any],
    estimate: float,
    colour: str,
    scale: Scale,
    *,
    weight: float = math.nan,
    hollow: bool = False,
) -> Mark | None:
    """The mark of a result or a pool; None without an estimate."""
    if not math.isfinite(estimate):
        return None
    prediction = (row.get("pi_low", math.nan), row.get("pi_high", math.nan))
    if shape == "square":
        prediction = (math.nan, math.nan)
    low, high = scale.placed(row["ci_low"], row["ci_high"])
    pi_low, pi_high = scale.placed(*prediction)
    return Mark(shape, scale.turn * estimate, low, high, colour, pi_low, pi_high, weight, hollow)


def effect_cells(
    estimate: float, low: float, high: float, scale: Scale
) -> tuple[dict[str, str], frozenset[str]]:
    """Cells of an effect, and which of them need the whole group of columns."""
    if not math.isfinite(estimate):
        return {"high": wording.NOT_REPORTED}, frozenset({"high"})
    if math.isnan(low) and math.isnan(high):
        return {"high": f"{scale.number(estimate)} [{wording.NOT_REPORTED}]"}, frozenset({"high"})
    return {
        "estimate": scale.number(estimate),
        **interval_cells(low, high, "low", "high", scale),
    }, frozenset()


def pool_cells(pool: dict[Any, Any], scale: Scale) -> tuple[dict[str, str], frozenset[str]]:
    """Cells of a pool; the estimate alone where a note says why it has no interval."""
    if pool["flags"] and math.isfinite(pool["estimate"]) and math.isnan(pool["ci_low"]):
        return {"estimate": scale.number(pool["estimate"])}, frozenset()
    return effect_cells(pool["estimate"], pool["ci_low"], pool["ci_high"], scale)


def interval_cells(
    low: float, high: float, low_key: str, high_key: str, scale: Scale
) -> dict[str, str]:
    """Cells of an interval."""
    first, last = scale.limits(low, high)
    return {low_key: f"[{wording.decimal(first)},", high_key: f"{wording.decimal(last)}]"}


def heterogeneity(pool: dict[Any, Any]) -> str:
    """Q, I2 and tau2 of a pool in words."""
    if math.isnan(pool["q"]):
        q = "Q not estimated"
    else:
        # Under the correlated-effects model the df are an expectation, and Q has no p.
        df = wording.decimal(pool["q_df"], 0 if pool["q_df"].is_integer() else 1)
        p = "" if math.isnan(pool["q_p"]) else f", {wording.p_value(pool['q_p'])}"
        q = f"Q = {wording.decimal(pool['q'])}, df = {df}{p}"
    i2 = "I² not estimated" if math.isnan(pool["i2"]) else f"I² = {wording.decimal(pool['i2'], 1)}%"
    tau2 = "τ² not estimated"
    if not math.isnan(pool["tau2"]):
        tau2 = f"τ² = {wording.decimal(pool['tau2'], 3)}"
    return f"{q}; {i2}; {tau2}"


def small_lines(text: str, room: float) -> list[Line]:
    """A text across the left columns in small type, on as many lines as it needs."""
    wrapped = fg.wrap(fg.plain_text(text), room, fg.SMALL_SIZE) if text else []
    return [Line(across=line, small=True) for line in wrapped]
