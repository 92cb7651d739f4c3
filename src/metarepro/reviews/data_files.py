"""The data files of reviews in data/reviews, with the maps beside them.

Extraction and validation both read them here: what is a problem for one is a problem for the other.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from metarepro.extraction.any_review import read_any_review
from metarepro.readers.folders import Survey, files_of, find_reviews, review_folders, survey
from metarepro.readers.review_tables import Extraction
from metarepro.reviews.results import (
    outcome_map_template,
    review_results,
    unmapped_outcomes,
    wrong_rows,
)
from metarepro.reviews.study_trials import review_included, same_studies
from metarepro.reviews.tables import EXTRACTED_FROM_FILES
from metarepro.study.transcription import Dataset
from metarepro.tabular.file_names import COLUMNS_FILE
from metarepro.tabular.input_tables import INPUT_TABLES, OUTCOME_MAP, STUDY_MAP
from metarepro.tabular.problems import DataError, Problem
from metarepro.tabular.tables import (
    Table,
    check_values,
    empty_table,
    from_rows,
    in_order,
    read_table,
    write_table,
)

_TABLES = {table.name: table for table in EXTRACTED_FROM_FILES}
_CODEBOOK = {"outcome": "outcomes", "intervention": "interventions"}


@dataclass(frozen=True)
class ReviewData:
    """A review with a data file.

    Parameters
    ----------
    problems : tuple of Problem
        Everything that keeps it from being used; files as seen from the folder that holds the data
        folder.
    tables : dict of str to DataFrame
        Those of `EXTRACTED_FROM_FILES` by name; none if there are problems.
    template : DataFrame or None
        The outcome map with a row for each outcome of the file, if some have none.
    """

    problems: tuple[Problem, ...] = ()
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    template: pd.DataFrame | None = None


def read_reviews(data_dir: Path, data: Dataset) -> dict[str, ReviewData]:
    """Read every review that comes with a data file; nothing is raised for bad ones.

    Parameters
    ----------
    data_dir : Path
        The data folder.
    data : Dataset
        Its tables. A table that could not be read whole is not compared with, and the reviews have
        no tables then.

    Returns
    -------
    dict of str to ReviewData
        By review_id, in order. Two reviews with a study that data/trials does not have, perhaps one
        trial, have a problem each until it is said what the study is.
    """
    data_dir = data_dir.resolve()
    reviews = {folder.name: _read_folder(folder, data) for folder in review_folders(data_dir)}
    found = {review_id: review for review_id, review in reviews.items() if review}
    new_trials = [review.tables["review_trials"] for review in found.values() if review.tables]
    if new_trials:
        for problem in same_studies(pd.concat(new_trials)):
            # data/reviews/ID/file
            review_id = Path(problem.file).parts[2]
            found[review_id] = ReviewData((*found[review_id].problems, problem))
    return found


def write_outcome_map(folder: Path) -> tuple[Path, int]:
    """Add a row for each outcome of a review's data file to the map beside it.

    Parameters
    ----------
    folder : Path
        Of the review, with its data file.

    Returns
    -------
    Path, int
        The map, and how many rows it has got.

    Raises
    ------
    DataError
        If there is not one data file, or it or the map cannot be read.
    """
    files = find_reviews(folder) if folder.is_dir() else []
    if len(files) != 1:
        found = ", ".join(path.relative_to(folder).as_posix() for path in files) or "no data file"
        raise DataError(
            [Problem(folder.as_posix(), None, "", found, "one data file of the review")]
        )
    problems: list[Problem] = []
    before = _read_map(folder, OUTCOME_MAP, problems)
    if problems:
        raise DataError(problems)
    filled = outcome_map_template(read_any_review(files[0]), before)
    path = folder / "outcome_map.csv"
    write_table(filled, path, OUTCOME_MAP)
    return path, len(filled) - len(before)


def _read_folder(folder: Path, data: Dataset) -> ReviewData | None:
    """The review of a folder in data/reviews; None if it has no data file."""
    try:
        there = survey(folder)
        files = there.reviews
        unread = list(_passed_over(folder, there))
        if unread:
            raise DataError(unread)
        if len(files) > 1:
            names = ", ".join(path.relative_to(folder).as_posix() for path in files)
            raise DataError([Problem(folder.as_posix(), None, "", names, "one data file")])
        review = _read_file(files[0], folder, data) if files else None
    except DataError as error:
        review = ReviewData(tuple(error.problems))
    if review is None:
        return None
    data_dir = folder.parents[1]
    problems = (replace(p, file=_shown(p.file, data_dir)) for p in review.problems)
    return replace(review, problems=tuple(problems))


def _passed_over(folder: Path, there: Survey) -> Iterator[Problem]:
    """Files of the folder that nothing reads."""
    known = {table.path.rpartition("/")[2] for table in INPUT_TABLES.values()}
    for path, words in there.others:
        if path.name in known or path.suffix in (".md", ".yaml") or path.name.startswith("."):
            continue
        allowed = (
            f"{COLUMNS_FILE} beside it, which says what its columns are (metarepro columns --write "
            "makes one), or notes (.md); or move it out of the data folder"
        )
        found = f"{words or 'a file'} that nothing reads"
        yield Problem(path.as_posix(), None, "", found, allowed)


def _shown(file: str, data_dir: Path) -> str:
    """Name of a file as seen from the folder that holds the data folder."""
    place, _, member = file.partition("!")
    if Path(place).is_dir():
        # A table in a folder is a file of its own, one in a zip file is not.
        file = (Path(place) / member).as_posix()
    inside = file.removeprefix(data_dir.as_posix() + "/")
    return file if inside == file else f"{data_dir.name}/{inside}"


def _read_file(path: Path, folder: Path, data: Dataset) -> ReviewData:
    """Read a data file and the maps beside it, and compare them."""
    problems: list[Problem] = []
    try:
        extraction = _settled(read_any_review(path))
        if extraction.accuracy_rows:
            found, allowed = "a review of diagnostic test accuracy", "a review of interventions"
            problems.append(Problem(path.as_posix(), None, "", found, allowed))
    except DataError as error:
        problems += error.problems
    maps = {table.name: _read_map(folder, table, problems) for table in (OUTCOME_MAP, STUDY_MAP)}
    if problems:
        return ReviewData(tuple(problems))
    if not data.incomplete.isdisjoint({"trials", *_CODEBOOK.values()}):
        return ReviewData(tuple(_compared_with_less(extraction, folder, maps["outcome_map"], data)))
    provenance = {"file": _shown(path.as_posix(), folder.parents[1]), "sha256": digest(path)}
    try:
        tables = _tables(extraction, folder.name, maps, data, provenance)
    except DataError as error:
        template = None
        if unmapped_outcomes(extraction, maps["outcome_map"], ""):
            template = outcome_map_template(extraction, maps["outcome_map"])
        return ReviewData(tuple(error.problems), template=template)
    problems = _values_not_allowed(tables, provenance["file"])
    return ReviewData(tuple(problems), {} if problems else tables)


def _settled(extraction: Extraction) -> Extraction:
    """The review with all settings, inferred where its file has none."""
    if not extraction.has_open_settings:
        return extraction
    # Pooling takes longer to import than most files to read.
    from metarepro.reviews.inferred_settings import with_settings

    return with_settings(extraction)


def _read_map(folder: Path, table: Table, problems: list[Problem]) -> pd.DataFrame:
    """A map, empty if there is none; what is wrong with it is added to `problems`."""
    try:
        path = folder / f"{table.name}.csv"
        return read_table(path, table, by_hand=True) if path.exists() else empty_table(table)
    except DataError as error:
        problems += error.problems
        return empty_table(table)


def _compared_with_less(
    extraction: Extraction, folder: Path, outcome_map: pd.DataFrame, data: Dataset
) -> list[Problem]:
    """What can be said of a map without the tables that could not be read whole."""
    file = (folder / "outcome_map.csv").as_posix()
    complete = {name: table for name, table in _CODEBOOK.items() if table not in data.incomplete}
    known = {name: set(getattr(data, table)[name]) for name, table in complete.items()}
    return [
        *unmapped_outcomes(extraction, outcome_map, file),
        *wrong_rows(extraction, outcome_map, known, file),
    ]


def _tables(
    extraction: Extraction,
    review_id: str,
    maps: dict[str, pd.DataFrame],
    data: Dataset,
    provenance: dict[str, str],
) -> dict[str, pd.DataFrame]:
    """The tables of a review; raises a DataError if the maps do not fit."""
    results, new_trials = review_results(
        extraction,
        review_id,
        maps["outcome_map"],
        maps["study_map"],
        data.trials,
        {name: set(getattr(data, table)[name]) for name, table in _CODEBOOK.items()},
        provenance,
    )
    # It takes longer to import than most files to read.
    from metarepro.reviews.audit_studies import audit_studies

    tables = {
        "review_studies": extraction.studies.assign(review_id=review_id),
        "review_analyses": extraction.analyses.assign(review_id=review_id),
        "review_results": results,
        "review_trials": new_trials,
        "review_included": review_included(
            extraction, review_id, maps["study_map"], data.trials, provenance
        ),
        "review_audit": from_rows(
            [row | {"review_id": review_id} for row in audit_studies(extraction)],
            _TABLES["review_audit"],
        ),
    }
    return {name: in_order(table, _TABLES[name]) for name, table in tables.items()}


def _values_not_allowed(tables: dict[str, pd.DataFrame], file: str) -> list[Problem]:
    """What could not be written into the tables, which would keep those of all reviews back."""
    return [
        # The row is that of the table: the review file has no such place.
        replace(problem, row=None)
        for name, table in tables.items()
        for problem in check_values(table, _TABLES[name], file)[1]
    ]


def digest(path: Path) -> str:
    """Return the sha256 of the files of a review, in order."""
    whole = hashlib.sha256()
    for file in files_of(path):
        if file.is_file():
            whole.update(file.read_bytes())
    return whole.hexdigest()
