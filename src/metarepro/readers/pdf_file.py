"""Reads the tables of PDFs, and forest plots whose rows are text."""

from metarepro.readers.archives import Document
from metarepro.readers.source_files import content_of, library
from metarepro.readers.source_table import Source
from metarepro.tabular.problems import DataError

WORDS = "a PDF"


def sniff(head: bytes) -> bool:
    """Whether a file that starts like this is a PDF; some have a few bytes before it."""
    return b"%PDF-" in head[:1024]


def read(document: Document) -> Source:
    """Read all tables that have a caption, and the rows of forest plots.

    Raises
    ------
    InputError
        Where pdfplumber is not installed.
    DataError
        For a PDF that is damaged, encrypted, a scan, or beyond the limits.
    """
    library("pdfplumber", document.place, WORDS)
    # Only now, as it needs the library.
    from metarepro.readers.pdf_tables import PdfTables

    content, digest = content_of(document)
    tables = PdfTables(content, document.place)
    found = tables.read()
    if tables.problems and not found:
        raise DataError(tables.problems)
    return Source(document.place, digest, WORDS, found, tuple(map(str, tables.problems)))
