"""The command that shows what the columns of a data file are taken for."""

from pathlib import Path

import click

from metarepro.commands.options import FILE_OR_FOLDER
from metarepro.errors import InputError
from metarepro.extraction.arm_rows import read_tables
from metarepro.extraction.columns_file import columns_text, read_columns
from metarepro.extraction.layouts import table_words
from metarepro.extraction.preview import preview
from metarepro.extraction.proposals import nothing_to_pool, propose
from metarepro.tabular.atomic import write_file
from metarepro.tabular.file_names import COLUMNS_FILE


@click.command()
@click.argument("file", type=FILE_OR_FOLDER)
@click.option(
    "--write", is_flag=True, help=f"Write {COLUMNS_FILE} beside the file, to check and edit."
)
def columns(file: Path, write: bool) -> None:
    """Show how the columns of a file are read, and why.

    FILE has a table of study results: CSV, TSV, a workbook (XLSX, ODS), data of Stata, SPSS, R or
    JASP, or an article (XML, HTML, DOCX, PDF).

    Prints each analysis that its columns allow: which column is what and why, the first effects,
    the pool with the default model, the numbers that disagree with the others of their row, and the
    printed pools (subtotals, totals, pools without one study) that the rows do not give. If there
    is a columns.yaml for this file beside it, that is shown instead. No sign is ever changed; if
    the headers do not say which arm is which, it asks.
    """
    source = read_tables(file)
    target = file.parent / COLUMNS_FILE
    given = target.is_file()
    if write and given:
        raise InputError(f"{target} already exists; edit it, or move it and start again")
    analyses = propose(source)
    if given:
        name, accepted = read_columns(target)
        analyses = accepted if name == source.file else analyses
        if name == source.file:
            click.echo(f"As {COLUMNS_FILE} says:")
    for table in source.tables:
        if words := table_words(table):
            click.echo(f"{table.label or source.file}: {words}; not pooled")
    if not analyses:
        raise nothing_to_pool(source)
    click.echo("\n\n".join("\n".join(preview(source, one, analyses)) for one in analyses))
    for what in source.skipped:
        click.echo(f"Not read: {what}")
    if write:
        write_file(target, columns_text(source.file, analyses).encode())
        click.echo(f"Written: {target}")
