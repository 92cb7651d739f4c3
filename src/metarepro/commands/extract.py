"""The command that lists the tables of a source and writes one of them."""

from pathlib import Path

import click

from metarepro.commands.options import FILE_OR_FOLDER
from metarepro.extraction.listing import (
    chosen_table,
    doubtful_rows,
    listed_tables,
    no_tables,
    table_csv,
)
from metarepro.readers.sources import read_source
from metarepro.tabular.atomic import write_file


@click.command()
@click.argument("file", type=FILE_OR_FOLDER)
@click.option(
    "--table",
    "choice",
    metavar="N",
    help='Write the rows of this table: its number in the list, or its label ("Table 2").',
)
@click.option(
    "--output", type=FILE_OR_FOLDER, help="The CSV file to write. [default: standard output]"
)
@click.option(
    "--split",
    is_flag=True,
    help="Write the numbers of cells such as 1.15 (1.04-1.29) in columns of their own as well.",
)
def extract(file: Path, choice: str | None, output: Path | None, split: bool) -> None:
    """List the tables of an article or a data file, or write one.

    FILE is an article (XML of PubMed Central, HTML, DOCX, PDF), a spreadsheet (XLSX, ODS, CSV) or
    the file of a statistics package (Stata, SPSS, R, JASP). It is recognised by its content. If
    there is an XML version of an article, use it: a PDF holds the places of letters, not tables.
    From a PDF, tables with a caption are read, and the rows of forest plots that are text.

    With --table the rows are written as CSV, every cell as printed, with the file, its sha256, the
    page, the table and the row. Headers over several columns are joined to those below them by
    " > ". Footnote marks have their own column. Rows that may be misread say why in the column
    doubtful, and are named on standard error: check them against the source. If the columns are
    understood, standard error also names numbers that disagree with the others of their row, such
    as an estimate off the middle of its interval, and says which printed pools (subtotals, totals,
    pools without one study) the rows give.

    \b
    Exit codes:
      0  done
      1  something is wrong with the file, or it has no tables; the message says what
      2  the command line was not understood
    """
    if choice is None and (split or output is not None):
        name = "--split" if split else "--output"
        raise click.UsageError(f"{name} needs --table: which table is to be written?")
    source = read_source(file)
    if not source.tables:
        raise no_tables(source)
    if choice is None:
        click.echo(listed_tables(source), nl=False)
        return
    table = chosen_table(source, choice)
    text = table_csv(source, table, split=split)
    if output is None:
        click.echo(text, nl=False)
    else:
        write_file(output, text.encode())
    from metarepro.extraction.closing_source import closing_of  # loads pandas

    for line in (*doubtful_rows(table), *closing_of(source, table)):
        click.echo(line, err=True)
