"""Recompute the analyses of a Cochrane review: pools, subgroups and the tests between them.

All pools of a file are computed together; `revman_pools` has the arithmetic.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from metarepro.models.conventions import Convention
from metarepro.models.mantel_haenszel import Array
from metarepro.reviews.analysis_settings import AnalysisSettings
from metarepro.reviews.revman_pools import revman_pools, subgroup_tests, too_far_apart
from metarepro.reviews.study_effects import (
    Arrays,
    EffectSettings,
    Studies,
    StudyEffects,
    effects_by_settings,
)


@dataclass(frozen=True, eq=False)
class ReviewPool:
    """One pool as RevMan prints it, on the scale of the analysis; NaN is "not given".

    Attributes
    ----------
    k : number of studies with an effect; with 0 there is nothing else
    estimate, se, ci_low, ci_high : the pooled effect
    wald_se : the standard error without the factor of the HKSJ interval
    tau2 : 0 for fixed effects and for a single study
    q, q_df, q_p, i2 : heterogeneity; 0, 0, 1 and 0 for a single study. `i2` is percent
    z, t : absolute value of estimate / se; `t` under the HKSJ interval, else `z`
    p_value : two-sided
    pi_low, pi_high : prediction interval, for random effects of at least two studies
    weights : array of shape (n,), percent, one per row of the analysis; NaN for a row that is not
        in the pool or has no effect
    """

    k: int
    weights: Array
    estimate: float = np.nan
    se: float = np.nan
    wald_se: float = np.nan
    ci_low: float = np.nan
    ci_high: float = np.nan
    tau2: float = np.nan
    q: float = np.nan
    q_df: float = np.nan
    q_p: float = np.nan
    i2: float = np.nan
    z: float = np.nan
    t: float = np.nan
    p_value: float = np.nan
    pi_low: float = np.nan
    pi_high: float = np.nan

    def numbers(self) -> dict[str, float]:
        """What RevMan prints, by name."""
        return dict(zip(_PRINTED, _printed(self), strict=True))


_PRINTED = [f.name for f in fields(ReviewPool) if f.name not in ("weights", "wald_se")]
_printed = attrgetter(*_PRINTED)


class SubgroupTest(NamedTuple):
    """Test for differences between subgroups; `i2` is percent."""

    q: float
    q_df: float
    q_p: float
    i2: float


@dataclass(frozen=True, eq=False)
class AnalysisResult:
    """An analysis recomputed.

    Attributes
    ----------
    all_effects : StudyEffects
        Of the rows of all analyses that were pooled together.
    rows : sequence of int
        Which of them are its own.
    overall : ReviewPool
        Of all rows, whatever their subgroup.
    subgroups : dict of str to ReviewPool
        By the number of the subgroup; empty for an analysis without subgroups.
    test : SubgroupTest or None
        None without a subgroup that has an estimate.
    """

    all_effects: StudyEffects
    rows: Sequence[int]
    overall: ReviewPool
    subgroups: dict[str, ReviewPool]
    test: SubgroupTest | None

    @cached_property
    def effects(self) -> StudyEffects:
        """Of the rows, in their order; only plots and inferred settings ask for them."""
        return self.all_effects.take(np.asarray(self.rows, dtype=np.intp))


#: An analysis before it is pooled: its settings and the numbers of its rows.
Analysis = tuple[AnalysisSettings, Sequence[int]]


class _Members(NamedTuple):
    """A pool before it is computed.

    Attributes
    ----------
    analysis : number of its analysis
    subgroup : number of the subgroup; None for the overall pool
    places : which rows of the analysis are in it, those without an effect left out
    """

    analysis: int
    subgroup: str | None
    places: list[int]


def pool_analysis(
    studies: Studies, settings: AnalysisSettings, convention: Convention
) -> AnalysisResult:
    """Recompute the pools of one analysis from its study rows.

    Parameters
    ----------
    studies : DataFrame or mapping
        Columns of all rows of the analysis: those that `study_effects` needs, and
        `subgroup_number` ("" for none). Where there is a column `applies_to`, rows with "overall"
        or "subgroup" enter that pool only.
    settings : AnalysisSettings
    convention : Convention

    Raises
    ------
    ValueError
        For settings that there is no rule for (`AnalysisSettings.settled`), and for variances too
        far apart.
    """
    columns = {str(name): np.asarray(column) for name, column in studies.items()}
    n = len(columns["subgroup_number"])
    (result,) = pool_analyses(columns, [(settings, range(n))], convention)
    if isinstance(result, str):
        raise ValueError(result)
    return result


def pool_analyses(
    studies: Arrays, analyses: Sequence[Analysis], convention: Convention
) -> list[AnalysisResult | str]:
    """Recompute the pools of many analyses, all together.

    Parameters
    ----------
    studies : mapping
        As in `pool_analysis`, with the rows of all analyses.
    analyses : sequence of tuple
        The settings of each and the numbers of its rows.
    convention : Convention

    Returns
    -------
    list of AnalysisResult or str
        For each analysis, or why there is none.
    """
    settings, wrong = _settled(analyses, convention)
    groups: dict[EffectSettings, list[int]] = {}
    for number, chosen in settings.items():
        groups.setdefault(chosen.of_effects, []).extend(analyses[number][1])
    # What falls out of the range of numbers is for the reader of the results to see.
    with np.errstate(all="ignore"):
        effects, refused = effects_by_settings(studies, groups, convention)
        for number, chosen in settings.items():
            if chosen.of_effects in refused:
                wrong[number] = refused[chosen.of_effects]
        members = [
            pool
            for number in settings
            if number not in wrong
            for pool in _members(number, studies, analyses[number][1], effects)
        ]
        pools = _pools(members, effects, analyses, settings, wrong)
        tests = _tests(pools)
    results: list[AnalysisResult | str] = []
    for number, (_, rows) in enumerate(analyses):
        if number in wrong:
            results.append(wrong[number])
            continue
        own = pools[number]
        results.append(
            AnalysisResult(
                effects,
                rows,
                own[None],
                {name: pool for name, pool in own.items() if name is not None},
                tests.get(number),
            )
        )
    return results


def _settled(
    analyses: Sequence[Analysis], convention: Convention
) -> tuple[dict[int, AnalysisSettings], dict[int, str]]:
    """The settings of analyses by number, and what is wrong with the others."""
    settings, wrong = {}, {}
    for number, (chosen, _) in enumerate(analyses):
        try:
            settings[number] = chosen.settled(convention)
        except ValueError as error:
            wrong[number] = str(error)
    return settings, wrong


def _members(
    analysis: int, studies: Arrays, rows: Sequence[int], effects: StudyEffects
) -> list[_Members]:
    """The subgroups of an analysis in the order of their rows, and the overall pool."""
    subgroups: dict[str, list[int]] = {}
    overall = []
    numbers, applies = studies["subgroup_number"], studies.get("applies_to")
    for place, row in enumerate(rows):
        enters = "both" if applies is None else applies[row]
        own = subgroups.setdefault(numbers[row], []) if numbers[row] else []
        if effects.reason[row]:
            continue
        if enters != "overall":
            own.append(place)
        if enters != "subgroup":
            overall.append(place)
    named = [_Members(analysis, name, places) for name, places in subgroups.items()]
    return [*named, _Members(analysis, None, overall)]


def _pools(
    members: Sequence[_Members],
    effects: StudyEffects,
    analyses: Sequence[Analysis],
    settings: Mapping[int, AnalysisSettings],
    wrong: dict[int, str],
) -> dict[int, dict[str | None, ReviewPool]]:
    """The pools of each analysis; those that cannot be computed are added to `wrong`."""
    pools: dict[int, dict[str | None, ReviewPool]] = {}
    for analysis, name, _ in members:
        weights = np.full(len(analyses[analysis][1]), np.nan)
        pools.setdefault(analysis, {})[name] = ReviewPool(k=0, weights=weights)
    computed = [pool for pool in members if pool.places]
    if not computed:
        return pools
    sizes = np.array([len(pool.places) for pool in computed])
    rows = effects.take(
        np.array([analyses[pool.analysis][1][place] for pool in computed for place in pool.places])
    )
    chosen = [settings[pool.analysis] for pool in computed]
    for pool, why in zip(computed, too_far_apart(rows, sizes, chosen), strict=True):
        if why:
            wrong.setdefault(pool.analysis, why)
    numbers, percent = revman_pools(rows, sizes, chosen)
    values = zip(*(array.tolist() for array in numbers.values()), strict=True)
    ends = np.cumsum(sizes).tolist()
    for pool, end, row in zip(computed, ends, values, strict=True):
        weights = pools[pool.analysis][pool.subgroup].weights
        weights[pool.places] = percent[end - len(pool.places) : end]
        named = dict(zip(numbers, row, strict=True)) | {"k": len(pool.places)}
        pools[pool.analysis][pool.subgroup] = ReviewPool(weights=weights, **named)
    return pools


def _tests(pools: Mapping[int, Mapping[str | None, ReviewPool]]) -> dict[int, SubgroupTest]:
    """The test of each analysis with subgroups; those without an estimate do not take part."""
    tested = {
        number: [pool for name, pool in own.items() if name is not None and pool.se > 0]
        for number, own in pools.items()
    }
    tested = {number: own for number, own in tested.items() if own}
    if not tested:
        return {}
    estimate, se = np.array([(p.estimate, p.se) for own in tested.values() for p in own]).T
    tests = subgroup_tests(estimate, se, np.array([len(own) for own in tested.values()]))
    values = zip(*(array.tolist() for array in tests.values()), strict=True)
    return {number: SubgroupTest(*row) for number, row in zip(tested, values, strict=True)}
