"""A small analysis plan for tests."""

from typing import Any

from metarepro.plan import Plan, Synthesis

TIERS = ["direct", "derived"]
SMALL: dict[str, Any] = {
    "study": {"title": "Does play help?", "introduction": "A small study."},
    "families": {"parenting": {"label": "Parenting", "colour": "#A6437E"}},
    "effects": {"icc": 0.05, "cluster_size": 20.0},
    "sets": {"post": {"label": "", "timepoints": ["post"], "tiers": TIERS}},
    "figures": ["post"],
    "evidence": {"synthesis": "cell", "set": "post", "beside": "post"},
    "syntheses": {"cell": {"by": ["intervention", "domain"]}, "domain": {"by": ["domain"]}},
    "reproduction": {"tiers": TIERS, "basis": ["listed"]},
}


#: One moderator of every kind.
MODERATORS: dict[str, Any] = {
    "intervention": {"label": "Intervention", "column": "intervention"},
    "content": {
        "label": "Content",
        "column": "intervention",
        "families": ["parenting"],
        "levels": {"with": ["play"]},
        "others": "without",
        "reference": "without",
    },
    "design": {"label": "Design", "column": "design", "reference": "rct"},
    "control": {"label": "Control", "no_data": "the data do not record the control group"},
    "income": {"label": "Income", "column": "income", "reference": "high"},
    "year": {
        "label": "Year of the trial",
        "column": "year",
        "number": {"origin": 2000, "unit": 10, "per": "decade"},
    },
    "tier": {"label": "Tier", "column": "tier", "reference": "direct", "all_tiers": True},
    "latitude": {"label": "Latitude", "characteristic": "latitude", "number": {"per": "degree"}},
    "allocation": {"label": "Allocation", "characteristic": "allocation"},
}


def small_plan(**changes: Any) -> Plan:
    """The plan, with other sections in place of its own."""
    return Plan.model_validate(SMALL | changes)


def syntheses(**plans: dict[str, Any]) -> dict[str, Synthesis]:
    """Syntheses of a plan by their names."""
    return {name: Synthesis.model_validate(plan) for name, plan in plans.items()}
