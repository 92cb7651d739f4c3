"""Tables with a row for each arm of a study: known for what they are, and put side by side."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

from metarepro.extraction.arm_columns import fit
from metarepro.extraction.arm_words import CONTROL
from metarepro.extraction.headers import OF_ARMS, SIZE, STUDY, YEAR, parse_header
from metarepro.extraction.profiles import Column, profile
from metarepro.readers.source_table import Source, SourceTable
from metarepro.readers.sources import read_source

#: What the table that has the arms side by side is called.
SIDE_BY_SIDE = "arms side by side"
#: Words of a header over the names of arms.
_ARMS = frozenset(("treatment", "treat", "trt", "arm", "arms", "group", "condition", "drug",
                   "intervention", "therapy", "comparator"))  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
#: Of the studies with several rows, those whose rows must name different arms.
_MOST = 0.8
_SIDES = ("Control", "Treatment")
_Pair = tuple[int, int]


@dataclass(frozen=True, eq=False)
class ArmRows:
    """The columns that tell studies and arms, where each row is one arm of a study.

    Attributes
    ----------
    study, arms : the columns
    of_study : name of a study, with its year -> places of its rows
    """

    study: Column
    arms: Column
    of_study: Mapping[str, Sequence[int]]

    @property
    def names(self) -> list[str]:
        """The names of the arms, in the order of the table."""
        return list(dict.fromkeys(text.strip() for text in self.arms.texts if text.strip()))

    def __str__(self) -> str:
        """Say what stands in a row, and what to do."""
        first, second = self.names[:2]
        others = " ..." if len(self.names) > 2 else ""
        return (
            f"Each row is one arm of a study ({self.arms.header.text}: {first}, {second}{others}). "
            "Put the two arms that are compared side by side in one row for each study"
        )


def arms_in_rows(columns: Sequence[Column]) -> ArmRows | None:
    """Studies and arms of a table in which each row is one arm; None for other tables.

    A column holds arms if its header says so and it hardly ever has the same twice in a study, and
    if most studies have several rows.
    """
    studies = [column for column in columns if column.header.statistic == STUDY]
    years = next((column.texts for column in columns if column.header.statistic == YEAR), ())
    for arms in columns:
        said = {word.lower() for word in _WORD.findall(arms.header.text)}
        if arms.header.statistic in ("", SIZE) and said & _ARMS and len(set(arms.texts)) > 1:
            for study in studies:
                found = ArmRows(study, arms, _places(study, years))
                if _parts_studies(found):
                    return found
    return None


def _places(study: Column, years: Sequence[str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for place, (name, year) in enumerate(zip_longest(study.texts, years, fillvalue="")):
        if name.strip():
            places.setdefault(f"{name.strip()} {year.strip()}", []).append(place)
    return places


def _parts_studies(rows: ArmRows) -> bool:
    arms = [[rows.arms.texts[place].strip() for place in own] for own in rows.of_study.values()]
    several = [len(set(own)) == len(own) for own in arms if len(own) > 1]
    return len(several) > len(arms) / 2 and sum(several) > _MOST * len(several)


def read_tables(path: Path | str) -> Source:
    """Read a source; a table with a row for each arm is followed by the same side by side."""
    source = read_source(path)
    tables = [
        one for table in source.tables for one in (table, side_by_side(table)) if one is not None
    ]
    return replace(source, tables=tuple(tables))


def side_by_side(table: SourceTable) -> SourceTable | None:
    """One row for each study of a table with a row for each arm.

    Parameters
    ----------
    table : SourceTable

    Returns
    -------
    SourceTable or None
        None where rows are no arms, where a study has not two of them, and where the arms have
        more than two names and it is not known which is the control.

    Examples
    --------
    >>> from metarepro.readers.source_table import SourceRow
    >>> cells = [("1", "Placebo", "3", "40"), ("1", "Drug", "4", "41"),
    ...          ("2", "Drug", "5", "52"), ("2", "Placebo", "7", "50")]
    >>> rows = tuple(SourceRow(number, row) for number, row in enumerate(cells, start=2))
    >>> found = side_by_side(SourceTable("", "", ("study", "arm", "events", "n"), rows))
    >>> found.columns
    ('study', 'Placebo > events', 'Drug > events', 'Placebo > n', 'Drug > n')
    >>> [(row.cells, row.places) for row in found.rows][1]
    (('2', '7', '5', '50', '52'), (5, 5, 4, 5, 4))
    """
    if not table.rows or len(set(table.columns)) < len(table.columns):
        return None
    columns, _ = profile(table)
    rows = arms_in_rows(columns)
    if rows is None or any(len(own) != 2 for own in rows.of_study.values()):
        return None
    pairs = _pairs(rows)
    if not pairs:
        return None
    named = len(rows.names) == 2
    sides = rows.names if named else list(_SIDES)
    # Two names stand in the headers, where others are kept.
    kept = [column for column in columns if column is not rows.arms or not named]
    wide = [
        (name, column.place, side)
        for column in kept
        for name, side in _headers(column, columns, sides, pairs)
    ]
    made = []
    for pair in pairs:
        own = [table.rows[place] for place in pair]
        made.append(
            replace(
                own[0],
                cells=tuple(own[side].cells[place] for _, place, side in wide),
                marks=(),
                places=tuple(own[side].number for _, _, side in wide),
            )
        )
    label = ", ".join(filter(None, [table.label, SIDE_BY_SIDE]))
    return SourceTable(label, table.caption, tuple(n for n, _, _ in wide), tuple(made), table.notes)


def _pairs(rows: ArmRows) -> list[_Pair]:
    """The two rows of each study: of two names always in one order, else the control first."""
    first = rows.names[0]
    is_first = [
        text.strip() == first if len(rows.names) == 2 else _is_control(text)
        for text in rows.arms.texts
    ]
    pairs = []
    for one, other in rows.of_study.values():
        if is_first[one] == is_first[other]:
            return []
        pairs.append((one, other) if is_first[one] else (other, one))
    return pairs


def _is_control(name: str) -> bool:
    """Whether words say so; a single letter may be the name of anything."""
    header = parse_header(f"{name} n")
    return header.arm == CONTROL and any(len(word) > 1 for word in header.arm_said)


def _headers(
    column: Column,
    columns: Sequence[Column],
    sides: Sequence[str],
    pairs: Sequence[tuple[int, int]],
) -> Iterator[tuple[str, int]]:
    """The headers that a column becomes, each with the side that it is of."""
    text = column.header.text
    differ = any(column.texts[one].strip() != column.texts[other].strip() for one, other in pairs)
    if not differ and column.header.statistic not in OF_ARMS:
        yield text, 0
        return
    counted = f"{text} events" if _counts(column, columns) else text
    yield from ((f"{side} > {counted}", place) for place, side in enumerate(sides))


def _counts(column: Column, columns: Sequence[Column]) -> bool:
    """Whether a column counts an event that its header names: whole, within the only sizes."""
    sizes = [c for c in columns if c.header.statistic == SIZE and c.width == 1]
    if column.header.statistic or column.width != 1 or len(sizes) != 1:
        return False
    if any(c.header.statistic in OF_ARMS for c in columns if c is not sizes[0]):
        return False
    known = column.filled & sizes[0].filled
    return bool(known.any()) and fit(column.values()[known], sizes[0].values()[known])
