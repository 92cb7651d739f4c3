"""Each check of the audit with a case that it must find and a near miss that it must not."""

import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from metarepro.audit.checks import participants_of
from metarepro.audit.findings import (
    PUBLISHED_CHECKS,
    RESULT_CHECKS,
    SEVERITY,
    audit_published,
    audit_results,
    sd_elsewhere,
)
from metarepro.audit.tables import AUDIT
from metarepro.conversion.constants import SE_RATIO_LIMIT
from metarepro.conversion.effect_sizes import se_from_ns
from metarepro.conversion.ratio_se import CONTRADICTED, ON_LOG_SCALE, UNDECIDED
from metarepro.conversion.routes import ADJUSTED_BELOW_INDIVIDUALS
from metarepro.tabular.input_tables import PUBLISHED, RESULTS
from metarepro.tabular.printed_numbers import printed_decimals
from metarepro.tabular.tables import read_table, write_table

DATA = Path(__file__).parents[2] / "data"
NAN = math.nan

NUMBERS = (
    *("n_t", "mean_t", "sd_t", "events_t", "n_c", "mean_c", "sd_c", "events_c", "n_total"),
    *("value", "ci_low", "ci_high", "se", "p_value", "df1", "df2", "reference_sd"),
)
BLANK: dict[str, Any] = {
    **{"result_id": "a-01", "trial_id": "a", "measure": "scale", "statistic": "smd"},
    **{"p_relation": "", "higher_is_better": "yes", "sign": "scale", "adjusted": "no"},
    **{"exclude": ""},
    **dict.fromkeys(NUMBERS, NAN),
}
NO_EFFECTS = pd.DataFrame(
    {"result_id": pd.Series(dtype="str")}
    | {name: pd.Series(dtype="float64") for name in ("yi", "sei", "n_t", "n_c", "n_total")}
    | dict.fromkeys(
        ("effect_measure", "design", "se_source", "assumptions"), pd.Series(dtype="str")
    )
)


def found(**cells: Any) -> list[str]:
    """Names of the checks that a result with these cells fails."""
    return list(audit_results(pd.DataFrame([BLANK | cells]), NO_EFFECTS)["check"])


def found_with_effect(**effect: Any) -> list[str]:
    blank = {"result_id": "a-01", "yi": 0.3, "sei": 0.3, "n_t": NAN, "n_c": NAN, "n_total": NAN}
    blank |= {"effect_measure": "SMD", "design": "rct", "se_source": "", "assumptions": ""}
    return list(audit_results(pd.DataFrame([BLANK]), pd.DataFrame([blank | effect]))["check"])


def found_published(**cells: Any) -> list[str]:
    row = {
        **{"review_id": "rev", "row": 2.0, "measure": "SMD", "estimate": 0.30, "ci_low": 0.11},
        **{"ci_high": 0.49, "p_value": NAN, "p_relation": ""},
    }
    return list(audit_published(pd.DataFrame([row | cells]))["check"])


# An estimate off the middle of its CI


def test_estimate_off_the_middle() -> None:
    assert found(value=0.30, ci_low=0.01, ci_high=0.49) == ["off_centre_ci"]


def test_estimate_up_to_a_tenth_of_the_width_off_the_middle_passes() -> None:
    assert found(value=0.298, ci_low=0.011, ci_high=0.491) == []
    assert found(value=0.3, ci_low=0.011, ci_high=0.491) == ["off_centre_ci"]


def test_rounding_that_explains_it_passes() -> None:
    """0.1 in 0.0 to 0.1 is half the width off, and may be 0.06 in 0.0 to 0.12."""
    assert found(value=0.1, ci_low=0.0, ci_high=0.1) == []


def test_ratios_are_centred_on_the_log_scale() -> None:
    assert found(statistic="odds_ratio", value=2.0, ci_low=1.0, ci_high=4.0) == []
    assert found(statistic="odds_ratio", value=2.5, ci_low=1.0, ci_high=4.0) == ["off_centre_ci"]


def test_eta_squared_has_no_middle() -> None:
    assert found(statistic="eta_squared", value=0.05, ci_low=0.01, ci_high=0.2) == []


# Tests of two groups


