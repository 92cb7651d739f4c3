"""The command that recomputes review files."""

import sys
from pathlib import Path

import click

from metarepro.commands.options import FILE_OR_FOLDER
from metarepro.report.batch_page import batch_page
from metarepro.reviews.batch import KNOWN_DEVIATIONS, do_files, read_known
from metarepro.reviews.batch_tables import findings_of, skipped_analyses, summary_of, write_batch
from metarepro.reviews.chunks import named_reviews
from metarepro.tabular.atomic import write_file

#: Exit status if a review was read without some of its analyses; 2 is that of a wrong call.
SKIPPED = 3


@click.command()
@click.argument("files", metavar="FILE_OR_FOLDER...", nargs=-1, required=True, type=FILE_OR_FOLDER)
@click.option(
    "--output-dir",
    type=FILE_OR_FOLDER,
    default=Path("reproduction"),
    show_default=True,
    help="Folder to write.",
)
@click.option("--forest", is_flag=True, help="Draw the forest plots in RevMan's layout as well.")
@click.option(
    "--known-deviations",
    type=FILE_OR_FOLDER,
    default=KNOWN_DEVIATIONS,
    help="CSV with reasons of deviations that are known. [default: the list of the package]",
)
@click.pass_context
def reproduce(
    ctx: click.Context,
    files: tuple[Path, ...],
    output_dir: Path,
    forest: bool,
    known_deviations: Path,
) -> None:
    """Recompute reviews and compare with the published pools.

    Takes RevMan 5 files (.rm5, or their export as .csv), RevMan Web packages (.zip, or their
    tables), any file that metarepro columns reads if columns.yaml beside it says what is published,
    and folders of these; the format is recognised from the content. Writes to the output folder:

    \b
    summary.html       the results on one page
    reproduction.csv   one row per pool, overall or subgroup: published, recomputed, verdict, reason
    accuracy.csv       one row per study of a review of diagnostic test accuracy
    audit.csv          what does not add up in the study rows
    files.csv          one row per file: what it is, what was skipped, or why it could not be read
    forest/            with --forest: a forest plot of every analysis

    A file that cannot be read is reported, the others are still recomputed, and the exit code is 1.
    If all files could be read, but not all their analyses recomputed, it is 3.
    Other files in the folders are named and skipped.
    """
    reviews, nowhere, passed_over = named_reviews(files, output_dir)
    known = read_known(known_deviations)
    with click.progressbar(
        reviews.items(), label="Recomputing", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as items:
        batch = do_files(items, known, output_dir / "forest" if forest else None)
    tables = batch.tables()
    write_batch(tables, output_dir, for_people=True)
    page = output_dir / "summary.html"
    write_file(page, batch_page(tables, nowhere, passed_over).encode())
    for said in [*nowhere, *batch.unreadable, *passed_over]:
        click.echo(said, err=True)
    for line in (summary_of(tables, len(nowhere)), *findings_of(tables)):
        click.echo(line)
    click.echo(f"Written to {output_dir}; start with {page}")
    if nowhere or batch.unreadable or not reviews:
        ctx.exit(1)
    if skipped_analyses(tables):
        ctx.exit(SKIPPED)
