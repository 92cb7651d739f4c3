"""What a pooled effect depends on: in sentences, and as tables."""

from collections.abc import Sequence

from metarepro.report.blocks import Block, Bullets, Paragraph, Table, TableRow, table, text
from metarepro.report.figures import dependence
from metarepro.report.records import Records, Row
from metarepro.sensitivity.summaries import METHODS as SMALL_STUDY_METHODS
from metarepro.wording.phrases import (
    DASH,
    counted,
    decimal,
    interval,
    p_value,
    percent,
    whole,
)

#: What the tests for small-study effects and selection are called.
METHODS = SMALL_STUDY_METHODS | {"selection": "Selection model (three-parameter)"}
ONE_TRIAL = "One trial: there is nothing to leave out or to model differently."
CAVEAT = (
    "These say what the number depends on. None of them mends a bias: results that were never "
    "printed are in no variant."
)


def sensitivity(records: Records, key: str) -> list[Block]:
    """Sentences, tables and figures; one sentence where there is one trial."""
    if not records.rows("variants", "synthesis", key):
        return [Paragraph(text(ONE_TRIAL))]
    tables = [
        _source_kinds(records, key),
        _variants(records, key),
        _without_each(records, key),
        _influence(records, key),
        _by_year(records, key),
        _small_study(records, key),
    ]
    return [
        summary(records, key),
        Paragraph(text(CAVEAT), "note"),
        *dependence(records, key),
        *(t for t in tables if t.rows),
    ]


def summary(records: Records, key: str) -> Bullets:
    """The range over variants, single trials and specifications, and the tests that are allowed."""
    said = [
        *_range_of_variants(records, key),
        *_range_without_each(records, key),
        *_specifications(records, key),
        *_small_study_sentences(records, key),
    ]
    return Bullets([text(sentence) for sentence in said])


def _range_of_variants(records: Records, key: str) -> list[str]:
    rows = [r for r in records.rows("variants", "synthesis", key) if r["estimate"] == r["estimate"]]
    others = [r for r in rows if r["variant"] != "primary"]
    if not others:
        return []
    low, high = _ends(others, "description")
    return [
        f"Over {counted(len(others), 'variant')} the pooled g lies between {_g(low)} "
        f"({low['description']}) and {_g(high)} ({high['description']})."
    ]


def _range_without_each(records: Records, key: str) -> list[str]:
    rows = records.rows("leave_one_out", "synthesis", key)
    if not rows:
        return []
    low, high = _ends(rows, "label")
    return [
        f"With one trial left out it lies between {_g(low)} (without {low['label']}) and "
        f"{_g(high)} (without {high['label']})."
    ]


def _ends(rows: Sequence[Row], name: str) -> tuple[Row, Row]:
    ordered = sorted(rows, key=lambda row: (row["estimate"], row[name]))
    return ordered[0], ordered[-1]


def _g(row: Row) -> str:
    return decimal(row["estimate"])


def _specifications(records: Records, key: str) -> list[str]:
    rows = records.rows("multiverse", "synthesis", key)
    if not rows:
        return []
    (row,) = rows
    if row["n_different"] == 0:
        return ["No other specification could be computed."]
    return [
        f"Of {counted(row['n_different'], 'different specification')} "
        f"{percent(100 * row['share_same_sign'])} keep the sign and "
        f"{percent(100 * row['share_same_conclusion'])} the conclusion (whether the interval "
        f"includes zero); their g run from {decimal(row['lowest'])} to {decimal(row['highest'])}, "
        f"median {decimal(row['median'])}."
    ]


def _small_study_sentences(records: Records, key: str) -> list[str]:
    rows = {r["method"]: r for r in records.rows("small_study", "synthesis", key)}
    reasons = sorted({r["reason"] for r in rows.values() if r["reason"]})
    tested = {name: row for name, row in rows.items() if not row["reason"]}
    if not tested:
        return [f"No test for small-study effects: {'; '.join(reasons)}."] if reasons else []
    said = []
    if "egger" in tested:
        said.append(f"Egger's test for small-study effects: {p_value(tested['egger']['p_value'])}.")
    for name in ("pet_peese", "selection"):
        if name in tested and tested[name]["estimate"] == tested[name]["estimate"]:
            said.append(
                f"{METHODS[name]}, which tries to allow for such effects: g "
                f"{_interval(tested[name])}."
            )
    return said


