"""Forest plots of the analyses of a review file, in the layout that RevMan gives them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from matplotlib.figure import Figure
from scipy import special

from metarepro.figures import style as fg
from metarepro.figures.arm_columns import GROUP_GAP, as_entered, grouped
from metarepro.figures.arms import of_both_arms
from metarepro.figures.forest_axis import Mark, symmetric_axis
from metarepro.figures.forest_page import (
    Column,
    Line,
    Plot,
    draw_page,
    effect_columns,
    width_across,
)
from metarepro.readers.review_tables import Row
from metarepro.reviews import revman_wording as words
from metarepro.reviews.pooling import AnalysisResult
from metarepro.reviews.revman_analysis import Analysis
from metarepro.wording import phrases as wording
from metarepro.wording.phrases import PUBLISHED

# RevMan's squares are blue for counts, green for means and red for given estimates.
_COLOURS = {"dichotomous": "#0072B2", "continuous": "#008A68", "iv": "#C8401E", "oe": "#A6437E"}
_DIAMOND = fg.TEXT_COLOUR

NOT_ESTIMABLE = "Not estimable"

_LABEL_ROOM = 2.3  # inches
_ARM_ROOM = 1.35
_HEADER_ROOM = 2.0
_SUBTOTAL_ONLY, _TOTAL_ONLY = "In the subtotal only.", "In the total only."
_SWAPPED = "The analysis is of participants without the event; the table counts those with it."
_HKSJ = "Confidence intervals of pooled effects by Hartung-Knapp-Sidik-Jonkman."
_PUBLISHED_NOTE = "Grey diamond: the result in the review's file, where it differs from ours."


def revman_forest(
    studies: Sequence[Row],
    analysis_rows: Sequence[Row],
    result: AnalysisResult,
    *,
    title: str = "",
    tolerance: float = 1e-6,
) -> Figure:
    """Draw one analysis of a review file.

    Parameters
    ----------
    studies
        The rows of the analysis (`readers.review_tables.STUDY_COLUMNS`), in the order in which
        they are drawn (within their subgroups).
    analysis_rows
        Its overall row and those of its subgroups, with the columns of
        `readers.review_tables.ANALYSIS_COLUMNS`.
    result
        What `reviews.pooling.pool_analysis` makes of `studies`.
    title
        Text above the plot; without it the numbers and names of the comparison and the outcome.
    tolerance
        A published pool that is farther from ours, in its estimate or its limits and beyond half
        a unit of its last decimal, is drawn below ours in grey.

    Returns
    -------
    A figure unknown to pyplot. Left and right of no effect mean what the file says.

    Raises
    ------
    ValueError
        If there is no study or no analysis row, or if `result` has another number of rows.
    """
    if not studies or not analysis_rows:
        raise ValueError("an analysis needs study rows and an analysis row: nothing to draw")
    if result.effects.yi.size != len(studies):
        raise ValueError(f"result has {result.effects.yi.size} rows, studies {len(studies)}")
    analysis = Analysis.of(studies, analysis_rows, result)
    left = _columns(analysis)
    notes = _Notes()
    drawn = [_study_lines(analysis, i, notes) for i in range(len(studies))]
    lines = _lines(analysis, drawn, left, tolerance)
    head = analysis.head
    marks = [line.mark for line in lines if line.mark]
    return draw_page(
        Plot(
            lines,
            left,
            [],
            title=title or words.title(head),
            axis_label="",
            notes=[*notes.texts(), *_remarks(analysis, lines)],
            headings=_headings(analysis),
            over_axis=[words.measure_name(head), words.method(head)],
            axis=symmetric_axis(marks, ratio=analysis.is_ratio),
            captions=words.captions(head),
            level=words.level(head),
        )
    )


class _Notes:
    """Footnotes in the order in which they are met; equal ones share a number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> str:
        """What stands behind a label, "" for no note."""
        if not text:
            return ""
        return f" ({self._numbers.setdefault(text, len(self._numbers) + 1)})"

    def texts(self) -> list[str]:
        """All notes with their numbers."""
        return [f"({number}) {fg.plain_text(text)}" for text, number in self._numbers.items()]


