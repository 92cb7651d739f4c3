"""Data files that tests make: workbooks, and files of JASP and R, down to their bytes."""

import gzip
import io
import json
import sqlite3
import struct
import zipfile
from collections.abc import Mapping, Sequence

import xlsxwriter

Cell = str | float | None
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def zipped(members: Mapping[str, bytes | str]) -> bytes:
    """A zip file."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def xlsx(sheets: Mapping[str, Sequence[Sequence[Cell]]], *, merged: Sequence[str] = ()) -> bytes:
    """A workbook as a program writes it; `merged` are ranges of the first sheet."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    for name in sheets:
        book.add_worksheet(name)
    for cells in merged:
        book.worksheets()[0].merge_range(cells, None)
    for sheet, rows in zip(book.worksheets(), sheets.values(), strict=True):
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if cell is not None:
                    sheet.write(number, place, cell)
    book.close()
    return stream.getvalue()


def raw_xlsx(*sheets: str, extra: Mapping[str, bytes] | None = None) -> bytes:
    """A workbook of sheets whose XML is given, whatever it says."""
    names = range(1, len(sheets) + 1)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{kind}.worksheet+xml"/>'
        for n in names
    )
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default '
            'Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships'
            f'+xml"/><Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
            f"{types}</Types>",
            "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r" '
            f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
            + "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="rId{n}"/>' for n in names)
            + "</sheets></workbook>",
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
            + "".join(
                f'<Relationship Id="rId{n}" Type="{RELATIONS}/worksheet" '
                f'Target="worksheets/sheet{n}.xml"/>'
                for n in names
            )
            + "</Relationships>",
        }
        | {f"xl/worksheets/sheet{n}.xml": sheet for n, sheet in zip(names, sheets, strict=True)}
        | dict(extra or {})
    )


def sheet_xml(rows: str) -> str:
    """The XML of a sheet with these rows."""
    return (
        f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    )


def ods(*tables: str) -> bytes:
    """An OpenDocument spreadsheet of tables whose XML is given."""
    office = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<?xml version="1.0"?><office:document-content xmlns:office="{office}:office:1.0" '
        f'xmlns:table="{office}:table:1.0" xmlns:text="{office}:text:1.0" office:version="1.2">'
        f"<office:body><office:spreadsheet>{''.join(tables)}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), ODS_TYPE)
        archive.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?><manifest:manifest xmlns:manifest='
            f'"{office}:manifest:1.0"><manifest:file-entry manifest:full-path="/" '
            f'manifest:media-type="{ODS_TYPE}"/></manifest:manifest>',
        )
        archive.writestr("content.xml", content)
    return stream.getvalue()


def ods_table(name: str, rows: Sequence[Sequence[Cell]]) -> str:
    """A table of an OpenDocument spreadsheet."""
    return f'<table:table table:name="{name}">{"".join(map(_ods_row, rows))}</table:table>'


def _ods_row(cells: Sequence[Cell]) -> str:
    return f"<table:table-row>{''.join(map(_ods_cell, cells))}</table:table-row>"


def _ods_cell(cell: Cell) -> str:
    if cell is None:
        return "<table:table-cell/>"
    if isinstance(cell, str):
        return (
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p>'
            "</table:table-cell>"
        )
    return f'<table:table-cell office:value-type="float" office:value="{cell}"/>'


def jasp(columns: Mapping[str, Sequence[float | str | None]], *, old: bool = False) -> bytes:
    """A file of JASP; texts are labels of a nominal column."""
    return _old_jasp(columns) if old else _new_jasp(columns)


def _old_jasp(columns: Mapping[str, Sequence[float | str | None]]) -> bytes:
    fields, labels, numbers = [], {}, b""
    for name, values in columns.items():
        nominal = any(isinstance(value, str) for value in values)
        fields.append({"name": name, "measureType": "Nominal" if nominal else "Continuous"})
        if nominal:
            texts = sorted({str(value) for value in values})
            labels[name] = {"labels": [[n, text, True] for n, text in enumerate(texts)]}
            numbers += struct.pack(f"<{len(values)}i", *(texts.index(str(v)) for v in values))
        else:
            plain = [float("nan") if v is None else float(v) for v in values]
            numbers += struct.pack(f"<{len(values)}d", *plain)
    rows = len(next(iter(columns.values())))
    meta = {"dataSet": {"rowCount": rows, "columnCount": len(columns), "fields": fields}}
    return zipped(
        {
            "META-INF/MANIFEST.MF": "JASP-Archive-Version: 3.1.0\n",
            "metadata.json": json.dumps(meta),
            "xdata.json": json.dumps(labels),
            "data.bin": numbers,
        }
    )


