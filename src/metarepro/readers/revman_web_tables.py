"""Finds the CSV tables of a RevMan Web package by their columns and checks their form."""

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metarepro.readers.archives import (
    MIB,
    Member,
    file_size_problem,
    walk,
)
from metarepro.readers.review_tables import NotANumberError, add_problem, parse_number
from metarepro.readers.revman_web_words import (
    JUDGEMENT,
    NEEDED,
    OPTIONAL,
    RISK_OF_BIAS,
    setting_words,
)
from metarepro.readers.xml_tree import LEVELS, NOT_COMPUTED, level_of
from metarepro.tabular.cells import HEADER_ROW, decode
from metarepro.tabular.plain_text import clean_text
from metarepro.tabular.problems import DataError, Problem

# Real tables have some 100 kB and under 10,000 rows.
MAX_TABLE_BYTES = 50 * MIB
MAX_ROWS = 50_000
# Footnotes are the longest; csv has a limit of its own, of 128 kB.
MAX_CELL_CHARACTERS = 5 * MIB
MAX_COLUMNS = 1000
MAX_FILES = 2000
MIN_KNOWN_COLUMNS = 6
HEADER_BYTES = 64 * 1024


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


def kind_of(head: bytes) -> str:
    """Which table starts like this, "" if none."""
    header = _header(head)
    if len(header) > 1 and header[0] == "study" and any(c.startswith(JUDGEMENT) for c in header):
        return RISK_OF_BIAS
    known = {kind: len(set(header) & set(names)) for kind, names in _KNOWN.items()}
    best = max(known, key=lambda kind: known[kind])
    return best if known[best] >= MIN_KNOWN_COLUMNS else ""


def separator_problem(head: bytes, file: str) -> list[Problem]:
    """A table that was saved again with another separator."""
    for separator, name in ((b";", "semicolons"), (b"\t", "tabs")):
        if separator in head and kind_of(head.replace(separator, b",")):
            found = f"fields separated by {name}"
            return [Problem(file, HEADER_ROW, "", found, "the CSV file as RevMan Web writes it")]
    return []


def find_sheets(
    members: Iterable[Member], file: str
) -> tuple[dict[str, Sheet], list[str], list[Problem]]:
    """The tables of a package by their kind, notes and problems.

    Parameters
    ----------
    members : iterable of Member
    file : str
        The package in messages.
    """
    sheets: dict[str, Sheet] = {}
    notes: list[str] = []
    problems: list[Problem] = []
    for member in members:
        place = f"{file}!{member.name}" if member.name else file
        kind = kind_of(member.content)
        if not kind:
            problems += separator_problem(member.content[:HEADER_BYTES], place)
        elif kind in sheets:
            found = f"a second table of {kind} (first: {sheets[kind].base})"
            problems.append(Problem(place, None, "", found, "one review"))
        else:
            sheets[kind], unknown, wrong = _sheet(member, place, kind)
            problems += wrong
            if unknown:
                notes.append(f"{member.base}: ignored unknown columns {', '.join(unknown)}")
    return sheets, notes, problems


def folder_members(folder: Path) -> list[Member]:
    """The tables in a folder and its subfolders.

    Raises
    ------
    DataError
        If there are too many files, or folders are too deep in each other.
    """
    found = []
    for count, path in enumerate(walk(folder), 1):
        if count > MAX_FILES:
            allowed = f"at most {MAX_FILES} files and folders"
            raise DataError([Problem(folder.as_posix(), None, "", "more", allowed)])
        if file_size_problem(path):
            continue
        relative = path.relative_to(folder)
        with path.open("rb") as stream:
            head = stream.read(HEADER_BYTES)
            if kind_of(head) or separator_problem(head, ""):
                rest = stream.read(MAX_TABLE_BYTES)
                found.append(Member(relative.as_posix(), head + rest))
    return found


def _header(head: bytes) -> list[str]:
    line = head[:HEADER_BYTES].split(b"\n", 1)[0].decode("utf-8-sig", "replace").strip("\r")
    try:
        return [_plain(name) for name in next(csv.reader([line]), [])]
    except csv.Error:
        return []


def _sheet(member: Member, place: str, kind: str) -> tuple[Sheet, list[str], list[Problem]]:
    """Split a table into rows, all of its known columns named as in the newest schema."""
    empty = Sheet(place, member.base, (), ())
    if len(member.content) > MAX_TABLE_BYTES:
        found = f"{len(member.content) / MIB:.0f} MB"
        return empty, [], [Problem(place, None, "", found, f"at most {MAX_TABLE_BYTES // MIB} MB")]
    _, problems = decode(member.content, place)
    if problems:
        return empty, [], problems
    # Text in memory would take up to four bytes a character.
    content = io.BytesIO(member.content)
    with _cell_limit(), io.TextIOWrapper(content, "utf-8-sig", newline="") as lines:
        return _rows(lines, member, place, kind)


@contextmanager
def _cell_limit() -> Iterator[None]:
    """The limit of csv, which holds for all that read CSV files, set for a while."""
    before = csv.field_size_limit(MAX_CELL_CHARACTERS)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _rows(
    lines: Iterable[str], member: Member, place: str, kind: str
) -> tuple[Sheet, list[str], list[Problem]]:
    empty = Sheet(place, member.base, (), ())
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
    return Sheet(place, member.base, tuple(filter(None, columns)), tuple(rows)), unknown, problems


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
        text = row.text(column)
        if not text or (not typed_in and text in NOT_COMPUTED):
            return math.nan
        try:
            return parse_number(text)
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
