"""How a published pool of a review file that is not recomputed may come from its study rows.

The model finder and the slip finder of `explanation` are asked; what they say is a hypothesis.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from metarepro.errors import InputError
from metarepro.explanation.explanation import Explanation, explain_rows
from metarepro.explanation.finder import try_models
from metarepro.explanation.published import PrintedNumber, PublishedResult
from metarepro.explanation.report import in_words
from metarepro.explanation.rounding import OUTSIDE
from metarepro.explanation.rows import MAX_ROWS, StudyRows
from metarepro.readers.review_tables import FULL_DECIMALS, Row

#: Kind of rows by type of data, and their columns.
_KINDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "continuous": ("means", ("mean_t", "sd_t", "n_t", "mean_c", "sd_c", "n_c")),
    "dichotomous": ("counts", ("events_t", "n_t", "events_c", "n_c")),
    "iv": ("effects", ("estimate", "se")),
}
_NAMES = {"estimate": "yi", "se": "sei"}
_LIMITS = ("estimate", "ci_low", "ci_high")
_TARGETS = (*_LIMITS, "z", "p", "tau2", "q", "q_df", "q_p", "i2")

#: Numbers of real studies are smaller, and their SDs larger than one through it.
_LARGEST = 1e12
#: Numbers beyond are no ratio that could be compared.
_LARGEST_LOG = 100.0

NOT_LOOKED_FOR = "no explanation was looked for"


def explain_different(studies: Sequence[Row], pool: Row) -> str:
    """Say in a sentence how a published pool may come from its study rows.

    Parameters
    ----------
    studies : sequence of dict
        The study rows of the analysis.
    pool : dict
        Its row in the table of analyses, with the published numbers.

    Returns
    -------
    str
        `NOT_LOOKED_FOR` with the reason where rows or numbers are of a kind that the finders do not
        know; `NONE_FOUND` where nothing explains it.
    """
    found = explain_pool(studies, pool)
    if isinstance(found, str):
        return found
    return other_measure(found) or in_words(found)


def explain_pool(studies: Sequence[Row], pool: Row) -> Explanation | str:
    """Explain a published pool by its study rows; why not, in words, where it cannot be tried."""
    published = _published(pool)
    if pool["data_type"] not in _KINDS or published is None:
        return f"{NOT_LOOKED_FOR}: the pool or its data are of a kind that is not tried"
    rows = _rows(studies, pool)
    if not 2 <= rows.k <= MAX_ROWS:
        return f"{NOT_LOOKED_FOR}: {rows.k} usable rows"
    try:
        with np.errstate(all="ignore"):
            return explain_rows(rows, published, _measure(pool))
    except (InputError, ArithmeticError, ValueError):
        return f"{NOT_LOOKED_FOR}: the rows cannot be pooled by other models"


def other_measure(found: Explanation) -> str:
    """Say that another measure than that of the analysis gives the pool; "" if none does.

    Only where nothing else explains it.
    """
    if found.verdict != OUTSIDE or (found.search and found.search.hits):
        return ""
    with np.errstate(all="ignore"):
        best = try_models(found.rows, found.published)[0]
    if not best.exact:
        return ""
    return f"every published number comes out under another measure: {best.model.label}"


def _measure(pool: Row) -> str:
    """The measure as the finders call it."""
    if pool["data_type"] != "iv":
        return str(pool["measure"]).removeprefix("PETO_")
    return "effect" if pool["published_scale"] == "difference" else "ratio"


def _rows(studies: Sequence[Row], pool: Row) -> StudyRows:
    kind, columns = _KINDS[pool["data_type"]]
    taken = [
        (place, study)
        for place, study in enumerate(studies, start=1)
        if _enters(study, pool) and _usable(kind, [study[name] for name in columns])
    ]
    cells = np.array([[study[name] for name in columns] for _, study in taken], dtype=np.float64)
    cells = cells.reshape(len(taken), len(columns))
    if kind == "counts" and pool["swap_events"] == "yes":
        cells[:, (0, 2)] = cells[:, (1, 3)] - cells[:, (0, 2)]
    return StudyRows(
        file=f"analysis {pool['comparison_number']}.{pool['outcome_number']}",
        kind=kind,
        columns=tuple(_NAMES.get(name, name) for name in columns),
        cells=cells,
        # What a review file holds is what was typed in, and pooled.
        half=np.zeros_like(cells),
        texts=tuple(tuple(f"{x:.15g}" for x in row) for row in cells.tolist()),
        rows=tuple(place for place, _ in taken),
        studies=tuple(study["study"] for _, study in taken),
        trials=np.arange(len(taken)),  # RevMan takes every row for a study of its own
        names={},
    )


def _usable(kind: str, cells: list[float]) -> bool:
    """Whether an effect can be computed from the cells of a row, and is of a size that exists."""
    if not all(math.isfinite(cell) and abs(cell) < _LARGEST for cell in cells):
        return False
    if kind == "means":
        _, sd_t, n_t, _, sd_c, n_c = cells
        return min(sd_t, sd_c) > 1 / _LARGEST and min(n_t, n_c) >= 2
    if kind == "counts":
        events_t, n_t, events_c, n_c = cells
        whole = all(cell.is_integer() for cell in cells)
        return whole and 0 <= events_t <= n_t > 0 and 0 <= events_c <= n_c > 0
    return cells[1] > 1 / _LARGEST


def _enters(study: Row, pool: Row) -> bool:
    """Whether a study row belongs to the pool."""
    if study["estimable"] == "no":
        return False
    if pool["level"] == "overall":
        return bool(study["applies_to"] in ("both", "overall"))
    own = study["subgroup_number"] == pool["subgroup_number"]
    return own and study["applies_to"] in ("both", "subgroup")


def _published(pool: Row) -> PublishedResult | None:
    """The published numbers with their precision; None without an estimate, or out of range."""
    notes = dict(
        note.removeprefix("published_").split(": ")
        for note in pool["published_precision"].split("; ")
        if note
    )
    ratio = pool["published_scale"] != "difference"
    numbers = {}
    for name in _TARGETS:
        value = pool[f"published_{name}"]
        if name in _LIMITS and pool["published_scale"] == "log":
            value = math.exp(value) if value < _LARGEST_LOG else math.nan
        if math.isfinite(value) and not (ratio and name in _LIMITS and value <= 0):
            numbers[name] = PrintedNumber(value, int(notes.get(name, FULL_DECIMALS)))
    if "estimate" not in numbers:
        return None
    return PublishedResult("", numbers, float(pool["interval_level"]))
