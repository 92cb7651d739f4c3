"""How papers report results: every statistic, with the numbers that an effect needs of it.

A new one is an entry here, a route in `conversion`, and a word in the data guide.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from metarepro.tabular.limits import (
    ANY_NUMBER,
    CORRELATION,
    ETA_SQUARED,
    NOT_NEGATIVE,
    POSITIVE,
    RISK_DIFFERENCE,
    Limits,
)


class Given:
    """Which numbers the rows of a table of results give, each a Series of booleans."""

    def __init__(self, results: pd.DataFrame) -> None:
        self.has = results.notna()
        self.arms = self.all("n_t", "n_c")
        self.n = self.arms | self.has["n_total"]
        self.sds = self.all("sd_t", "sd_c")
        self.means = self.all("mean_t", "mean_c")
        self.value = self.has["value"]
        self.times = self.all("time_t", "time_c")
        self.p = self.has["p_value"] & results["p_relation"].isin(["=", "<"])
        self.spread = self.all("ci_low", "ci_high") | self.has["se"] | self.p
        self.scale = self.has["reference_sd"] | self.sds
        self.df = self.has["df1"] | self.has["df2"]
        self.two_groups = results["df1"] == 1
        self.not_several_groups = ~(results["df1"] > 1)
        self.signed = results["sign"] != "unsigned"

    def all(self, *columns: str) -> pd.Series:
        """Rows that give all of these."""
        return self.has[list(columns)].all(axis=1)


@dataclass(frozen=True)
class Statistic:
    """One way to report a result.

    Attributes
    ----------
    needs : what a usable row gives, in words
    usable : the rows from which an effect with a standard error can be had
    asked : columns that the form for a result asks for
    helpful : columns that it leaves open
    of_arms : whether the numbers are those of the arms, so that `sign` is "scale"
    is_ratio : whether it is above 0 and analysed as a logarithm
    possible : what its `value` can be
    possible_ci : what the limits of its interval can be
    """

    needs: str
    usable: Callable[[Given], pd.Series]
    asked: tuple[str, ...] = ("value",)
    helpful: tuple[str, ...] = ()
    of_arms: bool = False
    is_ratio: bool = False
    possible: Limits = ANY_NUMBER
    possible_ci: Limits = ANY_NUMBER


_SPREAD = ("ci_low", "ci_high", "se", "se_basis", "p_value", "p_relation")
_SIZES = ("n_t", "n_c", "n_total")
_OF_ESTIMATE = "value, and a CI, se or p"
_BASELINE = (*_SPREAD, "n_t", "n_c", "events_c", "mean_c")


def _ratio(helpful: tuple[str, ...] = _SPREAD + _SIZES) -> Statistic:
    return Statistic(
        _OF_ESTIMATE,
        lambda given: given.value & given.spread,
        helpful=helpful,
        is_ratio=True,
        possible=POSITIVE,
        possible_ci=POSITIVE,
    )


#: Every statistic by its name in the column `statistic`.
STATISTICS: dict[str, Statistic] = {
    "means": Statistic(
        "arm sizes (or n_total), both means and both SDs",
        lambda given: given.n & given.sds & given.means,
        ("n_t", "mean_t", "sd_t", "n_c", "mean_c", "sd_c"),
        of_arms=True,
    ),
    "counts": Statistic(
        "events and arm sizes of both arms",
        lambda given: given.arms & given.all("events_t", "events_c"),
        ("n_t", "events_t", "n_c", "events_c"),
        of_arms=True,
        # Of an odds ratio, if one is printed.
        possible=POSITIVE,
        possible_ci=POSITIVE,
    ),
    "smd": Statistic(
        "value, and a CI, se, p (= or <) or arm sizes",
        lambda given: given.value & (given.spread | given.n),
        helpful=(*_SPREAD, *_SIZES, "corrected"),
    ),
    "cox_index": Statistic(
        _OF_ESTIMATE, lambda given: given.value & given.spread, helpful=_SPREAD + _SIZES
    ),
    "mean_difference": Statistic(
        "value, and a CI, se or p, or an SD (reference_sd or both SDs) with arm sizes",
        lambda given: given.value & (given.spread | (given.scale & given.n)),
        helpful=(*_SPREAD, *_SIZES, "sd_t", "sd_c", "reference_sd"),
    ),
    "odds_ratio": _ratio(),
    "risk_ratio": _ratio(_BASELINE),
    "risk_difference": Statistic(
        _OF_ESTIMATE,
        lambda given: given.value & given.spread,
        helpful=_BASELINE,
        # Not its interval: a normal one may reach beyond.
        possible=RISK_DIFFERENCE,
    ),
    "eta_squared": Statistic(
        "value, arm sizes (or n_total), and a df1 of 1 if any",
        lambda given: given.value & given.n & given.not_several_groups,
        helpful=("df2", *_SIZES, "correlation"),
        possible=ETA_SQUARED,
        possible_ci=ETA_SQUARED,
    ),
    "f_test": Statistic(
        "value, df1 = 1, and df2 or arm sizes",
        lambda given: given.value & given.two_groups & (given.n | given.has["df2"]),
        ("value", "df1"),
        ("df2", *_SIZES, "correlation"),
        possible=NOT_NEGATIVE,
        possible_ci=NOT_NEGATIVE,
    ),
    "t_test": Statistic(
        "value, and df1, df2 or arm sizes",
        lambda given: given.value & (given.n | given.df),
        helpful=("df2", *_SIZES, "correlation"),
    ),
    "p_only": Statistic(
        "p (= or <), arm sizes (or n_total), a sign, and a df1 of 1 if any",
        lambda given: given.p & given.n & given.signed & given.not_several_groups,
        ("p_value", "p_relation"),
        _SIZES,
    ),
    "percentages": Statistic(
        "percentages (mean_t, mean_c) and sizes of both arms",
        lambda given: given.means & given.arms,
        ("n_t", "mean_t", "n_c", "mean_c"),
        of_arms=True,
    ),
    "paired_means": Statistic(
        "the number of pairs (n_total), both means and both SDs",
        lambda given: given.has["n_total"] & given.sds & given.means,
        ("n_total", "mean_t", "sd_t", "mean_c", "sd_c"),
        ("correlation",),
        of_arms=True,
    ),
    "change_means": Statistic(
        "arm sizes (or n_total), the mean change of both arms and its SD",
        lambda given: given.n & given.sds & given.means,
        ("n_t", "mean_t", "sd_t", "n_c", "mean_c", "sd_c"),
        ("correlation",),
        of_arms=True,
    ),
    "rates": Statistic(
        "events and person-time of both arms",
        lambda given: given.times & given.all("events_t", "events_c"),
        ("events_t", "time_t", "events_c", "time_c"),
        of_arms=True,
    ),
    "hazard_ratio": _ratio(),
    "rate_ratio": _ratio(),
    "ratio": _ratio(),
    "correlation": Statistic(
        "value (-1 to 1) and arm sizes (or n_total)",
        lambda given: given.value & given.n,
        helpful=_SIZES,
        possible=CORRELATION,
    ),
    "proportion": Statistic(
        "events_t and n_t",
        lambda given: given.all("n_t", "events_t"),
        ("n_t", "events_t"),
        of_arms=True,
    ),
}
RATIOS = tuple(name for name, statistic in STATISTICS.items() if statistic.is_ratio)
