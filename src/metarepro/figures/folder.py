"""Draws many figures into one folder: those that changed, in several processes."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from matplotlib.figure import Figure

from metarepro.cache import Cache
from metarepro.figures.style import FIGURE_FILES, figure_files, write_figure
from metarepro.tabular.atomic import new_folder

#: Another process takes as long to start as this many figures to draw.
_FIGURES_OF_PROCESS = 4


@dataclass(frozen=True)
class FigureTask:
    """A figure to draw, and the name of its files without the suffix."""

    name: str
    draw: Callable[[], Figure]


def draw_all(tasks: Sequence[FigureTask], folder: Path, cache: Cache, processes: int = 1) -> None:
    """Draw all figures as SVG and PNG; what else is in the folder goes.

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
    keys = {task.name: cache.key(task.draw) for task in tasks}
    with new_folder(folder) as unfinished:
        changed = []
        for task in tasks:
            kept = _kept(cache, keys[task.name])
            if len(kept) == len(FIGURE_FILES):
                write_figure(kept, unfinished / task.name)
            else:
                changed.append(task)
        drawn = list(_draw_side_by_side(changed, processes))
        for task, files in zip(changed, drawn, strict=True):
            write_figure(files, unfinished / task.name)
    # Last: on a disk that is nearly full the results come first.
    for task, files in zip(changed, drawn, strict=True):
        for suffix, content in files.items():
            cache.put(keys[task.name] + suffix, content)


def _kept(cache: Cache, key: str) -> dict[str, bytes]:
    contents = {suffix: cache.get(key + suffix) for suffix in FIGURE_FILES}
    return {suffix: content for suffix, content in contents.items() if content is not None}


def _draw_side_by_side(tasks: Sequence[FigureTask], processes: int) -> Iterator[dict[str, bytes]]:
    processes = min(processes, len(tasks) // _FIGURES_OF_PROCESS)
    if processes < 2:
        yield from map(_draw, tasks)
        return
    # Spawned, not forked: a forked child inherits locks that matplotlib may hold.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_draw, tasks, chunksize=4)


def _draw(task: FigureTask) -> dict[str, bytes]:
    return figure_files(task.draw())
