"""Reads a data folder: tables transcribed by hand from reports of trials and reviews."""

import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from metarepro.study.certainty import CERTAINTY_FILE, read_certainty
from metarepro.study.corrections import (
    Cell,
    Correction,
    apply_corrections,
    place_corrections,
    read_corrections,
)
from metarepro.study.tables import (
    CERTAINTY_JUDGED,
    EXTRACTED_INCLUDED,
    EXTRACTED_PUBLISHED,
    REVIEWS,
)
from metarepro.tabular.cells import parse_cells, read_bytes
from metarepro.tabular.columns import DOI, PLAIN, SOURCE, YEARS, is_doi, is_line, is_source
from metarepro.tabular.input_tables import (
    INCLUDED,
    INPUT_TABLES,
    PUBLISHED,
    REVIEW_KEYS,
    REVIEW_ROLES,
)
from metarepro.tabular.problems import Problem
from metarepro.tabular.tables import Table, check_cells, empty_table, from_rows
from metarepro.tabular.yaml_text import Document, parse_yaml

CORRECTIONS_FILE = "corrections.yaml"
REVIEW_FILE = "review.yaml"
#: Tables of all reviews together -> as they are extracted.
_OF_REVIEWS = {PUBLISHED: EXTRACTED_PUBLISHED, INCLUDED: EXTRACTED_INCLUDED}
#: Tables that are one file.
_SINGLE = tuple(table for table in INPUT_TABLES.values() if "{review_id}" not in table.path)
WHOLE_KEYS = ("year", "n_studies", "n_participants")
REVIEW_ID = re.compile(r"[a-z0-9_\-]{1,60}")
#: An id that consists of a surname, a year and perhaps a word.
_ID_WITH_YEAR = re.compile(r"^([a-z]+)(\d{4})([a-z]*)$")
LIST_KEYS = ("authors", "families", "notes", "sources")


@dataclass(frozen=True)
class Review:
    """What review.yaml says; None and () where nothing was seen."""

    review_id: str
    title: str | None
    authors: tuple[str, ...]
    year: int | None
    journal: str | None
    doi: str | None
    role: str
    families: tuple[str, ...]
    n_studies: int | None
    n_participants: int | None
    search_date: str | None
    effect_measure: str | None
    model: str | None
    estimator: str | None
    software: str | None
    notes: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def label(self) -> str:
        """Surname of the first author and year; without them the id as a name: "Smith 2015"."""
        if not self.authors or not self.year:
            return _ID_WITH_YEAR.sub(r"\1 \2 \3", self.review_id).strip().capitalize()
        surname, *initials = self.authors[0].rsplit(" ", 1)
        return f"{surname if initials else self.authors[0]} {self.year}"


