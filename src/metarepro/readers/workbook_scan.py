"""Looks through the XML of a workbook before a library opens it, under limits.

A cell far from the others, or one that is repeated a million times, takes a few bytes in the file
and gigabytes in memory.
"""

import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from metarepro.readers.archives import DAMAGE, check_archive
from metarepro.readers.source_files import MAX_CELLS, MAX_TABLES, MIB, check_size
from metarepro.tabular.problems import refused

#: Of all XML of a workbook. A sheet of 100,000 cells has some 5 MB.
MAX_XML_MEGABYTES = 60
MAX_ELEMENTS = 3 * MAX_CELLS
MAX_DEPTH = 100
_CHUNK = MIB // 4
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_XLSX_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.I)
#: The first and the last cell, row and column from 0.
Range = tuple[tuple[int, int], tuple[int, int]]


@dataclass
class Scan:
    """What was seen in the XML of a workbook.

    Attributes
    ----------
    formulas : cells with a formula
    hidden : rows with content that the program does not show
    skipped : parts of the workbook that are not looked at, in words
    merged : of an OpenDocument spreadsheet the merged ranges of each sheet: first cell, last cell
    """

    formulas: int = 0
    hidden: int = 0
    skipped: list[str] = field(default_factory=list)
    elements: int = 0
    bytes: int = 0
    cells: int = 0
    tables: int = 0
    merged: list[list[Range]] = field(default_factory=list)


def scan_workbook(stream: BinaryIO, file: str) -> Scan:
    """Refuse a workbook that would not fit into memory, or that is no plain XML.

    Raises
    ------
    DataError
        For a zip file that is damaged or a bomb, sheets beyond the limits of `source_files`, XML
        with a document type declaration.
    """
    entries = check_archive(stream, file)
    scan = Scan()
    names = [entry.filename for entry in entries]
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        scan.skipped.append("macros")
    if any("externallinks/" in name.lower() for name in names):
        scan.skipped.append("links to other workbooks")
    if sum(1 for name in names if _XLSX_SHEET.fullmatch(name)) > MAX_TABLES:
        raise refused(file, f"more than {MAX_TABLES} sheets", f"at most {MAX_TABLES}")
    with zipfile.ZipFile(stream) as archive:
        for entry in entries:
            if entry.filename.lower().endswith((".xml", ".rels")):
                handler: _Handler = _Handler(scan, file)
                if _XLSX_SHEET.fullmatch(entry.filename):
                    handler = _XlsxSheet(scan, file)
                elif entry.filename == "content.xml":
                    handler = _OdsContent(scan, file)
                _parse(archive, entry, handler, scan, file)
                handler.done()
    if scan.formulas:
        many = "1 formula" if scan.formulas == 1 else f"{scan.formulas} formulas"
        none = "nothing where none was saved"
        scan.skipped.append(f"{many}: the values saved with them are read, {none}")
    if scan.hidden:
        many = "1 row" if scan.hidden == 1 else f"{scan.hidden} rows"
        scan.skipped.append(f"the hiding of {many}: hidden rows are read like the others")
    return scan


