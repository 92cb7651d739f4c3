"""What the pooled effect of one synthesis depends on: in sentences, and as tables."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from metarepro.report import no_effect
from metarepro.report.blocks import Block, Bullets, Paragraph, Table, TableRow, table, text
from metarepro.report.figures import dependence
from metarepro.report.records import Records, Row
from metarepro.sensitivity import summaries
from metarepro.wording.phrases import counted, counted_analyses, p_value, percent, whole
from metarepro.wording.scales import Scale

ONE_TRIAL = "A single trial: there is nothing to leave out or to model differently."
CAVEAT = (
    "These analyses show what the number depends on. None of them corrects a bias: results that "
    "were never reported are in no variant."
)
#: Columns that are hidden at first.
OPTIONAL = (
    *("p", "I²", "τ²", "Model", "Trials removed", "Participants", "Year"),
    *("Covariance ratio", "Hat value", "DFBETAS", "τ² without", "Q without"),
    *(
        "Statistic",
        "df",
        "Trials added",
        "All combinations",
        "Without a pool",
        "Equal to another",
        "Choices that matter",
    ),
    *("p 0.045 to 0.05", "p 0.05 to 0.055", "Its standard error"),
)
#: Methods that give an adjusted effect, as the sentences name them.
ADJUSTED = {
    "pet_peese": summaries.METHODS["pet_peese"],
    "selection": summaries.SELECTION_MODEL,
}
#: From rows of the stage, their syntheses and the words for effects to rows for readers.
Summarise = Callable[[Iterable[Row], summaries.Pools, Scale], list[summaries.Words]]


def sensitivity(records: Records, key: str) -> list[Block]:
    """Sentences, tables and figures; one sentence where there is one trial."""
    if not records.rows("variants", "synthesis", key):
        found = summary(records, key)
        return [Paragraph(text(ONE_TRIAL)), *([found] if found.items else [])]
    return [
        summary(records, key),
        Paragraph(text(CAVEAT), "note"),
        *dependence(records, key),
        *_tables(records, key),
    ]


def _tables(records: Records, key: str) -> Iterator[Table]:
    """The tables of one synthesis, as far as they have rows."""
    trials = {trial_id: trial["label"] for trial_id, trial in records.trials.items()}
    given: list[tuple[str, Summarise, str]] = [
        (
            "source_kinds",
            summaries.source_kinds,
            "Each kind of source on its own",
        ),
        (
            "variants",
            partial(summaries.variants, trials=trials),
            "The same question with other results, models and intervals",
        ),
        (
            "leave_one_out",
            partial(summaries.single_trials, heading="Left out"),
            "Each trial left out in turn",
        ),
        (
            "influence",
            summaries.influence,
            "Influence of each trial (results of a trial averaged; cut-offs of metafor)",
        ),
        (
            "cumulative",
            partial(summaries.single_trials, heading="Up to"),
            "The pool as it grew by year",
        ),
    ]
    if any(not row["reason"] for row in records.rows("small_study", "synthesis", key)):
        given.append(("small_study", summaries.small_study, "Tests for small-study effects"))
    for name, summarise, caption in given:
        if records.rows(name, "synthesis", key):
            yield _table(records, key, name, summarise, caption)


def _table(records: Records, key: str, name: str, summarise: Summarise, caption: str) -> Table:
    """A table of the stage for one synthesis, its trials linked."""
    rows = records.rows(name, "synthesis", key)
    made = summarise(rows, titled(records, [key]), records.scale)
    shown: list[TableRow] = [
        {
            heading: cell
            for heading, cell in words.items()
            if heading not in (summaries.SYNTHESIS, summaries.PLAN)
        }
        for words in made
    ]
    if "trial_id" in rows[0]:
        heading = next(iter(shown[0]))
        shown = [
            {**words, heading: records.trial_link(row["trial_id"], row["label"])}
            for words, row in zip(shown, rows, strict=True)
        ]
    return table(
        name.replace("_", "-"),
        caption,
        shown,
        optional=OPTIONAL,
        download=f"data/{name}.csv",
    )


def titled(records: Records, keys: Sequence[str]) -> summaries.Pools:
    """Some syntheses with their titles."""
    return {key: {**records.pools[key], "title": records.title(key)} for key in keys}


def summary(records: Records, key: str) -> Bullets:
    """Ranges over variants, trials and specifications, tests, and results set to no effect."""
    said = [
        *_range_of_variants(records, key),
        *_range_without_each(records, key),
        *_specifications(records, key),
        *_small_study_sentences(records, key),
        *no_effect.sentences(records, key),
    ]
    return Bullets([text(sentence) for sentence in said])


def _range_of_variants(records: Records, key: str) -> list[str]:
    rows = [r for r in records.rows("variants", "synthesis", key) if r["estimate"] == r["estimate"]]
    others = [r for r in rows if r["variant"] != "primary"]
    if not others:
        return []
    scale = records.scale_of(key)
    low, high = _ends(others, "description", scale)
    if scale.number(low["estimate"]) == scale.number(high["estimate"]):
        variants = counted(len(others), "variant")
        return [f"Over {variants} the pooled {scale.symbol} is {scale.number(low['estimate'])}."]
    return [
        f"Over {counted(len(others), 'variant')} the pooled {scale.symbol} lies between "
        f"{scale.number(low['estimate'])} ({low['description']}) and "
        f"{scale.number(high['estimate'])} ({high['description']})."
    ]


def _range_without_each(records: Records, key: str) -> list[str]:
    rows = records.rows("leave_one_out", "synthesis", key)
    if not rows:
        return []
    scale = records.scale_of(key)
    low, high = _ends(rows, "label", scale)
    return [
        f"With one trial left out, it lies between {scale.number(low['estimate'])} (without "
        f"{low['label']}) and {scale.number(high['estimate'])} (without {high['label']})."
    ]


def _ends(rows: Sequence[Row], name: str, scale: Scale) -> tuple[Row, Row]:
    """The rows with the lowest and the highest printed estimate."""
    ordered = sorted(rows, key=lambda row: (scale.shown(row["estimate"]), row[name]))
    return ordered[0], ordered[-1]


def _specifications(records: Records, key: str) -> list[str]:
    rows = records.rows("multiverse", "synthesis", key)
    if not rows:
        return []
    (row,) = rows
    if row["n_different"] == 0:
        return ["No other analysis could be computed."]
    scale = records.scale_of(key)
    if not scale.compares:
        return [
            f"Over {counted_analyses(row['n_different'])} the {scale.label} ranges from "
            f"{scale.span(row['lowest'], row['highest'])}, median "
            f"{scale.number(row['median'])}."
        ]
    lowest, highest = scale.number(row["lowest"]), scale.number(row["highest"])
    spread = f"ranges from {scale.span(row['lowest'], row['highest'])}, median "
    return [
        f"Of {counted_analyses(row['n_different'])}, "
        f"{percent(100 * row['share_same_sign'])} keep the sign{_same_conclusion(row, scale)}; "
        f"their {scale.symbol} {'is ' if lowest == highest else spread}"
        f"{scale.number(row['median'])}. "
        "These are shares of analyses, which are not independent and not equally reasonable."
    ]


def _same_conclusion(row: Row, scale: Scale) -> str:
    """How many analyses conclude as the plan; "" where its own interval cannot be leaned on."""
    if math.isnan(row["share_same_conclusion"]):
        return ""
    without = row["n_without_interval"]
    do = "does" if without == 1 else "do"
    uncounted = f"; {whole(without)} without a reliable interval {do} not count as the same"
    return (
        f" and {percent(100 * row['share_same_conclusion'])} the conclusion (whether the interval "
        f"includes {scale.no_effect}{uncounted if without else ''})"
    )


def _small_study_sentences(records: Records, key: str) -> list[str]:
    rows = {r["method"]: r for r in records.rows("small_study", "synthesis", key)}
    reasons = sorted({r["reason"] for r in rows.values() if r["reason"]})
    tested = {name: row for name, row in rows.items() if not row["reason"]}
    if not tested:
        return [f"No test for small-study effects: {'; '.join(reasons)}."] if reasons else []
    said = []
    if "egger" in tested:
        said.append(
            f"Egger's test for small-study effects{_with_sizes(tested['egger'], rows)}: "
            f"{p_value(tested['egger']['p_value'])}."
        )
    scale = records.scale_of(key)
    for name, method in ADJUSTED.items():
        if name in tested and tested[name]["estimate"] == tested[name]["estimate"]:
            said.append(
                f"{method}, which tries to adjust for such effects{_with_sizes(tested[name], rows)}"
                f": {scale.symbol} {scale.of(tested[name])}."
            )
    return said


def _with_sizes(row: Row, rows: Mapping[str, Row]) -> str:
    """Of how many trials a test is, where some do not report their sizes."""
    k, of = row["k"], max(other["k"] for other in rows.values())
    if k == of:
        return ""
    return f" ({whole(k)} of {whole(of)} trials; the others do not report how many took part)"
