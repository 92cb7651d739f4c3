"""Compute the effect size of every reported result, positive = favours the intervention.

Reads the extracted tables and the analysis plan; writes one row per reported result. A result
without a route to an effect size stays in the table, with a code and a reason. Where a review's
own data file has a result, the transcribed one gives way to it. What the plan's intracluster
correlation moves is converted with its other ones too.
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
from metarepro.tabular.tables import read_result, read_results, write_table


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    args = stage_parser(__doc__).parse_args(argv)
    results = args.results_dir
    plan = read_plan(args.config)
    convert_by = partial(
        compute_effects,
        read_results(results, EXTRACTED_RESULTS, REVIEW_RESULTS),
        read_results(results, EXTRACTED_TRIALS, REVIEW_TRIALS),
        read_result(results, EXTRACTED_CLUSTERS),
        read_result(results, EXTRACTED_OUTCOMES),
        read_result(results, EXTRACTED_INTERVENTIONS),
        read_result(results, EXTRACTED_COUNTRIES),
    )
    effects = supersede(convert_by(plan))
    write_table(effects, EFFECTS.at(results), EFFECTS)
    by_icc = effects_by_icc(effects, convert_by, plan)
    write_table(by_icc, EFFECTS_BY_ICC.at(results), EFFECTS_BY_ICC)


if __name__ == "__main__":
    run(main)
