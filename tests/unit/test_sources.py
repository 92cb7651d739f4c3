"""Data files of every format give the same table; what cannot be read is told."""

import bz2
import gzip
import lzma
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.made_sources import (
    jasp,
    ods,
    ods_table,
    r_list,
    r_numbers,
    r_pairs,
    r_texts,
    raw_xlsx,
    rds,
    sheet_xml,
    xlsx,
)

from metarepro.errors import InputError
from metarepro.extraction.reading import read_rows
from metarepro.readers import spaced_text
from metarepro.readers.source_table import Source, SourceTable
from metarepro.readers.sources import read_source
from metarepro.tabular.problems import DataError

COLUMNS = ("study", "yi", "vi")
CELLS = (("Ann 2001", "0.1", "0.04"), ("Bo 2002", "-0.35", "0.02"), ("Cý 2003", "", "1"))
VALUES: dict[str, list[Any]] = {
    "study": [cells[0] for cells in CELLS],
    "yi": [0.1, -0.35, None],
    "vi": [0.04, 0.02, 1.0],
}
TEXT = "study,yi,vi\nAnn 2001,0.1,0.04\nBo 2002,-0.35,0.02\nCý 2003,,1\n"
NAN = float("nan")
FRAME = r_list(
    {
        "study": r_texts(*VALUES["study"]),
        "yi": r_numbers(0.1, -0.35, NAN),
        "vi": r_numbers(0.04, 0.02, 1),
    },
    "escalc",
    "data.frame",
)


def written(folder: Path, content: bytes) -> Path:
    """A file whose name says nothing."""
    path = folder / "file"
    path.write_bytes(content)
    return path


def only(source: Source) -> SourceTable:
    assert len(source.tables) == 1
    return source.tables[0]


def stata(folder: Path) -> bytes:
    path = folder / "made"
    pd.DataFrame(VALUES).astype({"yi": "float64"}).to_stata(path, write_index=False, version=118)
    return path.read_bytes()


def old_stata(folder: Path) -> bytes:
    """Numbers in four bytes, and texts in Latin letters only."""
    path = folder / "made"
    frame = pd.DataFrame(VALUES).astype({"yi": "float32", "vi": "float32"})
    frame["study"] = ["Ann 2001", "Bo 2002", "Cý 2003"]
    frame.to_stata(path, write_index=False, version=114)
    return path.read_bytes()


def spss(folder: Path) -> bytes:
    pyreadstat = pytest.importorskip("pyreadstat")
    path = folder / "made.sav"
    pyreadstat.write_sav(pd.DataFrame(VALUES).astype({"yi": "float64"}), path)
    return path.read_bytes()


