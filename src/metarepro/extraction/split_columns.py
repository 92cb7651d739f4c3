"""Columns whose cells hold several numbers, split into one column for each."""

from collections.abc import Mapping, Sequence

from metarepro.explanation.published import PrintedNumber
from metarepro.extraction.printed_cells import PrintedCell, parse_cell
from metarepro.readers.source_table import SourceTable
from metarepro.tabular.numbers import decimal_mark

#: Parts of a cell, in the order in which they are written.
PARTS: Mapping[str, str] = {
    "value": "value",
    "spread": "after ±",
    "total": "after /",
    "low": "low",
    "high": "high",
    "bracketed": "in brackets",
    "percent": "%",
    "n": "n",
    "p": "p",
    "i2": "I²",
}
#: Of the cells with numbers, those that must have several.
_SEVERAL = 0.3


def split_columns(table: SourceTable, headers: Sequence[str]) -> dict[str, list[str]]:
    """Numbers of the columns that have several in a cell.

    Parameters
    ----------
    table : SourceTable
    headers : sequence of str
        The names of its columns.

    Returns
    -------
    dict of list of str
        One list for each number, by a header as ``OR (95% CI) [low]``, with one text per row: the
        number in plain digits, "" where a cell has none.

    Examples
    --------
    >>> from metarepro.readers.source_table import SourceRow
    >>> row = SourceRow(1, ("A", "1.15(1.04-1.29)0.000 0.008"))
    >>> table = SourceTable("", "", ("Study", "OR"), (row,))
    >>> split_columns(table, table.columns)
    {'OR [value]': ['1.15'], 'OR [low]': ['1.04'], 'OR [high]': ['1.29'], 'OR [p]': ['0.008'], \
'OR [further 1]': ['0.000']}
    """
    decimal = decimal_mark(cell for row in table.rows for cell in row.cells)
    found: dict[str, list[str]] = {}
    for place, header in enumerate(headers):
        cells = [parse_cell(row.cells[place], decimal) for row in table.rows]
        numeric = [cell for cell in cells if cell.is_numeric]
        several = [cell for cell in numeric if len(cell.numbers) > 1]
        if several and len(several) >= _SEVERAL * len(numeric):
            found |= _split(header, cells)
    return found


def _split(header: str, cells: Sequence[PrintedCell]) -> dict[str, list[str]]:
    columns = {
        f"{header} [{words}]": [_digits(getattr(cell, part)) for cell in cells]
        for part, words in PARTS.items()
    }
    for place in range(max(len(cell.further) for cell in cells)):
        further = (cell.further[place] if place < len(cell.further) else None for cell in cells)
        columns[f"{header} [further {place + 1}]"] = [_digits(one) for one in further]
    return {name: texts for name, texts in columns.items() if any(texts)}


def _digits(number: PrintedNumber | None) -> str:
    return "" if number is None else str(number).replace(" ", "")
