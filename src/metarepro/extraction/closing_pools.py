"""Whether printed pools come from their rows: overall, by subgroup, with one study left out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import special

from metarepro.explanation.finder import models_for, rounded
from metarepro.explanation.fits import Outcomes, Versions, fitted
from metarepro.explanation.matching import Difference, difference, distance, gives_all, misses
from metarepro.explanation.pool_models import PoolModel
from metarepro.explanation.published import PublishedResult
from metarepro.explanation.rounding import EXACT, MAX_ROUNDED, OUTSIDE, judge_rounding
from metarepro.explanation.rows import StudyRows
from metarepro.extraction.closing import Check, Printed, check
from metarepro.models.inference import critical_value

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


#: Models, the nearest first, that may be that of a table.
_NEAREST = 3


@dataclass(frozen=True, eq=False)
class ClosedPool:
    """A printed pool beside what its rows give under the model of the table.

    Attributes
    ----------
    label : of the pool
    k : number of rows
    verdict : `rounding.EXACT`, `WITHIN` or `OUTSIDE`
    off : what is off, in words; "" if every digit is given
    estimate, ci_low, ci_high : recomputed, on the scale of pooling
    alone : labels of the models that give this pool exactly, where that of the table does not
    """

    label: str
    k: int
    verdict: str
    off: str
    estimate: float
    ci_low: float
    ci_high: float
    alone: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class ClosedPools:
    """The printed pools of a table.

    Attributes
    ----------
    model : the model that gives most of them, exactly or within the rounding of the rows
    pools : in the order as printed
    """

    model: PoolModel
    pools: tuple[ClosedPool, ...]

    @property
    def n_closed(self) -> int:
        """Pools that come out, exactly or within the rounding of the rows."""
        return sum(pool.verdict != OUTSIDE for pool in self.pools)


def close_pools(
    rows: StudyRows, pools: Sequence[tuple[str, Flags, PublishedResult]], measure: str = ""
) -> ClosedPools:
    """Find the one model that gives most printed pools of a table, and set all beside it.

    One model for a whole table says more than one for each of its pools.

    Parameters
    ----------
    rows : StudyRows
    pools : sequence of (label, array of shape (k,), PublishedResult)
        Which rows each printed pool takes.
    measure : str
        Without one, every measure that the rows allow.

    Returns
    -------
    ClosedPools

    Raises
    ------
    ValueError
        Without pools, or if no model can pool any of them.
    """
    if not pools:
        raise ValueError("no pools")
    versions = Versions(
        np.repeat(rows.cells[None], len(pools), axis=0),
        np.array([member for _, member, _ in pools]),
        rows.trials,
    )
    fits = list(_fits(rows, versions, [published for _, _, published in pools], measure))
    if not fits:
        raise ValueError(f"{rows.file}: no model can pool these rows")
    closed: list[ClosedPools] = []
    for best in _leading(fits):
        closed.append(
            ClosedPools(
                best.model,
                tuple(
                    _closed(rows, fits, best, i, label, published, versions)
                    for i, (label, _, published) in enumerate(pools)
                ),
            )
        )
        if closed[-1].n_closed == len(pools):
            break
    return max(closed, key=lambda one: one.n_closed)


def _leading(fits: Sequence["_Fit"]) -> list["_Fit"]:
    """Models that may be that of the table: most pools to the last digit, or nearest as a whole.

    Of rows that are rounded the right model may give no pool to its last digit.
    """
    near = sorted(fits, key=lambda fit: (rounded(fit.distance), fit.model.rank, fit.model.name))
    most = min(near, key=lambda fit: -int(fit.exact.sum()))
    return [most, *(fit for fit in near[:_NEAREST] if fit is not most)]


@dataclass(frozen=True, eq=False)
class _Fit:
    """One model on all pools."""

    model: PoolModel
    exact: Flags
    off: tuple[Difference, ...]
    distance: float
    estimate: Array
    ci_low: Array
    ci_high: Array


def _fits(
    rows: StudyRows, versions: Versions, printed: Sequence[PublishedResult], measure: str
) -> Iterator[_Fit]:
    single = versions.member.sum(axis=1) == 1
    for model, outcomes in fitted(models_for(rows, measure), versions, printed[0].level):
        if single.any():
            outcomes = _with_singles(outcomes, single, model, versions, printed[0].level)
        exact, off, far = [], [], []
        for i, published in enumerate(printed):
            missed = {n: x[i : i + 1] for n, x in
                      misses(published, outcomes, model.form).items()}  # fmt: skip
            exact.append(bool(gives_all(missed)[0]))
            off.append(difference(missed))
            far.append(0.0 if exact[-1] else float(distance(missed)[0]))
        yield _Fit(
            model, np.array(exact), tuple(off), float(np.sum(np.minimum(far, 1e6))),
            outcomes.estimate, outcomes.ci_low, outcomes.ci_high,
        )  # fmt: skip


def _with_singles(
    outcomes: Outcomes, single: Flags, model: PoolModel, versions: Versions, level: float
) -> Outcomes:
    """Take for a pool of one study that study's own effect and interval."""
    y, v = model.form.effects(versions.cells[single])
    member = versions.member[single]
    effect, se = y[member], np.sqrt(v[member])
    z = effect / se
    half = critical_value(level, np.nan) * se
    own = {
        "estimate": effect,
        "ci_low": effect - half,
        "ci_high": effect + half,
        "z": z,
        "p": 2 * special.ndtr(-np.abs(z)),
        "k": np.ones(len(effect)),
    }
    numbers = {name: getattr(outcomes, name).copy() for name in own}
    for name, values in own.items():
        numbers[name][single] = values
    return replace(outcomes, **numbers)


