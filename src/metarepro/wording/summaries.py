"""Summary tables for readers: numbers as text, in the words of the codebook.

Every function returns a DataFrame of str whose columns are headings; missing numbers say so. The
numbers to compute with are in the tables between the stages, not here.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from metarepro.models.thresholds import has_reliable_interval
from metarepro.plan import EffectSet, Evidence, Family, Plan
from metarepro.tabular.trial_interventions import interventions_of
from metarepro.wording.codes import WORDS, in_words
from metarepro.wording.phrases import (
    DASH,
    FLAGS,
    NOT_REPORTED,
    capitalised,
    counted,
    decimal,
    distinct,
    i2,
    interval,
    model_text,
    p_value,
    participants,
    percent,
    signed,
    whole,
)
from metarepro.wording.scales import BETTER, MEASURES, Scale

Row = Mapping[Any, Any]
NOTHING_POOLED = "no result that can be pooled"
#: What each exclusion code means, in the order of the table.
EXCLUSIONS = {
    "duplicate": "another row has the same result",
    "superseded": "a review's own data file has the result",
    "direction_unknown": "the source does not show which arm did better",
    "not_significant": "not significant, and no standard deviation or exact p",
    "not_two_groups": "degrees of freedom of another test than one of two independent groups",
    "no_correlation": "paired measurements without their correlation",
    "source_inconsistent": "the source contradicts itself",
    "not_convertible": "a test or unit that cannot become one effect",
    "no_variance": "nothing printed from which a standard error could come",
    "range_only": "a range, or one figure for several results",
    "percentages_without_n": "percentages without arm sizes",
    "no_baseline_risk": "risk ratio or difference without the risk of the control group",
    "no_events": "no participant, or every one, had the event",
    "impossible_input": "numbers that cannot be true together",
    "ineligible_comparison": "not a comparison of the intervention with a control",
    "outside_scope": "not an outcome of this study",
}


def evidence_pools(
    pooled: pd.DataFrame, plan: Plan, set_name: str
) -> dict[tuple[str, str], list[dict[Any, Any]]]:
    """The pools of the table of evidence, by intervention and domain.

    A cell has several where its outcomes are on several measures or differ in which side is better;
    those on the study's measure come first.
    """
    prefix = f"{set_name}.{plan.evidence.synthesis}."
    rows = pooled[pooled["synthesis"].str.startswith(prefix)].to_dict("records")
    cells: dict[tuple[str, str], list[dict[Any, Any]]] = {}
    for row in sorted(rows, key=lambda r: (r["effect_measure"] != plan.measure, r["synthesis"])):
        cells.setdefault((row["intervention"], row["domain"]), []).append(row)
    return cells


def evidence(tables: Mapping[str, pd.DataFrame], plan: Plan, scale: Scale) -> pd.DataFrame:
    """One row per pool of an intervention and domain, and one for each empty cell.

    Parameters
    ----------
    tables : mapping of DataFrame
        interventions, domains, effects, pooled.
    plan : Plan
        The analysis plan.
    scale : Scale
        How effects are printed.
    """
    shown, pooled, effects = plan.evidence, tables["pooled"], tables["effects"]
    cells = evidence_pools(pooled, plan, shown.set)
    others = {pool["synthesis"]: pool for pool in pooled.to_dict("records")}
    timely = effects[effects["timepoint"].isin(plan.sets[shown.set].timepoints)]
    rows = []
    for intervention in tables["interventions"].to_dict("records"):
        for domain in tables["domains"].sort_values("order").to_dict("records"):
            key = (intervention["intervention"], domain["domain"])
            here = timely[(timely["intervention"] == key[0]) & (timely["domain"] == key[1])]
            found: Sequence[Row | None] = cells.get(key) or (None,)
            for pool in found:
                row = {"Intervention": intervention["label"], "Domain": domain["label"]}
                other = others.get(_beside(pool["synthesis"], shown)) if pool else None
                row |= _evidence_cells(pool, here, scale)
                row[beside_heading(plan, scale)] = scale.of_pool(other) if other else DASH
                said = remarks(pool) if pool else NOTHING_POOLED
                rows.append(row | {"Remarks": said})
    return pd.DataFrame(rows)


def _evidence_cells(pool: Row | None, effects: pd.DataFrame, scale: Scale) -> dict[str, str]:
    tiers = effects.loc[effects["exclude"] == "", "tier"].value_counts()
    cells = {
        "Trials": "0",
        "Results": "0",
        "Participants": DASH,
        scale.heading: DASH,
        scale.prediction: DASH,
        "I²": DASH,
        **{capitalised(words): str(tiers.get(tier, 0)) for tier, words in WORDS["tier"].items()},
        "Excluded": str((effects["exclude"] != "").sum()),
    }
    if pool is None:
        return cells
    return cells | {
        "Trials": whole(pool["n_trials"]),
        "Results": whole(pool["k"]),
        "Participants": participants(pool["n_participants"], pool["n_unknown"]),
        scale.heading: scale.of_pool(pool),
        scale.prediction: scale.at(pool).prediction_of(pool),
        "I²": percent(i2(pool)),
    }


def _beside(synthesis: str, shown: Evidence) -> str:
    """Key of the pool beside one of the evidence."""
    return shown.beside + synthesis[len(shown.set) :]


def beside_heading(plan: Plan, scale: Scale) -> str:
    """Heading of the pools beside those of the evidence: "g with approximate results"."""
    return f"{scale.symbol} {plan.sets[plan.evidence.beside].label}"


def remarks(row: Row) -> str:
    """Flags and reason of a pool in words, and in how many trials its participants are unknown."""
    said = [FLAGS[flag] for flag in row["flags"].split("; ") if flag]
    if row.get("n_unknown", 0) > 0:
        said.append(f"participants not reported in {counted(row['n_unknown'], 'trial')}")
    return "; ".join([*said, *filter(None, [row["reason"]])])


def syntheses(
    pooled: pd.DataFrame,
    names: Mapping[str, str],
    sets: Mapping[str, EffectSet],
    scale: Scale,
) -> pd.DataFrame:
    """One row per synthesis, of all sets."""
    return pd.DataFrame(
        [
            {
                "Synthesis": title(pool, names, sets),
                "Set": set_label(sets[pool["set_name"]]),
                "By": pool["synthesis"].split(".")[1].replace("_", " and "),
                "Trials": whole(pool["n_trials"]),
                "Results": whole(pool["k"]),
                "Participants": participants(pool["n_participants"], pool["n_unknown"]),
                scale.heading: scale.of_pool(pool),
                # The p is that of the interval, and no more reliable.
                "p": p_value(pool["p_value"]) if has_reliable_interval(pool["flags"]) else DASH,
                scale.prediction: scale.at(pool).prediction_of(pool),
                "I²": percent(i2(pool)),
                "τ²": _or_dash(pool["tau2"], decimal(pool["tau2"], 3)),
                "Model": model_text(pool),
                "Remarks": remarks(pool),
                "Key": pool["synthesis"],
            }
            for pool in pooled.to_dict("records")
        ]
    )


def set_label(chosen: EffectSet) -> str:
    """A set of results in words: its label, else its times."""
    return chosen.label or ", ".join(in_words("timepoint", time) for time in chosen.timepoints)


def labels(tables: Mapping[str, pd.DataFrame], families: Mapping[str, Family]) -> dict[str, str]:
    """Name of every intervention, domain and outcome, in this order, and of every family.

    An intervention may have the id of its family; its own name is then the one that counts.
    """
    names: dict[str, str] = {}
    for key in ("intervention", "domain", "outcome"):
        table = tables[f"{key}s"]
        names |= dict(zip(table[key], table["label"], strict=True))
    return names | {name: family.label for name, family in families.items() if name not in names}


def title(pool: Row, names: Mapping[str, str], sets: Mapping[str, EffectSet]) -> str:
    """What a synthesis is of, in words: "Exercise: Low mood, follow-up"."""
    parts = pool["synthesis"].split(".")[2:]
    apart = []  # what tells the pool from others of the same
    if len(parts) > 1 and parts[-1] == BETTER[1]:
        apart.append("less is better")
        parts.pop()
    if len(parts) > 1 and parts[-1] == pool["effect_measure"]:
        apart.append(MEASURES[parts.pop()].label)
    said = [*(names[part] for part in parts), *apart[::-1]]
    when = sets[pool["set_name"]].label
    return ": ".join(said) + (f", {when}" if when else "")


def results(effects: pd.DataFrame, names: Mapping[str, str], scale: Scale) -> pd.DataFrame:
    """One row per reported result that became an effect size, with its route and source."""
    return pd.DataFrame(
        [
            {
                "Trial": effect["label"] or NOT_REPORTED,
                "Year": NOT_REPORTED if math.isnan(effect["year"]) else f"{effect['year']:.0f}",
                "Intervention": names[effect["intervention"]],
                "Outcome": names[effect["outcome"]],
                scale.heading: scale.of_pool({**effect, "estimate": effect["yi"]}),
                "Measure": effect["measure"],
                "Arm": effect["arm"],
                "Time": time_of(effect),
                "n": arms(effect),
                "Reported as": in_words("statistic", effect["statistic"]),
                "Standard error from": in_words("se_source", effect["se_source"]),
                "Tier": in_words("tier", effect["tier"]),
                "Assumptions": effect["assumptions"],
                "Source": effect["source"],
                "Place": effect["locator"],
            }
            for effect in effects[effects["exclude"] == ""].to_dict("records")
        ]
    )


def time_of(effect: Row) -> str:
    """When a result was measured: "follow-up: 12 months"."""
    return f"{in_words('timepoint', effect['timepoint'])}: {effect['timepoint_detail']}"


def measured(effect: Row) -> str:
    """What was measured, in which arm and when, as a name of a result.

    Examples
    --------
    >>> measured({"measure": "EPDS", "arm": "", "timepoint_detail": "18 months"})
    'EPDS (18 months)'
    """
    where = ", ".join(filter(None, [effect["arm"], effect["timepoint_detail"]]))
    return f"{effect['measure']} ({where})" if where else str(effect["measure"])


def arms(effect: Row) -> str:
    """Arm sizes, or the total where only that is known."""
    if not math.isnan(effect["n_t"]):
        return f"{whole(effect['n_t'])} / {whole(effect['n_c'])}"
    return whole(effect["n_total"]) if not math.isnan(effect["n_total"]) else NOT_REPORTED


def trials(
    trial_table: pd.DataFrame, effects: pd.DataFrame, interventions: pd.DataFrame
) -> pd.DataFrame:
    """One row per trial, including those from which no number could be read."""
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
                "Design": in_words("design", trial["design"]),
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
    """How many reported results could not be used, for each reason that occurs."""
    excluded = effects[effects["exclude"] != ""]
    by_code = {code: excluded[excluded["exclude"] == code] for code in EXCLUSIONS}
    return pd.DataFrame(
        [
            {
                "Reason": EXCLUSIONS[code],
                "Results": str(len(here)),
                "Trials": str(here["trial_id"].nunique()),
            }
            for code, here in by_code.items()
            if len(here)
        ]
    )


def excluded_results(effects: pd.DataFrame) -> pd.DataFrame:
    """Every excluded result with its reason."""
    excluded = effects[effects["exclude"] != ""]
    return pd.DataFrame(
        {
            "Trial": excluded["label"],
            "Measure": excluded["measure"],
            "Reason": excluded["exclude"].map(EXCLUSIONS),
            "Details": excluded["exclude_reason"],
        }
    )


def routes(effects: pd.DataFrame) -> pd.DataFrame:
    """How many results and trials came by each route."""
    usable = effects[effects["exclude"] == ""]
    groups = usable.groupby(["statistic", "se_source", "tier"], sort=True)
    return pd.DataFrame(
        [
            {
                "Reported as": in_words("statistic", str(statistic)),
                "Standard error from": in_words("se_source", str(se_source)),
                "Tier": in_words("tier", str(tier)),
                "Results": str(len(group)),
                "Trials": str(group["trial_id"].nunique()),
            }
            for (statistic, se_source, tier), group in groups
        ]
    )


def reproduction(rows: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """Every published result beside ours, with the verdict; cited reviews first."""
    return pd.DataFrame(
        [
            {
                "Review": row["review"],
                "Outcome": row["outcome_label"]
                + (f" ({row['subgroup']})" if row["subgroup"] else ""),
                "Published": as_published(row),
                f"Published as {scale.symbol}": scale.at(row).interval(
                    row["target_estimate"], row["target_ci_low"], row["target_ci_high"]
                ),
                f"Ours: {scale.heading}": scale.of_pool(row),
                "Trials: ours of published": row["coverage"],
                "Verdict": row["verdict"].replace("_", " "),
                "Difference": _or_dash(
                    row["absolute_difference"], distinct(row["absolute_difference"])
                ),
                "Relative": percent(100 * row["relative_difference"]),
                "Reason": "; ".join(filter(None, (row["reason"], row["explanation"]))),
                "Doubts about the published numbers": row["published_problems"],
                "Status": in_words("status", row["status"]),
                "Role": in_words("role", row["role"]),
            }
            for row in rows.sort_values("role", kind="stable").to_dict("records")
        ]
    )


def as_published(row: Row) -> str:
    """A published result as the review prints it."""
    numbers = interval(row["published_estimate"], row["published_ci_low"], row["published_ci_high"])
    return f"{row['measure']} {numbers}" if row["measure"] else numbers


def _or_dash(number: float, said: str) -> str:
    return DASH if math.isnan(number) else said


def _printed(text: str) -> str:
    """A printed number with its minus sign; a statistic before it by its name."""
    first, blank, rest = text.partition(" ")
    return signed(f"{WORDS['statistic'].get(first, first)}{blank}{rest}")


def audit(findings: pd.DataFrame) -> pd.DataFrame:
    """What does not add up in the sources."""
    said = {"check": findings["check"].map(lambda check: in_words("check", check))}
    said |= {name: findings[name].map(_printed) for name in ("printed", "implied")}
    said["message"] = findings["message"].map(signed)
    return findings.assign(**said).rename(
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
