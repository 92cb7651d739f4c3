"""What a command costs, with all the processes that it starts."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
#: What every benchmark says of its numbers.
CAVEAT = "Times depend on what else the machine does; CPU time (user + system) does so least."


@dataclass(frozen=True)
class Cost:
    """Wall time and CPU time in seconds; the largest process in megabytes."""

    seconds: float
    cpu: float
    megabytes: float

    def __str__(self) -> str:
        return f"{self.seconds:7.1f} s {self.cpu:7.1f} s CPU {self.megabytes:6.0f} MB"


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


def median_cost(costs: Sequence[Cost]) -> Cost:
    """Median of each number; of memory the largest."""
    return Cost(
        median(cost.seconds for cost in costs),
        median(cost.cpu for cost in costs),
        max(cost.megabytes for cost in costs),
    )


def start_up(script: str, folder: Path) -> Cost:
    """What a script needs to say how it is used: its imports."""
    return measure([sys.executable, f"{ROOT}/scripts/{script}", "--help"], folder)


def verdict(seconds: float, target: float) -> str:
    """Whether a target is met."""
    return f"target {target:g} s: {'met' if seconds <= target else 'MISSED'}"
