"""Zip files of unknown origin, read in memory under limits; nothing is ever unpacked to disk."""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from metarepro.tabular.problems import DataError, Problem, refused

MIB = 1024 * 1024
# The largest Cochrane reviews are below 100 MB.
MAX_FILE_BYTES = 300 * MIB
# All that is unpacked of one archive, with the archives inside it.
MAX_UNPACKED_BYTES = 300 * MIB
# CSV and XML shrink 5 to 40 times; below the floor the ratio does no harm.
MAX_RATIO = 200
RATIO_FLOOR_BYTES = 1 * MIB
MAX_MEMBERS = 2000
# A directory entry has some 100 bytes.
MAX_DIRECTORY_BYTES = 1 * MIB
MAX_NESTING = 4
# The header of a table has some kilobytes.
HEAD_BYTES = 16 * 1024
# Folders inside each other where reviews are looked for.
MAX_FOLDERS = 50

ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_END = b"PK\x05\x06"
_END_BYTES = 22
_END64_LOCATOR = b"PK\x06\x07"
_LOCATOR_BYTES = 20
_LONGEST_COMMENT = 65535
_CHUNK = 1 * MIB
_ENCRYPTED = 0x1
# What RevMan Web writes; the other methods can be made to take any amount of memory.
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
#: What a damaged zip file raises.
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OverflowError,
    ValueError,
)


class Document(Protocol):
    """A file that a reader is given, on disk or inside an archive.

    Attributes
    ----------
    name : with the folders it is in, and with the archives: ``inner.zip!folder/file.csv``
    place : where it is, for messages
    head : its first `HEAD_BYTES`
    """

    @property
    def name(self) -> str:
        """The name, with folders and archives."""

    @property
    def place(self) -> str:
        """Where it is."""

    @property
    def head(self) -> bytes:
        """The first bytes."""

    def open(self) -> BinaryIO:
        """The content, from its start."""


@dataclass(frozen=True)
class Member:
    """A file inside an archive.

    Parameters
    ----------
    name : str
        With the archives it is in: ``outer.zip!inner.zip!folder/file.csv``.
    content : bytes
    place : str
    """

    name: str
    content: bytes
    place: str

    @property
    def head(self) -> bytes:
        """The first bytes."""
        return self.content[:HEAD_BYTES]

    def open(self) -> BinaryIO:
        """The content, from its start."""
        return io.BytesIO(self.content)


@dataclass(frozen=True)
class DiskFile:
    """A file on disk, with its first bytes.

    Parameters
    ----------
    path : Path
    name : str
        As seen from the folder that was given.
    place : str
    head : bytes
    """

    path: Path
    name: str
    place: str
    head: bytes

    def open(self) -> BinaryIO:
        """The content, from its start."""
        return self.path.open("rb")


def base_name(document: Document) -> str:
    """The name of a document without its folders."""
    return document.name.rpartition("!")[2].rpartition("/")[2]


