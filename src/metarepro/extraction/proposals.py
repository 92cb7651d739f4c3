"""Proposes the analyses of a source: which columns are what, each with its reason."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from metarepro.errors import InputError
from metarepro.extraction.arm_columns import arm_analyses
from metarepro.extraction.effect_columns import effect_analyses
from metarepro.extraction.group_columns import group_analyses, misfits
from metarepro.extraction.headers import CORRELATION, EVENTS, MEAN, STUDY, YEAR, parse_header
from metarepro.extraction.layouts import layout_analyses, table_words
from metarepro.extraction.listing import no_tables
from metarepro.extraction.mapping import OF_ARMS, UNNAMED, Analysis, Cell
from metarepro.extraction.profiles import Column, commas_are_open, profile
from metarepro.extraction.refusals import why_left
from metarepro.readers.source_table import Source, SourceTable
from metarepro.tabular.file_names import COLUMNS_FILE
from metarepro.tabular.numbers import is_missing
from metarepro.tabular.yaml_text import FILL_IN
from metarepro.wording.scales import MEASURES

_OF_SIGN = re.compile(r"\b(?:direction|favou?rs?|favou?red|sign)\b", re.I)
#: Effects of the control against the treatment by their header: "RR (placebo vs drug)".
_TURNED = re.compile(
    r"\b(?:control|placebo|ctrl|comparator|untreated|tau)s?(?:[ -]group)?"
    r"\s*(?:vs?\b|versus|minus|against|/|(?<=\s)[-−–](?=\s))\s*\w",
    re.I,
)
#: What is compared: treat1, treatment.B.
_ARM_NUMBER = re.compile(
    r"(treat(?:ment)?s?|trt|tx|drug|intervention|comparator|arm|group|condition|t)[\s_.-]*([12ABab])",
    re.I,
)
#: Headers of columns that say of what measure an effect is.
_OF_MEASURE = re.compile(
    r"measure|metric|type|effect|statistic|(?:^|[\W_])(?:es|sm)(?:$|[\W_])", re.I
)
#: Names of analyses whose headers say nothing of outcome and time: that of their table is better.
_UNNAMED = ("effects", "means", "counts", "correlation", "proportion")
#: Words beside "study" that make a property of it, such as "study_design".
_PROPERTIES = frozenset(("design", "type", "kind", "quality", "setting", "period", "country",
                         "region", "sample", "population", "status", "group", "arm"))  # fmt: skip
_SIGN = "of the control against the treatment by the header; the sign is not changed"
#: Tables whose columns an error names.
_NAMED = 5
#: What columns.yaml may say of the columns of each arm.
_OF_ARMS = {
    MEAN: (("mean", "the means"), ("sd", "the SDs"), ("n", "the sizes")),
    EVENTS: (("events", "the events"), ("n", "the sizes")),
}


def propose(source: Source) -> list[Analysis]:
    """The analyses that the tables of a source allow, in the order of the source.

    Parameters
    ----------
    source : Source

    Returns
    -------
    list of Analysis
        With names that are unique in the source. Nothing in them decides a sign by a guess: where
        the headers do not say which arm is which, `first_arm` asks.

    Examples
    --------
    >>> from metarepro.readers.source_table import SourceRow
    >>> columns = ("ID", "g_eot_DEP", "g_eot_LL_DEP", "g_eot_UL_DEP")
    >>> rows = (SourceRow(2, ("A", "0.2", "0.1", "0.3")), SourceRow(3, ("B", "0.5", "0.2", "0.8")))
    >>> source = Source("a.xlsx", "", "", (SourceTable("", "", columns, rows),))
    >>> [(one.name, one.measure, one.columns["ci_low"].column) for one in propose(source)]
    [('eot_DEP', 'SMD', 'g_eot_LL_DEP')]
    """
    found: list[Analysis] = []
    own: list[Analysis] = []
    for table in source.tables:
        if table_words(table):
            continue
        if table.is_made and own:  # its rows are results by themselves
            continue
        own = [replace(one, table=table.label) for one in _of_table(table)]
        if table.is_made:
            own = [one for one in own if one.roles[:1] and one.roles[0] in (*OF_ARMS, *UNNAMED)]
        elif len(own) == 1 and own[0].name in _UNNAMED and table.label:
            own = [replace(own[0], name=table.label)]
        found += _renamed(own, {one.name for one in found}, table.label)
    return found


def _of_table(table: SourceTable) -> Iterator[Analysis]:
    if not table.rows or len(set(table.columns)) < len(table.columns):
        table = _distinct(table)
    columns, mark = profile(table)
    labels = _labels(columns)
    known = list(layout_analyses(columns, mark))
    are_open = commas_are_open(columns, mark)
    open_commas = {c.header.text for c in columns if c.is_odd or are_open and c.has_open_commas}
    left = _left(columns)
    taken = [c for c in columns if c.header.text not in left]
    notes = tuple(f"{name}: not used, {why}" for name, why in left.items() if not known)
    notes += tuple(
        f"{c.header.text}: may say the sign of the effects, and is not used"
        for c in columns
        if not c.width and c.filled.any() and _OF_SIGN.search(c.header.text)
    )
    notes += tuple(_comparisons(columns))
    found = known or [*effect_analyses(taken, mark), *arm_analyses(taken, mark)]
    labelled = (_of_measures(_labelled(one, table.column_labels), columns) for one in found)
    for one in labelled if found else group_analyses(taken, mark):
        decimal = FILL_IN if open_commas & _measured(one) else one.decimal
        cells = {**labels, **one.columns}
        effects = one.columns["yi"].column if "yi" in one.columns else ""
        turned = (f"{effects}: {_SIGN}",) if _TURNED.search(effects) else ()
        yield replace(one, columns=cells, decimal=decimal, notes=(*one.notes, *turned, *notes))


def _comparisons(columns: Sequence[Column]) -> Iterator[str]:
    """A note where two columns say what is compared, and rows compare different things.

    As in the tables of network meta-analyses: treat1, treat2, TE, seTE.
    """
    texts = [column for column in columns if not column.width and column.filled.any()]
    for one, other in pairwise(texts):
        first, second = (_ARM_NUMBER.fullmatch(c.header.text.strip()) for c in (one, other))
        if not first or not second or first[1] != second[1] or first[2] == second[2]:
            continue
        pairs = [*dict.fromkeys(zip(one.texts, other.texts, strict=True))]
        if len(pairs) > 1:
            shown = ", ".join(f"{a.strip()} and {b.strip()}" for a, b in pairs[:2])
            yield (
                f"{one.header.text} and {other.header.text} differ from row to row ({shown} ...): "
                "the pool is of different comparisons; choose rows with where"
            )


def _labelled(analysis: Analysis, labels: Mapping[str, str]) -> Analysis:
    """With the measure that the file says of the effects, if the header names none."""
    effects = analysis.columns.get("yi")
    label = labels.get(effects.column, "") if effects and not analysis.measure else ""
    header = parse_header(label)
    if header.measure in ("", "effect"):
        return analysis
    asked = FILL_IN if MEASURES[header.measure].is_ratio else ""
    note = f'{header.measure}: the file says "{label}"'
    scale = "log" if header.log else asked
    return replace(analysis, measure=header.measure, scale=scale, notes=(*analysis.notes, note))


def _of_measures(analysis: Analysis, columns: Iterable[Column]) -> Analysis:
    """With what a column of measures says of the effects: "SMD" in each row, or "OR" and "HR"."""
    for column in columns if "yi" in analysis.columns else ():
        texts = [*dict.fromkeys(t.strip() for t in column.texts if not is_missing(t))]
        said = [*map(parse_header, texts)]
        kinds = {(header.measure, header.log) for header in said}
        sure = all(h.measure not in ("", "effect") and not h.topic for h in said)
        if column.width or not said or not sure or not _OF_MEASURE.search(column.header.text):
            continue
        name = column.header.text
        if len(kinds) > 1:
            words = (
                f"{name} has {', '.join(texts)}: the pool is of different measures; choose rows "
            )
            return replace(analysis, notes=(*analysis.notes, f"{words}with where"))
        ((measure, log),) = kinds
        return _of_measure(analysis, measure, log, f'{name} says "{texts[0]}"')
    return analysis


def _of_measure(analysis: Analysis, measure: str, log: bool, words: str) -> Analysis:
    """With the measure that a column says; a note where the effects are of another one."""
    is_ratio = MEASURES[measure].is_ratio
    if analysis.measure == measure:
        return analysis
    if analysis.measure and not (analysis.measure == "ratio" and is_ratio):
        note = f"{words}, and the effects are taken for {analysis.measure}"
        return replace(analysis, notes=(*analysis.notes, note))
    # The logarithm of 0.8 is negative: what it is decides the sign. As yi beside vi it is one.
    is_log = log or analysis.columns["yi"].column == "yi" and "ci_low" not in analysis.columns
    scale = analysis.scale or (("log" if is_log else FILL_IN) if is_ratio else "")
    notes = (*analysis.notes, f"{measure}: {words}")
    return replace(analysis, measure=measure, scale=scale, notes=notes)


def _measured(analysis: Analysis) -> set[str]:
    """The columns of an analysis that hold no counts, which have thousands and no decimals."""
    return {
        cell.column
        for role, cell in analysis.columns.items()
        if role.partition("_")[0] in ("yi", "vi", "sei", "ci", "mean", "sd")
    }


def _left(columns: Iterable[Column]) -> dict[str, str]:
    """Header -> why the column is not taken."""
    return {c.header.text: why for c in columns if (why := why_left(c))}


def _distinct(table: SourceTable) -> SourceTable:
    """A table without columns whose headers are empty or stand there twice."""
    places = [
        place
        for place, name in enumerate(table.columns)
        if table.columns.count(name) == 1 and name or place == 0
    ]
    rows = (replace(row, cells=tuple(row.cells[p] for p in places)) for row in table.rows)
    return replace(table, columns=tuple(table.columns[p] for p in places), rows=tuple(rows))


def _labels(columns: Iterable[Column]) -> dict[str, Cell]:
    """The column with the names of the studies, and that of the year if they have none."""
    texts = [c for c in columns if not c.width and c.filled.any()]
    # Also where the names are numbers, or look like some: "A 1".
    named = [
        c for c in columns if c.header.statistic == STUDY and not all(map(is_missing, c.texts))
    ]
    if named:
        first = min(named, key=_as_study)
        cell = first.cell
    elif texts and texts[0].place == 0:
        first = texts[0]
        cell = Cell(first.header.text, 0, "the first column, with texts")
    else:
        return {}
    found = {"study": cell}
    years = [c for c in columns if c.header.statistic == YEAR and c.width == 1]
    has_years = sum(any(y in text for y in ("19", "20")) for text in first.texts)
    if years and 2 * has_years < len(first.texts):
        found["year"] = years[0].cell
    return found


def _as_study(column: Column) -> tuple[bool, bool, int, int]:
    """What makes a column the name of the studies: texts before numbers, but for properties."""
    topic = column.header.topic
    is_property = not column.width and bool(_PROPERTIES & set(topic))
    return is_property, column.width > 0, len(topic), column.place


def _renamed(analyses: Iterable[Analysis], taken: set[str], label: str) -> Iterator[Analysis]:
    """Names that are not taken: with the table, then with a number."""
    for one in analyses:
        name, number = one.name, 2
        if name in taken and label:
            name = f"{label}: {one.name}"
        base = name
        while name in taken:
            name, number = f"{base} ({number})", number + 1
        taken.add(name)
        yield replace(one, name=name)


def nothing_to_pool(source: Source) -> InputError:
    """The error for a source without columns that can be pooled: what it has, and what to write."""
    if not source.tables:
        return no_tables(source)
    tables = "; ".join(
        f"{f'{table.label}: ' * bool(table.label)}{', '.join(filter(None, table.columns))}"
        for table in source.tables[:_NAMED]
    )
    columns = [column for table in source.tables for column in profile(table)[0]]
    left = _left(columns)
    not_used = ", ".join(f"{name} ({why})" for name, why in left.items())
    study = next((table.columns[0] for table in source.tables if table.columns), "") or "..."
    return InputError(
        f"{source.file}: no columns that can be pooled were found. It has the columns {tables}. "
        + (f"Not used: {not_used}. " if left else "")
        + "".join(
            f"{t.label or 'Its table'}: {w}. " for t in source.tables if (w := table_words(t))
        )
        + "".join(f"{words}. " for words in misfits(columns))
        + f"Say what they are in {COLUMNS_FILE} beside it, such as\n"
        f"  file: {source.file}\n  analyses:\n  - name: main\n    columns:\n"
        f'      study: "{study}"'
        + "".join(f'\n      {role}: "the column of {of}"' for role, of in _roles_for(columns))
    )


def _roles_for(columns: Sequence[Column]) -> Iterator[tuple[str, str]]:
    """The roles that the headers of a table come nearest to, with what stands there."""
    statistics = [column.header.statistic for column in columns]
    if CORRELATION in statistics:
        yield from (("r", "the correlations"), ("n_total", "the numbers of participants"))
    elif MEAN in statistics or statistics.count(EVENTS) > 1:
        for arm, words in (("t", "the treated arm"), ("c", "the control")):
            for stem, what in _OF_ARMS[MEAN if MEAN in statistics else EVENTS]:
                yield f"{stem}_{arm}", f"{what} of {words}"
    elif EVENTS in statistics:
        yield from (("events", "the events"), ("n_total", "the numbers of participants"))
    else:
        yield from (("yi", "the effects"), ("sei", "their standard errors"))
