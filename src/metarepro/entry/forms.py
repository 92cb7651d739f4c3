"""Writes the forms for new evidence; what is there already is never touched."""

import re
from collections.abc import Iterable
from pathlib import Path

from metarepro.entry.data_guide import column_meanings
from metarepro.entry.drafts import review_form, trial_form
from metarepro.errors import InputError
from metarepro.study.validation import load
from metarepro.tabular.input_tables import PUBLISHED
from metarepro.tabular.trial_interventions import interventions_of


def write_trial_form(trial_id: str, statistic: str, data_dir: Path, drafts: Path) -> Path:
    """Write the form for a trial and a result of it, for a known trial only for the result.

    Parameters
    ----------
    trial_id : str
        Also the name of the file.
    statistic : str
        What the paper reports, one of `reported_statistics.STATISTICS`.
    data_dir, drafts : Path
        The data folder, and the folder to write to.

    Returns
    -------
    Path
        The form.

    Raises
    ------
    DataError
        If the data folder has problems.
    InputError
        If the form is there, and its results are in the data.
    FileExistsError
        If the form is there already.
    """
    data = load(data_dir)
    own = data.results.loc[data.results["trial_id"] == trial_id, "result_id"]
    numbers = [int(number[1]) for name in own if (number := re.search(r"-(\d+)$", name))]
    known = data.trials.loc[data.trials["trial_id"] == trial_id, "intervention"]
    form = trial_form(
        trial_id,
        statistic,
        number=max(numbers, default=0) + 1,
        new=known.empty,
        codebook={
            "outcome": list(data.outcomes["outcome"]),
            "intervention": list(data.interventions["intervention"])
            if known.empty
            else interventions_of(known.iloc[0]),
        },
        meanings=column_meanings(),
    )
    path = drafts / f"{trial_id}.yaml"
    if path.is_file() and _was_added(path, own):
        raise InputError(
            f"{path}: this form has been added to the data; delete it to start one for a further "
            "result"
        )
    _write_new(path, form)
    return path


def _was_added(form: Path, known: Iterable[str]) -> bool:
    """Whether the data have all results of a form."""
    text = form.read_text(encoding="utf-8")
    results = set(re.findall(r"^ *(?:- )?result_id: *[\"']?([a-z0-9_-]+)", text, re.MULTILINE))
    return bool(results) and results <= set(known)


def write_review_form(review_id: str, data_dir: Path) -> Path:
    """Write the folder of a review: review.yaml and the header of published.csv.

    Parameters
    ----------
    review_id : str
        Also the name of the folder in data/reviews.
    data_dir : Path
        The data folder.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    FileExistsError
        If the review is there already.
    """
    folder = data_dir / "reviews" / review_id
    _write_new(folder / "review.yaml", review_form(review_id, column_meanings()))
    _write_new(folder / "published.csv", ",".join(PUBLISHED.columns) + "\n")
    return folder


def _write_new(path: Path, text: str) -> None:
    """Write a file and its folder, unless the file is there already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
