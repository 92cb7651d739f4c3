"""A CSV file as a table of text cells, nothing interpreted; problems instead of exceptions.

pandas reads a row with too many fields as an index and fills a short one up without a word, so
the rows are counted here.
"""

import csv
import io
import re
import stat
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from metarepro.tabular.problems import Problem

HEADER_ROW = 1
MIB = 1024 * 1024
#: The tables have some 100 kB.
MAX_MEGABYTES = 50


def read_bytes(path: Path, file: str) -> tuple[bytes, list[Problem]]:
    """Content of an ordinary file; empty, with a problem, if it cannot be read.

    Anything else is not opened: whoever reads a named pipe waits for ever.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            found = "a folder" if path.is_dir() else "a named pipe, a socket or a device"
            return b"", [Problem(file, None, "", found, "an ordinary file")]
        with path.open("rb") as stream:
            content = stream.read(MAX_MEGABYTES * MIB + 1)
    except FileNotFoundError:
        return b"", [Problem(file, None, "", "no such file", "a file")]
    except OSError as error:
        return b"", [Problem(file, None, "", error.strerror or str(error), "a readable file")]
    if len(content) > MAX_MEGABYTES * MIB:
        allowed = f"at most {MAX_MEGABYTES} MB"
        return b"", [Problem(file, None, "", f"more than {MAX_MEGABYTES} MB", allowed)]
    return content, []


# How files begin that other programs write, with what to do.
_AS_CSV = "a table as CSV: in the spreadsheet program, save as CSV UTF-8 (comma delimited)"
_OTHER_KINDS = (
    (b"PK\x03\x04", "a spreadsheet or zip file (XLSX, ODS) under the name of a CSV file", _AS_CSV),
    (b"\xd0\xcf\x11\xe0", "a spreadsheet (XLS) under the name of a CSV file", _AS_CSV),
    (b"%PDF", "a PDF under the name of a CSV file", _AS_CSV),
    (b"\x1f\x8b", "a compressed file (gzip)", "the file in it"),
    (b"version https://git-lfs", "a pointer to a file in Git LFS", "the file: git lfs pull"),
    (b"<!doctype html", "a page of the web (HTML)", "the file that the page offers"),
    (b"<html", "a page of the web (HTML)", "the file that the page offers"),
)
_UTF8 = "text in UTF-8: in the program that wrote it, save as CSV UTF-8"
_CONFLICT = re.compile(r"^(<{7}|={7}|>{7})(?= |$)", re.MULTILINE)
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


def decode(content: bytes, file: str) -> tuple[str, list[Problem]]:
    """Text of a UTF-8 file (a byte order mark is tolerated)."""
    for start, found, allowed in _OTHER_KINDS:
        if content[:64].lower().startswith(start.lower()):
            return "", [Problem(file, None, "", found, allowed)]
    head = content[:64]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or head.count(b"\0") > len(head) // 4:
        return "", [Problem(file, None, "", "text in UTF-16", _UTF8)]
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + HEADER_ROW
        found = repr(content[error.start : error.end])
        return "", [Problem(file, row, "", found, _UTF8)]


def parse_cells(
    content: bytes, columns: Sequence[str], file: str, *, comments: bool = False
) -> tuple[pd.DataFrame | None, list[Problem]]:
    """Split a CSV file into cells.

    Parameters
    ----------
    content : bytes
        The file.
    columns : sequence of str
        The columns that it must have, in order.
    file : str
        Its name in problems.
    comments : bool
        Whether rows whose first cell begins with # are comments.

    Returns
    -------
    cells : DataFrame of str or None
        The index is the row as a spreadsheet counts (first data row: 2). Rows with a wrong number
        of fields are left out. None if the header is wrong or there is none.
    problems : list of Problem
    """
    text, problems = decode(content, file)
    if not problems:
        problems = _of_the_whole(text, columns, file)
    if problems:
        return None, problems
    rows: list[list[str]] = []
    try:
        # An explicit loop keeps the rows before a broken one.
        for fields in csv.reader(io.StringIO(text, newline=""), strict=True):
            rows.append(fields)  # noqa: PERF402
    except csv.Error as error:
        problems.append(_broken_row(len(rows) + HEADER_ROW, str(error), file))
    if not rows:
        empty = Problem(file, None, "", "no header", "a header: " + ",".join(columns))
        return None, problems or [empty]
    wrong_header = _header_problems(rows[0], columns, file)
    if wrong_header:
        return None, problems + wrong_header
    kept: dict[int, list[str]] = {}
    for row, fields in enumerate(rows[1:], HEADER_ROW + 1):
        if comments and fields and fields[0].startswith("#"):
            # One pair of quotation marks would make a comment of all rows between them.
            if any("\n" in cell or "\r" in cell for cell in fields):
                found = "a comment of several lines"
                problems.append(Problem(file, row, "", found, "a # at the start of each line"))
        elif found := _no_row(fields, columns):
            problems.append(Problem(file, row, "", found, f"{len(columns)} cells"))
        else:
            kept[row] = fields
    index = pd.Index(list(kept), dtype="int64")
    cells = pd.DataFrame(list(kept.values()), index=index, columns=list(columns), dtype=object)
    return cells, problems


def _no_row(fields: list[str], columns: Sequence[str]) -> str:
    """What a line is, if it is no row; else nothing."""
    if not any(fields):
        return "an empty line"
    if fields == list(columns):
        return "the header again"
    return "" if len(fields) == len(columns) else f"{len(fields)} cells"


def _of_the_whole(text: str, columns: Sequence[str], file: str) -> list[Problem]:
    """What is wrong with all of a table, and would be told of each of its cells."""
    if conflict := _CONFLICT.search(text):
        row = text.count("\n", 0, conflict.start()) + HEADER_ROW
        allowed = "a file without conflict markers: resolve the merge"
        return [Problem(file, row, "", conflict[0], allowed)]
    header = text.split("\n", 1)[0].rstrip("\r").replace('"', "").lower()
    for separator, name in _SEPARATORS.items():
        fields = header.split(separator)
        if len(fields) > 1 and len(set(fields) & set(columns)) > len(columns) // 2:
            found = f"cells separated by {name}"
            return [Problem(file, HEADER_ROW, "", found, "cells separated by commas: " + _AS_CSV)]
    return []


def _broken_row(row: int, error: str, file: str) -> Problem:
    """A row that is no CSV: nothing behind it can be read."""
    found, allowed = error, "a well-formed CSV row"
    if "unexpected end of data" in error or "expected after" in error:
        found = 'a " at the beginning of a cell without its counterpart'
        allowed = 'a " at both ends of the cell or at none, and "" for one inside it'
    return Problem(file, row, "", found, f"{allowed}; what follows cannot be read")


def _header_problems(header: list[str], columns: Sequence[str], file: str) -> list[Problem]:
    known = "the columns " + ", ".join(columns)
    if not set(header) & set(columns):
        found = ",".join(header) or "an empty line"
        return [Problem(file, HEADER_ROW, "", found, f"a header as the first line: {known}")]
    problems = []
    for position, name in enumerate(header):
        if name not in columns:
            problems.append(Problem(file, HEADER_ROW, name, "an unknown column", known))
        elif name in header[:position]:
            problems.append(Problem(file, HEADER_ROW, name, "the column again", "each column once"))
    for name in columns:
        if name not in header:
            problems.append(Problem(file, HEADER_ROW, name, "no such column", known))
    if not problems and header != list(columns):
        first = next(i for i, name in enumerate(header) if name != columns[i])
        allowed = f"{columns[first]!r} in this place; the order is " + ", ".join(columns)
        problems.append(Problem(file, HEADER_ROW, header[first], header[first], allowed))
    return problems
