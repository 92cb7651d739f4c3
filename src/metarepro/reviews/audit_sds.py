"""Checks of the audit for a standard error typed in for an SD, and the reverse.

See `audit_study_rows`. An SD that is an SE is read off the other numbers of the study or the pool,
so that each message names what the row was set against.
"""

import math
from collections import Counter
from functools import cache

import numpy as np

from metarepro.audit.checks import LARGE_G, Finding, large_g
from metarepro.audit.summaries import MIN_ARM, SAME_FACTOR, sd_typed_for_se, se_typed_for_sd
from metarepro.conversion.constants import SE_RATIO_LIMIT
from metarepro.conversion.effect_sizes import se_from_ns
from metarepro.reviews.audit_study_rows import (
    MAX_ROWS,
    MIN_OTHERS,
    Found,
    StudyRow,
    StudyRows,
    grouped,
    median_of,
    medians_of_others,
    not_compared,
)
from metarepro.reviews.study_effects import Flags

#: A study's own SDs of the same scale at another time may differ by this factor (scores of people
#: who got better spread less), but an SE in their place is smaller by at least `OUTLYING`.
OWN_FACTOR, OUTLYING = 2.0, 3.0
#: Read as SE, an SD must not exceed this multiple of the SD / |mean| that is usual in the pool.
SPREAD_LIMIT = 2.0
#: Means of one study within this factor are taken to be of the same scale.
SAME_SCALE = 1.5
#: A row with less is no suspect: bounds of what the checks of SDs find, and a little room.
_BELOW_LARGE_G = 0.99 * LARGE_G
_FAR_APART = 0.99 * math.sqrt(MIN_ARM) / SAME_FACTOR
#: What the checks of `audit.summaries` look at and review files do not have.
_ABSENT = {"n_total": math.nan, "reference_sd": math.nan}


def ses_typed_for_sds(rows: StudyRows) -> Found:
    """SDs that are probably standard errors of the means; `large_g` if only the effect is large.

    Against the SDs of other studies where they share the scale (mean differences), against the
    study's own SDs in other analyses, and one arm against the other.
    """
    n_t, n_c, sd_t, sd_c = (rows.numbers[name] for name in ("n_t", "n_c", "sd_t", "sd_c"))
    fits = (sd_t > 0) & (sd_c > 0) & (n_t > 1) & (n_c > 1) & rows.there("mean_t", "mean_c")
    usable = rows.at(fits)
    outcomes = {outcome: own for (outcome,), own in grouped(usable, "outcome_key").items()}
    studies = {study: own for (study,), own in grouped(usable, "study_id").items()}
    for own in studies.values():
        if len(own) > MAX_ROWS:
            yield not_compared(own, "the SDs of this study")
    scale_of = cache(lambda outcome: scale_sds(outcomes[outcome]))
    spread_of = cache(lambda outcome: spreads_of(outcomes[outcome]))
    usual_of = cache(lambda own: own_sds(studies[own]) if len(studies[own]) <= MAX_ROWS else {})
    for row in rows.at(_is_suspect(rows, fits, usable)):
        outcome, study = row["outcome_key"], row["study_id"]
        scale = scale_of(outcome).get(study, math.nan)
        finding = (
            _se_in_both_arms({**row, **_ABSENT, "sd_elsewhere": scale}, spread_of(outcome)[study])
            or _se_beside_own_sds(row, usual_of(study).get(row["place"], math.nan))
            or _se_in_one_arm(row, scale)
        )
        # With small arms a large g is no surprise.
        if finding is None and row["measure"] == "SMD" and min(row["n_t"], row["n_c"]) >= MIN_ARM:
            finding = large_g({"effect_effect_measure": "SMD", "effect_yi": row["yi"]})
        if finding is not None:
            yield row, finding


