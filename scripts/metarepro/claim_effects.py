"""Claims that an intervention improves an outcome: our pool, the cited review, and the verdict."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from metarepro.claim_rules import ENOUGH_COVERED, MOSTLY_ABSTRACTS, TRUSTED_TRIALS, Finding
from metarepro.input_tables import RATIO_MEASURES
from metarepro.reproduction import WHOLE_REVIEW, published_timepoint
from metarepro.thresholds import TRUSTED_DF
from metarepro.wording import counted, decimal, interval, whole

# What a result says of a benefit.
SHOWS = "shows"  # the interval excludes no effect in favour, from enough trials
LIMITED = "limited"  # the interval excludes no effect in favour, but the evidence is thin
POINTS = "points"  # in favour, no more than a direction
NULL = "null"  # the cited review's own interval includes no effect
AGAINST = "against"  # no difference or against, no more than a direction
HARM = "harm"  # the interval excludes a benefit

_BENEFIT = {SHOWS, LIMITED}
_CONTRARY = {NULL, AGAINST, HARM}


@dataclass(frozen=True)
class Pool:
    """Our pool for a claim, as g, positive in favour; df is NaN for a single trial.

    `abstract_share` is the share of its results that stand in an abstract, `covered` the share of
    the trials which the cited review pooled that are confirmed to be in it (NaN: unknown).
    """

    estimate: float
    ci_low: float
    ci_high: float
    n_trials: int
    df: float
    abstract_share: float
    covered: float

    @property
    def trusted(self) -> bool:
        """Whether its interval can be leaned on."""
        return self.n_trials >= 2 and self.df >= TRUSTED_DF

    @property
    def enough(self) -> bool:
        """Whether it is a fair part of the cited review's evidence."""
        return self.covered >= ENOUGH_COVERED and self.abstract_share <= MOSTLY_ABSTRACTS

    @property
    def denies(self) -> bool:
        """Whether it speaks against a benefit: trusted and not in favour, or benefit excluded."""
        return self.ci_high < 0 or (self.trusted and self.signal == AGAINST)

    @property
    def signal(self) -> str:
        """What it says of a benefit."""
        if self.ci_low > 0:
            return SHOWS if self.trusted else LIMITED
        if self.ci_high < 0 and self.trusted:
            return HARM
        return POINTS if self.estimate > 0 else AGAINST


def relevant_results(published: pd.DataFrame, claim: Mapping[Any, Any]) -> pd.DataFrame:
    """Rows of published results on a claim's intervention and outcome, for the end of programme.

    Suspect rows, subgroups and follow-ups are left out; rows over several interventions (empty
    `intervention`) are kept.
    """
    rows = published[
        (published["outcome"] == claim["outcome"])
        & published["intervention"].isin(["", claim["intervention"]])
        & (published["status"] != "suspect")
        & published["subgroup"].isin(WHOLE_REVIEW)
    ]
    post = [
        published_timepoint(label, subgroup) == "post"
        for label, subgroup in zip(rows["outcome_label"], rows["subgroup"], strict=True)
    ]
    return rows[pd.Series(post, index=rows.index, dtype=bool)]


def published_signal(row: Mapping[Any, Any]) -> str:
    """What a published row says of a benefit; "" if its direction is not shown.

    A row for a mix of interventions is no more than a direction, and so is a number without CI
    and p.
    """
    if row["status"] == "narrative":
        return POINTS if row["narrative_direction"] == "favours_intervention" else AGAINST
    is_ratio = row["measure"] in RATIO_MEASURES
    no_effect = 1 if is_ratio else 0
    mixed = row["intervention"] == ""
    low, high = row["ci_low"], row["ci_high"]
    if math.isfinite(low + high):
        excludes = low > no_effect or high < no_effect
    else:
        below = row["p_relation"] == "<" and row["p_value"] <= 0.05
        excludes = below or (row["p_relation"] == "=" and row["p_value"] < 0.05)
    if not excludes and math.isfinite(low + high):
        return AGAINST if mixed else NULL
    if row["beneficial_sign"] == "":
        return ""
    favours = (row["estimate"] - no_effect) * (1 if row["beneficial_sign"] == "+" else -1) > 0
    if mixed or not excludes:
        return POINTS if favours else AGAINST
    if not favours:
        return HARM
    weak = not row["k"] >= TRUSTED_TRIALS or row["certainty"] in ("low", "very low")
    return LIMITED if weak else SHOWS


