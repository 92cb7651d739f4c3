"""Columns of the tables in results/overlap."""

from metarepro.tabular import input_tables
from metarepro.tabular.columns import identifier, level, number, text, whole
from metarepro.tabular.columns import share_of_100 as percent
from metarepro.tabular.input_tables import Columns

_BASIS = level("listed", "listed+plausible")
OVERLAP_PAIRS: Columns = {
    "review_a": identifier(),
    "review_b": identifier(),
    "n_a": whole(at_least=0, required=True),
    "n_b": whole(at_least=0, required=True),
    "n_shared": whole(at_least=0),
    "cca": percent(),
    "basis": _BASIS,
    "trial_ids": text(),
    "reason": text(),
}
OVERLAP_OVERALL: Columns = {
    "n_reviews": whole(at_least=0, required=True),
    "n_trials": whole(at_least=0, required=True),
    "n_inclusions": whole(at_least=0, required=True),
    "cca": percent(),
    "basis": _BASIS,
    "reason": text(),
}


def _side(side: str) -> Columns:
    return {
        f"result_id_{side}": identifier(),
        f"source_kind_{side}": text(required=True),
        f"source_{side}": text(required=True),
        f"value_{side}": number(),
        f"ci_low_{side}": number(),
        f"ci_high_{side}": number(),
    }


SHARED_EFFECTS: Columns = {
    "trial_id": identifier(),
    "label": text(required=True),
    "outcome": identifier(),
    "measure": text(required=True),
    "timepoint": level(*input_tables.TIMEPOINTS),
    "pairing": level("duplicate", "superseded", "both_used"),
    "scale": level("", "g", *input_tables.STATISTICS),
    **_side("a"),
    **_side("b"),
    "same_source": level("yes", "no"),
    "described": level("alike", "differently"),
    "difference": number(),
    "agreement": level("equal", "within_rounding", "different", "not_comparable"),
    "reason": text(),
    "remark": text(),
}
OVERLAP_TABLES: dict[str, Columns] = {
    "overlap_pairs": OVERLAP_PAIRS,
    "overlap_overall": OVERLAP_OVERALL,
    "shared_effects": SHARED_EFFECTS,
}
