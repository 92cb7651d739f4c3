"""A small valid data folder for tests: two trials, five results, one cited review."""

import csv
from collections.abc import Mapping
from pathlib import Path

import yaml

from metarepro.tabular.input_tables import INPUT_TABLES

RESULTS = "trials/results.csv"
TRIALS = "trials/trials.csv"
CLUSTERS = "trials/clusters.csv"
PUBLISHED = "reviews/review2020/published.csv"
INCLUDED = "reviews/review2020/included.csv"
REVIEW = "reviews/review2020/review.yaml"
CLAIMS = "report/claims.csv"

_SOURCE = {"source": "https://example.org/a", "locator": "table 2"}
_TRIAL = {
    "year": "2001",
    "year_verified": "yes",
    "intervention": "play",
    "n_randomised": "80",
    "country": "UK",
}
_RESULT = {
    "outcome": "warmth",
    "timepoint": "post",
    "timepoint_detail": "after the programme",
    "higher_is_better": "yes",
    "sign": "scale",
    "adjusted": "no",
    "n_basis": "analysed",
    "source_kind": "table",
    **_SOURCE,
}
_MEANS = {"statistic": "means", "n_t": "20", "mean_t": "5.1", "sd_t": "2", "n_c": "21"}
_DUPLICATE = {
    **{"exclude": "duplicate", "duplicate_of": "ann2001-01", "exclude_reason": "same table"},
}

ROWS: dict[str, tuple[str, list[Mapping[str, str]]]] = {
    "codebook/interventions.csv": (
        "interventions",
        [{"intervention": "play", "label": "Play", "family": "parenting"}],
    ),
    "codebook/domains.csv": (
        "domains",
        [{"domain": "relationship", "label": "Relationship", "order": "1"}],
    ),
    "codebook/outcomes.csv": (
        "outcomes",
        [
            {
                "outcome": "warmth",
                "label": "Warmth",
                "domain": "relationship",
                "beneficial_direction": "increase",
            }
        ],
    ),
    "codebook/countries.csv": (
        "countries",
        [_SOURCE | {"country": "UK", "income_group": "high"}],
    ),
    TRIALS: (
        "trials",
        [
            _TRIAL
            | {"trial_id": "ann2001", "label": "Ann 2001", "design": "rct", "doi": "10.1000/a"},
            _TRIAL
            | {"trial_id": "bob2002", "label": "Bob 2002", "year": "2002", "design": "cluster_rct"}
            | {"programme": "Play day"},
        ],
    ),
    RESULTS: (
        "results",
        [
            _RESULT
            | _MEANS
            | {"result_id": "ann2001-01", "trial_id": "ann2001", "measure": "Scale A"}
            | {"mean_c": "4.5", "sd_c": "2.1"},
            _RESULT
            | {"result_id": "ann2001-02", "trial_id": "ann2001", "measure": "Scale B"}
            | {"statistic": "smd", "value": "0.34", "ci_low": "0.1", "ci_high": "0.58"}
            | {"p_value": "0.01", "p_relation": "="},
            _RESULT
            | _MEANS
            | _DUPLICATE
            | {"result_id": "ann2001-03", "trial_id": "ann2001", "measure": "Scale A"}
            | {"mean_c": "4.5", "sd_c": "2.1"},
            _RESULT
            | {"result_id": "bob2002-01", "trial_id": "bob2002", "measure": "Delay"}
            | {"statistic": "counts", "higher_is_better": "no"}
            | {"n_t": "40", "events_t": "4", "n_c": "38", "events_c": "9"},
            _RESULT
            | {"result_id": "bob2002-02", "trial_id": "bob2002", "measure": "Secure"}
            | {"statistic": "odds_ratio", "value": "2.1", "ci_low": "1.1", "ci_high": "4"},
        ],
    ),
    CLUSTERS: ("clusters", [_SOURCE | {"trial_id": "bob2002", "n_clusters": "12"}]),
    PUBLISHED: (
        "published",
        [
            _SOURCE
            | {"outcome": "warmth", "outcome_label": "warmth", "intervention": "play"}
            | {"measure": "SMD", "estimate": "0.3", "ci_low": "0.1", "ci_high": "0.5"}
            | {"p_value": "0.004", "p_relation": "=", "status": "verified", "timepoint": "post"},
            _SOURCE
            | {"outcome": "warmth", "outcome_label": "later warmth", "status": "narrative"}
            | {"narrative_direction": "no_difference", "timepoint": "follow_up"},
        ],
    ),
    INCLUDED: ("included", [{"trial_id": "ann2001", "basis": "listed"}]),
    CLAIMS: (
        "claims",
        [
            {
                "claim_id": "c01",
                "evidence_type": "large_scale",
                "subject": "play",
                "intervention": "play",
                "domain": "relationship",
                "outcome": "warmth",
                "claim_kind": "effect_direction",
                "claimed_direction": "favours_intervention",
                "source_review": "review2020",
                "claim": "it works",
            }
        ],
    ),
    "report/local_evaluations.csv": ("local_evaluations", []),
    "report/economic_evidence.csv": ("economic_evidence", []),
    "report/guidance.csv": ("guidance", []),
    "report/programmes.csv": (
        "programmes",
        [
            {
                "programme": "play_day",
                "label": "Play day",
                "named_as": "main",
                "intervention": "play",
            }
        ],
    ),
    "report/programme_names.csv": (
        "programme_names",
        [{"programme": "play_day", "name_in_trials": "Play day", "match": "same"}],
    ),
}
REVIEW_VALUES: dict[str, object] = {
    "title": "A review",
    "authors": ["Ann", "Bob"],
    "year": 2020,
    "journal": None,
    "doi": None,
    "role": "cited",
    "families": ["parenting"],
    "n_studies": 3,
    "n_participants": None,
    "search_date": "2019-11",
    "effect_measure": "SMD",
    "model": None,
    "estimator": None,
    "software": None,
    "notes": None,
    "sources": ["https://example.org/r"],
}


def write_data_folder(folder: Path) -> Path:
    """Write the folder and return it."""
    for relative, (table, rows) in ROWS.items():
        path, columns = folder / relative, list(INPUT_TABLES[table].columns)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, "", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    (folder / REVIEW).write_text(yaml.safe_dump(REVIEW_VALUES, sort_keys=False), encoding="utf-8")
    (folder / "corrections.yaml").write_text("[]\n", encoding="utf-8")
    return folder


def headers_only(folder: Path) -> Path:
    """Write the folder of a study before its first trial: what must be there, without a row."""
    for name in ("interventions", "domains", "outcomes", "trials", "results"):
        path = folder / INPUT_TABLES[name].path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(",".join(INPUT_TABLES[name].columns) + "\n")
    return folder


def set_cells(folder: Path, relative: str, row: int, cells: Mapping[str, str]) -> None:
    """Change cells of one row (the header is row 1)."""
    path = folder / relative
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    for column, cell in cells.items():
        lines[row - 1][lines[0].index(column)] = cell
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)


def set_review(folder: Path, values: Mapping[str, object]) -> None:
    """Change keys of review.yaml."""
    text = yaml.safe_dump(REVIEW_VALUES | dict(values), sort_keys=False)
    (folder / REVIEW).write_text(text, encoding="utf-8")
