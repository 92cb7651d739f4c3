"""Columns of the tables of moderators in results/sensitivity."""

from metarepro.tabular.columns import level, number, share_of_100, text, whole
from metarepro.tabular.input_tables import Columns

MODERATOR_TABLES: dict[str, Columns] = {
    "moderators": {
        "synthesis": text(required=True),
        "moderator": text(required=True),
        "model": level("", "random", "common", "correlated_effects"),
        "n_trials": whole(at_least=0, required=True),
        "k": whole(at_least=0, required=True),
        "n_levels": whole(at_least=0, required=True),
        "n_without_value": whole(at_least=0, required=True),
        "statistic": number(at_least=0),
        "df1": whole(at_least=1),
        "df2": number(above=0),
        "p_value": number(at_least=0, at_most=1),
        "p_holm": number(at_least=0, at_most=1),
        "tau2": number(at_least=0),
        "r2": share_of_100(),
        "flags": text(),
        "reason": text(),
    },
    "moderator_levels": {
        "synthesis": text(required=True),
        "moderator": text(required=True),
        "level": text(required=True),
        "n_trials": whole(at_least=1, required=True),
        "k": whole(at_least=1, required=True),
        "estimate": number(),
        "se": number(at_least=0),
        "df": number(above=0),
        "ci_low": number(),
        "ci_high": number(),
        "difference": number(),
        "difference_se": number(at_least=0),
        "difference_df": number(above=0),
        "difference_ci_low": number(),
        "difference_ci_high": number(),
        "difference_p": number(at_least=0, at_most=1),
        "flags": text(),
    },
}
