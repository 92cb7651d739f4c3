"""The command that explains a printed pool."""

from pathlib import Path

import click

from metarepro.commands import options
from metarepro.commands.options import FILE_OR_FOLDER
from metarepro.explanation.explanation import explain_published
from metarepro.explanation.report import report_table, report_text
from metarepro.explanation.rounding import OUTSIDE
from metarepro.tabular.atomic import write_file
from metarepro.wording.scales import MEASURES

#: What the command ends with where no model gives the printed result.
NOT_GIVEN = 3


@click.command()
@click.argument("rows", type=FILE_OR_FOLDER)
@click.option(
    "--published",
    required=True,
    help='The result as printed: "0.32 [0.23, 0.40]; I2 79%". Also tau2, tau, Q, df, z, p and k.',
)
@click.option(
    "--measure",
    type=click.Choice([name for name in MEASURES if name != "several"], case_sensitive=False),
    help="Effect measure; without it the one that the printed result names, or all that the rows "
    "allow.",
)
@click.option("--table", type=FILE_OR_FOLDER, help="Write all models and slips to this CSV file.")
@click.option("--page", type=FILE_OR_FOLDER, help="Write the answer to this HTML file.")
@click.option("--seed", default=0, show_default=True, help="Seed of the random targets.")
@options.sheet
@options.analysis
@options.columns
@options.provenance
@click.pass_context
def explain(
    ctx: click.Context,
    rows: Path,
    published: str,
    measure: str | None,
    table: Path | None,
    page: Path | None,
    seed: int,
    sheet: str,
    analysis: str,
    columns: Path | None,
    provenance: Path | None,
) -> None:
    """Find the model, rounding or slip behind a published pool.

    ROWS is a file with study results, as for metarepro pool: CSV, a workbook (XLSX, ODS), data of
    Stata, SPSS, R or JASP, an article (XML, HTML, DOCX, PDF), or a review file. metarepro columns
    ROWS shows what its columns are taken for.

    Tries every model that published software offers and prints those that give every printed digit,
    the simplest first, with the lines of R that give the same. If none does, it looks at what the
    rounding of the rows allows, and then for single changes of the rows that would give the printed
    result: hypotheses, to be checked in the source.

    \b
    Exit codes:
      0  a model gives the printed result, exactly or within the rounding of the rows
      1  something is wrong with the file or the printed result; the message says what
      2  the command line was not understood
      3  no model gives it; slips may be listed
    """
    read = options.rows_of(rows, sheet, analysis, columns, provenance)
    chosen = read.measure_of(measure)
    found = explain_published(read.table, published, measure=chosen, seed=seed)
    if table is not None:
        text = report_table(found).to_csv(index=False, lineterminator="\n")
        write_file(table, text.encode())
    if page is not None:
        from metarepro.report.explanation_page import explanation_page  # loads Jinja

        write_file(page, explanation_page(found).encode())
    click.echo(report_text(found), nl=False)
    if found.verdict == OUTSIDE:
        ctx.exit(NOT_GIVEN)
