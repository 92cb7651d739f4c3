"""Targets, verdicts at their boundaries, and the comparison table."""

import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.plans import small_plan

from metarepro.comparison.reproduction import compare
from metarepro.comparison.tables import REPRODUCTION, VERDICTS
from metarepro.comparison.targets import Target, published_target
from metarepro.comparison.verdicts import Coverage, judge
from metarepro.tabular.input_tables import INPUT_TABLES, RESULTS, TRIALS
from metarepro.tabular.tables import read_table, write_table
from metarepro.tabular.trial_interventions import intervention_of_results
from metarepro.wording.published import PRINTED, Printed

DATA = Path(__file__).parents[2] / "data"
NAN = math.nan
COMPLETE = Coverage(trials=5, listed=5, published=5)


def smd(estimate: float, low: float, high: float, sign: str = "+") -> Target:
    return published_target("SMD", estimate, low, high, sign)


def verdict(target: Target, estimate: float, low: float, high: float) -> str:
    return judge(target, estimate, low, high, COMPLETE).verdict


# Targets


@pytest.mark.parametrize("measure", ["SMD", "g", "d"])
def test_standardised_differences_stay_as_printed(measure: str) -> None:
    target = published_target(measure, 0.34, 0.20, 0.49, "+")
    assert (target.estimate, target.ci_low, target.ci_high, target.reason) == (0.34, 0.20, 0.49, "")


def test_minus_turns_the_estimate_and_swaps_the_limits() -> None:
    target = smd(-0.07, -0.16, 0.02, "-")
    assert (target.estimate, target.ci_low, target.ci_high) == (0.07, -0.02, 0.16)


def test_odds_ratio_becomes_g_by_chinns_factor() -> None:
    # R: log(c(3.04, 1.39, 6.67)) * sqrt(3) / pi (Chinn 2000)
    target = published_target("OR", 3.04, 1.39, 6.67, "+")
    expected = (0.6129991758, 0.1815546712, 1.0462126613)
    assert (target.estimate, target.ci_low, target.ci_high) == pytest.approx(expected, abs=1e-6)


def test_odds_ratio_where_smaller_is_better() -> None:
    target = published_target("OR", 0.5, 0.25, 1.0, "-")
    expected = (0.5513289 * math.log(2), 0.0, 0.5513289 * math.log(4))
    assert (target.estimate, target.ci_low, target.ci_high) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("measure", "estimate", "sign", "reason"),
    [
        ("RR", 0.74, "-", "baseline risk"),
        ("SMD", 0.04, "", "direction"),
        ("SMD", NAN, "+", "no estimate"),
        ("", 0.3, "+", "no route"),
    ],
)
def test_no_target_has_its_reason(measure: str, estimate: float, sign: str, reason: str) -> None:
    target = published_target(measure, estimate, NAN, NAN, sign)
    assert math.isnan(target.estimate)
    assert reason in target.reason


def test_one_limit_alone_is_no_interval() -> None:
    target = smd(0.04, -0.33, NAN, "-")
    assert target.estimate == -0.04
    assert math.isnan(target.ci_low)
    assert math.isnan(target.ci_high)


# Verdicts. Published: 0.40 [0.20, 0.60]; two decimals, width 0.40.

PUBLISHED = smd(0.40, 0.20, 0.61)


@pytest.mark.parametrize(
    ("ours", "expected"),
    [
        ((0.40, 0.20, 0.61), "exact"),
        ((0.4049, 0.1951, 0.6149), "exact"),
        ((0.4051, 0.20, 0.61), "reproduced"),
        ((0.40, 0.20, 0.6151), "reproduced"),
        ((0.4199, 0.22, 0.63), "reproduced"),
        ((0.4201, 0.22, 0.63), "approximate"),
        ((0.42, 0.22, 0.6504), "reproduced"),
        ((0.42, 0.22, 0.6506), "approximate"),
        ((0.4499, 0.25, 0.66), "approximate"),
        ((0.4501, 0.25, 0.66), "different"),
        ((0.42, 0.20, 0.6599), "approximate"),
        ((0.42, 0.20, 0.6601), "different"),
        ((0.40, -0.01, 0.81), "decision_differs"),
        ((-0.40, -0.61, -0.20), "decision_differs"),
    ],
)
def test_verdict_at_its_boundary(ours: tuple[float, float, float], expected: str) -> None:
    assert verdict(PUBLISHED, *ours) == expected


