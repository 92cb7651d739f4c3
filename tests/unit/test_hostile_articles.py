"""Hostile articles: each refused within seconds and bounded memory, with what was found.

A part that is beyond the limits does not cost the others.
"""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.hostile import (
    MIB,
    assert_refused,
    assert_refused_in_little_memory,
    written,
)
from tests.made_articles import (
    PdfPage,
    docx,
    jats,
    paragraph,
    pdf,
    rows,
    stream,
    table_on,
    word_cell,
    word_table,
    wrap,
)

from metarepro.readers.sources import read_source
from metarepro.tabular.problems import DataError

GOOD = rows(("Study", "n"), ("A", "12"))
LAUGHS = "<!DOCTYPE article [" + "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
) + '<!ENTITY a "ha">]>'  # fmt: skip
FORM = "/Type /XObject /Subtype /Form /BBox [0 0 600 800]"


def good_page() -> PdfPage:
    page = PdfPage()
    table_on(page, 100)
    return page


def laughing_forms() -> bytes:
    """Each form draws the next one ten times."""
    forms = [
        stream(b"/X Do " * 10, f"{FORM} /Resources << /XObject << /X {n + 1} 0 R >> >>")
        for n in range(10, 18)
    ]
    last = stream(b"0 0 m 9 9 l S " * 100, FORM)
    return pdf(b"/X Do " * 10, resources="/XObject << /X 10 0 R >>", objects=[*forms, last])


def bomb_in_chain() -> bytes:
    """A deflated stream inside a deflated stream."""
    import zlib

    inner = zlib.compress(b" " * 200 * MIB, 9)
    twice = zlib.compress(inner, 9)
    content = b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n%s\nendstream"
    page = pdf(b"BT ET", resources="", objects=[])
    return page.replace(stream(b"BT ET"), content % (len(twice), twice))


def docx_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 250 * MIB)
    return out.getvalue()


def html(body: str) -> bytes:
    return f"<!doctype html><html><body>{body}</body></html>".encode()


CASES: dict[str, tuple[Callable[[], bytes], str]] = {
    "entities": (lambda: jats(wrap(GOOD), doctype=LAUGHS), "the entity b, declared in the file"),
    "tables in XML": (lambda: jats(*[wrap(GOOD)] * 10_000), "more than 500 tables"),
    "wide cell": (
        lambda: jats(wrap(rows(('<td colspan="100000">a</td>', "b"), ("1", "2")))),
        "Table 1: found 'a table of more than 2000 columns'",
    ),
    "nested spans": (
        lambda: jats(wrap(rows(*[['<td colspan="1000" rowspan="1000">a</td>']] * 1000))),
        "Table 1: found 'a table of more than",
    ),
    "rows": (lambda: jats(wrap(rows(*[("a", "1")] * 50_000))), "a table of 50000 rows|elements"),
    "nesting": (lambda: jats("<sec>" * 5000), "elements nested deeper than 200"),
    "picture": (
        lambda: (
            b"<article><body><table-wrap><label>Table 1</label><graphic/></table-wrap></body>"
            b"</article>"
        ),
        "no table of cells \\(a picture\\?\\)",
    ),
    "cut XML": (lambda: jats(wrap(GOOD))[:-60], "the end of the file|unclosed|mismatched"),
    "tables in HTML": (
        lambda: html(f"<table>{GOOD}</table>" * 10_000),
        "more than 500 tables",
    ),
    "cells in HTML": (
        lambda: html("<table>" + ("<tr>" + "<td>1" * 1000) * 1000 + "</table>"),
        "a table of more than|more than 100000 cells",
    ),
    "wide cell in HTML": (
        lambda: html('<table><tr><td colspan="100000">a<td>b<tr><td>1<td>2</table>'),
        "a table of more than 2000 columns",
    ),
    "bomb in DOCX": (docx_bomb, "at most 200 times their size"),
    "no document in DOCX": (
        lambda: docx("").replace(b"word/document.xml", b"word/documenx.xml"),
        "without word/document.xml",
    ),
    "entity in DOCX": (
        lambda: docx("", doctype='<!DOCTYPE a [<!ENTITY a "b">]>'),
        "a document type declaration",
    ),
    "tables in DOCX": (
        lambda: docx(word_table([word_cell("a"), word_cell("1")]) * 10_000, packed=False),
        "more than 500 tables|more than 200000 elements",
    ),
    "wide cell in DOCX": (
        lambda: docx(word_table([word_cell("a", '<w:gridSpan w:val="100000"/>')] * 2)),
        "a table of more than 2000 columns",
    ),
    "bomb in PDF": (lambda: pdf(b" " * 200 * MIB), "page 1: found 'a stream of more than 16 MB"),
    "bomb in a chain": (bomb_in_chain, "page 1: found 'a stream of more than 16 MB"),
    "long drawing": (
        lambda: pdf(b"0 0 m 9 9 l S\n" * 200_000),
        "page 1: found 'a drawing of more than 1000 kB'",
    ),
    "many lines": (
        lambda: pdf(b"0 0 m 9 9 l S\n" * 30_000),
        "page 1: found 'a drawing of more than 20000 lines'",
    ),
    "many drawings": (
        lambda: pdf(*[b"q Q " * 200_000] * 10),
        "more drawing, after pages full of it",
    ),
    "forms in forms": (laughing_forms, "page 1: found '(a drawing of|more drawing)"),
    "characters": (
        lambda: pdf(b"BT /F1 8 Tf (" + b"a" * 50_000 + b") Tj ET"),
        "more than 40000 characters on a page",
    ),
    "pages": (lambda: pdf(*[b"BT ET"] * 600), "more than 500 pages"),
    "no PDF": (lambda: b"%PDF-1.7\n" + b"x" * 100_000, "a damaged PDF"),
    "scan": (lambda: pdf(b"0 0 m 9 9 l S"), "pages without any text \\(a scan\\?\\)"),
}


