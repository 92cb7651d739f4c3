"""What one trial does to a pool: leave-one-out, influence and the pool as it grew by year."""

import math
from dataclasses import asdict, dataclass, fields

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import chi2

from metarepro.models.pooled import Pooled
from metarepro.models.pooling import pool
from metarepro.synthesis.pools import Settings, pool_trials

Array = npt.NDArray[np.float64]

#: Below this many trials a pool without one of them is no pool.
MIN_TRIALS_FOR_INFLUENCE = 3


@dataclass(frozen=True)
class PartialPool:
    """A pool of some of the trials of a synthesis.

    Attributes
    ----------
    trial_id, label : the trial that was left out, or the last that came in
    year : its year of publication; nan if unknown
    i2_q, i2_tau2 : percent
    flags : as `Pooled.flags`, joined by "; "
    reason : why there was no pooling; "" if there was
    (the others as in `Pooled`)
    """

    trial_id: str
    label: str
    year: float
    model: str
    n_trials: int
    k: int
    estimate: float
    se: float
    df: float
    statistic: float
    p_value: float
    ci_low: float
    ci_high: float
    tau2: float
    i2_q: float
    i2_tau2: float
    q: float
    q_df: float
    q_p: float
    flags: str
    reason: str


_FROM_POOLED = tuple(
    f.name for f in fields(PartialPool) if f.name in {p.name for p in fields(Pooled)} - {"flags"}
)


@dataclass(frozen=True)
class Influence:
    """Deletion diagnostics of one trial (Viechtbauer & Cheung 2010).

    Attributes
    ----------
    trial_id, label : the trial
    rstudent : externally studentised residual
    dffits : change of the trial's predicted effect, in standard errors
    cook_d : Cook's distance
    cov_r : variance of the estimate without the trial over that with it
    tau2_del, q_del : tau2 and Q without the trial
    hat : hat value, 0 to 1
    weight : percent
    dfbetas : change of the estimate, in standard errors
    influential : "yes" or "no", by metafor's cut-offs
    """

    trial_id: str
    label: str
    rstudent: float
    dffits: float
    cook_d: float
    cov_r: float
    tau2_del: float
    q_del: float
    hat: float
    weight: float
    dfbetas: float
    influential: str


def leave_one_out(effects: pd.DataFrame, settings: Settings) -> tuple[PartialPool, ...]:
    """Pool without each trial in turn; a trial drops with all its results.

    Parameters
    ----------
    effects : DataFrame
        Columns trial_id, label, year, yi, vi; at least two trials.
    settings : Settings
        Model, estimators, assumed correlation and level, as for the synthesis itself.

    Returns
    -------
    tuple of PartialPool
        One per trial, by year, label and id. The model follows from what is left, as in
        `synthesis.pool_trials`: without the only trial that has several results it is the
        random-effects model, with one trial left there is no pooling.

    Raises
    ------
    ValueError
        If there are fewer than two trials.
    """
    trials = _in_order(effects)
    if len(trials) < 2:
        raise ValueError(f"leave-one-out needs at least 2 trials, got {len(trials)}")
    return tuple(
        _partial_pool(trial, effects[effects["trial_id"] != trial.trial_id], settings)
        for trial in trials
    )


def cumulative(effects: pd.DataFrame, settings: Settings) -> tuple[PartialPool, ...]:
    """Pool the trials as they were published, each time one more (Lau and others 1992).

    Parameters
    ----------
    effects : DataFrame
        Columns trial_id, label, year, yi, vi.
    settings : Settings
        Model, estimators, assumed correlation and level, as for the synthesis itself.

    Returns
    -------
    tuple of PartialPool
        One per trial, by year, label and id; trials without a year come last.
    """
    trials = _in_order(effects)
    ids = [trial.trial_id for trial in trials]
    return tuple(
        _partial_pool(trial, effects[effects["trial_id"].isin(ids[: n + 1])], settings)
        for n, trial in enumerate(trials)
    )