def test_small_effects_are_reproduced_within_a_hundredth() -> None:
    assert verdict(smd(0.04, -0.10, 0.18), 0.0499, -0.09, 0.19) == "reproduced"


def test_decision_overrides_equality() -> None:
    """0.004 is 0.00 as printed, but the published interval does not exclude zero."""
    assert verdict(smd(0.20, 0.0, 0.41), 0.204, 0.004, 0.404) == "decision_differs"


def test_limit_printed_as_zero_does_not_exclude_it() -> None:
    assert verdict(smd(0.20, 0.0, 0.41), 0.20, -0.001, 0.41) == "exact"


def test_rounding_is_that_of_the_longest_printed_number() -> None:
    """0.4 beside 0.21 is 0.40: 0.44 is not the same."""
    assert verdict(smd(0.4, 0.21, 0.6), 0.44, 0.21, 0.6) != "exact"


def test_one_decimal_throughout_rounds_to_one_decimal() -> None:
    assert verdict(smd(0.4, 0.2, 0.6), 0.44, 0.24, 0.64) == "exact"


def test_odds_ratio_is_compared_as_printed() -> None:
    """g of an odds ratio of 3.044: 3.04 as printed; that of 3.046 is not."""
    target = published_target("OR", 3.04, 1.39, 6.67, "+")
    assert verdict(target, math.log(3.044) * 0.5513289, target.ci_low, target.ci_high) == "exact"
    near = judge(target, math.log(3.046) * 0.5513289, target.ci_low, target.ci_high, COMPLETE)
    assert near.verdict == "reproduced"


def test_without_published_interval_the_estimate_decides() -> None:
    result = judge(smd(0.35, NAN, NAN), 0.35, -0.2, 0.9, COMPLETE)
    assert result.verdict == "exact"
    assert result.published_ci_holds_estimate == ""
    assert "no CI was published" in result.reason


def test_differences_are_absolute_and_relative_to_the_published() -> None:
    result = judge(smd(0.40, 0.20, 0.61), 0.30, 0.10, 0.51, COMPLETE)
    assert result.absolute_difference == pytest.approx(0.10)
    assert result.relative_difference == pytest.approx(0.25)
    assert "difference 0.10, 25%" in result.reason


def test_relative_difference_to_zero_does_not_exist() -> None:
    result = judge(smd(0.0, -0.2, 0.2), 0.1, -0.1, 0.3, COMPLETE)
    assert math.isnan(result.relative_difference)
    assert "nan" not in result.reason


@pytest.mark.parametrize(
    ("estimate", "held"), [(0.20, "yes"), (0.61, "yes"), (0.199, "no"), (0.62, "no")]
)
def test_published_interval_holds_our_estimate(estimate: float, held: str) -> None:
    result = judge(PUBLISHED, estimate, 0.1, 0.9, COMPLETE)
    assert result.published_ci_holds_estimate == held


def test_a_standardised_difference_is_said_in_favour() -> None:
    reason = judge(smd(-0.4, -0.61, -0.2, "-"), 0.3, 0.1, 0.51, COMPLETE).reason
    assert reason.startswith("g 0.30 [0.10, 0.51] against 0.40 [0.20, 0.61] published")


# Partial: the same number may be luck.


