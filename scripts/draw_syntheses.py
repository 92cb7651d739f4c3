"""Draw a forest plot of every synthesis of two or more trials, as SVG and PNG.

The analysis plan names the sets of syntheses that are drawn, and the subgroups that divide the
plots. Approximate results that a synthesis would have are drawn hollow and without a weight: they
are not pooled.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from metarepro.command import parser, read_config, run
from metarepro.figure_folder import FigureTask, draw_all
from metarepro.forest import forest_plot
from metarepro.forest_tables import subgroup_test_text, summaries, synthesis_rows
from metarepro.summaries import labels, title
from metarepro.tables import read_table


def tasks(tables: dict[str, pd.DataFrame], config: dict[str, Any]) -> list[FigureTask]:
    """One task a synthesis."""
    names = labels(tables["interventions"], tables["domains"], tables["outcomes"])
    plan, pooled = config["syntheses"], tables["pooled"]
    tests = {t["synthesis"]: t for t in tables["subgroup_tests"].to_dict("records")}
    found = []
    drawn = pooled[(pooled["n_trials"] >= 2) & pooled["set_name"].isin(config["figures"])]
    for synthesis in drawn.to_dict("records"):
        key = synthesis["synthesis"]
        weights = tables["weights"][tables["weights"]["synthesis"] == key]
        subgroups = plan[key.split(".")[1]].get("subgroups", "")
        rows = synthesis_rows(synthesis, tables["effects"], weights, subgroups, names)
        pools = summaries(synthesis, pooled, plan, names, config["pooling"]["rho"])
        test = subgroup_test_text(tests[key]) if key in tests else ""
        draw = partial(
            forest_plot,
            rows,
            pools[pools["subgroup"].isin(["", *rows["subgroup"]])],
            title=title(synthesis, names, config["sets"]),
            subgroup_test=test,
            family=synthesis["family"],
        )
        found.append(FigureTask(key, draw))
    return found


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
    draw_all(tasks(tables, read_config(args.config)), args.output_dir, args.threads)


if __name__ == "__main__":
    run(main)
