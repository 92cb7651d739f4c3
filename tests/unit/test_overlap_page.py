"""The page of overlap speaks to readers: labels and words, where the tables have ids and codes."""

import math
from typing import Any

import pytest
from tests.report_records import EFFECT, RESULT, REVIEW, make_records

from metarepro.report.blocks import Paragraph, Table, plain
from metarepro.report.overlap import page

OTHER = {"result_id": "ann2001-02"}
SHARED: dict[str, Any] = {
    **{"trial_id": "ann2001", "label": "Ann 2001", "outcome": "warmth", "measure": "a_scale"},
    **{"timepoint": "follow_up", "pairing": "duplicate", "scale": "effect", "same_source": "no"},
    **{"result_id_a": "ann2001-01", "source_kind_a": "secondary_review", "value_a": 0.4},
    **{"result_id_b": "ann2001-02", "source_kind_b": "abstract", "value_b": 0.7},
    **{"source_a": "a", "source_b": "b", "described": "alike", "difference": 0.3},
    "agreement": "different",
}


def cells(name: str, **tables: Any) -> dict[str, str]:
    """The first row of a table of the page."""
    results = [RESULT, RESULT | OTHER]
    records = make_records(**{"effects": [EFFECT, EFFECT | OTHER], "results": results} | tables)
    blocks = [block for section in page(records).sections for block in section.blocks]
    (found,) = [block for block in blocks if isinstance(block, Table) and block.name == name]
    columns = [column.name for column in found.columns]
    return dict(zip(columns, map(plain, found.rows[0]), strict=True))


def shared(**changes: Any) -> dict[str, str]:
    return cells("shared", shared_effects=[SHARED | changes])


def shared_of(effects: list[dict[str, Any]], **changes: Any) -> dict[str, str]:
    return cells("shared", shared_effects=[SHARED | changes], effects=effects)


def test_a_pair_has_the_labels_of_its_reviews() -> None:
    pair: dict[str, Any] = {
        **{"review_a": "rev2020", "review_b": "ohara2019", "basis": "listed+plausible"},
        **{"n_a": 4.0, "n_b": 7.0, "cca": 10.0, "reason": "Rev 2020: 4 trials counted"},
    }
    reviews = [REVIEW, REVIEW | {"review_id": "ohara2019", "label": "O'Hara 2019"}]
    said = cells("pairs-table", overlap_pairs=[pair], reviews=reviews)
    assert said["Reviews"] == "Rev 2020 and O'Hara 2019"
    assert said["Remark"] == "Rev 2020: 4 trials counted"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (
            "ann2001-02 has no effect size: no arm sizes; statistic: smd against odds_ratio",
            "the second has no effect size: no arm sizes; reported as: standardised mean "
            "difference against odds ratio",
        ),
        (
            "ann2001-01 has no effect size: a; ann2001-02 has no effect size: b; no number printed "
            "for both",
            "the first has no effect size: a; the second has no effect size: b; no number printed "
            "for both",
        ),
        (
            "timepoint: post against follow_up; adjusted: no against yes",
            "time: after the intervention against follow-up; adjustment: not adjusted against "
            "adjusted for covariates",
        ),
        (
            "ann2001-01 has no effect size: a; sign: scale against benefit",
            "the first has no effect size: a; direction: treatment minus control on the instrument "
            "against positive (a ratio: above 1) when the intervention did better",
        ),
        # What a source calls its measure is left as it stands.
        ("measure named: a_b; c against a_c", "measure named: a_b; c against a_c"),
    ],
)
def test_reasons_are_in_words(reason: str, words: str) -> None:
    assert shared(reason=reason)["Why"] == words


@pytest.mark.parametrize(
    ("scale", "difference", "printed"),
    [
        # Hazard ratios of 0.90 and 1.08: the second is 1.2 times the first, and worse.
        ({"effect_measure": "HR", "better": "lower"}, math.log(0.90 / 1.08), "ratio 1.20"),
        ({"effect_measure": "MD", "better": "lower"}, 2.0, "−2.00"),
        ({"effect_measure": "SMD", "better": "higher"}, 0.3, "0.30"),
        ({"effect_measure": "HR", "better": "lower"}, math.nan, "–"),
    ],
)
def test_a_difference_is_on_the_scale_of_differences(
    scale: dict[str, str], difference: float, printed: str
) -> None:
    effects = [EFFECT | scale, EFFECT | OTHER | scale]
    said = shared_of(effects, difference=difference)
    assert said["Difference"] == printed


def test_numbers_that_are_no_g_say_what_they_are() -> None:
    said = shared(scale="odds_ratio", reason="ann2001-01 has no effect size: a")
    assert said["First"] == "0.40 (table of another review)"
    assert said["Why"] == "the first has no effect size: a; the numbers are as printed (odds ratio)"
    assert said["Time"] == "follow-up"


def test_the_page_opens_with_how_much_the_reviews_share() -> None:
    rows: list[dict[str, Any]] = [
        {"basis": "listed", "n_reviews": 2.0, "n_trials": 3.0, "n_inclusions": 3.0, "cca": 0.0},
        {"basis": "listed+plausible", "n_reviews": 4.0, "n_trials": 8.0}
        | {"n_inclusions": 9.0, "cca": 4.1667},
    ]
    records = make_records(
        overlap_overall=rows, overlap_pairs=[{"review_a": "a", "review_b": "b", "cca": math.nan}]
    )
    first = page(records).intro[0]
    assert isinstance(first, Paragraph)
    assert plain(first.text) == (
        "Counting confirmed and plausible trials, 4 reviews include 8 different trials, 9 times in "
        "all: a corrected covered area of 4.2%."
    )
