"""What a command costs, with all the processes that it starts, and how that is told."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).parents[1]


class Row(NamedTuple):
    """A line of the table of a benchmark.

    Attributes
    ----------
    what : what was measured
    measured : the number, with its unit
    target : what it is to be, and whether it is; "" without one
    beside : the same work by others, in the same run
    """

    what: str
    measured: str
    target: str = ""
    beside: str = ""


@dataclass(frozen=True)
class Cost:
    """Wall time and CPU time (user + system) in seconds; the largest process in megabytes."""

    seconds: float
    cpu: float
    megabytes: float


def measure(command: Sequence[str], folder: Path) -> Cost:
    """Run a command in a folder.

    Raises
    ------
    RuntimeError
        With what it printed, if it fails.
    """
    places = [str(Path(sys.executable).parent), os.environ["PATH"]]
    environment = os.environ | {"PATH": os.pathsep.join(places)}
    log = folder / ".benchmark.log"
    with log.open("wb") as stream:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=stream, stderr=subprocess.STDOUT
        )
        # Of this process and of those that it waited for.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{log.read_text(errors='replace')}")
    # Kilobytes, on macOS bytes.
    megabytes = usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return Cost(seconds, usage.ru_utime + usage.ru_stime, megabytes)


def metarepro(folder: Path, *arguments: str | Path) -> Cost:
    """Run our command."""
    return measure([sys.executable, "-m", "metarepro", *map(str, arguments)], folder)


def typical(run: Callable[[], Cost], runs: int) -> Cost:
    """Medians of several runs; of memory the largest."""
    costs = [run() for _ in range(runs)]
    return Cost(
        median(cost.seconds for cost in costs),
        median(cost.cpu for cost in costs),
        max(cost.megabytes for cost in costs),
    )


def met(value: float, target: float, unit: str) -> str:
    """A target, and whether it is met."""
    return f"{target:g} {unit}: {'met' if value <= target else 'missed'}"


def markdown(rows: Sequence[Row]) -> str:
    """The rows as a table."""
    header = Row("what", "measured", "target", "beside it")
    lines = [header, Row(*["---"] * 4), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
