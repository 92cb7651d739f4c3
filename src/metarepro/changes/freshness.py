"""Whether the results of a state are whole and made from its inputs, as far as files can tell."""

import hashlib
from collections.abc import Iterable

import pandas as pd

from metarepro.changes.causes import State, is_input
from metarepro.reviews.problems import missing_reviews
from metarepro.reviews.tables import REVIEW_FILE_PROBLEMS
from metarepro.study.tables import INPUTS, LAST_INPUTS
from metarepro.tabular.cells import parse_cells
from metarepro.tabular.tables import Table

#: The inputs that the results were made from, written near the start of the workflow ...
LISTED = f"results/{INPUTS.path}"
#: ... and the copy of it that the last large job writes.
INPUTS_AT_THE_END = f"results/{LAST_INPUTS}"
REVIEW_PROBLEMS = f"results/{REVIEW_FILE_PROBLEMS.path}"


def outdated_inputs(state: State) -> list[str]:
    """Inputs that differ from those that results/extracted/inputs.csv lists.

    That file itself if it is not there or cannot be read.
    """
    cells = _cells(state, LISTED, INPUTS)
    if cells is None:
        return [LISTED]
    listed = dict(zip(cells["file"], cells["sha256"], strict=True))
    kinds = {path.rpartition("/")[2] for path in listed}
    there = {path for path in state if is_input(path) and path.rpartition("/")[2] in kinds}
    return sorted(
        path
        for path in there | set(listed)
        if path not in state or listed.get(path) != hashlib.sha256(state[path]).hexdigest()
    )


def unlisted_inputs(state: State, paths: Iterable[str]) -> list[str]:
    """Those of the paths that results/extracted/inputs.csv does not list.

    It has the tables that the workflow reads first: no data files of reviews, none of their maps.
    """
    cells = _cells(state, LISTED, INPUTS)
    listed = set() if cells is None else set(cells["file"])
    return [path for path in paths if path not in listed]


def is_half_made(state: State) -> bool:
    """Whether the run that read the inputs did not come to the report, the last large job.

    Seen after a change of data only: no file of results/ tells by which code it was made.
    """
    first, last = (_cells(state, path, INPUTS) for path in (LISTED, INPUTS_AT_THE_END))
    return first is None or last is None or not first.equals(last)


def reviews_left_out(state: State) -> list[str]:
    """Each review whose data file could not be used, with the first of its problems."""
    if REVIEW_PROBLEMS not in state:
        return []
    cells = _cells(state, REVIEW_PROBLEMS, REVIEW_FILE_PROBLEMS)
    return [f"{REVIEW_PROBLEMS}: cannot be read"] if cells is None else missing_reviews(cells)


def _cells(state: State, path: str, table: Table) -> pd.DataFrame | None:
    """Cells of a table of results; None if it is not there or cannot be read."""
    cells, problems = parse_cells(state.get(path, b""), list(table.columns), path)
    return None if problems else cells
