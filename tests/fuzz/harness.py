"""What the fuzzers share: a reader may return or raise DataError, and nothing else."""

import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["metarepro"]):
    from metarepro.readers import review_file
    from metarepro.tabular.problems import DataError
    from metarepro.tabular.tables import read_table

__all__ = ["fuzz", "read_table", "review_file", "with_other_values"]

OPTIONS = ["-timeout=20", "-rss_limit_mb=2000", "-max_len=20000"]


def with_other_values(data: bytes, pieces: Sequence[str]) -> list[str]:
    """The pieces with up to five of those in the odd places replaced, as the fuzzer wants it."""
    provider = atheris.FuzzedDataProvider(data)
    changed = list(pieces)
    for _ in range(provider.ConsumeIntInRange(1, 5)):
        place = 2 * provider.ConsumeIntInRange(0, len(pieces) // 2 - 1) + 1
        changed[place] = provider.ConsumeUnicodeNoSurrogates(40)
    return changed


def fuzz(
    name: str,
    read: Callable[[Path], Any],
    seeds: Sequence[bytes],
    content: Callable[[bytes], bytes] = bytes,
) -> None:
    """Read files made by the fuzzer until its time is over, starting from some good ones.

    `content` makes the file of what the fuzzer gives. A crash leaves that as <name>-crash-<sha1>.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "input"
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        for number, seed in enumerate(seeds):
            (corpus / str(number)).write_bytes(seed)

        def one_input(data: bytes) -> None:
            path.write_bytes(content(data))
            try:
                read(path)
            except DataError as error:
                # The message is part of what must not fail.
                str(error).encode()

        options = [*OPTIONS, f"-artifact_prefix={name}-", str(corpus)]
        atheris.Setup([*sys.argv, *options], one_input)
        atheris.Fuzz()
