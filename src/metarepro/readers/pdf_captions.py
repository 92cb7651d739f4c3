"""The captions of tables and figures on a page of a PDF."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from metarepro.readers.pdf_page import Line, Word

#: Of the size of the text: white space that parts words of running text.
BESIDE = 1.2
#: Running heads above a table that goes on, and foot lines below one.
MOST_LINES_ABOVE = 6
_KIND = re.compile(r"(?:Table|TABLE|Tab\.|Tabla|Tableau|Tabelle)$")
_NUMBER = re.compile(r"(?:[A-Z]{0,2}\d{1,3}[a-z]?|[IVXL]{1,6})[.:|]?$")
_BOTH = re.compile(r"(?P<kind>Table|TABLE)(?P<number>[A-Z]?\d{1,3})[.:|]?$")
_FIGURE = re.compile(r"(?:Fig\.?|Figure|FIGURE|FIG\.?|Figura)(?:\d+[.:]?)?$")
_CONTINUED = re.compile(r"\b(?:cont\b|cont\.|cont'd|contd|continued|continuation)", re.I)
#: Words before "Table" that belong to the label.
_BEFORE = ("supplementary", "supplemental", "additional", "online", "appendix", "supporting")


@dataclass(frozen=True)
class Caption:
    """The start of a caption.

    Attributes
    ----------
    label : "Table 2"
    line : the words from "Table" on, on their line
    continued : whether it says that a table goes on
    """

    label: str
    line: Line
    continued: bool


def captions_in(lines: Iterable[Line]) -> Iterable[Caption]:
    """The captions of tables, from top to bottom."""
    for line in lines:
        for chunk in line.chunks(BESIDE):
            caption = _caption(chunk)
            if caption is not None:
                yield caption


def repeated_header(
    lines: Sequence[Line], label: str, header: str, left: float
) -> Iterable[Caption]:
    """The place above a header that is repeated at the top of a page, without a caption."""
    for line in lines[:MOST_LINES_ABOVE]:
        if line.text == header:
            size = line.size
            word = Word(label, left, left + size, line.top - size, line.top - 3, size)
            yield Caption(label, Line((word,)), continued=True)
            return


def _caption(words: Sequence[Word]) -> Caption | None:
    """The caption that some words start; None for running text that only mentions a table."""
    texts = [word.text for word in words]
    start = 1 if texts[0].lower() in _BEFORE and len(texts) > 1 else 0
    both = _BOTH.match(texts[start])
    if both:
        label, rest = f"{both['kind']} {both['number']}", texts[start + 1 :]
    elif len(texts) > start + 1 and _KIND.match(texts[start]) and _NUMBER.match(texts[start + 1]):
        label, rest = f"{texts[start]} {texts[start + 1].rstrip('.:|')}", texts[start + 2 :]
    else:
        return None
    continued = bool(_CONTINUED.search(" ".join(rest)[:200]))
    if rest and (rest[0][0].islower() or rest[0][0] in ",;)") and not continued:
        return None
    return Caption(" ".join([*texts[:start], label]), Line(tuple(words)), continued)


def captions_of_figures(lines: Iterable[Line]) -> list[Line]:
    """Lines that begin like the caption of a figure."""
    return [
        Line(chunk)
        for line in lines
        for chunk in line.chunks(BESIDE)
        if _FIGURE.match(chunk[0].text)
    ]
