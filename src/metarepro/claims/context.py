"""What stands beside the verdict of a claim and does not count towards it, in words.

Results read that could not be used, near outcomes of the same intervention, and reviews that the
report does not cite.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from metarepro.claims.effects import published_number, published_signal
from metarepro.claims.pools import pool_key
from metarepro.plan import Plan
from metarepro.wording.phrases import counted
from metarepro.wording.scales import scale_of

#: What the signals of published rows say, in words.
_SAID = {
    "shows": "in favour",
    "limited": "in favour",
    "null": "an interval that includes no effect",
    "open": "an interval that includes no effect",
    "harm": "against",
    "limited_harm": "against",
    "points": "in favour, without a test",
    "against": "not in favour, without a test",
}


def unusable_results(effects: pd.DataFrame, claim: Mapping[Any, Any]) -> str:
    """Results of a claim's intervention and outcome that were read and could not be used.

    Duplicates are left out: they are the same result.
    """
    rows = effects[
        (effects["intervention"] == claim["intervention"])
        & (effects["outcome"] == claim["outcome"])
        & ~effects["exclude"].isin(["", "duplicate", "superseded"])
    ].drop_duplicates(["label", "exclude", "exclude_reason"])
    found = [f"{row['label']} ({row['exclude_reason']})" for row in rows.to_dict("records")]
    return f"Read but not usable: {'; '.join(found)}" if found else ""


def near_outcomes(
    claim: Mapping[Any, Any], pooled: pd.DataFrame, outcomes: pd.DataFrame, plan: Plan
) -> str:
    """The outcome that is tested, and our pools of others of its intervention and domain.

    Parameters
    ----------
    claim : mapping
        With intervention, domain and outcome.
    pooled, outcomes : DataFrame
        All pools, and the codebook's outcomes.
    plan : Plan
        The pools of the set that it names in `evidence` are named.
    """
    names = outcomes.set_index("outcome")["label"]
    domain = outcomes[outcomes["domain"] == claim["domain"]]["outcome"]
    keys = [
        pool_key(plan, {**claim, "outcome": outcome})
        for outcome in domain
        if outcome != claim["outcome"]
    ]
    scale = scale_of(plan)
    near = [
        f"{names[row['outcome']].lower()} {scale.at(row).symbol} {scale.at(row).of(row)} "
        f"({counted(row['n_trials'], 'trial')})"
        for row in pooled[pooled["synthesis"].isin(keys)].to_dict("records")
    ]
    held = f"we have {', '.join(near)}; these do not count" if near else "we have no pool either"
    tested = names[claim["outcome"]].lower()
    return f"The outcome tested is {tested}. For the other outcomes of this domain {held}."


def uncited_reviews(rows: pd.DataFrame) -> list[str]:
    """What reviews that the report does not cite show, a sentence each.

    Parameters
    ----------
    rows : DataFrame
        Published results on the claim's intervention and outcome, with `label` of the review.
    """
    return [
        f"{label}, not cited by the report and not counted: {_shown(of_review)}"
        for label, of_review in rows.groupby("label", sort=True)
    ]


def _shown(rows: pd.DataFrame) -> str:
    by_signal: dict[str, list[str]] = {}
    for row in rows.to_dict("records"):
        said = _SAID.get(published_signal(row), "a direction that is not shown")
        by_signal.setdefault(said, []).append(_number(row))
    return "; ".join(f"{said}, {' and '.join(numbers)}" for said, numbers in by_signal.items())


def _number(row: Mapping[Any, Any]) -> str:
    """Estimate, interval or test, and certainty of a published row."""
    certainty = f"certainty {row['certainty']}" if row["certainty"] else "certainty not given"
    return f"{published_number(row)} ({certainty})"
