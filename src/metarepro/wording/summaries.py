"""Summary tables for readers: numbers as text, in the words of the codebook.

Every function returns a DataFrame of str whose columns are headings; missing numbers say so. The
numbers to compute with are in the tables between the stages, not here.
"""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from metarepro.plan import EffectSet, Evidence
from metarepro.tabular.trial_interventions import interventions_of
from metarepro.wording.phrases import (
    DASH,
    FLAGS,
    NOT_REPORTED,
    decimal,
    i2,
    interval,
    model_text,
    p_value,
    participants,
    percent,
    whole,
)

#: What each exclusion code means, in the order of the table.
EXCLUSIONS = {
    "duplicate": "another row has the same result",
    "superseded": "a review's own data file has the result",
    "direction_unknown": "the source does not show which arm did better",
    "cluster_no_sd": "cluster trial: raw difference or test without an SD to scale it",
    "source_inconsistent": "the source contradicts itself",
    "not_convertible": "a test or unit that cannot become one effect",
    "no_variance": "nothing printed from which a standard error could come",
    "range_only": "a range, or one figure for several results",
    "percentages_without_n": "percentages without arm sizes",
    "no_baseline_risk": "risk ratio or difference without the risk of the control group",
    "no_events": "no participant, or every one, had the event",
    "impossible_input": "numbers that cannot be true together",
    "ineligible_comparison": "not a comparison of the intervention with a control",
    "outside_scope": "not an outcome of this project",
}


def evidence(
    effects: pd.DataFrame,
    pooled: pd.DataFrame,
    interventions: pd.DataFrame,
    domains: pd.DataFrame,
    plan: Evidence,
) -> pd.DataFrame:
    """One row for each intervention and domain, empty ones too.

    Parameters
    ----------
    effects, pooled : DataFrame
        `tables.EFFECTS` and `tables.POOLED`.
    interventions, domains : DataFrame
        The codebook.
    plan : Evidence
        Section `evidence` of the config.
    """
    cells, with_approximate = (
        pooled[pooled["synthesis"].str.startswith(f"{getattr(plan, key)}.{plan.synthesis}.")]
        .set_index(["intervention", "domain"])
        .to_dict("index")
        for key in ("set", "beside")
    )
    times = pooled.loc[pooled["set_name"] == plan.set, "timepoint"].iloc[:1]
    post = effects[effects["timepoint"].isin("+".join(times).split("+"))]
    rows = []
    for intervention in interventions.to_dict("records"):
        for domain in domains.sort_values("order").to_dict("records"):
            key = (intervention["intervention"], domain["domain"])
            here = post[(post["intervention"] == key[0]) & (post["domain"] == key[1])]
            row = {"Intervention": intervention["label"], "Domain": domain["label"]}
            rows.append(row | _evidence_cells(cells.get(key), with_approximate.get(key), here))
    return pd.DataFrame(rows)


def _evidence_cells(
    pool: dict | None, with_approximate: dict | None, effects: pd.DataFrame
) -> dict[str, str]:
    tiers = effects.loc[effects["exclude"] == "", "tier"].value_counts()
    cells = {
        "Trials": "0",
        "Results": "0",
        "Participants": DASH,
        "g [95% CI]": DASH,
        "Remarks": "no result that can be pooled",
        "95% prediction interval": DASH,
        "I²": DASH,
        "g with approximate results": _estimate(with_approximate),
        "Direct": str(tiers.get("direct", 0)),
        "Derived": str(tiers.get("derived", 0)),
        "Approximate": str(tiers.get("approximate", 0)),
        "Excluded": str((effects["exclude"] != "").sum()),
    }
    if pool is None:
        return cells
    return cells | {
        "Trials": whole(pool["n_trials"]),
        "Results": whole(pool["k"]),
        "Participants": participants(pool["n_participants"], pool["flags"]),
        "g [95% CI]": _estimate(pool),
        "95% prediction interval": interval(math.nan, pool["pi_low"], pool["pi_high"]),
        "I²": percent(i2(pool)),
        "Remarks": remarks(pool["flags"], pool["reason"]),
    }


def _estimate(pool: dict | None) -> str:
    return interval(pool["estimate"], pool["ci_low"], pool["ci_high"]) if pool else DASH


def remarks(flags: str, reason: str) -> str:
    """Flags and reason of a pool as sentences."""
    said = []
    for flag in filter(None, flags.split("; ")):
        if flag.startswith("n_unknown_in_"):
            said.append(f"participants not reported in {flag.split('_')[3]} trial(s)")
        else:
            said.append(FLAGS[flag])
    return "; ".join([*said, *filter(None, [reason])])


