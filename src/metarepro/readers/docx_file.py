"""Reads the tables of Word documents: their XML, looked at under limits, with no library."""

import io
import re
import zipfile
from collections.abc import Iterator

from metarepro.readers.archives import DAMAGE, ZIP_MAGIC, Document, check_archive
from metarepro.readers.markup import MarkupTable, caption_parts, source_of_markup
from metarepro.readers.source_files import MIB, content_of
from metarepro.readers.source_table import Source
from metarepro.readers.spanned_tables import Cell, span
from metarepro.readers.superscripts import CellText, plain_line
from metarepro.readers.xml_tree import Element, read_tree
from metarepro.tabular.problems import refused

WORDS = "a Word document (DOCX)"
_MAIN = "word/document.xml"
MAX_XML_MEGABYTES = 40
_NAMESPACES = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
#: What the font Symbol shows, by the end of the code: Word writes them from F000 on.
_SYMBOLS = {
    **{f"{code:X}": chr(code) for code in range(0x20, 0x40)},
    **{"2D": "−", "A3": "≤", "B1": "±", "B3": "≥", "B4": "×", "B9": "≠", "BB": "≈", "D7": "·"},
    **{"61": "α", "62": "β", "63": "χ", "64": "δ", "68": "η", "6D": "μ", "73": "σ", "74": "τ"},
}
#: Paragraphs before a table that may be its caption, and after it its notes.
_MOST_BEFORE = 2
_NOTE = re.compile(r"(?:notes?|abbreviations?|sources?)\b|[*†‡§#]|[a-d] ?[A-Z]", re.I)


def sniff(head: bytes) -> bool:
    """Whether a file that starts like this is a Word document."""
    return head.startswith(ZIP_MAGIC) and b"word/" in head


def read(document: Document) -> Source:
    """Read all tables of the document; macros, pictures and linked files are not looked at."""
    content, digest = content_of(document)
    xml = _main_part(content, document.place)
    space = next((name for name in _NAMESPACES if name.encode() in xml[:20_000]), _NAMESPACES[0])
    root = read_tree(io.BytesIO(xml), document.place, f"{space}}}document", _wanted(space))
    return source_of_markup(document.place, digest, WORDS, _Body(root, f"{space}}}").tables())


def _main_part(content: bytes, file: str) -> bytes:
    stream = io.BytesIO(content)
    entries = {entry.filename: entry for entry in check_archive(stream, file)}
    if _MAIN not in entries:
        raise refused(file, f"a zip file without {_MAIN}", WORDS)
    limit = MAX_XML_MEGABYTES * MIB
    try:
        with zipfile.ZipFile(stream) as archive, archive.open(_MAIN) as part:
            # The size in the directory may be a lie.
            xml = part.read(limit + 1)
    except DAMAGE as error:
        raise refused(file, f"a damaged zip file ({error})", "a whole zip file") from None
    if len(xml) > limit:
        found = f"a text of more than {MAX_XML_MEGABYTES} MB"
        raise refused(file, found, f"at most {MAX_XML_MEGABYTES} MB")
    return xml


def _wanted(space: str) -> dict[str, frozenset[str]]:
    """What of a document is read: neither pictures nor the formats of runs and paragraphs."""
    parts = {
        "r": ("t", "tab", "br", "cr", "noBreakHyphen", "sym", "rPr"),
        "rPr": ("vertAlign", "vanish"),
        "pPr": ("ind",),
        "tblPr": (),
        "tblGrid": (),
        "sectPr": (),
    }
    return {
        f"{space}}}{parent}": frozenset(f"{space}}}{child}" for child in children)
        for parent, children in parts.items()
    }


#: Around parts of a cell: paragraphs, brackets and denominators of formulas.
_AROUND = {"p": ("", " "), "d": ("(", ")"), "den": ("/", "")}


