"""Finds many review files and divides them into chunks that can be recomputed apart.

A chunk is a JSON file: file names may hold anything, and no shell is to see them.
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from metarepro.readers.archives import file_size_problem
from metarepro.readers.folders import files_of, survey
from metarepro.tabular.file_names import COLUMNS_FILE
from metarepro.tabular.plain_text import clean_text
from metarepro.tabular.problems import DataError
from metarepro.wording.phrases import counted

#: Files in a chunk: a job takes some seconds, most of them its own work.
CHUNK_SIZE = 50
#: Files that are no review, by name for each folder.
_SHOWN = 8
#: What makes a review of other files.
_NEEDED = (
    "A data file or an article becomes one by its columns.yaml: metarepro columns FILE --write."
)


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


class Found(NamedTuple):
    """What lies in the files and folders that were given.

    Attributes
    ----------
    reviews : by the name that each has in the tables, in the order of the arguments. A name is the
        path inside the folder that was given, or the name of the file; where files of several
        folders are called alike, the path from the folder that holds them all
    unreadable : what is wrong with folders in which there is no review, or nothing can be seen
    passed_over : for each folder with reviews or beside them the files that are none
    """

    reviews: dict[str, Path]
    unreadable: list[str]
    passed_over: list[str]


def named_reviews(arguments: Sequence[Path], output: Path | None = None) -> Found:
    """Every review of the files and folders, and what else is there but for the output folder."""
    found: list[tuple[str, Path]] = []
    by_table: set[Path] = set()
    unreadable, passed_over = [], []
    for argument in arguments:
        try:
            there = survey(argument)
        except DataError as error:
            unreadable.append(f"{argument}: {error}")
            continue
        written = output and output.absolute()
        others = _in_words([o for o in there.others if written not in o[0].absolute().parents])
        if there.reviews:
            passed_over += others
        else:
            unreadable.append(
                " ".join([f"{argument}: no review in this folder.", _NEEDED, *others])
            )
        for path in there.reviews:
            inside = path != argument and argument in path.parents
            relative = path.relative_to(argument).as_posix() if inside else _own_name(path)
            if path != argument and not inside:
                by_table.add(path)
            # Several tables of one package may be given, which all stand for it.
            if path not in by_table or (_plain(relative), path) not in found:
                found.append((_plain(relative), path))
    return Found(_told_apart(found), unreadable, passed_over)


def _own_name(path: Path) -> str:
    """The name of a review that is given by itself; many have a columns.yaml, so with its folder.

    Examples
    --------
    >>> _own_name(Path("reviews/ann2001/columns.yaml")), _own_name(Path("reviews/ann2001/a.rm5"))
    ('ann2001/columns.yaml', 'a.rm5')
    """
    return f"{path.absolute().parent.name}/{path.name}" if path.name == COLUMNS_FILE else path.name


def _in_words(others: Sequence[tuple[Path, str]]) -> list[str]:
    """For each folder its files that are no review, the first few of them by name."""
    folders: dict[str, list[str]] = {}
    for path, words in others:
        said = f"{_plain(path.name)} ({words})" if words else _plain(path.name)
        folders.setdefault(_plain(path.parent.as_posix()), []).append(said)
    return [
        f"{folder}: skipped {counted(len(files), 'file')}: {', '.join(files[:_SHOWN])}"
        + (f" and {len(files) - _SHOWN} more." if len(files) > _SHOWN else ".")
        for folder, files in folders.items()
    ]


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
    """sha256 of the names and contents of the files of a review; "" if unreadable."""
    digest = hashlib.sha256()
    try:
        for file in files_of(path):
            if file_size_problem(file) is None:
                name = file.name if file == path else os.path.relpath(file, path)
                digest.update(os.fsencode(name) + b"\0")
                with file.open("rb") as stream:
                    digest.update(hashlib.file_digest(stream, "sha256").digest())
    except (OSError, DataError):
        return ""
    return digest.hexdigest()
