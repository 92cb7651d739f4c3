"""Effect-size formulas against R (tests/reference/effect_sizes.R) and against their own inverses.

Each reference row is one test. Tolerances are relative; beside each stands the largest deviation
that was measured when the reference was made.
"""

import math
from collections.abc import Callable
from itertools import product
from statistics import NormalDist
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from tests.reference_numbers import reference_of

from metarepro.conversion import effect_sizes as es
from metarepro.conversion.direction import direction

REFERENCE = reference_of("effect_sizes")

EXACT = 1e-13  # closed forms: 3.7e-14
GAMMA = 1e-12  # ratio of two gamma functions, df up to 1e9: 2.8e-13 at 1000 df
QUANTILE = 1e-12  # t of p, from p = 1e-300 to 0.999: 1.3e-13 (at 0.999)
LGAMMA_PER_PERSON = 5e-15  # R's lgamma inside escalc loses digits as the arms grow: 1.2e-15
CANCELLED = 1e-10  # risk in treatment 1e-6, given as a difference from 0.57: 2.9e-11

Row = dict[str, float]

NAN = math.nan
INF = math.inf


def reference(part: str) -> pytest.MarkDecorator:
    """One test for every row of a part of the reference, named by the row's inputs."""
    rows: list[Row] = REFERENCE[part]
    names = [", ".join(f"{key}={value:g}" for key, value in row.items()) for row in rows]
    return pytest.mark.parametrize("row", rows, ids=names)


def near(value: float, tolerance: float = EXACT) -> Any:
    """Equal within a relative tolerance; a reference of 0 must be met exactly."""
    return pytest.approx(value, rel=tolerance, abs=0)


def near_pair(g: float, v: float, tolerance: float) -> Any:
    return (near(g, tolerance), near(v, tolerance))


def smd_tolerance(row: Row) -> float:
    """Closed forms, plus what R itself loses in the J of large arms."""
    return EXACT + LGAMMA_PER_PERSON * (row["n_t"] + row["n_c"])


# ---- Hedges' J ---------------------------------------------------------------------------------


@reference("hedges_j")
def test_hedges_j_is_the_exact_gamma_form(row: Row) -> None:
    assert es.hedges_j(row["df"]) == near(row["value"], GAMMA)


def test_hedges_j_is_not_the_approximation() -> None:
    # 1 - 3/(4*2 - 1) is 0.5714; the exact value at 2 df is 1/sqrt(pi).
    assert es.hedges_j(2) == near(1 / math.sqrt(math.pi))


# ---- Standardised mean differences against metafor ---------------------------------------------


@reference("means")
def test_smd_from_means_is_escalc_smd(row: Row) -> None:
    g, v = es.smd_from_means(
        row["mean_t"], row["sd_t"], row["n_t"], row["mean_c"], row["sd_c"], row["n_c"]
    )
    assert (g, v) == near_pair(row["g"], row["v"], smd_tolerance(row))


@reference("t")
def test_smd_from_t_is_escalc_smd_ti(row: Row) -> None:
    g, v = es.smd_from_t(row["t"], row["n_t"], row["n_c"])
    assert (g, v) == near_pair(row["g"], row["v"], smd_tolerance(row))


@reference("d")
def test_smd_from_d_is_escalc_smd_di(row: Row) -> None:
    g, v = es.smd_from_d(row["d"], row["n_t"], row["n_c"])
    assert (g, v) == near_pair(row["g"], row["v"], smd_tolerance(row))


@reference("p")
def test_smd_from_an_exact_p_is_escalc_smd_pi(row: Row) -> None:
    t = es.t_from_p(row["p"], row["n_t"] + row["n_c"] - 2)
    g, v = es.smd_from_t(t, row["n_t"], row["n_c"])
    assert (g, v) == near_pair(row["g"], row["v"], QUANTILE + smd_tolerance(row))


