"""Published results against ours: the page that lists them, and one for each."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from metarepro.report.blocks import (
    Block,
    Facts,
    Link,
    Page,
    Paragraph,
    Section,
    TableRow,
    Text,
    joined,
    linked,
    source_link,
    table,
    text,
)
from metarepro.report.figures import published_figure, review_forest
from metarepro.report.records import Records, Row
from metarepro.report.review_pools import VERDICT_WORDS, pool_row
from metarepro.wording import summaries
from metarepro.wording.codes import in_words
from metarepro.wording.phrases import DASH, counted, decimal, distinct, model_text, percent, whole

#: What each verdict says, at the start of a sentence.
VERDICTS = {
    "exact": "The published numbers are reproduced exactly as printed",
    "reproduced": "The published numbers are reproduced to within 5%",
    "approximate": "The published numbers are reproduced to within 10%",
    "different": "The published numbers are not reproduced",
    "decision_differs": "Our pool leads to another conclusion than the published one",
    "partial": "The published numbers can only be compared in part",
    "not_testable": "The published numbers cannot be tested",
}


#: Verdicts that say more in several words, in a count of results.
_COUNTED = {
    "decision_differs": "with another conclusion",
    "partial": "comparable only in part",
    "not_testable": "not testable",
}


def reproduction_page(records: Records) -> Page:
    """Every published result beside ours."""
    results = records.tables["reproduction"].sort_values("role", kind="stable")
    ordered = results.to_dict("records")
    rows = linked(
        summaries.reproduction(results, records.scale),
        {f"Ours: {records.scale.heading}": [_ours(records, row) for row in ordered]},
    )
    for row, published in zip(rows, ordered, strict=True):
        trials = published["trial_ids"].split(" ") if published["trial_ids"] else []
        row["Outcome"] = Link(str(row["Outcome"]), path_of(published))
        row["Our trials"] = joined([records.trial_link(t) for t in trials], ", ") or text(DASH)
    verdicts = results["verdict"].value_counts().sort_index()
    counts = ", ".join(
        f"{count} {_COUNTED.get(str(name), name)}" for name, count in verdicts.items()
    )
    reviews = counted(results["review_id"].nunique(), "review")
    lead = f"{counted(len(rows), 'published result')} of {reviews}: {counts}."
    listed = table(
        "reproduction",
        "Published and recomputed results, cited reviews first; ours link to their forest plots",
        rows,
        columns=("Review",),
        choices=("Review", "Verdict", "Status", "Role"),
        optional=(
            f"Published as {records.scale.symbol}",
            "Difference",
            "Relative",
            "Status",
            "Role",
            "Doubts about the published numbers",
            "Our trials",
        ),
        download="data/reproduction.csv",
    )
    return Page(
        path="reproduction.html",
        title="Reproduction of published results",
        intro=[Paragraph(text(lead), "lead"), listed],
        sections=list(_review_files(records)),
    )


def _review_files(records: Records) -> Iterator[Section]:
    """The pools of the reviews' own data files."""
    pools = records.tables["review_reproduction"]
    if pools.empty:
        return
    words_of = {verdict: words for verdict, (words, *_) in VERDICT_WORDS.items()}
    words_of["not_published"] = "without a published result in the file"
    counts = Counter(words_of[verdict] for verdict in pools["verdict"])
    said = ", ".join(f"{count} {words}" for words, count in sorted(counts.items()))
    lead = (
        f"Reviews that come with their own data file: {counted(len(pools), 'pool')}, {said}. Each "
        "pool is recomputed from the studies in its file, with the conventions of the program that "
        "wrote it."
    )
    rows: list[TableRow] = [
        {"Review": _review_of(records, pool["file"]), **pool_row(pool)}
        for pool in pools.to_dict("records")
    ]
    listed = table(
        "review-pools",
        "Pools of the reviews' own data files, as published and recomputed",
        rows,
        choices=("Review", "Verdict"),
        download="data/review_reproduction.csv",
    )
    yield Section("review-files", "Data files of reviews", [Paragraph(text(lead)), listed])


def _review_of(records: Records, file: str) -> str:
    """The review in whose folder a data file is, and the file where it is one of several."""
    folder, _, name = file.partition("/")
    label = records.review_label(folder) if folder in records.reviews else folder
    return f"{label}, {name}" if name else label


def _ours(records: Records, row: Row) -> str | Link:
    numbers = records.scale.of_pool(row)
    address = review_forest(records, row)
    return Link(numbers, address) if address and numbers != DASH else numbers


def path_of(row: Row) -> str:
    """The page of a published result."""
    return f"published/{row['review_id']}-{row['row']:.0f}.html"