@dataclass(frozen=True)
class Dataset:
    """A data folder with its corrections applied.

    Every table carries the columns file, sha256, row (as a spreadsheet counts) and corrections
    behind its own. `published` and `included` have the rows of all reviews, with review_id
    (`published` also its label and role) in front.

    Parameters
    ----------
    inputs : DataFrame
        File, rows and sha256 of everything that was read; rows is nan for review.yaml.
    problems : tuple of Problem
        What was wrong in single cells, files and corrections.
    incomplete : frozenset of str
        Tables of which rows could not be read; nothing can be looked up in them.
    corrected : dict of Cell to Correction
        The cells that do not hold what the tables say.
    """

    interventions: pd.DataFrame
    domains: pd.DataFrame
    outcomes: pd.DataFrame
    countries: pd.DataFrame
    trials: pd.DataFrame
    results: pd.DataFrame
    clusters: pd.DataFrame
    characteristics: pd.DataFrame
    risk_of_bias: pd.DataFrame
    certainty: pd.DataFrame
    published: pd.DataFrame
    included: pd.DataFrame
    claims: pd.DataFrame
    local_evaluations: pd.DataFrame
    economic_evidence: pd.DataFrame
    guidance: pd.DataFrame
    programmes: pd.DataFrame
    programme_names: pd.DataFrame
    reviews: tuple[Review, ...]
    inputs: pd.DataFrame
    problems: tuple[Problem, ...]
    incomplete: frozenset[str]
    corrected: dict[Cell, Correction]

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables of the data folder by name."""
        tables = (*_SINGLE, CERTAINTY_JUDGED, *_OF_REVIEWS)
        return {table.name: getattr(self, table.name) for table in tables}


@dataclass
class _Reading:
    """A data folder on its way in."""

    folder: Path
    problems: list[Problem] = field(default_factory=list)
    inputs: list[tuple[str, float, str]] = field(default_factory=list)
    incomplete: set[str] = field(default_factory=set)
    corrections: list[Correction] = field(default_factory=list)
    corrected: dict[Cell, Correction] = field(default_factory=dict)

    def name(self, relative: str) -> str:
        """Path as messages and tables show it: from the folder that holds the data folder."""
        return f"{self.folder.resolve().name}/{relative}"

    def has(self, relative: str) -> bool:
        """Whether there is a file, or a link, be it to nothing."""
        return os.path.lexists(self.folder / relative)

    def content(self, relative: str) -> bytes | None:
        """Bytes of a file, None if it cannot be read."""
        content, problems = read_bytes(self.folder / relative, self.name(relative))
        self.problems += problems
        return None if problems else content

    def note_input(self, relative: str, content: bytes, rows: float = float("nan")) -> None:
        """Remember what was read."""
        self.inputs.append((self.name(relative), rows, _sha256(content)))

    def table(self, relative: str, table: Table) -> pd.DataFrame:
        """One table, corrected, checked, with the provenance of its rows."""
        if table.optional and not self.has(relative):
            return _with_provenance(empty_table(table), "", "", pd.Series(dtype="str"))
        content = self.content(relative)
        cells = None
        if content is not None:
            cells, problems = parse_cells(
                content, list(table.columns), self.name(relative), comments=True
            )
            self.problems += problems
        incomplete = content is None or bool(problems)
        if incomplete:
            self.incomplete.add(table.name)
        if content is None or cells is None:
            return _with_provenance(empty_table(table), "", "", pd.Series(dtype="str"))
        self.note_input(relative, content, len(cells))
        mine = [correction for correction in self.corrections if correction.file == relative]
        file, name = self.name(relative), self.name(CORRECTIONS_FILE)
        placed, problems = place_corrections(cells, table, mine, name)
        if mine and cells.empty and not incomplete:
            allowed = f"the rows that {len(mine)} corrections in {name} change"
            self.problems.append(Problem(file, None, "", "no rows", allowed))
        elif not incomplete:  # else the row may be one of those that could not be read
            self.problems += problems
        self.corrected |= {(file, *cell): correction for cell, correction in placed.items()}
        corrected, notes = apply_corrections(cells, placed)
        frame, problems = check_cells(corrected, table, file)
        self.problems += problems
        return _with_provenance(frame, file, _sha256(content), notes)

    def read_corrections(self, data_files: Iterable[str]) -> None:
        """Take in the list of corrections, if there is one."""
        if not self.has(CORRECTIONS_FILE):
            return
        content = self.content(CORRECTIONS_FILE)
        if content is None:
            return
        self.corrections, problems = read_corrections(
            content, self.name(CORRECTIONS_FILE), tuple(data_files)
        )
        self.problems += problems
        self.note_input(CORRECTIONS_FILE, content, len(self.corrections))

    def certainty(self) -> pd.DataFrame:
        """The judgements on certainty, if there are any."""
        content = self.content(CERTAINTY_FILE) if self.has(CERTAINTY_FILE) else None
        if content is None:
            return empty_table(CERTAINTY_JUDGED)
        rows, problems = read_certainty(content, self.name(CERTAINTY_FILE))
        self.problems += problems
        self.note_input(CERTAINTY_FILE, content)
        digest = _sha256(content)
        return from_rows([row | {"sha256": digest} for row in rows], CERTAINTY_JUDGED)

    def review(self, review_id: str) -> Review | None:
        """Take in review.yaml; None if it is unusable."""
        relative = f"reviews/{review_id}/{REVIEW_FILE}"
        content = self.content(relative)
        if content is None:
            return None
        document, problems = parse_yaml(content, self.name(relative))
        if document:
            told = {problem.column.partition(".")[0] for problem in problems}
            wrong = review_problems(document, self.name(relative))
            problems += [problem for problem in wrong if problem.column not in told]
        self.problems += problems
        self.note_input(relative, content)
        if problems or document is None:
            return None
        values: dict[str, Any] = {
            key: tuple(value or ()) if key in LIST_KEYS else value
            for key, value in document.value.items()
        }
        return Review(review_id=review_id, **values)


def read(folder: Path | str) -> Dataset:
    """Read a data folder, apply its corrections and check every cell.

    Parameters
    ----------
    folder : Path or str
        With the files that the data guide describes.

    Returns
    -------
    Dataset
        With the problems; what cannot be read is left out, nothing is raised for bad data.
    """
    reading = _Reading(Path(folder))
    reviews = {review_id: reading.review(review_id) for review_id in _review_ids(reading)}
    if None in reviews.values():
        reading.incomplete.add("reviews")
    review_files = {
        review_id: {table.path.format(review_id=review_id): table for table in _OF_REVIEWS}
        for review_id in reviews
    }
    single = {table.path: table for table in _SINGLE}
    reading.read_corrections(
        file
        for files in (single, *review_files.values())
        for file, table in files.items()
        if not table.optional or reading.has(file)
    )
    tables = {table.name: reading.table(table.path, table) for table in _SINGLE}
    tables[CERTAINTY_JUDGED.name] = reading.certainty()
    parts: dict[Table, list[pd.DataFrame]] = {table: [] for table in _OF_REVIEWS}
    for review_id, files in review_files.items():
        review = reviews[review_id]
        for relative, table in files.items():
            frame = reading.table(relative, table)
            frame.insert(0, "review_id", pd.Series(review_id, index=frame.index, dtype="str"))
            if table is PUBLISHED:
                about = {
                    "review": review.label if review else "",
                    "role": review.role if review else "",
                }
                for place, (column, value) in enumerate(about.items(), start=1):
                    frame.insert(place, column, pd.Series(value, index=frame.index, dtype="str"))
            parts[table].append(frame)
    for table, frames in parts.items():
        tables[table.name] = pd.concat(
            [frame for frame in frames if len(frame)] or [empty_table(_OF_REVIEWS[table])],
            ignore_index=True,
        )
    return Dataset(
        **tables,
        reviews=tuple(review for review in reviews.values() if review),
        inputs=pd.DataFrame(sorted(reading.inputs), columns=["file", "rows", "sha256"]),
        problems=tuple(reading.problems),
        incomplete=frozenset(reading.incomplete),
        corrected=reading.corrected,
    )


def list_reviews(data: Dataset) -> pd.DataFrame:
    """What the review.yaml files say, one row per review, with file and sha256.

    Returns
    -------
    DataFrame
        `tables.REVIEWS`; authors are joined by "; ", families and sources by a space.
    """
    of_file = {
        Path(file).parent.name: (file, digest)
        for file, digest in zip(data.inputs["file"], data.inputs["sha256"], strict=True)
        if Path(file).name == REVIEW_FILE
    }
    rows = []
    for review in data.reviews:
        file, digest = of_file[review.review_id]
        row = asdict(review) | {"label": review.label, "file": file, "sha256": digest}
        row["authors"] = "; ".join(review.authors)
        row |= {key: " ".join(row[key]) for key in ("families", "sources")}
        row |= {key: np.nan if key in WHOLE_KEYS else "" for key in row if row[key] is None}
        rows.append(row)
    return from_rows(rows, REVIEWS)


def review_problems(document: Document, file: str) -> list[Problem]:
    """Check keys and types of a review.yaml."""
    value = document.value
    keys = "the keys " + ", ".join(REVIEW_KEYS)
    if not isinstance(value, dict):
        return [Problem(file, document.line(()), "", "no keys", keys)]
    wrong = {key: ("an unknown key", keys) for key in value if key not in REVIEW_KEYS}
    wrong |= {key: ("no such key", keys) for key in REVIEW_KEYS if key not in value}
    if not wrong and tuple(value) != REVIEW_KEYS:
        wrong[""] = ", ".join(value), keys + ", in this order"
    for key in REVIEW_KEYS:
        if key in value and (allowed := _wrong_value(key, value[key])):
            wrong[key] = str(value[key]), allowed
    return [
        Problem(file, document.line((key,)), key, found, allowed)
        for key, (found, allowed) in wrong.items()
    ]


def _wrong_value(key: str, value: Any) -> str:
    """What is allowed, if this is not."""
    if key == "role":
        return "" if value in REVIEW_ROLES else "one of: " + ", ".join(REVIEW_ROLES)
    if key == "year":
        fits = value is None or (type(value) is int and value in YEARS)
        return "" if fits else f"a year from {YEARS[0]} to {YEARS[-1]}, or null"
    if key in WHOLE_KEYS:
        fits = value is None or (type(value) is int and value > 0)
        return "" if fits else "a whole number above 0, or null"
    if key in LIST_KEYS:
        items = [] if value is None else value
        if not isinstance(items, list) or not all(map(is_line, items)):
            return "a list of texts, or null; each on one line"
        if key == "families" and not all(re.fullmatch(r"[a-z0-9_\-]+", item) for item in items):
            return "families as in codebook/interventions.csv: small letters, digits, _ and -"
        return SOURCE if key == "sources" and not all(map(is_source, items)) else ""
    if value is None or is_line(value):
        return "" if key != "doi" or value is None or is_doi(value) else f"{DOI}, or null"
    return f"{PLAIN}, in quotes, or null"


def _review_ids(reading: _Reading) -> list[str]:
    folder = reading.folder / "reviews"
    if not folder.is_dir():
        return []
    ids = sorted(
        path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")
    )
    reading.problems += [
        Problem(reading.name("reviews"), None, "", name, "folders of small letters, digits, _, -")
        for name in ids
        if not REVIEW_ID.fullmatch(name)
    ]
    return ids


def _with_provenance(frame: pd.DataFrame, file: str, sha256: str, notes: pd.Series) -> pd.DataFrame:
    index = frame.index
    provenance = {
        "file": pd.Series(file, index=index, dtype="str"),
        "sha256": pd.Series(sha256, index=index, dtype="str"),
        "row": pd.Series(index, index=index, dtype="float64"),
        "corrections": notes.reindex(index).astype("str"),
    }
    return pd.concat([frame, pd.DataFrame(provenance, index=index)], axis=1).reset_index(drop=True)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