@reference("p_to_t")
def test_t_from_p_is_the_quantile_of_t(row: Row) -> None:
    assert es.t_from_p(row["p"], row["df"]) == near(row["t"], QUANTILE)


# ---- One sample, many statistics: every route must lead to the effect of its means -------------


@reference("samples")
def test_sample_means_give_the_effect(row: Row) -> None:
    g, v = es.smd_from_means(
        row["mean_t"], row["sd_t"], row["n_t"], row["mean_c"], row["sd_c"], row["n_c"]
    )
    assert (g, v) == near_pair(row["g"], row["v"], smd_tolerance(row))


@reference("samples")
def test_sample_t_gives_the_effect(row: Row) -> None:
    g, v = es.smd_from_t(row["t"], row["n_t"], row["n_c"])
    assert (g, v) == near_pair(row["g"], row["v"], smd_tolerance(row))


@reference("samples")
def test_sample_p_gives_the_t(row: Row) -> None:
    assert es.t_from_p(row["p"], row["df"]) == near(abs(row["t"]))


@reference("samples")
def test_sample_f_gives_the_t(row: Row) -> None:
    assert es.t_from_f(row["f"]) == near(abs(row["t"]))


@reference("samples")
def test_sample_eta_squared_gives_the_t(row: Row) -> None:
    assert es.t_from_eta_squared(row["eta_squared"], row["df"]) == near(abs(row["t"]))


@reference("samples")
def test_pooled_sd_is_the_residual_sd_of_the_linear_model(row: Row) -> None:
    sd = es.pooled_sd(row["sd_t"], row["n_t"], row["sd_c"], row["n_c"])
    assert sd == near(row["residual_sd"])


@reference("samples")
def test_se_from_t_p_is_the_standard_error_of_the_linear_model(row: Row) -> None:
    se = es.se_from_t_p(row["difference"], row["p"], row["df"])
    assert se == near(row["se_difference"])


# ---- Counts ------------------------------------------------------------------------------------


@reference("tables")
def test_log_odds_ratio_is_escalc_or(row: Row) -> None:
    lnor, v = es.log_odds_ratio(row["events_t"], row["n_t"], row["events_c"], row["n_c"])
    assert (lnor, v) == near_pair(row["lnor"], row["v_lnor"], EXACT)


@reference("tables")
def test_smd_from_log_odds_is_escalc_or2dl(row: Row) -> None:
    g, v = es.smd_from_log_odds(row["lnor"], row["v_lnor"])
    assert (g, v) == near_pair(row["d"], row["v_d"], EXACT)


@reference("risks")
def test_risk_ratio_and_control_risk_give_the_odds_ratio_of_the_table(row: Row) -> None:
    ratio = es.odds_ratio_from_risk_ratio(row["risk_ratio"], row["control_risk"])
    assert ratio == near(row["odds_ratio"])


@reference("risks")
def test_risk_difference_and_control_risk_give_the_odds_ratio_of_the_table(row: Row) -> None:
    ratio = es.odds_ratio_from_risk_difference(row["risk_difference"], row["control_risk"])
    assert ratio == near(row["odds_ratio"], CANCELLED if row["odds_ratio"] < 1e-6 else EXACT)


def test_zero_cell_adds_a_half_to_all_four_cells() -> None:
    # 0 of 10 against 5 of 10: cells 0.5, 10.5, 5.5, 5.5.
    lnor, v = es.log_odds_ratio(0, 10, 5, 10)
    assert lnor == near(math.log(0.5 / 10.5))
    assert v == near(1 / 0.5 + 1 / 10.5 + 2 / 5.5)


# ---- Standard errors ---------------------------------------------------------------------------


@reference("wald")
def test_se_from_ci_undoes_the_wald_interval_of_metafor(row: Row) -> None:
    assert es.se_from_ci(row["low"], row["high"], row["level"]) == near(row["se"])


@reference("wald")
def test_se_from_z_p_undoes_the_wald_p_of_metafor(row: Row) -> None:
    assert es.se_from_z_p(row["estimate"], row["p"]) == near(row["se"])