ROWS: list[list[Any]] = [list(COLUMNS), *map(list, zip(*VALUES.values(), strict=True))]
FILES: dict[str, Callable[[Path], bytes]] = {
    "commas": lambda _: TEXT.encode(),
    "semicolons": lambda _: TEXT.replace(",", ";").encode(),
    "tabs": lambda _: TEXT.replace(",", "\t").encode(),
    "mark of UTF-8": lambda _: TEXT.encode("utf-8-sig"),
    "UTF-16": lambda _: TEXT.encode("utf-16"),
    "UTF-16 without a mark": lambda _: TEXT.encode("utf-16-le"),
    "windows-1252": lambda _: TEXT.encode("windows-1252"),
    "lines of Windows": lambda _: TEXT.replace("\n", "\r\n").encode(),
    "lines of the old Macintosh": lambda _: TEXT.replace("\n", "\r").encode(),
    "mark of Excel": lambda _: ("sep=;\n" + TEXT.replace(",", ";")).encode(),
    "title and notes": lambda _: ("Table 1. Results\n\n" + TEXT + "\nNote: see text\n").encode(),
    "XLSX": lambda _: xlsx({"Sheet1": ROWS}),
    "XLSX lower down": lambda _: xlsx({"S": [[], [None], ["Results"], [None], *ROWS]}),
    "ODS": lambda _: ods(ods_table("Sheet1", ROWS)),
    "Stata": stata,
    "old Stata": old_stata,
    "SPSS": spss,
    "R": lambda _: rds(FRAME),
    "R, not packed": lambda _: rds(FRAME, packed=False),
    "R, bzip2": lambda _: bz2.compress(rds(FRAME, packed=False)),
    "R, xz": lambda _: lzma.compress(rds(FRAME, packed=False)),
    "R, saved by name": lambda _: gzip.compress(
        b"RDX3\n" + rds(r_pairs({"d": FRAME}), packed=False)
    ),
    "R, in a list": lambda _: rds(r_list({"d": FRAME})),
    "JASP": lambda _: jasp(VALUES),
    "old JASP": lambda _: jasp(VALUES, old=True),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_every_format_gives_the_same_table(name: str, tmp_path: Path) -> None:
    table = only(read_source(written(tmp_path, FILES[name](tmp_path))))
    assert (table.columns, tuple(row.cells for row in table.rows)) == (COLUMNS, CELLS)


#: What R's write.table writes of a data frame, and the layout of the data of meta.
BLANKS = (
    '"study" "ai" "n1i" "ci" "n2i"\n"1" "Ann, 2001" 5 20 6 21\n"2" "Bo" 7 31 8 33\n'
    '"3" "Cy" NA 44 12 45\n'
)
ALIGNED = '"study"  "event.e"  "n.e"\n"Ann, 2001"    5   20\n"Bo"  7  31 \n"Cy" NA 44\n\n\n'


def test_blanks_may_part_the_cells(tmp_path: Path) -> None:
    table = only(read_source(written(tmp_path, BLANKS.encode())))
    assert table.columns == ("", "study", "ai", "n1i", "ci", "n2i")
    assert table.rows[0].cells == ("1", "Ann, 2001", "5", "20", "6", "21")
    table = only(read_source(written(tmp_path, ALIGNED.encode())))
    assert table.columns == ("study", "event.e", "n.e")
    assert [row.cells for row in table.rows][1:] == [("Bo", "7", "31"), ("Cy", "NA", "44")]


def test_what_r_writes_with_blanks_is_pooled(tmp_path: Path) -> None:
    found = read_rows(written(tmp_path, BLANKS.replace("NA", "3").encode()))
    assert found.table.numbers("counts")["events_t"].tolist() == [5, 7, 3]


@pytest.mark.parametrize(
    "text",
    [
        "To be or not to be\nthat is the question\n1 2 3\nwhether it is nobler\n",
        "Study,d (SE)\nA 2001,0.5 (0.25)\nB 2002,-0.8 (0.2)\nC 2003,0.1 (0.3)\n",
        "a, b, c\n1, 2, 3\n4, 5, 6\n7, 8, 9\n",
        "Ann 2001 5 20\nBo 2002 7 31\nCy Dee 2004 9 44\n",
        "5 20 6\n7 31 8\n9 44 12\n",
    ],
)
def test_other_text_is_no_table_parted_by_blanks(text: str) -> None:
    assert not spaced_text.sniff(text.encode())


def test_a_row_of_another_length_is_refused_where_blanks_part_the_cells(tmp_path: Path) -> None:
    path = written(tmp_path, (ALIGNED + "Dee 2004 5 6\n").encode())
    with pytest.raises(DataError, match="row 7: found 'Dee 2004 5 6'; allowed: as many cells"):
        read_source(path)


@pytest.mark.parametrize(
    "text",
    [
        "study yi sei\nAnn 2001 0.1 0.2\nBo 2002 0.3 0.3\n",
        "study yi sei weight\nAnn 2001 0.1 0.2\nBo 2002 0.3 0.3\n",
        "study yi sei n\nAnn_2000 0.3 0.1 9\nBo 2002 0.3 0.3\n",
        "first author yi sei\nAnn 0.1 0.2 10\nBo 0.3 0.3 12\n",
    ],
)
def test_names_that_blanks_may_have_parted_are_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="names with blanks in quotes, or commas"):
        read_source(written(tmp_path, text.encode()))


def test_years_beside_names_are_read_where_blanks_part_the_cells(tmp_path: Path) -> None:
    text = "author year yi sei\nAnn 2001 0.1 0.2\nBo 2002 0.3 0.3\nCy 2003 0.2 0.1\n"
    assert only(read_source(written(tmp_path, text.encode()))).rows[0].cells[1] == "2001"


