"""Reads the tables of web pages: articles as publishers show them.

Only texts are read; scripts, styles and pictures are not, and nothing that a page links to is
fetched. The parser of lxml puts pages right that leave out end tags, as many do.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from metarepro.readers.archives import Document
from metarepro.readers.markup import MAX_CELLS, MarkupTable, caption_parts, source_of_markup
from metarepro.readers.source_files import MAX_TABLES, content_of
from metarepro.readers.source_table import Source
from metarepro.readers.spanned_tables import Cell, span, within_groups
from metarepro.readers.superscripts import CellText, plain_line

WORDS = "a web page (HTML)"
_START = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*"
    rb"<(?:!doctype\s+html|html|head|meta|body|div|section|figure|table)\b",
    re.I | re.S,
)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})", re.I)
#: What is parsed at once: limits are looked at in between.
_CHUNK = 100_000
_UNREAD = frozenset({"script", "style", "noscript", "template", "svg", "select", "button"})
_BLOCKS = frozenset(
    ("p", "div", "li", "section", "figure", "figcaption", "h1", "h2", "h3", "h4", "h5", "h6")
    + ("br", "dt", "dd", "header", "article")
)
#: What repeats a formula in another notation, or is struck out.
_REPEATED = frozenset({"annotation", "annotation-xml", "del"})
#: What MathJax draws, and marks as hidden from screen readers where it gives MathML for these.
_DRAWN = re.compile(r"nobr\b|mjx-math\b")
_HIDDEN = re.compile(r"display\s*:\s*none", re.I)
_HIDDEN_ROW = "a row that the page hides"
_PADDING = re.compile(r"(?:padding-left|text-indent|margin-left)\s*:\s*([0-9.]+)")
#: Blocks of text before a table that may be its caption.
_MOST_BLOCKS = 4


def sniff(head: bytes) -> bool:
    """Whether a file that starts like this is a web page."""
    return bool(_START.match(head.removeprefix(b"\xef\xbb\xbf")))


def read(document: Document) -> Source:
    """Read all tables of the page but those that only lay it out."""
    content, digest = content_of(document)
    text = _decoded(content)
    page = _Page()
    parser = etree.HTMLParser(target=page)
    for start in range(0, len(text), _CHUNK):
        parser.feed(text[start : start + _CHUNK])
        if len(page.tables) > MAX_TABLES or page.cells > MAX_CELLS:
            break
    return source_of_markup(document.place, digest, WORDS, page.read_tables())


def _decoded(content: bytes) -> str:
    """The text in the encoding that the page is in, or says that it is in."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        declared = _CHARSET.search(content[:2000])
    try:
        return content.decode(declared[1].decode() if declared else "windows-1252", "replace")
    except LookupError:
        return content.decode("windows-1252", "replace")


@dataclass
class _Table:
    """A table while its tags come.

    Attributes
    ----------
    before : texts before it that may be its caption
    rows : of the header, the body and the foot
    starts : where in the body groups of rows begin, beyond which no cell spans
    doubt : about the row that is being read
    """

    before: str
    caption: CellText = field(default_factory=CellText)
    head: list[list[Cell]] = field(default_factory=list)
    body: list[list[Cell]] = field(default_factory=list)
    foot: list[list[Cell]] = field(default_factory=list)
    part: str = ""
    lays_out: bool = False
    starts: list[int] = field(default_factory=list)
    doubt: str = ""
    cell: CellText | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)

    def rows(self) -> list[list[Cell]]:
        """The rows of the part that is being read."""
        return {"thead": self.head, "tfoot": self.foot}.get(self.part, self.body)

    def close_cell(self) -> None:
        """Keep the cell that ends."""
        if self.cell is not None:
            columns, rows = (span(self.attributes.get(name)) for name in ("colspan", "rowspan"))
            padding = _PADDING.search(self.attributes.get("style", ""))
            indent = self.cell.indent or (float(padding[1]) if padding else 0.0)
            kept = self.rows() or [[]]
            doubt = "" if kept[-1] else self.doubt
            kept[-1].append(Cell(self.cell.text, self.cell.marks, columns, rows, indent, doubt))
            self.cell = None


def _is_hidden(attributes: Mapping[str, str]) -> bool:
    return "hidden" in attributes or bool(_HIDDEN.search(attributes.get("style", "")))


