"""Pools with the results whose direction or size is not printed, at no effect.

These results can enter a pool only when they are favourable or significant (see
`conversion.no_effect`). What the pool would be if all of them had found no effect is one scenario
of how much that selection matters. It is no limit: they may also favour the control group.
"""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from metarepro.plan import Plan
from metarepro.synthesis.membership import KEYS, SHARED, at_zero, in_set, members
from metarepro.synthesis.pools import Settings, pool_or_reason, without_pool

#: What a pool is made of.
_NEEDED = ["result_id", "trial_id", *KEYS, *SHARED, "yi", "vi", "n_total", "at_zero"]
NONE_ENTERS = "no variance at no effect is known of any of these results"


def no_effect_pools(
    pooled: pd.DataFrame, effects: pd.DataFrame, plan: Plan
) -> Iterator[dict[str, Any]]:
    """Pool again every synthesis of every set to which such results belong.

    Parameters
    ----------
    pooled : DataFrame
        `synthesis.tables.POOLED`.
    effects : DataFrame
        `conversion.tables.EFFECTS`.
    plan : Plan
        Its sets and how it pools.

    Yields
    ------
    dict
        A row of `sensitivity.tables.NO_EFFECT`: `synthesis`; `at_zero` and `not_entered`,
        the ids of the results that are in at no effect, and of those without a variance, blank-
        separated; `n_at_zero`, `n_trials_at_zero` and `n_not_entered`, how many results, trials
        and results these are; and the columns of a pool. Where none of the results enters, the
        statistics are missing. A synthesis that no such result belongs to has no row.
    """
    every = at_zero(effects)
    for set_name, chosen in plan.sets.items():
        of_set = in_set(every, chosen)[_NEEDED]
        zero = of_set[of_set["at_zero"]]
        for synthesis in pooled[pooled["set_name"] == set_name].to_dict("records"):
            if not members(zero, synthesis).empty:
                settings = Settings.from_plan(plan, synthesis["synthesis"])
                group = members(of_set, synthesis)
                yield {"synthesis": synthesis["synthesis"], **_pool(group, settings)}


def _pool(group: pd.DataFrame, settings: Settings) -> dict[str, Any]:
    """The row of one synthesis, of its effects with those at no effect."""
    entered = group[group["vi"].notna()]
    zero, left_out = entered[entered["at_zero"]], group[group["vi"].isna()]
    about = {
        "n_at_zero": len(zero),
        "n_trials_at_zero": zero["trial_id"].nunique(),
        "n_not_entered": len(left_out),
        "at_zero": " ".join(sorted(zero["result_id"])),
        "not_entered": " ".join(sorted(left_out["result_id"])),
    }
    if zero.empty:
        return about | without_pool(entered, NONE_ENTERS)
    return about | pool_or_reason(entered, settings)
