"""Finds the CSV tables of a RevMan Web package by their columns and checks their form."""

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from metarepro.readers.archives import MIB, Document, base_name
from metarepro.readers.encodings import Utf8
from metarepro.readers.review_numbers import (
    LEVELS,
    NotANumberError,
    level_of,
    parse_number,
    parse_published,
)
from metarepro.readers.review_tables import add_problem
from metarepro.readers.revman_web_words import (
    JUDGEMENT,
    NEEDED,
    OPTIONAL,
    RISK_OF_BIAS,
    SIGNATURES,
    setting_words,
)
from metarepro.tabular.cells import HEADER_ROW
from metarepro.tabular.plain_text import clean_text
from metarepro.tabular.problems import Problem

# Real tables have some 100 kB and under 10,000 rows.
MAX_TABLE_BYTES = 50 * MIB
MAX_ROWS = 50_000
# Footnotes are the longest; csv has a limit of its own, of 128 kB.
MAX_CELL_CHARACTERS = 5 * MIB
MAX_COLUMNS = 1000
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}


def _plain(column: str) -> str:
    """A column name without what differs between writers."""
    return clean_text(column).lower().replace("^2", "2").replace("\u00b2", "2")


_KNOWN = {
    kind: {_plain(name): name for name in (*NEEDED[kind], *OPTIONAL[kind])} for kind in NEEDED
}


@dataclass(frozen=True)
class Row:
    """A row of a table: the line where it starts, its cells, and where a column is in them."""

    line: int
    cells: tuple[str, ...]
    places: Mapping[str, int]

    def text(self, column: str) -> str:
        """Plain text of a cell; "" for an empty one and for a column that is not there."""
        place = self.places.get(column)
        text = "" if place is None else clean_text(self.cells[place])
        return "" if text == "#N/A" else text


@dataclass(frozen=True)
class Sheet:
    """A table of a package.

    Parameters
    ----------
    file : str
        Place in messages.
    base : str
        Name of the file without folders.
    columns : tuple of str
        Known columns that it has; of the risk of bias, all.
    rows : tuple of Row
    """

    file: str
    base: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@lru_cache(maxsize=64)
def kind_of(head: bytes) -> str:
    """Which table starts like this, by the columns that only it has; "" if none.

    Also a table that was saved again with another separator.
    """
    return next(filter(None, (_kind(_header(head, mark)) for mark in _SEPARATORS)), "")


def is_complete(head: bytes) -> bool:
    """Whether a table that starts like this has all columns that its kind needs."""
    header = _header(head, ",")
    return {_plain(name) for name in NEEDED.get(_kind(header), ())} <= set(header)


def _kind(header: Sequence[str]) -> str:
    if len(header) > 1 and header[0] == "study" and any(c.startswith(JUDGEMENT) for c in header):
        return RISK_OF_BIAS
    columns = set(header)
    return next((kind for kind, own in SIGNATURES.items() if own <= columns), "")


def find_sheets(documents: Iterable[Document]) -> tuple[dict[str, Sheet], list[str], list[Problem]]:
    """The tables of a package by their kind, notes and problems.

    Parameters
    ----------
    documents : iterable of Document
        One of each kind; of kinds that nothing is taken from, any number.
    """
    sheets: dict[str, Sheet] = {}
    notes: list[str] = []
    problems: list[Problem] = []
    for document in documents:
        kind = kind_of(document.head)
        if kind in NEEDED or kind == RISK_OF_BIAS:
            sheets[kind], said, wrong = _sheet(document, kind)
            problems += wrong
            notes += [f"{base_name(document)}: {note}" for note in said]
    return sheets, notes, problems


def _header(head: bytes, separator: str) -> list[str]:
    line = head.split(b"\n", 1)[0].decode("utf-8-sig", "replace").strip("\r")
    try:
        return [_plain(name) for name in next(csv.reader([line], delimiter=separator), [])]
    except csv.Error:
        return []


