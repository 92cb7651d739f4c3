"""The forest plot of the studies of one table."""

import math

import pandas as pd
from matplotlib.figure import Figure

from metarepro.figures.forest import forest_plot
from metarepro.figures.forest_tables import shown_intervals
from metarepro.synthesis.study_pool import StudyPool
from metarepro.synthesis.study_pool_words import model_words
from metarepro.wording.phrases import FLAGS, i2, no_interval, participants

_SIDES = {
    "": ("", ""),
    "yes": ("← favours control", "favours intervention →"),
    "no": ("← favours intervention", "favours control →"),
}


def study_forest(result: StudyPool, title: str = "") -> Figure:
    """Draw the studies of a table and their pool.

    Parameters
    ----------
    result : StudyPool
        What `synthesis.study_pool.pool_studies` gives. The sides of the plot are named if its
        table says whether higher is better.
    title : str
        Text above the plot; by default the name of the measure.

    Returns
    -------
    Figure
        Unknown to pyplot. Ratios stand on a logarithmic axis.

    Examples
    --------
    >>> import metarepro
    >>> studies = pd.DataFrame({"study": ["A", "B"], "yi": [0.1, 0.3], "vi": [0.04, 0.02]})
    >>> metarepro.draw_forest(metarepro.pool(studies), title="Two studies").get_label()
    'Two studies'
    """
    pooled, studies = result.pooled, result.studies
    rows = studies.rename(columns={"study": "label"}).assign(
        measure="", n_total=math.nan, tier="direct", subgroup=""
    )
    people = float((studies["n_t"] + studies["n_c"]).sum(min_count=len(studies)))
    summary = {
        **{"subgroup": "", "name": "Pooled", "estimate": pooled.estimate},
        **shown_intervals({**vars(pooled), "flags": "; ".join(pooled.flags)}),
        **{"tau2": pooled.tau2, "i2": i2(vars(pooled)), "q": pooled.q, "q_df": pooled.q_df},
        **{"q_p": pooled.q_p, "k": pooled.k, "n_trials": pooled.n_trials},
        **{"participants": participants(people), "model": model_words(pooled)},
        "flags": "; ".join(
            filter(None, [no_interval(pooled.flags), *(FLAGS[flag] for flag in pooled.flags)])
        ),
    }
    return forest_plot(
        rows,
        pd.DataFrame([summary]),
        title=title or result.scale.title,
        scale=result.scale,
        captions=_SIDES[result.higher_is_better],
    )
