"""The command that compares results with their manifest, or with a commit."""

from pathlib import Path

import click

from metarepro.commands.options import FILE_OR_FOLDER
from metarepro.errors import InputError
from metarepro.manifest.commits import commit_id, compare_with_commit
from metarepro.manifest.files import PLAN, refuse_strange_files, shown
from metarepro.manifest.listing import differences, read_manifest


@click.command()
@click.argument("folder", type=FILE_OR_FOLDER, default=Path())
@click.option(
    "--commit",
    metavar="COMMIT",
    help="After metarepro run: compare what it read and made with this commit, both ways.",
)
@click.pass_context
def verify(ctx: click.Context, folder: Path, commit: str | None) -> None:
    """Check that inputs and results are those of the last run.

    Recomputes the sha256 of everything that results/manifest.csv lists, in the study of this
    folder or in one that was passed on (FOLDER), and names what was changed, what is missing, and
    what is there and not listed. The manifest is not a signature: anyone who changes a result can
    change the manifest as well. Only a run shows whether the results follow from the data.
    """
    refuse_strange_files(folder)
    entries = read_manifest(folder)
    found = {difference.file: difference.kind for difference in differences(folder, entries)}
    if commit is not None:
        if folder != Path():
            raise InputError("--commit compares the study in the current folder: leave FOLDER out")
        found |= compare_with_commit(folder, commit_id(commit))
    for file, how in sorted(found.items()):
        click.echo(f"{shown(file)}: {how}")
    if found:
        again = "metarepro run" + (", then git add --all and git commit" if commit else "")
        if not (folder / PLAN).is_file():  # a bundle of metarepro pool
            again = "see its README.md"
        click.echo(f"Differences: {len(found)}. To make results again: {again}")
        ctx.exit(1)
    click.echo(f"{len(entries)} files: inputs and results are those of the last run")
