"""What earlier runs made, found again by what it was made from.

A changed row of data touches a few syntheses; the figures and tables of all others would come out
as they were. A key is the SHA-256 of all that a function is given, of the project's own code and of
the locked packages, so that a change in any of them makes the function run again. What no run needs
goes, and a folder that is missing costs time and nothing else.
"""

import hashlib
import json
import platform
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from functools import partial
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import pandas as pd

from metarepro.atomic import write_file

SCRIPTS = Path(__file__).parents[1]
LOCKED_PACKAGES = SCRIPTS.parent / "requirements.txt"


class Cache:
    """Contents by key, each in a file of its own.

    Parameters
    ----------
    folder : Path or None
        Where they are; None: nothing is found and nothing kept.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._code = _digest_of_code()
        self._asked: set[str] = set()

    def key(self, *made_from: Any) -> str:
        """The key of what is made from the given values, and from nothing else.

        Raises
        ------
        TypeError
            For a value of which not all is known (see `_plain`).
        """
        return _sha256(f"{self._code} {_plain(made_from)!r}".encode())

    def get(self, key: str) -> bytes | None:
        """Content of a key; None if there is none, or if the file is not what was written."""
        self._asked.add(key)
        if self._folder is None:
            return None
        try:
            kept = (self._folder / key).read_bytes()
        except FileNotFoundError:
            return None
        digest, _, content = kept.partition(b"\n")
        return content if digest.decode("ascii", "replace") == _sha256(content) else None

    def put(self, key: str, content: bytes) -> None:
        """Keep the content of a key."""
        self._asked.add(key)
        if self._folder is not None:
            write_file(self._folder / key, _sha256(content).encode() + b"\n" + content)

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """What a function gives for these arguments, as JSON has it: now, or in an earlier run."""
        key = self.key(function, *arguments)
        content = self.get(key)
        if content is None:
            content = json.dumps(function(*arguments), default=np.generic.item).encode()
            self.put(key, content)
        return json.loads(content)

    def forget_others(self) -> None:
        """Remove what was not asked for."""
        if self._folder is not None and self._folder.is_dir():
            for path in self._folder.iterdir():
                if path.name not in self._asked:
                    path.unlink(missing_ok=True)


@contextmanager
def open_cache(folder: Path | None) -> Iterator[Cache]:
    """A cache that at the end, if all went well, holds what was asked for and nothing else."""
    cache = Cache(folder)
    yield cache
    cache.forget_others()


def _digest_of_code() -> str:
    """All of the scripts, the locked packages and Python; what does not matter is in it as well."""
    digest = hashlib.sha256(f"{sys.version} {platform.machine()}".encode())
    for path in [*sorted(SCRIPTS.rglob("*.py")), LOCKED_PACKAGES]:
        digest.update(f"{path.relative_to(SCRIPTS.parent)} {_sha256(path.read_bytes())}".encode())
    return digest.hexdigest()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _plain(value: Any) -> Any:
    """A value as lists of numbers and texts, of which `repr` shows every digit and letter."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case list() | tuple():
            return [_plain(item) for item in value]
        case Mapping():
            return ["mapping", *([_plain(key), _plain(item)] for key, item in value.items())]
        case pd.DataFrame():
            columns = [[name, *_column(value[name])] for name in value.columns]
            return ["frame", list(value.index), columns]
        case np.ndarray():
            return ["array", str(value.dtype), value.tolist()]
        case partial():
            return ["partial", _plain(value.func), _plain(value.args), _plain(value.keywords)]
    if is_dataclass(value) and not isinstance(value, type):
        members = [[field.name, _plain(getattr(value, field.name))] for field in fields(value)]
        return [type(value).__qualname__, *members]
    if isinstance(value, FunctionType) and "<" not in value.__qualname__:
        # The module of a script is __main__, whichever script it is.
        return [
            "function",
            Path(value.__code__.co_filename).name,
            value.__module__,
            value.__qualname__,
        ]
    raise TypeError(f"cannot tell all that makes up a {type(value).__name__}")


def _column(series: pd.Series) -> list[Any]:
    return [str(series.dtype), *_plain(series.tolist())]
