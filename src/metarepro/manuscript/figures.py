"""Forest plots for manuscripts: what they show in words, and their files as bytes."""

import base64
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from metarepro.cache import Cache
from metarepro.figures.style import png_bytes, saved
from metarepro.figures.syntheses import forest_tasks
from metarepro.plan import Plan
from metarepro.wording.phrases import counted, no_interval
from metarepro.wording.scales import Scale, scale_of
from metarepro.wording.summaries import evidence_pools, labels, title


@dataclass(frozen=True)
class ForestPlot:
    """A forest plot: file name without suffix, heading, caption, size in inches, its files."""

    name: str
    title: str
    caption: str
    width: float
    height: float
    pdf: bytes
    png: bytes


def forest_plots(tables: dict[str, pd.DataFrame], plan: Plan, cache: Cache) -> list[ForestPlot]:
    """Return the forest plots of the table of evidence: pools of two or more trials.

    Parameters
    ----------
    tables : dict of DataFrame
        interventions, domains, outcomes, effects, pooled, weights, subgroup_tests.
    plan : Plan
        The analysis plan.
    cache : Cache
        Of plots drawn before.
    """
    names, scale = labels(tables, plan.families), scale_of(plan)
    cells = evidence_pools(tables["pooled"], plan, plan.evidence.set)
    keys = {pool["synthesis"] for pools in cells.values() for pool in pools}
    pooled = tables["pooled"]
    drawn = pooled[pooled["synthesis"].isin(keys) & (pooled["n_trials"] >= 2)]
    tasks = forest_tasks(drawn, tables, plan)
    found = []
    for pool, task in zip(drawn.to_dict("records"), tasks, strict=True):
        drawing = cache.call(draw_files, task.draw)
        plot = ForestPlot(
            # LaTeX takes what follows the first dot for the kind of file.
            name="-".join(task.name.split(".")[2:]),
            title=title(pool, names, plan.sets),
            caption=caption(pool, scale.at(pool)),
            width=drawing["width"],
            height=drawing["height"],
            pdf=base64.b64decode(drawing["pdf"]),
            png=base64.b64decode(drawing["png"]),
        )
        found.append(plot)
    return found


def draw_files(draw: Callable[[], Figure]) -> dict[str, Any]:
    """Draw a figure: its width and height in inches, and its files in base 64."""
    figure = draw()
    width, height = (float(inches) for inches in figure.get_size_inches())
    files = {"pdf": pdf_bytes(figure), "png": png_bytes(figure)}
    return {"width": width, "height": height} | {
        suffix: base64.b64encode(content).decode("ascii") for suffix, content in files.items()
    }


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


def pdf_bytes(figure: Figure) -> bytes:
    """A figure as PDF with its fonts embedded as TrueType, the same bytes on every machine.

    It carries no date and no version.
    """
    unsaid = dict.fromkeys(("Creator", "Producer", "CreationDate"))
    about = unsaid | {"Title": str(figure.get_label()) or None}
    return saved(figure, {"format": "pdf", "metadata": about})
