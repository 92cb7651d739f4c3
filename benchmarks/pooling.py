"""Time our pooling beside metafor's, PyMARE's and pimeta's: the same effects, each on one core.

One fit at a time, a batch of pools as a review has them, and GOSH, every subset of a pool. CPU time
of a fit. PyMARE comes with the packages of the tests; the others are left out where they are not
installed.
"""

import importlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from benchmarks.measure import Row
from pymare import Dataset
from pymare.estimators import DerSimonianLaird, VarianceBasedLikelihoodEstimator

from metarepro.models.pooling import pack, pool, pool_subsets
from metarepro.sensitivity.gosh import gosh

HERE = Path(__file__).parent
SEED = 15
#: Pools of a batch and studies in each; effects whose subsets are fitted; metafor's sample of them.
POOLS, STUDIES, GOSH_EFFECTS, GOSH_SAMPLE = 200, 12, 15, 500

Array = np.ndarray
#: Seconds a fit, and for each number of a fit its estimate and tau2.
Timed = tuple[float, dict[int, tuple[float, float]]]


def draw_effects(n: int, k: int) -> tuple[Array, Array]:
    """Effects of trials of 20 to 400 participants with tau2 = 0.05, shape (n, k)."""
    rng = np.random.default_rng(SEED)
    vi = np.exp(rng.uniform(np.log(0.01), np.log(0.2), (n, k)))
    return rng.normal(0.3, np.sqrt(0.05 + vi)), vi


def timed(fit: Callable[[], dict[int, tuple[float, float]]]) -> Timed:
    """CPU seconds of each of some fits."""
    started = time.process_time()
    found = fit()
    return (time.process_time() - started) / len(found), found


def has_metafor() -> bool:
    """Whether R and metafor are there."""
    if shutil.which("Rscript") is None:
        return False
    command = ["Rscript", "-e", 'quit(status = !requireNamespace("metafor", quietly = TRUE))']
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def metafor(mode: str, yi: Array, vi: Array, *arguments: int) -> Timed:
    """The same by metafor, on one core."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "effects.csv"
        lines = [
            f"{number},{float(y)!r},{float(v)!r}"
            for number, (ys, vs) in enumerate(zip(yi, vi, strict=True))
            for y, v in zip(ys, vs, strict=True)
        ]
        path.write_text("\n".join(["pool,yi,vi", *lines, ""]), encoding="utf-8")
        command = ["Rscript", str(HERE / "pooling.R"), mode, str(path), *map(str, arguments)]
        one_core = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        output = subprocess.run(command, env=one_core, check=True, capture_output=True, text=True)
    first, *rest = output.stdout.splitlines()
    fits = (line.split() for line in rest)
    return float(first.split()[1]), {int(n): (float(b), float(t)) for n, b, t in fits}


def pymare(method: str, yi: Array, vi: Array) -> Timed:
    """The same by PyMARE, a pool at a time: all columns of a data set stop together."""

    def fit() -> dict[int, tuple[float, float]]:
        found = {}
        for number, (y, v) in enumerate(zip(yi, vi, strict=True)):
            estimator = DerSimonianLaird()
            if method == "REML":
                estimator = VarianceBasedLikelihoodEstimator(method="REML")
            fitted = estimator.fit_dataset(Dataset(y, v)).params_
            estimate, tau2 = (float(np.ravel(fitted[name])[0]) for name in ("fe_params", "tau2"))
            found[number] = estimate, tau2
        return found

    return timed(fit)


def pimeta(method: str, yi: Array, vi: Array) -> Timed:
    """The same by pimeta, a pool at a time."""
    package = importlib.import_module("pimeta")

    def fit() -> dict[int, tuple[float, float]]:
        fits = (package.rma(y, vi=v, method=method) for y, v in zip(yi, vi, strict=True))
        return {number: (float(one.b[0]), float(one.tau2)) for number, one in enumerate(fits)}

    return timed(fit)


def has_pimeta() -> bool:
    """Whether the package pimeta is there."""
    return importlib.util.find_spec("pimeta") is not None


def beside(ours: Timed, others: dict[str, Timed]) -> str:
    """How many times as long the others take, and how far they are from ours."""
    words = []
    for name, (seconds, found) in others.items():
        apart = max(
            abs(a - b)
            for number, theirs in found.items()
            for a, b in zip(ours[1][number], theirs, strict=True)
        )
        times = seconds / ours[0]
        ratio = f"{times:,.0f}" if times >= 10 else f"{times:.1f}"
        words.append(f"{name} {ratio} times (apart by {apart:.0e})")
    return ", ".join(words) or "R with metafor is not installed"


def rows() -> list[Row]:
    """Lines of the table."""
    compare = has_metafor()
    yi, vi = draw_effects(POOLS, STUDIES)
    found = []
    for method, what, fit in (
        ("REML", "one fit at a time", one_at_a_time),
        ("DL", f"{POOLS} pools together", together),
    ):
        ours = timed(partial(fit, yi, vi))
        others = {"metafor": metafor(method, yi, vi)} if compare else {}
        others["PyMARE"] = pymare(method, yi, vi)
        if has_pimeta():
            others["pimeta"] = pimeta(method, yi, vi)
        name = f"{what}: {STUDIES} studies, {method}"
        found.append(Row(name, f"{1e6 * ours[0]:,.0f} µs a fit", "", beside(ours, others)))
    return [*found, gosh_row(compare)]


def one_at_a_time(yi: Array, vi: Array) -> dict[int, tuple[float, float]]:
    """Ours, with all that `pool` gives: intervals of the effect and of tau2, weights, flags."""
    fits = (pool(y, v) for y, v in zip(yi, vi, strict=True))
    return {number: (fit.estimate, fit.tau2) for number, fit in enumerate(fits)}


def together(yi: Array, vi: Array) -> dict[int, tuple[float, float]]:
    """Ours, each pool a column of one array."""
    pools = pool_subsets(yi, vi, pack(np.ones_like(yi)), tau2_method="DL", ci_method="z")
    pairs = zip(pools.estimate.tolist(), pools.tau2.tolist(), strict=True)
    return dict(enumerate(pairs))


def gosh_row(compare: bool) -> Row:
    """Every subset of an analysis; metafor fits a random sample of them."""
    yi, vi = draw_effects(1, GOSH_EFFECTS)

    def fit() -> dict[int, tuple[float, float]]:
        ours = gosh(yi[0], vi[0], limit=2**GOSH_EFFECTS, seed=SEED)
        padded = np.zeros((len(ours.k), 8), dtype=np.uint8)
        padded[:, : ours.subsets.shape[1]] = ours.subsets
        numbers = padded.view("<u8")[:, 0].tolist()
        pairs = zip(ours.estimate.tolist(), ours.tau2.tolist(), strict=True)
        return dict(zip(numbers, pairs, strict=True))

    ours = timed(fit)
    others = {"metafor": metafor("gosh", yi, vi, GOSH_SAMPLE, SEED)} if compare else {}
    name = f"GOSH: all {len(ours[1]):,} subsets of {GOSH_EFFECTS} effects, REML"
    return Row(name, f"{1e6 * ours[0]:,.1f} µs a fit", "", beside(ours, others))
