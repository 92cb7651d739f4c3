"""The pages of the Foundation's claims and of the programmes that it names."""

from metarepro.claim_rules import CLAIM_VERDICTS, RULES
from metarepro.report_blocks import (
    Block,
    Facts,
    Link,
    Page,
    Paragraph,
    Section,
    Text,
    joined,
    table,
    text,
)
from metarepro.report_records import Records, Row, trail
from metarepro.wording import DASH, counted, interval, whole


def programmes_page(records: Records) -> Page:
    """The programmes that the Foundation's report names."""
    named = records.tables["programmes"].to_dict("records")
    rows = [
        {
            "Programme": row["label"],
            "Named as": row["named_as"],
            "Intervention": text(records.intervention_link(row["intervention"]) or DASH),
            "Guidebook rating": row["guidebook_rating"] or "none given",
            "Trials": whole(row["n_trials"]),
            "With results": whole(row["n_trials_with_results"]),
            "Results": whole(row["n_results"]),
            "Usable": whole(row["n_usable"]),
            "Domains": row["domains"] or DASH,
            "Which trials": joined(
                [records.trial_link(t) for t in row["trial_ids"].split(" ") if t], ", "
            ),
            "Matched by": row["matched_by"],
            "Remark": row["remark"],
        }
        for row in named
    ]
    without = sum(row["n_usable"] == 0 for row in named)
    lead = (
        f"The report names {counted(len(rows), 'programme')}; for {without} of them no usable "
        "result of a trial is in the data. That none was found does not show that there is none."
    )
    listed = table(
        "programmes",
        "Programmes of the report and their trials in the data",
        rows,
        columns=("Programme",),
        choices=("Named as", "Guidebook rating"),
        optional=("Matched by",),
        download="data/programmes.csv",
    )
    return Page(
        path="programmes.html",
        title="Programmes the report names",
        trail=trail(),
        nav="programmes",
        intro=[Paragraph(text(lead), "lead"), listed],
        sections=(),
    )


def claims_page(records: Records) -> Page:
    """Every claim of the Foundation's report with its verdict, and the rules of the verdicts."""
    claims = records.tables["claims"].to_dict("records")
    lead = f"{counted(len(claims), 'claim')} of the Foundation's report: {verdict_counts(records)}."
    rows = [_claim(records, claim) for claim in claims]
    listed = table(
        "claims",
        "Claims and verdicts",
        rows,
        columns=("Claim",),
        choices=("Subject", "Kind of evidence", "Verdict"),
        optional=("Coverage", "Subject", "Kind of evidence", "Cited", "Rule", "Footnote"),
        download="data/claims.csv",
        anchors=[claim["claim_id"] for claim in claims],
    )
    return Page(
        path="claims.html",
        title="Do the claims hold?",
        trail=trail(),
        nav="claims",
        intro=[Paragraph(text(lead), "lead"), listed],
        sections=[Section("rules", "The rules of the verdicts", _rules())],
    )


def _rules() -> list[Block]:
    meanings = [
        (verdict_words(verdict), text(meaning)) for verdict, meaning in CLAIM_VERDICTS.items()
    ]
    rows = [
        {
            "Rule": rule.title,
            "For claims of the kind": rule.kind.replace("_", " "),
            "Verdict": verdict_words(rule.verdict),
            "Applies when": rule.text,
        }
        for rule in RULES
    ]
    anchors = [f"rule-{rule.rule}" for rule in RULES]
    return [
        Facts(meanings),
        table(
            "rules",
            "In the order in which they are tried; the first that fits applies",
            rows,
            choices=("For claims of the kind", "Verdict"),
            anchors=anchors,
        ),
    ]


def verdict_words(verdict: str) -> str:
    """A verdict as it is printed."""
    return verdict.replace("_", " ")


def verdict_counts(records: Records) -> str:
    """How many claims have each verdict, in words."""
    verdicts = records.tables["claims"]["verdict"].value_counts()
    return ", ".join(f"{verdicts.get(name, 0)} {verdict_words(name)}" for name in CLAIM_VERDICTS)


def _claim(records: Records, claim: Row) -> dict[str, str | Link | Text]:
    return {
        "Claim": f"{claim['claim_id']}: {claim['claim']}",
        "Verdict": verdict_words(claim["verdict"]),
        "Why": claim["reason"],
        "The report says": claim["claimed"] or DASH,
        "The cited review published": claim["published"] or "nothing that could be read",
        "Our numbers": _numbers(records, claim),
        "Limit": claim["caveat"] or DASH,
        "Needed to test it": claim["needed"] or DASH,
        "Coverage": claim["coverage"] or DASH,
        "Subject": claim["subject"],
        "Kind of evidence": claim["evidence_type"].replace("_", " "),
        "Cited": _cited(records, claim),
        "Rule": text(Link(claim["rule"], f"claims.html#rule-{claim['rule']}")),
        "Footnote": claim["footnote"] or DASH,
    }


def _cited(records: Records, claim: Row) -> str:
    return records.review_label(claim["source_review"]) if claim["source_review"] else DASH


def _numbers(records: Records, claim: Row) -> Text:
    """The pool that the claim is set against, and what was recomputed from the report's data."""
    if not claim["synthesis"]:
        return text(claim["computed"] or DASH)
    numbers = interval(claim["estimate"], claim["ci_low"], claim["ci_high"])
    trials = f" ({counted(claim['n_trials'], 'trial')})"
    computed = f"; {claim['computed']}" if claim["computed"] else ""
    return text("g ", records.synthesis_link(claim["synthesis"], numbers), trials, computed)
