"""What does not add up in the study rows of a review file; see `audit` for the idea.

`audit_studies` runs all checks. Those of the numbers of a row are here: SDs and standard errors,
arms that changed places, counts, the row's own result. `audit_duplicates` has those for people
counted twice, `audit_repeats` those for results entered several times, `audit_arms` those that
set an arm against another; `audit_study_rows` says what a check is. Severity as in `audit`. An SD
that is an SE is read off the other numbers of the study or the pool, so that each message names
what the row was set against.
"""

import math
from collections import Counter

import numpy as np

from metarepro.audit.checks import Finding, has, large_g, p_of, z_of
from metarepro.audit.summaries import MIN_ARM, SAME_FACTOR, sd_typed_for_se, se_typed_for_sd
from metarepro.conversion.constants import SE_RATIO_LIMIT
from metarepro.conversion.effect_sizes import se_from_ns
from metarepro.readers.review_tables import Extraction, Row, is_log
from metarepro.reviews.audit_arms import arm_sizes, sds_apart
from metarepro.reviews.audit_duplicates import repeated_rows, same_people_again, shared_arms
from metarepro.reviews.audit_repeats import changed_arms, changed_numbers
from metarepro.reviews.audit_study_rows import (
    COUNTS,
    MAX_ROWS,
    MIN_OTHERS,
    Check,
    Found,
    StudyRow,
    grouped,
    mean_of,
    medians_of_others,
    not_compared,
    own_sds,
    pooled,
    random_effects,
    scale_sds,
    spreads_of,
    study_rows,
)
from metarepro.tabular.printed_numbers import half_unit

#: What the checks of `audit.summaries` look at and review files do not have.
_ABSENT = {"n_total": math.nan, "reference_sd": math.nan}
SOURCE_TABLE = "review_studies"
SEVERITY = {
    "se_typed_for_sd": "warning",
    "sd_typed_for_se": "warning",
    "rows_not_compared": "note",
    "se_below_arms": "warning",
    "large_g": "note",
    "effect_on_other_side": "note",
    "arms_swapped": "warning",
    "row_twice": "warning",
    "row_of_another_study": "warning",
    "same_people_again": "note",
    "shared_arm": "warning",
    "shared_arm_or_split": "note",
    "impossible_count": "error",
    "count_not_whole": "note",
    "sd_zero": "warning",
    "arm_size_differs": "note",
    "sds_apart": "note",
    "changed_numbers": "warning",
    "changed_arms": "warning",
    "row_effect": "warning",
    "row_ci": "warning",
}

#: A study's own SDs of the same scale at another time may differ by this factor (scores of people
#: who got better spread less), but an SE in their place is smaller by at least `OUTLYING`.
OWN_FACTOR, OUTLYING = 2.0, 3.0
#: Read as SE, an SD must not exceed this multiple of the SD / |mean| that is usual in the pool.
SPREAD_LIMIT = 2.0
#: A row on the other side of 0: how far from the others (p), how many studies the pool must have,
#: what share of the others must agree on the side, and how near to them the row is when turned.
FAR_P, MIN_POOL, AGREEING, NEAR_Z = 0.01, 5, 0.8, 1.5
SIGNIFICANT_P = 0.05
#: Beyond the printed digits: what is left of numbers that were stored with full precision.
FULL_PRECISION = 1e-6


def audit_studies(extraction: Extraction, file: str = SOURCE_TABLE) -> list[Row]:
    """Check the study rows of a review.

    Parameters
    ----------
    extraction : Extraction
        As `readers.review_file.read_review` gives it.

    file : str
        How the file is called in the table, as its source_table.

    Returns
    -------
    list of dict
        Rows of `tables.AUDIT`, one per finding; record_id "review_id comparison.outcome
        [.subgroup] study #position". In the order of the rows, then of `CHECKS`.
    """
    rows = study_rows(extraction)
    listed = [found for check in CHECKS for found in check(rows)]
    listed.sort(key=lambda found: found[0]["place"])  # stable: the order of the checks stays
    return [
        {
            "source_table": file,
            "record_id": row["record_id"],
            "severity": SEVERITY[finding.check],
            **finding._asdict(),
        }
        for row, finding in listed
    ]


# An SE typed in for an SD, and the reverse


