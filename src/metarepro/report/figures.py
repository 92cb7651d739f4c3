"""Figures of the report with their numbers in words."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pandas as pd

from metarepro.report.blocks import Figure
from metarepro.report.records import Records, Row
from metarepro.wording.phrases import DASH, counted, counted_analyses, decimal, percent

_SIZE = re.compile(rb'<svg [^>]*?width="([\d.]+)pt" height="([\d.]+)pt"')
#: Of the start of a drawing, bytes that hold its size.
_START = 2000
_OF_ROWS = (
    *("result_id", "label", "measure", "arm", "timepoint_detail", "n_t", "n_c", "n_total"),
    *("effect_measure", "better", "yi", "vi", "ci_low", "ci_high", "tier", "weight"),
)


def size(drawing: Path) -> tuple[int, int]:
    """Width and height of a figure in CSS pixels (96 to the inch, 72 points to the inch).

    Raises
    ------
    ValueError
        If the file does not start as our figures do.
    """
    with drawing.open("rb") as file:
        found = _SIZE.search(file.read(_START))
    if found is None:
        raise ValueError(f"{drawing}: no size in points at its start; allowed: figures of a run")
    width, height = (round(float(points) * 96 / 72) for points in found.groups())
    return width, height


def forest(records: Records, key: str) -> list[Figure]:
    """Forest plot of a synthesis; none if it was not drawn (one trial)."""
    path = f"syntheses/{key}"
    if path not in records.figures:
        return []
    pool, name, scale = records.pools[key], records.title(key), records.scale_of(key)
    pooled = [records.effects[w["result_id"]] for w in records.rows("weights", "synthesis", key)]
    ends = [scale.shown(effect["yi"]) for effect in pooled]
    alt = (
        f"Forest plot of {name}: {counted(pool['k'], 'pooled result')} of "
        f"{counted(pool['n_trials'], 'trial')}, {scale.symbol} from {decimal(min(ends))} to "
        f"{decimal(max(ends))}; pooled {scale.symbol} {_numbers(records, pool)}."
    )
    caption = f"{name}. {_squares(records, key)}".rstrip()
    return [Figure(f"figures/{path}.svg", alt, caption, f"figures/{path}.csv")]


def forest_rows(records: Records) -> Iterator[tuple[str, pd.DataFrame]]:
    """What the forest plots of trials draw, by the path of the figure without its suffix.

    One row per result with the columns of the table of effects and `weight`, in percent, which is
    missing where a result is drawn and not pooled.
    """
    tables = records.tables
    for key in records.pools:
        if f"syntheses/{key}" in records.figures:
            weights = tables["weights"][tables["weights"]["synthesis"] == key]
            yield f"syntheses/{key}", _with_weights(records.members(key), weights, "left")
    mine = tables["review_weights"]
    for row in tables["reproduction"].to_dict("records"):
        if (path := review_path(row)) in records.figures:
            of_row = (mine["review_id"] == row["review_id"]) & (mine["row"] == row["row"])
            yield path, _with_weights(tables["effects"], mine[of_row], "inner")


def _with_weights(
    effects: pd.DataFrame, weights: pd.DataFrame, how: Literal["left", "inner"]
) -> pd.DataFrame:
    """The columns of effects that a forest plot shows, with their weights."""
    joined = effects.merge(weights[["result_id", "weight"]], on="result_id", how=how)
    return joined.sort_values(["year", "label", "result_id"], na_position="last")[[*_OF_ROWS]]


def _squares(records: Records, key: str) -> str:
    """Which results of a forest plot are not pooled, where there are such."""
    if len(records.members(key)) == records.pools[key]["k"]:
        return ""
    return "Results without a weight are not pooled: the plan leaves out their tier or design."


def domain_summary(records: Records, domain: str) -> list[Figure]:
    """Diamonds of all interventions in one domain."""
    path = f"domains/{domain}"
    if path not in records.figures:
        return []
    pools = [
        (intervention["label"], records.pools[key])
        for intervention_id, intervention in records.interventions.items()
        for key in records.cell(intervention_id, domain)
    ]
    scale, name = records.scale, records.names[domain]
    numbers = "; ".join(f"{label} {scale.of_pool(pool)}" for label, pool in pools)
    alt = f"Summary of {name}, pooled {scale.heading} of each intervention: {numbers}."
    return [Figure(f"figures/{path}.svg", alt, f"{name}: every intervention with a result.")]


def dependence(records: Records, key: str) -> list[Figure]:
    """Funnel plot, specification curve and GOSH plot of a synthesis, as far as they were drawn."""
    pool, name = records.pools[key], records.title(key)
    scale = records.scale_of(key)
    symbol, pooled = scale.symbol, scale.of_pool(pool)
    words = {
        "funnel": (
            f"Funnel plot of {name}: {counted(pool['n_trials'], 'trial')}, effect against "
            f"standard error, around the pooled {symbol} {pooled}.",
            "Funnel plot. Asymmetry has many causes; missing small trials are one of them.",
        ),
        "specifications": (
            f"Specification curve of {name}{_shares(records, key)}.",
            "Specification curve: the pooled effect in every analysis that combines the choices "
            "below it. Percentages are shares of analyses, which are not independent and not "
            "equally reasonable. Choices that change nothing here are left out.",
        ),
        "gosh": (
            f"GOSH plot of {name}: pooled {symbol} and heterogeneity of subsets of its "
            f"{counted(pool['n_trials'], 'trial')}; all of them give {pooled}.",
            "GOSH plot: pooled effect and heterogeneity of subsets of the trials. Several clouds "
            "suggest trials of different kinds.",
        ),
    }
    return [
        Figure(f"figures/sensitivity/{key}.{kind}.svg", alt, caption)
        for kind, (alt, caption) in words.items()
        if f"sensitivity/{key}.{kind}" in records.figures
    ]


def funnel(records: Records, key: str) -> list[Figure]:
    """The funnel plot of a synthesis, if it was drawn."""
    return [figure for figure in dependence(records, key) if figure.path.endswith(".funnel.svg")]


def review_forest(records: Records, row: Row) -> str:
    """Address of the forest plot of a published result; "" if none was drawn."""
    path = review_path(row)
    return f"figures/{path}.svg" if path in records.figures else ""


def review_path(row: Row) -> str:
    """Path of the forest plot of a published result below the folder of figures."""
    return f"reviews/{row['review_id']}.{row['row']:.0f}.{row['outcome']}"


def _numbers(records: Records, pool: Row) -> str:
    scale = records.scale.at(pool)
    predicted = scale.prediction_of(pool)
    prediction = "" if predicted == DASH else f", prediction interval {predicted}"
    return f"{scale.of_pool(pool)}{prediction}"


def _shares(records: Records, key: str) -> str:
    rows = records.rows("multiverse", "synthesis", key)
    if not rows or rows[0]["n_different"] == 0:
        return ""
    row, scale = rows[0], records.scale_of(key)
    same = f", {percent(100 * row['share_same_sign'])} of them with the sign of the pool"
    return (
        f": {counted_analyses(row['n_different'])}, {scale.symbol} from "
        f"{scale.span(row['lowest'], row['highest'])}{same if scale.compares else ''}"
    )
