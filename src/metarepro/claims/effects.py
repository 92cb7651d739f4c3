"""Claims that an intervention improves an outcome: our pool, the cited review, and the verdict."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from metarepro.claims.judgement import Judgement
from metarepro.claims.rules import ENOUGH_COVERED, MOSTLY_ABSTRACTS, TRUSTED_TRIALS
from metarepro.comparison.targets import WHOLE_REVIEW
from metarepro.models.thresholds import MIN_TRIALS_FOR_INTERVAL, has_reliable_interval
from metarepro.plan import Plan
from metarepro.wording.phrases import (
    capitalised,
    counted,
    degrees,
    interval,
    no_interval,
    whole,
)
from metarepro.wording.published import PRINTED

# What a result says of a benefit. The thresholds of a firm interval are the same for all three
# findings, and only intervals (or tests) decide.
SHOWS = "shows"  # firm, wholly in favour
LIMITED = "limited"  # the same from thin evidence
NULL = "null"  # firm, includes no effect
OPEN = "open"  # the same from thin evidence
HARM = "harm"  # firm, excludes a benefit
LIMITED_HARM = "limited_harm"  # the same from thin evidence
POINTS = "points"  # in favour, no more than a direction
AGAINST = "against"  # no difference or against, no more than a direction

#: Where an interval that shows a benefit lies.
_WHOLLY = "wholly in favour of the intervention"

#: Of a published p where there is no interval.
SIGNIFICANCE = 0.05

_BENEFIT = {SHOWS, LIMITED}
_CONTRARY = {NULL, HARM, LIMITED_HARM}
_DIRECTIONS = {POINTS, AGAINST}


def _signal(low: bool, high: bool, *, firm: bool) -> str:
    """What an interval says of which the lower limit favours, or the upper does not."""
    if low:
        return SHOWS if firm else LIMITED
    if high:
        return HARM if firm else LIMITED_HARM
    return NULL if firm else OPEN


@dataclass(frozen=True)
class Pool:
    """Our pool for a claim, on the scale of pooling, positive in favour; df is NaN for one trial.

    `flags` are those of the table of pools. `abstract_share` is the share of its results that stand
    in an abstract, `covered` the share of the trials which the cited review pooled that are
    confirmed to be in it (NaN: unknown).
    """

    estimate: float
    ci_low: float
    ci_high: float
    n_trials: int
    df: float
    flags: str
    abstract_share: float
    covered: float

    @property
    def withheld(self) -> str:
        """Why its interval is withheld, as on every other page; "" if it is not."""
        return no_interval(self.flags)

    @property
    def firm(self) -> bool:
        """Whether it is of enough trials and a fair part of the cited review's evidence."""
        return (
            has_reliable_interval(self.flags)
            and self.n_trials >= MIN_TRIALS_FOR_INTERVAL
            and self.covered >= ENOUGH_COVERED
            and self.abstract_share <= MOSTLY_ABSTRACTS
        )

    @property
    def signal(self) -> str:
        """What it says of a benefit; an interval that no page prints says nothing."""
        if self.withheld:
            return OPEN
        return _signal(self.ci_low > 0, self.ci_high < 0, firm=self.firm)


def relevant_results(published: pd.DataFrame, claim: Mapping[Any, Any], plan: Plan) -> pd.DataFrame:
    """Rows of published results on a claim's intervention and outcome, for the end of programme.

    Suspect rows, subgroups and follow-ups are left out; rows over several interventions (empty
    `intervention`) are kept.
    """
    rows: pd.DataFrame = published[
        (published["outcome"] == claim["outcome"])
        & published["intervention"].isin(["", claim["intervention"]])
        & (published["status"] != "suspect")
        & published["subgroup"].isin([*WHOLE_REVIEW, *plan.reproduction.whole_review])
        & (published["timepoint"] == "post")
    ]
    return rows


def published_signal(row: Mapping[Any, Any]) -> str:
    """What a published row says of a benefit; "" if its direction is not shown.

    A row for a mix of interventions is no more than a direction, and so is a number without CI
    and p. A correlation or a proportion compares no groups, so that it shows none.
    """
    if row["status"] == "narrative":
        return POINTS if row["narrative_direction"] == "favours_intervention" else AGAINST
    printed = PRINTED[row["measure"]]
    if not printed.measure.compares:
        return ""
    no_effect = printed.null
    mixed = row["intervention"] == ""
    excludes = _excludes(row, no_effect)
    firm = row["k"] >= TRUSTED_TRIALS and row["certainty"] not in ("low", "very low")
    if excludes is False:
        return AGAINST if mixed else _signal(False, False, firm=firm)
    if row["beneficial_sign"] == "":
        return ""
    favours = (row["estimate"] - no_effect) * (1 if row["beneficial_sign"] == "+" else -1) > 0
    if mixed or excludes is None:
        return POINTS if favours else AGAINST
    return _signal(favours, not favours, firm=firm)