@pytest.mark.parametrize(
    ("cells", "check"),
    [
        ({"statistic": "t_test", "value": 3.0, "df2": 24}, ["df_against_arms"]),
        ({"statistic": "t_test", "value": 3.0, "df1": 24}, ["df_against_arms"]),
        ({"statistic": "t_test", "value": 3.0, "df2": 48}, []),
        ({"statistic": "f_test", "value": 9.0, "df1": 1, "df2": 46}, ["df_near_arms"]),
        ({"statistic": "f_test", "value": 9.0, "df1": 2, "df2": 46}, []),
        ({"statistic": "mean_difference", "value": 1.0, "se": 0.4, "df2": 8}, ["df_against_arms"]),
    ],
)
def test_degrees_of_freedom_against_the_arms(cells: dict[str, Any], check: list[str]) -> None:
    assert found(n_t=25, n_c=25, **cells) == check


# t 3.0 with 48 df has p 0.0043; F(1, 48) of 9 and eta squared 9/57 = 0.158 are the same test.
@pytest.mark.parametrize(
    "test",
    [
        {"statistic": "t_test", "value": 3.0, "df2": 48},
        {"statistic": "t_test", "value": -3.0},
        {"statistic": "f_test", "value": 9.0, "df1": 1, "df2": 48},
        {"statistic": "eta_squared", "value": 0.158},
    ],
)
@pytest.mark.parametrize(
    ("p", "relation", "wrong"),
    [
        (0.2, "=", True),
        (0.004, "=", False),
        (0.002, "=", True),
        (0.01, "<", False),
        (0.001, "<", True),
        (0.05, ">", True),
        (0.001, ">", False),
    ],
)
def test_p_against_its_test(test: dict[str, Any], p: float, relation: str, wrong: bool) -> None:
    expected = ["p_against_test"] if wrong else []
    assert found(n_t=25, n_c=25, p_value=p, p_relation=relation, **test) == expected


def test_a_cox_index_is_held_against_its_p() -> None:
    # 0.29 with an error of 0.232 has p 0.21.
    cells = {"statistic": "cox_index", "value": 0.29, "se": 0.232, "n_t": 58, "n_c": 59}
    assert found(**cells, p_value=0.05, p_relation="<") == ["p_against_se"]
    assert found(**cells, p_value=0.21, p_relation="=") == []


def test_interval_of_a_small_trial_is_one_of_t() -> None:
    # 5 + 5 participants: 3.5 +- t(8) * 0.632 has p 0.0005; as a normal interval it would be 3e-6.
    interval = {"value": 3.5, "ci_low": 2.04, "ci_high": 4.96, "p_value": 0.0005}
    cells = interval | {"statistic": "mean_difference", "p_relation": "=", "n_t": 5, "n_c": 5}
    assert found(**cells) == []
    assert found(**cells | {"adjusted": "yes"}) == ["p_against_ci"]


def test_standard_error_of_a_small_trial_is_one_of_t() -> None:
    # 3.5 / 0.632 is a t of 5.5 with 8 df.
    cells = {"statistic": "mean_difference", "value": 3.5, "se": 0.632, "n_t": 5, "n_c": 5}
    assert found(**cells, p_value=0.0005, p_relation="=") == []


@pytest.mark.parametrize(
    ("note", "check"),
    [
        (ON_LOG_SCALE, ["ratio_se_scale"]),
        (CONTRADICTED, ["ratio_se_scale"]),
        (UNDECIDED, ["ratio_se_undecided"]),
        ("equal arms", []),
    ],
)
def test_scale_of_the_standard_error_of_a_ratio(note: str, check: list[str]) -> None:
    assert found_with_effect(assumptions=note) == check


def test_adjusted_cluster_error_below_that_of_individuals() -> None:
    assert found_with_effect(assumptions=ADJUSTED_BELOW_INDIVIDUALS) == ["cluster_se_adjusted"]


def test_error_with_a_correlation_may_be_below_the_arms() -> None:
    low = {"sei": 0.1, "n_t": 50.0, "n_c": 50.0}
    assert found_with_effect(**low) == ["se_below_arms"]
    assert found_with_effect(**low, se_source="correlation") == []


