"""Tries every model of published software on the rows and keeps those that give the digits."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from metarepro.explanation.effect_forms import effect_forms
from metarepro.explanation.fits import Outcomes, fitted, models_of, table_version
from metarepro.explanation.matching import Difference, difference, distance, gives_all, misses
from metarepro.explanation.pool_models import PoolModel
from metarepro.explanation.published import PublishedResult
from metarepro.explanation.rows import StudyRows

#: Two models whose numbers differ by less are the same pool.
SAME = 1e-9


@dataclass(frozen=True, eq=False)
class Tried:
    """One model beside the printed pool.

    Attributes
    ----------
    model : PoolModel
    outcomes : Outcomes of shape (1,)
    exact : whether it gives every printed digit
    off : what is off
    distance : how far it is as a whole, in half units of the last digits
    """

    model: PoolModel
    outcomes: Outcomes
    exact: bool
    off: Difference
    distance: float


def try_models(rows: StudyRows, published: PublishedResult, measure: str = "") -> list[Tried]:
    """Every model beside the printed pool: those that give all digits first, the simplest first.

    Parameters
    ----------
    rows : StudyRows
    published : PublishedResult
    measure : str
        Without one, every measure that the rows allow.

    Returns
    -------
    list of Tried
        After the exact ones the others, the nearest first.
    """
    version = table_version(rows.cells, rows.trials)
    tried = []
    for model, outcomes in fitted(models_for(rows, measure), version, published.level):
        off = misses(published, outcomes, model.form)
        tried.append(
            Tried(
                model,
                outcomes,
                bool(gives_all(off)[0]),
                difference(off),
                float(distance(off)[0]),
            )
        )
    return sorted(tried, key=lambda t: (not t.exact, 0.0 if t.exact else rounded(t.distance),
                                        t.model.rank, t.model.name))  # fmt: skip


def models_for(rows: StudyRows, measure: str) -> list[PoolModel]:
    """Every model that can pool the rows; without a measure, of every measure that they allow."""
    return [
        model
        for form in effect_forms(rows, measure)
        for model in models_of(form, repeats=rows.has_repeats, counts=rows.kind == "counts")
    ]


def rounded(number: float) -> float:
    """So that the last bits of equal pools do not decide their order."""
    return float(f"{number:.6g}")


def same_pools(tried: Sequence[Tried]) -> list[list[Tried]]:
    """Models whose numbers are the same, together, in the order of the first of each.

    Where the estimate of tau2 is 0, for example, every estimator is the common-effect model.
    """
    groups: list[list[Tried]] = []
    for one in tried:
        for group in groups:
            if one.model.form.measure == group[0].model.form.measure and _same(one, group[0]):
                group.append(one)
                break
        else:
            groups.append([one])
    return groups


def _same(one: Tried, other: Tried) -> bool:
    return all(
        bool(np.isclose(getattr(one.outcomes, n)[0], getattr(other.outcomes, n)[0], SAME, SAME))
        for n in ("estimate", "ci_low", "ci_high")
    )
