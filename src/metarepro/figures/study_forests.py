"""The forest plots of a study, ready to be drawn: of syntheses, published results and domains."""

from functools import partial

import pandas as pd

from metarepro.figures.folder import FigureTask
from metarepro.figures.forest import forest_plot, summary_forest
from metarepro.figures.forest_tables import (
    domain_pools,
    domain_rows,
    published_summary,
    review_rows,
    subgroup_test_text,
    summaries,
    summary,
    synthesis_rows,
)
from metarepro.figures.style import family_colour
from metarepro.plan import Plan
from metarepro.synthesis.membership import timely
from metarepro.wording.scales import scale_of
from metarepro.wording.summaries import labels, title


def of_syntheses(
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


def of_published_results(tables: dict[str, pd.DataFrame], plan: Plan) -> list[FigureTask]:
    """One forest plot for each published result that we have results of trials for.

    Our pool, or our single trial, stands above the published result, both on the plan's measure.

    Parameters
    ----------
    tables : dict of DataFrame
        effects, reproduction, review_weights.
    plan : Plan
        The analysis plan.
    """
    reproduction, weights = tables["reproduction"], tables["review_weights"]
    found = []
    for row in reproduction[reproduction["n_trials"] > 0].to_dict("records"):
        mine = weights[(weights["review_id"] == row["review_id"]) & (weights["row"] == row["row"])]
        draw = partial(
            forest_plot,
            review_rows(tables["effects"], mine),
            pd.DataFrame([summary(row, "Ours", ""), published_summary(row)]),
            title=f"{row['review']}: {row['outcome_label']}",
            scale=scale_of(plan).at(row),
        )
        found.append(FigureTask(f"{row['review_id']}.{row['row']:.0f}.{row['outcome']}", draw))
    return found


def of_domains(tables: dict[str, pd.DataFrame], plan: Plan) -> list[FigureTask]:
    """One summary forest for each domain, with a diamond for each intervention.

    Parameters
    ----------
    tables : dict of DataFrame
        interventions, domains, pooled.
    plan : Plan
        The analysis plan.
    """
    found = []
    for domain in tables["domains"].sort_values("order").to_dict("records"):
        pools = domain_pools(domain["domain"], tables["pooled"], plan)
        draw = partial(
            summary_forest,
            domain_rows(tables["interventions"], pools),
            plan.families,
            title=domain["label"],
            scale=scale_of(plan).over(pools),
        )
        found.append(FigureTask(domain["domain"], draw))
    return found
