"""The first page: the evidence matrix, main findings, verdicts, and the other evidence."""

from collections.abc import Iterator

from metarepro.report.answers import answers
from metarepro.report.blocks import (
    Block,
    Bullets,
    Link,
    Matrix,
    Page,
    Paragraph,
    Section,
    Text,
    table,
    text,
)
from metarepro.report.claims import tallies
from metarepro.report.findings import findings
from metarepro.report.kinds import apart, directions
from metarepro.report.matrix import axis, matrix
from metarepro.report.records import Records
from metarepro.report.whole_reviews import whole_reviews
from metarepro.reviews.problems import missing_reviews
from metarepro.wording.phrases import counted, decimal

NO_TRIAL = (
    "No trial has been entered yet. Once trials with results are in the data, this page shows "
    "their pooled effects."
)


def page(records: Records) -> Page:
    """Make the first page."""
    return Page(
        path="index.html",
        title=records.plan.study.title,
        intro=[Paragraph(text(records.plan.study.introduction), "lead"), *_missing(records)],
        sections=list(_sections(records)),
    )


def _sections(records: Records) -> Iterator[Section]:
    if not records.trials:
        yield Section("matrix", "The evidence", [Paragraph(text(NO_TRIAL))])
    else:
        yield from answers(records)
        yield Section("matrix", "The evidence, cell by cell", _matrix(records))
        if said := findings(records):
            yield Section("findings", "The results as a whole", [Bullets(said)])
        yield from whole_reviews(records)
    if records.has("claims"):
        yield Section("claims", "The claims", _claims(records))
    if records.has("evaluations", "guidance"):
        yield Section("kinds", "Other kinds of evidence", _kinds(records))
    yield Section("more", "More pages", [Bullets(list(_more(records)))])


def _missing(records: Records) -> list[Paragraph]:
    """What the numbers are without, since its file could not be used."""
    reviews = missing_reviews(records.tables["review_file_problems"])
    if not reviews:
        return []
    said = "; ".join(reviews)
    return [Paragraph(text(f"Missing: the data file of these reviews could not be used. {said}"))]


def _matrix(records: Records) -> list[Block]:
    made = matrix(records)
    if not any(cell.link for row in made.rows for cell in row.cells):
        return [Paragraph(text("No result can be pooled yet.")), made]
    return [Paragraph(text(_reading(records, made))), made, *_notes(made)]


def _reading(records: Records, made: Matrix) -> str:
    """How a cell is read."""
    scale = records.scale
    cells = [cell for row in made.rows for cell in row.cells]
    dotted = any(cell.drawing and cell.drawing.prediction for cell in cells)
    cut = any(cell.drawing and (cell.drawing.cut_low or cell.drawing.cut_high) for cell in cells)
    ticks = axis(records).ticks
    ends = (decimal(tick, 1).removesuffix(".0") for tick in (ticks[0], ticks[-1]))
    drawings = (
        f"The drawings run from {' to '.join(ends)} with a line at "
        f"{records.main_scale.no_effect}: a square for the estimate, a thick line for the "
        "confidence interval"
        + (f", a dotted line for the {scale.prediction}" if dotted else "")
        + (", an arrow where one extends further" if cut else "")
        + "."
    )
    said = [
        f"Each cell shows the pooled {scale.label}, or that of a single trial, with its "
        f"{scale.ci}, {records.direction}.",
        drawings if any(cell.drawing for cell in cells) else "",
        "Coverage compares the confirmed and plausible trials of a cell with the whole cited "
        "review."
        if records.cited_reviews
        else "",
    ]
    return " ".join(filter(None, said))


def _notes(made: Matrix) -> list[Paragraph]:
    """What the mark of a cell and an empty cell mean, where there are such."""
    cells = [cell for row in made.rows for cell in row.cells]
    said = [
        "A marks pools for which most results were read in abstracts. Abstracts report what was "
        "significant, so these numbers are likely to be too favourable."
        if any(cell.mark for cell in cells)
        else "",
        "An empty cell means that nothing could be pooled, not that nothing works."
        if any(cell.empty for cell in cells)
        else "",
    ]
    return [Paragraph(text(" ".join(filter(None, said))), "note")] if any(said) else []


def _claims(records: Records) -> list[Block]:
    return [
        Bullets(tallies(records)),
        Paragraph(text(Link("All claims with their verdicts", "claims.html"), ".")),
    ]


def _kinds(records: Records) -> list[Block]:
    """The kinds of evidence side by side, with those columns for which there is any."""
    has_evaluations, has_guidance = records.has("evaluations"), records.has("guidance")
    rows = []
    for domain in records.domains:
        name = domain["domain"]
        row = {"Domain": records.domain_link(name), "Trials": _trials(records, name)}
        if has_evaluations:
            row["Local service evaluations"] = _evaluations(records, name)
        if has_guidance:
            row["Guidance"] = _guidance(records, name)
        rows.append(row)
    caption = "Each kind answers a different question; they are never pooled with each other"
    note = [f"{apart(records)} "] if has_evaluations else []
    link = Link("All other evidence", "other_evidence.html")
    return [table("kinds-table", caption, rows), Paragraph(text(*note, link, "."), "note")]


def _trials(records: Records, domain: str) -> str | Link:
    keys = records.over_all("domain", domain)
    if not keys:
        return "pooled by intervention" if records.cells(domain) else "no result that can be pooled"
    pool, scale = records.pools[keys[0]], records.scale_of(keys[0])
    numbers = f"{scale.symbol} {scale.of_pool(pool)}, {counted(pool['n_trials'], 'trial')}"
    return records.synthesis_link(keys[0], numbers)


def _evaluations(records: Records, domain: str) -> str:
    rows = records.rows("evaluations", "domain", domain)
    return f"{directions(rows)}; no control groups" if rows else "none named"


def _guidance(records: Records, domain: str) -> str:
    codes = [row["code"] for row in records.rows("guidance", "domain", domain)]
    return ", ".join(codes) or "none named"


def _more(records: Records) -> Iterator[Text]:
    if records.has("effects"):
        yield text(
            Link("All results", "results.html"), ": every effect size with its route and source"
        )
    if records.pools:
        yield text(Link("All syntheses", "syntheses.html"), ": every combination that was pooled")
    if records.has("multiverse"):
        yield text(Link("Sensitivity", "sensitivity.html"), ": how far the pools depend on choices")
    if records.trials:
        yield text(Link("Trials", "trials.html"), ": every trial in the data")
    yield text(Link("Methods", "methods.html"), ": what was done")
    yield text(Link("Glossary", "glossary.html"), ": what the terms mean")
    yield text(Link("Downloads", "downloads.html"), ": every table as CSV")
