"""Reads data of Stata (.dta)."""

import io
import struct
import warnings

from metarepro.readers.archives import Document
from metarepro.readers.frames import table_of_columns
from metarepro.readers.source_files import check_size, content_of
from metarepro.readers.source_table import Source
from metarepro.tabular.problems import refused

WORDS = "data of Stata (.dta)"
#: Versions 105 to 115 begin with their number, the order of bytes (1 or 2), and a 1.
_OLD = range(105, 116)
_ROWS = 10_000
#: What the library raises for a damaged file.
_ERRORS = (
    AttributeError, EOFError, IndexError, KeyError, OverflowError, TypeError, ValueError,
    MemoryError, struct.error,
)  # fmt: skip


def sniff(head: bytes) -> bool:
    """Whether a file that starts like this is data of Stata."""
    if head.startswith(b"<stata_dta>"):
        return True
    return len(head) > 4 and head[0] in _OLD and head[1] in (1, 2) and head[2] == 1


def read(document: Document) -> Source:
    """Read the data with their value labels; labels of variables become notes."""
    from pandas.io.stata import StataReader

    content, digest = content_of(document)
    names: list[str] = []
    columns: list[list[object]] = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with StataReader(io.BytesIO(content), chunksize=_ROWS) as reader:
                labels = reader.variable_labels()
                count = 0
                for part in reader:
                    count += len(part)
                    check_size(document.place, [(count, len(part.columns))])
                    names = [str(name) for name in part.columns]
                    columns = columns or [[] for _ in names]
                    for place, values in enumerate(columns):
                        # As NumPy keeps them: numbers of four bytes have fewer digits.
                        values.extend(part.iloc[:, place].to_numpy())
    except _ERRORS as error:
        raise refused(document.place, f"a damaged file ({error})", WORDS) from None
    table = table_of_columns("", zip(names, columns, strict=True), labels)
    return Source(document.place, digest, WORDS, (table,))
