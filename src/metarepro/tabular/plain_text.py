"""Texts of other people's files as one plain line."""

import html
import re

_ENTITY = re.compile(r"&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_SPACES = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_HYPHENS = str.maketrans({"\u2010": "-", "\u2011": "-", "\ufeff": "", "\u00ad": "", "\u200b": ""})
# They turn the direction of what is around them.
_DIRECTIONS = dict.fromkeys(
    [0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], ""
)
_PLAIN = _HYPHENS | _DIRECTIONS


def clean_text(text: str) -> str:
    """Text on one line with plain spaces and hyphens, HTML entities resolved.

    RevMan Web writes names with `&nbsp;` and U+2010 in one table and without in another, so names
    can be matched only when both are made plain.
    """
    resolved = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    # An unpaired surrogate cannot be written to a file.
    encodable = resolved.encode("utf-8", "replace").decode("utf-8")
    return _SPACES.sub(" ", encodable.translate(_PLAIN)).strip()
