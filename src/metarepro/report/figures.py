"""Figures of the report with their numbers in words."""

import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from metarepro.conversion.trial_means import average_by_trial
from metarepro.figures.arms import ARM_COLUMNS, TURNED, reported_columns, shown_arms
from metarepro.figures.forest_tables import domain_pools, with_arms
from metarepro.report.blocks import Figure, Lines
from metarepro.report.drawings import lines, single
from metarepro.report.matrix import axis, on_axis
from metarepro.report.records import Records, Row
from metarepro.study.risk_of_bias import judged
from metarepro.tabular.judgements import ROB2_COLUMNS
from metarepro.wording.phrases import (
    DASH,
    PUBLISHED,
    counted,
    counted_analyses,
    decimal,
    percent,
)

_SIZE = re.compile(rb'<svg [^>]*?width="([\d.]+)pt" height="([\d.]+)pt"')
#: Of the start of a drawing, bytes that hold its size.
_START = 2000
_OF_POOLS = (
    *("synthesis", "intervention", "effect_measure", "better", "n_trials", "k", "n_participants"),
    *("estimate", "ci_low", "ci_high", "pi_low", "pi_high", "flags"),
)
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


def forest(records: Records, key: str, *, beside_plot: bool = False) -> list[Figure]:
    """Forest plot of a synthesis; none if it was not drawn (one trial).

    On a narrow screen only its pool is shown, but `beside_plot` the one to try has it.
    """
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
    narrow = None if beside_plot else _lines(records, [("Pooled", pool)])
    return [Figure(f"figures/{path}.svg", alt, caption, f"figures/{path}.csv", True, narrow)]


def _lines(records: Records, rows: Sequence[tuple[str, Row]]) -> Lines | None:
    """Pools and single results for a narrow screen; None if they share no axis."""
    if not rows or not all(on_axis(records, row) for _, row in rows):
        return None
    scale = records.scale.at(rows[0][1])
    return lines(rows, scale, axis(records), scale.sides)


def drawn_rows(records: Records) -> Iterator[tuple[str, pd.DataFrame]]:
    """What forest and funnel plots draw, by the path of the figure without its suffix."""
    yield from _forest_rows(records)
    for domain in records.domains:
        if (path := f"domains/{domain['domain']}") in records.figures:
            pools = domain_pools(domain["domain"], records.tables["pooled"], records.plan)
            yield path, pools[[*_OF_POOLS]]
    for key in records.pools:
        if (path := f"sensitivity/{key}.funnel") in records.figures:
            yield path, _funnel_rows(records, key)


def _funnel_rows(records: Records, key: str) -> pd.DataFrame:
    """The trials of a synthesis, their results averaged, with their standard errors."""
    effects = records.tables["effects"]
    pooled = {weight["result_id"] for weight in records.rows("weights", "synthesis", key)}
    rho = records.plan.pooling_of(key.split(".")[1]).rho
    trials = average_by_trial(effects[effects["result_id"].isin(pooled)], rho)
    return trials.assign(sei=np.sqrt(trials["vi"]))


def _forest_rows(records: Records) -> Iterator[tuple[str, pd.DataFrame]]:
    """Of the forest plots of trials: one row per result, with the columns of the table of effects.

    `weight`, in percent, is missing where a result is drawn and not pooled. Behind it stand what
    the plot shows of the arms, and judgements on risk of bias where there are some.
    """
    tables = records.tables
    effects = with_arms(tables)
    arms = effects[["result_id", *ARM_COLUMNS, TURNED]]
    more = ROB2_COLUMNS if records.has("risk_of_bias") else ()
    for key in records.pools:
        if f"syntheses/{key}" in records.figures:
            weights = tables["weights"][tables["weights"]["synthesis"] == key]
            drawn = records.members(key).merge(arms, on="result_id")
            if more:
                drawn = drawn.assign(**judged(drawn, tables["risk_of_bias"]))
            yield f"syntheses/{key}", _with_weights(drawn, weights, "left", more)
    mine = tables["review_weights"]
    for row in tables["reproduction"].to_dict("records"):
        if (path := review_path(row)) in records.figures:
            of_row = (mine["review_id"] == row["review_id"]) & (mine["row"] == row["row"])
            yield path, _with_weights(effects, mine[of_row], "inner")


def _with_weights(
    effects: pd.DataFrame,
    weights: pd.DataFrame,
    how: Literal["left", "inner"],
    more: tuple[str, ...] = (),
) -> pd.DataFrame:
    """The columns of effects that a forest plot shows, and `more` of them, with their weights."""
    joined = effects.merge(weights[["result_id", "weight"]], on="result_id", how=how)
    return joined.sort_values(["year", "label", "result_id"], na_position="last")[
        [*_OF_ROWS, *shown_arms(reported_columns(joined)), *more]
    ]


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
    caption = f"{name}: every intervention with a result."
    rows = f"figures/{path}.csv"
    return [Figure(f"figures/{path}.svg", alt, caption, rows, lines=_lines(records, pools))]


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
        Figure(
            f"figures/sensitivity/{key}.{kind}.svg",
            alt,
            caption,
            f"figures/sensitivity/{key}.funnel.csv" if kind == "funnel" else "",
        )
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


def published_figure(records: Records, row: Row, weights: Sequence[Row]) -> list[Figure]:
    """Forest plot of a published result and ours of it; none if it was not drawn.

    Parameters
    ----------
    records : Records
        All tables.
    row : Row
        Of `comparison.tables.REPRODUCTION`.
    weights : sequence of Row
        Its rows of `comparison.tables.REVIEW_WEIGHTS`.
    """
    address = review_forest(records, row)
    if not address:
        return []
    name = f"{row['review']}: {row['outcome_label']}"
    pooled = records.scale.of_pool(row)
    alt = f"Forest plot of {counted(row['k'], 'result')} for {name}; pooled {pooled}."
    limits = {name: row[f"target_{name}"] for name in ("ci_low", "ci_high")}
    effects = [records.effects[weight["result_id"]] for weight in weights]
    effects.sort(key=lambda e: (math.isnan(e["year"]), e["year"], e["label"], e["result_id"]))
    shown = [
        ("Ours", row),
        (PUBLISHED, single({**row, **limits}, row["target_estimate"])),
        *((effect["label"], single(effect, effect["yi"])) for effect in effects),
    ]
    rows = address.removesuffix(".svg") + ".csv"
    drawn = " The published pool is drawn under ours."
    caption = f"{name}.{drawn if math.isfinite(row['target_estimate']) else ''}"
    return [Figure(address, alt, caption, rows, True, _lines(records, shown))]


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
