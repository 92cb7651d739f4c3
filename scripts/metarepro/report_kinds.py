"""Evidence that is no trial: local service evaluations, NICE guidance, economics."""

from collections.abc import Sequence

from metarepro.report_blocks import (
    Block,
    Link,
    Page,
    Paragraph,
    Section,
    Table,
    Text,
    table,
    text,
)
from metarepro.report_records import Records, Row, trail
from metarepro.wording import DASH, counted, decimal, interval, p_value, percent, whole

APART = (
    "Local evaluations mostly compare families before and after, without a control group: families "
    "also change without help. They are shown as reported and never pooled with trials."
)
#: Designs of evaluations in words.
DESIGNS = {
    "pre_post": "before and after",
    "post_only": "afterwards only",
    "post_only_vs_national": "afterwards, beside a national figure",
}


def evaluations(records: Records, domain: str) -> list[Block]:
    """Local evaluations of one domain."""
    rows = records.rows("evaluations", "domain", domain)
    if not rows:
        return [Paragraph(text("The Foundation's report names none for this domain."))]
    improved = sum(row["reported_direction"] == "improved" for row in rows)
    controls = sum(row["design"] == "post_only_vs_national" for row in rows)
    said = (
        f"{counted(len(rows), 'result')} of local evaluations, {improved} reported as improved; "
        f"none with a control group of its own"
        + (f", {controls} set beside a national figure." if controls else ".")
    )
    return [
        Paragraph(text(said)),
        Paragraph(text(APART), "note"),
        evaluation_table([_evaluation(row) for row in rows]),
    ]


def _evaluation(row: Row) -> dict[str, str | Link | Text]:
    return {
        "Service": row["service"],
        "Outcome": row["outcome"] + (f" ({row['measure']})" if row["measure"] else ""),
        "Design": DESIGNS[row["design"]],
        "Year": f"{row['year']:.0f}" if row["year"] == row["year"] else DASH,
        "n": whole(row["n"]),
        "Reported": _reported(row),
        "Share [95% CI]": _share(row),
        "Against the reference": _against_reference(row),
        "Published": row["published"],
        "Footnote": row["footnote"] or DASH,
        "Remark": row["remark"],
    }


def evaluation_table(rows: Sequence[dict[str, str | Link | Text]]) -> Table:
    """Local evaluations with their proportions, intervals and exact tests."""
    return table(
        "evaluations",
        "Local evaluations as the Foundation's report gives them (Wilson intervals are ours)",
        rows,
        columns=("Service",),
        choices=("Domain", "Design", "Published"),
        optional=("Year", "Footnote"),
        download="data/evaluations.csv",
    )


def _reported(row: Row) -> str:
    value = f" {row['value']}" if row["value"] else ""
    beside = f" against {row['comparator']}" if row["comparator"] else ""
    return f"{row['statistic'].replace('_', ' ')}{value}{beside}: {row['reported_direction']}"


def _share(row: Row) -> str:
    if row["ci_low"] != row["ci_low"]:
        return DASH
    share = row["successes"] / row["n"]
    return interval(share, row["ci_low"], row["ci_high"])


def _against_reference(row: Row) -> str:
    if row["reference"] != row["reference"]:
        return DASH
    exact = f", exact {p_value(row['p_exact'])}" if row["p_exact"] == row["p_exact"] else ""
    return f"{percent(100 * row['reference'])}{exact}"


def guidance(records: Records, domain: str) -> list[Block]:
    """NICE guidance that the report names for one domain."""
    rows = records.rows("guidance", "domain", domain)
    if not rows:
        return [Paragraph(text("The Foundation's report names no NICE guidance for this domain."))]
    return [
        Paragraph(
            text("Guidance says what should be done, not how well it works; it is not pooled.")
        ),
        guidance_table([_guidance(row) for row in rows]),
    ]


def _guidance(row: Row) -> dict[str, str | Link | Text]:
    return {
        "Code": row["code"],
        "Title": row["title"],
        "Recommends": row["recommends"],
        "Footnote": row["footnote"] or DASH,
    }


def guidance_table(rows: Sequence[dict[str, str | Link | Text]]) -> Table:
    """Guidance with what it recommends."""
    caption = "NICE guidance that the report names"
    return table(
        "guidance",
        caption,
        rows,
        columns=("Code",),
        choices=("Domain",),
        download="data/guidance.csv",
    )


def economics() -> Paragraph:
    """Where the economic figures are: they belong to no single domain."""
    return Paragraph(
        text(
            "The economic figures of the report belong to no single domain: ",
            Link("costs and savings", "other_evidence.html#economics"),
            ".",
        )
    )


def page(records: Records) -> Page:
    """Make the page of all evidence that is no trial."""
    evaluated = [
        _evaluation(row) | {"Domain": text(records.domain_link(row["domain"]))}
        for row in records.tables["evaluations"].to_dict("records")
    ]
    guided = [
        _guidance(row) | {"Domain": text(records.domain_link(row["domain"]))}
        for row in records.tables["guidance"].to_dict("records")
    ]
    return Page(
        path="other_evidence.html",
        title="Evidence that is no trial",
        trail=trail(),
        nav="other",
        intro=[Paragraph(text(APART), "lead")],
        sections=[
            Section("evaluations", "Local service evaluations", [evaluation_table(evaluated)]),
            Section("guidance", "NICE guidance", [guidance_table(guided)]),
            Section("economics", "Costs and savings", [_economic_table(records)]),
        ],
    )


def _economic_table(records: Records) -> Table:
    rows: list[dict[str, str | Link | Text]] = [
        {
            "Topic": row["topic"],
            "Place": row["place"] or DASH,
            "Year": f"{row['year']:.0f}" if row["year"] == row["year"] else DASH,
            "Quantity": row["quantity"],
            "Unit": row["unit"],
            "Value": _money(row["value"]),
            "Comparator": _money(row["comparator_value"]),
            "Ratio": decimal(row["ratio"], 1) if row["ratio"] == row["ratio"] else DASH,
            "Footnote": row["footnote"] or DASH,
            "Remark": row["remark"],
        }
        for row in records.tables["economics"].to_dict("records")
    ]
    caption = "Economic figures of the report; the ratio is worked out from its two values"
    return table(
        "economics-table", caption, rows, columns=("Topic",), download="data/economics.csv"
    )


def _money(value: float) -> str:
    if value != value:
        return DASH
    return whole(value) if value >= 1000 else decimal(value)
