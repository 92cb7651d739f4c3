"""Draw one summary forest a domain, a diamond for each intervention."""

from collections.abc import Sequence
from functools import partial

from metarepro.cache import open_cache
from metarepro.command import add_output_and_cache, run, stage_parser
from metarepro.figures.folder import FigureTask, draw_all
from metarepro.figures.forest import summary_forest
from metarepro.figures.forest_tables import domain_pools, domain_rows
from metarepro.plan import read_plan
from metarepro.study.tables import EXTRACTED_DOMAINS, EXTRACTED_INTERVENTIONS
from metarepro.synthesis.tables import POOLED
from metarepro.tabular.tables import read_result
from metarepro.wording.scales import scale_of


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = stage_parser(__doc__)
    add_output_and_cache(arguments)
    args = arguments.parse_args(argv)
    interventions = read_result(args.results_dir, EXTRACTED_INTERVENTIONS)
    domains = read_result(args.results_dir, EXTRACTED_DOMAINS)
    pooled = read_result(args.results_dir, POOLED)
    plan = read_plan(args.config)
    tasks = []
    for domain in domains.sort_values("order").to_dict("records"):
        pools = domain_pools(domain["domain"], pooled, plan)
        draw = partial(
            summary_forest,
            domain_rows(interventions, pools),
            plan.families,
            title=domain["label"],
            scale=scale_of(plan).over(pools),
        )
        tasks.append(FigureTask(domain["domain"], draw))
    with open_cache(args.cache_dir) as cache:
        draw_all(tasks, args.output_dir, cache)


if __name__ == "__main__":
    run(main)
