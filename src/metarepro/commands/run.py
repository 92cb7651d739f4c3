"""The command that runs the workflow."""

import click

from metarepro.workflow.running import run_workflow


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
    ctx.exit(run_workflow(cores, extra))