def _closed(
    rows: StudyRows,
    fits: Sequence[_Fit],
    best: _Fit,
    i: int,
    label: str,
    published: PublishedResult,
    versions: Versions,
) -> ClosedPool:
    verdict = EXACT
    alone: tuple[str, ...] = ()
    if not best.exact[i]:
        verdict = OUTSIDE
        if versions.member[i].sum() <= MAX_ROUNDED:
            one = versions.take(slice(i, i + 1))
            verdict = judge_rounding(best.model, one, rows.half, published).verdict
        if verdict == OUTSIDE:
            alone = tuple(fit.model.label for fit in sorted(fits, key=lambda f: f.model.rank)
                          if fit.exact[i])  # fmt: skip
    return ClosedPool(
        label, int(versions.member[i].sum()), verdict, best.off[i].words,
        float(best.estimate[i]), float(best.ci_low[i]), float(best.ci_high[i]), alone,
    )  # fmt: skip


def close_subgroup_test(
    estimates: Sequence[Printed],
    errors: Sequence[Printed],
    p: str,
    label: str = "",
    row: int = 0,
) -> Check | None:
    """Check the printed p value of a test between subgroups against their pools.

    Q of the subgroups, with one degree of freedom less than their number (Borenstein and others
    2009, equation 19.9; Cochrane Handbook 10.11.3.1).

    Parameters
    ----------
    estimates, errors : sequence of (value, half a unit)
        On the scale of pooling.
    p : str
        As printed.

    Returns
    -------
    Check or None
        None where p is no plain number.
    """
    y, e_half = np.array(estimates).T
    se, se_half = np.array(errors).T
    w = 1 / se**2
    centre = (w * y).sum() / w.sum()
    # sqrt(Q) is a norm of the estimates: rounding moves it by no more than the norm of the shifts.
    norm, moved = np.sqrt((w * (y - centre) ** 2).sum()), np.sqrt((w * e_half**2).sum())
    scale = 1 + 2 * (se_half / se).max()
    most, least = (norm + moved) ** 2 * scale, max(norm - moved, 0.0) ** 2 / scale
    low, high = (float(special.chdtrc(len(y) - 1, x)) for x in (most, least))
    return check(
        "p value of the test between subgroups against their pools", row, label, p, [(low, high)]
    )
