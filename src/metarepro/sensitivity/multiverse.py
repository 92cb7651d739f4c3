"""How much a synthesis depends on the choices of its analyst.

`specifications` pools under every combination of choices (Simonsohn, Simmons & Nelson 2020), and
`agreement` says how many of these analyses share the sign and the conclusion of a reference. A
share of analyses is no probability: they use the same results, and some are better than others.
"""

import itertools
import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from metarepro.models.pooling import pack, pool_subsets
from metarepro.models.thresholds import MIN_TRIALS_FOR_INTERVAL, has_reliable_interval
from metarepro.sensitivity.choice_names import DIMENSIONS
from metarepro.sensitivity.choices import (
    CHOICES,
    POOLING,
    SELECTING,
    Mask,
    at_each_icc,
    made_in,
    selections,
)
from metarepro.synthesis.pools import (
    Outcome,
    Results,
    Settings,
    Task,
    pool_each,
    robust,
    trial_means,
)

Array = npt.NDArray[np.float64]


#: What a specification says of its pool; NaN where there is none.
NUMBERS = ("estimate", "se", "df", "ci_low", "ci_high", "tau2")
#: Decimals to which the numbers of two specifications must agree to be one.
EQUAL_PLACES = 8


def specifications(
    effects: pd.DataFrame,
    choices: Mapping[str, Sequence[Any]] = CHOICES,
    by_icc: pd.DataFrame | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Pool one synthesis under every combination of choices.

    Parameters
    ----------
    effects : DataFrame
        Effects of the synthesis, of all tiers and designs: columns result_id, trial_id, yi, vi,
        tier, source_kind, adjusted, design, design_effect, equal_arms.
    choices : mapping
        Dimensions and options as in `choices.CHOICES`; every dimension, with one option or more.
        per_trial: the lowest, highest or average result of each trial, pooled as independent, or
        all of its results by robust variance. `rho` is the assumed correlation of a trial's
        results, of use to "average" and "all".
    by_icc : DataFrame, optional
        The results to which a design effect was applied, as other intracluster correlations give
        them (`conversion.tables.EFFECTS_BY_ICC`); each correlation is an option.
    level : float
        Coverage of all intervals.

    Returns
    -------
    DataFrame
        One row per specification: `specification` (from 1), the `choices.DIMENSIONS` (NaN where one
        does not apply; "all" has tau2_method "MM" and ci_method "satterthwaite"), `k` (results
        selected), `n_trials`, `NUMBERS`, `reliable` (whether the interval can be leaned on: four
        trials or more, and by robust variance as `thresholds.has_reliable_interval`), `same_as`
        (the first specification of as many results and trials with the same estimate and
        interval; 0 if it is itself the first) and `reason` (why there is no result, else ""). A
        dimension that changes nothing has one option.

    Raises
    ------
    ValueError
        For a missing dimension or an unknown option.
    """
    _check_choices(choices)
    rows: list[dict[str, Any]] = []
    pools: list[Results] = []
    methods = _methods(choices, one_each=effects["trial_id"].is_unique)
    # Many selections let in the same results: these are reduced once.
    reduced: dict[bytes, list[Results]] = {}
    for about, selected in _selected(effects, choices, by_icc):
        if selected.content not in reduced:
            reduced[selected.content] = _reduce(selected, methods)
        rows += [about | method for method in methods]
        pools += reduced[selected.content]
    first = _first_alike(rows, pools)
    results = _pool_all(rows, pools, [i for i, of in enumerate(first) if i == of], level)
    table = pd.DataFrame(rows)
    first = _first_equal(first, rows, results)
    for name in (*NUMBERS, "reliable", "reason"):
        table[name] = [results[of][name] for of in first]
    table["same_as"] = [0 if i == of else of + 1 for i, of in enumerate(first)]
    table.insert(0, "specification", np.arange(1, len(table) + 1))
    columns = ("specification", *DIMENSIONS, "k", "n_trials", *NUMBERS, "reliable", "same_as")
    return _without_idle(table[[*columns, "reason"]], choices)


def agreement(
    table: pd.DataFrame, estimate: float, ci_low: float, ci_high: float
) -> dict[str, Any]:
    """How many specifications agree with a reference.

    Parameters
    ----------
    table : DataFrame
        From `specifications`.
    estimate, ci_low, ci_high : float
        The reference, as a rule the pool of the analysis plan; NaN for an interval that cannot be
        leaned on, which draws no conclusion.

    Returns
    -------
    dict
        choices (the dimensions that matter, blank-separated), n_specifications, n_failed,
        n_duplicates (of those with a result), n_different (results left), n_without_interval (of
        these, whose interval cannot be leaned on), and as shares of the different analyses:
        share_same_sign, share_same_conclusion (the interval is above 0, below it or holds it, as
        the reference's; no interval is no agreement; NaN without a reference),
        share_above_zero, share_below_zero (intervals), and lowest, median and highest estimate.
        NaN if none is left.
    """
    pooled = table[table["reason"] == ""]
    different = pooled[pooled["same_as"] == 0]
    side = sides(different)
    reference = math.nan if math.isnan(ci_low) else 1 if ci_low > 0 else -1 if ci_high < 0 else 0
    values = different["estimate"]

    def share(holds: Any) -> float:
        return float(np.mean(holds)) if len(different) else math.nan

    return {
        "choices": " ".join(made_in(table)),
        "n_specifications": len(table),
        "n_failed": len(table) - len(pooled),
        "n_duplicates": len(pooled) - len(different),
        "n_different": len(different),
        "n_without_interval": int(np.isnan(side).sum()),
        "share_same_sign": share(np.sign(values) == np.sign(estimate)),
        "share_same_conclusion": reference if math.isnan(reference) else share(side == reference),
        "share_above_zero": share(side == 1),
        "share_below_zero": share(side == -1),
        "lowest": float(values.min()),
        "median": float(values.median()),
        "highest": float(values.max()),
    }


def sides(table: pd.DataFrame) -> Array:
    """Side of no effect on which the interval of each specification lies.

    1 above zero, -1 below, 0 where it includes zero, NaN without an interval that can be leaned on.
    """
    side = np.where(table["ci_low"] > 0, 1.0, np.where(table["ci_high"] < 0, -1.0, 0.0))
    return np.where(table["reliable"].to_numpy(bool), side, math.nan)


def taken(results: Results, per_trial: str) -> npt.NDArray[np.intp]:
    """Places of the results that are taken as they are, by trial.

    Parameters
    ----------
    results : Results
    per_trial : "lowest", "highest" or "all"
        The result of each trial with the lowest or highest yi (of equal ones the most precise), or
        all of them.
    """
    trial, yi, vi = results
    order = np.lexsort((vi, -yi if per_trial == "highest" else yi, trial))
    return order if per_trial == "all" else order[np.diff(trial[order], prepend=-1) > 0]


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


def _selected(
    effects: pd.DataFrame,
    choices: Mapping[str, Sequence[Any]],
    by_icc: pd.DataFrame | None,
) -> Iterator[tuple[dict[str, Any], Results]]:
    """Every way to select results and to convert those of clusters: the choices, the results."""
    options = [selections(effects, name, choices[name]).items() for name in SELECTING]
    needed = effects[["result_id", "trial_id", "yi", "vi"]]
    converted = [(icc, Results.of(at)) for icc, at in at_each_icc(needed, by_icc)]
    as_is = [(math.nan, Results.of(needed))]
    for combination in itertools.product(*options):
        about: dict[str, Any] = dict(zip(SELECTING, (name for name, _ in combination), strict=True))
        chosen: Mask = np.logical_and.reduce([mask for _, mask in combination])
        # Without the results that it is for there is no correlation to choose.
        for icc, at in converted if about["clusters"] == "with" else as_is:
            rows = at.at(chosen)
            counts = {"k": len(rows.yi), "n_trials": rows.n_trials}
            yield about | {"icc": icc} | counts, rows


def _reduce(selected: Results, methods: Sequence[Mapping[str, Any]]) -> list[Results]:
    """What each method pools of a selection; methods that pool the same share it."""
    reduced: dict[tuple[str, float], Results] = {}
    for method in methods:
        per_trial, rho = how = method["per_trial"], method["rho"]
        if how not in reduced:
            reduced[how] = (
                trial_means(selected, rho)
                if per_trial == "average"
                else selected.at(taken(selected, per_trial))
            )
    return [reduced[method["per_trial"], method["rho"]] for method in methods]


def _methods(choices: Mapping[str, Sequence[Any]], one_each: bool) -> list[dict[str, Any]]:
    """Every way to pool what was selected; where trials have one result each none is extreme."""
    methods = []
    extreme = ("lowest", "highest") if one_each and "average" in choices["per_trial"] else ()
    for per_trial in (how for how in choices["per_trial"] if how not in extreme):
        rhos = choices["rho"] if per_trial in ("average", "all") else (math.nan,)
        robust = per_trial == "all"
        estimators = ("MM",) if robust else choices["tau2_method"]
        intervals = ("satterthwaite",) if robust else choices["ci_method"]
        methods += [
            dict(zip(POOLING, (per_trial, *how), strict=True))
            for how in itertools.product(estimators, intervals, rhos)
        ]
    return methods


def _without_idle(table: pd.DataFrame, choices: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """Leave out the ways to pool that never give another result."""
    made = made_in(table)
    for name in ("tau2_method", "ci_method", "rho"):
        if name not in made:
            other = table[name].isin(choices[name][1:])
            table = table[~other | ((table["same_as"] == 0) & (table["reason"] == ""))]
    new = {old: i for i, old in enumerate(table["specification"], start=1)} | {0: 0}
    numbered = {name: table[name].map(new) for name in ("specification", "same_as")}
    return table.assign(**numbered).reset_index(drop=True)


def _first_alike(rows: list[dict[str, Any]], pools: list[Results]) -> list[int]:
    """For each specification the first one that pools the same numbers in the same way."""
    # Specifications that share their rows are told by them; of rows alike the first ones count.
    content: dict[int, int] = {}
    alike: dict[Hashable, int] = {}
    seen: dict[Hashable, int] = {}
    first = []
    for i, (row, pool) in enumerate(zip(rows, pools, strict=True)):
        if id(pool) not in content:
            content[id(pool)] = alike.setdefault(pool.content, i)
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
    rows: list[dict[str, Any]],
    pools: list[Results],
    which: list[int],
    level: float,
) -> dict[int, dict[str, Any]]:
    """Results of the specifications of which the numbers are given, by number."""
    results: dict[int, dict[str, Any]] = {}
    robustly: list[int] = []
    batches: dict[str, list[int]] = {}
    for i in which:
        n_trials = rows[i]["n_trials"]
        if n_trials < 2:
            reason = "no result fits" if n_trials == 0 else "a single trial: nothing is pooled"
            results[i] = _no_pool(reason)
        elif rows[i]["per_trial"] == "all":
            robustly.append(i)
        else:
            batches.setdefault(rows[i]["tau2_method"], []).append(i)
    tasks = [Task(pools[i], Settings("", "", rows[i]["rho"], "", level), robust) for i in robustly]
    results |= dict(zip(robustly, map(_of_robust, pool_each(tasks)), strict=True))
    padded = _padded([pools[i] for numbers in batches.values() for i in numbers])
    for tau2_method, numbers in batches.items():
        yi, vi, member = (
            np.array(each) for each in zip(*(padded[id(pools[i])] for i in numbers), strict=True)
        )
        batch = pool_subsets(
            yi,
            vi,
            pack(member),
            tau2_method=tau2_method,
            ci_method=[rows[i]["ci_method"] for i in numbers],
            level=level,
        )
        for j, i in enumerate(numbers):
            results[i] = {name: float(getattr(batch, name)[j]) for name in NUMBERS}
            flat = math.isnan(results[i]["ci_low"])
            results[i]["reason"] = "all effects are equal: no standard error" if flat else ""
            results[i]["reliable"] = not flat and rows[i]["n_trials"] >= MIN_TRIALS_FOR_INTERVAL
    return results


def _no_pool(reason: str) -> dict[str, Any]:
    return {**dict.fromkeys(NUMBERS, math.nan), "reliable": False, "reason": reason}


def _of_robust(outcome: Outcome) -> dict[str, Any]:
    pooled, reason = outcome
    if pooled is None:
        return _no_pool(reason)
    flat = pooled.se == 0
    return {
        **{name: getattr(pooled, name) for name in NUMBERS},
        "reliable": not flat and has_reliable_interval(pooled.flags),
        "reason": "all trials' means are equal: no standard error" if flat else "",
    }


def _padded(pools: Sequence[Results]) -> dict[int, tuple[Array, Array, Mask]]:
    """Effects, variances and which of them are there, by pool: the shorter ones are repeated."""
    k = max((len(rows.yi) for rows in pools), default=0)
    return {
        id(rows): (np.resize(rows.yi, k), np.resize(rows.vi, k), np.arange(k) < len(rows.yi))
        for rows in {id(rows): rows for rows in pools}.values()
    }
