"""The report of what changed, as Markdown: what must be looked at first stands first."""

import difflib
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from metarepro.changes.alarms import UNKNOWN
from metarepro.changes.causes import State
from metarepro.changes.changes import Changes, Moved, Movement, fate
from metarepro.changes.result_tables import ResultTable
from metarepro.changes.tables import Row, TableChange, number
from metarepro.manifest.listing import MANIFEST
from metarepro.wording.markdown import FOLD_FROM, code, fenced, folded, plain, table
from metarepro.wording.phrases import DASH, decimal
from metarepro.wording.scales import Scale

PLACES = 3
#: Lines of a difference of two texts before it is cut.
LONGEST_DIFFERENCE = 60

#: What makes the results follow from the data again, in a study and in a checkout.
_RUN_FIRST = "Run the workflow first (`metarepro run`, or `make`)"


def report(
    changes: Changes, before: State, after: State, base: str, is_unfinished: bool = False
) -> str:
    """Write the report.

    Parameters
    ----------
    changes : Changes
        As `changes.compare_states` gives them.
    before, after : mapping of str to bytes
        The two states.
    base : str
        Id of the commit that `before` is.
    is_unfinished : bool
        Whether the last run of the workflow, which made `after`, did not make everything.

    Returns
    -------
    str
        Markdown as GitHub shows it; the same changes give the same text.
    """
    lines = [f"# What changed since {code(base[:12])}", ""]
    if is_unfinished:
        lines += [
            "> **The last run of the workflow did not make everything** (it was killed, failed, is "
            "still going on, or was asked for a part): some results may be older than the last "
            f"edit of data, code or configuration, others newer. {_RUN_FIRST}.",
            "",
        ]
    lines += [*_warnings(changes), _summary(changes), ""]
    lines += _look_first(changes)
    lines += ["## Inputs", "", *_inputs(changes, before, after)]
    if changes.code:
        lines += ["## Code and configuration", ""]
        lines += _files({path: fate(path, before, after) for path in changes.code})
    for moved in changes.moved:
        lines += [f"## {moved.table.name[1].capitalize()}", "", *_moved(moved, bool(changes.code))]
    lines += ["## Figures", "", *_files(changes.figures)]
    lines += ["## Other files of results", "", *_files(changes.others)]
    return "\n".join(lines).rstrip() + "\n"


def _summary(changes: Changes) -> str:
    """One paragraph: what moved, the worst first."""
    kinds = Counter(
        alarm.partition(":")[0]
        for moved in changes.moved
        for movement in moved.movements
        for alarm in movement.alarms
    )
    names = {
        "sign": ("changed sign", "changed signs"),
        "interval": (
            "interval that changed its relation to no effect",
            "intervals that changed their relation to no effect",
        ),
        "verdict": ("changed verdict", "changed verdicts"),
    }
    loud = [_counted(kinds[kind], names[kind]) for kind in names if kinds[kind]]
    parts = [
        "**⚠ Look first: " + ", ".join(loud) + ".**"
        if loud
        else "No sign, no interval's relation to no effect and no verdict changed."
    ]
    inputs = len(changes.inputs.files)
    code_files = len(changes.code)
    parts.append(
        f"Changed: {_counted(inputs, ('input file', 'input files'))}, "
        f"{_counted(code_files, ('file', 'files'))} of code or configuration."
    )
    moved = [
        f"{_counted(len(m.movements), m.table.name)}" for m in changes.moved if not m.change.note
    ]
    parts.append(
        f"Moved, new or gone: {', '.join(moved) or 'nothing comparable'}; "
        f"{_counted(len(changes.figures), ('figure', 'figures'))}."
    )
    return " ".join(parts)


def _counted(count: int, name: tuple[str, str]) -> str:
    return f"{count} {name[count != 1]}"


def _warnings(changes: Changes) -> list[str]:
    lines = []
    for side, state in (("after", "this tree"), ("before", "the commit")):
        if outdated := changes.outdated[side]:
            lines += [
                f"> **The results of {state} were not made from its inputs** "
                f"({_named(outdated)}). {_RUN_FIRST}, else this report says too little.",
                "",
            ]
        if altered := changes.altered[side]:
            lines += [
                f"> **Results of {state} are not those that {code(MANIFEST)} lists** "
                f"({_named(altered)}): they moved without input, by hand or by a run that has not "
                f"come to its end. {_RUN_FIRST}.",
                "",
            ]
        if left_out := changes.left_out[side]:
            count = _counted(len(left_out), ("review is", "reviews are"))
            lines += [f"> **{count} missing from the results of {state}**:", ">"]
            lines += [*(f"> - {plain(review)}" for review in left_out), ""]
    if changes.without_effect:
        lines += [
            "> **Nothing moved: was the workflow run after this edit?** No result differs, and "
            "whether they are newer than these files cannot be seen: "
            f"{_named(changes.without_effect)}.",
            "",
        ]
    if unexplained := changes.unexplained():
        named = [" ".join(movement.row.key) for _, movement in unexplained]
        lines += [
            f"> **{_counted(len(unexplained), ('result', 'results'))} moved without a changed "
            f"input: stale results?** ({_named(named)})",
            "",
        ]
    return lines


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(map(code, names[:5])) + more


