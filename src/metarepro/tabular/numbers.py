"""Numbers as people and programs print them."""

import re
from collections.abc import Iterable, Sequence

_DIGITS = r"(?:[0-9]+(?:[.,][0-9]+)*|[.,][0-9]+)"
_PLAIN = re.compile(rf"[+-]?(?:{_DIGITS}|[0-9]+[.,])(?:[eE][+-]?[0-9]{{1,3}})?")
#: A cell of numbers only, which tells the decimal mark; names, dates and addresses do not.
_ONLY_NUMBERS = re.compile(r"(?:[\s0-9.,;:()%±<>=/+-]|\b(?:to|bis|a|à|ci)\b)+", re.I)
#: Signs of footnotes after a number.
MARK_SIGNS = "*\u2217\u2020\u2021\u00a7\u00b6\u2016#^"
#: Printed signs -> those of a keyboard; brackets of all kinds -> round ones.
PLAIN_SIGNS = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d", "-")
    | {"\u00b7": ".", "\u2219": ".", "\u22c5": ".", "\u2a7d": "\u2264", "\u2a7e": "\u2265"}
    | {"[": "(", "]": ")", "{": "(", "}": ")", "\uff08": "(", "\uff09": ")", "\uff0c": ","}
    | {"\uff1b": ";", "\uff1c": "<", "\uff1e": ">", "\uff1d": "=", "\uff05": "%", "\u00d7": "x"}
)
#: Signs that part thousands and are no other mark: spaces that do not break, and apostrophes.
_PARTED = re.compile(r"(?<=[0-9])[\u00a0\u2009\u202f'\u2019](?=[0-9]{3}(?![0-9]))")
_GROUPED = {
    ".": re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?"),
    ",": re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?"),
}
#: Commas that part no thousands: after a lone zero, before other than three digits, or after
#: points that do.
_DECIMAL_COMMA = re.compile(
    r"(?<![0-9.,])(?:0,[0-9]+|[0-9]+,(?![0-9]{3}(?![0-9]))[0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+)"
    r"(?![0-9.,])"
)
_DECIMAL_POINT = re.compile(r"(?<![0-9.,])[0-9]*\.[0-9]+(?![0-9.,])")
#: Numbers that are another one if the mark is a decimal one than if it parts thousands.
_THREE = {mark: re.compile(rf"(?<![0-9.,])[1-9][0-9]{{0,2}}\{mark}[0-9]{{3}}(?![0-9]|[.,][0-9])")
          for mark in ".,"}  # fmt: skip
#: What people write where there is no number.
MISSING = frozenset(
    ("", "-", "--", "---", ".", "..", "...", "\u2026", "?", "/", "na", "n/a", "n.a.", "nan", "none")
    + ("null", "nr", "n.r.", "ns", "n.s.", "nd", "nc", "ne", "not reported", "not applicable")
    + ("not estimable", "not available", "not_available", "missing", "unknown", "#n/a")
)


def is_number(text: str) -> bool:
    """Whether a text is a number, with a decimal point or comma.

    Examples
    --------
    >>> is_number("−0,45"), is_number("1.2e-3"), is_number("0.2-0.4"), is_number("12 (40%)")
    (True, True, False, False)
    """
    return bool(_PLAIN.fullmatch(_cleaned(text)))


def _cleaned(text: str) -> str:
    """A text with plain signs, without spaces around it and marks of footnotes after it."""
    return _PARTED.sub("", text.translate(PLAIN_SIGNS)).strip().rstrip(f" {MARK_SIGNS}")


def is_missing(text: str) -> bool:
    """Whether a cell says that there is no number: empty, "NR", a dash, with or without a mark."""
    return _cleaned(text).lower() in MISSING


def decimal_mark(texts: Iterable[str]) -> str:
    """The decimal mark of a table: a comma where some number has one and none has a point.

    Examples
    --------
    >>> decimal_mark(["0,45", "12"]), decimal_mark(["0.45", "1,234"]), decimal_mark(["1,234"])
    (',', '.', '.')
    >>> decimal_mark(["0,32 (0,23 a 0,40)", "doi 10.1016/x", "12.03.2001"])
    ','
    """
    comma = False
    for text in texts:
        plain = text.translate(PLAIN_SIGNS)
        if not _ONLY_NUMBERS.fullmatch(plain):
            continue
        if _DECIMAL_POINT.search(plain):
            return "."
        comma = comma or bool(_DECIMAL_COMMA.search(plain))
    return "," if comma else "."


def mixed_marks(texts: Sequence[str]) -> tuple[str, str] | None:
    """Two cells of a column, 2.345 and 2,145, of which one mark would be a decimal one; else None.

    Either mark may part thousands, and no table prints both for one: a decimal mark was mistyped.

    Examples
    --------
    >>> mixed_marks(["2.345", "2,145"]), mixed_marks(["2.3", "2,145"])
    (('2.345', '2,145'), None)
    """
    point, comma = (next(filter(_THREE[mark].search, texts), None) for mark in ".,")
    return (point, comma) if point is not None and comma is not None else None


def plain_number(text: str, mark: str = ".") -> str:
    """A printed number in plain digits with a decimal point; "" for what is none.

    Examples
    --------
    >>> plain_number("−0,45", ","), plain_number("1,234"), plain_number("1.234,5", ",")
    ('-0.45', '1234', '1234.5')
    >>> plain_number("0,45"), plain_number(".5 "), plain_number("0.45*"), plain_number("29'011")
    ('', '.5', '0.45', '29011')
    """
    plain = _cleaned(text)
    other = "," if mark == "." else "."
    if _GROUPED[mark].fullmatch(plain) and not plain.lstrip("+-").startswith(f"0{other}"):
        plain = plain.replace(other, "")
    if other in plain or not _PLAIN.fullmatch(plain):
        return ""
    plain = plain.replace(mark, ".")
    return plain if plain.count(".") < 2 else ""
