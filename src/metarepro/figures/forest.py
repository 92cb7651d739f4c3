"""Forest plots: tables of effects and pooled results in, a matplotlib Figure out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from metarepro.figures import style as fg
from metarepro.figures.forest_axis import effect_axis
from metarepro.figures.forest_cells import (
    effect_cells,
    heterogeneity,
    interval_cells,
    mark_of,
    pool_cells,
    small_lines,
)
from metarepro.figures.forest_page import (
    GAP,
    Column,
    Line,
    Plot,
    draw_page,
    effect_columns,
    width_across,
)
from metarepro.figures.judgements import judgement_columns, judgement_notes, with_judgements
from metarepro.plan import Family
from metarepro.wording import phrases as wording
from metarepro.wording.scales import Scale

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

SMD = Scale()

_APPROXIMATE = "† Hollow square: approximate effect; its conversion rests on assumptions."
_SINGLE = "Hollow square: the effect of a single trial, not pooled."
_DASHES = f"{wording.DASH} Not reported or not estimated."


def forest_plot(
    rows: pd.DataFrame,
    summaries: pd.DataFrame,
    *,
    title: str,
    scale: Scale = SMD,
    subgroup_test: str = "",
    colour: str = fg.MIXED_COLOUR,
    captions: tuple[str, str] | None = None,
    important: float = math.nan,
    judgements: Sequence[str] = (),
) -> Figure:
    """Draw the results of one synthesis.

    Parameters
    ----------
    rows
        One row per result with `ROW_COLUMNS`, in the order in which they are drawn; `weight` in
        percent, NaN where a result is shown and not pooled; `subgroup` is "" throughout if there
        are none. Labels may repeat.
    summaries
        One row per pool with `SUMMARY_COLUMNS`: `subgroup` as in `rows`, "" for the overall
        result; `name` stands before the diamond; `i2` in percent; `model` and `flags` are printed
        as they are. A pool of fewer than two trials, or without an estimate, has no diamond.
    title, subgroup_test
        Texts above the plot and below the overall result.
    scale
        How the effects are printed; ratios have a log axis.
    colour
        Of the marks of our results.
    captions
        What lies on each side of no effect, if the scale does not say it rightly.
    important
        Place of a minimal important difference, which gets a line.
    judgements
        Further columns of `rows`, with judgements on risk of bias, to be shown beside the plot.

    Returns
    -------
    A figure unknown to pyplot.

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

    left = [Column("label", "Study", "left", widest=2.2)]
    if any(rows["measure"] != ""):
        left.append(Column("measure", "Measure", "left", widest=3.0))
    if rows[["n_t", "n_c", "n_total"]].notna().any(axis=None):
        left += [Column("n_t", "n interv."), Column("n_c", "n control", span=2)]
    drawn = [
        with_judgements(_result_line(row, colour, scale), words)
        for row, words in zip(results, rows[list(judgements)].to_numpy().tolist(), strict=True)
    ]
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
                lines += _pool_lines(pool, colour, room, scale)
        lines.append(Line())
    for pool in pools:
        if pool["subgroup"] == "":
            lines += _pool_lines(pool, colour, room, scale)
    if subgroup_test:
        lines += small_lines(subgroup_test, room)

    notes = [_APPROXIMATE] if any(row["tier"] == "approximate" for row in results) else []
    notes += _dash_note(lines)
    if not math.isnan(important):
        notes.append(f"Dashed line: minimal important difference, {scale.number(important)}.")
    notes += judgement_notes(judgements, rows)
    right = [Column("weight", "Weight"), *effect_columns(_heading(scale))]
    right += judgement_columns(len(judgements))
    axis = _axis_of(lines, scale, important)
    if captions is not None:
        axis["captions"] = captions
    return draw_page(Plot(lines, left, right, title, scale.title, notes, **axis))


