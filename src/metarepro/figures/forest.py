"""Forest plots: tables of effects and pooled results in, a matplotlib Figure out."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from metarepro.figures import style as fg
from metarepro.figures.forest_axis import Mark
from metarepro.figures.forest_page import (
    GAP,
    Column,
    Line,
    Plot,
    draw_page,
    effect_columns,
    width_across,
)
from metarepro.wording import phrases as wording

_TEXTS = frozenset(
    {"label", "measure", "tier", "subgroup", "name", "model", "flags", "family", "participants"}
)

ROW_COLUMNS = (
    *("label", "measure", "n_t", "n_c", "n_total", "yi", "ci_low", "ci_high"),
    *("weight", "tier", "subgroup"),
)
SUMMARY_COLUMNS = (
    *("subgroup", "name", "estimate", "ci_low", "ci_high", "pi_low", "pi_high", "tau2", "i2"),
    *("q", "q_df", "q_p", "k", "n_trials", "participants", "model", "flags"),
)
DOMAIN_COLUMNS = (
    *("label", "family", "n_trials", "k", "participants", "estimate", "ci_low", "ci_high"),
    *("pi_low", "pi_high", "flags"),
)

_APPROXIMATE = "† Hollow square: approximate effect; its conversion rests on assumptions."
_SINGLE = "Hollow square: the effect of a single trial, not pooled."
_DASHES = f"{wording.DASH} Not reported or not estimated."


def forest_plot(
    rows: pd.DataFrame,
    summaries: pd.DataFrame,
    *,
    title: str,
    effect_label: str = "Hedges' g [95% CI]",
    subgroup_test: str = "",
    family: str = "",
) -> Figure:
    """Draw the results of one synthesis.

    Parameters
    ----------
    rows
        One row a result with `ROW_COLUMNS`, in the order in which they are drawn; `weight` in
        percent, NaN where a result is shown and not pooled; `subgroup` is "" throughout if there
        are none. Labels may repeat.
    summaries
        One row a pooled result with `SUMMARY_COLUMNS`: `subgroup` as in `rows`, "" for the overall
        result; `name` stands before the diamond; `i2` in percent; `model` and `flags` are printed
        as they are. A pool of fewer than two trials, or without an estimate, has no diamond.
    title, effect_label, subgroup_test
        Texts above the plot, over the column of effects, and below the overall result.
    family
        Intervention family, for the colour; "" for several.

    Returns
    -------
    A figure unknown to pyplot. Positive effects favour the intervention.

    Raises
    ------
    ValueError
        If there is no row, a column is missing, or a summary belongs to no subgroup of `rows`.
    """
    results = _records(rows, ROW_COLUMNS, "rows")
    pools = _records(summaries, SUMMARY_COLUMNS, "summaries")
    if not results:
        raise ValueError("rows are empty: nothing to draw")
    groups = list(dict.fromkeys(row["subgroup"] for row in results))
    strangers = sorted({pool["subgroup"] for pool in pools} - {*groups, ""})
    if strangers:
        raise ValueError(f"summaries of subgroups that rows do not have: {strangers}")

    colour = fg.family_colour(family)
    effect_label = fg.shorten(fg.plain_text(effect_label), 2.5, bold=True)
    left = [
        Column("label", "Study", "left", widest=2.2),
        Column("measure", "Measure", "left", widest=3.0),
        Column("n_t", "n interv."),
        Column("n_c", "n control", span=2),
    ]
    drawn = [_result_line(row, colour) for row in results]
    room = width_across(drawn, left)
    lines: list[Line] = []
    for group in groups:
        if groups != [""]:
            heading = fg.plain_text(group) if group else "Subgroup not reported"
            lines.append(Line(across=fg.shorten(heading, room, bold=True), bold=True))
        lines += [
            line for line, row in zip(drawn, results, strict=True) if row["subgroup"] == group
        ]
        for pool in pools if group else []:
            if pool["subgroup"] == group:
                lines += _pool_lines(pool, colour, room)
        lines.append(Line())
    for pool in pools:
        if pool["subgroup"] == "":
            lines += _pool_lines(pool, colour, room)
    if subgroup_test:
        lines += _remarks(subgroup_test, room)

    notes = [_APPROXIMATE] if any(row["tier"] == "approximate" for row in results) else []
    notes += _dash_note(lines)
    right = [Column("weight", "Weight"), *effect_columns(effect_label)]
    return draw_page(Plot(lines, left, right, title, _axis_label(effect_label), notes))


def summary_forest(rows: pd.DataFrame, *, title: str) -> Figure:
    """Draw one line for each intervention of a domain.

    Parameters
    ----------
    rows
        One row an intervention with `DOMAIN_COLUMNS`, in the order in which they are drawn. Two or
        more trials give a diamond; a single trial's own effect is drawn as a hollow square and
        marked as such; without an estimate a text says why. `flags` separated by "; " become notes.
    title
        Text above the plot.

    Returns
    -------
    A figure unknown to pyplot. Positive effects favour the intervention.

    Raises
    ------
    ValueError
        If there is no row or a column is missing.
    """
    records = _records(rows, DOMAIN_COLUMNS, "rows")
    if not records:
        raise ValueError("rows are empty: nothing to draw")
    flags = list(dict.fromkeys(flag for row in records for flag in _flags(row)))
    lines = [_intervention_line(row, flags) for row in records]
    left = [
        Column("label", "Intervention", "left", widest=3.6),
        Column("n_trials", "Trials"),
        Column("k", "Results"),
        Column("participants", "Participants"),
    ]
    effect = "Hedges' g [95% CI]"
    right = [
        *effect_columns(effect),
        Column("pi_low", gap=2 * GAP),
        Column("pi_high", "95% PI", gap=0.05, span=5, header_span=2),
    ]
    notes = [f"[{number}] {fg.plain_text(flag)}" for number, flag in enumerate(flags, start=1)]
    if any(line.mark and line.mark.hollow for line in lines):
        notes.insert(0, _SINGLE)
    notes += _dash_note(lines)
    families = (row["family"] for row in records)
    legend = {f"◆ {fg.family_label(name)}": fg.family_colour(name) for name in families}
    return draw_page(
        Plot(lines, left, right, title, _axis_label(effect), notes, list(legend.items()))
    )


def _records(table: pd.DataFrame, columns: Sequence[str], name: str) -> list[dict]:
    """Rows as dictionaries: numbers as floats with NaN, keys and tiers as text."""
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise ValueError(f"{name} lack the columns {missing}")
    chosen: dict[str, list] = {}
    for column in columns:
        if column not in _TEXTS:
            numbers = pd.to_numeric(table[column]).astype("Float64")
            chosen[column] = numbers.to_numpy(float, na_value=math.nan).tolist()
        elif column in ("label", "measure"):
            chosen[column] = [fg.plain_text(value) for value in table[column]]
        else:
            chosen[column] = table[column].astype(object).fillna("").map(str).tolist()
    return [dict(zip(chosen, values, strict=True)) for values in zip(*chosen.values(), strict=True)]


def _flags(row: dict) -> list[str]:
    return [flag.strip() for flag in row["flags"].split(";") if flag.strip()]


def _axis_label(effect_label: str) -> str:
    return effect_label.partition(" [")[0]


def _dash_note(lines: Sequence[Line]) -> list[str]:
    return [_DASHES] if any(wording.DASH in line.cells.values() for line in lines) else []


def _result_line(row: dict, colour: str) -> Line:
    """A trial's result: a square, the label, the size of the arms, weight and effect."""
    approximate = row["tier"] == "approximate"
    label_room = 2.2 - fg.text_width(" †")
    label = fg.shorten(row["label"], label_room) + (" †" if approximate else "")
    effect, wide = _effect_cells(row["yi"], row["ci_low"], row["ci_high"])
    cells = {"label": label, "measure": row["measure"], **effect}
    if math.isnan(row["n_t"]) and math.isnan(row["n_c"]) and math.isfinite(row["n_total"]):
        cells["n_c"] = f"{wording.whole(row['n_total'])} in all"
        wide = wide | {"n_c"}
    else:
        cells.update(n_t=wording.whole(row["n_t"]), n_c=wording.whole(row["n_c"]))
    weight = row["weight"]
    cells["weight"] = "not pooled" if math.isnan(weight) else f"{wording.decimal(weight, 1)}%"
    mark = _mark("square", row, row["yi"], colour, weight=weight, hollow=approximate)
    return Line(cells, wide, mark=mark)


