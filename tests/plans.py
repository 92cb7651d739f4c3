"""A small analysis plan for tests."""

from typing import Any

from metarepro.plan import EffectSet, Plan, Synthesis

TIERS = ["direct", "derived"]
SMALL: dict[str, Any] = {
    "study": {"title": "Does play help?", "introduction": "A small study."},
    "families": {"parenting": {"label": "Parenting", "colour": "#A6437E"}},
    "effects": {"icc": 0.05, "cluster_size": 20.0, "corrected_sources": ["database"]},
    "sets": {"post": {"label": "", "timepoints": ["post"], "tiers": TIERS}},
    "figures": ["post"],
    "evidence": {"synthesis": "cell", "set": "post", "beside": "post"},
    "syntheses": {"cell": {"by": ["intervention", "domain"]}, "domain": {"by": ["domain"]}},
    "reproduction": {"tiers": TIERS, "basis": ["listed"]},
}


def small_plan(**changes: Any) -> Plan:
    """The plan, with other sections in place of its own."""
    return Plan.model_validate(SMALL | changes)


def syntheses(**plans: dict[str, Any]) -> dict[str, Synthesis]:
    """Syntheses of a plan by their names."""
    return {name: Synthesis.model_validate(plan) for name, plan in plans.items()}


def effect_sets(**plans: dict[str, Any]) -> dict[str, EffectSet]:
    """Sets of a plan by their names; a label may be left out."""
    return {name: EffectSet.model_validate({"label": ""} | plan) for name, plan in plans.items()}
