"""Pool the effects of every synthesis that the analysis plan defines.

Writes one row a synthesis (a single trial is shown with its own effect and the reason why there
is no pool), the weight of every result in its synthesis, and tests between subgroups.
"""

from collections.abc import Sequence
from pathlib import Path

from metarepro.command import parser, run
from metarepro.plan import read_plan
from metarepro.synthesis.pools import Settings, compare_subgroups, synthesise
from metarepro.tabular.tables import read_table, write_table


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--effects", type=Path, required=True, help="effects.csv")
    arguments.add_argument("--config", type=Path, required=True, help="the analysis plan")
    arguments.add_argument("--pooled", type=Path, required=True, help="pooled.csv to write")
    arguments.add_argument("--weights", type=Path, required=True, help="weights.csv to write")
    arguments.add_argument(
        "--subgroup-tests", type=Path, required=True, help="subgroup_tests.csv to write"
    )
    args = arguments.parse_args(argv)
    plan = read_plan(args.config)
    pooled, weights = synthesise(
        read_table(args.effects, "effects"),
        plan.sets,
        plan.syntheses,
        Settings.from_plan(plan),
    )
    write_table(pooled, args.pooled, "pooled")
    write_table(weights, args.weights, "weights")
    write_table(compare_subgroups(pooled, plan.syntheses), args.subgroup_tests, "subgroup_tests")


if __name__ == "__main__":
    run(main)
