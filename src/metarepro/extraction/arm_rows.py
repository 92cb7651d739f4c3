"""Tables with a row for each arm of a study: known for what they are, and put side by side."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

from metarepro.extraction.headers import OF_ARMS, STUDY, YEAR, parse_header
from metarepro.extraction.profiles import Column, profile
from metarepro.readers.source_table import Source, SourceRow, SourceTable
from metarepro.readers.sources import read_source

#: What the table that has the arms side by side is called.
_LABEL = "arms side by side"
#: Words of a header over the names of arms, and words that may also stand over other groups.
_ARMS = frozenset(("treatment", "treat", "treated", "trt", "arm", "arms", "drug", "intervention",
                   "therapy", "comparator"))  # fmt: skip
_GROUPS = frozenset(("group", "groups", "condition"))
_WORD = re.compile(r"[^\W\d_]+")
#: Of the studies with several rows, those whose rows must name different arms.
_MOST = 0.8
#: Whole names of arms that are controls whatever stands beside them; a word of a longer name says
#: nothing: "Rhythm control", "Vitamin C".
_CONTROLS = frozenset(("placebo", "control", "controls", "control group", "placebo control",
                       "no treatment", "no intervention", "untreated", "waitlist", "wait list",
                       "wait-list", "waiting list", "waitlist control"))  # fmt: skip
_SHORT = ({"t", "c"}, {"e", "c"}, {"i", "c"})
#: The arms in the headers; of those that are not known to be either, the first and the second.
_SIDES, _UNNAMED = ("Control", "Treatment"), ("A", "B")
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
        return _names(self.arms)

    def __str__(self) -> str:
        """Say what stands in a row, and what to do."""
        first, second = self.names[:2]
        others = " ..." if len(self.names) > 2 else ""
        return (
            f"Each row is one arm of a study ({self.arms.header.text}: {first}, {second}{others}). "
            "Put both arms of a comparison in one row per study"
        )


def arms_in_rows(columns: Sequence[Column]) -> ArmRows | None:
    """Studies and arms of a table in which each row is one arm; None for other tables.

    A column holds arms if its header says so, or says that it holds groups of which one is called
    as arms are, and if most studies have several rows, of different arms.
    """
    studies = [column for column in columns if column.header.statistic == STUDY]
    years = next((column.texts for column in columns if column.header.statistic == YEAR), ())
    for arms in filter(_holds_arms, columns):
        for study in studies:
            if study is not arms:
                found = ArmRows(study, arms, _places(study, years))
                if _parts_studies(found):
                    return found
    return None


def _holds_arms(column: Column) -> bool:
    said = {word.lower() for word in _WORD.findall(column.header.text)}
    if column.header.statistic not in ("", STUDY) or len(_names(column)) < 2:
        return False
    return bool(said & _ARMS or said & _GROUPS and any(map(_may_be_arm, _names(column))))


def _may_be_arm(name: str) -> bool:
    """Whether a word of a name is one of arms, be it of which arm."""
    header = parse_header(f"{name} n")
    return bool(header.arm) and any(len(word) > 1 for word in header.arm_said)


def _names(arms: Column) -> list[str]:
    return list(dict.fromkeys(text.strip() for text in arms.texts if text.strip()))


def _is_control(name: str) -> bool:
    return " ".join(name.lower().split()) in _CONTROLS


def _places(study: Column, years: Sequence[str]) -> dict[str, list[int]]:
    """The rows of each study; a cell that is left empty repeats the one above."""
    places: dict[str, list[int]] = {}
    name = year = ""
    for place, (own, own_year) in enumerate(zip_longest(study.texts, years, fillvalue="")):
        if own.strip() and own.strip().lower() != name:
            name, year = own.strip().lower(), ""
        year = own_year.strip() or year
        if name:
            places.setdefault(f"{name} {year}", []).append(place)
    return places


def _parts_studies(rows: ArmRows) -> bool:
    arms = [[rows.arms.texts[place].strip() for place in own] for own in rows.of_study.values()]
    several = [len(set(own)) > 1 for own in arms if len(own) > 1]
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
        more than two names and not every study has one control by its name.

    Examples
    --------
    >>> cells = [("1", "Placebo", "3", "40"), ("1", "Drug", "4", "41"),
    ...          ("2", "Drug", "5", "52"), ("2", "Placebo", "7", "50")]
    >>> rows = tuple(SourceRow(number, row) for number, row in enumerate(cells, start=2))
    >>> found = side_by_side(SourceTable("", "", ("study", "arm", "events", "n"), rows))
    >>> found.columns[3:]
    ('Control > events', 'Treatment > events', 'Control > n', 'Treatment > n')
    >>> [(row.cells[2:], row.places[2:]) for row in found.rows][1]
    (('Drug', '7', '5', '50', '52'), (4, 5, 4, 5, 4))
    """
    if not table.rows or len(set(table.columns)) < len(table.columns):
        return None
    columns, _ = profile(table)
    rows = arms_in_rows(columns)
    if rows is None or any(len(own) != 2 for own in rows.of_study.values()):
        return None
    sides, pairs = _compared(rows)
    apart = any(table.rows[one].group != table.rows[other].group for one, other in pairs)
    if not pairs or apart:
        return None
    wide = [
        (name, column.place, side)
        for column in columns
        for name, side in _headers(column, sides, pairs)
    ]
    places = [(place, side) for _, place, side in wide]
    made = [_one_row([table.rows[place] for place in pair], places) for pair in pairs]
    label = ", ".join(filter(None, [table.label, _LABEL]))
    said = [
        f"{side}: {rows.arms.texts[p].strip()}" for side, p in zip(sides, pairs[0], strict=True)
    ]
    which = "; ".join(said) if len(rows.names) == 2 else ""
    notes = tuple(filter(None, [which, *table.notes]))
    headers = tuple(name for name, _, _ in wide)
    return SourceTable(label, table.caption, headers, tuple(made), notes, is_made=True)


