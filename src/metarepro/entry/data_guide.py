"""What the columns of data/ mean, read from the data guide, the one place where it is said.

The guide is part of the package; a new study gets a copy as its data/README.md.
"""

import re
from collections.abc import Mapping
from pathlib import Path

GUIDE = Path(__file__).parents[1] / "templates/data_guide.md"

_HEADING = re.compile(r"#+ (?:.*[ /])?([a-z_]+)\.(?:csv|yaml)\b")
_ROW = re.compile(r"\| ([a-z0-9_, ]+) \| (.+) \|")
_LINK = re.compile(r"\[([^\]]+)\]\(#[^)]*\)")


def column_meanings() -> dict[str, dict[tuple[str, ...], str]]:
    """What the tables of the guide say of columns.

    Under a heading that names a file stands a table with the columns `column` and `meaning`; a row
    may explain several columns.

    Returns
    -------
    dict
        Name of the file without folder and ending, to its columns and what they mean.
    """
    meanings: dict[str, dict[tuple[str, ...], str]] = {}
    table: dict[tuple[str, ...], str] = {}
    for line in GUIDE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            heading = _HEADING.match(line)
            table = meanings.setdefault(heading[1], {}) if heading else {}
        elif (row := _ROW.fullmatch(line)) and row[2] != "meaning":
            table[tuple(row[1].split(", "))] = _LINK.sub(r'"\1" in the data guide', row[2])
    return {name: table for name, table in meanings.items() if table}


def meaning_of(column: str, meanings: Mapping[tuple[str, ...], str]) -> tuple[tuple[str, ...], str]:
    """Columns that are explained together with this one, and the explanation."""
    return next((item for item in meanings.items() if column in item[0]), ((column,), ""))
