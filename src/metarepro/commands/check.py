"""The command that checks the data of a study."""

from pathlib import Path

import click

from metarepro.commands.options import data_dir
from metarepro.entry.annotations import annotations
from metarepro.reviews.checking import check_folder
from metarepro.tabular.problems import DataError


@click.command()
@data_dir
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "github"]),
    default="text",
    show_default=True,
    help="Format of the list of problems: plain text, or annotations of a pull request on GitHub.",
)
@click.pass_context
def check(ctx: click.Context, data_dir: Path, style: str) -> None:
    """Check the data of a study: all problems at once.

    Checks every cell, the rules between cells, judgements on bias and certainty, and the data files
    of reviews with their maps. Prints one line of counts if nothing is wrong. Also says which
    tables have lost rows since the last run.
    """
    try:
        click.echo(check_folder(data_dir, lambda words: click.echo(words, err=True)))
    except DataError as error:
        if style == "text":
            raise
        click.echo("\n".join(annotations(error.problems, data_dir.resolve().parent)))
        ctx.exit(1)
