"""What moderators and their levels are called in tables and figures."""

from collections.abc import Mapping

MODERATOR_LABELS = {
    "intervention": "Intervention",
    "responsive_caregiving": "Responsive caregiving in the description",
    "design": "Design",
    "control_type": "Control group",
    "income_group": "Income of the country",
    "year": "Year of the trial",
    "tier": "Tier of the effect size",
    "source_kind": "Kind of source",
}
LEVEL_LABELS = {
    "per_decade": "For every ten years later",
    "with": "Named",
    "without": "Not named or not confirmed",
    "rct": "Individually randomised",
    "cluster_rct": "Cluster-randomised",
    "quasi": "Not randomised",
    "unclear": "Allocation unclear",
    "high": "High",
    "low_or_middle": "Low or middle",
    "direct": "Direct",
    "derived": "Derived",
    "approximate": "Approximate",
    "abstract": "Abstract",
    "table": "Table",
    "registry": "Registry",
    "database": "Database",
    "secondary_review": "Another review",
    "citing_paper": "Citing paper",
    "other": "Other page",
    "review_file": "Review's own file",
}


def level_label(level: str, names: Mapping[str, str]) -> str:
    """Name of a level; of an intervention its label."""
    return LEVEL_LABELS.get(level) or names[level]