def syntheses(
    pooled: pd.DataFrame,
    interventions: pd.DataFrame,
    domains: pd.DataFrame,
    outcomes: pd.DataFrame,
    sets: Mapping[str, EffectSet],
    rho: float,
) -> pd.DataFrame:
    """One row a synthesis, of all sets."""
    names = labels(interventions, domains, outcomes)
    rows = []
    for pool in pooled.to_dict("records"):
        by = pool["synthesis"].split(".")
        rows.append(
            {
                "Synthesis": title(pool, names, sets),
                "Set": pool["set_name"].replace("_", "-"),
                "By": by[1].replace("_", " × "),
                "Trials": whole(pool["n_trials"]),
                "Results": whole(pool["k"]),
                "Participants": participants(pool["n_participants"], pool["flags"]),
                "g [95% CI]": _estimate(pool),
                "p": p_value(pool["p_value"]),
                "95% prediction interval": interval(math.nan, pool["pi_low"], pool["pi_high"]),
                "I²": percent(i2(pool)),
                "τ²": _or_dash(pool["tau2"], 3),
                "Model": model_text(pool, rho),
                "Remarks": remarks(pool["flags"], pool["reason"]),
                "Key": pool["synthesis"],
            }
        )
    return pd.DataFrame(rows)


def labels(
    interventions: pd.DataFrame, domains: pd.DataFrame, outcomes: pd.DataFrame
) -> dict[str, str]:
    """Name of every intervention, domain, outcome and family."""
    names: dict[str, str] = {}
    for table, key in ((interventions, "intervention"), (domains, "domain"), (outcomes, "outcome")):
        names |= dict(zip(table[key], table["label"], strict=True))
    return names | {
        family: family.replace("_", " ").capitalize().replace("of security", "of Security")
        for family in interventions["family"]
        if family not in names
    }


def title(pool: Mapping[Any, Any], names: Mapping[str, str], sets: Mapping[str, EffectSet]) -> str:
    """What a synthesis is of, in words: "Video feedback: Parental sensitivity, follow-up"."""
    values = [names[value] for value in pool["synthesis"].split(".")[2:]]
    when = sets[pool["set_name"]].label
    return ": ".join(values) + (f", {when}" if when else "")


def results(
    effects: pd.DataFrame,
    interventions: pd.DataFrame,
    domains: pd.DataFrame,
    outcomes: pd.DataFrame,
) -> pd.DataFrame:
    """One row a reported result that became an effect size, with its route and source."""
    names = labels(interventions, domains, outcomes)
    rows = []
    for effect in effects[effects["exclude"] == ""].to_dict("records"):
        rows.append(
            {
                "Trial": effect["label"] or NOT_REPORTED,
                "Year": f"{effect['year']:.0f}"
                if effect["year"] == effect["year"]
                else NOT_REPORTED,
                "Intervention": names[effect["intervention"]],
                "Outcome": names[effect["outcome"]],
                "g [95% CI]": interval(effect["yi"], effect["ci_low"], effect["ci_high"]),
                "Measure": effect["measure"],
                "Arm": effect["arm"],
                "Time": f"{effect['timepoint'].replace('_', '-')}: {effect['timepoint_detail']}",
                "n": arms(effect),
                "Reported as": effect["statistic"].replace("_", " "),
                "SE from": effect["se_source"],
                "Tier": effect["tier"],
                "Assumptions": effect["assumptions"],
                "Source": effect["source"],
                "Place": effect["locator"],
                "Id": effect["result_id"],
            }
        )
    return pd.DataFrame(rows)


def arms(effect: dict) -> str:
    """Arm sizes, or the total where only that is known."""
    if not math.isnan(effect["n_t"]):
        return f"{whole(effect['n_t'])} / {whole(effect['n_c'])}"
    return whole(effect["n_total"]) if not math.isnan(effect["n_total"]) else NOT_REPORTED


