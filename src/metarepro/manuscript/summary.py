"""The summary-of-findings table: one row for each intervention and domain, as text.

Laid out as GRADE's (Guyatt and others 2011, J Clin Epidemiol 64:383-94), without its certainty:
that needs a judgement of the trials' risk of bias, which these data do not allow.
"""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from metarepro.plan import Evidence, Plan
from metarepro.report.plain_language import certainty
from metarepro.wording.phrases import DASH, INTERVAL_LABELS, whole
from metarepro.wording.summaries import evidence, labels

TITLE = "Summary of findings: parent-infant programmes, results after the intervention"
#: Columns behind the intervention, which stands above its rows.
COLUMNS = (
    "Domain",
    "Trials",
    "Participants",
    "g [95% CI]",
    "95% prediction interval",
    "I²",
    "In words",
    "Remarks",
    "Certainty (published)",
)


def summary_of_findings(tables: Mapping[str, pd.DataFrame], plan: Evidence) -> pd.DataFrame:
    """Return the table, with the intervention in front of `COLUMNS`.

    Parameters
    ----------
    tables : mapping of DataFrame
        interventions, domains, outcomes, effects, pooled, weights, published.
    plan : mapping
        Section `evidence` of the config.
    """
    pooled = evidence_pools(tables["pooled"], plan)
    by_cell = {(p["intervention"], p["domain"]): p for p in pooled.to_dict("records")}
    names = labels(tables["interventions"], tables["domains"], tables["outcomes"])
    cells = [
        (intervention, domain)
        for intervention in tables["interventions"]["intervention"]
        for domain in tables["domains"].sort_values("order")["domain"]
    ]
    texts = evidence(
        tables["effects"], tables["pooled"], tables["interventions"], tables["domains"], plan
    )
    rows = []
    for cell, text in zip(cells, texts.to_dict("records"), strict=True):
        pool = by_cell.get(cell)
        rows.append(
            text
            | {
                "In words": _words(pool, tables) if pool else DASH,
                "Remarks": "; ".join(
                    filter(None, [text["Remarks"], _sources(pool, tables), _approximate(text)])
                ),
                "Certainty (published)": published_certainty(*cell, tables, names) or DASH,
            }
        )
    return pd.DataFrame(rows)[["Intervention", *COLUMNS]]


def evidence_pools(pooled: pd.DataFrame, plan: Evidence) -> pd.DataFrame:
    """The pools that the table of evidence shows."""
    return pooled[pooled["synthesis"].str.startswith(f"{plan.set}.{plan.synthesis}.")]


def in_words(pool: Mapping[Any, Any]) -> str:
    """What an estimate and its intervals say, and no more."""
    side = "the intervention" if pool["estimate"] > 0 else "the control"
    if math.isnan(pool["ci_low"]) or "df_below_4" in pool["flags"]:
        words = f"points to {side}; its interval cannot be trusted"
    elif pool["ci_low"] > 0 or pool["ci_high"] < 0:
        words = f"favours {side}"
    else:
        words = f"points to {side}; the interval includes zero"
    if pool["n_trials"] == 1:
        return f"one trial: {words}"
    if pool["pi_low"] < 0 < pool["pi_high"] and words.startswith("favours"):
        return f"{words} on average; a new trial may find the contrary"
    return words


def _words(pool: Mapping[Any, Any], tables: Mapping[str, pd.DataFrame]) -> str:
    """The words of a pool with the certainty of its numbers, as the report's pages give it."""
    n_abstracts = int((_members(pool, tables)["source_kind"] == "abstract").sum())
    return f"{in_words(pool)} (certainty of the numbers: {certainty(pool, n_abstracts)})"


def _members(pool: Mapping[Any, Any], tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The effects that were pooled."""
    weights = tables["weights"]
    members = weights.loc[weights["synthesis"] == pool["synthesis"], "result_id"]
    return tables["effects"].set_index("result_id").loc[members]


def _sources(pool: Mapping[Any, Any] | None, tables: Mapping[str, pd.DataFrame]) -> str:
    """How many of the results are from abstracts, which print what was significant."""
    if pool is None:
        return ""
    members = _members(pool, tables)
    n = int((members["source_kind"] == "abstract").sum())
    return f"{n} of {len(members)} results from abstracts" if n else ""


def _approximate(text: Mapping[Any, Any]) -> str:
    beside = text["g with approximate results"]
    return "" if beside in (DASH, text["g [95% CI]"]) else f"with approximate results g {beside}"


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
    pooling = plan.pooling
    effects = tables["effects"]
    used = effects[effects["exclude"] == ""]
    doubts = [
        f"{row['review']}, {row['outcome_label']}: certainty {row['certainty_note']}."
        for row in _rated(tables).to_dict("records")
        if row["certainty_note"]
    ]
    return [
        "g: Hedges' g, pooled. Positive values favour the intervention, whatever the instrument. "
        "CI: confidence interval. Prediction interval: where the effect of a new trial is expected "
        "with 95%; from three trials on.",
        f"Models: trials with one result each, random effects ({pooling.tau2_method}, "
        f"{INTERVAL_LABELS[pooling.ci_method]}); trials with several results, correlated effects "
        f"(rho {pooling.rho:g}) with robust variance (CR2, Satterthwaite). One trial: no "
        "pooling.",
        "In words: the certainty of the numbers (very low, low or moderate) follows from the "
        "intervals, the number of trials and the share of abstracts by fixed rules, which the "
        "report's methods give.",
        "That is no certainty of evidence, which was not graded here: it needs a judgement of each "
        "trial's risk of bias, for which the full reports would have to be read. The last column "
        "shows what the cited review published for its own pools of its own trials; it does not "
        "rate the numbers in this table.",
        *doubts,
        f"The results are a favourable selection: of all {whole(len(used))} effect sizes (every "
        f"time of measurement) {whole((used['source_kind'] == 'abstract').sum())} were read in "
        f"abstracts, which print what was significant, and {whole((used['yi'] > 0).sum())} favour "
        "the intervention. A pool of them is no unbiased estimate, whatever its interval.",
        "Participants: \u201cat least\u201d where the size of a trial is not reported. A trial may "
        "stand in several domains. \u201cWith approximate results\u201d: effects whose conversion "
        "rests on assumptions (equal arms, a p printed as \u201c<\u201d ...) pooled as well.",
    ]