def ses_typed_for_sds(rows: list[StudyRow]) -> Found:
    """SDs that are probably standard errors of the means; `large_g` if only the effect is large.

    Against the SDs of other studies where they share the scale (mean differences), against the
    study's own SDs in other analyses, and one arm against the other.
    """
    usable = [
        {**row, **_ABSENT, "sd": math.sqrt(row["sd_t"] * row["sd_c"])}
        for row in rows
        if has(row, "mean_t", "mean_c")
        and (row["sd_t"] > 0 and row["sd_c"] > 0 and row["n_t"] > 1 and row["n_c"] > 1)
    ]
    outcomes = grouped(usable, "outcome_key")
    scales = {outcome: scale_sds(group) for (outcome,), group in outcomes.items()}
    spreads = {outcome: spreads_of(group) for (outcome,), group in outcomes.items()}
    usual: dict[int, float] = {}
    for own in grouped(usable, "study_id").values():
        if len(own) <= MAX_ROWS:
            usual |= own_sds(own)
        else:
            yield not_compared(own, "the SDs of this study")
    for row in usable:
        outcome, study = row["outcome_key"], row["study_id"]
        row["sd_elsewhere"] = scale = scales[outcome].get(study, math.nan)
        finding = (
            _se_in_both_arms(row, spreads[outcome][study])
            or _se_beside_own_sds(row, usual.get(row["place"], math.nan))
            or _se_in_one_arm(row, scale)
        )
        # With small arms a large g is no surprise.
        if finding is None and row["measure"] == "SMD" and min(row["n_t"], row["n_c"]) >= MIN_ARM:
            finding = large_g({"effect_effect_measure": "SMD", "effect_yi": row["yi"]})
        if finding is not None:
            yield row, finding


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


