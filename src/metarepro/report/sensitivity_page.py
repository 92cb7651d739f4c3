"""The page that sets the syntheses side by side: what each of them depends on."""

from collections.abc import Iterator, Sequence

from metarepro.report import no_effect
from metarepro.report.blocks import Block, Page, Paragraph, Section, Table, TableRow, table, text
from metarepro.report.moderators import caveats, moderator_table
from metarepro.report.records import Records
from metarepro.report.sensitivity import CAVEAT, OPTIONAL, titled
from metarepro.sensitivity import summaries

MULTIVERSE = (
    "This table shows how many analyses agree with the analysis plan. Each synthesis was repeated "
    "with every combination of the choices that matter in it: approximate results, designs, "
    "sources, the intracluster correlation, adjustment, which result of a trial counts, the model "
    "and the interval. Combinations with the same numbers count once. The percentages are not "
    "probabilities: the analyses use the same trials, and they are not equally reasonable. Many "
    "use normal intervals, which are too narrow with few trials. An analysis without a reliable "
    "interval counts neither as including nor as excluding no effect. Where the plan itself has no "
    "reliable interval, there is no conclusion to compare with."
)
SOURCE_KINDS = (
    "The results from each kind of source, pooled separately. Results of all tiers are included."
)
SMALL_STUDY = (
    "Do small trials show different effects from large ones? These tests need at least ten trials, "
    "and asymmetry has many possible causes."
)
SELECTION = (
    "The model assumes that a trial without significance in favour of the intervention (one-sided "
    "p above 0.025) has a different chance of being published. It uses the mean of each trial, so "
    "it cannot see which results of a trial were reported. A large p with a large standard error "
    "is not evidence against selection."
)
#: Tables of the stage in the order of the page: heading, and what they show.
SECTIONS = {
    "multiverse": ("All combinations of choices", MULTIVERSE),
    "source_kinds": ("Kinds of sources", SOURCE_KINDS),
    "no_effect": (
        "Results of unreported direction or size",
        f"{no_effect.WHY} Here these results are set to no effect and pooled with the others. "
        f"{no_effect.CAUTION}",
    ),
    "small_study": ("Small-study effects", SMALL_STUDY),
    "caliper": ("Selection of significant results", SELECTION),
}


def page(records: Records) -> Page:
    """Make the page, of the syntheses that have pages of their own."""
    return Page(
        path="sensitivity.html",
        title="What the pools depend on",
        intro=[Paragraph(text(CAVEAT), "lead")],
        sections=list(_sections(records)),
    )


def _sections(records: Records) -> Iterator[Section]:
    """One section per table of sensitivity that has rows, and then the moderators."""
    keys = [key for key in records.pools if key in records.shown]
    words = _words(records, keys)
    for name, (heading, about) in SECTIONS.items():
        if words[name]:
            blocks: list[Block] = [
                Paragraph(text(about)),
                _table(records, name, heading, words[name]),
            ]
            yield Section(name.replace("_", "-"), heading, blocks)
    moderators = moderator_table(records, keys)
    if moderators.rows:
        yield Section("moderators", "Moderators", [caveats(records), moderators])


def _words(records: Records, keys: Sequence[str]) -> dict[str, list[summaries.Words]]:
    """The tables of `SECTIONS` for readers."""
    pools, scale = titled(records, keys), records.scale
    rows = {name: records.tables[name].to_dict("records") for name in SECTIONS}
    tested = [test for test in rows["small_study"] if not test["reason"]]
    return {
        "multiverse": summaries.multiverse(rows["multiverse"], pools, scale),
        "source_kinds": summaries.source_kinds(rows["source_kinds"], pools, scale),
        "no_effect": summaries.no_effect(rows["no_effect"], pools, scale),
        "small_study": summaries.small_study(tested, pools, scale),
        "caliper": summaries.selection(rows["caliper"], rows["small_study"], pools, scale),
    }


def _table(records: Records, name: str, caption: str, words: Sequence[summaries.Words]) -> Table:
    """A table of all syntheses, each linked to its page."""
    links = {records.title(key): records.synthesis_link(key) for key in records.shown}
    rows: list[TableRow] = [
        {**row, summaries.SYNTHESIS: links[row[summaries.SYNTHESIS]]} for row in words
    ]
    return table(
        f"{name.replace('_', '-')}-table",
        f"{caption}, one row per synthesis",
        rows,
        choices=("Source", "Method"),
        optional=OPTIONAL,
        download=f"data/{name}.csv",
    )
