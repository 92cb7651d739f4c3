"""Reads the tables of articles in JATS, the XML of PubMed Central and of most publishers."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from metarepro.readers.archives import Document
from metarepro.readers.markup import MarkupTable, source_of_markup
from metarepro.readers.source_files import content_of
from metarepro.readers.source_table import Source
from metarepro.readers.spanned_tables import Cell, span, within_groups
from metarepro.readers.superscripts import CellText, plain_line
from metarepro.readers.xml_tree import Element, is_xml, read_tree

WORDS = "an article in XML (JATS, as PubMed Central has it)"
_ROOT = re.compile(rb"<(article|pmc-articleset)[\s>]")
#: What is read of an element; of those that are not listed everything.
_WANTED = {
    "article": frozenset(
        {"body", "back", "floats-group", "floats-wrap", "sub-article", "response"}
    ),
    "ref-list": frozenset[str](),
}
#: Parts of a cell that begin a line of their own.
_BLOCKS = frozenset({"p", "list-item", "disp-formula", "break"})
#: What repeats a formula in another notation, or is struck out.
_REPEATED = frozenset({"tex-math", "annotation", "annotation-xml", "strike"})
#: A reference to a footnote that is not raised; longer ones are citations.
_LONGEST_MARK = 2
_CITED = re.compile(r"\d{1,3}(?:[,–-]\d{1,3})*")


def sniff(head: bytes) -> bool:
    """Whether a file that starts like this is an article in XML."""
    return is_xml(head) and bool(_ROOT.search(head.replace(b"\0", b"")))


def read(document: Document) -> Source:
    """Read all tables of the article."""
    content, digest = content_of(document)
    match = _ROOT.search(document.head.replace(b"\0", b""))
    root_tag = match[1].decode() if match else "article"
    stream = io.BytesIO(content)
    root = read_tree(stream, document.place, root_tag, _WANTED, may_name_dtd=True)
    return source_of_markup(document.place, digest, WORDS, _tables(root))


def _tables(root: Element) -> Iterator[MarkupTable]:
    for number, wrap in enumerate(_descendants(root, "table-wrap"), 1):
        label = plain_line(" ".join(map(_text, wrap.children("label")))).rstrip(" .:")
        label = label or f"table-wrap {number}"
        caption = plain_line(" ".join(map(_text, wrap.children("caption"))))
        notes = tuple(filter(None, map(_line, _notes(wrap))))
        tables = list(_descendants(wrap, "table"))
        tables = [table for table in tables if not table.children("tgroup")]
        grids = [(_rows(table), _in(table, "thead", "tr")) for table in tables]
        grids = grids or [*map(_oasis, _groups(wrap))]
        if not grids:
            yield MarkupTable(label, caption, problem="no table of cells (a picture?)")
        for part, (rows, heads) in enumerate(grids, 1):
            name = f"{label}, part {part}" if len(grids) > 1 else label
            yield MarkupTable(name, caption, rows, len(heads) or None, notes)


def _groups(wrap: Element) -> Iterator[Element]:
    """The tables of the OASIS model, which some publishers have instead of that of HTML."""
    for child in wrap.children():
        if _plain(child) == "tgroup":
            yield child
        else:
            yield from _groups(child)


def _in(element: Element, *tags: str) -> list[Element]:
    """The elements on a path of tags, without their namespaces."""
    found = [element]
    for tag in tags:
        found = [child for one in found for child in one.children() if _plain(child) == tag]
    return found


def _oasis(group: Element) -> tuple[list[list[Cell]], list[Element]]:
    """The rows of a table of the OASIS model, and those of its header.

    Cells say by the name of their column where they stand: those before them may be left out.
    """
    names = {
        spec.attributes.get("colname", ""): number
        for number, spec in enumerate(_in(group, "colspec"))
    }
    heads = _in(group, "thead", "row")
    rows: list[list[Cell]] = []
    above: dict[int, int] = {}
    for line in [*heads, *_in(group, "tbody", "row"), *_in(group, "tfoot", "row")]:
        cells: list[Cell] = []
        covered = {column for column, left in above.items() if left > 0}
        above = {column: left - 1 for column, left in above.items()}
        at = 0
        for entry in _in(line, "entry"):
            get = entry.attributes.get
            at = next(column for column in count(at) if column not in covered)
            first = names.get(get("namest") or get("colname", ""), at)
            cells += [Cell("") for column in range(at, first) if column not in covered]
            last = max(first, names.get(get("nameend", ""), first))
            down = span(get("morerows")) if get("morerows", "0") != "0" else 0
            cells.append(replace(_cell(entry), columns=last - first + 1, rows=down + 1))
            above |= dict.fromkeys(range(first, last + 1), down)
            at = last + 1
        rows.append(cells)
    return rows, heads


def _rows(table: Element) -> list[list[Cell]]:
    """The cells of each row; none spans rows of another part of the table."""
    rows: list[list[Cell]] = []
    starts: list[int] = []
    for part in table.children():
        starts += [len(rows)] if part.tag in ("thead", "tbody", "tfoot") else []
        lines = [part] if part.tag == "tr" else _descendants(part, "tr")
        rows += [[*map(_cell, line.children("th", "td"))] for line in lines]
    return within_groups(rows, starts)


def _descendants(element: Element, tag: str) -> Iterator[Element]:
    """Elements with a tag in the order of the file, none inside another of them."""
    for child in element.children():
        if child.tag == tag:
            yield child
        else:
            yield from _descendants(child, tag)


def _notes(wrap: Element) -> Iterator[Element]:
    for foot in wrap.children("table-wrap-foot"):
        for note in foot.children():
            yield from (note.children() if note.tag == "fn-group" else (note,))


def _cell(element: Element) -> Cell:
    text = CellText()
    _add(element, text, raised=False)
    columns, rows = (span(element.attributes.get(name)) for name in ("colspan", "rowspan"))
    return Cell(text.text, text.marks, columns, rows, text.indent)


def _add(element: Element, text: CellText, *, raised: bool) -> None:
    """Add the text of an element, told apart by whether it is raised."""
    if raised:
        text.add(element.all_text(), raised=True)
        return
    parts = 0
    for item in element.content:
        if isinstance(item, str):
            text.add(item)
        elif (tag := _plain(item)) not in _REPEATED:
            if tag in _BLOCKS:
                text.add(" ")
            if _plain(element) == "mfrac" and parts:
                text.add("/")
            power = _plain(element) == "msup" and parts == 1
            _add(item, text, raised=power or tag == "sup" or _is_mark(item, text))
            parts += 1


def _plain(element: Element) -> str:
    """The tag without its namespace."""
    return element.tag.rpartition("}")[2]


def _is_mark(element: Element, before: CellText) -> bool:
    """Whether a reference leads to a footnote of the table, or is the number of a citation.

    That is one only right behind a word or a number: others are printed as text.
    """
    kind = element.attributes.get("ref-type", "")
    if element.named:
        return False
    if kind == "bibr":
        return before.last.isalnum() and bool(_CITED.fullmatch(element.all_text()))
    return kind in ("fn", "table-fn") and len(element.all_text().strip()) <= _LONGEST_MARK


def _text(element: Element) -> str:
    """Text of an element with spaces between its blocks."""
    parts = []
    for item in element.content:
        if isinstance(item, str):
            parts.append(item)
        elif item.tag not in _REPEATED:
            mark = item.tag == "sup" and not "".join(parts).strip()
            before = " " * (item.tag in _BLOCKS or item.tag == "title")
            parts.append(before + _text(item) + " " * mark)
    return "".join(parts)


def _line(element: Element) -> str:
    return plain_line(_text(element))
