"""The page of overlap: which trials stand in more than one review, and in more than one source."""

import math
import re

import pandas as pd

from metarepro.report.blocks import (
    Block,
    Link,
    Page,
    Paragraph,
    Section,
    Table,
    Text,
    joined,
    source_link,
    table,
    text,
)
from metarepro.report.records import Records, Row
from metarepro.report.trials import SIGNS
from metarepro.wording.codes import WORDS, in_words
from metarepro.wording.phrases import DASH, counted, decimal, interval, whole

SHARED = (
    "A trial that is in two reviews is one piece of evidence, not two. The corrected covered "
    "area (CCA) is 0% if the reviews share no trial and 100% if they share all of them."
)
#: Where a reason sets two codes against each other.
_CODES = re.compile(r"\b(statistic|sign|timepoint|adjusted): (\w+) against (\w+)")
_NAMES = {
    "statistic": "reported as",
    "sign": "direction",
    "timepoint": "time",
    "adjusted": "adjustment",
}


def page(records: Records) -> Page:
    """Make the page of overlap."""
    sections = []
    if records.has("overlap_pairs"):
        sections = [
            Section("overall", "All reviews together", [_overall(records)]),
            Section("pairs", "Pairs of reviews", _pairs(records)),
        ]
    if records.has("shared_effects"):
        sections.append(Section("sources", "The same trial in two sources", _sources(records)))
    return Page(
        path="overlap.html",
        title="Overlap between reviews and sources",
        intro=[Paragraph(text(said), "lead") for said in (_answer(records), SHARED) if said]
        if records.has("overlap_pairs")
        else [],
        sections=sections,
    )


def _answer(records: Records) -> str:
    """How much the reviews share, counting all trials that can be counted; "" if none can."""
    rows = records.tables["overlap_overall"]
    known = rows[rows["cca"].notna()].to_dict("records")
    if not known:
        return ""
    row = max(known, key=lambda one: float(one["n_trials"]))
    return (
        f"Counting {in_words('basis', row['basis'])}, {whole(row['n_reviews'])} reviews include "
        f"{counted(row['n_trials'], 'different trial')}, {whole(row['n_inclusions'])} times in "
        f"all: a corrected covered area of {_cca(row)}."
    )


def _overall(records: Records) -> Table:
    rows = [
        {
            "Basis": in_words("basis", row["basis"]),
            "Reviews": whole(row["n_reviews"]),
            "Trials": whole(row["n_trials"]),
            "Inclusions": whole(row["n_inclusions"]),
            "CCA": _cca(row),
            "Remark": row["reason"],
        }
        for row in records.tables["overlap_overall"].to_dict("records")
    ]
    caption = "Trials and how often they are included"
    return table(
        "overall-table", caption, rows, columns=("Basis",), download="data/overlap_overall.csv"
    )


def _cca(row: Row) -> str:
    return f"{decimal(row['cca'], 1)}%" if row["cca"] == row["cca"] else DASH


def _pairs(records: Records) -> list[Block]:
    pairs = records.tables["overlap_pairs"]
    known = pairs[pairs["cca"].notna()].sort_values("cca", ascending=False, kind="stable")
    rows: list[dict[str, str | Link | Text]] = [
        {
            "Reviews": " and ".join(records.review_label(row[f"review_{side}"]) for side in "ab"),
            "Basis": in_words("basis", row["basis"]),
            "Trials of the first": whole(row["n_a"]),
            "Trials of the second": whole(row["n_b"]),
            "Shared": whole(row["n_shared"]),
            "CCA": _cca(row),
            "Shared trials": joined(
                [records.trial_link(t) for t in row["trial_ids"].split(" ") if t], ", "
            ),
            "Remark": row["reason"],
        }
        for row in known.to_dict("records")
    ]
    # A pair of reviews has a row for each basis.
    names = ["review_a", "review_b"]
    without = len(pairs[names].drop_duplicates()) - len(known[names].drop_duplicates())
    listed = table(
        "pairs-table",
        "Corrected covered area of the pairs for which it can be computed",
        rows,
        choices=("Basis",),
        download="data/overlap_pairs.csv",
    )
    missing = (
        f"For {counted(without, 'pair')} it cannot be computed, because the data have no list "
        "of the trials of at least one of the two reviews. The CSV file gives the reasons."
    )
    return [*([listed] if rows else []), *([Paragraph(text(missing))] if without else [])]


