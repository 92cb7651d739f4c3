"""The tables of reviews that come with their own data file."""

from metarepro.audit.tables import AUDIT
from metarepro.readers.review_tables import (
    ACCURACY_COLUMNS,
    ACCURACY_RESULTS,
    ANALYSIS_COLUMNS,
    ANALYSIS_KEYS,
    DATA_TYPES,
    FORMATS,
    LEVELS,
    MEASURES,
    METHODS,
    MODELS,
    STUDY_COLUMNS,
)
from metarepro.study.tables import INCLUDED_COLUMNS, PROVENANCE
from metarepro.tabular import input_tables
from metarepro.tabular.columns import foreign_text, identifier, level, number, text, whole
from metarepro.tabular.tables import Table

VERDICTS = ("exact", "explained", "different", "not_published", "not_estimable", "not_computable")
#: Quantities that are published and recomputed, each with a column of its own.
QUANTITIES = ("estimate", "ci_low", "ci_high", "tau2", "q", "i2", "z", "p")

REVIEW_STUDIES = Table(
    "review_studies", "extracted/review_studies.csv", STUDY_COLUMNS, optional=True
)
REVIEW_ANALYSES = Table(
    "review_analyses", "extracted/review_analyses.csv", ANALYSIS_COLUMNS, optional=True
)
REVIEW_RESULTS = Table(
    "review_results",
    "extracted/review_results.csv",
    input_tables.RESULTS.columns
    | {
        "source_kind": level(input_tables.REVIEW_FILE),
        "exclude": identifier(required=False),
        "higher_is_better": level("yes", "no"),
    }
    | PROVENANCE,
    "results from the reviews' own data files",
    optional=True,
)
REVIEW_TRIALS = Table(
    "review_trials",
    "extracted/review_trials.csv",
    input_tables.TRIALS.columns | PROVENANCE,
    "trials from the reviews' own data files",
    optional=True,
)
REVIEW_INCLUDED = Table(
    "review_included",
    "extracted/review_included.csv",
    INCLUDED_COLUMNS,
    "trials of the reviews' own data files",
    optional=True,
)
REVIEW_AUDIT = Table(
    "review_audit",
    "extracted/review_audit.csv",
    {"review_id": identifier(), **{name: foreign_text() for name in AUDIT.columns}},
    "what does not add up in the reviews' own data files",
    optional=True,
)
#: One row per problem.
REVIEW_FILE_PROBLEMS = Table(
    "review_file_problems",
    "extracted/review_file_problems.csv",
    {
        "review_id": identifier(),
        "problem": text(required=True),
    },
    "data files of reviews that could not be used",
    optional=True,
)
#: What is extracted of a review that comes with a data file.
EXTRACTED_FROM_FILES = (
    REVIEW_STUDIES,
    REVIEW_ANALYSES,
    REVIEW_RESULTS,
    REVIEW_TRIALS,
    REVIEW_INCLUDED,
    REVIEW_AUDIT,
)
REVIEW_REPRODUCTION = Table(
    "review_reproduction",
    "reproduction/review_files/reproduction.csv",
    {"file": foreign_text(required=True)}
    | ANALYSIS_KEYS
    | {
        "level": level(*LEVELS),
        "data_type": level(*DATA_TYPES),
        "measure": level(*MEASURES),
        "method": level(*METHODS),
        "model": level(*MODELS),
        "k": whole(at_least=0, required=True),
        "n_participants": number(at_least=0),
    }
    | {f"published_{name}": number() for name in QUANTITIES}
    | {f"reproduced_{name}": number() for name in QUANTITIES}
    | {
        "max_abs_difference": number(at_least=0),
        "verdict": level(*VERDICTS),
        "reason": foreign_text(),
    },
    "every pool in the reviews' own data files against ours",
    optional=True,
)
REVIEW_ACCURACY = Table(
    "review_accuracy",
    "reproduction/review_files/accuracy.csv",
    {"file": foreign_text(required=True)}
    | ACCURACY_COLUMNS
    | {f"reproduced_{name}": number() for name in ACCURACY_RESULTS}
    | {"verdict": level("exact", "different", "not_published", "not_estimable")},
    optional=True,
)
REVIEW_FILES = Table(
    "review_files",
    "reproduction/review_files/files.csv",
    {
        "file": foreign_text(required=True),
        "status": level("read", "unreadable"),
        "review_id": foreign_text(),
        "title": foreign_text(),
        "format": level("", *FORMATS),
        "schema": foreign_text(),
        "pools": number(at_least=0),
        "study_rows": number(at_least=0),
        "skipped": number(at_least=0),
        "notes": foreign_text(),
    },
    optional=True,
)
DEVIATIONS = Table(
    "known_deviations",
    "known_deviations.csv",
    {
        "review_id": foreign_text(required=True),
        "comparison_number": foreign_text(required=True),
        "outcome_number": foreign_text(required=True),
        "subgroup_number": foreign_text(),
        "quantity": foreign_text(required=True),
        "reason": foreign_text(required=True),
    },
)