def _pool_lines(pool: dict, colour: str, room: float) -> list[Line]:
    """A pooled result: a diamond, its size, and below it the model, heterogeneity and flags."""
    published = pool["name"] == wording.PUBLISHED
    if not _is_pooled(pool) and not published:
        return _remarks(_no_estimate(pool), room)
    heading = fg.shorten(f"{fg.plain_text(pool['name'])}: {_size(pool)}", room, bold=True)
    remarks = _remarks(pool["model"], room)
    if published and not _is_pooled(pool):
        return [Line(across=heading, bold=True), *remarks]
    effect, wide = _effect_cells(pool["estimate"], pool["ci_low"], pool["ci_high"])
    mark = _mark("diamond", pool, pool["estimate"], fg.RULE_COLOUR if published else colour)
    lines = [Line(effect, wide, across=heading, mark=mark, bold=True)]
    if not published:
        remarks += _remarks(_heterogeneity(pool), room)
    if pool["flags"]:
        remarks += _remarks(f"Note: {pool['flags']}", room)
    if not math.isnan(pool["pi_low"]) and not math.isnan(pool["pi_high"]):
        interval = _interval_cells(pool["pi_low"], pool["pi_high"], "low", "high")
        cells = {"estimate": "PI", **interval}
        remarks[0] = Line(cells, across=remarks[0].across, small=True)
    return [*lines, *remarks]