def _one_row(own: Sequence[SourceRow], wide: Sequence[tuple[int, int | None]]) -> SourceRow:
    """The rows of two arms as one; what stands once may stand in one of them only."""
    sides = [
        next((s for s in (0, 1) if own[s].cells[place].strip()), 0) if side is None else side
        for place, side in wide
    ]
    return replace(
        own[0],
        number=min(row.number for row in own),
        cells=tuple(own[side].cells[place] for side, (place, _) in zip(sides, wide, strict=True)),
        doubtful="; ".join(dict.fromkeys(row.doubtful for row in own if row.doubtful)),
        marks=(),
        places=tuple(own[side].number for side in sides),
    )


def _compared(rows: ArmRows) -> tuple[Sequence[str], list[_Pair]]:
    """What the two arms of every study are called, and their rows; none if that is not known."""
    names = {name.lower() for name in rows.names}
    if names in _SHORT:
        is_first = [text.strip().lower() == "c" for text in rows.arms.texts]
    else:
        is_first = [_is_control(text) for text in rows.arms.texts]
    if pairs := _pairs(rows, is_first):
        return _SIDES, pairs
    if len(rows.names) > 2:
        return (), []
    return _UNNAMED, _pairs(rows, [text.strip() == rows.names[0] for text in rows.arms.texts])


def _pairs(rows: ArmRows, is_first: Sequence[bool]) -> list[_Pair]:
    """The two rows of each study, the first arm first; none if one has not one of each."""
    pairs = []
    for one, other in rows.of_study.values():
        named = rows.arms.texts[one].strip() and rows.arms.texts[other].strip()
        if not named or is_first[one] == is_first[other]:
            return []
        pairs.append((one, other) if is_first[one] else (other, one))
    return pairs


def _headers(
    column: Column, sides: Sequence[str], pairs: Sequence[_Pair]
) -> Iterator[tuple[str, int | None]]:
    """The headers that a column becomes, each with the side that it is of; None for both."""
    text, statistic = column.header.text, column.header.statistic
    differ = any(column.texts[one].strip() != column.texts[other].strip() for one, other in pairs)
    if statistic in OF_ARMS or differ and statistic not in (STUDY, YEAR):
        yield from ((f"{side} > {text}", place) for place, side in enumerate(sides))
    else:
        yield text, None