# p against CI: 0.31 [0.11, 0.51] has p 0.0024; 0.0015 to 0.0035 with rounding, 1.35 either way.


@pytest.mark.parametrize(
    ("p", "relation", "wrong"),
    [
        (0.003, "=", False),
        (0.0047, "=", False),
        (0.0049, "=", True),
        (0.0012, "=", False),
        (0.0009, "=", True),
        (0.01, "<", False),
        (0.001, "<", True),
        (0.001, ">", False),
        (0.05, ">", True),
    ],
)
def test_p_against_ci(p: float, relation: str, wrong: bool) -> None:
    expected = ["p_against_ci"] if wrong else []
    assert found(value=0.31, ci_low=0.11, ci_high=0.51, p_value=p, p_relation=relation) == expected


# p against n: d 0.51 with 50 + 50 has SE 0.203, z 2.51, p 0.012.


@pytest.mark.parametrize(
    ("p", "relation", "wrong"),
    [
        (0.014, "=", False),
        (0.08, "=", False),
        (0.11, "=", True),
        (0.0001, "=", True),
        (0.05, "<", False),
        (0.001, "<", True),
        (0.02, ">", False),
        (0.05, ">", True),
    ],
)
def test_p_against_n(p: float, relation: str, wrong: bool) -> None:
    expected = ["p_against_n"] if wrong else []
    assert found(value=0.51, n_t=50, n_c=50, p_value=p, p_relation=relation) == expected


def test_p_against_n_takes_a_total_as_equal_arms() -> None:
    assert found(value=0.51, n_total=100, p_value=0.3, p_relation="=") == ["p_against_n"]


def test_p_against_n_of_means() -> None:
    means = {"statistic": "means", "mean_t": 9.51, "mean_c": 8.51, "sd_t": 2.0, "sd_c": 2.0}
    assert found(**means, n_t=50, n_c=50, p_value=0.3, p_relation="=") == ["p_against_n"]
    assert found(**means, n_t=50, n_c=50, p_value=0.014, p_relation="=") == []


def test_a_small_printed_d_may_hide_its_p() -> None:
    """-0.01 may be -0.005 or -0.015: with 150 + 150, p from 0.90 to 0.97."""
    assert found(value=-0.01, n_t=150, n_c=150, p_value=0.96, p_relation="=") == []


# p against SE: 0.51 / 0.21 has p 0.015.


@pytest.mark.parametrize(
    ("p", "relation", "wrong"),
    [(0.015, "=", False), (0.04, "=", True), (0.05, "<", False), (0.001, "<", True)],
)
def test_p_against_se(p: float, relation: str, wrong: bool) -> None:
    expected = ["p_against_se"] if wrong else []
    cells = {"statistic": "mean_difference", "value": 0.51, "se": 0.21}
    assert found(**cells, p_value=p, p_relation=relation) == expected


# Standard errors against arm sizes


def test_ci_narrower_than_n_allows() -> None:
    """With 50 + 50 the SE is 0.202 at g 0.3; 0.75 of it is 0.151, a half-width of 0.297."""
    assert found(value=0.30, ci_low=0.01, ci_high=0.59, n_t=50, n_c=50) == ["ci_narrower_than_n"]
    assert found(value=0.30, ci_low=0.00, ci_high=0.60, n_t=50, n_c=50) == []


def test_standard_error_below_the_limit() -> None:
    limit = SE_RATIO_LIMIT * se_from_ns(0.3, 50, 50)
    assert found_with_effect(sei=limit - 0.001, n_t=50, n_c=50) == ["se_below_arms"]
    assert found_with_effect(sei=limit + 0.001, n_t=50, n_c=50) == []


def test_standard_error_below_the_limit_with_a_total() -> None:
    assert found_with_effect(sei=0.1, n_total=100) == ["se_below_arms"]


@pytest.mark.parametrize(
    ("arms", "said"), [((20.0, 21.0), "20 + 21 participants"), ((37.5, 37.5), "75 participants")]
)
def test_nobody_is_half_a_participant(arms: tuple[float, float], said: str) -> None:
    assert participants_of(arms) == said


def test_standard_error_without_arm_sizes_passes() -> None:
    assert found_with_effect(sei=0.01) == []


