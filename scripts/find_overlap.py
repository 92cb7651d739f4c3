"""Find the trials that stand in more than one review, and results that two sources report.

Writes pairs.csv and overall.csv, the corrected covered area of every two reviews and of all, and
shared_effects.csv, which compares what two sources give for the same result of a trial.
"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from metarepro.command import parser, run
from metarepro.conversion.effects import compute_effects
from metarepro.conversion.reported import Choices
from metarepro.overlap.effects import lift_duplicates, shared_effects
from metarepro.overlap.trials import join_included, overlap_overall, overlap_pairs
from metarepro.plan import read_plan
from metarepro.tabular.tables import read_table, write_table

TABLES = (
    "results",
    "trials",
    "clusters",
    "outcomes",
    "interventions",
    "countries",
    "reviews",
    "included",
)
OF_REVIEW_FILES = {
    "results": "review_results",
    "trials": "extracted_trials",
    "included": "extracted_included",
}


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument(
        "--extracted-dir", type=Path, default=Path("results/extracted"), help="default: %(default)s"
    )
    arguments.add_argument("--effects", type=Path, required=True, help="effects.csv")
    arguments.add_argument("--config", type=Path, required=True, help="the analysis plan")
    arguments.add_argument("--output-dir", type=Path, required=True, help="folder to write")
    args = arguments.parse_args(argv)
    tables = {n: read_table(args.extracted_dir / f"{n}.csv", f"extracted_{n}") for n in TABLES}
    of_files = {
        name: read_table(args.extracted_dir / f"review_{name}.csv", table)
        for name, table in OF_REVIEW_FILES.items()
    }
    reviews = tables.pop("reviews")
    included = join_included(tables.pop("included"), of_files["included"])
    for name in ("results", "trials"):
        tables[name] = pd.concat([tables[name], of_files[name]], ignore_index=True)
    results = tables.pop("results")
    choices = Choices.from_plan(read_plan(args.config))
    converted = compute_effects(lift_duplicates(results), **tables, choices=choices)
    shared = shared_effects(results, read_table(args.effects, "effects"), converted)
    write_table(overlap_pairs(reviews, included), args.output_dir / "pairs.csv", "overlap_pairs")
    write_table(
        overlap_overall(reviews, included), args.output_dir / "overall.csv", "overlap_overall"
    )
    write_table(shared, args.output_dir / "shared_effects.csv", "shared_effects")


if __name__ == "__main__":
    run(main)
