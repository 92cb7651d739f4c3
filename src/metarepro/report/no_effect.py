"""What pools become with the results of unreported direction or size at no effect, in words."""

import math
from collections.abc import Iterator, Sequence

from metarepro.report.records import Records, Row
from metarepro.wording.phrases import counted

BOUND = (
    "A result without a sign, such as an F, enters a pool only if its source says which arm did "
    "better. One that is only said to be not significant never does. Both rules can let in more "
    "favourable results than there were. Here such results are in at no effect, with the variance "
    "that their sample sizes give. This is a bound under no effect, not the worst case: they may "
    "also favour the control group."
)
_CAUTION = (
    "What was not reported may also favour the control group, so this is a bound under no effect, "
    "not the worst case."
)


def sentences(records: Records, key: str) -> list[str]:
    """What a pool becomes, and what could not be set to no effect; [] if nothing belongs to it."""
    return [said for row in _rows(records, key) for said in _sentences(records, row)]


def fact(records: Records, key: str) -> str:
    """The same as a number with the results behind it; "" if nothing belongs to the pool."""
    parts = []
    for row in _rows(records, key):
        if row["n_at_zero"]:
            number = records.scale.of_pool({**records.pools[key], **row})
            parts.append(f"{number}, with {_how_many(row)} at no effect")
        if row["n_not_entered"]:
            parts.append(f"{counted(row['n_not_entered'], 'result')} could not be included")
    return "; ".join(parts)


def on_domains(records: Records) -> str:
    """What the pools of the domains become, where that moves what is printed of them."""
    parts = []
    for key in (key for d in records.domains for key in records.over_all("domain", d["domain"])):
        for row in _rows(records, key):
            scale = records.scale_of(key)
            own, bound = (scale.number_or_dash(r["estimate"]) for r in (records.pools[key], row))
            if row["n_at_zero"] and own != bound:
                label = records.names[records.pools[key]["domain"]]
                parts.append(f"{label}, {scale.symbol} {bound} instead of {own}")
    if not parts:
        return ""
    return (
        "With the results whose direction or size is not reported set to no effect (a bound under "
        f"no effect, not the worst case): {'; '.join(parts)}."
    )


def _rows(records: Records, key: str) -> Sequence[Row]:
    return records.rows("no_effect_bounds", "synthesis", key)


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
            bound = records.scale.of_pool({**pool, **row})
            own = scale.number(pool["estimate"])
            yield f"{start} {scale.symbol} is {bound} instead of {own}. {_CAUTION}"
    if row["n_not_entered"]:
        yield _not_entered(records, row)


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