@pytest.mark.parametrize(
    ("coverage", "says"),
    [
        (Coverage(4, 4, 20), "4 trials against 20 published;"),
        (Coverage(1, 1, 20), "1 trial against 20 published;"),
        (Coverage(5, 5, NAN), "5 trials against an unknown number published;"),
        (Coverage(5, 3, 5), "5 trials against 5 published, 3 of them confirmed"),
        (Coverage(5, 0, 5), "none of them confirmed"),
        (Coverage(6, 6, 5), "6 trials against 5 published;"),
    ],
)
def test_another_set_of_trials_is_partial(coverage: Coverage, says: str) -> None:
    result = judge(PUBLISHED, 0.40, 0.20, 0.61, coverage)
    assert result.verdict == "partial"
    assert says in result.reason
    assert result.published_ci_holds_estimate == "yes"


def test_all_published_trials_confirmed_are_not_partial() -> None:
    assert judge(PUBLISHED, 0.40, 0.20, 0.61, Coverage(5, 5, 5)).verdict == "exact"


def test_partial_says_that_the_sign_differs() -> None:
    result = judge(PUBLISHED, -0.1, -0.3, 0.1, Coverage(2, 2, 5))
    assert result.verdict == "partial"
    assert "the sign differs" in result.reason


def test_partial_says_that_the_decision_differs() -> None:
    result = judge(PUBLISHED, 0.4, -0.3, 1.1, Coverage(2, 2, 5))
    assert result.reason.endswith("the published CI excludes zero; ours does not")


def test_no_target_is_not_testable_even_if_partial() -> None:
    target = published_target("RR", 0.74, 0.52, 1.04, "-")
    assert judge(target, 0.3, 0.1, 0.5, Coverage(1, 1, 3)).verdict == "not_testable"


hundredths = st.integers(-200, 200).map(lambda n: n / 100)
widths = st.integers(1, 200).map(lambda n: n / 100)


@given(g=hundredths, width=widths, ours=hundredths, our_width=widths, sign=st.sampled_from("+-"))
def test_verdict_does_not_depend_on_the_direction_of_the_scale(
    g: float, width: float, ours: float, our_width: float, sign: str
) -> None:
    low, high = round(g - width, 2), round(g + width, 2)
    other = {"+": "-", "-": "+"}[sign]
    ours_ci = (ours, ours - our_width, ours + our_width)
    mirrored = (-ours, -ours - our_width, -ours + our_width)
    here = judge(smd(g, low, high, sign), *ours_ci, COMPLETE)
    same_benefit = judge(smd(-g, -high, -low, other), *ours_ci, COMPLETE)
    both_turned = judge(smd(g, low, high, other), *mirrored, COMPLETE)
    assert same_benefit.verdict == here.verdict == both_turned.verdict
    assert both_turned.absolute_difference == pytest.approx(here.absolute_difference)


@given(g=hundredths, width=widths)
def test_the_published_numbers_reproduce_themselves(g: float, width: float) -> None:
    assert verdict(smd(g, g - width, g + width), g, g - width, g + width) == "exact"


# The comparison


# Two trials of g 0.4 and variance 0.02 give 0.40 [0.20, 0.60].
PLAN = small_plan(
    pooling={"tau2_method": "DL", "ci_method": "z"},
    reproduction={
        "tiers": ["direct", "derived"],
        "basis": ["listed", "plausible"],
        "whole_review": ["all designs", "controlled studies"],
        "subgroups": {
            "low- and middle-income countries": {"column": "income", "value": "low_or_middle"},
            "high-income countries": {"column": "income", "value": "high"},
        },
    },
)


def published_row(**changes: Any) -> pd.DataFrame:
    row: dict[str, Any] = {
        **{
            "review_id": "rev",
            "review": "Rev 2020",
            "role": "cited",
            "row": 2.0,
            "outcome": "anxiety",
        },
        **{"outcome_label": "anxiety", "subgroup": "", "intervention": "", "measure": "SMD"},
        **{"estimate": -0.4, "ci_low": -0.6, "ci_high": -0.2, "k": 2.0, "n": 80.0, "i2": 0.0},
        **{"tau2": NAN, "p_value": NAN, "p_relation": "", "beneficial_sign": "-"},
        **{"status": "verified", "timepoint": "post"},
    }
    return pd.DataFrame([row | changes])


