"""Shows what would be computed from proposed columns, before anybody accepts them."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from metarepro.errors import InputError
from metarepro.extraction.closing_analysis import close_analysis, closing_words
from metarepro.extraction.closing_printed import close_printed
from metarepro.extraction.extracted import extract, table_of
from metarepro.extraction.mapping import ARMS, Analysis
from metarepro.readers.source_table import Source
from metarepro.synthesis.study_pool import StudyPool, pool_studies
from metarepro.synthesis.study_pool_words import summary_lines
from metarepro.tabular.yaml_text import FILL_IN
from metarepro.wording.phrases import DASH

#: Rows that are shown of each analysis.
_SHOWN = 5
#: Lines of an error; with the wrong column each of its cells is one.
_PROBLEMS = 10
_DEFAULTS = {"mean": "SMD", "events": "OR"}


def preview(source: Source, analysis: Analysis, beside: Sequence[Analysis] = ()) -> list[str]:
    """An analysis in words: columns with reasons, the first rows, the pool, what does not close.

    Where it is not known which arm is which, the effects are those for the first arm as the
    treated one, and the text says so.
    """
    lines = [f"{analysis.name}" + (f" ({analysis.table})" if analysis.table else "")]
    for role, cell in analysis.columns.items():
        number = f", number {cell.number}" if cell.number else ""
        lines.append(
            f"  {role:12} {cell.column}{number}" + (f": {cell.reason}" if cell.reason else "")
        )
    lines += [f"  Note: {note}" for note in analysis.notes]
    lines += [f"  Question: {question}" for question in analysis.questions]
    asked = analysis.first_arm == FILL_IN
    if asked:
        analysis = replace(analysis, first_arm=ARMS[0])
    try:
        extracted = extract(source, analysis)
        stem, of_arm, _ = analysis.roles[0].partition("_")
        measure = analysis.measure or (_DEFAULTS.get(stem) if of_arm else None)
        pooled = pool_studies(extracted.table, measure=measure)
    except InputError as error:
        said = f"Cannot be pooled: {error}".splitlines()
        more = len(said) - _PROBLEMS
        rest = [f"and {more} more"] if more > 0 else []
        return [*lines, *(f"  {line.strip()}" for line in (*said[:_PROBLEMS], *rest))]
    lines += _rows(pooled)
    lines.append("  " + ("If it is the treatment: " if asked else "") + summary_lines(pooled)[0])
    lines += [f"  {line}" for line in extracted.lines()]
    if not asked:
        lines += [f"  {line}" for line in closing_words(close_analysis(source, analysis, beside))]
        for printed in close_printed(source, analysis, beside):
            lines += [f"  {line}" for line in printed.words()]
    notes = table_of(source, analysis).notes
    lines += [f"  In the file: {note}" for note in notes[:_SHOWN]]
    return lines


def _rows(pooled: StudyPool) -> Iterator[str]:
    """The first effects with their standard errors, on the scale of pooling."""
    yield f"  {'study':30} {'effect':>9} {'SE':>9}"
    for _, row in pooled.studies.head(_SHOWN).iterrows():
        known = math.isfinite(row["yi"])
        effect, se = (
            f"{number:.4f}" if known else DASH for number in (row["yi"], row["vi"] ** 0.5)
        )
        yield f"  {str(row['study'])[:30]:30} {effect:>9} {se:>9}"
    if len(pooled.studies) > _SHOWN:
        yield f"  and {len(pooled.studies) - _SHOWN} more"
