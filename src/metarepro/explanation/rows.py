"""The rows that a printed pool is to come from, as numbers with the rounding of each cell."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from metarepro.conversion.arm_data import ARM_MEASURES
from metarepro.errors import InputError
from metarepro.readers.effect_table import EffectTable
from metarepro.tabular.printed_numbers import decimals_of

Array = npt.NDArray[np.float64]

#: Columns of whole numbers, which are not rounded.
_WHOLE = (
    *("n_t", "n_c", "events_t", "events_c", "non_events_t", "non_events_c"),
    *("n_total", "events"),
)
#: A cell with fewer decimals than this share of its column is one that lost its zeros.
_MOST = 0.75
#: Numbers with more decimals than this come from a computer and not from a page.
_COMPUTED = 9
#: More rows than a published pool has.
MAX_ROWS = 1000


@dataclass(frozen=True, eq=False)
class StudyRows:
    """Rows of one kind of data.

    Attributes
    ----------
    file : how it is called in messages
    kind : one of `readers.effect_table.KINDS`
    columns : names of the c columns
    cells : array of shape (k, c)
    half : array of shape (k, c)
        Half a unit of the last digit of each cell, 0 for whole numbers.
    texts : the cells as they are written, k tuples of c
    rows : the row of each as a spreadsheet counts
    studies : the label of each
    trials : array of shape (k,), the trial of each, numbered from 0
    names : our name of a column -> what the table calls it
    in_csv : whether the file is these rows, as R reads it
    """

    file: str
    kind: str
    columns: tuple[str, ...]
    cells: Array
    half: Array
    texts: tuple[tuple[str, ...], ...]
    rows: tuple[int, ...]
    studies: tuple[str, ...]
    trials: npt.NDArray[np.intp]
    names: Mapping[str, str]
    in_csv: bool = False

    @property
    def k(self) -> int:
        """Number of rows."""
        return len(self.cells)

    @property
    def has_repeats(self) -> bool:
        """Whether a trial has several rows."""
        return int(self.trials.max()) + 1 < self.k


def study_rows(table: EffectTable, measure: str = "") -> StudyRows:
    """Take the numbers of a table, of the kind that the measure is computed from.

    Parameters
    ----------
    table : EffectTable
    measure : str
        A measure of means or counts picks that kind; else effects go before intervals, means and
        counts.

    Raises
    ------
    DataError
        With all problems of all rows.
    InputError
        For fewer than two rows, or more than `MAX_ROWS`.
    """
    kind = _kind(table, measure)
    table.numbers(kind)  # all problems of all rows at once
    columns = table.columns(kind)
    texts = [[str(cell).strip() for cell in table.cells[column]] for column in columns]
    if not 2 <= len(texts[0]) <= MAX_ROWS:
        raise InputError(f"{table.file}: {len(texts[0])} rows; allowed: 2 to {MAX_ROWS}")
    if kind == "counts":  # arm sizes, also where those without the event are given
        cells = table.numbers(kind).to_numpy(np.float64)
        columns = tuple(table.numbers(kind).columns)
        texts = [[f"{number:.0f}" for number in column] for column in cells.T]
    else:
        cells = np.array([[float(text) for text in column] for column in texts]).T
    half = np.column_stack(
        [np.zeros(len(cells)) if name in _WHOLE else _rounding(column)
         for name, column in zip(columns, texts, strict=True)]
    )  # fmt: skip
    labels = table.trials or [str(row) for row in table.cells.index]
    return StudyRows(
        file=table.file,
        kind=kind,
        columns=columns,
        cells=cells,
        half=half,
        texts=tuple(zip(*texts, strict=True)),
        rows=tuple(int(row) for row in table.cells.index),
        studies=tuple(table.studies),
        trials=np.asarray(pd.factorize(np.array(labels, dtype=object))[0], dtype=np.intp),
        names=table.names,
        in_csv=table.in_csv,
    )


def _kind(table: EffectTable, measure: str) -> str:
    kinds = table.kinds
    own = ARM_MEASURES[measure].data if measure in ARM_MEASURES else ""
    return own if own in kinds else kinds[0]


def _rounding(texts: list[str]) -> Array:
    """Half a unit of the last digit of each cell of a column.

    A spreadsheet drops zeros at the end: where most cells show the same, highest number of
    decimals, those with fewer have lost some.
    """
    decimals = np.array([decimals_of(text) for text in texts])
    if (decimals == decimals.max()).mean() >= _MOST:
        decimals[:] = decimals.max()
    half = 0.5 * 10.0**-decimals
    return np.asarray(np.where(decimals > _COMPUTED, 0.0, half), dtype=np.float64)
