"""Made-up articles: XML, Word documents and PDFs, written by hand as small as they can be."""

import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from html import escape

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
#: Of Helvetica, per thousand of the size; others are 556.
_WIDTHS = {" ": 278, ".": 278, ",": 278, "(": 333, ")": 333, "-": 333, "/": 278, "i": 222, "l": 222}

_PROSE = (
    *("The", "certainty", "of", "the", "evidence", "was", "low", "owing", "to", "risk", "of"),
    *("bias", "and", "to", "imprecision"),
)


def jats(*wraps: str, doctype: str = "", before: str = "") -> bytes:
    """An article with tables."""
    body = "".join(f"<sec><p>Words.</p>{wrap}</sec>" for wrap in wraps)
    return f"{doctype}<article>{before}<body>{body}</body></article>".encode()


def wrap(table: str, label: str = "Table 1", caption: str = "Made up", foot: str = "") -> str:
    """A table with label and caption, in JATS."""
    return (
        f"<table-wrap><label>{label}</label><caption><p>{caption}</p></caption>"
        f"<table>{table}</table>"
        f"<table-wrap-foot>{foot}</table-wrap-foot></table-wrap>"
    )


def rows(*lines: Sequence[str], tag: str = "td") -> str:
    """Rows of cells, each a text or a tag of its own."""
    return "".join(
        "<tr>"
        + "".join(c if c.startswith(f"<{tag}") else f"<{tag}>{c}</{tag}>" for c in line)
        + "</tr>"
        for line in lines
    )


def docx(body: str, doctype: str = "", *, packed: bool = True) -> bytes:
    """A Word document with this body; `w:` is its prefix."""
    xml = f'{doctype}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    stream = io.BytesIO()
    kind = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(stream, "w", kind) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", xml)
    return stream.getvalue()


def paragraph(text: str, raised: str = "") -> str:
    """A paragraph of Word, with a superscript at its end."""
    run = f"<w:r><w:t>{escape(text)}</w:t></w:r>"
    if raised:
        style = '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'
        run += f"<w:r>{style}<w:t>{escape(raised)}</w:t></w:r>"
    return f"<w:p>{run}</w:p>"


def word_cell(text: str, properties: str = "", raised: str = "") -> str:
    """A cell of a table of Word."""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text, raised)}</w:tc>"


def word_table(*lines: Iterable[str]) -> str:
    """A table of Word of rows of cells."""
    return "<w:tbl>" + "".join(f"<w:tr>{''.join(line)}</w:tr>" for line in lines) + "</w:tbl>"


def width(text: str, size: float = 8) -> float:
    """About the width of a text in Helvetica."""
    return sum(_WIDTHS.get(character, 556) for character in text) * size / 1000


class PdfPage:
    """A page of a PDF that texts and lines are put on; y is counted from the top."""

    def __init__(self, page_width: float = 595, page_height: float = 842) -> None:
        self.width, self.height = page_width, page_height
        self.drawing: list[str] = []

    def text(self, x: float, y: float, text: str, size: float = 8) -> None:
        """A text that starts at x and stands on y."""
        plain = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        encoded = plain.encode("cp1252").decode("latin-1")
        self.drawing.append(f"BT /F1 {size} Tf {x} {self.height - y} Td ({encoded}) Tj ET")

    def rule(self, x0: float, x1: float, y: float) -> None:
        """A horizontal line."""
        self.drawing.append(f"0.5 w {x0} {self.height - y} m {x1} {self.height - y} l S")

    def row(self, y: float, cells: Mapping[float, str], size: float = 8) -> None:
        """Texts by their left ends."""
        for x, text in cells.items():
            if text:
                self.text(x, y, text, size)

    def prose(self, x: float, y: float, lines: int, right: float, size: float = 9.5) -> float:
        """Running text in a column; where it ends."""
        at = 0
        for _ in range(lines):
            line = ""
            while width(f"{line} {_PROSE[at % len(_PROSE)]}", size) < right - x:
                line = f"{line} {_PROSE[at % len(_PROSE)]}".strip()
                at += 1
            self.text(x, y, line, size)
            y += size * 1.2
        return y

    def content(self) -> bytes:
        """The drawing as it stands in the file."""
        return "\n".join(self.drawing).encode("latin-1")


