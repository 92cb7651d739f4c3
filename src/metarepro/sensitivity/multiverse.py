"""How much a synthesis depends on the choices of its analyst.

`specifications` pools under every combination of reasonable choices (Simonsohn, Simmons & Nelson
2020), and `agreement` says how many of these share the sign and the conclusion of a reference.
"""

import itertools
import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from metarepro.conversion.trial_means import trial_effect
from metarepro.models.intervals import INTERVALS
from metarepro.models.pooled import Pools
from metarepro.models.pooling import pack, pool_subsets
from metarepro.models.robust_variance import pool_correlated
from metarepro.models.tau2 import ESTIMATORS

#: Reasonable choices for one synthesis, each a dimension with its options.
CHOICES: Mapping[str, Sequence[Any]] = {
    "tiers": ("direct", "direct+derived", "direct+derived+approximate"),
    "secondary": ("with", "without"),
    "adjusted": ("all", "adjusted", "unadjusted"),
    "design": ("all", "randomised"),
    "per_trial": ("lowest", "highest", "average", "all"),
    "tau2_method": tuple(entry.name for entry in ESTIMATORS.values() if entry.compared),
    "ci_method": tuple(INTERVALS),
    "rho": (0.4, 0.6, 0.8),
}
#: Options of `secondary` -> source kinds that are left out: tables of other reviews.
SECONDARY_SOURCES = {"with": (), "without": ("secondary_review",)}
#: Options of `adjusted` -> values of that column that are let in.
ADJUSTED_LET_IN = {"all": ("yes", "no", "unknown"), "adjusted": ("yes",), "unadjusted": ("no",)}
#: Options of `design` -> designs that are let in (None: all).
DESIGNS_LET_IN = {"all": None, "randomised": ("rct", "cluster_rct")}

#: What a specification says of its pool; NaN where there is none.
NUMBERS = ("estimate", "se", "df", "ci_low", "ci_high", "tau2")
#: Decimals to which the numbers of two specifications must agree to be one.
EQUAL_PLACES = 8


def specifications(
    effects: pd.DataFrame,
    choices: Mapping[str, Sequence[Any]] = CHOICES,
    level: float = 0.95,
) -> pd.DataFrame:
    """Pool one synthesis under every combination of choices.

    Parameters
    ----------
    effects : DataFrame
        Effects of the synthesis, of all tiers: columns trial_id, yi, vi, tier, source_kind,
        adjusted, design.
    choices : mapping
        Dimensions and options as in `CHOICES`; every dimension, with one option or more.
        per_trial: the lowest, highest or average result of each trial, pooled as independent, or
        all of its results by robust variance. `rho` is the assumed correlation of a trial's
        results, of use to "average" and "all".
    level : float
        Coverage of all intervals.

    Returns
    -------
    DataFrame
        One row a specification: `specification` (from 1), the dimensions ("" or NaN where one
        does not apply; "all" has tau2_method "MM" and ci_method "satterthwaite"), `k` (results
        selected), `n_trials`, `NUMBERS`, `same_as` (the first specification of as many results
        and trials with the same estimate and interval; 0 if it is itself the first) and `reason`
        (why there is no result, else "").

    Raises
    ------
    ValueError
        For a missing dimension or an unknown option.
    """
    _check_choices(choices)
    rows: list[dict[str, Any]] = []
    pools: list[pd.DataFrame] = []
    selecting = [choices[name] for name in ("tiers", "secondary", "adjusted", "design")]
    methods = _methods(choices)
    # Many selections let in the same results: these are reduced once.
    reduced: dict[bytes, list[pd.DataFrame]] = {}
    for options in itertools.product(*selecting):
        chosen = _select(effects, *options)
        selected = effects[chosen]
        about = dict(zip(("tiers", "secondary", "adjusted", "design"), options, strict=True))
        about |= {"k": len(selected), "n_trials": selected["trial_id"].nunique()}
        if chosen.tobytes() not in reduced:
            reduced[chosen.tobytes()] = _reduce(selected, methods)
        rows += [about | method for method in methods]
        pools += reduced[chosen.tobytes()]
    first = _first_alike(rows, pools)
    results = _pool_all(rows, pools, [i for i, of in enumerate(first) if i == of], level)
    table = pd.DataFrame(rows)
    first = _first_equal(first, rows, results)
    for name in (*NUMBERS, "reason"):
        table[name] = [results[of][name] for of in first]
    table["same_as"] = [0 if i == of else of + 1 for i, of in enumerate(first)]
    table.insert(0, "specification", np.arange(1, len(table) + 1))
    return table[["specification", *choices, "k", "n_trials", *NUMBERS, "same_as", "reason"]]