def _excludes(row: Mapping[Any, Any], no_effect: float) -> bool | None:
    """Whether the interval, else the test, of a published row excludes no effect; None: neither."""
    low, high, p = row["ci_low"], row["ci_high"], row["p_value"]
    if math.isfinite(low + high):
        return bool(low > no_effect or high < no_effect)
    if row["p_relation"] == "=":
        return bool(p < SIGNIFICANCE)
    if row["p_relation"] == "<" and p <= SIGNIFICANCE:
        return True
    if row["p_relation"] == ">" and p >= SIGNIFICANCE:
        return False
    return None


def judge_effect(pool: Pool | None, published: Collection[str], review: str) -> Judgement:
    """Verdict on the claim that an intervention improves an outcome.

    Parameters
    ----------
    pool : Pool or None
        Ours of exactly this intervention and outcome.
    published : collection of str
        Signals of the cited review's results.
    review : str
        Name of the cited review, for the words; "" if the claim cites none.
    """
    ours = pool.signal if pool else ""
    theirs = set(published) - {""}
    signals = theirs | ({ours} if ours else set())
    needed = (
        f"{review}'s result with its interval, for this intervention alone, or the list of the "
        "trials that it pooled and usable results of enough of them"
    )
    if not review:
        needed = "A review that the claim cites, with its result or the trials that it pooled"
    if not signals:
        unread = f"nothing on it could be read of {review}"
        return Judgement(
            "effect_no_evidence",
            f"No trial of this intervention has a usable result for this outcome, and "
            f"{unread if review else 'the claim cites no review'}.",
            needed,
        )
    if signals <= _DIRECTIONS:
        return Judgement(
            "effect_direction_only",
            "No trial of this intervention has a usable result for this outcome. "
            + _direction(theirs, review),
            needed,
        )
    benefit = _owners(ours, theirs, _BENEFIT, review)
    contrary = _owners(ours, theirs, _CONTRARY, review)
    if benefit and contrary:
        return Judgement(
            "effect_conflicting",
            f"{_wholly(benefit)}, unlike {contrary}.",
            f"The results of all trials that {review} pooled",
        )
    if HARM in signals:
        reason = f"A benefit is excluded by {_owners(ours, theirs, {HARM}, review)}."
        return Judgement("effect_contradicted", reason)
    if NULL in signals:
        reason = f"Includes no effect: {_owners(ours, theirs, {NULL}, review)}."
        return Judgement("effect_not_shown", reason)
    if pool and ours == SHOWS:
        return Judgement("effect_shown", f"{_wholly(benefit)}.")
    if SHOWS in theirs:
        return Judgement(
            "effect_shown_as_published",
            f"The interval of {review} lies {_WHOLLY}; {_beside(pool, review)}.",
        )
    if benefit:
        known = _limits(pool, review) if pool and ours == LIMITED else ""
        limits = known or "few trials or low certainty"
        return Judgement(
            "effect_limited",
            f"{_wholly(benefit)}, but the evidence is limited: {limits}.",
            "Usable results of more trials" if LIMITED in theirs else needed,
        )
    return Judgement("effect_inconclusive", _too_little(pool, theirs, review), needed)


def _owners(ours: str, theirs: Collection[str], which: set[str], review: str) -> str:
    """Whose results are among these signals, in words; "" if none is."""
    return " and ".join(
        [
            *(["the interval of our pool"] if ours in which else []),
            *([f"a result of {review}"] if set(theirs) & which else []),
        ]
    )


def _wholly(benefit: str) -> str:
    """A sentence about what `_owners` names."""
    verb = "lie" if " and a result of " in benefit else "lies"
    return f"{capitalised(benefit)} {verb} {_WHOLLY}"


def _beside(pool: Pool | None, review: str) -> str:
    if not pool:
        return "we have no pool beside it"
    if pool.signal == LIMITED:
        return "our own interval agrees"
    side = "on the same side" if pool.estimate > 0 else "not on the same side"
    limits = f" ({_limits(pool, review)})"
    interval_of_ours = (
        f"with {pool.withheld}" if pool.withheld else "its interval includes no effect"
    )
    return f"our own estimate is {side}, {interval_of_ours}{limits}"


