"""Published pooled results set against ours: targets, verdicts and their reasons.

Everything is compared as g, positive in favour of the intervention. The rules, first match wins:

=============== ==============================================================================
not_testable    the published row is no target (suspect, narrative, no estimate, direction not
                shown, risk ratio), its trials cannot be selected (no list of included trials,
                subgroup), or none of them has a usable result for the outcome
partial         the pool is not the published one: fewer or more trials than published, an
                unknown number of published trials, or trials that are only plausibly included.
                An agreement would be luck, a difference no contradiction; whether sign or
                decision differ is in a column of its own
decision_differs the sign differs, or one CI excludes no effect and the other does not
exact           estimate and CI limits are equal at the published rounding
reproduced      estimate and CI width each within 5 % of the published, or within 0.01
approximate     estimate and CI width each within 10 %, or within 0.05
different       anything else
=============== ==============================================================================

Without a published CI only the estimate is compared, and only the sign can differ; the reason
says so. A limit printed as exactly no effect counts as not excluding it.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from metarepro.audit import audit_published, record_ids
from metarepro.pooling import Pooled
from metarepro.synthesis import Settings, all_flags, count_participants, pool_trials, usable
from metarepro.tables import empty_table, from_rows, in_order
from metarepro.targets import Target, target_on_g_scale
from metarepro.wording import interval

REPRODUCED_RELATIVE, REPRODUCED_ABSOLUTE = 0.05, 0.01
APPROXIMATE_RELATIVE, APPROXIMATE_ABSOLUTE = 0.10, 0.05
#: Absorbs binary rounding where a difference lies exactly on a threshold.
TOLERANCE = 1e-9

#: Subgroup labels that hold for every comparison of two arms.
WHOLE_REVIEW = ("", "overall", "all designs", "controlled studies")

#: Subgroup labels by which trials can be selected: the column of effects and its value.
SUBGROUPS = {
    "low- and middle-income countries": ("income", "low_or_middle"),
    "high-income countries": ("income", "high"),
}

_FOLLOW_UP = re.compile(r"follow[- ]?up|long[- ]?term", re.IGNORECASE)

#: Columns of a published row that are shown as they are.
_SHOWN = (
    *("review_id", "review", "role", "row", "outcome", "outcome_label", "subgroup", "intervention"),
    *("measure", "status", "beneficial_sign"),
)
#: Columns of a published row that are shown as published_..., and columns of our pool.
_PUBLISHED = ("estimate", "ci_low", "ci_high", "k", "n", "i2")
_POOL = (
    *("estimate", "ci_low", "ci_high", "pi_low", "pi_high", "df"),
    *("tau2", "i2_q", "i2_tau2", "q", "q_df", "q_p"),
)
_MODEL = ("model", "tau2_method", "ci_method")


@dataclass(frozen=True)
class Coverage:
    """How many trials our pool has, how many of them are confirmed, and how many were published.

    `published` is NaN where the review does not say.
    """

    trials: int
    listed: int
    published: float

    @property
    def text(self) -> str:
        """Our trials of the published ones, as in "4 of 20" ("4/20" would turn into a date)."""
        return f"{self.trials} of {self._published}"

    @property
    def doubt(self) -> str:
        """Why our trials are not known to be the published ones; "" if they are."""
        if self.trials == self.published and self.listed == self.trials:
            return ""
        trials = "1 trial" if self.trials == 1 else f"{self.trials} trials"
        confirmed = f", {self.listed or 'none'} of them confirmed as included"
        return (
            f"we hold {trials} against {self._published} published"
            f"{confirmed if self.listed < self.trials else ''}"
        )

    @property
    def _published(self) -> str:
        return f"{self.published:.0f}" if math.isfinite(self.published) else "an unknown number"


@dataclass(frozen=True)
class Verdict:
    """How far our pool and the published one agree."""

    verdict: str
    reason: str
    absolute_difference: float = math.nan
    relative_difference: float = math.nan
    published_ci_holds_estimate: str = ""
    decision_differs: str = ""


def judge(
    target: Target, estimate: float, ci_low: float, ci_high: float, coverage: Coverage
) -> Verdict:
    """Verdict on our pool (g with its CI) against a published one; rules in the module's head.

    Parameters
    ----------
    target : Target
        The published pool. Without a target the verdict is not_testable for its reason.
    estimate, ci_low, ci_high : float
        Our pool as g, positive in favour.
    coverage : Coverage
        Whether our trials are the published ones.

    Returns
    -------
    Verdict
        The absolute difference is in g, the relative one a share of the published g (NaN if that
        is 0); `published_ci_holds_estimate` is "yes", "no" or, without a CI, "".
    """
    if target.reason:
        return Verdict("not_testable", target.reason)
    ours = (estimate, ci_low, ci_high)
    difference = abs(estimate - target.g)
    relative = difference / abs(target.g) if target.g else math.nan
    held, conflict = _holds(target, estimate), _conflict(target, *ours)
    if coverage.doubt:
        verdict = "partial"
    elif conflict:
        verdict = "decision_differs"
    elif _equal_as_printed(target, *ours):
        verdict = "exact"
    elif _within(target, *ours, REPRODUCED_RELATIVE, REPRODUCED_ABSOLUTE):
        verdict = "reproduced"
    elif _within(target, *ours, APPROXIMATE_RELATIVE, APPROXIMATE_ABSOLUTE):
        verdict = "approximate"
    else:
        verdict = "different"
    percent = f", {relative:.0%}" if math.isfinite(relative) else ""
    held_text = {
        "yes": "the published CI holds our estimate",
        "no": "the published CI does not hold our estimate",
        "": "no CI is published",
    }
    sentences = [
        coverage.doubt,
        f"g {interval(*ours)} against {interval(target.g, target.ci_low, target.ci_high)} "
        f"published (difference {difference:.2f}{percent})",
        held_text[held],
        conflict,
    ]
    differs = "yes" if conflict else "no"
    reason = "; ".join(filter(None, sentences))
    return Verdict(verdict, reason, difference, relative, held, differs)


def _holds(target: Target, estimate: float) -> str:
    """Tell whether the published CI holds our estimate."""
    if math.isnan(target.ci_low):
        return ""
    return "yes" if target.ci_low <= estimate <= target.ci_high else "no"


def _conflict(target: Target, estimate: float, low: float, high: float) -> str:
    """How the conclusions differ: by sign, or by the CIs' relation to no effect; "" if not."""
    if target.g * estimate < 0:
        return "the sign differs"
    if math.isnan(target.ci_low):
        return ""
    published_excludes = target.ci_low > TOLERANCE or target.ci_high < -TOLERANCE
    if published_excludes == (low > TOLERANCE or high < -TOLERANCE):
        return ""
    with_effect, without = (
        ("the published", "ours") if published_excludes else ("our", "the published")
    )
    return f"{with_effect} CI excludes zero, {without} does not"