class _Page:
    """Target of the parser: keeps tables, and the last texts before them."""

    def __init__(self) -> None:
        self.tables: list[_Table] = []
        self.cells = 0
        self._open: list[_Table] = []
        self._blocks: list[str] = []
        self._block: list[str] = []
        self._raised = 0
        self._raised_text = ""
        self._unread = 0
        #: The formula that is being read: its elements, and how many parts of each there were.
        self._math: list[tuple[str, int]] = []
        #: Whether the other notation of the formula was met: the MathML, or a drawing left out.
        self._has_other = False
        self._in_caption = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """A tag opens."""
        if self._unread or self._is_unread(tag, attributes):
            self._unread += 1
            return
        if self._math or tag == "math":
            self._start_math(tag)
        if tag in ("tr", "td", "th"):
            self._lower()  # a <sup> that is not closed ends with its cell
        if tag == "table":
            for outer in self._open:
                outer.lays_out = True
            self._end_block()
            table = _Table(" ".join(self._blocks[-_MOST_BLOCKS:]))
            self._blocks = []
            self.tables.append(table)
            self._open.append(table)
        elif tag == "sup":
            self._raised += 1
        elif tag in _BLOCKS:
            self._space()
        elif self._open:
            self._in_table(tag, attributes)

    def _in_table(self, tag: str, attributes: Mapping[str, str]) -> None:
        table = self._open[-1]
        if tag in ("thead", "tbody", "tfoot"):
            table.part = tag
            table.starts.append(len(table.body))
        elif tag == "tr":
            table.close_cell()
            table.rows().append([])
            table.doubt = _HIDDEN_ROW if _is_hidden(attributes) else ""
        elif tag in ("td", "th"):
            table.close_cell()
            self.cells += 1
            if not table.rows():
                table.rows().append([])
            table.cell, table.attributes = CellText(), dict(attributes)
        elif tag == "caption":
            self._in_caption = True

    def end(self, tag: str) -> None:
        """A tag closes."""
        if self._unread:
            self._unread -= 1
            return
        if self._math:
            self._math.pop()
            if self._is_exponent():
                self._lower()
        if tag == "sup":
            self._lower()
        elif tag in _BLOCKS:
            self._space()
        elif self._open:
            if tag in ("td", "th", "tr", "table"):
                self._open[-1].close_cell()
            if tag in ("thead", "tfoot"):
                self._open[-1].part = ""
            if tag == "caption":
                self._in_caption = False
            if tag == "table":
                self._open.pop()

    def data(self, text: str) -> None:
        """Text between tags."""
        if self._unread:
            return
        where = self._where()
        if not self._open:
            self._block.append(text)
        elif self._raised:
            self._raised_text += text  # which comes in pieces where it has entities
        elif where is not None:
            where.add(text)

    def _is_unread(self, tag: str, attributes: Mapping[str, str]) -> bool:
        """Whether an element holds nothing that is shown.

        Rows and tables that are hidden may be shown by a script: only parts of cells are passed by.
        """
        if tag in _UNREAD or tag in _REPEATED:
            return True
        if self._is_second_notation(tag, attributes):
            return True
        in_cell = bool(self._open) and self._open[-1].cell is not None
        return in_cell and tag not in ("td", "th", "tr", "table") and _is_hidden(attributes)

    def _is_second_notation(self, tag: str, attributes: Mapping[str, str]) -> bool:
        """Whether a part of a formula of MathJax or KaTeX repeats it.

        They draw it and hide MathML, which alone tells fractions and powers: where both are there,
        that is read.
        """
        classes = attributes.get("class", "")
        if "katex-mathml" in classes:
            self._has_other = True
        elif "katex-html" in classes:
            has_mathml, self._has_other = self._has_other, False
            return has_mathml
        elif _DRAWN.search(f"{tag} {classes}") and attributes.get("aria-hidden") == "true":
            self._has_other = True
            return True
        elif "MJX_Assistive_MathML" in classes:
            is_drawn_only, self._has_other = not self._has_other, False
            return is_drawn_only
        return "MathJax_Preview" in classes

    def _start_math(self, tag: str) -> None:
        """A part of a formula: a fraction gets its slash, a power is raised."""
        if self._math:
            outer, parts = self._math[-1]
            self._math[-1] = (outer, parts + 1)
            if outer == "mfrac" and parts:
                self.data("/")
            self._raised += self._is_exponent()
        self._math.append((tag, 0))

    def _is_exponent(self) -> bool:
        return self._math[-1:] == [("msup", 2)]

    def _lower(self) -> None:
        """A raised text ends."""
        self._raised = max(0, self._raised - 1)
        text, self._raised_text = self._raised_text, ""
        where = self._where()
        if text and where is not None:
            where.add(text, raised=True)

    def _where(self) -> CellText | None:
        """The cell or caption that is being read."""
        if not self._open:
            return None
        return self._open[-1].caption if self._in_caption else self._open[-1].cell

    def comment(self, text: str) -> None:
        """A comment, which is not shown."""

    def pi(self, target: str, text: str | None = None) -> None:
        """A processing instruction, which is not shown."""

    def close(self) -> None:
        """The page ends."""

    def _space(self) -> None:
        if not self._open:
            self._end_block()
        elif self._in_caption:
            self._open[-1].caption.add(" ")
        elif self._open[-1].cell is not None:
            self._open[-1].cell.add(" ")

    def _end_block(self) -> None:
        text = plain_line("".join(self._block))
        if text:
            self._blocks = [*self._blocks[1 - _MOST_BLOCKS :], text]
        self._block = []

    def read_tables(self) -> Iterator[MarkupTable]:
        """The tables with more than one row and column but those that only lay out others."""
        for table in self.tables:
            table.close_cell()
            groups = (within_groups(table.head, []), within_groups(table.body, table.starts))
            rows = [row for group in groups for row in group if row]
            wide = max(map(len, rows), default=0)
            lays_out = table.lays_out and not table.caption.text
            if lays_out or len(rows) < 2 or wide < 2:
                continue
            label, caption = caption_parts(table.caption.text or table.before)
            head = len([row for row in table.head if row])
            notes = (" ".join(cell.text for cell in row if cell.text) for row in table.foot)
            yield MarkupTable(label, caption, rows, head or None, tuple(filter(None, notes)))
