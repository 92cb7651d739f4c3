"""Made-up forest plots, and what is drawn in them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from metarepro.figures import style as fg
from metarepro.figures.forest import forest_plot
from metarepro.plan import read_plan

FAMILIES = read_plan("config/config.yaml").families
NAN = float("nan")
HOSTILE = (
    "x" * 10_000,
    "\u202eevil\u202c $\\frac{a}{b}$ a_b^c",
    'line\nbreak\ttab\r\n<b>html</b> & "q"',
    "\u05e9\u05dc\u05d5\u05dd 2015 \u0639\u0631\u0628\u064a",
    "\U0001f600 \U0001d518nicode \x00\x07 \u4e2d e" + "\u0301" * 60,
    "$$$ _^{}\\ " * 900,
)
MEANS: dict[str, Any] = {"mean_t": 10.25, "sd_t": 2.0, "mean_c": -1.0, "sd_c": 3.5}
MEASURES = ("CARE-Index, parental sensitivity", "HOME", "observed interaction, fathers (withdrawn)")


def make_rows(n: int, subgroups: tuple[str, ...] = ("",), **changes: Any) -> pd.DataFrame:
    """Rows of a plot without chance: effects from -0.4 to 0.8, arms of 20 to 200."""
    rng = np.random.default_rng(n)
    arm = rng.integers(20, 200, n).astype(float)
    yi = rng.uniform(-0.4, 0.8, n)
    half = 1.96 * np.sqrt(2 / arm)
    rows = pd.DataFrame(
        {
            "label": [f"Author {2000 + i // 2}" for i in range(n)],
            "measure": [MEASURES[i % 3] for i in range(n)],
            "n_t": arm,
            "n_c": arm + 1,
            "n_total": 2 * arm + 1,
            "yi": yi,
            "ci_low": yi - half,
            "ci_high": yi + half,
            "weight": 100 * arm / arm.sum(),
            "tier": "direct",
            "subgroup": [subgroups[i * len(subgroups) // n] for i in range(n)],
        }
    )
    return rows.assign(**changes)


def make_summary(subgroup: str = "", **changes: Any) -> pd.DataFrame:
    summary = {
        "subgroup": subgroup,
        "name": "Pooled" if subgroup else "Overall",
        "estimate": 0.31,
        "ci_low": 0.11,
        "ci_high": 0.51,
        "pi_low": -0.25,
        "pi_high": 0.87,
        "tau2": 0.0472,
        "i2": 52.31,
        "q": 31.4,
        "q_df": 11.0,
        "q_p": 0.0123,
        "k": 14.0,
        "n_trials": 12.0,
        "participants": "3,141",
        "model": "Random effects (REML), Knapp-Hartung",
        "test": "",
        "flags": "",
    }
    return pd.DataFrame([summary | changes])


def make_domain(**changes: Any) -> pd.DataFrame:
    """Three interventions: pooled, a single trial, nothing."""
    domain = pd.DataFrame(
        {
            "label": ["Video feedback", "Parent-infant psychotherapy", "Circle of Security"],
            "family": ["video_feedback", "psychodynamic", "circle_of_security"],
            "n_trials": [7, 1, 1],
            "k": [18, 1, 2],
            "participants": ["403", "70", "not reported"],
            "estimate": [0.4, 0.2, NAN],
            "ci_low": [0.1, -0.3, NAN],
            "ci_high": [0.7, 0.7, NAN],
            "pi_low": [-0.2, NAN, NAN],
            "pi_high": [1.0, NAN, NAN],
            "flags": ["few degrees of freedom; abstracts only", "abstracts only", ""],
        }
    )
    return domain.assign(**changes)


def plot(rows: pd.DataFrame, summaries: pd.DataFrame | None = None, **options: Any) -> Figure:
    chosen = make_summary() if summaries is None else summaries
    return forest_plot(rows, chosen, **{"title": "Parental sensitivity", **options})


def texts(fig: Figure) -> list[Text]:
    if not isinstance(fig.canvas, FigureCanvasAgg):
        with fg.drawing_style():
            FigureCanvasAgg(fig)
            fig.draw_without_rendering()  # fills in the tick labels
    found: list[Text] = [t for t in fig.findobj(Text) if isinstance(t, Text)]
    return [t for t in found if t.get_visible() and t.get_text().strip()]


def box(text: Text) -> Bbox:
    """Where a text stands, in pixels."""
    figure = text.get_figure(root=True)
    assert isinstance(figure, Figure)
    (found,) = boxes(figure, [text])
    return found


def boxes(fig: Figure, drawn: list[Text]) -> list[Bbox]:
    """Where the texts of a figure stand, in pixels."""
    assert isinstance(fig.canvas, FigureCanvasAgg)
    renderer = fig.canvas.get_renderer()
    with fg.drawing_style():
        return [text.get_window_extent(renderer) for text in drawn]


def words(fig: Figure) -> list[str]:
    return [text.get_text() for text in texts(fig)]


def named(fig: Figure, start: str) -> list[Artist]:
    return fig.findobj(lambda artist: (artist.get_gid() or "").startswith(start))


def one(fig: Figure, start: str) -> Any:
    (artist,) = named(fig, start)
    return artist


def assert_legible(fig: Figure) -> None:
    """No two texts meet and none leaves the page (in pixels, half a pixel allowed)."""
    drawn = texts(fig)
    left, bottom, right, top = np.array([found.extents for found in boxes(fig, drawn)]).T
    width, height = fig.bbox.size
    assert left.min() >= 0
    assert bottom.min() >= 0
    assert right.max() <= width
    assert top.max() <= height
    across = np.minimum(right[:, None], right) - np.maximum(left[:, None], left)
    along = np.minimum(top[:, None], top) - np.maximum(bottom[:, None], bottom)
    meet = np.triu((across > 0.5) & (along > 0.5), 1)
    assert [(drawn[i].get_text(), drawn[j].get_text()) for i, j in np.argwhere(meet)] == []


def squares(fig: Figure) -> pd.DataFrame:
    """Squares from top to bottom: place, area, and whether they are hollow."""
    points = one(fig, "squares")
    table = pd.DataFrame(np.ma.filled(points.get_offsets(), NAN), columns=["x", "y"])
    table["area"] = points.get_sizes()
    table["fill"] = [to_hex(colour) for colour in points.get_facecolors()]
    return table[table["area"] > 0].sort_values("y", ascending=False).reset_index(drop=True)


def whiskers(fig: Figure) -> np.ndarray:
    """Intervals from top to bottom as low, high, height."""
    ends = [(a[0], b[0], a[1]) for a, b in one(fig, "intervals").get_segments() if a[0] < b[0]]
    return np.array(sorted(ends, key=lambda end: -end[2]))


def tick_labels(fig: Figure) -> dict[str, float]:
    """What the ticks say, with their places on the axis."""
    to_axis = fig.axes[0].transData.inverted().transform
    labels: list[Any] = named(fig, "tick")
    places = [label.get_transform().transform(label.get_position()) for label in labels]
    return {label.get_text(): to_axis(at)[0] for label, at in zip(labels, places, strict=True)}