def test_the_usual_level_of_a_ci_is_95_percent() -> None:
    # 3.919928 is twice the 97.5th percentile of the normal distribution.
    assert es.se_from_ci(-1.0, 1.0) == near(2 / 3.919927969080108)


def test_se_from_a_tiny_p_stays_finite() -> None:
    # qnorm(5e-301, lower.tail = FALSE) in R
    assert es.se_from_z_p(-2.0, 1e-300) == near(2.0 / 37.065787880772255)


@reference("design_effect")
def test_design_effect_is_the_inflation_of_the_variance_of_a_cluster(row: Row) -> None:
    assert es.design_effect(row["cluster_size"], row["icc"]) == near(row["value"])


# ---- Direction ---------------------------------------------------------------------------------

# sign, higher_is_better, beneficial_direction, what is expected (None: ValueError), why
DIRECTIONS: list[tuple[str, str, str, int | None, str]] = [
    ("scale", "yes", "increase", +1, "HOME: a higher score is good, more is what is wanted"),
    ("scale", "yes", "decrease", +1, "reverse-scored hostility: the instrument is what counts"),
    ("scale", "yes", "", +1, "the instrument alone decides"),
    ("scale", "no", "increase", -1, "ASQ:SE: higher is worse though the domain should increase"),
    ("scale", "no", "decrease", -1, "CES-D: fewer symptoms in treatment are good"),
    ("scale", "no", "", -1, "the instrument alone decides"),
    ("scale", "", "increase", +1, "instrument unknown: the outcome should increase"),
    ("scale", "", "decrease", -1, "instrument unknown: the outcome should decrease"),
    ("scale", "", "", None, "nothing says which way is better"),
    ("benefit", "yes", "increase", +1, "the source has turned it already"),
    ("benefit", "yes", "decrease", +1, "the source has turned it already"),
    ("benefit", "yes", "", +1, "the source has turned it already"),
    ("benefit", "no", "increase", +1, "turned already: turning again would be wrong"),
    ("benefit", "no", "decrease", +1, "turned already: turning again would be wrong"),
    ("benefit", "no", "", +1, "turned already: turning again would be wrong"),
    ("benefit", "", "increase", +1, "turned already: the scale need not be known"),
    ("benefit", "", "decrease", +1, "turned already: the scale need not be known"),
    ("benefit", "", "", +1, "turned already: nothing more need be known"),
    ("control_minus_treatment", "yes", "increase", -1, "flip, and higher is better"),
    ("control_minus_treatment", "yes", "decrease", -1, "flip; the instrument is what counts"),
    ("control_minus_treatment", "yes", "", -1, "flip; the instrument alone decides"),
    ("control_minus_treatment", "no", "increase", +1, "flip, and higher is worse: twice turned"),
    ("control_minus_treatment", "no", "decrease", +1, "control's extra symptoms favour treatment"),
    ("control_minus_treatment", "no", "", +1, "flip; the instrument alone decides"),
    ("control_minus_treatment", "", "increase", -1, "flip; the outcome should increase"),
    ("control_minus_treatment", "", "decrease", +1, "flip; the outcome should decrease"),
    ("control_minus_treatment", "", "", None, "nothing says which way is better"),
]


def test_the_direction_table_holds_every_combination() -> None:
    every = product(
        ("scale", "benefit", "control_minus_treatment"),
        ("yes", "no", ""),
        ("increase", "decrease", ""),
    )
    assert [row[:3] for row in DIRECTIONS] == list(every)


@pytest.mark.parametrize(("sign", "higher", "beneficial", "expected", "why"), DIRECTIONS)
def test_direction(sign: str, higher: str, beneficial: str, expected: int | None, why: str) -> None:
    if expected is None:
        with pytest.raises(ValueError, match=r"\w"):
            direction(sign, higher, beneficial)
    else:
        assert direction(sign, higher, beneficial) == expected, why