class _Body:
    """The tables of a document, with the paragraphs around them.

    Parameters
    ----------
    root : Element
    space : str
        What tags and attributes begin with.
    """

    def __init__(self, root: Element, space: str) -> None:
        self.root = root
        self.space = space

    def tables(self) -> Iterator[MarkupTable]:
        """All tables that stand in no other, in the order of the document."""
        before: list[str] = []
        blocks = list(self._blocks(self.root))
        for place, block in enumerate(blocks):
            if not block.tag.endswith("}tbl"):
                before = [*before, self._text(block)][-_MOST_BEFORE:]
                continue
            label, caption = caption_parts(" ".join(before))
            before = []
            rows, header = self._rows(block)
            notes = []
            for after in blocks[place + 1 : place + 2]:
                text = "" if after.tag.endswith("}tbl") else self._text(after)
                if _NOTE.match(text):
                    notes.append(text)
            yield MarkupTable(label, caption, rows, header or None, tuple(notes))

    def _blocks(self, element: Element) -> Iterator[Element]:
        """Paragraphs and tables, also those in content controls and tracked insertions."""
        for child in element.children():
            if child.tag in (f"{self.space}p", f"{self.space}tbl"):
                yield child
            else:
                yield from self._blocks(child)

    def _text(self, element: Element) -> str:
        text = CellText()
        self._add(element, text)
        return plain_line(text.text)

    def _rows(self, table: Element) -> tuple[list[list[Cell]], int]:
        """The cells of each row, and how many rows are marked as header.

        A cell that goes on from the row above is none of its own.
        """
        above: dict[int, tuple[int, int]] = {}
        rows: list[list[Cell]] = []
        header = 0
        for number, row in enumerate(table.children(f"{self.space}tr")):
            marks = self._children(row, "trPr")
            header += header == number and any(mark.tag.endswith("}tblHeader") for mark in marks)
            at = sum(self._number(mark) for mark in marks if mark.tag.endswith("}gridBefore"))
            cells = [Cell("", columns=at)] if at else []
            for element in self._cells(row):
                goes_on, cell = self._cell(element)
                origin = above.get(at)
                if goes_on and origin is not None:
                    line, place = origin
                    old = rows[line][place]
                    rows[line][place] = Cell(
                        old.text, old.marks, old.columns, number - line + 1, old.indent
                    )
                else:
                    above[at] = (number, len(cells))
                    cells.append(cell)
                at += cell.columns
            rows.append(cells)
        return rows, header

    def _cells(self, row: Element) -> Iterator[Element]:
        for child in row.children():
            if child.tag == f"{self.space}tc":
                yield child
            elif not child.tag.endswith("}trPr"):
                yield from self._cells(child)

    def _children(self, element: Element, tag: str) -> list[Element]:
        return [
            child
            for properties in element.children(f"{self.space}{tag}")
            for child in properties.children()
        ]

    def _value(self, element: Element, name: str = "val") -> str:
        return element.attributes.get(f"{self.space}{name}", "")

    def _number(self, element: Element) -> int:
        return span(self._value(element))

    def _cell(self, element: Element) -> tuple[bool, Cell]:
        """A cell, and whether it goes on from the row above."""
        properties = self._children(element, "tcPr")
        columns, goes_on = 1, False
        for one in properties:
            if one.tag.endswith("}gridSpan"):
                columns = self._number(one)
            if one.tag.endswith("}vMerge"):
                goes_on = self._value(one) != "restart"
        text = CellText()
        self._add(element, text)
        indent = text.indent or self._indent(element)
        return goes_on, Cell(text.text, text.marks, columns, indent=indent)

    def _indent(self, cell: Element) -> float:
        """How far the first paragraph is set in, in twentieths of a point."""
        for paragraph in cell.children(f"{self.space}p"):
            for one in self._children(paragraph, "pPr"):
                for name in ("left", "start", "firstLine"):
                    digits = self._value(one, name)
                    if digits.isdecimal() and len(digits) < 6:
                        return float(digits)
            break
        return 0.0

    def _add(self, element: Element, text: CellText) -> None:
        for child in element.children():
            name = child.tag.rpartition("}")[2]
            if name == "r":
                self._add_run(child, text)
            elif name == "sup":  # of a formula
                text.add(child.all_text(), raised=True)
            elif name not in ("tcPr", "pPr", "del", "moveFrom", "Fallback"):
                before, after = _AROUND.get(name, ("", ""))
                text.add(before)
                self._add(child, text)
                text.add(after)

    def _add_run(self, run: Element, text: CellText) -> None:
        formats = self._children(run, "rPr")
        if any(
            one.tag.endswith("}vanish") and self._value(one) not in ("0", "false")
            for one in formats
        ):
            return
        raised = any(self._value(one) == "superscript" for one in formats)
        for part in run.children():
            name = part.tag.rpartition("}")[2]
            if name == "t":
                text.add(part.all_text(), raised=raised)
            elif name == "sym" and self._value(part, "font") == "Symbol":
                text.add(_SYMBOLS.get(self._value(part, "char")[-2:].upper(), ""))
            elif name == "noBreakHyphen":
                text.add("-")
            elif name in ("tab", "br", "cr"):
                text.add(" ")
