"""Find the trials that stand in more than one review, and results that two sources report.

Writes pairs.csv and overall.csv, the corrected covered area of every two reviews and of all, and
shared_effects.csv, which compares what two sources give for the same result of a trial.
"""

from collections.abc import Sequence

from metarepro.command import run, stage_parser
from metarepro.conversion.effects import compute_effects
from metarepro.conversion.tables import EFFECTS
from metarepro.overlap.effects import lift_duplicates, shared_effects
from metarepro.overlap.tables import OVERLAP_OVERALL, OVERLAP_PAIRS, SHARED_EFFECTS
from metarepro.overlap.trials import join_included, overlap_overall, overlap_pairs
from metarepro.plan import read_plan
from metarepro.reviews.tables import REVIEW_INCLUDED, REVIEW_RESULTS, REVIEW_TRIALS
from metarepro.study.tables import (
    EXTRACTED_CLUSTERS,
    EXTRACTED_COUNTRIES,
    EXTRACTED_INCLUDED,
    EXTRACTED_INTERVENTIONS,
    EXTRACTED_OUTCOMES,
    EXTRACTED_RESULTS,
    EXTRACTED_TRIALS,
    REVIEWS,
)
from metarepro.tabular.tables import read_result, read_results, write_table


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    args = stage_parser(__doc__).parse_args(argv)
    folder = args.results_dir
    reviews = read_result(folder, REVIEWS)
    included = join_included(
        read_result(folder, EXTRACTED_INCLUDED), read_result(folder, REVIEW_INCLUDED)
    )
    results = read_results(folder, EXTRACTED_RESULTS, REVIEW_RESULTS)
    plan = read_plan(args.config)
    converted = compute_effects(
        lift_duplicates(results),
        read_results(folder, EXTRACTED_TRIALS, REVIEW_TRIALS),
        read_result(folder, EXTRACTED_CLUSTERS),
        read_result(folder, EXTRACTED_OUTCOMES),
        read_result(folder, EXTRACTED_INTERVENTIONS),
        read_result(folder, EXTRACTED_COUNTRIES),
        plan,
    )
    for table, frame in {
        OVERLAP_PAIRS: overlap_pairs(reviews, included),
        OVERLAP_OVERALL: overlap_overall(reviews, included),
        SHARED_EFFECTS: shared_effects(results, read_result(folder, EFFECTS), converted),
    }.items():
        write_table(frame, table.at(folder), table)


if __name__ == "__main__":
    run(main)
