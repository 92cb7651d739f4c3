"""The evidence matrix: interventions by domains, each cell with all that its number depends on."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from metarepro.models.thresholds import has_reliable_interval, predicts
from metarepro.report.blocks import Drawing, Link, Matrix, MatrixCell, MatrixRow
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
from metarepro.wording.scales import BETTER, Scale

#: Size of the small drawings, in units of the SVG, and their margin on both sides.
WIDTH, HEIGHT, MARGIN = 200, 30, 6
#: Ticks of standardised differences and of ratios, as they are shown.
STANDARDISED = (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5)
RATIOS = (0.2, 0.5, 1.0, 2.0, 5.0)
#: Intervals between the ticks of other measures, and steps that are round numbers.
N_STEPS = 5
ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Axis:
    """The common axis of the small drawings: ticks as they are shown, and on the drawing's scale.

    Ratios are drawn on a log scale, as they are analysed.
    """

    ticks: tuple[float, ...]
    places: tuple[float, ...]

    @property
    def limits(self) -> tuple[float, float]:
        """What lies beyond is cut."""
        return self.places[0], self.places[-1]

    def x(self, place: float) -> float:
        """Where a number lies, in units of the SVG."""
        low, high = self.limits
        share = (place - low) / (high - low)
        return round(MARGIN + share * (WIDTH - 2 * MARGIN), 1)

    def stretch(self, low: float, high: float) -> tuple[float, float] | None:
        """The visible part of an interval; None if there is none."""
        least, most = self.limits
        if low != low or high < least or low > most:
            return None
        return self.x(max(low, least)), self.x(min(high, most))


def axis(records: Records) -> Axis:
    """The axis for the pools of the matrix."""
    if records.main_scale.is_ratio:
        return Axis(RATIOS, tuple(math.log(tick) for tick in RATIOS))
    if records.main_scale.kind.sizes:
        return Axis(STANDARDISED, STANDARDISED)
    keys = [key for domain in records.domains for key in records.cells(domain["domain"])]
    pools = [records.pools[key] for key in keys if _on_axis(records, records.pools[key])]
    ends = [abs(pool[limit]) for pool in pools for limit in ("ci_low", "ci_high")]
    ticks = round_ticks(max((end for end in ends if math.isfinite(end)), default=1.0))
    return Axis(ticks, ticks)


def _on_axis(records: Records, pool: Row) -> bool:
    """Whether a pool is on the measure that the drawings share; one without a null has none."""
    return bool(pool["effect_measure"] == records.plan.measure) and records.main_scale.compares


def round_ticks(largest: float) -> tuple[float, ...]:
    """Round numbers around zero that reach as far as the largest number.

    Examples
    --------
    >>> round_ticks(7.3)
    (-10.0, -5.0, 0.0, 5.0, 10.0)
    """
    least = largest / (N_STEPS // 2) or 1.0
    power = 10.0 ** math.floor(math.log10(least))
    step = power * next(number for number in ROUND if number * power >= least)
    return tuple(step * number for number in range(-(N_STEPS // 2), N_STEPS // 2 + 1))


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
        prediction=prediction_words(records, pool),
        size=_size(pool),
        coverage=covered,
        remark=cell_remark(pool),
        mark=abstracts(records.n_abstracts(key), pool["k"]),
        drawing=drawing(pool, common, records.scale.at(pool)) if _on_axis(records, pool) else None,
        empty="",
    )


def _numbers(records: Records, key: str, keys: Sequence[str]) -> Link:
    """Link to a pool of a cell; where two share a measure, with which side is better."""
    pool = records.pools[key]
    numbers = records.scale.of_pool(pool)
    if sum(records.pools[k]["effect_measure"] == pool["effect_measure"] for k in keys) > 1:
        numbers += f" ({'less' if pool['better'] == BETTER[1] else 'more'} is better)"
    return Link(numbers, f"syntheses/{key}.html")


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


def drawing(pool: Row, common: Axis, scale: Scale) -> Drawing:
    """Where the numbers of a pool lie on the axis."""
    least, most = common.limits
    ends = [scale.placed(pool[f"{kind}_low"], pool[f"{kind}_high"]) for kind in ("ci", "pi")]
    if not has_reliable_interval(pool["flags"]):
        ends = [(math.nan, math.nan)] * 2  # what is not printed is not drawn
    estimate, _ = scale.placed(pool["estimate"], pool["estimate"])
    known = [pair for pair in ends if pair[0] == pair[0]]
    return Drawing(
        zero=common.x(0.0),
        ticks=[common.x(place) for place in common.places],
        estimate=common.x(estimate) if least <= estimate <= most else None,
        interval=common.stretch(*ends[0]),
        prediction=common.stretch(*ends[1]),
        cut_low=any(low < least for low, _ in known),
        cut_high=any(high > most for _, high in known),
    )
