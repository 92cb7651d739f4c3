"""The command that pools a table of studies, and asks more of it."""

import shlex
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from metarepro.commands import options
from metarepro.commands.options import FILE_OR_FOLDER
from metarepro.manifest.bundle import write_bundle
from metarepro.manifest.files import sha256_of
from metarepro.models.intervals import INTERVALS
from metarepro.models.pooling import MODELS
from metarepro.models.tau2 import ESTIMATORS
from metarepro.questions.asking import ask
from metarepro.questions.words import answer_tables, selection_notes
from metarepro.report.study_folder import study_files
from metarepro.report.study_report import Provenance
from metarepro.synthesis.study_pool import DEFAULT_CI, DEFAULT_MODEL, DEFAULT_TAU2
from metarepro.synthesis.study_pool_words import summary_lines
from metarepro.tabular.atomic import write_file
from metarepro.tabular.file_names import COLUMNS_FILE
from metarepro.wording.scales import MEASURES

#: Its pixels depend on the machine.
_NOT_PASSED_ON = ("forest.png",)


def _default(name: str) -> str:
    return f"[default: {name}]"


def _risk(text: str) -> float:
    """A risk as a share or in per cent."""
    try:
        return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        raise click.BadParameter(f"found {text!r}; allowed: a risk, e.g. 0.2 or 20%") from None


@click.command()
@click.argument("table", type=FILE_OR_FOLDER)
@click.option(
    "--measure",
    type=click.Choice([name for name in MEASURES if name != "several"], case_sensitive=False),
    help="Effect measure; needed unless the table has yi or is a review file. From means: SMD, "
    "MD; from counts: OR, RR, RD. Given yi of ratios are natural logarithms, of correlations "
    "Fisher's z, of proportions logits.",
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
    "--studies",
    type=FILE_OR_FOLDER,
    metavar="CSV",
    help="Further columns: one row per study, joined by its name.",
)
@click.option(
    "--where",
    multiple=True,
    metavar="CONDITION",
    help='Only rows that meet it: "rob=low", "rob=low|unclear", "rob!=high", "year>=2000".',
)
@click.option("--by", multiple=True, metavar="COLUMN", help="Subgroups, with their test.")
@click.option("--on", multiple=True, metavar="COLUMN", help="Meta-regression on a number.")
@click.option("--leave-out", multiple=True, metavar="COLUMN", help="Each group left out in turn.")
@click.option(
    "--baseline-risk",
    multiple=True,
    type=_risk,
    metavar="RISK",
    help="Absolute effects at this risk, e.g. 0.2 or 20%, and numbers needed to treat.",
)
@click.option(
    "--important",
    type=float,
    metavar="EFFECT",
    help="Minimal important difference: a line in the plot, and the share of true effects beyond.",
)
@click.option(
    "--corrections",
    type=FILE_OR_FOLDER,
    metavar="CSV",
    help="Ledger with row or study, column, found, right, reason, source.",
)
@click.option(
    "--output-dir",
    type=FILE_OR_FOLDER,
    default=Path("pooled"),
    show_default=True,
    help="Folder to write.",
)
@click.option(
    "--bundle",
    type=FILE_OR_FOLDER,
    metavar="FOLDER",
    help="Write a folder to pass on instead, with the inputs; metarepro verify FOLDER checks it.",
)
@options.sheet
@options.analysis
@options.columns
@options.provenance
def pool(
    table: Path,
    sheet: str,
    analysis: str,
    columns: Path | None,
    provenance: Path | None,
    studies: Path | None,
    corrections: Path | None,
    output_dir: Path,
    bundle: Path | None,
    **asked: Any,
) -> None:
    """Pool the studies in a file, and answer further questions.

    TABLE is a review file (RevMan; --analysis 1.2 says which analysis), or a CSV file (or one with
    tabs or semicolons) with one row per result and the columns

    \b
    yi and vi or sei                           effects and their variances or standard errors
    yi ci_low ci_high                          effects as printed, with their 95% intervals
    mean_t sd_t n_t mean_c sd_c n_c            means (metafor: m1i sd1i n1i m2i sd2i n2i)
    events_t n_t events_c n_c                  counts (metafor: ai n1i ci n2i)
    events_t non_events_t events_c non_events_c   counts (ai bi ci di, or tpos tneg cpos cneg)
    r n_total                                  correlations (ri ni)
    events n_total                             proportions of one group (xi ni)

    It may also have: study (or label, or author and year), the name in the plot; trial (or
    cluster), where a trial has several rows, which are then pooled with robust variance; and
    higher_is_better (yes or no), which names the sides of the plot. No sign is ever changed.

    Tables with other names, workbooks (XLSX, ODS), data of Stata, SPSS, R and JASP, and articles
    (XML, HTML, DOCX, PDF) are read as well: metarepro columns TABLE shows what the columns are
    taken for.

    The options that name a COLUMN take any other column of TABLE or of --studies, and may be given
    several times. Columns called rob or risk of bias, and those of review files, stand beside the
    plot.

    Prints the answers, and writes them with the forest plot: forest.svg, forest.png, report.html,
    report.md, report.xlsx, and CSV tables.
    """
    rows = options.rows_of(table, sheet, analysis, columns, provenance)
    asked["measure"] = rows.measure_of(asked["measure"])
    answers = ask(rows.table, studies=studies, corrections=corrections, **asked)
    further = [path for path in (studies, corrections, columns) if path is not None]
    given = {"sheet": sheet, "analysis": analysis, "columns": columns}
    given |= {"studies": studies, "corrections": corrections}
    command = _command(rows.table.file, given | asked)
    source = Provenance(
        rows.table.file,
        rows.table.sha256,
        version("metarepro"),
        command,
        tuple(name for name in rows.table.unused if name not in answers.asked),
        tuple((path.name, sha256_of(path)) for path in further),
    )
    contents = study_files(answers, source, rows.notes)
    for line in (*summary_lines(answers.pool), *selection_notes(answers)):
        click.echo(line)
    for answer in answer_tables(answers):
        click.echo("\n" + "\n".join(answer.lines()))
    if bundle is None:
        for name, content in contents.items():
            write_file(output_dir / name, content)
        click.echo(f"Written to {output_dir}: {', '.join(contents)}")
        return
    beside = table.parent / COLUMNS_FILE
    if columns is None and rows.extracted is not None and beside.is_file():
        further.append(beside)
    kept = {name: content for name, content in contents.items() if name not in _NOT_PASSED_ON}
    write_bundle(bundle, [table, *further], kept, _README.format(command=command))
    click.echo(f"Written to {bundle}; to check it: metarepro verify {shlex.quote(str(bundle))}")


_README = """# Results to check

`data/` holds the inputs, `results/` what was made from them (start with `results/report.html`), and
`results/manifest.csv` the SHA-256 of each.

To check that nothing was changed, in this folder:

```
metarepro verify
```

To make the results again, with the version of metarepro that the report names:

```
cd data
{command} --bundle ../again
```

`again/results/manifest.csv` is then the same as `results/manifest.csv`.
"""


def _command(file: str, options: Mapping[str, Any]) -> str:
    """The call that makes the same results, beside the inputs; in one order, whatever was typed."""
    words = ["metarepro", "pool", file]
    for name in (str(param.name) for param in pool.params):
        given = options.get(name)
        for value in given if isinstance(given, tuple) else (given,):
            if value not in (None, ""):
                said = value.name if isinstance(value, Path) else str(value)
                words += [f"--{name.replace('_', '-')}", said]
    return shlex.join(words)
