"""Reading hostile files: refused in time, and in a process of its own whose memory is measured."""

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from metarepro.readers.sources import read_source
from metarepro.tabular.problems import DataError

MIB = 1024 * 1024
#: Twice what an idle machine needs at most.
MAX_SECONDS, MAX_MEGABYTES = 4, 300
needs_proc = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="no /proc to read memory from"
)
SCRIPT = """
import sys
from metarepro.tabular.problems import DataError
from metarepro.readers.{module} import {function}
try:
    {function}(sys.argv[1])
except DataError as error:
    print(error)
for line in open("/proc/self/status"):
    if line.startswith("VmHWM"):
        print("kB", line.split()[1])
"""


def written(content: bytes, folder: Path) -> Path:
    path = folder / "hostile"
    path.write_bytes(content)
    return path


def assert_refused(path: Path, message: str) -> None:
    started = time.process_time()
    with pytest.raises(DataError, match=message):
        read_source(path)
    assert time.process_time() - started < MAX_SECONDS


def read_alone(path: Path, module: str = "sources", function: str = "read_source") -> float:
    """Megabytes that reading took; the file is refused."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(module=module, function=function), str(path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "found" in done.stdout
    return int(re.findall(r"kB (\d+)", done.stdout)[0]) / 1024
