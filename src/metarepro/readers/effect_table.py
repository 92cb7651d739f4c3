"""Reads a table with one result per row: effects with variances, means with SDs, or counts.

Columns are found by name, in this project's names or metafor's; others are left alone and named.
"""

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import pandas as pd

from metarepro.errors import InputError
from metarepro.readers.effect_names import ALIASES, ours_of
from metarepro.tabular.cells import HEADER_ROW, decode, read_bytes
from metarepro.tabular.columns import LARGEST, LEAST
from metarepro.tabular.plain_text import clean_text
from metarepro.tabular.problems import DataError, Problem

#: Kind of data -> the sets of columns that it may come in; the first one is what `numbers` gives.
KINDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "effects": (("yi", "vi"), ("yi", "sei")),
    "intervals": (("yi", "ci_low", "ci_high"),),
    "means": (("mean_t", "sd_t", "n_t", "mean_c", "sd_c", "n_c"),),
    "counts": (
        ("events_t", "n_t", "events_c", "n_c"),
        ("events_t", "non_events_t", "events_c", "non_events_c"),
    ),
    "correlations": (("r", "n_total"),),
    "proportions": (("events", "n_total"),),
}
#: Kinds whose columns mean that only where no other kind is there: r may be any number beside
#: effects, and n the size of a whole trial.
_ALONE = ("correlations", "proportions")
#: Columns of events, each with the size of its group.
EVENTS_OF: Mapping[str, str] = {"events_t": "n_t", "events_c": "n_c", "events": "n_total"}
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_POSITIVE = ("vi", "sei", "sd_t", "sd_c")
_AT_LEAST = {"n_t": 1, "n_c": 1, "n_total": 1} | dict.fromkeys(
    ("events_t", "events_c", "non_events_t", "non_events_c", "events"), 0
)
#: The same for kinds of data that need more: an SD two participants, Fisher's z four.
_AT_LEAST_OF = {("means", "n_t"): 2, ("means", "n_c"): 2, ("correlations", "n_total"): 4}
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True, eq=False)
class EffectTable:
    """A table of results as texts, under our names of the columns.

    Attributes
    ----------
    file : how it is called in messages
    sha256 : of the file, "" for a table that was no file
    cells : DataFrame of str; the index is the row as a spreadsheet counts (first data row: 2)
    unused : the columns of other names
    names : our name of a column -> what the table calls it
    in_csv : whether the file is these rows with commas between their cells, as R reads it
    others : DataFrame of str with the columns of other names, in the rows of `cells`
    """

    file: str
    sha256: str
    cells: pd.DataFrame
    unused: tuple[str, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    others: pd.DataFrame = field(default_factory=pd.DataFrame)
    in_csv: bool = False

    @property
    def given_names(self) -> dict[str, str]:
        """Our names of columns that the table calls otherwise, each with a column of its own."""
        counts = Counter(self.names.values())
        return {ours: name for ours, name in self.names.items() if counts[name] == 1}

    def take(self, rows: "pd.Series[bool]") -> "EffectTable":
        """The same with some of its rows; they keep their numbers."""
        return replace(self, cells=self.cells[rows], others=self.others[rows], in_csv=False)

    @property
    def kinds(self) -> list[str]:
        """The kinds of data in `KINDS` that it has."""
        return [kind for kind in KINDS if self.columns(kind)]

    def columns(self, kind: str) -> tuple[str, ...]:
        """The columns that a kind of data stands in; none if it is not there."""
        present = set(self.cells.columns)
        return next((columns for columns in KINDS[kind] if present.issuperset(columns)), ())

    @property
    def studies(self) -> list[str]:
        """The label of each row: its study, its author and year, its trial, or its row."""
        if "study" not in self.cells:
            if "trial" in self.cells:
                return [clean_text(cell) for cell in self.cells["trial"]]
            return [f"Row {row}" for row in self.cells.index]
        labels = self.cells["study"]
        if "year" in self.cells:
            labels = labels + " " + self.cells["year"]
        return [clean_text(label) for label in labels]

    @property
    def trials(self) -> list[str] | None:
        """The trial of each row, if the table says it."""
        return list(self.cells["trial"].str.strip()) if "trial" in self.cells else None

    def numbers(self, kind: str) -> pd.DataFrame:
        """The numbers of one kind of data.

        Parameters
        ----------
        kind : str
            One of `kinds`.

        Returns
        -------
        DataFrame
            float64 columns, those of the first set of `KINDS`.

        Raises
        ------
        DataError
            With all problems of all rows.
        """
        columns = self.columns(kind)
        problems: list[Problem] = []
        numbers = pd.DataFrame(index=self.cells.index)
        for column in columns:
            checked = [
                self._number(row, column, cell, kind, problems)
                for row, cell in self.cells[column].items()
            ]
            numbers[column] = pd.Series(checked, index=numbers.index, dtype="float64")
        if not problems:
            numbers = _first_form(numbers, kind)
            problems += self._impossible(numbers)
        problems += [
            Problem(self.file, int(row), "trial", "", "the trial of every row")
            for row, trial in zip(self.cells.index, self.trials or [], strict=False)
            if not trial
        ]
        if problems:
            raise DataError(problems)
        return numbers

    def _number(
        self, row: object, column: str, cell: str, kind: str, problems: list[Problem]
    ) -> float:
        text = cell.strip()
        least = _AT_LEAST_OF.get((kind, column), _AT_LEAST.get(column))
        allowed = "a number in digits"
        if column in _POSITIVE:
            allowed = "a number above 0"
        elif column == "r":
            allowed = "a correlation between -1 and 1"
        elif least is not None:
            allowed = f"a whole number of at least {least}"
        value = float(text) if _NUMBER.fullmatch(text) else math.nan
        fits = math.isfinite(value)
        if column in _POSITIVE:
            fits = fits and value > 0
        elif column == "r":
            fits = fits and -1 < value < 1
        elif least is not None:
            fits = fits and value >= least and value.is_integer()
        if fits and value != 0 and not LEAST <= abs(value) <= LARGEST:
            fits, allowed = False, f"{allowed}, of a size from {LEAST:g} to {LARGEST:g}"
        if not fits and "," in text:
            allowed += ", in digits only" if least is not None else ", with a decimal point"
        if not fits:
            problems.append(Problem(self.file, int(str(row)), column, cell, allowed))
        return value

    def _impossible(self, numbers: pd.DataFrame) -> list[Problem]:
        """Counts that do not fit into their groups, or a group without participants."""
        problems = []
        for name, of in EVENTS_OF.items():
            if name not in numbers:
                continue
            events, size = numbers[name], numbers[of]
            for row in numbers.index[(events > size) | (size == 0)]:
                found, allowed = f"{events[row]:g}", f"at most {of}, {size[row]:g}"
                if size[row] == 0:
                    allowed = "an arm with participants"
                problems.append(Problem(self.file, int(row), name, found, allowed))
        return problems

    def higher_is_better(self) -> str:
        """The one direction of all rows, "yes" or "no", or "" if the table does not say it.

        Raises
        ------
        DataError
            For other words, and where the rows disagree: they cannot be pooled as they are.
        """
        if "higher_is_better" not in self.cells:
            return ""
        words = self.cells["higher_is_better"].str.strip()
        first = words.iloc[0]
        allowed = "yes or no" if first not in ("yes", "no") else f"{first}, as in the first row"
        wrong = words[~words.isin(["yes", "no"]) | (words != first)]
        if len(wrong):
            raise DataError(
                Problem(self.file, int(str(row)), "higher_is_better", word, allowed)
                for row, word in wrong.items()
            )
        return str(first)


def _first_form(numbers: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Variances from standard errors, and arm sizes from those without the event."""
    if "sei" in numbers:
        numbers = numbers.assign(vi=numbers["sei"] ** 2)
    for arm in ("t", "c"):
        if f"non_events_{arm}" in numbers:
            size = numbers[f"events_{arm}"] + numbers[f"non_events_{arm}"]
            numbers = numbers.assign(**{f"n_{arm}": size})
    return numbers[list(KINDS[kind][0])]


def read_effect_table(path: Path | str) -> EffectTable:
    """Read a CSV file, or one with tabs or semicolons between its cells.

    Parameters
    ----------
    path : Path or str
        UTF-8, with a header. Messages call it by its name without folders.

    Returns
    -------
    EffectTable

    Raises
    ------
    DataError
        With all problems of the file.
    InputError
        For a workbook.
    """
    path = Path(path)
    content, problems = read_bytes(path, path.name)
    if problems:
        raise DataError(problems)
    if content.startswith(_WORKBOOKS):
        raise InputError(f"{path.name}: a workbook; save the sheet as CSV (UTF-8) and start again")
    table = _named(cells_of(content, path.name), path.name, sha256(content).hexdigest())
    # Whether R's read.csv reads the file: a header, and commas between the cells.
    header = content.partition(b"\n")[0]
    in_csv = header.count(b",") > max(header.count(b";"), header.count(b"\t"))
    return replace(table, in_csv=in_csv)


def cells_of(content: bytes, file: str) -> pd.DataFrame:
    """The rows of a file as texts, numbered as in the file; a DataError with all its problems."""
    text, problems = decode(content, file)
    rows, wrong = _parse_rows(text, file) if not problems else ([], [])
    if problems or wrong:
        raise DataError([*problems, *wrong])
    return pd.DataFrame(
        [row for _, row in rows[1:]],
        index=pd.Index([number for number, _ in rows[1:]], dtype="int64"),
        columns=rows[0][1],
        dtype="str",
    )


def table_of_frame(frame: pd.DataFrame, file: str = "the table") -> EffectTable:
    """Take a DataFrame for a table; its first row is called row 2 in messages, as in a file.

    Raises
    ------
    DataError
        If columns are missing.
    """
    return _named(cells_of_frame(frame), file, "")


def cells_of_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of a DataFrame as texts; the first is called row 2, as in a file."""
    texts = {
        str(name): ["" if pd.isna(cell) else str(cell) for cell in column.tolist()]
        for name, column in frame.items()
    }
    first = HEADER_ROW + 1
    index = pd.RangeIndex(first, first + len(frame))
    return pd.DataFrame(texts, index=index, dtype="str")


def _parse_rows(text: str, file: str) -> tuple[list[tuple[int, list[str]]], list[Problem]]:
    """Header and rows with their numbers, without empty lines."""
    first = text.partition("\n")[0]
    delimiter = max("\t", ";", ",", key=first.count)
    rows: list[tuple[int, list[str]]] = []
    problems = []
    number = 0
    try:
        for number, row in enumerate(
            csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), HEADER_ROW
        ):
            if not any(cell.strip() for cell in row):
                continue
            if rows and len(row) != len(rows[0][1]):
                allowed = f"{len(rows[0][1])} cells, as in the header"
                problems.append(Problem(file, number, "", f"{len(row)} cells", allowed))
            rows.append((number, row))
    except csv.Error as error:
        problems.append(Problem(file, number + 1, "", str(error), "a well-formed CSV row"))
    if len(rows) < 2 and not problems:
        problems.append(Problem(file, None, "", "no rows", "a header and one row per result"))
    return rows, problems


def _named(cells: pd.DataFrame, file: str, digest: str) -> EffectTable:
    """Give the columns our names; refuse a table that cannot be pooled."""
    given = [str(name).strip() for name in cells.columns]
    ours = _without_lone(ours_of(given))
    problems = []
    for place, name in enumerate(ours):
        if name and name in ours[:place]:
            allowed = f"one of {', '.join((name, *ALIASES[name]))}"
            problems.append(Problem(file, HEADER_ROW, given[place], "the column again", allowed))
    problems += _both(ours, file)
    named = cells.set_axis(pd.Index(range(len(given))), axis=1)
    kept = {name: named[place] for place, name in enumerate(ours) if name}
    unused = tuple(name for name, known in zip(given, ours, strict=True) if not known)
    names = {name: original for name, original in zip(ours, given, strict=True) if name}
    others = named[[place for place, name in enumerate(ours) if not name]].set_axis(
        pd.Index(unused, dtype="str"), axis=1
    )
    table = EffectTable(file, digest, pd.DataFrame(kept, index=cells.index), unused, names, others)
    if not table.kinds:
        problems.append(Problem(file, HEADER_ROW, "", ", ".join(given), _allowed_columns()))
    if problems:
        raise DataError(problems)
    return table


def _without_lone(ours: Sequence[str]) -> list[str]:
    """Our names, without those of the kinds in `_ALONE` where another kind is there."""
    others = [columns for kind, sets in KINDS.items() if kind not in _ALONE for columns in sets]
    if not any(set(columns) <= set(ours) for columns in others):
        return list(ours)
    lone = {name for kind in _ALONE for columns in KINDS[kind] for name in columns}
    return ["" if name in lone else name for name in ours]


def _both(columns: Sequence[str], file: str) -> list[Problem]:
    """Two columns that say the same thing in two ways, and might disagree."""
    pairs: Mapping[str, str] = {"vi": "sei", "n_t": "non_events_t", "n_c": "non_events_c"}
    return [
        Problem(file, HEADER_ROW, one, f"{one} and {other}", f"either {one} or {other}")
        for one, other in pairs.items()
        if one in columns and other in columns
    ]


def _allowed_columns() -> str:
    """The sets of columns that a table may have, in words."""
    return "; or ".join(" ".join(columns) for forms in KINDS.values() for columns in forms)
