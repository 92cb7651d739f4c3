"""Looks for single changes of the rows under which a model gives the printed pool.

A hit is a hypothesis. With hundreds of changes under several models some target or other is always
hit, so the same search is made for random targets near the printed one, of the same precision: the
number that they hit on average is what coincidence alone would give.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from metarepro.explanation.finder import Tried
from metarepro.explanation.fits import Outcomes, fitted
from metarepro.explanation.matching import distance, gives_all, misses
from metarepro.explanation.pool_models import PoolModel
from metarepro.explanation.published import PublishedResult
from metarepro.explanation.rounding import (
    EXACT,
    MAX_ROUNDED,
    OUTSIDE,
    WITHIN,
    judge_rounding,
    reach,
)
from metarepro.explanation.rows import StudyRows
from metarepro.explanation.slips import Slip, slip_versions, slips
from metarepro.explanation.targets import expected_hits

Array = npt.NDArray[np.float64]

#: Models that changes are tried under: the nearest, and what is in common use.
_NEAREST = 6
_COMMON = (("", "z"), ("DL", "z"), ("REML", "z"), ("DL", "knapp_hartung"),
           ("REML", "knapp_hartung"))  # fmt: skip
#: Models of several rows per trial that are too slow for hundreds of changes, and the longest table
#: that robust variance is not too slow for.
_SLOW, _MAX_ROBUST = ("3L", "3L_CR2"), 30
#: Rows on their own, or the mean of each trial as Comprehensive Meta-Analysis takes it.
_ROWS = ("", "mean_1")
#: Rank up to which a form of effects is in common use.
_USUAL = 1.0
#: Chance of as many hits by coincidence beyond which they say nothing.
_COINCIDENCE = 0.2
#: Near changes whose rounding is looked at.
_JUDGED = 40


@dataclass(frozen=True, eq=False)
class Hit:
    """A change under which models give the printed pool: a hypothesis.

    Attributes
    ----------
    slip : Slip
    models : those that do, the simplest first
    outcomes : Outcomes of shape (1,), of the first of them
    verdict : `rounding.EXACT` or `rounding.WITHIN`
    """

    slip: Slip
    models: tuple[PoolModel, ...]
    outcomes: Outcomes
    verdict: str


@dataclass(frozen=True)
class Search:
    """What a search for slips found.

    Attributes
    ----------
    hits : the likeliest first: suspicious rows, exact before within rounding, common before rare
    tried : number of changed tables
    models : that they were tried under
    by_chance : number of changes that a random target of the same precision hits exactly, on
        average
    share_by_chance : share of such targets that any change hits exactly
    printed : names of the printed numbers that a hit gives
    """

    hits: tuple[Hit, ...]
    tried: int
    models: tuple[PoolModel, ...]
    by_chance: float
    share_by_chance: float
    printed: tuple[str, ...]

    @property
    def is_coincidence(self) -> bool:
        """Whether coincidence alone gives as many hits, or more, in one of five searches.

        A hit in a row that looks wrong by itself is none.
        """
        if any(hit.slip.suspicion for hit in self.hits):
            return False
        return bool(special.pdtrc(len(self.hits) - 1, self.by_chance) > _COINCIDENCE)


def leading_models(tried: Sequence[Tried]) -> list[PoolModel]:
    """The models to try changes under: the nearest, and those in common use of their forms."""
    able = [
        t
        for t in tried
        if t.model.method not in _SLOW
        and (t.model.method != "RVE" or not t.outcomes.k[0] > _MAX_ROBUST)
    ]
    nearest = [t.model for t in able[:_NEAREST]]
    measures = {model.form.measure for model in nearest}
    near_forms = {model.form.name for model in nearest[:3]}
    common = [
        t.model
        for t in able
        if (t.model.form.name in near_forms
            or t.model.form.rank <= _USUAL and t.model.form.measure in measures)
        and (t.model.method != "IV" or (t.model.tau2, t.model.ci) in _COMMON
             and t.model.rows in _ROWS)
    ]  # fmt: skip
    chosen = {model.name: model for model in (*nearest, *common)}.values()
    # What shares effects and tau2 stands together, so that they are computed once.
    return sorted(chosen, key=lambda m: (m.form.name, m.method, m.rows, m.tau2, m.ci))


def find_slips(
    rows: StudyRows,
    published: PublishedResult,
    models: Sequence[PoolModel],
    seed: int = 0,
) -> Search:
    """Try every single change of the rows under some models.

    Parameters
    ----------
    rows : StudyRows
    published : PublishedResult
    models : sequence of PoolModel
        From `leading_models`.
    seed : int
        Of the random targets.

    Returns
    -------
    Search
    """
    made = slips(rows)
    versions = slip_versions(rows, made)
    found: dict[int, list[tuple[PoolModel, Outcomes]]] = {}
    near: list[tuple[float, int, PoolModel, Outcomes]] = []
    pools = []
    for model, outcomes in fitted(models, versions, published.level):
        pools.append((model, outcomes))
        off = misses(published, outcomes, model.form)
        exact = gives_all(off)
        for i in np.flatnonzero(exact):
            found.setdefault(int(i), []).append((model, _one(outcomes, i)))
        near += _within_reach(rows, published, model, outcomes, off, exact)
    hits = [_hit(made[i], own, EXACT) for i, own in found.items()]
    hits += _by_rounding(rows, published, made, near, set(found))
    hits.sort(key=_order)
    count, share = expected_hits(published, pools, seed)
    printed = tuple(published.numbers)
    return Search(tuple(hits), len(made), tuple(models), count, share, printed)


def _order(hit: Hit) -> tuple[object, ...]:
    slip = hit.slip
    rank = slip.rank + hit.models[0].rank
    return not slip.suspicion, hit.verdict != EXACT, rank, -len(hit.models), slip.what


def _one(outcomes: Outcomes, i: int | np.intp) -> Outcomes:
    return Outcomes(*(x[i : i + 1] for x in vars(outcomes).values()))


def _hit(slip: Slip, own: list[tuple[PoolModel, Outcomes]], verdict: str) -> Hit:
    own = sorted(own, key=lambda pair: pair[0].rank)
    return Hit(slip, tuple(model for model, _ in own), own[0][1], verdict)


def _within_reach(
    rows: StudyRows,
    published: PublishedResult,
    model: PoolModel,
    outcomes: Outcomes,
    off: dict[str, Array],
    exact: npt.NDArray[np.bool_],
) -> list[tuple[float, int, PoolModel, Outcomes]]:
    """Changes that miss the digits by no more than rounding the rows may move the pool."""
    if rows.k > MAX_ROUNDED or model.method == "RVE":
        return []
    table = slip_versions(rows, [_unchanged(rows)])
    room = reach(model, table, _with_slot(rows), published)
    near = ~exact
    for name, x in off.items():
        near &= x <= 1 + 1.5 * room.get(name, 0.0)
    far = distance(off)
    return [(float(far[i]), int(i), model, _one(outcomes, i)) for i in np.flatnonzero(near)]


def _unchanged(rows: StudyRows) -> Slip:
    return Slip("", "", (), 0.0, "", rows.cells, np.ones(rows.k, dtype=bool))


def _with_slot(rows: StudyRows) -> Array:
    """The rounding of the cells, with none for the slot of a row that is counted twice."""
    return np.vstack([rows.half, np.zeros((1, rows.half.shape[1]))])


def _by_rounding(
    rows: StudyRows,
    published: PublishedResult,
    made: Sequence[Slip],
    near: list[tuple[float, int, PoolModel, Outcomes]],
    exact: set[int],
) -> list[Hit]:
    """Near changes that hit the printed pool within the rounding of the rows."""
    ranked = sorted(
        (one for one in near if one[1] not in exact),
        key=lambda one: (not made[one[1]].suspicion, one[0] + one[2].rank, made[one[1]].rank),
    )
    hits: dict[int, list[tuple[PoolModel, Outcomes]]] = {}
    for _, i, model, outcomes in ranked[:_JUDGED]:
        version = slip_versions(rows, [made[i]])
        judged = judge_rounding(model, version, _with_slot(rows), published)
        if judged.verdict != OUTSIDE:
            hits.setdefault(i, []).append((model, outcomes))
    return [_hit(made[i], own, WITHIN) for i, own in hits.items()]