def _interval(row: Row) -> str:
    return interval(row["estimate"], row["ci_low"], row["ci_high"])


def _variants(records: Records, key: str) -> Table:
    rows: list[TableRow] = [
        {
            "Variant": row["description"],
            "Trials": whole(row["n_trials"]),
            "Results": whole(row["k"]),
            "g [95% CI]": _interval(row),
            "95% prediction interval": interval(float("nan"), row["pi_low"], row["pi_high"]),
            "Left out": row["removed"],
            "Remarks": _remarks(row),
        }
        for row in records.rows("variants", "synthesis", key)
    ]
    caption = "The same question with other results, models and intervals"
    return table("variants", caption, rows, optional=("Left out",), download="data/variants.csv")


def _source_kinds(records: Records, key: str) -> Table:
    rows: list[TableRow] = [
        {
            "Read in": row["source_kind"].replace("_", " "),
            "Trials": whole(row["n_trials"]),
            "Results": whole(row["k"]),
            "g [95% CI]": _interval(row),
            "Favour the intervention": percent(100 * row["share_favourable"]),
            "p up to 0.05": percent(100 * row["share_significant"]),
            "Remarks": _remarks(row),
        }
        for row in records.rows("source_kinds", "synthesis", key)
    ]
    caption = "The results of each kind of source on their own"
    return table("source-kinds", caption, rows, download="data/source_kinds.csv")


def _without_each(records: Records, key: str) -> Table:
    rows: list[TableRow] = [
        {
            "Left out": records.trial_link(row["trial_id"], row["label"]),
            "Trials": whole(row["n_trials"]),
            "g [95% CI]": _interval(row),
            "Remarks": _remarks(row),
        }
        for row in records.rows("leave_one_out", "synthesis", key)
    ]
    return table(
        "leave-one-out", "Each trial left out in turn", rows, download="data/leave_one_out.csv"
    )


def _influence(records: Records, key: str) -> Table:
    rows: list[TableRow] = [
        {
            "Trial": records.trial_link(row["trial_id"], row["label"]),
            "Weight": percent(row["weight"]),
            "Studentised residual": _or_dash(row["rstudent"]),
            "DFFITS": _or_dash(row["dffits"]),
            "Cook's distance": _or_dash(row["cook_d"]),
            "Influential": row["influential"],
        }
        for row in records.rows("influence", "synthesis", key)
    ]
    caption = "How much each trial moves the pool (results of a trial averaged)"
    return table("influence", caption, rows, download="data/influence.csv")


def _by_year(records: Records, key: str) -> Table:
    rows: list[TableRow] = [
        {
            "Up to": records.trial_link(row["trial_id"], row["label"]),
            "Trials": whole(row["n_trials"]),
            "g [95% CI]": _interval(row),
            "Remarks": _remarks(row),
        }
        for row in records.rows("cumulative", "synthesis", key)
    ]
    return table("cumulative", "The pool as it grew by year", rows, download="data/cumulative.csv")


def _small_study(records: Records, key: str) -> Table:
    rows: list[TableRow] = [
        {
            "Method": METHODS[row["method"]],
            "Trials": whole(row["k"]),
            "p": p_value(row["p_value"]) if row["p_value"] == row["p_value"] else DASH,
            "g [95% CI]": _interval(row),
            "Trials filled in": whole(row["n_filled"]),
        }
        for row in records.rows("small_study", "synthesis", key)
        if not row["reason"]
    ]
    caption = "Tests for small-study effects and selection (ten trials or more)"
    return table("small-study", caption, rows, download="data/small_study.csv")


def _or_dash(value: float) -> str:
    return DASH if value != value else decimal(value)


def _remarks(row: Row) -> str:
    """Flags and reason in short; the page of methods explains the flags."""
    return "; ".join(filter(None, [row["flags"].replace("_", " "), row["reason"]]))
