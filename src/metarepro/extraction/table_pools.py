"""The pools that are printed among the rows of a table, and which rows each was made from.

A total, the subtotals of its groups, and pools that leave one study out.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metarepro.errors import InputError
from metarepro.explanation.published import PublishedResult
from metarepro.explanation.published_text import parse_published
from metarepro.explanation.rows import StudyRows
from metarepro.extraction.mapping import Analysis
from metarepro.extraction.pool_labels import is_no_study, omitted_study, plain_name
from metarepro.readers.source_table import SourceRow, SourceTable
from metarepro.tabular.plain_text import clean_text

Flags = npt.NDArray[np.bool_]

#: Printed pools of a table that are looked at.
MAX_POOLS = 60
#: Share of the rows of a leave-one-out table that may name none of the studies.
_UNKNOWN = 0.2
_NUM = r"\s*[=:]?\s*(?P<value>\d+(?:\.\d+)?)"
#: What is said of the heterogeneity of a pool, beside its name or in the row below.
_SAID = {
    "I2": re.compile(rf"\bI(?:-squared|\^?2|²){_NUM}\s*%", re.I),
    "tau2": re.compile(rf"(?:\btau|τ)(?:-squared|\^?2|²){_NUM}", re.I),
    "Q": re.compile(rf"(?:(?:\bchi|χ)(?:-squared|\^?2|²)|\bQ)(?:\s*\(\d+\))?{_NUM}", re.I),
}
_GROUP_TEST = re.compile(
    r"(?:sub-?group differences|between[- ](?:sub-?)?groups|group differences|interact\w*)"
    r".*?\bP\s*(?:-?value)?\s*[=:]?\s*(?P<p>0?\.\d+|1(?:\.0+)?)(?!\d)",
    re.I,
)


@dataclass(frozen=True, eq=False)
class TablePool:
    """A printed pool.

    Attributes
    ----------
    row : where it stands, as the source counts it; 0 if in no row
    label : its name, with the group that it is of
    member : array of shape (k,), the rows of the analysis that it was made from
    published : PublishedResult
    group : of a subtotal the heading of its rows, or their place; "" of other pools
    """

    row: int
    label: str
    member: Flags
    published: PublishedResult
    group: str = ""


def table_pools(
    table: SourceTable,
    kept: Sequence[int],
    label_of: Callable[[SourceRow], str],
    numbers_of: Callable[[SourceRow], Sequence[str]],
) -> list[TablePool]:
    """The pools among the rows of a table.

    Parameters
    ----------
    table : SourceTable
        With those of its rows that the analysis asks for.
    kept : sequence of int
        The numbers of the k rows that are pooled.
    label_of : callable
        The name of a row.
    numbers_of : callable
        Estimate and, where they are printed, both limits of a row, in plain digits.

    Returns
    -------
    list of TablePool
        At most `MAX_POOLS`. A pool of which it is not clear which rows it is of is left out.
    """
    place = {number: at for at, number in enumerate(kept)}
    names = [label_of(row) for row in table.rows]
    studies = {
        plain_name(name): place[row.number]
        for name, row in zip(names, table.rows, strict=True)
        if row.number in place
    }
    parts = _Parts(table.rows, names, place)
    found = []
    for at, (row, name) in enumerate(zip(table.rows, names, strict=True)):
        if row.number in place:
            continue
        numbers = numbers_of(row)
        if left := omitted_study(name, studies):
            member, group = _all_but(studies.get(plain_name(left)), len(kept)), ""
        elif is_no_study(name):
            member, group = parts.member(at)
        else:
            continue
        said = " ".join([name, *_said_below(table.rows[at + 1 :], names[at + 1 :])])
        published = printed_pool(numbers, said)
        if published is not None and member.any():
            label = f"{name}, {group}" if group and not group.isdigit() else name
            found.append(TablePool(row.number, label, member, published, group))
    return found[:MAX_POOLS]


def pools_without_one(
    table: SourceTable,
    studies: Sequence[str],
    label_of: Callable[[SourceRow], str],
    numbers_of: Callable[[SourceRow], Sequence[str]],
) -> list[TablePool]:
    """The pools of a table that leaves out one study at a time.

    Parameters
    ----------
    table : SourceTable
    studies : sequence of str
        The names of the k rows that are pooled.
    label_of, numbers_of : callable
        As for `table_pools`.

    Returns
    -------
    list of TablePool
        At most `MAX_POOLS`; none unless most rows name one of the studies each.
    """
    place = {plain_name(study): at for at, study in enumerate(studies)}
    found = []
    unknown = 0
    for row in table.rows:
        name = label_of(row)
        at = place.get(plain_name(omitted_study(name, place) or name))
        unknown += at is None and not is_no_study(name)
        published = printed_pool(numbers_of(row))
        if published is None or at is None and not is_no_study(name):
            continue
        label = name if at is None else f"without {studies[at]}"
        member = np.ones(len(studies), dtype=bool) if at is None else _all_but(at, len(studies))
        found.append(TablePool(row.number, label, member, published))
    return found[:MAX_POOLS] if len(found) > 1 and unknown < _UNKNOWN * len(table.rows) else []


def named_pools(analysis: Analysis, table: SourceTable, rows: StudyRows) -> list[TablePool]:
    """The pools that columns.yaml names: of a heading, of a text in a column, without a study.

    Raises
    ------
    InputError
        For a name that no row of the analysis has, and a pool that cannot be read.
    """
    found = []
    studies = {plain_name(study): at for at, study in enumerate(rows.studies)}
    groups = {row.number: row.group for row in table.rows}
    cells = {row.number: dict(zip(table.columns, row.cells, strict=True)) for row in table.rows}
    for name, text in analysis.published_of.items():
        column, equals, value = name.partition(" = ")
        left = studies.get(plain_name(omitted_study(name, studies)))
        if left is not None:
            own = [at != left for at in range(rows.k)]
        elif equals:
            own = [cells[row].get(column, "").strip() == value for row in rows.rows]
        else:
            own = [f"{groups[row]} > ".startswith(f"{name} > ") for row in rows.rows]
        if not any(own):
            raise InputError(
                f"{rows.file}, {analysis.name}: published: no row of {name!r}; allowed: a heading "
                'of rows, "COLUMN = TEXT", or "without STUDY"'
            )
        found.append(TablePool(0, name, np.array(own), parse_published(text)))
    if analysis.published:
        whole = np.ones(rows.k, dtype=bool)
        found.append(TablePool(0, "all rows", whole, parse_published(analysis.published)))
    return found


def _all_but(at: int | None, k: int) -> Flags:
    """All rows but one; none if it is not known which."""
    return np.array([at not in (None, place) for place in range(k)])


def _said_below(rows: Sequence[SourceRow], names: Sequence[str]) -> Iterator[str]:
    """The texts of the rows right below a pool that speak of its heterogeneity."""
    for row, name in zip(rows, names, strict=True):
        if not name.lower().startswith("heterogeneity"):
            return
        yield " ".join(filter(None, row.cells))


def printed_pool(numbers: Sequence[str], said: str = "") -> PublishedResult | None:
    """A pool of plain numbers: estimate, or estimate and both limits; None where it is none.

    Examples
    --------
    >>> printed_pool(["1.15", "1.04", "1.29"], "Total (I-squared = 12.0%, p = 0.3)").text
    '1.15 [1.04, 1.29]; I2 12.0%'
    """
    estimate, *limits = numbers
    if not estimate:
        return None
    text = f"{estimate} [{', '.join(limits)}]" if limits and all(limits) else estimate
    for name, pattern in _SAID.items():
        if match := pattern.search(said):
            text += f"; {name} {match['value']}{'%' * (name == 'I2')}"
    try:
        return parse_published(text)
    except InputError:
        return None


def group_test_p(table: SourceTable) -> str:
    """The p value of the test between subgroups, as it is printed in a table; "" if it is not.

    Examples
    --------
    >>> text = "Test for subgroup differences: Chi² = 2.12, df = 2 (P = 0.35), I² = 6%"
    >>> group_test_p(SourceTable("", "", ("Study", "g"), (SourceRow(9, (text, "")),)))
    '0.35'
    """
    texts = [" ".join(row.cells) for row in table.rows] + [table.caption, *table.notes]
    found = {match["p"] for text in texts for match in _GROUP_TEST.finditer(text)}
    return found.pop() if len(found) == 1 else ""


class _Parts:
    """The rows of a table, parted by headings, or by the pools between them."""

    def __init__(
        self, rows: Sequence[SourceRow], names: Sequence[str], place: Mapping[int, int]
    ) -> None:
        self.rows = rows
        self.k = len(place)
        self.studies = [place.get(row.number) for row in rows]
        self.pools = [study is None and is_no_study(name)
                      for study, name in zip(self.studies, names, strict=True)]  # fmt: skip
        self.stems = [_stem(name) for name in names]
        self.part_of = list(self._parts())
        self.with_studies = {
            part for part, s in zip(self.part_of, self.studies, strict=True) if s is not None
        }

    def _parts(self) -> Iterator[str]:
        """The part that each row belongs to: its heading, or the place of its part.

        A total belongs to the part of the study above it if nothing stands over it: readers take
        "Total" for a row of the whole table.
        """
        headed = any(row.group for row, study in zip(self.rows, self.studies, strict=True)
                     if study is not None)  # fmt: skip
        part, number, after_pool = "", 0, True
        for row, study, pool in zip(self.rows, self.studies, self.pools, strict=True):
            if headed:
                part = row.group or ("" if study is not None else part)
            elif study is not None:
                number += after_pool
                part = str(number)
            after_pool = pool or after_pool and study is None
            yield part

    def member(self, at: int) -> tuple[Flags, str]:
        """The rows of a pool, and the part that they are; no rows where that is not clear."""
        everything = np.ones(self.k, dtype=bool)
        part, stem = self.part_of[at], self.stems[at]
        count = len(self.with_studies)
        if count <= 1 or part not in self.with_studies and is_no_study(part):
            return everything, ""
        same = [n for n, other in enumerate(self.stems) if other == stem and self.pools[n]]
        again = any(n < at and self.part_of[n] == part for n in same)
        follow = any(study is not None for study in self.studies[at:])
        of_part = stem.startswith("sub") or follow or len(same) >= count and not again
        if not of_part:
            return everything, ""
        # A pool above all studies may be that of the table, or of those right below it.
        below = any(study is not None for study in self.studies[:at])
        own = [
            study
            for study, other in zip(self.studies, self.part_of, strict=True)
            if study is not None and below and f"{other} > ".startswith(f"{part} > ")
        ]
        member = np.isin(np.arange(self.k), own)
        return member, part


def _stem(name: str) -> str:
    """The name of a pool without what is said of it: "Subtotal (I-squared = 45%)"."""
    return re.split(r"[(\[:,=]", clean_text(name))[0].strip().lower()
