"""Asks more of a table of studies than its pool."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from metarepro.conversion.absolute import AbsoluteEffect, absolute_effect
from metarepro.errors import InputError
from metarepro.models.beyond import ShareBeyond, share_beyond
from metarepro.models.thresholds import reliable_limits
from metarepro.questions.groups import LeftOut, Subgroups, left_out, subgroups
from metarepro.questions.ledger import Correction, blamed, corrected, read_ledger
from metarepro.questions.pooling import POOL_COLUMNS, PoolSettings
from metarepro.questions.regression import RegressionOn, regression_on
from metarepro.questions.study_columns import StudyColumns, study_columns
from metarepro.questions.subsets import Condition, Subset, subset
from metarepro.readers.effect_table import EffectTable, table_of_frame
from metarepro.synthesis.study_pool import StudyPool
from metarepro.tabular.problems import DataError
from metarepro.wording.scales import Scale


@dataclass(frozen=True, eq=False)
class Important:
    """A minimal important difference.

    Attributes
    ----------
    printed : as it is printed, a ratio for ratios
    place : on the scale of pooling
    share : of true effects at least as far from no effect, on its side
    """

    printed: float
    place: float
    share: ShareBeyond


@dataclass(frozen=True, eq=False)
class Corrected:
    """A table before and after its corrections.

    Attributes
    ----------
    corrections : tuple of Correction
    pools : DataFrame with `pooling.POOL_COLUMNS`: before, after each of several corrections alone,
        after all
    """

    corrections: tuple[Correction, ...]
    pools: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Answers:
    """What was asked of a table; numbers on the scale of pooling.

    Attributes
    ----------
    pool : StudyPool
        Of the rows that are asked about, as corrected.
    columns : StudyColumns
        Of these rows.
    subset : Subset
        Without conditions it is all rows.
    subgroups, regressions, left_out : one for each column asked for
    absolute : one for each baseline risk
    important : Important or None
    corrected : Corrected or None
    """

    pool: StudyPool
    columns: StudyColumns
    subset: Subset
    subgroups: tuple[Subgroups, ...] = ()
    regressions: tuple[RegressionOn, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    absolute: tuple[AbsoluteEffect, ...] = ()
    important: Important | None = None
    corrected: Corrected | None = None

    @property
    def asked(self) -> frozenset[str]:
        """The columns that the answers are about."""
        asked: list[Subgroups | RegressionOn | LeftOut | Condition] = [
            *self.subgroups,
            *self.regressions,
            *self.left_out,
            *self.subset.conditions,
        ]
        return frozenset([*(one.column for one in asked), *self.columns.bias])


def ask(
    table: EffectTable | pd.DataFrame,
    *,
    studies: Path | str | pd.DataFrame | None = None,
    where: Sequence[str] = (),
    by: Sequence[str] = (),
    on: Sequence[str] = (),
    leave_out: Sequence[str] = (),
    baseline_risk: Sequence[float] = (),
    important: float | None = None,
    corrections: Path | str | pd.DataFrame | None = None,
    measure: str | None = None,
    model: str | None = None,
    tau2: str | None = None,
    ci: str | None = None,
    level: float = 0.95,
) -> Answers:
    """Pool a table and ask more of it.

    Parameters
    ----------
    table : EffectTable or DataFrame
        As for `pool`.
    studies : Path, str or DataFrame, optional
        Further columns, one row per study, joined by its name.
    where : sequence of str
        Conditions that the rows must all meet: "allocation=random", "year>=2000", "rob!=high".
    by : sequence of str
        Columns whose groups are pooled each and compared.
    on : sequence of str
        Columns of numbers to regress on, one at a time.
    leave_out : sequence of str
        Columns of which each group is left out in turn.
    baseline_risk : sequence of float
        Risks without the intervention, for absolute effects and numbers needed to treat.
    important : float, optional
        A minimal important difference as it is printed: 0.2, or a risk ratio of 0.8.
    corrections : Path, str or DataFrame, optional
        A ledger: row or study, column, found, right, reason, source.
    measure, model, tau2, ci, level
        As for `pool`.

    Returns
    -------
    Answers

    Raises
    ------
    DataError
        With all problems of the rows, of studies.csv or of the ledger.
    InputError
        For what cannot be asked of these rows.

    Examples
    --------
    >>> rows = pd.DataFrame({"study": list("ABCDEF"), "yi": [0.1, 0.3, 0.2, 0.7, 0.6, 0.9]})
    >>> rows["vi"], more = 0.04, pd.DataFrame({"study": list("ABCDEF"), "dose": [1, 1, 1, 2, 2, 2]})
    >>> answers = ask(rows, studies=more, by=["dose"], on=["dose"])
    >>> answers.subgroups[0].pools["estimate"].round(3).tolist()
    [0.2, 0.733]
    >>> round(answers.regressions[0].slope.estimate, 3)
    0.533
    """
    if isinstance(table, pd.DataFrame):
        table = table_of_frame(table)
    settings = PoolSettings(measure, model, tau2, ci, level)
    studies = Path(studies) if isinstance(studies, str) else studies
    ledger = Path(corrections) if isinstance(corrections, str) else corrections
    lines = [] if ledger is None else read_ledger(ledger, table)
    rows, columns, chosen = _selected(corrected(table, lines), studies, where)
    try:
        result = settings.pool(rows)
    except DataError as error:
        raise blamed(error, lines) from None
    pools = pd.DataFrame(
        [
            settings.row(_selected(corrected(table, some), studies, where)[0])
            for some in _variants(lines)
        ],
        columns=list(POOL_COLUMNS),
    )
    return Answers(
        pool=result,
        columns=columns,
        subset=chosen,
        subgroups=tuple(subgroups(rows, columns, name, result, settings) for name in by),
        regressions=tuple(regression_on(columns, name, result, settings) for name in on),
        left_out=tuple(left_out(rows, columns, name, settings) for name in leave_out),
        absolute=tuple(_absolute(result, risk) for risk in baseline_risk),
        important=None if important is None else _important(result, important),
        corrected=Corrected(tuple(lines), pools) if lines else None,
    )


def _selected(
    table: EffectTable, studies: Path | pd.DataFrame | None, where: Sequence[str]
) -> tuple[EffectTable, StudyColumns, Subset]:
    """The rows that meet the conditions, and their columns."""
    columns = study_columns(table, studies)
    chosen = subset(columns, where)
    return table.take(chosen.rows), columns.take(chosen.rows), chosen


def _variants(lines: Sequence[Correction]) -> list[Sequence[Correction]]:
    """The corrections that are tried together: none, each of several alone, all."""
    if not lines:
        return []
    alone = [[line] for line in lines] if len(lines) > 1 else []
    return [[], *alone, lines]


def _absolute(result: StudyPool, baseline: float) -> AbsoluteEffect:
    low, high = reliable_limits(vars(result.pooled))
    return absolute_effect(result.measure, result.pooled.estimate, low, high, baseline)


def _important(result: StudyPool, printed: float) -> Important:
    scale = Scale(result.measure)
    try:
        place = scale.kind.to_pooling(printed)
    except ValueError:
        place = math.nan
    if math.isnan(scale.null) or not math.isfinite(place) or place == 0:
        raise InputError(
            f"minimal important difference: found {printed:g}; allowed: a possible "
            f"{scale.label} other than no effect"
        )
    known = result.studies.dropna(subset="yi")
    share = share_beyond(result.pooled, known["yi"], known["vi"], place, above=place > 0)
    return Important(printed, place, share)
