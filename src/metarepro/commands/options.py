"""Options and arguments that several commands take."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from metarepro.errors import InputError
from metarepro.tabular.atomic import write_file

if TYPE_CHECKING:
    from metarepro.extraction.reading import Rows

FILE_OR_FOLDER = click.Path(path_type=Path)


def _of_a_study(ctx: click.Context, param: click.Parameter, folder: Path) -> Path:
    if not folder.is_dir():
        raise InputError(
            f"there is no folder {folder} here: call metarepro {ctx.info_name} in the folder of a "
            "study, or start one: metarepro new DIR"
        )
    return folder


data_dir = click.option(
    "--data-dir",
    type=FILE_OR_FOLDER,
    default=Path("data"),
    show_default=True,
    callback=_of_a_study,
    help="The data folder.",
)
drafts = click.option(
    "--drafts",
    type=FILE_OR_FOLDER,
    default=Path("drafts"),
    show_default=True,
    help="The folder of the forms.",
)


sheet = click.option("--sheet", default="", help="The sheet or table of the file.")
analysis = click.option(
    "--analysis",
    default="",
    help="Which analysis of the file; metarepro columns FILE lists them. Of a review file its "
    "numbers, e.g. 1.2.",
)
columns = click.option(
    "--columns",
    type=FILE_OR_FOLDER,
    help="The file that says what the columns are; without it columns.yaml beside the table, if it "
    "is for that table.",
)
provenance = click.option(
    "--provenance",
    type=FILE_OR_FOLDER,
    help="Write the place of every number to this CSV file: file, sheet, row, column, text.",
)


def rows_of(
    path: Path, sheet: str, analysis: str, columns: Path | None, provenance: Path | None
) -> "Rows":
    """The rows that a command is called for; says on standard error what was taken for what."""
    from metarepro.extraction.reading import read_rows

    rows = read_rows(path, sheet=sheet, analysis=analysis, columns=columns)
    for line in rows.lines():
        click.echo(line, err=True)
    if provenance is not None:
        write_file(provenance, rows.provenance_text().encode())
    return rows


class Identifier(click.ParamType[str]):
    """An id of a trial or a review, which becomes part of a path."""

    name = "id"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse what is no id."""
        if not re.fullmatch(r"[a-z0-9][a-z0-9_\-]{0,59}", value):
            allowed = "lower-case letters, digits, _ and -, at most 60, e.g. smith2024"
            self.fail(f"found {value!r}; allowed: {allowed}", param, ctx)
        return value


IDENTIFIER = Identifier()
