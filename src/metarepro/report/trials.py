"""The page of a trial: from each reported number to its effect size and where that is used."""

import math

from metarepro.report import risk_of_bias
from metarepro.report.blocks import (
    Facts,
    Link,
    Page,
    Paragraph,
    Section,
    Table,
    TableRow,
    Text,
    doi_link,
    joined,
    pubmed_link,
    source_link,
    table,
    text,
)
from metarepro.report.records import Records, Row
from metarepro.wording.codes import in_words
from metarepro.wording.phrases import NOT_REPORTED, capitalised, counted, decimal, whole
from metarepro.wording.summaries import EXCLUSIONS, measured, time_of

#: What a number in the column `value` says about its direction.
SIGNS = {
    "scale": "treatment minus control on the instrument",
    "benefit": "positive (a ratio: above 1) when the intervention did better",
    "control_minus_treatment": "control minus treatment on the instrument",
    "unsigned": "direction not known",
}
#: Tables that say which trials stand in which review.
INCLUDED = ("included", "review_included")
#: On what ground a trial counts as one of a review.
BASES = {
    "listed": "seen in the review's own list",
    "plausible": "meets its criteria, not confirmed",
    "candidate": "uncertain; does not count",
    "no": "does not belong to it",
}


def page(records: Records, trial_id: str) -> Page:
    """Make the page of a trial."""
    trial = records.trials[trial_id]
    effects = records.rows("effects", "trial_id", trial_id)
    usable = sum(effect["exclude"] == "" for effect in effects)
    lead = f"{counted(len(effects), 'result')} read; {counted(usable, 'effect size')}."
    if not effects:
        lead = "No number of this trial could be read."
    sections = [Section("trial", "The trial", [Facts(_facts(records, trial))])]
    sections += risk_of_bias.of_trial(records, trial_id)
    if effects:
        each = [_result(records, effect) for effect in effects]
        sections.append(Section("results", "Results", [_overview(records, effects), *each]))
    return Page(
        path=f"trials/{trial_id}.html",
        title=trial["label"],
        above=[Link("Trials", "trials.html")],
        intro=[Paragraph(text(lead), "lead")],
        sections=sections,
    )


def _facts(records: Records, trial: Row) -> list[tuple[str, Text]]:
    clusters = records.rows("clusters", "trial_id", trial["trial_id"])
    facts: list[tuple[str, Text]] = [
        ("Title", text(trial["title"] or "not seen")),
        ("Published in", text(trial["journal"] or "not seen")),
        ("DOI", text(doi_link(trial["doi"]) or "not seen")),
        ("PubMed", text(pubmed_link(trial["pmid"]) or "not seen")),
        ("Year", text(_year(trial))),
        ("Intervention", records.intervention_links(trial)),
        ("Programme", text(trial["programme"] or NOT_REPORTED)),
        ("Country", text(trial["country"] or NOT_REPORTED)),
        ("Population", text(trial["population"] or NOT_REPORTED)),
        ("Design", text(in_words("design", trial["design"]))),
        ("Randomised", text(_count(trial["n_randomised"]))),
    ]
    if clusters:
        note = f" ({clusters[0]['note']})" if clusters[0]["note"] else ""
        facts.append(("Clusters", text(whole(clusters[0]["n_clusters"]) + note)))
    reviews = [
        f"{records.review_label(r['review_id'])}: {BASES[r['basis']]}"
        + (f" ({r['note']})" if r["note"] else "")
        for r in records.rows("all_included", "trial_id", trial["trial_id"])
    ]
    return [
        *facts,
        *([("Reviews", joined(reviews, "; ") or text("none"))] if records.has(*INCLUDED) else []),
        ("Read in", text(source_link(trial["source"]) or NOT_REPORTED)),
        ("Note", text(trial["note"] or "none")),
        ("Row", text(_row(trial))),
    ]


def _year(trial: Row) -> str:
    if math.isnan(trial["year"]):
        return NOT_REPORTED
    return f"{trial['year']:.0f}" + (
        "" if trial["year_verified"] == "yes" else " (not confirmed by a full record)"
    )


def _count(number: float) -> str:
    return NOT_REPORTED if math.isnan(number) else whole(number)


def _row(row: Row) -> str:
    corrected = f"; corrected: {row['corrections']}" if row["corrections"] else ""
    return f"{row['file']}, row {row['row']:.0f}{corrected}"


def _overview(records: Records, effects: list[Row]) -> Table:
    rows: list[TableRow] = [
        {
            "Measure": records.result_link(effect["result_id"]),
            "Outcome": records.names[effect["outcome"]],
            "Time": in_words("timepoint", effect["timepoint"]),
            records.scale.heading: records.effect(effect),
            "Tier, or why excluded": in_words("tier", effect["tier"])
            or EXCLUSIONS[effect["exclude"]],
        }
        for effect in effects
    ]
    return table("results", "All results", rows, download="data/effects.csv")


