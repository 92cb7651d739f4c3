"""The syntheses of the analysis plan: which effects are pooled together."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from metarepro.models.pooled import Array
from metarepro.plan import Plan
from metarepro.synthesis.membership import KEYS, SHARED, in_set
from metarepro.synthesis.pools import Results, Settings, Task, pool_each, pooled_columns
from metarepro.synthesis.tables import POOLED, WEIGHTS
from metarepro.tabular.tables import from_rows, in_order
from metarepro.wording.scales import BETTER

_RESULT = ["result_id", "trial_id"]
#: What a pool is made of.
_NEEDED = [*_RESULT, *KEYS, *SHARED, "yi", "vi", "n_total"]


def split(
    effects: pd.DataFrame, by: Sequence[str]
) -> Iterator[tuple[dict[str, str], pd.DataFrame]]:
    """Yield each group of effects that share the columns `by`, with what it is a group of.

    An outcome belongs to one domain and an intervention to one family: they are filled in. The
    effects of a group share their measure and which side of it is better.
    """
    implied = {"outcome": "domain", "intervention": "family"}
    filled_in = (implied[c] for c in by if c in implied and implied[c] not in by)
    columns = [*by, *filled_in, *SHARED]
    for values, group in effects.groupby(columns, sort=True):
        yield dict(zip(columns, map(str, values), strict=True)), group


def synthesise(effects: pd.DataFrame, plan: Plan) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pool every synthesis of the plan.

    Effects of one group that are on several measures are pooled apart, and so are outcomes of
    which more is better and those of which less is, where that shows in the measure. The key of a
    pool on another measure than the study's ends with it; where both sides are pooled, the key of
    the pool of which less is better ends with "lower".

    Parameters
    ----------
    effects : DataFrame
        `tables.EFFECTS`.
    plan : Plan
        Its sets say which timepoints and tiers of effects are pooled, its syntheses by which
        columns and how.

    Returns
    -------
    pooled, weights : DataFrame
        `tables.POOLED` and `tables.WEIGHTS`.
    """
    rows: list[dict[str, Any]] = []
    of_rows: list[pd.DataFrame] = []
    tasks: list[Task] = []
    for set_name, chosen in plan.sets.items():
        rows_of_set = in_set(effects, chosen)[_NEEDED]
        for name, by in ((name, synthesis.by) for name, synthesis in plan.syntheses.items()):
            groups = list(split(rows_of_set, by))
            keys = [_key(group_keys, by, plan.measure) for group_keys, _ in groups]
            for key, (group_keys, group) in zip(keys, groups, strict=True):
                turned = group_keys["better"] == BETTER[1] and keys.count(key) > 1
                side = [BETTER[1]] if turned else []
                synthesis = ".".join([set_name, name, *key, *side])
                about = {
                    "synthesis": synthesis,
                    "set_name": set_name,
                    **dict.fromkeys(KEYS, ""),
                    **group_keys,
                    "timepoint": "+".join(chosen.timepoints),
                    "tiers": "+".join(chosen.tiers),
                }
                rows.append(about)
                of_rows.append(group)
                tasks.append(Task(Results.of(group), Settings.from_plan(plan, synthesis)))
    weights: list[Array] = []
    for about, group, (pooled, reason) in zip(rows, of_rows, pool_each(tasks), strict=True):
        if pooled is None:
            raise ValueError(reason)
        weights.append(pooled.weights)
        about |= pooled_columns(pooled, group) | {"reason": reason}
    results = pd.concat([effects.iloc[:0][_RESULT], *(group[_RESULT] for group in of_rows)])
    all_weights = results.assign(
        synthesis=np.repeat([row["synthesis"] for row in rows], [len(group) for group in of_rows]),
        weight=np.concatenate([np.empty(0), *weights]),
    ).reset_index(drop=True)
    return from_rows(rows, POOLED), in_order(all_weights, WEIGHTS)


def _key(group_keys: Mapping[str, str], by: Sequence[str], measure: str) -> tuple[str, ...]:
    """What a pool is of, as parts of its key."""
    own = group_keys["effect_measure"]
    return (*(group_keys[column] for column in by), *([] if own == measure else [own]))
