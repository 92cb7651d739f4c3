"""Plots of one synthesis from its effects: what has to be pooled for them, and then drawn."""

import pandas as pd
from matplotlib.figure import Figure

from metarepro.plan import EffectSet
from metarepro.sensitivity.choices import choices_of
from metarepro.sensitivity.gosh import gosh
from metarepro.sensitivity.multiverse import specifications
from metarepro.sensitivity.plots import gosh_plot, specification_curve
from metarepro.synthesis.membership import of_kind
from metarepro.synthesis.pools import Settings
from metarepro.wording.scales import Scale

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
