"""What is known of each row of a table beside its numbers: its other columns, and studies.csv."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from metarepro.errors import InputError
from metarepro.readers.csv_rows import read_csv_rows
from metarepro.readers.effect_table import EffectTable
from metarepro.tabular.cells import HEADER_ROW
from metarepro.tabular.plain_text import clean_text, spelling
from metarepro.tabular.problems import DataError, Problem, refused

#: The columns of studies.csv that may hold the name of a study; the first that is there counts.
NAMES = ("study", "label", "slab", "author", "trial")
#: Judgements on risk of bias, from the least, with how they are also written.
JUDGEMENTS: Mapping[str, tuple[str, ...]] = {
    "low": ("+", "yes", "low risk"),
    "moderate": ("moderate risk",),
    "some concerns": ("some concern",),
    "unclear": ("?", "unclear risk", "no information"),
    "serious": ("serious risk",),
    "high": ("-", "\u2212", "no", "high risk"),
    "critical": ("critical risk",),
    "not applicable": ("na", "n/a"),
}
_JUDGEMENT = {word: name for name, words in JUDGEMENTS.items() for word in (name, *words)}
_BIAS = re.compile(r"(rob|risk of bias)(?![a-z])", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class StudyColumns:
    """The columns that can be asked about.

    Attributes
    ----------
    cells : DataFrame of str, one row for each row of the table; "" where nothing is known
    file : of the table
    bias : the columns that hold judgements on risk of bias, in the words of `JUDGEMENTS`
    unknown_studies : studies of the table without a row in studies.csv
    unused_studies : studies of studies.csv that the table does not have
    joined : the columns that studies.csv brought
    studies_file : its name
    studies_rows : for each row of the table the row of studies.csv that was joined to it
    """

    cells: pd.DataFrame
    file: str
    bias: tuple[str, ...] = ()
    unknown_studies: tuple[str, ...] = ()
    unused_studies: tuple[str, ...] = ()
    joined: frozenset[str] = frozenset()
    studies_file: str = ""
    studies_rows: Mapping[object, int] = field(default_factory=dict)

    def named(self, name: str) -> str:
        """Find a column by its name, in any case, or by a part that only one name has.

        Raises
        ------
        InputError
            If there is none, or several.

        Examples
        --------
        >>> cells = pd.DataFrame(columns=["Allocation concealment", "Allocation ratio"], dtype=str)
        >>> StudyColumns(cells, "t.csv").named("concealment")
        'Allocation concealment'
        """
        wanted = spelling(name)
        columns = [str(column) for column in self.cells]
        found = [column for column in columns if column == name]
        found = found or [column for column in columns if spelling(column) == wanted]
        found = found or [column for column in columns if wanted and wanted in spelling(column)]
        if len(found) == 1:
            return found[0]
        if found:
            raise InputError(f"{self.file}: {name!r} fits several columns: {', '.join(found)}")
        raise InputError(
            f"{self.file}: there is no column {name!r}; the columns are {', '.join(columns)}. "
            "Further columns can be added with --studies"
        )

    def texts(self, name: str) -> "pd.Series[str]":
        """The cells of a column."""
        return self.cells[self.named(name)]

    def numbers(self, name: str) -> "pd.Series[float]":
        """The numbers of a column, NaN for empty cells.

        Raises
        ------
        DataError
            With all cells that are no number.
        """
        column = self.named(name)
        texts = self.cells[column].str.strip().str.replace("\u2212", "-")
        numbers = pd.to_numeric(texts.where(texts != ""), errors="coerce")
        wrong = (numbers.isna() | (numbers.abs() == float("inf"))) & (texts != "")
        if wrong.any():
            allowed = "a number in digits, or empty; for groups in words use --by"
            cells = ((*self._place(column, row), texts[row]) for row in texts.index[wrong])
            raise DataError(
                Problem(file, row, column, found, allowed)
                for file, row, found in dict.fromkeys(cells)
            )
        return numbers.astype("float64")

    def _place(self, column: str, row: object) -> tuple[str, int]:
        """The file and row where a cell was written."""
        if column in self.joined:
            return self.studies_file, self.studies_rows[row]
        return self.file, int(str(row))

    def take(self, rows: "pd.Series[bool]") -> "StudyColumns":
        """The same for some of the rows."""
        return replace(self, cells=self.cells[rows])


def study_columns(table: EffectTable, studies: Path | pd.DataFrame | None = None) -> StudyColumns:
    """Put the columns of a table and of studies.csv side by side.

    Parameters
    ----------
    table : EffectTable
    studies : Path or DataFrame, optional
        One row per study with its name in one of `NAMES` (with a year beside it, if the table's
        names have one). Names are compared without regard to case, accents and spaces. By `trial`
        rows are joined by their trial.

    Raises
    ------
    DataError
        If a name fits two rows of studies.csv, if names of two spellings in the table fit one row,
        or if both have a column of one name.
    """
    own = table.cells.assign(study=table.studies, trial=table.trials or table.studies)
    refuse_repeated(table)
    given = {ours: name for ours, name in table.given_names.items() if ours != "study"}
    cells = pd.concat([own, table.others], axis=1).rename(columns=given).map(clean_text)
    columns = StudyColumns(cells.rename(columns=clean_text), table.file)
    if studies is not None:
        columns = _joined(columns, own, studies)
    return _with_judgements(columns)


def refuse_repeated(table: EffectTable) -> None:
    """Raise a DataError if two of the other columns of a table have one name."""
    names = table.others.columns.map(clean_text)
    if names.has_duplicates:
        raise DataError(
            Problem(table.file, HEADER_ROW, str(name), "the column again", "each column once")
            for name in names[names.duplicated()]
        )


def name_key(name: str) -> str:
    """What the spellings of one name share.

    Examples
    --------
    >>> name_key(" S\u00f8rensen  2015") == name_key("sorensen 2015")
    True
    """
    letters = spelling(clean_text(name)).replace("\u00f8", "o").replace("\u0142", "l")
    parts = unicodedata.normalize("NFKD", letters)
    return "".join(part for part in parts if not unicodedata.combining(part))


def _joined(columns: StudyColumns, own: pd.DataFrame, studies: Path | pd.DataFrame) -> StudyColumns:
    file, rows = read_csv_rows(studies, "studies.csv")
    headers = [str(column) for column in rows]
    lower = [header.lower() for header in headers]
    by = next((name for name in NAMES if name in lower), "")
    if not by:
        allowed = f"a column with the name of the study: {' or '.join(NAMES)}"
        raise refused(file, ", ".join(headers), allowed, HEADER_ROW)
    names = rows.iloc[:, lower.index(by)]
    keys = _keys(names, rows.iloc[:, lower.index("year")] if "year" in lower else None)
    problems = _repeated(keys, names, file)
    wanted = own["trial" if by == "trial" else "study"]
    for key, spelled in wanted.groupby(wanted.map(name_key)):
        others = spelled[spelled != spelled.iloc[0]]
        places = keys.get(str(key), [])
        if places and len(others):
            row, allowed = others.index[0], f"spelled as {spelled.iloc[0]!r}: {file} has one row"
            problems.append(Problem(columns.file, int(row), by, others.iloc[0], allowed))
        if len(places) > 1:
            allowed = f"a name that fits one row of {file}"
            problems.append(
                Problem(columns.file, int(spelled.index[0]), by, spelled.iloc[0], allowed)
            )
    known = {str(column).lower() for column in columns.cells} | {"study", "trial"}
    kept = [h for h in headers if h.lower() not in (*NAMES, *({"year"} & known))]
    problems += [
        Problem(file, HEADER_ROW, h, "a column that the table has too", "another name for it")
        for h in kept
        if h.lower() in known
    ]
    if problems:
        raise DataError(problems)
    place = wanted.map(lambda name: keys.get(name_key(name), [-1])[0])
    extra = pd.DataFrame(
        {h: [rows[h].iloc[p] if p >= 0 else "" for p in place] for h in kept}, index=own.index
    ).astype("str")
    return replace(
        columns,
        cells=pd.concat([columns.cells, extra], axis=1),
        unknown_studies=tuple(dict.fromkeys(wanted[place < 0])),
        unused_studies=tuple(n for p, n in enumerate(names) if p not in set(place)),
        joined=frozenset(kept),
        studies_file=file,
        studies_rows={row: int(names.index[p]) for row, p in place.items() if p >= 0},
    )


def _keys(names: pd.Series, years: pd.Series | None) -> dict[str, list[int]]:
    """The places of the rows by every name that they go by: with their year and without."""
    keys: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        own = {name_key(name)}
        if years is not None:
            own.add(name_key(f"{name} {years.iloc[place]}"))
        for key in own:
            keys.setdefault(key, []).append(place)
    return keys


def _repeated(keys: dict[str, list[int]], names: pd.Series, file: str) -> list[Problem]:
    """Names that fit two rows, unless their year tells the rows apart."""
    apart = {places[0] for places in keys.values() if len(places) == 1}
    return [
        Problem(
            file, int(names.index[place]), str(names.name), names.iloc[place], "each study once"
        )
        for places in keys.values()
        for place in places[1:]
        if not {place, places[0]} <= apart
    ]


def _with_judgements(columns: StudyColumns) -> StudyColumns:
    """Find the columns of judgements, and write them in one way."""
    found = {}
    for name, cells in columns.cells.items():
        if not _BIAS.match(str(name)):
            continue
        words = cells.str.strip().str.casefold().str.removesuffix(" of bias")
        if (words != "").any() and words.isin([*_JUDGEMENT, ""]).all():
            found[str(name)] = words.map(lambda word: _JUDGEMENT.get(word, ""))
    return replace(columns, cells=columns.cells.assign(**found), bias=tuple(found))
