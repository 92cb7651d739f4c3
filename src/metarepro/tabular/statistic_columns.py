"""Columns of a pooled result, the same in every table that has them."""

from metarepro.tabular.columns import Columns, number
from metarepro.tabular.columns import share_of_100 as percent

#: Test and interval of one estimate.
ESTIMATE: Columns = {
    "estimate": number(),
    "se": number(at_least=0),  # 0: all effects are equal
    "df": number(above=0),
    "statistic": number(),
    "p_value": number(at_least=0, at_most=1),
    "ci_low": number(),
    "ci_high": number(),
}
TAU2: Columns = {"tau2": number(at_least=0)}
TAU2_INTERVAL: Columns = {
    "tau2_ci_low": number(at_least=0),
    "tau2_ci_high": number(at_least=0),
}
Q: Columns = {
    "q": number(at_least=0),
    # Not whole under the correlated-effects model: what Q is expected to be without heterogeneity.
    "q_df": number(at_least=0),
    "q_p": number(at_least=0, at_most=1),
}
HETEROGENEITY: Columns = {"i2_q": percent(), "i2_tau2": percent(), **Q}
PREDICTION: Columns = {"pi_low": number(), "pi_high": number()}

#: All of them, as the table of pools has them.
STATISTICS: Columns = ESTIMATE | TAU2 | TAU2_INTERVAL | HETEROGENEITY | PREDICTION


def statistics(*names: str) -> Columns:
    """Columns of `STATISTICS` by name, in the order of the names."""
    return {name: STATISTICS[name] for name in names}
