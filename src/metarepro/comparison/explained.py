"""How a published pool of the same trials, which ours does not equal, comes from their effects."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from metarepro.comparison.targets import Target
from metarepro.errors import InputError
from metarepro.explanation.explanation import explain_rows
from metarepro.explanation.published import PrintedNumber, PublishedResult
from metarepro.explanation.report import in_words
from metarepro.explanation.rows import MAX_ROWS, StudyRows
from metarepro.tabular.printed_numbers import printed_decimals

#: Verdicts on pools of the published trials that do not come out as printed.
TO_EXPLAIN = ("reproduced", "approximate", "different", "decision_differs")


def explain_row(row: Mapping[Any, Any], target: Target, effects: pd.DataFrame) -> str:
    """Say in a sentence which model, rounding or single change gives the published numbers.

    Parameters
    ----------
    row : mapping
        The published row, numbers as printed.
    target : Target
    effects : DataFrame
        The pooled effects: yi, vi, yi_rounding, vi_rounding, trial_id, label.

    Returns
    -------
    str
        "" if fewer than two effects are pooled.
    """
    if not 2 <= len(effects) <= MAX_ROWS:
        return ""
    measure = target.printed.name if target.printed.is_ratio else "effect"
    try:
        found = explain_rows(_rows(effects, target.factor), _published(row), measure)
    except InputError:
        return ""
    return in_words(found)


def _rows(effects: pd.DataFrame, factor: float) -> StudyRows:
    """The effects as the review prints them: its side, its measure."""
    scales = np.array([factor, factor**2])
    cells = effects[["yi", "vi"]].to_numpy(np.float64) / scales
    half = effects[["yi_rounding", "vi_rounding"]].to_numpy(np.float64) / np.abs(scales)
    return StudyRows(
        file="effects.csv",
        kind="effects",
        columns=("yi", "vi"),
        cells=cells,
        half=half,
        texts=tuple((f"{y:.6g}", f"{v:.6g}") for y, v in cells.tolist()),
        rows=tuple(range(1, len(effects) + 1)),
        studies=tuple(effects["label"]),
        trials=np.asarray(pd.factorize(effects["trial_id"])[0], dtype=np.intp),
        names={},
    )


def _published(row: Mapping[Any, Any]) -> PublishedResult:
    """The printed numbers; those that a table of numbers keeps are as long as the longest."""
    core = {name: row[name] for name in ("estimate", "ci_low", "ci_high")}
    if not all(map(math.isfinite, core.values())):
        core = {"estimate": row["estimate"]}
    decimals = printed_decimals(*core.values())
    numbers = {name: PrintedNumber(value, decimals) for name, value in core.items()}
    if math.isfinite(row["i2"]):
        numbers["i2"] = PrintedNumber(row["i2"], printed_decimals(row["i2"]))
    return PublishedResult("", numbers)
