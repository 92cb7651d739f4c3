"""Pools of parts of a table, under the settings of the whole."""

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from metarepro.errors import InputError
from metarepro.models.robust_variance import RHO
from metarepro.readers.effect_table import EffectTable
from metarepro.synthesis.pools import Settings
from metarepro.synthesis.study_pool import (
    DEFAULT_CI,
    DEFAULT_MODEL,
    DEFAULT_TAU2,
    StudyPool,
    pool_studies,
)
from metarepro.tabular.problems import DataError

#: Columns of a pool in the tables of answers, on the scale of pooling.
POOL_COLUMNS = (
    *("k", "n_trials", "estimate", "ci_low", "ci_high", "pi_low", "pi_high", "tau2", "i2"),
    *("q", "q_df", "q_p", "model", "flags", "reason"),
)


@dataclass(frozen=True)
class PoolSettings:
    """How a table is pooled: what `study_pool.pool_studies` takes."""

    measure: str | None = None
    model: str | None = None
    tau2: str | None = None
    ci: str | None = None
    level: float = 0.95

    def pool(self, table: EffectTable) -> StudyPool:
        """Pool a table."""
        return pool_studies(table, **vars(self))

    def row(self, table: EffectTable) -> dict[str, Any]:
        """A pool in the columns of `POOL_COLUMNS`; with a `reason` where there is none."""
        try:
            return pool_row(self.pool(table))
        except InputError as error:
            found: dict[str, Any] = dict.fromkeys(POOL_COLUMNS, math.nan)
            k = len(table.cells)
            trials = len(set(table.trials or range(k)))
            reason = str(error.problems[0]) if isinstance(error, DataError) else str(error)
            if k == 1:
                reason = "one study: not pooled"
            return found | {"k": k, "n_trials": trials, "model": "", "flags": "", "reason": reason}

    @property
    def regression(self) -> Settings:
        """The same for a meta-regression."""
        model = self.model if self.model == "common" else DEFAULT_MODEL
        return Settings(
            self.tau2 or DEFAULT_TAU2, self.ci or DEFAULT_CI, RHO, model=model, level=self.level
        )


def pool_row(result: StudyPool) -> dict[str, Any]:
    """A pool in the columns of `POOL_COLUMNS`."""
    pooled = result.pooled
    found = {name: getattr(pooled, name, math.nan) for name in POOL_COLUMNS}
    i2 = pooled.i2_q if math.isnan(pooled.i2_tau2) else pooled.i2_tau2
    return found | {"i2": i2, "flags": "; ".join(pooled.flags), "reason": ""}


def effects_of(result: StudyPool) -> pd.DataFrame:
    """The pooled rows as meta-regressions take them: trial_id, yi, vi."""
    known = result.studies.dropna(subset="yi")
    return known[["yi", "vi"]].assign(trial_id=_trials(result, known))


def _trials(result: StudyPool, known: pd.DataFrame) -> "pd.Series[Any]":
    """The trial of each row; rows that were pooled as independent stand for themselves."""
    if result.pooled.k == result.pooled.n_trials:
        return pd.Series([str(row) for row in known.index], index=known.index)
    return known["trial"]
