"""The tables in results/overlap."""

from metarepro.tabular import input_tables
from metarepro.tabular.columns import Columns, identifier, level, number, text, whole
from metarepro.tabular.columns import share_of_100 as percent
from metarepro.tabular.reported_statistics import STATISTICS
from metarepro.tabular.tables import Table

_BASIS = level("listed", "listed+plausible")
OVERLAP_PAIRS = Table(
    "overlap_pairs",
    "overlap/pairs.csv",
    {
        "review_a": identifier(),
        "review_b": identifier(),
        "n_a": whole(at_least=0, required=True),
        "n_b": whole(at_least=0, required=True),
        "n_shared": whole(at_least=0),
        "cca": percent(),
        "basis": _BASIS,
        "trial_ids": text(),
        "reason": text(),
    },
    "trials that two reviews share",
)
OVERLAP_OVERALL = Table(
    "overlap_overall",
    "overlap/overall.csv",
    {
        "n_reviews": whole(at_least=0, required=True),
        "n_trials": whole(at_least=0, required=True),
        "n_inclusions": whole(at_least=0, required=True),
        "cca": percent(),
        "basis": _BASIS,
        "reason": text(),
    },
    "trials that the reviews share",
)


def _side(side: str) -> Columns:
    return {
        f"result_id_{side}": identifier(),
        f"source_kind_{side}": text(required=True),
        f"source_{side}": text(required=True),
        f"value_{side}": number(),
        f"ci_low_{side}": number(),
        f"ci_high_{side}": number(),
    }


SHARED_EFFECTS = Table(
    "shared_effects",
    "overlap/shared_effects.csv",
    {
        "trial_id": identifier(),
        "label": text(required=True),
        "outcome": identifier(),
        "measure": text(required=True),
        "timepoint": level(*input_tables.TIMEPOINTS),
        "pairing": level("duplicate", "superseded", "both_used"),
        "scale": level("", "effect", *STATISTICS),
        **_side("a"),
        **_side("b"),
        "same_source": level("yes", "no"),
        "described": level("alike", "differently"),
        "difference": number(),
        "agreement": level("equal", "within_rounding", "different", "not_comparable"),
        "reason": text(),
        "remark": text(),
    },
    "the same result from two sources",
)
OVERLAP_TABLES = (OVERLAP_PAIRS, OVERLAP_OVERALL, SHARED_EFFECTS)
