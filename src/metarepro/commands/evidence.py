"""Commands that add evidence to a study: a trial, a result, a review."""

from pathlib import Path

import click

from metarepro.commands.options import FILE_OR_FOLDER, IDENTIFIER, data_dir, drafts
from metarepro.entry.adding import add_draft
from metarepro.entry.data_guide import column_meanings
from metarepro.entry.forms import write_review_form, write_trial_form
from metarepro.plan import read_plan
from metarepro.tabular.reported_statistics import STATISTICS


@click.command()
@click.argument("trial_id", metavar="ID", type=IDENTIFIER)
@click.option(
    "--statistic",
    type=click.Choice(tuple(STATISTICS)),
    required=True,
    help="What the paper reports.",
)
@data_dir
@drafts
def new_trial(trial_id: str, statistic: str, data_dir: Path, drafts: Path) -> None:
    """Write a form for a trial or a further result of one.

    ID is the trial's: author and year, e.g. smith2024. In the form, drafts/ID.yaml, every field
    stands below its explanation; FILL_IN stands where something must be said. For a trial that is
    in the data already, the form is for a further result only. The data are not touched: add-trial
    does that once the form is filled in. A form that is there is never overwritten.
    """
    path = write_trial_form(trial_id, statistic, data_dir, drafts)
    click.echo(f"Wrote {path}. Fill it in, then: metarepro add-trial {trial_id}")


@click.command()
@click.argument("trial_id", metavar="ID", type=IDENTIFIER)
@data_dir
@drafts
@click.option(
    "--config",
    type=FILE_OR_FOLDER,
    default=Path("config/config.yaml"),
    show_default=True,
    help="The analysis plan.",
)
def add_trial(trial_id: str, data_dir: Path, drafts: Path, config: Path) -> None:
    """Check a filled-in form and add it to the data.

    The rows are checked together with all of the data first; with any problem nothing is written,
    and the problem names the line of the form. Each result is printed with its effect: compare its
    direction with the words of the paper.
    """
    click.echo("\n".join(add_draft(trial_id, data_dir, drafts, read_plan(config))))
    click.echo(
        "Does the paper say the same in words? If not, delete the rows again, correct the form and "
        "add it once more.\nThen: metarepro run"
    )


@click.command()
@click.argument("review_id", metavar="ID", type=IDENTIFIER)
@data_dir
def new_review(review_id: str, data_dir: Path) -> None:
    """Write the folder of a review.

    ID is the review's: author and year, e.g. smith2024. The folder has a review.yaml that says
    beside every key what belongs there, and a published.csv with its header, whose columns are
    explained. A review that is there is never touched.
    """
    folder = write_review_form(review_id, data_dir)
    columns = column_meanings()["published"].items()
    explained = "\n".join(f"  {', '.join(names)}: {meaning}" for names, meaning in columns)
    click.echo(
        f"Wrote {folder}/review.yaml and {folder}/published.csv.\n"
        "Fill in review.yaml; add one row per pooled result to published.csv:\n\n"
        f"{explained}\n\n"
        "If its trials are known, add included.csv (trial_id,basis,note).\n"
        "Then: metarepro check"
    )
