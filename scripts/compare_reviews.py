"""Set every published pooled result beside our pool of the trials that the review includes.

Writes one row a published result, with a verdict and its reason, and the weight of every result
in our pool of it.
"""

from collections.abc import Sequence
from pathlib import Path

from metarepro.command import parser, run
from metarepro.comparison.reproduction import compare
from metarepro.overlap.trials import join_included
from metarepro.plan import read_plan
from metarepro.tabular.tables import read_table, write_table


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--effects", type=Path, required=True, help="effects.csv")
    arguments.add_argument("--published", type=Path, required=True, help="extracted published.csv")
    arguments.add_argument("--included", type=Path, required=True, help="extracted included.csv")
    arguments.add_argument(
        "--review-included", type=Path, required=True, help="extracted review_included.csv"
    )
    arguments.add_argument("--config", type=Path, required=True, help="the analysis plan")
    arguments.add_argument("--reproduction", type=Path, required=True, help="table to write")
    arguments.add_argument("--weights", type=Path, required=True, help="table to write")
    args = arguments.parse_args(argv)
    included = join_included(
        read_table(args.included, "extracted_included"),
        read_table(args.review_included, "extracted_included"),
    )
    table, weights = compare(
        read_table(args.published, "extracted_published"),
        included,
        read_table(args.effects, "effects"),
        read_plan(args.config),
    )
    write_table(table, args.reproduction, "reproduction")
    write_table(weights, args.weights, "review_weights")


if __name__ == "__main__":
    run(main)