def _result(records: Records, effect: Row) -> Facts:
    reported, kept = records.reported[effect["result_id"]], effect["duplicate_of"]
    facts: list[tuple[str, Text]] = [
        ("Outcome", text(records.names[effect["outcome"]])),
        ("Comparison", text(effect["arm"] or _comparison(effect))),
        ("Time", text(time_of(effect))),
        ("Reported", text(reported_numbers(reported))),
        *([("Direction", text(_direction(reported)))] if _compares_arms(effect) else []),
        ("Adjusted", text(in_words("adjusted", reported["adjusted"]))),
        ("Participants", text(in_words("n_basis", reported["n_basis"]))),
        (_effect_heading(records, effect), text(_effect(records, effect))),
        ("Route", text(_route(effect))),
        *([("Used instead", text(records.result_link(kept)))] if kept else []),
        ("Assumptions", text(effect["assumptions"] or "none")),
        ("Source", _source(effect)),
        ("Row", text(_row(reported))),
        *([("Note", text(reported["note"]))] if reported["note"] else []),
        ("Pooled in", _used_in(records, effect["result_id"])),
        *_other_sources(records, effect["result_id"]),
    ]
    heading = f"{measured(effect)}: {in_words('source_kind', effect['source_kind'])}"
    return Facts(facts, effect["result_id"], heading)


def _compares_arms(effect: Row) -> bool:
    return bool(effect["statistic"] != "proportion")


def _comparison(effect: Row) -> str:
    return "the trial's two arms" if _compares_arms(effect) else "none: one group"


def _source(effect: Row) -> Text:
    kind = in_words("source_kind", effect["source_kind"])
    return text(source_link(effect["source"]), f" ({kind}): {effect['locator']}")


def reported_numbers(result: Row) -> str:
    """The numbers of a result as the source prints them, in words."""
    arms = [
        f"{label}: {numbers}"
        for label, side in (("intervention", "t"), ("control", "c"))
        if (numbers := _arm(result, side))
    ]
    relation = result["p_relation"]
    parts = [
        *arms,
        _named("participants in total", result["n_total"]),
        _named("value", result["value"]),
        _limits(result),
        _named("SE", result["se"]),
        f"p {relation} {result['p_value']:g}" if relation else "",
        _named("df1", result["df1"]),
        _named("df2", result["df2"]),
        _named("SD to standardise by", result["reference_sd"]),
    ]
    numbers = "; ".join(filter(None, parts)) or "no number"
    return f"{capitalised(in_words('statistic', result['statistic']))}: {numbers}"


def _arm(result: Row, side: str) -> str:
    words = {"n": "n", "mean": "mean", "sd": "SD", "events": "events"}
    return ", ".join(
        filter(None, (_named(word, result[f"{column}_{side}"]) for column, word in words.items()))
    )


def _named(word: str, value: float) -> str:
    return "" if math.isnan(value) else f"{word} {value:.10g}".replace("-", "\u2212")


def _limits(result: Row) -> str:
    low, high = result["ci_low"], result["ci_high"]
    if math.isnan(low) and math.isnan(high):
        return ""
    printed = [NOT_REPORTED if math.isnan(x) else f"{x:.10g}" for x in (low, high)]
    return f"CI {' to '.join(printed)}".replace("-", "\u2212")


def _direction(result: Row) -> str:
    better = {"yes": "a higher score is better", "no": "a lower score is better"}
    if math.isfinite(result["events_t"]):
        better = {"yes": "more events are better", "no": "fewer events are better"}
    scale = better.get(result["higher_is_better"], "not shown whether higher is better")
    if math.isnan(result["value"]):
        stated = "; the source says that the intervention did better"
        return scale + (stated if result["sign"] == "benefit" else "")
    return f"{scale}; the value is {SIGNS[result['sign']]}"


def _effect(records: Records, effect: Row) -> str:
    if effect["exclude"]:
        return "none: excluded"
    scale = records.scale.at(effect)
    numbers = scale.of({**effect, "estimate": effect["yi"]})
    return f"{numbers}, standard error{scale.pooled_on} {decimal(effect['sei'], 3)}"


def _effect_heading(records: Records, effect: Row) -> str:
    scale = records.scale.at(effect)
    return f"{scale.label} [{scale.ci}]"


def _route(effect: Row) -> str:
    if effect["exclude"]:
        reason = effect["exclude_reason"]
        said = f"excluded: {EXCLUSIONS[effect['exclude']]}"
        return f"{said} ({reason})" if reason else said
    return (
        f"{in_words('statistic', effect['route'])}, standard error from "
        f"{in_words('se_source', effect['se_source'])}; tier: {in_words('tier', effect['tier'])}"
    )


def _used_in(records: Records, result_id: str) -> Text:
    """Syntheses that hold a result, with its weight; those of a set without pages are counted."""
    parts: list[str | Link] = []
    others = 0
    for weight in records.rows("weights", "result_id", result_id):
        key = weight["synthesis"]
        if key not in records.shown:
            others += 1
            continue
        parts += [
            "; " if parts else "",
            records.synthesis_link(key),
            f" (by {_kind(key)}, weight {decimal(weight['weight'], 1)}%)",
        ]
    if others:
        parts.append(f"{'; ' if parts else ''}{counted(others, 'pool')} without a page")
    return text(*parts) or text("no pool")


def _kind(key: str) -> str:
    """What a synthesis is one of: "intervention and domain"."""
    return key.split(".")[1].replace("_", " and ")


def _other_sources(records: Records, result_id: str) -> list[tuple[str, Text]]:
    """The same result of the trial read again, in another source or twice in one."""
    found = []
    for mine, other in (("a", "b"), ("b", "a")):
        for pair in records.rows("shared_effects", f"result_id_{mine}", result_id):
            said = (
                f" ({in_words('source_kind', pair[f'source_kind_{other}'])}): "
                f"{in_words('agreement', pair['agreement'])}"
            )
            link = records.result_link(pair[f"result_id_{other}"])
            same = pair["same_source"] == "yes"
            where = "Also in this source" if same else "Also in another source"
            found.append((where, text(link, said)))
    return found
