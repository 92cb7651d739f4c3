"""The tables in results/extracted: those of data/, with the place that each row is from."""

from metarepro.tabular import input_tables, report_tables
from metarepro.tabular.columns import Columns, digest, identifier, level, text, whole, year
from metarepro.tabular.judgements import CERTAINTY, DOWNGRADES, STARTS, UPGRADES
from metarepro.tabular.tables import Table

# Where a row is from: what every extracted row carries.
PROVENANCE: Columns = {
    "file": text(required=True),
    "sha256": digest(),
    "row": whole(at_least=2, required=True),
    "corrections": text(),
}
#: Of these, what an edit anywhere in a file changes.
PLACE = ("file", "sha256", "row")

_REVIEW_ID: Columns = {"review_id": identifier()}
_REVIEW: Columns = {
    "review": text(required=True),
    "role": level(*input_tables.REVIEW_ROLES),
}
#: Of included.csv of all reviews: a trial may be in several.
INCLUDED_COLUMNS: Columns = (
    _REVIEW_ID | input_tables.INCLUDED.columns | {"trial_id": identifier()} | PROVENANCE
)


def _extracted(table: Table, about: str) -> Table:
    """A table of data/ with the place of each row."""
    columns = table.columns | PROVENANCE
    return Table(table.name, f"extracted/{table.name}.csv", columns, about)


def _of_report(table: Table, name: str, about: str = "") -> Table:
    """The same for what a report says, which only some studies check."""
    columns = table.columns | PROVENANCE
    return Table(name, f"extracted/report_{table.name}.csv", columns, about, optional=True)


INPUTS = Table(
    "inputs",
    "extracted/inputs.csv",
    {
        "file": text(required=True),
        "rows": whole(at_least=0),
        "sha256": digest(),
    },
    "every input file with its checksum",
)
EXTRACTED_INTERVENTIONS = _extracted(input_tables.INTERVENTIONS, "classes of interventions")
EXTRACTED_DOMAINS = _extracted(input_tables.DOMAINS, "domains")
EXTRACTED_OUTCOMES = _extracted(input_tables.OUTCOMES, "outcomes and their domains")
EXTRACTED_COUNTRIES = _extracted(input_tables.COUNTRIES, "")
EXTRACTED_TRIALS = _extracted(input_tables.TRIALS, "every trial")
EXTRACTED_RESULTS = _extracted(input_tables.RESULTS, "every result as it was reported")
EXTRACTED_CLUSTERS = _extracted(input_tables.CLUSTERS, "number of clusters of cluster trials")
EXTRACTED_CHARACTERISTICS = _extracted(
    input_tables.CHARACTERISTICS, "what the plan's moderators need to know of trials"
)
EXTRACTED_RISK_OF_BIAS = Table(
    "risk_of_bias",
    "extracted/risk_of_bias.csv",
    input_tables.RISK_OF_BIAS.columns | PROVENANCE,
    "risk of bias of trials, as people judged it",
    optional=True,
)
CERTAINTY_JUDGED = Table(
    "certainty",
    "extracted/certainty.csv",
    {
        "synthesis": text(required=True),
        "certainty": level(*CERTAINTY),
        "starts_at": level(*STARTS),
        # Of the pool that was judged: another one is to be judged again.
        "n_trials": whole(at_least=1, required=True),
        "assessor": text(required=True),
        "date": text(required=True),
        # Why it is not where it starts: a row for each reason, and one without if there is none.
        "domain": level("", *DOWNGRADES, *UPGRADES),
        "levels": whole(at_least=-3, at_most=2),
        "reason": text(),
    }
    | PROVENANCE
    | {"row": whole(at_least=1, required=True)},
    "certainty of the evidence, as people judged it, one row per reason",
    optional=True,
)
REVIEWS = Table(
    "reviews",
    "extracted/reviews.csv",
    {
        "review_id": identifier(unique=True),
        "label": text(required=True),
        "title": text(),
        "authors": text(),
        "year": year(),
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
    },
    "what is known of every review",
)
EXTRACTED_PUBLISHED = Table(
    "published",
    "extracted/published.csv",
    _REVIEW_ID | _REVIEW | input_tables.PUBLISHED.columns | PROVENANCE,
    "pooled results that the reviews published",
)
EXTRACTED_INCLUDED = Table(
    "included",
    "extracted/included.csv",
    INCLUDED_COLUMNS,
    "which trials stand in the cited reviews",
)
REPORT_CLAIMS = _of_report(report_tables.CLAIMS, "report_claims")
LOCAL_EVALUATIONS = _of_report(report_tables.LOCAL_EVALUATIONS, "local_evaluations")
ECONOMIC_EVIDENCE = _of_report(report_tables.ECONOMIC_EVIDENCE, "economic_evidence")
GUIDANCE = _of_report(report_tables.GUIDANCE, "guidance", "guidance that the report names")
REPORT_PROGRAMMES = _of_report(report_tables.PROGRAMMES, "report_programmes")
PROGRAMME_NAMES = _of_report(report_tables.PROGRAMME_NAMES, "programme_names")

#: Parts of data/ that are one file, which a study can do without.
SINGLE_FILES = {"risk_of_bias": input_tables.RISK_OF_BIAS.path, "certainty": "certainty.yaml"}
#: Each part of data/ -> its tables there -> as they are extracted.
PARTS: dict[str, dict[str, Table]] = {
    "codebook": {
        "interventions": EXTRACTED_INTERVENTIONS,
        "domains": EXTRACTED_DOMAINS,
        "outcomes": EXTRACTED_OUTCOMES,
        "countries": EXTRACTED_COUNTRIES,
    },
    "trials": {
        "trials": EXTRACTED_TRIALS,
        "results": EXTRACTED_RESULTS,
        "clusters": EXTRACTED_CLUSTERS,
        "characteristics": EXTRACTED_CHARACTERISTICS,
    },
    "risk_of_bias": {"risk_of_bias": EXTRACTED_RISK_OF_BIAS},
    "certainty": {"certainty": CERTAINTY_JUDGED},
    "reviews": {
        "reviews": REVIEWS,
        "published": EXTRACTED_PUBLISHED,
        "included": EXTRACTED_INCLUDED,
    },
    "report": {
        "claims": REPORT_CLAIMS,
        "local_evaluations": LOCAL_EVALUATIONS,
        "economic_evidence": ECONOMIC_EVIDENCE,
        "guidance": GUIDANCE,
        "programmes": REPORT_PROGRAMMES,
        "programme_names": PROGRAMME_NAMES,
    },
}
