"""Which trials are of the programmes that the report names."""

from typing import Any

import pandas as pd
import pytest

from metarepro.claims.programmes import list_programmes

PROGRAMMES = pd.DataFrame(
    [
        {"programme": name, "label": name.upper(), "named_as": "main", "intervention": "play"}
        | {"rating": "", "footnote": ""}
        for name in ("used", "unread", "unusable", "absent")
    ]
)
NAMES = pd.DataFrame(
    [
        ("used", "Used", "same"),
        ("used", "Used (group)", "same"),
        ("used", "Used for twins", "related"),
        ("unread", "Unread", "same"),
        ("unusable", "Unusable", "same"),
    ],
    columns=["programme", "name_in_trials", "match"],
)
TRIALS = pd.DataFrame(
    [
        ("dee", "Used (group)"),
        ("ann", "Used"),
        ("bob", "Used for twins"),
        ("cat", "Unread"),
        ("eve", "Unusable"),
        ("fay", ""),
    ],
    columns=["trial_id", "programme"],
)
EFFECTS = pd.DataFrame(
    [
        ("ann", "speech", ""),
        ("ann", "warmth", ""),
        ("ann", "mood", "no_variance"),
        ("bob", "mood", ""),
        ("eve", "mood", "range_only"),
        ("eve", "mood", "duplicate"),
    ],
    columns=["trial_id", "domain", "exclude"],
)
DOMAINS = pd.DataFrame(
    [("speech", "Speech", 2.0), ("warmth", "Warmth", 1.0), ("mood", "Mood", 3.0)],
    columns=["domain", "label", "order"],
)
EVALUATIONS = pd.DataFrame({"service": ["ABSENT (in Essex)", "ABSENT", "Others"]})
COUNTS = ("n_trials", "n_trials_with_results", "n_results", "n_usable")


def listed() -> dict[str, dict[Any, Any]]:
    table = list_programmes(PROGRAMMES, NAMES, TRIALS, EFFECTS, DOMAINS, EVALUATIONS)
    return {row["programme"]: row for row in table.to_dict("records")}


def test_only_the_same_programme_counts() -> None:
    row = listed()["used"]
    assert [row[column] for column in COUNTS] == [2, 1, 3, 2]
    assert row["trial_ids"] == "ann dee"
    assert row["domains"] == "Warmth; Speech"
    assert row["matched_by"] == "Used; Used (group)"
    assert row["remark"] == "Not counted: 1 trial under related names (Used for twins)"


@pytest.mark.parametrize(
    ("programme", "counts", "remark"),
    [
        ("unread", [1, 0, 0, 0], "Its trials are known, but none with a readable result"),
        # A duplicate is no result of its own.
        ("unusable", [1, 1, 1, 0], "No reported result could become an effect size"),
        (
            "absent",
            [0, 0, 0, 0],
            "No trial of it in the data. 2 local evaluations without a control group",
        ),
    ],
)
def test_what_is_missing_is_said(programme: str, counts: list[int], remark: str) -> None:
    row = listed()[programme]
    assert [row[column] for column in COUNTS] == counts
    assert row["remark"] == remark
