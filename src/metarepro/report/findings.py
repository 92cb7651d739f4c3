"""Findings on the whole study for the first page: sentences from counts and pools."""

from collections.abc import Sequence

from metarepro.report import no_effect
from metarepro.report.blocks import Link, Text, text
from metarepro.report.plain_language import WEAK
from metarepro.report.records import Records
from metarepro.wording.phrases import capitalised, counted
from metarepro.wording.scales import compares

#: Share of results in favour from which on a selection is spoken of, and of how many results.
MANY = 0.9
ENOUGH = 10


def findings(records: Records) -> list[Text]:
    """What speaks for and against the pools as a whole; each domain has its own answer."""
    said = [
        text(_selection(records)),
        text(_beside(records)),
        text(no_effect.on_domains(records)),
        _published(records),
    ]
    return [sentence for sentence in said if sentence]


def kind_tested(records: Records) -> str:
    """How many trials name the question's own kind of intervention; "" where it names none."""
    about = records.plan.study.about
    if about is None:
        return ""
    said = [f"{row['title']} {row['programme']}".lower() for row in records.trials.values()]
    named = sum(all(word.lower() in words for word in about.programme_words) for words in said)
    words = " and ".join(f"\u201c{word}\u201d" for word in about.programme_words)
    if named:
        verb = "has" if named == 1 else "have"
        return f"{named} of {counted(len(said), 'trial')} {verb} {words} in the title or programme."
    return (
        f"No trial of {about.label} as a whole is in the data: none of "
        f"{counted(len(said), 'trial')} has {words} in its title or programme."
    )


def usable_cells(records: Records) -> str:
    """How many cells of the matrix have an interval that says something."""
    cells = [
        records.cell(intervention, domain["domain"])
        for intervention in records.interventions
        for domain in records.domains
    ]
    filled = [keys[0] for keys in cells if keys]
    if not filled or len(cells) == 1:
        return ""  # the sentences on one cell say all
    single = sum(records.pools[key]["n_trials"] < 2 for key in filled)
    left = [key for key in filled if records.robustness(key) != WEAK]
    doubtful = len(filled) - single - len(left)
    found = {
        "{} {have} no result": len(cells) - len(filled),
        "{} {rest} on a single trial": single,
        "in {} the interval cannot be trusted or is too wide to say much": doubtful,
    }
    parts = [_agreeing(words, count) for words, count in found.items() if count]
    said = ", ".join(parts) or "each has a result"
    of = f"{counted(len(cells), 'combination')} of intervention and domain"
    return f"Of {of}, {said}. {_clear(records, left)}".rstrip()


def _agreeing(words: str, count: int) -> str:
    """Words with a count, and their verb in the number that goes with it."""
    one = count == 1
    return words.format(
        count, **{"have": "has" if one else "have", "rest": "rests" if one else "rest"}
    )


def _clear(records: Records, left: Sequence[str]) -> str:
    """In how many of the remaining cells the interval excludes no effect."""
    if not left:
        return "None has an interval that says more."
    scale = records.main_scale
    pools = [(records.scale_of(key), records.pools[key]) for key in left]
    if not all(own.compares for own, _ in pools):
        return ""
    clear = sum(not own.includes_null(pool["ci_low"], pool["ci_high"]) for own, pool in pools)
    if len(left) == 1:
        verb = "excludes" if clear else "includes"
        return f"In the one that remains, the interval {verb} {scale.no_effect}."
    return f"In {clear} of the remaining {len(left)}, the interval excludes {scale.no_effect}."


def composition(records: Records, key: str) -> str:
    """Of which families the trials of a pool are, and how many were done in poorer countries.

    Income is that of the effects: groups of the World Bank, empty where a trial gives no country
    or its countries differ. "" where there is one family and no income is known.
    """
    trial_ids = records.pools[key]["trial_ids"].split(" ")
    parts = [*_by_family(records, key), *_by_income(records, trial_ids)]
    return f"Trials: {'; '.join(parts)}." if parts else ""


def _by_family(records: Records, key: str) -> list[str]:
    order = dict.fromkeys(row["family"] for row in records.interventions.values())
    if len(order) < 2:
        return []
    results = [records.effects[w["result_id"]] for w in records.rows("weights", "synthesis", key)]
    # A trial with interventions of two families counts in both.
    families = [family for _, family in {(r["trial_id"], r["family"]) for r in results}]
    return [", ".join(f"{records.names[family]} {families.count(family)}" for family in order)]


def _by_income(records: Records, trial_ids: Sequence[str]) -> list[str]:
    incomes = [records.rows("effects", "trial_id", t)[0]["income"] for t in trial_ids]
    unknown = incomes.count("")
    if unknown == len(incomes):
        return []
    poorer = f"{incomes.count('low_or_middle')} in low- or middle-income countries"
    return [poorer + (f" (not known or mixed for {unknown})" if unknown else "")]


def _selection(records: Records) -> str:
    effects = records.tables["effects"]
    usable = effects[(effects["exclude"] == "") & compares(effects)]
    if usable.empty:
        return ""
    favourable = int((usable["yi"] > 0).sum())
    verb = "favours" if favourable == 1 else "favour"
    said = f"Of {counted(len(usable), 'effect size')}, {favourable} {verb} the intervention."
    if len(usable) < ENOUGH or favourable < MANY * len(usable):
        return said
    return (
        f"{said} So many may mean that favourable results were more likely to be reported, which "
        "pooling cannot undo."
    )


def _beside(records: Records) -> str:
    """What the pools of the domains become in the set that is shown beside the primary one."""
    parts = []
    for key in (key for d in records.domains for key in records.over_all("domain", d["domain"])):
        if other := records.beside(key):
            scale = records.scale_of(key)
            own, beside = (scale.number(records.pools[k]["estimate"]) for k in (key, other))
            if own != beside:
                label = records.names[records.pools[key]["domain"]]
                parts.append(f"{label}, {scale.symbol} {beside} instead of {own}")
    if not parts:
        return ""
    label = records.plan.sets[records.plan.evidence.beside].label
    return f"{capitalised(label)}: {'; '.join(parts)}."


def _published(records: Records) -> Text:
    results = records.tables["reproduction"]
    if results.empty:
        return ()
    compared = int((~results["verdict"].isin(["not_testable", "partial"])).sum())
    partial = int((results["verdict"] == "partial").sum())
    reasons = (" (", Link("reasons", "reproduction.html"), ").")
    if compared == len(results):
        return text(f"{counted(compared, 'published result')} could be compared in full", *reasons)
    said = f"Of {counted(len(results), 'published result')}, {compared} could be compared in full"
    return text(f"{said} and {partial} in part", *reasons)