def judge_effect(pool: Pool | None, published: Collection[str], review: str) -> Finding:
    """Verdict on the claim that an intervention improves an outcome.

    Parameters
    ----------
    pool : Pool or None
        Ours of exactly this intervention and outcome.
    published : collection of str
        Signals of the cited review's results.
    review : str
        Name of the cited review, for the words.
    """
    ours = pool.signal if pool else ""
    theirs = set(published) - {""}
    signals = theirs | ({ours} if ours else set())
    result = f"{review}'s result with its interval, for this intervention alone"
    trials = "usable results of more trials"
    if not signals:
        return Finding(
            "effect_no_evidence",
            "No trial of this intervention has a usable result for this outcome, and nothing on "
            f"it could be read of {review}.",
            f"{result}, or {trials}",
        )
    if not pool and theirs <= {POINTS, AGAINST}:
        return Finding(
            "effect_direction_only",
            "No trial of this intervention has a usable result for this outcome. "
            + _direction(theirs, review),
            f"{result}, or {trials}",
        )
    if HARM in signals and not signals & _BENEFIT:
        return Finding("effect_contradicted", "The interval excludes a benefit.")
    if (NULL in theirs or (pool and pool.denies)) and not signals & _BENEFIT:
        which = f"The interval of {review}" if NULL in theirs else "Our estimate"
        what = "includes no effect" if NULL in theirs else "is not in favour"
        return Finding("effect_not_shown", f"{which} {what}, and no other result shows a benefit.")
    if signals & _BENEFIT and signals & _CONTRARY:
        return Finding(
            "effect_conflicting",
            f"{_who(ours, theirs, _BENEFIT, review)} in favour, but "
            f"{_who(ours, theirs, _CONTRARY, review, contrary=True)}.",
            f"The results of all trials that {review} pooled",
        )
    if pool and ours == SHOWS and pool.enough:
        return Finding("effect_shown", "Our pool excludes no effect in favour.")
    if SHOWS in theirs:
        beside = {
            "": "we have no pool beside it",
            POINTS: "our own estimate agrees in direction, its interval includes no effect",
        }.get(ours, "our own interval agrees")
        return Finding(
            "effect_shown_as_published",
            f"The interval of {review} excludes no effect in favour; {beside}.",
        )
    if signals & _BENEFIT:
        limits = _limits(pool) if pool and ours in _BENEFIT else "few trials or low certainty"
        return Finding(
            "effect_limited",
            f"{_who(ours, theirs, _BENEFIT, review)} in favour; the limits: {limits}.",
            f"{result}, or {trials}",
        )
    if ours == POINTS and theirs == {POINTS}:
        return Finding(
            "effect_points",
            f"Our estimate and the direction that {review} states agree with the claim, but our "
            f"interval includes no effect. {_degrees(pool)}",
            f"{result}, or {trials}",
        )
    side = "favours the intervention" if ours == POINTS else "does not favour the intervention"
    return Finding(
        "effect_inconclusive",
        f"Our estimate {side}, its interval includes no effect. {_degrees(pool)} "
        + (_direction(theirs, review) if theirs else f"Nothing could be read of {review}."),
        f"{result}, or {trials}",
    )


def _direction(theirs: Collection[str], review: str) -> str:
    stated = "says different things of it"
    if set(theirs) == {POINTS}:
        stated = "reports an improvement"
    elif set(theirs) == {AGAINST}:
        stated = "reports no improvement"
    return f"{review} {stated}; no number for this intervention alone could be read."


def _who(
    ours: str, theirs: Collection[str], which: set[str], review: str, *, contrary: bool = False
) -> str:
    """Whose results are among these signals, in words."""
    result = "another result" if contrary and set(theirs) & _BENEFIT else "a result"
    who = [
        *(["our pool"] if ours in which else []),
        *([f"{result} of {review}"] if set(theirs) & which else []),
    ]
    verb = ("does" if len(who) == 1 else "do") + " not" if contrary else "excludes no effect"
    if not contrary and len(who) > 1:
        verb = "exclude no effect"
    text = f"{' and '.join(who)} {verb}"
    return text if contrary else text[0].upper() + text[1:]


def _degrees(pool: Pool | None) -> str:
    if not pool or pool.trusted:
        return ""
    if pool.n_trials == 1:
        return "It rests on one trial."
    return f"It has {decimal(pool.df, 1)} degrees of freedom, too few to trust."


def _limits(pool: Pool) -> str:
    limits = []
    if pool.n_trials == 1:
        limits.append("one trial")
    elif not pool.trusted:
        limits.append(f"{decimal(pool.df, 1)} degrees of freedom")
    if not pool.covered >= ENOUGH_COVERED:
        limits.append("less than half of the cited review's trials confirmed, or not known")
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
    parts = [f"{row['measure']} {interval(row['estimate'], row['ci_low'], row['ci_high'])}"]
    if math.isnan(row["ci_low"]):
        parts[0] += " without interval"
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
        Its name.
    """
    basis = included[included["trial_id"].isin(trial_ids)]["basis"]
    listed, plausible = int((basis == "listed").sum()), int((basis == "plausible").sum())
    n = whole(pooled_by_review) if math.isfinite(pooled_by_review) else "an unknown number"
    words = (
        f"{counted(len(trial_ids), 'trial')} in our pool; {listed} confirmed and {plausible} "
        f"plausible of {n} that {review} pooled"
    )
    return listed / pooled_by_review, words