def summary_forest(
    rows: pd.DataFrame, families: Mapping[str, Family], *, title: str, scale: Scale = SMD
) -> Figure:
    """Draw one line for each intervention of a domain.

    Parameters
    ----------
    rows
        One row per intervention with `DOMAIN_COLUMNS`, in the order in which they are drawn. Two or
        more trials give a diamond; a single trial's own effect is drawn as a hollow square and
        marked as such; without an estimate a text says why. `flags` separated by "; " become notes.
    families
        Families of the plan, for the colours and the legend.
    title
        Text above the plot.
    scale
        How the effects are printed.

    Returns
    -------
    A figure unknown to pyplot.

    Raises
    ------
    ValueError
        If there is no row or a column is missing.
    """
    records = _records(rows, DOMAIN_COLUMNS, "rows")
    if not records:
        raise ValueError("rows are empty: nothing to draw")
    flags = list(dict.fromkeys(flag for row in records for flag in _flags(row)))
    lines = [_intervention_line(row, flags, families, scale) for row in records]
    left = [
        Column("label", "Intervention", "left", widest=3.6),
        Column("n_trials", "Trials"),
        Column("k", "Results"),
        Column("participants", "Participants"),
    ]
    right = [
        *effect_columns(_heading(scale)),
        Column("pi_low", gap=2 * GAP),
        Column("pi_high", f"{scale.percent} PI", gap=0.05, span=5, header_span=2),
    ]
    notes = [f"[{number}] {fg.plain_text(flag)}" for number, flag in enumerate(flags, start=1)]
    if any(line.mark and line.mark.hollow for line in lines):
        notes.insert(0, _SINGLE)
    notes += _dash_note(lines)
    legend = dict(_family(row["family"], families) for row in records)
    shown = [(f"◆ {label}", colour) for label, colour in legend.items()]
    return draw_page(
        Plot(lines, left, right, title, scale.title, notes, shown, **_axis_of(lines, scale))
    )


def _family(name: str, families: Mapping[str, Family]) -> tuple[str, str]:
    """Label and colour of a family; of one that the plan does not have those of a mixture."""
    if name in families:
        return families[name].label, families[name].colour
    return "Other or several families", fg.MIXED_COLOUR


def _heading(scale: Scale) -> str:
    return f"{scale.title} [{scale.ci}]"


def _axis_of(lines: Sequence[Line], scale: Scale, important: float = math.nan) -> dict[str, Any]:
    """What of a plot depends on the scale: its axis, its captions and the level named."""
    marks = [line.mark for line in lines if line.mark]
    left, right = scale.sides
    return {
        "axis": effect_axis(marks, scale, important),
        "captions": (f"← {left}" if left else "", f"{right} →" if right else ""),
        "level": scale.percent,
    }


def _records(table: pd.DataFrame, columns: Sequence[str], name: str) -> list[dict[Any, Any]]:
    """Rows as dictionaries: numbers as floats with NaN, keys and tiers as text."""
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise ValueError(f"{name} lack the columns {missing}")
    chosen: dict[str, list[Any]] = {}
    for column in columns:
        if column not in _TEXTS:
            numbers = pd.to_numeric(table[column]).astype("Float64")
            chosen[column] = numbers.to_numpy(float, na_value=math.nan).tolist()
        elif column in ("label", "measure"):
            chosen[column] = [fg.plain_text(value) for value in table[column]]
        else:
            chosen[column] = table[column].astype(object).fillna("").map(str).tolist()
    return [dict(zip(chosen, values, strict=True)) for values in zip(*chosen.values(), strict=True)]


def _flags(row: dict[Any, Any]) -> list[str]:
    return [flag.strip() for flag in row["flags"].split(";") if flag.strip()]


def _dash_note(lines: Sequence[Line]) -> list[str]:
    return [_DASHES] if any(wording.DASH in line.cells.values() for line in lines) else []


