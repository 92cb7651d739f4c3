"""The formats of review files: one module each, which says what it reads and reads it.

A further format is a module with `WORDS`, `IN_TABLES`, `sniff` and `read`, and its name here.
"""

from collections.abc import Sequence
from typing import Protocol

from metarepro.readers import (
    revman5,
    revman5_accuracy,
    revman5_csv,
    revman_web,
    revman_web_accuracy,
)
from metarepro.readers.archives import Document
from metarepro.readers.review_tables import Extraction


class Format(Protocol):
    """What the module of a format has.

    Attributes
    ----------
    WORDS : what a file of the format is, in words
    IN_TABLES : whether a review of the format is several tables (`packages`), not a single file
    """

    @property
    def WORDS(self) -> str:  # noqa: N802
        """What a file is."""

    @property
    def IN_TABLES(self) -> bool:  # noqa: N802
        """Whether it is one of several tables."""

    def sniff(self, head: bytes, /) -> bool:
        """Whether a file that starts like this is of the format."""

    def read(self, documents: Sequence[Document], file: str, /) -> Extraction:
        """Read a review; raises a DataError with all its problems."""


#: In the order in which they are asked: the first that knows a file reads it.
FORMATS: tuple[Format, ...] = (
    revman5_accuracy,
    revman5,
    revman5_csv,
    revman_web,
    revman_web_accuracy,
)


def format_of(head: bytes) -> Format | None:
    """The format of a file that starts like this.

    Examples
    --------
    >>> format_of(b'<?xml version="1.0"?><COCHRANE_REVIEW ID="1">').WORDS
    'a RevMan 5 file'
    >>> format_of(b"%PDF-1.7") is None
    True
    """
    return next((known for known in FORMATS if known.sniff(head)), None)