def _look_first(changes: Changes) -> list[str]:
    rows = [
        [moved.table.name[0], *_what(movement, moved.table), _because(movement, bool(changes.code))]
        for moved in changes.moved
        for movement in moved.movements
        if movement.alarms
    ]
    if not rows:
        return []
    header = ["", "which", "what", "before", "after", "because of"]
    # Never folded, however long: this is what the report is for.
    lines = ["| " + " | ".join(row) + " |" for row in [header, ["---"] * len(header), *rows]]
    return ["## ⚠ Look first", "", *lines, ""]


def _what(movement: Movement, of: ResultTable) -> list[str]:
    alarms = "<br>".join(f"**{plain(alarm)}**" for alarm in movement.alarms)
    return [
        _key(movement, of),
        alarms,
        *_estimates(movement, of),
    ]


def _inputs(changes: Changes, before: State, after: State) -> list[str]:
    if not changes.inputs.files:
        return ["Nothing changed in data/.", ""]
    lines: list[str] = []
    for path, change in changes.inputs.files.items():
        lines += [f"### {code(path)}", ""]
        if change is None:
            lines += _text_difference(before.get(path), after.get(path))
        else:
            lines += [*_columns(change), *_records(change)]
    return lines


def _columns(change: TableChange) -> list[str]:
    lines = [f"{change.note.capitalize()}."] if change.note else []
    for words, columns in (("Added", change.added_columns), ("Removed", change.removed_columns)):
        if columns:
            noun = "column" if len(columns) == 1 else "columns"
            lines.append(f"{words} {noun}: {', '.join(map(code, columns))}.")
    return [*lines, ""] if lines else []


def _records(change: TableChange) -> list[str]:
    rows = [
        [code(" / ".join(row.key)), *cells]
        for row in change.rows
        for cells in (
            [[code(c), code(row.before[c]), code(row.after[c])] for c in row.columns]
            if row.columns
            else [["", "", "*new record*"] if row.after else ["", "*vanished record*", ""]]
        )
    ]
    if not rows:
        return ["The same cells in another order or spelling.", ""] if not change else []
    return table(["record", "column", "before", "after"], rows, f"{len(rows)} changes")


def _text_difference(before: bytes | None, after: bytes | None) -> list[str]:
    """Lines of the difference of two texts; for anything else its size."""
    if b"\0" in (before or b"") + (after or b""):
        sizes = [f"{len(c)} bytes" if c is not None else "not there" for c in (before, after)]
        return [f"{sizes[0]} → {sizes[1]}", ""]
    old, new = ((c or b"").decode("utf-8", "replace").splitlines() for c in (before, after))
    lines = list(difflib.unified_diff(old, new, lineterm="", n=1))[2:]
    cut = (
        [f"... {len(lines) - LONGEST_DIFFERENCE} more lines"]
        if len(lines) > LONGEST_DIFFERENCE
        else []
    )
    shown = fenced("\n".join(lines[:LONGEST_DIFFERENCE] + cut), "diff")
    return folded(f"{len(lines)} lines", shown) if len(lines) > FOLD_FROM else shown


def _moved(moved: Moved, code_changed: bool) -> list[str]:
    change, name = moved.change, moved.table.name
    if change.note:
        return [f"{code(moved.table.path)}: {change.note}.", ""]
    lines = _columns(change)
    if not moved.movements:
        lines += [f"No {name[0]} changed.", ""]
    for title, movements in _groups(moved.movements):
        rows = list(_rows(movements, moved.table, code_changed))
        lines += [f"{_counted(len(rows), name).capitalize()} {title} (of {change.n_before}):", ""]
        lines += table(_header(moved.table), rows, f"{len(rows)} {title}")
    for count, what in (
        (moved.rounding, "Changed in the last digits only"),
        (moved.elsewhere, "Changed in other columns only"),
    ):
        if count:
            lines += [f"{what}: {_counted(count, ('row', 'rows'))}.", ""]
    return lines