def agreement(
    table: pd.DataFrame, estimate: float, ci_low: float, ci_high: float
) -> dict[str, float]:
    """How many specifications agree with a reference.

    Parameters
    ----------
    table : DataFrame
        From `specifications`.
    estimate, ci_low, ci_high : float
        The reference, as a rule the pool of the analysis plan.

    Returns
    -------
    dict
        n_specifications, n_failed, n_duplicates (of those with a result), n_different (results
        left), and of these: share_same_sign, share_same_conclusion (the interval is above 0,
        below it or holds it, as the reference's; no interval is no agreement), share_above_zero,
        share_below_zero (intervals), and lowest, median and highest estimate. NaN if none is left.
    """
    pooled = table[table["reason"] == ""]
    different = pooled[pooled["same_as"] == 0]
    side = np.where(different["ci_low"] > 0, 1, np.where(different["ci_high"] < 0, -1, 0))
    known = different["ci_low"].notna().to_numpy()
    reference = 1 if ci_low > 0 else -1 if ci_high < 0 else 0
    values = different["estimate"]

    def share(holds: Any) -> float:
        return float(np.mean(holds)) if len(different) else math.nan

    return {
        "n_specifications": len(table),
        "n_failed": len(table) - len(pooled),
        "n_duplicates": len(pooled) - len(different),
        "n_different": len(different),
        "share_same_sign": share(np.sign(values) == np.sign(estimate)),
        "share_same_conclusion": share(known & (side == reference)),
        "share_above_zero": share(side == 1),
        "share_below_zero": share(side == -1),
        "lowest": float(values.min()),
        "median": float(values.median()),
        "highest": float(values.max()),
    }


def one_per_trial(effects: pd.DataFrame, per_trial: str, rho: float) -> pd.DataFrame:
    """Reduce the results of each trial to one, in the order of trial_id.

    Parameters
    ----------
    effects : DataFrame
        Columns trial_id, yi, vi.
    per_trial : "lowest", "highest", "average" or "all"
        The result with the lowest or highest yi (of equal ones the most precise), the mean with
        its variance (`trial_means.trial_effect`), or all results as they are.
    rho : float
        Assumed correlation of the results of one trial; of use to "average" only.

    Returns
    -------
    DataFrame
        Columns trial_id, yi, vi.
    """
    rows = effects[["trial_id", "yi", "vi"]]
    if per_trial == "average":
        means = {
            trial: trial_effect(group["yi"].to_numpy(), group["vi"].to_numpy(), rho)
            for trial, group in rows.sort_values(["trial_id", "yi", "vi"]).groupby("trial_id")
        }
        return pd.DataFrame(
            {
                "trial_id": pd.Series(list(means), dtype=rows["trial_id"].dtype),
                "yi": pd.Series([y for y, _ in means.values()], dtype=float),
                "vi": pd.Series([v for _, v in means.values()], dtype=float),
            }
        )
    up = per_trial != "highest"
    rows = rows.sort_values(["trial_id", "yi", "vi"], ascending=[True, up, True])
    return rows if per_trial == "all" else rows.drop_duplicates("trial_id")


def _check_choices(choices: Mapping[str, Sequence[Any]]) -> None:
    missing = [name for name in CHOICES if not choices.get(name)]
    unknown = [name for name in choices if name not in CHOICES]
    if missing or unknown:
        raise ValueError(f"choices lack {missing} and have unknown {unknown}")
    for name in set(CHOICES) - {"tiers", "rho"}:
        wrong = [option for option in choices[name] if option not in CHOICES[name]]
        if wrong:
            raise ValueError(f"{name} must be of {', '.join(CHOICES[name])}; got {wrong}")
    if not all(0 <= rho <= 1 for rho in choices["rho"]):
        raise ValueError(f"rho must lie between 0 and 1, got {list(choices['rho'])}")


def _select(
    effects: pd.DataFrame, tiers: str, secondary: str, adjusted: str, design: str
) -> npt.NDArray[np.bool_]:
    selected = (
        effects["tier"].isin(tiers.split("+"))
        & ~effects["source_kind"].isin(SECONDARY_SOURCES[secondary])
        & effects["adjusted"].isin(ADJUSTED_LET_IN[adjusted])
    )
    designs = DESIGNS_LET_IN[design]
    if designs is not None:
        selected &= effects["design"].isin(designs)
    return selected.to_numpy()


def _reduce(selected: pd.DataFrame, methods: Sequence[Mapping[str, Any]]) -> list[pd.DataFrame]:
    """What each method pools of a selection; methods that pool the same share a table."""
    tables: dict[tuple[str, float], pd.DataFrame] = {}
    for method in methods:
        how = (method["per_trial"], method["rho"])
        if how not in tables:
            tables[how] = one_per_trial(selected, *how)
    return [tables[method["per_trial"], method["rho"]] for method in methods]


