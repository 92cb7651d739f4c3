"""The command that runs the workflow."""

from pathlib import Path

import click

from metarepro.errors import InputError
from metarepro.manifest.files import input_files, is_evidence, sha256_of
from metarepro.manifest.listing import read_manifest
from metarepro.workflow.running import run_workflow

_DATA = Path("data")


@click.command()
@click.option("--cores", default="all", show_default=True, help="Cores to use: a number, or all.")
@click.argument("extra", metavar="[-- SNAKEMAKE_ARGUMENTS]", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def run(ctx: click.Context, cores: str, extra: tuple[str, ...]) -> None:
    """Run the workflow of the study in this folder.

    Checks the data and makes everything in results/ that is not up to date; the report is
    results/report/index.html. Whatever follows -- is passed on to Snakemake: a file to make, or
    one of its options, such as

    \b
    metarepro run -- --dry-run       show what would be done
    metarepro run -- --keep-going    finish what does not depend on a job that failed
    metarepro run -- --unlock        after an interrupted run: let the next one start
    """
    if _DATA.is_dir() and data_changed():
        # Not before: pandas, which reads the data, takes as long to start as all else here.
        from metarepro.study.lost_rows import lost_rows
        from metarepro.study.transcription import read

        for words in lost_rows(read(_DATA).inputs, Path("results")):
            click.echo(words, err=True)
    ctx.exit(run_workflow(cores, extra))


def data_changed() -> bool:
    """Whether a file of the data is not as the last run read it, or no run is known."""
    try:
        before = read_manifest(Path())
    except InputError:
        return True
    files = filter(is_evidence, input_files(Path()))
    return any(file not in before or before[file].sha256 != sha256_of(Path(file)) for file in files)
