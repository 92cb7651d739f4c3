"""Names of files made from texts of other people."""

import hashlib
import re

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
