"""What the trials of a synthesis differ in, and whether their effects differ with it."""

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
from metarepro.sensitivity.moderator_names import level_label
from metarepro.wording.phrases import DASH, counted, interval, p_value, percent, whole

CAVEAT = (
    "These compare trials with each other, not families within trials: trials that differ in one "
    "thing differ in much else. Several moderators were looked at; the p after Holm allows for it."
)


def section(records: Records, key: str) -> list[Section]:
    """The moderators of a synthesis; nothing where none was looked at."""
    rows = records.rows("moderators", "synthesis", key)
    if not rows:
        return []
    fitted = [row for row in rows if not row["reason"]]
    blocks: list[Block] = []
    if fitted:
        blocks = [
            Paragraph(text(CAVEAT), "note"),
            *_figure(records, key),
            _tests(records, fitted),
            _levels(records, key),
        ]
    not_tested = _not_tested(rows)
    if not_tested:
        blocks.append(Bullets(not_tested))
    return [Section("moderators", "What its trials differ in", blocks)]


def _figure(records: Records, key: str) -> list[Figure]:
    path = f"moderators/{key}"
    if path not in records.figures:
        return []
    pool = records.pools[key]
    alt = (
        f"Bubble plot of {records.title(key)}: effects of {counted(pool['n_trials'], 'trial')} "
        "against what the trials differ in; the tables below give the numbers."
    )
    return [Figure(f"figures/{path}.svg", alt, "Effects of the trials against their moderators.")]


def _tests(records: Records, fitted: list[Row]) -> Table:
    rows: list[TableRow] = [
        {
            "Moderator": records.plan.moderators[row["moderator"]].label,
            "Trials": whole(row["n_trials"]),
            "Results": whole(row["k"]),
            "Without a value": whole(row["n_without_value"]),
            "p": p_value(row["p_value"]),
            "p after Holm": p_value(row["p_holm"]),
            "R²": percent(row["r2"]),
            "Remarks": row["flags"].replace("_", " "),
        }
        for row in fitted
    ]
    return table("moderators", "One moderator at a time", rows, download="data/moderators.csv")


def _levels(records: Records, key: str) -> Table:
    rows: list[TableRow] = [
        {
            "Moderator": records.plan.moderators[row["moderator"]].label,
            "Level": level_label(
                row["level"], records.plan.moderators[row["moderator"]], records.names
            ),
            "Trials": whole(row["n_trials"]),
            "g [95% CI]": interval(row["estimate"], row["ci_low"], row["ci_high"]),
            "Difference from the first": _difference(row),
            "p": p_value(row["difference_p"])
            if row["difference_p"] == row["difference_p"]
            else DASH,
        }
        for row in records.rows("moderator_levels", "synthesis", key)
    ]
    return table(
        "moderator-levels",
        "Pooled effect at each level; of a number the slope",
        rows,
        columns=("Moderator",),
        choices=("Moderator",),
        download="data/moderator_levels.csv",
    )


def _p(value: float) -> str:
    return p_value(value) if value == value else DASH


def _difference(row: Row) -> str:
    if row["difference"] != row["difference"]:
        return DASH
    limits = (row["difference_ci_low"], row["difference_ci_high"])
    return interval(row["difference"], *limits)


def _not_tested(rows: list[Row]) -> list[Text]:
    """Which moderators could not be looked at, by reason."""
    by_reason: dict[str, list[str]] = {}
    for row in rows:
        if row["reason"]:
            by_reason.setdefault(row["reason"], []).append(row["moderator"].replace("_", " "))
    return [
        text(f"Not tested: {', '.join(names)} ({reason}).") for reason, names in by_reason.items()
    ]
