"""How many numeric cells of the tables of articles come out of the PDF as they are in the XML.

    python benchmarks/pdf_tables.py FOLDER

FOLDER has articles as NAME.xml (JATS) and NAME.pdf. Prints a row per article: cells with numbers in
the tables of the XML, those that are the same in the PDF, those that are not but stand in a row
that is called doubtful or whose table is missing, and those that are wrong in silence.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from metarepro.readers.source_table import Source, SourceRow, SourceTable
from metarepro.readers.sources import read_source

_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))


@dataclass(frozen=True)
class Agreement:
    """Counts of numeric cells.

    Attributes
    ----------
    cells : in the XML
    same : the same in the PDF
    flagged : not the same, and in a row that is called doubtful, or not there at all
    wrong : the others, as pairs: in the XML, in the PDF
    """

    cells: int
    same: int
    flagged: int
    wrong: tuple[tuple[str, str], ...]


def plain(text: str) -> str:
    """A text without spaces, and with one kind of dash."""
    return re.sub(r"\s", "", text.translate(_DASHES))


def agreement(xml: Source, pdf: Source) -> Agreement:
    """Compare all tables of an article, cell by cell."""
    tables = {table.label: table for table in pdf.tables}
    cells = same = flagged = 0
    wrong: list[tuple[str, str]] = []
    for table in xml.tables:
        for row, other in _pairs(table, tables.get(table.label)):
            for place, text in enumerate(row.cells):
                if not re.search(r"\d", text):
                    continue
                cells += 1
                found = other.cells[place] if other and place < len(other.cells) else ""
                if plain(found) == plain(text):
                    same += 1
                elif other is None or other.doubtful:
                    flagged += 1
                else:
                    wrong.append((text, found))
    return Agreement(cells, same, flagged, tuple(wrong))


def _pairs(
    table: SourceTable, other: SourceTable | None
) -> Iterator[tuple[SourceRow, SourceRow | None]]:
    """Rows of a table with those of another that are most like them."""
    if other is None or len(other.columns) != len(table.columns):
        yield from ((row, None) for row in table.rows)
        return
    ours, theirs = ([plain("|".join(row.cells)) for row in one.rows] for one in (table, other))
    if len(ours) == len(theirs):
        yield from zip(table.rows, other.rows, strict=True)
        return
    for tag, first, last, start, stop in SequenceMatcher(None, ours, theirs, False).get_opcodes():
        left = [] if tag == "delete" else list(range(start, stop))
        for place in range(first, last):
            best = max(left, key=lambda n: _alike(ours[place], theirs[n]), default=None)
            if tag == "equal" and left:
                best = left[0]
            if best is not None:
                left = [n for n in left if n > best]
            yield table.rows[place], None if best is None else other.rows[best]


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, False).ratio()


def main(folder: Path) -> None:
    """Print a row per article that is there as both."""
    print("article          cells  same         flagged  wrong in silence")
    for pdf in sorted(folder.glob("*.pdf")):
        xml = pdf.with_suffix(".xml")
        if not xml.exists():
            continue
        found = agreement(read_source(xml), read_source(pdf))
        share = 100 * found.same / max(1, found.cells)
        silent = 100 * len(found.wrong) / max(1, found.cells)
        print(
            f"{pdf.stem:<16} {found.cells:5}  {found.same:5} {share:5.1f}%  {found.flagged:5}"
            f"  {len(found.wrong):5} {silent:4.1f}%"
        )
        for text, other in found.wrong:
            print(f"    {text!r} came out as {other!r}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