def _columns(analysis: Analysis) -> list[Column]:
    columns = [Column("label", "Study or Subgroup", "left", widest=_LABEL_ROOM)]
    given = [(_key(key), fg.shorten(text, _HEADER_ROOM, bold=True)) for key, text in analysis.given]
    columns += grouped([given, *of_both_arms(analysis.arms)])
    if analysis.totals != "NO":
        columns.append(Column("weight", "Weight", gap=GROUP_GAP))
    estimate, *limits = effect_columns(words.method(analysis.head))
    return [*columns, replace(estimate, gap=0.2), *limits]


def _key(name: str) -> str:
    """Key of a column of the data table; the effect as given is not the one that is printed."""
    return f"given_{name}" if name == "estimate" else name


def _headings(analysis: Analysis) -> list[Line]:
    """The arms over their columns, and the measure over the effects."""
    head, arms = analysis.head, analysis.arms
    texts: dict[str, list[str]] = {}
    if arms:
        last = arms[-1][0]
        for arm in ("t", "c"):
            name = fg.plain_text(head[f"label_{arm}"]) if head[f"label_{arm}"] else ""
            texts[f"{last}_{arm}"] = fg.wrap(name, _ARM_ROOM, bold=True)
    texts["high"] = [fg.shorten(words.measure_name(head), 2.5, bold=True)]
    depth = max(len(lines) for lines in texts.values())
    padded = {key: [""] * (depth - len(lines)) + lines for key, lines in texts.items()}
    return [
        Line({key: lines[i] for key, lines in padded.items()}, frozenset(padded), bold=True)
        for i in range(depth)
    ]


# --- lines ---------------------------------------------------------------------------------------


def _lines(
    analysis: Analysis, drawn: Sequence[Sequence[Line]], left: Sequence[Column], tolerance: float
) -> list[Line]:
    """All lines: the studies of each subgroup with its subtotal, and the total."""
    lines: list[Line] = []
    groups = analysis.groups
    # Room is known once all cells of the studies and the pools are.
    pools = {number: _pool_cells(analysis, number, tolerance) for number in [*groups, ""]}
    room = width_across([line for group in (*drawn, *pools.values()) for line in group], left)
    for number in groups:
        if number:
            heading = fg.plain_text(f"{_prefix(analysis.head)}{number} {analysis.name(number)}")
            wrapped = fg.wrap(heading, room, bold=True)
            lines += [Line(across=text, bold=True) for text in wrapped]
        lines += [
            line
            for of_study, row in zip(drawn, analysis.studies, strict=True)
            if row["subgroup_number"] == number
            for line in of_study
        ]
        if number and analysis.totals != "NO":
            lines += [*pools[number], *_tests(analysis, number, room), Line()]
        elif number != groups[-1]:
            lines.append(Line())
    if analysis.totals == "YES":
        lines += [Line()] if groups == [""] else []
        lines += [*pools[""], *_tests(analysis, "", room)]
    lines += _subgroup_test(analysis, room)
    while lines[-1] == Line():
        lines.pop()
    return lines


def _prefix(head: Mapping[str, Any]) -> str:
    return f"{head['comparison_number']}.{head['outcome_number']}."


def _study_lines(analysis: Analysis, i: int, notes: _Notes) -> list[Line]:
    """A study: its data, weight, effect and square; a long name goes on in further lines."""
    row, head = analysis.studies[i], analysis.head
    yi, vi = analysis.result.effects.yi[i], analysis.result.effects.vi[i]
    number = notes.number(row["footnote"]) + notes.number(_where(row, analysis))
    label, *more = fg.wrap(fg.plain_text(row["study"]) + number, _LABEL_ROOM)
    rest = [Line({"label": text}) for text in more]
    cells = {"label": label}
    keys = [key for key, _ in analysis.given]
    keys += [f"{name}_{arm}" for name, _ in analysis.arms for arm in "tc"]
    for key in keys:
        cells[_key(key)] = as_entered(row[key])
    if not (math.isfinite(yi) and math.isfinite(vi)):
        return [Line({**cells, "high": NOT_ESTIMABLE}, frozenset({"high"})), *rest]
    half = float(special.ndtri((1 + head["study_interval_level"]) / 2)) * math.sqrt(vi)
    low, high = yi - half, yi + half
    pool = analysis.pool_of(i)
    weight = math.nan if pool is None else float(pool.weights[i])
    if analysis.totals != "NO":
        cells["weight"] = "" if math.isnan(weight) else f"{wording.decimal(weight, 1)}%"
    mark = Mark(
        "square",
        yi,
        low,
        high,
        _COLOURS[head["data_type"]],
        weight=weight,
        hollow=pool is not None and math.isnan(weight),
    )
    effect, wide = words.effect_cells(yi, low, high, is_ratio=analysis.is_ratio)
    return [Line({**cells, **effect}, wide, mark=mark), *rest]


