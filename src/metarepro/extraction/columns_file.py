"""Reads and writes columns.yaml, which says what the columns of a file are."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from metarepro.extraction.mapping import ARMS, ROLES, SCALES, SETS, UNNAMED, Analysis, Cell
from metarepro.tabular.cells import read_bytes
from metarepro.tabular.problems import DataError, Problem
from metarepro.tabular.yaml_text import FILL_IN, Document, Place, key_of, parse_yaml
from metarepro.wording.scales import MEASURES

_KEYS = (
    *("name", "table", "measure", "scale", "decimal", "first_arm", "group", "where"),
    *("published", "columns"),
)
_DECIMALS = {"point": ".", "comma": ",", FILL_IN: FILL_IN}
#: A published result as it may be printed.
_PRINTED = '"0.32 [0.23, 0.40]; I2 79%"'
#: The name of the pool of all rows, where several are published.
_ALL = "all"
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.]*( [A-Za-z0-9_.]+)*")
_WORDS = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"))


def columns_text(file: str, analyses: Iterable[Analysis]) -> str:
    """The text of columns.yaml, with the reasons as comments.

    Parameters
    ----------
    file : str
        The name of the file that it belongs to.
    analyses : iterable of Analysis
    """
    lines = [
        f"# What the columns of {_one_line(file)} are. Check it, edit it, keep it beside the file:",
        f"# from then on it is used as it stands. {FILL_IN} asks what only a person can know.",
        f"file: {_quoted(file)}",
        "analyses:",
    ]
    for analysis in analyses:
        lines += _analysis_lines(analysis)
    return "\n".join(lines) + "\n"


def _analysis_lines(analysis: Analysis) -> Iterator[str]:
    yield f"- name: {_quoted(analysis.name)}"
    for note in analysis.notes:
        yield f"  # {_one_line(note)}"
    if analysis.table:
        yield f"  table: {_quoted(analysis.table)}"
    if analysis.measure:
        yield f"  measure: {analysis.measure}"
    elif "yi" not in analysis.columns:
        kinds = (
            "SMD or MD" if any(r.startswith("mean_") for r in analysis.roles) else "OR, RR or RD"
        )
        yield f"  # measure: {kinds}"
    if analysis.scale:
        if analysis.scale == FILL_IN:
            yield f"  # Are the ratios given as ratios or as logarithms? {' or '.join(SCALES)}"
        yield f"  scale: {analysis.scale}"
    if analysis.decimal == FILL_IN:
        yield "  # Is 1,234 a little more than 1 (comma), or more than a thousand (point)?"
        yield f"  decimal: {FILL_IN}"
    elif analysis.decimal == ",":
        yield "  decimal: comma"
    if analysis.first_arm:
        yield f"  # Which arm is the one of the columns with 1: {' or '.join(ARMS)}?"
        yield f"  first_arm: {analysis.first_arm}"
    if analysis.group:
        yield f"  group: {_quoted(analysis.group)}"
    if analysis.where:
        yield "  where:"
        for column, text in analysis.where.items():
            yield f"    {_quoted(column)}: {_quoted(text)}"
    if analysis.published_of:
        whole = {_ALL: analysis.published} if analysis.published else {}
        yield "  published:"
        for name, text in (whole | dict(analysis.published_of)).items():
            yield f"    {_quoted(name)}: {_quoted(text)}"
    elif analysis.published:
        yield f"  published: {_quoted(analysis.published)}"
    else:
        yield f"  # published: {_PRINTED}"
    yield "  columns:"
    for role, cell in analysis.columns.items():
        column = _quoted(cell.column)
        value = f"{{column: {column}, number: {cell.number}}}" if cell.number else column
        yield f"    {role}: {value}" + (f"  # {_one_line(cell.reason)}" if cell.reason else "")


def _quoted(text: str) -> str:
    """A text as YAML takes for a text."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return json.dumps(text, ensure_ascii=False)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def read_columns(path: Path) -> tuple[str, list[Analysis]]:
    """Read columns.yaml.

    Returns
    -------
    file : str
        The name of the file that it belongs to.
    analyses : list of Analysis

    Raises
    ------
    DataError
        With all problems of the file.
    """
    content, problems = read_bytes(path, path.name)
    document = None
    if not problems:
        document, problems = parse_yaml(content, path.name)
    if document is None:
        raise DataError(problems)
    reading = _Reading(path.name, document, problems)
    file, analyses = reading.whole()
    if reading.problems:
        raise DataError(reading.problems)
    return file, analyses


