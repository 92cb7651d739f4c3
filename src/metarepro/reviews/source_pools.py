"""The published pools of a data file with a columns.yaml, each with the model that gives it.

A review file says how its pools were made; a spreadsheet or an article does not, so that every
model of published software is tried (`explanation`).
"""

import math
from typing import Any

import numpy as np

from metarepro.errors import InputError
from metarepro.explanation.explanation import Explanation, explain_published
from metarepro.explanation.matching import printed_scale
from metarepro.explanation.report import in_words
from metarepro.explanation.rounding import EXACT, WITHIN
from metarepro.extraction.source_extraction import SourceExtraction
from metarepro.readers.review_tables import Row, analysis_of
from metarepro.reviews.different_pools import other_measure
from metarepro.reviews.tables import QUANTITIES

_KEYS = (
    *("review_id", "comparison_number", "comparison", "outcome_number", "outcome"),
    *("subgroup_number", "subgroup", "level", "data_type", "measure"),
)


def reproduce_source(extraction: SourceExtraction, file: str) -> list[Row]:
    """Set every published pool of the file beside the model that gives it, or the nearest.

    Parameters
    ----------
    extraction : SourceExtraction
        From `extraction.review_source`.
    file : str
        How the file is called in the table.

    Returns
    -------
    list of dict
        Rows of `tables.REVIEW_REPRODUCTION`, one per analysis. `exact` is a pool with all printed
        digits, `explained` one within the rounding of the rows; of others `reason` says which
        single change would give it, if any. Without a published result nothing is recomputed.
    """
    return [{"file": file} | _row(extraction, pool) for pool in extraction.analysis_rows]


def _row(extraction: SourceExtraction, pool: Row) -> dict[str, Any]:
    studies = [row for row in extraction.study_rows if analysis_of(row) == analysis_of(pool)]
    row = {name: pool[name] for name in (*_KEYS, "method", "model")}
    row |= {"k": len(studies), "n_participants": _participants(studies)}
    row |= {f"published_{name}": pool[f"published_{name}"] for name in QUANTITIES}
    row |= dict.fromkeys((f"reproduced_{name}" for name in QUANTITIES), math.nan)
    row |= {"max_abs_difference": math.nan, "verdict": "not_published", "reason": ""}
    printed = extraction.printed.get(pool["outcome_number"])
    if printed is None:
        return row
    try:
        found = explain_published(printed.rows, printed.published, measure=printed.measure or None)
    except InputError as error:
        return row | {"verdict": "not_computable", "reason": _sentence(str(error))}
    return row | _recomputed(found, pool)


def _recomputed(found: Explanation, pool: Row) -> dict[str, Any]:
    """The numbers of the model that gives the pool, or of the nearest, and the verdict."""
    best = found.within[0][0] if found.verdict == WITHIN else found.tried[0]
    shown = printed_scale(best.model.form)
    numbers = {name: float(x[0]) for name, x in vars(best.outcomes).items()}
    numbers |= {
        name: float(shown(np.array(numbers[name]))) for name in ("estimate", "ci_low", "ci_high")
    }
    ours = {name: numbers["i2_q" if name == "i2" else name] for name in QUANTITIES}
    off = [
        abs(pool[f"published_{name}"] - ours[name])
        for name in ("estimate", "ci_low", "ci_high")
        if math.isfinite(pool[f"published_{name}"])
    ]
    verdict = {EXACT: "exact", WITHIN: "explained"}.get(found.verdict, "different")
    return {
        "method": "MH" if best.model.method.startswith("MH") else "IV",
        "model": "random" if best.model.tau2 or best.model.method == "MH_DL" else "fixed",
        **{f"reproduced_{name}": x for name, x in ours.items()},
        "max_abs_difference": max(off),
        "verdict": verdict,
        "k": found.rows.k,
        "reason": _sentence(other_measure(found) or in_words(found)),
    }


def _participants(studies: list[Row]) -> float:
    """Participants of all arms, if every row has them."""
    numbers = [row["n_t"] + row["n_c"] for row in studies]
    return float(sum(numbers)) if numbers and all(map(math.isfinite, numbers)) else math.nan


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
