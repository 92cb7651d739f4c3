"""What goes into a forest plot of a synthesis, of a published result, or of a domain."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from metarepro.conversion.direction import direction
from metarepro.figures.arms import ARM_COLUMNS, TURNED
from metarepro.models.thresholds import has_reliable_interval, predicts
from metarepro.plan import Plan, Synthesis
from metarepro.synthesis.membership import members, subgroup_pools
from metarepro.wording.phrases import (
    DASH,
    FLAGS,
    NO_RELIABLE_INTERVAL,
    PUBLISHED,
    decimal,
    degrees,
    f_test,
    i2,
    interval,
    model_text,
    no_interval,
    p_value,
    participants,
    whole,
)
from metarepro.wording.scales import BETTER, MEASURES, Measure
from metarepro.wording.summaries import evidence_pools

#: What results reported as these statistics give of each arm besides its size. Of others the
#: numbers may be printed too, but the effect is not from them, and none is worked out.
_STATISTICS = {"events": "counts", "mean": "means", "sd": "means"}


def with_arms(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The usable effects with what the arms of each are reported to have, as it was used.

    Parameters
    ----------
    tables : mapping
        effects, results, review_results, outcomes.

    Returns
    -------
    DataFrame
        The rows of effects that are not excluded, with `ARM_COLUMNS`, NaN where a result was
        reported in another form (t, p, a difference ...), and `TURNED`: where a lower score is
        better the effect may be turned, means and events are not.
    """
    effects = tables["effects"]
    effects = effects[effects["exclude"] == ""]
    reported = pd.concat([tables["results"], tables["review_results"]]).set_index("result_id")
    names = [*ARM_COLUMNS, "higher_is_better"]
    arms = reported.loc[effects["result_id"], names].set_index(effects.index)
    for column in ARM_COLUMNS:
        arms[column] = arms[column].where(effects["statistic"] == _STATISTICS[column[:-2]])
    good = effects["outcome"].map(tables["outcomes"].set_index("outcome")["beneficial_direction"])
    arms[TURNED] = [
        "yes" if is_known and _is_turned(*row) else ""
        for is_known, *row in zip(
            arms[[*ARM_COLUMNS]].notna().any(axis=1),
            *(arms["higher_is_better"], good, effects["better"]),
            strict=True,
        )
    ]
    return effects.join(arms.drop(columns="higher_is_better"))


def _is_turned(higher_is_better: str, beneficial_direction: str, better: str) -> bool:
    """Whether the printed effect has the sign of control minus treatment."""
    to_benefit = direction("scale", higher_is_better, beneficial_direction)
    return (to_benefit > 0) != (better == BETTER[0])


def synthesis_rows(
    synthesis: Mapping[Any, Any],
    effects: pd.DataFrame,
    weights: pd.DataFrame,
    subgroups: str,
    names: Mapping[str, str],
) -> pd.DataFrame:
    """Results of a synthesis, and those at its time that the plan does not pool.

    Parameters
    ----------
    synthesis : mapping
        A row of `tables.POOLED`.
    effects, weights : DataFrame
        The effects at the time of its set (`membership.timely`), and the synthesis' rows of
        `tables.WEIGHTS`.
    subgroups : str
        Column that divides the plot, or "".
    names : mapping
        Labels of the codebook.

    Returns
    -------
    DataFrame
        `forest.ROW_COLUMNS`; results that are not pooled have no weight.
    """
    rows = members(effects, synthesis).merge(
        weights[["result_id", "weight"]], on="result_id", how="left"
    )
    rows["subgroup"] = rows[subgroups].map(dict(names)) if subgroups else ""
    return in_plot_order(rows, list(names.values()))


