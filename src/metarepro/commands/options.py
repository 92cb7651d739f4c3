"""Options and arguments that several commands take."""

import re
from pathlib import Path

import click

from metarepro.errors import InputError

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