def test_a_spreadsheet_counts_its_own_rows(tmp_path: Path) -> None:
    table = only(read_source(written(tmp_path, FILES["XLSX lower down"](tmp_path))))
    assert [row.number for row in table.rows] == [6, 7, 8]
    assert table.caption == "Results"


def test_notes_below_a_table_are_no_rows(tmp_path: Path) -> None:
    table = only(read_source(written(tmp_path, FILES["title and notes"](tmp_path))))
    assert (table.caption, table.notes) == ("Table 1. Results", ("Note: see text",))


def test_a_study_without_numbers_stays_a_row(tmp_path: Path) -> None:
    content = b"study,yi,vi\nAnn,1,2\nBo et al,,\nCy,3,4\nDi 2004,,\n"
    table = only(read_source(written(tmp_path, content)))
    assert [row.cells[0] for row in table.rows] == ["Ann", "Bo et al", "Cy", "Di 2004"]


def test_headings_part_groups_of_rows(tmp_path: Path) -> None:
    content = b"study,yi,vi\nOpen,,\nAnn,1,2\nClosed,,\nBo,3,4\n"
    table = only(read_source(written(tmp_path, content)))
    assert [(row.cells[0], row.group) for row in table.rows] == [("Ann", "Open"), ("Bo", "Closed")]


def test_merged_headers_are_joined(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["Study", "Treatment", None, "Control", None],
        [None, "Mean", "SD", "Mean", "SD"],
        ["A", 1, 2, 3, 4],
        ["B", 1, 2, 3, 4],
    ]
    content = xlsx({"S": rows}, merged=["B1:C1", "D1:E1", "A1:A2"])
    table = only(read_source(written(tmp_path, content)))
    assert table.columns == (
        "Study", "Treatment > Mean", "Treatment > SD", "Control > Mean", "Control > SD"
    )  # fmt: skip


@pytest.mark.parametrize("behind", [None, 0.3])
@pytest.mark.parametrize("value", [0.3, "0.3", "0.3 (0.1 to 0.5)"])
def test_a_number_merged_over_rows_counts_once(
    value: float | str, behind: float | None, tmp_path: Path
) -> None:
    rows: list[list[Any]] = [
        ["Study", "Outcome", "g"],
        ["A 2001", "pain", value],
        [None, "mood", behind],
    ]
    table = only(read_source(written(tmp_path, xlsx({"S": rows}, merged=["A2:A3", "C2:C3"]))))
    assert [row.cells[0] for row in table.rows] == ["A 2001", "A 2001"]
    assert [row.cells[2] for row in table.rows] == [str(value), ""]


def test_what_is_hidden_in_a_range_merged_over_columns_is_not_read(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["Study", "g", "SE"], ["A 2001", 0.3, 0.1], ["B 2002", 0.5, 0.2]]
    table = only(read_source(written(tmp_path, xlsx({"S": rows}, merged=["B3:C3"]))))
    assert [row.cells for row in table.rows] == [("A 2001", "0.3", "0.1"), ("B 2002", "0.5", "")]


def test_a_merged_range_of_an_opendocument_spreadsheet_is_its_first_cell(tmp_path: Path) -> None:
    name = "table:number-{}-spanned"
    text = ods_table("S", [["Study", "g", "SE"], ["A", 0.5, 0.2], ["B", 0.7, 0.3]])
    wide = text.replace('value="0.5"', f'value="0.5" {name.format("columns")}="2"')
    high = text.replace('value="0.5"', f'value="0.5" {name.format("rows")}="2"')
    read = [only(read_source(written(tmp_path, ods(one)))) for one in (wide, high)]
    found = [[row.cells for row in table.rows] for table in read]
    assert found[0] == [("A", "0.5", ""), ("B", "0.7", "0.3")]
    assert found[1] == [("A", "0.5", "0.2"), ("B", "", "0.3")]


def test_a_cell_merged_over_rows_counts_for_each(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["Study", "yi", "vi"], ["A", 1, 2], [None, 3, 4], ["B", 5, 6]]
    table = only(read_source(written(tmp_path, xlsx({"S": rows}, merged=["A2:A3"]))))
    assert [row.cells[0] for row in table.rows] == ["A", "A", "B"]


