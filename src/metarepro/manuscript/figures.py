"""Forest plots for manuscripts: what they show in words, and their PDF."""

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from metarepro.figures.forest_page import draw_pages
from metarepro.figures.study_forests import layouts_of_syntheses
from metarepro.figures.style import drawing_style
from metarepro.plan import Plan
from metarepro.wording.phrases import counted, no_interval
from metarepro.wording.scales import Scale, scale_of
from metarepro.wording.summaries import evidence_pools, labels, title

#: Inches of a page of a plot: with its caption it lies on A4 in full size, its letters at 8 points.
TALLEST, WIDEST = 6.3, 10.6


@dataclass(frozen=True)
class ForestPlot:
    """A forest plot: its name in references, title, caption, and the figure without them."""

    name: str
    title: str
    caption: str
    figure: Figure

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in inches."""
        width, height = self.figure.get_size_inches()
        return float(width), float(height)


def forest_plots(tables: dict[str, pd.DataFrame], plan: Plan) -> list[ForestPlot]:
    """Return the forest plots of the table of evidence: pools of two or more trials.

    A long one is broken over several pages, so that its letters stay as large as those of others.

    Parameters
    ----------
    tables : dict of DataFrame
        interventions, domains, outcomes, risk_of_bias, results, review_results, effects, pooled,
        weights, subgroup_tests.
    plan : Plan
        The analysis plan.
    """
    names, scale = labels(tables, plan.families), scale_of(plan)
    cells = evidence_pools(tables["pooled"], plan, plan.evidence.set)
    keys = {pool["synthesis"] for pools in cells.values() for pool in pools}
    pooled = tables["pooled"]
    drawn = pooled[pooled["synthesis"].isin(keys) & (pooled["n_trials"] >= 2)]
    layouts = layouts_of_syntheses(drawn, tables, plan, WIDEST)
    return [
        part
        for pool, layout in zip(drawn.to_dict("records"), layouts, strict=True)
        for part in parts(
            "-".join(pool["synthesis"].split(".")[2:]),
            title(pool, names, plan.sets),
            caption(pool, scale.at(pool)),
            draw_pages(layout, TALLEST, WIDEST),
        )
    ]


def parts(name: str, heading: str, words: str, pages: Sequence[Figure]) -> list[ForestPlot]:
    """The pages of a plot, each a figure of its own that says which part it is."""
    if len(pages) == 1:
        return [ForestPlot(name, heading, words, pages[0])]
    return [
        ForestPlot(
            name if number == 1 else f"{name}-{number}",
            f"{heading} (part {number} of {len(pages)})",
            words,
            page,
        )
        for number, page in enumerate(pages, start=1)
    ]


def caption(pool: Mapping[Any, Any], scale: Scale) -> str:
    """A pooled result in one sentence: caption, and text instead of the picture."""
    low, high = pool["ci_low"], pool["ci_high"]
    limits = "no interval" if math.isnan(low) else f"{scale.ci} {scale.span(low, high)}"
    limits = no_interval(pool["flags"]) or limits
    return (
        f"Forest plot of {counted(pool['k'], 'result')} of {counted(pool['n_trials'], 'trial')}: "
        f"pooled {scale.label} {scale.number(pool['estimate'])}, {limits}; "
        f"{scale.direction}."
    )


def pdf_bytes(figures: Sequence[Figure], title: str) -> bytes:
    """Figures as the pages of one PDF, each of its own size; the same bytes on every machine.

    The fonts are embedded as TrueType, once for all pages. It carries no date and no version.
    """
    unsaid = dict.fromkeys(("Creator", "Producer", "CreationDate"))
    buffer = io.BytesIO()
    with drawing_style(), PdfPages(buffer, metadata=unsaid | {"Title": title}) as pages:
        for figure in figures:
            pages.savefig(figure)
    return buffer.getvalue()
