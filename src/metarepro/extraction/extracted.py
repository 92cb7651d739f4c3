"""Takes the rows of an analysis out of a source, with the place of every number."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from metarepro.errors import InputError
from metarepro.extraction.mapping import ARMS, LABELS, Analysis, Cell
from metarepro.extraction.pool_labels import (
    SUMMED,
    SumsOfRows,
    is_no_study,
    omitted_study,
    plain_name,
)
from metarepro.extraction.printed_cells import numbers_of
from metarepro.models.thresholds import Z95
from metarepro.readers.effect_table import EffectTable
from metarepro.readers.source_table import Source, SourceRow, SourceTable
from metarepro.tabular.file_names import COLUMNS_FILE
from metarepro.tabular.numbers import is_missing, mixed_marks, plain_number
from metarepro.tabular.plain_text import clean_text
from metarepro.tabular.problems import DataError, Problem, refused

#: Whole numbers, which have commas between thousands and no decimals.
_COUNTED = ("n", "events", "non")
#: Columns of `Extracted.provenance`.
PROVENANCE = (
    "analysis", "study", "role", "value", "printed", "file", "sha256", "table", "page", "row",
    "column", "number",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Extracted:
    """The rows of an analysis.

    Attributes
    ----------
    analysis : what was taken for what
    table : the rows as `metarepro.pool` and `metarepro.explain_published` take them
    provenance : DataFrame with the columns `PROVENANCE`, one row per cell
    left_out : (row, study, why) of each row that was not taken
    doubtful : (row, study, why) of each row that was taken and may be misread
    """

    analysis: Analysis
    table: EffectTable
    provenance: pd.DataFrame
    left_out: tuple[tuple[int, str, str], ...]
    doubtful: tuple[tuple[int, str, str], ...] = ()

    def lines(self) -> list[str]:
        """What was left out and what may be misread, one line each."""
        found = [(row, study, f"left out: {why}") for row, study, why in self.left_out]
        found += [(row, study, f"may be misread: {why}") for row, study, why in self.doubtful]
        rows = [
            f"Row {row}{f' ({study})' if study else ''} {what}"
            for row, study, what in sorted(found)
        ]
        return [*self._repeats(), *rows]

    def _repeats(self) -> Iterator[str]:
        """Studies with several rows of which nothing says that they belong together."""
        if "trial" in self.analysis.columns or "study" not in self.table.cells:
            return
        cells = self.table.cells
        names = [plain_name(name) for name in cells["study"]]
        years = cells["year"] if "year" in cells else [""] * len(names)
        counts = Counter(zip(names, years, strict=True))
        several = sum(1 for (name, _), count in counts.items() if name and count > 1)
        if several:
            yield (
                f"{several} of {len(counts)} studies have several rows, pooled as if they were "
                f"independent; name the column of the studies as trial in {COLUMNS_FILE}, or "
                "choose rows with where or group"
            )


def extract(source: Source, analysis: Analysis) -> Extracted:
    """Take the rows of an analysis.

    Rows without numbers, rows that lack one of the numbers, and totals are left out and named.
    No sign is changed.

    Parameters
    ----------
    source : Source
    analysis : Analysis
        As proposed, or as columns.yaml says.

    Returns
    -------
    Extracted

    Raises
    ------
    DataError
        For a table or columns that the source does not have, and cells that hold something other
        than numbers: all at once.
    InputError
        Where a question is not answered, or no row is left.
    """
    if not analysis.roles:
        raise InputError(f"{source.file}, {analysis.name}: no columns that can be pooled together")
    if analysis.questions:
        asked = "; ".join(analysis.questions)
        raise InputError(f"{source.file}, {analysis.name}: say in {COLUMNS_FILE}: {asked}")
    table = table_of(source, analysis)
    places = _places(source, table, analysis)
    reading = _Reading(source, table, analysis, places)
    reading.check_marks()
    for row in asked_rows(table, analysis):
        reading.take(row)
    if reading.problems:
        raise DataError(reading.problems)
    if not reading.kept:
        raise InputError(f"{source.file}, {analysis.name}: no row with numbers")
    return reading.result()


def table_of(source: Source, analysis: Analysis) -> SourceTable:
    """The table of an analysis.

    Raises
    ------
    DataError
        If the source has none of that name.
    """
    found = [table for table in source.tables if not table.is_made]
    for table in source.tables:
        if table.label == analysis.table or not analysis.table and [table] == found:
            return table
    names = ", ".join(repr(table.label) for table in source.tables)
    raise refused(source.file, f"no table {analysis.table!r}", names)


def asked_rows(table: SourceTable, analysis: Analysis) -> Iterator[SourceRow]:
    """The rows that the group and the conditions of an analysis take."""
    conditions = [(table.columns.index(name), text) for name, text in analysis.where.items()]
    group = f"{analysis.group} > " if analysis.group else ""
    for row in table.rows:
        if f"{row.group} > ".startswith(group) and all(
            row.cells[place].strip() == text for place, text in conditions
        ):
            yield row


def row_label(row: SourceRow, study: int | None) -> str:
    """The name of a row: its study, or what stands first in it, such as "Total"."""
    name = "" if study is None else clean_text(row.cells[study])
    return name or clean_text(next(filter(str.strip, row.cells), ""))


def nameless_last(names: Sequence[str]) -> int:
    """How many of the last rows have no name, as totals of one model or two; 0 if others have none.

    Examples
    --------
    >>> nameless_last(["Ann", "Bo", ""]), nameless_last(["Ann", "", "Bo", ""])
    (1, 0)
    """
    lacking = [is_missing(name) for name in names]
    count = sum(lacking)
    return count if count in (1, 2) and len(names) >= count + 2 and all(lacking[-count:]) else 0


def _places(source: Source, table: SourceTable, analysis: Analysis) -> dict[str, int]:
    """The column of each role and of each condition."""
    wanted = {cell.column for cell in analysis.columns.values()} | set(analysis.where)
    places: dict[str, int] = {}
    problems = []
    for name in sorted(wanted):
        # Without a header and empty, a column only parts others.
        found = [
            place
            for place, column in enumerate(table.columns)
            if column == name and (name or any(row.cells[place] for row in table.rows))
        ]
        if len(found) != 1:
            said = f"{len(found)} columns of that name" if found else "no such column"
            allowed = ", ".join(filter(None, table.columns))
            problems.append(Problem(source.file, None, name, said, allowed))
        places[name] = next(iter(found), 0)
    if problems:
        raise DataError(problems)
    return places


def _variances_of_sizes(cells: pd.DataFrame) -> pd.DataFrame:
    """Variances of standardised mean differences from the sizes of the arms, in their place.

    1/n1 + 1/n2 + g^2 / (2 (n1 + n2)): Hedges & Olkin 1985, equation 5.14 (metafor: vtype LS).
    """
    g, n_t, n_c = (cells[name].astype("float64") for name in ("yi", "n_t", "n_c"))
    vi = 1 / n_t + 1 / n_c + g**2 / (2 * (n_t + n_c))
    return cells.drop(columns=["n_t", "n_c"]).assign(vi=[repr(float(v)) for v in vi])


def _variances_of_limits(cells: pd.DataFrame) -> pd.DataFrame:
    """Variances from the limits of 95% intervals, in their place (Cochrane Handbook 6.3.1)."""
    low, high = (cells[name].astype("float64") for name in ("ci_low", "ci_high"))
    vi = ((high - low) / (2 * Z95)) ** 2
    return cells.drop(columns=["ci_low", "ci_high"]).assign(vi=[repr(float(v)) for v in vi])


def role_of(role: str, first_arm: str) -> str:
    """A role with its arm named: mean_1 is mean_t where the first arm is the treated one.

    Examples
    --------
    >>> role_of("mean_1", "control"), role_of("n_2", "control"), role_of("yi", "")
    ('mean_c', 'n_t', 'yi')
    """
    stem, _, arm = role.rpartition("_")
    if arm not in ("1", "2"):
        return role
    return f"{stem}_{'t' if (arm == '1') == (first_arm == ARMS[0]) else 'c'}"


class _Reading:
    """The rows of a table on their way out."""

    def __init__(
        self, source: Source, table: SourceTable, analysis: Analysis, places: Mapping[str, int]
    ) -> None:
        self.source, self.table, self.analysis, self.places = source, table, analysis, places
        labels = [role for role in LABELS if role in analysis.columns]
        self.roles = (*labels, *analysis.roles)
        self.counts = {
            cell.column: self._usual_count(cell.column)
            for cell in analysis.columns.values()
            if cell.number
        }
        label = analysis.columns.get("study")
        self.study = places[label.column] if label else None
        last = nameless_last([row.cells[self.study or 0] for row in table.rows])
        self.nameless = {row.number for row in table.rows[len(table.rows) - last :]}
        self.names = {plain_name(row_label(row, self.study)) for row in table.rows}
        self.sums = SumsOfRows()
        self.kept: dict[int, dict[str, str]] = {}
        self.left: list[tuple[int, str, str]] = []
        self.doubts: list[tuple[int, str, str]] = []
        self.cells: list[dict[str, object]] = []
        self.problems: list[Problem] = []

    def check_marks(self) -> None:
        """Refuse columns of which a number may be another one: 2.345 beside 2,145."""
        for role in self.analysis.roles:
            column = self.analysis.columns[role].column
            texts = [row.cells[self.places[column]].strip() for row in self.table.rows]
            if role.partition("_")[0] not in _COUNTED and (mixed := mixed_marks(texts)):
                place = self.places[column]
                row = self.table.rows[texts.index(mixed[1])].row_of(place)
                found, allowed = " beside ".join(mixed[::-1]), "one decimal mark in a column"
                self.problems.append(Problem(self.source.file, row, column, found, allowed))

    def take(self, row: SourceRow) -> None:
        """Keep a row, or say why it is left out."""
        name = row_label(row, self.study)
        study = "" if self.study is None else clean_text(row.cells[self.study])
        if is_no_study(name):
            self.left.append((row.number, name, "no study by its name"))
            return
        if omitted_study(name, self.names):
            self.left.append((row.number, name, "a pool without one study by its name"))
            return
        printed = {role: self._printed(row, self.analysis.columns[role]) for role in self.roles}
        missing = [role for role in self.analysis.roles if is_missing(printed[role])]
        if missing:
            every = len(missing) == len(self.analysis.roles)
            names = dict.fromkeys(self.analysis.columns[role].column for role in missing)
            why = "no numbers" if every else f"nothing in {', '.join(names)}"
            self.left.append((row.number, study, why))
            return
        doubt = row.doubtful or (row.number in self.nameless and "it has no name; is it a total?")
        values = {role: self._value(row, role, printed[role]) for role in self.roles}
        numbers = {role: float(values[role]) for role in self.analysis.roles if values[role]}
        if self.sums.give(numbers):
            self.left.append((row.number, study, SUMMED))
            return
        if row.number in self.nameless and self._is_most_precise(values):
            self.left.append((row.number, study, "no name, and more precise than every study"))
            return
        if doubt:
            self.doubts.append((row.number, study, doubt))
        self.kept[row.number] = {
            role_of(role, self.analysis.first_arm): value for role, value in values.items()
        }
        self.cells += [
            self._place(row, study, role, values[role], printed[role]) for role in self.roles
        ]

    def _is_most_precise(self, values: Mapping[str, str]) -> bool:
        """Whether the effect of a row has a smaller error than those of all rows above."""
        if self.problems or self.analysis.roles[1] not in ("vi", "sei", "ci_low"):
            return False
        least = min(map(self._error, self.kept.values()), default=0.0)
        return self._error(values) < 0.99 * least  # 0.3 - 0.1 is less than 0.4 - 0.2

    def _error(self, values: Mapping[str, str]) -> float:
        """What grows with the standard error: itself, its square, or the width of the interval."""
        if (spread := self.analysis.roles[1]) != "ci_low":
            return float(values[spread])
        low, high = float(values["ci_low"]), float(values["ci_high"])
        return high / low if self.analysis.scale == "ratio" and low > 0 else high - low

    def _usual_count(self, column: str) -> int:
        """How many numbers most cells of a column hold."""
        cells = (row.cells[self.places[column]] for row in self.table.rows)
        mark = self.analysis.decimal
        counts = Counter(len(numbers_of(text, mark)) for text in cells if not is_missing(text))
        return counts.most_common(1)[0][0] if counts else 0

    def _printed(self, row: SourceRow, cell: Cell) -> str:
        """The text of a number; of a cell with several one of them, in plain digits."""
        text = row.cells[self.places[cell.column]].strip()
        if not cell.number or is_missing(text):
            return text
        found, usual = numbers_of(text, self.analysis.decimal), self.counts[cell.column]
        if len(found) == usual >= cell.number:
            return found[cell.number - 1]
        allowed = f"{usual} numbers, as in most cells of the column"
        self._refuse(row, cell.column, text, allowed)
        return ""

    def _value(self, row: SourceRow, role: str, printed: str) -> str:
        """A number in plain digits; of printed ratios that are given with their spread, its log."""
        if role in LABELS:
            return clean_text(printed)
        cell = self.analysis.columns[role]
        plain = printed if cell.number else plain_number(printed, self.analysis.decimal)
        column = cell.column
        if not plain:
            allowed = (
                f"a number with a decimal {'point' if self.analysis.decimal == '.' else 'comma'}"
            )
            self._refuse(row, column, printed, allowed)
        elif self.analysis.from_sizes and role != "yi" and float(plain) < 1:
            self._refuse(row, column, printed, "a size of 1 or more")
        elif role == "yi" and self.analysis.scale == "ratio" and "ci_low" not in self.roles:
            if float(plain) <= 0:
                self._refuse(row, column, printed, "a ratio above 0")
            else:
                plain = repr(math.log(float(plain)))
        return plain

    def _refuse(self, row: SourceRow, column: str, found: str, allowed: str) -> None:
        number = row.row_of(self.places[column])
        self.problems.append(Problem(self.source.file, number, column, found, allowed))

    def _place(
        self, row: SourceRow, study: str, role: str, value: str, printed: str
    ) -> dict[str, object]:
        cell = self.analysis.columns[role]
        return {
            "analysis": self.analysis.name,
            "study": study,
            "role": role_of(role, self.analysis.first_arm),
            "value": value,
            "printed": row.cells[self.places[cell.column]] if cell.number else printed,
            "file": self.source.file,
            "sha256": self.source.sha256,
            "table": self.table.label,
            "page": "" if row.page is None else str(row.page),
            "row": row.row_of(self.places[cell.column]),
            "column": cell.column,
            "number": cell.number or "",
        }

    def result(self) -> Extracted:
        """All rows that were kept."""
        cells = pd.DataFrame.from_dict(self.kept, orient="index", dtype="str")
        if self.analysis.from_sizes:
            cells = _variances_of_sizes(cells)
        elif self.analysis.scale == "log" and "ci_low" in self.analysis.roles:
            # Limits beside a ratio are taken for those of the ratio.
            cells = _variances_of_limits(cells)
        used = set(self.places)
        unused = tuple(name for name in self.table.columns if name and name not in used)
        names = {
            role_of(role, self.analysis.first_arm): self.analysis.columns[role].column
            for role in self.roles
        }
        places = [self.table.columns.index(name) for name in unused]
        others = pd.DataFrame(
            {
                row.number: [row.cells[place] for place in places]
                for row in self.table.rows
                if row.number in cells.index
            },
            index=pd.Index(unused, dtype="str"),
            dtype="str",
        ).T
        table = EffectTable(self.source.file, self.source.sha256, cells, unused, names, others)
        provenance = pd.DataFrame(self.cells, columns=list(PROVENANCE))
        return Extracted(self.analysis, table, provenance, tuple(self.left), tuple(self.doubts))
