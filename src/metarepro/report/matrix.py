"""The evidence matrix: interventions by domains, each cell with all that its number depends on."""

from collections.abc import Sequence

from metarepro.report.blocks import Drawing, Link, Matrix, MatrixCell, MatrixRow
from metarepro.report.plain_language import abstracts
from metarepro.report.records import Records, Row
from metarepro.synthesis.membership import usable
from metarepro.tabular.trial_interventions import interventions_of
from metarepro.wording.phrases import (
    FLAGS,
    NOT_REPORTED,
    counted,
    decimal,
    interval,
    participants,
    whole,
)

#: Limits of g on the axis of the small drawings, and its ticks; what lies beyond is cut.
AXIS = (-1.0, 1.5)
TICKS = (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5)
#: Size of the small drawings, in units of the SVG.
WIDTH, HEIGHT = 200, 30


def matrix(records: Records) -> Matrix:
    """Make the matrix from the tables."""
    return Matrix(
        [Link(domain["label"], f"domains/{domain['domain']}.html") for domain in records.domains],
        [
            MatrixRow(
                Link(row["label"], f"interventions/{intervention}.html"),
                row["family"],
                [_cell(records, row, domain) for domain in records.domains],
            )
            for intervention, row in records.interventions.items()
        ],
    )


def _cell(records: Records, intervention: Row, domain: Row) -> MatrixCell:
    key = records.cell(intervention["intervention"], domain["domain"])
    trial_ids = records.pools[key]["trial_ids"].split(" ") if key else []
    covered = share_of_review(records, intervention["family"], trial_ids)
    if not key:
        why = empty_reason(records, intervention["intervention"], domain["domain"])
        return MatrixCell(domain["label"], None, "", "", covered, "", "", None, why)
    pool = records.pools[key]
    numbers = interval(pool["estimate"], pool["ci_low"], pool["ci_high"])
    return MatrixCell(
        domain=domain["label"],
        link=Link(numbers, f"syntheses/{key}.html"),
        prediction=prediction_words(pool),
        size=_size(pool),
        coverage=covered,
        remark=cell_remark(pool),
        mark=abstracts(records.n_abstracts(key), pool["k"]),
        drawing=drawing(pool),
        empty="",
    )


def _size(pool: Row) -> str:
    people = participants(pool["n_participants"], pool["flags"])
    known = people if people != NOT_REPORTED else "unknown number of"
    return f"{counted(pool['n_trials'], 'trial')}, {known} participants"


def prediction_words(pool: Row) -> str:
    """The prediction interval, or why there is none."""
    if pool["pi_low"] == pool["pi_low"]:
        return f"{decimal(pool['pi_low'])} to {decimal(pool['pi_high'])}"
    return "none: one trial" if pool["n_trials"] < 2 else "none: too few trials"


def cell_remark(pool: Row) -> str:
    """The one thing a reader must know before using the number; "" if there is none."""
    if pool["n_trials"] < 2:
        return "One trial: nothing is pooled."
    if "df_below_4" in pool["flags"].split("; "):
        return f"{FLAGS['df_below_4'].capitalize()}."
    return ""


def share_of_review(records: Records, family: str, trial_ids: Sequence[str]) -> str:
    """How many studies of the cited review are in a pool, the confirmed and the plausible apart.

    The reviews do not say how many of their studies belong to one intervention and domain, so the
    whole review is what the trials are counted against.
    """
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
    trials = f"{known} trial{'' if known == 1 else 's'} of this intervention known"
    if here.empty:
        return f"No result in this domain was found ({trials})."
    primary = records.plan.sets[records.plan.evidence.set]
    excluded = int((here["exclude"] != "").sum())
    pooled_elsewhere = usable(here, primary.timepoints, ("direct", "derived", "approximate"))
    parts = [
        f"{excluded} excluded" if excluded else "",
        f"{len(pooled_elsewhere)} approximate" if len(pooled_elsewhere) else "",
    ]
    other = len(here) - excluded - len(pooled_elsewhere)
    parts.append(f"{other} at another time" if other else "")
    said = ", ".join(filter(None, parts))
    results = f"{len(here)} result{'' if len(here) == 1 else 's'}"
    return f"No result that can be pooled: {results} read, {said} ({trials})."


def drawing(pool: Row) -> Drawing:
    """Where the numbers of a pool lie on the axis."""
    ends = [(pool["ci_low"], pool["ci_high"]), (pool["pi_low"], pool["pi_high"])]
    known = [pair for pair in ends if pair[0] == pair[0]]
    inside = AXIS[0] <= pool["estimate"] <= AXIS[1]
    return Drawing(
        zero=_x(0.0),
        ticks=[_x(tick) for tick in TICKS],
        estimate=_x(pool["estimate"]) if inside else None,
        interval=_stretch(*ends[0]),
        prediction=_stretch(*ends[1]),
        cut_low=any(low < AXIS[0] for low, _ in known),
        cut_high=any(high > AXIS[1] for _, high in known),
    )


def _stretch(low: float, high: float) -> tuple[float, float] | None:
    if low != low or high < AXIS[0] or low > AXIS[1]:
        return None
    return _x(max(low, AXIS[0])), _x(min(high, AXIS[1]))


def _x(g: float) -> float:
    margin = 6
    share = (g - AXIS[0]) / (AXIS[1] - AXIS[0])
    return round(margin + share * (WIDTH - 2 * margin), 1)
