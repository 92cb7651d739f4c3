"""The claims of the report, each with a verdict by written rules.

The rules are data in `rules.RULES`; `effects`, `moderators`, `counts` and
`local_evaluations` apply them to one kind of claim each. Here every claim is given what the rules
need: our pool of exactly its intervention and outcome (none if there is none: a wider pool is not
taken), the cited review's results, how much of that review is in our pool, the report's own
numbers. Results that contradict themselves (status suspect) are never used. Reviews that the
report does not cite do not count: the claim names its source. What they show is a caveat.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from metarepro.claims import context as claim_context
from metarepro.claims import counts as claim_counts
from metarepro.claims import effects as claim_effects
from metarepro.claims import local_evaluations
from metarepro.claims import moderators as claim_moderators
from metarepro.claims.judgement import Judgement
from metarepro.claims.pools import pool_key
from metarepro.claims.rules import MOSTLY_ABSTRACTS, UNDECIDED
from metarepro.claims.tables import AUDITED_CLAIMS
from metarepro.claims.words import claimed_words, is_over, noun_of, own_limit
from metarepro.plan import Plan
from metarepro.tabular.tables import from_rows
from metarepro.tabular.trial_interventions import trials_of
from metarepro.wording.phrases import counted, percent, whole
from metarepro.wording.scales import Scale

#: Columns of a pool that a claim shows.
_POOL = ("estimate", "ci_low", "ci_high", "pi_low", "pi_high", "n_trials", "n_participants")

_UNCONTROLLED = "People were compared with themselves before, or with nobody: no control group"


@dataclass(frozen=True)
class Sources:
    """All tables that the audit reads, each as its stage wrote it.

    `included` has the trials of all reviews; `evaluations` and `costs` are `audited_evaluations`
    and `audited_economics`; the pools of the set that the plan names in `evidence` count.
    """

    interventions: pd.DataFrame
    outcomes: pd.DataFrame
    trials: pd.DataFrame
    reviews: pd.DataFrame
    published: pd.DataFrame
    included: pd.DataFrame
    effects: pd.DataFrame
    pooled: pd.DataFrame
    weights: pd.DataFrame
    moderators: pd.DataFrame
    moderator_levels: pd.DataFrame
    evaluations: pd.DataFrame
    costs: pd.DataFrame
    guidance: pd.DataFrame
    plan: Plan


def assess_claims(claims: pd.DataFrame, sources: Sources) -> pd.DataFrame:
    """Give every claim its verdict, with the numbers on which it rests.

    Parameters
    ----------
    claims : DataFrame
        `study.tables.REPORT_CLAIMS`.
    sources : Sources
        What is known.

    Returns
    -------
    DataFrame
        `tables.AUDITED_CLAIMS`, one row per claim, in the order of `claims`.
    """
    rows: list[dict[Any, Any]] = []
    for claim in claims.to_dict("records"):
        found = _AUDITS[claim["claim_kind"]](claim, sources)
        judgement: Judgement = found.pop("judgement")
        caveats = [own_limit(claim), *found.pop("caveats", [])]
        rows.append(
            {
                **claim,
                **dict.fromkeys(_POOL, math.nan),
                **dict.fromkeys(("published", "synthesis", "flags", "coverage", "computed"), ""),
                **found,
                "claimed": claimed_words(claim),
                "verdict": judgement.verdict,
                "rule": judgement.rule,
                "reason": judgement.reason.strip(),
                "caveat": ". ".join(filter(None, caveats)),
                "needed": judgement.needed,
            }
        )
    return from_rows(rows, AUDITED_CLAIMS)


def _effect(claim: Mapping[Any, Any], sources: Sources) -> dict[str, Any]:
    key = pool_key(sources.plan, claim)
    review = _review_label(claim, sources)
    relevant = claim_effects.relevant_results(sources.published, claim, sources.plan)
    of_review = relevant["review_id"] == claim["source_review"]
    cited, others = relevant[of_review], relevant[~of_review & (relevant["intervention"] != "")]
    row = _pool_row(key, sources)
    trial_ids = row["trial_ids"].split() if row else []
    covered, coverage = claim_effects.coverage(
        trial_ids,
        sources.included[sources.included["review_id"] == claim["source_review"]],
        claim_effects.published_trials(cited),
        review,
    )
    pool = None
    if row:
        pool = claim_effects.Pool(
            estimate=row["estimate"],
            ci_low=row["ci_low"],
            ci_high=row["ci_high"],
            n_trials=int(row["n_trials"]),
            df=row["df"],
            flags=row["flags"],
            abstract_share=_abstract_share(key, sources),
            covered=covered,
        )
    signals = [claim_effects.published_signal(result) for result in cited.to_dict("records")]
    words = [f"{review}: {claim_effects.published_words(cited)}"] if len(cited) else []
    others = others.assign(label=[_label_of(name, sources) for name in others["review_id"]])
    for label, rows in others.groupby("label", sort=True):
        words.append(f"Not cited by the report: {label}: {claim_effects.published_words(rows)}")
    judgement = claim_effects.judge_effect(pool, signals, review)
    return {
        **({name: row[name] for name in (*_POOL, "flags")} | {"synthesis": key} if row else {}),
        "judgement": _with_context(judgement, claim, sources, has_pool=pool is not None),
        "published": ". ".join(words),
        "coverage": coverage,
        "caveats": [
            *_published_caveats(cited, signals, sources),
            _abstracts(_abstract_share(key, sources)),
            _doubtful(trial_ids, sources),
            *claim_context.uncited_reviews(others),
        ],
    }


def _with_context(
    judgement: Judgement, claim: Mapping[Any, Any], sources: Sources, *, has_pool: bool
) -> Judgement:
    """Add what was read and could not be used, and without a pool the outcomes that are near."""
    reason = judgement.reason
    if not has_pool and judgement.verdict in UNDECIDED:
        near = claim_context.near_outcomes(claim, sources.pooled, sources.outcomes, sources.plan)
        reason = f"{reason} {near}"
    unusable = claim_context.unusable_results(sources.effects, claim) if judgement.needed else ""
    return replace(
        judgement, reason=reason, needed=". ".join(filter(None, [judgement.needed, unusable]))
    )


def _moderator(claim: Mapping[Any, Any], sources: Sources) -> dict[str, Any]:
    level = sources.plan.pooling.level
    review = _review_label(claim, sources)
    of_any = {**claim, "intervention": ""}
    relevant = claim_effects.relevant_results(sources.published, of_any, sources.plan)
    cited = relevant[relevant["review_id"] == claim["source_review"]]
    effects = _effects_of_moderator(claim, sources)
    covered, coverage = claim_effects.coverage(
        sorted(set(effects["trial_id"])),
        sources.included[sources.included["review_id"] == claim["source_review"]],
        claim_effects.published_trials(cited),
        review,
    )
    comparison = _comparison(claim, effects, covered, sources)
    if claim["claim_kind"] == "moderator_direction":
        judgement = claim_moderators.judge_moderator(comparison)
        computed = claim_moderators.moderator_words(comparison)
    else:
        judgement = claim_moderators.judge_factor(comparison, claim["claimed_value"], level)
        computed = claim_moderators.factor_words(comparison, level)
    return {
        "judgement": judgement,
        "published": f"{review}: {claim_effects.published_words(cited)}" if len(cited) else "",
        "synthesis": pool_key(sources.plan, claim) if comparison.fitted else "",
        "coverage": coverage,
        "computed": computed,
        "caveats": [_abstracts(comparison.abstract_share)],
    }


def _effects_of_moderator(claim: Mapping[Any, Any], sources: Sources) -> pd.DataFrame:
    """The pooled effects that the moderator of a claim looks at."""
    key = pool_key(sources.plan, claim)
    families = sources.plan.moderators[claim["moderator"]].families
    results = sources.weights[sources.weights["synthesis"] == key]["result_id"]
    effects = sources.effects[sources.effects["result_id"].isin(results)]
    return effects[effects["family"].isin(families)] if families else effects


def _comparison(
    claim: Mapping[Any, Any], effects: pd.DataFrame, covered: float, sources: Sources
) -> claim_moderators.Comparison:
    """The two levels that a claim compares, from these effects; with a model if one was fitted."""
    plan, key = sources.plan, pool_key(sources.plan, claim)
    moderator = plan.moderators[claim["moderator"]]
    names = dict(
        zip(sources.interventions["intervention"], sources.interventions["label"], strict=True)
    )
    found = claim_moderators.read_comparison(
        claim_moderators.unfitted(claim, effects, moderator, names),
        claim,
        moderator.reference,
        sources.moderators[sources.moderators["synthesis"] == key],
        sources.moderator_levels[sources.moderator_levels["synthesis"] == key],
    )
    if not found.fitted:
        return found
    return replace(
        found,
        abstract_share=float((effects["source_kind"] == "abstract").mean()),
        covered=covered,
        scale=Scale(level=plan.pooling.level).at(effects.iloc[0].to_dict()),
    )


def _count(claim: Mapping[Any, Any], sources: Sources) -> dict[str, Any]:
    kind, claimed = claim["claim_kind"], claim["claimed_value"]
    studies = kind.startswith("count_studies")
    column = "n_studies" if studies else "n_participants"
    found = sources.reviews[sources.reviews["review_id"] == claim["source_review"]]
    known = float(found[column].iloc[0]) if len(found) else math.nan
    n_studies = float(found["n_studies"].iloc[0]) if len(found) else math.nan
    families = found["families"].iloc[0] if len(found) else ""
    only = claim_counts.covers_only(families, claim["intervention"], sources.interventions)
    review = _review_label(claim, sources)
    # A review on this intervention alone is counted in the unit of the claim.
    noun = noun_of(claim) if only else column.removeprefix("n_")
    scope = "" if only else ", of all its interventions"
    in_words = f"{review}: {whole(known)} {noun}{scope}" if math.isfinite(known) else ""
    of_it = trials_of(sources.trials, claim["intervention"])
    included = sources.included[sources.included["review_id"] == claim["source_review"]]
    part = claim_counts.part_of_review(kind, included, n_studies, of_it)
    basis = included[included["trial_id"].isin(of_it["trial_id"])]["basis"]
    listed, plausible = int((basis == "listed").sum()), int((basis == "plausible").sum())
    more = claim_counts.more_plausible(claimed, listed, plausible, review) if studies else ""
    return {
        "judgement": claim_counts.judge_count(kind, claimed, known, whole_review=only, part=part),
        "published": in_words,
        "coverage": (
            f"{counted(len(of_it), 'trial')} of this class in the data; {listed} confirmed and "
            f"{plausible} plausible of {review}"
        ),
        "caveats": [more],
    }


def _evaluations(claim: Mapping[Any, Any], sources: Sources) -> dict[str, Any]:
    cited = local_evaluations.cited(sources.evaluations, claim)
    same = sources.evaluations[sources.evaluations["domain"] == claim["domain"]]
    direction = claim["claimed_direction"]
    agree = int((same["reported_direction"] == direction).sum())
    return {
        "judgement": local_evaluations.judge_evaluations(cited, direction),
        "computed": (
            f"The report lists {counted(len(same), 'result')} of evaluations in this domain: "
            f"{agree} say so, {int((same['published'] == 'yes').sum())} were published"
        ),
        "caveats": [
            _UNCONTROLLED,
            "The report lists no evaluation without improvement"
            if (sources.evaluations["reported_direction"] == "improved").all()
            else "",
        ],
    }


def _proportion(claim: Mapping[Any, Any], sources: Sources) -> dict[str, Any]:
    cited = local_evaluations.cited(sources.evaluations, claim)
    against = claim["claim_kind"] == "proportion_vs_reference"
    return {
        "judgement": local_evaluations.judge_proportion(
            cited, claim["claimed_value"], against_reference=against
        ),
        "computed": local_evaluations.proportion_words(cited, claim["claimed_value"]),
        "caveats": [] if against else [_UNCONTROLLED],
    }


def _places(claim: Mapping[Any, Any], sources: Sources) -> dict[str, Any]:
    places = local_evaluations.named_places(sources.evaluations)
    named = sources.evaluations["localities"] != ""
    unnamed = sorted(set(sources.evaluations[~named]["service"]))
    return {
        "judgement": claim_counts.judge_places(
            claim["claimed_value"], places, unnamed, over=is_over(claim)
        ),
        "computed": f"At least {counted(len(places), 'place')} named",
    }


def _guidance(claim: Mapping[Any, Any], sources: Sources) -> dict[str, Any]:
    cited = local_evaluations.cited(sources.guidance, claim)
    return {
        "judgement": claim_counts.judge_guidance(claim["claimed_value"], len(cited)),
        "computed": f"{counted(len(cited), 'document')} ({', '.join(cited['code'])})",
    }


def _ratio(claim: Mapping[Any, Any], sources: Sources) -> dict[str, Any]:
    cited = local_evaluations.cited(sources.costs, claim)
    topics = "; ".join(cited["topic"])
    return {
        "judgement": claim_counts.judge_ratio(claim["claimed_value"], cited),
        "computed": claim_counts.ratio_words(cited),
        "caveats": [
            f"A comparison of groups ({topics}), not an effect of a service; both numbers are the "
            "report's, without a range or interval"
        ],
    }


def _review_label(claim: Mapping[Any, Any], sources: Sources) -> str:
    """Name of the cited review; "" if there is none."""
    return _label_of(claim["source_review"], sources)


def _label_of(review_id: str, sources: Sources) -> str:
    """Name of a review; "" without one."""
    found = sources.reviews[sources.reviews["review_id"] == review_id]["label"]
    return str(found.iloc[0]) if len(found) else ""


def _pool_row(key: str, sources: Sources) -> Mapping[Any, Any] | None:
    found = sources.pooled[sources.pooled["synthesis"] == key].to_dict("records")
    return found[0] if found else None


def _abstract_share(key: str, sources: Sources) -> float:
    """Share of the results in a pool that stand in an abstract; NaN without a pool."""
    results = sources.weights[sources.weights["synthesis"] == key]["result_id"]
    kinds = sources.effects[sources.effects["result_id"].isin(results)]["source_kind"]
    return float((kinds == "abstract").mean()) if len(kinds) else math.nan


def _published_caveats(cited: pd.DataFrame, signals: list[str], sources: Sources) -> list[str]:
    """What weakens the cited review's results as we have them."""
    quoted = cited[(cited["status"] == "secondary") & cited["estimate"].notna()]
    suspect = sources.published[
        sources.published["source"].isin(quoted["source"])
        & (sources.published["status"] == "suspect")
    ]
    parts = []
    if len(quoted):
        beside = f", where {len(suspect)} other rows contradict themselves" if len(suspect) else ""
        parts.append(f"The cited review's number was read in another source{beside}")
    if claim_effects.AGAINST in signals:
        parts.append("A result of the cited review shows no benefit")
    return parts


def _doubtful(trial_ids: list[str], sources: Sources) -> str:
    pooled = sources.trials[sources.trials["trial_id"].isin(trial_ids)]
    doubtful = int((pooled["intervention_doubtful"] == "yes").sum())
    if not doubtful:
        return ""
    return (
        f"In {doubtful} of our {counted(len(trial_ids), 'trial')} it is doubtful whether the "
        "programme is of this class"
    )


def _abstracts(share: float) -> str:
    if not share > MOSTLY_ABSTRACTS:
        return ""
    return (
        f"{percent(100 * share)} of our results are from abstracts, which tend to report what "
        "was significant: the estimate is likely to be too favourable"
    )


_AUDITS: dict[str, Callable[[Mapping[Any, Any], Sources], dict[str, Any]]] = {
    "effect_direction": _effect,
    "count_studies": _count,
    "count_participants": _count,
    "count_participants_at_least": _count,
    "count_participants_almost": _count,
    "count_places_at_least": _places,
    "count_guidance_at_least": _guidance,
    "evaluations_direction": _evaluations,
    "moderator_direction": _moderator,
    "moderator_ratio_about": _moderator,
    "ratio": _ratio,
    "proportion": _proportion,
    "proportion_vs_reference": _proportion,
}
