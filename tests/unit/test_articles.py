"""Tables of articles in XML, HTML and Word: spans, groups, marks, and what is told apart."""

from pathlib import Path

import pytest
from tests.made_articles import docx, jats, paragraph, rows, word_cell, word_table, wrap

from metarepro.readers.source_table import Source, SourceTable
from metarepro.readers.sources import read_source
from metarepro.tabular.problems import DataError

HEAD = rows(
    ('<th rowspan="2">Study</th>', '<th colspan="2">Cases</th>', '<th colspan="2">Controls</th>'),
    ("GG", "GA", "GG", "GA"),
    tag="th",
)
COUNTS = f"<thead>{HEAD}</thead><tbody>{rows(('Qu 2016', '20', '316', '15', '319'))}</tbody>"
GROUPED = rows(
    ("Subgroup", "k", "RR (95% CI)", "P of interaction"),
    ("Total", "7", "1.30 (0.97, 1.75)", ""),
    ('<td colspan="4">Technique</td>',),
    ("Single row", "2", "1.65 (0.82, 2.77)", '<td rowspan="2">0.106</td>'),
    ("Double row", "2", "0.87 (0.55, 1.39)"),
    ("Risk of bias", "", "", ""),
    ("Low", "3", "1.49 (0.99, 2.25)", "NR"),
)


def read(content: bytes, folder: Path) -> Source:
    path = folder / "article"
    path.write_bytes(content)
    return read_source(path)


def table_of(xml: str, folder: Path) -> SourceTable:
    return read(jats(wrap(xml)), folder).tables[0]


def test_headers_over_several_columns_are_joined_to_those_below(tmp_path: Path) -> None:
    expected = ("Study", "Cases > GG", "Cases > GA", "Controls > GG", "Controls > GA")
    assert table_of(COUNTS, tmp_path).columns == expected


def test_a_header_over_empty_places_stands_over_them(tmp_path: Path) -> None:
    """As many XML tables have it: no spans, only empty cells, and empty columns between."""
    table = rows(
        ("Study", "Case", "", "", "Control", ""),
        ("", "GG", "GA", "", "GG", "GA"),
        ("Qu", "20", "316", "", "15", "319"),
    )
    expected = ("Study", "Case > GG", "Case > GA", "Control > GG", "Control > GA")
    assert table_of(table, tmp_path).columns == expected


def test_a_header_of_two_lines_is_one_header(tmp_path: Path) -> None:
    table = rows(("Study", "Number", "HR"), ("", "of trials", ""), ("A", "3", "1.2"))
    assert table_of(table, tmp_path).columns == ("Study", "Number of trials", "HR")


def test_a_title_over_all_columns_belongs_to_the_caption(tmp_path: Path) -> None:
    head = rows(('<th colspan="2">Trends</th>',), ("Year", "2007"), tag="th")
    table = table_of(f"<thead>{head}</thead>{rows(('All', '4.4'))}", tmp_path)
    assert (table.caption, table.columns) == ("Made up Trends", ("Year", "2007"))


def test_rows_stand_under_their_headings(tmp_path: Path) -> None:
    groups = [(row.cells[0], row.group) for row in table_of(GROUPED, tmp_path).rows]
    assert groups == [
        ("Total", ""),
        ("Single row", "Technique"),
        ("Double row", "Technique"),
        ("Low", "Risk of bias"),
    ]


def test_rows_are_counted_as_printed(tmp_path: Path) -> None:
    assert [row.number for row in table_of(GROUPED, tmp_path).rows] == [1, 3, 4, 6]


def test_a_number_over_several_rows_stands_in_the_first_of_them(tmp_path: Path) -> None:
    last = [row.cells[-1] for row in table_of(GROUPED, tmp_path).rows]
    assert last == ["", "0.106", "", "NR"]


def test_a_text_over_several_rows_stands_in_all_of_them(tmp_path: Path) -> None:
    table = rows(
        ("Term", "Group", "k"),
        ('<td rowspan="2">Location</td>', "Asian", "10"),
        ("Other", "11"),
    )
    assert [row.cells[0] for row in table_of(table, tmp_path).rows] == ["Location", "Location"]


def test_a_row_that_is_set_in_less_ends_the_group(tmp_path: Path) -> None:
    table = rows(
        ("Measure", "SMD"),
        ("Frailty", ""),
        ("\u2003Mass", "0.44"),
        ("Strength", "0.37"),
        ("Mobility", ""),
        ("\u2003Chair", "0.30"),
    )
    assert [row.group for row in table_of(table, tmp_path).rows] == ["Frailty", "", "Mobility"]


