"""The choices that an analyst has in one synthesis, and which of them matter there.

A dimension is one choice with its options. Some select results, others say how these are pooled. An
option that lets in the same results as another one, or that gives the same numbers in every
combination, is no choice: it would count the same analysis twice.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from metarepro.models.intervals import INTERVALS
from metarepro.models.tau2 import ESTIMATORS
from metarepro.plan import EffectSet
from metarepro.sensitivity.choice_names import DESIGNS_LET_IN, DIMENSIONS
from metarepro.synthesis.pools import Results, Settings, Task, pool_each
from metarepro.tabular.input_tables import TIERS
from metarepro.wording.scales import Scale

Mask = npt.NDArray[np.bool_]

#: Dimensions that select results, each with its options; the first lets in every result. Those of
#: `tiers` are tiers joined by "+"; `clusters` without leaves out results whose variance was
#: multiplied by a design effect of ours, `equal_arms` those whose arm sizes are halves of a total.
SELECTING: Mapping[str, Sequence[Any]] = {
    "tiers": ("+".join(TIERS), "+".join(TIERS[:-1])),
    "design": ("all", "randomised"),
    "clusters": ("with", "without"),
    "equal_arms": ("with", "without"),
    "secondary": ("with", "without"),
    "adjusted": ("all", "adjusted", "unadjusted"),
}
#: Dimensions that say how the results are pooled.
POOLING: Mapping[str, Sequence[Any]] = {
    "per_trial": ("average", "all", "lowest", "highest"),
    "tau2_method": tuple(entry.name for entry in ESTIMATORS.values() if entry.compared),
    "ci_method": tuple(INTERVALS),
    "rho": (0.4, 0.6, 0.8),
}
CHOICES: Mapping[str, Sequence[Any]] = {**SELECTING, **POOLING}
#: Options of `secondary` -> source kinds that are left out: tables of other reviews.
SECONDARY_SOURCES = {"with": (), "without": ("secondary_review",)}
#: Options of `adjusted` -> values of that column that are let in.
ADJUSTED_LET_IN = {"all": ("yes", "no", "unknown"), "adjusted": ("yes",), "unadjusted": ("no",)}


def choices_of(
    pooled_effects: pd.DataFrame, settings: Settings, chosen: EffectSet, scale: Scale
) -> dict[str, Sequence[Any]]:
    """The options to combine for one synthesis, those of the analysis plan among them.

    Parameters
    ----------
    pooled_effects : DataFrame
        What the plan pools: columns trial_id, yi, vi.
    settings : Settings
        How the plan pools.
    chosen : EffectSet
        What the plan pools; its tiers are an option.
    scale : Scale
        How effects are printed: rho is a choice where it moves a printed digit of the estimate.

    Returns
    -------
    dict
        As `CHOICES`.
    """
    tiers = "+".join(tier for tier in TIERS if tier in chosen.tiers)
    rhos = tuple(sorted({*CHOICES["rho"], settings.rho}))
    return {
        **CHOICES,
        "tiers": tuple(dict.fromkeys([*CHOICES["tiers"], tiers])),
        "rho": rhos if _moves_estimate(pooled_effects, rhos, settings, scale) else (settings.rho,),
    }


def _moves_estimate(
    effects: pd.DataFrame, rhos: Sequence[float], settings: Settings, scale: Scale
) -> bool:
    """Whether the pool of the plan is printed otherwise with another correlation."""
    results = Results.of(effects)
    if not 1 < results.n_trials < len(effects):
        return False
    pools = pool_each([Task(results, replace(settings, rho=rho)) for rho in rhos])
    return len({scale.number(pooled.estimate) for pooled, _ in pools if pooled}) > 1


def let_in(effects: pd.DataFrame, dimension: str, option: str) -> Mask:
    """Results that an option of a selecting dimension lets in."""
    every = pd.Series(True, index=effects.index)
    if dimension == "tiers":
        every = effects["tier"].isin(option.split("+"))
    elif dimension == "design" and (designs := DESIGNS_LET_IN[option]) is not None:
        every = effects["design"].isin(designs)
    elif dimension == "clusters" and option == "without":
        every = effects["design_effect"].isna()
    elif dimension == "equal_arms" and option == "without":
        every = effects["equal_arms"] != "yes"
    elif dimension == "secondary":
        every = ~effects["source_kind"].isin(SECONDARY_SOURCES[option])
    elif dimension == "adjusted":
        every = effects["adjusted"].isin(ADJUSTED_LET_IN[option])
    return every.to_numpy()


def selections(effects: pd.DataFrame, dimension: str, options: Sequence[str]) -> dict[str, Mask]:
    """Options that are choices here: other results than the ones before, of two trials or more.

    If none of them lets in two trials the first one stays.

    Examples
    --------
    >>> effects = pd.DataFrame({"trial_id": ["a", "b", "c"], "equal_arms": ["yes", "no", "no"]})
    >>> found = selections(effects, "equal_arms", ("with", "without"))
    >>> {option: chosen.tolist() for option, chosen in found.items()}
    {'with': [True, True, True], 'without': [False, True, True]}
    """
    different: dict[bytes, tuple[str, Mask]] = {}
    masks = {option: let_in(effects, dimension, option) for option in options}
    for option, mask in masks.items():
        if effects["trial_id"][mask].nunique() >= 2:
            different.setdefault(mask.tobytes(), (option, mask))
    return dict(different.values()) or {options[0]: masks[options[0]]}


def at_each_icc(
    effects: pd.DataFrame, by_icc: pd.DataFrame | None = None
) -> list[tuple[float, pd.DataFrame]]:
    """The effects with each intracluster correlation; once, with NaN, where it moves nothing.

    Parameters
    ----------
    effects : DataFrame
        Columns result_id, yi, vi.
    by_icc : DataFrame, optional
        Rows of `tables.EFFECTS_BY_ICC`.

    Examples
    --------
    >>> effects = pd.DataFrame({"result_id": ["a", "b"], "yi": [0.3, 0.2], "vi": [0.04, 0.05]})
    >>> other = pd.DataFrame(
    ...     {"result_id": ["b", "b"], "icc": [0.05, 0.1], "yi": [0.2, 0.2], "vi": [0.05, 0.07]}
    ... )
    >>> [(icc, at["vi"].tolist()) for icc, at in at_each_icc(effects, other)]
    [(0.05, [0.04, 0.05]), (0.1, [0.04, 0.07])]
    """
    if by_icc is None:
        return [(math.nan, effects)]
    found: dict[bytes, tuple[float, pd.DataFrame]] = {}
    for icc in sorted(map(float, set(by_icc["icc"]))):
        moved = by_icc[by_icc["icc"] == icc].set_index("result_id")
        own = effects["result_id"].map(moved["yi"]), effects["result_id"].map(moved["vi"])
        at = effects.assign(yi=own[0].fillna(effects["yi"]), vi=own[1].fillna(effects["vi"]))
        found.setdefault(at[["yi", "vi"]].to_numpy().tobytes(), (icc, at))
    return list(found.values()) if len(found) > 1 else [(math.nan, effects)]


def made_in(table: pd.DataFrame) -> list[str]:
    """The dimensions in which the specifications of a table differ in what they give.

    Parameters
    ----------
    table : DataFrame
        From `multiverse.specifications`.

    Returns
    -------
    list of str
        Of `DIMENSIONS`. An option without a pool is no choice, nor one that never gives another
        result than the others of its dimension with all else equal.
    """
    pooled = table[table["reason"] == ""]
    result = pooled["specification"].where(pooled["same_as"] == 0, pooled["same_as"]).to_numpy()
    codes = {name: pd.factorize(pooled[name], use_na_sentinel=False)[0] for name in DIMENSIONS}
    return [name for name in DIMENSIONS if _is_choice(pooled[name], result, codes)]


def _is_choice(
    options: pd.Series, result: npt.NDArray[Any], codes: Mapping[str, npt.NDArray[np.intp]]
) -> bool:
    """Whether an option of a dimension gives another result than one that differs in it only."""
    if options.nunique() < 2:
        return False
    if options.name not in ("tau2_method", "ci_method", "rho"):
        return True  # the results themselves differ
    others = [code for name, code in codes.items() if name != options.name]
    group = np.ravel_multi_index(others, [int(code.max()) + 1 for code in others])
    first, member = np.unique(group, return_index=True, return_inverse=True)[1:]
    return bool((result != result[first][member]).any())
