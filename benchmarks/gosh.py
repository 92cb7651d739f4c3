"""Time our GOSH (every subset, REML) against metafor's; prints, writes nothing.

    python benchmarks/gosh.py

The two take turns on the same machine, each on one core: ours pools all 32,752 subsets of two or
more of 15 effects, metafor a random sample of them. Printed are the medians of the runs, their
ratio, the largest difference, and the time and peak memory of a million fits. Without R, ours only.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import numpy as np

from metarepro.sensitivity.gosh import Gosh, gosh

WHAT_TO_INSTALL = (
    'no comparison: it needs R (the program Rscript) and, in R, install.packages("metafor")'
)
HERE = Path(__file__).parent
SEED = 15


def draw_effects(k: int) -> tuple[np.ndarray, np.ndarray]:
    """Effects of trials of 20 to 400 participants with tau2 = 0.05."""
    rng = np.random.default_rng(SEED)
    vi = np.exp(rng.uniform(np.log(0.01), np.log(0.2), k))
    return rng.normal(0.3, np.sqrt(0.05 + vi)), vi


def time_ours(yi: np.ndarray, vi: np.ndarray) -> tuple[float, Gosh]:
    """Seconds a fit, and the fits."""
    started = time.perf_counter()
    ours = gosh(yi, vi, limit=2 ** len(yi), seed=SEED)
    return (time.perf_counter() - started) / len(ours.k), ours


def time_metafor(effects: Path, fits: int, seed: int) -> tuple[float, np.ndarray]:
    """Seconds a fit, and rows of subset number, estimate, tau2."""
    command = ["Rscript", str(HERE / "gosh.R"), str(effects), str(fits), str(seed)]
    one_core = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    output = subprocess.run(command, env=one_core, check=True, capture_output=True, text=True)
    first, *rest = output.stdout.splitlines()
    return float(first.split()[1]), np.array([line.split() for line in rest], dtype=float)


def has_metafor() -> bool:
    """Whether R and metafor are there."""
    if shutil.which("Rscript") is None:
        return False
    command = ["Rscript", "-e", 'quit(status = !requireNamespace("metafor", quietly = TRUE))']
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def largest_difference(ours: Gosh, theirs: np.ndarray) -> float:
    """Largest absolute difference of estimate or tau2 over the subsets that metafor fitted."""
    padded = np.zeros((len(ours.k), 8), dtype=np.uint8)
    padded[:, : ours.subsets.shape[1]] = ours.subsets
    at = np.searchsorted(padded.view("<u8")[:, 0], theirs[:, 0].astype(np.uint64))
    return float(np.abs(np.column_stack([ours.estimate, ours.tau2])[at] - theirs[:, 1:]).max())


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--k", type=int, default=15, help="number of effects (2 to 20)")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--fits", type=int, default=500, help="fits of metafor in a run")
    args = parser.parse_args(argv)
    yi, vi = draw_effects(args.k)
    compare = has_metafor()
    ours_times, their_times, differences, compared = [], [], [], 0
    with tempfile.TemporaryDirectory() as folder:
        effects = Path(folder) / "effects.csv"
        rows = [f"{float(y)!r},{float(v)!r}" for y, v in zip(yi, vi, strict=True)]
        effects.write_text("\n".join(["yi,vi", *rows, ""]), encoding="utf-8")
        for run in range(args.runs):
            seconds, ours = time_ours(yi, vi)
            ours_times.append(seconds)
            if compare:
                seconds, theirs = time_metafor(effects, args.fits, run)
                their_times.append(seconds)
                differences.append(largest_difference(ours, theirs))
                compared += len(theirs)
    print(f"GOSH, k = {args.k}, REML; medians of {args.runs} runs on one core")
    print(f"  ours     {1e6 * median(ours_times):8.2f} microseconds a fit ({len(ours.k)} fits)")
    if compare:
        print(f"  metafor  {1e6 * median(their_times):8.2f} microseconds a fit ({args.fits} fits)")
        print(f"  ratio    {median(their_times) / median(ours_times):8.0f}")
        print(f"  largest difference of estimate or tau2, {compared} fits: {max(differences):.1e}")
    else:
        print(f"  {WHAT_TO_INSTALL}")
    started = time.perf_counter()
    million = gosh(*draw_effects(20), limit=2**20, seed=SEED)
    seconds = time.perf_counter() - started
    # Kilobytes, on macOS bytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    megabytes = peak / (2**20 if sys.platform == "darwin" else 2**10)
    print(f"{len(million.k)} fits, k = 20: {seconds:.1f} s, peak memory {megabytes:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
