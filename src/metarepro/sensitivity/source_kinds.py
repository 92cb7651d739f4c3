"""Pools by the kind of source that a result was read in.

An abstract prints what was significant, a database or the table of another review also what was
not. How far their pools lie apart describes the selection of results; it does not mend it, and no
kind of source is free of it.
"""

from typing import Any

import pandas as pd

from metarepro.sensitivity.bias import caliper
from metarepro.synthesis.pools import Results, Settings, Task, outcome_columns, pool_each

_NEEDED = ["trial_id", "yi", "vi", "n_total", "source_kind"]


def pools_by_source_kind(effects: pd.DataFrame, settings: Settings) -> list[dict[str, Any]]:
    """Pool the results of each kind of source on their own, by the model of the plan.

    Parameters
    ----------
    effects : DataFrame
        Effects of one synthesis, of all tiers (databases print few arm sizes, so that most of
        their results, and most of the null ones, are approximate): columns trial_id, yi, vi,
        n_total, source_kind. Positive favours the intervention.
    settings : Settings
        Model, estimators, assumed correlation and level, as for the synthesis itself.

    Returns
    -------
    list of dict
        One per kind that is there, by name: `source_kind`, the columns of
        `synthesis.pooled_columns` (without the numbers of a pool where there is none), `reason`
        (why there is none; for one trial its own result is given), `share_favourable` (results
        above 0, 0 to 1) and `share_significant` (results with two-sided p up to 0.05, 0 to 1).
        Every result counts, also several of one trial.
    """
    kinds = [(kind, own) for kind, own in effects[_NEEDED].groupby("source_kind", sort=True)]
    outcomes = pool_each([Task(Results.of(own), settings) for _, own in kinds])
    return [
        {
            "source_kind": kind,
            **outcome_columns(*outcome, own),
            "share_favourable": float((own["yi"] > 0).mean()),
            "share_significant": caliper(own).n_significant / len(own),
        }
        for (kind, own), outcome in zip(kinds, outcomes, strict=True)
    ]
