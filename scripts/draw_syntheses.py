"""Draw a forest plot of every synthesis of two or more trials, as SVG.

The analysis plan names the sets of syntheses that are drawn, and the subgroups that divide the
plots. Approximate results that a synthesis would have are drawn hollow and without a weight: they
are not pooled.
"""

from collections.abc import Sequence

from metarepro.cache import open_cache
from metarepro.command import add_output_and_cache, run, stage_parser
from metarepro.conversion.tables import EFFECTS
from metarepro.figures.folder import draw_all
from metarepro.figures.syntheses import forest_tasks
from metarepro.plan import read_plan
from metarepro.study.tables import EXTRACTED_DOMAINS, EXTRACTED_INTERVENTIONS, EXTRACTED_OUTCOMES
from metarepro.synthesis.tables import POOLED_TABLES
from metarepro.tabular.tables import read_result

TABLES = (
    EXTRACTED_INTERVENTIONS,
    EXTRACTED_DOMAINS,
    EXTRACTED_OUTCOMES,
    EFFECTS,
    *POOLED_TABLES,
)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = stage_parser(__doc__)
    add_output_and_cache(arguments)
    arguments.add_argument("--threads", type=int, default=1, help="processes that draw")
    args = arguments.parse_args(argv)
    tables = {table.name: read_result(args.results_dir, table) for table in TABLES}
    plan, pooled = read_plan(args.config), tables["pooled"]
    drawn = pooled[(pooled["n_trials"] >= 2) & pooled["set_name"].isin(plan.figures)]
    with open_cache(args.cache_dir) as cache:
        draw_all(forest_tasks(drawn, tables, plan), args.output_dir, cache, args.threads)


if __name__ == "__main__":
    run(main)
