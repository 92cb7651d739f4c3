"""The pages that are one long table: results, trials, syntheses, audit, reproduction."""

from collections.abc import Sequence

import pandas as pd

from metarepro.report.blocks import (
    Block,
    Link,
    Page,
    Paragraph,
    Section,
    Text,
    joined,
    linked,
    source_link,
    table,
    text,
)
from metarepro.report.figures import review_forest
from metarepro.report.records import Records, Row, trail
from metarepro.report.syntheses import pool_table
from metarepro.wording import summaries
from metarepro.wording.phrases import DASH, counted, interval


def _page(path: str, title: str, nav: str, lead: Text, blocks: Sequence[Block]) -> Page:
    intro = [Paragraph(lead, "lead"), *blocks]
    return Page(path=path, title=title, trail=trail(), intro=intro, sections=(), nav=nav)


def _codebook(records: Records) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    tables = records.tables
    return tables["interventions"], tables["domains"], tables["outcomes"]


def results_page(records: Records) -> Page:
    """Every result with an effect size, and those without by code."""
    effects = records.tables["effects"]
    usable = effects[effects["exclude"] == ""]
    frame = summaries.results(effects, *_codebook(records))
    rows = linked(
        frame,
        {
            "Trial": [
                records.trial_link(e["trial_id"], e["label"]) for e in usable.to_dict("records")
            ],
            "Source": [source_link(source) for source in usable["source"]],
            "Id": [records.result_link(result_id) for result_id in usable["result_id"]],
        },
    )
    favourable = int((usable["yi"] > 0).sum())
    lead = (
        f"{counted(len(usable), 'result')} became Hedges' g, positive in favour of the "
        f"intervention; {favourable} of them are positive. {len(effects) - len(usable)} could not."
    )
    listed = table(
        "results",
        "Results with an effect size",
        rows,
        columns=("Trial",),
        choices=("Intervention", "Outcome", "Tier"),
        optional=("Year", "Arm", "n", "Reported as", "SE from", "Tier", "Assumptions", "Place"),
        download="data/effects.csv",
    )
    page = _page("results.html", "All results", "results", text(lead), [listed])
    excluded = effects[effects["exclude"] != ""]
    without = linked(
        summaries.excluded_results(effects),
        {"Id": [records.result_link(result_id) for result_id in excluded["result_id"]]},
    )
    blocks = [
        table(
            "codes",
            "Why results could not be used",
            linked(summaries.exclusions(effects)),
        ),
        table("excluded", "Each of them", without, columns=("Id",), choices=("Code",)),
    ]
    return _with_section(
        page, Section("excluded-results", "Results without an effect size", blocks)
    )


def _with_section(page: Page, *sections: Section) -> Page:
    return Page(
        path=page.path,
        title=page.title,
        trail=page.trail,
        intro=page.intro,
        sections=sections,
        nav=page.nav,
    )


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
        f"{counted(len(rows), 'trial')} are known; results of {read} could be read, and {used} "
        "have an effect size."
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
    return _page("trials.html", "Trials", "trials", text(lead), [listed])


def syntheses_page(records: Records) -> Page:
    """Every synthesis that has a page."""
    keys = [key for key in records.pools if key in records.shown]
    lead = f"{counted(len(keys), 'combination')} with at least one trial, each with its own page."
    listed = pool_table(records, "syntheses", "Syntheses", keys)
    return _page("syntheses.html", "All syntheses", "results", text(lead), [listed])


def audit_page(records: Records) -> Page:
    """What does not add up inside the sources."""
    findings = records.tables["audit"]
    rows = linked(
        summaries.audit(findings),
        {"Record": [_record(records, record) for record in findings["record_id"]]},
    )
    lead = (
        f"{counted(len(rows), 'finding')}: numbers of one source that disagree with each other. "
        "The data are not changed for them."
    )
    listed = table(
        "audit",
        "Findings",
        rows,
        columns=("Table", "Record"),
        choices=("Table", "Check", "Severity"),
        download="data/audit.csv",
    )
    return _page("audit.html", "Audit of the sources", "audit", text(lead), [listed])


def _record(records: Records, record_id: str) -> str | Link:
    return records.result_link(record_id) if record_id in records.effects else record_id


def reproduction_page(records: Records) -> Page:
    """Every published result beside ours."""
    results = records.tables["reproduction"].sort_values("role", kind="stable")
    ordered = results.to_dict("records")
    rows = linked(
        summaries.reproduction(results),
        {"Ours: g [95% CI]": [_ours(records, row) for row in ordered]},
    )
    for row, published in zip(rows, ordered, strict=True):
        trials = published["trial_ids"].split(" ") if published["trial_ids"] else []
        row["Our trials"] = joined([records.trial_link(t) for t in trials], ", ") or text(DASH)
    verdicts = results["verdict"].value_counts().sort_index()
    counts = ", ".join(f"{count} {str(name).replace('_', ' ')}" for name, count in verdicts.items())
    n_reviews = results["review_id"].nunique()
    lead = f"{counted(len(rows), 'published result')} of {n_reviews} reviews: {counts}."
    listed = table(
        "reproduction",
        "Published results and ours, cited reviews first; our number leads to the forest plot",
        rows,
        columns=("Review",),
        choices=("Review", "Verdict", "Status", "Role"),
        optional=(
            "Published as g",
            "Difference",
            "Relative",
            "Status",
            "Role",
            "Doubts about the published numbers",
            "Our trials",
        ),
        download="data/reproduction.csv",
    )
    return _page(
        "reproduction.html", "Published results and ours", "reproduction", text(lead), [listed]
    )


def _ours(records: Records, row: Row) -> str | Link:
    numbers = interval(row["estimate"], row["ci_low"], row["ci_high"])
    address = review_forest(records, row)
    return Link(numbers, address) if address and numbers != DASH else numbers
