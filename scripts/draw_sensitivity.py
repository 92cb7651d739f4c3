"""Draw funnel plots, specification curves and GOSH plots, as SVG.

Of the primary set of the analysis plan: the syntheses of the table of evidence and those of whole
domains. A funnel is drawn from ten trials on, the others from five. The files are named after the
synthesis, with .funnel, .specifications or .gosh behind it.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd

from metarepro.cache import open_cache
from metarepro.command import add_output_and_cache, run, stage_parser
from metarepro.conversion.tables import EFFECTS, EFFECTS_BY_ICC
from metarepro.conversion.trial_means import average_by_trial
from metarepro.figures.folder import FigureTask, draw_all
from metarepro.models.thresholds import MIN_TRIALS_FOR_ASYMMETRY, reliable_limits
from metarepro.plan import Plan, read_plan
from metarepro.sensitivity.drawings import draw_gosh, draw_specifications
from metarepro.sensitivity.plots import funnel_plot
from metarepro.study.tables import EXTRACTED_DOMAINS, EXTRACTED_INTERVENTIONS, EXTRACTED_OUTCOMES
from metarepro.synthesis.membership import members, of_kind, of_results, timely, without_place
from metarepro.synthesis.pools import Settings
from metarepro.synthesis.tables import POOLED
from metarepro.tabular.tables import read_result
from metarepro.wording.scales import scale_of
from metarepro.wording.summaries import labels, title

#: Fewer trials have too few subsets, and choices that differ too little, for a picture.
MIN_TRIALS_OF_SUBSETS = 5


def tasks(
    effects: pd.DataFrame,
    by_icc: pd.DataFrame,
    pooled: pd.DataFrame,
    names: dict[str, str],
    plan: Plan,
) -> list[FigureTask]:
    """One task per figure."""
    every = timely(effects, plan.sets[plan.evidence.set])
    return [
        task
        for synthesis in _drawn(pooled, plan).to_dict("records")
        for task in _of_synthesis(
            synthesis,
            without_place(members(every, synthesis)),
            by_icc,
            title(synthesis, names, plan.sets),
            plan,
        )
    ]


def _drawn(pooled: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The syntheses that have figures here."""
    whole = [name for name, synthesis in plan.syntheses.items() if synthesis.by == ("domain",)]
    by = pooled["synthesis"].str.split(".").str[1]
    return pooled[
        (pooled["set_name"] == plan.evidence.set)
        & by.isin([plan.evidence.synthesis, *whole])
        & (pooled["n_trials"] >= MIN_TRIALS_OF_SUBSETS)
    ]


def _of_synthesis(
    synthesis: Mapping[Any, Any],
    all_effects: pd.DataFrame,
    by_icc: pd.DataFrame,
    heading: str,
    plan: Plan,
) -> list[FigureTask]:
    """The figures of one synthesis, from its effects of all tiers and designs."""
    key, estimate = synthesis["synthesis"], synthesis["estimate"]
    interval = reliable_limits(synthesis)
    chosen, settings = plan.sets[plan.evidence.set], Settings.from_plan(plan, key)
    scale = scale_of(plan).at(synthesis)
    trials = average_by_trial(of_kind(all_effects, chosen), settings.rho)
    draw = {
        "funnel": partial(
            funnel_plot, trials, estimate, title=heading, pooled_interval=interval, scale=scale
        ),
        "specifications": partial(
            draw_specifications,
            all_effects,
            of_results(by_icc, all_effects),
            (estimate, *interval),
            settings,
            chosen,
            heading,
            scale,
        ),
        "gosh": partial(draw_gosh, trials, estimate, settings, heading, scale),
    }
    if len(trials) < MIN_TRIALS_FOR_ASYMMETRY:
        del draw["funnel"]
    return [FigureTask(f"{key}.{name}", drawing) for name, drawing in draw.items()]


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
    effects, by_icc = read_result(results, EFFECTS), read_result(results, EFFECTS_BY_ICC)
    pooled = read_result(results, POOLED)
    plan = read_plan(args.config)
    found = tasks(effects, by_icc, pooled, labels(codebook, plan.families), plan)
    with open_cache(args.cache_dir) as cache:
        draw_all(found, args.output_dir, cache)


if __name__ == "__main__":
    run(main)
