"""Pool the effects of every synthesis that the analysis plan defines.

Writes one row per synthesis (a single trial is shown with its own effect and the reason why there
is no pool), the weight of every result in its synthesis, and tests between subgroups.
"""

from collections.abc import Sequence

from metarepro.command import run, stage_parser
from metarepro.conversion.tables import EFFECTS
from metarepro.plan import read_plan
from metarepro.synthesis.planned import synthesise
from metarepro.synthesis.subgroups import compare_subgroups
from metarepro.synthesis.tables import POOLED, SUBGROUP_TESTS, WEIGHTS
from metarepro.tabular.tables import read_result, write_table


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    args = stage_parser(__doc__).parse_args(argv)
    plan = read_plan(args.config)
    effects = read_result(args.results_dir, EFFECTS)
    pooled, weights = synthesise(effects, plan)
    for table, frame in {
        POOLED: pooled,
        WEIGHTS: weights,
        SUBGROUP_TESTS: compare_subgroups(pooled, weights, effects, plan),
    }.items():
        write_table(frame, table.at(args.results_dir), table)


if __name__ == "__main__":
    run(main)