class _Reading:
    """The checks of columns.yaml; problems are collected."""

    def __init__(self, file: str, document: Document, problems: list[Problem]) -> None:
        self.file, self.document, self.problems = file, document, list(problems)

    def whole(self) -> tuple[str, list[Analysis]]:
        """The name of the file and all analyses."""
        value = self.document.value
        if not isinstance(value, dict):
            self._problem((), value, "the keys file and analyses")
            return "", []
        self._known_keys((), value, ("file", "analyses"))
        file = self._text(("file",), value.get("file"))
        if file and (Path(file).name != file or "\\" in file):
            self._problem(("file",), file, "the name of a file beside it, without folders")
        items = value.get("analyses")
        if not isinstance(items, list) or not items:
            self._problem(("analyses",), items, "a list of analyses")
            return file, []
        analyses = [self._analysis(("analyses", n), item) for n, item in enumerate(items)]
        names = [one.name for one in analyses]
        for number, name in enumerate(names):
            if name in names[:number]:
                self._problem(("analyses", number, "name"), name, "a name that is not taken")
        return file, analyses

    def _analysis(self, place: Place, item: Any) -> Analysis:
        if not isinstance(item, dict):
            self._problem(place, item, f"the keys {', '.join(_KEYS)}")
            return Analysis("", "", {})
        self._known_keys(place, item, _KEYS)
        measures = tuple(name for name in MEASURES if name != "several")
        columns = self._columns((*place, "columns"), item.get("columns"))
        first_arm = self._choice((*place, "first_arm"), item.get("first_arm"), (*ARMS, FILL_IN))
        unnamed = any(role in UNNAMED for role in columns)
        if unnamed and not first_arm:
            self._problem((*place, "first_arm"), None, f"{' or '.join(ARMS)}")
        elif first_arm and not unnamed:
            allowed = "no such key, since no column has 1 or 2 in its role"
            self._problem((*place, "first_arm"), first_arm, allowed)
        published = self._published((*place, "published"), item.get("published", {}))
        decimal = self._choice((*place, "decimal"), item.get("decimal"), tuple(_DECIMALS))
        analysis = Analysis(
            self._text((*place, "name"), item.get("name")),
            self._text((*place, "table"), item.get("table", "")) if item.get("table") else "",
            columns,
            self._choice((*place, "measure"), item.get("measure"), measures),
            self._choice((*place, "scale"), item.get("scale"), (*SCALES, FILL_IN)),
            _DECIMALS.get(decimal, "."),
            first_arm,
            self._where((*place, "where"), item.get("where")),
            self._text((*place, "group"), item["group"]) if item.get("group") else "",
            published.pop(_ALL, ""),
            published,
        )
        if columns and not analysis.roles:
            allowed = "; or ".join(" ".join(roles) for roles in SETS)
            self._problem((*place, "columns"), " ".join(columns), allowed)
        if analysis.roles and analysis.from_sizes and analysis.measure != "SMD":
            allowed = "SMD, or vi, sei or ci_low and ci_high in place of the sizes"
            self._problem((*place, "measure"), analysis.measure or None, allowed)
        ratio = bool(analysis.measure) and MEASURES[analysis.measure].is_ratio
        unknown = "measure" in item and not analysis.measure
        if analysis.scale and not ratio and not unknown:
            self._problem((*place, "scale"), analysis.scale, "no such key, except for ratios")
        elif ratio and "yi" in columns and "scale" not in item:
            # 0.8 is below no effect as a ratio and above it as a logarithm.
            self._problem((*place, "scale"), None, " or ".join(SCALES))
        return analysis

    def _published(self, place: Place, value: Any) -> dict[str, str]:
        """The printed pools by the name of their rows; a text is that of all rows."""
        if not isinstance(value, dict):
            return {_ALL: self._text(place, value)}
        return {str(key): self._text((*place, key), text) for key, text in value.items()}

    def _columns(self, place: Place, value: Any) -> dict[str, Cell]:
        if not isinstance(value, dict) or not value:
            self._problem(place, value, "roles with their columns, such as yi: g")
            return {}
        self._known_keys(place, value, ROLES)
        return {
            role: self._cell((*place, role), cell) for role, cell in value.items() if role in ROLES
        }

    def _cell(self, place: Place, value: Any) -> Cell:
        if not isinstance(value, dict):
            return Cell(self._text(place, value))
        self._known_keys(place, value, ("column", "number"))
        number = value.get("number")
        if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= 9:
            self._problem((*place, "number"), number, "which number of the cell, from 1 to 9")
            number = 1
        return Cell(self._text((*place, "column"), value.get("column")), number)

    def _where(self, place: Place, value: Any) -> dict[str, str]:
        if value is None:
            return {}
        if not isinstance(value, dict):
            self._problem(place, value, "columns with the text that a row must have there")
            return {}
        return {str(key): self._text((*place, key), text) for key, text in value.items()}

    def _text(self, place: Place, value: Any) -> str:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return f"{value}"
        if not isinstance(value, str) or not value:
            self._problem(place, value, "a text")
            return ""
        return value

    def _choice(self, place: Place, value: Any, allowed: tuple[str, ...]) -> str:
        if value is None:
            return ""
        if value not in allowed:
            self._problem(place, value, ", ".join(allowed))
            return ""
        return str(value)

    def _known_keys(self, place: Place, value: dict[str, Any], known: Iterable[str]) -> None:
        for key in value:
            if key not in known:
                self._problem((*place, key), "an unknown key", f"one of: {', '.join(known)}")

    def _problem(self, place: Place, found: Any, allowed: str) -> None:
        text = "nothing" if found is None else str(found)
        line = self.document.line(place)
        self.problems.append(Problem(self.file, line, key_of(place), text, allowed))
