"""The judgements on risk of bias of a study: what they may say of which trials."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from metarepro.tabular.judgements import RISKS, ROB2_COLUMNS, ROB2_DOMAINS
from metarepro.tabular.problems import Problem, problem_of_row

#: Designs of which RoB 2 says nothing.
_NOT_RANDOMISED = ("quasi", "single_arm")
#: The judgements that can be ranked, from the least.
_RANKED = RISKS[:3]

Row = Mapping[Any, Any]


def wrong_judgements(risk_of_bias: pd.DataFrame, trials: pd.DataFrame) -> Iterator[Problem]:
    """Judgements that contradict each other, or are of trials that RoB 2 is not for.

    Parameters
    ----------
    risk_of_bias, trials : DataFrame
        `input_tables.RISK_OF_BIAS` and `TRIALS`, with file and row.
    """
    designs = dict(zip(trials["trial_id"], trials["design"], strict=True))
    again = risk_of_bias.duplicated(["trial_id", "outcome"])
    for repeated, (_, row) in zip(again, risk_of_bias.iterrows(), strict=True):
        if repeated:
            yield problem_of_row(row, "outcome", "one row per trial and outcome")
        if (design := designs.get(row["trial_id"])) in _NOT_RANDOMISED:
            allowed = f"a randomised trial, which RoB 2 is for; its design is {design}"
            yield problem_of_row(row, "trial_id", allowed)
        if allowed := _allowed_overall(row):
            yield problem_of_row(row, "overall", allowed)


def _allowed_overall(row: pd.Series) -> str:
    """What the overall judgement may be, if it is milder than that of a domain; "" if it is not.

    Low risk overall is low risk in all domains; a high risk in any makes it high (Cochrane
    Handbook, table 8.2.b).
    """
    own = {domain: row[domain] for domain in ROB2_DOMAINS if row[domain] in _RANKED}
    gravest = max(own, key=lambda domain: _RANKED.index(own[domain]), default="")
    overall = row["overall"]
    if not gravest or overall not in _RANKED:
        return ""
    least = _RANKED.index(own[gravest])
    if _RANKED.index(overall) >= least:
        return ""
    return f"{' or '.join(_RANKED[least:])}, since {gravest} is {own[gravest]}"


def by_place(risk_of_bias: pd.DataFrame) -> dict[tuple[str, str], Row]:
    """The judgements by trial and outcome; the outcome is "" where they hold for all others."""
    rows = risk_of_bias.to_dict("records")
    return {(row["trial_id"], row["outcome"]): row for row in rows}


def judgement_of(
    judgements: Mapping[tuple[str, str], Row], trial_id: str, outcome: str
) -> Row | None:
    """The judgement on a result: that for its outcome, else that for all outcomes of its trial.

    Parameters
    ----------
    judgements : mapping
        As `by_place` gives them.
    trial_id, outcome : str
        Of the result.

    Examples
    --------
    >>> rows = {("a", ""): {"overall": "low"}, ("a", "pain"): {"overall": "high"}}
    >>> [judgement_of(rows, "a", outcome)["overall"] for outcome in ("pain", "mood")]
    ['high', 'low']
    >>> judgement_of(rows, "b", "pain")
    """
    return judgements.get((trial_id, outcome)) or judgements.get((trial_id, ""))


def judged(effects: pd.DataFrame, risk_of_bias: pd.DataFrame) -> pd.DataFrame:
    """Judgements on results (`judgements.ROB2_COLUMNS`), "" where there is none.

    Parameters
    ----------
    effects : DataFrame
        With trial_id and outcome; its index is that of the judgements.
    risk_of_bias : DataFrame
        `tables.EXTRACTED_RISK_OF_BIAS`.
    """
    judgements = by_place(risk_of_bias)
    nothing = dict.fromkeys(ROB2_COLUMNS, "")
    places = zip(effects["trial_id"], effects["outcome"], strict=True)
    found = [judgement_of(judgements, *place) or nothing for place in places]
    columns = {column: [row[column] for row in found] for column in ROB2_COLUMNS}
    return pd.DataFrame(columns, index=effects.index, dtype=object)
