"""Draw a bubble plot of the moderators of every synthesis of ten trials or more, as SVG.

Of the primary set of the analysis plan. One panel for each moderator that could be tested.
"""

from collections.abc import Collection, Sequence
from functools import partial

import pandas as pd

from metarepro.cache import open_cache
from metarepro.command import add_output_and_cache, run, stage_parser
from metarepro.conversion.tables import EFFECTS
from metarepro.figures.folder import FigureTask, draw_all
from metarepro.figures.style import family_colour
from metarepro.models.thresholds import FEW_TRIALS
from metarepro.plan import Plan, read_plan
from metarepro.sensitivity.moderator_plots import draw_moderators
from metarepro.sensitivity.moderators import with_characteristics
from metarepro.sensitivity.tables import MODERATORS
from metarepro.study.tables import (
    EXTRACTED_CHARACTERISTICS,
    EXTRACTED_DOMAINS,
    EXTRACTED_INTERVENTIONS,
    EXTRACTED_OUTCOMES,
)
from metarepro.synthesis.membership import members, timely, without_place
from metarepro.synthesis.pools import Settings
from metarepro.synthesis.tables import POOLED
from metarepro.tabular.tables import read_result
from metarepro.wording.scales import scale_of
from metarepro.wording.summaries import labels, title


def tasks(
    effects: pd.DataFrame,
    pooled: pd.DataFrame,
    tested: Collection[str],
    names: dict[str, str],
    plan: Plan,
) -> list[FigureTask]:
    """One task per figure, for the syntheses of which a moderator was tested."""
    primary = plan.evidence.set
    primary_set = plan.sets[primary]
    every = timely(effects, primary_set)
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
            primary_set,
            Settings.from_plan(plan, synthesis["synthesis"]),
            plan.moderators,
            {name: names[name] for name in sorted(set(own["intervention"]))},
            synthesis["estimate"],
            heading,
            family_colour(synthesis["family"], plan.families),
            scale_of(plan).at(synthesis),
        )
        found.append(FigureTask(synthesis["synthesis"], task))
    return found


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    arguments = stage_parser(__doc__)
    add_output_and_cache(arguments)
    args = arguments.parse_args(argv)
    results = args.results_dir
    codebook = {
        table.name: read_result(results, table)
        for table in (EXTRACTED_INTERVENTIONS, EXTRACTED_DOMAINS, EXTRACTED_OUTCOMES)
    }
    pooled = read_result(results, POOLED)
    effects = with_characteristics(
        read_result(results, EFFECTS), read_result(results, EXTRACTED_CHARACTERISTICS)
    )
    tests = read_result(results, MODERATORS)
    tested = set(tests.loc[tests["reason"] == "", "synthesis"])
    plan = read_plan(args.config)
    found = tasks(effects, pooled, tested, labels(codebook, plan.families), plan)
    with open_cache(args.cache_dir) as cache:
        draw_all(found, args.output_dir, cache)


if __name__ == "__main__":
    run(main)