def ses_of_given_estimates(rows: list[StudyRow]) -> Found:
    """Given estimates whose SE is an SD, or smaller than the participants allow.

    An SD can stand in place of the SE of a difference only; its size comes from the SEs of the
    other studies, times the root of their size. The log of a hazard or odds ratio cannot have a
    smaller variance than 1/n_t + 1/n_c, every participant having an event (hazard ratio: Parmar
    1998; odds ratio: more, Woolf 1955).
    """
    given = [
        {**row, **_ABSENT, "sd": row["se"] / math.sqrt(1 / row["n_t"] + 1 / row["n_c"])}
        for row in rows
        if row["data_type"] == "iv" and row["se"] > 0 and row["n_t"] >= 2 and row["n_c"] >= 2
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


# Arms that changed places


def effects_on_other_side(rows: list[StudyRow]) -> Found:
    """Effects opposite to nearly all others that would fit if they were turned.

    Leave-one-out z of the row against the others (DerSimonian & Laird 1986), so that mere
    heterogeneity does not count.
    """
    for group in grouped(pooled(rows), "pool").values():
        if len(group) > MAX_ROWS:
            yield not_compared(group, "the effects of this pool")
            continue
        names = {row["study_id"]: number for number, row in enumerate(group)}
        studies = np.array([names[row["study_id"]] for row in group])
        effects, variances = (np.array([row[name] for row in group]) for name in ("yi", "vi"))
        signs = [(names[row["study_id"]], (row["yi"] > 0) - (row["yi"] < 0)) for row in group]
        of_study, of_sign = (Counter(values) for values in zip(*signs, strict=True))
        of_both = Counter(signs)
        for row, (study, sign) in zip(group, signs, strict=True):
            n_others = len(group) - of_study[study]
            if n_others < MIN_POOL - 1:
                continue
            apart = (of_sign[-sign] - of_both[study, -sign]) / n_others
            significant = abs(row["yi"]) > z_of(SIGNIFICANT_P) * math.sqrt(row["vi"])
            if apart < AGREEING or not significant:
                continue
            others = studies != study
            estimate, se, tau2 = random_effects(effects[others], variances[others])
            sd = math.sqrt(row["vi"] + tau2 + se**2)
            z, turned = (row["yi"] - estimate) / sd, (-row["yi"] - estimate) / sd
            far, near = abs(z) > z_of(FAR_P), abs(turned) < NEAR_Z
            if far and near and p_of(estimate / se) < SIGNIFICANT_P:
                yield (
                    row,
                    Finding(
                        "effect_on_other_side",
                        f"{row['yi']:.3g}",
                        f"{-row['yi']:.3g}",
                        f"effect {row['yi']:.3g}, the other rows of the pool {estimate:.3g} "
                        f"(z {z:.1f}); with the arms or the sign turned it would fit",
                    ),
                )


def arms_swapped(rows: list[StudyRow]) -> Found:
    """Arm sizes that are those of the other arm in the study's other analyses.

    Looked for within a comparison, where the arms keep their sides. The minority is named; of as
    many rows on either side the later ones, though it may be the others that are wrong.
    """
    sized = [row for row in rows if has(row, "n_t", "n_c") and row["n_t"] != row["n_c"]]
    for group in grouped(sized, "comparison_number", "study_id").values():
        pairs = [(row["n_t"], row["n_c"]) for row in group]
        number = Counter(pairs)
        seen: set[tuple[float, float]] = set()
        for row, pair in zip(group, pairs, strict=True):
            seen.add(pair)
            turned = pair[::-1]
            own, opposite = number[pair], number[turned]
            if opposite == 0 or own > opposite or (own == opposite and turned not in seen):
                continue
            printed, implied = (f"n {a:g} and {b:g}" for a, b in (pair, turned))
            message = f"{printed}; elsewhere in this comparison {implied} (rows: {opposite})"
            yield row, Finding("arms_swapped", printed, implied, message)


# Counts and SDs


def impossible_counts(rows: list[StudyRow]) -> Found:
    """Negative or broken counts, more events than participants, SDs of 0."""
    for row in rows:
        for side in "tc":
            n, events, sd = row[f"n_{side}"], row[f"events_{side}"], row[f"sd_{side}"]
            if events > n:
                message = f"{events:g} events in {n:g} participants"
                yield row, Finding("impossible_count", f"{events:g}", f"<= {n:g}", message)
            # Rows that RevMan keeps empty have zeros throughout.
            if sd < 0 or (sd == 0 and n > 0 and row[f"mean_{side}"] != 0):
                yield row, Finding("sd_zero", f"SD {sd:g}", "", f"an SD of {sd:g}")
        for name in COUNTS:
            if row[name] < 0:
                message = f"{name} is {row[name]:g}"
                yield row, Finding("impossible_count", f"{row[name]:g}", ">= 0", message)
            elif row[name] % 1 > 0:
                message = f"{name} is {row[name]:g}: a split arm or an effective sample size?"
                yield row, Finding("count_not_whole", f"{row[name]:g}", "", message)


# The row's own result


def printed_effects(rows: list[StudyRow]) -> Found:
    """The row's printed effect and CI against those recomputed, beyond rounding."""
    for row in rows:
        if not row["vi"] > 0 or math.isnan(row["published_estimate"]):
            continue
        log = is_log(row["measure"], row["data_type"], row["log_data"] == "yes")
        half = z_of(1 - row["study_interval_level"]) * math.sqrt(row["vi"])
        limits = ("published_ci_low", "published_ci_high")
        columns = ("published_estimate", *(limits if has(row, *limits) else ()))
        printed = [row[column] for column in columns]
        implied = [row["yi"], row["yi"] - half, row["yi"] + half][: len(printed)]
        implied = [math.exp(min(x, 700.0)) for x in implied] if log else implied
        beyond = [
            abs(a - b) - FULL_PRECISION * max(1.0, abs(b))
            for a, b in zip(printed, implied, strict=True)
        ]
        if max(beyond) <= 0:
            continue
        wrong = [gap > half_unit(*printed) for gap in beyond]
        if any(wrong):
            shown_text, implied_text = _interval(printed), _interval(implied)
            check = "row_effect" if wrong[0] else "row_ci"
            message = f"printed {shown_text}, the row's numbers give {implied_text}"
            yield row, Finding(check, shown_text, implied_text, message)


def _interval(numbers: list[float]) -> str:
    limits = f" [{', '.join(f'{x:.6g}' for x in numbers[1:])}]" if numbers[1:] else ""
    return f"{numbers[0]:.6g}{limits}"


CHECKS: list[Check] = [
    ses_typed_for_sds,
    ses_of_given_estimates,
    effects_on_other_side,
    arms_swapped,
    repeated_rows,
    same_people_again,
    shared_arms,
    impossible_counts,
    arm_sizes,
    sds_apart,
    changed_numbers,
    changed_arms,
    printed_effects,
]
