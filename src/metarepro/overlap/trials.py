"""Which trials stand in more than one review, and how much the reviews overlap.

Corrected covered area (Pieper and others 2014, J Clin Epidemiol 67:368-75): of the cells of the
matrix of trials by reviews, without each trial's first, the share that is filled. It is 0 where no
trial stands in two reviews and 100% where every trial stands in all of them.
"""

import math
from itertools import combinations
from typing import Any

import pandas as pd

from metarepro.overlap.tables import OVERLAP_OVERALL, OVERLAP_PAIRS
from metarepro.tabular.tables import from_rows

#: What counts as a trial of a review: seen in its list, or also trials that meet its criteria.
#: Candidates (looked up, or with a doubt) and trials marked "no" never count.
BASES = {"listed": ("listed",), "listed+plausible": ("listed", "plausible")}


def join_included(transcribed: pd.DataFrame, of_files: pd.DataFrame) -> pd.DataFrame:
    """Trials of all reviews; a list made otherwise gives way to that of a review's own data file.

    Parameters
    ----------
    transcribed, of_files : DataFrame
        Two tables `tables.EXTRACTED_INCLUDED`.
    """
    others = transcribed[~transcribed["review_id"].isin(of_files["review_id"])]
    return pd.concat([others, of_files], ignore_index=True)


def corrected_covered_area(n_inclusions: int, n_trials: int, n_reviews: int) -> float:
    """Corrected covered area in percent; nan for fewer than two reviews or without trials.

    CCA = (N - r) / (r c - r), with N inclusions of r trials in c reviews (Pieper and others 2014).
    """
    if n_trials == 0 or n_reviews < 2:
        return math.nan
    return 100 * (n_inclusions - n_trials) / (n_trials * n_reviews - n_trials)


def overlap_pairs(reviews: pd.DataFrame, included: pd.DataFrame) -> pd.DataFrame:
    """Overlap of every two reviews, on each basis.

    Parameters
    ----------
    reviews : DataFrame
        Columns review_id, label (its name in `reason`) and n_studies, the number of trials that
        the review says it has (nan: not seen).
    included : DataFrame
        `tables.EXTRACTED_INCLUDED`.

    Returns
    -------
    DataFrame
        `tables.OVERLAP_PAIRS`. Without a known trial of both reviews there is no covered area;
        `reason` says why, or of how many of a review's trials it is.
    """
    of_review = dict(zip(reviews["review_id"], reviews["n_studies"], strict=True))
    labels = dict(zip(reviews["review_id"], reviews["label"], strict=True))
    listed = set(included["review_id"])
    rows = []
    for basis in BASES:
        trials = _trials(included, basis)
        for a, b in combinations(sorted(of_review), 2):
            of_a, of_b = trials.get(a, set()), trials.get(b, set())
            both = len(of_a) > 0 and len(of_b) > 0
            rows.append(
                {
                    "review_a": a,
                    "review_b": b,
                    "n_a": len(of_a),
                    "n_b": len(of_b),
                    "n_shared": len(of_a & of_b) if both else math.nan,
                    "cca": (
                        corrected_covered_area(len(of_a) + len(of_b), len(of_a | of_b), 2)
                        if both
                        else math.nan
                    ),
                    "basis": basis,
                    "trial_ids": " ".join(sorted(of_a & of_b)),
                    "reason": "; ".join(
                        f"{labels[review]}: "
                        + _shortfall(trials.get(review, set()), of_review[review], review in listed)
                        for review in (a, b)
                        if (not both and review not in trials)
                        or (both and len(trials[review]) != of_review[review])
                    ),
                }
            )
    return from_rows(rows, OVERLAP_PAIRS)


def overlap_overall(reviews: pd.DataFrame, included: pd.DataFrame) -> pd.DataFrame:
    """Overlap of all reviews with known trials, on each basis (`tables.OVERLAP_OVERALL`).

    Without reviews there is no row.
    """
    rows = []
    for basis in BASES if len(reviews) else ():
        trials = _trials(included, basis)
        n_inclusions = sum(map(len, trials.values()))
        n_trials = len(set().union(*trials.values()))
        without = len(reviews) - len(trials)
        reason = (
            f"for {without} of {len(reviews)} reviews no trial could be counted" if without else ""
        )
        rows.append(
            {
                "n_reviews": len(trials),
                "n_trials": n_trials,
                "n_inclusions": n_inclusions,
                "cca": corrected_covered_area(n_inclusions, n_trials, len(trials)),
                "basis": basis,
                "reason": reason,
            }
        )
    return from_rows(rows, OVERLAP_OVERALL)


def _trials(included: pd.DataFrame, basis: str) -> dict[str, set[str]]:
    """Trials of each review that has any on this basis."""
    counted = included[included["basis"].isin(BASES[basis])]
    return {str(review): set(rows["trial_id"]) for review, rows in counted.groupby("review_id")}


def _shortfall(trials: set[str], n_studies: Any, is_listed: bool) -> str:
    """What is not known about the trials of a review.

    Parameters
    ----------
    trials : set of str
        Those that count as its own.
    n_studies : float
        How many it says it has; nan if that was not seen.
    is_listed : bool
        Whether any trial stands beside it, on whatever ground.
    """
    if trials:
        counted = f"{len(trials)} {'trial' if len(trials) == 1 else 'trials'} counted"
        if math.isnan(n_studies):
            return f"{counted}; the number in the review is not known"
        return f"{counted}; the review has {n_studies:.0f}"
    if is_listed:
        return "none of its trials could be confirmed, because its list of trials was not seen"
    return "no list of its trials"
