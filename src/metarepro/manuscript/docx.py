"""Word documents for manuscripts, the same bytes each time."""

import io
import zipfile
from collections.abc import Sequence

import pandas as pd
from docx import Document
from docx.document import Document as DocumentType
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Cm, Emu, Length, Pt, RGBColor
from docx.table import Table, _Cell, _Row

from metarepro.figures.style import png_bytes
from metarepro.manuscript.figures import ForestPlot
from metarepro.manuscript.summary import INTERVENTION, column_shares
from metarepro.wording.typesetting import one_line

LONG, SHORT = Cm(29.7), Cm(21.0)  # A4
MARGIN = Cm(1.8)
#: Of the text on a landscape page, in cm.
TEXT_WIDTH = 26.1
#: Around a figure, and what its caption needs.
_FIGURE_MARGIN, _ROOM_FOR_CAPTION = Cm(1.3), Cm(2.0)
_BLACK = RGBColor(0, 0, 0)
#: The zip format knows no earlier date.
_NO_DATE = (1980, 1, 1, 0, 0, 0)


def table_document(table: pd.DataFrame, caption: str, notes: Sequence[str]) -> bytes:
    """The summary-of-findings table with its caption and notes, on landscape A4.

    Parameters
    ----------
    table : DataFrame
        As `summary_of_findings` gives it.
    caption : str
        Text above the table.
    notes : sequence of str
        Paragraphs below it.
    """
    document = _document(caption)
    document.add_paragraph(one_line(caption), style="Caption")
    columns = [str(name) for name in table.columns if name != INTERVENTION]
    grid = document.add_table(rows=1, cols=len(columns))
    grid.autofit = False
    _draw_rules(grid)
    widths = [Cm(share * TEXT_WIDTH) for share in column_shares(columns)]
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width
    _fill(grid.rows[0], columns, widths, bold=True)
    _mark(grid.rows[0], "w:tblHeader")
    for intervention, cells in table.groupby(INTERVENTION, sort=False):
        heading = grid.add_row().cells
        across = heading[0].merge(heading[-1])
        _write(across, str(intervention), bold=True)
        across.paragraphs[0].paragraph_format.keep_with_next = True
        for row in cells.to_dict("records"):
            _fill(grid.add_row(), [row[column] for column in columns], widths)
    for note in notes:
        paragraph = document.add_paragraph(one_line(note), style="Normal")
        paragraph.paragraph_format.space_before = Pt(3)
    return _bytes(document)


def figures_document(plots: Sequence[ForestPlot], title: str) -> bytes:
    """Every forest plot on a page of its own, with caption and alternative text.

    The page lies or stands, whichever leaves the plot larger.
    """
    document = _document(title)
    for place, plot in enumerate(plots):
        section = document.add_section() if place else document.sections[0]
        width, height = _lay_out(section, plot)
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        picture = io.BytesIO(png_bytes(plot.figure))
        about = paragraph.add_run().add_picture(picture, width, height)._inline.docPr
        about.set("name", plot.name)
        about.set("descr", one_line(f"{plot.title}. {plot.caption}"))
        caption = f"Figure {place + 1}. {plot.title}. {plot.caption}"
        document.add_paragraph(one_line(caption), style="Caption")
    return _bytes(document)


def _document(title: str) -> DocumentType:
    document = Document()
    _turn(document.sections[0], landscape=True)
    _drop_unused(document)
    for name, size, bold in (("Normal", 8, False), ("Caption", 10, True)):
        style = document.styles[name]
        style.font.name, style.font.size, style.font.bold = "Arial", Pt(size), bold
        style.font.color.rgb = _BLACK
        # The template's styles name the theme's font, which would win.
        fonts = style.element.rPr.rFonts
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        style.paragraph_format.space_after = Pt(2)
        style.paragraph_format.space_before = Pt(0)
    document.styles["Caption"].paragraph_format.keep_with_next = True
    language = document.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:lang')}")
    language.set(qn("w:val"), "en-GB")
    about = document.core_properties
    about.title, about.author, about.comments = one_line(title), "", ""
    about.language = "en-GB"
    for dated in ("dcterms:created", "dcterms:modified"):
        element = about._element.find(qn(dated))
        about._element.remove(element)
    return document


def _draw_rules(table: Table) -> None:
    """Rules above and below every row, none between columns."""
    borders = OxmlElement("w:tblBorders")
    for side, eighths in (("top", "8"), ("bottom", "8"), ("insideH", "4")):
        rule = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", eighths), ("color", "808080")):
            rule.set(qn(f"w:{name}"), value)
        borders.append(rule)
    # The schema wants the borders before the layout.
    table._tbl.tblPr.find(qn("w:tblLayout")).addprevious(borders)


def _fill(row: _Row, texts: Sequence[str], widths: Sequence[Cm], *, bold: bool = False) -> None:
    _mark(row, "w:cantSplit")
    for cell, text, width in zip(row.cells, texts, widths, strict=True):
        cell.width = width
        _write(cell, text, bold)


def _write(cell: _Cell, text: str, bold: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.add_run(one_line(text)).bold = bold


def _mark(row: _Row, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _lay_out(section: Section, plot: ForestPlot) -> tuple[Emu, Emu]:
    """Turn the page as the plot needs it, and return the size of its picture: it fits."""
    width, height = (inches * Cm(2.54) for inches in plot.size)

    def scale(across: float, down: float) -> float:
        room = across - 2 * _FIGURE_MARGIN, down - 2 * _FIGURE_MARGIN - _ROOM_FOR_CAPTION
        return min(1.0, room[0] / width, room[1] / height)

    lying, standing = scale(LONG, SHORT), scale(SHORT, LONG)
    _turn(section, landscape=lying >= standing, margin=_FIGURE_MARGIN)
    larger = max(lying, standing)
    return Emu(round(width * larger)), Emu(round(height * larger))


def _turn(section: Section, *, landscape: bool, margin: Length = MARGIN) -> None:
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (LONG, SHORT) if landscape else (SHORT, LONG)
    for side in ("left", "right", "top", "bottom"):
        setattr(section, f"{side}_margin", margin)


def _drop_unused(document: DocumentType) -> None:
    """Take out what python-docx's template brings along: 0.8 MB of styles, and a preview."""
    for style in list(document.styles):
        if style.type == WD_STYLE_TYPE.TABLE and style.name != "Normal Table":
            style.delete()
    for relations in (document.part.rels, document.part.package.rels):
        for name, relation in list(relations.items()):
            if relation.reltype.endswith(("/stylesWithEffects", "/thumbnail")):
                del relations[name]


def _bytes(document: DocumentType) -> bytes:
    saved = io.BytesIO()
    document.save(saved)
    return without_dates(saved.getvalue())


def without_dates(archive: bytes) -> bytes:
    """Write a zip archive again without the time of writing, uncompressed.

    The files and their order stay. Versions of zlib compress differently, so nothing is.
    """
    rewritten = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(rewritten, "w") as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, _NO_DATE), old.read(name))
    return rewritten.getvalue()