def _groups(movements: Sequence[Movement]) -> Iterator[tuple[str, list[Movement]]]:
    groups = {
        "changed": [m for m in movements if m.row.before and m.row.after],
        "new": [m for m in movements if not m.row.before],
        "gone": [m for m in movements if not m.row.after],
    }
    yield from ((title, group) for title, group in groups.items() if group)


def _header(of: ResultTable) -> list[str]:
    numbers = ["before", "after", "difference"] if of.numbers else []
    return [
        "which",
        *numbers,
        *(["largest shift over the old CI's width"] if of.is_ci and of.numbers else []),
        "what else",
        "because of",
    ]


def _rows(
    movements: Sequence[Movement], of: ResultTable, code_changed: bool
) -> Iterator[list[str]]:
    for movement in movements:
        cells = [_key(movement, of)]
        if of.numbers:
            cells += [
                *_estimates(movement, of),
                _difference(movement),
            ]
        if of.is_ci and of.numbers:
            cells.append(_share(movement.relative))
        yield [*cells, _words(movement, of), _because(movement, code_changed)]


def _key(movement: Movement, of: ResultTable) -> str:
    """What a record is: its key, and its label for people."""
    row = movement.row.after or movement.row.before
    label = ", ".join(row[column] for column in of.label if row.get(column))
    mark = "⚠ " if movement.alarms else ""
    return mark + code(" / ".join(movement.row.key)) + (f" {plain(label)}" if label else "")


def _words(movement: Movement, of: ResultTable) -> str:
    """Columns that changed, in words; of a record that is new or gone what it says."""
    row = movement.row
    if row.before and row.after:
        said = [
            f"{plain(c)}: {_word(row.before[c])} → {_word(row.after[c])}" for c in movement.words
        ]
    else:
        cells = row.after or row.before
        said = [f"{plain(c)}: {_word(cells[c])}" for c in of.words[:2] if cells.get(c)]
    return "<br>".join(said)


def _word(cell: str) -> str:
    """A cell; a number without digits that nobody reads."""
    try:
        value = float(cell)
    except ValueError:
        return code(cell)
    return code(cell) if value == round(value, PLACES) else decimal(value, PLACES)


def _because(movement: Movement, code_changed: bool) -> str:
    if movement.cause:
        return plain(movement.cause)
    return "code or configuration" if code_changed else "**no changed input**"


def _estimates(movement: Movement, of: ResultTable) -> list[str]:
    """The record's estimate before and after."""
    states = zip((movement.row.before, movement.row.after), movement.scales, strict=True)
    return [_estimate(cells, of, scale) for cells, scale in states]


def _estimate(row: Row, of: ResultTable, scale: Scale) -> str:
    """Print "g 0.341 [0.203, 0.479]" on the record's own scale, or a dash where there is none."""
    if not of.numbers or not row:
        return DASH
    estimate, low, high = (number(row, column) for column in of.numbers)
    if math.isnan(estimate):
        return DASH
    symbol = "" if scale.measure == UNKNOWN.measure else f"{scale.symbol} "
    text = symbol + decimal(scale.shown(estimate), PLACES)
    if math.isnan(low) or math.isnan(high):
        return text
    first, last = scale.limits(low, high)
    return f"{text} [{decimal(first, PLACES)}, {decimal(last, PLACES)}]"


def _difference(movement: Movement) -> str:
    """Print "+0.012"; of ratios what the former one is multiplied by, "× 1.120"."""
    difference, scale = movement.difference, movement.scales[1].differences
    if math.isnan(difference):
        return DASH
    if scale.is_ratio:
        return f"× {decimal(scale.shown(difference), PLACES)}"
    if 0 < abs(difference) < 10**-PLACES / 2:
        return f"under {10**-PLACES:g}"
    shown = scale.shown(difference)
    return ("+" if shown > 0 else "") + decimal(shown, PLACES)


def _share(relative: float) -> str:
    if math.isnan(relative):
        return DASH
    percent = 100 * relative
    return "under 1%" if 0 < percent < 1 else f"{percent:.0f}%"


def _files(files: Mapping[str, str]) -> list[str]:
    if not files:
        return ["None changed.", ""]
    counts = Counter(files.values())
    title = ", ".join(
        f"{counts[fate]} {fate}" for fate in ("changed", "new", "vanished") if counts[fate]
    )
    return folded(title, [f"- {code(path)} ({fate})" for path, fate in files.items()])