def _is_suspect(rows: StudyRows, fits: Flags, usable: list[StudyRow]) -> Flags:
    """Which rows, few, may have a standard error typed in for an SD.

    Their effect is large, or one of their SDs is much smaller than one of the study or the pool.
    """
    names = ("mean_t", "mean_c", "sd_t", "sd_c", "n_t", "n_c")
    mean_t, mean_c, sd_t, sd_c, n_t, n_c = (rows.numbers[name][fits] for name in names)
    pooled = np.sqrt(((n_t - 1) * sd_t**2 + (n_c - 1) * sd_c**2) / (n_t + n_c - 2))
    larger = np.maximum(sd_t, sd_c)
    largest = larger.copy()
    for column in ("outcome_key", "study_id"):
        found: dict[str, float] = {}
        groups = [row[column] for row in usable]
        for group, sd in zip(groups, larger.tolist(), strict=True):
            found[group] = max(sd, found.get(group, 0.0))
        largest = np.maximum(largest, [found[group] for group in groups])
    ordinary = abs(mean_t - mean_c) <= _BELOW_LARGE_G * pooled
    suspect = np.zeros_like(fits)
    suspect[fits] = ~ordinary | (largest >= _FAR_APART * np.minimum(sd_t, sd_c))
    return suspect


def _se_in_both_arms(row: StudyRow, spread: float) -> Finding | None:
    """Both SDs against the size of the effect and the SDs of other studies.

    Not if the SDs that the SEs would stand for are too wide for the means of the pool.
    """
    finding = se_typed_for_sd(row)
    if finding is None:
        return None
    as_sd = row["sd"] * (row["n_t"] * row["n_c"]) ** 0.25
    too_wide = mean_of(row) > 0 and as_sd / mean_of(row) > SPREAD_LIMIT * spread
    return None if too_wide else finding


def _se_beside_own_sds(row: StudyRow, usual: float) -> Finding | None:
    """Both SDs against those of the study's other analyses, where the means are of their scale."""
    if min(row["n_t"], row["n_c"]) < MIN_ARM:
        return None
    for side in "tc":
        sd, root = row[f"sd_{side}"], math.sqrt(row[f"n_{side}"])
        # NaN, without such an analysis, does not fit.
        if usual < OUTLYING * sd or not 1 / OWN_FACTOR <= usual / (sd * root) <= OWN_FACTOR:
            return None
    return _se_finding(row, "tc", f"in other analyses of this study the SD is {usual:.3g}")


def _se_in_one_arm(row: StudyRow, scale: float) -> Finding | None:
    """One arm's SD is the other's divided by the root of n."""
    side, other = ("t", "c") if row["sd_t"] < row["sd_c"] else ("c", "t")
    sd, n, usual = row[f"sd_{side}"], row[f"n_{side}"], row[f"sd_{other}"]
    as_sd = sd * math.sqrt(n)
    if n < MIN_ARM or not 1 / SAME_FACTOR <= usual / as_sd <= SAME_FACTOR:
        return None
    # Where other studies tell the scale, it may be the other arm that is wrong.
    if math.isfinite(scale) and abs(math.log(scale / sd)) < abs(math.log(scale / as_sd)):
        return None
    return _se_finding(row, side, f"the SD of the other arm is {usual:.3g}")


def _se_finding(row: StudyRow, sides: str, why: str) -> Finding:
    sds = [row[f"sd_{side}"] for side in sides]
    read = [row[f"sd_{side}"] * math.sqrt(row[f"n_{side}"]) for side in sides]
    printed = "SD " + " and ".join(f"{sd:g}" for sd in sds)
    implied = "SD " + " and ".join(f"{sd:.3g}" for sd in read)
    arms = {"t": " (first arm)", "c": " (second arm)"}.get(sides, "")
    message = f"{printed}{arms}: {why}; read as standard error it fits"
    return Finding("se_typed_for_sd", printed, implied, message)


