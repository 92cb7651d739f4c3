"""The tables in data/, with their columns and levels, as the data guide explains them."""

from collections.abc import Mapping

from metarepro.tabular.columns import (
    Column,
    count,
    doi,
    identifier,
    identifiers,
    level,
    number,
    printed,
    printed_percentage,
    probability,
    pubmed_id,
    source,
    text,
    year,
)
from metarepro.tabular.judgements import RISKS, ROB2_DOMAINS
from metarepro.tabular.limits import CORRELATION, NOT_NEGATIVE, POSITIVE
from metarepro.tabular.report_tables import REPORT_TABLES
from metarepro.tabular.reported_statistics import STATISTICS
from metarepro.tabular.tables import Table

BENEFICIAL_DIRECTIONS = ("increase", "decrease")
#: The World Bank's groups of economies.
INCOME_GROUPS = ("high", "upper_middle", "lower_middle", "low")
#: Of the countries of a trial: the World Bank's high-income economies, and all others.
INCOMES = ("high", "low_or_middle")
DESIGNS = ("rct", "cluster_rct", "quasi", "single_arm", "unclear")
TIMEPOINTS = ("post", "follow_up", "change")
#: How directly an effect follows from what was reported, from the most direct to the least.
TIERS = ("direct", "derived", "approximate")
P_RELATIONS = ("", "=", "<", ">")
SIGNS = ("scale", "benefit", "control_minus_treatment", "unsigned")
SE_BASES = ("", "printed", "worked_out")
ADJUSTED = ("yes", "no", "unknown")
N_BASES = ("analysed", "randomised", "effective", "unknown")
#: Where results are a selection: what was significant.
ABSTRACT = "abstract"
SOURCE_KINDS = (
    ABSTRACT,
    "table",
    "registry",
    "database",
    "secondary_review",
    "citing_paper",
    "other",
)
#: Source kind of results that a review's own data file gives.
REVIEW_FILE = "review_file"
EFFECT_SOURCE_KINDS = (*SOURCE_KINDS, REVIEW_FILE)
EXCLUSIONS = (
    "no_variance",
    "direction_unknown",
    "not_significant",
    "duplicate",
    "range_only",
    "percentages_without_n",
    "not_convertible",
    "source_inconsistent",
    "outside_scope",
    "ineligible_comparison",
)
#: Of these, results whose direction or size is not printed: what is printed of them depends on how
#: they turned out.
UNREPORTED = ("direction_unknown", "not_significant")
PUBLISHED_TIMEPOINTS = ("post", "follow_up")
REVIEW_ROLES = ("cited", "context")
#: How reviews print pooled results: of which measure, and whether the number is on the scale on
#: which that is pooled (logarithm, Fisher's z, logit).
PUBLISHED_MEASURES: Mapping[str, tuple[str, bool]] = {
    "SMD": ("SMD", True),
    "g": ("SMD", True),
    "d": ("SMD", True),
    "MD": ("MD", True),
    "OR": ("OR", False),
    "RR": ("RR", False),
    "HR": ("HR", False),
    "IRR": ("IRR", False),
    "ratio": ("ratio", False),
    "log OR": ("OR", True),
    "log RR": ("RR", True),
    "log HR": ("HR", True),
    "log IRR": ("IRR", True),
    "log ratio": ("ratio", True),
    "RD": ("RD", True),
    "r": ("correlation", False),
    "Fisher z": ("correlation", True),
    "proportion": ("proportion", False),
    "logit": ("proportion", True),
}
PUBLISHED_STATUSES = ("verified", "secondary", "suspect", "narrative")
NARRATIVE_DIRECTIONS = ("", "favours_intervention", "no_difference")
BENEFICIAL_SIGNS = ("", "+", "-")
CERTAINTIES = ("", "high", "moderate", "low", "very low")
BASES = ("listed", "plausible", "candidate", "no")
REVIEW_KEYS = (
    "title",
    "authors",
    "year",
    "journal",
    "doi",
    "role",
    "families",
    "n_studies",
    "n_participants",
    "search_date",
    "effect_measure",
    "model",
    "estimator",
    "software",
    "notes",
    "sources",
)


def _arm_size() -> Column:
    """Participants of an arm: of one person there is no variance."""
    return count(at_least=2)


