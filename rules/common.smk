"""What the rules share: checks of the config, the tables, and the files of data/ as inputs."""

import sys
from pathlib import Path

from metarepro.plan import read_plan
from metarepro.study.tables import SINGLE_FILES
from metarepro.tabular.problems import DataError
from snakemake.exceptions import WorkflowError

from metarepro.catalogue import DOWNLOADS, STAGES


def check_plan():
    """The plan is plain YAML, which only metarepro reads: for Snakemake a config is code.

    Ended with SystemExit, the run says what is wrong and nothing about this file.
    """
    if config or workflow.config_settings.overwrite_config:
        sys.exit(
            "The analysis plan is config/config.yaml: edit it instead of using --config or "
            "--configfile."
        )
    try:
        read_plan("config/config.yaml")
    except DataError as error:
        sys.exit(str(error))


def template_files(pattern):
    """Templates of HTML pages and what they need, in a fixed order."""
    folder = Path(LIBRARY, "templates")
    return sorted(str(path) for path in folder.glob(pattern) if path.is_file())


def reviews_with_data():
    """Data files of reviews, or the folders that hold their tables."""
    from metarepro.readers.folders import find_reviews, review_folders

    folders = review_folders(Path("data"))
    return [review.as_posix() for folder in folders for review in find_reviews(folder)]


def data_files(*parts):
    """Files of parts of data/, each a folder or a file, in a fixed order."""
    paths = [Path("data", part) for part in parts]
    found = [
        inside
        for path in paths
        for inside in [path, *path.rglob("*")]
        if inside.is_file()
    ]
    return sorted(map(str, found))


#: Stages that a study does without: those of what a report says, of reviews' own data files, and of
#: what people judged.
LEFT_OUT = (
    *(() if data_files("report") else ("report", "claims")),
    *(() if reviews_with_data() else ("review_files", "reproduced_files")),
    *(part for part, file in SINGLE_FILES.items() if not data_files(file)),
)


def tables(*stages):
    """Paths of the tables that stages make, without the stages that this study does without."""
    return [
        f"results/{table.path}"
        for stage in stages
        if stage not in LEFT_OUT
        for table in STAGES[stage]
    ]


def downloads():
    """Paths of the tables that the report is written from."""
    there = set(tables(*STAGES))
    paths = [path for table in DOWNLOADS if (path := f"results/{table.path}") in there]
    # One rule makes this folder as a whole.
    folder = "results/reproduction/review_files"
    return sorted({folder if path.startswith(f"{folder}/") else path for path in paths})


def check_file_names():
    """Snakemake and shells would read something else into a strange name, or wait for a pipe."""
    from metarepro.errors import InputError
    from metarepro.manifest.files import refuse_strange_files
    from metarepro.tabular.file_names import ALLOWED, odd_names

    try:
        refuse_strange_files(Path())
    except InputError as error:
        raise WorkflowError(str(error)) from None
    odd = odd_names(Path("data"))
    if odd:
        raise WorkflowError(f"data: found {odd}; allowed: {ALLOWED}")


check_file_names()
check_plan()