def _sheet(document: Document, kind: str) -> tuple[Sheet, list[str], list[Problem]]:
    """Split a table into rows, all of its known columns named as in the newest schema."""
    empty = Sheet(document.place, base_name(document), (), ())
    separator = next(mark for mark in _SEPARATORS if _kind(_header(document.head, mark)))
    if separator != ",":
        found = f"fields separated by {_SEPARATORS[separator]}"
        allowed = "the CSV file as RevMan writes it"
        return empty, [], [Problem(document.place, HEADER_ROW, "", found, allowed)]
    content, note, problems = read_text(document)
    if problems:
        return empty, [], problems
    # Text in memory would take up to four bytes a character.
    with _cell_limit(), io.TextIOWrapper(io.BytesIO(content), "utf-8-sig", newline="") as lines:
        sheet, unknown, problems = _rows(lines, empty, kind)
    ignored = f"ignored unknown columns {', '.join(unknown)}" if unknown else ""
    return sheet, [said for said in (note, ignored) if said], problems


def read_text(document: Document) -> tuple[bytes, str, list[Problem]]:
    """A table as UTF-8, a note if it was not, and what keeps it from being read."""
    with document.open() as stream:
        content = stream.read(MAX_TABLE_BYTES + 1)
        if len(content) > MAX_TABLE_BYTES:
            found = f"{(len(content) + len(stream.read())) / MIB:.0f} MB"
            allowed = f"at most {MAX_TABLE_BYTES // MIB} MB"
            return b"", "", [Problem(document.place, None, "", found, allowed)]
    text = Utf8(io.BytesIO(content))
    try:
        return text.read(), text.note(), []
    except ValueError as error:
        return b"", "", [Problem(document.place, None, "", str(error), "text in UTF-8")]


@contextmanager
def _cell_limit() -> Iterator[None]:
    """The limit of csv, which holds for all that read CSV files, set for a while."""
    before = csv.field_size_limit(MAX_CELL_CHARACTERS)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _rows(lines: Iterable[str], empty: Sheet, kind: str) -> tuple[Sheet, list[str], list[Problem]]:
    place = empty.file
    problems: list[Problem] = []
    reader = csv.reader(lines, strict=True)
    try:
        first = next(reader, [])
    except csv.Error as error:
        return empty, [], [_csv_problem(place, HEADER_ROW, error)]
    if len(first) > MAX_COLUMNS:
        found = f"{len(first)} columns"
        return empty, [], [Problem(place, HEADER_ROW, "", found, f"at most {MAX_COLUMNS} columns")]
    header = [clean_text(name) for name in first]
    known = _KNOWN.get(kind, {_plain(name): name for name in header})
    columns = [known.get(_plain(name), "") for name in header]
    needed = NEEDED.get(kind, ("Study",))
    for name in needed:
        if name not in columns:
            problems.append(Problem(place, HEADER_ROW, name, "no such column", "this column"))
    for position, name in enumerate(columns):
        if name and name in columns[:position]:
            found = "the column again"
            problems.append(Problem(place, HEADER_ROW, name, found, "each column once"))
    if problems:
        return empty, [], problems
    places = {name: number for number, name in enumerate(columns) if name}
    rows: list[Row] = []
    line = reader.line_num + 1
    try:
        for cells in reader:
            if len(cells) == len(header):
                rows.append(Row(line, tuple(cells), places))
            elif cells:
                found = f"{len(cells)} cells"
                add_problem(problems, Problem(place, line, "", found, f"{len(header)} cells"))
            if len(rows) > MAX_ROWS:
                found = f"more than {MAX_ROWS} rows"
                return empty, [], [Problem(place, None, "", found, f"at most {MAX_ROWS} rows")]
            line = reader.line_num + 1
    except csv.Error as error:
        problems.append(_csv_problem(place, line, error))
    unknown = [name for name, column in zip(header, columns, strict=True) if name and not column]
    return replace(empty, columns=tuple(filter(None, columns)), rows=tuple(rows)), unknown, problems


