"""Cells and marks of the lines of a forest plot."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from metarepro.figures import style as fg
from metarepro.figures.forest_axis import Axis, Mark, effect_axis
from metarepro.figures.forest_page import Line
from metarepro.wording import phrases as wording
from metarepro.wording.scales import Scale

_TEXTS = frozenset(
    {
        "label",
        "measure",
        "tier",
        "subgroup",
        "name",
        "model",
        "flags",
        "family",
        "participants",
        "test",
        "turned",
    }
)

_DASHES = f"{wording.DASH} Not reported or not estimated."


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


def wrapped_cells(texts: Mapping[str, tuple[str, float]]) -> list[dict[str, str]]:
    """Texts by column, each with its room in inches, on as many lines as the longest needs."""
    wrapped = {key: fg.wrap(text, room) or [""] for key, (text, room) in texts.items()}
    depth = max(map(len, wrapped.values()))
    return [
        {key: lines[i] for key, lines in wrapped.items() if i < len(lines)} for i in range(depth)
    ]


def small_lines(text: str, room: float) -> list[Line]:
    """A text across the left columns in small type, on as many lines as it needs."""
    wrapped = fg.wrap(fg.plain_text(text), room, fg.SMALL_SIZE) if text else []
    return [Line(across=line, small=True) for line in wrapped]


def heading(scale: Scale) -> str:
    """The header over the effects."""
    return f"{scale.title} [{scale.ci}]"


def captions(sides: tuple[str, str]) -> tuple[str, str]:
    """What lies on both sides of no effect, with arrows; "" where nothing is favoured."""
    left, right = sides
    return f"← {left}" if left else "", f"{right} →" if right else ""


def axis_of(
    lines: Sequence[Line], scale: Scale, important: float = math.nan, axis: Axis | None = None
) -> dict[str, Any]:
    """What of a plot depends on the scale: its axis, its captions and the level named."""
    return {
        "axis": axis or effect_axis([line.mark for line in lines if line.mark], scale, important),
        "captions": captions(scale.sides),
        "level": scale.percent,
    }


def records(
    table: pd.DataFrame, columns: Sequence[str], name: str, optional: Sequence[str] = ()
) -> list[dict[Any, Any]]:
    """Rows as dictionaries: numbers as floats with NaN, keys and tiers as text."""
    columns = [column for column in columns if column in table or column not in optional]
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise ValueError(f"{name} lack the columns {missing}")
    chosen: dict[str, list[Any]] = {}
    for column in columns:
        values = table[column].tolist()
        if column not in _TEXTS:
            chosen[column] = [math.nan if pd.isna(value) else float(value) for value in values]
        elif column in ("label", "measure"):
            chosen[column] = [fg.plain_text(value) for value in values]
        else:
            chosen[column] = ["" if pd.isna(value) else str(value) for value in values]
    return [dict(zip(chosen, values, strict=True)) for values in zip(*chosen.values(), strict=True)]


def dash_note(lines: Sequence[Line]) -> list[str]:
    """What a dash means, where one stands."""
    return [_DASHES] if any(wording.DASH in line.cells.values() for line in lines) else []


def is_pooled(pool: dict[Any, Any]) -> bool:
    """Whether a pool is one: it has an estimate, and not of a single trial."""
    return math.isfinite(pool["estimate"]) and not pool["n_trials"] < 2


def no_estimate(pool: dict[Any, Any]) -> str:
    """Why there is no diamond."""
    trials = pool["n_trials"]
    reason = "no usable result" if trials == 0 else wording.counted(trials, "trial")
    return f"No pooled estimate: {reason}"
