"""The columns of a table: what their headers say and what numbers their cells hold."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metarepro.extraction.headers import Header, parse_header
from metarepro.extraction.mapping import Cell
from metarepro.extraction.printed_cells import numbers_of
from metarepro.readers.source_table import SourceTable
from metarepro.tabular.numbers import (
    PLAIN_SIGNS,
    decimal_mark,
    is_missing,
    is_number,
    mixed_marks,
    plain_number,
)

#: Share of the filled cells that must be alike for a column to be called so.
_MOST = 0.8
#: What may stand beside the numbers of a cell with several.
_BESIDE = re.compile(
    r"(?:[\s\d.,;:%()\[\]+±/<>=*†‡§−–—‐‑-]|\b(?:to|bis|à)\b|\bci\b|\bsd\b|\band\b|\ba\b"
    r"|\b(?:out )?of\b)*",
    re.I,
)
_MAX_NUMBERS = 3
#: A number that is another one with a decimal comma than with commas between thousands.
_OPEN_COMMA = re.compile(r"(?<![0-9.,])[1-9][0-9]{0,2},[0-9]{3}(?![0-9]|[.,][0-9])")
_POINT = re.compile(r"[0-9]\.[0-9]")
_DECIDED = re.compile(r"[0-9]\.[0-9]|[0-9],[0-9]{3},[0-9]{3}(?![0-9])")


@dataclass(frozen=True, eq=False)
class Column:
    """A column of a table.

    Attributes
    ----------
    place : from 0
    header : its header, taken apart
    texts : its cells
    width : how many numbers its cells hold, 0 if they are texts or empty
    numbers : array of shape (rows, width), NaN where a cell holds none
    """

    place: int
    header: Header
    texts: tuple[str, ...]
    width: int
    numbers: npt.NDArray[np.float64]

    @property
    def filled(self) -> npt.NDArray[np.bool_]:
        """Which rows have a number; of texts, which have one."""
        if not self.width:
            return np.array([not is_missing(text) for text in self.texts], dtype=bool)
        return np.asarray(np.isfinite(self.numbers).all(axis=1))

    def values(self, number: int = 1) -> npt.NDArray[np.float64]:
        """The numbers at one place of the cells, from 1."""
        return self.numbers[:, number - 1]

    @property
    def said(self) -> str:
        """Why its numbers are taken for what they are, where its header says so."""
        return f'the header says "{self.header.said}"'

    @property
    def cell(self) -> Cell:
        """Where its numbers stand, if there is one in a cell and the header says what it is."""
        return Cell(self.header.text, 0, self.said)

    @property
    def has_open_commas(self) -> bool:
        """Whether commas may be decimal ones or part thousands, as in 1,234."""
        return bool(self.width) and any(_OPEN_COMMA.search(text) for text in self.texts)

    @property
    def is_odd(self) -> bool:
        """Whether some numbers have commas like 1,234 and no decimals, and others have decimals."""
        points = any(_POINT.search(text) for text in self.texts)
        return self.has_open_commas and points and mixed_marks(self.texts) is None


def profile(table: SourceTable) -> tuple[list[Column], str]:
    """The columns of a table, and its decimal mark."""
    cells = [[row.cells[place] for row in table.rows] for place in range(len(table.columns))]
    mark = decimal_mark(text for texts in cells for text in texts)
    return [
        _column(place, name, tuple(texts), mark)
        for place, (name, texts) in enumerate(zip(table.columns, cells, strict=True))
    ], mark


def commas_are_open(columns: Iterable[Column], mark: str) -> bool:
    """Whether no number of a table says if its commas are decimal ones."""
    texts = (text for column in columns if column.width for text in column.texts)
    return mark == "." and not any(_DECIDED.search(text) for text in texts)


def _column(place: int, name: str, texts: tuple[str, ...], mark: str) -> Column:
    width = _width([text for text in texts if not is_missing(text)], mark)
    numbers = np.full((len(texts), width), np.nan)
    for row, text in enumerate(texts):
        plain = numbers_of(text, mark) if width > 1 else [plain_number(text, mark)]
        if width and len(plain) == width and all(plain):
            numbers[row] = [float(one) for one in plain]
    return Column(place, parse_header(name), texts, width, numbers)


def _width(filled: Sequence[str], mark: str) -> int:
    """How many numbers most of the cells hold."""
    if not filled:
        return 0
    if sum(is_number(text) for text in filled) >= _MOST * len(filled):
        return 1
    several = (text for text in filled if _BESIDE.fullmatch(text.translate(PLAIN_SIGNS)))
    counts = Counter(len(numbers_of(text, mark)) for text in several)
    width, count = counts.most_common(1)[0] if counts else (0, 0)
    return width if width <= _MAX_NUMBERS and count >= _MOST * len(filled) else 0