def test_the_overall_row_is_in_no_group(tmp_path: Path) -> None:
    table = rows(("Item", "n"), ("Gender", ""), ("Male", "12"), ("Overall", "18"))
    assert [row.group for row in table_of(table, tmp_path).rows] == ["Gender", ""]


def test_footnote_marks_are_kept_apart(tmp_path: Path) -> None:
    cells = ("A<sup>b</sup>", '16/8<sup><xref ref-type="fn">9</xref></sup>')
    row = table_of(rows(("Study", "F/M"), cells), tmp_path).rows[0]
    assert (row.cells, row.marks) == (("A", "16/8"), ("b", "9"))


@pytest.mark.parametrize(
    ("printed", "text"),
    [
        ("<italic>I</italic><sup>2</sup> (%)", "I² (%)"),
        ("kg/m<sup>2</sup>", "kg/m²"),
        ("1.2 × 10<sup>-3</sup>", "1.2 × 10⁻³"),
        ("2<sup>nd</sup>", "2nd"),
        ("CD4<sup>+</sup>", "CD4+"),
        ("<italic>P</italic><sub>h</sub>", "Ph"),
        ("30\u2009779", "30\u2009779"),
        ("1.15<break/>(1.04-1.29)", "1.15 (1.04-1.29)"),
    ],
)
def test_powers_and_units_stay_in_the_text(printed: str, text: str, tmp_path: Path) -> None:
    table = table_of(rows(("Study", "x"), ("A", printed)), tmp_path)
    assert table.rows[0].cells[1] == text


def test_notes_are_kept_with_their_marks(tmp_path: Path) -> None:
    foot = "<fn><p><sup>a</sup> One trial.</p></fn><fn><p>NR, not reported</p></fn>"
    source = read(jats(wrap(GROUPED, foot=foot)), tmp_path)
    assert source.tables[0].notes == ("a One trial.", "NR, not reported")


def test_a_heading_without_rows_is_no_lost_row(tmp_path: Path) -> None:
    table = rows(("Item", "n", "p"), ("A", "1", "2"), ("Never reached", "", ""))
    assert table_of(table, tmp_path).rows[-1].cells[0] == "Never reached"


def html(table: str) -> bytes:
    text = (
        f"<!doctype html><title>x</title><p>Words.</p><p>Table 1. Made up</p><table>{table}</table>"
    )
    return text.encode()


def test_html_gives_what_xml_gives(tmp_path: Path) -> None:
    for table in (COUNTS, GROUPED):
        assert read(html(table), tmp_path).tables == read(jats(wrap(table)), tmp_path).tables


def test_tables_of_a_page_that_lay_it_out_are_left_out(tmp_path: Path) -> None:
    inner = f"<table>{GROUPED}</table>"
    page = f"<html><body><table><tr><td>Menu<td>{inner}</table></body></html>"
    source = read(page.encode(), tmp_path)
    assert [table.columns[0] for table in source.tables] == ["Subgroup"]


def test_a_table_with_a_caption_is_read_though_a_cell_holds_another(tmp_path: Path) -> None:
    inner = "<table><tr><td>n<td>5<tr><td>m<td>6</table>"
    page = f"<html><table><caption>Table 1<tr><th>Study<th>g<th>n<tr><td>A<td>1<td>{inner}</table>"
    assert [table.label for table in read(page.encode(), tmp_path).tables] == ["Table 1", ""]


def test_a_row_that_a_page_hides_is_doubtful(tmp_path: Path) -> None:
    """A script may show it, as it does the rows of a table that is folded up."""
    page = html(
        "<tr><th>Study<th>g<tr><td>A<td>1<tr style='display: none'><td>B<td>2<tr hidden><td>C<td>3"
    )
    doubts = [row.doubtful for row in read(page, tmp_path).tables[0].rows]
    assert doubts == ["", *["Study: a row that the page hides"] * 2]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("<span style='display:none'>7</span>0.1", "0.1"),
        ("<del>0.5</del><ins>0.6</ins>", "0.6"),
        ("2 × 10<sup>&minus;3</sup>", "2 × 10⁻³"),
        ("<math><mfrac><mn>1</mn><mn>5</mn></mfrac></math>", "1/5"),
        ("2×<math><msup><mn>10</mn><mrow><mo>−</mo><mn>4</mn></mrow></msup></math>", "2×10⁻⁴"),
        ("<math><mn>0.2</mn><annotation>0.2</annotation></math>", "0.2"),
        (
            "<span class='MathJax'>0.2<span class='MJX_Assistive_MathML'><math><mn>0.2</mn></math>"
            "</span></span><script type='math/tex'>0.2</script>",
            "0.2",
        ),
        (
            "<span class='MathJax'><nobr aria-hidden='true'><span>1</span><span>5</span></nobr>"
            "<span class='MJX_Assistive_MathML'><math><mfrac><mn>1</mn><mn>5</mn></mfrac></math>"
            "</span></span>",
            "1/5",
        ),
        (
            "<span class='katex'><span class='katex-mathml'><math><mfrac><mn>1</mn><mn>5</mn>"
            "</mfrac></math></span><span class='katex-html' aria-hidden='true'>51</span></span>",
            "1/5",
        ),
        ("<span class='katex'><span class='katex-html' aria-hidden='true'>5</span></span>", "5"),
    ],
)
def test_a_cell_of_a_page_holds_what_is_shown_once(cell: str, text: str, tmp_path: Path) -> None:
    page = html(f"<tr><th>Study<th>g<tr><td>A<td>{cell}<tr><td>B<td>1.5")
    assert [row.cells[1] for row in read(page, tmp_path).tables[0].rows] == [text, "1.5"]


