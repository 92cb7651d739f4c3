"""What the pages say of results at no effect."""

from typing import Any

import pytest
from tests.plans import small_plan
from tests.report_records import EFFECT, KEY, POOL, make_records, render

from metarepro.report import no_effect, sensitivity_page, syntheses
from metarepro.report.blocks import Bullets, Paragraph, plain
from metarepro.report.findings import findings
from metarepro.report.sensitivity import ONE_TRIAL, sensitivity
from metarepro.sensitivity.no_effect import NONE_ENTERS

AT_ZERO: dict[str, Any] = {
    **{"synthesis": KEY, "n_at_zero": 2.0, "n_trials_at_zero": 1.0, "n_not_entered": 0.0},
    **{"at_zero": "bob2002-01 bob2002-02", "n_trials": 5.0, "k": 6.0},
    **{"estimate": 0.29, "ci_low": 0.10, "ci_high": 0.48},
}
NOTHING: dict[str, Any] = {
    **{"synthesis": KEY, "n_at_zero": 0.0, "n_trials_at_zero": 0.0, "n_not_entered": 1.0},
    **{"not_entered": "ann2001-01", "n_trials": 1.0, "k": 1.0, "reason": NONE_ENTERS},
}


def test_a_pool_that_nothing_touches_is_silent() -> None:
    records = make_records()
    assert no_effect.sentences(records, KEY) == []
    assert no_effect.fact(records, KEY) == ""


def test_the_pool_with_them_stands_beside_that_of_the_plan() -> None:
    (said,) = no_effect.sentences(make_records(no_effect=[AT_ZERO]), KEY)
    assert said == (
        "With 2 results of 1 trial set to no effect because their direction or size is not "
        "reported, g is 0.29 [0.10, 0.48] instead of 0.39. This is a scenario, not a limit: these "
        "results may also favour the control group."
    )


def test_a_pool_that_moves_away_from_no_effect_has_no_caution() -> None:
    (said,) = no_effect.sentences(make_records(no_effect=[AT_ZERO | {"estimate": 0.41}]), KEY)
    assert said.endswith("g is 0.41 [0.10, 0.48] instead of 0.39.")


def test_a_pool_against_the_intervention_is_cautioned_of_as_well() -> None:
    records = make_records(
        pooled=[POOL | {"estimate": -0.39}], no_effect=[AT_ZERO | {"estimate": -0.29}]
    )
    (said,) = no_effect.sentences(records, KEY)
    assert said.endswith(no_effect.CAUTION)


def test_a_pool_whose_number_stays_is_said_not_to_change() -> None:
    (said,) = no_effect.sentences(make_records(no_effect=[AT_ZERO | {"estimate": 0.3905}]), KEY)
    assert said.endswith("not reported, g does not change: 0.39 [0.10, 0.48].")


def test_a_study_on_several_measures_names_that_of_the_pool_once() -> None:
    of_ratios = {"effect_measure": "RR", "better": "lower", "estimate": -0.1}
    records = make_records(
        plan=small_plan(
            outcome_measures={"warmth": "RR"},
            syntheses={"cell": {"by": ["intervention", "domain"]}},
        ),
        pooled=[POOL | of_ratios],
        effects=[EFFECT | {"effect_measure": "RR", "better": "lower"}],
        no_effect=[AT_ZERO | {"estimate": -0.05, "ci_low": -0.2, "ci_high": 0.1}],
    )
    assert records.scale.measure == "several"
    (said,) = no_effect.sentences(records, KEY)
    assert "reported, RR is 1.05 [0.90, 1.22] instead of 1.11." in said
    assert no_effect.fact(records, KEY).startswith("1.05 [0.90, 1.22], with")


def test_one_result_is_told_of_in_the_singular() -> None:
    one = AT_ZERO | {"n_at_zero": 1.0}
    (said,) = no_effect.sentences(make_records(no_effect=[one]), KEY)
    assert said.startswith("With 1 result of 1 trial set to no effect because its direction")


