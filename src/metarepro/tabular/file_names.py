"""Names of files: those that other people gave, and those made from their texts."""

import hashlib
import re
from pathlib import Path

#: What names in data/ are made of: they are read by Snakemake and by shells.
ALLOWED = "a name of ASCII letters, digits, . _ and -, the first no -: rename it"
_PLAIN_NAME = re.compile(r"[A-Za-z0-9._][A-Za-z0-9._\-]*")

_LONGEST = 80
_UNSAFE = re.compile(r"[^A-Za-z0-9._\-]+")


def file_name(text: str) -> str:
    """A name that stays in its folder: ASCII letters, digits, ``.``, ``_`` and ``-``, at most 80.

    A text that is no such name keeps what can be kept, with eight digits of its SHA-256 behind it,
    so that two texts do not become one name.
    """
    kept = _UNSAFE.sub("_", text).lstrip(".")
    if kept == text and 0 < len(text) <= _LONGEST:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{kept[: _LONGEST - len(digest) - 1]}_{digest}"


def odd_names(folder: Path) -> list[str]:
    """Files and folders in a folder whose own name is not `ALLOWED`, sorted."""
    found = (path for path in folder.rglob("*") if not _PLAIN_NAME.fullmatch(path.name))
    return sorted(path.relative_to(folder).as_posix() for path in found)
