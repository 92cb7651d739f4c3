"""The page of a synthesis: its numbers, what they mean, and every included result."""

import math
from collections.abc import Sequence

from metarepro.models.thresholds import has_reliable_interval
from metarepro.plan import EffectSet
from metarepro.report import certainty, no_effect, risk_of_bias
from metarepro.report.blocks import (
    Block,
    Facts,
    Link,
    Page,
    Paragraph,
    Section,
    Table,
    TableRow,
    Text,
    table,
    text,
)
from metarepro.report.figures import forest
from metarepro.report.matrix import prediction_words, share_of_review
from metarepro.report.moderators import section as moderators
from metarepro.report.plot import plot
from metarepro.report.records import Records, Row
from metarepro.report.sensitivity import sensitivity
from metarepro.synthesis.membership import subgroup_pools
from metarepro.wording.codes import in_words
from metarepro.wording.phrases import (
    DASH,
    capitalised,
    decimal,
    f_test,
    i2,
    model_text,
    p_value,
    participants,
    percent,
    whole,
)
from metarepro.wording.summaries import EXCLUSIONS, remarks


def page(records: Records, key: str) -> Page:
    """Make the page of a synthesis that is shown."""
    pool = records.pools[key]
    subgroups = _subgroups(records, key)
    drawn: list[Block] = [*plot(records, key), *forest(records, key, beside_plot=True)]
    sections = [
        *([Section("forest-plot", "Forest plot", drawn)] if drawn else []),
        Section("numbers", "Numbers", [Facts(facts(records, key))]),
        Section("results", "Included results", _results(records, key)),
        *([Section("subgroups", "Subgroups", subgroups)] if subgroups else []),
        *risk_of_bias.of_synthesis(records, key),
        *certainty.of_synthesis(records, key),
        Section("sensitivity", "Sensitivity", sensitivity(records, key)),
        *moderators(records, key),
    ]
    return Page(
        path=f"syntheses/{key}.html",
        title=records.title(key),
        above=_way(records, pool),
        intro=[Paragraph(text(records.sentences(key)), "lead")],
        sections=sections,
    )


def _way(records: Records, pool: Row) -> list[Link]:
    links = [
        records.intervention_link(pool["intervention"]),
        records.domain_link(pool["domain"]),
    ]
    return [link for link in links if isinstance(link, Link)][:1]


def facts(records: Records, key: str) -> list[tuple[str, Text]]:
    """The numbers of a synthesis, with its model, its flags and its reach in words."""
    pool, scale = records.pools[key], records.scale_of(key)
    found: list[tuple[str, Text]] = [
        (f"{_whose(pool)} {scale.heading}", text(scale.of_flagged(pool))),
        # The p is that of the interval, and no more reliable.
        (
            "Test of overall effect",
            text(p_value(pool["p_value"]) if has_reliable_interval(pool["flags"]) else ""),
        ),
        (scale.prediction, text(prediction_words(records, pool))),
        ("Trials, results", text(f"{whole(pool['n_trials'])}, {whole(pool['k'])}")),
        ("Participants", text(participants(pool["n_participants"], pool["n_unknown"]))),
        ("Heterogeneity", text(_heterogeneity(pool))),
        ("Model", text(model_text(pool))),
        ("Remarks", text(remarks(pool) or "none")),
        ("Robustness of the numbers", text(records.robustness_with_reasons(key))),
        ("Risk of bias", text(risk_of_bias.fact(records, key))),
        ("Certainty of the evidence", certainty.fact(records, key)),
        ("Time", text(in_words("timepoint", pool["timepoint"]))),
        ("Tiers of results", text(in_words("tier", pool["tiers"]))),
    ]
    if pool["family"]:
        held = share_of_review(records, pool["family"], pool["trial_ids"].split(" "))
        found.append(("Coverage of the cited review", text(held)))
    found.append((_beside_label(records), text(_beside(records, pool))))
    found.append(("Unreported results set to no effect", text(no_effect.fact(records, key))))
    found.append(("Key in the tables", text(key)))
    return [fact for fact in found if fact[1]]


def _whose(pool: Row) -> str:
    """What the estimate is of: nothing is pooled where there is a single trial."""
    return "Single trial:" if pool["n_trials"] < 2 else "Pooled"


def _beside_label(records: Records) -> str:
    return capitalised(records.plan.sets[records.plan.evidence.beside].label)


def _heterogeneity(pool: Row) -> str:
    if math.isnan(pool["tau2"]):
        return DASH
    q = f"Q {decimal(pool['q'])} on {decimal(pool['q_df'], 1)} df"
    if not math.isnan(pool["q_p"]):
        q += f", {p_value(pool['q_p'])}"
    return f"I² {percent(i2(pool))}, τ² {decimal(pool['tau2'], 3)}, {q}"


