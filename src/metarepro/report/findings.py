"""The main findings on the first page: sentences from counts and pools.

If the study asks about one kind of intervention (`study.about` in the analysis plan), they say
first whether any trial tested it, then what its families of interventions show, and only then what
all interventions together do, and what they consist of.
"""

from collections.abc import Iterator, Sequence

from metarepro.report import no_effect
from metarepro.report.blocks import Link, Text, text
from metarepro.report.plain_language import WEAK
from metarepro.report.records import Records, Row
from metarepro.wording.phrases import capitalised, counted, trials_of_pool
from metarepro.wording.scales import compares

#: Share of results in favour from which on a selection is spoken of, and of how many results.
MANY = 0.9
ENOUGH = 10


def findings(records: Records) -> list[Text]:
    """Sentences on the whole, each from counts or from a pool by the rules of plain language."""
    said = [
        *_about(records),
        *_pools(records),
        text(_selection(records)),
        text(_beside(records)),
        text(no_effect.on_domains(records)),
        _published(records),
    ]
    return [sentence for sentence in said if sentence]


def _about(records: Records) -> list[Text]:
    """What the families of the question's own kind of intervention show."""
    about = records.plan.study.about
    if about is None:
        return []
    chosen = [row for row in records.interventions.values() if row["family"] in about.families]
    return [_intervention(records, row) for row in chosen]


def kind_tested(records: Records) -> str:
    """How many trials name the question's own kind of intervention; "" where it names none."""
    about = records.plan.study.about
    if about is None or not about.programme_words:
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


def _intervention(records: Records, intervention: Row) -> Text:
    """What the pools of one intervention show, in short."""
    link = records.intervention_link(intervention["intervention"])
    cells = {
        d["label"]: records.cell(intervention["intervention"], d["domain"]) for d in records.domains
    }
    if not any(cells.values()):
        return text(link, ": no result in any domain that can be pooled.")
    parts: list[str | Link] = []
    for label, keys in cells.items():
        parts += ["; " if parts else ": ", f"{label.lower()}, "]
        for place, key in enumerate(keys):
            parts += [" and "] if place else []
            parts += _in_short(records, key)
        parts += [] if keys else ["nothing pooled"]
    return text(link, *parts, ".")


def _in_short(records: Records, key: str) -> list[str | Link]:
    pool, scale = records.pools[key], records.scale_of(key)
    behind = f" ({trials_of_pool(pool)}, robustness {records.robustness(key)})"
    return [f"{scale.symbol} ", records.synthesis_link(key, scale.of_shown(pool)), behind]


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


def _pools(records: Records) -> list[Text]:
    """What the pools show: of each domain, or where none pools a whole domain, of interventions."""
    names = [domain["domain"] for domain in records.domains]
    domains = [said for name in names for said in _domain(records, name)]
    if records.plan.study.about or any(records.over_all("domain", name) for name in names):
        return domains
    cells = [cell for name in names for cell in records.cells(name)]
    if len(records.interventions) * len(names) == 1:
        return [text(records.synthesis_link(cell), ". ", records.sentences(cell)) for cell in cells]
    pooled = [
        row
        for intervention, row in records.interventions.items()
        if any(records.cell(intervention, name) for name in names)
    ]
    return [*(_intervention(records, row) for row in pooled), *domains]


def _domain(records: Records, domain: str) -> Iterator[Text]:
    """What each outcome of a domain shows, and then their summary; nothing that is not pooled."""
    keys, outcomes = records.over_all("domain", domain), records.outcomes(domain)
    if outcomes:
        parts: list[str | Link] = []
        for key in outcomes:
            parts += [
                "; " if parts else "",
                f"{records.title(key).partition(' (all')[0].lower()}, ",
            ]
            parts += _in_short(records, key)
        yield text(records.domain_link(domain), ", outcome by outcome: ", *parts, ".")
    if not keys and not records.cells(domain):
        yield text(records.domain_link(domain), ": no result that can be pooled.")
    for key in keys:
        together = f"all {_of_what(outcomes)}interventions together."
        said = " ".join(filter(None, [together, composition(records, key), records.sentences(key)]))
        link = records.domain_link(domain)
        if len(keys) > 1:  # which of them
            link, said = records.synthesis_link(key), said.removeprefix(f"{together} ")
        yield text(link, f", {said}" if len(keys) == 1 else f". {said}")


def _of_what(outcomes: Sequence[str]) -> str:
    return "outcomes (a summary of effects on different things) and " if len(outcomes) > 1 else ""


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
