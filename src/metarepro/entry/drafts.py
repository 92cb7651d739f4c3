"""Forms for new evidence, in YAML, that say beside every field what belongs there.

A CSV file has no room for comments and its rows are too long to fill in by hand, so a new trial
starts as a form; `draft_rows` turns it into rows. What the fields mean comes from the data guide
(`data_guide`), what a statistic needs from `reported_statistics`.
"""

import textwrap
from collections.abc import Mapping, Sequence

from metarepro.entry.data_guide import meaning_of
from metarepro.study.transcription import LIST_KEYS
from metarepro.tabular.input_tables import INPUT_TABLES, REVIEW_KEYS
from metarepro.tabular.reported_statistics import STATISTICS
from metarepro.tabular.yaml_text import FILL_IN

_WIDTH = 98

Meanings = Mapping[str, Mapping[tuple[str, ...], str]]
Codebook = Mapping[str, Sequence[str]]

#: Columns that may be empty, but that whoever adds a trial should not pass over.
_ASKED = ("year", "n_randomised", "source")


def trial_form(
    trial_id: str,
    statistic: str,
    number: int,
    new: bool,
    codebook: Codebook,
    meanings: Meanings,
) -> str:
    """Write the form for a trial and one result of it.

    Parameters
    ----------
    trial_id : str
        Id of the trial.
    statistic : str
        One of `reported_statistics.STATISTICS`: it decides which numbers the form asks for.
    number : int
        Of the result, for its id.
    new : bool
        False if the data have the trial already; the form is then for the result only.
    codebook : mapping
        Columns that hold ids of the codebook, to the ids; of a trial that the data have already
        `intervention` to its own ones. If it has several, the form asks for the result's.
    meanings : mapping
        As `data_guide.column_meanings` gives them.
    """
    lines = [
        f"# {'A new trial' if new else 'A new result of the trial'}: {trial_id}",
        f"# Replace every {FILL_IN}. What the paper does not say stays empty: nothing between the",
        '# quotes, or nothing behind the colon. A double quote inside a text is written \\".',
        f"# Then run: metarepro add-trial {trial_id}",
    ]
    if new:
        declared = INPUT_TABLES["trials"].columns
        columns = list(declared)[1:]
        cells = {c: FILL_IN for c in columns if c in _ASKED or not declared[c].may_be_empty}
        lines += ["", "trial:", *_fields("trials", columns, cells, codebook, meanings)]
        columns = list(INPUT_TABLES["clusters"].columns)[1:]
        lines += ["", "# Leave empty unless the trial is cluster-randomised.", "cluster:"]
        lines += _fields("clusters", columns, {}, codebook, meanings)
    lines += [
        "",
        "# One block per result. For a second one, copy the block from its dash on and give it the",
        "# next id. A block may hold any column of data/trials/results.csv.",
        "results:",
    ]
    ask = ("intervention",) if not new and len(codebook["intervention"]) > 1 else ()
    result = _result(trial_id, statistic, number, codebook, meanings, ask)
    return "\n".join([*lines, *result]) + "\n"


def _result(
    trial_id: str,
    statistic: str,
    number: int,
    codebook: Codebook,
    meanings: Meanings,
    ask: Sequence[str],
) -> list[str]:
    kind = STATISTICS[statistic]
    numbers = {column for one in STATISTICS.values() for column in (*one.asked, *one.helpful)}
    left_out = {"trial_id", *numbers} - {*kind.asked, *kind.helpful}
    declared = INPUT_TABLES["results"].columns
    columns = [c for c in declared if c not in left_out]
    cells = {c: FILL_IN for c in columns if c in kind.asked or not declared[c].may_be_empty}
    cells |= {"result_id": f"{trial_id}-{number:02d}", "statistic": statistic}
    cells |= dict.fromkeys((*ask, "higher_is_better"), FILL_IN)
    if kind.of_arms:  # `sign` speaks of a `value` that there need not be
        cells["sign"] = "scale"
    numbers_from = columns.index("statistic") + 1
    lines = _fields("results", columns[:numbers_from], cells, codebook, meanings, "  - ")
    lines += _comment(f"The numbers. A usable result needs {kind.needs}.", "    ")
    rest = columns[numbers_from:]
    return lines + _fields("results", rest, cells, codebook, meanings, "    ")


def review_form(review_id: str, meanings: Meanings) -> str:
    """Write a review.yaml in which everything is still "not seen" and the role is missing."""
    lines = [
        f"# The review {review_id}. null = not seen. Replace {FILL_IN}; a text with a colon stands",
        "# in quotes; the items of a list stand between [ ] with commas, or each behind a dash.",
    ]
    explained: set[str] = set()
    for key in REVIEW_KEYS:
        together, meaning = meaning_of(key, meanings["review"])
        if key not in explained:
            lines += _comment(f"{', '.join(together)}: {meaning}", "")
            explained.update(together)
        value = FILL_IN if key == "role" else "[]" if key in LIST_KEYS else "null"
        lines.append(f"{key}: {value}")
    return "\n".join(lines) + "\n"


def _fields(
    table: str,
    columns: Sequence[str],
    cells: Mapping[str, str],
    codebook: Codebook,
    meanings: Meanings,
    indent: str = "  ",
) -> list[str]:
    """Fields of one record, each with its explanation above it."""
    lines: list[str] = []
    explained: set[str] = set()
    for column in columns:
        together, meaning = meaning_of(column, meanings[table])
        if column not in explained:
            here = [name for name in together if name in columns]
            lines += _comment(f"{', '.join(here)}: {meaning}", " " * len(indent))
            explained.update(together)
        allowed = _choices(table, column, meaning, codebook)
        lines += _comment(allowed, " " * len(indent)) if allowed else []
        cell = cells.get(column, "")
        quoted = f'"{cell}"' if _needs_quotes(table, column) else cell
        lines.append(f"{indent}{column}: {quoted}".rstrip())
        indent = " " * len(indent)
    return lines


def _choices(table: str, column: str, meaning: str, codebook: Codebook) -> str:
    """What may be chosen from, unless the explanation names it."""
    if column in codebook and not codebook[column]:
        return f"No id yet: add rows to codebook/{column}s.csv first."
    if column in codebook:
        several = "One or several of: " if "several" in _described(table, column) else "One of: "
        return several + ", ".join(codebook[column])
    description = _described(table, column)
    if not description.startswith("one of: "):
        return ""
    levels = description.removeprefix("one of: ").removesuffix(" (or empty)").split(", ")
    return "" if all(level in meaning for level in levels) else description.capitalize()


def _needs_quotes(table: str, column: str) -> bool:
    """Free text may hold a colon or a number sign, and > begins something else in YAML."""
    return column == "p_relation" or _described(table, column).startswith("text ")


def _described(table: str, column: str) -> str:
    return INPUT_TABLES[table].columns[column].allowed


def _comment(text: str, indent: str) -> list[str]:
    prefix = f"{indent}# "
    return textwrap.wrap(
        text, _WIDTH, initial_indent=prefix, subsequent_indent=prefix, break_long_words=False
    )
