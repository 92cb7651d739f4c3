"""Compute the effect size of every reported result, positive = favours the intervention.

Reads the extracted tables and the analysis plan; writes one row a reported result. A result
without a route to an effect size stays in the table, with a code and a reason. Where a review's
own data file has a result, the transcribed one gives way to it.
"""

from collections.abc import Sequence

from metarepro.command import run, stage_parser
from metarepro.conversion.effects import compute_effects, supersede
from metarepro.conversion.tables import EFFECTS
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
from metarepro.tabular.tables import read_result, read_results, write_table


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    args = stage_parser(__doc__).parse_args(argv)
    results = args.results_dir
    plan = read_plan(args.config)
    effects = compute_effects(
        read_results(results, EXTRACTED_RESULTS, REVIEW_RESULTS),
        read_results(results, EXTRACTED_TRIALS, REVIEW_TRIALS),
        read_result(results, EXTRACTED_CLUSTERS),
        read_result(results, EXTRACTED_OUTCOMES),
        read_result(results, EXTRACTED_INTERVENTIONS),
        read_result(results, EXTRACTED_COUNTRIES),
        plan,
    )
    write_table(supersede(effects), EFFECTS.at(results), EFFECTS)


if __name__ == "__main__":
    run(main)
