"""The summary-of-findings table: one row for each intervention and domain, as text.

Laid out as GRADE's (Guyatt and others 2011, J Clin Epidemiol 64:383-94). Its certainty is there as
far as people judged it: it needs a judgement of each trial's risk of bias.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from metarepro.manuscript.certainty import GRADED, Graded
from metarepro.models.thresholds import (
    MIN_TRIALS_FOR_PREDICTION,
    has_reliable_interval,
    predicts,
)
from metarepro.plan import Plan
from metarepro.report.plain_language import robustness_with_reasons
from metarepro.wording.phrases import DASH, capitalised, models, whole
from metarepro.wording.scales import Scale, compares, scale_of
from metarepro.wording.summaries import beside_heading, evidence, evidence_pools, labels, title

INTERVENTION = "Intervention"
CERTAINTY = "Certainty (published)"
#: How wide the columns behind `INTERVENTION` are against each other: the first six, whose headings
#: depend on the measure, and the others, some of which only some tables have.
_FIRST = (3.6, 1.2, 2.2, 2.7, 2.4, 1.1)
_OTHERS = {GRADED: 2.4, "In words": 3.7, "Remarks": 5.9, CERTAINTY: 3.3}

Row = Mapping[Any, Any]


def summary_of_findings(tables: Mapping[str, pd.DataFrame], plan: Plan) -> pd.DataFrame:
    """Return the table as text: the column `INTERVENTION`, whose cells stand above their rows.

    The certainty of our pools has a column where people judged any, and that of reviews where
    they published any.

    Parameters
    ----------
    tables : mapping of DataFrame
        interventions, domains, outcomes, effects, pooled, weights, certainty, published.
    plan : Plan
        The analysis plan.
    """
    scale = scale_of(plan)
    names = labels(tables, plan.families)
    cells = _cells(tables, plan)
    graded = _graded(tables, plan)
    texts = evidence(tables, plan, scale)
    beside = beside_heading(plan, scale)
    rows = []
    for (cell, pool), text in zip(cells, texts.to_dict("records"), strict=True):
        words = _words(pool, tables, scale.at(pool)) if pool else DASH
        sources = "" if "in abstracts" in words else _sources(pool, tables)
        said = [text["Remarks"], sources, _beside(text, beside, scale)]
        rows.append(
            text
            | {
                "In words": words,
                GRADED: graded.cell(pool["synthesis"]) if pool else DASH,
                "Remarks": "; ".join(filter(None, said)),
                CERTAINTY: published_certainty(*cell, tables, names) or DASH,
            }
        )
    return pd.DataFrame(rows, columns=_columns(tables, scale, graded))


def _cells(
    tables: Mapping[str, pd.DataFrame], plan: Plan
) -> list[tuple[tuple[str, str], Row | None]]:
    """Intervention and domain of each row, with its pool."""
    pools = evidence_pools(tables["pooled"], plan, plan.evidence.set)
    return [
        ((intervention, domain), pool)
        for intervention in tables["interventions"]["intervention"]
        for domain in tables["domains"].sort_values("order")["domain"]
        for pool in _or_none(pools.get((intervention, domain)))
    ]


def _graded(tables: Mapping[str, pd.DataFrame], plan: Plan) -> Graded:
    """What people judged of the certainty of the rows."""
    names = labels(tables, plan.families)
    pools = [pool for _, pool in _cells(tables, plan) if pool]
    return Graded([(pool, title(pool, names, plan.sets)) for pool in pools], tables["certainty"])


def _or_none(pools: Sequence[Row] | None) -> Sequence[Row | None]:
    """The pools of a cell; an empty one has a row as well."""
    return pools or (None,)


def _columns(tables: Mapping[str, pd.DataFrame], scale: Scale, graded: Graded) -> list[str]:
    return [
        *(INTERVENTION, "Domain", "Trials", "Participants", scale.heading, scale.prediction),
        *("I²", *([GRADED] if graded else []), "In words", "Remarks"),
        *([CERTAINTY] if len(_rated(tables)) else []),
    ]


def column_shares(columns: Sequence[str]) -> list[float]:
    """The share of the table's width that each column behind `INTERVENTION` has."""
    first = iter(_FIRST)
    own = [_OTHERS.get(name) or next(first) for name in columns]
    return [width / sum(own) for width in own]


def in_words(pool: Mapping[Any, Any], scale: Scale) -> str:
    """What an estimate and its intervals say, and no more."""
    if not scale.compares:
        return "a single trial" if pool["n_trials"] == 1 else ""
    side = "the intervention" if pool["estimate"] > 0 else "the control"
    if not has_reliable_interval(pool["flags"]):
        said = f"the estimate favours {side}"  # the robustness says why there is no interval
    elif math.isnan(pool["ci_low"]):
        said = f"the estimate favours {side}; there is no interval"
    elif pool["ci_low"] > 0 or pool["ci_high"] < 0:
        said = f"favours {side}"
    else:
        said = f"the estimate favours {side}; the interval includes {scale.no_effect}"
    if pool["n_trials"] == 1:
        return f"a single trial: {said}"
    predicted = pool["pi_low"] < 0 < pool["pi_high"] and predicts(pool["flags"])
    if predicted and said.startswith("favours"):
        return f"{said} on average; a new trial may find the opposite"
    return said


