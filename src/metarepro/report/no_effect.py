"""What pools become with the results of unreported direction or size at no effect, in words."""

import math
from collections.abc import Iterator, Sequence

from metarepro.report.records import Records, Row
from metarepro.wording.phrases import counted

#: What the bound is, and what it is not.
BOUND = (
    "A result enters a pool only if its source says which arm did better, and if its size is "
    "printed; sources say less of what was not favourable or not significant. Here such results "
    "are in with no effect, and with the variance of their sample sizes. This is a bound under no "
    "effect and not the worst case: they may also favour the control group."
)
CAUTION = (
    "They may also favour the control group: this is a bound under no effect, not the worst case."
)
UNREPORTED = "whose direction or size is not reported"


def sentences(records: Records, key: str) -> list[str]:
    """What a pool becomes, and what could not be put at no effect; [] if nothing belongs to it."""
    return [said for row in _rows(records, key) for said in _sentences(records, row)]


def fact(records: Records, key: str) -> str:
    """The same as a number with the results behind it; "" if nothing belongs to the pool."""
    parts = []
    for row in _rows(records, key):
        if row["n_at_zero"]:
            number = records.scale.of_pool({**records.pools[key], **row})
            parts.append(f"{number}, {_how_many(row)} at no effect")
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
    return f"With the results {UNREPORTED} at no effect: {'; '.join(parts)}."


def _rows(records: Records, key: str) -> Sequence[Row]:
    return records.rows("no_effect_bounds", "synthesis", key)


def _sentences(records: Records, row: Row) -> Iterator[str]:
    pool, scale = records.pools[row["synthesis"]], records.scale_of(row["synthesis"])
    if row["n_at_zero"]:
        start = f"With {_how_many(row)} at no effect, {UNREPORTED},"
        if math.isnan(row["estimate"]):
            yield f"{start} nothing can be pooled: {row['reason']}."
        else:
            bound = records.scale.of_pool({**pool, **row})
            own = scale.number(pool["estimate"])
            yield f"{start} {scale.symbol} is {bound} instead of {own}. {CAUTION}"
    if row["n_not_entered"]:
        yield _not_entered(records, row)


def _how_many(row: Row) -> str:
    results, trials = counted(row["n_at_zero"], "result"), counted(row["n_trials_at_zero"], "trial")
    return f"{results} of {trials}"


def _not_entered(records: Records, row: Row) -> str:
    """Which results could not be put at no effect."""
    labels = {records.effects[result_id]["label"] for result_id in row["not_entered"].split()}
    one = row["n_not_entered"] == 1
    said = f"{counted(row['n_not_entered'], 'result')} {UNREPORTED} could not be put at no effect"
    why = f"because no variance can be worked out for {'it' if one else 'them'}"
    return f"{said}, {why} ({', '.join(sorted(labels))})."
