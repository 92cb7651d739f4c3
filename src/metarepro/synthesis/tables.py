"""The tables in results/pooled."""

from metarepro.plan import MEASURES
from metarepro.tabular.columns import identifier, level, number, text, whole
from metarepro.tabular.columns import share_of_100 as percent
from metarepro.tabular.statistic_columns import STATISTICS
from metarepro.tabular.tables import Table
from metarepro.wording.scales import BETTER

POOLED = Table(
    "pooled",
    "pooled/pooled.csv",
    {
        "synthesis": text(required=True),
        "set_name": text(required=True),
        "intervention": identifier(required=False),
        "family": identifier(required=False),
        "domain": identifier(required=False),
        "outcome": identifier(required=False),
        "timepoint": text(),
        "tiers": text(),
        "effect_measure": level(*MEASURES),
        # Which printed effects favour the intervention; `estimate` is always positive in favour.
        "better": level(*BETTER),
        "model": text(),
        "tau2_method": text(),
        "ci_method": text(),
        "rho": number(at_least=0, at_most=1),
        "n_trials": whole(at_least=0, required=True),
        "k": whole(at_least=0, required=True),
        "n_participants": number(at_least=0),
        "n_unknown": whole(at_least=0),
        **STATISTICS,
        "flags": text(),
        "reason": text(),
        "trial_ids": text(),
    },
    "every synthesis",
)
WEIGHTS = Table(
    "weights",
    "pooled/weights.csv",
    {
        "synthesis": text(required=True),
        "result_id": identifier(),
        "trial_id": identifier(),
        "weight": percent(required=True),
    },
    "weight of every result in every synthesis",
)
SUBGROUP_TESTS = Table(
    "subgroup_tests",
    "pooled/subgroup_tests.csv",
    {
        "synthesis": text(required=True),
        "subgroups": text(required=True),
        "n_subgroups": whole(at_least=2, required=True),
        "n_tested": whole(at_least=0, required=True),
        "statistic": number(at_least=0),
        "df1": whole(at_least=1),
        "df2": number(above=0),
        "p_value": number(at_least=0, at_most=1),
        "flags": text(),
        "reason": text(),
    },
    "tests between subgroups",
)
POOLED_TABLES = (POOLED, WEIGHTS, SUBGROUP_TESTS)
