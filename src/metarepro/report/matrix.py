"""The evidence matrix: interventions by domains, each cell with all that its number depends on."""

from collections.abc import Callable, Sequence

from metarepro.models.thresholds import has_reliable_interval, predicts
from metarepro.report.blocks import Link, Matrix, MatrixCell, MatrixRow
from metarepro.report.drawings import Axis, axis_of, drawing
from metarepro.report.plain_language import abstracts
from metarepro.report.records import Records, Row
from metarepro.synthesis.membership import timely
from metarepro.tabular.trial_interventions import interventions_of
from metarepro.wording.phrases import (
    FLAGS,
    NO_RELIABLE_INTERVAL,
    NOT_REPORTED,
    capitalised,
    counted,
    no_interval,
    participants,
    whole,
)
from metarepro.wording.scales import BETTER


def axis(records: Records) -> Axis:
    """The axis for the pools of the matrix."""
    keys = [key for domain in records.domains for key in records.cells(domain["domain"])]
    pools = [records.pools[key] for key in keys if on_axis(records, records.pools[key])]
    return axis_of(records.main_scale, pools)


def on_axis(records: Records, pool: Row) -> bool:
    """Whether a pool is on the measure that the drawings share; one without a null has none."""
    return bool(pool["effect_measure"] == records.plan.measure) and records.main_scale.compares


def matrix(records: Records) -> Matrix:
    """Make the matrix from the tables."""
    common = axis(records)
    return Matrix(
        [Link(domain["label"], f"domains/{domain['domain']}.html") for domain in records.domains],
        [
            MatrixRow(
                Link(row["label"], f"interventions/{intervention}.html"),
                row["family"],
                [_cell(records, row, domain, common) for domain in records.domains],
            )
            for intervention, row in records.interventions.items()
        ],
    )


def _cell(records: Records, intervention: Row, domain: Row, common: Axis) -> MatrixCell:
    keys = records.cell(intervention["intervention"], domain["domain"])
    trial_ids = [t for key in keys for t in records.pools[key]["trial_ids"].split(" ")]
    covered = share_of_review(records, intervention["family"], list(dict.fromkeys(trial_ids)))
    if not keys:
        why = empty_reason(records, intervention["intervention"], domain["domain"])
        return MatrixCell(domain["label"], None, "", "", covered, "", "", None, why)
    key, *others = keys
    pool = records.pools[key]
    return MatrixCell(
        domain=domain["label"],
        link=_numbers(records, key, keys),
        also=[_numbers(records, other, keys) for other in others],
        prediction=_of_each(records, keys, lambda pool: prediction_words(records, pool)),
        size=_of_each(records, keys, _size),
        coverage=covered,
        remark=cell_remark(pool),
        mark=abstracts(records.n_abstracts(key), pool["k"]),
        drawing=drawing(pool, common, records.scale.at(pool)) if on_axis(records, pool) else None,
        empty="",
    )


def _numbers(records: Records, key: str, keys: Sequence[str]) -> Link:
    """Link to a pool of a cell; where two share a measure, with which side is better."""
    pool = records.pools[key]
    side = _side(records, pool, keys)
    numbers = records.scale.of_pool(pool) + (f" ({side})" if side else "")
    return Link(numbers, f"syntheses/{key}.html")


def _side(records: Records, pool: Row, keys: Sequence[str]) -> str:
    """Which side is better, where two pools of a cell share a measure."""
    if sum(records.pools[k]["effect_measure"] == pool["effect_measure"] for k in keys) < 2:
        return ""
    return f"{'less' if pool['better'] == BETTER[1] else 'more'} is better"


def _of_each(records: Records, keys: Sequence[str], words: Callable[[Row], str]) -> str:
    """Words on a cell's pool; where it has several, on each with its measure."""
    pools = [records.pools[key] for key in keys]
    if len(pools) == 1:
        return words(pools[0])
    return "; ".join(
        f"{', '.join(filter(None, [records.scale.at(pool).symbol, _side(records, pool, keys)]))}: "
        f"{words(pool)}"
        for pool in pools
    )


def _size(pool: Row) -> str:
    people = participants(pool["n_participants"], pool["n_unknown"])
    known = people if people != NOT_REPORTED else "unknown number of"
    trials = "a single trial" if pool["n_trials"] < 2 else counted(pool["n_trials"], "trial")
    return f"{trials}, {known} participants"


def prediction_words(records: Records, pool: Row) -> str:
    """The prediction interval, or why there is none."""
    if not predicts(pool["flags"]):
        return "none: the variance between trials was estimated as 0"
    if pool["pi_low"] == pool["pi_low"] and has_reliable_interval(pool["flags"]):
        return records.scale.at(pool).span(pool["pi_low"], pool["pi_high"])
    if pool["n_trials"] < 2:
        return "none: a single trial"
    common = pool["model"].startswith("common")
    return "none: one effect is assumed" if common else "none: too few trials"


def cell_remark(pool: Row) -> str:
    """The one thing a reader must know before using the number; "" if there is none."""
    if pool["n_trials"] < 2:
        return "A single trial: nothing is pooled."
    if no_interval(pool["flags"]) in ("", NO_RELIABLE_INTERVAL):
        return ""  # which the numbers of the cell say already
    return f"{capitalised(FLAGS['narrower_than_model'])}."


def share_of_review(records: Records, family: str, trial_ids: Sequence[str]) -> str:
    """How many studies of the cited review are in a pool, the confirmed and the plausible apart.

    They are counted against the whole review. "" in a study that cites no review.
    """
    if not records.cited_reviews:
        return ""
    review_id = records.cited_reviews.get(family, "")
    if not review_id:
        return "no review cited"
    rows = records.rows("all_included", "review_id", review_id)
    bases = {row["trial_id"]: row["basis"] for row in rows}
    held = [bases.get(trial_id) for trial_id in trial_ids]
    size = records.reviews[review_id]["n_studies"]
    of = "an unknown number of studies" if size != size else f"the {whole(size)} studies"
    return (
        f"{held.count('listed')} confirmed and {held.count('plausible')} plausible of {of} of "
        f"{records.review_label(review_id)}"
    )


def empty_reason(records: Records, intervention: str, domain: str) -> str:
    """Why nothing is pooled: how many trials are known, and what became of their results."""
    effects = records.tables["effects"]
    here = effects[(effects["intervention"] == intervention) & (effects["domain"] == domain)]
    known = sum(
        intervention in interventions_of(t["intervention"]) for t in records.trials.values()
    )
    trials = f"{counted(known, 'trial')} of this intervention known"
    if here.empty:
        return f"No result was found for this domain ({trials})."
    primary = records.plan.sets[records.plan.evidence.set]
    excluded = int((here["exclude"] != "").sum())
    left_out = timely(here, primary)
    tiers = int((~left_out["tier"].isin(primary.tiers)).sum())
    designs = len(left_out) - tiers
    parts = [
        f"{excluded} could not be used" if excluded else "",
        f"{tiers} of other tiers" if tiers else "",
        f"{designs} of trials not shown to be randomised" if designs else "",
    ]
    other = len(here) - excluded - len(left_out)
    parts.append(f"{other} at another time" if other else "")
    said = ", ".join(filter(None, parts))
    return f"No result that can be pooled: {counted(len(here), 'result')} read, {said} ({trials})."
