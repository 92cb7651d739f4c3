"""The forest plots of syntheses, ready to be drawn."""

from functools import partial

import pandas as pd

from metarepro.figures.folder import FigureTask
from metarepro.figures.forest import forest_plot
from metarepro.figures.forest_tables import subgroup_test_text, summaries, synthesis_rows
from metarepro.figures.style import family_colour
from metarepro.plan import Plan
from metarepro.synthesis.membership import timely
from metarepro.wording.scales import scale_of
from metarepro.wording.summaries import labels, title


def forest_tasks(
    drawn: pd.DataFrame, tables: dict[str, pd.DataFrame], plan: Plan
) -> list[FigureTask]:
    """One forest plot for each synthesis.

    Parameters
    ----------
    drawn : DataFrame
        Rows of `tables.POOLED`.
    tables : dict of DataFrame
        interventions, domains, outcomes, effects, pooled, weights, subgroup_tests.
    plan : Plan
        The analysis plan.
    """
    names = labels(tables, plan.families)
    pooled = tables["pooled"]
    tests = {t["synthesis"]: t for t in tables["subgroup_tests"].to_dict("records")}
    found = []
    for synthesis in drawn.to_dict("records"):
        key = synthesis["synthesis"]
        weights = tables["weights"][tables["weights"]["synthesis"] == key]
        subgroups = plan.synthesis_of(key).subgroups or ""
        effects = timely(tables["effects"], plan.sets[synthesis["set_name"]])
        rows = synthesis_rows(synthesis, effects, weights, subgroups, names)
        pools = summaries(synthesis, pooled, plan.syntheses, names)
        test = subgroup_test_text(tests[key]) if key in tests else ""
        draw = partial(
            forest_plot,
            rows,
            pools[pools["subgroup"].isin(["", *rows["subgroup"]])],
            title=title(synthesis, names, plan.sets),
            subgroup_test=test,
            scale=scale_of(plan).at(synthesis),
            colour=family_colour(synthesis["family"], plan.families),
        )
        found.append(FigureTask(key, draw))
    return found
