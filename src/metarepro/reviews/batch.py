"""Recomputes review files one by one; what goes wrong with one does not touch the others."""

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from metarepro.errors import InputError
from metarepro.extraction.any_review import read_any_review
from metarepro.readers.review_tables import Extraction, Row, analysis_of
from metarepro.reviews.accuracy import recompute_accuracy
from metarepro.reviews.audit_studies import audit_studies
from metarepro.reviews.batch_tables import BATCH_TABLES
from metarepro.reviews.chunks import named_reviews
from metarepro.reviews.inferred_settings import with_settings
from metarepro.reviews.reproduction import Known, reproduce
from metarepro.reviews.tables import DEVIATIONS
from metarepro.tabular.file_names import file_name
from metarepro.tabular.plain_text import clean_text
from metarepro.tabular.problems import DataError
from metarepro.tabular.tables import check_rows, from_columns, read_table


@dataclass
class Batch:
    """What has been found so far.

    Attributes
    ----------
    columns : of each of `BATCH_TABLES`
    unreadable : what is wrong with each file that could not be read
    """

    columns: dict[str, dict[str, list[Any]]] = field(
        default_factory=lambda: {
            table: {name: [] for name in declared.columns}
            for table, declared in BATCH_TABLES.items()
        }
    )
    unreadable: list[str] = field(default_factory=list)

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables of `BATCH_TABLES`."""
        return {
            name: from_columns(columns, BATCH_TABLES[name])
            for name, columns in self.columns.items()
        }

    def add(self, rows: Mapping[str, Sequence[Row]], name: str) -> None:
        """Add the rows of a file, or none of them.

        Raises
        ------
        DataError
            With each value that could not be written: it would keep the tables of all files back.
        """
        checked, problems = {}, []
        for table, found in rows.items():
            checked[table], wrong = check_rows(found, BATCH_TABLES[table], name)
            problems += wrong
        if problems:
            raise DataError(problems)
        for table, columns in checked.items():
            for column, cells in columns.items():
                self.columns[table][column] += cells


#: Deviations in published files whose reason is known.
KNOWN_DEVIATIONS = Path(__file__).with_name("known_deviations.csv")


def read_known(path: Path = KNOWN_DEVIATIONS) -> Known:
    """Read the reasons of known deviations."""
    rows = read_table(path, DEVIATIONS, by_hand=True).to_dict("records")
    names = ("review_id", "comparison_number", "outcome_number", "subgroup_number", "quantity")
    return {tuple(row[name] for name in names): row["reason"] for row in rows}


@dataclass(frozen=True, eq=False)
class Reproduction:
    """What came out of recomputing review files.

    Attributes
    ----------
    pools : one row per pool: published, recomputed, verdict, reason (`tables.REVIEW_REPRODUCTION`)
    findings : what does not add up in the study rows
    files : one row per file: what it is, or why it could not be read
    accuracy : one row per study of a review of diagnostic test accuracy (`tables.REVIEW_ACCURACY`)
    """

    pools: pd.DataFrame
    findings: pd.DataFrame
    files: pd.DataFrame
    accuracy: pd.DataFrame


def reproduce_files(*paths: Path | str, known: Known | None = None) -> Reproduction:
    """Recompute the pools of Cochrane reviews and compare them with what the files publish.

    Parameters
    ----------
    *paths : Path or str
        RevMan 5 files, RevMan Web packages, and folders with these.
    known : mapping, optional
        Reasons of deviations that are known; by default those that `KNOWN_DEVIATIONS` lists.

    Returns
    -------
    Reproduction
        A file that cannot be read is a row of `files` that says why.

    Raises
    ------
    InputError
        For a folder without a review, and one that cannot be looked into.

    Examples
    --------
    >>> import metarepro
    >>> metarepro.reproduce("nosuch.rm5").files["status"].tolist()
    ['unreadable']
    """
    reviews, nowhere, _ = named_reviews([Path(path) for path in paths])
    if nowhere:
        raise InputError("\n".join(nowhere))
    tables = do_files(reviews.items(), read_known() if known is None else known).tables()
    names = ("reproduction", "audit", "files", "accuracy")
    return Reproduction(*(tables[name] for name in names))


def do_files(
    reviews: Iterable[tuple[str, Path]], known: Known, forest: Path | None = None
) -> Batch:
    """Read, recompute and audit reviews, each by its name in the tables; see `do_file`."""
    batch = Batch()
    with _rare_collections():
        for name, path in reviews:
            do_file(path, name, known, batch, forest)
    return batch


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Let Python look for circles less often: rows are many objects, and hold none."""
    usual = gc.get_threshold()
    gc.set_threshold(100_000, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def do_file(path: Path, name: str, known: Known, batch: Batch, forest: Path | None = None) -> None:
    """Read, recompute and audit one review; what goes wrong with it is kept.

    Parameters
    ----------
    path : Path
    name : str
        What it is called in the tables.
    known : mapping
        Reasons of known deviations.
    batch : Batch
        Where the results go.
    forest : Path, optional
        Folder for forest plots; without it none are drawn.
    """
    try:
        extraction = with_settings(read_any_review(path))
        rows = {
            "reproduction": reproduce(extraction, name, known),
            "accuracy": recompute_accuracy(extraction, name),
            "audit": audit_studies(extraction, name),
        }
        if forest is not None:
            folder = forest.joinpath(*map(file_name, name.split("/")))
            extraction = extraction.with_notes(draw_forests(extraction, folder))
        rows["files"] = [_read_row(name, extraction, len(rows["reproduction"]))]
        batch.add(rows, name)
    except MemoryError:  # says nothing of the file
        raise
    except Exception as error:  # noqa: BLE001 - one file must not end a run over hundreds
        said = str(error) if isinstance(error, InputError) else f"internal error: {error!r}"
        batch.unreadable.append(f"{name}: {said}")
        row = {"file": name, "status": "unreadable", "notes": clean_text(said)}
        batch.add({"files": [row]}, name)


def _read_row(name: str, extraction: Extraction, pools: int) -> dict[str, Any]:
    """The row of a file that was read."""
    review = extraction.review
    return (
        {"file": name, "status": "read", "review_id": review.review_id, "title": review.title}
        | {"format": review.format, "schema": review.schema, "pools": pools}
        | {"study_rows": len(extraction.study_rows) + len(extraction.accuracy_rows)}
        | {"skipped": len(extraction.skipped)}
        | {"notes": "; ".join(extraction.notes)}
    )


def draw_forests(extraction: Extraction, folder: Path) -> list[str]:
    """Draw every analysis of a review; which could not be drawn, as a plot costs no results."""
    # Drawing takes longer to import than most files to recompute.
    from metarepro.figures.style import save_figure
    from metarepro.reviews.reproduction import recomputed
    from metarepro.reviews.revman_forest import revman_forest

    not_drawn = []
    for analysis in recomputed(extraction):
        if isinstance(analysis.result, str) or not analysis.studies:
            continue
        number = ".".join(analysis_of(analysis.pools[0]))
        try:
            figure = revman_forest(analysis.studies, analysis.pools, analysis.result)
            save_figure(figure, folder / file_name(number))
        except (ArithmeticError, ValueError) as error:
            not_drawn.append(f"no forest plot of {number}: {error}")
    return not_drawn
