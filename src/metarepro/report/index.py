"""The first page: the evidence matrix, key findings, verdicts, three kinds of evidence."""

from metarepro.report.blocks import (
    Block,
    Bullets,
    Link,
    Page,
    Paragraph,
    Section,
    Text,
    table,
    text,
)
from metarepro.report.claims import tallies
from metarepro.report.findings import findings
from metarepro.report.kinds import APART, directions
from metarepro.report.matrix import matrix
from metarepro.report.plain_language import SELECTED
from metarepro.report.records import Records
from metarepro.reviews.problems import missing_reviews
from metarepro.wording.phrases import counted, interval

INTRODUCTION = (
    "In 2023 the Parent-Infant Foundation summarised the evidence for specialised parent-infant "
    "relationship teams. This report checks it: results that trials report are put on one scale, "
    "pooled by intervention and domain, and compared with what the cited reviews published. Every "
    "number can be followed back to the cell that it came from."
)
READING = (
    "Each cell: pooled Hedges' g with its 95% confidence interval, positive in favour of the "
    "intervention. The drawings run from −1 to 1.5 with a line at zero: square and thick line for "
    "these, a dotted line for the 95% prediction interval, an arrow where one goes on. Coverage "
    "counts trials against the whole cited review, since the reviews do not say how many of their "
    "studies belong to a cell."
)


def page(records: Records) -> Page:
    """Make the first page."""
    return Page(
        path="index.html",
        title="Do the numbers bear it out?",
        trail=(),
        nav="index",
        intro=[Paragraph(text(INTRODUCTION), "lead"), *_missing(records)],
        sections=[
            Section("matrix", "The evidence", [Paragraph(text(READING)), matrix(records), _mark()]),
            Section("findings", "What it comes to", [Bullets(findings(records))]),
            Section("claims", "The report's claims", _claims(records)),
            Section("kinds", "Three kinds of evidence", _kinds(records)),
            Section("more", "Go on", [Bullets(_more())]),
        ],
    )


def _missing(records: Records) -> list[Paragraph]:
    """What the numbers are without, since its file could not be used."""
    reviews = missing_reviews(records.tables["review_file_problems"])
    if not reviews:
        return []
    said = "; ".join(reviews)
    return [Paragraph(text(f"Missing: the data file of these reviews could not be used. {said}"))]


def _mark() -> Paragraph:
    return Paragraph(
        text(
            f"A marks pools of which most results were read in abstracts: {SELECTED}. An empty "
            "cell says that nothing could be pooled, not that nothing works."
        ),
        "note",
    )


def _claims(records: Records) -> list[Block]:
    return [
        Bullets(tallies(records)),
        Paragraph(text(Link("Every claim with its verdict", "claims.html"), ".")),
    ]


def _kinds(records: Records) -> list[Block]:
    rows = []
    for domain in records.domains:
        key = records.primary("domain", domain["domain"])
        rows.append(
            {
                "Domain": records.domain_link(domain["domain"]),
                "Reviews and trials": _trials(records, key),
                "Local service evaluations": _evaluations(records, domain["domain"]),
                "NICE guidance": _guidance(records, domain["domain"]),
            }
        )
    caption = "Each kind answers another question; they are never pooled with each other"
    return [
        table("kinds-table", caption, rows),
        Paragraph(
            text(
                APART,
                " ",
                Link("All of them, and the economic figures", "other_evidence.html"),
                ".",
            ),
            "note",
        ),
    ]


def _trials(records: Records, key: str) -> str | Link:
    if not key:
        return "no result that can be pooled"
    pool = records.pools[key]
    numbers = interval(pool["estimate"], pool["ci_low"], pool["ci_high"])
    return records.synthesis_link(key, f"g {numbers}, {counted(pool['n_trials'], 'trial')}")


def _evaluations(records: Records, domain: str) -> str:
    return f"{directions(records.rows('evaluations', 'domain', domain))}; no control groups"


def _guidance(records: Records, domain: str) -> str:
    codes = [row["code"] for row in records.rows("guidance", "domain", domain)]
    return ", ".join(codes) or "none named"


def _more() -> list[Text]:
    return [
        text(Link("All results", "results.html"), ": every effect size with its route and source"),
        text(Link("All syntheses", "syntheses.html"), ": every combination that was pooled"),
        text(Link("Trials", "trials.html"), ": every trial that is known"),
        text(Link("Methods", "methods.html"), ": how it was done, and the glossary"),
        text(Link("Downloads", "downloads.html"), ": every table as CSV"),
    ]
