"""The command that pools a table of studies."""

import shlex
from importlib.metadata import version
from pathlib import Path

import click

from metarepro.commands import options
from metarepro.commands.options import FILE_OR_FOLDER
from metarepro.figures.study_forest import study_forest
from metarepro.figures.style import png_bytes, save_figure
from metarepro.models.intervals import INTERVALS
from metarepro.models.pooling import MODELS
from metarepro.models.tau2 import ESTIMATORS
from metarepro.report.study_report import Provenance, markdown_report, workbook
from metarepro.synthesis.study_pool import DEFAULT_CI, DEFAULT_MODEL, DEFAULT_TAU2, pool_studies
from metarepro.synthesis.study_pool_words import summary_lines
from metarepro.tabular.atomic import write_file
from metarepro.wording.scales import MEASURES


def _default(name: str) -> str:
    return f"[default: {name}]"


@click.command()
@click.argument("table", type=FILE_OR_FOLDER)
@click.option(
    "--measure",
    type=click.Choice(list(MEASURES), case_sensitive=False),
    help="Effect measure; needed unless the table has yi. From means: SMD, MD; from counts: OR, "
    "RR, RD. Given yi of ratios are natural logarithms, of correlations Fisher's z, of "
    "proportions logits.",
)
@click.option("--model", type=click.Choice(list(MODELS)), help=_default(DEFAULT_MODEL))
@click.option(
    "--tau2",
    type=click.Choice(list(ESTIMATORS), case_sensitive=False),
    help=f"Estimator of the variance between studies. {_default(DEFAULT_TAU2)}",
)
@click.option(
    "--ci",
    type=click.Choice(list(INTERVALS)),
    help=f"Confidence interval. {_default(DEFAULT_CI)}",
)
@click.option(
    "--level", default=0.95, show_default=True, help="Level of all intervals, from 0.5 to below 1."
)
@click.option(
    "--output-dir",
    type=FILE_OR_FOLDER,
    default=Path("pooled"),
    show_default=True,
    help="Folder to write.",
)
@options.sheet
@options.analysis
@options.columns
@options.provenance
def pool(
    table: Path,
    measure: str | None,
    model: str | None,
    tau2: str | None,
    ci: str | None,
    level: float,
    output_dir: Path,
    sheet: str,
    analysis: str,
    columns: Path | None,
    provenance: Path | None,
) -> None:
    """Pool the studies of a table.

    TABLE is a CSV file (or one with tabs or semicolons) with one row per result and the columns

    \b
    yi and vi or sei                           effects and their variances or standard errors
    yi ci_low ci_high                          effects as printed, with their 95% intervals
    mean_t sd_t n_t mean_c sd_c n_c            means (metafor: m1i sd1i n1i m2i sd2i n2i)
    events_t n_t events_c n_c                  counts (metafor: ai n1i ci n2i)
    events_t non_events_t events_c non_events_c   counts (ai bi ci di, or tpos tneg cpos cneg)

    It may also have: study (or label, or author and year), the name in the plot; trial (or
    cluster), where a trial has several rows, which are then pooled with robust variance; and
    higher_is_better (yes or no), which names the sides of the plot. Nothing is turned in sign.

    Tables with other names, and workbooks (XLSX, ODS) and data of Stata, SPSS, R and JASP, are read
    as well: metarepro columns TABLE shows what the columns are taken for.

    Prints the pool and writes forest.svg, forest.png, report.md and report.xlsx.
    """
    rows = options.rows_of(table, sheet, analysis, columns, provenance)
    effects = rows.table
    measure = measure or rows.measure or None
    result = pool_studies(effects, measure=measure, model=model, tau2=tau2, ci=ci, level=level)
    given = {"--sheet": sheet, "--analysis": analysis, "--measure": measure, "--model": model}
    given |= {"--tau2": tau2, "--ci": ci}
    said = [word for name, value in given.items() if value for word in (name, value)]
    command = shlex.join(["metarepro", "pool", effects.file, *said, "--level", f"{level:g}"])
    source = Provenance(effects.file, effects.sha256, version("metarepro"), command, effects.unused)
    plot = study_forest(result)
    save_figure(plot, output_dir / "forest")
    write_file(output_dir / "forest.png", png_bytes(plot))
    report = markdown_report(result, source, "forest.svg")
    write_file(output_dir / "report.md", report.encode())
    write_file(output_dir / "report.xlsx", workbook(result, source))
    click.echo("\n".join(summary_lines(result)))
    click.echo(f"Written to {output_dir}: forest.svg, forest.png, report.md, report.xlsx")
