"""Claims that are a number: studies, participants, places, guidance documents, a ratio of costs."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from metarepro.claims.judgement import Judgement
from metarepro.claims.rules import ALMOST
from metarepro.claims.tables import AUDITED_ECONOMICS
from metarepro.tabular.tables import from_rows
from metarepro.wording.phrases import counted, decimal, whole


def judge_count(
    kind: str, claimed: float, known: float, *, whole_review: bool, part: float = math.nan
) -> Judgement:
    """Verdict on a number of studies or participants of the cited review.

    Parameters
    ----------
    kind : str
        Kind of the claim; "..._at_least" and "..._almost" loosen it.
    claimed, known : float
        The claim's number, and that of the whole review (NaN: not seen).
    whole_review : bool
        Whether the claim is on everything that the review covers.
    part : float
        Number of those of its studies that the claim is on, of `part_of_review`.
    """
    needed = "The cited review's list of included studies with their numbers of participants"
    if math.isnan(known):
        return Judgement("count_unknown", "The number was not seen.", needed)
    if not whole_review and claimed > known:
        return Judgement("count_impossible", f"The whole review has {whole(known)}.")
    if not whole_review and math.isnan(part):
        reason = (
            f"The review has {whole(known)} in all, of several interventions; how many are of this "
            "one could not be read."
        )
        return Judgement("count_of_a_part", reason, needed)
    found = known if whole_review else part
    if kind.endswith("_at_least"):
        agrees = found >= claimed
    elif kind.endswith("_almost"):
        agrees = ALMOST * claimed <= found <= claimed
    else:
        agrees = found == claimed
    rule = "count_agrees" if agrees else "count_differs"
    of = "" if whole_review else " of this intervention"
    return Judgement(rule, f"The review has {whole(found)}{of}, the claim {whole(claimed)}.")


def part_of_review(
    kind: str, included: pd.DataFrame, n_studies: float, trials: pd.DataFrame
) -> float:
    """How many studies or participants of a review are of one intervention.

    Parameters
    ----------
    kind : str
        Kind of the claim, "count_studies" or "count_participants...".
    included : DataFrame
        trial_id, basis of the review's trials.
    n_studies : float
        Studies of the whole review.
    trials : DataFrame
        trial_id, n_randomised of the trials of the intervention.

    Returns
    -------
    float
        NaN where the list of the review's trials is not complete, or a trial does not say how many
        it randomised.

    Examples
    --------
    >>> included = pd.DataFrame({"trial_id": ["a", "b"], "basis": ["listed", "listed"]})
    >>> therapy = pd.DataFrame({"trial_id": ["b", "c"], "n_randomised": [40.0, 60.0]})
    >>> part_of_review("count_participants", included, 2, therapy)
    40.0
    >>> part_of_review("count_participants", included, 3, therapy)
    nan
    """
    listed = included[included["basis"] == "listed"]["trial_id"]
    if listed.nunique() != n_studies:
        return math.nan
    own = trials[trials["trial_id"].isin(listed)]
    if kind.startswith("count_studies"):
        return float(len(own))
    return float(own["n_randomised"].sum(skipna=False))


def more_plausible(claimed: float, confirmed: int, plausible: int, review: str) -> str:
    """That more trials may be in a review than the claim says it has; "" if not so.

    Parameters
    ----------
    claimed : float
        Number of studies, by the claim.
    confirmed, plausible : int
        Trials of the intervention that are in the review's list, and that meet its criteria.
    review : str
        Name of the review.

    Examples
    --------
    >>> more_plausible(16, 0, 16, "Ann 2020")
    ''
    """
    if confirmed + plausible <= claimed:
        return ""
    return (
        f"More trials meet the criteria of {review} than the claim has studies: {confirmed} "
        f"confirmed and {plausible} plausible against {whole(claimed)}. If the number is right, "
        "some that are called plausible are not in the review"
    )


def covers_only(families: str, intervention: str, interventions: pd.DataFrame) -> bool:
    """Whether a review of these families (split by spaces) is on this intervention alone."""
    covered = interventions[interventions["family"].isin(families.split())]["intervention"]
    return list(covered) == [intervention]


def judge_places(
    claimed: float, places: Sequence[str], unnamed: Sequence[str], *, over: bool = False
) -> Judgement:
    """Verdict on a number of places, of which the report's evaluations name some.

    Parameters
    ----------
    claimed : float
        The number.
    places : sequence of str
        Those named.
    unnamed : sequence of str
        Services that name none.
    over : bool
        Whether more places than the number are claimed.
    """
    without = f" Without a named place: {'; '.join(unnamed)}." if unnamed else ""
    named = f"The evaluations name at least {counted(len(places), 'place')} ({'; '.join(places)})."
    reason = named + without
    if len(places) > claimed or (len(places) == claimed and not over):
        return Judgement("places_listed", reason)
    return Judgement("places_not_all_listed", reason, "A list of the places with their evaluations")


def judge_guidance(claimed: float, n_documents: int) -> Judgement:
    """Verdict on a number of guidance documents that services match."""
    reason = f"The report lists {counted(n_documents, 'document')}, each with a recommendation."
    if n_documents < claimed:
        return Judgement("guidance_fewer", reason)
    needed = "An audit of what the services do against each recommendation"
    judgement = "Whether the services match them is a judgement that no number here can test."
    return Judgement("guidance_counted", f"{reason} {judgement}", needed)


def compare_costs(economics: pd.DataFrame) -> pd.DataFrame:
    """The report's economic numbers with the ratio of each pair, larger to smaller.

    Returns
    -------
    DataFrame
        `tables.AUDITED_ECONOMICS`.
    """
    rows: list[dict[Any, Any]] = []
    for row in economics.to_dict("records"):
        low, high = sorted([row["value"], row["comparator_value"]])
        ratio = high / low if math.isfinite(low + high) and low > 0 else math.nan
        pair = "one number" if math.isnan(row["comparator_value"]) else "two means"
        rows.append({**row, "ratio": ratio, "remark": f"{pair}, without a range or interval"})
    return from_rows(rows, AUDITED_ECONOMICS)


def judge_ratio(claimed: float, costs: pd.DataFrame) -> Judgement:
    """Verdict on a ratio of two costs: rounded or cut off to the claim's digits it must be equal.

    Parameters
    ----------
    claimed : float
        A whole number of times.
    costs : DataFrame
        Of `compare_costs`: those that the claim cites.
    """
    pairs = costs[costs["ratio"].notna()]
    if len(pairs) != 1:
        return Judgement(
            "ratio_no_source",
            f"{len(pairs) or 'None'} of the cited numbers are a pair.",
            "The two numbers of which this is the ratio",
        )
    ratio = pairs["ratio"].iloc[0]
    follows = claimed in (math.floor(ratio), math.floor(ratio + 0.5))
    reason = f"The ratio is {decimal(ratio)}, the claim {decimal(claimed, 0)}."
    if not follows:
        return Judgement("ratio_differs", reason)
    return Judgement(
        "ratio_follows",
        f"{reason} Both numbers are the report's own: the source was not seen, and the groups are "
        "no controlled comparison.",
        "The source of the two numbers with their spread, and a comparison of similar groups",
    )


def ratio_words(costs: pd.DataFrame) -> str:
    """The cited pair of numbers and its ratio in words."""
    return "; ".join(
        f"{whole(max(row['value'], row['comparator_value']))} / "
        f"{whole(min(row['value'], row['comparator_value']))} {row['unit']} = "
        f"{decimal(row['ratio'])}"
        for row in costs[costs["ratio"].notna()].to_dict("records")
    )
