"""The pages of the domains and of the interventions."""

from collections.abc import Sequence

from metarepro.report import summary_of_findings
from metarepro.report.answers import in_short
from metarepro.report.blocks import (
    Block,
    Facts,
    Page,
    Paragraph,
    Section,
    Text,
    joined,
    table,
    text,
)
from metarepro.report.claims import verdict_words
from metarepro.report.figures import domain_summary, forest, funnel
from metarepro.report.findings import composition
from metarepro.report.kinds import economics, evaluations, guidance
from metarepro.report.matrix import empty_reason, share_of_review
from metarepro.report.records import Records
from metarepro.report.sensitivity import summary
from metarepro.report.syntheses import pool_table
from metarepro.tabular.trial_interventions import trials_of
from metarepro.wording.summaries import trials as trial_summary


def domain_page(records: Records, domain: str) -> Page:
    """Make the page of a domain: each kind of evidence, and what the pool depends on."""
    keys = records.over_all("domain", domain)
    sections = [Section("trials", "Trials", _pools(records, domain, keys))]
    answered = keys or records.cells(domain)
    intro: list[Block] = []
    if len(answered) == 1:
        intro.append(Paragraph(text(in_short(records, answered[0])), "lead"))
    intro += domain_summary(records, domain)
    if records.has("evaluations"):
        blocks = evaluations(records, domain)
        sections.append(Section("evaluations", "Local service evaluations", blocks))
    if records.has("guidance"):
        sections.append(Section("guidance", "Guidance", guidance(records, domain)))
    if records.has("economics"):
        sections.append(Section("economics", "Costs and savings", [economics()]))
    if len(sections) > 1:
        said = (
            "The kinds of evidence on this page answer different questions and are never pooled "
            "with each other."
        )
        intro.append(Paragraph(text(said)))
    sections += [_over_all(records, key, place) for place, key in enumerate(keys)]
    return Page(
        path=f"domains/{domain}.html",
        title=records.names[domain],
        intro=intro,
        sections=[*summary_of_findings.section(records, domain), *sections],
    )


def _pools(records: Records, domain: str, keys: Sequence[str]) -> list[Block]:
    """What the trials of a domain show: over all, by intervention and by outcome."""
    cells = records.cells(domain)
    tables = [
        pool_table(
            records,
            "outcomes",
            "Each outcome, over all interventions",
            records.outcomes(domain),
            "outcome",
        ),
        pool_table(
            records,
            "interventions",
            "Each intervention in this domain",
            cells,
            "intervention",
        ),
    ]
    return [
        *([] if keys or cells else [Paragraph(text("No result that can be pooled."))]),
        *(made for made in tables if made.rows),
        *(block for key in keys for block in [*_consists(records, key), *_said(records, key)]),
    ]


def _consists(records: Records, key: str) -> list[Block]:
    consists = composition(records, key)
    return [Paragraph(text(consists))] if consists else []


def _over_all(records: Records, key: str, place: int) -> Section:
    blocks: list[Block] = [
        *forest(records, key),
        *_sensitivity(records, key),
        *funnel(records, key),
    ]
    heading = "Sensitivity of the pool of the whole domain"
    if place == 0:
        return Section("depends", heading, blocks)
    return Section(f"depends-{place + 1}", f"{heading}: {records.title(key)}", blocks)


def _said(records: Records, key: str) -> list[Block]:
    link = records.synthesis_link(key, "All numbers and included results")
    return [Paragraph(text(f"{records.sentences(key)} ", link, "."))]


def _sensitivity(records: Records, key: str) -> list[Block]:
    found = summary(records, key)
    return [found] if found.items else []


def intervention_page(records: Records, intervention: str) -> Page:
    """Make the page of an intervention: each domain, its trials, and what is claimed of it."""
    row = records.interventions[intervention]
    facts: list[tuple[str, Text]] = [("Description", text(row["description"]))]
    if records.cited_reviews:
        facts.append(("Cited review", text(_cited(records, row["family"]))))
    if records.has("programmes"):
        facts.append(("Programmes named in the report", _programmes(records, intervention)))
    if records.has("claims"):
        facts.append(("Claims", _claims(records, intervention)))
    others = [
        key
        for key in sorted(records.shown)
        if records.pools[key]["intervention"] == intervention
        and key not in {k for d in records.domains for k in records.cell(intervention, d["domain"])}
    ]
    sections = [
        Section("about", "About", [Facts([fact for fact in facts if fact[1]])]),
        *(_in_domain(records, intervention, d["domain"]) for d in records.domains),
    ]
    if others:
        blocks = [pool_table(records, "others", "Syntheses with pages of their own", others)]
        sections.append(Section("others", "Other syntheses", blocks))
    sections += _trials(records, intervention)
    return Page(
        path=f"interventions/{intervention}.html",
        title=row["label"],
        sections=sections,
    )


def _cited(records: Records, family: str) -> str:
    review_id = records.cited_reviews.get(family, "")
    if not review_id:
        return "none"
    review = records.reviews[review_id]
    parts = [review["label"], review["title"], review["journal"]]
    return ". ".join(filter(None, parts))


def _programmes(records: Records, intervention: str) -> Text:
    rows = records.rows("programmes", "intervention", intervention)
    return joined([row["label"] for row in rows], "; ") or text("none")


def _claims(records: Records, intervention: str) -> Text:
    parts: list[Text] = []
    for claim in records.rows("claims", "intervention", intervention):
        parts.append(text(records.claim_link(claim), f" ({verdict_words(claim['verdict'])})"))
    with_commas = [("; ", *part) if place else part for place, part in enumerate(parts)]
    return tuple(word for part in with_commas for word in part) or text("none")


def _in_domain(records: Records, intervention: str, domain: str) -> Section:
    keys = records.cell(intervention, domain)
    family = records.interventions[intervention]["family"]
    heading = records.names[domain]
    if not keys:
        blocks: Sequence[Block] = [Paragraph(text(empty_reason(records, intervention, domain)))]
        return Section(domain, heading, blocks)
    return Section(
        domain, heading, [block for key in keys for block in _pool(records, family, key)]
    )


def _pool(records: Records, family: str, key: str) -> list[Block]:
    """What one pool of an intervention shows, and what it depends on."""
    held = share_of_review(records, family, records.pools[key]["trial_ids"].split(" "))
    return [
        *_said(records, key),
        *([Paragraph(text(f"Coverage: {held}."))] if held else []),
        *forest(records, key),
        *_sensitivity(records, key),
        *funnel(records, key),
    ]


def _trials(records: Records, intervention: str) -> list[Section]:
    trials = records.tables["trials"]
    own = trials_of(trials, intervention)
    if own.empty:
        return []
    frame = trial_summary(own, records.tables["effects"], records.tables["interventions"])
    rows = [
        {
            "Trial": records.trial_link(row["Id"], row["Trial"]),
            **{name: row[name] for name in ("Programme", "Country", "Design", "Randomised")},
            **{name: row[name] for name in ("Results read", "Effect sizes")},
        }
        for row in frame.to_dict("records")
    ]
    caption = "All trials of this intervention in the data"
    block = table("trials", caption, rows, choices=("Design",), download="data/trials.csv")
    return [Section("trials", "Trials", [block])]