#: Cases that could take much memory.
LARGE = (
    *("bomb in PDF", "bomb in a chain", "many lines", "forms in forms", "bomb in DOCX"),
    *("nested spans", "cells in HTML", "rows"),
)


@pytest.mark.parametrize("name", [name for name in CASES if name not in LARGE])
def test_a_hostile_article_is_refused(name: str, tmp_path: Path) -> None:
    make, message = CASES[name]
    assert_refused(written(make(), tmp_path), message)


@pytest.mark.parametrize("name", LARGE)
def test_a_large_article_is_refused_in_little_memory(name: str, tmp_path: Path) -> None:
    make, message = CASES[name]
    assert_refused_in_little_memory(written(make(), tmp_path), message)


def test_an_encrypted_pdf_is_refused(tmp_path: Path) -> None:
    content = pdf(good_page())
    encrypt = (
        b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >> /ID [<00> <00>] /Root"
    ) % (b"11" * 32, b"22" * 32)
    path = written(content.replace(b"/Root", encrypt, 1), tmp_path)
    with pytest.raises(DataError, match="a PDF with a password"):
        read_source(path)


def test_a_page_beyond_the_limits_does_not_cost_the_others(tmp_path: Path) -> None:
    source = read_source(written(pdf(b" " * 20 * MIB, good_page().content()), tmp_path))
    assert [table.label for table in source.tables] == ["Table 1"]
    assert "page 1: found 'a stream of more than 16 MB" in source.skipped[0]


def test_a_table_beyond_the_limits_does_not_cost_the_others(tmp_path: Path) -> None:
    wide = rows(('<td colspan="100000">a</td>', "b"), ("1", "2"))
    source = read_source(written(jats(wrap(wide), wrap(GOOD, "Table 2")), tmp_path))
    assert [table.label for table in source.tables] == ["Table 2"]
    assert "Table 1: found 'a table of more than 2000 columns'" in source.skipped[0]


def test_no_entity_of_another_file_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    doctype = f'<!DOCTYPE article [<!ENTITY s SYSTEM "{secret.as_uri()}">]>'
    table = rows(("Study", "n"), ("&s;A", "12"))
    source = read_source(written(jats(wrap(table), doctype=doctype), tmp_path))
    assert "secret" not in repr(source)


def test_a_dtd_is_not_fetched_and_its_characters_are_known(tmp_path: Path) -> None:
    doctype = '<!DOCTYPE article PUBLIC "-//NLM//DTD JATS" "http://192.0.2.1/x.dtd">'
    table = rows(("Study", "n"), ("A&ndash;B", "12"))
    source = read_source(written(jats(wrap(table), doctype=doctype), tmp_path))
    assert source.tables[0].rows[0].cells == ("A–B", "12")


def test_scripts_and_comments_of_a_page_are_not_read(tmp_path: Path) -> None:
    body = (
        "<p>Table 1. Made up</p><table><tr><th>Study<th>n<tr><td>A<script>alert(1)</script>"
        "<!-- hidden --><td>12<img src='http://192.0.2.1/x.png'></table>"
    )
    source = read_source(written(html(body), tmp_path))
    assert source.tables[0].rows[0].cells == ("A", "12")


def test_deleted_and_hidden_words_of_word_are_not_read(tmp_path: Path) -> None:
    gone = "<w:p><w:del><w:r><w:delText>9</w:delText></w:r></w:del>"
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>8</w:t></w:r></w:p>"
    cell = f"<w:tc>{gone}{hidden}{paragraph('12')}</w:tc>"
    table = word_table([word_cell("Study"), word_cell("n")], [word_cell("A"), cell])
    source = read_source(written(docx(table), tmp_path))
    assert source.tables[0].rows[0].cells == ("A", "12")