def _size(pool: dict) -> str:
    """Trials, results and participants of a pool; a review does not say its results."""
    trials = wording.counted(pool["n_trials"], "trial")
    if math.isnan(pool["n_trials"]):
        trials = f"number of trials {wording.NOT_REPORTED}"
    results = "" if math.isnan(pool["k"]) else wording.counted(pool["k"], "result")
    number = pool["participants"]
    people = (
        f"participants {number}" if number == wording.NOT_REPORTED else f"{number} participants"
    )
    return ", ".join(filter(None, [trials, results, people]))


def _intervention_line(row: dict, flags: Sequence[str]) -> Line:
    """An intervention in a domain: a diamond, a single trial's square, or a reason."""
    numbers = ", ".join(str(flags.index(flag) + 1) for flag in _flags(row))
    suffix = f" [{numbers}]" if numbers else ""
    label = fg.shorten(row["label"], 3.6 - fg.text_width(suffix)) + suffix
    cells = {
        "label": label,
        **{c: wording.whole(row[c]) for c in ("n_trials", "k")},
        "participants": row["participants"],
    }
    colour = fg.family_colour(row["family"])
    if math.isnan(row["estimate"]) or not row["n_trials"] >= 1:
        return Line({**cells, "pi_high": _no_estimate(row)}, frozenset({"pi_high"}))
    effect, wide = _effect_cells(row["estimate"], row["ci_low"], row["ci_high"])
    cells.update(effect)
    if not _is_pooled(row):
        cells["pi_high"] = "single trial"
        mark = _mark("square", row, row["estimate"], colour, hollow=True)
        return Line(cells, wide | {"pi_high"}, mark=mark)
    if math.isnan(row["pi_low"]) or math.isnan(row["pi_high"]):
        cells["pi_high"] = wording.DASH
    else:
        cells.update(_interval_cells(row["pi_low"], row["pi_high"], "pi_low", "pi_high"))
    return Line(cells, wide, mark=_mark("diamond", row, row["estimate"], colour))


def _is_pooled(pool: dict) -> bool:
    return math.isfinite(pool["estimate"]) and not pool["n_trials"] < 2


def _no_estimate(pool: dict) -> str:
    trials = pool["n_trials"]
    reason = "no usable result" if trials == 0 else wording.counted(trials, "trial")
    return f"No pooled estimate: {reason}"


def _mark(
    shape: str,
    row: dict,
    estimate: float,
    colour: str,
    *,
    weight: float = math.nan,
    hollow: bool = False,
) -> Mark | None:
    if not math.isfinite(estimate):
        return None
    interval = (row.get("pi_low", math.nan), row.get("pi_high", math.nan))
    if shape == "square":
        interval = (math.nan, math.nan)
    return Mark(shape, estimate, row["ci_low"], row["ci_high"], colour, *interval, weight, hollow)


def _effect_cells(
    estimate: float, low: float, high: float
) -> tuple[dict[str, str], frozenset[str]]:
    """Cells of an effect, and which of them need the whole group of columns."""
    if not math.isfinite(estimate):
        return {"high": wording.NOT_REPORTED}, frozenset({"high"})
    if math.isnan(low) and math.isnan(high):
        return {"high": f"{wording.decimal(estimate)} [{wording.NOT_REPORTED}]"}, frozenset(
            {"high"}
        )
    return {
        "estimate": wording.decimal(estimate),
        **_interval_cells(low, high, "low", "high"),
    }, frozenset()


def _interval_cells(low: float, high: float, low_key: str, high_key: str) -> dict[str, str]:
    return {low_key: f"[{wording.decimal(low)},", high_key: f"{wording.decimal(high)}]"}


def _heterogeneity(pool: dict) -> str:
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


def _remarks(text: str, room: float) -> list[Line]:
    """A text across the left columns in small type, on as many lines as it needs."""
    wrapped = fg.wrap(fg.plain_text(text), room, fg.SMALL_SIZE) if text else []
    return [Line(across=line, small=True) for line in wrapped]
