"""Reads data of JASP (.jasp): a zip file with a database or, before 0.17, with raw numbers.

Sources: the JASP desktop repository, CommonData/internalDbDefinition.sql and
Desktop/data/importers/jaspimporterold.cpp.
"""

import io
import json
import sqlite3
import zipfile
from array import array
from typing import Any

from metarepro.readers.archives import DAMAGE, ZIP_MAGIC, Document, check_archive
from metarepro.readers.frames import table_of_columns
from metarepro.readers.source_files import MIB, check_size, content_of
from metarepro.readers.source_table import Source, SourceTable
from metarepro.tabular.problems import refused

WORDS = "data of JASP (.jasp)"
_DATABASE = "internal.sqlite"
_NAMES = (b"manifest.json", b"META-INF/MANIFEST.MF", b"internal.sqlite", b"metadata.json")
_OURS = (b"analyses.json", b"internal.sqlite", b"xdata.json", b"data.bin")
MAX_UNPACKED_MEGABYTES = 50
#: Steps of the database, some millions a second.
_MAX_STEPS = 5_000_000
_MISSING = -(2**31)
#: What a database or a text of JSON raises that is damaged, or has not what it should.
_ERRORS = (sqlite3.Error, OSError, LookupError, TypeError, AttributeError, RecursionError)


def sniff(head: bytes) -> bool:
    """Whether a file that starts like this is a file of JASP."""
    if not head.startswith(ZIP_MAGIC):
        return False
    return any(name in head for name in _NAMES) and any(name in head for name in _OURS)


def read(document: Document) -> Source:
    """Read the data; analyses are not looked at."""
    content, digest = content_of(document)
    file, stream = document.place, io.BytesIO(content)
    names = {entry.filename for entry in check_archive(stream, file)}
    try:
        with zipfile.ZipFile(stream) as archive:
            if _DATABASE in names:
                tables = _of_database(_content(archive, _DATABASE, file), file)
            elif {"metadata.json", "data.bin"} <= names:
                labels = _content(archive, "xdata.json", file) if "xdata.json" in names else b"{}"
                meta = _content(archive, "metadata.json", file)
                tables = [_of_numbers(meta, labels, _content(archive, "data.bin", file), file)]
            else:
                raise refused(file, "no data in it", "a file of JASP with data")
    except (*DAMAGE, *_ERRORS) as error:
        raise refused(file, f"a damaged file ({error})", WORDS) from None
    return Source(file, digest, WORDS, tuple(tables), ("the analyses that were saved with it",))


def _content(archive: zipfile.ZipFile, name: str, file: str) -> bytes:
    with archive.open(name) as stream:
        content = stream.read(MAX_UNPACKED_MEGABYTES * MIB + 1)
    if len(content) > MAX_UNPACKED_MEGABYTES * MIB:
        found = f"{name}, more than {MAX_UNPACKED_MEGABYTES} MB"
        raise refused(file, found, f"at most {MAX_UNPACKED_MEGABYTES} MB")
    return content


# The database ------------------------------------------------------------------------------------


def _of_database(content: bytes, file: str) -> list[SourceTable]:
    """One table per set of data."""
    with sqlite3.connect(":memory:") as base:
        base.deserialize(content)
        base.execute("PRAGMA trusted_schema = OFF")
        base.set_progress_handler(lambda: 1, _MAX_STEPS)  # ends what runs longer
        sets = [number for (number,) in base.execute("SELECT id FROM DataSets ORDER BY id")]
        return [_data_set(base, int(number), file) for number in sets]


def _data_set(base: sqlite3.Connection, number: int, file: str) -> SourceTable:
    columns = base.execute(
        "SELECT id, colIdx, name, columnType FROM Columns WHERE dataSet = ? ORDER BY colIdx",
        [number],
    ).fetchall()
    names = {row[1] for row in base.execute(f"PRAGMA table_info(DataSet_{number})")}
    (count,) = base.execute(f"SELECT COUNT(*) FROM DataSet_{number}").fetchone()
    check_size(file, [(count, len(columns))])
    found = []
    for key, place, name, kind in columns:
        part = "DBL" if kind == "scale" else "INT"
        own = f"Column_{int(key)}_{part}"
        own = own if own in names else f"Column_{int(place) + 1}_{part}"
        query = f"SELECT {own} FROM DataSet_{number} ORDER BY rowNumber"
        values: list[Any] = [value for (value,) in base.execute(query)]
        if part == "INT":
            labels = {
                value: label or _plain(original)
                for value, label, original in base.execute(
                    "SELECT value, label, originalValueJson FROM Labels WHERE columnId = ?", [key]
                )
            }
            values = [labels.get(v, None if v in (-1, _MISSING) else v) for v in values]
        found.append((name, [None if str(v).lower() == "nan" else v for v in values]))
    return table_of_columns("", found)


def _plain(original: str | None) -> str | None:
    """The value that a label without a text stands for."""
    return None if original is None else str(json.loads(original))


# Raw numbers -------------------------------------------------------------------------------------


def _of_numbers(meta: bytes, labels: bytes, numbers: bytes, file: str) -> SourceTable:
    """Column after column: of scale in eight bytes, others in four."""
    data = json.loads(meta)["dataSet"]
    texts = json.loads(labels)
    rows, fields = int(data["rowCount"]), data["fields"]
    check_size(file, [(rows, len(fields))])
    found = []
    at = 0
    for item in fields:
        is_scale = item.get("measureType") in ("Continuous", "scale")
        size = rows * (8 if is_scale else 4)
        values: array[Any] = array("d" if is_scale else "i", numbers[at : at + size])
        if len(values) != rows:
            raise refused(file, "data.bin, cut off", f"{rows} rows of {len(fields)} columns")
        at += size
        name = str(item["name"])
        if is_scale:
            found.append((name, values.tolist()))
            continue
        own = {int(label[0]): str(label[1]) for label in texts.get(name, {}).get("labels", [])}
        found.append((name, [None if v == _MISSING else own.get(v, v) for v in values]))
    return table_of_columns("", found)
