"""The command that runs the workflow."""

from pathlib import Path

import click

from metarepro.study.lost_rows import lost_rows
from metarepro.study.transcription import read
from metarepro.workflow.running import run_workflow

_DATA = Path("data")


@click.command()
@click.option("--cores", default="all", show_default=True, help="Cores to use: a number, or all.")
@click.argument("extra", metavar="[-- SNAKEMAKE_ARGUMENTS]", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def run(ctx: click.Context, cores: str, extra: tuple[str, ...]) -> None:
    """Run the workflow of the study in this folder.

    Checks the data and makes everything in results/ that is not up to date; the report is
    results/report/index.html. Whatever follows -- goes to Snakemake: a file to make, or for example

    \b
    metarepro run -- --dry-run       say what would be done
    metarepro run -- --keep-going    finish what does not depend on a job that failed
    metarepro run -- --unlock        after an interrupted run: let the next one start
    """
    for words in lost_rows(read(_DATA).inputs, Path("results")) if _DATA.is_dir() else ():
        click.echo(words, err=True)
    ctx.exit(run_workflow(cores, extra))