class _Handler:
    """Counts the elements of any XML."""

    def __init__(self, scan: Scan, file: str) -> None:
        self.scan, self.file, self.depth = scan, file, 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.depth += 1
        self.scan.elements += 1
        if self.depth > MAX_DEPTH:
            raise refused(self.file, f"XML nested deeper than {MAX_DEPTH}", f"at most {MAX_DEPTH}")
        if self.scan.elements > MAX_ELEMENTS:
            allowed = f"at most {MAX_ELEMENTS}"
            raise refused(self.file, f"more than {MAX_ELEMENTS} elements of XML", allowed)
        self.element(tag.rpartition(":")[2], attributes)

    def end(self, tag: str) -> None:
        self.depth -= 1

    def element(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""

    def done(self) -> None:
        """The XML has ended."""

    def _count(self, box: "_Box") -> None:
        """A sheet has ended: what it takes in memory is its box."""
        rows, columns = box.shape
        check_size(self.file, [(rows, columns)])
        self.scan.cells += rows * columns
        check_size(self.file, [(self.scan.cells, 1)])


@dataclass
class _Box:
    """The least rectangle around all cells with content."""

    top: int = 0
    bottom: int = -1
    left: int = 0
    right: int = -1

    def add(self, row: int, column: int, rows: int = 1, columns: int = 1) -> None:
        if self.bottom < 0:
            self.top, self.left = row, column
        self.top, self.bottom = min(self.top, row), max(self.bottom, row + rows - 1)
        self.left, self.right = min(self.left, column), max(self.right, column + columns - 1)

    @property
    def shape(self) -> tuple[int, int]:
        return self.bottom - self.top + 1, self.right - self.left + 1


class _XlsxSheet(_Handler):
    """Cells of a sheet of Excel."""

    def __init__(self, scan: Scan, file: str) -> None:
        super().__init__(scan, file)
        self.box, self.row, self.column, self.hidden = _Box(), -1, -1, False

    def element(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "row":
            given = attributes.get("r", "")
            self.row = int(given) - 1 if given.isdigit() and len(given) < 9 else self.row + 1
            self.column = -1
            self.hidden = attributes.get("hidden") in ("1", "true")
        elif tag == "c":
            self.column += 1
            if match := _REFERENCE.fullmatch(attributes.get("r", "")):
                self.row, self.column = int(match[2]) - 1, _number_of(match[1])
        elif tag in ("v", "is"):
            self.box.add(self.row, self.column)
            self.scan.hidden += self.hidden
            self.hidden = False
        elif tag == "f":
            self.scan.formulas += 1

    def done(self) -> None:
        self._count(self.box)


class _OdsContent(_Handler):
    """Cells of all sheets of an OpenDocument spreadsheet, with their repetitions."""

    def __init__(self, scan: Scan, file: str) -> None:
        super().__init__(scan, file)
        self.box = _Box()
        self.row, self.rows, self.column = 0, 1, 0

    def element(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "table":
            self.done()
            self.scan.tables += 1
            if self.scan.tables > MAX_TABLES:
                raise refused(self.file, f"more than {MAX_TABLES} sheets", f"at most {MAX_TABLES}")
            self.box, self.row, self.rows = _Box(), 0, 0
            self.scan.merged.append([])
        elif tag == "table-row":
            self.row += self.rows
            self.rows = _repeated(attributes, "table:number-rows-repeated")
            self.column = 0
        elif tag in ("table-cell", "covered-table-cell"):
            columns = _repeated(attributes, "table:number-columns-repeated")
            if "office:value-type" in attributes or "table:formula" in attributes:
                self.box.add(self.row, self.column, self.rows, columns)
                self.scan.formulas += "table:formula" in attributes
            down = _repeated(attributes, "table:number-rows-spanned")
            right = _repeated(attributes, "table:number-columns-spanned")
            if down * right > 1 and self.scan.merged:
                last = self.row + down - 1, self.column + right - 1
                self.scan.merged[-1].append(((self.row, self.column), last))
            self.column += columns

    def done(self) -> None:
        self._count(self.box)


def _repeated(attributes: Mapping[str, str], name: str) -> int:
    given = attributes.get(name, "1")
    return int(given) if given.isdigit() and len(given) < 10 else 1


def _number_of(letters: str) -> int:
    """The number of a column, from 0: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number - 1


def _parse(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, handler: _Handler, scan: Scan, file: str
) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.StartDoctypeDeclHandler = _refuse_doctype(file, entry.filename)
    try:
        with archive.open(entry) as stream:
            while chunk := stream.read(_CHUNK):
                scan.bytes += len(chunk)
                if scan.bytes > MAX_XML_MEGABYTES * MIB:
                    found = f"more than {MAX_XML_MEGABYTES} MB of XML"
                    raise refused(file, found, f"at most {MAX_XML_MEGABYTES} MB")
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        found = f"{entry.filename}, {error}"
        raise refused(file, found, "well-formed XML") from None
    except (*DAMAGE, OSError, LookupError) as error:
        raise refused(file, f"a damaged zip file ({error})", "a whole file") from None


def _refuse_doctype(file: str, name: str) -> Callable[..., None]:
    def refuse(*_: object) -> None:
        raise refused(file, f"{name}, a document type declaration", "XML without one")

    return refuse
