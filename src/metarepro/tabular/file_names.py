"""Names of files: those that other people gave, and those made from their texts."""

import hashlib
import re
from collections import Counter
from pathlib import Path

#: Says of a data file of any format beside it what its columns are; it stands for that file.
COLUMNS_FILE = "columns.yaml"
#: What names in data/ are made of: they are read by Snakemake and by shells, and on every system.
ALLOWED = (
    "a name of ASCII letters, digits, . _ and -, which does not begin with - or end with ., is not "
    "reserved by Windows (con, aux, nul) and differs from others in more than case: rename it"
)
_PLAIN_NAME = re.compile(r"[A-Za-z0-9._][A-Za-z0-9._\-]*(?<!\.)")
#: Microsoft, Naming Files, Paths, and Namespaces: whatever stands behind the first point.
_OF_WINDOWS = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)

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
    paths = list(folder.rglob("*"))
    alike = Counter((path.parent, path.name.lower()) for path in paths)
    odd = (p for p in paths if alike[p.parent, p.name.lower()] > 1 or _is_odd(p.name))
    return sorted(path.relative_to(folder).as_posix() for path in odd)


def _is_odd(name: str) -> bool:
    return not _PLAIN_NAME.fullmatch(name) or bool(_OF_WINDOWS.fullmatch(name))