def _csv_problem(place: str, line: int, error: csv.Error) -> Problem:
    if "field larger than" in str(error):
        found = f"a cell of more than {MAX_CELL_CHARACTERS} characters"
        return Problem(place, line, "", found, f"at most {MAX_CELL_CHARACTERS}")
    return Problem(place, line, "", str(error), "a well-formed CSV row")


class UnknownSettingError(ValueError):
    """A setting that is not known; the message says which."""


def setting(row: Row, column: str, codes: Mapping[str, str]) -> str:
    """A setting in the words of the package as a code.

    Raises
    ------
    UnknownSettingError
        If the words are not known.
    """
    text = row.text(column)
    for words in setting_words(text):
        if words in codes:
            return codes[words]
    raise UnknownSettingError(f"{column} {text!r} is not known")


def flag(row: Row, column: str) -> bool:
    """A setting that is true or false; empty is false."""
    codes = {"true": "yes", "yes": "yes", "false": "", "no": "", "": ""}
    return bool(setting(row, column, codes))


def risk_of_bias(sheet: Sheet | None) -> dict[str, str]:
    """Judgements by study."""
    texts: dict[str, list[str]] = {}
    for row in sheet.rows if sheet else ():
        judged = texts.setdefault(row.text("Study"), [])
        for column in row.places:
            if column.lower().startswith(JUDGEMENT) and row.text(column):
                domain = clean_text(column[len(JUDGEMENT) :]).replace(";", ",")
                judged.append(f"{domain}: {row.text(column)}")
    return {study: clean_text("; ".join(judged)) for study, judged in texts.items()}


class Cells:
    """Reads cells of tables and collects what is wrong with them."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def number(self, sheet: Sheet, row: Row, column: str, *, typed_in: bool = False) -> float:
        """A number, nan for an empty cell; what was calculated may also be NaN or infinite."""
        return self.parsed(sheet, row, column, row.text(column), typed_in=typed_in)

    def parsed(self, sheet: Sheet, row: Row, column: str, text: str, *, typed_in: bool) -> float:
        """A text of a cell as `number` gives it."""
        if not text:
            return math.nan
        try:
            return parse_number(text) if typed_in else parse_published(text)
        except NotANumberError as error:
            self.wrong(sheet, row, column, text, str(error) + ", or empty")
            return math.nan

    def take(
        self, sheet: Sheet, row: Row, sources: Mapping[str, str], into: dict[str, Any]
    ) -> dict[str, str]:
        """Put published values into a row, by column; the values as they are written."""
        texts = {}
        for column, source in sources.items():
            into[column] = self.number(sheet, row, source)
            if not math.isnan(into[column]):
                texts[column] = row.text(source)
        return texts

    def coded(self, sheet: Sheet, row: Row, column: str, codes: Mapping[str, str]) -> str:
        """A word of the data as a code; "" with a problem if not known."""
        try:
            return setting(row, column, codes)
        except UnknownSettingError:
            allowed = "one of: " + ", ".join(word or "empty" for word in codes)
            self.wrong(sheet, row, column, row.text(column), allowed)
            return ""

    def level(self, sheet: Sheet, row: Row, column: str) -> float:
        """Level of intervals: 95% as 0.95."""
        text = row.text(column)
        try:
            number = parse_number(text.removesuffix("%"))
        except NotANumberError:
            number = math.nan
        # 0.95% is no fraction.
        level = math.nan if number < 1 and text.endswith("%") else level_of(number)
        if math.isnan(level):
            self.wrong(sheet, row, column, text or "nothing", LEVELS)
            return 0.95
        return level

    def wrong(self, sheet: Sheet, row: Row, column: str, found: str, allowed: str) -> None:
        """Note a problem of a cell."""
        add_problem(self.problems, Problem(sheet.file, row.line, column, found, allowed))