@pytest.mark.parametrize(("g", "expected"), [(2.01, ["large_g"]), (-2.01, ["large_g"]), (2.0, [])])
def test_large_g(g: float, expected: list[str]) -> None:
    assert found_with_effect(yi=g) == expected


@pytest.mark.parametrize("measure", ["MD", "OR", "correlation", "proportion"])
def test_what_a_g_can_be_is_asked_of_a_g_only(measure: str) -> None:
    """30 metres are no large g, and the z of a correlation has an SE of its own."""
    effect = {"yi": 30.0, "sei": 0.1, "n_total": 100}
    assert found_with_effect(effect_measure=measure, **effect) == []
    assert found_with_effect(**effect) == ["se_below_arms", "large_g"]


# Means against printed differences. Means 10 and 9, SD 2: d 0.5.

MEANS = {
    **{"statistic": "means", "mean_t": 10.0, "mean_c": 9.0, "sd_t": 2.0, "sd_c": 2.0},
    **{"n_t": 50, "n_c": 50},
}


@pytest.mark.parametrize(
    ("value", "cells", "expected"),
    [
        (0.5, {}, []),
        (1.0, {}, []),
        (1.15, {}, ["printed_d_against_means"]),
        (-0.5, {}, ["printed_d_sign"]),
        (-0.5, {"sign": "control_minus_treatment"}, []),
        (-0.5, {"sign": "benefit", "higher_is_better": "no"}, []),
        (0.5, {"sign": "benefit", "higher_is_better": "no"}, ["printed_d_sign"]),
        (1.15, {"statistic": "smd"}, ["printed_d_against_means"]),
        (1.15, {"statistic": "smd", "adjusted": "yes"}, []),
    ],
)
def test_printed_d_against_means(value: float, cells: dict[str, Any], expected: list[str]) -> None:
    """Means without decimals hide 0.5 each, 0.5 of d; 0.06 more is leeway."""
    assert found(**(MEANS | cells), value=value) == expected


def test_printed_d_against_exact_means() -> None:
    exact = MEANS | {"mean_t": 10.01, "mean_c": 9.01}
    assert found(**exact, value=0.57) == ["printed_d_against_means"]
    assert found(**exact, value=0.56) == []


def test_signs_that_differ_around_zero_are_rounding() -> None:
    near = MEANS | {"mean_t": 9.01, "mean_c": 9.0}
    assert found(**near, value=-0.01) == []
    assert found(**near, value=-0.03) == ["printed_d_sign"]


@pytest.mark.parametrize(
    ("value", "cells", "expected"),
    [
        (1.01, {}, []),
        (1.04, {}, []),
        (1.06, {}, ["difference_against_means"]),
        (-1.01, {}, ["difference_sign"]),
        (-1.01, {"sign": "control_minus_treatment"}, []),
        (1.5, {"adjusted": "yes"}, []),
    ],
)
def test_difference_against_means(value: float, cells: dict[str, Any], expected: list[str]) -> None:
    """Rounding hides 0.015 of a difference of 1.01, and 2 % of it are leeway."""
    means = {"statistic": "mean_difference", "mean_t": 10.26, "mean_c": 9.25}
    assert found(**(means | cells), value=value) == expected


# Absolute risks: 30 of 100 against 15 of 100: OR 2.43, RR 2, RD 0.15.

COUNTS = {"statistic": "counts", "events_t": 30, "n_t": 100, "events_c": 15, "n_c": 100}


@pytest.mark.parametrize(
    ("value", "cells", "expected"),
    [
        (2.43, {}, []),
        (2.68, {}, []),
        (2.75, {}, ["ratio_against_risks"]),
        (0.41, {}, ["ratio_sign"]),
        (0.41, {"sign": "control_minus_treatment"}, []),
        (0.41, {"sign": "benefit", "higher_is_better": "no"}, []),
        (2.75, {"adjusted": "yes"}, []),
        (2.0, {"statistic": "risk_ratio"}, []),
        (2.43, {"statistic": "risk_ratio"}, ["ratio_against_risks"]),
        (0.15, {"statistic": "risk_difference"}, []),
        (0.19, {"statistic": "risk_difference"}, ["ratio_against_risks"]),
        (9.0, {"events_c": 0}, []),
    ],
)
def test_ratio_against_counts(value: float, cells: dict[str, Any], expected: list[str]) -> None:
    assert found(**(COUNTS | cells), value=value) == expected


