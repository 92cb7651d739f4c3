"""Risk of bias as people judged it (RoB 2): as traffic lights, and how often each judgement."""

from collections import Counter
from collections.abc import Iterable, Mapping

from metarepro.report.blocks import (
    Page,
    Paragraph,
    Part,
    Section,
    Table,
    Text,
    source_link,
    table,
    text,
)
from metarepro.report.lights import Bar, Judgement
from metarepro.report.records import Records, Row
from metarepro.tabular.judgements import RISKS, ROB2_COLUMNS, ROB2_DOMAINS
from metarepro.wording.phrases import DASH, capitalised, counted, whole

PATH = "risk_of_bias.html"
_NOTHING = "not assessed"
#: What the headings of the domains stand for.
_LEGEND = "; ".join(f"{domain.upper()}, {name}" for domain, name in ROB2_DOMAINS.items())


def page(records: Records) -> Page:
    """Make the page of all judgements."""
    rows = records.tables["risk_of_bias"].to_dict("records")
    known = len(records.trials)
    trials = len({row["trial_id"] for row in rows})
    assessors = ", ".join(dict.fromkeys(row["assessor"] for row in rows))
    said = (
        f"The risk of bias was judged with RoB 2 in {whole(trials)} of {counted(known, 'trial')}. "
        f"Judged by: {assessors}. The judgements are those of people; nothing here is computed "
        "from the results of the trials."
    )
    listed = [(row["trial_id"], row) for row in rows]
    return Page(
        path=PATH,
        title="Risk of bias",
        intro=[Paragraph(text(said), "lead")],
        sections=[
            Section("summary", "Summary", [_summary(rows)]),
            Section("judgements", "Judgements", [_lights(records, listed)]),
        ],
    )


def methods(records: Records) -> str:
    """How many trials were assessed, for the page of methods."""
    if not records.has("risk_of_bias"):
        return "Not assessed. The robustness of the numbers does not replace it."
    trials = records.tables["risk_of_bias"]["trial_id"].nunique()
    return (
        f"Judged with RoB 2 by people in {whole(trials)} of {counted(len(records.trials), 'trial')}"
        "; the page on risk of bias has the judgements. The pools do not depend on them."
    )


def _summary(rows: Iterable[Row]) -> Table:
    """How often each judgement was made in each domain."""
    lines = []
    for column in ROB2_COLUMNS:
        found = Counter(row[column] for row in rows)
        counts = [(judgement, found[judgement]) for judgement in RISKS if found[judgement]]
        name = f"{column.upper()}: {ROB2_DOMAINS[column]}" if column in ROB2_DOMAINS else "Overall"
        lines.append(
            {"Domain": name, "Share": text(Bar(counts)) if counts else DASH}
            | {capitalised(judgement): whole(found[judgement]) for judgement in RISKS}
        )
    return table("bias-summary", "Number of judgements in each domain", lines)


def of_synthesis(records: Records, key: str) -> list[Section]:
    """The judgements on the trials of a synthesis; nothing in a study without judgements."""
    if not records.has("risk_of_bias"):
        return []
    said = Paragraph(text(fact(records, key)))
    lights = _lights(records, _of_pool(records, key))
    return [Section("bias", "Risk of bias", [said, lights])]


def of_trial(records: Records, trial_id: str) -> list[Section]:
    """The judgements on a trial; nothing in a study without judgements."""
    if not records.has("risk_of_bias"):
        return []
    own = records.rows("risk_of_bias", "trial_id", trial_id)
    blocks = [_lights(records, [(trial_id, row) for row in own])] if own else []
    absent = [] if own else [Paragraph(text("The risk of bias of this trial was not assessed."))]
    return [Section("bias", "Risk of bias", [*blocks, *absent])]


def column(records: Records, effect: Row) -> dict[str, Part]:
    """A column with the overall judgement on a result; none in a study without judgements."""
    if not records.has("risk_of_bias"):
        return {}
    judged = records.risk_of_bias(effect)
    return {"Risk of bias": Judgement(judged["overall"], worded=True) if judged else _NOTHING}


def fact(records: Records, key: str) -> str:
    """How many trials of a synthesis were assessed, and with what overall judgement.

    "" in a study without judgements.
    """
    if not records.has("risk_of_bias"):
        return ""
    pairs = _of_pool(records, key)
    known = {trial for trial, _ in pairs}
    judged = {trial for trial, row in pairs if row}
    without = {trial for trial, row in pairs if not row}
    if not judged:
        return f"Not assessed in any of {counted(len(known), 'trial')}."
    partly = len(judged & without)
    more = f", and for some results of {whole(partly)} more" if partly else ""
    counts = Counter(row["overall"] for _, row in pairs if row)
    told = ", ".join(f"{whole(counts[risk])} {risk}" for risk in RISKS if counts[risk])
    return (
        f"Judged with RoB 2 in {whole(len(judged - without))} of {counted(len(known), 'trial')}"
        f"{more}; overall: {told}."
    )


def _of_pool(records: Records, key: str) -> list[tuple[str, Row | None]]:
    """The trials of a synthesis with their judgements, each once; None where there is none."""
    found: dict[tuple[str, str], Row | None] = {}
    for weight in records.rows("weights", "synthesis", key):
        judged = records.risk_of_bias(records.effects[weight["result_id"]])
        of = f"judged for {judged['outcome']}" if judged else ""
        found[weight["trial_id"], of] = judged
    return [(trial_id, judged) for (trial_id, _), judged in found.items()]


def _lights(records: Records, judged: Iterable[tuple[str, Row | None]]) -> Table:
    """Traffic lights, a row for each trial, or for each of its outcomes that was judged apart."""
    apart = bool((records.tables["risk_of_bias"]["outcome"] != "").any())
    rows = [_row(records, trial_id, row, apart) for trial_id, row in judged]
    caption = f"Risk of bias (RoB 2). {_LEGEND}"
    return table(
        "bias",
        caption,
        rows,
        choices=("Overall", "Judged by"),
        optional=("Source",),
        download="data/risk_of_bias.csv",
    )


def _row(records: Records, trial_id: str, row: Row | None, apart: bool) -> dict[str, Part | Text]:
    cells: dict[str, Part | Text] = {"Trial": records.trial_link(trial_id)}
    if apart:
        cells["For"] = _outcome(records.names, row) if row else ""
    for domain in ROB2_DOMAINS:
        judged = row[domain] if row else ""
        cells[domain.upper()] = Judgement(judged) if judged else DASH
    return cells | {
        "Overall": Judgement(row["overall"], worded=True) if row else _NOTHING,
        "Reason": row["reason"] if row else "",
        "Judged by": row["assessor"] if row else "",
        "Source": text(source_link(row["source"]), f" {row['locator']}".rstrip()) if row else "",
    }


def _outcome(names: Mapping[str, str], row: Row) -> str:
    return names[row["outcome"]] if row["outcome"] else "all other outcomes"
