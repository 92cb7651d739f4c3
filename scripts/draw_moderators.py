"""Draw a bubble plot of the moderators of every synthesis of ten trials or more, as SVG and PNG.

Of the primary set of the analysis plan. One panel for each moderator that could be tested.
"""

from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from metarepro.cache import open_cache
from metarepro.command import run, synthesis_parser
from metarepro.figures.folder import FigureTask, draw_all
from metarepro.figures.style import family_colour
from metarepro.models.thresholds import FEW_TRIALS
from metarepro.plan import Plan, read_plan
from metarepro.sensitivity.moderator_plots import draw_moderators
from metarepro.synthesis.membership import members, usable, without_place
from metarepro.synthesis.pools import Settings
from metarepro.tabular.input_tables import TIERS
from metarepro.tabular.tables import read_table
from metarepro.wording.summaries import labels, title


def tasks(
    effects: pd.DataFrame,
    pooled: pd.DataFrame,
    tested: Collection[str],
    names: dict[str, str],
    plan: Plan,
) -> list[FigureTask]:
    """One task a figure, for the syntheses of which a moderator was tested."""
    settings, primary = Settings.from_plan(plan), plan.evidence.set
    primary_set = plan.sets[primary]
    every = usable(effects, primary_set.timepoints, TIERS)
    chosen = pooled[
        (pooled["set_name"] == primary)
        & (pooled["n_trials"] >= FEW_TRIALS)
        & pooled["synthesis"].isin(tested)
    ]
    found = []
    for synthesis in chosen.to_dict("records"):
        own = without_place(members(every, synthesis))
        heading = title(synthesis, names, plan.sets)
        task = partial(
            draw_moderators,
            own,
            primary_set.tiers,
            settings,
            plan.moderators,
            {name: names[name] for name in sorted(set(own["intervention"]))},
            synthesis["estimate"],
            heading,
            family_colour(synthesis["family"], plan.families),
        )
        found.append(FigureTask(synthesis["synthesis"], task))
    return found


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = synthesis_parser(__doc__)
    arguments.add_argument(
        "--extracted-dir", type=Path, default=Path("results/extracted"), help="default: %(default)s"
    )
    arguments.add_argument("--moderators", type=Path, required=True, help="moderators.csv")
    args = arguments.parse_args(argv)
    codebook = {
        name: read_table(args.extracted_dir / f"{name}.csv", f"extracted_{name}")
        for name in ("interventions", "domains", "outcomes")
    }
    effects, pooled = read_table(args.effects, "effects"), read_table(args.pooled, "pooled")
    tests = read_table(args.moderators, "moderators")
    tested = set(tests.loc[tests["reason"] == "", "synthesis"])
    plan = read_plan(args.config)
    found = tasks(effects, pooled, tested, labels(codebook, plan.families), plan)
    with open_cache(args.cache_dir) as cache:
        draw_all(found, args.output_dir, cache)


if __name__ == "__main__":
    run(main)
