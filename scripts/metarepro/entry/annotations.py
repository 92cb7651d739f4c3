"""Problems in the data as annotations of a pull request on GitHub.

The syntax is that of GitHub's workflow commands: one line, `::error key=value,...::message`, in
which % and line ends are written as %25, %0D and %0A, and : and , of the values as %3A and %2C.
"""

from collections.abc import Iterator

from metarepro.problems import Problem

_IN_MESSAGE = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_VALUE = _IN_MESSAGE | {":": "%3A", ",": "%2C"}


def annotation(problem: Problem, content: str | None) -> str:
    """Give one problem as a workflow command.

    Parameters
    ----------
    problem : Problem
        Its file as seen from the project's folder.
    content : str or None
        Text of the file, from which the place of a cell in a CSV file is found; None if the file
        cannot be read.

    Returns
    -------
    str
        On one line, whatever the data hold.
    """
    place = {"file": problem.file}
    if problem.row is not None:
        line, column = problem.row, None
        if content is not None and problem.file.endswith(".csv"):
            line, column = _cell_place(content, problem)
        place["line"] = str(line)
        if column is not None:
            place["col"] = str(column)
    values = ",".join(f"{name}={_escaped(value, _IN_VALUE)}" for name, value in place.items())
    return f"::error {values}::{_escaped(str(problem), _IN_MESSAGE)}"


def _escaped(text: str, codes: dict[str, str]) -> str:
    return "".join(codes.get(character, character) for character in text)


def _cell_place(content: str, problem: Problem) -> tuple[int, int | None]:
    """Line and column (from 1) at which a cell begins; the row's line if it has no such cell.

    Row and line differ below a cell that holds a line break.
    """
    header: list[str] = []
    line = problem.row or 1
    for row, place, text in _cells(content):
        if row == 1:
            header.append(text)
        if row == problem.row:
            if place[1] == 1:
                line, names = place[0], iter(header)
            if next(names, None) == problem.column != "":
                return place
        elif row > (problem.row or 1):
            break
    return line, None


def _cells(content: str) -> Iterator[tuple[int, tuple[int, int], str]]:
    """Row, place and text of every cell of a CSV file."""
    row = line = column = 1
    place, text, quoted = (1, 1), "", False
    for character in content:
        column += 1
        if character == '"':
            quoted = not quoted
        elif character in ",\n" and not quoted:
            yield row, place, text.rstrip("\r")
            if character == "\n":
                row, line, column = row + 1, line + 1, 1
            place, text = (line, column), ""
        else:
            text += character
            if character == "\n":
                line, column = line + 1, 1
    if text or place[1] > 1:
        yield row, place, text
