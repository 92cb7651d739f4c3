"""What the trials of a synthesis differ in, and whether their effects differ with it."""

from collections.abc import Sequence

import pandas as pd

from metarepro.report.blocks import (
    Block,
    Bullets,
    Figure,
    Paragraph,
    Section,
    Table,
    Text,
    linked,
    table,
    text,
)
from metarepro.report.records import Records, Row
from metarepro.sensitivity.moderator_summaries import moderators
from metarepro.wording.phrases import counted

CAVEAT = (
    "These are comparisons between trials, not within them: trials that differ in one respect "
    "differ in others, so an association is not a cause. Several moderators were tested; Holm's p "
    "allows for it, the intervals do not."
)


def section(records: Records, key: str) -> list[Section]:
    """The moderators of a synthesis; nothing where none was looked at."""
    rows = records.rows("moderators", "synthesis", key)
    if not rows:
        return []
    blocks: list[Block] = []
    tested = moderator_table(records, [key])
    if tested.rows:
        blocks = [Paragraph(text(CAVEAT), "note"), *_figure(records, key), tested]
    not_tested = _not_tested(records, rows)
    if not_tested:
        blocks.append(Bullets(not_tested))
    return [Section("moderators", "Differences between the trials", blocks)]


def moderator_table(records: Records, keys: Sequence[str]) -> Table:
    """Every tested moderator of some syntheses, with its levels.

    With several syntheses the first column says which, and links to its page.
    """
    levels = [row for key in keys for row in records.rows("moderator_levels", "synthesis", key)]
    titles = {key: records.title(key) for key in keys}
    frame = pd.DataFrame()
    if levels:
        tests = records.tables["moderators"]
        made = pd.DataFrame(levels)
        plan = records.plan.moderators
        pools = {key: {**records.pools[key], "title": title} for key, title in titles.items()}
        frame = moderators(tests, made, pools, records.names, plan, records.scale)
        if len(keys) == 1:
            frame = frame.drop(columns="Synthesis")
    links = {}
    if len(keys) > 1 and levels:
        key_of = {title: key for key, title in titles.items()}
        links["Synthesis"] = [
            records.synthesis_link(key_of[title], title) for title in frame["Synthesis"]
        ]
    return table(
        "moderators",
        "One moderator at a time: means at its levels, and differences from the first level",
        linked(frame, links),
        columns=("Moderator",),
        choices=("Moderator",),
        optional=("Results", "Test", "τ² left", "Trials left out"),
        download="data/moderator_levels.csv",
    )


def _figure(records: Records, key: str) -> list[Figure]:
    path = f"moderators/{key}"
    if path not in records.figures:
        return []
    pool = records.pools[key]
    alt = (
        f"Bubble plot of {records.title(key)}: effects of {counted(pool['n_trials'], 'trial')} "
        "against what the trials differ in; the table below gives the numbers."
    )
    return [Figure(f"figures/{path}.svg", alt, "Effects of the trials by moderator.")]


def _not_tested(records: Records, rows: list[Row]) -> list[Text]:
    """Which moderators could not be looked at, by reason."""
    by_reason: dict[str, list[str]] = {}
    for row in rows:
        if row["reason"]:
            name = records.plan.moderators[row["moderator"]].label.lower()
            by_reason.setdefault(row["reason"], []).append(name)
    return [
        text(f"Not tested: {', '.join(names)} ({reason}).") for reason, names in by_reason.items()
    ]
