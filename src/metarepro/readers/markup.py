"""From the tables that a file marks as such to a source: one bad table costs no other."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from metarepro.readers.source_files import MAX_TABLES, LimitError
from metarepro.readers.source_table import Source, SourceTable
from metarepro.readers.spanned_tables import Cell, spanned_table
from metarepro.tabular.problems import DataError, Problem, refused

_LABEL = re.compile(
    r"(?P<label>(?:(?:e|supplementary |supplemental |online |appendix )?"
    r"(?:table|tabla|tableau|tabelle)"
    r"|tab\.)\s*[A-Z]{0,2}\d{1,3}[a-z]?|table\s+[IVXL]+)\b\s*[.:|)-]*\s*",
    re.I,
)
_LONGEST_CAPTION = 1000
#: Of all tables of an article; a long one has some thousand.
MAX_CELLS = 100_000


@dataclass(frozen=True)
class MarkupTable:
    """A table as a file marks it.

    Attributes
    ----------
    label, caption : as in SourceTable
    rows : the cells of each row, those of the header first
    header : how many rows the header has, None if the file does not say so
    notes : the footnotes
    problem : why it cannot be read, "" if it can
    """

    label: str
    caption: str
    rows: Sequence[Sequence[Cell]] = ()
    header: int | None = None
    notes: tuple[str, ...] = ()
    problem: str = ""


def source_of_markup(file: str, sha256: str, words: str, tables: Iterable[MarkupTable]) -> Source:
    """The source of the tables of a file.

    Parameters
    ----------
    file, sha256, words : str
        As in `Source`.
    tables : iterable of MarkupTable
        Not asked for more once a limit is passed.

    Raises
    ------
    DataError
        For more tables or cells than a file of study results has, and if there are tables, and none
        can be read.
    """
    found: list[SourceTable] = []
    problems: list[Problem] = []
    cells = 0
    for number, table in enumerate(tables, 1):
        if number > MAX_TABLES:
            raise refused(file, f"more than {MAX_TABLES} tables", f"at most {MAX_TABLES}")
        cells += sum(map(len, table.rows))
        if cells > MAX_CELLS:
            raise refused(file, f"tables of more than {MAX_CELLS} cells", f"at most {MAX_CELLS}")
        try:
            if table.problem:
                raise LimitError(table.problem, "a table of cells with text")
            read = spanned_table(table.label, table.caption, table.rows, table.header, table.notes)
        except LimitError as error:
            problems.append(Problem(file, None, table.label, error.found, error.allowed))
        else:
            found += [read] if read else []
    if problems and not found:
        raise DataError(problems)
    return Source(file, sha256, words, tuple(found), tuple(map(str, problems)))


def caption_parts(text: str) -> tuple[str, str]:
    """Label and caption from the text before a table; what comes before the label is left out.

    Examples
    --------
    >>> caption_parts("Results. Table 2. Pools by subgroup")
    ('Table 2', 'Pools by subgroup')
    >>> caption_parts("Effects on depression are listed below.")
    ('', '')
    """
    found = None
    for found in _LABEL.finditer(text):
        after = text[found.end() :]
        if not after or not after[0].islower():
            break
    if found is None:
        return "", ""
    return found["label"], text[found.end() :].strip()[:_LONGEST_CAPTION]
