"""Reads a review file of any known format; the format is recognised from the content."""

from collections.abc import Sequence
from pathlib import Path

from metarepro.readers import revman5
from metarepro.readers.archives import (
    HEAD_BYTES,
    ZIP_MAGIC,
    DiskFile,
    Document,
    file_size_problem,
    members,
)
from metarepro.readers.folders import find_reviews, is_folder, package_of, tables_in
from metarepro.readers.formats import format_of
from metarepro.readers.other_files import what_is
from metarepro.readers.packages import Package, find_packages
from metarepro.readers.review_tables import Extraction
from metarepro.readers.xml_tree import is_xml
from metarepro.tabular.problems import DataError, refused

ALLOWED = (
    "a RevMan 5 file (.rm5, or its export as .csv), a RevMan Web package (.zip) or a folder with "
    "its tables"
)
#: What else can be done with a file of study results that is no review.
_OTHERWISE = (
    "for another table of study results, a columns.yaml beside it with what is published ("
    "metarepro columns FILE --write), or metarepro pool or explain"
)


def read_review(path: Path | str) -> Extraction:
    """Read a review.

    Parameters
    ----------
    path : Path or str
        A file of one of `formats.FORMATS`, also in a zip file or one in another; a table of a
        RevMan Web package, which stands for its package; or a folder with one review.

    Returns
    -------
    Extraction

    Raises
    ------
    DataError
        If the file is none of these, or with all its problems.
    """
    path = Path(path)
    try:
        return _read(path)
    except OSError as error:
        found = error.strerror or str(error)
        raise refused(path.as_posix(), found, "a readable file") from None


def _read(path: Path) -> Extraction:
    if is_folder(path):
        return _read_folder(path)
    problem = file_size_problem(path)
    if problem:
        raise DataError([problem])
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if head.startswith(ZIP_MAGIC):
        return _read_zip(path, what_is(head))
    known = format_of(head)
    if known is None and is_xml(head) and not what_is(head):
        known = revman5  # its reader says what is wrong
    if known is None:
        starts = head[:20].decode(errors="replace")
        found = what_is(head) or f"something that starts {starts!r}"
        raise refused(path.as_posix(), found, f"{ALLOWED}; {_OTHERWISE}")
    document = DiskFile(path, path.name, path.as_posix(), head)
    package = package_of(path) if known.IN_TABLES else None
    if package is None:
        return known.read([document], path.as_posix())
    return _read_documents(package.documents, path.as_posix())


def _read_folder(path: Path) -> Extraction:
    reviews = find_reviews(path)
    if reviews == [path]:
        (package,), _ = find_packages(tables_in(path))
        return _read_documents(package.documents, path.as_posix())
    if len(reviews) == 1:
        return read_review(reviews[0])
    names = ", ".join(review.relative_to(path).as_posix() for review in reviews)
    found = f"{len(reviews)} reviews: {names}" if reviews else "no review"
    raise refused(path.as_posix(), found, "a folder with one review")


def _read_zip(path: Path, other: str) -> Extraction:
    """The one review of a zip file, which may be of some `other` kind by the look of it."""
    files = members(path)
    packages, left_over = find_packages(files)
    whole = [package for package in packages if package.is_whole] or packages
    reviews: list[Sequence[Document]] = [[file] for file in files if _is_single(file)]
    reviews += [package.documents for package in whole]
    file = path.as_posix()
    if len(reviews) > 1:
        found = f"{len(reviews)} reviews: {', '.join(review[0].name for review in reviews)}"
        raise refused(file, found, "one review in a zip file")
    if not reviews:
        tables = ", ".join(document.name for document in left_over)
        found = f"no data rows beside {tables}" if tables else "a zip file without a review"
        raise refused(file, other or found, f"{ALLOWED}; {_OTHERWISE}" if other else ALLOWED)
    over = [p for p in packages if not _among(p, whole)]
    review = _read_documents(reviews[0], file)
    notes = [f"skipped: {package.documents[0].name}" for package in over]
    return review.with_notes(notes)


def _among(package: Package, whole: Sequence[Package]) -> bool:
    return any(package is other for other in whole)


def _is_single(document: Document) -> bool:
    known = format_of(document.head)
    return known is not None and not known.IN_TABLES


def _read_documents(documents: Sequence[Document], file: str) -> Extraction:
    """Read a review; the first of its documents tells the format."""
    known = format_of(documents[0].head)
    assert known is not None  # what no format knows is no document of a review
    place = file if known.IN_TABLES else documents[0].place
    return known.read(documents, place)