def test_ratio_against_percentages() -> None:
    percents = {"statistic": "odds_ratio", "mean_t": 30.0, "mean_c": 15.0}
    assert found(**percents, value=2.43) == []
    assert found(**percents, value=3.2) == ["ratio_against_risks"]


# SE typed in for SD, and the other way round


def test_sds_that_make_the_difference_unbelievable_are_standard_errors() -> None:
    """SDs of 0.3 make d 3.3; as SEs of 50 participants (SD 2.1) they make it 0.47."""
    assert found(**(MEANS | {"sd_t": 0.3, "sd_c": 0.3})) == ["se_typed_for_sd"]


@pytest.mark.parametrize(
    "near_miss",
    [
        {"sd_t": 0.51, "sd_c": 0.51},  # d 1.96: large, not unbelievable
        {"sd_t": 0.1, "sd_c": 0.1},  # d 10; as SEs still 1.4
        {"sd_t": 0.3, "sd_c": 0.3, "n_t": 15, "n_c": 15},  # small arms
    ],
)
def test_small_sds_that_are_not_shown_to_be_standard_errors(near_miss: dict[str, Any]) -> None:
    assert "se_typed_for_sd" not in found(**(MEANS | near_miss))


def two_trials(sd_t: float, sd_c: float, **cells: Any) -> list[str]:
    """Findings on trial a, without a difference, beside trial b whose SD is 7."""
    a = BLANK | MEANS | {"mean_t": 9.0, "sd_t": sd_t, "sd_c": sd_c} | cells
    b = BLANK | MEANS | {"result_id": "b-01", "trial_id": "b", "sd_t": 7.0, "sd_c": 7.0}
    findings = audit_results(pd.DataFrame([a, b]), NO_EFFECTS)
    return list(findings.loc[findings["record_id"] == "a-01", "check"])


def test_sds_the_root_of_n_below_those_elsewhere_are_standard_errors() -> None:
    """The SE of an SD of 7 is 0.99 with 50 participants."""
    assert two_trials(1.0, 1.1) == ["se_typed_for_sd"]


@pytest.mark.parametrize(
    ("sd_t", "sd_c", "cells"),
    [
        (7.0, 7.0, {}),
        (2.0, 2.0, {}),  # 3.5 times smaller; the root of n is 7.1
        (2.0, 7.0, {}),  # one arm only
        (1.0, 1.1, {"measure": "another scale"}),
    ],
)
def test_other_sds_are_left_alone(sd_t: float, sd_c: float, cells: dict[str, Any]) -> None:
    assert two_trials(sd_t, sd_c, **cells) == []


@pytest.mark.parametrize(
    ("sd_t", "sd_c", "expected"),
    [
        (0.7, 7.0, ["sds_apart"]),  # a decimal point
        (7.0, 1.0, ["sds_apart"]),  # the SE of an SD of 7 with 50 participants
        (1.6, 1.6, ["sd_against_measure"]),  # 4.4 times smaller; the root of n is 7.1
        (30.0, 31.0, ["sd_against_measure"]),
    ],
)
def test_sds_that_do_not_fit(sd_t: float, sd_c: float, expected: list[str]) -> None:
    assert two_trials(sd_t, sd_c) == expected


@pytest.mark.parametrize(("n", "expected"), [(4, []), (50, ["sds_apart"])])
def test_sds_of_small_arms_may_differ_by_chance(n: int, expected: list[str]) -> None:
    """F = 25 with 3 and 3 degrees of freedom has p 0.025: 2 * pf(25, 3, 3, lower.tail = FALSE)."""
    assert two_trials(1.4, 7.0, n_t=n, n_c=n) == expected


