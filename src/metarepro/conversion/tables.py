"""The tables in results/effects: every reported result as an effect size."""

from metarepro.plan import MEASURES
from metarepro.tabular import input_tables
from metarepro.tabular.columns import digest, identifier, level, number, text, whole, year
from metarepro.tabular.reported_statistics import STATISTICS
from metarepro.tabular.tables import Table
from metarepro.wording.scales import BETTER

EFFECTS = Table(
    "effects",
    "effects/effects.csv",
    {
        "result_id": identifier(unique=True),
        "trial_id": identifier(),
        "label": text(required=True),
        "year": year(),
        "income": level("", *input_tables.INCOMES),
        "arm": text(),
        "intervention": identifier(),
        "family": identifier(),
        "outcome": identifier(),
        "domain": identifier(),
        "measure": text(required=True),
        "timepoint": level(*input_tables.TIMEPOINTS),
        "timepoint_detail": text(),
        "months_after": number(at_least=0),
        "statistic": level(*STATISTICS),
        "design": level(*input_tables.DESIGNS),
        "adjusted": level(*input_tables.ADJUSTED),
        "source_kind": level(*input_tables.EFFECT_SOURCE_KINDS),
        "n_t": whole(at_least=2),
        "n_c": whole(at_least=2),
        "n_total": whole(at_least=4),
        "effect_measure": level(*MEASURES),
        # Which printed effects favour the intervention; `yi` is always positive in favour.
        "better": level(*BETTER),
        "yi": number(),
        "vi": number(above=0),
        "sei": number(above=0),
        "ci_low": number(),
        "ci_high": number(),
        # How far the rounding of the printed numbers may move yi and vi.
        "yi_rounding": number(at_least=0),
        "vi_rounding": number(at_least=0),
        "route": text(),
        "se_source": text(),
        "tier": level("", *input_tables.TIERS),
        # The factor for clusters that the conversion applied; empty where it applied none.
        "design_effect": number(at_least=1),
        # What divides the participants into independent ones by the plan, also where the source's
        # analysis allows for the clusters: tests for small-study effects need it of every trial.
        "trial_design_effect": number(at_least=1, required=True),
        # Whether arm sizes are halves of a total.
        "equal_arms": level("", "yes", "no"),
        "assumptions": text(),
        # Of a result whose direction or size is not printed, at no effect. `vi_at_zero` is empty
        # where its sizes are not known either.
        "vi_at_zero": number(above=0),
        "tier_at_zero": level("", *input_tables.TIERS),
        "exclude": identifier(required=False),
        # What is used instead: of a duplicate, and of a row that a review's own data file has.
        "duplicate_of": identifier(required=False),
        "exclude_reason": text(),
        "source": text(required=True),
        "locator": text(required=True),
        "file": text(required=True),
        "sha256": digest(),
        "row": whole(at_least=2, required=True),
    },
    "every result as an effect size, or why there is none",
)
#: The results that have a `design_effect`, also with the correlation of the plan itself.
EFFECTS_BY_ICC = Table(
    "effects_by_icc",
    "effects/effects_by_icc.csv",
    {
        "result_id": identifier(),
        "icc": number(at_least=0, at_most=1, required=True),
        "yi": number(required=True),
        "vi": number(above=0, required=True),
    },
    "results of cluster trials to which a design effect was applied, at each intracluster "
    "correlation of the plan",
)
