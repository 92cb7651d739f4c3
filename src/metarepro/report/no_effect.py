"""What pools become with the results of unreported direction or size set to no effect, in words."""

import math
from collections.abc import Iterator, Sequence

from metarepro.report.records import Records, Row
from metarepro.wording.phrases import counted
from metarepro.wording.scales import Scale

#: Why there is such a scenario.
WHY = (
    "A result without a sign, such as an F, enters a pool only if its source says which arm did "
    "better. One that is only said to be not significant never does. Both rules can let in more "
    "favourable results than there were."
)
#: What is to be said where the scenario lowers a pool.
CAUTION = "This is a scenario, not a limit: these results may also favour the control group."


def sentences(records: Records, key: str) -> list[str]:
    """What a pool becomes, and what could not be set to no effect; [] if nothing belongs to it."""
    return [said for row in _rows(records, key) for said in _sentences(records, row)]


def fact(records: Records, key: str) -> str:
    """The same as numbers with the results behind them; "" if nothing belongs to the pool."""
    parts = []
    for row in _rows(records, key):
        if row["n_at_zero"]:
            number = records.scale_of(key).of_flagged(row)
            parts.append(f"{number}, with {_how_many(row)} set to no effect")
        if row["n_not_entered"]:
            parts.append(f"{counted(row['n_not_entered'], 'result')} could not be included")
    return "; ".join(parts)


def on_domains(records: Records) -> str:
    """What the pools of the domains become, where that moves what is printed of them."""
    parts, lower = [], False
    for key in (key for d in records.domains for key in records.over_all("domain", d["domain"])):
        for row in _rows(records, key):
            pool, scale = records.pools[key], records.scale_of(key)
            own, with_them = (scale.number_or_dash(r["estimate"]) for r in (pool, row))
            if row["n_at_zero"] and own != with_them:
                label = records.names[pool["domain"]]
                parts.append(f"{label}, {scale.symbol} {with_them} instead of {own}")
                lower = lower or _nearer_to_none(row, pool)
    if not parts:
        return ""
    caution = f" {CAUTION}" if lower else ""
    return (
        "With the results whose direction or size is not reported set to no effect: "
        f"{'; '.join(parts)}.{caution}"
    )


def _rows(records: Records, key: str) -> Sequence[Row]:
    return records.rows("no_effect", "synthesis", key)


def _sentences(records: Records, row: Row) -> Iterator[str]:
    pool, scale = records.pools[row["synthesis"]], records.scale_of(row["synthesis"])
    if row["n_at_zero"]:
        whose = "its" if row["n_at_zero"] == 1 else "their"
        start = (
            f"With {_how_many(row)} set to no effect because {whose} direction or size is not "
            "reported,"
        )
        if math.isnan(row["estimate"]):
            yield f"{start} nothing can be pooled: {row['reason']}."
        else:
            yield f"{start} {_moved(row, pool, scale)}"
    if row["n_not_entered"]:
        yield _not_entered(records, row)


def _moved(row: Row, pool: Row, scale: Scale) -> str:
    """What the scenario changes in the printed pool, with the caution where that is needed."""
    own, with_them = scale.number(pool["estimate"]), scale.of_flagged(row)
    if scale.number(row["estimate"]) == own:
        return f"{scale.symbol} does not change: {with_them}."
    caution = f" {CAUTION}" if _nearer_to_none(row, pool) else ""
    return f"{scale.symbol} is {with_them} instead of {own}.{caution}"


def _nearer_to_none(row: Row, pool: Row) -> bool:
    """Whether the scenario moves the pool towards no effect, which is 0 on the scale of pooling."""
    return bool(abs(row["estimate"]) < abs(pool["estimate"]))


def _how_many(row: Row) -> str:
    results, trials = counted(row["n_at_zero"], "result"), counted(row["n_trials_at_zero"], "trial")
    return f"{results} of {trials}"


def _not_entered(records: Records, row: Row) -> str:
    """Which results could not be set to no effect."""
    labels = {records.effects[result_id]["label"] for result_id in row["not_entered"].split()}
    one = row["n_not_entered"] == 1
    results = counted(row["n_not_entered"], "result")
    return (
        f"{results} without reported direction or size could not be set to no effect, because no "
        f"variance can be worked out for {'it' if one else 'them'} ({', '.join(sorted(labels))})."
    )
