"""Fuzz the readers of articles: bytes of XML, HTML, Word documents and PDFs."""

from tests.fuzz.harness import fuzz
from tests.made_articles import (
    PdfPage,
    docx,
    jats,
    pdf,
    rows,
    table_on,
    word_cell,
    word_table,
    wrap,
)

from metarepro.readers.sources import read_source

TABLE = rows(("Study", "n", "RR"), ("<td colspan='3'>Age</td>",), ("A<sup>a</sup>", "12", "1.2"))
PAGE = PdfPage()
table_on(PAGE, 100)
SEEDS = [
    jats(wrap(TABLE)),
    f"<html><p>Table 1. Made up</p><table>{TABLE}</table>".encode(),
    docx(word_table([word_cell("a"), word_cell("b")], [word_cell("c"), word_cell("1")])),
    pdf(PAGE, packed=False),
]

if __name__ == "__main__":
    fuzz("articles", read_source, SEEDS)
