"""Draws many figures into one folder: those that changed, in several processes."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from matplotlib.figure import Figure

from metarepro.cache import Cache
from metarepro.figures.style import svg_bytes
from metarepro.tabular.atomic import new_folder, write_file

#: Another process takes as long to start as this many figures to draw.
_FIGURES_OF_PROCESS = 4


@dataclass(frozen=True)
class FigureTask:
    """A figure to draw, and the name of its files without the suffix."""

    name: str
    draw: Callable[[], Figure]


def draw_all(tasks: Sequence[FigureTask], folder: Path, cache: Cache, processes: int = 1) -> None:
    """Draw all figures as SVG; what else is in the folder goes.

    Parameters
    ----------
    tasks : sequence of FigureTask
        The `draw` of each must be picklable, and say by its arguments all that it draws.
    folder : Path
        Made anew when all are drawn, so that no figure of an earlier run stays.
    cache : Cache
        Of figures drawn before.
    processes : int
        How many draw side by side. The files do not depend on it.
    """
    keys = {task.name: f"{cache.key(task.draw)}.svg" for task in tasks}
    with new_folder(folder) as unfinished:
        changed = []
        for task in tasks:
            kept = cache.get(keys[task.name])
            if kept is None:
                changed.append(task)
            else:
                write_file(unfinished / f"{task.name}.svg", kept)
        drawn = list(_draw_side_by_side(changed, processes))
        for task, svg in zip(changed, drawn, strict=True):
            write_file(unfinished / f"{task.name}.svg", svg)
    # Last: on a disk that is nearly full the results come first.
    for task, svg in zip(changed, drawn, strict=True):
        cache.put(keys[task.name], svg)


def _draw_side_by_side(tasks: Sequence[FigureTask], processes: int) -> Iterator[bytes]:
    processes = min(processes, len(tasks) // _FIGURES_OF_PROCESS)
    if processes < 2:
        yield from map(_draw, tasks)
        return
    # Spawned, not forked: a forked child inherits locks that matplotlib may hold.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_draw, tasks, chunksize=4)


def _draw(task: FigureTask) -> bytes:
    return svg_bytes(task.draw())
