"""Finds the reviews in folders, and says what else is there."""

import glob
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from metarepro.readers import csv_file, jats
from metarepro.readers.archives import DiskFile, Document, head_of, walk
from metarepro.readers.formats import format_of
from metarepro.readers.other_files import what_is
from metarepro.readers.packages import Package, find_packages, is_named_otherwise
from metarepro.readers.revman_web_tables import kind_of
from metarepro.tabular.file_names import COLUMNS_FILE

#: Files called like this are listed whatever they hold, so that a broken one is not passed over.
REVIEW_SUFFIXES = (".rm5", ".zip")
_TABLES = (".csv", ".tsv", ".txt")
_FILE_OF_COLUMNS = re.compile(
    rb"^file:[ \t]*(\"(?P<quoted>[^\"\r\n]*)\"|(?P<plain>[^#\r\n]*))", re.M
)


@dataclass(frozen=True)
class Survey:
    """What lies in a folder and its subfolders.

    Attributes
    ----------
    reviews : files and folders that are a review each, in order
    others : files that belong to none, and what they are, in words ("" if that is not known)
    """

    reviews: list[Path]
    others: list[tuple[Path, str]]


def review_folders(data_dir: Path) -> list[Path]:
    """The folders of the reviews in a data folder, in order."""
    folders = data_dir.glob("reviews/*")
    return sorted(path for path in folders if path.is_dir() and not path.name.startswith("."))


def find_reviews(path: Path | str) -> list[Path]:
    """The reviews in a folder and its subfolders, in order; a file stands for itself.

    Files called .rm5 or .zip are listed whatever they hold, so that a broken one is not passed
    over, others only if their content is that of a review. The tables of a RevMan Web package are
    one review: the folder that they have for themselves, or their main table if there are others
    in it. A table that is given stands for its package, and a data file for the columns.yaml beside
    it, if that is for this file. Links to folders are not followed.

    Raises
    ------
    DataError
        For folders nested too deep, and such that cannot be looked into.
    """
    return survey(path).reviews


def survey(path: Path | str) -> Survey:
    """The reviews as `find_reviews` gives them, and the other files.

    Raises
    ------
    DataError
        As `find_reviews`.
    """
    root = Path(path)
    if not is_folder(root):
        columns = root.with_name(COLUMNS_FILE)
        if (
            root != columns
            and format_of(head_of(root)) is None
            and root in _file_of_columns(columns)
        ):
            return Survey([columns], [])
        package = package_of(root)
        main = package.documents[0] if package else None
        return Survey([main.path if isinstance(main, DiskFile) else root], [])
    tables: list[DiskFile] = []
    single: list[Path] = []
    others: list[tuple[Path, str]] = []
    for item in walk(root):
        if item.is_dir():
            continue
        head = head_of(item)
        known = format_of(head)
        if known is not None and known.IN_TABLES:
            tables.append(_document(item, root, head))
        elif (
            known is not None or item.suffix.lower() in REVIEW_SUFFIXES or item.name == COLUMNS_FILE
        ):
            single.append(item)
        else:
            others.append((item, what_is(head) or _table_words(item, head)))
    of_columns = {file for item in single for file in files_of(item)}
    others = [(item, words) for item, words in others if item not in of_columns]
    packages, left_over = find_packages(tables)
    others += [
        (file.path, f"a table of {kind_of(file.head)} without the data rows of its review")
        for file in left_over
        if isinstance(file, DiskFile)
    ]
    return Survey(sorted([*single, *_places(packages, single, root)]), sorted(others))


def _table_words(path: Path, head: bytes) -> str:
    """What a file is that may have study results, but no columns.yaml; "" for others.

    Any text with commas may be a table, so it must be called one as well.
    """
    if jats.sniff(head):
        return jats.WORDS
    return csv_file.WORDS if path.suffix.lower() in _TABLES and csv_file.sniff(head) else ""


def _places(packages: list[Package], single: list[Path], root: Path) -> Iterator[Path]:
    """The folder that each package has for itself, else its main table."""
    files = {id(package): _paths(package) for package in packages}
    of_reviews = [*single, *(path for paths in files.values() for path in paths)]
    inside = Counter(folder for path in of_reviews for folder in path.parents)
    for package in packages:
        paths = files[id(package)]
        common = next(f for f in paths[0].parents if all(f in path.parents for path in paths))
        alone = inside[common] == len(paths) and (common == root or root in common.parents)
        yield common if alone else paths[0]


def _paths(package: Package) -> list[Path]:
    return [file.path for file in package.documents if isinstance(file, DiskFile)]


def tables_in(folder: Path) -> list[Document]:
    """The tables of RevMan Web in a folder and its subfolders."""
    found: list[Document] = []
    for item in walk(folder):
        head = b"" if item.is_dir() else head_of(item)
        known = format_of(head)
        if known is not None and known.IN_TABLES:
            found.append(_document(item, folder, head))
    return found


def package_of(path: Path) -> Package | None:
    """The package that a table belongs to, with those of its tables that lie near it."""
    head = head_of(path)
    if not kind_of(head):
        return None
    folder = path.parent
    start = path.name.partition("-")[0]
    near = {path, *(p for p in folder.glob("*.csv") if not is_named_otherwise(p.name, start))}
    name = glob.escape(start)
    for where, pattern in ((folder, "*/{}-*"), (folder.parent, "{}-*"), (folder.parent, "*/{}-*")):
        near.update(where.glob(pattern.format(name)))
    documents = [
        DiskFile(item, item.relative_to(folder.parent).as_posix(), item.as_posix(), head)
        for item in sorted(near)
        if item.is_file() and (head := head_of(item)) and _in_tables(head)
    ]
    packages, _ = find_packages(documents)
    return next((package for package in packages if path in _paths(package)), None)


def files_of(path: Path) -> list[Path]:
    """The files that make the review at a place that `find_reviews` gives, in order."""
    if is_folder(path):
        return sorted(item for item in walk(path) if not item.is_dir())
    if path.name == COLUMNS_FILE:
        return [path, *_file_of_columns(path)]
    package = package_of(path)
    return sorted(_paths(package)) if package else [path]


def _file_of_columns(path: Path) -> list[Path]:
    """The file that a columns.yaml is of, where it names one beside it."""
    found = _FILE_OF_COLUMNS.search(head_of(path))
    if not found:
        return []
    name = (found["quoted"] or found["plain"] or b"").decode("utf-8", "replace").strip()
    file = path.parent / Path(name).name
    return [file] if name and file.is_file() else []


def is_folder(path: Path) -> bool:
    """Whether something is a folder; False for what cannot be."""
    try:
        return path.is_dir()
    except OSError:
        # A name that is too long, or a folder above that is closed.
        return False


def _in_tables(head: bytes) -> bool:
    known = format_of(head)
    return known is not None and known.IN_TABLES


def _document(path: Path, root: Path, head: bytes) -> DiskFile:
    name = path.relative_to(root).as_posix()
    return DiskFile(path, name, f"{root.as_posix()}!{name}", head)
