"""What in a table of a PDF does not agree with the rest of its column.

A grid that went wrong leaves half a bracket, two numbers where one should be, or a word among
numbers. Such rows are called doubtful, so that a person looks at the page.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from metarepro.readers.source_table import SourceRow, SourceTable

#: Fewer cells with numbers show no pattern.
_LEAST_CELLS = 5
#: Of these, the share of one pattern that makes it that of the column.
_USUAL = 0.7
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?|\.\d+")
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))
_SIGN = re.compile(r"(?<![\w)%])\s*[-+<>=≤≥~]+\s*(?=9)")
_MARKS = re.compile(r"[*†‡§¶#]+|(?<=9)[a-h]\b")
_WORDS = re.compile(r"[^\W\d_]+(?:[-'/][^\W\d_]+)*")


def pattern(text: str) -> str:
    """The shape of a cell: 9 for a number and a for a word, without signs, marks and spaces.

    Examples
    --------
    >>> pattern("−0.05 (−0.52, 0.43) †"), pattern("12 (34%)"), pattern("n.s.")
    ('9(9,9)', '9(9%)', '')
    """
    shape = _NUMBER.sub("9", text.translate(_DASHES))
    if "9" not in shape:
        return ""
    shape = _WORDS.sub("a", _MARKS.sub("", _SIGN.sub("", shape)))
    return re.sub(r"\s+(?=\W)|(?<=\W)\s+|\s+$", "", shape)


def with_doubts(table: SourceTable) -> SourceTable:
    """The table with reasons beside the rows that do not agree with their columns."""
    usual = [_usual(row.cells[n] for row in table.rows) for n in range(len(table.columns))]
    rows = tuple(_doubted(row, table.columns, usual) for row in table.rows)
    return replace(table, rows=rows)


def _usual(texts: Iterable[str]) -> str:
    """The pattern of most cells of a column with numbers; "" if there is none."""
    shapes = Counter(filter(None, map(pattern, texts)))
    if shapes.total() < _LEAST_CELLS:
        return ""
    shape, count = shapes.most_common(1)[0]
    return shape if count >= _USUAL * shapes.total() else ""


def _doubted(row: SourceRow, columns: Sequence[str], usual: Sequence[str]) -> SourceRow:
    doubts = [row.doubtful] if row.doubtful else []
    for place, text in enumerate(row.cells):
        # The first column names the rows.
        reason = _reason(text, usual[place] if place else "")
        if reason:
            doubts.append(f"{columns[place] or place + 1}: {reason}")
    return replace(row, doubtful="; ".join(dict.fromkeys(doubts)))


def _reason(text: str, usual: str) -> str:
    """Why a cell may be misread, "" if nothing speaks for that."""
    if text.count("(") + text.count("[") != text.count(")") + text.count("]"):
        return "half a pair of brackets"
    if re.match(r"[±×]", text) or re.search(r"\d\s*[±×–]$", text):
        return f"part of a number: {text!r}"
    shape = pattern(text)
    if "9 9" in shape and "9 9" not in usual:
        return f"two numbers with nothing between them: {text!r}"
    if usual and shape and shape != usual:
        if usual == "9" and shape in ("9%", "9-9"):
            return ""
        return f"{text!r} is unlike the rest of its column"
    return ""