def test_headers_that_stand_there_twice_are_numbered(tmp_path: Path) -> None:
    table = only(read_source(written(tmp_path, b"study,M,M\nA,1,2\n")))
    assert table.columns == ("study", "M (1)", "M (2)")


def test_every_sheet_is_a_table_and_an_empty_one_is_named(tmp_path: Path) -> None:
    source = read_source(written(tmp_path, xlsx({"One": ROWS, "None": [], "Two": ROWS})))
    assert [table.label for table in source.tables] == ["One", "Two"]
    assert source.skipped == ("the sheet None: it has no table",)


def test_formulas_macros_and_links_are_named_and_not_followed(tmp_path: Path) -> None:
    row = (
        '<row><c t="str"><v>a</v></c><c t="str"><v>b</v></c></row>'
        "<row><c><f>1/0</f><v>7</v></c><c><v>1</v></c></row>"
    )
    extra = {"xl/vbaProject.bin": b"x", "xl/externalLinks/externalLink1.xml": b"<a/>"}
    source = read_source(written(tmp_path, raw_xlsx(sheet_xml(row), extra=extra)))
    assert only(source).rows[0].cells == ("7", "1")
    assert source.skipped == (
        "macros",
        "links to other workbooks",
        "1 formula: the values saved with them are read, nothing where none was saved",
    )


def test_hidden_rows_of_a_workbook_are_named(tmp_path: Path) -> None:
    """A filter hides rows that may belong to the table or may not."""
    cell = '<c t="str"><v>a</v></c>'
    rows = f'<row>{cell * 2}</row><row hidden="1">{cell * 2}</row><row hidden="1"/>'
    source = read_source(written(tmp_path, raw_xlsx(sheet_xml(rows))))
    assert source.skipped == ("the hiding of 1 row: hidden rows are read like the others",)


def test_tables_side_by_side_have_their_own_studies(tmp_path: Path) -> None:
    beside: list[list[Any]] = [
        ["Study", "g", "SE", None, "Study", "OR"],
        ["Ann 2001", 0.1, 0.2, None, "Bo 2002", 1.5],
        ["Cy 2003", 0.3, 0.2],
    ]
    text = "Study,g,SE,,Study,OR\nAnn 2001,0.1,0.2,,Bo 2002,1.5\nCy 2003,0.3,0.2,,,\n"
    for content in (xlsx({"Data": beside}), text.encode()):
        first, second = read_source(written(tmp_path, content)).tables
        assert (first.columns, len(first.rows)) == (("Study", "g", "SE"), 2)
        assert (second.columns, second.rows[0].cells) == (("Study", "OR"), ("Bo 2002", "1.5"))
        assert len(second.rows) == 1


def test_tables_side_by_side_may_have_titles_above_their_headers(tmp_path: Path) -> None:
    text = "Fear,,,,Low mood,,\nStudy,g,SE,,Study,g,SE\nAnn 2001,1,2,,Bo 2002,3,4\n"
    fear, mood = read_source(written(tmp_path, text.encode())).tables
    assert (fear.rows[0].cells, mood.rows[0].cells) == (("Ann 2001", "1", "2"),
                                                        ("Bo 2002", "3", "4"))  # fmt: skip


def test_numbers_without_studies_are_not_parted(tmp_path: Path) -> None:
    table = only(read_source(written(tmp_path, b"Mean,SD,,Mean,SD\n1.5,2,,3.5,4\n2,2,,3,5\n")))
    assert table.rows[0].cells == ("1.5", "2", "", "3.5", "4")


@pytest.mark.parametrize("name", ["", "Study"])
def test_arms_with_an_empty_column_between_them_are_one_table(name: str, tmp_path: Path) -> None:
    """Else the second arm has lost its studies."""
    text = f"{name},Mean,SD,,{name},Mean,SD\nAnn 2001,1,2,,{name and 'Ann 2001'},2,3\n"
    table = only(read_source(written(tmp_path, text.encode())))
    assert table.rows[0].cells[4:] == ("Ann 2001" if name else "", "2", "3")


