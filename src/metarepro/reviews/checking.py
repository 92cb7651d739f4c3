"""Checks a data folder: every cell, every rule between cells, and the data files of reviews."""

from pathlib import Path

from metarepro.reviews.data_files import read_reviews
from metarepro.tabular.problems import DataError
from metarepro.tabular.validation import read_and_check


def check_folder(data_dir: Path) -> str:
    """Check all of a data folder.

    Parameters
    ----------
    data_dir : Path
        With the files that data/README.md describes.

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
    reviews = read_reviews(data_dir, data)
    problems += [problem for review in reviews.values() for problem in review.problems]
    if problems:
        raise DataError(problems)
    usable = (data.results["exclude"] == "").sum()
    corrected = sum((table["corrections"] != "").sum() for table in data.tables().values())
    return (
        f"{len(data.inputs)} files, {len(data.trials)} trials, {len(data.results)} results "
        f"({usable} not excluded), {len(data.reviews)} reviews, {len(data.published)} published "
        f"results, {len(data.claims)} claims, {corrected} corrected rows, {len(reviews)} reviews "
        "with a data file: no problem"
    )
