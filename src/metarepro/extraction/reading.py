"""Reads the rows of one analysis from a file of any known format."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from metarepro.errors import InputError
from metarepro.extraction.arm_rows import arms_in_rows, read_tables
from metarepro.extraction.columns_file import read_columns
from metarepro.extraction.extracted import Extracted, extract, nameless_last
from metarepro.extraction.layouts import our_names
from metarepro.extraction.mapping import Analysis
from metarepro.extraction.pool_labels import SUMMED, SumsOfRows, is_no_study, omitted_study
from metarepro.extraction.profiles import profile
from metarepro.extraction.proposals import nothing_to_pool, propose
from metarepro.readers import csv_file, spaced_text
from metarepro.readers.archives import head_of
from metarepro.readers.effect_table import EffectTable, read_effect_table
from metarepro.readers.review_effects import is_review, read_review_analysis
from metarepro.readers.source_table import Source
from metarepro.tabular.file_names import COLUMNS_FILE
from metarepro.tabular.numbers import decimal_mark, is_missing
from metarepro.wording.scales import MEASURES

_NUMBERED = re.compile(r" \([0-9]+\)$")


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of one analysis.

    Attributes
    ----------
    table : EffectTable
    measure : that the columns name, "" if they do not
    extracted : with the place of every number; None for a CSV file in the names of this program,
        where the table is the file, and for a review file
    notes : of a table or a review file, in sentences: what was left out, how the review pools it
    """

    table: EffectTable
    measure: str = ""
    extracted: Extracted | None = None
    notes: tuple[str, ...] = ()

    def provenance_text(self) -> str:
        """The place of every number as CSV.

        Raises
        ------
        InputError
            For a CSV file in the names of this program, and a review file.
        """
        if self.extracted is None:
            raise InputError(f"{self.table.file}: the names of its columns say what they are")
        return self.extracted.provenance.to_csv(index=False, lineterminator="\n")

    def measure_of(self, given: str | None) -> str | None:
        """The measure to pool by: the one that the caller gives, else that of the columns.

        Raises
        ------
        InputError
            For a ratio of which the columns do not say whether it stands as a logarithm: that
            decides the sign.
        """
        analysis = self.extracted.analysis if self.extracted else None
        open_scale = (
            analysis is not None
            and not analysis.scale
            and not analysis.measure
            and analysis.roles[:1] == ("yi",)
        )
        if given and open_scale and MEASURES[given].is_ratio:
            raise InputError(
                f"{self.table.file}: are its ratios given as ratios or as logarithms? Say in "
                f"{COLUMNS_FILE}: measure: {given}, and scale: ratio or log"
            )
        return given or self.measure or None

    def lines(self) -> list[str]:
        """What was taken for what, and what was left out, for the person who called."""
        if self.extracted is None:
            return list(self.notes)
        analysis = self.extracted.analysis
        where = f", {analysis.table}" if analysis.table else ""
        taken = ", ".join(f"{role} from {cell.column}" for role, cell in analysis.columns.items())
        return [
            f"Analysis {analysis.name} of {self.table.file}{where}: {taken}",
            *(f"  Note: {note}" for note in analysis.notes),
            *(f"  {line}" for line in self.extracted.lines()),
        ]


def read_rows(
    path: Path | str,
    *,
    sheet: str = "",
    analysis: str = "",
    columns: Path | str | None = None,
) -> Rows:
    r"""Read the rows of one analysis from a file of any known format.

    Parameters
    ----------
    path : Path or str
        The formats are those of `readers.sources.FORMATS`, and of review files
        (`readers.review_file`).
    sheet : str
        Only analyses of this table; "" for all.
    analysis : str
        The name of the analysis, needed where the file has several; of a review file its numbers,
        as "1.2".
    columns : Path or str, optional
        The file that says what the columns are. Without it columns.yaml beside the file, if it was
        written for that file; else the columns are those that `proposals.propose` finds.

    Returns
    -------
    Rows

    Raises
    ------
    DataError
        With all problems of the file.
    InputError
        If there is no analysis, several, or a question is not answered.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "trials.csv"
    >>> _ = path.write_text("Author;Cohen's d;SE\nAnn 2001;0,20;0,10\nBo 2002;0,35;0,12\n")
    >>> read_rows(path).table.numbers("effects")["yi"].tolist()
    [0.2, 0.35]
    """
    path = Path(path)
    if is_review(path):
        if sheet or columns is not None:
            raise InputError(f"{path.name}: a review file, of which only the analysis is chosen")
        found = read_review_analysis(path, analysis)
        return Rows(found.table, found.measure, None, (f"Analysis {found.title}.", *found.notes))
    known = _columns_of(path, columns)
    usual = known is None and not sheet and not analysis
    if usual and csv_file.sniff(head := head_of(path)) and not spaced_text.sniff(head):
        table = _usual_table(path)
        if table is not None:
            # Notes come from the columns of other names.
            proposed = propose(read_tables(path)) if table.unused else []
            notes = dict.fromkeys(note for one in proposed for note in one.notes)
            rows = _of_studies(table, [f"Note: {note}" for note in notes])
            sure = len(proposed) == 1 and table.kinds == ["effects"]
            return replace(rows, measure=proposed[0].measure) if sure else rows
    source = read_tables(path)
    one = _chosen(source, known if known is not None else propose(source), sheet, analysis)
    extracted = extract(source, one)
    return Rows(extracted.table, one.measure, extracted)