def _too_little(pool: Pool | None, theirs: Collection[str], review: str) -> str:
    """Why the intervals at hand do not decide."""
    parts = []
    if pool:
        what = "excludes a benefit" if pool.signal == LIMITED_HARM else "includes no effect"
        said = f"Our interval {what} and is not firm"
        if pool.withheld:
            said = f"Our pool has {pool.withheld}"
        parts.append(f"{said}: {_limits(pool, review)}.")
    if not theirs:
        parts += [f"Nothing could be read of {review}."] if review else []
    elif set(theirs) <= _DIRECTIONS:
        parts.append(_direction(theirs, review))
    else:
        what = "excludes a benefit" if LIMITED_HARM in theirs else "includes no effect"
        parts.append(f"An interval of {review} {what}, from few trials or with low certainty.")
    return " ".join(parts)


def _direction(theirs: Collection[str], review: str) -> str:
    stated = "says different things of it"
    if set(theirs) == {POINTS}:
        stated = "reports an improvement"
    elif set(theirs) == {AGAINST}:
        stated = "reports no improvement"
    return f"{review} {stated}; no number for this intervention alone could be read."


def _limits(pool: Pool, review: str) -> str:
    limits = []
    if pool.n_trials == 1:
        limits.append("a single trial")
    elif pool.n_trials < MIN_TRIALS_FOR_INTERVAL:
        limits.append(counted(pool.n_trials, "trial"))
    elif "df_below_4" in pool.flags:
        limits.append(f"{degrees(pool.df)} degrees of freedom")
    elif pool.withheld:
        limits.append("it is narrower than that of its own model")
    if not review:
        limits.append("no cited review to compare it with")
    elif math.isnan(pool.covered):
        limits.append("how many trials the cited review pooled is not known")
    elif pool.covered < ENOUGH_COVERED:
        limits.append("less than half of the cited review's trials confirmed to be in it")
    if pool.abstract_share > MOSTLY_ABSTRACTS:
        limits.append("mostly abstracts")
    return ", ".join(limits)


def published_words(rows: pd.DataFrame) -> str:
    """Published results in words, with the numbers and the scale that the source prints."""
    return "; ".join(_published_row(row) for row in rows.to_dict("records"))


def _published_row(row: Mapping[Any, Any]) -> str:
    of = "" if row["intervention"] else " (all its interventions together)"
    label = f"{row['outcome_label']}{of}: "
    if row["status"] == "narrative":
        stated = {"favours_intervention": "favours the intervention"}
        return label + stated.get(row["narrative_direction"], "no difference") + ", no number"
    parts = [published_number(row)]
    better = {"+": "larger", "-": "smaller"}.get(row["beneficial_sign"])
    parts.append(f"{better} is better" if better else "direction not shown")
    if math.isfinite(row["k"]):
        parts.append(counted(row["k"], "trial"))
    if math.isfinite(row["n"]):
        parts.append(f"{whole(row['n'])} participants")
    if row["certainty"]:
        parts.append(f"certainty {row['certainty']}")
    if row["status"] == "secondary":
        parts.append("as another source quotes it")
    return label + ", ".join(parts)


def published_number(row: Mapping[Any, Any]) -> str:
    """Estimate and interval that a published row prints; without an interval its p."""
    number = f"{row['measure']} {interval(row['estimate'], row['ci_low'], row['ci_high'])}"
    if math.isfinite(row["ci_low"]):
        return number
    test = f", p {row['p_relation']} {row['p_value']:g}" if row["p_relation"] else ""
    return f"{number} without interval{test}"


def published_trials(rows: pd.DataFrame) -> float:
    """Trials of the largest published pool; NaN if none says."""
    return float(rows["k"].max()) if len(rows) else math.nan


def coverage(
    trial_ids: Sequence[str], included: pd.DataFrame, pooled_by_review: float, review: str
) -> tuple[float, str]:
    """How much of the cited review's evidence is in our pool: a share, and in words.

    Parameters
    ----------
    trial_ids : sequence of str
        Trials of our pool.
    included : DataFrame
        trial_id, basis of the cited review's trials.
    pooled_by_review : float
        Trials that it pooled; NaN if not known.
    review : str
        Its name; "" if the claim cites none.
    """
    if not review:
        return math.nan, f"{counted(len(trial_ids), 'trial')} in our pool; no review is cited"
    basis = included[included["trial_id"].isin(trial_ids)]["basis"]
    listed, plausible = int((basis == "listed").sum()), int((basis == "plausible").sum())
    n = whole(pooled_by_review) if math.isfinite(pooled_by_review) else "an unknown number"
    words = (
        f"{counted(len(trial_ids), 'trial')} in our pool; {listed} confirmed and {plausible} "
        f"plausible of {n} that {review} pooled"
    )
    return listed / pooled_by_review, words
