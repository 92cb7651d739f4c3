"""Columns and levels of the tables between the stages."""

from metarepro.claims.tables import CLAIMS_TABLES
from metarepro.overlap.tables import OVERLAP_TABLES
from metarepro.reviews.problem_tables import REVIEW_FILE_PROBLEMS
from metarepro.reviews.tables import REVIEW_TABLES
from metarepro.sensitivity.moderator_tables import MODERATOR_TABLES
from metarepro.sensitivity.tables import SENSITIVITY_TABLES
from metarepro.tabular import input_tables
from metarepro.tabular.columns import digest, identifier, level, number, text, whole
from metarepro.tabular.columns import share_of_100 as percent
from metarepro.tabular.input_tables import Columns
from metarepro.tabular.statistic_columns import HETEROGENEITY, PREDICTION, STATISTICS, Q, statistics

VERDICTS = (
    "exact",
    "reproduced",
    "approximate",
    "different",
    "decision_differs",
    "partial",
    "not_testable",
)
#: Of the countries of a trial: the World Bank's high-income economies, and all others.
INCOMES = ("high", "low_or_middle")
SEVERITIES = ("error", "warning", "note")

#: Source kind of results that a review's own data file gives.
REVIEW_FILE = "review_file"

# Where a row is from: what every extracted row carries.
PROVENANCE: Columns = {
    "file": text(required=True),
    "sha256": digest(),
    "row": whole(at_least=2, required=True),
    "corrections": text(),
}
#: Of these, what an edit anywhere in a file changes.
PLACE = ("file", "sha256", "row")
INPUTS: Columns = {
    "file": text(required=True),
    "rows": whole(at_least=0),
    "sha256": digest(),
}
#: What the Foundation's report says, a table each in data/report.
REPORT_TABLES = (
    *("claims", "local_evaluations", "economic_evidence", "guidance"),
    *("programmes", "programme_names"),
)
REVIEWS: Columns = {
    "review_id": identifier(unique=True),
    "label": text(required=True),
    "title": text(),
    "authors": text(),
    "year": input_tables.year(),
    "journal": text(),
    "doi": text(),
    "role": level(*input_tables.REVIEW_ROLES),
    "families": text(),
    "n_studies": whole(at_least=1),
    "n_participants": whole(at_least=1),
    "search_date": text(),
    "effect_measure": text(),
    "model": text(),
    "estimator": text(),
    "software": text(),
    "sources": text(),
    "file": text(required=True),
    "sha256": digest(),
}
EFFECTS: Columns = {
    "result_id": identifier(unique=True),
    "trial_id": identifier(),
    "label": text(required=True),
    "year": input_tables.year(),
    "income": level("", *INCOMES),
    "arm": text(),
    "intervention": identifier(),
    "family": identifier(),
    "outcome": identifier(),
    "domain": identifier(),
    "measure": text(required=True),
    "timepoint": level(*input_tables.TIMEPOINTS),
    "timepoint_detail": text(),
    "statistic": level(*input_tables.STATISTICS),
    "design": level(*input_tables.DESIGNS),
    "adjusted": level(*input_tables.ADJUSTED),
    "source_kind": level(*input_tables.SOURCE_KINDS, REVIEW_FILE),
    "n_t": whole(at_least=2),
    "n_c": whole(at_least=2),
    "n_total": whole(at_least=4),
    "yi": number(),
    "vi": number(above=0),
    "sei": number(above=0),
    "ci_low": number(),
    "ci_high": number(),
    "route": text(),
    "se_source": text(),
    "tier": level("", *input_tables.TIERS),
    "assumptions": text(),
    "exclude": identifier(required=False),
    # What is used instead: of a duplicate, and of a row that a review's own data file has.
    "duplicate_of": identifier(required=False),
    "exclude_reason": text(),
    "source": text(required=True),
    "locator": text(required=True),
    "file": text(required=True),
    "sha256": digest(),
    "row": whole(at_least=2, required=True),
}
AUDIT: Columns = {
    "source_table": text(required=True),
    "record_id": text(required=True),
    "check": text(required=True),
    "severity": level(*SEVERITIES),
    "printed": text(),
    "implied": text(),
    "message": text(required=True),
}
POOLED: Columns = {
    "synthesis": text(required=True),
    "set_name": text(required=True),
    "intervention": identifier(required=False),
    "family": identifier(required=False),
    "domain": identifier(required=False),
    "outcome": identifier(required=False),
    "timepoint": text(),
    "tiers": text(),
    "model": text(),
    "tau2_method": text(),
    "ci_method": text(),
    "n_trials": whole(at_least=0, required=True),
    "k": whole(at_least=0, required=True),
    "n_participants": number(at_least=0),
    **STATISTICS,
    "flags": text(),
    "reason": text(),
    "trial_ids": text(),
}
WEIGHTS: Columns = {
    "synthesis": text(required=True),
    "result_id": identifier(),
    "trial_id": identifier(),
    "weight": percent(required=True),
}
SUBGROUP_TESTS: Columns = {
    "synthesis": text(required=True),
    "subgroups": text(required=True),
    "n_subgroups": whole(at_least=2, required=True),
    "n_tested": whole(at_least=0, required=True),
    **Q,
    "reason": text(),
}
REVIEW_WEIGHTS: Columns = {
    "review_id": identifier(),
    "row": whole(at_least=2, required=True),
    "result_id": identifier(),
    "trial_id": identifier(),
    "weight": percent(required=True),
}
REPRODUCTION: Columns = {
    "review_id": identifier(),
    "review": text(required=True),
    "role": level(*input_tables.REVIEW_ROLES),
    "row": whole(at_least=2, required=True),
    "outcome": identifier(),
    "outcome_label": text(required=True),
    "subgroup": text(),
    "intervention": identifier(required=False),
    "measure": level("", *input_tables.PUBLISHED_MEASURES),
    "status": level(*input_tables.PUBLISHED_STATUSES),
    "published_estimate": number(),
    "published_ci_low": number(),
    "published_ci_high": number(),
    "published_k": whole(at_least=1),
    "published_n": whole(at_least=1),
    "published_i2": percent(),
    "beneficial_sign": level(*input_tables.BENEFICIAL_SIGNS),
    "published_problems": text(),
    "target_estimate": number(),
    "target_ci_low": number(),
    "target_ci_high": number(),
    "basis": text(),
    "n_trials": whole(at_least=0),
    "k": whole(at_least=0),
    "n_participants": number(at_least=0),
    **statistics("estimate", "ci_low", "ci_high"),
    **PREDICTION,
    "model": text(),
    "tau2_method": text(),
    "ci_method": text(),
    **statistics("df", "tau2"),
    **HETEROGENEITY,
    "flags": text(),
    "coverage": text(),
    "absolute_difference": number(),
    "relative_difference": number(),
    "published_ci_holds_estimate": level("", "yes", "no"),
    "verdict": level(*VERDICTS),
    "decision_differs": level("", "yes", "no"),
    "reason": text(),
    "trial_ids": text(),
}
_REVIEW_ID: Columns = {"review_id": identifier()}
_REVIEW: Columns = {"review": text(required=True)}
_ROLE: Columns = {"role": level(*input_tables.REVIEW_ROLES)}
STAGE_TABLES: dict[str, Columns] = {
    "inputs": INPUTS,
    "extracted_interventions": input_tables.INTERVENTIONS | PROVENANCE,
    "extracted_domains": input_tables.DOMAINS | PROVENANCE,
    "extracted_outcomes": input_tables.OUTCOMES | PROVENANCE,
    "extracted_countries": input_tables.COUNTRIES | PROVENANCE,
    "extracted_trials": input_tables.TRIALS | PROVENANCE,
    "extracted_results": input_tables.RESULTS | PROVENANCE,
    "extracted_clusters": input_tables.CLUSTERS | PROVENANCE,
    "extracted_published": _REVIEW_ID | _REVIEW | _ROLE | input_tables.PUBLISHED | PROVENANCE,
    "review_results": (
        input_tables.RESULTS
        | {
            "source_kind": level(REVIEW_FILE),
            "exclude": identifier(required=False),
            "higher_is_better": level("yes", "no"),
        }
        | PROVENANCE
    ),
    "extracted_review_file_problems": REVIEW_FILE_PROBLEMS,
    # A trial may be in several reviews.
    "extracted_included": (
        _REVIEW_ID | input_tables.INCLUDED | {"trial_id": identifier()} | PROVENANCE
    ),
    "extracted_reviews": REVIEWS,
    **{f"extracted_{name}": input_tables.INPUT_TABLES[name] | PROVENANCE for name in REPORT_TABLES},
    "effects": EFFECTS,
    "audit": AUDIT,
    "pooled": POOLED,
    "weights": WEIGHTS,
    "subgroup_tests": SUBGROUP_TESTS,
    "review_weights": REVIEW_WEIGHTS,
    "reproduction": REPRODUCTION,
    **REVIEW_TABLES,
    **SENSITIVITY_TABLES,
    **MODERATOR_TABLES,
    **OVERLAP_TABLES,
    **CLAIMS_TABLES,
}