INCLUDED = pd.DataFrame(
    [
        ("rev", "a", "listed"),
        ("rev", "b", "listed"),
        ("rev", "c", "candidate"),
        ("x", "d", "listed"),
    ],
    columns=["review_id", "trial_id", "basis"],
)


def effect(result_id: str, **changes: Any) -> dict[str, Any]:
    row = {
        **{"result_id": result_id, "trial_id": result_id[0], "outcome": "anxiety"},
        **{"timepoint": "post", "intervention": "video_feedback", "tier": "direct"},
        **{"effect_measure": "SMD", "better": "higher"},
        **{"exclude": "", "yi": 0.4, "vi": 0.02, "n_total": 40.0},
        **{"label": result_id, "yi_rounding": 0.0, "vi_rounding": 0.0},
    }
    return row | changes


EFFECTS = pd.DataFrame([effect("a-01"), effect("b-01", tier="derived")])


def compare_one(
    effects: pd.DataFrame = EFFECTS, included: pd.DataFrame = INCLUDED, **changes: Any
) -> pd.Series:
    table, _ = compare(published_row(**changes), included, effects, PLAN)
    return table.iloc[0]


def test_all_listed_trials_give_a_full_verdict() -> None:
    row = compare_one()
    assert row["estimate"] == pytest.approx(0.4)
    assert (row["verdict"], row["coverage"], row["basis"]) == ("exact", "2 of 2", "listed 2")
    assert (row["n_trials"], row["k"], row["n_participants"]) == (2, 2, 80)
    assert row["trial_ids"] == "a b"


@pytest.mark.parametrize(
    "stranger",
    [
        effect("c-01"),
        effect("d-01"),
        effect("a-02", outcome="depressive_symptoms"),
        effect("a-02", timepoint="follow_up"),
        effect("a-02", timepoint="change"),
        effect("a-02", tier="approximate"),
        effect("a-02", tier="", exclude="duplicate", yi=NAN, vi=NAN),
    ],
)
def test_only_the_reviews_usable_results_are_pooled(stranger: dict[str, Any]) -> None:
    effects = pd.concat([EFFECTS, pd.DataFrame([stranger])], ignore_index=True)
    _, members = compare(published_row(), INCLUDED, effects, PLAN)
    assert list(members["result_id"]) == ["a-01", "b-01"]


#: metafor: rma(c(.1, .3, .45, .25), c(.010, .005, .012, .003), method = "DL"), as printed where
#: lower is better.
DERSIMONIAN_LAIRD: dict[str, Any] = {
    **{"estimate": -0.270, "ci_low": -0.379, "ci_high": -0.160, "i2": NAN}
}


def four_effects(**changes: Any) -> pd.DataFrame:
    """Trials with the pool `DERSIMONIAN_LAIRD`."""
    rows = [(0.10, 0.010), (0.30, 0.005), (0.45, 0.012), (0.25, 0.003)]
    return pd.DataFrame(
        [
            effect(f"{trial}-01", yi=y, vi=v, **changes)
            for trial, (y, v) in zip("abef", rows, strict=True)
        ]
    )


FOUR = pd.DataFrame([{"review_id": "rev", "trial_id": t, "basis": "listed"} for t in "abef"])


def test_a_pool_that_differs_is_explained_by_its_model() -> None:
    # metafor: the same with method = "PM", test = "knha"
    paule_mandel = {"estimate": -0.271, "ci_low": -0.477, "ci_high": -0.064}
    row = compare_one(four_effects(), FOUR, k=4.0, **(paule_mandel | {"i2": 61.8}))
    assert row["verdict"] in ("reproduced", "approximate", "different")
    assert row["explanation"].startswith("every published number comes out under this model: ")
    assert "Paule-Mandel" in row["explanation"]
    assert "Knapp-Hartung" in row["explanation"]


