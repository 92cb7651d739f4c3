"""All checks of a table of results: within its rows, its effects, its weights."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from metarepro.extraction.closing import (
    Check,
    close_rows,
    is_ratio,
    reach,
    row_labels,
)
from metarepro.extraction.closing_effects import close_effects, close_weights
from metarepro.models.thresholds import Z95
from metarepro.tabular.printed_numbers import printed_number

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ClosedTable:
    """What was checked of a table.

    Attributes
    ----------
    checks : each number that the others give, in the order of the rows; the sum of the weights
        stands first
    effects_by : the formula that gives most of the printed effects from the groups, "" if none
        does or there are no groups
    weights_by : the same of the weights
    """

    checks: tuple[Check, ...]
    effects_by: str
    weights_by: str

    @property
    def open(self) -> list[Check]:
        """Those that do not close."""
        return [one for one in self.checks if not one.closes]

    @property
    def table(self) -> pd.DataFrame:
        """One row per check: row, label, what, printed, low, high, off, closes."""
        columns = ("row", "label", "what", "printed", "low", "high", "off", "closes")
        return pd.DataFrame(
            [[getattr(one, name) for name in columns] for one in self.checks], columns=list(columns)
        )


def close_table(
    cells: pd.DataFrame, labels: Sequence[str] | None = None, on_log: bool | None = None
) -> ClosedTable:
    """Check every number of a table that its other numbers give.

    Parameters
    ----------
    cells : DataFrame of str
        One row per result, under the names of `readers.effect_table` and also p, z and weight
        (percent); the index is the row as the source counts it.
    labels : sequence of str, optional
        Of the rows; else the column study.
    on_log : bool, optional
        Whether the effects are ratios, whose errors stand on the log scale; without it the scale
        on which most intervals have their middle.

    Returns
    -------
    ClosedTable

    Examples
    --------
    >>> rows = pd.DataFrame(
    ...     {"study": ["Ruiz 2001", "Chen 2004"], "yi": ["0.50", "0.35"],
    ...      "ci_low": ["0.10", "0.16"], "ci_high": ["0.90", "0.44"]}, index=[2, 3])
    >>> [(one.label, one.what) for one in close_table(rows).open]
    [('Chen 2004', 'estimate against the middle of its interval')]
    """
    names = list(labels) if labels is not None else row_labels(cells)
    effects = close_effects(cells, names)
    ratio = is_ratio(cells) if on_log is None else on_log
    weights = close_weights(cells, names, _variances(cells, ratio), ratio)
    checks = [*close_rows(cells, names, ratio)]
    for closed in (effects, weights):
        checks += closed.checks if closed else ()
    return ClosedTable(
        tuple(sorted(checks, key=lambda one: one.row)),
        effects.formula if effects else "",
        weights.formula if weights else "",
    )


def _variances(cells: pd.DataFrame, on_log: bool) -> Array:
    """The variance of each row, its least and its largest value, (3, k); NaN where unknown."""
    to = np.log if on_log else np.asarray
    width = 2 * Z95
    found = np.full((3, len(cells)), np.nan)
    for place, texts in enumerate(cells.to_dict("records")):
        numbers = {str(name): printed_number(str(text)) for name, text in texts.items()}
        vi, sei = numbers.get("vi"), numbers.get("sei")
        low, high = numbers.get("ci_low"), numbers.get("ci_high")
        if vi:
            found[:, place] = vi[0], vi[0] - vi[1], vi[0] + vi[1]
        elif sei:
            found[:, place] = sei[0] ** 2, *reach(np.square, sei)
        elif low and high:

            def variance(a: Array, b: Array) -> Array:
                return np.asarray(((to(b) - to(a)) / width) ** 2)

            with np.errstate(all="ignore"):
                nominal = float(variance(np.array(low[0]), np.array(high[0])))
            found[:, place] = nominal, *reach(variance, low, high)
    usable = (found > 0).all(axis=0) & np.isfinite(found).all(axis=0)
    return np.where(usable, found, np.nan)
