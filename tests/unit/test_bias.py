"""Small-study effects, the selection model and the caliper against metafor and by hand."""

import math
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kendalltau, norm
from tests.reference_numbers import reference_of

from metarepro.conversion.trial_means import average_by_trial
from metarepro.models.selection import selection_model
from metarepro.sensitivity import asymmetry, bias, missing_studies
from metarepro.sensitivity.bias import METHODS, BiasResult, assess, caliper
from metarepro.synthesis.pools import Settings

REFERENCE = reference_of("bias")

#: Measured over all cases of bias.json: 8e-15 at worst (statistic of egger_random in `selected`).
RELATIVE = 1e-12
#: Where metafor's number is 0 or the rounding of 0; measured 0.
ABSOLUTE = 1e-14
#: metafor's search for the maximum stops early, ours solves the score equations: measured 3.9e-6
#: (weight in `homogeneous`).
SELECTION = 2e-5
#: metafor's tau2 of the selection model is never 0; measured 3.4e-9 in `tau2_zero`.
SELECTION_TAU2 = 1e-8
#: For properties that hold up to rounding.
ROUNDING = 1e-9

SETTINGS = Settings("REML", "knapp_hartung_conservative", 0.8)


def cases(*skip: str) -> list[Any]:
    return [
        pytest.param(np.array(case["yi"]), np.array(case["vi"]), case, id=name)
        for name, case in REFERENCE["cases"].items()
        if name not in skip
    ]


def assert_close(got: dict[str, Any], expected: dict[str, Any]) -> None:
    for column, number in expected.items():
        assert got[column] == pytest.approx(number, rel=RELATIVE, abs=ABSOLUTE), column


def table(yi: Any, vi: Any) -> pd.DataFrame:
    names = [f"t{i:02d}" for i in range(len(yi))]
    return pd.DataFrame(
        {"trial_id": names, "label": names, "year": 2000.0, "yi": yi, "vi": vi}
        | {"effect_measure": "MD", "n_t": math.nan, "n_c": math.nan, "n_total": 2.0}
        | {"trial_design_effect": 1.0}
    ).assign(n_total=lambda rows: np.arange(len(rows)) + 20.0)


def by_method(effects: pd.DataFrame) -> dict[str, BiasResult]:
    return {result.method: result for result in assess(effects, SETTINGS)}


def ten_trials(**changes: float) -> pd.DataFrame:
    """The case `tau2_zero`."""
    case = REFERENCE["cases"]["tau2_zero"]
    return table(case["yi"], case["vi"]).assign(**changes)


@pytest.mark.parametrize(("yi", "vi", "case"), cases())
def test_egger_is_metafors_lm(yi: Any, vi: Any, case: dict[str, Any]) -> None:
    expected = {column: case["egger_lm"][column] for column in ("statistic", "df", "p_value")}
    assert_close(asymmetry.egger(yi, vi), expected)


@pytest.mark.parametrize(("yi", "vi", "case"), cases())
def test_pet_is_the_limit_of_metafors_lm(yi: Any, vi: Any, case: dict[str, Any]) -> None:
    columns = ("estimate", "se", "ci_low", "ci_high")
    expected = {column: case["egger_lm"][column] for column in columns}
    assert_close(asymmetry.pet(yi, vi), expected | {"p_value": case["egger_lm"]["p_of_estimate"]})


@pytest.mark.parametrize(("yi", "vi", "case"), cases())
def test_peese_is_the_regression_on_variances(yi: Any, vi: Any, case: dict[str, Any]) -> None:
    columns = ("estimate", "se", "ci_low", "ci_high")
    assert_close(asymmetry.peese(yi, vi), {column: case["peese"][column] for column in columns})


@pytest.mark.parametrize(("yi", "vi", "case"), cases())
def test_egger_random_is_metafors_rma(yi: Any, vi: Any, case: dict[str, Any]) -> None:
    assert_close(asymmetry.egger_random(yi, vi), case["egger_rma"])


@pytest.mark.parametrize(("yi", "vi", "case"), cases())
def test_begg_is_metafors(yi: Any, vi: Any, case: dict[str, Any]) -> None:
    assert_close(asymmetry.begg(yi, vi), case["begg"])


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("values", [3, 1000])
def test_kendall_is_scipys(seed: int, values: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, values, (2, 12)).astype(float)
    ties = max(len(x) - len(set(x)), len(y) - len(set(y))) > 0
    expected = kendalltau(x, y, method="asymptotic" if ties else "exact")
    assert asymmetry.kendall(x, y) == pytest.approx(tuple(expected), rel=1e-12)


