"""Reading hostile files: refused in time, and in a process of its own whose memory is measured."""

import multiprocessing
import re
import resource
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

import pytest

from metarepro.errors import InputError
from metarepro.readers.sources import read_source
from metarepro.tabular.problems import DataError

MIB = 1024 * 1024
#: Twice what an idle machine needs at most.
MAX_SECONDS, MAX_MEGABYTES = 4, 300
#: Forks processes that have the readers loaded, and nothing of what the tests did before.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["metarepro.readers.sources", "metarepro.readers.review_file"])
#: `ru_maxrss` is in kilobytes, on macOS in bytes.
_MEGABYTE = 2**20 if sys.platform == "darwin" else 2**10


class Refusal(NamedTuple):
    """What a reader says of a file, "" if it does not refuse it, and what that costs it."""

    message: str
    seconds: float
    megabytes: float


def written(content: bytes, folder: Path) -> Path:
    path = folder / "hostile"
    path.write_bytes(content)
    return path


def assert_refused(path: Path, message: str) -> None:
    started = time.process_time()
    with pytest.raises(DataError, match=message):
        read_source(path)
    assert time.process_time() - started < MAX_SECONDS


def assert_refused_in_little_memory(path: Path, message: str) -> None:
    refused = refusal(read_source, path)
    assert re.search(message, refused.message)
    assert refused.seconds < MAX_SECONDS
    assert refused.megabytes < MAX_MEGABYTES


def refusal(read: Callable[[Path], object], path: Path) -> Refusal:
    """Let a reader refuse a file in a process of its own."""
    ours, theirs = _FORKS.Pipe(duplex=False)
    process = _FORKS.Process(target=_refuse, args=(read, path, theirs))
    process.start()
    theirs.close()
    found: Refusal = ours.recv()
    process.join()
    return found


def _refuse(read: Callable[[Path], object], path: Path, answer: Connection) -> None:
    message, started = "", time.process_time()
    try:
        read(path)
    except InputError as error:
        message = str(error)
    seconds = time.process_time() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer.send(Refusal(message, seconds, memory / _MEGABYTE))