def _result_line(row: dict[Any, Any], colour: str, scale: Scale) -> Line:
    """A trial's result: a square, the label, the size of the arms, weight and effect."""
    approximate = row["tier"] == "approximate"
    label_room = 2.2 - fg.text_width(" †")
    label = fg.shorten(row["label"], label_room) + (" †" if approximate else "")
    effect, wide = effect_cells(row["yi"], row["ci_low"], row["ci_high"], scale)
    cells = {"label": label, "measure": row["measure"], **effect}
    if math.isnan(row["n_t"]) and math.isnan(row["n_c"]) and math.isfinite(row["n_total"]):
        cells["n_c"] = f"{wording.whole(row['n_total'])} in all"
        wide = wide | {"n_c"}
    else:
        cells.update(n_t=wording.whole(row["n_t"]), n_c=wording.whole(row["n_c"]))
    weight = row["weight"]
    cells["weight"] = "not pooled" if math.isnan(weight) else f"{wording.decimal(weight, 1)}%"
    mark = mark_of("square", row, row["yi"], colour, scale, weight=weight, hollow=approximate)
    return Line(cells, wide, mark=mark)


def _pool_lines(pool: dict[Any, Any], colour: str, room: float, scale: Scale) -> list[Line]:
    """A pooled result: a diamond, its size, and below it the model, heterogeneity and flags."""
    published = pool["name"] == wording.PUBLISHED
    if not _is_pooled(pool) and not published:
        return small_lines(_no_estimate(pool), room)
    heading = fg.shorten(f"{fg.plain_text(pool['name'])}: {_size(pool)}", room, bold=True)
    remarks = small_lines(pool["model"], room)
    if published and not _is_pooled(pool):
        return [Line(across=heading, bold=True), *remarks]
    effect, wide = pool_cells(pool, scale)
    mark = mark_of(
        "diamond", pool, pool["estimate"], fg.RULE_COLOUR if published else colour, scale
    )
    lines = [Line(effect, wide, across=heading, mark=mark, bold=True)]
    if not published:
        remarks += small_lines(heterogeneity(pool), room)
    if pool["flags"]:
        remarks += small_lines(f"Note: {pool['flags']}", room)
    if not math.isnan(pool["pi_low"]) and not math.isnan(pool["pi_high"]):
        interval = interval_cells(pool["pi_low"], pool["pi_high"], "low", "high", scale)
        cells = {"estimate": "PI", **interval}
        remarks[0] = Line(cells, across=remarks[0].across, small=True)
    return [*lines, *remarks]


def _size(pool: dict[Any, Any]) -> str:
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


def _intervention_line(
    row: dict[Any, Any], flags: Sequence[str], families: Mapping[str, Family], scale: Scale
) -> Line:
    """An intervention in a domain: a diamond, a single trial's square, or a reason."""
    numbers = ", ".join(str(flags.index(flag) + 1) for flag in _flags(row))
    suffix = f" [{numbers}]" if numbers else ""
    label = fg.shorten(row["label"], 3.6 - fg.text_width(suffix)) + suffix
    cells = {
        "label": label,
        **{c: wording.whole(row[c]) for c in ("n_trials", "k")},
        "participants": row["participants"],
    }
    _, colour = _family(row["family"], families)
    if math.isnan(row["estimate"]) or not row["n_trials"] >= 1:
        return Line({**cells, "pi_high": _no_estimate(row)}, frozenset({"pi_high"}))
    effect, wide = pool_cells(row, scale)
    cells.update(effect)
    if not _is_pooled(row):
        cells["pi_high"] = "single trial"
        mark = mark_of("square", row, row["estimate"], colour, scale, hollow=True)
        return Line(cells, wide | {"pi_high"}, mark=mark)
    if math.isnan(row["pi_low"]) or math.isnan(row["pi_high"]):
        cells["pi_high"] = wording.DASH
    else:
        cells.update(interval_cells(row["pi_low"], row["pi_high"], "pi_low", "pi_high", scale))
    return Line(cells, wide, mark=mark_of("diamond", row, row["estimate"], colour, scale))


def _is_pooled(pool: dict[Any, Any]) -> bool:
    return math.isfinite(pool["estimate"]) and not pool["n_trials"] < 2


def _no_estimate(pool: dict[Any, Any]) -> str:
    trials = pool["n_trials"]
    reason = "no usable result" if trials == 0 else wording.counted(trials, "trial")
    return f"No pooled estimate: {reason}"