def test_a_table_that_goes_on_under_its_title_is_one(tmp_path: Path) -> None:
    text = "Table 12. Fear,,\nStudy,g,SE\nAnn 2001,1,2\n"
    text += "Table 12 (continued),,\nStudy,g,SE\nBo 2002,2,3\n"
    one = only(read_source(written(tmp_path, text.encode())))
    assert [row.cells[0] for row in one.rows] == ["Ann 2001", "Bo 2002"]
    other = text.replace("12 (continued)", "13. Low mood")
    assert len(read_source(written(tmp_path, other.encode())).tables) == 2


@pytest.mark.parametrize("second", [["Study", "g", "SE"], ["Trial", "OR", "n"]])
def test_tables_below_each_other_are_several(second: list[str], tmp_path: Path) -> None:
    """Else both would be one pool."""
    rows: list[list[Any]] = [
        ["Table 1. Low mood"],
        ["Study", "g", "SE"],
        ["Ann 2001", 0.1, 0.2],
        [None],
    ]
    rows += [["Table 2. Fear"], second, ["Bo 2002", 1.5, 7], ["Cy 2003", 1.1, 8]]
    low, fear = read_source(written(tmp_path, xlsx({"Data": rows}))).tables
    assert (low.label, low.caption, low.columns) == ("Data", "Table 1. Low mood", tuple(rows[1]))
    assert (fear.label, fear.caption, fear.columns) == ("Data (2)", "Table 2. Fear", tuple(second))
    assert [len(low.rows), len(fear.rows)] == [1, 2]


def test_columns_behind_an_empty_one_belong_to_the_table(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["Study", "g", None, "Country"],
        ["Ann 2001", 0.1, None, "US"],
        ["Bo", 0.2, None, "UK"],
    ]
    table = only(read_source(written(tmp_path, xlsx({"Data": rows}))))
    assert table.columns == ("Study", "g", "", "Country")


def test_the_hash_is_that_of_the_file(tmp_path: Path) -> None:
    content = b"abc,d\n1,2\n"
    assert read_source(written(tmp_path, content)).sha256 == sha256(content).hexdigest()


def test_a_fit_of_metafor_is_read_with_its_pool(tmp_path: Path) -> None:
    """metafor 3.8-1: rma(c(0.1, 0.3, 0.45, 0.25), c(0.04, 0.02, 0.05, 0.03))."""
    fit = r_list(
        {
            "b": r_numbers(0.2714285714285714),
            "ci.lb": r_numbers(0.0984157240604),
            "ci.ub": r_numbers(0.4444414187968),
            "tau2": r_numbers(0.0),
            "yi": r_numbers(0.1, 0.3, 0.45, 0.25),
            "vi": r_numbers(0.04, 0.02, 0.05, 0.03),
            "slab": r_texts("A", "B", "C", "D"),
            "method": r_texts("REML"),
            "test": r_texts("z"),
        },
        "rma.uni",
        "rma",
    )
    table = only(read_source(written(tmp_path, rds(fit))))
    assert table.columns == COLUMNS
    assert table.rows[3].cells == ("D", "0.25", "0.03")
    assert table.notes == (
        "0.2714285714 [0.09841572406, 0.4444414188]; tau2 0", "method REML, test z"
    )  # fmt: skip


def test_a_fit_of_meta_is_read(tmp_path: Path) -> None:
    parts = {"TE": r_numbers(0.1, 0.3), "seTE": r_numbers(0.2, 0.1), "studlab": r_texts("A", "B")}
    table = only(read_source(written(tmp_path, rds(r_list(parts, "metagen", "meta")))))
    assert (table.columns, table.rows[1].cells) == (("study", "yi", "sei"), ("B", "0.3", "0.1"))


@pytest.mark.parametrize(("name", "library"), [("R", "rdata"), ("SPSS", "pyreadstat")])
def test_a_missing_library_is_named(
    name: str, library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, FILES[name](tmp_path))
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(InputError, match=f"pip install {library}"):
        read_source(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"study;yi\nA;1\nB;2;3\n", "row 3: found '3 cells'; allowed: 2 cells"),
        (b'a,b\n"x,1\n', "unexpected end of data"),
        (b"a,b\n1,\x81\n", "allowed: text in UTF-8, UTF-16 or windows-1252"),
        (b"just one line of words", "a file of a kind that is not known"),
    ],
)
def test_text_that_is_no_table_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=message):
        read_source(written(tmp_path, content))
