"""Printed pools are read as they are printed."""

import pytest

from metarepro.errors import InputError
from metarepro.explanation.published import contradictions
from metarepro.explanation.published_text import parse_published

INTERVAL = {"estimate": "-0.32", "ci_low": "-0.57", "ci_high": "-0.07"}


def read(text: str) -> dict[str, str]:
    return {name: str(number) for name, number in parse_published(text).numbers.items()}


@pytest.mark.parametrize(
    "text",
    [
        "-0.32 [-0.57, -0.07]",
        "−0.32 (−0.57–−0.07)",
        "–0.32 (–0.57 – –0.07)",
        "-0.32 (-0.57 to -0.07)",
        "-0.32 (-0.57; -0.07)",
        "g = -0.32, 95% CI -0.57 to -0.07",
        "SMD –0.32 (–0.57, –0.07)",
        "-0,32 [-0,57; -0,07]",
        "-.32 [-.57, -.07]",
        "-0.32(-0.57--0.07)",
        "Hedges' g: -0.32; 95% confidence interval [-0.57, -0.07]",
    ],
)
def test_ways_to_print_an_interval(text: str) -> None:
    assert {name: float(number) for name, number in read(text).items()} == {
        name: float(number) for name, number in INTERVAL.items()
    }


@pytest.mark.parametrize(
    ("text", "name", "printed"),
    [
        ("I2 79%", "i2", "79"),
        ("I² = 79.4%", "i2", "79.4"),
        ("τ² = 0.04", "tau2", "0.04"),
        ("tau2 0.04", "tau2", "0.04"),
        ("tau = 0.20", "tau", "0.20"),
        ("Q = 34.5", "q", "34.5"),
        ("Chi² = 34.5", "q", "34.5"),
        ("p < .001", "p", "< 0.001"),
        ("P=0.03", "p", "0.03"),
        ("Z = 2.1", "z", "2.1"),
        ("k = 12", "k", "12"),
        ("12 studies", "k", "12"),
    ],
)
def test_statistics_with_a_name(text: str, name: str, printed: str) -> None:
    assert read(f"0.32 [0.23, 0.40]; {text}")[name] == printed


def test_p_beside_q_is_that_of_q() -> None:
    found = read("0.32 [0.23, 0.40], p = 0.004; Q(12) = 34.5, p < 0.001")
    assert (found["p"], found["q_p"], found["q_df"]) == ("0.004", "< 0.001", "12")


def test_the_level_is_read() -> None:
    assert parse_published("0.5 (90% CI 0.2 to 0.8)").level == 0.9


def test_without_a_level_it_is_95() -> None:
    assert parse_published("0.5 (0.2 to 0.8)").level == 0.95


@pytest.mark.parametrize(("text", "measure"), [("OR 1.15 (1.04-1.29)", "OR"), ("d = 0.4", "SMD")])
def test_the_symbol_names_the_measure(text: str, measure: str) -> None:
    assert parse_published(text).measure == measure


def test_exchanged_limits_are_put_right_and_noted() -> None:
    found = parse_published("-0.66 [-0.44, -0.88]")
    assert found.numbers["ci_low"].value == -0.88
    assert found.notes == ("the limits are printed with the higher one first",)


def test_half_a_unit_follows_the_printed_decimals() -> None:
    assert parse_published("0.320").numbers["estimate"].half == pytest.approx(0.0005)


def test_an_i2_that_does_not_follow_from_q_is_noted() -> None:
    assert "63.2%" in contradictions(parse_published("0.6 [0.4, 0.8]; I2 62.2%; Q 62.49"), 24)[0]


def test_an_i2_within_the_rounding_of_q_is_not() -> None:
    assert not contradictions(parse_published("0.6 [0.4, 0.8]; I2 63.2%; Q 62.49"), 24)