def test_an_interval_that_is_not_reliable_is_not_shown() -> None:
    few = AT_ZERO | {"flags": "two_or_three_trials"}
    records = make_records(no_effect=[few])
    assert no_effect.fact(records, KEY) == (
        "0.29 (too few trials for a reliable interval), with 2 results of 1 trial set to no effect"
    )


def test_no_effect_is_printed_on_the_scale_of_the_measure() -> None:
    of_ratios = {"effect_measure": "RR", "better": "lower", "estimate": 0.5}
    records = make_records(
        plan=small_plan(measure="RR", syntheses={"cell": {"by": ["intervention", "domain"]}}),
        pooled=[POOL | of_ratios],
        no_effect=[AT_ZERO | {"estimate": 0.0, "ci_low": -0.2, "ci_high": 0.3}],
    )
    assert no_effect.fact(records, KEY).startswith("1.00 [0.74, 1.22], with")


def test_what_could_not_be_included_is_counted_and_named() -> None:
    records = make_records(no_effect=[NOTHING])
    assert no_effect.sentences(records, KEY) == [
        "1 result without reported direction or size could not be set to no effect, because no "
        "variance can be worked out for it (Ann 2001)."
    ]
    assert no_effect.fact(records, KEY) == "1 result could not be included"


def test_what_cannot_be_pooled_with_them_says_why() -> None:
    failed = AT_ZERO | dict.fromkeys(("estimate", "ci_low", "ci_high"), float("nan"))
    records = make_records(no_effect=[failed | {"reason": "vi differ by a factor of 1e12"}])
    (said,) = no_effect.sentences(records, KEY)
    assert said.endswith("not reported, nothing can be pooled: vi differ by a factor of 1e12.")


def test_a_pool_of_one_trial_shows_it_too() -> None:
    records = make_records(no_effect=[AT_ZERO])
    first, second = sensitivity(records, KEY)
    assert isinstance(first, Paragraph)
    assert plain(first.text) == ONE_TRIAL
    assert isinstance(second, Bullets)
    assert "0.29 [0.10, 0.48] instead of 0.39" in plain(second.items[0])


def test_the_page_of_the_synthesis_has_the_number() -> None:
    records = make_records(no_effect=[AT_ZERO])
    facts = dict(syntheses.facts(records, KEY))
    assert plain(facts["Unreported results set to no effect"]).startswith("0.29 [0.10, 0.48], with")


def test_the_page_of_sensitivity_lists_it() -> None:
    records = make_records(no_effect=[AT_ZERO])
    html = render(records, sensitivity_page.page(records))
    assert "Results of unreported direction or size" in html
    assert "0.29 [0.10, 0.48]" in html


OVER_ALL = "post.domain.closeness"
PLAN = small_plan(
    syntheses={
        "intervention_domain": {"by": ["intervention", "domain"]},
        "domain": {"by": ["domain"]},
    },
    evidence={"synthesis": "intervention_domain", "set": "post", "beside": "post"},
)


@pytest.mark.parametrize(
    ("estimate", "said"),
    [
        (
            0.29,
            [
                "With the results whose direction or size is not reported set to no effect: "
                f"Closeness, g 0.29 instead of 0.39. {no_effect.CAUTION}"
            ],
        ),
        (
            0.41,
            [
                "With the results whose direction or size is not reported set to no effect: "
                "Closeness, g 0.41 instead of 0.39."
            ],
        ),
        (0.391, []),
    ],
    ids=["nearer to no effect", "further off", "not moved"],
)
def test_the_first_page_says_it_of_domains_that_it_moves(estimate: float, said: list[str]) -> None:
    records = make_records(
        plan=PLAN,
        effects=[EFFECT],
        pooled=[POOL, POOL | {"synthesis": OVER_ALL, "intervention": "", "family": ""}],
        no_effect=[AT_ZERO | {"synthesis": OVER_ALL, "estimate": estimate}],
    )
    found = [plain(sentence) for sentence in findings(records)]
    assert [sentence for sentence in found if "set to no effect" in sentence] == said
