"""What a methods reviewer asks first: question, sources, flow of records, registration, citation.

What the analysis plan does not state is said to be absent.
"""

from collections.abc import Iterator
from importlib.metadata import version as version_of

import pandas as pd

from metarepro.report import certainty, risk_of_bias
from metarepro.report.blocks import Block, Bullets, Facts, Flow, Section, table, text
from metarepro.report.records import Records, Row
from metarepro.wording.codes import WORDS, in_words
from metarepro.wording.phrases import capitalised, counted, whole
from metarepro.wording.summaries import EXCLUSIONS

NOT_STATED = "Not stated in the analysis plan."


def sections(records: Records) -> Iterator[Section]:
    """The sections that come before the statistics."""
    yield Section("question", "Question and eligibility", [_question(records)])
    if records.has("effects"):
        yield Section("sources", "Sources", _sources(records))
        yield Section("flow", "Flow of records", [flow(records)])
    yield Section("registration", "Registration and risk of bias", [_registration(records)])
    yield Section("cite", "Authors, licence and citation", [_citation(records)])


def _question(records: Records) -> Facts:
    study, chosen = records.plan.study, records.plan.sets[records.plan.evidence.set]
    interventions = [row["label"] for row in records.interventions.values()]
    outcomes = [f"{domain['label']}: {_outcomes(records, domain)}" for domain in records.domains]
    designs = [in_words("design", design) for design in chosen.designs or WORDS["design"]]
    times = [in_words("timepoint", time) for time in chosen.timepoints]
    facts = {
        "Question": study.question or NOT_STATED,
        "Participants": study.participants,
        "Interventions": "; ".join(interventions) or NOT_STATED,
        "Outcomes": "; ".join(outcomes) or NOT_STATED,
        "Designs in the main analyses": ", ".join(designs),
        "Times in the main analyses": ", ".join(times),
        "Eligibility": "; ".join(study.eligibility) or NOT_STATED,
    }
    return _facts(facts)


def _outcomes(records: Records, domain: Row) -> str:
    rows = records.rows("outcomes", "domain", domain["domain"])
    return ", ".join(row["label"] for row in rows) or "none"


def _facts(items: dict[str, str]) -> Facts:
    return Facts([(term, text(meaning)) for term, meaning in items.items()])


def _sources(records: Records) -> list[Block]:
    """Where results were read, and up to when the reviews searched."""
    effects = records.tables["effects"]
    kinds = [
        {
            "Read in": capitalised(in_words("source_kind", str(kind))),
            "Results": whole(len(rows)),
            "Trials": whole(rows["trial_id"].nunique()),
        }
        for kind, rows in effects.groupby("source_kind", sort=True)
    ]
    looked_up = records.plan.study.looked_up or (
        "The dates on which the sources were looked up are not recorded."
    )
    blocks: list[Block] = [
        Bullets([text(looked_up), text("The source of each result is given on its trial's page.")]),
        table("source-kinds", "Where the results were read", kinds),
    ]
    reviews = [
        {
            "Review": review["label"],
            "Searched up to": review["search_date"] or "not seen",
            "Studies": whole(review["n_studies"]),
        }
        for review in records.reviews.values()
    ]
    if reviews:
        blocks.append(table("searches", "Reviews and the dates of their searches", reviews))
    return blocks


def flow(records: Records) -> Flow:
    """How many trials and results reach each step, and why others leave before the next."""
    effects, trials = records.tables["effects"], len(records.trials)
    usable, excluded = (effects[(effects["exclude"] == "") == kept] for kept in (True, False))
    unread = trials - effects["trial_id"].nunique()
    is_in = usable["result_id"].isin(_pooled(records))
    reasons = [
        f"{EXCLUSIONS[str(code)]} ({whole(count)})"
        for code, count in excluded["exclude"].value_counts().items()
    ]
    no_number = f"Without a number that could be read: {counted(unread, 'trial')}."
    not_usable = f"Not usable: {counted(len(excluded), 'result')}: {'; '.join(reasons)}."
    steps = {
        f"Known: {counted(trials, 'trial')}.": no_number if unread else "",
        f"With a result that was read: {_amount(effects)}.": not_usable if reasons else "",
        f"With an effect size: {_amount(usable)}.": _left_out(records, usable[~is_in]),
        f"In the main analyses: {_amount(usable[is_in])}.": "",
    }
    return Flow([(text(step), text(out) if out else ()) for step, out in steps.items()])


def _amount(effects: pd.DataFrame) -> str:
    trials = counted(effects["trial_id"].nunique(), "trial")
    return f"{trials} with {counted(len(effects), 'result')}"


def _pooled(records: Records) -> set[str]:
    """Results in a synthesis of the primary set."""
    weights = records.tables["weights"]
    mine = weights["synthesis"].str.startswith(f"{records.plan.evidence.set}.")
    return set(weights.loc[mine, "result_id"])


def _left_out(records: Records, effects: pd.DataFrame) -> str:
    """Why effect sizes are not in the main analyses; the first reason that applies counts."""
    chosen = records.plan.sets[records.plan.evidence.set]
    rest, reasons = effects, []
    for words, column, allowed in (
        ("measured at another time", "timepoint", chosen.timepoints),
        ("of another tier", "tier", chosen.tiers),
        ("of trials not shown to be randomised", "design", chosen.designs),
    ):
        out = ~rest[column].isin(allowed) if allowed else pd.Series(False, index=rest.index)
        if out.any():
            reasons.append(f"{words} ({whole(out.sum())})")
        rest = rest[~out]
    if len(rest):
        reasons.append(f"for another reason ({whole(len(rest))})")
    if not reasons:
        return ""
    return f"Not in the main analyses: {counted(len(effects), 'result')}: {'; '.join(reasons)}."


def _registration(records: Records) -> Facts:
    return _facts(
        {
            "Registration": records.plan.study.registration
            or "No registration or protocol is named in the analysis plan.",
            "Risk of bias": risk_of_bias.methods(records),
            "Certainty of the evidence": certainty.methods(records),
        }
    )


def _citation(records: Records) -> Facts:
    study, version = records.plan.study, version_of("metarepro")
    authors = ", ".join(study.authors)
    title = study.title.rstrip(".")
    stop = "" if title.endswith("?") else "."
    return _facts(
        {
            "Authors": authors or NOT_STATED,
            "Licence": study.licence or NOT_STATED,
            "Version": f"Made with metarepro {version}.",
            "How to cite": f"{f'{authors}. ' if authors else ''}{title}{stop} Report made with "
            f"metarepro {version}.",
        }
    )
