"""Texts of cells with raised characters: footnote marks kept apart, powers kept in the text."""

import re

from metarepro.tabular.plain_text import clean_text

_POWERS = str.maketrans("0123456789-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻")
_POWER = re.compile(r"[-−]?\d{1,3}")
#: What is squared or cubed: statistics and units.
_SQUARED = re.compile(
    r"(?:^|[^\w])(?:[IRrχΧXτTη]|chi|tau|eta|[kcmµ]?m|s|h|min|days?|weeks?|L|mL|g)$", re.I
)
_OF_TEN = re.compile(r"(?:[×x*]\s*|^)10$", re.I)
_ORDINAL = re.compile(r"st|nd|rd|th|er|ème")
_CHARGE = re.compile(r"\d?[+−-]{1,2}|®|™|TM|©")
_THIN_BETWEEN = re.compile(r"(?<=\d)[\u2009\u202f](?=\d{3}(?!\d))")
#: Spaces that people indent by; others stand for the layout of the file.
_INDENTING = "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2007\u3000"


class CellText:
    """The text of a cell as it is put together, with its footnote marks.

    Examples
    --------
    >>> cell = CellText()
    >>> for text, raised in (("I", False), ("2", True), (" of 16.5", False), ("a", True)):
    ...     cell.add(text, raised=raised)
    >>> cell.text, cell.marks
    ('I² of 16.5', 'a')
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._marks: list[str] = []

    def add(self, text: str, *, raised: bool = False) -> None:
        """Add some text, as printed."""
        kept = self._of_raised(text) if raised else text
        if kept:
            self._parts.append(kept)

    def _of_raised(self, text: str) -> str:
        """What of a raised text belongs to the text before it; the rest is a mark."""
        raised = text.strip()
        before = "".join(self._parts[-4:]).rstrip()
        if _POWER.fullmatch(raised) and (_OF_TEN.search(before) or _SQUARED.search(before)):
            self._parts[-1] = self._parts[-1].rstrip()
            return raised.translate(_POWERS)
        if _ORDINAL.fullmatch(raised) and before[-1:].isdigit():
            return raised
        if _CHARGE.fullmatch(raised) and before[-1:].isalnum():
            return raised
        if not before and _POWER.fullmatch(raised) and len(raised) > 1:
            return raised  # an isotope: 18F
        mark = raised.strip(" ,;")
        if mark:
            self._marks.append(mark)
        return ""

    @property
    def last(self) -> str:
        """The last character so far, "" if none."""
        return "".join(self._parts[-1:])[-1:]

    @property
    def text(self) -> str:
        """The text on one line."""
        return plain_line("".join(self._parts))

    @property
    def marks(self) -> str:
        """Footnote marks, parted by commas."""
        return clean_text(",".join(self._marks))

    @property
    def indent(self) -> int:
        """How many wide spaces the text starts with."""
        text = "".join(self._parts).lstrip("\r\n\t ")
        return len(text) - len(text.lstrip(_INDENTING))


def plain_line(text: str) -> str:
    r"""Text on one line with plain spaces; thin ones between thousands stay.

    Examples
    --------
    >>> plain_line("30\u2009779\n people")
    '30\u2009779 people'
    """
    return "\u2009".join(map(clean_text, _THIN_BETWEEN.split(text)))