def pdf(
    *pages: PdfPage | bytes,
    rotate: int = 0,
    resources: str = "",
    objects: Iterable[bytes] = (),
    packed: bool = True,
) -> bytes:
    """A PDF of some pages, or of drawings as bytes.

    `objects` are further ones, numbered from 10; `resources` may name them.
    """
    drawings = [
        (595, 842, page) if isinstance(page, bytes) else (page.width, page.height, page.content())
        for page in pages
    ]
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    further = list(objects)
    first = 10 + len(further)
    kids = " ".join(f"{first + 2 * n} 0 R" for n in range(len(drawings)))
    parts: dict[int, bytes] = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Kids [{kids}] /Count {len(drawings)} >>".encode(),
        3: font,
        **{10 + n: part for n, part in enumerate(further)},
    }
    for n, (page_width, page_height, drawing) in enumerate(drawings):
        number = first + 2 * n
        parts[number] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {page_width} {page_height}] "
            f"/Rotate {rotate} /Contents {number + 1} 0 R "
            f"/Resources << /Font << /F1 3 0 R >> {resources} >> >>"
        ).encode()
        parts[number + 1] = stream(drawing, packed=packed)
    out = io.BytesIO()
    out.write(b"%PDF-1.5\n")
    places = {}
    for number in sorted(parts):
        places[number] = out.tell()
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, parts[number]))
    start = out.tell()
    size = max(places) + 1
    out.write(b"xref\n0 %d\n" % size)
    for number in range(size):
        at = places.get(number)
        out.write(b"%010d 00000 n \n" % at if at is not None else b"0000000000 65535 f \n")
    out.write(b"trailer\n<< /Root 1 0 R /Size %d >>\nstartxref\n%d\n%%%%EOF\n" % (size, start))
    return out.getvalue()


def stream(content: bytes, attributes: str = "", *, packed: bool = True) -> bytes:
    """An object of a PDF with a stream."""
    if packed:
        content, attributes = zlib.compress(content, 9), attributes + " /Filter /FlateDecode"
    head = f"<< /Length {len(content)} {attributes} >>".encode()
    return head + b"\nstream\n" + content + b"\nendstream"


#: Left ends of the columns of the table that most tests take.
COLUMNS = (60, 140, 180, 270, 320)
HEADER = ("Subgroup", "k", "OR (95% CI)", "p", "I2 (%)")
BODY = (
    ("All", "9", "1.21 (1.05, 1.39)", "0.008", "35"),
    ("Age", "", "", "", ""),
    ("  Young", "4", "1.10 (0.90, 1.34)", "0.350", "12"),
    ("  Old", "5", "1.32 (1.08, 1.61)", "0.006", "40"),
    ("Setting", "", "", "", ""),
    ("  Clinic", "6", "1.25 (1.02, 1.53)", "0.031", "44"),
    ("  School", "3", "1.15 (0.92, 1.44)", "0.220", "0"),
)


def table_on(
    page: PdfPage,
    top: float,
    body: Sequence[Sequence[str]] = BODY,
    caption: str = "Table 1. Pools by subgroup",
    left: float = 0,
    ruled: bool = True,
) -> float:
    """Put a table on a page; where it ends. Two spaces at the start of a row set it in."""
    places = [left + x for x in COLUMNS]
    right = places[-1] + 40
    page.text(places[0], top, caption)
    y = top + 14
    if ruled:
        page.rule(places[0], right, y - 8)
    page.row(y, dict(zip(places, HEADER, strict=True)))
    if ruled:
        page.rule(places[0], right, y + 4)
    for cells in body:
        y += 12
        shown = dict(zip(places, cells, strict=True))
        name = shown.pop(places[0])
        page.text(places[0] + 4 * (len(name) - len(name.lstrip())), y, name.strip())
        page.row(y, shown)
    if ruled:
        page.rule(places[0], right, y + 4)
    return y + 6
