"""Explains a printed pool: the model, the rounding of the rows, or a single slip."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from metarepro.conversion.arm_data import ARM_MEASURES
from metarepro.errors import InputError
from metarepro.explanation.finder import Tried, same_pools, try_models
from metarepro.explanation.fits import table_version
from metarepro.explanation.published import PublishedResult, without_heterogeneity
from metarepro.explanation.published_text import parse_published
from metarepro.explanation.rounding import (
    EXACT,
    MAX_ROUNDED,
    NOT_LOOKED_AT,
    OUTSIDE,
    WITHIN,
    Rounding,
    judge_rounding,
)
from metarepro.explanation.rows import StudyRows, study_rows
from metarepro.explanation.slip_finder import Search, find_slips, leading_models
from metarepro.explanation.suspicions import Suspicion, suspicions
from metarepro.readers.effect_table import EffectTable, table_of_frame
from metarepro.wording.scales import MEASURES

#: Pools, the nearest first, whose rounding is looked at.
_JUDGED = 12


@dataclass(frozen=True, eq=False)
class Explanation:
    """How a printed pool comes from its rows.

    Attributes
    ----------
    rows : StudyRows
    published : PublishedResult
    tried : every model: those that give all printed digits first, the simplest first; then the
        nearest first
    roundings : the nearest models that do not give all digits, each with the verdict on the
        rounding of the rows (`rounding.NOT_LOOKED_AT` for long tables)
    suspicious : why rows look wrong by themselves, by their place
    search : the search for slips; None where a model gives the pool exactly, or within rounding
        while no row looks wrong. Where neither a change gives all printed numbers nor a model
        those but for heterogeneity, heterogeneity is left out
    """

    rows: StudyRows
    published: PublishedResult
    tried: Sequence[Tried]
    roundings: Sequence[tuple[Tried, Rounding]]
    suspicious: Mapping[int, Suspicion]
    search: Search | None

    @property
    def exact(self) -> list[list[Tried]]:
        """Models that give every printed digit; those of the same pool together."""
        return same_pools([one for one in self.tried if one.exact])

    @property
    def within(self) -> list[tuple[Tried, Rounding]]:
        """Models that give the printed pool within the rounding of the rows, the simplest first."""
        found = [(one, r) for one, r in self.roundings if r.verdict == WITHIN]
        return sorted(found, key=lambda pair: (pair[0].model.rank, pair[1].share))

    @property
    def but_for_heterogeneity(self) -> list[Tried]:
        """Models that give every printed digit but those of heterogeneity, the simplest first."""
        found = [one for one in self.tried if one.off.is_of_heterogeneity]
        return sorted(found, key=lambda one: one.model.rank)

    @property
    def verdict(self) -> str:
        """`rounding.EXACT`, `WITHIN` or `OUTSIDE`: of the best model of the rows as they are."""
        if self.tried[0].exact:
            return EXACT
        return WITHIN if self.within else OUTSIDE


def explain_published(
    table: EffectTable | pd.DataFrame,
    published: str | PublishedResult,
    *,
    measure: str | None = None,
    seed: int = 0,
) -> Explanation:
    """Find the models that give a printed pool from its rows; if none does, single slips.

    Parameters
    ----------
    table : EffectTable or DataFrame
        One row per result, as `metarepro.pool` takes it; also yi with ci_low and ci_high, the 95%
        interval of each row.
    published : str or PublishedResult
        As it is printed, such as "0.32 [0.23, 0.40]; I2 79%" (`published_text`).
    measure : str, optional
        A key of `wording.scales.MEASURES`; without it the one that the printed pool names, or all
        that the rows allow.
    seed : int
        Of the random targets that tell what coincidence gives.

    Returns
    -------
    Explanation

    Raises
    ------
    DataError
        With all problems of the rows.
    InputError
        For a printed pool that cannot be read, or a measure that does not fit the rows.

    Examples
    --------
    >>> rows = pd.DataFrame({"yi": [0.10, 0.30, 0.45, 0.25], "vi": [0.004, 0.002, 0.005, 0.003]})
    >>> found = explain_published(rows, "0.27 [0.15, 0.40]; I2 79%")
    >>> found.verdict, found.tried[0].model.label
    ('exact', 'effects as given; random effects, DerSimonian-Laird; normal interval')
    """
    if isinstance(table, pd.DataFrame):
        table = table_of_frame(table)
    if isinstance(published, str):
        published = parse_published(published)
    chosen = _measure(table, measure, published)
    return explain_rows(study_rows(table, chosen), published, chosen, seed)


def explain_rows(
    rows: StudyRows, published: PublishedResult, measure: str = "", seed: int = 0
) -> Explanation:
    """Explain a printed pool from rows that have been read; see `explain_published`.

    Parameters
    ----------
    rows : StudyRows
    published : PublishedResult
    measure : str
        Without one, every measure that the rows allow.
    seed : int

    Raises
    ------
    InputError
        If no model can pool the rows.
    """
    tried = try_models(rows, published, measure)
    if not any(t.outcomes.k[0] >= 2 for t in tried):
        raise InputError(f"{rows.file}: no model can pool these rows")
    suspicious = suspicions(rows)
    version = table_version(rows.cells, rows.trials)
    others = [one for one in tried if not one.exact]
    nearest = [group[0] for group in same_pools(others[: 4 * _JUDGED])][:_JUDGED]
    looked = rows.k <= MAX_ROUNDED
    roundings = [
        (one, judge_rounding(one.model, version, rows.half, published) if looked else NOT_LOOKED_AT)
        for one in nearest
    ]
    found = Explanation(rows, published, tried, roundings, suspicious, None)
    if tried[0].exact or found.within and not suspicious:
        return found
    models = leading_models(tried)
    search = find_slips(rows, published, models, seed)
    core = without_heterogeneity(published)
    if (
        not search.hits
        and not found.but_for_heterogeneity
        and len(core.numbers) < len(published.numbers)
    ):
        search = find_slips(rows, core, models, seed)
    return replace(found, search=search)


def _measure(table: EffectTable, measure: str | None, published: PublishedResult) -> str:
    """The measure to try; "" for all that the rows allow."""
    chosen = measure or published.measure
    if not chosen:
        return ""
    if chosen not in MEASURES or chosen == "several":
        raise InputError(f"measure {chosen!r} is not known; allowed: {', '.join(MEASURES)}")
    kinds = table.kinds
    given = "effects" in kinds or "intervals" in kinds
    fits = chosen in ARM_MEASURES and ARM_MEASURES[chosen].data in kinds
    if not given and not fits:
        allowed = ", ".join(name for name, m in ARM_MEASURES.items() if m.data in kinds)
        raise InputError(f"{table.file}: {chosen} cannot come from its columns; allowed: {allowed}")
    return chosen