def test_an_estimate_outside_its_interval_is_noted() -> None:
    found = contradictions(parse_published("0.95 [0.40, 0.80]"), 24)
    assert found == ["the printed estimate lies outside its interval"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "needs an estimate"),
        ("see table 2", "cannot place 'see table'"),
        ("0.32 [0.23, 0.40] NNT 4", "cannot place"),
        ("0.32 [0.23, 0.40]; I2 179%", "I² cannot be 179"),
        ("0.32; p = 1.2", "p cannot be 1.2"),
        ("0.32; I2 10%; I2 20%", "is given twice"),
        ("0.32 (20% CI 0.1 to 0.4)", "allowed: 50 to 99.9"),
        ("1" * 501, "allowed: 500"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_published(text)


@pytest.mark.parametrize(
    ("text", "unused"),
    [
        ("Peto OR 0.54 (95% CI 0.40 to 0.73)", "Peto"),
        ("random-effects OR 0.54 (95% CI 0.40 to 0.73)", "random-effects"),
        ("OR 0.54 (95% CI 0.40 to 0.73), fixed effect", "fixed effect"),
        ("OR 0.54 (95% CI 0.40 to 0.73; participants = 2,000)", "participants = 2,000"),
        ("OR 0.54 (95% CI 0.40 to 0.73; 2,000 participants)", "2,000 participants"),
        ("OR 0.54 (95% CI 0.40 to 0.73); high-certainty evidence", "high-certainty evidence"),
    ],
)
def test_words_for_model_people_and_certainty_are_not_used_and_said(text: str, unused: str) -> None:
    published = parse_published(text)
    assert {name: str(number) for name, number in published.numbers.items()} == {
        "estimate": "0.54",
        "ci_low": "0.40",
        "ci_high": "0.73",
    }
    assert published.notes[0].startswith(f"{unused!r} is not used")


def test_the_number_of_studies_as_cochrane_abstracts_print_it() -> None:
    text = "RR 0.85, 95% CI 0.70 to 1.02; participants = 2000; studies = 35; I² = 63%"
    assert read(text)["k"] == "35"


#: As articles print them, and what they say.
PRINTED = [
    ("(OR: 1.45; 95% CI: 1.1, 1.9; I2=0%; P=0.007)", "p", "0.007"),
    ("OR 1.45 (1.10 to 1.90), I2 0% (p=0.66)", "q_p", "0.66"),
    ("OR 1.45 (1.10 to 1.90), p=0.01, I2 0%, p=0.66", "p", "0.01"),
    ("OR=1.45 [1.10;1.90], p=.01; heterogeneity p=.66", "q_p", "0.66"),
    ("0.45 (0.20 - 0.70), P for heterogeneity = .05", "q_p", "0.05"),
    ("0.45 (0.20, 0.70); Cochran's Q = 30.1 (df = 9; p = 0.0004)", "q_p", "0.0004"),
    ("0.45 (0.20, 0.70), p = .001, Q = 30.1, p = .0004", "p", "0.001"),
    ("0.45 (0.20, 0.70), Q = 30.1, df = 9", "q_df", "9"),
    ("g = 0.30; QE(12) = 152.2", "q", "152.2"),
    ("0.45 (0.20, 0.70); χ2 = 30.10, d.f. = 9", "q_df", "9"),
    ("d+ = 0.42", "estimate", "0.42"),
    ("pooled ES 0.32 (CI95% .20-.44)", "ci_high", "0.44"),
    ("Hedges g=0.53, SE=0.11", "se", "0.11"),
    ("g=0.50 [0.30, 0.70], t(11) = 5.2, p < .001", "z", "5.2"),
    ("OR=1.15, 95%CI=1.04-1.29, P=0.008", "ci_low", "1.04"),
    ("RR = 1.05 [95% CI = (0.9 to 1.2)]", "ci_high", "1.2"),
    ("0,45 (IC 95%: 0,20 a 0,70)", "ci_low", "0.20"),
    ("SMD -0,45 (IC95% -0,71 ; -0,19)", "ci_low", "-0.71"),
    ("Total (95% CI) 0.85 [0.72, 1.01]", "estimate", "0.85"),
    ("I-squared = 40.0%, p = 0.083; ES 0.45 (0.20, 0.70)", "i2", "40.0"),
    ("0.29 [0.13; 0.45], I^2 = 50.2% [12.0%; 71.8%]", "i2", "50.2"),
    ("0.29 [0.13; 0.45]; I² = 79% (95% CI: 66–92)", "i2", "79"),
    ("0.45 (0.20, 0.70); I²>75%", "i2", "> 75"),
    ("0.45 (0.20 - 0.70), P=<0.001", "p", "< 0.001"),
    ("0.45 (0.20, 0.70) p = 3.2 × 10⁻⁴", "p", "0.00032"),
    ("0.45¹ [0.20, 0.70]", "estimate", "0.45"),
    ("0.45*** [0.20, 0.70]", "estimate", "0.45"),
    ("5 trials, 612 participants, RR 0.45 (0.20 - 0.70)", "k", "5"),
    ("g = ﹣0.45 [‒0.70, ‒0.20]", "ci_low", "-0.70"),
    ("𝑔 = 0.45 [0.20, 0.70], 𝜏² = 0.06", "tau2", "0.06"),
    ("g＝0.45（95%CI：0.20～0.70）", "ci_high", "0.70"),
    ("MD 1,234.5 (95% CI 1,100.0 to 1,368.9)", "estimate", "1234.5"),
    ("RD −5% (−9% to −1%)", "ci_low", "-0.09"),
    ("MD −0.5% (−0.7% to −0.3%)", "ci_low", "-0.7"),
    ("pooled OR of 1.45 (95 % CI, 1.10 to 1.90)", "estimate", "1.45"),
    ("0.45 [−0.05; 0.95], 95%-PI: −0.9; 1.8", "pi_low", "-0.9"),
    ("-0.10 (-0.71-0.51)", "ci_high", "0.51"),
    ("0.45 (0.20–0.70), n=12 studies", "k", "12"),
]


@pytest.mark.parametrize(("text", "name", "printed"), PRINTED)
def test_a_result_is_read_as_articles_print_it(text: str, name: str, printed: str) -> None:
    assert read(text)[name] == printed


REVMAN = (
    "-0.45 [-0.71, -0.19]; Heterogeneity: Tau² = 0.08; Chi² = 27.12, df = 10 (P = 0.003); I² = 63%;"
    " Test for overall effect: Z = 3.41 (P = 0.0007)"
)


def test_the_last_lines_of_a_revman_plot_are_read() -> None:
    found = read(REVMAN)
    assert (found["q_p"], found["p"], found["z"]) == ("0.003", "0.0007", "3.41")


@pytest.mark.parametrize(
    ("text", "measure"),
    [
        ("hazard ratio 0.78 (0.65 to 0.93)", "HR"),
        ("risk ratio (RR) 0.84 (0.75, 0.94)", "RR"),
        ("standardised mean difference [SMD] −0.27 (−0.43 to −0.11)", "SMD"),
        ("relative risk 0.84, 95% CI 0.75, 0.94", "RR"),
    ],
)
def test_the_measure_may_be_spelled_out(text: str, measure: str) -> None:
    assert parse_published(text).measure == measure


def test_a_p_value_that_is_taken_for_that_of_heterogeneity_is_named() -> None:
    (note,) = parse_published("OR 1.45 (1.10 to 1.90), I2 0% (p=0.66)").notes
    assert note == "'p=0.66' is taken for the p value of heterogeneity"


def test_an_interval_of_i2_is_named_and_not_used() -> None:
    (note,) = parse_published("0.32 [0.23, 0.40]; I2 79% [60, 88]").notes
    assert "the interval of I², 60% to 88%, is not used" in note


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0.45 (0.20, 0.70); I² = 0.63", "may be 0.63% or 63%"),
        ("1,234 (1,100 to 1,368)", "part thousands"),
        ("-0.45 (-0.71-0.19)", "before 0.19 may be its sign"),
        ("risk ratio (OR) 0.8 (0.7 to 0.9)", "several measures"),
        ("ln(OR) = 0.45 [0.20; 0.70]", "cannot place 'ln'"),
        ("1.21 (95% CrI 1.05 to 1.40)", "cannot place '95% CrI'"),
    ],
)
def test_what_may_be_two_things_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_published(text)
