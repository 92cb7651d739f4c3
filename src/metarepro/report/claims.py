"""The pages of the claims that are checked and of the programmes that are named with them."""

import math
from collections.abc import Sequence

from metarepro.claims.rules import CLAIM_VERDICTS, NOT_SUPPORTED, PARTLY, RULES, SUPPORTED
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
from metarepro.report.records import Records, Row
from metarepro.wording.codes import in_words
from metarepro.wording.phrases import DASH, capitalised, counted, trials_of_pool, whole

#: Groups of claims that are counted apart, and what they are about.
GROUPS = {
    "effects": "about what interventions do (effects and what they depend on)",
    "counts": "about the size of reviews (studies, participants)",
    "other": "that rest on other evidence",
}
#: Verdicts that a tally names also where no claim has them.
_ALWAYS_COUNTED = (SUPPORTED, PARTLY, NOT_SUPPORTED)
RULE_TITLES = {rule.rule: rule.title for rule in RULES}


def programmes_page(records: Records) -> Page:
    """The programmes that the report with the claims names."""
    named = records.tables["programmes"].to_dict("records")
    rated = any(row["rating"] for row in named)
    rows: list[dict[str, str | Link | Text]] = [
        {
            "Programme": row["label"],
            "Named as": row["named_as"],
            "Intervention": text(records.intervention_link(row["intervention"]) or DASH),
            **({"Rating": row["rating"] or "none given"} if rated else {}),
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
    report = capitalised(records.plan.study.report)
    lead = f"{report} names {counted(len(rows), 'programme')}." + (
        f" For {without} of them the data contain no usable trial result, which does not mean that "
        "there is none."
        if without
        else ""
    )
    usable = (
        "A usable result became an effect size, at any time and with any assumption. The claims "
        "rest on fewer."
    )
    listed = table(
        "programmes",
        "Programmes and their trials in the data",
        rows,
        columns=("Programme",),
        choices=("Named as", "Rating"),
        optional=("Named as", "Intervention", "Matched by"),
        download="data/programmes.csv",
    )
    return Page(
        path="programmes.html",
        title="Programmes named in the report",
        intro=[Paragraph(text(lead), "lead"), Paragraph(text(usable)), listed],
    )


def claims_page(records: Records) -> Page:
    """Every claim with its verdict, and the rules of the verdicts."""
    claims = records.tables["claims"].to_dict("records")
    lead = f"{counted(len(claims), 'claim')} of {records.plan.study.report}, each with a verdict."
    listed = table(
        "claims",
        "Claims and verdicts; the first column links to the details below",
        [_row(records, claim) for claim in claims],
        columns=("Claim",),
        choices=("Subject", "Kind of evidence", "Verdict"),
        # The details have the reasons.
        optional=("Why", "Limit", "Subject", "Kind of evidence", "Published", "Needed to test it"),
        download="data/claims.csv",
    )
    return Page(
        path="claims.html",
        title="Claims and verdicts",
        intro=[Paragraph(text(lead), "lead"), Bullets(tallies(records)), listed],
        sections=[
            Section("each", "Claims in detail", [_details(records, claim) for claim in claims]),
            Section("rules", "Rules for the verdicts", _rules(records)),
        ],
    )


def _row(records: Records, claim: Row) -> dict[str, str | Link | Text]:
    return {
        "Claim": text(records.claim_link(claim)),
        "Verdict": verdict_words(claim["verdict"]),
        "The report says": claim["claimed"],
        "Rule": text(_rule(claim)),
        "Why": claim["reason"],
        "Limit": claim["caveat"] or DASH,
        "Our numbers": _numbers(records, claim),
        "Subject": claim["subject"],
        "Kind of evidence": in_words("evidence_type", claim["evidence_type"]),
        "Published": claim["published"] or DASH,
        "Needed to test it": claim["needed"] or DASH,
    }


def _rule(claim: Row) -> Link:
    """The rule of the verdict: the reason in a few words."""
    return Link(RULE_TITLES[claim["rule"]], f"claims.html#rule-{claim['rule']}")


def _details(records: Records, claim: Row) -> Facts:
    """All that is known of one claim; what is empty is left out."""
    facts: list[tuple[str, Text]] = [
        ("The report says", text(claim["claimed"])),
        ("Verdict", text(f"{verdict_words(claim['verdict'])}, by the rule: ", _rule(claim))),
        ("Why", text(claim["reason"])),
        ("Limit", text(claim["caveat"])),
        ("Our numbers", _numbers(records, claim)),
        ("Published", text(claim["published"] or "nothing that could be read")),
        ("Coverage", text(claim["coverage"])),
        ("Needed to test it", text(claim["needed"])),
        ("Where", text(_where(records, claim))),
    ]
    heading = records.claim_link(claim).text
    said = [fact for fact in facts if fact[1] not in (text(""), text(DASH))]
    return Facts(said, claim["claim_id"], heading)


def _where(records: Records, claim: Row) -> str:
    """Where the claim is made, and on what it rests."""
    kind = f"evidence: {in_words('evidence_type', claim['evidence_type'])}"
    footnote = f", footnote {claim['footnote']}" if claim["footnote"] else ""
    review = claim["source_review"]
    return kind + footnote + (f", citing {records.review_label(review)}" if review else "")


def _rules(records: Records) -> list[Block]:
    """What the verdicts mean, and the rules for the kinds of claims that there are."""
    meanings = [
        (verdict_words(verdict), text(meaning)) for verdict, meaning in CLAIM_VERDICTS.items()
    ]
    used = set(records.tables["claims"]["rule"])
    kinds = {rule.kind for rule in RULES if rule.rule in used}
    rules = [rule for rule in RULES if rule.kind in kinds]
    rows = [
        {
            "Rule": rule.title,
            "For claims of the kind": rule.kind.replace("_", " "),
            "Verdict": verdict_words(rule.verdict),
            "Applies when": rule.text,
        }
        for rule in rules
    ]
    anchors = [f"rule-{rule.rule}" for rule in rules]
    return [
        Facts(meanings),
        table(
            "rules",
            "Rules in the order in which they are tried; the first that fits applies",
            rows,
            choices=("For claims of the kind", "Verdict"),
            anchors=anchors,
        ),
    ]


def verdict_words(verdict: str) -> str:
    """A verdict as it is printed."""
    return verdict.replace("_", " ")


def tallies(records: Records) -> list[Text]:
    """How many claims have each verdict, separately for each group of `GROUPS`.

    One tally of all would mix claims on effects with such that only count studies.
    """
    claims = records.tables["claims"].to_dict("records")
    verdicts = {
        title: [claim["verdict"] for claim in claims if group(claim) == name]
        for name, title in GROUPS.items()
    }
    return [text(_tally(title, own)) for title, own in verdicts.items() if own]


def group(claim: Row) -> str:
    """The group of `GROUPS` that a claim belongs to."""
    if claim["evidence_type"] != "large_scale":
        return "other"
    return "counts" if claim["claim_kind"].startswith("count_") else "effects"


def _tally(title: str, verdicts: Sequence[str]) -> str:
    counts = [
        f"{verdicts.count(name)} {verdict_words(name)}"
        for name in CLAIM_VERDICTS
        if name in verdicts or name in _ALWAYS_COUNTED
    ]
    return f"{counted(len(verdicts), 'claim')} {title}: {', '.join(counts)}."


def _numbers(records: Records, claim: Row) -> Text:
    """The pool that the claim is set against, and what was recomputed from the report's data."""
    if not claim["synthesis"]:
        return text(claim["computed"] or DASH)
    if math.isnan(claim["estimate"]):  # a comparison within the synthesis: no pool is claimed
        computed = claim["computed"]
        return text(records.synthesis_link(claim["synthesis"], computed) if computed else DASH)
    key = claim["synthesis"]
    scale = records.scale_of(key)
    numbers = records.synthesis_link(key, scale.of_shown(claim))
    trials = f" ({trials_of_pool(claim)})"
    computed = f"; {claim['computed']}" if claim["computed"] else ""
    return text(f"{scale.symbol} ", numbers, trials, computed)
