"""The columns of the arms of a forest plot: their sizes, and events or means where known."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from metarepro.figures.forest_page import GAP, Column, Line
from metarepro.wording.phrases import whole

#: What an arm may report besides its size, with the header: as in RevMan.
_REPORTED = (("events", "Events"), ("mean", "Mean"), ("sd", "SD"))
#: Columns that rows may have besides `forest.ROW_COLUMNS`.
ARM_COLUMNS = tuple(f"{name}_{arm}" for name, _ in _REPORTED for arm in "tc")


def reported_columns(rows: pd.DataFrame) -> list[tuple[str, str]]:
    """Names and headers of what the arms of some rows report; none if no row reports anything."""
    return [
        (name, header)
        for name, header in _REPORTED
        if {f"{name}_t", f"{name}_c"} <= set(rows) and rows[f"{name}_t"].notna().any()
    ]


def arm_columns(rows: pd.DataFrame) -> tuple[list[Column], list[Line]]:
    """Columns of both arms, and what stands over them."""
    reported = reported_columns(rows)
    if not reported:
        if rows[["n_t", "n_c", "n_total"]].isna().all(axis=None):
            return [], []
        if rows[["n_t", "n_c"]].isna().all(axis=None):
            return [Column("n_total", "n")], []
        return [Column("n_t", "n interv."), Column("n_c", "n control", span=2)], []
    columns = []
    for arm in "tc":
        for place, (name, header) in enumerate([*reported, ("n", "n")]):
            gap = 2 * GAP if place == 0 else GAP
            columns.append(Column(f"{name}_{arm}", header, gap=gap))
    size = len(reported) + 1
    columns[size - 1] = Column("n_t", "n", span=size)
    columns[-1] = Column("n_c", "n", span=size)
    heading = {"n_t": "Intervention", "n_c": "Control"}
    return columns, [Line(heading, frozenset(heading), bold=True)]


def arm_cells(row: Mapping[str, Any]) -> tuple[dict[str, str], frozenset[str]]:
    """What a result's arms report, and which cells stand in the middle of both arms."""
    if math.isnan(row["n_t"]) and math.isnan(row["n_c"]) and math.isfinite(row["n_total"]):
        total = whole(row["n_total"])
        return {"n_total": total, "n_c": f"{total} in total"}, frozenset({"n_c"})
    given = {name: row[name] for name in ARM_COLUMNS if math.isfinite(row.get(name, math.nan))}
    cells = {name: f"{value:.6g}".replace("-", "\u2212") for name, value in given.items()}
    return cells | {name: whole(row[name]) for name in ("n_t", "n_c")}, frozenset()
