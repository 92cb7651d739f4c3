"""The tables in results/ of the studies of this checkout, as the tests of the page read them."""

from pathlib import Path
from typing import Any

import pandas as pd

from metarepro.catalogue import RESULT_TABLES
from metarepro.plan import Plan, read_plan
from metarepro.report.plot import settings_of
from metarepro.synthesis.membership import members, timely
from metarepro.tabular.tables import read_result

Row = dict[str, Any]
STUDIES = {"parent-infant": Path(), "bcg": Path("examples/bcg")}


def records(table: pd.DataFrame) -> list[Row]:
    """The rows of a table."""
    return [{str(column): cell for column, cell in row.items()} for row in table.to_dict("records")]


class Study:
    """The tables of a study and its plan."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plan: Plan = read_plan(folder / "config/config.yaml")
        self.effects = self.read("effects")
        self.pools = self.read("pooled").set_index("synthesis", drop=False)
        self._pools = {row["synthesis"]: row for row in records(self.pools)}
        self.weights = self.read("weights")
        self.results = self.weights.groupby("synthesis")["result_id"].agg(list).to_dict()
        self.by_result = self.effects.set_index("result_id", drop=False)

    def read(self, name: str) -> pd.DataFrame:
        return read_result(self.folder / "results", RESULT_TABLES[name])

    def pool(self, key: str) -> Row:
        return self._pools[key]

    def rows_of(self, key: str) -> pd.DataFrame:
        return self.by_result.loc[self.results[key]]

    def every(self, key: str) -> pd.DataFrame:
        pool = self.pool(key)
        return members(timely(self.effects, self.plan.sets[pool["set_name"]]), pool)

    def settings(self, key: str, **other: Any) -> Row:
        return {**settings_of(self.plan, key), **other}
