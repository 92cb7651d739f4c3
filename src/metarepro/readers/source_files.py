"""What all readers of sources share: the bytes of a file, limits, libraries that may be missing."""

from collections.abc import Iterable
from hashlib import sha256
from importlib import import_module
from types import ModuleType

from metarepro.errors import InputError
from metarepro.readers.archives import Document
from metarepro.tabular.problems import refused

MIB = 1024 * 1024
#: Tables of study results have some hundred kilobytes; articles some megabytes.
MAX_MEGABYTES = 50
MAX_TABLES = 500
MAX_COLUMNS = 2000
#: Of all tables of a source together. A cell takes some 100 bytes.
MAX_CELLS = 500_000
#: Characters of a cell. Longer ones are no results.
LONGEST_CELL = 20_000


class LimitError(Exception):
    """A part of a source is beyond a limit; the rest of it may still be read.

    Parameters
    ----------
    found, allowed : str
    """

    def __init__(self, found: str, allowed: str) -> None:
        super().__init__(found)
        self.found, self.allowed = found, allowed


def content_of(document: Document) -> tuple[bytes, str]:
    """The bytes of a source and their sha256.

    Raises
    ------
    DataError
        For more than `MAX_MEGABYTES`.
    """
    with document.open() as stream:
        content = stream.read(MAX_MEGABYTES * MIB + 1)
    if len(content) > MAX_MEGABYTES * MIB:
        found = f"more than {MAX_MEGABYTES} MB"
        raise refused(document.place, found, f"at most {MAX_MEGABYTES} MB")
    return content, sha256(content).hexdigest()


def check_size(file: str, tables: Iterable[tuple[int, int]]) -> None:
    """Refuse more or larger tables than a source of study results has.

    Parameters
    ----------
    file : str
    tables : iterable of (int, int)
        Rows and columns of each. It is not asked for more once a limit is passed.

    Raises
    ------
    DataError
    """
    cells = 0
    for number, (rows, columns) in enumerate(tables, 1):
        if number > MAX_TABLES:
            raise refused(file, f"more than {MAX_TABLES} tables", f"at most {MAX_TABLES}")
        if columns > MAX_COLUMNS:
            raise refused(file, f"a table of {columns} columns", f"at most {MAX_COLUMNS}")
        cells += rows * columns
        if cells > MAX_CELLS:
            raise refused(file, f"tables of more than {MAX_CELLS} cells", f"at most {MAX_CELLS}")


def library(name: str, file: str, words: str) -> ModuleType:
    """Import a library that the base install does not bring.

    Parameters
    ----------
    name : str
        Of the module, and of the package that has it.
    file, words : str
        The file that needs it, and what kind of file that is.

    Raises
    ------
    InputError
        If it is not installed.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError:
        raise InputError(
            f"{file}: {words}; to read such files, add {name} to the environment of metarepro: "
            f"pip install {name}"
        ) from None
