"""Whole reviews beside abstracts: what the selection of results moves.

The data file of a review holds every result that its authors found; an abstract prints what was
significant. Where both have results of the same intervention, outcome and time, their pools are
set side by side.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from metarepro.conversion.trial_means import average_by_trial
from metarepro.models.meta_regression import fit
from metarepro.models.thresholds import TRUSTED_DF
from metarepro.synthesis.pools import Settings, pool_trials, pooled_columns
from metarepro.tabular.input_tables import ABSTRACT, REVIEW_FILE

#: Fewer trials on one side are no pool.
MIN_TRIALS = 2
_KEY = ["intervention", "outcome", "timepoint", "effect_measure", "better"]


def beside_abstracts(effects: pd.DataFrame, settings: Settings) -> list[dict[str, Any]]:
    """Pool the results of whole reviews and those of abstracts, and compare them.

    Every design and tier counts: what abstracts leave out makes a result approximate. An abstract's
    result that gave way to that of a review file (`superseded`) still counts for the abstracts.

    Parameters
    ----------
    effects : DataFrame
        All effects, `conversion.tables.EFFECTS`. Positive favours the intervention.
    settings : Settings
        Model, estimators, assumed correlation and level.

    Returns
    -------
    list of dict
        Three for each intervention, outcome and time of which both have `MIN_TRIALS` trials, told
        apart by `source`: the pools of the `whole_reviews` and of the `abstracts` (a trial may be
        in both), and the `difference` between the trials with a result in their abstract and the
        other trials of the reviews, a meta-regression with one effect for each trial. Columns of
        `tables.WHOLE_REVIEWS`.
    """
    computed = effects[effects["yi"].notna()]
    kind, exclude = computed["source_kind"], computed["exclude"]
    whole = computed[(kind == REVIEW_FILE) & (exclude == "")]
    told = computed[(kind == ABSTRACT) & exclude.isin(["", "superseded"])]
    abstracts = dict(iter(told.groupby(_KEY)))
    return [
        dict(zip(_KEY, key, strict=True)) | row
        for key, own in whole.groupby(_KEY, sort=True)
        for row in _compared(own, abstracts.get(key, told.iloc[:0]), settings)
    ]


def _compared(
    whole: pd.DataFrame, told: pd.DataFrame, settings: Settings
) -> Iterator[dict[str, Any]]:
    """The rows of one intervention, outcome and time; none where there is too little."""
    others = whole[~whole["trial_id"].isin(told["trial_id"])]
    if min(rows["trial_id"].nunique() for rows in (told, others)) < MIN_TRIALS:
        return
    for source, rows in (("whole_reviews", whole), ("abstracts", told)):
        pooled, _ = pool_trials(rows, settings)
        share = float((rows["yi"] > 0).mean())
        yield {"source": source, "share_favourable": share} | pooled_columns(pooled, rows)
    yield {"source": "difference"} | _difference(told, others, settings)


def _difference(told: pd.DataFrame, others: pd.DataFrame, settings: Settings) -> dict[str, Any]:
    """How much more favourable the trials with a result in their abstract are than the others."""
    groups = [average_by_trial(rows, settings.rho) for rows in (told, others)]
    trials = pd.concat(groups, ignore_index=True)
    in_abstract = np.repeat([1.0, 0.0], [len(group) for group in groups])
    fitted = fit(
        trials["yi"],
        trials["vi"],
        np.column_stack([np.ones(len(trials)), in_abstract]),
        model=settings.model,
        tau2_method=settings.tau2_method,
        ci_method=settings.ci_method,
    )
    found = fitted.combination([0, 1], settings.level)
    columns = {name: getattr(found, name) for name in ("estimate", "se", "ci_low", "ci_high")}
    return columns | {
        "n_trials": len(trials),
        "k": len(told) + len(others),
        "df": found.df,
        "p_value": found.p_value,
        "flags": "df_below_4" if found.df < TRUSTED_DF else "",
        "trial_ids": " ".join(trials["trial_id"]),
    }
