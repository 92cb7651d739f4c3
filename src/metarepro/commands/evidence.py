"""Commands that add evidence to a study: a trial, a result, a review."""

from pathlib import Path

import click

from metarepro.commands.options import FILE_OR_FOLDER, IDENTIFIER, data_dir, drafts
from metarepro.entry.adding import add_draft
from metarepro.entry.data_guide import column_meanings
from metarepro.entry.forms import write_review_form, write_trial_form
from metarepro.plan import read_plan
from metarepro.tabular.reported_statistics import STATISTICS
from metarepro.wording.codes import WORDS

_WIDTH = max(map(len, STATISTICS))
_KINDS = "\n".join(f"{name:{_WIDTH}}  {WORDS['statistic'][name]}" for name in STATISTICS)


@click.command(epilog=f"\b\nStatistics:\n{_KINDS}")
@click.argument("trial_id", metavar="ID", type=IDENTIFIER)
@click.option(
    "--statistic",
    type=click.Choice(tuple(STATISTICS)),
    metavar="STATISTIC",
    required=True,
    help="What the paper reports: one of those listed below.",
)
@data_dir
@drafts
def new_trial(trial_id: str, statistic: str, data_dir: Path, drafts: Path) -> None:
    """Write a form for a trial or a further result of one.

    ID is the author and the year, e.g. smith2024. In the form, drafts/ID.yaml, every field has its
    explanation above it, and FILL_IN marks what must be filled in. For a trial that is already in
    the data, the form asks for a further result only. The data do not change until the form is
    filled in and added with add-trial. An existing form is never overwritten.
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

    The rows are first checked together with all of the data. If there is any problem, nothing is
    written, and the message names the line of the form. Each added result is printed with its
    effect: compare its direction with the words of the paper.
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

    ID is the author and the year, e.g. smith2024. The folder has a review.yaml that explains every
    key, and a published.csv with its header, whose columns are explained on the screen. An existing
    review is never changed.
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


@click.command()
@click.argument("review_id", metavar="ID", type=IDENTIFIER)
@data_dir
def map_review(review_id: str, data_dir: Path) -> None:
    """Write the map of a review's data file, to fill in.

    ID is the review, whose folder in data/reviews holds its data file. Its outcome_map.csv gets a
    row for each outcome of the file, in which you say what the outcome is in the codebook, or leave
    that empty if it is not used. Rows that are there already stay as they are.
    """
    # Reading a review file takes longer to load than everything else here.
    from metarepro.reviews.data_files import write_outcome_map

    path, added = write_outcome_map(data_dir / "reviews" / review_id)
    click.echo(f"{path}: {added} outcomes added. Fill them in, then: metarepro check")
