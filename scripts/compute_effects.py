"""Compute Hedges' g of every reported result, positive = favours the intervention.

Reads the extracted tables and the analysis plan; writes one row a reported result. A result
without a route to an effect size stays in the table, with a code and a reason. Where a review's
own data file has a result, the transcribed one gives way to it.
"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from metarepro.command import parser, run
from metarepro.conversion.effects import compute_effects, supersede
from metarepro.conversion.reported import Choices
from metarepro.plan import read_plan
from metarepro.tabular.tables import read_table, write_table

TABLES = ("results", "trials", "clusters", "outcomes", "interventions", "countries")


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument(
        "--extracted-dir", type=Path, default=Path("results/extracted"), help="default: %(default)s"
    )
    arguments.add_argument("--config", type=Path, required=True, help="the analysis plan")
    arguments.add_argument("--output", type=Path, required=True, help="effects.csv to write")
    args = arguments.parse_args(argv)
    choices = Choices.from_plan(read_plan(args.config))
    tables = {n: read_table(args.extracted_dir / f"{n}.csv", f"extracted_{n}") for n in TABLES}
    for name, table in (("results", "review_results"), ("trials", "extracted_trials")):
        of_reviews = read_table(args.extracted_dir / f"review_{name}.csv", table)
        tables[name] = pd.concat([tables[name], of_reviews], ignore_index=True)
    effects = supersede(compute_effects(**tables, choices=choices))
    write_table(effects, args.output, "effects")


if __name__ == "__main__":
    run(main)