def _columns_of(path: Path, columns: Path | str | None) -> list[Analysis] | None:
    """The analyses of columns.yaml; None where there is none for this file."""
    beside = path.parent / COLUMNS_FILE
    if columns is None and not beside.is_file():
        return None
    given = Path(columns) if columns is not None else beside
    file, analyses = read_columns(given)
    if file == path.name:
        return analyses
    if columns is None:
        return None
    raise InputError(f"{given.name}: it is for {file}, not for {path.name}")


def _usual_table(path: Path) -> EffectTable | None:
    """A CSV file in the names of this program; None if it can be understood in another way."""
    try:
        table = read_effect_table(path)
    except InputError as error:
        try:
            source = read_tables(path)
        except InputError:
            raise error from None
        # A header that stands there twice has been numbered.
        names = [_NUMBERED.sub("", name) for table in source.tables for name in table.columns]
        if our_names(names):
            raise
        if not propose(source):
            raise nothing_to_pool(source) from None
        return None
    measured = {column for kind in table.kinds for column in table.columns(kind)}
    if "events" in measured and any(
        arms_in_rows(profile(one)[0]) for one in read_tables(path).tables
    ):
        return None
    # Decimal commas, and last rows without a name, are read as those of any other file.
    commas = decimal_mark(table.cells[[*measured]].to_numpy().ravel()) == ","
    ends = "study" in table.cells and nameless_last(table.cells["study"].tolist())
    return None if commas or ends else table


def _of_studies(table: EffectTable, notes: Sequence[str]) -> Rows:
    """The rows that hold a study: those without numbers, and totals, are named."""
    measured = [*dict.fromkeys(column for kind in table.kinds for column in table.columns(kind))]
    empty = table.cells[measured].map(is_missing).all(axis=1)
    names = pd.Series(table.studies, index=table.cells.index, dtype="str")
    totals = names.map(lambda name: is_no_study(name) or bool(omitted_study(name)))
    why = totals.map({True: "no study by its name", False: ""})
    why = why.mask(empty & ~totals, "no numbers")
    numbers, sums = table.cells[measured].apply(pd.to_numeric, errors="coerce"), SumsOfRows()
    for row in names.index[why == ""]:
        if sums.give(numbers.loc[row].to_dict()):
            why[row] = SUMMED
    left = why != ""
    if not left.any() or empty.all():
        return Rows(table, notes=tuple(notes))
    lines = [f"Row {row} ({names[row]}) left out: {why[row]}" for row in names.index[left]]
    return Rows(table.take(~left), notes=(*notes, *lines))


def _chosen(source: Source, analyses: list[Analysis], sheet: str, name: str) -> Analysis:
    """The only analysis that fits."""
    if sheet:
        labels = [table.label for table in source.tables]
        if sheet not in labels:
            allowed = ", ".join(repr(label) for label in labels)
            raise InputError(f"{source.file}: no table {sheet!r}; it has {allowed}")
        analyses = [one for one in analyses if one.table == sheet]
    if not analyses:
        raise nothing_to_pool(source)
    fitting = [one for one in analyses if one.name == name] if name else analyses
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(f"{one.name!r}{f' in {one.table}' * bool(one.table)}" for one in analyses)
    if name:
        raise InputError(f"{source.file}: no analysis {name!r}; it has {names}")
    raise InputError(f"{source.file}: several analyses; choose one with --analysis: {names}")
