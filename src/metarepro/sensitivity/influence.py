"""What one trial does to a pool: leave-one-out, influence and the pool as it grew by year."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from metarepro.models.pooled import Pooled, PoolNumbers
from metarepro.models.pooling import pool_sets
from metarepro.models.rows import arrange
from metarepro.synthesis.pools import Results, Settings, Task, pool_each

Array = npt.NDArray[np.float64]

#: Below this many trials a pool without one of them is no pool.
MIN_TRIALS_FOR_INFLUENCE = 3


@dataclass(frozen=True, kw_only=True)
class PartialPool(PoolNumbers):
    """A pool of some of the trials of a synthesis.

    Attributes
    ----------
    trial_id, label : the trial that was left out, or the last that came in
    year : its year of publication; nan if unknown
    flags : as `Pooled.flags`, joined by "; "
    reason : why there was no pooling; "" if there was
    (the others as in `PoolNumbers`)
    """

    trial_id: str
    label: str
    year: float
    flags: str
    reason: str


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
    place = _places(effects, trials)
    return _partial_pools(effects, settings, trials, [place != n for n in range(len(trials))])


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
    place = _places(effects, trials)
    return _partial_pools(effects, settings, trials, [place <= n for n in range(len(trials))])


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
    trials = _in_order(effects)
    if len(trials) < len(effects):
        raise ValueError("influence needs one row per trial; average the results of a trial first")
    if len(trials) < MIN_TRIALS_FOR_INFLUENCE:
        raise ValueError(
            f"influence needs at least {MIN_TRIALS_FOR_INFLUENCE} trials, got {len(trials)}"
        )
    order = np.argsort(_places(effects, trials), kind="stable")
    yi, vi = (effects[name].to_numpy(float)[order] for name in ("yi", "vi"))
    sets = [(yi, vi), *((np.delete(yi, i), np.delete(vi, i)) for i in range(len(yi)))]
    full, *without = pool_sets(
        [arrange(*own) for own in sets],
        model=settings.model,
        tau2_method=settings.tau2_method,
        ci_method=[settings.ci_method] * len(sets),
        level=settings.level,
    )
    diagnostics = []
    for i, trial in enumerate(trials):
        numbers = _diagnose(i, yi, vi, full, without[i])
        influential = "yes" if _is_influential(numbers, len(yi)) else "no"
        diagnostics.append(
            Influence(trial.trial_id, trial.label, **numbers, influential=influential)
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
        or float(special.chdtr(1, numbers["cook_d"])) > 0.5
        or numbers["hat"] > 3 / k
        or abs(numbers["dfbetas"]) > 1
    )


class _Trial(NamedTuple):
    trial_id: str
    label: str
    year: float


def _in_order(effects: pd.DataFrame) -> list[_Trial]:
    """Trials by year, label and id; those without a year last."""
    trials: dict[str, _Trial] = {}
    columns = (effects["trial_id"], effects["label"], effects["year"].astype(float))
    for trial in map(_Trial, *(column.tolist() for column in columns)):
        if trial.trial_id not in trials or math.isnan(trials[trial.trial_id].year):
            trials[trial.trial_id] = trial

    def age(trial: _Trial) -> tuple[bool, float, str, str]:
        unknown = math.isnan(trial.year)
        return unknown, 0.0 if unknown else trial.year, trial.label, trial.trial_id

    return sorted(trials.values(), key=age)


def _places(effects: pd.DataFrame, trials: Sequence[_Trial]) -> npt.NDArray[np.intp]:
    """The place of the trial of each result among these trials."""
    place = {trial.trial_id: i for i, trial in enumerate(trials)}
    return np.array([place[trial_id] for trial_id in effects["trial_id"].tolist()])


def _partial_pools(
    effects: pd.DataFrame,
    settings: Settings,
    trials: Sequence[_Trial],
    members: Sequence[npt.NDArray[np.bool_]],
) -> tuple[PartialPool, ...]:
    """A pool for each trial, of the results that are its members."""
    results, rows = Results.of(effects), []
    outcomes = pool_each([Task(results.at(own), settings) for own in members])
    for trial, (pooled, reason) in zip(trials, outcomes, strict=True):
        if pooled is None:
            raise ValueError(reason)
        rows.append(PartialPool(**trial._asdict(), **pooled.columns(), reason=reason))
    return tuple(rows)
