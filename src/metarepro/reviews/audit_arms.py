"""Checks of the audit that set an arm of a study against another; see `audit_study_rows`."""

import math

import numpy as np
from scipy import special

from metarepro.audit.checks import Finding
from metarepro.audit.summaries import MIN_ARM, SAME_FACTOR
from metarepro.reviews.audit_study_rows import (
    MIN_OTHERS,
    SAME_PEOPLE,
    Found,
    StudyRows,
    grouped,
    medians_of_others,
)

#: An arm's size differing by more than this from the study's other analyses is listed, if that
#: of the other arm does not.
ARM_FACTOR = 1.8
#: Two SDs are far apart from this ratio and this p of the F test on, in arms of this size. The test
#: takes scores for normal (Box 1953): hence the strict p.
SD_FACTOR, FAR_SDS_P, LARGE_ARM = 1.5, 1e-9, 100


def arm_sizes(rows: StudyRows) -> Found:
    """One arm is much larger or smaller than in the study's other analyses, the other is not.

    Analyses with subgroups or with several rows of the study are left out: they split arms.
    """
    sized = rows.at((rows.numbers["n_t"] > 0) & (rows.numbers["n_c"] > 0))
    whole = [row for row in sized if row["subgroup_number"] == ""]
    alone = [
        group[0] for group in grouped(whole, "outcome_key", "study_id").values() if len(group) == 1
    ]
    for group in grouped(alone, "comparison_number", "study_id").values():
        if len(group) <= MIN_OTHERS:
            continue
        sizes = ("n_t", "n_c")
        if len({(row["n_t"], row["n_c"]) for row in group}) == 1:
            continue  # as nearly always
        others = {size: medians_of_others((r["place"], r[size]) for r in group) for size in sizes}
        for row in group:
            usual = {size: others[size][row["place"]] for size in sizes}
            off = {size: abs(math.log(row[size] / usual[size])) for size in usual}
            far, near = max(off, key=lambda size: off[size]), min(off.values())
            small = max(row[far], usual[far]) < MIN_ARM
            if not small and off[far] > math.log(ARM_FACTOR) and near < math.log(SAME_PEOPLE):
                printed, implied = f"{far} {row[far]:g}", f"{far} {usual[far]:g}"
                message = f"{printed}, in the study's other analyses {usual[far]:g} (median)"
                yield row, Finding("arm_size_differs", printed, implied, message)


def sds_apart(rows: StudyRows) -> Found:
    """SDs of two large arms that differ far beyond chance (F test of two variances).

    Not where the means differ likewise, since skewed scores spread in proportion to their mean,
    and not where the smaller SD is the other's standard error, which has a check of its own.
    """
    sd_t, sd_c, n_t, n_c = (rows.numbers[name] for name in ("sd_t", "sd_c", "n_t", "n_c"))
    smaller, larger = np.minimum(sd_t, sd_c), np.maximum(sd_t, sd_c)
    apart = (smaller > 0) & (larger >= SD_FACTOR * smaller) & (np.minimum(n_t, n_c) >= LARGE_ARM)
    for row in rows.at(apart & rows.there("mean_t", "mean_c")):
        sds, ns = (row["sd_t"], row["sd_c"]), (row["n_t"], row["n_c"])
        large = sds.index(max(sds))
        ratio = sds[large] / sds[1 - large]
        p = 2 * float(special.fdtrc(ns[large] - 1, ns[1 - large] - 1, ratio**2))
        means = abs(row["mean_t"]), abs(row["mean_c"])
        in_proportion = means[large] > means[1 - large] * math.sqrt(ratio)
        as_sd = sds[1 - large] * math.sqrt(ns[1 - large])
        is_se = 1 / SAME_FACTOR <= sds[large] / as_sd <= SAME_FACTOR
        if p < FAR_SDS_P and not in_proportion and not is_se:
            printed = f"SD {sds[0]:g} and {sds[1]:g}"
            message = (
                f"{printed} in arms of {ns[0]:g} and {ns[1]:g}: a ratio of {ratio:.3g}, "
                f"which chance does not give (p {p:.0e})"
            )
            yield row, Finding("sds_apart", printed, "", message)
