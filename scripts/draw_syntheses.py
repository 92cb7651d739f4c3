"""Draw a forest plot of every synthesis of two or more trials, as SVG and PNG.

The analysis plan names the sets of syntheses that are drawn, and the subgroups that divide the
plots. Approximate results that a synthesis would have are drawn hollow and without a weight: they
are not pooled.
"""

from collections.abc import Sequence
from pathlib import Path

from metarepro.cache import open_cache
from metarepro.command import add_plan_and_output, parser, run
from metarepro.figures.folder import draw_all
from metarepro.figures.syntheses import forest_tasks
from metarepro.plan import read_plan
from metarepro.tabular.tables import read_table


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument(
        "--extracted-dir", type=Path, default=Path("results/extracted"), help="default: %(default)s"
    )
    for name in ("effects", "pooled", "weights", "subgroup-tests"):
        arguments.add_argument(f"--{name}", type=Path, required=True, help=f"{name}.csv")
    add_plan_and_output(arguments)
    arguments.add_argument("--threads", type=int, default=1, help="processes that draw")
    args = arguments.parse_args(argv)
    codebook = ("interventions", "domains", "outcomes")
    tables = {n: read_table(args.extracted_dir / f"{n}.csv", f"extracted_{n}") for n in codebook}
    for name in ("effects", "pooled", "weights", "subgroup_tests"):
        tables[name] = read_table(getattr(args, name), name)
    plan, pooled = read_plan(args.config), tables["pooled"]
    drawn = pooled[(pooled["n_trials"] >= 2) & pooled["set_name"].isin(plan.figures)]
    with open_cache(args.cache_dir) as cache:
        draw_all(forest_tasks(drawn, tables, plan), args.output_dir, cache, args.threads)


if __name__ == "__main__":
    run(main)