def test_an_sd_is_compared_with_other_rows_of_its_trial_where_no_other_trial_has_any() -> None:
    """The SE of an SD of 7 is 0.99 with 50 participants; no d is printed."""
    first = BLANK | MEANS | {"mean_t": 9.0, "sd_t": 1.0, "sd_c": 1.0}
    later = first | {"result_id": "a-02", "sd_t": 7.0, "sd_c": 7.0, "measure": "THE SCALE"}
    rows = [first | {"measure": "The scale"}, later]
    findings = audit_results(pd.DataFrame(rows), NO_EFFECTS)
    assert ("a-01", "se_typed_for_sd") in set(
        zip(findings["record_id"], findings["check"], strict=True)
    )


def test_sd_elsewhere_is_the_median_of_other_trials() -> None:
    rows = pd.DataFrame(
        [
            BLANK | {"trial_id": trial, "sd_t": sd, "sd_c": sd}
            for trial, sd in [("a", 1.0), ("a", 2.0), ("b", 5.0), ("c", 9.0), ("d", NAN)]
        ]
    )
    assert list(sd_elsewhere(rows)) == [7.0, 7.0, 2.0, 2.0, 3.5]


def test_sd_elsewhere_is_missing_without_another_trial() -> None:
    rows = pd.DataFrame([BLANK | {"sd_t": 1.0, "sd_c": 1.0}])
    assert math.isnan(sd_elsewhere(rows).iloc[0])


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"statistic": "mean_difference", "se": 14.0, "reference_sd": 15.0}, True),
        ({"statistic": "mean_difference", "se": 3.0, "reference_sd": 15.0}, False),
        ({"statistic": "mean_difference", "se": 14.0, "sd_t": 15.0, "sd_c": 16.0}, True),
        ({"statistic": "mean_difference", "se": 14.0}, False),
        ({"statistic": "smd", "se": 0.9}, True),
        ({"statistic": "smd", "se": 0.2}, False),
        ({"statistic": "smd", "se": 0.9, "n_t": 10, "n_c": 10}, False),
    ],
)
def test_sd_typed_in_for_a_standard_error(cells: dict[str, Any], expected: bool) -> None:
    assert found(**({"value": 0.3, "n_t": 50, "n_c": 50} | cells)) == (
        ["sd_typed_for_se"] if expected else []
    )


# Published pools


def test_published_numbers_that_add_up() -> None:
    assert found_published(p_value=0.002, p_relation="=") == []


def test_published_estimate_off_the_middle() -> None:
    assert found_published(ci_low=-0.05) == ["off_centre_ci"]


def test_published_ratio_is_centred_on_the_log_scale() -> None:
    cells = {"measure": "RR", "estimate": 8.93, "ci_low": 1.25, "ci_high": 63.7}
    assert found_published(**cells) == []
    assert found_published(**(cells | {"measure": "SMD"})) == ["off_centre_ci"]


@pytest.mark.parametrize("measure", ["OR", "RR", "HR", "ratio"])
def test_published_p_of_a_ratio_is_that_of_its_logarithm(measure: str) -> None:
    """log 0.67 = -0.40 with an SE of 0.204 has z 1.96 and p 0.05; of 0.67 itself p were 1e-6."""
    cells = {"measure": measure, "estimate": 0.67, "ci_low": 0.45, "ci_high": 1.0}
    assert found_published(**cells, p_value=0.05, p_relation="=") == []
    assert found_published(**cells, p_value=0.001, p_relation="=") == ["p_against_ci"]


def test_published_correlation_is_centred_on_fishers_z() -> None:
    """tanh(1 - 0.5), tanh(1) and tanh(1 + 0.5): 0.46, 0.76, 0.91."""
    cells = {"measure": "r", "estimate": 0.762, "ci_low": 0.462, "ci_high": 0.905}
    assert found_published(**cells) == []
    assert found_published(**cells | {"estimate": 0.6835}) == ["off_centre_ci"]


def test_published_proportion_has_no_middle_and_no_p() -> None:
    cells = {"measure": "proportion", "estimate": 0.9, "ci_low": 0.5, "ci_high": 0.95}
    assert found_published(**cells, p_value=0.5, p_relation="=") == []


@pytest.mark.parametrize(("measure", "low"), [("RR", -0.1), ("r", -1.2)])
def test_published_numbers_that_are_none_of_the_measure_pass(measure: str, low: float) -> None:
    assert found_published(measure=measure, ci_low=low) == []


