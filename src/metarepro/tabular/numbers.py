"""Numbers as people and programs print them."""

import re
from collections.abc import Iterable

_DIGITS = r"(?:[0-9]+(?:[.,][0-9]+)*|[.,][0-9]+)"
_PLAIN = re.compile(rf"[+-]?(?:{_DIGITS}|[0-9]+[.,])(?:[eE][+-]?[0-9]{{1,3}})?")
#: A number in a text: its sign counts where it does not stand between two numbers.
_IN_TEXT = re.compile(
    rf"(?:(?<![0-9.])|(?<=[0-9] )(?=[+-][0-9.]))[+-]?{_DIGITS}(?:[eE][+-]?[0-9]+)?"
)
#: What no number is: the level of an interval.
_LEVEL = re.compile(r"\b[0-9]{2}(?:\.[0-9])?\s*%\s*(?:-?\s*ci\b|confidence interval)", re.I)
#: A cell of numbers only, which tells the decimal mark; names, dates and addresses do not.
_ONLY_NUMBERS = re.compile(r"[\s0-9.,;:()\[\]%±<>=/+-]+")
#: Marks of footnotes after a number.
_MARKS = "*†‡§¶"
_SIGNS = str.maketrans(
    {"−": "-", "‐": "-", "‑": "-", "–": "-", "—": "-", "·": "."}
    | {"\u00a0": " ", "\u2009": " ", "\u202f": " "}
)
_GROUPED = {
    ".": re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?"),
    ",": re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?"),
}
#: Commas that part no thousands: after a lone zero, or before other than three digits.
_DECIMAL_COMMA = re.compile(
    r"(?<![0-9.,])(?:0,[0-9]+|[0-9]+,(?![0-9]{3}(?![0-9]))[0-9]+)(?![0-9.,])"
)
_DECIMAL_POINT = re.compile(r"(?<![0-9.,])[0-9]*\.[0-9]+(?![0-9.,])")
#: What people write where there is no number.
MISSING = frozenset(
    ("", "-", "--", ".", "..", "?", "/", "na", "n/a", "n.a.", "nan", "none", "null", "nr", "n.r.")
    + ("not reported", "not available", "not_available", "missing", "unknown", "#n/a", "ns")
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
    return text.translate(_SIGNS).strip().rstrip(_MARKS).rstrip()


def is_missing(text: str) -> bool:
    """Whether a cell says that there is no number, such as "NR" or a dash."""
    return text.strip().translate(_SIGNS).lower() in MISSING


def numbers_in(text: str) -> list[str]:
    """The numbers of a cell as they are printed, with plain minus signs.

    A dash between two numbers parts them; one after a bracket, a comma or a space belongs to the
    number that follows.

    Examples
    --------
    >>> numbers_in("0.27 (−0.11 to 0.65)"), numbers_in("0.18-0.75"), numbers_in("12 (40%)")
    (['0.27', '-0.11', '0.65'], ['0.18', '0.75'], ['12', '40'])
    >>> numbers_in("-0.41 – -0.12"), numbers_in("0,5; 0,7"), numbers_in("[0.1,0.5]")
    (['-0.41', '-0.12'], ['0,5', '0,7'], ['0.1', '0.5'])
    """
    plain = _LEVEL.sub(" ", text.translate(_SIGNS))
    plain = re.sub(r"(?<=[0-9])\s*-\s+|(?<=[0-9])-(?=[0-9.+-])", " to ", plain)
    plain = re.sub(r"\bto\s+-\s+", "to -", plain)
    if not re.search(r"[0-9],[0-9]", plain):
        return _IN_TEXT.findall(plain)
    # "0.1,0.5" are two numbers, "0,1" and "1,234" are one.
    pieces = re.split(r"(?<=[0-9]),(?=[+-]?[0-9]*\.)", plain) if "." in plain else [plain]
    return [number for piece in pieces for number in _IN_TEXT.findall(piece)]


def decimal_mark(texts: Iterable[str]) -> str:
    """The decimal mark of a table: a comma where some number has one and none has a point.

    Examples
    --------
    >>> decimal_mark(["0,45", "12"]), decimal_mark(["0.45", "1,234"]), decimal_mark(["1,234"])
    (',', '.', '.')
    >>> decimal_mark(["0,45", "doi 10.1016/x", "12.03.2001"])
    ','
    """
    comma = False
    for text in texts:
        if not _ONLY_NUMBERS.fullmatch(text.translate(_SIGNS)):
            continue
        if _DECIMAL_POINT.search(text):
            return "."
        comma = comma or bool(_DECIMAL_COMMA.search(text))
    return "," if comma else "."


def plain_number(text: str, mark: str = ".") -> str:
    """A printed number in plain digits with a decimal point; "" for what is none.

    Examples
    --------
    >>> plain_number("−0,45", ","), plain_number("1,234"), plain_number("1.234,5", ",")
    ('-0.45', '1234', '1234.5')
    >>> plain_number("0,45"), plain_number(".5 "), plain_number("0.45*")
    ('', '.5', '0.45')
    """
    plain = _cleaned(text)
    other = "," if mark == "." else "."
    if _GROUPED[mark].fullmatch(plain) and not plain.lstrip("+-").startswith(f"0{other}"):
        plain = plain.replace(other, "")
    if other in plain or not _PLAIN.fullmatch(plain):
        return ""
    plain = plain.replace(mark, ".")
    return plain if plain.count(".") < 2 else ""