def _sources(records: Records) -> list[Block]:
    """Real pairs of sources first; two copies of one source say nothing on agreement."""
    pairs = records.tables["shared_effects"]
    two, one = (pairs[pairs["same_source"] == same] for same in ("no", "yes"))
    blocks: list[Block] = [Paragraph(text(_agreement_words(two)))]
    if len(two):
        blocks.append(_shared(records, two, "shared", "Results read in two sources"))
    if len(one):
        copies = (
            "The following pairs come from one source that was read or transcribed twice, or are "
            "two results of it. Their agreement shows that both were copied in the same way, "
            "not that two sources agree."
        )
        caption = "Results read twice in one source"
        blocks += [Paragraph(text(copies)), _shared(records, one, "same-source", caption)]
    return blocks


def _agreement_words(pairs: pd.DataFrame) -> str:
    """How many pairs of sources agree, and of how many the descriptions differ."""
    if pairs.empty:
        return "No result was read in two sources."
    counts = pairs["agreement"].value_counts()
    parts = []
    for name in ("equal", "within_rounding", "different", "not_comparable"):
        if name in counts:
            of_it = pairs[pairs["agreement"] == name]
            unlike = int((of_it["described"] == "differently").sum())
            parts.append(
                f"{counts[name]} {in_words('agreement', name)} ({unlike} described differently)"
            )
    return (
        f"{counted(len(pairs), 'pair')} of results from two sources: {', '.join(parts)}. "
        "\u201cDescribed differently\u201d means that the texts name another measure or time, "
        "whether or not the numbers agree."
    )


def _shared(records: Records, pairs: pd.DataFrame, name: str, caption: str) -> Table:
    rows: list[dict[str, str | Link | Text]] = [
        {
            "Trial": records.trial_link(row["trial_id"], row["label"]),
            "Outcome": records.names[row["outcome"]],
            "Measure": row["measure"],
            "Time": in_words("timepoint", row["timepoint"]),
            "First": _side(records, row, "a"),
            "Second": _side(records, row, "b"),
            "Difference": _difference(records, row),
            "Agreement": in_words("agreement", row["agreement"]),
            "Described": row["described"],
            "Why": _why(row),
            "Source of the first": text(source_link(row["source_a"])),
            "Source of the second": text(source_link(row["source_b"])),
        }
        for row in pairs.to_dict("records")
    ]
    return table(
        name,
        caption,
        rows,
        columns=("Trial",),
        choices=("Agreement",),
        optional=("Time", "Source of the first", "Source of the second"),
        download="data/shared_effects.csv",
    )


def _difference(records: Records, row: Row) -> str:
    """The second less the first as it is printed: of ratios "ratio 1.20"."""
    if math.isnan(row["difference"]):
        return DASH
    if row["scale"] != "effect":
        return decimal(row["difference"])
    scale = records.scale.at(records.effects[row["result_id_a"]]).differences
    return f"{'ratio ' if scale.is_ratio else ''}{scale.number(row['difference'])}"


def _why(row: Row) -> str:
    """Why two results differ or cannot be compared; the table has ids and codes."""
    reason = row["reason"]
    for side, which in (("a", "the first"), ("b", "the second")):
        reason = reason.replace(
            f"{row[f'result_id_{side}']} has no effect size", f"{which} has no effect size"
        )
    # The numbers of the row would else be taken for effect sizes.
    if row["scale"] not in ("", "effect"):
        reason += f"; the numbers are as printed ({row['scale'].replace('_', ' ')})"
    return _CODES.sub(_codes_in_words, reason)


def _codes_in_words(said: re.Match[str]) -> str:
    kind, *codes = said.groups()
    words = SIGNS if kind == "sign" else WORDS[kind]
    one, other = (words.get(code, code) for code in codes)
    return f"{_NAMES[kind]}: {one} against {other}"


def _side(records: Records, row: Row, side: str) -> Text:
    parts = (row[f"{name}_{side}"] for name in ("value", "ci_low", "ci_high"))
    own = records.scale.at(records.effects[row[f"result_id_{side}"]])
    numbers = (own.interval if row["scale"] in ("", "effect") else interval)(*parts)
    kind = in_words("source_kind", row[f"source_kind_{side}"])
    return text(records.result_link(row[f"result_id_{side}"], numbers), f" ({kind})")
