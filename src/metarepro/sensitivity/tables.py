"""Columns of the tables in results/sensitivity."""

from metarepro.models.intervals import INTERVALS
from metarepro.models.tau2 import ESTIMATORS
from metarepro.tabular.columns import identifier, level, number, text, whole
from metarepro.tabular.columns import share_of_100 as percent
from metarepro.tabular.input_tables import Columns
from metarepro.tabular.statistic_columns import (
    ESTIMATE,
    HETEROGENEITY,
    PREDICTION,
    STATISTICS,
    TAU2,
    TAU2_INTERVAL,
    statistics,
)

_SYNTHESIS: Columns = {"synthesis": text(required=True)}
_HOW: Columns = {
    "model": level(
        "",
        "random",
        "common",
        "common_of_means",
        "correlated_effects",
        "three_level",
        "single_trial",
    ),
    "tau2_method": level("", *ESTIMATORS, "MM"),
    "ci_method": level("", *INTERVALS, "t", "satterthwaite"),
}
_VARIANT: Columns = {
    "variant": text(required=True),
    "description": text(required=True),
    **_HOW,
    "n_trials": whole(at_least=0, required=True),
    "k": whole(at_least=0, required=True),
    "n_participants": number(at_least=0),
    **ESTIMATE,
    **TAU2,
    **TAU2_INTERVAL,
    **HETEROGENEITY,
    **PREDICTION,
    "flags": text(),
    "reason": text(),
    "removed": text(),
    "sigma2_trial": number(at_least=0),
    "sigma2_result": number(at_least=0),
    "trial_ids": text(),
    "same_as": text(),
}
_PARTIAL_POOL: Columns = {
    "trial_id": identifier(),
    "label": text(required=True),
    "year": number(),
    "model": level("random", "common", "common_of_means", "correlated_effects", "single_trial"),
    "n_trials": whole(at_least=1, required=True),
    "k": whole(at_least=1, required=True),
    **ESTIMATE,
    "estimate": number(required=True),
    "se": number(at_least=0, required=True),
    **TAU2,
    **HETEROGENEITY,
    "flags": text(),
    "reason": text(),
}
_INFLUENCE: Columns = {
    "trial_id": identifier(),
    "label": text(required=True),
    "rstudent": number(),
    "dffits": number(),
    "cook_d": number(at_least=0),
    "cov_r": number(at_least=0),
    "tau2_del": number(at_least=0),
    "q_del": number(at_least=0),
    "hat": number(at_least=0, at_most=1),
    "weight": percent(),
    "dfbetas": number(),
    "influential": level("yes", "no"),
}
_SMALL_STUDY: Columns = {
    "method": text(required=True),
    "k": whole(at_least=1, required=True),
    "tests": level("asymmetry", "effect", "selection"),
    **statistics("statistic", "df", "p_value", "estimate", "se", "ci_low", "ci_high", "tau2"),
    "n_filled": whole(at_least=0),
    "weight": number(above=0),
    "weight_se": number(at_least=0),
    "detail": level("", "left", "right", "pet", "peese"),
    "reason": text(),
}
_CALIPER: Columns = {
    name: whole(at_least=0, required=True)
    for name in (
        *("n_results", "n_significant", "n_040_050", "n_045_050", "n_050_055", "n_050_060"),
    )
}
_SOURCE_KIND: Columns = {
    "source_kind": identifier(),
    **_HOW,
    "n_trials": whole(at_least=1, required=True),
    "k": whole(at_least=1, required=True),
    "n_participants": number(at_least=0),
    **STATISTICS,
    "share_favourable": number(at_least=0, at_most=1, required=True),
    "share_significant": number(at_least=0, at_most=1, required=True),
    "flags": text(),
    "reason": text(),
    "trial_ids": text(required=True),
}
_MULTIVERSE: Columns = {
    **{
        name: whole(at_least=0, required=True)
        for name in ("n_specifications", "n_failed", "n_duplicates", "n_different")
    },
    "share_same_sign": number(at_least=0, at_most=1),
    "share_same_conclusion": number(at_least=0, at_most=1),
    "share_above_zero": number(at_least=0, at_most=1),
    "share_below_zero": number(at_least=0, at_most=1),
    "lowest": number(),
    "median": number(),
    "highest": number(),
}
SENSITIVITY_TABLES: dict[str, Columns] = {
    "variants": _SYNTHESIS | _VARIANT,
    "leave_one_out": _SYNTHESIS | _PARTIAL_POOL,
    "cumulative": _SYNTHESIS | _PARTIAL_POOL,
    "influence": _SYNTHESIS | _INFLUENCE,
    "small_study": _SYNTHESIS | _SMALL_STUDY,
    "caliper": _SYNTHESIS | _CALIPER,
    "source_kinds": _SYNTHESIS | _SOURCE_KIND,
    "multiverse": _SYNTHESIS | _MULTIVERSE,
}
