"""The table of effects: every reported result as an effect, or the code why it is none."""

import math
from collections.abc import Callable, Mapping
from dataclasses import fields
from statistics import NormalDist
from typing import Any

import pandas as pd

from metarepro.conversion.no_effect import at_no_effect
from metarepro.conversion.reported import (
    Choices,
    NoRouteError,
    Reported,
    design_effect_of,
    known,
)
from metarepro.conversion.rounding import effect_rounding
from metarepro.conversion.routes import convert
from metarepro.conversion.tables import EFFECTS, EFFECTS_BY_ICC
from metarepro.plan import Plan
from metarepro.study.countries import income
from metarepro.tabular.input_tables import REVIEW_FILE, UNREPORTED
from metarepro.tabular.tables import empty_table, in_order
from metarepro.tabular.trial_interventions import intervention_of_results
from metarepro.wording.scales import MEASURES, better_of

#: Columns of a reported result that `Reported` takes over by name.
_REPORTED_COLUMNS = [f.name for f in fields(Reported)]


def compute_effects(
    results: pd.DataFrame,
    trials: pd.DataFrame,
    clusters: pd.DataFrame,
    outcomes: pd.DataFrame,
    interventions: pd.DataFrame,
    countries: pd.DataFrame,
    plan: Plan,
) -> pd.DataFrame:
    """Convert all reported results; excluded rows stay, with a code and a reason.

    Parameters
    ----------
    results, trials : DataFrame
        The extracted tables (`tables.EXTRACTED_RESULTS`, `tables.EXTRACTED_TRIALS`).
    clusters, outcomes, interventions, countries : DataFrame
        Numbers of clusters and the codebook.
    plan : Plan
        The measure of each outcome, what the reports leave open, and the level of intervals.

    Returns
    -------
    DataFrame
        One row per reported result, in the order of `results` (`tables.EFFECTS`).
    """
    if results.empty:
        return empty_table(EFFECTS)
    groups = dict(zip(countries["country"], countries["income_group"], strict=True))
    about_trial = trials[["trial_id", "label", "year", "design"]].assign(
        income=[income(country, groups) for country in trials["country"]]
    )
    # By all randomised: a result may be of some arms only.
    n_randomised = clusters["trial_id"].map(trials.set_index("trial_id")["n_randomised"])
    sizes = clusters[["trial_id"]].assign(cluster_size=n_randomised / clusters["n_clusters"])
    joined = (
        results.assign(intervention=intervention_of_results(results, trials))
        .merge(about_trial, on="trial_id", validate="m:1")
        .merge(sizes, on="trial_id", how="left", validate="m:1")
        .merge(outcomes[["outcome", "domain", "beneficial_direction"]], on="outcome")
        .merge(interventions[["intervention", "family"]], on="intervention")
        .set_index("result_id", drop=False)
        .loc[results["result_id"]]
    )
    choices = Choices.from_plan(plan)
    z = NormalDist().inv_cdf((1 + plan.pooling.level) / 2)
    converted = [
        _effect_columns(row, choices, plan.measure_of(row["outcome"]), z)
        for row in joined.to_dict("records")
    ]
    computed = pd.DataFrame(converted, index=joined.index)
    effects = joined.drop(columns=[c for c in computed if c in joined]).join(computed)
    return effects.reset_index(drop=True).pipe(in_order, EFFECTS)


def supersede(effects: pd.DataFrame) -> pd.DataFrame:
    """Leave out what a review's own data file also has; the rows stay visible.

    A result that was transcribed gives way to an effect of a review file for the same trial,
    intervention, outcome and timepoint; of two review files the first by id is used. (A review's
    file has the numbers that its authors analysed; a transcription mostly has what an abstract
    printed.) An effect that is only approximate takes the place of approximate ones only.
    """
    key = ["trial_id", "intervention", "outcome", "timepoint"]
    used, approximate = effects["exclude"] == "", effects["tier"] == "approximate"
    own = effects[used & (effects["source_kind"] == REVIEW_FILE)]
    best_first = own.sort_values("tier", key=lambda tier: tier == "approximate", kind="stable")
    winners = best_first.drop_duplicates(key).set_index(key)[["result_id", "file", "tier"]]
    match = effects[key].join(winners, on=key)
    no_weaker = approximate | ~used | (match["tier"] != "approximate")
    gives_way = (
        effects["exclude"].isin(["", *UNREPORTED])
        & match["file"].notna()
        & (effects["file"] != match["file"])
        & no_weaker
    )
    superseded = effects.copy()
    superseded.loc[gives_way, "exclude"] = "superseded"
    superseded.loc[gives_way, "exclude_reason"] = "the review's own data file has it"
    superseded.loc[gives_way, "duplicate_of"] = match.loc[gives_way, "result_id"]
    return superseded


