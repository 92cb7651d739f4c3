"""Audit the claims of the report: each gets a verdict by the rules in metarepro/claims/rules.py.

Reads the tables of the stages before from --results-dir. Writes claims.csv (one row per claim),
evaluations.csv (local evaluations with Wilson intervals and exact tests), economics.csv (cost
ratios) and programmes.csv (which trials are of the programmes that the report names).
"""

from collections.abc import Sequence
from functools import partial

from metarepro.claims.claims import Sources, assess_claims
from metarepro.claims.counts import compare_costs
from metarepro.claims.local_evaluations import evaluate
from metarepro.claims.programmes import list_programmes
from metarepro.claims.tables import (
    AUDITED_CLAIMS,
    AUDITED_ECONOMICS,
    AUDITED_EVALUATIONS,
    AUDITED_PROGRAMMES,
)
from metarepro.command import run, stage_parser
from metarepro.conversion.tables import EFFECTS
from metarepro.overlap.trials import join_included
from metarepro.plan import read_plan
from metarepro.reviews.tables import REVIEW_INCLUDED
from metarepro.sensitivity.moderators import with_characteristics
from metarepro.sensitivity.tables import MODERATOR_LEVELS, MODERATORS
from metarepro.study.tables import (
    ECONOMIC_EVIDENCE,
    EXTRACTED_CHARACTERISTICS,
    EXTRACTED_DOMAINS,
    EXTRACTED_INCLUDED,
    EXTRACTED_INTERVENTIONS,
    EXTRACTED_OUTCOMES,
    EXTRACTED_PUBLISHED,
    EXTRACTED_TRIALS,
    GUIDANCE,
    LOCAL_EVALUATIONS,
    PROGRAMME_NAMES,
    REPORT_CLAIMS,
    REPORT_PROGRAMMES,
    REVIEWS,
)
from metarepro.synthesis.tables import POOLED, WEIGHTS
from metarepro.tabular.tables import read_result, write_table


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    args = stage_parser(__doc__).parse_args(argv)
    read = partial(read_result, args.results_dir)
    included = join_included(read(EXTRACTED_INCLUDED), read(REVIEW_INCLUDED))
    trials = read(EXTRACTED_TRIALS)
    effects = with_characteristics(read(EFFECTS), read(EXTRACTED_CHARACTERISTICS))
    plan = read_plan(args.config)
    evaluations = evaluate(read(LOCAL_EVALUATIONS), plan.pooling.level)
    costs = compare_costs(read(ECONOMIC_EVIDENCE))
    sources = Sources(
        interventions=read(EXTRACTED_INTERVENTIONS),
        outcomes=read(EXTRACTED_OUTCOMES),
        trials=trials,
        reviews=read(REVIEWS),
        published=read(EXTRACTED_PUBLISHED),
        included=included,
        effects=effects,
        pooled=read(POOLED),
        weights=read(WEIGHTS),
        moderators=read(MODERATORS),
        moderator_levels=read(MODERATOR_LEVELS),
        evaluations=evaluations,
        costs=costs,
        guidance=read(GUIDANCE),
        plan=plan,
    )
    programmes = list_programmes(
        read(REPORT_PROGRAMMES),
        read(PROGRAMME_NAMES),
        trials,
        effects,
        read(EXTRACTED_DOMAINS),
        evaluations,
    )
    for table, frame in {
        AUDITED_CLAIMS: assess_claims(read(REPORT_CLAIMS), sources),
        AUDITED_EVALUATIONS: evaluations,
        AUDITED_ECONOMICS: costs,
        AUDITED_PROGRAMMES: programmes,
    }.items():
        write_table(frame, table.at(args.results_dir), table)


if __name__ == "__main__":
    run(main)
