"""What the fuzzers share: a reader may return or raise DataError, and nothing else."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["metarepro"]):
    from metarepro.problems import DataError
    from metarepro.readers import review_file
    from metarepro.tables import read_table

__all__ = ["fuzz", "read_table", "review_file"]


def fuzz(name: str, read: Callable[[Path], Any], seeds: list[bytes]) -> None:
    """Read files made by the fuzzer until its time is over, starting from some good ones.

    A crash writes its input to the working folder as crash-<sha1>.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "input"
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        for number, seed in enumerate(seeds):
            (corpus / str(number)).write_bytes(seed)

        def one_input(data: bytes) -> None:
            path.write_bytes(data)
            try:
                read(path)
            except DataError as error:
                # The message is part of what must not fail.
                str(error).encode()

        options = [
            "-timeout=20",
            "-rss_limit_mb=2000",
            "-max_len=20000",
            f"-artifact_prefix={name}-",
            str(corpus),
        ]
        atheris.Setup([*sys.argv, *options], one_input)
        atheris.Fuzz()
