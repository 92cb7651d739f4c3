"""What does not add up in the study rows of a review file; see `audit` for the idea.

`audit_studies` runs all checks. Those of the numbers of a row are here: arms that changed places,
counts, the row's own result. `audit_sds` has those of SDs and standard errors, `audit_duplicates`
those for people counted twice, `audit_repeats` those for results entered several times,
`audit_arms` those that set an arm against another; `audit_study_rows` says what a check is.
Severity as in `audit`.
"""

import math
from collections import Counter
from collections.abc import Hashable, Iterable

import numpy as np

from metarepro.audit.checks import Finding, p_of, z_of
from metarepro.readers.review_tables import Extraction, Row
from metarepro.reviews.audit_arms import arm_sizes, sds_apart
from metarepro.reviews.audit_duplicates import repeated_rows, same_people_again, shared_arms
from metarepro.reviews.audit_repeats import changed_arms, changed_numbers
from metarepro.reviews.audit_sds import ses_of_given_estimates, ses_typed_for_sds
from metarepro.reviews.audit_study_rows import (
    ARM,
    COUNTS,
    MAX_ROWS,
    PUBLISHED,
    Check,
    Found,
    StudyRows,
    grouped,
    not_compared,
    random_effects,
    record_id,
    study_rows,
)
from metarepro.reviews.study_effects import Indices
from metarepro.tabular.printed_numbers import half_unit

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
    # What is missing, or out of the range of numbers, is compared as well, and found to be nothing.
    with np.errstate(all="ignore"):
        listed = [found for check in CHECKS for found in check(rows)]
    listed.sort(key=lambda found: found[0]["place"])  # stable: the order of the checks stays
    return [
        {
            "source_table": file,
            "record_id": record_id(row),
            "severity": SEVERITY[finding.check],
            **finding._asdict(),
        }
        for row, finding in listed
    ]


# Arms that changed places


def effects_on_other_side(rows: StudyRows) -> Found:
    """Effects opposite to nearly all others that would fit if they were turned.

    Leave-one-out z of the row against the others (DerSimonian & Laird 1986), so that mere
    heterogeneity does not count.
    """
    yi, vi = (np.array([row[name] for row in rows.pooled]) for name in ("yi", "vi"))
    pools, studies = (_numbered(row[name] for row in rows.pooled) for name in ("pool", "study_id"))
    sizes = np.bincount(pools)
    for pool in np.flatnonzero(sizes > MAX_ROWS):
        group = [rows.pooled[place] for place in np.flatnonzero(pools == pool)]
        yield not_compared(group, "the effects of this pool")
    of_study = _numbered(zip(pools.tolist(), studies.tolist(), strict=True))
    n_others = sizes[pools] - np.bincount(of_study)[of_study]
    sides = [
        np.bincount(pools, side)[pools] - np.bincount(of_study, side)[of_study]
        for side in (yi < 0, yi > 0)
    ]
    opposite = np.where(yi > 0, *sides)
    candidates = (
        (sizes[pools] <= MAX_ROWS)
        & (n_others >= MIN_POOL - 1)
        & (opposite / n_others >= AGREEING)
        & (abs(yi) > z_of(SIGNIFICANT_P) * np.sqrt(vi))
    )
    for place in np.flatnonzero(candidates):
        row = rows.pooled[place]
        others = (pools == pools[place]) & (studies != studies[place])
        estimate, se, tau2 = random_effects(yi[others], vi[others])
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


def _numbered(names: Iterable[Hashable]) -> Indices:
    """A number for each name, the same for the same."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.intp)


def arms_swapped(rows: StudyRows) -> Found:
    """Arm sizes that are those of the other arm in the study's other analyses.

    Looked for within a comparison, where the arms keep their sides. The minority is named; of as
    many rows on either side the later ones, though it may be the others that are wrong.
    """
    unequal = rows.numbers["n_t"] != rows.numbers["n_c"]
    sized = rows.at(unequal & rows.there("n_t", "n_c"))
    for group in grouped(sized, "comparison_number", "study_id").values():
        pairs = [(row["n_t"], row["n_c"]) for row in group]
        number = Counter(pairs)
        if not any(pair[::-1] in number for pair in number):
            continue  # as nearly always
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


def impossible_counts(rows: StudyRows) -> Found:
    """Negative or broken counts, more events than participants, SDs of 0."""
    numbers = rows.numbers
    for side in "tc":
        n, mean, sd, events = (numbers[name] for name in ARM[side])
        for row in rows.at(events > n):
            shown, most = f"{row[f'events_{side}']:g}", f"{row[f'n_{side}']:g}"
            message = f"{shown} events in {most} participants"
            yield row, Finding("impossible_count", shown, f"<= {most}", message)
        # Rows that RevMan keeps empty have zeros throughout.
        for row in rows.at((sd < 0) | ((sd == 0) & (n > 0) & (mean != 0))):
            shown = f"SD {row[f'sd_{side}']:g}"
            yield row, Finding("sd_zero", shown, "", f"an {shown.replace(' ', ' of ')}")
    for name in COUNTS:
        for row in rows.at(numbers[name] < 0):
            shown = f"{row[name]:g}"
            yield row, Finding("impossible_count", shown, ">= 0", f"{name} is {shown}")
        for row in rows.at((numbers[name] >= 0) & (numbers[name] % 1 > 0)):
            message = f"{name} is {row[name]:g}: a split arm or an effective sample size?"
            yield row, Finding("count_not_whole", f"{row[name]:g}", "", message)


# The row's own result


def printed_effects(rows: StudyRows) -> Found:
    """The row's printed effect and CI against those recomputed, beyond rounding."""
    estimate, low, high, level = (rows.numbers[name] for name in PUBLISHED)
    levels = {number: z_of(1 - number) for number in set(level.tolist())}
    yi, vi = rows.numbers["yi"], rows.numbers["vi"]
    half = np.array([levels[number] for number in level.tolist()]) * np.sqrt(vi)
    log = np.array([row["log"] for row in rows.rows], dtype=bool)
    ours = np.array([yi, yi - half, yi + half])
    ours = np.where(log, np.exp(np.minimum(ours, 700.0)), ours)
    theirs = np.array([estimate, low, high])
    beyond = abs(theirs - ours) - FULL_PRECISION * np.maximum(1.0, abs(ours))
    limits = rows.there(*PUBLISHED[1:3])
    off = (beyond[0] > 0) | (limits & (beyond > 0).any(axis=0))
    for place in np.flatnonzero((vi > 0) & ~np.isnan(estimate) & off):
        n = 3 if limits[place] else 1
        printed, implied, gaps = (x[:n, place].tolist() for x in (theirs, ours, beyond))
        wrong = [gap > half_unit(*printed) for gap in gaps]
        if any(wrong):
            shown_text, implied_text = _interval(printed), _interval(implied)
            check = "row_effect" if wrong[0] else "row_ci"
            message = f"printed {shown_text}, the row's numbers give {implied_text}"
            yield rows.rows[place], Finding(check, shown_text, implied_text, message)


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