def trials(
    trial_table: pd.DataFrame, effects: pd.DataFrame, interventions: pd.DataFrame
) -> pd.DataFrame:
    """One row a trial, also those from which no number could be read."""
    names = dict(zip(interventions["intervention"], interventions["label"], strict=True))
    usable = effects[effects["exclude"] == ""].groupby("trial_id").size()
    read = effects.groupby("trial_id").size()
    rows = []
    for trial in trial_table.to_dict("records"):
        n_read, n_usable = read.get(trial["trial_id"], 0), usable.get(trial["trial_id"], 0)
        own = interventions_of(trial["intervention"])
        rows.append(
            {
                "Trial": trial["label"],
                "Intervention": "; ".join(names[name] for name in own),
                "Programme": trial["programme"] or NOT_REPORTED,
                "Country": trial["country"] or NOT_REPORTED,
                "Design": trial["design"].replace("_", " "),
                "Randomised": NOT_REPORTED
                if math.isnan(trial["n_randomised"])
                else whole(trial["n_randomised"]),
                "Results read": str(n_read),
                "Effect sizes": str(n_usable),
                "Title": trial["title"] or NOT_REPORTED,
                "Id": trial["trial_id"],
            }
        )
    return pd.DataFrame(rows)


def exclusions(effects: pd.DataFrame) -> pd.DataFrame:
    """Reported results that could not be used, by code."""
    excluded = effects[effects["exclude"] != ""]
    rows = []
    for code, meaning in EXCLUSIONS.items():
        here = excluded[excluded["exclude"] == code]
        rows.append(
            {
                "Code": code,
                "Meaning": meaning,
                "Results": str(len(here)),
                "Trials": str(here["trial_id"].nunique()),
            }
        )
    return pd.DataFrame(rows)


def excluded_results(effects: pd.DataFrame) -> pd.DataFrame:
    """Every excluded result with its reason."""
    excluded = effects[effects["exclude"] != ""]
    return pd.DataFrame(
        {
            "Id": excluded["result_id"],
            "Trial": excluded["label"],
            "Measure": excluded["measure"],
            "Code": excluded["exclude"],
            "Reason": [exclusion_reason(row) for row in excluded.to_dict("records")],
        }
    )


def exclusion_reason(effect: Mapping[Any, Any]) -> str:
    """Why a result is excluded, after the result that is used instead of it, if there is one."""
    kept = f"kept: {effect['duplicate_of']}" if effect["duplicate_of"] else ""
    return "; ".join(filter(None, [kept, effect["exclude_reason"]]))


def routes(effects: pd.DataFrame) -> pd.DataFrame:
    """How many results and trials came by each route."""
    usable = effects[effects["exclude"] == ""]
    groups = usable.groupby(["statistic", "se_source", "tier"], sort=True)
    return pd.DataFrame(
        [
            {
                "Reported as": str(statistic).replace("_", " "),
                "Standard error from": se_source,
                "Tier": tier,
                "Results": str(len(group)),
                "Trials": str(group["trial_id"].nunique()),
            }
            for (statistic, se_source, tier), group in groups
        ]
    )


def reproduction(rows: pd.DataFrame) -> pd.DataFrame:
    """Every published result beside ours, with the verdict; cited reviews first."""
    return pd.DataFrame(
        [
            {
                "Review": row["review"],
                "Outcome": row["outcome_label"]
                + (f" ({row['subgroup']})" if row["subgroup"] else ""),
                "Published": _as_published(row),
                "Published as g": interval(
                    row["target_estimate"], row["target_ci_low"], row["target_ci_high"]
                ),
                "Ours: g [95% CI]": interval(row["estimate"], row["ci_low"], row["ci_high"]),
                "Trials: ours of published": row["coverage"],
                "Verdict": row["verdict"].replace("_", " "),
                "Difference": _or_dash(row["absolute_difference"]),
                "Relative": percent(100 * row["relative_difference"]),
                "Reason": row["reason"],
                "Doubts about the published numbers": row["published_problems"],
                "Status": row["status"],
                "Role": row["role"],
            }
            for row in rows.sort_values("role", kind="stable").to_dict("records")
        ]
    )


def _as_published(row: dict) -> str:
    numbers = interval(row["published_estimate"], row["published_ci_low"], row["published_ci_high"])
    return f"{row['measure']} {numbers}" if row["measure"] else numbers


def _or_dash(number: float, places: int = 2) -> str:
    return DASH if math.isnan(number) else decimal(number, places)


def audit(findings: pd.DataFrame) -> pd.DataFrame:
    """What does not add up in the sources."""
    return findings.rename(
        columns={
            "source_table": "Table",
            "record_id": "Record",
            "check": "Check",
            "severity": "Severity",
            "printed": "Printed",
            "implied": "Implied",
            "message": "Message",
        }
    )
