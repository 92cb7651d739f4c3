"""Hostile data files: each refused within seconds and bounded memory, with what was found."""

import io
import struct
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
from tests.made_sources import (
    jasp,
    ods,
    r_list,
    r_numbers,
    r_pairs,
    r_range,
    r_texts,
    raw_xlsx,
    rds,
    sheet_xml,
    zipped,
)

from metarepro.readers.sources import read_source
from metarepro.tabular.problems import DataError

CELL = '<table:table-cell office:value-type="float" office:value="1"'


def a1(value: str = "<v>1</v>", reference: str = "A1") -> str:
    return f'<row><c r="{reference}">{value}</c></row>'


def entity() -> bytes:
    doctype = '<!DOCTYPE worksheet [<!ENTITY a "aaaaaaaaaa">]>'
    return raw_xlsx(sheet_xml(a1("<v>&a;</v>")).replace("<worksheet", doctype + "<worksheet"))


def far_cells() -> bytes:
    return raw_xlsx(sheet_xml(a1() + a1(reference="XFD1048576")))


def many_cells() -> bytes:
    rows = ("<row>" + "<c><v>1</v></c>" * 100 + "</row>") * 6000
    stream = io.BytesIO()
    made = zipfile.ZipFile(io.BytesIO(raw_xlsx(sheet_xml(rows))))
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name in made.namelist():
            archive.writestr(name, made.read(name))
    return stream.getvalue()


def overlapping() -> bytes:
    """Ranges that are merged over each other again and again."""
    rows = "".join(f'<row><c r="A{n}"><v>1</v></c></row>' for n in range(1, 20_001))
    ranges = '<mergeCell ref="A1:A20000"/>' * 20_000
    sheet = sheet_xml(rows).replace(
        "</worksheet>", f"<mergeCells>{ranges}</mergeCells></worksheet>"
    )
    return raw_xlsx(sheet)


def lying() -> bytes:
    """A sheet of 100 MB whose headers say that it has 1,000 bytes."""
    content = bytearray(raw_xlsx(sheet_xml(a1("<v>" + "1" * 100 * MIB + "</v>"))))
    name = b"xl/worksheets/sheet1.xml"
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.rindex(mark, 0, content.index(name) if offset == 22 else content.rindex(name))
        content[at + offset : at + offset + 4] = struct.pack("<L", 1000)
    return bytes(content)


