"""The pages of the Foundation's claims and of the programmes that it names."""

from collections.abc import Sequence

from metarepro.claims.rules import CLAIM_VERDICTS, RULES
from metarepro.report.blocks import (
    Block,
    Bullets,
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
from metarepro.report.records import Records, Row, trail
from metarepro.wording.phrases import DASH, counted, interval, whole

#: Groups of claims that are counted apart, and what they are about.
GROUPS = {
    "effects": "about what interventions do (effects and what they depend on)",
    "counts": "about the size of reviews (studies, participants)",
    "other": "about local evaluations, costs and guidance",
}
RULE_TITLES = {rule.rule: rule.title for rule in RULES}


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
        "result of a trial is in the data. That none was found does not show that there is none. "
        "Usable: became an effect size, at any time and with any assumption, which is more than "
        "the claims rest on."
    )
    listed = table(
        "programmes",
        "Programmes of the report and their trials in the data",
        rows,
        columns=("Programme",),
        choices=("Named as", "Guidebook rating"),
        optional=("Named as", "Intervention", "Matched by"),
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
    lead = f"{counted(len(claims), 'claim')} of the Foundation's report, each with a verdict."
    listed = table(
        "claims",
        "Claims and verdicts; the first column leads to the details below",
        [_row(records, claim) for claim in claims],
        columns=("Claim",),
        choices=("Subject", "Kind of evidence", "Verdict"),
        optional=("Subject", "Kind of evidence", "Published", "Needed to test it"),
        download="data/claims.csv",
    )
    return Page(
        path="claims.html",
        title="Do the claims hold?",
        trail=trail(),
        nav="claims",
        intro=[Paragraph(text(lead), "lead"), Bullets(tallies(records)), listed],
        sections=[
            Section("each", "Each claim", [_details(records, claim) for claim in claims]),
            Section("rules", "The rules of the verdicts", _rules()),
        ],
    )


def _row(records: Records, claim: Row) -> dict[str, str | Link | Text]:
    return {
        "Claim": text(
            records.claim_link(claim["claim_id"]), f": {claim['subject']}: {claim['claim']}"
        ),
        "Verdict": verdict_words(claim["verdict"]),
        "The report says": claim["claimed"],
        "Why": claim["reason"],
        "Limit": claim["caveat"] or DASH,
        "Our numbers": _numbers(records, claim),
        "Subject": claim["subject"],
        "Kind of evidence": claim["evidence_type"].replace("_", " "),
        "Published": claim["published"] or DASH,
        "Needed to test it": claim["needed"] or DASH,
    }


def _details(records: Records, claim: Row) -> Facts:
    """All that is known of one claim; what is empty is left out."""
    rule = Link(RULE_TITLES[claim["rule"]], f"claims.html#rule-{claim['rule']}")
    facts: list[tuple[str, Text]] = [
        ("About", text(claim["subject"])),
        ("Where", text(_where(records, claim))),
        ("The report says", text(claim["claimed"])),
        ("Published", text(claim["published"] or "nothing that could be read")),
        ("Our numbers", _numbers(records, claim)),
        ("Coverage", text(claim["coverage"])),
        ("Verdict", text(f"{verdict_words(claim['verdict'])}, by the rule: ", rule)),
        ("Why", text(claim["reason"])),
        ("Limit", text(claim["caveat"])),
        ("Needed to test it", text(claim["needed"])),
    ]
    heading = f"{claim['claim_id']}: {claim['claim']}"
    return Facts([fact for fact in facts if fact[1]], claim["claim_id"], heading)


def _where(records: Records, claim: Row) -> str:
    """Where the report makes the claim, and on what it rests."""
    kind = f"evidence of the kind {claim['evidence_type'].replace('_', ' ')}"
    footnote = f", footnote {claim['footnote']}" if claim["footnote"] else ""
    review = claim["source_review"]
    return kind + footnote + (f", citing {records.review_label(review)}" if review else "")


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


def tallies(records: Records) -> list[Text]:
    """How many claims have each verdict, apart for each group of `GROUPS`.

    One tally of all would mix claims on effects with such that only count studies.
    """
    claims = records.tables["claims"].to_dict("records")
    return [
        text(_tally(title, [claim["verdict"] for claim in claims if group(claim) == name]))
        for name, title in GROUPS.items()
    ]


def group(claim: Row) -> str:
    """The group of `GROUPS` that a claim belongs to."""
    if claim["evidence_type"] != "large_scale":
        return "other"
    return "counts" if claim["claim_kind"].startswith("count_") else "effects"


def _tally(title: str, verdicts: Sequence[str]) -> str:
    counts = [f"{verdicts.count(name)} {verdict_words(name)}" for name in CLAIM_VERDICTS]
    return f"{counted(len(verdicts), 'claim')} {title}: {', '.join(counts)}."


def _numbers(records: Records, claim: Row) -> Text:
    """The pool that the claim is set against, and what was recomputed from the report's data."""
    if not claim["synthesis"]:
        return text(claim["computed"] or DASH)
    numbers = interval(claim["estimate"], claim["ci_low"], claim["ci_high"])
    trials = f" ({counted(claim['n_trials'], 'trial')})"
    computed = f"; {claim['computed']}" if claim["computed"] else ""
    return text("g ", records.synthesis_link(claim["synthesis"], numbers), trials, computed)