def test_a_turned_sign_is_offered_as_a_hypothesis() -> None:
    effects = four_effects()
    effects["yi"] *= [-1, 1, 1, 1]
    row = compare_one(effects, FOUR, k=4.0, **DERSIMONIAN_LAIRD)
    assert "a-01" in row["explanation"]
    assert "hypothesis" in row["explanation"]


def test_rounding_of_the_effects_is_allowed_for() -> None:
    effects = four_effects().assign(yi_rounding=0.01, vi_rounding=0.0005)
    shifted = {name: round(x - 0.004, 3) for name, x in DERSIMONIAN_LAIRD.items()}
    row = compare_one(effects, FOUR, k=4.0, **shifted)
    assert row["explanation"].startswith("it comes out within the rounding of the inputs")


def test_an_exact_pool_needs_no_explanation() -> None:
    assert compare_one()["explanation"] == ""


def test_plausible_trials_are_pooled_and_make_it_partial() -> None:
    included = INCLUDED.replace({"basis": {"candidate": "plausible"}})
    effects = pd.concat([EFFECTS, pd.DataFrame([effect("c-01")])], ignore_index=True)
    row = compare_one(effects, included, k=3.0)
    assert (row["basis"], row["verdict"]) == ("listed 2, plausible 1", "partial")


def test_a_pool_of_one_plausible_trial_is_partial() -> None:
    included = pd.DataFrame([{"review_id": "rev", "trial_id": "a", "basis": "plausible"}])
    reason = "we have 1 trial against 1 published, none of them confirmed as included"
    other = EFFECTS.assign(trial_id="a")
    row = compare_one(other, included, k=1.0)
    assert row["verdict"] == "partial"
    assert reason in row["reason"]


def test_the_published_intervention_selects() -> None:
    effects = pd.DataFrame([effect("a-01"), effect("b-01", intervention="home_visiting")])
    row = compare_one(effects, intervention="home_visiting")
    assert row["trial_ids"] == "b"


@pytest.mark.parametrize(
    ("subgroup", "trials"),
    [("low- and middle-income countries", "b"), ("high-income countries", "a"), ("", "a b")],
)
def test_income_groups_are_selected_by_the_trials_countries(subgroup: str, trials: str) -> None:
    effects = EFFECTS.assign(income=["high", "low_or_middle"])
    assert compare_one(effects, subgroup=subgroup)["trial_ids"] == trials


def test_a_follow_up_row_takes_follow_up_results() -> None:
    effects = pd.DataFrame([effect("a-01"), effect("b-01", timepoint="follow_up")])
    assert compare_one(effects, timepoint="follow_up")["trial_ids"] == "b"


def test_words_of_a_label_do_not_choose_the_timepoint() -> None:
    effects = pd.DataFrame([effect("a-01"), effect("b-01", timepoint="follow_up")])
    assert compare_one(effects, outcome_label="anxiety, long-term follow-up")["trial_ids"] == "a"


def test_participants_are_counted_once_a_trial() -> None:
    effects = pd.DataFrame([effect("a-01"), effect("a-02", n_total=30.0), effect("b-01")])
    assert compare_one(effects)["n_participants"] == 80


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"review_id": "other"}, "no list of included trials"),
        ({"subgroup": "ages 0-18"}, "subgroup 'ages 0-18' cannot be selected from the data"),
        ({"outcome": "autism_signs"}, "no usable post-intervention result of the 2 confirmed"),
        ({"timepoint": "follow_up"}, "no usable follow-up result of the 2 confirmed"),
    ],
)
def test_rows_without_a_pool_are_not_testable(changes: dict[str, Any], reason: str) -> None:
    row = compare_one(**changes)
    assert row["verdict"] == "not_testable"
    assert reason in row["reason"]
    assert math.isnan(row["estimate"])
    assert row["n_trials"] == 0
    assert row["target_estimate"] == 0.4


