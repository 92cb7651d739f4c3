"""The columns of the arms of a forest plot: their sizes, and events or means where reported."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from metarepro.figures.arms import ARM_COLUMNS, TURNED, of_both_arms
from metarepro.figures.forest_page import Column, Line
from metarepro.wording.phrases import whole
from metarepro.wording.scales import Scale

GROUP_GAP = 0.3  # before a group of columns, in inches
_BETWEEN = 0.12  # columns of a group
_BOTH = "n_both"  # a column without width, at the end of both arms
_MARK = "\u2021"


def grouped(groups: Iterable[Sequence[tuple[str, str]]]) -> list[Column]:
    """Columns in groups, by keys and headers; a wide cell in the last has the room of its group."""
    return [
        Column(key, header, gap=_BETWEEN if place else GROUP_GAP, span=place + 1)
        for group in groups
        for place, (key, header) in enumerate(group)
    ]


def arm_columns(
    rows: pd.DataFrame, reported: Sequence[tuple[str, str]]
) -> tuple[list[Column], list[Line]]:
    """Columns of both arms, what is `reported` among them, and what stands over them."""
    if not reported:
        if rows[["n_t", "n_c"]].isna().all(axis=None):
            has_total = rows["n_total"].notna().any()
            return [Column("n_total", "n")] if has_total else [], []
        both = Column(_BOTH, gap=0, span=3)
        return [Column("n_t", "n interv."), Column("n_c", "n control"), both], []
    size = len(reported) + 1
    columns = grouped(of_both_arms([*reported, ("n", "Total")]))
    heading = {"n_t": "Intervention", "n_c": "Control"}
    both = Column(_BOTH, gap=0, span=2 * size + 1)
    return [*columns, both], [Line(heading, frozenset(heading), bold=True)]


def arm_cells(row: Mapping[str, Any]) -> tuple[dict[str, str], frozenset[str]]:
    """What a result's arms report, and which cells stand in the middle of both arms."""
    given = _given(row)
    sizes = [row["n_t"], row["n_c"]]
    if not given and all(map(math.isnan, sizes)) and math.isfinite(row["n_total"]):
        total = whole(row["n_total"])
        return {"n_total": total, _BOTH: f"{total} in total"}, frozenset({_BOTH})
    cells = {name: as_entered(value) for name, value in given.items()}
    return cells | {name: whole(row[name]) for name in ("n_t", "n_c")}, frozenset()


def _given(row: Mapping[str, Any]) -> dict[str, float]:
    """The events, means and SDs of the arms that the plot shows of a result."""
    return {name: row[name] for name in ARM_COLUMNS if math.isfinite(row.get(name, math.nan))}


def as_entered(value: float) -> str:
    """Print a number of an arm: no more digits than it has, four decimals at most; "" for none."""
    if not math.isfinite(value):
        return ""
    text = f"{value:.{2 if abs(value) >= 100 else 4}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    if float(text) == 0 and value != 0:
        text = f"{value:.1e}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "\u2212")


def mark_of_arms(row: Mapping[str, Any]) -> str:
    """What stands behind the label of a result whose effect runs against the numbers shown."""
    return f" {_MARK}" if row.get(TURNED) and _given(row) else ""


def arm_notes(rows: Sequence[Mapping[str, Any]], scale: Scale) -> list[str]:
    """What that mark means, where one stands."""
    if not any(map(mark_of_arms, rows)):
        return []
    return [
        f"{_MARK} Measured in the other direction: the numbers of the arms are as reported, "
        f"the effect is turned ({scale.direction})."
    ]
