"""The pages that are one long table: results, trials, syntheses, audit."""

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from metarepro.report.blocks import (
    Block,
    Link,
    Page,
    Paragraph,
    Section,
    Table,
    Text,
    linked,
    source_link,
    table,
    text,
)
from metarepro.report.published import published_link
from metarepro.report.records import Records, Row
from metarepro.wording import summaries
from metarepro.wording.codes import WORDS
from metarepro.wording.phrases import capitalised, counted
from metarepro.wording.scales import compares


def results_page(records: Records) -> Page:
    """Every result with an effect size, and those without by reason."""
    effects = records.tables["effects"]
    usable = effects[effects["exclude"] == ""]
    excluded = effects[effects["exclude"] != ""]
    scale, compared = records.scale, usable[compares(usable)]
    favourable = int((compared["yi"] > 0).sum())
    lead = f"{counted(len(usable), 'effect size')} ({scale.label}, {records.direction})"
    lead += f"; {favourable} of them favour the intervention." if len(compared) else "."
    if len(excluded):
        lead += f" {counted(len(excluded), 'result')} could not be used."
    return Page(
        path="results.html",
        title="All results",
        intro=[Paragraph(text(lead), "lead"), *_usable(records, usable)],
        sections=[_excluded(records, excluded)] if len(excluded) else [],
    )


def _usable(records: Records, usable: pd.DataFrame) -> list[Block]:
    if usable.empty:
        return []
    rows = linked(
        summaries.results(usable, records.names, records.scale),
        {
            "Trial": [
                records.trial_link(e["trial_id"], e["label"]) for e in usable.to_dict("records")
            ],
            "Source": [source_link(source) for source in usable["source"]],
            "Measure": _measures(records, usable),
        },
    )
    listed = table(
        "results",
        "Results with an effect size",
        rows,
        choices=("Intervention", "Outcome", "Tier"),
        optional=(
            "Year",
            "Arm",
            "n",
            "Reported as",
            "Standard error from",
            "Tier",
            "Assumptions",
            "Place",
        ),
        download="data/effects.csv",
    )
    return [listed]


def _excluded(records: Records, excluded: pd.DataFrame) -> Section:
    details = [_details(records, effect) for effect in excluded.to_dict("records")]
    each = linked(
        summaries.excluded_results(excluded),
        {"Measure": _measures(records, excluded), "Details": details},
    )
    blocks = [
        table("codes", "Reasons for exclusion", linked(summaries.exclusions(excluded))),
        table("excluded", "Excluded results", each, choices=("Reason",)),
    ]
    return Section("excluded-results", "Results without an effect size", blocks)


def _measures(records: Records, effects: pd.DataFrame) -> list[Link]:
    """What was measured, as links to the reported numbers."""
    pairs = zip(effects["result_id"], effects["measure"], strict=True)
    return [records.result_link(result_id, measure) for result_id, measure in pairs]


def _details(records: Records, effect: Row) -> Text:
    """Which result is used instead of an excluded one, if there is one, and why."""
    kept, reason = effect["duplicate_of"], effect["exclude_reason"]
    used = ("used instead: ", records.result_link(kept)) if kept else ()
    return text(*used, "; " if kept and reason else "", reason)


def trials_page(records: Records) -> Page:
    """Every trial, also those from which no number could be read."""
    trials = pd.DataFrame(list(records.trials.values()))
    frame = summaries.trials(trials, records.tables["effects"], records.tables["interventions"])
    rows = linked(
        frame,
        {
            "Trial": [records.trial_link(trial_id) for trial_id in records.trials],
            "Intervention": [records.intervention_links(t) for t in records.trials.values()],
        },
    )
    read = sum(row["Results read"] != "0" for row in rows)
    used = sum(row["Effect sizes"] != "0" for row in rows)
    lead = (
        f"{counted(len(rows), 'trial')}: results of {read} could be read, and {used} have an "
        "effect size."
    )
    listed = table(
        "trials",
        "Trials",
        rows,
        columns=("Trial",),
        choices=("Intervention", "Design"),
        optional=("Title", "Id"),
        download="data/trials.csv",
    )
    return _page("trials.html", "Trials", lead, listed)


def syntheses_page(records: Records) -> Page:
    """The table of evidence, and every synthesis of every set."""
    pooled, scale = records.tables["pooled"], records.scale
    keys = list(pooled["synthesis"])
    rows = linked(
        summaries.syntheses(pooled, records.names, records.plan.sets, scale),
        {"Synthesis": [records.synthesis_link(key) for key in keys]},
    )
    lead = f"{counted(len(keys), 'combination')} with at least one trial."
    listed = table(
        "syntheses",
        "Syntheses of all sets of results",
        rows,
        choices=("Set", "By"),
        optional=("p", "τ²", "Model", "Key"),
        download="data/pooled.csv",
    )
    return Page(
        path="syntheses.html",
        title="All syntheses",
        intro=[Paragraph(text(lead), "lead")],
        sections=[
            Section("evidence", "By intervention and domain", [_evidence(records)]),
            Section("all", "All syntheses", [listed]),
        ],
    )


def _evidence(records: Records) -> Table:
    """The evidence matrix as a table, with how many results there are of each tier."""
    return table(
        "evidence",
        "Pooled effects, and how many results there are of each tier",
        linked(summaries.evidence(records.tables, records.plan, records.scale)),
        choices=("Intervention", "Domain"),
        optional=(*map(capitalised, WORDS["tier"].values()), "Excluded"),
    )


def _page(path: str, title: str, lead: str, listed: Block) -> Page:
    """A page with one table."""
    return Page(path, title, [Paragraph(text(lead), "lead"), listed])


def audit_page(records: Records) -> Page:
    """What does not add up inside the sources."""
    findings = records.tables["audit"]
    rows = linked(
        summaries.audit(findings),
        {"Record": [_record(records, record) for record in findings["record_id"]]},
    )
    lead = (
        f"{counted(len(rows), 'finding')}: numbers within one source that contradict each other. "
        "The data were not changed because of them."
    )
    listed = table(
        "audit",
        "Findings",
        rows,
        columns=("Table", "Record"),
        choices=("Table", "Check", "Severity"),
        optional=("Printed", "Implied"),  # the message says both
        download="data/audit.csv",
    )
    page = _page("audit.html", "Audit of the sources", lead, listed)
    return replace(page, sections=list(_review_files(records)))


def _review_files(records: Records) -> Iterator[Section]:
    """What does not add up in the study rows of reviews' own data files."""
    findings = records.tables["review_audit"]
    if findings.empty:
        return
    reviews = [records.review_label(review_id) for review_id in findings["review_id"]]
    shown = summaries.audit(findings.drop(columns=["review_id", "source_table"]))
    lead = (
        "Contradictions between the study rows of reviews that come with their own data file. A "
        "study that has different numbers for the same outcome in two analyses is shown with both "
        "versions. Only the outcomes that the study maps from a review enter the syntheses."
    )
    listed = table(
        "review-audit",
        "Findings in the data files of reviews",
        linked(shown.assign(Review=reviews)),
        choices=("Check", "Severity", "Review"),
        optional=("Printed", "Implied"),
        download="data/review_audit.csv",
    )
    yield Section("review-files", "Data files of reviews", [Paragraph(text(lead)), listed])


def _record(records: Records, record_id: str) -> str | Link:
    if record_id not in records.effects:
        return published_link(records, record_id)
    effect = records.effects[record_id]
    return records.result_link(record_id, f"{effect['label']}: {summaries.measured(effect)}")
