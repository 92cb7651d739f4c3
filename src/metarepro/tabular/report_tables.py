"""The tables in data/report: what a report claims and names, for studies that check one."""

from collections.abc import Mapping

from metarepro.tabular.columns import (
    count,
    identifier,
    level,
    number,
    printed,
    text,
    year,
)
from metarepro.tabular.tables import Table

EVIDENCE_TYPES = ("large_scale", "practice_based", "economic", "guidance")
CLAIM_KINDS = (
    "effect_direction",
    "count_studies",
    "count_participants",
    "count_participants_at_least",
    "count_participants_almost",
    "count_places_at_least",
    "count_guidance_at_least",
    "evaluations_direction",
    "moderator_direction",
    "moderator_ratio_about",
    "ratio",
    "proportion",
    "proportion_vs_reference",
)
#: Kinds of claims that are set against a pool of ours, and what that is a synthesis by.
POOLED_CLAIMS: Mapping[str, tuple[str, ...]] = {
    "effect_direction": ("intervention", "outcome"),
    "moderator_direction": ("outcome",),
    "moderator_ratio_about": ("outcome",),
}
CLAIMED_DIRECTIONS = ("", "favours_intervention", "improved", "greater")
EVALUATION_DESIGNS = ("pre_post", "post_only", "post_only_vs_national")
#: Statistics of evaluations that are a share of n.
PROPORTIONS = ("proportion", "proportion_improved")
EVALUATION_STATISTICS = (
    "significant_change",
    "significant_change_sustained_12_months",
    "improvement",
    "proportion",
    "proportion_improved",
    "relative_reduction_more_than",
    "one_in_before_after",
    "statement",
)

PROGRAMME_MATCHES = ("same", "related")

CLAIMS = Table(
    "claims",
    "report/claims.csv",
    {
        "claim_id": identifier(unique=True),
        "evidence_type": level(*EVIDENCE_TYPES),
        "subject": text(required=True),
        "intervention": identifier(required=False),
        "domain": identifier(required=False),
        "outcome": identifier(required=False),
        "claim_kind": level(*CLAIM_KINDS),
        "claimed_value": printed(),
        "claimed_relation": level("", "over"),
        "claimed_direction": level(*CLAIMED_DIRECTIONS),
        # Of a claim that the effect is greater: where, as the plan names moderator and level.
        "moderator": identifier(required=False),
        "moderator_level": text(),
        "counted": text(),
        "source_review": identifier(required=False),
        "footnote": text(),
        "own_limit": text(),
        "claim": text(required=True),
    },
    optional=True,
)
LOCAL_EVALUATIONS = Table(
    "local_evaluations",
    "report/local_evaluations.csv",
    {
        "evaluation_id": identifier(unique=True),
        "service": text(required=True),
        "place": text(),
        # Those that count as places, split by "; ": none in a row of a whole country.
        "localities": text(),
        "year": year(),
        "design": level(*EVALUATION_DESIGNS),
        "domain": identifier(),
        "outcome": text(required=True),
        "measure": text(),
        "n": count(at_least=1),
        "statistic": level(*EVALUATION_STATISTICS),
        # Text: "one in n" before and after is two numbers.
        "value": text(),
        "comparator": text(),
        "reference": number(at_least=0, at_most=1),
        "reported_direction": level("improved", "no_difference", "worsened"),
        "published": level("yes", "no"),
        "footnote": text(),
    },
    optional=True,
)
ECONOMIC_EVIDENCE = Table(
    "economic_evidence",
    "report/economic_evidence.csv",
    {
        "economic_id": identifier(unique=True),
        "topic": text(required=True),
        "place": text(),
        "year": year(),
        "quantity": text(required=True),
        "unit": text(required=True),
        "value": number(required=True),
        "comparator_value": printed(),
        "footnote": text(),
    },
    optional=True,
)
GUIDANCE = Table(
    "guidance",
    "report/guidance.csv",
    {
        "guidance_id": identifier(unique=True),
        "code": text(required=True),
        "title": text(required=True),
        "domain": identifier(),
        "recommends": text(required=True),
        "footnote": text(),
    },
    optional=True,
)
PROGRAMMES = Table(
    "programmes",
    "report/programmes.csv",
    {
        "programme": identifier(unique=True),
        "label": text(required=True),
        "named_as": level("main", "other"),
        "intervention": identifier(required=False),
        "rating": text(),
        "footnote": text(),
    },
    optional=True,
)
PROGRAMME_NAMES = Table(
    "programme_names",
    "report/programme_names.csv",
    {
        "programme": identifier(),
        "name_in_trials": text(required=True),
        "match": level(*PROGRAMME_MATCHES),
    },
    optional=True,
)

#: All of them, in the order in which the data guide explains them.
REPORT_TABLES = (
    CLAIMS,
    LOCAL_EVALUATIONS,
    ECONOMIC_EVIDENCE,
    GUIDANCE,
    PROGRAMMES,
    PROGRAMME_NAMES,
)
