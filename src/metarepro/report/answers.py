"""The first screen: what the trials show on each domain, how far to trust it, and what is open.

Sentences that a reader can quote, each from the numbers by a rule. A size in plain terms is never
given without its interval, and neither is given where the interval cannot be trusted.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from statistics import NormalDist
from typing import Any

from metarepro.models.thresholds import FEW_TRIALS, MIN_TRIALS_FOR_INTERVAL, predicts
from metarepro.report import certainty
from metarepro.report.blocks import Block, Bullets, Facts, Link, Paragraph, Section, Text, text
from metarepro.report.findings import composition, kind_tested, usable_cells
from metarepro.report.plain_language import (
    amount_of_trials,
    mostly_abstracts,
    robustness,
    robustness_reasons,
    size_word,
    untrusted,
)
from metarepro.report.records import Records
from metarepro.wording.phrases import capitalised, decimal, no_interval
from metarepro.wording.scales import Scale

Pool = Mapping[Any, Any]

#: What a ratio is of, in plain terms.
_RISKS = {
    "RR": ("risk", "is"),
    "OR": ("odds", "are"),
    "HR": ("hazard", "is"),
    "IRR": ("rate", "is"),
}
#: From here on a ratio is said as a multiple.
_AS_MULTIPLE = 2.0


def answers(records: Records) -> Iterator[Section]:
    """What the trials show, then what they cannot answer; nothing where nothing was pooled."""
    pools = [(d, key) for d in records.domains for key in _keys(records, d["domain"])]
    key_facts = " ".join(filter(None, [kind_tested(records), usable_cells(records)]))
    blocks: list[Block] = [Paragraph(text(key_facts), "lead")] if key_facts else []
    for domain, key in pools:
        of_all = len(records.interventions) == 1 or records.over_all("domain", domain["domain"])
        alone = of_all and len(_keys(records, domain["domain"])) == 1
        label = domain["label"] if alone else records.title(key)
        blocks.append(Facts(list(_answer(records, key)), f"answer-{key}", label))
    if blocks:
        yield Section("answers", "What the trials show", blocks)
    open_cells = list(not_answered(records))
    if open_cells:
        wanted = (
            f"A reliable interval takes at least {MIN_TRIALS_FOR_INTERVAL} trials with full "
            "results, more if some give several or their sizes differ much."
        )
        blocks = [Bullets(open_cells), Paragraph(text(wanted))]
        yield Section("open", "What could not be answered", blocks)


def _keys(records: Records, domain: str) -> list[str]:
    """The pools of a domain: over all interventions, else those of each."""
    return records.over_all("domain", domain) or records.cells(domain)


def _answer(records: Records, key: str) -> Iterator[tuple[str, Text]]:
    pool, scale, n_abstracts = records.pools[key], records.scale_of(key), records.n_abstracts(key)
    yield "What they show", text(in_short(records, key), " See ", *_more(records, key), ".")
    if of_what := composition(records, key):
        yield "Which trials", text(of_what.removeprefix("Trials: "))
    yield "How far to trust it", text(trust(pool, n_abstracts, scale))
    if judged := certainty.fact(records, key):
        yield "Certainty of the evidence", judged
    if change := would_change(pool, n_abstracts, scale):
        yield "What would change it", text(change)


def _more(records: Records, key: str) -> Sequence[str | Link]:
    """Where the trials are, and the outcomes of the domain, if there are several."""
    links: list[str | Link] = [records.synthesis_link(key, "the trials")]
    domain = records.pools[key]["domain"]
    if len(records.outcomes(domain)) > 1:
        links += [" and ", records.domain_link(domain, "each outcome")]
    return links


def in_short(records: Records, key: str) -> str:
    """What the trials of a pool show, and how large that is in plain terms."""
    pool, scale = records.pools[key], records.scale_of(key)
    return " ".join(filter(None, [finding(pool, scale), in_plain_terms(pool, scale)]))


def finding(pool: Pool, scale: Scale) -> str:
    """What the trials show, in a sentence.

    Examples
    --------
    >>> pool = {"n_trials": 12.0, "n_participants": 900.0, "n_unknown": 0.0, "estimate": 0.36,
    ...         "ci_low": 0.2, "ci_high": 0.52, "flags": ""}
    >>> finding(pool, Scale("SMD"))
    'Outcomes are better with the intervention on average over 12 trials with 900 participants: \
g 0.36, 95% CI 0.20 to 0.52 (a small effect).'
    """
    number = f"{scale.symbol} {scale.number(pool['estimate'])}"
    trials = amount_of_trials(pool)
    limits = f"{scale.ci} {scale.span(pool['ci_low'], pool['ci_high'])}"
    if untrusted(pool):
        return f"{capitalised(trials)}: {number} on average; {no_interval(pool['flags'])}."
    if math.isnan(pool["ci_low"] + pool["ci_high"]):
        return f"{capitalised(trials)}: {number}, without an interval."
    over = "in" if pool["n_trials"] < 2 else "on average over"
    if not scale.compares:
        return f"{capitalised(scale.label)} {over} {trials}: {number}, {limits}."
    if scale.includes_null(pool["ci_low"], pool["ci_high"]):
        return (
            f"No clear difference {over} {trials}: {number}, {limits}. The interval includes "
            f"{scale.no_effect}, which is not evidence of no effect."
        )
    side = "intervention" if pool["estimate"] > 0 else "control group"
    size = size_word(pool["estimate"], scale)
    word = f" (a {size} effect)" if size else ""
    return f"Outcomes are better with the {side} {over} {trials}: {number}, {limits}{word}."


def in_plain_terms(pool: Pool, scale: Scale) -> str:
    """How large that is, with its interval; "" where there is none that can be trusted.

    With a standardised difference g, positive in favour, the average of the intervention group does
    better than the share Phi(g) of the control group (Cohen 1988, U3); a ratio makes a risk that
    many per cent lower or higher.

    Examples
    --------
    >>> pool = {"estimate": 0.36, "ci_low": 0.2, "ci_high": 0.52, "flags": "", "n_trials": 12.0}
    >>> in_plain_terms(pool, Scale("SMD"))
    'An average person in the intervention group would do better than about 64% of the control \
group (95% CI 58% to 70%); 50% would mean no difference.'
    """
    low, high = pool["ci_low"], pool["ci_high"]
    if untrusted(pool) or math.isnan(low + high):
        return ""
    if scale.measure == "SMD":
        at, first, last = (_share_below(effect) for effect in (pool["estimate"], low, high))
        return (
            f"An average person in the intervention group would do better than about {at} of the "
            f"control group ({scale.ci} {first} to {last}); 50% would mean no difference."
        )
    if scale.measure in _RISKS:
        what, verb = _RISKS[scale.measure]
        if scale.measure == "RR" and scale.turn > 0:  # of a good event
            what = "chance"
        at = _change(scale.shown(pool["estimate"]))
        first, last = (_change(end) for end in scale.limits(low, high))
        return (
            f"The {what} with the intervention {verb} {at} ({scale.ci} {first} to {last}), "
            "compared with the control group."
        )
    return ""


def _share_below(effect: float) -> str:
    """The share of the control group that does worse than the average with the intervention."""
    return f"{min(max(round(100 * NormalDist().cdf(effect)), 1), 99)}%"


def _change(ratio: float) -> str:
    """A ratio as a share, "51% lower", or as a multiple, "3.2 times as high"."""
    if ratio >= _AS_MULTIPLE:
        return f"{decimal(ratio, 1 if ratio < 10 else 0)} times as high"
    percent = round(100 * abs(ratio - 1))
    if not percent:
        return "the same"
    if percent > 99:
        return "more than 99% lower" if ratio < 1 else "100% higher"
    return f"{percent}% {'lower' if ratio < 1 else 'higher'}"


def trust(pool: Pool, n_abstracts: int, scale: Scale) -> str:
    """How robust the numbers are, and why."""
    reasons = robustness_reasons(pool, n_abstracts, scale)
    because = f": {'; '.join(reasons)}" if reasons else ", if the trials themselves are sound"
    return (
        f"Robustness {robustness(pool, n_abstracts, scale)}{because}. This is about the numbers "
        "only; it is not a rating of the trials' risk of bias."
    )


def would_change(pool: Pool, n_abstracts: int, scale: Scale) -> str:
    """What evidence would change the answer, in a sentence; "" if no rule names any."""
    wanted = []
    if mostly_abstracts(n_abstracts, pool["k"]):
        reports = (
            "the full report of the result read in an abstract"
            if n_abstracts == 1
            else f"the full reports of the {n_abstracts} results read in abstracts"
        )
        wanted.append(reports)
    if untrusted(pool) or pool["n_trials"] < FEW_TRIALS:
        wanted.append("more trials with full results")
    elif scale.includes_null(pool["ci_low"], pool["ci_high"]):
        wanted.append("larger trials")
    known = predicts(pool["flags"]) and not untrusted(pool)
    if known and scale.includes_null(pool["pi_low"], pool["pi_high"]):
        wanted.append("an explanation of why the trials differ: another trial may find no effect")
    return f"{capitalised(_listed(wanted))}." if wanted else ""


def _listed(parts: Sequence[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{'; '.join(parts[:-1])}; and {parts[-1]}"


def not_answered(records: Records) -> Iterator[Text]:
    """For each intervention the domains of which its trials cannot tell, and why."""
    for intervention in records.interventions:
        why: dict[str, list[str]] = {}
        for domain in records.domains:
            reason = _open_reason(records, records.cell(intervention, domain["domain"]))
            if reason:
                why.setdefault(reason, []).append(domain["label"].lower())
        if why:
            parts = "; ".join(f"{reason} on {_and(labels)}" for reason, labels in why.items())
            yield text(records.intervention_link(intervention), f": {parts}.")


def _open_reason(records: Records, keys: Sequence[str]) -> str:
    """Why a cell answers nothing; "" if it does."""
    if not keys:
        return "nothing to pool"
    pool = records.pools[keys[0]]
    if pool["n_trials"] < 2:
        return "only one trial"
    return no_interval(pool["flags"])


def _and(labels: Sequence[str]) -> str:
    return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} and {labels[-1]}"