def page(records: Records, row: Row) -> Page:
    """Make the page of a published result."""
    printed = records.rows("published", "review_id", row["review_id"])
    source = next((one for one in printed if one["row"] == row["row"]), None)
    weights = _weights(records, row)
    sections = [
        Section("published", "As published", [Facts(list(_printed(records, row, source)))]),
        Section("ours", "Recomputed", _ours_in_full(records, row, weights)),
    ]
    said = ": ".join(filter(None, (VERDICTS[row["verdict"]], row["reason"])))
    return Page(
        path=path_of(row),
        title=_title(records, row),
        above=[Link("Reproduction", "reproduction.html")],
        intro=[Paragraph(text(f"{said}."), "lead"), *published_figure(records, row, weights)],
        sections=sections,
    )


def _title(records: Records, row: Row) -> str:
    """Review and outcome; the row too where a review has several results of one name."""

    def name(one: Row) -> str:
        subgroup = f" ({one['subgroup']})" if one["subgroup"] else ""
        return f"{one['review']}: {one['outcome_label']}{subgroup}"

    alike = [name(one) for one in records.rows("reproduction", "review_id", row["review_id"])]
    several = alike.count(name(row)) > 1
    return name(row) + (f", row {row['row']:.0f}" if several else "")


def published_link(records: Records, record_id: str) -> str | Link:
    """A published result under its name, from its "review_id:row" in the audit."""
    review_id, _, number = record_id.partition(":")
    for row in records.rows("reproduction", "review_id", review_id):
        if f"{row['row']:.0f}" == number:
            return Link(_title(records, row), path_of(row))
    return record_id


def _printed(records: Records, row: Row, source: Row | None) -> Iterator[tuple[str, Text]]:
    """What the review prints, and where."""
    scale = records.scale.at({"effect_measure": row["effect_measure"], "better": row["better"]})
    yield "Result", text(summaries.as_published(row))
    sides = {"+": "a larger number is better", "-": "a smaller number is better"}
    yield "Direction", text(sides.get(row["beneficial_sign"], "the source does not show it"))
    if not math.isnan(row["target_estimate"]):
        numbers = (row["target_estimate"], row["target_ci_low"], row["target_ci_high"])
        yield f"As {scale.symbol}, {scale.direction}", text(scale.interval(*numbers))
    counts = [
        f"{whole(row[f'published_{name}'])} {noun}"
        for name, noun in (("k", "trials"), ("n", "participants"))
        if not math.isnan(row[f"published_{name}"])
    ]
    if counts:
        yield "Size", text(", ".join(counts))
    if not math.isnan(row["published_i2"]):
        yield "I²", text(percent(row["published_i2"]))
    yield "Status", text(in_words("status", row["status"]))
    if row["published_problems"]:
        yield "Doubts", text(row["published_problems"])
    if source is None:
        return
    yield "Source", text(source_link(source["source"]), f", {source['locator']}")
    if source["note"]:
        yield "Note", text(source["note"])


def _weights(records: Records, row: Row) -> list[Row]:
    """The results in our pool of a published result."""
    of_review = records.rows("review_weights", "review_id", row["review_id"])
    return [one for one in of_review if one["row"] == row["row"]]


def _ours_in_full(records: Records, row: Row, weights: Sequence[Row]) -> list[Block]:
    """Our pool of the review's trials, what explains a difference, and the trials."""
    if math.isnan(row["estimate"]):
        return [Paragraph(text("Nothing could be pooled for this result."))]
    scale = records.scale.at(row)
    facts: list[tuple[str, Text]] = [
        (scale.heading, text(scale.of_flagged(row))),
        ("Trials in common", text(row["coverage"])),
        ("Model", text(model_text(row))),
    ]
    if not math.isnan(row["tau2"]):
        facts.append(("τ²", text(decimal(row["tau2"], 3))))
    if not math.isnan(row["absolute_difference"]):
        share = "" if math.isnan(row["relative_difference"]) else (
            f" ({percent(100 * row['relative_difference'])})"
        )  # fmt: skip
        facts.append(("Difference", text(f"{distinct(row['absolute_difference'])}{share}")))
    facts.append(("What gives the published numbers", text(_explanation(row))))
    keys = records.over_all("outcome", row["outcome"])
    if keys:
        said = records.scale_of(keys[0]).of_pool(records.pools[keys[0]])
        facts.append(("All trials in the data", text(records.synthesis_link(keys[0], said))))
    rows: list[TableRow] = [
        {
            "Trial": records.trial_link(one["trial_id"]),
            "Result": records.result_link(one["result_id"]),
            scale.heading: records.effect(records.effects[one["result_id"]]),
            "Weight": f"{decimal(one['weight'], 1)}%",
        }
        for one in weights
    ]
    caption = "The results that were pooled to recompute it"
    return [Facts(facts), table("pooled", caption, rows, columns=("Trial",))]


def _explanation(row: Row) -> str:
    """The model, rounding or change that gives the published numbers."""
    if row["explanation"]:
        said = str(row["explanation"])
        return f"{said[:1].upper()}{said[1:]}."
    if row["verdict"] == "exact":
        return "The model of the analysis plan."
    return "Not looked for: the trials are not known to be those of the published pool."
