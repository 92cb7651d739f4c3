"""The command that puts a report into one file."""

import os
from pathlib import Path

import click

from metarepro.commands.options import FILE_OR_FOLDER
from metarepro.manifest.listing import MANIFEST, differences, read_manifest
from metarepro.tabular.atomic import write_file

_REPORT = Path("results/report")


@click.command()
@click.option(
    "--single-file",
    type=FILE_OR_FOLDER,
    required=True,
    metavar="FILE",
    help="The HTML file to write.",
)
@click.option(
    "--report-dir",
    type=FILE_OR_FOLDER,
    default=_REPORT,
    show_default=True,
    help="The report that a run made.",
)
def report(single_file: Path, report_dir: Path) -> None:
    """Put the report into one HTML file, to send by mail.

    The file holds the main pages of results/report with their figures: the evidence, the domains,
    interventions and syntheses, the claims, the published results and the methods. It needs no
    other file and no network. The pages of single trials and the long tables are left out; in the
    folder of the report they are complete. Run it after metarepro run.
    """
    from metarepro.report.single_file import single_file as put_together

    _warn_of_older_report(report_dir)
    html, pages = put_together(report_dir)
    content = html.encode()
    single_file.parent.mkdir(parents=True, exist_ok=True)
    write_file(single_file, content)
    click.echo(f"Written to {single_file}: {pages} pages, {len(content) / 1e6:.1f} MB")


def _warn_of_older_report(report_dir: Path) -> None:
    """Say so if a report does not belong to the data beside it: it may be sent by mail."""
    study = Path(os.path.normpath(report_dir.absolute())).parents[1]
    if (study / MANIFEST).is_file() and differences(study, read_manifest(study)):
        click.echo(
            "Inputs or results are not those of the last run, so this report may be older than the "
            "data: metarepro verify names what differs, metarepro run makes the report again",
            err=True,
        )
