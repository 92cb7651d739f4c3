"""The page that sets the syntheses side by side: what each of them depends on."""

from collections.abc import Iterator

import pandas as pd

from metarepro.report import no_effect
from metarepro.report.blocks import Block, Page, Paragraph, Section, Table, linked, table, text
from metarepro.report.moderators import caveats, moderator_table
from metarepro.report.records import Records, trail
from metarepro.report.sensitivity import CAVEAT, OPTIONAL, titled
from metarepro.sensitivity import summaries

MULTIVERSE = (
    "How many analyses agree with the analysis plan, over all combinations of choices that matter "
    "in a synthesis: which effects, designs and sources are in; the intracluster correlation of "
    "cluster trials that were adjusted here, and the pool without them; equal arms assumed; "
    "adjustment; the result of a trial; the model and the interval. Choices that give the same "
    "numbers count once. The percentages are shares of analyses: these are counted, not weighted, "
    "use the same trials and are not equally reasonable, so no share is a probability. Many use "
    "normal intervals, which are too narrow with few trials."
)
SOURCE_KINDS = "The results of each kind of source on their own, of all tiers."
SMALL_STUDY = (
    "Do small trials show other effects than large ones? Such tests need ten trials, and asymmetry "
    "has many causes."
)
SELECTION = (
    "The model assumes that a trial without significance in favour of the intervention (one-sided "
    "p above 0.025) has a different chance of being published. It uses the mean of each trial, so "
    "it cannot see which results of a trial were reported. A large p with a wide standard error is "
    "no evidence against selection."
)


def page(records: Records) -> Page:
    """Make the page, of the syntheses that have pages of their own."""
    return Page(
        path="sensitivity.html",
        title="What the pools depend on",
        trail=trail(),
        nav="sensitivity",
        intro=[Paragraph(text(CAVEAT), "lead")],
        sections=list(_sections(records)),
    )


def _sections(records: Records) -> Iterator[Section]:
    keys = [key for key in records.pools if key in records.shown]
    pools, scale, tables = titled(records, keys), records.scale, records.tables
    tests = tables["small_study"]
    for name, heading, about, frame in (
        (
            "multiverse",
            "All combinations of choices",
            MULTIVERSE,
            summaries.multiverse(tables["multiverse"], pools, scale),
        ),
        (
            "source_kinds",
            "Kinds of sources",
            SOURCE_KINDS,
            summaries.source_kinds(tables["source_kinds"], pools, scale),
        ),
        (
            "no_effect",
            "Results of unreported direction or size",
            f"{no_effect.WHY} Here the pools have these results set to no effect. "
            f"{no_effect.CAUTION}",
            summaries.no_effect(tables["no_effect"], pools, scale),
        ),
        (
            "small_study",
            "Small-study effects",
            SMALL_STUDY,
            summaries.small_study(tests[tests["reason"] == ""], pools, scale),
        ),
        (
            "caliper",
            "Selection of significant results",
            SELECTION,
            summaries.selection(tables["caliper"], tests, pools, scale),
        ),
    ):
        if len(frame):
            blocks: list[Block] = [
                Paragraph(text(about)),
                _table(records, name, heading, frame),
            ]
            yield Section(name.replace("_", "-"), heading, blocks)
    moderators = moderator_table(records, keys)
    if moderators.rows:
        yield Section("moderators", "Moderators", [caveats(records), moderators])


def _table(records: Records, name: str, caption: str, frame: pd.DataFrame) -> Table:
    """A table of all syntheses, each linked to its page."""
    keys = {records.title(key): key for key in records.shown}
    links = [records.synthesis_link(keys[title], title) for title in frame[summaries.SYNTHESIS]]
    return table(
        f"{name.replace('_', '-')}-table",
        caption,
        linked(frame, {summaries.SYNTHESIS: links}),
        choices=("Source", "Method"),
        optional=OPTIONAL,
        download=f"data/{name}.csv",
    )
