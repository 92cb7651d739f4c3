"""Draw a forest plot of every published result that we have results of trials for.

Our pool, or our single trial, stands above the published result, both on the measure of the plan.
"""

from collections.abc import Sequence
from functools import partial

import pandas as pd

from metarepro.cache import open_cache
from metarepro.command import add_output_and_cache, run, stage_parser
from metarepro.comparison.tables import REPRODUCTION, REVIEW_WEIGHTS
from metarepro.conversion.tables import EFFECTS
from metarepro.figures.folder import FigureTask, draw_all
from metarepro.figures.forest import forest_plot
from metarepro.figures.forest_tables import published_summary, review_rows, summary
from metarepro.plan import Plan, read_plan
from metarepro.tabular.tables import read_result
from metarepro.wording.scales import scale_of


def tasks(
    effects: pd.DataFrame, reproduction: pd.DataFrame, weights: pd.DataFrame, plan: Plan
) -> list[FigureTask]:
    """One task per published result with trials of ours."""
    found = []
    for row in reproduction[reproduction["n_trials"] > 0].to_dict("records"):
        mine = weights[(weights["review_id"] == row["review_id"]) & (weights["row"] == row["row"])]
        draw = partial(
            forest_plot,
            review_rows(effects, mine),
            pd.DataFrame([summary(row, "Ours", ""), published_summary(row)]),
            title=f"{row['review']}: {row['outcome_label']}",
            scale=scale_of(plan).at(row),
        )
        found.append(FigureTask(f"{row['review_id']}.{row['row']:.0f}.{row['outcome']}", draw))
    return found


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = stage_parser(__doc__)
    add_output_and_cache(arguments)
    args = arguments.parse_args(argv)
    found = tasks(
        read_result(args.results_dir, EFFECTS),
        read_result(args.results_dir, REPRODUCTION),
        read_result(args.results_dir, REVIEW_WEIGHTS),
        read_plan(args.config),
    )
    with open_cache(args.cache_dir) as cache:
        draw_all(found, args.output_dir, cache)


if __name__ == "__main__":
    run(main)
