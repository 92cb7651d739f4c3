"""The tables in results/claims."""

from metarepro.claims.rules import CLAIM_VERDICTS, VERDICT_OF
from metarepro.tabular import report_tables
from metarepro.tabular.columns import Columns, level, number, text, whole
from metarepro.tabular.tables import Table


def _as_in(table: Table, *names: str) -> Columns:
    return {name: table.columns[name] for name in names}


AUDITED_CLAIMS = Table(
    "claims",
    "claims/claims.csv",
    {
        **_as_in(
            report_tables.CLAIMS,
            *("claim_id", "evidence_type", "subject", "intervention", "domain", "outcome"),
            *("claim_kind", "moderator", "moderator_level", "claim", "footnote", "source_review"),
        ),
        "claimed": text(required=True),
        "published": text(),
        "synthesis": text(),
        "estimate": number(),
        "ci_low": number(),
        "ci_high": number(),
        "pi_low": number(),
        "pi_high": number(),
        "n_trials": whole(at_least=1),
        "n_participants": number(at_least=0),
        "flags": text(),
        "coverage": text(),
        "computed": text(),
        "verdict": level(*CLAIM_VERDICTS),
        "rule": level(*VERDICT_OF),
        "reason": text(required=True),
        "caveat": text(),
        "needed": text(),
    },
    "the report's claims with verdicts",
    optional=True,
)
AUDITED_EVALUATIONS = Table(
    "evaluations",
    "claims/evaluations.csv",
    {
        **_as_in(
            report_tables.LOCAL_EVALUATIONS,
            *(
                "evaluation_id",
                "service",
                "place",
                "localities",
                "year",
                "design",
                "domain",
                "outcome",
            ),
            *("measure", "n", "statistic", "value", "comparator", "reported_direction"),
            *("published", "footnote"),
        ),
        "successes": whole(at_least=0),
        "ci_low": number(at_least=0, at_most=1),
        "ci_high": number(at_least=0, at_most=1),
        "reference": report_tables.LOCAL_EVALUATIONS.columns["reference"],
        "p_exact": number(at_least=0, at_most=1),
        "remark": text(required=True),
    },
    "local service evaluations",
    optional=True,
)
AUDITED_ECONOMICS = Table(
    "economics",
    "claims/economics.csv",
    {
        **report_tables.ECONOMIC_EVIDENCE.columns,
        "ratio": number(above=0),
        "remark": text(required=True),
    },
    "economic figures of the report",
    optional=True,
)
AUDITED_PROGRAMMES = Table(
    "programmes",
    "claims/programmes.csv",
    {
        **_as_in(
            report_tables.PROGRAMMES,
            *("programme", "label", "named_as", "intervention", "rating", "footnote"),
        ),
        "n_trials": whole(at_least=0, required=True),
        "n_trials_with_results": whole(at_least=0, required=True),
        "n_results": whole(at_least=0, required=True),
        "n_usable": whole(at_least=0, required=True),
        "domains": text(),
        "trial_ids": text(),
        "matched_by": text(),
        "remark": text(),
    },
    "the programmes that the report names",
    optional=True,
)
CLAIMS_TABLES = (AUDITED_CLAIMS, AUDITED_EVALUATIONS, AUDITED_ECONOMICS, AUDITED_PROGRAMMES)
