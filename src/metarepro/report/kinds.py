"""Evidence other than trials: local service evaluations, guidance, economics."""

import re
from collections.abc import Sequence

from metarepro.report.blocks import (
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
from metarepro.report.records import Records, Row
from metarepro.wording.phrases import (
    DASH,
    capitalised,
    counted,
    decimal,
    interval,
    p_value,
    percent,
    whole,
)

#: Designs of evaluations in words.
DESIGNS = {
    "pre_post": "before and after",
    "post_only": "afterwards only",
    "post_only_vs_national": "afterwards, beside a national figure",
}
#: What each statistic of an evaluation says in words.
STATISTICS = {
    "significant_change": "a significant change{beside}, no figure given",
    "significant_change_sustained_12_months": (
        "a significant change{beside} that lasted 12 months, no figure given"
    ),
    "improvement": "an improvement{beside}, no figure given",
    "proportion": "{share}{beside}",
    "proportion_improved": "{share} improved{beside}",
    "relative_reduction_more_than": "a reduction by more than {share}{beside}",
    "one_in_before_after": "1 in {before} before, 1 in {after} after",
    "statement": "a statement without figures",
}
#: A share at the start of a cell.
_SHARE = re.compile(r"^(0?\.\d+|1(\.0+)?)(?![\d.])")


def directions(rows: Sequence[Row]) -> str:
    """How many results there are, and how many of those that could change are called improved.

    What was only measured afterwards cannot have improved, whatever the report calls it.
    """
    changes = [row for row in rows if row["design"] == "pre_post"]
    improved = sum(row["reported_direction"] == "improved" for row in changes)
    after = len(rows) - len(changes)
    parts = [
        f"{len(changes)} before and after ({improved} reported as improved)" if changes else "",
        f"{after} afterwards only" if after else "",
    ]
    return ": ".join(filter(None, [counted(len(rows), "result"), ", ".join(filter(None, parts))]))


def apart(records: Records) -> str:
    """Why local evaluations are not pooled with trials."""
    people = records.plan.study.participants
    designs = records.tables["evaluations"]["design"]
    if (designs == "pre_post").mean() <= 0.5:
        return (
            "Local evaluations have no control group. They are shown as reported and never pooled "
            "with trials."
        )
    return (
        f"Most local evaluations compare {people} before and after, without a control group, and "
        f"{people} also change without help. They are shown as reported and never pooled with "
        "trials."
    )


def evaluations(records: Records, domain: str) -> list[Block]:
    """Local evaluations of one domain."""
    rows = records.rows("evaluations", "domain", domain)
    if not rows:
        return [
            Paragraph(text(f"{capitalised(records.plan.study.report)} names none for this domain."))
        ]
    national = sum(row["design"] == "post_only_vs_national" for row in rows)
    said = f"{directions(rows)}; none with its own control group" + (
        f", {national} compared with a national figure." if national else "."
    )
    return [
        Paragraph(text(said)),
        Paragraph(text(apart(records)), "note"),
        evaluation_table(records, [_evaluation(records, row) for row in rows]),
    ]


def _evaluation(records: Records, row: Row) -> dict[str, str | Link | Text]:
    return {
        "Service": row["service"],
        "Outcome": row["outcome"] + (f" ({row['measure']})" if row["measure"] else ""),
        "Design": DESIGNS[row["design"]],
        "Year": f"{row['year']:.0f}" if row["year"] == row["year"] else DASH,
        "n": whole(row["n"]),
        "Reported": reported(row),
        f"Share [{records.scale.ci}]": _share(row),
        "Compared with the reference": _against_reference(row),
        "Published": row["published"],
        "Footnote": row["footnote"] or DASH,
        "Remark": row["remark"],
    }


def evaluation_table(records: Records, rows: Sequence[dict[str, str | Link | Text]]) -> Table:
    """Local evaluations with their proportions, intervals and exact tests."""
    return table(
        "evaluations",
        f"Local evaluations as in {records.plan.study.report} (Wilson intervals computed here)",
        rows,
        columns=("Service",),
        choices=("Domain", "Design", "Published"),
        optional=("Year", "Published", "Footnote"),
        download="data/evaluations.csv",
    )


def reported(row: Row) -> str:
    """What an evaluation found, as a sentence that a reader needs no key for."""
    before, _, after = row["value"].partition(";")
    said = STATISTICS[row["statistic"]].format(
        beside=f" against {_SHARE.sub(_percent, row['comparator'])}" if row["comparator"] else "",
        share=_SHARE.sub(_percent, row["value"]),
        before=before,
        after=after,
    )
    if row["design"] != "pre_post":
        return said
    return f"{said} (reported as {row['reported_direction'].replace('_', ' ')})"


def _percent(share: re.Match[str]) -> str:
    return f"{round(100 * float(share[0]), 6):g}%"


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
    """Guidance that is named for one domain."""
    rows = records.rows("guidance", "domain", domain)
    if not rows:
        named = f"{capitalised(records.plan.study.report)} names no guidance for this domain."
        return [Paragraph(text(named))]
    return [
        Paragraph(
            text("Guidance says what should be done, not how well it works; it is not pooled.")
        ),
        guidance_table(records, [_guidance(row) for row in rows]),
    ]


def _guidance(row: Row) -> dict[str, str | Link | Text]:
    return {
        "Code": row["code"],
        "Title": row["title"],
        "Recommends": row["recommends"],
        "Footnote": row["footnote"] or DASH,
    }


def guidance_table(records: Records, rows: Sequence[dict[str, str | Link | Text]]) -> Table:
    """Guidance with what it recommends."""
    caption = f"Guidance named in {records.plan.study.report}"
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
            "Economic figures belong to no single domain: see ",
            Link("costs and savings", "other_evidence.html#economics"),
            ".",
        )
    )


def page(records: Records) -> Page:
    """Make the page of all evidence other than trials."""
    tables = records.tables
    sections, intro = [], []
    if records.has("evaluations"):
        intro = [Paragraph(text(apart(records)), "lead")]
        rows = [
            _with_domain(records, row, _evaluation(records, row))
            for row in tables["evaluations"].to_dict("records")
        ]
        block = evaluation_table(records, rows)
        sections.append(Section("evaluations", "Local service evaluations", [block]))
    if records.has("guidance"):
        rows = [
            _with_domain(records, row, _guidance(row))
            for row in tables["guidance"].to_dict("records")
        ]
        sections.append(Section("guidance", "Guidance", [guidance_table(records, rows)]))
    if records.has("economics"):
        sections.append(Section("economics", "Costs and savings", [_economic_table(records)]))
    return Page(
        path="other_evidence.html",
        title="Other evidence",
        intro=intro,
        sections=sections,
    )


def _with_domain(
    records: Records, row: Row, cells: dict[str, str | Link | Text]
) -> dict[str, str | Link | Text]:
    """Cells of a row with the domain after the first."""
    first, *others = cells.items()
    domain = text(records.domain_link(row["domain"]))
    return dict([first, ("Domain", domain), *others])


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
    caption = (
        f"Economic figures in {records.plan.study.report}; ratios computed from the two values"
    )
    return table(
        "economics-table", caption, rows, columns=("Topic",), download="data/economics.csv"
    )


def _money(value: float) -> str:
    if value != value:
        return DASH
    return whole(value) if value >= 1000 else decimal(value)
