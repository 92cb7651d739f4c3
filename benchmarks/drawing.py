"""Time and size of a forest plot of 90 rows, as SVG."""

import math
import time
from statistics import median

import numpy as np
import pandas as pd
from benchmarks.measure import Row, met

from metarepro.figures.forest import forest_plot
from metarepro.figures.style import svg_bytes

ROWS, KILOBYTES, SECONDS = 90, 80, 0.1
SEED = 15


def trials() -> pd.DataFrame:
    """Rows of made-up trials, two results of each."""
    rng = np.random.default_rng(SEED)
    arm = rng.integers(20, 200, ROWS).astype(float)
    yi, half = rng.normal(0.3, 0.3, ROWS), 1.96 * np.sqrt(2 / arm)
    return pd.DataFrame(
        {
            "label": [f"Author {1935 + i // 2}" for i in range(ROWS)],
            "measure": [f"Scale {i % 7}, observed interaction" for i in range(ROWS)],
            **{"n_t": arm, "n_c": arm + 1, "n_total": 2 * arm + 1},
            **{"yi": yi, "ci_low": yi - half, "ci_high": yi + half},
            "weight": 100 * arm / arm.sum(),
            **{"tier": "direct", "subgroup": ""},
        }
    )


def pooled() -> pd.DataFrame:
    """The row of their pool."""
    numbers = {"estimate": 0.31, "ci_low": 0.21, "ci_high": 0.41, "pi_low": -0.25, "pi_high": 0.87}
    heterogeneity = {"tau2": 0.05, "i2": 52.3, "q": 186.6, "q_df": 89.0, "q_p": 1e-8}
    counts = {"k": float(ROWS), "n_trials": ROWS / 2, "participants": "9,876"}
    words = {
        "subgroup": "",
        "name": "Overall",
        "model": "Random effects (REML)",
        "test": "",
        "flags": "",
    }
    return pd.DataFrame([words | numbers | heterogeneity | counts])


def draw() -> bytes:
    """One drawing."""
    return svg_bytes(forest_plot(trials(), pooled(), title="A forest plot"))


def rows(runs: int = 3) -> list[Row]:
    """Lines of the table; the first drawing, which loads fonts, does not count."""
    size = math.ceil(len(draw()) / 1000)
    times = []
    for _ in range(runs):
        started = time.process_time()
        draw()
        times.append(time.process_time() - started)
    seconds = median(times)
    return [
        Row(f"forest plot of {ROWS} rows", f"{seconds:.2f} s", met(seconds, SECONDS, "s")),
        Row("its SVG", f"{size} KB", met(size, KILOBYTES, "KB")),
    ]
