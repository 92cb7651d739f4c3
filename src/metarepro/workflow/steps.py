"""What a whole run tells while it goes on: a line for each step that is finished, in words.

Snakemake's own account, with the files of every job, is in its log. On a terminal a last line says
what is being done and for how long; where nobody watches, nothing is said of what went well.
"""

import queue
import re
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TextIO

_START = re.compile(r"(?:local)?rule (\w+):")
_JOB = re.compile(r"    jobid: (\d+)")
_FINISHED = re.compile(r"Finished jobid: (\d+) \(Rule: \w+\)")
_COUNT = re.compile(r"(\d+) of (\d+) steps .*done")
_FAILED = re.compile(r"Error in rule (\w+):")
_LOG = re.compile(r"Complete log\(s\): (.+)")
_NOTHING = "Nothing to be done"
#: What Snakemake says before anything can go wrong.
_USUAL = ("Assuming unrestricted shared filesystem usage.", "Building DAG of jobs...")
#: The rule that asks for everything is none of the steps that do something.
_ALL = "all"
_KEPT = 40
_CLEAR = "\r\x1b[K"


class Steps:
    """Follows what Snakemake says, line by line.

    Parameters
    ----------
    out : text stream
        Where finished steps are told; nothing is if it is no terminal.

    Attributes
    ----------
    failed : list of str
        The steps that failed, in words.
    log : str
        Snakemake's log; "" if it wrote none.
    """

    def __init__(self, out: TextIO) -> None:
        self._out, self._watched = out, out.isatty()
        self._starting = ""
        self._ended: list[str] = []
        self._running: dict[str, tuple[str, float]] = {}
        self._last: deque[str] = deque(maxlen=_KEPT)
        self.failed: list[str] = []
        self.log = ""

    def follow(self, lines: Iterable[str]) -> None:
        """Take in all lines, and tell what they come to."""
        for line in _with_pauses(lines) if self._watched else lines:
            if line is None:
                self.show_running()
            else:
                self.take(line.rstrip("\n"))
        if self._watched:
            self._write(_CLEAR)

    def take(self, line: str) -> None:
        """Take in one line."""
        self._last.append(line)
        if found := _START.fullmatch(line):
            self._starting = found[1]
        elif (found := _JOB.fullmatch(line)) and self._starting:
            self._running[found[1]] = in_words(self._starting), time.monotonic()
            self._starting = ""
        elif found := _FINISHED.fullmatch(line):
            self._ended.append(found[1])
        elif found := _COUNT.fullmatch(line):
            self._tell(int(found[2]) - int(found[1]))
        elif found := _FAILED.fullmatch(line):
            self.failed.append(in_words(found[1]))
        elif found := _LOG.fullmatch(line):
            self.log = found[1]
        elif line.startswith(_NOTHING):
            self._write("Nothing to do: everything is up to date\n")

    def reasons(self) -> list[str]:
        """What Snakemake said last, without the usual: why it failed, if no job did."""
        return [line for line in self._last if line and line not in _USUAL]

    def _tell(self, remaining: int) -> None:
        """Tell the steps that ended."""
        for job in self._ended:
            words, start = self._running.pop(job, ("", 0.0))
            if self._watched and words and words != in_words(_ALL):
                left = max(remaining - 1, 0)  # the rule that asks for everything
                seconds = time.monotonic() - start
                steps = "1 step remains" if left == 1 else f"{left} steps remain"
                self._write(f"{_CLEAR}{words}: {seconds:.1f} s; {steps}\n")
        self._ended = []

    def show_running(self) -> None:
        """Show on the last line what is being done."""
        now = time.monotonic()
        doing = [f"{words} {now - start:.0f} s" for words, start in self._running.values()]
        if doing:
            self._write(f"{_CLEAR}... {', '.join(doing)}")

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()


def in_words(rule: str) -> str:
    """Name of a rule as words.

    Examples
    --------
    >>> in_words("draw_forests")
    'Draw forests'
    """
    return rule.replace("_", " ").capitalize()


def _with_pauses(lines: Iterable[str]) -> Iterator[str | None]:
    """Yield the lines as they come, and None for each second without one."""
    waiting: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def read() -> None:
        for line in lines:
            waiting.put(line)
        waiting.put(None)

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            line = waiting.get(timeout=1)
        except queue.Empty:
            yield None
            continue
        if line is None:
            return
        yield line
