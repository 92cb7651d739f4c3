"""A published robust variance analysis, reproduced to its printed digits.

Opie and others 2023: online parenting programmes, every outcome that is there, robumeta, rho 0.8.
The data are other people's and not part of this project: the test runs where they lie next to it.
"""

import csv
from pathlib import Path

import pytest

from metarepro.models.robust_variance import pool_correlated

FOLDER = Path(__file__).parents[2].parent / "shared/corpus/rve/opie2023"
PRINTED_DIGITS = 3

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="third-party data (../shared/corpus/rve/opie2023) are not here"
)


def read(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    "published", read("published.csv") if FOLDER.is_dir() else [], ids=lambda row: row["outcome"]
)
def test_published_analysis(published: dict[str, str]) -> None:
    rows = read(published["outcome"].lower().replace(" ", "_") + ".csv")
    got = pool_correlated(
        [float(row["yi"]) for row in rows],
        [float(row["vi"]) for row in rows],
        [row["sample_id"] for row in rows],
        rho=0.8,
    )
    reproduced = {
        "estimate": got.estimate,
        "se": got.se,
        "t": got.statistic,
        "df": got.df,
        "p_value": got.p_value,
        "ci_low": got.ci_low,
        "ci_high": got.ci_high,
    }
    printed = {column: float(published[column]) for column in reproduced}
    assert {c: round(x, PRINTED_DIGITS) for c, x in reproduced.items()} == printed