def _methods(choices: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Every way to pool what was selected."""
    methods = []
    for per_trial in choices["per_trial"]:
        rhos = choices["rho"] if per_trial in ("average", "all") else (math.nan,)
        robust = per_trial == "all"
        estimators = ("MM",) if robust else choices["tau2_method"]
        intervals = ("satterthwaite",) if robust else choices["ci_method"]
        for rho, estimator, interval in itertools.product(rhos, estimators, intervals):
            methods.append(
                {
                    "per_trial": per_trial,
                    "tau2_method": estimator,
                    "ci_method": interval,
                    "rho": rho,
                }
            )
    return methods


def _first_alike(rows: list[dict[str, Any]], pools: list[pd.DataFrame]) -> list[int]:
    """For each specification the first one that pools the same numbers in the same way."""
    # Specifications that share a table are told by it; of tables alike the first one counts.
    content: dict[int, int] = {}
    alike: dict[Hashable, int] = {}
    seen: dict[Hashable, int] = {}
    first = []
    for i, (row, pool) in enumerate(zip(rows, pools, strict=True)):
        if id(pool) not in content:
            numbers = pool[["yi", "vi"]].to_numpy().tobytes()
            content[id(pool)] = alike.setdefault((numbers, tuple(pool["trial_id"])), i)
        # Where each trial has one result rho has no part in it.
        rho = row["rho"] if row["per_trial"] == "all" and row["k"] > row["n_trials"] else None
        key = (content[id(pool)], row["tau2_method"], row["ci_method"], rho)
        first.append(seen.setdefault(key, i))
    return first


def _first_equal(
    first: list[int], rows: list[dict[str, Any]], results: Mapping[int, Mapping[str, Any]]
) -> list[int]:
    """The first specification with the same numbers: without tau2 all estimators agree."""
    seen: dict[Hashable, int] = {}
    equal = {}
    for i in sorted(results):
        numbers = [
            round(results[i][name], EQUAL_PLACES) for name in ("estimate", "ci_low", "ci_high")
        ]
        key = i if results[i]["reason"] else (rows[i]["k"], rows[i]["n_trials"], *numbers)
        equal[i] = seen.setdefault(key, i)
    return [equal[i] for i in first]


def _pool_all(
    rows: list[dict[str, Any]], pools: list[pd.DataFrame], which: list[int], level: float
) -> dict[int, dict[str, Any]]:
    """Results of the specifications of which the numbers are given, by number."""
    results: dict[int, dict[str, Any]] = {}
    batches: dict[tuple[str, str], list[int]] = {}
    for i in which:
        n_trials = rows[i]["n_trials"]
        if n_trials < 2:
            reason = "no result fits" if n_trials == 0 else "one trial: no pooling"
            results[i] = dict.fromkeys(NUMBERS, math.nan) | {"reason": reason}
        elif rows[i]["per_trial"] == "all":
            results[i] = _pool_robust(pools[i], rows[i]["rho"], level)
        else:
            batches.setdefault((rows[i]["tau2_method"], rows[i]["ci_method"]), []).append(i)
    for (tau2_method, ci_method), numbers in batches.items():
        batch = _pool_tables([pools[i] for i in numbers], tau2_method, ci_method, level)
        for j, i in enumerate(numbers):
            results[i] = {name: float(getattr(batch, name)[j]) for name in NUMBERS}
            flat = math.isnan(results[i]["ci_low"])
            results[i]["reason"] = "all effects are equal: no standard error" if flat else ""
    return results


def _pool_robust(table: pd.DataFrame, rho: float, level: float) -> dict[str, Any]:
    try:
        pooled = pool_correlated(
            table["yi"], table["vi"], table["trial_id"].tolist(), rho=rho, level=level
        )
    except ValueError as error:
        return dict.fromkeys(NUMBERS, math.nan) | {"reason": str(error)}
    flat = pooled.se == 0
    result = {name: getattr(pooled, name) for name in NUMBERS}
    return result | {"reason": "all trials' means are equal: no standard error" if flat else ""}


def _pool_tables(
    tables: list[pd.DataFrame], tau2_method: str, ci_method: str, level: float
) -> Pools:
    """Pool tables of different lengths together, the shorter ones repeated and masked."""
    k = max(map(len, tables))
    yi = np.array([np.resize(table["yi"], k) for table in tables])
    vi = np.array([np.resize(table["vi"], k) for table in tables])
    member = np.arange(k) < np.array([len(table) for table in tables])[:, None]
    return pool_subsets(
        yi, vi, pack(member), tau2_method=tau2_method, ci_method=ci_method, level=level
    )
