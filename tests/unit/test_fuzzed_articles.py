"""Articles damaged by chance: a reader returns or raises DataError, and nothing else.

The same examples each time; `make fuzz` looks further. What it finds goes to
test_hostile_articles.py.
"""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from tests.made_articles import (
    PdfPage,
    docx,
    jats,
    paragraph,
    pdf,
    rows,
    table_on,
    word_cell,
    word_table,
    wrap,
)
from tests.unit.test_fuzzed_readers import damaged, tolerated, unhurried

from metarepro.extraction.listing import listed_tables, table_csv
from metarepro.readers.sources import read_source

TABLE = rows(
    ('<td rowspan="2">Study</td>', '<td colspan="2">Cases</td>'),
    ("GG", "GA"),
    ('<td colspan="3">Age</td>',),
    ("A<sup>a</sup>", "12", "1.65 (0.82, 2.77)"),
)
PAGE = PdfPage()
table_on(PAGE, 100)
WORD = word_table(
    [word_cell("Study", '<w:vMerge w:val="restart"/>'), word_cell("b", '<w:gridSpan w:val="2"/>')],
    [word_cell("", "<w:vMerge/>"), word_cell("1", raised="a"), word_cell("1.2")],
)
GOOD = {
    "XML": jats(wrap(TABLE, foot="<fn><p>a One</p></fn>"), wrap(TABLE, "Table 2")),
    "HTML": f"<!doctype html><p>Table 1. Made up</p><table>{TABLE}</table>".encode(),
    "Word": docx(paragraph("Table 1. Made up") + WORD, packed=False),
    "PDF": pdf(PAGE, PAGE, packed=False),
}


def read_and_write(path: Path) -> None:
    """Whatever was read can be listed and written."""
    source = read_source(path)
    listed_tables(source).encode()
    for table in source.tables:
        table_csv(source, table, split=True).encode()


@unhurried
@given(data=st.data())
def test_articles(data: st.DataObject, tmp_path: Path) -> None:
    path = tmp_path / "article"
    path.write_bytes(data.draw(damaged(GOOD[data.draw(st.sampled_from(sorted(GOOD)))])))
    tolerated(lambda: read_and_write(path))


NUMBERS = st.integers(-50, 900).map(str)


@unhurried
@given(
    words=st.lists(
        st.tuples(NUMBERS, NUMBERS, st.sampled_from(["Table 1", "12", "a", "(", "1.2 (0.8", "*"])),
        max_size=60,
    ),
    lines=st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), max_size=20),
)
def test_pages_with_texts_and_lines_anywhere(
    words: list[tuple[str, str, str]], lines: list[tuple[str, str, str]], tmp_path: Path
) -> None:
    page = PdfPage()
    table_on(page, 400)
    for x, y, text in words:
        page.text(float(x), float(y), text)
    for x0, x1, y in lines:
        page.rule(float(x0), float(x1), float(y))
    path = tmp_path / "article.pdf"
    path.write_bytes(pdf(page))
    tolerated(lambda: read_and_write(path))