def test_a_raised_text_that_is_not_closed_ends_with_its_cell(tmp_path: Path) -> None:
    page = html("<tr><th>Study<th>g<th>n<tr><td>A<td>0.2<sup>a<td>7<tr><td>B<td>1.5<td>8")
    row = read(page, tmp_path).tables[0].rows[0]
    assert (row.cells, row.marks) == (("A", "0.2", "7"), ("", "a", ""))


def test_a_header_spans_no_row_of_the_body_of_a_page(tmp_path: Path) -> None:
    head = "<thead><tr><th rowspan=3>Study<th>g</thead>"
    page = html(f"{head}<tbody><tr><td>A<td>0.2<tr><td>B<td>1.5</tbody>")
    table = read(page, tmp_path).tables[0]
    assert (table.columns, table.rows[0].cells) == (("Study", "g"), ("A", "0.2"))


@pytest.mark.parametrize(
    ("cell", "text", "mark"),
    [
        ('0.2<xref ref-type="bibr">13</xref>', "0.2", "13"),
        ('0.2 [<xref ref-type="bibr">13</xref>]', "0.2 [13]", ""),
        ('trial <xref ref-type="bibr">13</xref>', "trial 13", ""),
        ("<mfrac><mn>1</mn><mn>5</mn></mfrac>", "1/5", ""),
        ("2×<msup><mn>10</mn><mn>−4</mn></msup>", "2×10⁻⁴", ""),
        ("<strike>0.1</strike>0.3", "0.3", ""),
    ],
)
def test_a_cell_of_xml_holds_no_other_number(
    cell: str, text: str, mark: str, tmp_path: Path
) -> None:
    table = table_of(rows(("Study", "g"), ("A", cell), ("B", "1.5")), tmp_path)
    assert table.rows[0].cells == ("A", text)
    assert table.rows[0].marks == (("", mark) if mark else ())


@pytest.mark.parametrize("prefix", ["", "oasis:"])
def test_tables_of_the_oasis_model(prefix: str, tmp_path: Path) -> None:
    """A cell says which columns it stands in; one that is left out is empty."""
    names = "".join(f'<colspec colname="c{n}"/>' for n in range(1, 5))
    table = (
        f"<table><tgroup>{names}<thead>"
        '<row><entry morerows="1">Study</entry><entry namest="c2" nameend="c3">Old</entry>'
        '<entry morerows="1">g</entry></row><row><entry>n</entry><entry>Mean</entry></row></thead>'
        "<tbody><row><entry>A</entry><entry>1</entry><entry>2</entry><entry>0.5</entry></row>"
        '<row><entry colname="c1">B</entry><entry colname="c3">5</entry><entry>0.7</entry></row>'
        "</tbody></tgroup></table>"
    )
    for tag in ("table", "tgroup", "colspec", "thead", "tbody", "row", "entry"):
        table = table.replace(f"<{tag}", f"<{prefix}{tag}").replace(f"</{tag}", f"</{prefix}{tag}")
    wrapped = f"<table-wrap xmlns:oasis='urn:oasis'><label>Table 1</label>{table}</table-wrap>"
    (found,) = read(jats(wrapped), tmp_path).tables
    assert found.columns == ("Study", "Old > n", "Old > Mean", "g")
    assert [row.cells for row in found.rows] == [("A", "1", "2", "0.5"), ("B", "", "5", "0.7")]


def test_no_cell_spans_rows_of_the_next_group(tmp_path: Path) -> None:
    """As browsers have it: else all cells of that group would move to the right."""
    first = rows(('<td rowspan="5">Old</td>', "A", "0.1"), ("B", "0.2"))
    groups = f"<tbody>{first}</tbody><tbody>{rows(('New', 'C', '0.3'))}</tbody>"
    table = f"<thead>{rows(('Age', 'Study', 'g'), tag='th')}</thead>{groups}"
    expected = [("Old", "A", "0.1"), ("Old", "B", "0.2"), ("New", "C", "0.3")]
    for content in (jats(wrap(table)), html(table)):
        assert [row.cells for row in read(content, tmp_path).tables[0].rows] == expected


