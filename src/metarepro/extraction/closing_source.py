"""What of one table of a source does not close, for the person who takes the table out."""

from collections.abc import Iterator
from dataclasses import replace

from metarepro.errors import InputError
from metarepro.extraction.closing import Check
from metarepro.extraction.closing_analysis import check_words, close_analysis
from metarepro.extraction.closing_printed import close_alone, close_left_out, close_printed
from metarepro.extraction.pool_labels import leaves_one_out
from metarepro.extraction.proposals import propose
from metarepro.readers.source_table import Source, SourceTable

#: Numbers that are named; metarepro columns counts all.
_SHOWN = 8


def closing_of(source: Source, table: SourceTable) -> Iterator[str]:
    """What of a table does not close, in words, as far as its columns are understood.

    Nothing is said where there is no analysis, only such that a person has to complete, or one of
    which most numbers do not close: then it is the columns that are misunderstood. The pools of a
    table that leaves one study out at a time are held against the rows of the other tables.
    """
    if leaves_one_out(table):
        yield from _left_out(source, table)
        return
    alone = replace(source, tables=(table,))
    proposed = propose(alone)
    said: set[str] = set()
    for analysis in proposed:
        if analysis.questions:
            continue
        try:
            closed = close_analysis(alone, analysis, proposed)
            if 2 * len(closed.open) > len(closed.checks):
                continue  # where most do not close, the columns are something else
            lines = [_to_check(one) for one in closed.open[:_SHOWN]]
            for printed in close_printed(alone, analysis, proposed):
                lines += printed.words()
        except InputError:
            continue  # what is wrong with the cells is said when they are pooled
        yield from (line for line in lines if line not in said)
        said.update(lines)


def _to_check(one: Check) -> str:
    words = check_words(one)
    return f"Check {words[:1].lower()}{words[1:]}"


def _left_out(source: Source, table: SourceTable) -> Iterator[str]:
    """The pools against the rows of which most of them come out."""
    found = []
    for analysis in propose(source):
        if not analysis.questions:
            try:
                closed = close_left_out(source, table, analysis)
            except InputError:
                continue  # as above
            found += [closed] if closed else []
    if found:
        yield from max(found, key=lambda one: one.closed.n_closed).words()
    checks = close_alone(table)
    still_open = [one for one in checks if not one.closes]
    if checks and 2 * len(still_open) <= len(checks):  # else the columns are something else
        yield f"{len(checks) - len(still_open)} of {len(checks)} numbers close with the others"
        yield from map(_to_check, still_open[:_SHOWN])
