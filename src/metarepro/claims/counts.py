"""Claims that are a number: studies, participants, places, guidance documents, a ratio of costs."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from metarepro.claims.rules import ALMOST, Judgement
from metarepro.claims.tables import AUDITED_ECONOMICS
from metarepro.tabular.tables import from_rows
from metarepro.wording.phrases import counted, decimal, whole


def judge_count(kind: str, claimed: float, known: float, *, whole_review: bool) -> Judgement:
    """Verdict on a number of studies or participants of the cited review.

    Parameters
    ----------
    kind : str
        Kind of the claim; "..._at_least" and "..._almost" loosen it.
    claimed, known : float
        The claim's number, and that of the whole review (NaN: not seen).
    whole_review : bool
        Whether the claim is on everything that the review covers.
    """
    needed = "The cited review's list of included studies with their numbers of participants"
    if math.isnan(known):
        return Judgement("count_unknown", "The number was not seen.", needed)
    if not whole_review:
        if claimed > known:
            return Judgement("count_impossible", f"The whole review has {whole(known)}.")
        reason = (
            f"The review has {whole(known)} in all, with other interventions; the part of this one "
            "could not be read."
        )
        return Judgement("count_of_a_part", reason, needed)
    if kind.endswith("_at_least"):
        agrees = known >= claimed
    elif kind.endswith("_almost"):
        agrees = ALMOST * claimed <= known <= claimed
    else:
        agrees = known == claimed
    rule = "count_agrees" if agrees else "count_differs"
    return Judgement(rule, f"The review has {whole(known)}, the claim {whole(claimed)}.")


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
