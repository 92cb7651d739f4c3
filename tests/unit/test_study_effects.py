"""Effects of study rows against metafor and plain R (tests/reference/revman.R)."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.reference_numbers import reference_of

from metarepro.models.conventions import REVMAN5, REVMAN_WEB, Convention
from metarepro.reviews import study_effects as se
from metarepro.reviews.study_effects import StudyEffects, study_effects

REFERENCE = reference_of("revman")
EFFECTS = REFERENCE["effects"]
MEANS = REFERENCE["means"]


def rows(data: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame({name: np.atleast_1d(numbers) for name, numbers in data.items()})


def counts(*tables: tuple[float, float, float, float]) -> pd.DataFrame:
    return pd.DataFrame(tables, columns=["events_t", "n_t", "events_c", "n_c"], dtype=float)


def dichotomous(data: pd.DataFrame, measure: str, swap_events: bool = False) -> StudyEffects:
    return study_effects(
        data,
        data_type="dichotomous",
        measure=measure,
        convention=REVMAN5,
        swap_events=swap_events,
    )


def continuous(measure: str, **changes: float) -> StudyEffects:
    row = {"mean_t": 5, "sd_t": 2, "n_t": 10, "mean_c": 4, "sd_c": 3, "n_c": 12} | changes
    return study_effects(
        pd.DataFrame([row]), data_type="continuous", measure=measure, convention=REVMAN5
    )


def expected(numbers: Any) -> np.ndarray:
    return np.array(np.atleast_1d(numbers), dtype=float)


@pytest.mark.parametrize("measure", ["OR", "RR", "RD", "PETO_OR"])
@pytest.mark.parametrize("name", EFFECTS)
def test_effects_of_counts(name: str, measure: str) -> None:
    effects = dichotomous(rows(EFFECTS[name]["data"]), measure)
    reference = EFFECTS[name][measure]
    np.testing.assert_allclose(effects.yi, expected(reference["yi"]), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(effects.vi, expected(reference["vi"]), rtol=1e-12)


@pytest.mark.parametrize("convention", [REVMAN5, REVMAN_WEB])
@pytest.mark.parametrize("measure", ["MD", "SMD"])
def test_effects_of_means(measure: str, convention: Convention) -> None:
    effects = study_effects(
        rows(MEANS["data"]), data_type="continuous", measure=measure, convention=convention
    )
    np.testing.assert_allclose(effects.yi, MEANS[measure]["yi"], rtol=1e-12)
    np.testing.assert_allclose(effects.vi, MEANS[measure]["vi"], rtol=1e-12)


@pytest.mark.parametrize("measure", ["OR", "RR", "PETO_OR"])
def test_no_events_in_either_arm_has_no_ratio(measure: str) -> None:
    effects = dichotomous(counts((0, 20, 0, 24)), measure)
    assert effects.reason.tolist() == [se.NO_EVENTS]
    assert np.isnan(effects.yi).all()
    assert np.isnan(effects.vi).all()


def test_no_events_in_either_arm_has_a_difference_of_0() -> None:
    effects = dichotomous(counts((0, 20, 0, 20)), "RD")
    # 2 x 0.5 x 20.5 / 21^3
    assert effects.yi.tolist() == [0.0]
    assert effects.vi[0] == pytest.approx(20.5 / 21**3, rel=1e-14)


@pytest.mark.parametrize("measure", ["OR", "PETO_OR"])
def test_everyone_with_the_event_has_no_odds_ratio(measure: str) -> None:
    assert dichotomous(counts((20, 20, 33, 33)), measure).reason.tolist() == [se.ONLY_EVENTS]


def test_everyone_with_the_event_has_a_risk_ratio_of_1_in_unequal_arms() -> None:
    # RevMan Web prints 1 [0.534122, 1.872230] for 3/3 against 2/2.
    effects = dichotomous(counts((3, 3, 2, 2)), "RR")
    assert effects.yi.tolist() == [0.0]
    half = 1.959963984540054 * np.sqrt(effects.vi[0])
    assert np.exp([-half, half]) == pytest.approx([0.534122, 1.872230], abs=5e-7)


def test_one_arm_with_the_event_only_is_corrected() -> None:
    # RevMan Web prints 1.129032 for 17/17 against 15/17.
    effects = dichotomous(counts((17, 17, 15, 17)), "RR")
    assert np.exp(effects.yi[0]) == pytest.approx(1.129032, abs=5e-7)


@pytest.mark.parametrize("measure", ["OR", "PETO_OR", "RD"])
def test_swapped_events_turn_the_sign(measure: str) -> None:
    data = counts((3, 25, 0, 27), (8, 40, 13, 37))
    plain, swapped = dichotomous(data, measure), dichotomous(data, measure, swap_events=True)
    np.testing.assert_allclose(swapped.yi, -plain.yi, rtol=1e-13)
    np.testing.assert_allclose(swapped.vi, plain.vi, rtol=1e-13)


def test_swapped_events_give_the_risk_ratio_of_those_without() -> None:
    swapped = dichotomous(counts((3, 25, 5, 27)), "RR", swap_events=True)
    assert swapped.yi[0] == pytest.approx(np.log((22 / 25) / (22 / 27)), rel=1e-14)


def test_swapped_events_turn_no_events_into_only_events() -> None:
    data = counts((0, 20, 0, 24), (20, 20, 24, 24))
    effects = dichotomous(data, "RR", swap_events=True)
    assert effects.reason.tolist() == ["", se.NO_EVENTS]


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ((21, 20, 3, 24), se.IMPOSSIBLE_COUNT),
        ((3, 20, -1, 24), se.IMPOSSIBLE_COUNT),
        ((0, 0, 3, 24), se.NO_PARTICIPANTS),
        ((3, 20, np.nan, 24), se.MISSING),
    ],
)
@pytest.mark.parametrize("measure", ["OR", "RR", "RD", "PETO_OR"])
def test_counts_without_an_effect(
    table: tuple[float, float, float, float], reason: str, measure: str
) -> None:
    effects = dichotomous(counts(table), measure)
    assert effects.reason.tolist() == [reason]
    assert np.isnan(effects.yi).all()


@pytest.mark.parametrize("measure", ["MD", "SMD"])
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sd_t": 0}, se.NO_SPREAD),
        ({"sd_c": 0}, se.NO_SPREAD),
        ({"n_c": 0}, se.NO_PARTICIPANTS),
        ({"mean_c": np.nan}, se.MISSING),
        ({"sd_c": np.nan}, se.MISSING),
    ],
)
def test_means_without_an_effect(measure: str, changes: dict[str, float], reason: str) -> None:
    assert continuous(measure, **changes).reason.tolist() == [reason]


def test_one_participant_an_arm_has_a_difference_but_no_standardised_one() -> None:
    assert continuous("MD", n_t=1, n_c=1).vi.tolist() == [13.0]
    assert continuous("SMD", n_t=1, n_c=1).reason.tolist() == [se.TOO_FEW]


def test_an_effect_of_0_is_not_minus_0() -> None:
    effects = continuous("SMD", mean_t=3, n_t=2, n_c=1)  # J is 0 with three participants
    assert not np.signbit(effects.yi[0])
    assert effects.yi.tolist() == [0.0]


def test_estimates_and_their_errors() -> None:
    data = pd.DataFrame({"estimate": [0.4, 0.4, np.nan, 0.1], "se": [0.2, 0, 0.2, np.nan]})
    effects = study_effects(data, data_type="iv", measure="HR", convention=REVMAN5)
    assert effects.reason.tolist() == ["", se.NO_SE, se.MISSING, se.MISSING]
    assert effects.vi[0] == pytest.approx(0.04, rel=1e-15)


def test_a_variance_too_small_to_divide_by_is_out_of_range() -> None:
    data = pd.DataFrame({"estimate": [0.4], "se": [1e-200]})
    effects = study_effects(data, data_type="iv", measure="HR", convention=REVMAN5)
    assert effects.reason.tolist() == [se.OUT_OF_RANGE]


def test_observed_minus_expected() -> None:
    data = pd.DataFrame({"o_e": [-3.0, 2.0, np.nan], "variance": [6.0, 0.0, 4.0]})
    effects = study_effects(data, data_type="oe", measure="HR", convention=REVMAN5)
    assert effects.reason.tolist() == ["", se.NO_VARIANCE, se.MISSING]
    assert (effects.yi[0], effects.vi[0]) == (-0.5, 1 / 6)


def test_a_row_that_the_file_excludes_says_so() -> None:
    data = counts((3, 25, 5, 27), (0, 20, 0, 24)).assign(estimable=["no", "no"])
    effects = dichotomous(data, "RR")
    assert effects.reason.tolist() == [se.FILE_SAYS_NO, se.NO_EVENTS]
    assert not effects.estimable.any()


@pytest.mark.parametrize(
    ("data_type", "measure"), [("dichotomous", "SMD"), ("continuous", "OR"), ("counts", "RR")]
)
def test_unknown_measures_are_refused(data_type: str, measure: str) -> None:
    with pytest.raises(ValueError, match=measure if data_type != "counts" else data_type):
        study_effects(
            counts((1, 2, 1, 2)), data_type=data_type, measure=measure, convention=REVMAN5
        )
