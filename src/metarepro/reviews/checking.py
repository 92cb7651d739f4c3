"""Checks a data folder: every cell, every rule between cells, and the data files of reviews."""

from collections.abc import Callable
from pathlib import Path

from metarepro.plan import read_plan
from metarepro.reviews.data_files import read_reviews
from metarepro.study.lost_rows import lost_rows
from metarepro.study.planned import not_in_plan
from metarepro.study.transcription import Dataset
from metarepro.study.validation import read_and_check
from metarepro.tabular.problems import DataError, Problem
from metarepro.wording.phrases import counted

_OF_MAPS = frozenset({"outcomes", "interventions"})


def check_folder(data_dir: Path, say: Callable[[str], None] = lambda _: None) -> str:
    """Check all of a data folder.

    Parameters
    ----------
    data_dir : Path
        With the files that the data guide describes; the results of its last run beside it.
    say : callable
        Takes what deserves a look and is no problem, before any problem is raised.

    Returns
    -------
    str
        What was checked, in one line.

    Raises
    ------
    DataError
        With all problems of all files.
    """
    data, problems = read_and_check(data_dir)
    # Of a file that is broken its problem says enough.
    broken = {problem.file for problem in problems if not problem.column}
    whole = data.inputs[~data.inputs["file"].isin(broken)]
    for words in lost_rows(whole, data_dir.resolve().parent / "results"):
        say(words)
    # Codes in the maps of reviews are of tables that must have been read.
    reviews = {} if data.incomplete & _OF_MAPS else read_reviews(data_dir, data)
    problems += _problems_of_plan(data_dir.parent / "config/config.yaml", data)
    problems += [problem for review in reviews.values() for problem in review.problems]
    if problems:
        raise DataError(problems)
    usable = (data.results["exclude"] == "").sum()
    corrected = sum((table["corrections"] != "").sum() for table in data.tables().values())
    counts = [
        counted(len(data.inputs), "file"),
        counted(len(data.trials), "trial"),
        f"{counted(len(data.results), 'result')} ({usable} not excluded)",
        counted(len(data.reviews), "review"),
        counted(len(data.published), "published result"),
        counted(len(data.claims), "claim"),
        counted(corrected, "corrected row"),
        f"{counted(len(reviews), 'review')} with a data file",
    ]
    return f"{', '.join(counts)}: no problem"


def _problems_of_plan(config: Path, data: Dataset) -> list[Problem]:
    """Problems of the plan beside the data, and of both together; none without a plan."""
    if not config.exists():
        return []
    try:
        return not_in_plan(data, read_plan(config))
    except DataError as error:
        return error.problems
