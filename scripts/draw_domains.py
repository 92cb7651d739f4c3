"""Draw one summary forest a domain, a diamond for each intervention."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from metarepro.cache import open_cache
from metarepro.command import add_plan_and_output, parser, run
from metarepro.figures.folder import FigureTask, draw_all
from metarepro.figures.forest import summary_forest
from metarepro.figures.forest_tables import domain_rows
from metarepro.plan import read_plan
from metarepro.tabular.tables import read_table


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument(
        "--extracted-dir", type=Path, default=Path("results/extracted"), help="default: %(default)s"
    )
    arguments.add_argument("--pooled", type=Path, required=True, help="pooled.csv")
    add_plan_and_output(arguments)
    args = arguments.parse_args(argv)
    interventions = read_table(args.extracted_dir / "interventions.csv", "extracted_interventions")
    domains = read_table(args.extracted_dir / "domains.csv", "extracted_domains")
    pooled = read_table(args.pooled, "pooled")
    plan = read_plan(args.config)
    tasks = [
        FigureTask(
            domain["domain"],
            partial(
                summary_forest,
                domain_rows(domain["domain"], interventions, pooled, plan.evidence),
                plan.families,
                title=domain["label"],
            ),
        )
        for domain in domains.sort_values("order").to_dict("records")
    ]
    with open_cache(args.cache_dir) as cache:
        draw_all(tasks, args.output_dir, cache)


if __name__ == "__main__":
    run(main)
