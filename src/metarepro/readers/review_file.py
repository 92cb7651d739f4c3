"""Reads a review file of any known format; the format is recognised from the content."""

import io
from pathlib import Path

from metarepro.readers import revman5, revman_web
from metarepro.readers.archives import (
    HEAD_BYTES,
    ZIP_MAGIC,
    file_size_problem,
    members,
    visible,
)
from metarepro.readers.review_tables import Extraction
from metarepro.readers.revman_web_tables import kind_of
from metarepro.readers.revman_web_words import RISK_OF_BIAS, SETTINGS
from metarepro.tabular.problems import DataError, Problem

FORMATS = "a RevMan 5 file (.rm5), a RevMan Web package (.zip) or a folder with its tables"
REVIEW_SUFFIXES = (".rm5", ".zip")
_XML_MARKS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<\0", b"\xfe\xff\0<", b"<\0", b"\0<")


def read_review(path: Path | str) -> Extraction:
    """Read a review.

    Parameters
    ----------
    path : Path or str
        A RevMan 5 file, also in a zip file; a RevMan Web package, also a zip file in another; or
        a folder with one of these or with the tables of a package.

    Returns
    -------
    Extraction

    Raises
    ------
    DataError
        If the file is neither, or with all its problems.
    """
    path = Path(path)
    try:
        return _read(path)
    except OSError as error:
        found = error.strerror or str(error)
        raise DataError([Problem(path.as_posix(), None, "", found, "a readable file")]) from None


def _read(path: Path) -> Extraction:
    if _is_folder(path):
        return _read_folder(path)
    problem = file_size_problem(path)
    if problem:
        raise DataError([problem])
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if head.startswith(ZIP_MAGIC):
        return _read_zip(path)
    if _is_xml(head):
        return revman5.read(path)
    found = (
        "a single table of RevMan Web" if kind_of(head) else f"something that starts {head[:20]!r}"
    )
    raise DataError([Problem(path.as_posix(), None, "", found, FORMATS)])


def review_folders(data_dir: Path) -> list[Path]:
    """The folders of the reviews in a data folder, in order."""
    folders = data_dir.glob("reviews/*")
    return sorted(path for path in folders if path.is_dir() and not path.name.startswith("."))


def find_reviews(path: Path | str) -> list[Path]:
    """The reviews in a folder and its subfolders, in order; a file stands for itself.

    Files called .rm5 or .zip are listed whatever they hold, so that a broken one is not passed
    over, others only if their content is that of a review. A folder with the tables of a RevMan
    Web package is one review, also with its tables in two subfolders as the package has them.
    Links to folders are not followed.

    Raises
    ------
    DataError
        For folders nested too deep, and such that cannot be looked into.
    """
    root = Path(path)
    found: list[Path] = []
    # Not by recursion, whose limit a file system may exceed.
    waiting = [root]
    while waiting:
        item = waiting.pop()
        if item != root and item.is_symlink() and item.is_dir():
            continue
        if item == root and not _is_folder(item):
            return [item]
        if not item.is_dir():
            named = item.suffix.lower() in REVIEW_SUFFIXES
            if named or (item.is_file() and _is_review(item)):
                found.append(item)
            continue
        inside = visible(item, root)
        if _is_package(item, inside):
            found.append(item)
        else:
            waiting += inside[::-1]
    return found


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        # A name that is too long, or a folder above that is closed.
        return False


def _is_package(folder: Path, inside: list[Path]) -> bool:
    """Whether the tables of one RevMan Web package lie in a folder or in two subfolders."""
    folders = [item for item in inside if item.is_dir() and not item.is_symlink()]
    with_tables = [kinds for kinds in map(_kinds, folders) if kinds]
    unpacked = len(with_tables) > 1 and sum(SETTINGS in kinds for kinds in with_tables) == 1
    return unpacked or bool(_kinds(folder) - {RISK_OF_BIAS})


def _read_folder(path: Path) -> Extraction:
    reviews = find_reviews(path)
    if reviews == [path]:
        return revman_web.read(path)
    if len(reviews) == 1:
        return read_review(reviews[0])
    names = ", ".join(review.relative_to(path).as_posix() for review in reviews)
    found = f"{len(reviews)} reviews: {names}" if reviews else "no review"
    raise DataError([Problem(path.as_posix(), None, "", found, "a folder with one review")])


def _read_zip(path: Path) -> Extraction:
    files = members(path)
    reviews = [member for member in files if _is_xml(member.content) and _is_rm5(member.content)]
    if not reviews:
        return revman_web.read_members(files, path.as_posix())
    if len(reviews) > 1 or any(kind_of(member.content) for member in files):
        found = ", ".join(member.name for member in reviews)
        found = f"{found} and more" if len(reviews) == 1 else found
        raise DataError([Problem(path.as_posix(), None, "", found, "one review in a zip file")])
    (review,) = reviews
    return revman5.read_stream(io.BytesIO(review.content), f"{path.as_posix()}!{review.name}")


def _is_xml(content: bytes) -> bool:
    return content[:HEAD_BYTES].lstrip(b" \t\r\n").startswith(_XML_MARKS)


def _is_rm5(content: bytes) -> bool:
    """Whether the root of the XML is that of a review, in any encoding."""
    return f"<{revman5.ROOT}".encode() in content[:HEAD_BYTES].replace(b"\0", b"")


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(HEAD_BYTES)
    except OSError:
        return b""


def _kinds(folder: Path) -> set[str]:
    """Which tables of a RevMan Web package lie in a folder."""
    try:
        files = [item for item in folder.iterdir() if item.is_file()]
    except OSError:
        return set()
    return {kind_of(_head(item)) for item in files} - {""}


def _is_review(path: Path) -> bool:
    head = _head(path)
    return _is_xml(head) and _is_rm5(head)