def effects_by_icc(
    effects: pd.DataFrame, convert_by: Callable[[Plan], pd.DataFrame], plan: Plan
) -> pd.DataFrame:
    """Convert again what the design effect of the plan was applied to, with each of its ICCs.

    Parameters
    ----------
    effects : DataFrame
        `tables.EFFECTS`, as the plan converts.
    convert_by : function
        From a plan to the effects of the same results (`compute_effects`).
    plan : Plan
        Its `effects.iccs` are the intracluster correlations, its own among them.

    Returns
    -------
    DataFrame
        One row per usable result and ICC, by ICC (`tables.EFFECTS_BY_ICC`).
    """
    ours = effects[(effects["exclude"] == "") & effects["design_effect"].notna()]["result_id"]
    converted = [
        convert_by(_with_icc(plan, icc))
        .set_index("result_id")
        .loc[ours, ["yi", "vi"]]
        .assign(icc=icc)
        for icc in plan.effects.iccs
    ]
    return pd.concat(converted).reset_index().pipe(in_order, EFFECTS_BY_ICC)


def _with_icc(plan: Plan, icc: float) -> Plan:
    return plan.model_copy(update={"effects": plan.effects.model_copy(update={"icc": icc})})


def _effect_columns(
    row: Mapping[Any, Any], choices: Choices, measure: str, z: float
) -> dict[str, Any]:
    """Columns that the conversion adds to, or changes in, a row of results."""
    reported = Reported(**{name: row[name] for name in _REPORTED_COLUMNS})
    n = reported.n_t if reported.statistic == "proportion" else reported.n_t + reported.n_c
    columns: dict[str, Any] = {
        "n_total": n if known(n) else reported.n_total,
        "effect_measure": measure,
        "better": better_of(measure, reported.beneficial_direction),
        "exclude": row["exclude"],
        "exclude_reason": row["exclude_reason"],
        **dict.fromkeys(("yi", "vi", "sei", "ci_low", "ci_high"), math.nan),
        **dict.fromkeys(("yi_rounding", "vi_rounding"), math.nan),
        **dict.fromkeys(("design_effect", "vi_at_zero"), math.nan),
        "trial_design_effect": design_effect_of(reported, choices),
        **dict.fromkeys(("route", "se_source", "tier", "equal_arms", "assumptions"), ""),
        "tier_at_zero": "",
    }
    if row["exclude"]:
        return columns | _columns_at_zero(reported, choices, measure, row["exclude"])
    try:
        effect = convert(reported, choices, measure)
    except NoRouteError as no_route:
        why = {"exclude": no_route.code, "exclude_reason": str(no_route)}
        return columns | why | _columns_at_zero(reported, choices, measure, no_route.code)
    sei = math.sqrt(effect.vi)
    yi_rounding, vi_rounding = effect_rounding(reported, choices, measure, effect)
    return columns | {
        "yi": effect.yi,
        "vi": effect.vi,
        "sei": sei,
        "ci_low": effect.yi - z * sei,
        "ci_high": effect.yi + z * sei,
        "yi_rounding": yi_rounding,
        "vi_rounding": vi_rounding,
        "route": effect.route,
        "se_source": effect.se_source,
        "tier": effect.tier,
        "design_effect": effect.design_effect,
        "equal_arms": "yes" if effect.equal_arms else "no",
        "assumptions": "; ".join(effect.assumptions),
    }


def _columns_at_zero(
    reported: Reported, choices: Choices, measure: str, code: str
) -> dict[str, Any]:
    """What a result whose direction or size is not printed has at no effect; {} for others."""
    if code not in UNREPORTED or math.isnan(MEASURES[measure].null):
        return {}
    zero = at_no_effect(reported, choices, measure)
    return {
        "vi_at_zero": zero.vi,
        "tier_at_zero": zero.tier,
        "assumptions": "; ".join(f"at no effect: {assumption}" for assumption in zero.assumptions),
    }