def head_of(path: Path) -> bytes:
    """The first bytes of an ordinary file; none of what cannot be read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return b""
        with path.open("rb") as stream:
            return stream.read(HEAD_BYTES)
    except (OSError, ValueError):
        return b""


class _Budget:
    """What may still be read of an archive and of those inside it."""

    def __init__(self) -> None:
        self.bytes = MAX_UNPACKED_BYTES
        self.members = MAX_MEMBERS


def file_size_problem(path: Path) -> Problem | None:
    """What is wrong with the size or the kind of a file, before it is opened."""
    file = path.as_posix()
    try:
        status = path.stat()
    except FileNotFoundError:
        found = "a link to no file" if path.is_symlink() else "no such file"
        return Problem(file, None, "", found, "a review file")
    except OSError as error:
        return Problem(file, None, "", error.strerror or str(error), "a readable file")
    except ValueError as error:
        return Problem(file, None, "", str(error), "a readable file")
    if not stat.S_ISREG(status.st_mode):
        return Problem(file, None, "", "no ordinary file", "a review file")
    if status.st_size == 0:
        return Problem(file, None, "", "an empty file", "a review file")
    if status.st_size > MAX_FILE_BYTES:
        found = f"{status.st_size / MIB:.0f} MB"
        return Problem(file, None, "", found, f"at most {MAX_FILE_BYTES // MIB} MB")
    return None


def visible(folder: Path, root: Path) -> list[Path]:
    """Files and folders in a folder that are not hidden, in order.

    Raises
    ------
    DataError
        If the folder lies deeper than `MAX_FOLDERS` in the root, or cannot be looked into.
    """
    if len(folder.parts) - len(root.parts) > MAX_FOLDERS:
        found = f"folders nested deeper than {MAX_FOLDERS}"
        allowed = f"at most {MAX_FOLDERS} inside each other"
        raise refused(root.as_posix(), found, allowed)
    try:
        return sorted(item for item in folder.iterdir() if not item.name.startswith("."))
    except OSError as error:
        found = error.strerror or str(error)
        raise refused(folder.as_posix(), found, "a readable folder") from None


def walk(root: Path) -> Iterator[Path]:
    """What is in a folder and its subfolders, in order, nothing hidden; links are not followed.

    Raises
    ------
    DataError
        As `visible`.
    """
    # Not by recursion, whose limit a file system may exceed.
    waiting = visible(root, root)[::-1]
    while waiting:
        path = waiting.pop()
        yield path
        if path.is_dir() and not path.is_symlink():
            waiting += visible(path, root)[::-1]


def members(path: Path) -> list[Member]:
    """Contents of a zip file, with those of the zip files inside it.

    Only files that may be tables or XML are kept; pictures and PDFs are passed over unread.

    Raises
    ------
    DataError
        For an archive that is damaged, encrypted, too large when unpacked, too deeply nested, or
        has names that climb out of it.
    """
    with path.open("rb") as stream:
        return list(_members(stream, path.as_posix(), "", _Budget(), 1))


def _members(
    stream: BinaryIO, file: str, prefix: str, budget: _Budget, depth: int
) -> Iterator[Member]:
    place = file if not prefix else f"{file}!{prefix.rstrip('!')}"
    if depth > MAX_NESTING:
        allowed = f"at most {MAX_NESTING} zip files inside each other"
        raise refused(place, "one more", allowed)
    _check_directory(stream, place)
    try:
        with zipfile.ZipFile(stream) as archive:
            # Not by is_dir(), which falls over a file without a name.
            entries = [item for item in archive.infolist() if not item.filename.endswith("/")]
            _check_entries(entries, place, budget)
            for entry in entries:
                content = _content(archive, entry, place, budget)
                name = prefix + entry.filename.replace("\\", "/")
                if content.startswith(ZIP_MAGIC):
                    yield from _members(io.BytesIO(content), file, name + "!", budget, depth + 1)
                elif content:
                    yield Member(name, content, f"{file}!{name}")
    except DAMAGE as error:
        raise refused(place, f"a damaged zip file ({error})", "a whole zip file") from None


def check_archive(stream: BinaryIO, place: str) -> list[zipfile.ZipInfo]:
    """The directory of a zip file that another program is to unpack, if nothing in it is wrong.

    Raises
    ------
    DataError
        As `members`; also where a name stands in it twice, since programs differ in which they
        take.
    """
    _check_directory(stream, place)
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
    except DAMAGE as error:
        raise refused(place, f"a damaged zip file ({error})", "a whole zip file") from None
    _check_entries(entries, place, _Budget())
    names = [entry.filename for entry in entries]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise refused(place, f"{twice}, twice", "each name once")
    return entries


def _check_directory(stream: BinaryIO, place: str) -> None:
    """Refuse a huge directory: zipfile would read all of it before anything can be counted."""
    size = stream.seek(0, io.SEEK_END)
    tail_bytes = min(size, _END_BYTES + _LONGEST_COMMENT + _LOCATOR_BYTES)
    stream.seek(size - tail_bytes)
    tail = stream.read(tail_bytes)
    stream.seek(0)
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_BYTES:
        raise refused(place, "no end of a zip file (is it cut off?)", "a whole zip file")
    directory_bytes = struct.unpack_from("<L", tail, at + 12)[0]
    if directory_bytes > MAX_DIRECTORY_BYTES:
        found = f"a directory of {directory_bytes} bytes"
        raise refused(place, found, f"at most {MAX_MEMBERS} files")
    # The 64-bit kind hides the size of its directory in another place.
    if tail[max(0, at - _LOCATOR_BYTES) : at].startswith(_END64_LOCATOR):
        found = "a zip file of the kind for more than 4 GB or 65535 files"
        raise refused(place, found, "an ordinary zip file")


def _check_entries(entries: list[zipfile.ZipInfo], place: str, budget: _Budget) -> None:
    """All that the directory shows to be wrong, at once."""
    problems = []
    budget.members -= len(entries)
    if budget.members < 0:
        raise refused(place, f"{len(entries)} files", f"at most {MAX_MEMBERS} files")
    for entry in entries:
        name = entry.filename.replace("\\", "/")
        if not name or name.startswith("/") or ".." in name.split("/") or name[1:2] == ":":
            allowed = "names that stay inside the zip file"
            problems.append(Problem(place, None, "", entry.filename, allowed))
        if entry.flag_bits & _ENCRYPTED:
            found = f"{entry.filename}, encrypted"
            problems.append(Problem(place, None, "", found, "files without a password"))
        if entry.compress_type not in _COMPRESSIONS:
            found = f"{entry.filename}, compression {entry.compress_type}"
            problems.append(Problem(place, None, "", found, "stored or deflated files"))
        if entry.file_size > max(RATIO_FLOOR_BYTES, MAX_RATIO * entry.compress_size):
            found = f"{entry.filename}, {entry.file_size} bytes from {entry.compress_size}"
            allowed = f"files that unpack to at most {MAX_RATIO} times their size"
            problems.append(Problem(place, None, "", found, allowed))
    total = sum(entry.file_size for entry in entries)
    if total > budget.bytes:
        found = f"{total / MIB:.0f} MB when unpacked"
        allowed = f"at most {MAX_UNPACKED_BYTES // MIB} MB"
        problems.append(Problem(place, None, "", found, allowed))
    if problems:
        raise DataError(problems)


def _content(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, place: str, budget: _Budget
) -> bytes:
    """Content of a member, b"" if it is neither a zip file nor text.

    The sizes in the directory may be lies: what really comes out is counted.
    """
    with archive.open(entry) as stream:
        head = stream.read(HEAD_BYTES)
        if not head.startswith(ZIP_MAGIC) and not _may_be_text(head):
            return b""
        chunks, limit = [head], budget.bytes
        budget.bytes -= len(head)
        while chunk := stream.read(_CHUNK):
            chunks.append(chunk)
            budget.bytes -= len(chunk)
            if budget.bytes < 0:
                found = f"{entry.filename}, more than {limit / MIB:.0f} MB when unpacked"
                allowed = f"at most {MAX_UNPACKED_BYTES // MIB} MB in all"
                raise refused(place, found, allowed)
    return b"".join(chunks)


def _may_be_text(head: bytes) -> bool:
    """Text has no NUL bytes, except in UTF-16, which starts with a mark or with '<'."""
    if head.startswith(b"%PDF"):
        return False
    return b"\0" not in head or head.startswith((b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<"))
