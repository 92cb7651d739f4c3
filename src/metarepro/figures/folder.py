"""Draws many figures into one folder."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from metarepro.figures.style import save_figure
from metarepro.tabular.atomic import new_folder


@dataclass(frozen=True)
class FigureTask:
    """A figure to draw, and the name of its file without the suffix."""

    name: str
    draw: Callable[[], Figure]


def draw_all(tasks: Iterable[FigureTask], folder: Path) -> None:
    """Draw all figures as SVG into a folder; what else is in it goes.

    It is replaced when all are drawn, so that no figure of an earlier run stays.
    """
    with new_folder(folder) as unfinished:
        for task in tasks:
            save_figure(task.draw(), unfinished / task.name)