# With three trials the search trims down to one, which is no pool.
# In `ties_once_centred` effects do not grow with their errors at all: the side is rounding's.
@pytest.mark.parametrize(("yi", "vi", "case"), cases("three", "ties_once_centred"))
def test_trim_and_fill_is_metafors(yi: Any, vi: Any, case: dict[str, Any]) -> None:
    got = asymmetry.trim_and_fill(yi, vi, "knapp_hartung_conservative")
    expected = dict(case["trim_and_fill"])
    assert got["detail"] == expected.pop("side")
    assert_close(got, expected)


@pytest.mark.parametrize(("yi", "vi", "case"), cases("large_in_small_negative"))
def test_selection_model_is_metafors(yi: Any, vi: Any, case: dict[str, Any]) -> None:
    got = selection_model(yi, vi)
    for column in ("estimate", "se", "ci_low", "ci_high", "weight", "weight_se", "p_value"):
        assert got[column] == pytest.approx(case["selection"][column], rel=SELECTION), column
    assert got["statistic"] == pytest.approx(case["selection"]["statistic"], rel=SELECTION)
    assert got["tau2"] == pytest.approx(
        case["selection"]["tau2"], rel=SELECTION, abs=SELECTION_TAU2
    )


def test_reference_fills_on_both_sides_and_on_none() -> None:
    filled = [case["trim_and_fill"] for case in REFERENCE["cases"].values()]
    assert {f["side"] for f in filled if f["n_filled"] > 0} == {"left", "right"}
    assert 0 in {f["n_filled"] for f in filled}


def log_likelihood(yi: Any, vi: Any, mean: float, tau2: float, weight: float) -> float:
    """The selection model's likelihood, written out trial by trial."""
    total = 0.0
    for y, v in zip(yi, vi, strict=True):
        cut, spread = norm.isf(0.025) * math.sqrt(v), math.sqrt(v + tau2)
        below = norm.sf(cut, mean, spread)
        chance = 1.0 if y >= cut else weight
        total += math.log(chance) + norm.logpdf(y, mean, spread)
        total -= math.log(below + weight * (1 - below))
    return total


@pytest.mark.parametrize(("yi", "vi", "case"), cases("large_in_small_negative"))
def test_selection_model_climbs_as_high_as_metafor(yi: Any, vi: Any, case: dict[str, Any]) -> None:
    got = selection_model(yi, vi)
    ours = log_likelihood(yi, vi, got["estimate"], got["tau2"], got["weight"])
    assert ours >= case["selection"]["log_likelihood"] - ROUNDING


def test_selection_model_follows_the_scale() -> None:
    case = REFERENCE["cases"]["selected"]
    yi, vi = np.array(case["yi"]), np.array(case["vi"])
    plain, large = selection_model(yi, vi), selection_model(1000 * yi, 1e6 * vi)
    assert large["estimate"] == pytest.approx(1000 * plain["estimate"], rel=ROUNDING)
    assert large["tau2"] == pytest.approx(1e6 * plain["tau2"], rel=ROUNDING)
    assert large["weight"] == pytest.approx(plain["weight"], rel=ROUNDING)


@pytest.mark.parametrize(("effect", "side"), [(5.0, "below"), (-5.0, "above")])
def test_selection_model_needs_results_on_both_sides_of_the_cut(effect: float, side: str) -> None:
    yi = effect + np.linspace(0, 0.1, 12)
    got = selection_model(yi, np.full(12, 0.01))
    assert got == {"reason": f"all results have p {side} 0.025: no weight to estimate"}


def test_selection_model_without_a_maximum_says_so() -> None:
    # One result far below the cut, the others just above: the more weight the better.
    vi = np.full(12, 0.01)
    yi = np.append(np.linspace(0.15, 0.19, 11), 0.2)
    got = selection_model(yi, vi)
    assert got == {"reason": "the likelihood has no maximum with a weight from 0.0001 to 100"}


