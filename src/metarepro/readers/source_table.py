"""Tables as they stand in a source: texts as printed, each with the place where it stands.

Every reader of spreadsheets, of files of statistics packages and of articles gives these.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class SourceRow:
    """One row of a table below its header.

    Attributes
    ----------
    number : the row as the source counts it: that of the spreadsheet, else from 1 in the table
    cells : the texts as printed, one per column of the table
    group : the heading that the row stands under ("Single row" under "Operative technique"), "" if
        none; of nested headings all, from the outermost, parted by " > "
    page : of a PDF, from 1; None elsewhere
    doubtful : why the row may be misread (columns that do not agree), "" if nothing speaks for that
    marks : the footnote marks of each cell, which its text is without; empty if the row has none
    places : the row of each cell, where several rows of the source stand side by side; else empty
    """

    number: int
    cells: tuple[str, ...]
    group: str = ""
    page: int | None = None
    doubtful: str = ""
    marks: tuple[str, ...] = ()
    places: tuple[int, ...] = ()

    def row_of(self, place: int) -> int:
        """The row of the source in which the cell of a column stands."""
        return self.places[place] if self.places else self.number


@dataclass(frozen=True)
class SourceTable:
    """A table of a source.

    Attributes
    ----------
    label : what the source calls it ("Table 2", the name of a sheet), "" if it has no name
    caption : its caption or title, "" if none
    columns : the headers; of headers that span, all levels from the outermost, parted by " > "
    rows : the rows
    notes : the footnotes, each with its mark
    column_marks : the footnote marks of each header, which its text is without
    column_labels : header -> what the file says of the column beside its header
    is_made : whether it was put together from the rows of the table before it
    """

    label: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[SourceRow, ...]
    notes: tuple[str, ...] = ()
    column_marks: tuple[str, ...] = ()
    column_labels: Mapping[str, str] = field(default_factory=dict)
    is_made: bool = False


@dataclass(frozen=True)
class Source:
    """A file with its tables.

    Attributes
    ----------
    file : how it is called in messages
    sha256 : of its bytes
    words : what kind of file it is, in words
    tables : in the order of the file
    skipped : what of the file was not read, and why
    """

    file: str
    sha256: str
    words: str
    tables: tuple[SourceTable, ...]
    skipped: tuple[str, ...] = ()
