"""What the trials of a synthesis differ in, and whether their effects differ with it."""

from collections import defaultdict
from collections.abc import Sequence

import pandas as pd

from metarepro.plan import Moderator
from metarepro.report.blocks import (
    Block,
    Bullets,
    Figure,
    Paragraph,
    Section,
    Table,
    TableRow,
    Text,
    table,
    text,
)
from metarepro.report.records import Records, Row
from metarepro.sensitivity.moderator_summaries import moderators
from metarepro.wording.phrases import counted, decimal

CAVEAT = (
    "These are comparisons between trials, not within them: trials that differ in one respect "
    "differ in others, so an association is not a cause."
)
#: A p below this is counted.
_SIGNIFICANCE = 0.05


def caveats(records: Records) -> Paragraph:
    """What a reader of any test of a moderator must know."""
    said = [CAVEAT, _tests_made(records), *_related(records)]
    return Paragraph(text(" ".join(filter(None, said))), "note")


def _tests_made(records: Records) -> str:
    """How many tests were made in all, and how many small p values chance alone would give."""
    tests = _tested(records)
    made, small = len(tests), int((tests["p_value"] < _SIGNIFICANCE).sum())
    if not made:
        return ""
    n_syntheses = tests["synthesis"].nunique()
    return (
        f"Altogether {counted(made, 'test')} {'was' if made == 1 else 'were'} made, of "
        f"{counted(tests['moderator'].nunique(), 'moderator')} in {n_syntheses} "
        f"{'synthesis' if n_syntheses == 1 else 'syntheses'}. {small} "
        f"{'has' if small == 1 else 'have'} p below {_SIGNIFICANCE:g}; by chance alone about "
        f"{decimal(made * _SIGNIFICANCE, 1)} would. Holm's p allows for the moderators of one "
        "synthesis, not for the number of syntheses, which share trials. The intervals allow for "
        "neither."
    )


def _related(records: Records) -> list[str]:
    """Which tested moderators group the same values, so that their tests are not independent."""
    tested = set(_tested(records)["moderator"])
    by_source: dict[object, list[Moderator]] = defaultdict(list)
    for name, moderator in records.plan.moderators.items():
        if name in tested:
            by_source[moderator.column, moderator.characteristic].append(moderator)
    return [
        f"{' and '.join(moderator.label for moderator in group)} group the same values"
        f"{_nested(group)}, so their tests are not independent."
        for group in by_source.values()
        if len(group) > 1
    ]


def _nested(group: Sequence[Moderator]) -> str:
    """That levels of one moderator are made of those of another, which keeps every value apart."""
    apart = any(not moderator.levels and not moderator.number for moderator in group)
    return ", one nested in the other" if apart else ""


def _tested(records: Records) -> pd.DataFrame:
    """All tests of moderators that were made."""
    tests = records.tables["moderators"]
    made: pd.DataFrame = tests[tests["p_value"].notna()]
    return made


def section(records: Records, key: str) -> list[Section]:
    """The moderators of a synthesis; nothing where none was looked at."""
    rows = records.rows("moderators", "synthesis", key)
    if not rows:
        return []
    blocks: list[Block] = []
    tested = moderator_table(records, [key])
    if tested.rows:
        blocks = [caveats(records), *_figure(records, key), tested]
    not_tested = _not_tested(records, rows)
    if not_tested:
        blocks.append(Bullets(not_tested))
    return [Section("moderators", "Differences between the trials", blocks)]


def moderator_table(records: Records, keys: Sequence[str]) -> Table:
    """Every tested moderator of some syntheses, with its levels.

    With several syntheses the first column says which, and links to its page.
    """
    titled = {key: {**records.pools[key], "title": records.title(key)} for key in keys}
    tests, levels = (
        [row for key in keys for row in records.rows(name, "synthesis", key)]
        for name in ("moderators", "moderator_levels")
    )
    made = moderators(tests, levels, titled, records.names, records.plan.moderators, records.scale)
    links = {
        pool["title"]: records.synthesis_link(key, pool["title"]) for key, pool in titled.items()
    }
    rows: list[TableRow] = [
        {
            name: links[cell] if name == "Synthesis" else cell
            for name, cell in row.items()
            if name != "Synthesis" or len(keys) > 1
        }
        for row in made
    ]
    return table(
        "moderators",
        "One moderator at a time: means at its levels, and differences from the first level",
        rows,
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