def _equal_as_printed(target: Target, *ours: float) -> bool:
    """Tell whether our numbers, on the printed scale and rounded like them, are the same."""
    half_unit = 0.5 * 10.0**-target.decimals + TOLERANCE
    pairs = zip((target.g, target.ci_low, target.ci_high), ours, strict=True)
    printed = [
        (math.exp(x / target.factor) if target.is_ratio else x / target.factor)
        for pair in pairs
        if not math.isnan(pair[0])
        for x in pair
    ]
    return all(abs(a - b) <= half_unit for a, b in zip(printed[::2], printed[1::2], strict=True))


def _within(
    target: Target, estimate: float, low: float, high: float, share: float, distance: float
) -> bool:
    """Tell whether estimate and CI width are near the published ones (width only if it has one)."""
    pairs = [(target.g, estimate), (target.ci_high - target.ci_low, high - low)]
    return all(
        abs(ours - published) <= max(share * abs(published), distance) + TOLERANCE
        for published, ours in pairs
        if not math.isnan(published)
    )


def compare(
    published: pd.DataFrame,
    included: pd.DataFrame,
    effects: pd.DataFrame,
    bases: Sequence[str],
    tiers: Sequence[str],
    settings: Settings,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Set each published row beside our pool of the review's trials for that outcome.

    Our pool takes effects of the review's trials for the row's outcome (and intervention, if it
    has one): post-intervention ones, or follow-up ones where the row's label or subgroup speaks
    of follow-up or long term.

    Parameters
    ----------
    published : DataFrame
        All reviews' published rows, with review_id, role and row.
    included : DataFrame
        review_id, trial_id, basis of the reviews that have a list.
    effects : DataFrame
        The effects table.
    bases : sequence of str
        Bases of inclusion that put a trial into a review's pool, e.g. ("listed", "plausible").
    tiers : sequence of str
        Tiers of effects that are pooled.
    settings : Settings
        Estimators and assumed correlation.

    Returns
    -------
    table : DataFrame, one row a published row
        `tables.REPRODUCTION`. Numbers that do not exist are NaN, texts "".
    weights : DataFrame, one row a pooled effect
        `tables.REVIEW_WEIGHTS`.
    """
    problems = audit_published(published).groupby("record_id")["message"].agg("; ".join)
    rows, weights = [], []
    for record_id, row in zip(record_ids(published), published.to_dict("records"), strict=True):
        listed = included[
            (included["review_id"] == row["review_id"]) & included["basis"].isin(bases)
        ]
        pooled_effects, no_pool = select_effects(row, listed, effects, tiers)
        pooled = None if no_pool else pool_trials(pooled_effects, settings)[0]
        columns = _columns(row, listed, pooled_effects, pooled, no_pool)
        rows.append(columns | {"published_problems": problems.get(record_id, "")})
        if pooled is not None:
            weights.append(
                pooled_effects[["result_id", "trial_id"]].assign(
                    review_id=row["review_id"], row=row["row"], weight=pooled.weights
                )
            )
    all_weights = pd.concat([empty_table("review_weights"), *weights], ignore_index=True)
    return from_rows(rows, "reproduction"), in_order(all_weights, "review_weights")


def select_effects(
    row: Mapping[Any, Any], listed: pd.DataFrame, effects: pd.DataFrame, tiers: Sequence[str]
) -> tuple[pd.DataFrame, str]:
    """Effects of a review's trials that answer a published row, or none and why."""
    none = effects.iloc[:0]
    if listed.empty:
        return none, "no list of included trials"
    if row["subgroup"] not in (*WHOLE_REVIEW, *SUBGROUPS):
        return none, f"subgroup '{row['subgroup']}' cannot be selected from the data"
    timepoint = published_timepoint(row["outcome_label"], row["subgroup"])
    candidates = usable(effects, [timepoint], tiers)
    chosen = candidates[
        candidates["trial_id"].isin(listed["trial_id"])
        & (candidates["outcome"] == row["outcome"])
        & ((row["intervention"] == "") | (candidates["intervention"] == row["intervention"]))
    ]
    if row["subgroup"] in SUBGROUPS:
        column, value = SUBGROUPS[row["subgroup"]]
        chosen = chosen[chosen[column] == value]
    when = {"post": "post-intervention", "follow_up": "follow-up"}[timepoint]
    missing = f"no usable {when} result of the {len(listed)} listed or plausible trials"
    return chosen, f"{missing} for this outcome" if chosen.empty else ""


def published_timepoint(outcome_label: str, subgroup: str) -> str:
    """Return "follow_up" if the words of a published row say so, else "post"."""
    return "follow_up" if _FOLLOW_UP.search(f"{outcome_label} {subgroup}") else "post"


def _published_target(row: Mapping[Any, Any]) -> Target:
    """Target of a published row; suspect and narrative rows have none."""
    reasons = {
        "suspect": "suspect: the published numbers contradict themselves",
        "narrative": "narrative: the source gives a direction and no number",
    }
    if row["status"] in reasons:
        return Target(math.nan, math.nan, math.nan, reasons[row["status"]])
    numbers = (row["estimate"], row["ci_low"], row["ci_high"])
    return target_on_g_scale(row["measure"], *numbers, row["beneficial_sign"])


def _columns(
    row: Mapping[Any, Any],
    listed: pd.DataFrame,
    pooled_effects: pd.DataFrame,
    pooled: Pooled | None,
    no_pool: str,
) -> dict[str, Any]:
    """One row of the comparison."""
    trials = sorted(set(pooled_effects["trial_id"]))
    bases = listed.set_index("trial_id")["basis"].reindex(trials).value_counts()
    coverage = Coverage(len(trials), int(bases.get("listed", 0)), row["k"])
    target = _published_target(row)
    columns: dict[str, Any] = {
        **{name: row[name] for name in _SHOWN},
        **{f"published_{name}": row[name] for name in _PUBLISHED},
        "target_g": target.g,
        "target_ci_low": target.ci_low,
        "target_ci_high": target.ci_high,
        "basis": ", ".join(f"{name} {bases[name]}" for name in sorted(bases.index)),
        "n_trials": len(trials),
        "k": len(pooled_effects),
        "n_participants": count_participants(pooled_effects),
        "coverage": coverage.text,
        "trial_ids": " ".join(trials),
    }
    pool: dict[str, Any] = dict.fromkeys(_POOL, math.nan) | dict.fromkeys((*_MODEL, "flags"), "")
    if pooled is None:
        verdict = Verdict("not_testable", "; ".join(filter(None, (target.reason, no_pool))))
    else:
        pool = {name: getattr(pooled, name) for name in (*_POOL, *_MODEL)}
        pool["flags"] = all_flags(pooled, pooled_effects)
        verdict = judge(target, pooled.estimate, pooled.ci_low, pooled.ci_high, coverage)
    return columns | pool | asdict(verdict)