@pytest.mark.parametrize("subgroup", ["", "overall", "controlled studies", "all designs"])
def test_subgroups_that_hold_for_all_are_compared(subgroup: str) -> None:
    assert compare_one(subgroup=subgroup)["verdict"] == "exact"


@pytest.mark.parametrize("status", ["suspect", "narrative"])
def test_doubtful_rows_are_no_targets_but_show_our_pool(status: str) -> None:
    row = compare_one(status=status)
    assert row["verdict"] == "not_testable"
    assert math.isnan(row["target_estimate"])
    assert math.isnan(row["absolute_difference"])
    assert row["estimate"] == pytest.approx(0.4)
    assert row["published_estimate"] == -0.4


def test_risk_ratio_is_not_testable_but_shows_our_pool() -> None:
    row = compare_one(measure="RR", estimate=0.5, ci_low=0.3, ci_high=0.9)
    assert (row["verdict"], row["k"]) == ("not_testable", 2)


@pytest.mark.parametrize(("sign", "better"), [("-", "lower"), ("+", "higher")])
def test_a_mean_difference_favours_as_the_review_prints_it(sign: str, better: str) -> None:
    published = published_row(measure="MD", beneficial_sign=sign)
    effects = EFFECTS.assign(effect_measure="MD", better="higher")
    plan = PLAN.model_copy(update={"measure": "MD"})
    assert compare(published, INCLUDED, effects, plan)[0].iloc[0]["better"] == better


def test_without_a_target_an_effect_favours_as_ours_do() -> None:
    effects = pd.DataFrame([effect("a-01", better="lower"), effect("b-01", better="lower")])
    assert compare_one(effects, status="suspect")["better"] == "lower"


def test_problems_of_the_published_numbers_are_shown() -> None:
    assert "off the middle" in compare_one(ci_high=0.9)["published_problems"]
    assert compare_one()["published_problems"] == ""


# The project's data


def read_reviews(name: str) -> pd.DataFrame:
    frames = []
    for path in sorted((DATA / "reviews").glob(f"*/{name}.csv")):
        frame = read_table(path, INPUT_TABLES[name])
        rows = range(2, len(frame) + 2)
        frames.append(
            frame.assign(
                review_id=path.parent.name, review=path.parent.name, role="context", row=rows
            )
        )
    return pd.concat(frames, ignore_index=True)


@pytest.fixture(scope="module")
def real_table() -> pd.DataFrame:
    results = read_table(DATA / "trials" / "results.csv", RESULTS)
    trials = read_table(DATA / "trials" / "trials.csv", TRIALS)
    effects = results.assign(
        intervention=intervention_of_results(results, trials),
        tier="direct",
        better="higher",
        yi=0.3,
        vi=0.04,
        income="",
    )
    return compare(read_reviews("published"), read_reviews("included"), effects, PLAN)[0]


def test_every_published_row_has_a_verdict(real_table: pd.DataFrame) -> None:
    published = read_reviews("published")
    assert list(real_table["review_id"]) == list(published["review_id"])
    assert set(real_table["verdict"]) <= set(VERDICTS)
    assert (real_table["reason"] != "").all()


def test_no_suspect_or_narrative_row_is_a_target(real_table: pd.DataFrame) -> None:
    doubtful = real_table[real_table["status"].isin(["suspect", "narrative"])]
    assert len(doubtful) > 0
    assert doubtful["target_estimate"].isna().all()
    assert (doubtful["verdict"] == "not_testable").all()


def test_the_table_keeps_to_its_schema(real_table: pd.DataFrame, tmp_path: Path) -> None:
    write_table(real_table, tmp_path / "reproduction.csv", REPRODUCTION)
    assert len(read_table(tmp_path / "reproduction.csv", REPRODUCTION)) == len(real_table)


