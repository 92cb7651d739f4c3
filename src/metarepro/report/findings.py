"""The findings on the first page: sentences from counts and pools, what the report is about first.

The Foundation's report is on specialised parent-infant teams. So the findings say first whether
any trial tested one, then what the programmes that such teams offer show, and only then what all
interventions together do, with what they consist of.
"""

from metarepro.report.blocks import Link, Text, text
from metarepro.report.plain_language import includes_zero
from metarepro.report.records import Records, Row
from metarepro.wording.phrases import counted, decimal, interval

#: Families of interventions that specialised parent-infant teams offer; the others are parenting
#: programmes of every kind.
OFFERED = ("psychodynamic", "circle_of_security", "video_feedback")
#: Words that the title or the programme of a trial of a team would hold.
TEAM = ("parent-infant", "team")
#: Share of results in favour from which on a selection is spoken of.
MANY = 0.9


def findings(records: Records) -> list[Text]:
    """Sentences on the whole, each from counts or from a pool by the rules of plain language."""
    return [
        text(_teams(records)),
        *(
            _offered(records, row)
            for row in records.interventions.values()
            if row["family"] in OFFERED
        ),
        text(_cells(records)),
        *(_domain(records, domain["domain"]) for domain in records.domains),
        text(_selection(records)),
        text(_approximate(records)),
        text(_published(records), Link("each with its reason", "reproduction.html"), "."),
    ]


def _teams(records: Records) -> str:
    """Whether a trial in the data names a parent-infant team as what it tested."""
    said = [f"{row['title']} {row['programme']}".lower() for row in records.trials.values()]
    named = sum(all(word in words for word in TEAM) for words in said)
    if named:
        return f"{named} of {counted(len(said), 'trial')} in the data name a parent-infant team."
    return (
        f"No trial of a parent-infant team as a whole: none of {counted(len(said), 'trial')} in "
        "the data names one in its title or programme. They test single programmes, some of which "
        "such teams offer."
    )


def _offered(records: Records, intervention: Row) -> Text:
    """What the pools of one intervention show, in short."""
    link = records.intervention_link(intervention["intervention"])
    cells = {
        d["label"]: records.cell(intervention["intervention"], d["domain"]) for d in records.domains
    }
    if not any(cells.values()):
        return text(link, ": no result in any domain that can be pooled.")
    parts: list[str | Link] = []
    for label, key in cells.items():
        parts += ["; " if parts else ": ", f"{label.lower()}, "]
        parts += _in_short(records, key) if key else ["nothing pooled"]
    return text(link, *parts, ".")


def _in_short(records: Records, key: str) -> list[str | Link]:
    pool = records.pools[key]
    numbers = interval(pool["estimate"], pool["ci_low"], pool["ci_high"])
    behind = f" ({counted(pool['n_trials'], 'trial')}, certainty {records.certainty(key)})"
    return ["g ", records.synthesis_link(key, numbers), behind]


def _cells(records: Records) -> str:
    keys = [
        records.cell(intervention, domain["domain"])
        for intervention in records.interventions
        for domain in records.domains
    ]
    filled = [key for key in keys if key]
    single = sum(records.pools[key]["n_trials"] < 2 for key in filled)
    left = [records.pools[key] for key in filled if records.certainty(key) != "very low"]
    clear = sum(not includes_zero(pool["ci_low"], pool["ci_high"]) for pool in left)
    empty = len(keys) - len(filled)
    return (
        f"Of {counted(len(keys), 'cell')} {empty} are empty and {single} rest on one trial. In "
        f"{len(filled) - single - len(left)} others the interval cannot be trusted or is too wide "
        f"to say much. Left are {len(left)}; the interval excludes zero in {clear} of them."
    )


def _domain(records: Records, domain: str) -> Text:
    key = records.primary("domain", domain)
    if not key:
        return text(records.domain_link(domain), ": no result that can be pooled.")
    said = f", all interventions together. {composition(records, key)} {records.sentences(key)}"
    return text(records.domain_link(domain), said)


def composition(records: Records, key: str) -> str:
    """Of which families the trials of a pool are, and how many were done in poorer countries.

    Income is that of the effects: groups of the World Bank, empty where a trial gives no country
    or its countries differ.
    """
    trial_ids = records.pools[key]["trial_ids"].split(" ")
    results = [records.effects[w["result_id"]] for w in records.rows("weights", "synthesis", key)]
    # A trial with interventions of two families counts in both.
    families = [family for _, family in {(r["trial_id"], r["family"]) for r in results}]
    order = dict.fromkeys(row["family"] for row in records.interventions.values())
    parts = ", ".join(f"{records.names[family]} {families.count(family)}" for family in order)
    incomes = [records.rows("effects", "trial_id", t)[0]["income"] for t in trial_ids]
    unknown = incomes.count("")
    return (
        f"{counted(len(trial_ids), 'trial').capitalize()} by family: {parts}; "
        f"{incomes.count('low_or_middle')} in low- or middle-income countries"
        + (f", {unknown} in unknown or mixed ones." if unknown else ".")
    )


def _selection(records: Records) -> str:
    effects = records.tables["effects"]
    usable = effects[effects["exclude"] == ""]
    favourable = int((usable["yi"] > 0).sum())
    said = f"Of {counted(len(usable), 'effect size')} {favourable} favour the intervention."
    if favourable < MANY * len(usable):
        return said
    return (
        f"{said} So many are a sign of what gets printed, and no pool of them is an unbiased "
        "estimate."
    )


def _approximate(records: Records) -> str:
    """What the pools of the domains become with the approximate results."""
    evidence = records.plan.evidence
    parts = []
    for domain in records.domains:
        sets = (evidence.set, evidence.beside)
        keys = [f"{set_name}.domain.{domain['domain']}" for set_name in sets]
        if all(key in records.pools for key in keys):
            own, beside = (decimal(records.pools[key]["estimate"]) for key in keys)
            parts.append(f"{domain['label']} {beside} instead of {own}")
    return (
        "Approximate results are not pooled, and leaving them out is not neutral. With them the "
        f"pooled g would be: {'; '.join(parts)}."
    )


def _published(records: Records) -> str:
    results = records.tables["reproduction"]
    compared = int((~results["verdict"].isin(["not_testable", "partial"])).sum())
    partial = int((results["verdict"] == "partial").sum())
    return (
        f"Of {counted(len(results), 'published result')} {compared} could be compared in full and "
        f"{partial} in part; "
    )
