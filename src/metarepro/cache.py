"""What earlier runs made, found again by what it was made from.

A changed row of data touches a few syntheses; the figures and tables of all others would come out
as they were. A key is the SHA-256 of all that a function of the library is given, of the library's
code and of the installed packages, so that a change in any of them makes the function run again.
A cache is never needed: it may be deleted at any time, and gives up its room if the disk is full.

Scripts import this module before the rest of the library: its code is looked at when it is loaded.
"""

import hashlib
import json
import os
import platform
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from metarepro.fingerprint import fingerprint
from metarepro.tabular.atomic import write_file
from metarepro.tabular.problems import DataError, Problem

LIBRARY = Path(__file__).parent
#: Names of what is kept; whatever else is in the folder is not the cache's.
_KEY = re.compile(r"[0-9a-f]{64}(\.[a-z]+)?")


def _files() -> list[Path]:
    """Modules of the library, also behind links; not what editors put beside them."""
    found = []
    for folder, _, names in os.walk(LIBRARY, followlinks=True):
        modules = [name for name in names if re.fullmatch(r"[^.].*\.py", name)]
        found += [path for name in modules if (path := Path(folder, name)).is_file()]
    return sorted(found)


def _packages() -> list[str]:
    """Installed packages with their versions."""
    folders = filter(os.path.isdir, sys.path)
    return sorted(path.name for folder in folders for path in Path(folder).glob("*.dist-info"))


def _stamps() -> tuple[Any, ...]:
    """What an edit of a module changes, or another package."""
    stats = [(path, path.stat()) for path in _files()]
    edits = [(path, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns) for path, stat in stats]
    return edits, _packages()


def _digest_of_code() -> str:
    """All of the library, the packages and Python; what does not matter is in it as well."""
    digest = hashlib.sha256(f"{sys.version} {platform.machine()} {_packages()}".encode())
    for path in _files():
        digest.update(f"{path.relative_to(LIBRARY)} {_sha256(path.read_bytes())}".encode())
    return digest.hexdigest()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# In this order: an edit between the two is noticed.
_STAMPS = _stamps()
_CODE = _digest_of_code()


class Cache:
    """Contents by key, each in a file of its own.

    Parameters
    ----------
    folder : Path or None
        Where they are; None: nothing is found and nothing kept.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._asked: set[str] = set()

    def key(self, *made_from: Any) -> str:
        """The key of what the library makes of the given values, and of nothing else.

        Raises
        ------
        TypeError
            For a value of which not all is known (see `fingerprint`).
        """
        return _sha256(f"{_CODE} {fingerprint(made_from)}".encode())

    def get(self, key: str) -> bytes | None:
        """Content of a key; None if there is none, or if the file is not what was written."""
        self._asked.add(key)
        if self._folder is None:
            return None
        try:
            kept = (self._folder / key).read_bytes()
        except OSError:
            return None
        digest, _, content = kept.partition(b"\n")
        return content if digest == _sha256(content).encode() else None

    def put(self, key: str, content: bytes) -> None:
        """Keep the content of a key; if that cannot be, say so, keep nothing and go on."""
        self._asked.add(key)
        if self._folder is None or code_changed():
            return
        try:
            write_file(self._folder / key, _sha256(content).encode() + b"\n" + content)
        except OSError as error:
            print(f"{self._folder}: {error.strerror}; nothing is kept", file=sys.stderr)
            self._asked.clear()
            self.forget_others()
            self._folder = None

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """What a function gives for these arguments, as JSON has it: now, or in an earlier run."""
        key = self.key(function, *arguments)
        content = self.get(key)
        if content is None:
            content = json.dumps(function(*arguments), default=np.generic.item).encode()
            self.put(key, content)
        return json.loads(content)

    def forget_others(self) -> None:
        """Remove what was kept and not asked for."""
        if self._folder is not None and self._folder.is_dir():
            for path in self._folder.iterdir():
                if _KEY.fullmatch(path.name) and path.name not in self._asked:
                    with suppress(OSError):
                        path.unlink()


@contextmanager
def open_cache(folder: Path | None) -> Iterator[Cache]:
    """A cache that at the end, if all went well, holds what was asked for and nothing else.

    Raises
    ------
    DataError
        At the end, if the library was edited meanwhile: what was made may be of the old code or of
        the new, and no later run could tell.
    """
    cache = Cache(folder)
    yield cache
    if code_changed():
        found, allowed = "code that changed while it ran", "code that stays; start again"
        raise DataError([Problem("src/metarepro", None, "", found, allowed)])
    cache.forget_others()


def code_changed() -> bool:
    """Whether the library or the packages changed since this module was loaded."""
    return _stamps() != _STAMPS
