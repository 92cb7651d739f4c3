"""The forest plots of a study, ready to be drawn: of syntheses, published results and domains."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from metarepro.figures.domain_forest import domain_marks, summary_forest
from metarepro.figures.folder import FigureTask
from metarepro.figures.forest import Options, fitted_layout, forest_plot, trial_marks
from metarepro.figures.forest_axis import Axis, Mark, effect_axis
from metarepro.figures.forest_page import Plot
from metarepro.figures.forest_tables import (
    domain_pools,
    domain_rows,
    published_summary,
    review_rows,
    subgroup_test_text,
    summaries,
    summary,
    synthesis_rows,
    with_arms,
)
from metarepro.figures.style import family_colour
from metarepro.plan import Plan
from metarepro.study.risk_of_bias import judged
from metarepro.synthesis.membership import timely
from metarepro.tabular.judgements import ROB2_COLUMNS
from metarepro.wording.scales import Scale, scale_of
from metarepro.wording.summaries import labels, title


@dataclass(frozen=True)
class _Forest:
    """A forest plot with the axis that its family shares."""

    name: str
    rows: pd.DataFrame
    summaries: pd.DataFrame
    title: str
    options: Options

    def layout(self, widest: float) -> Plot:
        """Its lines and columns, for a sheet so many inches wide."""
        return fitted_layout(
            self.rows, self.summaries, title=self.title, widest=widest, **self.options
        )

    def draw(self) -> Figure:
        """All of it on one page."""
        return forest_plot(self.rows, self.summaries, title=self.title, **self.options)


def of_syntheses(
    drawn: pd.DataFrame, tables: dict[str, pd.DataFrame], plan: Plan
) -> list[FigureTask]:
    """One forest plot for each synthesis; those on one measure share their axis.

    Parameters
    ----------
    drawn : DataFrame
        Rows of `tables.POOLED`.
    tables : dict of DataFrame
        interventions, domains, outcomes, risk_of_bias, results, review_results, effects, pooled,
        weights, subgroup_tests.
    plan : Plan
        The analysis plan.
    """
    return [FigureTask(forest.name, forest.draw) for forest in _syntheses(drawn, tables, plan)]


def layouts_of_syntheses(
    drawn: pd.DataFrame, tables: dict[str, pd.DataFrame], plan: Plan, widest: float
) -> list[Plot]:
    """The same plots, to be broken over pages `widest` inches wide."""
    return [forest.layout(widest) for forest in _syntheses(drawn, tables, plan)]


def _syntheses(drawn: pd.DataFrame, tables: dict[str, pd.DataFrame], plan: Plan) -> list[_Forest]:
    names = labels(tables, plan.families)
    pooled, every = tables["pooled"], with_arms(tables)
    tests = {t["synthesis"]: t for t in tables["subgroup_tests"].to_dict("records")}
    found = []
    for synthesis in drawn.to_dict("records"):
        key = synthesis["synthesis"]
        weights = tables["weights"][tables["weights"]["synthesis"] == key]
        subgroups = plan.synthesis_of(key).subgroups or ""
        effects = timely(every, plan.sets[synthesis["set_name"]])
        rows = synthesis_rows(synthesis, effects, weights, subgroups, names)
        bias = judged(rows, tables["risk_of_bias"])
        pools = summaries(synthesis, pooled, plan.syntheses, names)
        options: Options = {
            "subgroup_test": subgroup_test_text(tests[key]) if key in tests else "",
            "scale": scale_of(plan).at(synthesis),
            "colour": family_colour(synthesis["family"], plan.families),
        }
        if (bias != "").any(axis=None):
            rows, options["judgements"] = rows.assign(**bias), ROB2_COLUMNS
        shown = pools[pools["subgroup"].isin(["", *rows["subgroup"]])]
        heading = title(synthesis, names, plan.sets)
        found.append(_Forest(key, rows, shown, heading, options))
    return _on_shared_axes(found)


def _on_shared_axes(forests: Sequence[_Forest]) -> list[_Forest]:
    """The plots with one axis for all that print their effects alike, set by all their trials."""
    scales = [forest.options["scale"] for forest in forests]
    axes = shared_axes(
        (scale, trial_marks(forest.rows, scale))
        for forest, scale in zip(forests, scales, strict=True)
    )
    return [
        replace(forest, options={**forest.options, "axis": axes[forest.options["scale"]]})
        for forest in forests
    ]


def shared_axes(plots: Iterable[tuple[Scale, list[Mark]]]) -> dict[Scale, Axis]:
    """An axis for each scale, set by the marks of all plots on it."""
    marks: dict[Scale, list[Mark]] = {}
    for scale, shown in plots:
        marks.setdefault(scale, []).extend(shown)
    return {scale: effect_axis(shown, scale) for scale, shown in marks.items()}


def of_published_results(tables: dict[str, pd.DataFrame], plan: Plan) -> list[FigureTask]:
    """One forest plot for each published result that we have results of trials for.

    Our pool, or our single trial, stands above the published result, both on the plan's measure.

    Parameters
    ----------
    tables : dict of DataFrame
        effects, results, review_results, outcomes, reproduction, review_weights.
    plan : Plan
        The analysis plan.
    """
    reproduction, weights = tables["reproduction"], tables["review_weights"]
    effects = with_arms(tables)
    found = []
    for row in reproduction[reproduction["n_trials"] > 0].to_dict("records"):
        mine = weights[(weights["review_id"] == row["review_id"]) & (weights["row"] == row["row"])]
        forest = _Forest(
            f"{row['review_id']}.{row['row']:.0f}.{row['outcome']}",
            review_rows(effects, mine),
            pd.DataFrame([summary(row, "Ours", ""), published_summary(row)]),
            f"{row['review']}: {row['outcome_label']}",
            {"scale": scale_of(plan).at(row)},
        )
        found.append(forest)
    return [FigureTask(forest.name, forest.draw) for forest in _on_shared_axes(found)]


def of_domains(tables: dict[str, pd.DataFrame], plan: Plan) -> list[FigureTask]:
    """One summary forest for each domain, with a diamond for each intervention, on one axis.

    Parameters
    ----------
    tables : dict of DataFrame
        interventions, domains, pooled.
    plan : Plan
        The analysis plan.
    """
    chosen = {
        domain["domain"]: (domain["label"], domain_pools(domain["domain"], tables["pooled"], plan))
        for domain in tables["domains"].sort_values("order").to_dict("records")
    }
    rows = {name: domain_rows(tables["interventions"], of) for name, (_, of) in chosen.items()}
    scales = {name: scale_of(plan).over(pools) for name, (_, pools) in chosen.items()}
    axes = shared_axes((scale, domain_marks(rows[name], scale)) for name, scale in scales.items())
    return [
        FigureTask(
            name,
            partial(
                summary_forest,
                rows[name],
                plan.families,
                title=label,
                scale=scales[name],
                axis=axes[scales[name]],
            ),
        )
        for name, (label, _) in chosen.items()
    ]
