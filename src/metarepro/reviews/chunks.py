"""Finds many review files and divides them into chunks that can be recomputed apart.

A chunk is a JSON file: file names may hold anything, and no shell is to see them.
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from metarepro.readers.archives import file_size_problem, walk
from metarepro.readers.review_file import find_reviews
from metarepro.tabular.plain_text import clean_text
from metarepro.tabular.problems import DataError

#: Files in a chunk; benchmarks/reviews.py shows what others cost.
CHUNK_SIZE = 50


@dataclass(frozen=True)
class ChunkFile:
    """A review in a chunk.

    Attributes
    ----------
    name : what it is called in the tables
    path : file or folder, as it was given
    sha256 : of its content, so that a chunk changes when a file does; "" if it cannot be read
    """

    name: str
    path: str
    sha256: str


@dataclass(frozen=True)
class Chunk:
    """Reviews that one job recomputes; their paths are relative to `folder`."""

    folder: str
    files: tuple[ChunkFile, ...]

    def to_json(self) -> str:
        """As text; a name that is no Unicode is kept by escapes."""
        return json.dumps(asdict(self), indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Chunk":
        """The inverse of `to_json`."""
        content = json.loads(text)
        return cls(content["folder"], tuple(ChunkFile(**file) for file in content["files"]))


def named_reviews(arguments: Sequence[Path]) -> tuple[dict[str, Path], list[str]]:
    """Every review of the files and folders, by the name it has in the tables.

    Returns
    -------
    reviews : dict of str to Path
        In the order of the arguments. A name is the path inside the folder that was given, or the
        name of the file; where files of several folders are called alike, the path from the folder
        that holds them all.
    unreadable : list of str
        What is wrong with folders that could not be looked into.
    """
    found: list[tuple[str, Path]] = []
    unreadable = []
    for argument in arguments:
        try:
            reviews = find_reviews(argument)
        except DataError as error:
            unreadable.append(f"{argument}: {error}")
            continue
        for path in reviews:
            inside = path != argument and argument in path.parents
            relative = path.relative_to(argument).as_posix() if inside else path.name
            found.append((_plain(relative), path))
    return _told_apart(found), unreadable


def _plain(name: str) -> str:
    """Names of files are anybody's: one line, plain spaces."""
    return clean_text(name) or "unnamed"


def _told_apart(named: Sequence[tuple[str, Path]]) -> dict[str, Path]:
    """No two reviews by one name: files called alike get the folders in which they differ."""
    alike: dict[str, list[Path]] = {}
    for name, path in named:
        alike.setdefault(name, []).append(path.absolute())
    reviews: dict[str, Path] = {}
    for name, path in named:
        folder = os.path.commonpath([other.parent for other in alike[name]])
        if len(alike[name]) > 1:
            name = _plain(path.absolute().relative_to(folder).as_posix())
        # The same file again, or names that differ in what is not plain.
        number, plain = 1, name
        while name in reviews:
            number += 1
            name = f"{plain} ({number})"
        reviews[name] = path
    return reviews


def divide(reviews: Mapping[str, Path], folder: Path, size: int = CHUNK_SIZE) -> dict[str, Chunk]:
    """Chunks of at most `size` reviews, in order, by number.

    Parameters
    ----------
    reviews : mapping of str to Path
        Paths by name, relative to `folder`, which is the working directory.
    folder : Path
    size : int

    Raises
    ------
    ValueError
        For a size below 1.
    """
    if size < 1:
        raise ValueError(f"a chunk holds at least 1 file, got {size}")
    files = [ChunkFile(name, str(path), checksum(path)) for name, path in reviews.items()]
    starts = range(0, len(files), size)
    digits = max(4, len(str(len(starts))))
    return {
        f"{number:0{digits}}": Chunk(str(folder), tuple(files[start : start + size]))
        for number, start in enumerate(starts, start=1)
    }


def checksum(path: Path) -> str:
    """sha256 of a file, or of the names and contents of the files in a folder; "" if unreadable."""
    digest = hashlib.sha256()
    try:
        for file in sorted(walk(path)) if path.is_dir() else [path]:
            if not file.is_dir() and file_size_problem(file) is None:
                digest.update(bytes(file.relative_to(path)) + b"\0")
                with file.open("rb") as stream:
                    digest.update(hashlib.file_digest(stream, "sha256").digest())
    except (OSError, DataError):
        return ""
    return digest.hexdigest()
