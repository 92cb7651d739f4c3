"""Compare what the sources report: with our pools, with each other, and each with itself.

Writes to reproduction/ every published pooled result beside our pool of the trials that the review
includes, with a verdict and its reason, and the weight of every result in our pool of it; to
overlap/ the corrected covered area of every two reviews and of all, and what two sources give for
the same result of a trial; and to effects/audit.csv what does not add up inside the reports of
trials and among published results. Nothing is changed because of a finding: it asks somebody to
look at the source.
"""

from collections.abc import Sequence
from functools import partial

import pandas as pd

from metarepro.audit.findings import audit_published, audit_results
from metarepro.audit.tables import AUDIT
from metarepro.command import run, stage_parser
from metarepro.comparison.reproduction import compare
from metarepro.comparison.tables import REPRODUCTION, REVIEW_WEIGHTS
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
    EXTRACTED_PUBLISHED,
    EXTRACTED_RESULTS,
    EXTRACTED_TRIALS,
    REVIEWS,
)
from metarepro.tabular.tables import read_result, write_table


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    args = stage_parser(__doc__).parse_args(argv)
    plan, read = read_plan(args.config), partial(read_result, args.results_dir)
    reviews, published, effects = read(REVIEWS), read(EXTRACTED_PUBLISHED), read(EFFECTS)
    included = join_included(read(EXTRACTED_INCLUDED), read(REVIEW_INCLUDED))
    of_trials = read(EXTRACTED_RESULTS)
    results = pd.concat([of_trials, read(REVIEW_RESULTS)], ignore_index=True)
    converted = compute_effects(
        lift_duplicates(results),
        pd.concat([read(EXTRACTED_TRIALS), read(REVIEW_TRIALS)], ignore_index=True),
        read(EXTRACTED_CLUSTERS),
        read(EXTRACTED_OUTCOMES),
        read(EXTRACTED_INTERVENTIONS),
        read(EXTRACTED_COUNTRIES),
        plan,
    )
    compared, weights = compare(published, included, effects, plan)
    findings = [audit_results(of_trials, effects), audit_published(published)]
    for table, frame in {
        REPRODUCTION: compared,
        REVIEW_WEIGHTS: weights,
        OVERLAP_PAIRS: overlap_pairs(reviews, included),
        OVERLAP_OVERALL: overlap_overall(reviews, included),
        SHARED_EFFECTS: shared_effects(results, effects, converted),
        AUDIT: pd.concat(findings, ignore_index=True),
    }.items():
        write_table(frame, table.at(args.results_dir), table)


if __name__ == "__main__":
    run(main)