@pytest.mark.parametrize(
    ("printed", "sign", "higher", "beneficial", "favours_treatment", "why"),
    [
        (-3.0, "scale", "no", "decrease", True, "CES-D, treatment minus control = -3"),
        (2.0, "scale", "no", "decrease", False, "CES-D, treatment minus control = +2"),
        (4.0, "scale", "yes", "increase", True, "Bayley index 4 points higher in treatment"),
        (-4.0, "scale", "yes", "increase", False, "Bayley index 4 points lower in treatment"),
        (3.0, "control_minus_treatment", "no", "decrease", True, "CES-D, control 3 higher"),
        (3.0, "control_minus_treatment", "yes", "increase", False, "Bayley, control 3 higher"),
        (0.4, "benefit", "no", "decrease", True, "d = 0.4 in favour of treatment, symptoms"),
        (-0.2, "benefit", "yes", "increase", False, "d turned by the source, control better"),
        (math.log(0.5), "scale", "no", "increase", True, "odds of delay halved"),
        (math.log(2.0), "scale", "yes", "increase", True, "odds of secure attachment doubled"),
        (math.log(2.0), "benefit", "no", "increase", True, "odds ratio turned: above 1 is good"),
        (-1.5, "scale", "no", "increase", True, "ASQ:SE lower in treatment, domain increases"),
    ],
)
def test_direction_turns_a_printed_number_to_favour_treatment(
    printed: float,
    sign: str,
    higher: str,
    beneficial: str,
    favours_treatment: bool,
    why: str,
) -> None:
    turned = direction(sign, higher, beneficial) * printed
    assert (turned > 0) == favours_treatment, why


def test_direction_without_a_codebook_entry() -> None:
    assert direction("scale", "no") == -1


@pytest.mark.parametrize(
    ("higher", "beneficial"), list(product(("yes", "no", ""), ("increase", "decrease", "")))
)
def test_unsigned_has_no_direction_whatever_else_is_known(higher: str, beneficial: str) -> None:
    with pytest.raises(ValueError, match="unsigned"):
        direction("unsigned", higher, beneficial)


