"""Checks of the audit for people who are counted twice in a pool; see `audit_study_rows`.

A shared arm and a row typed twice are read off the other numbers of the study or the pool, so that
each message names what the row was set against.
"""

from bisect import bisect_left

from metarepro.audit.checks import Finding, has
from metarepro.reviews.audit_study_rows import (
    ARM,
    SAME_PEOPLE,
    Found,
    StudyRow,
    StudyRows,
    grouped,
    median_of,
    record_id,
)

#: Equal counts of two small studies are a coincidence.
MIN_TOTAL = 40
#: A shared arm of this much less than its share of the other arm's size was counted fully.
SPLIT_FACTOR = 1.25


def repeated_rows(rows: StudyRows) -> Found:
    """Rows with the same numbers in one pool, of one study or of two."""
    for first, *others in grouped(rows.pooled, "pool", "data").values():
        for row in others:
            same = row["study_id"] == first["study_id"]
            if same or _telling(row):
                check = "row_twice" if same else "row_of_another_study"
                yield row, Finding(check, "", "", f"all numbers are those of {record_id(first)}")


def _telling(row: StudyRow) -> bool:
    """Whether two studies do not have these numbers by chance."""
    if row["data_type"] != "dichotomous":
        return True
    return bool(row["n_t"] + row["n_c"] >= MIN_TOTAL and min(row["events_t"], row["events_c"]) > 0)


def same_people_again(rows: StudyRows) -> Found:
    """Rows of one study in a pool with the same arm sizes and other results in both arms.

    Two times or two scales, as a rule, of people who are then counted twice. Not across
    subgroups, where they are the arms of one large trial as a rule.
    """
    sized = [row for group in rows.again for row in group if has(row, "n_t", "n_c")]
    keys = ("pool", "subgroup_number", "study_id", "n_t", "n_c")
    for (*_, n_t, n_c), group in grouped(sized, *keys).items():
        if len(group) == 1:
            continue
        arms = [twins for side in "tc" for twins in grouped(group, *ARM[side]).values()]
        shared = {row["place"] for twins in arms if len(twins) > 1 for row in twins}
        apart = [row for row in group if has(row, "estimate") or row["place"] not in shared]
        sizes = f"{n_t:g} + {n_c:g}"
        message = f"the study is in {len(apart)} rows of the pool with {sizes} participants"
        for row in apart[1:]:
            yield row, Finding("same_people_again", f"{len(apart)} x {sizes}", "", message)


def shared_arms(rows: StudyRows) -> Found:
    """An arm that is counted in several rows of one study in a pool (unit-of-analysis error).

    An arm may be shared between rows if its participants are split. That is taken for granted if
    the study's other rows show the arm larger, as large as the rows together, or the numbers are
    not whole; it is possible if the arm is as small as its share of the other arms
    (Cochrane Handbook, section 23.3.4).
    """
    several = {group[0]["study_id"] for group in rows.again}
    own = [row for row in rows.rows if row["study_id"] in several] if several else []
    sizes = {
        (study, size): sorted(row[size] for row in rows_of_study if row[size] == row[size])
        for (study,), rows_of_study in grouped(own, "study_id").items()
        for size in ("n_t", "n_c")
    }
    for group in rows.again:
        study = group[0]["study_id"]
        if len({row["data"] for row in group}) < len(group):
            continue
        for side, other in (("c", "t"), ("t", "c")):
            size = f"n_{side}"
            together = sum(row[size] for row in group if row[size] == row[size])
            for twins in grouped(group, *ARM[side]).values():
                n, count = twins[0][size], len(twins)
                if count < 2 or not n > 0 or n % 1:
                    continue
                if any(_about(sizes[study, size], whole) for whole in (n * count, together)):
                    continue
                split = n * count <= SPLIT_FACTOR * median_of(row[f"n_{other}"] for row in twins)
                arm = "second" if side == "c" else "first"
                yield (
                    twins[1],
                    Finding(
                        "shared_arm_or_split" if split else "shared_arm",
                        f"{count} x {n:g}",
                        f"{n:g}",
                        f"the {arm} arm of this study ({n:g} participants, same numbers) stands "
                        f"in {count} rows of the pool{'; perhaps split' if split else ''}",
                    ),
                )


def _about(sizes: list[float], whole: float) -> bool:
    """Whether one of these numbers, ascending, is about as large as the whole."""
    place = bisect_left(sizes, whole / SAME_PEOPLE)
    return place < len(sizes) and sizes[place] <= whole * SAME_PEOPLE
