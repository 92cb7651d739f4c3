"""Published pooled results set against ours.

Which of our effects answer a published row, and the table of both with the verdict of `verdicts`.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from metarepro.audit.findings import audit_published, record_ids
from metarepro.comparison.explained import TO_EXPLAIN, explain_row
from metarepro.comparison.tables import REPRODUCTION, REVIEW_WEIGHTS
from metarepro.comparison.targets import (
    WHOLE_REVIEW,
    Target,
    no_target,
    published_target,
)
from metarepro.comparison.verdicts import Coverage, Verdict, judge
from metarepro.models.pooled import NO_POOL, Pooled
from metarepro.plan import Plan, Reproduction
from metarepro.synthesis.membership import usable
from metarepro.synthesis.pools import Settings, count_participants, pool_trials
from metarepro.tabular.tables import empty_table, from_rows, in_order
from metarepro.wording.phrases import no_interval

#: Columns of a published row that are shown as they are.
_SHOWN = (
    *("review_id", "review", "role", "row", "outcome", "outcome_label", "subgroup", "intervention"),
    *("measure", "status", "beneficial_sign"),
)
#: Columns of a published row that are shown as published_...
_PUBLISHED = ("estimate", "ci_low", "ci_high", "k", "n", "i2")


def compare(
    published: pd.DataFrame,
    included: pd.DataFrame,
    effects: pd.DataFrame,
    plan: Plan,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Set each published row beside our pool of the review's trials for that outcome.

    Our pool takes effects of the review's trials for the row's outcome (and intervention, if it
    has one) at the row's timepoint.

    Parameters
    ----------
    published : DataFrame
        All reviews' published rows, with review_id, role and row.
    included : DataFrame
        review_id, trial_id, basis of the reviews that have a list.
    effects : DataFrame
        The effects table.
    plan : Plan
        Its section `reproduction` says which trials and results count, `pooling` the model.

    Returns
    -------
    table : DataFrame, one row per published row
        `tables.REPRODUCTION`. Numbers that do not exist are NaN, texts "".
    weights : DataFrame, one row per pooled effect
        `tables.REVIEW_WEIGHTS`.
    """
    settings = Settings.from_plan(plan)
    problems = audit_published(published).groupby("record_id")["message"].agg("; ".join)
    better = dict(zip(effects["outcome"], effects["better"], strict=True))
    rows, weights = [], []
    for record_id, row in zip(record_ids(published), published.to_dict("records"), strict=True):
        of_review = included["review_id"] == row["review_id"]
        listed = included[of_review & included["basis"].isin(plan.reproduction.basis)]
        pooled_effects, no_pool = select_effects(row, listed, effects, plan.reproduction)
        pooled = None if no_pool else pool_trials(pooled_effects, settings)[0]
        measure = plan.measure_of(row["outcome"])
        target = _published_target(row, measure, better.get(row["outcome"], ""))
        columns = _columns(row, measure, target, listed, pooled_effects, pooled, no_pool)
        rows.append(columns | {"published_problems": problems.get(record_id, "")})
        if pooled is not None:
            weights.append(
                pooled_effects[["result_id", "trial_id"]].assign(
                    review_id=row["review_id"], row=row["row"], weight=pooled.weights
                )
            )
    all_weights = pd.concat([empty_table(REVIEW_WEIGHTS), *weights], ignore_index=True)
    return from_rows(rows, REPRODUCTION), in_order(all_weights, REVIEW_WEIGHTS)


def select_effects(
    row: Mapping[Any, Any], listed: pd.DataFrame, effects: pd.DataFrame, plan: Reproduction
) -> tuple[pd.DataFrame, str]:
    """Effects of a review's trials that answer a published row, or none and why."""
    none = effects.iloc[:0]
    if listed.empty:
        return none, "no list of included trials"
    if row["subgroup"] not in (*WHOLE_REVIEW, *plan.whole_review, *plan.subgroups):
        return none, f"subgroup '{row['subgroup']}' cannot be selected from the data"
    candidates = usable(effects, [row["timepoint"]], plan.tiers)
    chosen = candidates[
        candidates["trial_id"].isin(listed["trial_id"])
        & (candidates["outcome"] == row["outcome"])
        & ((row["intervention"] == "") | (candidates["intervention"] == row["intervention"]))
    ]
    if row["subgroup"] in plan.subgroups:
        subgroup = plan.subgroups[row["subgroup"]]
        chosen = chosen[chosen[subgroup.column] == subgroup.value]
    when = {"post": "post-intervention", "follow_up": "follow-up"}[row["timepoint"]]
    missing = f"no usable {when} result of the {len(listed)} confirmed or plausible trials"
    return chosen, f"{missing} for this outcome" if chosen.empty else ""


def _published_target(row: Mapping[Any, Any], effect_measure: str, better: str) -> Target:
    """Target of a published row; suspect and narrative rows have none."""
    reasons = {
        "suspect": "the published numbers contradict themselves",
        "narrative": "the source gives a direction and no number",
    }
    if row["status"] in reasons:
        return no_target(reasons[row["status"]])
    numbers = (row["estimate"], row["ci_low"], row["ci_high"])
    sign = row["beneficial_sign"]
    return published_target(row["measure"], *numbers, sign, effect_measure, better)


def _better(target: Target, pooled_effects: pd.DataFrame) -> str:
    """Which printed effects favour the intervention: as the review prints them, else as ours."""
    if target.reason and len(pooled_effects):
        return str(pooled_effects["better"].iloc[0])
    return "lower" if target.scale.turn < 0 else "higher"


def _columns(
    row: Mapping[Any, Any],
    effect_measure: str,
    target: Target,
    listed: pd.DataFrame,
    pooled_effects: pd.DataFrame,
    pooled: Pooled | None,
    no_pool: str,
) -> dict[str, Any]:
    """One row of the comparison."""
    trials = sorted(set(pooled_effects["trial_id"]))
    bases = listed.set_index("trial_id")["basis"].reindex(trials).value_counts()
    coverage = Coverage(len(trials), int(bases.get("listed", 0)), row["k"])
    columns: dict[str, Any] = {
        **(pooled.columns() if pooled else NO_POOL),
        **{name: row[name] for name in _SHOWN},
        **{f"published_{name}": row[name] for name in _PUBLISHED},
        "effect_measure": effect_measure,
        "better": _better(target, pooled_effects),
        "target_estimate": target.estimate,
        "target_ci_low": target.ci_low,
        "target_ci_high": target.ci_high,
        "basis": ", ".join(f"{name} {bases[name]}" for name in sorted(bases.index)),
        "n_trials": len(trials),
        "k": len(pooled_effects),
        **count_participants(pooled_effects),
        "coverage": coverage.text,
        "trial_ids": " ".join(trials),
    }
    if pooled is None:
        verdict = Verdict("not_testable", "; ".join(filter(None, (target.reason, no_pool))))
    else:
        ours = pooled.estimate, pooled.ci_low, pooled.ci_high
        verdict = judge(target, *ours, coverage, no_interval(pooled.flags))
    explanation = ""
    if verdict.verdict in TO_EXPLAIN:
        explanation = explain_row(row, target, pooled_effects)
    return columns | asdict(verdict) | {"explanation": explanation}