def test_every_method_has_a_row_in_order() -> None:
    results = assess(ten_trials(), SETTINGS)
    assert [result.method for result in results] == list(METHODS)
    assert {result.reason for result in results} == {""}
    assert {result.k for result in results} == {10}


def test_rows_are_the_methods_results() -> None:
    effects = ten_trials()
    yi, vi = effects["yi"].to_numpy(), effects["vi"].to_numpy()
    results = by_method(effects)
    expected = {
        "egger": asymmetry.egger(yi, vi),
        "egger_random": asymmetry.egger_random(yi, vi),
        "peters": asymmetry.peters(yi, vi, effects["n_total"].to_numpy()),
        "begg": asymmetry.begg(yi, vi),
        "trim_and_fill": asymmetry.trim_and_fill(yi, vi, SETTINGS.ci_method),
        "pet": asymmetry.pet(yi, vi),
        "peese": asymmetry.peese(yi, vi),
        "pet_peese": asymmetry.pet_peese(yi, vi),
        "selection": selection_model(yi, vi),
        "excess_significance": missing_studies.excess_significance(yi, vi),
        "fail_safe_rosenthal": missing_studies.fail_safe_rosenthal(yi, vi),
        "fail_safe_rosenberg": missing_studies.fail_safe_rosenberg(yi, vi),
    }
    for method, numbers in expected.items():
        row = asdict(results[method])
        assert {column: row[column] for column in numbers} == numbers, method


def test_nine_trials_are_too_few() -> None:
    results = assess(ten_trials().iloc[:9], SETTINGS)
    assert {result.reason for result in results} == {"9 trials; at least 10 are needed"}
    assert all(math.isnan(result.p_value) for result in results)


def test_results_of_one_trial_count_once() -> None:
    effects = pd.concat([ten_trials().iloc[:9], ten_trials().iloc[:3]])
    assert {result.k for result in assess(effects, SETTINGS)} == {9}


def test_average_of_a_trial_is_borensteins() -> None:
    effects = table([0.2, 0.6, 0.1], [0.04, 0.09, 0.02]).assign(trial_id=["a", "a", "b"])
    got = average_by_trial(effects, 0.5)
    assert got["trial_id"].tolist() == ["a", "b"]
    # (0.04 + 0.09 + 2 * 0.5 * 0.2 * 0.3) / 4
    assert got["yi"].tolist() == pytest.approx([0.4, 0.1], rel=ROUNDING)
    assert got["vi"].tolist() == pytest.approx([0.0475, 0.02], rel=ROUNDING)


@pytest.mark.parametrize(
    ("column", "reason"), [("yi", "all effects are equal"), ("vi", "all variances are equal")]
)
def test_no_spread_is_a_reason(column: str, reason: str) -> None:
    results = assess(ten_trials(**{column: 0.05}), SETTINGS)
    assert {result.reason for result in results} == {reason}


def test_variances_equal_up_to_rounding_are_equal() -> None:
    case = REFERENCE["cases"]["tau2_zero"]
    effects = table(case["yi"], [0.05 * (1 + 1e-9), *[0.05] * 9])
    assert {result.reason for result in assess(effects, SETTINGS)} == {"all variances are equal"}


def test_what_a_method_refuses_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise ArithmeticError("no convergence")

    monkeypatch.setattr(bias, "trim_and_fill", refuse)
    results = by_method(ten_trials())
    assert results["trim_and_fill"].reason == "no convergence"
    assert results["pet"].reason == ""


def test_pet_stands_where_it_finds_no_effect() -> None:
    case = REFERENCE["cases"]["large_in_small"]
    got = asymmetry.pet_peese(np.array(case["yi"]), np.array(case["vi"]))
    assert case["egger_lm"]["p_of_estimate"] > 0.1
    assert (got["detail"], got["estimate"]) == (
        "pet",
        pytest.approx(case["egger_lm"]["estimate"], rel=RELATIVE),
    )


def test_peese_stands_where_pet_finds_an_effect() -> None:
    case = REFERENCE["cases"]["outlier"]
    got = asymmetry.pet_peese(np.array(case["yi"]), np.array(case["vi"]))
    assert case["egger_lm"]["p_of_estimate"] < 0.1
    assert (got["detail"], got["estimate"]) == (
        "peese",
        pytest.approx(case["peese"]["estimate"], rel=RELATIVE),
    )