def influence(effects: pd.DataFrame, settings: Settings) -> tuple[Influence, ...]:
    """Deletion diagnostics of a pool of independent effects, as metafor's `influence`.

    Parameters
    ----------
    effects : DataFrame
        Columns trial_id, label, year, yi, vi; one row per trial (`trial_means.average_by_trial`
        makes it so), at least three.
    settings : Settings
        Estimators, as for the synthesis itself.

    Returns
    -------
    tuple of Influence
        One per trial, by year, label and id. A trial is influential where |dffits| > 3 sqrt(1 /
        (k - 1)), or Cook's distance lies beyond the median of chi-squared with 1 df, or hat
        > 3 / k, or |dfbetas| > 1 (metafor's cut-offs). A number is nan where a pool has no
        standard error (flag "zero_standard_error").

    Raises
    ------
    ValueError
        If a trial has several rows or there are fewer than three.
    """
    trials = [trial.trial_id for trial in _in_order(effects)]
    if len(trials) < len(effects):
        raise ValueError("influence needs one row per trial; average the results of a trial first")
    if len(trials) < MIN_TRIALS_FOR_INFLUENCE:
        raise ValueError(
            f"influence needs at least {MIN_TRIALS_FOR_INFLUENCE} trials, got {len(trials)}"
        )
    rows = effects.set_index("trial_id").loc[trials]
    yi, vi = rows["yi"].to_numpy(dtype=float), rows["vi"].to_numpy(dtype=float)
    full = _pool_independent(yi, vi, settings)
    diagnostics = []
    for i, trial in enumerate(trials):
        without = _pool_independent(np.delete(yi, i), np.delete(vi, i), settings)
        numbers = _diagnose(i, yi, vi, full, without)
        diagnostics.append(
            Influence(
                trial_id=trial,
                label=rows["label"].iloc[i],
                **numbers,
                influential="yes" if _is_influential(numbers, len(trials)) else "no",
            )
        )
    return tuple(diagnostics)


def _diagnose(i: int, yi: Array, vi: Array, full: Pooled, without: Pooled) -> dict[str, float]:
    """Diagnostics of row `i`: Viechtbauer & Cheung (2010), as metafor 3.8-1 scales them.

    Knapp & Hartung's factor, where it is in use, enters as metafor's `s2w`: from the pool without
    the trial into rstudent, dffits and dfbetas, and through the standard errors elsewhere.
    """
    change = full.estimate - without.estimate
    total_variance = vi + (0.0 if math.isnan(without.tau2) else without.tau2)
    # s2w: the variance of the estimate over that of inverse-variance weights.
    factor = without.se**2 * np.delete(1 / total_variance, i).sum()
    if not (factor > 0 and full.se > 0):
        factor = math.nan
    hat = full.weights[i] / 100
    residual_variance = factor * total_variance[i] + without.se**2
    return {
        "rstudent": float((yi[i] - without.estimate) / math.sqrt(residual_variance)),
        "dffits": float(change / math.sqrt(factor * hat * total_variance[i])),
        "cook_d": change**2 / full.se**2 if full.se > 0 else math.nan,
        "cov_r": without.se**2 / full.se**2 if full.se > 0 else math.nan,
        "tau2_del": without.tau2,
        "q_del": without.q,
        "hat": float(hat),
        "weight": float(full.weights[i]),
        "dfbetas": float(change / math.sqrt(factor / (1 / total_variance).sum())),
    }


def _is_influential(numbers: dict[str, float], k: int) -> bool:
    """Apply metafor's cut-offs; a nan is no reason to flag."""
    return (
        abs(numbers["dffits"]) > 3 * math.sqrt(1 / (k - 1))
        or float(chi2.cdf(numbers["cook_d"], df=1)) > 0.5
        or numbers["hat"] > 3 / k
        or abs(numbers["dfbetas"]) > 1
    )


def _pool_independent(yi: Array, vi: Array, settings: Settings) -> Pooled:
    return pool(yi, vi, **settings.independent)


@dataclass(frozen=True)
class _Trial:
    trial_id: str
    label: str
    year: float


def _in_order(effects: pd.DataFrame) -> list[_Trial]:
    """Trials by year, label and id; those without a year last."""
    first = effects.groupby("trial_id", as_index=False)[["label", "year"]].first()
    first = first.sort_values(["year", "label", "trial_id"], na_position="last")
    columns = (first["trial_id"], first["label"], first["year"].astype(float))
    return [_Trial(*values) for values in zip(*columns, strict=True)]


def _partial_pool(trial: _Trial, effects: pd.DataFrame, settings: Settings) -> PartialPool:
    pooled, reason = pool_trials(effects, settings)
    return PartialPool(
        **asdict(trial),
        **{name: getattr(pooled, name) for name in _FROM_POOLED},
        flags="; ".join(pooled.flags),
        reason=reason,
    )
