"""Time what the commands need before they do anything; CPU time, as the wall clock is others'."""

import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.measure import ROOT, Cost, Row, measure, met, metarepro, typical

EXAMPLE = ROOT / "examples/made_up_review.rm5"
HELP, IMPORT, ONE_REVIEW = 0.25, 0.3, 1.0


def rows(runs: int = 5) -> list[Row]:
    """Lines of the table: the help, the import, and one small review."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        to_import = [sys.executable, "-c", "import metarepro"]
        measured: Sequence[tuple[str, float, Callable[[], Cost]]] = (
            ("`metarepro --help`", HELP, lambda: metarepro(folder, "--help")),
            ("`import metarepro`", IMPORT, lambda: measure(to_import, folder)),
            ("`metarepro reproduce`, one small review", ONE_REVIEW, lambda: one_review(folder)),
        )
        found = []
        for what, target, run in measured:
            cpu = typical([run() for _ in range(runs)]).cpu
            found.append(Row(what, f"{cpu:.2f} s", met(cpu, target, "s")))
        return found


def one_review(folder: Path) -> Cost:
    """Recompute the review of the examples."""
    return metarepro(folder, "reproduce", EXAMPLE, "--output-dir", folder / "one")
