"""Which effects belong to a synthesis, and which syntheses are its subgroups.

Apart from `synthesis`, so that what only draws or lists syntheses does not import the models.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from metarepro.plan import EffectSet, Plan, Synthesis
from metarepro.study.tables import PLACE
from metarepro.tabular.input_tables import TIERS, UNREPORTED

#: Columns that tell what a synthesis is of; empty where it runs over all values.
KEYS = ("intervention", "family", "domain", "outcome")
#: What the effects of one pool share beside: their measure, and which side of it is better. A risk
#: ratio of deaths and one of survivals are no inverses of each other.
SHARED = ("effect_measure", "better")


def usable(effects: pd.DataFrame, timepoints: Sequence[str], tiers: Sequence[str]) -> pd.DataFrame:
    """Rows that enter pools: not excluded, of the given timepoints and tiers."""
    return effects[
        (effects["exclude"] == "")
        & effects["timepoint"].isin(timepoints)
        & effects["tier"].isin(tiers)
    ]


def at_zero(effects: pd.DataFrame) -> pd.DataFrame:
    """All rows, with results whose direction or size is not printed as if they were usable.

    Parameters
    ----------
    effects : DataFrame
        `tables.EFFECTS`.

    Returns
    -------
    DataFrame
        These results have `yi` 0, the `vi` of no effect (NaN if their sizes are not known) and
        are not excluded. The column `at_zero` tells which they are.
    """
    unreported = effects["exclude"].isin(UNREPORTED) & (effects["tier_at_zero"] != "")
    return effects.assign(
        at_zero=unreported,
        exclude=effects["exclude"].mask(unreported, ""),
        yi=effects["yi"].mask(unreported, 0.0),
        vi=effects["vi"].mask(unreported, effects["vi_at_zero"]),
        tier=effects["tier"].mask(unreported, effects["tier_at_zero"]),
    )


def in_set(effects: pd.DataFrame, chosen: EffectSet) -> pd.DataFrame:
    """Rows that a set of the plan pools."""
    return of_kind(timely(effects, chosen), chosen)


def of_kind(effects: pd.DataFrame, chosen: EffectSet) -> pd.DataFrame:
    """Of usable rows those of the tiers and designs of a set."""
    return effects[is_of_kind(effects, chosen)]


def is_of_kind(effects: pd.DataFrame, chosen: EffectSet) -> npt.NDArray[np.bool_]:
    """Which of the rows are of the tiers and designs of a set."""
    kind = effects["tier"].isin(chosen.tiers)
    if chosen.designs:
        kind &= effects["design"].isin(chosen.designs)
    return kind.to_numpy()


def timely(effects: pd.DataFrame, chosen: EffectSet) -> pd.DataFrame:
    """Rows at the time of a set, of all tiers and designs: what other choices could pool."""
    rows = usable(effects, chosen.timepoints, TIERS)
    months = chosen.months_after
    if months is None:
        return rows
    after = rows["months_after"]
    if months.unknown:
        return rows[after.isna()]
    low = -math.inf if months.above is None else months.above
    high = math.inf if months.up_to is None else months.up_to
    return rows[(after > low) & (after <= high)]


def members(effects: pd.DataFrame, synthesis: Mapping[Any, Any]) -> pd.DataFrame:
    """Effects that belong to a synthesis (a row of `tables.POOLED`) by what they are of."""
    belongs = np.ones(len(effects), dtype=bool)
    for column in (*KEYS, *SHARED):
        if synthesis[column]:
            belongs &= (effects[column] == synthesis[column]).to_numpy()
    return effects[belongs]


def of_results(by_icc: pd.DataFrame, effects: pd.DataFrame) -> pd.DataFrame:
    """Rows of `tables.EFFECTS_BY_ICC` that are of these effects, numbered anew."""
    return by_icc[by_icc["result_id"].isin(effects["result_id"])].reset_index(drop=True)


def compact(effects: pd.DataFrame) -> pd.DataFrame:
    """Rows without where they are from, numbered anew."""
    where_from = {*PLACE, "source", "locator"}
    own = effects[[name for name in effects if name not in where_from]]
    return own.reset_index(drop=True)


def several_trials(
    pooled: pd.DataFrame, effects: pd.DataFrame, plan: Plan
) -> Iterator[tuple[dict[Any, Any], pd.DataFrame]]:
    """Yield the syntheses whose sensitivity is assessed, with their usable effects of all tiers.

    They are those of two or more trials in the sets that have figures: with one trial there is
    nothing to vary, and a set with other tiers is a variant.
    """
    for name in plan.figures:
        every = compact(timely(effects, plan.sets[name]))
        chosen = pooled[(pooled["set_name"] == name) & (pooled["n_trials"] >= 2)]
        for synthesis in chosen.to_dict("records"):
            yield synthesis, members(every, synthesis).reset_index(drop=True)


def subgroup_pools(
    synthesis: Mapping[Any, Any], plan: Mapping[str, Synthesis], pooled: pd.DataFrame
) -> pd.DataFrame:
    """Rows of `pooled` that are the subgroups of one of its rows; none if it has no subgroups."""
    name = synthesis["synthesis"].split(".")[1]
    if plan[name].subgroups is None:
        return pooled.iloc[:0]
    prefix = f"{synthesis['set_name']}.{plan[name].subgroup_synthesis}."
    within = pooled["synthesis"].str.startswith(prefix)
    for column in (*plan[name].by, *SHARED):
        within &= pooled[column] == synthesis[column]
    return pooled[within]