def test_end_tags_may_be_left_out(tmp_path: Path) -> None:
    page = "<html><table><caption>Table 3: n<tr><th>Study<th>n<tr><td>A<td>1<tr><td>B<td>2</table>"
    table = read(page.encode(), tmp_path).tables[0]
    assert (table.label, table.caption) == ("Table 3", "n")
    assert [row.cells for row in table.rows] == [("A", "1"), ("B", "2")]


def test_a_page_in_windows_1252(tmp_path: Path) -> None:
    page = "<html><table><tr><th>Study<th>n<tr><td>Müller<td>1–2</table>".encode("windows-1252")
    assert read(page, tmp_path).tables[0].rows[0].cells == ("Müller", "1–2")


def word(*lines: list[str]) -> bytes:
    return docx(paragraph("Table 2. Pools") + word_table(*lines) + paragraph("Note. RR: ratio"))


def test_word_tables(tmp_path: Path) -> None:
    restart, goes_on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    content = word(
        [word_cell("Subgroup", restart), word_cell("Effect", '<w:gridSpan w:val="2"/>')],
        [word_cell("", goes_on), word_cell("RR"), word_cell("p")],
        [word_cell("Age", '<w:gridSpan w:val="3"/>')],
        [word_cell("Young"), word_cell("1.10 (0.90–1.30)", raised="a"), word_cell("0.04")],
    )
    source = read(content, tmp_path)
    (table,) = source.tables
    assert (table.label, table.caption, table.notes) == ("Table 2", "Pools", ("Note. RR: ratio",))
    assert table.columns == ("Subgroup", "Effect > RR", "Effect > p")
    (row,) = table.rows
    assert (row.cells, row.group) == (("Young", "1.10 (0.90–1.30)", "0.04"), "Age")
    assert row.marks == ("", "a", "")


@pytest.mark.parametrize(
    ("run", "text"),
    [
        ('<w:r><w:sym w:font="Symbol" w:char="F02D"/></w:r><w:r><w:t>0.3</w:t></w:r>', "−0.3"),
        ('<w:r><w:t>5</w:t><w:sym w:font="Symbol" w:char="F0B1"/><w:t>2</w:t></w:r>', "5±2"),
        ("<m:f><m:num><m:t>1</m:t></m:num><m:den><m:t>5</m:t></m:den></m:f>", "1/5"),
        ("<m:sSup><m:e><m:t>10</m:t></m:e><m:sup><m:t>-3</m:t></m:sup></m:sSup>", "10⁻³"),
        ("<m:t>0.5</m:t><m:d><m:e><m:t>0.1</m:t></m:e></m:d>", "0.5(0.1)"),
    ],
)
def test_symbols_and_formulas_of_word(run: str, text: str, tmp_path: Path) -> None:
    run = run.replace("<m:t>", "<m:r><m:t>").replace("</m:t>", "</m:t></m:r>")
    formula = f'<w:tc xmlns:m="urn:m"><w:p>{run}</w:p></w:tc>'
    source = read(word([word_cell("Study"), word_cell("g")], [word_cell("A"), formula]), tmp_path)
    assert source.tables[0].rows[0].cells == ("A", text)


def test_the_kind_of_a_file_is_told_by_its_content(tmp_path: Path) -> None:
    kinds = [
        read(content, tmp_path).words
        for content in (
            jats(wrap(GROUPED)),
            html(GROUPED),
            docx(word_table([word_cell("a"), word_cell("b")], [word_cell("c"), word_cell("1")])),
        )
    ]
    assert kinds == [
        "an article in XML (JATS, as PubMed Central has it)",
        "a web page (HTML)",
        "a Word document (DOCX)",
    ]


def test_a_table_that_is_a_picture_is_named(tmp_path: Path) -> None:
    picture = "<table-wrap><label>Table 2</label><graphic/></table-wrap>"
    source = read(jats(wrap(GROUPED), picture), tmp_path)
    assert source.skipped == (
        "article, Table 2: found 'no table of cells (a picture?)'; allowed: a table of cells with "
        "text",
    )


def test_an_article_without_tables_has_none(tmp_path: Path) -> None:
    assert read(jats("<p>Words</p>"), tmp_path).tables == ()


def test_broken_xml_says_where(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="article, row 1: found 'mismatched tag"):
        read(b"<article><body></article>", tmp_path)