def test_harm_found_by_pet_does_not_call_for_peese() -> None:
    case = REFERENCE["cases"]["outlier"]
    assert asymmetry.pet_peese(-np.array(case["yi"]), np.array(case["vi"]))["detail"] == "pet"


def test_caliper_counts_by_two_sided_p() -> None:
    p = np.array([0.001, 0.03, 0.042, 0.046, 0.049, 0.052, 0.057, 0.2])
    sign = np.array([1, -1, 1, -1, 1, -1, 1, 1])
    got = caliper(pd.DataFrame({"yi": sign * norm.isf(p / 2) * 0.3, "vi": 0.09}))
    assert asdict(got) == {
        "n_results": 8,
        "n_significant": 5,
        "n_040_050": 3,
        "n_045_050": 2,
        "n_050_055": 1,
        "n_050_060": 2,
    }


def sizes(case: dict[str, Any]) -> tuple[Any, Any]:
    return np.array(case["n1"], float), np.array(case["n2"], float)


@pytest.mark.parametrize(("yi", "vi", "case"), cases())
def test_eggers_predictor_without_the_effect_is_rs(yi: Any, vi: Any, case: dict[str, Any]) -> None:
    n1, n2 = sizes(case)
    predictor, expected = np.sqrt(1 / n1 + 1 / n2), case["modified_egger"]
    test = {column: expected[column] for column in ("statistic", "df", "p_value")}
    assert_close(asymmetry.egger(yi, vi, predictor), test)
    limit = {column: expected[column] for column in ("estimate", "se")}
    assert_close(asymmetry.pet(yi, vi, predictor), limit)


@pytest.mark.parametrize(("yi", "vi", "case"), cases())
def test_peese_without_the_effect_is_rs(yi: Any, vi: Any, case: dict[str, Any]) -> None:
    n1, n2 = sizes(case)
    expected = {column: case["modified_peese"][column] for column in ("estimate", "se")}
    assert_close(asymmetry.peese(yi, vi, np.sqrt(1 / n1 + 1 / n2)), expected)


@pytest.mark.parametrize(("yi", "vi", "case"), cases())
def test_egger_random_without_the_effect_is_rmas(yi: Any, vi: Any, case: dict[str, Any]) -> None:
    n1, n2 = sizes(case)
    got = asymmetry.egger_random(yi, vi, np.sqrt(1 / n1 + 1 / n2))
    for column, number in case["modified_egger_rma"].items():
        assert got[column] == pytest.approx(number, rel=1e-9, abs=ABSOLUTE), column


@pytest.mark.parametrize(("yi", "vi", "case"), cases())
def test_peters_is_metafors(yi: Any, vi: Any, case: dict[str, Any]) -> None:
    expected = {column: case["peters"][column] for column in ("statistic", "df", "p_value")}
    assert_close(asymmetry.peters(yi, vi, sum(sizes(case))), expected)


@pytest.mark.parametrize(("yi", "vi", "case"), cases())
def test_fail_safe_numbers_are_metafors(yi: Any, vi: Any, case: dict[str, Any]) -> None:
    rosenthal = missing_studies.fail_safe_rosenthal(yi, vi)["fail_safe_n"]
    rosenberg = missing_studies.fail_safe_rosenberg(yi, vi)["fail_safe_n"]
    expected = (case["fail_safe_rosenthal"], case["fail_safe_rosenberg"])
    assert (rosenthal, rosenberg) == expected


@pytest.mark.parametrize(("yi", "vi", "case"), cases())
def test_excess_significance_is_metafors(yi: Any, vi: Any, case: dict[str, Any]) -> None:
    got, expected = missing_studies.excess_significance(yi, vi), case["excess"]
    assert got["observed"] == expected["observed"]
    # metafor integrates the power over 5 tau on each side, which leaves out 6e-7 of it.
    assert got["expected"] == pytest.approx(expected["expected"], rel=1e-5)
    assert got["statistic"] == pytest.approx(expected["statistic"], rel=1e-3)
    if expected["p_value"] is not None:
        assert got["p_value"] == pytest.approx(expected["p_value"], rel=1e-5)


