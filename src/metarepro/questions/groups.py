"""Groups of the rows of a table: pooled each, compared, and left out in turn."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from metarepro.errors import InputError
from metarepro.questions.pooling import POOL_COLUMNS, PoolSettings, effects_of
from metarepro.questions.study_columns import StudyColumns
from metarepro.readers.effect_table import EffectTable
from metarepro.synthesis.study_pool import StudyPool
from metarepro.synthesis.subgroups import MIN_TRIALS_OF_LEVEL, group_test, untested


@dataclass(frozen=True, eq=False)
class Subgroups:
    """Subgroups by a column, and whether they differ.

    Attributes
    ----------
    column : the column
    pools : DataFrame with `group` and `pooling.POOL_COLUMNS`, one row per group in the order of
        their names; each has a variance between trials of its own
    test : n_tested, statistic, df1, df2, p_value, flags, and a reason where there is no test; as
        `synthesis.subgroups`: one variance between trials for all groups
    not_tested : groups of one trial, which the test leaves out
    unknown : studies without a group
    """

    column: str
    pools: pd.DataFrame
    test: Mapping[str, Any]
    not_tested: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class LeftOut:
    """The pool without each group of a column in turn.

    Attributes
    ----------
    column : the column
    pools : DataFrame with `group` (left out) and `pooling.POOL_COLUMNS`
    unknown : studies without a group, which always stay in
    """

    column: str
    pools: pd.DataFrame
    unknown: tuple[str, ...]


def subgroups(
    table: EffectTable,
    columns: StudyColumns,
    name: str,
    result: StudyPool,
    settings: PoolSettings,
) -> Subgroups:
    """Pool the groups of a column, and test whether they differ.

    Parameters
    ----------
    table, columns : EffectTable and StudyColumns
        Of the rows that were pooled.
    name : str
        The column.
    result : StudyPool
        The pool of all rows.
    settings : PoolSettings

    Raises
    ------
    InputError
        If there is no such column, or it has fewer than two groups.
    """
    column, groups, unknown = _groups(columns, name)
    pools = [
        {"group": group, **settings.row(table.take(groups == group))}
        for group in sorted(set(groups) - {""}, key=_order)
    ]
    effects = effects_of(result)
    group_of = groups[effects.index]
    effects, group_of = effects[group_of != ""], group_of[group_of != ""]
    sizes = effects["trial_id"].groupby(group_of).nunique()
    if sizes.sum() > effects["trial_id"].nunique():
        test = untested(f"groups by {column} share trials")
    else:
        test = group_test(effects, group_of, settings.regression)
    alone = tuple(str(group) for group in sizes.index[sizes < MIN_TRIALS_OF_LEVEL])
    return Subgroups(column, _table(pools), test, alone, unknown)


def left_out(
    table: EffectTable, columns: StudyColumns, name: str, settings: PoolSettings
) -> LeftOut:
    """Pool without each group of a column in turn; parameters and errors as `subgroups`."""
    column, groups, unknown = _groups(columns, name)
    pools = [
        {"group": group, **settings.row(table.take(groups != group))}
        for group in sorted(set(groups) - {""}, key=_order)
    ]
    return LeftOut(column, _table(pools), unknown)


def _groups(columns: StudyColumns, name: str) -> tuple[str, "pd.Series[str]", tuple[str, ...]]:
    """The column, the group of each row, and the studies that have none."""
    column = columns.named(name)
    groups = columns.cells[column].str.strip()
    if len(set(groups) - {""}) < 2:
        raise InputError(f"{columns.file}, {column}: fewer than two groups")
    return column, groups, tuple(dict.fromkeys(columns.cells["study"][groups == ""]))


def _order(group: str) -> tuple[bool, float, str]:
    """Numbers by their value, before words."""
    try:
        return False, float(group), group
    except ValueError:
        return True, 0.0, group


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["group", *POOL_COLUMNS])
