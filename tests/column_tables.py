"""Tables as sheets of cells, and what their columns are taken for."""

from dataclasses import replace
from typing import Any

from metarepro.extraction.extracted import Extracted, extract
from metarepro.extraction.mapping import Analysis
from metarepro.extraction.proposals import propose
from metarepro.readers.source_table import Source, SourceRow, SourceTable


def source(header: str, *rows: str, label: str = "S") -> Source:
    """A sheet of cells parted by bars."""
    cells = [tuple(cell.strip() for cell in row.split("|")) for row in (header, *rows)]
    table = SourceTable(
        label, "", cells[0], tuple(SourceRow(n, row) for n, row in enumerate(cells[1:], 2))
    )
    return Source("a.xlsx", "f" * 64, "a workbook", (table,))


def taken(analysis: Analysis) -> dict[str, str]:
    """Role -> column, and the number in the cell after #."""
    return {
        role: cell.column + (f"#{cell.number}" if cell.number else "")
        for role, cell in analysis.columns.items()
    }


def one(header: str, *rows: str) -> Analysis:
    found = propose(source(header, *rows))
    assert len(found) == 1
    return found[0]


def read(header: str, *rows: str, **answers: Any) -> Extracted:
    """What comes out as proposed, with some answers."""
    return extract(source(header, *rows), replace(one(header, *rows), **answers))


INTERVALS = ("A 2001 | 0.20 | 0.10 | 0.30", "B 2002 | 0.50 | 0.21 | 0.79", "C | -0.1 | -0.6 | 0.4")


MEANS = ("A | 5.1 | 2 | 20 | 6 | 2.1 | 22", "B | 7.2 | 2.4 | 31 | 7.9 | 2.2 | 30")


def of_arms(first: str, second: str) -> str:
    """Headers of means, SDs and sizes of two arms."""
    return " | ".join(
        ["Study", *(f"{a} {s}" for a in (first, second) for s in ("mean", "SD", "n"))]
    )
