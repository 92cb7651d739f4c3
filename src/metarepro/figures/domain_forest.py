"""The summary of a domain: one line for each intervention."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from metarepro.figures import style as fg
from metarepro.figures.forest_axis import Axis, Mark
from metarepro.figures.forest_cells import (
    axis_of,
    dash_note,
    heading,
    interval_cells,
    is_pooled,
    mark_of,
    no_estimate,
    pool_cells,
    records,
    wrapped_cells,
)
from metarepro.figures.forest_page import GAP, Column, Line, Plot, draw_page, effect_columns
from metarepro.plan import Family
from metarepro.wording import phrases as wording
from metarepro.wording.scales import Scale

DOMAIN_COLUMNS = (
    *("label", "family", "n_trials", "k", "participants", "estimate", "ci_low", "ci_high"),
    *("pi_low", "pi_high", "flags"),
)

_SINGLE = "Hollow square: the effect of a single trial, not pooled."

_LABEL_ROOM = 2.8  # inches


def summary_forest(
    rows: pd.DataFrame,
    families: Mapping[str, Family],
    *,
    title: str,
    scale: Scale,
    axis: Axis | None = None,
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
    axis
        The axis that the plot shares with others; by default one that its own marks set.

    Returns
    -------
    A figure unknown to pyplot.

    Raises
    ------
    ValueError
        If there is no row or a column is missing.
    """
    interventions = records(rows, DOMAIN_COLUMNS, "rows")
    if not interventions:
        raise ValueError("rows are empty: nothing to draw")
    flags = list(dict.fromkeys(flag for row in interventions for flag in _flags(row)))
    lines = [
        line for row in interventions for line in _intervention_lines(row, flags, families, scale)
    ]
    left = [
        Column("label", "Intervention", "left", widest=_LABEL_ROOM),
        Column("n_trials", "Trials"),
        Column("k", "Results"),
        Column("participants", "Participants"),
    ]
    right = [
        *effect_columns(heading(scale)),
        Column("pi_low", gap=2 * GAP),
        Column("pi_high", f"{scale.percent} PI", gap=0.05, span=5, header_span=2),
    ]
    notes = [f"[{number}] {fg.plain_text(flag)}" for number, flag in enumerate(flags, start=1)]
    if any(line.mark and line.mark.hollow for line in lines):
        notes.insert(0, _SINGLE)
    notes += dash_note(lines)
    legend = dict(_family(row["family"], families) for row in interventions)
    shown = [(f"◆ {label}", colour) for label, colour in legend.items()]
    return draw_page(
        Plot(
            lines, left, right, title, scale.title, notes, shown, **axis_of(lines, scale, axis=axis)
        )
    )


def _family(name: str, families: Mapping[str, Family]) -> tuple[str, str]:
    """Label and colour of a family; of one that the plan does not have those of a mixture."""
    if name in families:
        return families[name].label, families[name].colour
    return "Other or several families", fg.MIXED_COLOUR


def _flags(row: dict[Any, Any]) -> list[str]:
    return [flag.strip() for flag in row["flags"].split(";") if flag.strip()]


def domain_marks(rows: pd.DataFrame, scale: Scale) -> list[Mark]:
    """What the interventions of a domain show on its axis (`rows` as in `summary_forest`)."""
    marks = [_mark(row, "", scale) for row in records(rows, DOMAIN_COLUMNS, "rows")]
    return [mark for mark in marks if mark]


def _mark(row: dict[Any, Any], colour: str, scale: Scale) -> Mark | None:
    """A pool's diamond, the hollow square of a single trial, or nothing."""
    if not row["n_trials"] >= 1:
        return None
    shape = "diamond" if is_pooled(row) else "square"
    return mark_of(shape, row, row["estimate"], colour, scale, hollow=shape == "square")


def _intervention_lines(
    row: dict[Any, Any], flags: Sequence[str], families: Mapping[str, Family], scale: Scale
) -> list[Line]:
    """An intervention in a domain: a diamond, a single trial's square, or a reason."""
    numbers = ", ".join(str(flags.index(flag) + 1) for flag in _flags(row))
    label = row["label"] + (f" [{numbers}]" if numbers else "")
    texts = wrapped_cells({"label": (label, _LABEL_ROOM)})
    cells = {
        **texts[0],
        **{c: wording.whole(row[c]) for c in ("n_trials", "k")},
        "participants": row["participants"],
    }
    rest = [Line(more) for more in texts[1:]]
    _, colour = _family(row["family"], families)
    mark = _mark(row, colour, scale)
    if mark is None:
        first = Line({**cells, "pi_high": no_estimate(row)}, frozenset({"pi_high"}))
        return [first, *rest]
    effect, wide = pool_cells(row, scale)
    cells.update(effect)
    if not is_pooled(row):
        cells["pi_high"] = "single trial"
        wide = wide | {"pi_high"}
    elif math.isnan(row["pi_low"]) or math.isnan(row["pi_high"]):
        cells["pi_high"] = wording.DASH
    else:
        cells.update(interval_cells(row["pi_low"], row["pi_high"], "pi_low", "pi_high", scale))
    return [Line(cells, wide, mark=mark), *rest]
