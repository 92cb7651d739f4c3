"""The files of a study on disk: which are its inputs, what they hold, and which are no files."""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from metarepro.errors import InputError

#: The analysis plan, the input that is not in data/.
PLAN = "config/config.yaml"
#: Folders that hold what is read.
SOURCES = ("config", "data")
ORDINARY = "an ordinary file, or a link to one inside the study"
_KINDS = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def is_evidence(path: str) -> bool:
    """Whether a file of the study is part of the evidence: not an explanation, not hidden.

    Examples
    --------
    >>> [is_evidence(path) for path in ("data/trials/trials.csv", "data/README.md", "README.md")]
    [True, False, False]
    """
    hidden = any(part.startswith(".") for part in path.split("/"))
    return path.startswith("data/") and not path.endswith(".md") and not hidden


def is_input(path: str) -> bool:
    """Whether results are made from a file of the study: evidence or plan."""
    return path == PLAN or is_evidence(path)


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file, in hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def files_in(folder: Path) -> Iterator[Path]:
    """Files and links in a folder and below it, in order; links to folders are not entered."""
    for place, folders, names in os.walk(folder):
        folders.sort()
        links = [name for name in folders if Path(place, name).is_symlink()]
        yield from (Path(place, name) for name in sorted([*names, *links]))


def input_files(study: Path) -> list[str]:
    """Paths of the inputs of a study, from its folder, with /."""
    found = [path for part in SOURCES for path in files_in(study / part)]
    names = [path.relative_to(study).as_posix() for path in found if path.is_file()]
    return sorted(filter(is_input, names))


def digest_of(paths: Iterable[Path | str]) -> str:
    """One sha256 for the names and contents of files."""
    whole = hashlib.sha256()
    for path in sorted(map(Path, paths)):
        whole.update(f"{sha256_of(path)}  {path.as_posix()}\n".encode("utf-8", "surrogateescape"))
    return whole.hexdigest()


def strange_files(study: Path, parts: Iterable[str] = SOURCES) -> list[tuple[str, str]]:
    """What is no `ORDINARY` file in the sources of a study, and what it is instead.

    Nothing is opened: whoever reads a named pipe waits for ever, and a link may lead to a file
    that is none of the study's.

    Parameters
    ----------
    study : Path
        Its folder; no link may lead out of it.
    parts : iterable of str
        Its folders to look into.
    """
    inside = study.resolve()
    found = []
    for part in parts:
        top = study / part
        for path in [top] if top.is_symlink() else files_in(top):
            # What is hidden is not read: editors leave links to nothing there.
            if not path.name.startswith(".") and (kind := _strange(path, inside)):
                found.append((path.relative_to(study).as_posix(), kind))
    return found


def _strange(path: Path, inside: Path) -> str:
    """What a path is, if it is no ordinary file; else nothing."""
    try:
        target = path.resolve(strict=True)
        mode = target.stat().st_mode
    except (OSError, RuntimeError):  # of links in a ring, before Python 3.13 a RuntimeError
        return "a link to nothing"
    if path.is_symlink() and not target.is_relative_to(inside):
        return "a link out of the study"
    if path.is_symlink() and stat.S_ISDIR(mode):
        return "a link to a folder"
    return next((kind for is_kind, kind in _KINDS if is_kind(mode)), "")


def refuse_strange_files(study: Path) -> None:
    """Refuse a study with `strange_files`.

    Raises
    ------
    InputError
        Naming each.
    """
    if strange := strange_files(study):
        lines = [f"{shown(path)}: found {kind}; allowed: {ORDINARY}" for path, kind in strange]
        raise InputError("\n".join(lines))


def shown(name: str) -> str:
    r"""A name from a stranger as a log may show it: GitHub obeys "##[" wherever it stands.

    Examples
    --------
    >>> shown("data/trials/results.csv")
    'data/trials/results.csv'
    >>> print(shown("data/##[error]\n::error::x"))
    'data/\x23\x23[error]\n::error::x'
    """
    plain = name.isascii() and name.isprintable() and "#" not in name
    return name if plain and not name.startswith(":") else ascii(name).replace("#", "\\x23")
