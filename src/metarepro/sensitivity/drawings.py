"""The plots of a study, ready to be drawn: each pools what it shows when it is drawn."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from metarepro.conversion.trial_means import average_by_trial
from metarepro.figures.folder import FigureTask
from metarepro.figures.style import family_colour
from metarepro.models.thresholds import FEW_TRIALS, MIN_TRIALS_FOR_ASYMMETRY, reliable_limits
from metarepro.plan import EffectSet, Plan
from metarepro.sensitivity.choices import choices_of
from metarepro.sensitivity.gosh import gosh
from metarepro.sensitivity.moderator_plots import draw_moderators
from metarepro.sensitivity.moderators import Level, ModeratorTest
from metarepro.sensitivity.multiverse import specifications
from metarepro.sensitivity.plots import funnel_plot, gosh_plot
from metarepro.sensitivity.specification_plot import specification_curve
from metarepro.synthesis.membership import compact, members, of_kind, of_results, timely
from metarepro.synthesis.pools import Settings
from metarepro.wording.scales import Scale, scale_of
from metarepro.wording.summaries import title

#: Of fewer trials the choices differ too little for a specification curve.
MIN_TRIALS_OF_CHOICES = 5
#: Fewer trials have fewer than 1,000 subsets (31 of five), which make a handful of dots, no clouds.
MIN_TRIALS_OF_SUBSETS = 10
#: Of the subsets that a GOSH plot draws where there are too many.
SEED = 2012


def draw_specifications(
    effects: pd.DataFrame,
    by_icc: pd.DataFrame,
    reference: tuple[float, float, float],
    settings: Settings,
    chosen: EffectSet,
    heading: str,
    scale: Scale,
) -> Figure:
    """Pool one synthesis, its effects of all tiers and designs, under all choices, and draw that.

    `reference`: estimate and interval of the analysis plan, which pools the `chosen` effects.
    """
    choices = choices_of(of_kind(effects, chosen), settings, chosen, scale)
    table = specifications(effects, choices, by_icc, settings.level)
    return specification_curve(table, *reference, title=heading, scale=scale)


def draw_gosh(
    trials: pd.DataFrame, estimate: float, settings: Settings, heading: str, scale: Scale
) -> Figure:
    """Pool the subsets of trials (one row each) and draw that."""
    subsets = gosh(
        trials["yi"],
        trials["vi"],
        seed=SEED,
        tau2_method=settings.tau2_method,
        model=settings.model,
    )
    return gosh_plot(
        subsets, n_trials=len(trials), title=heading, pooled_estimate=estimate, scale=scale
    )


def sensitivity_tasks(
    effects: pd.DataFrame,
    by_icc: pd.DataFrame,
    pooled: pd.DataFrame,
    names: dict[str, str],
    plan: Plan,
) -> list[FigureTask]:
    """Funnels, specification curves and GOSH plots of the primary set's larger syntheses.

    Those of the table of evidence and those of whole domains. A funnel and a GOSH plot are drawn
    from ten trials on, a specification curve from five. The files are named after the synthesis,
    with .funnel, .specifications or .gosh behind it.

    Parameters
    ----------
    effects, by_icc, pooled : DataFrame
        `tables.EFFECTS`, `tables.EFFECTS_BY_ICC`, `tables.POOLED`.
    names : dict
        Labels of the codebook.
    plan : Plan
        The analysis plan.
    """
    every = compact(timely(effects, plan.sets[plan.evidence.set]))
    return [
        task
        for synthesis in _drawn(pooled, plan).to_dict("records")
        for task in _of_synthesis(
            synthesis,
            members(every, synthesis).reset_index(drop=True),
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
        & (pooled["n_trials"] >= MIN_TRIALS_OF_CHOICES)
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
    if len(trials) < MIN_TRIALS_OF_SUBSETS:
        del draw["gosh"]
    return [FigureTask(f"{key}.{name}", drawing) for name, drawing in draw.items()]


def moderator_tasks(
    effects: pd.DataFrame,
    pooled: pd.DataFrame,
    tests: pd.DataFrame,
    levels: pd.DataFrame,
    names: dict[str, str],
    plan: Plan,
) -> list[FigureTask]:
    """Bubble plots of the primary set's syntheses of ten trials or more with a tested moderator.

    Parameters
    ----------
    effects : DataFrame
        `tables.EFFECTS` with the characteristics of their trials.
    pooled : DataFrame
        `tables.POOLED`.
    tests, levels : DataFrame
        `tables.MODERATORS` and `tables.MODERATOR_LEVELS`.
    names : dict
        Labels of the codebook.
    plan : Plan
        The analysis plan.
    """
    primary = plan.evidence.set
    primary_set = plan.sets[primary]
    every = compact(timely(effects, primary_set))
    tested = tests.loc[tests["reason"] == "", "synthesis"]
    chosen = pooled[
        (pooled["set_name"] == primary)
        & (pooled["n_trials"] >= FEW_TRIALS)
        & pooled["synthesis"].isin(tested)
    ]
    found = []
    for synthesis in chosen.to_dict("records"):
        own = members(every, synthesis).reset_index(drop=True)
        heading = title(synthesis, names, plan.sets)
        task = partial(
            draw_moderators,
            own,
            primary_set,
            Settings.from_plan(plan, synthesis["synthesis"]),
            plan.moderators,
            [ModeratorTest(**row) for row in _of(tests, synthesis)],
            [Level(**row) for row in _of(levels, synthesis)],
            {name: names[name] for name in sorted(set(own["intervention"]))},
            synthesis["estimate"],
            heading,
            family_colour(synthesis["family"], plan.families),
            scale_of(plan).at(synthesis),
        )
        found.append(FigureTask(synthesis["synthesis"], task))
    return found


def _of(table: pd.DataFrame, synthesis: Mapping[Any, Any]) -> list[dict[Any, Any]]:
    """The rows of one synthesis, without its key."""
    own = table[table["synthesis"] == synthesis["synthesis"]].drop(columns="synthesis")
    rows: list[dict[Any, Any]] = own.astype({"n_trials": int, "k": int}).to_dict("records")
    return rows