def smd(**sizes_: Any) -> pd.DataFrame:
    case = REFERENCE["cases"]["tau2_zero"]
    rows = table(case["yi"], case["vi"]).assign(effect_measure="SMD", n_total=math.nan)
    return rows.assign(n_t=case["n1"], n_c=case["n2"]).assign(**sizes_)


def test_standardised_differences_are_regressed_on_sizes() -> None:
    case = REFERENCE["cases"]["tau2_zero"]
    results = by_method(smd())
    assert results["egger"].p_value == pytest.approx(case["modified_egger"]["p_value"])
    assert results["pet"].estimate == pytest.approx(case["modified_egger"]["estimate"])
    assert results["peese"].estimate == pytest.approx(case["modified_peese"]["estimate"])


def test_arms_that_are_not_reported_are_halves_of_the_total() -> None:
    halves = by_method(smd(n_t=np.arange(10, 20), n_c=np.arange(10, 20)))["egger"]
    total = by_method(smd(n_t=math.nan, n_c=math.nan, n_total=2.0 * np.arange(10, 20)))["egger"]
    assert total == halves


def test_a_cluster_trial_stands_where_its_independent_participants_do() -> None:
    # 400 in clusters with a design effect of 4 are worth 100.
    of_100, of_400 = ({"n_t": n / 2, "n_c": n / 2, "n_total": n} for n in (100.0, 400.0))
    independent, clusters = twenty_trials(), twenty_trials()
    for name, size in of_100.items():
        independent.loc[0, name] = size
        clusters.loc[0, name] = of_400[name]
    clusters.loc[0, "trial_design_effect"] = 4.0
    found, expected = by_method(clusters), by_method(independent)
    for name in ON_SIZES:
        assert numbers(found[name]) == numbers(expected[name]), name


def test_a_total_in_clusters_is_divided_too() -> None:
    halves = twenty_trials().assign(n_t=math.nan, n_c=math.nan)
    n = np.arange(20.0, 40.0)
    clusters = by_method(halves.assign(n_total=2 * n, trial_design_effect=2.0))
    independent = by_method(halves.assign(n_total=n))
    for name in ON_SIZES:
        assert numbers(clusters[name]) == numbers(independent[name]), name


ON_SIZES = ("egger", "egger_random", "pet", "peese", "pet_peese", "peters")


def numbers(result: BiasResult) -> list[Any]:
    return [value for value in asdict(result).values() if value == value]


def twenty_trials() -> pd.DataFrame:
    case = REFERENCE["cases"]["heterogeneous"]
    rows = table(case["yi"], case["vi"]).assign(effect_measure="SMD", n_total=math.nan)
    return rows.assign(n_t=case["n1"], n_c=case["n2"])


def without_sizes_of_three(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(n_t=rows["n_t"].where(rows.index >= 3))


def test_trials_without_sizes_are_left_out_of_tests_on_sizes() -> None:
    found = by_method(without_sizes_of_three(twenty_trials()))
    dropped = by_method(twenty_trials().drop(index=[0, 1, 2]))
    for name in ON_SIZES:
        assert found[name].k == 17
        assert numbers(found[name]) == numbers(dropped[name]), name


def test_trials_without_sizes_stay_in_other_tests() -> None:
    found = by_method(without_sizes_of_three(twenty_trials()))
    complete = by_method(twenty_trials())
    for name in set(METHODS) - set(ON_SIZES):
        assert numbers(found[name]) == numbers(complete[name]), name


def test_too_few_trials_with_sizes_leave_no_test_on_sizes() -> None:
    rows = smd()
    rows.loc[rows.index[9:], "n_t"] = math.nan
    said = {by_method(rows)[name].reason for name in ON_SIZES}
    assert said == {f"9 of {len(rows)} trials report how many took part; at least 10 are needed"}


@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_units_do_not_matter(unit: float) -> None:
    rng = np.random.default_rng(12)
    vi = rng.uniform(0.01, 0.2, 14)
    yi = rng.normal(0.25, np.sqrt(vi + 0.04))
    plain, other = (by_method(table(u * yi, u**2 * vi)) for u in (1.0, unit))
    for method in METHODS:
        if method != "peters":
            assert other[method].p_value == pytest.approx(
                plain[method].p_value, rel=1e-9, nan_ok=True
            ), method
            assert other[method].estimate == pytest.approx(
                unit * plain[method].estimate, rel=1e-9, nan_ok=True
            ), method
