"""Whether the rows of an analysis close: all columns of its table that speak of the same numbers.

What is pooled takes one set of columns (an effect and its interval, say); what is checked takes
all that stand beside them: groups, p values, z, weights.
"""

import re
from collections.abc import Iterator, Sequence

import pandas as pd

from metarepro.extraction.arm_columns import arm_analyses
from metarepro.extraction.closing import Check
from metarepro.extraction.closing_table import ClosedTable, close_table
from metarepro.extraction.effect_columns import effect_analyses
from metarepro.extraction.extracted import extract, role_of, table_of
from metarepro.extraction.mapping import LABELS, Analysis, Cell
from metarepro.extraction.printed_cells import numbers_of
from metarepro.extraction.profiles import profile
from metarepro.extraction.refusals import why_left
from metarepro.readers.source_table import Source, SourceTable
from metarepro.tabular.numbers import plain_number
from metarepro.tabular.yaml_text import FILL_IN

#: Headers of numbers that are only checked.
_CHECKED = {
    "p": re.compile(r"p([-_ ]?val(ue)?)?|sig\.?", re.I),
    "z": re.compile(r"z([-_ ]?(val(ue)?|score))?", re.I),
    "weight": re.compile(r"(relative )?weights?( ?\(?%\)?)?|% ?weight|w ?\(?%\)?", re.I),
}
#: Checks that are written out; the table has all.
_SHOWN = 8


def close_analysis(source: Source, analysis: Analysis, beside: Sequence[Analysis]) -> ClosedTable:
    """Check the rows of an analysis.

    Parameters
    ----------
    source : Source
    analysis : Analysis
        Without open questions, as `extracted.extract` takes it.
    beside : sequence of Analysis
        All analyses of the source: what those of the same table and name have, or the only one of
        groups beside one of effects, is checked with it.

    Returns
    -------
    ClosedTable
    """
    extracted = extract(source, analysis)
    table = table_of(source, analysis)
    cells = _all_cells(analysis, beside, table)
    places = {role: table.columns.index(cell.column) for role, cell in cells.items()}
    kept = set(extracted.table.cells.index)
    rows = {
        row.number: {
            role_of(role, analysis.first_arm): number_in(
                row.cells[places[role]], cell, analysis.decimal
            )
            for role, cell in cells.items()
        }
        for row in table.rows
        if row.number in kept
    }
    texts = pd.DataFrame.from_dict(rows, orient="index", dtype="str")
    return close_table(texts, extracted.table.studies, analysis.on_log)


def _all_cells(
    analysis: Analysis, beside: Sequence[Analysis], table: SourceTable
) -> dict[str, Cell]:
    """Where each number of a row stands, labels left out."""
    found = {role: cell for role, cell in analysis.columns.items() if role not in LABELS}
    for other in of_the_same_studies(analysis, table, beside):
        if FILL_IN not in (other.first_arm, other.scale):
            found = {r: c for r, c in other.columns.items() if r not in LABELS} | found
    headers = [header.strip() for header in table.columns]
    for role, pattern in _CHECKED.items():
        named = [header for header in headers if pattern.fullmatch(header)]
        if len(named) == 1 and table.columns.count(named[0]) == 1:
            found.setdefault(role, Cell(named[0]))
    return found


def by_headers(table: SourceTable) -> list[Analysis]:
    """What the headers of a table say, also where its layout is a known one."""
    columns, mark = profile(table)
    columns = [column for column in columns if not why_left(column)]
    return [*effect_analyses(columns, mark), *arm_analyses(columns, mark)]


def of_the_same_studies(
    analysis: Analysis, table: SourceTable, beside: Sequence[Analysis]
) -> list[Analysis]:
    """Analyses of the same name, and the only one of the other kind: effects beside groups."""
    others = [*(other for other in beside if other.table == analysis.table), *by_headers(table)]
    of_effects = "yi" in analysis.columns
    other_kind = {
        other.columns[other.roles[0]].column: other
        for other in others
        if other.roles and ("yi" in other.columns) != of_effects
    }
    alone = list(other_kind.values()) if len(other_kind) == 1 else []
    return [*(other for other in others if other.name == analysis.name), *alone]


def number_in(text: str, cell: Cell, decimal: str) -> str:
    """A number of a printed cell in plain digits; "" where there is none."""
    printed = text.strip().rstrip("%").strip()
    if cell.number:
        numbers = numbers_of(printed, decimal)
        return numbers[cell.number - 1] if cell.number <= len(numbers) else ""
    return plain_number(printed, decimal)


def closing_words(closed: ClosedTable) -> Iterator[str]:
    """How many numbers close, and those that do not, for the person who called.

    Examples
    --------
    >>> one = Check("p value against the interval", 5, "Chen 2004", "0.20", 0.012, 0.014, 18.6)
    >>> list(closing_words(ClosedTable((one,), "", "")))
    ['0 of 1 number close with the others of their row', '  Row 5 (Chen 2004): p value against \
the interval: printed 0.20; the others give 0.012 to 0.014']
    """
    if not closed.checks:
        return
    fitting = len(closed.checks) - len(closed.open)
    noun = "number" if len(closed.checks) == 1 else "numbers"
    yield f"{fitting} of {len(closed.checks)} {noun} close with the others of their row"
    for what, formula in (("effects", closed.effects_by), ("weights", closed.weights_by)):
        if formula:
            yield f"  The printed {what} come from: {formula}"
    yield from (f"  {check_words(one)}" for one in closed.open[:_SHOWN])
    if len(closed.open) > _SHOWN:
        yield f"  and {len(closed.open) - _SHOWN} more"


def check_words(one: Check) -> str:
    """A check that does not close, in a sentence without its full stop."""
    label = f" ({one.label})" if one.label else ""
    place = f"Row {one.row}{label}" if one.row else "The table"
    return f"{place}: {one.what}: printed {one.printed}; the others give {_range(one)}"


def _range(one: Check) -> str:
    low, high = f"{one.low:.4g}", f"{one.high:.4g}"
    return low if low == high else f"{low} to {high}"