@pytest.mark.parametrize(
    ("sign", "higher", "beneficial", "word"),
    [
        ("treatment_minus_control", "yes", "increase", "treatment_minus_control"),
        ("Scale", "yes", "increase", "Scale"),
        ("scale", "maybe", "increase", "maybe"),
        ("control_minus_treatment", "true", "", "true"),
        ("scale", "increase", "", "increase"),
        ("scale", "", "yes", "yes"),
        ("scale", "", "up", "up"),
        ("control_minus_treatment", "", "higher", "higher"),
    ],
)
def test_unknown_words_are_named(sign: str, higher: str, beneficial: str, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        direction(sign, higher, beneficial)


def test_an_empty_sign_is_refused() -> None:
    with pytest.raises(ValueError, match="sign"):
        direction("", "yes", "increase")


# ---- Impossible input --------------------------------------------------------------------------

IMPOSSIBLE: list[tuple[Callable[..., Any], tuple[float, ...], str]] = [
    *((es.hedges_j, (df,), "J is defined for df > 1") for df in (1, 0, -3, NAN)),
    (es.smd_from_means, (5, 1, 0, 4, 1, 20), "no one in the treatment arm"),
    (es.smd_from_means, (5, 1, 20, 4, 1, 0), "no one in the control arm"),
    (es.smd_from_means, (5, 1, -20, 4, 1, 50), "a negative arm"),
    (es.smd_from_means, (5, 1, 20, 4, 1, -2), "a negative arm"),
    (es.smd_from_means, (5, 1, 1, 4, 1, 1), "two people leave no degree of freedom"),
    (es.smd_from_means, (5, 1, NAN, 4, 1, 20), "unknown arm"),
    (es.smd_from_means, (5, 1, 20, 4, 1, NAN), "unknown arm"),
    (es.smd_from_means, (5, 0, 20, 4, 1, 20), "no spread in treatment"),
    (es.smd_from_means, (5, 1, 20, 4, 0, 20), "no spread in control"),
    (es.smd_from_means, (5, -1, 20, 4, 1, 20), "a negative SD"),
    (es.smd_from_means, (5, 1, 20, 4, -1, 20), "a negative SD"),
    (es.smd_from_means, (5, NAN, 20, 4, 1, 20), "unknown SD"),
    (es.smd_from_means, (5, 1, 20, 4, INF, 20), "infinite SD"),
    (es.smd_from_means, (NAN, 1, 20, 4, 1, 20), "unknown mean"),
    (es.smd_from_means, (5, 1, 20, INF, 1, 20), "infinite mean"),
    *(
        (route, (0.5, n_t, n_c), "impossible arms")
        for route in (es.smd_from_t, es.smd_from_d)
        for n_t, n_c in ((0, 20), (20, 0), (-3, 20), (20, -3), (1, 1), (NAN, 20), (20, NAN))
    ),
    *(
        (route, (value, 20, 20), "no number")
        for route in (es.smd_from_t, es.smd_from_d)
        for value in (NAN, INF, -INF)
    ),
    *((es.t_from_p, (p, 38), "p outside (0, 1]") for p in (0, -0.01, 1.01, NAN)),
    *((es.t_from_p, (0.03, df), "no degrees of freedom") for df in (0, -2, NAN)),
    *((es.t_from_f, (f,), "F is a ratio of variances") for f in (-0.1, NAN, INF)),
    *((es.t_from_eta_squared, (e, 38), "a share outside [0, 1)") for e in (-0.1, 1, 1.2, NAN)),
    *((es.t_from_eta_squared, (0.1, df), "no degrees of freedom") for df in (0, -1, NAN)),
    (es.log_odds_ratio, (-1, 10, 3, 10), "negative count"),
    (es.log_odds_ratio, (3, 10, -1, 10), "negative count"),
    (es.log_odds_ratio, (11, 10, 3, 10), "more events than people"),
    (es.log_odds_ratio, (3, 10, 11, 10), "more events than people"),
    (es.log_odds_ratio, (0, 0, 3, 10), "no one in the treatment arm"),
    (es.log_odds_ratio, (3, 10, 0, 0), "no one in the control arm"),
    (es.log_odds_ratio, (NAN, 10, 3, 10), "unknown count"),
    (es.log_odds_ratio, (3, 10, 3, NAN), "unknown arm"),
    (es.smd_from_log_odds, (0.5, 0), "no variance"),
    (es.smd_from_log_odds, (0.5, -0.1), "negative variance"),
    (es.smd_from_log_odds, (0.5, NAN), "unknown variance"),
    (es.smd_from_log_odds, (NAN, 0.1), "unknown effect"),
    (es.se_from_ci, (0.3, 0.3), "an interval without width"),
    (es.se_from_ci, (0.5, 0.1), "limits exchanged"),
    (es.se_from_ci, (NAN, 0.5), "unknown limit"),
    (es.se_from_ci, (0.1, INF), "open interval"),
    *((es.se_from_ci, (0.1, 0.5, level), "level outside (0, 1)") for level in (0, 1, 95, -0.5)),
    *((es.se_from_z_p, (0.5, p), "p outside (0, 1]") for p in (0, -0.01, 1.01, NAN)),
    (es.se_from_z_p, (0.5, 1), "p = 1 needs an infinite standard error"),
    (es.se_from_z_p, (0, 0.5), "an effect of 0 has p = 1"),
    (es.se_from_z_p, (NAN, 0.5), "unknown effect"),
    *((es.se_from_t_p, (0.5, p, 38), "p outside (0, 1]") for p in (0, -0.01, 1.01, NAN)),
    *((es.se_from_t_p, (0.5, 0.03, df), "no degrees of freedom") for df in (0, -2, NAN)),
    (es.se_from_t_p, (0.5, 1, 38), "p = 1 needs an infinite standard error"),
    (es.se_from_t_p, (0, 0.5, 38), "an effect of 0 has p = 1"),
    (es.se_from_t_p, (NAN, 0.5, 38), "unknown effect"),
    *((es.odds_ratio_from_risk_ratio, (r, 0.3), "no ratio") for r in (0, -1, NAN, INF)),
    *((es.odds_ratio_from_risk_ratio, (0.8, r), "risk") for r in (0, 1, -0.1, 1.1, NAN)),
    (es.odds_ratio_from_risk_ratio, (2, 0.5), "everyone in treatment has the event"),
    (es.odds_ratio_from_risk_ratio, (3, 0.5), "more than everyone in treatment"),
    *((es.odds_ratio_from_risk_difference, (0.1, r), "risk") for r in (0, 1, -0.1, 1.1, NAN)),
    (es.log_odds_ratio, (0, 15, 0, 31), "no events"),
    (es.log_odds_ratio, (10, 10, 14, 14), "events only"),
    (es.odds_ratio_from_risk_difference, (0.5, 0.5), "everyone in treatment has the event"),
    (es.odds_ratio_from_risk_difference, (-0.25, 0.25), "no one in treatment has the event"),
    (es.odds_ratio_from_risk_difference, (0.9, 0.5), "more than everyone in treatment"),
    (es.odds_ratio_from_risk_difference, (-0.9, 0.5), "less than no one in treatment"),
    (es.odds_ratio_from_risk_difference, (NAN, 0.5), "unknown difference"),
    (es.pooled_sd, (0, 20, 1, 20), "no spread in treatment"),
    (es.pooled_sd, (1, 20, 0, 20), "no spread in control"),
    (es.pooled_sd, (-1, 20, 1, 20), "a negative SD"),
    (es.pooled_sd, (1, 20, NAN, 20), "unknown SD"),
    (es.pooled_sd, (1, 0, 1, 20), "no one in the treatment arm"),
    (es.pooled_sd, (1, 20, 1, -4), "a negative arm"),
    (es.pooled_sd, (1, 1, 1, 1), "two people leave no degree of freedom"),
    (es.pooled_sd, (1, NAN, 1, 20), "unknown arm"),
    *((es.design_effect, (m, 0.05), "less than one in a cluster") for m in (0.5, 0, -3, NAN)),
    *((es.design_effect, (20, icc), "no correlation") for icc in (1.5, -2, NAN)),
]


@pytest.mark.parametrize(
    ("function", "arguments", "why"),
    IMPOSSIBLE,
    ids=[f"{function.__name__}{arguments}: {why}" for function, arguments, why in IMPOSSIBLE],
)
def test_impossible_input_is_refused_in_words(
    function: Callable[..., Any], arguments: tuple[float, ...], why: str
) -> None:
    with pytest.raises(ValueError, match=r"\w") as refused:
        function(*arguments)
    # math's own "math domain error" and "cannot convert ..." tell the reader nothing.
    assert "math domain" not in str(refused.value), why
    assert "cannot convert" not in str(refused.value), why


# ---- Properties --------------------------------------------------------------------------------


def for_all(*strategies: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Any]:
    """Draw the arguments of a test, the same ones in every run."""
    repeatable = settings(derandomize=True, deadline=None)
    return lambda test: repeatable(given(*strategies)(test))


arm_sizes = st.integers(min_value=2, max_value=100_000)
mean_values = st.floats(min_value=-1e4, max_value=1e4)
sds = st.floats(min_value=1e-3, max_value=1e3)
effects = st.floats(min_value=-10, max_value=10)
standard_errors = st.floats(min_value=1e-6, max_value=1e3)
PROPERTY = 1e-9  # inputs that hypothesis picks to be awkward: only the algebra is tested here


def nearly(value: float) -> Any:
    return pytest.approx(value, rel=PROPERTY, abs=1e-300)


@for_all(mean_values, sds, arm_sizes, mean_values, sds, arm_sizes)
def test_swapping_the_arms_flips_g_and_keeps_v(
    mean_t: float, sd_t: float, n_t: int, mean_c: float, sd_c: float, n_c: int
) -> None:
    g, v = es.smd_from_means(mean_t, sd_t, n_t, mean_c, sd_c, n_c)
    swapped_g, swapped_v = es.smd_from_means(mean_c, sd_c, n_c, mean_t, sd_t, n_t)
    assert swapped_g == nearly(-g)
    assert swapped_v == nearly(v)


@for_all(mean_values, sds, mean_values, sds, st.floats(min_value=1e-6, max_value=1e6))
def test_the_unit_of_the_instrument_does_not_matter(
    mean_t: float, sd_t: float, mean_c: float, sd_c: float, unit: float
) -> None:
    # Means that differ in the last digits only lose them when multiplied.
    assume(mean_t == mean_c == 0 or abs(mean_t - mean_c) > 1e-3 * max(abs(mean_t), abs(mean_c)))
    g, v = es.smd_from_means(mean_t, sd_t, 12, mean_c, sd_c, 19)
    scaled = es.smd_from_means(unit * mean_t, unit * sd_t, 12, unit * mean_c, unit * sd_c, 19)
    assert scaled == (nearly(g), nearly(v))


@for_all(mean_values, sds, mean_values, sds)
def test_reversing_the_instrument_flips_g(
    mean_t: float, sd_t: float, mean_c: float, sd_c: float
) -> None:
    g, v = es.smd_from_means(mean_t, sd_t, 12, mean_c, sd_c, 19)
    assert es.smd_from_means(-mean_t, sd_t, 12, -mean_c, sd_c, 19) == (nearly(-g), nearly(v))


@for_all(effects, arm_sizes, arm_sizes)
def test_the_correction_shrinks_d_towards_0(d: float, n_t: int, n_c: int) -> None:
    g, _ = es.smd_from_d(d, n_t, n_c)
    assert abs(g) <= abs(d)
    assert g * d >= 0


@for_all(effects, arm_sizes, arm_sizes)
def test_t_and_d_of_the_same_groups_agree(d: float, n_t: int, n_c: int) -> None:
    g, v = es.smd_from_d(d, n_t, n_c)
    assert es.smd_from_t(d / math.sqrt(1 / n_t + 1 / n_c), n_t, n_c) == (nearly(g), nearly(v))


@for_all(st.floats(min_value=1.5, max_value=1e6))
def test_hedges_j_grows_with_df_and_stays_below_1(df: float) -> None:
    assert 0 < es.hedges_j(df) < es.hedges_j(1.5 * df) < 1


@st.composite
def two_by_two(draw: st.DrawFn) -> tuple[int, int, int, int]:
    """Draw events and size of two arms, zero cells included, but not only zeros in a column."""
    n_t, n_c = draw(arm_sizes), draw(arm_sizes)
    events_t, events_c = draw(st.integers(0, n_t)), draw(st.integers(0, n_c))
    assume(0 < events_t + events_c < n_t + n_c)
    return events_t, n_t, events_c, n_c


@for_all(two_by_two())
def test_the_inverse_odds_ratio_flips_the_sign(table: tuple[int, int, int, int]) -> None:
    events_t, n_t, events_c, n_c = table
    lnor, v = es.log_odds_ratio(events_t, n_t, events_c, n_c)
    swapped_lnor, swapped_v = es.log_odds_ratio(events_c, n_c, events_t, n_t)
    assert swapped_lnor == pytest.approx(-lnor, rel=PROPERTY, abs=1e-12)
    assert swapped_v == nearly(v)


@for_all(two_by_two())
def test_counting_those_without_the_event_flips_the_sign(table: tuple[int, int, int, int]) -> None:
    events_t, n_t, events_c, n_c = table
    lnor, v = es.log_odds_ratio(events_t, n_t, events_c, n_c)
    other_lnor, other_v = es.log_odds_ratio(n_t - events_t, n_t, n_c - events_c, n_c)
    assert other_lnor == pytest.approx(-lnor, rel=PROPERTY, abs=1e-12)
    assert other_v == nearly(v)


@for_all(effects, st.floats(min_value=1e-6, max_value=100))
def test_chinn_keeps_the_test_statistic(lnor: float, v: float) -> None:
    g, g_v = es.smd_from_log_odds(lnor, v)
    assert g / math.sqrt(g_v) == nearly(lnor / math.sqrt(v))


@for_all(st.floats(min_value=0.01, max_value=30), st.floats(min_value=2, max_value=1e6))
def test_t_from_p_undoes_the_p_of_the_t_test(t: float, df: float) -> None:
    p = 2 * float(stats.t.sf(t, df))
    assert es.t_from_p(p, df) == nearly(t)


@for_all(st.floats(min_value=0, max_value=1e3), st.floats(min_value=1, max_value=1e6))
def test_t_from_eta_squared_undoes_the_share_of_variance(t: float, df: float) -> None:
    eta_squared = t**2 / (t**2 + df)
    assume(1e-12 < eta_squared < 0.999)
    assert es.t_from_eta_squared(eta_squared, df) == nearly(t)


@for_all(st.floats(min_value=0, max_value=1e3))
def test_t_from_f_undoes_the_square(t: float) -> None:
    assert es.t_from_f(t**2) == pytest.approx(t, rel=PROPERTY, abs=1e-150)


@for_all(effects, standard_errors, st.floats(min_value=0.5, max_value=0.999))
def test_se_from_ci_undoes_the_interval(estimate: float, se: float, level: float) -> None:
    assume(se > 1e-5 * abs(estimate))
    margin = NormalDist().inv_cdf((1 + level) / 2) * se
    assert es.se_from_ci(estimate - margin, estimate + margin, level) == nearly(se)


@for_all(st.floats(min_value=0.01, max_value=30), standard_errors, st.sampled_from([-1, 1]))
def test_se_from_z_p_undoes_the_p_of_the_z_test(z: float, se: float, sign: int) -> None:
    assert es.se_from_z_p(sign * z * se, math.erfc(z / math.sqrt(2))) == nearly(se)


@for_all(
    st.floats(min_value=0.01, max_value=30),
    st.floats(min_value=2, max_value=1e6),
    standard_errors,
    st.sampled_from([-1, 1]),
)
def test_se_from_t_p_undoes_the_p_of_the_t_test(t: float, df: float, se: float, sign: int) -> None:
    assert es.se_from_t_p(sign * t * se, 2 * float(stats.t.sf(t, df)), df) == nearly(se)


risk_values = st.floats(min_value=0.001, max_value=0.999)


@for_all(risk_values, risk_values)
def test_odds_ratio_from_risk_ratio_is_the_ratio_of_the_odds(risk_t: float, risk_c: float) -> None:
    odds_ratio = (risk_t / (1 - risk_t)) / (risk_c / (1 - risk_c))
    assert es.odds_ratio_from_risk_ratio(risk_t / risk_c, risk_c) == nearly(odds_ratio)


@for_all(risk_values, risk_values)
def test_odds_ratio_from_risk_difference_is_the_ratio_of_the_odds(
    risk_t: float, risk_c: float
) -> None:
    odds_ratio = (risk_t / (1 - risk_t)) / (risk_c / (1 - risk_c))
    assert es.odds_ratio_from_risk_difference(risk_t - risk_c, risk_c) == nearly(odds_ratio)


@for_all(sds, arm_sizes, sds, arm_sizes)
def test_pooled_sd_lies_between_the_two(sd_t: float, n_t: int, sd_c: float, n_c: int) -> None:
    pooled = es.pooled_sd(sd_t, n_t, sd_c, n_c)
    low, high = sorted((sd_t, sd_c))
    assert low * (1 - EXACT) <= pooled <= high * (1 + EXACT)
