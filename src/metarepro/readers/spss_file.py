"""Reads data of SPSS (.sav, .zsav)."""

import io

from metarepro.readers.archives import Document
from metarepro.readers.frames import table_of_columns
from metarepro.readers.source_files import MAX_CELLS, check_size, content_of, library
from metarepro.readers.source_table import Source
from metarepro.tabular.problems import refused

WORDS = "data of SPSS (.sav)"


def sniff(head: bytes) -> bool:
    """Whether a file that starts like this is data of SPSS."""
    return head.startswith((b"$FL2", b"$FL3"))


def read(document: Document) -> Source:
    """Read the data with their value labels; labels of variables become notes.

    Raises
    ------
    InputError
        Without pyreadstat, which the extra `spss` brings.
    """
    pyreadstat = library("pyreadstat", document.place, WORDS)
    content, digest = content_of(document)
    try:
        _, meta = pyreadstat.read_sav(io.BytesIO(content), metadataonly=True)
        # Some programs leave the number of rows out of the file.
        count = len(meta.column_names)
        check_size(document.place, [(meta.number_rows or 1, count)])
        frame, _ = pyreadstat.read_sav(
            io.BytesIO(content),
            apply_value_formats=True,
            row_limit=MAX_CELLS // max(count, 1) + 1,
        )
    except (pyreadstat.ReadstatError, ValueError, OverflowError, MemoryError) as error:
        raise refused(document.place, f"a damaged file ({error})", WORDS) from None
    check_size(document.place, [frame.shape])
    labels = {name: label or "" for name, label in
              zip(meta.column_names, meta.column_labels, strict=True)}  # fmt: skip
    return Source(document.place, digest, WORDS, (table_of_columns("", frame.items(), labels),))
