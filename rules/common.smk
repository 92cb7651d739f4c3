"""What the rules share: checks of the config, and the files of data/ as inputs."""

from pathlib import Path

from metarepro.plan import read_plan
from metarepro.tabular.problems import DataError
from snakemake.exceptions import WorkflowError


def check_plan():
    """The scripts read config/config.yaml: an option on the command line would be ignored."""
    if config:
        raise WorkflowError(
            "The analysis plan is config/config.yaml: edit it instead of using --config."
        )
    try:
        read_plan("config/config.yaml")
    except DataError as error:
        raise WorkflowError(str(error)) from None


def template_files(pattern):
    """Templates of HTML pages and what they need, in a fixed order."""
    folder = Path(LIBRARY, "templates")
    return sorted(str(path) for path in folder.glob(pattern) if path.is_file())


def reviews_with_data():
    """Data files of reviews, or the folders that hold their tables."""
    from metarepro.readers.review_file import find_reviews, review_folders

    folders = review_folders(Path("data"))
    return [review.as_posix() for folder in folders for review in find_reviews(folder)]


def data_files(part):
    """Files of one part of data/, in a fixed order."""
    return sorted(str(path) for path in Path("data", part).rglob("*") if path.is_file())


def check_file_names():
    """Snakemake and shells would read something else into a strange name."""
    from metarepro.tabular.file_names import ALLOWED, odd_names

    odd = odd_names(Path("data"))
    if odd:
        raise WorkflowError(f"data: found {odd}; allowed: {ALLOWED}")


check_file_names()
check_plan()
