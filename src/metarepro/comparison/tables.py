"""The tables in results/reproduction: published results against recomputed ones."""

from metarepro.plan import MEASURES
from metarepro.tabular import input_tables
from metarepro.tabular.columns import identifier, level, number, text, whole
from metarepro.tabular.columns import share_of_100 as percent
from metarepro.tabular.statistic_columns import HETEROGENEITY, PREDICTION, statistics
from metarepro.tabular.tables import Table
from metarepro.wording.scales import BETTER

VERDICTS = (
    "exact",
    "reproduced",
    "approximate",
    "different",
    "decision_differs",
    "partial",
    "not_testable",
)

REPRODUCTION = Table(
    "reproduction",
    "reproduction/reproduction.csv",
    {
        "review_id": identifier(),
        "review": text(required=True),
        "role": level(*input_tables.REVIEW_ROLES),
        "row": whole(at_least=2, required=True),
        "outcome": identifier(),
        "outcome_label": text(required=True),
        "subgroup": text(),
        "intervention": identifier(required=False),
        "measure": level("", *input_tables.PUBLISHED_MEASURES),
        "status": level(*input_tables.PUBLISHED_STATUSES),
        "published_estimate": number(),
        "published_ci_low": number(),
        "published_ci_high": number(),
        "published_k": whole(at_least=1),
        "published_n": whole(at_least=1),
        "published_i2": percent(),
        "beneficial_sign": level(*input_tables.BENEFICIAL_SIGNS),
        "published_problems": text(),
        "effect_measure": level(*MEASURES),
        # Which printed effects favour the intervention; all estimates are positive in favour.
        "better": level(*BETTER),
        "target_estimate": number(),
        "target_ci_low": number(),
        "target_ci_high": number(),
        "basis": text(),
        "n_trials": whole(at_least=0),
        "k": whole(at_least=0),
        "n_participants": number(at_least=0),
        "n_unknown": whole(at_least=0),
        **statistics("estimate", "ci_low", "ci_high"),
        **PREDICTION,
        "model": text(),
        "tau2_method": text(),
        "ci_method": text(),
        "rho": number(at_least=0, at_most=1),
        **statistics("df", "tau2"),
        **HETEROGENEITY,
        "flags": text(),
        "coverage": text(),
        "absolute_difference": number(),
        "relative_difference": number(),
        "published_ci_holds_estimate": level("", "yes", "no"),
        "verdict": level(*VERDICTS),
        "decision_differs": level("", "yes", "no"),
        "reason": text(),
        # Which model, rounding or single change gives the published numbers from the same trials.
        "explanation": text(),
        "trial_ids": text(),
    },
    "every published result against ours",
)
REVIEW_WEIGHTS = Table(
    "review_weights",
    "reproduction/weights.csv",
    {
        "review_id": identifier(),
        "row": whole(at_least=2, required=True),
        "result_id": identifier(),
        "trial_id": identifier(),
        "weight": percent(required=True),
    },
    "every result that a published one is recomputed from, with its weight",
)
