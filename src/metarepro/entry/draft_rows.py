"""From a filled-in form (`drafts.trial_form`) to rows of data/trials."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from metarepro.tabular.cells import HEADER_ROW
from metarepro.tabular.input_tables import INPUT_TABLES
from metarepro.tabular.problems import Problem
from metarepro.tabular.yaml_text import FILL_IN, Document, Place, parse_yaml

#: Section of a form to the table that it goes into.
SECTIONS = {"trial": "trials", "cluster": "clusters", "results": "results"}


@dataclass(frozen=True)
class Record:
    """One row of a table, as a form gives it.

    Parameters
    ----------
    table : str
        Its name in `INPUT_TABLES`.
    cells : dict of str to str
        Every column of the table; "" where the form says nothing.
    lines : dict of str to int
        Line of each field of the form.
    line : int
        Line at which the record begins.
    """

    table: str
    cells: dict[str, str]
    lines: dict[str, int]
    line: int

    def place(self, problem: Problem, file: str) -> Problem:
        """The same problem, where the form can be mended."""
        line = self.lines.get(problem.column, self.line)
        return replace(problem, file=file, row=line)


def read_draft(content: bytes, trial_id: str, file: str) -> tuple[list[Record], list[Problem]]:
    """Read a form.

    Parameters
    ----------
    content : bytes
        The form.
    trial_id : str
        The trial that it is for.
    file : str
        Its name in problems.

    Returns
    -------
    records : list of Record
        Without a record of a section in which nothing is filled in.
    problems : list of Problem
        What is no form, and what is still to be filled in; the cells are not checked here.
    """
    document, problems = parse_yaml(content, file, texts=True)
    if document is None:
        hint = 'a text with a colon in quotes, a double quote inside it as \\"'
        return [], [replace(problem, allowed=f"{problem.allowed}; {hint}") for problem in problems]
    sections = "the sections " + ", ".join(SECTIONS)
    if not isinstance(document.value, dict):
        return [], [*problems, Problem(file, None, "", "no sections", sections)]
    # Of a line that is no plain YAML nothing more is said.
    told = {problem.row for problem in problems}
    records: list[Record] = []
    for key, value in document.value.items():
        table = SECTIONS.get(key)
        if table is None:
            problems.append(Problem(file, document.line((key,)), "", key, sections))
            continue
        items = value if isinstance(value, list) else [value]
        for number, item in enumerate(items):
            place: Place = (key, number) if isinstance(value, list) else (key,)
            record, wrong = _record(item, place, document, trial_id, file)
            problems += [problem for problem in wrong if problem.row not in told]
            if record:
                records.append(record)
    if not problems and not records:
        problems.append(Problem(file, None, "", "nothing filled in", "a trial or a result"))
    return records, problems


def _record(
    item: Any, place: Place, document: Document, trial_id: str, file: str
) -> tuple[Record | None, list[Problem]]:
    """One mapping as a row; None if none of its fields is filled in."""
    table = SECTIONS[str(place[0])]
    columns = INPUT_TABLES[table].columns
    line = document.line(place) or 1
    if not isinstance(item, dict):
        return None, [Problem(file, line, "", "no fields", "fields such as 'note: \"\"'")]
    problems = []
    cells = dict.fromkeys(columns, "")
    lines = {key: document.line((*place, key)) or line for key in item}
    for key, value in item.items():
        if key not in columns:
            known = "the columns " + ", ".join(columns)
            problems.append(Problem(file, lines[key], "", key, known))
        elif not isinstance(value, str):
            found = "a list or fields"
            problems.append(Problem(file, lines[key], key, found, "a text or a number"))
        else:
            cells[key] = value
            if FILL_IN in value:
                allowed = "what the lines above it say"  # the form explains each field
                problems.append(Problem(file, lines[key], key, value, allowed))
    if cells.get("trial_id", "") not in ("", trial_id):
        found = cells["trial_id"]
        problems.append(Problem(file, lines["trial_id"], "trial_id", found, trial_id))
    if not any(cells.values()) and not problems:
        return None, []
    return Record(table, cells | {"trial_id": trial_id}, lines, line), problems


def duplicates(
    records: Sequence[Record], ids: Mapping[str, Sequence[str]], file: str
) -> list[Problem]:
    """Records whose id the data have already; `ids` are those of each table."""
    problems = []
    for record in records:
        column = next(iter(INPUT_TABLES[record.table].columns))
        if record.cells[column] in ids[record.table]:
            allowed = f"an id that data/trials/{record.table}.csv does not have yet"
            problem = Problem(file, None, column, record.cells[column], allowed)
            problems.append(record.place(problem, file))
    return problems


def appended(content: bytes, records: Sequence[Record]) -> tuple[bytes, list[int]]:
    """Add rows at the end of a CSV file; the bytes that it has stay as they are.

    Returns
    -------
    content : bytes
        Of the longer file, with the line ends of the old one.
    rows : list of int
        Row of each record, as a spreadsheet counts.
    """
    text = content.decode("utf-8-sig")
    line_end = "\r\n" if "\r\n" in text else "\n"
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator=line_end)
    writer.writerows(list(record.cells.values()) for record in records)
    if not content.endswith(b"\n"):
        content += line_end.encode()
    first = sum(1 for _ in csv.reader(io.StringIO(text, newline=""))) + HEADER_ROW
    return content + lines.getvalue().encode(), list(range(first, first + len(records)))


def place_in_draft(
    problems: Sequence[Problem], places: Mapping[tuple[str, int | None], Record], draft: str
) -> list[Problem]:
    """Point problems of added rows to the form; those of other rows stay as they are.

    `places` are the file and row at which each record was added.
    """
    return [
        places[problem.file, problem.row].place(problem, draft)
        if (problem.file, problem.row) in places
        else problem
        for problem in problems
    ]
