"""Draw funnel plots, specification curves and GOSH plots, as SVG and PNG.

Of the primary set of the analysis plan: the syntheses of the table of evidence and those of whole
domains. A funnel is drawn from ten trials on, the others from five. The files are named after the
synthesis, with .funnel, .specifications or .gosh behind it.
"""

from collections.abc import Sequence
from functools import partial

import pandas as pd

from metarepro.cache import open_cache
from metarepro.command import add_output_and_cache, run, stage_parser
from metarepro.conversion.tables import EFFECTS, EFFECTS_BY_ICC
from metarepro.conversion.trial_means import average_by_trial
from metarepro.figures.folder import FigureTask, draw_all
from metarepro.models.thresholds import MIN_TRIALS_FOR_ASYMMETRY
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
    """One task a figure."""
    primary = plan.evidence.set
    primary_set = plan.sets[primary]
    every = timely(effects, primary_set)
    whole = [name for name, synthesis in plan.syntheses.items() if synthesis.by == ("domain",)]
    by = pooled["synthesis"].str.split(".").str[1]
    chosen = pooled[
        (pooled["set_name"] == primary)
        & by.isin([plan.evidence.synthesis, *whole])
        & (pooled["n_trials"] >= MIN_TRIALS_OF_SUBSETS)
    ]
    found = []
    for synthesis in chosen.to_dict("records"):
        key, estimate = synthesis["synthesis"], synthesis["estimate"]
        limits = (synthesis["ci_low"], synthesis["ci_high"])
        heading, scale = title(synthesis, names, plan.sets), scale_of(plan).at(synthesis)
        settings = Settings.from_plan(plan, key)
        all_effects = without_place(members(every, synthesis))
        own = of_kind(all_effects, primary_set)
        trials = average_by_trial(own, settings.rho)
        if len(trials) >= MIN_TRIALS_FOR_ASYMMETRY:
            draw = partial(
                funnel_plot,
                trials,
                estimate,
                title=heading,
                pooled_interval=limits,
                scale=scale,
            )
            found.append(FigureTask(f"{key}.funnel", draw))
        curve = partial(
            draw_specifications,
            all_effects,
            of_results(by_icc, all_effects),
            (estimate, *limits),
            settings,
            primary_set,
            heading,
            scale,
        )
        subsets = partial(draw_gosh, trials, estimate, settings, heading, scale)
        found += [FigureTask(f"{key}.specifications", curve), FigureTask(f"{key}.gosh", subsets)]
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
    effects, by_icc = read_result(results, EFFECTS), read_result(results, EFFECTS_BY_ICC)
    pooled = read_result(results, POOLED)
    plan = read_plan(args.config)
    found = tasks(effects, by_icc, pooled, labels(codebook, plan.families), plan)
    with open_cache(args.cache_dir) as cache:
        draw_all(found, args.output_dir, cache)


if __name__ == "__main__":
    run(main)