@pytest.mark.parametrize(
    ("measure", "printed", "effect_measure", "effect"),
    [
        ("RR", 0.5, "RR", math.log(2)),
        ("log RR", -0.7145, "RR", 0.7145),
        ("MD", -2.0, "MD", 2.0),
        ("r", -0.5, "correlation", math.atanh(0.5)),
        ("HR", 0.8, "HR", -math.log(0.8)),
    ],
)
def test_a_printed_result_becomes_a_target_on_the_scale_of_pooling(
    measure: str, printed: float, effect_measure: str, effect: float
) -> None:
    target = published_target(measure, printed, NAN, NAN, "-", effect_measure)
    assert target.estimate == pytest.approx(effect)
    assert target.as_printed(target.estimate) == pytest.approx(printed)


def test_a_published_risk_ratio_is_reproduced_to_its_printed_digits() -> None:
    target = published_target("log RR", -0.7145, -1.0669, -0.3622, "-", "RR")
    assert verdict(target, 0.71449, 0.36219, 1.06688) == "exact"
    assert verdict(target, 0.7146, 0.36219, 1.06688) == "reproduced"


def test_a_verdict_on_a_ratio_prints_ratios() -> None:
    target = published_target("RR", 0.49, 0.34, 0.70, "-", "RR")
    reason = judge(target, 0.7145, 0.3622, 1.0669, COMPLETE).reason
    assert reason.startswith("RR 0.49 [0.34, 0.70] against 0.49 [0.34, 0.70] published")


@pytest.mark.parametrize("printed", [0.0, -0.5])
def test_a_ratio_that_is_none_is_no_target(printed: float) -> None:
    assert "is no RR" in published_target("RR", printed, NAN, NAN, "-", "RR").reason


def test_a_mean_difference_is_no_target_for_a_risk_ratio() -> None:
    target = published_target("MD", 0.4, NAN, NAN, "+", "RR")
    assert target.reason == "no route from the measure 'MD' to the risk ratio"


@pytest.mark.parametrize(("name", "printed"), list(PRINTED.items()))
def test_what_is_printed_goes_to_the_scale_of_pooling_and_back(name: str, printed: Printed) -> None:
    assert printed.from_pooling(printed.to_pooling(0.4)) == pytest.approx(0.4)
    assert published_target(name, 0.4, NAN, NAN, "+", printed.name).reason == ""


@pytest.mark.parametrize("proportion", [0.0, 1.0])
def test_a_proportion_without_a_logit_is_no_target(proportion: float) -> None:
    target = published_target("proportion", proportion, NAN, NAN, "+", "proportion")
    assert "is no proportion" in target.reason


# Survival of 0.9 against 0.8 has RR 1.125, death of 0.1 against 0.2 RR 0.5 and not 1 / 1.125.
@pytest.mark.parametrize("measure", ["RR", "log RR", "HR", "ratio"])
@pytest.mark.parametrize(("sign", "better"), [("+", "lower"), ("-", "higher")])
def test_a_ratio_of_the_opposite_event_is_no_target(measure: str, sign: str, better: str) -> None:
    own = PRINTED[measure].name
    target = published_target(measure, 1.125, 1.05, 1.2, sign, own, better)
    assert "is of the opposite event" in target.reason


@pytest.mark.parametrize("measure", ["OR", "RD", "MD", "r"])
def test_what_can_be_turned_is_a_target_for_the_opposite_event(measure: str) -> None:
    own = PRINTED[measure].name
    one = published_target(measure, 0.6, 0.5, 0.7, "+", own, "higher")
    assert published_target(measure, 0.6, 0.5, 0.7, "+", own, "lower") == one


def test_a_study_tells_the_opposite_event_by_its_effects() -> None:
    survival = published_row(
        measure="RR", estimate=1.1, ci_low=1.0, ci_high=1.2, beneficial_sign="+"
    )
    effects = EFFECTS.assign(effect_measure="RR", better="lower")
    table, _ = compare(survival, INCLUDED, effects, PLAN.model_copy(update={"measure": "RR"}))
    row = table.iloc[0]
    assert row["verdict"] == "not_testable"
    assert row["reason"].startswith("the published risk ratio is of the opposite event")


