"""Forest plots: tables of effects and pooled results in, a matplotlib Figure out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, TypedDict, Unpack

import pandas as pd
from matplotlib.figure import Figure

from metarepro.figures import style as fg
from metarepro.figures.arm_columns import arm_cells, arm_columns, arm_notes, mark_of_arms
from metarepro.figures.arms import ARM_COLUMNS, TURNED, reported_columns, shown_arms
from metarepro.figures.forest_axis import Axis, Mark
from metarepro.figures.forest_cells import (
    axis_of,
    dash_note,
    effect_cells,
    heading,
    heterogeneity,
    interval_cells,
    is_pooled,
    mark_of,
    no_estimate,
    pool_cells,
    records,
    small_lines,
    wrapped_cells,
)
from metarepro.figures.forest_page import (
    NARROWEST_LEFT,
    Column,
    Line,
    Plot,
    draw_page,
    effect_columns,
    least_width,
    width_across,
)
from metarepro.figures.judgements import judgement_columns, judgement_notes, with_judgements
from metarepro.wording import phrases as wording
from metarepro.wording.scales import Scale

ROW_COLUMNS = (
    *("label", "measure", "n_t", "n_c", "n_total", "yi", "ci_low", "ci_high"),
    *("weight", "tier", "subgroup"),
)
SUMMARY_COLUMNS = (
    *("subgroup", "name", "estimate", "ci_low", "ci_high", "pi_low", "pi_high", "tau2", "i2"),
    *("q", "q_df", "q_p", "k", "n_trials", "participants", "model", "test", "flags"),
)
SMD = Scale()

_APPROXIMATE = "† Hollow square: approximate effect; its conversion rests on assumptions."
_LABEL_ROOM, _MEASURE_ROOM = 2.0, 2.2  # inches; what is longer goes on in the next line
_TEXT_SHARES = (1.0, 0.8, 0.6, 0.5, 0.4)  # of that room, until a plot fits its sheet


class Options(TypedDict, total=False):
    """What may be said of a forest plot besides its tables and title (see `forest_layout`)."""

    scale: Scale
    subgroup_test: str
    colour: str
    captions: tuple[str, str] | None
    important: float
    judgements: Sequence[str]
    axis: Axis | None


def forest_plot(
    rows: pd.DataFrame, summaries: pd.DataFrame, *, title: str, **options: Unpack[Options]
) -> Figure:
    """Draw the results of one synthesis on one page, as `forest_layout` sets them out.

    Returns
    -------
    A figure unknown to pyplot.
    """
    return draw_page(forest_layout(rows, summaries, title=title, **options))


def forest_layout(
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
    axis: Axis | None = None,
    text_share: float = 1.0,
) -> Plot:
    """Set out the results of one synthesis in lines and columns.

    Parameters
    ----------
    rows
        One row per result with `ROW_COLUMNS`, in the order in which they are drawn; `weight` in
        percent, NaN where a result is shown and not pooled; `subgroup` is "" throughout if there
        are none. Labels may repeat. Events, means and SDs of the arms are shown where the rows
        have `arms.ARM_COLUMNS` and at least half of them are filled.
    summaries
        One row per pool with `SUMMARY_COLUMNS`: `subgroup` as in `rows`, "" for the overall
        result; `name` stands before the diamond; `i2` in percent; `model`, `test` and `flags` are
        printed as they are. A pool of fewer than two trials, or without an estimate, has no
        diamond.
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
    axis
        The axis that the plot shares with others; by default one that its own trials set.
    text_share
        Room for labels and measures as a share of the usual one.

    Returns
    -------
    A plot for `forest_page.draw_page` or `draw_pages`.

    Raises
    ------
    ValueError
        If there is no row, a column is missing, or a summary belongs to no subgroup of `rows`.
    """
    reported = reported_columns(rows)
    results = records(rows, (*ROW_COLUMNS, *shown_arms(reported)), "rows", optional=(TURNED,))
    pools = records(summaries, SUMMARY_COLUMNS, "summaries")
    if not results:
        raise ValueError("rows are empty: nothing to draw")
    groups = list(dict.fromkeys(row["subgroup"] for row in results))
    strangers = sorted({pool["subgroup"] for pool in pools} - {*groups, ""})
    if strangers:
        raise ValueError(f"summaries of subgroups that rows do not have: {strangers}")
    if len(groups) == 1 and groups != [""]:
        # The overall result is that of the only subgroup.
        pools, subgroup_test = [pool for pool in pools if pool["subgroup"] == ""], ""
    overall = [pool for pool in pools if pool["subgroup"] == "" and not _is_published(pool)]
    weighted = not overall or any(map(is_pooled, overall))

    rooms = {
        name: _narrowed(usual, text_share, [row[name] for row in results])
        for name, usual in (("label", _LABEL_ROOM), ("measure", _MEASURE_ROOM))
    }
    left = [Column("label", "Study", "left", widest=rooms["label"])]
    if any(rows["measure"] != ""):
        left.append(Column("measure", "Measure", "left", widest=rooms["measure"]))
    of_arms, headings = arm_columns(rows, reported)
    left += of_arms
    drawn = [
        _result_lines(row, colour, scale, weighted, words, rooms)
        for row, words in zip(results, rows[list(judgements)].to_numpy().tolist(), strict=True)
    ]
    least = text_share * NARROWEST_LEFT
    room = width_across([line for result in drawn for line in result], left, least)
    lines: list[Line] = []
    for group in groups:
        if groups != [""]:
            name = fg.plain_text(group) if group else "Subgroup not reported"
            lines += [Line(across=text, bold=True) for text in fg.wrap(name, room, bold=True)]
        for result, row in zip(drawn, results, strict=True):
            lines += result if row["subgroup"] == group else []
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
    notes += arm_notes(results, scale)
    notes += dash_note(lines)
    if not math.isnan(important):
        notes.append(f"Dashed line: minimal important difference, {scale.number(important)}.")
    notes += judgement_notes(judgements, rows)
    right = [Column("weight", "Weight")] if weighted else []
    right += [*effect_columns(heading(scale)), *judgement_columns(judgements)]
    of_axis = axis_of(lines, scale, important, axis)
    if captions is not None:
        of_axis["captions"] = captions
    of_axis |= {"headings": headings, "least_left": least}
    return Plot(lines, left, right, title, scale.title, notes, **of_axis)


def fitted_layout(
    rows: pd.DataFrame,
    summaries: pd.DataFrame,
    *,
    title: str,
    widest: float,
    **options: Unpack[Options],
) -> Plot:
    """Set out the results as in `forest_layout`, for a sheet `widest` inches wide.

    What does not fit with the shortest axis has narrower columns of text; if that is not enough,
    events, means and SDs are left out.
    """
    sizes_only = rows.drop(columns=[*ARM_COLUMNS], errors="ignore")
    for shown, share in product((rows, sizes_only), _TEXT_SHARES):
        plot = forest_layout(shown, summaries, title=title, text_share=share, **options)
        if least_width(plot) <= widest:
            break
    return plot


def trial_marks(rows: pd.DataFrame, scale: Scale) -> list[Mark]:
    """What the results of a plot show on its axis (`rows` as in `forest_layout`)."""
    marks = [
        mark_of("square", row, row["yi"], "", scale) for row in records(rows, ROW_COLUMNS, "rows")
    ]
    return [mark for mark in marks if mark]


def _narrowed(usual: float, share: float, texts: Sequence[str]) -> float:
    """A share of the usual room of a column, in inches; up to half of it, room for any word."""
    longest = max((fg.text_width(word) for text in texts for word in text.split()), default=0.0)
    return max(share * usual, min(longest, usual / 2))


def _is_published(pool: dict[Any, Any]) -> bool:
    return bool(pool["name"] == wording.PUBLISHED)


def _result_lines(
    row: dict[Any, Any],
    colour: str,
    scale: Scale,
    weighted: bool,
    judged: Sequence[str],
    rooms: Mapping[str, float],
) -> list[Line]:
    """A trial's result: a square, the label, the arms, weight and effect.

    A long label or measure goes on in further lines.
    """
    approximate = row["tier"] == "approximate"
    label = row["label"] + (" †" if approximate else "") + mark_of_arms(row)
    said = {"label": label, "measure": row["measure"]}
    texts = wrapped_cells({key: (text, rooms[key]) for key, text in said.items()})
    effect, wide = effect_cells(row["yi"], row["ci_low"], row["ci_high"], scale)
    arms, centred = arm_cells(row)
    cells = {**texts[0], **arms, **effect}
    weight = row["weight"]
    if weighted:
        cells["weight"] = "not pooled" if math.isnan(weight) else f"{wording.decimal(weight, 1)}%"
    mark = mark_of("square", row, row["yi"], colour, scale, weight=weight, hollow=approximate)
    first = with_judgements(Line(cells, wide | centred, centred, mark=mark), judged)
    return [first, *(Line(more) for more in texts[1:])]


def _pool_lines(pool: dict[Any, Any], colour: str, room: float, scale: Scale) -> list[Line]:
    """A pooled result: a diamond, its size, and below it the model, heterogeneity and flags."""
    published = _is_published(pool)
    if not is_pooled(pool) and not published:
        return small_lines(no_estimate(pool), room)
    name, *more = fg.wrap(f"{fg.plain_text(pool['name'])}: {_size(pool, scale)}", room, bold=True)
    rest = [Line(across=text, bold=True) for text in more]
    remarks = small_lines(pool["model"], room)
    if published and not is_pooled(pool):
        return [Line(across=name, bold=True), *rest, *remarks]
    effect, wide = pool_cells(pool, scale)
    mark = mark_of(
        "diamond", pool, pool["estimate"], fg.RULE_COLOUR if published else colour, scale
    )
    first = Line(effect, wide, across=name, mark=mark, bold=True)
    if not published:
        remarks += small_lines(heterogeneity(pool), room)
        remarks += small_lines(pool["test"], room)
    if pool["flags"]:
        remarks += small_lines(f"Note: {pool['flags']}", room)
    if not math.isnan(pool["pi_low"]) and not math.isnan(pool["pi_high"]):
        interval = interval_cells(pool["pi_low"], pool["pi_high"], "low", "high", scale)
        cells = {"estimate": "PI", **interval}
        remarks[0] = Line(cells, across=remarks[0].across, small=True)
    return [first, *rest, *remarks]


def _size(pool: dict[Any, Any], scale: Scale) -> str:
    """Trials, results and participants of a pool; a review does not say its results.

    What measures a single group, or how two things go together, is no trial.
    """
    trials = wording.counted(pool["n_trials"], "trial" if scale.compares else "study")
    if math.isnan(pool["n_trials"]):
        trials = f"number of trials {wording.NOT_REPORTED}"
    results = "" if math.isnan(pool["k"]) else wording.counted(pool["k"], "result")
    number = pool["participants"]
    people = (
        f"participants {number}" if number == wording.NOT_REPORTED else f"{number} participants"
    )
    return ", ".join(filter(None, [trials, results, people]))
