"""What a command costs, with all the processes that it starts, and how that is told."""

import os
import subprocess
import sys
from collections.abc import Sequence
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


#: Starts a command and says what it cost. A process counts the memory of the one that started it as
#: its own, so that is a small one.
_LAUNCHER = """
import resource, subprocess, sys, time
started = time.perf_counter()
code = subprocess.call(sys.argv[1:])
seconds = time.perf_counter() - started
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print()
print(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss)
sys.exit(code)
"""


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
    launched = [sys.executable, "-S", "-c", _LAUNCHER, *command]
    with log.open("wb") as stream:
        done = subprocess.run(
            launched, cwd=folder, env=environment, stdout=stream, stderr=subprocess.STDOUT,
            check=False,
        )  # fmt: skip
    said = log.read_text(errors="replace")
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{said}")
    seconds, cpu, memory = map(float, said.splitlines()[-1].split())
    # Kilobytes, on macOS bytes.
    return Cost(seconds, cpu, memory / (2**20 if sys.platform == "darwin" else 2**10))


def metarepro(folder: Path, *arguments: str | Path) -> Cost:
    """Run our command."""
    return measure([sys.executable, "-m", "metarepro", *map(str, arguments)], folder)


def typical(costs: Sequence[Cost]) -> Cost:
    """Medians of several runs; of memory the largest."""
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