@pytest.mark.parametrize(("measure", "estimate"), [("proportion", 0.55), ("r", -0.3)])
def test_what_compares_no_groups_has_no_decision_to_differ(measure: str, estimate: float) -> None:
    own = PRINTED[measure].name
    target = published_target(measure, estimate, estimate - 0.02, estimate + 0.02, "+", own)
    result = judge(target, -target.estimate, -target.ci_high, -target.ci_low, COMPLETE)
    assert (result.verdict, result.decision_differs) == ("different", "")
    assert "excludes" not in result.reason
    assert "sign" not in result.reason


@pytest.mark.parametrize(
    ("measure", "scale"),
    [("r", "on the scale of Fisher's z"), ("logit", "on the logit scale"), ("HR", "on the log")],
)
def test_a_difference_names_its_scale(measure: str, scale: str) -> None:
    target = published_target(measure, 0.4, 0.3, 0.5, "+", PRINTED[measure].name)
    assert (
        f"(difference 0.10 {scale}" in judge(target, target.estimate + 0.1, 0, 1, COMPLETE).reason
    )


@pytest.mark.parametrize(
    ("measure", "published", "ours", "expected"),
    [
        # Risks 0.3 % and 1.2 % are 0.009 apart, and four times each other.
        ("RD", (-0.012, -0.02, -0.004), (-0.003, -0.011, 0.005), "decision_differs"),
        ("RD", (-0.012, -0.02, -0.004), (-0.009, -0.017, -0.001), "different"),
        ("RD", (-0.125, -0.2, -0.05), (-0.12, -0.195, -0.045), "reproduced"),
        ("MD", (0.10, 0.02, 0.18), (0.06, 0.01, 0.11), "different"),
        ("MD", (40.0, 20.0, 60.0), (41.0, 21.0, 61.0), "reproduced"),
        ("SMD", (0.012, 0.004, 0.02), (0.009, 0.001, 0.017), "reproduced"),
        ("log HR", (0.012, 0.004, 0.02), (0.009, 0.001, 0.017), "reproduced"),
    ],
)
def test_a_distance_counts_on_scales_without_units_only(
    measure: str,
    published: tuple[float, float, float],
    ours: tuple[float, float, float],
    expected: str,
) -> None:
    target = published_target(measure, *published, "+", PRINTED[measure].name)
    assert verdict(target, *ours) == expected


FEW = "too few trials for a reliable interval"


def test_beside_other_trials_a_withheld_interval_is_neither_shown_nor_used() -> None:
    result = judge(PUBLISHED, 0.79, -2.28, 3.86, Coverage(2, 1, 20), FEW)
    assert f"0.79 ({FEW}) against" in result.reason
    assert "2.28" not in result.reason
    assert "excludes" not in result.reason
    assert result.decision_differs == ""


def test_a_withheld_interval_leaves_the_signs_to_compare() -> None:
    result = judge(PUBLISHED, -0.79, -2.28, 3.86, Coverage(2, 1, 20), FEW)
    assert "the sign differs" in result.reason
    assert result.decision_differs == "yes"


def test_an_interval_that_cannot_be_leaned_on_decides_nothing() -> None:
    """The same trials and nearly the same estimate; Knapp-Hartung is wide with so few of them."""
    result = judge(PUBLISHED, 0.41, -2.28, 3.10, Coverage(2, 2, 2), FEW)
    assert result.verdict == "different"
    assert result.decision_differs == ""
    assert FEW in result.reason
    assert judge(PUBLISHED, 0.41, -2.28, 3.10, Coverage(2, 2, 2)).verdict == "decision_differs"


def test_the_interval_of_the_same_trials_is_compared_however_few_they_are() -> None:
    assert judge(PUBLISHED, 0.40, 0.20, 0.61, Coverage(2, 2, 2), FEW).verdict == "exact"
