"""Whether the results of a state are whole and made from its inputs, as far as files can tell."""

import hashlib
from pathlib import Path

from metarepro.changes.causes import State
from metarepro.errors import InputError
from metarepro.manifest.files import is_input
from metarepro.manifest.listing import (
    MANIFEST,
    Entry,
    differences,
    is_committed,
    is_result,
    parse_manifest,
    read_manifest,
)
from metarepro.reviews.problems import missing_reviews
from metarepro.reviews.tables import REVIEW_FILE_PROBLEMS
from metarepro.tabular.cells import parse_cells

REVIEW_PROBLEMS = f"results/{REVIEW_FILE_PROBLEMS.path}"


def outdated_inputs(state: State) -> list[str]:
    """Inputs that differ from those that results/manifest.csv lists.

    That file itself if it is not there or cannot be read.
    """
    listed = _listed(state)
    if listed is None:
        return [MANIFEST]
    return _differing(state, {path for path in {*state, *listed} if is_input(path)}, listed)


def altered_results(state: State) -> list[str]:
    """Results that differ from those that results/manifest.csv lists, without those not committed.

    They were edited, or the run that made them did not come to its end. None without that list.
    """
    listed = _listed(state)
    if listed is None:
        return []
    paths = {path for path in {*state, *listed} if is_result(path) and is_committed(path)}
    return _differing(state, paths, listed)


def altered_pages(study: Path) -> list[str]:
    """Results of a folder that differ from its manifest and that no state has: not committed."""
    try:
        found = differences(study, read_manifest(study))
    except InputError:
        return []
    return [d.file for d in found if is_result(d.file) and not is_committed(d.file)]


def reviews_left_out(state: State) -> list[str]:
    """Each review whose data file could not be used, with the first of its problems."""
    if REVIEW_PROBLEMS not in state:
        return []
    columns = list(REVIEW_FILE_PROBLEMS.columns)
    cells, problems = parse_cells(state[REVIEW_PROBLEMS], columns, REVIEW_PROBLEMS)
    if problems or cells is None:
        return [f"{REVIEW_PROBLEMS}: cannot be read"]
    return missing_reviews(cells)


def _listed(state: State) -> dict[str, Entry] | None:
    """The manifest of a state; None if it is not there or cannot be read."""
    try:
        return parse_manifest(state[MANIFEST], MANIFEST)
    except (KeyError, InputError):
        return None


def _differing(state: State, paths: set[str], listed: dict[str, Entry]) -> list[str]:
    return sorted(
        path
        for path in paths
        if path not in state
        or path not in listed
        or listed[path].sha256 != hashlib.sha256(state[path]).hexdigest()
    )
