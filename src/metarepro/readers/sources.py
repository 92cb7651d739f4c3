"""The formats that a source of results may have: one module each, recognised by content.

A further format is a module with `WORDS`, `sniff` and `read`, and its name here.
"""

from pathlib import Path
from typing import Protocol

from metarepro.errors import InputError
from metarepro.readers import (
    csv_file,
    docx_file,
    html_page,
    jasp_file,
    jats,
    pdf_file,
    r_file,
    spaced_text,
    spss_file,
    stata_file,
    workbooks,
)
from metarepro.readers.archives import DiskFile, Document, head_of
from metarepro.readers.other_files import what_is
from metarepro.readers.review_effects import is_review
from metarepro.readers.source_table import Source
from metarepro.tabular.problems import refused


class SourceFormat(Protocol):
    """What the module of a format has.

    Attributes
    ----------
    WORDS : what a file of the format is, in words
    """

    @property
    def WORDS(self) -> str:  # noqa: N802
        """What a file is."""

    def sniff(self, head: bytes, /) -> bool:
        """Whether a file that starts like this is of the format."""

    def read(self, document: Document, /) -> Source:
        """Read the tables of a file; raises a DataError with all its problems."""


#: In the order in which they are asked: the first that knows a file reads it. Text with commas may
#: be anything, so it is asked last.
FORMATS: tuple[SourceFormat, ...] = (
    jats,
    html_page,
    docx_file,
    pdf_file,
    workbooks,
    jasp_file,
    stata_file,
    spss_file,
    r_file,
    spaced_text,
    csv_file,
)


def read_source(path: Path | str) -> Source:
    """Read the tables of a file of any known format.

    Parameters
    ----------
    path : Path or str
        Messages call it by its name without folders.

    Returns
    -------
    Source

    Raises
    ------
    DataError
        For a file of no known kind, a damaged one, or one beyond the limits.
    InputError
        For a review file, and where a library is missing that the base install does not bring.
    """
    path = Path(path)
    if not path.exists():
        raise refused(path.name, "no such file", "a file")
    if not path.is_file():
        found = "a folder" if path.is_dir() else "a named pipe, a socket or a device"
        raise refused(path.name, found, "an ordinary file")
    head = head_of(path)
    if not head:
        raise refused(path.name, "nothing, or no permission to read it", "a file with a table")
    known = next((one for one in FORMATS if one.sniff(head)), None)
    if known in (None, csv_file) and is_review(path):
        raise InputError(
            f"{path.name}: a Cochrane review file, which says itself what its columns are: "
            f"metarepro reproduce {path.name} recomputes it, and metarepro pool {path.name} "
            "--analysis 1.1 pools one of its analyses"
        )
    if known is None:
        found = what_is(head) or "a file of a kind that is not known"
        allowed = "; or ".join(one.WORDS for one in FORMATS)
        raise refused(path.name, found, allowed)
    return known.read(DiskFile(path, path.name, path.name, head))
