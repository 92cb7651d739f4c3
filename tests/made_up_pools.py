"""Made-up tables of studies, and pools of them as an article would print them.

`python -m tests.made_up_pools` writes the tables and lines of R that tests/reference/explain.R
runs.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from metarepro.explanation.effect_forms import effect_forms
from metarepro.explanation.finder import Tried
from metarepro.explanation.fits import Outcomes, fitted, models_of, table_version
from metarepro.explanation.matching import printed_scale
from metarepro.explanation.pool_models import PoolModel
from metarepro.explanation.r_code import r_lines
from metarepro.explanation.rows import StudyRows, study_rows
from metarepro.readers.effect_table import table_of_frame

#: Beside the first form of a table, which is tried with everything.
FEW = (("", "z"), ("DL", "z"), ("REML", "knapp_hartung"))


def made_up_table(
    kind: str, k: int, rng: np.random.Generator, *, repeats: bool = False, zeros: bool = True
) -> pd.DataFrame:
    """A table with rows printed to two or three decimals."""
    n_t, n_c = rng.integers(12, 120, k), rng.integers(12, 120, k)
    effect = rng.normal(0.4, 0.3, k)
    se = np.sqrt(1 / n_t + 1 / n_c)
    yi = effect + se * rng.normal(size=k)
    names = {"study": [f"Study {i + 1:02d}" for i in range(k)]}
    if repeats:
        names["trial"] = [f"T{i // 2 + 1}" for i in range(k)]
    if kind == "effects":
        numbers = {"yi": yi.round(3), "sei": se.round(3)}
    elif kind == "intervals":
        numbers = {
            "yi": yi.round(2),
            "ci_low": (yi - 1.96 * se).round(2),
            "ci_high": (yi + 1.96 * se).round(2),
        }
    elif kind == "means":
        sd = rng.uniform(4, 12, k)
        numbers = {
            "mean_t": (20 + sd * yi).round(1),
            "sd_t": (sd * rng.uniform(0.85, 1.15, k)).round(1),
            "n_t": n_t,
            "mean_c": (20 + rng.normal(size=k)).round(1),
            "sd_c": (sd * rng.uniform(0.85, 1.15, k)).round(1),
            "n_c": n_c,
        }
    elif kind == "correlations":
        n = n_t + n_c
        z = effect + rng.normal(size=k) / np.sqrt(n - 3)
        numbers = {"r": np.tanh(z).round(2), "n_total": n}
    elif kind == "proportions":
        numbers = {"events": np.maximum(rng.binomial(n_t, 0.15), 0 if zeros else 1), "n_total": n_t}
        if zeros:
            numbers["events"][0] = 0
    else:
        risk = rng.uniform(0.05, 0.3, k)
        numbers = {
            "events_t": np.maximum(rng.binomial(n_t, risk * 0.7), 0 if zeros else 1),
            "n_t": n_t,
            "events_c": np.maximum(rng.binomial(n_c, risk), 0 if zeros else 1),
            "n_c": n_c,
        }
        if zeros:
            numbers["events_t"][0], numbers["events_t"][1], numbers["events_c"][1] = 0, 0, 0
    return pd.DataFrame(names | numbers)


def rows_of(frame: pd.DataFrame, measure: str = "") -> StudyRows:
    """The rows of a table."""
    table = replace(table_of_frame(frame, "rows.csv"), in_csv=True)
    return study_rows(table, measure)


def all_models(rows: StudyRows, measure: str = "") -> list[PoolModel]:
    """Every model of some rows."""
    return [
        model
        for form in effect_forms(rows, measure)
        for model in models_of(form, repeats=rows.has_repeats, counts=rows.kind == "counts")
    ]


def pool_under(rows: StudyRows, model: PoolModel, level: float = 0.95) -> Outcomes:
    """The pool of some rows under a model."""
    return next(fitted([model], table_version(rows.cells, rows.trials), level))[1]


def printed(outcomes: Outcomes, model: PoolModel, decimals: int = 2, i2: str = "i2_q") -> str:
    """A pool as an article prints it."""
    shown = printed_scale(model.form)
    numbers = [float(shown(getattr(outcomes, n))[0]) for n in ("estimate", "ci_low", "ci_high")]
    estimate, low, high = (f"{x:.{decimals}f}" for x in numbers)
    said = f"{estimate} [{low}, {high}]"
    value = float(getattr(outcomes, i2)[0]) if i2 else np.nan
    return said if np.isnan(value) else f"{said}; I2 {value:.0f}%"


def names(tried: list[Tried]) -> list[str]:
    """Names of the models that give all digits."""
    return [one.model.name for one in tried if one.exact]


def reference_tables() -> dict[str, pd.DataFrame]:
    """The tables whose pools R computes."""
    rng = np.random.default_rng(16)
    return {
        "effects": made_up_table("effects", 9, rng),
        "intervals": made_up_table("intervals", 8, rng),
        "means": made_up_table("means", 7, rng),
        "counts": made_up_table("counts", 9, rng),
        "counts_full": made_up_table("counts", 8, rng, zeros=False),
        "repeats": made_up_table("effects", 12, rng, repeats=True),
        "means_repeats": made_up_table("means", 10, rng, repeats=True),
        "correlations": made_up_table("correlations", 8, rng),
        "correlations_repeats": made_up_table("correlations", 9, rng, repeats=True),
        "proportions": made_up_table("proportions", 8, rng),
        "proportions_full": made_up_table("proportions", 7, rng, zeros=False),
    }


def reference_models(rows: StudyRows) -> Iterator[PoolModel]:
    """Of each form some models; of the first of rows without trials all."""
    first = "" if rows.has_repeats else effect_forms(rows)[0].name
    for model in all_models(rows):
        few = model.method != "IV" or (model.tau2, model.ci) in FEW
        nested = model.method in ("RVE", "3L", "3L_CR2")
        if model.form.name == first or few and not (nested and rows.kind != "effects"):
            yield model


def main() -> None:
    """Write tables and lines of R."""
    found = {}
    for name, frame in reference_tables().items():
        rows = rows_of(frame)
        lines = {model.name: r_lines(rows, model)[2:] for model in reference_models(rows)}
        found[name] = {"table": frame.to_dict("list"), "lines": lines}
    json.dump(found, sys.stdout, default=lambda x: x.item())


if __name__ == "__main__":
    main()
