"""Set every published pooled result beside our pool of the trials that the review includes.

Writes one row per published result, with a verdict and its reason, and the weight of every result
in our pool of it.
"""

from collections.abc import Sequence

from metarepro.command import run, stage_parser
from metarepro.comparison.reproduction import compare
from metarepro.comparison.tables import REPRODUCTION, REVIEW_WEIGHTS
from metarepro.conversion.tables import EFFECTS
from metarepro.overlap.trials import join_included
from metarepro.plan import read_plan
from metarepro.reviews.tables import REVIEW_INCLUDED
from metarepro.study.tables import EXTRACTED_INCLUDED, EXTRACTED_PUBLISHED
from metarepro.tabular.tables import read_result, write_table


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    args = stage_parser(__doc__).parse_args(argv)
    plan, results = read_plan(args.config), args.results_dir
    included = join_included(
        read_result(results, EXTRACTED_INCLUDED), read_result(results, REVIEW_INCLUDED)
    )
    table, weights = compare(
        read_result(results, EXTRACTED_PUBLISHED),
        included,
        read_result(results, EFFECTS),
        plan,
    )
    write_table(table, REPRODUCTION.at(results), REPRODUCTION)
    write_table(weights, REVIEW_WEIGHTS.at(results), REVIEW_WEIGHTS)


if __name__ == "__main__":
    run(main)
