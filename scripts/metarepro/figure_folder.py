"""Draws many figures into one folder, in several processes."""

import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from matplotlib.figure import Figure

from metarepro.figures import save_figure


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
        Made anew, so that no figure of an earlier run stays.
    processes : int
        How many draw side by side. The files do not depend on it.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    save = partial(_draw, folder)
    if processes == 1:
        for task in tasks:
            save(task)
        return
    # Spawned, not forked: a forked child inherits locks that matplotlib may hold.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        list(pool.map(save, tasks, chunksize=4))


def _draw(folder: Path, task: FigureTask) -> None:
    save_figure(task.draw(), folder / task.name)