def _beside(records: Records, pool: Row) -> str:
    """The same synthesis in the set that is shown beside the primary one."""
    other = records.beside(pool["synthesis"])
    return records.scale.of_pool(records.pools[other]) if other else ""


def _results(records: Records, key: str) -> list[Block]:
    weights = {w["result_id"]: w["weight"] for w in records.rows("weights", "synthesis", key)}
    rows = [
        {
            "Trial": records.trial_link(effect["trial_id"], effect["label"]),
            "Outcome": records.names[effect["outcome"]],
            "Measure": records.result_link(effect["result_id"], effect["measure"]),
            records.scale.heading: records.effect(effect),
            "Weight": f"{decimal(weights[effect['result_id']], 1)}%",
            **risk_of_bias.column(records, effect),
            "Tier": in_words("tier", effect["tier"]),
            "Read in": in_words("source_kind", effect["source_kind"]),
            "Arm": effect["arm"],
            "Time": effect["timepoint_detail"],
            "Assumptions": effect["assumptions"],
        }
        for effect in (records.effects[result_id] for result_id in weights)
    ]
    pooled = table(
        "members",
        "Pooled results; each measure links to the reported numbers and their source",
        rows,
        choices=("Risk of bias", "Tier", "Read in"),
        optional=("Arm", "Time"),
        download="data/weights.csv",
    )
    left_out = _left_out(records, key, set(weights))
    return [pooled, *([left_out] if left_out.rows else [])]


def _left_out(records: Records, key: str, pooled: set[str]) -> Table:
    """Results of the same question and time that are not pooled."""
    chosen = records.plan.sets[records.pools[key]["set_name"]]
    rows: list[TableRow] = [
        {
            "Trial": records.trial_link(effect["trial_id"], effect["label"]),
            "Outcome": records.names[effect["outcome"]],
            "Measure": records.result_link(effect["result_id"], effect["measure"]),
            records.scale.heading: records.effect(effect),
            "Reason": EXCLUSIONS.get(effect["exclude"]) or _not_in_set(effect, chosen),
        }
        for effect in map(records.effects.__getitem__, records.candidates(key)["result_id"])
        if effect["result_id"] not in pooled
    ]
    caption = "Results that match the question but are not pooled"
    return table("left-out", caption, rows, choices=("Reason",), download="data/effects.csv")


def _not_in_set(effect: Row, chosen: EffectSet) -> str:
    """Why the plan does not pool an effect."""
    if effect["tier"] not in chosen.tiers:
        return f"{effect['tier']} effect size"
    return f"design: {effect['design'].replace('_', ' ')}"


def _subgroups(records: Records, key: str) -> list[Block]:
    pools = subgroup_pools(records.pools[key], records.plan.syntheses, records.tables["pooled"])
    if len(pools) < 2:
        return []
    by = records.plan.synthesis_of(key).subgroups or ""
    blocks: list[Block] = [
        pool_table(records, "subgroups", "Pooled by subgroup", list(pools["synthesis"]), by)
    ]
    for test in records.rows("subgroup_tests", "synthesis", key):
        if test["reason"]:
            said = f"No test for subgroup differences: {test['reason']}."
        else:
            said = (
                f"Test for differences between {whole(test['n_tested'])} subgroups: "
                f"{f_test(test['statistic'], test['df1'], test['df2'], test['p_value'])}."
            )
        blocks.append(Paragraph(text(said)))
    return blocks


def pool_table(
    records: Records, name: str, caption: str, keys: Sequence[str], by: str = ""
) -> Table:
    """Syntheses beside each other, each a link to its page.

    Parameters
    ----------
    records : Records
        All tables.
    name, caption : str
        Of the table.
    keys : sequence of str
        The syntheses.
    by : str
        The column of `tables.POOLED` in which they differ; "" if they differ in several.
    """
    heading = by.capitalize() or "Synthesis"
    rows = []
    for key in keys:
        pool = records.pools[key]
        rows.append(
            {
                heading: records.synthesis_link(key, records.names[pool[by]] if by else ""),
                "Trials": whole(pool["n_trials"]),
                "Results": whole(pool["k"]),
                "Participants": participants(pool["n_participants"], pool["n_unknown"]),
                records.scale.heading: records.scale.of_pool(pool),
                records.scale.prediction: records.scale.at(pool).prediction_of(pool),
                "I²": percent(i2(pool)),
                "Robustness": records.robustness(key),
                "Remarks": remarks(pool),
            }
        )
    return table(
        name,
        caption,
        rows,
        columns=(heading,),
        choices=("Robustness",),
        download="data/pooled.csv",
    )
