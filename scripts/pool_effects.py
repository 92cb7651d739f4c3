"""Compute the effect size of every reported result, and pool those of every synthesis of the plan.

Positive favours the intervention. A result without a route to an effect size stays in the table of
effects, with a code and a reason. Where a review's own data file has a result, the transcribed one
gives way to it. What the plan's intracluster correlation moves is converted with its other ones
too. Of every synthesis one row is written (a single trial is shown with its own effect and the
reason why there is no pool), the weight of every result in it, and the tests between its subgroups.
"""

from collections.abc import Sequence
from functools import partial

from metarepro.command import run, stage_parser
from metarepro.conversion.effects import compute_effects, effects_by_icc, supersede
from metarepro.conversion.tables import EFFECTS, EFFECTS_BY_ICC
from metarepro.plan import read_plan
from metarepro.reviews.tables import REVIEW_RESULTS, REVIEW_TRIALS
from metarepro.study.tables import (
    EXTRACTED_CLUSTERS,
    EXTRACTED_COUNTRIES,
    EXTRACTED_INTERVENTIONS,
    EXTRACTED_OUTCOMES,
    EXTRACTED_RESULTS,
    EXTRACTED_TRIALS,
)
from metarepro.synthesis.planned import synthesise
from metarepro.synthesis.subgroups import compare_subgroups
from metarepro.synthesis.tables import POOLED, SUBGROUP_TESTS, WEIGHTS
from metarepro.tabular.tables import read_result, read_results, write_table


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    args = stage_parser(__doc__).parse_args(argv)
    results, plan = args.results_dir, read_plan(args.config)
    convert_by = partial(
        compute_effects,
        read_results(results, EXTRACTED_RESULTS, REVIEW_RESULTS),
        read_results(results, EXTRACTED_TRIALS, REVIEW_TRIALS),
        read_result(results, EXTRACTED_CLUSTERS),
        read_result(results, EXTRACTED_OUTCOMES),
        read_result(results, EXTRACTED_INTERVENTIONS),
        read_result(results, EXTRACTED_COUNTRIES),
    )
    converted = supersede(convert_by(plan))
    by_icc = effects_by_icc(converted, convert_by, plan)
    write_table(converted, EFFECTS.at(results), EFFECTS)
    write_table(by_icc, EFFECTS_BY_ICC.at(results), EFFECTS_BY_ICC)
    # Pooled are the numbers as they stand in the table, so that anyone can pool them again.
    effects = read_result(results, EFFECTS)
    pooled, weights = synthesise(effects, plan)
    for table, frame in {
        POOLED: pooled,
        WEIGHTS: weights,
        SUBGROUP_TESTS: compare_subgroups(pooled, weights, effects, plan),
    }.items():
        write_table(frame, table.at(results), table)


if __name__ == "__main__":
    run(main)
