"""Draw a forest plot of every synthesis of two or more trials, as SVG and PNG.

The analysis plan names the sets of syntheses that are drawn, and the subgroups that divide the
plots. Approximate results that a synthesis would have are drawn hollow and without a weight: they
are not pooled.
"""

from collections.abc import Sequence
from pathlib import Path

from metarepro.command import parser, read_config, run
from metarepro.figures.folder import draw_all
from metarepro.figures.syntheses import forest_tasks
from metarepro.tables import read_table


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument(
        "--extracted-dir", type=Path, default=Path("results/extracted"), help="default: %(default)s"
    )
    for name in ("effects", "pooled", "weights", "subgroup-tests"):
        arguments.add_argument(f"--{name}", type=Path, required=True, help=f"{name}.csv")
    arguments.add_argument("--config", type=Path, required=True, help="the analysis plan")
    arguments.add_argument("--threads", type=int, default=1, help="processes that draw")
    arguments.add_argument("--output-dir", type=Path, required=True, help="folder to write")
    args = arguments.parse_args(argv)
    codebook = ("interventions", "domains", "outcomes")
    tables = {n: read_table(args.extracted_dir / f"{n}.csv", f"extracted_{n}") for n in codebook}
    for name in ("effects", "pooled", "weights", "subgroup_tests"):
        tables[name] = read_table(getattr(args, name), name)
    config, pooled = read_config(args.config), tables["pooled"]
    drawn = pooled[(pooled["n_trials"] >= 2) & pooled["set_name"].isin(config["figures"])]
    draw_all(forest_tasks(drawn, tables, config), args.output_dir, args.threads)


if __name__ == "__main__":
    run(main)
