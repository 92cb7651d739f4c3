"""Draws many figures into one folder, in several processes."""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from matplotlib.figure import Figure

from metarepro.atomic import new_folder
from metarepro.figures.style import save_figure


@dataclass(frozen=True)
class FigureTask:
    """A figure to draw, and the name of its files without the suffix."""

    name: str
    draw: Callable[[], Figure]


def draw_all(tasks: Sequence[FigureTask], folder: Path, processes: int = 1) -> None:
    """Draw all figures as SVG and PNG; what else is in the folder goes.

    Parameters
    ----------
    tasks : sequence of FigureTask
        The `draw` of each must be picklable.
    folder : Path
        Made anew when all are drawn, so that no figure of an earlier run stays.
    processes : int
        How many draw side by side. The files do not depend on it.
    """
    with new_folder(folder) as unfinished:
        save = partial(_draw, unfinished)
        if processes == 1:
            for task in tasks:
                save(task)
            return
        # Spawned, not forked: a forked child inherits locks that matplotlib may hold.
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            list(pool.map(save, tasks, chunksize=4))


def _draw(folder: Path, task: FigureTask) -> None:
    save_figure(task.draw(), folder / task.name)