def _new_jasp(columns: Mapping[str, Sequence[float | str | None]]) -> bytes:
    with sqlite3.connect(":memory:") as base:
        base.execute("CREATE TABLE DataSets (id INTEGER PRIMARY KEY)")
        base.execute("CREATE TABLE Columns (id INTEGER, dataSet INT, name TEXT, columnType TEXT, "
                     "colIdx INT)")  # fmt: skip
        base.execute("CREATE TABLE Labels (columnId INT, value INT, label TEXT, originalValueJson)")
        base.execute("INSERT INTO DataSets VALUES (1)")
        parts = [
            f"Column_{n}_{kind}" for n in range(1, len(columns) + 1) for kind in ("DBL", "INT")
        ]
        base.execute(f"CREATE TABLE DataSet_1 (rowNumber INTEGER, {', '.join(parts)})")
        rows: list[list[float | str | None]] = [
            [n] for n in range(len(next(iter(columns.values()))))
        ]
        for number, (name, values) in enumerate(columns.items(), 1):
            nominal = any(isinstance(value, str) for value in values)
            kind = "nominal" if nominal else "scale"
            base.execute(
                "INSERT INTO Columns VALUES (?, 1, ?, ?, ?)", [number, name, kind, number - 1]
            )
            texts = sorted({str(value) for value in values}) if nominal else []
            for place, text in enumerate(texts):
                base.execute("INSERT INTO Labels VALUES (?, ?, ?, NULL)", [number, place, text])
            for row, value in zip(rows, values, strict=True):
                row += (
                    [None, texts.index(str(value))]
                    if nominal
                    else ["nan" if value is None else value, -1]
                )
        marks = ", ".join("?" * len(rows[0]))
        base.executemany(f"INSERT INTO DataSet_1 VALUES ({marks})", rows)
        base.commit()
        content = base.serialize()
    return zipped({"manifest.json": '{"jaspArchiveVersion": "4.0.0"}', "internal.sqlite": content})


# R: serialisation in XDR, version 3 (R Internals, 1.8) -------------------------------------------

_CHAR, _VEC, _STR, _INT, _REAL, _ALTREP = 9, 19, 16, 13, 14, 238
_LIST, _SYM, _NIL = 2, 1, 254
_HEADER = b"X\n" + struct.pack(">iii", 3, 0x40300, 0x30500) + struct.pack(">i", 5) + b"UTF-8"


def rds(*objects: bytes, packed: bool = True) -> bytes:
    """A file as saveRDS writes it."""
    content = _HEADER + b"".join(objects)
    return gzip.compress(content) if packed else content


def r_texts(*texts: str | None) -> bytes:
    """A vector of texts."""
    return struct.pack(">ii", _STR, len(texts)) + b"".join(map(_r_char, texts))


def r_numbers(*numbers: float) -> bytes:
    """A vector of numbers."""
    return struct.pack(f">ii{len(numbers)}d", _REAL, len(numbers), *numbers)


def r_effects(measure: str, *numbers: float) -> bytes:
    """Effects as escalc of metafor makes them."""
    values = struct.pack(f">ii{len(numbers)}d", _REAL | 0x200, len(numbers), *numbers)
    return values + r_pairs({"measure": r_texts(measure)})


def r_list(items: Mapping[str, bytes], *classes: str) -> bytes:
    """A list with names, of some class."""
    flags = _VEC | (0x100 if classes else 0) | 0x200
    pairs = {"names": r_texts(*items)} | ({"class": r_texts(*classes)} if classes else {})
    return struct.pack(">ii", flags, len(items)) + b"".join(items.values()) + r_pairs(pairs)


def r_pairs(pairs: Mapping[str, bytes]) -> bytes:
    """A list of pairs, as attributes are and what save writes."""
    content = b"".join(
        struct.pack(">ii", _LIST | 0x400, _SYM) + _r_char(name) + value
        for name, value in pairs.items()
    )
    return content + struct.pack(">i", _NIL)


def r_range(length: float) -> bytes:
    """1:length, which takes no room."""
    words = b"".join(
        struct.pack(">ii", _LIST, _SYM) + _r_char(word) for word in ("compact_intseq", "base")
    )
    kind = words + struct.pack(">iiii", _LIST, _INT, 1, 13) + struct.pack(">i", _NIL)
    return struct.pack(">i", _ALTREP) + kind + r_numbers(length, 1, 1) + struct.pack(">i", _NIL)


def _r_char(text: str | None) -> bytes:
    if text is None:
        return struct.pack(">ii", _CHAR, -1)
    content = text.encode()
    return struct.pack(">ii", _CHAR | 0x40000, len(content)) + content
