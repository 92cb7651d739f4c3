"""Plots of one synthesis from its effects: what has to be pooled for them, and then drawn."""

import pandas as pd
from matplotlib.figure import Figure

from metarepro.sensitivity.gosh import gosh
from metarepro.sensitivity.multiverse import specifications
from metarepro.sensitivity.plots import gosh_plot, specification_curve

#: Of the subsets that a GOSH plot draws where there are too many.
SEED = 2012


def draw_specifications(
    effects: pd.DataFrame, reference: tuple[float, float, float], heading: str, level: float = 0.95
) -> Figure:
    """Pool one synthesis, its effects of all tiers, under all choices, and draw that.

    `reference`: estimate and interval of the analysis plan; `level`: of all intervals.
    """
    return specification_curve(specifications(effects, level=level), *reference, title=heading)


def draw_gosh(
    trials: pd.DataFrame, estimate: float, tau2_method: str, heading: str, model: str = "random"
) -> Figure:
    """Pool the subsets of trials (one row each) and draw that."""
    subsets = gosh(trials["yi"], trials["vi"], seed=SEED, tau2_method=tau2_method, model=model)
    return gosh_plot(subsets, n_trials=len(trials), title=heading, pooled_estimate=estimate)
