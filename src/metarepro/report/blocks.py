"""What the pages of the report consist of: texts with links, facts, tables, figures, sections.

The blocks are plain data; the templates in templates/report decide how they look. Addresses inside
the report are written from its folder ("trials/a.html"); a page in a subfolder puts "../" before
them.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import shorten
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

import pandas as pd

from metarepro.report.lights import Sign


@dataclass(frozen=True)
class Link:
    """Words that lead somewhere: to a page or file of the report, or to a public page.

    One with a definition leads to the glossary.
    """

    kind: ClassVar[str] = "link"
    text: str
    href: str
    definition: str = ""

    @property
    def external(self) -> bool:
        """Whether it leaves the report."""
        return self.href.startswith("https://")


#: What a text consists of.
Part = str | Link | Sign
#: Words, links and signs in the order of reading.
Text = tuple[Part, ...]
#: A row of a table: heading of a column to the cell.
TableRow = Mapping[str, Part | Text]


def text(*parts: Part) -> Text:
    """Put words and links together, without the empty ones."""
    return tuple([part for part in parts if part != ""])


def joined(parts: Iterable[Part], separator: str) -> Text:
    """Put a separator between words or links."""
    found: list[Part] = []
    for part in parts:
        found += [separator, part] if found else [part]
    return tuple(found)


_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]+)?", re.IGNORECASE)
_ADDRESS = re.compile(r"https://[!-~]+")
_DOI = re.compile(r"10\.[0-9]{4,9}/\S+")


#: Hosts of copies: documents that others uploaded, and trial versions of a site.
_COPIES = frozenset({"docsbay.net", "dokumen.tips", "pdfslide.net", "vdocuments.net"})
_TRIAL_VERSION = re.compile(r"(dev|stage|staging|test)\.", re.IGNORECASE)
_SEARCH = re.compile(r"/search(/|$)", re.IGNORECASE)
_QUERY = re.compile(r"(^|&)(term|q|query|search)=", re.IGNORECASE)


def source_link(source: str) -> str | Link:
    """A link where the source is the https address of a page, else its text as it stands.

    Addresses of searches and of copies of a page are no links: what they show may change.

    Examples
    --------
    >>> source_link("https://doi.org/10.1000/a").href
    'https://doi.org/10.1000/a'
    >>> source_link("https://pmc.ncbi.nlm.nih.gov/search/?term=a")
    'https://pmc.ncbi.nlm.nih.gov/search/?term=a'
    """
    address = urlsplit(source) if _ADDRESS.fullmatch(source) else None
    if address is None or not _HOST.fullmatch(address.netloc):
        return source
    host = address.netloc.lower().removeprefix("www.")
    if host in _COPIES or _TRIAL_VERSION.match(host):
        return source
    if _SEARCH.search(address.path) or _QUERY.search(address.query):
        return source
    return Link(source, source)


def doi_link(doi: str) -> str | Link:
    """A link to the publication, or the text where it is no DOI."""
    return Link(doi, f"https://doi.org/{quote(doi, safe='/')}") if _DOI.fullmatch(doi) else doi


def pubmed_link(pmid: str) -> str | Link:
    """A link to the PubMed record, or the text where it is no PMID."""
    if re.fullmatch(r"[0-9]{1,9}", pmid):
        return Link(pmid, f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/")
    return pmid


@dataclass(frozen=True)
class Paragraph:
    """Sentences; `style` is "" or one of lead, note and warning."""

    kind: ClassVar[str] = "paragraph"
    text: Text
    style: str = ""


@dataclass(frozen=True)
class Bullets:
    """A list of sentences."""

    kind: ClassVar[str] = "bullets"
    items: Sequence[Text]


@dataclass(frozen=True)
class Flow:
    """Steps that fewer and fewer records reach, each with what leaves before the next."""

    kind: ClassVar[str] = "flow"
    steps: Sequence[tuple[Text, Text]]


@dataclass(frozen=True)
class Facts:
    """Terms and what holds for them, with a heading of their own if need be.

    `anchors` are the ids of the terms, if they have any; those of footnotes have the style "notes".
    """

    kind: ClassVar[str] = "facts"
    items: Sequence[tuple[str, Text]]
    anchor: str = ""
    heading: str = ""
    anchors: Sequence[str] = ()
    style: str = ""


@dataclass(frozen=True)
class Drawing:
    """Interval, prediction interval and estimate of one cell on the common axis.

    All are x positions in units of the SVG; None where there is no number, or it lies off the axis.
    """

    zero: float
    ticks: Sequence[float]
    estimate: float | None
    interval: tuple[float, float] | None
    prediction: tuple[float, float] | None
    cut_low: bool
    cut_high: bool


@dataclass(frozen=True)
class Lines:
    """What a narrow screen shows in place of a forest plot: a line for each pool or trial.

    `rows` have a name, its estimate in words and a drawing; `axis` says what the ends of the axis
    are, `sides` what lies on both sides of no effect.
    """

    rows: Sequence[tuple[str, str, Drawing]]
    axis: str
    sides: tuple[str, str]


@dataclass(frozen=True)
class Figure:
    """A drawing, with its numbers in words for those who do not see it.

    `rows` is the address of a CSV file of what it draws, "" without one. On a narrow screen `lines`
    stand in its place; one without them that is shown from its end begins with what stands on the
    right.
    """

    kind: ClassVar[str] = "figure"
    path: str
    alt: str
    caption: str
    rows: str = ""
    from_end: bool = False
    lines: Lines | None = None


@dataclass(frozen=True)
class Plot:
    """A forest plot that readers try choices on, from what its scripts are given (as JSON)."""

    kind: ClassVar[str] = "plot"
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Code:
    """Lines of a program, with what they do."""

    kind: ClassVar[str] = "code"
    caption: str
    lines: Sequence[str]


@dataclass(frozen=True)
class TableColumn:
    """A column: `numeric` ones are right-aligned, `choice` ones can be filtered by their values.

    `optional` ones are hidden at first where columns can be switched on and off.
    """

    name: str
    numeric: bool = False
    long: bool = False
    choice: bool = False
    optional: bool = False


@dataclass(frozen=True)
class Table:
    """A table. The first cell of a row is its heading; `anchors` are the ids of the rows."""

    kind: ClassVar[str] = "table"
    name: str
    caption: str
    columns: Sequence[TableColumn]
    rows: Sequence[Sequence[Text]]
    download: str = ""
    anchors: Sequence[str] = ()


@dataclass(frozen=True)
class MatrixCell:
    """One intervention in one domain; `link` is None where nothing is pooled."""

    domain: str
    link: Link | None
    prediction: str
    size: str
    coverage: str
    remark: str
    mark: str
    drawing: Drawing | None
    empty: str
    #: Pools of the same cell on another measure, or of outcomes that run the other way.
    also: Sequence[Link] = ()


@dataclass(frozen=True)
class MatrixRow:
    """One intervention."""

    intervention: Link
    family: str
    cells: Sequence[MatrixCell]


@dataclass(frozen=True)
class Matrix:
    """The whole matrix."""

    kind: ClassVar[str] = "matrix"
    domains: Sequence[Link]
    rows: Sequence[MatrixRow]


_FIRST = Link("Evidence", "index.html")


@dataclass(frozen=True)
class Section:
    """A heading with its content."""

    anchor: str
    heading: str
    blocks: Sequence["Block"] = field(default_factory=tuple)


Block = Paragraph | Bullets | Flow | Facts | Figure | Plot | Code | Table | Matrix


@dataclass(frozen=True)
class Page:
    """A page of the report; `above` are the pages between the first one and it."""

    path: str
    title: str
    intro: Sequence[Block] = ()
    sections: Sequence[Section] = ()
    above: Sequence[Link] = ()

    @property
    def is_first(self) -> bool:
        """Whether it is the first page."""
        return self.path == _FIRST.href

    @property
    def trail(self) -> Sequence[Link]:
        """What leads to it from the first page."""
        return () if self.is_first else (_FIRST, *self.above)

    @property
    def root(self) -> str:
        """What leads from the page back to the folder of the report."""
        return "../" * self.path.count("/")

    @property
    def description(self) -> str:
        """Its first sentences, for search engines and previews; "" without any."""
        said = (plain(block.text) for block in self._blocks if isinstance(block, Paragraph))
        return shorten(next(said, ""), _DESCRIPTION, placeholder=" \u2026")

    @property
    def landscape(self) -> bool:
        """Whether it holds a table that an upright sheet is too narrow for."""
        tables = [block for block in self._blocks if isinstance(block, Table)]
        return any(len(table.columns) > WIDEST_UPRIGHT for table in tables)

    @property
    def scripts(self) -> Sequence[str]:
        """The scripts that its blocks need, in the order in which they build on each other."""
        return PLOT_SCRIPTS if any(isinstance(block, Plot) for block in self._blocks) else ()

    @property
    def _blocks(self) -> Sequence[Block]:
        return [*self.intro, *(block for section in self.sections for block in section.blocks)]


#: A column is right-aligned when all its cells consist of these.
_NUMERIC = re.compile(
    r"(at least |p |SMD |OR |RR |[gd] )?[\s\d.,%\[\]\u2212\u2013<=∞/e]*|not reported"
)
#: What a `Plot` is computed, worded and drawn by.
PLOT_SCRIPTS = (
    *("distributions.js", "tau2.js", "pooling.js"),
    *("plot_words.js", "plot_drawing.js", "plot_address.js", "plot_controls.js", "plot.js"),
)
#: Columns that a table may have on an upright sheet.
WIDEST_UPRIGHT = 11
#: Characters of the description of a page.
_DESCRIPTION = 200
#: A column with a longer cell than this gets room.
_LONG = 40


def plain(cell: Text) -> str:
    """The words of a text without its links."""
    return "".join([part if isinstance(part, str) else part.text for part in cell])


def table(
    name: str,
    caption: str,
    rows: Sequence[TableRow],
    *,
    columns: Sequence[str] = (),
    choices: Collection[str] = (),
    optional: Collection[str] = (),
    download: str = "",
    anchors: Sequence[str] = (),
) -> Table:
    """Make a table from its rows.

    Parameters
    ----------
    name : str
        Its id on the page.
    caption : str
        What it shows.
    rows : sequence of mapping
        Heading of a column to the cell; all rows have the same columns in the same order.
    columns : sequence of str
        Headings, needed where there may be no rows.
    choices, optional : collection of str
        Columns that can be filtered by value; columns that are hidden at first.
    download : str
        Address of the CSV file with the numbers.
    anchors : sequence of str
        Ids of the rows, in order.
    """
    names = list(rows[0]) if rows else list(columns)
    cells = [
        [cell if isinstance(cell, tuple) else text(cell) for cell in row.values()] for row in rows
    ]
    words = [[plain(row[place]) for row in cells] for place in range(len(names))]
    return Table(
        name=name,
        caption=caption,
        columns=[
            TableColumn(
                heading,
                numeric=any(words[place])
                and all(_NUMERIC.fullmatch(word) for word in words[place]),
                long=any(len(word) > _LONG for word in words[place]),
                choice=heading in choices,
                optional=heading in optional,
            )
            for place, heading in enumerate(names)
        ],
        rows=cells,
        download=download,
        anchors=anchors,
    )


def linked(
    frame: pd.DataFrame, links: Mapping[str, Sequence[str | Link | Text]] | None = None
) -> list[dict[str, str | Link | Text]]:
    """Rows of a table of words, with some of its columns exchanged."""
    rows: list[dict[str, str | Link | Text]] = [
        {str(column): cell for column, cell in row.items()} for row in frame.to_dict("records")
    ]
    for column, cells in (links or {}).items():
        for row, cell in zip(rows, cells, strict=True):
            row[column] = cell
    return rows