def twice() -> bytes:
    stream = io.BytesIO(raw_xlsx(sheet_xml(a1())))
    with zipfile.ZipFile(stream, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("xl/worksheets/sheet1.xml", sheet_xml(a1()))
    return stream.getvalue()


def deep() -> bytes:
    return raw_xlsx(sheet_xml("<a>" * 5000 + "</a>" * 5000))


def repeated(rows: int, columns: int) -> bytes:
    return ods(
        f'<table:table table:name="a"><table:table-row table:number-rows-repeated="{rows}">'
        f'{CELL} table:number-columns-repeated="{columns}"/></table:table-row></table:table>'
    )


def stata(rows: int) -> bytes:
    """The header of version 114, with so many rows and no data."""
    names = b"x".ljust(33, b"\0")
    return (
        struct.pack("<bbbbhi", 114, 2, 1, 0, 1, rows) + b"\0" * 81 + b"\0" * 18 + b"\xff" + names
        + b"\0" * 4 + b"%9.0g".ljust(49, b"\0") + b"\0" * 33 + b"\0" * 81 + b"\0" * 5
    )  # fmt: skip


def spss(rows: int) -> bytes:
    return b"$FL2" + b"x" * 60 + struct.pack("<iiiii", 2, 1, 0, 0, rows) + b"\0" * 200


def recursion() -> bytes:
    """A list in a list in a list ..."""
    return rds(struct.pack(">ii", 19, 1) * 100_000)


def endless_view() -> bytes:
    import sqlite3

    with sqlite3.connect(":memory:") as base:
        base.execute("CREATE TABLE DataSets (id INTEGER)")
        base.execute("CREATE TABLE Columns (id, dataSet, name, columnType, colIdx)")
        base.execute("CREATE TABLE Labels (columnId, value, label, originalValueJson)")
        base.execute("INSERT INTO DataSets VALUES (1)")
        base.execute("INSERT INTO Columns VALUES (1, 1, 'x', 'scale', 0)")
        base.execute(
            "CREATE VIEW DataSet_1 AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 "
            "FROM r) SELECT n AS rowNumber, n AS Column_1_DBL FROM r"
        )
        base.commit()
        content = base.serialize()
    return zipped({"manifest.json": "{}", "internal.sqlite": content})


def long_rows() -> bytes:
    return b"study,yi,vi\n" + b"a,1,2\n" * (8 * MIB)  # 48 MB


def wrong_rows() -> bytes:
    return b"study,yi,vi\n" + b"a,1,2\nb,1,2,3\n" * 1000


CASES: dict[str, tuple[Callable[[], bytes], str]] = {
    "bomb": (lambda: raw_xlsx(sheet_xml(" " * 280 * MIB)), "at most 200 times their size"),
    "lying sizes": (lying, "damaged zip file|MB of XML"),
    "far cells": (far_cells, "a table of 16384 columns"),
    "many cells": (many_cells, "tables of more than 500000 cells"),
    "merged ranges": (overlapping, "merged ranges of more than 500000 cells"),
    "sheets": (lambda: raw_xlsx(*[sheet_xml(a1())] * 1500), "more than 500 sheets"),
    "members": (lambda: raw_xlsx(extra={f"xl/{n}": b"" for n in range(9000)}), "at most 2000"),
    "entity": (entity, "a document type declaration"),
    "name twice": (twice, "sheet1.xml, twice"),
    "nesting": (deep, "XML nested deeper than 100"),
    "no workbook": (lambda: zipped({"xl/workbook.xml": "<a/>"}), "a damaged workbook"),
    "broken XML": (lambda: raw_xlsx("<worksheet"), "unclosed token"),
    "repeated cells": (lambda: repeated(1_048_576, 1000), "tables of more than 500000 cells"),
    "repeated columns": (lambda: repeated(1, 16384), "a table of 16384 columns"),
    "tables": (lambda: ods('<table:table table:name="a"/>' * 10_000), "more than 500 sheets"),
    "packed R": (lambda: rds(b"\0" * 250 * MIB), "more than 20 MB when unpacked"),
    "range of R": (lambda: rds(r_list({"a": r_range(2e9)}, "data.frame")), "a range of 2"),
    "texts of R": (lambda: rds(r_texts(*["a"] * 1_500_000)), "more than 100000 objects"),
    "length of R": (lambda: rds(struct.pack(">ii", 14, 2**31 - 1)), "a damaged file|no data frame"),
    "function of R": (lambda: rds(struct.pack(">iii", 21, 2**30, 21)), "more than 100000 objects"),
    "nesting of R": (recursion, "a damaged file|objects"),
    "cut R": (lambda: rds(r_list({"a": r_numbers(1, 2)}, "data.frame")[:40]), "a damaged file"),
    "functions of R": (lambda: rds(r_pairs({"f": r_numbers(1)})), "no data frame"),
    "rows of Stata": (lambda: stata(2**31 - 1), "a damaged file|more than 500000 cells"),
    "rows of SPSS": (lambda: spss(2**31 - 1), "a damaged file|more than 500000 cells"),
    "endless view": (endless_view, "a damaged file \\(interrupted\\)"),
    "no data": (lambda: zipped({"manifest.json": "{}", "analyses.json": "{}"}), "no data in it"),
    "rows of text": (long_rows, "more than 500000 cells|more than 50 MB"),
    "long cell": (lambda: b"a,b\n1," + b"x" * 40 * MIB, "a longer cell|field larger"),
    "columns of text": (lambda: b"a," * 3000 + b"a\n1,2\n", "a table of 3001 columns"),
    "rows of other widths": (wrong_rows, "found '4 cells'; allowed: 3 cells"),
}  # fmt: skip


#: Cases that could take much memory.
LARGE = ("far cells", "many cells", "lying sizes", "packed R", "texts of R", "rows of text")


@pytest.mark.parametrize("name", [name for name in CASES if name not in LARGE])
def test_a_hostile_file_is_refused(name: str, tmp_path: Path) -> None:
    make, message = CASES[name]
    assert_refused(written(make(), tmp_path), message)


@pytest.mark.parametrize("name", LARGE)
def test_a_large_file_is_refused_in_little_memory(name: str, tmp_path: Path) -> None:
    make, message = CASES[name]
    assert_refused_in_little_memory(written(make(), tmp_path), message)


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"\x89PNG\r\n", b"Rar!\x1a", b"", b"{}"])
def test_other_files_are_refused_by_name(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "notes.xlsx"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"notes\.xlsx: found '"):
        read_source(path)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="found 'a folder'; allowed: an ordinary file"):
        read_source(tmp_path)


def test_rows_of_jasp_that_are_not_there(tmp_path: Path) -> None:
    path = tmp_path / "a.jasp"
    made = jasp({"x": [1.0, 2.0]}, old=True)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["metadata.json"] = members["metadata.json"].replace(b'"rowCount": 2', b'"rowCount": 3')
    path.write_bytes(zipped(members))
    with pytest.raises(DataError, match="data.bin, cut off"):
        read_source(path)