def test_published_p_has_no_leeway_but_rounding() -> None:
    """p of 0.30 [0.11, 0.49] is 0.0020; 0.0012 to 0.0030 with rounding."""
    assert found_published(p_value=0.0034, p_relation="=") == ["p_against_ci"]
    assert found(value=0.30, ci_low=0.11, ci_high=0.49, p_value=0.0034, p_relation="=") == []


def test_published_row_without_an_interval_passes() -> None:
    assert found_published(ci_low=NAN, ci_high=NAN, p_value=0.5, p_relation="=") == []


# The table


def test_findings_name_the_record_and_both_numbers() -> None:
    row = BLANK | {"value": 0.30, "ci_low": 0.01, "ci_high": 0.49}
    finding = audit_results(pd.DataFrame([row]), NO_EFFECTS).iloc[0]
    assert list(finding[["source_table", "record_id", "severity"]]) == [
        "results",
        "a-01",
        "warning",
    ]
    assert (finding["printed"], finding["implied"]) == ("0.3 [0.01, 0.49]", "0.25")
    assert "10% of the width" in finding["message"]


def test_excluded_rows_are_passed_over() -> None:
    assert found(value=0.30, ci_low=0.01, ci_high=0.49, exclude="duplicate") == []


def test_every_kind_of_finding_that_a_check_names_has_a_severity() -> None:
    single = {"p_against_ci", "off_centre_ci"}
    named = {check.__name__.removeprefix("result_") for check in RESULT_CHECKS} | single
    assert named <= set(SEVERITY)
    assert {check.__name__.removeprefix("published_") for check in PUBLISHED_CHECKS} == single


@pytest.mark.parametrize(
    ("values", "decimals"),
    [((0.2, 0.49), 2), ((12.0, NAN), 0), ((1e-05,), 5), ((100.0,), 0), ((0.1 + 0.2,), 1)],
)
def test_printed_decimals(values: tuple[float, ...], decimals: int) -> None:
    assert printed_decimals(*values) == decimals


# The project's data. Pinned: what the dataset's first checker warned of.

KNOWN = {
    "p_against_n": [
        *("barlow2016-05", "sadler2013-01", "sadler2013-03", "lowell2011-06", "lowell2011-18"),
        *("landry2006-02", "landry2008-03", "attanasio2014-01", "attanasio2014-02"),
        *("nahar2012-01", "abessa2019-01", "abessa2019-02"),
    ],
    "ci_narrower_than_n": [
        *("green2015-07", "green2015-08", "green2015-09", "rockers2018-01"),
        *("shi2020-01", "shi2020-02", "shi2020-03"),
    ],
    "p_against_ci": [
        *("green2015-08", "green2015-09", "granthammcgregor2020-01", "granthammcgregor2020-02"),
        *("granthammcgregor2020-03", "muhoozi2018-01", "muhoozi2018-02", "muhoozi2018-03"),
        "muhoozi2018-07",
    ],
    "printed_d_against_means": ["lowell2011-03"],
    "off_centre_ci": ["barlow2021:7", "jeong2018:5", "ohara2019:5"],
}


@pytest.fixture(scope="module")
def real_findings() -> pd.DataFrame:
    published = []
    for path in sorted((DATA / "reviews").glob("*/published.csv")):
        frame = read_table(path, PUBLISHED)
        rows = range(2, len(frame) + 2)
        published.append(frame.assign(review_id=path.parent.name, row=rows))
    results = read_table(DATA / "trials" / "results.csv", RESULTS)
    return pd.concat([audit_results(results, NO_EFFECTS), audit_published(pd.concat(published))])


@pytest.mark.parametrize("check", KNOWN)
def test_the_known_warnings_on_the_data_are_found(check: str, real_findings: pd.DataFrame) -> None:
    of_check = real_findings.loc[real_findings["check"] == check, "record_id"]
    assert set(KNOWN[check]) <= set(of_check)


def test_the_audit_keeps_to_its_schema(real_findings: pd.DataFrame, tmp_path: Path) -> None:
    write_table(real_findings, tmp_path / "audit.csv", AUDIT)
    assert len(read_table(tmp_path / "audit.csv", AUDIT)) == len(real_findings)
