"""Each published result has a page: as printed, recomputed, explained."""

import re
from typing import Any

import pytest
from tests.report_records import EFFECT, make_pages, make_records

ROW: dict[str, Any] = {
    **{"review_id": "rev2020", "review": "Rev 2020", "role": "cited", "row": 2.0},
    **{"outcome": "warmth", "outcome_label": "warmth of mothers", "measure": "SMD"},
    **{"status": "verified", "published_estimate": -0.4, "published_ci_low": -0.8},
    **{"published_ci_high": 0.0, "published_k": 1.0, "beneficial_sign": "-"},
    **{"effect_measure": "SMD", "better": "higher", "target_estimate": 0.4},
    **{"target_ci_low": 0.0, "target_ci_high": 0.8, "n_trials": 1.0, "k": 1.0},
    **{"estimate": 0.39, "ci_low": 0.0, "ci_high": 0.78, "model": "single_trial"},
    **{"ci_method": "z", "coverage": "1 of 1", "verdict": "different"},
    **{"absolute_difference": 0.01, "relative_difference": 0.025, "trial_ids": "ann2001"},
    **{"reason": "g 0.39 against 0.40 published", "explanation": "within the rounding"},
}
SOURCE: dict[str, Any] = {
    **{"review_id": "rev2020", "row": 2.0, "outcome": "warmth", "outcome_label": "warmth"},
    **{"source": "https://example.org/rev", "locator": "table 3", "note": "from the abstract"},
}
WEIGHT: dict[str, Any] = {
    **{"review_id": "rev2020", "row": 2.0, "result_id": "ann2001-01", "trial_id": "ann2001"},
    "weight": 100.0,
}


def page(**changes: Any) -> str:
    records = make_records(
        reproduction=[ROW | changes], published=[SOURCE], review_weights=[WEIGHT]
    )
    return make_pages(records)["published/rev2020-2.html"]


def test_it_opens_with_the_verdict_and_its_reason() -> None:
    assert "The published numbers are not reproduced: g 0.39 against 0.40 published." in page()


def test_it_shows_what_is_printed_and_where() -> None:
    html = page()
    assert "SMD \u22120.40 [\u22120.80, 0.00]" in html
    assert "a smaller number is better" in html
    assert "0.40 [0.00, 0.80]" in html  # on our side
    assert "https://example.org/rev" in html
    assert "table 3" in html


def test_it_shows_what_gives_the_published_numbers() -> None:
    assert "Within the rounding." in page()
    assert "The model of the analysis plan." in page(verdict="exact", explanation="")
    assert "Not looked for" in page(verdict="partial", explanation="")


def test_it_lists_the_results_that_were_pooled() -> None:
    html = page()
    assert "trials/ann2001.html#ann2001-01" in html
    assert "100.0%" in html


@pytest.mark.parametrize(
    ("apart", "said"), [(0.004, "0.004 (1%)"), (0.01, "0.01 (1%)"), (0.0, "0.00 (1%)")]
)
def test_a_small_difference_is_not_printed_as_none(apart: float, said: str) -> None:
    assert f"<dd>{said}</dd>" in page(absolute_difference=apart, relative_difference=0.01)


def test_a_narrow_screen_has_ours_the_published_result_and_the_trials_in_lines() -> None:
    records = make_records(
        figures=["reviews/rev2020.2.warmth"],
        reproduction=[ROW],
        published=[SOURCE],
        review_weights=[WEIGHT],
    )
    html = make_pages(records)["published/rev2020-2.html"]
    found = re.findall(r"<li>([\w ]+) <b>(.*?)</b>", html)
    assert found == [
        ("Ours", "0.39 [0.00, 0.78]"),
        ("Published", "0.40 [0.00, 0.80]"),
        ("Ann 2001", "0.39 [0.00, 0.78]"),
    ]


def test_a_finding_of_the_audit_names_the_result_and_leads_to_its_page() -> None:
    finding = {"source_table": "published", "record_id": "rev2020:2", "check": "off_centre_ci"}
    html = make_pages(make_records(reproduction=[ROW], audit=[finding]))["audit.html"]
    assert '<a href="published/rev2020-2.html">Rev 2020: warmth of mothers</a>' in html


@pytest.mark.parametrize(("target", "drawn"), [(0.4, True), (float("nan"), False)])
def test_a_figure_says_where_the_published_pool_is_if_it_is_drawn(
    target: float, drawn: bool
) -> None:
    row = ROW | {"target_estimate": target}
    records = make_records(
        figures=["reviews/rev2020.2.warmth"], reproduction=[row], review_weights=[WEIGHT]
    )
    html = make_pages(records)["published/rev2020-2.html"]
    assert ("The published pool is drawn under ours." in html) == drawn


def test_without_a_pool_it_says_so() -> None:
    nan = float("nan")
    html = page(estimate=nan, ci_low=nan, ci_high=nan, verdict="not_testable", reason="no list")
    assert "The published numbers cannot be tested: no list." in html
    assert "Nothing could be pooled for this result." in html


def test_the_list_of_published_results_links_it() -> None:
    records = make_records(reproduction=[ROW], published=[SOURCE], review_weights=[WEIGHT])
    assert 'href="published/rev2020-2.html"' in make_pages(records)["reproduction.html"]


@pytest.mark.parametrize("label", ["<b>warmth</b>", "warmth & calm"])
def test_texts_are_escaped(label: str) -> None:
    assert label not in page(outcome_label=label)


def test_its_effects_are_those_of_the_results() -> None:
    assert f"{EFFECT['yi']:.2f} [0.00, 0.78]" in page()


POOL: dict[str, Any] = {
    **{"file": "rev2020/data.rm5", "review_id": "rev2020", "comparison_number": "1"},
    **{"comparison": "Play", "outcome_number": "2", "outcome": "Warmth", "level": "overall"},
    **{"data_type": "continuous", "measure": "SMD", "method": "IV", "model": "random", "k": 4.0},
    **{"published_estimate": 0.31, "published_ci_low": 0.2, "published_ci_high": 0.42},
    **{"reproduced_estimate": 0.33, "reproduced_ci_low": 0.2, "reproduced_ci_high": 0.46},
    **{"verdict": "different", "reason": "one study was turned"},
}


def test_pools_of_data_files_stand_below_the_published_results() -> None:
    records = make_records(reproduction=[ROW], published=[SOURCE], review_reproduction=[POOL])
    html = make_pages(records)["reproduction.html"]
    assert "1 pool, 1 different." in html
    assert "1.2 Play: Warmth" in html
    assert "0.310 [0.200, 0.420]" in html
    assert "one study was turned" in html


def test_a_study_without_data_files_has_no_such_section() -> None:
    records = make_records(reproduction=[ROW], published=[SOURCE])
    assert "Data files of reviews" not in make_pages(records)["reproduction.html"]


def test_data_files_alone_make_the_page() -> None:
    records = make_records(review_reproduction=[POOL])
    assert "1 pool, 1 different." in make_pages(records)["reproduction.html"]


def test_its_title_has_the_row_only_where_two_results_have_one_name() -> None:
    assert "<h1>Rev 2020: warmth of mothers</h1>" in page()
    two = make_records(reproduction=[ROW, ROW | {"row": 3.0}], published=[SOURCE])
    assert (
        "<h1>Rev 2020: warmth of mothers, row 3</h1>" in make_pages(two)["published/rev2020-3.html"]
    )