def _where(row: Mapping[str, Any], analysis: Analysis) -> str:
    """Say it where a row enters one of two pools."""
    if analysis.totals == "NO":
        return ""
    return {"subgroup": _SUBTOTAL_ONLY, "overall": _TOTAL_ONLY}.get(row["applies_to"], "")


def _pool_cells(analysis: Analysis, number: str, tolerance: float) -> list[Line]:
    """The line of a pool with its diamond, its events, and the published one if it differs."""
    head = analysis.head
    pool = analysis.pool(number)
    cells = {"label": f"{'Subtotal' if number else 'Total'} ({words.level(head)} CI)"}
    counts = analysis.counts(number)
    if any(name == "n" for name, _ in analysis.arms):
        cells.update({key: as_entered(counts[key]) for key in ("n_t", "n_c")})
    weights = analysis.result.overall.weights if analysis.totals == "YES" else pool.weights
    of_pool = [
        weight
        for weight, row in zip(weights, analysis.studies, strict=True)
        if number in ("", row["subgroup_number"]) and math.isfinite(weight)
    ]
    if pool.k:
        cells["weight"] = f"{wording.decimal(math.fsum(of_pool), 1)}%"
        limits = (pool.estimate, pool.ci_low, pool.ci_high)
        effect, wide = words.effect_cells(*limits, is_ratio=analysis.is_ratio)
        wanted = head["prediction_interval"] == "yes"
        pi_low, pi_high = (pool.pi_low, pool.pi_high) if wanted else (math.nan, math.nan)
        mark = Mark("diamond", *limits, _DIAMOND, pi_low, pi_high)
        lines = [Line({**cells, **effect}, wide, mark=mark, bold=True)]
        if math.isfinite(pi_low) and math.isfinite(pi_high):
            interval = words.limit_cells(pi_low, pi_high, is_ratio=analysis.is_ratio)
            lines.append(Line({"label": f"{words.level(head)} prediction interval", **interval}))
    else:
        lines = [Line({**cells, "high": NOT_ESTIMABLE}, frozenset({"high"}), bold=True)]
    published = analysis.published(number)
    if published and analysis.differs(number, tolerance):
        effect, wide = words.effect_cells(*published, is_ratio=analysis.is_ratio)
        mark = Mark("diamond", *published, fg.RULE_COLOUR)
        lines.append(Line({"label": PUBLISHED, **effect}, wide, mark=mark, small=True))
    if any(name == "events" for name, _ in analysis.arms):
        events = {key: as_entered(counts[key]) for key in ("events_t", "events_c")}
        lines.append(Line({"label": "Total events", **events}))
    return lines


def _tests(analysis: Analysis, number: str, room: float) -> list[Line]:
    """The lines on heterogeneity and on the overall effect."""
    pool = analysis.pool(number)
    texts = (words.heterogeneity(pool, analysis.head), words.overall_effect(pool))
    return [line for text in texts for line in _small(text, room)]


def _subgroup_test(analysis: Analysis, room: float) -> list[Line]:
    """The test between subgroups where the authors show it (they may not, if trials overlap)."""
    test, row = analysis.result.test, analysis.rows.get("")
    if test is None or row is None or math.isnan(row["subgroup_q"]):
        return []
    return _small(words.subgroup_differences(test), room)


def _small(text: str, room: float) -> list[Line]:
    lines = fg.wrap(text, room, fg.SMALL_SIZE) if text else []
    return [Line(across=line, small=True) for line in lines]


def _remarks(analysis: Analysis, lines: Sequence[Line]) -> Iterator[str]:
    """Notes that explain the whole plot."""
    if analysis.head["swap_events"] == "yes":
        yield _SWAPPED
    if any(math.isfinite(analysis.pool(number).t) for number in [*analysis.groups, ""]):
        yield _HKSJ
    if any(line.cells.get("label") == PUBLISHED and line.small for line in lines):
        yield _PUBLISHED_NOTE
