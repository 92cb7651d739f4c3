"""The forest plots of syntheses, ready to be drawn."""

from functools import partial
from typing import Any

import pandas as pd

from metarepro.figures.folder import FigureTask
from metarepro.figures.forest import forest_plot
from metarepro.figures.forest_tables import subgroup_test_text, summaries, synthesis_rows
from metarepro.wording.summaries import labels, title


def forest_tasks(
    drawn: pd.DataFrame, tables: dict[str, pd.DataFrame], config: dict[str, Any]
) -> list[FigureTask]:
    """One forest plot for each synthesis.

    Parameters
    ----------
    drawn : DataFrame
        Rows of `tables.POOLED`.
    tables : dict of DataFrame
        interventions, domains, outcomes, effects, pooled, weights, subgroup_tests.
    config : dict
        The analysis plan.
    """
    names = labels(tables["interventions"], tables["domains"], tables["outcomes"])
    plan, pooled = config["syntheses"], tables["pooled"]
    tests = {t["synthesis"]: t for t in tables["subgroup_tests"].to_dict("records")}
    found = []
    for synthesis in drawn.to_dict("records"):
        key = synthesis["synthesis"]
        weights = tables["weights"][tables["weights"]["synthesis"] == key]
        subgroups = plan[key.split(".")[1]].get("subgroups", "")
        rows = synthesis_rows(synthesis, tables["effects"], weights, subgroups, names)
        pools = summaries(synthesis, pooled, plan, names, config["pooling"]["rho"])
        test = subgroup_test_text(tests[key]) if key in tests else ""
        draw = partial(
            forest_plot,
            rows,
            pools[pools["subgroup"].isin(["", *rows["subgroup"]])],
            title=title(synthesis, names, config["sets"]),
            subgroup_test=test,
            family=synthesis["family"],
        )
        found.append(FigureTask(key, draw))
    return found