def ses_of_given_estimates(rows: StudyRows) -> Found:
    """Given estimates whose SE is an SD, or smaller than the participants allow.

    An SD can stand in place of the SE of a difference only; its size comes from the SEs of the
    other studies, times the root of their size. The log of a hazard or odds ratio cannot have a
    smaller variance than 1/n_t + 1/n_c, every participant having an event (hazard ratio: Parmar
    1998; odds ratio: more, Woolf 1955).
    """
    given = [
        {**row, **_ABSENT, "sd": row["se"] / math.sqrt(1 / row["n_t"] + 1 / row["n_c"])}
        for row in rows.at(rows.numbers["se"] > 0)
        if row["data_type"] == "iv" and row["n_t"] >= 2 and row["n_c"] >= 2
    ]
    outcomes = {
        outcome: (medians_of_others((row["study_id"], row["sd"]) for row in group), len(group))
        for (outcome,), group in grouped(given, "outcome_key").items()
    }
    own = Counter((row["outcome_key"], row["study_id"]) for row in given)
    for row in given:
        finding = None
        if row["measure"] == "SMD" or row["log_data"] == "no":
            outcome, study = row["outcome_key"], row["study_id"]
            medians, number = outcomes[outcome]
            enough = number - own[outcome, study] >= MIN_OTHERS
            row["sd_elsewhere"] = medians[study] if enough else math.nan
            row["statistic"] = "smd" if row["measure"] == "SMD" else "mean_difference"
            finding = sd_typed_for_se(row)
        allowed = se_from_ns(0, row["n_t"], row["n_c"])
        log = row["measure"] in ("HR", "OR") and row["log_data"] == "yes"
        if (log or row["measure"] == "SMD") and row["se"] < SE_RATIO_LIMIT * allowed:
            finding = Finding(
                "se_below_arms",
                f"SE {row['se']:.3g}",
                f"SE {allowed:.3g}",
                f"an SE of {row['se']:.3g} is less than {row['n_t']:g} + {row['n_c']:g} "
                f"participants can give ({allowed:.3g})",
            )
        if finding is not None:
            yield row, finding


def scale_sds(group: list[StudyRow]) -> dict[str, float]:
    """By study, the median SD of the others in an analysis of mean differences, if they are enough.

    Of several rows of a study their median counts.
    """
    studies = grouped(group, "study_id")
    if group[0]["measure"] != "MD" or len(studies) - 1 < MIN_OTHERS:
        return {}
    own = ((study, median_of(row["sd"] for row in rows)) for (study,), rows in studies.items())
    return medians_of_others(own)


def mean_of(row: StudyRow) -> float:
    """Size of the two means, half-way between them."""
    return float(abs(row["mean_t"] + row["mean_c"]) / 2)


def spreads_of(group: list[StudyRow]) -> dict[str, float]:
    """By study, the median SD / |mean| of the others."""
    return medians_of_others(
        (row["study_id"], row["sd"] / mean_of(row) if mean_of(row) > 0 else math.nan)
        for row in group
    )


def own_sds(own: list[StudyRow]) -> dict[int, float]:
    """By place, the median SD of a study's other analyses with means of the row's scale."""
    outcomes = {row["outcome_key"]: number for number, row in enumerate(own)}
    if len(outcomes) == 1:
        return {}
    own = sorted(own, key=lambda row: row["sd"])
    sds = np.array([row["sd"] for row in own])
    sums = np.array([row["mean_t"] + row["mean_c"] for row in own])
    numbers = np.array([outcomes[row["outcome_key"]] for row in own])
    with np.errstate(all="ignore"):
        scale = sums / np.where(sums == 0, np.nan, sums)[:, None]
    there = (scale >= 1 / SAME_SCALE) & (scale <= SAME_SCALE) & (numbers != numbers[:, None])
    rank = there.cumsum(axis=1)
    last = rank[:, -1:]
    # The SDs ascend: of those that are there the middle one, or the middle two.
    low, high = ((rank == middle).argmax(axis=1) for middle in ((last + 1) // 2, last // 2 + 1))
    usual = ((sds[low] + sds[high]) / 2).tolist()
    return {
        row["place"]: sd for row, sd, n in zip(own, usual, last[:, 0].tolist(), strict=True) if n
    }
