"""Files and folders that appear whole under their name, or not at all.

They are written under another name beside their own and renamed, which a file system does in one
step. Names that end in `PARTIAL` are what is being written, or what a killed run left behind; the
workflow removes those when it starts (rules/runs.smk).
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

PARTIAL = ".partial"


def write_file(path: Path, content: bytes) -> None:
    """Write a file in one step; its folder is made if it is not there.

    Raises
    ------
    OSError
        Naming the file; what was there under its name is then still there.
    """
    with new_file(path) as stream:
        stream.write(content)


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """Write a file piece by piece, which appears in one step; as `write_file`."""
    partial = _beside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as stream:
            yield stream
        partial.replace(path)
    except OSError as error:
        if error.filename is None or str(error.filename).startswith(
            (str(partial), str(path.parent))
        ):
            error.filename = str(path)
        raise
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Make a folder anew in one step: fill the one that this gives, which then takes its place.

    Raises
    ------
    OSError
        Naming the folder where the trouble is with writing it.
    """
    partial, old = _beside(path), _beside(path, ".old")
    try:
        partial.mkdir(parents=True)
        yield partial
        # A folder cannot be replaced while there is something in it.
        if path.exists():
            path.rename(old)
        partial.rename(path)
    except OSError as error:
        if error.filename is None or str(error.filename).startswith(str(partial)):
            error.filename = str(path)
        raise
    finally:
        for left in (partial, old):
            shutil.rmtree(left, ignore_errors=True)


def _beside(path: Path, kind: str = "") -> Path:
    """Another name in the same folder, and so on the same disk, for this process alone."""
    return path.with_name(f".{path.name}.{os.getpid()}{kind}{PARTIAL}")
