"""A made-up review of the shape of a Cochrane review of video feedback; no real trial is in it.

Its published numbers are worked out in R (tests/reference/made_up_review.R).
"""

from pathlib import Path
from typing import Any

from tests.reference_numbers import reference_of
from tests.review_files import (
    CONT,
    CONT_ROW,
    DICH,
    DICH_ROW,
    element,
    outcome,
    review,
    rm5_bytes,
    row,
)

PUBLISHED: dict[str, dict[str, float]] = reference_of("made_up_review")
REFERENCES = element(
    "STUDIES_AND_REFERENCES",
    None,
    element(
        "STUDIES",
        None,
        element(
            "INCLUDED_STUDIES",
            None,
            element("STUDY", {"ID": "STD-Ann-2001", "NAME": "Ann 2001", "YEAR": "2001"}),
            element("STUDY", {"ID": "STD-Dee-2005", "NAME": "Dee 2005", "YEAR": "2005"}),
        ),
    ),
)
_MEANS = {
    "Ann-2001": {"TOTAL_1": 20, "MEAN_1": 5.1, "SD_1": 2, "TOTAL_2": 21, "MEAN_2": 4.5}
    | {"SD_2": 2.1},
    "Dee-2005": {"TOTAL_1": 33, "MEAN_1": 6.4, "SD_1": 1.8, "TOTAL_2": 30, "MEAN_2": 5.2}
    | {"SD_2": 2.2},
}
_COUNTS = {
    "Ann-2001": {"EVENTS_1": 12, "TOTAL_1": 20, "EVENTS_2": 9, "TOTAL_2": 21},
    "Dee-2005": {"EVENTS_1": 20, "TOTAL_1": 33, "EVENTS_2": 11, "TOTAL_2": 30},
}
OUTCOME_MAP = (
    "comparison_number,outcome_number,outcome_label,outcome,timepoint,higher_is_better,"
    "intervention\n"
    "1,1,sensitivity,warmth,post,yes,play\n"
    "1,2,security,,,,\n"
)


def made_up_review(**changes: Any) -> str:
    """The review as RevMan 5 XML; `changes` replace attributes of the first outcome."""
    smd = {k: repr(float(v)) for k, v in PUBLISHED["smd"].items()}
    ratio = {k: repr(float(v)) for k, v in PUBLISHED["or"].items()}
    totals = {"TOTAL_1": 53, "TOTAL_2": 51}
    return review(
        outcome(
            "CONT",
            CONT | smd | totals | {"EFFECT_MEASURE": "SMD"} | changes,
            *(row("CONT", CONT_ROW | cells, study) for study, cells in _MEANS.items()),
        ),
        outcome(
            "DICH",
            DICH | ratio | totals | {"RANDOM": "NO"},
            *(row("DICH", DICH_ROW | cells, study) for study, cells in _COUNTS.items()),
            number="2",
        ),
        references=REFERENCES,
        title="A made-up review of video feedback",
    )


def add_review_file(data: Path) -> Path:
    """Put the review, as made_up.rm5, into the folder of the small data's review; that folder."""
    folder = data / "reviews/review2020"
    (folder / "made_up.rm5").write_bytes(rm5_bytes(made_up_review()))
    return folder