def _words(pool: Mapping[Any, Any], tables: Mapping[str, pd.DataFrame], scale: Scale) -> str:
    """The words of a pool with the robustness of its numbers, as the report's pages give it."""
    n_abstracts = int((_members(pool, tables)["source_kind"] == "abstract").sum())
    robust = robustness_with_reasons(pool, n_abstracts, scale)
    said = [in_words(pool, scale), f"robustness of the numbers: {robust}"]
    return ". ".join(filter(None, map(capitalised, said)))


def _members(pool: Mapping[Any, Any], tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The effects that were pooled."""
    weights = tables["weights"]
    members = weights.loc[weights["synthesis"] == pool["synthesis"], "result_id"]
    found: pd.DataFrame = tables["effects"].set_index("result_id").loc[members]
    return found


def _sources(pool: Mapping[Any, Any] | None, tables: Mapping[str, pd.DataFrame]) -> str:
    """How many of the results are from abstracts, which print what was significant."""
    if pool is None:
        return ""
    members = _members(pool, tables)
    n = int((members["source_kind"] == "abstract").sum())
    return f"{n} of {len(members)} results from abstracts" if n else ""


def _beside(text: Mapping[Any, Any], heading: str, scale: Scale) -> str:
    """The pool of the set that is shown beside the evidence, where it differs."""
    beside, label = text[heading], heading.removeprefix(f"{scale.symbol} ")
    return "" if beside in (DASH, text[scale.heading]) else f"{label} {scale.symbol} {beside}"


def published_certainty(
    intervention: str,
    domain: str,
    tables: Mapping[str, pd.DataFrame],
    names: Mapping[str, str],
) -> str:
    """Certainty that a cited review published for its own pools of this intervention and domain."""
    return "; ".join(
        dict.fromkeys(
            f"{row['review']}, {names[row['outcome']].lower()}: {row['certainty']}"
            + (" (the row contradicts itself)" if row["status"] == "suspect" else "")
            for row in _rated(tables).to_dict("records")
            if (row["intervention"], row["domain"]) == (intervention, domain)
        )
    )


def _rated(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Published rows of cited reviews with a certainty, and their domain."""
    published = tables["published"]
    rated = published[(published["role"] == "cited") & (published["certainty"] != "")]
    return rated.merge(tables["outcomes"][["outcome", "domain"]], on="outcome")


def notes(tables: Mapping[str, pd.DataFrame], plan: Plan) -> list[str]:
    """What a reader of the table must know, one paragraph each."""
    scale, pooling = scale_of(plan), plan.pooling_of(plan.evidence.synthesis)
    one, several = models(pooling)
    graded = _graded(tables, plan)
    ungraded = (
        ""
        if graded
        else (", which was not graded: that requires an assessment of each trial's risk of bias")
    )
    predicted = (
        f" {capitalised(scale.prediction)}: where the effect of a new trial is expected; it needs "
        f"at least {MIN_TRIALS_FOR_PREDICTION} trials."
    )
    said = [
        f"{scale.symbol}: {scale.label}, pooled; {_direction(tables, scale)}. CI: "
        f"confidence interval.{predicted if pooling.model == 'random' else ''}",
        f"Models: trials with one result each, {one}; trials with several results, {several}. "
        "A single trial is shown with its own result; nothing is pooled.",
        "In words: the robustness of the numbers (weak, limited or fair) follows fixed rules, "
        "which are in the methods of the report. It is not the certainty of the evidence"
        f"{ungraded}.",
        *graded.notes(),
        *_published_notes(tables),
        _selection(tables["effects"]),
        "Participants: \u201cat least\u201d where the size of a trial is not reported. A trial can "
        "contribute to several domains."
        if (tables["pooled"]["n_unknown"] > 0).any()
        else "A trial can contribute to several domains."
        if len(tables["domains"]) > 1
        else "",
    ]
    return [note for note in said if note]


def _direction(tables: Mapping[str, pd.DataFrame], scale: Scale) -> str:
    """Which side of the printed numbers favours the intervention."""
    said = scale.direction_over(tables["pooled"])
    return f"{said}, whatever the instrument" if scale.measure == "SMD" else said


def _published_notes(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """What the column `CERTAINTY` is, and doubts about it; nothing where there is none."""
    rated = _rated(tables).to_dict("records")
    if not rated:
        return []
    doubts = [
        f"{row['review']}, {row['outcome_label']}: certainty {row['certainty_note']}."
        for row in rated
        if row["certainty_note"]
    ]
    return [
        f"{CERTAINTY}: what the cited review published for its own pools of its own trials. It "
        "does not rate the numbers in this table.",
        *doubts,
    ]


def _selection(effects: pd.DataFrame) -> str:
    """How many effect sizes are from abstracts and how many favourable; "" without abstracts."""
    used = effects[(effects["exclude"] == "") & compares(effects)]
    n_abstracts = int((used["source_kind"] == "abstract").sum())
    if n_abstracts == 0:
        return ""
    return (
        f"Abstracts report what was significant. Of all {whole(len(used))} effect sizes (at every "
        f"time of measurement), {whole(n_abstracts)} were read in abstracts, and "
        f"{whole((used['yi'] > 0).sum())} favour the intervention. A pool of abstracts may be too "
        "favourable, whatever its interval."
    )
