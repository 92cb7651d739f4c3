"""The command that starts a study."""

from importlib.metadata import version
from pathlib import Path

import click

from metarepro.commands.options import FILE_OR_FOLDER
from metarepro.entry.new_study import write_study


@click.command()
@click.argument("folder", metavar="DIR", type=FILE_OR_FOLDER)
def new(folder: Path) -> None:
    """Start a study: write its folder.

    Writes what a person fills in and nothing else: the analysis plan with reasons, the tables with
    their headers and an example row each, and a README.md with the next steps. DIR must be new or
    empty. The study runs as it is, with an empty report, and grows from there.
    """
    files = write_study(folder, version("metarepro"))
    click.echo("\n".join([f"Wrote {folder}:", *(f"  {file}" for file in files)]))
    click.echo(f"Next: cd {folder}, read README.md, then: metarepro check, metarepro run")
