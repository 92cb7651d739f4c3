"""Draw a bubble plot of the moderators of every synthesis of ten trials or more, as SVG and PNG.

Of the primary set of the analysis plan. One panel for each moderator that could be tested.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from metarepro.command import parser, read_config, run
from metarepro.figures.folder import FigureTask, draw_all
from metarepro.figures.style import family_colour
from metarepro.membership import members, usable
from metarepro.sensitivity.moderator_plots import Panel, moderator_plot
from metarepro.sensitivity.moderators import (
    ENOUGH_TRIALS,
    MODERATORS,
    design,
    moderators,
    of_tiers,
    regress,
    with_level,
)
from metarepro.stage_tables import TIERS
from metarepro.summaries import labels, title
from metarepro.synthesis import Settings
from metarepro.tables import read_table


def panels(effects: pd.DataFrame, tiers: Sequence[str], settings: Settings) -> list[Panel]:
    """Panels of one synthesis, from its usable effects of all tiers."""
    tests, levels = moderators(effects, tiers, settings)
    found = []
    for moderator, test in zip(MODERATORS, tests, strict=True):
        if test.reason:
            continue
        own = with_level(of_tiers(effects, moderator, tiers), moderator)
        fitted = regress(own, design(own, moderator)[0], settings)
        mine = [level for level in levels if level.moderator == moderator.name]
        found.append(Panel(own, test, mine, fitted))
    return found


def tasks(
    effects: pd.DataFrame, pooled: pd.DataFrame, names: dict[str, str], config: dict[str, Any]
) -> list[FigureTask]:
    """One task a figure."""
    settings, primary = Settings.from_config(config), config["evidence"]["set"]
    plan = config["sets"][primary]
    every = usable(effects, plan["timepoints"], TIERS)
    chosen = pooled[(pooled["set_name"] == primary) & (pooled["n_trials"] >= ENOUGH_TRIALS)]
    found = []
    for synthesis in chosen.to_dict("records"):
        own = panels(members(every, synthesis), plan["tiers"], settings)
        if own:
            draw = partial(
                moderator_plot,
                own,
                names,
                synthesis["estimate"],
                title=title(synthesis, names, config["sets"]),
                colour=family_colour(synthesis["family"]),
            )
            found.append(FigureTask(synthesis["synthesis"], draw))
    return found


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument(
        "--extracted-dir", type=Path, default=Path("results/extracted"), help="default: %(default)s"
    )
    arguments.add_argument("--effects", type=Path, required=True, help="effects.csv")
    arguments.add_argument("--pooled", type=Path, required=True, help="pooled.csv")
    arguments.add_argument("--config", type=Path, required=True, help="the analysis plan")
    arguments.add_argument("--output-dir", type=Path, required=True, help="folder to write")
    args = arguments.parse_args(argv)
    codebook = [
        read_table(args.extracted_dir / f"{name}.csv", f"extracted_{name}")
        for name in ("interventions", "domains", "outcomes")
    ]
    effects, pooled = read_table(args.effects, "effects"), read_table(args.pooled, "pooled")
    draw_all(tasks(effects, pooled, labels(*codebook), read_config(args.config)), args.output_dir)


if __name__ == "__main__":
    run(main)
