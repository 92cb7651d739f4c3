"""Which tables of RevMan Web belong to one review, among all that lie in a folder or a zip file.

A package as downloaded has its tables in two folders, all named after the review:
`CD000000-analysis-data/CD000000-data-rows.csv`, `CD000000-study-data/CD000000-study-results.csv`.
People unpack and rename them, keep two reviews side by side, or add tables of their own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from metarepro.readers.archives import Document, base_name
from metarepro.readers.revman_web_tables import is_complete, kind_of
from metarepro.readers.revman_web_words import (
    ACCURACY_PARAMETERS,
    ACCURACY_ROWS,
    DATA_ROWS,
    FILE_NAMES,
    SETTINGS,
    SIGNATURES,
)

#: Kinds of tables that make a review, the one that says most of it first.
_MAIN = (SETTINGS, ACCURACY_ROWS, DATA_ROWS)
#: Steps between two folders of one package, e.g. up and down again.
_FARTHEST = 2


def is_named_otherwise(name: str, start: str) -> bool:
    """Whether a file name is that of a table of another review than those that start like this."""
    kinds = (FILE_NAMES.get(kind, kind) for kind in SIGNATURES)
    return not name.startswith(start) and any(kind in name for kind in kinds)


@dataclass(frozen=True)
class _Table:
    document: Document
    kind: str

    @cached_property
    def prefix(self) -> str:
        """What the file is named after, e.g. the number of the review; "" if it was renamed."""
        kind = FILE_NAMES.get(self.kind, self.kind)
        return base_name(self.document).partition(kind)[0].strip("-_ ") if self.is_named else ""

    @property
    def is_named(self) -> bool:
        """Whether the name of the file is that of its kind."""
        return FILE_NAMES.get(self.kind, self.kind) in base_name(self.document)

    @cached_property
    def folders(self) -> tuple[str, ...]:
        return tuple(self.document.name.replace("!", "/").split("/")[:-1])

    @property
    def rank(self) -> tuple[bool, bool, str]:
        """The whole tables as RevMan names them first."""
        kind = FILE_NAMES.get(self.kind, self.kind)
        named = base_name(self.document).endswith(f"{kind}.csv")
        return not is_complete(self.document.head), not named, self.document.name

    def steps_to(self, other: "_Table") -> int:
        """Steps between the folders of two tables."""
        own, their = self.folders, other.folders
        shared = 0
        while own[shared : shared + 1] == their[shared : shared + 1] != ():
            shared += 1
        return len(own) + len(their) - 2 * shared

    def belongs_to(self, other: "_Table") -> bool:
        """Whether kinds, names and places allow that two tables are of one review."""
        if (other.kind == ACCURACY_ROWS) != (self.kind == ACCURACY_PARAMETERS):
            return False
        if self.prefix and other.prefix:
            return self.prefix == other.prefix and self.steps_to(other) <= _FARTHEST
        return self.steps_to(other) == 0


@dataclass
class Package:
    """The tables of one review by their kind."""

    main: _Table
    tables: dict[str, _Table] = field(default_factory=dict)

    @property
    def documents(self) -> list[Document]:
        """All tables, the main one first."""
        return [table.document for table in self.tables.values()]

    @property
    def is_whole(self) -> bool:
        """Whether it has what RevMan gives: settings and data rows, or rows of test accuracy."""
        return self.main.kind == ACCURACY_ROWS or {SETTINGS, DATA_ROWS} <= self.tables.keys()


def find_packages(documents: Iterable[Document]) -> tuple[list[Package], list[Document]]:
    """Divide tables of RevMan Web among the reviews that they are of.

    Parameters
    ----------
    documents : iterable of Document
        Others than tables are not looked at.

    Returns
    -------
    packages : list of Package
        In the order of their main tables, each with at most one table of a kind.
    left_over : list of Document
        Tables of no review, e.g. risk of bias without data rows.
    """
    kinds = ((document, kind_of(document.head)) for document in documents)
    tables = sorted((_Table(*pair) for pair in kinds if pair[1]), key=lambda table: table.rank)
    packages: list[Package] = []
    left_over: list[_Table] = []
    for kind in dict.fromkeys([*_MAIN, *(table.kind for table in tables)]):
        own = [table for table in tables if table.kind == kind]
        alone = own if kind in (SETTINGS, ACCURACY_ROWS) else _not_joined(own, packages)
        if kind in _MAIN:
            packages += [Package(table, {kind: table}) for table in alone]
        else:
            left_over += alone
    packages.sort(key=lambda package: package.main.document.name)
    return packages, [table.document for table in left_over]


def _not_joined(tables: Sequence[_Table], packages: Iterable[Package]) -> list[_Table]:
    """Add tables of one kind to the packages that they may belong to, the nearest first."""
    pairs = [
        (table.steps_to(package.main), number, package)
        for number, table in enumerate(tables)
        for package in packages
        if table.belongs_to(package.main)
    ]
    joined = set()
    for _, number, package in sorted(pairs, key=lambda pair: pair[:2]):
        table = tables[number]
        if number not in joined and table.kind not in package.tables:
            package.tables[table.kind] = table
            joined.add(number)
    return [table for number, table in enumerate(tables) if number not in joined]
