"""The tables in results/sensitivity."""

from metarepro.models.intervals import INTERVALS
from metarepro.models.tau2 import ESTIMATORS
from metarepro.tabular.columns import Columns, identifier, level, number, text, whole
from metarepro.tabular.columns import share_of_100 as percent
from metarepro.tabular.input_tables import TIMEPOINTS
from metarepro.tabular.statistic_columns import (
    ESTIMATE,
    HETEROGENEITY,
    PREDICTION,
    STATISTICS,
    TAU2,
    TAU2_INTERVAL,
    statistics,
)
from metarepro.tabular.tables import Table
from metarepro.wording.scales import BETTER

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
    "rho": number(at_least=0, at_most=1),
}
#: A pool of at least one trial.
_POOL: Columns = {
    **_HOW,
    "n_trials": whole(at_least=1, required=True),
    "k": whole(at_least=1, required=True),
    "n_participants": number(at_least=0),
    "n_unknown": whole(at_least=0),
    **STATISTICS,
}
_VARIANT: Columns = {
    "variant": text(required=True),
    "description": text(required=True),
    **_HOW,
    "n_trials": whole(at_least=0, required=True),
    "k": whole(at_least=0, required=True),
    "n_participants": number(at_least=0),
    "n_unknown": whole(at_least=0),
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
    "observed": whole(at_least=0),
    "expected": number(at_least=0),
    "fail_safe_n": whole(at_least=0),
    "detail": level("", "left", "right", "pet", "peese"),
    "flags": text(),
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
    **_POOL,
    "share_favourable": number(at_least=0, at_most=1, required=True),
    "share_significant": number(at_least=0, at_most=1, required=True),
    "flags": text(),
    "reason": text(),
    "trial_ids": text(required=True),
}
_NO_EFFECT_ROW: Columns = {
    "n_at_zero": whole(at_least=0, required=True),
    "n_trials_at_zero": whole(at_least=0, required=True),
    "n_not_entered": whole(at_least=0, required=True),
    "at_zero": text(),
    "not_entered": text(),
    **_POOL,
    "flags": text(),
    "reason": text(),
    "trial_ids": text(),
}
_WHOLE_REVIEWS: Columns = {
    "intervention": identifier(),
    "outcome": identifier(),
    "timepoint": level(*TIMEPOINTS),
    "effect_measure": text(required=True),
    "better": level(*BETTER),
    "source": level("whole_reviews", "abstracts", "difference"),
    "n_trials": whole(at_least=1, required=True),
    "k": whole(at_least=1, required=True),
    **ESTIMATE,
    "share_favourable": number(at_least=0, at_most=1),
    "flags": text(),
    "trial_ids": text(required=True),
}
_MULTIVERSE: Columns = {
    # Dimensions of `choices.DIMENSIONS` in which the analyses differ.
    "choices": text(),
    **{
        name: whole(at_least=0, required=True)
        for name in (
            "n_specifications",
            "n_failed",
            "n_duplicates",
            "n_different",
            "n_without_interval",
        )
    },
    "share_same_sign": number(at_least=0, at_most=1),
    "share_same_conclusion": number(at_least=0, at_most=1),
    "share_above_zero": number(at_least=0, at_most=1),
    "share_below_zero": number(at_least=0, at_most=1),
    "lowest": number(),
    "median": number(),
    "highest": number(),
}
_MODERATORS: Columns = {
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
    "r2": percent(),
    "flags": text(),
    "reason": text(),
}
_MODERATOR_LEVELS: Columns = {
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
}


def _table(name: str, columns: Columns, about: str) -> Table:
    """A table with rows for every synthesis."""
    return Table(name, f"sensitivity/{name}.csv", _SYNTHESIS | columns, about)


MULTIVERSE = _table(
    "multiverse", _MULTIVERSE, "shares of analyses that agree, over all combinations of choices"
)
NO_EFFECT = _table(
    "no_effect",
    _NO_EFFECT_ROW,
    "every synthesis with its results of unreported direction or size set to no effect",
)
WHOLE_REVIEWS = Table(
    "whole_reviews",
    "sensitivity/whole_reviews.csv",
    _WHOLE_REVIEWS,
    "pools of whole reviews beside those of abstracts",
)
#: What the syntheses depend on.
SENSITIVITY_TABLES = (
    _table("variants", _VARIANT, "every synthesis with other results, models and intervals"),
    _table("leave_one_out", _PARTIAL_POOL, "every synthesis without each of its trials"),
    _table("cumulative", _PARTIAL_POOL, "every synthesis as it grew by year"),
    _table("influence", _INFLUENCE, "how much each trial moves a synthesis"),
    _table("small_study", _SMALL_STUDY, "tests for small-study effects and selection"),
    _table("caliper", _CALIPER, "results just below p 0.05"),
    _table("source_kinds", _SOURCE_KIND, "every synthesis by kind of source"),
    MULTIVERSE,
    NO_EFFECT,
    WHOLE_REVIEWS,
)
MODERATORS = _table("moderators", _MODERATORS, "tests of what trials differ in")
MODERATOR_LEVELS = _table(
    "moderator_levels", _MODERATOR_LEVELS, "pooled effects at each level of what trials differ in"
)
#: What its trials differ in.
MODERATOR_TABLES = (MODERATORS, MODERATOR_LEVELS)