INTERVENTIONS = Table(
    "interventions",
    "codebook/interventions.csv",
    {
        "intervention": identifier(unique=True),
        "label": text(required=True),
        "description": text(),
        "note": text(),
        # The plan has the families, with their names and colours.
        "family": identifier(),
    },
)
DOMAINS = Table(
    "domains",
    "codebook/domains.csv",
    {
        "domain": identifier(unique=True),
        "label": text(required=True),
        "order": number(required=True),
    },
)
OUTCOMES = Table(
    "outcomes",
    "codebook/outcomes.csv",
    {
        "outcome": identifier(unique=True),
        "label": text(required=True),
        "domain": identifier(),
        "beneficial_direction": level(*BENEFICIAL_DIRECTIONS),
        "definition": text(),
    },
)
COUNTRIES = Table(
    "countries",
    "codebook/countries.csv",
    {
        "country": text(required=True, unique=True),
        "income_group": level(*INCOME_GROUPS),
        "source": source(required=True),
        "locator": text(required=True),
    },
    optional=True,
)
TRIALS = Table(
    "trials",
    "trials/trials.csv",
    {
        "trial_id": identifier(unique=True),
        "label": text(required=True),
        "year": year(),
        "year_verified": level("yes", "no"),
        "title": text(),
        "journal": text(),
        "doi": doi(),
        "pmid": pubmed_id(),
        "country": text(),
        "programme": text(),
        "intervention": identifiers(),
        "intervention_doubtful": level("", "yes", "no"),
        "population": text(),
        "design": level(*DESIGNS),
        "n_randomised": count(at_least=1),
        "source": source(),
        "note": text(),
    },
)
RESULTS = Table(
    "results",
    "trials/results.csv",
    {
        "result_id": identifier(unique=True),
        "trial_id": identifier(),
        "arm": text(),
        "intervention": identifier(required=False),
        "shared_control": level("", "yes", "no"),
        "outcome": identifier(),
        "measure": text(required=True),
        "timepoint": level(*TIMEPOINTS),
        "timepoint_detail": text(required=True),
        "months_after": number(at_least=0, at_most=1200),
        "statistic": level(*STATISTICS),
        "n_t": _arm_size(),
        "mean_t": printed(),
        "sd_t": printed(POSITIVE),
        "events_t": count(at_least=0),
        "n_c": _arm_size(),
        "mean_c": printed(),
        "sd_c": printed(POSITIVE),
        "events_c": count(at_least=0),
        "time_t": printed(POSITIVE),
        "time_c": printed(POSITIVE),
        "n_total": count(at_least=4),
        "value": printed(),
        "ci_low": printed(),
        "ci_high": printed(),
        "se": printed(POSITIVE),
        "se_basis": level(*SE_BASES),
        "p_value": probability(),
        "p_relation": level(*P_RELATIONS),
        "df1": count(at_least=1),
        "df2": count(at_least=1),
        "reference_sd": printed(POSITIVE),
        "correlation": printed(CORRELATION),
        "corrected": level("", "yes", "no"),
        "higher_is_better": level("yes", "no", ""),
        "sign": level(*SIGNS),
        "adjusted": level(*ADJUSTED),
        "n_basis": level(*N_BASES),
        "source_kind": level(*SOURCE_KINDS),
        "source": source(required=True),
        "locator": text(required=True),
        "exclude": level("", *EXCLUSIONS),
        "duplicate_of": identifier(required=False),
        "second_copy": level("", "yes"),
        "exclude_reason": text(),
        "note": text(),
    },
)
CLUSTERS = Table(
    "clusters",
    "trials/clusters.csv",
    {
        "trial_id": identifier(unique=True),
        "n_clusters": count(at_least=2, required=True),
        "source": source(required=True),
        "locator": text(required=True),
        "note": text(),
    },
    optional=True,
)
CHARACTERISTICS = Table(
    "characteristics",
    "trials/characteristics.csv",
    {
        "trial_id": identifier(),
        "characteristic": identifier(),
        "value": text(required=True),
        "source": source(required=True),
        "locator": text(required=True),
    },
    optional=True,
)
RISK_OF_BIAS = Table(
    "risk_of_bias",
    "trials/risk_of_bias.csv",
    {
        "trial_id": identifier(),
        # Empty: the judgement holds for all outcomes that have no row of their own.
        "outcome": identifier(required=False),
        **dict.fromkeys(ROB2_DOMAINS, level("", *RISKS)),
        "overall": level(*RISKS),
        "assessor": text(required=True),
        "reason": text(),
        "source": source(required=True),
        "locator": text(),
    },
    optional=True,
)
PUBLISHED = Table(
    "published",
    "reviews/{review_id}/published.csv",
    {
        "outcome": identifier(),
        "outcome_label": text(required=True),
        "subgroup": text(),
        "timepoint": level(*PUBLISHED_TIMEPOINTS),
        "intervention": identifier(required=False),
        "measure": level("", *PUBLISHED_MEASURES),
        "estimate": printed(),
        "ci_low": printed(),
        "ci_high": printed(),
        "k": count(at_least=1),
        "n": count(at_least=1),
        "i2": printed_percentage(),
        "tau2": printed(NOT_NEGATIVE),
        "p_value": probability(),
        "p_relation": level(*P_RELATIONS),
        "certainty": level(*CERTAINTIES),
        "certainty_note": text(),
        "beneficial_sign": level(*BENEFICIAL_SIGNS),
        "status": level(*PUBLISHED_STATUSES),
        "narrative_direction": level(*NARRATIVE_DIRECTIONS),
        "source": source(required=True),
        "locator": text(required=True),
        "note": text(),
    },
)
OUTCOME_MAP = Table(
    "outcome_map",
    "reviews/{review_id}/outcome_map.csv",
    {
        "comparison_number": text(required=True),
        "outcome_number": text(required=True),
        "outcome_label": text(),
        "outcome": identifier(required=False),
        "timepoint": level("", *TIMEPOINTS),
        "higher_is_better": level("", "yes", "no"),
        "intervention": identifier(required=False),
    },
    optional=True,
)
STUDY_MAP = Table(
    "study_map",
    "reviews/{review_id}/study_map.csv",
    {
        "study": text(required=True),
        "trial_id": identifier(required=False),
        "intervention": identifier(required=False),
    },
    optional=True,
)
INCLUDED = Table(
    "included",
    "reviews/{review_id}/included.csv",
    {
        "trial_id": identifier(unique=True),
        "basis": level(*BASES),
        "note": text(),
    },
    optional=True,
)

_TABLES = (
    INTERVENTIONS,
    DOMAINS,
    OUTCOMES,
    COUNTRIES,
    TRIALS,
    RESULTS,
    CLUSTERS,
    CHARACTERISTICS,
    RISK_OF_BIAS,
    PUBLISHED,
    INCLUDED,
    OUTCOME_MAP,
    STUDY_MAP,
    *REPORT_TABLES,
)
#: All of them by name, in the order in which the data guide explains them.
INPUT_TABLES = {table.name: table for table in _TABLES}