def review_rows(effects: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    """Results in our pool of a published result."""
    rows = effects.merge(weights[["result_id", "weight"]], on="result_id").assign(subgroup="")
    return in_plot_order(rows, [])


def in_plot_order(rows: pd.DataFrame, subgroups: list[str]) -> pd.DataFrame:
    """Rows by subgroup as in the codebook, then year, trial and place in the data."""
    position = rows["subgroup"].map({name: i for i, name in enumerate(subgroups)})
    keys = rows[["year", "label", "result_id"]].assign(position=position)
    order = keys.sort_values(["position", "year", "label", "result_id"], na_position="last").index
    return rows.assign(measure=told_apart(rows)).loc[order].reset_index(drop=True)


def told_apart(rows: pd.DataFrame) -> pd.Series:
    """Measures; where a trial has several results of one, with the arm or the time as well."""
    twice = rows.duplicated(["label", "measure"], keep=False)
    if not twice.any():
        return rows["measure"]
    what = rows["arm"].where(rows["arm"] != "", rows["timepoint_detail"])
    return rows["measure"].mask(twice, rows["measure"] + " (" + what + ")")


def summaries(
    synthesis: Mapping[Any, Any],
    pooled: pd.DataFrame,
    plan: Mapping[str, Synthesis],
    names: Mapping[str, str],
) -> pd.DataFrame:
    """The overall pool of a synthesis and those of its subgroups (`forest.SUMMARY_COLUMNS`)."""
    rows = [summary(synthesis, "Overall", "")]
    subgroups = subgroup_pools(synthesis, plan, pooled)
    if len(subgroups):
        column = plan[synthesis["synthesis"].split(".")[1]].subgroups
        rows += [summary(row, "Pooled", names[row[column]]) for row in subgroups.to_dict("records")]
    return pd.DataFrame(rows)


def summary(pool: Mapping[Any, Any], name: str, subgroup: str) -> dict[str, Any]:
    """One diamond, from a row of `tables.POOLED`."""
    numbers = ("estimate", "tau2", "q", "q_df", "q_p")
    counts = ("k", "n_trials", "n_participants")
    return {
        **shown_intervals(pool),
        "subgroup": subgroup,
        "name": name,
        **{column: pool[column] for column in (*numbers, *counts)},
        "i2": i2(pool),
        "participants": participants(pool["n_participants"], pool["n_unknown"]),
        "model": model_text(pool),
        "test": effect_test(pool, MEASURES[pool["effect_measure"]]),
        "flags": warnings(pool["flags"]),
    }


def effect_test(pool: Mapping[Any, Any], measure: Measure) -> str:
    """The test of the pooled effect in words; the statistic without its sign, as RevMan prints it.

    "" where the interval is not shown either, and of a measure that has no null (a proportion).

    Examples
    --------
    >>> from metarepro.wording.scales import MEASURES
    >>> tested = {"statistic": -3.2104, "df": 11.46, "p_value": 0.0079, "flags": ""}
    >>> effect_test(tested, MEASURES["RR"])
    'Test of overall effect: t = 3.21, df = 11.5, p = 0.008'
    >>> effect_test(tested | {"df": math.nan}, MEASURES["RR"])
    'Test of overall effect: z = 3.21, p = 0.008'
    """
    statistic, df = pool.get("statistic", math.nan), pool["df"]
    if math.isnan(statistic + measure.null) or not has_reliable_interval(pool["flags"]):
        return ""
    reference = "z" if math.isnan(df) else "t"
    of = "" if math.isnan(df) else f", df = {degrees(df)}"
    said = f"{reference} = {decimal(abs(statistic))}{of}, {p_value(pool['p_value'])}"
    return f"Test of overall effect: {said}"


def warnings(flags: str) -> str:
    """Why the interval of a pool is not shown, else the gravest of its flags, in words."""
    gravest = next((FLAGS[flag] for flag in flags.split("; ") if flag in FLAGS), "")
    why = no_interval(flags)
    return why if why == NO_RELIABLE_INTERVAL else ": ".join(filter(None, [why, gravest]))


def shown_intervals(pool: Mapping[Any, Any]) -> dict[str, float]:
    """The intervals of a pool that can be leaned on; NaN for the others."""
    shown = has_reliable_interval(pool["flags"])
    predicted = shown and predicts(pool["flags"])
    return {name: pool[name] if shown else math.nan for name in ("ci_low", "ci_high")} | {
        name: pool[name] if predicted else math.nan for name in ("pi_low", "pi_high")
    }


def published_summary(row: Mapping[Any, Any]) -> dict[str, Any]:
    """The published result, as a diamond to compare ours with where it is a target."""
    missing = ("pi_low", "pi_high", "tau2", "q", "q_df", "q_p", "i2", "k")
    numbers = interval(row["published_estimate"], row["published_ci_low"], row["published_ci_high"])
    printed = f"As printed: {row['measure']} {numbers}" if row["measure"] else ""
    not_used = "" if row["target_estimate"] == row["target_estimate"] else row["reason"]
    return {
        "subgroup": "",
        "name": PUBLISHED,
        "estimate": row["target_estimate"],
        "ci_low": row["target_ci_low"],
        "ci_high": row["target_ci_high"],
        **dict.fromkeys(missing, math.nan),
        "n_trials": row["published_k"],
        "n_participants": row["published_n"],
        "participants": participants(row["published_n"]),
        "model": ". ".join(filter(None, [printed, not_used])),
        "test": "",
        "flags": "",
    }


def subgroup_test_text(test: Mapping[Any, Any]) -> str:
    """The line under the plot on differences between subgroups."""
    if test["reason"]:
        return f"Subgroup differences: not tested ({test['reason']})"
    left_out = test["n_subgroups"] - test["n_tested"]
    without = f"; {whole(left_out)} of one trial left out" if left_out else ""
    return (
        f"Subgroup differences ({whole(test['n_tested'])} subgroups{without}): "
        f"{f_test(test['statistic'], test['df1'], test['df2'], test['p_value'])}"
    )


def domain_pools(domain: str, pooled: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The pools of the table of evidence in a domain that can share an axis.

    On one measure, the study's if there are such, and with the same side of it better.
    """
    cells = evidence_pools(pooled, plan, plan.evidence.set)
    here = [row for (_, of), rows in cells.items() if of == domain for row in rows]
    kinds = [(r["effect_measure"] != plan.measure, r["effect_measure"], r["better"]) for r in here]
    first = min(kinds, default=None)
    return pd.DataFrame(
        [row for row, kind in zip(here, kinds, strict=True) if kind == first],
        columns=pooled.columns,
    )


def domain_rows(interventions: pd.DataFrame, pools: pd.DataFrame) -> pd.DataFrame:
    """One row per intervention (`forest.DOMAIN_COLUMNS`), also those without a result.

    `pools` are those of a domain, at most one for each intervention (`domain_pools`).
    """
    here = pools.set_index("intervention")
    columns = ("n_trials", "k", "n_participants", "estimate")
    limits = ("ci_low", "ci_high", "pi_low", "pi_high")
    rows = []
    for intervention in interventions.to_dict("records"):
        row = {"label": intervention["label"], "family": intervention["family"], "flags": ""}
        key = intervention["intervention"]
        if key in here.index:
            pool = here.loc[key]
            row |= {column: pool[column] for column in columns} | shown_intervals(pool)
            row["flags"] = warnings(pool["flags"])
            row["participants"] = participants(pool["n_participants"], pool["n_unknown"])
        else:
            row |= dict.fromkeys((*columns, *limits), math.nan)
            row |= {"n_trials": 0, "k": 0, "participants": DASH}
        rows.append(row)
    return pd.DataFrame(rows)
