"""Everything that one synthesis depends on: the rows of all tables of sensitivity."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from metarepro.conversion.trial_means import average_by_trial
from metarepro.plan import EffectSet
from metarepro.sensitivity.bias import assess, caliper
from metarepro.sensitivity.choices import choices_of
from metarepro.sensitivity.influence import cumulative, influence, leave_one_out
from metarepro.sensitivity.multiverse import agreement, specifications
from metarepro.sensitivity.source_kinds import pools_by_source_kind
from metarepro.sensitivity.variants import variants
from metarepro.synthesis.membership import of_kind
from metarepro.synthesis.pools import Settings
from metarepro.tabular.input_tables import TIERS
from metarepro.wording.scales import Scale


def assess_synthesis(
    all_effects: pd.DataFrame,
    by_icc: pd.DataFrame,
    reference: Sequence[float],
    settings: Settings,
    chosen: EffectSet,
    scale: Scale,
) -> dict[str, list[dict[str, Any]]]:
    """Rows of every table for one synthesis.

    From its usable effects of all tiers and designs, those of cluster trials also as other
    intracluster correlations give them, and the estimate and interval of its pool (NaN: none that
    can be leaned on).
    """
    pooled_effects = of_kind(all_effects, chosen)
    averaged = average_by_trial(pooled_effects, settings.rho)
    diagnosed = influence(averaged, settings) if len(averaged) >= 3 else ()
    found: dict[str, Sequence[Any]] = {
        "variants": variants(all_effects, settings, chosen, diagnosed),
        "leave_one_out": leave_one_out(pooled_effects, settings),
        "cumulative": cumulative(pooled_effects, settings),
        "influence": diagnosed,
        "small_study": assess(pooled_effects, settings),
        "caliper": (caliper(pooled_effects),),
    }
    rows = {name: [vars(row) for row in results] for name, results in found.items()}
    all_tiers = of_kind(all_effects, chosen.model_copy(update={"tiers": TIERS}))
    rows["source_kinds"] = list(pools_by_source_kind(all_tiers, settings))
    choices = choices_of(pooled_effects, settings, chosen, scale)
    table = specifications(all_effects, choices, by_icc, settings.level)
    rows["multiverse"] = [agreement(table, *reference)]
    return rows
